"""Predictions beside the truth: what Evaluate and Predict say about rows and a model. Lessons 05 and 06.

A model may be kerasschool's or Keras's: only `predict` and `evaluate` are called.
"""

import copy

import numpy as np

from kerasschool.live import scores
from kerasschool.live.meaning import BINARY, CLASSES, NUMBERS, class_numbers

MOST_ROWS = 20_000  # rows that are scored live


class Judged:
    """A model's predictions for some rows, beside what is true.

    Args:
        outputs: what `predict` gave, shape `(rows, units)`.
        y: labels.
        meaning: the rows' `Meaning`.
        loss: from `evaluate`, or None.

    Attributes:
        units: numbers that the model gives per row.
        y: class numbers `(rows,)`, or numbers `(rows, columns)`.
        p: probabilities `(rows, classes)`, or predicted numbers `(rows, columns)`.

    >>> from kerasschool.live.meaning import Meaning
    >>> meaning = Meaning(("a",), ("",), "y", "binary", ("no", "yes"))
    >>> judged = Judged(np.array([[0.2], [0.7], [0.4]]), [0, 1, 1], meaning)
    >>> judged.accuracy(0.5), judged.confusion(0.3).tolist()
    (0.6666666666666666, [[1, 0], [0, 2]])
    """

    def __init__(self, outputs, y, meaning, loss=None):
        self.meaning, self.loss = meaning, loss
        self.units = int(np.prod(np.shape(outputs)[1:]))
        self.p = as_answers(outputs, meaning)
        self.y = np.reshape(np.asarray(y, float), self.p.shape) if meaning.task == NUMBERS else class_numbers(y)

    @property
    def rows(self):
        """How many rows."""
        return len(self.p)

    def said(self, threshold=0.5):
        """The class that was said for each row: 1 above the threshold; of several classes the most probable."""
        return (self.p[:, 1] > threshold).astype(int) if self.meaning.task == BINARY else self.p.argmax(axis=1)

    def accuracy(self, threshold=0.5):
        """The share of rows that are right."""
        return float(np.mean(self.said(threshold) == self.y))

    def confusion(self, threshold=0.5):
        """Counts: row = what is true, column = what was said."""
        return scores.confusion(self.y, self.said(threshold), len(self.meaning.classes))

    def baseline(self, train):
        """The accuracy of always saying what is most frequent in the training rows; for numbers the error of always
        saying their mean."""
        if self.meaning.task == NUMBERS:
            return float(np.abs(self.y - train.y.mean(axis=0)).mean())
        return scores.baseline(self.y, train.y)

    def roc(self):
        """False alarms, hits, thresholds."""
        return scores.roc(self.y, self.p[:, 1])

    def auc(self):
        """The area under the ROC curve; NaN if only one class occurs."""
        return float(scores.area(*self.roc()[:2]))

    def errors(self):
        """Mean absolute error, root of the mean squared error."""
        wrong = self.p - self.y
        return float(np.abs(wrong).mean()), float(np.sqrt(np.square(wrong).mean()))

    def worst(self, threshold=0.5, most=8):
        """Places of the worst mistakes, the worst first."""
        if self.meaning.task == NUMBERS:
            return np.argsort(-np.abs(self.p - self.y).max(axis=1), kind="stable")[:most]
        return scores.worst(self.y, self.p, self.said(threshold), most)


def judge(model, x, y, meaning, mid_epoch=False):
    """Let a model answer for rows that it gets as they are, and score it.

    Args:
        mid_epoch: True while an epoch of its training is under way: `evaluate` would spoil the averages so far.

    Returns:
        A `Judged`.
    """
    x, y = x[:MOST_ROWS], y[:MOST_ROWS]
    with np.errstate(all="ignore"):
        outputs = outputs_of(model, x)
        judged = Judged(outputs, y, meaning)  # says what does not fit before `evaluate` would
        try:
            scored = copy.deepcopy(model) if mid_epoch else model
            judged.loss = float(scored.evaluate(x, y, verbose=0, return_dict=True)["loss"])
        except (ValueError, TypeError):  # not compiled
            judged.loss = None
    return judged


def outputs_of(model, x, **arguments):
    """What a model's `predict` gives for rows, as an array; or the error that says that it gives several."""
    outputs = model.predict(x, verbose=0, **arguments)
    if isinstance(outputs, (list, tuple, dict)):
        raise ValueError(f"The model has {len(outputs)} outputs. A panel shows one: pass a model that ends with it.")
    return np.asarray(outputs)


def as_answers(outputs, meaning):
    """What `predict` gave as probabilities per class, or as numbers; or the error that says why it cannot be."""
    outputs = np.asarray(outputs, float)
    outputs = outputs.reshape(len(outputs), -1)
    units = outputs.shape[1]
    if not np.isfinite(outputs).all():
        raise ValueError("The model's outputs are no numbers (NaN or infinite). Reset it, or lower the learning rate.")
    if meaning.task == NUMBERS:
        if units != meaning.columns:
            raise ValueError(f"The model gives {units} numbers per row, the target has {meaning.columns}.")
        return outputs
    classes = len(meaning.classes)
    if units not in ((1, 2) if meaning.task == BINARY else (classes,)):
        needed = "one unit with sigmoid" if meaning.task == BINARY else f"{classes} units with softmax"
        raise ValueError(f"The model gives {units} numbers per row; {classes} classes need {needed}.")
    if outputs.min(initial=0) < -1e-6 or outputs.max(initial=0) > 1 + 1e-6:
        needed = "softmax" if meaning.task == CLASSES else "sigmoid"
        raise ValueError(
            f"The model's outputs reach from {outputs.min():.3g} to {outputs.max():.3g}: these are no probabilities. "
            f"Give the last layer {needed}."
        )
    return np.column_stack([1 - outputs, outputs]) if units == 1 else outputs
