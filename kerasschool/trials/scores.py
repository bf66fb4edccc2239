"""Losses, penalties, constraints and metrics of many replicas: one number for each.

Where the maths look at every row for itself, the rows of all replicas are computed in one go; where they do not, or
where they are the reader's own, each replica's are computed by its own object.
"""

import copy

import numpy as np

from kerasschool import constraints, regularizers
from kerasschool.losses.base import LossFunctionWrapper
from kerasschool.losses.function import LossFunction
from kerasschool.metrics.base import MeanMetricWrapper
from kerasschool.models import scores
from kerasschool.registry import public_module


def flat(array):
    """`(replicas, rows, …)` as `(replicas · rows, …)`; None stays None."""
    return None if array is None else array.reshape(-1, *array.shape[2:])


def each_row(array, number):
    """What belongs to one replica; None stays None."""
    return None if array is None else array[number]


class LossOfEach:
    """The losses of the replicas, seen as one.

    Args:
        losses: list of `Loss`, one per replica, all alike.
    """

    def __init__(self, losses):
        self.each, self.first = losses, losses[0]
        self.averages_rows = is_known(self.first) and self.first.averages_rows
        partner = self.first.partner
        self.partner = partner if all(loss.partner is partner for loss in losses) else None

    def __call__(self, y_true, y_pred, weight=None):
        """The loss of each replica, an array (replicas,)."""
        if self.averages_rows and weight is None:
            values = np.asarray(self.first.call(flat(y_true), flat(y_pred)))
            return values.reshape(len(self.each), -1).mean(axis=1, dtype=np.float64)
        return np.array([float(loss(*parts)) for loss, parts in self._parts(y_true, y_pred, weight)])

    def gradient(self, y_true, y_pred, weight=None):
        """The slope of each replica's own loss, an array like `y_pred`."""
        if self.averages_rows:
            slope = self.first.gradient(flat(y_true), flat(y_pred), flat(weight))
            return self._of_own_mean(slope, y_pred)
        return np.stack([loss.gradient(*parts) for loss, parts in self._parts(y_true, y_pred, weight)])

    def partner_gradient(self, y_true, y_pred, weight=None, out=None):
        """The same before the last activation, the partner; `out` may be overwritten."""
        if self.averages_rows:
            rows = flat(y_pred)
            slope = self.first.partner_gradient(flat(y_true), rows, flat(weight), out=rows)
            return self._of_own_mean(slope, y_pred)
        return np.stack([loss.partner_gradient(*parts) for loss, parts in self._parts(y_true, y_pred, weight)])

    def _of_own_mean(self, slope, y_pred):
        """From the slope of the mean over the rows of all replicas to that of each one's own mean."""
        slope *= len(self.each)
        return slope.reshape(y_pred.shape)

    def _parts(self, *arrays):
        for number, loss in enumerate(self.each):
            yield loss, [each_row(array, number) for array in arrays]


def is_known(loss):
    """True for a loss of ours: equal settings make equal losses."""
    ours = public_module(type(loss)) is not None
    return ours and (not isinstance(loss, LossFunctionWrapper) or isinstance(loss.fn, LossFunction))


class PenaltyOfEach:
    """The regularizers of one weight array of all replicas, seen as one; their factors may differ.

    Args:
        each: list of regularizers, one per replica.
        shape: of the array, (replicas, …).
        dtype: of the array.
    """

    def __init__(self, each, shape, dtype):
        self.each = each
        self.l1 = self.l2 = None
        if all(type(one) in (regularizers.L1, regularizers.L2, regularizers.L1L2) for one in each):
            column = (len(each), *[1] * (len(shape) - 1))
            self.l1, self.l2 = (
                np.array([getattr(one, name, 0.0) for one in each], dtype).reshape(column) for name in ("l1", "l2")
            )

    def __call__(self, x):
        """The penalty of each replica, an array (replicas,)."""
        if self.l1 is None:
            return np.array([float(one(part)) for one, part in zip(self.each, x)])
        numbers = x.reshape(len(x), -1)
        penalty = self.l2.ravel() * np.einsum("rp,rp->r", numbers, numbers)
        return penalty + self.l1.ravel() * np.abs(numbers).sum(axis=1) if self.l1.any() else penalty

    def gradient(self, x):
        """The slope of each replica's penalty, an array like `x`."""
        if self.l1 is None:
            return np.stack([one.gradient(part) for one, part in zip(self.each, x)])
        slope = 2 * self.l2 * x
        return slope + self.l1 * np.sign(x) if self.l1.any() else slope


