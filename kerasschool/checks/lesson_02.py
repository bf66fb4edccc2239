"""Checks of lesson 02: define the model."""

from kerasschool.checks.mechanism import Exercise, Wrong, add
from kerasschool.checks.models import built, input_shape, inputs, is_model, layers, parameters, units
from kerasschool.checks.readers import number, to_array

# 02.1: how many parameters has 8-12-8-1?

PARAMETERS = (8 * 12 + 12) + (12 * 8 + 8) + (8 * 1 + 1)


def equals(*values):
    """A question: is the answer one of these numbers?"""
    return lambda answer: answer in values


count_parameters = Exercise(
    id="02.1",
    read=(number,),
    wrong_kind=(
        Wrong(
            "model",
            is_model,
            "That is the model itself. Its parameters, please: count them, or let `count_params()` check your count.",
        ),
        Wrong(
            "per_layer",
            lambda answer: to_array(answer).size == 3 and to_array(answer).sum() == PARAMETERS,
            "Right so far: those are the three layers. Add them up.",
        ),
    ),
    wrong=(
        Wrong("kernels_only", equals(200), "Those are the kernels only: add one bias per unit."),
        Wrong(
            "layer_2_inputs",
            equals(189, 168),
            "Layer 2 receives 12, not 8: what goes into a layer is what comes out of the one before.",
        ),
        Wrong(
            "units",
            equals(28, 21, 29, 20),
            "Those are units. Each unit of a layer has a weight for every number that comes in, and a bias.",
        ),
        Wrong("one_layer", equals(108, 104, 9), "That is one layer. There are three: add up all of them."),
        Wrong("missing_layer", equals(212, 117, 113), "One of the three layers is missing from your sum."),
        Wrong("bias_per_layer", equals(203), "Each unit has a bias of its own. You counted one bias per layer."),
        Wrong(
            "a_bias_missing",
            equals(209, 213, 220),
            "Nearly. In one of the layers the biases are missing: each layer has as many as units.",
        ),
        Wrong(
            "input_bias",
            equals(229, 293),
            "The 8 inputs are only numbers that come in: they have no weights and no bias of their own.",
        ),
        Wrong("multiplied", equals(768, 9216), "Within a layer you multiply; the layers are added up."),
        Wrong("example", equals(41), "That is the model of the example, 8 → 4 → 1. Here it is 8 → 12 → 8 → 1."),
        Wrong("bytes", equals(884), "That is how many bytes they take, four for each. How many numbers are there?"),
        Wrong("twice", equals(442), "That is twice as many as there are. Did you count each weight at both its ends?"),
    ),
    right=equals(PARAMETERS),
    ok="108 + 104 + 9. It is the 221 that lesson 00 showed: now you know where it comes from.",
    off=lambda answer: (
        f"{abs(answer - PARAMETERS):.0f} too {'many' if answer > PARAMETERS else 'few'}. "
        "Go layer by layer: inputs times units, and one bias per unit."
    ),
    hints=(
        "A layer has inputs × units weights, and one bias for each unit. Do it three times.",
        "The first layer: 8 × 12 + 12 = 108. The second one receives the 12 numbers of the first.",
        "The second: 12 × 8 + 8 = 104. The third: 8 × 1 + 1 = 9. Now add.",
    ),
    solution="n_params = (8 * 12 + 12) + (12 * 8 + 8) + (8 * 1 + 1)",
)

# 02.2: build 8-12-8-1.

UNITS = [12, 8, 1]


def dense(model):
    """The layers that have units."""
    return [each for each in layers(model) if each.units is not None]


def hidden_activations(model):
    return [each.activation for each in dense(model)[:-1]]


def last(model):
    return dense(model)[-1]


def last_is(*activations):
    """A question: is one of these the activation of the last layer?"""
    return lambda model: last(model).activation in activations


