"""The Initializer panel: where weights start, and what that does to a deep stack before any training. Lesson 08."""

import html

import ipywidgets
import numpy as np

from kerasschool import initializers
from kerasschool.errors import unknown
from kerasschool.live import recipe_model, recipe_schema
from kerasschool.panels import initializer_facts as facts
from kerasschool.panels.base import button, row
from kerasschool.panels.controls import ChoiceControl, NumberControl, SpecControl
from kerasschool.panels.initializer_charts import BINS, histogram, sizes, titled
from kerasschool.panels.on_experiment import ExperimentPanel, code_html
from kerasschool.views.charts import log_bounds, number

NOTHING = "—"
RULE = (
    "The rule: compared with the first step, a tenth or less “vanishes”, tenfold or more “explodes”, between them "
    "(grey band) it “keeps its size”. Nothing is trained."
)


class Initializer(ExperimentPanel):
    """Draw weights and see what they do to a stack of layers: does the signal keep its size, forward and back?

    A stack of `depth` Dense layers of `width` units gets 256 rows of standard-normal inputs; then gradients of the same
    kind come back from its end.

    Args:
        start: None, or a model, recipe, share string, experiment or another panel: the starts of its layers can be
            looked at, and the chosen one can be written into all its Dense layers.
        **settings: `initializer`, `activation`, `depth`, `width`, `seed`; see `set`.

    Raises:
        ValueError: for a setting that cannot be.

    >>> panel = Initializer(initializer="he_normal", depth=20)
    >>> panel.verdicts
    {'activations': 'keeps its size', 'gradients': 'keeps its size'}
    >>> panel.set(initializer="glorot_uniform", activation="sigmoid").verdicts["gradients"]
    'vanishes'

    Lesson: 08.
    """

    name = "Initializer panel"
    style_sheets = ("panel.css", "charts.css", "functions.css")

    def __init__(self, start=None, **settings):
        super().__init__(start)
        self._has_start = start is not None
        self.settings = facts.checked({})
        self._make_widgets()
        self.set(**settings)
        self.begin()

    # From code

    @property
    def model(self):
        """The stack that was measured: an untrained `Sequential`."""
        return self.stack.model

    @property
    def verdicts(self):
        """What the stack does to activations on their way, and to gradients on their way back."""
        stack = self.stack
        return {
            "activations": facts.verdict(stack.activations),
            "gradients": facts.verdict(stack.gradients[::-1]),
        }

    def set(self, **settings):
        """Set what the fields set, and measure anew.

        Args:
            initializer: a word such as `"he_normal"`, or a spec
                `{"class": "RandomNormal", "arguments": {"stddev": 0.1}}`.
            activation: a name; only those that work on each number alone.
            depth: number of layers, 1 to 30.
            width: units of each layer, 1 to 256.
            seed: whole number.

        Returns:
            The panel.
        """
        for name in settings:
            if name not in facts.SETTINGS:
                raise unknown("setting", name, facts.SETTINGS)
        checked = facts.checked({**self.settings, **settings})
        try:
            stack = facts.measure(checked)
        except (TypeError, ArithmeticError) as error:
            raise ValueError(f"These weights cannot be drawn: {error}") from error
        self.settings, self.stack = checked, stack
        self._show()
        return self

    def code(self, engine="kerasschool"):
        """The program that makes the stack and prints what is shown.

        Args:
            engine: `"kerasschool"`, or `"keras"` for Keras 3; only the import differs.
        """
        return facts.program(self.settings, engine)

    def use_in_all_dense_layers(self):
        """Write the chosen initializer into every Dense layer of the recipe that the panel was opened on."""
        layers = self.recipe.layers
        for layer in layers:
            if layer["class"] == "Dense":
                layer["arguments"]["kernel_initializer"] = self.settings["initializer"]
        self.experiment.change(layers=layers)
        count = sum(layer["class"] == "Dense" for layer in layers)
        self.say(f"Written into {count} Dense layers. The model starts anew, with these weights.")

    # The widgets

    def _make_widgets(self):
        known = facts.SETTINGS
        self._fields = {
            "initializer": SpecControl("initializer", "glorot_uniform", self._changes("initializer"), "Initializer"),
            "activation": ChoiceControl(
                recipe_schema.Argument("activation", "choice", choices=tuple(facts.activation_names())),
                "relu",
                self._changes("activation"),
                "Activation",
            ),
            **{
                name: NumberControl(known[name], known[name].default, self._changes(name), name.capitalize())
                for name in ("depth", "width", "seed")
            },
        }
        again = button("Draw again", "random", "Draw other weights: the next seed", self._draw_again)
        self._own = ipywidgets.Dropdown(
            options=[(NOTHING, None)], description="Look at", style={"description_width": "initial"}
        )
        self._own.observe(lambda change: change["new"] is not None and self._look_at(change["new"]), "value")
        use = button("Use in all Dense layers", "sign-in", "Write this initializer into the recipe", self._use)
        self._mine = row(self._own, use, name="ks-fields")
        (self._mine.remove_class if self._has_start else self._mine.add_class)("ks-hidden")
        self.controls = {**self._fields, "draw_again": again, "look_at": self._own, "use": use}
        self._drawing, self._words = ipywidgets.HTML(), ipywidgets.HTML()
        self._words.add_class("ks-findings")
        numbers = [self._fields[name].widget for name in ("activation", "depth", "width", "seed")]
        self.add_class("ks-initializer")
        self.lay_out(
            row(self._fields["initializer"].widget),
            row(*numbers, again, name="ks-fields"),
            self._mine,
            self.message,
            self._drawing,
            self._words,
            ipywidgets.Accordion([self.code_view], titles=["The code that computes these numbers"]),
        )

    def _changes(self, name):
        def changed(value):
            if not self.attempt(lambda: self.set(**{name: value})):
                self._show_fields()

        return changed

    def _draw_again(self):
        self.attempt(lambda: self.set(seed=(self.settings["seed"] + 1) % 2**32))

    def _use(self):
        self.attempt(self.use_in_all_dense_layers)

    def _look_at(self, place):
        each = own_layers(self.experiment.model)[place]
        self._own.value = None
        allowed = {"activation": each["activation"]} if each["activation"] in facts.activation_names() else {}
        if self.attempt(lambda: self.set(initializer=each["initializer"], **allowed)):
            self.say(f"This is how `{each['name']}` starts, in a deep stack of such layers.")

    def follow(self, changed):
        if not self._has_start or not changed & {"layers", "seed"}:
            return
        options = [(NOTHING, None)]
        for place, each in enumerate(own_layers(self.experiment.model)):
            initializer = each["initializer"]
            options.append((f"{each['name']}: {_word(initializer)}, {each['activation']}", place))
        self._own.options = options

    def _show_fields(self):
        for name, field in self._fields.items():
            field.show(self.settings[name])

    def _show(self):
        self._show_fields()
        stack, law = self.stack, self._law()
        drawn = [
            titled(histogram(stack.weights, law), "Weights", "", _weights_words(stack.weights, law)),
            titled(
                sizes(stack.activations, 0, "s0", "spread of the outputs"),
                "Activations, forward →",
                self.verdicts["activations"],
                f"From the first layer to the last: {facts.ratio_words(stack.activations)}.",
            ),
            titled(
                sizes(stack.gradients, -1, "s1", "size of the bias gradients"),
                "← Gradients, backward",
                self.verdicts["gradients"],
                f"From the last layer back to the first: {facts.ratio_words(stack.gradients[::-1])}.",
            ),
        ]
        self._drawing.value = f'<div class="ks-charts"><div>{"".join(drawn)}</div></div>'
        found = facts.findings(stack, self.settings) or [("check", "Units differ, none is dead, rows stay apart.")]
        self._words.value = "".join(
            f'<div><i class="fa fa-{icon}"></i> {html.escape(text)}</div>' for icon, text in found
        )
        self.say(RULE)
        self.code_view.value = code_html(self.code())
        self.refresh_picture_soon()

    def _law(self):
        made = recipe_model.as_object("initializer", self.settings["initializer"])
        return facts.ideal(initializers.get(made), self.settings["width"])

    # The still picture

    def picture(self):
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9.4, 3.2), dpi=100)
        axes = figure.subplots(1, 3)
        figure.subplots_adjust(left=0.05, right=0.99, bottom=0.15, top=0.88, wspace=0.25)
        stack = self.stack
        good = stack.weights[np.isfinite(stack.weights)]
        axes[0].hist(good, bins=BINS, color="#0877bd")
        axes[0].set_title("weights", size=10)
        for ax, name, values, color in (
            (axes[1], "activations", stack.activations, "#0877bd"),
            (axes[2], "gradients", stack.gradients, "#b85c00"),
        ):
            positive = [value if np.isfinite(value) and value > 0 else np.nan for value in values]
            ax.plot(range(1, len(values) + 1), positive, marker="o", color=color)
            if not np.all(np.isnan(positive)):
                ax.set_yscale("log")
                ax.set_ylim(*log_bounds([*positive, np.nanmax(positive) / facts.TENFOLD]))
            ax.set_xlabel("layer")
            ax.set_title(f"{name}: {self.verdicts[name]}", size=10)
            ax.grid(alpha=0.3)
        return figure

    def description(self):
        chosen, stack = self.settings, self.stack
        word = _word(chosen["initializer"])
        found = " ".join(text for _, text in facts.findings(stack, chosen))
        return (
            f"{chosen['depth']} layers of {chosen['width']} units with {chosen['activation']}, started by {word}. "
            f"Activations: {self.verdicts['activations']}, {facts.ratio_words(stack.activations)}. "
            f"Gradients: {self.verdicts['gradients']}, {facts.ratio_words(stack.gradients[::-1])}. {found}"
        ).strip()


