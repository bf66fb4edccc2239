"""Rules of differentiation for functions that compute nothing: they reshape, move, choose and join numbers.

Their pullbacks all say the same: a number's gradient goes back to where the number came from.

Lesson: 09.
"""

import numpy as np

from kerasschool import ops
from kerasschool.autodiff.rules import composed, numpy_functions, primitive
from kerasschool.errors import message

# Shaping: the gradient goes back into the old shape.


@primitive(np.reshape)
def reshape_rule(x, shape, order="C"):
    return np.reshape(x, shape, order=order), (lambda d: d.reshape(x.shape, order=order),)


@primitive(np.ravel)
def ravel_rule(x, order="C"):
    return np.ravel(x, order), (lambda d: d.reshape(x.shape, order=order),)


def _reshaping(function):
    return lambda x, *args, **kwargs: (function(x, *args, **kwargs), (lambda d: d.reshape(x.shape),))


for _function in (np.expand_dims, np.squeeze, np.atleast_1d, np.atleast_2d, np.atleast_3d, np.copy):
    primitive(_function)(_reshaping(_function))


@primitive(np.transpose)
def transpose_rule(x, axes=None):
    back = None if axes is None else np.argsort([a % x.ndim for a in axes])
    return np.transpose(x, axes), (lambda d: np.transpose(d, back),)


@primitive(np.swapaxes)
def swapaxes_rule(x, axis1, axis2):
    return np.swapaxes(x, axis1, axis2), (lambda d: np.swapaxes(d, axis1, axis2),)


@primitive(np.moveaxis)
def moveaxis_rule(x, source, destination):
    return np.moveaxis(x, source, destination), (lambda d: np.moveaxis(d, destination, source),)


@primitive(np.broadcast_to)
def broadcast_to_rule(x, shape):
    return np.broadcast_to(x, shape), (lambda d: d,)  # the tape sums what was stretched


@composed(np.broadcast_arrays)
def broadcast_arrays(*arrays):
    shape = np.broadcast_shapes(*(np.shape(x) for x in arrays))
    return tuple(np.broadcast_to(x, shape) for x in arrays)


# Moving: send the addresses 0, 1, 2, … through the same function, and each number's gradient knows its way home.


def _moving(function):
    def rule(x, *args, **kwargs):
        def pullback(d):
            addresses = function(np.arange(x.size).reshape(x.shape), *args, **kwargs)
            return np.bincount(np.ravel(addresses), np.ravel(d), x.size).reshape(x.shape)

        return function(x, *args, **kwargs), (pullback,)

    return rule


for _function in numpy_functions(
    "flip fliplr flipud roll rot90 tile repeat take take_along_axis diagonal delete matrix_transpose"
):
    primitive(_function)(_moving(_function))
composed(np.trace)(lambda x, offset=0, axis1=0, axis2=1: np.sum(np.diagonal(x, offset, axis1, axis2), -1))


@primitive(np.pad)
def pad_rule(x, pad_width, mode="constant", **options):
    if mode in ("edge", "reflect", "symmetric", "wrap"):
        return _moving(np.pad)(x, pad_width, mode, **options)
    if mode != "constant":
        known = "'constant', 'edge', 'reflect', 'symmetric' or 'wrap'"
        raise TypeError(message("This padding has no derivative here.", f"Use mode {known}.", mode=mode))
    before = np.broadcast_to(pad_width, (x.ndim, 2))[:, 0]
    inside = tuple(slice(start, start + size) for start, size in zip(before, x.shape))
    return np.pad(x, pad_width, mode, **options), (lambda d: d[inside],)


def getitem(x, index):
    """`x[index]` and its pullback: zeros, with the gradient put (or, for repeated places, added) where it came from."""
    parts = index if isinstance(index, tuple) else (index,)
    basic = all(part is None or part is Ellipsis or isinstance(part, (int, np.integer, slice)) for part in parts)

    def pullback(d):
        gradient = np.zeros(x.shape, d.dtype)
        if basic:
            gradient[index] = d
        else:
            np.add.at(gradient, index, d)
        return gradient

    return x[index], (pullback,)


@composed(np.sort)
def sort(x, axis=-1, **options):
    x = np.ravel(x) if axis is None else x
    axis = -1 if axis is None else axis
    return np.take_along_axis(x, np.argsort(x, axis, **options), axis)


@composed(np.diff)
def diff(x, n=1, axis=-1):
    for _ in range(n):
        places = np.arange(x.shape[axis])
        x = np.take(x, places[1:], axis) - np.take(x, places[:-1], axis)
    return x


# Joining and splitting


@primitive(np.concatenate)
def concatenate_rule(arrays, axis=0):
    ends = np.cumsum([np.size(x) if axis is None else np.shape(x)[axis] for x in arrays])

    def pullback(end, x):
        size = np.size(x) if axis is None else np.shape(x)[axis]
        where = 0 if axis is None else axis % np.ndim(x)
        return lambda d: d[(slice(None),) * where + (slice(end - size, end),)].reshape(np.shape(x))

    return np.concatenate(arrays, axis), ([pullback(end, x) for end, x in zip(ends, arrays)],)


composed(np.stack)(lambda arrays, axis=0: np.concatenate([np.expand_dims(x, axis) for x in arrays], axis))
composed(np.append)(lambda x, y, axis=None: np.concatenate([x, y], axis))


@composed(np.hstack)
def hstack(arrays):
    arrays = [np.atleast_1d(x) for x in arrays]
    return np.concatenate(arrays, 0 if np.ndim(arrays[0]) == 1 else 1)


composed(np.vstack)(lambda arrays: np.concatenate([np.atleast_2d(x) for x in arrays], 0))
composed(np.dstack)(lambda arrays: np.concatenate([np.atleast_3d(x) for x in arrays], 2))


@composed(np.column_stack)
def column_stack(arrays):
    return np.concatenate([np.expand_dims(x, 1) if np.ndim(x) == 1 else x for x in arrays], 1)


def _splitting(function):
    def way(x, indices_or_sections, axis=0):
        pieces = function(np.arange(x.shape[axis]), indices_or_sections)
        return [np.take(x, piece, axis) for piece in pieces]

    return way


composed(np.split)(_splitting(np.split))
composed(np.array_split)(_splitting(np.array_split))
composed(np.vsplit)(_splitting(np.split))
composed(np.hsplit)(lambda x, sections: _splitting(np.split)(x, sections, 0 if x.ndim == 1 else 1))


# Choosing


@primitive(np.where)
def where_rule(condition, *branches):
    value = np.where(condition, *branches)
    return value, (None, lambda d: np.where(condition, d, 0), lambda d: np.where(condition, 0, d)) if branches else ()


@composed(np.select)
def select(conditions, choices, default=0):
    for condition, choice in zip(reversed(conditions), reversed(choices)):
        default = np.where(condition, choice, default)
    return default


composed(np.tril)(lambda x, k=0: np.where(np.tril(np.ones(x.shape[-2:], bool), k), x, 0))
composed(np.triu)(lambda x, k=0: np.where(np.triu(np.ones(x.shape[-2:], bool), k), x, 0))


@composed(np.nan_to_num)
def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    fixed = np.nan_to_num(ops.stop_gradient(x), nan=nan, posinf=posinf, neginf=neginf)
    return np.where(np.isfinite(x), x, fixed)
