"""Normalization row by row: each row alone, so training and asking the model are the same.

Source: `keras.layers`.
"""

import warnings

import numpy as np

from kerasschool import constraints, initializers, regularizers
from kerasschool.errors import check_number, message
from kerasschool.layers.arguments import check_axes, check_axes_exist
from kerasschool.layers.base import Layer
from kerasschool.layers.input_spec import InputSpec
from kerasschool.old_spellings import caller_depth


class RowNormalization(Layer):
    """The base: ``y = gamma · top / sqrt(mean(spread²) + epsilon) + beta`` over the axes `axis` of each row.

    `top` is the row, with its mean taken off if `centers_top`; `spread` is the row, likewise if `centers_spread`.

    Args:
        axis: int or list of ints, the axes that are normalized together.
        epsilon: keeps the division safe.
    """

    centers_top = centers_spread = True
    gamma = beta = None

    def __init__(self, axis=-1, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.axis = check_axes("axis", axis)
        self.epsilon = check_number("epsilon", epsilon, 0)

    def weight_shape(self, input_shape):
        """The shape of gamma and beta: the sizes of the normalized axes. `axis` becomes a list, as in Keras."""
        self.axis = [self.axis] if isinstance(self.axis, int) else sorted(self.axis)
        check_axes_exist(self.axis, input_shape)
        shape = tuple(input_shape[axis] for axis in sorted(axis % len(input_shape) for axis in self.axis))
        if None in shape:
            raise ValueError(
                message(
                    "The sizes of the normalized axes must be known.", axis=self.axis, input_shape=tuple(input_shape)
                )
            )
        self.input_spec = InputSpec(axes={axis: input_shape[axis] for axis in self.axis})
        return shape

    def _axes(self, x):
        lead = self.replica_axes
        return tuple(sorted(axis % (x.ndim - lead) + lead for axis in self.axis))

    def _spread(self, weight, x):
        """A weight with axes of size 1 where `x` has others than the normalized ones."""
        lead, axes = self.replica_axes, self._axes(x)
        shape = [x.shape[axis] if axis in axes else 1 for axis in range(x.ndim)]
        shape[:lead] = weight.shape[:lead]
        return weight.reshape(shape)

    def call(self, inputs):
        axes = self._axes(inputs)
        centered = inputs - np.mean(inputs, axis=axes, keepdims=True)
        spread = centered if self.centers_spread else inputs
        root = np.sqrt(np.mean(np.square(spread), axis=axes, keepdims=True) + self.epsilon)
        y = (centered if self.centers_top else inputs) / root
        if self.gamma is not None:
            y = y * self._spread(self.gamma, inputs)
        return y if self.beta is None else y + self._spread(self.beta, inputs)

    def forward(self, x, training=False):
        memory, axes = self.memory, self._axes(x)
        mean = np.add.reduce(x, axis=axes, keepdims=True)
        memory.n = n = x.size // mean.size
        mean /= n
        memory.spread = spread = x - mean if self.centers_spread else x
        square = np.add.reduce(spread * spread, axis=axes, keepdims=True)
        square /= n
        memory.inverse = 1 / np.sqrt(square + self.epsilon)
        y = memory.normalized = (spread if self.centers_top else x) * memory.inverse
        if self.gamma is not None:
            y = y * self._spread(self.gamma.value, x)
        return y if self.beta is None else y + self._spread(self.beta.value, x)

    def backward(self, dy):
        memory, axes = self.memory, self._axes(dy)
        others = tuple(axis for axis in range(self.replica_axes, dy.ndim) if axis not in axes)
        if self.beta is not None:
            self.beta.grad[...] = np.add.reduce(dy, axis=others).reshape(self.beta.shape)
        if self.gamma is not None:
            self.gamma.grad[...] = np.add.reduce(dy * memory.normalized, axis=others).reshape(self.gamma.shape)
            dy *= self._spread(self.gamma.value, dy)
        slope = np.add.reduce(dy * memory.normalized, axis=axes, keepdims=True) / memory.n
        if self.centers_top:
            dy -= np.add.reduce(dy, axis=axes, keepdims=True) / memory.n
        dy -= memory.spread * (memory.inverse * slope)
        dy *= memory.inverse
        return dy

    def compute_output_shape(self, input_shape):
        check_axes_exist([self.axis] if isinstance(self.axis, int) else self.axis, input_shape)
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis, "epsilon": self.epsilon}


