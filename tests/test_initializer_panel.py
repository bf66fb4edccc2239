"""The Initializer panel from code: spreads against plain NumPy, its words, the recipe, and hostile input."""

import html
import math
import re

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import layers, panels
from kerasschool.panels import initializer_facts as facts


def text(widget):
    return html.unescape(" ".join(re.sub("<[^>]*>", " ", widget.value).split()))


def normal(stddev, **more):
    return {"class": "RandomNormal", "arguments": {"stddev": stddev, **more}}


BENT = {  # name → the function and its slope, written anew
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
}


def by_hand(panel):
    """The same stack in plain NumPy: spreads of the outputs, sizes of the bias gradients."""
    bend, slope = BENT[panel.settings["activation"]]
    width, rows = panel.settings["width"], facts.ROWS
    stream = np.random.RandomState(panel.settings["seed"])
    h, push = stream.normal(size=(rows, width)), stream.normal(size=(rows, width))
    kernels = [np.asarray(layer.kernel).astype(float) for layer in panel.model.layers]
    sums, spreads = [], []
    for kernel in kernels:
        sums.append(h @ kernel)
        h = bend(sums[-1])
        spreads.append(math.sqrt(((h - h.mean()) ** 2).mean()))
    delta, sizes = push / rows, []
    for kernel, z in zip(kernels[::-1], sums[::-1], strict=True):
        delta = delta * slope(z)
        sizes.append(math.sqrt((delta.sum(axis=0) ** 2).mean() * rows))
        delta = delta @ kernel.T
    return spreads, sizes[::-1]


@pytest.mark.parametrize("activation", list(BENT))
@pytest.mark.parametrize("initializer", ["he_normal", "glorot_uniform", normal(0.3)])
def test_spreads_and_gradients_are_those_of_plain_numpy(activation, initializer):
    panel = panels.Initializer(initializer=initializer, activation=activation, depth=6, width=24, seed=3)
    spreads, sizes = by_hand(panel)
    assert panel.stack.activations == pytest.approx(spreads, rel=1e-4)
    assert panel.stack.gradients == pytest.approx(sizes, rel=1e-3)


def test_the_weights_are_those_of_the_seed():
    panel = panels.Initializer(initializer=normal(0.5), depth=2, width=8, seed=11)
    stream = np.random.RandomState(11)
    stream.normal(size=(2 * facts.ROWS, 8))
    expected = stream.normal(0, 0.5, size=(2 * 8 * 8))
    np.testing.assert_allclose(panel.stack.weights, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("settings", "activations", "gradients"),
    [
        ({"initializer": "he_normal", "activation": "relu"}, "keeps its size", "keeps its size"),
        ({"initializer": "glorot_uniform", "activation": "tanh"}, "keeps its size", "keeps its size"),
        ({"initializer": "lecun_normal", "activation": "selu"}, "keeps its size", "keeps its size"),
        ({"initializer": "orthogonal", "activation": "linear"}, "keeps its size", "keeps its size"),
        ({"initializer": "glorot_uniform", "activation": "relu"}, "vanishes", "vanishes"),
        ({"initializer": normal(0.01), "activation": "tanh"}, "vanishes", "vanishes"),
        ({"initializer": "glorot_normal", "activation": "sigmoid"}, "keeps its size", "vanishes"),
        ({"initializer": normal(1.0), "activation": "relu"}, "explodes", "explodes"),
        ({"initializer": normal(1.0), "activation": "tanh"}, "keeps its size", "explodes"),
        ({"initializer": "zeros", "activation": "relu"}, "vanishes", "vanishes"),
        ({"initializer": normal(1e30), "activation": "relu"}, "explodes", "vanishes"),
    ],
)
def test_what_happens_in_ten_layers(settings, activations, gradients):
    panel = panels.Initializer(**settings, depth=10, width=64)
    assert panel.verdicts == {"activations": activations, "gradients": gradients}
    assert f"Activations, forward → {activations}" in text(panel._drawing)
    assert f"← Gradients, backward {gradients}" in text(panel._drawing)


