"""`kerasschool doctor`: what of an installation is right, and for what is wrong the line that mends it."""

import contextlib
import importlib.metadata
import json
import os
import pathlib
import re
import sys
import tempfile
from typing import NamedTuple

import kerasschool
from kerasschool.cli import copying
from kerasschool.cli.words import CommandError, python_line, quoted, reason, sign

PYTHON = (3, 10)
PACKAGES = {  # what lessons need → the oldest version
    "numpy": "1.26",
    "matplotlib": "3.8",
    "ipywidgets": "8",
    "anywidget": "0.9",
    "ipykernel": "6.29",
    "jupyterlab": "4",
}
FRONT_ENDS = {  # the widgets' half in the browser, as JupyterLab calls it → the package that brings it
    "@jupyter-widgets/jupyterlab-manager": "jupyterlab_widgets",
    "anywidget": "anywidget",
}
ASKED_OF_KERNEL = "import sys, kerasschool; print(sys.prefix)"
SECONDS_FOR_KERNEL = 60


class Line(NamedTuple):
    """One thing that was looked at: is it right, in words, and the line that mends it."""

    is_right: bool
    text: str
    mend: str = ""


def run(folder):
    """Look at everything, print a line for each, and return 1 if one is wrong."""
    print(f"kerasschool {kerasschool.__version__}, in {pathlib.Path(kerasschool.__file__).parent}\n")
    wrong = 0
    for look in (python, *packages(), *front_ends(), kernel, lessons, lambda: writable(folder)):
        line = look()
        print(f"{sign(line.is_right)} {line.text}")
        if not line.is_right:
            print(f"      {line.mend}")
            wrong += 1
    if wrong:
        print(f"\nWrong: {wrong}. Run the line below it, the topmost first, and then kerasschool doctor again.")
    else:
        print("\nAll is well: kerasschool lab")
    return 1 if wrong else 0


def python():
    """Is Python new enough?"""
    text = f"Python {'.'.join(map(str, sys.version_info[:3]))}, {sys.executable}"
    wanted = ".".join(map(str, PYTHON))
    return Line(
        tuple(sys.version_info[:2]) >= PYTHON, text, f"Install Python {wanted} or newer, and kerasschool there."
    )


def packages():
    """For each package: is it there, and new enough?"""
    return [lambda name=name, oldest=oldest: package(name, oldest) for name, oldest in PACKAGES.items()]


def package(name, oldest):
    mend = python_line("-m", "pip", "install", "--upgrade", f"{name}>={oldest}")
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Line(False, f"{name} is not installed", mend)
    if numbers(version) < numbers(oldest):
        return Line(False, f"{name} {version} is too old: {oldest} or newer is needed", mend)
    return Line(True, f"{name} {version}")


def numbers(version):
    """A version as numbers that can be compared.

    >>> numbers("10.0rc1") > numbers("9.12.3")
    True
    """
    return [int(digits) for digits in re.findall(r"\d+", version.split("+")[0])[:3]]


def front_ends():
    """For each half of the widgets that lives in the browser: is it there, and switched on?"""
    return [lambda name=name, brought=brought: front_end(name, brought) for name, brought in FRONT_ENDS.items()]


def front_end(name, brought):
    text = f"{name} in JupyterLab"
    install = python_line("-m", "pip", "install", "--force-reinstall", "--no-deps", brought)
    try:
        from jupyter_core.paths import jupyter_config_path, jupyter_path
    except ImportError:
        return Line(False, f"{text}: cannot be looked for, Jupyter is not installed", install_jupyterlab())
    if not any((pathlib.Path(folder) / name / "package.json").is_file() for folder in jupyter_path("labextensions")):
        return Line(False, f"{text} is not there: panels would stay empty", install)
    if any(name in switched_off(folder) for folder in jupyter_config_path()):
        mend = python_line("-m", "jupyter", "labextension", "enable", name)
        return Line(False, f"{text} is switched off: panels would stay empty", mend)
    return Line(True, text)


def switched_off(folder):
    """The extensions that a Jupyter configuration folder switches off."""
    try:
        config = json.loads((pathlib.Path(folder) / "labconfig" / "page_config.json").read_text(encoding="utf-8"))
        listed = config.get("disabledExtensions", {})
        return [name for name, is_off in listed.items() if is_off] if isinstance(listed, dict) else listed
    except (OSError, ValueError, AttributeError):
        return []


def install_jupyterlab():
    return python_line("-m", "pip", "install", f"jupyterlab>={PACKAGES['jupyterlab']}")


def kernel():
    """Does a notebook's kernel start, in this very installation, and find kerasschool?"""
    mend = python_line("-m", "ipykernel", "install", "--sys-prefix")
    try:
        from jupyter_client.manager import start_new_kernel
    except ImportError:
        return Line(False, "the kernel cannot be started: Jupyter is not installed", install_jupyterlab())
    printed = []

    def note(message):
        content = message["content"]
        printed.append(content.get("text") or content.get("evalue") or "")

    try:
        with open(os.devnull, "w") as nowhere:
            manager, client = start_new_kernel(SECONDS_FOR_KERNEL, stdout=nowhere, stderr=nowhere)
        try:
            client.execute_interactive(ASKED_OF_KERNEL, timeout=SECONDS_FOR_KERNEL, output_hook=note)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    except Exception as error:  # whatever keeps a kernel from starting is what is wrong
        return Line(False, f"the kernel does not start: {error or type(error).__name__}", mend)
    answer = "".join(printed).strip()
    if answer != sys.prefix:
        return Line(False, f"the kernel python3 is another Python, or lacks kerasschool: {answer}", mend)
    return Line(True, "the kernel starts and finds kerasschool")


def lessons():
    """Did the lessons travel with the package?"""
    try:
        return Line(True, f"the lessons, {len(copying.notebooks())} notebooks in {copying.shipped()}")
    except CommandError as error:
        return Line(
            False, str(error), python_line("-m", "pip", "install", "--force-reinstall", "--no-deps", "kerasschool")
        )


def writable(folder):
    """Can files be written to the folder?"""
    place = folder.resolve()
    while not place.exists() and place != place.parent:
        place = place.parent  # it is made when it is needed
    try:
        descriptor, name = tempfile.mkstemp(dir=place)
        os.close(descriptor)
        with contextlib.suppress(OSError):
            os.remove(name)
    except OSError as error:
        mend = f"Work in a folder of your own, for example: {quoted('cd', pathlib.Path.home())}"
        return Line(False, f"the folder {place} cannot be written to: {reason(error)}", mend)
    return Line(True, f"the folder {place} can be written to")
