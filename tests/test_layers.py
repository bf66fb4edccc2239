"""What holds for every layer: gradients, shapes, copies, configs, and hands off other people's arrays."""

import copy
import json
import pickle

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import autodiff, layers, random

F64 = {"dtype": "float64"}
SQUARES = np.arange(12.0).reshape(4, 3) ** 2

# name → (layer for this many units, shape of a row, training?). Every layer of the package has at least one case.
CASES = {
    "Dense": (lambda n: layers.Dense(n, activation="tanh", **F64), (4,), True),
    "Dense on sequences": (lambda n: layers.Dense(n, activation="gelu", use_bias=False, **F64), (2, 4), True),
    "Dense with penalties": (
        lambda n: layers.Dense(n, kernel_regularizer="l2", activity_regularizer="l2", **F64),
        (4,),
        True,
    ),
    "Activation": (lambda n: layers.Activation("tanh", **F64), (4,), True),
    "Activation of mine": (lambda n: layers.Activation(lambda x: x**3, **F64), (4,), True),
    "Identity": (lambda n: layers.Identity(**F64), (4,), True),
    "ActivityRegularization": (lambda n: layers.ActivityRegularization(0.1, 0.2, **F64), (4,), True),
    "Dropout": (lambda n: layers.Dropout(0.4, **F64), (4,), True),
    "Dropout asked": (lambda n: layers.Dropout(0.4, **F64), (4,), False),
    "Dropout of all": (lambda n: layers.Dropout(1, **F64), (4,), True),
    "Dropout noise_shape": (lambda n: layers.Dropout(0.4, noise_shape=(None, 1, n), **F64), (5, -1), True),
    "SpatialDropout1D": (lambda n: layers.SpatialDropout1D(0.4, **F64), (5, -1), True),
    "GaussianNoise": (lambda n: layers.GaussianNoise(0.3, **F64), (4,), True),
    "GaussianDropout": (lambda n: layers.GaussianDropout(0.3, **F64), (4,), True),
    "AlphaDropout": (lambda n: layers.AlphaDropout(0.3, **F64), (4,), True),
    "BatchNormalization": (lambda n: layers.BatchNormalization(**F64), (-1,), True),
    "BatchNormalization asked": (lambda n: layers.BatchNormalization(**F64), (-1,), False),
    "BatchNormalization bare": (lambda n: layers.BatchNormalization(center=False, scale=False, **F64), (2, -1), True),
    "BatchNormalization axis": (lambda n: layers.BatchNormalization(axis=1, **F64), (-1, 4), True),
    "BatchNormalization axis asked": (lambda n: layers.BatchNormalization(axis=1, **F64), (-1, 4), False),
    "LayerNormalization": (lambda n: layers.LayerNormalization(**F64), (4,), True),
    "LayerNormalization bare": (lambda n: layers.LayerNormalization(center=False, scale=False, **F64), (4,), True),
    "LayerNormalization axes": (lambda n: layers.LayerNormalization(axis=[1, 2], **F64), (-1, 4), True),
    "LayerNormalization axis 1": (lambda n: layers.LayerNormalization(axis=1, **F64), (4, -1), True),
    "RMSNormalization": (lambda n: layers.RMSNormalization(**F64), (4,), True),
    "RMSNormalization axes": (lambda n: layers.RMSNormalization(axis=[-1, -2], **F64), (4, -1), True),
    "UnitNormalization": (lambda n: layers.UnitNormalization(**F64), (4,), True),
    "UnitNormalization axes": (lambda n: layers.UnitNormalization(axis=[1, 2], **F64), (4, -1), True),
    "ReLU": (lambda n: layers.ReLU(**F64), (4,), True),
    "ReLU bent": (lambda n: layers.ReLU(max_value=1, negative_slope=0.2, threshold=0.3, **F64), (4,), True),
    "LeakyReLU": (lambda n: layers.LeakyReLU(**F64), (4,), True),
    "ELU": (lambda n: layers.ELU(0.7, **F64), (4,), True),
    "PReLU": (lambda n: layers.PReLU("random_normal", **F64), (4,), True),
    "PReLU shared": (lambda n: layers.PReLU("random_normal", shared_axes=[1], **F64), (4, -1), True),
    "Softmax": (lambda n: layers.Softmax(**F64), (4,), True),
    "Softmax axis": (lambda n: layers.Softmax(axis=1, **F64), (4, -1), True),
    "Softmax axes": (lambda n: layers.Softmax(axis=[1, 2], **F64), (4, -1), True),
    "Flatten": (lambda n: layers.Flatten(**F64), (2, -1), True),
    "Flatten channels_first": (lambda n: layers.Flatten("channels_first", **F64), (2, -1, 2), True),
    "Reshape": (lambda n: layers.Reshape((2, -1), **F64), (-1, 4), True),
    "Permute": (lambda n: layers.Permute((3, 1, 2), **F64), (2, -1, 4), True),
    "RepeatVector": (lambda n: layers.RepeatVector(3, **F64), (-1,), True),
    "Rescaling": (lambda n: layers.Rescaling(2.0, -1.0, **F64), (4,), True),
    "Rescaling by columns": (lambda n: layers.Rescaling(np.array([1.0, 2.0]), np.array([3.0, 4.0]), **F64), (2,), True),
    "Normalization": (lambda n: layers.Normalization(mean=2.0, variance=9.0, **F64), (4,), True),
    "Normalization inverted": (
        lambda n: layers.Normalization(mean=[2.0, 1.0], variance=[9.0, 4.0], invert=True, **F64),
        (2,),
        True,
    ),
    "Normalization adapted": (lambda n: _adapted(layers.Normalization(**F64)), (3,), True),
    "Lambda": (lambda n: layers.Lambda(np.sinh, **F64), (4,), True),
    "Lambda mixing rows": (lambda n: layers.Lambda(lambda x: x - x.mean(axis=0), **F64), (-1,), True),
    "GlobalAveragePooling1D": (lambda n: layers.GlobalAveragePooling1D(**F64), (4, -1), True),
    "GlobalAveragePooling1D first": (
        lambda n: layers.GlobalAveragePooling1D("channels_first", True, **F64),
        (-1, 4),
        True,
    ),
    "GlobalMaxPooling1D": (lambda n: layers.GlobalMaxPooling1D(**F64), (4, -1), True),
    "GlobalMaxPooling1D kept": (lambda n: layers.GlobalMaxPooling1D(keepdims=True, **F64), (4, -1), True),
}
RENORM = (lambda n: layers.BatchNormalization(renorm=True, momentum=0.5, renorm_momentum=0.5, **F64), (-1,), True)
EMBEDDING = (lambda n: layers.Embedding(6, n, **F64), (4,), True)
ALL = {**CASES, "BatchNormalization renorm": RENORM, "Embedding": EMBEDDING}
OF_LAMBDAS = ("Activation of mine", "Lambda mixing rows")  # which Python can neither pickle nor write down
REPLICAS = [  # those whose maths take a stack of models
    *(
        "Dense",
        "Dense on sequences",
        "Activation",
        "Identity",
        "ReLU",
        "ReLU bent",
        "LeakyReLU",
        "ELU",
        "PReLU",
        "PReLU shared",
        "Softmax",
    ),
    *(
        name
        for name in ALL
        if "Normalization" in name and name not in ("Normalization inverted", "Normalization adapted")
    ),
    *("Flatten", "Flatten channels_first", "Reshape", "Permute", "RepeatVector", "Rescaling"),
    *("GlobalAveragePooling1D", "GlobalMaxPooling1D"),
]


