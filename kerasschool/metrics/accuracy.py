"""How often the prediction is right: the shares that people read, while the loss is what training follows.

Each function gives 1.0 for a hit and 0.0 for a miss; the class beside it is its mean over rows.

Lesson: 05. Source: `keras.metrics`.
"""

import numpy as np

from kerasschool import config
from kerasschool.errors import check_number, check_whole, message
from kerasschool.losses.reduction import squeeze_or_expand_to_same_rank
from kerasschool.metrics.base import MeanOf


def accuracy(y_true, y_pred):
    """1.0 where `y_pred` equals `y_true`, else 0.0. Both hold class numbers of any one shape."""
    y_true, y_pred = squeeze_or_expand_to_same_rank(np.asarray(y_true), np.asarray(y_pred))
    _check_same_shape("accuracy", y_true, y_pred)
    return np.equal(y_true, y_pred).astype(config.floatx())


class Accuracy(MeanOf):
    """How often the predicted class number equals the true one.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> Accuracy()([1, 2, 3, 4], [0, 2, 3, 4])
    0.75
    """

    _direction = "up"

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(accuracy, name, dtype)


def binary_accuracy(y_true, y_pred, threshold=0.5):
    """1.0 where `y_pred > threshold` says the same as the label 0 or 1, else 0.0.

    Args:
        y_true: labels, 0 or 1, `(n,)` or `(n, units)`.
        y_pred: probabilities, of the same shape or `(n, 1)`.
        threshold: above it the prediction counts as 1.

    >>> print(binary_accuracy([[1], [0]], [[0.9], [0.6]]))
    [[1.]
     [0.]]
    """
    y_true, y_pred = squeeze_or_expand_to_same_rank(np.asarray(y_true), np.asarray(y_pred, config.floatx()))
    _check_same_shape("binary_accuracy", y_true, y_pred)
    return np.equal(y_true, y_pred > y_pred.dtype.type(threshold)).astype(y_pred.dtype)


class BinaryAccuracy(MeanOf):
    """How often a probability falls on the right side of the threshold.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.
        threshold: above it the prediction counts as 1.

    >>> BinaryAccuracy()([1, 1, 0, 0], [0.98, 0.4, 0.1, 0.2])
    0.75
    """

    _direction = "up"

    def __init__(self, name="binary_accuracy", dtype=None, threshold=0.5):
        check_number("threshold", threshold)
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


def categorical_accuracy(y_true, y_pred):
    """1.0 where the largest entry of `y_pred` stands where the one-hot label has its 1, else 0.0.

    Args:
        y_true: one-hot labels, `(n, classes)`.
        y_pred: probabilities or logits, `(n, classes)`.

    >>> print(categorical_accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.3, 0.7]]))
    [1. 0.]
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.shape != y_pred.shape and y_true.shape != (*y_pred.shape[:-1], 1, *y_pred.shape[-1:]):
        raise ValueError(
            message(
                "`categorical_accuracy` compares one-hot labels with one score per class.",
                "Expected `y_true` and `y_pred` of the same shape (n, classes).",
                "For class numbers 0, 1, 2, … use `sparse_categorical_accuracy`.",
                **{"y_true.shape": y_true.shape, "y_pred.shape": y_pred.shape},
            )
        )
    true_class, predicted_class = y_true.argmax(axis=-1), y_pred.argmax(axis=-1)
    matches = np.equal(true_class.reshape(predicted_class.shape), predicted_class)
    return matches.astype(config.floatx()).reshape(true_class.shape)


class CategoricalAccuracy(MeanOf):
    """How often the class with the highest score is the one of the one-hot label.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> CategoricalAccuracy()([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]])
    0.5
    """

    _direction = "up"

    def __init__(self, name="categorical_accuracy", dtype=None):
        super().__init__(categorical_accuracy, name, dtype)


def sparse_categorical_accuracy(y_true, y_pred):
    """1.0 where the largest entry of `y_pred` stands at the class number, else 0.0.

    Args:
        y_true: class numbers, `(n,)` or `(n, 1)`.
        y_pred: probabilities or logits, `(n, classes)`.

    >>> print(sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.3, 0.7]]))
    [1. 0.]
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1:
        y_true = y_true[..., 0]
    _check_class_numbers("sparse_categorical_accuracy", y_true, y_pred)
    matches = np.equal(y_true, y_pred.argmax(axis=-1)).astype(config.floatx())
    return matches[..., 0] if matches.ndim > 1 and matches.shape[-1] == 1 else matches


