"""`kerasschool lab`: JupyterLab in the lessons' folder, with the first lesson open."""

import os
import sys

from kerasschool.cli import copying
from kerasschool.cli.words import CommandError, python_line


def run(folder, rest=()):
    """Copy the lessons if the folder holds none, and become JupyterLab until it is stopped. Returns its exit code.

    Args:
        folder: where the lessons are or shall be.
        rest: more arguments for JupyterLab.
    """
    try:
        from jupyterlab import labapp
    except ImportError as error:
        raise CommandError(
            f"JupyterLab cannot be started: {error}.\nRun this line, then try again:\n    {install_line()}"
        ) from None
    if not copying.holds_lessons(folder):
        copying.show(copying.copy(folder), folder)
    os.chdir(folder)
    sys.argv[0] = "jupyter-lab"  # what its messages call it
    return labapp.main([*arguments(), *rest]) or 0


def install_line():
    return python_line("-m", "pip", "install", "jupyterlab>=4")


def arguments():
    """The arguments that open the first lesson in the current folder."""
    found = [f"--LabApp.default_url=/lab/tree/{copying.FIRST}", f"--ServerApp.root_dir={os.getcwd()}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        found.append("--allow-root")  # in a container there is nobody else
    return found
