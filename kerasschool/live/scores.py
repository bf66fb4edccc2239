"""How good are these predictions? Confusion counts, ROC and precision-recall curves, the worst mistakes. Lesson 05.

Each function is the definition, written out. `y` are whole numbers, `p` probabilities.

>>> y, p = np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.4, 0.9])
>>> confusion(y, p > 0.5).tolist()
[[1, 1], [1, 1]]
>>> float(area(*roc(y, p)[:2]))
0.75
"""

import numpy as np


def confusion(y, said, classes=2):
    """Counts of shape `(classes, classes)`: row = what is true, column = what was said."""
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (np.asarray(y, int), np.asarray(said, int)), 1)
    return counts


def baseline(y, y_train):
    """The accuracy on `y` of always saying the class that is most frequent in the training rows."""
    return float(np.mean(y == np.bincount(y_train).argmax()))


def roc(y, p):
    """`(false alarms, hits, thresholds)`: for each threshold the shares of class 0 and of class 1 that are above it.

    The first point is (0, 0), where nothing is said to be 1; the last one (1, 1).
    """
    positives, negatives, thresholds = above(y, p)
    with np.errstate(invalid="ignore"):
        return negatives / negatives[-1], positives / positives[-1], thresholds


def precision_recall(y, p):
    """`(recall, precision, thresholds)`: of class 1, how much is found; and how much of what is found is class 1."""
    positives, negatives, thresholds = above(y, p)
    said = positives + negatives
    with np.errstate(invalid="ignore"):
        precision = np.where(said > 0, positives / np.maximum(said, 1), 1.0)
        return positives / positives[-1], precision, thresholds


def above(y, p):
    """How many rows of class 1, and of class 0, have a probability above each threshold, from high to low."""
    order = np.argsort(-p, kind="stable")
    last = np.append(np.flatnonzero(np.diff(p[order])), len(p) - 1)  # equal probabilities pass the threshold together
    positives = np.cumsum(y[order] == 1)[last]
    thresholds = np.append(p[order][last], -np.inf)
    return np.append(0, positives), np.append(0, last + 1 - positives), thresholds


def area(x, y):
    """The area under a curve, by trapezoids."""
    return np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2)


def average_precision(recall, precision):
    """The area under a precision-recall curve, by steps: straight lines between its points would be too kind."""
    return np.sum(np.diff(recall) * precision[1:])


def rates(counts):
    """`(precision, recall)` of class 1 from the confusion counts; NaN where nothing was said or nothing is true."""
    found = float(counts[1, 1])
    said, true = counts[:, 1].sum(), counts[1].sum()
    return found / said if said else np.nan, found / true if true else np.nan


def worst(y, p, said, most=8):
    """The wrong rows, the surest first: those that gave the least probability to what is true.

    Args:
        y: what is true.
        p: probabilities per class, shape `(rows, classes)`.
        said: which class was said.

    Returns:
        Their places, at most `most`.
    """
    wrong = np.flatnonzero(said != y)
    return wrong[np.argsort(p[wrong, y[wrong]], kind="stable")][:most]
