"""The other activations of Keras, by family: bent lines, smooth bends, squeezers, shrinkers, and those that mix.

Each slope stands under its function, found from the output where that is exact, else from the input.

Lesson: 07. Source: `keras.activations`; the paper stands with each.
"""

import math

import numpy as np

from kerasschool.activations.base import activation
from kerasschool.activations.everyday import sigmoid
from kerasschool.errors import message

inf = np.inf


# ---- Bent lines: cheap, and exact at 0


@activation("|x|", range=(0, inf))
def abs(x):
    """The size of a number without its sign. Keras has no activation of this name; the tutorial lists it.

    >>> abs([-2.0, 3.0]).tolist()
    [2.0, 3.0]
    """
    return np.abs(x)


@abs.derivative
def _(x):
    return np.sign(x)


@activation("x if x ≥ 0 else negative_slope · x")
def leaky_relu(x, negative_slope=0.2):
    """`relu` that lets a little through below 0, so that no unit falls silent for good. Source: Maas et al. 2013.

    >>> leaky_relu([-10.0, 10.0]).tolist()
    [-2.0, 10.0]
    """
    return np.maximum(x, 0) + negative_slope * np.minimum(x, 0)


@leaky_relu.derivative
def _(x, negative_slope=0.2):
    return (x >= 0) + negative_slope * (x < 0)


@activation("min(max(x, 0), 6)", range=(0, 6))
def relu6(x):
    """`relu` that stops at 6. Source: Krizhevsky 2010.

    >>> relu6([-1.0, 3.0, 9.0]).tolist()
    [0.0, 3.0, 6.0]
    """
    return np.clip(x, 0, 6)


@relu6.derivative
def _(y):
    return (y > 0) & (y < 6)


@activation("x if x > threshold else default_value")
def threshold(x, threshold, default_value):
    """Lets through what lies above a threshold, and puts a fixed value in place of the rest.

    >>> threshold([-1.0, 0.5, 2.0], 1.0, 0.0).tolist()
    [0.0, 0.0, 2.0]
    """
    return np.where(x > threshold, x, default_value)


@threshold.derivative
def _(x, threshold, default_value):
    return x > threshold


# ---- Smooth bends: like relu from afar, without its corner


@activation("log(1 + exp(x))", range=(0, inf))
def softplus(x):
    """A `relu` without a corner; its slope is `sigmoid`. Source: Dugas et al. 2001.

    >>> print(softplus([-1000.0, 0.0, 9.0]).round(2))
    [0.   0.69 9.  ]
    """
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))  # exp of a number ≤ 0 cannot overflow


@softplus.derivative
def _(y):
    return -np.expm1(-y)


@activation("x if x > 0 else alpha · (exp(x) - 1)", range=(-1, inf))
def elu(x, alpha=1.0):
    """Exponential linear unit: bends to -alpha below 0. Source: Clevert et al. 2016.

    >>> elu([-1000.0, 0.0, 2.0]).tolist()
    [-1.0, 0.0, 2.0]
    """
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0))


@elu.derivative
def _(x, alpha=1.0):
    return (x > 0) + (x <= 0) * alpha * np.exp(np.minimum(x, 0))


@activation("x if x > 0 else alpha · (exp(x / alpha) - 1)", range=(-1, inf))
def celu(x, alpha=1.0):
    """`elu` whose slope has no step at 0, whatever alpha. Source: Barron 2017.

    >>> celu([-1000.0, 0.0, 2.0], alpha=0.5).tolist()
    [-0.5, 0.0, 2.0]
    """
    return np.maximum(x, 0) + alpha * np.expm1(np.minimum(x, 0) / alpha)


@celu.derivative
def _(x, alpha=1.0):
    return np.exp(np.minimum(x, 0) / alpha)


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # keep mean 0 and variance 1 from layer to layer


@activation("1.0507 · elu(x, alpha=1.6733)", range=(-SELU_SCALE * SELU_ALPHA, inf))
def selu(x):
    """`elu` scaled so that deep networks stay normalised; goes with `lecun_normal`. Source: Klambauer et al. 2017.

    >>> print(selu([-1000.0, 0.0, 1.0]).round(2))
    [-1.76  0.    1.05]
    """
    return SELU_SCALE * elu(x, SELU_ALPHA)


@selu.derivative
def _(x):
    return SELU_SCALE * ((x > 0) + (x <= 0) * SELU_ALPHA * np.exp(np.minimum(x, 0)))


@activation("x · sigmoid(x)", range=(-0.2785, inf))
def silu(x):
    """Also called swish: dips a little below 0 before it rises. Source: Ramachandran et al. 2017.

    >>> silu([-1000.0, 0.0, 1000.0]).tolist()
    [-0.0, 0.0, 1000.0]
    """
    return x * sigmoid(x)


@silu.derivative
def _(x):
    s = sigmoid(x)
    return s * (1 + x * (1 - s))


