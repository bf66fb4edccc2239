"""Callbacks: which hooks are called, and what each callback decides, shown with a stand-in that does not learn."""

import copy
import json
import logging
import math
import pickle
import timeit
from types import SimpleNamespace

import numpy as np
import pytest

from kerasschool import callbacks, config
from kerasschool.callbacks.callback import HOOKS
from kerasschool.callbacks.callback_list import plain_logs
from kerasschool.callbacks.model_checkpoint import BatchCounter


class StandInModel:
    """Has what callbacks use of a model; its single weight is the number of the epoch."""

    def __init__(self, learning_rate=0.1, metrics=()):
        self.optimizer = SimpleNamespace(learning_rate=learning_rate)
        self.metrics = list(metrics)
        self.stop_training = False
        self.built = True
        self.weights = [np.zeros(1)]
        self.saved = []

    def get_weights(self):
        return [weight.copy() for weight in self.weights]

    def set_weights(self, weights):
        self.weights = [weight.copy() for weight in weights]

    def save(self, path, overwrite=True):
        self.saved.append(("model", path))

    def save_weights(self, path, overwrite=True):
        self.saved.append(("weights", path))


ACCURACY = SimpleNamespace(name="accuracy", _direction="up")


def run(callback, values, monitor="val_loss", model=None, **params):
    """A whole training in which `monitor` takes the given values; returns how many epochs it lasted."""
    model = model or StandInModel(metrics=[ACCURACY])
    watchers = callbacks.CallbackList([callback], model=model, verbose=0, epochs=len(values), steps=1, **params)
    model.stop_training = False
    watchers.on_train_begin()
    epochs = 0
    for epoch, value in enumerate(values):
        watchers.on_epoch_begin(epoch)
        model.weights = [np.array([float(epoch)])]
        watchers.on_epoch_end(epoch, {monitor: value} if monitor else {})
        epochs += 1
        if model.stop_training:
            break
    watchers.on_train_end()
    return epochs


# The base class and the list


