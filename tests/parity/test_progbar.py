"""Keras and we print the same: progress bars, compared as a terminal shows them, with a clock set by hand."""

import time

import keras
import numpy as np
import pytest

import kerasschool
from kerasschool.utils import progbar
from tests import screens

pytestmark = pytest.mark.keras

BOTH = (keras, kerasschool)


@pytest.fixture
def clock(monkeypatch):
    clock = screens.Clock()
    monkeypatch.setattr(time, "time", clock.time)
    monkeypatch.setattr(progbar, "time", clock)
    monkeypatch.setattr("kerasschool.callbacks.progbar_logger.time", clock)
    return clock


def lines_of(library, clock, monkeypatch, verbose, epochs, steps, seconds):
    """What a terminal shows after a training with a clock set by hand."""
    with monkeypatch.context() as patch:
        terminal = screens.in_terminal(patch)
        logs = {"accuracy": 0.49624, "loss": 1234.5}
        watchers = library.callbacks.ProgbarLogger()  # Keras's `CallbackList` would call it from a thread
        watchers.set_params({"verbose": verbose, "epochs": epochs, "steps": steps})
        watchers.on_train_begin()
        for epoch in range(epochs):
            watchers.on_epoch_begin(epoch)
            for batch in range(steps or 5):
                clock.now += seconds * (3 if batch == 0 else 1)
                watchers.on_train_batch_end(batch, logs)
            watchers.on_epoch_end(epoch, {**logs, "tiny": 0.001, "val_loss": 0.00012345, "zero": 0.0})
        watchers.on_train_end()
        watchers.on_predict_begin()
        clock.now += seconds
        watchers.on_predict_batch_end(0, {"outputs": np.ones(3)})
        watchers.on_predict_end()
        return screens.shown(terminal.getvalue())


@pytest.mark.parametrize("verbose", [1, 2, "auto"])
@pytest.mark.parametrize(("epochs", "steps"), [(1, 5), (3, 27), (2, None)])
@pytest.mark.parametrize("seconds", [0.00003, 0.01, 1.0, 100.0])
def test_the_same_lines_are_printed(clock, monkeypatch, verbose, epochs, steps, seconds):
    texts = [lines_of(library, clock, monkeypatch, verbose, epochs, steps, seconds) for library in BOTH]
    if verbose == 2:  # Keras does not note the time of the first step then, and counts it
        texts = [[part for part in text.split(" - ") if "/step" not in part] for text in texts]
    assert texts[1] == texts[0]


@pytest.mark.parametrize("options", [{}, {"stateful_metrics": ["b"]}, {"stateless_metrics": ["b"]}])
@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_the_same_bar_in_a_loop_of_ones_own(clock, monkeypatch, options, verbose):
    texts = []
    for library in BOTH:
        with monkeypatch.context() as patch:
            terminal = screens.in_terminal(patch)
            bar = library.utils.Progbar(7, width=11, verbose=verbose, unit_name="row", **options)
            for value in (0.25, 0.5, 4.0):
                clock.now += 0.75
                bar.add(2, [("a", value), ("b", np.float32(value))])
            texts.append(screens.shown(terminal.getvalue()))
            clock.now += 0.75
            bar.add(1, [("a", 3.0), ("b", 2.0)])
            texts.append(screens.shown(terminal.getvalue()))
    assert texts[2:] == texts[:2]