build = Exercise(
    id="02.2",
    read=(built,),
    wrong=(
        Wrong("no_dense", lambda model: not dense(model), "There is no `Dense` layer in your model yet."),
        Wrong(
            "no_input",
            lambda model: input_shape(model) is None,
            "No input: the model cannot know how many numbers come in, so it has no weights. `keras.Input(shape=(8,))`",
        ),
        Wrong(
            "rows_in_shape",
            lambda model: len(input_shape(model)) != 1,
            "`Input(shape=...)` is the shape of one penguin, without the rows: `(8,)`.",
        ),
        Wrong("wrong_inputs", lambda model: inputs(model) != 8, "A penguin brings 8 numbers along: `shape=(8,)`."),
        Wrong(
            "input_as_layer",
            lambda model: units(model) == [8, *UNITS],
            "The first 8 are numbers that come in, not units: `Input` says so. Leave out that `Dense(8)`.",
        ),
        Wrong(
            "order",
            lambda model: units(model) != UNITS and sorted(units(model)) == sorted(UNITS),
            "The right layers in another order. From input to output: 12 units, 8 units, 1 unit.",
        ),
        Wrong(
            "missing_layer",
            lambda model: len(units(model)) < 3,
            "A layer is missing. After the input come three: 12 units, 8 units, 1 unit.",
        ),
        Wrong(
            "too_many_layers",
            lambda model: len(units(model)) > 3,
            "A layer too many. After the input come three: 12 units, 8 units, 1 unit.",
        ),
        Wrong(
            "two_units",
            lambda model: units(model) == [12, 8, 2],
            "Two units could say it, too, one for each sex. Here one unit says the probability of a male.",
        ),
        Wrong(
            "wrong_units",
            lambda model: units(model) != UNITS,
            "Three layers, but not these numbers of units: 12, then 8, then 1.",
        ),
        Wrong("softmax_1", last_is("softmax"), "Softmax over one unit is always 1.0: every penguin would be a male."),
        Wrong(
            "relu_out",
            last_is("relu"),
            "The last layer has `relu`: it can say 7, or always 0. Which activation gives a probability?",
        ),
        Wrong(
            "linear_out",
            last_is("linear"),
            "The last layer has no activation: it can say any number. Which one gives a probability?",
        ),
        Wrong(
            "tanh_out",
            last_is("tanh"),
            "`tanh` goes from -1 to 1. A probability goes from 0 to 1: which activation does?",
        ),
        Wrong(
            "other_out",
            lambda model: last(model).activation != "sigmoid",
            "One unit that answers yes or no as a probability has `sigmoid`.",
        ),
        Wrong(
            "linear_hidden",
            lambda model: "linear" in hidden_activations(model),
            "A hidden layer has no activation. Then two layers in a row can do no more than one: give it `relu`.",
        ),
        Wrong(
            "softmax_hidden",
            lambda model: "softmax" in hidden_activations(model),
            "A hidden layer has `softmax`: its units would have to share out a single 1. Give it `relu`.",
        ),
        Wrong(
            "sigmoid_hidden",
            lambda model: "sigmoid" in hidden_activations(model),
            "`sigmoid` in a hidden layer works, and networks were built so for years. Here take `relu`.",
        ),
        Wrong(
            "other_hidden",
            lambda model: set(hidden_activations(model)) != {"relu"},
            "Both hidden layers should have `relu` here.",
        ),
        Wrong(
            "no_bias",
            lambda model: parameters(model) < PARAMETERS,
            "Right but for the biases: without `use_bias=False` it has 221 parameters.",
        ),
        Wrong(
            "more_layers",
            lambda model: len(layers(model)) != 3,
            "The three layers are right. There is something more between them; leave it out here.",
        ),
    ),
    right=lambda model: parameters(model) == PARAMETERS,
    ok="8 → 12 → 8 → 1 with 221 parameters: the network of lesson 00, and of the old tutorial.",
    hints=(
        "From top to bottom: the shape of one penguin, then three `Dense` layers.",
        "The hidden layers have `relu`. The last has one unit, and `sigmoid` makes a probability of its sum.",
        'The last line is `keras.layers.Dense(1, activation="sigmoid")`. The one before it has 8 and `"relu"`.',
    ),
    solution=(
        "def build():\n"
        "    return keras.Sequential([\n"
        "        keras.Input(shape=(8,)),\n"
        '        keras.layers.Dense(12, activation="relu"),\n'
        '        keras.layers.Dense(8, activation="relu"),\n'
        '        keras.layers.Dense(1, activation="sigmoid"),\n'
        "    ])"
    ),
)

