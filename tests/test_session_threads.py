"""`TrainingSession`: threads, event loops, observers, progress."""

import asyncio
import threading

import numpy as np
import pytest

from kerasschool.live import TrainingSession
from tests.sessions import CALLS, FOREVER, Saboteur, data, in_loop, make_model, make_session, same_weights, until

# Threads, loops, observers


def test_calls_from_another_thread():
    async def check():
        session = make_session(epochs=FOREVER)
        weights = session.model.get_weights()
        for call, state in [
            ("play", "running"),
            ("pause", "paused"),
            ("play", "running"),
            ("step_batch", "paused"),
            ("step_epoch", "epoch over"),
            ("play", "running"),
            ("stop", "stopped"),
            ("reset", "idle"),
        ]:
            await asyncio.to_thread(getattr(session, call))
            if state == "epoch over":  # it may run for less than the blink between two looks
                await until(session, lambda: session.state == "paused" and session.progress().batch == 0)
            else:
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
    weights = session.model.get_weights()

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
        assert same_weights(session.model, weights)

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
