"""The command `kerasschool`: open the lessons, copy them, or find out what is wrong with an installation.

`python -m kerasschool` is the same.
"""

import argparse
import pathlib
import sys

import kerasschool
from kerasschool.cli import copying, doctor, lab
from kerasschool.cli.words import CommandError

FOLDER = "kerasschool-lessons"
DESCRIPTION = """\
Learn neural networks in Jupyter.

The first time:

    kerasschool lab         copy the lessons and open the first one in JupyterLab

If something does not work:

    kerasschool doctor      what is wrong, and the line that mends it
"""
LAB = """\
Open the lessons in JupyterLab. If DIR holds none yet, they are copied there first; what is there already is left as it
is. Stop with Ctrl+C.

    kerasschool lab
    kerasschool lab my-course
    kerasschool lab my-course -- --no-browser --port 9000     what follows -- goes to JupyterLab
"""
LESSONS = """\
Copy the lessons to DIR, to work in or to hand out. Run it again after kerasschool was updated: lessons that you have
not touched are renewed; a lesson in which you have changed anything is kept, and you are told so.

    kerasschool lessons
    kerasschool lessons my-course --solutions                 for teachers: the filled in notebooks too
"""
DOCTOR = """\
Look at Python, the packages and their versions, the widgets' half in the browser, the kernel and the folder. Each line
is right, or wrong with the line that mends it. The exit code is 1 if something is wrong.

    kerasschool doctor
    kerasschool doctor my-course                              can this folder be written to?
"""


def parser():
    """The arguments of the command."""
    shape = {"formatter_class": argparse.RawDescriptionHelpFormatter}  # leaves the lines of the texts above as they are
    top = argparse.ArgumentParser(prog="kerasschool", description=DESCRIPTION, **shape)
    top.add_argument("--version", action="version", version=f"kerasschool {kerasschool.__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    folder = {"metavar": "DIR", "nargs": "?", "type": as_folder}

    opened = commands.add_parser("lab", help="open the lessons in JupyterLab", description=LAB, **shape)
    opened.add_argument("folder", **folder, help=f"the lessons' folder; else {FOLDER}")
    copied = commands.add_parser("lessons", help="copy the lessons to a folder", description=LESSONS, **shape)
    copied.add_argument("folder", **folder, default=FOLDER, help=f"the folder to copy to; else {FOLDER}")
    copied.add_argument("--solutions", action="store_true", help="also the filled in notebooks, to DIR/solutions")
    asked = commands.add_parser("doctor", help="what is wrong, and how to mend it", description=DOCTOR, **shape)
    asked.add_argument("folder", **folder, default=".", help="the folder you work in; else the current one")
    return top


def as_folder(text):
    """A path from the command line; `~` is the home folder on every system."""
    return pathlib.Path(text).expanduser()


def main(arguments=None):
    """Run the command; what it returns is the exit code.

    Args:
        arguments: list of texts; None takes those of the command line.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a name in a console that lacks one of its letters is no failure
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    end = arguments.index("--") if "--" in arguments else len(arguments)
    rest = arguments[end + 1 :]
    chosen = parser().parse_args(arguments[:end])
    if rest and chosen.command != "lab":
        parser().error("only `kerasschool lab` takes arguments after `--`")
    try:
        if chosen.command == "lab":
            return lab.run(chosen.folder or here(), rest)
        if chosen.command == "lessons":
            return copying.run(chosen.folder, chosen.solutions)
        if chosen.command == "doctor":
            return doctor.run(chosen.folder)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    parser().print_help()
    return 0


def here():
    """The folder of `kerasschool lab` without DIR: the current one if it holds the lessons, else one in it."""
    current = pathlib.Path()
    return current if copying.holds_lessons(current) else current / FOLDER
