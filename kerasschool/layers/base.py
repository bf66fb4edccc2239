"""What every layer is: something with weights that goes forward, and back.

Lesson: 02. Source: `keras.layers.Layer`.
"""

import inspect
import warnings

import numpy as np

from kerasschool import autodiff, config, constraints, initializers, regularizers
from kerasschool.errors import message, unknown_arguments
from kerasschool.old_spellings import caller_depth
from kerasschool.parameters import Memory, Parameter
from kerasschool.registry import snake_case

_name_counts = {}
_training = [False]  # the last one tells layers inside a layer whether this is training


def unique_name(prefix):
    """`"dense"`, then `"dense_1"`, `"dense_2"`, …"""
    count = _name_counts.get(prefix, 0)
    _name_counts[prefix] = count + 1
    return f"{prefix}_{count}" if count else prefix


def forget_names():
    """Start naming layers from the beginning (`utils.clear_session`)."""
    _name_counts.clear()


class KerasTensor:
    """A stand-in for the numbers that will flow later: only their shape, type and name are known."""

    def __init__(self, shape, dtype=None, name=None):
        self.shape = tuple(shape)
        self.dtype = dtype or config.floatx()
        self.name = name or unique_name("keras_tensor")

    def __repr__(self):
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


class Layer:
    """The base of all layers, and of your own.

    Your own layer defines `call` in plain NumPy; its gradient is found by `autodiff`. Weights are made in `build`::

        class Scale(Layer):
            def build(self, input_shape):
                self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")

            def call(self, inputs):
                return inputs * self.factor

    The built-in layers define `forward` and `backward` instead, for speed: `backward` mirrors `forward`, overwrites
    the gradients of the layer's weights and returns the gradient of its input.

    Args:
        activity_regularizer: what is added to the loss for large outputs: a name, a `Regularizer`, or None.
        trainable: False freezes the layer's weights.
        dtype: `"float32"` or `"float64"`; None for `config.floatx()`.
        name: str; None for the class's name in snake_case with a number.

    Lesson: 07.
    """

    def __init__(self, *, activity_regularizer=None, trainable=True, dtype=None, autocast=True, name=None, **kwargs):
        input_shape = _input_shape_from_old_arguments(type(self), kwargs)
        if kwargs:
            raise unknown_arguments(type(self).__name__, kwargs, type(self))
        if name is not None and not isinstance(name, str):
            raise ValueError(message("`name` must be a string.", name=name))
        self.name = name or unique_name(snake_case(type(self).__name__))
        self.dtype = _dtype_name(dtype)
        self.autocast = autocast
        self.built = False
        self.input_shape_hint = input_shape
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.memory = Memory()
        self.needs_input_gradient = True
        self._trainable = bool(trainable)
        self._own_weights = []
        self._call_losses = []

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # A subclass of a built-in layer that brings its own `call` means it: differentiate that one.
        if "call" in vars(cls) and "forward" not in vars(cls):
            cls.forward, cls.backward = Layer.forward, Layer.backward
            cls.rows_are_independent, cls.adds_penalty = False, True

    def __setattr__(self, name, value):
        current = self.__dict__.get(name)
        if isinstance(current, Parameter) and not isinstance(value, Parameter) and value is not None:
            current.assign(value)  # `layer.kernel = array` copies into the model's vector
        else:
            object.__setattr__(self, name, value)

    # Building: shapes become known, weights are made

    def build(self, input_shape):
        """Make the weights for inputs of this shape (the batch axis first, as None)."""
        self.built = True

    def ensure_built(self, input_shape):
        """Build the layer if it is not, and check the shape if it is."""
        if not self.built:
            input_shape = tuple(input_shape)
            self.build(input_shape)
            self.built = True
            self.built_shape = input_shape
            for weight in self._own_weights:
                weight.path = f"{self.name}/{weight.name}"
        else:
            self.check_input_shape(input_shape)

    def check_input_shape(self, input_shape):
        """Raise the error that teaches if a built layer cannot take inputs of this shape."""

    def compute_output_shape(self, input_shape):
        """The shape of what comes out when `input_shape` (batch axis included) goes in."""
        if type(self).call is Layer.call:
            return tuple(input_shape)
        probe = np.zeros([1 if size is None else size for size in input_shape], self.dtype)
        return (input_shape[0], *self._plain_call(probe, training=False).shape[1:])

    def add_weight(
        self,
        shape=None,
        initializer=None,
        dtype=None,
        trainable=True,
        autocast=True,
        regularizer=None,
        constraint=None,
        name=None,
        **kwargs,
    ):
        """Make one weight array and remember it.

        Args:
            shape: tuple of ints; None or () for a single number.
            initializer: a name, class or instance; None is `"glorot_uniform"` for floats.
            trainable: False for an array that training does not change by gradient.
            regularizer, constraint: names, instances or None.
            name: shown by `summary` and in saved files.

        Returns:
            A `Parameter`.
        """
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        initializer = initializers.get(initializer if initializer is not None else "glorot_uniform")
        weight = Parameter(
            initializer(shape, dtype=dtype or self.dtype),
            name=name or "variable",
            trainable=trainable,
            regularizer=regularizers.get(regularizer),
            constraint=constraints.get(constraint),
        )
        self._own_weights.append(weight)
        return weight

    # Running

    def __call__(self, inputs, *args, training=None, **kwargs):
        """The layer's output for `inputs` (an array, list or, inside another layer's `call`, a tensor)."""
        if isinstance(inputs, KerasTensor):
            self.ensure_built(inputs.shape)
            return KerasTensor(self.compute_output_shape(inputs.shape), inputs.dtype)
        training = _training[-1] if training is None else bool(training)
        if not isinstance(inputs, autodiff.Tensor):
            inputs = to_array(inputs, self.dtype)
        self.ensure_built((None, *inputs.shape[1:]))
        if args or kwargs or isinstance(inputs, autodiff.Tensor):
            return self._call_with_training(inputs, training, *args, **kwargs)
        return np.array(self.forward(inputs, training))

    def call(self, inputs):
        """What the layer computes, in plain NumPy. Define it in your own layer."""
        raise NotImplementedError(f"`{type(self).__name__}` has no `call` method. Define `call(self, inputs)`.")

    def forward(self, x, training=False):
        """Output for a batch `x` (array). Keeps in `self.memory` what `backward` needs."""
        if not training:
            return self._plain_call(x, training)
        self._call_losses = []
        y, self.memory.pullback = autodiff.vjp(lambda inputs: self._call_with_training(inputs, training), x)
        return y

    def backward(self, dy):
        """Gradient of the input, given that of the output; overwrites the gradients of the layer's weights."""
        for weight in self.weights:
            weight.grad.fill(0)
        (dx,) = self.memory.pullback(dy)
        return dx

    def stages(self):
        """The layers that run one after the other when this layer runs: itself, and what its options add."""
        return [self]

    rows_are_independent = True  # may rows be evaluated in larger batches than asked for?
    adds_penalty = False  # may `forward` add something to the loss?
    penalty = 0.0  # what the last `forward` added to the loss

    def _plain_call(self, x, training):
        y = self._call_with_training(x, training)
        return y.value if isinstance(y, autodiff.Tensor) else np.asarray(y)

    def _call_with_training(self, inputs, training, *args, **kwargs):
        if "training" in inspect.signature(self.call).parameters:
            kwargs["training"] = training
        _training.append(training)
        try:
            return self.call(inputs, *args, **kwargs)
        finally:
            _training.pop()

    # Weights

    @property
    def layers_inside(self):
        """The layers that are attributes of this layer, also in lists and dictionaries, in order."""
        found = []
        for value in vars(self).values():
            values = value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, dict) else [value]
            found += [each for each in values if isinstance(each, Layer) and each not in found]
        return found

    @property
    def weights(self):
        """All weights as a list of `Parameter`: the layer's own, trainable first, then those of layers inside."""
        own = sorted(self._own_weights, key=lambda weight: not weight.trainable)
        return own + [weight for layer in self.layers_inside for weight in layer.weights]

    variables = weights

    @property
    def trainable_weights(self):
        """The weights that training changes by gradient; none when the layer is frozen."""
        if not self.trainable:
            return []
        own = [weight for weight in self._own_weights if weight.trainable]
        return own + [weight for layer in self.layers_inside for weight in layer.trainable_weights]

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self):
        """The weights that are not trainable, or frozen."""
        trained = {id(weight) for weight in self.trainable_weights}
        return [weight for weight in self.weights if id(weight) not in trained]

    non_trainable_variables = non_trainable_weights

    @property
    def trainable(self):
        """False freezes the layer. A change counts from the next `compile` on."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = bool(value)
        for layer in self.layers_inside:
            layer.trainable = value

    def get_weights(self):
        """The weights as a list of NumPy arrays of their own; `[]` before the layer is built.

        Lesson: 02.
        """
        return [weight.numpy() for weight in self.weights]

    def set_weights(self, weights):
        """Copy a list of arrays, as `get_weights` gives it, into the layer.

        Raises:
            ValueError: when the number of arrays or a shape does not fit; then nothing is changed.
        """
        own = self.weights
        arrays = [np.asarray(array) for array in weights]
        expected, received = [w.shape for w in own], [a.shape for a in arrays]
        if expected != received:
            unbuilt = "" if self.built else " The layer is not built yet, so it has no weights: call it on data first."
            raise ValueError(
                message(
                    f"`{self.name}.set_weights` got arrays that do not fit.{unbuilt}",
                    f"Expected {len(own)} arrays of shapes {expected}.",
                    shapes=received,
                )
            )
        for array in arrays:
            if array.dtype.kind not in "fiub":
                raise ValueError(message("Weights must be numbers.", dtype=str(array.dtype)))
        for weight, array in zip(own, arrays, strict=True):
            weight.assign(array)

    def count_params(self):
        """The number of weights: every entry of every array counted."""
        if not self.built:
            raise ValueError(
                f"`{self.name}` is not built yet, so its parameters cannot be counted. "
                "Put an `Input(shape=(n_inputs,))` in front, or call `build(input_shape)`."
            )
        return int(sum(weight.size for weight in self.weights))

    # Losses that belong to the layer

    def add_loss(self, loss):
        """Inside `call`: add a number to the loss that training minimises."""
        self._call_losses.append(loss)

    @property
    def losses(self):
        """The penalties of the regularizers of this layer's weights, as a list of numbers."""
        return [w.regularizer(w.value) for w in self.trainable_weights if w.regularizer is not None]

    # Description

    @property
    def output(self):
        """The shape of the output, as a `KerasTensor`."""
        return KerasTensor(self.compute_output_shape(self._known_shape()), self.dtype, name=self.name)

    @property
    def input(self):
        """The shape of the input, as a `KerasTensor`."""
        return KerasTensor(self._known_shape(), self.dtype, name=self.name)

    def _known_shape(self):
        if not self.built:
            raise AttributeError(f"`{self.name}` is not built yet, so its shapes are not known.")
        return self.built_shape

    def get_config(self):
        """The arguments that make an equal layer, as a dictionary of plain values."""
        policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": self.dtype}, "registered_name": None}
        return {"name": self.name, "trainable": self.trainable, "dtype": policy}

    @classmethod
    def from_config(cls, config):
        """The layer that `get_config` described (with new weights)."""
        return cls(**config)

    def get_build_config(self):
        """What `build` needs, for saved files."""
        return {"input_shape": self.built_shape} if self.built and hasattr(self, "built_shape") else None

    def build_from_config(self, config):
        """Build with the shape that `get_build_config` kept."""
        if config.get("input_shape") is not None:
            self.ensure_built(tuple(config["input_shape"]))

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def to_array(values, dtype):
    """`values` as a C-contiguous array of `dtype`, with the error that teaches for text and ragged lists."""
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "fiub":
            array = np.asarray(values, dtype=dtype)
    except (ValueError, TypeError) as error:
        raise ValueError(
            message(
                "These inputs cannot be read as an array of numbers.",
                "Expected rows of numbers, all of the same length.",
                "Texts must be encoded as numbers first.",
                inputs=values,
            )
        ) from error
    return np.ascontiguousarray(array, dtype=dtype) if array.ndim else array.astype(dtype)


def _dtype_name(dtype):
    if isinstance(dtype, dict):
        dtype = dtype.get("config", dtype).get("name")
    name = config.floatx() if dtype is None else getattr(dtype, "name", None) or np.dtype(dtype).name
    if name not in config.FLOATS:
        raise ValueError(message("Unknown float type.", f"Expected one of {', '.join(config.FLOATS)}.", dtype=dtype))
    return name


def _input_shape_from_old_arguments(cls, kwargs):
    """The shape in `input_shape=`, `input_dim=` or `batch_input_shape=`, which are taken out of `kwargs`."""
    shape = None
    if "batch_input_shape" in kwargs:
        shape = tuple(kwargs.pop("batch_input_shape"))[1:]
    for name in ("input_shape", "input_dim"):
        if name in kwargs:
            value = kwargs.pop(name)
            shape = (value,) if isinstance(value, (int, np.integer)) else tuple(value)
            warnings.warn(
                f"`{cls.__name__}({name}={value})` is an old spelling. "
                f"Today `Input(shape={shape})` comes first in the model.",
                stacklevel=caller_depth(),
            )
    return shape
