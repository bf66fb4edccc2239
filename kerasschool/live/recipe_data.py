"""The rows a recipe trains on: loaded, split and scaled exactly as its code says."""

from dataclasses import dataclass

import numpy as np

from kerasschool import random
from kerasschool.errors import message
from kerasschool.live import recipe_schema
from kerasschool.live.recipe_model import as_argument, named


@dataclass(frozen=True)
class Rows:
    """What `recipe.load` gives.

    Attributes:
        x, y: training rows, ready for `fit`.
        validation_data: `(x, y)`, scaled like the training rows, or None.
        mean, spread: what the scaling took from the training rows, one number per input; None if it did not scale.
    """

    x: np.ndarray
    y: np.ndarray
    validation_data: tuple | None
    mean: np.ndarray | None = None
    spread: np.ndarray | None = None

    def scale(self, x):
        """New rows in the units that the model was trained in."""
        return x if self.mean is None else (np.asarray(x) - self.mean) / self.spread


def load(parts, x=None, y=None, validation_data=None):
    """The rows of checked parts; `x` and `y` are the reader's own arrays where the recipe says so."""
    name, given = named("data", parts["data"])
    if name != "own":
        known = recipe_schema.arguments("data", name)
        arguments = {key: as_argument(known[key], value) for key, value in given.items()}
        with random.use(np.random.RandomState(parts["seed"])):
            (x, y), validation_data = recipe_schema.find("data", name)(**arguments)
    elif x is None or y is None:
        raise ValueError(message("This recipe trains on your own data.", "Pass the arrays `x` and `y`.", x=x, y=y))
    x, y = np.asarray(x), np.asarray(y)
    if len(x) != len(y):
        raise ValueError(message("There must be one label per row.", x_rows=len(x), y_rows=len(y)))
    split = parts["split"]
    if split == "none":
        validation_data = None
    elif split != "given":
        x, y, validation_data = hold_back(x, y, split, parts["seed"])
    if validation_data is not None:
        validation_data = tuple(np.asarray(each) for each in validation_data)
    if parts["scaling"] == "none":
        return Rows(x, y, validation_data)
    if not len(x):
        raise ValueError(message("There are no rows to train on.", x=x))
    with np.errstate(over="ignore", invalid="ignore"):
        mean, spread = x.mean(axis=0), x.std(axis=0)
    if not (np.isfinite(mean).all() and np.isfinite(spread).all()):
        happened = "Mean and spread of the rows are no finite numbers, so they cannot be scaled."
        fix = f"Take out what is missing; for very large numbers take a larger unit than one in {x.dtype}."
        raise ValueError(message(happened, fix=fix, x=x))
    spread = np.where(spread == 0, np.ones_like(spread), spread)  # a constant column
    if validation_data is not None:
        validation_data = ((validation_data[0] - mean) / spread, validation_data[1])
    return Rows((x - mean) / spread, y, validation_data, mean, spread)


def hold_back(x, y, share, seed):
    """`x, y, (x_val, y_val)`: a share of the rows drawn at random, the same for the same seed."""
    if len(x) < 2:
        raise ValueError(message("At least two rows are needed to hold one back.", rows=len(x)))
    order = np.random.RandomState(seed).permutation(len(x))
    held_back = max(1, int(share * len(x)))
    ours, theirs = order[held_back:], order[:held_back]
    return x[ours], y[ours], (x[theirs], y[theirs])