class Recorder(callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.calls = []


for hook in HOOKS:

    def record(self, *where, hook=hook, **named):
        self.calls.append((hook, *where, named.get("logs")))

    setattr(Recorder, hook, record)


def test_a_callback_has_every_hook_and_they_do_nothing():
    callback = callbacks.Callback()
    assert len(HOOKS) == 16
    assert callback.model is None
    assert callback.params is None
    for hook in HOOKS:
        arguments = () if hook.endswith(("train_begin", "train_end", "test_begin", "test_end")) else (0,)
        arguments = () if hook in ("on_predict_begin", "on_predict_end") else arguments
        assert getattr(callback, hook)(*arguments) is None


def test_the_list_hands_model_and_params_and_every_hook_to_all():
    first, second, model = Recorder(), Recorder(), StandInModel()
    watchers = callbacks.CallbackList([first, [second]], model=model, verbose=0, epochs=2, steps=3)
    for callback in (first, second):
        assert callback.model is model
        assert callback.params == {"verbose": 0, "epochs": 2, "steps": 3}
    watchers.on_train_begin()
    watchers.on_epoch_begin(0)
    watchers.on_train_batch_begin(0)
    watchers.on_train_batch_end(0, {"loss": np.float32(0.5), "accuracy": 1})
    watchers.on_epoch_end(0, {"loss": 0.25})
    expected = [
        ("on_train_begin", {}),
        ("on_epoch_begin", 0, {}),
        ("on_train_batch_begin", 0, {}),
        ("on_train_batch_end", 0, {"accuracy": 1.0, "loss": 0.5}),
        ("on_epoch_end", 0, {"loss": 0.25}),
    ]
    assert [tuple(part for part in call if part is not None) for call in first.calls] == expected
    assert first.calls == second.calls


def test_logs_are_sorted_plain_floats():
    logs = plain_logs({"loss": np.float32(0.5), "accuracy": np.array(1), "each": {"f1_b": 2, "f1_a": np.ones(2)}})
    assert list(logs) == ["accuracy", "f1_a", "f1_b", "loss"]
    assert all(type(logs[name]) is float for name in ("accuracy", "f1_b", "loss"))
    assert logs["f1_a"].tolist() == [1, 1]
    assert plain_logs(None) == {}


def test_the_older_batch_hooks_are_called_by_the_newer_ones():
    seen = []

    class Old(callbacks.Callback):
        def on_batch_begin(self, batch, logs=None):
            seen.append(("begin", batch))

        def on_batch_end(self, batch, logs=None):
            seen.append(("end", batch, logs["loss"]))

    watchers = callbacks.CallbackList(Old())
    watchers.on_train_batch_begin(4)
    watchers.on_train_batch_end(4, {"loss": 2})
    assert seen == [("begin", 4), ("end", 4, 2.0)]


def test_history_and_bar_are_added_once():
    watchers = callbacks.CallbackList(None, add_history=True, add_progbar=True)
    assert [type(each) for each in watchers.callbacks] == [callbacks.History, callbacks.ProgbarLogger]
    own = [callbacks.ProgbarLogger(), callbacks.History()]
    watchers = callbacks.CallbackList(own, add_history=True, add_progbar=True)
    assert watchers.callbacks == own
    assert watchers.history is own[1]
    assert watchers.progbar is own[0]


@pytest.mark.parametrize("hook", ["on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end"])
def test_train_batches_are_wanted_only_by_those_who_override_a_hook(hook):
    quiet = [
        callbacks.EarlyStopping(),
        callbacks.ModelCheckpoint("a.keras"),
        callbacks.BackupAndRestore("backup"),
        callbacks.CSVLogger("log.csv"),
    ]
    watchers = callbacks.CallbackList(quiet, add_history=True, add_progbar=True, verbose=1, epochs=1, steps=1)
    assert not watchers.wants_train_batches
    assert not watchers.wants_test_batches
    assert not watchers.wants_predict_batches
    loud = type("Loud", (callbacks.History,), {hook: lambda self, batch, logs=None: None})()
    assert callbacks.CallbackList([loud]).wants_train_batches
    by_instance = callbacks.Callback()
    setattr(by_instance, hook, lambda batch, logs=None: None)
    assert callbacks.CallbackList([by_instance]).wants_train_batches
    assert not callbacks.CallbackList([loud]).wants_test_batches


def test_other_batches_are_wanted_by_those_who_override_their_hooks():
    test = callbacks.LambdaCallback(on_test_batch_end=print)
    predict = callbacks.LambdaCallback(on_predict_batch_begin=print)
    assert callbacks.CallbackList([test]).wants_test_batches
    assert not callbacks.CallbackList([test]).wants_predict_batches
    assert callbacks.CallbackList([predict]).wants_predict_batches
    assert callbacks.CallbackList([callbacks.ModelCheckpoint("a.keras", save_freq=3)]).wants_train_batches
    assert callbacks.CallbackList([callbacks.BackupAndRestore("b", save_freq=3)]).wants_train_batches
    assert callbacks.CallbackList([callbacks.TerminateOnNaN()]).wants_train_batches


def test_a_subclass_of_a_quiet_callback_is_heard():
    heard = []

    class Loud(callbacks.ModelCheckpoint):
        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch, logs)
            heard.append(batch)

        def on_batch_end(self, batch, logs=None):
            heard.append("old")

    watchers = callbacks.CallbackList([Loud("a.keras")], model=StandInModel())
    assert watchers.wants_train_batches
    watchers.on_train_batch_end(1, {})
    assert heard == ["old", 1]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (callbacks.EarlyStopping, r"EarlyStopping\(\)"),
        (print, r"LambdaCallback\(on_epoch_end=print\)"),
        ("early_stopping", "not a callback"),
        ([callbacks.History(), 3], "not a callback"),
    ],
)
def test_what_is_no_callback_is_refused(wrong, words):
    model = StandInModel()
    with pytest.raises(TypeError, match=words):
        callbacks.CallbackList(wrong, model=model)
    assert not hasattr(model, "history")


