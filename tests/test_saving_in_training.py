"""Saving while a model learns: interrupted trainings go on where they were, and the best model is kept."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from kerasschool import Sequential, callbacks, layers, optimizers, saving, utils


@pytest.fixture
def rows():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(30, 3)).astype("float32")
    return x, (x.sum(axis=1, keepdims=True) > 0).astype("float32")


def program(optimizer=None):
    """What a program does each time it is started."""
    utils.set_random_seed(5)
    model = Sequential(
        [layers.Input((3,)), layers.Dense(5, "relu"), layers.BatchNormalization(), layers.Dense(1, "sigmoid")]
    )
    model.compile(optimizer or optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    return model


class PowerCut(callbacks.Callback):
    """Breaks the training off."""

    def __init__(self, epoch, batch=None):
        super().__init__()
        self.epoch, self.batch = epoch, batch

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch
        if self.batch is None and epoch == self.epoch:
            raise KeyboardInterrupt

    def on_train_batch_end(self, batch, logs=None):
        if (self.now, batch) == (self.epoch, self.batch):
            raise KeyboardInterrupt


def train(model, rows, *watchers, epochs=6):
    return model.fit(*rows, epochs=epochs, batch_size=8, shuffle=False, verbose=0, callbacks=list(watchers)).history


def numbers(model):
    return [variable.numpy() for variable in [*model.weights, *model.optimizer.variables]]


def assert_same(first, second):
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("cuts", [[(0, None)], [(3, None)], [(2, 1)], [(1, None), (2, 2), (5, 0)]])
def test_a_training_that_was_broken_off_ends_the_same(cuts, rows, tmp_path):
    whole = program()
    history = train(whole, rows)
    for cut in cuts:
        with pytest.raises(KeyboardInterrupt):
            train(program(), rows, callbacks.BackupAndRestore(tmp_path / "backup"), PowerCut(*cut))
    model = program()
    last = train(model, rows, callbacks.BackupAndRestore(tmp_path / "backup"))
    assert_same(numbers(model), numbers(whole))
    done = cuts[-1][0]
    assert last == {name: values[done:] for name, values in history.items()}
    assert not (tmp_path / "backup").exists()


def test_a_schedule_goes_on_where_it_was(rows, tmp_path):
    def make():
        return optimizers.SGD(optimizers.schedules.ExponentialDecay(0.5, 4, 0.5), momentum=0.9)

    whole = program(make())
    train(whole, rows)
    with pytest.raises(KeyboardInterrupt):
        train(program(make()), rows, callbacks.BackupAndRestore(tmp_path / "backup"), PowerCut(4))
    model = program(make())
    train(model, rows, callbacks.BackupAndRestore(tmp_path / "backup"))
    assert_same(numbers(model), numbers(whole))


@pytest.mark.parametrize("content", [b"", b"noise" * 100, None])
def test_a_damaged_backup_gives_way_to_the_one_before(content, rows, tmp_path):
    whole = program()
    train(whole, rows)
    watcher = callbacks.BackupAndRestore(tmp_path, double_checkpoint=True)
    with pytest.raises(KeyboardInterrupt):
        train(program(), rows, watcher, PowerCut(4))
    weights = tmp_path / "latest.weights.h5"
    weights.write_bytes(weights.read_bytes()[:2000] if content is None else content)
    model = program()
    train(model, rows, callbacks.BackupAndRestore(tmp_path, double_checkpoint=True))
    assert_same(numbers(model), numbers(whole))


def test_a_damaged_backup_alone_is_an_error_that_changes_nothing(rows, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(program(), rows, callbacks.BackupAndRestore(tmp_path), PowerCut(4))
    (tmp_path / "latest.weights.h5").write_bytes(b"noise")
    model = program()
    before = model.get_weights()
    with pytest.raises(ValueError, match="latest.weights.h5' is damaged"):
        train(model, rows, callbacks.BackupAndRestore(tmp_path))
    assert_same(model.get_weights(), before)


def test_a_backup_of_another_model_is_an_error(rows, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(program(), rows, callbacks.BackupAndRestore(tmp_path), PowerCut(4))
    model = Sequential([layers.Input((3,)), layers.Dense(4), layers.Dense(1)])
    model.compile(loss="mse")
    with pytest.raises(ValueError, match="do not fit the file"):
        train(model, rows, callbacks.BackupAndRestore(tmp_path))


def test_checkpoints_hold_the_model_of_their_epoch(rows, tmp_path):
    model, seen = program(), []
    watch = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(numbers(model)))
    files = callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras")
    weights = callbacks.ModelCheckpoint(tmp_path / "{epoch}.weights.h5", save_weights_only=True)
    history = train(model, rows, watch, files, weights, epochs=3)
    for epoch, expected in enumerate(seen, 1):
        loaded = saving.load_model(tmp_path / f"{epoch}.keras")
        assert_same(numbers(loaded), expected)
        fresh = program()
        fresh.optimizer.build(fresh.parameters)
        fresh.load_weights(tmp_path / f"{epoch}.weights.h5")
        assert_same(numbers(fresh), expected)
    rest = train(saving.load_model(tmp_path / "1.keras"), rows, epochs=2)
    assert rest == {name: values[1:] for name, values in history.items()}


def test_only_the_best_model_is_kept(rows, tmp_path):
    model, seen = program(optimizers.SGD(3.0)), []  # too fast: the loss goes up and down
    watch = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(numbers(model)))
    best = callbacks.ModelCheckpoint(tmp_path / "best.keras", monitor="loss", save_best_only=True)
    history = train(model, rows, watch, best, epochs=8)
    at = int(np.argmin(history["loss"]))
    assert_same(numbers(saving.load_model(tmp_path / "best.keras")), seen[at])
    assert [path.name for path in tmp_path.iterdir()] == ["best.keras"]


def test_old_formats_are_refused_by_checkpoints(rows, tmp_path):
    with pytest.raises(ValueError, match="old '.h5' format"):
        train(program(), rows, callbacks.ModelCheckpoint(tmp_path / "m.h5"))


def test_a_process_that_dies_while_it_writes_leaves_a_whole_file(tmp_path):
    code = f"""
import os
from kerasschool import Sequential, layers
model = Sequential([layers.Input((3,)), layers.Dense(2, kernel_initializer="ones")])
model.save({str(tmp_path / "m.keras")!r})
model.set_weights([weight + 1 for weight in model.get_weights()])
os.fsync = lambda descriptor: os._exit(9)
model.save({str(tmp_path / "m.keras")!r})
"""
    root = pathlib.Path(__file__).resolve().parents[1]
    answer = subprocess.run([sys.executable, "-c", code], cwd=root, env={**os.environ}, capture_output=True)
    assert answer.returncode == 9, answer.stderr
    model = saving.load_model(tmp_path / "m.keras")
    assert (model.layers[0].kernel.numpy() == 1).all()
    model.save(tmp_path / "m.keras")
