"""Checks of lesson 05: evaluate."""

import numpy as np

from kerasschool.checks.arrays import array
from kerasschool.checks.mechanism import Exercise, Wrong, add
from kerasschool.checks.readers import letter, number, to_array


def equals(value, within=6e-4):
    """A question: is the number this one, but for rounding?"""
    return lambda answer, *others: abs(answer - value) <= within


# 05.1: what does the accuracy on training rows say?


def chose(wanted):
    return lambda answer: answer == wanted


grade_on_training_rows = Exercise(
    id="05.1",
    read=(letter("ABCDEF"),),
    wrong_kind=(
        Wrong(
            "number",
            lambda answer: isinstance(answer, (int, float, np.number)) and not isinstance(answer, bool),
            "Write the letter of the sentence, in quotes, not a number.",
        ),
        Wrong(
            "sentence",
            lambda answer: isinstance(answer, str) and len(answer.split()) > 2,
            "Write only the letter that stands before that sentence.",
        ),
    ),
    wrong=(
        Wrong(
            "new_rows",
            chose("A"),
            "It has seen these answers, and may know them by heart. What did the coin tosses score on new rows?",
        ),
        Wrong(
            "trains",
            chose("B"),
            "`evaluate` changes no weight: they were the same before and after. Only `fit` learns.",
        ),
        Wrong(
            "sureness",
            chose("D"),
            "A probability of .51 and one of .99 both count as right. Accuracy does not say how sure the answers were.",
        ),
        Wrong(
            "contest",
            chose("E"),
            "On training rows the larger memory wins: the large network had 1.000 there and lost on the others.",
        ),
        Wrong(
            "shuffled",
            chose("F"),
            "Shuffling makes both heaps alike. But the model has learned from only one of them.",
        ),
    ),
    right=chose("C"),
    ok="It has seen these answers. The number says how well it fits those rows, and nothing about new ones.",
    hints=(
        "Which of the sentences speaks only of the rows in `x_train`?",
        "The network that learned coin tosses had an accuracy of 1.000 on its training rows. Which sentence fits it?",
        "Right answers among the rows that it has learned from: that is what was counted, no more.",
    ),
    solution='sentence = "C"',
)

# 05.2: accuracy and the four counts for ten penguins.

COUNTS = np.array([[3, 1], [2, 4]])  # rows: truth; columns: answer; female first
RIGHT_SHARE = 0.7


def is_table(wanted):
    return lambda share, table: bool(np.array_equal(table, wanted))


def size(answer):
    return to_array(answer).size


def is_shares(share, table):
    """Do the rows, the columns, or all four add up to 1?"""
    return any(np.allclose(sums, 1, atol=0.02) for sums in (table.sum(), table.sum(axis=0), table.sum(axis=1)))


def _off_counts(share, table):
    words = "is right" if equals(RIGHT_SHARE)(share) else f"is {share - RIGHT_SHARE:+.3f} away from it"
    total = table.sum()
    if total != COUNTS.sum():
        return f"Your accuracy {words}. Each of the ten penguins belongs into one cell; yours hold {total:g} in all."
    same = int((table == COUNTS).sum())
    return f"Your accuracy {words}. {same} of the 4 counts are right: go through the ten penguins one by one."