def test_he_keeps_the_variance_of_relu_and_glorot_that_of_a_line():
    for initializer, activation, change in (("he_normal", "relu", 1.0), ("glorot_normal", "linear", 1.0)):
        panel = panels.Initializer(initializer=initializer, activation=activation, depth=2, width=256)
        first, last = panel.stack.activations
        assert last / first == pytest.approx(change, abs=0.05)
    halves = panels.Initializer(initializer="glorot_normal", activation="relu", depth=2, width=256)
    assert halves.stack.activations[1] / halves.stack.activations[0] == pytest.approx(math.sqrt(0.5), abs=0.05)


def test_the_rule():
    assert facts.verdict([1.0, 0.101]) == facts.verdict([1.0, 9.9]) == "keeps its size"
    assert facts.verdict([1.0, 0.1]) == facts.verdict([1.0, 0.0]) == facts.verdict([0.0, 0.0]) == "vanishes"
    assert facts.verdict([1.0, 10.0]) == facts.verdict([1.0, math.nan]) == facts.verdict([1.0, math.inf]) == "explodes"
    assert facts.ratio_words([2.0, 0.0]) == "down to 0" and facts.ratio_words([0.0, 2.0]) == "up from 0"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"initializer": "zeros"}, "Symmetric: all 64 units of all 10 layers have the same weights."),
        ({"initializer": "zeros"}, "And zeros let no gradient back."),
        ({"initializer": "zeros"}, "Dead: 64 of 64 units in layer 1 give the same number for all 256 rows"),
        (
            {"initializer": {"class": "Constant", "arguments": {"value": 0.01}}, "activation": "tanh"},
            "They get the same gradient and stay alike: together they are one unit.",
        ),
        ({"initializer": "ones", "depth": 1}, "Symmetric: all 64 units of layer 1 have the same weights."),
        ({"activation": "sigmoid"}, "Rows look alike from layer "),
        ({"activation": "sigmoid"}, "Gradients vanish: the first layers would hardly learn."),
        ({"initializer": normal(1.0)}, "Gradients explode: the first layers would make steps far too long."),
        ({"initializer": normal(1.0)}, "Activations explode: with more layers the numbers overflow."),
        ({"initializer": normal(0.1, seed=3)}, "Every layer starts with the same numbers"),
        ({"activation": "tanh"}, "Units differ, none is dead, rows stay apart."),
    ],
)
def test_what_is_said(settings, words):
    assert words in text(panels.Initializer(**settings)._words)


def test_dead_units_are_counted():
    panel = panels.Initializer(initializer=normal(0.2, mean=-0.5), depth=3, width=16)
    h = np.random.RandomState(7).normal(size=(facts.ROWS, 16)).astype("float32")
    for layer, silent in zip(panel.model.layers, panel.stack.silent, strict=True):
        h = np.maximum(h @ np.asarray(layer.kernel), 0)
        assert silent == sum(len(set(column.tolist())) == 1 for column in h.T)
    assert panel.stack.silent[1] > 8, "negative weights silence relu from the second layer on"


