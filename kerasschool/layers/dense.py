"""The layer that networks are made of: every output is a weighted sum of all inputs.

Lesson: 02. Source: `keras.layers.Dense`.
"""

from kerasschool import activations, constraints, initializers, old_spellings, regularizers
from kerasschool.errors import check_whole, message
from kerasschool.layers.base import Layer, activation_record
from kerasschool.parameters import product, sum_rows


def refuse_arguments(**arguments):
    """Raise the error that teaches for an argument that only large language models need."""
    for name, value in arguments.items():
        if value is not None:
            happened = f"`{name}` is for large language models."
            raise ValueError(message(happened, fix="Leave it out, or use Keras itself.", **{name: value}))


class Dense(Layer):
    """A fully connected layer: ``y = activation(x @ kernel + bias)``.

    Args:
        units: how many outputs, a positive int.
        activation: a name such as `"relu"`, a callable, or None for none (`"linear"`).
        use_bias: False leaves the bias out.
        kernel_initializer, bias_initializer: how the weights start; `"glorot_uniform"` and `"zeros"`.
        kernel_regularizer, bias_regularizer, activity_regularizer: penalties added to the loss, or None.
        kernel_constraint, bias_constraint: applied to the weights after each update, or None.
        lora_rank, lora_alpha, quantization_config: for large language models; leave them out.

    Shapes:
        input `(batch, ..., inputs)` → output `(batch, ..., units)`; kernel `(inputs, units)`, bias `(units,)`.

    >>> layer = Dense(3, activation="relu", kernel_initializer="ones")
    >>> layer([[1.0, 2.0]])
    array([[3., 3., 3.]], dtype=float32)

    Lesson: 02.
    """

    def __init__(
        self,
        units=None,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs,
    ):
        old = {name: kwargs.pop(name) for name in list(kwargs) if name in old_spellings.LAYER}
        if old:
            new = old_spellings.rename("Dense", old, old_spellings.LAYER)
            units = new.get("units", units)
            kernel_initializer = new.get("kernel_initializer", kernel_initializer)
            kernel_regularizer = new.get("kernel_regularizer", kernel_regularizer)
        units = check_whole("units", units)
        refuse_arguments(lora_rank=lora_rank, lora_alpha=lora_alpha, quantization_config=quantization_config)
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = units
        self.activation = activation_record(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape):
        inputs = input_shape[-1]
        if inputs is None:
            raise ValueError(
                message(
                    "`Dense` needs to know how many inputs there are.",
                    "The last axis must be a number.",
                    "A single row needs two brackets: `[[…]]` or `x[None, :]`." if len(input_shape) < 2 else "",
                    input_shape=tuple(input_shape),
                )
            )
        self.kernel = self.add_weight(
            (inputs, self.units),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                (self.units,),
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def check_input_shape(self, input_shape):
        expected = self.kernel.shape[-2]
        if len(input_shape) < 2 or input_shape[-1] != expected:
            raise ValueError(
                message(
                    f"Layer `{self.name}` was built for {expected} inputs.",
                    f"Expected arrays of shape (rows, {expected}).",
                    "A single row needs two brackets: `[[…]]` or `x[None, :]`." if len(input_shape) < 2 else "",
                    shape=tuple(input_shape),
                )
            )

    def call(self, inputs):
        z = inputs @ self.kernel
        return self.activation(z + self.bias if self.use_bias else z)

    def forward(self, x, training=False):
        memory, kernel = self.memory, self.kernel.value
        rows = x
        if x.ndim != kernel.ndim:  # more axes than (batch, inputs): every position is a row of its own
            rows = x.reshape(*x.shape[: kernel.ndim - 2], -1, x.shape[-1])
        if rows.shape != memory.shape:
            memory.make_room(rows.shape, x.dtype, z=(*rows.shape[:-1], self.units), dx=rows.shape)
        z = product(rows, kernel, memory.z)
        if self.use_bias:
            z += self.bias.value[..., None, :]
        memory.x = rows
        if rows is not x:
            z = z.reshape(*x.shape[:-1], self.units)
        activation = self.activation
        memory.y = activation(z) if activation.inplace is None else activation.inplace(z)
        return memory.y

    def backward(self, dy):
        z = self.memory.z
        if dy.ndim != z.ndim:
            z = z.reshape(dy.shape)
        return self.backward_linear(self.activation.backward(dy, z, self.memory.y))

    def backward_linear(self, dz):
        """The rest of `backward`, from the gradient of ``z = x @ kernel + bias`` on."""
        memory = self.memory
        if dz.ndim != memory.z.ndim:
            dx = self.backward_linear(dz.reshape(memory.z.shape))
            return None if dx is None else dx.reshape(*dz.shape[:-1], -1)
        product(memory.x.swapaxes(-2, -1), dz, self.kernel.grad)
        if self.use_bias:
            sum_rows(dz, self.bias.grad)
        if self.needs_input_gradient:
            return product(dz, self.kernel.value.swapaxes(-2, -1), memory.dx)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
            "quantization_config": None,
        }
