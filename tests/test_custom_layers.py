"""Layers of one's own, as Keras's guides write them: weights, layers inside, losses, training, saving."""

import copy
import json
import pickle

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import autodiff, layers, ops


@pytest.fixture(autouse=True)
def double_precision():
    """So that measured slopes are exact enough; `fresh_start` puts the float type back."""
    keras.config.set_floatx("float64")


class Linear(layers.Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
        self.b = self.add_weight(shape=(self.units,), initializer="random_normal", trainable=True)

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b


class EagerLinear(layers.Layer):
    """Makes its weights before it sees an input, in old argument order."""

    def __init__(self, units=3, input_dim=4):
        super().__init__()
        self.w = self.add_weight((input_dim, units), "random_normal", trainable=True)
        self.b = self.add_weight((units,), "zeros")

    def call(self, inputs):
        return inputs @ self.w + self.b


class MLPBlock(layers.Layer):
    """Layers made in `__init__`, in a list, and used in `call` only."""

    def __init__(self, units=3):
        super().__init__()
        self.linears = [Linear(4), Linear(units)]
        self.more = {"last": layers.Dense(units, activation="tanh")}

    def call(self, inputs):
        x = ops.relu(self.linears[0](inputs))
        return self.more["last"](self.linears[1](x))


class Residual(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.norm = layers.LayerNormalization()
        self.batch_norm = layers.BatchNormalization()
        self.dropout = layers.Dropout(0.5)

    def build(self, input_shape):
        self.inner = keras.Sequential([layers.Dense(5, activation="gelu"), layers.Dense(input_shape[-1])])

    def call(self, inputs, training=None):
        x = self.batch_norm(self.norm(inputs), training=training)
        return inputs + self.dropout(self.inner(x), training=training)


class Antirectifier(layers.Layer):
    def __init__(self, initializer="he_normal", **kwargs):
        super().__init__(**kwargs)
        self.initializer = keras.initializers.get(initializer)

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(input_shape[-1] * 2, input_shape[-1]), initializer=self.initializer, name="kernel", trainable=True
        )

    def call(self, inputs):
        inputs -= ops.mean(inputs, axis=-1, keepdims=True)
        pos, neg = ops.relu(inputs), ops.relu(-inputs)
        return ops.matmul(ops.concatenate([pos, neg], axis=-1), self.kernel)

    def get_config(self):
        config = super().get_config()
        config.update({"initializer": keras.initializers.serialize(self.initializer)})
        return config


class WithLosses(layers.Layer):
    """Asks for small outputs twice over, and its Dense for small weights and outputs."""

    def __init__(self, rate=0.1):
        super().__init__()
        self.rate = rate
        self.dense = layers.Dense(3, kernel_regularizer="l2", activity_regularizer="l1")
        self.inner = ActivityPrice(0.2)

    def call(self, inputs):
        y = self.inner(self.dense(inputs))
        self.add_loss(self.rate * np.mean(np.abs(y)))
        return y


class ActivityPrice(layers.Layer):
    def __init__(self, rate=1e-2):
        super().__init__()
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * ops.mean(inputs**2))
        return inputs


class Maxout(layers.Layer):
    def build(self, input_shape):
        self.kernel = self.add_weight((2, input_shape[-1], 3), name="kernel")

    def call(self, inputs):
        return np.max(np.einsum("bi,kio->kbo", inputs, self.kernel), axis=0)


class Scaled(layers.Dense):
    """A subclass of a built-in layer with its own `call`, also as the last one before a loss."""

    def call(self, inputs):
        return super().call(inputs) * 0.5 + 0.25


class LearnedSlope(layers.Layer):
    """An activation whose argument is learned."""

    def build(self, input_shape):
        self.slope = self.add_weight(initializer=keras.initializers.Constant(0.3), name="slope")

    def call(self, inputs):
        return keras.activations.leaky_relu(inputs, negative_slope=self.slope)


MAKERS = {
    "Linear": lambda: Linear(3),
    "EagerLinear": EagerLinear,
    "MLPBlock": MLPBlock,
    "Residual": Residual,
    "Antirectifier": Antirectifier,
    "WithLosses": WithLosses,
    "Maxout": Maxout,
    "Scaled": lambda: Scaled(3, activation="sigmoid"),
    "LearnedSlope": LearnedSlope,
    "prices on mine": lambda: Linear(3, activity_regularizer=keras.regularizers.L1L2(0.1, 0.2)),
}
each_maker = pytest.mark.parametrize("maker", [pytest.param(maker, id=name) for name, maker in MAKERS.items()])


@each_maker
@pytest.mark.parametrize("units", [1, 3])
def test_one_step_of_gradient_descent_goes_down_the_measured_slope(maker, units):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(4), maker(), layers.Dense(units)])
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
    check_step(model, np.random.normal(size=(7, 2)), np.random.normal(size=(7, units)))


