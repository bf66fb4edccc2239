"""Where every random number comes from.

Unseeded draws come from NumPy's global stream, so ``numpy.random.seed(7)`` makes a whole program repeatable.
A training session swaps in a stream of its own with `use`, so that two panels do not disturb each other.

Lesson: 08. Source: `keras.random`.
"""

import contextlib
import contextvars

import numpy as np

from kerasschool import config
from kerasschool.errors import check_number, message
from kerasschool.registry import Registry

_in_use = contextvars.ContextVar("stream", default=np.random)  # each thread and each task has its own


def stream(seed=None):
    """The source of random numbers for `seed`: a `RandomState`, or NumPy's module with the same methods.

    Args:
        seed: None for the stream in use; an int for a fresh stream that always starts alike;
            a `SeedGenerator` for a stream that goes on from call to call.
    """
    if seed is None:
        return _in_use.get()
    if isinstance(seed, SeedGenerator):
        return seed.stream
    return np.random.RandomState(check_seed(seed))


def check_seed(seed):
    """`seed` as an int that NumPy accepts, or the error that says what a seed is."""
    if isinstance(seed, (bool, np.bool_)) or not isinstance(seed, (int, np.integer)):
        raise ValueError(message("A seed must be None, a whole number or a SeedGenerator.", seed=seed))
    return int(seed) % 2**32


@contextlib.contextmanager
def use(random_state):
    """Take every unseeded draw inside the `with` block from `random_state` (a `numpy.random.RandomState`)."""
    before = _in_use.set(random_state)
    try:
        yield random_state
    finally:
        _in_use.reset(before)


class SeedGenerator:
    """A stream of random numbers that goes on from call to call.

    Args:
        seed: int; two generators with the same seed give the same numbers. None draws one from the stream in use.
    """

    def __init__(self, seed=None, name=None):
        self.seed = int(stream().randint(2**31 - 1)) if seed is None else check_seed(seed)
        self.name = name or "seed_generator"
        self.stream = np.random.RandomState(self.seed)

    def next(self):
        """The next seed of the stream: an int."""
        return int(self.stream.randint(2**31 - 1))

    def get_config(self):
        return {"seed": self.seed, "name": self.name}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


def _dtype(dtype):
    return dtype or config.floatx()


def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Draws from the bell curve with this mean and standard deviation.

    >>> from kerasschool import random
    >>> random.normal((2, 3), seed=7).shape
    (2, 3)
    """
    return stream(seed).normal(mean, stddev, shape).astype(_dtype(dtype))


def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Draws from `minval` (included) to `maxval` (left out), every value alike."""
    dtype = _dtype(dtype)
    if np.issubdtype(dtype, np.integer):
        return randint(shape, minval, maxval, dtype, seed)
    return stream(seed).uniform(minval, maxval, shape).astype(dtype)


def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Whole numbers from `minval` (included) to `maxval` (left out)."""
    return stream(seed).randint(minval, maxval, shape).astype(dtype)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """The bell curve without its tails: draws further than two `stddev` from the mean are drawn again."""
    source = stream(seed)
    draws = source.normal(0.0, 1.0, shape)
    while True:
        outside = np.abs(draws) > 2
        if not outside.any():
            return (mean + stddev * draws).astype(_dtype(dtype))
        draws[outside] = source.normal(0.0, 1.0, int(outside.sum()))


def dropout(inputs, rate, noise_shape=None, seed=None):
    """`inputs` with a share `rate` of the values set to 0 and the others scaled by 1 / (1 - rate)."""
    inputs = inputs if hasattr(type(inputs), "__array_function__") else np.asarray(inputs)  # a Tensor stays one
    check_number("rate", rate, 0, 1)
    if rate == 1:
        return np.zeros_like(inputs)
    kept = stream(seed).random_sample(noise_shape or inputs.shape) >= rate
    return (inputs * kept / (1 - rate)).astype(inputs.dtype)


def shuffle(x, axis=0, seed=None):
    """A copy of `x` with its entries along `axis` in random order."""
    x = np.asarray(x)
    return np.take(x, stream(seed).permutation(x.shape[axis]), axis=axis)


def categorical(logits, num_samples, dtype="int32", seed=None):
    """For each row of `logits` (rows, classes): `num_samples` class numbers drawn with their softmax odds."""
    logits = np.asarray(logits)
    gumbel = stream(seed).gumbel(size=(logits.shape[0], num_samples, logits.shape[1]))
    return (logits[:, None, :] + gumbel).argmax(-1).astype(dtype)


def gamma(shape, alpha, dtype=None, seed=None):
    """Draws from the gamma distribution with shape parameter `alpha` and scale 1."""
    return stream(seed).gamma(alpha, size=shape).astype(_dtype(dtype))


def beta(shape, alpha, beta, dtype=None, seed=None):
    """Draws from the beta distribution on 0..1."""
    return stream(seed).beta(alpha, beta, size=shape).astype(_dtype(dtype))


def binomial(shape, counts, probabilities, dtype=None, seed=None):
    """The number of successes in `counts` tries, each with its probability."""
    return stream(seed).binomial(counts, probabilities, size=shape).astype(_dtype(dtype))


_registry = Registry("random object", "random", [SeedGenerator])
