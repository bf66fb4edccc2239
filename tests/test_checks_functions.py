"""Answers that are functions: called safely, looked at from outside, and a `...` inside them is still to do."""

import re

import numpy as np
import pytest

from kerasschool.checks import check, functions, lesson_03, lesson_04
from kerasschool.checks.functions import Asked, function
from kerasschool.checks.readers import AnswerError, UnfinishedError
from tests.fixtures import wrong_answers_03, wrong_answers_04

X = np.array([1.0, 2.0, 3.0])


def tag_of(answer, **probe):
    with pytest.raises(AnswerError) as caught:
        function(**(probe or {"x": X}))(answer)
    return caught.value.tag


def test_asking_changes_nothing_outside(capsys):
    def noisy(x):
        print("called")
        np.random.rand()
        x[0] = 99
        return x

    before, state = X.copy(), np.random.get_state()[1].copy()
    reply = Asked(noisy).ask(X)
    assert reply.changed
    assert reply.printed
    assert reply.error is None
    np.testing.assert_array_equal(reply.value, [99, 2, 3])
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(np.random.get_state()[1], state)
    assert capsys.readouterr().out == ""


def test_whatever_comes_back_is_an_array_of_numbers():
    for value, expected in ((2, 2.0), ([1, True], [1.0, 1.0]), (np.float32(0.5), 0.5), ([[1], [2]], [[1.0], [2.0]])):
        found = Asked(lambda value=value: value)()
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, expected)
    for strange in (None, "text", object(), [[1], [2, 3]], {"a": 1}):
        assert np.isnan(Asked(lambda strange=strange: strange)()).all()
    assert np.isnan(Asked(lambda: 1 / 0)())


@pytest.mark.parametrize(("answer", "tag"), [
    (None, "none"),
    ("double", "text"),
    (np.ones(3), "no_function"),
    (2.5, "no_function"),
    (object(), "no_function"),
    (dict, "class"),
    (lambda: 1, "arguments"),
    (lambda x, y: x, "arguments"),
    (lambda x: x / "2", "raises"),
    (lambda x: x[7], "raises"),
    (lambda x: None, "no_return"),
    (lambda x: print(x), "printed"),
    (lambda x: lambda: x, "returns_function"),
])  # fmt: skip
def test_what_cannot_be_right_is_told_at_once(answer, tag):
    assert tag_of(answer) == tag


def test_an_error_in_the_function_is_told_in_one_line_the_same_each_time():
    class Thing:
        pass

    with pytest.raises(AnswerError) as caught:
        function(x=X, t=0.5)(lambda x, t: x + Thing())
    text = caught.value.text
    assert text.startswith("Called with x of shape (3,) and t = 0.5, your function stops: `TypeError: ")
    assert "\n" not in text
    assert not re.search("0x[0-9a-f]", text)
    with pytest.raises(AnswerError, match="`IndexError: index 7 is out of bounds"):
        function(x=X)(lambda x: x[7])
    assert functions._short(ValueError("a `b`\nc")) == "ValueError: a 'b'"
    assert functions._short(ValueError()) == "ValueError"
    assert len(functions._short(ValueError("long " * 100))) == 120


@pytest.mark.parametrize("unfinished", [
    lambda x: ...,
    lambda x: [1, ...],
    lambda x: np.mean(...),
    lambda x: x - ...,
    lambda x: np.clip(x, 0, ...),
    lambda x: np.reshape(x, ...),
    lambda x: (...).mean(),
    lambda x: x @ ...,
])  # fmt: skip
def test_a_function_that_still_has_its_dots_is_unfinished(unfinished):
    with pytest.raises(UnfinishedError):
        function(x=X)(unfinished)


def test_a_function_may_use_dots_as_an_index():
    assert function(x=X)(lambda x: x[..., None])(X).shape == (3, 1)


def test_a_half_finished_exercise_is_to_do():
    def half(y, p):
        p = np.reshape(p, np.shape(y))
        p = np.clip(p, 1e-7, 1 - 1e-7)
        return np.mean(-(y * np.log(p) + ...))

    result = check("03.2", half)
    assert (result.state, result.tag) == ("todo", "")
    assert 'hint("03.2")' in result.text


def test_the_questions():
    with np.errstate(all="ignore"):
        mean = Asked(lambda x: np.mean(x))
        assert functions.agrees_with(np.mean, (X,))(mean)
        assert not functions.agrees_with(np.sum, (X,))(mean)
        assert not functions.agrees_with(np.mean, (X,), (X + 1,))(Asked(lambda x: 2.0))
        assert functions.same_for((X,), (X[::-1],))(mean)
        assert not functions.same_for((X,), (X + 1,))(mean)
        assert functions.gives_shape((3, 1), X)(Asked(lambda x: x[:, None]))
        assert functions.is_not_finite_for(np.zeros(2))(Asked(np.log))
        assert not functions.is_not_finite_for(X)(Asked(np.log))
        assert functions.stops_for(np.ones(2))(Asked(lambda x: x @ X))
        assert not functions.stops_for(X)(Asked(lambda x: x @ X))
        assert functions.changes_its_inputs(X)(Asked(lambda x: x.fill(0)))
        assert not functions.changes_its_inputs(X)(mean)
        assert functions.slope_agrees_with(2 * X, X)(Asked(lambda x: np.sum(x**2)))
        assert not functions.slope_agrees_with(2 * X, X)(Asked(lambda x: np.sum(x)))


