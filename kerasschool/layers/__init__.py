"""Layers: what a model is a stack of.

Source: `keras.layers`.
"""

from kerasschool.errors import helpful_getattr
from kerasschool.layers.base import Layer
from kerasschool.layers.core import Activation, Input, InputLayer
from kerasschool.layers.dense import Dense
from kerasschool.registry import Registry

_registry = Registry("layer", "layers", [InputLayer, Dense, Activation])
deserialize, serialize = _registry.deserialize, _registry.serialize

__getattr__ = helpful_getattr(__name__, globals())
