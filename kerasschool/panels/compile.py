"""The Compile panel: choose loss, optimizer and metrics, and see whether they fit. Step 3 of 6; lesson 03."""

import contextlib
import html
import math
import textwrap

import ipywidgets
import numpy as np

from kerasschool.live import recipe_schema
from kerasschool.live.doctor import examine
from kerasschool.live.doctor.facts import Facts
from kerasschool.live.doctor.finding import ERROR, Findings
from kerasschool.live.first_loss import first_loss
from kerasschool.panels.base import button, explain, heading, icon_button, row, text_figure
from kerasschool.panels.controls import SpecControl, everyday_first
from kerasschool.panels.group import Group
from kerasschool.panels.on_experiment import ExperimentPanel

LESSONS = ("02", "03", "09")  # what they teach is looked at here: head, loss, labels, metrics, learning rate
LABELS = ("one_class", "nan_labels", "rows_differ")  # and what lesson 01 says about labels
LABEL_WIDTH = "80px"
WIDEST_BAR = 120  # CSS pixels


class Compile(ExperimentPanel):
    """Choose loss, optimizer and metrics; see whether they fit the network and the labels, and the first loss.

    Args:
        start: a `Recipe`, a share string, an `Experiment`, another panel (both then show one experiment), a model, or
            None for the first experiment of the course.
        x, y, validation_data: your own arrays, or None.

    Display the panel by naming it in the last line of a cell::

        from kerasschool.panels import Compile

        panel = Compile()
        panel

    In code: `panel.set(compile={"optimizer": "sgd"})`, `panel.findings`, `panel.first_loss`, `panel.code()`,
    `panel.model`. A teacher may lock `"loss"`, `"optimizer"` and `"metrics"`.
    """

    name = "Compile panel"
    step = "compile"
    style_sheets = ("panel.css", "compile.css")

    def __init__(self, start=None, x=None, y=None, validation_data=None):
        super().__init__(start, x, y, validation_data)
        self.findings, self.first_loss, self._trouble = Findings(), None, ""
        chosen = self.recipe.compile
        self._loss = SpecControl("loss", chosen["loss"], self._setter("loss"), "Loss")
        self._optimizer = SpecControl("optimizer", chosen["optimizer"], self._setter("optimizer"), "Optimizer")
        self._metrics = []
        self._kind = ipywidgets.Dropdown(
            options=[(recipe_schema.spell("metric", name), name) for name in everyday_first("metric")],
            value="AUC",
            description="New metric",
            style={"description_width": LABEL_WIDTH},
        )
        self._add = button("Add metric", "plus", "Report this number as well", self._add_metric)
        self._lines = ipywidgets.VBox()
        self._lines.add_class("ks-metrics")
        self._fit_view, self._loss_view = ipywidgets.HTML(), ipywidgets.HTML()
        boxes = row(
            ipywidgets.VBox([heading("Do they fit together?"), self._fit_view]),
            ipywidgets.VBox([heading("The loss before training"), self._loss_view]),
            name="ks-boxes",
        )
        self.controls = {"loss": self._loss, "optimizer": self._optimizer, "metrics": Group(self._metric_controls)}
        self.lay_out(
            _in_columns(self._loss),
            _in_columns(self._optimizer),
            row(self._kind, self._add, name="ks-choice"),
            self._lines,
            self.message,
            boxes,
            self.code_view,
        )
        self.begin()
        self._speak()

    # What is shown

    def follow(self, changed):
        chosen = self.recipe.compile
        self._loss.show(chosen["loss"])
        self._optimizer.show(chosen["optimizer"])
        metrics = chosen["metrics"]
        while len(self._metrics) < len(metrics):
            self._metrics.append(_MetricLine(len(self._metrics), metrics[len(self._metrics)], self))
        for line, spec in zip(self._metrics, metrics, strict=False):
            line.control.show(spec)
        lines = tuple(line.widget for line in self._metrics[: len(metrics)])
        if self._lines.children != lines:
            self._lines.children = lines
        if changed - {"fit", "locks"}:
            self._look()

    def _look(self):
        """Look at network, data and choices together."""
        rows = None
        with contextlib.suppress(ValueError):  # there are no data yet
            rows = self.experiment.rows
        x, y, held_back = (None, None, None) if rows is None else (rows.x, rows.y, rows.validation_data)
        model = self.experiment.model
        found = examine(model, x, y, validation_data=held_back)
        self.findings = Findings(each for each in found if each.lesson in LESSONS or each.tag in LABELS)
        fresh = self.recipe.build() if int(np.asarray(model.optimizer.iterations)) else model
        try:
            self.first_loss, self._trouble = first_loss(fresh, x, y), ""
        except (ValueError, TypeError, ArithmeticError) as error:
            self.first_loss, self._trouble = None, explain(error).partition(" Received:")[0]
        self._fit_view.value = self._fit_html(Facts(model, x, y))
        self._loss_view.value = f'<div class="ks-view" tabindex="0">{self._loss_html()}</div>'

    def _fit_html(self, facts):
        if self.findings:
            return f'<div class="ks-view" tabindex="0">{self.findings._repr_html_()}</div>'
        lines = "".join(f"<tr><th>{name}</th><td>{html.escape(words)}</td></tr>" for name, words in _pieces(facts))
        verdict = (
            "<b>✓ They fit.</b>" if facts.y is not None else "<b>✓ Loss and network fit.</b> There are no data yet."
        )
        return f'<div class="ks-view" tabindex="0">{verdict}<table>{lines}</table></div>'

    def _loss_html(self):
        if self.first_loss is None:
            return f"<b>✗ It cannot be measured.</b> {html.escape(self._trouble)}"
        lines = _loss_lines(self.first_loss)
        largest = max((value for value, _, _ in lines if math.isfinite(value)), default=0) or 1
        parts = []
        for value, what, how in lines:
            width = WIDEST_BAR * value / largest if math.isfinite(value) and value > 0 else 0
            parts.append(
                f'<tr><td class="ks-figure">{value:.4f}</td>'
                f'<td><div class="ks-length" style="width:{width:.0f}px"></div></td>'
                f"<td><b>{html.escape(what)}</b> {html.escape(how)}</td></tr>"
            )
        return f"<table>{''.join(parts)}</table>{html.escape(self._verdict())}"

    def _verdict(self):
        found = self.first_loss
        words = [found.verdict] if found.measured is not None else ["To measure it, the panel needs data."]
        if found.measured is not None and any(each.severity == ERROR for each in self.findings):
            words = ["What does not fit comes first."]
        if found.is_penalised:
            words.append("The penalties of the regularizers are in the first two numbers.")
        return " ".join(filter(None, words))

    def _speak(self):
        names = list(self.first_loss.names) if self.first_loss is not None else []
        reported = f"Every epoch will report {', '.join(names)}. " if names else ""
        self.say(f"{reported}The optimizer follows the loss alone; metrics are for you to read.")

    def _follow(self, experiment, changed):
        super()._follow(experiment, changed)
        if self.is_awake:
            self._speak()

    # Clicks

    def _setter(self, name):
        return lambda value: self.change(compile={name: value})

    def _metric_controls(self):
        return [self._kind, self._add, *(each for line in self._metrics for each in (line.control, line.remove))]

    def _add_metric(self):
        kind = self._kind.value
        known = recipe_schema.arguments("metric", kind).values()
        spec = {"class": kind, "arguments": {each.name: each.start for each in known if each.required}}
        metrics = self.recipe.compile["metrics"]
        after = self.recipe.replace(compile={"metrics": [spec]}).compile["metrics"][0]
        if after in metrics:
            self.say(f"{recipe_schema.spell('metric', kind)} is reported already.")
            return
        self.change(compile={"metrics": [*metrics, spec]})

    def metric_changed(self, place, spec):
        """The reader has changed the metric at this place."""
        metrics = self.recipe.compile["metrics"]
        metrics[place] = spec
        self.change(compile={"metrics": metrics})

    def remove_metric(self, place):
        """Take the metric at this place away; the keyboard goes to the one that takes its place."""
        metrics = self.recipe.compile["metrics"]
        if place >= len(metrics):
            return
        del metrics[place]
        if self.change(compile={"metrics": metrics}):
            target = self._metrics[min(place, len(metrics) - 1)].remove if metrics else self._add
            target.focus()

    # In a saved notebook

    def picture(self):
        lines = self.code().splitlines()
        for words in self._lines_of_words():
            lines += ["", *textwrap.wrap(words, 110)]
        return text_figure(lines, size=(9.4, 0.4 + 0.17 * len(lines)))

    def description(self):
        return " ".join(["Compile panel.", *self.code().split(), *self._lines_of_words()])

    def _lines_of_words(self):
        lines = [f"{each.severity.capitalize()}. {each.what} {each.fix}" for each in self.findings]
        lines = lines or ["Network, labels and loss fit together."]
        if self.first_loss is None:
            return [*lines, f"The loss before training cannot be measured. {self._trouble}"]
        numbers = [f"{value:.4f} {what} {how}." for value, what, how in _loss_lines(self.first_loss)]
        return [*lines, *numbers, self._verdict()]


