"""Many numbers into few: sums, means, extremes, products of matrices.

`axis` is the axis, or a tuple of axes, that disappears (None: all of them); `keepdims` leaves it with length 1.
"""

import numpy as np

from kerasschool.errors import message
from kerasschool.ops.core import as_array, as_dtype, as_float, stop_gradient, together


def _axis(axis):
    return tuple(axis) if isinstance(axis, list) else axis


def sum(x, axis=None, keepdims=False):
    """The sum.

    >>> sum([[1.0, 2.0], [3.0, 4.0]], axis=-1).tolist()
    [3.0, 7.0]
    """
    x = as_array(x)
    small = x.dtype.kind in "bi" and x.dtype.itemsize <= 4
    return np.sum(x, _axis(axis), keepdims=keepdims, dtype=np.int32 if small else None)


def mean(x, axis=None, keepdims=False):
    """The mean; whole numbers give floats.

    >>> mean([1, 2]).item()
    1.5
    """
    return np.mean(as_float(x), _axis(axis), keepdims=keepdims)


def var(x, axis=None, keepdims=False):
    """The variance: the mean square distance from the mean."""
    return np.var(as_float(x), _axis(axis), keepdims=keepdims)


def std(x, axis=None, keepdims=False):
    """The standard deviation: the square root of the variance."""
    return np.std(as_float(x), _axis(axis), keepdims=keepdims)


def max(x, axis=None, keepdims=False, initial=None):
    """The largest entry, or `initial` if that is larger."""
    y = np.max(as_array(x), _axis(axis), keepdims=keepdims)
    return y if initial is None else np.maximum(y, initial)


def min(x, axis=None, keepdims=False, initial=None):
    """The smallest entry, or `initial` if that is smaller."""
    y = np.min(as_array(x), _axis(axis), keepdims=keepdims)
    return y if initial is None else np.minimum(y, initial)


def amax(x, axis=None, keepdims=False):
    """The same as `max`."""
    return max(x, axis, keepdims)


def amin(x, axis=None, keepdims=False):
    """The same as `min`."""
    return min(x, axis, keepdims)


def ptp(x, axis=None, keepdims=False):
    """The largest entry minus the smallest."""
    return max(x, axis, keepdims) - min(x, axis, keepdims)


def prod(x, axis=None, keepdims=False, dtype=None):
    """The product."""
    x = as_array(x) if dtype is None else as_array(x).astype(as_dtype(dtype))
    y = np.prod(x, _axis(axis), keepdims=keepdims)
    return y.astype(np.int32) if x.dtype.kind in "bi" and x.dtype.itemsize <= 4 else y


def median(x, axis=None, keepdims=False):
    """The middle entry, or the mean of the two middle ones."""
    return np.median(as_float(x), _axis(axis), keepdims=keepdims)


def average(x, axis=None, weights=None):
    """The mean in which each entry counts as much as its weight."""
    return np.average(as_float(x), axis, None if weights is None else as_float(weights))


def any(x, axis=None, keepdims=False):
    """True if one entry is."""
    return np.any(as_array(x), _axis(axis), keepdims=keepdims)


def all(x, axis=None, keepdims=False):
    """True if all entries are."""
    return np.all(as_array(x), _axis(axis), keepdims=keepdims)


def count_nonzero(x, axis=None):
    """How many entries are not 0."""
    return np.asarray(np.count_nonzero(as_array(x), _axis(axis)), dtype=np.int32)


def argmax(x, axis=None, keepdims=False):
    """The place of the largest entry; the first of several.

    >>> argmax([[0.1, 0.7, 0.2]], axis=-1).tolist()
    [1]
    """
    return np.argmax(as_array(x), axis, keepdims=keepdims).astype(np.int32)


def argmin(x, axis=None, keepdims=False):
    """The place of the smallest entry; the first of several."""
    return np.argmin(as_array(x), axis, keepdims=keepdims).astype(np.int32)


