"""Lambda layers, Rescaling, Reshape, Permute, RepeatVector; ops in them."""

import keras
import numpy as np
from keras import layers, ops
from keras.layers import Lambda

from tests.parity.programs import same_start

x = np.random.default_rng(19).random((12, 8)).astype("float32")
y = x.sum(axis=1, keepdims=True)
model = keras.Sequential(
    [
        keras.Input((8,)),
        layers.Rescaling(2.0, offset=-1),
        Lambda(lambda t: t**2),
        layers.Reshape((4, 2)),
        layers.Permute((2, 1)),
        layers.Dense(3, activation="relu"),
        layers.Flatten(),
        Lambda(lambda t: ops.concatenate([t, -t], axis=-1), output_shape=(12,)),
        Lambda(lambda t: ops.expand_dims(t, 1)),
        layers.Reshape((-1,)),
        layers.Dense(1),
        Lambda(lambda t: t * 10.0),
    ]
)
same_start(model)
model.compile(loss=keras.losses.Huber(delta=0.5), optimizer="adagrad")
history = model.fit(x, y, epochs=3, batch_size=4, verbose=0, shuffle=False)
repeated = keras.Sequential([layers.RepeatVector(3)])(x[:2])
seen = {
    "history": history.history,
    "shapes": [tuple(layer.compute_output_shape((None, 8))) for layer in model.layers[:2]],
    "predict": model.predict(x, verbose=0),
    "repeated": np.array(repeated),
    "output": model.output_shape,
}
