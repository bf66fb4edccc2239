"""The Layers panel from code: its buttons and fields, what it refuses, what it shows."""

import html
import re

import ipywidgets
import pytest

import kerasschool as keras
from kerasschool import panels
from kerasschool.live import recipe_schema
from kerasschool.live.recipe import Recipe
from kerasschool.panels import layers as module
from kerasschool.panels.layer_row import everyday, layer_kinds
from kerasschool.panels.layers import AT_END, Layers

ROWS_OF_ROWS = ("SpatialDropout1D", "GlobalAveragePooling1D", "GlobalMaxPooling1D")


def dense(units, **arguments):
    return {"class": "Dense", "arguments": {"units": units, **arguments}}


def network(*layers, shape=(4,)):
    layers = [{"class": "InputLayer", "arguments": {"shape": list(shape)}}, *layers]
    return Recipe(data="own", layers=layers, compile={"loss": "mse", "metrics": []})


def text(widget):
    return html.unescape(" ".join(re.sub("<[^>]*>", " ", widget.value).split()))


def is_refused(panel):
    return text(panel.message).startswith("Error ")


def run(code):
    names = {"keras": keras}
    exec(code, names)
    return names["model"]


def lines(panel):
    """What the table says: `(kind, shape, parameters)` of each layer."""
    shown = panel._rows[: len(panel.recipe.layers) - 1]
    assert [each.widget for each in shown] == list(panel._table.children[2:-1])
    return [(each.control.names.value, text(each._shape), text(each._params)) for each in shown]


def kinds(panel):
    return [kind for kind, _, _ in lines(panel)]


def test_the_first_network_has_221_parameters_and_the_table_says_why():
    panel = Layers()
    assert lines(panel) == [
        ("Dense", "(None, 12)", "8·12 + 12 = 108"),
        ("Dense", "(None, 8)", "12·8 + 8 = 104"),
        ("Dense", "(None, 1)", "8·1 + 1 = 9"),
    ]
    assert text(panel._total) == "108 + 104 + 9 = 221"
    assert text(panel.message) == (
        "In: 8 numbers per row, as many as the data have. Out: 1 number. To learn: 221 parameters."
    )
    assert panel.code() == "\n".join(
        [
            "model = keras.Sequential([",
            "    keras.Input(shape=(8,)),",
            '    keras.layers.Dense(12, activation="relu"),',
            '    keras.layers.Dense(8, activation="relu"),',
            '    keras.layers.Dense(1, activation="sigmoid"),',
            "])",
        ]
    )
    assert html.escape(panel.code()) in panel.code_view.value
    assert "weight" in panel._network.value and panel._network.value.count("<circle") == 8 + 12 + 8 + 1


def test_units_move_shapes_parameters_picture_and_code():
    panel = Layers()
    panel._rows[0].control.arguments["units"].widget.value = 3
    assert lines(panel)[:2] == [("Dense", "(None, 3)", "8·3 + 3 = 27"), ("Dense", "(None, 8)", "3·8 + 8 = 32")]
    assert "Dense(3," in panel.code() and panel._network.value.count("<circle") == 8 + 3 + 8 + 1
    assert run(panel.code()).count_params() == panel.model.count_params() == 68


@pytest.mark.parametrize("kind", layer_kinds())
def test_every_kind_of_layer_can_be_added_and_its_code_runs(kind):
    panel = Layers(network(dense(2), shape=(5, 3) if kind in ROWS_OF_ROWS else (4,)))
    panel._kind.value = kind
    if kind in ROWS_OF_ROWS:  # it wants rows of rows: before anything else
        panel._rows[0].control.names.value = kind
    else:
        panel._add.click()
    assert not is_refused(panel), text(panel.message)
    assert kinds(panel)[0] == kind and f"keras.layers.{kind}(" in panel.code()
    model = run(panel.code())
    assert model.output_shape == panel.model.output_shape
    assert [w.shape for w in model.weights] == [w.shape for w in panel.model.weights]
    panel._rows[0].is_open = True
    every = recipe_schema.arguments("layer", kind)
    assert set(panel._rows[0].control.arguments) == set(every) and len(everyday(every)) <= 3
    for name, control in panel._rows[0].control.arguments.items():
        widget = getattr(control, "names", control.widget)
        assert widget.description or name == "activation", name


