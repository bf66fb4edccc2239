"""The layers that have nothing to learn: the entrance, one that does nothing, an activation standing alone.

Lesson: 02, 07. Source: `keras.layers`.
"""

import numpy as np

from kerasschool import activations, config, regularizers
from kerasschool.errors import message
from kerasschool.layers.arguments import check_shape
from kerasschool.layers.base import Layer, activation_record
from kerasschool.layers.keras_tensor import KerasTensor


class Identity(Layer):
    """Hands its inputs on unchanged: a placeholder.

    >>> Identity()([[1.0, 2.0]])
    array([[1., 2.]], dtype=float32)
    """

    needs_build = False

    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def call(self, inputs):
        return inputs

    def forward(self, x, training=False):
        return x

    def backward(self, dy):
        return dy

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)


def Input(  # noqa: N802  (Keras's name)
    shape=None,
    batch_size=None,
    dtype=None,
    sparse=None,
    ragged=None,
    batch_shape=None,
    name=None,
    tensor=None,
    optional=False,
):
    """Say how many numbers go in: ``Input(shape=(8,))`` comes first in a model.

    Args:
        shape: tuple of ints, without the batch axis; an int n means `(n,)`; None in it stands for any size.
        batch_size: None for batches of any size.
        dtype: `"float32"`, or `"int32"` for whole numbers such as the ids of an `Embedding`.
        batch_shape: `shape` with the batch size in front, instead of both.
        name: str.
        sparse, ragged, tensor, optional: Keras's arguments for other kinds of inputs; leave them out.

    >>> Input(shape=(8,)).shape
    (None, 8)

    Lesson: 02.
    """
    layer = InputLayer(shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name)
    return KerasTensor(layer.batch_shape, layer.dtype, layer.name)


class InputLayer(Identity):
    """The entrance of a model as a layer; `Input` is the usual way to write it, with the same arguments."""

    def __init__(
        self,
        shape=None,
        batch_size=None,
        dtype=None,
        sparse=None,
        ragged=None,
        batch_shape=None,
        input_tensor=None,
        optional=False,
        name=None,
        **kwargs,
    ):
        shape = kwargs.pop("input_shape", shape)
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        super().__init__(name=name, **kwargs)
        for option, value in (("sparse", sparse), ("ragged", ragged), ("tensor", input_tensor), ("optional", optional)):
            if value is not None and value is not False:
                raise ValueError(
                    message("Only plain arrays can be inputs here.", f"Leave `{option}` out.", **{option: value})
                )
        if batch_shape is not None:
            if shape is not None or batch_size is not None:
                raise ValueError(
                    message(
                        "`batch_shape` stands for `shape` and `batch_size`: give one or the other.",
                        batch_shape=batch_shape,
                        shape=shape,
                        batch_size=batch_size,
                    )
                )
            batch_size, *shape = batch_shape
        if shape is None:
            raise ValueError(
                message(
                    "An input needs a shape.",
                    "Expected a tuple with the number of inputs.",
                    "For rows of 8 numbers write `Input(shape=(8,))`.",
                    shape=shape,
                )
            )
        self.batch_shape = (*check_shape("batch_size", (batch_size,)), *check_shape("shape", shape))
        self.built_shape = self.batch_shape
        self.dtype = number_type(dtype)

    def compute_output_shape(self, input_shape=None):
        return self.batch_shape

    def get_config(self):
        return {
            "batch_shape": self.batch_shape,
            "dtype": self.dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": False,
        }


def number_type(dtype):
    """The name of a type of numbers, `config.floatx()` for None, or the error that says what one is."""
    try:
        known = np.dtype(config.floatx() if dtype is None else dtype)
    except TypeError as error:
        raise ValueError(message("Unknown type of numbers.", "Expected, say, 'float32'.", dtype=dtype)) from error
    if known.kind not in "fiub":
        raise ValueError(message("Inputs must be numbers.", "Texts must be encoded as numbers first.", dtype=dtype))
    return known.name


class Activation(Layer):
    """An activation as a layer of its own.

    Args:
        activation: a name such as `"relu"`, or a callable.

    >>> Activation("relu")([[-1.0, 2.0]])
    array([[0., 2.]], dtype=float32)

    Lesson: 07.
    """

    needs_build = False

    def __init__(self, activation, **kwargs):
        super().__init__(**kwargs)
        self.activation = activation_record(activation)

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


class ActivityRegularization(Identity):
    """Hands its inputs on, and adds ``l1 · sum(|x|) + l2 · sum(x²)``, divided by the number of rows, to the loss.

    Args:
        l1, l2: factors, 0 or more.

    >>> layer = ActivityRegularization(l2=0.5)
    >>> y = layer([[1.0, 3.0], [1.0, 3.0]])
    >>> layer.losses
    [5.0]

    Lesson: 10.
    """

    def __init__(self, l1=0.0, l2=0.0, **kwargs):
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1, self.l2 = l1, l2

    def get_config(self):
        config = {**super().get_config(), "l1": self.l1, "l2": self.l2}
        del config["activity_regularizer"]
        return config
