"""House prices: Normalization adapted to the training data, several metrics by name and as objects."""

import keras
import numpy as np
from keras import layers

from tests.parity.programs import same_start

rng = np.random.default_rng(1)
x_train = rng.normal(50, 20, size=(48, 5)).astype("float32")
y_train = (x_train @ np.array([0.3, -0.1, 0.2, 0.0, 0.5]) + 4).reshape(-1, 1)

normalizer = layers.Normalization(axis=-1)
normalizer.adapt(x_train)
model = keras.Sequential(
    [normalizer, layers.Dense(16, activation="relu"), layers.Dense(16, activation="relu"), layers.Dense(1)]
)
model(x_train[:1])
same_start(model.layers[1]), same_start(model.layers[2]), same_start(model.layers[3])
model.compile(
    optimizer=keras.optimizers.RMSprop(0.001),
    loss="mse",
    metrics=["mae", keras.metrics.RootMeanSquaredError(), "mape", keras.metrics.R2Score(name="r2")],
)
history = model.fit(
    x_train, y_train, epochs=3, batch_size=16, verbose=0, shuffle=False, validation_data=(x_train, y_train)
)
seen = {
    "history": history.history,
    "mean": np.array(normalizer.mean),
    "variance": np.array(normalizer.variance),
    "evaluate": model.evaluate(x_train, y_train, verbose=0, return_dict=True),
    "list": model.evaluate(x_train, y_train, verbose=0),
    "one": model.predict(x_train[:1], verbose=0)[0][0],
    "flat": model.predict(x_train, verbose=0).flatten(),
    "weights": [w.shape for w in model.get_weights()],
    "non_trainable": [w.name for w in model.non_trainable_weights],
}
