"""kerasschool: Keras for learners, in plain NumPy.

The names are Keras's own, so a program written for it changes one import::

    import kerasschool as keras
"""

from kerasschool import (
    activations,
    callbacks,
    config,
    constraints,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    random,
    regularizers,
    saving,
    utils,
)
from kerasschool.layers import Input
from kerasschool.models import Sequential

__version__ = "0.1.0"
