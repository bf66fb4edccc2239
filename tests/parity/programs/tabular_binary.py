"""Tabular data, two classes: the standard first program, with old-style imports and validation_split."""

import numpy as np
from keras.layers import Dense
from keras.models import Sequential

from tests.parity.programs import same_start

rng = np.random.default_rng(0)
dataset = np.round(rng.normal(size=(60, 9)), 3)
X = dataset[:, 0:8]
y = (dataset[:, 8] > 0).astype(int)

model = Sequential()
model.add(Dense(12, input_shape=(8,), activation="relu", kernel_initializer="he_uniform"))
model.add(Dense(8, activation="relu"))
model.add(Dense(1, activation="sigmoid"))
same_start(model)
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(X, y, validation_split=0.33, epochs=4, batch_size=10, verbose=0, shuffle=False)
_, accuracy = model.evaluate(X, y, verbose=0)
predictions = (model.predict(X, verbose=0) > 0.5).astype(int)
seen = {
    "keys": list(history.history),
    "history": history.history,
    "epoch": history.epoch,
    "params": history.params,
    "accuracy": accuracy,
    "text": f"Accuracy: {accuracy * 100:.2f}",
    "lines": [f"{row.tolist()} => {guess[0]} (expected {truth})" for row, guess, truth in zip(X[:3], predictions, y)],
    "first": predictions[0],
    "shape": predictions.shape,
}
