"""What is left of `keras.backend` in Keras 3: settings and questions about types. Its maths is in `ops` today.

Source: `keras.backend`.
"""

from kerasschool.config import backend, epsilon, floatx, image_data_format, set_epsilon, set_floatx
from kerasschool.errors import helpful_getattr
from kerasschool.layers.keras_tensor import KerasTensor, forget_names
from kerasschool.old_spellings import BACKEND
from kerasschool.ops.core import as_dtype

__all__ = [
    "backend",
    "epsilon",
    "floatx",
    "image_data_format",
    "set_epsilon",
    "set_floatx",
    "clear_session",
    "standardize_dtype",
    "is_float_dtype",
    "is_int_dtype",
    "is_keras_tensor",
]


def clear_session(free_memory=True):
    """Start naming layers from the beginning: `dense`, `dense_1`, …

    Args:
        free_memory: accepted, and without effect: a model that nothing refers to is gone already.
    """
    forget_names()


def standardize_dtype(dtype):
    """The name of a type of numbers; None stands for `config.floatx()`.

    >>> standardize_dtype(int), standardize_dtype("float64"), standardize_dtype(None)
    ('int32', 'float64', 'float32')
    """
    return floatx() if dtype is None else as_dtype(dtype).name


def is_float_dtype(dtype):
    """True for `"float32"`, `"float64"` and the other types with a point.

    >>> is_float_dtype("float32"), is_float_dtype("int32")
    (True, False)
    """
    return as_dtype(standardize_dtype(dtype)).kind == "f"


def is_int_dtype(dtype):
    """True for `"int32"`, `"uint8"` and the other types of whole numbers.

    >>> is_int_dtype("uint8"), is_int_dtype("bool")
    (True, False)
    """
    return as_dtype(standardize_dtype(dtype)).kind in "iu"


def is_keras_tensor(x):
    """True for what `Input` returns: a stand-in that has a shape and no numbers yet."""
    return isinstance(x, KerasTensor)


LEFT_OUT = {  # names of `keras.backend`, and what to do instead
    "get_uid": "Layers number themselves; pass `name=` to choose.",
    "result_type": "NumPy has `numpy.result_type`.",
    "set_image_data_format": "Features are always the last axis.",
}

__getattr__ = helpful_getattr(
    __name__, globals(), {**LEFT_OUT, **{name: f"Today it is `keras.{place}`." for name, place in BACKEND.items()}}
)
