"""Reviews as rows of word numbers: pad_sequences, Embedding, GlobalAveragePooling1D."""

import keras
import numpy as np
from keras import layers
from keras.utils import pad_sequences

from tests.parity.programs import same_start

rng = np.random.default_rng(18)
reviews = [rng.integers(1, 50, size=rng.integers(2, 12)).tolist() for _ in range(30)]
labels = rng.integers(0, 2, 30)
x = pad_sequences(reviews, maxlen=8)
post = pad_sequences(reviews[:3], maxlen=5, padding="post", truncating="post")
model = keras.Sequential(
    [layers.Embedding(50, 6), layers.GlobalAveragePooling1D(), layers.Dense(8, activation="relu"), layers.Dense(1)]
)
model.build(input_shape=(None, 8))
same_start(model)
model.compile(
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    optimizer="adam",
    metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
)
history = model.fit(x, labels, epochs=2, batch_size=10, verbose=0, shuffle=False)
seen = {
    "x": x,
    "post": post,
    "history": history.history,
    "vectors": model.layers[0].get_weights()[0],
    "embeddings": tuple(model.layers[0].embeddings.shape),
    "guess": model.predict(x[:2], verbose=0),
}
