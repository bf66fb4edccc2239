"""A training that can be watched, paused, stepped and rewound while the notebook stays alive.

The states, and what leads from one to another::

    idle ──play──▶ running ──(all epochs)──▶ done
                   │  ▲   │──stop──────────▶ stopped
              pause│  │play
                   ▼  │
                  paused           an error, or a loss that is no number ──▶ failed

`reset` leads from every state back to idle, with the initial weights. `step_batch` and `step_epoch` go wherever `play`
may, and end in paused. A stopped run is closed as at the end of `fit`: `play` then starts another one from the trained
weights, as a second `fit` would, for the epochs that are left. In done, `play` does so once `epochs` has been raised.

A call that means nothing in a state does nothing: a double click is harmless. Every public method may be called from
any thread; the model is only touched by the thread that made the session, between two steps.

Lesson: 04.
"""

import time
import warnings
import weakref
from dataclasses import dataclass

import numpy as np

from kerasschool import random
from kerasschool.callbacks import Callback, History
from kerasschool.errors import check_number, check_whole
from kerasschool.live.driver import Driver
from kerasschool.live.pace import HeldInterrupt
from kerasschool.live.recorder import Recorder
from kerasschool.live.snapshot import Snapshot

IDLE, RUNNING, PAUSED, STOPPED, DONE, FAILED = "idle", "running", "paused", "stopped", "done", "failed"
SLICE = 0.03  # seconds of training between two breaths
LONG_EPOCH = 0.5  # seconds; in a shorter one the averages so far are not looked at while it runs: they only flicker
STEPS_BETWEEN_SNAPSHOTS = 256  # at least: so that copying costs little next to training

_owners = weakref.WeakKeyDictionary()  # model → a weak reference to the session that trained it last


@dataclass(frozen=True)
class Progress:
    """Where a run stands.

    Attributes:
        epoch, epochs: finished and planned.
        batch, batches: finished in the running epoch, and per epoch (None while a generator's length is not known).
        step: updates of the weights so far.
        milliseconds_per_step: of computing; None before the first step.
        seconds_left: until all epochs are done, pauses for the front end included; None if not known.
        logs: loss and metrics of the running epoch so far, or of the last one with its validation.
    """

    epoch: int
    epochs: int
    batch: int
    batches: int | None
    step: int
    milliseconds_per_step: float | None
    seconds_left: float | None
    logs: dict


class NotANumberError(ArithmeticError):
    """The loss of a training is NaN or infinite."""


