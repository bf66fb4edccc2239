"""Does the end of the model fit its loss, its labels and its metrics? Lessons 02 and 03."""

import numpy as np

from kerasschool import activations, losses
from kerasschool.live.doctor.finding import ERROR, NOTE, WARNING, Finding
from kerasschool.losses import labels

YES_NO = ("BinaryCrossentropy", "BinaryFocalCrossentropy")
ONE_OF_MANY = ("CategoricalCrossentropy", "SparseCategoricalCrossentropy", "CategoricalFocalCrossentropy")
AMOUNTS = ("MeanSquaredError", "MeanAbsoluteError", "Huber", "LogCosh", "MeanAbsolutePercentageError")
AMOUNTS += ("MeanSquaredLogarithmicError",)
HINGES = ("Hinge", "SquaredHinge")
SHARES = ("sigmoid", "hard_sigmoid", "sparse_sigmoid")  # each unit between 0 and 1, by itself
PORTIONS = ("softmax", "sparsemax")  # all units together make 1
MOST_CLASSES = 20  # whole numbers of more different values are taken for amounts


def softmax_of_one(facts):
    """A softmax over one unit."""
    if facts.head in PORTIONS and facts.units == 1:
        return Finding(
            f"The last layer has 1 unit with `{facts.head}`.",
            "Softmax shares 1 out among the units. One unit always gets all of it: the output is 1.0 for every row.",
            "For yes or no write `Dense(1, activation='sigmoid')`; for several classes one unit for each.",
            *("02", ERROR, "softmax_of_one"),
        )


def no_probabilities(facts):
    """A crossentropy of numbers that are no probabilities."""
    if facts.loss not in YES_NO + ONE_OF_MANY or facts.loss_arguments.get("from_logits") or facts.head is None:
        return None
    if facts.head in SHARES + PORTIONS:
        return None
    good = "sigmoid" if facts.loss in YES_NO else "softmax"
    return Finding(
        f"The last activation is `{facts.head}`, and the loss is `{facts.loss_word}`.",
        "A crossentropy takes the logarithm of a probability. This output can be below 0 or above 1; it is clipped "
        "there, and where it is clipped nothing is learnt.",
        f"Give the last layer `activation='{good}'`, or the loss `from_logits=True`.",
        *("03", ERROR, "no_probabilities"),
    )


def activation_twice(facts):
    """A loss that expects logits behind an activation that makes probabilities."""
    if facts.loss_arguments.get("from_logits") and facts.head in SHARES + PORTIONS:
        return Finding(
            f"The loss has `from_logits=True`, and the last layer has `{facts.head}` already.",
            "The loss applies the activation once more, so that probabilities are squeezed together and learning is "
            "slow.",
            "Take out one of the two: `from_logits=True`, or the activation.",
            *("03", WARNING, "activation_twice"),
        )


def sigmoid_for_one_of_many(facts):
    """Independent units where exactly one class is right."""
    if facts.loss in ONE_OF_MANY and facts.head in SHARES and (facts.units or 0) > 1:
        return Finding(
            f"The last layer has {facts.units} units with `{facts.head}`, and the loss is `{facts.loss_word}`.",
            "This loss asks for one right class of several. Sigmoid units do not know of each other: all may say yes.",
            "Use `activation='softmax'`, which shares 1 out among the classes.",
            *("03", WARNING, "sigmoid_for_one_of_many"),
        )


def softmax_for_yes_no(facts):
    """Units that share 1 out, each asked a question of its own."""
    if facts.loss in YES_NO and facts.head in PORTIONS and (facts.units or 0) > 1:
        return Finding(
            f"The last layer has {facts.units} units with `{facts.head}`, and the loss is `{facts.loss_word}`.",
            "This loss asks each unit its own yes-or-no question, but softmax makes their answers depend on each "
            "other.",
            "If one class is right, use `categorical_crossentropy`; if several may be, use `activation='sigmoid'`.",
            *("03", WARNING, "softmax_for_yes_no"),
        )


def labels_do_not_fit(facts):
    """Labels of another form than the loss reads."""
    if facts.loss is None or facts.y is None or facts.output_shape is None or not len(facts.y):
        return None
    y = np.asarray(facts.y)
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        return None  # another finding
    try:
        kind = losses.get(facts.loss).label_kind
        ignored = facts.loss_arguments.get("ignore_class")
        labels.prepare(kind, y, (len(y), *facts.output_shape[1:]), facts.loss_word, ignored)
    except ValueError as error:
        happened, _, fix = str(error).partition(". ")
        return Finding(
            happened.removesuffix(".") + ".",
            "The loss compares each output with its label, so both must have the form that it reads.",
            fix.partition(" Received:")[0] or "Look at the shape of `y`.",
            *("03", ERROR, "labels_do_not_fit"),
        )
    return None


