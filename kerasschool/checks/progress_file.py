"""Which exercises are done, kept in a small file in the learner's folder from one session to the next.

Nothing depends on the file: where it is missing, damaged or cannot be written, checks go on as before. The variable
`KERASSCHOOL_PROGRESS` of the environment names another file; if it is empty, nothing is kept.
"""

import json
import os
import re
import stat

from kerasschool.saving import paths

NAME = "kerasschool-progress.json"
VARIABLE = "KERASSCHOOL_PROGRESS"
VERSION = 1
LARGEST = 65_536  # bytes
MOST_EXERCISES = 1000
STATES = ("todo", "hint", "ok")  # from the first to the furthest
ID = re.compile(r"\d\d\.\d{1,2}")


def place():
    """The path of the file, or None if nothing is to be kept."""
    name = os.environ.get(VARIABLE, NAME)
    return os.path.abspath(os.path.expanduser(name)) if name else None


def name():
    """What the file is called, without its folder."""
    return os.path.basename(os.environ.get(VARIABLE, NAME))


def read():
    """What earlier sessions reached: exercise → `"hint"` or `"ok"`; empty if there is no such file, or no good one."""
    try:
        return _content(place()) or {}
    except Exception:  # whatever is wrong with a file is never in the way
        return {}


def keep(states):
    """Write down what this session reached, unless the file says so already. Returns whether it is kept.

    What another notebook wrote meanwhile stays, and nothing goes back: an exercise once done is done.

    Args:
        states: dictionary, exercise → state.
    """
    try:
        path = place()
        before = _content(path)
        if path is None or before is None:
            return False
        after = furthest(before, {id: state for id, state in states.items() if state != "todo"})
        if after != before:
            text = json.dumps({"version": VERSION, "exercises": dict(sorted(after.items()))}, indent=1)
            paths.write_whole(path, (text + "\n").encode("ascii"))
    except Exception:
        return False
    return True


def furthest(*parts):
    """Several dictionaries exercise → state as one; of two states the further one counts.

    >>> furthest({"00.1": "ok"}, {"00.1": "hint", "00.2": "hint"})
    {'00.1': 'ok', '00.2': 'hint'}
    """
    found = {}
    for part in parts:
        for id, state in part.items():
            found[id] = max(found.get(id, state), state, key=STATES.index)
    return found


def _content(path):
    """What the file says; empty where there is none or a damaged one, None where one is not ours to read or change."""
    try:
        if path is None or not os.path.lexists(path):
            return {}
        if not stat.S_ISREG(os.stat(path).st_mode):  # a folder, or something that would never end
            return None
        with open(path, "rb") as file:
            text = file.read(LARGEST + 1)
    except (OSError, ValueError):
        return None
    try:
        given = json.loads(text) if len(text) <= LARGEST else {}
        if isinstance(given, dict) and given.get("version", VERSION) != VERSION:
            return None  # of a later kerasschool
        listed = given["exercises"].items()
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return {}
    good = [(id, state) for id, state in listed if ID.fullmatch(id) and state in STATES[1:]]
    return dict(good[:MOST_EXERCISES])
