"""Arrays in an HDF5 file, read with suspicion: only plain arrays that lie whole in the file itself.

h5py is imported here when the first file is read or written, not before.
"""

import contextlib
import io

import numpy as np

from kerasschool.errors import message

LONGEST_TEXT = 1000  # of an error that is passed on


class RefusedError(ValueError):
    """A file that is damaged, hostile, or does not fit."""


@contextlib.contextmanager
def refusing(what):
    """Turn any error inside the `with` block into one that says which file was refused, and why."""
    try:
        yield
    except RefusedError:
        raise
    except Exception as error:
        text = str(error) if isinstance(error, (ValueError, OSError)) else f"{type(error).__name__}: {error}"
        raise RefusedError(f"{what} {text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + '…'}") from error


def require_h5py():
    """The module h5py, or the error that says how to install it."""
    try:
        import h5py
    except ImportError as error:
        raise ImportError(
            "Saved models are HDF5 files, and the package h5py that reads and writes them is not installed. "
            'Run `pip install h5py`, or `pip install "kerasschool[keras]"`, which brings Keras too. '
            "Without it, `pickle` and `model.to_json()` work."
        ) from error
    return h5py


def to_bytes(groups):
    """The content of an HDF5 file.

    Args:
        groups: list of `(path, name, arrays)`: where a layer's arrays go, what the layer is called, and the arrays
            as a dictionary.
    """
    h5py = require_h5py()
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for path, name, arrays in groups:
            group = file.create_group(_vars(path))
            group.attrs["name"] = name
            for key, array in arrays.items():
                if not isinstance(key, str) or not key or "/" in key:
                    raise ValueError(message("An array in a file needs a name without '/'.", name=key))
                group[key] = _as_keras_writes(np.asarray(array))
    return content.getvalue()


def _vars(path):
    return f"{path}/vars" if path else "vars"


def _as_keras_writes(array):
    """Whole numbers in 32 bits, where they fit."""
    fits = array.dtype == np.int64 and array.size and np.abs(array).max() < 2**31
    return array.astype(np.int32) if fits else array


class WeightsFile:
    """An HDF5 file that is open for reading.

    Args:
        stream: the open file.
        size: how many bytes it has. No more than that is ever read from it, however often it names the same bytes.
        name: for errors.
    """

    def __init__(self, stream, size, name):
        self.h5py = require_h5py()
        self.what = f"{name!r} is damaged, or not a file of weights."
        self.left = size
        with refusing(self.what):
            self.file = self.h5py.File(stream, "r")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        with refusing(self.what):
            self.file.close()

    def arrays(self, path):
        """What is stored at `path`: dictionary, name → data set, whose shape and type are known and can be trusted."""
        with refusing(self.what):
            group = self.file
            for part in _vars(path).split("/"):
                if part not in group:
                    return {}
                group = self._entry(group, part, self.h5py.Group)
            return {key: self._checked(group, key) for key in group}

    def _entry(self, group, name, kind):
        """What lies in `group` under `name`; links to elsewhere are not followed."""
        link = group.get(name, getclass=True, getlink=True)
        if link is not self.h5py.HardLink:
            raise RefusedError(f"{self.what} It holds a link to somewhere else.")
        found = group[name]
        if not isinstance(found, kind):
            raise RefusedError(f"{self.what} Expected a {kind.__name__} at {group.name}/{name}.")
        return found

    def _checked(self, group, name):
        dataset = self._entry(group, name, self.h5py.Dataset)
        plan = dataset.id.get_create_plist()
        if dataset.is_virtual or dataset.external:
            raise RefusedError(f"{self.what} {dataset.name} takes its numbers from another file.")
        plain = plan.get_layout() in (self.h5py.h5d.CONTIGUOUS, self.h5py.h5d.COMPACT) and plan.get_nfilters() == 0
        if not plain:
            raise RefusedError(f"{self.what} {dataset.name} is compressed or in pieces. Keras writes plain arrays.")
        if dataset.shape is None or dataset.dtype.kind not in "fiub" or dataset.dtype.itemsize > 16:
            raise RefusedError(f"{self.what} {dataset.name} does not hold numbers.")
        if dataset.id.get_storage_size() != dataset.size * dataset.dtype.itemsize:
            raise RefusedError(f"{self.what} {dataset.name} is not there in full.")
        return dataset

    def read(self, dataset):
        """The array."""
        self.left -= dataset.size * dataset.dtype.itemsize
        if self.left < 0:
            raise RefusedError(f"{self.what} It says that it holds more numbers than there are bytes in it.")
        with refusing(self.what):
            return np.asarray(dataset[()])
