"""A ledger of runs as a JSON file: written whole or not at all, and read with suspicion.

Lesson: 09.
"""

import itertools
import json
import math
import os

from kerasschool.errors import message, short
from kerasschool.live import run_notes
from kerasschool.live.ledger import MOST, Ledger, Run
from kerasschool.live.recipe import Recipe
from kerasschool.saving.paths import as_path, to_read, to_write, write_whole

VERSION = 1
LARGEST = 8_000_000  # bytes
MOST_CURVES, MOST_ROWS, LONGEST_WORD = 50, 400, 80
RUN = ("number", "name", "recipe", "x", "history", "seconds", "marks", "is_pinned", "is_shown")


def save(ledger, filepath):
    """Write all runs into a file.

    Args:
        ledger: a `Ledger`.
        filepath: name of the file; it ends in `.json`.

    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "runs.json"
    >>> save(Ledger(), file)
    >>> len(load(file))
    0
    """
    runs = [{name: getattr(run, name) for name in RUN} for run in ledger]
    for each in runs:
        history = each["history"].items()
        each["recipe"] = each["recipe"].to_json()
        each["history"] = {name: [v if math.isfinite(v) else None for v in row] for name, row in history}
    text = json.dumps({"kerasschool_runs": VERSION, "runs": runs}, allow_nan=False, separators=(",", ":"))
    write_whole(to_write(_checked(filepath), ".json"), text.encode("ascii"))


def load(filepath):
    """The `Ledger` that a file holds.

    Raises:
        ValueError: for anything else than what `save` wrote; nothing in a file is ever run as code.
        FileNotFoundError: with the nearest name in the folder.
    """
    path = to_read(_checked(filepath), ".json")
    if os.path.getsize(path) > LARGEST:
        raise ValueError(f"This is no file of runs: it is larger than {LARGEST // 10**6} MB.")
    with open(path, "rb") as file:
        content = file.read(LARGEST + 1)
    try:
        given = json.loads(content.decode("ascii"), parse_constant=_refuse, parse_int=float)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"This is no file of runs: its JSON cannot be read ({str(error)[:100]}).") from None
    if not isinstance(given, dict) or set(given) != {"kerasschool_runs", "runs"}:
        raise ValueError("This is no file of runs. `ledger_file.save` writes one.")
    if given["kerasschool_runs"] != VERSION:
        raise ValueError(
            message(
                "This file of runs is of another version.", f"Expected {VERSION}.", version=given["kerasschool_runs"]
            )
        )
    runs, ledger = given["runs"], Ledger()
    if not isinstance(runs, list) or len(runs) > MOST:
        raise _wrong("runs", f"a list of at most {MOST}", runs)
    for each in runs:
        ledger.add(_run(each))
    return ledger


def _run(given):
    if not isinstance(given, dict) or set(given) != set(RUN):
        raise _wrong("run", "a dictionary with " + ", ".join(RUN), given)
    if not _is_number(given["number"]) or not given["number"].is_integer() or not 0 < given["number"] < 10**9:
        raise _wrong("number", "a whole number, 1 or more", given["number"])
    x, history, marks = given["x"], given["history"], given["marks"]
    if not _is_row(x) or not x or None in x or x[0] <= 0 or any(a >= b for a, b in itertools.pairwise(x)):
        raise _wrong("x", f"at most {MOST_ROWS} rising numbers", x)
    if not isinstance(history, dict) or len(history) > MOST_CURVES:
        raise _wrong("history", f"a dictionary of at most {MOST_CURVES} curves", history)
    for name, row in history.items():
        if not name.isprintable() or len(name) > LONGEST_WORD or not _is_row(row) or len(row) != len(x):
            raise _wrong("history", "as many numbers per curve as there are epochs", {name: row})
    if not _is_number(given["seconds"]) or given["seconds"] < 0:
        raise _wrong("seconds", "a number, 0 or more", given["seconds"])
    if not isinstance(marks, list) or not all(isinstance(m, str) and m in run_notes.WORDS for m in marks):
        raise _wrong("marks", "a list of " + ", ".join(run_notes.WORDS), marks)
    for name in ("is_pinned", "is_shown"):
        if not isinstance(given[name], bool):
            raise _wrong(name, "true or false", given[name])
    history = {name: [math.nan if value is None else value for value in row] for name, row in history.items()}
    recipe = Recipe.from_json(given["recipe"])
    return Run(**{**given, "number": int(given["number"]), "recipe": recipe, "history": history})


def _is_number(value):
    return isinstance(value, float) and math.isfinite(value)


def _is_row(value):
    is_list = isinstance(value, list) and len(value) <= MOST_ROWS
    return is_list and all(each is None or _is_number(each) for each in value)


def _wrong(what, expected, value):
    return ValueError(message(f"This file of runs is damaged: `{what}` must be {expected}.", received=short(value, 80)))


def _checked(filepath):
    path = as_path(filepath)
    if not path.endswith(".json"):
        raise ValueError(message("The name of a file of runs must end in '.json'.", filepath=path))
    return path


def _refuse(word):
    raise ValueError(f"{word} is no number")
