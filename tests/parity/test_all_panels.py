"""Panels opened on a model of real Keras, and the program that SixSteps shows run on real Keras."""

import inspect

import numpy as np
import pytest

from kerasschool import panels
from kerasschool.live.recipe import Recipe
from kerasschool.panels.on_experiment import ExperimentPanel

pytestmark = pytest.mark.keras

ON_EXPERIMENT = [each for _, each in inspect.getmembers(panels, inspect.isclass) if issubclass(each, ExperimentPanel)]
X, Y = np.arange(16.0).reshape(8, 2) / 16, np.arange(8) % 2


@pytest.fixture(scope="module")
def their_model():
    import keras

    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input(shape=(2,)),
            keras.layers.Dense(4, activation="relu", kernel_initializer="he_normal"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.01), metrics=["accuracy"])
    return model


@pytest.mark.parametrize("kind", ON_EXPERIMENT, ids=lambda each: each.__name__)
def test_from_model_takes_a_model_of_real_keras(kind, their_model):
    panel = kind.from_model(their_model, X, Y, fit={"epochs": 2, "batch_size": 4})
    recipe = panel.experiment.recipe
    assert [layer["class"] for layer in recipe.layers] == ["InputLayer", "Dense", "Dropout", "Dense"]
    assert recipe.layers[1]["arguments"]["kernel_initializer"] == "he_normal"
    assert recipe.compile["optimizer"] == {"class": "Adam", "arguments": {"learning_rate": 0.01}}
    assert recipe.compile["loss"] == "binary_crossentropy" and recipe.compile["metrics"] == ["accuracy"]
    assert panel.experiment.model.count_params() == their_model.count_params()
    assert len(panel.experiment.session.run().history["accuracy"]) == 2
    assert Recipe.from_share(recipe.share()) == recipe


def test_the_program_of_six_steps_runs_on_real_keras():
    panel = panels.SixSteps(Recipe(fit={"epochs": 2}))
    panel.set(layers=panel.recipe.with_arguments(1, activation="tanh", kernel_initializer="he_uniform").layers)
    panel._engine.value = "Keras 3"
    program = {}
    exec(panel.code(), program)
    theirs, ours = program["history"].history, panel.experiment.session.run().history
    assert list(theirs) == list(ours) and len(theirs["loss"]) == 2
    assert program["model"].count_params() == panel.model.count_params()
    assert type(program["model"]).__module__.startswith("keras.")
