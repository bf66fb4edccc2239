"""Checks of lesson 04: fit."""

import re

import numpy as np

from kerasschool.checks.functions import (
    agrees_with,
    changes_its_inputs,
    function,
    same_for,
    same_numbers,
    stops_with,
)
from kerasschool.checks.mechanism import Exercise, Wrong, add
from kerasschool.checks.readers import is_history, letters, number, to_array

# 04.1: updates in 150 epochs of 266 rows, 10 in a batch.

ROWS, BATCH_SIZE, EPOCHS = 266, 10, 150
BATCHES = 27
UPDATES = BATCHES * EPOCHS
WEIGHTS = 221


def is_any_of(*values, within=0.06):
    """A question: is the answer one of these numbers?"""
    return lambda answer: any(abs(answer - value) <= within for value in values)


count_updates = Exercise(
    id="04.1",
    read=(number,),
    wrong_kind=(
        Wrong(
            "history",
            lambda answer: is_history(answer),
            "That is the record of a training. The optimizer counts updates: `model.optimizer.iterations`.",
        ),
    ),
    wrong=(
        Wrong(
            "short_batch",
            is_any_of(26 * EPOCHS, ROWS / BATCH_SIZE * EPOCHS),
            "The last short batch counts: 266 rows are 26 batches of 10, and one of 6.",
        ),
        Wrong(
            "per_row",
            is_any_of(ROWS * EPOCHS),
            "One per batch, not per row: 10 rows together make one update.",
        ),
        Wrong("one_epoch", is_any_of(BATCHES), "That is one epoch. `fit` does 150 of them."),
        Wrong(
            "one_epoch_short",
            is_any_of(26, 26.6),
            "That is about one epoch, and the last short batch counts as well. `fit` does 150 epochs.",
        ),
        Wrong("epochs", is_any_of(EPOCHS), "That is how many epochs there are. In each one there are many updates."),
        Wrong("rows", is_any_of(ROWS), "That is how many rows there are. How many batches do they make?"),
        Wrong(
            "batch_size_times_epochs",
            is_any_of(BATCH_SIZE * EPOCHS),
            "That is batch size times epochs. The batch size says how many rows share an update: divide by it.",
        ),
        Wrong(
            "multiplied",
            is_any_of(ROWS * BATCH_SIZE * EPOCHS, ROWS * BATCH_SIZE),
            "You multiplied by the batch size. Ten rows share one update: divide by it.",
        ),
        Wrong(
            "all_penguins",
            is_any_of(34 * EPOCHS, 33 * EPOCHS, 33.3 * EPOCHS, 7 * EPOCHS),
            "The rows that are held back change no weight. Only the 266 training rows make updates.",
        ),
        Wrong(
            "default_batch_size",
            is_any_of(9 * EPOCHS, 8 * EPOCHS),
            "That is for a batch size of 32, which `fit` takes when you say none. Here it is 10.",
        ),
        Wrong(
            "per_weight",
            is_any_of(UPDATES * WEIGHTS),
            "One update changes all 221 weights at once. Count it once.",
        ),
        Wrong(
            "decimal_point",
            is_any_of(4.05, 3.9, 3.99, within=1e-6),
            "Python reads the point as a decimal point: 4.050 is about four. Write thousands without any sign.",
        ),
        Wrong(
            "both_counts",
            is_any_of(BATCHES + EPOCHS),
            "You added them. In each of the 150 epochs there are all the updates of one epoch: multiply.",
        ),
    ),
    right=is_any_of(UPDATES, within=1e-6),
    ok="27 batches, 150 times. To say 150 epochs is not enough: the batch size makes 150 updates of it, or 39,900.",
    off=lambda answer: (
        f"Your number is too {'large' if answer > UPDATES else 'small'}. First count the batches of one epoch."
    ),
    hints=(
        "How many batches does one epoch have? Remember the ten rows in batches of 4.",
        "266 / 10 is 26.6. A batch cannot be left half: round up.",
        "27 updates in each epoch, and 150 epochs.",
    ),
    solution="updates = 27 * 150",
)

