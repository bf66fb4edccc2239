"""Losses: values by hand, slopes against finite differences, partners against the general path."""

import numpy as np
import pytest

from kerasschool import activations, losses
from kerasschool.autodiff import Tensor, numeric_gradient, vjp
from kerasschool.losses.base import LossFunctionWrapper
from kerasschool.losses.function import LossFunction
from kerasschool.losses.reduction import squeeze_or_expand_to_same_rank

REDUCTIONS = ["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", None, "none"]
FUNCTIONS = {name: f for name, f in losses._registry.public.items() if isinstance(f, LossFunction)}
CLASSES = {name: c for name, c in losses._registry.public.items() if isinstance(c, type) and c is not losses.Loss}
SETTINGS = [
    ("MeanSquaredError", {}),
    ("MeanAbsoluteError", {}),
    ("MeanAbsolutePercentageError", {}),
    ("MeanSquaredLogarithmicError", {}),
    ("Huber", {}),
    ("Huber", {"delta": 0.2}),
    ("LogCosh", {}),
    ("CosineSimilarity", {}),
    ("CosineSimilarity", {"axis": 0}),
    ("BinaryCrossentropy", {}),
    ("BinaryCrossentropy", {"from_logits": True}),
    ("BinaryCrossentropy", {"label_smoothing": 0.2}),
    ("BinaryCrossentropy", {"axis": 0}),
    ("CategoricalCrossentropy", {}),
    ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}),
    ("CategoricalCrossentropy", {"axis": 0}),
    ("SparseCategoricalCrossentropy", {}),
    ("SparseCategoricalCrossentropy", {"from_logits": True}),
    ("SparseCategoricalCrossentropy", {"ignore_class": 0}),
    ("Hinge", {}),
    ("SquaredHinge", {}),
    ("CategoricalHinge", {}),
    ("BinaryFocalCrossentropy", {}),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5}),
    ("BinaryFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}),
    ("CategoricalFocalCrossentropy", {}),
    ("CategoricalFocalCrossentropy", {"from_logits": True, "alpha": 0.5, "gamma": 1.0}),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.7}),
    ("KLDivergence", {}),
    ("Poisson", {}),
    ("Dice", {}),
    ("Dice", {"axis": -1}),
    ("Tversky", {"alpha": 0.3, "beta": 0.6}),
    ("Circle", {"gamma": 2.0}),
]


def data(labels, units, rows=7, seed=0):
    """Targets of the kind a loss wants, and predictions strictly between 0 and 1."""
    random = np.random.RandomState(seed)
    y_pred = random.uniform(0.05, 0.9, (rows, units))
    if labels == "class_numbers":
        return random.randint(0, units, rows), y_pred
    if labels == "group_numbers":
        return np.arange(rows) % 2, y_pred
    if labels in ("binary", "hinge"):
        return random.randint(0, 2, (rows, units)).astype(float), y_pred
    if labels == "one_hot":
        return np.eye(units)[random.randint(0, units, rows)], y_pred
    return random.uniform(0.05, 0.95, (rows, units)), y_pred


def half_square(y_true, y_pred):
    return 0.5 * np.square(y_pred - y_true)


# ---- values by hand


