"""Rules that weights must keep: applied to a weight array after each update, they put it back inside the limits.

A norm here is the length of a unit's weights, the square root of the sum of their squares. In a `Dense` kernel
(inputs, units) these stand in a column: axis 0.

Lesson: 10. Source: `keras.constraints`.
"""

import numpy as np

from kerasschool.config import epsilon
from kerasschool.configurable import Configurable
from kerasschool.errors import check_number, helpful_getattr, message
from kerasschool.registry import Registry


class Constraint(Configurable):
    """The base of all constraints. To make your own, write `__call__`: from an array to the array it shall become.

    >>> class AtMostOne(Constraint):
    ...     def __call__(self, w):
    ...         return np.minimum(w, 1)
    >>> AtMostOne()(np.array([0.5, 3.0])).tolist()
    [0.5, 1.0]
    """

    def __call__(self, w):
        """A new array like `w` that keeps the rule."""
        return w


class NonNeg(Constraint):
    """No weight below 0.

    >>> NonNeg()(np.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    def __call__(self, w):
        return np.maximum(w, 0)


class UnitNorm(Constraint):
    """Every unit's weights have length 1.

    Args:
        axis: int or list of ints, the axes over which a length is taken.

    >>> UnitNorm()(np.array([[3.0], [4.0]])).round(3).tolist()
    [[0.6], [0.8]]
    """

    def __init__(self, axis=0):
        self.axis = axis

    def __call__(self, w):
        return w / (epsilon() + norms(w, self.axis))


class MaxNorm(Constraint):
    """No unit's weights are longer than `max_value`. Source: Srivastava et al. 2014, for use with dropout.

    Args:
        max_value: the greatest length, 0 or more.
        axis: int or list of ints, the axes over which a length is taken.

    >>> MaxNorm(1.0)(np.array([[3.0, 0.1], [4.0, 0.1]])).round(3).tolist()
    [[0.6, 0.1], [0.8, 0.1]]
    """

    def __init__(self, max_value=2, axis=0):
        self.max_value = check_number("max_value", max_value, 0)
        self.axis = axis

    def __call__(self, w):
        length = norms(w, self.axis)
        return w * (np.minimum(length, self.max_value) / (epsilon() + length))


class MinMaxNorm(Constraint):
    """Every unit's weights have a length from `min_value` to `max_value`.

    Args:
        min_value, max_value: the smallest and the greatest length, 0 or more.
        rate: which part of the way a length outside is moved at each update; 1 is all of it.
        axis: int or list of ints, the axes over which a length is taken.

    >>> MinMaxNorm(1.0, 2.0)(np.array([[0.3], [0.4]])).round(3).tolist()
    [[0.6], [0.8]]
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value = check_number("min_value", min_value, 0)
        self.max_value = check_number("max_value", max_value, 0)
        if min_value > max_value:
            raise ValueError(
                message("`min_value` must not exceed `max_value`.", min_value=min_value, max_value=max_value)
            )
        self.rate = check_number("rate", rate)
        self.axis = axis

    def __call__(self, w):
        length = norms(w, self.axis)
        wanted = self.rate * np.clip(length, self.min_value, self.max_value) + (1 - self.rate) * length
        return w * (wanted / (epsilon() + length))


def norms(w, axis):
    """The lengths of the vectors in `w` along `axis`, which stays with size 1."""
    return np.sqrt(np.sum(np.square(w), axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=True))


non_neg, unit_norm, max_norm, min_max_norm = NonNeg, UnitNorm, MaxNorm, MinMaxNorm

_registry = Registry("constraint", "constraints", [Constraint, NonNeg, UnitNorm, MaxNorm, MinMaxNorm])


def get(identifier):
    """The constraint for a name, config, class, instance, or function from an array to an array; None stays None.

    >>> get("max_norm").get_config()
    {'max_value': 2, 'axis': 0}
    """
    return _registry.get(identifier)


def serialize(constraint):
    """A JSON-ready description of a constraint."""
    return _registry.serialize(constraint)


def deserialize(config, custom_objects=None):
    """The constraint that `serialize` described."""
    return _registry.deserialize(config, custom_objects)


__getattr__ = helpful_getattr(__name__, globals())
