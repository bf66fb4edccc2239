"""The recipe: every choice that panels offer goes to code, JSON, a share string and a model, and comes back."""

import copy
import pickle
import random as python_random

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import datasets
from kerasschool.live import recipe_schema
from kerasschool.live.recipe import Recipe
from kerasschool.live.recipe_schema import Argument, canonical, spell

SCHEMA = recipe_schema.schema()


def dense(units=1, **arguments):
    return {"class": "Dense", "arguments": {"units": units, **arguments}}


def shaped(*layers, shape=(4,)):
    return [{"class": "InputLayer", "arguments": {"shape": list(shape)}}, *layers]


def started(kind, name):
    """A spec with the start value of every required argument."""
    arguments = SCHEMA[kind][name].values()
    return {"class": name, "arguments": {each.name: each.start for each in arguments if each.required}}


def other_value(argument):
    """A value that is allowed and is not the default, or None."""
    if argument.kind == "boolean":
        return not argument.default
    if argument.kind == "choice":
        return next(choice for choice in argument.choices if choice != argument.default)
    if argument.kind == "whole":
        low = argument.minimum or 0
        return low + 1 if argument.start in (None, low) else argument.start + 1
    if argument.kind == "number" and argument.maximum == 0:
        return -0.25
    if argument.kind == "number":
        return 0.25 if argument.start != 0.25 else 0.75
    return {"activation": "tanh", "initializer": "he_normal", "regularizer": "l2", "constraint": "non_neg"}.get(
        argument.kind
    )


def filled(kind, name):
    """Specs that set, one by one, each argument that any value of its kind may fill."""
    for argument in SCHEMA[kind][name].values():
        value = other_value(argument)
        if value is not None and argument.name not in NEEDS_OTHERS:
            spec = started(kind, name)
            spec["arguments"][argument.name] = value
            yield spec


NEEDS_OTHERS = {  # arguments that go only with certain others, or with certain shapes
    "nesterov", "multi_label", "num_labels", "data_format", "gradient_accumulation_steps", "shared_axes",
    "min_value", "minval", "maxval", "from_sorted_ids",
}  # fmt: skip


def goes_round(recipe):
    """The recipe by every way out and back is the same recipe, and its code makes the same model."""
    assert Recipe.from_dict(recipe.to_dict()) == recipe
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert Recipe.from_share(recipe.share()) == recipe
    model = recipe.build()
    others = {name: getattr(recipe, name) for name in ("data", "scaling", "split", "fit", "seed", "locks")}
    assert Recipe.from_model(model, **others) == recipe
    state = np.random.get_state(), python_random.getstate()
    try:
        names = {"keras": keras}
        code = (
            f"keras.utils.set_random_seed({recipe.seed})\n{recipe.step_code('define')}\n{recipe.step_code('compile')}"
        )
        exec(code, names)
    finally:
        np.random.set_state(state[0])
        python_random.setstate(state[1])
    coded = names["model"]
    assert Recipe.from_model(coded, **others) == recipe
    assert len(coded.weights) == len(model.weights)
    for one, other in zip(coded.get_weights(), model.get_weights()):
        np.testing.assert_array_equal(one, other)
    return model


# All directions, for everything that is offered

SHAPES = {"Embedding": (3,), "SpatialDropout1D": (5, 3), "GlobalAveragePooling1D": (5, 3), "GlobalMaxPooling1D": (5, 3)}


@pytest.mark.parametrize("name", [name for name in SCHEMA["layer"] if name != "InputLayer"])
def test_every_layer(name):
    for spec in [started("layer", name), *filled("layer", name)]:
        tail = [dense()] if name == "Dense" or name not in SHAPES else []
        model = goes_round(Recipe(data="own", layers=shaped(spec, *tail, shape=SHAPES.get(name, (4,)))))
        assert type(model.layers[0]).__name__ == name


@pytest.mark.parametrize("name", SCHEMA["activation"])
def test_every_activation(name):
    model = goes_round(Recipe(layers=shaped(dense(6, activation=name), dense())))
    assert keras.activations.serialize(model.layers[0].activation) == name


