"""Layers that sum up the steps of a sequence in one vector.

Source: `keras.layers`.
"""

import numpy as np

from kerasschool.layers.arguments import check_data_format
from kerasschool.layers.base import Layer
from kerasschool.layers.input_spec import InputSpec


class GlobalPooling1D(Layer):
    """The base of the two.

    Args:
        data_format: `"channels_last"` for inputs (batch, steps, features), `"channels_first"` for
            (batch, features, steps).
        keepdims: True keeps the axis of the steps, with size 1.
    """

    needs_build = False

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.data_format = check_data_format(data_format)
        self.keepdims = bool(keepdims)
        self.input_spec = InputSpec(ndim=3)
        self.steps_axis = -2 if self.data_format == "channels_last" else -1

    def _with_steps(self, dy):
        return dy if self.keepdims else np.expand_dims(dy, self.steps_axis)

    def compute_output_shape(self, input_shape):
        shape = list(input_shape)
        if self.keepdims:
            shape[self.steps_axis] = 1
        else:
            del shape[self.steps_axis]
        return tuple(shape)

    def get_config(self):
        return {**super().get_config(), "data_format": self.data_format, "keepdims": self.keepdims}


class GlobalAveragePooling1D(GlobalPooling1D):
    """The mean over all steps.

    Args:
        data_format: `"channels_last"` for inputs (batch, steps, features), `"channels_first"` for
            (batch, features, steps).
        keepdims: True keeps the axis of the steps, with size 1.

    As a function it also takes a `mask` (batch, steps): steps where it is False do not count.

    Shapes:
        `(batch, steps, features)` → `(batch, features)`.

    >>> GlobalAveragePooling1D()([[[1.0, 10.0], [3.0, 30.0]]])
    array([[ 2., 20.]], dtype=float32)
    """

    def call(self, inputs, mask=None):
        if mask is None:
            return np.mean(inputs, axis=self.steps_axis, keepdims=self.keepdims)
        kept = np.expand_dims(np.asarray(mask, bool), -3 - self.steps_axis)
        counted = np.sum(kept, axis=self.steps_axis, keepdims=self.keepdims)
        return np.sum(np.where(kept, inputs, 0), axis=self.steps_axis, keepdims=self.keepdims) / counted

    def forward(self, x, training=False):
        self.memory.x_shape = x.shape
        return np.mean(x, axis=self.steps_axis, keepdims=self.keepdims)

    def backward(self, dy):
        shape = self.memory.x_shape
        dx = np.empty(shape, dy.dtype)
        dx[...] = self._with_steps(dy) / shape[self.steps_axis]
        return dx


class GlobalMaxPooling1D(GlobalPooling1D):
    """The greatest value over all steps, feature by feature.

    Args:
        data_format, keepdims: as for `GlobalAveragePooling1D`.

    Shapes:
        `(batch, steps, features)` → `(batch, features)`.

    >>> GlobalMaxPooling1D()([[[1.0, 30.0], [3.0, 10.0]]])
    array([[ 3., 30.]], dtype=float32)
    """

    def call(self, inputs):
        return np.max(inputs, axis=self.steps_axis, keepdims=self.keepdims)

    def forward(self, x, training=False):
        y = np.max(x, axis=self.steps_axis, keepdims=True)
        self.memory.won = x == y
        return y if self.keepdims else np.squeeze(y, self.steps_axis)

    def backward(self, dy):
        won = self.memory.won  # equal winners share
        return won * (self._with_steps(dy) / won.sum(axis=self.steps_axis, keepdims=True, dtype=dy.dtype))


GlobalAvgPool1D, GlobalMaxPool1D = GlobalAveragePooling1D, GlobalMaxPooling1D
