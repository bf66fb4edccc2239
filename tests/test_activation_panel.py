"""The Activation panel from code: its numbers against formulas written here, its words, and hostile input."""

import html
import math
import re

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import layers, panels
from kerasschool.live.experiment import Experiment
from kerasschool.live.recipe import Recipe
from kerasschool.panels import activation_facts as facts
from kerasschool.panels.activation_facts import Chosen

BY_HAND = {  # name → value at x, written anew
    "linear": lambda x: x,
    "relu": lambda x: max(x, 0.0),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": lambda x: (math.exp(x) - math.exp(-x)) / (math.exp(x) + math.exp(-x)),
    "softplus": lambda x: math.log(1 + math.exp(x)),
    "elu": lambda x: x if x > 0 else math.exp(x) - 1,
    "silu": lambda x: x / (1 + math.exp(-x)),
    "gelu": lambda x: x * 0.5 * (1 + math.erf(x / math.sqrt(2))),
    "softsign": lambda x: x / (1 + abs(x)),
    "relu6": lambda x: min(max(x, 0.0), 6.0),
    "abs": abs,
}
ELEMENTWISE = [name for name in facts.names() if not Chosen(name).mixes]


def text(widget):
    return html.unescape(" ".join(re.sub("<[^>]*>", " ", widget.value).split()))


