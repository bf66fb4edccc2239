"""Where weights start: zeros for biases, small random numbers for kernels.

An initializer is called with a shape and returns an array. The random ones draw from `kerasschool.random`: without a
seed from the stream in use, so ``numpy.random.seed(7)`` makes a program repeatable; with a whole number as seed they
give the same values at every call.

Lesson: 08. Source: `keras.initializers`.
"""

import math

import numpy as np

from kerasschool import random
from kerasschool.config import floatx
from kerasschool.configurable import Configurable
from kerasschool.errors import check_number, check_one_of, helpful_getattr, message
from kerasschool.registry import Registry


class Initializer(Configurable):
    """The base of all initializers. To make your own, write `__call__`.

    >>> class Halves(Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return np.full(shape, 0.5, dtype)
    >>> Halves()((2,)).tolist()
    [0.5, 0.5]
    """

    def __call__(self, shape, dtype=None):
        """An array of this shape; `dtype` None means `config.floatx()`."""
        raise NotImplementedError(f"`{type(self).__name__}` must have a method `__call__(self, shape, dtype=None)`.")

    def clone(self):
        """A new initializer with the same arguments."""
        return self.from_config(self.get_config())


class Zeros(Initializer):
    """All 0: for biases. A kernel of zeros learns nothing, since all its units stay alike.

    >>> Zeros()((2, 2)).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """

    def __call__(self, shape, dtype=None):
        return np.zeros(shape, dtype or floatx())


class Ones(Initializer):
    """All 1: for factors, such as BatchNormalization's `gamma`.

    >>> Ones()((2,)).tolist()
    [1.0, 1.0]
    """

    def __call__(self, shape, dtype=None):
        return np.ones(shape, dtype or floatx())


class Constant(Initializer):
    """All the same `value`, which is a number, or an array that NumPy can stretch to the shape asked for.

    >>> Constant(0.5)((2,)).tolist()
    [0.5, 0.5]
    """

    def __init__(self, value=0.0):
        self.value = value

    def __call__(self, shape, dtype=None):
        return np.full(shape, self.value, dtype or floatx())


class RandomInitializer(Initializer):
    """The base of the initializers that draw.

    Args:
        seed: None to draw on from the stream in use; a whole number for the same values at every call; a
            `random.SeedGenerator` for a stream of its own.
    """

    def __init__(self, seed=None):
        random.stream(seed)  # what is no seed is refused here, not later, when a layer is built
        self.seed = seed


