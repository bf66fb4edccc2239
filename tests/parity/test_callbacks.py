"""Callbacks of Keras and ours, fed with the same logs, take the same decisions; in `fit` the same hooks are called."""

import inspect
import io
import sys
import warnings

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kerasschool
from kerasschool.callbacks.callback import HOOKS

pytestmark = pytest.mark.keras

BOTH = (keras, kerasschool)
LEFT_OUT = {
    "RemoteMonitor": "sends logs to a web server; a lesson has none",
    "TensorBoard": "writes TensorFlow's event files; kerasschool draws live itself",
    "OrbaxCheckpoint": "for training on many machines, needs JAX's Orbax",
}
ADDED = {"LivePlot"}  # live curves in a notebook; runs with Keras as well


class StandInModel:
    """What callbacks use of a model; its weights are the number of the epoch."""

    def __init__(self, library):
        self.optimizer = library.optimizers.SGD(0.1)
        self.metrics = []
        self.stop_training = False
        self.built = True
        self.weights = [np.zeros(1)]
        self.saved = []

    def get_weights(self):
        return [np.array(self.weights[0])]

    def set_weights(self, weights):
        self.weights = weights

    def save(self, filepath, overwrite=True):
        self.saved.append(filepath)

    save_weights = save


def play(library, make, epochs, prints=True):
    """A training with the given logs; returns all that can be seen of the callback's decisions."""
    model = StandInModel(library)
    with warnings.catch_warnings(record=True) as caught, CaughtOutput() as screen:
        warnings.simplefilter("always")
        callback = make(library.callbacks)
        history = library.callbacks.History()
        watchers = library.callbacks.CallbackList(
            [callback, history], model=model, verbose=0, epochs=len(epochs), steps=2
        )
        watchers.on_train_begin()
        for epoch, logs in enumerate(epochs):
            watchers.on_epoch_begin(epoch)
            model.weights = [np.array([float(epoch)])]
            for batch in range(2):
                watchers.on_train_batch_begin(batch)
                watchers.on_train_batch_end(batch, logs)
            watchers.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
        watchers.on_train_end()
    return {
        "history": history.history,
        "stopped": model.stop_training,
        "weights": model.weights[0].tolist(),
        "rate": float(np.asarray(model.optimizer.learning_rate)),
        "saved": model.saved,
        "warned": sum(each.category is UserWarning for each in caught),
        "printed": screen.getvalue() if prints else None,
        "attributes": {
            name: getattr(callback, name, None)
            for name in ("best", "best_epoch", "stopped_epoch", "wait", "cooldown_counter", "min_lr")
        },
    }


class CaughtOutput:
    """Catches what is printed; usable inside hypothesis, where pytest's fixtures are not."""

    def __enter__(self):
        self.kept, sys.stdout = sys.stdout, io.StringIO()
        return sys.stdout

    def __exit__(self, *error):
        sys.stdout = self.kept


def agree(make, epochs, **options):
    theirs, ours = (play(library, make, epochs, **options) for library in BOTH)
    np.testing.assert_equal(ours, theirs)


numbers = st.one_of(
    st.integers(0, 8).map(lambda n: n / 8),
    st.floats(0, 2, width=32),
    st.sampled_from([float("nan"), float("inf"), 0.5001, 0.4999, 0.50011]),
)
sequences = st.lists(numbers, min_size=1, max_size=9).map(lambda values: [{"val_loss": value} for value in values])
modes = st.sampled_from(["auto", "min", "max"])
deltas = st.sampled_from([0, 1e-4, 0.125, -0.25])
thresholds = st.one_of(st.none(), st.sampled_from([0.25, 0.5, 1.0]))
few = settings(deadline=None, max_examples=30)


@few
@given(sequences, deltas, st.integers(0, 3), modes, thresholds, st.booleans(), st.integers(0, 3))
def test_early_stopping(epochs, min_delta, patience, mode, baseline, restore, start):
    def make(callbacks):
        return callbacks.EarlyStopping(
            min_delta=min_delta,
            patience=patience,
            verbose=1,
            mode=mode,
            baseline=baseline,
            restore_best_weights=restore,
            start_from_epoch=start,
        )

    agree(make, epochs)


