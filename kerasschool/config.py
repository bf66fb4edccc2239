"""What every layer agrees on: the float type, the smallest safe denominator; and where messages go.

Source: `keras.config`.
"""

from kerasschool.errors import check_number, helpful_getattr, message

_settings = {"floatx": "float32", "epsilon": 1e-7, "interactive_logging": True}
FLOATS = ("float32", "float64")


def floatx():
    """The name of the float type that new weights and converted inputs have.

    >>> from kerasschool import config
    >>> config.floatx()
    'float32'
    """
    return _settings["floatx"]


def set_floatx(value):
    """Choose `"float32"` (Keras's default) or `"float64"` (for checking gradients) for new models."""
    if value not in FLOATS:
        raise ValueError(message("Unknown float type.", f"Expected one of {', '.join(FLOATS)}.", value=value))
    _settings["floatx"] = str(value)


def epsilon():
    """The small number (1e-7) that keeps logarithms and divisions away from zero."""
    return _settings["epsilon"]


def set_epsilon(value):
    """Set the small number that keeps logarithms and divisions away from zero."""
    _settings["epsilon"] = float(check_number("value", value, 0, exclusive=True))


def backend():
    """The name of the library that does the arithmetic: always `"numpy"`."""
    return "numpy"


def image_data_format():
    """Always `"channels_last"`: features are the last axis."""
    return "channels_last"


def enable_interactive_logging():
    """Print progress bars and messages of callbacks to the screen (the default)."""
    _settings["interactive_logging"] = True


def disable_interactive_logging():
    """Send progress bars and messages of callbacks to Python's `logging`, logger `"kerasschool"`, level INFO."""
    _settings["interactive_logging"] = False


def is_interactive_logging_enabled():
    """True when messages are printed, False when they go to `logging`.

    >>> from kerasschool import config
    >>> config.is_interactive_logging_enabled()
    True
    """
    return _settings["interactive_logging"]


NO_POLICY = "Mixed precision is for graphics cards. Use `config.set_floatx`, or a layer's `dtype=`."
NO_LIMITS = "Pass `epochs=` and `steps_per_epoch=` to `fit`."
NO_FLASH = "There are no attention layers here."
NO_FILTER = "Nothing is filtered out of error messages here."

LEFT_OUT = {  # names of `keras.config`, and what to do instead
    **dict.fromkeys(["dtype_policy", "set_dtype_policy"], NO_POLICY),
    **dict.fromkeys(["max_epochs", "set_max_epochs", "max_steps_per_epoch", "set_max_steps_per_epoch"], NO_LIMITS),
    **dict.fromkeys(["enable_flash_attention", "disable_flash_attention", "is_flash_attention_enabled"], NO_FLASH),
    **dict.fromkeys([f"{verb}_traceback_filtering" for verb in ("enable", "disable")], NO_FILTER),
    "is_traceback_filtering_enabled": NO_FILTER,
    "is_nnx_enabled": "It belongs to Keras on JAX.",
    "set_backend": "The arithmetic is always NumPy's.",
    "set_image_data_format": "Features are always the last axis; layers that can do both take `data_format=`.",
    "enable_unsafe_deserialization": "Code in a file is never run. Pass your functions as `custom_objects=`.",
}

__getattr__ = helpful_getattr(__name__, globals(), LEFT_OUT)
