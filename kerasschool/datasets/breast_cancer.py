"""Breast cancer: is this lump malignant or benign? Thirty inputs, two classes, 569 lumps. Lessons 05 and 11.

Source: W. N. Street, W. H. Wolberg, O. L. Mangasarian (1993), Proc. SPIE 1905: 861-870; table *Breast Cancer Wisconsin
(Diagnostic)*, UCI Machine Learning Repository, doi 10.24432/C5DW2B, CC BY 4.0.
"""

import pathlib

from kerasschool.datasets import packed_table
from kerasschool.datasets.card import Column, DataCard

PATH = pathlib.Path(__file__).with_name("breast_cancer.csv.gz")
MEASURED = {  # on the outline of each nucleus
    "radius": "distance from the centre to the outline",
    "texture": "spread of the grey values inside",
    "perimeter": "length of the outline",
    "area": "area inside the outline",
    "smoothness": "how much the radius changes from place to place",
    "compactness": "how far from a circle: grows with perimeter² / area",
    "concavity": "how deep the dents in the outline are",
    "concave_points": "how many dents the outline has",
    "symmetry": "how unlike the two halves are",
    "fractal_dimension": "how rough the outline is: its fractal dimension - 1",
}
SUMMED_UP = {  # over all nuclei of one picture
    "mean_{}": "mean",
    "{}_error": "standard error",
    "worst_{}": "mean of the three largest",
}
INPUTS = tuple(
    Column(pattern.format(name), "not given", f"{meaning} ({summary})")
    for pattern, summary in SUMMED_UP.items()
    for name, meaning in MEASURED.items()
)

feature_names = [column.name for column in INPUTS]
target_names = ["malignant", "benign"]  # their positions are the labels: 0 and 1


def load_data():
    """The lumps as arrays: 455 rows to train on, and 114 held back for validation.

    Always the same rows in the same order: the split is a column of the table, not a random draw.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: `x` of shapes `(455, 30)` and `(114, 30)`, of type `config.floatx()`,
        its columns are `feature_names`, not scaled; `y` the whole number 0 for malignant, 1 for benign.

    >>> from kerasschool.datasets import breast_cancer
    >>> (x_train, y_train), (x_test, y_test) = breast_cancer.load_data()
    >>> x_train.shape, y_train.shape, x_test.shape, y_test.shape
    ((455, 30), (455,), (114, 30), (114,))
    >>> breast_cancer.target_names[y_train[0]]
    'malignant'
    """
    table = load_table()
    return packed_table.halves(table, feature_names, packed_table.numbered(table["diagnosis"], target_names))


def load_table():
    """The whole table as a dictionary, column name → array of 569 values; `diagnosis` and `split` are text.

    >>> from kerasschool.datasets import breast_cancer
    >>> list(breast_cancer.load_table())[:2]
    ['mean_radius', 'mean_texture']
    """
    return packed_table.read(PATH)


def card():
    """The data card: source, licence, columns with their units, rows left out, and what to be careful about.

    >>> from kerasschool.datasets import breast_cancer
    >>> print(breast_cancer.card().target.meaning)
    0 for malignant, 1 for benign
    """
    return DataCard(
        title="Breast cancer (Wisconsin, diagnostic)",
        about=(
            "One row is one lump in a breast. Cells were taken from it with a thin needle and photographed through a "
            "microscope; on the picture the outlines of the cells' nuclei were traced and measured. The diagnosis is "
            "known. Collected by William Wolberg at the University of Wisconsin; table of 1995."
        ),
        source=(
            "Street, Wolberg and Mangasarian (1993), *Proc. SPIE* 1905: 861-870; table *Breast Cancer Wisconsin "
            "(Diagnostic)* by Wolberg, Mangasarian, Street and Street, UCI Machine Learning Repository, "
            "doi 10.24432/C5DW2B, as scikit-learn ships it (`load_breast_cancer`)."
        ),
        licence="CC BY 4.0: name the source when you pass the data on",
        rows=(
            "569: 455 for training, 114 for validation. Rows were shuffled and split once with NumPy's seed 7, with "
            "both diagnoses in the same shares on both sides, and written down in the column `split`. 212 are "
            "malignant (share .3726), 357 benign."
        ),
        dropped="None: the source has no gaps.",
        inputs=INPUTS,
        target=Column("diagnosis", "0 or 1", "0 for malignant, 1 for benign"),
        cautions=(
            "0 is malignant and 1 is benign, as in scikit-learn. So `Recall` and `Precision`, which look at class 1, "
            "are about the benign lumps. To count how many cancers were found, use `1 - y` and `1 - p`.",
            "The two mistakes do not cost the same: a cancer that is missed, and a scare for nothing. Accuracy counts "
            "both alike.",
            "Always saying benign is right in 63 of 100 cases: a model must beat this number.",
            "Inputs differ in size by a factor of a hundred thousand (area up to 4254, smoothness_error below 0.04): "
            "scale them, with the mean and spread of the training rows only. The source names no units.",
            "Many inputs say the same: radius, perimeter and area grow together. No single weight tells what matters.",
            "One hospital, one way to trace outlines, about 1990. This is for learning, never for a diagnosis.",
        ),
    )
