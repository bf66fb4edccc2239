"""`CSVLogger`: one line of a table per epoch, in a file.

Source: `keras.callbacks.CSVLogger`.
"""

import collections.abc
import csv
import os

from kerasschool.callbacks.callback import Callback
from kerasschool.errors import message


class CSVLogger(Callback):
    """Writes the logs of every epoch as one line into a CSV file.

    Args:
        filename: name of the file.
        separator: what stands between two values. Default `","`.
        append: True continues a file that exists, False replaces it. Default False.

    >>> import os, tempfile
    >>> logger = CSVLogger(os.path.join(tempfile.mkdtemp(), "log.csv"))
    >>> logger.on_train_begin()
    >>> logger.on_epoch_end(0, {"loss": 0.7, "val_loss": 0.8})
    >>> with open(logger.filename) as file:
    ...     file.read()
    'epoch,loss,val_loss\\n0,0.7,0.8\\n'
    """

    def __init__(self, filename, separator=",", append=False):
        super().__init__()
        if not isinstance(separator, str) or len(separator) != 1:
            raise ValueError(message("`separator` must be one character.", separator=separator))
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.append_header = True
        self.keys = None

    def on_train_begin(self, logs=None):
        if self.append and os.path.exists(self.filename):
            self.append_header = os.path.getsize(self.filename) == 0
        with open(self.filename, "a" if self.append else "w"):  # fails before the training, if it must
            self.keys = None

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        rows = []
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(name.startswith("val_") for name in self.keys):
                self.keys += [f"val_{name}" for name in self.keys]  # validation may come in a later epoch
            if self.append_header:
                rows.append(["epoch", *self.keys])
        rows.append([epoch, *(as_cell(logs.get(name, "NA")) for name in self.keys)])
        with open(self.filename, "a", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=self.sep).writerows(rows)


def as_cell(value):
    """A value as the table shows it: a list as `"[1, 2]"` in quotes, all else as it is."""
    if isinstance(value, collections.abc.Iterable) and not isinstance(value, str) and getattr(value, "ndim", 1):
        return f'"[{", ".join(map(str, value))}]"'
    return value
