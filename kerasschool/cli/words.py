"""What the commands print: paths and lines that can be copied into a console, and signs that it can show."""

import os
import shlex
import subprocess
import sys


class CommandError(Exception):
    """What a command could not do, and what to do instead: shown without a traceback."""


def quoted(*parts):
    """A line for the console of this system.

    >>> quoted("cd", "my course") in ("cd 'my course'", 'cd "my course"')
    True
    """
    texts = [str(part) for part in parts]
    return subprocess.list2cmdline(texts) if os.name == "nt" else shlex.join(texts)


def python_line(*parts):
    """A line that runs this very Python.

    >>> python_line("-m", "pip", "install", "numpy").endswith("-m pip install numpy")
    True
    """
    return quoted(sys.executable or "python", *parts)


def sign(is_right):
    """`✓` or `✗`, or words where the console has no such signs."""
    signs, words = ("✓", "✗"), ("ok   ", "WRONG")
    try:
        "".join(signs).encode(sys.stdout.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        signs = words
    return signs[0] if is_right else signs[1]


def reason(error):
    """Why the system refused, in its own words."""
    return (error.strerror or str(error)).rstrip(".")
