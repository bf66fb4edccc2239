"""Do the layers fit the data? What does not, in one sentence, and the smallest change that makes them fit. Lesson 02.

>>> from kerasschool.live.experiment import Experiment
>>> experiment = Experiment()
>>> experiment.change(data="wine")
>>> misfit(experiment)
'The data have 13 inputs, the first layer expects 8.'
>>> experiment.change(**fitted(experiment))
>>> misfit(experiment), experiment.recipe.compile["loss"], experiment.model.count_params()
('', 'sparse_categorical_crossentropy', 299)
"""

from kerasschool.live.meaning import BINARY, CLASSES, meaning_of
from kerasschool.live.recipe_model import named

HEADS = ("Activation", "Softmax", "ReLU", "LeakyReLU", "ELU")  # layers after the last units that bend their output
SHARES = ("sigmoid", "hard_sigmoid")
ONE_LABEL = ("BinaryCrossentropy", "BinaryFocalCrossentropy")
BY_PLACE = ("SparseCategoricalCrossentropy",)
BY_ROW = ("CategoricalCrossentropy", "CategoricalFocalCrossentropy", "CategoricalGeneralizedCrossEntropy")


def wanted(meaning):
    """`(units, activation, loss)` of the head that goes with a target."""
    if meaning.task == BINARY:
        return 1, "sigmoid", "binary_crossentropy"
    if meaning.task == CLASSES:
        loss = "categorical_crossentropy" if meaning.one_hot else "sparse_categorical_crossentropy"
        return len(meaning.classes), "softmax", loss
    return meaning.columns, None, "mean_squared_error"


def head_of(layers):
    """`(place, units, activation)` of the last `Dense` layer, any activation layer after it included; or Nones."""
    activation = None
    for place in range(len(layers) - 1, 0, -1):
        name, arguments = layers[place]["class"], layers[place]["arguments"]
        if name == "Dense":
            return place, arguments["units"], activation or arguments.get("activation")
        if name in HEADS and activation is None:
            activation = "softmax" if name == "Softmax" else arguments.get("activation", name.lower())
    return None, None, None


def needs_flatten(experiment):
    """True if rows have several axes, and no layer makes one of them."""
    layers = experiment.recipe.layers
    return experiment.rows.x.ndim > 2 and not any(layer["class"] in ("Flatten", "Reshape") for layer in layers)


def misfit(experiment):
    """What of the recipe's layers and loss does not fit its data: a sentence, or `""`."""
    recipe, meaning = experiment.recipe, meaning_of(experiment)
    has, expects = experiment.rows.x.shape[1:], tuple(recipe.layers[0]["arguments"]["shape"])
    if tuple(has) != expects:
        has, expects = (size[0] if len(size) == 1 else size for size in (has, expects))
        return f"The data have {has} inputs, the first layer expects {expects}."
    if needs_flatten(experiment):
        return f"Each row is an array of shape {tuple(has)}: a `Flatten` layer makes one line of it."
    units, activation, loss = wanted(meaning)
    _, now, bend = head_of(recipe.layers)
    name, arguments = named("loss", recipe.compile["loss"])
    is_logits = arguments.get("from_logits", False)
    if now is None:
        return ""
    if meaning.task == CLASSES:
        if now != units:
            return f"The target has {units} classes, the last layer has {count(now, 'unit')}."
        if bend != activation and not (is_logits and bend is None):
            return f"Of {units} classes one is right: that asks for softmax, the last activation is {bend or 'linear'}."
        if name in (BY_ROW if not meaning.one_hot else BY_PLACE) or name in ONE_LABEL:
            return f"The labels ask for {loss}."
    elif meaning.task == BINARY:
        if now == 2 and bend == "softmax" and name in BY_PLACE:
            return ""
        if now != 1:
            return f"The target is yes or no, 0 or 1: one unit is enough, the last layer has {now}."
        if bend == "softmax":
            return "Softmax of one unit is always 1: a yes or no asks for sigmoid."
        if bend not in SHARES and not (is_logits and bend is None):
            return f"The target is yes or no: sigmoid gives a probability, {bend or 'linear'} gives other numbers, too."
        if name in (*BY_PLACE, *BY_ROW):
            return f"The labels ask for {loss}."
    else:
        if now != units:
            return f"The target is {count(units, 'number')} per row, the last layer has {count(now, 'unit')}."
        if bend in ("sigmoid", "softmax"):
            return f"The target is a number of any size, {bend} gives 0 to 1."
        if name in (*ONE_LABEL, *BY_PLACE, *BY_ROW):
            return f"The target is a number, {name} is for classes."
    return ""


def fitted(experiment):
    """The parts of the recipe that make it fit: the input's shape, the last layer's units and activation, the loss."""
    recipe, meaning = experiment.recipe, meaning_of(experiment)
    units, activation, loss = wanted(meaning)
    layers = recipe.layers
    layers[0]["arguments"]["shape"] = list(experiment.rows.x.shape[1:])
    if needs_flatten(experiment):
        layers.insert(1, {"class": "Flatten", "arguments": {}})
    place, now, bend = head_of(layers)
    if place is None:
        layers.append({"class": "Dense", "arguments": {"units": units, "activation": activation}})
    elif misfit(experiment) and (now, bend) != (units, activation):
        layers = [layer for at, layer in enumerate(layers) if at <= place or layer["class"] not in HEADS]
        layers[place]["arguments"].update(units=units, activation=activation)
    metrics = recipe.compile["metrics"]
    if meaning.task not in (BINARY, CLASSES):
        metrics = ["mean_absolute_error" if metric == "accuracy" else metric for metric in metrics]
    elif "accuracy" not in metrics:
        metrics = [*(metric for metric in metrics if metric != "mean_absolute_error"), "accuracy"]
    return {"layers": layers, "compile": {"loss": loss, "metrics": metrics}}


def count(number, word):
    """`1 unit`, `3 units`."""
    return f"{number} {word}{'' if number == 1 else 's'}"
