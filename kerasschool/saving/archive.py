"""A `.keras` file: a zip archive of a description, of weights, and of the date.

Everything about it is checked before anything is unpacked: names, number and sizes of the parts, and how deep and how
long the description is.
"""

import datetime
import io
import json

from kerasschool.saving.h5_file import RefusedError, refusing

KERAS_VERSION = "3.15.1"  # whose format this is
METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
ASSETS = "assets/"

MOST_PARTS = 1000
LONGEST_CONFIG = 2**23  # bytes
DEEPEST_CONFIG = 100  # brackets within brackets
MOST_LAYERS = 1000
MOST_DIGITS = 20
MOST_SQUEEZED = 20  # how many times larger than in the archive a part may be; Keras does not compress at all
SMALL = 2**20  # bytes; what is smaller may be squeezed as it likes


def to_bytes(config, weights):
    """The content of a `.keras` file.

    Args:
        config: the model's description as a JSON-ready dictionary.
        weights: the content of an HDF5 file.
    """
    import zipfile  # here, for it takes 4 ms to import

    metadata = {"keras_version": KERAS_VERSION, "date_saved": datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(METADATA, json.dumps(metadata))
        archive.writestr(CONFIG, json.dumps(config))
        archive.writestr(WEIGHTS, weights)
    return content.getvalue()


class Archive:
    """A `.keras` file that is open for reading.

    Args:
        file: the open file.
        name: for errors.
    """

    def __init__(self, file, name):
        import zipfile

        self.what = f"{name!r} is damaged, or not a '.keras' file."
        self.plain = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
        with refusing(self.what):
            self.size = file.seek(0, io.SEEK_END)
            self.zip = zipfile.ZipFile(file)
            self.parts = self._checked(self.zip.infolist())

    def _checked(self, infos):
        """The parts by name, or the error about the first that is not as it should be."""
        if len(infos) > MOST_PARTS:
            raise RefusedError(f"{self.what} It has {len(infos)} parts.")
        parts = {}
        for info in infos:
            name = info.filename
            if name.startswith(ASSETS):  # what layers for texts keep; never unpacked
                continue
            if name not in (METADATA, CONFIG, WEIGHTS) or name in parts:
                raise RefusedError(
                    f"{self.what} It holds {name[:100]!r}; expected {METADATA}, {CONFIG} and {WEIGHTS}, once."
                )
            if info.flag_bits & 1:
                raise RefusedError(f"{self.what} {name} is encrypted.")
            if info.compress_type not in self.plain:
                raise RefusedError(f"{self.what} {name} is compressed in an unusual way.")
            if info.compress_size > self.size or info.file_size > max(MOST_SQUEEZED * info.compress_size, SMALL):
                raise RefusedError(f"{self.what} {name} would become {info.file_size} bytes when unpacked.")
            parts[name] = info
        for name in (CONFIG, WEIGHTS):
            if name not in parts:
                raise RefusedError(f"{self.what} It has no {name}.")
        return parts

    @property
    def weights_size(self):
        """How many bytes of weights there are."""
        return self.parts[WEIGHTS].file_size

    def config(self):
        """The model's description, a dictionary."""
        if self.parts[CONFIG].file_size > LONGEST_CONFIG:
            raise RefusedError(f"{self.what} {CONFIG} has {self.parts[CONFIG].file_size} bytes.")
        with refusing(self.what):
            return read_config(self.zip.read(self.parts[CONFIG]).decode())

    def weights(self):
        """The HDF5 file, in memory."""
        with refusing(self.what):
            return io.BytesIO(self.zip.read(self.parts[WEIGHTS]))


def read_config(text):
    """The dictionary that a JSON text stands for, if it can be a model's description.

    Raises:
        ValueError: for anything else, also if it is too long or too deep to be one.
    """
    if len(text) > LONGEST_CONFIG:
        raise ValueError(f"The description has {len(text)} signs.")
    try:
        config = json.loads(text, parse_int=_whole_number)
    except RecursionError:
        raise ValueError("The description is nested too deeply.") from None
    if not isinstance(config, dict) or "class_name" not in config:
        raise ValueError("The description is not that of a model.")
    _check_structure(config)
    return config


def _whole_number(digits):
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"The description holds a number of {len(digits)} digits.")
    return int(digits)


def _check_structure(config):
    """Raise an error if the description is too deep or has too many layers, or lambdas that cannot be told apart."""
    level, layers, lambdas = [config], 0, 0
    for _ in range(DEEPEST_CONFIG):
        level = [child for parent in level for child in _children(parent) if isinstance(child, (dict, list))]
        parts = [part for part in level if isinstance(part, dict)]
        layers += sum(len(part["layers"]) for part in parts if isinstance(part.get("layers"), list))
        lambdas += sum(part.get("class_name") == "__lambda__" or part.get("config") == "<lambda>" for part in parts)
    if level:
        raise ValueError("The description is nested too deeply.")
    if layers > MOST_LAYERS:
        raise ValueError("The description has too many layers.")
    if lambdas > 1:
        raise ValueError(
            f"The description holds {lambdas} lambdas, which have no names to tell them apart. Build the model in code "
            "and use `model.load_weights(filepath)`; for the next file write them as functions with names."
        )


def _children(part):
    return part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
