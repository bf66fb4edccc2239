"""Models: layers that are compiled, trained and asked.

Source: `keras.models`.
"""

from kerasschool.errors import helpful_getattr
from kerasschool.models.sequential import Sequential
from kerasschool.registry import Registry

_registry = Registry("model", "models", [Sequential])

__getattr__ = helpful_getattr(__name__, globals())
