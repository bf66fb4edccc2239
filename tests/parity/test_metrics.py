"""Every metric of Keras, option by option: the same value after each of three batches, and the same config."""

import inspect
import pickle
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from kerasschool import metrics
from kerasschool.layers.keras_tensor import forget_names
from kerasschool.metrics.names import registry, resolve

keras = pytest.importorskip("keras")

pytestmark = pytest.mark.keras

SIZES = (6, 9, 4)  # rows of the three batches


def batches(kind, seed=3):
    """Three batches (labels, predictions, weights) of one kind of task."""
    random = np.random.RandomState(seed)
    for size in SIZES:
        scores = random.uniform(0, 1, (size, 4)).astype("float32")
        softmax = scores / scores.sum(-1, keepdims=True)
        classes = random.randint(0, 4, size)
        yes = random.randint(0, 2, (size, 4)).astype("float32")
        normal = random.normal(0, 2, (size, 4)).astype("float32")
        near = (normal + random.normal(0, 1, normal.shape)).astype("float32")
        data = {
            "column": (yes[:, :1], scores[:, :1]),
            "flat": (yes[:, 0], scores[:, 0]),
            "flat labels": (yes[:, 0], scores[:, :1]),
            "flat predictions": (yes[:, :1], scores[:, 0]),
            "whole labels": (yes[:, 0].astype("int64"), scores[:, 0]),
            "bool labels": (yes[:, 0] > 0, scores[:, 0]),
            "many labels": (yes, scores),
            "rounded": (yes, (scores * 20).round().astype("float32") / 20),
            "hits and misses": (yes[:, 0], (scores[:, 0] > 0.4).astype("float32")),
            "one-hot": (np.eye(4, dtype="float32")[classes], softmax),
            "one-hot logits": (np.eye(4, dtype="float32")[classes], normal),
            "class numbers": (classes, softmax),
            "class column": (classes[:, None], softmax),
            "class logits": (classes, normal),
            "guesses": (classes, np.argsort(-scores, axis=-1)),
            "classes": (classes, random.randint(0, 4, size)),
            "yes logits": (yes[:, :1], normal[:, :1]),
            "many logits": (yes, normal),
            "numbers": (normal, near),
            "number column": (normal[:, :1], near[:, :1]),
            "flat numbers": (normal[:, 0], near[:, :1]),
            "counts": (random.poisson(2, (size, 4)).astype("float32"), np.exp(normal / 2)),
            "signs": (2 * yes - 1, normal),
            "shares": (softmax[::-1].copy(), softmax),
            "images": (
                np.eye(4, dtype="float32")[random.randint(0, 4, (size, 3))],
                random.rand(size, 3, 4).astype("f"),
            ),
            "class images": (random.randint(0, 4, (size, 3)), random.uniform(0, 1, (size, 3, 4)).astype("float32")),
        }
        yield *data[kind], random.uniform(0, 2, size).astype("float32")


