"""Data that come batch by batch.

Source: `keras.utils.PyDataset`.
"""


class PyDataset:
    """The base for your own data: define `__len__` (batches per epoch) and `__getitem__` (one batch).

    >>> import numpy as np
    >>> class Squares(PyDataset):
    ...     def __len__(self):
    ...         return 3
    ...     def __getitem__(self, index):
    ...         x = np.full((4, 1), float(index))
    ...         return x, x**2
    >>> len(Squares()), Squares()[2][1][0]
    (3, array([4.]))
    """

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        self.workers, self.use_multiprocessing, self.max_queue_size = workers, use_multiprocessing, max_queue_size

    def __getitem__(self, index):
        raise NotImplementedError(f"`{type(self).__name__}` must define `__getitem__(index)`: one batch.")

    def __len__(self):
        raise NotImplementedError(f"`{type(self).__name__}` must define `__len__()`: the number of batches.")

    @property
    def num_batches(self):
        """Batches per epoch."""
        return len(self)

    def on_epoch_begin(self):
        """Called before each epoch."""

    def on_epoch_end(self):
        """Called after each epoch, for example to shuffle."""


Sequence = PyDataset


def pack_x_y_sample_weight(x, y=None, sample_weight=None):
    """`(x,)`, `(x, y)` or `(x, y, sample_weight)`, whatever is there."""
    if y is None:
        return x if not isinstance(x, (tuple, list)) else (x,)
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data):
    """`x, y, sample_weight` from what a batch holds; what is missing is None."""
    data = data if isinstance(data, (tuple, list)) else (data,)
    return tuple(data) + (None,) * (3 - len(data))
