"""The Data panel: choose rows, scale and split them, look at them. Step 1 of 6; lesson 01."""

import html

import ipywidgets
import numpy as np

from kerasschool.errors import check_one_of
from kerasschool.live import recipe_code
from kerasschool.live.fitting import fitted, misfit
from kerasschool.live.meaning import NUMBERS, Names, in_own_units, meaning_of, own_rows
from kerasschool.live.recipe_check import SCALINGS, SPLITS
from kerasschool.panels import data_views
from kerasschool.panels.base import button, row
from kerasschool.panels.controls import LABEL, CheckControl, Control, SpecControl
from kerasschool.panels.on_experiment import ExperimentPanel
from kerasschool.panels.small_controls import WordControl, html_box
from kerasschool.views.points import Points

VIEWS = {"inputs": "Rows and inputs", "table": "Table", "points": "Points", "card": "Data card"}
A_SHARE = "a share"
COLORS = ("orange", "blue", "green")  # the classes of points drawn by hand
MOST_WRITTEN = 60  # points that the code writes out
NO_ROWS = "No rows yet: load a CSV file, or draw points."


class Data(ExperimentPanel):
    """Choose data, scale and split them, and look at what a model will learn from.

    Args:
        start: a `Recipe`, a share string, an `Experiment`, another panel, a model, or None.
        x: your own data: an array with one row per example, a pandas DataFrame, or the path of a CSV file.
        y: labels; or the target column of a DataFrame or file, by name.
        validation_data: `(x, y)` held back, or None.

    Open it by naming it in the last line of a cell::

        from kerasschool.panels import Data

        panel = Data()
        panel

    In code: `panel.set(data="wine", split=0.2)`, `panel.use("plants.csv", "kind")`, `panel.fit_layers()`.
    """

    name = "Data panel"
    step = "data"
    style_sheets = ("panel.css", "charts.css", "rows.css")

    def __init__(self, start=None, x=None, y=None, validation_data=None):
        super().__init__(start, x, y, validation_data)
        self._shown, self._trouble = None, None
        self._view, self._keeps_limits = "inputs", False
        self.data = SpecControl("data", self.recipe.data, lambda data: self.change(data=data), "Data set")
        self.scaling = WordControl("Scaling", SCALINGS, lambda scaling: self.change(scaling=scaling))
        self.split = SplitControl(lambda split: self.change(split=split))
        self.view = WordControl("", VIEWS, lambda view: self.attempt(lambda: self.set(view=view)), VIEWS, as_row=True)
        self.show_scaled = CheckControl(False, lambda on: self._draw(), "as the model gets them (scaled)")
        self.path = ipywidgets.Text(description="CSV file", placeholder="plants.csv", style=LABEL)
        self.target = ipywidgets.Text(description="Target column", placeholder="the last", style=LABEL)
        self.load = button("Load", "folder-open", "Read the file", lambda: self.attempt(self._load))
        self.clear = button("Draw from nothing", "eraser", "Start with an empty sheet", lambda: self.attempt(self.draw))
        self.fit = button("Fit the layers to the data", "wrench", "Input, last layer and loss", self._fit)
        self.controls = {
            **{name: getattr(self, name) for name in ("data", "scaling", "split", "view", "load", "clear", "fit")},
            "show_scaled": self.show_scaled,
        }
        self._summary, self._about_layers = html_box("ks-summary"), html_box("ks-about-layers")
        self._page = html_box("ks-page")
        self.points = Points(self._add, self._remove)
        self._source = row(self.path, self.target, self.load)
        self._sheet = ipywidgets.VBox([row(self.clear), self.points])
        self._box = ipywidgets.VBox([self._page])
        self._box.add_class("ks-viewport")
        self.add_class("ks-data")
        self.lay_out(
            row(self.data.widget, self.scaling.widget, self.split.widget, name="ks-fields"),
            self._source,
            self._summary,
            row(self._about_layers, self.fit, name="ks-fit"),
            row(self.view.widget, self.show_scaled.widget, name="ks-fields"),
            self._box,
            self.message,
            self.code_view,
        )
        self.begin()

    # From code

    def use(self, x, y=None, validation_data=None):
        """Take your own data: arrays, a DataFrame with the name of its target, or the path of a CSV file.

        Returns:
            The panel.

        Raises:
            ValueError: for what is not a table of numbers with a label for each row.
        """
        self._take(x, y, validation_data)
        return self

    def draw(self):
        """Start with an empty sheet to draw points on. Returns the panel."""
        self._keeps_limits = False
        self.experiment.use(None, None, names=Names(("x1", "x2"), "class", COLORS[:2]))
        self.points.limits = [-6.0, 6.0, -6.0, 6.0]
        return self.set(view="points")

    def fit_layers(self):
        """Give the first layer, the last layer and the loss what the data ask for. Returns the panel."""
        self.experiment.change(**fitted(self.experiment))
        return self

    def set(self, view=None, show_scaled=None, **parts):
        """Set what is looked at, and parts of the recipe.

        Args:
            view: `"inputs"`, `"table"`, `"points"` or `"card"`.
            show_scaled: True shows the numbers as the model gets them.
            **parts: as for `Recipe.replace`, such as `data="wine"` or `split=0.2`.

        Returns:
            The panel.
        """
        if view is not None:
            check_one_of("view", view, VIEWS)
        if parts:
            super().set(**parts)
        self._view = view or self._view
        if show_scaled is not None:
            self.show_scaled.show(bool(show_scaled))
        self._draw()
        return self

    def code(self, engine="kerasschool"):
        parts, lines = self.recipe.to_dict(), []
        made = getattr(self.experiment.names, "code", "") if self.recipe.data == "own" else ""
        for line in recipe_code.imports(parts, engine):
            if line and line not in recipe_code.IMPORTS.values() and line not in made:
                lines.append(line)
        loading = recipe_code.data(parts)
        if made:
            first = ["x_train, y_train = x, y"] if self.recipe.split == "none" else []
            loading = [made, *first, *loading[1:]]
        return "\n".join([*lines, *([""] if lines else []), *loading])

    # Clicks

    def _load(self):
        target = self.target.value.strip() or None
        target = int(target) if target and target.lstrip("-").isdigit() else target
        path = self.path.value.strip()
        if not path:
            raise ValueError("Which file? Write its name, such as plants.csv.")
        self._take(path, target)
        self.say(f"Loaded {path}.")

    def _fit(self):
        if self.attempt(self.fit_layers):
            self.say("Input, last layer and loss now fit the data. The layers between are as they were.")

    def _take(self, x, y=None, validation_data=None):
        self.experiment.use(*own_rows(x, y, validation_data))

    def _add(self, x, y, label):
        if 0 <= label < len(self.points.classes):
            points, labels = self._sheet_points()
            self._use_points(np.append(points, [[x, y]], axis=0), np.append(labels, label))

    def _remove(self, x, y):
        points, labels = self._sheet_points()
        if len(points):
            kept = np.arange(len(points)) != np.square(points - [x, y]).sum(axis=1).argmin()
            self._use_points(points[kept], labels[kept])

    def _sheet_points(self):
        """The points that are edited: all of the reader's own, or the rows to train on of a generated set."""
        if self.recipe.data != "own":
            rows = self.experiment.rows
            return in_own_units(rows, rows.x), np.ravel(rows.y).astype(int)
        x, y, _ = self.experiment.own
        return (np.zeros((0, 2)), np.zeros(0, int)) if x is None else (np.asarray(x), np.ravel(y).astype(int))

    def _held_back(self):
        """Rows held back that stay while points are drawn: given ones, or those of a generated set."""
        if self.recipe.data == "own":
            return self.experiment.own[2]
        rows = self.experiment.rows
        if rows.validation_data is None:
            return None
        x, y = rows.validation_data
        return in_own_units(rows, x).astype("float32"), y

    def _use_points(self, points, labels):
        words = self._class_names()
        used = max(2, int(labels.max(initial=0)) + 1)
        names = Names(tuple(self.points.names), "class", tuple(words[:used]), points_code(points, labels))
        self._keeps_limits = True
        given = (points.astype("float32"), labels, self._held_back()) if len(points) else (None, None)
        self.attempt(lambda: self.experiment.use(*given, names=names))
        self._keeps_limits = False

    def _class_names(self):
        known = list(self._shown.meaning.classes) if self._shown is not None else []
        return [*known, *COLORS[len(known) :]]

    # What is shown

    def follow(self, changed):
        recipe = self.recipe
        self.data.show(recipe.data)
        self.scaling.show(recipe.scaling)
        self.split.show(recipe.split)
        is_own = recipe.data == "own"
        (self._source.remove_class if is_own else self._source.add_class)("ks-hidden")
        if changed & {"data", "split", "scaling", "seed"}:
            self._shown = None
            if self.experiment.has_rows and not self.attempt(self._look):
                self._trouble = self.message.value
            if self._shown is None:
                self._view = "points" if is_own else self._view
            elif self.message.value == self._trouble:
                self.say("")
            self._draw()
        self._say_whether_it_fits()

    def _look(self):
        meaning = meaning_of(self.experiment)  # looks at a reader's own arrays before they are scaled
        self._shown = data_views.Shown(self.experiment.rows, meaning, self.show_scaled.widget.value)

    def _draw(self):
        """Show the page that is asked for."""
        self.view.show(self._view)
        scaled = self.recipe.scaling != "none"
        widget = self.show_scaled.widget
        (widget.remove_class if scaled and self._view != "points" else widget.add_class)("ks-away")
        if self._shown is None:
            self._summary.value = html.escape(NO_ROWS)
        else:
            self._look()
            self._summary.value = html.escape(data_views.summary(self._shown))
        self._box.children = [self._sheet if self._view == "points" else self._page]
        if self._view == "points":
            self._draw_points()
        elif self._shown is None:
            self._page.value = f"<p>{html.escape(NO_ROWS)}</p>"
        elif self._view == "inputs":
            self._page.value = data_views.inputs_view(self._shown)
        elif self._view == "table":
            self._page.value = data_views.table_view(self._shown)
        else:
            self._page.value = data_views.card_view(self._shown.meaning.card)

    def _draw_points(self):
        shown, points = self._shown, self.points
        if shown is not None and shown.x.shape[1] != 2:
            points.editable = False
            points.show_rows(np.zeros((0, 2)), np.zeros(0), classes=[])
            points.classes = [f"These rows have {shown.x.shape[1]} inputs; a sheet has two."]
            return
        drawable = shown is None or (shown.meaning.task != NUMBERS and len(shown.meaning.classes) <= len(COLORS))
        with points.hold_sync():
            points.editable = drawable
            if shown is None:
                points.show_rows(np.zeros((0, 2)), np.zeros(0), classes=COLORS, keep_limits=self._keeps_limits)
                return
            rows = self.experiment.rows
            held_back = rows.validation_data
            held_back = None if held_back is None else (in_own_units(rows, held_back[0]), np.ravel(held_back[1]))
            names = [shown.meaning.features[0], shown.meaning.features[1]]
            classes = self._class_names() if drawable else shown.meaning.classes
            x, y = in_own_units(rows, rows.x), np.ravel(rows.y)
            points.show_rows(x, y, held_back, names, classes, keep_limits=self._keeps_limits)

    def _say_whether_it_fits(self):
        words, is_wrong = "", False
        if self._shown is not None:
            words = misfit(self.experiment)
            is_wrong = bool(words)
            words = words or "The layers and the loss fit these data."
        sign = "warning" if is_wrong else "check"
        self._about_layers.value = words and f'<i class="fa fa-{sign}"></i> {html.escape(words)}'
        (self.fit.remove_class if is_wrong else self.fit.add_class)("ks-away")

    def picture(self):
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9.4, 3.0), dpi=100)
        if self._shown is None:
            figure.text(0.02, 0.9, NO_ROWS)
        else:
            data_views.draw(figure, self._shown)
        return figure

    def description(self):
        if self._shown is None:
            return NO_ROWS
        shown, words = self._shown, [data_views.summary(self._shown)]
        if shown.meaning.task != NUMBERS:
            for name, y in shown.parts:
                counts = ", ".join(f"{count} {label}" for label, (count, _) in shown.balance(y).items())
                words.append(f"{name.capitalize()}: {counts}.")
        words.append(
            f"Inputs: {', '.join(shown.meaning.features[:10])}{' …' if len(shown.meaning.features) > 10 else ''}."
        )
        return " ".join(words)


