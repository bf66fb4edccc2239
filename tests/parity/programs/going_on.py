"""fit called again, initial_epoch, validation_freq, compile again, history of each run, evaluate twice."""

import keras
import numpy as np

from tests.parity.programs import same_start

rng = np.random.default_rng(22)
x, y = rng.normal(size=(20, 3)).astype("float32"), rng.normal(size=(20, 1)).astype("float32")
model = same_start(keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "sigmoid"), keras.layers.Dense(1)]))
model.compile(optimizer="adam", loss=["mse"], metrics=[["mae"]])
one = model.fit(x, y, epochs=2, verbose=0, shuffle=False)
two = model.fit(x, y, epochs=5, initial_epoch=2, verbose=0, shuffle=False, validation_data=(x, y), validation_freq=2)
three = model.fit(x, y, batch_size=len(x), verbose=0, validation_batch_size=3, validation_split=0.5)
model.compile(optimizer=model.optimizer, loss=keras.losses.MeanAbsoluteError(), metrics=[])
four = model.fit(x, y, steps_per_epoch=4, epochs=2, batch_size=5, verbose=0, shuffle=False)
seen = {
    "one": (one.history, one.epoch),
    "two": (two.history, two.epoch),
    "three": (three.history, three.epoch),
    "four": (four.history, four.epoch),
    "kept": model.history is four,
    "score": model.evaluate(x, y, verbose=0),
    "again": model.evaluate(x, y, batch_size=7, verbose=0),
    "iterations": int(model.optimizer.iterations),
}