class ConstraintOfEach:
    """The constraints of one weight array of all replicas, seen as one.

    Args:
        each: list of constraints, one per replica.
    """

    def __init__(self, each):
        self.each, self.together = each, None
        first, kind = each[0], type(each[0])
        if kind in (constraints.NonNeg, constraints.UnitNorm, constraints.MaxNorm, constraints.MinMaxNorm) and all(
            type(one) is kind and vars(one) == vars(first) for one in each
        ):
            self.together = copy.copy(first)
            if kind is not constraints.NonNeg:
                axes = first.axis if isinstance(first.axis, (list, tuple)) else [first.axis]
                self.together.axis = [axis + 1 if axis >= 0 else axis for axis in axes]  # replicas came before

    def __call__(self, w):
        if self.together is not None:
            return self.together(w)
        return np.stack([one(part) for one, part in zip(self.each, w)])


class ScoresOfEach:
    """`Scores` of many replicas: the loss and metrics of one pass over the data, an array for each name.

    Args:
        each: list of `Scores`, one per replica.
        loss: a `LossOfEach`.
    """

    def __init__(self, each, loss):
        self.loss, self.names = loss, each[0].names
        self.metrics = [metric_of_each(metrics) for metrics in zip(*(one.metrics for one in each))]
        self.weighted_metrics = [MetricOfEach(metrics) for metrics in zip(*(one.weighted_metrics for one in each))]
        self.together = loss.averages_rows and each[0].together
        self.reset()

    def reset(self):
        """Forget everything, for the next pass."""
        self.waiting, self.num_waiting = [], 0
        self.total, self.rows = 0.0, 0
        for metric in (*self.metrics, *self.weighted_metrics):
            metric.reset_state()

    def add(self, y, y_pred, weight=None, penalty=0.0):
        """Lay one batch of all replicas aside, as `Scores.add` does; `penalty` is a number for each."""
        self.waiting.append((y, y_pred.copy(), weight))
        self.num_waiting += y_pred.size
        self.total = self.total + penalty * y_pred.shape[1]
        if self.num_waiting > scores.LAID_ASIDE:
            self.score()

    def score(self):
        """Score what was laid aside."""
        groups, self.waiting, self.num_waiting = self.waiting, [], 0
        if self.together and len(groups) > 1:
            groups = [tuple(None if a[0] is None else np.concatenate(a, axis=1) for a in zip(*groups))]
        for y, y_pred, weight in groups:
            rows = y_pred.shape[1]
            self.total = self.total + self.loss(y, y_pred, weight) * rows
            self.rows += rows
            for metric in self.metrics:
                metric.update_state(y, y_pred)
            for metric in self.weighted_metrics:
                metric.update_state(y, y_pred, weight)

    def logs(self):
        """The averages so far: dictionary name → array with one entry per replica, sorted by name."""
        self.score()
        found = {"loss": self.total / max(self.rows, 1)}
        for name, metric in zip(self.names, (*self.metrics, *self.weighted_metrics)):
            result = metric.result()
            found.update(result if isinstance(result, dict) else {name: result})
        return {name: found[name] for name in sorted(found)}


def metric_of_each(metrics):
    """The metrics of the replicas, seen as one: in one go where it is a mean over rows, each for itself elsewhere."""
    first = metrics[0]
    if isinstance(first, MeanMetricWrapper) and first.adds_up:
        fn, arguments = first._fn, first._fn_kwargs
        if all(type(one) is type(first) and one._fn is fn and one._fn_kwargs == arguments for one in metrics):
            return MeanOfEach(first, len(metrics))
    return MetricOfEach(metrics)


class MetricOfEach:
    """Metrics of the replicas, each updated for itself."""

    def __init__(self, metrics):
        self.each = metrics

    def reset_state(self):
        for metric in self.each:
            metric.reset_state()

    def update_state(self, y_true, y_pred, weight=None):
        for number, metric in enumerate(self.each):
            weights = () if weight is None else (weight[number],)
            metric.update_state(y_true[number], y_pred[number], *weights)

    def result(self):
        results = [metric.result() for metric in self.each]
        if isinstance(results[0], dict):
            return {name: np.array([result[name] for result in results]) for name in results[0]}
        return np.array(results)


class MeanOfEach:
    """A metric that is the mean of a function over rows, for the rows of all replicas in one go.

    Args:
        metric: a `MeanMetricWrapper`; any of the replicas'.
        replicas: how many there are.
    """

    def __init__(self, metric, replicas):
        self.metric, self.replicas = metric, replicas
        self.reset_state()

    def reset_state(self):
        self.total, self.rows = np.zeros(self.replicas), 0

    def update_state(self, y_true, y_pred):
        values = np.asarray(self.metric._fn(flat(y_true), flat(y_pred), **self.metric._fn_kwargs))
        rows = y_pred.shape[1]
        self.total += values.reshape(self.replicas, -1).mean(axis=1, dtype=np.float64) * rows
        self.rows += rows

    def result(self):
        return self.total / max(self.rows, 1)