@pytest.mark.parametrize(
    ("initializer", "kind", "spread"),
    [
        ("random_normal", "normal", 0.05),
        ("random_uniform", "uniform", 0.1 / math.sqrt(12)),
        ("truncated_normal", "truncated", 0.05 * 0.87963),
        ("glorot_uniform", "uniform", math.sqrt(1 / 64)),
        ("glorot_normal", "truncated", math.sqrt(1 / 64)),
        ("he_normal", "truncated", math.sqrt(2 / 64)),
        ("lecun_uniform", "uniform", math.sqrt(1 / 64)),
        ({"class": "VarianceScaling", "arguments": {"distribution": "untruncated_normal"}}, "normal", 0.125),
        ("orthogonal", "normal", 0.125),
    ],
)
def test_the_ideal_curve_is_that_of_the_draws(initializer, kind, spread):
    panel = panels.Initializer(initializer=initializer)
    law, weights = panel._law(), panel.stack.weights
    assert law[0] == kind
    assert weights.std() == pytest.approx(spread, rel=0.02)
    x = np.linspace(-1, 1, 200_001)
    curve = facts.density(law, x)
    assert curve.sum() * (x[1] - x[0]) == pytest.approx(1, abs=1e-3)
    assert math.sqrt((curve * x**2).sum() * (x[1] - x[0])) == pytest.approx(spread, rel=1e-3)
    inside = np.abs(weights) < spread
    share = curve[np.abs(x) < spread].sum() * (x[1] - x[0])
    assert inside.mean() == pytest.approx(share, abs=0.01), "the histogram follows the curve"
    assert f"spread {spread:.4g}"[:11] in text(panel._drawing)


def test_constants_have_no_curve():
    panel = panels.Initializer(initializer="ones")
    assert "mean 1, spread 0. Ideal: one value, 1." in text(panel._drawing)
    assert "line ideal" not in panel._drawing.value
    assert "no bell and no box" in text(panel.set(initializer="identity")._drawing)


