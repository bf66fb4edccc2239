"""What is clicked together in the Layers and Compile panels runs on Keras 3, with the same numbers."""

import keras
import pytest

from kerasschool.live.recipe import Recipe
from kerasschool.panels import Compile, Layers

pytestmark = pytest.mark.keras


def clicked_together():
    """A network in which every part has been touched by a control."""
    panel = Layers()
    for kind in ("Dense", "BatchNormalization", "Dropout", "LeakyReLU", "Flatten", "Activation"):
        panel._kind.value = kind
        panel._add.click()
    panel._rows[3].up.click()
    rows = panel._rows
    rows[0].is_open = True
    rows[0].control.arguments["units"].widget.value = 6
    rows[0].control.arguments["activation"].names.value = "gelu"
    rows[0].control.arguments["kernel_initializer"].names.value = "VarianceScaling"
    rows[0].control.arguments["kernel_initializer"].arguments["mode"].widget.value = "fan_avg"
    rows[0].control.arguments["kernel_regularizer"].names.value = "L2"
    rows[0].control.arguments["kernel_constraint"].names.value = "MaxNorm"
    assert "Error" not in panel.message.value
    return panel


def test_a_network_of_clicks():
    panel = clicked_together()
    kinds = [layer["class"] for layer in panel.recipe.layers[1:]]
    assert len(kinds) == 9 and {"BatchNormalization", "Flatten", "LeakyReLU"} <= set(kinds)
    names = {"keras": keras}
    exec(panel.code(), names)
    model = names["model"]
    assert isinstance(model, keras.Sequential)
    assert model.output_shape == panel.model.output_shape
    assert [w.shape for w in model.get_weights()] == [w.shape for w in panel.model.get_weights()]
    assert model.count_params() == panel.model.count_params()
    assert Recipe.from_model(model).layers == panel.recipe.layers


def test_choices_of_clicks():
    panel = Compile()
    panel._loss.names.value = "BinaryFocalCrossentropy"
    panel._loss.arguments["gamma"].widget.value = 1.5
    panel._optimizer.names.value = "RMSprop"
    panel._optimizer.arguments["rho"].widget.value = 0.75
    panel._optimizer.arguments["learning_rate"].names.value = "InverseTimeDecay"
    for kind in ("AUC", "FBetaScore", "PrecisionAtRecall"):
        panel._kind.value = kind
        panel._add.click()
    assert "Error" not in panel.message.value
    names = {"keras": keras}
    exec(panel.recipe.step_code("define"), names)
    exec(panel.code(), names)
    assert Recipe.from_model(names["model"]).compile == panel.recipe.compile


@pytest.mark.parametrize("loss", ["BinaryCrossentropy", "MeanSquaredError"])
def test_the_first_loss_is_keras_loss(loss):
    panel = Compile()
    panel._loss.names.value = loss
    names = {"keras": keras}
    exec(panel.recipe.step_code("define"), names)
    exec(panel.code(), names)
    model, rows = names["model"], panel.experiment.rows
    model.set_weights(panel.model.get_weights())
    y = rows.y.reshape(-1, 1)
    assert model.evaluate(rows.x, y, verbose=0)[0] == pytest.approx(panel.first_loss.measured, rel=1e-5)
    model.layers[-1].set_weights([0 * weight for weight in model.layers[-1].get_weights()])
    assert model.evaluate(rows.x, y, verbose=0)[0] == pytest.approx(panel.first_loss.ignorant, rel=1e-5)
