"""Reading answers that are models, kerasschool's own or Keras's, by what both make public. Lessons 02 to 06.

`model` and `built` are readers for `Exercise.read`; the other functions are questions about the model that they return.
None of them changes the model, and none needs Keras.
"""

import contextlib
import inspect
import io
import re
from typing import NamedTuple

import numpy as np

from kerasschool import losses
from kerasschool.activations import linear, relu, sigmoid, softmax, tanh
from kerasschool.checks.readers import AnswerError, UnfinishedError, to_array

POINTS = np.array([[-3.0, -1.0, -0.25, 0.0, 0.5, 2.0, 4.0]], "float32")  # where functions are told apart
ALONE = {  # layers that are an activation and nothing else
    "ReLU": "relu",
    "Softmax": "softmax",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
}


class Facts(NamedTuple):
    """What can be seen of a layer: its class, units, activation and number of parameters."""

    kind: str
    units: int | None
    activation: str | None
    parameters: int


def model(answer):
    """A reader of a model: it returns it as it came.

    >>> from kerasschool import Sequential, layers
    >>> model([layers.Dense(3)])
    Traceback (most recent call last):
    kerasschool.checks.readers.AnswerError: Those are layers in a list. Put the list into `keras.Sequential(...)`.
    """
    if answer is None:
        text = "Your answer is `None`. `add`, `compile` and `summary` hand nothing back: hand in the model itself."
        raise AnswerError("none", text)
    if isinstance(answer, str):
        raise AnswerError("text", "Your answer is a text. Hand in the model itself, without quotes.")
    if isinstance(answer, (list, tuple)) and any(is_layer(each) for each in answer):
        raise AnswerError("list", "Those are layers in a list. Put the list into `keras.Sequential(...)`.")
    if isinstance(answer, type) or (callable(answer) and not is_layer(answer)):
        raise AnswerError("not_called", "That makes a model when it is called. Call it, and hand in what comes out.")
    if not is_layer(answer):
        raise AnswerError("type", f"A model is wanted; your answer is of type `{type(answer).__name__}`.")
    if not is_model(answer):
        text = f"That is one layer, a `{type(answer).__name__}`. Put it into `keras.Sequential([...])`."
        raise AnswerError("one_layer", text)
    if not layers(answer):
        raise AnswerError("no_layers", "Your model has no layers yet. Put them into the list, or `add` them.")
    return answer


def built(answer):
    """A reader of a model, or of a function without arguments that makes one.

    >>> from kerasschool import Sequential
    >>> from kerasschool.layers import Dense
    >>> len(built(lambda: Sequential([Dense(3)])).layers)
    1
    """
    if not inspect.isfunction(answer):
        return model(answer)
    if ... in answer.__code__.co_consts:
        raise UnfinishedError
    if any(each.default is each.empty for each in inspect.signature(answer).parameters.values()):
        raise AnswerError("arguments", "Your function wants arguments. Everything it needs stands in its own lines.")
    state = np.random.get_state()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            made = answer()
    except Exception as error:  # the learner reads it as a hint
        raise _why(error) from None
    finally:
        np.random.set_state(state)
    if made is None:
        raise AnswerError("no_return", "Your function hands back `None`: nothing. Does it end with `return`?")
    return model(made)


def _why(error):
    """The hint for a function that stops with this error."""
    if isinstance(error, NameError) and error.name:
        text = (
            f"Python does not know `{error.name}`. Is it a text, such as the name of an activation? Put it in quotes."
        )
        return AnswerError("no_quotes", text)
    line = str(error).strip().split("\n")[0].split(" Known:")[0].replace("`", "'")
    if "Sequential" in line and "positional argument" in line:
        return AnswerError("no_list", "`Sequential` takes one list. Put all layers between `[` and `]`.")
    return AnswerError("raises", f"Your function stops with an error: `{type(error).__name__}: {line}`")


def is_layer(answer):
    """True for a layer, and so for a model, of kerasschool or Keras."""
    needed = ("get_weights", "get_config", "count_params")
    return not isinstance(answer, type) and all(callable(getattr(answer, name, None)) for name in needed)


def is_model(answer):
    """True for a model of kerasschool or Keras."""
    return is_layer(answer) and isinstance(getattr(answer, "layers", None), list)


# What a model is made of


def layers(model):
    """A list of `Facts`, one per layer, the input left out.

    An activation that stands as a layer of its own counts for the last layer before it that could have one, if that has
    none: it is the same function.

    >>> from kerasschool import Input, Sequential
    >>> from kerasschool.layers import Activation, Dense
    >>> made = Sequential([Input((8,)), Dense(12), Activation("relu"), Dense(1, activation="sigmoid")])
    >>> [(each.units, each.activation) for each in layers(made)]
    [(12, 'relu'), (1, 'sigmoid')]
    """
    found = []
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            continue
        facts = Facts(kind, getattr(layer, "units", None), activation(layer), parameters(layer) or 0)
        is_alone = kind == "Activation" or kind in ALONE
        before = [place for place, each in enumerate(found) if each.activation is not None]
        if is_alone and before and found[before[-1]].activation == "linear":
            found[before[-1]] = found[before[-1]]._replace(activation=facts.activation)
        else:
            found.append(facts)
    return found