def test_a_misspelt_hook_is_pointed_out():
    class Misspelt(callbacks.Callback):
        def on_epoch_ends(self, epoch, logs=None):
            pass

    with pytest.warns(UserWarning, match=r"on_epoch_ends is not a hook.*'on_epoch_end'"):
        callbacks.CallbackList([Misspelt()])


def test_a_misspelt_argument_is_pointed_out():
    with pytest.raises(TypeError, match="EarlyStopping has no argument 'pacience'. Did you mean 'patience'?"):
        callbacks.EarlyStopping(pacience=3)
    with pytest.raises(TypeError, match="no hook 'on_epoch_ende'. Did you mean 'on_epoch_end'?"):
        callbacks.LambdaCallback(on_epoch_ende=print)
    with pytest.raises(TypeError, match="`on_epoch_end` must be a function"):
        callbacks.LambdaCallback(on_epoch_end=3)


@pytest.mark.parametrize(
    "make",
    [
        callbacks.History,
        callbacks.ProgbarLogger,
        callbacks.EarlyStopping,
        callbacks.ReduceLROnPlateau,
        callbacks.TerminateOnNaN,
        callbacks.SwapEMAWeights,
        lambda: callbacks.CSVLogger("log.csv"),
        lambda: callbacks.ModelCheckpoint("a.keras", save_freq=2),
        lambda: callbacks.BackupAndRestore("backup"),
        lambda: callbacks.LambdaCallback(on_epoch_end=print),
        lambda: callbacks.LearningRateScheduler(math.pow),
        lambda: callbacks.CallbackList(add_history=True, add_progbar=True, verbose=1, epochs=1, steps=1),
    ],
)
def test_callbacks_can_be_copied_and_pickled(make):
    callback = make()
    callback.set_model(StandInModel())
    for twin in (pickle.loads(pickle.dumps(callback)), copy.deepcopy(callback)):
        assert type(twin) is type(callback)
        assert set(vars(twin)) == set(vars(callback))
        assert twin.model is not callback.model


def test_a_logger_can_be_copied_while_it_draws(capsys):
    logger = callbacks.ProgbarLogger()
    logger.set_params({"verbose": 1, "epochs": 1, "steps": 2})
    logger.on_epoch_begin(0)
    logger.tick(0, dict)
    twin = pickle.loads(pickle.dumps(logger))
    twin.on_epoch_end(0, {"loss": 1.0})
    assert "loss: 1.0000" in capsys.readouterr().out


# History


def test_history_collects_epochs_and_belongs_to_the_model():
    history = callbacks.History()
    model = StandInModel()
    assert run(history, [3, 2], model=model) == 2
    assert history.history == {"val_loss": [3.0, 2.0]}
    assert history.epoch == [0, 1]
    assert history.params["epochs"] == 2
    assert model.history is history
    run(history, [1], model=model)
    assert history.history == {"val_loss": [3.0, 2.0, 1.0]}
    assert history.epoch == [0]


def test_a_model_with_a_history_can_be_copied():
    model = StandInModel()
    run(callbacks.History(), [3, 2], model=model)
    twin = copy.deepcopy(model)
    assert twin.history.model is twin
    assert twin.history.history == model.history.history
    assert pickle.loads(pickle.dumps(model)).history.history == model.history.history


# EarlyStopping


