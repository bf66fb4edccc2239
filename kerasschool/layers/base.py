"""What every layer is: something with weights that goes forward, and back.

Lesson: 02. Source: `keras.layers.Layer`.
"""

import functools
import inspect

import numpy as np

from kerasschool import activations, autodiff, gone, regularizers
from kerasschool.errors import did_you_mean, message, unknown_arguments
from kerasschool.layers import budget
from kerasschool.layers.arguments import float_type, input_shape_from_old_arguments, plain_arguments, to_array
from kerasschool.layers.keras_tensor import KerasTensor, unique_name
from kerasschool.layers.penalties import ActivityPenalty, activity_penalty, carrying_losses
from kerasschool.layers.weights import OwnsWeights
from kerasschool.parameters import Memory, Parameter
from kerasschool.registry import snake_case

USUAL_WEIGHTS = ("kernel", "bias")
NUMPY_ON_SHAPES = ("matmul:", "not aligned", "broadcast together", "must match exactly", "cannot reshape")
_runs = []  # the `Run`s under way, the innermost last


class Run:
    """One call from outside, as the layers inside see it: is it training? They leave their losses here.

    Args:
        training: bool.
        outer: the run that this one is part of, or None.
        weights_are_fixed: True when a model has collected its weights, so that new ones would not be trained.
    """

    def __init__(self, training, outer=None, weights_are_fixed=False):
        self.training = training
        self.losses = [] if outer is None else outer.losses  # pairs (layer, loss)
        self.weights_are_fixed = weights_are_fixed if outer is None else outer.weights_are_fixed


