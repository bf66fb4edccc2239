"""Checks of lesson 06: predict."""

import functools

import numpy as np

from kerasschool.checks.arrays import array, close, scaled, shape
from kerasschool.checks.functions import (
    agrees_with,
    changes_its_inputs,
    function,
    gives_shape,
    same_for,
    stops_for,
    stops_with,
)
from kerasschool.checks.mechanism import Exercise, Wrong, add
from kerasschool.checks.readers import number, to_array
from kerasschool.datasets import penguins

# 06.1: the shape of the answers for five rows.


def is_shape(*wanted):
    return lambda answer: answer == wanted


shape_of_five = Exercise(
    id="06.1",
    read=(shape,),
    wrong=(
        Wrong(
            "flat",
            is_shape(5),
            "Five answers, yes. But a table comes out, even with a single column: how many axes has a table?",
        ),
        Wrong(
            "inputs", is_shape(5, 8), "That is the shape of what goes in. One unit in the last layer: how many columns?"
        ),
        Wrong("transposed", is_shape(1, 5), "Rows and columns are swapped: each penguin keeps its row."),
        Wrong(
            "two_columns",
            is_shape(5, 2),
            "There is one unit, so there is one column: the probability of a male. That of a female is 1 minus it.",
        ),
        Wrong("one_row", is_shape(1, 1), "That is the shape for one penguin. There are five."),
        Wrong("lost_rows", is_shape(1), "Five penguins go in, five answers come out, each in a row of its own."),
        Wrong("lesson_rows", is_shape(67, 1), "So it was for the 67 birds of the lesson. Here are five."),
        Wrong("inputs_as_rows", is_shape(8, 1), "8 is the number of inputs. There is one answer per penguin."),
        Wrong(
            "hidden",
            lambda answer: answer in ((5, 12), (12, 1), (12, 8), (8, 12)),
            "12 and 8 are units of the layers inside. What comes out depends on the last layer only.",
        ),
        Wrong(
            "any_rows",
            lambda answer: None in answer,
            "None stands for any number of rows. Here you know how many there are.",
        ),
        Wrong(
            "three_axes",
            lambda answer: len(answer) > 2,
            "A table has two axes: rows and columns.",
        ),
    ),
    right=is_shape(5, 1),
    ok="Five rows, one column. `[:, 0]` takes the column out, when you want the five numbers alone.",
    off=lambda answer: (
        f"You say {answer[0]} rows and {answer[1]} columns. One row per penguin, one column per unit of the last layer."
    ),
    hints=(
        "What went in had 67 rows in the lesson. How many rows came out, and how many columns?",
        "One row for each penguin, one column for each unit of the last layer.",
        "Five penguins, one unit: `(rows, columns)` is `(5, …)`.",
    ),
    solution="answer_shape = (5, 1)",
)

# 06.2: a label from a probability and a threshold.

P = np.array([[0.05], [0.3], [0.5], [0.62], [0.9]], "float32")
EDGE = np.array([[0.25], [0.5], [0.75]], "float32")  # exact in float32
BEYOND = np.array([[0.5], [1.5], [2.5]], "float32")  # no probabilities: they tell rounding from comparing with 0.5
HIGH, LOW = 0.7, 0.2


def to_label(p, t):
    return (p > t).astype(int)


def is_like(other, *thresholds):
    """A question: does it give what `other` gives, for these thresholds?"""
    return agrees_with(other, *[(P, t) for t in thresholds or (HIGH, LOW, 0.5)])


def gives_words(asked):
    return np.asarray(asked.ask(P, HIGH).value).dtype.kind in "USO"


def gives_yes_or_no(asked):
    return to_array(asked.ask(P, HIGH).value).dtype.kind == "b"


def gives_decimals(asked):
    return to_array(asked.ask(P, HIGH).value).dtype.kind == "f"


