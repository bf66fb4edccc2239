"""The layers that disturb and those that normalize: what each promises, and the errors that teach."""

import copy

import numpy as np
import pandas
import pytest

import kerasschool as keras
from kerasschool import layers, random

X = np.array([[1.0, 2.0], [3.0, 4.0]])

# Noise


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_drops_a_share_and_keeps_the_sum(rate):
    y = layers.Dropout(rate)(np.ones((100, 1000)), training=True)
    assert set(np.unique(y)) == {0.0, np.float32(1 / (1 - rate))}
    assert np.mean(y == 0) == pytest.approx(rate, abs=0.01)
    assert y.mean() == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize(
    ("layer", "same_along"),
    [
        (layers.Dropout(0.5, noise_shape=(None, 1, 4)), 1),
        (layers.SpatialDropout1D(0.5), 1),
        (layers.Dropout(0.5, (7, 3, 1)), 2),
    ],
)
def test_noise_shape_drops_together(layer, same_along):
    y = layer(np.ones((7, 3, 4)), training=True)
    first = np.take(y, [0], axis=same_along)
    assert (y == first).all() and 0 < (y == 0).sum() < y.size


def test_alpha_dropout_keeps_mean_and_variance():
    x = random.normal((200, 1000), seed=3)
    layer = layers.AlphaDropout(0.3)
    y = layer(x, training=True)
    assert y.mean() == pytest.approx(0, abs=0.01) and y.std() == pytest.approx(1, abs=0.01)
    assert np.unique(layer(np.zeros((20, 20)), training=True)).size == 2


@pytest.mark.parametrize(
    "layer",
    [
        layers.Dropout(0.0),
        layers.GaussianNoise(0.0),
        layers.GaussianDropout(0),
        layers.AlphaDropout(0),
        layers.SpatialDropout1D(0),
    ],
)
def test_no_noise_at_zero(layer):
    x = np.ones((2, 3, 4))
    state = np.random.get_state()[2]
    assert (layer(x, training=True) == x).all()
    assert np.random.get_state()[2] == state  # nothing is drawn


NOISES = [layers.Dropout, layers.SpatialDropout1D, layers.GaussianNoise, layers.GaussianDropout, layers.AlphaDropout]


@pytest.mark.parametrize("cls", NOISES)
def test_seeds_of_noise(cls):
    x = np.ones((6, 5, 4))
    one, other, free = cls(0.4, seed=3), cls(0.4, seed=3), cls(0.4)
    first = one(x, training=True)
    np.testing.assert_array_equal(first, other(x, training=True))
    assert not np.array_equal(first, one(x, training=True))  # the stream goes on
    resumed = copy.deepcopy(one)
    np.testing.assert_array_equal(resumed(x, training=True), one(x, training=True))
    np.random.seed(3)
    again = free(x, training=True)
    np.random.seed(3)
    np.testing.assert_array_equal(again, free(x, training=True))  # unseeded: NumPy's global stream
    assert one.get_config()["seed"] == 3 and free.get_config()["seed"] is None
    assert one.weights == [] and one.count_params() == 0


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: layers.Dropout(1.5), "`rate` must be a number between 0 and 1. Received: rate=1.5"),
        (lambda: layers.Dropout("half"), "`rate` must be a number between 0 and 1"),
        (lambda: layers.GaussianNoise(-1), "`stddev` must be a number between 0 and 1"),
        (lambda: layers.GaussianDropout(1.0), "leaves no number to scale. Expected a rate below 1"),
        (lambda: layers.AlphaDropout(1), "leaves no number"),
        (lambda: layers.Dropout(0.5, noise_shape="all"), "`noise_shape` must be a tuple of whole numbers"),
        (lambda: layers.Dropout(0.5, noise_shape=(0, 1)), "`noise_shape` must be a positive whole number"),
        (lambda: layers.Dropout(0.5, seed=1.5), "A seed must be None, a whole number or a SeedGenerator"),
    ],
)
def test_noise_explains(make, text):
    with pytest.raises(ValueError, match=text):
        make()


# Normalization


def test_batch_normalization_makes_mean_0_and_variance_1():
    layer = layers.BatchNormalization(epsilon=0)
    y = layer(np.random.normal(5, 3, (1000, 4)), training=True)
    np.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(y.std(axis=0), 1, rtol=1e-5)


def test_batch_normalization_asks_its_averages():
    layer = layers.BatchNormalization(momentum=0.5, epsilon=0)
    x = np.array([[1.0], [3.0]])
    assert (layer(x) == x).all()  # mean 0, variance 1 so far
    layer(x, training=True)
    assert layer.moving_mean.value == 0.5 * 0 + 0.5 * 2 and layer.moving_variance.value == 0.5 * 1 + 0.5 * 1
    np.testing.assert_allclose(layer(x), x - 1)
    for _ in range(40):
        layer(x, training=True)
    np.testing.assert_allclose(layer(x), [[-1], [1]], atol=1e-5)


