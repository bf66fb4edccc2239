"""The names of `keras`, `keras.utils`, `keras.config`, … in 3.15: each is here, or left out with what to do instead."""

import importlib
import inspect

import keras
import numpy as np
import pytest

import kerasschool

pytestmark = pytest.mark.keras

INNER = ["models", "utils", "config", "backend", "random", "saving"]
ROOMS = ["kerasschool", *(f"kerasschool.{room}" for room in INNER)]
OURS_ALONE = {"autodiff", "live", "checks", "plots", "views", "panels", "modernize"}  # what Keras does not have
OF_PYTHON = {"src"}  # what `dir(keras)` lists by the way it is packed


def public(module):
    return {name for name in dir(module) if not name.startswith("_")} - OF_PYTHON


@pytest.mark.parametrize("name", ROOMS)
def test_every_name_of_keras_is_here_or_left_out_for_a_reason(name):
    ours = importlib.import_module(name)
    theirs = public(importlib.import_module(name.replace("kerasschool", "keras", 1)))
    left_out = getattr(ours, "LEFT_OUT", {})
    assert {each for each in theirs if not hasattr(ours, each)} == set(left_out)
    assert all(reason.endswith(".") for reason in left_out.values())


@pytest.mark.parametrize("name", ROOMS)
def test_asking_for_a_left_out_name_tells_what_to_do(name):
    ours = importlib.import_module(name)
    for each, advice in getattr(ours, "LEFT_OUT", {}).items():
        with pytest.raises(AttributeError) as caught:
            getattr(ours, each)
        assert advice in str(caught.value)
        with pytest.raises(ImportError) as caught:
            exec(f"from {name} import {each}", {})
        assert advice in str(caught.value)


def test_names_that_keras_does_not_have():
    ours = {name for name in dir(kerasschool) if not name.startswith("_") and name not in OF_PYTHON}
    assert ours - public(keras) >= OURS_ALONE


@pytest.mark.parametrize("room", INNER)
def test_arguments_are_those_of_keras(room):
    ours, theirs = getattr(kerasschool, room), getattr(keras, room)
    for name in public(theirs):
        mine, real = getattr(ours, name, None), getattr(theirs, name)
        if mine is None or not callable(real):
            continue
        taken = inspect.signature(mine).parameters
        takes_any = any(each.kind is each.VAR_KEYWORD for each in taken.values())
        for each in inspect.signature(real).parameters.values():
            if each.kind in (each.VAR_KEYWORD, each.VAR_POSITIONAL):
                continue
            key = each.name
            assert key in taken or takes_any, f"{room}.{name} has no {key!r}"
            same = key not in taken or taken[key].default == each.default
            assert same or (name, key) in OTHER_DEFAULTS, f"{room}.{name}({key}=…)"


OTHER_DEFAULTS = {
    ("plot_model", key) for key in ("to_file", "rankdir", "show_shapes", "show_layer_names", "show_layer_activations")
}


def test_classes_at_the_top():
    for name in ("Initializer", "Layer", "Loss", "Metric", "Optimizer", "Regularizer", "Sequential", "Variable"):
        assert inspect.isclass(getattr(kerasschool, name))
    assert isinstance(kerasschool.Input((8,)), kerasschool.KerasTensor)
    assert kerasschool.version() == kerasschool.__version__


@pytest.mark.parametrize("options", [{}, {"padding": "post"}, {"truncating": "post", "maxlen": 2}, {"value": -1}])
def test_pad_sequences(options):
    for rows in ([[1], [2, 3], [], [4, 5, 6]], [np.ones((2, 3)), np.ones((1, 3))]):
        np.testing.assert_array_equal(
            kerasschool.utils.pad_sequences(rows, **options), keras.utils.pad_sequences(rows, **options)
        )


@pytest.mark.parametrize("dtype", [None, "float32", "float64", "int32", "uint8", "bool", int, float, bool])
def test_types(dtype):
    for name in ("standardize_dtype", "is_float_dtype", "is_int_dtype"):
        if dtype is not None or name == "standardize_dtype":
            assert getattr(kerasschool.backend, name)(dtype) == getattr(keras.backend, name)(dtype)


def test_variable():
    for module in (kerasschool, keras):
        variable = module.Variable("ones", shape=(2,), name="scale", trainable=False)
        variable.assign_add(np.array([1.0, 2.0]))
        assert variable.numpy().tolist() == [2.0, 3.0]
        assert (variable.name, variable.trainable, str(variable.numpy().dtype)) == ("scale", False, "float32")
        assert module.Variable(3).numpy().dtype.name == "int32"
        assert module.Variable([0.5]).numpy().dtype.name == "float32"
        with pytest.raises(ValueError, match="shape"):
            module.Variable("ones")
