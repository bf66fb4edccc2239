"""A model: layers in a row, each feeding the next.

Lesson: 02. Source: `keras.Sequential`.
"""

import copy
import json
from collections.abc import Iterable

from kerasschool.errors import did_you_mean, message
from kerasschool.layers import InputLayer, Layer
from kerasschool.layers import deserialize as deserialize_layer
from kerasschool.layers import serialize as serialize_layer
from kerasschool.layers.base import KerasTensor
from kerasschool.models.summary import print_summary
from kerasschool.models.trainer import Trainer
from kerasschool.parameters import Parameters
from kerasschool.saving.model_files import ModelFiles


class SharedWeights:
    """A stage that has weights in common with a later one: on the way back, its gradient is added to the other's.

    Args:
        stage: the earlier stage.
        shared: the weights that a later stage has, too.
    """

    def __init__(self, stage, shared):
        self.stage, self.shared = stage, shared

    def backward(self, dy):
        later = [weight.grad.copy() for weight in self.shared]
        dx = self.stage.backward(dy)
        for weight, gradient in zip(self.shared, later):
            weight.grad += gradient
        return dx


def adding_shared_gradients(stages):
    """The stages, with those that share weights with a later one wrapped in `SharedWeights`."""
    wrapped, seen = [], set()
    for stage in reversed(stages):
        weights = stage.trainable_weights
        shared = [weight for weight in weights if id(weight) in seen]
        wrapped.append(SharedWeights(stage, shared) if shared else stage)
        seen.update(map(id, weights))
    return wrapped[::-1]


