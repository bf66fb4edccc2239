"""How far numbers are off: the losses for numbers, averaged over all rows, and the share of variance explained.

Lesson: 05. Source: `keras.metrics`.
"""

import warnings

import numpy as np

from kerasschool import losses
from kerasschool.errors import check_whole, message, unknown
from kerasschool.losses.reduction import squeeze_or_expand_to_same_rank
from kerasschool.metrics.base import Mean, MeanOf, Metric, spread_weights


class MeanSquaredError(MeanOf):
    """The mean of `(y_true - y_pred)²`.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> MeanSquaredError()([[0, 1], [0, 0]], [[1, 1], [0, 0]])
    0.25
    """

    _direction = "down"

    def __init__(self, name="mean_squared_error", dtype=None):
        super().__init__(losses.mean_squared_error, name, dtype)


class RootMeanSquaredError(Mean):
    """The square root of the mean squared error over all rows: an error in the unit of the labels.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> RootMeanSquaredError()([[0, 1], [0, 0]], [[1, 1], [0, 0]])
    0.5
    """

    _direction = "down"

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(name, dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = np.asarray(y_true, self.dtype), np.asarray(y_pred, self.dtype)
        y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        super().update_state(np.square(y_pred - y_true), sample_weight)

    def result(self):
        return float(np.sqrt(super().result()))


class MeanAbsoluteError(MeanOf):
    """The mean of `|y_true - y_pred|`.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> MeanAbsoluteError()([[0, 1], [0, 0]], [[1, 1], [0, 0]])
    0.25
    """

    _direction = "down"

    def __init__(self, name="mean_absolute_error", dtype=None):
        super().__init__(losses.mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanOf):
    """The mean error in percent of the label; huge where a label is near 0.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> MeanAbsolutePercentageError()([[2.0], [10.0]], [[1.0], [10.0]])
    25.0
    """

    _direction = "down"

    def __init__(self, name="mean_absolute_percentage_error", dtype=None):
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanOf):
    """The mean of `(log(y_true + 1) - log(y_pred + 1))²`: errors as ratios.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> round(MeanSquaredLogarithmicError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]), 4)
    0.1201
    """

    _direction = "down"

    def __init__(self, name="mean_squared_logarithmic_error", dtype=None):
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


class LogCoshError(MeanOf):
    """The mean of `log(cosh(y_pred - y_true))`: like half the squared error near 0, like the error far away.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> round(LogCoshError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]), 4)
    0.1084
    """

    _direction = "down"

    def __init__(self, name="logcosh", dtype=None):
        super().__init__(losses.log_cosh, name, dtype)


def cosine_similarity(y_true, y_pred, axis=-1):
    """The cosine of the angle between labels and predictions: 1 in the same direction (the loss has the other sign)."""
    return -losses.cosine_similarity(y_true, y_pred, axis=axis)


class CosineSimilarity(MeanOf):
    """The mean cosine of the angle between labels and predictions: 1 same direction, 0 right angle, -1 opposite.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.
        axis: along which the vectors lie.

    >>> round(CosineSimilarity()([[0, 1], [1, 1]], [[1, 0], [1, 1]]), 4)
    0.5
    """

    _direction = "up"

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        super().__init__(cosine_similarity, name, dtype, axis=axis)

    def get_config(self):  # Keras leaves the axis out; so do we where it is the usual one
        config = super().get_config()
        if self.axis == -1:
            del config["axis"]
        return config


class R2Score(Metric):
    """The share of the labels' variance that the predictions explain: `1 - sum((y - p)²) / sum((y - mean(y))²)`.

    1 is perfect, 0 as good as always predicting the mean, below 0 worse than that.

    Args:
        class_aggregation: `"uniform_average"`, `"variance_weighted_average"`, or None for one score per output.
        num_regressors: number of inputs, for the adjusted score; 0 for the plain one.
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> round(R2Score()([[1], [4], [3]], [[2], [4], [4]]), 4)
    0.5714
    """

    _direction = "up"

    def __init__(self, class_aggregation="uniform_average", num_regressors=0, name="r2_score", dtype=None):
        known = (None, "uniform_average", "variance_weighted_average")
        if class_aggregation not in known:
            raise unknown("class_aggregation", class_aggregation, known)
        self.num_regressors = check_whole("num_regressors", num_regressors, 0)
        self.class_aggregation = class_aggregation
        super().__init__(name=name, dtype=dtype)
        self.num_samples = self.add_variable((), "zeros", dtype="float64", name="num_samples")
        self.count = None

    def _build(self, outputs):
        for attribute, name in (("squared_sum",) * 2, ("sum",) * 2, ("total_mse", "residual"), ("count",) * 2):
            setattr(self, attribute, self.add_variable((outputs,), "zeros", dtype="float64", name=name))

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = np.asarray(y_true, self.dtype), np.asarray(y_pred, self.dtype)
        y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        if y_pred.ndim != 2 or y_true.shape != y_pred.shape:
            raise ValueError(
                message(
                    "`R2Score` needs labels and predictions of shape (n, outputs).",
                    fix="One output in a row (n,) becomes a column with `y.reshape(-1, 1)`.",
                    **{"y_true.shape": y_true.shape, "y_pred.shape": y_pred.shape},
                )
            )
        weight = np.asarray(1.0 if sample_weight is None else sample_weight, np.float64)
        weight = spread_weights(weight[:, None] if weight.ndim == 1 else weight, y_true.shape)
        if self.count is None:
            self._build(y_pred.shape[1])
        y_true, y_pred = y_true.astype(np.float64), y_pred.astype(np.float64)
        self.sum.value += np.sum(y_true * weight, axis=0)
        self.squared_sum.value += np.sum(np.square(y_true) * weight, axis=0)
        self.total_mse.value += np.sum(np.square(y_true - y_pred) * weight, axis=0)
        self.count.value += np.sum(weight, axis=0)
        self.num_samples.value += y_true.size

    def result(self):
        if self.count is None:
            return 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            total = self.squared_sum.value - np.square(self.sum.value) / self.count.value
            scores = 1 - self.total_mse.value / total
            scores[np.isinf(scores)] = 0.0
            if self.class_aggregation == "uniform_average":
                scores = np.mean(scores)
            elif self.class_aggregation == "variance_weighted_average":
                scores = np.sum(total * scores) / np.sum(total)
        scores = self._adjusted(scores)
        return scores.astype(self.dtype) if self.class_aggregation is None else float(scores)

    def _adjusted(self, scores):
        """Lower the score for each input used, since any input raises it a little by chance."""
        if self.num_regressors == 0:
            return scores
        rows = float(self.num_samples)
        left = rows - self.num_regressors - 1
        if left > 0:
            return 1 - (1 - scores) * (rows - 1) / left
        warnings.warn(
            f"The adjusted R² needs more than {self.num_regressors + 1} rows for {self.num_regressors} regressors; "
            "this is the plain R².",
            stacklevel=3,
        )
        return scores

    def get_config(self):
        options = {"class_aggregation": self.class_aggregation, "num_regressors": self.num_regressors}
        return {**super().get_config(), **options}
