"""The rules of differentiation, each next to the function it belongs to.

A *pullback* answers: if the result's gradient is `d`, what is the gradient of this input? Four kinds of rules:

- `ELEMENTWISE`: one formula per input, `(d, y, *inputs) -> d_input`, where `y` is the result. Where NumPy stretched
  an input (broadcasting), the tape sums its gradient back to the input's shape, so no formula mentions it.
- `PRIMITIVES`: a function that returns the value *and* the pullbacks of its array arguments, in order.
- `COMPOSED`: a function written with those above; its derivative follows by itself.
- `CONSTANTS`: no slope anywhere (`argmax`, `round`, `shape`, comparisons): the result is a plain array.

Everything here works on plain arrays; `Tensor` does the bookkeeping.

Lesson: 09. Source: A. Griewank, A. Walther, *Evaluating Derivatives*, 2008.
"""

import math
import string

import numpy as np

from kerasschool import ops
from kerasschool.errors import message

LOG_2, LOG_10 = math.log(2.0), math.log(10.0)  # Python floats: they leave float32 arrays float32


def matmul_left(d, z, x, y):
    """The gradient of `x` in `z = x @ y`: d @ yᵀ, with vectors taken as rows and columns."""
    if np.ndim(y) == 1:
        return np.expand_dims(d, -1) * y
    if np.ndim(x) == 1:
        return np.matmul(y, np.expand_dims(d, -1))[..., 0]
    return np.matmul(d, np.swapaxes(y, -1, -2))


def matmul_right(d, z, x, y):
    """The gradient of `y` in `z = x @ y`: xᵀ @ d."""
    if np.ndim(y) == 1:
        return np.expand_dims(d, -1) * x
    if np.ndim(x) == 1:
        return np.expand_dims(x, -1) * np.expand_dims(d, -2)
    if np.ndim(y) == 2:  # one kernel for a whole stack of matrices: one large product
        return np.matmul(np.reshape(x, (-1, x.shape[-1])).T, d.reshape(-1, d.shape[-1]))
    return np.matmul(np.swapaxes(x, -1, -2), d)


ELEMENTWISE = {
    np.add: (lambda d, z, x, y: d, lambda d, z, x, y: d),
    np.subtract: (lambda d, z, x, y: d, lambda d, z, x, y: -d),
    np.multiply: (lambda d, z, x, y: d * y, lambda d, z, x, y: d * x),
    np.divide: (lambda d, z, x, y: d / y, lambda d, z, x, y: -d * z / y),
    np.power: (  # y - (y != 0): where y is 0 the slope is 0, also at x = 0
        lambda d, z, x, y: d * y * x ** (y - (y != 0)),
        lambda d, z, x, y: d * z * np.log(np.where(x == 0, 1, x)),
    ),
    np.remainder: (lambda d, z, x, y: d, lambda d, z, x, y: -d * np.floor_divide(x, y)),
    np.negative: (lambda d, y, x: -d,),
    np.positive: (lambda d, y, x: d,),
    np.conjugate: (lambda d, y, x: d,),
    np.absolute: (lambda d, y, x: d * np.sign(x),),
    np.square: (lambda d, y, x: 2 * d * x,),
    np.sqrt: (lambda d, y, x: d / (2 * y),),
    np.cbrt: (lambda d, y, x: d / (3 * y * y),),
    np.reciprocal: (lambda d, y, x: -d * y * y,),
    np.exp: (lambda d, y, x: d * y,),
    np.exp2: (lambda d, y, x: d * y * LOG_2,),
    np.expm1: (lambda d, y, x: d * (y + 1),),
    np.log: (lambda d, y, x: d / x,),
    np.log2: (lambda d, y, x: d / (x * LOG_2),),
    np.log10: (lambda d, y, x: d / (x * LOG_10),),
    np.log1p: (lambda d, y, x: d / (1 + x),),
    np.sin: (lambda d, y, x: d * np.cos(x),),
    np.cos: (lambda d, y, x: -d * np.sin(x),),
    np.tan: (lambda d, y, x: d * (1 + y * y),),
    np.arcsin: (lambda d, y, x: d / np.sqrt(1 - x * x),),
    np.arccos: (lambda d, y, x: -d / np.sqrt(1 - x * x),),
    np.arctan: (lambda d, y, x: d / (1 + x * x),),
    np.sinh: (lambda d, y, x: d * np.cosh(x),),
    np.cosh: (lambda d, y, x: d * np.sinh(x),),
    np.tanh: (lambda d, y, x: d * (1 - y * y),),
    np.arcsinh: (lambda d, y, x: d / np.sqrt(x * x + 1),),
    np.arccosh: (lambda d, y, x: d / np.sqrt(x * x - 1),),
    np.arctanh: (lambda d, y, x: d / (1 - x * x),),
    np.deg2rad: (lambda d, y, x: d * (math.pi / 180),),
    np.rad2deg: (lambda d, y, x: d * (180 / math.pi),),
    np.arctan2: (
        lambda d, z, x, y: d * y / (x * x + y * y),
        lambda d, z, x, y: -d * x / (x * x + y * y),
    ),
    np.hypot: (lambda d, z, x, y: d * x / z, lambda d, z, x, y: d * y / z),
    np.logaddexp: (lambda d, z, x, y: d * np.exp(x - z), lambda d, z, x, y: d * np.exp(y - z)),
    np.logaddexp2: (lambda d, z, x, y: d * np.exp2(x - z), lambda d, z, x, y: d * np.exp2(y - z)),
    # Where both inputs are equal each takes half, so that max(x, y) and max(y, x) have one gradient.
    np.maximum: (
        lambda d, z, x, y: d * np.heaviside(x - y, 0.5),
        lambda d, z, x, y: d * np.heaviside(y - x, 0.5),
    ),
    np.minimum: (
        lambda d, z, x, y: d * np.heaviside(y - x, 0.5),
        lambda d, z, x, y: d * np.heaviside(x - y, 0.5),
    ),
    np.matmul: (matmul_left, matmul_right),
}
for _same, _as in (
    (np.float_power, np.power),
    (np.fabs, np.absolute),
    (np.radians, np.deg2rad),
    (np.degrees, np.rad2deg),
    (np.fmax, np.maximum),
    (np.fmin, np.minimum),
):
    ELEMENTWISE[_same] = ELEMENTWISE[_as]

