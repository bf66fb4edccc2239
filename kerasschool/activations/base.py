"""What an activation is made of: a function and its slope, in one record so that they cannot drift apart.

    @activation("tanh(x)", range=(-1, 1))
    def tanh(x):                      # the function, plain NumPy
        return np.tanh(x)

    @tanh.derivative
    def _(y):                         # its slope, here found from the output y
        return 1 - y * y

    @tanh.in_place
    def _(z):                         # the fast way: the result overwrites the input
        return np.tanh(z, out=z)

Lesson: 07.
"""

import functools
import inspect

import numpy as np

from kerasschool import config
from kerasschool.autodiff import Tensor, vjp


class Activation:
    """A function and its derivative. Calling it never changes its argument; `inplace` and `backward` do, for speed.

    Args:
        function: from an array `x`, and named arguments, to `y`; plain NumPy.
        formula: the function in one line of text, for panels and lessons.
        range: the smallest and the largest value it can give.
        elementwise: False when each output depends on several inputs, as in softmax.

    >>> from kerasschool.activations import tanh
    >>> tanh.formula, tanh([0.0, 1000.0]).tolist(), tanh.slope([0.0, 1000.0]).tolist()
    ('tanh(x)', [0.0, 1.0], [1.0, 0.0])
    """

    needs_input = True  # does `backward` read x? Else it finds all it needs in y
    inplace = None  # inplace(z) writes the result over z; None where that would lose what `backward` reads
    _derivative = None

    def __init__(self, function, formula="", range=(-np.inf, np.inf), elementwise=True):
        functools.update_wrapper(self, function, updated=())  # name, docstring and signature are the function's
        self.__name__ = getattr(function, "__name__", type(function).__name__)
        self.function, self.formula, self.range, self.elementwise = function, formula, range, elementwise

    def __call__(self, x, *args, **arguments):
        if isinstance(x, Tensor):
            learned = any(isinstance(each, Tensor) for each in (*args, *arguments.values()))
            if self._derivative is None or learned:
                return self.function(x, *args, **arguments)
            y = self(x.value, *args, **arguments)
            return Tensor(y, (x,), (lambda dy: self.backward(np.array(dy), x.value, y, *args, **arguments),))
        x = as_float(x)
        if x.ndim == 0:  # older NumPy makes float64 of a lone float32
            return self.function(x.reshape(1), *args, **arguments)[0]
        return self.function(x, *args, **arguments)

    def derivative(self, function):
        """A decorator for the derivative; the names of its first parameters say what it reads and returns.

        `(x)`, `(y)` or `(x, y)`, input and output: it returns the slope.
        `(dy, x)` or `(dy, y)`: it returns the finished dx, and may overwrite dy.
        """
        names = list(inspect.signature(function).parameters)
        self._makes_dx = names[0] == "dy"
        self.needs_input = self._needs_input = "x" in names
        self._needs_output = "y" in names
        self._derivative = function
        return function

    def in_place(self, function):
        """A decorator for the fast way, the one that writes its result over its argument."""
        self.inplace = function
        return function

    def backward(self, dy, x, y, *args, **arguments):
        """From dy = d loss / d output to dx = d loss / d input.

        Args:
            dy: array, shape of `y`. May be overwritten.
            x, y: input and output of the call that is undone; x is not read unless `needs_input`, or with arguments.
            *args, **arguments: those of that call.
        """
        if self._derivative is None:
            return vjp(lambda x: self.function(x, *args, **arguments), x)[1](dy)[0]
        given = (y,) if not self._needs_input else (x, y) if self._needs_output else (x,)
        if self._makes_dx:
            return self._derivative(dy, *given, *args, **arguments)
        dy *= self._derivative(*given, *args, **arguments)
        return dy

    def slope(self, x, *args, **arguments):
        """How fast the output rises at each `x`: what the activation panel draws under the curve."""
        if not self.elementwise:
            raise ValueError(f"`{self.__name__}` has no slope: it mixes its inputs. Use `backward(dy, x, y)`.")
        x = as_float(x)
        if x.ndim == 0:
            return self.slope(x.reshape(1), *args, **arguments)[0]
        return self.backward(np.ones_like(x), x, self(x, *args, **arguments), *args, **arguments)

    def __reduce__(self):
        return self.__name__  # a copy or a pickle is the record itself, found by its name in its module

    def __repr__(self):
        return f"<activation {self.__name__}>"


class Recorded(Activation):
    """Any callable, seen as a record: its derivative comes from `autodiff`."""

    def __reduce__(self):
        return record, (self.function,)


def activation(formula="", range=(-np.inf, np.inf), elementwise=True):
    """A decorator that turns a function into an `Activation` record."""
    return functools.partial(Activation, formula=formula, range=range, elementwise=elementwise)


def record(function):
    """The record of an activation; one is made for a function of the reader's own, a lambda, or a layer.

    >>> record(lambda x: x**2).slope([3.0]).tolist()
    [6.0]
    """
    return function if isinstance(function, Activation) else Recorded(function)


def as_float(x):
    """`x` as a float array: arrays of float32 and float64 stay what they are, all else becomes `config.floatx()`."""
    is_float = isinstance(x, (np.ndarray, np.generic)) and x.dtype.char in "fd"
    return np.asarray(x) if is_float else np.asarray(x, config.floatx())
