"""Initializers: shapes, types, seeds, names, configs, and errors; the distributions against their formulas."""

import copy
import doctest
import json
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasschool import config, configurable, initializers, random

CLASSES = [each for name, each in initializers._registry.public.items() if name != "Initializer"]
DRAWING = [each for each in CLASSES if issubclass(each, initializers.RandomInitializer)]
by_name = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
drawing = pytest.mark.parametrize("cls", DRAWING, ids=lambda cls: cls.__name__)


@by_name
def test_shape_and_type(cls):
    for shape in [(5, 3), (3, 5), (4, 4)]:
        value = cls()(shape)
        assert value.shape == shape
        assert value.dtype == "float32"
        assert value.flags.c_contiguous
        assert value.flags.writeable
        assert cls()(shape, dtype="float64").dtype == "float64"
    config.set_floatx("float64")
    assert cls()((2, 2)).dtype == "float64"


@pytest.mark.parametrize("shape", [(), (7,), (3, 3, 4, 8)], ids=str)
def test_other_ranks(shape):
    for cls in CLASSES:
        if cls is not initializers.Identity and not (cls is initializers.Orthogonal and len(shape) < 2):
            assert cls()(shape).shape == shape


# ---- Values


def test_fixed_values():
    assert initializers.Zeros()((2, 3)).tolist() == [[0, 0, 0], [0, 0, 0]]
    assert initializers.Ones()((3,)).tolist() == [1, 1, 1]
    assert initializers.Constant(0.25)((2,)).tolist() == [0.25, 0.25]
    assert initializers.Constant([1.0, 2.0])((2, 2)).tolist() == [[1, 2], [1, 2]]
    assert initializers.Identity(3.0)((2, 3)).tolist() == [[3, 0, 0], [0, 3, 0]]


NORMAL, UNIFORM = 3.0, 1.8  # kurtosis: the fourth moment over the squared variance
TRUNCATED = 2.3662  # the bell curve cut off at two standard deviations


@pytest.mark.parametrize(
    ("initializer", "shape", "stddev", "kurtosis", "limit"),
    [
        (initializers.RandomNormal(stddev=0.2), (1000, 100), 0.2, NORMAL, math.inf),
        (initializers.TruncatedNormal(stddev=0.2), (1000, 100), 0.2 * 0.879626, TRUNCATED, 0.4),
        (initializers.RandomUniform(-0.3, 0.3), (1000, 100), 0.3 / math.sqrt(3), UNIFORM, 0.3),
        (initializers.GlorotUniform(), (300, 500), math.sqrt(2 / 800), UNIFORM, math.sqrt(6 / 800)),
        (initializers.GlorotNormal(), (300, 500), math.sqrt(2 / 800), TRUNCATED, 2 * math.sqrt(2 / 800) / 0.879626),
        (initializers.HeUniform(), (300, 500), math.sqrt(2 / 300), UNIFORM, math.sqrt(6 / 300)),
        (initializers.HeNormal(), (300, 500), math.sqrt(2 / 300), TRUNCATED, 2 * math.sqrt(2 / 300) / 0.879626),
        (initializers.LecunUniform(), (300, 500), math.sqrt(1 / 300), UNIFORM, math.sqrt(3 / 300)),
        (initializers.LecunNormal(), (300, 500), math.sqrt(1 / 300), TRUNCATED, 2 * math.sqrt(1 / 300) / 0.879626),
        (initializers.VarianceScaling(3, "fan_out"), (300, 500), math.sqrt(3 / 500), TRUNCATED, math.inf),
        (initializers.VarianceScaling(1, "fan_in", "untruncated_normal"), (300, 500), 300**-0.5, NORMAL, math.inf),
        (initializers.HeNormal(), (3, 3, 20, 600), math.sqrt(2 / 180), TRUNCATED, math.inf),
    ],
)
def test_distribution(initializer, shape, stddev, kurtosis, limit):
    draws = initializer(shape, "float64")
    error = 1 / math.sqrt(draws.size)
    assert abs(draws.mean()) < 5 * stddev * error
    assert abs(draws.std() / stddev - 1) < 5 * error
    assert abs((draws**4).mean() / (draws**2).mean() ** 2 - kurtosis) < 25 * error
    assert np.abs(draws).max() <= limit
    if limit < math.inf:
        assert np.abs(draws).max() > 0.99 * limit


