"""Data to learn with: small real sets that ship with the package, and a reader for your own file. Lesson 01.

Nothing here touches the network. Every set has `load_data()`, `feature_names`, `target_names` and a `card()`.
"""

import importlib

from kerasschool.errors import helpful_getattr

# Loaded when first asked for, so that `import kerasschool` stays quick: name → module, and what it is in there.
SETS = ("penguins", "wine", "breast_cancer", "digits", "planar")
_later = {**{name: (name, None) for name in SETS}, "load_csv": ("csv_file", "load_csv")}
_unknown = helpful_getattr(__name__, _later)


def __getattr__(name):
    if name not in _later:
        return _unknown(name)
    module, member = _later[name]
    found = importlib.import_module(f"{__name__}.{module}")
    if member is not None:
        found = getattr(found, member)
    globals()[name] = found
    return found


def __dir__():
    return [*globals(), *_later]
