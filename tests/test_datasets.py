"""Penguins: shapes, the frozen split, and that the shipped table is the source's."""

import collections
import csv
import hashlib

import numpy as np
import pytest

from kerasschool import config, datasets
from kerasschool.datasets import penguins
from tools import make_penguins


def test_shapes_and_types():
    (x_train, y_train), (x_test, y_test) = penguins.load_data()
    assert (x_train.shape, y_train.shape) == ((266, 8), (266,))
    assert (x_test.shape, y_test.shape) == ((67, 8), (67,))
    assert {a.dtype.name for a in (x_train, y_train, x_test, y_test)} == {"float32"}
    config.set_floatx("float64")
    assert penguins.load_data()[0][0].dtype == "float64"


def test_values_of_the_first_rows():
    (x_train, y_train), (x_test, y_test) = penguins.load_data()
    np.testing.assert_array_equal(x_train[0], np.float32([53.5, 19.9, 205, 4500, 0, 1, 0, 2008]))
    np.testing.assert_array_equal(x_train[2], np.float32([39.7, 18.4, 190, 3900, 1, 0, 0, 2008]))
    assert y_train[:3].tolist() == [1, 1, 1]
    assert penguins.target_names[int(y_train[0])] == "male"
    np.testing.assert_array_equal(x_train[:, 4:7].sum(axis=1), 1)
    np.testing.assert_array_equal(x_test[:, 4:7].sum(axis=1), 1)


def test_feature_names_describe_the_columns():
    (x_train, _), _ = penguins.load_data()
    assert penguins.feature_names == [
        "bill_length_mm",
        "bill_depth_mm",
        "flipper_length_mm",
        "body_mass_g",
        "species_Adelie",
        "species_Chinstrap",
        "species_Gentoo",
        "year",
    ]
    table = penguins.load_table()
    train = table["split"] == "train"
    for number, name in enumerate(penguins.feature_names):
        if name.startswith("species_"):
            column = table["species"] == name.removeprefix("species_")
        else:
            column = table[name]
        np.testing.assert_array_equal(x_train[:, number], column[train].astype("float32"))


def test_share_of_males():
    table = penguins.load_table()
    assert (table["sex"] == "male").sum() == 168
    assert len(table["sex"]) == 333
    assert round(float((table["sex"] == "male").mean()), 4) == 0.5045
    (_, y_train), (_, y_test) = penguins.load_data()
    assert (y_train.sum(), y_test.sum()) == (134, 34)


def test_the_table_is_the_source_without_incomplete_rows():
    source = make_penguins.source_rows()
    with open(penguins.PATH, newline="", encoding="utf-8") as file:
        shipped = list(csv.DictReader(file))
    assert {row.pop("split") for row in shipped} == {"train", "validation"}
    expected = [row for row in source if "NA" not in row.values()]
    assert len(source) - len(expected) == 11

    def count(rows):
        return collections.Counter(tuple(row.items()) for row in rows)

    assert count(shipped) == count(expected)


def test_the_split_is_frozen_and_balanced():
    table = penguins.load_table()
    validation = table["split"] == "validation"
    groups = collections.Counter(zip(table["species"][validation].tolist(), table["sex"][validation].tolist()))
    assert groups == {
        ("Adelie", "female"): 15,
        ("Adelie", "male"): 15,
        ("Chinstrap", "female"): 7,
        ("Chinstrap", "male"): 7,
        ("Gentoo", "female"): 11,
        ("Gentoo", "male"): 12,
    }
    digest = hashlib.sha256(penguins.PATH.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    assert digest == "94161fc41256ef09c93857090f61e4237dec51a75405aac7586097813b704ade"


def test_the_tool_writes_the_shipped_table_again(tmp_path, monkeypatch):
    monkeypatch.setattr(make_penguins, "TARGET", tmp_path / "penguins.csv")
    make_penguins.main()
    assert (tmp_path / "penguins.csv").read_text() == penguins.PATH.read_text()


def test_callers_own_their_arrays():
    (x_train, _), _ = penguins.load_data()
    x_train[:] = 0
    assert penguins.load_data()[0][0].min() == 0
    assert penguins.load_data()[0][0].max() > 4000


def test_card_names_everything_a_reader_needs():
    card = penguins.card()
    text = str(card)
    assert card._repr_markdown_() == text
    assert "CC0" in card.licence
    assert [column.name for column in card.inputs] == penguins.feature_names
    assert [column.unit for column in card.inputs] == ["mm", "mm", "mm", "g", "0 or 1", "0 or 1", "0 or 1", "year"]
    for part in ("333", "266", "67", "seed 7", ".5045", "11 of the 344", "e90081", *penguins.feature_names):
        assert part in text


def test_a_misspelt_name_is_answered():
    with pytest.raises(AttributeError, match="Did you mean 'penguins'"):
        datasets.pinguins  # noqa: B018