label_by_threshold = Exercise(
    id="06.2",
    read=(function(p=P, t=HIGH),),
    wrong_kind=(
        Wrong(
            "if",
            stops_with("ambiguous", P, HIGH),
            "`if` asks about one number, and `p` holds many. Compare the whole array: `p > t`.",
        ),
        Wrong(
            "int",
            stops_with("can be converted", P, HIGH),
            "`int` makes one whole number, and `p` holds many. For an array write `.astype(int)` behind it.",
        ),
        Wrong(
            "python_round",
            stops_with("__round__", P, HIGH),
            "Python's `round` takes one number only. And rounding does not ask for `t`: compare with `>`.",
        ),
    ),
    wrong=(
        Wrong(
            "changes_p",
            changes_its_inputs(P, HIGH),
            "Your function writes into `p`, and the caller's probabilities are gone. Make a new array.",
        ),
        Wrong("words", gives_words, "Your function gives words. Labels are the numbers 0 and 1."),
        Wrong(
            "positions",
            is_like(lambda p, t: np.flatnonzero(p > t)),
            "Those are the positions of the males. A label for each penguin is wanted: 0 or 1.",
        ),
        Wrong(
            "count",
            is_like(lambda p, t: np.sum(p > t)),
            "That is how many are above. A label for each penguin is wanted.",
        ),
        Wrong(
            "single",
            lambda asked: asked(P, HIGH).size == 1,
            "Five probabilities go in, and one label comes out. One for each is wanted.",
        ),
        Wrong(
            "round",
            agrees_with(lambda p, t: np.round(p), (P, HIGH), (BEYOND, HIGH)),
            "`round` knows nothing of `t`, and 0.5 rounds to even; use `>`.",
        ),
        Wrong(
            "round_half_up",
            agrees_with(lambda p, t: np.floor(p + 0.5), (P, HIGH), (BEYOND, HIGH)),
            "Whatever `t` is, your threshold is one half. Compare `p` with `t`.",
        ),
        Wrong(
            "ignores_t",
            same_for((P, HIGH), (P, LOW)),
            "It gives the same for t = 0.7 and t = 0.2: `t` is ignored.",
        ),
        Wrong(
            "not_compared",
            is_like(lambda p, t: p - t),
            "That is how far `p` is above `t`. Is it above, yes or no? `p > t` asks.",
        ),
        Wrong(
            "below",
            is_like(lambda p, t: p < t),
            "It gives 1 where `p` is below `t`. Turn the sign round: `>`.",
        ),
        Wrong(
            "swapped_labels",
            is_like(lambda p, t: p <= t),
            "0 and 1 are swapped: above `t` means male, and male is 1.",
        ),
        Wrong(
            "complement",
            is_like(lambda p, t: 1 - p > t),
            "You ask for the probability of a female, `1 - p`. `p` is the probability of a male, the label 1.",
        ),
        Wrong(
            "keeps_p",
            is_like(lambda p, t: np.where(p > t, p, 0)),
            "Below `t` it gives 0, above it `p` itself. The label is 1 there.",
        ),
        Wrong(
            "at_the_edge",
            lambda asked: agrees_with(lambda p, t: p >= t, (EDGE, 0.5), (EDGE, 0.25))(asked),
            "Where `p` equals `t`, it gives 1. *Above* is asked for: `>`, not `>=`.",
        ),
        Wrong(
            "yes_or_no",
            gives_yes_or_no,
            "True and False say the same, but labels are numbers: `.astype(int)` makes 0 and 1 of them.",
        ),
        Wrong(
            "flattened",
            lambda asked: is_like(to_label)(asked) and gives_shape((5,), P, HIGH)(asked),
            "Right labels, but a column went in and a row comes out: (5, 1) became (5,). Keep the shape of `p`.",
        ),
        Wrong(
            "decimals",
            lambda asked: is_like(to_label)(asked) and gives_decimals(asked),
            "Right, but these are decimal numbers. Labels are whole: `.astype(int)`.",
        ),
        Wrong(
            "outside",
            lambda asked: asked(P, HIGH).size != P.size,
            "Five probabilities go in, another number of labels comes out. Does it use its own `p`?",
        ),
        Wrong(
            "one_row_only",
            stops_for(P[:1], HIGH),
            "It stops when there is one penguin only. Does it need to know how many there are?",
        ),
    ),
    right=lambda asked: is_like(to_label)(asked) and agrees_with(to_label, (EDGE, 0.5), (EDGE[:1], 0.25))(asked),
    ok="Right for every threshold, and where `p` equals `t` as well. Rounding could do only one half.",
    off=lambda asked: (
        f"For p = {P[:, 0].astype(float).round(2).tolist()} and t = 0.7 it should give [0, 0, 0, 0, 1], as a column. "
        f"Yours gives {_shown(asked(P, HIGH))}."
    ),
    hints=(
        "Which sign asks whether one number is larger than another? It works on a whole array.",
        "`p > t` gives True and False, one for each. `.astype(int)` makes 1 and 0 of them.",
        "`return (p > t)` and the `.astype(int)` behind it.",
    ),
    solution="def to_label(p, t):\n    return (p > t).astype(int)",
)


