"""Callbacks at work: in `fit`, `evaluate` and `predict` of a real model."""

import copy
import pickle

import numpy as np
import pytest

from kerasschool import Sequential, callbacks, layers, optimizers
from tests import screens


@pytest.fixture
def data():
    random = np.random.RandomState(2)
    x = random.normal(size=(40, 3)).astype("float32")
    return x, (x.sum(axis=1) > 0).astype("float32")


def small_model(optimizer="sgd", units=4):
    model = Sequential([layers.Input((3,)), layers.Dense(units, activation="tanh"), layers.Dense(1, "sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    return model


def test_hooks_that_are_not_overridden_are_not_called_after_batches(data, monkeypatch, tmp_path):
    def fail(self, *arguments, **named):
        raise AssertionError("a per-batch hook was called though nobody listens")

    for name in ("on_train_batch_begin", "on_train_batch_end", "on_test_batch_begin", "on_test_batch_end"):
        monkeypatch.setattr(callbacks.CallbackList, name, fail)
    quiet = [callbacks.EarlyStopping(), callbacks.ReduceLROnPlateau(), callbacks.CSVLogger(tmp_path / "log")]
    history = small_model().fit(*data, epochs=2, validation_split=0.25, verbose=0, callbacks=quiet)
    assert list(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss", "learning_rate"]


def test_the_bar_of_a_fit_shows_what_history_keeps(data, capsys):
    history = small_model().fit(*data, epochs=2, batch_size=16, validation_split=0.25, verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0::2] == ["Epoch 1/2", "Epoch 2/2"]
    for epoch in (0, 1):
        assert lines[2 * epoch + 1].startswith("2/2 " + "━" * 20 + " 0s ")
        values = [f"{name}: {entries[epoch]:.4f}" for name, entries in history.history.items()]
        assert lines[2 * epoch + 1].endswith(" - ".join(["/step", *values]))


def test_watching_does_not_change_what_is_learned(data, monkeypatch):
    histories = []
    for verbose in (0, 1, 2):
        for watchers in ([], [callbacks.LambdaCallback(on_epoch_begin=print)]):
            model = small_model()
            model.set_weights([np.full(weight.shape, 0.1, "float32") for weight in model.get_weights()])
            with monkeypatch.context() as patch:
                screens.in_terminal(patch)
                history = model.fit(*data, epochs=3, shuffle=False, verbose=verbose, callbacks=watchers)
            histories.append(history.history)
    assert all(history == histories[0] for history in histories)


def test_evaluate_and_predict_draw_a_bar_too(data, capsys):
    model = small_model()
    model.evaluate(*data)
    model.predict(data[0])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("2/2 ━")
    assert "accuracy: " in lines[0]
    assert lines[1].endswith("/step")


def test_validation_is_silent_and_generators_are_counted(data, capsys):
    batches = [(data[0][start : start + 8], data[1][start : start + 8]) for start in range(0, 40, 8)]
    small_model().fit(Stream(batches), epochs=2, validation_data=data, validation_batch_size=4, verbose=2)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["Epoch", "5/5", "Epoch", "5/5"]


class Stream:
    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)


def test_early_stopping_brings_the_best_weights_back(data):
    model = small_model(optimizers.SGD(0.5))
    kept = []
    keep = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: kept.append(model.get_weights()))
    stop = callbacks.EarlyStopping(monitor="loss", mode="max", patience=2, restore_best_weights=True)  # it gets worse
    history = model.fit(*data, epochs=9, verbose=0, callbacks=[stop, keep])
    assert len(history.epoch) == 3
    assert stop.stopped_epoch == 2
    for weight, best in zip(model.get_weights(), kept[0], strict=True):
        np.testing.assert_array_equal(weight, best)
    assert model.evaluate(*data, verbose=0)[0] > history.history["loss"][-1]


def test_a_callback_may_evaluate_the_model(data):
    seen = []

    class Look(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(self.model.evaluate(*data, verbose=0, return_dict=True))

    model = small_model()
    history = model.fit(*data, epochs=2, verbose=0, callbacks=[Look()])
    assert [sorted(each) for each in seen] == [["accuracy", "loss"]] * 2
    assert len(history.history["loss"]) == 2
    assert model.history is history


def test_the_learning_rate_follows_its_callbacks(data):
    model = small_model(optimizers.SGD(1.0))
    scheduler = callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    history = model.fit(*data, epochs=3, verbose=0, callbacks=[scheduler])
    assert history.history["learning_rate"] == [0.5, 0.25, 0.125]
    assert float(model.optimizer.learning_rate) == 0.125


def test_a_schedule_in_the_optimizer_is_not_overwritten(data):
    decay = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    model = small_model(optimizers.SGD(decay))
    before = model.get_weights()
    with pytest.raises(TypeError, match="takes its learning rate from a schedule"):
        model.fit(*data, verbose=0, callbacks=[callbacks.LearningRateScheduler(lambda epoch, rate: 0.1)])
    for weight, old in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, old)


def test_a_loss_that_explodes_ends_the_training(data, capsys):
    x, y = data
    model = Sequential([layers.Input((3,)), layers.Dense(1)])
    model.compile(loss="mse", optimizer=optimizers.SGD(1e20))
    with np.errstate(all="ignore"):
        history = model.fit(x, y, epochs=50, verbose=0, callbacks=[callbacks.TerminateOnNaN()])
    assert len(history.epoch) < 5
    assert "Invalid loss, terminating training" in capsys.readouterr().out


def test_a_trained_model_with_its_history_can_be_copied(data):
    model = small_model("adam")
    model.fit(*data, epochs=2, verbose=0, callbacks=[callbacks.EarlyStopping(monitor="loss")])
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert twin.history.history == model.history.history
        assert twin.history.model is twin
        twin.fit(*data, epochs=1, verbose=0)
        assert len(model.history.history["loss"]) == 2


def test_the_average_of_the_weights_is_in_the_model_only_while_it_is_evaluated(data):
    model = small_model(optimizers.SGD(0.5, use_ema=True, ema_momentum=0.9))
    seen = []
    peek = callbacks.LambdaCallback(
        on_test_begin=lambda logs: seen.append(model.get_weights()[0]),
        on_epoch_end=lambda epoch, logs: seen.append(model.get_weights()[0]),
    )
    swap = callbacks.SwapEMAWeights()
    model.evaluate(*data, verbose=0, callbacks=[swap])  # no average yet: the weights stay what they are
    model.fit(*data, epochs=2, verbose=0, validation_data=data, callbacks=[swap, peek])
    assert not np.allclose(seen[0], seen[1])
    with_average = model.predict(data[0], verbose=0)  # `fit` left it in the model
    zeros = [np.zeros_like(weight) for weight in model.get_weights()]
    model.set_weights(zeros)
    np.testing.assert_array_equal(model.predict(data[0], verbose=0, callbacks=[swap]), with_average)
    assert not any(weight.any() for weight in model.get_weights())


def test_the_average_stays_when_the_training_stops_early(data):
    model = small_model(optimizers.SGD(0.5, use_ema=True, ema_momentum=0.9))
    averages = []
    keep = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: averages.append(model.get_weights()[0]))
    stop = callbacks.EarlyStopping(monitor="loss", mode="max")
    model.fit(*data, epochs=9, verbose=0, callbacks=[stop, callbacks.SwapEMAWeights(swap_on_epoch=True), keep])
    assert len(averages) == 2
    np.testing.assert_array_equal(model.get_weights()[0], averages[-1])


def test_swapping_needs_an_average(data):
    with pytest.raises(ValueError, match=r"SGD\(use_ema=True\)"):
        small_model().fit(*data, verbose=0, callbacks=[callbacks.SwapEMAWeights()])
