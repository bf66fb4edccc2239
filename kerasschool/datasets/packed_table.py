"""Reading the tables that ship packed (`.csv.gz`): one row per example, and a column `split` drawn once. Lesson 01."""

import csv
import gzip

import numpy as np

from kerasschool import config


def read(path):
    """A table as dictionary, column name → array: numbers where all cells are numbers, else text.

    >>> from kerasschool.datasets import wine
    >>> table = read(wine.PATH)
    >>> table["alcohol"].dtype.kind, table["split"].dtype.kind
    ('f', 'U')
    """
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    return {name: as_array(cells) for name, cells in zip(names, zip(*rows))}


def as_array(cells):
    """Cells of text as numbers, if they are."""
    texts = np.array(cells)
    try:
        return texts.astype(float)
    except ValueError:
        return texts


def halves(table, inputs, labels):
    """`(x_train, y_train), (x_test, y_test)`: the rows of a table as its column `split` parts them.

    Args:
        table: from `read`.
        inputs: the names of the columns of `x`, in order.
        labels: the label of each row; they become whole numbers.
    """
    x = np.stack([table[name] for name in inputs], axis=1).astype(config.floatx())
    y = np.asarray(labels).astype("int64")
    train = table["split"] == "train"
    return (x[train], y[train]), (x[~train], y[~train])


def numbered(texts, names):
    """The position of each text in the list `names`.

    >>> numbered(np.array(["no", "yes", "no"]), ["no", "yes"]).tolist()
    [0, 1, 0]
    """
    return (np.asarray(texts)[:, None] == np.array(names)).argmax(axis=1)
