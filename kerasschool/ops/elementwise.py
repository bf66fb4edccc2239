"""Entry by entry: arithmetic, powers, waves, rounding, comparing, choosing.

Arrays of different shapes are stretched to fit each other (broadcasting), as in NumPy.
"""

import numpy as np

from kerasschool.ops.core import as_array, as_float, together

# Arithmetic


def add(x1, x2):
    """x1 + x2.

    >>> add([1.0, 2.0], 10.0).tolist()
    [11.0, 12.0]
    """
    return np.add(*together(x1, x2))


def subtract(x1, x2):
    """x1 - x2."""
    return np.subtract(*together(x1, x2))


def multiply(x1, x2):
    """x1 · x2, entry by entry; for matrices see `matmul`."""
    return np.multiply(*together(x1, x2))


def divide(x1, x2):
    """x1 / x2; whole numbers give floats.

    >>> divide([1, 3], 2).tolist()
    [0.5, 1.5]
    """
    x1, x2 = together(x1, x2)
    kinds = [x.dtype.kind for x in (x1, x2) if hasattr(x, "dtype")]
    return np.divide(x1, x2) if "f" in kinds else np.divide(as_float(x1), as_float(x2))


def true_divide(x1, x2):
    """The same as `divide`."""
    return divide(x1, x2)


def divide_no_nan(x1, x2):
    """x1 / x2, and 0 where x2 is 0."""
    x2 = as_array(x2)
    return where(x2 == 0, 0, divide(x1, where(x2 == 0, 1, x2)))


def floor_divide(x1, x2):
    """x1 / x2 rounded down."""
    return np.floor_divide(*together(x1, x2))


def mod(x1, x2):
    """What is left of x1 after dividing by x2; it has the sign of x2."""
    return np.mod(*together(x1, x2))


def negative(x):
    """-x."""
    return np.negative(as_array(x))


def abs(x):
    """The distance from 0.

    >>> abs([-2.0, 3.0]).tolist()
    [2.0, 3.0]
    """
    return np.abs(as_array(x))


def absolute(x):
    """The same as `abs`."""
    return abs(x)


def sign(x):
    """-1, 0 or 1."""
    return np.sign(as_array(x))


def reciprocal(x):
    """1 / x."""
    return np.reciprocal(as_float(x))


def maximum(x1, x2):
    """The larger of the two.

    >>> maximum([-1.0, 2.0], 0.0).tolist()
    [0.0, 2.0]
    """
    return np.maximum(*together(x1, x2))


def minimum(x1, x2):
    """The smaller of the two."""
    return np.minimum(*together(x1, x2))


# Powers and logarithms


def square(x):
    """x²."""
    return np.square(as_array(x))


def power(x1, x2):
    """x1 to the power x2."""
    return np.power(*together(x1, x2))


def sqrt(x):
    """The square root."""
    return np.sqrt(as_float(x))


def rsqrt(x):
    """1 / √x."""
    return 1 / np.sqrt(as_float(x))


def cbrt(x):
    """The cube root."""
    return np.cbrt(as_float(x))


def exp(x):
    """e to the power x.

    >>> exp([0.0]).tolist()
    [1.0]
    """
    return np.exp(as_float(x))


def exp2(x):
    """2 to the power x."""
    return np.exp2(as_float(x))


def expm1(x):
    """exp(x) - 1, exact also for small x."""
    return np.expm1(as_float(x))


def log(x):
    """The natural logarithm."""
    return np.log(as_float(x))


def log2(x):
    """The logarithm to base 2."""
    return np.log2(as_float(x))


def log10(x):
    """The logarithm to base 10."""
    return np.log10(as_float(x))


def log1p(x):
    """log(1 + x), exact also for small x."""
    return np.log1p(as_float(x))


def logaddexp(x1, x2):
    """log(exp(x1) + exp(x2)) without overflow."""
    return np.logaddexp(*(as_float(x) for x in together(x1, x2)))


# Circles and hyperbolas


def sin(x):
    """The sine of an angle in radians."""
    return np.sin(as_float(x))


def cos(x):
    """The cosine of an angle in radians."""
    return np.cos(as_float(x))


def tan(x):
    """The tangent of an angle in radians."""
    return np.tan(as_float(x))


def arcsin(x):
    """The angle whose sine is x."""
    return np.arcsin(as_float(x))


