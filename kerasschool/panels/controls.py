"""Controls made from the recipe's schema: one for each argument, so that a panel keeps no list of its own.

Every control has a `widget` to show, and `show(value)` to follow the recipe. When a reader changes it, it calls
`changed(value)` with a plain value; the recipe says whether that can be. The value of a *spec* control is a spec:
`"adam"`, or `{"class": "Adam", "arguments": {"learning_rate": 0.01}}`.
"""

import ast
import contextlib
import dataclasses

import ipywidgets

from kerasschool.live import recipe_schema
from kerasschool.panels.base import row

NONE = "none"
NUMBER = "a number"
LABEL = {"description_width": "initial"}
# Arguments behind the button "More".
RARE = (
    "use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer "
    "kernel_constraint bias_constraint trainable data_format noise_shape reduction epsilon amsgrad weight_decay "
    "clipnorm clipvalue global_clipnorm use_ema ema_momentum ema_overwrite_frequency gradient_accumulation_steps "
    "seed axis initial_accumulator_value nesterov centered from_logits warmup_target warmup_steps staircase "
    "beta_1 beta_2"
)
EVERYDAY = {  # kind → names that stand first in its list
    "layer": ("Dense", "Dropout", "BatchNormalization", "Activation", "Flatten"),
    "activation": ("relu", "sigmoid", "softmax", "tanh"),
    "loss": (
        "BinaryCrossentropy",
        "SparseCategoricalCrossentropy",
        "CategoricalCrossentropy",
        "MeanSquaredError",
        "MeanAbsoluteError",
    ),
    "optimizer": ("Adam", "SGD", "RMSprop", "AdamW"),
    "metric": ("accuracy", "AUC", "Precision", "Recall", "MeanAbsoluteError"),
}
LONG_WORDS = {"use_bias": "Bias", "l1": "L1", "l2": "L2"}


def label_of(name):
    """An argument's name as a label: `"kernel_initializer"` → `"Kernel initializer"`."""
    return LONG_WORDS.get(name) or name.replace("_", " ").capitalize()


def everyday_first(kind):
    """The names that a kind of the schema offers, those of every day first."""
    offered = recipe_schema.names(kind)
    first = [name for name in EVERYDAY.get(kind, ()) if name in offered]
    return [*first, *(name for name in offered if name not in first)]


def make_control(argument, value, changed, label=None):
    """The control for one `Argument` of the schema.

    Args:
        argument: what may be chosen.
        value: what it shows first, as it stands in a recipe.
        changed: called with the new plain value when the reader has changed it.
        label: words before it; None makes them from the argument's name.
    """
    label = label_of(argument.name) if label is None else label
    if argument.or_kind:
        return NumberOrSpecControl(argument, value, changed, label)
    if argument.kind in recipe_schema.REGISTRIES:
        return SpecControl(argument.kind, value, changed, label, optional=argument.optional)
    if argument.kind == "boolean":
        return CheckControl(value, changed, label)
    if argument.kind == "choice" and not argument.open:
        return ChoiceControl(argument, value, changed, label)
    if argument.kind in ("whole", "number") and not argument.optional:
        return NumberControl(argument, value, changed, label)
    return TextControl(argument, value, changed, label)


class Control:
    """The base: a widget whose changes by the reader are told, and those by `show` are not."""

    def __init__(self, changed):
        self._tell, self._is_showing = changed, False

    def watch(self, widget):
        """Tell when the reader changes `widget.value`."""
        widget.observe(lambda change: self._is_showing or self.read(change["new"]), "value")
        return widget

    def read(self, value):
        """The reader has set this value."""
        self._tell(value)

    def put(self, widget, value):
        """Set `widget.value` without telling."""
        self._is_showing = True
        try:
            widget.value = value
        finally:
            self._is_showing = False

    def show(self, value):
        """Show a value of the recipe."""
        self.put(self.widget, value)

    @property
    def disabled(self):
        """True while it cannot be changed."""
        return self.widget.disabled

    @disabled.setter
    def disabled(self, value):
        self.widget.disabled = value