def run(code, capsys):
    """What a program prints: name → numbers."""
    capsys.readouterr()
    exec(code, {})
    lines = capsys.readouterr().out.splitlines()
    return {
        line.split(":")[0]: [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", line.split(":")[1])]
        for line in lines
    }


def dropdowns(panel):
    return [each.control.names for each in panel._rows]


@pytest.mark.parametrize("name", list(BY_HAND))
@pytest.mark.parametrize("x", [-2.5, -0.4, 1.5])
def test_value_and_slope_are_those_of_the_formula(name, x):
    chosen, step = Chosen(name), 1e-5
    assert chosen.value(x) == pytest.approx(BY_HAND[name](x), abs=1e-9)
    by_difference = (BY_HAND[name](x + step) - BY_HAND[name](x - step)) / (2 * step)
    assert chosen.slope(x) == pytest.approx(by_difference, abs=1e-6)


@pytest.mark.parametrize(
    ("given", "x", "words"),
    [
        ("sigmoid", 1.5, "sigmoid(1.5) = 1 / (1 + exp(−1.5)) = 0.8176, slope 0.1491"),
        ("sigmoid", -2, "sigmoid(−2) = 1 / (1 + exp(−(−2))) = 0.1192, slope 0.105"),
        ("relu", -1, "relu(−1) = max(−1, 0) = 0, slope 0"),
        ("linear", 3, "linear(3) = 3, slope 1"),
        ("squareplus", -1.5, "squareplus(−1.5) = (−1.5 + sqrt((−1.5)² + 4)) / 2 = 0.5, slope 0.2"),
        (
            {"class": "elu", "arguments": {"alpha": 2.0}},
            -1,
            "elu(−1, alpha=2) = −1 if −1 > 0 else 2 · (exp(−1) − 1) = −1.264, slope 0.7358",
        ),
        (
            {"class": "relu", "arguments": {"negative_slope": 0.1, "max_value": 2.0}},
            5,
            "relu(5, negative_slope=0.1, max_value=2) = min(5, 2) if 5 > 0 else 0.1 · 5 = 2, slope 0",
        ),
        ("softmax", 1.5, "first output = exp(1.5) / (exp(1.5) + exp(1) + exp(0)) = 0.5465"),
        ("sparsemax", 1.5, "first output = max(1.5 − 0.75, 0) = 0.75"),
        ("glu", 2, "first output = 2 · sigmoid(0) = 1"),
    ],
)
def test_the_formula_with_its_numbers(given, x, words):
    panel = panels.Activation(names=[given], x=x)
    assert panel.sentences() == [words]
    assert words in text(panel._cards)


@pytest.mark.parametrize("name", facts.names())
def test_every_activation_of_the_engine_can_be_shown(name):
    panel = panels.Activation(names=[name], x=-1.0)
    assert panel.names == [name] if not facts.arguments_of(name) else panel.names
    assert f"<b>{Chosen(name).label}</b>" in panel._cards.value
    assert all(word not in text(panel._cards) for word in ("nan", "None"))
    panel.set(x=1000)
    assert panel.reach == 1000 and "nan" not in panel._drawing.value


@pytest.mark.parametrize(
    ("given", "flat", "dead"),
    [
        ("linear", [], []),
        ("relu", [(-np.inf, 0.0)], [(-np.inf, 0.0)]),
        ("relu6", [(-np.inf, 0.0), (6.0, np.inf)], [(-np.inf, 0.0), (6.0, np.inf)]),
        ("tanh", [(-np.inf, -2.178), (2.178, np.inf)], []),
        ("soft_shrink", [(-0.5, 0.5)], [(-0.5, 0.5)]),
        ("leaky_relu", [], []),
        ("elu", [(-np.inf, -2.996)], []),
        ("sparse_plus", [(-np.inf, -0.9)], [(-np.inf, -1.0)]),
    ],
)
def test_where_it_is_flat_and_where_dead(given, flat, dead):
    chosen = Chosen(given)
    assert [pytest.approx(each, abs=0.003) for each in flat] == chosen.flat
    assert [pytest.approx(each, abs=0.003) for each in dead] == chosen.dead


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_flat_means_a_slope_below_a_twentieth(name):
    chosen = Chosen(name)
    for x in (-3.3, -1.7, -0.61, 0.33, 1.1, 2.7):
        is_flat = any(low < x < high for low, high in chosen.flat)
        assert is_flat == (abs(chosen.slope(x)) < 0.05), x
        assert chosen.state(x) in ("flat", "dead") if is_flat else chosen.state(x) == "learns"


def test_words_about_range_flatness_and_corners():
    panel = panels.Activation(names=["relu", "sigmoid", "linear", "log_sigmoid"], x=0)
    words = text(panel._cards)
    assert "Range: 0 and more. Dead zone where x < 0: slope 0, nothing is learned there." in words
    assert "corner: slope 0 before, 1 after; counts as 0" in words
    assert "Range: 0 to 1. Flat where x < −2.89 or x > 2.89." in words
    assert "Range: any number. A straight line: it bends nothing, and two such layers in a row are one." in words
    assert "Range: 0 and less." in words
    assert "dead here: learns nothing" in text(panel.set(x=-1)._cards)
    assert "flat here: learns little" in text(panel.set(names="sigmoid", x=3.5)._cards)
    elu = Chosen("elu", {"alpha": 2.0})
    assert elu.range_words() == "−2 and more" and elu.corner(0.0) == pytest.approx((2.0, 1.0), abs=1e-3)


def test_softmax_is_an_example_with_bars():
    panel = panels.Activation(names=["softmax"], x=2)
    powers = [math.exp(score) for score in (2, 1, 0)]
    shares = [power / sum(powers) for power in powers]
    _, outputs, slopes = panel.chosen[0].example(2)
    assert outputs.tolist() == pytest.approx(shares)
    assert slopes == pytest.approx([shares[0] * (1 - shares[0]), -shares[0] * shares[1], -shares[0] * shares[2]])
    words = text(panel._cards)
    assert f"x 2 {shares[0]:.3g} " in words and "The outputs add up to 1." in words
    assert panel._cards.value.count("<rect") == 3
    assert "ks-hidden" in panel._drawing._dom_classes
    assert panel.set(names=["softmax", "tanh"])._drawing._dom_classes == ()
    assert panel._drawing.value.count(' point"') == 2, "tanh alone has a curve"


def test_the_drawing_shows_the_point_where_it_is():
    panel = panels.Activation(names=["tanh"], x=2)
    points = re.findall(r'<circle class="dot s0 point" cx="([\d.]+)" cy="([\d.]+)"', panel._drawing.value)
    assert [float(x) for x, _ in points] == [pytest.approx(44 + 562 * 0.75, abs=0.1)] * 2
    assert float(points[0][1]) < 24 + 210 / 2
    assert "Curve and slope of tanh; the point is at x = 2" in panel._drawing.value
    steep = panels.Activation(names=["exponential"], x=3)
    assert steep._drawing.value.count("<circle") == 0, "both lie above the picture: arrows"
    assert steep._drawing.value.count("Z") == 2


def test_the_code_computes_the_shown_numbers(capsys):
    for names in (ELEMENTWISE[:4], ELEMENTWISE[4:8], [{"class": "elu", "arguments": {"alpha": 2.0}}, "softmax"]):
        panel = panels.Activation(names=names, x=-0.7)
        printed = run(panel.code(), capsys)
        for each in panel.chosen:
            numbers = printed[each.label]
            if each.mixes:
                assert numbers == pytest.approx(each.example(-0.7)[1].tolist(), rel=1e-5)
            else:
                assert numbers[-2:] == pytest.approx([each.value(-0.7), each.slope(-0.7)], rel=1e-3, abs=1e-3)
    assert panels.Activation(names="tanh").code("keras").count("\nimport keras\n") == 1
    assert "mean of those" in panels.Activation(names="relu", x=0).code()


def test_set_and_names():
    panel = panels.Activation()
    assert panel.names == ["relu", "sigmoid"] and panel.x == 1.5 and panel.model is None
    assert panel.set(names=["swish", {"class": "elu", "arguments": {"alpha": 1.0}}], x=-2) is panel
    assert panel.names == ["silu", "elu"], "an argument that equals its default is none"
    assert [each.value for each in dropdowns(panel)[:2]] == ["silu", "elu"]
    assert panel.set(x=20).reach == 100 and panel.set(x=2).reach == 100
    assert (panel._slider.widget.min, panel._slider.widget.max, panel._slider.widget.value) == (-100, 100, 2)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"names": ["rleu"]}, "Unknown activation 'rleu'. Did you mean 'relu'?"),
        ({"names": []}, "`names` must be a list of 1 to 4 activations. Received: names=[]"),
        ({"names": ["relu"] * 5}, "1 to 4 activations"),
        ({"names": [7]}, "An activation is chosen by its name."),
        ({"names": ["<b>"]}, "Unknown activation '<b>'."),
        ({"names": [{"class": "elu", "arguments": {"alhpa": 1}}]}, "Did you mean 'alpha'?"),
        ({"names": [{"class": "elu", "arguments": {"alpha": "2"}}]}, "`elu.alpha` must be a number."),
        ({"names": [{"class": "celu", "arguments": {"alpha": 0}}]}, "celu gives no numbers with these arguments."),
        ({"names": [{"class": "elu", "arguments": [1]}]}, "The arguments of elu must be a dictionary."),
        ({"x": float("nan")}, "`x` must be a number between -1000 and 1000."),
        ({"x": 1e9}, "`x` must be a number between -1000 and 1000."),
        ({"x": "1"}, "`x` must be a number"),
        ({"reach": 5}, "`reach` must be one of 4, 8, 16, 100, 1000."),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(settings, words):
    panel = panels.Activation(names=["tanh"], x=1)
    with pytest.raises(ValueError, match=re.escape(words)):
        panel.set(**{"names": ["relu"], "x": 3, **settings})
    assert (panel.names, panel.x) == (["tanh"], 1.0)


