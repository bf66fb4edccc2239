"""Digits: which digit was written? 8 by 8 pixels, ten classes, 1797 small pictures. Lessons 02 and 10.

Source: E. Alpaydin, C. Kaynak (1998), *Optical Recognition of Handwritten Digits*, UCI Machine Learning Repository,
doi 10.24432/C50P49, CC BY 4.0.
"""

import pathlib

from kerasschool.datasets import packed_table
from kerasschool.datasets.card import Column, DataCard

PATH = pathlib.Path(__file__).with_name("digits.csv.gz")

image_shape = (8, 8)  # `x_train[0].reshape(image_shape)` is the first picture
feature_names = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]
target_names = [str(digit) for digit in range(10)]  # their positions are the labels


def load_data():
    """The pictures as arrays, each a row of 64 numbers: 1438 to train on, and 359 held back for validation.

    Always the same rows in the same order: the split is a column of the table, not a random draw.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: `x` of shapes `(1438, 64)` and `(359, 64)`, of type `config.floatx()`,
        from 0 (paper) to 16 (ink), row by row from the top left; `y` the whole numbers 0 to 9.

    >>> from kerasschool.datasets import digits
    >>> (x_train, y_train), (x_test, y_test) = digits.load_data()
    >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
    ((1438, 64), (1438,), (359, 64), (359,))
    >>> for row in x_train[0].reshape(digits.image_shape):
    ...     print("".join(" .:oO#"[int(ink / 3)] for ink in row).rstrip())
       Oo
      OOo:
     .O  O.
     :O  o:
     .#  :o
      #  oo
      Ooo#.
      .##.
    """
    table = load_table()
    return packed_table.halves(table, feature_names, table["digit"])


def load_table():
    """The whole table as a dictionary, column name → array of 1797 values; `split` is text.

    >>> from kerasschool.datasets import digits
    >>> list(digits.load_table())[-3:]
    ['pixel_7_7', 'digit', 'split']
    """
    return packed_table.read(PATH)


def card():
    """The data card: source, licence, columns with their units, rows left out, and what to be careful about.

    >>> from kerasschool.datasets import digits
    >>> print(digits.card().inputs[63].name)
    pixel_7_7
    """
    return DataCard(
        title="Digits",
        about=(
            "One row is one handwritten digit from a form. It was scanned as 32 by 32 black or white dots; each "
            "field of 4 by 4 dots became one number, how many of its 16 dots are black. These are the digits of 13 "
            "writers."
        ),
        source=(
            "Alpaydin and Kaynak (1998), *Optical Recognition of Handwritten Digits*, UCI Machine Learning Repository, "
            "doi 10.24432/C50P49: its test part, as scikit-learn ships it (`load_digits`)."
        ),
        licence="CC BY 4.0: name the source when you pass the data on",
        rows=(
            "1797: 1438 for training, 359 for validation. Rows were shuffled and split once with NumPy's seed 7, "
            "with the ten digits in the same shares on both sides, and written down in the column `split`. Of each "
            "digit there are 174 to 183."
        ),
        dropped="None of this part. The other part of the source, 3823 digits by 30 other writers, is not shipped.",
        inputs=tuple(
            Column(name, "0 to 16", "how many of 16 dots are black; row and column count from the top left")
            for name in feature_names
        ),
        target=Column("digit", "0 to 9", "the digit that was written"),
        cautions=(
            "Divide by 16 to scale: all inputs then lie between 0 and 1. Do not divide each by its own spread: three "
            "pixels at the edge are always 0, so their spread is 0, and 0 / 0 is no number.",
            "A label is a name, not an amount: take ten units with softmax and `sparse_categorical_crossentropy`.",
            "The same 13 people wrote the rows for training and for validation. A stranger's hand is harder to read: "
            "expect less there.",
            "A dense layer does not know which pixels are neighbours. It would learn as well if all pictures were "
            "shuffled in the same way.",
            "These are not the 28 by 28 pixels of MNIST: a model for one does not fit the other.",
        ),
    )
