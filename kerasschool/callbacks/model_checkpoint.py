"""`ModelCheckpoint`: save the model while it is being trained.

Source: `keras.callbacks.ModelCheckpoint`.
"""

import os
import warnings

import numpy as np

from kerasschool.callbacks.callback import listens_when
from kerasschool.callbacks.monitor_callback import MonitorCallback
from kerasschool.errors import check_whole, did_you_mean, message
from kerasschool.old_spellings import caller_depth
from kerasschool.utils.io_utils import print_message


def saves_between_epochs(callback):
    """True if the model is saved after a number of batches, not after epochs."""
    return callback.save_freq != "epoch"


def check_save_freq(save_freq):
    """`save_freq` if it is `"epoch"` or a positive whole number, else the error that teaches."""
    if isinstance(save_freq, str) and save_freq != "epoch":
        raise ValueError(message("`save_freq` must be 'epoch' or a number of batches.", save_freq=save_freq))
    return save_freq if save_freq == "epoch" else check_whole("save_freq", save_freq)


class BatchCounter:
    """Tells when `save_freq` batches have gone by, across the borders of epochs."""

    def __init__(self, save_freq):
        self.save_freq = save_freq
        self.last_batch = None
        self.since_last_saving = 0

    def is_due(self, batch):
        """True after every `save_freq` batches; `batch` begins at 0 in every epoch."""
        is_new_epoch = self.last_batch is None or batch <= self.last_batch
        self.since_last_saving += batch + 1 if is_new_epoch else batch - self.last_batch
        self.last_batch = batch
        if self.since_last_saving < self.save_freq:
            return False
        self.since_last_saving = 0
        return True


class ModelCheckpoint(MonitorCallback):
    """Saves the model, or its weights, after every epoch, or only when it has become better.

    Args:
        filepath: name of the file. It ends in `.keras`, or in `.weights.h5` with `save_weights_only=True`, and may
            hold places to be filled in: `"{epoch:02d}-{val_loss:.2f}.keras"`. Epochs count from 1 here.
        monitor: name of the value that says what "better" is. Default `"val_loss"`.
        verbose: 1 prints what it does. Default 0.
        save_best_only: True saves only when the value is the best so far. Default False.
        save_weights_only: True saves only the weights. Default False.
        mode: `"min"`, `"max"` or `"auto"`. Default `"auto"`.
        save_freq: `"epoch"`, or a number of batches. Default `"epoch"`.
        initial_value_threshold: save only what is better than this. Default None.

    Raises:
        ValueError: if `filepath` ends otherwise.
        KeyError: after the first epoch, if `filepath` names a value that is not in the logs.

    >>> checkpoint = ModelCheckpoint("{epoch:02d}-{val_loss:.2f}.keras")
    >>> checkpoint.path_for(epoch=0, logs={"loss": 0.5, "val_loss": 0.625})
    '01-0.62.keras'

    Lesson 10.
    """

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        save_freq="epoch",
        initial_value_threshold=None,
    ):
        super().__init__(monitor, mode, initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = check_save_freq(save_freq)
        endings = (".weights.h5",) if save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            raise ValueError(
                message(
                    f"`filepath` must end in {endings[0]!r} with save_weights_only={bool(save_weights_only)}.",
                    filepath=self.filepath,
                )
            )
        self._counter = BatchCounter(save_freq)
        self._current_epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self._current_epoch = epoch

    @listens_when(saves_between_epochs)
    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch, logs)
        if saves_between_epochs(self) and self._counter.is_due(batch):
            self._save(self._current_epoch, logs or {}, batch)

    def on_epoch_end(self, epoch, logs=None):
        if not saves_between_epochs(self):
            self._save(epoch, logs or {})

    def path_for(self, epoch, logs, batch=None):
        """The file name with its places filled in; `epoch` and `batch` count from 0."""
        values = {"epoch": epoch + 1, **({} if batch is None else {"batch": batch + 1}), **logs}
        try:
            return self.filepath.format(**values)
        except (KeyError, IndexError, ValueError) as error:
            wanted = error.args[0] if isinstance(error, KeyError) else ""
            raise KeyError(
                message(
                    f"Cannot fill in the file name: {error}.{did_you_mean(wanted, values)}",
                    f"Known: {', '.join(values)}.",
                    filepath=self.filepath,
                )
            ) from None

    def _save(self, epoch, logs, batch=None):
        path = self.path_for(epoch, logs, batch)
        if self.save_best_only and not self._is_best(epoch, logs, path):
            return
        if self.verbose > 0 and not self.save_best_only:
            print_message(f"\nEpoch {epoch + 1}: saving model to {path}")
        if os.path.isdir(path):
            raise OSError(message("`filepath` is a directory.", "Expected the name of a file.", filepath=path))
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        if self.verbose > 0:
            print_message(f"\nEpoch {epoch + 1}: finished saving model to {path}")

    def _is_best(self, epoch, logs, path):
        self._choose_direction(logs)
        value = logs.get(self.monitor)
        if value is None:
            self._warn_missing(logs)
            return True
        if np.ndim(value) > 0:
            warnings.warn(
                f"ModelCheckpoint can find the best model only by a single number; {self.monitor!r} has "
                f"shape {np.shape(value)}. The model is saved after every epoch.",
                stacklevel=caller_depth(),
            )
            return True
        before = "None" if self.best is None else f"{self.best:.5f}"
        if not self._is_improvement(value, self.best):
            if self.verbose > 0:
                print_message(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {before}")
            return False
        if self.verbose > 0:
            print_message(
                f"\nEpoch {epoch + 1}: {self.monitor} improved from {before} to {value:.5f}, saving model to {path}"
            )
        self.best = value
        return True
