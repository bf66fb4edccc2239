"""Checks of lesson 01: load data."""

import functools

import numpy as np

from kerasschool.checks.arrays import close, how_far, is_one_hot, is_scaled, numbers, scaled
from kerasschool.checks.mechanism import Exercise, Wrong, add
from kerasschool.checks.readers import AnswerError, number, to_array
from kerasschool.datasets import penguins, wine

# 01.1: how many inputs does a penguin have?

INPUTS = 8


def equals(*values):
    """A question: is the answer one of these numbers?"""
    return lambda answer: answer in values


def is_shape(answer):
    parts = answer if isinstance(answer, (list, tuple)) else ()
    return len(parts) == 2 and all(isinstance(part, (int, np.integer)) for part in parts)


def is_list_of_names(answer):
    return isinstance(answer, (list, tuple)) and len(answer) > 1 and all(isinstance(each, str) for each in answer)


count_inputs = Exercise(
    id="01.1",
    read=(number,),
    wrong_kind=(
        Wrong(
            "whole_shape",
            is_shape,
            "That is the whole shape: rows, then columns. Inputs are columns: `[1]` takes the second number.",
        ),
        Wrong(
            "names",
            is_list_of_names,
            "Those are names. How many are there? And are all of them inputs? `len(...)` counts a list.",
        ),
        Wrong(
            "table",
            lambda answer: getattr(to_array(answer), "ndim", 0) == 2,
            "That is a whole table of numbers. `.shape` tells its rows and columns; inputs are the columns.",
        ),
        Wrong(
            "one_row",
            lambda answer: to_array(answer).shape == (INPUTS,),
            "That is one penguin, with all its inputs. How many are they? `len(...)` counts them.",
        ),
    ),
    wrong=(
        Wrong("label", equals(9), "Nine is one too many. You counted the label: the sex is what we want to know."),
        Wrong("two_extra", equals(10), "Too many: the sex is the target, and the island and the split were left out."),
        Wrong(
            "species",
            equals(6, 7),
            "Did you count the species flags? The species is one word, but three columns of `x`; and the year is one.",
        ),
        Wrong("measurements", equals(4, 5), "Those are the measurements. The species flags go in as well."),
        Wrong("flags", equals(3), "That is the number of species flags, or of things in a list. All columns of `x`."),
        Wrong("classes", equals(2), "That is how many sexes there are, or how many axes. Count the columns of `x`."),
        Wrong("target", equals(1), "There is one target. Inputs are what we know before: the columns of `x`."),
        Wrong("rows", equals(333), "Rows are examples: 333 penguins. What one penguin brings along are the columns."),
        Wrong("training_rows", equals(266), "266 is how many penguins it learns from. Inputs are the columns."),
        Wrong("held_back_rows", equals(67), "67 is how many penguins are held back. Inputs are the columns."),
        Wrong(
            "all_numbers",
            equals(266 * INPUTS, 333 * INPUTS, 67 * INPUTS),
            "That counts every number in the table: rows times columns. Only the columns are wanted.",
        ),
        Wrong("negative", lambda answer: answer < 0, "A number of inputs is never negative. Count the columns of `x`."),
        Wrong(
            "fraction",
            lambda answer: answer != round(answer),
            "A number of inputs is a whole number. Count the columns of `x`.",
        ),
    ),
    right=equals(INPUTS),
    ok="Four measurements, three species flags, the year. This number comes back in lesson 02: `Input(shape=(8,))`.",
    off=lambda answer: f"The columns of `x` are not {answer:.0f}. Which numbers go in for one penguin?",
    hints=(
        "Inputs are what goes in for one penguin: one row of `x`. How long is it?",
        "`x_train.shape` holds two numbers: how many rows, how many columns.",
        "The second number of the shape is `x_train.shape[1]`.",
    ),
    solution="n_inputs = x_train.shape[1]",
)

# 01.2: scale rows that were held back, by the rows to learn from.

LEARN = 233  # of 333 rows


@functools.cache
def penguin_rows():
    """`x` of the lesson: all 333 penguins, in the order of the table."""
    table = penguins.load_table()
    flags = [table["species"] == name for name in penguins.SPECIES]
    columns = [*(table[name] for name in penguins.MEASUREMENTS), *flags, table["year"]]
    return np.stack(columns, axis=1).astype(float)


def parts():
    """`x_learn, x_held` of the exercise."""
    return penguin_rows()[:LEARN], penguin_rows()[LEARN:]


def measured(values):
    """A reader of one number per column: a row of 8 counts as 8."""
    found = numbers(values)
    return found.ravel() if found.ndim == 2 and 1 in found.shape else found


def same(found, wanted):
    return close(found, wanted, within=2e-4)