def test_same_numbers():
    assert functions.same_numbers(np.ones((3, 1)), np.ones(3))
    assert not functions.same_numbers(np.ones((3, 2)), np.ones((2, 3)))
    assert not functions.same_numbers(np.array(np.nan), np.array(np.nan))
    assert functions.same_numbers(np.array(1.0), np.array(1.001), within=1e-2)


def test_the_checks_of_03_and_04_measure_with_what_is_right():
    """The references in the checks beside sums in plain Python and slopes that are measured."""
    y, p = lesson_03.Y, lesson_03.P
    assert lesson_03.bce(y, p) == pytest.approx(wrong_answers_03.soft_loop(y, p), rel=1e-6)
    for x, y, w in (lesson_04.FIRST, lesson_04.SECOND):
        np.testing.assert_allclose(lesson_04.gradient(x, y, w), wrong_answers_04.measured(x, y, w), atol=1e-7)
        assert 0 < y.mean() < 1


def test_numbers_of_lesson_04_are_what_training_gives():
    from kerasschool import Input, Sequential, layers, utils
    from kerasschool.datasets import penguins, wine

    def trained(data, units, loss, **fit):
        (x, y), _ = data.load_data()
        x = (x - x.mean(axis=0)) / x.std(axis=0)
        utils.set_random_seed(7)
        last = layers.Dense(units, activation="sigmoid" if units == 1 else "softmax")
        model = Sequential([Input((x.shape[1],)), layers.Dense(12, activation="relu"), last])
        model.compile(loss=loss, optimizer="adam")
        history = model.fit(x, y, verbose=0, **fit)
        return int(model.optimizer.iterations), history.history["loss"][-1], model.count_params()

    updates, _, _ = trained(penguins, 1, "binary_crossentropy", epochs=3, batch_size=lesson_04.BATCH_SIZE)
    assert updates * lesson_04.EPOCHS / 3 == lesson_04.UPDATES
    kinds = "sparse_categorical_crossentropy"
    runs = {letter: trained(wine, 3, kinds, epochs=20, batch_size=size) for letter, size in lesson_04.SIZES.items()}
    assert "".join(sorted(runs, key=lambda letter: runs[letter][1])) == lesson_04.ORDER
    assert {letter: updates for letter, (updates, _, _) in runs.items()} == {"A": 20, "B": 300, "C": 2840, "D": 100}


@pytest.mark.keras
def test_functions_made_with_keras():
    import keras

    losses = keras.losses
    assert check("03.1", losses.MeanSquaredError(), losses.BinaryCrossentropy(), "bce").tag == "yes_or_no_for_classes"
    made = losses.MeanSquaredError(), losses.BinaryCrossentropy(), losses.SparseCategoricalCrossentropy()
    assert check("03.1", *made).state == "ok"
    named = losses.mean_squared_error, losses.binary_crossentropy, losses.sparse_categorical_crossentropy
    assert check("03.1", *named).state == "ok"

    def bce(y, p):
        ops = keras.ops
        p = ops.clip(ops.reshape(p, np.shape(y)), 1e-7, 1 - 1e-7)
        return ops.mean(-(y * ops.log(p) + (1 - y) * ops.log(1 - p)))

    assert check("03.2", bce).state == "ok"
    assert check("03.2", losses.BinaryCrossentropy()).state == "ok"
    assert check("03.2", losses.BinaryCrossentropy).tag == "class"
    assert check("03.2", losses.MeanSquaredError()).tag == "mse"
    assert check("03.2", lambda y, p: -bce(y, p)).tag == "sign"

    def gradient(x, y, w):
        p = keras.ops.sigmoid(keras.ops.matmul(x, w))
        return keras.ops.matmul(keras.ops.transpose(x), p - y) / len(x)

    assert check("04.2", gradient).state == "ok"
    assert check("04.2", lambda x, y, w: gradient(x, y, w) * len(x)).tag == "not_averaged"

    utils = keras.utils
    utils.set_random_seed(7)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid", kernel_initializer="zeros")])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    x, y = np.ones((266, 2)), np.arange(266) % 2
    assert check("03.3", model.evaluate(x, y, verbose=0)).state == "ok"
    history = model.fit(x, y, batch_size=10, epochs=1, verbose=0)
    assert check("04.1", model.optimizer.iterations).tag == "one_epoch"
    assert check("04.1", 150 * model.optimizer.iterations).state == "ok"
    assert check("04.1", history).tag == "history"
