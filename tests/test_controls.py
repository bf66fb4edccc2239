"""Controls made from the schema: each shows what the recipe says, and tells what the reader sets."""

import pytest

from kerasschool.live import recipe_check, recipe_schema
from kerasschool.panels.controls import NumberOrSpecControl, SpecControl, make_control

ALL = [
    pytest.param(argument, id=f"{kind}-{name}-{argument.name}")
    for kind, names in recipe_schema.schema().items()
    for name, arguments in names.items()
    for argument in arguments.values()
]
OTHER = {
    "whole": 3,
    "number": 0.25,
    "word": "val_loss",
    "sizes": [2, 3],
    "axes": 1,
    "numbers": [0.5, 0.25],
    "list": [3, 4],
}


def plain(value):
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("argument", ALL)
def test_every_argument_has_a_control_that_shows_and_tells(argument):
    heard = []
    start = argument.start if argument.required else argument.default
    control = make_control(argument, start, heard.append)
    assert heard == [], "making it tells nothing"
    control.show(start)
    assert heard == [], "showing tells nothing"
    control.disabled = True
    assert control.disabled


def words(control):
    """The labels of the arguments that are shown."""
    return [getattr(each, "description", None) or each.children[0].description for each in control._box.children]


def with_kind(*kinds):
    return [each for each in ALL if each.values[0].kind in kinds and not each.values[0].or_kind]


@pytest.mark.parametrize("argument", with_kind("sizes", "axes", "numbers", "list", "word"))
def test_text_is_read_as_python_would(argument):
    heard = []
    control = make_control(argument, argument.start, heard.append)
    value = OTHER[argument.kind]
    control.widget.value = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    assert heard == [value]
    control.show(value)
    again = make_control(argument, value, heard.append)
    assert again.widget.value == control.widget.value
    control.widget.value = "__import__('os')"
    assert heard[-1] == "__import__('os')"
    with pytest.raises(ValueError, match=argument.name):
        recipe_check.value(argument, heard[-1], argument.name)


def test_a_spec_with_its_arguments_and_the_seldom_ones_behind_more():
    heard = []
    control = SpecControl("optimizer", "adam", heard.append, "Optimizer")
    assert control.names.value == "Adam"
    assert words(control) == ["Learning rate", "More"]
    control.names.value = "SGD"
    assert heard == [{"class": "SGD", "arguments": {}}]
    control.show(heard[-1])
    control.arguments["momentum"].widget.value = 0.9
    assert heard[-1] == {"class": "SGD", "arguments": {"momentum": 0.9}}
    control.show({"class": "SGD", "arguments": {"clipnorm": 1.0}})
    shown = words(control)
    assert "Clipnorm" in shown and "Clipvalue" not in shown  # what is set is seen
    control._more.value = True
    assert "Clipvalue" in words(control)


def test_none_a_required_argument_and_names_in_any_spelling():
    heard = []
    control = SpecControl("regularizer", None, heard.append, "Regularizer", optional=True)
    control.names.value = "L2"
    control.show("l2")
    control.names.value = "none"
    assert heard == [{"class": "L2", "arguments": {}}, None]
    layer = SpecControl("layer", {"class": "Dense", "arguments": {"units": 3}}, heard.append, "Layer")
    layer.names.value = "Dropout"
    assert heard[-1] == {"class": "Dropout", "arguments": {"rate": 0.2}}


def test_a_learning_rate_is_a_number_or_a_schedule():
    heard = []
    argument = recipe_schema.arguments("optimizer", "Adam")["learning_rate"]
    control = make_control(argument, 0.001, heard.append)
    assert isinstance(control, NumberOrSpecControl) and control.names.value == "a number"
    control.arguments["a number"].widget.value = 0.5
    control.names.value = "ExponentialDecay"
    spec = {
        "class": "ExponentialDecay",
        "arguments": {"initial_learning_rate": 0.01, "decay_steps": 100, "decay_rate": 0.9},
    }
    assert heard == [0.5, spec]
    control.show(spec)
    assert "decay_steps" in control.arguments
    control.arguments["decay_steps"].widget.value = 50
    assert heard[-1]["arguments"]["decay_steps"] == 50
    control.names.value = "a number"
    assert heard[-1] == 0.001
    control.show(0.001)
    assert list(control.arguments) == ["a number"]
