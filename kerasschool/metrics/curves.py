"""Metrics over many thresholds: the area under a curve, and the best rate where another is good enough.

Lesson: 05. Sources: `keras.metrics`; the area under the precision-recall curve after Davis and Goadrich (2006), the
gain curve after Flach and Kull (2015).
"""

import numpy as np

from kerasschool import activations, config
from kerasschool.errors import check_number, check_whole, message, unknown
from kerasschool.layers import budget
from kerasschool.metrics.confusion import ConfusionMetric, are_even, divide_no_nan


class _BestAt(ConfusionMetric):
    """The best of one rate over the thresholds at which the other reaches a given value."""

    _direction = "up"
    given = ""  # the argument's name

    def __init__(self, value, num_thresholds, class_id, name, dtype):
        setattr(self, self.given, check_number(self.given, value, 0, 1))
        self.num_thresholds = check_whole("num_thresholds", num_thresholds)
        self.class_id = class_id if class_id is None else check_whole("class_id", class_id, 0)
        budget.take_table((num_thresholds,))
        steps = num_thresholds - 1
        self.thresholds = [step / steps for step in range(num_thresholds)] if steps else [0.5]
        self.even = steps > 0
        super().__init__(name=name, dtype=dtype)
        self._add_cells((num_thresholds,))

    def result(self):
        tp, fp, tn, fn = (getattr(self, cell).value for cell in self.cells)
        rates = {
            "sensitivity": (tp, tp + fn),
            "specificity": (tn, tn + fp),
            "precision": (tp, tp + fp),
            "recall": (tp, tp + fn),
        }
        wanted, given = (divide_no_nan(*rates[name]).astype(np.float32) for name in (self.wanted, self.given))
        enough = given >= np.float32(getattr(self, self.given))
        return float(np.max(wanted, where=enough, initial=0))

    def get_config(self):
        options = {"class_id": self.class_id, "num_thresholds": self.num_thresholds}
        return {**super().get_config(), **options, self.given: getattr(self, self.given)}


