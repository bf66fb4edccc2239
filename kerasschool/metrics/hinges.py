"""How far scores are from the right side of a margin of 1: the hinge losses, averaged over all rows.

Lesson: 05. Source: `keras.metrics`.
"""

from kerasschool import losses
from kerasschool.metrics.base import MeanOf


class Hinge(MeanOf):
    """The mean of `max(1 - y · p, 0)` for labels -1 and 1; labels 0 are read as -1.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> round(Hinge()([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]), 4)
    1.3
    """

    _direction = "down"

    def __init__(self, name="hinge", dtype=None):
        super().__init__(losses.hinge, name, dtype)


class SquaredHinge(MeanOf):
    """The mean of `max(1 - y · p, 0)²` for labels -1 and 1; labels 0 are read as -1.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> round(SquaredHinge()([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]), 4)
    1.86
    """

    _direction = "down"

    def __init__(self, name="squared_hinge", dtype=None):
        super().__init__(losses.squared_hinge, name, dtype)


class CategoricalHinge(MeanOf):
    """The mean of `max(1 + best wrong score - score of the true class, 0)` for one-hot labels.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> round(CategoricalHinge()([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]), 4)
    1.4
    """

    _direction = "down"

    def __init__(self, name="categorical_hinge", dtype=None):
        super().__init__(losses.categorical_hinge, name, dtype)
