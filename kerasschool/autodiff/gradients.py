"""Gradients of functions: derived (`vjp`, `grad`, `value_and_grad`), measured, and the two compared."""

import functools

import numpy as np

from kerasschool.autodiff.tensor import Tensor, backward, plain, recording
from kerasschool.errors import message


def vjp(function, *arrays):
    """Run `function` and return its value and its pullback (vector-Jacobian product).

    Args:
        function: takes the arrays, is written in NumPy, returns one array.
        *arrays: arrays of any shape; those of whole numbers (labels, indices) are constants.

    Returns:
        `(value, pullback)`. `pullback(d_value)` takes the gradient of the value, of its shape or a number, and
        returns a tuple with the gradient of each array, of its shape and dtype. Parameters (of layers) that the
        function used have their gradient added to `parameter.grad`.

    Raises:
        TypeError: for a function that returns no array, or uses something without a derivative.

    >>> x = np.array([1.0, 2.0])
    >>> value, pullback = vjp(lambda x: np.exp(x) * 3.0, x)
    >>> pullback(np.array([1.0, 0.0]))[0].round(3)
    array([8.155, 0.   ])
    """
    values = [_checked_input(each) for each in arrays]
    inputs = [Tensor(value) if value.dtype.kind == "f" else value for value in values]
    recording.depth = getattr(recording, "depth", 0) + 1
    try:
        output = function(*inputs)
    finally:
        recording.depth -= 1
    value = plain(output) if isinstance(output, Tensor) else _checked_output(function, output)

    def pullback(d_value):
        d = np.asarray(d_value, dtype=value.dtype)
        if d.shape == () and np.shape(value) != ():
            d = np.full(np.shape(value), d)
        if d.shape != np.shape(value):
            raise ValueError(message(f"The gradient must have the shape {np.shape(value)} of the value.", d_value=d))
        found = backward(output, d) if isinstance(output, Tensor) else {}
        return tuple(  # copies: what the caller gets is the caller's
            np.array(found[id(each)], dtype=array.dtype) if id(each) in found else np.zeros_like(array)
            for each, array in zip(inputs, values, strict=True)
        )

    return value, pullback


def _checked_input(array):
    if isinstance(array, Tensor):
        if not hasattr(array, "grad"):  # a Parameter has its own plain value
            raise TypeError(
                message(
                    "The gradient of a gradient is not available: the array is already a Tensor.",
                    "Call grad or vjp outside the function that is being differentiated.",
                    array=array,
                )
            )
        return array.value
    array = np.asarray(array)
    if array.dtype.kind not in "fiub":
        raise TypeError(message("Only arrays of numbers can be differentiated.", array=array))
    return array


def _checked_output(function, output):
    if output is None or isinstance(output, (list, tuple, dict)):
        name = getattr(function, "__name__", "the function")
        hint = "Did you forget `return`?" if output is None else "Join several arrays with np.stack or np.concatenate."
        raise TypeError(message(f"`{name}` must return one array.", hint, returned=output))
    return np.asarray(output)


def value_and_grad(function, argnums=0):
    """A function that returns `(value, gradient)`: what `function` returns, and what `grad` would.

    Args:
        function: as for `grad`.
        argnums: as for `grad`.

    >>> value, gradient = value_and_grad(lambda w: np.sum(w**2))(np.array([1.0, 2.0]))
    >>> float(value), gradient
    (5.0, array([2., 4.]))
    """
    which = (argnums,) if isinstance(argnums, (int, np.integer)) else tuple(argnums)

    @functools.wraps(function, updated=())
    def value_and_gradient(*arguments, **options):
        if any(not -len(arguments) <= place < len(arguments) for place in which):
            raise ValueError(
                message(
                    "`argnums` counts the positional arguments from 0.",
                    f"The function was called with {len(arguments)}.",
                    argnums=argnums,
                )
            )

        def of_chosen(*chosen):
            filled = list(arguments)
            for place, each in zip(which, chosen, strict=True):
                filled[place] = each
            return function(*filled, **options)

        value, pullback = vjp(of_chosen, *(_as_float(arguments[place]) for place in which))
        if np.ndim(value) != 0:
            raise ValueError(
                message(
                    "The gradient of a function that returns several numbers is not one array.",
                    "Expected one number, such as np.mean(...) or np.sum(...) of the result; vjp does the rest.",
                    shape=np.shape(value),
                )
            )
        gradients = pullback(1.0)
        return value, gradients if isinstance(argnums, (tuple, list)) else gradients[0]

    return value_and_gradient


