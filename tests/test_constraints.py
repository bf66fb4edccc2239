"""Constraints: what they do to weights, names, configs, and errors."""

import copy
import doctest
import json
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kerasschool import constraints

ALL = [
    constraints.NonNeg(),
    constraints.UnitNorm(),
    constraints.UnitNorm(axis=[0, 1]),
    constraints.MaxNorm(1.5),
    constraints.MaxNorm(1.5, axis=1),
    constraints.MinMaxNorm(0.5, 1.5),
    constraints.MinMaxNorm(0.5, 1.5, rate=0.25, axis=-1),
]
every = pytest.mark.parametrize("constraint", ALL, ids=lambda c: f"{type(c).__name__}{c.get_config()}")


@every
def test_a_new_array_of_the_same_kind(constraint):
    w = np.random.RandomState(0).normal(size=(5, 4)).astype("float32")
    kept = w.copy()
    w.flags.writeable = False
    result = constraint(w)
    assert result.dtype == "float32"
    assert result.shape == w.shape
    np.testing.assert_array_equal(w, kept)


@given(arrays.arrays("float64", (3, 4), elements=st.floats(-10, 10)))
@settings(deadline=None)
def test_limits_are_kept(w):
    norms = np.linalg.norm(w, axis=0)
    long_enough = norms > 1e-3
    assert (constraints.NonNeg()(w) == np.where(w > 0, w, 0)).all()
    unit = np.linalg.norm(constraints.UnitNorm()(w), axis=0)
    np.testing.assert_allclose(unit[long_enough], 1, rtol=1e-3)
    assert (np.linalg.norm(constraints.MaxNorm(1.5)(w), axis=0) <= 1.5).all()
    between = np.linalg.norm(constraints.MinMaxNorm(0.5, 1.5)(w), axis=0)[long_enough]
    assert ((between > 0.4999) & (between <= 1.5)).all()
    within = norms < 1.5
    np.testing.assert_allclose(constraints.MaxNorm(1.5)(w)[:, within], w[:, within], rtol=1e-3, atol=1e-6)


def test_rate_moves_part_of_the_way():
    w = np.array([[3.0], [4.0]])  # length 5, limit 1: a quarter of the way is 4
    moved = constraints.MinMaxNorm(0.0, 1.0, rate=0.25)(w)
    assert np.linalg.norm(moved) == pytest.approx(4.0)


def test_zero_weights_stay_finite():
    for constraint in ALL:
        assert constraint(np.zeros((2, 2))).tolist() == [[0, 0], [0, 0]]


def test_a_constraint_of_your_own():
    class Halves(constraints.Constraint):
        def __init__(self, limit=0.5):
            self.limit = limit

        def __call__(self, w):
            return np.clip(w, -self.limit, self.limit)

    again = constraints.deserialize(constraints.serialize(Halves(0.25)), custom_objects={"Halves": Halves})
    assert again(np.array([1.0, -0.1])).tolist() == [0.25, -0.1]
    w = np.ones(3)
    assert constraints.Constraint()(w) is w
    assert constraints.get(np.abs) is np.abs


@every
def test_config_and_copies(constraint):
    described = json.loads(json.dumps(constraints.serialize(constraint)))
    for again in (
        constraints.get(described),
        type(constraint).from_config(constraint.get_config()),
        copy.deepcopy(constraint),
        pickle.loads(pickle.dumps(constraint)),
    ):
        assert type(again) is type(constraint)
        assert again.get_config() == constraint.get_config()
        w = np.random.RandomState(0).normal(size=(5, 4))
        np.testing.assert_array_equal(again(w), constraint(w))


@pytest.mark.parametrize(
    ("name", "cls", "config"),
    [
        ("non_neg", constraints.NonNeg, {}),
        ("unit_norm", constraints.UnitNorm, {"axis": 0}),
        ("max_norm", constraints.MaxNorm, {"max_value": 2, "axis": 0}),
        ("MinMaxNorm", constraints.MinMaxNorm, {"min_value": 0.0, "max_value": 1.0, "rate": 1.0, "axis": 0}),
    ],
)
def test_names(name, cls, config):
    assert type(constraints.get(name)) is cls
    assert constraints.get(cls).get_config() == config
    assert constraints.get(None) is None


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: constraints.MaxNorm(-1), "`max_value` must be a number, 0 or more.*max_value=-1"),
        (lambda: constraints.MinMaxNorm(-0.5), "`min_value` must be a number, 0 or more"),
        (
            lambda: constraints.MinMaxNorm(2.0, 1.0),
            "`min_value` must not exceed `max_value`.*min_value=2",
        ),
        (lambda: constraints.MinMaxNorm(rate="fast"), "`rate` must be a number.*rate='fast'"),
        (lambda: constraints.get("maxnrom"), "Unknown constraint 'maxnrom'. Did you mean 'max_norm'"),
        (lambda: constraints.get(3), "Could not read the constraint.*constraint=3"),
    ],
)
def test_errors(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_examples_in_docstrings():
    result = doctest.testmod(constraints)
    assert result.failed == 0
    assert result.attempted >= 7