class LayerNormalization(RowNormalization):
    """``y = gamma · (x - mean) / sqrt(variance + epsilon) + beta``, with the mean and variance of each row.

    Args:
        axis: int or list of ints, the axes that are normalized together, usually the features.
        epsilon: keeps the division safe.
        center, scale: False leaves beta, or gamma, out.
        beta_initializer, gamma_initializer: how they start.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: names, instances or None.
        rms_scaling: an old variant: x itself divided by the root of its variance. Use `RMSNormalization`.

    Shapes:
        any → the same; gamma and beta have the sizes of the axes in `axis`.

    >>> LayerNormalization()([[1.0, 3.0], [10.0, 30.0]]).round(2)
    array([[-1.,  1.],
           [-1.,  1.]], dtype=float32)

    Source: Ba et al. 2016.
    """

    def __init__(
        self,
        axis=-1,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        rms_scaling=False,
        **kwargs,
    ):
        super().__init__(axis, epsilon, **kwargs)
        if rms_scaling:
            warnings.warn(
                "`rms_scaling=True` divides by the root of the variance, which is not the root mean square. "
                "Use `RMSNormalization`.",
                stacklevel=caller_depth(),
            )
        self.center, self.scale, self.rms_scaling = bool(center), bool(scale), bool(rms_scaling)
        self.centers_top = not rms_scaling
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def build(self, input_shape):
        shape = self.weight_shape(input_shape)
        if self.scale or self.rms_scaling:
            self.gamma = self.add_weight(
                shape,
                self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                name="gamma",
            )
        if self.center and not self.rms_scaling:
            self.beta = self.add_weight(
                shape,
                self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                name="beta",
            )

    def get_config(self):
        return {
            **super().get_config(),
            "center": self.center,
            "scale": self.scale,
            "rms_scaling": self.rms_scaling,
            "beta_initializer": initializers.serialize(self.beta_initializer),
            "gamma_initializer": initializers.serialize(self.gamma_initializer),
            "beta_regularizer": regularizers.serialize(self.beta_regularizer),
            "gamma_regularizer": regularizers.serialize(self.gamma_regularizer),
            "beta_constraint": constraints.serialize(self.beta_constraint),
            "gamma_constraint": constraints.serialize(self.gamma_constraint),
        }


class RMSNormalization(RowNormalization):
    """``y = scale · x / sqrt(mean(x²) + epsilon)``: a row's length becomes alike, its mean stays.

    Args:
        axis: int or list of ints, the axes that are normalized together.
        epsilon: keeps the division safe.

    Shapes:
        any → the same; scale has the sizes of the axes in `axis`.

    >>> RMSNormalization()([[3.0, 4.0]]).round(3)
    array([[0.849, 1.131]], dtype=float32)

    Source: Zhang & Sennrich 2019.
    """

    centers_top = centers_spread = False

    def __init__(self, axis=-1, epsilon=1e-6, **kwargs):
        super().__init__(axis, epsilon, **kwargs)

    def build(self, input_shape):
        self.gamma = self.scale = self.add_weight(self.weight_shape(input_shape), "ones", name="scale")


class UnitNormalization(Layer):
    """``y = x / sqrt(sum(x²))``: each row keeps its direction and gets length 1. A row of zeros stays.

    Args:
        axis: int or list of ints, the axes over which the length is taken.

    >>> UnitNormalization()([[3.0, 4.0]]).round(2)
    array([[0.6, 0.8]], dtype=float32)
    """

    needs_build = False

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = check_axes("axis", axis)

    def _axes(self, x):
        lead = self.replica_axes
        return tuple(axis % (x.ndim - lead) + lead for axis in np.atleast_1d(self.axis).tolist())

    def call(self, inputs):
        square = np.sum(np.square(inputs), axis=self._axes(inputs), keepdims=True)
        return inputs / np.sqrt(np.maximum(square, 1e-24))

    def forward(self, x, training=False):
        memory = self.memory
        square = np.add.reduce(x * x, axis=self._axes(x), keepdims=True)
        memory.inverse = np.where(square > 0, 1 / np.sqrt(np.maximum(square, 1e-24)), 0)
        memory.y = x * memory.inverse
        return memory.y

    def backward(self, dy):
        memory = self.memory
        dy -= memory.y * np.add.reduce(dy * memory.y, axis=self._axes(dy), keepdims=True)
        dy *= memory.inverse  # 0 for a row of zeros, which has no direction
        return dy

    def compute_output_shape(self, input_shape):
        check_axes_exist(np.atleast_1d(self.axis).tolist(), input_shape)
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}
