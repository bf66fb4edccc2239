"""A recipe as a Keras program of six steps, to be run as it is: on kerasschool or, with another import, on Keras 3."""

from kerasschool.live import recipe_schema
from kerasschool.live.recipe_check import FIT
from kerasschool.live.recipe_model import named

IMPORTS = {"kerasschool": "import kerasschool as keras", "keras": "import keras"}


def program(parts, engine="kerasschool"):
    """The whole program as text."""
    lines = [*imports(parts, engine), "", f"keras.utils.set_random_seed({parts['seed']})", ""]
    lines += ["# 1. Load data", *data(parts), ""]
    lines += ["# 2. Define the model", *define(parts["layers"]), ""]
    lines += ["# 3. Compile", *compile(parts["compile"]), ""]
    lines += ["# 4. Fit", *fit(parts["fit"], has_validation(parts)), ""]
    rows = "val" if has_validation(parts) else "train"
    lines += ["# 5. Evaluate", f"print(model.evaluate(x_{rows}, y_{rows}, verbose=0))", ""]
    lines += ["# 6. Predict", f"print(model.predict(x_{rows}[:1], verbose=0))"]
    return "\n".join(lines) + "\n"


def imports(parts, engine):
    """The lines that import what the program uses."""
    lines = [] if isinstance(parts["split"], str) else ["import numpy as np", ""]
    lines.append(IMPORTS[engine])
    name, _ = named("data", parts["data"])
    return lines if name == "own" else [*lines, f"from kerasschool.datasets import {name}"]


def has_validation(parts):
    """True if some rows are held back."""
    return parts["split"] != "none"


def data(parts):
    """The lines that load, split and scale."""
    name, given = named("data", parts["data"])
    split, scaled = parts["split"], parts["scaling"] == "standard"
    load = f"{name}.load_data({call_arguments('data', name, given)})"
    if split == "given":
        lines = [f"(x_train, y_train), (x_val, y_val) = {load}"]
        if name == "own":
            lines = ["# Your own arrays: x_train, y_train to learn from, x_val, y_val held back."]
    elif split == "none":
        lines = [f"(x_train, y_train), _ = {load}"]
        if name == "own":
            lines = ["# Your own arrays: x_train, y_train."]
    else:
        lines = [f"(x, y), _ = {load}"]
        if name == "own":
            lines = ["# Your own arrays: x with one row per example, y with one label per row."]
        lines += [
            f"order = np.random.RandomState({parts['seed']}).permutation(len(x))",
            f"held_back = max(1, int({split!r} * len(x)))",
            "x_val, y_val = x[order[:held_back]], y[order[:held_back]]",
            "x_train, y_train = x[order[held_back:]], y[order[held_back:]]",
        ]
    if scaled:  # by the training rows alone: the others stand for data not seen yet
        lines += [
            "mean, spread = x_train.mean(axis=0), x_train.std(axis=0)",
            "spread[spread == 0] = 1",
            "x_train = (x_train - mean) / spread",
        ]
        lines += ["x_val = (x_val - mean) / spread"] if has_validation(parts) else []
    return lines


def define(layers):
    """The lines that make the model."""
    lines = [f"    {expression('layer', layer)}," for layer in layers]
    return ["model = keras.Sequential([", *lines, "])"]


def compile(chosen):
    """The lines of step 3."""
    metrics = ", ".join(expression("metric", metric) for metric in chosen["metrics"])
    return [
        "model.compile(",
        f"    loss={expression('loss', chosen['loss'])},",
        f"    optimizer={expression('optimizer', chosen['optimizer'])},",
        f"    metrics=[{metrics}],",
        ")",
    ]


def fit(chosen, has_validation):
    """The lines of step 4."""
    lines = ["history = model.fit(", "    x_train,", "    y_train,"]
    lines += ["    validation_data=(x_val, y_val),"] if has_validation else []
    lines += [f"    epochs={chosen['epochs']},", f"    batch_size={chosen['batch_size']},"]
    if chosen["shuffle"] != FIT["shuffle"].default:
        lines.append(f"    shuffle={chosen['shuffle']},")
    if chosen["early_stopping"] is not None:
        name, given = named("early_stopping", chosen["early_stopping"])
        arguments = call_arguments("early_stopping", name, given)
        lines.append(f"    callbacks=[keras.callbacks.{name}({arguments})],")
    return [*lines, "    verbose=0,", ")"]


def expression(kind, spec):
    """The Python expression for a spec: `'adam'` in quotes, or a call."""
    if spec is None:
        return "None"
    if isinstance(spec, str):
        return quoted(spec)
    name, given = spec["class"], spec["arguments"]
    if name == "InputLayer":
        return f"keras.Input(shape={tuple(given['shape'])!r})"
    module = recipe_schema.REGISTRIES[kind][1]
    return f"{module}.{name}({call_arguments(kind, name, given)})"


def call_arguments(kind, name, given):
    """What stands between the brackets of a call; the first argument without its name where it must be there."""
    known, texts = recipe_schema.arguments(kind, name), []
    for place, argument in enumerate(known.values()):
        if argument.name in given:
            text = argument_text(argument, given[argument.name])
            texts.append(text if place == 0 and argument.required else f"{argument.name}={text}")
    return ", ".join(texts)


def argument_text(argument, value):
    """One argument's value as Python writes it."""
    if argument.or_kind and isinstance(value, (dict, str)):
        return expression(argument.or_kind, value)
    if argument.kind in recipe_schema.REGISTRIES:
        return expression(argument.kind, value)
    if isinstance(value, list):
        return repr(tuple(value)) if argument.kind == "sizes" else repr(value)
    return quoted(value) if isinstance(value, str) else repr(value)


def quoted(word):
    """A checked word in the quotes that code here has."""
    return f'"{word}"'