@pytest.mark.parametrize(
    ("options", "values", "epochs", "stopped", "best", "best_epoch"),
    [
        ({}, [3, 2, 2, 1], 3, 2, 2, 1),
        ({"patience": 2}, [3, 2, 2, 2, 1], 4, 3, 2, 1),
        ({"patience": 2}, [3, 2, 2, 1, 1, 1], 6, 5, 1, 3),
        ({"patience": 9}, [3, 2, 1], 3, 0, 1, 2),
        ({"min_delta": 0.5, "patience": 1}, [3, 2.75, 2.5, 2.25], 2, 1, 3, 0),
        ({"min_delta": -0.5, "patience": 1}, [3, 2.25, 2.0], 3, 2, 2.25, 1),
        ({"mode": "max"}, [1, 2, 2], 3, 2, 2, 1),
        ({"baseline": 1, "patience": 2}, [3, 2, 1.5, 0.5], 4, 0, 0.5, 3),
        ({"baseline": 1, "patience": 2}, [3, 3, 3], 2, 1, 3, 0),
        ({"start_from_epoch": 2}, [1, 1, 3, 2, 2, 1], 5, 4, 2, 3),
        ({"patience": 1}, [float("nan")] * 3, 2, 1, float("nan"), 0),
    ],
)
def test_early_stopping(options, values, epochs, stopped, best, best_epoch):
    callback = callbacks.EarlyStopping(**options)
    assert run(callback, values) == epochs
    assert callback.stopped_epoch == stopped
    assert callback.best_epoch == best_epoch
    np.testing.assert_equal(float(callback.best), float(best))
    assert run(callback, values) == epochs  # used again, it begins anew


def test_early_stopping_knows_that_accuracy_should_grow():
    callback = callbacks.EarlyStopping(monitor="val_accuracy")
    assert run(callback, [0.5, 0.6, 0.6, 0.7], "val_accuracy") == 3
    assert callback.monitor_op is np.greater


@pytest.mark.parametrize("restore", [False, True])
def test_early_stopping_restores_the_best_weights(restore, capsys):
    model = StandInModel()
    callback = callbacks.EarlyStopping(patience=2, restore_best_weights=restore, verbose=1)
    assert run(callback, [3, 2, 4, 4, 1], model=model) == 4
    assert model.weights[0].tolist() == [1.0 if restore else 3.0]
    text = "Epoch 4: early stopping\n"
    if restore:
        text += "Restoring model weights from the end of the best epoch: 2.\n"
    assert capsys.readouterr().out == text


def test_the_best_weights_are_restored_even_without_a_stop():
    model = StandInModel()
    run(callbacks.EarlyStopping(patience=9, restore_best_weights=True), [3, 1, 2], model=model)
    assert model.weights[0].tolist() == [1.0]


def test_a_missing_value_is_named_with_the_nearest():
    callback = callbacks.EarlyStopping(monitor="val_losss", mode="min")
    with pytest.warns(UserWarning, match=r"'val_losss', which is not in the logs. Did you mean 'val_loss'"):
        assert run(callback, [3]) == 1
    with pytest.warns(UserWarning, match="There are no validation values: pass validation_data="):
        run(callbacks.EarlyStopping(), [3], "loss")


def test_an_unknown_direction_is_asked_for():
    callback = callbacks.EarlyStopping(monitor="val_acuracy")
    with pytest.raises(ValueError, match=r"Did you mean 'val_accuracy'.*mode='min'.*Received: monitor='val_acuracy'"):
        run(callback, [0.5], "val_accuracy")


def test_an_unknown_mode_falls_back_with_a_warning():
    with pytest.warns(UserWarning, match="does not know mode='mim'.*Did you mean 'min'"):
        assert callbacks.EarlyStopping(mode="mim").mode == "auto"


@pytest.mark.parametrize(
    "arguments", [{"patience": -1}, {"patience": 1.5}, {"start_from_epoch": -1}, {"min_delta": "small"}]
)
def test_early_stopping_checks_its_numbers(arguments):
    with pytest.raises(ValueError, match=f"`{next(iter(arguments))}` must be"):
        callbacks.EarlyStopping(**arguments)


# The learning rate


def rates_during(callback, values, monitor="loss", learning_rate=1.0):
    history = callbacks.History()
    model = StandInModel(learning_rate)
    watchers = callbacks.CallbackList([callback, history], model=model, verbose=0, epochs=9, steps=1)
    watchers.on_train_begin()
    for epoch, value in enumerate(values):
        watchers.on_epoch_begin(epoch)
        watchers.on_epoch_end(epoch, {monitor: value})
    watchers.on_train_end()
    return [*history.history["learning_rate"], model.optimizer.learning_rate]