@few
@given(
    sequences,
    st.sampled_from([0.1, 0.5, 0.9]),
    st.integers(0, 3),
    modes,
    deltas,
    st.integers(0, 3),
    st.sampled_from([0.0, 0.01, 0.06]),
)
def test_reduce_lr_on_plateau(epochs, factor, patience, mode, min_delta, cooldown, min_lr):
    def make(callbacks):
        return callbacks.ReduceLROnPlateau(
            factor=factor,
            patience=patience,
            verbose=1,
            mode=mode,
            min_delta=min_delta,
            cooldown=cooldown,
            min_lr=min_lr,
        )

    agree(make, epochs)


@few
@given(sequences, modes, thresholds, st.booleans(), st.sampled_from(["epoch", 1, 3]))
def test_model_checkpoint(tmp_path_factory, epochs, mode, threshold, best_only, save_freq):
    best_only = best_only and save_freq == "epoch"  # Keras fails otherwise: it looks for the direction too late
    path = tmp_path_factory.getbasetemp() / "{epoch:02d}-{val_loss:.2f}.weights.h5"

    def make(callbacks):
        return callbacks.ModelCheckpoint(
            path,
            verbose=1,
            save_best_only=best_only,
            save_weights_only=True,
            mode=mode,
            save_freq=save_freq,
            initial_value_threshold=threshold,
        )

    agree(make, epochs)


@pytest.mark.parametrize(
    "schedule",
    [
        lambda epoch, lr: lr * 0.7,
        lambda epoch: 1.0 / (epoch + 1),
        lambda epoch, lr: np.float32(0.3) if epoch else lr,
    ],
)
def test_learning_rate_scheduler(schedule):
    agree(lambda callbacks: callbacks.LearningRateScheduler(schedule), [{"loss": 1.0}] * 4)
    theirs, ours = (
        play(library, lambda callbacks: callbacks.LearningRateScheduler(schedule, verbose=1), [{"loss": 1.0}] * 3)
        for library in BOTH
    )
    assert ours["printed"] == theirs["printed"]


@pytest.mark.parametrize("append", [False, True])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize(
    "epochs",
    [
        [{"loss": 0.5, "val_loss": 1 / 3}, {"loss": 1e-9, "val_loss": float("nan")}],
        [{"loss": 0.5, "accuracy": 1}, {"loss": 0.25, "accuracy": 0, "val_loss": 2.0}],
        [{"loss": 0.5, "f1": np.array([0.5, 0.25])}, {"f1": np.array([1.0, 0.0])}],
        [{"name": 'has "quotes", commas', "loss": 1}],
    ],
)
def test_csv_logger(tmp_path, epochs, separator, append):
    texts = []
    for library in BOTH:
        path = tmp_path / f"{library.__name__}.csv"
        for _ in range(2):
            play(library, lambda callbacks, path=path: callbacks.CSVLogger(path, separator, append), epochs)
        texts.append(path.read_bytes())
    assert texts[0] == texts[1]


@pytest.mark.parametrize("save_freq", ["epoch", 1, 2, 3, 5])
@pytest.mark.parametrize("steps", [1, 2, 4])
def test_backup_and_restore(tmp_path, save_freq, steps):
    found = []
    for library in BOTH:
        path = tmp_path / library.__name__
        model = StandInModel(library)
        callback = library.callbacks.BackupAndRestore(str(path), save_freq, double_checkpoint=True)
        callback.set_model(model)
        callback.on_train_begin()
        seen = []
        for epoch in range(3):
            callback.on_epoch_begin(epoch)
            for batch in range(steps):
                callback.on_train_batch_end(batch, {})
                seen.append({each.name: each.read_text() for each in path.glob("*")})
            callback.on_epoch_end(epoch, {})
            seen.append({each.name: each.read_text() for each in path.glob("*")})
        resumed = library.callbacks.BackupAndRestore(str(path))
        resumed.set_model(model)
        resumed.on_train_begin()
        resumed.on_train_end()
        found.append([*seen, len(model.saved), path.exists()])
    assert found[1] == found[0]


