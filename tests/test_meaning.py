"""What rows mean, what a reader may hand over, and whether the layers fit: every data set, every form of target."""

import numpy as np
import pandas
import pytest

from kerasschool.live import recipe_schema
from kerasschool.live.experiment import Experiment
from kerasschool.live.fitting import fitted, head_of, misfit
from kerasschool.live.meaning import Names, as_arrays, class_numbers, in_own_units, meaning_of, question
from kerasschool.live.recipe import Recipe

KINDS = ("circle", "xor", "gauss", "spiral", "moons", "multi_gauss", "plane", "hills")
ALL = [name for name in recipe_schema.names("data") if name != "own"]
ALL += [{"class": "planar", "arguments": {"kind": kind}} for kind in KINDS[1:]]


@pytest.mark.parametrize("data", ALL, ids=str)
def test_any_data_set_can_be_fitted_and_trained(data):
    experiment = Experiment(Recipe(fit={"epochs": 1, "batch_size": 64}))
    experiment.change(data=data)
    meaning = meaning_of(experiment)
    assert len(meaning.features) == len(meaning.units) == experiment.rows.x.shape[1] and meaning.card is not None
    is_penguins = data == "penguins"
    assert (misfit(experiment) == "") is is_penguins
    experiment.change(**fitted(experiment))
    assert misfit(experiment) == ""
    assert np.isfinite(experiment.session.run().history["loss"]).all()
    hidden = experiment.recipe.layers[1:-1]
    assert hidden == Recipe().layers[1:-1]  # what is between stays


@pytest.mark.parametrize(
    ("data", "task", "units", "activation", "loss"),
    [
        ("penguins", "binary", 1, "sigmoid", "binary_crossentropy"),
        ("wine", "classes", 3, "softmax", "sparse_categorical_crossentropy"),
        ("digits", "classes", 10, "softmax", "sparse_categorical_crossentropy"),
        ({"class": "planar", "arguments": {"kind": "plane"}}, "numbers", 1, None, "mean_squared_error"),
    ],
)
def test_the_head_that_goes_with_a_target(data, task, units, activation, loss):
    experiment = Experiment(Recipe(data=data))
    assert meaning_of(experiment).task == task
    experiment.change(**fitted(experiment))
    assert head_of(experiment.recipe.layers)[1:] == (units, activation)
    assert experiment.recipe.compile["loss"] == loss
    assert experiment.recipe.compile["metrics"] == (["accuracy"] if task != "numbers" else ["mean_absolute_error"])


def dense(units, activation=None):
    return {"class": "Dense", "arguments": {"units": units, "activation": activation}}


START = {"class": "InputLayer", "arguments": {"shape": [8]}}


@pytest.mark.parametrize(
    ("layers", "loss", "words"),
    [
        ([START, dense(3, "sigmoid")], "mse", "one unit is enough, the last layer has 3"),
        ([START, dense(1, "softmax")], "mse", "Softmax of one unit is always 1"),
        ([START, dense(1)], "mse", "sigmoid gives a probability, linear gives other numbers"),
        ([START, dense(1, "relu")], "binary_crossentropy", "relu gives other numbers"),
        ([START, dense(2, "softmax")], "categorical_crossentropy", "one unit is enough"),
        ([START, dense(1, "sigmoid")], "sparse_categorical_crossentropy", "The labels ask for binary_crossentropy"),
    ],
)
def test_a_head_that_does_not_fit_is_named_and_mended(layers, loss, words):
    experiment = Experiment(Recipe(layers=layers, compile={"loss": loss}))
    assert words in misfit(experiment)
    experiment.change(**fitted(experiment))
    assert misfit(experiment) == ""


@pytest.mark.parametrize(
    ("layers", "loss"),
    [
        ([START, dense(2, "softmax")], "sparse_categorical_crossentropy"),
        ([START, dense(1, "sigmoid")], "mean_squared_error"),
        ([START, dense(1), {"class": "Activation", "arguments": {"activation": "sigmoid"}}], "binary_crossentropy"),
        ([START, dense(1)], {"class": "BinaryCrossentropy", "arguments": {"from_logits": True}}),
    ],
)
def test_other_heads_that_fit_are_left_alone(layers, loss):
    assert misfit(Experiment(Recipe(layers=layers, compile={"loss": loss}))) == ""


def test_the_old_activation_layer_goes_when_the_head_is_fitted():
    layers = [START, dense(1), {"class": "Activation", "arguments": {"activation": "sigmoid"}}]
    experiment = Experiment(Recipe(layers=layers))
    experiment.change(data="wine")
    experiment.change(**fitted(experiment))
    assert [layer["class"] for layer in experiment.recipe.layers] == ["InputLayer", "Dense"]