class TrainingSession:
    """One model in training, in the background of a notebook or, with `run()`, in a script.

    Args:
        model: a compiled model.
        x, y: as for `fit`.
        validation_data: `(x, y)` to score after each epoch, or None.
        epochs: how many times all rows are to be seen, in total.
        batch_size: rows per update.
        seed: int; the same seed gives the same run. None draws one.
        stream: a `RandomState` of that seed from which the model's weights were drawn already, to go on with it as a
            program does; None for a new one.
        **fit_arguments: further arguments of `fit`: `callbacks`, `class_weight`, `validation_split`, …

    Attributes:
        state: `"idle"`, `"running"`, `"paused"`, `"stopped"`, `"done"` or `"failed"`.
        error: the exception of a failed run, else None.
        recorder: the `Recorder` with the curves.
        history: the `History`, as `fit` returns it.

    >>> import numpy as np
    >>> from kerasschool import Sequential, layers
    >>> model = Sequential([layers.Input((2,)), layers.Dense(1)])
    >>> model.compile(loss="mse", optimizer="sgd")
    >>> session = TrainingSession(model, np.ones((5, 2)), np.zeros(5), epochs=3, batch_size=2, seed=7)
    >>> session.step_batch()
    >>> session.state, session.progress().batch
    ('paused', 1)
    >>> len(session.run().history["loss"]), session.state
    (3, 'done')
    """

    def __init__(
        self, model, x, y=None, validation_data=None, epochs=1, batch_size=32, seed=None, stream=None, **fit_arguments
    ):
        self.model = model
        self._fit_arguments = {"x": x, "y": y, "validation_data": validation_data, "verbose": 0, **fit_arguments}
        self._callbacks = self._fit_arguments.pop("callbacks", None) or []
        self._epochs = check_whole("epochs", epochs)
        self._batch_size = check_whole("batch_size", batch_size)
        self.seed = int(random.stream().randint(2**31 - 1)) if seed is None else random.check_seed(seed)
        self.recorder = Recorder()
        self._observers = []
        self._driver = Driver(work=self._slice, goes_on=self._is_running, hold=self._pause)
        self._slice_ended = self._chosen_rate = self._initial = self._batches = None
        self._stream = np.random.RandomState(self.seed) if stream is None else stream
        self._start_afresh()
        self._run = self._new_run()  # checks the data and builds the model
        self._initial = self._good = Snapshot(model)
        self._initial_seed, self._initial_stream = self.seed, self._stream.get_state()
        self._claim()

    # What can be set, also while it runs

    @property
    def epochs(self):
        """How many epochs in all; a change counts at once."""
        return self._epochs

    @epochs.setter
    def epochs(self, value):
        self._epochs = check_whole("epochs", value)
        self._driver.post(self._settings_changed)

    @property
    def batch_size(self):
        """Rows per update; a change counts from the next epoch on."""
        return self._batch_size

    @batch_size.setter
    def batch_size(self, value):
        self._batch_size = check_whole("batch_size", value)
        self._driver.post(self._settings_changed)

    @property
    def learning_rate(self):
        """The optimizer's learning rate; a change counts from the next step on, and `reset` keeps it."""
        return float(self.model.optimizer.learning_rate)

    @learning_rate.setter
    def learning_rate(self, value):
        self.model.optimizer.learning_rate = check_number("learning_rate", value, 0)
        self._chosen_rate = value
        self._driver.post(self._changed)

    @property
    def has_schedule(self):
        """True if the optimizer takes its learning rate from a schedule or function, so that it cannot be set."""
        return not isinstance(self.model.optimizer.get_config()["learning_rate"], float)

    @property
    def can_go_on(self):
        """True if `play` and the steps have something to do."""
        return self.state in (IDLE, PAUSED, RUNNING) or (
            self.state in (STOPPED, DONE) and self._epochs_done < self._epochs
        )

    # What can be done, from any thread

    def play(self):
        """Train in the background until all epochs are done; goes on after a pause or a stop.

        Raises:
            RuntimeError: where no event loop runs, as in a plain script: `run()` is for that.
        """
        self._driver.need_loop()
        self._driver.post(self._play)

    def pause(self):
        """Hold after the current step."""
        self._driver.post(self._pause)

    def step_batch(self):
        """Make one update of the weights, then hold."""
        self._driver.post(self._step_batch)

    def step_epoch(self):
        """Train to the end of the current epoch, then hold."""
        self._driver.post(self._step_epoch)

    def stop(self):
        """End the run here, as a callback does with `model.stop_training`: the epoch is closed and validated early."""
        self._driver.post(self._stop)

    def reset(self):
        """Back to the initial weights, a fresh optimizer and the same random numbers: the next run is the same run.

        What was set meanwhile (epochs, batch size, learning rate, seed) stays.
        """
        self._driver.post(self._reset)

    def on_change(self, observer):
        """Call `observer(session)` after every change and every slice of training, in the session's thread.

        Returns:
            A function without arguments that ends it.
        """
        self._observers.append(observer)
        return lambda: self._observers.remove(observer) if observer in self._observers else None

    # Waiting for it

    def run(self):
        """Train to the end before returning: for scripts and tests. Returns the `History`.

        It also returns when a callback or another thread pauses or stops the session.

        Raises:
            Exception: what made the training fail.
        """
        self._driver.run(self._play)
        self._raise_error()
        return self.history

    async def wait(self):
        """Return when the session no longer runs: `await session.wait()` after `play()` or `step_epoch()`.

        Raises:
            Exception: what made the training fail.
        """
        await self._driver.wait()
        self._raise_error()
        return self.history

    def progress(self):
        """Where the run stands: a `Progress`."""
        run = self._run
        epoch, batch, batches = self._epochs_done, 0, self._batches
        if run is not None:
            epoch, batch, batches = run.epoch, run.batch, run.batches
            self._batches = batches
        steps, busy, whole = self._recent
        left = None
        if batches and steps:
            left = max(0, (self._epochs - epoch) * batches - batch) * float(whole / steps)
        per_step = 1000 * float(busy / steps) if steps else None
        return Progress(epoch, self._epochs, batch, batches, self._step, per_step, left, dict(self._logs))

    # What each call means in each state. Runs in the session's thread, between two steps.

    def _play(self):
        if self.can_go_on:
            self._goal = None
            self._begin()

    def _pause(self):
        if self.state == RUNNING:
            self.state = PAUSED
            self._changed()

    def _step_batch(self):
        if self.can_go_on:
            self._goal = "batch"
            self._begin(at_once=True)

    def _step_epoch(self):
        if self.can_go_on:
            self._goal = "epoch"
            self._begin()

    def _stop(self):
        if self.state not in (RUNNING, PAUSED):
            return
        self.state = STOPPED
        if self._step == self._step_at_begin:  # nothing to close
            self._run = None
            self._changed()
        else:
            self.model.stop_training = True
            self._slice(to_the_end=True)

    def _reset(self):
        self._restore(self._initial)
        self._stream = np.random.RandomState(self.seed)
        if self.seed == self._initial_seed:
            self._stream.set_state(self._initial_stream)
        self._start_afresh()
        self._run = self._new_run()
        self._claim()
        self._changed()

    # The machinery

    def _start_afresh(self):
        self.state, self.error = IDLE, None
        self.recorder.clear()
        self.history = History()
        self._run = None
        self._logs = {}
        self._epochs_done = self._step = self._step_at_begin = 0
        self._goal = None
        self._good, self._good_epoch = self._initial, 0
        self._recent = np.zeros(3)  # steps, seconds of computing, seconds in all: fading sums

    def _new_run(self):
        with random.use(self._stream):
            return self.model.training(
                **self._fit_arguments,
                callbacks=[*self._callbacks, self.history, _Watcher(self)],
                epochs=self._epochs,
                batch_size=self._batch_size,
                initial_epoch=self._epochs_done,
            )

    def _restore(self, snapshot):
        snapshot.restore()
        if self._chosen_rate is not None:
            self.model.optimizer.learning_rate = self._chosen_rate

    def _claim(self):
        """One model, one session at a time: take it from the session that had it."""
        owner = _owners.get(self.model)
        other = owner() if owner is not None else None
        if other is not None and other is not self:
            other.pause()
        _owners[self.model] = weakref.ref(self)

    def _settings_changed(self):
        if self._run is not None:
            self._run.epochs = self._epochs
            if self._run.batch == 0:
                self._run.batch_size = self._batch_size
        self._changed()

    def _changed(self):
        for observer in list(self._observers):
            try:
                observer(self)
            except Exception as error:
                self._observers.remove(observer)
                warnings.warn(f"A view of this training failed and was detached: {error!r}", stacklevel=2)

    def _begin(self, at_once=False):
        self._claim()
        if self._run is None:
            try:
                self._run = self._new_run()
            except Exception as error:
                self._fail(error)
                self._changed()
                return
        if self.state not in (RUNNING, PAUSED):
            self._step_at_begin = self._step
        if self.state != RUNNING:
            self._slice_ended, self._epoch_ended = None, time.perf_counter()
            self.state = RUNNING
            self._changed()
        self._driver.start(at_once)

    def _is_running(self):
        return self.state == RUNNING

    def _slice(self, to_the_end=False):
        """Train until it is time to breathe, or until a goal, a command, an interrupt or the end. Only whole steps."""
        run, commands, clock = self._run, self._driver.commands, time.perf_counter
        began, steps, held = clock(), 0, HeldInterrupt()
        deadline = began + SLICE
        self._driver.is_working = True
        try:
            with random.use(self._stream), held, np.errstate(all="ignore"):  # the loss is looked at instead
                for _ in run:
                    steps += 1
                    if to_the_end or (run.batch == 0 and self._is_over()):
                        continue
                    if (self._goal and self._reached_goal()) or commands or held.arrived or clock() > deadline:
                        break
                else:
                    self._finish()
            self._look_at_loss()
        except Exception as error:
            self._fail(error)
        except BaseException:  # a second interrupt: the step was not whole
            self._restore(self._good)
            self._fail(RuntimeError("The training was interrupted in the middle of a step. Reset starts it again."))
            raise
        finally:
            self._driver.is_working = False
            self._measure(began, steps)
        if held.arrived and self.state == RUNNING:
            self.state = PAUSED
        self._changed()
        held.deliver()

    def _is_over(self):
        """True after an epoch if it was the last one: what is left is to close the run."""
        return self._run.epoch >= self._run.epochs or self.model.stop_training

    def _reached_goal(self):
        if self._goal == "batch" or (self._goal == "epoch" and self._run.batch == 0):
            self._goal, self.state = None, PAUSED
            return True
        return False

    def _finish(self):
        self._batches, self._run = self._run.batches, None
        if self.state == RUNNING:
            self.state = DONE

    def _fail(self, error):
        self._run, self.error, self.state = None, error, FAILED
        self.recorder.hide()

    def _look_at_loss(self):
        """Show where the unfinished epoch stands, and fail if it stands nowhere; a short one is left to its end."""
        run = self._run
        is_short = self.state == RUNNING and time.perf_counter() - self._epoch_ended < LONG_EPOCH
        if run is None or run.batch == 0 or is_short:
            return
        self._logs = run.running_logs()
        self._check_loss(self._logs, run.epoch)
        if run.batches:
            self.recorder.show(run.epoch + run.batch / run.batches, _numbers(self._logs))

    def _check_loss(self, logs, epoch):
        if np.isfinite(logs["loss"]):
            return
        self._restore(self._good)
        back = f"at the end of epoch {self._good_epoch}" if self._good_epoch else "before training"
        what = "NaN" if np.isnan(logs["loss"]) else "infinite"
        raise NotANumberError(
            f"The loss became {what} in epoch {epoch + 1}, so training stopped. "
            f"The weights are back to what they were {back}. "
            f"Lower the learning rate (it is {self.learning_rate:g}) or scale the inputs, then Reset."
        )

    def _epoch_begins(self):
        self._run.batch_size = self._batch_size

    def _epoch_ends(self, epoch, logs):
        self._check_loss(logs, epoch)
        self._logs, self._epochs_done = logs, epoch + 1
        self._epoch_ended = time.perf_counter()
        self.recorder.append(epoch + 1, _numbers(logs))
        if int(self.model.optimizer.iterations) - self._good.step >= STEPS_BETWEEN_SNAPSHOTS:
            now = Snapshot(self.model, like=self._good)
            if now.is_finite():
                self._good, self._good_epoch = now, epoch + 1

    def _measure(self, began, steps):
        if not steps:
            return
        now = time.perf_counter()
        whole = now - (began if self._slice_ended is None else self._slice_ended)
        self._step += steps
        self._recent = 0.9 * self._recent + np.array([steps, now - began, whole])
        self._slice_ended = now

    def _raise_error(self):
        if self.error is not None:
            raise self.error


class _Watcher(Callback):
    """Tells the session about epochs."""

    def __init__(self, session):
        super().__init__()
        self._session = session

    def on_epoch_begin(self, epoch, logs=None):
        self._session._epoch_begins()

    def on_epoch_end(self, epoch, logs=None):
        self._session._epoch_ends(epoch, logs)


def _numbers(logs):
    """The logs that are single numbers: what a curve can show."""
    return {name: float(value) for name, value in logs.items() if np.ndim(value) == 0}