@pytest.mark.parametrize("loss", [1.0, float("nan"), float("inf")])
def test_terminate_on_nan(loss):
    agree(lambda callbacks: callbacks.TerminateOnNaN(), [{"loss": 1.0}, {"loss": loss}, {"loss": 1.0}])


@pytest.mark.parametrize("name", ["EarlyStopping", "ReduceLROnPlateau", "ModelCheckpoint"])
@pytest.mark.parametrize(
    ("monitor", "outcome"),
    [("val_accuracy", "up"), ("val_mae", "down"), ("val_nothing", ValueError), ("loss", "down")],
)
def test_the_direction_of_a_metric(name, monitor, outcome, tmp_path):
    for library in BOTH:
        model = small_model(library, ["accuracy", "mae"])
        x, y = data()
        where = {"filepath": str(tmp_path / "m.weights.h5"), "save_weights_only": True, "save_best_only": True}
        options = where if name == "ModelCheckpoint" else {}
        callback = getattr(library.callbacks, name)(monitor=monitor, **options)
        callback.set_model(model)
        model.save_weights = lambda *arguments, **options: None
        model.evaluate(x, y, verbose=0)
        logs = {monitor: 0.5, "loss": 0.25}
        if outcome is ValueError:
            with pytest.raises(ValueError, match="mode='m(in|ax)'"):
                callback.on_epoch_end(0, logs)
            continue
        callback.on_epoch_end(0, logs)
        assert callback.monitor_op(1, 2) == (outcome == "down")


@pytest.mark.parametrize(
    "arguments",
    [
        {"factor": 1.0},
        {"factor": 1.5},
    ],
)
def test_both_refuse_to_enlarge_the_rate(arguments):
    for library in BOTH:
        with pytest.raises(ValueError, match="factor"):
            library.callbacks.ReduceLROnPlateau(**arguments)


def test_both_refuse_a_wrong_file_name():
    for library in BOTH:
        with pytest.raises(ValueError, match=r"weights\.h5"):
            library.callbacks.ModelCheckpoint("model.keras", save_weights_only=True)
        with pytest.raises(ValueError, match=r"\.keras"):
            library.callbacks.ModelCheckpoint("model.txt")
        with pytest.raises(ValueError, match="save_freq"):
            library.callbacks.ModelCheckpoint("model.keras", save_freq="batch")


# In fit, evaluate and predict


def data(rows=10):
    random = np.random.RandomState(3)
    return random.normal(size=(rows, 3)).astype("float32"), random.randint(0, 2, rows).astype("float32")


def small_model(library, metrics=("accuracy",)):
    layers = library.layers
    model = library.Sequential([layers.Input((3,)), layers.Dense(2, activation="tanh"), layers.Dense(1, "sigmoid")])
    random = np.random.RandomState(5)
    model.set_weights([random.normal(size=weight.shape).astype("float32") for weight in model.get_weights()])
    model.compile(loss="binary_crossentropy", optimizer="sgd", metrics=list(metrics))
    return model


def recorder(library, calls):
    """A callback that writes down every hook, what it got, and the names in its logs."""

    def note(hook):
        def method(self, *where, logs=None):
            places = [each for each in where if not isinstance(each, dict)]
            logs = next((each for each in where if isinstance(each, dict)), logs)
            rounded = [
                (name, round(value, 4)) if isinstance(value, float) else name for name, value in (logs or {}).items()
            ]
            calls.append((hook, *places, rounded))

        return method

    return type("Recorder", (library.callbacks.Callback,), {hook: note(hook) for hook in HOOKS})()


def stop_at(library, hook, number):
    """A callback that ends the training at one moment."""

    def method(self, where, logs=None):
        if where == number:
            self.model.stop_training = True

    return type("Stop", (library.callbacks.Callback,), {hook: method})()


