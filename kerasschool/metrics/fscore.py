"""Precision and recall in one number, for each class.

Lesson: 05. Source: `keras.metrics`.
"""

import numpy as np

from kerasschool import config
from kerasschool.errors import check_number, message, unknown
from kerasschool.metrics.base import Metric

AVERAGES = (None, "micro", "macro", "weighted")


class FBetaScore(Metric):
    """The weighted harmonic mean of precision and recall, `(1 + b²) · p · r / (b² · p + r)`.

    Args:
        average: None for one score per class; `"macro"` for their mean; `"weighted"` for their mean weighted by how
            often each class occurs; `"micro"` for one score of the counts over all classes.
        beta: above 1 recall counts more, below 1 precision.
        threshold: scores above it are positive; None: the highest score of each row is.
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> metric = FBetaScore(beta=2.0, threshold=0.5)
    >>> y_true = [[1, 1, 1], [1, 0, 0], [1, 1, 0]]
    >>> print(metric(y_true, [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]).round(4))
    [0.3846 0.9091 0.8333]
    """

    _direction = "up"

    def __init__(self, average=None, beta=1.0, threshold=None, name="fbeta_score", dtype=None):
        if average not in AVERAGES:
            raise unknown("average", average, AVERAGES)
        self.beta = check_number("beta", beta, 0, exclusive=True)
        self.threshold = threshold if threshold is None else check_number("threshold", threshold, 0, 1)
        if threshold == 0:
            raise ValueError(message("`threshold` must be above 0.", threshold=threshold))
        super().__init__(name=name, dtype=dtype)
        self.average = average
        self.true_positives = None

    def _build(self, classes):
        shape = () if self.average == "micro" else (classes,)
        for name in ("true_positives", "false_positives", "false_negatives", "intermediate_weights"):
            setattr(self, name, self.add_variable(shape, "zeros", dtype="float64", name=name))

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = np.asarray(y_true, np.float64), np.asarray(y_pred, config.floatx())
        if y_pred.ndim != 2 or y_true.shape != y_pred.shape:
            raise ValueError(
                message(
                    f"`{type(self).__name__}` looks at each class for itself.",
                    "Expected `y_true` and `y_pred` of the same shape (n, classes).",
                    "Class numbers become one-hot labels with `utils.to_categorical`; "
                    "labels (n,) of one class become a column with `y.reshape(-1, 1)`.",
                    **{"y_true.shape": y_true.shape, "y_pred.shape": y_pred.shape},
                )
            )
        weight = 1.0 if sample_weight is None else _column(sample_weight, len(y_pred))
        if self.true_positives is None:
            self._build(y_pred.shape[1])
        if self.threshold is None:  # a row of zeros names no class
            positive = (y_pred >= y_pred.max(axis=-1, keepdims=True)) & (np.abs(y_pred) > 1e-9)
        else:
            positive = y_pred > y_pred.dtype.type(self.threshold)
        axis = None if self.average == "micro" else 0
        self.true_positives.value += np.sum(positive * y_true * weight, axis=axis)
        self.false_positives.value += np.sum(positive * (1 - y_true) * weight, axis=axis)
        self.false_negatives.value += np.sum(~positive * y_true * weight, axis=axis)
        self.intermediate_weights.value += np.sum(y_true * weight, axis=axis)

    def result(self):
        if self.true_positives is None:
            return 0.0
        tiny, hits = config.epsilon(), self.true_positives.value
        precision = hits / (hits + self.false_positives.value + tiny)
        recall = hits / (hits + self.false_negatives.value + tiny)
        score = (1 + self.beta**2) * precision * recall / (self.beta**2 * precision + recall + tiny)
        if self.average is None:
            return score.astype(self.dtype)
        if self.average == "weighted":
            support = self.intermediate_weights.value
            return float(np.sum(score * support / (np.sum(support) + tiny)))
        return float(np.mean(score))

    def get_config(self):
        options = {"average": self.average, "beta": self.beta, "threshold": self.threshold}
        return {**super().get_config(), **options}


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall, `2 · p · r / (p + r)`: high only when both are.

    Args:
        average: None for one score per class; `"macro"` for their mean; `"weighted"` for their mean weighted by how
            often each class occurs; `"micro"` for one score of the counts over all classes.
        threshold: scores above it are positive; None: the highest score of each row is.
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> metric = F1Score(threshold=0.5)
    >>> y_true = [[1, 1, 1], [1, 0, 0], [1, 1, 0]]
    >>> print(metric(y_true, [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]]).round(4))
    [0.5    0.8    0.6667]
    """

    def __init__(self, average=None, threshold=None, name="f1_score", dtype=None):
        super().__init__(average=average, threshold=threshold, name=name, dtype=dtype)

    def get_config(self):
        config = super().get_config()
        del config["beta"]
        return config


def _column(sample_weight, rows):
    weight = np.asarray(sample_weight, np.float64)
    if weight.shape not in ((rows,), (rows, 1)):
        raise ValueError(
            message(
                "`sample_weight` does not fit the data.",
                f"Expected one weight per row ({rows} of them).",
                sample_weight=sample_weight,
            )
        )
    return weight.reshape(rows, 1)