class Layer(OwnsWeights):
    """The base of all layers, and of your own.

    Your own layer defines `call` in plain NumPy; its gradient is found by `autodiff`. Weights are made in `build`::

        class Scale(Layer):
            def build(self, input_shape):
                self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")

            def call(self, inputs):
                return inputs * self.factor

    `call` may also take `training`, use other layers that are attributes of this one, and call `add_loss`.

    The built-in layers define `forward` and `backward` instead, for speed: `backward` mirrors `forward`, overwrites
    the gradients of the layer's weights and returns the gradient of its input.

    Args:
        activity_regularizer: what is added to the loss for large outputs: a name, a `Regularizer`, or None.
        trainable: False freezes the layer's weights.
        dtype: `"float32"` or `"float64"`; None for `config.floatx()`.
        autocast: accepted, and without effect.
        name: str; None for the class's name in snake_case with a number.

    Lesson: 07.
    """

    kind = "layer"  # what errors call it
    needs_build = True  # False: ready before it sees an input, for its shape does not matter
    can_be_rebuilt = False  # True for models, whose layers change
    needs_input_gradient = True  # the model sets it: False where nothing before this layer learns
    replica_axes = 0  # how many axes come before the batch axis: a stack of models that train together
    rows_are_independent = True  # may rows be evaluated in larger batches than asked for?
    adds_penalty = False  # may `forward` add something to the loss?
    penalty = 0.0  # what the last `forward` added to the loss
    built_shape = None  # the shape of the inputs, batch axis first; None until it is known
    _building = False
    _activity_loss = None

    def __init__(self, *, activity_regularizer=None, trainable=True, dtype=None, autocast=True, name=None, **kwargs):
        input_shape = input_shape_from_old_arguments(type(self), kwargs)
        if kwargs:
            raise unknown_arguments(type(self).__name__, kwargs, type(self))
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise ValueError(message("`name` must be a string without `/`.", name=name))
        if not isinstance(trainable, (bool, np.bool_)):
            raise ValueError(message("`trainable` must be True or False.", trainable=trainable))
        self.name = name or unique_name(snake_case(type(self).__name__))
        self.dtype = float_type(dtype)
        self.autocast = autocast
        self.built = not self.needs_build
        self.input_shape_hint = input_shape
        self.input_spec = None
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.memory = Memory()
        self._trainable = bool(trainable)
        self._own_weights = []
        self._call_losses = []

    def __new__(cls, *args, **kwargs):
        layer = super().__new__(cls)
        if cls.get_config is Layer.get_config and cls.__init__ is not Layer.__init__:
            layer.__dict__["_arguments"] = plain_arguments(cls.__init__, args, kwargs)  # for get_config
        return layer

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = _noting_shape(cls.build)
            cls.needs_build = True
        # A subclass of a built-in layer that brings its own `call` means it: differentiate that one.
        if "call" in vars(cls) and "forward" not in vars(cls):
            cls.forward, cls.backward, cls.backward_linear = Layer.forward, Layer.backward, None
            cls.rows_are_independent, cls.adds_penalty = False, True

    def __setattr__(self, name, value):
        current = self.__dict__.get(name)
        if isinstance(current, Parameter) and not isinstance(value, Parameter) and value is not None:
            current.assign(value)  # `layer.kernel = array` copies into the model's vector
        else:
            object.__setattr__(self, name, value)
            if isinstance(value, Parameter) and not any(value is weight for weight in self._own_weights):
                self._own_weights.append(value)  # a weight of another layer, shared

    def __getattr__(self, name):
        if name.startswith("__") or hasattr(type(self), name):
            return object.__getattribute__(self, name)
        self.check_initialised()
        known = [each for each in (*vars(self), *dir(type(self))) if not each.startswith("_")]
        if name in USUAL_WEIGHTS and not self.built:
            hint = " It is not built yet: the first data, or `build(input_shape)`, make its weights."
        else:
            hint = gone.advice(name, gone.METHODS) or did_you_mean(name, [*known, *USUAL_WEIGHTS])
        raise AttributeError(f"The {self.kind} `{self.name}` has no attribute {name!r}.{hint}")

    # Building: shapes become known, weights are made

    def build(self, input_shape):
        """Make the weights for inputs of this shape (the batch axis first, as None)."""
        self.built, self.built_shape = True, tuple(input_shape)

    def ensure_built(self, input_shape, received=None):
        """Build the layer if it is not built; raise the error that teaches if it cannot take inputs of this shape.

        Args:
            input_shape: the batch axis first, as None.
            received: the shape of the array that was passed, for the error; None if there is none.
        """
        self.check_initialised()
        input_shape = tuple(input_shape)
        received = input_shape if received is None else tuple(received)
        budget.check_row(input_shape)
        if self.built:
            self.check_input_shape(received)
        else:
            Layer.check_input_shape(self, received)
            self.build(input_shape)
            if self.weights and _runs and _runs[-1].weights_are_fixed:
                raise RuntimeError(
                    f"`{self.name}` gets its weights in the middle of training, too late to be trained. Make layers in "
                    "`__init__`, not in `call`, and those that `call` uses in training only also in "
                    f"`build`: `self.{self.name}.build(input_shape)`."
                )
            self.check_input_shape(received)
            if not _runs and not all(layer.built for layer in self.layers_inside):
                self._probe(input_shape)  # calling them builds them
        if self.built_shape is None:
            self.built_shape = input_shape

    def check_input_shape(self, input_shape):
        """Raise the error that teaches if the layer cannot take inputs of this shape."""
        if self.input_spec is not None:
            specs = self.input_spec if isinstance(self.input_spec, (list, tuple)) else [self.input_spec]
            specs[0].check(input_shape, self.name)

    @property
    def knows_output_shape(self):
        """Can `compute_output_shape` tell before the layer is built?"""
        return type(self).compute_output_shape is not Layer.compute_output_shape

    def compute_output_shape(self, input_shape):
        """The shape of what comes out when `input_shape` (batch axis included) goes in."""
        input_shape = tuple(input_shape)
        if type(self).call is Layer.call:
            return input_shape
        shape = self._probe(input_shape)
        if None in input_shape[1:]:  # axes of any size: those that the output's shape follows
            other = self._probe(input_shape, any_size=3)
            shape = tuple(size if size == same else None for size, same in zip(shape, other))
        return (input_shape[0], *shape[1:]) if shape else shape

    def _probe(self, input_shape, any_size=2):
        """The shape of the output for two rows of zeros."""
        sizes = [2, *(any_size if size is None else size for size in input_shape[1:])]
        with np.errstate(all="ignore"):
            return np.shape(autodiff.plain(self._run(Run(training=False), np.zeros(sizes, self.dtype))))

    # Running

    def __call__(self, inputs, *args, training=None, **kwargs):
        """The layer's output for `inputs` (an array, list or, inside another layer's `call`, a tensor)."""
        if isinstance(inputs, KerasTensor):
            self.ensure_built(inputs.shape)
            return KerasTensor(self.compute_output_shape(inputs.shape), self.dtype)
        outer = _runs[-1] if _runs else None
        if training is None:
            training = outer.training if outer is not None else _training_default(type(self))
        inputs = self._call_inputs(inputs, outer)
        shape = inputs[0].shape if isinstance(inputs, list) else inputs.shape
        run = Run(bool(training), outer)
        self.ensure_built((None, *shape[1:]) if shape else shape, shape)
        if outer is None:
            self._forget_losses()
            if isinstance(inputs, np.ndarray) and not args and not kwargs:
                output = _own_copy(self.forward(inputs, bool(training)))
                if self.activity_regularizer is not None:
                    self._activity_loss = float(activity_penalty(self.activity_regularizer, output))
                return output
        output = self._run(run, inputs, *args, **kwargs)
        if self.activity_regularizer is not None:
            self._activity_loss = activity_penalty(self.activity_regularizer, output)
            run.losses.append((self, self._activity_loss))
        if outer is None and not _has_tensor(inputs):
            _losses_become_numbers(run)
            return _own_copy(autodiff.plain(output))
        return output

    def _call_inputs(self, inputs, outer):
        if isinstance(inputs, autodiff.Tensor):
            return inputs
        several = isinstance(inputs, (list, tuple)) and any(hasattr(each, "shape") for each in inputs)
        if several and (outer is not None or _has_tensor(inputs)):  # for a `call` that takes a list of arrays
            return [each if isinstance(each, autodiff.Tensor) else to_array(each, self.dtype) for each in inputs]
        return to_array(inputs, self.dtype)

    def call(self, inputs):
        """What the layer computes, in plain NumPy. Define it in your own layer."""
        raise NotImplementedError(f"`{type(self).__name__}` has no `call` method. Define `call(self, inputs)`.")

    def forward(self, x, training=False):
        """Output for a batch `x` (array). Keeps in `self.memory` what `backward` needs."""
        self._forget_losses()
        run = Run(training, weights_are_fixed=training)
        if training and (self.needs_input_gradient or self.trainable_weights):

            def taped(inputs):
                output = self._run(run, inputs)
                return carrying_losses(output, [loss for _, loss in run.losses])

            y, self.memory.pullback = autodiff.vjp(taped, x)
        else:
            y = autodiff.plain(self._run(run, x))
        _losses_become_numbers(run)
        self.penalty = float(sum(autodiff.plain(loss) for _, loss in run.losses))
        return y if isinstance(y, (tuple, list)) else np.asarray(y, self.dtype)

    def backward(self, dy):
        """Gradient of the input, given that of the output; overwrites the gradients of the layer's weights."""
        for weight in self.weights:
            weight.grad.fill(0)
        (dx,) = self.memory.pullback(dy)
        return dx

    def stages(self):
        """The layers that run one after the other when this layer runs: itself, and what its options add."""
        return [self] if self.activity_regularizer is None else [self, ActivityPenalty(self)]

    def _run(self, run, inputs, *args, **kwargs):
        if _training_default(type(self)) is not None:
            kwargs["training"] = run.training
        if isinstance(inputs, np.ndarray) and type(self).forward is Layer.forward:
            inputs = inputs.copy()  # the reader's code may write into it
        _runs.append(run)
        try:
            output = self.call(inputs, *args, **kwargs)
        except ValueError as error:
            if not any(words in str(error) for words in NUMPY_ON_SHAPES):
                raise
            raise ValueError(_about_shapes(self, inputs, error)) from error
        finally:
            _runs.pop()
        if output is None:
            raise ValueError(f"`{type(self).__name__}.call` returned nothing. Does it end with `return …`?")
        return output

    # Losses that belong to the layer

    def add_loss(self, loss):
        """Inside `call`: add a number to the loss that training minimises.

        >>> class Sparse(Layer):
        ...     def call(self, inputs):
        ...         self.add_loss(0.1 * np.mean(np.abs(inputs)))
        ...         return inputs
        >>> layer = Sparse()
        >>> y = layer([[1.0, -3.0]])
        >>> [round(loss, 6) for loss in layer.losses]
        [0.2]
        """
        for each in loss if isinstance(loss, (list, tuple)) else [loss]:
            value = autodiff.plain(each)
            if np.shape(value) != ():
                raise ValueError(message("A loss must be one number.", "Take `np.mean` or `np.sum` of it.", loss=value))
            self._call_losses.append(each)
            if _runs:
                _runs[-1].losses.append((self, each))

    @property
    def losses(self):
        """What this layer and those inside add to the loss, as a list: `add_loss`, outputs' prices, weights' prices."""
        found = []
        for layer in self.all_layers():
            found += layer._call_losses
            if layer._activity_loss is not None:
                found.append(layer._activity_loss)
        return found + [w.regularizer(w.value) for w in self.trainable_weights if w.regularizer is not None]

    def _forget_losses(self):
        for layer in self.all_layers():
            if layer._call_losses:
                layer._call_losses = []
            layer._activity_loss = None

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
        if self.built_shape is None:
            raise AttributeError(f"`{self.name}` is not built yet, so its shapes are not known.")
        return self.built_shape

    @property
    def compute_dtype(self):
        """The float type that the layer computes in: `dtype`."""
        return self.dtype

    @property
    def variable_dtype(self):
        """The float type of the layer's weights: `dtype`."""
        return self.dtype

    def get_config(self):
        """The arguments that make an equal layer, as a dictionary of plain values.

        A layer of your own whose arguments are all plain values needs no `get_config`.
        """
        config = {"name": self.name, "trainable": self.trainable, "dtype": _dtype_policy(self.dtype)}
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        if "_arguments" in self.__dict__:
            if self._arguments is None:
                raise NotImplementedError(
                    f"`{type(self).__name__}` was made with arguments that are not plain values, so it needs a "
                    "`get_config` method that returns `{**super().get_config(), 'argument': value, …}`."
                )
            taken = inspect.signature(type(self).__init__).parameters
            if "name" not in taken and not any(each.kind is each.VAR_KEYWORD for each in taken.values()):
                del config["name"]
            config = {**self._arguments, **config}
        return config

    @classmethod
    def from_config(cls, config):
        """The layer that `get_config` described (with new weights)."""
        try:
            return cls(**config)
        except TypeError as error:
            raise TypeError(f"`{cls.__name__}` cannot be made from its config {config}: {error}") from error

    def get_build_config(self):
        """What `build` needs, for saved files; None for a layer that needs no building."""
        return {"input_shape": self.built_shape} if self.built and self.needs_build else None

    def build_from_config(self, config):
        """Build with the shape that `get_build_config` kept."""
        if config and config.get("input_shape") is not None:
            self.ensure_built(config["input_shape"])

    def __getstate__(self):  # what a call left behind holds its tape, which cannot be copied
        return {**self.__dict__, "_call_losses": [], "_activity_loss": None}

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _noting_shape(build):
    """A `build` method that runs once and notes for which shape."""

    @functools.wraps(build)
    def noting(self, input_shape=None):
        if self._building:  # `super().build(input_shape)`
            return build(self, input_shape)
        if self.built and not self.can_be_rebuilt:
            return self.check_input_shape(input_shape)
        known = {id(weight) for weight in self.weights if "/" in weight.path}
        self._building = True
        try:
            build(self, input_shape)
        finally:
            self._building = False
        self.built = True
        for inside in self.layers_inside:  # `sequential/dense/kernel`: made by this layer for one inside it
            for weight in inside.weights:
                if id(weight) not in known:
                    known.add(id(weight))
                    weight.path = f"{self.name}/{weight.path}"
        if self.built_shape is None and input_shape is not None:
            self.built_shape = tuple(input_shape)

    return noting