@activation("x · tanh(softplus(x))", range=(-0.3089, inf))
def mish(x):
    """A smoother `silu`. Source: Misra 2019.

    >>> mish([-1000.0, 0.0, 1000.0]).tolist()
    [-0.0, 0.0, 1000.0]
    """
    return x * np.tanh(softplus(x))


@mish.derivative
def _(x):
    t = np.tanh(softplus(x))
    return t + x * (1 - t * t) * sigmoid(x)


@activation("x · P(normal ≤ x)", range=(-0.1701, inf))
def gelu(x, approximate=False):
    """Weighs each input by the share of the bell curve below it. Source: Hendrycks & Gimpel 2016.

    Args:
        approximate: True for the older formula with tanh, which is faster and off by up to 0.0005.

    >>> gelu([-1000.0, 0.0, 1000.0]).tolist()
    [-0.0, 0.0, 1000.0]
    """
    if approximate:
        return 0.5 * x * (1 + np.tanh(GELU_SLOPE * (x + 0.044715 * x * x * x)))
    return x * _share_below(x)


GELU_SLOPE = math.sqrt(2 / math.pi)


@gelu.derivative
def _(x, y, approximate=False):
    if approximate:
        t = np.tanh(GELU_SLOPE * (x + 0.044715 * x * x * x))
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * GELU_SLOPE * (1 + 3 * 0.044715 * x * x)
    share_below = np.divide(y, x, out=np.full_like(x, 0.5), where=x != 0)
    return share_below + x * np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def _share_below(x):
    """The part of the standard bell curve to the left of each x."""
    scaled = (x.ravel() * -math.sqrt(0.5)).tolist()
    return np.fromiter(map(math.erfc, scaled), x.dtype, x.size).reshape(x.shape) / 2  # NumPy has no erfc, Python has


@activation("(x + sqrt(x² + b)) / 2", range=(0, inf))
def squareplus(x, b=4):
    """A `softplus` made of a square root alone; `b` is the width of the bend. Source: Barron 2021.

    >>> squareplus([0.0, 1.5]).tolist()
    [1.0, 2.0]
    """
    return (x + np.sqrt(x * x + b)) / 2


@squareplus.derivative
def _(x, b=4):
    return (1 + x / np.sqrt(x * x + b)) / 2


@activation("0 below -1, x above 1, (x + 1)² / 4 between", range=(0, inf))
def sparse_plus(x):
    """A `softplus` that is exactly 0 and exactly x away from its bend. Source: Blondel et al. 2019.

    >>> sparse_plus([-2.0, 0.0, 2.0]).tolist()
    [0.0, 0.25, 2.0]
    """
    return np.where(x >= 1, x, np.maximum(x + 1, 0) ** 2 / 4)


@sparse_plus.derivative
def _(x):
    return np.clip((x + 1) / 2, 0, 1)


@activation("exp(x)", range=(0, inf))
def exponential(x):
    """Always positive, for outputs that are counts or rates; grows past every bound.

    >>> exponential([0.0]).tolist()
    [1.0]
    """
    return np.exp(x)


@exponential.derivative
def _(y):
    return y


# ---- Squeezers: everything into a short range


@activation("x / (1 + |x|)", range=(-1, 1))
def softsign(x):
    """Like `tanh`, with slower ends. Source: Turian et al. 2009.

    >>> softsign([-1.0, 0.0, 3.0]).tolist()
    [-0.5, 0.0, 0.75]
    """
    return x / (1 + np.abs(x))


@softsign.derivative
def _(x):
    return (1 + np.abs(x)) ** -2.0


@activation("log(1 / (1 + exp(-x)))", range=(-inf, 0))
def log_sigmoid(x):
    """The logarithm of `sigmoid`, without the detour through a number too small to write.

    >>> log_sigmoid([-1000.0, 1000.0]).tolist()
    [-1000.0, 0.0]
    """
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


@log_sigmoid.derivative
def _(y):
    return -np.expm1(y)


