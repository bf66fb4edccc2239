"""What the panels of steps 5 and 6 share: a model to ask, in training here or written and trained by hand."""

import time

import numpy as np

from kerasschool.errors import message
from kerasschool.live.experiment import Experiment
from kerasschool.live.meaning import Names, as_numbers, own_rows
from kerasschool.live.pace import Clock
from kerasschool.live.recipe_data import Rows
from kerasschool.live.session import RUNNING
from kerasschool.panels.on_experiment import ExperimentPanel, as_experiment

SHARE_OF_TIME = 20  # a look takes at most one part in so many of a training's time
HERTZ = 3  # at most so many looks per second at a model in training


def as_looked_at(start, x, y, validation_data, scaling, feature_names, target_names):
    """The experiment that a panel looks at; a model by hand stays as it is, Keras's too.

    Args:
        scaling: `(mean, spread)` of the training rows if the arrays are in the data's own units, or None.
    """
    if not hasattr(start, "predict") or isinstance(start, type):
        return as_experiment(start, x, y, validation_data)
    if x is None or y is None:
        raise ValueError(message("A model by hand needs rows.", "Pass `x` and `y`, as for `evaluate`.", x=x, y=y))
    x, y, validation_data, found = own_rows(x, y, validation_data)
    names = Names(tuple(feature_names) or found.features, found.target, tuple(target_names) or found.classes)
    rows = Rows(x, y, validation_data)
    if scaling is not None:
        mean, spread = scaling_of(scaling, x)
        rows = Rows((x - mean) / spread, y, None, mean, spread)
        if validation_data is not None:
            rows = Rows(rows.x, y, (rows.scale(validation_data[0]), validation_data[1]), mean, spread)
    return Experiment(model=start, rows=rows, names=names, validation_data=rows.validation_data)


def scaling_of(scaling, x):
    """`(mean, spread)` as arrays that fit the rows, or the error that says what they are."""
    try:
        mean, spread = (as_numbers("scaling", np.asarray(each, float)) for each in scaling)
        np.broadcast_shapes(mean.shape, spread.shape, x.shape[1:])
    except (TypeError, ValueError):
        expected = "They are what the training rows were scaled with: one number per input."
        raise ValueError(message("`scaling` must be `(mean, spread)`.", expected, scaling=scaling)) from None
    return mean, np.where(spread == 0, 1, spread)


class ModelPanel(ExperimentPanel):
    """The base of panels that ask a model. A subclass defines `update()`, which shows what the model says now."""

    style_sheets = ("panel.css", "charts.css", "rows.css", "asking.css")
    _leave_training = _leave_sessions = None  # here, for `close` comes also when the arguments were refused

    def __init__(self, start, x, y, validation_data, scaling, feature_names, target_names):
        super().__init__(as_looked_at(start, x, y, validation_data, scaling, feature_names, target_names))
        self.is_by_hand = self.experiment.is_only_looked_at
        self._session, self._seen, self._clock = None, None, Clock(HERTZ)

    def begin(self):
        super().begin()
        self._leave_sessions = self.experiment.on_session(self._watch)

    def update(self):
        """Show what the model says now."""
        raise NotImplementedError

    def follow(self, changed):
        if changed:
            self.say("")
        self.attempt(self.update)

    def _watch(self, session):
        """Follow this training from now on."""
        if self._leave_training is not None:
            self._leave_training()
        self._session, self._leave_training = session, session.on_change(self._moved)

    def _moved(self, session):
        if not self.is_awake or not self.experiment.has(session):
            return
        is_new = (session.state, session.progress().step) != self._seen
        if session.state != RUNNING and is_new:
            self._seen = session.state, session.progress().step
            self.attempt(self.update)
            self.refresh_picture_soon()
        elif session.state == RUNNING and self._clock.is_due():
            began = time.perf_counter()
            self.attempt(self.update)
            took = time.perf_counter() - began  # many rows take long: the training has the right of way
            self._clock.next = max(self._clock.next, began + SHARE_OF_TIME * took)

    @property
    def steps(self):
        """How many updates the model has had, or None if nobody counted."""
        if self._session is not None and self.experiment.has(self._session) and self.experiment.is_trained:
            return self._session.progress().step
        optimizer = getattr(self.model, "optimizer", None)
        try:
            return int(np.asarray(optimizer.iterations))
        except (AttributeError, TypeError, ValueError):
            return None

    @property
    def is_mid_epoch(self):
        """True while an epoch of its training is under way."""
        session = self._session
        return session is not None and self.experiment.has(session) and session.progress().batch > 0

    def about_training(self):
        """A sentence if the model looks untrained, else `""`."""
        if self.steps == 0:
            return "This model has made no training step: unless its weights were loaded, these are only guesses."
        return ""

    def close(self):
        """Take the panel off the page."""
        for name in ("_leave_training", "_leave_sessions"):  # not there in a panel that was refused half-made
            if getattr(self, name, None) is not None:
                getattr(self, name)()
        super().close()
