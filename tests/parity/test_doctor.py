"""The doctor examines Keras's own models: the same findings as for the same model here."""

import keras
import numpy as np
import pytest

import kerasschool
from kerasschool.live.doctor import examine

pytestmark = pytest.mark.keras

RANDOM = np.random.RandomState(7)
X = RANDOM.normal(size=(60, 4)).astype("float32")
YES_NO = (X[:, 0] > 0).astype("float32")
CLASSES = np.digitize(X[:, 0], [-0.5, 0.5])


def network(engine, units, head, loss, optimizer="Adam", rate=0.001, metrics=("accuracy",), **hidden):
    layers = engine.layers
    model = engine.Sequential(
        [engine.Input(shape=(4,)), layers.Dense(8, activation="relu", **hidden), layers.Dense(units, activation=head)]
    )
    model.compile(loss=loss, optimizer=getattr(engine.optimizers, optimizer)(rate), metrics=list(metrics))
    return model


CASES = {
    "nothing": ((1, "sigmoid", "binary_crossentropy"), {}, X, YES_NO, []),
    "softmax of one": ((1, "softmax", "binary_crossentropy"), {}, X, YES_NO, ["softmax_of_one"]),
    "no probabilities": ((1, None, "binary_crossentropy"), {}, X, YES_NO, ["no_probabilities"]),
    "labels": ((3, "softmax", "categorical_crossentropy"), {}, X, CLASSES, ["labels_do_not_fit"]),
    "amounts": ((1, "sigmoid", "mse"), {"metrics": ["mae"]}, X, YES_NO, ["amounts_for_yes_no"]),
    "unscaled": ((1, "sigmoid", "bce"), {}, X * 100 + 500, YES_NO, ["unscaled"]),
    "width": ((1, "sigmoid", "bce"), {}, X[:, :3], YES_NO, ["wrong_width"]),
    "zeros": ((1, "sigmoid", "bce"), {"kernel_initializer": "zeros"}, X, YES_NO, ["zero_kernel"]),
    "rate": ((1, "sigmoid", "bce"), {"rate": 3.0}, X, YES_NO, ["learning_rate_high"]),
    "metric": (
        (3, "softmax", "sparse_categorical_crossentropy"),
        {"metrics": ["categorical_accuracy"]},
        X,
        CLASSES,
        ["metric_wants_other_labels"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_same_findings(name):
    arguments, options, x, y, tags = CASES[name]
    assert examine(network(keras, *arguments, **options), x, y).tags == tags
    assert examine(network(kerasschool, *arguments, **options), x, y).tags == tags


def test_from_logits_is_read():
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    assert examine(network(keras, 1, "sigmoid", loss), X, YES_NO).tags == ["activation_twice"]
    assert examine(network(keras, 1, None, loss), X, YES_NO).tags == []


def test_after_a_fit_with_keras():
    keras.utils.set_random_seed(7)
    dead = network(keras, 1, "sigmoid", "bce", bias_initializer=keras.initializers.Constant(-50.0))
    history = dead.fit(X, YES_NO, epochs=5, batch_size=60, verbose=0)
    assert set(examine(dead, X, YES_NO, history=history).tags) == {"dead_units", "no_learning"}
    assert examine(dead, X, YES_NO).tags == ["second_fit"]
    assert "diverged" in examine(dead, X, YES_NO, history={"loss": [0.7, float("nan")]}).tags


def test_a_keras_model_that_is_not_compiled():
    assert examine(keras.Sequential([keras.layers.Dense(1)]), X, YES_NO).tags == []
    assert examine(keras.Sequential([keras.Input(shape=(4,)), keras.layers.Dense(1)])).tags == []
