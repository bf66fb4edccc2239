"""Activations: values, slopes against finite differences, the fast in-place ways, names and copies."""

import copy
import doctest
import functools
import importlib
import inspect
import json
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasschool import activations, autodiff, config, ops

NAMES = sorted(activations._registry.public)
ARGUMENTS = {"threshold": {"threshold": 0.3, "default_value": -2.0}}  # the only one that cannot be called without
VARIANTS = [(name, ARGUMENTS.get(name, {})) for name in NAMES] + [
    ("relu", {"negative_slope": 0.1}),
    ("relu", {"max_value": 1.5}),
    ("relu", {"threshold": 0.7}),
    ("relu", {"threshold": -0.7}),
    ("relu", {"negative_slope": -0.4, "max_value": 2.0, "threshold": 0.6}),
    ("relu", {"negative_slope": 0.4, "max_value": 2.0, "threshold": -0.6}),
    ("leaky_relu", {"negative_slope": -0.3}),
    ("elu", {"alpha": 0.4}),
    ("celu", {"alpha": 2.5}),
    ("gelu", {"approximate": True}),
    ("squareplus", {"b": 0.5}),
    ("soft_shrink", {"threshold": 1.1}),
    ("hard_shrink", {"threshold": 1.1}),
    ("softmax", {"axis": 0}),
    ("softmax", {"axis": (0, 1)}),
    ("log_softmax", {"axis": 0}),
    ("sparsemax", {"axis": 0}),
    ("glu", {"axis": 1}),
]
INPLACE = ["linear", "relu", "sigmoid", "softmax", "tanh"]


def variant_id(variant):
    return variant if isinstance(variant, str) else ",".join(f"{k}={v}" for k, v in variant.items())


def away_from_kinks(shape, seed=0):
    """Random float64 values, none within 0.01 of a kink of any variant (all of them are multiples of 0.1)."""
    x = np.random.RandomState(seed).uniform(-4, 4, shape)
    near = np.abs(x * 10 - np.round(x * 10)) < 0.1
    return np.where(near, x + 0.03, x)


def finite_difference(function, x, dy, step=1e-6):
    """d sum(dy · function(x)) / dx, one number at a time."""
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        high, low = x.copy(), x.copy()
        high[index] += step
        low[index] -= step
        gradient[index] = np.sum(dy * (function(high) - function(low))) / (2 * step)
    return gradient


@pytest.mark.parametrize(("name", "arguments"), VARIANTS, ids=variant_id)
@pytest.mark.parametrize("shape", [(7, 4), (3, 2, 4), (7, 2)], ids=str)
def test_backward_is_the_derivative(name, arguments, shape):
    activation = activations.get(name)
    x = away_from_kinks(shape)
    y = activation(x, **arguments)
    dy = np.random.RandomState(1).normal(size=y.shape)
    expected = finite_difference(functools.partial(activation, **arguments), x, dy)
    np.testing.assert_allclose(activation.backward(dy.copy(), x, y, **arguments), expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("name", "arguments"), VARIANTS, ids=variant_id)
def test_tape_takes_the_same_derivative(name, arguments):
    activation = activations.get(name)
    x = away_from_kinks((3, 2, 4))
    kept = x.copy()
    value, pullback = autodiff.vjp(lambda x: activation(x, **arguments) * 2.0, x)
    dy = np.random.RandomState(1).normal(size=value.shape)
    given_dy = dy.copy()
    (dx,) = pullback(dy)
    y = activation(x, **arguments)
    np.testing.assert_array_equal(value, y * 2.0)
    np.testing.assert_allclose(dx, activation.backward(2.0 * dy, x, y, **arguments), rtol=1e-14)
    np.testing.assert_array_equal(dy, given_dy)
    np.testing.assert_array_equal(x, kept)


@pytest.mark.parametrize("name", NAMES)
def test_backward_reads_the_input_only_when_it_says_so(name):
    activation = activations.get(name)
    x = away_from_kinks((7, 4))
    arguments = ARGUMENTS.get(name, {})
    y = activation(x, **arguments)
    dy = np.ones_like(y)
    expected = activation.backward(dy.copy(), x, y, **arguments)
    if activation.needs_input:
        assert activation.inplace is None
        nothing = np.full_like(y, np.nan)
        if name != "gelu":
            np.testing.assert_array_equal(activation.backward(dy, x, nothing, **arguments), expected)
    else:
        np.testing.assert_array_equal(activation.backward(dy, None, y), expected)