CASES = [
    ("Accuracy", "classes", {}),
    ("Accuracy", "hits and misses", {}),
    ("BinaryAccuracy", "column", {}),
    ("BinaryAccuracy", "flat", {"threshold": 0.3}),
    ("BinaryAccuracy", "flat labels", {}),
    ("BinaryAccuracy", "flat predictions", {}),
    ("BinaryAccuracy", "whole labels", {}),
    ("BinaryAccuracy", "bool labels", {}),
    ("BinaryAccuracy", "many labels", {"name": "share"}),
    ("BinaryAccuracy", "yes logits", {"threshold": 0.0}),
    ("CategoricalAccuracy", "one-hot", {}),
    ("CategoricalAccuracy", "one-hot logits", {}),
    ("CategoricalAccuracy", "images", {}),
    ("SparseCategoricalAccuracy", "class numbers", {}),
    ("SparseCategoricalAccuracy", "class column", {}),
    ("SparseCategoricalAccuracy", "class images", {}),
    ("TopKCategoricalAccuracy", "one-hot", {"k": 2}),
    ("TopKCategoricalAccuracy", "one-hot", {}),
    ("TopKCategoricalAccuracy", "rounded", {"k": 2}),
    ("TopKCategoricalAccuracy", "images", {"k": 3}),
    ("SparseTopKCategoricalAccuracy", "class numbers", {"k": 2}),
    ("SparseTopKCategoricalAccuracy", "class images", {"k": 2}),
    ("SparseTopKCategoricalAccuracy", "guesses", {"k": 2, "from_sorted_ids": True}),
    *[
        (name, kind, options)
        for name in ("TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives")
        for kind, options in (
            ("column", {}),
            ("flat labels", {"thresholds": 0.25}),
            ("many labels", {"thresholds": [0.9, 0.1, 0.5]}),
            ("rounded", {"thresholds": [0.0, 0.25, 0.5, 0.75, 1.0]}),
            ("hits and misses", {"thresholds": [0, 1]}),
        )
    ],
    *[
        (name, kind, options)
        for name in ("Precision", "Recall")
        for kind, options in (
            ("column", {}),
            ("flat", {"thresholds": [0.2, 0.8]}),
            ("flat labels", {"name": "mine"}),
            ("flat predictions", {}),
            ("bool labels", {}),
            ("rounded", {"thresholds": [0.0, 0.5, 1.0]}),
            ("one-hot", {"top_k": 2}),
            ("rounded", {"top_k": 3}),
            ("one-hot", {"top_k": 2, "thresholds": 0.3}),
            ("one-hot", {"class_id": 1, "thresholds": 0.2}),
            ("one-hot", {"class_id": 0, "top_k": 2}),
            ("yes logits", {"thresholds": 0}),
            ("images", {"thresholds": 0.4}),
        )
    ],
    *[
        (name, kind, {option: 0.6, **options})
        for name, option in (
            ("SensitivityAtSpecificity", "specificity"),
            ("SpecificityAtSensitivity", "sensitivity"),
            ("PrecisionAtRecall", "recall"),
            ("RecallAtPrecision", "precision"),
        )
        for kind, options in (
            ("column", {}),
            ("rounded", {"num_thresholds": 21}),
            ("flat", {"num_thresholds": 1}),
            ("flat", {"num_thresholds": 2}),
            ("one-hot", {"class_id": 2, "num_thresholds": 50}),
        )
    ],
    *[
        ("AUC", kind, {"curve": curve, "summation_method": method, **options})
        for curve in ("ROC", "PR", "PRGAIN")
        for method in ("interpolation", "minoring", "majoring")
        for kind, options in (
            ("column", {}),
            ("many labels", {"multi_label": True, "label_weights": [0.5, 1.0, 2.0, 0.0]}),
        )
    ],
    ("AUC", "flat", {"num_thresholds": 3}),
    ("AUC", "rounded", {"num_thresholds": 21}),
    ("AUC", "many labels", {"label_weights": [0.5, 1.0, 2.0, 0.0]}),
    ("AUC", "many labels", {"multi_label": True, "num_labels": 4}),
    ("AUC", "rounded", {"multi_label": True, "num_thresholds": 11}),
    ("AUC", "many labels", {"thresholds": [0.7, 0.1, 0.35]}),
    ("AUC", "many labels", {"thresholds": [0.7, 0.1, 0.35], "multi_label": True}),
    ("AUC", "rounded", {"thresholds": [0.25, 0.5, 0.75]}),
    ("AUC", "yes logits", {"from_logits": True}),
    ("AUC", "yes logits", {}),
    *[
        (name, kind, {"average": average, **options})
        for average in (None, "micro", "macro", "weighted")
        for name, kind, options in (
            ("F1Score", "one-hot", {}),
            ("F1Score", "many labels", {"threshold": 0.4}),
            ("FBetaScore", "rounded", {"beta": 2.0, "threshold": 0.5}),
            ("FBetaScore", "one-hot", {"beta": 0.5}),
        )
    ],
    ("MeanSquaredError", "numbers", {}),
    ("MeanSquaredError", "number column", {}),
    ("MeanSquaredError", "flat numbers", {}),
    ("RootMeanSquaredError", "numbers", {}),
    ("RootMeanSquaredError", "flat numbers", {}),
    ("MeanAbsoluteError", "numbers", {}),
    ("MeanAbsoluteError", "flat numbers", {}),
    ("MeanAbsolutePercentageError", "numbers", {}),
    ("MeanSquaredLogarithmicError", "counts", {}),
    ("LogCoshError", "numbers", {}),
    ("CosineSimilarity", "numbers", {}),
    ("R2Score", "numbers", {}),
    ("R2Score", "flat numbers", {}),
    ("R2Score", "numbers", {"class_aggregation": None}),
    ("R2Score", "numbers", {"class_aggregation": "variance_weighted_average"}),
    ("R2Score", "number column", {"num_regressors": 2}),
    ("BinaryCrossentropy", "column", {}),
    ("BinaryCrossentropy", "many labels", {"label_smoothing": 0.2}),
    ("BinaryCrossentropy", "yes logits", {"from_logits": True}),
    ("CategoricalCrossentropy", "one-hot", {}),
    ("CategoricalCrossentropy", "one-hot logits", {"from_logits": True, "label_smoothing": 0.1}),
    ("SparseCategoricalCrossentropy", "class numbers", {}),
    ("SparseCategoricalCrossentropy", "class column", {}),
    ("SparseCategoricalCrossentropy", "class logits", {"from_logits": True}),
    ("SparseCategoricalCrossentropy", "class numbers", {"ignore_class": 2}),
    ("KLDivergence", "shares", {}),
    ("Poisson", "counts", {}),
    ("Hinge", "signs", {}),
    ("Hinge", "many logits", {}),
    ("SquaredHinge", "signs", {}),
    ("CategoricalHinge", "one-hot logits", {}),
    ("PearsonCorrelation", "numbers", {}),
    ("ConcordanceCorrelation", "numbers", {}),
    ("IoU", "classes", {"num_classes": 4, "target_class_ids": [0, 2]}),
    ("IoU", "classes", {"num_classes": 4, "target_class_ids": [1], "dtype": "float32", "ignore_class": 3}),
    ("IoU", "class images", {"num_classes": 4, "target_class_ids": [1, 2], "sparse_y_pred": False}),
    ("IoU", "classes", {"num_classes": 3, "target_class_ids": [0, 1]}),
    ("BinaryIoU", "flat", {}),
    ("BinaryIoU", "rounded", {"target_class_ids": [1], "threshold": 0.4, "dtype": "float32"}),
    ("MeanIoU", "classes", {"num_classes": 4, "dtype": "float32"}),
    ("MeanIoU", "classes", {"num_classes": 6, "ignore_class": 0}),
    ("OneHotIoU", "one-hot", {"num_classes": 4, "target_class_ids": [0, 3], "dtype": "float32"}),
    ("OneHotMeanIoU", "images", {"num_classes": 4, "dtype": "float32"}),
]


