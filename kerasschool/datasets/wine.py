"""Wine: which of three grapes is it made of? Thirteen inputs, three classes, 178 wines. Lessons 01 and 02.

Source: M. Forina, C. Armanino, M. Castino, M. Ubigli (1986), Vitis 25: 189-201; table by S. Aeberhard and M. Forina,
UCI Machine Learning Repository, doi 10.24432/C5PC7J, CC BY 4.0.
"""

import pathlib

from kerasschool.datasets import packed_table
from kerasschool.datasets.card import Column, DataCard

PATH = pathlib.Path(__file__).with_name("wine.csv.gz")
NO_UNIT = "not given"
INPUTS = (
    Column("alcohol", NO_UNIT, "alcohol"),
    Column("malic_acid", NO_UNIT, "malic acid, the acid of green apples"),
    Column("ash", NO_UNIT, "what is left when the wine is burnt"),
    Column("alcalinity_of_ash", NO_UNIT, "how alkaline that ash is"),
    Column("magnesium", NO_UNIT, "magnesium"),
    Column("total_phenols", NO_UNIT, "phenols, all kinds: they come from skins and seeds"),
    Column("flavanoids", NO_UNIT, "one kind of phenols"),
    Column("nonflavanoid_phenols", NO_UNIT, "the other phenols"),
    Column("proanthocyanins", NO_UNIT, "phenols that make the mouth feel dry"),
    Column("color_intensity", NO_UNIT, "how deep the colour is"),
    Column("hue", NO_UNIT, "which red it is"),
    Column("od280_od315", "ratio", "light absorbed by the diluted wine at 280 nm, over that at 315 nm"),
    Column("proline", NO_UNIT, "proline, an amino acid"),
)

feature_names = [column.name for column in INPUTS]
target_names = ["Barolo", "Grignolino", "Barbera"]  # their positions are the labels: 0, 1 and 2


def load_data():
    """The wines as arrays: 142 rows to train on, and 36 held back for validation.

    Always the same rows in the same order: the split is a column of the table, not a random draw.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: `x` of shapes `(142, 13)` and `(36, 13)`, of type `config.floatx()`, its
        columns are `feature_names`, not scaled; `y` the whole numbers 0, 1 and 2, the places in `target_names`.

    >>> from kerasschool.datasets import wine
    >>> (x_train, y_train), (x_test, y_test) = wine.load_data()
    >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
    ((142, 13), (142,), (36, 13), (36,))
    >>> wine.target_names[y_train[0]]
    'Barbera'
    """
    table = load_table()
    return packed_table.halves(table, feature_names, packed_table.numbered(table["cultivar"], target_names))


def load_table():
    """The whole table as a dictionary, column name → array of 178 values; `cultivar` and `split` are text.

    >>> from kerasschool.datasets import wine
    >>> list(wine.load_table())[-2:]
    ['cultivar', 'split']
    """
    return packed_table.read(PATH)


def card():
    """The data card: source, licence, columns with their units, rows left out, and what to be careful about.

    >>> from kerasschool.datasets import wine
    >>> print(wine.card().licence)
    CC BY 4.0: name the source when you pass the data on
    """
    return DataCard(
        title="Wine",
        about=(
            "One row is the chemical analysis of one red wine from Piedmont (Italy), made of one of three "
            "varieties of grapes. Thirteen of the 28 measurements of the study are in the table."
        ),
        source=(
            "Forina, Armanino, Castino and Ubigli (1986), *Vitis* 25: 189-201; table *Wine* by Aeberhard and Forina, "
            "UCI Machine Learning Repository, doi 10.24432/C5PC7J, as scikit-learn ships it (`load_wine`)."
        ),
        licence="CC BY 4.0: name the source when you pass the data on",
        rows=(
            "178: 142 for training, 36 for validation. Rows were shuffled and split once with NumPy's seed 7, with the "
            "three classes in the same shares on both sides, and written down in the column `split`. "
            "59 are Barolo, 71 Grignolino, 48 Barbera."
        ),
        dropped="None: the source has no gaps.",
        inputs=INPUTS,
        target=Column("cultivar", "0, 1 or 2", "0 for Barolo, 1 for Grignolino, 2 for Barbera"),
        cautions=(
            "The classes have names here. The table at UCI calls them 1, 2 and 3, scikit-learn 0, 1 and 2, in the same "
            "order; the names are those of the study, and its counts are the same.",
            "A label is a name, not an amount: Barbera (2) is not twice Grignolino (1). For three classes take three "
            "units with softmax and `sparse_categorical_crossentropy`.",
            "Inputs differ in size by a factor of a thousand (nonflavanoid phenols below 1, proline up to 1680): scale "
            "them, with the mean and spread of the training rows only. The source names no units.",
            "36 validation rows are few: one wine more or less is 2.8 percentage points of accuracy. A small network "
            "often has all of them right, and that proves little.",
            "One region and one study: nothing here tells how well a model does on other wines.",
        ),
    )