class SplitControl(Control):
    """`"given"`, `"none"`, or a share of the rows, which then has a field of its own."""

    def __init__(self, changed):
        super().__init__(changed)
        options = [*SPLITS, A_SHARE]
        self._words = self.watch(
            ipywidgets.Dropdown(options=options, description="Held back", style=LABEL, layout={"width": "auto"})
        )
        self._share = self.watch(
            ipywidgets.BoundedFloatText(
                0.2, min=0, max=1, step=0.05, description="Share", style=LABEL, layout={"width": "120px"}
            )
        )
        self.widget = row(self._words, self._share, name="ks-spec")

    def read(self, value):
        self._tell(self._share.value if value == A_SHARE else value)

    def show(self, value):
        is_share = not isinstance(value, str)
        self.put(self._words, A_SHARE if is_share else value)
        if is_share:
            self.put(self._share, value)
        (self._share.remove_class if is_share else self._share.add_class)("ks-away")

    @property
    def disabled(self):
        return self._words.disabled

    @disabled.setter
    def disabled(self, value):
        self._words.disabled = self._share.disabled = value


def points_code(points, labels):
    """The lines that write a few points out; nothing for many."""
    if not 0 < len(points) <= MOST_WRITTEN:
        return ""
    pairs = ", ".join(f"[{x:.4g}, {y:.4g}]" for x, y in points)
    return f"import numpy as np\n\nx = np.array([{pairs}], dtype='float32')\ny = np.array({labels.tolist()})"
