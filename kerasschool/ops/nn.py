"""What networks are made of: activations, normalisations, crossentropies.

Everything here stays finite for large inputs, and is plain NumPy, so that `autodiff` finds the gradients.
"""

import math

import numpy as np

from kerasschool import config
from kerasschool.errors import check_whole, message
from kerasschool.ops.core import as_array, as_float, erf, stop_gradient
from kerasschool.ops.reductions import norm

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. 2017


# Bent lines


def relu(x):
    """max(x, 0); its slope at 0 is 0.

    >>> relu([-1.0, 2.0]).tolist()
    [0.0, 2.0]
    """
    x = as_array(x)
    return np.where(x <= 0, np.zeros_like(x), x)


def relu6(x):
    """relu that stops at 6."""
    return np.clip(relu(x), 0, 6)


def leaky_relu(x, negative_slope=0.2):
    """x where it is positive, else negative_slope · x."""
    x = as_float(x)
    return np.where(x >= 0, x, negative_slope * x)


def threshold(x, threshold, default_value):
    """x where it is above the threshold, else `default_value`."""
    x = as_array(x)
    return np.where(x > threshold, x, np.full_like(x, default_value))


def hard_sigmoid(x):
    """relu6(x + 3) / 6: the sigmoid in three straight pieces."""
    return relu6(as_float(x) + 3) / 6


def hard_tanh(x):
    """x held between -1 and 1."""
    return np.clip(as_float(x), -1, 1)


def hard_silu(x):
    """x · hard_sigmoid(x)."""
    return as_float(x) * hard_sigmoid(x)


hard_swish = hard_silu


def hard_shrink(x, threshold=0.5):
    """x, with 0 in place of what is no further from 0 than the threshold."""
    x = as_float(x)
    return np.where(np.abs(x) > threshold, x, np.zeros_like(x))


def soft_shrink(x, threshold=0.5):
    """x moved towards 0 by the threshold, and 0 in between."""
    x = as_float(x)
    return relu(x - threshold) - relu(-x - threshold)


def sparse_plus(x):
    """0 up to -1, (x + 1)² / 4 up to 1, then x."""
    x = as_float(x)
    return np.where(x <= -1, np.zeros_like(x), np.where(x < 1, np.square(x + 1) / 4, x))


def sparse_sigmoid(x):
    """(x + 1) / 2 held between 0 and 1."""
    return np.clip((as_float(x) + 1) / 2, 0, 1)


# Smooth bends


def sigmoid(x):
    """1 / (1 + exp(-x)): an S from 0 to 1.

    >>> sigmoid([-1000.0, 0.0, 1000.0]).round(3).tolist()
    [0.0, 0.5, 1.0]
    """
    x = as_float(x)
    largest = {2: 11, 4: 88, 8: 709}[x.dtype.itemsize]  # beyond it exp overflows, and the result is 0 to the last digit
    return 1 / (1 + np.exp(-np.maximum(x, -largest)))


def log_sigmoid(x):
    """log(sigmoid(x)) without log(0)."""
    return -softplus(-as_float(x))


def softplus(x):
    """log(1 + exp(x)): a smooth relu.

    >>> softplus([-1000.0, 1000.0]).tolist()
    [0.0, 1000.0]
    """
    x = as_float(x)
    return np.logaddexp(x, np.zeros_like(x))


def softsign(x):
    """x / (1 + |x|)."""
    x = as_float(x)
    return x / (1 + np.abs(x))


def squareplus(x, b=4):
    """(x + √(x² + b)) / 2: a smooth relu without exp."""
    x = as_float(x)
    return (x + np.sqrt(np.square(x) + b)) / 2


def silu(x):
    """x · sigmoid(x)."""
    return as_float(x) * sigmoid(x)


swish = silu


def gelu(x, approximate=True):
    """x times the share of the bell curve to the left of x; `approximate` uses tanh for it.

    Source: Hendrycks and Gimpel, 2016.
    """
    x = as_float(x)
    if approximate:
        return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))


def elu(x, alpha=1.0):
    """x where it is positive, else alpha · (exp(x) - 1)."""
    x = as_float(x)
    return np.where(x > 0, x, alpha * np.expm1(np.where(x > 0, np.zeros_like(x), x)))


def selu(x):
    """elu with two constants that keep mean 0 and variance 1 from layer to layer."""
    return SELU_SCALE * elu(x, SELU_ALPHA)


def celu(x, alpha=1.0):
    """x where it is positive, else alpha · (exp(x / alpha) - 1)."""
    return alpha * elu(as_float(x) / alpha)


def tanh_shrink(x):
    """x - tanh(x)."""
    x = as_float(x)
    return x - np.tanh(x)


def glu(x, axis=-1):
    """The first half of the axis times the sigmoid of the second half."""
    first, second = np.split(as_float(x), 2, axis)
    return first * sigmoid(second)


# One line of scores into shares


def softmax(x, axis=-1):
    """exp(x) divided by its sum: shares that add up to 1.

    >>> softmax([1000.0, 1000.0]).tolist()
    [0.5, 0.5]
    """
    x = as_float(x)
    exponentials = np.exp(x - stop_gradient(np.max(x, axis, keepdims=True)))
    return exponentials / np.sum(exponentials, axis, keepdims=True)


def log_softmax(x, axis=-1):
    """log(softmax(x)) without log(0)."""
    x = as_float(x)
    x = x - stop_gradient(np.max(x, axis, keepdims=True))
    return x - np.log(np.sum(np.exp(x), axis, keepdims=True))


