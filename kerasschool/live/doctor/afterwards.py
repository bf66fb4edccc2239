"""Checks after a fit, from the curves and the trained weights. Lessons 04, 07 and 10."""

import numpy as np

from kerasschool.live.doctor.facts import activation_of, as_numbers, kind_of
from kerasschool.live.doctor.finding import ERROR, WARNING, Finding

GROWN = 1e4  # how many times its smallest value a loss must reach to count as diverged
DEAD_SHARE = 0.25  # of a layer's units
WORSE = 1.1  # how many times its best value a validation loss must end at
STUCK = 0.97  # a loss above this share of the baseline has learnt nothing worth a word
FLAT = 0.005  # a loss that has changed by a smaller share stands still
FEW_EPOCHS = 5  # before so many epochs nothing is said about a trend
DEAD_AT_ZERO = ("relu", "relu6")


def curve(facts, name):
    """One curve of the history as floats, empty if there is none."""
    return np.asarray((facts.history or {}).get(name, []), dtype=float)


def has_diverged(loss):
    """True if a loss is no number any more, or has grown out of all bounds."""
    if not loss.size:
        return False
    return not np.isfinite(loss).all() or loss[-1] > GROWN * max(float(np.abs(loss).min()), 1e-6)


def diverged(facts):
    """A loss that became NaN, or grew without bounds."""
    loss = curve(facts, "loss")
    if not has_diverged(loss):
        return None
    broken = np.flatnonzero(~np.isfinite(loss))
    what = f"The loss is no number from epoch {broken[0] + 1} on" if broken.size else f"The loss grew to {loss[-1]:.3g}"
    rate = facts.learning_rate
    usual = "a learning rate that is too large" + ("" if rate is None else f" (it is {rate:.4g})")
    return Finding(
        f"{what}. {where_first(facts)}",
        f"Each step made things worse than the one before. The usual causes: {usual}, inputs that are not scaled, or "
        "NaN in the data.",
        "Scale the inputs, make the learning rate ten times smaller, and start from new weights; `clipnorm=1.0` in the "
        "optimizer holds single steps back.",
        *("04", ERROR, "diverged"),
    )


def where_first(facts):
    """The first layer whose weights, or whose outputs, are no numbers: one sentence."""
    for layer in facts.layers:
        for weight in layer.get_weights():
            if not np.isfinite(weight).all():
                return f"The first layer with weights that are no numbers is `{layer.name}`."
    for layer, output in zip(facts.layers, facts.outputs):
        if not np.isfinite(output).all():
            return f"The weights are numbers, but the outputs are not, first after `{layer.name}`."
    sizes = [
        max((float(np.abs(w).max()) for w in layer.get_weights() if w.size), default=0.0) for layer in facts.layers
    ]
    if sizes and max(sizes) > GROWN:
        return f"The largest weights are in `{facts.layers[int(np.argmax(sizes))].name}`: {max(sizes):.3g}."
    return "The weights are still numbers: those of the last good step."


def dead_units(facts):
    """Units with relu that are 0 for every row."""
    if facts.history is None:
        return None
    for layer, output in zip(facts.layers, facts.outputs):
        if activation_of(layer) not in DEAD_AT_ZERO or output.ndim < 2 or not np.isfinite(output).all():
            continue
        silent = (output == 0).reshape(-1, output.shape[-1]).all(axis=0)
        if silent.mean() >= DEAD_SHARE:
            return Finding(
                f"{int(silent.sum())} of {silent.size} units of `{layer.name}` are 0 for every row.",
                "Where relu gives 0 its slope is 0, too. A unit that is 0 for all rows gets no gradient any more: it "
                "is dead.",
                "Make the learning rate smaller, scale the inputs, start with `'he_normal'`, or use `'leaky_relu'`.",
                *("07", WARNING, "dead_units"),
            )
    return None


def baseline(facts):
    """The loss of always giving the same best answer, or None where it is not known."""
    y = as_numbers(facts.y)
    if y is None or not y.size or not np.isfinite(y).all() or facts.loss_arguments:
        return None
    if facts.loss == "BinaryCrossentropy" and y.min() >= 0 and y.max() <= 1:
        return float(np.mean([entropy(np.array([p, 1 - p])) for p in y.reshape(len(y), -1).mean(axis=0)]))
    if facts.loss == "CategoricalCrossentropy" and facts.labels_are_one_hot:
        return entropy(y.reshape(-1, y.shape[-1]).mean(axis=0))
    if facts.loss == "SparseCategoricalCrossentropy":
        return entropy(np.unique(y, return_counts=True)[1] / y.size)
    if facts.loss == "MeanSquaredError":
        return float(y.reshape(len(y), -1).astype(float).var(axis=0).mean())
    if facts.loss == "MeanAbsoluteError":
        return float(np.abs(y - np.median(y, axis=0)).mean())
    return None


def entropy(shares):
    """The crossentropy of knowing only how often each class occurs."""
    shares = np.asarray(shares, dtype=float)
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())


def is_penalised(facts):
    """True if regularizers add to the loss, so that it cannot be compared with a baseline."""
    return any(
        value for layer in facts.layers for name, value in layer.get_config().items() if name.endswith("regularizer")
    ) or any(kind_of(layer) == "ActivityRegularization" for layer in facts.layers)


def no_learning(facts):
    """A loss that is no better than always giving the same answer."""
    loss = curve(facts, "loss")
    if len(loss) < FEW_EPOCHS or has_diverged(loss):
        return None
    best = None if is_penalised(facts) else baseline(facts)
    if best and loss[-1] >= STUCK * best:
        what = f"After {len(loss)} epochs the loss is {loss[-1]:.4f}; always giving the same answer has {best:.4f}."
    elif abs(loss[0] - loss[-1]) < FLAT * abs(loss[0]) and (best is None or loss[-1] > best / 2):
        what = f"In {len(loss)} epochs the loss went from {loss[0]:.4f} to {loss[-1]:.4f}: it does not move."
    else:
        return None
    return Finding(
        what,
        "The model has not found anything in the inputs that tells the labels apart.",
        "Scale the inputs; try a learning rate ten times larger or smaller; look whether the weights start at random "
        "and whether `x` and `y` are in the same order.",
        *("04", WARNING, "no_learning"),
    )


def overfitting(facts):
    """A validation loss that has turned upwards while the training loss fell."""
    loss, held_back = curve(facts, "loss"), curve(facts, "val_loss")
    if len(held_back) < FEW_EPOCHS or len(loss) != len(held_back) or not np.isfinite([loss, held_back]).all():
        return None
    best = int(held_back.argmin())
    if has_diverged(loss) or not (held_back[-1] > WORSE * held_back[best] and loss[-1] < loss[best]):
        return None
    return Finding(
        f"The validation loss was best in epoch {best + 1} with {held_back[best]:.4f} and is {held_back[-1]:.4f} now, "
        f"while the training loss fell from {loss[best]:.4f} to {loss[-1]:.4f}.",
        "The model now learns the training rows by heart, their noise included: that does not carry over to new rows.",
        "Stop earlier: `EarlyStopping(patience=10, restore_best_weights=True)`. Or fewer units, `Dropout`, an L2 "
        "penalty, more rows.",
        *("10", WARNING, "overfitting"),
    )


CHECKS = (diverged, dead_units, no_learning, overfitting)