# 04.2: the gradient of one sigmoid unit.


def probe(rows, inputs, seed):
    random = np.random.RandomState(seed)
    x, w = random.randn(rows, inputs), random.randn(inputs, 1)
    return x, (random.rand(rows, 1) > 0.4) * 1.0, w


FIRST, SECOND = probe(7, 3, 1), probe(12, 4, 2)
X, Y, W = FIRST


def predicted(x, w):
    return 1 / (1 + np.exp(-(x @ w)))


def gradient(x, y, w):
    return x.T @ (predicted(x, w) - y) / len(x)


def is_like(other):
    """A question: does it do the same as this other function?"""
    return agrees_with(other, FIRST, SECOND, within=1e-4)


def has_the_numbers(asked):
    """The right slopes, in whatever shape."""
    return all(same_numbers(np.ravel(asked(*each)), np.ravel(gradient(*each)), 1e-4) for each in (FIRST, SECOND))


def factor(asked, each):
    """The number that turns the right gradient into this answer; nan if none does."""
    found, wanted = np.ravel(asked(*each)), np.ravel(gradient(*each))
    if found.shape != wanted.shape or not np.isfinite(found).all():
        return np.nan
    ratio = found @ wanted / (wanted @ wanted)
    return ratio if np.allclose(found, ratio * wanted, atol=1e-4) and abs(ratio) > 1e-4 else np.nan


def is_times(*factors):
    """A question: is it the right gradient times these factors, one for each of the two probes?"""
    return lambda asked: all(
        abs(factor(asked, each) - by) < 1e-2 * abs(by) for each, by in zip((FIRST, SECOND), factors)
    )


def is_some_multiple(asked):
    first, second = factor(asked, FIRST), factor(asked, SECOND)
    return abs(first - second) < 1e-3 * abs(first) and abs(first - 1) > 1e-3


def is_new_weights(asked):
    """The weights less some multiple of the gradient."""
    has_shape = all(asked(*each).shape == each[-1].shape for each in (FIRST, SECOND))
    return has_shape and is_some_multiple(lambda x, y, w: asked(x, y, w) - w)