def case_name(case):
    name, kind, options = case
    return "-".join([name, kind.replace(" ", "_"), *(f"{key}={value}" for key, value in options.items())])


def weights_for(name, kind, y_true, weight):
    """IoU wants one weight per label; the others one per row."""
    if "IoU" not in name:
        return weight
    shape = y_true.shape[:-1] if "OneHot" in name else y_true.shape
    return np.broadcast_to(weight.reshape(-1, *[1] * (len(shape) - 1)), shape)


def updates(case, weighted):
    name, kind, _ = case
    given = []
    for y_true, y_pred, weight in batches(kind):
        if name in ("Precision", "Recall") and kind == "images":
            weight = weight[0]  # Keras takes no weight per row where a row has many places
        given.append((y_true, y_pred, weights_for(name, kind, y_true, weight) if weighted else None))
    return given


CALLS = [(case, weighted) for case in CASES for weighted in (False, True)]


@pytest.fixture(scope="module")
def keras_says():
    """What Keras answers to all `CALLS`: a dictionary from their position."""
    asked = [(case[0], case[2], updates(case, weighted)) for case, weighted in CALLS]
    runner = Path(__file__).with_name("metrics_on_numpy.py")
    done = subprocess.run([sys.executable, runner], input=pickle.dumps(asked), capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    return pickle.loads(done.stdout)


@pytest.mark.parametrize(
    "number", range(len(CALLS)), ids=[case_name(case) + ("-weighted" if weighted else "") for case, weighted in CALLS]
)
def test_same_values_and_config(number, keras_says):
    case, weighted = CALLS[number]
    name, kind, options = case
    wanted = keras_says[number]
    assert wanted["error"] is None
    forget_names()
    metric = getattr(metrics, name)(**options)
    for given, result in zip(updates(case, weighted), wanted["results"], strict=True):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "`.*IoU` counts in whole numbers")
            metric.update_state(*given)
        np.testing.assert_allclose(metric.result(), result, rtol=2e-5, atol=1e-6)
        assert np.shape(metric.result()) == result.shape
    assert metric.get_config() == wanted["config"]
    assert getattr(metric, "_direction", None) == wanted["direction"]


