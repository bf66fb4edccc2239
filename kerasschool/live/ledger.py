"""The run ledger: trainings that are kept, to be laid one over another, and to be run again exactly.

A `Run` is a recipe and what came of it. The same recipe gives the same curves to the last digit, so no weights are
kept, and a run fits into one line of text.

Lesson: 09.
"""

import math
from dataclasses import dataclass

from kerasschool.errors import check_whole, message, unknown
from kerasschool.live import run_notes
from kerasschool.live.differences import differences
from kerasschool.live.experiment import Experiment
from kerasschool.live.recipe import Recipe
from kerasschool.live.run_notes import RunNotes
from kerasschool.live.session import DONE, FAILED, STOPPED

MOST = 50  # runs
LONGEST_NAME = 60  # characters


@dataclass(eq=False)
class Run:
    """A training that was kept.

    Attributes:
        number: 1, 2, …, in the order of keeping; the sign of its curves. A number is not used twice.
        name: the reader's own.
        recipe: the `Recipe` it was made by.
        x: list of epochs, and `history` a dictionary, name → list of as many numbers. Of more than 400 epochs some are
            left out, as a chart does not show them.
        seconds: how long it trained.
        marks: list of what was done by hand, keys of `run_notes.WORDS`.
        is_pinned: True if it never makes room for another run.
        is_shown: True if its curves are drawn.
    """

    number: int
    name: str
    recipe: Recipe
    x: list
    history: dict
    seconds: float
    marks: list
    is_pinned: bool = False
    is_shown: bool = True

    @property
    def epochs(self):
        """How many epochs it has."""
        return int(self.x[-1])

    @property
    def is_exact(self):
        """True if its recipe alone gives the same curves again."""
        harmless = set() if self.recipe.fit["early_stopping"] else {run_notes.SECOND_FIT}
        return not set(self.marks) - harmless - {run_notes.FAILURE}

    @property
    def remarks(self):
        """What was done by hand, in words."""
        return [run_notes.WORDS[mark] for mark in self.marks]

    def last(self, name):
        """The last number of a curve, or None where it has none."""
        numbers = [value for value in self.history.get(name, ()) if not math.isnan(value)]
        return numbers[-1] if numbers else None

    def line(self):
        """The line of code that gives the recipe: to be copied into a message, a cell or a mail."""
        return f'Recipe.from_share("{self.recipe.share()}")'

    def rebuild(self, x=None, y=None, validation_data=None):
        """Train again by the recipe, to its last epoch. Returns the `History`.

        Args:
            x, y, validation_data: your own arrays, where the recipe's data are `"own"`.
        """
        return Experiment(self.recipe, x, y, validation_data).session.run()

    def goes_on_from(self, other):
        """True if this is the same run as `other`, perhaps some epochs further on."""
        if self.recipe.replace(locks={}) != other.recipe.replace(locks={}) or self.x[-1] < other.x[-1]:
            return False
        ours, theirs = self._rows(), other._rows()
        both = [epoch for epoch in theirs if epoch in ours]
        return bool(both) and all(ours[epoch] == theirs[epoch] for epoch in both)

    def _rows(self):
        """Epoch → its numbers, those that are none left out (NaN is not equal to itself)."""
        return {
            epoch: {name: values[i] for name, values in self.history.items() if not math.isnan(values[i])}
            for i, epoch in enumerate(self.x)
        }


