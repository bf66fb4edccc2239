"""Checks: todo, hint or ok, never an exception; each wrong answer its own hint; hints, then the solution."""

import importlib
import inspect
import pkgutil
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasschool.checks import check, functions, hint, mechanism, readers, solution
from kerasschool.checks.mechanism import Exercise, Record, Wrong
from tests import fixtures
from tests.fixtures.wrong_answers_00 import history, labels

LESSONS = [importlib.import_module(f"tests.fixtures.{each.name}") for each in pkgutil.iter_modules(fixtures.__path__)]
RIGHT = [row for each in LESSONS for row in getattr(each, "RIGHT", [])]
WRONG = [row for each in LESSONS for row in each.WRONG]
SAYS = [row for each in LESSONS for row in getattr(each, "SAYS", [])]
IDS = list(mechanism.exercises)


@pytest.fixture(autouse=True)
def fresh_record(monkeypatch):
    monkeypatch.setattr(mechanism, "record", Record())


@pytest.mark.parametrize(("id", "answers"), [(id, answers) for id, *answers in RIGHT])
def test_right_answers_are_ok(id, answers):
    result = check(id, *answers)
    assert (result.state, result.tag) == ("ok", "")
    assert result.text == mechanism.exercises[id].ok


@pytest.mark.parametrize(("id", "tag", "answers"), [(id, tag, answers) for id, tag, *answers in WRONG])
def test_wrong_answers_get_their_own_hint(id, tag, answers):
    result = check(id, *answers)
    assert (result.state, result.tag) == ("hint", tag)
    assert len(result.text) > 20
    assert result.text != "That is not it yet."


def test_every_known_mistake_has_a_wrong_answer():
    seen = {(id, tag) for id, tag, *_ in WRONG}
    for exercise in mechanism.exercises.values():
        for wrong in (*exercise.wrong_kind, *exercise.wrong):
            assert (exercise.id, wrong.tag) in seen
    source = "".join(inspect.getsource(module) for module in (readers, functions))
    generic = set(re.findall(r'AnswerError\(\s*"(\w+)"', source))
    assert generic <= {tag for _, tag in seen}


def test_every_exercise_is_got_wrong_in_more_ways_than_the_lesson_names():
    for id in IDS:
        assert len({tag for each, tag, *_ in WRONG if each == id}) >= 8


def test_no_two_mistakes_of_an_exercise_get_the_same_words():
    for exercise in mechanism.exercises.values():
        texts = [wrong.text for wrong in (*exercise.wrong_kind, *exercise.wrong)]
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(("id", "tag", "says"), SAYS)
def test_hints_that_the_lesson_plan_names(id, tag, says):
    answers = next(answers for each, its_tag, *answers in WRONG if (each, its_tag) == (id, tag))
    assert says in check(id, *answers).text


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("placeholder", [..., "...", "", " ", "…", [...], ["B", ...], (..., 1)])
def test_a_placeholder_is_todo(id, placeholder):
    answers = [placeholder] * len(mechanism.exercises[id].read)
    result = check(id, *answers)
    assert (result.state, result.tag) == ("todo", "")
    assert f'hint("{id}")' in result.text


def test_one_answer_of_two_is_todo():
    assert check("00.3", 0.46, ...).state == "todo"
    assert check("00.3", ..., 0.12).state == "todo"
    assert check("00.3").state == "todo"


def test_what_is_far_off_is_told_how_far():
    assert "3 % too large" in check("00.2", 0.52).text
    assert "21 % too small" in check("00.2", 0.4).text
    assert "far off" in check("00.2", 1e9).text
    text = check("00.3", 0.463, 0.06).text
    assert "first number is about right" in text
    assert "second 49 % too small" in text