def is_spread_of(found, rows):
    """One spread per column, divided by n or, as in pandas, by n - 1?"""
    return any(same(found, rows.std(axis=0, ddof=ddof)) for ddof in (0, 1))


def from_rows(choose):
    """A question: are means, spreads or the scaled rows measured on the rows that `choose` gives?"""

    def ask(means, spreads, held):
        rows = choose()
        return same(means, rows.mean(axis=0)) or is_spread_of(spreads, rows) or is_scaled(held, parts()[1], rows)

    return ask


def old_split():
    return penguins.load_data()[0][0].astype(float)


def held_is(make):
    """A question: are the scaled rows what `make(x_held, mean, spread)` gives?"""

    def ask(means, spreads, held):
        learn, x = parts()
        return close(held, make(x, learn.mean(axis=0), learn.std(axis=0)), within=2e-3)

    return ask


def is_rounded(found):
    """At most two decimals, all of them?"""
    return found.size > 1 and bool((found == found.round(2)).all())


scale_rows = Exercise(
    id="01.2",
    read=(measured, measured, numbers),
    wrong=(
        Wrong(
            "one_scalar",
            lambda means, spreads, held: 1 in (means.size, spreads.size),
            "One mean for the whole table mixes grams with millimetres. One mean per column, and one spread: `axis=0`.",
        ),
        Wrong(
            "per_row",
            lambda means, spreads, held: LEARN in (means.size, spreads.size),
            "That is one number per penguin. One per column is wanted: `axis=0` runs down the rows.",
        ),
        Wrong(
            "swapped",
            lambda means, spreads, held: same(spreads, parts()[0].mean(axis=0)) and is_spread_of(means, parts()[0]),
            "The first answer is the spread, the second the mean. It is the other way round.",
        ),
        Wrong(
            "all_rows",
            from_rows(penguin_rows),
            "You measured all 333 rows, so the test rows leaked in. Measure the rows of `x_learn` alone.",
        ),
        Wrong(
            "held_rows",
            from_rows(lambda: parts()[1]),
            "You measured the held-back rows themselves. They stand for penguins of tomorrow: measure `x_learn`.",
        ),
        Wrong(
            "old_split",
            from_rows(old_split),
            "Those are mean and spread of `x_train`, from above. Here the rows to learn from are `x_learn`.",
        ),
        Wrong(
            "learning_rows",
            lambda means, spreads, held: len(held) == LEARN,
            "Those are the scaled rows of `x_learn`. Scale the held-back ones, `x_held`, by the same numbers.",
        ),
        Wrong(
            "every_row",
            lambda means, spreads, held: len(held) == len(penguin_rows()),
            "Those are all 333 rows. Scale the 100 held-back ones, `x_held`.",
        ),
        Wrong(
            "other_rows",
            lambda means, spreads, held: len(held) in (266, 67),
            "Those are rows of the split from above. Here the rows to scale are `x_held`.",
        ),
        Wrong(
            "variance",
            lambda means, spreads, held: any(same(spreads, parts()[0].var(axis=0, ddof=ddof)) for ddof in (0, 1)),
            "`var` is the spread times itself. The spread is its square root, `std`.",
        ),
        Wrong(
            "range",
            lambda means, spreads, held: same(spreads, np.ptp(parts()[0], axis=0)),
            "Largest minus smallest is another way to scale. Here the spread is the standard deviation, `std`.",
        ),
        Wrong(
            "median",
            lambda means, spreads, held: same(means, np.median(parts()[0], axis=0)),
            "That is the median, the penguin in the middle. Here the mean is wanted.",
        ),
        Wrong(
            "raw",
            held_is(lambda x, mean, spread: x),
            "`x_held` is as it was. Take the means away from it, and divide by the spreads.",
        ),
        Wrong(
            "no_sd",
            held_is(lambda x, mean, spread: x - mean),
            "The means are gone, but the mass still runs into the hundreds. Divide by the spreads.",
        ),
        Wrong(
            "no_mean",
            held_is(lambda x, mean, spread: x / spread),
            "Divided by the spreads, but the means are still in there. Take them away first.",
        ),
        Wrong(
            "no_brackets",
            held_is(lambda x, mean, spread: x - mean / spread),
            "Python divides before it subtracts. Put brackets around `x_held - means`.",
        ),
        Wrong(
            "divided_first",
            held_is(lambda x, mean, spread: x / spread - mean),
            "You divided first. Take the means away first, then divide.",
        ),
        Wrong(
            "times_spread",
            held_is(lambda x, mean, spread: (x - mean) * spread),
            "You multiplied by the spreads, so large columns became larger. Divide by them.",
        ),
        Wrong(
            "wrong_sign",
            held_is(lambda x, mean, spread: (mean - x) / spread),
            "The sign is turned round: heavy penguins got small numbers. `x_held - means`, not `means - x_held`.",
        ),
        Wrong(
            "rounded",
            lambda means, spreads, held: is_rounded(held) or is_rounded(means) or is_rounded(spreads),
            "Do not round. Hand in the numbers as they were calculated.",
        ),
    ),
    right=lambda means, spreads, held: (
        same(means, parts()[0].mean(axis=0))
        and is_spread_of(spreads, parts()[0])
        and is_scaled(held, parts()[1], parts()[0], within=2e-3)
    ),
    ok="Mean and spread come from the rows to learn from, and the held-back rows are scaled by the same numbers.",
    off=lambda means, spreads, held: _off(means, spreads, held),
    hints=(
        "First measure, then scale. What is measured, `x_learn` or `x_held`? What is scaled?",
        "`x_learn.mean(axis=0)` is one mean per column. The spread is the same with `std`.",
        "Scaled is `(rows - means) / spreads`, with brackets. The rows to scale are `x_held`.",
    ),
    solution=(
        "means = x_learn.mean(axis=0)\nspreads = x_learn.std(axis=0)\nx_held_scaled = (x_held - means) / spreads"
    ),
)


