"""The six steps on one rail: data, layers, compile, train, evaluate, predict. Lesson 00."""

import textwrap

import ipywidgets

from kerasschool import plots
from kerasschool.errors import unknown
from kerasschool.live import session as training
from kerasschool.live.meaning import NUMBERS, meaning_of
from kerasschool.live.steps import DONE, NAMES, PREDICT, STALE, TODO, WRONG, Steps, number_word, predict
from kerasschool.panels.base import row
from kerasschool.panels.compile import Compile
from kerasschool.panels.data import Data
from kerasschool.panels.evaluate import Evaluate
from kerasschool.panels.layers import Layers
from kerasschool.panels.on_experiment import ExperimentPanel
from kerasschool.panels.predict import Predict
from kerasschool.panels.train import Train
from kerasschool.views.rail import Rail

PANELS = dict(zip(NAMES, (Data, Layers, Compile, Train, Evaluate, Predict), strict=True))
TAB = "tab_"  # a tab is locked by this and the name of its step
ENGINES = {"kerasschool": "kerasschool", "Keras 3": "keras"}
TIPS = {
    "data": "Step 1: what the model learns from. Go on to the layers when the rows are as you want them.",
    "layers": "Step 2: what the numbers pass through on their way from input to answer.",
    "compile": "Step 3: how wrong is measured, and how the weights follow.",
    "train": "Step 4: Play, and watch the loss fall. You may go to other steps meanwhile.",
    "evaluate": "Step 5: how good is it on rows that it has never seen?",
    "predict": "Step 6: ask the model about one row.",
}
ENDED = (training.DONE, training.STOPPED, training.FAILED)  # states of a training
SIGNS = {TODO: "○", DONE: "✓", STALE: "!", WRONG: "✗"}
COLOURS = {TODO: "#5c5c5c", DONE: "#1b7f3b", STALE: "#8a5200", WRONG: "#b3261e"}