def amounts_for_yes_no(facts):
    """A loss for amounts where the labels are yes or no."""
    values = facts.label_values
    if facts.loss not in AMOUNTS or facts.units != 1 or values is None or values.tolist() != [0, 1]:
        return None
    return Finding(
        f"The labels are 0 and 1, and the loss is `{facts.loss_word}`.",
        "It learns, but a confident mistake costs hardly more than a small one, and the loss is no log-likelihood.",
        "Use `activation='sigmoid'` and `binary_crossentropy`.",
        *("03", NOTE, "amounts_for_yes_no"),
    )


def classes_as_amounts(facts):
    """A loss for amounts where the labels are probably numbers of classes."""
    values = facts.label_values
    if facts.loss not in AMOUNTS or facts.units != 1 or values is None or not facts.labels_are_whole:
        return None
    if not 3 <= len(values) <= MOST_CLASSES or values.tolist() != list(range(len(values))):
        return None
    return Finding(
        f"The labels are the whole numbers 0 to {len(values) - 1}, and the loss is `{facts.loss_word}`.",
        "If they are classes, class 2 is not twice class 1, and an error of one class is not half an error of two.",
        f"For classes use {len(values)} units with `softmax` and `sparse_categorical_crossentropy`.",
        *("03", NOTE, "classes_as_amounts"),
    )


def head_cannot_reach(facts):
    """Amounts that the last activation cannot put out."""
    values = facts.label_values
    if facts.loss not in AMOUNTS or facts.head in (None, "linear") or values is None:
        return None
    record = activations._registry.public.get(facts.head)
    if record is None or (values.min() >= record.range[0] and values.max() <= record.range[1]):
        return None
    low, high = record.range
    return Finding(
        f"The labels run from {values.min():.4g} to {values.max():.4g}, and `{facts.head}` gives {low:g} to {high:g}.",
        "The model can never say what lies outside, however long it learns.",
        "Leave the activation of the last layer out, or scale the labels.",
        *("02", ERROR, "head_cannot_reach"),
    )


def hinge_head(facts):
    """A hinge loss behind an activation that cannot say -1."""
    if facts.loss in HINGES and facts.head in SHARES + PORTIONS + ("relu",):
        return Finding(
            f"The last activation is `{facts.head}`, and the loss is `{facts.loss_word}`.",
            "A hinge loss wants outputs below -1 for no and above 1 for yes. This activation cannot go below 0.",
            "Use `activation='tanh'`, or none.",
            *("03", WARNING, "hinge_head"),
        )


def accuracy_of_amounts(facts):
    """Accuracy where the labels are amounts."""
    if facts.loss in AMOUNTS and facts.label_values is not None and not facts.labels_are_whole:
        for metric in facts.metrics:
            if metric == "accuracy" or metric.endswith("Accuracy"):
                return Finding(
                    f"The metric is `{metric}`, and the labels are amounts such as {facts.label_values[0]:.4g}.",
                    "Accuracy counts answers that are exactly right, and an amount hardly ever is: it stays near 0.",
                    "Use `mean_absolute_error`: by how much the model is wrong on average.",
                    *("03", WARNING, "accuracy_of_amounts"),
                )
    return None


def metric_wants_other_labels(facts):
    """A metric that reads labels of another form than they have."""
    if facts.y is None or facts.units is None:
        return None
    one_hot, columns = facts.labels_are_one_hot, facts.label_columns
    form = "one-hot" if one_hot else "class numbers" if facts.units > 1 and columns == 1 else "one column"
    right = {
        "one-hot": "CategoricalAccuracy",
        "class numbers": "SparseCategoricalAccuracy",
        "one column": "BinaryAccuracy",
    }
    for metric in facts.metrics:
        if (
            metric in right.values()
            and metric != right[form]
            and (metric != "BinaryAccuracy" or facts.head in PORTIONS)
        ):
            return Finding(
                f"The metric is `{metric}`; the labels are {form}, the output has {facts.units} "
                f"{'unit' if facts.units == 1 else 'units'}.",
                "It reads labels of another form, and would count something else or fail.",
                "Write `metrics=['accuracy']`: Keras finds the right one from the shapes.",
                *("03", WARNING, "metric_wants_other_labels"),
            )
    return None


CHECKS = (
    *(softmax_of_one, no_probabilities, activation_twice, sigmoid_for_one_of_many, softmax_for_yes_no),
    *(labels_do_not_fit, amounts_for_yes_no, classes_as_amounts, head_cannot_reach, hinge_head),
    *(accuracy_of_amounts, metric_wants_other_labels),
)
