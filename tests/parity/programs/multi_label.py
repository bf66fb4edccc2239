"""Several labels at once: sigmoid outputs, binary crossentropy, Precision, Recall, AUC and F1Score."""

import keras
import numpy as np

from tests.parity.programs import same_start

rng = np.random.default_rng(3)
x = rng.normal(size=(40, 6)).astype("float32")
y = (x[:, :3] + rng.normal(size=(40, 3)) > 0).astype("float32")

model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(3, "sigmoid")])
same_start(model)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=1e-2),
    loss=keras.losses.BinaryCrossentropy(label_smoothing=0.1),
    metrics=[
        keras.metrics.BinaryAccuracy(threshold=0.4),
        keras.metrics.Precision(),
        keras.metrics.Recall(name="recall"),
        keras.metrics.AUC(multi_label=True, num_labels=3),
        keras.metrics.F1Score(average="macro", threshold=0.5),
        keras.metrics.F1Score(average=None, threshold=0.5, name="f1_each"),
        "mse",
    ],
)
history = model.fit(x, y, epochs=2, batch_size=8, verbose=0, shuffle=False)
seen = {
    "keys": sorted(history.history),
    "last": {key: values[-1] for key, values in history.history.items()},
    "evaluate": model.evaluate(x, y, verbose=0, return_dict=True),
}