def chosen(kind):
    return [pytest.param(kind, name, id=f"{kind}-{name}") for name in recipe_schema.names(kind)]


@pytest.mark.parametrize(
    ("kind", "name"),
    [each for kind in ("activation", "initializer", "regularizer", "constraint") for each in chosen(kind)],
)
def test_every_part_of_a_dense_layer_can_be_chosen_and_its_code_runs(kind, name):
    square = name == "Identity"  # a kernel of as many inputs as units
    panel = Layers(network(dense(4 if square else 3)))
    argument = "activation" if kind == "activation" else f"kernel_{kind}"
    panel._rows[0].is_open = True
    panel._rows[0].control.arguments[argument].names.value = name
    assert not is_refused(panel), text(panel.message)
    word = recipe_schema.spell(kind, name)
    given = panel.recipe.layers[1]["arguments"].get(argument)
    assert (given or ("glorot_uniform" if kind == "initializer" else "linear")) in (
        word,
        {"class": name, "arguments": {}},
    )
    model = run(panel.code())
    assert model.layers[0].get_config()[argument] == panel.model.layers[0].get_config()[argument]
    assert panel._rows[0].control.more.description == ("More" if given is None or kind == "activation" else "More (1)")


def test_an_initializers_own_arguments():
    panel = Layers()
    row = panel._rows[0]
    row.is_open = True
    row.control.arguments["kernel_initializer"].names.value = "RandomNormal"
    row.control.arguments["kernel_initializer"].arguments["stddev"].widget.value = 0.5
    assert "kernel_initializer=keras.initializers.RandomNormal(stddev=0.5)" in panel.code()
    row.control.arguments["use_bias"].widget.value = False
    assert lines(panel)[0][2] == "8·12 = 96"
    assert row.control.more.description == "More (2)"
    assert row.control.more.tooltip.endswith("layer 1; set: use_bias, kernel_initializer")


def pressed(monkeypatch):
    """The words of the buttons that got the keyboard's focus."""
    heard = []
    monkeypatch.setattr(ipywidgets.Button, "focus", lambda button: heard.append(button.tooltip))
    return heard


def test_moving_adding_removing_and_undo(monkeypatch):
    heard = pressed(monkeypatch)
    monkeypatch.setattr(module, "DOUBLE_CLICK", 0)
    panel = Layers()
    first = panel.recipe
    panel._kind.value = "Dropout"
    panel._add.click()
    assert kinds(panel) == ["Dense", "Dense", "Dropout", "Dense"]
    panel._rows[2].up.click()
    assert kinds(panel) == ["Dense", "Dropout", "Dense", "Dense"] and heard[-1] == "Move layer 2 up"
    panel._rows[1].down.click()
    assert kinds(panel) == ["Dense", "Dense", "Dropout", "Dense"] and heard[-1] == "Move layer 3 down"
    panel._rows[0].up.click()
    assert text(panel.message) == "Layer 1 is the first one already."
    panel._rows[3].down.click()
    assert text(panel.message) == "Layer 4 is the last one already."
    panel._rows[2].remove.click()
    assert panel.recipe == first and heard[-1] == "Remove layer 3"
    panel._rows[2].remove.click()
    assert kinds(panel) == ["Dense", "Dense"] and heard[-1] == "Remove layer 2"  # the last one has gone
    for _ in range(9):
        panel._undo.click()
    assert panel.recipe == first and text(panel.message) == "There is nothing to take back."
    panel._place.value = AT_END
    panel._add.click()
    assert kinds(panel)[-1] == "Dropout"


def test_buttons_that_would_do_nothing_are_pale_but_keep_the_keyboard():
    panel = Layers()

    def pale():
        buttons = [each for row in panel._rows[:3] for each in (row.up, row.down)] + [panel._undo]
        assert not any(each.disabled for each in buttons)
        return [each.tooltip for each in buttons if "ks-idle" in each._dom_classes]

    assert pale() == ["Move layer 1 up", "Move layer 3 down", "Take the last change back"]
    panel._rows[0].down.click()
    assert pale() == ["Move layer 1 up", "Move layer 3 down"]


