"""`EarlyStopping`: end the training when a value no longer gets better.

Source: `keras.callbacks.EarlyStopping`.
"""

from kerasschool.callbacks.monitor_callback import MonitorCallback
from kerasschool.errors import check_whole
from kerasschool.utils.io_utils import print_message


class EarlyStopping(MonitorCallback):
    """Ends the training when the watched value has not improved for `patience` epochs.

    Args:
        monitor: name of the watched value. Default `"val_loss"`.
        min_delta: a change smaller than this is no improvement. Default 0.
        patience: number of epochs without improvement to wait for a better one. Default 0.
        verbose: 1 prints when it stops. Default 0.
        mode: `"min"`, `"max"` or `"auto"`. Default `"auto"`.
        baseline: stop too if the value does not become better than this within `patience` epochs. Default None.
        restore_best_weights: go back to the weights of the best epoch at the end. Default False: the last ones stay.
        start_from_epoch: number of first epochs that do not count. Default 0.

    Attributes:
        stopped_epoch: number of the epoch after which it stopped, from 0; 0 if it did not stop.
        best: the best value. best_epoch: the number of its epoch, from 0.

    >>> stop = EarlyStopping(monitor="loss", patience=2)
    >>> model = type("Model", (), {"stop_training": False})()
    >>> stop.set_model(model)
    >>> stop.on_train_begin()
    >>> for epoch, loss in enumerate([0.7, 0.5, 0.6, 0.5, 0.4]):
    ...     stop.on_epoch_end(epoch, {"loss": loss})
    ...     if model.stop_training:
    ...         break
    >>> stop.stopped_epoch, stop.best
    (3, 0.5)

    Lesson 10.
    """

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
        start_from_epoch=0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = check_whole("patience", patience, 0)
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = check_whole("start_from_epoch", start_from_epoch, 0)
        self.on_train_begin()

    def on_train_begin(self, logs=None):
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_weights = None
        self.best_epoch = 0

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        self._choose_direction(logs)
        value = logs.get(self.monitor)
        if value is None:
            self._warn_missing(logs)
            return
        if epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self._is_improvement(value, self.best):
            self.best = value
            self.best_epoch = epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self._is_improvement(value, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if self.stopped_epoch > 0 and self.verbose > 0:
            print_message(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose > 0:
                print_message(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)
