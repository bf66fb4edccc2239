"""Stand-ins for where text appears, and a clock that is set by hand: for tests of progress bars."""

import io
import re
import sys
from types import SimpleNamespace


class Terminal(io.StringIO):
    """A terminal that keeps every write."""

    def __init__(self):
        super().__init__()
        self.writes = []

    def isatty(self):
        return True

    def write(self, text):
        self.writes.append(text)
        return super().write(text)


class NotebookStream:
    """The stream of a notebook's kernel: no file, no terminal."""

    def __init__(self):
        self.writes = []
        self.flushes = 0

    def write(self, text):
        self.writes.append(text)

    def flush(self):
        self.flushes += 1

    def isatty(self):
        return False

    def getvalue(self):
        return "".join(self.writes)


class Clock:
    """Stands in for the module `time`; shows what `now` says."""

    def __init__(self):
        self.now = 1000.0

    def time(self):
        return self.now

    perf_counter = time


def in_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Terminal())
    return sys.stdout


def in_notebook(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=object))
    monkeypatch.setattr(sys, "stdout", NotebookStream())
    return sys.stdout


def shown(text):
    """What a reader sees: colours taken out, carriage returns and backspaces obeyed, trailing spaces cut."""
    lines = []
    for line in re.sub(r"\x1b\[\d+m", "", text).split("\n"):
        cells, place = [], 0
        for character in line:
            if character == "\r":
                place = 0
            elif character == "\b":
                place = max(place - 1, 0)
            else:
                cells[place : place + 1] = [character]
                place += 1
        lines.append("".join(cells).rstrip())
    return "\n".join(lines)