def each_of(cases, names=None):
    """A parametrization by case: by all, or those named."""
    return pytest.mark.parametrize("case", [pytest.param(cases[name], id=name) for name in names or cases])


def _adapted(layer):
    layer.adapt(SQUARES)
    return layer


def make(case, units=3):
    """A built layer, a batch of 7 rows for it, and whether it is to train."""
    factory, row, training = case
    layer = factory(units)
    shape = (7, *(units if size == -1 else size for size in row))
    x = np.random.normal(0.5, 1.0, shape)
    if isinstance(layer, layers.Embedding):
        x = np.random.randint(0, 6, shape).astype(float)
    layer.ensure_built((None, *shape[1:]))
    for weight in layer.weights:
        if weight.dtype.kind == "f" and weight.name not in ("mean", "variance"):
            weight.assign(np.random.uniform(0.5, 1.5, weight.shape))
    return layer, x, training


class Again:
    """Calls that start from the same state: the weights that forward moves, and the random numbers."""

    def __init__(self, layer):
        self.start = [(weight, weight.numpy()) for weight in layer.weights if not weight.trainable]

    def __call__(self, function, *args):
        for weight, value in self.start:
            weight.assign(value)
        with random.use(np.random.RandomState(5)):
            return function(*args)


def directions(shape):
    """How much each output counts in the loss: something else for each."""
    return np.cos(np.arange(np.prod(shape))).reshape(shape)