def test_rows_that_are_arrays_get_a_flatten_once():
    experiment = Experiment(
        Recipe(layers=[{"class": "InputLayer", "arguments": {"shape": [4, 4]}}, dense(1, "sigmoid")])
    )
    experiment.use(np.zeros((6, 4, 4)), np.arange(6) % 2)
    assert misfit(experiment) == "Each row is an array of shape (4, 4): a `Flatten` layer makes one line of it."
    for _ in range(2):
        experiment.change(**fitted(experiment))
        assert [layer["class"] for layer in experiment.recipe.layers] == ["InputLayer", "Flatten", "Dense"]
    assert misfit(experiment) == "" and experiment.model.output_shape == (None, 1)


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        ([0, 1, 1, 0], ("binary", 2, False)),
        ([[0.0], [1.0]], ("binary", 2, False)),
        ([0, 0], ("binary", 2, False)),
        ([0, 1, 2], ("classes", 3, False)),
        ([0, 2, 3], ("numbers", 0, False)),
        ([1, 2], ("numbers", 0, False)),
        ([0.5, 1], ("numbers", 0, False)),
        ([[0, 0, 1], [1, 0, 0]], ("classes", 3, True)),
        ([[0, 0.5, 1], [1, 0, 0]], ("numbers", 0, False)),
        ([np.nan, 1], ("numbers", 0, False)),
    ],
)
def test_what_labels_ask_for(y, expected):
    assert question([np.array(y)]) == expected


def test_class_numbers():
    assert class_numbers([[0, 1], [1, 0]]).tolist() == [1, 0]
    assert class_numbers([[2.0], [0.0]]).tolist() == [2, 0]


def test_own_units_are_the_numbers_that_were_loaded():
    for data in ("penguins", "wine", "breast_cancer"):
        scaled, plain = Experiment(Recipe(data=data)).rows, Experiment(Recipe(data=data, scaling="none")).rows
        np.testing.assert_allclose(in_own_units(scaled, scaled.x), plain.x, rtol=2e-5, atol=1e-6)
    flags = in_own_units(Experiment().rows, Experiment().rows.x)[:, 4:7]
    assert np.isin(flags, (0, 1)).all() and not np.signbit(flags).any()


def test_flags_that_are_one_choice():
    experiment = Experiment()
    assert meaning_of(experiment).groups(in_own_units(experiment.rows, experiment.rows.x)) == [[4, 5, 6]]


def test_labels_of_inputs():
    meaning = meaning_of(Experiment())
    assert meaning.label(0) == "bill_length_mm" and meaning.units[0] == "mm"  # the name says the unit already


# What a reader may hand over


def test_a_data_frame():
    table = pandas.DataFrame({"height": [1.5, 2.5], "kind": ["tree", "bush"], "age": [3, 4]})
    x, y, names = as_arrays(table, "kind")
    assert x.tolist() == [[1.5, 3], [2.5, 4]] and y.tolist() == [1, 0]
    assert names == Names(("height", "age"), "kind", ("bush", "tree"))
    x, y, names = as_arrays(table[["height"]], table["kind"])
    assert x.tolist() == [[1.5], [2.5]] and names.target == "kind" and names.features == ("height",)


def test_a_file(tmp_path):
    path = tmp_path / "plants.csv"
    path.write_text("height,kind\n1.5,tree\n2.5,bush\n3,tree\n")
    x, y, names = as_arrays(path)
    assert x.tolist() == [[1.5], [2.5], [3]] and y.tolist() == [1, 0, 1] and names.classes == ("bush", "tree")
    made = {}
    exec(names.code, made)
    np.testing.assert_array_equal(made["x"], x)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ([[1.0]], None, "There are no labels"),
        ([[1.0], [2.0]], [1], "Rows and labels do not match"),
        ([1.0, 2.0], [1, 0], "Rows and labels do not match"),
        ([["a"], ["b"]], [0, 1], "`x` must hold numbers"),
        ([[1.0], [np.nan]], [0, 1], "`x` has 1 cell that is missing"),
        ([[1.0], [2.0]], [np.inf, 1], "`y` has 1 cell that is missing"),
        (np.zeros((0, 2)), [], "`x` is empty"),
        ([[1.0], [2.0, 3.0]], [0, 1], "`x` must hold numbers"),
    ],
)
def test_what_is_no_table_of_numbers(x, y, words):
    with pytest.raises(ValueError, match=words):
        as_arrays(x, y)


def test_texts_and_misspelt_columns_of_a_data_frame():
    table = pandas.DataFrame({"height": [1.5, 2.5], "kind": ["tree", "bush"], "sick": [0, 1]})
    with pytest.raises(ValueError, match="'kind' holds texts.*get_dummies"):
        as_arrays(table, "sick")
    with pytest.raises(ValueError, match="Unknown column 'sik'. Did you mean 'sick'"):
        as_arrays(table, "sik")


def test_own_names_reach_every_panel_and_a_share_stays():
    experiment = Experiment(Recipe(split=0.5))
    x, y, names = as_arrays(pandas.DataFrame({"a": [1.0, 2, 3, 4], "b": [0.0, 1, 0, 1]}), "b")
    experiment.use(x, y, names=names)
    assert experiment.recipe.split == 0.5 and len(experiment.rows.x) == 2
    assert meaning_of(experiment).features == ("a",)
    experiment.use(x, y, (x, y))
    assert experiment.recipe.split == "given" and meaning_of(experiment).features == ("input 1",)