# 02.3: a model for another question: 13 inputs, three classes.

WINE_INPUTS, GRAPES = 13, 3


def is_without_bend(model):
    """Do all hidden layers pass on plain sums, so that the whole model is a single layer?"""
    return set(hidden_activations(model)) == {"linear"}


wine_model = Exercise(
    id="02.3",
    read=(built,),
    wrong=(
        Wrong("no_dense", lambda model: not dense(model), "There is no `Dense` layer in your model yet."),
        Wrong(
            "no_input",
            lambda model: input_shape(model) is None,
            "The model does not know how many numbers come in. Begin with `keras.Input(shape=...)`.",
        ),
        Wrong(
            "rows_in_shape",
            lambda model: len(input_shape(model)) != 1,
            "`Input(shape=...)` is the shape of one wine, without the rows. How many numbers does a wine bring along?",
        ),
        Wrong(
            "one_unit",
            lambda model: last(model).units == 1,
            "One unit gives one number: enough for yes or no. Three grapes need three, a probability for each.",
        ),
        Wrong(
            "two_units",
            lambda model: last(model).units == 2,
            "Two units give two probabilities. It is tempting, the third is what is left; but softmax needs all three.",
        ),
        Wrong(
            "inputs_out",
            lambda model: last(model).units == WINE_INPUTS,
            "13 numbers come in. What comes out is a probability for each grape.",
        ),
        Wrong(
            "units_out",
            lambda model: last(model).units != GRAPES,
            "The last layer needs as many units as there are grapes to choose from.",
        ),
        Wrong("penguin_inputs", lambda model: inputs(model) == 8, "8 is for penguins. Look at the shape of `x_wine`."),
        Wrong(
            "rows_as_inputs",
            lambda model: inputs(model) in (142, 36, 178),
            "That is how many wines there are. How many numbers does one wine bring along?",
        ),
        Wrong(
            "wrong_inputs",
            lambda model: inputs(model) != WINE_INPUTS,
            "A wine has another number of inputs: `x_wine.shape` tells. Rows are wines, columns are inputs.",
        ),
        Wrong(
            "sigmoid_out",
            last_is("sigmoid"),
            "Three `sigmoid` units are three separate questions: all may say yes. A wine is one of three: `softmax`.",
        ),
        Wrong(
            "linear_out",
            last_is("linear"),
            "Three plain sums are scores, not probabilities. Which activation makes them add up to 1?",
        ),
        Wrong(
            "relu_out",
            last_is("relu"),
            "`relu` gives any number from 0 up. Which activation makes the three add up to 1?",
        ),
        Wrong(
            "other_out",
            lambda model: last(model).activation != "softmax",
            "That activation does not make three probabilities that add up to 1. Which one does?",
        ),
        Wrong(
            "no_hidden",
            lambda model: len(dense(model)) == 1,
            "It would run. But a hidden layer is asked for: one more `Dense` before the last.",
        ),
        Wrong(
            "softmax_hidden",
            lambda model: "softmax" in hidden_activations(model),
            "`softmax` belongs to the last layer only. Give the hidden ones `relu`.",
        ),
        Wrong(
            "linear_hidden",
            is_without_bend,
            "Your hidden layer has no activation. Then two layers in a row can do no more than one: give it `relu`.",
        ),
    ),
    right=lambda model: True,
    ok="13 numbers in, three probabilities out. Whatever lies between is your choice; lesson 05 shows how to judge it.",
    hints=(
        "Two numbers are given by the question: how many numbers come in, and how many classes there are.",
        "`x_wine.shape` tells the inputs. The last layer has one unit per grape, and `softmax` shares out a single 1.",
        'It begins with `keras.Input(shape=(13,))` and ends with `keras.layers.Dense(3, activation="softmax")`.',
    ),
    solution=(
        "model_for_wine = keras.Sequential([\n"
        "    keras.Input(shape=(13,)),\n"
        '    keras.layers.Dense(16, activation="relu"),\n'
        '    keras.layers.Dense(3, activation="softmax"),\n'
        "])"
    ),
)

add(count_parameters, build, wine_model)
