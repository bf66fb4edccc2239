"""The loss before training, beside what it is by hand."""

import math

import numpy as np
import pytest

import kerasschool as keras
from kerasschool.live.experiment import Experiment
from kerasschool.live.first_loss import MOST_ROWS, FirstLoss, first_loss
from kerasschool.live.recipe import Recipe

X = np.random.RandomState(0).normal(size=(50, 3))
YES_NO = (X.sum(axis=1) > 0.3).astype(float)
CLASSES = np.arange(50) % 4
AMOUNTS = X @ [1.0, 2.0, -1.0] + 0.5


def make(units, activation, loss, **compile):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(5, "tanh"), keras.layers.Dense(units, activation=activation)]
    )
    model.compile(loss=loss, **compile)
    return model


SHARE = YES_NO.mean()
CASES = {
    "yes or no": (1, "sigmoid", "binary_crossentropy", YES_NO, "0.5", "−ln 0.5", math.log(2)),
    "logits": (1, None, keras.losses.BinaryCrossentropy(from_logits=True), YES_NO, "0.5", "−ln 0.5", math.log(2)),
    "classes": (4, "softmax", "sparse_categorical_crossentropy", CLASSES, "1/4 for each class", "ln 4", math.log(4)),
    "one-hot": (
        4,
        "softmax",
        "categorical_crossentropy",
        np.eye(4)[CLASSES],
        "1/4 for each class",
        "ln 4",
        math.log(4),
    ),
    "amounts": (1, None, "mean_squared_error", AMOUNTS, "0", "the mean of label²", np.mean(AMOUNTS**2)),
    "distances": (1, None, "mean_absolute_error", AMOUNTS, "0", "the mean of |label|", np.mean(np.abs(AMOUNTS))),
    "hinge": (1, "tanh", "hinge", YES_NO, "0", "max(0, 1 − 0)", 1.0),
    "mse of yes or no": (1, "sigmoid", "mean_squared_error", YES_NO, "0.5", "", 0.25),
    "softmax of one": (1, "softmax", "mean_squared_error", YES_NO, "1", "", np.mean((1 - YES_NO) ** 2)),
}
BEST = {
    "yes or no": -SHARE * math.log(SHARE) - (1 - SHARE) * math.log(1 - SHARE),
    "classes": -sum(n / 50 * math.log(n / 50) for n in np.bincount(CLASSES)),
    "one-hot": -sum(n / 50 * math.log(n / 50) for n in np.bincount(CLASSES)),
    "amounts": AMOUNTS.var(),
    "distances": np.abs(AMOUNTS - np.median(AMOUNTS)).mean(),
}


@pytest.mark.filterwarnings("ignore:softmax over an axis")
@pytest.mark.parametrize("case", CASES)
def test_a_model_that_knows_nothing(case):
    units, activation, loss, y, answer, formula, expected = CASES[case]
    model = make(units, activation, loss)
    found = first_loss(model, X, y)
    assert (found.answer, found.formula, found.rows) == (answer, formula, 50)
    assert found.ignorant == pytest.approx(expected, rel=1e-5)
    assert found.measured == pytest.approx(model.evaluate(X, y, verbose=0), rel=1e-6)
    if case in BEST:
        assert found.best == pytest.approx(BEST[case], rel=1e-5) and found.best_answer
    unmeasured = first_loss(model)
    assert unmeasured.measured is None and unmeasured.verdict == ""
    if "ln" in formula:
        assert unmeasured.ignorant == pytest.approx(expected)


def test_it_changes_neither_the_model_nor_the_random_stream():
    experiment = Experiment(
        Recipe(fit={"epochs": 2}).with_layer({"class": "Dropout", "arguments": {"rate": 0.5}}, at=2)
    )
    program = {}
    exec(experiment.recipe.code(), program)
    model = experiment.model
    weights = model.get_weights()
    np.random.seed(5)
    keras.utils.set_random_seed(5)
    before = np.random.get_state()[1].copy()
    first_loss(model, experiment.rows.x, experiment.rows.y)
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    for now, then in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(now, then)
    assert experiment.session.run().history == program["history"].history


def test_a_penalty_is_said():
    model = make(1, "sigmoid", "binary_crossentropy")
    assert not first_loss(model, X, YES_NO).is_penalised
    model.layers[0].kernel_regularizer = keras.regularizers.L2(0.1)
    assert first_loss(model, X, YES_NO).is_penalised


def test_of_very_many_rows_the_first_are_taken():
    x = np.zeros((MOST_ROWS + 5, 3))
    assert first_loss(make(1, "sigmoid", "binary_crossentropy"), x, x[:, 0]).rows == MOST_ROWS


def test_names_of_what_an_epoch_reports():
    model = make(1, "sigmoid", "binary_crossentropy", metrics=["accuracy", keras.metrics.AUC(name="area")])
    assert sorted(first_loss(model, X, YES_NO).names) == ["accuracy", "area", "loss"]


def test_no_constant_answer_behind_other_layers():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1), keras.layers.BatchNormalization()])
    model.compile(loss="mse")
    found = first_loss(model, X, AMOUNTS)
    assert found.ignorant is None and found.measured > 0 and found.verdict == ""


def test_labels_that_do_not_fit_are_an_error():
    with pytest.raises(ValueError, match="one-hot|sparse"):
        first_loss(make(4, "softmax", "categorical_crossentropy"), X, CLASSES)


@pytest.mark.parametrize(
    ("measured", "ignorant", "words"),
    [
        (0.7, 0.693, "As it should be"),
        (1.0, 0.693, "Somewhat above"),
        (7.9, 0.693, "Far above"),
        (0.3, 0.693, "Below that"),
        (math.nan, 0.693, "no number"),
        (0.5, None, ""),
    ],
)
def test_verdicts(measured, ignorant, words):
    assert FirstLoss(measured=measured, ignorant=ignorant).verdict.startswith(words) or words == "no number"
    if words == "no number":
        assert "NaN" in FirstLoss(measured=measured, ignorant=ignorant).verdict
