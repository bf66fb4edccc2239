"""kerasschool: Keras for learners, in plain NumPy.

The names are Keras's own, so a program written for it changes one import::

    import kerasschool as keras
"""

import importlib

from kerasschool import (
    activations,
    autodiff,
    backend,
    callbacks,
    config,
    constraints,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    random,
    regularizers,
    saving,
    utils,
)
from kerasschool.errors import helpful_getattr
from kerasschool.initializers import Initializer
from kerasschool.layers import Input, InputSpec, Layer
from kerasschool.layers.keras_tensor import KerasTensor
from kerasschool.losses import Loss
from kerasschool.metrics import Metric
from kerasschool.models import Sequential
from kerasschool.optimizers import Optimizer
from kerasschool.parameters import Parameter as Variable
from kerasschool.regularizers import Regularizer

__version__ = "0.1.0"


def version():
    """The version of kerasschool, as a string."""
    return __version__


# Rooms that are opened when they are asked for, so that `import kerasschool` stays quick and draws nothing.
ROOMS = ("trials", "live", "checks", "plots", "views", "panels")

NO_POLICY = "Mixed precision is for graphics cards. Use `config.set_floatx`, or a layer's `dtype=`."
NO_SCOPE = "It belongs to the way Keras runs on JAX and TensorFlow."
NO_QUANTIZER = "It makes large trained models smaller."
NO_PICTURES = "It works on pictures; kerasschool's data are rows of numbers."

LEFT_OUT = {  # names of `keras`, and what to do instead
    "Model": models.NO_FUNCTIONAL,
    "Function": models.NO_FUNCTIONAL,
    "Operation": "Subclass `Layer`.",
    **dict.fromkeys(["DTypePolicy", "FloatDTypePolicy", "dtype_policies", "mixed_precision"], NO_POLICY),
    **dict.fromkeys(["StatelessScope", "SymbolicScope", "RematScope", "remat", "name_scope"], NO_SCOPE),
    **dict.fromkeys(["device", "distribution"], "Everything runs on one processor: that is where Keras 3 begins."),
    **dict.fromkeys(["Quantizer", "quantizers"], NO_QUANTIZER),
    **dict.fromkeys(["applications", "visualization"], NO_PICTURES),
    "preprocessing": "What is for rows of numbers is in `layers` (Normalization) and `utils` (pad_sequences).",
    "distillation": "It trains small models from large ones.",
    "export": "Save with `model.save('name.keras')` and load it in Keras 3, which exports.",
    "legacy": "It holds what Keras keeps for files of Keras 2.",
    "tree": "It is for nested inputs; a `Sequential` has one.",
    "wrappers": "It joins Keras with scikit-learn.",
}

_missing = helpful_getattr(__name__, globals(), LEFT_OUT)


def __getattr__(name):
    if name in ROOMS:
        return importlib.import_module(f"{__name__}.{name}")
    if name == "Trials":
        from kerasschool.trials import Trials

        return Trials
    if name == "modernize":
        from kerasschool.modernizer import modernize

        return modernize
    return _missing(name)


def __dir__():
    return sorted([*globals(), *ROOMS, "Trials", "modernize"])
