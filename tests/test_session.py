"""`TrainingSession`: its states, and the same run again."""

import asyncio

import numpy as np
import pytest

from kerasschool import Sequential, callbacks, layers
from kerasschool.live import session as session_module
from tests.sessions import CALLS, FOREVER, curves, data, in_loop, make_model, make_session, same_weights, until

STATES = ("idle", "running", "paused", "stopped", "done", "failed")

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
