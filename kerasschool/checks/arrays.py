"""Reading answers that are arrays, and questions about them: shape, scaling, one-hot rows. Lessons 01 to 06.

A reader goes into `Exercise.read`; the questions are for `Wrong` and `Exercise.right`. What the learner handed in may
be a list, an array, a table of pandas, or a tensor of Keras on any backend; a reader makes one NumPy array of it.
"""

import numpy as np

from kerasschool.checks.readers import AnswerError, to_array

NUMBERS = "biuf"  # NumPy's letters for yes-or-no, whole and decimal numbers


def array(*sizes):
    """A reader of an array of finite numbers; it returns float64.

    Args:
        *sizes: how long each axis must be; None for an axis of any length. Without sizes, any shape will do.

    >>> array(None, 2)([[1, 2], [3, 4], [5, 6]]).shape
    (3, 2)
    >>> array(2)([[1.0], [2.0]])
    Traceback (most recent call last):
    kerasschool.checks.readers.AnswerError: One axis is wanted, shape (2,); yours is a table with one column, (2, 1).
    """

    def read(answer):
        found = numbers(answer)
        if sizes and not has_shape(found, sizes):
            raise wrong_shape(found, sizes)
        return found

    return read


def numbers(answer):
    """The answer as an array of finite numbers, of any shape.

    >>> numbers([1, 2]).dtype
    dtype('float64')
    """
    if answer is None:
        raise AnswerError("none", "Your answer is `None`: nothing. `print` shows a value but hands back `None`.")
    if isinstance(answer, str):
        raise AnswerError("text", "Your answer is a text. Hand in the array itself, without quotes.")
    if callable(answer) and not hasattr(answer, "__array__"):
        raise AnswerError("not_called", "Your answer is a function, not its result. Call it: put `()` behind its name.")
    found = to_array(answer)
    if found.dtype == object and found.ndim and found.size:
        found = unpacked(found)
    if found.dtype.kind in "US":
        raise AnswerError("strings", "Your array holds texts, and numbers are wanted: turn each text into a number.")
    if found.dtype.kind not in NUMBERS:
        raise AnswerError("type", f"An array of numbers is wanted; your answer is of type `{type(answer).__name__}`.")
    if found.size == 0:
        raise AnswerError("empty", f"Your array is empty: its shape is {found.shape}.")
    found = found.astype(float)
    if not np.isfinite(found).all():
        raise AnswerError("not_finite", "Your array holds values that are no usable numbers. Was it divided by 0?")
    return found


def unpacked(found):
    """An array of objects as one of numbers or texts, if that is what the objects are."""
    if all(isinstance(each, str) for each in found.ravel()):
        return found.astype(str)
    if all(isinstance(each, (list, tuple, np.ndarray)) for each in found.ravel()):
        raise AnswerError("ragged", "Your rows are of different lengths. In an array all are equally long.")
    try:
        return found.astype(float)
    except (TypeError, ValueError):
        return found


def shape(answer):
    """A reader of a shape such as `(5, 1)`: a tuple of whole numbers, or of None for any number of rows.

    >>> shape([5, 1])
    (5, 1)
    """
    if answer is None:
        raise AnswerError("none", "Your answer is `None`: nothing. `print` shows a value but hands back `None`.")
    if isinstance(answer, str):
        raise AnswerError("text", "Your answer is a text. Write the shape without quotes: `(rows, columns)`.")
    if getattr(answer, "ndim", 0) > 1:
        raise AnswerError("array", "Your answer is an array. Its shape is wanted: `.shape` behind its name.")
    parts = list(answer) if hasattr(answer, "__len__") or isinstance(answer, tuple) else [answer]
    if not isinstance(answer, (list, tuple)) and len(parts) == 1 and is_whole(parts[0]):
        raise AnswerError("one_number", f"A shape is a tuple: one number for each axis. `({answer})` is just a number.")
    if not parts or not all(part is None or is_whole(part) for part in parts):
        raise AnswerError("type", "A shape is a tuple of whole numbers, one for each axis: `(rows, columns)`.")
    return tuple(None if part is None else int(part) for part in parts)


