"""What each callback decides, shown with a stand-in model that does not learn."""

import copy
import json
import logging
import pickle

import numpy as np
import pytest

from kerasschool import callbacks, config
from kerasschool.callbacks.model_checkpoint import BatchCounter
from tests.stand_in import StandInModel, run

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


# BackupAndRestore


class BackedUpModel(StandInModel):
    """Saves its weight, the number of the last epoch, as text."""

    def __init__(self):
        super().__init__()
        self.optimizer.built = True
        self._initial_epoch = None

    def save_weights(self, path, overwrite=True):
        with open(path, "w") as file:
            file.write(str(self.weights[0][0]))

    def load_weights(self, path):
        with open(path) as file:
            self.weights = [np.array([float(file.read())])]


class Crash(callbacks.Callback):
    """The power fails before one of the epochs."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise KeyboardInterrupt


def crash(backup, epoch, model):
    with pytest.raises(KeyboardInterrupt):
        run([backup, Crash(epoch)], [1] * 9, model=model)


def begin(backup, model):
    backup.set_model(model)
    backup.on_train_begin()
    return model._initial_epoch


def test_backup_goes_on_where_the_training_was(tmp_path):
    path = tmp_path / "backup"
    crash(callbacks.BackupAndRestore(path), 3, BackedUpModel())
    assert sorted(each.name for each in path.iterdir()) == ["latest.weights.h5", "training_metadata.json"]
    assert json.loads((path / "training_metadata.json").read_text()) == {"epoch": 3, "batch": 0}
    model, backup = BackedUpModel(), callbacks.BackupAndRestore(path)
    assert begin(backup, model) == 3
    assert model.weights[0].tolist() == [2.0]
    backup.on_epoch_begin(3)
    assert model._initial_epoch is None
    backup.on_epoch_end(3)
    assert json.loads((path / "training_metadata.json").read_text())["epoch"] == 4
    backup.on_train_end()
    assert not path.exists()
    assert begin(callbacks.BackupAndRestore(path), BackedUpModel()) == 0


def test_backup_can_be_kept_and_doubled(tmp_path):
    backup = callbacks.BackupAndRestore(tmp_path, double_checkpoint=True, delete_checkpoint=False)
    run(backup, [1, 1, 1], model=BackedUpModel())
    (tmp_path / "latest.weights.h5").write_text("damaged")
    model = BackedUpModel()
    assert begin(callbacks.BackupAndRestore(tmp_path), model) == 2
    assert model.weights[0].tolist() == [1.0]
    (tmp_path / "training_metadata.json").write_text("{")
    assert begin(callbacks.BackupAndRestore(tmp_path), BackedUpModel()) == 2


def test_backup_between_epochs(tmp_path):
    backup = callbacks.BackupAndRestore(tmp_path, save_freq=3)
    watchers = callbacks.CallbackList([backup], model=BackedUpModel())
    watchers.on_train_begin()
    found = []
    for epoch in range(2):
        watchers.on_epoch_begin(epoch)
        for batch in range(4):
            watchers.on_train_batch_end(batch)
            state = tmp_path / "training_metadata.json"
            found.append(json.loads(state.read_text()) if state.exists() else None)
        watchers.on_epoch_end(epoch)
    assert found == [None, None, *[{"epoch": 0, "batch": 2}] * 3, *[{"epoch": 1, "batch": 1}] * 3]


def test_an_unbuilt_model_has_nothing_to_restore(tmp_path):
    model = BackedUpModel()
    model.built = False
    with pytest.raises(ValueError, match="a model whose weights exist"):
        begin(callbacks.BackupAndRestore(tmp_path), model)


@pytest.mark.parametrize("text", ["{", "[]", '{"epoch": -1}', '{"epoch": "1"}', '{"epoch": 1.5}', "{}"])
def test_a_damaged_backup_is_refused(tmp_path, text):
    (tmp_path / "training_metadata.json").write_text(text)
    model = BackedUpModel()
    with pytest.raises(ValueError, match="The backup is damaged"):
        begin(callbacks.BackupAndRestore(tmp_path), model)
    assert model._initial_epoch is None


def test_backup_checks_its_arguments():
    with pytest.raises(ValueError, match="`backup_dir` must be"):
        callbacks.BackupAndRestore("")
    with pytest.raises(ValueError, match="`save_freq` must be"):
        callbacks.BackupAndRestore("backup", save_freq="batch")