def _off(means, spreads, held):
    """A nudge: the shapes first, then how far each answer is off."""
    learn, x = parts()
    wanted = {"means": learn.mean(axis=0), "spreads": learn.std(axis=0), "x_held_scaled": scaled(x, learn)}
    given = dict(zip(wanted, (means, spreads, held)))
    for name, found in given.items():
        if found.shape != wanted[name].shape:
            return f"`{name}` has the shape {found.shape}; {wanted[name].shape} is wanted."
    return "; ".join(f"`{name}`: {how_far(found, wanted[name])}" for name, found in given.items()) + "."


# 01.3: the same for another table: inputs and labels of 178 wines.

WINES, WINE_INPUTS, GRAPES = 178, 13, 3


@functools.cache
def wine_arrays():
    """`x_wine, y_wine` as the exercise wants them."""
    table = wine.load_table()
    x = np.stack([table[name] for name in wine.feature_names], axis=1).astype(float)
    return x, np.array([wine.target_names.index(name) for name in table["cultivar"]])


def labels(answer):
    """A reader of labels: a column counts as one axis."""
    found = numbers(answer)
    return found.ravel() if found.ndim == 2 and found.shape[1] == 1 else found


def inputs(answer):
    """A reader of inputs: as numbers, whatever their shape, but turned over is told at once."""
    found = numbers(answer)
    if found.shape == (WINE_INPUTS, WINES):
        text = "Rows and columns are swapped: (178, 13) is wanted, yours is (13, 178). Stack the columns with `axis=1`."
        raise AnswerError("transposed", text)
    return found


def holds_texts(answer):
    found = to_array(answer)
    return found.dtype.kind in "US" or (found.dtype == object and any(isinstance(each, str) for each in found.ravel()))


def is_boxed(answer):
    """Is it what `np.array` makes of a dictionary?"""
    return isinstance(answer, np.ndarray) and answer.dtype == object and answer.ndim == 0


def is_pair(answer):
    return isinstance(answer, tuple) and len(answer) == 2


def same_columns(found, wanted):
    """The same columns in another order?"""
    order = lambda x: x[:, np.lexsort(x)]  # noqa: E731
    return found.shape == wanted.shape and close(order(found), order(wanted))


def labels_are(make):
    """A question: are the labels what `make(y)` gives?"""
    return lambda x, y: close(y, make(wine_arrays()[1]))