CLASSES = sorted({case[0] for case in CASES} | {"Mean", "Sum", "MeanMetricWrapper", "Metric"})
FUNCTIONS = {
    "binary_accuracy": [("column", {}), ("flat labels", {"threshold": 0.3})],
    "categorical_accuracy": [("one-hot", {}), ("images", {})],
    "sparse_categorical_accuracy": [("class numbers", {}), ("class column", {}), ("class images", {})],
    "top_k_categorical_accuracy": [("one-hot", {"k": 2})],
    "sparse_top_k_categorical_accuracy": [("class numbers", {"k": 3}), ("guesses", {"k": 2, "from_sorted_ids": True})],
    "pearson_correlation": [("numbers", {}), ("numbers", {"axis": 0})],
    "concordance_correlation": [("numbers", {}), ("numbers", {"axis": 0})],
}


def test_public_list():
    theirs = {name for name in dir(keras.metrics) if not name.startswith("_")}
    assert set(metrics.__all__) == theirs
    ours = {name for name, value in vars(metrics).items() if not name.startswith("_") and not inspect.ismodule(value)}
    assert ours - {"helpful_getattr"} == theirs


def test_every_class_is_compared():
    assert {name for name in metrics.__all__ if inspect.isclass(getattr(metrics, name))} == set(CLASSES)


def signature(of):
    return inspect.signature(of.__init__ if inspect.isclass(of) else of)


@pytest.mark.parametrize("name", [*CLASSES, *FUNCTIONS])
def test_signature(name):
    ours, theirs = (signature(getattr(module, name)) for module in (metrics, keras.metrics))
    assert [(p.name, p.default) for p in ours.parameters.values()] == [
        (p.name, p.default) for p in theirs.parameters.values()
    ]


