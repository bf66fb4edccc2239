"""Layers of one's own: gradients, building, weights."""

import copy
import pickle

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import autodiff, layers, ops
from tests.own_layers import (
    Antirectifier,
    BorrowedKernel,
    DenseTranspose,
    EagerLinear,
    LearnedSlope,
    Linear,
    Maxout,
    MLPBlock,
    Residual,
    Scaled,
    WithLosses,
)


@pytest.fixture(autouse=True)
def double_precision():
    """So that measured slopes are exact enough; `fresh_start` puts the float type back."""
    keras.config.set_floatx("float64")


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


def test_a_weight_can_be_assigned_what_call_computed():
    """As in Keras's guides: `self.count.assign(self.count + 1)`; the result of a weight is a tensor."""

    class Counting(layers.Layer):
        def __init__(self):
            super().__init__()
            self.count = self.add_weight(dtype="int32", trainable=False, name="count")
            self.mean = self.add_weight((2,), "zeros", trainable=False, name="mean")

        def call(self, inputs, training=False):
            if training:
                self.count.assign(self.count + 1)
                self.mean.assign(0.5 * self.mean + 0.5 * ops.mean(inputs, axis=0))
            return inputs - self.mean

    model = keras.Sequential([keras.Input((2,)), layers.Dense(2, kernel_initializer="identity"), Counting()])
    model.compile(loss="mse")
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    model.train_on_batch(x, x)
    assert model.layers[1].count.value == 1 and model.layers[1].mean.value.tolist() == [1.0, 1.5]
    assert model.layers[1].count.dtype == np.int32


def test_a_call_that_forgets_return_is_told_so():
    class Forgets(layers.Layer):
        def call(self, inputs):
            inputs * 2

    with pytest.raises(ValueError, match=r"`Forgets.call` returned nothing. Does it end with `return …`\?"):
        Forgets()(np.ones((2, 3)))
    with pytest.raises(ValueError, match="returned nothing"):
        keras.Sequential([layers.Input((3,)), Forgets(), layers.Dense(1)])


class Product(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight((4, 2), name="w")

    def call(self, inputs):
        return inputs @ self.w


class Sum(layers.Layer):
    def build(self, input_shape):
        self.b = self.add_weight((3,), name="b")

    def call(self, inputs):
        return inputs + self.b


class Around(layers.Layer):
    def __init__(self):
        super().__init__()
        self.inside = Product()

    def call(self, inputs):
        return self.inside(inputs)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Product, r"In `Product.call` of the layer `product\S*`.*last axis of x.*Shapes: inputs \(5, 8\), w \(4, 2\)"),
        (Sum, r"In `Sum.call` of the layer `sum\S*` [^@]* Shapes: inputs \(5, 8\), b \(3,\)"),
        (Around, r"In `Product.call` of the layer"),
    ],
)
def test_shapes_that_do_not_go_together_are_told_with_the_layer(kind, words):
    with pytest.raises(ValueError, match=words):
        kind()(np.zeros((5, 8)))
    with pytest.raises(ValueError, match=rf"In `{'Product' if kind is Around else kind.__name__}.call`"):
        keras.Sequential([layers.Input((8,)), kind()])


def test_a_readers_own_value_error_stays_as_it_is():
    class Refuses(layers.Layer):
        def call(self, inputs):
            raise ValueError("only Mondays")

    with pytest.raises(ValueError, match="^only Mondays$"):
        Refuses()(np.zeros((2, 3)))
