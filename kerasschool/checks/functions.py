"""Reading an answer that is a function: call it on fixed inputs, and look at what comes back.

`function(y=…, p=…)` makes a reader. It tries the function once, so that what cannot be right is told at once, and
hands an `Asked` to the exercise's questions. An `Asked` is called like the function itself, but never raises, is never
given an array that it could spoil, and always hands back an array of numbers: nan where nothing usable came back.

The questions at the foot are made for `Wrong(tag, question, text)` and for `right=`.
"""

import contextlib
import inspect
import io
import re
from typing import NamedTuple

import numpy as np

from kerasschool.autodiff import numeric_gradient
from kerasschool.checks.readers import AnswerError, UnfinishedError, is_placeholder, to_array


class Reply(NamedTuple):
    """What came back from one call."""

    value: object  # None if the function raised
    error: object  # the exception, or None
    printed: bool
    changed: bool  # True if the function changed an array that it was given

    @property
    def is_unfinished(self):
        """True if a `...` is still in the function: handed back, or met on the way."""
        return is_placeholder(self.value) or (self.error is not None and "ellipsis" in str(self.error).lower())

    def numbers(self):
        """The numbers that came back as an array of float64, or nan."""
        try:
            return to_array(self.value).astype(np.float64)
        except (TypeError, ValueError, RuntimeError):
            return np.array(np.nan)


class Asked:
    """A learner's function, safe to call.

    >>> def spoil(x):
    ...     x += 1
    ...     return x / 0
    >>> with np.errstate(all="ignore"):
    ...     Asked(spoil)(np.array([1.0]))
    array([inf])
    >>> Asked(spoil)("text")
    array(nan)
    """

    def __init__(self, function):
        self.function = function

    def ask(self, *arguments):
        """Call the function and tell all about it."""
        given = [each.copy() if isinstance(each, np.ndarray) else each for each in arguments]
        value, error, out = None, None, io.StringIO()
        state = np.random.get_state()
        try:
            with contextlib.redirect_stdout(out):
                value = self.function(*given)
        except Exception as raised:  # whatever it does, the answer is a sentence
            error = raised
        np.random.set_state(state)
        changed = any(
            isinstance(before, np.ndarray) and before.tobytes() != after.tobytes()
            for before, after in zip(arguments, given, strict=True)
        )
        return Reply(value, error, bool(out.getvalue()), changed)

    def __call__(self, *arguments):
        return self.ask(*arguments).numbers()

    def slope(self, *arguments, of=0, epsilon=1e-4):
        """The slope of a function that gives one number, by finite differences in the argument at place `of`.

        >>> Asked(lambda x, w: np.sum(x * w**2)).slope(2.0, np.array([1.0, 3.0]), of=1).round(4)
        array([ 4., 12.])
        """

        def of_one(x):
            return self(*[x if place == of else each for place, each in enumerate(arguments)]).sum()

        return numeric_gradient(of_one, np.asarray(arguments[of], dtype=np.float64), epsilon)


def function(**probe):
    """A reader for a function with these arguments, which is tried on these values.

    >>> double = function(x=np.array([1.0, 2.0]))(lambda x: 2 * x)
    >>> double(np.array([3.0]))
    array([6.])
    """
    names = " and ".join(f"`{name}`" for name in probe)

    def read(answer):
        _check_is_function(answer, f"({', '.join(probe)})")
        asked = Asked(answer)
        reply = asked.ask(*probe.values())
        if reply.is_unfinished or (reply.error is not None and _has_dots(answer)):
            raise UnfinishedError
        if reply.error is not None and not _takes(answer, probe.values()):
            raise AnswerError("arguments", f"The function must take {names}, in this order.")
        if reply.error is not None:
            error = _short(reply.error)
            raise AnswerError("raises", f"Called with {_described(probe)}, your function stops: `{error}`")
        if reply.value is None and reply.printed:
            raise AnswerError("printed", "Your function prints its result. Put `return` in the place of `print`.")
        if reply.value is None:
            raise AnswerError("no_return", "Your function hands back `None`: nothing. Does it end with `return`?")
        if callable(reply.value) and not hasattr(reply.value, "__array__"):
            raise AnswerError("returns_function", "Your function hands back a function. Call that one: `()`.")
        return asked

    return read