@pytest.mark.parametrize(
    ("options", "values", "rates"),
    [
        ({"patience": 1, "factor": 0.5}, [3, 3, 3, 1], [1, 1, 0.5, 0.25, 0.25]),
        ({"patience": 2, "factor": 0.5}, [3, 3, 3, 3, 3], [1, 1, 1, 0.5, 0.5, 0.25]),
        ({"patience": 1, "factor": 0.5, "cooldown": 2}, [3, 3, 3, 3, 3], [1, 1, 0.5, 0.5, 0.25, 0.25]),
        ({"patience": 1, "factor": 0.5, "min_lr": 0.4}, [3, 3, 3, 3], [1, 1, 0.5, 0.4, 0.4]),
        ({"patience": 1, "factor": 0.5, "mode": "max"}, [3, 4, 4], [1, 1, 1, 0.5]),
        ({"patience": 1, "factor": 0.5, "min_delta": 1}, [3, 2.5, 1.5], [1, 1, 0.5, 0.5]),
        ({"patience": 0, "factor": 0.5}, [3, 3], [1, 1, 0.5]),
    ],
)
def test_reduce_lr_on_plateau(options, values, rates):
    callback = callbacks.ReduceLROnPlateau(monitor="loss", **options)
    assert rates_during(callback, values) == rates
    assert rates_during(callback, values) == rates  # used again, it begins anew


def test_reduce_lr_on_plateau_says_what_it_does(capsys):
    rates_during(callbacks.ReduceLROnPlateau(monitor="loss", patience=1, factor=0.5, verbose=1), [3, 3])
    assert capsys.readouterr().out == "\nEpoch 2: ReduceLROnPlateau reducing learning rate to 0.5.\n"


def test_reduce_lr_on_plateau_refuses_to_enlarge():
    with pytest.raises(ValueError, match="`factor` must be less than 1"):
        callbacks.ReduceLROnPlateau(factor=1.0)
    with pytest.warns(UserWarning, match="ReduceLROnPlateau watches 'val_loss'"):
        assert rates_during(callbacks.ReduceLROnPlateau(), [3]) == [1, 1]


def halve(epoch, learning_rate):
    return learning_rate / 2


def by_epoch(epoch):
    return 1.0 / (epoch + 1)


def test_learning_rate_scheduler(capsys):
    assert rates_during(callbacks.LearningRateScheduler(halve, verbose=1), [3, 3]) == [0.5, 0.25, 0.25]
    assert "\nEpoch 2: LearningRateScheduler setting learning rate to 0.25.\n" in capsys.readouterr().out
    assert rates_during(callbacks.LearningRateScheduler(by_epoch), [3, 3]) == [1, 0.5, 0.5]
    assert rates_during(callbacks.LearningRateScheduler(lambda epoch, lr: np.float32(0.25)), [3]) == [0.25, 0.25]


def test_learning_rate_scheduler_shows_the_error_of_the_function_itself():
    def broken(epoch, learning_rate):
        return "a" + 1

    with pytest.raises(TypeError, match="concatenate"):
        rates_during(callbacks.LearningRateScheduler(broken), [3])


def test_learning_rate_scheduler_wants_a_function_that_returns_a_float():
    with pytest.raises(ValueError, match="must return the new learning rate as a float. Received: returned=1"):
        rates_during(callbacks.LearningRateScheduler(lambda epoch, lr: 1), [3])
    with pytest.raises(ValueError, match="`schedule` must be a function"):
        callbacks.LearningRateScheduler(0.1)


# Files