@pytest.mark.parametrize(
    ("name", "y_true", "y_pred", "expected"),
    [
        ("mean_squared_error", [[0, 1]], [[2, 3]], 4.0),
        ("mean_absolute_error", [[0, 1]], [[2, -3]], 3.0),
        ("mean_absolute_percentage_error", [[4, 2]], [[2, 3]], 50.0),
        ("mean_squared_logarithmic_error", [[np.e - 1]], [[np.e**3 - 1]], 4.0),
        ("huber", [[0, 0]], [[0.5, 3]], (0.125 + 2.5) / 2),
        ("log_cosh", [[0.0]], [[1.0]], np.log(np.cosh(1.0))),
        ("cosine_similarity", [[3, 4]], [[4, 3]], -24 / 25),
        ("cosine_similarity", [[3, 4]], [[0, 0]], 0.0),
        ("binary_crossentropy", [[1, 0]], [[0.8, 0.4]], -(np.log(0.8) + np.log(0.6)) / 2),
        ("binary_crossentropy", [[0.0]], [[1.0]], -np.log(1.1920929e-07)),
        ("categorical_crossentropy", [[0, 1]], [[0.2, 0.8]], -np.log(0.8)),
        ("categorical_crossentropy", [[0, 1]], [[2.0, 8.0]], -np.log(0.8)),
        ("sparse_categorical_crossentropy", [1], [[0.2, 0.8]], -np.log(0.8)),
        ("sparse_categorical_crossentropy", [[1]], [[0.2, 0.8]], -np.log(0.8)),
        ("hinge", [[1, -1]], [[0.3, 0.5]], (0.7 + 1.5) / 2),
        ("hinge", [[1, 0]], [[0.3, 0.5]], (0.7 + 1.5) / 2),
        ("squared_hinge", [[1, -1]], [[0.3, -2]], 0.49 / 2),
        ("categorical_hinge", [[0, 1, 0]], [[0.3, 0.4, 0.1]], 0.9),
        ("kl_divergence", [[0.5, 0.5]], [[0.25, 0.75]], 0.5 * np.log(2) + 0.5 * np.log(2 / 3)),
        ("poisson", [[3.0]], [[2.0]], 2 - 3 * np.log(2)),
        ("binary_focal_crossentropy", [[1.0]], [[0.8]], 0.04 * -np.log(0.8)),
        ("categorical_focal_crossentropy", [[0, 1]], [[0.2, 0.8]], 0.25 * 0.04 * -np.log(0.8)),
    ],
)
def test_value_by_hand(name, y_true, y_pred, expected):
    values = FUNCTIONS[name](y_true, y_pred)
    assert values.shape == (1,)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values[0], expected, rtol=2e-5, atol=1e-6)


def test_segmentation_by_hand():
    y_true, y_pred = [[1, 1, 0, 0]], [[0.5, 1, 0.5, 0]]
    np.testing.assert_allclose(losses.dice(y_true, y_pred), 1 - 3 / 4, rtol=1e-5)
    np.testing.assert_allclose(losses.tversky(y_true, y_pred, alpha=1, beta=2), 1 - 1.5 / (1.5 + 0.5 + 1), rtol=1e-5)
    np.testing.assert_allclose(losses.Dice(axis=1)(y_true, y_pred), 0.25, rtol=1e-5)


def test_generalized_crossentropy_lies_between_crossentropy_and_absolute_error():
    y_pred = np.array([[0.3, 0.7]])
    function = losses.categorical_generalized_cross_entropy
    np.testing.assert_allclose(function([1], y_pred, q=1e-6), -np.log(0.7), rtol=1e-5)
    np.testing.assert_allclose(function([1], y_pred, q=1.0), 0.3)


def test_saturated_predictions_stay_finite():
    worst = losses.binary_crossentropy([[1.0], [0.0]], [[0.0], [1.0]])
    assert np.isfinite(worst).all() and (worst > 15).all()
    assert np.isfinite(losses.categorical_crossentropy([[1, 0]], [[0.0, 1.0]])).all()
    far = losses.binary_crossentropy([[1.0], [0.0]], [[-1000.0], [1000.0]], from_logits=True)
    assert far.tolist() == [1000.0, 1000.0]
    assert losses.log_cosh([[0.0]], [[-5000.0]])[0] == pytest.approx(5000 - np.log(2), rel=1e-6)


def test_label_smoothing_by_hand():
    smooth = losses.binary_crossentropy([[1.0]], [[0.8]], label_smoothing=0.2)
    np.testing.assert_allclose(smooth, -(0.9 * np.log(0.8) + 0.1 * np.log(0.2)), rtol=1e-5)
    smooth = losses.categorical_crossentropy([[0, 1]], [[0.2, 0.8]], label_smoothing=0.2)
    np.testing.assert_allclose(smooth, -(0.9 * np.log(0.8) + 0.1 * np.log(0.2)), rtol=1e-5)


