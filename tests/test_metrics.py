"""Metrics: what they compute, that batches add up, that your own work, and what their errors teach."""

import copy
import inspect
import itertools
import math
import pickle
import re

import hypothesis.extra.numpy as arrays
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from kerasschool import config, losses, metrics, ops
from kerasschool.layers.keras_tensor import forget_names
from kerasschool.metrics.base import Variable
from kerasschool.metrics.names import resolve

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
    scores=arrays.arrays("float32", 12, elements=st.integers(0, 20).map(lambda n: n / 20)),
    threshold=st.sampled_from([0.0, 0.25, 0.5, 0.7, 1.0]),
)
def test_counts_by_hand(labels, scores, threshold):
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


# Names


def test_compile_shapes_decide_what_accuracy_is():
    cases = {
        ((8, 1), (8, 1)): (metrics.BinaryAccuracy, metrics.BinaryCrossentropy),
        ((8,), (8, 1)): (metrics.BinaryAccuracy, metrics.BinaryCrossentropy),
        ((8,), (8, 3)): (metrics.SparseCategoricalAccuracy, metrics.SparseCategoricalCrossentropy),
        ((8, 1), (8, 3)): (metrics.SparseCategoricalAccuracy, metrics.SparseCategoricalCrossentropy),
        ((8, 3), (8, 3)): (metrics.CategoricalAccuracy, metrics.CategoricalCrossentropy),
        ((None, 3), (None, 3)): (metrics.CategoricalAccuracy, metrics.CategoricalCrossentropy),
    }
    for shapes, (accuracy, crossentropy) in cases.items():
        for name, wanted in (("accuracy", accuracy), ("acc", accuracy), ("Accuracy", accuracy)):
            found = resolve(name, *shapes)
            assert (type(found), found.name) == (wanted, name)
        for name in ("crossentropy", "ce"):
            found = resolve(name, *shapes)
            assert (type(found), found.name) == (crossentropy, name)


def test_compile_takes_functions_classes_and_instances():
    shapes = (8, 1), (8, 1)
    mine = resolve(lambda y_true, y_pred: np.abs(y_true - y_pred), *shapes)
    assert mine.name == "lambda"
    assert mine([[1.0], [3.0]], [[1.0], [2.0]]) == 0.5
    metric = metrics.Precision(name="hits")
    assert resolve(metric, *shapes) is metric
    assert resolve("mse", *shapes).name == "mse"
    assert resolve("huber", *shapes)([[0.0]], [[3.0]]) == 2.5


def test_get():
    assert metrics.get(None) is None
    assert type(metrics.get("auc")) is metrics.AUC
    assert type(metrics.get("AUC")) is metrics.AUC
    assert type(metrics.get("accuracy")) is metrics.Accuracy
    assert type(metrics.get({"class_name": "Precision", "config": {"top_k": 2}})) is metrics.Precision
    assert type(metrics.get(metrics.Recall)) is metrics.Recall
    assert metrics.get(test_get) is test_get


def test_serialize_a_wrapped_function():
    wrapped = metrics.MeanMetricWrapper(metrics.binary_accuracy, name="share", threshold=0.3)
    again = metrics.deserialize(metrics.serialize(wrapped))
    assert again.get_config() == wrapped.get_config()
    assert again([1, 0], [0.4, 0.4]) == 0.5
    mine = metrics.MeanMetricWrapper(off_by, much=2)
    again = metrics.deserialize(metrics.serialize(mine), custom_objects={"off_by": off_by})
    assert again([1.0], [2.0]) == 3


def off_by(y_true, y_pred, much):
    return y_pred - y_true + much


def test_names_count_up():
    forget_names()
    assert [metrics.Precision().name for _ in range(3)] == ["precision", "precision_1", "precision_2"]
    assert [metrics.MeanSquaredError().name for _ in range(2)] == ["mean_squared_error"] * 2


# Your own


class Largest(metrics.Metric):
    def __init__(self, name="largest", scale=1.0, **kwargs):
        super().__init__(name=name, **kwargs)
        self.scale = scale
        self.largest = self.add_weight(shape=(), initializer="zeros", name="largest")
        self.parts = {"mean": metrics.Mean(), "sums": [metrics.Sum(), metrics.Sum()]}

    def update_state(self, y_true, y_pred, sample_weight=None):
        errors = ops.abs(ops.subtract(y_true, y_pred))
        self.largest.assign(ops.maximum(self.largest, ops.max(errors)))
        self.parts["mean"].update_state(errors)

    def result(self):
        return {"largest": self.scale * float(self.largest), "mean": self.parts["mean"].result()}


