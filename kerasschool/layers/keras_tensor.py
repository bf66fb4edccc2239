"""Names for layers, and the stand-ins that flow through them before there are numbers."""

import contextlib

from kerasschool import config

_name_counts = {}


def unique_name(prefix):
    """`"dense"`, then `"dense_1"`, `"dense_2"`, …"""
    count = _name_counts.get(prefix, 0)
    _name_counts[prefix] = count + 1
    return f"{prefix}_{count}" if count else prefix


def forget_names():
    """Start naming layers from the beginning (`utils.clear_session`)."""
    _name_counts.clear()


@contextlib.contextmanager
def fresh_names():
    """Inside the `with` block naming starts from the beginning; after it, it goes on as if nothing had been named."""
    before = dict(_name_counts)
    _name_counts.clear()
    try:
        yield
    finally:
        _name_counts.clear()
        _name_counts.update(before)


class KerasTensor:
    """A stand-in for the numbers that will flow later: only their shape, type and name are known."""

    def __init__(self, shape, dtype=None, name=None):
        self.shape = tuple(shape)
        self.dtype = dtype or config.floatx()
        self.name = name or unique_name("keras_tensor")

    @property
    def ndim(self):
        return len(self.shape)

    def __repr__(self):
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"
