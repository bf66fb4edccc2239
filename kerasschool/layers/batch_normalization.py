"""Normalization by the batch: every feature gets mean 0 and variance 1 over the rows of a batch.

Lesson: 10. Source: Ioffe & Szegedy 2015; `keras.layers.BatchNormalization`.
"""

import numpy as np

from kerasschool import constraints, initializers, regularizers
from kerasschool.autodiff import plain
from kerasschool.errors import check_number, message
from kerasschool.layers.arguments import check_axes, check_axes_exist
from kerasschool.layers.base import Layer
from kerasschool.layers.input_spec import InputSpec


class BatchNormalization(Layer):
    """``y = gamma · (x - mean) / sqrt(variance + epsilon) + beta``, feature by feature.

    While training, mean and variance are those of the batch, and moving averages of them are kept:
    ``moving = momentum · moving + (1 - momentum) · batch``. When the model is asked, and when the layer is frozen
    (`trainable = False`), the moving averages take their place.

    Args:
        axis: the axis of the features.
        momentum: the share of the old average in the new one, 0 to 1.
        epsilon: keeps the division safe.
        center, scale: False leaves beta, or gamma, out.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: how they start.
        beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint: names, instances or None.
        renorm: True for batch renormalization (Ioffe 2017): while training, too, the output follows averages.
        renorm_clipping: dictionary with bounds `"rmax"`, `"rmin"`, `"dmax"` of its correction, each may be left out.
        renorm_momentum: the share of the old in the averages that renorm uses.
        synchronized: for several devices; leave it out.

    Shapes:
        any → the same; gamma, beta and the moving averages `(features,)`.

    >>> layer = BatchNormalization()
    >>> layer([[1.0], [3.0]], training=True).round(2)
    array([[-1.],
           [ 1.]], dtype=float32)
    >>> layer.moving_mean.numpy().round(4)
    array([0.02], dtype=float32)

    Lesson: 10.
    """

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        renorm=False,
        renorm_clipping=None,
        renorm_momentum=0.99,
        synchronized=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.axis = check_axes("axis", axis)
        if isinstance(self.axis, list):
            raise TypeError(message("`axis` must be one whole number.", axis=axis))
        if synchronized:
            raise ValueError(
                message("There is one device, so nothing to synchronize.", "Leave it out.", synchronized=synchronized)
            )
        self.momentum = float(check_number("momentum", momentum, 0, 1))
        self.epsilon = float(check_number("epsilon", epsilon, 0))
        self.center, self.scale = bool(center), bool(scale)
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)
        self.renorm = bool(renorm)
        self.renorm_clipping = _check_clipping(renorm_clipping or {}) if renorm else renorm_clipping
        self.renorm_momentum = check_number("renorm_momentum", renorm_momentum, 0, 1)
        self.gamma = self.beta = self.moving_mean = self.moving_variance = None

    def build(self, input_shape):
        check_axes_exist([self.axis], input_shape)
        size = input_shape[self.axis]
        if size is None:
            raise ValueError(message("The number of features must be known.", axis=self.axis, input_shape=input_shape))
        if self.scale:
            self.gamma = self.add_weight(
                (size,),
                self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                name="gamma",
            )
        if self.center:
            self.beta = self.add_weight(
                (size,),
                self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                name="beta",
            )
        self.moving_mean = self.add_weight((size,), self.moving_mean_initializer, trainable=False, name="moving_mean")
        self.moving_variance = self.add_weight(
            (size,), self.moving_variance_initializer, trainable=False, name="moving_variance"
        )
        if self.renorm:
            stddev = np.sqrt(self.moving_variance.value)
            self.moving_stddev = self.add_weight((size,), stddev, trainable=False, name="moving_stddev")
            self.renorm_mean = self.add_weight((size,), self.moving_mean.value, trainable=False, name="renorm_mean")
            self.renorm_stddev = self.add_weight((size,), stddev, trainable=False, name="renorm_stddev")
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: size})

    # Where the features are

    def _feature_axis(self, x):
        return self.axis % (x.ndim - self.replica_axes) + self.replica_axes

    def _batch_axes(self, x):
        """The axes that are averaged over: all but that of the features, and but those that count replicas."""
        features = self._feature_axis(x)
        return tuple(axis for axis in range(self.replica_axes, x.ndim) if axis != features)

    def _spread(self, weight, x):
        """A weight (features,) with axes of size 1 where `x` has others."""
        shape = [1] * x.ndim
        shape[: self.replica_axes] = weight.shape[:-1]
        shape[self._feature_axis(x)] = weight.shape[-1]
        return weight.reshape(shape)

    def _uses_batch(self, training):
        return training and self.trainable

    # Forward, and back

    def call(self, inputs, training=None):
        if self._uses_batch(training):
            axes = self._batch_axes(inputs)
            mean = np.mean(inputs, axis=axes, keepdims=True)
            variance = np.mean(np.square(inputs - mean), axis=axes, keepdims=True)
            normalized = (inputs - mean) / np.sqrt(variance + self.epsilon)
            r, d = self._follow(plain(mean), plain(variance))
            if r is not None:
                normalized = normalized * r + d
        else:
            mean, variance = (self._spread(each.value, inputs) for each in (self.moving_mean, self.moving_variance))
            normalized = (inputs - mean) / np.sqrt(variance + self.epsilon)
        if self.scale:
            normalized = normalized * self._spread(self.gamma, inputs)
        return normalized + self._spread(self.beta, inputs) if self.center else normalized

    def forward(self, x, training=False):
        memory = self.memory
        memory.used_batch = self._uses_batch(training)
        if not memory.used_batch:
            return self._forward_by_averages(x)
        axes = self._batch_axes(x)
        mean = np.add.reduce(x, axis=axes, keepdims=True)
        memory.n = n = x.size // mean.size
        mean /= n
        normalized = x - mean
        variance = np.add.reduce(normalized * normalized, axis=axes, keepdims=True)
        variance /= n
        memory.inverse = 1 / np.sqrt(variance + self.epsilon)
        normalized *= memory.inverse
        memory.normalized = normalized
        memory.r, memory.d = r, d = self._follow(mean, variance)
        y = normalized if r is None else normalized * r + d
        y = y * self._spread(self.gamma.value, x) if self.scale else y.copy()
        if self.center:
            y += self._spread(self.beta.value, x)
        return y

    def _forward_by_averages(self, x):
        scale = 1 / np.sqrt(self.moving_variance.value + self.epsilon)
        self.memory.x, self.memory.inverse = x, scale
        if self.scale:
            scale = scale * self.gamma.value
        shift = -self.moving_mean.value * scale
        if self.center:
            shift += self.beta.value
        y = x * self._spread(scale, x)
        y += self._spread(shift, x)
        return y

    def backward(self, dy):
        memory, axes = self.memory, self._batch_axes(dy)
        sum_dy = np.add.reduce(dy, axis=axes, keepdims=True)
        if memory.used_batch:
            normalized, inverse = memory.normalized, memory.inverse
        else:
            inverse = self._spread(memory.inverse, dy)
            normalized = (memory.x - self._spread(self.moving_mean.value, dy)) * inverse
        sum_dy_normalized = np.add.reduce(dy * normalized, axis=axes, keepdims=True)
        corrected = memory.used_batch and memory.r is not None
        if self.scale:
            d_gamma = sum_dy_normalized * memory.r + sum_dy * memory.d if corrected else sum_dy_normalized
            self.gamma.grad[...] = d_gamma.reshape(self.gamma.shape)
            inverse = inverse * self._spread(self.gamma.value, dy)
        if self.center:
            self.beta.grad[...] = sum_dy.reshape(self.beta.shape)
        if corrected:
            inverse = inverse * memory.r
        if memory.used_batch:  # each row also moved the mean and the variance of all
            dy -= sum_dy / memory.n
            dy -= normalized * (sum_dy_normalized / memory.n)
        dy *= inverse
        return dy

    def _follow(self, mean, variance):
        """Let the averages follow the batch; returns renorm's correction r, d, or None, None.

        Source: Ioffe, *Batch Renormalization*, 2017.
        """
        if not self.renorm:
            _move(self.moving_mean, mean, self.momentum)
            _move(self.moving_variance, variance, self.momentum)
            return None, None
        stddev = np.sqrt(variance + self.epsilon)
        usual = np.maximum(self._spread(self.renorm_stddev.value, mean), np.sqrt(self.epsilon).astype(mean.dtype))
        bounds = self.renorm_clipping
        r = np.clip(stddev / usual, bounds.get("rmin", 0), bounds.get("rmax", np.inf))
        furthest = bounds.get("dmax", np.inf)
        d = np.clip((mean - self._spread(self.renorm_mean.value, mean)) / usual, -furthest, furthest)
        _move(self.renorm_mean, mean, self.renorm_momentum)
        _move(self.renorm_stddev, stddev, self.renorm_momentum)
        _move(self.moving_mean, mean, self.momentum)
        _move(self.moving_stddev, stddev, self.momentum)
        self.moving_variance.value[...] = np.maximum(self.moving_stddev.value**2 - self.epsilon, 0)
        return r, d

    def compute_output_shape(self, input_shape):
        check_axes_exist([self.axis], input_shape)
        return tuple(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "axis": self.axis,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.serialize(self.beta_initializer),
            "gamma_initializer": initializers.serialize(self.gamma_initializer),
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
            "beta_regularizer": regularizers.serialize(self.beta_regularizer),
            "gamma_regularizer": regularizers.serialize(self.gamma_regularizer),
            "beta_constraint": constraints.serialize(self.beta_constraint),
            "gamma_constraint": constraints.serialize(self.gamma_constraint),
            "synchronized": False,
            "renorm": self.renorm,
            "renorm_clipping": self.renorm_clipping,
            "renorm_momentum": self.renorm_momentum,
        }


def _move(average, value, momentum):
    """``average = momentum · average + (1 - momentum) · value``, in place."""
    average.value *= momentum
    average.value += (1 - momentum) * value.reshape(average.shape)


def _check_clipping(bounds):
    """`renorm_clipping` if its bounds make sense, else the error that says which do."""
    known = ("rmax", "rmin", "dmax")
    if not isinstance(bounds, dict) or set(bounds) - set(known):
        raise ValueError(
            message(f"`renorm_clipping` must be a dictionary with keys among {known}.", renorm_clipping=bounds)
        )
    if bounds.get("rmax", np.inf) < bounds.get("rmin", 0) or bounds.get("dmax", 0) < 0:
        raise ValueError(message("`renorm_clipping` needs rmax ≥ rmin and dmax ≥ 0.", renorm_clipping=bounds))
    return dict(bounds)
