"""Regularizers: values, gradients against finite differences, names, configs, and errors."""

import copy
import doctest
import json
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasschool import autodiff, regularizers

ALL = [
    regularizers.L1(0.3),
    regularizers.L2(0.3),
    regularizers.L1L2(0.2, 0.3),
    regularizers.L1L2(l2=0.3),
    regularizers.OrthogonalRegularizer(0.7),
    regularizers.OrthogonalRegularizer(0.7, mode="columns"),
]
every = pytest.mark.parametrize("regularizer", ALL, ids=lambda r: f"{type(r).__name__}{r.get_config()}")


def weights(shape=(7, 3), dtype="float64"):
    return np.random.RandomState(0).normal(size=shape).astype(dtype)


@every
@pytest.mark.parametrize("shape", [(7, 3), (7, 1), (1, 3), (4, 4)], ids=str)
def test_gradient_is_the_derivative(regularizer, shape):
    x = weights(shape)
    np.testing.assert_allclose(regularizer.gradient(x), autodiff.numeric_gradient(regularizer, x), rtol=1e-6, atol=1e-9)


@every
def test_tape_takes_the_same_derivative(regularizer):
    x = weights()
    np.testing.assert_allclose(autodiff.grad(regularizer)(x), regularizer.gradient(x), rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(regularizers.Regularizer.gradient(regularizer, x), regularizer.gradient(x), atol=1e-14)


@every
def test_argument_stays_and_type_stays(regularizer):
    x = weights(dtype="float32")
    kept = x.copy()
    x.flags.writeable = False
    gradient = regularizer.gradient(x)
    assert gradient.dtype == "float32"
    assert gradient.shape == x.shape
    assert np.ndim(regularizer(x)) == 0
    np.testing.assert_array_equal(x, kept)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=9), st.floats(0, 10), st.floats(0, 10))
@settings(deadline=None)
def test_formulas(numbers, l1, l2):
    x = np.array(numbers)
    assert regularizers.L1(l1)(x) == pytest.approx(l1 * sum(abs(v) for v in numbers))
    assert regularizers.L2(l2)(x) == pytest.approx(l2 * sum(v * v for v in numbers))
    assert regularizers.L1L2(l1, l2)(x) == pytest.approx(regularizers.L1(l1)(x) + regularizers.L2(l2)(x))


def test_orthogonal():
    for mode, x in (("rows", weights((3, 5))), ("columns", weights((5, 3)))):
        rows = x if mode == "rows" else x.T
        cosines = [
            abs(rows[i] @ rows[j]) / np.linalg.norm(rows[i]) / np.linalg.norm(rows[j])
            for i in range(3)
            for j in range(i)
        ]
        assert regularizers.OrthogonalRegularizer(2.0, mode)(x) == pytest.approx(2.0 * np.mean(cosines))
    zeros = np.zeros((3, 3))
    assert regularizers.OrthogonalRegularizer()(zeros) == 0
    assert regularizers.OrthogonalRegularizer().gradient(zeros).tolist() == zeros.tolist()


def test_a_regularizer_of_your_own():
    class Cubes(regularizers.Regularizer):
        def __init__(self, factor=1.0):
            self.factor = factor

        def __call__(self, x):
            return self.factor * np.sum(np.abs(x) ** 3)

    cubes = Cubes(factor=2.0)
    assert cubes.gradient(np.array([1.0, -2.0])).tolist() == [6.0, -24.0]
    assert cubes.get_config() == {"factor": 2.0}
    assert regularizers.get(cubes) is cubes
    again = regularizers.deserialize(regularizers.serialize(cubes), custom_objects={"Cubes": Cubes})
    assert again.factor == 2.0
    assert regularizers.Regularizer()(weights()) == 0
    assert regularizers.Regularizer().gradient(weights()).tolist() == np.zeros((7, 3)).tolist()


def fourth_powers(x):
    return 0.25 * np.sum(x**4)


def test_a_function_as_regularizer():
    regularizer = regularizers.get(fourth_powers)
    x = weights()
    assert regularizer(x) == fourth_powers(x)
    np.testing.assert_allclose(regularizer.gradient(x), x**3)
    described = regularizers.serialize(regularizer)
    assert described["config"] == "fourth_powers"
    again = regularizers.deserialize(described, custom_objects={"fourth_powers": fourth_powers})
    np.testing.assert_allclose(regularizers.get(again).gradient(x), x**3)
    assert pickle.loads(pickle.dumps(regularizer)).function is fourth_powers


@every
def test_config_and_copies(regularizer):
    described = json.loads(json.dumps(regularizers.serialize(regularizer)))
    for again in (
        regularizers.get(described),
        type(regularizer).from_config(regularizer.get_config()),
        copy.deepcopy(regularizer),
        pickle.loads(pickle.dumps(regularizer)),
    ):
        assert type(again) is type(regularizer)
        assert again.get_config() == regularizer.get_config()


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("l1", {"l1": 0.01}),
        ("L2", {"l2": 0.01}),
        ("l1_l2", {"l1": 0.0, "l2": 0.0}),
        ("l1l2", {"l1": 0.0, "l2": 0.0}),
        ("orthogonal_regularizer", {"factor": 0.01, "mode": "rows"}),
    ],
)
def test_names(name, config):
    assert regularizers.get(name).get_config() == config
    assert regularizers.get(None) is None
    assert type(regularizers.get(regularizers.l2)) is regularizers.L2


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: regularizers.L2(-1), "`l2` must be a number, 0 or more.*l2=-1"),
        (lambda: regularizers.L1("a"), "`l1` must be a number.*l1='a'"),
        (lambda: regularizers.L1L2(l1=float("nan")), "`l1` must be a number.*l1=nan"),
        (lambda: regularizers.L1L2(l2=float("inf")), "`l2` must be a number.*l2=inf"),
        (lambda: regularizers.OrthogonalRegularizer(mode="row"), "`mode` must be one of.*Did you mean 'rows'.*'row'"),
        (lambda: regularizers.OrthogonalRegularizer()(np.ones(3)), r"takes matrices only.*shape=\(3,\)"),
        (lambda: regularizers.get("l3"), "Unknown regularizer 'l3'.*Known: .*l1.*l2"),
        (lambda: regularizers.get("orthogonal_regulariser"), "Did you mean 'orthogonal_regularizer'"),
        (lambda: regularizers.get(0.01), "Could not read the regularizer.*regularizer=0.01"),
    ],
)
def test_errors(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_examples_in_docstrings():
    result = doctest.testmod(regularizers)
    assert result.failed == 0
    assert result.attempted >= 6
