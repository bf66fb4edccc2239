"""Layers that bring raw inputs to a size that networks like: nothing here learns by gradient.

Lesson: 01. Source: `keras.layers`.
"""

import numpy as np

from kerasschool import config
from kerasschool.errors import message
from kerasschool.layers.arguments import check_axes, check_axes_exist, to_array
from kerasschool.layers.base import Layer
from kerasschool.registry import deserialize_keras_object, serialize_keras_object


class Rescaling(Layer):
    """``y = x · scale + offset``.

    Args:
        scale, offset: numbers, or arrays that broadcast to the inputs.

    >>> Rescaling(1 / 255)([[0.0, 255.0]])
    array([[0., 1.]], dtype=float32)

    Lesson: 01.
    """

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.scale, self.offset = scale, offset
        self._scale, self._offset = to_array(scale, self.dtype), to_array(offset, self.dtype)

    def call(self, inputs):
        return inputs * self._scale + self._offset

    def forward(self, x, training=False):
        y = x * self._scale
        y += self._offset
        return y

    def backward(self, dy):
        dy *= self._scale
        return dy

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "scale": serialize_keras_object(self.scale),
            "offset": serialize_keras_object(self.offset),
        }

    @classmethod
    def from_config(cls, config):
        return cls(
            **{
                **config,
                "scale": deserialize_keras_object(config["scale"]),
                "offset": deserialize_keras_object(config["offset"]),
            }
        )


