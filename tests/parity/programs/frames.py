"""DataFrames and Series, lists, one-dimensional inputs, targets of shape (n,) and (n, 1), integers and booleans."""

import keras
import numpy as np
import pandas as pd

from tests.parity.programs import same_start

rng = np.random.default_rng(21)
frame = pd.DataFrame(rng.normal(size=(20, 3)), columns=["a", "b", "c"])
frame["target"] = frame["a"] * 2 - frame["b"]
train, test = frame.iloc[:15], frame.iloc[15:]
features, target = train.drop(columns="target"), train.pop("target")
features = train
seen = {}


def make(inputs=3):
    model = same_start(keras.Sequential([keras.Input((inputs,)), keras.layers.Dense(1)]))
    model.compile("sgd", "mse", metrics=["mae"])
    return model


model = make()
seen["frames"] = model.fit(features, target, epochs=2, verbose=0, shuffle=False, validation_split=0.2).history
seen["values"] = model.evaluate(features.values, target.values, verbose=0)
seen["predict"] = model.predict(test.drop("target", axis=1), verbose=0)
line = np.linspace(0, 1, 10)
model = make(1)
seen["line"] = model.fit(line, 2 * line + 1, epochs=2, verbose=0, shuffle=False).history
seen["points"] = model.predict(np.array([0.5, 2.0]), verbose=0)
seen["column"] = model.predict(np.array([[0.5], [2.0]]), verbose=0)
model = make(2)
xor_x, xor_y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])
seen["xor"] = model.fit(xor_x, xor_y, epochs=2, verbose=0, shuffle=False).history
seen["booleans"] = model.evaluate(xor_x.astype(bool), xor_y.astype(bool), verbose=0)