def test_names_for_get():
    from keras.src.metrics import ALL_OBJECTS_DICT

    for name, found in ALL_OBJECTS_DICT.items():
        assert registry.find(name).__name__ == found.__name__, name


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_give_one_value_per_row(name):
    for kind, options in FUNCTIONS[name]:
        y_true, y_pred, _ = next(batches(kind))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Explicitly requested dtype int64")
            wanted = np.asarray(getattr(keras.metrics, name)(y_true, y_pred, **options))
        found = getattr(metrics, name)(y_true, y_pred, **options)
        assert found.dtype == wanted.dtype
        assert found.shape == wanted.shape
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "values", [[3.0, 1.0, 5.0], [[1.0, 2.0], [3.0, 5.0], [0.0, 7.0]], 4.0], ids=["row", "2d", "0d"]
)
@pytest.mark.parametrize("weight", [None, 2.0, [1.0, 0.0, 3.0], [[1.0], [0.0], [3.0]]], ids=["none", "0d", "1d", "2d"])
def test_mean_and_sum(values, weight):
    if np.ndim(values) == 0 and np.ndim(weight) > 0:
        weight = 0.5
    for name in ("Mean", "Sum"):
        ours, theirs = getattr(metrics, name)(), getattr(keras.metrics, name)()
        for metric in (ours, theirs):
            metric.update_state(np.float32(values), None if weight is None else np.float32(weight))
            metric.update_state(np.float32(values) * 2)
        np.testing.assert_allclose(ours.result(), theirs.result(), rtol=1e-6)


SHAPES = [((5, 1), (5, 1)), ((5,), (5, 1)), ((5,), (5, 3)), ((5, 1), (5, 3)), ((5, 3), (5, 3)), ((5, 2, 1), (5, 2, 1))]


def sum_of_errors(y_true, y_pred):
    return abs(y_true - y_pred).sum(-1)


class Callable:
    def __call__(self, y_true, y_pred):
        return y_pred[:, 0]


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize(
    "asked",
    ["accuracy", "acc", "Accuracy", "ACC", "mse", "MAE", "BinaryAccuracy", "binary_accuracy", "auc", "precision"],
)
def test_compile_finds_the_same_metric_for_a_name(asked, shapes):
    from keras.src.trainers.compile_utils import get_metric

    ours, theirs = resolve(asked, *shapes), get_metric(asked, *map(np.zeros, shapes))
    assert type(ours).__name__ == type(theirs).__name__
    assert ours.name == theirs.name


def test_compile_finds_the_same_metric_for_objects():
    from keras.src.trainers.compile_utils import get_metric

    forget_names()
    keras.src.utils.naming.reset_uids()
    shapes = (5, 1), (5, 1)
    pairs = [
        (sum_of_errors, sum_of_errors),
        (Callable(), Callable()),
        (metrics.AUC(name="area"), keras.metrics.AUC(name="area")),
        (metrics.Precision, keras.metrics.Precision),
        (metrics.Precision(), keras.metrics.Precision()),
        (metrics.binary_accuracy, keras.metrics.binary_accuracy),
        (metrics.huber, keras.metrics.huber),
        ({"class_name": "AUC", "config": {"curve": "PR"}}, {"class_name": "AUC", "config": {"curve": "PR"}}),
    ]
    for ours, theirs in pairs:
        found, wanted = resolve(ours, *shapes), get_metric(theirs, *map(np.zeros, shapes))
        assert (type(found).__name__, found.name) == (type(wanted).__name__, wanted.name)
        assert getattr(found, "_direction", None) == getattr(wanted, "_direction", None)


def test_names_are_numbered_alike():
    forget_names()
    keras.src.utils.naming.reset_uids()
    names = ["Precision", "Precision", "Recall", "MeanSquaredError", "MeanSquaredError", "AUC", "Precision", "R2Score"]
    made = [[getattr(module, name)().name for name in names] for module in (metrics, keras.metrics)]
    assert made[0] == made[1]


@pytest.mark.parametrize("case", [c for c in CASES if "label_weights" not in c[2]], ids=case_name)
def test_configs_travel_both_ways(case):
    name, _, options = case
    forget_names()
    keras.src.utils.naming.reset_uids()
    ours, theirs = getattr(metrics, name)(**options), getattr(keras.metrics, name)(**options)
    assert metrics.serialize(ours) == keras.metrics.serialize(theirs)
    for there, back in ((keras.metrics, metrics), (metrics, keras.metrics)):
        metric = getattr(back, name)(**options)
        again = there.deserialize(back.serialize(metric))
        assert type(again).__name__ == name
        assert again.get_config() == metric.get_config()


