"""More losses for probabilities: distances between distributions, counts, and crossentropies for hard data.

Lesson: 03. Source: `keras.losses`.
"""

import numpy as np

from kerasschool import activations, config
from kerasschool.errors import check_number
from kerasschool.losses.base import LossFunctionWrapper
from kerasschool.losses.crossentropy import away_from_0_and_1, check_same_shape, class_numbers, one_hot, smoothed
from kerasschool.losses.function import loss_function


@loss_function(labels="shares")
def kl_divergence(y_true, y_pred):
    """How far the predicted shares are from the true ones, summed over the last axis; 0 when they agree.

    Source: Kullback and Leibler 1951.

    >>> print(kl_divergence([[0.5, 0.5]], [[0.25, 0.75]]).round(4))
    [0.1438]
    """
    y_true = np.clip(y_true, config.epsilon(), 1)
    y_pred = np.clip(y_pred, config.epsilon(), 1)
    return np.sum(y_true * np.log(y_true / y_pred), axis=-1)


@kl_divergence.derivative
def _(y_true, y_pred):
    p = np.clip(y_pred, config.epsilon(), 1)
    return -np.clip(y_true, config.epsilon(), 1) / p * (p == y_pred)


@loss_function(labels="not_negative")
def poisson(y_true, y_pred):
    """For counts: `y_pred` is the expected count, `y_true` the one that was seen.

    >>> print(poisson([[2.0]], [[1.0]]).round(4))
    [1.]
    """
    return np.mean(y_pred - y_true * np.log(y_pred + config.epsilon()), axis=-1)


@poisson.derivative
def _(y_true, y_pred):
    return (1 - y_true / (y_pred + config.epsilon())) / y_pred.shape[-1]


@loss_function(labels="binary")
def binary_focal_crossentropy(
    y_true,
    y_pred,
    apply_class_balancing=False,
    alpha=0.25,
    gamma=2.0,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
):
    """Binary crossentropy times (1 - p of the truth) ** gamma: what is already right counts little.

    Args:
        apply_class_balancing: True weighs class 1 by `alpha` and class 0 by `1 - alpha`.
        alpha: weight of class 1.
        gamma: 0 is plain crossentropy; larger looks harder at hard samples.
        from_logits, label_smoothing, axis: as for `binary_crossentropy`.

    Source: Lin et al. 2017, Focal loss for dense object detection.

    >>> print(binary_focal_crossentropy([[1.0]], [[0.5]]).round(4))
    [0.1733]
    """
    check_same_shape(y_true, y_pred)
    y_true = smoothed(y_true, label_smoothing, 2)
    if from_logits:
        y_pred = activations.sigmoid(y_pred)
    p = away_from_0_and_1(y_pred)
    surprise = -(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))
    p_of_truth = y_true * y_pred + (1 - y_true) * (1 - y_pred)
    focal = np.power(1 - p_of_truth, gamma) * surprise
    if apply_class_balancing:
        focal = (y_true * alpha + (1 - y_true) * (1 - alpha)) * focal
    return np.mean(focal, axis=axis)


@loss_function(labels="one_hot")
def categorical_focal_crossentropy(
    y_true, y_pred, alpha=0.25, gamma=2.0, from_logits=False, label_smoothing=0.0, axis=-1
):
    """Categorical crossentropy times alpha · (1 - p) ** gamma: what is already right counts little.

    Args:
        alpha: one weight, or a list of one per class.
        gamma: 0 is plain crossentropy; larger looks harder at hard samples.
        from_logits, label_smoothing, axis: as for `categorical_crossentropy`.

    Source: Lin et al. 2017, Focal loss for dense object detection.

    >>> print(categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4))
    [0.0433]
    """
    check_same_shape(y_true, y_pred)
    y_true = smoothed(y_true, label_smoothing, y_true.shape[-1])
    if from_logits:
        y_pred = activations.softmax(y_pred, axis=axis)
    p = away_from_0_and_1(y_pred / np.sum(y_pred, axis=axis, keepdims=True))
    focal = np.power(1 - p, gamma) * np.asarray(alpha, p.dtype)
    return np.sum(-focal * y_true * np.log(p), axis=axis)


