"""Files from here to Keras and back: the same predictions, the same optimizer state, the same further training."""

import io
import json
import warnings
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
    (our_config, our_arrays), (their_config, their_arrays) = (
        inside(tmp_path / "ours.keras"),
        inside(tmp_path / "theirs.keras"),
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


# Without training


def double(x):
    return 2 * x


def cut(x):
    return x[:, :2]


SINGLE = {  # one layer in the middle of a model that takes rows of 4 numbers
    "Activation": {"activation": "softplus"},
    "ActivityRegularization": {"l2": 0.1},
    "AlphaDropout": {"rate": 0.2, "seed": 3},
    "BatchNormalization": {"renorm": True, "center": False},
    "Dropout": {"rate": 0.3},
    "ELU": {"alpha": 0.5},
    "Flatten": {},
    "GaussianDropout": {"rate": 0.3},
    "GaussianNoise": {"stddev": 0.3},
    "Identity": {},
    "LayerNormalization": {"axis": [-1], "scale": False},
    "LeakyReLU": {},
    "Normalization": {},
    "PReLU": {"alpha_initializer": "ones"},
    "ReLU": {"max_value": 3.0, "threshold": 0.1},
    "RepeatVector": {"n": 3},
    "Rescaling": {"scale": 0.5, "offset": [1.0, 2.0, 3.0, 4.0]},
    "Reshape": {"target_shape": (2, -1)},
    "Softmax": {},
    "UnitNormalization": {},
}


@pytest.mark.parametrize("name", SINGLE)
def test_every_layer_goes_to_keras_and_back(name, tmp_path):
    ours = kerasschool.Sequential([kerasschool.layers.Input((4,)), kerasschool.layers.Dense(4, "tanh")])
    ours.add(getattr(kerasschool.layers, name)(**SINGLE[name]))
    ours.add(kerasschool.layers.Dense(2))
    rng = np.random.default_rng(1)
    ours.set_weights([rng.uniform(0.5, 1.5, weight.shape) for weight in ours.get_weights()])
    ours.save(tmp_path / "ours.keras")
    theirs = keras.saving.load_model(tmp_path / "ours.keras")
    x = rows()[0]
    np.testing.assert_allclose(ours.predict(x, verbose=0), theirs(x), rtol=1e-5, atol=1e-6)
    theirs.save(tmp_path / "theirs.keras")
    back = kerasschool.saving.load_model(tmp_path / "theirs.keras")
    assert inside(tmp_path / "ours.keras")[0] == inside(tmp_path / "theirs.keras")[0]
    assert [layer.name for layer in back.layers] == [layer.name for layer in ours.layers]
    np.testing.assert_array_equal(back.predict(x, verbose=0), ours.predict(x, verbose=0))


def test_sequences_and_named_functions_go_to_keras_and_back(tmp_path):
    layers = kerasschool.layers
    ours = kerasschool.Sequential(
        [
            layers.Input((5,), dtype="int32"),
            layers.Embedding(7, 3),
            layers.SpatialDropout1D(0.1),
            layers.Permute((2, 1)),
            layers.GlobalAveragePooling1D(),
            layers.Lambda(double),
            layers.Lambda(cut, output_shape=(2,)),
        ]
    )
    ours.save(tmp_path / "ours.keras")
    named = {"double": double, "cut": cut}
    theirs = keras.saving.load_model(tmp_path / "ours.keras", named)
    ids = np.random.default_rng(1).integers(0, 7, (6, 5))
    np.testing.assert_allclose(ours.predict(ids, verbose=0), theirs(ids), rtol=1e-6)
    theirs.save(tmp_path / "theirs.keras")
    back = kerasschool.saving.load_model(tmp_path / "theirs.keras", named)
    np.testing.assert_array_equal(back.predict(ids, verbose=0), ours.predict(ids, verbose=0))


@pytest.mark.parametrize("is_built", [True, False])
@pytest.mark.parametrize("is_compiled", [True, False])
def test_untrained_models_go_both_ways(is_built, is_compiled, tmp_path):
    models = {}
    for name, api in (("ours", kerasschool), ("theirs", keras)):
        model = api.Sequential([api.layers.Dense(3, name="a"), api.layers.Dense(2, name="b")], name="small")
        if is_built:
            model.build((None, 4))
        if is_compiled:
            model.compile(optimizer=api.optimizers.Adagrad(0.2), loss="mse", metrics=["mae"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a model that is not built both warn
            model.save(tmp_path / f"{name}.keras")
        models[name] = model
    ours = kerasschool.saving.load_model(tmp_path / "theirs.keras")
    if is_built and is_compiled:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras warns, of its own files too, that the optimizer has no state yet
            theirs = keras.saving.load_model(tmp_path / "ours.keras")
    else:
        theirs = keras.saving.load_model(tmp_path / "ours.keras")
    for loaded, saved in ((ours, models["theirs"]), (theirs, models["ours"])):
        assert loaded.built == saved.built == is_built
        assert loaded.compiled == saved.compiled == is_compiled
        for mine, real in zip(loaded.get_weights(), saved.get_weights(), strict=True):
            np.testing.assert_array_equal(mine, real)
        if is_compiled:
            assert float(loaded.optimizer.learning_rate) == pytest.approx(0.2)
            assert loaded.loss == "mse"
    assert inside(tmp_path / "ours.keras")[1] == inside(tmp_path / "theirs.keras")[1]


def test_weights_go_both_ways(tmp_path):
    models = {}
    for name, api in (("ours", kerasschool), ("theirs", keras)):
        model = models[name] = api.Sequential(normalized(api))
        model.compile(optimizer=api.optimizers.SGD(0.1, momentum=0.5), loss="mse")
        model.optimizer.build(model.trainable_variables)
        rng = np.random.default_rng(len(name))
        for variable in model.optimizer.variables[2:] + model.weights:
            variable.assign(rng.uniform(0.5, 1.5, variable.shape))
        model.save_weights(tmp_path / f"{name}.weights.h5")
    expected = {name: numbers(model) for name, model in models.items()}
    models["ours"].load_weights(tmp_path / "theirs.weights.h5")
    assert_same(numbers(models["ours"]), expected["theirs"])
    models["theirs"].load_weights(tmp_path / "ours.weights.h5")
    assert_same(numbers(models["theirs"]), expected["ours"])
    models["theirs"].save(tmp_path / "theirs.keras")
    models["ours"].load_weights(tmp_path / "theirs.keras")
    assert_same(numbers(models["ours"]), expected["ours"])


def test_descriptions_go_both_ways():
    texts, models = {}, {}
    for name, api in (("ours", kerasschool), ("theirs", keras)):
        models[name] = api.Sequential(priced(api), name="small")
        for layer, layer_name in zip(models[name].layers, ("a", "top")):
            layer.name = layer_name
        models[name].compile(
            optimizer=api.optimizers.Lion(0.1), loss=api.losses.BinaryCrossentropy(from_logits=True), metrics=["mae"]
        )
        texts[name] = models[name].to_json()
    ours = kerasschool.models.model_from_json(texts["theirs"])
    theirs = keras.models.model_from_json(texts["ours"])
    for made in (ours, theirs):
        assert made.compiled
        assert [w.shape for w in made.weights] == [(4, 5), (5,), (5, 2), (2,)]
        assert type(made.optimizer).__name__ == "Lion"
        assert made.loss.get_config()["from_logits"] is True
    assert plain(json.loads(ours.to_json())) == plain(json.loads(texts["theirs"]))
    assert plain(json.loads(theirs.to_json())) == plain(json.loads(texts["ours"]))


@pytest.mark.parametrize("recursive", [True, False])
def test_clones_are_like_keras_clones(recursive):
    found = {}
    for name, api in (("ours", kerasschool), ("theirs", keras)):
        model = api.Sequential(nested(api), name="whole")
        model.compile(optimizer="adam", loss="mse", metrics=["mae"])
        seen = []

        def with_relu(layer, seen=seen):
            seen.append(type(layer).__name__)
            config = layer.get_config()
            if "activation" in config:
                config["activation"] = "relu"
            return type(layer).from_config(config)

        clone = api.models.clone_model(model, clone_function=with_relu, recursive=recursive)
        assert clone is not model
        assert [type(layer) for layer in clone.layers] == [type(layer) for layer in model.layers]
        found[name] = [seen, [w.shape for w in clone.weights], clone.name, clone.compiled, clone.loss, clone.built]
    assert found["ours"] == found["theirs"]


def test_public_names_are_those_of_keras():
    for module in ("saving", "models"):
        theirs = {name for name in dir(getattr(keras, module)) if not name.startswith("_")}
        ours = set(dir(getattr(kerasschool, module)))
        assert theirs - ours == {"saving": {"KerasFileEditor"}, "models": {"Model"}}[module]
