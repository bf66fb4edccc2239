"""File names: checked before anything happens, and written whole or not at all."""

import contextlib
import os
import re
import secrets

from kerasschool.errors import did_you_mean, message

KINDS = {".keras": "a whole model", ".weights.h5": "weights only"}


def as_path(filepath):
    """`filepath` as a string, or the error that says what it must be."""
    try:
        path = os.fsdecode(filepath)
    except TypeError as error:
        raise ValueError(
            message("`filepath` must be the name of a file.", "For example 'model.keras'.", filepath=filepath)
        ) from error
    if re.match(r"\w{2,}://", path):
        raise ValueError(message("Files are read and written on this machine only.", filepath=path))
    if not path or "\0" in path:
        raise ValueError(message("`filepath` must be the name of a file.", filepath=path))
    return path


def check_ending(path, *endings):
    """Raise the error that teaches if the file's name does not end as it must."""
    if path.endswith(endings):
        return
    happened = f"The name of a file with {KINDS[endings[0]]} must end in '{endings[0]}'."
    advice = ""
    if path.endswith(".weights.h5"):
        advice = "'.weights.h5' files hold weights only: make the model first, then `model.load_weights(filepath)`."
    elif path.endswith(".keras"):
        advice = "'.keras' files hold whole models: use `save` and `load_model`."
    elif path.endswith((".h5", ".hdf5")):
        advice = (
            "The old '.h5' format is not supported. Keras itself turns one into the other: "
            "`keras.models.load_model('old.h5').save('new.keras')`."
        )
    elif path.endswith((".json", ".npz")):
        advice = "Weights in several parts, or as '.npz', are not supported."
    elif not os.path.splitext(path)[1]:
        advice = f"Write {os.path.basename(path) + endings[0]!r}. Folders, such as a SavedModel, are not supported."
    raise ValueError(message(happened, advice, filepath=path))


def to_read(filepath, *endings):
    """The path of a file that is there and whose name ends in one of `endings`.

    Raises:
        FileNotFoundError: with the nearest name in the folder. IsADirectoryError. ValueError: for other endings.
    """
    path = as_path(filepath)
    if os.path.isdir(path):
        unzipped = os.path.exists(os.path.join(path, "config.json"))
        raise IsADirectoryError(
            message(
                f"{path!r} is a folder, not a file.",
                f"Expected the name of a '{endings[0]}' file.",
                "Unzipped models are not supported: save with `zipped=True`." if unzipped else "",
            )
        )
    check_ending(path, *endings)
    if not os.path.exists(path):
        folder, name = os.path.split(os.path.abspath(path))
        if not os.path.isdir(folder):
            raise FileNotFoundError(f"There is no folder {folder!r}, so no file {name!r} in it.")
        there = [each for each in os.listdir(folder) if each.endswith(endings)]
        raise FileNotFoundError(
            f"There is no file {name!r} in the folder {folder!r}.{did_you_mean(name, there)}"
            + (f" Files there: {', '.join(sorted(there)[:10])}." if there else "")
        )
    return path


def to_write(filepath, ending, overwrite=True):
    """The path to write a file to, links followed.

    Raises:
        FileExistsError: if the file is there and must not be overwritten. FileNotFoundError: if the folder is missing.
        IsADirectoryError. ValueError: if the name does not end in `ending`.
    """
    path = as_path(filepath)
    check_ending(path, ending)
    path = os.path.realpath(path)
    folder, name = os.path.split(path)
    if os.path.isdir(path):
        raise IsADirectoryError(f"{path!r} is a folder. Expected the name of a '{ending}' file.")
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"There is no folder {folder!r} to save in. Make it with `os.makedirs({folder!r})`.")
    if not overwrite and os.path.exists(path):
        raise FileExistsError(
            f"The file {name!r} is there already, and `overwrite=False` leaves it alone. "
            "Choose another name, or pass `overwrite=True`."
        )
    return path


def write_whole(path, content):
    """Write the bytes so that `path` holds either what it held before, or all of them: never a part.

    They go into a new file in the same folder, to the disk, and only then take the old file's place.
    """
    folder, name = os.path.split(path)
    unfinished = os.path.join(folder, f".{name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with open(unfinished, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(path):
            os.chmod(unfinished, os.stat(path).st_mode & 0o777)
        os.replace(unfinished, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.remove(unfinished)
        raise
    _flush_folder(folder)


def _flush_folder(folder):
    """Bring the new name to the disk too, where the system can."""
    with contextlib.suppress(OSError, AttributeError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