load_wine = Exercise(
    id="01.3",
    read=(inputs, labels),
    wrong_kind=(
        Wrong(
            "whole_table",
            lambda x, y: any(isinstance(each, dict) or is_boxed(each) for each in (x, y)),
            "That is the whole table, a dictionary. Stack its columns into one array, as for the penguins.",
        ),
        Wrong(
            "two_parts",
            lambda x, y: is_pair(x) or is_pair(y),
            "`load_data()` gives four arrays in two pairs. Here make them from the columns of `wines`.",
        ),
        Wrong(
            "names_as_inputs",
            lambda x, y: holds_texts(x),
            "`x_wine` holds texts. Stack the columns themselves, `wines[name]`, only those in `wine.feature_names`.",
        ),
        Wrong(
            "strings",
            lambda x, y: holds_texts(y),
            "`y_wine` holds words, and a network cannot reckon with 'Barolo'. Give each grape a number.",
        ),
    ),
    wrong=(
        Wrong(
            "swapped",
            lambda x, y: y.ndim == 2 and y.shape[1] == WINE_INPUTS,
            "Inputs and labels are swapped: first `x_wine`, then `y_wine`.",
        ),
        Wrong(
            "one_input",
            lambda x, y: x.shape == (WINES,),
            "`x_wine` is one column only. A wine has 13 inputs: stack them side by side with `axis=1`.",
        ),
        Wrong(
            "flattened",
            lambda x, y: x.shape == (WINES * WINE_INPUTS,),
            "`x_wine` is one long row. `np.stack(..., axis=1)` puts the columns side by side.",
        ),
        Wrong(
            "label_in_inputs",
            lambda x, y: x.ndim == 2 and x.shape[1] == WINE_INPUTS + 1,
            "14 columns: the label is among the inputs, and a model would only copy it. Leave it out of `x_wine`.",
        ),
        Wrong(
            "pairs",
            lambda x, y: y.ndim == 2 and len(y) == y.shape[1],
            "`y_wine` has 178 rows and 178 columns: each wine was compared with all wines. Take one number per wine.",
        ),
        Wrong(
            "one_hot",
            lambda x, y: y.shape == (WINES, GRAPES) and is_one_hot(y),
            "Those are three flags per wine, a good form for another loss. Here one number per wine: 0, 1 or 2.",
        ),
        Wrong(
            "training_rows",
            lambda x, y: 142 in (len(x), len(y)),
            "Those are the training rows. All 178 wines of the table are wanted here.",
        ),
        Wrong(
            "rows_differ",
            lambda x, y: len(x) != len(y),
            "`x_wine` and `y_wine` have different numbers of rows. Each wine has one row and one label.",
        ),
        Wrong(
            "alphabet",
            labels_are(lambda y: np.array([1, 2, 0])[y]),
            "Your numbers follow the alphabet. They should follow `wine.target_names`: Barolo is 0, Barbera is 2.",
        ),
        Wrong(
            "other_order",
            lambda x, y: y.shape == (WINES,) and not labels_are(lambda y: y)(x, y) and _renames(y),
            "Each grape has its number, but not that of its place in `wine.target_names`, counted from 0.",
        ),
        Wrong(
            "one_class",
            lambda x, y: y.shape == (WINES,) and set(y) == {0, 1},
            "Only 0 and 1: that asks about one grape, yes or no. Three grapes need three numbers.",
        ),
        Wrong(
            "scaled",
            lambda x, y: is_scaled(x, wine_arrays()[0], wine_arrays()[0]),
            "`x_wine` is scaled already, by all rows. Rows are held back first. Hand in the numbers of the table.",
        ),
        Wrong(
            "column_order",
            lambda x, y: not close(x, wine_arrays()[0]) and same_columns(x, wine_arrays()[0]),
            "All columns are there, in another order. Go through `wine.feature_names` from first to last.",
        ),
    ),
    right=lambda x, y: close(x, wine_arrays()[0]) and close(y, wine_arrays()[1]),
    ok="13 inputs and a number for each grape. Whatever the table, it comes to this: `x` with a row per example, `y`.",
    off=lambda x, y: _off_wine(x, y),
    hints=(
        "Do as with the penguins: stack the columns side by side, and turn each word into its place in a list.",
        "`np.stack([wines[name] for name in wine.feature_names], axis=1)` makes the inputs.",
        "The label of one wine is `wine.target_names.index(grape)`. Do it for each `grape in wines['cultivar']`.",
    ),
    solution=(
        "x_wine = np.stack([wines[name] for name in wine.feature_names], axis=1)\n"
        'y_wine = np.array([wine.target_names.index(grape) for grape in wines["cultivar"]])'
    ),
)


def _renames(found):
    """Does each grape have one number of its own, whichever?"""
    pairs = set(zip(wine_arrays()[1].tolist(), found.tolist()))
    return len(pairs) == len(set(found.tolist())) == GRAPES


def _off_wine(x, y):
    wanted_x, wanted_y = wine_arrays()
    if x.shape != wanted_x.shape:
        return f"`x_wine` has the shape {x.shape}; {wanted_x.shape} is wanted: 178 wines, 13 inputs."
    if y.shape != wanted_y.shape:
        return f"`y_wine` has the shape {y.shape}; {wanted_y.shape} is wanted: one number per wine."
    if not close(x, wanted_x):
        return f"`x_wine` has the right shape; its numbers are {how_far(x, wanted_x)}."
    return f"`x_wine` is right. {np.mean(y != wanted_y):.0%} of the labels are not: 0 Barolo, 1 Grignolino, 2 Barbera."


add(count_inputs, scale_rows, load_wine)
