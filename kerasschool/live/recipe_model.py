"""From a recipe to a model, and from a model back to a recipe. No code that a recipe or a model names is ever run."""

import math
import re
import warnings

import numpy as np

from kerasschool import config, metrics, random
from kerasschool.errors import message, short
from kerasschool.layers import Input, budget
from kerasschool.layers.keras_tensor import fresh_names
from kerasschool.live import recipe_check, recipe_schema
from kerasschool.models import Sequential

IGNORED = ("name", "dtype", "autocast", "fn", "verbose", "batch_size", "loss_scale_factor")  # of a model's config

# From a recipe


def make(parts, drawn=True, stream=None):
    """The compiled model of checked parts.

    Args:
        parts: the dictionary that `recipe_check.parts` gave.
        drawn: False leaves the weights at zero: enough to know whether the layers fit together.
        stream: a `RandomState` to draw the weights from; None for a new one of the recipe's seed.
    """
    room = recipe_check.MOST_PARAMETERS * np.dtype(config.floatx()).itemsize
    too_many = f"A recipe's model has at most {recipe_check.MOST_PARAMETERS:,} parameters."
    stream = np.random.RandomState(parts["seed"]) if stream is None else stream
    chosen = parts["compile"]
    try:
        with fresh_names(), random.use(stream), budget.limited_to(room, not drawn, too_many):
            model = Sequential([as_layer(layer) for layer in parts["layers"]])
            for metric in [] if drawn else chosen["metrics"]:
                check_metric(metric)
            check_rows(model)
            model.compile(
                loss=as_object("loss", chosen["loss"], keep_words=True),
                optimizer=as_object("optimizer", chosen["optimizer"], keep_words=True),
                metrics=[as_object("metric", metric, keep_words=True) for metric in chosen["metrics"]],
            )
    except (TypeError, ArithmeticError, IndexError, KeyError, RuntimeError, NotImplementedError) as error:
        raise ValueError(f"This recipe cannot be built: {error}") from error
    return model


def fit_arguments(chosen):
    """The checked `fit` part as arguments of `fit`."""
    stop = chosen["early_stopping"]
    callbacks = [] if stop is None else [as_object("early_stopping", stop)]
    return {**{name: chosen[name] for name in ("epochs", "batch_size", "shuffle")}, "callbacks": callbacks}


def as_layer(layer):
    """The layer, or the `Input`, that a spec describes."""
    if layer["class"] == "InputLayer":
        return Input(shape=tuple(layer["arguments"]["shape"]))
    return as_object("layer", layer)


def as_object(kind, spec, keep_words=False):
    """The object that a checked spec describes; a bare word may stay one, for Keras reads it as well."""
    if spec is None or (isinstance(spec, str) and (keep_words or kind == "activation")):
        return spec
    name, given = named(kind, spec)
    known = recipe_schema.arguments(kind, name)
    return recipe_schema.find(kind, name)(**{key: as_argument(known[key], value) for key, value in given.items()})


def as_argument(argument, value):
    """One checked value as the constructor wants it."""
    if argument.or_kind and isinstance(value, (dict, str)):
        return as_object(argument.or_kind, value)
    if argument.kind in recipe_check.READERS:
        return tuple(value) if argument.kind == "sizes" and value is not None else value
    return as_object(argument.kind, value, keep_words=True)


def named(kind, spec):
    """A spec as `(name in the schema, arguments)`."""
    if isinstance(spec, str):
        return recipe_schema.canonical(kind, spec), {}
    return spec["class"], spec["arguments"]


def check_metric(spec):
    """Make a metric once, so that one that cannot be made is found now and not at the first epoch."""
    if spec not in recipe_schema.SHORT_METRICS:
        metrics.get(as_object("metric", spec))


def check_rows(model):
    """Raise an error if any layer puts out very many numbers per row."""
    shape = model.input_shape
    for layer in model.layers:
        shape = tuple(layer.compute_output_shape(shape))
        row = math.prod(int(size or 1) for size in shape[1:])
        if row > recipe_check.LARGEST_ROW:
            most = f"A layer of a recipe puts out at most {recipe_check.LARGEST_ROW} numbers per row."
            raise ValueError(message(most, layer=layer.name, output_shape=shape))


# From a model


