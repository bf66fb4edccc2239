"""Losses that compare sets: how much of the true area was found, and which samples belong together.

The value of a whole batch is computed at once, so these losses are not averages of the losses of single samples.

Lesson: 03. Source: `keras.losses`.
"""

import numpy as np

from kerasschool import config
from kerasschool.errors import check_number
from kerasschool.losses.base import LossFunctionWrapper
from kerasschool.losses.function import loss_function


@loss_function(labels="binary", by_row=False)
def dice(y_true, y_pred, axis=None):
    """1 - twice the overlap / the sum of both areas: 0 when prediction and target cover the same.

    Args:
        y_true, y_pred: 0..1, of the same shape.
        axis: the axes that make one area; None takes all of them together.

    Source: Milletari et al. 2016, V-Net.

    >>> round(float(dice([1.0, 1.0, 0.0], [1.0, 0.0, 0.0])), 4)
    0.3333
    """
    overlap = np.sum(y_true * y_pred, axis=axis)
    areas = np.sum(y_true, axis=axis) + np.sum(y_pred, axis=axis)
    return 1 - 2 * overlap / (areas + config.epsilon())


@loss_function(labels="binary", by_row=False)
def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """1 - overlap / (overlap + alpha · what was missed + beta · what was claimed in vain); halves make it `dice`.

    Args:
        y_true, y_pred: 0..1, of the same shape.
        alpha: price of target area that is not predicted.
        beta: price of predicted area that is not in the target.
        axis: the axes that make one area; None takes all of them together.

    Source: Salehi et al. 2017, Tversky loss function for image segmentation.

    >>> round(float(tversky([1.0, 1.0, 0.0], [1.0, 0.0, 0.0], alpha=1.0)), 4)
    0.5
    """
    overlap = np.sum(y_true * y_pred, axis=axis)
    missed = np.sum(y_true * (1 - y_pred), axis=axis)
    in_vain = np.sum((1 - y_true) * y_pred, axis=axis)
    return 1 - overlap / (overlap + alpha * missed + beta * in_vain + config.epsilon())


@loss_function(labels="group_numbers", by_row=False)
def circle(y_true, y_pred, ref_labels=None, ref_embeddings=None, remove_diagonal=True, gamma=80, margin=0.4):
    """Pulls the directions of one group together and pushes groups apart, the far-off pairs hardest.

    Args:
        y_true: group numbers, shape (batch,).
        y_pred: embeddings of length 1, shape (batch, features).
        ref_labels, ref_embeddings: what the batch is compared with; None compares it with itself.
        remove_diagonal: True leaves out the pair of each sample with itself.
        gamma: how sharply pairs are told apart.
        margin: how far beyond the boundary a pair must be to cost nothing.

    Source: Sun et al. 2020, Circle loss.

    >>> print(circle([0, 0, 1], [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], gamma=1.0).round(4))
    [0.5459 0.5459 0.    ]
    """
    y_true = y_true.reshape(-1)
    reference = y_pred if ref_embeddings is None else np.asarray(ref_embeddings, y_pred.dtype)
    groups = y_true if ref_labels is None else np.asarray(ref_labels).reshape(-1).astype(y_true.dtype)
    distance = np.maximum(1 - np.matmul(y_pred, np.transpose(reference)), 0)
    same = y_true[:, None] == groups
    other = ~same
    if remove_diagonal:
        same = same & ~np.eye(*same.shape, dtype=bool)
    pull = -gamma * np.maximum(margin + distance, 0) * (margin - distance)
    push = gamma * np.maximum(1 + margin - distance, 0) * (1 - margin - distance)
    return np.logaddexp(0, log_sum_exp(pull, same) + log_sum_exp(push, other))


@circle.mask
def _(y_true, values, **_):
    return np.asarray(getattr(values, "value", values)) > 0


def log_sum_exp(values, counts):
    """log of the sum of exp(values) over each row, of the entries where `counts` is True."""
    values = np.where(counts, values, -1e30)  # exp gives 0 there
    largest = np.max(values, axis=1, keepdims=True)
    return np.log(np.sum(np.exp(values - largest), axis=1)) + largest[:, 0]


class Dice(LossFunctionWrapper):
    """1 - the Dice overlap of prediction and target.

    Args:
        reduction: `"sum_over_batch_size"`, `"mean"`, `"mean_with_sample_weight"`, `"sum"` or None.
        name: shown in logs.
        axis: the axes that make one area; None takes the whole batch together.
        dtype: None takes `config.floatx()`.

    >>> print(Dice()([[1.0, 0.0]], [[1.0, 0.0]]).round(4))
    0.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="dice", axis=None, dtype=None):
        super().__init__(dice, reduction, name, dtype, axis=axis)


class Tversky(LossFunctionWrapper):
    """1 - the Tversky overlap, which prices what was missed and what was claimed in vain apart.

    Args:
        alpha: price of target area that is not predicted, 0 or more.
        beta: price of predicted area that is not in the target, 0 or more.
        reduction, name, axis, dtype: as for `Dice`.

    >>> print(Tversky()([[1.0, 0.0]], [[1.0, 0.0]]).round(4))
    0.0
    """

    def __init__(self, alpha=0.5, beta=0.5, reduction="sum_over_batch_size", name="tversky", axis=None, dtype=None):
        check_number("alpha", alpha, 0)
        check_number("beta", beta, 0)
        super().__init__(tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)


class Circle(LossFunctionWrapper):
    """The circle loss of a batch of embeddings with group numbers as targets; samples that cost nothing do not count.

    Args:
        gamma: how sharply pairs are told apart.
        margin: how far beyond the boundary a pair must be to cost nothing.
        remove_diagonal: True leaves out the pair of each sample with itself.
        reduction, name, dtype: as for `Dice`.
    """

    def __init__(
        self,
        gamma=80.0,
        margin=0.4,
        remove_diagonal=True,
        reduction="sum_over_batch_size",
        name="circle",
        dtype=None,
    ):
        settings = {"gamma": gamma, "margin": margin, "remove_diagonal": remove_diagonal}
        super().__init__(circle, reduction, name, dtype, **settings)
