"""`kerasschool lessons`: the notebooks that travel in the package, copied to a folder without touching anyone's work.

A small file in that folder remembers what was copied. A notebook that is still what was copied may be renewed; one that
differs is somebody's work and is kept.
"""

import hashlib
import json
import pathlib

import kerasschool
from kerasschool.cli.words import CommandError, quoted, reason
from kerasschool.saving import paths

FIRST = "00_six_steps.ipynb"
MEMORY = ".kerasschool-lessons.json"
LONGEST_MEMORY = 100_000  # bytes


def shipped():
    """The folder with the lessons: in the package, or beside it where it is worked on."""
    package = pathlib.Path(kerasschool.__file__).resolve().parent
    for folder in (package / "lessons", package.parent / "lessons"):
        if holds_lessons(folder):
            return folder
    raise CommandError("The lessons are missing from this installation of kerasschool. Install it again.")


def holds_lessons(folder):
    """True if the first lesson is in that folder."""
    return (folder / FIRST).is_file()


def notebooks(with_solutions=False):
    """What is to be copied: path inside the folder (`solutions/…` with a slash on every system) → its content."""
    top = shipped()
    found = [*top.glob("*.ipynb"), *(top.glob("solutions/*.ipynb") if with_solutions else ())]
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in sorted(found)}


def run(folder, with_solutions=False):
    """Copy, say what was done to each notebook, and how to open them. Returns the exit code."""
    show(copy(folder, with_solutions), folder)
    print(f"To open them: {quoted('kerasschool', 'lab', folder)}")
    return 0


def show(result, folder):
    """Print what `copy` did."""
    print(f"Lessons in {folder.resolve()}")
    for word, note in (
        ("new", ""),
        ("renewed", ""),
        ("kept", ", with what was changed in it"),
        ("same", ", as before"),
    ):
        for name in result[word]:
            print(f"  {word:8} {name}{note}")
    if result["kept"]:
        print("To get a fresh copy of a lesson that was kept, give yours another name and run this again.")


def copy(folder, with_solutions=False):
    """Copy the notebooks: dictionary `new`, `renewed`, `kept`, `same` → their names.

    Raises:
        CommandError: if the folder cannot be made or written to; notebooks already copied are whole.
    """
    folder = folder.resolve()
    result = {"new": [], "renewed": [], "kept": [], "same": []}
    content = notebooks(with_solutions)
    if folder == shipped():
        return {**result, "same": [*content]}
    remembered = recall(folder)
    copied = dict(remembered)
    try:
        for name, fresh in content.items():
            there = folder / name
            result[put(there, fresh, remembered.get(name))].append(name)
            if name not in result["kept"]:
                copied[name] = digest(fresh)
    finally:
        if copied != remembered:
            remember(folder, copied)
    return result


def put(path, fresh, remembered):
    """Write one notebook, unless somebody's work is there; the word for what was done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise CommandError(f"{path} is a folder, and a notebook should go there. Give the folder another name.")
        if path.exists():
            found = path.read_bytes()
            if found == fresh:
                return "same"
            if digest(found) != remembered:
                return "kept"
        word = "renewed" if path.exists() else "new"
        paths.write_whole(str(path), fresh)
    except FileExistsError:
        raise CommandError(f"{path.parent} is a file, and a folder should be there. Choose another folder.") from None
    except OSError as error:
        other = quoted("kerasschool", "lessons", pathlib.Path.home() / "kerasschool-lessons")
        raise CommandError(
            f"{path} cannot be written: {reason(error)}.\nChoose a folder of your own, for example: {other}"
        ) from None
    return word


def digest(content):
    return hashlib.sha256(content).hexdigest()


def recall(folder):
    """What was copied to a folder: name → digest. Empty if that is not known or cannot be read."""
    try:
        with open(folder / MEMORY, "rb") as file:
            known = json.loads(file.read(LONGEST_MEMORY))["copied"]
        return {name: each for name, each in known.items() if isinstance(each, str)}
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return {}


def remember(folder, copied):
    """Write down what was copied; where that fails, a later copy keeps more than it must, and nothing is lost."""
    about = {"about": "Which lessons kerasschool copied here, to know those that were changed since.", "copied": copied}
    try:
        paths.write_whole(str(folder / MEMORY), (json.dumps(about, indent=1) + "\n").encode())
    except OSError:
        return
