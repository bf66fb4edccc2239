"""The progress bar: what it shows, how often it draws, and that a saved notebook stays clean."""

import io
import sys

import pytest

from kerasschool import config
from kerasschool.callbacks import CallbackList
from kerasschool.utils import io_utils, progbar
from kerasschool.utils.progbar import Progbar
from tests import screens


@pytest.fixture
def clock(monkeypatch):
    clock = screens.Clock()
    monkeypatch.setattr(progbar, "time", clock)
    monkeypatch.setattr("kerasschool.callbacks.progbar_logger.time", clock)
    return clock


def fit(clock, step_seconds, epochs=2, steps=27, verbose=1, target=None):
    """The calls that `fit` makes; returns how often the logs were asked for."""
    asked = []

    def running_logs():
        asked.append(clock.now)
        return {"accuracy": 0.5, "loss": 0.69}

    watchers = CallbackList(add_progbar=True, verbose=verbose, epochs=epochs, steps=target or steps)
    if target == "unknown":
        watchers.progbar.target = None
    watchers.on_train_begin()
    for epoch in range(epochs):
        watchers.on_epoch_begin(epoch)
        for batch in range(steps):
            clock.now += step_seconds
            watchers.progress(batch, running_logs)
        watchers.on_test_begin()
        for batch in range(3):
            clock.now += step_seconds
            watchers.progress(batch, running_logs)
        watchers.on_test_end({"loss": 0.5})
        watchers.on_epoch_end(epoch, {"accuracy": 0.4962, "loss": 0.6934, "val_loss": 0.0004})
    watchers.on_train_end()
    return len(asked)


BAR = "━" * 20
LINE = "27/27 {bar}0s 1ms/step - accuracy: 0.4962 - loss: 0.6934 - val_loss: 4.0000e-04\n"


def test_a_file_gets_one_plain_line_per_epoch(clock, capsys):
    assert fit(clock, 0.001) == 0
    line = LINE.format(bar=BAR + " ")
    assert capsys.readouterr().out == f"Epoch 1/2\n{line}Epoch 2/2\n{line}"


def test_verbose_2_is_one_line_without_a_bar(clock, capsys):
    assert fit(clock, 0.001, epochs=1, verbose=2) == 0
    assert capsys.readouterr().out == LINE.format(bar="- ").replace("0s 1", "0s - 1")


def test_verbose_0_is_silent(clock, capsys):
    assert fit(clock, 0.001, verbose=0) == 0
    assert capsys.readouterr().out == ""


def test_a_terminal_is_redrawn_every_twentieth_of_a_second(clock, monkeypatch):
    terminal = screens.in_terminal(monkeypatch)
    assert fit(clock, 0.02, epochs=1) == 9  # at the steps 3, 6, … 27
    assert len(terminal.writes) == 10
    assert terminal.writes[0].startswith("\x1b[1m 3/27\x1b[0m \x1b[32m━━\x1b[0m\x1b[37m━━━━")
    assert terminal.writes[1].startswith("\r\x1b[1m 6/27")
    assert screens.shown(terminal.writes[0]) == f" 3/27 {BAR} 0s 20ms/step - accuracy: 0.5000 - loss: 0.6900"
    assert screens.shown(terminal.getvalue()) == (
        f"27/27 {BAR} 1s 22ms/step - accuracy: 0.4962 - loss: 0.6934 - val_loss: 4.0000e-04\n"
    )


def test_a_quick_epoch_is_drawn_once(clock, monkeypatch):
    terminal = screens.in_terminal(monkeypatch)
    assert fit(clock, 0.0001, epochs=3) == 0
    assert len(terminal.writes) == 6
    assert "\r" not in terminal.getvalue()


def test_a_notebook_is_redrawn_five_times_a_second_without_waiting(clock, monkeypatch):
    stream = screens.in_notebook(monkeypatch)
    assert fit(clock, 0.03, epochs=1, steps=100) == 14  # every seventh step
    assert len(stream.writes) == 15
    assert stream.flushes == 0
    assert "\b" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


