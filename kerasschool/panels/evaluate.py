"""The Evaluate panel: how good is the model, on rows that it knows and on rows that it does not? Step 5; lesson 05."""

import weakref

import ipywidgets

from kerasschool.errors import check_number, check_one_of, message
from kerasschool.live.judged import judge
from kerasschool.live.meaning import BINARY, NUMBERS, further_rows, in_own_units, meaning_of
from kerasschool.panels import evaluate_views
from kerasschool.panels.base import button, row, text_figure
from kerasschool.panels.data_views import flat
from kerasschool.panels.on_model import ModelPanel
from kerasschool.panels.small_controls import SliderControl, WordControl, html_box

PARTS = ("train", "validation", "test")
_peeks = weakref.WeakKeyDictionary()  # experiment or model → how often its sealed test was opened, by any panel


class Evaluate(ModelPanel):
    """See how good a model is: on the rows it was trained on, on those held back, and once on a sealed test.

    Args:
        start: a `Recipe`, a share string, an `Experiment`, another panel; or a model of your own, Keras's too.
        x, y: for a model of your own, the rows that it was trained on, as `evaluate` takes them.
        validation_data: `(x, y)` held back, or None.
        test_data: `(x, y)` for the very end, in the data's own units; stays sealed until its button is pressed.
        scaling: for a model of your own: `(mean, spread)` if all arrays are in the data's own units, to be scaled here.
        feature_names, target_names: for arrays of your own, words for inputs and classes.

    Open it by naming it in the last line of a cell::

        from kerasschool.panels import Evaluate

        panel = Evaluate(train_panel)
        panel

    In code: `panel.set(threshold=0.3, rows="train")`, `panel.open_test()`, `panel.scores`.
    """

    name = "Evaluate panel"

    def __init__(
        self,
        start=None,
        x=None,
        y=None,
        validation_data=None,
        test_data=None,
        scaling=None,
        feature_names=(),
        target_names=(),
    ):
        super().__init__(start, x, y, validation_data, scaling, feature_names, target_names)
        if test_data is not None:
            test_data = further_rows("test_data", test_data, self.experiment.names)
        self._test_data, self._opened = test_data, None
        self._parts, self._meaning = {}, None
        self._rows = self._wanted = "validation"
        self.threshold = SliderControl("Threshold", 0.5, 0, 1, 0.01, self._move)
        self.rows = WordControl("", PARTS, lambda name: self.attempt(lambda: self.set(rows=name)), as_row=True)
        self.open = button("Open the sealed test", "lock", "Score the test rows; each opening counts", self._open)
        self.again = button("Look again", "refresh", "The model may have been trained meanwhile", self._look_again)
        self.controls = {name: getattr(self, name) for name in ("threshold", "rows", "open", "again")}
        self._table, self._said = html_box("ks-score-box"), html_box("ks-peeks")
        self._pictures, self._mistakes = html_box("ks-pictures-row"), html_box("ks-mistakes")
        self.add_class("ks-evaluate")
        if test_data is None:
            self.open.add_class("ks-gone")
        if not self.is_by_hand:
            self.again.add_class("ks-gone")
        self.lay_out(
            row(self._table, ipywidgets.VBox([row(self.open, self.again), self._said]), name="ks-top"),
            row(self.rows.widget, self.threshold.widget, name="ks-fields"),
            self._pictures,
            self._mistakes,
            self.message,
            self.code_view,
        )
        self.begin()

    # From code

    @property
    def scores(self):
        """What the table shows: name of the rows → dictionary with `loss` and `accuracy`, or `mae` and `rmse`."""
        found = {}
        for name, part in self._parts.items():
            found[name] = {"loss": part.loss}
            if part.meaning.task == NUMBERS:
                found[name]["mae"], found[name]["rmse"] = part.errors()
            else:
                found[name]["accuracy"] = part.accuracy(self._threshold)
        return found

    @property
    def confusion(self):
        """The confusion counts of the rows that are shown: row = true, column = said."""
        return self._parts[self._rows].confusion(self._threshold)

    @property
    def peeks(self):
        """How often the sealed test was opened, by this panel and by others on the same experiment or model."""
        return _peeks.get(self._whose, 0)

    def open_test(self):
        """Score the test rows, and count it. Returns the panel.

        Raises:
            ValueError: if there is no test set.
        """
        if self._test_data is None:
            raise ValueError(message("There is no sealed test.", fix="Open the panel with `test_data=(x, y)`."))
        x, y = self._test_data
        judged = judge(self.model, self.experiment.rows.scale(x), y, meaning_of(self.experiment), self.is_mid_epoch)
        _peeks[self._whose] = self.peeks + 1
        self._opened = judged, self._state()
        self._wanted = "test"
        self.update()
        return self

    def set(self, threshold=None, rows=None, **parts):
        """Set what is looked at, and parts of the recipe.

        Args:
            threshold: 0 to 1: above it class 1 is said.
            rows: `"train"`, `"validation"` or `"test"`: those whose pictures are shown.
            **parts: as for `Recipe.replace`.

        Returns:
            The panel.
        """
        if threshold is not None:
            check_number("threshold", threshold, 0, 1)
        if rows is not None:
            check_one_of("rows", rows, PARTS)
            if rows not in self._parts:
                why = "The test is sealed: open it first." if rows == "test" else "No rows are held back."
                self._show_controls()
                raise ValueError(message(why, rows=rows))
        if parts:
            super().set(**parts)
        if threshold is not None:
            self.threshold.show(threshold)
        self._rows = self._wanted = rows or self._rows
        self._draw()
        self._after()
        return self

    def code(self, engine="kerasschool"):
        names = {"train": ("x", "y") if self.experiment.is_by_hand else ("x_train", "y_train")}
        names |= {"validation": ("x_val", "y_val"), "test": ("x_test", "y_test")}
        is_scaled = self._parts and self.experiment.rows.mean is not None
        for name in PARTS if is_scaled and self.is_by_hand else ("test",) if is_scaled else ():
            names[name] = f"({names[name][0]} - mean) / spread", names[name][1]
        shown = [name for name in ("train", "validation") if name in self._parts] or ["train"]
        lines = ["import numpy as np", ""]
        for name in shown:
            comment = "rows it was trained on" if name == "train" else "rows held back"
            lines.append(f"print(model.evaluate({', '.join(names[name])}, verbose=0))  # {comment}")
        x, y = names[self._rows if self._rows in self._parts else "train"]
        task = None if self._meaning is None else self._meaning.task
        lines.append("")
        if task == NUMBERS:
            true = y if self._meaning.columns > 1 else f"np.reshape({y}, (-1, 1))"
            lines += [f"wrong = model.predict({x}, verbose=0) - {true}"]
            lines += ["print(np.abs(wrong).mean(), np.sqrt(np.square(wrong).mean()))  # mae, rmse"]
            return "\n".join(lines)
        classes = 2 if self._meaning is None else len(self._meaning.classes)
        first = next(iter(self._parts.values()), None)
        if task == BINARY and (first is None or first.units == 1):
            lines += [f"p = model.predict({x}, verbose=0)[:, 0]", f"said = (p > {self._threshold:g}).astype(int)"]
        elif task == BINARY:
            lines += [f"p = model.predict({x}, verbose=0)[:, 1]", f"said = (p > {self._threshold:g}).astype(int)"]
        else:
            lines += [f"said = model.predict({x}, verbose=0).argmax(axis=1)"]
        is_one_hot = self._meaning is not None and self._meaning.one_hot
        lines += [f"true = {y}.argmax(axis=1)" if is_one_hot else f"true = np.reshape({y}, -1).astype(int)"]
        lines += [f"confusion = np.zeros(({classes}, {classes}), int)  # row: true, column: said"]
        lines += ["np.add.at(confusion, (true, said), 1)"]
        return "\n".join([*lines, "print(np.mean(said == true))", "print(confusion)"])

    # Clicks

    def _move(self, threshold):
        self._draw()
        self._after()

    def _open(self):
        if self.attempt(self.open_test):
            self._after()

    def _look_again(self):
        if self.attempt(self.update):
            self.say(self.about_training() or "Scored anew.")

    # What is shown

    @property
    def _threshold(self):
        return self.threshold.widget.value

    @property
    def _whose(self):
        return self.model if self.is_by_hand else self.experiment

    def _state(self):
        """What changes when the model changes."""
        return id(self.model), self.steps

    def update(self):
        """Score all rows anew and show them."""
        self._parts = {}
        try:
            if not self.experiment.has_rows:
                raise ValueError("There are no rows yet. Choose a data set in the Data panel, or pass `x` and `y`.")
            self._meaning = meaning_of(self.experiment)
            rows, model = self.experiment.rows, self.model
            found = {"train": judge(model, rows.x, rows.y, self._meaning, self.is_mid_epoch)}
            if rows.validation_data is not None:
                found["validation"] = judge(model, *rows.validation_data, self._meaning, self.is_mid_epoch)
            self._parts = found
            if self._opened is not None and self._opened[1] == self._state():
                self._parts["test"] = self._opened[0]
        finally:
            self._rows = next((name for name in (self._wanted, "validation") if name in self._parts), "train")
            self._draw()
        self.say(self.about_training())

    def _draw(self):
        self._show_controls()
        self._said.value = self._about_test()
        if not self._parts:
            self._table.value = self._pictures.value = self._mistakes.value = ""
            return
        parts, chosen, threshold = self._parts, self._rows, self._threshold
        judged = parts[chosen]
        sealed = "test" not in parts and self._test_data is not None
        self._table.value = evaluate_views.scores_table(parts, threshold, "sealed" if sealed else "")
        if judged.meaning.task == NUMBERS:
            shown = [evaluate_views.predicted_svg(judged, chosen), evaluate_views.errors_svg(judged)]
        else:
            shown = [evaluate_views.confusion_svg(judged, threshold)]
        if judged.meaning.task == BINARY:
            curves = (evaluate_views.roc_svg, evaluate_views.precision_recall_svg)
            shown += [curve(parts, chosen, threshold) for curve in curves]
        self._pictures.value = f'<div class="ks-side-by-side">{"".join(shown)}</div>'
        x = flat(in_own_units(self.experiment.rows, self._inputs(chosen)))
        self._mistakes.value = evaluate_views.mistakes_table(judged, x, threshold)

    def _inputs(self, name):
        rows = self.experiment.rows
        if name == "train":
            return rows.x
        return rows.validation_data[0] if name == "validation" else rows.scale(self._test_data[0])

    def _show_controls(self):
        self.rows.offer([(evaluate_views.WORDS[name].capitalize(), name) for name in self._parts or PARTS])
        self.rows.show(self._rows)
        is_binary = bool(self._parts) and self._meaning.task == BINARY
        (self.threshold.widget.remove_class if is_binary else self.threshold.widget.add_class)("ks-away")

    def _about_test(self):
        if self._test_data is None:
            return ""
        times = self.peeks
        if not times:
            return "Never opened. Open it once, at the very end: then its score tells how the model does on new rows."
        often = "<b>Opened once.</b> This score may be reported."
        if times > 1:
            often = f"<b>Opened {times} times: no longer new.</b> Who chooses by its score makes validation rows of it."
        if self._opened is not None and "test" not in self._parts:
            often += " The model has changed since: sealed again."
        return often

    def picture(self):
        from matplotlib.figure import Figure

        if not self._parts:
            return text_figure(["Nothing to score yet."])
        figure = Figure(figsize=(9.4, 3.0), dpi=100)
        evaluate_views.draw(figure, self._parts, self._rows, self._threshold)
        return figure

    def description(self):
        if not self._parts:
            return "Nothing to score yet."
        words = [self.about_training()] if self.about_training() else []
        for name, found in self.scores.items():
            listed = ", ".join(f"{key} {evaluate_views.four(value)}" for key, value in found.items())
            words.append(f"{evaluate_views.WORDS[name].capitalize()}: {listed}.")
        if self._meaning.task == BINARY:
            (quiet, alarm), (missed, hit) = self.confusion
            one, other = self._meaning.classes[1], self._meaning.classes[0]
            words.append(
                f"At threshold {self._threshold:g}, {evaluate_views.WORDS[self._rows]}: {hit} of {hit + missed} {one} "
                f"found, {alarm} of {alarm + quiet} {other} called {one}."
            )
        return " ".join(words)
