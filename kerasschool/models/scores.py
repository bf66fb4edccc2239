"""The loss and metrics of one pass over the data.

Keras averages over rows: each batch counts by its number of rows. So loss and metrics need not be computed batch by
batch. Predictions are laid aside and scored together, at the end of the epoch or when somebody asks.

Measured: 150 epochs of 8-12-8-1 at batch 10 spend a third of their time on loss and accuracy when scored per batch.
"""

import copy
import re

import numpy as np

LAID_ASIDE = 2**18  # the greatest number of predicted values that wait to be scored


class Scores:
    """Running loss and metrics.

    Args:
        loss: a `Loss`.
        metrics: list of `Metric` that ignore sample weights.
        weighted_metrics: list of `Metric` that use them.
    """

    def __init__(self, loss, metrics=(), weighted_metrics=()):
        self.loss, self.metrics, self.weighted_metrics = loss, metrics, weighted_metrics
        # A sum, or a loss or metric that mixes rows, belongs to its batch.
        self.together = loss.averages_rows and all(metric.adds_up for metric in (*metrics, *weighted_metrics))
        self.names = _unique_names(metrics, weighted_metrics)
        self.reset()

    def reset(self):
        """Forget everything, for the next pass."""
        self.waiting, self.num_waiting = [], 0
        self.total, self.rows = 0.0, 0
        for metric in (*self.metrics, *self.weighted_metrics):
            metric.reset_state()

    def add(self, y, y_pred, weight=None, penalty=0.0):
        """Lay one batch aside; `y_pred` is copied.

        Args:
            penalty: what regularizers add to the batch's loss.
        """
        self.waiting.append((y, y_pred.copy(), weight))
        self.num_waiting += y_pred.size
        if penalty:
            self.total += penalty * len(y_pred)
        if self.num_waiting > LAID_ASIDE:
            self.score()

    def score(self):
        """Score what was laid aside."""
        if not self.waiting:
            return
        if self.together and len(self.waiting) > 1:
            groups = [tuple(None if a[0] is None else np.concatenate(a) for a in zip(*self.waiting, strict=True))]
        else:
            groups = self.waiting
        self.waiting, self.num_waiting = [], 0
        for y, y_pred, weight in groups:
            self.total += float(self.loss(y, y_pred, weight)) * len(y_pred)
            self.rows += len(y_pred)
            for metric in self.metrics:
                metric.update_state(y, y_pred)
            for metric in self.weighted_metrics:
                metric.update_state(y, y_pred, weight)

    def logs(self):
        """The averages so far: dictionary name → float, sorted by name as in Keras."""
        self.score()
        found = {"loss": self.total / self.rows if self.rows else 0.0}
        for name, metric in zip(self.names, (*self.metrics, *self.weighted_metrics)):
            result = metric.result()
            found.update(result if isinstance(result, dict) else {name: result})
        return {name: _plain(found[name]) for name in sorted(found)}

    def peek(self):
        """The averages so far, for a progress bar or a panel: leaves no trace.

        `logs` scores what is laid aside, and sums taken in other groups differ in the last digit. Who looks by the
        clock must not change what the epoch ends with.
        """
        twin = copy.copy(self)
        twin.metrics, twin.weighted_metrics = copy.deepcopy((self.metrics, self.weighted_metrics))
        return twin.logs()


def _unique_names(metrics, weighted_metrics):
    """The names in History: a second metric of a name is numbered, or called weighted."""
    names = []
    for metric, prefix in [*((m, "") for m in metrics), *((m, "weighted_") for m in weighted_metrics)]:
        name = metric.name if metric.name not in names else prefix + metric.name
        number = sum(re.fullmatch(rf"{re.escape(name)}(_\d+)?", each) is not None for each in names)
        names.append(f"{name}_{number}" if name in names else name)
    return names


def _plain(value):
    value = np.asarray(value)
    return float(value) if value.ndim == 0 else value
