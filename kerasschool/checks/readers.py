"""Reading an answer: is it there, is it of the right kind, has it the right shape?

A reader takes what the learner handed in and returns it in one plain form, or raises an `AnswerError` that says what
to hand in instead. It takes Python's numbers, NumPy's, and the tensors of Keras on any backend alike.
"""

import numpy as np

SEPARATORS = " ,;.-–→<>|/()[]\n\t"


class AnswerError(ValueError):
    """An answer that cannot be right, and why: a `tag` for the kind of mistake, a sentence for the learner."""

    def __init__(self, tag, text):
        super().__init__(text)
        self.tag, self.text = tag, text


class UnfinishedError(Exception):
    """An answer with a `...` still inside it, such as in the body of a function."""


def is_placeholder(answer):
    """True for `...`, for an empty text, and for a list that still holds a `...`."""
    if isinstance(answer, str):
        return answer.strip() in ("", "...", "…", "?")
    if isinstance(answer, (list, tuple)):
        return any(is_placeholder(each) for each in answer)
    return answer is ...


def is_history(answer):
    """True for what `fit` returns, in kerasschool and in Keras."""
    return isinstance(getattr(answer, "history", None), dict)


def to_array(value):
    """An array of numbers from anything that holds some: a list, an array, a tensor of any backend."""
    if hasattr(value, "detach"):  # PyTorch
        value = value.detach().cpu()
    elif hasattr(value, "numpy"):
        value = value.numpy()
    try:
        return np.asarray(value)
    except ValueError:  # lists of different lengths
        return np.asarray(value, dtype=object)


def number(answer):
    """The answer as a float.

    >>> number(np.array([0.25]))
    0.25
    """
    if answer is None:
        raise AnswerError("none", "Your answer is `None`: nothing. `print` shows a value but hands back `None`.")
    if isinstance(answer, bool):
        raise AnswerError("type", f"A number is wanted; `{answer}` is a yes or no.")
    if isinstance(answer, str):
        raise AnswerError("text", "Your answer is a text. Write the number without quotes.")
    if callable(answer) and not hasattr(answer, "__array__"):
        raise AnswerError("not_called", "Your answer is a function, not its result. Call it: put `()` behind its name.")
    if isinstance(answer, tuple) and len(answer) == 2 and all(type(each) is int for each in answer):
        raise AnswerError("comma", f"Python reads `{answer[0]},{answer[1]}` as two numbers. Write a decimal point.")
    array = to_array(answer)
    if array.size != 1 and array.dtype != object:
        size = "an empty list" if array.size == 0 else f"{array.size} numbers"
        raise AnswerError("shape", f"One number is wanted; your answer holds {size}.")
    try:
        value = float(array.item())
    except OverflowError:
        value = np.inf
    except (TypeError, ValueError):
        raise AnswerError("type", f"A number is wanted; your answer is of type `{type(answer).__name__}`.") from None
    if not np.isfinite(value):
        raise AnswerError("not_finite", f"Your answer is {value}, which is no usable number. Was it divided by 0?")
    return value


def letters(wanted):
    """A reader for an order of the letters `wanted`: as a text, or as a list of letters.

    >>> letters("ABC")("c, a, b")
    'CAB'
    """

    def read(answer):
        text = signs_in(answer, f"Write the letters as a text in quotes, for example `{wanted!r}`.")
        strange = sorted(set(text) - set(wanted))
        if strange:
            raise AnswerError("letters", f"Only the letters {wanted[0]} to {wanted[-1]}. Found: {' '.join(strange)}")
        twice = sorted({sign for sign in text if text.count(sign) > 1})
        if twice:
            raise AnswerError("twice", f"Each letter stands in the order once. More than once: {' '.join(twice)}")
        missing = sorted(set(wanted) - set(text))
        if missing:
            raise AnswerError("missing", f"All {len(wanted)} letters are needed. Missing: {' '.join(missing)}")
        return text

    return read


def letter(wanted):
    """A reader for one letter out of `wanted`.

    >>> letter("ABC")(" b.")
    'B'
    """

    def read(answer):
        text = signs_in(answer, f"Write the letter as a text in quotes, for example `{wanted[0]!r}`.")
        if len(text) > 1 and set(text) <= set(wanted):
            raise AnswerError("several", "One letter is wanted; your answer has several.")
        if len(text) != 1 or text not in wanted:
            choice = f"from {wanted[0]} to {wanted[-1]}" if len(wanted) > 2 else " or ".join(wanted)
            raise AnswerError("letters", f"One letter alone is wanted, {choice}: `{wanted[0]!r}`, for example.")
        return text

    return read


def signs_in(answer, wanted):
    """The letters of a text, or of a list of texts, without what stands between them; `wanted` says what to write.

    >>> signs_in(["b", "a > c"], "Write letters.")
    'BAC'
    """
    if answer is None:
        raise AnswerError("none", "Your answer is `None`: nothing. `print` shows a text but hands back `None`.")
    answer = answer.ravel().tolist() if isinstance(answer, np.ndarray) else answer
    parts = list(answer) if isinstance(answer, (list, tuple)) else [answer]
    if not all(isinstance(part, str) for part in parts):
        raise AnswerError("type", wanted)
    return "".join(sign for sign in "".join(parts).upper() if sign not in SEPARATORS)