@functools.cache
def _training_default(cls):
    """What `call` gets for `training` when nobody says, False or True; None if it has no such argument."""
    argument = inspect.signature(cls.call).parameters.get("training")
    if argument is None:
        return None
    return argument.default is True


def _about_shapes(layer, inputs, error):
    """What to say when NumPy cannot join the arrays of a reader's `call`."""
    several = inputs if isinstance(inputs, (list, tuple)) else [inputs]
    shapes = [f"inputs {np.shape(autodiff.plain(each))}" for each in several]
    shapes += [f"{weight.name} {weight.shape}" for weight in layer.weights]
    is_product = any(words in str(error) for words in NUMPY_ON_SHAPES[:2])
    expected = "In `x @ w` the last axis of x must be as long as the first of w. " if is_product else ""
    return (
        f"In `{type(layer).__name__}.call` of the layer `{layer.name}` two arrays have shapes that do not go together. "
        f"{expected}Shapes: {', '.join(shapes)}"
    )


def _has_tensor(inputs):
    several = isinstance(inputs, (list, tuple))
    return any(isinstance(each, autodiff.Tensor) for each in (inputs if several else [inputs]))


def _losses_become_numbers(run):
    """Let go of the tape behind the losses that the layers keep."""
    for layer in {id(layer): layer for layer, _ in run.losses}.values():
        layer._call_losses = [float(autodiff.plain(loss)) for loss in layer._call_losses]
        if layer._activity_loss is not None:
            layer._activity_loss = float(autodiff.plain(layer._activity_loss))


def _own_copy(y):
    return type(y)(map(_own_copy, y)) if isinstance(y, (tuple, list)) else np.array(y)


def _dtype_policy(dtype):
    """Keras's way to write down a float type."""
    return {"module": "keras", "class_name": "DTypePolicy", "config": {"name": dtype}, "registered_name": None}


def activation_record(activation):
    """The record of an activation given as an argument; one that has weights of its own is refused."""
    found = activations.get(activation)
    if isinstance(found, Layer) and found.needs_build:
        raise ValueError(
            message(
                f"`{type(found).__name__}` has weights, which would not be trained inside another layer.",
                "Add it to the model as a layer of its own.",
                activation=found,
            )
        )
    return activations.record(found)