def test_your_own_metric():
    metric = Largest(scale=2.0)
    metric.update_state(np.array([1.0, 2.0]), np.array([1.5, 2.0]))
    assert metric(np.array([1.0]), np.array([4.0])) == {"largest": 6, "mean": pytest.approx(3.5 / 3)}
    assert [variable.name for variable in metric.variables] == ["largest", "total", "count"]
    metric.reset_state()
    assert metric.result() == {"largest": 0, "mean": 0}
    assert not metric.adds_up
    assert pickle.loads(pickle.dumps(metric)).result() == {"largest": 0, "mean": 0}


def test_your_own_metric_without_variables():
    class Rows(metrics.Metric):
        def __init__(self):
            super().__init__()
            self.rows = 0

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.rows += len(y_true)

        def result(self):
            return self.rows

        def reset_state(self):
            self.rows = 0

    metric = Rows()
    assert metric([1, 2], [1, 2]) + metric([1], [2]) == 5
    assert metric.variables == []


def test_your_own_function():
    per_row = metrics.MeanMetricWrapper(lambda y_true, y_pred: np.abs(y_true - y_pred).max(axis=-1))
    assert per_row([[0, 0], [1, 1]], [[0.5, 0], [1, 2.5]]) == 1
    assert per_row([[0, 0], [1, 1]], [[0.5, 0], [1, 2.5]], [0, 0]) == 1
    assert not per_row.adds_up
    per_batch = metrics.MeanMetricWrapper(lambda y_true, y_pred: np.mean(y_pred))  # counts once per batch, as in Keras
    per_batch.update_state([0, 0, 0], [1.0, 1.0, 1.0])
    assert per_batch([0], [3.0]) == 2
    assert metrics.MeanMetricWrapper(losses.MeanSquaredError())([0.0, 0.0], [1.0, 3.0]) == 5


def test_which_metrics_add_up():
    assert metrics.MeanMetricWrapper(losses.mean_squared_error).adds_up
    assert metrics.MeanMetricWrapper(metrics.binary_accuracy).adds_up
    assert not metrics.MeanMetricWrapper(losses.circle).adds_up
    assert not metrics.PearsonCorrelation(axis=0).adds_up
    assert not metrics.MeanMetricWrapper(losses.MeanSquaredError()).adds_up


def test_variables_behave_like_arrays():
    variable = Variable(np.zeros(3, "float32"), name="sums")
    variable.assign([1, 2, 3])
    variable.assign_add(np.ones(3))
    variable.assign_sub([0, 0, 1])
    assert variable.numpy().tolist() == [2, 3, 3]
    assert (variable.shape, variable.ndim, variable.dtype, len(variable)) == ((3,), 1, "float32", 3)
    assert np.sum(variable) == 8
    assert (2 * variable - 1).tolist() == [3, 5, 5]
    assert (variable[1:] > 2).tolist() == [True, True]
    assert np.sqrt(variable)[0] == np.float32(2) ** 0.5
    variable += 1
    assert isinstance(variable, Variable)
    assert np.asarray(variable, "int64").tolist() == [3, 4, 4]
    number = Variable(2.5)
    assert (float(number), int(number), bool(number)) == (2.5, 2, True)
    copied = variable.numpy()
    copied[:] = 0
    assert variable.value.tolist() == [3, 4, 4]


# Errors that teach


def says(text):
    return pytest.raises(
        (ValueError, TypeError, NotImplementedError, RuntimeError, AttributeError), match=re.escape(text)
    )


