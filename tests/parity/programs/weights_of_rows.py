"""Unbalanced classes: class_weight from counts, sample_weight in fit, evaluate and validation_data."""

import keras
import numpy as np

from tests.parity.programs import same_start

rng = np.random.default_rng(12)
x = rng.normal(size=(50, 4)).astype("float32")
y = (rng.random(50) < 0.2).astype("int32")
counts = np.bincount(y)
class_weight = {0: 1.0 / counts[0], 1: 1.0 / counts[1]}
metrics = [
    keras.metrics.FalseNegatives(name="fn"),
    keras.metrics.FalsePositives(name="fp"),
    keras.metrics.TrueNegatives(name="tn"),
    keras.metrics.TruePositives(name="tp"),
    keras.metrics.Precision(name="precision"),
    keras.metrics.Recall(name="recall"),
    keras.metrics.AUC(name="prc", curve="PR"),
]


def make(outputs=1, activation="sigmoid"):
    return same_start(
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(6, "relu"), keras.layers.Dense(outputs, activation)])
    )


model = make()
model.layers[-1].bias.assign(np.log([counts[1] / counts[0]]))
model.compile(optimizer=keras.optimizers.Adam(1e-2), loss="binary_crossentropy", metrics=metrics)
history = model.fit(
    x, y, batch_size=25, epochs=2, verbose=0, shuffle=False, class_weight=class_weight, validation_data=(x, y)
)
seen = {"class": history.history, "evaluate": model.evaluate(x, y, verbose=0)}

w = rng.random(50)
model = make(2, "softmax")
model.compile("rmsprop", "sparse_categorical_crossentropy", weighted_metrics=["accuracy"], metrics=["accuracy"])
history = model.fit(x, y, sample_weight=w, epochs=2, verbose=0, shuffle=False, validation_data=(x, y, w))
seen["sample"] = history.history
seen["evaluate_weighted"] = model.evaluate(x, y, sample_weight=w, verbose=0, return_dict=True)
model = make(2, "softmax")
model.compile("sgd", "categorical_crossentropy")
seen["one_hot"] = model.fit(
    x, keras.utils.to_categorical(y, 2), class_weight={0: 1, 1: 5}, epochs=2, verbose=0, shuffle=False
).history
