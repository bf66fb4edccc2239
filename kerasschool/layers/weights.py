"""What a layer owns: its weights, and the layers inside it.

Lesson: 02. Source: `keras.layers.Layer`.
"""

import numpy as np

from kerasschool import config, constraints, initializers, regularizers
from kerasschool.errors import message, unknown_arguments
from kerasschool.layers import budget
from kerasschool.parameters import Parameter


class OwnsWeights:
    """The half of `Layer` that makes, lists, freezes, reads and sets weights."""

    def add_weight(
        self,
        *positional,
        shape=None,
        initializer=None,
        dtype=None,
        trainable=True,
        autocast=True,
        regularizer=None,
        constraint=None,
        aggregation="none",
        overwrite_with_gradient=False,
        name=None,
        **unknown,
    ):
        """Make one weight array and remember it.

        Args:
            shape: tuple of ints; None or () for a single number.
            initializer: a name, class, instance or function; None is `"glorot_uniform"` for floats, else `"zeros"`.
            dtype: None for the layer's own.
            trainable: False for an array that training does not change by gradient.
            regularizer, constraint: names, instances or None.
            name: shown by `summary` and in saved files.
            autocast, aggregation, overwrite_with_gradient: accepted, and without effect.

        Returns:
            A `Parameter`.
        """
        self.check_initialised()
        if unknown:
            raise unknown_arguments("add_weight", unknown, OwnsWeights.add_weight)
        if len(positional) > 3:
            raise TypeError(message("Only `shape, initializer, dtype` can be given by position.", arguments=positional))
        shape, initializer, dtype = (*positional, *(shape, initializer, dtype)[len(positional) :])
        if isinstance(shape, str):
            raise ValueError(
                message(
                    "The first argument of `add_weight` is the shape.",
                    f"Write `add_weight(…, name={shape!r})`.",
                    shape=shape,
                )
            )
        shape = () if shape is None else (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
        if not all(isinstance(size, (int, np.integer)) and size >= 0 for size in shape):
            raise ValueError(message("A weight's shape must be known.", "Expected whole numbers only.", shape=shape))
        dtype = np.dtype({None: self.dtype, "float": config.floatx(), "int": "int32"}.get(dtype, dtype))
        is_float = dtype.kind == "f"
        if initializer is None:
            initializer = "glorot_uniform" if is_float else "zeros"
        budget.take(shape, dtype)
        if budget.filled_later() and type(self).load_own_variables is OwnsWeights.load_own_variables:
            initializer = "zeros"
        value = np.asarray(initializers.get(initializer)(shape, dtype=dtype.name), dtype)
        if value.shape != shape:
            raise ValueError(message("The initializer made another shape.", f"Expected {shape}.", shape=value.shape))
        weight = Parameter(
            value,
            name=name or "variable",
            trainable=bool(trainable) and is_float,
            regularizer=regularizers.get(regularizer),
            constraint=constraints.get(constraint),
        )
        weight.path = f"{self.name}/{weight.name}"
        weight.trainable = weight.trainable and self.trainable
        self._own_weights.append(weight)
        return weight

    add_variable = add_weight

    @property
    def layers_inside(self):
        """The layers that are attributes of this layer, also in lists and dictionaries, in order."""
        found = {}
        for value in vars(self).values():
            _collect_layers(value, found)
        return list(found.values())

    def all_layers(self):
        """This layer, the layers inside it, and those inside them."""
        return [self, *(each for layer in self.layers_inside for each in layer.all_layers())]

    @property
    def weights(self):
        """All weights as a list of `Parameter`: the layer's own, trainable first, then those of layers inside."""
        return _once([*self._own_in_order(), *(weight for layer in self.layers_inside for weight in layer.weights)])

    def _own_in_order(self):
        return sorted(self._own_weights, key=lambda weight: not weight.learns)

    @property
    def trainable_weights(self):
        """The weights that training changes by gradient; none when the layer is frozen."""
        if not self.trainable:
            return []
        own = [weight for weight in self._own_weights if weight.trainable]
        return _once([*own, *(weight for layer in self.layers_inside for weight in layer.trainable_weights)])

    @property
    def non_trainable_weights(self):
        """The weights that are not trainable, or frozen."""
        trained = {id(weight) for weight in self.trainable_weights}
        return [weight for weight in self.weights if id(weight) not in trained]

    @property
    def variables(self):
        """Keras's other name for `weights`."""
        return self.weights

    @property
    def trainable_variables(self):
        """Keras's other name for `trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self):
        """Keras's other name for `non_trainable_weights`."""
        return self.non_trainable_weights

    @property
    def trainable(self):
        """False freezes the layer. A change counts from the next `compile` on."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = bool(value)
        for weight in self._own_weights:
            if weight.learns:
                weight.trainable = self._trainable
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

    def save_own_variables(self, store):
        """Put the layer's own weights, without those of layers inside, into `store` under `"0"`, `"1"`, …

        Override it, together with `load_own_variables`, for a layer that keeps something else in files.

        Args:
            store: dictionary, name → array.
        """
        for index, weight in enumerate(self._own_in_order()):
            store[str(index)] = weight.numpy()

    def load_own_variables(self, store):
        """Take the layer's own weights from `store`.

        Raises:
            ValueError: when the number of arrays or a shape does not fit; then nothing is changed.
        """
        own = self._own_in_order()
        expected = {str(index): weight.shape for index, weight in enumerate(own)}
        received = {name: np.shape(store[name]) for name in store}
        if expected != received:
            unbuilt = "" if self.built else " The layer is not built yet, so it has no weights."
            raise ValueError(
                message(f"The file does not fit `{self.name}`.{unbuilt}", f"Expected {expected}.", shapes=received)
            )
        for name, weight in zip(expected, own, strict=True):
            weight.assign(store[name])

    def count_params(self):
        """The number of weights: every entry of every array counted."""
        if not self.built:
            raise ValueError(
                f"`{self.name}` is not built yet, so its parameters cannot be counted. "
                "Put an `Input(shape=(n_inputs,))` in front, or call `build(input_shape)`."
            )
        return int(sum(weight.size for weight in self.weights))

    def check_initialised(self):
        """Raise the error that teaches if a layer of the reader's forgot to initialise its base."""
        if "_own_weights" not in self.__dict__:
            raise RuntimeError(f"`{type(self).__name__}.__init__` must call `super().__init__()` in its first line.")


def _collect_layers(value, found):
    if isinstance(value, OwnsWeights):
        found.setdefault(id(value), value)
    elif isinstance(value, (list, tuple)):
        for each in value:
            _collect_layers(each, found)
    elif isinstance(value, dict):
        for each in value.values():
            _collect_layers(each, found)


def _once(weights):
    """The list without repetitions: a weight may be shared by two layers."""
    return list({id(weight): weight for weight in weights}.values())
