"""What is no recipe is refused with a sentence, before anything is made from it."""

import base64
import json
import re
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasschool.live.recipe import PREFIX, Recipe

PENGUINS = Recipe()


def dense(units=1, **arguments):
    return {"class": "Dense", "arguments": {"units": units, **arguments}}


def shaped(*layers, shape=(4,)):
    return [{"class": "InputLayer", "arguments": {"shape": list(shape)}}, *layers]


BAD = [
    ({"data": "pinguins"}, "Unknown data set 'pinguins'. Did you mean 'penguins'?"),
    ({"data": 3}, "must name a data set"),
    ({"data": {"class": "penguins", "arguments": {"rows": 3}}}, "has no argument 'rows'"),
    ({"scaling": "standart"}, "Did you mean 'standard'"),
    ({"scaling": None}, "`scaling` must be one of"),
    ({"split": 1.5}, "A share lies between 0 and 1"),
    ({"split": True}, "A share lies between 0 and 1"),
    ({"split": float("nan")}, "A share lies between 0 and 1"),
    ({"split": "half"}, "`split` must be one of"),
    ({"layers": []}, "must start with one input"),
    ({"layers": "Dense"}, "`layers` must be a list"),
    ({"layers": [dense()]}, "must start with one input"),
    ({"layers": shaped()}, "at least one layer after its input"),
    ({"layers": shaped(*shaped(), dense())}, "must start with one input"),
    ({"layers": shaped(*[dense()] * 65)}, "at most 64 layers"),
    ({"layers": shaped(dense(units=0))}, "`layers[1].units` must be from 1 to 4096"),
    ({"layers": shaped(dense(units=10**9))}, "must be from 1 to 4096"),
    ({"layers": shaped(dense(units=2.0))}, "must be a whole number"),
    ({"layers": shaped(dense(units=True))}, "must be a whole number"),
    ({"layers": shaped(dense(unit=2))}, "has no argument 'unit'. Did you mean 'units'?"),
    ({"layers": shaped({"class": "Dense"})}, "Dense needs `units`. For example 8."),
    ({"layers": shaped({"class": "Desne"})}, "Unknown layer 'Desne'. Did you mean 'Dense'?"),
    ({"layers": shaped({"class": "Lambda", "arguments": {"function": "os.system"}})}, "'Lambda'. It needs code"),
    ({"layers": shaped({"class": "__import__"})}, "Unknown layer '__import__'"),
    ({"layers": shaped({"class": ["Dense"]})}, "Unknown layer '…'"),
    ({"layers": shaped({"class": "Dense", "arguments": [1]})}, "must be a dictionary"),
    ({"layers": shaped({"class": "Dense", "args": {}})}, "must name a layer"),
    ({"layers": shaped(dense(activation="rleu"))}, "Unknown activation 'rleu'. Did you mean 'relu'?"),
    ({"layers": shaped(dense(activation={"class": "relu", "arguments": {"x": 1}}))}, "has no argument 'x'"),
    ({"layers": shaped(dense(name="x'); import os"))}, "has no argument 'name'"),
    ({"layers": shaped(dense(kernel_initializer="he_norm"))}, "Did you mean 'he_normal'"),
    ({"layers": shaped(dense(kernel_initializer=None))}, "must name an initializer"),
    ({"layers": shaped({"class": "Dropout", "arguments": {"rate": 1.5}})}, "must be from 0 to 1"),
    ({"layers": shaped({"class": "Dropout", "arguments": {"rate": float("nan")}})}, "must be a number"),
    ({"layers": shaped({"class": "Rescaling", "arguments": {"scale": 10**400}})}, "must be a number"),
    ({"layers": shaped({"class": "Reshape", "arguments": {"target_shape": [3, 3]}})}, "target_shape"),
    ({"layers": shaped({"class": "Reshape", "arguments": {"target_shape": [1] * 99}})}, "must have 1 to 8 entries"),
    ({"layers": shaped({"class": "Permute", "arguments": {"dims": "12"}})}, "must be a list of numbers"),
    ({"layers": shaped(dense(), shape=(0,))}, "must be from 1 to"),
    ({"layers": shaped(dense(), shape=(10**6, 10**6, 10**6))}, "One row of inputs has at most"),
    ({"layers": shaped(dense(4096), dense(4096))}, "at most 2,000,000 parameters"),
    ({"layers": shaped(*[{"class": "RepeatVector", "arguments": {"n": 1000}}], dense(4096))}, "puts out at most"),
    ({"compile": {"loss": "crossentropy"}}, "Unknown loss 'crossentropy'. Did you mean"),
    ({"compile": {"loss": None}}, "must name a loss"),
    ({"compile": {"losses": "mse"}}, "has no argument 'losses'. Did you mean 'loss'?"),
    ({"compile": {"optimizer": "adm"}}, "Did you mean 'adam'"),
    ({"compile": {"metrics": "accuracy"}}, "list of at most 20 metrics"),
    ({"compile": {"metrics": ["auc"] * 21}}, "list of at most 20 metrics"),
    ({"compile": {"metrics": ["acuracy"]}}, "Did you mean 'accuracy'"),
    ({"compile": {"optimizer": {"class": "Adam", "arguments": {"learning_rate": -1}}}}, "must be from 0 to 1000"),
    ({"compile": {"optimizer": {"class": "Adam", "arguments": {"learning_rate": "fast"}}}}, "learning rate schedule"),
    ({"compile": {"loss": {"class": "Huber", "arguments": {"reduction": "som"}}}}, "Did you mean 'sum'"),
    ({"compile": {"optimizer": {"class": "Adam", "arguments": {"clipnorm": 1, "clipvalue": 1}}}}, "Only one of"),
    ({"compile": []}, "`compile` must be a dictionary"),
    ({"fit": {"epochs": 0}}, "`epochs` must be from 1"),
    ({"fit": {"epochs": 10**9}}, "`epochs` must be from 1"),
    ({"fit": {"epoch": 3}}, "Did you mean 'epochs'"),
    ({"fit": {"shuffle": 1}}, "must be True or False"),
    ({"fit": {"early_stopping": {"class": "EarlyStopping", "arguments": {"monitor": "x';"}}}}, "must be one of"),
    ({"seed": -1}, "`seed` must be from 0"),
    ({"seed": "7"}, "`seed` must be a whole number"),
    ({"locks": ["optimizer"]}, "`locks` must be a dictionary"),
    ({"locks": {"optimizer": "open"}}, "must be one of 'frozen', 'hidden'"),
    ({"locks": {"<script>": "frozen"}}, "must be a short word"),
    ({"version": 2}, "A newer recipe needs a newer kerasschool"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "text"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_what_cannot_be_is_refused_with_a_sentence(parts, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        Recipe(**parts)


def test_unknown_parts_and_no_dictionaries():
    for parts, text in (([], "is a dictionary"), ({}, "needs a `version`"), ({"version": "1"}, "whole number"),
                        ({"version": 1, "layer": []}, "Did you mean 'layers'"), ({"version": 1, 5: 1}, "no argument 5"),
                        ({"version": True}, "whole number")):  # fmt: skip
        with pytest.raises(ValueError, match=text):
            Recipe.from_dict(parts)


def packed(text, prefix=PREFIX):
    return prefix + base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        None, 5, b"ks1.abc", "", "ks1.", "ks2.abc", "ks1.***", "ks1.abc", "ks1.\n", "ks1." + "A" * 20_000, PREFIX + "é",
        packed("{}"), packed("[]"), packed("{" * 500), packed("[" * 60_000), packed('{"version": 1, "seed": NaN}'),
        packed('{"version": 1, "seed": ' + "9" * 5000 + "}"), packed('{"version": 1, "seed": Infinity}'),
        packed(" " * 10_000_000), packed("{}" + " " * 70_000), PENGUINS.share()[:-5], PENGUINS.share() + "AAAA",
    ],
    ids=range(22),
)  # fmt: skip
def test_hostile_strings_are_refused(text):
    with pytest.raises(ValueError, match="recipe"):
        Recipe.from_share(text)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_a_damaged_string_is_a_value_error_or_a_recipe(data):
    text = PENGUINS.share()
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(max_codepoint=0x17F))
    try:
        recipe = Recipe.from_share(text[:place] + letter + text[place + 1 :])
    except ValueError:
        return
    assert Recipe.from_share(recipe.share()) == recipe


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["Dense", "adam"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["class", "arguments", "units", "rate", "loss"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200)
@given(
    part=st.sampled_from(["data", "scaling", "split", "layers", "compile", "fit", "seed", "locks", "version"]),
    value=JSON,
)
def test_any_json_is_a_recipe_or_a_value_error(part, value):
    given_parts = {**PENGUINS.to_dict(), part: value}
    try:
        recipe = Recipe.from_dict(given_parts)
    except ValueError:
        return
    assert Recipe.from_json(recipe.to_json()) == recipe


@settings(deadline=None, max_examples=100)
@given(place=st.sampled_from(["layer", "argument"]), value=JSON)
def test_any_json_inside_a_layer_is_a_value_error_or_a_layer(place, value):
    layers = PENGUINS.layers
    layers[1] = (
        value if place == "layer" else {"class": "Dense", "arguments": {"units": 3, "kernel_initializer": value}}
    )
    try:
        Recipe(layers=layers)
    except ValueError:
        return


def test_json_is_plain():
    assert json.loads(PENGUINS.to_json()) == PENGUINS.to_dict()
    assert len(PENGUINS.share()) < 500
    with pytest.raises(ValueError, match="at most 65536"):
        Recipe.from_json(" " * 70_000)
    numbers = [np.random.RandomState(n).rand(400).tolist() for n in range(6)]
    layers = [{"class": "Normalization", "arguments": {"mean": each, "variance": each}} for each in numbers]
    long = PENGUINS.replace(layers=shaped(*layers, shape=(400,)))
    with pytest.raises(ValueError, match="too long to share"):
        long.share()
