"""Four counts, and the rates made of them: true and false, positives and negatives.

====================== ======================== ========================
..                     predicted positive        predicted negative
====================== ======================== ========================
label 1                ``true_positives``        ``false_negatives``
label 0                ``false_positives``       ``true_negatives``
====================== ======================== ========================

A prediction is positive when it is above the threshold. With many thresholds each prediction is sorted into the
bucket between two of them once, and the counts for all thresholds are sums over buckets: rows + thresholds, not
rows × thresholds.

Lesson: 05. Source: `keras.metrics`.
"""

import numbers

import numpy as np

from kerasschool import config
from kerasschool.errors import check_number, check_whole, message
from kerasschool.losses.reduction import squeeze_or_expand_to_same_rank
from kerasschool.metrics.base import Metric, spread_weights

CELLS = ("true_positives", "false_positives", "true_negatives", "false_negatives")
LOWEST = -1e10  # below every score: the threshold when only `top_k` decides


def divide_no_nan(a, b):
    """`a / b`, and 0 where `b` is 0."""
    return np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape), where=b != 0)


def are_even(thresholds):
    """True if the thresholds are 0, 1/n, 2/n, …, 1 (give or take epsilon)."""
    count = len(thresholds)
    return count >= 3 and np.allclose(thresholds, np.linspace(0, 1, count), atol=config.epsilon())


def count_cells(
    y_true,
    y_pred,
    thresholds,
    *,
    even=False,
    top_k=None,
    class_id=None,
    sample_weight=None,
    label_weights=None,
    multi_label=False,
):
    """The four counts for each threshold, as a dictionary of arrays `(thresholds,)`.

    Args:
        y_true: labels 0 and 1, of any one shape.
        y_pred: scores of the same shape.
        thresholds: list of numbers in any order.
        even: True if `are_even(thresholds)`: the bucket is then computed instead of searched.
        top_k: keep the k highest scores of each row only.
        class_id: look at this column only.
        sample_weight: one weight per row, or one per label.
        label_weights: one weight per column.
        multi_label: count each column for itself; the arrays are then `(thresholds, columns)`.
    """
    y_pred, y_true = squeeze_or_expand_to_same_rank(np.asarray(y_pred, config.floatx()), np.asarray(y_true))
    _check_labels(y_true, y_pred)
    if top_k is not None:
        y_pred = _keep_top_k(y_pred, top_k)
    if class_id is not None:
        y_true, y_pred = _one_column(y_true, class_id), _one_column(y_pred, class_id)
    weights = None if sample_weight is None else _weights_for(sample_weight, y_pred)
    if label_weights is not None:
        columns = spread_weights(label_weights, y_pred.shape)
        weights = columns if weights is None else weights * columns

    size = len(thresholds) + 1
    order = np.argsort(thresholds, kind="stable")
    bucket = _buckets(y_pred, np.asarray(thresholds, y_pred.dtype)[order], even)
    place = bucket + size * (y_true != 0)
    groups = y_pred.shape[-1] if multi_label else 1
    if multi_label:
        place = place + 2 * size * np.arange(groups)
    weights = None if weights is None else np.ravel(weights)
    sums = np.bincount(place.ravel(), weights, minlength=2 * size * groups).reshape(groups, 2, size)
    above = sums[..., ::-1].cumsum(axis=-1, dtype=np.float64)[..., ::-1]  # above[…, b]: in bucket b or a higher one
    total, above = above[..., :1], above[..., 1:]
    above[..., order] = above.copy()
    cells = (above[:, 1], above[:, 0], (total - above)[:, 0], (total - above)[:, 1])
    return dict(zip(CELLS, (each.T if multi_label else each[0] for each in cells), strict=True))


def _buckets(y_pred, thresholds, even):
    """For each prediction, how many of the sorted thresholds are strictly below it."""
    is_number = y_pred == y_pred
    if not even:
        return np.where(is_number, np.searchsorted(thresholds, y_pred), 0)
    bucket = np.ceil(np.clip(np.where(is_number, y_pred, 0), 0, 1) * y_pred.dtype.type(len(thresholds) - 1))
    lowest = 1 if thresholds[0] < 0 else 0  # every score is above -epsilon
    return np.maximum(bucket, lowest).astype(np.intp)


