"""BatchNormalization, Dropout, LayerNormalization, LeakyReLU and PReLU in one stack; training and inference differ."""

import keras
import numpy as np
from keras.layers import (
    ELU,
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    GaussianNoise,
    LayerNormalization,
    LeakyReLU,
    PReLU,
)

from tests.parity.programs import same_start

rng = np.random.default_rng(17)
x, y = rng.normal(3, 2, size=(32, 6)).astype("float32"), rng.integers(0, 3, 32)
model = keras.Sequential(
    [
        keras.Input((6,)),
        Dense(8, use_bias=False),
        BatchNormalization(),
        Activation("relu"),
        Dropout(0),
        Dense(8),
        LeakyReLU(negative_slope=0.1),
        LayerNormalization(),
        Dense(8),
        PReLU(),
        BatchNormalization(momentum=0.9, scale=False),
        Dense(5),
        ELU(),
        Dense(3, activation="softmax"),
    ]
)
same_start(model)
model.compile(loss="sparse_categorical_crossentropy", optimizer="adamw", metrics=["sparse_categorical_accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0, shuffle=False, validation_data=(x, y))
noisy = keras.Sequential([GaussianNoise(0.5), Dropout(0.5, seed=3)])
still, loud = noisy(x), noisy(x, training=True)
lines = []
model.summary(print_fn=lines.append)
seen = {
    "history": history.history,
    "inference": np.array(model(x, training=False)),
    "moving": model.layers[1].moving_mean.numpy(),
    "still": bool(np.all(np.array(still) == x)),
    "zeros": bool(np.mean(np.array(loud) == 0) > 0.2),
    "summary": "\n".join(lines),
    "names": [w.path for w in model.weights],
}
