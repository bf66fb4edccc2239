"""Callbacks of one's own: every hook, logs per batch and per epoch, stopping early, LambdaCallback."""

import keras
import numpy as np

from tests.parity.programs import same_start


class Diary(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.pages = []

    def on_train_begin(self, logs=None):
        self.pages.append(("train begin", sorted(logs or {})))

    def on_epoch_begin(self, epoch, logs=None):
        self.pages.append(("epoch begin", epoch))

    def on_train_batch_begin(self, batch, logs=None):
        self.pages.append(("batch begin", batch, sorted(logs or {})))

    def on_train_batch_end(self, batch, logs=None):
        self.pages.append(("batch end", batch, dict(logs)))

    def on_test_batch_end(self, batch, logs=None):
        self.pages.append(("test batch end", batch, dict(logs)))

    def on_epoch_end(self, epoch, logs=None):
        self.pages.append(("epoch end", epoch, dict(logs)))

    def on_train_end(self, logs=None):
        self.pages.append(("train end", dict(logs)))

    def on_predict_batch_end(self, batch, logs=None):
        self.pages.append(("predict", batch, [tuple(np.shape(logs["outputs"]))]))


class StopAt(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        rate = float(self.model.optimizer.learning_rate)
        self.model.optimizer.learning_rate = rate * 0.5
        if logs.get("loss") < 100 and epoch == 1:
            print(f"\nepoch {epoch}: enough")
            self.model.stop_training = True


rng = np.random.default_rng(9)
x, y = rng.normal(size=(20, 2)), rng.normal(size=20)
model = keras.Sequential([keras.layers.Dense(1)])
model.build((None, 2))
same_start(model)
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", metrics=["mae"])
diary, losses = Diary(), []
history = model.fit(
    x,
    y,
    batch_size=8,
    epochs=5,
    verbose=0,
    shuffle=False,
    validation_split=0.2,
    callbacks=[
        diary,
        StopAt(),
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: losses.append(logs["loss"])),
    ],
)
model.predict(x, batch_size=16, callbacks=[diary], verbose=0)
seen = {
    "pages": diary.pages,
    "losses": losses,
    "history": history.history,
    "epochs": history.epoch,
    "rate": float(model.optimizer.learning_rate.numpy()),
    "params": diary.params,
    "iterations": int(model.optimizer.iterations),
}
