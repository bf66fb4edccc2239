"""The Activation panel: the bend of a layer, its slope, and where it learns nothing. Lesson 07."""

import ipywidgets
import numpy as np

from kerasschool.errors import check_number, check_one_of, message
from kerasschool.live import recipe_code
from kerasschool.panels import activation_facts as facts
from kerasschool.panels.activation_charts import card, draw, y_range
from kerasschool.panels.activation_facts import FLAT, SPELLED, Chosen
from kerasschool.panels.base import Panel, button, icon_button, row
from kerasschool.panels.controls import Control, SpecControl
from kerasschool.panels.on_experiment import as_experiment, code_html
from kerasschool.views import charts
from kerasschool.views.charts import number

MOST = charts.SERIES
START = ("relu", "sigmoid")
REACHES = {4: 0.05, 8: 0.1, 16: 0.1, 100: 1, 1000: 10}  # how far x goes → step of one key press


class Activation(Panel):
    """See activations and their slopes, move a point along x, and read the formula with its numbers.

    Args:
        start: None, or a model, recipe, experiment or another panel: its own activations come first in the list.
        names: list of names or specs to show, at most four; None for those of `start`, or relu and sigmoid.
        x: where the point stands; 1.5.

    Those that mix their inputs, such as softmax, have no curve; they are shown by a small example with bars.

    Raises:
        ValueError: for an unknown activation, with the nearest that is known.

    >>> panel = Activation(names=["sigmoid"])
    >>> panel.sentences()
    ['sigmoid(1.5) = 1 / (1 + exp(−1.5)) = 0.8176, slope 0.1491']

    Lesson: 07.
    """

    name = "Activation panel"
    style_sheets = ("panel.css", "charts.css", "functions.css")

    def __init__(self, start=None, names=None, x=1.5):
        super().__init__()
        self._model, self._leave = None, None
        own = self._open(start)
        self.x, self.reach, self.chosen = 0.0, 4, []
        self._make_widgets(own)
        self.set(names=own[:MOST] or START if names is None else names, x=x)

    def _open(self, start):
        """Look at what the panel is opened on; returns its activations."""
        if start is None:
            return []
        if hasattr(start, "layers") and hasattr(start, "summary"):
            self._model = start
            return own_activations(start)
        experiment = as_experiment(start)
        self._model = experiment
        self._leave = experiment.on_change(lambda _, changed: "layers" in changed and self._offer_own())
        return own_activations(experiment.model)

    # From code

    @property
    def model(self):
        """The model that the panel was opened on, or None."""
        return getattr(self._model, "model", self._model)

    @property
    def names(self):
        """What is shown: list of names, or specs where there are arguments."""
        return [each.spec if each.arguments else each.name for each in self.chosen]

    def set(self, names=None, x=None, reach=None):
        """Set what the controls set.

        Args:
            names: list of names such as `"elu"`, or of specs `{"class": "elu", "arguments": {"alpha": 2.0}}`.
            x: where the point stands.
            reach: the axis goes from -reach to reach: 4, 8, 16, 100 or 1000. It grows by itself when x needs it.

        Returns:
            The panel.
        """
        chosen = self.chosen if names is None else _read_names(names)
        x = self.x if x is None else float(check_number("x", x, -max(REACHES), max(REACHES)))
        reach = self.reach if reach is None else check_one_of("reach", reach, REACHES)
        self.chosen, self.x = chosen, x
        self.reach = next(each for each in REACHES if each >= max(reach, abs(x)))
        self._show()
        self.say(_hint(self.chosen))
        return self

    def sentences(self):
        """What the panel says about each activation at x: list of texts."""
        return [each.line(self.x) for each in self.chosen]

    def code(self, engine="kerasschool"):
        """The program that computes the shown numbers.

        Args:
            engine: `"kerasschool"`, or `"keras"` for Keras 3; only the import differs.
        """
        check_one_of("engine", engine, recipe_code.IMPORTS)
        lines = ["import numpy as np", "", recipe_code.IMPORTS[engine], ""]
        bent = [each for each in self.chosen if not each.mixes]
        if bent:
            if any(each.corner(self.x) for each in bent):
                lines.append("# x is at a corner: this slope is the mean of those on its left and right.")
            lines += [
                "step = 0.01",
                f"x = np.array([{self.x!r} - step, {self.x!r}, {self.x!r} + step])",
                "for name, activation in {",
                *(f'    "{each.label}": {_in_code(each)},' for each in bent),
                "}.items():",
                "    left, y, right = np.asarray(activation(x))",
                '    print(f"{name}: {y:.4g}, slope {(right - left) / (2 * step):.3f}")',
            ]
        for each in self.chosen:
            if each.mixes:
                scores = [[float(score) for score in each.example(self.x)[0]]]
                lines += [
                    f"scores = np.array({scores})",
                    f'print("{each.label}:", np.asarray({_call(each, "scores")}))',
                ]
        return "\n".join(lines) + "\n"

    # The widgets

    def _make_widgets(self, own):
        self._rows = [_Row(self, place, own) for place in range(MOST)]
        self._add = button("Add", "plus", "Show one activation more, at most four", lambda: self.attempt(self._add_one))
        narrow = {"continuous_update": False, "style": {"description_width": "initial"}}
        self._field = _Told(
            ipywidgets.FloatText(self.x, description="x", step=0.1, layout={"width": "110px"}, **narrow),
            self._x_changed,
        )
        reaches = [(f"−{reach} … {reach}", reach) for reach in REACHES]
        self._reach = _Told(
            ipywidgets.Dropdown(options=reaches, description="Axis", style=narrow["style"], layout={"width": "160px"}),
            lambda reach: self.attempt(lambda: self.set(x=float(np.clip(self.x, -reach, reach)), reach=reach)),
        )
        self._slider = _Told(
            ipywidgets.FloatSlider(self.x, min=-4, max=4, step=0.05, readout=False, layout={"width": "auto"}),
            self._x_changed,
        )
        self._slider.widget.add_class("ks-under-axis")
        self._drawing, self._cards, self._code = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        self._code.add_class("ks-code")
        self._left = ipywidgets.VBox([self._drawing, self._slider.widget])
        self._left.add_class("ks-curves")
        right = ipywidgets.VBox([self._cards])
        right.add_class("ks-cards")
        fold = ipywidgets.Accordion([self._code], titles=["The code that computes these numbers"])
        self.controls = {
            **{f"activation_{place + 1}": each for place, each in enumerate(self._rows)},
            "add": self._add,
            "x": self._field,
            "reach": self._reach,
            "slider": self._slider,
        }
        self.add_class("ks-activation")
        self.lay_out(
            *(each.widget for each in self._rows),
            row(self._add, self._field.widget, self._reach.widget, name="ks-fields"),
            self.message,
            row(self._left, right, name="ks-columns"),
            fold,
        )

    def _x_changed(self, x):
        if not self.attempt(lambda: self.set(x=round(x, 9))):  # a slider adds up its steps: 1.5499999999999998
            self._show()

    def _add_one(self):
        if len(self.chosen) == MOST:
            self.say("Four are shown. Remove one first.")
            return
        shown = {each.name for each in self.chosen}
        self.set(names=[*self.chosen, next(name for name in facts.names() if name not in shown)])

    def replace_one(self, place, spec):
        """Show another activation at this place; None takes it away."""
        names = list(self.chosen)
        if spec is None and len(names) == 1:
            self.say("One stays.")
            return
        names[place : place + 1] = [] if spec is None else [spec]
        if not self.attempt(lambda: self.set(names=names)):
            self._show()

    def _offer_own(self):
        own = own_activations(self.model)
        for each in self._rows:
            each.control.offer(own)
        self._show()

    def _show(self):
        for place, each in enumerate(self._rows):
            each.show(self.chosen[place] if place < len(self.chosen) else None)
        (self._add.add_class if len(self.chosen) == MOST else self._add.remove_class)("ks-idle")
        self._show_on_slider()
        self._field.show(self.x)
        self._reach.show(self.reach)
        bent = [each for each in self.chosen if not each.mixes]
        (self._drawing.remove_class if bent else self._drawing.add_class)("ks-hidden")
        if bent:
            self._drawing.value = draw(self.chosen, self.x, self.reach)
        self._cards.value = "".join(card(each, self.x, place) for place, each in enumerate(self.chosen))
        self._code.value = code_html(self.code())
        self.refresh_picture_soon()

    def _show_on_slider(self):
        """Tell the page only what is new: an echo of the reader's own move would hold up the next one."""
        slider, reach = self._slider.widget, self.reach
        if slider.max != reach:
            self._slider.quietly(lambda: slider.set_trait("value", min(max(slider.value, -reach), reach)))
            for end, value in (("max", reach), ("min", -reach), ("step", REACHES[reach])):
                self._slider.quietly(lambda end=end, value=value: slider.set_trait(end, value))
        if abs(slider.value - self.x) > 1e-9:
            self._slider.show(self.x)

    # The still picture

    def picture(self):
        from matplotlib.figure import Figure

        bent = [each for each in self.chosen if not each.mixes]
        figure = Figure(figsize=(9.4, 3.4), dpi=100)
        axes = figure.subplots(1, 3, width_ratios=(1, 1, 0.9))
        figure.subplots_adjust(left=0.05, right=0.99, bottom=0.14, top=0.9, wspace=0.22)
        x = np.linspace(-self.reach, self.reach, 401)
        colors, dashes = ("#0877bd", "#b85c00", "#1b7f3b", "#7a4fa3"), ("solid", (0, (5, 2)), "dotted", "dashdot")
        for place, each in enumerate(self.chosen):
            if not each.mixes:
                look = {"color": colors[place], "linestyle": dashes[place], "label": each.label}
                for ax, values, at in ((axes[0], each.values, each.value), (axes[1], each.slopes, each.slope)):
                    ax.plot(x, values(x), **look)
                    ax.plot([self.x], [at(self.x)], "o", color=colors[place])
        for ax, title in zip(axes, ("y", "slope"), strict=False):
            ax.set_title(title, size=10)
            ax.grid(alpha=0.3)
        if bent:
            axes[0].set_ylim(*y_range(bent, self.reach))
            axes[0].legend(frameon=False, fontsize="small")
        axes[2].axis("off")
        lines = [text.replace(" = ", "\n  = ") for text in self.sentences()]
        axes[2].text(0, 1, "\n".join(lines), size=8, va="top", parse_math=False)
        return figure

    def description(self):
        return f"Activations at x = {number(self.x)}: " + "; ".join(self.sentences()) + "."

    def close(self):
        """Take the panel off the page."""
        if getattr(self, "_leave", None) is not None:
            self._leave()
        super().close()