def measured_slopes(weights, loss):
    """For each weight the slope of `loss()`, measured."""
    found = []
    for weight in weights:
        start = weight.numpy()
        found.append(autodiff.numeric_gradient(lambda value, weight=weight: loss(weight.assign(value)), start))
        weight.assign(start)
    return found


def test_every_layer_has_a_case():
    covered = {type(make(case)[0]).__name__ for case in ALL.values()}
    assert set(layers._registry.public) - covered == {"InputLayer"}


def test_every_layer_but_lambda_has_its_gradient_written_out():
    for name, cls in layers._registry.public.items():
        is_taped = cls.forward is layers.Layer.forward or cls.backward is layers.Layer.backward
        assert is_taped == (name == "Lambda"), name


@pytest.mark.parametrize("units", [1, 3])
@each_of({**CASES, "Embedding": EMBEDDING})
def test_gradients_are_the_measured_slopes(case, units):
    layer, x, training = make(case, units)
    again, stages = Again(layer), layer.stages()

    def loss(values):
        penalty = 0.0
        for stage in stages:
            values = stage.forward(values, training)
            penalty += stage.penalty
        return float(np.sum(directions(values.shape) * values)) + penalty

    again(loss, x)
    dy = directions(layer.compute_output_shape(x.shape))
    for stage in reversed(stages):
        dy = stage.backward(dy)
    slopes = [weight.grad.copy() for weight in layer.trainable_weights]
    if layer.__class__ is not layers.Embedding:
        measured = autodiff.numeric_gradient(lambda values: again(loss, values), x)
        np.testing.assert_allclose(dy, measured, rtol=1e-6, atol=1e-7)
    measured = measured_slopes(layer.trainable_weights, lambda _: again(loss, x))
    for slope, expected in zip(slopes, measured, strict=True):
        np.testing.assert_allclose(slope, expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("units", [1, 3])
@each_of(CASES, [name for name, (_, _, training) in CASES.items() if training])
def test_one_step_of_gradient_descent_goes_down_the_measured_slope(case, units):
    """The layer between two others that learn, trained with learning rate 1: the step is the gradient."""
    keras.config.set_floatx("float64")
    layer, x, _ = make(case, units)
    model = keras.Sequential([keras.Input((2,)), layers.Dense(x[0].size), layers.Reshape(x.shape[1:]), layer])
    model.add(layers.Flatten())
    model.add(layers.Dense(2))
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
    again, rows, y = Again(model), np.random.normal(size=(7, 2)), np.random.normal(size=(7, 2))

    def loss(_=None):
        return float(np.mean((model.forward(rows, training=True) - y) ** 2)) + model._penalty()

    measured = measured_slopes(model.trainable_weights, lambda _: again(loss))
    before = [weight.numpy() for weight in model.trainable_weights]
    again(model.train_on_batch, rows, y)
    for start, weight, slope in zip(before, model.trainable_weights, measured, strict=True):
        np.testing.assert_allclose(start - weight.value, slope, rtol=1e-5, atol=1e-6)


@each_of(ALL)
def test_call_on_tensors_is_forward(case):
    layer, x, training = make(case)
    again = Again(layer)
    y = np.array(again(layer.forward, x, training))
    dx = layer.backward(directions(y.shape))
    grads = [weight.grad.copy() for weight in layer.trainable_weights]
    for weight in layer.weights:
        weight.grad.fill(0)
    value, pullback = again(autodiff.vjp, lambda inputs: layer(inputs, training=training), x)
    np.testing.assert_allclose(value, y, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(pullback(directions(y.shape))[0], dx, rtol=1e-9, atol=1e-10)
    for weight, grad in zip(layer.trainable_weights, grads, strict=True):
        np.testing.assert_allclose(weight.grad, grad, rtol=1e-9, atol=1e-10)


@each_of(ALL)
def test_the_output_shape_is_foretold(case):
    layer, x, training = make(case)
    expected = (None, *layer(x, training=training).shape[1:])
    assert layer.compute_output_shape((None, *x.shape[1:])) == expected
    assert layer.output.shape == layer(keras.Input(x.shape[1:])).shape == expected


@each_of(ALL)
def test_float32_stays_float32(case, monkeypatch):
    monkeypatch.setitem(F64, "dtype", "float32")
    layer, x, training = make(case)
    x = x.astype("float32")
    for flag in (training, False):
        y = layer.forward(x, flag)
        assert y.dtype == np.float32
    y = layer.forward(x, training)
    assert layer.backward(np.ones(y.shape, "float32")).dtype == np.float32
    assert layer(x.astype("float64")).dtype == layer(x.astype(int)).dtype == np.float32


@each_of(ALL)
def test_inputs_stay_as_they_are(case):
    layer, x, training = make(case)
    kept = x.copy()
    x.flags.writeable = False
    layer.forward(x, False)
    layer.backward(directions(layer.forward(x, training).shape))
    handed_out = layer(x)
    handed_out += 1.0  # the caller's own
    assert (x == kept).all()


@pytest.mark.parametrize(
    "twin", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))], ids=["copy", "pickle"]
)
@each_of(ALL, [name for name in ALL if name not in OF_LAMBDAS])
def test_copies_compute_alike_and_live_alone(case, twin):
    layer, x, training = make(case)
    layer(x, training=training)
    other = twin(layer)
    assert other.get_config() == layer.get_config()
    np.testing.assert_array_equal(other(x), layer(x))
    for weight in other.weights:
        weight.assign(np.zeros_like(weight.value))
    assert all(weight.value.any() for weight in layer.trainable_weights)


