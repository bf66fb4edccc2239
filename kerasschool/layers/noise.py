"""Layers that disturb the numbers while training, and do nothing when the model is asked.

A network that must cope with noise cannot lean on single inputs, so it overfits less.

Lesson: 10. Source: `keras.layers`.
"""

import math

import numpy as np

from kerasschool import random
from kerasschool.errors import check_number, message
from kerasschool.layers.arguments import check_shape
from kerasschool.layers.base import Layer


class Noise(Layer):
    """The base of the noise layers: while training ``y = factor * x + summand``, with both drawn anew for each batch.

    Args:
        seed: None to draw from the stream in use; a whole number gives the layer a stream of its own.
    """

    needs_build = False

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        is_own = isinstance(seed, random.SeedGenerator)
        self.seed_generator = seed if seed is None or is_own else random.SeedGenerator(random.check_seed(seed))

    def draw(self, shape, dtype):
        """The factor and the summand for inputs of this shape; None for either that there is not."""
        raise NotImplementedError

    def is_active(self):
        """False if even in training nothing happens."""
        return True

    def call(self, inputs, training=False):
        if not training or not self.is_active():
            return inputs
        factor, summand = self.draw(inputs.shape, inputs.dtype)
        y = inputs if factor is None else inputs * factor
        return y if summand is None else y + summand

    def forward(self, x, training=False):
        memory = self.memory
        memory.factor = None
        if not training or not self.is_active():
            return x
        memory.factor, summand = self.draw(x.shape, x.dtype)
        y = x if memory.factor is None else x * memory.factor
        return y if summand is None else y + summand

    def backward(self, dy):
        if self.memory.factor is not None:
            dy *= self.memory.factor
        return dy

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


class Dropout(Noise):
    """Sets a share of the inputs to 0 and scales the others by 1 / (1 - rate), so that the sum stays alike.

    Args:
        rate: the share, 0 to 1.
        noise_shape: shape of the mask, batch axis first; 1 in it drops all entries along that axis together, None
            stands for the size of the inputs.
        seed: see `Noise`.

    >>> Dropout(0.5, seed=7)(np.ones((2, 4)), training=True)
    array([[0., 2., 0., 2.],
           [2., 2., 2., 0.]], dtype=float32)
    >>> Dropout(0.5)([[1.0, 1.0]])
    array([[1., 1.]], dtype=float32)

    Lesson: 10. Source: Srivastava et al. 2014.
    """

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.rate = check_number("rate", rate, 0, 1)
        self.noise_shape = None if noise_shape is None else check_shape("noise_shape", noise_shape)

    def is_active(self):
        return self.rate > 0

    def draw(self, shape, dtype):
        source = random.stream(self.seed_generator)
        kept = source.random_sample(mask_shape(self.noise_shape, shape)) >= self.rate
        return np.multiply(kept, 1 / (1 - self.rate) if self.rate < 1 else 0.0, dtype=dtype), None

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "noise_shape": self.noise_shape}


class SpatialDropout1D(Dropout):
    """`Dropout` that drops a feature at all steps of a sequence together.

    Args:
        rate: the share, 0 to 1.
        seed: see `Noise`.

    Shapes:
        `(batch, steps, features)` → the same.

    Source: Tompson et al. 2014.
    """

    def __init__(self, rate, seed=None, name=None, dtype=None):
        super().__init__(rate, noise_shape=(None, 1, None), seed=seed, name=name, dtype=dtype)

    def get_config(self):
        return {"rate": self.rate, "seed": self.seed, "name": self.name, "dtype": self.dtype}


class GaussianNoise(Noise):
    """Adds a draw from the bell curve to each input.

    Args:
        stddev: width of the bell, 0 to 1.
        seed: see `Noise`.

    >>> GaussianNoise(0.1, seed=7)([[1.0, 1.0]], training=True).round(3)
    array([[1.169, 0.953]], dtype=float32)
    """

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.stddev = check_number("stddev", stddev, 0, 1)

    def is_active(self):
        return self.stddev > 0

    def draw(self, shape, dtype):
        return None, random.normal(shape, 0.0, self.stddev, dtype, self.seed_generator)

    def get_config(self):
        return {**super().get_config(), "stddev": self.stddev}


class GaussianDropout(Noise):
    """Multiplies each input by a draw from the bell curve around 1, with variance rate / (1 - rate) as in `Dropout`.

    Args:
        rate: 0 up to 1, which is left out.
        seed: see `Noise`.

    Source: Srivastava et al. 2014.
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.rate = check_rate(rate)

    def is_active(self):
        return self.rate > 0

    def draw(self, shape, dtype):
        return random.normal(shape, 1.0, math.sqrt(self.rate / (1 - self.rate)), dtype, self.seed_generator), None

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}


class AlphaDropout(Noise):
    """`Dropout` for `selu`: what is dropped becomes selu's lowest value, and mean and variance stay as they were.

    Args:
        rate: the share, 0 up to 1, which is left out.
        noise_shape: as for `Dropout`.
        seed: see `Noise`.

    Source: Klambauer et al. 2017.
    """

    lowest = -1.6732632423543772 * 1.0507009873554805  # of selu: -alpha * scale

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.rate = check_rate(rate)
        self.noise_shape = noise_shape

    def is_active(self):
        return self.rate > 0

    def draw(self, shape, dtype):
        rate, lowest = self.rate, self.lowest
        stretch = ((1 - rate) * (1 + rate * lowest**2)) ** -0.5  # puts the variance back to 1
        shift = -stretch * lowest * rate  # puts the mean back to 0
        kept = random.stream(self.seed_generator).random_sample(mask_shape(self.noise_shape, shape)) >= rate
        return np.multiply(kept, stretch, dtype=dtype), np.where(kept, shift, stretch * lowest + shift).astype(dtype)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "noise_shape": self.noise_shape}


def check_rate(rate):
    """`rate` if it is a number from 0 up to 1, 1 left out, else the error that says so."""
    if check_number("rate", rate, 0, 1) == 1:
        raise ValueError(message("A rate of 1 leaves no number to scale.", "Expected a rate below 1.", rate=rate))
    return rate


def mask_shape(noise_shape, shape):
    """`noise_shape` with the inputs' sizes in place of None."""
    if noise_shape is None:
        return shape
    return tuple(size if asked is None else asked for asked, size in zip(noise_shape, shape))
