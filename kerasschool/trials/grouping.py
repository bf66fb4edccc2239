"""Which trials can train together, in one loop over a leading axis, and why others cannot."""

import warnings

import numpy as np

from kerasschool import layers
from kerasschool.activations.base import Recorded
from kerasschool.models import Sequential
from kerasschool.models.data import is_stream
from kerasschool.parameters import Parameter
from kerasschool.registry import public_module
from kerasschool.trials.optimizers import VARIABLE
from kerasschool.trials.scores import is_known

STACKABLE = (  # layers whose maths take one more axis before the batch; a subclass of them may not
    *(Sequential, layers.InputLayer, layers.Dense, layers.Activation, layers.Identity),
    *(layers.ReLU, layers.LeakyReLU, layers.ELU, layers.PReLU, layers.Softmax),
    *(layers.Dropout, layers.GaussianNoise, layers.GaussianDropout, layers.AlphaDropout),
    *(layers.BatchNormalization, layers.LayerNormalization, layers.RMSNormalization, layers.UnitNormalization),
    *(layers.Rescaling, layers.Normalization),
    *(layers.Flatten, layers.Reshape, layers.Permute, layers.RepeatVector),
    *(layers.GlobalAveragePooling1D, layers.GlobalMaxPooling1D),
)


def why_alone(model, arguments):
    """Why this model cannot train together with others like it, as the end of a sentence; `""` if it can.

    Args:
        model: a compiled `Sequential`.
        arguments: those of `fit`.
    """
    return _why_this_fit(arguments) or _why_these_layers(model) or _why_this_optimizer(model.optimizer)


def _why_this_fit(arguments):
    if arguments.get("callbacks"):
        return "callbacks watch one model"
    if any(is_stream(arguments.get(name)) for name in ("x", "validation_data")):
        return "batches come from a dataset of your own"
    return ""


def _why_these_layers(model):
    if type(model) is not Sequential:
        return f"`{type(model).__name__}` is a class of your own"
    seen = set()
    for layer in model.all_layers():
        name = f"layer `{layer.name}` ({type(layer).__name__})"
        if type(layer) not in STACKABLE:
            return f"{name} works on one model's rows"
        if layer.activity_regularizer is not None:
            return f"{name} has an activity regularizer"
        given = vars(layer)
        activation = given.get("activation")
        if isinstance(activation, Recorded) or (activation and public_module(activation) != "keras.activations"):
            return f"{name} has an activation of your own"
        if given.get("seed") is not None:
            return f"{name} has a seed of its own"
        if given.get("noise_shape") is not None:
            return f"{name} has a `noise_shape`"
        if isinstance(layer, layers.Softmax) and layer.axis != -1:
            return f"{name} is not over the last axis"
        own = {id(weight) for weight in layer._own_weights}
        if own & seen:
            return f"{name} shares weights with another layer"
        seen |= own
    return ""


def _why_this_optimizer(optimizer):
    name = type(optimizer).__name__
    if type(optimizer) not in VARIABLE:
        return f"optimizer `{name}` works on one weight array at a time"
    if optimizer.clipnorm or optimizer.global_clipnorm:
        return "gradients are clipped by the norm of one model"
    if optimizer._not_decayed[0]:
        return f"optimizer `{name}` leaves some variables out of weight decay"
    rate = optimizer._learning_rate
    if not isinstance(rate, Parameter) and not hasattr(rate, "get_config"):
        return "the learning rate comes from a function of your own"
    return ""


def blueprint(model):
    """What must be equal for two models to train together: all but their numbers, as a nested tuple."""
    return (
        model.dtype,
        model.built_shape if model.built else None,
        tuple(_layer(layer) for layer in model.all_layers()),
        _optimizer(model.optimizer),
        _loss(model._loss),
        tuple(_metric(metric) for metric in model._asked_metrics),
        tuple(_metric(metric) for metric in model._asked_weighted_metrics),
    )


def _layer(layer):
    if isinstance(layer, Sequential):
        return Sequential, len(layer.layers), layer.trainable
    settings = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a lambda cannot be saved; nothing is saved here
        config = layer.get_config()
    for name, value in config.items():
        if name == "name" or name.endswith("_initializer"):
            continue
        if name.endswith(("_regularizer", "_constraint")):
            value = value is not None
        elif name == "rate" and type(layer) is layers.Dropout and 0 < value < 1:
            value = "any"
        settings[name] = value
    known = [weight.value for weight in layer._own_weights] if isinstance(layer, layers.Normalization) else []
    return type(layer), frozen(settings), frozen(known), tuple(weight.trainable for weight in layer._own_weights)


def _optimizer(optimizer):
    config = optimizer.get_config()
    for name in VARIABLE[type(optimizer)]:
        if not isinstance(config[name], dict):  # a schedule must be the same for all
            config[name] = bool(config[name]) if name == "momentum" else config[name] is not None
    del config["name"]
    return (
        type(optimizer),
        frozen(config),
        optimizer.built,
        int(optimizer._iterations.value),
        optimizer._not_decayed[1],
    )


def _loss(loss):
    if is_known(loss):
        return type(loss), loss.dtype, frozen(loss.get_config())
    return type(loss), "your own"


def _metric(metric):
    if isinstance(metric, str):
        return metric
    if public_module(type(metric)) == "keras.metrics" and not hasattr(metric, "_fn"):
        return type(metric), frozen(metric.get_config())
    return type(metric), getattr(metric, "name", None) or getattr(metric, "__name__", None)


def frozen(value):
    """`value` with tuples in place of lists, dictionaries and arrays, so that it can be compared and looked up."""
    if isinstance(value, dict):
        return tuple((key, frozen(each)) for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(frozen(each) for each in value)
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    return value
