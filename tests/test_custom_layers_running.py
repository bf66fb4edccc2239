"""Layers of one's own: what they add to the loss, how they run and train, how they are saved."""

import copy
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kerasschool as keras
from kerasschool import autodiff, layers
from tests.own_layers import ActivityPrice, Antirectifier, BorrowedKernel, EagerLinear, Linear, Scaled, WithLosses


@pytest.fixture(autouse=True)
def double_precision():
    """So that numbers compare exactly enough; `fresh_start` puts the float type back."""
    keras.config.set_floatx("float64")


# Losses


def test_losses_of_layers_inside_are_new_at_each_call():
    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.activity_reg = ActivityPrice(1e-2)

        def call(self, inputs, training=None):
            return self.activity_reg(inputs) if training else inputs

    layer = Outer()
    assert layer.losses == []
    layer(np.full((1, 1), 3.0), training=True)
    assert np.allclose(layer.losses, [0.09])
    layer(np.full((1, 1), 2.0), training=True)
    assert np.allclose(layer.losses, [0.04])
    layer(np.ones((1, 1)))
    assert layer.losses == []


def test_losses_list_all_prices_once():
    layer = WithLosses()
    layer(np.ones((2, 2)))
    y = np.ones((2, 2)) @ layer.dense.kernel.value
    expected = [0.1 * np.mean(np.abs(y)), 0.01 * np.abs(y).sum() / 2, 0.2 * np.mean(y**2)]
    np.testing.assert_allclose(layer.losses, [*expected, 0.01 * np.sum(layer.dense.kernel.value**2)])
    assert all(isinstance(loss, float) for loss in layer.losses)


def test_evaluate_counts_added_losses():
    model = keras.Sequential([keras.Input((2,)), ActivityPrice(0.5)])
    model.compile(loss="mse")
    x = np.random.normal(size=(10, 2))
    assert model.evaluate(x, x, verbose=0) == pytest.approx(0.5 * np.mean(x**2))
    history = model.fit(x, x, batch_size=5, verbose=0)
    assert history.history["loss"] == pytest.approx([0.5 * np.mean(x**2)])


def test_activity_regularizer_is_per_row_whatever_the_batch_size():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3, activity_regularizer="l2"), layers.Dense(1)])
    model.compile(loss="mse")
    x = np.random.normal(size=(10, 2))
    z = model.layers[0](x)
    expected = np.mean(model.predict(x, verbose=0) ** 2) + 0.01 * np.sum(z**2) / 10
    for batch_size in (1, 4, 10):
        assert model.evaluate(x, np.zeros((10, 1)), batch_size=batch_size, verbose=0) == pytest.approx(expected)


def test_losses_on_the_tape_reach_the_gradient():
    layer = ActivityPrice(0.5)

    def total(x):
        return np.sum(layer(x)) + sum(layer.losses)

    np.testing.assert_allclose(autodiff.grad(total)(np.array([[1.0, 3.0]])), [[1 + 0.5, 1 + 1.5]])
    copy.deepcopy(layer), pickle.dumps(layer)  # the tape does not stay


def test_add_loss_wants_a_number():
    class Vector(layers.Layer):
        def call(self, inputs):
            self.add_loss(inputs)
            return inputs

    with pytest.raises(ValueError, match="A loss must be one number. Take `np.mean`"):
        Vector()([[1.0, 2.0]])


# Training


def test_training_flag():
    class Told(layers.Layer):
        def call(self, inputs, training=False):
            return inputs + (1.0 if training else 0.0)

    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.told = Told()

        def call(self, inputs):  # takes no `training`; the layer inside is told nevertheless
            return self.told(inputs)

    class Training(layers.Layer):
        def call(self, inputs, training=True):
            return inputs + (1.0 if training else 0.0)

    for layer in (Told(), Outer()):
        assert layer([[0.0]]).item() == 0 and layer([[0.0]], training=True).item() == 1
        assert layer.forward(np.zeros((1, 1)), training=True).item() == 1
        assert layer.forward(np.zeros((1, 1))).item() == 0
    assert Training()([[0.0]]).item() == 1 and Training()([[0.0]], training=False).item() == 0


