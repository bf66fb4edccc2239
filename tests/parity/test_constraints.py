"""Constraints against Keras 3.15: names, signatures, configs and values."""

import inspect

import keras
import numpy as np
import pytest

from kerasschool import constraints

pytestmark = pytest.mark.keras

VARIANTS = [
    ("NonNeg", {}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": 1}),
    ("UnitNorm", {"axis": [0, 1]}),
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 0.7, "axis": 1}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 0.5, "max_value": 1.5, "rate": 0.3, "axis": 1}),
]
both = pytest.mark.parametrize(("name", "arguments"), VARIANTS, ids=str)


def test_public_names():
    assert {name for name in dir(keras.constraints) if not name.startswith("_")} <= set(dir(constraints))


@pytest.mark.parametrize("name", sorted({name for name, _ in VARIANTS}))
def test_signatures(name):
    ours, theirs = getattr(constraints, name), getattr(keras.constraints, name)
    assert str(inspect.signature(ours)) == str(inspect.signature(theirs))


@both
@pytest.mark.parametrize("scale", [1e-6, 0.1, 1.0, 100.0])
def test_values(name, arguments, scale):
    w = scale * np.random.RandomState(0).normal(size=(7, 3)).astype("float32")
    w[:, 0] = 0
    ours, theirs = getattr(constraints, name)(**arguments), getattr(keras.constraints, name)(**arguments)
    if isinstance(arguments.get("axis"), list):
        theirs.axis = tuple(theirs.axis)  # Keras on JAX documents a list and takes a tuple
    np.testing.assert_allclose(ours(w), theirs(w), rtol=1e-5, atol=1e-9)


@both
def test_configs(name, arguments):
    ours, theirs = getattr(constraints, name)(**arguments), getattr(keras.constraints, name)(**arguments)
    assert ours.get_config() == theirs.get_config()
    assert constraints.serialize(ours) == keras.constraints.serialize(theirs)
    assert constraints.get(keras.constraints.serialize(theirs)).get_config() == theirs.get_config()
    assert keras.constraints.get(constraints.serialize(ours)).get_config() == theirs.get_config()


@pytest.mark.parametrize("name", ["non_neg", "unit_norm", "max_norm", "min_max_norm", "MaxNorm"])
def test_get(name):
    assert type(constraints.get(name)).__name__ == type(keras.constraints.get(name)).__name__
