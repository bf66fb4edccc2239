"""The command `kerasschool` in a process of its own."""

import os
import subprocess
import sys

from tests.test_house import ROOT

FIRST = "00_six_steps.ipynb"


def run(*arguments, cwd=None, **options):
    """Run it with these arguments, and with the folders `path` in front of Python's path."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*options.pop("path", []), str(ROOT)])}
    environment |= options.pop("env", {})
    command = [sys.executable, "-m", "kerasschool", *map(str, arguments)]
    options = {"capture_output": True, "encoding": "utf-8", "timeout": 300, **options}
    return subprocess.run(command, cwd=cwd, env={"PYTHONIOENCODING": "utf-8", **environment}, **options)