def is_whole(value):
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def has_shape(found, sizes):
    """Is it an array with these sizes? None fits any.

    >>> has_shape(np.zeros((67, 8)), (None, 8))
    True
    """
    return found.ndim == len(sizes) and all(size in (None, real) for size, real in zip(sizes, found.shape))


def wrong_shape(found, sizes):
    """The error for an array of another shape: it names the usual slips."""
    wanted, real = written(sizes), written(found.shape)
    if found.ndim == 2 and has_shape(found.T, sizes):
        return AnswerError("transposed", f"Rows and columns are swapped: {wanted} is wanted, yours is {real}.")
    if len(sizes) == 1 and found.ndim == 2 and has_shape(found[:, 0], sizes):
        what = "a table with one column" if found.shape[1] == 1 else "a table"
        return AnswerError("column", f"One axis is wanted, shape {wanted}; yours is {what}, {real}.")
    if len(sizes) == 2 and sizes[1] == 1 and found.ndim == 1:
        text = f"A table with one column is wanted, shape {wanted}; yours has one axis only, {real}."
        return AnswerError("flat", f"{text} `.reshape(-1, 1)` makes a column of it.")
    return AnswerError("shape", f"The shape {wanted} is wanted; yours is {real}.")


def written(sizes):
    """`"(rows, 8)"` for `(None, 8)`."""
    parts = ["rows" if size is None else str(size) for size in sizes]
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


# Questions


def close(found, wanted, within=1e-3):
    """Are they the same numbers, but for rounding? `within` is relative for numbers above 1.

    >>> close(np.array([1.0, 2.0]), np.array([1.0, 2.0001])), close(np.zeros(2), np.zeros((2, 1)))
    (True, False)
    """
    found, wanted = np.asarray(found), np.asarray(wanted)
    return found.shape == wanted.shape and bool(np.allclose(found, wanted, rtol=within, atol=within))


def scaled(x, rows, ddof=0):
    """`x` with the mean taken away and divided by the spread, column by column, as measured on `rows`.

    >>> scaled(np.array([[3.0]]), rows=np.array([[1.0], [3.0]])).tolist()
    [[1.0]]
    """
    x, rows = np.asarray(x, float), np.asarray(rows, float)
    return (x - rows.mean(axis=0)) / rows.std(axis=0, ddof=ddof)


def is_scaled(found, x, rows, within=1e-3):
    """Is it `x`, scaled by `rows`? The spread may be divided by n or, as in pandas, by n - 1.

    >>> rows = np.array([[1.0], [3.0], [5.0]])
    >>> is_scaled((rows - 3) / 2, rows, rows)
    True
    """
    return any(close(found, scaled(x, rows, ddof), within) for ddof in (0, 1))


def is_one_hot(found):
    """Does each row hold a single 1 among zeros?

    >>> is_one_hot(np.eye(3)), is_one_hot(np.array([0, 1, 2]))
    (True, False)
    """
    is_flags = found.ndim == 2 and bool(np.isin(found, (0, 1)).all())
    return is_flags and bool((found.sum(axis=1) == 1).all())


def one_hot(labels, classes):
    """Labels 0, 1, 2, … as rows of flags.

    >>> one_hot([2, 0], 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    return np.eye(classes)[np.asarray(labels, int).ravel()]


def how_far(found, wanted):
    """Words for the nudge: how far the numbers are off, in all.

    >>> how_far(np.array([1.0, 2.2]), np.array([1.0, 2.0]))
    'off by 9 % in all'
    """
    found, wanted = np.asarray(found, float), np.asarray(wanted, float)
    size = np.linalg.norm(wanted)
    error = np.linalg.norm(found - wanted) / (size if size else 1)
    return "far off" if not error < 10 else f"off by {100 * error:.0f} % in all" if error >= 0.005 else "about right"
