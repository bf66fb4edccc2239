"""Handwritten digits with random pixels: Flatten, Dropout, sparse labels, argmax of predict, confusion counts."""

import keras
import numpy as np

from tests.parity.programs import same_start

keras.utils.set_random_seed(812)
rng = np.random.default_rng(2)
x_train, y_train = rng.integers(0, 256, size=(64, 28, 28)).astype("uint8"), rng.integers(0, 10, size=64).astype("uint8")
x_train = x_train.astype("float32") / 255

model = keras.models.Sequential(
    [
        keras.layers.Input(shape=(28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dropout(0.0),
        keras.layers.Dense(10),
    ]
)
same_start(model, 0.1)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
first = loss_fn(y_train[:1], model(x_train[:1]))
model.compile(optimizer="adam", loss=loss_fn, metrics=["accuracy"])
history = model.fit(x_train, y_train, epochs=2, verbose=0, shuffle=False)
probability_model = keras.Sequential([model, keras.layers.Softmax()])
probabilities = probability_model.predict(x_train[:5], verbose=0)
seen = {
    "first": float(first),
    "history": history.history,
    "probabilities": probabilities,
    "guess": int(np.argmax(probabilities[0])),
    "sum": [round(float(s), 4) for s in probabilities.sum(axis=1)],
    "outputs": model.output_shape,
    "inputs": model.input_shape,
    "nested": [layer.__class__.__name__ for layer in probability_model.layers],
    "count": probability_model.count_params(),
}
