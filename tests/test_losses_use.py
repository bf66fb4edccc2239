"""Losses in use: weights and reductions, losses of one's own, names, configs and copies."""

import copy
import doctest
import importlib
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kerasschool import config, losses
from kerasschool.autodiff import numeric_gradient
from kerasschool.losses.base import LossFunctionWrapper
from kerasschool.registry import custom_object_scope
from tests.test_losses import CLASSES, FUNCTIONS, REDUCTIONS, SETTINGS, data, half_square

# ---- weights and reductions


def test_reductions_by_hand():
    y_true, y_pred, weight = [[0.0], [0.0], [0.0]], [[1.0], [2.0], [3.0]], [1.0, 0.0, 2.0]  # squares 1, 4, 9
    expected = {
        "sum_over_batch_size": (14 / 3, 19 / 3),
        "mean": (14 / 3, 19 / 3),
        "mean_with_sample_weight": (14 / 3, 19 / 3),
        "sum": (14, 19),
    }
    for reduction, (plain, weighted) in expected.items():
        loss = losses.MeanSquaredError(reduction=reduction)
        assert loss(y_true, y_pred) == pytest.approx(plain)
        assert loss(y_true, y_pred, weight) == pytest.approx(weighted)
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    assert loss(y_true, y_pred, [1.0, 0.0, 1.0]) == pytest.approx(5)
    assert loss(y_true, y_pred, [0.0, 0.0, 0.0]) == 0
    assert loss.gradient(y_true, np.array(y_pred), [0.0, 0.0, 0.0]).tolist() == [[0], [0], [0]]
    for reduction in (None, "none"):
        loss = losses.MeanSquaredError(reduction=reduction)
        assert loss(y_true, y_pred).tolist() == [1, 4, 9]
        assert loss(y_true, y_pred, weight).tolist() == [1, 0, 18]


def test_weights_as_a_column_and_as_one_number():
    y_true, y_pred = data("numbers", 3)
    loss = losses.MeanSquaredError(dtype="float64")
    weight = np.arange(7.0)
    assert loss(y_true, y_pred, weight[:, None]) == pytest.approx(loss(y_true, y_pred, weight))
    np.testing.assert_allclose(
        loss.gradient(y_true, y_pred, weight[:, None]), loss.gradient(y_true, y_pred, weight), rtol=1e-12
    )
    assert loss(y_true, y_pred, 2.0) == pytest.approx(2 * loss(y_true, y_pred))
    np.testing.assert_allclose(loss.gradient(y_true, y_pred, 2.0), 2 * loss.gradient(y_true, y_pred))


def test_weights_of_each_step_in_time():
    loss = losses.MeanSquaredError(dtype="float64")
    y_pred = np.random.RandomState(0).normal(size=(2, 5, 3))
    weight = np.random.RandomState(1).uniform(size=(2, 5))
    measured = numeric_gradient(lambda y_pred: loss(np.zeros((2, 5, 3)), y_pred, weight), y_pred)
    np.testing.assert_allclose(loss.gradient(np.zeros((2, 5, 3)), y_pred, weight), measured, rtol=1e-6, atol=1e-9)


def test_weights_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"`sample_weight` does not fit.*one weight per sample: shape \(7,\)"):
        losses.MeanSquaredError()(*data("numbers", 3), np.ones(6))
    with pytest.raises(ValueError, match="`sample_weight` does not fit"):
        losses.MeanSquaredError().gradient(*data("numbers", 3), np.ones(6))


def test_unknown_reduction_names_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'mean'"):
        losses.MeanSquaredError(reduction="meann")


def test_a_loss_is_a_number_of_floatx():
    y_true, y_pred = data("numbers", 3)
    for reduction in ("sum", "mean", "mean_with_sample_weight"):
        value = losses.MeanSquaredError(reduction=reduction)(y_true, y_pred, np.ones(7))
        assert isinstance(value, np.float32) and value.ndim == 0
    config.set_floatx("float64")
    assert losses.MeanSquaredError()(y_true, y_pred).dtype == np.float64


BY_ROW = [each for each in SETTINGS if CLASSES[each[0]](**each[1]).averages_rows]
rows_of_numbers = hnp.arrays(np.float64, (5, 2), elements=st.floats(0.05, 0.95))
row_numbers = st.integers(0, 4)


@given(y_true=rows_of_numbers, y_pred=rows_of_numbers, row=row_numbers, which=st.sampled_from(BY_ROW))
def test_weight_2_is_the_row_twice(y_true, y_pred, row, which):
    """Under reduction "sum", and for losses of one value per row."""
    name, settings = which
    loss = CLASSES[name](**settings, reduction="sum", dtype="float64")
    if loss.label_kind in ("class_numbers", "binary", "hinge", "one_hot"):
        y_true = (y_true > 0.5).astype(float)
    if loss.label_kind == "class_numbers":
        y_true = y_true[:, 0]
    weight = np.ones(5)
    weight[row] = 2
    twice = np.concatenate([np.arange(5), [row]])
    np.testing.assert_allclose(loss(y_true, y_pred, weight), loss(y_true[twice], y_pred[twice]), rtol=1e-9)
    slope = loss.gradient(y_true, y_pred, weight)
    of_twice = loss.gradient(y_true[twice], y_pred[twice])
    np.testing.assert_allclose(slope[row], of_twice[row] + of_twice[-1], rtol=1e-9, atol=1e-12)


