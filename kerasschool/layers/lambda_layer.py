"""A layer made of a function: for a step that has nothing to learn.

Lesson: 07. Source: `keras.layers.Lambda`.
"""

import inspect

import numpy as np

from kerasschool.autodiff import Tensor
from kerasschool.errors import message
from kerasschool.layers.arguments import check_shape
from kerasschool.layers.base import Layer, Run
from kerasschool.registry import deserialize_keras_object, serialize_keras_object


class Lambda(Layer):
    """``y = function(x)``, with any function in plain NumPy; its gradient is found by `autodiff`.

    It has no weights of its own. A function that uses layers with weights is refused: subclass `Layer` for that.

    Args:
        function: from an array (batch, …) to an array with the same number of rows.
        output_shape: the shape of a row of the output as a tuple, or a function from the input's shape to the output's,
            batch axis included; None to find out.
        mask: for recurrent layers; leave it out.
        arguments: dictionary of further named arguments for the function.

    >>> Lambda(np.abs)([[-1.0, 2.0]])
    array([[1., 2.]], dtype=float32)
    >>> Lambda(lambda x, n: x ** n, arguments={"n": 3})([[2.0]])
    array([[8.]], dtype=float32)

    Lesson: 07.
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        if not callable(function):
            raise TypeError(
                message(
                    "`Lambda` needs a function.",
                    "For example `Lambda(lambda x: x ** 2)` or `Lambda(np.abs)`.",
                    function=function,
                )
            )
        if isinstance(function, Layer):
            raise TypeError(
                message(
                    "`Lambda` needs a function, and this is a layer already.",
                    "Add the layer to the model itself.",
                    function=function,
                )
            )
        if mask is not None:
            raise ValueError(message("Masks are for recurrent layers.", "Leave `mask` out.", mask=mask))
        if arguments is not None and not isinstance(arguments, dict):
            raise TypeError(message("`arguments` must be a dictionary, name → value.", arguments=arguments))
        self.function, self.arguments = function, arguments or {}
        is_function = output_shape is None or callable(output_shape)
        self.asked_output_shape = output_shape if is_function else check_shape("output_shape", output_shape)
        try:
            parameters = inspect.signature(function).parameters
        except (TypeError, ValueError):  # NumPy's own functions do not tell
            parameters = {}
        self.wants_training = "training" in parameters

    def build(self, input_shape):
        with np.errstate(all="ignore"):
            probe = np.zeros([2, *(size or 2 for size in input_shape[1:])], self.dtype)
            output = self._run(Run(training=False), probe)
        if isinstance(output, Tensor):  # something in the function was a weight
            raise ValueError(
                f"`{self.name}` uses a layer with weights, but a Lambda has no weights of its own: they would never be "
                "trained. Add that layer to the model itself, or subclass `Layer`."
            )
        if isinstance(output, (tuple, list, dict)) or output is None:
            raise TypeError(
                message(
                    "The function of a `Lambda` must return one array.",
                    "Did you forget `return`?" if output is None else "Join several with np.concatenate.",
                    returned=output,
                )
            )

    def call(self, inputs, training=None):
        options = {"training": training} if self.wants_training else {}
        return self.function(inputs, **self.arguments, **options)

    def compute_output_shape(self, input_shape):
        if self.asked_output_shape is None:
            return super().compute_output_shape(input_shape)
        if callable(self.asked_output_shape):
            return tuple(self.asked_output_shape(tuple(input_shape)))
        return (input_shape[0], *self.asked_output_shape)

    def get_config(self):
        config = {**super().get_config(), "function": serialize_keras_object(self.function)}
        if self.asked_output_shape is not None:
            config["output_shape"] = serialize_keras_object(self.asked_output_shape)
        return {**config, "arguments": serialize_keras_object(self.arguments)}

    @classmethod
    def from_config(cls, config):
        """The layer that `get_config` described. Code from a file is never run: a `lambda` is refused."""
        functions = {
            name: deserialize_keras_object(config[name])
            for name in ("function", "output_shape", "arguments")
            if name in config
        }
        return cls(**{**config, **functions})
