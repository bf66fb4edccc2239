"""Write kerasschool/datasets/penguins.csv from the table in the `palmerpenguins` package: drop, shuffle, split.

Run once; the result is frozen and a test compares it with its source. Usage: python tools/make_penguins.py
"""

import csv
import importlib.util
import pathlib

import numpy as np

SEED = 7
VALIDATION_ROWS = 67
TARGET = pathlib.Path(__file__).resolve().parents[1] / "kerasschool" / "datasets" / "penguins.csv"


def source_rows():
    """The 344 rows of the source as dictionaries of text, found without importing the package (and pandas)."""
    folder = pathlib.Path(importlib.util.find_spec("palmerpenguins").origin).parent
    with open(folder / "data" / "penguins.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def split(keys, count, random):
    """`count` row numbers for validation, the rows of each key in their share (largest remainders first)."""
    groups = {}
    for number, key in enumerate(keys):
        groups.setdefault(key, []).append(number)
    share = {key: len(members) * count / len(keys) for key, members in groups.items()}
    taken = {key: int(value) for key, value in share.items()}
    by_remainder = sorted(groups, key=lambda key: (taken[key] - share[key], key))
    for key in by_remainder[: count - sum(taken.values())]:
        taken[key] += 1
    return {number for key in sorted(groups) for number in random.permutation(groups[key])[: taken[key]]}


def main():
    random = np.random.RandomState(SEED)
    complete = [row for row in source_rows() if "NA" not in row.values()]
    rows = [complete[number] for number in random.permutation(len(complete))]
    validation = split([(row["species"], row["sex"]) for row in rows], VALIDATION_ROWS, random)
    with open(TARGET, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*rows[0], "split"], lineterminator="\n")
        writer.writeheader()
        for number, row in enumerate(rows):
            writer.writerow({**row, "split": "validation" if number in validation else "train"})


if __name__ == "__main__":
    main()
