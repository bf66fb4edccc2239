"""One line of the Layers panel: a layer's kind, its everyday arguments, its shape and parameters, its buttons."""

import html
import itertools
import math

import ipywidgets

from kerasschool.panels.base import icon_button, row
from kerasschool.panels.controls import RARE, SpecControl, everyday_first, make_control

LONGEST_SUM = 26  # signs of it that fit into the table
MOST_EVERYDAY = 3  # arguments in the line itself
BEHIND_MORE = ("initializer", "regularizer", "constraint")  # last words of arguments with arguments of their own


def layer_kinds():
    """The kinds of layers that can be added, those of every day first."""
    return [name for name in everyday_first("layer") if name != "InputLayer"]


def everyday(known):
    """The two or three arguments of a layer that are set every day: names."""
    plain = [name for name in known if name not in RARE.split() and name.rsplit("_", 1)[-1] not in BEHIND_MORE]
    return plain[:MOST_EVERYDAY]


class LayerControl(SpecControl):
    """A layer's kind and arguments. Those that are seldom set stand in `details`, and are made when first asked for.

    Args:
        spec: of the layer.
        changed: called with the new spec.
        number: the layer's place, from 1.
    """

    def __init__(self, spec, changed, number):
        self._number, self._kept = number, {}
        self.details = row(name="ks-details")
        super().__init__("layer", spec, changed, "")
        self.names.tooltip = f"Kind of layer {number}"
        self.names.layout.width = None
        self.more.layout.width = None
        self.more.add_class("ks-more")

    @property
    def more(self):
        """The button that shows the details."""
        return self._more

    @property
    def box(self):
        """The everyday arguments."""
        return self._box

    def names_offered(self):
        return layer_kinds()

    def make(self, names):
        """Make the controls of these arguments that are not there yet."""
        known = self.schema_of(self._shown)
        for name in names:
            if name not in self.arguments:
                control = make_control(
                    known[name], known[name].default, lambda value, name=name: self.argument_changed(name, value)
                )
                control.disabled = self.names.disabled
                control.show(self._given.get(name, known[name].default))
                self.arguments[name] = control

    def _make_arguments(self, known):
        self.arguments = self._kept.setdefault(self._shown, {})
        self.make(everyday(known))
        for name in everyday(known):
            control = self.arguments[name]
            getattr(control, "names", control.widget).layout.width = None  # the table says how wide they are

    def _arrange(self):
        known = self.schema_of(self._shown)
        shown = everyday(known)
        rare = [name for name in known if name not in shown]
        if self._more.value:
            self.make(rare)
        _put(self._box, [self.arguments[name].widget for name in shown])
        _put(self.details, [self.arguments[name].widget for name in rare] if self._more.value else [])
        chosen = [name for name in rare if name in self._given]
        self._more.description = f"More ({len(chosen)})" if chosen else "More"
        does = "Hide" if self._more.value else "Show"
        self._more.tooltip = f"{does} the further arguments of layer {self._number}" + (
            f"; set: {', '.join(chosen)}" if chosen else ""
        )


class LayerRow:
    """The widgets of one layer; `widget` is the whole line.

    Args:
        number: the layer's place, from 1.
        spec: of the layer.
        changed: called with `(number, spec)`.
        move: called with `(number, by)`: -1 is up.
        remove: called with `(number)`.
        opened: called when more arguments are shown.
    """

    def __init__(self, number, spec, changed, move, remove, opened):
        self.number = number
        self.control = LayerControl(spec, lambda new: changed(number, new), number)
        self.control.more.observe(lambda _: opened(), "value")
        self.up = icon_button("arrow-up", f"Move layer {number} up", lambda: move(number, -1))
        self.down = icon_button("arrow-down", f"Move layer {number} down", lambda: move(number, 1))
        self.remove = icon_button("times", f"Remove layer {number}", lambda: remove(number))
        self._shape, self._params = ipywidgets.HTML(), ipywidgets.HTML()
        line = table_line(
            [text_cell(str(number), "ks-number"), self.control.names, self.control.box],
            [self._shape, self._params, self.up, self.down, self.remove, self.control.more],
        )
        self.widget = ipywidgets.VBox([line, self.control.details])
        self.widget.add_class("ks-layer")

    def show(self, spec, shape, weights, is_last):
        """Show a layer.

        Args:
            spec: its spec.
            shape: of its output.
            weights: the shapes of its weights.
            is_last: True for the last line of the table.
        """
        self.control.show(spec)
        self._shape.value = shape_html(shape)
        self._params.value = params_html(weights)
        for each, is_idle in ((self.up, self.number == 1), (self.down, is_last)):
            (each.add_class if is_idle else each.remove_class)("ks-idle")

    @property
    def is_open(self):
        """True while the further arguments are shown."""
        return self.control.more.value

    @is_open.setter
    def is_open(self, value):
        self.control.more.value = value


def table_line(what, comes_out):
    """One line of the table: what the layer is, and what comes out of it. On a narrow page these are two lines."""
    return row(row(*what, name="ks-what"), row(*comes_out, name="ks-out"), name="ks-line")


def text_cell(words, name):
    """A cell of the table with words that stay."""
    made = ipywidgets.HTML(html.escape(words))
    made.add_class(name)
    return made


def shape_html(shape):
    """A shape as Keras writes it: `(None, 12)`."""
    words = "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
    return f'<span title="None stands for any number of rows">{words}</span>'


def params_html(weights):
    """How many parameters, and how that comes about: `8·12 + 12 = 108`. A long sum is shown under the mouse only.

    Args:
        weights: the shapes of the weights.

    >>> params_html([(8, 12), (12,)])
    '<span title="8·12 + 12 = 108"><i>8·12 + 12 = </i><b>108</b></span>'
    >>> arithmetic([(12,), (12,), (12,), (12,)])
    '4·12 = '
    """
    total, how = f"{count(weights):,}", arithmetic(weights)
    seen = how if len(how) + len(total) <= LONGEST_SUM else ""
    return f'<span title="{how}{total}"><i>{seen}</i><b>{total}</b></span>'


def arithmetic(weights):
    """The sum that `count` computes, as text; empty where there is nothing to add."""
    terms = []
    for shape, alike in itertools.groupby(weights):
        factors = [len(list(alike)), *shape]
        factors = factors[1:] if factors[0] == 1 and shape else factors
        terms.append("·".join(f"{factor:,}" for factor in factors))
    how = " + ".join(terms)
    return f"{how} = " if "+" in how or "·" in how else ""


def count(weights):
    """How many numbers weights of these shapes hold together."""
    return sum(math.prod(shape) for shape in weights)


def _put(box, children):
    if tuple(children) != box.children:
        box.children = children