def test_csv_logger(tmp_path):
    path = tmp_path / "log.csv"
    run(callbacks.CSVLogger(path), [0.5, 0.25])
    assert path.read_bytes() == b"epoch,val_loss\r\n0,0.5\r\n1,0.25\r\n"
    run(callbacks.CSVLogger(path, append=True), [1.5])
    assert path.read_bytes() == b"epoch,val_loss\r\n0,0.5\r\n1,0.25\r\n0,1.5\r\n"
    run(callbacks.CSVLogger(path, separator=";"), [0.5], "loss")
    assert path.read_bytes() == b"epoch;loss;val_loss\r\n0;0.5;NA\r\n"
    with pytest.raises(ValueError, match="`separator` must be one character"):
        callbacks.CSVLogger(path, separator=", ")
    with pytest.raises(FileNotFoundError):
        run(callbacks.CSVLogger(tmp_path / "missing" / "log.csv"), [1])


def test_model_checkpoint_fills_in_the_file_name(tmp_path):
    model = StandInModel()
    run(callbacks.ModelCheckpoint(tmp_path / "new" / "{epoch:02d}-{val_loss:.2f}.keras"), [0.5, 0.126], model=model)
    assert model.saved == [
        ("model", str(tmp_path / "new" / "01-0.50.keras")),
        ("model", str(tmp_path / "new" / "02-0.13.keras")),
    ]
    assert (tmp_path / "new").is_dir()


def test_model_checkpoint_saves_only_what_is_better(tmp_path, capsys):
    model = StandInModel()
    path = str(tmp_path / "best.weights.h5")
    checkpoint = callbacks.ModelCheckpoint(
        path, save_best_only=True, save_weights_only=True, initial_value_threshold=2.5, verbose=1
    )
    run(checkpoint, [3, 2, 2, 1], model=model)
    assert model.saved == [("weights", path)] * 2
    assert checkpoint.best == 1
    assert capsys.readouterr().out.split("\n\n") == [
        "\nEpoch 1: val_loss did not improve from 2.50000",
        f"Epoch 2: val_loss improved from 2.50000 to 2.00000, saving model to {path}",
        f"Epoch 2: finished saving model to {path}",
        "Epoch 3: val_loss did not improve from 2.00000",
        f"Epoch 4: val_loss improved from 2.00000 to 1.00000, saving model to {path}",
        f"Epoch 4: finished saving model to {path}\n",
    ]


def test_model_checkpoint_by_batches(tmp_path):
    model = StandInModel()
    path = tmp_path / "{epoch}-{batch}.keras"
    checkpoint = callbacks.ModelCheckpoint(path, "loss", save_freq=3, save_best_only=True)
    watchers = callbacks.CallbackList([checkpoint], model=model)
    loss = 10
    for epoch in range(2):
        watchers.on_epoch_begin(epoch)
        for batch in range(4):
            loss -= 1
            watchers.on_train_batch_end(batch, {"loss": loss})
        watchers.on_epoch_end(epoch, {"loss": loss})
    assert [path.rsplit("/", 1)[1] for _, path in model.saved] == ["1-3.keras", "2-2.keras"]


def test_batches_are_counted_across_epochs():
    counter = BatchCounter(3)
    due = [(epoch, batch) for epoch in range(3) for batch in range(4) if counter.is_due(batch)]
    assert due == [(0, 2), (1, 1), (2, 0), (2, 3)]


def test_model_checkpoint_without_its_value(tmp_path):
    model = StandInModel()
    checkpoint = callbacks.ModelCheckpoint(tmp_path / "a.keras", save_best_only=True)
    with pytest.warns(UserWarning, match="ModelCheckpoint watches 'val_loss'"):
        run(checkpoint, [1], "loss", model=model)
    assert len(model.saved) == 1
    with pytest.warns(UserWarning, match="only by a single number"):
        run(checkpoint, [np.ones(2)], model=model)
    assert len(model.saved) == 2


