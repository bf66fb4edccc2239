"""`TrainingSession`: its states, its repeatability, its threads, and what it does when training goes wrong."""

import asyncio
import copy
import signal
import threading

import numpy as np
import pytest

from kerasschool import Sequential, callbacks, layers, random
from kerasschool.live import TrainingSession
from kerasschool.live import session as session_module

STATES = ("idle", "running", "paused", "stopped", "done", "failed")
FOREVER = 100_000  # epochs


def data(rows=23, seed=0):
    stream = np.random.RandomState(seed)
    x = stream.normal(size=(rows, 3)).astype("float32")
    return x, (x.sum(axis=1) > 0).astype("float32")


def make_model(seed=1, optimizer="adam", extra=()):
    with random.use(np.random.RandomState(seed)):
        model = Sequential([layers.Input((3,)), layers.Dense(4, activation="tanh"), *extra, layers.Dense(1)])
    model.compile(loss="mse", optimizer=optimizer, metrics=["mae"])
    return model


def make_session(model=None, epochs=4, **arguments):
    x, y = data()
    arguments = {"validation_data": data(rows=9, seed=5), "batch_size": 5, "seed": 7, **arguments}
    return TrainingSession(model or make_model(), x, y, epochs=epochs, **arguments)


def curves(session):
    """Everything a learner sees of a run, exactly."""
    recorder = session.recorder
    return {"x": recorder.x.tolist(), **{name: recorder[name].tolist() for name in recorder.names}}


def same_weights(model, weights):
    return all((ours == theirs).all() for ours, theirs in zip(model.get_weights(), weights, strict=True))


def in_loop(coroutine_function):
    """Run the test in an event loop, as in a notebook, and fail if it hangs."""

    def run():
        asyncio.run(asyncio.wait_for(coroutine_function(), 60))

    run.__name__ = coroutine_function.__name__
    return run


async def until(session, condition):
    """Let the session go on until `condition()` holds after one of its changes."""
    reached = asyncio.Event()
    forget = session.on_change(lambda _: reached.set() if condition() else None)
    if not condition():
        await reached.wait()
    forget()


# The states


async def brought_to(state):
    """A session in this state."""
    session = make_session(epochs=FOREVER)
    if state == "running":
        session.play()
    elif state == "paused":
        session.step_batch()
    elif state == "stopped":
        session.step_batch()
        session.stop()
    elif state == "done":
        session.epochs = 2
        session.play()
        await session.wait()
    elif state == "failed":
        session.learning_rate = 1e30
        session.play()
        with pytest.raises(session_module.NotANumberError):
            await session.wait()
    assert session.state == state
    return session


AFTER = {  # what a call leads to at once; step_epoch first runs and then ends in the state of the second table
    "idle": {"play": "running", "step_batch": "paused", "step_epoch": "running"},
    "running": {"pause": "paused", "step_batch": "paused", "stop": "stopped"},
    "paused": {"play": "running", "step_epoch": "running", "stop": "stopped"},
    "stopped": {"play": "running", "step_batch": "paused", "step_epoch": "running"},
    "done": {},
    "failed": {},
}
CALLS = ("play", "pause", "step_batch", "step_epoch", "stop", "reset")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("call", CALLS)
def test_every_call_in_every_state(state, call):
    async def check():
        session = await brought_to(state)
        getattr(session, call)()
        expected = "idle" if call == "reset" else AFTER[state].get(call, state)
        assert session.state == expected
        getattr(session, call)()  # a double click
        if call == "step_epoch" and expected == "running":
            await session.wait()
            assert session.state == "paused" and session.progress().batch == 0
        elif call == "step_batch" and expected == "paused":
            assert session.state == "paused"
        else:
            assert session.state == expected
        session.reset()
        assert (session.state, session.error, len(session.recorder)) == ("idle", None, 0)
        session.epochs = 1
        session.learning_rate = 0.001
        session.play()
        await session.wait()
        assert session.state == "done"

    in_loop(check)()