def test_own_dropout_with_a_seed_generator():
    class CustomDropout(layers.Layer):
        def __init__(self, rate, **kwargs):
            super().__init__(**kwargs)
            self.rate, self.seed_generator = rate, keras.random.SeedGenerator(1337)

        def call(self, inputs, training=None):
            if training:
                return keras.random.dropout(inputs, rate=self.rate, seed=self.seed_generator)
            return inputs

    layer, x = CustomDropout(0.5), np.ones((4, 100))
    y = layer.forward(x, training=True)
    assert set(np.unique(y)) == {0.0, 2.0}
    np.testing.assert_array_equal(layer.backward(np.ones_like(y)), y)
    assert not np.array_equal(layer.forward(x, training=True), y)
    np.testing.assert_array_equal(layer(x), x)


def test_monte_carlo_dropout():
    class MCDropout(layers.Dropout):
        def call(self, inputs, training=False):
            return super().call(inputs, training=True)

    model = keras.Sequential([keras.Input((50,)), MCDropout(0.5)])
    x = np.ones((1, 50))
    assert not np.array_equal(model.predict(x, verbose=0), model.predict(x, verbose=0))


def test_the_layers_own_call_counts_in_training_too():
    """The short-cut from a loss to a sigmoid must not skip what a subclass adds."""
    model = keras.Sequential([keras.Input((2,)), Scaled(1, activation="sigmoid")])
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss="binary_crossentropy")
    x, y = np.random.normal(size=(7, 2)), np.random.randint(0, 2, (7, 1)).astype(float)

    def loss(kernel):
        p = 0.5 / (1 + np.exp(-x @ kernel)) + 0.25
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    start = model.layers[0].kernel.numpy()
    model.train_on_batch(x, y)
    np.testing.assert_allclose(start - model.layers[0].kernel.value, autodiff.grad(loss)(start), rtol=1e-6)


def test_calls_with_several_inputs_and_outputs():
    class Join(layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2, kernel_initializer="ones")

        def call(self, inputs):
            a, b = inputs
            return self.dense(a) + b, a

    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.join = Join()

        def call(self, inputs):
            y, a = self.join([inputs, 2 * inputs])
            return y * a

    layer, x = Outer(), np.array([[1.0, 2.0]])
    np.testing.assert_allclose(layer(x), (x.sum() + 2 * x) * x)
    np.testing.assert_allclose(layer.forward(x, training=True), (x.sum() + 2 * x) * x)

    class Both(layers.Layer):
        def call(self, inputs):
            return inputs, 2 * inputs

    once, twice = Both()(x)
    assert (once == x).all() and (twice == 2 * x).all()


def test_arguments_besides_the_inputs():
    class Times(layers.Layer):
        def __init__(self):
            super().__init__()
            self.w = self.add_weight((1,), "ones")

        def call(self, inputs, factor, shift=0.0):
            return inputs * factor * self.w + shift

    y = Times()([[1.0, 2.0]], 3.0, shift=1.0)
    assert isinstance(y, np.ndarray) and y.tolist() == [[4.0, 7.0]]


def test_own_code_may_write_into_its_input():
    class Careless(layers.Layer):
        def call(self, inputs):
            inputs += 1.0
            return inputs

    class Outer(layers.Layer):
        def __init__(self):
            super().__init__()
            self.careless = Careless()

        def call(self, inputs):
            return self.careless(inputs) - inputs

    x = np.zeros((2, 2))
    assert (Careless()(x) == 1).all() and (x == 0).all()
    assert (Outer()(x) == 1).all()


def test_output_shapes_are_found_by_trying():
    class Halve(layers.Layer):
        def call(self, inputs):
            return inputs[..., ::2]

    class Log(layers.Layer):
        def call(self, inputs):
            return np.squeeze(np.log(inputs) / inputs)[:, None]

    assert Halve().compute_output_shape((None, 7)) == (None, 4)
    assert Halve().compute_output_shape((None, None, 6)) == (None, None, 3)
    assert Log().compute_output_shape((None, 5)) == (None, 1, 5)  # no warning about log(0) either


# Saving


