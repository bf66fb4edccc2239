"""Wine, breast cancer, digits: the frozen split, and that each shipped table is its source's."""

import collections
import csv
import gzip
import hashlib
import io

import numpy as np
import pytest

from kerasschool import Sequential, config, layers, utils
from kerasschool.datasets import breast_cancer, digits, packed_table, wine
from tools import make_packed_tables

SETS = {"wine.csv.gz": wine, "breast_cancer.csv.gz": breast_cancer, "digits.csv.gz": digits}
every_set = pytest.mark.parametrize("name", SETS)
SHAPES = {"wine.csv.gz": (142, 36, 13), "breast_cancer.csv.gz": (455, 114, 30), "digits.csv.gz": (1438, 359, 64)}
COUNTS = {  # rows of each label in all, and held back
    "wine.csv.gz": ([59, 71, 48], [12, 14, 10]),
    "breast_cancer.csv.gz": ([212, 357], [42, 72]),
    "digits.csv.gz": ([178, 182, 177, 183, 181, 182, 181, 179, 174, 180], [36, 36, 35, 37, 36, 36, 36, 36, 35, 36]),
}
DIGESTS = {
    "wine.csv.gz": "42379a4bc95217dd61a4721a20e2a85ade7a075862a2bda9133538716980178d",
    "breast_cancer.csv.gz": "38e844287429ddf8a3d9ce9d2ef262a9c58085163b264a9bd8529f774f7b32cf",
    "digits.csv.gz": "513553426f8e481bd5829fa96418dafc0e596c1b7a5d66ae87e00a91ca8e664b",
}


def text_of(name):
    return gzip.decompress(SETS[name].PATH.read_bytes()).decode("ascii")


@every_set
def test_shapes_and_types(name):
    train, test, inputs = SHAPES[name]
    (x_train, y_train), (x_test, y_test) = SETS[name].load_data()
    assert (x_train.shape, y_train.shape) == ((train, inputs), (train,))
    assert (x_test.shape, y_test.shape) == ((test, inputs), (test,))
    assert x_train.dtype == x_test.dtype == "float32"
    assert y_train.dtype == y_test.dtype == "int64"
    config.set_floatx("float64")
    assert SETS[name].load_data()[0][0].dtype == "float64"


@every_set
def test_labels_are_split_in_their_shares(name):
    (_, y_train), (_, y_test) = SETS[name].load_data()
    in_all, held_back = COUNTS[name]
    assert np.bincount(y_test).tolist() == held_back
    assert (np.bincount(y_train) + np.bincount(y_test)).tolist() == in_all
    assert len(SETS[name].target_names) == len(in_all)
    for part, total in zip(held_back, in_all):
        assert abs(part / total - 0.2) < 0.01


