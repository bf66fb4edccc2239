"""Metrics: that batches add up, and what they compute, next to the plainest code for it."""

import copy
import inspect
import itertools
import math
import pickle

import hypothesis.extra.numpy as arrays
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from kerasschool import config, losses, metrics

# Every metric with options under which it takes rows of four labels 0 or 1 and four scores.
MANY = {
    "Accuracy": {},
    "BinaryAccuracy": {"threshold": 0.4},
    "CategoricalAccuracy": {},
    "TopKCategoricalAccuracy": {"k": 2},
    "TruePositives": {"thresholds": [0.8, 0.2]},
    "FalsePositives": {},
    "TrueNegatives": {},
    "FalseNegatives": {"thresholds": [0.0, 0.5, 1.0]},
    "Precision": {"thresholds": [0.1, 0.6]},
    "Recall": {"top_k": 2},
    "AUC": {"multi_label": True, "num_thresholds": 20},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "FBetaScore": {"beta": 2.0, "threshold": 0.5},
    "F1Score": {"average": "weighted"},
    "MeanSquaredError": {},
    "RootMeanSquaredError": {},
    "MeanAbsoluteError": {},
    "MeanAbsolutePercentageError": {},
    "MeanSquaredLogarithmicError": {},
    "LogCoshError": {},
    "CosineSimilarity": {},
    "R2Score": {"class_aggregation": None},
    "BinaryCrossentropy": {},
    "CategoricalCrossentropy": {"label_smoothing": 0.1},
    "KLDivergence": {},
    "Poisson": {},
    "Hinge": {},
    "SquaredHinge": {},
    "CategoricalHinge": {},
    "ConcordanceCorrelation": {},
    "OneHotIoU": {"num_classes": 4, "target_class_ids": [0, 2], "dtype": "float32"},
    "OneHotMeanIoU": {"num_classes": 4, "dtype": "float32"},
    "BinaryIoU": {"dtype": "float32"},
}
CLASS_NUMBERS = {  # rows of one class number and four scores
    "SparseCategoricalAccuracy": {},
    "SparseTopKCategoricalAccuracy": {"k": 2},
    "SparseCategoricalCrossentropy": {},
    "MeanIoU": {"num_classes": 4, "sparse_y_pred": False, "dtype": "float32"},
    "IoU": {"num_classes": 4, "target_class_ids": [1], "sparse_y_pred": False, "dtype": "float32"},
}
EVERYTHING = {**MANY, **CLASS_NUMBERS}


def make(name):
    return getattr(metrics, name)(**EVERYTHING[name])


def rows(name, count, seed):
    """Labels, predictions and weights of `count` rows."""
    random = np.random.RandomState(seed)
    y_pred = random.uniform(0.01, 0.99, (count, 4)).astype("float32")
    y_true = (
        random.randint(0, 4, count) if name in CLASS_NUMBERS else random.randint(0, 2, (count, 4)).astype("float32")
    )
    return y_true, y_pred, random.randint(0, 4, count).astype("float32")


def weights_of(name, weight):
    """`BinaryIoU` counts entries, not rows."""
    return np.repeat(weight[:, None], 4, axis=1) if name == "BinaryIoU" else weight


def test_table_covers_the_public_classes():
    classes = {name for name in metrics.__all__ if inspect.isclass(getattr(metrics, name))}
    assert classes - set(EVERYTHING) == {"Metric", "Mean", "Sum", "MeanMetricWrapper", "PearsonCorrelation"}


# Batches add up