def test_steps_stop_where_they_say():
    session = make_session(epochs=2)
    session.step_batch()
    session.step_batch()
    now = session.progress()
    assert (now.epoch, now.batch, now.batches, now.step) == (0, 2, 5, 2)
    assert session.recorder.has_tip and session.recorder.x.tolist() == [pytest.approx(0.4)]
    session.step_epoch()
    now = session.progress()
    assert (session.state, now.epoch, now.batch, now.step) == ("paused", 1, 0, 5)
    assert set(now.logs) == {"loss", "mae", "val_loss", "val_mae"}  # the pause leaves no validation undone
    assert not session.recorder.has_tip
    session.step_epoch()
    assert (session.state, session.progress().epoch) == ("done", 2)  # the last step closes the run
    session.step_batch()
    assert session.progress().step == 10


def test_raised_epochs_go_on_and_equal_one_long_run():
    short, long = make_session(epochs=2), make_session(epochs=5)
    short.run()

    short.epochs = 5
    assert short.can_go_on
    short.run()
    long.run()
    assert curves(short) == curves(long)
    assert short.history.history == long.history.history


def test_lowered_epochs_end_a_run():
    session = make_session(epochs=FOREVER)
    session.step_epoch()
    session.step_epoch()
    session.epochs = 1
    session.run()
    assert (session.state, session.progress().epoch) == ("done", 2)


def test_stop_closes_the_epoch_and_play_goes_on():
    calls = []
    watcher = callbacks.LambdaCallback(
        on_train_begin=lambda logs: calls.append("begin"), on_train_end=lambda logs: calls.append("end")
    )
    session = make_session(epochs=3, callbacks=[watcher])
    session.step_epoch()
    session.step_batch()
    session.stop()
    assert calls == ["begin", "end"]
    assert session.recorder.x.tolist() == [1, 2]
    assert len(session.history.history["val_loss"]) == 2
    session.run()
    assert calls == ["begin", "end"] * 2
    assert session.state == "done" and session.recorder.x.tolist() == [1, 2, 3]


def test_stop_before_the_first_step():
    session = make_session(epochs=3)

    async def check():
        session.play()
        session.stop()
        assert session.state == "stopped" and session.progress().step == 0
        session.play()
        await session.wait()
        assert session.state == "done" and session.progress().epoch == 3

    in_loop(check)()


def test_early_stopping_ends_in_done():
    patience = callbacks.EarlyStopping(monitor="loss", min_delta=1e9, patience=1)
    session = make_session(epochs=50, callbacks=[patience])
    session.run()
    assert (session.state, session.progress().epoch) == ("done", 2)
    assert session.can_go_on  # as a second `fit` would


# The same run again


def test_equals_a_plain_fit_bit_by_bit():
    model, other = make_model(), make_model()
    x, y = data()
    np.random.seed(7)
    history = model.fit(x, y, epochs=4, batch_size=5, validation_data=data(rows=9, seed=5), verbose=0)
    session = make_session(other)
    session.run()
    assert session.history.history == history.history
    assert same_weights(other, model.get_weights())
    assert curves(session)["loss"] == history.history["loss"]


def test_reset_gives_the_same_run_however_it_is_cut():
    session = make_session(epochs=4)
    weights = session.model.get_weights()
    session.run()
    first, trained = curves(session), session.model.get_weights()

    async def cut():
        session.reset()
        assert same_weights(session.model, weights)
        session.step_batch()
        session.step_batch()
        session.step_epoch()
        await session.wait()
        session.play()
        await asyncio.sleep(0)
        session.pause()
        session.step_batch()
        session.play()
        await session.wait()

    in_loop(cut)()
    assert curves(session) == first
    assert same_weights(session.model, trained)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
def test_reset_of_a_model_that_was_trained_before(optimizer):
    model = make_model(optimizer=optimizer)
    x, y = data()
    model.fit(x, y, epochs=2, verbose=0)
    session = make_session(model)
    session.run()
    first = curves(session)
    session.reset()
    session.run()
    assert curves(session) == first