@loss_function(labels="class_numbers")
def categorical_generalized_cross_entropy(y_true, y_pred, q):
    """(1 - p ** q) / q for the probability p of the true class: wrong labels pull less than in crossentropy.

    Args:
        y_true: class numbers, shape (batch, …).
        y_pred: probabilities, shape (batch, …, classes).
        q: towards 0 it is crossentropy, towards 1 the absolute error.

    Source: Zhang and Sabuncu 2018, Generalized cross entropy loss for training with noisy labels.

    >>> categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5).tolist()
    [1.0]
    """
    p = np.sum(y_pred * one_hot(class_numbers(y_true, y_pred), y_pred), axis=-1)
    return (1 - np.power(p, q)) / q


@categorical_generalized_cross_entropy.derivative
def _(y_true, y_pred, q):
    truth = one_hot(class_numbers(y_true, y_pred), y_pred)
    p = np.sum(y_pred * truth, axis=-1, keepdims=True)
    return -truth * np.power(p, q - 1)


class KLDivergence(LossFunctionWrapper):
    """The mean Kullback-Leibler divergence between true and predicted shares.

    Args:
        reduction: `"sum_over_batch_size"` (the mean over the batch), `"mean"`, `"mean_with_sample_weight"`, `"sum"`
            or None.
        name: shown in logs.
        dtype: None takes `config.floatx()`.

    >>> print(KLDivergence()([[0.5, 0.5]], [[0.5, 0.5]]))
    0.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="kl_divergence", dtype=None):
        super().__init__(kl_divergence, reduction, name, dtype)


class Poisson(LossFunctionWrapper):
    """The mean of `y_pred - y_true · log(y_pred)`, for counts. Arguments as for `KLDivergence`.

    >>> print(Poisson()([[2.0]], [[1.0]]).round(4))
    1.0
    """

    def __init__(self, reduction="sum_over_batch_size", name="poisson", dtype=None):
        super().__init__(poisson, reduction, name, dtype)


class BinaryFocalCrossentropy(LossFunctionWrapper):
    """Binary crossentropy that looks harder at hard samples: for classes of very different size.

    Args:
        apply_class_balancing: True weighs class 1 by `alpha` and class 0 by `1 - alpha`.
        alpha: weight of class 1, 0..1.
        gamma: how strongly easy samples are discounted, 0 or more.
        from_logits, label_smoothing, axis: as for `BinaryCrossentropy`.
        reduction, name, dtype: as for `KLDivergence`.

    >>> print(BinaryFocalCrossentropy()([[1.0]], [[0.5]]).round(4))
    0.1733
    """

    def __init__(
        self,
        apply_class_balancing=False,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_focal_crossentropy",
        dtype=None,
    ):
        check_number("label_smoothing", label_smoothing, 0, 1)
        focus = {"apply_class_balancing": apply_class_balancing, "alpha": alpha, "gamma": gamma}
        settings = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(binary_focal_crossentropy, reduction, name, dtype, **focus, **settings)


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """Categorical crossentropy that looks harder at hard samples.

    Args:
        alpha: one weight, or a list of one per class.
        gamma: how strongly easy samples are discounted, 0 or more.
        from_logits, label_smoothing, axis: as for `CategoricalCrossentropy`.
        reduction, name, dtype: as for `KLDivergence`.

    >>> print(CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]]).round(4))
    0.0433
    """

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_focal_crossentropy",
        dtype=None,
    ):
        check_number("label_smoothing", label_smoothing, 0, 1)
        settings = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(categorical_focal_crossentropy, reduction, name, dtype, alpha=alpha, gamma=gamma, **settings)


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """Crossentropy that wrong labels cannot pull far.

    Args:
        q: between 0 (crossentropy) and 1 (absolute error), both left out.
        reduction, name, dtype: as for `KLDivergence`.

    >>> print(CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
    1.0
    """

    def __init__(
        self, q=0.5, reduction="sum_over_batch_size", name="categorical_generalized_cross_entropy", dtype=None
    ):
        check_number("q", q, 0, 1, exclusive=True)
        super().__init__(categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
