"""How every exercise is checked: todo, hint or ok; three hints; a solution; and how many are done.

An answer is asked, in this order: is it there → is it of the right kind → has it the right shape → is it a mistake
that we know → is it right. What is left over is told how far off it is. The answer is looked at from outside only, so
that one made with Keras itself counts as well.
"""

import difflib
import html
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from kerasschool.checks import progress_file
from kerasschool.checks.readers import AnswerError, UnfinishedError, is_placeholder

TODO, HINT, OK = "todo", "hint", "ok"
WORDS = {TODO: "To do", HINT: "Not yet", OK: "Right"}
SIGNS = {TODO: "○", HINT: "→", OK: "✓"}
COLOURS = {TODO: "#8a8a8a", HINT: "#c77700", OK: "#2a9d5c"}  # each at least 3 : 1 on white and on black
NOTE_COLOUR = "#3f7fc1"


class Wrong(NamedTuple):
    """A mistake that we know: its tag, the question that finds it in the answers, and the sentence that answers it."""

    tag: str
    applies: Callable
    text: str


@dataclass(frozen=True)
class Exercise:
    """One exercise, as a lesson's module describes it.

    Args:
        id: `"00.2"`: the lesson, and the number in the lesson.
        read: one reader per answer; what they return goes into the questions below.
        right: function of the answers; True if they are.
        ok: sentence for a right answer: what it means.
        hints: three, each giving away more than the one before.
        solution: Python code.
        wrong: known mistakes, asked in this order.
        wrong_kind: known mistakes of kind, asked before the readers, with the answers as they came.
        off: function of the answers that says how far off they are.
    """

    id: str
    read: tuple
    right: Callable
    ok: str
    hints: tuple
    solution: str
    wrong: tuple = ()
    wrong_kind: tuple = ()
    off: Callable = lambda *answers: "That is not it yet."


class Shown:
    """Something with a head and a text that a notebook shows as a box and a terminal as lines."""

    def _repr_html_(self):
        head, text, foot, colour = self._parts()
        return (
            f'<div style="border-left: 4px solid {colour}; padding: 2px 12px; margin: 4px 0; max-width: 46em">'
            f"<strong>{html.escape(head)}</strong> {text}{f'<br><em>{foot}</em>' if foot else ''}</div>"
        )


@dataclass(frozen=True)
class Result(Shown):
    """What `check` found: `state` is "todo", "hint" or "ok"; `tag` names the mistake, if it is a known one."""

    id: str
    state: str
    tag: str
    text: str
    progress: str

    def _parts(self):
        return f"{SIGNS[self.state]} {WORDS[self.state]}.", _markup(self.text), self.progress, COLOURS[self.state]

    def __repr__(self):
        return f"{self.id} {self.state}: {self.text} ({self.progress})"


@dataclass(frozen=True)
class Note(Shown):
    """What `hint` and `solution` say."""

    title: str
    text: str
    code: str = ""

    def _parts(self):
        code = f"<pre><code>{html.escape(self.code)}</code></pre>" if self.code else ""
        return f"{self.title}.", _markup(self.text) + code, "", NOTE_COLOUR

    def __repr__(self):
        return f"{self.title}: {self.text}\n{self.code}".replace(" \n", "\n").rstrip()


@dataclass
class Record:
    """What was answered and asked in this session."""

    states: dict = field(default_factory=dict)
    hints: dict = field(default_factory=dict)


exercises = {}
record = Record()


def add(*more):
    """Make exercises known, in the order of the lesson."""
    exercises.update({each.id: each for each in more})


def check(id, *answers):
    """Look at the answers to an exercise. Never raises, and changes nothing that it is given.

    Args:
        id: the exercise, such as `"00.2"`.
        answers: in the order the exercise names them; `...` stands for one that is not there yet.

    Returns:
        A `Result`; a notebook shows it when it is the last line of a cell.

    >>> check("00.2", ...).state
    'todo'
    >>> check("00.2", 1.0).tag
    'everyone'
    """
    exercise = _find(id)
    if exercise is None:
        return Result("?", HINT, "unknown_exercise", _unknown(id), "Nothing was checked")
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            state, tag, text = _look(exercise, answers)
    except Exception:  # whatever a learner hands in, the answer is a sentence
        state, tag, text = HINT, "unreadable", "The check cannot make sense of this answer. Is it what was asked for?"
    record.states[exercise.id] = state
    progress_file.keep(record.states)
    return Result(exercise.id, state, tag, text, _progress(exercise.id))


def hint(id):
    """Help with an exercise; each call gives away a little more, up to three times.

    >>> hint("00.1").title
    'Hint 1 of 3'
    """
    exercise = _find(id)
    if exercise is None:
        return Note("Which exercise?", _unknown(id))
    count, last = record.hints.get(exercise.id, 0), len(exercise.hints)
    number = record.hints[exercise.id] = min(count + 1, last)
    more = f' That was the last hint. `solution("{exercise.id}")` shows an answer.' if number == last else ""
    return Note(f"Hint {number} of {last}", exercise.hints[number - 1] + more)


def solution(id):
    """One right answer, as code: after the three hints, or after your own right answer."""
    exercise = _find(id)
    if exercise is None:
        return Note("Which exercise?", _unknown(id))
    left = len(exercise.hints) - record.hints.get(exercise.id, 0)
    if left and record.states.get(exercise.id) != OK:
        count = "One hint is" if left == 1 else f"{left} hints are"
        return Note("First the hints", f'{count} still to be read: `hint("{exercise.id}")`')
    return Note(f"A solution to {exercise.id}", "", exercise.solution)


def _look(exercise, answers):
    wanted = len(exercise.read)
    if len(answers) == 1 and wanted > 1 and isinstance(answers[0], (list, tuple)) and len(answers[0]) == wanted:
        answers = tuple(answers[0])
    todo = TODO, "", f'Put your answer where `...` stands, and run the cell. Stuck? `hint("{exercise.id}")`'
    if not answers or any(is_placeholder(answer) for answer in answers):
        return todo
    if len(answers) != wanted:
        is_one = wanted == 1
        text = f"{'One answer is' if is_one else f'{wanted} answers are'} wanted here. Received: {len(answers)}"
        return HINT, "how_many", text
    for wrong in exercise.wrong_kind:
        if wrong.applies(*answers):
            return HINT, wrong.tag, wrong.text
    try:
        values = [read(answer) for read, answer in zip(exercise.read, answers, strict=True)]
    except UnfinishedError:
        return todo
    except AnswerError as error:
        return HINT, error.tag, error.text
    for wrong in exercise.wrong:
        if wrong.applies(*values):
            return HINT, wrong.tag, wrong.text
    if exercise.right(*values):
        return OK, "", exercise.ok
    return HINT, "off", exercise.off(*values)


def _find(id):
    return exercises.get(id) if isinstance(id, str) else None


def _unknown(id):
    near = [f"0{id}"] if f"0{id}" in exercises else []  # `0.2` stands for `00.2`
    near += difflib.get_close_matches(id, exercises, n=1) if isinstance(id, str) else []
    guess = f" Did you mean `{near[0]}`?" if near else ""
    return f"There is no exercise of this name.{guess} Known: {', '.join(exercises)}"


def _progress(id):
    here = [each for each in exercises if each.split(".")[0] == id.split(".")[0]]
    done = sum(record.states.get(each) == OK for each in here)
    return f"Done: {done} of {len(here)} here"


def _markup(text):
    """The sentence as HTML: what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