def check_step(model, x, y):
    """One update with learning rate 1 must be the measured slope, and the reported loss the measured loss."""
    moving = [(weight, weight.numpy()) for weight in model.non_trainable_weights]

    def loss():
        for weight, value in moving:
            weight.assign(value)
        with keras.random.use(np.random.RandomState(3)):
            y_pred = model.forward(x, training=True)
        return float(np.mean((y_pred - y) ** 2)) + model._penalty()

    slopes = []
    for weight in model.trainable_weights:
        start = weight.numpy()
        slopes.append(autodiff.numeric_gradient(lambda value, w=weight: [w.assign(value), loss()][1], start))
        weight.assign(start)
    before, expected = [weight.numpy() for weight in model.trainable_weights], loss()
    for weight, value in moving:
        weight.assign(value)
    model.reset_metrics()
    with keras.random.use(np.random.RandomState(3)):
        reported = model.train_on_batch(x, y)
    np.testing.assert_allclose(reported, expected, rtol=1e-10)
    for start, weight, slope in zip(before, model.trainable_weights, slopes, strict=True):
        np.testing.assert_allclose(start - weight.value, slope, rtol=1e-5, atol=1e-7)


@each_maker
def test_weights_are_in_the_models_vector(maker):
    layer = maker()
    model = keras.Sequential([keras.Input((4,)), layer])
    model.compile(loss="mse")
    assert len(model.parameters.values) == sum(weight.size for weight in model.trainable_weights) > 0
    assert {id(weight) for weight in layer.trainable_weights} == {id(weight) for weight in model.parameters}
    model.parameters.values[...] = 0.5
    assert all((weight.value == 0.5).all() for weight in layer.trainable_weights)


@each_maker
def test_copies_train_alike_and_alone(maker):
    model = keras.Sequential([keras.Input((4,)), maker(), layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    x, y = np.random.normal(size=(20, 4)), np.random.normal(size=(20, 1))
    model.fit(x, y, verbose=0)
    before = model.get_weights()
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(twin.predict(x, verbose=0), model.predict(x, verbose=0))
        twin.fit(x, y, verbose=0)
        assert all((a == b).all() for a, b in zip(before, model.get_weights()))


# Building


def test_a_layer_without_build_gets_the_weights_of_the_layers_inside():
    block = MLPBlock()
    assert block.weights == [] and not block.built
    assert block(np.ones((3, 64))).shape == (3, 3)
    assert [weight.shape for weight in block.weights] == [(64, 4), (4,), (4, 3), (3,), (3, 3), (3,)]
    assert len(block.trainable_weights) == 6
    assert block.count_params() == 260 + 15 + 12
    assert [weight.path.split("/")[0] for weight in block.weights[::2]] == [each.name for each in block.layers_inside]


def test_build_can_be_called_and_runs_once():
    layer = Linear(3)
    layer.build((None, 4))
    kernel = layer.w
    layer.build((None, 4))
    assert layer.built and layer.w is kernel and len(layer.weights) == 2
    assert layer.get_build_config() == {"input_shape": (None, 4)}


def test_super_build_is_called_once():
    class Twice(layers.Dense):
        def build(self, input_shape):
            super().build(input_shape)
            self.extra = self.add_weight((2,), "ones", name="extra")
            super(layers.Dense, self).build(input_shape)

    layer = Twice(3)
    layer.build((None, 4))
    assert [weight.name for weight in layer.weights] == ["kernel", "bias", "extra"]


def test_layers_made_in_call_are_refused_when_training():
    class Forgetful(layers.Layer):
        def call(self, inputs):
            return layers.Dense(3)(inputs)

    model = keras.Sequential([keras.Input((4,)), layers.Dense(4), Forgetful()])
    model.compile(loss="mse")
    with pytest.raises(RuntimeError, match="too late to be trained. Make layers in `__init__`"):
        model.fit(np.ones((2, 4)), np.ones((2, 3)), verbose=0)


def test_forgotten_super_init():
    class Forgetful(layers.Layer):
        def __init__(self, units):
            self.units = units

        def call(self, inputs):
            return inputs

    with pytest.raises(RuntimeError, match=r"`Forgetful.__init__` must call `super\(\).__init__\(\)`"):
        Forgetful(3)([[1.0]])
    with pytest.raises(RuntimeError, match=r"must call `super\(\).__init__\(\)`"):
        Forgetful(3).add_weight((2,))


def test_a_layer_without_call():
    class Nothing(layers.Layer):
        pass

    with pytest.raises(NotImplementedError, match="`Nothing` has no `call` method"):
        Nothing()([[1.0]])


def test_misspelt_attributes_name_the_nearest():
    layer = layers.Dense(3, name="first")
    with pytest.raises(AttributeError, match="The layer `first` has no attribute 'kernal'. Did you mean 'kernel'"):
        layer.kernal  # noqa: B018
    with pytest.raises(AttributeError, match="not built yet"):
        layer.output  # noqa: B018
    assert not hasattr(layer, "nothing")


# Weights


def test_add_weight_reads_keras_arguments():
    layer = layers.Layer(name="mine")
    assert layer.add_weight().shape == ()
    assert layer.add_weight(3).shape == (3,)
    kernel = layer.add_weight((2, 3), "ones", "float32", regularizer="l2", constraint="non_neg", name="kernel")
    assert kernel.dtype == np.float32 and kernel.path == "mine/kernel" and (kernel.value == 1).all()
    assert isinstance(kernel.regularizer, keras.regularizers.L2)
    assert isinstance(kernel.constraint, keras.constraints.NonNeg)
    count = layer.add_weight(dtype="int", trainable=True, name="count")
    assert count.dtype == np.int32 and count.value == 0 and not count.trainable
    assert layer.add_weight((2,), lambda shape, dtype: np.full(shape, 5, dtype)).value.tolist() == [5, 5]
    with pytest.raises(
        ValueError, match="first argument of `add_weight` is the shape. Write `add_weight.*name='kernel'"
    ):
        layer.add_weight("kernel", shape=(2,))


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"shape": "kernel"}, ValueError, "is the shape"),
        ({"shape": (None, 3)}, ValueError, "must be known"),
        ({"initalizer": "ones"}, TypeError, "Did you mean 'initializer'"),
        ({"initializer": "onse"}, ValueError, "Did you mean 'ones'"),
        ({"shape": 2, "initializer": lambda shape, dtype: np.ones(3)}, ValueError, "made another shape"),
    ],
)
def test_add_weight_explains(arguments, error, text):
    layer = layers.Layer()
    with pytest.raises(error, match=text):
        layer.add_weight(**arguments)
    assert layer.weights == []