def own_layers(model):
    """How the layers of a model start: list of dictionaries `name`, `initializer` (a spec) and `activation`.

    Layers whose initializer needs code are left out. The model may be Keras's own.

    >>> from kerasschool import Sequential, layers
    >>> own_layers(Sequential([layers.Input((2,)), layers.Dense(1, activation="tanh")]))[0]["initializer"]
    'glorot_uniform'
    """
    found = []
    for layer in model.layers:
        config = layer.get_config() if hasattr(layer, "kernel_initializer") else {}
        described, activation = config.get("kernel_initializer"), config.get("activation")
        if not isinstance(described, dict):
            continue
        try:
            spec = recipe_model.from_config("initializer", described)
            initializer = facts.checked({"initializer": spec})["initializer"]
        except ValueError:
            continue
        name = activation if isinstance(activation, str) else "linear"
        found.append({"name": layer.name, "initializer": initializer, "activation": name})
    return found


def _word(initializer):
    return initializer if isinstance(initializer, str) else initializer["class"]


def _weights_words(weights, law):
    weights = weights.astype("float64")
    dashed = " (dashed)" if law is not None and law[2] > 0 else ""
    return (
        f"{weights.size:,} weights: mean {number(weights.mean(), 2)}, spread {number(weights.std(), 3)}. "
        f"Ideal{dashed}: {facts.law_words(law)}."
    )