def test_plain_arguments_need_no_get_config():
    layer = Linear(7, name="mine")
    config = layer.get_config()
    assert config == {"name": "mine", "trainable": True, "dtype": config["dtype"], "units": 7}
    assert config["dtype"]["config"] == {"name": "float64"}
    assert Linear.from_config(json.loads(json.dumps(config))).units == 7
    assert "name" not in EagerLinear(2).get_config()
    with pytest.raises(TypeError, match="`EagerLinear` cannot be made from its config"):
        EagerLinear.from_config(EagerLinear(2).get_config())
    with pytest.raises(NotImplementedError, match="needs a `get_config` method"):
        BorrowedKernel(np.ones(2)).get_config()


def test_own_get_config_and_registration():
    @keras.utils.register_keras_serializable("tests")
    class Registered(Antirectifier):
        pass

    model = keras.Sequential([keras.Input((4,)), Registered(keras.initializers.HeUniform(seed=3))])
    config = json.loads(json.dumps(model.get_config()))
    assert config["layers"][1]["registered_name"] == "tests>Registered"
    twin = keras.Sequential.from_config(config)
    assert isinstance(twin.layers[0].initializer, keras.initializers.HeUniform)
    np.testing.assert_array_equal(twin.layers[0].kernel.value, model.layers[0].kernel.value)
    with pytest.raises(ValueError, match="custom_objects"):
        layers.deserialize(layers.serialize(Antirectifier()))
    again = layers.deserialize(layers.serialize(Antirectifier()), custom_objects={"Antirectifier": Antirectifier})
    assert isinstance(again, Antirectifier)


class Stack(layers.Layer):
    """What `Sequential` does, as a layer of one's own: every gradient comes from the tape."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def call(self, inputs):
        for layer in self.inner:
            inputs = layer(inputs)
        return inputs


PARTS = {
    # tanh, not relu: renorm gives a first zero of relu back as 0 up to rounding, and LeakyReLU has its kink there
    "dense": lambda: layers.Dense(3, activation="tanh", kernel_regularizer="l2", activity_regularizer="l2"),
    "gelu": lambda: layers.Dense(4, activation="gelu", use_bias=False),
    "batch": lambda: layers.BatchNormalization(momentum=0.5),
    "renorm": lambda: layers.BatchNormalization(renorm=True),
    "layer": layers.LayerNormalization,
    "rms": layers.RMSNormalization,
    "unit": layers.UnitNormalization,
    "dropout": lambda: layers.Dropout(0.3, seed=5),
    "noise": lambda: layers.GaussianNoise(0.1, seed=5),
    "prelu": lambda: layers.PReLU("ones"),
    "leaky": layers.LeakyReLU,
    "softmax": layers.Softmax,
    "price": lambda: layers.ActivityRegularization(0.1, 0.1),
    "lambda": lambda: layers.Lambda(np.tanh),
    "fold": lambda: layers.RepeatVector(2),
    "flat": layers.Flatten,
}


@given(st.lists(st.sampled_from(sorted(set(PARTS) - {"fold"})), min_size=1, max_size=5), st.booleans())
def test_written_gradients_and_those_of_the_tape_train_alike(names, folded):
    names = [*names, "fold", "dense", "batch", "flat"] if folded else names
    np.random.seed(1)
    x, y = np.random.normal(size=(12, 4)), np.random.normal(size=(12, 1))
    flat = keras.Sequential([keras.Input((4,)), *(PARTS[name]() for name in names), layers.Dense(1)])
    nested = keras.Sequential([keras.Input((4,)), Stack([PARTS[name]() for name in names]), layers.Dense(1)])
    nested.layers[0].set_weights([w for layer in flat.layers[:-1] for w in layer.get_weights()])
    nested.layers[1].set_weights(flat.layers[-1].get_weights())
    histories = []
    for model in (flat, nested):
        model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "mse")
        np.random.seed(2)
        fitted = model.fit(x, y, batch_size=5, epochs=3, validation_data=(x[:7], y[:7]), verbose=0)
        histories.append(fitted.history)
    for key, values in histories[0].items():
        np.testing.assert_allclose(histories[1][key], values, rtol=1e-7, atol=1e-10)
    assert nested.count_params() == flat.count_params()
    np.testing.assert_allclose(nested.predict(x, verbose=0), flat.predict(x, verbose=0), rtol=1e-7, atol=1e-10)
