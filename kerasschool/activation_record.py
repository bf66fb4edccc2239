"""What an activation is made of: a function and its slope, kept in one record so that they cannot drift apart.

    @activation("tanh(x)", range=(-1, 1))
    def tanh(x):                      # the function, plain NumPy
        return np.tanh(x)

    @tanh.derivative
    def _(y):                         # its slope, here from the output y
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
from kerasschool.errors import message


def as_float(x):
    """`x` as a float array; arrays of floats and tensors pass through, all else becomes `config.floatx()`."""
    if hasattr(x, "__array_ufunc__") and not isinstance(x, (np.ndarray, np.generic)):
        return x
    x = np.asarray(x)
    return x if x.dtype.name in config.FLOATS else x.astype(config.floatx())


class Activation:
    """A function and its derivative.

    Call it like a function. It never changes its argument; `inplace` and `backward` do, for speed.

    Args:
        function: from `x` and named arguments to `y`, in plain NumPy.
        formula: the function in one line of text, for panels and lessons.
        range: the smallest and the largest value it can give.
        elementwise: False when numbers are mixed, as softmax does.

    >>> from kerasschool.activations import tanh
    >>> tanh([-1.0, 0.0, 1.0]).round(2).tolist(), tanh.slope([0.0]).tolist()
    ([-0.76, 0.0, 0.76], [1.0])
    """

    inplace = None  # overwrites its argument with the result; None when `backward` needs the input
    needs_input = True  # does `backward` read x? Else y is enough
    _derivative = None

    def __init__(self, function, formula="", range=(-np.inf, np.inf), elementwise=True):
        functools.update_wrapper(self, function)  # name, docstring and signature are the function's
        self.function = function
        self.formula, self.range, self.elementwise = formula, range, elementwise

    def __call__(self, x, *values, **arguments):
        return self.function(as_float(x), *values, **arguments)

    def derivative(self, function):
        """A decorator for the derivative. The names of its first parameters say what it reads:

        `(x)` or `(y)`, the input or the output: it returns the slope, which is multiplied with dy.
        `(dy, x)` or `(dy, y)`: it returns the finished dx, and may overwrite dy.
        """
        names = list(inspect.signature(function).parameters)
        self._from_dy = names[0] == "dy"
        self._reads = tuple(name for name in names if name in ("x", "y"))
        self.needs_input = "x" in self._reads
        self._derivative = function
        return function

    def in_place(self, function):
        """A decorator for the fast way, which writes the result over its argument."""
        self.inplace = function
        return function

    def backward(self, dy, x, y, **arguments):
        """From dy = d loss / d output to dx = d loss / d input. May overwrite `dy`, reads `x` if `needs_input`.

        Args:
            dy, x, y: arrays of one shape: gradient, input and output of the call that is undone.
            arguments: those of that call.
        """
        if self._derivative is None:
            from kerasschool.autodiff import vjp

            return vjp(functools.partial(self.function, **arguments), x)[1](dy)[0]
        given = (y,) if self._reads == ("y",) else (x,) if self._reads == ("x",) else (x, y)
        if self._from_dy:
            return self._derivative(dy, *given, **arguments)
        dy *= self._derivative(*given, **arguments)
        return dy

    def slope(self, x, **arguments):
        """How fast the output rises at each `x`: what the activation panel draws under the curve."""
        if not self.elementwise:
            raise ValueError(
                message(
                    f"`{self.__name__}` has no slope number by number: each output depends on several inputs.",
                    fix="Use `backward(dy, x, y)`.",
                )
            )
        x = as_float(x)
        return self.backward(np.ones_like(x), x, self(x, **arguments), **arguments)

    def __reduce__(self):
        return self.__name__  # copies and pickles are the record itself, found by its name in its module

    def __repr__(self):
        return f"<activation {self.__name__}>"


def activation(formula="", range=(-np.inf, np.inf), elementwise=True):
    """A decorator that turns a function into an `Activation` record."""
    return functools.partial(Activation, formula=formula, range=range, elementwise=elementwise)
