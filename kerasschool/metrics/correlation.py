"""Do predictions rise and fall with the labels, and do they lie on the same line?

Both are computed within each row, over its outputs, and averaged over rows.

Lesson: 05. Sources: `keras.metrics`; Pearson (1895); Lin (1989), *A concordance correlation coefficient*.
"""

import numpy as np

from kerasschool import config
from kerasschool.errors import message
from kerasschool.losses.reduction import squeeze_or_expand_to_same_rank
from kerasschool.metrics.base import MeanOf


def _pair(name, y_true, y_pred):
    y_pred = np.asarray(y_pred, config.floatx())
    y_true, y_pred = squeeze_or_expand_to_same_rank(np.asarray(y_true, y_pred.dtype), y_pred)
    if y_true.shape != y_pred.shape:
        raise ValueError(
            message(
                f"`{name}` needs `y_true` and `y_pred` of the same shape.",
                **{"y_true.shape": y_true.shape, "y_pred.shape": y_pred.shape},
            )
        )
    return y_true, y_pred


def pearson_correlation(y_true, y_pred, axis=-1):
    """The correlation of labels and predictions: 1 for a rising line, 0 for none, -1 for a falling one.

    Args:
        y_true, y_pred: numbers of the same shape.
        axis: along which to correlate; what is constant along it (a single output, say) has no correlation: nan.

    >>> print(pearson_correlation([[0.0, 1.0, 0.5]], [[0.1, 0.9, 0.5]]).round(4))
    [1.]
    """
    y_true, y_pred = _pair("pearson_correlation", y_true, y_pred)
    y_true = y_true - y_true.mean(axis=axis, keepdims=True)
    y_pred = y_pred - y_pred.mean(axis=axis, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        y_true = y_true / y_true.std(axis=axis, keepdims=True)
        y_pred = y_pred / y_pred.std(axis=axis, keepdims=True)
        return np.mean(y_true * y_pred, axis=axis)


def concordance_correlation(y_true, y_pred, axis=-1):
    """How near predictions lie to the line `y_pred = y_true`: 1 on it, less for any other line.

    Args:
        y_true, y_pred: numbers of the same shape.
        axis: along which to compare.

    >>> print(concordance_correlation([[0.0, 1.0, 0.5]], [[0.1, 0.9, 0.5]]).round(4))
    [0.9756]
    """
    y_true, y_pred = _pair("concordance_correlation", y_true, y_pred)
    true_mean, pred_mean = y_true.mean(axis=axis, keepdims=True), y_pred.mean(axis=axis, keepdims=True)
    together = (y_true - true_mean) * (y_pred - pred_mean)
    apart = y_true.var(axis=axis, keepdims=True) + y_pred.var(axis=axis, keepdims=True)
    apart = apart + np.square(true_mean - pred_mean)
    return np.mean(2 * together / (apart + config.epsilon()), axis=axis)


class PearsonCorrelation(MeanOf):
    """The mean over rows of `pearson_correlation`.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.
        axis: along which to correlate.

    >>> metric = PearsonCorrelation()
    >>> round(metric([[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]]), 4)
    0.9967
    """

    _direction = "up"

    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        super().__init__(pearson_correlation, name, dtype, axis=axis)


class ConcordanceCorrelation(MeanOf):
    """The mean over rows of `concordance_correlation`.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.
        axis: along which to compare.

    >>> metric = ConcordanceCorrelation()
    >>> round(metric([[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]]), 4)
    0.9816
    """

    _direction = "up"

    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        super().__init__(concordance_correlation, name, dtype, axis=axis)