REFUSED = [
    ("Precision", {"thresholds": 1.5}, "`thresholds` must be a number between 0 and 1. Received: thresholds=1.5"),
    ("Recall", {"thresholds": [0.5, -0.1]}, "`thresholds` must be a number between 0 and 1. Received: thresholds=-0.1"),
    ("AUC", {"num_thresholds": 1}, "`num_thresholds` must be a whole number, 2 or more. Received: num_thresholds=1"),
    ("AUC", {"curve": "ROCK"}, "Unknown curve 'ROCK'. Did you mean 'ROC'? Known: PR, PRGAIN, ROC"),
    ("AUC", {"summation_method": "trapezoid"}, "Unknown summation method 'trapezoid'. Known: interpolation, "),
    ("AUC", {"num_labels": 3}, "`num_labels` is for `multi_label=True` only. Received: num_labels=3"),
    ("SensitivityAtSpecificity", {"specificity": 2}, "`specificity` must be a number between 0 and 1."),
    ("RecallAtPrecision", {"precision": -0.5}, "`precision` must be a number between 0 and 1."),
    ("PrecisionAtRecall", {"recall": 0.5, "num_thresholds": 0}, "`num_thresholds` must be a positive whole number."),
    ("F1Score", {"average": "mean"}, "Unknown average 'mean'."),
    ("F1Score", {"threshold": 0.0}, "`threshold` must be above 0."),
    ("FBetaScore", {"beta": -1.0}, "`beta` must be a number greater than 0. Received: beta=-1.0"),
    ("R2Score", {"class_aggregation": "sum"}, "Unknown class_aggregation 'sum'."),
    ("R2Score", {"num_regressors": -1}, "`num_regressors` must be a whole number, 0 or more."),
    ("IoU", {"num_classes": 2, "target_class_ids": [2]}, "`target_class_ids` must name classes that there are."),
    ("Mean", {"dtype": "float31"}, "`dtype` is not a number type. Did you mean 'float32'?"),
]


@pytest.mark.parametrize(("name", "options", "text"), REFUSED, ids=str)
def test_what_keras_refuses_is_refused(name, options, text):
    with pytest.raises(ValueError, match=".+"):
        getattr(keras.metrics, name)(**options)
    with pytest.raises(ValueError, match="^" + re.escape(text)):
        getattr(metrics, name)(**options)


def test_a_metric_written_for_keras_gives_the_same():
    def make(module):
        class Spread(module.Metric):
            def __init__(self, name="spread", **kwargs):
                super().__init__(name=name, **kwargs)
                self.lowest = self.add_weight(name="lowest", initializer="zeros")
                self.total = self.add_variable(shape=(2,), initializer="ones", name="total")
                self.inner = module.MeanAbsoluteError()

            def update_state(self, y_true, y_pred, sample_weight=None):
                self.lowest.assign(np.minimum(np.asarray(self.lowest.value), y_pred.min()))
                self.total.assign_add(np.sum(y_pred, axis=0))
                self.inner.update_state(y_true, y_pred, sample_weight)

            def result(self):
                return self.total + self.lowest * self.inner.result()

        return Spread()

    ours, theirs = make(metrics), make(keras.metrics)
    for y_true, y_pred, _ in batches("numbers"):
        y_true, y_pred = y_true[:, :2], y_pred[:, :2]
        np.testing.assert_allclose(ours(y_true, y_pred), np.asarray(theirs(y_true, y_pred)), rtol=1e-5)
    assert [variable.name for variable in ours.variables] == [variable.name for variable in theirs.variables]
    ours.reset_state()
    theirs.reset_state()
    assert ours.total.numpy().tolist() == theirs.total.numpy().tolist() == [0, 0]
    assert ours.inner.result() == 0
