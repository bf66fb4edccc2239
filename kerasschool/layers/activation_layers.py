"""Activations as layers, with their arguments; the one of them that learns is `PReLU`.

Lesson: 07. Source: `keras.layers`.
"""

import numpy as np

from kerasschool import activations, constraints, initializers, old_spellings, regularizers
from kerasschool.errors import check_number, message
from kerasschool.layers.arguments import check_axes
from kerasschool.layers.base import Layer
from kerasschool.layers.input_spec import InputSpec


class _WithArguments(Layer):
    """The base of layers that call one activation with the layer's own arguments."""

    needs_build = False
    record = None  # the activation's record
    argument_names = ()  # its arguments, which are attributes of the layer

    @property
    def activation_arguments(self):
        return {name: getattr(self, name) for name in self.argument_names}

    def call(self, inputs):
        return self.record(inputs, **self.activation_arguments)

    def forward(self, x, training=False):
        self.memory.x = x
        self.memory.y = self.record(x, **self.activation_arguments)
        return self.memory.y

    def backward(self, dy):
        return self.record.backward(dy, self.memory.x, self.memory.y, **self.activation_arguments)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), **self.activation_arguments}


class ReLU(_WithArguments):
    """`activations.relu`: ``max(x, 0)``, unless arguments bend it otherwise.

    Args:
        max_value: the greatest output, 0 or more; None for any.
        negative_slope: slope below the threshold, 0 or more.
        threshold: inputs up to here count as negative, 0 or more.

    >>> ReLU(max_value=10, negative_slope=0.5)([[-4.0, 4.0, 40.0]])
    array([[-2.,  4., 10.]], dtype=float32)

    Lesson: 07.
    """

    record = activations.relu
    argument_names = "max_value", "negative_slope", "threshold"

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        self.max_value = max_value if max_value is None else check_number("max_value", max_value, 0)
        self.negative_slope = check_number("negative_slope", negative_slope, 0)
        self.threshold = check_number("threshold", threshold, 0)


class LeakyReLU(_WithArguments):
    """`activations.leaky_relu`: a small slope below 0, so that no unit falls silent for good.

    Args:
        negative_slope: 0 or more. Mind: 0.3 here, 0.2 in the function.

    >>> LeakyReLU()([[-10.0, 10.0]])
    array([[-3., 10.]], dtype=float32)

    Lesson: 07. Source: Maas et al. 2013.
    """

    record = activations.leaky_relu
    argument_names = ("negative_slope",)

    def __init__(self, negative_slope=0.3, **kwargs):
        if "alpha" in kwargs:
            old = {"alpha": kwargs.pop("alpha")}
            negative_slope = old_spellings.rename("LeakyReLU", old, {"alpha": "negative_slope"})["negative_slope"]
        super().__init__(**kwargs)
        self.negative_slope = check_number("negative_slope", negative_slope, 0)


class ELU(_WithArguments):
    """`activations.elu`: bends to -alpha below 0.

    Args:
        alpha: number.

    >>> ELU()([[-1000.0, 2.0]])
    array([[-1.,  2.]], dtype=float32)

    Source: Clevert et al. 2016.
    """

    record = activations.elu
    argument_names = ("alpha",)

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = check_number("alpha", alpha)


class Softmax(_WithArguments):
    """`activations.softmax`: turns scores into probabilities that add up to 1.

    Args:
        axis: the axis that adds up to 1, or a list of axes that do so together.

    As a function it also takes a `mask`, an array that broadcasts to the inputs: where it is False the result is 0.

    >>> Softmax()([[0.0, 0.0]])
    array([[0.5, 0.5]], dtype=float32)

    Lesson: 07.
    """

    record = activations.softmax
    argument_names = ("axis",)

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = check_axes("axis", axis)
        # Only along the last axis is it the partner of a crossentropy.
        self.activation = activations.softmax if axis == -1 else None

    @property
    def activation_arguments(self):
        return {"axis": tuple(self.axis) if isinstance(self.axis, list) else self.axis}

    def call(self, inputs, mask=None):
        if mask is None:
            return super().call(inputs)
        kept = np.asarray(mask) > 0.5
        try:
            kept = np.broadcast_to(kept, inputs.shape)
        except ValueError as error:
            raise ValueError(
                message("The mask must broadcast to the inputs.", f"Expected shape {inputs.shape}.", mask=mask)
            ) from error
        return np.where(kept, super().call(np.where(kept, inputs, -1e9)), 0.0)

    forward, backward = _WithArguments.forward, _WithArguments.backward  # its own `call` does not replace them

    def backward_linear(self, dz):
        """`backward` from the gradient of the softmax's input on: there is nothing more to do."""
        return dz

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}


class PReLU(Layer):
    """A `LeakyReLU` that learns its slope: ``x`` above 0, ``alpha · x`` below.

    Args:
        alpha_initializer: how the slopes start.
        alpha_regularizer, alpha_constraint: names, instances or None.
        shared_axes: axes (1 is the first after the batch) along which all entries share one slope; None for none.

    Shapes:
        `(batch, …)` → the same; alpha `(…)`, with 1 along the shared axes.

    >>> PReLU(alpha_initializer="ones")([[-2.0, 2.0]])
    array([[-2.,  2.]], dtype=float32)

    Source: He et al. 2015.
    """

    def __init__(
        self, alpha_initializer="Zeros", alpha_regularizer=None, alpha_constraint=None, shared_axes=None, **kwargs
    ):
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        axes = None if shared_axes is None else check_axes("shared_axes", shared_axes)
        self.shared_axes = [axes] if isinstance(axes, int) else axes
        self.alpha = None

    def build(self, input_shape):
        shared = self.shared_axes or []
        if any(not 1 <= axis < len(input_shape) for axis in shared):
            raise ValueError(
                message(
                    f"`shared_axes` must lie between 1 and {len(input_shape) - 1}.",
                    shared_axes=self.shared_axes,
                    input_shape=tuple(input_shape),
                )
            )
        self.alpha = self.add_weight(
            [1 if axis in shared else size for axis, size in enumerate(input_shape) if axis > 0],
            self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )
        axes = {axis: size for axis, size in enumerate(input_shape) if axis > 0 and axis not in shared}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=axes)

    def call(self, inputs):
        return activations.relu(inputs) - self.alpha * activations.relu(-inputs)

    def forward(self, x, training=False):
        alpha = np.expand_dims(self.alpha.value, self.replica_axes)
        below = self.memory.below = np.minimum(x, 0)
        self.memory.x = x
        return np.maximum(x, 0) + alpha * below

    def backward(self, dy):
        x, alpha = self.memory.x, np.expand_dims(self.alpha.value, self.replica_axes)
        summed = tuple(axis for axis in range(x.ndim) if alpha.shape[axis] == 1)
        d_alpha = np.sum(dy * self.memory.below, axis=summed, keepdims=True)
        self.alpha.grad[...] = d_alpha.reshape(self.alpha.shape)
        dy *= np.where(x > 0, 1, alpha * (x < 0))  # at 0 Keras takes no side: slope 0
        return dy

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "alpha_initializer": initializers.serialize(self.alpha_initializer),
            "alpha_regularizer": regularizers.serialize(self.alpha_regularizer),
            "alpha_constraint": constraints.serialize(self.alpha_constraint),
            "shared_axes": self.shared_axes,
        }