class SixSteps(ExperimentPanel):
    """Walk the six steps in their order, on one experiment: each edit is seen by all steps.

    The rail says what every step has produced, and marks what is stale: layers edited after compile, a model that was
    scored and then trained on, a second fit that goes on from trained weights. Below stands the whole program.

    Args:
        start: a `Recipe`, a share string, an `Experiment`, another panel (both then work on the same experiment), a
            model, or None for the first experiment of the course.
        x, y, validation_data: your own arrays, or None.
        step: which step is open: `"data"`, `"layers"`, `"compile"`, `"train"`, `"evaluate"` or `"predict"`.

    Open it by naming it in the last line of a cell::

        from kerasschool.panels import SixSteps

        panel = SixSteps()
        panel

    In code: `panel.set(step="train", seed=8)`, `panel.play()`, `panel["evaluate"].scores`, `panel.code()`.

    Raises:
        ValueError: for a step that there is not.
    """

    name = "SixSteps panel"
    style_sheets = ("panel.css", "six_steps.css")
    _leave_steps = None

    def __init__(self, start=None, x=None, y=None, validation_data=None, step="data"):
        super().__init__(start, x, y, validation_data)
        _check_step(step)
        self._open, self._broken, self._step = {}, None, step
        self.steps = Steps(self.experiment)
        self.steps.askers[PREDICT] = self._ask
        self.rail = Rail(label="The six steps", body="ks-step-body")
        self.tabs = {TAB + name: Tab(self, place) for place, name in enumerate(NAMES)}
        self._engine = ipywidgets.ToggleButtons(
            options=list(ENGINES),
            tooltips=["import kerasschool as keras", "import keras"],
            style={"button_width": "auto"},
        )
        self._share = ipywidgets.HTML()
        self._share.add_class("ks-share")
        self._body = ipywidgets.VBox()
        self._body.add_class("ks-step-body")
        self.controls = {**self.tabs, "engine": self._engine}
        self.add_class("ks-six-steps")
        self._heading = ipywidgets.HTML("The whole program: run it in a cell")
        self._heading.add_class("ks-heading")
        self.lay_out(
            self.rail,
            self.message,
            self._body,
            row(self._heading, self._engine, name="ks-program-head"),
            self.code_view,
            self._share,
        )
        self._mark()
        self.rail.chosen = NAMES.index(step)
        self._ended = None
        self._leave_steps = self.steps.on_change(lambda _: self._moved())
        self.rail.observe(lambda change: self._tab_chosen(change["new"]), "chosen")
        self._engine.observe(lambda _: self._after(), "value")
        self.begin()
        if self.tabs[TAB + step].is_hidden:  # by a lock that came with the recipe
            step = next((name for name in NAMES if not self.tabs[TAB + name].disabled), step)
            self.rail.chosen = NAMES.index(step)
        self._choose(step)

    # The steps

    def __getitem__(self, name):
        """The panel of a step: `panel["train"]`; one that is not seen shows how things are now, too."""
        _check_step(name)
        panel = self._panel(name)
        panel.wake()
        if name != self._step:
            panel.sleep()
        return panel

    def _panel(self, name):
        """The panel of a step, made when first asked for, asleep."""
        if name not in self._open:
            made = PANELS[name](self.experiment)
            made.sleep()
            made.add_class("ks-hidden")
            made.add_class(f"ks-of-{name}")
            self._open[name] = made
            if name == PREDICT:
                made.on_answer(self._predicted)
            self._body.children = (*self._body.children, made)
        return self._open[name]

    @property
    def step(self):
        """The name of the step that is open."""
        return self._step

    def _tab_chosen(self, place):
        """Open the step of a tab; one that is locked, or not there, is not opened."""
        tab = self.tabs[TAB + NAMES[place]] if 0 <= place < len(NAMES) else None
        if tab is None or tab.disabled:
            self.rail.chosen = NAMES.index(self._step)
        elif NAMES[place] != self._step:
            self._choose(NAMES[place])

    def _choose(self, name):
        self._step, self._broken = name, None
        if self.attempt(self._panel, name):
            self._open[name].wake()
            self._open[name].remove_class("ks-hidden")  # before the other goes: the page must not collapse and jump
        else:
            self._broken = self.message.value  # cannot be opened with this recipe: tried again at its next edit
        for other, panel in self._open.items():
            if other != name:
                panel.add_class("ks-hidden")
                panel.sleep()
        self.steps.look_at(name)
        self.refresh_picture_soon()

    def follow(self, changed):
        if self._broken is not None and changed != {"locks"}:
            self._choose(self._step)

    def _after(self):
        super()._after()
        self._share.value = share_html(self.recipe)

    def _moved(self):
        self._mark()
        session = self.steps.session if self.steps.has_session else None
        ended = (session, session.progress().step) if session is not None and session.state in ENDED else None
        if ended is not None and ended != self._ended:
            self.refresh_picture()  # at once, as the Train panel does: the notebook may be saved next
        self._ended = ended

    def _mark(self):
        """Show on the rail how the steps stand."""
        found = self.steps.read()
        self.rail.steps = [
            {
                "title": step.name.capitalize(),
                "word": step.word,
                "state": step.state,
                "what": step.what,
                "locked": self.tabs[TAB + step.name].disabled,
                "hidden": self.tabs[TAB + step.name].is_hidden,
            }
            for step in found
        ]
        step = found[NAMES.index(self._step)]
        if self._broken is not None:
            self.message.value = self._broken
        elif step.what:
            self.say(f"{SIGNS[step.state]} {step.what[0].upper()}{step.what[1:]}. {step.fix}")
        else:
            self.say(TIPS[self._step])

    def _ask(self, experiment, is_mid_epoch):
        """What the Predict panel answers; without it, what the model says to the first row held back."""
        panel = self._open.get(PREDICT)
        answer = None if panel is None or not panel.is_awake else panel.answer
        if answer is None:
            return predict(experiment, is_mid_epoch)
        if meaning_of(experiment).task == NUMBERS:
            return f"{meaning_of(experiment).target} {number_word(answer[0])}"
        return f"{panel.label} {number_word(answer[panel.label])}"

    def _predicted(self):
        if self._step == PREDICT:
            self.steps.look_at(PREDICT)

    # From code

    def set(self, step=None, **parts):
        """Open a step, and set parts of the recipe: the starting point for a class.

        Args:
            step: which step is open.
            **parts: as in `Recipe.replace`.

        Returns:
            The panel.
        """
        if step is not None:
            _check_step(step)
        super().set(**parts)
        if step is not None:
            self.rail.chosen = NAMES.index(step)
        return self

    def play(self):
        """Train in the background, as Play of step 4 does."""
        self["train"].play()

    async def wait(self):
        """Return when the training no longer runs: `await panel.wait()`. Returns the `History`."""
        return await self["train"].wait()

    def code(self, engine=None):
        """The whole program.

        Args:
            engine: `"kerasschool"`, or `"keras"` for Keras 3; None for the one that the panel shows.
        """
        return self.recipe.code(ENGINES[self._engine.value] if engine is None else engine)

    @property
    def lockable(self):
        """The names that `lock` takes: `"tab_data"` and so on for the tabs, and the controls of all six panels."""
        names = dict.fromkeys(self.controls)
        for name in NAMES:
            if self.attempt(self._panel, name):
                names |= dict.fromkeys(self._open[name].controls)
        return list(names)

    # What stays in a saved notebook

    def picture(self):
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9.4, 4.6), dpi=100)
        for place, step in enumerate(self.steps.read()):
            left = 0.012 + place * 0.164
            width = 1.5 if step.name == self._step else 0.6
            figure.add_artist(_box(figure, left, 0.76, 0.156, 0.215, edgecolor=COLOURS[step.state], linewidth=width))
            title = f"{step.number} {step.name.capitalize()} {SIGNS[step.state]}"
            words = {"size": 7.5, "va": "top", "parse_math": False}
            figure.text(left + 0.008, 0.955, title, **{**words, "size": 9, "weight": "bold"})
            text = [*textwrap.wrap(step.word, 24)[:2], *textwrap.wrap(step.what, 24)[:2]]
            figure.text(left + 0.008, 0.9, "\n".join(text), color=COLOURS[step.state], **words)
        session = self.steps.session if self.steps.has_session else None
        if session is not None and len(session.recorder):
            names = plots.quantities(session.recorder.names)[:2]
            axes = figure.subplots(1, len(names), squeeze=False)[0]
            figure.subplots_adjust(left=0.065, right=0.93, bottom=0.12, top=0.7, wspace=0.36)
            plots.history(session.recorder, metrics=names, ax=axes)
        else:
            lines = self.code().splitlines()[:24]
            figure.text(0.02, 0.72, "\n".join(lines), family="monospace", size=7.5, va="top", parse_math=False)
        return figure

    def description(self):
        parts = []
        for step in self.steps.read():
            words = ": ".join(each for each in (step.word or "not yet", step.what) if each)
            parts.append(f"{step.number} {step.name.capitalize()}, {words}.")
        return "The six steps. " + " ".join(parts)

    def close(self):
        """End the training and take the panel off the page."""
        if self._leave_steps is not None:  # None in a panel that was refused half-made
            self._leave_steps()
            self.steps.leave()
            if self.steps.has_session and self.steps.session.state in (training.RUNNING, training.PAUSED):
                self.steps.session.stop()
            for panel in self._open.values():
                panel.close()
            for widget in (self.rail, self._share, self._engine, self._body, self.code_view, self.message):
                widget.close()
        super().close()


