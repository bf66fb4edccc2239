"""Layers of one's own: Linear with add_weight, a layer with a loss, a training flag, a block of other layers."""

import keras
import numpy as np
from keras import ops

from tests.parity.programs import same_start


class Linear(keras.layers.Layer):
    def __init__(self, units=32, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        self.w = self.add_weight(
            shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True, name="w"
        )
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", trainable=True, name="b")

    def call(self, inputs):
        return self.activation(ops.matmul(inputs, self.w) + self.b)

    def get_config(self):
        config = super().get_config()
        config.update({"units": self.units, "activation": keras.activations.serialize(self.activation)})
        return config


class Penalty(keras.layers.Layer):
    def __init__(self, rate=1e-2, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * ops.mean(inputs))
        return inputs


class Doubler(keras.layers.Layer):
    def call(self, inputs, training=False):
        return inputs * 2 if training else inputs


class Scale(keras.Layer):
    def __init__(self):
        super().__init__()
        self.factor = self.add_weight(shape=(), initializer="ones")
        self.steps = self.add_weight(shape=(), initializer="zeros", trainable=False, name="steps")

    def call(self, x):
        return x * self.factor


class Block(keras.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.linear_1 = Linear(units, "relu")
        self.linear_2 = keras.layers.Dense(units)

    def build(self, input_shape):
        self.linear_1.build(input_shape)
        self.linear_2.build((*input_shape[:-1], self.linear_1.units))

    def call(self, x):
        return self.linear_2(self.linear_1(x)) + x


rng = np.random.default_rng(6)
x, y = rng.normal(size=(24, 4)).astype("float32"), rng.normal(size=(24, 1)).astype("float32")
model = keras.Sequential([keras.Input((4,)), Block(4), Doubler(), Linear(3, "tanh"), Penalty(), Scale(), Linear(1)])
same_start(model)
model.compile("sgd", "mse")
history = model.fit(x, y, epochs=3, batch_size=8, shuffle=False, verbose=0)
layer = Linear(2, "relu", name="mine")
outputs = layer(np.ones((3, 5), "float32"))
again = Linear.from_config(layer.get_config())
seen = {
    "history": history.history,
    "weights": model.get_weights(),
    "counts": (len(model.trainable_weights), len(model.non_trainable_weights), len(model.weights)),
    "shape": tuple(outputs.shape),
    "names": [w.name for w in layer.weights],
    "config": {k: v for k, v in again.get_config().items() if k in ("name", "units", "activation", "trainable")},
    "prediction": model.predict(x, verbose=0),
    "direct": np.array(model(x, training=True)),
    "shapes": [tuple(w.shape) for w in model.weights],
}
