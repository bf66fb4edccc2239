"""Helpers around models and data.

Source: `keras.utils`.
"""

from kerasschool.errors import helpful_getattr
from kerasschool.layers.keras_tensor import forget_names as clear_session
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
from kerasschool.utils.arrays import normalize, set_random_seed, split_dataset, to_categorical
from kerasschool.utils.dataset import PyDataset, Sequence, pack_x_y_sample_weight, unpack_x_y_sample_weight
from kerasschool.utils.progbar import Progbar

__getattr__ = helpful_getattr(__name__, globals())
