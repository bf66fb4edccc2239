"""Reshape, move, join, split, pick: nothing is computed, numbers change their places."""

import numpy as np

from kerasschool import config
from kerasschool.errors import message
from kerasschool.ops.core import as_array, as_dtype, as_float, stop_gradient, together


def reshape(x, newshape):
    """The same numbers in another shape; one -1 is found from the others.

    >>> reshape([1, 2, 3, 4], (2, -1)).tolist()
    [[1, 2], [3, 4]]
    """
    return np.reshape(as_array(x), newshape)


def ravel(x):
    """All numbers in one axis."""
    return np.ravel(as_array(x))


def expand_dims(x, axis):
    """A new axis of length 1."""
    return np.expand_dims(as_array(x), axis)


def squeeze(x, axis=None):
    """Without the axes of length 1."""
    return np.squeeze(as_array(x), axis)


def transpose(x, axes=None):
    """Axes in another order; without `axes`, reversed."""
    return np.transpose(as_array(x), axes)


def swapaxes(x, axis1, axis2):
    """Two axes exchanged."""
    return np.swapaxes(as_array(x), axis1, axis2)


def moveaxis(x, source, destination):
    """One axis (or several) put at another place, the others kept in order."""
    return np.moveaxis(as_array(x), source, destination)


def broadcast_to(x, shape):
    """`x` repeated along its axes of length 1 until it has this shape."""
    return np.broadcast_to(as_array(x), shape)


# Joining and splitting


def concatenate(xs, axis=0):
    """Arrays one after the other along an axis.

    >>> concatenate([[1, 2], [3]]).tolist()
    [1, 2, 3]
    """
    return np.concatenate(together(*(as_array(x) for x in xs)), axis)


def append(x1, x2, axis=None):
    """`x2` after `x1`; without `axis` both are flattened."""
    return np.append(*together(as_array(x1), as_array(x2)), axis)


def stack(x, axis=0):
    """Arrays of one shape side by side along a new axis.

    >>> stack([[1, 2], [3, 4]], axis=1).tolist()
    [[1, 3], [2, 4]]
    """
    return np.stack(together(*(as_array(each) for each in x)), axis)


def hstack(xs):
    """Arrays one after the other along the second axis (vectors: along their only one)."""
    return np.hstack(together(*(as_array(x) for x in xs)))


def vstack(xs):
    """Arrays one below the other."""
    return np.vstack(together(*(as_array(x) for x in xs)))


def split(x, indices_or_sections, axis=0):
    """A list of pieces: so many equal ones, or cut before each of these places.

    >>> [piece.tolist() for piece in split([1, 2, 3, 4], [1, 3])]
    [[1], [2, 3], [4]]
    """
    return np.split(as_array(x), indices_or_sections, axis)


def array_split(x, indices_or_sections, axis=0):
    """`split` that allows pieces of unequal length."""
    return np.array_split(as_array(x), indices_or_sections, axis)


def unstack(x, num=None, axis=0):
    """A list of the entries along an axis, which disappears."""
    x = np.moveaxis(as_array(x), axis, 0)
    if num is not None and num != x.shape[0]:
        raise ValueError(message(f"`num` must be the length {x.shape[0]} of the axis.", num=num))
    return [x[i] for i in range(x.shape[0])]


# Repeating and turning


def tile(x, repeats):
    """The whole array repeated along each axis."""
    return np.tile(as_array(x), repeats)


def repeat(x, repeats, axis=None):
    """Each entry repeated."""
    return np.repeat(as_array(x), repeats, axis)


def flip(x, axis=None):
    """Entries in reverse order along an axis, or along all."""
    return np.flip(as_array(x), axis)


def roll(x, shift, axis=None):
    """Entries moved on; what leaves at the end comes back at the start."""
    return np.roll(as_array(x), shift, axis)


def rot90(array, k=1, axes=(0, 1)):
    """A quarter turn to the left, `k` times."""
    return np.rot90(as_array(array), k, axes)


def pad(x, pad_width, mode="constant", constant_values=None):
    """More entries at the ends of each axis.

    Args:
        pad_width: how many before and after, for example ``((1, 1), (0, 2))``; one number for all.
        mode: "constant", "edge", "reflect", "symmetric" or "wrap".
        constant_values: what to fill in, 0 by default.

    >>> pad([1, 2], (1, 2)).tolist()
    [0, 1, 2, 0, 0]
    """
    if constant_values is None:
        return np.pad(as_array(x), pad_width, mode)
    if mode != "constant":
        raise ValueError(message("`constant_values` goes with mode='constant' only.", mode=mode))
    return np.pad(as_array(x), pad_width, mode, constant_values=constant_values)