class RandomNormal(RandomInitializer):
    """Draws from the bell curve: most values near `mean`, a few far out.

    Args:
        mean, stddev: centre and width of the bell.
        seed: see `RandomInitializer`.

    >>> print(RandomNormal(stddev=1.0, seed=7)((3,)).round(2))
    [ 1.69 -0.47  0.03]
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        super().__init__(seed)
        self.mean, self.stddev = check_number("mean", mean), check_number("stddev", stddev, 0)

    def __call__(self, shape, dtype=None):
        return random.normal(shape, self.mean, self.stddev, dtype, self.seed)


class TruncatedNormal(RandomNormal):
    """The bell curve without its tails: draws further than two `stddev` from `mean` are drawn again.

    >>> print(TruncatedNormal(stddev=1.0, seed=7)((1000,)).max().round(2))
    1.98
    """

    def __call__(self, shape, dtype=None):
        return random.truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)


class RandomUniform(RandomInitializer):
    """Draws from `minval` up to `maxval`, every value in between alike.

    >>> print(RandomUniform(0.0, 10.0, seed=7)((4,)).round(1))
    [0.8 7.8 4.4 7.2]
    """

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        super().__init__(seed)
        self.minval, self.maxval = check_number("minval", minval), check_number("maxval", maxval, minval)

    def __call__(self, shape, dtype=None):
        return random.uniform(shape, self.minval, self.maxval, dtype, self.seed)


class VarianceScaling(RandomInitializer):
    """Draws whose width fits the layer: the more numbers a unit adds up, the smaller each weight.

    So sums neither explode nor fade from layer to layer: variance = scale / n, where n counts inputs (fan_in), outputs
    (fan_out), or their average. Glorot, He and LeCun differ in three words only.

    Args:
        scale: positive number.
        mode: `"fan_in"`, `"fan_out"` or `"fan_avg"`: what n counts.
        distribution: `"truncated_normal"` (or `"normal"`), `"untruncated_normal"` or `"uniform"`.
        seed: see `RandomInitializer`.
        input_axes, output_axes: lists of the axes that count, for kernels of unusual shape; both or none.

    >>> print(VarianceScaling(2.0, "fan_in", "uniform", seed=7)((100, 50)).var().round(3))
    0.02
    """

    def __init__(
        self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, input_axes=None, output_axes=None
    ):
        super().__init__(seed)
        distribution = "truncated_normal" if distribution == "normal" else distribution
        self.scale = check_number("scale", scale, 0, exclusive=True)
        self.mode = check_one_of("mode", mode, ("fan_in", "fan_out", "fan_avg"))
        self.distribution = check_one_of(
            "distribution", distribution, ("truncated_normal", "untruncated_normal", "uniform")
        )
        self.input_axes, self.output_axes = input_axes, output_axes

    def __call__(self, shape, dtype=None):
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = math.sqrt(self.scale / max(1, n))
        if self.distribution == "uniform":
            limit = math.sqrt(3) * stddev
            return random.uniform(shape, -limit, limit, dtype, self.seed)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0, stddev, dtype, self.seed)
        stddev /= 0.8796256610342398  # what cutting the tails off leaves of a width of 1
        return random.truncated_normal(shape, 0, stddev, dtype, self.seed)


def compute_fans(shape, input_axes=None, output_axes=None):
    """How many inputs and how many outputs a kernel of this shape connects: (8, 12) for shape (8, 12)."""
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    window = math.prod(shape[:-2])  # of a convolution; 1 for a matrix
    return window * shape[-2], window * shape[-1]


class ThreeWords(VarianceScaling):
    """The base of the rules that fix scale, mode and distribution, in `words`."""

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        super().__init__(*self.words, seed, input_axes, output_axes)


class GlorotUniform(ThreeWords):
    """Keras's default for kernels, made for tanh and sigmoid. Source: Glorot & Bengio 2010.

    >>> print(abs(GlorotUniform(seed=7)((8, 12))).max() < math.sqrt(6 / (8 + 12)))
    True
    """

    words = 1.0, "fan_avg", "uniform"


class GlorotNormal(ThreeWords):
    """`GlorotUniform` with a bell curve. Source: Glorot & Bengio 2010."""

    words = 1.0, "fan_avg", "truncated_normal"


class HeUniform(ThreeWords):
    """Made for relu, which silences half of its inputs: hence the 2. Source: He et al. 2015."""

    words = 2.0, "fan_in", "uniform"


class HeNormal(ThreeWords):
    """`HeUniform` with a bell curve. Source: He et al. 2015."""

    words = 2.0, "fan_in", "truncated_normal"


class LecunUniform(ThreeWords):
    """The oldest of the three rules. Source: LeCun et al. 1998."""

    words = 1.0, "fan_in", "uniform"


class LecunNormal(ThreeWords):
    """`LecunUniform` with a bell curve, for selu. Source: LeCun et al. 1998, Klambauer et al. 2017."""

    words = 1.0, "fan_in", "truncated_normal"


class Identity(Initializer):
    """The matrix that changes nothing: `gain` on the diagonal, 0 elsewhere.

    >>> Identity()((2, 2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    def __init__(self, gain=1.0):
        self.gain = gain

    def __call__(self, shape, dtype=None):
        if len(shape) != 2:
            raise ValueError(message("`Identity` makes matrices only.", "Expected two sizes.", shape=shape))
        return self.gain * np.eye(*shape, dtype=dtype or floatx())


class Orthogonal(RandomInitializer):
    """A random matrix that turns vectors without stretching them. Source: Saxe et al. 2014.

    Args:
        gain: factor on the result.
        seed: see `RandomInitializer`.

    >>> q = Orthogonal(seed=7)((4, 2))
    >>> np.allclose(q.T @ q, np.eye(2), atol=1e-6)
    True
    """

    def __init__(self, gain=1.0, seed=None):
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape, dtype=None):
        if len(shape) < 2:
            raise ValueError(message("`Orthogonal` makes matrices only.", "Expected two sizes or more.", shape=shape))
        rows, columns = math.prod(shape[:-1]), shape[-1]
        draws = random.normal((max(rows, columns), min(rows, columns)), dtype="float64", seed=self.seed)
        q, r = np.linalg.qr(draws)
        q *= np.sign(np.diag(r))  # else some turns would be more likely than others
        return (self.gain * (q if rows >= columns else q.T)).reshape(shape).astype(dtype or floatx(), order="C")


zeros, ones, constant, identity = Zeros, Ones, Constant, Identity
random_normal, truncated_normal, random_uniform = RandomNormal, TruncatedNormal, RandomUniform
variance_scaling, orthogonal = VarianceScaling, Orthogonal
glorot_uniform, glorot_normal, he_uniform, he_normal = GlorotUniform, GlorotNormal, HeUniform, HeNormal
lecun_uniform, lecun_normal = LecunUniform, LecunNormal
IdentityInitializer, OrthogonalInitializer = Identity, Orthogonal

_known = [Initializer, Zeros, Ones, Constant, RandomNormal, TruncatedNormal, RandomUniform, VarianceScaling]
_known += [GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, Identity, Orthogonal]
_aliases = {"zero": Zeros, "one": Ones, "normal": RandomNormal, "uniform": RandomUniform}
_aliases |= {"IdentityInitializer": Identity, "OrthogonalInitializer": Orthogonal}
_registry = Registry("initializer", "initializers", _known, _aliases)


def get(identifier):
    """The initializer for a name, config, class, instance, function of (shape, dtype), or array of values.

    >>> get("he_normal").get_config()
    {'seed': None, 'input_axes': None, 'output_axes': None}
    """
    return Constant(identifier) if isinstance(identifier, np.ndarray) else _registry.get(identifier)


def serialize(initializer):
    """A JSON-ready description of an initializer."""
    return _registry.serialize(initializer)


def deserialize(config, custom_objects=None):
    """The initializer that `serialize` described."""
    return _registry.deserialize(config, custom_objects)


__getattr__ = helpful_getattr(__name__, globals())