@pytest.mark.parametrize(
    ("kind", "argument"),
    [("initializer", "kernel_initializer"), ("regularizer", "kernel_regularizer"), ("constraint", "kernel_constraint")],
)
def test_every_part_of_a_layer(kind, argument):
    for name in SCHEMA[kind]:
        for spec in [started(kind, name), *filled(kind, name)]:
            model = goes_round(Recipe(layers=shaped(dense(3, **{argument: spec}), dense())))
            assert type(getattr(model.layers[0], argument)).__name__ == name


@pytest.mark.parametrize("name", SCHEMA["loss"])
def test_every_loss(name):
    for spec in [started("loss", name), *filled("loss", name)]:
        model = goes_round(Recipe(compile={"loss": spec}))
        assert type(keras.losses.get(model.loss)).__name__.replace("_", "").lower() in (
            name.lower(),
            "lossfunction",  # a bare word may be Keras's function
        )


@pytest.mark.parametrize("name", SCHEMA["metric"])
def test_every_metric(name):
    for spec in [started("metric", name), *filled("metric", name)]:
        goes_round(Recipe(compile={"metrics": [spec, "accuracy"] if name != "accuracy" else [spec]}))


@pytest.mark.parametrize("name", SCHEMA["optimizer"])
def test_every_optimizer(name):
    for spec in [started("optimizer", name), *filled("optimizer", name)]:
        model = goes_round(Recipe(compile={"optimizer": spec}))
        assert type(model.optimizer).__name__ == name


@pytest.mark.parametrize("name", SCHEMA["schedule"])
def test_every_schedule(name):
    recipe = Recipe().with_optimizer("adam", learning_rate=started("schedule", name))
    assert recipe.compile["optimizer"]["arguments"]["learning_rate"]["class"] == name
    goes_round(recipe)


def test_every_registered_class_is_offered_or_left_out_for_a_reason():
    """What is missing needs code, is a base class, or is written like a short name."""
    missing = {
        (kind, name)
        for kind, (registry, _) in recipe_schema.REGISTRIES.items()
        for name, each in registry.public.items()
        if name not in SCHEMA[kind] and isinstance(each, type)
    }
    bases = {(kind, kind.capitalize()) for kind in ("loss", "metric", "initializer", "regularizer", "constraint")}
    code = {("layer", "Lambda"), ("metric", "MeanMetricWrapper")}
    others = {("metric", "Mean"), ("metric", "Sum"), ("metric", "Accuracy")}
    assert missing == bases | code | others
    activations = set(recipe_schema.REGISTRIES["activation"][0].public) - set(SCHEMA["activation"])
    assert activations == {"threshold", "abs"}  # one needs two numbers, the other is not Keras's


def test_a_new_activation_and_initializer_appear_by_themselves(monkeypatch):
    swoosh = keras.activations.base.Activation(np.tanh, "tanh(x)")
    swoosh.__name__ = "swoosh"
    registry = recipe_schema.REGISTRIES["activation"][0]
    monkeypatch.setitem(registry.public, "swoosh", swoosh)
    monkeypatch.setitem(registry.names, "swoosh", swoosh)

    class Speckled(keras.initializers.RandomNormal):
        def __init__(self, dots=3.5, seed=None):
            super().__init__(seed=seed)

    initializers = recipe_schema.REGISTRIES["initializer"][0]
    monkeypatch.setitem(initializers.public, "Speckled", Speckled)
    monkeypatch.setitem(initializers.names, "speckled", Speckled)
    schema = Recipe().schema
    assert "swoosh" in schema["activation"]
    assert schema["initializer"]["Speckled"]["dots"] == Argument("dots", "number", 3.5, start=3.5)
    speckled = {"class": "Speckled", "arguments": {"dots": 4}}
    recipe = Recipe(layers=shaped(dense(3, activation="swoosh", kernel_initializer=speckled), dense()))
    assert 'activation="swoosh", kernel_initializer=keras.initializers.Speckled(dots=4)' in recipe.code()


def test_what_a_control_needs_to_know():
    arguments = SCHEMA["layer"]["Dense"]
    assert (arguments["units"].required, arguments["units"].maximum) == (True, 4096)
    assert (arguments["kernel_initializer"].kind, arguments["kernel_initializer"].start) == (
        "initializer",
        "glorot_uniform",
    )
    assert SCHEMA["layer"]["Dropout"]["rate"] == Argument("rate", "number", None, True, False, 0, 1, start=0.2)
    assert SCHEMA["initializer"]["VarianceScaling"]["mode"].choices == ("fan_in", "fan_out", "fan_avg")
    assert SCHEMA["optimizer"]["SGD"]["learning_rate"].or_kind == "schedule"
    assert SCHEMA["optimizer"]["Adam"]["clipnorm"].optional