def _as_float(array):
    """Whole numbers as float64, so that `grad(f)(3)` is the slope at 3."""
    array = _checked_input(array)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def grad(function, argnums=0):
    """A function that returns the gradient of `function`.

    Args:
        function: written in NumPy; returns one number.
        argnums: which positional argument to differentiate by, counted from 0; a tuple for several.

    Returns:
        a function with the same arguments; it returns an array like the chosen argument (a tuple for several).

    Raises:
        ValueError: when the function returns more than one number.

    >>> slope = grad(lambda x: np.sin(x) + x**2)
    >>> float(slope(0.0))
    1.0
    """
    both = value_and_grad(function, argnums)

    @functools.wraps(function, updated=())
    def gradient(*arguments, **options):
        return both(*arguments, **options)[1]

    return gradient


def numeric_gradient(function, array, epsilon=1e-6):
    """The gradient measured instead of derived: each entry is moved a little up and down (central differences).

    Args:
        function: takes the array, returns one number.
        array: where to measure; taken as float64.
        epsilon: how far to move.

    >>> numeric_gradient(lambda x: np.sum(x**2), [1.0, 3.0]).round(6)
    array([2., 6.])
    """
    array = np.array(array, np.float64)
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + epsilon
        above = float(plain(function(array)))
        array[index] = kept - epsilon
        below = float(plain(function(array)))
        array[index] = kept
        gradient[index] = (above - below) / (2 * epsilon)
    return gradient


def check_gradient(function, *arrays, epsilon=1e-6, tolerance=1e-6):
    """Compare the derived gradient with the measured one, in float64.

    Args:
        function: takes the arrays, returns an array; of several numbers a weighted sum is compared.
        *arrays: where to compare; keep away from kinks (`np.abs` at 0), where there is no slope to measure.
        epsilon: how far `numeric_gradient` moves each entry.
        tolerance: the greatest relative error allowed (errors of entries below 1 count as they are).

    Returns:
        the greatest relative error found.

    Raises:
        ValueError: naming the worst entry when its error is above `tolerance`.

    >>> check_gradient(np.tanh, np.array([0.5, -1.0])) < 1e-6
    True
    """
    arrays = [_checked_input(each) for each in arrays]
    arrays = [each.astype(np.float64) if each.dtype.kind == "f" else each for each in arrays]
    value, pullback = vjp(function, *arrays)
    weights = np.cos(np.arange(np.size(value))).reshape(np.shape(value))
    derived = pullback(weights)
    worst, report = 0.0, ""
    for place, array in enumerate(arrays):
        if array.dtype.kind != "f":
            continue

        def of_one(x, place=place):
            return np.sum(weights * plain(function(*arrays[:place], x, *arrays[place + 1 :])))

        measured = numeric_gradient(of_one, array, epsilon)
        error = np.abs(derived[place] - measured) / np.maximum(
            1.0, np.maximum(np.abs(measured), np.abs(derived[place]))
        )
        error = np.where(np.isfinite(error), error, np.inf)
        index = np.unravel_index(np.argmax(error), error.shape) if error.size else ()
        if error.size and error[index] > worst:
            worst = float(error[index])
            report = (
                f"argument {place}, entry {tuple(int(i) for i in index)}: "
                f"derived {derived[place][index]:.8g}, measured {measured[index]:.8g}"
            )
    if worst > tolerance:
        raise ValueError(message(f"The gradient is wrong. Worst {report}.", relative_error=worst, tolerance=tolerance))
    return worst
