"""From Python's numbers to arrays, and arrays from nothing.

Keras's rules for types: Python floats become `config.floatx()` (float32), whole numbers int32; NumPy arrays keep
their type; a whole-number array meets a float array as floats of the latter's type.
"""

import math

import numpy as np

from kerasschool import config
from kerasschool.errors import message

PYTHON_TYPES = {float: "floatx", int: "int32", bool: "bool", "float": "floatx", "int": "int32"}


def as_array(x):
    """`x` itself if it is an array (or a Tensor of `autodiff`), else an array of Keras's types."""
    if isinstance(x, np.generic) or hasattr(type(x), "__array_function__"):
        return x
    if isinstance(x, (list, tuple)) and any(is_tensor(each) for each in x):
        return np.stack([as_array(each) for each in x])
    y = np.asarray(x)
    if y.dtype.kind not in "fiub":
        raise TypeError(message("Expected numbers.", received=x))
    if hasattr(x, "dtype"):  # a pandas Series, say, knows its type
        return y
    if y.dtype.kind == "f":
        return y.astype(config.floatx())
    small = y.dtype == np.int64 and (abs(y) < 2**31).all()
    return y.astype(np.int32) if small else y


def as_float(x):
    """`as_array(x)`, with whole numbers as `config.floatx()`."""
    x = as_array(x)
    return x if x.dtype.kind == "f" else x.astype(config.floatx())


def together(*xs):
    """The arrays of one computation with types that fit, as Keras promotes them; lone Python numbers stay."""
    arrays = [x if isinstance(x, (bool, int, float)) else as_array(x) for x in xs]
    if not any(hasattr(x, "dtype") for x in arrays):
        arrays = [as_array(x) for x in xs]
    floats = [x.dtype for x in arrays if hasattr(x, "dtype") and x.dtype.kind == "f"]
    if not floats and not any(isinstance(x, float) for x in arrays):
        return arrays
    dtype = np.result_type(*floats) if floats else np.dtype(config.floatx())
    return [x.astype(dtype) if hasattr(x, "dtype") and x.dtype.kind != "f" else x for x in arrays]


def as_dtype(dtype):
    """NumPy's type for a name or a Python type; None stays None."""
    if dtype is None:
        return None
    known = isinstance(dtype, (str, type)) and PYTHON_TYPES.get(dtype)
    try:
        return np.dtype(config.floatx() if known == "floatx" else known or dtype)
    except TypeError:
        raise ValueError(
            message("Unknown dtype.", "Expected a name such as 'float32', 'int32' or 'bool'.", dtype=dtype)
        ) from None


def has_own_rules(x):
    """True for an array type that answers for functions itself, by NumPy's protocol: a Tensor."""
    return hasattr(type(x), "__array_function__") and not isinstance(x, np.ndarray)


def ask(x, function):
    """What `x` says `function` of it is."""
    return x.__array_function__(function, (type(x),), (x,), {})


# Conversion


def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """`x` as an array; lists of floats become float32, lists of whole numbers int32.

    Args:
        x: array, number or nested list.
        dtype: the type wanted; None keeps that of an array.
        sparse, ragged: accepted for Keras's sake; must not be true.

    >>> convert_to_tensor([1.0, 2.0]).dtype
    dtype('float32')
    """
    if sparse or ragged:
        raise ValueError(message("Sparse and ragged arrays are not available here.", sparse=sparse, ragged=ragged))
    x = as_array(x)
    return x if dtype is None or x.dtype == as_dtype(dtype) else x.astype(as_dtype(dtype))


def convert_to_numpy(x):
    """`x` as a plain NumPy array."""
    return np.asarray(as_array(x))


def array(x, dtype=None):
    """The same as `convert_to_tensor`."""
    return convert_to_tensor(x, dtype)


def cast(x, dtype):
    """`x` with another type.

    >>> cast([0.7, 1.2], "int32").tolist()
    [0, 1]
    """
    return convert_to_tensor(x, dtype)


def copy(x):
    """A copy of the array."""
    return np.copy(as_array(x))


def is_tensor(x):
    """True for an array, False for lists and Python numbers."""
    return isinstance(x, np.generic) or hasattr(type(x), "__array_function__")


def dtype(x):
    """The name of the array's type.

    >>> dtype(zeros((2, 3)))
    'float32'
    """
    return as_array(x).dtype.name


def shape(x):
    """The shape of the array, a tuple.

    >>> shape([[1, 2, 3], [4, 5, 6]])
    (2, 3)
    """
    return tuple(as_array(x).shape)


def ndim(x):
    """The number of axes."""
    return as_array(x).ndim


