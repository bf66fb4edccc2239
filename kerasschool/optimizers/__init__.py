"""Optimizers: how the gradients change the weights.

Source: `keras.optimizers`.
"""

from kerasschool.errors import helpful_getattr
from kerasschool.optimizers.adam import Adam
from kerasschool.optimizers.base import Optimizer
from kerasschool.optimizers.sgd import SGD
from kerasschool.registry import Registry

_registry = Registry("optimizer", "optimizers", [SGD, Adam])
get, deserialize, serialize = _registry.get, _registry.deserialize, _registry.serialize

__getattr__ = helpful_getattr(__name__, globals())
