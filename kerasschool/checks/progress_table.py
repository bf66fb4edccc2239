"""`progress`: which exercises are done, in all lessons, in this session and in earlier ones."""

import collections
import html
from dataclasses import dataclass

from kerasschool.checks import mechanism, progress_file
from kerasschool.checks.mechanism import COLOURS, HINT, OK, SIGNS, TODO, WORDS

TITLES = {  # of the lessons
    "00": "Six steps in one sitting",
    "01": "Load data",
    "02": "Define the model",
    "03": "Compile",
    "04": "Fit",
    "05": "Evaluate",
    "06": "Predict",
}


@dataclass(frozen=True)
class Progress:
    """What `progress` found; a notebook shows it as a table.

    Attributes:
        states: dictionary, exercise → `"todo"`, `"hint"` (tried, not right yet) or `"ok"`.
        kept_in: the name of the file that a later session will read, or None if nothing could be kept.
    """

    states: dict
    kept_in: str | None

    @property
    def lessons(self):
        """Dictionary, number of the lesson → its exercises."""
        found = {}
        for id in self.states:
            found.setdefault(id.split(".")[0], []).append(id)
        return found

    @property
    def next(self):
        """The first exercise that is not done, or None."""
        return next((id for id, state in self.states.items() if state != OK), None)

    def _sentence(self):
        counts = collections.Counter(self.states.values())
        words = f"Done: {counts[OK]} of {len(self.states)} exercises."
        if self.next is not None:
            words += f" The next one is {self.next}."
        if self.kept_in is not None and counts[OK] + counts[HINT]:
            words += f" This is kept in {self.kept_in}."
        return words

    def _repr_html_(self):
        lines = []
        for lesson, ids in self.lessons.items():
            cells = "".join(f'<td style="text-align: left">{_cell(self.states[id])}</td>' for id in ids)
            title = f"{lesson} {html.escape(TITLES.get(lesson, ''))}"
            lines.append(f'<tr><th scope="row" style="text-align: left">{title}</th>{cells}</tr>')
        most = max(map(len, self.lessons.values()), default=0)
        numbers = "".join(f'<th scope="col" style="text-align: left">Exercise {n}</th>' for n in range(1, most + 1))
        head = f'<thead><tr><th scope="col" style="text-align: left">Lesson</th>{numbers}</tr></thead>'
        return f"<table>{head}<tbody>{''.join(lines)}</tbody></table><p>{self._sentence()}</p>"

    def __repr__(self):
        width = max((len(TITLES.get(lesson, "")) for lesson in self.lessons), default=0)
        lines = []
        for lesson, ids in self.lessons.items():
            cells = "  ".join(f"{_words(self.states[id]):9}" for id in ids)
            lines.append(f"{lesson} {TITLES.get(lesson, ''):{width}}  {cells}".rstrip())
        return "\n".join([*lines, self._sentence()])


def progress():
    """Which exercises are done, in all lessons, in this session and in earlier ones.

    `check` keeps it in a small file beside the notebook, `kerasschool-progress.json`. The file can be deleted at any
    time; nothing else depends on it.

    Returns:
        A `Progress`; a notebook shows it as a table when it is the last line of a cell.

    >>> found = progress()
    >>> found.states["00.1"] in ("todo", "hint", "ok")
    True
    """
    reached = progress_file.furthest(dict.fromkeys(mechanism.exercises, TODO), mechanism.record.states)
    earlier = {id: state for id, state in progress_file.read().items() if id in reached}
    is_kept = progress_file.keep(mechanism.record.states)
    return Progress(progress_file.furthest(reached, earlier), progress_file.name() if is_kept else None)


def _words(state):
    return f"{SIGNS[state]} {WORDS[state]}"


def _cell(state):
    if state == TODO:
        return _words(state)
    return f'<span style="border-bottom: 2px solid {COLOURS[state]}">{_words(state)}</span>'