def test_ignored_class_counts_nothing():
    y_true, y_pred = [1, -1, 0], [[0.2, 0.8], [0.9, 0.1], [0.5, 0.5]]
    values = losses.sparse_categorical_crossentropy(y_true, y_pred, ignore_class=-1)
    np.testing.assert_allclose(values, [-np.log(0.8), 0, np.log(2)], rtol=1e-6)
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    np.testing.assert_allclose(loss(y_true, y_pred), (-np.log(0.8) + np.log(2)) / 2, rtol=1e-6)
    assert loss.gradient(np.array(y_true), np.array(y_pred))[1].tolist() == [0, 0]
    everything_ignored = losses.SparseCategoricalCrossentropy(ignore_class=1)
    assert everything_ignored([1, 1], [[0.5, 0.5], [0.5, 0.5]]) == 0


def test_one_dimension_apart_is_aligned():
    column, row = np.zeros((5, 1)), np.arange(5.0)
    assert losses.mean_squared_error(row, column).tolist() == [0, 1, 4, 9, 16]
    assert losses.mean_squared_error(column, row).tolist() == [0, 1, 4, 9, 16]
    first, second = squeeze_or_expand_to_same_rank(np.zeros((2, 3)), np.zeros((2, 3, 1)))
    assert first.shape == second.shape == (2, 3)
    loss = losses.MeanSquaredError()
    assert loss.gradient(column, row).shape == (5,)
    assert loss.gradient(row, column).shape == (5, 1)
    assert loss.gradient(np.zeros((2, 3)), np.ones((2, 3, 1))).shape == (2, 3, 1)


def test_shapes_that_do_not_fit_are_refused():
    for function in (
        losses.binary_crossentropy,
        losses.categorical_crossentropy,
        losses.categorical_focal_crossentropy,
    ):
        with pytest.raises(ValueError, match="same shape"):
            function(np.zeros((4, 2)), np.full((4, 3), 0.5))
    with pytest.raises(ValueError, match="one class number for each row"):
        losses.sparse_categorical_crossentropy(np.zeros((4, 3)), np.full((4, 3), 0.5))
    with pytest.raises(ValueError, match=r"not numbers.*'cat'.*numpy.unique"):
        losses.mean_squared_error(["cat", "dog"], [[0.1], [0.2]])


def test_replica_axis():
    """A leading axis of replicas: one value per replica and sample, the same as replica by replica."""
    for name, function in FUNCTIONS.items():
        if not function.by_row:
            continue
        settings = {"q": 0.5} if "generalized" in name else {}
        pairs = [data(function.labels, 3, seed=seed) for seed in range(4)]
        y_true, y_pred = (np.stack(each) for each in zip(*pairs))
        together = function(y_true, y_pred, **settings)
        assert together.shape == (4, 7), name
        apart = [function(*pair, **settings) for pair in pairs]
        np.testing.assert_allclose(together, apart, rtol=1e-12, err_msg=name)
        slopes = [function.gradient(*pair, **settings) for pair in pairs]
        np.testing.assert_allclose(function.gradient(y_true, y_pred, **settings), slopes, rtol=1e-10, err_msg=name)


# ---- slopes


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradient_of_function(name, units):
    function = FUNCTIONS[name]
    settings = {"q": 0.5} if "generalized" in name else {}
    y_true, y_pred = data(function.labels, units)
    weight = np.random.RandomState(1).uniform(0.5, 2, len(y_pred)) if function.by_row else np.ones(1)
    measured = numeric_gradient(lambda y_pred: np.sum(weight * function(y_true, y_pred, **settings)), y_pred)
    slope = function.gradient(y_true, y_pred, **settings)
    assert slope.shape == y_pred.shape
    np.testing.assert_allclose(slope * weight[:, None], measured, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("name", "settings"), SETTINGS)