def test_a_double_click_counts_once(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    panel = Layers()
    for _ in range(9):  # a key that is held down
        panel._rows[0].remove.click()
        clock[0] += 0.1
    assert len(kinds(panel)) == 2
    clock[0] += 1
    panel._rows[0].remove.click()
    panel._rows[0].remove.click()
    assert len(kinds(panel)) == 1
    clock[0] += 1
    panel._rows[0].remove.click()
    assert is_refused(panel) and "at least one layer after its input" in text(panel.message)


def test_what_is_open_moves_with_its_layer(monkeypatch):
    monkeypatch.setattr(module, "DOUBLE_CLICK", 0)
    panel = Layers()
    panel._rows[1].is_open = True

    def opened():
        return [each.is_open for each in panel._rows[: len(panel.recipe.layers) - 1]]

    panel._rows[1].up.click()
    assert opened() == [True, False, False]
    panel._kind.value = "Dropout"
    panel._add.click()
    panel._rows[0].down.click()
    assert opened() == [False, True, False, False]
    panel._rows[0].remove.click()
    assert opened() == [True, False, False]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: put(p, 0, "units", 0), "`layers[1].units` must be from 1 to 4096"),
        (lambda p: put(p, 0, "units", -(10**12)), "`layers[1].units` must be from 1 to 4096"),
        (lambda p: setattr(p._input.widget, "value", "8, 'x'"), "`layers[0].shape[1]` must be a whole number"),
        (lambda p: setattr(p._input.widget, "value", ""), "`layers[0].shape` must be a list of numbers"),
        (lambda p: setattr(p._input.widget, "value", "-8"), "`layers[0].shape[0]` must be from 1 to 1000000"),
        (lambda p: setattr(p._input.widget, "value", "1000, 10000"), "at most 1048576 numbers"),
        (
            lambda p: setattr(p._rows[0].control.names, "value", "GlobalMaxPooling1D"),
            "do not fit the layer `global_max_pooling1d`",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_the_controls_go_back(change, words):
    panel = Layers()
    before, shown = panel.recipe, lines(panel)
    change(panel)
    assert is_refused(panel) and words in text(panel.message)
    assert panel.recipe == before and lines(panel) == shown and panel._input.widget.value == "8"
    assert panel._rows[0].control.arguments["units"].widget.value == 12
    put(panel, 0, "units", 5)
    assert not is_refused(panel) and lines(panel)[0][1] == "(None, 5)"


def put(panel, index, name, value):
    panel._rows[index].control.arguments[name].widget.value = value


def test_more_than_two_million_parameters_are_refused():
    panel = Layers(network(dense(1000), dense(1000), shape=(500,)))
    put(panel, 1, "units", 2000)
    assert is_refused(panel) and "at most 2,000,000 parameters" in text(panel.message)
    assert lines(panel)[1][1] == "(None, 1000)"


HOSTILE = ("__import__('os')", "1e999", "[" * 200, "</div><script>alert(1)</script>", "9" * 5000, "nan", "")
NUMBERS = (-1, 10**9)


@pytest.mark.parametrize("kind", layer_kinds())
def test_no_field_lets_an_error_through(kind, monkeypatch):
    monkeypatch.setattr(Layers, "_draw", lambda panel: None)
    shape = (5, 3) if kind in ROWS_OF_ROWS else (4,)
    known = recipe_schema.arguments("layer", kind)
    spec = {"class": kind, "arguments": {each.name: each.start for each in known.values() if each.required}}
    panel = Layers(network(spec, dense(2), shape=shape))
    panel._rows[0].is_open = True
    for name in known:
        widget = panel._rows[0].control.arguments[name].widget
        values = {ipywidgets.Text: HOSTILE, ipywidgets.IntText: NUMBERS, ipywidgets.FloatText: (*NUMBERS, float("nan"))}
        for bad in values.get(type(widget), ()):
            before = panel.recipe
            widget.value = bad
            assert "<script>" not in panel.message.value
            if is_refused(panel):
                assert panel.recipe == before
            else:
                run(panel.code())


def test_data_that_do_not_fit_are_named():
    panel = Layers()
    panel._input.widget.value = "5"
    assert text(panel.message) == ("Careful The data have 8 inputs, this network takes 5. Set the input's shape to 8.")
    panel._undo.click()
    assert "as many as the data have" in text(panel.message)
    alone = Layers(network(dense(3), shape=(2, 3)))
    assert text(alone.message) == "In: 2 × 3 numbers per row. Out: 2 × 3 numbers. To learn: 12 parameters."


def test_parameters_that_are_not_trained_are_counted_apart():
    panel = Layers()
    panel._kind.value = "BatchNormalization"
    panel._add.click()
    assert lines(panel)[2] == ("BatchNormalization", "(None, 8)", "4·8 = 32")
    assert text(panel.message).endswith("To learn: 237 parameters. 16 more are not trained.")
    assert text(panel._total) == "108 + 104 + 32 + 9 = 253" or text(panel._total) == "253"


def test_one_experiment_two_panels():
    first = Layers()
    second = Layers(first)
    compile = panels.Compile(first)
    put(first, 0, "units", 4)
    assert lines(second) == lines(first) and second._network.value == first._network.value
    compile._loss.names.value = "MeanSquaredError"
    assert first.recipe.compile["loss"] == "mean_squared_error"
    second.close()
    put(first, 0, "units", 6)
    assert lines(first)[0][1] == "(None, 6)"


def test_panels_leave_the_training_as_the_programs():
    recipe = Recipe(fit={"epochs": 2})
    program = {}
    exec(recipe.code(), program)
    panel = Layers(recipe)
    panels.Compile(panel)
    put(panel, 0, "units", 5)
    put(panel, 0, "units", 12)
    assert panel.experiment.session.run().history == program["history"].history


def test_a_model_written_by_hand():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "tanh"), keras.layers.Dropout(0.5)])
    panel = Layers.from_model(model)
    assert lines(panel) == [("Dense", "(None, 2)", "3·2 + 2 = 8"), ("Dropout", "(None, 2)", "0")]
    assert 'Dense(2, activation="tanh")' in panel.code()


