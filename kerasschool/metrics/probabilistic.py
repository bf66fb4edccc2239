"""How surprising the labels are, given the predicted probabilities: the crossentropies, averaged over all rows.

Lesson: 05. Source: `keras.metrics`.
"""

from kerasschool import losses
from kerasschool.metrics.base import MeanOf


class BinaryCrossentropy(MeanOf):
    """The mean of `-y · log(p) - (1 - y) · log(1 - p)` for labels 0 and 1.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.
        from_logits: True for a model without a sigmoid at its end.
        label_smoothing: number from 0 to 1 by which labels are moved towards 0.5.

    >>> round(BinaryCrossentropy()([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]), 4)
    0.8149
    """

    _direction = "down"

    def __init__(self, name="binary_crossentropy", dtype=None, from_logits=False, label_smoothing=0):
        super().__init__(
            losses.binary_crossentropy, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing
        )


class CategoricalCrossentropy(MeanOf):
    """The mean of `-sum(y · log(p))` for one-hot labels.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.
        from_logits: True for a model without a softmax at its end.
        label_smoothing: number from 0 to 1 by which labels are moved towards even odds.
        axis: where the classes are.

    >>> round(CategoricalCrossentropy()([[0, 1, 0], [0, 0, 1]], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]]), 4)
    1.1769
    """

    _direction = "down"

    def __init__(self, name="categorical_crossentropy", dtype=None, from_logits=False, label_smoothing=0, axis=-1):
        options = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        super().__init__(losses.categorical_crossentropy, name, dtype, **options)


class SparseCategoricalCrossentropy(MeanOf):
    """The mean of `-log(p[label])` for labels that are class numbers.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.
        from_logits: True for a model without a softmax at its end.
        ignore_class: a class number whose rows are left out.
        axis: where the classes are.

    >>> round(SparseCategoricalCrossentropy()([1, 2], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]]), 4)
    1.1769
    """

    _direction = "down"

    def __init__(
        self, name="sparse_categorical_crossentropy", dtype=None, from_logits=False, ignore_class=None, axis=-1
    ):
        options = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        super().__init__(losses.sparse_categorical_crossentropy, name, dtype, **options)


class KLDivergence(MeanOf):
    """The mean of `sum(y · log(y / p))`: how far the predicted distribution is from the true one.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> round(KLDivergence()([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]), 4)
    0.4581
    """

    _direction = "down"

    def __init__(self, name="kl_divergence", dtype=None):
        super().__init__(losses.kl_divergence, name, dtype)


class Poisson(MeanOf):
    """The mean of `p - y · log(p)`, for labels that count something.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> round(Poisson()([[0, 1], [0, 0]], [[1, 1], [0, 0]]), 4)
    0.5
    """

    _direction = "down"

    def __init__(self, name="poisson", dtype=None):
        super().__init__(losses.poisson, name, dtype)
