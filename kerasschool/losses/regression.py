"""Losses for targets that are numbers: how far off is the prediction?

Lesson: 03. Source: `keras.losses`.
"""

import math

import numpy as np

from kerasschool import config
from kerasschool.errors import check_number
from kerasschool.losses.base import LossFunctionWrapper
from kerasschool.losses.function import loss_function


@loss_function(labels="numbers")
def mean_squared_error(y_true, y_pred):
    """The square of the error, averaged over the last axis: one large error costs more than many small ones.

    Args:
        y_true, y_pred: arrays of shape (batch, …, features).

    Returns:
        One value per sample, shape (batch, …).

    >>> mean_squared_error([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
    [5.0]
    >>> mean_squared_error.gradient([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
    [[1.0, 3.0]]
    """
    return np.mean(np.square(y_pred - y_true), axis=-1)


@mean_squared_error.derivative
def _(y_true, y_pred):
    slope = y_pred - y_true
    slope *= 2 / y_pred.shape[-1]
    return slope


@loss_function(labels="numbers")
def mean_absolute_error(y_true, y_pred):
    """The size of the error, averaged over the last axis: every error counts in proportion.

    >>> mean_absolute_error([[0.0, 0.0]], [[1.0, -3.0]]).tolist()
    [2.0]
    """
    return np.mean(np.abs(y_pred - y_true), axis=-1)


@mean_absolute_error.derivative
def _(y_true, y_pred):
    return np.sign(y_pred - y_true) / y_pred.shape[-1]


@loss_function(labels="not_zero")
def mean_absolute_percentage_error(y_true, y_pred):
    """The error in percent of the target. Targets near 0 make it huge: choose another loss for those.

    >>> mean_absolute_percentage_error([[2.0, 10.0]], [[1.0, 10.0]]).tolist()
    [25.0]
    """
    size = np.maximum(np.abs(y_true), config.epsilon())
    return np.mean(100 * np.abs((y_true - y_pred) / size), axis=-1)


@mean_absolute_percentage_error.derivative
def _(y_true, y_pred):
    size = np.maximum(np.abs(y_true), config.epsilon())
    return np.sign(y_pred - y_true) * (100 / y_pred.shape[-1]) / size


@loss_function(labels="not_negative")
def mean_squared_logarithmic_error(y_true, y_pred):
    """The squared error of the logarithms (of value + 1): for targets that span several sizes, such as prices.

    >>> print(mean_squared_logarithmic_error([[math.e - 1]], [[0.0]]).round(4))
    [1.]
    """
    predicted = np.log(np.maximum(y_pred, config.epsilon()) + 1)
    target = np.log(np.maximum(y_true, config.epsilon()) + 1)
    return np.mean(np.square(predicted - target), axis=-1)


@loss_function(labels="numbers")
def huber(y_true, y_pred, delta=1.0):
    """Squared error for small errors, absolute error beyond `delta`: an outlier pulls no harder than that.

    Source: Huber 1964, Robust estimation of a location parameter.

    >>> huber([[0.0], [0.0]], [[1.0], [3.0]]).tolist()
    [0.5, 2.5]
    """
    error = np.abs(y_pred - y_true)
    return np.mean(np.where(error <= delta, 0.5 * np.square(error), delta * error - 0.5 * delta**2), axis=-1)


@huber.derivative
def _(y_true, y_pred, delta=1.0):
    return np.clip(y_pred - y_true, -delta, delta) / y_pred.shape[-1]


@loss_function(labels="numbers")
def log_cosh(y_true, y_pred):
    """log(cosh(error)): near 0 half the squared error, far out the absolute error, with no kink between.

    >>> print(log_cosh([[0.0]], [[100.0]]).round(4))
    [99.3069]
    """
    error = y_pred - y_true
    return np.mean(error + np.logaddexp(0, -2 * error) - math.log(2), axis=-1)


@log_cosh.derivative
def _(y_true, y_pred):
    return np.tanh(y_pred - y_true) / y_pred.shape[-1]


@loss_function(labels="numbers")
def cosine_similarity(y_true, y_pred, axis=-1):
    """Minus the cosine of the angle between target and prediction: -1 same direction, 0 at right angles, 1 opposite.

    >>> print(cosine_similarity([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [2.0, 2.0]]).round(4))
    [-0. -1.]
    """
    return -np.sum(_direction(y_true, axis) * _direction(y_pred, axis), axis=axis)


def _direction(vector, axis):
    """The vector with length 1; a vector of zeros stays as it is."""
    squared_length = np.sum(np.square(vector), axis=axis, keepdims=True)
    return vector / np.sqrt(np.maximum(squared_length, config.epsilon() ** 2))


class MeanSquaredError(LossFunctionWrapper):
    """The mean of the squared errors: the usual loss for numbers.

    Args:
        reduction: `"sum_over_batch_size"` (the mean over the batch), `"mean"`, `"mean_with_sample_weight"`, `"sum"`
            or None.
        name: shown in logs.
        dtype: None takes `config.floatx()`.

    >>> print(MeanSquaredError()([[0.0], [0.0]], [[1.0], [3.0]]))
    5.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_squared_error", dtype=None):
        super().__init__(mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(LossFunctionWrapper):
    """The mean of the sizes of the errors: less moved by outliers than the squared error. Arguments as there.

    >>> print(MeanAbsoluteError()([[0.0], [0.0]], [[1.0], [-3.0]]))
    2.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_absolute_error", dtype=None):
        super().__init__(mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(LossFunctionWrapper):
    """The mean error in percent of the target.

    >>> print(MeanAbsolutePercentageError()([[2.0], [10.0]], [[1.0], [10.0]]))
    25.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_absolute_percentage_error", dtype=None):
        super().__init__(mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """The mean squared error of log(value + 1).

    >>> print(MeanSquaredLogarithmicError()([[3.0]], [[3.0]]))
    0.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(mean_squared_logarithmic_error, reduction, name, dtype)


class Huber(LossFunctionWrapper):
    """Squared error up to `delta`, absolute error beyond.

    Args:
        delta: size of error where the square ends; greater than 0.

    >>> print(Huber(delta=1.0)([[0.0], [0.0]], [[1.0], [3.0]]))
    1.5
    """

    def __init__(self, delta=1.0, reduction="sum_over_batch_size", name="huber_loss", dtype=None):
        check_number("delta", delta, 0, exclusive=True)
        super().__init__(huber, reduction, name, dtype, delta=delta)


class LogCosh(LossFunctionWrapper):
    """The logarithm of the hyperbolic cosine of the error: a smooth Huber.

    >>> print(LogCosh()([[1.0]], [[1.0]]))
    0.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="log_cosh", dtype=None):
        super().__init__(log_cosh, reduction, name, dtype)


class CosineSimilarity(LossFunctionWrapper):
    """Minus the cosine of the angle between target and prediction: only the direction counts, not the length.

    Args:
        axis: the axis of the vectors.

    >>> print(CosineSimilarity()([[1.0, 0.0]], [[5.0, 0.0]]))
    -1.0
    """

    def __init__(self, axis=-1, reduction="sum_over_batch_size", name="cosine_similarity", dtype=None):
        super().__init__(cosine_similarity, reduction, name, dtype, axis=axis)