@every_set
def test_rows_are_shuffled(name):
    y_train = SETS[name].load_data()[0][1]
    last = y_train[-len(y_train) // 5 :]  # what `validation_split=0.2` would take
    assert set(last.tolist()) == set(y_train.tolist())


@every_set
def test_the_table_is_the_source(name):
    source, data, target = make_packed_tables.TABLES[name]
    names, *rows = csv.reader(io.StringIO(text_of(name)))
    assert names == [*data.feature_names, target, "split"]
    shipped = collections.Counter((*cells, data.target_names.index(label)) for *cells, label, _ in rows)
    assert shipped == collections.Counter(
        (*cells, int(label)) for *cells, label in make_packed_tables.source_rows(source)
    )


@every_set
def test_the_table_is_frozen_and_the_tool_writes_it_again(name):
    assert hashlib.sha256(text_of(name).encode()).hexdigest() == DIGESTS[name]
    assert make_packed_tables.table(name) == text_of(name)


def test_the_tool_packs_the_same_bytes_each_time(tmp_path, monkeypatch):
    written = []
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        monkeypatch.setattr(make_packed_tables, "TARGET", tmp_path / folder)
        make_packed_tables.main()
        written.append({path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()})
    assert written[0] == written[1]
    assert {name: gzip.decompress(packed).decode() for name, packed in written[0].items()} == {
        name: text_of(name) for name in SETS
    }


def test_they_are_small():
    assert sum(data.PATH.stat().st_size for data in SETS.values()) < 120_000


@pytest.mark.parametrize(("name", "label", "of_scikit_learn"), [
    ("wine.csv.gz", "Barolo", "class_0"),
    ("breast_cancer.csv.gz", "malignant", "malignant"),
])  # fmt: skip
def test_labels_are_numbered_as_in_scikit_learn(name, label, of_scikit_learn):
    from sklearn import datasets

    bunch = {"wine.csv.gz": datasets.load_wine, "breast_cancer.csv.gz": datasets.load_breast_cancer}[name]()
    assert bunch.target_names[0] == of_scikit_learn
    assert SETS[name].target_names[0] == label
    (x_train, y_train), _ = SETS[name].load_data()
    theirs = {tuple(row): label for row, label in zip(bunch.data.astype("float32").tolist(), bunch.target.tolist())}
    assert [theirs[tuple(row)] for row in x_train.tolist()] == y_train.tolist()
    words = [name.lower().replace("_", " ").split() for name in bunch.feature_names]
    ours = [name.lower().replace("_", " ").split() for name in SETS[name].feature_names]
    assert [each[0] for each in words[:11]] == [each[0] for each in ours[:11]]


def test_values_of_first_rows():
    table = wine.load_table()
    assert (table["cultivar"][0], table["alcohol"][0], table["proline"][0]) == ("Barbera", 12.87, 625)
    (x_train, y_train), _ = digits.load_data()
    picture = x_train[0].reshape(digits.image_shape)
    assert y_train[0] == 0  # a ring: ink around, none in the middle
    assert picture.min() == 0 and picture.max() <= 16
    assert picture[3:5, 3].max() <= 2 and picture[3:5, 2].max() > 12 and picture[3:5, 5].max() > 8


def test_three_pixels_are_empty_as_the_card_says():
    (x_train, _), _ = digits.load_data()
    assert (x_train.std(axis=0) == 0).sum() == 3
    assert (x_train / 16).max() == 1


@every_set
def test_callers_own_their_arrays(name):
    (x_train, y_train), _ = SETS[name].load_data()
    x_train[:] = -1
    y_train[:] = -1
    (x_train, y_train), _ = SETS[name].load_data()
    assert x_train.max() > 1 and y_train.min() == 0


@every_set
def test_the_card_names_everything_a_reader_needs(name):
    data, (train, test, inputs) = SETS[name], SHAPES[name]
    card = data.card()
    text = str(card)
    assert card._repr_markdown_() == text
    assert [column.name for column in card.inputs] == data.feature_names
    assert len(set(data.feature_names)) == inputs
    parts = [str(train), str(test), str(train + test), "seed 7", "CC BY 4.0", "doi 10.24432/C5", "scikit-learn"]
    for part in [*parts, data.feature_names[0], data.feature_names[-1], card.target.name]:
        assert part in text
    assert len(card.cautions) >= 5
    assert max(map(len, text.splitlines())) < 600


def test_the_card_of_breast_cancer_says_what_0_is():
    text = str(breast_cancer.card())
    assert "0 is malignant and 1 is benign, as in scikit-learn" in text
    assert "share .3726" in text and round(212 / 569, 4) == 0.3726


def test_pixels_share_one_line_of_the_card():
    lines = [line for line in str(digits.card()).splitlines() if line.startswith("| input")]
    assert len(lines) == 1
    assert "inputs 0 to 63 | pixel_0_0 … pixel_7_7" in lines[0]
    lines = [line for line in str(breast_cancer.card()).splitlines() if line.startswith("| input")]
    assert len(lines) == 30


@pytest.mark.parametrize(("name", "units", "activation", "loss", "least"), [
    ("wine.csv.gz", 3, "softmax", "sparse_categorical_crossentropy", 0.9),
    ("breast_cancer.csv.gz", 1, "sigmoid", "binary_crossentropy", 0.9),
    ("digits.csv.gz", 10, "softmax", "sparse_categorical_crossentropy", 0.9),
])  # fmt: skip
def test_they_can_be_learned_as_their_cards_say(name, units, activation, loss, least):
    (x_train, y_train), (x_test, y_test) = SETS[name].load_data()
    if name == "digits.csv.gz":
        mean, spread = 0, 16
    else:
        mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
    utils.set_random_seed(7)
    model = Sequential([layers.Dense(16, activation="relu"), layers.Dense(units, activation=activation)])
    model.compile(loss=loss, optimizer="adam", metrics=["accuracy"])
    model.fit((x_train - mean) / spread, y_train, epochs=30, batch_size=16, verbose=0)
    assert model.evaluate((x_test - mean) / spread, y_test, verbose=0)[1] >= least


def test_cells_are_numbers_only_if_all_are():
    assert packed_table.as_array(["1", "2.5"]).tolist() == [1, 2.5]
    assert packed_table.as_array(["1", "train"]).tolist() == ["1", "train"]
