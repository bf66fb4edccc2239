"""A model that does not learn, to show what callbacks decide."""

from types import SimpleNamespace

import numpy as np

from kerasschool import callbacks


class StandInModel:
    """Has what callbacks use of a model; its single weight is the number of the epoch."""

    def __init__(self, learning_rate=0.1, metrics=()):
        self.optimizer = SimpleNamespace(learning_rate=learning_rate)
        self.metrics = list(metrics)
        self.stop_training = False
        self.built = True
        self.weights = [np.zeros(1)]
        self.saved = []

    def get_weights(self):
        return [weight.copy() for weight in self.weights]

    def set_weights(self, weights):
        self.weights = [weight.copy() for weight in weights]

    def save(self, path, overwrite=True):
        self.saved.append(("model", path))

    def save_weights(self, path, overwrite=True):
        self.saved.append(("weights", path))


ACCURACY = SimpleNamespace(name="accuracy", _direction="up")


def run(callback, values, monitor="val_loss", model=None, **params):
    """A whole training in which `monitor` takes the given values; returns how many epochs it lasted."""
    model = model or StandInModel(metrics=[ACCURACY])
    watchers = callbacks.CallbackList(callback, model=model, verbose=0, epochs=len(values), steps=1, **params)
    model.stop_training = False
    watchers.on_train_begin()
    epochs = 0
    for epoch, value in enumerate(values):
        watchers.on_epoch_begin(epoch)
        model.weights = [np.array([float(epoch)])]
        watchers.on_epoch_end(epoch, {monitor: value} if monitor else {})
        epochs += 1
        if model.stop_training:
            break
    watchers.on_train_end()
    return epochs
