"""What the panels of the six steps share: one experiment, its code, and a teacher's locks."""

import html

import ipywidgets

from kerasschool.errors import message, unknown
from kerasschool.live.experiment import Experiment
from kerasschool.live.meaning import own_rows
from kerasschool.live.recipe import PARTS, Recipe
from kerasschool.live.recipe_check import LOCKS
from kerasschool.panels.base import Panel


def as_experiment(start=None, x=None, y=None, validation_data=None):
    """The experiment that a panel is opened on.

    Args:
        start: a `Recipe`, a share string, an `Experiment`, another panel (both then work on the same experiment), a
            model, or None for the first experiment of the course.
        x, y, validation_data: your own rows as `meaning.own_rows` reads them, or None.

    Raises:
        TypeError, ValueError: for what is none of these, before anything has changed.
    """
    if isinstance(start, type):
        raise TypeError(message("A panel opens on a model, not on its class.", "Make one first.", start=start))
    start = getattr(start, "experiment", start)
    own = None
    if x is not None:
        own = own_rows(x, y, validation_data)
    elif y is not None or validation_data is not None:
        raise ValueError(message("There are labels, but no rows.", "Pass `x`: one row per label.", x=x))
    if isinstance(start, Experiment):
        if own is not None:
            start.use(*own)
        return start
    if hasattr(start, "layers") and hasattr(start, "summary"):
        experiment = Experiment.from_model(start, *(own or (None,))[:3])
        experiment.names = own and own[3]
        return experiment
    if isinstance(start, str):
        start = Recipe.from_share(start)
    if start is not None and not isinstance(start, Recipe):
        raise TypeError(
            message("A panel opens on a recipe.", "Expected a Recipe, a share string, a model or a panel.", start=start)
        )
    experiment = Experiment(start)
    if own is not None:
        experiment.use(*own)
    return experiment


class ExperimentPanel(Panel):
    """The base of the panels that show and change an experiment.

    A subclass calls `super().__init__(start, …)`, makes its widgets, names those that a teacher may lock in
    `self.controls`, calls `lay_out`, and at the end `self.begin()`. It defines `follow(changed)`, which sets all its
    widgets from `self.recipe`, and `step`, the name of its lines in `recipe.step_code`.

    Clicks go one way: a control calls `self.change(…)`, the recipe accepts or refuses, and `follow` shows what holds.
    """

    step = None

    def __init__(self, start=None, x=None, y=None, validation_data=None):
        self.experiment = as_experiment(start, x, y, validation_data)
        self.controls, self._locked = {}, set()
        self.is_awake, self._missed = True, set()
        super().__init__()
        self.code_view = ipywidgets.HTML()
        self.code_view.add_class("ks-code")

    def begin(self):
        """Show the recipe, and follow its changes from now on."""
        self.follow(set(PARTS))
        self._after()
        self._leave = self.experiment.on_change(self._follow)

    def follow(self, changed):
        """Set the widgets from `self.recipe`.

        Args:
            changed: names of the recipe's parts that are new.
        """
        raise NotImplementedError

    def _follow(self, experiment, changed):
        if not self.is_awake:
            self._missed |= changed
            return
        self.follow(changed)
        self._after()
        self.refresh_picture_soon()

    def sleep(self):
        """Nobody sees the panel for now: it follows nothing until `wake`. What it observes besides asks `is_awake`."""
        self.is_awake = False

    def wake(self):
        """It is seen again, and shows what has changed meanwhile."""
        if not self.is_awake:
            self.is_awake, missed, self._missed = True, self._missed, set()
            self._follow(self.experiment, missed)

    def _after(self):
        self.code_view.value = code_html(self.code())
        self._apply_locks()

    # From code

    @classmethod
    def from_model(cls, model, x=None, y=None, validation_data=None, **parts):
        """The panel of a model written by hand: kerasschool's, or Keras's own `Sequential`.

        Args:
            model: built, or with an `Input`.
            x, y, validation_data: the arrays that it trains on, scaled already; or None.
            **parts: further parts of the recipe, such as `fit={"epochs": 20}`.
        """
        return cls(Experiment.from_model(model, x, y, validation_data, **parts))

    @property
    def recipe(self):
        """The `Recipe` that the panel shows; assigning one shows that."""
        return self.experiment.recipe

    @recipe.setter
    def recipe(self, recipe):
        self.experiment.recipe = recipe

    @property
    def model(self):
        return self.experiment.model

    def set(self, **parts):
        """Set parts of the recipe, as `Recipe.replace` does: the starting point for a class. Returns the panel."""
        self.experiment.change(**parts)
        return self

    def code(self, engine="kerasschool"):
        """The Keras code that the panel stands for.

        Args:
            engine: `"kerasschool"`, or `"keras"` for Keras 3; only the import of a whole program differs.
        """
        return self.recipe.code(engine) if self.step is None else self.recipe.step_code(self.step)

    # Clicks

    def change(self, **parts):
        """Do what a click asked for; what the recipe refuses becomes the panel's message, and the controls go back."""
        if self.attempt(lambda: self.experiment.change(**parts)):
            return True
        self.follow(set(PARTS))
        return False

    # A teacher's locks

    def lock(self, *names, state="frozen"):
        """Take controls out of the learner's hands; `set` still changes them. The locks travel in the recipe.

        Args:
            names: names of controls, see `panel.controls`; none for all of them.
            state: `"frozen"` shows them pale, `"hidden"` not at all.

        Returns:
            The panel.
        """
        if state not in LOCKS:
            raise ValueError(message(f"`state` must be one of {', '.join(LOCKS)}.", state=state))
        self._lock(names, state)
        return self

    def unlock(self, *names):
        """Give controls back; none means all. Returns the panel."""
        self._lock(names, None)
        return self

    @property
    def lockable(self):
        """The names that `lock` takes."""
        return list(self.controls)

    def _lock(self, names, state):
        known = self.lockable
        for name in names:
            if name not in known:
                raise unknown("control", name, known)
        locks = {**self.recipe.locks, **dict.fromkeys(names or known, state)}
        self.experiment.change(locks={name: each for name, each in locks.items() if each is not None})

    def _apply_locks(self):
        locks = self.experiment.locks
        for name, control in self.controls.items():
            state = locks.get(name)
            widget = getattr(control, "widget", control)
            if hasattr(control, "disabled") and (state or name in self._locked):
                control.disabled = state is not None
            (widget.add_class if state == "hidden" else widget.remove_class)("ks-hidden")
        self._locked = set(locks)  # what is not ours to lock may be disabled for a reason of its own

    def close(self):
        """Take the panel off the page."""
        if getattr(self, "_leave", None) is not None:
            self._leave()
        super().close()


def code_html(code):
    """Code as HTML that a reader can select and copy."""
    return f'<pre tabindex="0" aria-label="Code" data-lm-suppress-shortcuts="true">{html.escape(code)}</pre>'