def test_text_that_is_captured_in_a_notebook_gets_no_redrawing(clock, monkeypatch):
    screens.in_notebook(monkeypatch)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    fit(clock, 0.01, epochs=1, steps=100)
    assert sys.stdout.getvalue().count("━" * 20) == 1
    assert "\x1b" not in sys.stdout.getvalue()


def test_a_shorter_line_covers_the_longer_one(clock, monkeypatch):
    terminal = screens.in_terminal(monkeypatch)
    bar = Progbar(10, stateless_metrics=())
    clock.now += 1
    bar.update(1, [("a_long_name", 12345.0)])
    clock.now += 1
    bar.update(2, [("a_long_name", 1.0)])
    assert screens.shown(terminal.getvalue()).endswith("a_long_name: 1.0000")
    assert "123" not in screens.shown(terminal.getvalue())


def test_the_number_of_steps_of_a_generator_is_found_out(clock, capsys):
    fit(clock, 0.001, epochs=2, steps=27, target="unknown")
    text = capsys.readouterr().out
    assert text.count("27/27 ━") == 2


def test_an_unknown_target_is_shown_as_such(clock, monkeypatch):
    terminal = screens.in_terminal(monkeypatch)
    bar = Progbar(None)
    clock.now += 2
    bar.update(5, [("loss", 1.0)])
    assert screens.shown(terminal.getvalue()) == "      5/Unknown 2s 400ms/step - loss: 1.0000"


@pytest.mark.parametrize(
    ("seconds", "shows"),
    [(0.5, "49s 500ms/step"), (1, "1:39 1s/step"), (60, "1:39:00 60s/step"), (5e-6, "0s 5us/step")],
)
def test_the_remaining_time(clock, monkeypatch, seconds, shows):
    terminal = screens.in_terminal(monkeypatch)
    bar = Progbar(100, interval=0)
    clock.now += seconds
    bar.update(1)
    assert shows in screens.shown(terminal.getvalue())


def test_the_first_step_does_not_count_in_the_estimate(clock, monkeypatch):
    terminal = screens.in_terminal(monkeypatch)
    bar = Progbar(10, interval=0)
    for step, seconds in enumerate([5, 0.1, 0.1]):
        clock.now += seconds
        bar.update(step + 1)
    assert screens.shown(terminal.getvalue()).endswith("100ms/step")


def test_values_are_averaged_or_shown_as_they_are(clock, monkeypatch):
    terminal = screens.in_terminal(monkeypatch)
    bar = Progbar(10, interval=0, stateful_metrics=["last"])
    bar.update(1, [("mean", 1.0), ("last", 1.0)])
    bar.add(3, [("mean", 2.0), ("last", 2.0)])
    assert screens.shown(terminal.getvalue()).endswith("mean: 1.7500 - last: 2.0000")
    with pytest.raises(ValueError, match="not both"):
        Progbar(10, stateful_metrics=["a"], stateless_metrics=["b"])


def test_a_log_gets_one_plain_line_per_epoch(clock, monkeypatch, caplog):
    terminal = screens.in_terminal(monkeypatch)
    config.disable_interactive_logging()
    try:
        with caplog.at_level("INFO", "kerasschool"):
            fit(clock, 0.1, epochs=1, steps=5)
    finally:
        config.enable_interactive_logging()
    assert terminal.writes == []
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith(f"5/5 {BAR} 1s ")


def test_a_console_without_the_line_character_gets_another(clock, monkeypatch):
    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="")
    monkeypatch.setattr(sys, "stdout", console)
    Progbar(2).update(2)
    assert console.buffer.getvalue().startswith(b"2/2 " + b"=" * 20)


def test_where_text_appears(monkeypatch):
    assert not io_utils.in_notebook()
    assert not io_utils.in_terminal()
    with monkeypatch.context() as patch:
        screens.in_terminal(patch)
        assert io_utils.in_terminal()
        assert not io_utils.in_notebook()
    screens.in_notebook(monkeypatch)
    assert io_utils.in_notebook()
