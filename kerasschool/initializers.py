"""Where weights start: zeros for biases, small random numbers for kernels.

An initializer is called with a shape and returns an array. All the random ones draw from `kerasschool.random`:
with `seed=None` from the stream in use, so ``numpy.random.seed(7)`` makes a program repeatable; with a whole number
the same values at every call.

Lesson: 08. Source: `keras.initializers`.
"""

import math

import numpy as np

from kerasschool import config, random
from kerasschool.errors import check_number, helpful_getattr, message
from kerasschool.registry import Registry, deserialize_keras_object, serialize_keras_object


class Initializer:
    """The base of all initializers. To make your own, write `__call__` and, to save it, `get_config`.

    >>> class Halves(Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return np.full(shape, 0.5, dtype)
    >>> Halves()((2,)).tolist()
    [0.5, 0.5]
    """

    def __call__(self, shape, dtype=None):
        """An array of this shape; `dtype` None means `config.floatx()`."""
        raise NotImplementedError(f"`{type(self).__name__}` must have a method `__call__(self, shape, dtype=None)`.")

    def get_config(self):
        """The arguments, as a JSON-ready dictionary."""
        return {}

    @classmethod
    def from_config(cls, config):
        """The initializer that `get_config` described."""
        return cls(**config)

    def clone(self):
        """A new initializer with the same arguments."""
        return self.from_config(self.get_config())


class Zeros(Initializer):
    """All 0: for biases. A kernel of zeros never learns, since all its units stay alike.

    >>> Zeros()((2, 2)).tolist()
    [[0.0, 0.0], [0.0, 0.0]]
    """

    def __call__(self, shape, dtype=None):
        return np.zeros(shape, dtype or config.floatx())


class Ones(Initializer):
    """All 1: for scales, such as BatchNormalization's `gamma`.

    >>> Ones()((2,)).tolist()
    [1.0, 1.0]
    """

    def __call__(self, shape, dtype=None):
        return np.ones(shape, dtype or config.floatx())


class Constant(Initializer):
    """All the same number.

    Args:
        value: the number, or an array that broadcasts to the shape asked for.

    >>> Constant(0.1)((2,)).round(3).tolist()
    [0.1, 0.1]
    """

    def __init__(self, value=0.0):
        self.value = value

    def __call__(self, shape, dtype=None):
        return np.full(shape, self.value, dtype or config.floatx())

    def get_config(self):
        return {"value": serialize_keras_object(self.value)}

    @classmethod
    def from_config(cls, config):
        return cls(deserialize_keras_object(config["value"]))


class Identity(Initializer):
    """The matrix that changes nothing: 1 on the diagonal, 0 elsewhere.

    Args:
        gain: what stands on the diagonal instead of 1.

    >>> Identity(2.0)((2, 2)).tolist()
    [[2.0, 0.0], [0.0, 2.0]]
    """

    def __init__(self, gain=1.0):
        self.gain = gain

    def __call__(self, shape, dtype=None):
        if len(shape) != 2:
            raise ValueError(message("`Identity` makes matrices only.", "Expected a shape of 2 numbers.", shape=shape))
        return self.gain * np.eye(*shape, dtype=dtype or config.floatx())

    def get_config(self):
        return {"gain": self.gain}


class RandomInitializer(Initializer):
    """The base of the initializers that draw.

    Args:
        seed: None to go on in the stream in use; a whole number for the same values at every call; a
            `SeedGenerator` for a stream of its own.
    """

    def __init__(self, seed=None):
        self.seed = deserialize_keras_object(seed) if isinstance(seed, dict) else seed
        random.stream(self.seed)  # a seed that is none is refused here, not when the layer is built

    def get_config(self):
        return {"seed": serialize_keras_object(self.seed)}


