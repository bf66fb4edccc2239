"""Data that comes in batches: a generator with steps_per_epoch, a PyDataset, and batches of unequal size."""

import math

import keras
import numpy as np

from tests.parity.programs import same_start

rng = np.random.default_rng(13)
x, y = rng.normal(size=(22, 3)).astype("float32"), rng.normal(size=(22, 1)).astype("float32")


def endless(batch_size):
    while True:
        for start in range(0, len(x), batch_size):
            yield x[start : start + batch_size], y[start : start + batch_size]


class Rows(keras.utils.PyDataset):
    def __init__(self, x_set, y_set, batch_size, **kwargs):
        super().__init__(**kwargs)
        self.x, self.y, self.batch_size, self.epochs_over = x_set, y_set, batch_size, 0

    def __len__(self):
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, idx):
        low = idx * self.batch_size
        high = min(low + self.batch_size, len(self.x))
        return self.x[low:high], self.y[low:high]

    def on_epoch_end(self):
        self.epochs_over += 1


def make():
    model = same_start(
        keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(1)])
    )
    model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
    return model


model = make()
history = model.fit(endless(5), steps_per_epoch=4, epochs=3, verbose=0, validation_data=endless(11), validation_steps=2)
seen = {"generator": history.history, "evaluate": model.evaluate(endless(5), steps=3, verbose=0)}
seen["predict"] = model.predict(((x[i : i + 4],) for i in range(0, 12, 4)), steps=3, verbose=0)
model, rows = make(), Rows(x, y, 6)
history = model.fit(rows, epochs=2, verbose=0, shuffle=False, validation_data=Rows(x, y, 7))
seen["rows"] = history.history
seen["length"] = len(rows)
seen["evaluate_rows"] = model.evaluate(rows, verbose=0)
seen["predict_rows"] = model.predict(rows, verbose=0)
model = make()
seen["three"] = model.fit(
    ((x[i : i + 2], y[i : i + 2], np.ones(2)) for i in range(0, 16, 2)), steps_per_epoch=4, epochs=2, verbose=0
).history