def layers_of(model):
    """The specs of a model's layers, its input first. The model may be Keras's own."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what cannot be saved: nothing is saved here
            described = model.get_config().get("layers", [])
    except NotImplementedError as error:  # a layer of the reader's own
        raise ValueError(f"A recipe cannot hold this model: {error}") from None
    if not described or described[0].get("class_name") != "InputLayer":
        if not getattr(model, "built", False):
            raise ValueError(
                f"`{model.name}` does not know its number of inputs. Start it with `Input(shape=(8,))`, or build it."
            )
        described = [{"class_name": "InputLayer", "config": {"batch_shape": model.input_shape}}, *described]
    return [from_config("layer", layer) for layer in described]


def compile_of(model):
    """The specs of a model's loss, optimizer and metrics. One that is not compiled gets a loss that fits its head."""
    described = (model.get_compile_config() or {}) if hasattr(model, "get_compile_config") else {}
    if not described:
        return {}
    if described.get("weighted_metrics"):
        raise ValueError("A recipe has no `weighted_metrics`. Name them in `metrics`.")
    loss = described.get("loss")
    chosen = {} if loss is None else {"loss": from_config("loss", loss)}
    return {
        **chosen,
        "optimizer": from_config("optimizer", described["optimizer"]),
        "metrics": [from_config("metric", metric) for metric in _flat(described.get("metrics"))],
    }


def loss_for(layers):
    """The loss that usually goes with the last layer: a name."""
    activation = next(
        (_head(layer) for layer in reversed(layers) if layer["class"] in ("Dense", "Activation", "Softmax")), None
    )
    usual = {"sigmoid": "binary_crossentropy", "softmax": "sparse_categorical_crossentropy"}
    return usual.get(activation, "mean_squared_error")


def _head(layer):
    return "softmax" if layer["class"] == "Softmax" else layer["arguments"].get("activation")


def from_config(kind, described):
    """The spec of an object that Keras's `serialize` described."""
    if isinstance(described, str):
        return described
    if not isinstance(described, dict) or "class_name" not in described:
        raise ValueError(message(f"A recipe cannot hold this {kind}.", "Expected one by Keras.", received=described))
    name, given = described["class_name"], described["config"]
    if name == "function":
        name, given = given, {}
    offered = recipe_schema.names(kind)
    is_keras = re.match(r"keras(school)?(\.|$)", str(described.get("module", "keras")))
    # An activation of Keras's is described by a word; one described as a function is the reader's own.
    known_function = described["class_name"] == "function" and kind != "activation" and is_known(kind, name)
    if not (name in offered and is_keras) and not known_function:
        raise ValueError(
            message(
                f"A recipe cannot hold this {kind}: it holds only Keras's own, which need no code.",
                fix="Train such a model with `fit`, or replace that part.",
                received=name,
            )
        )
    if known_function:
        return name
    if name == "InputLayer":
        shape = given.get("shape") or tuple(given["batch_shape"])[1:]
        return {"class": name, "arguments": {"shape": [plain(size) for size in shape]}}
    known = recipe_schema.arguments(kind, name)
    _refuse_lost_arguments(kind, name, given, known)
    arguments = {key: argument_from_config(known[key], value) for key, value in given.items() if key in known}
    return {"class": name, "arguments": arguments}


def is_known(kind, name):
    """True if `canonical` finds the name."""
    try:
        recipe_schema.canonical(kind, name)
    except ValueError:
        return False
    return True


def _refuse_lost_arguments(kind, name, given, known):
    """Raise an error for a setting that a recipe would silently lose."""
    for key, default in recipe_schema.parameters_of(recipe_schema.find(kind, name)).items():
        value = given.get(key, default)
        if key in known or key in IGNORED or key not in given or value is None or value is False:
            continue
        if value != default:
            raise ValueError(message(f"A recipe cannot hold `{key}` of {name}.", received=short(value)))


def argument_from_config(argument, value):
    """One argument of a config as a spec or a plain value."""
    if isinstance(value, dict) and "class_name" in value:
        is_other = argument.or_kind or argument.kind in recipe_check.READERS
        return from_config(argument.or_kind if is_other else argument.kind, value)
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(each) for each in value]
    return plain(value)


def plain(value):
    """A Python number as it was written: 0.001, not the 0.0010000000474974513 that float32 makes of it."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and math.isfinite(value) and abs(value) < 1e38 and float(np.float32(value)) == value:
        return float(str(np.float32(value)))
    return value


def _flat(metrics):
    if metrics is None:
        return []
    if isinstance(metrics, (list, tuple)):
        return [each for part in metrics for each in _flat(part)]
    return [metrics]