def size(x):
    """The number of entries."""
    return as_array(x).size


def stop_gradient(variable):
    """The same numbers as a constant: no gradient flows back through them.

    >>> from kerasschool import autodiff
    >>> autodiff.grad(lambda x: x * stop_gradient(x))(np.array(3.0)).tolist()
    3.0
    """
    return ask(variable, stop_gradient) if has_own_rules(variable) else variable


_erf_of_numbers = np.frompyfunc(math.erf, 1, 1)  # NumPy itself has no erf


def erf(x):
    """The error function: 2/√π times the area under exp(-t²) from 0 to x.

    >>> erf([0.0, 1.0]).round(4)
    array([0.    , 0.8427], dtype=float32)
    """
    if has_own_rules(x):
        return ask(x, erf)
    x = as_float(x)
    return np.asarray(_erf_of_numbers(x), dtype=x.dtype)


def erfc(x):
    """1 - erf(x)."""
    return 1 - erf(x)


def cond(pred, true_fn, false_fn):
    """`true_fn()` if `pred` holds, else `false_fn()`; only the chosen one runs.

    >>> cond(3 > 2, lambda: "yes", lambda: "no")
    'yes'
    """
    return true_fn() if pred else false_fn()


# Arrays from nothing


def zeros(shape, dtype=None):
    """Zeros of this shape, float32 unless said otherwise.

    >>> zeros((2, 2)).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """
    return np.zeros(shape, as_dtype(dtype or config.floatx()))


def ones(shape, dtype=None):
    """Ones of this shape, float32 unless said otherwise."""
    return np.ones(shape, as_dtype(dtype or config.floatx()))


def full(shape, fill_value, dtype=None):
    """An array of this shape with the same number everywhere, float32 unless said otherwise."""
    return np.full(shape, fill_value, as_dtype(dtype or config.floatx()))


def empty(shape, dtype=None):
    """An array of this shape; here its entries are 0, so that runs repeat."""
    return zeros(shape, dtype)


def zeros_like(x, dtype=None):
    """Zeros of the shape and type of `x`."""
    return np.zeros_like(as_array(x), as_dtype(dtype))


def ones_like(x, dtype=None):
    """Ones of the shape and type of `x`."""
    return np.ones_like(as_array(x), as_dtype(dtype))


def full_like(x, fill_value, dtype=None):
    """The same number everywhere, in the shape and type of `x`."""
    return np.full_like(as_array(x), fill_value, as_dtype(dtype))


def empty_like(x, dtype=None):
    """An array like `x`; here its entries are 0, so that runs repeat."""
    return zeros_like(x, dtype)


def arange(start, stop=None, step=None, dtype=None):
    """The numbers from `start` (0 if only one number is given) up to, not including, `stop`.

    >>> arange(3).tolist(), arange(1.0, 2.0, 0.5).tolist()
    ([0, 1, 2], [1.0, 1.5])
    """
    start, stop = (0, start) if stop is None else (start, stop)
    step = 1 if step is None else step
    dtype = dtype or np.result_type(*(as_array(each).dtype for each in (start, stop, step)))
    return np.arange(start, stop, step).astype(as_dtype(dtype))


def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    """`num` evenly spaced numbers from `start` to `stop`, both included unless `endpoint` is False.

    >>> linspace(0, 1, 5).tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    dtype = as_dtype(dtype or np.result_type(as_float(start).dtype, as_float(stop).dtype))
    return np.linspace(start, stop, num, endpoint, retstep, dtype, axis)


def logspace(start, stop, num=50, endpoint=True, base=10, dtype=None, axis=0):
    """`num` numbers from `base**start` to `base**stop`, each the same multiple of the one before."""
    return np.power(float(base), linspace(start, stop, num, endpoint, dtype=dtype, axis=axis))


def eye(N, M=None, k=0, dtype=None):  # noqa: N803  (Keras's names)
    """Ones on the diagonal of an (N, M) matrix, zeros elsewhere; `k` moves the diagonal up."""
    return np.eye(N, M, k, as_dtype(dtype or config.floatx()))


def identity(n, dtype=None):
    """Ones on the diagonal of an (n, n) matrix, zeros elsewhere."""
    return eye(n, dtype=dtype)


def tri(N, M=None, k=0, dtype=None):  # noqa: N803  (Keras's names)
    """Ones on and below the diagonal of an (N, M) matrix, zeros above."""
    return np.tri(N, M, k, as_dtype(dtype or config.floatx()))


def meshgrid(*x, indexing="xy"):
    """For one-dimensional arrays: the coordinates of the grid they span, one array for each."""
    return np.meshgrid(*(as_array(each) for each in x), indexing=indexing)
