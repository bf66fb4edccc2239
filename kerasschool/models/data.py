"""From what a reader passes to `fit` to batches of arrays.

Arrays, lists and tables become arrays once (`Rows`); generators and `PyDataset`s are read batch by batch (`Stream`).

Source: `keras.Model.fit`.
"""

import numpy as np

from kerasschool import random
from kerasschool.errors import check_number, check_whole, message
from kerasschool.layers.base import to_array


class Rows:
    """Inputs, targets and weights as arrays with one entry per row.

    Args:
        x: array (rows, ...).
        y: array (rows, ...) or None.
        weight: array (rows,) or None.
    """

    def __init__(self, x, y=None, weight=None):
        self.x, self.y, self.weight = x, y, weight
        self.rows = len(x)

    def batches_per_epoch(self, batch_size):
        """How many batches an epoch has, the last short one counted."""
        return -(-self.rows // batch_size)

    def epoch(self, batch_size, shuffle=False):
        """Yield `(x, y, weight)` batch by batch; when shuffled, all rows are gathered once, so a batch is a slice."""
        x, y, weight = self.x, self.y, self.weight
        if shuffle:
            order = random.stream().permutation(self.rows)
            x, y, weight = (None if array is None else array.take(order, axis=0) for array in (x, y, weight))
        for start in range(0, self.rows, batch_size):
            rows = slice(start, start + batch_size)
            yield x[rows], None if y is None else y[rows], None if weight is None else weight[rows]

    def passes(self, batch_size, shuffle=False):
        """Batch after batch without end: for epochs of a given number of steps, which go on where the last stopped."""
        while True:
            yield from self.epoch(batch_size, shuffle)

    def end_epoch(self):
        """An epoch of training is over: arrays need not know."""

    def split(self, share):
        """The first rows and the last `share` of them, as two `Rows` (`validation_split`)."""
        check_number("validation_split", share, 0, 1, exclusive=True)
        cut = int(np.floor(self.rows * (1 - share)))
        if cut == 0 or cut == self.rows:
            raise ValueError(
                message(f"{self.rows} rows cannot be split so that both parts have one.", validation_split=share)
            )
        parts = [(a if a is None else a[:cut], a if a is None else a[cut:]) for a in (self.x, self.y, self.weight)]
        return Rows(*(part[0] for part in parts)), Rows(*(part[1] for part in parts))


class Stream:
    """Batches from a generator, an iterable or a `PyDataset`.

    Args:
        source: what gives `(x, y)` or `(x, y, sample_weight)`, batch after batch.
        convert: function from such a tuple to `(x, y, weight)` arrays.
        steps: batches per epoch; None to read until the source ends.
    """

    def __init__(self, source, convert, steps=None):
        self.source, self.convert = source, convert
        self.is_sequence = hasattr(source, "__getitem__") and hasattr(source, "__len__")
        self.steps = steps or (len(source) if hasattr(source, "__len__") else None)
        self._goes_on = steps is not None  # an epoch of so many steps begins where the last one stopped
        self._running = None

    def batches_per_epoch(self, batch_size):
        """How many batches an epoch has, or None before that is known."""
        return self.steps

    def epoch(self, batch_size=None, shuffle=False):
        """Yield `(x, y, weight)` batch by batch, the given number or until the source ends."""
        count = 0
        for batch in self._batches(shuffle):
            yield self.convert(batch)
            count += 1
            if count == self.steps:
                break
        if count == 0:
            raise ValueError(
                "The data ended before its first batch. A generator can be read only once: "
                "make it endless and pass `steps_per_epoch`, or pass arrays."
            )
        self.steps = self.steps or count

    def end_epoch(self):
        """Tell the source that an epoch of training is over."""
        if hasattr(self.source, "on_epoch_end"):
            self.source.on_epoch_end()

    def _batches(self, shuffle):
        if self.is_sequence:
            batches = len(self.source)
            order = random.stream().permutation(batches) if shuffle else range(batches)
            return (self.source[int(index)] for index in order)
        if iter(self.source) is self.source:  # a generator goes on where the last epoch stopped
            return self.source
        if self._goes_on and not hasattr(self.source, "__len__"):
            self._running = self._running or iter(self.source)
            return self._running
        return iter(self.source)


def is_stream(x):
    """True for generators, iterables of batches and datasets; False for arrays, lists and tables."""
    if hasattr(x, "shape") or isinstance(x, (list, tuple)) or hasattr(x, "to_numpy"):
        return False
    return hasattr(x, "__next__") or hasattr(x, "__iter__") or hasattr(x, "__getitem__")


def inputs_to_array(x, dtype, shape=None):
    """`x` as a C-contiguous float array, checked: numbers, finite, at least one row.

    Args:
        shape: what the model expects, `(None, inputs)`; a flat list of numbers becomes one column where that fits.
    """
    if isinstance(x, dict):
        raise ValueError("A `Sequential` model has one input. Pass one array, not a dictionary.")
    x = to_array(x, dtype)
    if x.ndim == 0:
        raise ValueError(message("Inputs must have rows.", "Expected an array of shape (rows, inputs).", x=x.item()))
    if x.ndim == 1 and shape is not None and tuple(shape[1:]) == (1,):
        x = x[:, None]
    if len(x) == 0:
        raise ValueError(message("There are no rows to work on.", "Expected at least one.", x=x))
    return check_finite("x", x)


def check_finite(name, array):
    """`array` unchanged, or the error that names the first NaN or infinite entry."""
    if array.dtype.kind == "f" and not np.isfinite(array.sum()) and not np.isfinite(array).all():
        bad = ~np.isfinite(array)
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(
            f"`{name}` has {int(bad.sum())} entries that are NaN or infinite, the first at index {place}: "
            f"{array[place]}. Remove those rows or fill the gaps (for example with the column's mean) before training."
        )
    return array


def weights_to_array(weight, rows, dtype):
    """`sample_weight` as an array (rows, ...), checked."""
    if weight is None:
        return None
    weight = check_finite("sample_weight", to_array(weight, dtype))
    if weight.ndim == 0 or len(weight) != rows:
        raise ValueError(
            message("`sample_weight` must have one entry per row.", f"Expected {rows}.", sample_weight=weight)
        )
    return weight


def class_weights(y, class_weight):
    """One weight per row from a dictionary class → weight; classes that it does not name weigh 1."""
    if not isinstance(class_weight, dict):
        raise TypeError(
            message("`class_weight` must be a dictionary, class number → weight.", class_weight=class_weight)
        )
    labels = y.argmax(-1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(len(y))
    weight = np.ones(len(y))
    for label, value in class_weight.items():
        weight[labels == label] = check_number("class_weight", value, 0)
    return weight


def check_fit_numbers(batch_size, epochs, initial_epoch):
    """Raise the error that teaches for a batch size or number of epochs that cannot be."""
    if batch_size is not None:
        check_whole("batch_size", batch_size)
    check_whole("epochs", epochs, 0)
    check_whole("initial_epoch", initial_epoch, 0)
