"""The settings of each trial: one value for all, or a list with one value per trial.

Source of the names: the arguments of Keras's layers and optimizers.
"""

import itertools

import numpy as np

from kerasschool import random
from kerasschool.errors import message


def is_list(value):
    """True for what holds one value per trial; False for a single value, a text included."""
    return isinstance(value, (list, tuple, range)) or (isinstance(value, np.ndarray) and value.ndim == 1)


def per_trial(seeds, fit_seeds, settings):
    """One dictionary of settings per trial, with `"seed"`, and `"fit_seed"` if there is one.

    Raises:
        ValueError: if nothing says how many trials there are, or two lists say different numbers.
    """
    given = {"seeds": seeds, "fit_seeds": fit_seeds, **settings}
    lengths = {name: len(value) for name, value in given.items() if is_list(value)}
    if not lengths:
        raise ValueError(
            "`Trials` cannot tell how many trials to make. Pass `seeds=range(64)`, or lists with one value per trial: "
            "`learning_rate=[0.1, 0.01]`."
        )
    if len(set(lengths.values())) > 1:
        raise ValueError(
            message(
                "The lists have different lengths: "
                + ", ".join(f"{name} {length}" for name, length in lengths.items())
                + ".",
                "Each must have one value per trial.",
                "For every combination of them use `Trials.grid(…)`.",
            )
        )
    count = next(iter(lengths.values()))
    if count == 0:
        raise ValueError(message("There is nothing to try: the lists are empty.", **{next(iter(lengths)): []}))
    given["seeds"] = range(count) if seeds is None else seeds
    rows = [{} for _ in range(count)]
    for name, value in given.items():
        values = list(value) if is_list(value) else [value] * count
        for row, each in zip(rows, values):
            row[name] = each
    return [_named_seeds(row) for row in rows]


def _named_seeds(row):
    seed, fit_seed = random.check_seed(row.pop("seeds")), row.pop("fit_seeds")
    seeds = {"seed": seed} if fit_seed is None else {"seed": seed, "fit_seed": random.check_seed(fit_seed)}
    return {**seeds, **row}


def combinations(lists):
    """From name → values to name → one value per combination; the first name changes quickest.

    >>> combinations({"seeds": range(2), "learning_rate": [0.1, 0.01]})
    {'seeds': [0, 1, 0, 1], 'learning_rate': [0.1, 0.1, 0.01, 0.01]}
    """
    names = list(lists)
    values = [list(value) if is_list(value) else [value] for value in lists.values()]
    rows = [row[::-1] for row in itertools.product(*values[::-1])]
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