def test_gradient_of_class(name, settings, reduction, weighted, units):
    """Batch of 7, every reduction, with weights and without; the general path agrees."""
    loss = CLASSES[name](**settings, reduction=reduction, dtype="float64")
    if loss.label_kind in ("one_hot", "class_numbers") and settings.get("from_logits"):
        units += 1  # a softmax of one unit warns
    y_true, y_pred = data(loss.label_kind, units)
    weight = None
    if weighted:
        values = LossFunctionWrapper(loss.fn, None, **settings)(y_true, y_pred)
        weight = np.random.RandomState(2).uniform(0.5, 2, values.shape)
    measured = numeric_gradient(lambda y_pred: np.sum(loss(y_true, y_pred, weight)), y_pred)
    slope = loss.gradient(y_true, y_pred, weight)
    assert slope.shape == y_pred.shape and slope.dtype == y_pred.dtype
    np.testing.assert_allclose(slope, measured, rtol=1e-5, atol=1e-7)
    general = losses.Loss.gradient(loss, y_true, y_pred, weight)
    np.testing.assert_allclose(slope, general, rtol=1e-7, atol=1e-9)


def test_gradient_of_saturated_predictions_is_that_of_the_clipped_formula():
    loss = losses.BinaryCrossentropy()
    assert loss.gradient([[1.0]], np.array([[0.0]], "float32")).tolist() == [[0.0]]
    loss = losses.CategoricalCrossentropy()
    assert loss.gradient([[1.0, 0.0]], np.array([[0.0, 1.0]], "float32")).tolist() == [[0.0, 0.0]]


def test_gradient_has_the_type_of_the_prediction():
    for dtype in ("float32", "float64"):
        y_pred = np.full((4, 3), 0.3, dtype)
        for loss in (losses.MeanSquaredError(), losses.Dice(), losses.LogCosh(), LossFunctionWrapper(half_square)):
            assert loss.gradient(np.zeros((4, 3)), y_pred).dtype == dtype


def test_gradient_leaves_its_arguments_alone():
    for name, settings in SETTINGS:
        loss = CLASSES[name](**settings)
        y_true, y_pred = data(loss.label_kind, 3)
        before = y_true.copy(), y_pred.copy()
        loss.gradient(y_true, y_pred, None)
        loss(y_true, y_pred)
        np.testing.assert_array_equal(before[0], y_true)
        np.testing.assert_array_equal(before[1], y_pred)


def test_losses_can_be_taped():
    """Inside a larger formula a loss is differentiated like any other NumPy expression."""
    for name, settings in SETTINGS:
        loss = CLASSES[name](**settings, dtype="float64")
        y_true, y_pred = data(loss.label_kind, 3)
        value, pullback = vjp(lambda p: 3 * loss(y_true, p), y_pred)  # noqa: B023
        np.testing.assert_allclose(value, 3 * loss(y_true, y_pred))
        np.testing.assert_allclose(pullback(1.0)[0], 3 * loss.gradient(y_true, y_pred), rtol=1e-7, atol=1e-10)
    assert isinstance(losses.mean_squared_error(np.zeros((2, 1)), Tensor(np.ones((2, 1)))), Tensor)


