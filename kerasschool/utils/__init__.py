"""Helpers around models and data.

Source: `keras.utils`.
"""

from kerasschool.backend import clear_session, is_keras_tensor, standardize_dtype
from kerasschool.config import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
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
from kerasschool.utils.arrays import normalize, set_random_seed, split_dataset, to_categorical
from kerasschool.utils.dataset import PyDataset, Sequence, pack_x_y_sample_weight, unpack_x_y_sample_weight
from kerasschool.utils.network_drawing import plot_model
from kerasschool.utils.progbar import Progbar
from kerasschool.utils.sequences import pad_sequences

NO_PICTURES = "Pictures need a library such as Pillow; kerasschool's data are rows of numbers."
NO_STREAMS = "It makes a `tf.data.Dataset`. Write a `utils.PyDataset`, or pass arrays."

LEFT_OUT = {  # names of `keras.utils`, and what to do instead
    "get_file": "kerasschool never touches the network: download the file yourself, then `datasets.load_csv(path)`.",
    "model_to_dot": "It makes an object for Graphviz; `utils.plot_model(model)` draws without it.",
    "get_source_inputs": "It is for functional models; kerasschool teaches `Sequential`.",
    "FeatureSpace": "It is for tables of mixed types; turn the columns into numbers with NumPy or pandas.",
    "Config": "A dictionary does the same.",
    "legacy": "It holds what Keras keeps for files of Keras 2.",
    "bounding_boxes": NO_PICTURES,
    **dict.fromkeys(["array_to_img", "img_to_array", "load_img", "save_img"], NO_PICTURES),
    **dict.fromkeys([f"{kind}_dataset_from_directory" for kind in ("audio", "image", "text")], NO_STREAMS),
    "timeseries_dataset_from_array": NO_STREAMS,
}

__getattr__ = helpful_getattr(__name__, globals(), {**LEFT_OUT, "np_utils": "Today it is `utils.to_categorical`."})
