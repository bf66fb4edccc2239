"""The readers of arrays and models: what they accept, from which library, and what they say otherwise."""

import numpy as np
import pytest

import kerasschool
from kerasschool.checks import arrays, check, models
from kerasschool.checks.readers import AnswerError
from tests.fixtures import wrong_answers_01, wrong_answers_02
from tests.fixtures.wrong_answers_02 import stack


def refused(read, answer):
    """The tag of the refusal."""
    with pytest.raises(AnswerError) as caught:
        read(answer)
    assert len(caught.value.text) > 20
    return caught.value.tag


@pytest.mark.parametrize(("sizes", "answer", "tag"), [
    ((3, 2), np.zeros((2, 3)), "transposed"),
    ((None, 2), np.zeros((2, 3)), "transposed"),
    ((3,), np.zeros((3, 1)), "column"),
    ((3, 1), np.zeros(3), "flat"),
    ((None, 1), [1, 2, 3], "flat"),
    ((3, 2), np.zeros((3, 3)), "shape"),
    ((3,), 1.0, "shape"),
    ((None,), [], "empty"),
    ((), [[1], [2, 3]], "ragged"),
    ((), [np.zeros(2), np.zeros(3)], "ragged"),
    ((), ["a", "b"], "strings"),
    ((), np.array(["a", "b"], object), "strings"),
    ((), "a", "text"),
    ((), None, "none"),
    ((), np.zeros, "not_called"),
    ((), {"a": 1}, "type"),
    ((), [1 + 2j], "type"),
    ((), [object()], "type"),
    ((), [1, np.nan], "not_finite"),
    ((), [None, 1], "not_finite"),
])  # fmt: skip
def test_arrays_that_are_not_what_was_asked(sizes, answer, tag):
    assert refused(arrays.array(*sizes), answer) == tag


def test_arrays_from_anywhere():
    rows = [[1, 2]]
    for answer in (rows, np.array(rows, "int8"), np.array(rows, object), kerasschool.Variable([[1.0, 2.0]])):
        found = arrays.array(None, 2)(answer)
        assert found.dtype == float
        assert found.tolist() == rows
    assert arrays.numbers([True, False]).tolist() == [1, 0]


@pytest.mark.parametrize(("answer", "found"), [((5, 1), (5, 1)), ([5], (5,)), (np.zeros((4, 2)).shape, (4, 2))])
def test_shapes(answer, found):
    assert arrays.shape(answer) == found
    assert arrays.shape((None, 8)) == (None, 8)


@pytest.mark.parametrize(("answer", "tag"), [
    (5, "one_number"),
    (np.int64(5), "one_number"),
    ("(5, 1)", "text"),
    (None, "none"),
    (np.zeros((5, 1)), "array"),
    ((5.5, 1), "type"),
    ((), "type"),
    (True, "type"),
])  # fmt: skip
def test_shapes_that_are_none(answer, tag):
    assert refused(arrays.shape, answer) == tag


def test_questions_about_scaling():
    rows = np.array([[1.0, 10.0], [3.0, 50.0], [8.0, 30.0]])
    by_hand = [[(x - 4) / np.sqrt(26 / 3), (y - 30) / np.sqrt(800 / 3)] for x, y in rows]
    assert arrays.is_scaled(np.array(by_hand), rows, rows)
    assert arrays.is_scaled(np.array(by_hand) * np.sqrt(2 / 3), rows, rows)  # divided by n - 1
    assert not arrays.is_scaled(rows - rows.mean(axis=0), rows, rows)
    assert not arrays.is_scaled(np.array(by_hand), rows, rows[:2])
    assert arrays.how_far(rows, rows) == "about right"
    assert arrays.how_far(1e3 * rows, rows) == arrays.how_far(np.nan * rows, rows) == "far off"


def test_questions_about_labels():
    assert arrays.is_one_hot(arrays.one_hot([2, 0, 1], 3))
    assert not arrays.is_one_hot(np.array([[1.0, 1.0], [0.0, 1.0]]))
    assert not arrays.is_one_hot(np.array([[0.5, 0.5]]))


