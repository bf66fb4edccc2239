"""Penalties on weights: a price that the loss pays for large numbers, so that the network keeps to small ones.

A regularizer is called with an array and returns the penalty, one number; `gradient` is its slope, which training
adds to the gradient of the loss.

Lesson: 10. Source: `keras.regularizers`.
"""

import numpy as np

from kerasschool.autodiff import vjp
from kerasschool.config import epsilon
from kerasschool.configurable import Configurable
from kerasschool.errors import check_number, check_one_of, helpful_getattr, message
from kerasschool.registry import Registry


class Regularizer(Configurable):
    """The base of all regularizers. To make your own, write `__call__` in plain NumPy; its gradient is found for you.

    >>> class Cubes(Regularizer):
    ...     def __call__(self, x):
    ...         return np.sum(x**3)
    >>> Cubes().gradient(np.array([1.0, 2.0])).tolist()
    [3.0, 12.0]
    """

    def __call__(self, x):
        """The penalty for the array `x`: one number."""
        return 0.0

    def gradient(self, x):
        """The slope of the penalty: an array like `x`."""
        penalty, pullback = vjp(self, x)
        return pullback(np.ones_like(penalty))[0]


class L2(Regularizer):
    """``l2 · sum(x²)``: large weights cost most, and all shrink towards 0. Also called weight decay or ridge.

    Args:
        l2: factor, 0 or more.

    >>> print(L2(0.5)(np.array([1.0, -2.0])), L2(0.5).gradient(np.array([1.0, -2.0])))
    2.5 [ 1. -2.]
    """

    def __init__(self, l2=0.01):
        self.l2 = check_factor("l2", l2, 0.01)

    def __call__(self, x):
        return self.l2 * np.sum(np.square(x))

    def gradient(self, x):
        return 2 * self.l2 * x


class L1(Regularizer):
    """``l1 · sum(|x|)``: every step away from 0 costs the same, so many weights end at exactly 0. Also called lasso.

    Args:
        l1: factor, 0 or more.

    >>> print(L1(0.5)(np.array([1.0, -2.0])), L1(0.5).gradient(np.array([1.0, -2.0])))
    1.5 [ 0.5 -0.5]
    """

    def __init__(self, l1=0.01):
        self.l1 = check_factor("l1", l1, 0.01)

    def __call__(self, x):
        return self.l1 * np.sum(np.abs(x))

    def gradient(self, x):
        return self.l1 * np.sign(x)


class L1L2(Regularizer):
    """`L1` and `L2` together, also called elastic net.

    Args:
        l1, l2: factors, 0 or more. Both are 0 unless given, also for the name `"l1_l2"`.
    """

    def __init__(self, l1=0.0, l2=0.0):
        self.l1, self.l2 = check_factor("l1", l1, 0.0), check_factor("l2", l2, 0.0)

    def __call__(self, x):
        return self.l1 * np.sum(np.abs(x)) + self.l2 * np.sum(np.square(x))

    def gradient(self, x):
        return self.l1 * np.sign(x) + 2 * self.l2 * x


class OrthogonalRegularizer(Regularizer):
    """A price for alikeness: `factor` times the mean |cosine| between any two rows (or columns) of a matrix.

    Args:
        factor: 0 or more.
        mode: `"rows"` or `"columns"`: what shall stand at right angles.

    >>> print(OrthogonalRegularizer(1.0)(np.eye(3)), OrthogonalRegularizer(1.0)(np.ones((3, 3))).round(6))
    0.0 1.0
    """

    def __init__(self, factor=0.01, mode="rows"):
        self.factor = check_factor("factor", factor, 0.01)
        self.mode = check_one_of("mode", mode, ("rows", "columns"))

    def __call__(self, x):
        return self._share(x) * np.sum(np.abs(self._cosines(x)[0]))

    def gradient(self, x):
        cosines, directions, lengths = self._cosines(x)
        slope = 2 * self._share(x) * np.sign(cosines) @ directions
        slope -= directions * np.sum(slope * directions, axis=1, keepdims=True)  # length does not change a direction
        slope /= lengths
        return slope if self.mode == "rows" else slope.T

    def _cosines(self, x):
        if x.ndim != 2:
            raise ValueError(message("`OrthogonalRegularizer` takes matrices only.", "Expected 2 axes.", shape=x.shape))
        rows = x if self.mode == "rows" else x.T
        lengths = np.maximum(np.sqrt(np.sum(np.square(rows), axis=1, keepdims=True)), epsilon())
        directions = rows / lengths
        others = 1 - np.eye(rows.shape[0], dtype=x.dtype)  # a row is not compared with itself
        return directions @ directions.T * others, directions, lengths

    def _share(self, x):
        count = x.shape[0 if self.mode == "rows" else 1]
        return self.factor / max(1, count * (count - 1))  # each pair stands twice in the table of cosines


class FunctionRegularizer(Regularizer):
    """A reader's own function from an array to a penalty, with the gradient that it lacks."""

    def __init__(self, function):
        self.function = function

    def __call__(self, x):
        return self.function(x)


def check_factor(name, value, default):
    """`value` as a float, None as `default`, or the error that says what a penalty's factor must be."""
    factor = default if value is None else value
    if factor == np.inf:
        raise ValueError(message(f"`{name}` must be a number, and a finite one.", **{name: value}))
    return float(check_number(name, factor, 0))


l1, l2, l1_l2, orthogonal_regularizer = L1, L2, L1L2, OrthogonalRegularizer

_registry = Registry(
    "regularizer", "regularizers", [Regularizer, L2, L1, L1L2, OrthogonalRegularizer], aliases={"l1_l2": L1L2}
)


def get(identifier):
    """The regularizer for a name, config, class, instance, or function from an array to a number; None stays None.

    >>> get("l2").get_config()
    {'l2': 0.01}
    """
    found = _registry.get(identifier)
    return found if found is None or hasattr(found, "gradient") else FunctionRegularizer(found)


def serialize(regularizer):
    """A JSON-ready description of a regularizer."""
    return _registry.serialize(regularizer.function if isinstance(regularizer, FunctionRegularizer) else regularizer)


def deserialize(config, custom_objects=None):
    """The regularizer that `serialize` described."""
    return _registry.deserialize(config, custom_objects)


__getattr__ = helpful_getattr(__name__, globals())