def sparsemax(x, axis=-1):
    """The shares nearest to x: many are exactly 0. Source: Martins and Astudillo, 2016.

    Keras 3.15 finds a wrong `level` where several shares are left; here they add up to 1.
    """
    x = np.moveaxis(as_float(x), axis, -1)
    x = x - stop_gradient(np.max(x, -1, keepdims=True))
    descending = np.flip(np.sort(x, -1), -1)
    excess = np.cumsum(descending, -1) - 1
    counts = np.arange(1, x.shape[-1] + 1, dtype=x.dtype)
    size = np.sum(descending * counts > excess, -1, keepdims=True)
    level = np.take_along_axis(excess, size - 1, -1) / size.astype(x.dtype)
    return np.moveaxis(relu(x - level), -1, axis)


# Normalisation


def normalize(x, axis=-1, order=2, epsilon=None):
    """`x` divided by its norm along the axis.

    Args:
        order: which norm, a whole number from 1.
        epsilon: the smallest divisor, `config.epsilon()` by default.

    >>> normalize([3.0, 4.0]).round(3)
    array([0.6, 0.8], dtype=float32)
    """
    check_whole("order", order)
    x = np.atleast_1d(as_float(x))
    length = norm(x, None if order == 2 else order, axis, keepdims=True)
    return x / np.maximum(length, config.epsilon() if epsilon is None else epsilon)


def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=0.001):
    """(x - mean) / √(variance + epsilon) · scale + offset, with one number of each per entry of the axis."""
    x = as_float(x)
    along = [1] * x.ndim
    along[axis] = -1
    mean, variance, offset, scale = (
        None if each is None else np.reshape(as_float(each), along) for each in (mean, variance, offset, scale)
    )
    y = (x - mean) / np.sqrt(variance + epsilon)
    y = y if scale is None else y * scale
    return y if offset is None else y + offset


def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None):
    """Each row shifted and scaled to mean 0 and variance 1, then · gamma + beta."""
    x = as_float(x)
    axis = tuple(axis) if isinstance(axis, list) else axis
    y = x - np.mean(x, axis, keepdims=True)
    variance = np.mean(np.square(y), axis, keepdims=True)
    y = y / np.sqrt(variance + (config.epsilon() if epsilon is None else epsilon))
    y = y if gamma is None else y * as_float(gamma)
    return y if beta is None else y + as_float(beta)


def rms_normalization(x, scale=None, axis=-1, epsilon=None):
    """Each row divided by its root mean square, then · scale."""
    x = as_float(x)
    axis = tuple(axis) if isinstance(axis, list) else axis
    y = x / np.sqrt(np.mean(np.square(x), axis, keepdims=True) + (config.epsilon() if epsilon is None else epsilon))
    return y if scale is None else y * as_float(scale)


# Crossentropies, one per row


def _probabilities(output):
    return np.clip(output, config.epsilon(), 1 - config.epsilon())


def _check_shapes(target, output):
    if target.shape != output.shape:
        raise ValueError(
            message(
                "`target` and `output` must have the same shape.",
                target_shape=tuple(target.shape),
                output_shape=tuple(output.shape),
            )
        )


def binary_crossentropy(target, output, from_logits=False):
    """-log of the probability given to what was true, entry by entry.

    Args:
        target: 0 or 1, of any shape.
        output: probabilities of 1, or scores (logits) before the sigmoid; of the same shape.
        from_logits: True for scores.

    >>> binary_crossentropy([1.0, 0.0], [0.5, 0.5]).round(3)
    array([0.693, 0.693], dtype=float32)
    """
    target, output = as_array(target), as_float(output)
    _check_shapes(target, output)
    target = target.astype(output.dtype)
    if from_logits:
        return target * softplus(-output) + (1 - target) * softplus(output)
    output = _probabilities(output)
    return -(target * np.log(output) + (1 - target) * np.log(1 - output))


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """-log of the probability given to the true class, for one-hot targets.

    Args:
        target: one-hot rows (rows, classes).
        output: probabilities (made to add up to 1), or scores before the softmax; of the same shape.
        from_logits: True for scores.
        axis: the axis of the classes.

    >>> categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(3)
    array([0.693], dtype=float32)
    """
    target, output = as_array(target), as_float(output)
    _check_shapes(target, output)
    if output.ndim < 1:
        raise ValueError(message("`output` must have at least one axis.", output=output))
    return -np.sum(target.astype(output.dtype) * _log_probabilities(output, from_logits, axis), axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """`categorical_crossentropy` for targets given as class numbers.

    Args:
        target: class numbers (rows,) or (rows, 1).
        output: probabilities or scores (rows, classes).

    >>> sparse_categorical_crossentropy([1], [[0.5, 0.5]]).round(3)
    array([0.693], dtype=float32)
    """
    target, output = as_array(target).astype(np.int32), as_float(output)
    if target.ndim == output.ndim and target.ndim and target.shape[-1] == 1:
        target = np.squeeze(target, -1)
    if output.ndim < 1 or target.shape != output.shape[:-1]:
        raise ValueError(
            message(
                "`target` must have the shape of `output` without its last axis.",
                target_shape=tuple(target.shape),
                output_shape=tuple(output.shape),
            )
        )
    classes = np.arange(output.shape[axis]).reshape([-1 if i == axis % output.ndim else 1 for i in range(output.ndim)])
    hot = np.expand_dims(target, axis) == classes
    return -np.sum(hot.astype(output.dtype) * _log_probabilities(output, from_logits, axis), axis)


def _log_probabilities(output, from_logits, axis):
    if from_logits:
        return log_softmax(output, axis)
    return np.log(_probabilities(output / np.sum(output, axis, keepdims=True)))