def test_what_is_seen_of_a_model():
    model = stack(kerasschool, (8,), (12, "relu"), kerasschool.layers.Dropout(0.1), (1, "sigmoid"))
    kinds = [("Dense", 12, "relu", 108), ("Dropout", None, None, 0), ("Dense", 1, "sigmoid", 13)]
    assert models.layers(model) == kinds
    assert (models.units(model), models.inputs(model), models.input_shape(model)) == ([12, 1], 8, (8,))
    assert models.parameters(model) == 121
    assert [models.loss(model), models.optimizer(model), models.learning_rate(model)] == [None] * 3
    assert models.metrics(model) == []
    with pytest.raises(AnswerError, match="one layer"):
        models.model(model.layers[0])


def same_questions(keras):
    """All that can be asked of a model, of whichever library."""
    model = stack(keras, (8,), (4, "elu"), keras.layers.Dense(3), keras.layers.Softmax())
    model.set_weights([np.full(weight.shape, 0.1, "float32") for weight in model.get_weights()])
    seen = [models.layers(model), models.units(model), models.inputs(model), models.parameters(model)]
    seen.append(models.outputs(model, np.ones((2, 8))).astype(float).round(4).tolist())
    for loss in ("bce", "mse", keras.losses.BinaryCrossentropy(), keras.losses.mean_squared_error):
        model.compile(optimizer=keras.optimizers.RMSprop(0.25), loss=loss, metrics=["acc", keras.metrics.Precision()])
        seen.append([models.loss(model), models.optimizer(model), models.learning_rate(model), models.metrics(model)])
    return seen


def test_the_answers_by_hand():
    layers, units, inputs, parameters, outputs, *compiled = same_questions(kerasschool)
    assert layers == [("Dense", 4, "elu", 36), ("Dense", 3, "softmax", 15)]
    assert (units, inputs, parameters) == ([4, 3], 8, 51)
    assert outputs == [[0.3333] * 3] * 2
    names = ["binary_crossentropy", "mean_squared_error"] * 2
    assert compiled == [[name, "rmsprop", 0.25, ["accuracy", "precision"]] for name in names]


def test_a_function_is_called_once_and_quietly(capsys):
    calls, before = [], np.random.get_state()[1].copy()

    def build():
        calls.append(1)
        print("building")
        return stack(kerasschool, (8,), (12, "relu"))

    assert models.units(models.built(build)) == [12]
    assert calls == [1]
    assert capsys.readouterr().out == ""
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_a_function_with_gaps_is_todo():
    keras = kerasschool

    def build():
        return keras.Sequential([keras.Input(shape=...), keras.layers.Dense(12, activation="relu"), ...])

    assert check("02.2", build).state == check("02.3", build).state == "todo"


@pytest.mark.keras
def test_keras_gives_the_same_answers():
    import keras

    ours, theirs = same_questions(kerasschool), same_questions(keras)
    assert theirs == ours


@pytest.mark.keras
def test_models_made_with_keras_are_right_and_wrong_like_our_own():
    import keras

    for id, *answers in wrong_answers_02.right_models(keras):
        assert check(id, *answers).state == "ok"
    for id, tag, *answers in (*wrong_answers_02.wrong_models(keras), *wrong_answers_02.counted(keras)[1]):
        assert (id, check(id, *answers).tag) == (id, tag)


@pytest.mark.keras
def test_arrays_made_with_keras_are_right_and_wrong_like_our_own():
    import keras

    from_rows, lesson = keras.ops.convert_to_tensor, wrong_answers_01
    learn, held = from_rows(lesson.x_learn.astype("float32")), from_rows(lesson.x_held.astype("float32"))
    means, spreads = keras.ops.mean(learn, axis=0), keras.ops.std(learn, axis=0)
    assert check("01.2", means, spreads, (held - means) / spreads).state == "ok"
    assert check("01.2", means, spreads, held - means).tag == "no_sd"
    assert check("01.2", keras.ops.mean(learn), keras.ops.std(learn), held).tag == "one_scalar"
    normalization = keras.layers.Normalization()
    normalization.adapt(lesson.x_learn)
    assert check("01.2", means, spreads, normalization(held)).state == "ok"
    assert check("01.3", from_rows(lesson.x_wine), from_rows(lesson.y_wine)).state == "ok"
    assert check("01.3", lesson.x_wine, keras.utils.to_categorical(lesson.y_wine)).tag == "one_hot"
    assert check("01.1", keras.ops.shape(learn)).tag == "whole_shape"
