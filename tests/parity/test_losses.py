"""Losses against Keras 3.15: values, reductions, weights, options, gradients, configs and the public list."""

import inspect
import json

import numpy as np
import pytest

from kerasschool import losses
from tests.test_losses import CLASSES, FUNCTIONS, REDUCTIONS, SETTINGS, data

jax = pytest.importorskip("jax")
keras = pytest.importorskip("keras")

pytestmark = pytest.mark.keras

LEFT_OUT = {
    "CTC": "aligns sequences of different lengths; no layer here makes such sequences",
    "ctc": "the same",
}
CONFIG_KERAS_FORGETS = {"Huber": {"delta"}, "CosineSimilarity": {"axis"}, "SparseCategoricalCrossentropy": {"axis"}}

# Public in Keras 3.15, but missing in its list of names: `keras.losses.get` and `deserialize` do not know them.
NOT_FOUND_BY_KERAS = {"CategoricalGeneralizedCrossEntropy", "categorical_generalized_cross_entropy"}


def float32_data(labels, units, seed=0):
    y_true, y_pred = data(labels, units, seed=seed)
    return y_true if y_true.dtype.kind == "i" else y_true.astype("float32"), y_pred.astype("float32")


def weight_for(values, seed=2):
    return np.random.RandomState(seed).uniform(0.5, 2, values.shape).astype("float32")


def test_public_list():
    theirs = {name for name in dir(keras.losses) if not name.startswith("_")}
    ours = {
        name
        for name, value in vars(losses).items()
        if not name.startswith("_") and not inspect.ismodule(value) and name not in ("Registry", "helpful_getattr")
    }
    assert ours == theirs - set(LEFT_OUT)


def test_aliases():
    from keras.src.losses import ALL_OBJECTS_DICT

    for name, found in ALL_OBJECTS_DICT.items():
        if found.__name__ not in ("LossFunctionWrapper", *LEFT_OUT):
            ours = losses._registry.find(name)
            assert ours.__name__ == found.__name__, name
            assert inspect.isclass(ours) == inspect.isclass(found), name


