"""Checks of lesson 00: six steps in one sitting."""

from kerasschool.checks.mechanism import Exercise, Wrong, add
from kerasschool.checks.readers import SEPARATORS, is_history, letters, number, to_array

# 00.1: order six lines of code.

STEP = {"load": "B", "define": "E", "compile": "D", "fit": "A", "evaluate": "F", "predict": "C"}
ORDER = "".join(STEP.values())


def stands_before(first, second):
    """A question: does the line of step `first` stand before that of step `second`?"""
    return lambda order: order.index(STEP[first]) < order.index(STEP[second])


def are_step_names(answer):
    words = answer.split() if isinstance(answer, str) else answer if isinstance(answer, (list, tuple)) else []
    return any(isinstance(word, str) and word.strip(" ,;").lower() in STEP for word in words)


def are_numbers(answer):
    parts = answer if isinstance(answer, (list, tuple)) else [answer]
    return all(
        isinstance(part, int) or (isinstance(part, str) and _without(SEPARATORS, part).isdigit()) for part in parts
    )


order_lines = Exercise(
    id="00.1",
    read=(letters("ABCDEF"),),
    wrong_kind=(
        Wrong(
            "step_names",
            are_step_names,
            "Those are names of steps. Find the line of code that does each step, and write the letters of the lines.",
        ),
        Wrong(
            "numbers",
            are_numbers,
            "Write letters, not numbers: first the letter of the line that runs first, then the next.",
        ),
    ),
    wrong=(
        Wrong(
            "reversed",
            lambda order: order == ORDER[::-1],
            "That is the right order from back to front. Start with the line that runs first.",
        ),
        Wrong(
            "fit_before_define",
            stands_before("fit", "define"),
            "Before step 2 there is no model, so nothing can be fitted. Which line makes the model?",
        ),
        Wrong(
            "compile_before_define",
            stands_before("compile", "define"),
            "Before step 2 there is no model to compile. Which line makes the model?",
        ),
        Wrong(
            "fit_before_load",
            stands_before("fit", "load"),
            "`fit` needs rows to learn from. Which line brings them?",
        ),
        Wrong(
            "compile_after_fit",
            stands_before("fit", "compile"),
            "`fit` needs a loss: what happens before step 4?",
        ),
        Wrong(
            "evaluate_before_fit",
            stands_before("evaluate", "fit"),
            "You would grade an untrained model. First it has to learn.",
        ),
        Wrong(
            "predict_before_fit",
            stands_before("predict", "fit"),
            "An untrained model can only guess. First it has to learn.",
        ),
        Wrong(
            "define_before_load",
            stands_before("define", "load"),
            "It would run, but how did you know that there are 8 inputs? Look at the data before you build.",
        ),
        Wrong(
            "predict_before_evaluate",
            stands_before("predict", "evaluate"),
            "It would run, but would you trust the prediction? First find out how good the model is.",
        ),
    ),
    right=lambda order: order == ORDER,
    ok="Load, define, compile, fit, evaluate, predict. This order is the same for every network you will train.",
    hints=(
        "The step bar at the top has the names of the six steps. Find the line that does each of them.",
        "`fit` stands in the middle. Three lines before it prepare data, model, loss; two after it use the model.",
        "It begins with B (load) and E (define), and it ends with C (predict).",
    ),
    solution=f'order = "{ORDER}"',
)

# 00.2: the accuracy of always guessing "male".

MALE, ROWS = 168, 333
SHARE = MALE / ROWS


def equals(value, within=1e-4):
    """A question: is the answer this number, but for rounding?"""
    return lambda answer: abs(answer - value) <= within


def is_many_zeros_and_ones(answer):
    array = to_array(answer)
    return array.size > 2 and array.dtype.kind in "biuf" and bool(((array == 0) | (array == 1)).all())


def are_two_counts(answer):
    array = to_array(answer)
    return array.shape == (2,) and array.dtype.kind in "biuf" and bool(((array > 100) & (array < 400)).all())


guess_male = Exercise(
    id="00.2",
    read=(number,),
    wrong_kind=(
        Wrong(
            "labels",
            is_many_zeros_and_ones,
            "Those are zeros and ones, one per penguin. What share of them is 1? Their mean is that share.",
        ),
        Wrong(
            "two_counts",
            are_two_counts,
            "Those are two counts. A share is one number: divide the males by all penguins.",
        ),
        Wrong(
            "loss_and_accuracy",
            lambda answer: isinstance(answer, (list, tuple)) and len(answer) == 2 and isinstance(answer[0], float),
            "`evaluate` gives loss and accuracy of a model. Here nothing is trained: count males / rows.",
        ),
    ),
    wrong=(
        Wrong("everyone", equals(1.0), "Always saying 'male' is not always right: count males / rows."),
        Wrong("nobody", equals(0.0), "Saying 'male' is sometimes right: count males / rows."),
        Wrong("half", equals(0.5, 1e-9), "Near. A guess, or rounded? Count males / rows, and write four decimals."),
        Wrong("females", equals(1 - SHARE), "That is the share of females: the guess that is always 'female'."),
        Wrong("count", equals(MALE), "That is how many males there are. Divide by how many penguins there are."),
        Wrong("count_females", equals(ROWS - MALE), "That is how many females there are. Which share is male?"),
        Wrong("rows", equals(ROWS), "That is how many penguins there are. Which share of them is male?"),
        Wrong("upside_down", equals(1 / SHARE, 0.01), "Upside down: the share is the males divided by all penguins."),
        Wrong("ratio", equals(MALE / (ROWS - MALE), 1e-3), "You divided males by females. Divide by all penguins."),
        Wrong("percent", lambda answer: 50 <= answer <= 51, "As a share, not in percent: a number between 0 and 1."),
        Wrong("training_rows", equals(134 / 266), "Those are the training rows only. `labels` has all 333 penguins."),
        Wrong("validation_rows", equals(34 / 67), "Those are the held-back rows only. `labels` has all 333 penguins."),
        Wrong("mixed_rows", equals(MALE / 266), "All males, but only the training rows below the line: divide by 333."),
        Wrong(
            "trained_model",
            lambda answer: 0.85 <= answer < 1,
            "That is the accuracy of the trained model. The guess has not learned anything: count males / rows.",
        ),
    ),
    right=equals(SHARE, 6e-4),
    ok="168 of 333. Someone who never looks at a penguin is right half of the time: a model must beat this number.",
    off=lambda answer: f"Your number is {_how_far(answer, SHARE)}. Count males, and divide by all rows.",
    hints=(
        "If you always say 'male', you are right exactly when the penguin is male.",
        "A label is 1 for a male. How many ones are there among the 333 labels, and what share is that?",
        "The mean of zeros and ones is the share of ones. An array has a method `.mean()`.",
    ),
    solution="share = labels.mean()",
)