PRIMITIVES, COMPOSED = {}, {}


def numpy_functions(names):
    """The NumPy functions of these names that the installed NumPy has."""
    return [getattr(np, name) for name in names.split() if hasattr(np, name)]


NO_SLOPE = """
    floor ceil rint trunc round around sign signbit heaviside floor_divide
    equal not_equal less less_equal greater greater_equal isclose allclose array_equal array_equiv isin
    logical_and logical_or logical_xor logical_not any all count_nonzero unique
    isnan isinf isfinite isposinf isneginf isreal iscomplex isrealobj iscomplexobj
    argmax argmin argsort argwhere argpartition lexsort nonzero flatnonzero searchsorted digitize bincount histogram
    shape ndim size zeros_like ones_like full_like empty_like result_type can_cast common_type
    array_repr array_str array2string may_share_memory shares_memory
"""
CONSTANTS = {*numpy_functions(NO_SLOPE), ops.stop_gradient}

HINTS = {  # what to write instead of a function that has no rule
    "piecewise": "np.where or np.select",
    "interp": "np.where, or arithmetic on the pieces",
    "vectorize": "NumPy functions on whole arrays",
    "apply_along_axis": "NumPy functions with axis=",
    "nansum": "np.sum(np.where(np.isnan(x), 0, x))",
    "nanmean": "np.mean of the entries x[~np.isnan(x)]",
    "cumprod": "np.exp(np.cumsum(np.log(x))) for positive numbers",
    "percentile": "np.sort and indexing",
    "quantile": "np.sort and indexing",
    "logaddexp.reduce": "ops.logsumexp",
    "copyto": "np.where",
    "put": "np.where",
    "place": "np.where",
    "putmask": "np.where",
}
USE_INSTEAD = (
    "arithmetic, np.exp and the like, np.sum, np.mean, np.max, np.matmul, np.einsum, np.where, np.maximum, np.clip, "
    "indexing, np.reshape, np.concatenate and np.stack"
)


def primitive(*functions):
    """Register a rule that returns `(value, pullbacks)`."""
    return lambda rule: PRIMITIVES.update(dict.fromkeys(functions, rule)) or rule


def composed(*functions):
    """Register a way to write the functions with others that have rules."""
    return lambda way: COMPOSED.update(dict.fromkeys(functions, way)) or way


# Reductions: each entry that was added up gets its sum's gradient.


def spread(d, x, axis, keepdims):
    """`d` stretched over the axes that a reduction of `x` took away."""
    if not keepdims and axis is not None:
        shape = list(x.shape)
        for each in axis if isinstance(axis, tuple) else (axis,):
            shape[each] = 1
        d = d.reshape(shape)
    stretched = np.empty(x.shape, d.dtype)
    stretched[...] = d
    return stretched