class CheckControl(Control):
    """Yes or no."""

    def __init__(self, value, changed, label):
        super().__init__(changed)
        self.widget = self.watch(
            ipywidgets.Checkbox(bool(value), description=label, indent=False, layout={"width": "auto"})
        )


class NumberControl(Control):
    """A number that is always there."""

    def __init__(self, argument, value, changed, label):
        super().__init__(changed)
        kind = ipywidgets.IntText if argument.kind == "whole" else ipywidgets.FloatText
        box = {"description": label, "continuous_update": False, "style": LABEL}
        self.widget = self.watch(kind(value, layout=width_for(label, 8), **box))


class ChoiceControl(Control):
    """One of some words."""

    def __init__(self, argument, value, changed, label):
        super().__init__(changed)
        words = [*([NONE] if argument.optional else []), *argument.choices]
        longest = max(map(len, words))
        self.widget = self.watch(
            ipywidgets.Dropdown(
                options=words, value=value or words[0], description=label, style=LABEL, layout=width_for(label, longest)
            )
        )

    def read(self, value):
        self._tell(None if value == NONE else value)

    def show(self, value):
        self.put(self.widget, NONE if value is None else value)


class TextControl(Control):
    """What Python would write for the value: `0.5`, `[8, 8]`, or a word; empty for None."""

    def __init__(self, argument, value, changed, label):
        super().__init__(changed)
        self._is_word = argument.kind in ("word", "choice")
        self._is_list = argument.kind in ("sizes", "list")
        hint = NONE if argument.optional else ""
        self.widget = self.watch(
            ipywidgets.Text(
                self._as_text(value),
                description=label,
                placeholder=hint,
                continuous_update=False,
                style=LABEL,
                layout=width_for(label, 12),
            )
        )

    def _as_text(self, value):
        if value is None:
            return ""
        if isinstance(value, (list, tuple)):
            return ", ".join(map(repr, value))
        return str(value)

    def read(self, value):
        text = value.strip()
        if text in ("", NONE, "None"):
            self._tell(None)
            return
        if not self._is_word:
            with contextlib.suppress(ValueError, SyntaxError, MemoryError, RecursionError):  # the recipe will refuse it
                text = ast.literal_eval(text)
            text = list(text) if isinstance(text, tuple) else text
            text = [text] if self._is_list and isinstance(text, (int, float)) else text
        self._tell(text)

    def show(self, value):
        self.put(self.widget, self._as_text(value))