class Hostile:
    """Raises at everything that a check might ask."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __repr__(self):
        raise RuntimeError("repr")

    def __array__(self, *arguments, **options):
        raise RuntimeError("array")

    def __eq__(self, other):
        raise RuntimeError("eq")

    __hash__ = None


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("make", [Hostile, object, lambda: [Hostile()], lambda: (Hostile(), 0.5), lambda: type])
def test_nothing_makes_a_check_raise(id, make):
    result = check(id, *[make()] * len(mechanism.exercises[id].read))
    assert result.state == "hint"
    assert repr(result)
    assert result._repr_html_()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=7) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.sampled_from(IDS), st.lists(values, max_size=3))
def test_a_check_never_raises_and_says_the_same_twice(id, answers):
    first, second = check(id, *answers), check(id, *answers)
    assert first.state in ("todo", "hint", "ok")
    assert first == second
    assert repr(first) == repr(second)
    assert first._repr_html_() == second._repr_html_()
    assert (first.state == "hint") == bool(first.tag)


@pytest.mark.parametrize("id", ["00.9", "0.1", "", None, 2, ["00.1"], object()])
def test_an_unknown_exercise_is_answered(id):
    result = check(id, 1)
    assert (result.state, result.tag) == ("hint", "unknown_exercise")
    assert "Known: 00.1, 00.2, 00.3" in result.text
    assert "Known: 00.1, 00.2, 00.3" in hint(id).text
    assert "Known: 00.1, 00.2, 00.3" in solution(id).text


def test_a_near_name_is_suggested():
    assert "Did you mean `00.2`?" in check("0.2", 1).text
    assert "Did you mean `02.1`?" in check("02-1", 1).text


def test_a_check_changes_nothing():
    answer, state = labels(), np.random.get_state()[1].copy()
    before = answer.copy()
    check("00.2", answer)
    np.testing.assert_array_equal(answer, before)
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_progress_counts_what_is_right_now():
    assert check("00.1", ...).progress == "Done: 0 of 3 here"
    assert check("00.1", "BEDAFC").progress == "Done: 1 of 3 here"
    assert check("00.1", "BEDAFC").progress == "Done: 1 of 3 here"
    assert check("00.2", 1.0).progress == "Done: 1 of 3 here"
    assert check("00.3", 0.46, 0.12).progress == "Done: 2 of 3 here"
    assert check("00.1", "BEADFC").progress == "Done: 1 of 3 here"


def test_what_a_terminal_and_a_notebook_show():
    assert repr(check("00.2", 1.0)) == (
        "00.2 hint: Always saying 'male' is not always right: count males / rows. (Done: 0 of 3 here)"
    )
    right = check("00.2", 168 / 333)
    assert repr(right).startswith("00.2 ok: 168 of 333.")
    for result, word in ((check("00.1", ...), "○ To do."), (check("00.1", "AB"), "→ Not yet."), (right, "✓ Right.")):
        assert f"<strong>{word}</strong>" in result._repr_html_()
    assert "<code>fit</code> needs a loss" in check("00.1", "BEADFC")._repr_html_()


def test_what_a_learner_wrote_cannot_become_html():
    shown = check("00.1", "<script>")._repr_html_()
    assert "&lt; &gt;" not in shown
    assert "<script>" not in shown.lower()


def test_colours_can_be_seen_on_white_and_on_black():
    def luminance(colour):
        parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
        linear = np.where(parts <= 0.03928, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    for colour in (*mechanism.COLOURS.values(), mechanism.NOTE_COLOUR):
        assert 1.05 / (luminance(colour) + 0.05) >= 3
        assert (luminance(colour) + 0.05) / 0.05 >= 3


@pytest.mark.parametrize("id", IDS)
def test_hints_escalate_and_the_solution_comes_last(id):
    exercise = mechanism.exercises[id]
    assert len(set(exercise.hints)) == 3
    assert "3 hints are still to be read" in solution(id).text
    titles, texts = zip(*[(note.title, note.text) for note in (hint(id), hint(id))])
    assert titles == ("Hint 1 of 3", "Hint 2 of 3")
    assert texts == exercise.hints[:2]
    assert "One hint is" in solution(id).text
    assert solution(id).code == ""
    third = hint(id)
    assert third.title == "Hint 3 of 3"
    assert f'solution("{id}")' in third.text
    assert hint(id) == third
    assert solution(id).code == exercise.solution
    assert repr(solution(id)) == f"A solution to {id}:\n{exercise.solution}"
    assert repr(third) == f"Hint 3 of 3: {third.text}"
    assert "<pre><code>" in solution(id)._repr_html_()


def test_after_a_right_answer_the_solution_is_open():
    check("00.1", "BEDAFC")
    assert solution("00.1").code == 'order = "BEDAFC"'


def test_the_order_of_questions(monkeypatch):
    asked = []

    def ask(name, answer):
        return lambda *values: asked.append(name) or answer

    exercise = Exercise(
        id="99.1",
        read=(lambda answer: asked.append("read") or answer,),
        wrong_kind=(Wrong("kind", ask("kind", False), "kind"),),
        wrong=(Wrong("first", ask("first", False), "first"), Wrong("second", ask("second", False), "second")),
        right=ask("right", False),
        ok="ok",
        hints=("1", "2", "3"),
        solution="",
    )
    monkeypatch.setitem(mechanism.exercises, "99.1", exercise)
    assert check("99.1", ...).state == "todo"
    assert asked == []
    assert check("99.1", 1).tag == "off"
    assert asked == ["kind", "read", "first", "second", "right"]


def test_warnings_of_numpy_stay_inside():
    assert check("00.2", np.array([np.inf]) - np.float64(1)).tag == "not_finite"
    assert check("00.3", 1e308, 1e308).state == "hint"


class Torch:
    """What a PyTorch tensor is like: it must be detached before it is an array."""

    def __init__(self, value, attached=True):
        self.value, self.attached = value, attached

    def detach(self):
        return Torch(self.value, attached=False)

    def cpu(self):
        return self

    def __array__(self, *arguments, **options):
        if self.attached:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        return np.array(self.value)


def test_tensors_of_other_libraries_are_read():
    assert readers.number(Torch(0.25)) == 0.25
    assert check("00.2", Torch(168 / 333)).state == "ok"


@pytest.mark.keras
def test_answers_made_with_keras():
    import keras

    targets = keras.ops.convert_to_tensor(labels())
    assert check("00.2", keras.ops.mean(targets)).state == "ok"
    assert check("00.2", keras.Variable(168 / 333)).state == "ok"
    assert check("00.2", targets).tag == "labels"
    assert check("00.2", keras.ops.sum(targets)).tag == "count"
    made = keras.callbacks.History()
    made.history = history().history
    assert check("00.3", made, made).tag == "history"
