"""The networks that are measured: from a learner's first one to the largest that a laptop trains in class."""

import dataclasses
import functools

import numpy as np


@dataclasses.dataclass(frozen=True)
class Network:
    """Dense layers with ReLU between them; sigmoid at the end if there is one output, else softmax. Adam, float32.

    Args:
        name: the sizes of its layers, inputs first.
        batch_size: rows per step.
        rows: rows of training data.
    """

    name: str
    batch_size: int
    rows: int

    @property
    def sizes(self):
        """Inputs, hidden layers, outputs."""
        return tuple(int(size) for size in self.name.split("-"))

    @property
    def is_binary(self):
        return self.sizes[-1] == 1

    @property
    def loss(self):
        return "binary_crossentropy" if self.is_binary else "sparse_categorical_crossentropy"

    @property
    def steps(self):
        """Steps per epoch, the last short batch counted."""
        return -(-self.rows // self.batch_size)

    @property
    def num_parameters(self):
        return sum((inputs + 1) * units for inputs, units in zip(self.sizes, self.sizes[1:]))

    def data(self, rows=None):
        """Inputs, float32; and targets: 0.0 or 1.0 for one output, else class numbers, int32.

        Nine targets in ten can be learnt. The tenth is chance, so that however long a peer trains, gradients do not
        fade to numbers so small that arithmetic with them is slow.
        """
        return _data(self.sizes[0], self.sizes[-1], rows or self.rows)

    def first_weights(self):
        """A list of pairs (kernel, bias), Glorot uniform and zeros."""
        random = np.random.default_rng(1)
        weights = []
        for inputs, units in zip(self.sizes, self.sizes[1:]):
            limit = (6 / (inputs + units)) ** 0.5
            kernel = random.uniform(-limit, limit, (inputs, units))
            weights.append((kernel.astype(np.float32), np.zeros(units, np.float32)))
        return weights


@functools.lru_cache(maxsize=2)
def _data(inputs, outputs, rows):
    random = np.random.default_rng(0)
    x = random.standard_normal((rows, inputs)).astype(np.float32)
    score = x @ random.standard_normal((inputs, outputs)).astype(np.float32)
    y = score[:, 0] > 0 if outputs == 1 else score.argmax(axis=1)
    y = np.where(random.random(rows) < 0.1, random.integers(max(2, outputs), size=rows), y)
    return x, y.astype(np.float32 if outputs == 1 else np.int32)


NETWORKS = {
    network.name: network
    for network in (
        Network("8-12-8-1", batch_size=10, rows=266),  # the penguins
        Network("2-8-8-1", batch_size=32, rows=1000),  # the plane
        Network("64-32-10", batch_size=32, rows=1797),  # the digits
        Network("784-128-10", batch_size=32, rows=3200),
        Network("784-512-512-10", batch_size=128, rows=6400),
    )
}


def named(network):
    """The `Network` of a name, or of a dictionary with its arguments."""
    return Network(**network) if isinstance(network, dict) else NETWORKS[network]
