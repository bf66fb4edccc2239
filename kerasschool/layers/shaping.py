"""Layers that only rearrange the numbers of each row. The batch axis stays where it is.

Source: `keras.layers`.
"""

import math

import numpy as np

from kerasschool.errors import check_whole, message
from kerasschool.layers.arguments import check_data_format, check_shape
from kerasschool.layers.base import Layer
from kerasschool.layers.input_spec import InputSpec


class Flatten(Layer):
    """Puts all numbers of a row into one line, for a `Dense` to read an image.

    Args:
        data_format: `"channels_last"`, or `"channels_first"` to move axis 1 to the end first.

    Shapes:
        `(batch, a, b, …)` → `(batch, a · b · …)`; `(batch,)` → `(batch, 1)`.

    >>> Flatten()(np.ones((2, 8, 8))).shape
    (2, 64)
    """

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = check_data_format(data_format)
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs):
        if self.data_format == "channels_first" and inputs.ndim > self.replica_axes + 2:
            inputs = np.moveaxis(inputs, self.replica_axes + 1, -1)
        lead = inputs.shape[: self.replica_axes + 1]
        return inputs.reshape(*lead, math.prod(inputs.shape[len(lead) :]))

    def forward(self, x, training=False):
        self.memory.x_shape = x.shape
        return self.call(x)

    def backward(self, dy):
        shape, first = self.memory.x_shape, self.replica_axes + 1
        if self.data_format == "channels_first" and len(shape) > first + 1:
            moved = (*shape[:first], *shape[first + 1 :], shape[first])
            return np.moveaxis(dy.reshape(moved), -1, first)
        return dy.reshape(shape)

    def compute_output_shape(self, input_shape):
        inner = input_shape[1:]
        return input_shape[0], None if None in inner else math.prod(inner)

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format}


class Reshape(Layer):
    """Puts the numbers of a row into another shape, read and filled line by line.

    Args:
        target_shape: tuple without the batch axis; one entry may be -1 and is then worked out.

    >>> Reshape((3, 4))(np.ones((2, 12))).shape
    (2, 3, 4)
    """

    needs_build = False

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = check_shape("target_shape", target_shape, nothing=(-1, None, 0))
        if self.target_shape.count(-1) > 1:
            raise ValueError(message("At most one entry of `target_shape` can be -1.", target_shape=target_shape))

    def call(self, inputs):
        lead = inputs.shape[: self.replica_axes + 1]
        return inputs.reshape(*lead, *self._inner_shape(inputs.shape[len(lead) :], unknown=-1))

    def forward(self, x, training=False):
        self.memory.x_shape = x.shape
        return self.call(x)

    def backward(self, dy):
        return dy.reshape(self.memory.x_shape)

    def check_input_shape(self, input_shape):
        super().check_input_shape(input_shape)
        self._inner_shape(tuple(input_shape)[1:])

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self._inner_shape(tuple(input_shape)[1:]))

    def _inner_shape(self, inner, unknown=None):
        """The target shape with its -1 worked out; `unknown` where the inputs' shape does not tell."""
        target = self.target_shape
        if None in inner or None in target:
            return tuple(unknown if size in (-1, None) else size for size in target)
        size, known = math.prod(inner), math.prod(each for each in target if each != -1)
        if -1 in target and known and size % known == 0:
            return tuple(size // known if each == -1 else each for each in target)
        if size != known or -1 in target:
            raise ValueError(
                message(
                    f"{size} numbers per row do not fit into shape {target}.",
                    "Expected a shape with as many entries as a row has.",
                    inputs=inner,
                    target_shape=target,
                )
            )
        return target

    def get_config(self):
        return {**super().get_config(), "target_shape": self.target_shape}


class Permute(Layer):
    """Changes the order of the axes.

    Args:
        dims: tuple with the new order; 1 is the first axis after the batch. `(2, 1)` swaps two axes.

    >>> Permute((2, 1))(np.ones((5, 10, 64))).shape
    (5, 64, 10)
    """

    def __init__(self, dims, **kwargs):
        super().__init__(**kwargs)
        self.dims = check_shape("dims", dims, nothing=())
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(
                message("`dims` must hold every axis once, counted from 1.", f"For example {(2, 1)}.", dims=dims)
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def _order(self):
        lead = self.replica_axes
        return (*range(lead + 1), *(lead + axis for axis in self.dims))

    def call(self, inputs):
        return np.transpose(inputs, self._order())

    def forward(self, x, training=False):
        return np.transpose(x, self._order())

    def backward(self, dy):
        return np.transpose(dy, np.argsort(self._order()))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *(input_shape[axis] for axis in self.dims))

    def get_config(self):
        return {**super().get_config(), "dims": self.dims}


class RepeatVector(Layer):
    """Repeats each row's vector n times, as the steps of a sequence.

    Args:
        n: positive int.

    Shapes:
        `(batch, features)` → `(batch, n, features)`.

    >>> RepeatVector(3)([[1.0, 2.0]])
    array([[[1., 2.],
            [1., 2.],
            [1., 2.]]], dtype=float32)
    """

    def __init__(self, n, **kwargs):
        super().__init__(**kwargs)
        self.n = check_whole("n", n)
        self.input_spec = InputSpec(ndim=2)

    def call(self, inputs):
        return np.repeat(np.expand_dims(inputs, -2), self.n, axis=-2)

    def forward(self, x, training=False):
        return self.call(x)

    def backward(self, dy):
        return np.sum(dy, axis=-2)

    def compute_output_shape(self, input_shape):
        return input_shape[0], self.n, input_shape[1]

    def get_config(self):
        return {**super().get_config(), "n": self.n}
