"""Checks of lesson 03: compile."""

import contextlib

import numpy as np

from kerasschool import losses
from kerasschool.checks import models
from kerasschool.checks.functions import (
    agrees_with,
    changes_its_inputs,
    function,
    is_not_finite_for,
    same_for,
    same_numbers,
    stops_for,
    stops_with,
)
from kerasschool.checks.mechanism import Exercise, Wrong, add
from kerasschool.checks.readers import AnswerError, is_history, number
from kerasschool.errors import did_you_mean

# 03.1: three tasks, three losses.

FOR_NUMBERS = ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh", "mean_squared_logarithmic_error")
FOR_YES_OR_NO = ("binary_crossentropy", "binary_focal_crossentropy")
FOR_CLASSES = ("sparse_categorical_crossentropy",)
FOR_ONE_HOT = (
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
)
KNOWN = [name for name, each in vars(losses).items() if isinstance(each, type(losses.mean_squared_error))]
OPTIMIZERS = ("adam", "sgd", "rmsprop", "adagrad", "adadelta", "adamax", "nadam", "lion", "adamw", "ftrl", "lamb")
ACTIVATIONS = ("sigmoid", "softmax", "relu", "tanh", "linear")
TASKS = {"A": FOR_NUMBERS, "B": FOR_YES_OR_NO, "C": FOR_CLASSES}


def loss_name(answer):
    """A reader of a loss: its name, an alias, or a loss of kerasschool or Keras itself; returns the name in full."""
    if answer is None:
        raise AnswerError("none", "Your answer is `None`: nothing. Write the name of a loss in quotes.")
    if not isinstance(answer, str):
        is_loss = not isinstance(answer, (bool, int, float, list, tuple, dict, set, np.ndarray))
        name = models.name_of(answer) if is_loss else ""
        if name not in KNOWN:
            raise AnswerError("type", 'Write the name of a loss in quotes, without brackets, such as `"hinge"`.')
        return name
    name = answer.strip()
    plain = name.lower().replace("-", "_").replace(" ", "_")
    for spelling in (name, plain):
        with contextlib.suppress(ValueError):
            return models.name_of(losses.get(spelling))
    return plain


def any_is(*names):
    """A question: is one of the answers one of these names?"""
    return lambda *answers: any(answer in names for answer in answers)


def at(task, question):
    """A question about one of the three answers."""
    return lambda *answers: question(answers["ABC".index(task)])


def is_one_of(*names):
    return lambda answer: answer in names


def are_shifted(*answers):
    """The three right names, but at other tasks."""
    tasks = [next((task for task, fits in TASKS.items() if answer in fits), "") for answer in answers]
    return sorted(tasks) == ["A", "B", "C"] != tasks


def which_is_wrong(*answers):
    """The nudge: the misspelt name with the nearest, or the tasks whose loss does not fit."""
    for answer in answers:
        if answer not in KNOWN:
            return f"There is no loss `{answer[:40]}`.{did_you_mean(answer, KNOWN)}"
    wrong = [task for (task, fits), answer in zip(TASKS.items(), answers) if answer not in fits]
    return f"Look again at {' and '.join(wrong)}: find the row of the table with such targets and such a last layer."