def arccos(x):
    """The angle whose cosine is x."""
    return np.arccos(as_float(x))


def arctan(x):
    """The angle whose tangent is x."""
    return np.arctan(as_float(x))


def arctan2(x1, x2):
    """The angle of the point (x2, x1)."""
    return np.arctan2(*(as_float(x) for x in together(x1, x2)))


def sinh(x):
    """(exp(x) - exp(-x)) / 2."""
    return np.sinh(as_float(x))


def cosh(x):
    """(exp(x) + exp(-x)) / 2."""
    return np.cosh(as_float(x))


def tanh(x):
    """sinh(x) / cosh(x): an S from -1 to 1."""
    return np.tanh(as_float(x))


def arcsinh(x):
    """The number whose sinh is x."""
    return np.arcsinh(as_float(x))


def arccosh(x):
    """The number whose cosh is x."""
    return np.arccosh(as_float(x))


def arctanh(x):
    """The number whose tanh is x."""
    return np.arctanh(as_float(x))


def hypot(x1, x2):
    """√(x1² + x2²)."""
    return np.hypot(*(as_float(x) for x in together(x1, x2)))


# Rounding


def floor(x):
    """Rounded down."""
    return np.floor(as_float(x))


def ceil(x):
    """Rounded up."""
    return np.ceil(as_float(x))


def trunc(x):
    """Rounded towards 0."""
    return np.trunc(as_array(x))


def round(x, decimals=0):
    """Rounded to the nearest; a half goes to the even neighbour.

    >>> round([0.5, 1.5, 2.4]).tolist()
    [0.0, 2.0, 2.0]
    """
    return np.round(as_array(x), decimals)


# Comparing


def equal(x1, x2):
    """x1 == x2.

    >>> equal([1, 2], [1, 3]).tolist()
    [True, False]
    """
    return np.equal(*together(x1, x2))


def not_equal(x1, x2):
    """x1 != x2."""
    return np.not_equal(*together(x1, x2))


def greater(x1, x2):
    """x1 > x2."""
    return np.greater(*together(x1, x2))


def greater_equal(x1, x2):
    """x1 >= x2."""
    return np.greater_equal(*together(x1, x2))


def less(x1, x2):
    """x1 < x2."""
    return np.less(*together(x1, x2))


def less_equal(x1, x2):
    """x1 <= x2."""
    return np.less_equal(*together(x1, x2))


def isclose(x1, x2, rtol=1e-05, atol=1e-08, equal_nan=False):
    """True where |x1 - x2| <= atol + rtol · |x2|."""
    return np.isclose(*together(x1, x2), rtol, atol, equal_nan)


def logical_and(x1, x2):
    """True where both are."""
    return np.logical_and(as_array(x1), as_array(x2))


def logical_or(x1, x2):
    """True where one or both are."""
    return np.logical_or(as_array(x1), as_array(x2))


def logical_xor(x1, x2):
    """True where exactly one is."""
    return np.logical_xor(as_array(x1), as_array(x2))


def logical_not(x):
    """True where x is False or 0."""
    return np.logical_not(as_array(x))


def isnan(x):
    """True where x is not a number."""
    return np.isnan(as_array(x))


def isinf(x):
    """True where x is infinite."""
    return np.isinf(as_array(x))


def isfinite(x):
    """True where x is neither infinite nor "not a number"."""
    return np.isfinite(as_array(x))


# Choosing


def where(condition, x1=None, x2=None):
    """x1 where the condition holds, x2 elsewhere; without them, the places where it holds.

    >>> where([True, False], 1.0, 2.0).tolist()
    [1.0, 2.0]
    """
    condition = as_array(condition)
    if x1 is None and x2 is None:
        return np.nonzero(condition)
    x1, x2 = together(x1, x2)
    y = np.where(condition, x1, x2)
    types = [x.dtype for x in (x1, x2) if hasattr(x, "dtype")]
    return y.astype(np.result_type(*types)) if types else y


def clip(x, x_min, x_max):
    """x held between two bounds.

    >>> clip([-1.0, 0.5, 2.0], 0.0, 1.0).tolist()
    [0.0, 0.5, 1.0]
    """
    return np.clip(*together(x, x_min, x_max))


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    """x with `nan` in place of what is not a number, and large numbers in place of the infinite ones."""
    return np.nan_to_num(as_array(x), nan=nan, posinf=posinf, neginf=neginf)
