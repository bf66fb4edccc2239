"""Models go to files and come back as they were; a file that cannot be written whole is not written at all."""

import json
import os
import pathlib
import stat
import sys
import zipfile

import h5py
import numpy as np
import pytest

import kerasschool
from kerasschool import Sequential, layers, metrics, models, optimizers, saving, utils


@pytest.fixture
def rows():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(20, 3)).astype("float32")
    return x, (x.sum(axis=1, keepdims=True) > 0).astype("float32")


def small(optimizer="adam", **compile_arguments):
    model = Sequential([layers.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1, "sigmoid")], name="small")
    model.compile(optimizer=optimizer, loss="binary_crossentropy", **compile_arguments)
    return model


def numbers(model):
    optimizer = [] if model.optimizer is None else model.optimizer.variables
    return [variable.numpy() for variable in [*model.weights, *optimizer]]


def assert_same(first, second):
    assert len(first) == len(second)
    for one, other in zip(first, second):
        np.testing.assert_array_equal(one, other)


# There and back


OPTIMIZERS = {
    **{cls.__name__: (cls, {"learning_rate": 0.02}) for cls in optimizers._registry.public.values()},
    "averages": (optimizers.Adam, {"use_ema": True, "amsgrad": True, "weight_decay": 0.01}),
    "accumulation": (optimizers.SGD, {"gradient_accumulation_steps": 3, "momentum": 0.9}),
    "schedule": (
        optimizers.RMSprop,
        {"learning_rate": optimizers.schedules.CosineDecay(0.05, 30), "momentum": 0.5, "centered": True},
    ),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_loaded_model_goes_on_as_if_nothing_had_happened(name, rows, tmp_path):
    cls, arguments = OPTIMIZERS[name]
    model = small(cls(**arguments), metrics=["accuracy", metrics.AUC(num_thresholds=20)])
    model.fit(*rows, epochs=2, batch_size=6, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = saving.load_model(tmp_path / "model.keras")
    assert_same(numbers(loaded), numbers(model))
    assert loaded.get_config() == model.get_config()
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    histories = [each.fit(*rows, epochs=2, batch_size=6, shuffle=False, verbose=0).history for each in (model, loaded)]
    assert histories[0] == histories[1]
    assert_same(numbers(loaded), numbers(model))


def test_weights_remember_the_optimizer_too(rows, tmp_path):
    model, other = small(), small()
    for each in (model, other):
        each.fit(*rows, epochs=1, verbose=0)
    model.save_weights(tmp_path / "m.weights.h5")
    other.load_weights(tmp_path / "m.weights.h5")
    assert_same(numbers(other), numbers(model))
    views = other.parameters.values
    assert all(np.shares_memory(weight.value, views) for weight in other.weights)


def test_an_optimizer_without_state_takes_none_and_says_so(rows, tmp_path):
    model = small()
    model.fit(*rows, epochs=1, verbose=0)
    model.save_weights(tmp_path / "m.weights.h5")
    fresh = small()
    with pytest.warns(UserWarning, match="`adam.*starts anew.*model.optimizer.build"):
        fresh.load_weights(tmp_path / "m.weights.h5")
    assert_same(fresh.get_weights(), model.get_weights())
    fresh.optimizer.build(fresh.parameters)  # as the warning says
    fresh.load_weights(tmp_path / "m.weights.h5")
    assert_same(numbers(fresh), numbers(model))


def test_weights_of_an_uncompiled_model_leave_the_optimizer_alone(rows, tmp_path):
    Sequential([layers.Input((3,)), layers.Dense(4), layers.Dense(1)]).save_weights(tmp_path / "m.weights.h5")
    model = small()
    model.fit(*rows, epochs=1, verbose=0)
    state = [variable.numpy() for variable in model.optimizer.variables]
    model.load_weights(tmp_path / "m.weights.h5")
    assert_same([variable.numpy() for variable in model.optimizer.variables], state)


def test_compile_false_leaves_the_optimizer_out(rows, tmp_path):
    model = small()
    model.save(tmp_path / "m.keras")
    loaded = saving.load_model(tmp_path / "m.keras", compile=False)
    assert not loaded.compiled and loaded.optimizer is None
    np.testing.assert_array_equal(loaded.predict(rows[0], verbose=0), model.predict(rows[0], verbose=0))
    with pytest.raises(ValueError, match="`fit` needs a loss"):
        loaded.fit(*rows, verbose=0)


def test_models_compiled_but_not_trained_load_without_a_word(tmp_path):
    model = small(optimizers.Adam(0.25))
    model.save(tmp_path / "m.keras")
    loaded = saving.load_model(tmp_path / "m.keras")
    assert int(loaded.optimizer.iterations) == 0 and float(loaded.optimizer.learning_rate) == 0.25
    assert loaded.optimizer.built


def test_unbuilt_models_are_saved_with_a_warning(rows, tmp_path):
    model = Sequential([layers.Dense(2), layers.Dense(1)])
    with pytest.warns(UserWarning, match="not built yet, so the file holds no weights"):
        model.save(tmp_path / "m.keras")
    loaded = saving.load_model(tmp_path / "m.keras")
    assert not loaded.built
    loaded.compile(loss="mse")
    loaded.fit(*rows, verbose=0)
    for action in (model.save_weights, model.load_weights):
        path = tmp_path / "m.weights.h5"
        loaded.save_weights(path)
        with pytest.raises(ValueError, match="is not built yet, so it has no weights to (save|load)"):
            action(path)


def test_frozen_and_float64_models_come_back_frozen_and_float64(rows, tmp_path):
    kerasschool.config.set_floatx("float64")
    inner = Sequential([layers.Dense(3), layers.BatchNormalization()], name="inner")
    model = Sequential([layers.Input((3,)), inner, layers.Dense(1)])
    inner.trainable = False
    model.compile(loss="mse")
    model.fit(*rows, epochs=2, verbose=0)
    model.save(tmp_path / "m.keras")
    kerasschool.config.set_floatx("float32")
    loaded = saving.load_model(tmp_path / "m.keras")
    assert [layer.trainable for layer in loaded.layers] == [False, True]
    assert len(loaded.trainable_weights) == 2
    assert {weight.value.dtype.name for weight in loaded.weights} == {"float64"}
    assert_same(loaded.get_weights(), model.get_weights())


def test_loading_draws_no_random_numbers(rows, tmp_path):
    model = small()
    model.save(tmp_path / "m.keras")
    before = np.random.get_state()[1].copy()
    saving.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    assert models.model_from_json(model.to_json()).get_weights()[0].any()  # without a file weights are drawn


def test_a_clone_learns_alone(rows):
    def bent(y_true, y_pred):
        return abs(y_true - y_pred)

    model = small(optimizers.SGD(0.3), metrics=[metrics.AUC(name="area")])
    model.compile(model.optimizer, loss=bent, metrics=[metrics.AUC(name="area")])
    model.fit(*rows, epochs=1, verbose=0)
    clone = models.clone_model(model)
    assert clone.loss is bent and float(clone.optimizer.learning_rate) == pytest.approx(0.3)
    assert int(clone.optimizer.iterations) == 0
    assert [weight.shape for weight in clone.weights] == [weight.shape for weight in model.weights]
    assert not np.array_equal(clone.get_weights()[0], model.get_weights()[0])
    before = numbers(model)
    assert list(clone.fit(*rows, epochs=1, verbose=0).history) == ["area", "loss"]
    assert_same(numbers(model), before)
    wide = models.clone_model(Sequential([layers.Dense(2)]), input_tensors=layers.Input((7,)))
    assert wide.layers[0].kernel.shape == (7, 2)
    for wrong, text in [
        ({"model": layers.Dense(1)}, "needs a model"),
        ({"model": model, "call_function": len}, "functional models"),
        ({"model": model, "clone_function": 3}, "must be a function of a layer"),
        ({"model": model, "input_tensors": 3}, "must be one `Input`"),
    ]:
        with pytest.raises(ValueError, match=text):
            models.clone_model(**wrong)


# Objects of one's own


class Scale(layers.Layer):
    def __init__(self, start, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(), initializer="zeros", name="factor")
        self.factor.assign(self.start)

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return {**super().get_config(), "start": self.start}


class Steps(optimizers.Optimizer):
    def build(self, variables):
        super().build(variables)
        self.steps = [self.add_variable_from_reference(variable, name="step") for variable in self.parameters]

    def update_step(self, gradient, variable, learning_rate):
        step = self.steps[self._get_variable_index(variable)]
        step.assign_add(gradient)
        variable.assign_sub(learning_rate * step.value)


def squared(y_true, y_pred):
    return (y_true - y_pred) ** 2


def bent(x):
    return np.where(x > 0, x, 0.1 * x)


OWN = {"Scale": Scale, "Steps": Steps, "squared": squared, "bent": bent}


def own_model():
    model = Sequential([layers.Input((3,)), layers.Dense(2, bent), Scale(2.0), layers.Lambda(bent), layers.Dense(1)])
    model.compile(Steps(0.01), loss=squared, metrics=[squared])
    return model


def test_objects_of_ones_own_are_passed_by_name(rows, tmp_path):
    model = own_model()
    model.fit(*rows, epochs=2, verbose=0)
    model.save(tmp_path / "m.keras")
    loaded = saving.load_model(tmp_path / "m.keras", custom_objects=OWN)
    assert type(loaded.layers[1]) is Scale and loaded.layers[1].start == 2.0 and loaded.loss is squared
    assert_same(numbers(loaded), numbers(model))
    with saving.custom_object_scope(OWN):
        assert_same(numbers(saving.load_model(tmp_path / "m.keras")), numbers(model))
    histories = [each.fit(*rows, epochs=2, shuffle=False, verbose=0).history for each in (model, loaded)]
    assert histories[0] == histories[1]


@pytest.mark.parametrize("missing", OWN)
def test_what_is_missing_is_named_with_what_to_do(missing, tmp_path):
    own_model().save(tmp_path / "m.keras")
    given = {name: value for name, value in OWN.items() if name != missing}
    with pytest.raises(ValueError, match=rf"m.keras' cannot be loaded.*custom_objects={{'{missing}': …}}"):
        saving.load_model(tmp_path / "m.keras", custom_objects=given)


def test_registered_objects_need_no_passing(tmp_path):
    @saving.register_keras_serializable("saving_tests")
    class Twice(layers.Layer):
        def call(self, inputs):
            return 2 * inputs

    try:
        Sequential([layers.Input((3,)), Twice()]).save(tmp_path / "m.keras")
        assert type(saving.load_model(tmp_path / "m.keras").layers[0]) is Twice
    finally:
        del saving.get_custom_objects()["saving_tests>Twice"]


def test_a_lambda_is_passed_as_lambda(rows, tmp_path):
    model = Sequential([layers.Input((3,)), layers.Lambda(lambda x: x + 1)])
    with pytest.warns(UserWarning, match="A `lambda` has no name"):
        model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="custom_objects={'<lambda>': …}"):
        saving.load_model(tmp_path / "m.keras", safe_mode=False)
    loaded = saving.load_model(tmp_path / "m.keras", {"<lambda>": lambda x: x + 1})
    np.testing.assert_array_equal(loaded.predict(rows[0], verbose=0), rows[0] + 1)
    model.add(layers.Lambda(lambda x: x - 1))
    with pytest.warns(UserWarning, match="A `lambda` has no name"):
        model.save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="2 lambdas, which have no names to tell them apart"):
        saving.load_model(tmp_path / "m.keras", {"<lambda>": lambda x: x + 1})
    model.load_weights(tmp_path / "m.keras")