class _Told(Control):
    """A widget whose changes by the reader are told, and whose changes from code are not."""

    def __init__(self, widget, changed):
        super().__init__(changed)
        self.widget = self.watch(widget)

    def quietly(self, action):
        self._is_showing = True
        try:
            action()
        finally:
            self._is_showing = False


class _Row:
    """One chosen activation: its look in the charts, its name and arguments, and a button that takes it away."""

    def __init__(self, panel, place, own):
        self.control = _ActivationControl(lambda spec: panel.replace_one(place, spec), place, own)
        remove = icon_button("times", f"Remove activation {place + 1}", lambda: panel.replace_one(place, None))
        look = ipywidgets.HTML(charts.swatch(f"s{place}"), layout={"width": "34px"})
        self.widget = row(look, self.control.widget, remove, name="ks-one-line")

    @property
    def disabled(self):
        return self.control.disabled

    @disabled.setter
    def disabled(self, value):
        self.control.disabled = value

    def show(self, chosen):
        if chosen is not None:
            self.control.show(chosen.spec)
        (self.widget.add_class if chosen is None else self.widget.remove_class)("ks-hidden")


class _ActivationControl(SpecControl):
    """All activations of the engine with their arguments, those of the learner's own model first."""

    def __init__(self, changed, place, own):
        super().__init__("activation", None, changed, f"Activation {place + 1}")
        self.names.layout.width = "270px"
        self.offer(own)

    def offer(self, own):
        """Put the names of the model's own activations first."""
        mine = dict.fromkeys(each.name for each in own)
        options = [(f"{name} (your model)", name) for name in mine]
        options += [(name, name) for name in facts.names() if name not in mine]
        before, self._is_showing = self.names.value, True
        self.names.options = options
        self.names.value = before
        self._is_showing = False

    def parts(self, spec):
        return ("linear", {}) if spec is None else (spec["class"], spec["arguments"])

    def names_offered(self):
        return facts.names()

    def schema_of(self, name):
        return facts.arguments_of(name)

    def is_rare(self, key):
        return True  # a row is short: arguments stand behind "More" until one is set


