"""Activations against Keras 3.15: values and gradients, far out too; public names; serialisation."""

import inspect

import jax
import keras
import numpy as np
import pytest

from kerasschool import activations

pytestmark = pytest.mark.keras

OURS_ALONE = {
    "abs": "the source tutorial lists it among the activations",
    "Activation": "the record that holds a function and its slope",
    "record": "makes such a record of any callable",
}
NAMES = sorted(
    {f.__name__ for f in vars(keras.activations).values() if inspect.isfunction(f)}
    - {"get", "serialize", "deserialize"}
)
ARGUMENTS = {
    "threshold": [{"threshold": 0.3, "default_value": -2.0}],
    "relu": [
        {},
        {"negative_slope": 0.1},
        {"max_value": 1.5},
        {"max_value": 6},
        {"threshold": 0.7},
        {"threshold": -0.7},
        {"negative_slope": -0.4, "max_value": 2.0, "threshold": 0.6},
        {"negative_slope": 0.4, "max_value": 2.0, "threshold": -0.6},
    ],
    "leaky_relu": [{}, {"negative_slope": -0.3}],
    "elu": [{}, {"alpha": 0.4}],
    "celu": [{}, {"alpha": 2.5}],
    "gelu": [{}, {"approximate": True}],
    "squareplus": [{}, {"b": 0.5}],
    "soft_shrink": [{}, {"threshold": 1.1}],
    "hard_shrink": [{}, {"threshold": 1.1}],
    "softmax": [{}, {"axis": 0}, {"axis": (0, 1)}],
    "log_softmax": [{}, {"axis": 0}],
    "glu": [{}, {"axis": 0}],
}
VARIANTS = [(name, arguments) for name in NAMES for arguments in ARGUMENTS.get(name, [{}]) if name != "sparsemax"]


def variant_id(variant):
    return variant if isinstance(variant, str) else ",".join(f"{k}={v}" for k, v in variant.items())


def grid(name):
    """Values near 0, far out, and very far out; none on a kink; an even number on each axis."""
    near = np.linspace(-8.03, 8.02, 400)
    middle = np.geomspace(8.03, 80.1, 50)
    far = [300.07, 999.5, 1000.0]
    if name == "exponential":  # infinite from 89 on
        far = []
    x = np.concatenate([near, middle, -middle, far, np.negative(far)]).astype("float32")
    x = np.random.RandomState(0).permutation(x)
    return x[: len(x) // 8 * 8].reshape(2, -1, 4)


@pytest.mark.parametrize(("name", "arguments"), VARIANTS, ids=variant_id)
def test_values_and_gradients(name, arguments):
    x = grid(name)
    expected, pullback = jax.vjp(lambda x: getattr(keras.activations, name)(x, **arguments), x)
    activation = activations.get(name)
    y = activation(x, **arguments)
    size = 1000 if name in ("squareplus", "glu", "gelu") else 1  # x minus nearly x, or 1 minus nearly 1, times x
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-7 * size)
    dy = np.random.RandomState(1).normal(size=y.shape).astype("float32")
    dx = activation.backward(dy.copy(), x, y, **arguments)
    np.testing.assert_allclose(dx, pullback(dy)[0], rtol=1e-5, atol=max(1e-6, 1e-7 * size))


def test_exponential_is_infinite_in_both():
    with np.errstate(over="ignore"):
        ours = activations.exponential([-1000.0, 1000.0])
    np.testing.assert_array_equal(ours, keras.activations.exponential([-1000.0, 1000.0]))


@pytest.mark.parametrize("axis", [0, -1])
def test_sparsemax_where_keras_is_right(axis):
    """Keras 3.15 adds up running sums, so it is right only where a single probability is left; see differences.md."""
    x = np.random.RandomState(0).normal(0, 1, (40, 40)).astype("float32")
    expected, pullback = jax.vjp(lambda x: keras.activations.sparsemax(x, axis=axis), x)
    y = activations.sparsemax(x, axis=axis)
    single = np.broadcast_to((y > 0).sum(axis, keepdims=True) == 1, y.shape)
    assert single.any()
    np.testing.assert_allclose(y[single], np.asarray(expected)[single], rtol=1e-5, atol=1e-6)
    dx = activations.sparsemax.backward(np.ones_like(y), x, y, axis=axis)
    np.testing.assert_allclose(dx[single], np.asarray(pullback(np.ones_like(y))[0])[single], atol=1e-6)
    np.testing.assert_allclose(y.sum(axis), 1, rtol=1e-5)
    assert not np.allclose(expected.sum(axis), 1), "Keras has repaired sparsemax: compare it like the others"


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh", "softmax", "linear"])
def test_in_place(name):
    x = grid(name)
    np.testing.assert_allclose(
        activations.get(name).inplace(x.copy()), getattr(keras.activations, name)(x), rtol=1e-5, atol=1e-7
    )


def test_sigmoid_keeps_its_relative_precision():
    x = np.linspace(-87, -1, 200, dtype="float32")
    np.testing.assert_allclose(activations.sigmoid(x), keras.activations.sigmoid(x), rtol=2e-6)


@pytest.mark.parametrize("x", [0.5, [1, -2], [[1.5, -2.0]], np.float64(3.0)], ids=repr)
def test_types_of_arguments(x):
    ours, theirs = activations.relu(x), np.asarray(keras.activations.relu(x))
    assert ours.shape == theirs.shape
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", NAMES)
def test_signatures(name):
    assert str(inspect.signature(getattr(activations, name))) == str(
        inspect.signature(getattr(keras.activations, name))
    )


def test_softmax_over_one_unit_warns_in_both():
    for module in (keras.activations, activations):
        with pytest.warns(UserWarning, match="softmax over.*size 1"):
            module.softmax(np.ones((2, 1), "float32"))


def test_public_names():
    theirs = {name for name in dir(keras.activations) if not name.startswith("_")}
    ours = {
        name for name, value in vars(activations).items() if not name.startswith("_") and not inspect.ismodule(value)
    }
    ours -= {"helpful_getattr", "Registry", "Recorded"}
    assert theirs - ours == set()
    assert ours - theirs == set(OURS_ALONE)


@pytest.mark.parametrize("name", NAMES)
def test_serialize(name):
    theirs = keras.activations.serialize(getattr(keras.activations, name))
    assert activations.serialize(activations.get(name)) == theirs
    assert activations.deserialize(theirs) is activations.get(name)
    config = keras.saving.serialize_keras_object(getattr(keras.activations, name))
    assert activations.get(config) is activations.get(name)


@pytest.mark.parametrize("name", ["swish", "hard_swish", None])
def test_get(name):
    assert activations.get(name).__name__ == keras.activations.get(name).__name__
