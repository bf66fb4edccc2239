"""EarlyStopping with the best weights, ModelCheckpoint to a file, and the file loaded again."""

import os
import tempfile

import keras
import numpy as np

from tests.parity.programs import same_start

rng = np.random.default_rng(11)
x, y = rng.normal(size=(40, 4)), rng.normal(size=(40, 1))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(16, activation="relu"), keras.layers.Dense(1)])
same_start(model)
model.compile(optimizer=keras.optimizers.Adam(0.05), loss="mse", metrics=["mae"])
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "best.keras")
    weights_path = os.path.join(folder, "at-{epoch:02d}.weights.h5")
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True, verbose=0)
    best = keras.callbacks.ModelCheckpoint(path, monitor="val_loss", save_best_only=True)
    each = keras.callbacks.ModelCheckpoint(weights_path, save_weights_only=True)
    table = keras.callbacks.CSVLogger(os.path.join(folder, "log.csv"))
    history = model.fit(
        x, y, validation_split=0.25, epochs=12, verbose=0, shuffle=False, callbacks=[stop, best, each, table]
    )
    loaded = keras.models.load_model(path)
    files = sorted(os.listdir(folder))
    with open(os.path.join(folder, "log.csv")) as file:
        header = file.readline().strip()
    model.load_weights(os.path.join(folder, "at-01.weights.h5"))
seen = {
    "history": history.history,
    "stopped": stop.stopped_epoch,
    "best": stop.best_epoch,
    "files": files,
    "header": header,
    "loaded": loaded.predict(x, verbose=0),
    "evaluated": loaded.evaluate(x, y, verbose=0),
    "first": model.predict(x, verbose=0),
    "plot": [range(1, len(history.history["loss"]) + 1)[-1], min(history.history["val_loss"])],
}
