"""Files from here to Keras and back: the same predictions, the same optimizer state, the same further training."""

import io
import json
import zipfile

import h5py
import numpy as np
import pytest

import kerasschool

keras = None  # imported when the first test of this file runs

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module", autouse=True)
def real_keras():
    global keras
    import keras as module

    keras = module


def twice(api):
    """A layer of one's own with layers inside, in attributes of every kind."""

    class Twice(api.layers.Layer):
        def __init__(self, units=3, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.first = api.layers.Dense(units, activation="tanh", name="a")
            self._hidden = api.layers.Dense(units, name="b")
            self.several = [api.layers.Dense(units, name="c"), [api.layers.Dense(units, use_bias=False, name="d")]]
            self.named = {"e": api.layers.Dense(units, name="e"), "f": api.layers.BatchNormalization(name="f")}

        def build(self, input_shape):
            for layer in (self.first, self._hidden, self.several[0], self.several[1][0], *self.named.values()):
                layer.build(input_shape)
                input_shape = (None, self.units)
            self.factor = self.add_weight(shape=(self.units,), initializer="ones", name="factor")
            self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")
            self.built = True

        def call(self, inputs):
            x = self.named["f"](self.first(inputs))
            for layer in (self._hidden, self.several[0], self.several[1][0], self.named["e"]):
                x = layer(x)
            return x * self.factor

        def compute_output_shape(self, input_shape):
            return (*input_shape[:-1], self.units)

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    return Twice


def largest_error(y_true, y_pred):
    return (y_true - y_pred) ** 2


def stack(api):
    layers = api.layers
    return [layers.Input((4,)), layers.Dense(6, activation="relu"), layers.Dense(2, activation="softmax")]


def priced(api):
    layers, regularizers, constraints = api.layers, api.regularizers, api.constraints
    return [
        layers.Input((4,)),
        layers.Dense(
            5,
            activation="tanh",
            kernel_regularizer=regularizers.L1L2(0.01, 0.02),
            kernel_initializer=api.initializers.HeNormal(seed=3),
            activity_regularizer="l2",
        ),
        layers.Dense(2, kernel_constraint=constraints.MaxNorm(1.5), bias_constraint="non_neg", name="top"),
    ]


def normalized(api):
    layers = api.layers
    return [
        layers.Input((4,)),
        layers.Dense(5, use_bias=False),  # a bias would be undone, and its gradient be rounding errors
        layers.BatchNormalization(),
        layers.LeakyReLU(negative_slope=0.2),
        layers.LayerNormalization(),
        layers.PReLU(),
        layers.Dense(2),
    ]


def nested(api):
    layers = api.layers
    inner = api.Sequential([layers.Dense(5, activation="elu"), layers.BatchNormalization()], name="inner")
    frozen = layers.Dense(4, activation="gelu", trainable=False)
    return [layers.Input((4,)), inner, frozen, api.Sequential([layers.Dense(3)]), layers.Dense(2)]


def own(api):
    return [api.layers.Input((4,)), twice(api)(units=3), api.layers.Dense(2)]


PLANS = {  # layers, optimizer, loss, metrics
    "adam": (stack, lambda o: o.Adam(0.02, amsgrad=True), "sparse_categorical_crossentropy", ["accuracy"]),
    "momentum": (priced, lambda o: o.SGD(0.05, momentum=0.9, nesterov=True), "mse", ["mae"]),
    "rmsprop": (normalized, lambda o: o.RMSprop(0.01, centered=True, momentum=0.5), "huber", []),
    "adamw": (nested, lambda o: o.AdamW(0.01, clipnorm=0.7), "mse", ["mse"]),
    "schedule": (
        stack,
        lambda o: o.Nadam(o.schedules.ExponentialDecay(0.05, 3, 0.8)),
        "sparse_categorical_crossentropy",
        [],
    ),
    "own": (own, lambda o: o.Adam(0.01, gradient_accumulation_steps=2), largest_error, []),
}


def rows():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(24, 4)).astype("float32")
    return x, (x.sum(axis=1) > 0).astype("float32")


def targets(loss):
    y = rows()[1]
    return y if loss == "sparse_categorical_crossentropy" else np.stack([y, 1 - y], axis=1)


def objects(api):
    return {"Twice": twice(api), "largest_error": largest_error}


def go_on(model, loss, epochs=2):
    return model.fit(rows()[0], targets(loss), batch_size=8, epochs=epochs, shuffle=False, verbose=0).history


def inside(path):
    """The description and the layout of the weights in a file: paths, shapes, types and names."""
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
        assert json.loads(archive.read("metadata.json"))["keras_version"] == keras.__version__
        config = json.loads(archive.read("config.json"))
        found = {}
        with h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:

            def visit(path, item):
                is_array = isinstance(item, h5py.Dataset)
                found[path] = (item.shape, item.dtype.str) if is_array else dict(item.attrs)

            file.visititems(visit)
    return plain(config), found


def plain(config):
    """A description without what only says that two objects are the same."""
    if isinstance(config, dict):
        if config.get("class_name") == "Twice":
            config = {**config, "module": "", "registered_name": ""}
        left_out = ("shared_object_id", "jit_compile")
        return {name: plain(value) for name, value in config.items() if name not in left_out}
    return [plain(each) for each in config] if isinstance(config, list) else config


def numbers(model):
    return [variable.numpy() for variable in [*model.weights, *model.optimizer.variables]]


def assert_same(ours, theirs, rtol=0.0, atol=0.0):
    assert len(ours) == len(theirs)
    for mine, real in zip(ours, theirs):
        np.testing.assert_allclose(mine, real, rtol=rtol, atol=atol)


@pytest.mark.parametrize("name", PLANS)
def test_a_model_goes_from_keras_to_here_and_back(name, tmp_path):
    layers, optimizer, loss, metrics = PLANS[name]
    x = rows()[0]
    keras.utils.set_random_seed(5)
    theirs = keras.Sequential(layers(keras))
    theirs.compile(optimizer=optimizer(keras.optimizers), loss=loss, metrics=list(metrics))
    go_on(theirs, loss)
    theirs.save(tmp_path / "theirs.keras")

    ours = kerasschool.saving.load_model(tmp_path / "theirs.keras", objects(kerasschool))
    assert_same(numbers(ours), numbers(theirs))
    np.testing.assert_allclose(ours.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=1e-5, atol=1e-6)
    ours.save(tmp_path / "ours.keras")
    (our_config, our_arrays), (their_config, their_arrays) = inside(tmp_path / "ours.keras"), inside(
        tmp_path / "theirs.keras"
    )
    assert our_arrays == their_arrays
    assert our_config == their_config

    back = keras.saving.load_model(tmp_path / "ours.keras", objects(keras))
    assert_same(numbers(back), numbers(theirs))
    histories = [go_on(model, loss) for model in (ours, back, theirs)]
    assert histories[1] == histories[2]
    for entry, values in histories[2].items():
        np.testing.assert_allclose(histories[0][entry], values, rtol=1e-4, atol=1e-5, err_msg=entry)
    assert_same(numbers(back), numbers(theirs))
    assert_same(numbers(ours), numbers(theirs), rtol=1e-3, atol=1e-4)
