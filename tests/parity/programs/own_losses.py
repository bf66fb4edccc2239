"""Losses of one's own: a function, a function that makes one, a class, with ops and with sample weights."""

import keras
import numpy as np
from keras import ops

from tests.parity.programs import same_start


def weighted_mse(y_true, y_pred):
    error = y_pred - y_true
    return ops.mean(ops.where(error > 0, 2.0 * ops.square(error), ops.square(error)), axis=-1)


def quantile(q):
    def loss(y_true, y_pred):
        e = y_true - y_pred
        return keras.ops.mean(keras.ops.maximum(q * e, (q - 1) * e))

    return loss


class Wing(keras.losses.Loss):
    def __init__(self, width=1.0, reduction="sum_over_batch_size", name="wing"):
        super().__init__(reduction=reduction, name=name)
        self.width = width

    def call(self, y_true, y_pred):
        return ops.mean(ops.log(1.0 + ops.abs(y_true - y_pred) / self.width), axis=-1)

    def get_config(self):
        return {**super().get_config(), "width": self.width}


rng = np.random.default_rng(7)
x, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
weights = rng.random(20)
seen = {}
for name, loss in {
    "function": weighted_mse,
    "made": quantile(0.9),
    "class": Wing(0.5),
    "sum": Wing(reduction="sum"),
}.items():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="relu"), keras.layers.Dense(2)])
    same_start(model)
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=loss, metrics=[weighted_mse, "mae"])
    history = model.fit(
        x, y, batch_size=5, epochs=2, verbose=0, shuffle=False, sample_weight=weights if name == "class" else None
    )
    seen[name] = history.history
seen["direct"] = float(Wing(2.0)(y, y + 1))
seen["weighted"] = float(Wing(2.0)(y, y + 1, sample_weight=weights))
seen["config"] = {k: v for k, v in Wing(3.0).get_config().items() if k in ("name", "width", "reduction")}
