"""A metric class of one's own with add_weight, a metric function, and metrics used without a model."""

import keras
import numpy as np
from keras import ops

from tests.parity.programs import same_start


class TruePositives(keras.metrics.Metric):
    def __init__(self, name="binary_true_positives", **kwargs):
        super().__init__(name=name, **kwargs)
        self.true_positives = self.add_weight(name="tp", initializer="zeros")
        self.seen = self.add_variable(shape=(), initializer="zeros", name="seen")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = ops.cast(y_true, "bool")
        y_pred = ops.greater(y_pred, 0.5)
        values = ops.cast(ops.logical_and(ops.equal(y_true, True), ops.equal(y_pred, True)), self.dtype)
        if sample_weight is not None:
            sample_weight = ops.cast(sample_weight, self.dtype)
            values = values * ops.reshape(sample_weight, (-1, 1))
        self.true_positives.assign_add(ops.sum(values))
        self.seen.assign_add(ops.shape(y_true)[0])

    def result(self):
        return ops.divide(self.true_positives, ops.maximum(self.seen, 1))


def share_right(y_true, y_pred):
    return ops.mean(ops.equal(y_true, ops.round(y_pred)), axis=-1)


rng = np.random.default_rng(8)
x, y = rng.normal(size=(30, 3)), rng.integers(0, 2, (30, 1))
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
same_start(model)
model.compile(
    "adam",
    "binary_crossentropy",
    metrics=[TruePositives(), share_right],
    weighted_metrics=[TruePositives(name="weighted"), "acc"],
)
history = model.fit(
    x, y, epochs=2, verbose=0, batch_size=10, shuffle=False, sample_weight=np.linspace(0, 1, 30), validation_data=(x, y)
)
m = keras.metrics.Mean(name="average")
m.update_state([1, 3, 5, 7])
m.update_state([2], sample_weight=[4.0])
acc = keras.metrics.CategoricalAccuracy()
acc.update_state([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]])
own = TruePositives()
own.update_state([[1], [0], [1]], np.array([[0.9], [0.9], [0.2]]))
before = float(own.result())
own.reset_state()
auc = keras.metrics.AUC(num_thresholds=3)
auc.update_state([0, 0, 1, 1], [0, 0.5, 0.3, 0.9])
called = keras.metrics.MeanSquaredError()([[0.0, 1.0]], [[1.0, 1.0]])
seen = {
    "history": history.history,
    "mean": float(m.result()),
    "numpy": np.array(m.result()),
    "accuracy": float(acc.result()),
    "own": (before, float(own.result())),
    "auc": float(auc.result()),
    "called": float(called),
    "variables": [v.name for v in own.variables],
    "repr": m.name,
}