count_mistakes = Exercise(
    id="05.2",
    read=(number, array(2, 2)),
    wrong_kind=(
        Wrong(
            "every_with_every",
            lambda share, table: size(share) == 100,
            "That is 10 × 10: each answer compared with each truth. Take the column out first: `said_male[:, 0]`.",
        ),
        Wrong(
            "not_averaged",
            lambda share, table: size(share) == 10,
            "That is one value for each penguin. Their mean is the share of right answers.",
        ),
        Wrong(
            "swapped_answers",
            lambda share, table: size(share) == 4 and size(table) == 1,
            "The share of right answers comes first, then the table.",
        ),
        Wrong(
            "flat",
            lambda share, table: to_array(table).shape in ((4,), (1, 4), (4, 1)),
            "Four counts in a row: whose is which? Make two rows of two: `[[…, …], [… , …]]`.",
        ),
        Wrong(
            "right_and_wrong",
            lambda share, table: size(table) == 2,
            "Right and wrong are two counts. Each of them has two kinds: females and males.",
        ),
    ),
    wrong=(
        Wrong(
            "broadcast",
            equals(0.5),
            "Half is what you get when each answer is compared with each truth: (10, 1) against (10,). "
            "Take the column out first: `said_male[:, 0]`.",
        ),
        Wrong(
            "not_rounded",
            equals(0.0),
            "A probability is hardly ever equal to 0 or 1. Compare `said_male` with the truth, not `p_male`.",
        ),
        Wrong("errors", equals(0.3), "That is the share of wrong answers. Count the right ones."),
        Wrong("baseline", equals(0.6), "That is the share of males, the score of always saying male."),
        Wrong("called_male", equals(0.539), "That is the mean of the probabilities. How many *answers* are right?"),
        Wrong("count", equals(7), "That is how many are right. Divide by how many penguins there are."),
        Wrong(
            "count_of_pairs",
            equals(50),
            "50 of 100 pairs: each answer met each truth. Ten penguins make ten pairs: `said_male[:, 0]`.",
        ),
        Wrong("percent", equals(70), "As a share, not in percent: a number between 0 and 1."),
        Wrong(
            "precision", equals(0.8), "That is precision: of those called male, how many are. Accuracy takes all ten."
        ),
        Wrong("recall", equals(4 / 6), "That is recall: of the males, how many were found. Accuracy takes all ten."),
        Wrong("females", equals(0.75), "That is the share among the females. Accuracy takes all ten."),
        Wrong(
            "other_rows",
            lambda share, table: equals(61 / 67)(share) or table.sum() == 67,
            "Those are the 67 penguins of the lesson. Here are ten others: `p_male` and `is_male`.",
        ),
        Wrong("axes", is_table(COUNTS.T), "Rows and columns are swapped: rows are the truth, columns the answers."),
        Wrong(
            "male_first",
            is_table(COUNTS[::-1, ::-1]),
            "Right counts, other order: female comes first, in the rows and in the columns.",
        ),
        Wrong(
            "male_first_and_axes",
            is_table(COUNTS[::-1, ::-1].T),
            "Right counts, other places: rows are the truth, columns the answers, and female comes first in both.",
        ),
        Wrong(
            "rows_reversed",
            is_table(COUNTS[::-1]),
            "Your rows stand in the wrong order: first the females, then the males.",
        ),
        Wrong(
            "columns_reversed",
            is_table(COUNTS[:, ::-1]),
            "Your columns stand in the wrong order: first those called female, then those called male.",
        ),
        Wrong(
            "counts_of_pairs",
            lambda share, table: table.sum() == 100,
            "Your counts add up to 100: each answer met each truth. Take the column out first: `said_male[:, 0]`.",
        ),
        Wrong("shares", is_shares, "Those are shares. Counts are wanted here: how many penguins."),
    ),
    right=lambda share, table: equals(RIGHT_SHARE)(share) and np.array_equal(table, COUNTS),
    ok="7 of 10. Of the three mistakes, two are males taken for females: accuracy alone does not tell you that.",
    off=_off_counts,
    hints=(
        "Look at the shapes: `said_male` is a table with one column, `is_male` has no columns. Make them alike first.",
        "The share is the mean of where the two agree. A count is the sum of where *both* are as you ask.",
        "`[:, 0]` at the end of the first line; then `np.mean(said_male == is_male)`; the males found are "
        "`np.sum((is_male == 1) & (said_male == 1))`, bottom right.",
    ),
    solution=(
        "said_male = (p_male > 0.5).astype(int)[:, 0]\n"
        "right_share = np.mean(said_male == is_male)\n"
        "\n"
        "def cell(truth, said):\n"
        "    return np.sum((is_male == truth) & (said_male == said))\n"
        "\n"
        "table = [[cell(0, 0), cell(0, 1)], [cell(1, 0), cell(1, 1)]]"
    ),
)

# 05.3: two models; choose by validation, report test.

TRAINING = {"A": 321 / 341, "B": 323 / 341}
VALIDATION = {"A": 112 / 114, "B": 109 / 114}
TEST = {"A": 110 / 114, "B": 113 / 114}