@given(batch=st.integers(1, 7))
def test_all_rows_at_once_is_the_average_over_batches(batch):
    for name, settings in SETTINGS:
        loss = CLASSES[name](**settings, dtype="float64")
        y_true, y_pred = data(loss.label_kind, 3)
        if not loss.averages_rows:
            continue
        parts = [slice(start, start + batch) for start in range(0, 7, batch)]
        average = sum(loss(y_true[p], y_pred[p]) * len(y_pred[p]) for p in parts) / 7
        np.testing.assert_allclose(loss(y_true, y_pred), average, rtol=1e-12, err_msg=name)


def test_which_losses_average_rows():
    assert losses.MeanSquaredError().averages_rows and losses.Hinge(reduction="mean").averages_rows
    for loss in (
        losses.MeanSquaredError(reduction="sum"),
        losses.MeanSquaredError(reduction="mean_with_sample_weight"),
        losses.SparseCategoricalCrossentropy(ignore_class=0),
        losses.CosineSimilarity(axis=0),
        losses.Dice(),
        losses.Circle(),
        LossFunctionWrapper(half_square),
        losses.Loss(),
    ):
        assert not loss.averages_rows


# ---- losses of one's own


def over_rows(q_target, q):
    return np.mean(np.square(q - q_target), axis=0)


def one_number(y_true, y_pred):
    return np.sqrt(np.mean(np.square(y_pred - y_true)))


@pytest.mark.parametrize(
    "function", [half_square, over_rows, one_number, lambda y_true, y_pred: np.abs(y_pred - y_true)]
)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_own_function_of_any_shape(function, reduction):
    y_true, y_pred = data("numbers", 3)
    loss = LossFunctionWrapper(function, reduction=reduction, dtype="float64")
    values = function(y_true, y_pred)
    expected = {"sum": np.sum, None: np.asarray, "none": np.asarray}.get(reduction, np.mean)(values)
    np.testing.assert_allclose(loss(y_true, y_pred), expected)
    measured = numeric_gradient(lambda y_pred: np.sum(loss(y_true, y_pred)), y_pred)
    np.testing.assert_allclose(loss.gradient(y_true, y_pred), measured, rtol=1e-6, atol=1e-9)


def test_own_function_of_one_number_with_weights():
    """Keras multiplies: one number times seven weights are seven values."""
    y_true, y_pred = data("numbers", 3)
    loss = LossFunctionWrapper(one_number, dtype="float64")
    weight = np.arange(7.0)
    assert loss(y_true, y_pred, weight) == pytest.approx(3 * one_number(y_true, y_pred))
    measured = numeric_gradient(lambda y_pred: loss(y_true, y_pred, weight), y_pred)
    np.testing.assert_allclose(loss.gradient(y_true, y_pred, weight), measured, rtol=1e-6, atol=1e-9)


class Quartic(losses.Loss):
    def call(self, y_true, y_pred):
        return np.mean((y_pred - y_true) ** 4, axis=-1)


def test_own_class():
    y_true, y_pred = data("numbers", 3)
    loss = Quartic(dtype="float64")
    assert loss.name == "quartic" and loss.label_kind is None and loss.partner is None
    assert loss(y_true, y_pred) == pytest.approx(np.mean((y_pred - y_true) ** 4))
    np.testing.assert_allclose(loss.gradient(y_true, y_pred), 4 * (y_pred - y_true) ** 3 / 21, rtol=1e-9)
    np.testing.assert_array_equal(loss.prepare([1, 2], (None, 3)), [1, 2])


def test_own_function_built_from_ours():
    y_true, y_pred = data("numbers", 3)
    mixed = LossFunctionWrapper(
        lambda y_true, y_pred: losses.mean_squared_error(y_true, y_pred) + losses.huber(y_true, y_pred), dtype="float64"
    )
    expected = losses.MeanSquaredError(dtype="float64").gradient(y_true, y_pred)
    expected = expected + losses.Huber(dtype="float64").gradient(y_true, y_pred)
    np.testing.assert_allclose(mixed.gradient(y_true, y_pred), expected, rtol=1e-9)


def test_own_function_without_return_is_refused():
    def forgetful(y_true, y_pred):
        np.mean(np.square(y_pred - y_true))

    with pytest.raises(ValueError, match="`forgetful` returned nothing.*return"):
        LossFunctionWrapper(forgetful)([[0.0]], [[1.0]])
    with pytest.raises(NotImplementedError, match=r"Loss needs a method `call\(self, y_true, y_pred\)`"):
        losses.Loss()([[0.0]], [[1.0]])