write_gradient = Exercise(
    id="04.2",
    read=(function(x=X, y=Y, w=W),),
    wrong_kind=(
        Wrong(
            "star",
            stops_with("could not be broadcast", X, Y, W),
            "Two shapes do not fit. `*` multiplies place by place; `@` multiplies and adds, as in `x @ w`.",
        ),
        Wrong(
            "not_turned",
            stops_with("matmul", X, Y, W),
            "`@` wants as many columns on its left as rows on its right. `x.T` is `x` on its side.",
        ),
        Wrong(
            "fixed_size",
            stops_with("cannot reshape", X, Y, W),
            "It works for 8 inputs only, and is tried with fewer. `.reshape(-1, 1)` makes a column of any size.",
        ),
    ),
    wrong=(
        Wrong(
            "changes_its_inputs",
            changes_its_inputs(*FIRST),
            "It changes an array that it is given. Make new arrays: `p - y`, not `p -= y`.",
        ),
        Wrong(
            "sign",
            is_times(-1, -1),
            "The sign is turned round: the error is what the model says, less the truth. Measured slopes show it.",
        ),
        Wrong(
            "not_averaged",
            is_times(7, 12),
            "That is the sum over the rows. The loss is a mean, so its slope is one, too: divide by the rows.",
        ),
        Wrong(
            "sign_and_sum",
            is_times(-7, -12),
            "Two things: the error is p - y, and the sum over the rows has to become a mean.",
        ),
        Wrong(
            "divided_by_weights",
            is_times(7 / 3, 12 / 4),
            "You divided by the number of weights. The mean is over the rows: `len(x)`.",
        ),
        Wrong(
            "divided_by_8",
            is_times(7 / 8, 12 / 8),
            "You divided by 8, the number of inputs. The mean is over the rows: `len(x)`.",
        ),
        Wrong(
            "divided_by_all",
            is_times(1 / 3, 1 / 4),
            "You divided by all the numbers in `x`. The mean is over the rows only: `len(x)`.",
        ),
        Wrong(
            "divided_by_266",
            is_times(7 / 266, 12 / 266),
            "It divides by 266 whatever it is given. Let it count the rows itself: `len(x)`.",
        ),
        Wrong("doubled", is_times(2, 2), "Twice too much. The 2 belongs to the squared error; crossentropy has none."),
        Wrong(
            "step",
            is_some_multiple,
            "That is the slope times a number. Is a learning rate in it? It belongs to the step, not to the slope.",
        ),
        Wrong(
            "new_weights",
            is_new_weights,
            "Those are the weights after a step. Here only the slopes are wanted.",
        ),
        Wrong(
            "transposed",
            lambda asked: has_the_numbers(asked) and asked(*FIRST).shape == (1, 3),
            "The right numbers, lying on their side: one row. The weights are a column: `x.T @ error`.",
        ),
        Wrong(
            "flat",
            lambda asked: has_the_numbers(asked) and asked(*FIRST).shape == (3,),
            "The right numbers without a second axis. Taken from a column of weights, they would make a square.",
        ),
        Wrong(
            "per_row",
            lambda asked: asked(*FIRST).shape == (7, 3),
            "One number for each row and each input. For each weight the mean over the rows is wanted.",
        ),
        Wrong(
            "other_axis",
            lambda asked: asked(*FIRST).shape == (7,),
            "One number for each row. The mean goes over the rows, so that one number for each weight is left.",
        ),
        Wrong(
            "spread",
            lambda asked: asked(*FIRST).shape == (3, 7),
            "That has a column for each row of `x`. Is your error still of shape (rows, 1)?",
        ),
        Wrong(
            "error",
            lambda asked: asked(*FIRST).shape == (7, 1),
            "One number for each row: that is the error. Each weight wants the mean of error times its input.",
        ),
        Wrong(
            "one_number",
            lambda asked: asked(*FIRST).size == 1 and np.isfinite(asked(*FIRST)).all(),
            "One number only. Each weight has a slope of its own: 8 weights, 8 slopes.",
        ),
        Wrong(
            "rounded",
            lambda asked: all(np.array_equal(asked(*each), gradient(*each).round(2)) for each in (FIRST, SECOND)),
            "Right, but rounded. Return the slopes as they are: training needs every digit.",
        ),
        Wrong(
            "no_sigmoid",
            is_like(lambda x, y, w: x.T @ (x @ w - y) / len(x)),
            "You took the sum before the sigmoid for the answer. The error is `p - y`.",
        ),
        Wrong(
            "no_truth",
            is_like(lambda x, y, w: x.T @ predicted(x, w) / len(x)),
            "Where is the truth? The error is what the model says, less `y`.",
        ),
        Wrong(
            "hard_answers",
            is_like(lambda x, y, w: x.T @ ((predicted(x, w) > 0.5) - y) / len(x)),
            "It takes the answers as plain yes or no. Then a small change of a weight changes nothing: keep `p`.",
        ),
        Wrong(
            "mse",
            lambda asked: any(is_like(squared_slope(by))(asked) for by in (1, 2)),
            "That is the slope of the squared error. With crossentropy the factor p (1 - p) falls out.",
        ),
        Wrong(
            "no_direction",
            lambda asked: any(is_like(powered(by))(asked) for by in (np.abs, np.square)),
            "Your error has lost its sign. Without it no weight knows its direction.",
        ),
        Wrong(
            "ignores_y",
            same_for((X, Y, W), (X, 1 - Y, W)),
            "It gives the same for other targets. Does it use its own `y`, or an array from outside?",
        ),
        Wrong(
            "ignores_w",
            same_for((X, Y, W), (X, Y, W + 0.5)),
            "It gives the same for other weights. Does it use its own `w`, or an array from outside?",
        ),
    ),
    right=lambda asked: is_like(gradient)(asked) and asked(*FIRST).shape == W.shape,
    ok="The same as measured, in one look at the data. `fit` does this for all layers, then takes its step.",
    off=lambda asked: (
        "The shape is right, the numbers are not yet the measured slopes. Compare yours with the eight above."
        if asked(*FIRST).shape == W.shape
        else f"Tried with 3 inputs, it should give the shape {W.shape}; yours gives {asked(*FIRST).shape}."
    ),
    hints=(
        "The error is `p - y`: one number for each row. Above zero, the model said too much.",
        "`x.T @ error` adds up error times input, for each weight at once. That is a sum; a mean is wanted.",
        "The last line is `return x.T @ error / len(x)`.",
    ),
    solution=("def gradient(x, y, w):\n    p = sigmoid(x @ w)\n    error = p - y\n    return x.T @ error / len(x)"),
)