def test_locks():
    panel = Layers()
    panel.lock("units", "remove").lock("add", "kernel_initializer", state="hidden")
    assert all(row.control.arguments["units"].disabled and row.remove.disabled for row in panel._rows)
    assert "ks-hidden" in panel._add._dom_classes and "ks-hidden" in panel._kind._dom_classes
    panel._rows[0].is_open = True  # made now, and hidden at once
    assert "ks-hidden" in panel._rows[0].control.arguments["kernel_initializer"].widget._dom_classes
    assert not panel._rows[0].control.arguments["activation"].disabled
    again = Layers(panel.recipe.share())
    assert again._rows[2].remove.disabled
    again.recipe = again.recipe.with_layer(dense(2), at=1)
    assert again._rows[3].remove.disabled and again._rows[3].control.arguments["units"].disabled
    panel.unlock()
    assert not panel._rows[0].remove.disabled and "ks-hidden" not in panel._add._dom_classes
    with pytest.raises(ValueError, match="Did you mean 'units'"):
        panel.lock("unit")


def test_large_layers_are_summarised_and_deep_networks_stay_small():
    wide = Layers(network(dense(30), dense(31), shape=(784,)))
    assert wide._network.value.count("<circle") == 8 + 3 + 30 + 8 + 3
    deep = Layers(network(*[dense(30)] * 64, shape=(30,)))
    assert len(deep._network.value) < 1_000_000
    assert deep._network.value.count("<circle") == 65 * (8 + 3)


def test_picture_and_description():
    panel = Layers()
    assert panel.description() == (
        "A network of layers. 8 inputs; dense: Dense, 12 units, relu, 108 parameters; dense_1: Dense, 8 units, relu, "
        "104 parameters; dense_2: Dense, 1 unit, sigmoid, 9 parameters. 221 parameters in all."
    )
    words = [each.get_text() for each in panel.picture().findobj(lambda each: hasattr(each, "get_text"))]
    assert "221 parameters" in words
    data, _ = panel._picture_bundle()
    assert len(data["image/png"]) < 200_000


def test_every_control_has_its_words():
    panel = Layers()
    panel._rows[0].is_open = True
    named = (ipywidgets.Button, ipywidgets.Dropdown, ipywidgets.Text, ipywidgets.IntText, ipywidgets.ToggleButton)

    def visit(widget):
        if isinstance(widget, named):
            assert widget.description or widget.tooltip, widget
        for child in getattr(widget, "children", ()):
            visit(child)

    visit(panel)