def _shown(found):
    return str(found.ravel().round(3).tolist()) if found.size <= 10 else f"{found.size} numbers"


# 06.3: a new penguin, scaled as in training.

NAMES = penguins.feature_names
MEASURED = np.array([[38.5, 18.0, 192, 3600, 1, 0, 0, 2008]])
FIRST_NOTE = np.array([[49.0, 17.6, 193, 3750, 0, 1, 0, 2009]])


@functools.cache
def training():
    return penguins.load_data()[0][0].astype(float)


@functools.cache
def validation():
    return penguins.load_data()[1][0].astype(float)


def unscaled(row):
    """What was measured, if `row` is scaled as the training rows are."""
    return row * training().std(axis=0) + training().mean(axis=0)


def is_row(make):
    return lambda row, p: close(row, make())


def is_right_row(row, p):
    return close(row, scaled(MEASURED, training())) or close(row, scaled(MEASURED, training(), ddof=1))


def differs(row):
    """The names of the columns that are not as noted."""
    off = np.abs(row - scaled(MEASURED, training()))[0] > 0.01
    return [name for name, is_off in zip(NAMES, off) if is_off]


def has_wrong_species(row, p):
    return set(differs(row)) and all(name.startswith("species") for name in differs(row))


def is_reordered(row, p):
    """The right numbers, in other places, scaled or not."""
    return any(
        not close(found, MEASURED) and close(np.sort(found), np.sort(MEASURED), 2e-3) for found in (row, unscaled(row))
    )


def has_other_units(row, p):
    """Kilograms or centimetres where training had grams and millimetres, scaled or not."""
    for found in (row, unscaled(row)) if differs(row) else ():
        with np.errstate(all="ignore"):
            ratios = MEASURED[0, :4] / found[0, :4]
        if (
            any(np.isclose(ratios, 10, rtol=0.02))
            or any(np.isclose(ratios, 0.1, rtol=0.02))
            or np.isclose(ratios[3], 1000, rtol=0.02)
        ):
            return True
    return False


def with_right_row(question):
    return lambda row, p: is_right_row(row, p) and question(p)


def words_of(answer):
    return isinstance(answer, str) and answer.strip().lower() in penguins.target_names


