"""`TrainingSession`: settings while it runs, and what it does when training goes wrong."""

import signal

import numpy as np
import pytest

from kerasschool import Sequential, callbacks, layers
from kerasschool.live import TrainingSession
from kerasschool.live import session as session_module
from tests.sessions import FOREVER, Saboteur, curves, data, in_loop, make_model, make_session, same_weights


@pytest.fixture(autouse=True)
def interrupts_are_heard():
    """A process that was started in the background ignores SIGINT; these tests need Python's own way with it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


# Settings while it runs


def test_learning_rate_counts_from_the_next_step_and_outlives_reset():
    session = make_session(epochs=2)
    session.step_batch()
    session.learning_rate = 0.0
    weights = session.model.get_weights()
    session.step_batch()
    assert same_weights(session.model, weights)
    session.reset()
    assert session.learning_rate == 0.0
    assert not same_weights(session.model, weights)


def test_reset_takes_back_what_a_callback_did_to_the_learning_rate():
    plateau = callbacks.ReduceLROnPlateau(monitor="loss", min_delta=1e9, patience=1)
    session = make_session(epochs=6, callbacks=[plateau])
    session.run()
    first = curves(session)
    assert session.learning_rate < 0.001
    session.reset()
    assert session.learning_rate == pytest.approx(0.001)
    session.run()
    assert curves(session) == first


def test_batch_size_counts_from_the_next_epoch():
    session = make_session(epochs=FOREVER)
    session.step_batch()
    session.batch_size = 23
    assert session.progress().batches == 5
    session.step_epoch()
    assert session.progress().step == 5
    session.step_epoch()
    assert session.progress().step == 6
    session.batch_size = 1
    assert session.progress().batches == 23


def test_schedule():
    from kerasschool import optimizers

    schedule = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    session = make_session(make_model(optimizer=optimizers.SGD(schedule)))
    assert session.has_schedule and session.learning_rate == pytest.approx(0.1)
    with pytest.raises(TypeError, match="schedule"):
        session.learning_rate = 0.2
    session.run()
    assert session.learning_rate < 0.1
    first = curves(session)
    session.reset()
    session.run()
    assert curves(session) == first
    assert not make_session().has_schedule


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("epochs", 0, "`epochs` must be a positive whole number"),
        ("epochs", 2.5, "`epochs` must be a positive whole number"),
        ("batch_size", -1, "`batch_size` must be a positive whole number"),
        ("batch_size", "10", "`batch_size` must be a positive whole number"),
        ("learning_rate", -0.1, "`learning_rate` must be a number, 0 or more"),
        ("learning_rate", float("nan"), "`learning_rate` must be a number, 0 or more"),
    ],
)
def test_bad_settings_teach_and_change_nothing(name, value, words):
    session = make_session()
    before = getattr(session, name)
    with pytest.raises(ValueError, match=words):
        setattr(session, name, value)
    assert getattr(session, name) == before


def test_bad_data_is_refused_at_once():
    x, y = data()
    with pytest.raises(ValueError, match="same number of rows"):
        TrainingSession(make_model(), x, y[:-1], epochs=1)
    with pytest.raises(ValueError, match="`epochs` must be a positive whole number"):
        TrainingSession(make_model(), x, y, epochs=0)
    with pytest.raises(ValueError, match="`fit` needs a loss"):
        TrainingSession(Sequential([layers.Input((3,)), layers.Dense(1)]), x, y)


# When training goes wrong


def test_nan_stops_and_the_last_good_weights_come_back(monkeypatch):
    monkeypatch.setattr(session_module, "STEPS_BETWEEN_SNAPSHOTS", 1)
    session = make_session(make_model(optimizer="sgd"), epochs=9)
    session.step_epoch()
    session.step_epoch()
    weights, slots = session.model.get_weights(), [v.numpy() for v in session.model.optimizer.variables]
    session.learning_rate = 1e30
    with pytest.raises(session_module.NotANumberError, match="became (NaN|infinite) in epoch 3.*end of epoch 2.*1e.30"):
        session.run()
    assert session.state == "failed"
    assert same_weights(session.model, weights)
    assert int(session.model.optimizer.iterations) == slots[0]
    assert session.recorder.x.tolist() == [1, 2]
    assert np.isfinite(session.recorder["loss"]).all()
    session.learning_rate = 0.01
    session.reset()
    session.run()
    assert session.state == "done" and len(session.recorder) == 9


def test_nan_in_the_first_epoch_restores_the_initial_weights():
    model = make_model(optimizer="sgd")
    weights = model.get_weights()
    session = make_session(model, epochs=3)
    session.learning_rate = 1e30
    with pytest.raises(session_module.NotANumberError, match="before training"):
        session.run()
    assert same_weights(model, weights)


def fail():
    raise ZeroDivisionError("made to fail")


def test_an_exception_reaches_error_and_the_session_stays_usable():
    clean = make_session(callbacks=[Saboteur(lambda: None)])
    clean.run()
    session = make_session(callbacks=[Saboteur(fail)])

    async def check():
        session.play()
        with pytest.raises(ZeroDivisionError, match="made to fail"):
            await session.wait()
        assert session.state == "failed" and isinstance(session.error, ZeroDivisionError)
        assert session.recorder.x.tolist() == [1]
        session.reset()
        session.play()
        await session.wait()

    in_loop(check)()
    assert session.error is None
    assert curves(session) == curves(clean)


def test_an_interrupt_waits_for_the_whole_step():
    clean = make_session(callbacks=[Saboteur(lambda: None)])
    clean.run()
    session = make_session(callbacks=[Saboteur(lambda: signal.raise_signal(signal.SIGINT))])
    with pytest.raises(KeyboardInterrupt):
        session.run()
    now = session.progress()
    assert (session.state, now.epoch, now.batch) == ("paused", 1, 3)
    assert int(session.model.optimizer.iterations) == now.step == 8
    session.run()
    assert curves(session) == curves(clean)


def test_a_second_interrupt_does_not_wait():
    def twice():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    session = make_session(callbacks=[Saboteur(twice)])
    with pytest.raises(KeyboardInterrupt):
        session.run()
    assert session.state == "failed" and "middle of a step" in str(session.error)
    session.reset()
    session.run()
    assert session.state == "done"


def test_an_interrupt_pauses_a_background_training():
    """An idle kernel ignores interrupts; a session that trains in it does not."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        session = make_session(epochs=FOREVER, callbacks=[Saboteur(lambda: signal.raise_signal(signal.SIGINT))])

        async def check():
            session.play()
            await session.wait()

        in_loop(check)()
        assert session.state == "paused" and session.progress().step == 8
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
