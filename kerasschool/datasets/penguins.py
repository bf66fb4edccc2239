"""Palmer penguins: is this penguin male or female? Eight inputs, two classes, 333 real birds. Lessons 00 to 06.

Source: K. B. Gorman, T. D. Williams, W. R. Fraser (2014), PLoS ONE 9(3): e90081; table by A. Horst, A. Hill and
K. Gorman (the `palmerpenguins` package), CC0.
"""

import csv
import pathlib

import numpy as np

from kerasschool import config
from kerasschool.datasets.card import Column, DataCard

PATH = pathlib.Path(__file__).with_name("penguins.csv")
MEASUREMENTS = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
SPECIES = ("Adelie", "Chinstrap", "Gentoo")

feature_names = [*MEASUREMENTS, *(f"species_{name}" for name in SPECIES), "year"]
target_names = ["female", "male"]  # their positions are the labels: 0 and 1


def load_data():
    """The penguins as arrays: 266 rows to train on, and 67 held back for validation.

    Always the same rows in the same order: the split is a column of the table, not a random draw.

    Returns:
        `(x_train, y_train), (x_test, y_test)` of shapes `(266, 8)`, `(266,)`, `(67, 8)`, `(67,)`, all of type
        `config.floatx()`. The columns of `x` are `feature_names`, not scaled; `y` is 1 for a male, 0 for a female.

    >>> from kerasschool.datasets import penguins
    >>> (x_train, y_train), (x_test, y_test) = penguins.load_data()
    >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
    ((266, 8), (266,), (67, 8), (67,))
    >>> dict(zip(penguins.feature_names, x_train[0].tolist()))["flipper_length_mm"]
    205.0
    """
    table = load_table()
    species = [(table["species"] == name).astype(float) for name in SPECIES]
    columns = [*(table[name] for name in MEASUREMENTS), *species, table["year"]]
    x = np.stack(columns, axis=1).astype(config.floatx())
    y = (table["sex"] == "male").astype(config.floatx())
    train = table["split"] == "train"
    return (x[train], y[train]), (x[~train], y[~train])


def load_table():
    """The whole table as a dictionary, column name → array of 333 values; text where the table has text.

    `pandas.DataFrame(penguins.load_table())` makes a DataFrame of it.

    >>> from kerasschool.datasets import penguins
    >>> table = penguins.load_table()
    >>> list(table)[:3], table["species"][:3].tolist()
    (['species', 'island', 'bill_length_mm'], ['Chinstrap', 'Gentoo', 'Adelie'])
    """
    with open(PATH, newline="", encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    table = {name: np.array(values) for name, values in zip(names, zip(*rows))}
    for name in MEASUREMENTS:
        table[name] = table[name].astype(float)
    table["year"] = table["year"].astype(int)
    return table


def card():
    """The data card: source, licence, columns with their units, rows left out, and what to be careful about.

    >>> from kerasschool.datasets import penguins
    >>> print(penguins.card().licence)
    CC0 1.0 (no rights reserved)
    """
    return DataCard(
        title="Palmer penguins",
        about=(
            "One row is one adult penguin, measured at its nest on one of three islands of the Palmer Archipelago "
            "(Antarctica) in 2007, 2008 or 2009 by Kristen Gorman and the Palmer Station Long Term Ecological "
            "Research program. Its sex was found by a blood test."
        ),
        source=(
            "Gorman, Williams and Fraser (2014), *PLoS ONE* 9(3): e90081, doi 10.1371/journal.pone.0090081; "
            "table from the `palmerpenguins` package by Horst, Hill and Gorman."
        ),
        licence="CC0 1.0 (no rights reserved)",
        rows=(
            "333: 266 for training, 67 for validation. Rows were shuffled and split once with NumPy's seed 7, with "
            "species and sex in the same shares on both sides, and written down in the column `split`. "
            "168 are male (share .5045), 165 female."
        ),
        dropped="11 of the 344 rows of the source: 2 without measurements, 9 more whose sex is not known.",
        inputs=(
            Column("bill_length_mm", "mm", "length of the bill's upper ridge"),
            Column("bill_depth_mm", "mm", "height of the bill"),
            Column("flipper_length_mm", "mm", "length of the flipper"),
            Column("body_mass_g", "g", "body mass"),
            *(Column(f"species_{name}", "0 or 1", f"1 if the species is {name}") for name in SPECIES),
            Column("year", "year", "2007, 2008 or 2009"),
        ),
        target=Column("sex", "0 or 1", "1 for a male, 0 for a female"),
        cautions=(
            "The inputs differ in size by a factor of a thousand (flags 0 or 1, grams in thousands): scale them, with "
            "the mean and spread of the training rows only.",
            "Sexes differ within a species; between species the difference is larger. Without the species flags the "
            "same mass can mean a male Adelie or a female Gentoo.",
            "The three flags add up to 1: one of them follows from the other two.",
            "The year is when the bird was measured; it should not help, and it is fair to try without it.",
            "67 validation rows are few: one penguin more or less is 1.5 percentage points of accuracy.",
            "Three islands and three summers: nothing here tells how well a model does on other penguins.",
        ),
    )