def test_reset_rewinds_the_streams_of_layers():
    session = make_session(make_model(extra=[layers.Dropout(0.5, seed=3), layers.Dropout(0.2)]))
    session.run()
    first = curves(session)
    session.reset()
    session.run()
    assert curves(session) == first


def test_an_unbuilt_model_is_built_and_repeatable():
    def session():
        model = Sequential([layers.Dense(4, activation="tanh"), layers.Dense(1)])
        model.compile(loss="mse", optimizer="adam")
        return make_session(model)

    one, two = session(), session()
    one.run()
    np.random.random(3)
    two.run()
    assert curves(one) == curves(two)
    first = curves(one)
    one.reset()
    one.run()
    assert curves(one) == first


def test_another_seed_is_another_run_and_a_reset_uses_it():
    session = make_session(seed=7)
    session.run()
    first = curves(session)
    session.seed = 8
    session.reset()
    session.run()
    second = curves(session)
    assert first != second
    session.seed = 7
    session.reset()
    session.run()
    assert curves(session) == first


def test_two_sessions_side_by_side_equal_two_alone_and_leave_the_global_stream():
    alone = []
    for seed in (7, 8):
        session = make_session(make_model(seed), epochs=6, seed=seed)
        session.run()
        alone.append(curves(session))
    sessions = [make_session(make_model(seed), epochs=6, seed=seed) for seed in (7, 8)]
    before = np.random.get_state()[1].copy()

    async def together():
        for session in sessions:
            session.step_batch()
        for session in sessions:
            session.play()
        await asyncio.gather(*(session.wait() for session in sessions))

    in_loop(together)()
    assert [curves(session) for session in sessions] == alone
    assert (np.random.get_state()[1] == before).all()


def test_two_sessions_share_the_loop_fairly(monkeypatch):
    monkeypatch.setattr(session_module, "SLICE", 0.002)
    sessions = [make_session(make_model(seed), epochs=FOREVER) for seed in (1, 2)]

    async def check():
        for session in sessions:
            session.play()
        await until(sessions[0], lambda: sessions[0].progress().step > 2000)
        steps = [session.progress().step for session in sessions]
        assert min(steps) > 0.3 * max(steps)

    in_loop(check)()


def test_no_seed_draws_one_and_keeps_it():
    np.random.seed(3)
    one = make_session(seed=None)
    np.random.seed(3)
    two = make_session(seed=None)
    assert one.seed == two.seed != make_session(seed=None).seed


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


class Saboteur(callbacks.Callback):
    """Does `action()` after batch `batch` of epoch `epoch`, once."""

    def __init__(self, action, epoch=1, batch=2):
        super().__init__()
        self.action, self.when, self.epoch = action, (epoch, batch), None

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == self.when:
            self.when = None
            self.action()


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


# Threads, loops, observers


def test_calls_from_another_thread():
    async def check():
        session = make_session(epochs=FOREVER)
        weights = session.model.get_weights()
        for call, state in [
            ("play", "running"), ("pause", "paused"), ("play", "running"), ("step_batch", "paused"),
            ("step_epoch", "running"), ("pause", "paused"), ("play", "running"), ("stop", "stopped"), ("reset", "idle"),
        ]:
            await asyncio.to_thread(getattr(session, call))
            await until(session, lambda state=state: session.state == state)
        assert same_weights(session.model, weights)

    in_loop(check)()


def test_settings_from_another_thread():
    session = make_session(epochs=FOREVER)

    def change():
        session.batch_size = 23
        session.learning_rate = 0.5
        session.epochs = session.progress().epoch + 20

    async def check():
        session.play()
        await asyncio.to_thread(change)
        await session.wait()
        assert session.state == "done" and session.progress().batches == 1

    in_loop(check)()


