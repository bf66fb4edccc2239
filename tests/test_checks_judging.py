"""Lessons 05 and 06: the numbers that their checks hold, by other ways; and answers made with Keras."""

import numpy as np
import pytest

from kerasschool import Sequential, layers, optimizers
from kerasschool.checks import check, lesson_05, lesson_06
from kerasschool.datasets import breast_cancer, penguins
from tests.fixtures.wrong_answers_05 import is_male, p_male

HEAPS = {"TRAINING": slice(0, 341), "VALIDATION": slice(341, 455), "TEST": slice(455, 569)}
COLUMNS = {
    "A": ("worst_area", "worst_smoothness", "worst_concave_points"),
    "B": ("worst_area", "worst_smoothness", "worst_texture"),
}


def cells(name):
    """The inputs of model A or B for all 569 lumps, scaled on the training rows, and the labels."""
    (x, y), (x_test, y_test) = breast_cancer.load_data()
    x = np.concatenate([x, x_test]).astype(float)[
        :, [breast_cancer.feature_names.index(each) for each in COLUMNS[name]]
    ]
    train = x[HEAPS["TRAINING"]]
    return (x - train.mean(axis=0)) / train.std(axis=0), np.concatenate([y, y_test])


def by_hand(x, y, steps, rate):
    """One sigmoid unit from zero, all rows at a time; its probabilities."""
    weights, bias = np.zeros(x.shape[1]), 0.0
    train = HEAPS["TRAINING"]
    for _ in range(steps):
        wrong = 1 / (1 + np.exp(-(x[train] @ weights + bias))) - y[train]
        weights -= rate * wrong @ x[train] / len(wrong)
        bias -= rate * wrong.mean()
    return 1 / (1 + np.exp(-(x @ weights + bias)))


@pytest.mark.parametrize("name", ["A", "B"])
def test_the_accuracies_of_the_two_models(name):
    x, y = cells(name)
    p = by_hand(x, y, steps=100, rate=0.5)
    assert np.abs(p - 0.5).min() > 3e-3  # rounding cannot turn an answer
    for heap, rows in HEAPS.items():
        assert np.mean((p[rows] > 0.5) == y[rows]) == pytest.approx(getattr(lesson_05, heap)[name], abs=1e-12)


def test_the_engine_gives_the_same_models():
    x, y = cells("B")
    model = Sequential([layers.Input((3,)), layers.Dense(1, activation="sigmoid", kernel_initializer="zeros")])
    model.compile(loss="binary_crossentropy", optimizer=optimizers.SGD(0.5))
    model.fit(x[:341], y[:341], epochs=100, batch_size=341, verbose=0)
    np.testing.assert_allclose(model.predict(x, verbose=0)[:, 0], by_hand(x, y, steps=100, rate=0.5), atol=1e-5)


def test_choosing_by_validation_and_by_test_differ():
    best = {heap: max("AB", key=getattr(lesson_05, heap).get) for heap in HEAPS}
    assert best == {"TRAINING": "B", "VALIDATION": "A", "TEST": "B"}
    accuracies = [getattr(lesson_05, heap)[name] for heap in HEAPS for name in "AB"]
    assert np.diff(np.sort(accuracies)).min() > 2 * 6e-4  # each tells by itself where it is from


def test_the_ten_penguins_counted_one_by_one():
    counts = [[0, 0], [0, 0]]
    for (p,), truth in zip(p_male, is_male):
        counts[truth][1 if p > 0.5 else 0] += 1
    assert counts == lesson_05.COUNTS.tolist()
    assert (counts[0][0] + counts[1][1]) / 10 == lesson_05.RIGHT_SHARE
    assert len({*counts[0], *counts[1]}) == 4  # so that an exchange is seen


def test_the_two_notes_are_birds_like_those_in_training():
    x = penguins.load_data()[0][0]
    for note in (lesson_06.MEASURED, lesson_06.FIRST_NOTE):
        assert (x.min(axis=0) <= note).all()
        assert (note <= x.max(axis=0)).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_probability_of_the_new_penguin_whatever_the_seed(seed):
    from kerasschool import utils

    (x, y), _ = penguins.load_data()
    mean, spread = x.mean(axis=0), x.std(axis=0)
    utils.set_random_seed(seed)
    relu = [layers.Dense(units, activation="relu") for units in (12, 8)]
    model = Sequential([layers.Input((8,)), *relu, layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    model.fit((x - mean) / spread, y, epochs=150, batch_size=10, verbose=0)
    row = (lesson_06.MEASURED - mean) / spread
    assert check("06.3", row, model.predict(row, verbose=0)[0, 0]).state == "ok"
    assert check("06.3", row, model.predict(lesson_06.MEASURED, verbose=0)).tag == "raw_in_predict"


@pytest.mark.keras
def test_evaluations_made_with_keras():
    import keras

    p, truth = keras.ops.convert_to_tensor(p_male), keras.ops.convert_to_tensor(is_male.astype("int32"))
    said = keras.ops.cast(p > 0.5, "int32")
    share = keras.ops.mean(said[:, 0] == truth)
    counts = keras.ops.convert_to_tensor([[3, 1], [2, 4]])
    assert check("05.2", share, counts).state == "ok"
    assert check("05.2", share, keras.ops.transpose(counts)).tag == "axes"
    assert check("05.2", keras.ops.mean(said == truth), counts).tag == "broadcast"
    assert check("05.2", said == truth, counts).tag == "every_with_every"
    assert check("05.3", "A", keras.Variable(110 / 114)).state == "ok"


@pytest.mark.keras
def test_predictions_made_with_keras():
    import keras

    assert check("06.2", lambda p, t: keras.ops.cast(p > t, "int32")).state == "ok"
    assert check("06.2", lambda p, t: keras.ops.round(p)).tag == "round"
    assert check("06.2", lambda p, t: keras.ops.greater(p, t)).tag == "yes_or_no"

    (x, y), _ = penguins.load_data()
    mean, spread = x.mean(axis=0), x.std(axis=0)
    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.1))
    model.fit((x - mean) / spread, y, epochs=15, batch_size=32, verbose=0)
    row = keras.ops.convert_to_tensor(((lesson_06.MEASURED - mean) / spread).astype("float32"))
    assert check("06.1", model.predict(np.zeros((5, 8)), verbose=0).shape).state == "ok"
    assert check("06.3", row, model(row)).state == "ok"
    assert check("06.3", row, model(lesson_06.MEASURED)).tag == "raw_in_predict"
