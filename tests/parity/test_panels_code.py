"""The programs that the Activation and Initializer panels show, run on Keras 3: they give what the panels show."""

import re

import keras
import numpy as np
import pytest

from kerasschool import panels
from kerasschool.panels import activation_facts as facts

pytestmark = pytest.mark.keras
NUMBER = r"-?\d+\.?\d*(?:e[-+]?\d+)?"


def run(code, capsys):
    capsys.readouterr()
    exec(code, {})
    return capsys.readouterr().out


@pytest.mark.parametrize("start", range(0, len(facts.names()), 4))
def test_every_activation_has_the_shown_numbers_on_keras(start, capsys):
    panel = panels.Activation(names=facts.names()[start : start + 4], x=-0.7)
    printed = dict(line.split(": ") for line in run(panel.code("keras"), capsys).splitlines())
    for each in panel.chosen:
        numbers = [float(found) for found in re.findall(NUMBER, printed[each.label])]
        if each.mixes:
            assert numbers == pytest.approx(each.example(-0.7)[1].tolist(), rel=1e-4, abs=1e-6)
        else:
            assert numbers == pytest.approx([each.value(-0.7), each.slope(-0.7)], rel=2e-3, abs=1e-3)


def test_arguments_mean_the_same_on_keras(capsys):
    names = [
        {"class": "relu", "arguments": {"negative_slope": 0.1, "max_value": 2.0, "threshold": 0.5}},
        {"class": "elu", "arguments": {"alpha": 2.0}},
        {"class": "gelu", "arguments": {"approximate": True}},
        {"class": "threshold", "arguments": {"threshold": -1.0, "default_value": 3.0}},
    ]
    panel = panels.Activation(names=names, x=-0.7)
    for line, each in zip(run(panel.code("keras"), capsys).splitlines(), panel.chosen, strict=True):
        value, slope = map(float, re.fullmatch(rf".*: ({NUMBER}), slope ({NUMBER})", line).groups())
        assert (value, slope) == pytest.approx((each.value(-0.7), each.slope(-0.7)), abs=1e-3)


@pytest.mark.parametrize(
    ("initializer", "activation"),
    [("he_normal", "relu"), ("glorot_uniform", "sigmoid"), ("orthogonal", "tanh"), ("zeros", "relu")],
)
def test_a_stack_on_keras_has_spreads_like_the_shown_ones(initializer, activation, capsys):
    panel = panels.Initializer(initializer=initializer, activation=activation, depth=4, width=128)
    printed = run(panel.code("keras"), capsys)
    found = re.findall(rf"outputs ({NUMBER}), gradient ({NUMBER})", printed)
    spreads, sizes = np.array(found, float).T
    # Keras draws other numbers of the same law, so that the spreads agree as two samples do.
    np.testing.assert_allclose(spreads, panel.stack.activations, rtol=0.2)
    np.testing.assert_allclose(sizes, panel.stack.gradients, rtol=0.35)


def test_both_panels_open_on_a_model_of_keras():
    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(4, activation="gelu", kernel_initializer=keras.initializers.RandomNormal(stddev=0.3)),
            keras.layers.LeakyReLU(0.1),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    leaky = {"class": "leaky_relu", "arguments": {"negative_slope": 0.1}}
    assert panels.Activation(model).names == ["gelu", leaky, "softmax"]
    panel = panels.Initializer(model)
    assert [label.split(": ")[1] for label, _ in panel._own.options[1:]] == [
        "RandomNormal, gelu",
        "glorot_uniform, softmax",
    ]
    panel.set(initializer="he_normal").use_in_all_dense_layers()
    dense = [layer["arguments"] for layer in panel.recipe.layers if layer["class"] == "Dense"]
    assert [each["kernel_initializer"] for each in dense] == ["he_normal", "he_normal"]
