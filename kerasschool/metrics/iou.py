"""Intersection over union: how far the rows predicted as a class and the rows of that class are the same.

For a class, `tp / (tp + fp + fn)`: of all rows that carry its number in the labels or in the predictions, the share
that carries it in both. All are read off the confusion matrix, rows: labels, columns: predictions.

Lesson: 05. Source: `keras.metrics`.
"""

import warnings

import numpy as np

from kerasschool import config
from kerasschool.errors import check_whole, message
from kerasschool.layers import budget
from kerasschool.metrics.base import Metric, spread_weights


class IoU(Metric):
    """The mean intersection over union of the classes asked for.

    Args:
        num_classes: how many classes there are.
        target_class_ids: list of the class numbers to look at.
        name: the key in `History`; None for `io_u`.
        dtype: number type of the counts; None for whole numbers, to which weights are then rounded down.
        ignore_class: a class number whose rows are left out, for example 255.
        sparse_y_true, sparse_y_pred: True for class numbers, False for one-hot labels or scores `(n, classes)`.
        axis: where the classes are when they are not numbers.

    >>> round(IoU(num_classes=2, target_class_ids=[0])([0, 0, 1, 1], [0, 1, 0, 1]), 4)
    0.3333
    """

    _direction = "up"

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        self.num_classes = check_whole("num_classes", num_classes)
        budget.take_table((num_classes, num_classes))
        self.target_class_ids = [check_whole("target_class_ids", each, 0) for each in target_class_ids]
        if not self.target_class_ids or max(self.target_class_ids) >= num_classes:
            raise ValueError(
                message(
                    "`target_class_ids` must name classes that there are.",
                    f"Expected numbers from 0 to {num_classes - 1}.",
                    target_class_ids=target_class_ids,
                )
            )
        super().__init__(name=name, dtype=dtype or "int32")
        self.ignore_class = ignore_class
        self.sparse_y_true, self.sparse_y_pred = sparse_y_true, sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable(
            (num_classes, num_classes), "zeros", dtype="float64", name="total_confusion_matrix"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = self._class_numbers(y_true, self.sparse_y_true)
        y_pred = self._class_numbers(y_pred, self.sparse_y_pred)
        if y_true.size != y_pred.size:
            raise ValueError(
                message(
                    f"`{type(self).__name__}` needs one predicted class for each label.",
                    "For scores or one-hot labels pass sparse_y_pred=False or sparse_y_true=False.",
                    labels=y_true.size,
                    predictions=y_pred.size,
                )
            )
        counts = (y_true >= 0) & (y_true < self.num_classes) & (y_pred >= 0) & (y_pred < self.num_classes)
        if self.ignore_class is not None:
            counts &= y_true != self.ignore_class
        weights = None if sample_weight is None else self._weights(sample_weight, y_true.shape)[counts]
        cell = y_true[counts].astype(np.intp) * self.num_classes + y_pred[counts].astype(np.intp)
        matrix = np.bincount(cell, weights, minlength=self.num_classes**2)
        self.total_cm.value += matrix.reshape(self.num_classes, self.num_classes)

    def _class_numbers(self, array, sparse):
        array = np.asarray(array)
        return np.ravel(array if sparse else array.argmax(axis=self.axis)).astype(self.dtype)

    def _weights(self, sample_weight, shape):
        weights = np.asarray(sample_weight)
        if isinstance(sample_weight, np.ndarray) and weights.dtype.kind == "f" and self.dtype.startswith("int"):
            warnings.warn(
                f"`{type(self).__name__}` counts in whole numbers, so the weights are rounded down. "
                "For other weights make it with dtype='float32'.",
                stacklevel=4,
            )
        return spread_weights(weights.astype(self.dtype).reshape(-1 if weights.ndim else ()), shape)

    def result(self):
        matrix, tiny = self.total_cm.value, config.epsilon()
        both = np.diag(matrix)[self.target_class_ids]
        either = (matrix.sum(axis=0) + matrix.sum(axis=1))[self.target_class_ids] - both
        seen = either > 1e-9  # a class in neither labels nor predictions says nothing
        return float(np.sum(both[seen] / (either[seen] + tiny)) / (np.sum(seen) + tiny))

    def get_config(self):
        options = {
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }
        return {**super().get_config(), **options}


class BinaryIoU(IoU):
    """The mean intersection over union of "no" (0) and "yes" (1).

    Args:
        target_class_ids: `[0]`, `[1]` or `[0, 1]`.
        threshold: scores from it up are a yes.
        name: the key in `History`; None for `binary_io_u`.
        dtype: number type of the counts; None for whole numbers, to which weights are then rounded down.

    >>> round(BinaryIoU(target_class_ids=[0, 1], threshold=0.3)([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7]), 4)
    0.3333
    """

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        super().__init__(2, target_class_ids, name=name, dtype=dtype)
        self.threshold = threshold

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, np.asarray(y_pred, np.float32) >= np.float32(self.threshold), sample_weight)

    def get_config(self):
        config = super().get_config()
        kept = {key: config[key] for key in ("name", "dtype", "target_class_ids")}
        return {**kept, "threshold": self.threshold}


class MeanIoU(IoU):
    """The mean intersection over union of all classes.

    Args:
        num_classes: how many classes there are.
        name: the key in `History`; None for `mean_io_u`.
        dtype: number type of the counts; None for whole numbers, to which weights are then rounded down.
        ignore_class: a class number whose rows are left out, for example 255.
        sparse_y_true, sparse_y_pred: True for class numbers, False for one-hot labels or scores `(n, classes)`.
        axis: where the classes are when they are not numbers.

    >>> round(MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1]), 4)
    0.3333
    """

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        everything = range(check_whole("num_classes", num_classes))
        super().__init__(num_classes, everything, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)

    def get_config(self):
        config = super().get_config()
        del config["target_class_ids"]
        return config


class OneHotIoU(IoU):
    """`IoU` for one-hot labels.

    Args:
        num_classes: how many classes there are.
        target_class_ids: list of the class numbers to look at.
        name: the key in `History`; None for `one_hot_io_u`.
        dtype: number type of the counts; None for whole numbers, to which weights are then rounded down.
        ignore_class: a class number whose rows are left out.
        sparse_y_pred: True for predicted class numbers, False for scores `(n, classes)`.
        axis: where the classes are.

    >>> round(OneHotIoU(num_classes=2, target_class_ids=[1])([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]), 4)
    0.5
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self):
        config = super().get_config()
        del config["sparse_y_true"]
        return config


class OneHotMeanIoU(MeanIoU):
    """`MeanIoU` for one-hot labels.

    Args:
        num_classes: how many classes there are.
        name: the key in `History`; None for `one_hot_mean_io_u`.
        dtype: number type of the counts; None for whole numbers, to which weights are then rounded down.
        ignore_class: a class number whose rows are left out.
        sparse_y_pred: True for predicted class numbers, False for scores `(n, classes)`.
        axis: where the classes are.

    >>> round(OneHotMeanIoU(num_classes=2)([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]), 4)
    0.25
    """

    def __init__(self, num_classes, name=None, dtype=None, ignore_class=None, sparse_y_pred=False, axis=-1):
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self):
        config = super().get_config()
        del config["sparse_y_true"]
        return config
