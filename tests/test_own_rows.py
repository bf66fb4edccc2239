"""What readers hand to panels as rows and labels: each panel takes what can be read, and refuses the rest in words."""

import gc
import html
import re

import numpy as np
import pandas
import pytest

from kerasschool import Sequential, layers, panels
from kerasschool.live.experiment import Experiment
from kerasschool.live.fitting import fitted
from kerasschool.live.meaning import further_rows, own_rows
from kerasschool.live.recipe import Recipe

OPENED = (
    panels.Data,
    panels.Layers,
    panels.Compile,
    panels.Train,
    panels.Evaluate,
    panels.Predict,
    panels.Compare,
    panels.SixSteps,
)
X = np.random.RandomState(0).normal(size=(12, 3)).astype("float32")
Y = np.arange(12) % 2
WORDS = np.array(["no", "yes"])[Y]


def holed(value):
    x = X.copy()
    x[3, 1] = value
    return x


def model():
    made = Sequential([layers.Input((3,)), layers.Dense(1, activation="sigmoid")])
    made.compile("adam", "binary_crossentropy")
    return made


def text(widget):
    return html.unescape(re.sub("<[^>]*>", "", widget.value))


REFUSED = {
    "nan": (holed(np.nan), Y, "1 cell that is missing or infinite"),
    "infinite": (holed(np.inf), Y, "1 cell that is missing or infinite"),
    "masked": (np.ma.masked_array(X, mask=X > 100) + np.ma.masked_equal(holed(9), 9), Y, "1 cell that is missing"),
    "too large": (X.astype(float) * 1e300, Y, "too large for float32"),
    "no rows": (X[:0], Y[:0], "`x` is empty"),
    "no columns": (X[:, :0], Y, "`x` is empty"),
    "one axis": (X[:, 0], Y, r"x\.reshape\(-1, 1\)"),
    "a number": (3, 4, "`x` needs one row per example"),
    "one label": (X, 1, "`y` one label per row"),
    "too few labels": (X, Y[:5], "`y` one label per row"),
    "no labels": (X, None, "There are no labels"),
    "labels alone": (None, Y, "There are labels, but no rows"),
    "missing label": (X, np.where(Y, np.nan, 1.0), "6 cells that are missing"),
    "words": ([["a", "b"]] * 12, Y, "`x` must hold numbers"),
    "ragged": ([[1, 2], [3]], [0, 1], "`x` must hold numbers"),
    "complex": (X + 1j, Y, "`x` must hold numbers"),
    "dates": (np.array(["2020-01-01"] * 12, "M8[D]")[:, None], Y, "`x` must hold numbers"),
    "a dictionary": ({"a": 1}, Y, "`x` must hold numbers"),
    "a generator": ((each for each in X), Y, "`x` must hold numbers"),
    "no file": ("nowhere.csv", None, "No file 'nowhere.csv'"),
    "unknown column": (pandas.DataFrame(X, columns=list("abc")), "target", "Unknown column 'target'"),
    "gaps in a table": (pandas.DataFrame({"a": pandas.array([1, None] * 6, dtype="Int64")}), Y, "6 cells that are"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_no_panel_opens_on_what_is_no_table_and_nothing_changes(case):
    x, y, words = REFUSED[case]
    experiment = Experiment()
    for panel in OPENED:
        with pytest.raises((ValueError, FileNotFoundError), match=words):
            panel(experiment, x, y)
    assert experiment.recipe == Recipe() and experiment.own == (None, None, None)


READ = {
    "words as labels": (X, WORDS),
    "a column of labels": (X, Y[:, None]),
    "lists": (X.tolist(), Y.tolist()),
    "truth values": (X > 0, Y > 0),
    "a table and its column": (pandas.DataFrame({**dict(zip("abc", X.T)), "kind": WORDS}), "kind"),
    "half precision": (X.astype("float16"), Y),
}


@pytest.mark.parametrize("case", READ)
def test_what_can_be_read_trains_in_all_panels(case):
    x, y = READ[case]
    experiment = panels.Layers(Recipe(fit={"epochs": 1}), x, y).experiment
    experiment.change(**fitted(experiment))
    panel = panels.SixSteps(experiment, step="train")
    panel["train"].session.run()
    for step in ("evaluate", "predict"):
        panel.set(step=step)
        assert "Error" not in text(panel[step].message)
    assert experiment.rows.y.tolist() == Y.tolist()
    assert panel["predict"].label in (("no", "yes") if "table" in case or "words" in case else ("0", "1"))
    panel.close()


def test_floats_stay_the_readers_own():
    x = X.astype(float)
    assert own_rows(x, Y)[0] is x
    assert own_rows(x.tolist(), Y)[0].dtype == np.float32


def test_rows_held_back_are_numbered_as_those_to_train_on():
    *_, (x_val, y_val), names = own_rows(X, WORDS, (X[1:2], ["yes"]))
    assert y_val.tolist() == [1] and names.classes == ("no", "yes")
    with pytest.raises(ValueError, match="'maybe' is no class of the rows to train on. Known: no, yes"):
        own_rows(X, WORDS, (X[:2], ["maybe", "no"]))


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        (3, "must be a pair"),
        ((X, Y, Y), "must be a pair"),
        ((X, None), "In `test_data`: There are no labels"),
        ((X, Y[:3]), "In `test_data`: Rows and labels"),
        ((holed(np.nan), Y), "In `test_data`: `x` has 1 cell"),
    ],
)
def test_further_rows_are_a_pair(pair, words):
    with pytest.raises(ValueError, match=words):
        further_rows("test_data", pair)
    with pytest.raises(ValueError, match=words):
        panels.Evaluate(test_data=pair)


def test_other_columns_held_back():
    with pytest.raises(ValueError, match="other columns than those to train on"):
        own_rows(X, Y, (X[:, :2], Y))


@pytest.mark.parametrize("scaling", ["standard", 3, (1, "a"), (np.zeros(2), np.ones(3)), (0,), (np.nan, 1)], ids=str)
def test_a_scaling_is_mean_and_spread(scaling):
    for panel in (panels.Evaluate, panels.Predict):
        with pytest.raises(ValueError, match="`scaling` must be"):
            panel(model(), X, Y, scaling=scaling)


def test_a_model_by_hand_takes_words_and_tables():
    table = pandas.DataFrame(X, columns=["a", "b", "c"])
    panel = panels.Predict(model(), table, WORDS)
    assert list(panel.values) == ["a", "b", "c"] and set(panel.answer) == {"no", "yes"}


def test_numbers_that_cannot_be_scaled_are_a_message():
    panel = panels.Data(None, X * np.float32(1e30), Y)
    assert "cannot be scaled" in text(panel.message)
    panel.set(scaling="none")
    assert "Error" not in text(panel.message)


def test_a_panel_that_was_refused_half_made_is_closed_without_a_word(monkeypatch):
    def refuse(self):
        raise ValueError("no")

    monkeypatch.setattr(panels.SixSteps, "_mark", refuse)
    with pytest.raises(ValueError, match="no"):
        panels.SixSteps()
    gc.collect()  # what `close` raises there becomes an error of this test