# 00.3: did the loss fall from epoch 5 to epoch 150?

AFTER_5, AFTER_150 = 0.463, 0.117  # with seed 7


def is_early(loss):
    """What the training loss is after 5 epochs, whatever the seed (0.45 to 0.69 in 120 runs)."""
    return 0.43 <= loss <= 0.71


def is_late(loss):
    """The same after 150 epochs (0.10 to 0.15 in 120 runs)."""
    return 0.085 <= loss <= 0.158


read_curves = Exercise(
    id="00.3",
    read=(number, number),
    wrong_kind=(
        Wrong(
            "history",
            lambda *answers: any(is_history(answer) or isinstance(answer, dict) for answer in answers),
            "That is the whole record of a run. Its last training loss is `run.history['loss'][-1]`.",
        ),
        Wrong(
            "whole_curve",
            lambda *answers: any(_is_list(answer) for answer in answers),
            "That is a whole curve. Only its last point is wanted: `[-1]` takes the last of a list.",
        ),
    ),
    wrong=(
        Wrong(
            "percent",
            lambda early, late: 5 < max(early, late) <= 100,
            "Those look like percentages. Read the numbers as the axis shows them; the loss here is below 1.",
        ),
        Wrong(
            "accuracy",
            lambda early, late: late > 0.85 and 0.5 < early < 1,
            "That is accuracy; look at the falling curve.",
        ),
        Wrong(
            "accuracy_late",
            lambda early, late: late > 0.85,
            "The second number is an accuracy; look at the falling curve.",
        ),
        Wrong(
            "accuracy_early",
            lambda early, late: early > 0.85 and is_late(late),
            "The first number is an accuracy; look at the falling curve.",
        ),
        Wrong(
            "swapped",
            lambda early, late: is_late(early) and is_early(late),
            "Right numbers, other way round: first the loss after 5 epochs, then after 150.",
        ),
        Wrong(
            "first_epoch",
            lambda early, late: abs(early - 0.622) < 3e-3 or early > 0.71,
            "Your first number is from where the curve begins. Take where the run of 5 epochs ends.",
        ),
        Wrong(
            "same_run",
            lambda early, late: is_early(early) and abs(late - early) < 0.05,
            "Both numbers are from the short run. Train again with `train(epochs=150)`.",
        ),
        Wrong(
            "late_twice",
            lambda early, late: is_late(early) and is_late(late),
            "Both numbers are from the long run. The first one is the end of the run of 5 epochs.",
        ),
        Wrong(
            "validation",
            lambda early, late: is_early(early) and 0.158 < late < 0.26,
            "Your second number is the validation loss, the dashed line. Take the solid line, training.",
        ),
        Wrong(
            "hardly_fell",
            lambda early, late: is_early(early) and late > 0.26,
            "Your loss hardly fell. Was it `train(epochs=150)`, with the scaled inputs?",
        ),
    ),
    right=lambda early, late: is_early(early) and is_late(late),
    ok="The loss fell: 5 epochs are 135 small steps, 150 epochs are 4050, and most steps lead a little further down.",
    off=lambda early, late: (
        f"Your first number is {_how_far(early, AFTER_5)}, your second {_how_far(late, AFTER_150)}. "
        "Both are read where a solid loss curve ends."
    ),
    hints=(
        "Make a second run that differs in one number only: `train(epochs=150)`.",
        "The left chart shows the loss; its solid line is training. The number you want stands at its end.",
        "In code it is `run_5.history['loss'][-1]`, and the same for `run_150`. Round to two decimals.",
    ),
    solution=(
        "run_150 = train(epochs=150)\n"
        'loss_after_5 = round(run_5.history["loss"][-1], 2)\n'
        'loss_after_150 = round(run_150.history["loss"][-1], 2)'
    ),
)


def _is_list(answer):
    """A list of several numbers; `0,46` is a decimal comma, and two whole numbers to Python."""
    is_comma = isinstance(answer, tuple) and all(isinstance(each, int) for each in answer)
    return isinstance(answer, (list, tuple)) and len(answer) > 1 and not is_comma


def _without(signs, text):
    return "".join(sign for sign in text if sign not in signs)


def _how_far(answer, target):
    """`"38 % too large"`, or `"about right"`."""
    error = abs(answer - target) / target
    if error < 0.005:
        return "about right"
    return f"{100 * error:.0f} % too {'large' if answer > target else 'small'}" if error < 10 else "far off"


add(order_lines, guess_male, read_curves)