@pytest.mark.parametrize("name", EVERYTHING)
@settings(max_examples=20)
@given(cuts=st.lists(st.integers(1, 29), max_size=5), weighted=st.booleans(), seed=st.integers(0, 10**6))
def test_many_updates_are_one_update(name, cuts, weighted, seed):
    y_true, y_pred, weight = rows(name, 30, seed)
    weight = weights_of(name, weight) if weighted else np.ones_like(weights_of(name, weight))
    once, often = make(name), make(name)
    once.update_state(y_true, y_pred, weight)
    edges = [0, *sorted(cuts), 30]
    for start, end in itertools.pairwise(edges):
        batch = slice(start, end)
        often.update_state(y_true[batch], y_pred[batch], weight[batch])
    assert once.adds_up
    np.testing.assert_allclose(once.result(), often.result(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_weight_is_a_number_of_times(name):
    y_true, y_pred, weight = rows(name, 20, seed=5)
    times = weight.astype(int)
    metric = make(name)
    weighted = np.copy(metric(y_true, y_pred, weights_of(name, weight)))
    metric.reset_state()
    repeated = metric(np.repeat(y_true, times, axis=0), np.repeat(y_pred, times, axis=0))
    np.testing.assert_allclose(weighted, repeated, rtol=1e-6)


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_order_of_rows_is_nothing(name):
    y_true, y_pred, weight = rows(name, 20, seed=6)
    weight = weights_of(name, weight)
    order = np.random.permutation(20)
    np.testing.assert_allclose(
        make(name)(y_true, y_pred, weight), make(name)(y_true[order], y_pred[order], weight[order]), rtol=1e-6
    )


@pytest.mark.parametrize("name", EVERYTHING)
def test_reset_forgets_and_results_are_the_callers_own(name):
    y_true, y_pred, weight = rows(name, 20, seed=7)
    metric, fresh = make(name), make(name)
    metric.update_state(y_true[:12], y_pred[:12], weights_of(name, weight[:12]))
    before = metric.result()
    kept = np.copy(before)
    metric.reset_state()
    metric.update_state(y_true[12:], y_pred[12:])
    np.testing.assert_array_equal(before, kept)
    np.testing.assert_array_equal(metric.result(), fresh(y_true[12:], y_pred[12:]))


@pytest.mark.parametrize("name", EVERYTHING)
def test_copies_pickles_and_configs_go_on_alone(name):
    y_true, y_pred, _ = rows(name, 20, seed=8)
    metric = make(name)
    metric.update_state(y_true[:9], y_pred[:9])
    copied, unpickled = copy.deepcopy(metric), pickle.loads(pickle.dumps(metric))
    wanted = metric(y_true[9:], y_pred[9:])
    np.testing.assert_array_equal(copied(y_true[9:], y_pred[9:]), wanted)
    np.testing.assert_array_equal(unpickled(y_true[9:], y_pred[9:]), wanted)
    again = type(metric).from_config(metric.get_config())
    assert again.get_config() == metric.get_config()
    np.testing.assert_array_equal(again(y_true, y_pred), make(name)(y_true, y_pred))


@pytest.mark.parametrize("name", EVERYTHING)
def test_scalars_are_floats_and_vectors_have_the_dtype(name):
    result = make(name)(*rows(name, 20, seed=9)[:2])
    assert type(result) is float or result.dtype == "float32"


@pytest.mark.parametrize("name", EVERYTHING)
def test_before_the_first_row(name):
    assert np.all(np.asarray(make(name).result()) == 0)


@pytest.mark.parametrize("name", ["BinaryAccuracy", "MeanSquaredError", "Precision", "AUC", "BinaryCrossentropy"])
def test_an_empty_batch_changes_nothing(name):
    y_true, y_pred, weight = rows(name, 20, seed=10)
    metric = make(name)
    wanted = metric(y_true, y_pred)
    metric.update_state(y_true[:0], y_pred[:0])
    metric.update_state(y_true[:0], y_pred[:0], weight[:0])
    np.testing.assert_array_equal(metric.result(), wanted)


def test_mean_of_many_float32_is_exact():
    metric = metrics.Mean()
    for _ in range(200):
        metric.update_state(np.full(100_000, 0.1, "float32"))
    assert metric.result() == pytest.approx(0.1, rel=1e-6)
    assert metric.count.value == 20_000_000  # a float32 would stand still at 16,777,216


# What they compute, next to the plainest code for it


@given(
    labels=arrays.arrays(int, 12, elements=st.integers(0, 1)),
    twentieths=arrays.arrays(int, 12, elements=st.integers(0, 20)),
    threshold=st.sampled_from([0.0, 0.25, 0.5, 0.7, 1.0]),
)
def test_counts_by_hand(labels, twentieths, threshold):
    scores = (twentieths / 20).astype("float32")
    positive = [score > np.float32(threshold) for score in scores]
    tp = sum(p and label == 1 for p, label in zip(positive, labels, strict=True))
    fp = sum(p and label == 0 for p, label in zip(positive, labels, strict=True))
    fn = sum(not p and label == 1 for p, label in zip(positive, labels, strict=True))
    assert metrics.TruePositives(threshold)(labels, scores) == tp
    assert metrics.FalsePositives(threshold)(labels, scores) == fp
    assert metrics.FalseNegatives(threshold)(labels, scores) == fn
    assert metrics.TrueNegatives(threshold)(labels, scores) == 12 - tp - fp - fn
    assert metrics.Precision(threshold)(labels, scores) == (tp / (tp + fp) if tp + fp else 0)
    assert metrics.Recall(threshold)(labels, scores) == (tp / (tp + fn) if tp + fn else 0)
    if threshold > 0:
        f1 = metrics.F1Score(threshold=threshold)(labels[:, None], scores[:, None])
        assert f1 == pytest.approx([2 * tp / (2 * tp + fp + fn) if tp else 0], abs=1e-6)


@given(
    scores=arrays.arrays("float32", 15, elements=st.floats(0, 1, width=32)),
    thresholds=st.lists(st.floats(0, 1, width=32), min_size=1, max_size=6),
)
def test_thresholds_in_any_order(scores, thresholds):
    labels = np.arange(15) % 2
    together = metrics.FalsePositives(thresholds)(labels, scores)
    if not metrics.confusion.are_even(thresholds):
        assert np.ravel(together).tolist() == [np.sum(scores[labels == 0] > t) for t in np.float32(thresholds)]


def test_auc_is_the_chance_that_a_positive_ranks_above_a_negative():
    random = np.random.RandomState(0)
    labels = random.randint(0, 2, 300)
    scores = np.clip(random.normal(0.4 + 0.2 * labels, 0.15), 0, 1)
    above = [float(p > n) for p in scores[labels == 1] for n in scores[labels == 0]]
    assert metrics.AUC(num_thresholds=5000)(labels, scores) == pytest.approx(np.mean(above), abs=1e-4)
    assert metrics.AUC()(labels, labels) == pytest.approx(1)
    assert metrics.AUC()(labels, 1 - labels) == pytest.approx(0)
    assert metrics.AUC()(labels, np.full(300, 0.5)) == pytest.approx(0.5)


def test_auc_bounds_enclose_the_area():
    random = np.random.RandomState(1)
    labels, scores = random.randint(0, 2, 200), random.uniform(0, 1, 200)
    low, middle, high = (
        metrics.AUC(num_thresholds=10, summation_method=method)(labels, scores)
        for method in ("minoring", "interpolation", "majoring")
    )
    assert low < middle < high


def test_a_nan_is_no_positive():
    assert metrics.TruePositives([0.9, 0.5])([1, 1], [np.nan, 0.7]).tolist() == [0, 1]
    assert metrics.BinaryAccuracy()([1, 1], [np.nan, 0.7]) == 0.5
    assert metrics.AUC()([1, 0], [np.nan, 0.7]) == 0
    assert math.isnan(metrics.MeanSquaredError()([1.0], [np.nan]))


def test_r2_by_hand():
    y_true, y_pred = np.array([[1.0], [4.0], [3.0]]), np.array([[2.0], [4.0], [4.0]])
    wanted = 1 - np.sum((y_true - y_pred) ** 2) / np.sum((y_true - y_true.mean()) ** 2)
    assert metrics.R2Score()(y_true, y_pred) == pytest.approx(wanted)
    assert metrics.R2Score()(y_true, np.full((3, 1), y_true.mean())) == pytest.approx(0)
    assert metrics.R2Score(num_regressors=1)(y_true, y_pred) == pytest.approx(1 - (1 - wanted) * 2 / 1)
    with pytest.warns(UserWarning, match="needs more than 3 rows for 2 regressors"):
        assert metrics.R2Score(num_regressors=2)(y_true, y_pred) == pytest.approx(wanted)


def test_r2_of_a_constant_label():
    assert metrics.R2Score()(np.full((5, 1), 0.1), np.zeros((5, 1))) == 0


def test_iou_by_hand():
    y_true, y_pred = [0, 0, 1, 1, 2, 2, 9], [0, 1, 1, 1, 0, 2, 1]
    # 0: both 1, either 3; 1: both 2, either 3; 2: both 1, either 2; the 9 is no class
    assert metrics.MeanIoU(3)(y_true, y_pred) == pytest.approx((1 / 3 + 2 / 3 + 1 / 2) / 3, abs=1e-6)
    assert metrics.MeanIoU(4)(y_true, y_pred) == pytest.approx((1 / 3 + 2 / 3 + 1 / 2) / 3, abs=1e-6)
    assert metrics.IoU(3, [2])(y_true, y_pred) == pytest.approx(1 / 2, abs=1e-6)
    assert metrics.MeanIoU(3, ignore_class=2)(y_true, y_pred) == pytest.approx((1 / 2 + 2 / 3) / 2, abs=1e-6)


def test_iou_rounds_weights_down_and_says_so():
    with pytest.warns(UserWarning, match="counts in whole numbers, so the weights are rounded down"):
        result = metrics.MeanIoU(2)([0, 1], [0, 0], np.array([1.9, 0.9]))
    assert result == pytest.approx(1, abs=1e-6)


def test_cosine_similarity_has_the_other_sign_than_the_loss():
    y_true, y_pred = [[1.0, 0.0], [1.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]
    assert metrics.CosineSimilarity()(y_true, y_pred) == pytest.approx(-losses.CosineSimilarity()(y_true, y_pred))
    across = metrics.CosineSimilarity(axis=0)
    assert across.get_config()["axis"] == 0
    assert not across.adds_up


def test_pearson_correlation_of_one_output_is_nan():
    assert math.isnan(metrics.PearsonCorrelation()([[1.0], [2.0]], [[1.0], [2.0]]))
    assert metrics.PearsonCorrelation(axis=0)([[1.0], [2.0]], [[1.0], [3.0]]) == pytest.approx(1)


def test_top_k_with_equal_scores_and_few_classes():
    assert metrics.top_k_categorical_accuracy([[1, 0, 0]], [[0.4, 0.4, 0.2]], k=1).tolist() == [1]
    assert metrics.TopKCategoricalAccuracy()([[1, 0, 0]], [[0.1, 0.2, 0.7]]) == 1  # 5 guesses among 3 classes


def test_float64_is_kept():
    config.set_floatx("float64")
    assert metrics.Mean().dtype == "float64"
    assert metrics.F1Score()([[1.0, 0.0]], [[0.9, 0.1]]).dtype == "float64"
    assert metrics.binary_accuracy([1.0], [0.5 + 1e-12]).tolist() == [1]


def test_an_error_changes_nothing():
    y_true, y_pred, _ = rows("Precision", 10, seed=11)
    for name in ("Precision", "AUC", "F1Score", "R2Score", "BinaryAccuracy", "OneHotMeanIoU"):
        metric = make(name)
        before = np.copy(metric(y_true, y_pred))
        with pytest.raises(ValueError, match="`sample_weight` does not fit the data"):
            metric.update_state(y_true, y_pred, np.ones(3))
        np.testing.assert_array_equal(metric.result(), before)
