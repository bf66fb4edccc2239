"""`History`: what `fit` returns.

Source: `keras.callbacks.History`.
"""

from kerasschool.callbacks.callback import Callback


class History(Callback):
    """Keeps the values of every epoch. `fit` adds one by itself and returns it.

    Attributes:
        history: dictionary, name → list with one value per epoch.
        epoch: list of the epochs' numbers, from 0.

    >>> history = History()
    >>> history.on_train_begin()
    >>> history.on_epoch_end(0, {"loss": 0.7})
    >>> history.on_epoch_end(1, {"loss": 0.6})
    >>> history.history
    {'loss': [0.7, 0.6]}

    Lesson 04.
    """

    def __init__(self):
        super().__init__()
        self.history = {}
        self.epoch = []

    def on_train_begin(self, logs=None):
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        if self.model is not None:
            self.model.history = self