def test_signatures():
    for name in {**CLASSES, **FUNCTIONS}:
        ours, theirs = (inspect.signature(getattr(module, name)) for module in (losses, keras.losses))
        assert [(p.name, p.default) for p in ours.parameters.values()] == [
            (p.name, p.default) for p in theirs.parameters.values()
        ], name
    ours, theirs = (inspect.signature(module.Loss) for module in (losses, keras.losses))
    assert str(ours) == str(theirs)


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_values(name, settings, units):
    ours, theirs = (getattr(module, name)(**settings, reduction=None) for module in (losses, keras.losses))
    if ours.label_kind in ("one_hot", "class_numbers"):
        units += 1  # Keras warns of one unit
    y_true, y_pred = float32_data(ours.label_kind, units)
    values, expected = ours(y_true, y_pred), np.asarray(theirs(y_true, y_pred))
    assert values.shape == expected.shape and values.dtype == expected.dtype
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_reductions_and_weights(name, settings, reduction):
    ours, theirs = (getattr(module, name)(**settings, reduction=reduction) for module in (losses, keras.losses))
    y_true, y_pred = float32_data(ours.label_kind, 3)
    weight = weight_for(getattr(losses, name)(**settings, reduction=None)(y_true, y_pred))
    np.testing.assert_allclose(ours(y_true, y_pred), theirs(y_true, y_pred), rtol=1e-5, atol=1e-6)
    value, expected = ours(y_true, y_pred, weight), np.asarray(theirs(y_true, y_pred, weight))
    assert np.shape(value) == expected.shape
    np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_gradient_is_that_of_jax(name, settings, weighted):
    for reduction in ["sum_over_batch_size", "mean_with_sample_weight"] if weighted else ["sum_over_batch_size", "sum"]:
        ours, theirs = (getattr(module, name)(**settings, reduction=reduction) for module in (losses, keras.losses))
        y_true, y_pred = float32_data(ours.label_kind, 3)
        weight = None
        if weighted:
            weight = weight_for(getattr(losses, name)(**settings, reduction=None)(y_true, y_pred))
        expected = jax.grad(lambda y_pred: theirs(y_true, y_pred, weight))(y_pred)  # noqa: B023
        np.testing.assert_allclose(ours.gradient(y_true, y_pred, weight), expected, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    function, settings = FUNCTIONS[name], {"q": 0.3} if "generalized" in name else {}
    y_true, y_pred = float32_data(function.labels, 3)
    expected = np.asarray(getattr(keras.losses, name)(y_true, y_pred, **settings))
    values = function(y_true, y_pred, **settings)
    assert values.dtype == expected.dtype
    np.testing.assert_allclose(values, expected, rtol=1e-5, atol=1e-6)


def test_saturated_and_unnormalised_predictions():
    y_pred = np.array([[0.0, 1.0], [1.0, 0.0], [1e-9, 3.0], [20.0, 20.0]], "float32")
    y_true = np.array([[0, 1], [0, 1], [1, 0], [1, 0]], "float32")
    clipped = np.clip(y_pred, 0, 1)
    for name, predicted in [
        ("binary_crossentropy", clipped),
        ("binary_focal_crossentropy", clipped),
        ("categorical_crossentropy", y_pred),
        ("categorical_focal_crossentropy", y_pred),
        ("kl_divergence", y_pred),
        ("poisson", y_pred),
        ("mean_squared_logarithmic_error", -y_pred),
        ("mean_absolute_percentage_error", y_pred),
        ("cosine_similarity", np.zeros_like(y_pred)),
    ]:
        expected = getattr(keras.losses, name)(y_true, predicted)
        np.testing.assert_allclose(FUNCTIONS[name](y_true, predicted), expected, rtol=1e-5, atol=1e-6, err_msg=name)
    far = np.array([[-200.0, 200.0], [30.0, -30.0], [0.0, 1.0], [-15.0, 15.0]], "float32")
    for name in ("binary_crossentropy", "categorical_crossentropy"):
        expected = getattr(keras.losses, name)(y_true, far, from_logits=True)
        np.testing.assert_allclose(FUNCTIONS[name](y_true, far, from_logits=True), expected, rtol=1e-5, err_msg=name)


def test_gradient_of_clipped_predictions():
    y_pred = np.array([[0.0, 0.5], [1.0, 0.25]], "float32")
    y_true = np.array([[1.0, 1.0], [0.0, 1.0]], "float32")
    for name in ("BinaryCrossentropy", "CategoricalCrossentropy", "KLDivergence"):
        ours, theirs = getattr(losses, name)(), getattr(keras.losses, name)()
        expected = np.array(jax.grad(lambda y_pred: theirs(y_true, y_pred))(y_pred))  # noqa: B023
        slope = ours.gradient(y_true, y_pred)
        inside = (y_pred > 0) & (y_pred < 1)
        np.testing.assert_allclose(slope[inside], expected[inside], rtol=1e-5, err_msg=name)
        assert slope[0, 0] == expected[0, 0], name


@pytest.mark.parametrize(
    "shapes", [((5,), (5, 1)), ((5, 1), (5,)), ((2, 5), (2, 5, 1)), ((2, 5, 1), (2, 5)), ((5,), (5,))]
)
def test_ranks_that_differ_by_one(shapes):
    random = np.random.RandomState(0)
    y_true, y_pred = (random.uniform(0.1, 0.9, shape).astype("float32") for shape in shapes)
    for name in ("MeanSquaredError", "Huber", "BinaryCrossentropy", "Poisson"):
        ours, theirs = getattr(losses, name)(), getattr(keras.losses, name)()
        np.testing.assert_allclose(ours(y_true, y_pred), theirs(y_true, y_pred), rtol=1e-5, err_msg=name)
        expected = jax.grad(lambda y_pred: theirs(y_true, y_pred))(y_pred)  # noqa: B023
        np.testing.assert_allclose(ours.gradient(y_true, y_pred), expected, rtol=1e-5, err_msg=name)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_shapes_of_weights(reduction):
    y_true, y_pred = float32_data("numbers", 3)
    ours, theirs = (module.MeanSquaredError(reduction=reduction) for module in (losses, keras.losses))
    weight = weight_for(y_pred[:, 0])
    for each in (weight[:, None], np.float32(2.0), weight * 0):
        value, expected = ours(y_true, y_pred, each), np.asarray(theirs(y_true, y_pred, each))
        assert np.shape(value) == expected.shape
        np.testing.assert_allclose(value, expected, rtol=1e-5)


def test_ignored_class_with_weights():
    y_true, y_pred = float32_data("class_numbers", 3)
    weight = weight_for(y_pred[:, 0])
    for reduction in REDUCTIONS:
        for ignored in (0, 1):
            ours, theirs = (
                module.SparseCategoricalCrossentropy(ignore_class=ignored, reduction=reduction)
                for module in (losses, keras.losses)
            )
            np.testing.assert_allclose(ours(y_true, y_pred, weight), theirs(y_true, y_pred, weight), rtol=1e-5)
            column = y_true[:, None]
            np.testing.assert_allclose(ours(column, y_pred, weight), theirs(column, y_pred, weight), rtol=1e-5)


def test_own_loss():
    def over_rows(q_target, q):
        return (q - q_target) ** 2

    class Mine(losses.Loss):
        def call(self, y_true, y_pred):
            return over_rows(y_true, y_pred)

    class Theirs(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return over_rows(y_true, y_pred)

    y_true, y_pred = float32_data("numbers", 3)
    for reduction in REDUCTIONS:
        ours, theirs = Mine(reduction=reduction), Theirs(reduction=reduction)
        for weight in (None, weight_for(y_pred), weight_for(y_pred[:, :1])):
            np.testing.assert_allclose(ours(y_true, y_pred, weight), theirs(y_true, y_pred, weight), rtol=1e-5)
    assert Mine().get_config() == {"name": "mine", "reduction": "sum_over_batch_size"}


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_configs_are_exchanged(name, settings):
    ours, theirs = getattr(losses, name)(**settings), getattr(keras.losses, name)(**settings)
    extra = CONFIG_KERAS_FORGETS.get(name, set())
    assert {key: value for key, value in ours.get_config().items() if key not in extra} == theirs.get_config()
    from_keras = losses.deserialize(json.loads(json.dumps(keras.losses.serialize(theirs))))
    assert type(from_keras) is type(ours)
    if not extra:
        assert from_keras.get_config() == ours.get_config()
    if name not in NOT_FOUND_BY_KERAS:
        to_keras = keras.losses.deserialize(json.loads(json.dumps(losses.serialize(ours))))
        y_true, y_pred = float32_data(ours.label_kind, 3)
        np.testing.assert_allclose(ours(y_true, y_pred), to_keras(y_true, y_pred), rtol=1e-5, atol=1e-6)


def test_functions_are_exchanged():
    for name in FUNCTIONS:
        if name not in NOT_FOUND_BY_KERAS:
            assert losses.deserialize(keras.losses.serialize(getattr(keras.losses, name))) is FUNCTIONS[name]
            assert keras.losses.deserialize(losses.serialize(FUNCTIONS[name])) is getattr(keras.losses, name)