class Counts(layers.Layer):
    """Keeps text in files besides its weights, and a table that it leaves out."""

    words = ()
    fails = False

    def build(self, input_shape):
        self.table = self.add_weight((3,), lambda shape, dtype: np.arange(3), trainable=False, name="table")
        self.factor = self.add_weight((), "ones", name="factor")

    def call(self, inputs):
        return inputs * self.factor + self.table

    def save_own_variables(self, store):
        store["factor"] = self.factor
        store["words"] = np.frombuffer(" ".join(self.words).encode(), np.uint8)

    def load_own_variables(self, store):
        self.factor.assign(store["factor"])
        if self.fails:
            raise KeyError("no such word")
        self.words = tuple(store["words"].tobytes().decode().split())


def test_a_layer_may_save_what_it_likes(tmp_path):
    model = Sequential([layers.Input((3,)), layers.Dense(3), Counts()])
    model.layers[1].words = ("one", "two")
    model.layers[1].factor = 5.0
    model.save(tmp_path / "m.keras")
    loaded = saving.load_model(tmp_path / "m.keras", {"Counts": Counts})
    assert loaded.layers[1].words == ("one", "two")
    assert_same(numbers(loaded), numbers(model))
    other = models.clone_model(model)
    other.layers[1].fails = True
    before = numbers(other)
    with pytest.raises(ValueError, match="do not fit: 'no such word'"):
        other.load_weights(tmp_path / "m.keras")
    assert_same(numbers(other), before)