# The model and the code

PENGUINS = Recipe()


def test_the_house_network():
    model = PENGUINS.build()
    assert model.count_params() == 221
    assert [layer.name for layer in model.layers] == ["dense", "dense_1", "dense_2"]
    assert PENGUINS.compile == {"loss": "binary_crossentropy", "optimizer": "adam", "metrics": ["accuracy"]}


def test_the_same_recipe_gives_the_same_weights_and_leaves_the_global_stream_alone():
    state = np.random.get_state()[1].copy()
    one, other = PENGUINS.build().get_weights(), PENGUINS.build().get_weights()
    for a, b in zip(one, other):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(np.random.get_state()[1], state)
    third = PENGUINS.replace(seed=8).build().get_weights()
    assert not np.array_equal(one[0], third[0])


def test_making_recipes_does_not_use_up_names():
    before = keras.layers.Dense(1).name
    for _ in range(3):
        PENGUINS.replace(seed=1).build()
    number = int(before.removeprefix("dense").removeprefix("_") or 0)
    assert keras.layers.Dense(1).name == f"dense_{number + 1}"


def run(recipe, **names):
    state = np.random.get_state(), python_random.getstate()
    try:
        exec(recipe.code(), names)
    finally:
        np.random.set_state(state[0])
        python_random.setstate(state[1])
    return names


@pytest.mark.parametrize("split", ["given", "none", 0.25])
@pytest.mark.parametrize("scaling", ["none", "standard"])
def test_the_whole_program_runs_on_the_rows_that_load_gives(split, scaling, capsys):
    recipe = Recipe(split=split, scaling=scaling, fit={"epochs": 2, "shuffle": False})
    names, rows = run(recipe), recipe.load()
    np.testing.assert_array_equal(names["x_train"], rows.x)
    np.testing.assert_array_equal(names["y_train"], rows.y)
    assert ("x_val" in names) == (rows.validation_data is not None) == (split != "none")
    if split != "none":
        np.testing.assert_array_equal(names["x_val"], rows.validation_data[0])
        np.testing.assert_array_equal(names["y_val"], rows.validation_data[1])
    assert len(rows.x) == (200 if split == 0.25 else 266)
    history = recipe.build().fit(
        rows.x, rows.y, validation_data=rows.validation_data, epochs=2, batch_size=10, shuffle=False,
        verbose=0,
    )  # fmt: skip
    assert history.history == names["history"].history
    assert capsys.readouterr().out.count("\n") == 2


def test_what_fit_takes():
    stop = {"class": "EarlyStopping", "arguments": {"patience": 3, "restore_best_weights": True}}
    recipe = Recipe(fit={"epochs": 4, "early_stopping": stop})
    taken = recipe.fit_arguments()
    (callback,) = taken.pop("callbacks")
    assert taken == {"epochs": 4, "batch_size": 10, "shuffle": True}
    assert (type(callback), callback.patience, callback.restore_best_weights) == (
        keras.callbacks.EarlyStopping,
        3,
        True,
    )
    assert recipe.fit_arguments()["callbacks"][0] is not callback
    rows = recipe.load()
    history = recipe.build().fit(
        rows.x, rows.y, validation_data=rows.validation_data, verbose=0, **recipe.fit_arguments()
    )
    assert len(history.history["val_loss"]) == 4


def test_own_data():
    x = np.arange(40.0).reshape(10, 4)
    x[:, 3] = 5  # a constant column
    y = np.arange(10) % 2
    recipe = Recipe(data="own", split=0.3, layers=shaped(dense(activation="sigmoid")), fit={"epochs": 1})
    names, rows = run(recipe, x=x, y=y), recipe.load(x, y)
    np.testing.assert_array_equal(names["x_train"], rows.x)
    assert rows.x.shape == (7, 4) and (rows.x[:, 3] == 0).all()
    np.testing.assert_allclose(rows.x[:, :3].std(axis=0), 1)
    np.testing.assert_array_equal(rows.scale(x)[:, 3], 0)
    given = recipe.replace(split="given")
    names = run(given, x_train=x, y_train=y, x_val=x[:2], y_val=y[:2])
    rows = given.load(x, y, (x[:2], y[:2]))
    np.testing.assert_array_equal(names["x_val"], rows.validation_data[0])
    with pytest.raises(ValueError, match="Pass the arrays `x` and `y`"):
        recipe.load()
    with pytest.raises(ValueError, match="one label per row"):
        recipe.load(x, y[:3])
    with pytest.raises(ValueError, match="At least two rows"):
        recipe.load(x[:1], y[:1])