def test_many_threads_that_click_everything():
    session = make_session(epochs=FOREVER)
    session.run_before = copy.deepcopy(session.model.get_weights())

    def click(seed):
        stream = np.random.RandomState(seed)
        for _ in range(60):
            getattr(session, CALLS[stream.randint(len(CALLS))])()

    async def check():
        threads = [threading.Thread(target=click, args=(seed,)) for seed in range(4)]
        session.play()
        for thread in threads:
            thread.start()
        await asyncio.to_thread(lambda: [thread.join() for thread in threads])
        session.reset()
        await session.wait()
        assert (session.state, session.error) == ("idle", None)
        assert same_weights(session.model, session.run_before)

    in_loop(check)()


def test_play_needs_a_loop_and_says_so():
    with pytest.raises(RuntimeError, match="call `run\\(\\)`"):
        make_session().play()


def test_a_session_survives_its_loop():
    session = make_session(epochs=FOREVER)

    async def begin():
        session.play()
        await until(session, lambda: session.progress().step > 3)

    in_loop(begin)()  # the loop ends while it trains
    assert session.state == "paused"
    step = session.progress().step
    session.step_batch()
    assert session.progress().step == step + 1

    async def go_on():
        session.epochs = session.progress().epoch + 2
        session.play()
        await session.wait()

    in_loop(go_on)()
    assert session.state == "done"


def test_a_callback_may_steer_the_session():
    session = make_session(epochs=FOREVER, callbacks=[Saboteur(lambda: session.pause())])
    session.run()
    assert (session.state, session.progress().step) == ("paused", 8)
    session._callbacks[0].when = (2, 0)
    session._callbacks[0].action = lambda: session.reset()
    session.run()
    assert (session.state, session.progress().step) == ("idle", 0)


def test_observers_see_every_state_and_a_broken_one_is_detached():
    session = make_session(epochs=2)
    seen = []
    session.on_change(lambda session: seen.append(session.state))

    def broken(session):
        raise ValueError("broken view")

    session.on_change(broken)
    with pytest.warns(UserWarning, match="broken view"):
        session.run()
    assert seen[0] == "running" and seen[-1] == "done"
    assert session.state == "done"
    forget = session.on_change(broken)
    forget()
    forget()
    session.reset()
    assert seen[-1] == "idle"


def test_a_second_session_takes_the_model():
    model = make_model()
    first = make_session(model, epochs=FOREVER)

    async def check():
        first.play()
        await until(first, lambda: first.progress().step > 0)
        second = make_session(model, epochs=2)
        assert (first.state, second.state) == ("paused", "idle")
        second.play()
        first.play()
        assert (first.state, second.state) == ("running", "paused")
        first.pause()

    in_loop(check)()


def test_history_is_what_fit_returns():
    session = make_session(epochs=2)
    history = session.run()
    assert history is session.history is session.model.history
    assert list(history.history) == ["loss", "mae", "val_loss", "val_mae"]


def test_progress_counts_and_estimates():
    session = make_session(epochs=2)
    now = session.progress()
    assert (now.epoch, now.batch, now.batches, now.step) == (0, 0, 5, 0)
    assert now.milliseconds_per_step is None and now.seconds_left is None and now.logs == {}
    session.step_batch()
    now = session.progress()
    assert now.milliseconds_per_step > 0
    assert now.seconds_left == pytest.approx(9 * now.milliseconds_per_step / 1000, rel=0.5)
    session.run()
    assert session.progress().seconds_left == 0


def test_a_generator_of_unknown_length():
    x, y = data(20)
    session = TrainingSession(make_model(), ((x[i : i + 5], y[i : i + 5]) for i in range(0, 20, 5)), epochs=1)
    session.step_batch()
    assert session.progress().batches is None and len(session.recorder) == 0
    session.run()
    assert session.state == "done" and session.recorder.x.tolist() == [1]
    session.reset()
    with pytest.raises(ValueError, match="can be read only once"):
        session.run()
    assert session.state == "failed"
