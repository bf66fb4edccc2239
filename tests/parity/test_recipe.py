"""The code of a recipe runs unchanged on Keras 3, and a Keras model becomes a recipe."""

import keras
import numpy as np
import pytest

from kerasschool.live import recipe_schema
from kerasschool.live.recipe import Recipe

pytestmark = pytest.mark.keras

SCHEMA = recipe_schema.schema()
FEW = {"epochs": 1, "batch_size": 64}


def dense(units=1, **arguments):
    return {"class": "Dense", "arguments": {"units": units, **arguments}}


def shaped(*layers, shape=(4,)):
    return [{"class": "InputLayer", "arguments": {"shape": list(shape)}}, *layers]


def started(kind, name):
    arguments = SCHEMA[kind][name].values()
    return {"class": name, "arguments": {each.name: each.start for each in arguments if each.required}}


RECIPES = {
    "penguins": Recipe(fit=FEW),
    "decay, dropout, early stopping": Recipe(
        split=0.2,
        layers=shaped(
            dense(6, activation="gelu", kernel_initializer={"class": "RandomNormal", "arguments": {"stddev": 0.1}}),
            {"class": "BatchNormalization", "arguments": {}},
            {"class": "Dropout", "arguments": {"rate": 0.5}},
            dense(1, activation="sigmoid", kernel_regularizer={"class": "L2", "arguments": {"l2": 0.1}}),
            shape=(8,),
        ),
        compile={"loss": {"class": "BinaryCrossentropy", "arguments": {"label_smoothing": 0.1}}, "metrics": ["auc"]},
        fit={**FEW, "early_stopping": {"class": "EarlyStopping", "arguments": {"patience": 2}}},
    ).with_optimizer("sgd", momentum=0.9, learning_rate=started("schedule", "CosineDecay")),
    "three classes": Recipe(
        layers=shaped(dense(5, activation="tanh"), dense(3, activation="softmax"), shape=(8,)),
        compile={"loss": "sparse_categorical_crossentropy", "optimizer": "nadam"},
        fit=FEW,
        scaling="none",
    ),
    "wine": Recipe(
        data="wine",
        layers=shaped(dense(5, activation="relu"), dense(3, activation="softmax"), shape=(13,)),
        compile={"loss": "sparse_categorical_crossentropy"},
        fit=FEW,
    ),
    "breast cancer": Recipe(data="breast_cancer", layers=shaped(dense(1, activation="sigmoid"), shape=(30,)), fit=FEW),
    "points in the plane": Recipe(
        data={"class": "planar", "arguments": {"kind": "xor", "noise": 0.2}},
        layers=shaped(dense(4, activation="tanh"), dense(1, activation="sigmoid"), shape=(2,)),
        fit=FEW,
        scaling="none",
    ),
    "a plane": Recipe(
        data={"class": "planar", "arguments": {"kind": "plane", "rows": 100}},
        layers=shaped(dense(1), shape=(2,)),
        compile={"loss": "mean_squared_error", "metrics": ["mean_absolute_error"]},
        fit=FEW,
    ),
}


@pytest.mark.parametrize("name", RECIPES)
def test_the_program_runs_on_keras(name, capsys):
    recipe = RECIPES[name]
    names = {}
    exec(recipe.code("keras"), names)
    history = names["history"].history
    ours = {}
    exec(recipe.code(), ours)
    assert sorted(history) == sorted(ours["history"].history)
    assert np.isfinite(history["loss"]).all()
    np.testing.assert_array_equal(names["x_train"], ours["x_train"])
    model = names["model"]
    assert isinstance(model, keras.Sequential)
    others = {part: getattr(recipe, part) for part in ("data", "scaling", "split", "fit", "seed")}
    assert Recipe.from_model(model, **others) == recipe


def test_every_layer_makes_the_same_shapes_and_comes_back():
    shapes = dict.fromkeys(["SpatialDropout1D", "GlobalAveragePooling1D", "GlobalMaxPooling1D"], (5, 3))
    for name in SCHEMA["layer"]:
        if name != "InputLayer":
            recipe = Recipe(data="own", layers=shaped(started("layer", name), shape=shapes.get(name, (4,))))
            names = {"keras": keras}
            exec(recipe.step_code("define"), names)
            ours = recipe.build()
            assert names["model"].output_shape == ours.output_shape
            assert [w.shape for w in names["model"].get_weights()] == [w.shape for w in ours.get_weights()], name
            assert Recipe.from_model(names["model"]).layers == recipe.layers, name


def test_every_part_of_a_layer_is_known_to_keras_and_comes_back():
    for kind in ("activation", "initializer", "regularizer", "constraint"):
        argument = "activation" if kind == "activation" else f"kernel_{kind}"
        for name in SCHEMA[kind]:
            layer = dense(4, **{argument: name if kind == "activation" else started(kind, name)})
            recipe = Recipe(data="own", layers=shaped(layer))
            names = {"keras": keras}
            exec(recipe.step_code("define"), names)
            assert Recipe.from_model(names["model"]).layers == recipe.layers, name


@pytest.mark.parametrize("kind", ["loss", "optimizer", "metric", "schedule"])
def test_every_choice_of_compile_is_known_to_keras_and_comes_back(kind):
    model = keras.Sequential([keras.Input(shape=(8,)), keras.layers.Dense(1)])
    names = {"keras": keras, "model": model}
    for name in SCHEMA[kind]:
        spec = started(kind, name)
        chosen = {kind: spec} if kind in ("loss", "optimizer") else {"metrics": [spec]}
        if kind == "schedule":
            chosen = {"optimizer": {"class": "Adam", "arguments": {"learning_rate": spec}}}
        recipe = Recipe(layers=shaped(dense(), shape=(8,)), compile=chosen)
        exec(recipe.step_code("compile"), names)
        modules = {"loss": keras.losses, "metric": keras.metrics}
        word = recipe.compile["loss"] if kind == "loss" else recipe.compile["metrics"][0]
        if kind in modules and isinstance(word, str) and word not in recipe_schema.SHORT_METRICS:
            assert modules[kind].get(word) is not None
        assert Recipe.from_model(model).compile == recipe.compile, name


def test_what_keras_makes_by_other_ways():
    model = keras.Sequential([keras.layers.Dense(3, activation=keras.activations.relu), keras.layers.Dense(1)])
    model.build((None, 5))
    model.compile(loss=keras.losses.mean_squared_error, optimizer=keras.optimizers.Adam(0.05), metrics=["mae"])
    recipe = Recipe.from_model(model)
    assert recipe.layers == shaped(dense(3, activation="relu"), dense(), shape=(5,))
    assert recipe.compile == {
        "loss": "mean_squared_error",
        "optimizer": {"class": "Adam", "arguments": {"learning_rate": 0.05}},
        "metrics": ["mean_absolute_error"],
    }
    for layer in (keras.layers.Lambda(abs), keras.layers.LSTM(2), keras.layers.Dense(2, activation=abs)):
        shape = (3, 2)
        with pytest.raises(ValueError, match="cannot hold this"):
            Recipe.from_model(keras.Sequential([keras.Input(shape=shape), layer]))
