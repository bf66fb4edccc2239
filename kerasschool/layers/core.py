"""The layers that add nothing to learn: the entrance, and an activation standing alone.

Lesson: 02, 07. Source: `keras.layers`.
"""

from kerasschool import activations
from kerasschool.errors import check_whole, message
from kerasschool.layers.base import KerasTensor, Layer


def Input(shape=None, batch_size=None, dtype=None, name=None, batch_shape=None, **ignored):  # noqa: N802
    """Say how many numbers go in: ``Input(shape=(8,))`` comes first in a model.

    Args:
        shape: tuple of ints, without the batch axis; an int n means `(n,)`.
        batch_size: None for batches of any size.
        dtype, name: as for a layer.

    >>> Input(shape=(8,)).shape
    (None, 8)
    """
    layer = InputLayer(shape=shape, batch_size=batch_size, dtype=dtype, name=name, batch_shape=batch_shape)
    return KerasTensor(layer.batch_shape, layer.dtype, layer.name)


class InputLayer(Layer):
    """The entrance of a model as a layer; `Input` is the usual way to write it.

    Args:
        shape: tuple of ints, without the batch axis.
        batch_size: None for batches of any size.
    """

    def __init__(self, shape=None, batch_size=None, dtype=None, name=None, batch_shape=None, **kwargs):
        super().__init__(dtype=dtype, name=name or None, **kwargs)
        if batch_shape is not None:
            batch_size, *shape = batch_shape
        if shape is None:
            raise ValueError(
                message("An input needs a shape.", "Expected a tuple with the number of inputs.",
                        "For rows of 8 numbers write `Input(shape=(8,))`.", shape=shape)
            )
        shape = (shape,) if isinstance(shape, int) else shape
        if isinstance(shape, (str, bytes)) or not hasattr(shape, "__iter__"):
            raise ValueError(message("`shape` must be a tuple of whole numbers.", "For rows of 8 numbers: `(8,)`.",
                                     shape=shape))
        shape = tuple(None if size is None else check_whole("shape", size) for size in shape)
        self.batch_shape = (batch_size, *shape)
        self.built_shape, self.built = self.batch_shape, True

    def call(self, inputs):
        return inputs

    def forward(self, x, training=False):
        return x

    def backward(self, dy):
        return dy

    def compute_output_shape(self, input_shape=None):
        return self.batch_shape

    def get_config(self):
        return {"batch_shape": self.batch_shape, "dtype": self.dtype, "sparse": False, "ragged": False,
                "name": self.name, "optional": False}

    @classmethod
    def from_config(cls, config):
        return cls(**{key: value for key, value in config.items() if key not in ("sparse", "ragged", "optional")})


class Activation(Layer):
    """An activation as a layer of its own.

    Args:
        activation: a name such as `"relu"`, or a callable.

    >>> Activation("relu")([[-1.0, 2.0]])
    array([[0., 2.]], dtype=float32)

    Lesson: 07.
    """

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activations.record(activations.get(activation))
        self.built = True

    def call(self, inputs):
        return self.activation(inputs)

    def forward(self, x, training=False):
        self.memory.x = x
        self.memory.y = self.activation(x)
        return self.memory.y

    def backward(self, dy):
        return self.activation.backward(dy, self.memory.x, self.memory.y)

    def backward_linear(self, dz):
        """`backward` from the gradient of the activation's input on: there is nothing more to do."""
        return dz

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "activation": activations.serialize(self.activation)}