def test_mean_and_ends():
    assert abs(initializers.RandomNormal(mean=2.0)((10000,)).mean() - 2) < 0.005
    assert abs(initializers.TruncatedNormal(mean=2.0)((10000,)).mean() - 2) < 0.005
    draws = initializers.RandomUniform(1.0, 3.0)((10000,))
    assert 1 <= draws.min() < 1.01
    assert 2.99 < draws.max() <= 3


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5), (2, 3, 4)], ids=str)
def test_orthogonal(shape):
    q = initializers.Orthogonal(gain=2.0)(shape, "float64").reshape(-1, shape[-1])
    product = q.T @ q if q.shape[0] >= q.shape[1] else q @ q.T
    np.testing.assert_allclose(product, 4 * np.eye(len(product)), atol=1e-12)


@given(st.lists(st.integers(1, 9), min_size=0, max_size=4))
@settings(deadline=None)
def test_compute_fans(shape):
    fan_in, fan_out = initializers.compute_fans(shape)
    if len(shape) < 2:
        assert fan_in == fan_out == math.prod(shape)
    else:
        assert fan_in * shape[-1] == fan_out * shape[-2] == math.prod(shape)


def test_input_and_output_axes():
    draws = initializers.HeUniform(input_axes=[0, 1], output_axes=[2])((20, 30, 4))
    assert 0.99 * math.sqrt(6 / 600) < draws.max() <= math.sqrt(6 / 600)


# ---- Seeds


@drawing
def test_a_whole_number_gives_the_same_values_at_every_call(cls):
    initializer = cls(seed=3)
    first = initializer((4, 4))
    np.testing.assert_array_equal(initializer((4, 4)), first)
    np.testing.assert_array_equal(cls(seed=3)((4, 4)), first)
    assert (cls(seed=4)((4, 4)) != first).any()
    state = np.random.get_state()[1].copy()
    initializer((4, 4))
    np.testing.assert_array_equal(np.random.get_state()[1], state)


@drawing
def test_without_seed_draws_go_on_in_numpys_stream(cls):
    np.random.seed(7)
    first, second = cls()((4, 4)), cls()((4, 4))
    assert (first != second).any()
    np.random.seed(7)
    initializer = cls()
    np.testing.assert_array_equal(initializer((4, 4)), first)
    np.testing.assert_array_equal(initializer((4, 4)), second)
    with random.use(np.random.RandomState(7)):
        np.testing.assert_array_equal(cls()((4, 4)), first)


@drawing
def test_a_seed_generator_goes_on_by_itself(cls):
    initializer = cls(seed=random.SeedGenerator(5))
    first, second = initializer((4, 4)), initializer((4, 4))
    assert (first != second).any()
    initializer = cls(seed=random.SeedGenerator(5))
    np.testing.assert_array_equal(initializer((4, 4)), first)


# ---- Names, configs, copies


@by_name
def test_names(cls):
    snake = initializers._registry.known()
    name = next(n for n in snake if n.replace("_", "") == cls.__name__.lower())
    assert getattr(initializers, name) is cls
    for identifier in (name, cls.__name__, cls, cls()):
        assert type(initializers.get(identifier)) is cls


def test_old_names():
    assert type(initializers.get("uniform")) is initializers.RandomUniform
    assert type(initializers.get("normal")) is initializers.RandomNormal
    assert type(initializers.get("zero")) is initializers.Zeros
    assert type(initializers.get("one")) is initializers.Ones
    assert initializers.get(None) is None


@by_name
def test_config_clone_and_copies(cls):
    arguments = {"seed": 3} if cls in DRAWING else {}
    original = cls(**arguments)
    expected = original((4, 4))
    described = json.loads(json.dumps(initializers.serialize(original)))
    for again in (
        cls.from_config(original.get_config()),
        original.clone(),
        initializers.get(described),
        initializers.deserialize(described),
        pickle.loads(pickle.dumps(original)),
        copy.deepcopy(original),
    ):
        assert type(again) is cls
        assert again.get_config() == original.get_config()
        np.testing.assert_array_equal(again((4, 4)), expected)