@primitive(np.sum)
def sum_rule(x, axis=None, *, dtype=None, keepdims=False):
    return np.sum(x, axis, dtype=dtype, keepdims=keepdims), (lambda d: spread(d, x, axis, keepdims),)


@primitive(np.mean)
def mean_rule(x, axis=None, *, dtype=None, keepdims=False):
    y = np.mean(x, axis, dtype=dtype, keepdims=keepdims)
    return y, (lambda d: spread(d * (y.size / x.size), x, axis, keepdims),)


def _extreme(function):
    def rule(x, axis=None, *, keepdims=False):
        y = function(x, axis, keepdims=True)

        def pullback(d):
            found = x == y  # equal winners share
            return np.where(found, spread(d, x, axis, keepdims), 0) / np.sum(found, axis, keepdims=True)

        return y if keepdims else function(x, axis), (pullback,)

    return rule


primitive(np.max, np.amax)(_extreme(np.max))
primitive(np.min, np.amin)(_extreme(np.min))


@primitive(np.prod)
def prod_rule(x, axis=None, *, keepdims=False):
    def pullback(d):
        # Each entry's slope is the product of the others: those before it times those after it (no division by 0).
        axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        last = tuple(range(x.ndim - len(axes), x.ndim))
        moved = np.moveaxis(x, tuple(axes), last)
        flat = moved.reshape(*moved.shape[: x.ndim - len(axes)], -1)
        one = np.ones_like(flat[..., :1])
        before = np.cumprod(np.concatenate([one, flat[..., :-1]], -1), -1)
        after = np.flip(np.cumprod(np.concatenate([one, np.flip(flat, -1)[..., :-1]], -1), -1), -1)
        return spread(d, x, axis, keepdims) * np.moveaxis((before * after).reshape(moved.shape), last, tuple(axes))

    return np.prod(x, axis, keepdims=keepdims), (pullback,)


@primitive(np.cumsum)
def cumsum_rule(x, axis=None):
    where = 0 if axis is None else axis

    def pullback(d):
        return np.flip(np.cumsum(np.flip(d, where), where), where).reshape(x.shape)

    return np.cumsum(x, axis), (pullback,)


@composed(np.var)
def var(x, axis=None, *, ddof=0, keepdims=False):
    y = np.mean(np.square(x - np.mean(x, axis, keepdims=True)), axis, keepdims=keepdims)
    count = np.size(x) // np.size(y)
    return y if ddof == 0 else y * (count / (count - ddof))


def root(x):
    """`sqrt(x)` whose slope at 0 is taken as 0 instead of infinite."""
    return np.sqrt(np.where(x == 0, np.ones_like(x), x)) * (x != 0)


@composed(np.std)
def std(x, axis=None, *, ddof=0, keepdims=False):
    return root(var(x, axis, ddof=ddof, keepdims=keepdims))


@composed(np.linalg.norm)
def norm(x, ord=None, axis=None, keepdims=False):
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) == 1):
        return root(np.sum(np.square(x), axes, keepdims=keepdims))
    if len(axes) == 2 and ord in (1, -1, np.inf, -np.inf):
        across, along = axes if abs(ord) == 1 else axes[::-1]
        sums = np.sum(np.abs(x), across, keepdims=True)
        y = (np.max if ord > 0 else np.min)(sums, along, keepdims=True)
        return y if keepdims else np.squeeze(y, axes)
    if len(axes) == 1 and ord in (np.inf, -np.inf):
        return (np.max if ord > 0 else np.min)(np.abs(x), axes, keepdims=keepdims)
    if len(axes) == 1 and isinstance(ord, (int, float)) and ord != 0:
        return np.sum(np.abs(x) ** ord, axes, keepdims=keepdims) ** (1 / ord)
    raise TypeError(message("This norm has no derivative here.", "Use ord None, 1, 2 of a vector, or inf.", ord=ord))


@composed(np.average)
def average(x, axis=None, weights=None, *, keepdims=False):
    if weights is None:
        return np.mean(x, axis, keepdims=keepdims)
    if np.shape(weights) != np.shape(x):
        weights = np.reshape(weights, [-1 if a == axis % np.ndim(x) else 1 for a in range(np.ndim(x))])
    weights = weights * np.ones(np.shape(x))
    return np.sum(x * weights, axis, keepdims=keepdims) / np.sum(weights, axis, keepdims=keepdims)


