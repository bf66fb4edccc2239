"""Optimizers: how the gradients change the weights.

`gradient_descent.py` and `adam.py` come first; `base.py` holds what all share, `learner.py` is for loops written by
hand.

Lesson: 09. Source: `keras.optimizers`.
"""

from kerasschool.errors import helpful_getattr, message
from kerasschool.optimizers import schedules
from kerasschool.optimizers.adam import Adam
from kerasschool.optimizers.adam_family import Adafactor, Adamax, AdamW, Lamb, Lion, Nadam
from kerasschool.optimizers.adaptive import Adadelta, Adagrad, Ftrl, RMSprop
from kerasschool.optimizers.base import Optimizer
from kerasschool.optimizers.gradient_descent import SGD
from kerasschool.optimizers.learner import sgd
from kerasschool.registry import Registry

_registry = Registry(
    "optimizer",
    "optimizers",
    [SGD, RMSprop, Adam, AdamW, Adagrad, Adadelta, Adamax, Nadam, Ftrl, Lion, Lamb, Adafactor],
    spell=str.lower,
)
deserialize, serialize = _registry.deserialize, _registry.serialize


def get(identifier):
    """The optimizer for a name, config or instance; None stays None.

    >>> type(get("adam")).__name__
    'Adam'
    """
    found = _registry.get(identifier)
    if found is None or isinstance(found, Optimizer):
        return found
    raise ValueError(
        message("`optimizer` must be a name or an optimizer.", "For example 'adam'.", optimizer=identifier)
    )


__getattr__ = helpful_getattr(__name__, globals())