def reports(name, accuracies, of=None):
    """A question: did they choose `name` and report this accuracy, of that model or of the `of` given?"""
    return lambda choice, reported: choice == name and equals(accuracies[of or name])(reported)


def any_model(question):
    return lambda choice, reported: question(reported)


choose_one = Exercise(
    id="05.3",
    read=(letter("AB"), number),
    wrong_kind=(
        Wrong(
            "model_itself",
            lambda choice, reported: hasattr(choice, "get_weights"),
            "Hand in the letter of the model, in quotes, not the model itself.",
        ),
        Wrong(
            "loss_and_accuracy",
            lambda choice, reported: isinstance(reported, (list, tuple)) and len(reported) == 2,
            "Report one number: the accuracy of the model that you chose, on one heap.",
        ),
    ),
    wrong=(
        Wrong(
            "picked_by_test",
            reports("B", TEST),
            "On the test rows B is ahead. But if they help you to choose, then test is no longer new. "
            "Which heap is there for choosing?",
        ),
        Wrong(
            "picked_by_training",
            reports("B", TRAINING),
            "B remembers its training rows better. Choose by rows that neither of them has learned from.",
        ),
        Wrong(
            "picked_lower",
            reports("B", VALIDATION),
            "That is the validation accuracy of B. What is that of A? And which rows give the grade?",
        ),
        Wrong("percent", any_model(lambda reported: 50 < reported <= 100), "As a share, not in percent: 0 to 1."),
        Wrong("count", any_model(lambda reported: reported > 100), "That is a count of right answers. Divide by 114."),
        Wrong(
            "errors",
            any_model(lambda reported: 0 <= reported < 0.06),
            "That is the share of mistakes. Report the share of right answers.",
        ),
        Wrong(
            "loss",
            any_model(lambda reported: 0.06 <= reported < 0.25),
            "That looks like a loss. `evaluate` returns the loss first, then the accuracy.",
        ),
        Wrong(
            "not_by_validation",
            lambda choice, reported: choice == "B",
            "Compare `accuracy_of(…, 'validation')` of both models, and take the one that is ahead there.",
        ),
        Wrong(
            "validation_reported",
            reports("A", VALIDATION),
            "By this number you chose A, and the best of several is also the luckiest. Report rows that had no say.",
        ),
        Wrong(
            "training_reported",
            reports("A", TRAINING),
            "A has learned from these rows. Report rows that it has never seen.",
        ),
        Wrong("other_model", reports("A", TEST, of="B"), "That is B on the test rows. You chose A: how does A do?"),
        Wrong(
            "other_validation",
            reports("A", VALIDATION, of="B"),
            "That is B on the validation rows. You chose A; and another heap gives the grade.",
        ),
        Wrong(
            "mixed",
            reports("A", {"A": (112 + 110) / 228}),
            "You mixed validation and test. Validation rows helped to choose: they are not new. Report test alone.",
        ),
        Wrong(
            "rounded",
            lambda choice, reported: reported in (0.96, 0.97),
            "Write at least three decimals: one lump more or less is 0.009.",
        ),
    ),
    right=reports("A", TEST),
    ok=(
        "110 of 114. B has three more right in test and three fewer in validation, 222 of 228 like A: they are equally "
        "good, and luck decided. A heap that had no say keeps that luck out of the grade."
    ),
    off=lambda choice, reported: (
        f"A is the right choice. Your accuracy is {abs(reported - TEST['A']):.3f} too "
        f"{'high' if reported > TEST['A'] else 'low'}. Which heap may be opened once, at the end?"
    ),
    hints=(
        "One heap is for learning, one for choosing, one for the grade. Which is which?",
        "Ask `accuracy_of` for both models on `'validation'`. Then open `'test'` for one model only.",
        "A is ahead on the validation rows. Report `accuracy_of('A', 'test')`, whatever it is.",
    ),
    solution=(
        'validation = {name: accuracy_of(name, "validation") for name in ("A", "B")}\n'
        "choice = max(validation, key=validation.get)\n"
        'reported = accuracy_of(choice, "test")'
    ),
)

add(grade_on_training_rows, count_mistakes, choose_one)