def test_the_code_says_what_the_recipe_says():
    recipe = Recipe(
        layers=shaped(
            dense(3, activation="relu", kernel_initializer={"class": "RandomNormal", "arguments": {"stddev": 0.5}}),
            {"class": "Dropout", "arguments": {"rate": 0.5}},
            {"class": "Reshape", "arguments": {"target_shape": [3, 1]}},
            shape=(8,),
        ),
        compile={"loss": {"class": "Huber", "arguments": {"delta": 2}}, "metrics": ["mae"]},
        fit={"early_stopping": {"class": "EarlyStopping", "arguments": {"patience": 5}}, "shuffle": False},
    ).with_optimizer(
        "adam", learning_rate={"class": "CosineDecay", "arguments": {"initial_learning_rate": 0.1, "decay_steps": 9}}
    )
    code = recipe.code("keras")
    assert code.startswith("import keras\nfrom kerasschool.datasets import penguins\n")
    for line in (
        "keras.Input(shape=(8,)),",
        'keras.layers.Dense(3, activation="relu", kernel_initializer=keras.initializers.RandomNormal(stddev=0.5)),',
        "keras.layers.Dropout(0.5),",
        "keras.layers.Reshape((3, 1)),",
        "loss=keras.losses.Huber(delta=2),",
        "optimizer=keras.optimizers.Adam(learning_rate=keras.optimizers.schedules.CosineDecay(0.1, 9)),".replace(
            "CosineDecay(0.1, 9)", "CosineDecay(0.1, decay_steps=9)"
        ),
        'metrics=["mean_absolute_error"],',
        "shuffle=False,",
        "callbacks=[keras.callbacks.EarlyStopping(patience=5)],",
    ):
        assert line in code
    assert recipe.code() == code.replace("import keras\n", "import kerasschool as keras\n")
    with pytest.raises(ValueError, match="`engine` must be one of 'kerasschool', 'keras'"):
        recipe.code("tensorflow")


# From a model


def test_from_a_model_that_is_not_compiled():
    for activation, loss in (("sigmoid", "binary_crossentropy"), ("softmax", "sparse_categorical_crossentropy"),
                             (None, "mean_squared_error")):  # fmt: skip
        model = keras.Sequential([keras.Input(shape=(2,)), keras.layers.Dense(3, activation=activation)])
        recipe = Recipe.from_model(model)
        assert recipe.compile["loss"] == loss and recipe.data == "own"
    built = keras.Sequential([keras.layers.Dense(3)])
    with pytest.raises(ValueError, match="does not know its number of inputs"):
        Recipe.from_model(built)
    built.build((None, 5))
    assert Recipe.from_model(built).layers[0]["arguments"]["shape"] == [5]


@pytest.mark.parametrize("rate", [0.001, 0.1, 1, 0.123456789, 386.825147315616, 1e-7, 0.3333333333])
def test_learning_rates_come_back_with_their_digits(rate):
    recipe = PENGUINS.with_optimizer("sgd", learning_rate=rate)
    assert Recipe.from_model(recipe.build(), data="penguins") == recipe
    assert recipe.compile["optimizer"]["arguments"]["learning_rate"] == pytest.approx(rate, rel=1e-5)


