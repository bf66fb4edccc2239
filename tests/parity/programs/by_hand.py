"""A loop by hand: train_on_batch, test_on_batch, predict_on_batch, reset_metrics, and numbers averaged by oneself."""

import keras
import numpy as np

from tests.parity.programs import same_start

rng = np.random.default_rng(14)
x, y = rng.normal(size=(24, 3)).astype("float32"), rng.integers(0, 2, (24, 1)).astype("float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "relu"), keras.layers.Dense(1, "sigmoid")])
same_start(model)
model.compile(optimizer=keras.optimizers.Nadam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
logs = []
for _ in range(2):
    model.reset_metrics()
    for start in range(0, 24, 8):
        loss, accuracy = model.train_on_batch(x[start : start + 8], y[start : start + 8])
        logs.append((float(loss), float(accuracy)))
    logs.append([float(value) for value in model.test_on_batch(x, y)])
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
same_start(model)
model.compile("sgd", "mse")
single = model.train_on_batch(x, y, return_dict=True)
alone = model.train_on_batch(x, y)
seen = {
    "logs": logs,
    "dict": {key: float(value) for key, value in single.items()},
    "alone": np.shape(alone),
    "class_weight": float(model.train_on_batch(x, y, class_weight={0: 1.0, 1: 3.0})),
    "sample_weight": float(model.test_on_batch(x, y, sample_weight=np.arange(24.0))),
    "predict": model.predict_on_batch(x[:4]),
    "weights": model.get_weights(),
}