def test_the_code_prints_the_shown_numbers(capsys):
    for settings in ({}, {"initializer": normal(0.3), "activation": "tanh", "depth": 3, "width": 10, "seed": 5}):
        panel = panels.Initializer(**settings)
        exec(panel.code(), {})
        printed = capsys.readouterr().out
        found = re.findall(r"layer \d+: outputs (\S+), gradient (\S+)", printed)
        assert [float(spread) for spread, _ in found] == pytest.approx(panel.stack.activations, rel=0.01)
        assert [float(size) for _, size in found] == pytest.approx(panel.stack.gradients, rel=0.01)
        assert f"spread {panel.stack.weights.std():.4f}" in printed
    assert "\nimport keras\n" in panel.code("keras")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"initializer": "he_nromal"}, "Unknown initializer 'he_nromal'. Did you mean 'he_normal'?"),
        ({"initializer": None}, "`initializer` must name an initializer."),
        ({"initializer": normal(-1)}, "`initializer.stddev` must be 0 or more."),
        ({"initializer": normal(float("nan"))}, "`initializer.stddev` must be a number."),
        ({"activation": "softmax"}, "`activation` must be one of"),
        ({"activation": "<i>"}, "Unknown activation '<i>'."),
        ({"depth": 0}, "`depth` must be from 1 to 30."),
        ({"depth": 31}, "`depth` must be from 1 to 30."),
        ({"width": 1000}, "`width` must be from 1 to 256."),
        ({"width": 2.5}, "`width` must be a whole number."),
        ({"seed": -1}, "`seed` must be from 0 to 4294967295."),
        ({"initializer": {"class": "RandomUniform", "arguments": {"minval": 2, "maxval": 1}}}, "`maxval` must be"),
        ({"dept": 3}, "Unknown setting 'dept'. Did you mean 'depth'?"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(settings, words):
    panel = panels.Initializer(depth=2, width=4)
    before, stack = dict(panel.settings), panel.stack
    with pytest.raises(ValueError, match=re.escape(words)):
        panel.set(**settings)
    assert panel.settings == before and panel.stack is stack


def test_clicks_and_bad_fields():
    panel = panels.Initializer(depth=2, width=8)
    fields = panel._fields
    fields["initializer"].names.value = "RandomNormal"
    fields["initializer"].arguments["stddev"].widget.value = 2.0
    assert panel.settings["initializer"] == normal(2.0)
    fields["activation"].widget.value = "tanh"
    fields["depth"].widget.value = 4
    assert (panel.settings["activation"], len(panel.stack.activations)) == ("tanh", 4)
    fields["width"].widget.value = -8
    assert "Error `width` must be from 1 to 256. Received: -8" in text(panel.message)
    assert fields["width"].widget.value == 8
    fields["initializer"].arguments["stddev"].widget.value = -1.0
    assert "Error `initializer.stddev`" in text(panel.message)
    assert fields["initializer"].arguments["stddev"].widget.value == 2.0
    weights = panel.stack.weights
    panel.controls["draw_again"].click()
    assert fields["seed"].widget.value == 8 and not np.array_equal(weights, panel.stack.weights)
    panel.set(seed=7)
    np.testing.assert_array_equal(weights, panel.stack.weights)


def test_alone_it_has_no_model_to_write_into():
    panel = panels.Initializer()
    assert "ks-hidden" in panel._mine._dom_classes
    assert "ks-hidden" not in panels.Initializer(panels.Train())._mine._dom_classes


def test_it_is_written_into_all_dense_layers_of_the_recipe():
    train = panels.Train()
    panel = panels.Initializer(train, initializer=normal(0.2))
    assert [label for label, _ in panel._own.options] == [
        "—",
        "dense: glorot_uniform, relu",
        "dense_1: glorot_uniform, relu",
        "dense_2: glorot_uniform, sigmoid",
    ]
    panel.controls["use"].click()
    assert "Written into 3 Dense layers." in text(panel.message)
    chosen = [layer["arguments"].get("kernel_initializer") for layer in train.recipe.layers[1:]]
    assert chosen == [normal(0.2)] * 3
    assert train.experiment.model.layers[0].kernel_initializer.stddev == 0.2
    assert panel._own.options[1][0] == "dense: RandomNormal, relu"
    panel.set(initializer="zeros")
    panel._own.value = 2
    assert panel.settings["initializer"] == normal(0.2) and panel.settings["activation"] == "sigmoid"
    assert "This is how `dense_2` starts" in text(panel.message) and panel._own.value is None
    panel.close()
    train.close()


def test_a_model_written_by_hand():
    model = keras.Sequential(
        [
            layers.Input((3,)),
            layers.Dense(4, activation="tanh", kernel_initializer="he_normal"),
            layers.Dense(1, kernel_initializer=keras.initializers.RandomUniform(-1, 1)),
        ]
    )
    panel = panels.Initializer(model)
    assert [label for label, _ in panel._own.options[1:]] == [
        "dense: he_normal, tanh",
        "dense_1: RandomUniform, linear",
    ]
    before = [weight.copy() for weight in model.get_weights()]
    panel._own.value = 1
    assert panel.settings["initializer"]["arguments"] == {"minval": -1, "maxval": 1}
    for weight, was in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, was)


def test_it_disturbs_no_random_numbers_of_others():
    np.random.seed(5)
    expected = np.random.normal(size=3)
    np.random.seed(5)
    panels.Initializer(depth=2, width=8)
    np.testing.assert_array_equal(np.random.normal(size=3), expected)


def test_a_teacher_locks():
    panel = panels.Initializer().lock("activation").lock("seed", state="hidden")
    assert panel._fields["activation"].disabled
    assert "ks-hidden" in panel._fields["seed"].widget._dom_classes
    assert panel.set(activation="tanh").settings["activation"] == "tanh"


def test_what_is_saved_and_read_aloud():
    panel = panels.Initializer(initializer="zeros", depth=3)
    assert panel.description().startswith("3 layers of 64 units with relu, started by zeros. Activations: vanishes, 0")
    figure = panel.picture()
    assert [axes.get_title() for axes in figure.axes] == ["weights", "activations: vanishes", "gradients: vanishes"]
    for kind in ("he_normal", normal(1e30)):
        assert panel.set(initializer=kind).picture().axes[0].patches
    labels = re.findall(r'aria-label="([^"]*)"', panel._drawing.value)
    assert labels[0].startswith("Histogram of") and len(labels) == 3