class _MetricControl(SpecControl):
    """A metric; what it can do without stands behind "More"."""

    def is_rare(self, key):
        return not self.schema_of(self._shown)[key].required


class _MetricLine:
    """One metric: what it is, its arguments, and the button that takes it away."""

    def __init__(self, place, spec, panel):
        label = f"Metric {place + 1}"
        self.control = _MetricControl("metric", spec, lambda new: panel.metric_changed(place, new), label)
        self.remove = icon_button("times", f"Remove metric {place + 1}", lambda: panel.remove_metric(place))
        self.widget = _in_columns(self.control)
        names, arguments = self.widget.children
        self.widget.children = names, self.remove, arguments


def _in_columns(control):
    """The widget of a control, in line with those above and below."""
    control.names.layout.width, control.names.style.description_width = None, LABEL_WIDTH
    control.widget.add_class("ks-choice")
    return control.widget


def _pieces(facts):
    """What has to fit together: `(name, words)`."""
    activation = "" if facts.head in (None, "linear") else f" with {facts.head}"
    found = [("Last layer", f"{_count(facts.units, 'unit')}{activation}")] if facts.units else []
    values = facts.label_values
    if values is not None:
        columns = "" if facts.label_columns == 1 else f", {facts.label_columns} columns"
        words = ", ".join(f"{value:g}" for value in values) if len(values) <= 10 else _range(values)
        found.append(("Labels", words + (", one-hot" if facts.labels_are_one_hot else columns)))
    return [*found, ("Loss", facts.loss_word)]


def _range(values):
    return f"{values.min():.4g} to {values.max():.4g}"


def _count(number, word):
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _loss_lines(found):
    """The numbers to compare, each with what it is and how it comes about."""
    lines = []
    if found.measured is not None:
        lines.append((found.measured, "measured", f"on {_count(found.rows, 'row')}"))
    if found.ignorant is not None:
        how = f": {found.formula}" if found.formula else ""
        lines.append((found.ignorant, "knowing nothing:", f"answer {found.answer} for every row{how}"))
    if found.best is not None:
        lines.append((found.best, "to be beaten:", f"always {found.best_answer}"))
    return lines