class RandomNormal(RandomInitializer):
    """Draws from the bell curve: most values near `mean`, a few far out.

    Args:
        mean, stddev: centre and width of the bell.
        seed: see `RandomInitializer`.

    >>> RandomNormal(stddev=1.0, seed=7)((3,)).round(2).tolist()
    [1.69, -0.47, 0.03]
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None):
        super().__init__(seed)
        self.mean, self.stddev = mean, stddev

    def __call__(self, shape, dtype=None):
        return random.normal(shape, self.mean, self.stddev, dtype, self.seed)

    def get_config(self):
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(RandomNormal):
    """The bell curve without its tails: draws further than two `stddev` from `mean` are drawn again.

    >>> bool(abs(TruncatedNormal(seed=7)((1000,))).max() <= 0.1)
    True
    """

    def __call__(self, shape, dtype=None):
        return random.truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)


class RandomUniform(RandomInitializer):
    """Draws from `minval` to `maxval`, every value in between alike.

    Args:
        minval, maxval: the ends; `minval` can be drawn, `maxval` cannot.
        seed: see `RandomInitializer`.

    >>> bool(abs(RandomUniform(seed=7)((1000,))).max() <= 0.05)
    True
    """

    def __init__(self, minval=-0.05, maxval=0.05, seed=None):
        super().__init__(seed)
        self.minval, self.maxval = minval, maxval

    def __call__(self, shape, dtype=None):
        return random.uniform(shape, self.minval, self.maxval, dtype, self.seed)

    def get_config(self):
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


class VarianceScaling(RandomInitializer):
    """Draws whose width fits the layer: the more inputs a unit adds up, the smaller each weight.

    So the sums neither explode nor fade from layer to layer: variance = scale / n, with n the number of inputs
    (fan_in), of outputs (fan_out), or their average. Glorot, He and LeCun differ in the three words only.

    Args:
        scale: positive number.
        mode: `"fan_in"`, `"fan_out"` or `"fan_avg"`: what n counts.
        distribution: `"truncated_normal"` (also spelt `"normal"`), `"untruncated_normal"` or `"uniform"`.
        seed: see `RandomInitializer`.
        input_axes, output_axes: the axes that n counts, for kernels of unusual shape; give both or none.

    >>> VarianceScaling(2.0, "fan_in", "uniform", seed=7)((100, 50)).std().round(2) == round((2 / 100) ** 0.5, 2)
    np.True_
    """

    modes = ("fan_in", "fan_out", "fan_avg")
    distributions = ("truncated_normal", "untruncated_normal", "uniform")

    def __init__(
        self,
        scale=1.0,
        mode="fan_in",
        distribution="truncated_normal",
        seed=None,
        input_axes=None,
        output_axes=None,
    ):
        super().__init__(seed)
        self.scale = check_number("scale", scale, 0, exclusive=True)
        self.mode = check_word("mode", mode, self.modes)
        distribution = "truncated_normal" if distribution == "normal" else str(distribution).lower()
        self.distribution = check_word("distribution", distribution, self.distributions)
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
        return random.truncated_normal(shape, 0, stddev / STDDEV_WITHOUT_TAILS, dtype, self.seed)

    def get_config(self):
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


STDDEV_WITHOUT_TAILS = 0.87962566103423978  # of the standard bell curve cut off at -2 and 2


def check_word(name, value, known):
    """`value` if it is one of the `known` words, else the error that lists them."""
    if value not in known:
        raise ValueError(message(f"`{name}` must be one of {', '.join(map(repr, known))}.", **{name: value}))
    return value


def compute_fans(shape, input_axes=None, output_axes=None):
    """How many inputs and how many outputs a kernel of this shape connects.

    >>> compute_fans((8, 12))
    (8, 12)
    """
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    field = math.prod(shape[:-2])  # a convolution's window; 1 for a matrix
    return field * shape[-2], field * shape[-1]


class _Named(VarianceScaling):
    """VarianceScaling with its three words fixed by the subclass."""

    words = ()

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        super().__init__(*self.words, seed, input_axes, output_axes)

    def get_config(self):
        return {
            "seed": serialize_keras_object(self.seed),
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class GlorotUniform(_Named):
    """Keras's default for kernels, made for tanh and sigmoid. Source: Glorot & Bengio 2010."""

    words = 1.0, "fan_avg", "uniform"


