"""`BackupAndRestore`: go on with a training that was interrupted.

Source: `keras.callbacks.BackupAndRestore`.
"""

import json
import os
import shutil

from kerasschool.callbacks.callback import Callback, listens_when
from kerasschool.callbacks.model_checkpoint import BatchCounter, check_save_freq, saves_between_epochs
from kerasschool.errors import check_whole, message


class BackupAndRestore(Callback):
    """Backs up weights, optimizer and epoch, so that the same program, started again, goes on where it was.

    `fit` restores the backup when it begins, trains the remaining epochs, and deletes the backup when it ends. An
    interrupted epoch is trained from its beginning.

    Args:
        backup_dir: name of a directory for this callback alone.
        save_freq: `"epoch"`, or a number of batches. Default `"epoch"`.
        double_checkpoint: True keeps the backup before the last as well, in case the last is damaged. Default False.
        delete_checkpoint: False keeps the backup after the training. Default True.

    Raises:
        ValueError: if `backup_dir` is empty.

    >>> BackupAndRestore("backup").backup_dir
    'backup'
    """

    def __init__(self, backup_dir, save_freq="epoch", double_checkpoint=False, delete_checkpoint=True):
        super().__init__()
        if not backup_dir:
            raise ValueError(message("`backup_dir` must be the name of a directory.", backup_dir=backup_dir))
        self.backup_dir = os.fspath(backup_dir)
        self.save_freq = check_save_freq(save_freq)
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self.weights_path = os.path.join(self.backup_dir, "latest.weights.h5")
        self.state_path = os.path.join(self.backup_dir, "training_metadata.json")
        self._counter = BatchCounter(save_freq)
        self._epoch = 0

    def on_train_begin(self, logs=None):
        try:
            self._restore()
        except (OSError, ValueError):
            if not os.path.exists(f"{self.weights_path}.bkp"):
                raise
            for path in (self.weights_path, self.state_path):
                if os.path.exists(f"{path}.bkp"):
                    shutil.copyfile(f"{path}.bkp", path)
            self._restore()

    def on_epoch_begin(self, epoch, logs=None):
        self.model._initial_epoch = None  # `fit` has read it; a later `fit` begins at its own first epoch

    def on_epoch_end(self, epoch, logs=None):
        self._epoch = epoch + 1
        if not saves_between_epochs(self):
            self._back_up(batch=0)

    @listens_when(saves_between_epochs)
    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch, logs)
        if saves_between_epochs(self) and self._counter.is_due(batch):
            self._back_up(batch)

    def on_train_end(self, logs=None):
        self.model._initial_epoch = None
        if self.delete_checkpoint and os.path.isdir(self.backup_dir):
            shutil.rmtree(self.backup_dir)

    def _restore(self):
        if not self.model.built:
            raise ValueError(
                message(
                    "BackupAndRestore needs a model whose weights exist.",
                    fix="Start it with keras.Input(shape=...), or call model.build().",
                    model=self.model,
                )
            )
        self._epoch = self._read_epoch() if os.path.exists(self.state_path) else 0
        if os.path.exists(self.weights_path):
            if not self.model.optimizer.built:
                self.model.optimizer.build(self.model.trainable_variables)
            self.model.load_weights(self.weights_path)
        self.model._initial_epoch = self._epoch

    def _read_epoch(self):
        with open(self.state_path, encoding="utf-8") as file:
            text = file.read(1000)
        try:
            return check_whole("epoch", json.loads(text)["epoch"], 0)
        except (ValueError, TypeError, KeyError):
            raise ValueError(
                message(
                    "The backup is damaged.",
                    'Expected a file with {"epoch": number, "batch": number}.',
                    "Delete the directory to begin anew.",
                    file=self.state_path,
                )
            ) from None

    def _back_up(self, batch):
        os.makedirs(self.backup_dir, exist_ok=True)
        if self.double_checkpoint:
            for path in (self.weights_path, self.state_path):
                if os.path.exists(path):
                    shutil.copyfile(path, f"{path}.bkp")
        self.model.save_weights(self.weights_path, overwrite=True)
        unfinished = f"{self.state_path}.new"
        with open(unfinished, "w", encoding="utf-8") as file:
            json.dump({"epoch": self._epoch, "batch": batch}, file)
        os.replace(unfinished, self.state_path)
