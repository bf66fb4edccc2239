"""Losses that ask for a margin: right by 1 or more costs nothing.

Targets are -1 and 1; where all are 0 or 1, the zeros are read as -1.

Lesson: 03. Source: `keras.losses`.
"""

import numpy as np

from kerasschool.losses.base import LossFunctionWrapper
from kerasschool.losses.function import loss_function


@loss_function(labels="hinge")
def hinge(y_true, y_pred):
    """How much is missing to the margin, averaged over the last axis: the loss of support vector machines.

    Args:
        y_true: -1 or 1 (or 0 or 1), shape (batch, …, units).
        y_pred: any numbers of the same shape, for example from `tanh` or from no activation.

    Returns:
        One value per sample, shape (batch, …).

    >>> hinge([[1.0], [-1.0]], [[0.75], [-2.0]]).tolist()
    [0.25, 0.0]
    """
    return np.mean(missing_to_margin(y_true, y_pred), axis=-1)


@hinge.derivative
def _(y_true, y_pred):
    missing = missing_to_margin(y_true, y_pred)
    return -minus_or_plus_1(y_true) * (missing > 0) / y_pred.shape[-1]


@loss_function(labels="hinge")
def squared_hinge(y_true, y_pred):
    """The square of `hinge`'s values: small misses cost little, large ones much.

    >>> squared_hinge([[1.0], [-1.0]], [[0.5], [-2.0]]).tolist()
    [0.25, 0.0]
    """
    return np.mean(np.square(missing_to_margin(y_true, y_pred)), axis=-1)


@squared_hinge.derivative
def _(y_true, y_pred):
    return -2 * minus_or_plus_1(y_true) * missing_to_margin(y_true, y_pred) / y_pred.shape[-1]


@loss_function(labels="one_hot")
def categorical_hinge(y_true, y_pred):
    """How much is missing until the true class is 1 ahead of the best of the others, for one-hot targets.

    >>> categorical_hinge([[0.0, 1.0, 0.0]], [[0.5, 0.75, 0.0]]).tolist()
    [0.75]
    """
    of_true_class = np.sum(y_true * y_pred, axis=-1)
    best_other = np.max((1 - y_true) * y_pred, axis=-1)
    return np.maximum(best_other - of_true_class + 1, 0)


@categorical_hinge.derivative
def _(y_true, y_pred):
    others = (1 - y_true) * y_pred
    is_best = (others == np.max(others, axis=-1, keepdims=True)).astype(y_pred.dtype)
    is_best /= np.sum(is_best, axis=-1, keepdims=True)  # several best ones share
    costs = categorical_hinge.function(y_true, y_pred) > 0
    return (is_best * (1 - y_true) - y_true) * costs[..., None]


def missing_to_margin(y_true, y_pred):
    """How much each prediction must rise on its target's side to be right by 1."""
    return np.maximum(1 - minus_or_plus_1(y_true) * y_pred, 0)


def minus_or_plus_1(y_true):
    """0/1 targets as -1/1; others as they are."""
    return 2 * y_true - 1 if np.all((y_true == 0) | (y_true == 1)) else y_true


class Hinge(LossFunctionWrapper):
    """How much the predictions miss a margin of 1, on average, for targets -1 and 1.

    Args:
        reduction: `"sum_over_batch_size"` (the mean over the batch), `"mean"`, `"mean_with_sample_weight"`, `"sum"`
            or None.
        name: shown in logs.
        dtype: None takes `config.floatx()`.

    >>> print(Hinge()([[1.0], [-1.0]], [[0.5], [-2.0]]))
    0.25
    """

    def __init__(self, reduction="sum_over_batch_size", name="hinge", dtype=None):
        super().__init__(hinge, reduction, name, dtype)


class SquaredHinge(LossFunctionWrapper):
    """The mean of the squared misses of the margin. Arguments as for `Hinge`.

    >>> print(SquaredHinge()([[1.0], [-1.0]], [[0.5], [-2.0]]))
    0.125
    """

    def __init__(self, reduction="sum_over_batch_size", name="squared_hinge", dtype=None):
        super().__init__(squared_hinge, reduction, name, dtype)


class CategoricalHinge(LossFunctionWrapper):
    """The mean miss of a margin of 1 between the true class and the best other. Arguments as for `Hinge`.

    >>> print(CategoricalHinge()([[0.0, 1.0]], [[0.5, 0.5]]))
    1.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="categorical_hinge", dtype=None):
        super().__init__(categorical_hinge, reduction, name, dtype)