def _check_labels(y_true, y_pred):
    if y_true.shape != y_pred.shape:
        raise ValueError(
            message(
                "Labels and predictions do not fit each other.",
                "Expected `y_true` and `y_pred` of the same shape, or (n,) and (n, 1).",
                "Class numbers become one-hot labels with `utils.to_categorical`."
                if y_true.shape[:1] == y_pred.shape[:1] and y_true.size < y_pred.size
                else "",
                **{"y_true.shape": y_true.shape, "y_pred.shape": y_pred.shape},
            )
        )
    if y_true.size and y_true.dtype != bool and (y_true.min() < 0 or y_true.max() > 1):
        raise ValueError(
            message(
                "This metric counts positives and negatives.",
                "Expected labels 0 and 1.",
                "Class numbers become one-hot labels with `utils.to_categorical`.",
                smallest=y_true.min().item(),
                largest=y_true.max().item(),
            )
        )


def _keep_top_k(y_pred, k):
    """`y_pred` with all but the `k` highest scores of each row put below every threshold."""
    if k > y_pred.shape[-1]:
        raise ValueError(
            message("`top_k` is larger than the number of classes.", top_k=k, **{"y_pred.shape": y_pred.shape})
        )
    best = np.argsort(-y_pred, axis=-1, kind="stable")[..., :k]
    kept = np.full_like(y_pred, LOWEST)
    np.put_along_axis(kept, best, np.take_along_axis(y_pred, best, axis=-1), axis=-1)
    return kept


def _one_column(array, class_id):
    if array.ndim < 2 or class_id >= array.shape[-1]:
        raise ValueError(
            message(
                "There is no such class in the data.",
                "Expected labels and predictions of shape (n, classes), and a `class_id` below `classes`.",
                class_id=class_id,
                shape=array.shape,
            )
        )
    return array[..., class_id, None]


def _weights_for(sample_weight, y_pred):
    """The weights as an array of `y_pred`'s shape: `(n,)` counts for whole rows."""
    weights = np.asarray(sample_weight, np.float64)
    if weights.ndim == y_pred.ndim - 1:
        weights = weights[..., None]
    elif weights.ndim == y_pred.ndim + 1 and weights.shape[-1] == 1:
        weights = weights[..., 0]
    return spread_weights(weights, y_pred.shape)