class Sequential(Trainer, ModelFiles, Layer):
    """A linear stack of layers.

    Args:
        layers: list of layers, or of functions without arguments that make one; more can be added with `add`.
        trainable: False freezes all layers.
        name: str; None for `"sequential"` with a number.

    Lesson 00 walks the six steps; here are the first three and a half:

    >>> from kerasschool.layers import Dense, Input
    >>> model = Sequential([Input(shape=(8,)), Dense(12, activation="relu"), Dense(1, activation="sigmoid")])
    >>> model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    >>> model.count_params()
    121
    >>> model.predict([[0.0] * 8], verbose=0).shape
    (1, 1)
    """

    can_be_rebuilt = True
    kind = "model"

    def __init__(self, layers=None, trainable=True, name=None):
        super().__init__(trainable=trainable, name=name)
        self._layers = []
        self._entrance = None
        self.parameters = Parameters([])
        self._stages = []
        if layers is not None and not isinstance(layers, Iterable):
            raise TypeError(
                message("`layers` must be a list.", fix="Write `Sequential([…])`, with brackets.", layers=layers)
            )
        for layer in layers if layers is not None else []:
            self.add(layer, rebuild=False)
        self._maybe_build()

    # Structure

    def add(self, layer, rebuild=True):
        """Put a layer on top of the stack.

        Args:
            layer: a layer, an `Input`, or a function without arguments that makes a layer.
        """
        layer = self._as_layer(layer)
        if isinstance(layer, InputLayer):
            if self._layers or self._entrance is not None:
                raise ValueError(f"`{self.name}` has its first layer already: an `Input` must come before all layers.")
            self._entrance = layer
            return
        if any(layer.name == other.name for other in self._layers):
            same = any(layer is other for other in self._layers)
            raise ValueError(
                message(
                    f"`{self.name}` already has {'this layer' if same else 'a layer called this'}.",
                    "Every layer needs its own name.",
                    "Create a second layer instead of adding the first one twice." if same else "Pass `name=`.",
                    name=layer.name,
                )
            )
        hint = layer.input_shape_hint
        if hint is not None and not self._layers and self._entrance is None:
            self._entrance = InputLayer(shape=hint)
        self._layers.append(layer)
        if rebuild:
            self._maybe_build()

    def pop(self, rebuild=True):
        """Take the top layer off the stack and return it."""
        if not self._layers:
            raise ValueError(f"`{self.name}` has no layer to take off.")
        layer = self._layers.pop()
        self.built = False
        if rebuild:
            self._maybe_build()
        return layer

    def _as_layer(self, layer):
        if isinstance(layer, KerasTensor):
            return InputLayer(batch_shape=layer.shape, dtype=layer.dtype, name=layer.name)
        if isinstance(layer, type) and issubclass(layer, Layer):
            raise TypeError(
                message("A layer class was added, not a layer.", fix=f"Write `{layer.__name__}(…)`.", layer=layer)
            )
        if not isinstance(layer, Layer) and callable(layer):
            layer = layer()  # a factory: `hidden = lambda: Dense(12, activation="relu")`
        if not isinstance(layer, Layer):
            raise TypeError(
                message(
                    "Only layers can be added to a model.", "For example `Dense(12, activation='relu')`.", layer=layer
                )
            )
        return layer

    @property
    def layers(self):
        """The layers, first to last, as a list. The `Input` is not one of them."""
        return list(self._layers)

    @property
    def layers_inside(self):
        return list(self._layers)

    def get_layer(self, name=None, index=None):
        """The layer with this name, or at this place.

        Raises:
            ValueError: if there is none, with the nearest name.
        """
        if (name is None) == (index is None):
            raise ValueError(message("`get_layer` needs a name or an index.", name=name, index=index))
        if index is not None:
            if not -len(self._layers) <= index < len(self._layers):
                raise ValueError(message(f"The model has {len(self._layers)} layers.", index=index))
            return self._layers[index]
        for layer in self._layers:
            if layer.name == name:
                return layer
        names = [layer.name for layer in self._layers]
        raise ValueError(f"No layer is called {name!r}.{did_you_mean(name, names)} The layers are: {', '.join(names)}")

    # Building

    def _maybe_build(self):
        if self._entrance is not None and self._layers:
            self.build(self._entrance.batch_shape)

    def build(self, input_shape=None):
        """Make the weights of all layers.

        Args:
            input_shape: tuple with the batch axis first, `(None, 8)`; not needed after an `Input`.
        """
        if input_shape is None and self._entrance is not None:
            input_shape = self._entrance.batch_shape
        if input_shape is None:
            raise ValueError(
                "The number of inputs is not known. Pass `input_shape`, or start with `Input(shape=(8,))`."
            )
        if not self._layers:
            raise ValueError(f"`{self.name}` has no layers to build. Add some first.")
        input_shape = tuple(input_shape)
        shape = input_shape
        for layer in self._layers:
            layer.ensure_built(shape)
            shape = tuple(layer.compute_output_shape(shape))
        self.built_shape, self._output_shape = input_shape, shape
        self.built = True
        self._pack()

    def _pack(self):
        """Bring all trainable weights into one vector, unless they are there already, and line up the stages."""
        for layer in self._layers:
            for weight in layer.weights:
                weight.path = weight.path if "/" in weight.path else f"{layer.name}/{weight.path}"
        trained = self.trainable_weights
        if [id(weight) for weight in trained] != [id(weight) for weight in self.parameters] or any(
            weight.owner is not self.parameters for weight in trained
        ):
            self.parameters.release()
            self.parameters = Parameters(trained)
        optimizer = self.optimizer
        if optimizer is not None and optimizer.built and optimizer.parameters is not self.parameters:
            optimizer.move_to(self.parameters)
        self._stages = [stage for layer in self._layers for stage in layer.stages()]
        below = False
        for stage in self._stages:
            stage.needs_input_gradient = below  # the gradient ends at the first layer that has something to learn
            below = below or bool(stage.trainable_weights)
        learning = [stage for stage in self._stages if stage.needs_input_gradient or stage.trainable_weights]
        self._learning = adding_shared_gradients(learning)
        self._line_up()

    @property
    def inputs(self):
        """What goes in: a list of one `KerasTensor`."""
        return [self.input]

    @property
    def outputs(self):
        """What comes out: a list of one `KerasTensor`."""
        return [self.output]

    @property
    def input_shape(self):
        """The shape that goes in, `(None, inputs)`."""
        return self._known_shape()

    @property
    def output_shape(self):
        """The shape that comes out, `(None, outputs)`."""
        self._known_shape()
        return self._output_shape

    def compute_output_shape(self, input_shape):
        for layer in self._layers:
            input_shape = layer.compute_output_shape(input_shape)
        return tuple(input_shape)

    def check_input_shape(self, input_shape):
        expected, received = self.built_shape[1:], tuple(input_shape)[1:]
        if len(expected) != len(received) or any(
            want not in (None, got) for want, got in zip(expected, received, strict=True)
        ):
            one_row = not received
            raise ValueError(
                message(
                    "The inputs do not fit the model.",
                    f"Expected arrays of shape (rows, {', '.join(str(size) for size in expected)}).",
                    "A single row needs two brackets: `[[…]]` or `x[None, :]`." if one_row else "",
                    shape=tuple("rows" if size is None else size for size in input_shape),
                )
            )

    # Running

    def call(self, inputs, training=None):
        for layer in self._layers:
            inputs = layer(inputs, training=training)
        return inputs

    def forward(self, x, training=False):
        for stage in self._stages:
            x = stage.forward(x, training)
        return x

    def backward(self, dy):
        for stage in reversed(self._learning):
            dy = stage.backward(dy)
        return dy

    def stages(self):
        """The layers that run one after the other when this model is itself a layer."""
        return [stage for layer in self._layers for stage in layer.stages()]

    @property
    def last_activation(self):
        """The activation record that the output comes from, or None if the last layer is not an activation."""
        last = self._stages[-1]
        return getattr(last, "activation", None) if getattr(last, "backward_linear", None) is not None else None

    # Description

    def summary(
        self,
        line_length=None,
        positions=None,
        print_fn=None,
        expand_nested=False,
        show_trainable=False,
        layer_range=None,
    ):
        """Print a table of the layers, their output shapes and their parameters.

        Lesson: 02.
        """
        print_summary(self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range)

    def get_config(self):
        entrance = [] if self._entrance is None else [self._entrance]
        config = {"name": self.name, "trainable": self.trainable, "dtype": Layer.get_config(self)["dtype"]}
        config["layers"] = [serialize_layer(layer) for layer in entrance + self._layers]
        if self.built:
            config["build_input_shape"] = self.built_shape
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        layers = [deserialize_layer(layer, custom_objects) for layer in config["layers"]]
        model = cls(layers, trainable=config.get("trainable", True), name=config.get("name"))
        if not model.built and config.get("build_input_shape") and layers:
            model.build(tuple(config["build_input_shape"]))
        return model

    def to_json(self, **kwargs):
        """The model's structure, without weights, as a JSON text."""
        return json.dumps(serialize_layer(self), **kwargs)

    def __deepcopy__(self, memo):
        copied = memo[id(self)] = object.__new__(type(self))
        copied.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return copied

    def __repr__(self):
        return f"<Sequential name={self.name}, built={self.built}>"