class SparseCategoricalAccuracy(MeanOf):
    """How often the class with the highest score is the one whose number is the label.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> SparseCategoricalAccuracy()([[2], [1]], [[0.1, 0.6, 0.3], [0.05, 0.95, 0]])
    0.5
    """

    _direction = "up"

    def __init__(self, name="sparse_categorical_accuracy", dtype=None):
        super().__init__(sparse_categorical_accuracy, name, dtype)


def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """1.0 where the class of the one-hot label is among the `k` highest scores, else 0.0.

    Args:
        y_true: one-hot labels, `(n, classes)`.
        y_pred: probabilities or logits, `(n, classes)`.
        k: how many guesses each row has.

    >>> print(top_k_categorical_accuracy([[0, 0, 1], [1, 0, 0]], [[0.1, 0.6, 0.3], [0.1, 0.6, 0.3]], k=2))
    [1. 0.]
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred, config.floatx())
    _check_same_shape("top_k_categorical_accuracy", y_true, y_pred)
    return _in_top_k(y_true.argmax(axis=-1), y_pred, k)


class TopKCategoricalAccuracy(MeanOf):
    """How often the class of the one-hot label is among the `k` highest scores.

    Args:
        k: how many guesses each row has.
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> TopKCategoricalAccuracy(k=1)([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]])
    0.5
    """

    _direction = "up"

    def __init__(self, k=5, name="top_k_categorical_accuracy", dtype=None):
        check_whole("k", k)
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)


def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5, from_sorted_ids=False):
    """1.0 where the class number is among the `k` highest scores, else 0.0.

    Args:
        y_true: class numbers, `(n,)`.
        y_pred: scores, `(n, classes)`; with `from_sorted_ids`, class numbers from the best guess down, `(n, guesses)`.
        k: how many guesses each row has.
        from_sorted_ids: whether `y_pred` already holds sorted class numbers.

    >>> print(sparse_top_k_categorical_accuracy([2, 0], [[0.1, 0.6, 0.3], [0.1, 0.6, 0.3]], k=2))
    [1. 0.]
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    _check_class_numbers("sparse_top_k_categorical_accuracy", y_true, y_pred)
    if from_sorted_ids:
        return (y_true[..., None] == y_pred[..., :k]).any(axis=-1).astype(config.floatx())
    y_true = y_true.astype(int)
    classes = y_pred.shape[-1]
    if y_true.size and (y_true.min() < 0 or y_true.max() >= classes):
        raise ValueError(
            message(
                "A label is not the number of a class.",
                f"Expected class numbers 0 to {classes - 1}, as `y_pred` has {classes} scores per row.",
                smallest=int(y_true.min()),
                largest=int(y_true.max()),
            )
        )
    return _in_top_k(y_true, y_pred.astype(config.floatx(), copy=False), k)


class SparseTopKCategoricalAccuracy(MeanOf):
    """How often the class whose number is the label is among the `k` highest scores.

    Args:
        k: how many guesses each row has.
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.
        from_sorted_ids: whether `y_pred` holds class numbers from the best guess down instead of scores.

    >>> SparseTopKCategoricalAccuracy(k=1)([2, 1], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]])
    0.5
    """

    _direction = "up"

    def __init__(self, k=5, name="sparse_top_k_categorical_accuracy", dtype=None, from_sorted_ids=False):
        check_whole("k", k)
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids)

    def get_config(self):
        config = super().get_config()
        if not self.from_sorted_ids:
            del config["from_sorted_ids"]
        return config


def _in_top_k(true_class, y_pred, k):
    """1.0 where fewer than `k` scores are higher than that of the true class; equal scores share a place."""
    score = np.take_along_axis(y_pred, true_class[..., None], axis=-1)
    score = np.where(np.isnan(score), -np.inf, score)
    return ((y_pred > score).sum(axis=-1) < k).astype(y_pred.dtype)


def _check_same_shape(name, y_true, y_pred):
    if y_true.shape != y_pred.shape:
        raise ValueError(
            message(
                f"`{name}` compares labels and predictions one by one.",
                "Expected `y_true` and `y_pred` of the same shape, or (n,) and (n, 1).",
                **{"y_true.shape": y_true.shape, "y_pred.shape": y_pred.shape},
            )
        )


def _check_class_numbers(name, y_true, y_pred):
    if y_true.shape != y_pred.shape[:-1]:
        one_hot = y_true.shape == y_pred.shape
        raise ValueError(
            message(
                f"`{name}` compares class numbers with one score per class.",
                "Expected `y_true` of shape (n,) and `y_pred` of shape (n, classes).",
                f"For one-hot labels use `{name.removeprefix('sparse_')}`." if one_hot else "",
                **{"y_true.shape": y_true.shape, "y_pred.shape": y_pred.shape},
            )
        )
