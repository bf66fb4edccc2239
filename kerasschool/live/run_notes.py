"""What a hand did during a training, so that its recipe alone does not tell the whole run.

Lesson: 04.
"""

import time
import weakref

from kerasschool.live.session import DONE, FAILED, IDLE, PAUSED, RUNNING, STOPPED

RATE, BATCH, SECOND_FIT, CUT, FAILURE = "learning_rate", "batch_size", "second_fit", "cut", "failed"
BY_HAND = "by_hand"
WORDS = {
    RATE: "learning rate changed while it trained",
    BATCH: "batch size changed while it trained",
    SECOND_FIT: "a second fit went on from trained weights",
    CUT: "stopped in the middle of an epoch",
    FAILURE: "failed before its end",
    BY_HAND: "model written by hand: its first weights are its own",
}
_known = weakref.WeakKeyDictionary()  # session → its notes


class RunNotes:
    """Watches one `TrainingSession`, from its first step on. Use `RunNotes.of(session)`: each has one.

    Attributes:
        marks: list of what was done by hand, each a key of `WORDS`; empty again after a reset.
        seconds: how long it trained, pauses left out.
        learning_rate, batch_size, epochs: what the run was made with, when it made its first step (`epochs`: its last).

    >>> from kerasschool.live.experiment import Experiment
    >>> session = Experiment().session
    >>> notes = RunNotes.of(session)
    >>> session.step_batch()
    >>> session.learning_rate = 0.5
    >>> notes.marks
    ['learning_rate']
    """

    def __init__(self, session):
        self._state, self._was_inside, self._time = session.state, False, None
        self._begin(session)
        done = session.progress()
        if done.step:  # it began without us: the steps alone are known
            self.seconds, self._step = done.step * done.milliseconds_per_step / 1000, done.step
        session.on_change(self._look)

    @classmethod
    def of(cls, session):
        """The notes of this session; they begin when first asked for."""
        if session not in _known:
            _known[session] = cls(session)
        return _known[session]

    def _begin(self, session):
        self.marks, self.seconds, self._step = [], 0.0, 0
        self._take_settings(session)
        self.epochs = session.epochs

    def _take_settings(self, session):
        self.learning_rate = None if session.has_schedule else float(f"{session.learning_rate:.6g}")
        self.batch_size = session.batch_size

    def _look(self, session):
        now, state, step = time.perf_counter(), session.state, session.progress().step
        if state == IDLE:
            self._begin(session)
        if self._state == RUNNING and self._time is not None:
            self.seconds += now - self._time
        if not step:
            self._take_settings(session)
        elif state == RUNNING or step != self._step:
            self.epochs = session.epochs
        if step and state in (RUNNING, PAUSED):
            self._compare(session)
        if state == RUNNING and self._state in (DONE, STOPPED) and step:
            self._mark(SECOND_FIT)
        if state == STOPPED and self._was_inside:
            self._mark(CUT)
        if state == FAILED:
            self._mark(FAILURE)
        self._was_inside = state in (RUNNING, PAUSED) and session.progress().batch > 0
        self._state, self._time, self._step = state, now, step

    def _compare(self, session):
        if self.learning_rate is not None and float(f"{session.learning_rate:.6g}") != self.learning_rate:
            self._mark(RATE)
        if session.batch_size != self.batch_size:
            self._mark(BATCH)

    def _mark(self, what):
        if what not in self.marks:
            self.marks.append(what)

    def recipe(self, recipe):
        """The recipe with the settings that the run was really made with."""
        compile = recipe.compile
        optimizer = compile["optimizer"]
        given = {"class": optimizer, "arguments": {}} if isinstance(optimizer, str) else optimizer
        if self.learning_rate is not None:
            given["arguments"]["learning_rate"] = self.learning_rate
        return recipe.replace(compile={"optimizer": given}, fit={"epochs": self.epochs, "batch_size": self.batch_size})