class GlorotNormal(_Named):
    """As `GlorotUniform`, bell-shaped. Source: Glorot & Bengio 2010."""

    words = 1.0, "fan_avg", "truncated_normal"


class HeUniform(_Named):
    """Made for relu, which silences half its inputs: hence the 2. Source: He et al. 2015."""

    words = 2.0, "fan_in", "uniform"


class HeNormal(_Named):
    """As `HeUniform`, bell-shaped. Source: He et al. 2015."""

    words = 2.0, "fan_in", "truncated_normal"


class LecunUniform(_Named):
    """The oldest of the three rules. Source: LeCun et al. 1998."""

    words = 1.0, "fan_in", "uniform"


class LecunNormal(_Named):
    """As `LecunUniform`, bell-shaped; made for selu (Klambauer et al. 2017). Source: LeCun et al. 1998."""

    words = 1.0, "fan_in", "truncated_normal"


class Orthogonal(RandomInitializer):
    """A random matrix that turns vectors without stretching them: its columns (or rows) stand at right angles.

    Args:
        gain: factor on the result.
        seed: see `RandomInitializer`.

    Source: Saxe et al. 2014.

    >>> q = Orthogonal(seed=7)((4, 2))
    >>> bool(np.allclose(q.T @ q, np.eye(2), atol=1e-6))
    True
    """

    def __init__(self, gain=1.0, seed=None):
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape, dtype=None):
        if len(shape) < 2:
            raise ValueError(
                message("`Orthogonal` makes matrices only.", "Expected a shape of 2 or more numbers.", shape=shape)
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(random.normal((max(rows, columns), min(rows, columns)), 0, 1, "float64", self.seed))
        q *= np.sign(np.diag(r))  # without this, some rotations would be drawn more often than others
        q = q if rows >= columns else q.T
        return (self.gain * q).reshape(shape).astype(dtype or config.floatx())

    def get_config(self):
        return {**super().get_config(), "gain": self.gain}


class _Given(Initializer):
    """An array that the reader passed as an initializer."""

    def __init__(self, value):
        self.value = np.asarray(value)

    def __call__(self, shape, dtype=None):
        if tuple(shape) != self.value.shape:
            raise ValueError(
                message("The array given as initializer has another shape.", f"Expected {tuple(shape)}.", value=self.value)
            )
        return self.value.astype(dtype or config.floatx())

    def get_config(self):
        return {"value": serialize_keras_object(self.value)}


zeros, ones, constant, identity = Zeros, Ones, Constant, Identity
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
variance_scaling, orthogonal = VarianceScaling, Orthogonal
glorot_uniform, glorot_normal = GlorotUniform, GlorotNormal
he_uniform, he_normal, lecun_uniform, lecun_normal = HeUniform, HeNormal, LecunUniform, LecunNormal
IdentityInitializer, OrthogonalInitializer = Identity, Orthogonal

_registry = Registry(
    "initializer",
    "initializers",
    [Initializer, Zeros, Ones, Constant, Identity, RandomNormal, TruncatedNormal, RandomUniform, VarianceScaling]
    + [GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, Orthogonal],
    aliases={
        "zero": Zeros,
        "one": Ones,
        "normal": RandomNormal,
        "uniform": RandomUniform,
        "IdentityInitializer": Identity,
        "OrthogonalInitializer": Orthogonal,
    },
)


def get(identifier):
    """The initializer for a name, config, class, instance, function of (shape, dtype), or array of values.

    >>> get("he_normal").get_config()["seed"] is None
    True
    """
    return _Given(identifier) if isinstance(identifier, np.ndarray) else _registry.get(identifier)


def serialize(initializer):
    """A JSON-ready description of an initializer."""
    return _registry.serialize(initializer)


def deserialize(config, custom_objects=None):
    """The initializer that `serialize` described."""
    return _registry.deserialize(config, custom_objects)


__getattr__ = helpful_getattr(__name__, globals())