def test_non_trainable_weights_and_state():
    class ComputeSum(layers.Layer):
        def __init__(self, input_dim):
            super().__init__()
            self.total = self.add_weight(initializer="zeros", shape=(input_dim,), trainable=False)

        def call(self, inputs):
            self.total.assign_add(np.sum(inputs, axis=0))
            return self.total

    layer = ComputeSum(2)
    assert layer(np.ones((2, 2))).tolist() == [2, 2]
    assert layer(np.ones((2, 2))).tolist() == [4, 4]
    assert len(layer.weights) == len(layer.non_trainable_weights) == 1 and layer.trainable_weights == []


def test_freezing_reaches_the_layers_inside():
    block = Residual()
    model = keras.Sequential([keras.Input((4,)), block, layers.Dense(1)])
    block.trainable = False
    assert block.trainable_weights == [] and not block.norm.trainable and not block.inner.layers[0].trainable
    assert len(block.non_trainable_weights) == len(block.weights) == 10
    model.compile(optimizer="sgd", loss="mse")
    before = block.get_weights()
    model.fit(np.random.normal(size=(8, 4)), np.ones((8, 1)), epochs=2, verbose=0)
    assert all((a == b).all() for a, b in zip(before, block.get_weights()))  # moving averages included
    block.trainable = True
    assert len(block.trainable_weights) == 8


class DenseTranspose(layers.Layer):
    """The second half of a tied autoencoder: uses the kernel of another layer, transposed."""

    def __init__(self, dense, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.dense, self.activation = dense, keras.activations.get(activation)

    def build(self, input_shape):
        self.biases = self.add_weight(name="bias", shape=self.dense.kernel.shape[0], initializer="zeros")

    def call(self, inputs):
        return self.activation(ops.matmul(inputs, ops.transpose(self.dense.kernel)) + self.biases)


class BorrowedKernel(layers.Layer):
    def __init__(self, kernel):
        super().__init__()
        self.kernel = kernel

    def call(self, inputs):
        return inputs @ np.transpose(self.kernel)


@pytest.mark.parametrize("tie", [DenseTranspose, lambda dense: BorrowedKernel(dense.kernel)], ids=["layer", "kernel"])
def test_a_weight_shared_by_two_layers_gets_both_gradients(tie):
    dense = layers.Dense(3, activation="tanh")
    model = keras.Sequential([keras.Input((5,)), dense, layers.Dense(3)])
    model.add(tie(dense))
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
    x = np.random.normal(size=(7, 5))
    assert len(model.weights) == len({id(weight) for weight in model.weights})
    check_step(model, x, x)
    check_step(copy.deepcopy(model), x, x)


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
