"""Saving and loading: whole models, weights, and the names of your own classes and functions in files.

Left out: Keras's `KerasFileEditor`, which repairs weight files by hand when a program's layers have changed; it is no
part of learning how networks learn.

Source: `keras.saving`.
"""

from kerasschool.errors import helpful_getattr
from kerasschool.registry import (
    CustomObjectScope,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
    serialize_keras_object,
)
from kerasschool.saving.files import load_model, load_weights, save_model, save_weights
from kerasschool.saving.model_files import ModelFiles as _ModelFiles

LEFT_OUT = {"KerasFileEditor": "It repairs weight files by hand; for that use Keras itself."}

__getattr__ = helpful_getattr(__name__, globals(), LEFT_OUT)
