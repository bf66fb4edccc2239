"""Random numbers for many trials: each trial has a stream of its own, as if it were the only one.

Lesson: 08.
"""

import contextlib

import numpy as np

from kerasschool import random


@contextlib.contextmanager
def alone(stream):
    """Inside the `with` block all unseeded draws, those with `numpy.random` included, go on in `stream`.

    Args:
        stream: a `numpy.random.RandomState`; it moves on by what is drawn.
    """
    outside = np.random.get_state()
    np.random.set_state(stream.get_state())
    try:
        with random.use(np.random):
            yield
    finally:
        stream.set_state(np.random.get_state())
        np.random.set_state(outside)


class StackedStream:
    """Several streams seen as one: the first axis of every draw counts them.

    It has the methods with which training draws, so that `random.use` can put it in a stream's place.

    Args:
        streams: list of `numpy.random.RandomState`.

    >>> both = StackedStream([np.random.RandomState(7), np.random.RandomState(8)])
    >>> both.random_sample((2, 3)).round(2).tolist()
    [[0.08, 0.78, 0.44], [0.87, 0.97, 0.87]]
    >>> print(np.random.RandomState(8).random_sample(3).round(2))
    [0.87 0.97 0.87]
    """

    def __init__(self, streams):
        self.streams = streams

    def permutation(self, rows):
        """The numbers 0 … rows - 1 in an order of its own for each stream, an array (streams, rows)."""
        small = np.int32 if rows < 2**31 else np.int64  # half the memory; only matters for very many rows
        return np.stack([stream.permutation(rows).astype(small) for stream in self.streams])

    def random_sample(self, shape):
        """Draws from 0 up to 1; the first size in `shape` is the number of streams."""
        return np.stack([stream.random_sample(shape[1:]) for stream in self.streams])

    def normal(self, mean, stddev, shape):
        """Draws from the bell curve; the first size in `shape` is the number of streams."""
        return np.stack([stream.normal(mean, stddev, shape[1:]) for stream in self.streams])
