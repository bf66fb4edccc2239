"""Regularizers and constraints of every sort, losses of layers, norms held after training."""

import keras
import numpy as np
from keras import constraints, regularizers
from keras.regularizers import l2

from tests.parity.programs import same_start


class Strong(regularizers.Regularizer):
    def __init__(self, strength):
        self.strength = strength

    def __call__(self, x):
        return self.strength * keras.ops.sum(keras.ops.abs(x) ** 3)

    def get_config(self):
        return {"strength": self.strength}


class Positive(constraints.Constraint):
    def __call__(self, w):
        return w * keras.ops.cast(w >= 0, w.dtype)


def half(w):
    return 0.5 * keras.ops.sum(keras.ops.square(w))


rng = np.random.default_rng(16)
x, y = rng.normal(size=(30, 5)), rng.normal(size=(30, 1))
model = keras.Sequential(
    [
        keras.Input((5,)),
        keras.layers.Dense(6, "relu", kernel_regularizer=l2(0.01), bias_regularizer=regularizers.L2(0.01)),
        keras.layers.Dense(
            6, "tanh", kernel_regularizer=regularizers.L1L2(l1=1e-3, l2=1e-2), activity_regularizer="l2"
        ),
        keras.layers.Dense(4, "selu", kernel_constraint=constraints.MaxNorm(1.0), kernel_regularizer=Strong(0.01)),
        keras.layers.Dense(
            4, "softplus", kernel_constraint=Positive(), bias_constraint="non_neg", kernel_regularizer=half
        ),
        keras.layers.Dense(1, kernel_constraint=keras.constraints.UnitNorm(axis=0)),
    ]
)
same_start(model)
model.compile(keras.optimizers.SGD(0.02, clipnorm=1.0), "mse", metrics=["mse"])
history = model.fit(x, y, epochs=3, batch_size=10, verbose=0, shuffle=False, validation_data=(x, y))
seen = {
    "history": history.history,
    "losses": float(sum(model.layers[0].losses)),
    "largest": float(np.linalg.norm(model.layers[2].kernel.numpy(), axis=0).max()) <= 1.0001,
    "positive": bool((model.layers[3].get_weights()[0] >= 0).all()),
    "unit": np.linalg.norm(model.layers[4].get_weights()[0], axis=0),
    "weights": model.get_weights(),
    "config": model.layers[0].get_config()["kernel_regularizer"],
    "l2": float(l2(0.5)(np.ones((2, 2)))),
}