@composed(np.median)
def median(x, axis=None, *, keepdims=False):
    if axis is None:
        y = median(np.ravel(x), 0)
        return np.reshape(y, (1,) * x.ndim) if keepdims else y
    size = x.shape[axis]
    middle = np.take(np.sort(x, axis), [(size - 1) // 2, size // 2], axis)
    return np.mean(middle, axis, keepdims=keepdims)


composed(np.ptp)(
    lambda x, axis=None, *, keepdims=False: np.max(x, axis, keepdims=keepdims) - np.min(x, axis, keepdims=keepdims)
)


# Products


@composed(np.tensordot)
def tensordot(x, y, axes=2):
    if isinstance(axes, (int, np.integer)):
        axes = range(np.ndim(x) - axes, np.ndim(x)), range(axes)
    over_x, over_y = (
        [a % np.ndim(each) for a in ((axis,) if np.ndim(axis) == 0 else axis)] for each, axis in zip((x, y), axes)
    )
    free_x = [a for a in range(np.ndim(x)) if a not in over_x]
    free_y = [a for a in range(np.ndim(y)) if a not in over_y]
    size = math.prod(np.shape(x)[a] for a in over_x)
    shape = [np.shape(x)[a] for a in free_x], [np.shape(y)[a] for a in free_y]
    left = np.reshape(np.transpose(x, free_x + over_x), (math.prod(shape[0]), size))
    right = np.reshape(np.transpose(y, over_y + free_y), (size, math.prod(shape[1])))
    return np.reshape(np.matmul(left, right), shape[0] + shape[1])


@composed(np.dot)
def dot(x, y):
    if np.ndim(x) == 0 or np.ndim(y) == 0:
        return np.multiply(x, y)
    if np.ndim(x) <= 2 and np.ndim(y) <= 2:
        return np.matmul(x, y)
    return tensordot(x, y, (-1, max(np.ndim(y) - 2, 0)))


@composed(np.inner)
def inner(x, y):
    return np.multiply(x, y) if np.ndim(x) == 0 or np.ndim(y) == 0 else tensordot(x, y, (-1, -1))


composed(np.vdot)(lambda x, y: np.matmul(np.ravel(x), np.ravel(y)))
composed(np.outer)(lambda x, y: np.expand_dims(np.ravel(x), 1) * np.expand_dims(np.ravel(y), 0))


@primitive(np.einsum)
def einsum_rule(subscripts, *operands, optimize=False):
    if not isinstance(subscripts, str):
        raise TypeError(message("`np.einsum` is differentiated only in its text form, such as 'ij,jk->ik'."))
    value = np.einsum(subscripts, *operands, optimize=optimize)
    terms, result = spell_out(subscripts, [np.ndim(x) for x in operands])
    pullbacks = [
        lambda d, place=place: einsum_pullback(d, place, terms, result, operands) for place in range(len(operands))
    ]
    return value, (None, *pullbacks)


def spell_out(subscripts, ranks):
    """The terms and the result of an einsum with letters for `...` and for a result that was left out."""
    left, arrow, result = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    hidden = [rank - len(term) + 3 if "..." in term else 0 for term, rank in zip(terms, ranks)]
    spare = "".join(c for c in string.ascii_letters if c not in subscripts)[: max(hidden)]
    if not arrow:
        letters = left.replace(",", "").replace(".", "")
        result = "..." * ("..." in left) + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    terms = [term.replace("...", spare[len(spare) - count :]) for term, count in zip(terms, hidden)]
    return terms, result.replace("...", spare)


def einsum_pullback(d, place, terms, result, operands):
    """The einsum of the result's gradient with all other operands, indexed like this operand."""
    x, term = operands[place], terms[place]
    others = [other for i, other in enumerate(operands) if i != place]
    inputs = [result] + [other for i, other in enumerate(terms) if i != place]
    unique = "".join(dict.fromkeys(term))
    met = "".join(c for c in unique if any(c in other for other in inputs))
    gradient = np.einsum(",".join(inputs) + "->" + met, d, *others)
    # An index that nobody else has was summed alone: its gradient is the same all along it.
    sizes = dict(zip(term, x.shape))
    gradient = np.expand_dims(gradient, [i for i, c in enumerate(unique) if c not in met])
    gradient = gradient * np.ones([1 if c in met else sizes[c] for c in unique], gradient.dtype)
    if len(unique) == len(term):
        return gradient
    whole = np.zeros(x.shape, gradient.dtype)
    np.einsum(f"{term}->{unique}", whole)[...] = gradient  # a view of the diagonal
    return whole


@composed(np.clip)
def clip(x, a_min=None, a_max=None, *, min=None, max=None):
    low, high = a_min if min is None else min, a_max if max is None else max
    x = x if low is None else np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


@primitive(ops.erf)
def erf_rule(x):
    return ops.erf(x), (lambda d: d * np.exp(-x * x) * (2 / math.sqrt(math.pi)),)
