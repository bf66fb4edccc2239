"""Panels opened on models that they cannot show: an error in words, or the panel's message, and no warning."""

import html
import re

import numpy as np
import pytest

from kerasschool import Sequential, layers, panels

X, Y = np.random.RandomState(0).normal(size=(12, 3)), np.arange(12) % 2


def text(widget):
    return html.unescape(re.sub("<[^>]*>", "", widget.value))


class TwoOutputs:
    """What a functional model of Keras with two outputs looks like from here."""

    layers = ()

    def predict(self, x, verbose=0, batch_size=None):
        return [np.zeros((len(x), 1)), np.zeros((len(x), 2))]

    def get_config(self):
        raise NotImplementedError("not sequential")

    def summary(self):
        """Nothing."""


@pytest.mark.parametrize("kind", [panels.Evaluate, panels.Predict])
def test_several_outputs_are_told(kind):
    panel = kind(TwoOutputs(), X, Y)
    assert "Error The model has 2 outputs. A panel shows one" in text(panel.message)
    panel.picture()
    assert panel.description()


def test_train_is_for_models_of_kerasschool():
    with pytest.raises(TypeError, match=r"Train\.from_model\(model, x, y\)"):
        panels.Train(TwoOutputs(), X, Y)


@pytest.mark.parametrize("kind", [panels.Data, panels.Layers, panels.Train, panels.Evaluate, panels.Predict])
def test_a_class_is_no_model(kind):
    with pytest.raises(TypeError, match="A panel opens on a model, not on its class"):
        kind(Sequential, X, Y)


def test_a_model_with_a_lambda_is_judged_without_a_warning():
    model = Sequential([layers.Input((3,)), layers.Lambda(lambda x: 2 * x), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    panel = panels.Evaluate(model, X, Y)  # warnings are errors in tests
    assert "loss" in panel.scores["train"] and "Error" not in text(panel.message)
    with pytest.raises(ValueError, match="Lambda"):
        panels.Layers(model)