# What does not fit


def test_weights_for_other_layers_change_nothing(tmp_path):
    small().save_weights(tmp_path / "m.weights.h5")
    other = Sequential([layers.Input((3,)), layers.Dense(4), layers.Dense(2, name="top")])
    before = numbers(other)
    with pytest.raises(ValueError, match=r"1 part\(s\).*dense_1: `top` has kernel \(4, 2\), bias \(2,\); in the file"):
        other.load_weights(tmp_path / "m.weights.h5")
    assert_same(numbers(other), before)
    with pytest.warns(UserWarning, match="They keep their numbers"):
        other.load_weights(tmp_path / "m.weights.h5", skip_mismatch=True)
    assert_same(numbers(other)[2:], before[2:])
    assert not np.array_equal(numbers(other)[0], before[0])


def test_too_few_layers_in_the_file_change_nothing(tmp_path):
    Sequential([layers.Input((3,)), layers.Dense(4)]).save_weights(tmp_path / "m.weights.h5")
    model = small()
    before = numbers(model)
    with pytest.raises(ValueError, match="in the file there are none"):
        model.load_weights(tmp_path / "m.weights.h5")
    assert_same(numbers(model), before)


def test_functional_models_are_named_as_such(tmp_path):
    small().save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = {**json.loads(parts["config.json"]), "class_name": "Functional", "module": "keras.src.models.functional"}
    with zipfile.ZipFile(tmp_path / "f.keras", "w") as archive:
        for name, content in {**parts, "config.json": json.dumps(config)}.items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match="`Functional` model; only `Sequential`"):
        saving.load_model(tmp_path / "f.keras")