def cumsum(x, axis=None, dtype=None):
    """The sums so far.

    >>> cumsum([1, 2, 3]).tolist()
    [1, 3, 6]
    """
    x = as_array(x) if dtype is None else as_array(x).astype(as_dtype(dtype))
    small = x.dtype.kind in "bi" and x.dtype.itemsize <= 4
    return np.cumsum(x, axis).astype(np.int32) if small else np.cumsum(x, axis)


def logsumexp(x, axis=None, keepdims=False):
    """log(sum(exp(x))) without overflow.

    >>> logsumexp([-1000.0, -1000.0, 0.0]).item()
    0.0
    """
    x = as_float(x)
    largest = stop_gradient(np.max(x, _axis(axis), keepdims=True))
    largest = np.where(np.isfinite(largest), largest, np.zeros_like(largest))
    with np.errstate(divide="ignore"):  # all entries -inf: the result is -inf
        y = np.log(np.sum(np.exp(x - largest), _axis(axis), keepdims=True)) + largest
    return y if keepdims else np.squeeze(y, _axis(axis))


def norm(x, ord=None, axis=None, keepdims=False):
    """The length of a vector, or of all entries taken as one vector.

    Args:
        ord: None or 2 for √(sum of squares), 1 for the sum of sizes, `np.inf` for the largest size; of matrices
            "fro", 1, `np.inf`.

    >>> norm([3.0, 4.0]).item()
    5.0
    """
    return np.linalg.norm(as_float(x), ord, _axis(axis), keepdims)


# Products


def _arrays(*xs):
    """`together`, with lone Python numbers as arrays too: NumPy's products take those for float64."""
    xs = together(*xs)
    dtype = np.result_type(*(x.dtype for x in xs if hasattr(x, "dtype")))
    return [x if hasattr(x, "dtype") else np.asarray(x, dtype) for x in xs]


def matmul(x1, x2):
    """The matrix product: rows of x1 times columns of x2.

    >>> matmul([[1.0, 2.0]], [[3.0], [4.0]]).tolist()
    [[11.0]]
    """
    x1, x2 = _arrays(x1, x2)
    if x1.ndim and x2.ndim and x1.shape[-1] != x2.shape[-2 if x2.ndim > 1 else 0]:
        raise ValueError(
            message(
                "`matmul` needs as many columns in the first array as there are rows in the second.",
                f"Here {x1.shape[-1]} columns meet {x2.shape[-2 if x2.ndim > 1 else 0]} rows.",
                x1=x1.shape,
                x2=x2.shape,
            )
        )
    return np.matmul(x1, x2)


def dot(x1, x2):
    """The sum of products over the last axis of x1 and the last but one of x2."""
    return np.dot(*_arrays(x1, x2))


def inner(x1, x2):
    """The sum of products over both last axes."""
    return np.inner(*_arrays(x1, x2))


def vdot(x1, x2):
    """The sum of all products, entry by entry."""
    return np.vdot(*_arrays(x1, x2))


def outer(x1, x2):
    """Every entry of x1 times every entry of x2."""
    return np.outer(*_arrays(x1, x2))


def tensordot(x1, x2, axes=2):
    """The sum of products over `axes`: how many last and first axes, or a pair of lists."""
    return np.tensordot(*_arrays(x1, x2), axes)


def einsum(subscripts, *operands, **kwargs):
    """Products and sums by the names of the axes.

    >>> einsum("ij,j->i", [[1.0, 2.0], [3.0, 4.0]], [1.0, 10.0]).tolist()
    [21.0, 43.0]
    """
    return np.einsum(subscripts, *_arrays(*operands), **kwargs)


def trace(x, offset=0, axis1=0, axis2=1):
    """The sum of the diagonal."""
    return np.trace(as_array(x), offset, axis1, axis2)


# Statistics


def moments(x, axes, keepdims=False, synchronized=False):
    """The mean and the variance, as a pair.

    >>> [y.item() for y in moments([1.0, 3.0], axes=0)]
    [2.0, 1.0]
    """
    return mean(x, axes, keepdims), var(x, axes, keepdims)


reduce_mean, reduce_sum, reduce_max, reduce_min = mean, sum, max, min
reduce_prod, reduce_std, reduce_variance = prod, std, var
reduce_any, reduce_all, reduce_logsumexp = any, all, logsumexp
