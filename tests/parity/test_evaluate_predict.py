"""Evaluate and Predict on a model of real Keras: it is asked as it is, not built anew."""

import html
import re

import keras
import numpy as np
import pytest

from kerasschool.datasets import penguins
from kerasschool.panels import Evaluate, Predict

pytestmark = pytest.mark.keras

(X, Y), HELD_BACK = penguins.load_data()
MEAN, SPREAD = X.mean(axis=0), X.std(axis=0)
WORDS = {"feature_names": penguins.feature_names, "target_names": penguins.target_names}
ROWS = {"x": X, "y": Y, "validation_data": HELD_BACK, "scaling": (MEAN, SPREAD)}


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(7)
    made = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(6, activation="relu"), keras.layers.Dense(1, activation="sigmoid")]
    )
    made.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return made


def text(widget):
    return html.unescape(" ".join(re.sub("<[^>]*>", " ", widget.value).split()))


def test_evaluate_on_keras(model):
    panel = Evaluate(model, **ROWS, **WORDS, test_data=HELD_BACK)
    assert panel.model is model
    model.fit((X - MEAN) / SPREAD, Y, epochs=2, verbose=0)
    panel.again.click()
    assert text(panel.message) == "Scored anew."
    loss, accuracy = model.evaluate((HELD_BACK[0] - MEAN) / SPREAD, HELD_BACK[1], verbose=0)
    assert panel.scores["validation"] == pytest.approx({"loss": loss, "accuracy": accuracy}, abs=1e-6)
    names = {
        "model": model,
        "x": X,
        "y": Y,
        "x_val": HELD_BACK[0],
        "y_val": HELD_BACK[1],
        "mean": MEAN,
        "spread": SPREAD,
    }
    exec(panel.code().replace("print(", "("), names)
    assert names["confusion"].tolist() == panel.confusion.tolist()
    panel.open.click()
    assert panel.peeks == 1 and panel.scores["test"] == pytest.approx(panel.scores["validation"])


def test_predict_on_keras(model):
    panel = Predict(model, **ROWS, **WORDS).set(row=3)
    panel.controls["body_mass_g"].widget.value = 4000
    row = np.array([list(panel.values.values())])
    assert panel.answer["male"] == pytest.approx(float(model.predict((row - MEAN) / SPREAD, verbose=0)[0, 0]), abs=1e-6)
    names = {"model": model, "mean": MEAN, "spread": SPREAD}
    exec(panel.code().replace("print(", "("), names)
    assert names["p"][0, 0] == pytest.approx(panel.answer["male"], abs=1e-6)
    assert "6 units" in text(panel._way)


def test_a_keras_model_that_is_not_trained_is_called_so():
    made = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    made.compile(loss="binary_crossentropy", optimizer="adam")
    assert "has made no training step" in text(Evaluate(made, **ROWS).message)