def units(model):
    """The units of the layers that have any, in order.

    >>> from kerasschool import Sequential
    >>> from kerasschool.layers import Dense, Dropout
    >>> units(Sequential([Dense(12), Dropout(0.2), Dense(1)]))
    [12, 1]
    """
    return [each.units for each in layers(model) if each.units is not None]


def activation(layer):
    """The name of a layer's activation, told by what it does; None if the layer has none.

    >>> from kerasschool.layers import Dense
    >>> activation(Dense(2, activation=lambda x: np.maximum(x, 0))), activation(Dense(2))
    ('relu', 'linear')
    """
    kind = type(layer).__name__
    function = getattr(layer, "activation", None)
    if kind in ALONE:
        return ALONE[kind]
    if not callable(function):
        return None
    try:
        found = to_array(function(POINTS))
    except Exception:  # a function of another kind; its name is all that is left
        found = None
    for known in (linear, relu, sigmoid, tanh, softmax):
        if found is not None and found.shape == POINTS.shape and np.allclose(found, known(POINTS), atol=1e-4):
            return known.__name__
    return getattr(function, "__name__", type(function).__name__)


def input_shape(model):
    """The shape of one row; None if the model does not know it yet.

    >>> from kerasschool import Input, Sequential
    >>> from kerasschool.layers import Dense
    >>> input_shape(Sequential([Input((8,)), Dense(1)]))
    (8,)
    """
    shape = getattr(model, "input_shape", None)
    return None if not shape else tuple(shape[1:])


def inputs(model):
    """How many numbers a row has; None if the model does not know it yet.

    >>> from kerasschool import Input, Sequential
    >>> from kerasschool.layers import Dense
    >>> inputs(Sequential([Input((8,)), Dense(1)])), inputs(Sequential([Dense(1)]))
    (8, None)
    """
    shape = input_shape(model)
    return shape[-1] if shape else None


def parameters(layer):
    """The number of parameters of a model or layer; None while it is not built.

    >>> from kerasschool import Input, Sequential
    >>> from kerasschool.layers import Dense
    >>> parameters(Sequential([Input((8,)), Dense(1)])), parameters(Dense(1))
    (9, None)
    """
    return int(layer.count_params()) if getattr(layer, "built", False) else None


def outputs(model, x):
    """What the model answers for the rows `x`, as an array.

    >>> from kerasschool import Input, Sequential
    >>> from kerasschool.layers import Dense
    >>> outputs(Sequential([Input((8,)), Dense(1)]), np.zeros((5, 8))).tolist()
    [[0.0], [0.0], [0.0], [0.0], [0.0]]
    """
    return to_array(model(np.asarray(x, "float32")))


# How it was compiled


def loss(model):
    """The name of the loss it was compiled with, as Keras spells it in full; None before `compile`.

    >>> from kerasschool import Sequential, losses
    >>> made = Sequential()
    >>> made.compile(loss="bce")
    >>> loss(made)
    'binary_crossentropy'
    """
    given = getattr(model, "loss", None)
    if isinstance(given, str):
        try:
            given = losses.get(given)
        except ValueError:  # Keras finds a misspelt one only in `fit`
            return given
    return None if given is None else name_of(given)


def optimizer(model):
    """The name of the optimizer, in small letters; None before `compile`.

    >>> from kerasschool import Sequential, optimizers
    >>> made = Sequential()
    >>> made.compile(optimizer=optimizers.SGD(0.1), loss="mse")
    >>> optimizer(made)
    'sgd'
    """
    given = getattr(model, "optimizer", None)
    return None if given is None else type(given).__name__.lower()


def learning_rate(model):
    """The learning rate of its optimizer; None before `compile`.

    >>> from kerasschool import Sequential, optimizers
    >>> made = Sequential()
    >>> made.compile(optimizer=optimizers.SGD(0.125), loss="mse")
    >>> learning_rate(made)
    0.125
    """
    given = getattr(model, "optimizer", None)
    return None if given is None else float(to_array(given.learning_rate))


def metrics(model):
    """The names of the metrics it was compiled with; `acc` is `accuracy`.

    >>> from kerasschool import Sequential
    >>> made = Sequential()
    >>> made.compile(loss="mse", metrics=["acc", "mae"])
    >>> metrics(made)
    ['accuracy', 'mae']
    """
    config = getattr(model, "get_compile_config", dict)() or {}
    given = config.get("metrics") or []
    names = [in_small_letters(each["class_name"]) if isinstance(each, dict) else str(each) for each in given]
    return ["accuracy" if name == "acc" else name for name in names]


def name_of(given):
    """`"binary_crossentropy"` for the class, the object and the function of that loss.

    >>> name_of(losses.BinaryCrossentropy()), name_of(losses.mean_squared_error)
    ('binary_crossentropy', 'mean_squared_error')
    """
    return in_small_letters(getattr(given, "__name__", None) or type(given).__name__)


def in_small_letters(name):
    """`"mean_squared_error"` for `"MeanSquaredError"`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