def test_own_function_with_arguments():
    def scaled(y_true, y_pred, scale):
        return scale * (y_pred - y_true)

    loss = LossFunctionWrapper(scaled, scale=3.0)
    assert loss([[1.0]], [[2.0]]) == 3 and loss.name == "scaled" and loss.scale == 3.0
    with pytest.raises(AttributeError, match="no attribute 'scal'"):
        _ = loss.scal


# ---- names, configs, copies


def test_get():
    assert losses.get("mse") is losses.mean_squared_error
    assert losses.get("MSE") is losses.mean_squared_error
    assert losses.get("bce") is losses.binary_crossentropy
    assert losses.get("kld") is losses.kl_divergence
    assert losses.get("huber") is losses.huber
    assert losses.get("hinge") is losses.hinge
    assert isinstance(losses.get("Huber"), losses.Huber)
    assert isinstance(losses.get(losses.Poisson), losses.Poisson)
    assert losses.get(half_square) is half_square
    assert losses.get(None) is None
    loss = losses.Huber(2.0)
    assert losses.get(loss) is loss
    loss = losses.get({"class_name": "CategoricalCrossentropy", "config": {"from_logits": True}})
    assert isinstance(loss, losses.CategoricalCrossentropy) and loss.from_logits is True
    with pytest.raises(ValueError, match="Unknown loss 'binary_crosentropy'. Did you mean 'binary_crossentropy'"):
        losses.get("binary_crosentropy")
    with pytest.raises(AttributeError, match="Did you mean 'MeanSquaredError'"):
        losses.MeanSquareError  # noqa: B018


@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_config_round_trip(name, settings):
    loss = CLASSES[name](**settings, reduction="sum", name="mine")
    described = json.loads(json.dumps(losses.serialize(loss)))
    assert described["module"] == "keras.losses" and described["class_name"] == name
    assert described["config"].items() >= {"reduction": "sum", "name": "mine", **settings}.items()
    y_true, y_pred = data(loss.label_kind, 3)
    for again in (
        losses.deserialize(described),
        losses.get(described),
        type(loss).from_config(loss.get_config()),
        copy.deepcopy(loss),
        pickle.loads(pickle.dumps(loss)),
    ):
        assert type(again) is type(loss) and again.get_config() == loss.get_config()
        assert again(y_true, y_pred) == loss(y_true, y_pred)
        assert again.fn is loss.fn


def test_functions_are_copied_by_name():
    for name, function in FUNCTIONS.items():
        assert function.__name__ == name
        assert copy.deepcopy(function) is function and pickle.loads(pickle.dumps(function)) is function
        assert losses.get(losses.serialize(function)) is function
        assert losses.deserialize(name) is function
        assert repr(function) == f"<loss function {name}>"


def test_keras_description_of_a_function_is_read():
    described = {"module": "builtins", "class_name": "function", "config": "poisson", "registered_name": "function"}
    assert losses.deserialize(described) is losses.poisson


def test_config_of_a_wrapper():
    loss = LossFunctionWrapper(half_square, name="half")
    with custom_object_scope({"half_square": half_square}):
        again = LossFunctionWrapper.from_config(json.loads(json.dumps(loss.get_config())))
    assert again.fn is half_square and again.name == "half"
    assert pickle.loads(pickle.dumps(loss)).fn is half_square


@pytest.mark.parametrize(
    ("make", "wrong"),
    [
        (losses.Huber, {"delta": 0}),
        (losses.BinaryCrossentropy, {"label_smoothing": 1.5}),
        (losses.CategoricalCrossentropy, {"label_smoothing": -0.1}),
        (losses.CategoricalGeneralizedCrossEntropy, {"q": 1}),
        (losses.Tversky, {"alpha": -1}),
    ],
)
def test_wrong_settings_are_refused(make, wrong):
    with pytest.raises(ValueError, match=f"`{next(iter(wrong))}` must be a number"):
        make(**wrong)


PARTS = [
    "function",
    "regression",
    "crossentropy",
    "hinge",
    "probabilistic",
    "segmentation",
    "reduction",
    "base",
    "labels",
]


@pytest.mark.parametrize("part", PARTS)
def test_examples_in_docstrings(part):
    result = doctest.testmod(importlib.import_module(f"kerasschool.losses.{part}"))
    assert result.failed == 0
    if part != "function":
        assert result.attempted > 0


def test_a_mistyped_argument_of_a_loss_gets_the_nearest():
    with pytest.raises(TypeError, match="BinaryCrossentropy has no argument 'logits'. Did you mean 'from_logits'"):
        losses.BinaryCrossentropy(logits=True)


def test_targets_and_predictions_that_do_not_fit_are_shown_with_their_shapes():
    with pytest.raises(ValueError, match=r"mean_squared_error.*Received: y_true=<array of shape \(3,\).*\(4, 1\)"):
        losses.MeanSquaredError()(np.ones(3), np.ones((4, 1)))