def test_a_frozen_batch_normalization_asks_its_averages_in_training_too():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3), layers.BatchNormalization(), layers.Dense(1)])
    norm = model.layers[1]
    norm.trainable = False
    model.compile("sgd", "mse")
    before = norm.get_weights()
    model.fit(X, X[:, :1], epochs=3, verbose=0)
    assert all((a == b).all() for a, b in zip(before, norm.get_weights()))
    z = np.array([[1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(norm(z, training=True), norm(z))
    norm.trainable = True
    model.compile("sgd", "mse")
    model.fit(X, X[:, :1], verbose=0)
    assert not any((a == b).all() for a, b in zip(before, norm.get_weights()))


def test_averages_are_weights_that_are_not_trained():
    model = keras.Sequential([keras.Input((5,)), layers.BatchNormalization()])
    assert [weight.name for weight in model.weights] == ["gamma", "beta", "moving_mean", "moving_variance"]
    assert len(model.trainable_weights) == 2 and model.count_params() == 20
    model.set_weights([np.full(5, value) for value in (1.0, 2.0, 3.0, 4.0)])
    np.testing.assert_allclose(model.layers[0].moving_variance.numpy(), 4)


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: layers.BatchNormalization(axis=[1, 2]), TypeError, "`axis` must be one whole number"),
        (lambda: layers.BatchNormalization(axis="last"), TypeError, "whole number"),
        (lambda: layers.BatchNormalization(momentum=1.5), ValueError, "`momentum` must be a number between 0 and 1"),
        (lambda: layers.BatchNormalization(epsilon=-1), ValueError, "`epsilon`"),
        (lambda: layers.BatchNormalization(synchronized=True), ValueError, "one device"),
        (lambda: layers.BatchNormalization(renorm=True, renorm_clipping={"max": 3}), ValueError, "keys among"),
        (
            lambda: layers.BatchNormalization(renorm=True, renorm_clipping={"rmax": 1, "rmin": 2}),
            ValueError,
            "rmax ≥ rmin",
        ),
        (lambda: layers.BatchNormalization(axis=3)(X), ValueError, "have no axis 3. They have 2 axes"),
        (lambda: layers.BatchNormalization(axis=0)(X), ValueError, "number of features must be known"),
        (lambda: layers.LayerNormalization(axis=1.5), TypeError, "whole number or a list"),
        (lambda: layers.LayerNormalization(axis=[1, 5])(X), ValueError, "have no axis 5"),
        (lambda: layers.LayerNormalization(axis=0)(X), ValueError, "sizes of the normalized axes must be known"),
        (lambda: layers.UnitNormalization(axis=2).compute_output_shape((None, 3)), ValueError, "no axis 2"),
    ],
)
def test_normalization_explains(make, error, text):
    with pytest.raises(error, match=text):
        make()


@pytest.mark.parametrize(
    "make", [layers.BatchNormalization, layers.LayerNormalization, layers.RMSNormalization, layers.PReLU]
)
def test_built_layers_know_their_size(make):
    layer = make(name="mine")
    layer(np.ones((2, 4)))
    with pytest.raises(ValueError, match="do not fit the layer `mine`. Expected 4 entries along axis -?1"):
        layer(np.ones((2, 5)))


def test_unit_normalization_leaves_zeros():
    layer = layers.UnitNormalization()
    x = np.array([[0.0, 0.0], [3.0, 4.0]], np.float32)
    np.testing.assert_allclose(layer.forward(x, True), [[0, 0], [0.6, 0.8]], rtol=1e-6)
    assert np.isfinite(layer.backward(np.ones((2, 2), np.float32))).all()


def test_normalization_adapts_to_tables_lists_and_batches():
    data = np.random.normal(5, 2, (20, 3))
    expected = (data - data.mean(0)) / data.std(0)
    pairs = [(data[:9], np.zeros(9)), (data[9:], np.zeros(11))]
    for each in (data, data.tolist(), pandas.DataFrame(data), [data[:9], data[9:]], iter([data[:9], data[9:]]), pairs):
        layer = layers.Normalization()
        layer.adapt(each)
        np.testing.assert_allclose(layer(data), expected, rtol=1e-4, atol=1e-5)
    back = layers.Normalization(invert=True)
    back.adapt(data)
    np.testing.assert_allclose(back(layer(data)), data, rtol=1e-5)


def test_normalization_in_a_model():
    data = np.random.normal(50, 20, (40, 3))
    scaler = layers.Normalization()
    scaler.adapt(data)
    model = keras.Sequential([scaler, layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(data, data[:, :1] / 50, epochs=200, verbose=0)
    assert model.evaluate(data, data[:, :1] / 50, verbose=0) < 0.01
    assert model.count_params() == 7 + 4 and len(model.trainable_weights) == 2
    twin = copy.deepcopy(model)
    twin.layers[0].set_weights([np.zeros(3), np.ones(3), 0])
    np.testing.assert_allclose(twin.layers[0](data), data, rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: layers.Normalization(mean=1.0), "`mean` and `variance` go together"),
        (lambda: layers.Normalization(mean=[1.0], variance=[1.0, 2.0]), "must have the same shape"),
        (lambda: layers.Normalization(axis=None, mean=[1.0], variance=[1.0]), "at most 0 axes"),
        (lambda: layers.Normalization(axis=0)(X), "sizes along `axis` must be known"),
        (lambda: layers.Normalization(mean=1.0, variance=1.0).adapt(X), "nothing to adapt"),
        (lambda: layers.Normalization().adapt([[1.0, np.nan]]), "Some data are NaN or infinite"),
        (lambda: layers.Normalization().adapt(iter([])), "no rows to adapt to"),
        (lambda: layers.Normalization().adapt([["a", "b"]]), "Texts must be encoded as numbers"),
        (lambda: layers.Normalization().adapt([np.ones((2, 3)), np.ones((2, 4))]), r"Expected shape \(None, 3\)"),
    ],
)
def test_preprocessing_explains(make, text):
    with pytest.raises(ValueError, match=text):
        make()
    with pytest.raises(TypeError, match="takes an array, a table, or an iterable"):
        layers.Normalization().adapt(object())