class Ledger:
    """A bounded list of runs. When it is full, the oldest that is not pinned makes room.

    Args:
        most: how many runs it holds.

    >>> ledger = Ledger()
    >>> experiment = Experiment(Recipe(fit={"epochs": 3}))
    >>> history = experiment.session.run()
    >>> run = ledger.keep(experiment, name="adam")
    >>> run.rebuild().history == run.history == history.history
    True
    >>> experiment.change(compile={"optimizer": "sgd"})
    >>> history = experiment.session.run()
    >>> ledger.differences(ledger.keep(experiment))
    ['optimizer sgd instead of adam']
    """

    def __init__(self, most=MOST):
        self.most = check_whole("most", most)
        self._runs, self._observers, self._count = [], [], 0

    def __len__(self):
        return len(self._runs)

    def __iter__(self):
        return iter(list(self._runs))

    def __getitem__(self, name):
        """The run of this name or number."""
        for run in self._runs:
            if name in (run.name, run.number):
                return run
        raise unknown("run", name, [run.name for run in self._runs])

    def differences(self, run):
        """What differs from the first run that is kept, in words; empty for that run itself."""
        return differences(run.recipe, self._runs[0].recipe)

    # Keeping

    def keep(self, experiment_or_session, name=None):
        """Keep the training as it stands. The same run is kept once: kept again, it only grows.

        Args:
            experiment_or_session: an `Experiment`, a panel on one, or a `TrainingSession`.
            name: what to call it; None for `"Run 3"`.

        Returns:
            The `Run`.

        Raises:
            ValueError: before the first epoch is done; for a model that needs code; when all runs are pinned.
        """
        experiment = getattr(experiment_or_session, "experiment", experiment_or_session)
        if not isinstance(experiment, Experiment):
            experiment = Experiment(session=experiment_or_session)
        run = self._read(experiment)
        for kept in self._runs:
            if run.goes_on_from(kept):
                kept.x, kept.history, kept.seconds, kept.marks = run.x, run.history, run.seconds, run.marks
                if name is not None:
                    self.rename(kept, name)
                self._tell(f"{kept.name} is kept: the same recipe gave the same curves.")
                return kept
        run.name = self._free_name() if name is None else self._checked_name(name)
        gone = self._make_room()
        self._count = run.number
        self._runs.append(run)
        self._tell(f"{run.name} is kept." + (f" {gone.name}, the oldest, made room for it." if gone else ""))
        return run

    def follow(self, experiment):
        """Keep every run of this experiment by itself, once it has ended; one that has, at once.

        Returns:
            A function without arguments that ends it.
        """
        follower = _Follower(self, experiment)
        return follower.leave

    def _read(self, experiment):
        session = experiment.session
        recorder, notes = session.recorder, RunNotes.of(session)
        end = len(recorder) - recorder.has_tip
        if not end:
            raise ValueError("There is nothing to keep yet. A run has at least one finished epoch: train first.")
        by_hand = [run_notes.BY_HAND] if experiment.is_by_hand else []
        history = {name: recorder[name][:end].tolist() for name in recorder.names}
        recipe = notes.recipe(experiment.recipe)
        marks = [*by_hand, *notes.marks]
        return Run(self._count + 1, "", recipe, recorder.x[:end].tolist(), history, notes.seconds, marks)

    def _free_name(self):
        number, taken = self._count + 1, {run.name for run in self._runs}
        while f"Run {number}" in taken:
            number += 1
        return f"Run {number}"

    def _make_room(self):
        """Let the oldest run that is not pinned go, if there is no room."""
        if len(self._runs) < self.most:
            return None
        for run in self._runs:
            if not run.is_pinned:
                self._runs.remove(run)
                return run
        raise ValueError(f"All {self.most} runs are pinned, so none can make room. Unpin or delete one first.")

    # What can be done with a run

    def rename(self, run, name):
        """Give a run another name, which no other run has."""
        run = self._own(run)
        run.name = self._checked_name(name, run)
        self._tell(f"This run is now called {run.name}.")

    def delete(self, run):
        """Take a run out."""
        run = self._own(run)
        self._runs.remove(run)
        self._tell(f"{run.name} is deleted.")

    def pin(self, run, pinned=True):
        """Keep a run whatever comes; `pinned=False` lets it go when room is needed."""
        run = self._own(run)
        run.is_pinned = bool(pinned)
        self._tell(f"{run.name} {'stays, however many runs come' if pinned else 'may make room again'}.")

    def show(self, run, shown=True):
        """Draw the curves of a run, or, with `shown=False`, do not."""
        run = self._own(run)
        run.is_shown = bool(shown)
        self._tell("")

    def _own(self, run):
        run = run if isinstance(run, Run) else self[run]
        if run not in self._runs:
            raise ValueError(f"{run.name} is not in this ledger any more.")
        return run

    def _checked_name(self, name, own=None):
        name = name.strip() if isinstance(name, str) else name
        if not isinstance(name, str) or not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise ValueError(message(f"The name of a run is a text of 1 to {LONGEST_NAME} characters.", name=name))
        if any(run.name == name and run is not own for run in self._runs):
            raise ValueError(message("Another run has this name already.", fix="Choose another one.", name=name))
        return name

    # Files: see `ledger_file`

    def add(self, run):
        """Put in a run that was read from a file, under its own number."""
        self._checked_name(run.name)
        check_whole("number", run.number, self._count + 1)
        self._make_room()
        self._count = run.number
        self._runs.append(run)

    # Who listens

    def on_change(self, observer):
        """Call `observer(ledger, words)` after every change; `words` says what happened, or is empty.

        Returns:
            A function without arguments that ends it.
        """
        self._observers.append(observer)
        return lambda: self._observers.remove(observer) if observer in self._observers else None

    def _tell(self, words):
        for observer in list(self._observers):
            observer(self, words)


class _Follower:
    """Keeps the runs of one experiment when they end, and the one that has ended already."""

    def __init__(self, ledger, experiment):
        self._ledger, self._experiment = ledger, experiment
        self._leave_session = self._session = self._seen = None
        self._leave_experiment = experiment.on_session(self._open)

    def _open(self, session):
        if session is self._session:
            return
        self._close()
        RunNotes.of(session)  # before us: so that its notes are complete when we look
        self._session, self._seen = session, None
        self._leave_session = session.on_change(self._look)
        self._look(session)

    def _look(self, session):
        before, self._seen = self._seen, self._moment(session)
        has_ended = session.state in (DONE, STOPPED, FAILED) and before != self._seen
        if has_ended and self._experiment.has(session) and len(session.recorder) > session.recorder.has_tip:
            try:
                self._ledger.keep(self._experiment)
            except ValueError as error:  # all pinned, or a model that needs code
                self._ledger._tell(f"This run was not kept. {error}")

    @staticmethod
    def _moment(session):
        return session.state, session.progress().step

    def _close(self):
        if self._leave_session is not None:
            self._leave_session()

    def leave(self):
        self._leave_experiment()
        self._close()
