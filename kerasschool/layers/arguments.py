"""Checks of what readers pass to layers: data, float types, axes, and shapes in their old spelling."""

import inspect
import warnings

import numpy as np

from kerasschool import config
from kerasschool.errors import check_one_of, check_whole, message
from kerasschool.old_spellings import caller_depth

PLAIN = (str, int, float, bool, type(None))


def to_array(values, dtype):
    """`values` as a C-contiguous array of `dtype`, with the error that teaches for text and ragged lists."""
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "fiub":
            array = np.asarray(values, dtype=dtype)
    except (ValueError, TypeError) as error:
        raise ValueError(
            message(
                "These inputs cannot be read as an array of numbers.",
                "Expected rows of numbers, all of the same length.",
                "Texts must be encoded as numbers first.",
                inputs=values,
            )
        ) from error
    return np.ascontiguousarray(array, dtype=dtype) if array.ndim else array.astype(dtype)


def float_type(dtype):
    """The name of a layer's float type, from a name, a NumPy type or a policy's config; None is `config.floatx()`."""
    if isinstance(dtype, dict):
        dtype = dtype.get("config", dtype).get("name")
    try:
        name = config.floatx() if dtype is None else getattr(dtype, "name", None) or np.dtype(dtype).name
    except TypeError:
        name = dtype
    if name not in config.FLOATS:
        raise ValueError(message("Unknown float type.", f"Expected one of {', '.join(config.FLOATS)}.", dtype=dtype))
    return name


def check_axes(name, axis):
    """`axis` as an int or a list of ints, or the error that says what an axis is."""
    if isinstance(axis, (int, np.integer)) and not isinstance(axis, bool):
        return int(axis)
    if isinstance(axis, (list, tuple)) and axis and all(isinstance(each, (int, np.integer)) for each in axis):
        return [int(each) for each in axis]
    raise TypeError(message(f"`{name}` must be a whole number or a list of whole numbers.", axis=axis))


def check_axes_exist(axes, input_shape):
    """Raise the error that teaches when an axis in the list is not one of the input's."""
    rank = len(input_shape)
    for axis in axes:
        if not -rank <= axis < rank:
            raise ValueError(
                message(f"The inputs have no axis {axis}.", f"They have {rank} axes.", input_shape=tuple(input_shape))
            )


def check_data_format(data_format):
    """`"channels_last"` (also for None) or `"channels_first"`, or the error that says so."""
    data_format = config.image_data_format() if data_format is None else data_format
    return check_one_of("data_format", data_format, ("channels_last", "channels_first"))


def check_shape(name, shape, nothing=(None,)):
    """`shape` as a tuple of whole numbers; the entries in `nothing` are allowed beside them."""
    shape = (shape,) if isinstance(shape, (int, np.integer)) else shape
    if isinstance(shape, (str, bytes)) or not hasattr(shape, "__iter__"):
        raise ValueError(
            message(f"`{name}` must be a tuple of whole numbers.", "For rows of 8 numbers: `(8,)`.", **{name: shape})
        )
    return tuple(size if size in nothing else check_whole(name, size) for size in shape)


def input_shape_from_old_arguments(cls, kwargs):
    """The shape in `input_shape=`, `input_dim=` or `batch_input_shape=`, which are taken out of `kwargs`."""
    shape = None
    for name in ("batch_input_shape", "input_shape", "input_dim"):
        if name in kwargs:
            value = kwargs.pop(name)
            shape = check_shape(name, value)
            shape = shape[1:] if name == "batch_input_shape" else shape
            warnings.warn(
                f"`{cls.__name__}({name}={value})` is an old spelling. "
                f"Today `Input(shape={shape})` comes first in the model.",
                stacklevel=caller_depth(),
            )
    return shape


def plain_arguments(function, args, kwargs):
    """What `function(self, *args, **kwargs)` gets, by name and with defaults; None if something in it is not plain."""
    signature = inspect.signature(function)
    try:
        bound = signature.bind(None, *args, **kwargs)
    except TypeError:
        return None
    bound.apply_defaults()
    given = {}
    for (name, value), parameter in zip(list(bound.arguments.items())[1:], list(signature.parameters.values())[1:]):
        if parameter.kind is parameter.VAR_KEYWORD:
            given.update(value)
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            given[name] = value
        elif value:
            return None
    return given if all(map(_is_plain, given.values())) else None


def _is_plain(value):
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return all(map(_is_plain, value)) if isinstance(value, (list, tuple)) else isinstance(value, PLAIN)
