"""Activations: the bend that a layer puts on its weighted sums.

`everyday.py` holds those of every tutorial, `more.py` the rest of Keras's, `base.py` what each is made of.

Lesson: 07. Source: `keras.activations`.
"""

from kerasschool.activations.base import Activation, record
from kerasschool.activations.everyday import abs, linear, relu, sigmoid, softmax, tanh
from kerasschool.errors import helpful_getattr
from kerasschool.registry import Registry

_registry = Registry("activation", "activations", [linear, relu, sigmoid, tanh, abs, softmax])


def get(identifier):
    """The activation for a name, config, or callable; None stands for `linear`.

    >>> get("relu"), get(None)
    (<activation relu>, <activation linear>)
    """
    return linear if identifier is None else _registry.get(identifier)


def serialize(activation):
    """A JSON-ready description: the name of a known activation, else a config dictionary."""
    return _registry.serialize(activation)


def deserialize(config, custom_objects=None):
    """The activation that `serialize` described."""
    return _registry.deserialize(config, custom_objects)


__getattr__ = helpful_getattr(__name__, globals())