ERRORS = [
    (lambda: metrics.get("acuracy"), "Unknown metric 'acuracy'. Did you mean 'accuracy'?"),
    (lambda: metrics.Presicion, "no attribute 'Presicion'. Did you mean 'Precision'?"),
    (lambda: metrics.get(3), "Could not read the metric. Expected a name such as 'accuracy'"),
    (lambda: resolve(None, (8, 1), (8, 1)), "A metric is None. Expected a name, a `Metric` or a function."),
    (lambda: metrics.AUC(treshold=0.3), "AUC has no argument 'treshold'. Did you mean 'thresholds'?"),
    (lambda: metrics.Metric("mine"), "Is it the metric's name? Then write name='mine'."),
    (
        lambda: metrics.Metric().update_state([1], [1]),
        "`Metric` has no `update_state`. Define `update_state(self, y_true",
    ),
    (lambda: metrics.Metric().result(), "`Metric` has no `result`. Define `result(self)`."),
    (lambda: metrics.MeanMetricWrapper("mse"), "`fn` must be a function of `y_true` and `y_pred`. Received: fn='mse'"),
    (lambda: metrics.Mean()([1, 2, 3], [1, 2]), "Expected one weight per row (3 of them), or an array of shape (3,)."),
    (
        lambda: metrics.Mean().total.assign([1, 2]),
        "The metric's variable `total` cannot take an array of another shape.",
    ),
    (lambda: metrics.BinaryAccuracy()([1, 0], [[0.1, 0.2]]), "Expected `y_true` and `y_pred` of the same shape"),
    (lambda: metrics.BinaryAccuracy(threshold="half"), "`threshold` must be a number. Received: threshold='half'"),
    (lambda: metrics.Accuracy()([1, 0], [1, 0, 1]), "y_true.shape=(2,), y_pred.shape=(3,)"),
    (lambda: metrics.CategoricalAccuracy()([1, 0], [[0, 1], [1, 0]]), "use `sparse_categorical_accuracy`"),
    (lambda: metrics.SparseCategoricalAccuracy()([[0, 1]], [[0, 1]]), "For one-hot labels use `categorical_accuracy`"),
    (lambda: metrics.SparseTopKCategoricalAccuracy()([3], [[0, 1, 0]]), "Expected class numbers 0 to 2"),
    (lambda: metrics.TopKCategoricalAccuracy(k=0), "`k` must be a positive whole number."),
    (lambda: metrics.Precision()([0, 1, 2], [0, 1, 1]), "Expected labels 0 and 1. Class numbers become one-hot labels"),
    (lambda: metrics.Precision()([-1, 1], [0, 1]), "smallest=-1, largest=1"),
    (
        lambda: metrics.Recall()([0, 1], [[0, 1], [1, 0]]),
        "Class numbers become one-hot labels with `utils.to_categorical`.",
    ),
    (lambda: metrics.Recall()([1, 1], [1, 0], [1, 2, 3]), "`sample_weight` does not fit the data."),
    (lambda: metrics.Recall([]), "`thresholds` must hold at least one number."),
    (lambda: metrics.Precision(class_id=1)([1, 0], [1, 0]), "Expected labels and predictions of shape (n, classes)"),
    (lambda: metrics.Precision(class_id=2)([[1, 0]], [[1, 0]]), "a `class_id` below `classes`"),
    (lambda: metrics.Precision(top_k=3)([[1, 0]], [[1, 0]]), "`top_k` is larger than the number of classes."),
    (lambda: metrics.AUC(multi_label=True)([1, 0], [1, 0]), "`y_pred` must have shape (n, labels)."),
    (lambda: metrics.AUC(multi_label=True, num_labels=3)([[1, 0]], [[1, 0]]), "must have shape (n, 3)."),
    (lambda: metrics.F1Score()([1, 0], [1, 0]), "labels (n,) of one class become a column with `y.reshape(-1, 1)`."),
    (lambda: metrics.F1Score()([[1, 0]], [[1, 0]], [1, 2]), "Expected one weight per row (1 of them)."),
    (lambda: metrics.R2Score()([1.0, 2.0], [1.0, 2.0]), "One output in a row (n,) becomes a column"),
    (lambda: metrics.MeanIoU(3)([0, 1], [[0, 0, 1], [1, 0, 0]]), "pass sparse_y_pred=False or sparse_y_true=False"),
    (lambda: metrics.pearson_correlation([1.0, 2.0], [[1.0, 2.0]]), "needs `y_true` and `y_pred` of the same shape"),
]


@pytest.mark.parametrize(("act", "text"), ERRORS, ids=[text for _, text in ERRORS])
def test_errors_say_what_to_do(act, text):
    with says(text):
        act()


def test_forgotten_super_is_named():
    class Forgetful(metrics.Metric):
        def __init__(self):
            self.total = self.add_weight(name="total")

    with says("`Forgetful.__init__` must call `super().__init__(name=name)` before it makes variables."):
        Forgetful()


def test_an_error_changes_nothing():
    y_true, y_pred, _ = rows("Precision", 10, seed=11)
    for name in ("Precision", "AUC", "F1Score", "R2Score", "BinaryAccuracy", "OneHotMeanIoU"):
        metric = make(name)
        before = np.copy(metric(y_true, y_pred))
        with says("`sample_weight` does not fit the data."):
            metric.update_state(y_true, y_pred, np.ones(3))
        np.testing.assert_array_equal(metric.result(), before)