class SpecControl(Control):
    """A name from one of the registries and, beside it, the arguments that this name has.

    Args:
        kind: of the schema: `"initializer"`, `"optimizer"`, ….
        spec: what it shows first.
        optional: True offers `none` as well.
        with_arguments: False shows the name alone.
    """

    def __init__(self, kind, spec, changed, label, optional=False, with_arguments=True):
        super().__init__(changed)
        self.kind, self._extra = kind, self.extra_names(optional)
        self._with_arguments = with_arguments
        self.arguments, self._given, self._shown = {}, {}, None
        options = [(name, name) for name in self._extra]
        options += [(recipe_schema.spell(kind, name), name) for name in self.names_offered()]
        longest = max(len(word) for word, _ in options)
        self.names = self.watch(
            ipywidgets.Dropdown(options=options, description=label, style=LABEL, layout=width_for(label, longest))
        )
        self._box = row(name="ks-arguments")
        self._more = ipywidgets.ToggleButton(description="More", icon="ellipsis-h", layout={"width": "auto"})
        self._more.observe(lambda _: self._arrange(), "value")
        self.widget = row(self.names, self._box, name="ks-spec")
        self.show(spec)

    @property
    def disabled(self):
        return self.names.disabled

    @disabled.setter
    def disabled(self, value):
        self.names.disabled = value
        for control in self.arguments.values():
            control.disabled = value

    def show(self, spec):
        name, self._given = self.parts(spec)
        self.put(self.names, name)
        known = self.schema_of(name) if self._with_arguments else {}
        if name != self._shown:
            self._shown = name
            self._make_arguments(known)
        for key, control in self.arguments.items():
            control.show(self._given.get(key, known[key].default))
        self._arrange()

    def _arrange(self):
        """Put what is seldom needed behind "More", unless it has been set."""
        hidden = {key for key in self.arguments if self.is_rare(key)}
        seen = set(self.arguments) if self._more.value else set(self.arguments) - hidden | set(self._given)
        shown = [control.widget for key, control in self.arguments.items() if key in seen]
        if hidden:
            self._more.tooltip = f"{'Hide' if self._more.value else 'Show'} arguments that are seldom needed"
            shown.append(self._more)
        if tuple(shown) != self._box.children:
            self._box.children = shown

    def is_rare(self, key):
        """True for an argument that is seldom needed."""
        return key in RARE.split()

    def _make_arguments(self, known):
        self.arguments = {
            key: make_control(
                each, each.default, lambda value, key=key: self.argument_changed(key, value), self.label_for(key)
            )
            for key, each in known.items()
        }
        for control in self.arguments.values():
            control.disabled = self.names.disabled

    def label_for(self, key):
        """The label of an argument's control."""
        return label_of(key)

    def names_offered(self):
        """The registry's names, those of every day first."""
        return everyday_first(self.kind)

    def extra_names(self, optional):
        """What is offered beside them."""
        return [NONE] if optional else []

    def parts(self, spec):
        """A spec as its name and its arguments."""
        if spec is None:
            return (NONE if NONE in self._extra else "linear"), {}
        if isinstance(spec, str):
            return recipe_schema.canonical(self.kind, spec), {}
        return recipe_schema.canonical(self.kind, spec["class"]), spec["arguments"]

    def schema_of(self, name):
        """The arguments that a name has."""
        return {} if name == NONE else recipe_schema.arguments(self.kind, name)

    def read(self, name):
        needed = {each.name: each.start for each in self.schema_of(name).values() if each.required}
        self._tell(None if name == NONE else {"class": name, "arguments": needed})

    def argument_changed(self, key, value):
        """The reader has set one of the arguments."""
        self._tell({"class": self._shown, "arguments": {**self._given, key: value}})


class NumberOrSpecControl(SpecControl):
    """A number, or a spec instead: a learning rate, or a schedule of it."""

    def __init__(self, argument, value, changed, label):
        self._number = dataclasses.replace(argument, or_kind=None)
        super().__init__(argument.or_kind, value, changed, label)

    def extra_names(self, optional):
        return [NUMBER]

    def label_for(self, key):
        return self.names.description if key == NUMBER else super().label_for(key)

    def _make_arguments(self, known):
        super()._make_arguments(known)
        if NUMBER in self.arguments:  # its label is for those who do not see that it stands beside the names
            self.arguments[NUMBER].widget.add_class("ks-unlabelled")
            self.arguments[NUMBER].widget.layout.width = "84px"

    def parts(self, spec):
        return super().parts(spec) if isinstance(spec, (str, dict)) else (NUMBER, {NUMBER: spec})

    def schema_of(self, name):
        return {NUMBER: self._number} if name == NUMBER else super().schema_of(name)

    def read(self, name):
        if name == NUMBER:
            self._tell(self._number.default)
        else:
            super().read(name)

    def argument_changed(self, key, value):
        if key == NUMBER:
            self._tell(value)
        else:
            super().argument_changed(key, value)


def width_for(label, characters):
    """A layout wide enough for the label and so many characters."""
    return {"width": f"{8 * len(label) + 9 * max(characters, 6) + 30}px"}
