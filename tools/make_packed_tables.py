"""Write wine, breast_cancer and digits in kerasschool/datasets from scikit-learn's tables: name, shuffle, split, pack.

Run once; the results are frozen and a test compares them with their source. Usage: python -m tools.make_packed_tables
"""

import csv
import gzip
import importlib.util
import io
import pathlib

import numpy as np

from kerasschool.datasets import breast_cancer, digits, wine
from tools.make_penguins import split

SEED = 7
SHARE = 0.2  # of the rows, for validation
TARGET = pathlib.Path(__file__).resolve().parents[1] / "kerasschool" / "datasets"
TABLES = {  # file → the source's file, the data set, the name of its last column
    "wine.csv.gz": ("wine_data.csv", wine, "cultivar"),
    "breast_cancer.csv.gz": ("breast_cancer.csv", breast_cancer, "diagnosis"),
    "digits.csv.gz": ("digits.csv.gz", digits, "digit"),
}


def source_rows(name):
    """The rows of one of scikit-learn's files as lists of text, found without importing scikit-learn."""
    path = pathlib.Path(importlib.util.find_spec("sklearn").origin).parent / "datasets" / "data" / name
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return rows if name.startswith("digits") else rows[1:]  # the others begin with a line of counts


def table(name):
    """The text of one table to ship."""
    source, data, target = TABLES[name]
    random = np.random.RandomState(SEED)
    rows = source_rows(source)
    rows = [rows[number] for number in random.permutation(len(rows))]
    labels = [int(row[-1]) for row in rows]
    validation = split(labels, round(SHARE * len(rows)), random)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*data.feature_names, target, "split"])
    for number, (row, label) in enumerate(zip(rows, labels)):
        writer.writerow([*row[:-1], data.target_names[label], "validation" if number in validation else "train"])
    return text.getvalue()


def main():
    for name in TABLES:
        packed = gzip.compress(table(name).encode("ascii"), 9, mtime=0)  # without the time, to be the same each time
        (TARGET / name).write_bytes(packed)


if __name__ == "__main__":
    main()