def squared_slope(by):
    def slope(x, y, w):
        p = predicted(x, w)
        return by * x.T @ ((p - y) * p * (1 - p)) / len(x)

    return slope


def powered(by):
    return lambda x, y, w: x.T @ by(predicted(x, w) - y) / len(x)


# 04.3: four batch sizes, 20 epochs each: which training loss is the lowest?

SIZES = {"A": 142, "B": 10, "C": 1, "D": 32}
ORDER = "CBDA"


def are_sizes(answer):
    parts = answer if isinstance(answer, (list, tuple)) else [answer]
    if all(isinstance(part, str) for part in parts):
        answer = [int(digits) for digits in re.findall(r"\d+", " ".join(parts))] or [0]
    try:
        return set(np.ravel(to_array(answer)).tolist()) <= set(SIZES.values())
    except TypeError:
        return False


def are_losses(answer):
    array = to_array(answer)
    return array.size == 4 and array.dtype.kind == "f"


order_batches = Exercise(
    id="04.3",
    read=(letters("ABCD"),),
    wrong_kind=(
        Wrong("sizes", are_sizes, "Those are batch sizes. Write the letters that stand before them in the table."),
        Wrong(
            "losses", are_losses, "Those are losses. Write the letters of the batch sizes, in order of their losses."
        ),
    ),
    wrong=(
        Wrong(
            "reversed",
            lambda order: order == ORDER[::-1],
            "Count the updates: 20 epochs are 20 steps with all rows at once, and 2840 with one row each.",
        ),
        Wrong(
            "all_rows_first",
            lambda order: order[0] == "A",
            "All rows give the exact direction. But how many updates are 20 epochs then?",
        ),
        Wrong(
            "one_row_last",
            lambda order: order[-1] == "C",
            "A single row gives a rough direction. But it does so 2840 times in 20 epochs.",
        ),
        Wrong(
            "ten_first",
            lambda order: order[0] == "B",
            "A batch of 10 makes 300 updates in 20 epochs. Which size makes more?",
        ),
        Wrong(
            "thirty_two_first",
            lambda order: order[0] == "D",
            "A batch of 32, which `fit` takes by itself, makes 100 updates in 20 epochs. Which sizes make more?",
        ),
        Wrong(
            "middle_swapped",
            lambda order: order == "CDBA",
            "First and last are right. Now 10 and 32: which makes more updates in 20 epochs?",
        ),
        Wrong(
            "all_rows_not_last",
            lambda order: order[-1] != "A",
            "All rows at once makes the fewest updates: one in an epoch. Where does it belong?",
        ),
    ),
    right=lambda order: order == ORDER,
    ok=(
        "2840, 300, 100 and 20 updates: after the same epochs, who has stepped most has come furthest. "
        "Small batches are no better as such: they take more steps, and so more time."
    ),
    hints=(
        "Everybody sees each wine 20 times. But how often do the weights change?",
        "Updates in 20 epochs: 142 rows divided by the batch size, rounded up, times 20.",
        "They are 20 for A, 300 for B, 2840 for C, 100 for D. More steps, lower loss.",
    ),
    solution=f'order = "{ORDER}"',
)

add(count_updates, write_gradient, order_batches)
