"""Models: layers that are compiled, trained and asked.

Source: `keras.models`.
"""

from kerasschool.errors import helpful_getattr
from kerasschool.models.cloning import clone_model, model_from_json
from kerasschool.models.sequential import Sequential
from kerasschool.registry import Registry
from kerasschool.saving import load_model, save_model

_registry = Registry("model", "models", [Sequential])

__getattr__ = helpful_getattr(__name__, globals())