def own_activations(model):
    """The activations of a model's layers, each once: list of `Chosen`. The model may be Keras's own."""
    found = []
    for layer in getattr(model, "layers", []):
        name = getattr(getattr(layer, "activation", None), "__name__", None)
        given = {}
        if name is None and type(layer).__name__.lower() in ("relu", "leakyrelu", "elu", "softmax"):
            name = {"LeakyReLU": "leaky_relu"}.get(type(layer).__name__, type(layer).__name__.lower())
            given = {key: getattr(layer, key) for key in facts.arguments_of(name) if hasattr(layer, key)}
        if name in facts.names():
            each = Chosen(name, given)
            if each.label not in {other.label for other in found}:
                found.append(each)
    return found


def _read_names(names):
    if isinstance(names, (str, dict, Chosen)):
        names = [names]
    if not isinstance(names, (list, tuple)) or not 1 <= len(names) <= MOST:
        raise ValueError(message(f"`names` must be a list of 1 to {MOST} activations.", names=names))
    return [Chosen.read(each) for each in names]


def _hint(chosen):
    if all(each.mixes for each in chosen):
        return "x is the first score. Move it: all outputs change, since they share what there is."
    return (
        "Move the point with the slider: click its knob, then use the arrow keys. "
        f"Where |slope| < {FLAT} an activation is flat: hardly any gradient passes."
    )


def _in_code(each):
    plain = SPELLED.get(each.name, f"keras.activations.{each.name}")
    return f"lambda x: {_call(each, 'x')}" if each.arguments else plain


def _call(each, inputs):
    plain = SPELLED.get(each.name, f"keras.activations.{each.name}")
    return f"{plain}({', '.join([inputs, *(f'{key}={value!r}' for key, value in each.arguments.items())])})"