class ConfusionMetric(Metric):
    """What the metrics made of the four counts share: each names its `cells`, and they add up over batches."""

    cells = CELLS
    even = multi_label = False
    top_k = class_id = label_weights = None

    def _add_cells(self, shape):
        for cell in self.cells:
            setattr(self, cell, self.add_variable(shape, "zeros", dtype="float64", name=cell))

    def _count(self, y_true, y_pred, sample_weight):
        return count_cells(
            y_true,
            y_pred,
            self.thresholds,
            even=self.even,
            top_k=self.top_k,
            class_id=self.class_id,
            sample_weight=sample_weight,
            label_weights=None if self.multi_label else self.label_weights,
            multi_label=self.multi_label,
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        counts = self._count(y_true, y_pred, sample_weight)
        for cell in self.cells:
            getattr(self, cell).value += counts[cell]

    def _per_threshold(self, values):
        return float(values[0]) if len(self.thresholds) == 1 else values.astype(self.dtype)


def _as_thresholds(thresholds, default=0.5):
    """`thresholds` as a list, or the error that says they lie between 0 and 1."""
    if thresholds is None:
        return [default]
    listed = [thresholds] if isinstance(thresholds, numbers.Number) else list(thresholds)
    if not listed:
        raise ValueError(message("`thresholds` must hold at least one number.", thresholds=thresholds))
    return [check_number("thresholds", each, 0, 1) for each in listed]


class _Count(ConfusionMetric):
    def __init__(self, thresholds=None, name=None, dtype=None):
        self.init_thresholds = thresholds
        self.thresholds = _as_thresholds(thresholds)
        self.even = are_even(self.thresholds)
        super().__init__(name=name, dtype=dtype)
        self.accumulator = self.add_variable((len(self.thresholds),), "zeros", dtype="float64", name="accumulator")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.accumulator.value += self._count(y_true, y_pred, sample_weight)[self.cells[0]]

    def result(self):
        return self._per_threshold(self.accumulator.value)

    def get_config(self):
        return {**super().get_config(), "thresholds": self.init_thresholds}


class TruePositives(_Count):
    """How many labels 1 are predicted positive (the sum of their weights, with `sample_weight`).

    Args:
        thresholds: a number or list of numbers from 0 to 1; None for 0.5. A list gives one count for each.
        name: the key in `History`; None for `true_positives`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> TruePositives()([0, 1, 1, 1], [1, 0, 1, 1])
    2.0
    """

    cells = ("true_positives",)


class FalsePositives(_Count):
    """How many labels 0 are predicted positive: false alarms.

    Args:
        thresholds: a number or list of numbers from 0 to 1; None for 0.5. A list gives one count for each.
        name: the key in `History`; None for `false_positives`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> FalsePositives()([0, 1, 0, 0], [0, 0, 1, 1])
    2.0
    """

    cells = ("false_positives",)


class TrueNegatives(_Count):
    """How many labels 0 are predicted negative.

    Args:
        thresholds: a number or list of numbers from 0 to 1; None for 0.5. A list gives one count for each.
        name: the key in `History`; None for `true_negatives`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> TrueNegatives()([0, 1, 0, 0], [1, 1, 0, 0])
    2.0
    """

    cells = ("true_negatives",)


class FalseNegatives(_Count):
    """How many labels 1 are predicted negative: misses.

    Args:
        thresholds: a number or list of numbers from 0 to 1; None for 0.5. A list gives one count for each.
        name: the key in `History`; None for `false_negatives`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> FalseNegatives()([0, 1, 1, 1], [0, 1, 0, 0])
    2.0
    """

    cells = ("false_negatives",)


class _Share(ConfusionMetric):
    """True positives, out of them and one other cell."""

    _direction = "up"

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        self.init_thresholds = thresholds
        self.top_k = top_k if top_k is None else check_whole("top_k", top_k)
        self.class_id = class_id if class_id is None else check_whole("class_id", class_id, 0)
        self.thresholds = _as_thresholds(thresholds, 0.5 if top_k is None else LOWEST)
        self.even = are_even(self.thresholds)
        super().__init__(name=name, dtype=dtype)
        self._add_cells((len(self.thresholds),))

    def result(self):
        hits, others = (getattr(self, cell).value for cell in self.cells)
        return self._per_threshold(divide_no_nan(hits, hits + others))

    def get_config(self):
        options = {"thresholds": self.init_thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return {**super().get_config(), **options}


class Precision(_Share):
    """Of all that is predicted positive, the share that is: `tp / (tp + fp)`.

    Args:
        thresholds: a number or list of numbers from 0 to 1; None for 0.5, or for no threshold when `top_k` is given.
            Use 0 with a model that gives logits.
        top_k: count the `top_k` highest scores of each row as positive.
        class_id: look at this class only.
        name: the key in `History`; None for `precision`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> round(Precision()([0, 1, 1, 1], [1, 0, 1, 1]), 4)
    0.6667
    """

    cells = ("true_positives", "false_positives")


class Recall(_Share):
    """Of all labels 1, the share that is found: `tp / (tp + fn)`.

    Args:
        thresholds: a number or list of numbers from 0 to 1; None for 0.5, or for no threshold when `top_k` is given.
            Use 0 with a model that gives logits.
        top_k: count the `top_k` highest scores of each row as positive.
        class_id: look at this class only.
        name: the key in `History`; None for `recall`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> round(Recall()([0, 1, 1, 1], [1, 0, 1, 1]), 4)
    0.6667
    """

    cells = ("true_positives", "false_negatives")
