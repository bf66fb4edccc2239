"""The hooks of callbacks: which are called, with what, and at what cost."""

import copy
import math
import pickle
import timeit

import numpy as np
import pytest

from kerasschool import callbacks
from kerasschool.callbacks.callback import HOOKS
from kerasschool.callbacks.callback_list import plain_logs
from tests.stand_in import StandInModel


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


def test_the_module_names_the_nearest_callback():
    with pytest.raises(AttributeError, match="Did you mean 'EarlyStopping'"):
        callbacks.EarlyStoping  # noqa: B018
