"""Activations: the bend that a layer puts on its weighted sums.

`everyday.py` holds those of every tutorial, `more.py` the rest of Keras's, `base.py` what each is made of.

Lesson: 07. Source: `keras.activations`.
"""

from kerasschool.activations.base import Activation, Recorded, record
from kerasschool.activations.everyday import linear, relu, sigmoid, softmax, tanh
from kerasschool.activations.more import (
    abs,
    celu,
    elu,
    exponential,
    gelu,
    glu,
    hard_shrink,
    hard_sigmoid,
    hard_silu,
    hard_tanh,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    mish,
    relu6,
    selu,
    silu,
    soft_shrink,
    softplus,
    softsign,
    sparse_plus,
    sparse_sigmoid,
    sparsemax,
    squareplus,
    tanh_shrink,
    threshold,
)
from kerasschool.errors import helpful_getattr
from kerasschool.registry import Registry

swish, hard_swish = silu, hard_silu

_known = [linear, relu, sigmoid, tanh, softmax, abs, leaky_relu, relu6, threshold]
_known += [softplus, elu, celu, selu, silu, mish, gelu, squareplus, sparse_plus, exponential]
_known += [softsign, log_sigmoid, hard_sigmoid, sparse_sigmoid, hard_tanh, hard_silu]
_known += [soft_shrink, hard_shrink, tanh_shrink, log_softmax, sparsemax, glu]
_registry = Registry("activation", "activations", _known, {"swish": swish, "hard_swish": hard_swish})


def get(identifier):
    """The activation for a name, config, or callable; None stands for `linear`.

    >>> get("relu"), get(None)
    (<activation relu>, <activation linear>)
    """
    return linear if identifier is None else _registry.get(identifier)


def serialize(activation):
    """A JSON-ready description: the name of a known activation, else a config dictionary."""
    return _registry.serialize(activation.function if isinstance(activation, Recorded) else activation)


def deserialize(config, custom_objects=None):
    """The activation that `serialize` described."""
    return _registry.deserialize(config, custom_objects)


__getattr__ = helpful_getattr(__name__, globals())
