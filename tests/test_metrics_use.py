"""Metrics in use: from a name to a metric, metrics of your own, and what errors teach."""

import pickle
import re

import numpy as np
import pytest

from kerasschool import losses, metrics, ops
from kerasschool.layers.keras_tensor import forget_names
from kerasschool.metrics.base import Variable
from kerasschool.metrics.names import resolve

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
    assert np.sqrt(variable)[0] == np.sqrt(np.float32(2))
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