def test_a_model_with_code_of_its_own_is_refused():
    def loss(y_true, y_pred):
        return y_pred

    class Mine(keras.layers.Dense):
        pass

    class Dense(keras.layers.Dense):
        """Called like Keras's, and not Keras's."""

    class Undescribed(keras.layers.Layer):
        def __init__(self, function):
            super().__init__()

    first = keras.Input(shape=(2,))
    for layer in (
        Undescribed(np.abs),
        keras.layers.Lambda(np.abs),
        Mine(1),
        Dense(1),
        keras.layers.Dense(1, activation=np.tanh),
    ):
        with pytest.raises(ValueError, match="cannot hold this|Unknown"):
            Recipe.from_model(keras.Sequential([first, layer, keras.layers.Dense(1)]))
    model = keras.Sequential([first, keras.layers.Dense(1)])
    model.compile(loss=loss)
    with pytest.raises(ValueError, match="cannot hold this loss"):
        Recipe.from_model(model)
    model.compile(loss="mse", weighted_metrics=["mae"])
    with pytest.raises(ValueError, match="no `weighted_metrics`"):
        Recipe.from_model(model)
    model.compile(loss=keras.losses.mean_squared_error, metrics="mae", optimizer=keras.optimizers.SGD(0.3))
    recipe = Recipe.from_model(model)
    assert recipe.compile == {
        "loss": "mean_squared_error",
        "optimizer": {"class": "SGD", "arguments": {"learning_rate": 0.3}},
        "metrics": ["mean_absolute_error"],
    }
    with pytest.raises(ValueError, match="cannot hold `input_axes`"):
        Recipe.from_model(
            keras.Sequential(
                [first, keras.layers.Dense(1, kernel_initializer=keras.initializers.HeNormal(input_axes=(0,)))]
            )
        )


# One normal form


def test_spellings_that_mean_the_same_are_equal():
    one = Recipe(compile={"loss": "bce", "optimizer": {"class": "adam", "arguments": {"learning_rate": 0.001}}})
    assert one == PENGUINS == pickle.loads(pickle.dumps(PENGUINS)) == copy.deepcopy(PENGUINS)
    assert hash(one) == hash(PENGUINS) and len({one, PENGUINS}) == 1
    assert one != PENGUINS.replace(seed=8) and one != "recipe"
    layers = PENGUINS.layers
    layers[1]["arguments"] |= {"use_bias": True, "bias_initializer": "Zeros", "kernel_initializer": "GlorotUniform"}
    assert PENGUINS.replace(layers=layers) == PENGUINS
    assert canonical("metric", "acc") == "accuracy"
    assert repr(PENGUINS) == "<Recipe Dense → Dense → Dense, seed 7>"


def test_every_name_is_found_by_its_spelling():
    for kind, found in SCHEMA.items():
        for name in found:
            assert canonical(kind, spell(kind, name)) == canonical(kind, name) == name


def test_a_recipe_cannot_be_changed_from_outside():
    recipe = Recipe()
    recipe.layers.clear()
    recipe.compile["loss"] = "mse"
    recipe.to_dict()["fit"]["epochs"] = 9
    assert recipe == PENGUINS
    with pytest.raises(AttributeError):
        recipe.seed = 8


def test_small_changes():
    recipe = PENGUINS.with_layer({"class": "Dropout", "arguments": {"rate": 0.2}}, at=2)
    assert [layer["class"] for layer in recipe.layers] == ["InputLayer", "Dense", "Dropout", "Dense", "Dense"]
    assert recipe.moved(2, 3).layers[3]["class"] == "Dropout"
    assert recipe.without_layer(2) == PENGUINS
    assert PENGUINS.with_layer(dense(1)).layers[-1] == dense(1)
    assert PENGUINS.with_arguments(1, units=20).build().count_params() == 8 * 20 + 20 + 20 * 8 + 8 + 9
    assert PENGUINS.with_arguments(0, shape=[3]).build().input_shape == (None, 3)
    assert PENGUINS.with_loss("huber", delta=3).compile["loss"]["arguments"] == {"delta": 3}
    assert PENGUINS.with_loss("mse").compile["optimizer"] == "adam"
    assert PENGUINS.replace(locks={"optimizer": "frozen"}).locks == {"optimizer": "frozen"}
    for action in (
        lambda: PENGUINS.without_layer(0),
        lambda: PENGUINS.without_layer(4),
        lambda: PENGUINS.with_layer(dense(), at=9),
        lambda: PENGUINS.moved(1, 4),
        lambda: PENGUINS.without_layer(True),
    ):
        with pytest.raises(ValueError, match="place"):
            action()
    with pytest.raises(TypeError, match="Did you mean 'layers'"):
        PENGUINS.replace(layer=[])


def test_the_package_names_the_nearest():
    assert "penguins" in SCHEMA["data"] and "own" in SCHEMA["data"]
    assert set(SCHEMA["data"]) - {"own"} == set(recipe_schema.data_sets())
    assert recipe_schema.find("data", "penguins") is datasets.penguins.load_data