# Names of files


@pytest.mark.parametrize(
    ("action", "name", "text"),
    [
        ("save", "m", "must end in '.keras'. Write 'm.keras'"),
        ("save", "m.h5", "old '.h5' format is not supported"),
        ("save", "m.weights.h5", "hold weights only"),
        ("save", "m.json", "must end in '.keras'"),
        ("save", "gs://bucket/m.keras", "on this machine only"),
        ("save", "", "name of a file"),
        ("save", "a\0b.keras", "name of a file"),
        ("save", 7, "name of a file"),
        ("save_weights", "m.keras", "hold whole models"),
        ("save_weights", "m.h5", "must end in '.weights.h5'"),
        ("load_weights", "m.hdf5", "keras.models.load_model"),
        ("load_weights", "m.weights.json", "in several parts"),
        ("load", "m.weights.h5", "make the model first"),
        ("load", "m.h5", "keras.models.load_model"),
    ],
)
def test_other_names_of_files_are_refused(action, name, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = small()
    run = {"load": saving.load_model}.get(action) or getattr(model, action)
    with pytest.raises(ValueError, match=text):
        run(name)
    assert list(tmp_path.iterdir()) == []


def test_missing_files_get_the_nearest_name(tmp_path):
    model = small()
    model.save(tmp_path / "penguins.keras")
    with pytest.raises(FileNotFoundError, match="no file 'pengins.keras'.*Did you mean 'penguins.keras'"):
        saving.load_model(tmp_path / "pengins.keras")
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        saving.load_model(tmp_path / "nowhere" / "m.keras")
    with pytest.raises(FileNotFoundError, match="os.makedirs"):
        model.save(tmp_path / "nowhere" / "m.keras")
    (tmp_path / "folder.keras").mkdir()
    for action in (model.save, saving.load_model):
        with pytest.raises(IsADirectoryError, match="folder"):
            action(tmp_path / "folder.keras")


def test_unknown_arguments_get_the_nearest_name(tmp_path):
    model = small()
    with pytest.raises(TypeError, match="no argument 'overwrit'. Did you mean 'overwrite'"):
        model.save(tmp_path / "m.keras", overwrit=True)
    with pytest.raises(TypeError, match="no argument 'by_name'"):
        model.load_weights(tmp_path / "m.weights.h5", by_name=True)
    with pytest.raises(ValueError, match="Unzipped models"):
        model.save(tmp_path / "m.keras", zipped=False)
    with pytest.raises(ValueError, match="several files"):
        model.save_weights(tmp_path / "m.weights.h5", max_shard_size=1)
    with pytest.warns(UserWarning, match="`save_format` is an old spelling"):
        model.save(tmp_path / "m.keras", save_format="keras", include_optimizer=True)
    for action in (saving.save_model, saving.save_weights):
        with pytest.raises(ValueError, match="Only models"):
            action(layers.Dense(1), tmp_path / "m.keras")


def test_overwrite_false_asks_for_another_name(tmp_path):
    model = small()
    path = str(tmp_path / "m.keras")
    model.save(path, overwrite=False)
    content = pathlib.Path(path).read_bytes()
    with pytest.raises(FileExistsError, match="is there already, and `overwrite=False`"):
        model.save(path, overwrite=False)
    assert pathlib.Path(path).read_bytes() == content
    model.save(path)


# Whole or not at all


@pytest.mark.parametrize("step", ["open", "fsync", "replace", "h5", "config"])
def test_an_error_while_writing_leaves_the_old_file(step, tmp_path, monkeypatch):
    model = small()
    model.save(tmp_path / "m.keras")
    before = numbers(model)
    model.set_weights([weight + 1 for weight in model.get_weights()])

    def fail(*arguments, **named):
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        if step == "open":
            patch.setattr("secrets.token_hex", lambda size: "/nowhere/x")
        elif step == "h5":
            patch.setattr(h5py.Group, "create_group", fail)
        elif step == "config":
            patch.setattr(Sequential, "get_config", fail)
        else:
            patch.setattr(os, step, fail)
        with pytest.raises(OSError, match=r"space left|No such file"):
            model.save(tmp_path / "m.keras")
    assert [path.name for path in tmp_path.iterdir()] == ["m.keras"]
    assert_same(numbers(saving.load_model(tmp_path / "m.keras"))[:4], before[:4])


def test_a_file_keeps_its_rights_and_a_link_stays_a_link(tmp_path):
    model, real, link = small(), tmp_path / "real.keras", tmp_path / "link.keras"
    model.save(real)
    fresh = (tmp_path / "plain").touch() or stat.S_IMODE((tmp_path / "plain").stat().st_mode)
    assert stat.S_IMODE(real.stat().st_mode) == fresh
    real.chmod(0o640)
    link.symlink_to(real)
    model.save(link)
    assert link.is_symlink() and stat.S_IMODE(real.stat().st_mode) == 0o640


def test_without_h5py_the_error_says_what_to_install(tmp_path, monkeypatch):
    model = small()
    model.save(tmp_path / "m.keras")
    model.save_weights(tmp_path / "m.weights.h5")
    monkeypatch.setitem(sys.modules, "h5py", None)
    for action in (
        lambda: model.save(tmp_path / "new.keras"),
        lambda: model.save_weights(tmp_path / "new.weights.h5"),
        lambda: saving.load_model(tmp_path / "m.keras"),
        lambda: model.load_weights(tmp_path / "m.weights.h5"),
    ):
        with pytest.raises(ImportError, match=r'pip install h5py.*"kerasschool\[keras\]"'):
            action()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.keras", "m.weights.h5"]


def test_names_of_saving_are_the_same_objects_everywhere():
    assert models.load_model is saving.load_model and models.save_model is saving.save_model
    assert utils.register_keras_serializable is saving.register_keras_serializable
    with pytest.raises(AttributeError, match="KerasFileEditor.*use Keras itself"):
        saving.KerasFileEditor  # noqa: B018
