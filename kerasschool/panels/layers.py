"""The Layers panel: put a network together, and see its shapes, its parameters and its code. Step 2 of 6; lesson 02."""

import contextlib
import html
import time

import ipywidgets

from kerasschool.live import recipe_schema
from kerasschool.live.recipe import PARTS
from kerasschool.panels.base import button, row
from kerasschool.panels.controls import LABEL, make_control
from kerasschool.panels.group import Group
from kerasschool.panels.layer_row import (
    LayerRow,
    count,
    layer_kinds,
    params_html,
    shape_html,
    table_line,
    text_cell,
)
from kerasschool.panels.on_experiment import ExperimentPanel
from kerasschool.utils.network_drawing import draw_network

BEFORE_LAST, AT_END = "before the last", "at the end"
DOUBLE_CLICK = 0.4  # seconds within which a second press of the same button is taken for the same press
MOST_STEPS_BACK = 50
UNITS_HEIGHT = 220  # of the picture, in CSS pixels
SMALLEST = 0.65  # a wide picture becomes no smaller than that; then it can be scrolled


class Layers(ExperimentPanel):
    """Put the layers of a network together, and watch its picture, shapes, parameters and code.

    Args:
        start: a `Recipe`, a share string, an `Experiment`, another panel (both then show one experiment), a model, or
            None for the first network of the course.
        x, y, validation_data: your own arrays, or None.

    Display the panel by naming it in the last line of a cell::

        from kerasschool.panels import Layers

        panel = Layers()
        panel

    In code: `panel.recipe = panel.recipe.with_layer({"class": "Dense", "arguments": {"units": 4}}, at=1)`,
    `panel.code()`, `panel.model`.

    A teacher may lock `"input"`, `"add"`, `"place"`, `"undo"`, `"kind"`, `"move"`, `"remove"`, `"more"`, and any
    argument by its name, such as `"units"`: in all layers.
    """

    name = "Layers panel"
    step = "define"
    style_sheets = ("panel.css", "layers.css")

    def __init__(self, start=None, x=None, y=None, validation_data=None):
        super().__init__(start, x, y, validation_data)
        self._rows, self._steps_back, self._pressed = [], [], (None, 0.0)
        self._drawing, self._network = None, ipywidgets.HTML()
        self._network.add_class("ks-network")
        self._input = make_control(
            recipe_schema.arguments("layer", "InputLayer")["shape"], [1], self._input_changed, "Shape"
        )
        self._input.widget.tooltip = "Numbers in one row: 8, or 28, 28"
        self._input_shape, self._total = ipywidgets.HTML(), ipywidgets.HTML()
        self._make_add_row()
        head = table_line(
            [text_cell("", "ks-number"), text_cell("Layer", "ks-kind"), text_cell("", "ks-arguments")],
            [text_cell("Output shape", "ks-shape"), text_cell("Parameters", "ks-params"), text_cell("", "ks-buttons")],
        )
        first = table_line(
            [text_cell("", "ks-number"), text_cell("Input", "ks-kind"), self._input.widget],
            [self._input_shape, text_cell("", "ks-params"), text_cell("", "ks-buttons")],
        )
        last = table_line(
            [text_cell("", "ks-number"), text_cell("", "ks-kind"), text_cell("", "ks-arguments")],
            [text_cell("Total", "ks-shape"), self._total, text_cell("", "ks-buttons")],
        )
        for line, kind in ((head, "ks-head"), (last, "ks-total")):
            line.add_class(kind)
        self._fixed = (head, first), (last,)
        self._table = ipywidgets.VBox()
        self._table.add_class("ks-layers")
        self.lay_out(self._network, self._add_row, self.message, self._table, self.code_view)
        self.begin()
        self._speak()

    def _make_add_row(self):
        self._kind = ipywidgets.Dropdown(
            options=layer_kinds(), description="New layer", style=LABEL, layout={"width": "216px"}
        )
        self._place = ipywidgets.Dropdown(options=[BEFORE_LAST, AT_END], tooltip="Where it goes")
        self._place.layout.width = "132px"
        self._add = button("Add layer", "plus", "Add a layer of this kind", self._add_layer)
        self._undo = button("Undo", "undo", "Take the last change back", self._step_back)
        self._add_row = row(self._kind, self._place, self._add, self._undo, name="ks-controls")

    # What is shown

    def follow(self, changed):
        layers = self.recipe.layers
        self._input.show(layers[0]["arguments"]["shape"])
        while len(self._rows) < len(layers) - 1:
            number = len(self._rows) + 1
            self._rows.append(
                LayerRow(number, layers[number], self._layer_changed, self._move, self._remove, self._apply_locks)
            )
        shown = self._rows[: len(layers) - 1]
        shape = (None, *layers[0]["arguments"]["shape"])
        self._input_shape.value = shape_html(shape)
        self._weights = []
        for each, spec, layer in zip(shown, layers[1:], self._model_layers(), strict=True):
            shape = tuple(layer.compute_output_shape(shape))
            weights = [tuple(weight.shape) for weight in layer.weights]
            each.show(spec, shape, weights, each.number == len(shown))
            self._weights.append(weights)
        self._output_shape = shape
        totals = [(count(weights),) for weights in self._weights if weights]
        self._total.value = params_html(totals)
        (above, below), lines = self._fixed, tuple(each.widget for each in shown)
        if self._table.children != (*above, *lines, *below):
            self._table.children = (*above, *lines, *below)
        self._name_controls(layers)
        (self._undo.remove_class if self._steps_back else self._undo.add_class)("ks-idle")
        if {"layers", "seed", "data"} & changed:
            self._draw()

    def _model_layers(self):
        return [layer for layer in self.model.layers if type(layer).__name__ != "InputLayer"]

    def _draw(self):
        self._drawing = draw_network(self.model, {"activation"}, height=UNITS_HEIGHT)
        smallest = f"--ks-smallest:{SMALLEST * self._drawing.width:.0f}px"
        self._network.value = f'<div tabindex="0" style="{smallest}">{self._drawing.svg()}</div>'

    def _name_controls(self, layers):
        """Name what a teacher may lock: what concerns every layer is one name for all of them."""
        rows = self._rows
        self.controls = {
            "input": self._input,
            "add": Group(lambda: [self._kind, self._add]),
            "place": self._place,
            "undo": self._undo,
            "kind": Group(lambda: [each.control.names for each in rows]),
            "move": Group(lambda: [button for each in rows for button in (each.up, each.down)]),
            "remove": Group(lambda: [each.remove for each in rows]),
            "more": Group(lambda: [each.control.more for each in rows]),
        }
        for layer in layers[1:]:
            for name in recipe_schema.arguments("layer", layer["class"]):
                self.controls[name] = Group(lambda name=name: self._controls_of(name))

    def _controls_of(self, name):
        return [each.control.arguments[name] for each in self._rows if name in each.control.arguments]

    def _speak(self):
        """Say what the network takes and gives, and whether the data fit."""
        inputs, data = self.recipe.layers[0]["arguments"]["shape"], self._data_shape()
        if data is not None and list(data) != inputs:
            words = (
                f"The data have {_numbers(data, 'input')}, this network takes {_size(inputs)}. "
                f"Set the input's shape to {', '.join(map(str, data))}."
            )
            sign = '<b><i class="fa fa-warning"></i> Careful</b>'
            self.message.value = f'<span class="ks-error" role="alert">{sign} {html.escape(words)}</span>'
            return
        known = "" if data is None else ", as many as the data have"
        learned = self.model.count_params()
        fixed = sum(weight.size for weight in self.model.non_trainable_weights)
        rest = f" {fixed:,} more are not trained." if fixed else ""
        self.say(
            f"In: {_numbers(inputs, 'number')} per row{known}. Out: {_numbers(self._output_shape[1:], 'number')}. "
            f"To learn: {_numbers([learned - fixed], 'parameter')}.{rest}"
        )

    def _data_shape(self):
        """The shape of one row of the data, or None while there are no data."""
        with contextlib.suppress(ValueError):
            return self.experiment.rows.x.shape[1:]

    def _follow(self, experiment, changed):
        super()._follow(experiment, changed)
        if self.is_awake:
            self._speak()

    # Clicks

    def _edit(self, make):
        """Give the experiment the recipe that `make(recipe)` returns; what is refused becomes the message."""
        before = self.recipe.layers
        if not self.attempt(lambda: setattr(self.experiment, "recipe", make(self.recipe))):
            self.follow(set(PARTS))
            return False
        if self.recipe.layers != before:
            self._steps_back = [*self._steps_back, before][-MOST_STEPS_BACK:]
            self._undo.remove_class("ks-idle")
        return True

    def _is_same_press(self, *button):
        """True for the second half of a double click; also while a key is held down."""
        (last, when), now = self._pressed, time.monotonic()
        self._pressed = button, now
        return last == button and now - when < DOUBLE_CLICK

    def _input_changed(self, shape):
        self._edit(lambda recipe: recipe.with_arguments(0, shape=shape))

    def _layer_changed(self, number, spec):
        def replaced(recipe):
            layers = recipe.layers
            layers[number] = spec
            return recipe.replace(layers=layers)

        self._edit(replaced)

    def _add_layer(self):
        kind, end = self._kind.value, len(self.recipe.layers)
        place = end - 1 if self._place.value == BEFORE_LAST else end
        known = recipe_schema.arguments("layer", kind).values()
        spec = {"class": kind, "arguments": {each.name: each.start for each in known if each.required}}
        if self._edit(lambda recipe: recipe.with_layer(spec, at=place)):
            self._set_open(self._open(end - 1), lambda opened: opened.insert(place - 1, False))

    def _remove(self, number):
        if self._is_same_press("remove", number):
            return
        opened = self._open(len(self.recipe.layers) - 1)
        if self._edit(lambda recipe: recipe.without_layer(number)):
            self._set_open(opened, lambda opened: opened.pop(number - 1))
            left = len(self.recipe.layers) - 1
            self._rows[min(number, left) - 1].remove.focus()

    def _move(self, number, by):
        to = number + by
        if self._is_same_press("move", number, by):
            return
        if not 1 <= to < len(self.recipe.layers):
            self.say(f"Layer {number} is the {'first' if by < 0 else 'last'} one already.")
            return
        opened = self._open(len(self.recipe.layers) - 1)
        if self._edit(lambda recipe: recipe.moved(number, to)):
            self._set_open(opened, lambda opened: opened.insert(to - 1, opened.pop(number - 1)))
            target = self._rows[to - 1]
            (target.up if by < 0 else target.down).focus()

    def _step_back(self):
        if not self._steps_back:
            self.say("There is nothing to take back.")
            return
        layers = self._steps_back.pop()
        if not self.attempt(lambda: self.experiment.change(layers=layers)):
            self.follow(set(PARTS))
        self.follow(set())

    def _open(self, count):
        """Which of the first lines show their further arguments: a list of booleans."""
        return [each.is_open for each in self._rows[:count]]

    def _set_open(self, opened, edit):
        """What is shown of a layer stays with it when it moves."""
        edit(opened)
        for each, is_open in zip(self._rows, opened, strict=False):
            each.is_open = is_open

    # In a saved notebook

    def picture(self):
        return self._drawing.figure()

    def description(self):
        return f"{self._drawing.description} {self.model.count_params():,} parameters in all."

    def close(self):
        """Take the panel off the page."""
        super().close()
        for each in getattr(self, "_rows", ()):
            each.widget.close()


def _size(shape):
    return " × ".join("?" if each is None else f"{each:,}" for each in shape) or "1"


def _numbers(shape, word):
    return f"{_size(shape)} {word}{'' if _size(shape) == '1' else 's'}"