new_penguin = Exercise(
    id="06.3",
    read=(array(1, 8), number),
    wrong_kind=(
        Wrong(
            "swapped",
            lambda row, p: to_array(row).size == 1 and to_array(p).size == 8,
            "The row comes first, then the probability.",
        ),
        Wrong(
            "named",
            lambda row, p: isinstance(row, dict),
            "A model takes no names. Make a row of the values, in the order of `penguins.feature_names`.",
        ),
        Wrong(
            "flat",
            lambda row, p: to_array(row).shape == (8,),
            "A model takes a table, even for one penguin: two brackets, `[[…]]`, make the shape (1, 8).",
        ),
        Wrong(
            "standing",
            lambda row, p: to_array(row).shape == (8, 1),
            "That are eight rows with one input each. One penguin is one row: shape (1, 8).",
        ),
        Wrong(
            "columns_missing",
            lambda row, p: to_array(row).ndim == 2 and to_array(row).shape[0] == 1 and to_array(row).shape[1] < 8,
            "Eight inputs are wanted: four measurements, three species flags, the year. Which are missing?",
        ),
        Wrong(
            "all_rows",
            lambda row, p: to_array(row).ndim == 2 and to_array(row).shape[0] > 1 and to_array(row).shape[1] == 8,
            "Those are many penguins. Hand in the row of the one on the note.",
        ),
        Wrong("word", lambda row, p: words_of(p), "That is the label. The probability that the model gives is wanted."),
        Wrong(
            "label",
            lambda row, p: isinstance(p, (bool, int, np.bool_, np.integer)) and p in (0, 1),
            "That is a label. The probability itself is wanted: what `predict` gives, before the threshold.",
        ),
    ),
    wrong=(
        Wrong(
            "raw",
            is_row(lambda: MEASURED),
            "Raw grams went in: use the same scaler as in training, `mean` and `spread`.",
        ),
        Wrong(
            "validation_scaler",
            is_row(lambda: scaled(MEASURED, validation())),
            "You scaled by the validation rows. The model has learned with the scaler of the training rows.",
        ),
        Wrong(
            "all_rows_scaler",
            is_row(lambda: scaled(MEASURED, np.concatenate([training(), validation()]))),
            "You scaled by all rows. The model has learned with the scaler of the training rows.",
        ),
        Wrong(
            "own_scaler",
            is_row(lambda: (MEASURED - MEASURED.mean()) / MEASURED.std()),
            "You scaled the row by itself: grams and flags share one mean. Use `mean` and `spread` of training.",
        ),
        Wrong(
            "zeros",
            lambda row, p: not row.any(),
            "All zeros: a single row is its own mean, column by column. Use `mean` and `spread` of training.",
        ),
        Wrong(
            "no_spread",
            is_row(lambda: MEASURED - training().mean(axis=0)),
            "The mean is taken away. Divide by `spread`, too.",
        ),
        Wrong(
            "no_mean",
            is_row(lambda: MEASURED / training().std(axis=0)),
            "Divided by `spread`. But first take the `mean` away.",
        ),
        Wrong(
            "times_spread",
            is_row(lambda: (MEASURED - training().mean(axis=0)) * training().std(axis=0)),
            "You multiplied by `spread`. Divide by it.",
        ),
        Wrong(
            "parentheses",
            is_row(lambda: MEASURED - training().mean(axis=0) / training().std(axis=0)),
            "Python divides before it subtracts. Put parentheses: `(… - mean) / spread`.",
        ),
        Wrong(
            "scaled_twice",
            is_row(lambda: scaled(scaled(MEASURED, training()), training())),
            "Your row went through the scaler twice. Once is enough.",
        ),
        Wrong(
            "lesson_row",
            lambda row, p: close(row, FIRST_NOTE) or close(row, scaled(FIRST_NOTE, training())),
            "That is the penguin of the first note.",
        ),
        Wrong(
            "species",
            has_wrong_species,
            "The measurements are right. The flags are not: Adelie comes first, then Chinstrap, then Gentoo.",
        ),
        Wrong(
            "order",
            is_reordered,
            "Right numbers, other order. `penguins.feature_names` tells the order of the columns.",
        ),
        Wrong(
            "units",
            has_other_units,
            "Look at the units: training had millimetres and grams.",
        ),
        Wrong("year", lambda row, p: differs(row) == ["year"], "All is right but the year. It says 2008."),
        Wrong(
            "percent",
            with_right_row(lambda p: 1 < p <= 100),
            "The row is right. The probability as a number between 0 and 1, please, not in percent.",
        ),
        Wrong(
            "rounded",
            with_right_row(lambda p: p == 0),
            "The row is right. The probability itself is wanted, not rounded and before the threshold.",
        ),
        Wrong(
            "raw_in_predict",
            with_right_row(lambda p: 0.999 < p <= 1),
            "Your row is scaled, but this answer is not for it. Did raw grams go into `predict`?",
        ),
        Wrong(
            "female",
            with_right_row(lambda p: 0.6 < p <= 0.999),
            "The row is right. Is your number the probability of a female? The model gives that of a male.",
        ),
        Wrong(
            "outside",
            with_right_row(lambda p: p < 0 or p > 100),
            "A probability lies between 0 and 1. Yours does not: does it come from `model.predict`?",
        ),
    ),
    right=with_right_row(lambda p: 0 < p < 0.45),  # 0.02 to 0.25 in 20 runs with other seeds
    ok="Rather a female. The same columns, order, units and scale as in training: that is all of step 6.",
    off=lambda row, p: (
        "The row is right. The probability is not what a model says that has learned: is `model` the trained one?"
        if is_right_row(row, p)
        else f"Scaled back, your row differs from the note in: {', '.join(differs(row)) or 'the last digits'}."
    ),
    hints=(
        "First the row: eight numbers in the order of `penguins.feature_names`, in two brackets.",
        "Then `(… - mean) / spread`, as for the first note. Then `model.predict(row, verbose=0)`.",
        "The raw row is `[[38.5, 18.0, 192, 3600, 1, 0, 0, 2008]]`, in `np.array(...)`; `[0, 0]` takes the number out.",
    ),
    solution=(
        "row = (np.array([[38.5, 18.0, 192, 3600, 1, 0, 0, 2008]]) - mean) / spread\n"
        "p_of_male = model.predict(row, verbose=0)[0, 0]"
    ),
)

add(shape_of_five, label_by_threshold, new_penguin)