def test_model_checkpoint_checks_its_arguments(tmp_path):
    with pytest.raises(ValueError, match=r"must end in '.keras'.*Received: filepath='model.h6'"):
        callbacks.ModelCheckpoint("model.h6")
    with pytest.raises(ValueError, match=r"must end in '.weights.h5'"):
        callbacks.ModelCheckpoint("model.keras", save_weights_only=True)
    with pytest.raises(ValueError, match="`save_freq` must be 'epoch' or a number of batches"):
        callbacks.ModelCheckpoint("model.keras", save_freq="batch")
    with pytest.raises(ValueError, match="`save_freq` must be a positive whole number"):
        callbacks.ModelCheckpoint("model.keras", save_freq=0)
    with pytest.raises(KeyError, match="Did you mean 'val_loss'"):
        run(callbacks.ModelCheckpoint(str(tmp_path / "{val_los}.keras")), [1])
    (tmp_path / "dir.keras").mkdir()
    with pytest.raises(OSError, match="`filepath` is a directory"):
        run(callbacks.ModelCheckpoint(tmp_path / "dir.keras"), [1])


# TerminateOnNaN, LambdaCallback


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), -float("inf")])
def test_terminate_on_nan(loss, capsys):
    model = StandInModel()
    watchers = callbacks.CallbackList([callbacks.TerminateOnNaN()], model=model)
    watchers.on_train_batch_end(0, {"loss": 1.0})
    assert not model.stop_training
    watchers.on_train_batch_end(1, {"loss": loss})
    assert model.stop_training
    assert capsys.readouterr().out == "Batch 1: Invalid loss, terminating training\n"
    with pytest.raises(RuntimeError, match="The loss is .* after batch 2.*smaller learning rate"):
        callbacks.TerminateOnNaN(raise_error=True).on_batch_end(2, {"loss": loss})


def test_lambda_callback_calls_what_it_was_given():
    seen = []
    callback = callbacks.LambdaCallback(
        on_train_begin=lambda logs: seen.append("train"),
        on_epoch_end=lambda epoch, logs: seen.append((epoch, logs)),
        on_test_end=lambda logs: seen.append("test"),
        on_train_batch_end=lambda batch, logs: seen.append(batch),
    )
    run(callback, [1])
    callback.on_test_end({})
    callback.on_train_batch_end(7, logs={})
    callback.on_train_batch_begin(7)
    assert seen == ["train", (0, {"val_loss": 1.0}), "test", 7]


# What it costs


def test_a_tick_that_does_not_draw_costs_next_to_nothing():
    watchers = callbacks.CallbackList(add_progbar=True, verbose=2, epochs=1, steps=10**6)
    watchers.on_train_begin()
    watchers.on_epoch_begin(0)
    watchers.progress(0, dict)
    drawn = []
    once = min(timeit.repeat(lambda: watchers.progress(5, drawn.append), number=2000, repeat=20)) / 2000
    assert not drawn
    assert once < 3e-6  # 0.2 µs on an idle machine
    assert watchers.progbar.seen == 6


# Where messages go


def test_messages_can_go_to_logging(capsys, caplog):
    assert config.is_interactive_logging_enabled()
    config.disable_interactive_logging()
    try:
        with caplog.at_level(logging.INFO, "kerasschool"):
            rates_during(callbacks.ReduceLROnPlateau(monitor="loss", patience=1, verbose=1), [3, 3])
    finally:
        config.enable_interactive_logging()
    assert capsys.readouterr().out == ""
    assert caplog.messages == ["Epoch 2: ReduceLROnPlateau reducing learning rate to 0.1."]


def test_the_module_names_the_nearest_callback():
    with pytest.raises(AttributeError, match="Did you mean 'EarlyStopping'"):
        callbacks.EarlyStoping  # noqa: B018


# BackupAndRestore


def test_damaged_backup_is_refused(tmp_path):
    (tmp_path / "training_metadata.json").write_text("{")
    with pytest.raises(ValueError, match="The backup is damaged"):
        run(callbacks.BackupAndRestore(tmp_path), [1])
    for bad in ([], {"epoch": -1}, {"epoch": "1"}, {"epoch": 1.5}, {"epoch": None}):
        (tmp_path / "training_metadata.json").write_text(json.dumps(bad))
        with pytest.raises(ValueError, match="The backup is damaged"):
            run(callbacks.BackupAndRestore(tmp_path), [1])
    with pytest.raises(ValueError, match="`backup_dir` must be"):
        callbacks.BackupAndRestore("")
