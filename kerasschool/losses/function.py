"""A loss function and its gradient, side by side, so that they cannot drift apart.

The function is written as the formula reads. Right below it stands its slope::

    @loss_function(labels="numbers")
    def mean_squared_error(y_true, y_pred):
        return np.mean(np.square(y_pred - y_true), axis=-1)

    @mean_squared_error.derivative
    def _(y_true, y_pred):
        return 2 * (y_pred - y_true) / y_pred.shape[-1]

A function without a hand-written slope is differentiated by `autodiff`.

Lesson: 03.
"""

import functools

import numpy as np

from kerasschool import autodiff, config
from kerasschool.autodiff import Tensor
from kerasschool.losses import labels as label_checks
from kerasschool.losses.reduction import squeeze_or_expand_to_same_rank


class LossFunction:
    """One loss function: `(y_true, y_pred) → one value per sample`, its gradient, and its partner.

    Args:
        function: plain NumPy, over the last axis; it also works when `y_pred` is an `autodiff.Tensor`.
        labels: the kind of targets it wants, a name from `losses/labels.py`, or None for anything.
        by_row: False if the value of one sample depends on the other samples.
    """

    def __init__(self, function, labels=None, by_row=True):
        functools.update_wrapper(self, function)
        self.function, self.labels, self.by_row = function, labels, by_row
        self.slope = None  # (y_true, y_pred, …) → d value / d y_pred, or None
        self.partner = self.partner_slope = None
        self.valid = None  # (y_true, values, …) → which of the values count, or None

    def derivative(self, function):
        """Decorator: `function(y_true, y_pred, …)` is d(value of a sample) / d y_pred, for `axis=-1`."""
        self.slope = function
        return function

    def with_partner(self, activation):
        """Decorator: `function(y_true, y_pred, scale, out, …)` is `scale` · d value / d z, `y_pred = activation(z)`."""

        def remember(function):
            self.partner, self.partner_slope = activation, function
            return function

        return remember

    def mask(self, function):
        """Decorator: `function(y_true, values, …)` is True where a value counts, or None when all do."""
        self.valid = function
        return function

    def __call__(self, y_true, y_pred, *args, **arguments):
        return self.function(*self.arrays(y_true, y_pred), *args, **arguments)

    def gradient(self, y_true, y_pred, **arguments):
        """d(value of each sample) / d y_pred, an array of `y_pred`'s shape."""
        true, predicted = self.arrays(y_true, y_pred)
        if self.slope is not None and is_last(arguments.get("axis", -1), predicted.ndim):
            return self.slope(true, predicted, **arguments).reshape(np.shape(y_pred))
        values, pullback = autodiff.vjp(lambda predicted: self.function(true, predicted, **arguments), predicted)
        return pullback(np.ones_like(values))[0].reshape(np.shape(y_pred))

    def arrays(self, y_true, y_pred):
        """Both as arrays of one float type and one rank; class numbers as whole numbers."""
        if not isinstance(y_pred, Tensor):
            is_array = isinstance(y_pred, (np.ndarray, np.generic)) and y_pred.dtype.kind == "f"
            y_pred = np.asarray(y_pred) if is_array else np.asarray(y_pred, config.floatx())
        if not isinstance(y_true, Tensor):
            wanted = np.intp if self.labels in label_checks.WHOLE_NUMBERS else y_pred.dtype
            y_true = label_checks.as_numbers(y_true, wanted)
        return squeeze_or_expand_to_same_rank(y_true, y_pred)

    def __repr__(self):
        return f"<loss function {self.__name__}>"

    def __reduce__(self):
        return self.__name__  # copied and pickled by name: there is one of each


def loss_function(labels=None, by_row=True):
    """Decorator: make a `LossFunction` of a plain function."""
    return lambda function: LossFunction(function, labels, by_row)


def is_last(axis, ndim):
    """True if `axis` names the last of `ndim` axes."""
    return axis == -1 or axis == ndim - 1
