"""From one value per sample to the one number that training lowers.

A loss function gives one value per sample. Weights multiply the values; the *reduction* makes one number of them:

======================= ======================================================
``sum_over_batch_size``  sum of the weighted values / how many values there are
``mean``                 the same
``mean_with_sample_weight`` sum of the weighted values / sum of the weights
``sum``                  sum of the weighted values
``None``, ``"none"``     the weighted values themselves
======================= ======================================================

Source: `keras.losses.Loss`. Lesson: 03.
"""

import functools
import math

import numpy as np

from kerasschool.autodiff import Tensor
from kerasschool.errors import message, unknown

MEANS = ("sum_over_batch_size", "mean", "mean_with_sample_weight")
REDUCTIONS = (*MEANS, "sum", "none", None)


def check_reduction(reduction):
    """`reduction` unchanged if it is a known one, else the error that lists them."""
    if not isinstance(reduction, (str, type(None))) or reduction not in REDUCTIONS:
        raise unknown("reduction", reduction, REDUCTIONS)
    return reduction


def squeeze_or_expand_to_same_rank(first, second):
    """Both arrays with the same number of axes, where a last axis of length 1 is all that differs.

    >>> first, second = squeeze_or_expand_to_same_rank(np.zeros(5), np.zeros((5, 1)))
    >>> first.shape, second.shape
    ((5, 1), (5, 1))
    """
    if first.ndim == second.ndim + 1:
        second, first = squeeze_or_expand_to_same_rank(second, first)
    elif second.ndim == first.ndim + 1 and second.shape[-1] == 1:
        if first.ndim == 1:
            first = first[..., None]
        else:
            second = second[..., 0]
    return first, second


def reduce_weighted_values(values, sample_weight=None, mask=None, reduction="sum_over_batch_size"):
    """The loss of a batch.

    Args:
        values: array or `Tensor`, one value per sample (or of any other shape).
        sample_weight: how much each value counts; None when all count alike.
        mask: array of `values`' shape, False for values that are left out (a mean is then taken over the others).
        reduction: see the table at the top of this file.

    >>> values, weights = np.array([1.0, 3.0]), np.array([4.0, 0.0])
    >>> print(reduce_weighted_values(values))
    2.0
    >>> print(reduce_weighted_values(values, weights))
    2.0
    >>> print(reduce_weighted_values(values, weights, reduction="mean_with_sample_weight"))
    1.0
    """
    sample_weight = merge_mask(sample_weight, mask, values.dtype, reduction)
    if sample_weight is not None:
        sample_weight = np.asarray(sample_weight, values.dtype)
        values, sample_weight = squeeze_or_expand_to_same_rank(values, sample_weight)
        values = _weighted(values, sample_weight)
    if reduction in (None, "none") or values.shape in ((), (0,)):
        return values
    total = np.sum(values)
    if reduction == "sum":
        return total
    weighted_mean = reduction == "mean_with_sample_weight" and sample_weight is not None
    divisor = float(np.sum(sample_weight)) if weighted_mean else math.prod(values.shape)
    mean = total * 0.0 if divisor == 0 else total / divisor
    return mean if isinstance(mean, Tensor) else values.dtype.type(mean)


def _weighted(values, sample_weight):
    try:
        return values * sample_weight
    except ValueError:
        raise ValueError(
            message(
                "`sample_weight` does not fit the losses.",
                f"Expected one weight per sample: shape {tuple(values.shape)}.",
                sample_weight=sample_weight,
            )
        ) from None


def merge_mask(sample_weight, mask, dtype, reduction):
    """One array of weights that does the work of both: masked values weigh nothing, and a mean is over the others."""
    if mask is None:
        return sample_weight
    share = 1.0
    if reduction in ("mean", "sum_over_batch_size"):
        valid = np.count_nonzero(mask)
        share = mask.size / valid if valid else 0.0
    weight = mask.astype(dtype) * np.asarray(share, dtype)
    if sample_weight is None:
        return weight
    weight, sample_weight = squeeze_or_expand_to_same_rank(weight, np.asarray(sample_weight, dtype))
    return sample_weight * weight


def slope_of_reduction(shape, sample_weight=None, reduction="sum_over_batch_size"):
    """What `reduce_weighted_values` multiplies each of the values by: its derivative.

    Args:
        shape: shape of the values.

    Returns:
        A float when all values count alike, an array of `shape` when they do not,
        None when the weights have more entries than the values.
    """
    scale = 1.0 / max(math.prod(shape), 1) if reduction in MEANS else 1.0
    if sample_weight is None:
        return scale
    sample_weight = np.asarray(sample_weight)
    if sample_weight.size not in (1, math.prod(shape)):
        return None
    if reduction == "mean_with_sample_weight" and shape:
        total = float(np.sum(sample_weight))
        scale = 1.0 / total if total else 0.0
    return np.broadcast_to(sample_weight.reshape(shape if sample_weight.size > 1 else ()), shape) * scale


@functools.lru_cache(maxsize=32)
def even_slope(shape, reduction, dtype):
    """`slope_of_reduction` without weights, as an array of no axes.

    Kept, because the training loop asks for the same one in every step. An array of the right type multiplies a small
    batch in 0.3 µs, a Python float in 0.6 µs.
    """
    return np.array(slope_of_reduction(shape, None, reduction), dtype)