# ---- partners


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean", "mean_with_sample_weight", "sum"])
@pytest.mark.parametrize(
    ("make", "settings", "units"),
    [
        (losses.BinaryCrossentropy, {}, 1),
        (losses.BinaryCrossentropy, {}, 3),
        (losses.BinaryCrossentropy, {"label_smoothing": 0.2}, 3),
        (losses.CategoricalCrossentropy, {}, 3),
        (losses.CategoricalCrossentropy, {"label_smoothing": 0.2}, 3),
        (losses.SparseCategoricalCrossentropy, {}, 3),
    ],
)
def test_partner_is_the_general_path(make, settings, units, reduction, weighted):
    loss = make(**settings, reduction=reduction, dtype="float64")
    random = np.random.RandomState(3)
    z = random.normal(size=(7, units))
    y_pred = loss.partner(z)
    y_true = data(loss.label_kind, units)[0]
    weight = random.uniform(0.5, 2, 7) if weighted else None
    general = loss.partner.backward(loss.gradient(y_true, y_pred, weight), z, y_pred)
    measured = numeric_gradient(lambda z: loss(y_true, loss.partner(z), weight), z)
    short_cut = loss.partner_gradient(y_true, y_pred, weight)
    assert short_cut is not y_pred and short_cut.dtype == np.float64
    np.testing.assert_allclose(short_cut, measured, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(short_cut, general, rtol=1e-9, atol=1e-12)
    out = np.empty_like(y_pred)
    assert loss.partner_gradient(y_true, y_pred, weight, out=out) is out
    np.testing.assert_array_equal(out, short_cut)
    overwritten = y_pred.copy()
    assert loss.partner_gradient(y_true, overwritten, weight, out=overwritten) is overwritten
    np.testing.assert_array_equal(overwritten, short_cut)


def test_partner_with_soft_targets_that_do_not_sum_to_1():
    loss = losses.CategoricalCrossentropy(dtype="float64")
    z, y_true = np.random.RandomState(4).normal(size=(5, 3)), np.random.RandomState(5).uniform(size=(5, 3))
    measured = numeric_gradient(lambda z: loss(y_true, activations.softmax(z)), z)
    np.testing.assert_allclose(loss.partner_gradient(y_true, activations.softmax(z)), measured, rtol=1e-5, atol=1e-8)


def test_partner_with_a_time_axis():
    for loss in (
        losses.SparseCategoricalCrossentropy(dtype="float64"),
        losses.CategoricalCrossentropy(dtype="float64"),
    ):
        z = np.random.RandomState(4).normal(size=(2, 4, 3))
        classes = np.random.RandomState(5).randint(0, 3, (2, 4))
        y_true = classes if loss.label_kind == "class_numbers" else np.eye(3)[classes]
        measured = numeric_gradient(lambda z: loss(y_true, activations.softmax(z)), z)  # noqa: B023
        np.testing.assert_allclose(loss.partner_gradient(y_true, activations.softmax(z)), measured, atol=1e-8)


def test_partner_keeps_the_type_of_the_prediction():
    for loss in (losses.BinaryCrossentropy(), losses.CategoricalCrossentropy(), losses.SparseCategoricalCrossentropy()):
        y_pred = np.full((4, 3), 1 / 3, "float32")
        y_true = (
            loss.prepare([0, 1, 2, 0], (None, 3))
            if loss.label_kind == "class_numbers"
            else np.eye(4, 3, dtype="float32")
        )
        assert loss.partner_gradient(y_true, y_pred).dtype == np.float32
        assert loss.partner_gradient(y_true, y_pred, np.ones(4)).dtype == np.float32


def test_partner_keeps_the_slope_of_saturated_predictions():
    loss = losses.BinaryCrossentropy()
    assert loss.partner_gradient(np.ones((1, 1), "float32"), np.zeros((1, 1), "float32")).tolist() == [[-1.0]]


def test_who_has_a_partner():
    assert losses.BinaryCrossentropy().partner is activations.sigmoid
    assert losses.CategoricalCrossentropy().partner is activations.softmax
    assert losses.SparseCategoricalCrossentropy().partner is activations.softmax
    assert LossFunctionWrapper(losses.get("bce")).partner is activations.sigmoid
    assert losses.BinaryCrossentropy(from_logits=True).partner is None
    assert losses.CategoricalCrossentropy(axis=0).partner is None
    assert losses.BinaryCrossentropy(reduction=None).partner is None
    assert losses.SparseCategoricalCrossentropy(ignore_class=-1).partner is None
    assert losses.MeanSquaredError().partner is None
    assert LossFunctionWrapper(half_square).partner is None
    assert losses.Loss().partner is None