def test_config_of_a_seed_generator_and_of_an_array():
    initializer = initializers.GlorotUniform(seed=random.SeedGenerator(5))
    again = initializers.get(json.loads(json.dumps(initializers.serialize(initializer))))
    assert isinstance(again.seed, random.SeedGenerator)
    np.testing.assert_array_equal(again((4, 4)), initializer((4, 4)))
    constant = initializers.Constant(np.array([1.0, 2.0]))
    again = initializers.get(json.loads(json.dumps(initializers.serialize(constant))))
    assert again((2,)).tolist() == [1, 2]


def test_functions_and_arrays_as_initializers():
    def halves(shape, dtype=None):
        return np.full(shape, 0.5, dtype)

    assert initializers.get(halves) is halves
    assert initializers.get(np.array([[1, 2]]))((1, 2)).tolist() == [[1, 2]]
    with pytest.raises(ValueError, match="could not broadcast"):
        initializers.get(np.array([1, 2, 3]))((2,))


class Ramp(initializers.Initializer):
    def __init__(self, start=0.0, end=1.0):
        self.start, self.end = start, end

    def __call__(self, shape, dtype=None):
        return np.linspace(self.start, self.end, math.prod(shape), dtype=dtype).reshape(shape)


def test_an_initializer_of_your_own():
    ramp = Ramp(end=3.0)
    assert ramp.get_config() == {"start": 0.0, "end": 3.0}
    assert ramp.clone()((4,)).tolist() == [0, 1, 2, 3]
    again = initializers.deserialize(initializers.serialize(ramp), custom_objects={"Ramp": Ramp})
    assert again((2,)).tolist() == [0, 3]
    with pytest.raises(NotImplementedError, match=r"`Initializer` must have a method `__call__\(self, shape"):
        initializers.Initializer()((2,))


# ---- Errors


def test_unknown_names_give_the_nearest():
    with pytest.raises(ValueError, match="Unknown initializer 'glorot_unifrom'. Did you mean 'glorot_uniform'"):
        initializers.get("glorot_unifrom")
    with pytest.raises(ValueError, match="Could not read the initializer.*initializer=3"):
        initializers.get(3)
    with pytest.raises(AttributeError, match="Did you mean 'HeNormal'"):
        initializers.HeNormall  # noqa: B018


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: initializers.RandomNormal(stddev=-1), "`stddev` must be a number, 0 or more.*stddev=-1"),
        (lambda: initializers.RandomNormal(mean="0"), "`mean` must be a number.*mean='0'"),
        (lambda: initializers.RandomUniform(1.0, 0.0), "`maxval` must be a number, 1.0 or more.*maxval=0.0"),
        (lambda: initializers.VarianceScaling(scale=0), "`scale` must be a number greater than 0.*scale=0"),
        (lambda: initializers.VarianceScaling(mode="fan"), "`mode` must be one of 'fan_in'.*mode='fan'"),
        (lambda: initializers.VarianceScaling(distribution="bell"), "`distribution` must be one of.*'bell'"),
        (lambda: initializers.HeNormal(seed="7"), "A seed must be None, a whole number or a SeedGenerator.*seed='7'"),
        (lambda: initializers.HeNormal(seed=7.0), "seed=7.0"),
        (lambda: initializers.Identity()((2, 2, 2)), "`Identity` makes matrices only.*shape=\\(2, 2, 2\\)"),
        (lambda: initializers.Orthogonal()((2,)), "`Orthogonal` makes matrices only.*shape=\\(2,\\)"),
    ],
)
def test_errors(make, text):
    with pytest.raises(ValueError, match=text):
        make()


@pytest.mark.parametrize("module", [initializers, configurable], ids=lambda module: module.__name__)
def test_examples_in_docstrings(module):
    result = doctest.testmod(module)
    assert result.failed == 0
    assert result.attempted >= 2