def _check_is_function(answer, arguments):
    if answer is None:
        raise AnswerError("none", "Your answer is `None`: nothing. Hand in the function itself, by its name.")
    if isinstance(answer, str):
        raise AnswerError("text", "Your answer is a text. Write the name of the function without quotes.")
    if inspect.isclass(answer):
        raise AnswerError("class", "Your answer is a class. Put `()` behind its name to make an object of it.")
    if not callable(answer):
        kind = f"of type `{type(answer).__name__}`"
        if to_array(answer).dtype.kind in "biuf":
            kind = "a result of it"
        raise AnswerError("no_function", f"The function itself is wanted, not {kind}: leave out `{arguments}`.")


def _has_dots(function):
    """True if a `...` is written in the function. Asked when it stops: as an index the dots are in their place."""
    return any(each is ... for each in getattr(getattr(function, "__code__", None), "co_consts", ()))


def _takes(function, arguments):
    """True if the function can be called with as many arguments; also if that cannot be known."""
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError:
        return False
    except ValueError:  # built in: it does not say
        return True
    return True


def _described(probe):
    """`"y of shape (3, 1) and t = 0.5"`."""
    parts = []
    for name, value in probe.items():
        parts.append(f"{name} of shape {value.shape}" if isinstance(value, np.ndarray) else f"{name} = {value!r}")
    return " and ".join(parts)


def _short(error, limit=120):
    """`"ValueError: …"` in one line, the same at every call."""
    line = str(error).strip().split("\n")[0].replace("`", "'")
    line = re.sub(r"0x[0-9a-f]+", "…", f"{type(error).__name__}: {line}".rstrip(": "))
    return line if len(line) <= limit else line[: limit - 1] + "…"


# Questions: each returns a function of the `Asked` that says yes or no.


def same_numbers(one, other, within=1e-5):
    """True for the same numbers in the same shape; axes of length 1 do not count.

    >>> same_numbers(np.array([[0.5]]), np.array(0.5))
    True
    """
    one, other = np.squeeze(one), np.squeeze(other)
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=within, atol=within))


def agrees_with(other, *probes, within=1e-5):
    """Does it give what `other` gives, for each of these tuples of arguments?

    >>> agrees_with(np.square, (3.0,), (-2.0,))(Asked(lambda x: x * x))
    True
    """
    return lambda asked: all(same_numbers(asked(*each), Asked(other)(*each), within) for each in probes)


def same_for(first, second, within=1e-9):
    """Does it give the same for these two tuples of arguments? Asked of inputs that must make a difference.

    >>> same_for((0.4, 0.3), (0.4, 0.7))(Asked(lambda p, t: p > 0.5))
    True
    """
    return lambda asked: same_numbers(asked(*first), asked(*second), within)


def gives_shape(shape, *arguments):
    """Does what it hands back have this shape?"""
    return lambda asked: asked(*arguments).shape == shape


def is_not_finite_for(*arguments):
    """Does it give nan or infinity, or stop, for these arguments?

    >>> with np.errstate(all="ignore"):
    ...     is_not_finite_for(0.0)(Asked(np.log))
    True
    """
    return lambda asked: not np.isfinite(asked(*arguments)).all()


def stops_with(words, *arguments):
    """Does it raise an error that says these words? A question for `Exercise.wrong_kind`: the answer is as it came.

    >>> stops_with("division", 0)(lambda x: 1 / x)
    True
    """
    return lambda answer, *others: callable(answer) and words in str(Asked(answer).ask(*arguments).error)


def stops_for(*arguments):
    """Does it raise an error for these arguments?"""
    return lambda asked: asked.ask(*arguments).error is not None


def changes_its_inputs(*arguments):
    """Does it change an array that it is given?

    >>> changes_its_inputs(np.array([1.0]))(Asked(lambda x: x.sort() or x.fill(0)))
    True
    """
    return lambda asked: asked.ask(*arguments).changed


def slope_agrees_with(gradient, *arguments, of=0, within=1e-3):
    """Is its slope in the argument at place `of`, by finite differences, this array?

    >>> slope_agrees_with(np.array([2.0]), np.array([1.0]))(Asked(lambda x: np.sum(x**2)))
    True
    """
    return lambda asked: same_numbers(asked.slope(*arguments, of=of), gradient, within)