class Normalization(Layer):
    """``y = (x - mean) / sqrt(variance)``: brings columns in grams and in millimetres to one scale.

    Mean and variance are given, or found by `adapt` on the training rows.

    Args:
        axis: int or tuple of ints: the axes whose every entry has a mean of its own; usually the features, -1. None
            for one mean for all.
        mean, variance: numbers or arrays, both or none.
        invert: True for the way back, ``y = mean + x · sqrt(variance)``.

    >>> layer = Normalization()
    >>> layer.adapt(np.array([[1.0, 10.0], [3.0, 30.0]]))
    >>> layer([[3.0, 20.0]])
    array([[1., 0.]], dtype=float32)

    Lesson: 01.
    """

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        axis = () if axis is None or (isinstance(axis, (list, tuple)) and not axis) else check_axes("axis", axis)
        self.axis = (axis,) if isinstance(axis, int) else tuple(axis)
        if (mean is None) != (variance is None):
            raise ValueError(message("`mean` and `variance` go together.", mean=mean, variance=variance))
        if np.shape(mean) != np.shape(variance) or np.ndim(mean) > len(self.axis):
            raise ValueError(
                message(
                    "`mean` and `variance` must have the same shape.",
                    f"Expected single numbers, or at most {len(self.axis)} axes, as many as in `axis`.",
                    mean=mean,
                    variance=variance,
                    axis=self.axis,
                )
            )
        self.input_mean, self.input_variance, self.invert = mean, variance, bool(invert)
        self.adapt_mean = self.adapt_variance = None

    def build(self, input_shape):
        check_axes_exist(self.axis, input_shape)
        rank = len(input_shape)
        kept = sorted(axis % rank for axis in self.axis)
        self._kept = [axis - rank for axis in kept]  # counted from the end, where replicas do not move them
        self._broadcast = tuple(size if axis in kept else 1 for axis, size in enumerate(input_shape))
        shape = tuple(input_shape[axis] for axis in kept)
        if None in shape:
            raise ValueError(message("The sizes along `axis` must be known.", axis=self.axis, input_shape=input_shape))
        if self.input_mean is None:
            self.adapt_mean = self.add_weight(shape, "zeros", trainable=False, name="mean")
            self.adapt_variance = self.add_weight(shape, "ones", trainable=False, name="variance")
            self.count = self.add_weight((), "zeros", dtype="int32", trainable=False, name="count")  # for saved files
        else:
            self._given = [
                np.broadcast_to(np.asarray(each, self.dtype), shape).reshape(self._broadcast)
                for each in (self.input_mean, self.input_variance)
            ]

    def adapt(self, data):
        """Find mean and variance of the data, entry by entry along `axis`, and keep them.

        Args:
            data: array or table of rows; or an iterable of batches, `(x, y)` included, such as a `PyDataset`.
        """
        if self.input_mean is not None:
            raise ValueError(f"`{self.name}` was made with a `mean` and `variance`: there is nothing to adapt.")
        batches = _batches(data)
        count = mean = variance = 0.0
        for batch in batches:
            if not self.built:
                keeps_rows = any(axis in (0, -batch.ndim) for axis in self.axis)
                self.build(batch.shape if keeps_rows else (None, *batch.shape[1:]))
            self._check_batch(batch)
            reduced = tuple(axis for axis in range(batch.ndim) if axis - batch.ndim not in self._kept)
            more = np.prod([batch.shape[axis] for axis in reduced])
            share = more / (count + more)
            batch_mean, batch_variance = np.mean(batch, axis=reduced), np.var(batch, axis=reduced)
            new_mean = mean * (1 - share) + batch_mean * share
            variance = (variance + (mean - new_mean) ** 2) * (1 - share)
            variance = variance + (batch_variance + (batch_mean - new_mean) ** 2) * share
            mean, count = new_mean, count + more
        if not count:
            raise ValueError(message("There are no rows to adapt to.", "Expected at least one batch.", data=data))
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)

    def _check_batch(self, batch):
        self.check_input_shape(batch.shape)
        if not np.isfinite(batch).all():
            raise ValueError(message("Some data are NaN or infinite.", fix="Remove or fill them first.", data=batch))

    def check_input_shape(self, input_shape):
        super().check_input_shape(input_shape)
        if self.built and self.built_shape is not None:
            rank, expected = len(input_shape), self.built_shape
            if rank != len(expected) or any(input_shape[axis] not in (None, expected[axis]) for axis in self._kept):
                raise ValueError(
                    message(
                        f"These inputs do not fit `{self.name}`.",
                        f"Expected shape {expected}.",
                        shape=tuple(input_shape),
                    )
                )

    @property
    def mean(self):
        """The mean, with axes of size 1 where it is the same for all entries; None before the layer is built."""
        return self._statistic(0)

    @property
    def variance(self):
        """The variance, in the shape of `mean`."""
        return self._statistic(1)

    def _statistic(self, which):
        if not self.built:
            return None
        if self.input_mean is not None:
            return self._given[which]
        return (self.adapt_mean, self.adapt_variance)[which].value.reshape(self._broadcast)

    def _spread(self):
        return np.maximum(np.sqrt(self.variance), config.epsilon())

    def call(self, inputs):
        return self.mean + inputs * self._spread() if self.invert else (inputs - self.mean) / self._spread()

    def forward(self, x, training=False):
        return self.call(x)

    def backward(self, dy):
        if self.invert:
            dy *= self._spread()
        else:
            dy /= self._spread()
        return dy

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "axis": self.axis,
            "invert": self.invert,
            "mean": np.array(self.input_mean).tolist(),
            "variance": np.array(self.input_variance).tolist(),
        }


def _batches(data):
    """The data as an iterable of arrays."""
    if hasattr(data, "to_numpy"):
        data = data.to_numpy()
    if hasattr(data, "shape") or isinstance(data, (int, float)):
        return [_numbers(data)]
    if isinstance(data, (list, tuple)) and data and not hasattr(data[0], "shape") and not isinstance(data[0], tuple):
        return [_numbers(data)]
    if hasattr(data, "__getitem__") and hasattr(data, "__len__"):
        batches = (data[index] for index in range(len(data)))
    elif hasattr(data, "__iter__"):
        batches = data
    else:
        raise TypeError(message("`adapt` takes an array, a table, or an iterable of batches.", data=data))
    return (_numbers(batch[0] if isinstance(batch, tuple) else batch) for batch in batches)


def _numbers(values):
    array = np.asarray(values)
    return array if array.dtype.kind == "f" else to_array(values, "float64")
