"""The Predict panel: one new row, set by hand, and what the model says to it. Step 6 of 6; lesson 06."""

import html

import ipywidgets
import numpy as np

from kerasschool.errors import check_number, check_one_of, check_whole, message
from kerasschool.live.judged import as_answers, outputs_of
from kerasschool.live.meaning import BINARY, NUMBERS, class_numbers, in_own_units, meaning_of
from kerasschool.panels import predict_views
from kerasschool.panels.base import button, row, text_figure
from kerasschool.panels.controls import LABEL, CheckControl
from kerasschool.panels.data_views import flat, picture_svg
from kerasschool.panels.on_experiment import code_html
from kerasschool.panels.on_model import ModelPanel
from kerasschool.panels.predict_inputs import Inputs
from kerasschool.panels.small_controls import SliderControl, WordControl, html_box
from kerasschool.views.charts import number

PARTS = {"validation": "held back", "train": "trained on"}
FORGOTTEN = "Raw numbers went in, but the model was trained on scaled ones: to it this row is far from all it has seen."


class Predict(ModelPanel):
    """Set the inputs of one row, in the data's own units, and see what the model says to it, and why.

    Args:
        start: a `Recipe`, a share string, an `Experiment`, another panel; or a model of your own, Keras's too.
        x, y: for a model of your own, the rows that it was trained on.
        validation_data: `(x, y)` held back, or None.
        scaling: for a model of your own: `(mean, spread)` if the arrays are in the data's own units, to be scaled here.
        feature_names, target_names: for arrays of your own, words for inputs and classes.

    Open it by naming it in the last line of a cell::

        from kerasschool.panels import Predict

        panel = Predict(train_panel)
        panel

    In code: `panel.set(body_mass_g=4200, species="Gentoo")`, `panel.set(row=3)`, `panel.answer`.
    """

    name = "Predict panel"

    def __init__(
        self, start=None, x=None, y=None, validation_data=None, scaling=None, feature_names=(), target_names=()
    ):
        super().__init__(start, x, y, validation_data, scaling, feature_names, target_names)
        self._inputs = self._meaning = self._answer = self._picked = None
        self._of_rows = None
        self.part = WordControl("Take from", PARTS, lambda part: self._pick(part, 0), PARTS)
        self.place = ipywidgets.BoundedIntText(
            0, min=0, max=0, description="Row", style=LABEL, layout={"width": "108px"}
        )
        self.place.add_class("ks-row-number")
        self.place.observe(
            lambda change: self._is_picking or self._pick(self.part.widget.value, change["new"]), "value"
        )
        self._is_picking = False
        self.back = button("Previous", "chevron-left", "The row before", lambda: self._step(-1))
        self.on = button("Next", "chevron-right", "The next row", lambda: self._step(1))
        self.threshold = SliderControl("Threshold", 0.5, 0, 1, 0.01, lambda _: self._answer_again())
        self.forget = CheckControl(False, lambda _: self._answer_again(), "Forget to scale")
        self._about_row, self._said, self._way = html_box("ks-about-row"), html_box("ks-said"), html_box("ks-way")
        self._image = html_box("ks-image")
        self._box = ipywidgets.VBox([])
        self._box.add_class("ks-inputs")
        self.add_class("ks-predict")
        left = ipywidgets.VBox(
            [
                row(self.part.widget, self.place, self.back, self.on),
                self._about_row,
                self._image,
                self._box,
                row(self.threshold.widget),
                self.forget.widget,
            ]
        )
        right = ipywidgets.VBox([self._said, self._way])
        self.lay_out(row(left, right, name="ks-halves"), self.message, self.code_view)
        self.begin()

    # From code

    @property
    def values(self):
        """The row as it is set: name of the input → number, in the data's own units."""
        return dict(zip(self._meaning.features, self._inputs.values.tolist())) if self._inputs else {}

    @property
    def answer(self):
        """What the model says to it: class → probability, or a list of numbers; None while there is no answer."""
        if self._answer is None:
            return None
        if self._meaning.task == NUMBERS:
            return self._answer.tolist()
        return dict(zip(self._meaning.classes, self._answer.tolist()))

    @property
    def label(self):
        """The crisp answer: the name of a class, or a number; None while there is no answer."""
        if self._answer is None:
            return None
        if self._meaning.task == NUMBERS:
            return float(self._answer[0])
        return self._meaning.classes[predict_views.crisp(self._answer, self._meaning, self._threshold)]

    def on_answer(self, observer):
        """Call `observer()` whenever the answer that is shown has changed."""
        self._said.observe(lambda _: observer(), "value")

    def set(self, row=None, part=None, threshold=None, forget=None, **values):
        """Set inputs by name, and parts of the recipe.

        Args:
            row: the place of a row to take, from 0.
            part: `"train"` or `"validation"`: where the row is taken from.
            threshold: 0 to 1: above it class 1 is said.
            forget: True shows as well what comes out of numbers that are not scaled.
            **values: inputs by name, such as `body_mass_g=4200`; groups of flags by their word, such as
                `species="Gentoo"`; all else as for `Recipe.replace`.

        Returns:
            The panel.
        """
        if threshold is not None:
            check_number("threshold", threshold, 0, 1)
        inputs = {name: value for name, value in values.items() if self._inputs and self._inputs.knows(name)}
        parts = {name: value for name, value in values.items() if name not in inputs}
        if parts:
            super().set(**parts)
        if row is not None or part is not None:
            self._take(part or self.part.widget.value, 0 if row is None else row)
        if inputs:
            before = self._inputs.values.copy()
            try:
                for name, value in inputs.items():
                    self._inputs.set(name, value)
            except ValueError:
                self._inputs.values = before
                raise
            self._inputs.show()
        if threshold is not None:
            self.threshold.show(threshold)
        if forget is not None:
            self.forget.show(bool(forget))
        self._answer_again()
        return self

    def code(self, engine="kerasschool"):
        if self._inputs is None:
            return "# No rows yet."
        values = ", ".join(number_as_code(value) for value in self._inputs.values)
        names = ", ".join(self._meaning.features[:12]) + (", …" if len(self._meaning.features) > 12 else "")
        shape = self.experiment.rows.x.shape[1:]
        reshaped = "" if len(shape) == 1 else f".reshape{(1, *shape)}"
        is_scaled = self.experiment.rows.mean is not None
        forgets = is_scaled and self.forget.widget.value
        row = "row" if forgets or not is_scaled else "(row - mean) / spread"
        comment = "  # forgot to scale" if forgets else ""
        lines = ["import numpy as np", "", f"# {names}", f"row = np.array([[{values}]]){reshaped}"]
        lines += [f"p = model.predict({row}, verbose=0){comment}", "print(p)"]
        classes = list(self._meaning.classes)
        if self._meaning.task == BINARY:
            lines.append(f"print({classes}[int(p[0, -1] > {self._threshold:g})])")
        elif classes:
            lines.append(f"print({classes}[p[0].argmax()])")
        return "\n".join(lines)

    # Clicks

    def _step(self, by):
        self._pick(self.part.widget.value, self.place.value + by)

    def _pick(self, part, place):
        self.attempt(self._take_and_answer, part, place)

    def _take_and_answer(self, part, place):
        count = len(self._rows_of(part)[0])
        self._take(part, place % count)
        self._answer_again()

    def _take(self, part, place):
        check_one_of("part", part, PARTS)
        x, _ = self._rows_of(part)
        if check_whole("row", place, 0) >= len(x):
            raise ValueError(message(f"The rows {PARTS[part]} are numbered 0 to {len(x) - 1}.", row=place))
        self._inputs.values = flat(in_own_units(self.experiment.rows, x[place : place + 1]))[0]
        self._inputs.show()
        self._picked = part, place, self._inputs.values.copy()
        self._is_picking = True
        self.part.show(part)
        self.place.max = len(x) - 1
        self.place.value = place
        self._is_picking = False

    def _rows_of(self, part):
        rows = self.experiment.rows
        if part == "validation":
            if rows.validation_data is None:
                raise ValueError("No rows are held back.")
            return rows.validation_data
        return rows.x, rows.y

    # What is shown

    @property
    def _threshold(self):
        return self.threshold.widget.value

    def update(self):
        """Ask the model again, with new controls if the rows are others."""
        try:
            if not self.experiment.has_rows:
                raise ValueError("There are no rows yet. Choose a data set in the Data panel, or pass `x` and `y`.")
            meaning = meaning_of(self.experiment)
            if self._of_rows is not self.experiment.rows:
                self._make_inputs(meaning)
        except Exception:
            self._inputs = self._answer = self._of_rows = None
            self._box.children, self._said.value, self._way.value = [], "", ""
            self._about_row.value = self._image.value = ""
            raise
        self._answer_again()

    def _make_inputs(self, meaning):
        rows = self.experiment.rows
        self._meaning, self._of_rows = meaning, rows
        held_back = [] if rows.validation_data is None else [rows.validation_data[0]]
        x = flat(in_own_units(rows, np.concatenate([rows.x, *held_back])))
        for name in self._inputs.controls if self._inputs else ():
            self.controls.pop(name, None)
        self._inputs = Inputs(x, self._meaning, self._answer_again)
        self.controls |= {name: getattr(self, name) for name in ("part", "place", "threshold", "forget")}
        self.controls |= self._inputs.controls
        few = [control.widget for control in self._inputs.controls.values()]
        self._box.children = few or [ipywidgets.HTML(f"{len(self._meaning.features)} inputs: take rows from above.")]
        self.part.offer([(words, part) for part, words in PARTS.items() if part == "train" or held_back])
        self._take("validation" if held_back else "train", 0)

    def _answer_again(self):
        """Ask the model for the row as it is set, and for what would turn the answer: one call of `predict`."""
        self.attempt(self._ask)
        self.code_view.value = code_html(self.code())
        self.refresh_picture_soon()

    def _ask(self):
        self._answer = None
        rows, meaning, inputs = self.experiment.rows, self._meaning, self._inputs
        self._show_row()
        tried, changes = inputs.sweeps()
        shape = (-1, *rows.x.shape[1:])
        own = np.concatenate([inputs.values[None], tried]).reshape(shape)
        batch = np.concatenate([np.asarray(rows.scale(own), float), own[:1]])
        try:
            with np.errstate(all="ignore"):
                outputs = outputs_of(self.model, batch, batch_size=len(batch))
            answers = as_answers(outputs[:-1], meaning)
        except Exception:
            self._said.value = self._way.value = ""
            raise
        self._answer, threshold = answers[0], self._threshold
        self._show_controls(rows)
        forgets = rows.mean is not None and self.forget.widget.value
        title = "Scaled first, as in training" if forgets else ""
        shown = predict_views.answer_view(self._answer, meaning, threshold, title)
        if forgets:
            raw = np.asarray(outputs[-1:], float)
            raw = as_answers(raw, meaning)[0] if np.isfinite(raw).all() else None
            if raw is None:
                shown += f"<div class='ks-answer'><h5>Raw numbers</h5><p class='warning'>{FORGOTTEN}</p></div>"
            else:
                shown += predict_views.answer_view(raw, meaning, threshold, "Raw numbers, not scaled", FORGOTTEN)
        words = [
            predict_views.boundary_words(self._answer, meaning, threshold),
            predict_views.nearest_change(self._answer, answers[1:], inputs, changes, threshold),
        ]
        words = "".join(f"<p>{html.escape(each)}</p>" for each in words if each)
        self._said.value = f"<div class='ks-answers'>{shown}</div><div class='ks-boundary'>{words}</div>"
        self._way.value = "<h4>On the way</h4>" + predict_views.activations_view(self._activations(batch[:1]))
        self.say(self.about_training())

    def _activations(self, x):
        """What each layer gives for one row: list of `(name, outputs)`."""
        found = []
        with np.errstate(all="ignore"):
            for layer in self.model.layers:
                if type(layer).__name__ != "InputLayer":
                    x = layer(x)
                    found.append((layer.name, np.asarray(x, float)))
        return found

    def _show_controls(self, rows):
        is_binary = self._meaning.task == BINARY
        (self.threshold.widget.remove_class if is_binary else self.threshold.widget.add_class)("ks-away")
        (self.forget.widget.remove_class if rows.mean is not None else self.forget.widget.add_class)("ks-away")

    def _show_row(self):
        """Which row it is, and what is true of it."""
        part, place, values = self._picked
        if np.array_equal(values, self._inputs.values):
            true = self._rows_of(part)[1][place]
            words = number(np.ravel(true)[0])
            if self._meaning.task != NUMBERS:
                words = self._meaning.classes[class_numbers(np.asarray(true)[None])[0]]
            text = f"Row {place} of those {PARTS[part]}: in truth {words}."
        else:
            text = f"Changed from row {place} of those {PARTS[part]}: nobody knows the truth."
        self._about_row.value = html.escape(text)
        shape = self._meaning.image_shape
        self._image.value = ""
        if shape:
            most = max(1e-9, float(self._inputs.high.max()))
            self._image.value = picture_svg(self._inputs.values, shape, most, text, size=160)

    def picture(self):
        from matplotlib.figure import Figure

        if self._answer is None:
            return text_figure(["No prediction yet."])
        figure = Figure(figsize=(9.4, 3.0), dpi=100)
        pairs = [f"{name[:26]:26} {number(value):>9}" for name, value in list(self.values.items())[:13]]
        figure.text(0.02, 0.94, "\n".join(pairs), family="monospace", size=8, va="top", parse_math=False)
        axes = figure.add_axes((0.55, 0.22, 0.42, 0.6))
        if self._meaning.task == NUMBERS:
            axes.barh([0], self._answer[:1], color="#0877bd")
            axes.set_yticks([])
        else:
            names = [name[:14] for name in self._meaning.classes]
            axes.barh(range(len(names)), self._answer, color="#0877bd")
            axes.set_yticks(range(len(names)), names, parse_math=False)
            axes.set(xlim=(0, 1), xlabel="probability")
            axes.invert_yaxis()
            if self._meaning.task == BINARY:
                axes.axvline(self._threshold, color="#888888", linestyle="--", linewidth=1)
        axes.set_title(f"{self._meaning.target}: {self._label_words()}", size=10, parse_math=False)
        return figure

    def _label_words(self):
        return number(self.label) if self._meaning.task == NUMBERS else self.label

    def description(self):
        if self._answer is None:
            return "No prediction yet."
        inputs = ", ".join(f"{name} {number(value)}" for name, value in list(self.values.items())[:10])
        words = f"Prediction for {inputs}: {self._meaning.target} {self._label_words()}"
        if self._meaning.task == NUMBERS:
            return words + "."
        listed = ", ".join(f"{name} {p:.3f}" for name, p in list(self.answer.items())[:10])
        return f"{words} ({listed})."


def number_as_code(value):
    """A number as Python writes it, without dust."""
    return repr(float(f"{value:.10g}"))
