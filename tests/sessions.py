"""A small session to test with, and what to compare."""

import asyncio

import numpy as np

from kerasschool import Sequential, callbacks, layers, random
from kerasschool.live import TrainingSession

FOREVER = 100_000  # epochs
CALLS = ("play", "pause", "step_batch", "step_epoch", "stop", "reset")


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