class SensitivityAtSpecificity(_BestAt):
    """The best sensitivity `tp / (tp + fn)` at which the specificity `tn / (tn + fp)` is at least the given one.

    Args:
        specificity: number from 0 to 1.
        num_thresholds: how many thresholds are tried, evenly from 0 to 1.
        class_id: look at this class only.
        name: the key in `History`; None for `sensitivity_at_specificity`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> SensitivityAtSpecificity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    0.5
    """

    given, wanted = "specificity", "sensitivity"

    def __init__(self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(specificity, num_thresholds, class_id, name, dtype)


class SpecificityAtSensitivity(_BestAt):
    """The best specificity `tn / (tn + fp)` at which the sensitivity `tp / (tp + fn)` is at least the given one.

    Args:
        sensitivity: number from 0 to 1.
        num_thresholds: how many thresholds are tried, evenly from 0 to 1.
        class_id: look at this class only.
        name: the key in `History`; None for `specificity_at_sensitivity`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> round(SpecificityAtSensitivity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]), 4)
    0.6667
    """

    given, wanted = "sensitivity", "specificity"

    def __init__(self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)


class PrecisionAtRecall(_BestAt):
    """The best precision `tp / (tp + fp)` at which the recall `tp / (tp + fn)` is at least the given one.

    Args:
        recall: number from 0 to 1.
        num_thresholds: how many thresholds are tried, evenly from 0 to 1.
        class_id: look at this class only.
        name: the key in `History`; None for `precision_at_recall`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])
    0.5
    """

    given, wanted = "recall", "precision"

    def __init__(self, recall, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(recall, num_thresholds, class_id, name, dtype)


class RecallAtPrecision(_BestAt):
    """The best recall `tp / (tp + fn)` at which the precision `tp / (tp + fp)` is at least the given one.

    Args:
        precision: number from 0 to 1. Where no threshold reaches it, the result is 0.
        num_thresholds: how many thresholds are tried, evenly from 0 to 1.
        class_id: look at this class only.
        name: the key in `History`; None for `recall_at_precision`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> RecallAtPrecision(0.8)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    0.5
    """

    given, wanted = "precision", "recall"

    def __init__(self, precision, num_thresholds=200, class_id=None, name=None, dtype=None):
        super().__init__(precision, num_thresholds, class_id, name, dtype)


class AUC(ConfusionMetric):
    """The area under the curve: how well the scores put the labels 1 above the labels 0, whatever the threshold.

    0.5 is guessing, 1.0 is perfect order (for the ROC curve: true positive rate over false positive rate). The curve
    is drawn through `num_thresholds` points, so the area is an approximation.

    Args:
        num_thresholds: how many points, at least 2.
        curve: `"ROC"`, `"PR"` (precision over recall) or `"PRGAIN"`.
        summation_method: `"interpolation"`, `"minoring"` (never too large) or `"majoring"` (never too small).
        name: the key in `History`; None for `auc`.
        dtype: float type of the result; None for `config.floatx()`.
        thresholds: list of numbers from 0 to 1 to use instead; the ends are added.
        multi_label: True for labels `(n, labels)` whose areas are computed one by one and averaged.
        num_labels: how many labels, with `multi_label`; None to see from the first batch.
        label_weights: how much each label counts.
        from_logits: True for a model without a sigmoid at its end.

    >>> AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
    0.75
    """

    _direction = "up"

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name=None,
        dtype=None,
        thresholds=None,
        multi_label=False,
        num_labels=None,
        label_weights=None,
        from_logits=False,
    ):
        self.curve = _one_of("curve", curve, ("ROC", "PR", "PRGAIN"))
        self.summation_method = _one_of("summation method", summation_method, ("interpolation", "majoring", "minoring"))
        if num_labels and not multi_label:
            raise ValueError(message("`num_labels` is for `multi_label=True` only.", num_labels=num_labels))
        self.given_thresholds = thresholds
        if thresholds is None:
            steps = check_whole("num_thresholds", num_thresholds, 2) - 1
            budget.take_table((num_thresholds,))
            inner = [step / steps for step in range(1, steps)]
            self.even = True
        else:
            inner = sorted(check_number("thresholds", each, 0, 1) for each in thresholds)
            self.even = bool(are_even([0.0, *inner, 1.0]))
        self.thresholds = [0.0 - config.epsilon(), *inner, 1.0 + config.epsilon()]
        self.num_thresholds = len(self.thresholds)
        super().__init__(name=name, dtype=dtype)
        self.multi_label, self.num_labels, self.from_logits = multi_label, num_labels, from_logits
        self.label_weights = None if label_weights is None else np.asarray(label_weights, self.dtype)
        self.true_positives = None
        if not multi_label or num_labels:
            self._build(num_labels)

    def _build(self, labels):
        self._add_cells((self.num_thresholds, labels) if self.multi_label else (self.num_thresholds,))

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = np.asarray(y_pred, config.floatx())
        if self.multi_label:
            self._check_columns(y_pred)
        super().update_state(y_true, activations.sigmoid(y_pred) if self.from_logits else y_pred, sample_weight)

    def _check_columns(self, y_pred):
        columns = y_pred.shape[-1] if y_pred.ndim == 2 else None
        if columns and self.true_positives is None:
            self._build(columns)
        if not columns or columns != self.true_positives.shape[1]:
            labels = "labels" if self.true_positives is None else self.true_positives.shape[1]
            raise ValueError(
                message(f"With `multi_label=True`, `y_pred` must have shape (n, {labels}).", shape=y_pred.shape)
            )

    def result(self):
        if self.true_positives is None:
            return 0.0
        tp, fp, tn, fn = (getattr(self, cell).value for cell in self.cells)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._over_labels(_precision_recall_area(tp, fp, fn))
        x, y = getattr(self, f"_{self.curve.lower()}_points")(tp, fp, tn, fn)
        heights = {
            "interpolation": (y[:-1] + y[1:]) / 2,
            "minoring": np.minimum(y[:-1], y[1:]),
            "majoring": np.maximum(y[:-1], y[1:]),
        }[self.summation_method]
        return self._over_labels(np.sum((x[:-1] - x[1:]) * heights, axis=0))

    def _over_labels(self, areas):
        if self.multi_label and self.label_weights is not None:
            return float(divide_no_nan(np.sum(areas * self.label_weights), np.sum(self.label_weights)))
        return float(np.mean(areas))

    @staticmethod
    def _roc_points(tp, fp, tn, fn):
        return divide_no_nan(fp, fp + tn), divide_no_nan(tp, tp + fn)

    @staticmethod
    def _pr_points(tp, fp, tn, fn):
        return divide_no_nan(tp, tp + fn), divide_no_nan(tp, tp + fp)

    @staticmethod
    def _prgain_points(tp, fp, tn, fn):
        """Both rates on a scale where 0 is always guessing 1; where nothing is found, recall gain 0 at precision 1."""
        odds = divide_no_nan(tp + fn, tn + fp)
        recall_gain = np.where(tp == 0, 0.0, 1 - odds * divide_no_nan(fn, tp))
        precision_gain = np.where(tp == 0, 1.0, 1 - odds * divide_no_nan(fp, tp))
        return np.maximum(recall_gain, 0.0), precision_gain

    def get_config(self):
        weights = self.label_weights
        options = {
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if weights is None else weights.tolist(),
            "from_logits": self.from_logits,
        }
        if self.given_thresholds is not None:
            options["thresholds"] = self.thresholds[1:-1]
        return {**super().get_config(), **options}


def _precision_recall_area(tp, fp, fn):
    """The area with the counts, not the precision, on straight lines between two thresholds.

    Between them `tp = slope · p + start` with `p = tp + fp`, so the area is `∫ tp / p dtp` in closed form.
    """
    p = tp + fp
    d_tp, d_p = tp[:-1] - tp[1:], p[:-1] - p[1:]
    slope = divide_no_nan(d_tp, np.maximum(d_p, 0))
    start = tp[1:] - slope * p[1:]
    both = (p[:-1] > 0) & (p[1:] > 0)
    ratio = np.where(both, divide_no_nan(p[:-1], p[1:]), 1.0)
    return np.sum(divide_no_nan(slope * (d_tp + start * np.log(ratio)), np.maximum(tp[1:] + fn[1:], 0)), axis=0)


def _one_of(kind, value, known):
    """The entry of `known` that is spelled like `value`, whatever the case."""
    for each in known:
        if isinstance(value, str) and value.lower() == each.lower():
            return each
    raise unknown(kind, value, known)
