"""Arguments that older tutorials use, and what they are called today.

Code with an old spelling runs, and a warning names the new one. An argument that was never right gets the nearest
right name instead.
"""

import inspect
import warnings

from kerasschool.errors import unknown_arguments

LAYER = {"output_dim": "units", "init": "kernel_initializer", "W_regularizer": "kernel_regularizer"}
FIT = {"nepochs": "epochs", "nb_epoch": "epochs"}
OPTIMIZER = {"lr": "learning_rate"}

# Functions of `keras.backend` (`K.mean`), and where they are in Keras 3; arguments are the same.
BACKEND = {
    **{
        name: f"ops.{name}"
        for name in (
            *("abs", "all", "any", "arange", "argmax", "argmin", "cast", "clip", "concatenate", "cos", "cumsum"),
            *("elu", "equal", "exp", "expand_dims", "eye", "greater", "greater_equal", "hard_sigmoid", "less"),
            *("less_equal", "log", "logsumexp", "max", "maximum", "mean", "min", "minimum", "ndim", "not_equal"),
            *("ones", "ones_like", "prod", "relu", "reshape", "round", "shape", "sigmoid", "sign", "sin", "softmax"),
            *("softplus", "softsign", "sqrt", "square", "squeeze", "stack", "std", "stop_gradient", "sum", "tanh"),
            *("tile", "transpose", "var", "zeros", "zeros_like"),
            *("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"),
        )
    },
    "batch_flatten": "layers.Flatten()",
    "constant": "ops.convert_to_tensor",
    "dot": "ops.matmul",
    "eval": "ops.convert_to_numpy",
    "get_value": "ops.convert_to_numpy",
    "int_shape": "ops.shape",
    "permute_dimensions": "ops.transpose",
    "pow": "ops.power",
    "random_normal": "random.normal",
    "random_uniform": "random.uniform",
    "switch": "ops.where",
    "variable": "Variable",
}


def rename(function, arguments, spellings, of=None):
    """Replace old names in the dictionary `arguments`, with a warning each.

    Args:
        function: the name shown, for example ``"Dense"``.
        arguments: the leftover keyword arguments, old name → value; not changed.
        spellings: old name → new name.
        of: the callable that holds the right names, for the error about any other argument.

    Returns:
        A dictionary, new name → value.

    Raises:
        TypeError: for an argument that is neither old nor new.
    """
    strangers = {name: value for name, value in arguments.items() if name not in spellings}
    if strangers:
        raise unknown_arguments(function, strangers, of)
    renamed = {}
    for old, value in arguments.items():
        warnings.warn(
            f"`{function}({old}=…)` is an old spelling. Today it is `{function}({spellings[old]}=…)`.",
            stacklevel=caller_depth(),
        )
        renamed[spellings[old]] = value
    return renamed


def caller_depth():
    """The stack level of the first caller outside this package, so that a warning points at the reader's line."""
    frame, depth = inspect.currentframe().f_back, 1
    while frame is not None and frame.f_globals.get("__name__", "").split(".")[0] == "kerasschool":
        frame, depth = frame.f_back, depth + 1
    return depth