@pytest.mark.parametrize(
    "fit",
    [
        {"epochs": 2, "batch_size": 4},
        {"epochs": 2, "batch_size": 4, "validation_split": 0.3},
        {"epochs": 4, "batch_size": 5, "validation_split": 0.3, "validation_freq": 2, "initial_epoch": 1},
        {"epochs": 3, "batch_size": 4, "stop": ("on_epoch_end", 1)},
        {"epochs": 3, "batch_size": 4, "validation_split": 0.2, "stop": ("on_train_batch_end", 1)},
    ],
)
def test_fit_calls_the_same_hooks(fit):
    found = []
    for library in BOTH:
        options, calls = dict(fit), []
        stop = options.pop("stop", None)
        callbacks = [recorder(library, calls), *([stop_at(library, *stop)] if stop else [])]
        model = small_model(library)
        history = model.fit(*data(), shuffle=False, verbose=0, callbacks=callbacks, **options)
        calls += [history.epoch, sorted(history.params.items()), list(history.history)]
        found.append(calls)
    assert found[1] == found[0]


def test_evaluate_and_predict_call_the_same_hooks():
    found = []
    for library in BOTH:
        calls = []
        model = small_model(library)
        watcher = recorder(library, calls)
        model.evaluate(*data(), batch_size=4, verbose=0, callbacks=[watcher])
        model.predict(data()[0], batch_size=4, verbose=0, callbacks=[watcher])
        found.append(calls)
    assert found[1] == found[0]


def test_a_whole_training_with_callbacks_is_the_same():
    found = []
    for library in BOTH:
        model = small_model(library)
        callbacks = [
            library.callbacks.ReduceLROnPlateau(monitor="loss", patience=1, factor=0.5, min_delta=0.01),
            library.callbacks.EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True, min_delta=0.002),
        ]
        x, y = data(20)
        history = model.fit(
            x, y, epochs=12, validation_split=0.3, shuffle=False, verbose=0, batch_size=5, callbacks=callbacks
        )
        found.append((history, callbacks[1], model.get_weights()))
    (theirs, their_stop, their_weights), (ours, our_stop, our_weights) = found
    assert list(ours.history) == list(theirs.history)
    for name in ours.history:
        np.testing.assert_allclose(ours.history[name], theirs.history[name], rtol=2e-5)
    assert our_stop.stopped_epoch == their_stop.stopped_epoch > 0
    assert our_stop.best_epoch == their_stop.best_epoch
    for our_weight, their_weight in zip(our_weights, their_weights, strict=True):
        np.testing.assert_allclose(our_weight, their_weight, rtol=2e-5, atol=1e-6)


def test_evaluation_with_averaged_weights_is_the_same():
    found = []
    for library in BOTH:
        results = []
        for on_epoch in (False, True):
            model = small_model(library)
            model.compile(loss="mse", optimizer=library.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9))
            swap = library.callbacks.SwapEMAWeights(swap_on_epoch=on_epoch)
            seen = []
            peek = library.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs, model=model, seen=seen: seen.append(model.get_weights()[0].copy())
            )
            x, y = data()
            history = model.fit(
                x, y, epochs=3, batch_size=4, shuffle=False, verbose=0, validation_data=(x, y), callbacks=[swap, peek]
            )
            results += [history.history["val_loss"], *seen, *model.get_weights()]
        found.append(results)
    for ours, theirs in zip(found[1], found[0], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-6)


# The names


def test_every_callback_of_keras_is_here_or_has_a_reason():
    theirs = {name for name in dir(keras.callbacks) if not name.startswith("_") and name[0].isupper()}
    assert theirs - set(kerasschool.callbacks.__all__) == set(LEFT_OUT)
    assert set(kerasschool.callbacks.__all__) - theirs <= ADDED


def test_arguments_and_defaults_are_those_of_keras():
    for name in set(kerasschool.callbacks.__all__) - ADDED:
        theirs, ours = (inspect.signature(getattr(library.callbacks, name).__init__) for library in BOTH)
        their_defaults = {key: each.default for key, each in theirs.parameters.items()}
        if name == "ReduceLROnPlateau":
            del their_defaults["kwargs"]  # taken and forgotten there
        assert {key: each.default for key, each in ours.parameters.items()} == their_defaults, name