@pytest.mark.parametrize("name", INPLACE)
@pytest.mark.parametrize("shape", [(10, 12), (3, 10, 12), (128, 512)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_in_place_equals_plain(name, shape, dtype):
    activation = activations.get(name)
    z = np.random.RandomState(0).normal(0, 30, shape).astype(dtype)
    expected = activation(z)
    kept = z.copy()
    result = activation.inplace(kept)
    assert result is kept
    np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize(("name", "arguments"), VARIANTS, ids=variant_id)
def test_argument_stays_and_type_stays(name, arguments):
    activation = activations.get(name)
    for dtype in ("float32", "float64"):
        x = np.linspace(-3, 3, 16, dtype=dtype).reshape(2, 2, 4)
        kept = x.copy()
        x.flags.writeable = False
        y = activation(x, **arguments)
        assert y.dtype == dtype
        np.testing.assert_array_equal(x, kept)
        assert activation.backward(np.ones_like(y), x, y, **arguments).dtype == dtype


@pytest.mark.parametrize("name", NAMES)
def test_lists_and_whole_numbers_become_floatx(name):
    activation, arguments = activations.get(name), ARGUMENTS.get(name, {})
    y = activation([[-2, 0], [1, 3]], **arguments)
    assert y.dtype == "float32"
    np.testing.assert_array_equal(y, activation(np.array([[-2, 0], [1, 3]], "float32"), **arguments))
    for dtype in ("int64", "float16"):
        assert activation(np.array([[-2, 0], [1, 3]], dtype), **arguments).dtype == "float32"
    assert activation([[-2.5, 0.0], [1.0, 3.0]], **arguments).dtype == "float32"
    config.set_floatx("float64")
    try:
        assert activation([[-2, 0], [1, 3]], **arguments).dtype == "float64"
    finally:
        config.set_floatx("float32")


def test_a_single_number():
    y = activations.tanh(0.5)
    assert y.shape == ()
    assert y.dtype == "float32"
    assert abs(y - np.tanh(0.5)) < 1e-7
    assert activations.relu(np.float32(-3.0), negative_slope=0.5).dtype == "float32"
    assert activations.softplus.slope(0.0) == 0.5
    assert activations.relu(np.float64(3.0)).dtype == "float64"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_overflow_no_warning_and_values_in_range(name, dtype):
    """Up to ±1000, and to ±20 for exp, which leaves the range of floats."""
    activation, arguments = activations.get(name), ARGUMENTS.get(name, {})
    limit = 20 if name == "exponential" else 1000
    x = np.linspace(-limit, limit, 4000, dtype=dtype).reshape(1000, 4)
    y = activation(x, **arguments)
    assert np.isfinite(y).all()
    lowest, highest = activation.range
    assert lowest - 1e-6 <= y.min()
    assert y.max() <= highest + 1e-6
    dx = activation.backward(np.ones_like(y), x, y, **arguments)
    assert np.isfinite(dx).all()
    assert activation.formula


def test_ranges_are_tight():
    x = np.linspace(-50, 50, 100001)
    for name in NAMES:
        activation = activations.get(name)
        if activation.elementwise and name != "threshold":
            y, (lowest, highest) = activation(x), activation.range
            assert y.min() - lowest < 0.02 or (np.isinf(lowest) and y.min() < -9), name
            assert highest - y.max() < 0.02 or (np.isinf(highest) and y.max() > 40), name


@pytest.mark.parametrize("name", [n for n in NAMES if activations.get(n).elementwise])
def test_slope_is_what_the_panel_draws(name):
    activation, arguments = activations.get(name), ARGUMENTS.get(name, {})
    x = away_from_kinks((40,))
    step = 1e-6
    measured = (activation(x + step, **arguments) - activation(x - step, **arguments)) / (2 * step)
    np.testing.assert_allclose(activation.slope(x, **arguments), measured, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "sparsemax", "glu"])
def test_no_slope_for_those_that_mix(name):
    assert not activations.get(name).elementwise
    with pytest.raises(ValueError, match=f"`{name}` has no slope"):
        activations.get(name).slope([[1.0, 2.0]])


def test_known_values():
    x = [-2.0, -0.5, 0.0, 0.5, 2.0]
    f = {name: activations.get(name) for name in NAMES}
    assert f["relu"](x).tolist() == [0, 0, 0, 0.5, 2]
    assert f["relu"]([-10.0, 0.0, 5.0, 10.0], threshold=5.0).tolist() == [0, 0, 0, 10]
    assert f["relu"]([-10.0, 0.0, 5.0, 10.0], negative_slope=0.5).tolist() == [-5, 0, 5, 10]
    assert f["abs"](x).tolist() == [2, 0.5, 0, 0.5, 2]
    assert f["hard_shrink"](x).tolist() == [-2, 0, 0, 0, 2]
    assert f["soft_shrink"](x).tolist() == [-1.5, 0, 0, 0, 1.5]
    assert f["hard_tanh"](x).tolist() == [-1, -0.5, 0, 0.5, 1]
    assert f["sparse_plus"](x).tolist() == [0, 0.0625, 0.25, 0.5625, 2]
    assert f["softsign"]([-1.0, 3.0]).tolist() == [-0.5, 0.75]
    np.testing.assert_allclose(f["gelu"](np.array(x)), [-0.04550026, -0.15426877, 0, 0.34573123, 1.95449974], rtol=1e-6)
    np.testing.assert_allclose(f["softmax"](np.array([0.0, np.log(3.0)])), [0.25, 0.75], rtol=1e-15)


@pytest.mark.parametrize("name", [n for n in NAMES if hasattr(ops, n)])
def test_agrees_with_the_function_in_ops(name):
    x, arguments = away_from_kinks((7, 4)), {"gelu": {"approximate": False}, **ARGUMENTS}.get(name, {})
    expected = getattr(ops, name)(x, **arguments)
    np.testing.assert_allclose(activations.get(name)(x, **arguments), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sigmoid_is_exact_far_out(dtype):
    x = np.array([-700, -80, -40, -20, -3, 0, 3, 20, 39.9, 40, 41, 700], dtype)
    with np.errstate(over="ignore"):
        exact = (1 / (1 + np.exp(-x.astype("float64").astype("longdouble")))).astype("float64")
    tiny = np.finfo(dtype).tiny
    np.testing.assert_allclose(activations.sigmoid(x).astype("float64"), exact, rtol=4 * np.finfo(dtype).eps, atol=tiny)


def test_softmax_is_stable_and_shift_free():
    y = activations.softmax([[1000.0, 1001.0, -1000.0], [-1000.0, -1001.0, -3000.0]])
    np.testing.assert_allclose(y, [[0.26894142, 0.73105858, 0], [0.73105858, 0.26894142, 0]], rtol=1e-6)
    np.testing.assert_allclose(activations.log_softmax([[0.0, 200.0]]), [[-200.0, 0.0]])


def test_softmax_of_stacked_replicas():
    x = np.random.RandomState(0).normal(size=(5, 3, 4))
    for name in ("softmax", "log_softmax", "sparsemax", "glu"):
        f = activations.get(name)
        np.testing.assert_array_equal(f(x), np.stack([f(each) for each in x]))


def test_softmax_over_one_unit_warns_like_keras():
    with pytest.warns(UserWarning, match="softmax over an axis of size 1.*Did you mean sigmoid") as caught:
        y = activations.softmax([[3.0], [5.0]])
    assert y.tolist() == [[1.0], [1.0]]
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="size 1"):
        activations.softmax.inplace(np.ones((2, 1)))


def test_sparsemax_is_the_nearest_distribution():
    """Martins & Astudillo 2016: max(x - t, 0) adds up to 1; here t is found by halving an interval."""
    x = np.random.RandomState(0).normal(0, 1, (50, 6))
    low, high = x.min(-1, keepdims=True) - 1, x.max(-1, keepdims=True)
    for _ in range(60):
        middle = (low + high) / 2
        too_much = np.maximum(x - middle, 0).sum(-1, keepdims=True) > 1
        low, high = np.where(too_much, middle, low), np.where(too_much, high, middle)
    y = activations.sparsemax(x)
    np.testing.assert_allclose(y, np.maximum(x - low, 0), atol=1e-12)
    assert 0.3 < (y == 0).mean() < 0.8


def test_glu_needs_halves():
    with pytest.raises(ValueError, match=r"halves an axis.*even size.*axis=-1, shape=\(2, 3\)"):
        activations.glu(np.ones((2, 3)))


def test_exponential_says_when_it_overflows():
    with pytest.warns(RuntimeWarning, match="overflow"):
        assert np.isinf(activations.exponential([1000.0]))


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=9))
@settings(deadline=None)
def test_properties(numbers):
    x = np.array(numbers, "float32")
    f = activations
    np.testing.assert_array_equal(f.relu(x), np.maximum(x, 0))
    np.testing.assert_allclose(f.sigmoid(x) + f.sigmoid(-x), 1, rtol=1e-6)
    np.testing.assert_allclose(f.log_sigmoid(x), -f.softplus(-x), rtol=1e-6)
    np.testing.assert_array_equal(f.tanh(-x), -f.tanh(x))
    np.testing.assert_array_equal(f.hard_shrink(x) != 0, f.soft_shrink(x) != 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one number is a softmax over one unit
        np.testing.assert_allclose(f.softmax(x).sum(), 1, rtol=1e-5)


# ---- Records


@pytest.mark.parametrize("name", NAMES)
def test_a_record_copies_and_pickles_to_itself(name):
    activation = activations.get(name)
    assert activation.__name__ == name
    assert getattr(activations, name) is activation
    assert copy.copy(activation) is activation
    assert copy.deepcopy({"activation": activation})["activation"] is activation
    assert pickle.loads(pickle.dumps(activation)) is activation
    assert repr(activation) == f"<activation {name}>"
    assert activation.__doc__ == activation.function.__doc__


def test_signature_is_the_functions():
    assert str(inspect.signature(activations.relu)) == "(x, negative_slope=0.0, max_value=None, threshold=0.0)"


def my_square(x):
    return x * np.abs(x)


def test_record_of_a_readers_function():
    record = activations.record(my_square)
    assert activations.record(record) is record
    assert activations.record(activations.relu) is activations.relu
    assert record.__name__ == "my_square"
    assert record.needs_input
    assert record.inplace is None
    x = np.array([[-3.0, 2.0]])
    np.testing.assert_allclose(record.backward(np.array([[10.0, 1.0]]), x, record(x)), [[60.0, 4.0]])
    np.testing.assert_allclose(record.slope(x), [[6.0, 4.0]])
    again = pickle.loads(pickle.dumps(record))
    assert again.function is my_square
    assert copy.deepcopy(record).function is my_square


def test_record_of_other_callables():
    class Doubling:
        rate = 2.0

        def __call__(self, x):
            return self.rate * x

    record = activations.record(Doubling())
    assert record.__name__ == "Doubling"
    assert record.slope([1.0]).tolist() == [2.0]
    assert activations.record(lambda x: x**3).slope([2.0]).tolist() == [12.0]
    partial = activations.record(functools.partial(activations.leaky_relu, negative_slope=0.5))
    assert partial([-2.0, 2.0]).tolist() == [-1.0, 2.0]
    assert partial.slope([-2.0, 2.0]).tolist() == [0.5, 1.0]
    assert activations.record(np.tanh).slope([0.0]).tolist() == [1.0]


# ---- Names


def test_get():
    assert activations.get("relu") is activations.relu
    assert activations.get(None) is activations.linear
    assert activations.get(activations.tanh) is activations.tanh
    assert activations.get(my_square) is my_square
    assert activations.get("swish") is activations.silu is activations.swish
    assert activations.get("hard_swish") is activations.hard_silu is activations.hard_swish
    assert activations.get("abs") is activations.abs


def test_serialize_and_back():
    for name in NAMES:
        assert activations.serialize(activations.get(name)) == name
        assert activations.deserialize(name) is activations.get(name)
    assert activations.serialize(activations.swish) == "silu"
    for function in (my_square, activations.record(my_square)):
        described = json.loads(json.dumps(activations.serialize(function)))
        assert described["config"] == "my_square"
        assert activations.deserialize(described, custom_objects={"my_square": my_square}) is my_square
        with pytest.raises(ValueError, match="custom_objects"):
            activations.deserialize(described)


def test_unknown_names_give_the_nearest():
    with pytest.raises(ValueError, match=r"Unknown activation 'rleu'. Did you mean 'relu'\? Known: abs, celu, elu"):
        activations.get("rleu")
    with pytest.raises(ValueError, match="Could not read the activation.*Received: activation=3"):
        activations.get(3)
    with pytest.raises(AttributeError, match="Did you mean 'sigmoid'"):
        activations.sigmoyd  # noqa: B018


@pytest.mark.parametrize("module", ["base", "everyday", "more"])
def test_examples_in_docstrings(module):
    result = doctest.testmod(importlib.import_module(f"kerasschool.activations.{module}"))
    assert result.failed == 0
    assert result.attempted >= {"base": 3, "everyday": 5, "more": 26}[module]
