"""The Compare panel: a ledger of runs, their curves one over another, and what differs. Lesson 09."""

import html

import ipywidgets

from kerasschool import plots
from kerasschool.errors import check_one_of, message
from kerasschool.live.ledger import Ledger
from kerasschool.panels.base import button, row
from kerasschool.panels.compare_row import RunRow, numbers_head
from kerasschool.panels.group import Group
from kerasschool.panels.on_experiment import ExperimentPanel
from kerasschool.views import overlay

VALIDATION, TRAINING, BOTH = WHICH = ("Validation", "Training", "Both")
EMPTY = "No run is kept yet"


class Compare(ExperimentPanel):
    """Keep runs, lay their curves one over another, and see what differs between them.

    Args:
        start: the panel whose trainings are to be kept (both then work on the same experiment), or an `Experiment`, a
            `Recipe`, a share string, a model.
        x, y, validation_data: your own arrays, or None.
        ledger: a `Ledger` that is there already; None begins an empty one.

    Every run is kept by itself once it has ended, one that had ended before the panel was opened, too; the button keeps
    one under way. In code: `panel.keep()`, `panel.ledger`, `panel.load("Run 1")`.

        from kerasschool.panels import Compare, Train

        train = Train()
        compare = Compare(train)

    Raises:
        TypeError: if `ledger` is none.
    """

    name = "Compare panel"
    style_sheets = ("panel.css", "charts.css", "compare.css")

    def __init__(self, start=None, x=None, y=None, validation_data=None, ledger=None):
        if ledger is not None and not isinstance(ledger, Ledger):
            raise TypeError(message("`ledger` must be a Ledger.", ledger=ledger))
        super().__init__(start, x, y, validation_data)
        self.ledger = Ledger() if ledger is None else ledger
        self._rows, self._is_old, self._is_drawing = {}, True, False
        self._keep = button(
            "Keep this run", "bookmark", "Keep the training as it stands", lambda: self.attempt(self.keep)
        )
        self._which = ipywidgets.ToggleButtons(
            options=WHICH,
            value=VALIDATION,
            tooltips=[f"{each} curves" for each in WHICH],
            style={"button_width": "auto"},
        )
        self._metric = ipywidgets.Dropdown(description="Metric", layout={"width": "210px"})
        self._metric.style.description_width = "initial"
        self._log = ipywidgets.Checkbox(False, description="Log loss axis", indent=False, layout={"width": "auto"})
        for each in (self._which, self._metric, self._log):
            each.observe(lambda _: self._is_drawing or self._draw(), "value")
        self._charts, self._head = ipywidgets.HTML(), ipywidgets.HTML()
        self._charts.add_class("ks-charts")
        self._list = ipywidgets.VBox()
        self._list.add_class("ks-runs")
        self.controls = {
            "keep": self._keep,
            "which": self._which,
            "metric": self._metric,
            "log_scale": self._log,
            **{name: Group(lambda name=name: self._in_rows(name)) for name in RunRow.CONTROLS},
        }
        self.add_class("ks-compare")
        self.lay_out(
            row(self._keep, self._which, self._metric, self._log, name="ks-controls"),
            self._charts,
            self.message,
            self._head,
            self._list,
        )
        self._leave_ledger = self.ledger.on_change(self._ledger_changed)
        self.say("Train: every run is kept here once it has ended. Then change one thing, and train again.")
        self._leave_runs = self.ledger.follow(self.experiment)
        self.begin()

    def follow(self, changed):
        if self._is_old:
            self._draw()

    def _ledger_changed(self, ledger, words):
        self._is_old = True
        if words:
            self.say(words)
        if self.is_awake:
            self._draw()
            self.refresh_picture_soon()

    # From code

    def keep(self, name=None):
        """Keep the training as it stands. Returns the `Run`."""
        return self.ledger.keep(self.experiment, name)

    def load(self, run):
        """Put the recipe of a run, given as such or by its name, into the experiment: all its panels show it.

        Raises:
            ValueError: if its data are arrays that are not here.
        """
        run = self.ledger[run] if isinstance(run, (str, int)) else run
        before = self.recipe
        self.experiment.recipe = run.recipe.replace(locks=before.locks)
        try:
            _ = self.experiment.rows
        except ValueError:
            self.experiment.recipe = before
            raise
        self.say(f"{run.name} is in the panels now. Play trains it again.")

    def set(self, which=None, metric=None, log_scale=None, **parts):
        """Set what the controls set.

        Args:
            which: `"Validation"`, `"Training"` or `"Both"`.
            metric: name of the metric in the second chart and in the table.
            log_scale: True for a logarithmic loss axis.
            **parts: parts of the recipe, as in `Recipe.replace`.

        Returns:
            The panel.
        """
        if which is not None:
            check_one_of("which", which, WHICH)
        if metric is not None:
            check_one_of("metric", metric, self._metric.options or ("no metric yet",))
        super().set(**parts)
        self._which.value = self._which.value if which is None else which
        self._metric.value = self._metric.value if metric is None else metric
        self._log.value = self._log.value if log_scale is None else bool(log_scale)
        return self

    def code(self, engine="kerasschool"):
        """The lines that bring the kept recipes back; before a run is kept, the program of the experiment."""
        runs = list(self.ledger)
        if not runs:
            return super().code(engine)
        lines = [f"    {run.name!r}: {run.line()}," for run in runs]
        return "\n".join(["from kerasschool.live import Recipe", "", "runs = {", *lines, "}"]) + "\n"

    # What is shown

    def _draw(self):
        self._is_old = False
        runs = list(self.ledger)
        self._offer(runs)
        metric = self._metric.value
        charts = [("loss", self._log.value), *([(metric, False)] if metric else [])]
        drawn = "".join(
            self._figure(name, log, overlay.chart(name, self.lines(name), log, EMPTY)) for name, log in charts
        )
        self._charts.value = f'<div class="ks-pair">{drawn}</div>'
        self._head.value = numbers_head(metric)
        for number in set(self._rows) - {run.number for run in runs}:
            self._rows.pop(number).close()
        for run in runs:
            if run.number not in self._rows:
                self._rows[run.number] = RunRow(self, run)
            self._rows[run.number].follow(self.ledger.differences(run), run is runs[0], metric)
        children = tuple(self._rows[run.number].widget for run in runs)
        if children != self._list.children:
            self._list.children = children
        self._apply_locks()

    def _in_rows(self, name):
        """The control of this name in each row."""
        return [each.controls[name] for each in self._rows.values()]

    def _figure(self, name, log_scale, svg):
        title = html.escape(name.replace("_", " ").capitalize()) + (" (log)" if log_scale else "")
        which = self._which.value
        keys = {
            VALIDATION: "validation, dashed",
            TRAINING: "training, solid",
            BOTH: "training solid, validation dashed",
        }
        return f'<div class="ks-one"><div class="ks-title">{title} <span>{keys[which]}</span></div>{svg}</div>'

    def _offer(self, runs):
        """Offer the metrics that the kept runs have."""
        names = [name for run in runs for name in plots.quantities(run.history)]
        names = tuple(dict.fromkeys(name for name in names if name != "loss"))
        if names != self._metric.options:
            before, self._is_drawing = self._metric.value, True
            self._metric.options = names
            self._metric.value = before if before in names else next(iter(names), None)
            self._is_drawing = False

    def lines(self, name):
        """The curves of one quantity, of the runs that are shown: list of `overlay.Line`."""
        prefixes = {VALIDATION: ["val_"], TRAINING: [""], BOTH: ["", "val_"]}[self._which.value]
        return [
            overlay.Line(run.number, run.name, run.x, run.history[prefix + name], prefix != "")
            for run in self.ledger
            if run.is_shown
            for prefix in prefixes
            if prefix + name in run.history
        ]

    def picture(self):
        from matplotlib.figure import Figure

        names = ["loss", *([self._metric.value] if self._metric.value else [])]
        figure = Figure(figsize=(9.4, 3.0), dpi=100)
        figure.subplots_adjust(left=0.065, right=0.98, bottom=0.17, top=0.92, wspace=0.2)
        for name, axes in zip(names, figure.subplots(1, len(names), squeeze=False)[0], strict=True):
            for line in self.lines(name):
                colour = plots.COLORS[(line.number - 1) % len(plots.COLORS)]
                style = plots.LINES[bool(line.is_validation)]
                axes.plot(line.x, line.y, color=colour, linestyle=style)
                axes.annotate(f" {line.number} {line.name}", (line.x[-1], line.y[-1]), color=colour, size=8)
            axes.set_xlabel("epoch")
            axes.set_ylabel(name)
        if self._log.value and self.lines("loss"):
            figure.axes[0].set_yscale("log")
        return figure

    def description(self):
        runs = list(self.ledger)
        if not runs:
            return "No run is kept yet."
        texts = []
        for run in runs:
            numbers = ", ".join(f"{name} {run.last(name):.4g}" for name in run.history if run.last(name) is not None)
            what = "; ".join(self.ledger.differences(run)) or "the first recipe"
            texts.append(f"{run.name} ({what}): {numbers}.")
        return f"{len(runs)} kept run{'s' if len(runs) > 1 else ''}. " + " ".join(texts)

    def close(self):
        """Take the panel off the page; the runs stay in `panel.ledger`."""
        for name in ("_leave_ledger", "_leave_runs"):
            getattr(self, name, lambda: None)()
        for each in getattr(self, "_rows", {}).values():
            each.close()
        super().close()