def diff(a, n=1, axis=-1):
    """Each entry minus the one before it, `n` times."""
    return np.diff(as_array(a), n, axis)


def diagonal(x, offset=0, axis1=0, axis2=1):
    """The diagonal of a matrix."""
    return np.diagonal(as_array(x), offset, axis1, axis2)


def diag(x, k=0):
    """The diagonal of a matrix; of a vector, the matrix that has it as its diagonal."""
    x = as_array(x)
    if x.ndim == 2:
        return np.diagonal(x, k)
    size = x.shape[0] + np.abs(k)
    return np.where(np.eye(size, k=k, dtype=bool), np.pad(x, (max(-k, 0), max(k, 0)))[:, None] + 0 * x[:1], 0)


def tril(x, k=0):
    """The matrix with zeros above its diagonal."""
    return np.tril(as_array(x), k)


def triu(x, k=0):
    """The matrix with zeros below its diagonal."""
    return np.triu(as_array(x), k)


# Picking and sorting


def get_item(x, key):
    """x[key]."""
    return as_array(x)[key]


def take(x, indices, axis=None):
    """The entries at these places along an axis.

    >>> take([10, 20, 30], [2, 0]).tolist()
    [30, 10]
    """
    return np.take(as_array(x), as_array(indices), axis)


def take_along_axis(x, indices, axis=None):
    """For each line along the axis, the entries at its own places.

    >>> take_along_axis([[1, 2], [3, 4]], [[1], [0]], axis=1).tolist()
    [[2], [3]]
    """
    x = as_array(x)
    return np.take_along_axis(
        np.ravel(x) if axis is None else x, as_array(indices), axis or 0 if axis is None else axis
    )


def sort(x, axis=-1):
    """Entries in ascending order."""
    return np.sort(as_array(x), axis)


def argsort(x, axis=-1):
    """The places of the entries in ascending order; equal ones keep theirs."""
    return np.argsort(as_array(x), axis, kind="stable").astype(np.int32)


def nonzero(x):
    """The places of the entries that are not 0, one array per axis."""
    return np.nonzero(as_array(x))


def top_k(x, k, sorted=True):
    """The `k` largest entries of the last axis and their places, the largest first.

    >>> values, places = top_k([0.1, 0.7, 0.2], 2)
    >>> places.tolist()
    [1, 2]
    """
    x = as_array(x)
    backwards = np.flip(stop_gradient(x), -1)  # so that the first of equal entries comes first in the end
    ascending = x.shape[-1] - 1 - np.argsort(backwards, -1, kind="stable")
    places = np.flip(ascending, -1)[..., :k]
    return np.take_along_axis(x, places, -1), places.astype(np.int32)


def in_top_k(targets, predictions, k):
    """True for each row whose target is among its `k` largest predictions.

    Args:
        targets: class numbers (rows,).
        predictions: scores (rows, classes).

    >>> in_top_k([1, 0], [[0.1, 0.9], [0.2, 0.8]], k=1).tolist()
    [True, False]
    """
    targets, predictions = as_array(targets), as_array(predictions)
    own = np.take_along_axis(predictions, np.expand_dims(targets, -1), -1)
    own = np.where(np.isnan(own), -np.inf, own)
    return np.sum(predictions > own, -1) < k


def searchsorted(sorted_sequence, values, side="left"):
    """Where each value would go so that the sequence stays sorted."""
    return np.searchsorted(as_array(sorted_sequence), as_array(values), side).astype(np.int32)


# Classes as columns


def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    """A column per class: 1 in the column of the class number, 0 in the others.

    >>> one_hot([0, 2], 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    if sparse:
        raise ValueError(message("Sparse arrays are not available here.", sparse=sparse))
    x = as_array(x)
    hot = np.expand_dims(x, -1) == np.arange(num_classes)
    return np.moveaxis(hot, -1, axis).astype(as_dtype(dtype or config.floatx()))


def multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False):
    """1 in the column of every class number that occurs in the row.

    >>> multi_hot([[0, 2]], num_classes=3).tolist()
    [[1.0, 0.0, 1.0]]
    """
    if num_classes is None:
        raise ValueError(message("`num_classes` must be given.", num_classes=num_classes))
    inputs = as_array(inputs)
    return np.max(one_hot(inputs, num_classes, axis, dtype, sparse), 1 if inputs.ndim > 1 else 0)


def bincount(x, weights=None, minlength=0, sparse=False):
    """How often each whole number 0, 1, 2, … occurs; with weights, their sums."""
    if weights is None:
        return np.bincount(as_array(x), minlength=minlength).astype(np.int32)
    return np.bincount(as_array(x), as_float(weights), minlength).astype(as_float(weights).dtype)