@activation("x / 6 + 0.5, cut to 0..1", range=(0, 1))
def hard_sigmoid(x):
    """`sigmoid` made of three straight lines. Source: Courbariaux et al. 2015.

    >>> hard_sigmoid([-3.0, 0.0, 3.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.clip(x + 3, 0, 6) / 6


@hard_sigmoid.derivative
def _(x):
    return (np.abs(x) < 3) / 6


@activation("(x + 1) / 2, cut to 0..1", range=(0, 1))
def sparse_sigmoid(x):
    """As `hard_sigmoid`, but steeper: the slope of `sparse_plus`. Source: Blondel et al. 2019.

    >>> sparse_sigmoid([-1.0, 0.0, 1.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.clip((x + 1) / 2, 0, 1)


@sparse_sigmoid.derivative
def _(x):
    return (np.abs(x) < 1) / 2


@activation("x, cut to -1..1", range=(-1, 1))
def hard_tanh(x):
    """`tanh` made of three straight lines.

    >>> hard_tanh([-2.0, 0.5, 2.0]).tolist()
    [-1.0, 0.5, 1.0]
    """
    return np.clip(x, -1, 1)


@hard_tanh.derivative
def _(x):
    return np.abs(x) <= 1


@activation("x · hard_sigmoid(x)", range=(-0.375, inf))
def hard_silu(x):
    """`silu` without exp, also called hard swish. Source: Howard et al. 2019.

    >>> hard_silu([-3.0, 0.0, 3.0]).tolist()
    [-0.0, 0.0, 3.0]
    """
    return x * hard_sigmoid(x)


@hard_silu.derivative
def _(x):
    return np.where(np.abs(x) < 3, x / 3 + 0.5, x >= 3)


# ---- Shrinkers: small inputs become 0


@activation("x moved by threshold towards 0, at most to 0")
def soft_shrink(x, threshold=0.5):
    """Pulls every input towards 0.

    >>> soft_shrink([-2.0, 0.25, 2.0]).tolist()
    [-1.5, 0.0, 1.5]
    """
    return x - np.clip(x, -threshold, threshold)


@soft_shrink.derivative
def _(x, threshold=0.5):
    return np.abs(x) > threshold


@activation("x if |x| > threshold else 0")
def hard_shrink(x, threshold=0.5):
    """Replaces small inputs by 0 and leaves the others alone.

    >>> hard_shrink([-2.0, 0.25, 2.0]).tolist()
    [-2.0, 0.0, 2.0]
    """
    return np.where(np.abs(x) > threshold, x, 0)


@hard_shrink.derivative
def _(x, threshold=0.5):
    return np.abs(x) > threshold


@activation("x - tanh(x)")
def tanh_shrink(x):
    """What `tanh` leaves over: flat at 0, a line far out.

    >>> tanh_shrink([-1000.0, 0.0, 1000.0]).tolist()
    [-999.0, 0.0, 999.0]
    """
    return x - np.tanh(x)


@tanh_shrink.derivative
def _(x):
    return np.tanh(x) ** 2


# ---- Those that mix: each output depends on several inputs


@activation("x - log(sum(exp(x)))", range=(-inf, 0), elementwise=False)
def log_softmax(x, axis=-1):
    """The logarithm of `softmax`, exact also where softmax rounds to 0.

    >>> log_softmax([[0.0, 1000.0]]).tolist()
    [[-1000.0, 0.0]]
    """
    x = x - np.max(x, axis=axis, keepdims=True)
    return x - np.log(np.sum(np.exp(x), axis=axis, keepdims=True))


@log_softmax.derivative
def _(dy, y, axis=-1):
    dy -= np.exp(y) * dy.sum(axis=axis, keepdims=True)
    return dy


@activation("max(x - t, 0), with t such that the sum is 1", range=(0, 1), elementwise=False)
def sparsemax(x, axis=-1):
    """A `softmax` that gives poor scores probability 0. Source: Martins & Astudillo 2016.

    Keras 3.15 finds a wrong t where several scores are kept (keras issue 23425, since repaired); here the sum is 1.

    >>> sparsemax([[1.0, 0.5, -1.0]]).tolist()
    [[0.75, 0.25, 0.0]]
    """
    z = np.moveaxis(x - np.max(x, axis=axis, keepdims=True), axis, -1)
    totals = np.cumsum(-np.sort(-z, axis=-1), axis=-1)  # of the largest, the two largest, …
    t = np.max((totals - 1) / np.arange(1, z.shape[-1] + 1, dtype=z.dtype), axis=-1, keepdims=True)
    return np.moveaxis(np.maximum(z - t, 0), -1, axis)


@sparsemax.derivative
def _(dy, y, axis=-1):
    kept = y > 0
    dy *= kept
    dy -= kept * (dy.sum(axis=axis, keepdims=True) / kept.sum(axis=axis, keepdims=True, dtype=dy.dtype))
    return dy


@activation("a · sigmoid(b), with a and b the halves of x", elementwise=False)
def glu(x, axis=-1):
    """Gated linear unit: one half of the inputs decides how much of the other passes. Source: Dauphin et al. 2017.

    Args:
        x: array whose `axis` has an even size; the output has half of it.

    >>> glu([[4.0, 6.0, 0.0, 1000.0]]).tolist()
    [[2.0, 6.0]]
    """
    if x.shape[axis] % 2:
        raise ValueError(message("`glu` halves an axis.", "Expected an even size.", axis=axis, shape=x.shape))
    a, b = np.split(x, 2, axis=axis)
    return a * sigmoid(b)


@glu.derivative
def _(dy, x, axis=-1):
    a, b = np.split(x, 2, axis=axis)
    s = sigmoid(b)
    return np.concatenate([dy * s, dy * a * s * (1 - s)], axis=axis)
