"""The bend in the network: functions that a layer applies to its weighted sums.

Without them a stack of layers would be one straight line. Each is a record (see `base.py`): call it, or ask it for
its `slope`. The everyday ones stand here, the rest in `more.py`.

Lesson: 07. Source: `keras.activations`.
"""

import warnings

import numpy as np

from kerasschool.activations.base import activation

BLOCK = 2**15  # entries that are worked on at a time where a temporary array is needed
# NumPy turns a Python number into an array in every call, 0.3 µs each time; these already are.
ZERO, ONE, FORTY = (np.array(number, "float32") for number in (0, 1, 40))


@activation("x")
def linear(x):
    """The input, unchanged: what `activation=None` means.

    >>> linear([-1.0, 2.0]).tolist()
    [-1.0, 2.0]
    """
    return x


@linear.derivative
def _(dy, y):
    return dy


@linear.in_place
def _(z):
    return z


@activation("max(x, 0)", range=(0, np.inf))
def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """Rectified linear unit: what is positive passes, the rest is 0. The first choice for hidden layers.

    Args:
        negative_slope: slope below `threshold`; 0 cuts off.
        max_value: the largest value it gives, None for no limit.
        threshold: inputs up to here count as negative.

    >>> relu([-2.0, 0.0, 3.0]).tolist()
    [0.0, 0.0, 3.0]
    >>> relu([-2.0, 0.0, 3.0], negative_slope=0.5, max_value=2.0).tolist()
    [-1.0, 0.0, 2.0]
    """
    if negative_slope == 0 and max_value is None and threshold == 0:
        return np.maximum(x, ZERO)
    y = np.where(x > threshold, x, 0)
    if max_value is not None:
        y = np.clip(y, 0, max_value)
    return y - negative_slope * np.maximum(threshold - x, 0)


@relu.derivative
def _(dy, x, y, negative_slope=0.0, max_value=None, threshold=0.0):
    if negative_slope == 0 and max_value is None and threshold == 0:
        return _where_it_passed(dy, y)
    rising = x > threshold
    if max_value is not None:
        rising &= (x > 0) & (x < max_value)
    dy *= rising + negative_slope * (x < threshold)
    return dy


def _where_it_passed(dy, y):
    """`dy` where y is positive, else 0. Each way is twice as fast at its size."""
    if y.size < 10_000:
        dy *= np.sign(y)
        return dy
    step = max(1, BLOCK * len(y) // y.size)
    for start in range(0, len(y), step):  # in blocks: the mask stays in the cache, and small however wide the layer
        rows = slice(start, start + step)
        dy[rows] *= y[rows] > 0
    return dy


relu.needs_input = False  # x is read only when arguments are given


@relu.in_place
def _(z):
    return np.maximum(z, ZERO, out=z)


@activation("1 / (1 + exp(-x))", range=(0, 1))
def sigmoid(x):
    """Squeezes any number into 0..1, to be read as a probability: for the last layer of a yes-or-no model.

    >>> sigmoid([-1000.0, 0.0, 1000.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    e = np.exp(np.minimum(x, 40))  # exp(x) overflows for large x; from 40 on the result is 1 to the last digit
    return e / (1 + e)


@sigmoid.derivative
def _(y):
    slope = ONE - y
    slope *= y
    return slope


@sigmoid.in_place
def _(z):
    np.minimum(z, FORTY, out=z)
    np.exp(z, out=z)
    return np.divide(z, z + ONE, out=z)


@activation("tanh(x)", range=(-1, 1))
def tanh(x):
    """Squeezes any number into -1..1, and 0 stays 0.

    >>> tanh([-1000.0, 0.0, 1000.0]).tolist()
    [-1.0, 0.0, 1.0]
    """
    return np.tanh(x)


@tanh.derivative
def _(y):
    slope = y * y
    return np.subtract(ONE, slope, out=slope)


@tanh.in_place
def _(z):
    return np.tanh(z, out=z)


@activation("exp(x) / sum(exp(x))", range=(0, 1), elementwise=False)
def softmax(x, axis=-1):
    """Turns scores into probabilities that add up to 1 along `axis`: for the last layer of a model with classes.

    >>> softmax([[1000.0, 1000.0], [0.0, np.log(3.0)]]).round(2).tolist()
    [[0.5, 0.5], [0.25, 0.75]]
    """
    _warn_of_one(x, axis)
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))  # the largest becomes exp(0) = 1, so nothing overflows
    return e / np.sum(e, axis=axis, keepdims=True)


@softmax.derivative
def _(dy, y, axis=-1):
    dy -= (dy * y).sum(axis=axis, keepdims=True)
    dy *= y
    return dy


@softmax.in_place
def _(z):
    _warn_of_one(z, -1)
    z -= z.max(axis=-1, keepdims=True)
    np.exp(z, out=z)
    z /= z.sum(axis=-1, keepdims=True)
    return z


def _warn_of_one(x, axis):
    if isinstance(axis, int) and x.shape[axis] == 1:
        warnings.warn(
            f"softmax over an axis of size 1 (axis {axis} of shape {x.shape}) is always 1.0 and learns nothing. "
            "Did you mean sigmoid?",
            stacklevel=4,
        )
