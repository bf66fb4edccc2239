"""Layers of one's own, as Keras's guides and tutorials write them."""

import numpy as np

import kerasschool as keras
from kerasschool import layers, ops


class Linear(layers.Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
        self.b = self.add_weight(shape=(self.units,), initializer="random_normal", trainable=True)

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b


class EagerLinear(layers.Layer):
    """Makes its weights before it sees an input, in old argument order."""

    def __init__(self, units=3, input_dim=4):
        super().__init__()
        self.w = self.add_weight((input_dim, units), "random_normal", trainable=True)
        self.b = self.add_weight((units,), "zeros")

    def call(self, inputs):
        return inputs @ self.w + self.b


class MLPBlock(layers.Layer):
    """Layers made in `__init__`, in a list, and used in `call` only."""

    def __init__(self, units=3):
        super().__init__()
        self.linears = [Linear(4), Linear(units)]
        self.more = {"last": layers.Dense(units, activation="tanh")}

    def call(self, inputs):
        x = ops.relu(self.linears[0](inputs))
        return self.more["last"](self.linears[1](x))


class Residual(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.norm = layers.LayerNormalization()
        self.batch_norm = layers.BatchNormalization()
        self.dropout = layers.Dropout(0.5)

    def build(self, input_shape):
        self.inner = keras.Sequential([layers.Dense(5, activation="gelu"), layers.Dense(input_shape[-1])])

    def call(self, inputs, training=None):
        x = self.batch_norm(self.norm(inputs), training=training)
        return inputs + self.dropout(self.inner(x), training=training)


class Antirectifier(layers.Layer):
    def __init__(self, initializer="he_normal", **kwargs):
        super().__init__(**kwargs)
        self.initializer = keras.initializers.get(initializer)

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1] * 2, input_shape[-1]), initializer=self.initializer, name="kernel", trainable=True
        )

    def call(self, inputs):
        inputs -= ops.mean(inputs, axis=-1, keepdims=True)
        pos, neg = ops.relu(inputs), ops.relu(-inputs)
        return ops.matmul(ops.concatenate([pos, neg], axis=-1), self.kernel)

    def get_config(self):
        config = super().get_config()
        config.update({"initializer": keras.initializers.serialize(self.initializer)})
        return config


class WithLosses(layers.Layer):
    """Asks for small outputs twice over, and its Dense for small weights and outputs."""

    def __init__(self, rate=0.1):
        super().__init__()
        self.rate = rate
        self.dense = layers.Dense(3, kernel_regularizer="l2", activity_regularizer="l1")
        self.inner = ActivityPrice(0.2)

    def call(self, inputs):
        y = self.inner(self.dense(inputs))
        self.add_loss(self.rate * np.mean(np.abs(y)))
        return y


class ActivityPrice(layers.Layer):
    def __init__(self, rate=1e-2):
        super().__init__()
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * ops.mean(inputs**2))
        return inputs


class Maxout(layers.Layer):
    def build(self, input_shape):
        self.kernel = self.add_weight((2, input_shape[-1], 3), name="kernel")

    def call(self, inputs):
        return np.max(np.einsum("bi,kio->kbo", inputs, self.kernel), axis=0)


class Scaled(layers.Dense):
    """A subclass of a built-in layer with its own `call`, also as the last one before a loss."""

    def call(self, inputs):
        return super().call(inputs) * 0.5 + 0.25


class LearnedSlope(layers.Layer):
    """An activation whose argument is learned."""

    def build(self, input_shape):
        self.slope = self.add_weight(initializer=keras.initializers.Constant(0.3), name="slope")

    def call(self, inputs):
        return keras.activations.leaky_relu(inputs, negative_slope=self.slope)


class DenseTranspose(layers.Layer):
    """The second half of a tied autoencoder: uses the kernel of another layer, transposed."""

    def __init__(self, dense, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.dense, self.activation = dense, keras.activations.get(activation)

    def build(self, input_shape):
        self.biases = self.add_weight(name="bias", shape=self.dense.kernel.shape[0], initializer="zeros")

    def call(self, inputs):
        return self.activation(ops.matmul(inputs, ops.transpose(self.dense.kernel)) + self.biases)


class BorrowedKernel(layers.Layer):
    def __init__(self, kernel):
        super().__init__()
        self.kernel = kernel

    def call(self, inputs):
        return inputs @ np.transpose(self.kernel)