def test_clicks():
    panel = panels.Activation(names=["relu"])
    panel._add.click()
    assert panel.names == ["relu", "linear"]
    for _ in range(5):
        panel._add.click()
    assert len(panel.names) == 4 and "Four are shown" in text(panel.message)
    dropdowns(panel)[1].value = "elu"
    assert panel.names[1] == "elu"
    alpha = panel._rows[1].control.arguments["alpha"].widget
    alpha.value = 3.0
    assert panel.names[1] == {"class": "elu", "arguments": {"alpha": 3.0}}
    panel._rows[1].control.arguments["alpha"].widget.value = float("inf")
    assert "Error `elu.alpha` must be a number." in text(panel.message)
    assert panel._rows[1].control.arguments["alpha"].widget.value == 3.0
    for _ in range(3):
        panel._rows[0].widget.children[-1].click()
    assert len(panel.names) == 1
    panel._rows[0].widget.children[-1].click()
    assert len(panel.names) == 1 and "One stays" in text(panel.message)
    panel._slider.widget.value = -1.25
    assert panel.x == panel._field.widget.value == -1.25
    panel._field.widget.value = 5000.0
    assert panel.x == -1.25 and panel._field.widget.value == -1.25 and "Error `x`" in text(panel.message)
    panel._reach.widget.value = 16
    panel._field.widget.value = 12.0
    panel._reach.widget.value = 4
    assert panel.x == 4, "the point stays on the axis"


def test_a_models_own_activations_come_first():
    model = keras.Sequential(
        [layers.Input((3,)), layers.Dense(4, activation="gelu"), layers.LeakyReLU(0.3), layers.Dense(1)]
    )
    panel = panels.Activation(model)
    assert panel.names == ["gelu", {"class": "leaky_relu", "arguments": {"negative_slope": 0.3}}, "linear"]
    assert panel.model is model
    assert [label for label, _ in dropdowns(panel)[0].options][:3] == [
        "gelu (your model)",
        "leaky_relu (your model)",
        "linear (your model)",
    ]
    assert len(dropdowns(panel)[0].options) == len(facts.names())


def test_it_opens_on_a_recipe_and_on_what_was_shared():
    layer = {"class": "Dense", "arguments": {"units": 2, "activation": "mish"}}
    recipe = Recipe().with_layer(layer, at=1)
    for start in (recipe, recipe.share(), Experiment(recipe)):
        assert panels.Activation(start).names == ["mish", "relu", "sigmoid"]
    with pytest.raises(TypeError, match="A panel opens on a recipe"):
        panels.Activation(7)


def test_it_follows_the_experiment_of_another_panel():
    train = panels.Train()
    panel = panels.Activation(train, names=["tanh"])
    assert dropdowns(panel)[0].options[0] == ("relu (your model)", "relu")
    head = {"class": "Dense", "arguments": {"units": 1, "activation": "selu"}}
    train.experiment.change(layers=[train.recipe.layers[0], head])
    assert dropdowns(panel)[0].options[0] == ("selu (your model)", "selu")
    assert panel.names == ["tanh"] and dropdowns(panel)[0].value == "tanh"
    panel.close()
    train.experiment.change(seed=8)
    train.close()


def test_what_is_saved_and_read_aloud():
    panel = panels.Activation(names=["relu", "softmax"], x=1)
    assert panel.description().startswith("Activations at x = 1: relu(1) = max(1, 0) = 1, slope 1; first output = ")
    figure = panel.picture()
    assert [len(axes.lines) for axes in figure.axes] == [2, 2, 0]
    assert panels.Activation(names=["softmax"]).picture().axes[0].get_legend() is None
    for name, control in panel.controls.items():
        widget = getattr(control, "widget", control)
        labelled = [each for each in (widget, *getattr(widget, "children", ())) if getattr(each, "description", "")]
        assert labelled or name.startswith("activation") or name == "slider", name
