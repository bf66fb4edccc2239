"""An autoencoder built of two models, and the encoder used by itself."""

import keras
import numpy as np
from keras import layers, regularizers

from tests.parity.programs import same_start

x = np.random.default_rng(5).random((32, 12)).astype("float32")
encoder = keras.Sequential(
    [keras.Input(shape=(12,)), layers.Dense(4, activation="relu", activity_regularizer=regularizers.l1(1e-3))],
    name="encoder",
)
decoder = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(12, activation="sigmoid")], name="decoder")
autoencoder = keras.Sequential([encoder, decoder], name="autoencoder")
autoencoder.build((None, 12))
same_start(autoencoder)
autoencoder.compile(optimizer="adam", loss="binary_crossentropy")
history = autoencoder.fit(x, x, epochs=3, batch_size=8, shuffle=False, verbose=0, validation_data=(x, x))
codes = encoder.predict(x, verbose=0)
seen = {
    "history": history.history,
    "codes": codes,
    "decoded": decoder.predict(codes, verbose=0),
    "names": [layer.name for layer in autoencoder.layers],
    "inner": autoencoder.get_layer("encoder").layers[0].units,
    "params": (encoder.count_params(), decoder.count_params(), autoencoder.count_params()),
    "error": float(np.mean(np.square(x - autoencoder.predict(x, verbose=0)))),
}