@each_of(CASES, OF_LAMBDAS)
def test_layers_of_lambdas_can_be_copied(case):
    layer, x, _ = make(case)
    np.testing.assert_array_equal(copy.deepcopy(layer)(x), layer(x))


@each_of(ALL, [name for name in ALL if name not in OF_LAMBDAS])
def test_the_config_makes_an_equal_layer(case):
    layer, x, _ = make(case)
    described = json.loads(json.dumps(layers.serialize(layer)))
    other = layers.deserialize(described, custom_objects={"sinh": np.sinh})
    assert type(other) is type(layer) and other is not layer
    assert other.get_config() == layer.get_config()
    other.ensure_built((None, *x.shape[1:]))
    other.set_weights(layer.get_weights())
    np.testing.assert_array_equal(other(x), layer(x))


@each_of(ALL, REPLICAS)
def test_replicas_are_computed_like_each_alone(case):
    alone = [make(case) for _ in range(2)]
    replicas, training = copy.deepcopy(alone[0][0]), alone[0][2]
    replicas.replica_axes = 1
    for stacked, *parts in zip(replicas.weights, *(layer.weights for layer, _, _ in alone), strict=True):
        stacked.value = np.stack([part.value for part in parts])
        stacked.grad = np.zeros_like(stacked.value)
    y = np.array(replicas.forward(np.stack([x for _, x, _ in alone]), training))
    dx = replicas.backward(np.stack([directions(y.shape[1:])] * 2))
    for number, (layer, x, _) in enumerate(alone):
        np.testing.assert_allclose(y[number], layer.forward(x, training), rtol=1e-10)
        np.testing.assert_allclose(dx[number], layer.backward(directions(y.shape[1:])), rtol=1e-8, atol=1e-10)
        for stacked, weight in zip(replicas.weights, layer.weights, strict=True):
            np.testing.assert_allclose(stacked.value[number], weight.value, rtol=1e-10)
            np.testing.assert_allclose(stacked.grad[number], weight.grad, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("cls", [cls for cls in layers._registry.public.values() if cls is not layers.SpatialDropout1D])
def test_a_typo_names_the_right_argument(cls):
    needed = {"Dense": [3], "Activation": ["relu"], "Reshape": [(2,)], "Permute": [(1,)], "RepeatVector": [2]}
    needed |= {"Lambda": [np.abs], "InputLayer": [(2,)], "Embedding": [3, 2], "Rescaling": [2.0]}
    needed |= {name: [0.5] for name in ("Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout")}
    with pytest.raises(TypeError, match=f"{cls.__name__} has no argument 'naem'. Did you mean 'name'"):
        cls(*needed.get(cls.__name__, []), naem="x")


def test_freezing_reaches_the_weights_that_learn():
    layer = layers.BatchNormalization()
    layer.build((None, 3))
    layer.trainable = False
    assert [weight.trainable for weight in layer.weights] == [False] * 4
    layer.trainable = True
    assert [weight.trainable for weight in layer.weights] == [True, True, False, False]
    frozen = layers.Dense(2, trainable=False)
    frozen.build((None, 3))
    assert [weight.trainable for weight in frozen.weights] == [False, False] and frozen.trainable_weights == []


def test_a_weight_of_an_unbuilt_layer_is_not_there_yet():
    with pytest.raises(AttributeError, match="no attribute 'kernel'. It is not built yet"):
        _ = layers.Dense(2).kernel
    layer = layers.Dense(2, use_bias=False)
    layer.build((None, 3))
    assert layer.bias is None