class Tab:
    """A tab of the rail as a control that a teacher can lock."""

    def __init__(self, panel, place):
        self._panel, self._place = panel, place
        self._disabled = self.is_hidden = False

    @property
    def disabled(self):
        """True while it cannot be chosen."""
        return self._disabled

    @disabled.setter
    def disabled(self, value):
        self._disabled = value
        self._show("locked", value)

    def add_class(self, name):
        self.is_hidden = True
        self._show("hidden", True)

    def remove_class(self, name):
        self.is_hidden = False
        self._show("hidden", False)

    def _show(self, key, value):
        steps = [dict(each) for each in self._panel.rail.steps]
        if steps and steps[self._place][key] != value:
            steps[self._place][key] = value
            self._panel.rail.steps = steps


def _box(figure, left, bottom, width, height, **style):
    from matplotlib.patches import Rectangle

    return Rectangle((left, bottom), width, height, fill=False, transform=figure.transFigure, **style)


def _check_step(name):
    if name not in NAMES:
        raise unknown("step", name, NAMES)


def share_html(recipe):
    """The line that gives this experiment to somebody else."""
    try:
        line = f'SixSteps("{recipe.share()}")'
    except ValueError:  # too long for a line
        line = "This recipe is too long to share as a line: use panel.recipe.to_json()."
    head = "<span>Share this line:</span> "
    return f'{head}<code tabindex="0" aria-label="Share string" data-lm-suppress-shortcuts="true">{line}</code>'