match_losses = Exercise(
    id="03.1",
    read=(loss_name, loss_name, loss_name),
    wrong=(
        Wrong(
            "accuracy_as_loss",
            any_is("accuracy", "acc", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy", "auc"),
            "Accuracy is a metric. As a loss it is flat almost everywhere: no slope, so nothing to follow.",
        ),
        Wrong(
            "optimizer",
            any_is(*OPTIMIZERS),
            "That is an optimizer: it says how to search. A loss says how wrong the model is.",
        ),
        Wrong(
            "activation",
            any_is(*ACTIVATIONS),
            "That is an activation: it stands in the last layer. Which loss belongs to it?",
        ),
        Wrong(
            "task_letters",
            any_is("a", "b", "c"),
            "Those are the letters of the tasks. Write for each of them the name of a loss, in quotes.",
        ),
        Wrong(
            "rmse",
            any_is("rmse", "root_mean_squared_error"),
            "Keras has this as a metric. The loss is the same without the root: the mean of the squares.",
        ),
        Wrong(
            "log_loss",
            any_is("log_loss", "logloss", "logistic"),
            "Others call it so. Keras calls it a crossentropy: which of the three is for yes or no?",
        ),
        Wrong(
            "crossentropy_alone",
            any_is("crossentropy", "cross_entropy"),
            "There are three crossentropies. Say which one: for yes or no, for class numbers, for flags?",
        ),
        Wrong(
            "shifted",
            are_shifted,
            "These are the three right names, but not each at its task. Begin with A: its target is any number.",
        ),
        Wrong(
            "crossentropy_for_a_number",
            at("A", lambda name: "crossentropy" in name or "cross_entropy" in name),
            "A crossentropy compares probabilities. The price of a flat is not one: how far off is the number?",
        ),
        Wrong(
            "mse_for_yes_or_no",
            at("B", is_one_of("mean_squared_error")),
            "It learns, but its value is not a log-likelihood, and it hardly minds being sure and wrong.",
        ),
        Wrong(
            "distance_for_yes_or_no",
            at("B", is_one_of("mean_absolute_error", "huber", "log_cosh", "mean_squared_logarithmic_error")),
            "That is for numbers. The sigmoid of B gives a probability: ask how probable the truth was.",
        ),
        Wrong(
            "hinge_for_yes_or_no",
            at("B", is_one_of("hinge", "squared_hinge")),
            "Hinge losses want targets -1 and 1 and no sigmoid. B has 0 and 1, and a probability.",
        ),
        Wrong(
            "classes_for_yes_or_no",
            at("B", lambda name: "categorical" in name),
            "That is for several units that share out one certainty. B has a single unit: yes or no.",
        ),
        Wrong(
            "one_hot_for_class_numbers",
            at("C", is_one_of(*FOR_ONE_HOT)),
            "That wants rows of flags, [0, 0, 1]. The targets of C are class numbers: 2, 0, 1.",
        ),
        Wrong(
            "yes_or_no_for_classes",
            at("C", is_one_of(*FOR_YES_OR_NO)),
            "That asks yes or no. C has three classes, and softmax shares one certainty among them.",
        ),
        Wrong(
            "numbers_for_classes",
            at("C", is_one_of(*FOR_NUMBERS)),
            "A class number is a name, not an amount: vineyard 2 is not twice vineyard 1.",
        ),
        Wrong(
            "sparse_categorical",
            any_is(
                "sparse_categorical", "sparse", "sparse_crossentropy", "categorical", "binary", "scce", "cce", "scc"
            ),
            "Nearly: write the whole name, as `compile` takes it.",
        ),
    ),
    right=lambda *answers: all(answer in fits for fits, answer in zip(TASKS.values(), answers)),
    ok="A number, a yes or no, one of several: targets, last layer and loss come as a set. Never mix two sets.",
    off=which_is_wrong,
    hints=(
        "Look at the targets first: any number, 0 or 1, or the number of a class?",
        "The table in *Which loss for which task?* has a row for each of the three.",
        'A is `"mean_squared_error"`. B has one probability, C has class numbers, not flags.',
    ),
    solution=(
        'loss_a = "mean_squared_error"\nloss_b = "binary_crossentropy"\nloss_c = "sparse_categorical_crossentropy"'
    ),
)

# 03.2: binary crossentropy without a loop.

Y, P = np.array([1.0, 0.0, 1.0, 0.0, 1.0]), np.array([0.9, 0.2, 0.6, 0.5, 0.3])
MORE_Y, MORE_P = np.array([0.0, 1.0, 1.0]), np.array([0.35, 0.8, 0.05])
SOFT_Y, SOFT_P = np.array([0.9, 0.2]), np.array([0.4, 0.7])  # shares between: y and p can be told apart
SURE_Y, SURE_P = np.array([0.0, 1.0]), np.array([0.001, 0.995])
BOTH = ((Y, P), (MORE_Y, MORE_P))


def per_row(y, p):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def bce(y, p):
    return np.mean(per_row(y, p))


def is_like(other, *probes):
    """A question: does it do the same as this other function?"""
    return agrees_with(other, *(probes or BOTH), within=1e-4)


SHAPES = ((Y, P[:, None]), (Y[:, None], P[:, None]))  # what `predict` gives, beside flat targets and beside a column


def stops_for_columns(asked):
    return is_like(bce)(asked) and any(stops_for(*each)(asked) for each in SHAPES)


def is_spread(asked):
    """Right for flat arrays; but with a column, each y meets each p."""
    return is_like(bce)(asked) and not all(same_numbers(asked(*each), bce(Y, P), 1e-4) for each in SHAPES)


def is_nan(asked):
    found = asked.ask(Y, P).numbers()
    return np.isnan(found).any() and not isinstance(asked.ask(Y, P).value, str)


def is_not_kept_away(asked):
    """Whole numbers 0 and 1 as probabilities, right or wrong."""
    return any(is_not_finite_for(np.array([y]), np.array([p]))(asked) for y in (0.0, 1.0) for p in (0.0, 1.0))


FIXED = "It works for one number of rows only. Take the shape from `y`, however many there are: `np.shape(y)`."

write_bce = Exercise(
    id="03.2",
    read=(function(y=Y, p=P),),
    wrong_kind=(Wrong("fixed_size", stops_with("cannot reshape", Y, P), FIXED),),
    wrong=(
        Wrong(
            "changes_its_inputs",
            changes_its_inputs(np.array([0.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.5])),
            "Right or not, it changes the array `p` that it is given. Make a new one: `p = np.clip(p, ...)`.",
        ),
        Wrong(
            "nan",
            is_nan,
            "It gives nan for quite ordinary numbers. Is it the logarithm of something negative, such as p - 1?",
        ),
        Wrong(
            "same_half_twice",
            is_like(lambda y, p: -np.mean(np.log(p))),
            "For y = 0 your rows pay log(p), too. There the truth had the probability 1 - p.",
        ),
        Wrong(
            "y_twice",
            is_like(lambda y, p: -np.mean(y * np.log(p) + y * np.log(1 - p))),
            "Both halves have `y` in front. The second one counts where y is 0: `1 - y` switches it on.",
        ),
        Wrong(
            "no_switch",
            is_like(lambda y, p: -np.mean(y * np.log(p) + np.log(1 - p))),
            "The second half counts in every row. It should only where y is 0: `1 - y` switches it on.",
        ),
        Wrong(
            "ignores_y",
            same_for((Y, P), (1 - Y, P)),
            "It gives the same for other targets. Does it use its own `y`, or an array from outside?",
        ),
        Wrong(
            "ignores_p",
            same_for((Y, P), (Y, 1 - P)),
            "It gives the same for other predictions. Is `p` clipped to a single value, or does it come from outside?",
        ),
        Wrong(
            "five_rows",
            lambda asked: "reshape" in str(asked.ask(MORE_Y, MORE_P).error),
            f"{FIXED} Here are five, in a training there are more.",
        ),
        Wrong(
            "sign",
            is_like(lambda y, p: -bce(y, p)),
            "Your number is negative. The logarithm of a probability is: turn its sign round.",
        ),
        Wrong(
            "sum",
            is_like(lambda y, p: per_row(y, p).sum()),
            "That is the sum: with twice the rows it would be twice as large. Take the mean.",
        ),
        Wrong(
            "negative_sum",
            is_like(lambda y, p: -per_row(y, p).sum()),
            "Two things: the logarithm of a probability is negative, turn it round; and take the mean, not the sum.",
        ),
        Wrong(
            "per_row",
            is_like(per_row),
            "These are the right losses, one for each row. One number is wanted: their mean.",
        ),
        Wrong(
            "only_males",
            is_like(lambda y, p: np.mean(-y * np.log(p))),
            "Where y is 0, your rows pay nothing. There the truth had the probability 1 - p.",
        ),
        Wrong(
            "only_females",
            is_like(lambda y, p: np.mean(-(1 - y) * np.log(1 - p))),
            "Where y is 1, your rows pay nothing. There the truth had the probability p.",
        ),
        Wrong(
            "minus_between",
            is_like(lambda y, p: -np.mean(y * np.log(p) - (1 - y) * np.log(1 - p))),
            "The two halves are added: each row pays one of them. Is there a minus between yours?",
        ),
        Wrong(
            "bracket",
            is_like(lambda y, p: -np.mean(y * np.log(p) + 1 - y * np.log(1 - p))),
            "A pair of brackets is missing: `1 - y * ...` multiplies first. Write `(1 - y) * ...`.",
        ),
        Wrong(
            "one_less_log",
            is_like(lambda y, p: -np.mean(y * np.log(p) + (1 - y) * (1 - np.log(p)))),
            "For y = 0 the truth had the probability 1 - p, and the logarithm is taken of that: `np.log(1 - p)`.",
        ),
        Wrong(
            "halves_swapped",
            is_like(lambda y, p: bce(1 - y, p)),
            "It pays for the truth and not for the mistake: log(p) belongs to y, log(1 - p) to 1 - y.",
        ),
        Wrong(
            "arguments_swapped",
            is_like(lambda y, p: bce(p, y), (SOFT_Y, SOFT_P)),
            "You took the logarithm of the targets. It is the prediction whose logarithm counts.",
        ),
        Wrong(
            "other_logarithm",
            lambda asked: any(is_like(lambda y, p: bce(y, p) / np.log(base))(asked) for base in (2, 10)),  # noqa: B023
            "Keras takes the natural logarithm, `np.log`; yours has another base.",
        ),
        Wrong(
            "no_logarithm",
            is_like(lambda y, p: np.mean(np.abs(y - p))),
            "That is the mean distance. Crossentropy takes the logarithm of the probability of the truth.",
        ),
        Wrong(
            "mse",
            is_like(lambda y, p: np.mean((y - p) ** 2)),
            "That is the mean squared error. Crossentropy takes the logarithm of the probability of the truth.",
        ),
        Wrong(
            "accuracy",
            is_like(lambda y, p: np.mean((p > 0.5) == y)),
            "That is the accuracy: a staircase. Take the logarithm of the probability of the truth.",
        ),
        Wrong(
            "rounded",
            lambda asked: same_for((Y, P), (Y, np.round(P)))(asked),
            "It rounds the predictions first. Then 0.6 counts as 1, and being careful has no reward.",
        ),
        Wrong(
            "made_column",
            is_like(lambda y, p: np.mean(per_row(y, p[:, None]))),
            "You made a column of `p`, and `y` is flat: so every y meets every p. Give `p` the shape of `y`.",
        ),
        Wrong(
            "halved",
            is_like(lambda y, p: bce(y, p) / 2),
            "Half of it. Only one of the two halves counts in a row, so divide by the rows only.",
        ),
        Wrong(
            "columns",
            stops_for_columns,
            "It stops when `p` is a column, of shape (5, 1). Give it the shape of `y` first.",
        ),
        Wrong(
            "spread",
            is_spread,
            "With one array flat, (5,), and the other a column, (5, 1), every y meets every p: 25 numbers. "
            "Give `p` the shape of `y`.",
        ),
        Wrong(
            "log_0",
            lambda asked: is_like(bce)(asked) and is_not_kept_away(asked),
            "log 0: clip. For p = 0 or p = 1 it gives nan or infinity. Keep p between 1e-7 and 1 - 1e-7.",
        ),
        Wrong(
            "clipped_too_far",
            lambda asked: is_like(bce)(asked) and not is_like(bce, (SURE_Y, SURE_P))(asked),
            "It keeps p too far away from 0 and 1: a sure answer is no longer sure. 1e-7 is enough.",
        ),
    ),
    right=lambda asked: is_like(bce, *BOTH, (SOFT_Y, SOFT_P), (SURE_Y, SURE_P))(asked),
    ok="The same number as Keras's, 0 and 1 included. The clip costs nothing, and saves a training from nan.",
    off=lambda asked: (
        f"For y = [1, 0, 1, 0, 1] and p = {P.tolist()} it should give {bce(Y, P):.4f}. "
        f"Yours gives {_shown(asked(Y, P))}."
    ),
    hints=(
        "Each row pays minus the log of the probability of the truth: of p if y is 1, of 1 - p if y is 0.",
        "`1 - y` is 1 where y is 0: it switches the second half on, as `y` does the first. A shape: `np.shape(y)`.",
        "The lines end with `np.shape(y)`, with `1 - 1e-7`, with `(1 - y) * np.log(1 - p)`, and `np.mean(row_losses)`.",
    ),
    solution=(
        "def bce(y, p):\n"
        "    p = np.reshape(p, np.shape(y))\n"
        "    p = np.clip(p, 1e-7, 1 - 1e-7)\n"
        "    row_losses = -(y * np.log(p) + (1 - y) * np.log(1 - p))\n"
        "    return np.mean(row_losses)"
    ),
)


def _shown(found):
    return f"{float(found):.4f}" if found.size == 1 else f"{found.size} numbers"


# 03.3: the loss of a model that says 0.5.

BEFORE = np.log(2)


def equals(value, within=6e-4):
    """A question: is the answer this number, but for rounding?"""
    return lambda answer: abs(answer - value) <= within


is_right = equals(BEFORE, 4e-3)

know_nothing = Exercise(
    id="03.3",
    read=(number,),
    wrong_kind=(
        Wrong(
            "history",
            lambda answer: is_history(answer),
            "That is the record of a training. The loss before training is wanted: nothing is fitted yet.",
        ),
    ),
    wrong=(
        Wrong("zero", equals(0), "Untrained is not perfect: a loss of 0 is for being sure, and right, every time."),
        Wrong("p", equals(0.5, 1e-9), "That is p. What does it cost that the truth had the probability 0.5?"),
        Wrong("sign", equals(-BEFORE), "The logarithm of 0.5 is negative; the loss is minus that."),
        Wrong(
            "log_10", equals(np.log10(2)), "That is the logarithm of base 10. Keras takes the natural one, `np.log`."
        ),
        Wrong(
            "bits", equals(1.0), "That is the logarithm of base 2, or the largest p. Take the natural one, `np.log`."
        ),
        Wrong(
            "three_classes", equals(np.log(3)), "That is for three classes, a third each. Here are two, a half each."
        ),
        Wrong(
            "both_halves", equals(2 * BEFORE, 1e-3), "You added both halves. A row pays only for what is true of it."
        ),
        Wrong(
            "half_of_it",
            equals(BEFORE / 2, 5e-4),
            "You halved it. Rows of both kinds pay the same; so does their mean.",
        ),
        Wrong(
            "mse", equals(0.25, 1e-3), "That is the mean squared error, 0.5². Crossentropy takes the logarithm of 0.5."
        ),
        Wrong("penguins", equals(0.6383, 3e-3), "That is our penguin model, whose weights are random. Here p is 0.5."),
        Wrong("raw_penguins", equals(7.911, 0.02), "That is the penguin model with raw inputs. Here p is 0.5 for all."),
        Wrong("percent", equals(100 * BEFORE, 0.1), "As a plain number, not in percent."),
        Wrong(
            "rounded", lambda answer: 0.68 <= answer <= 0.705 and not is_right(answer), "Near. Write three decimals."
        ),
        Wrong(
            "sum",
            lambda answer: answer > 60 and abs(answer / BEFORE - round(answer / BEFORE)) < 0.01,
            "That is the sum over many rows. The loss is the mean of the rows, whatever their number.",
        ),
        Wrong(
            "trained",
            lambda answer: 0 < answer < 0.2,
            "So small a loss is that of a trained model. This one has learned nothing yet.",
        ),
    ),
    right=is_right,
    ok=(
        "-log(0.5) = 0.693, whatever the data. A model for yes or no should begin near it. One that stays there learns "
        "nothing."
    ),
    off=lambda answer: (
        f"Your number is too {'large' if answer > BEFORE else 'small'}. It is minus the logarithm of one probability."
    ),
    hints=(
        "Whatever the truth is, this model gave it the same probability. Which?",
        "One row pays minus the logarithm of that probability. If all rows pay the same, what is their mean?",
        "The probability is 0.5, so it is `-np.log(0.5)`.",
    ),
    solution="loss_before = -np.log(0.5)",
)

add(match_losses, write_bce, know_nothing)
