"""Points in the plane: each kind against its formula, and the same arguments always give the same points."""

import hashlib
import re

import numpy as np
import pytest

from kerasschool import Sequential, config, layers, utils
from kerasschool.datasets import planar
from kerasschool.live.recipe import Recipe
from kerasschool.live.recipe_schema import Argument, schema

KINDS = {"circle": 2, "xor": 2, "gauss": 2, "spiral": 2, "moons": 2, "multi_gauss": 3, "plane": 0, "hills": 0}
CLASSES = [kind for kind, classes in KINDS.items() if classes]
every_kind = pytest.mark.parametrize("kind", KINDS)


def clean(kind, rows=1000, seed=7):
    """All points of a kind without noise, in float64."""
    config.set_floatx("float64")
    (x_train, y_train), (x_test, y_test) = planar.load_data(kind, rows=rows, noise=0, seed=seed)
    return np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])


# Every kind


def test_the_kinds_are_these():
    assert {kind: each.classes for kind, each in planar.kinds.items()} == KINDS


@every_kind
def test_shapes_types_and_bounds(kind):
    (x_train, y_train), (x_test, y_test) = planar.load_data(kind, rows=401, ratio=0.25)
    assert (x_train.shape, y_train.shape, x_test.shape, y_test.shape) == ((100, 2), (100,), (301, 2), (301,))
    assert x_train.dtype == x_test.dtype == "float32"
    assert y_train.dtype == y_test.dtype == ("int64" if KINDS[kind] else "float32")
    assert np.abs(x_train).max() < 6 and np.abs(x_train).max() > 3
    assert x_train.shape[1] == len(planar.feature_names)


@every_kind
def test_the_same_arguments_give_the_same_points(kind):
    before = np.random.get_state()[1].tolist()
    first, again = planar.load_data(kind), planar.load_data(kind)
    other = planar.load_data(kind, seed=8)
    assert np.random.get_state()[1].tolist() == before  # a stream of its own
    for ours, theirs in zip([*first[0], *first[1]], [*again[0], *again[1]]):
        np.testing.assert_array_equal(ours, theirs)
    assert not np.isin(other[0][0], first[0][0]).any()


def test_points_are_those_of_this_version():
    config.set_floatx("float64")  # so that the last bit of a sine changes no digit
    digest = hashlib.sha256()
    for kind in KINDS:
        for x, y in planar.load_data(kind):
            digest.update(x.round(3).astype("<f8").tobytes())
            digest.update((y * 1000).round().astype("<i4").tobytes())
    assert digest.hexdigest() == "f54bd6816b184e2a4b94ad97e67fe23e2872641cd6bee5611e8f31480affadf1"


@pytest.mark.parametrize("kind", CLASSES)
@pytest.mark.parametrize("rows", [10, 11, 400])
def test_classes_are_balanced_on_both_sides(kind, rows):
    for _, y in planar.load_data(kind, rows=rows, ratio=0.6):
        counts = np.bincount(y, minlength=KINDS[kind])
        assert len(counts) == KINDS[kind]
        assert counts.max() - counts.min() <= 1


@every_kind
def test_noise_moves_points_after_they_got_their_target(kind):
    config.set_floatx("float64")
    (still, y_still), _ = planar.load_data(kind, noise=0)
    (moved, y_moved), _ = planar.load_data(kind, noise=0.2)
    (twice, _), _ = planar.load_data(kind, noise=0.4)
    np.testing.assert_array_equal(y_still, y_moved)
    reach = 2 if kind == "spiral" else 5
    assert 0.19 * reach < np.abs(moved - still).max() <= 0.2 * reach
    assert abs((moved - still).mean()) < 0.1
    np.testing.assert_allclose(twice - still, 2 * (moved - still), atol=1e-12)  # a slider moves points on a line


@every_kind
def test_without_noise_the_function_of_the_kind_is_what_comes(kind):
    x, y = clean(kind)
    if not KINDS[kind]:
        np.testing.assert_array_equal(planar.kinds[kind].function(x), y)
    else:
        assert set(y.tolist()) == set(range(KINDS[kind]))


# Each kind, by its formula


def test_circle():
    x, y = clean("circle")
    radius = np.hypot(*x.T)
    assert radius[y == 1].max() <= 2.5
    assert radius[y == 0].min() >= 3.5 and radius[y == 0].max() <= 5
    assert radius[y == 1].max() > 2.4 and radius[y == 0].max() > 4.9
    assert len(np.unique(np.floor(np.arctan2(*x.T) / (np.pi / 4)))) == 8  # all around


def test_xor():
    x, y = clean("xor")
    np.testing.assert_array_equal(y, (x[:, 0] * x[:, 1] > 0).astype(int))
    assert np.abs(x).min() >= 0.3
    assert np.abs(x).max() <= 5
    quadrants = np.unique(np.sign(x), axis=0, return_counts=True)[1]
    assert len(quadrants) == 4 and quadrants.min() > 200


def test_gauss():
    x, y = clean("gauss", rows=10_000)
    np.testing.assert_allclose(x[y == 1].mean(axis=0), [2, 2], atol=0.05)
    np.testing.assert_allclose(x[y == 0].mean(axis=0), [-2, -2], atol=0.05)
    np.testing.assert_allclose(x[y == 1].std(axis=0), 0.7, atol=0.03)
    assert ((x.sum(axis=1) > 0) == y).mean() > 0.999  # one line parts them


def test_spiral():
    x, y = clean("spiral")
    radius = np.hypot(*x.T)
    turns = 1.75 * radius / 5 + np.where(y == 1, 0, 0.5)
    expected = radius[:, None] * np.stack([np.sin(2 * np.pi * turns), np.cos(2 * np.pi * turns)], axis=1)
    np.testing.assert_allclose(x, expected, atol=1e-9)
    assert radius.max() > 4.9


def test_moons():
    x, y = clean("moons")
    upper = np.where((y == 0)[:, None], x, -x)
    np.testing.assert_allclose(np.hypot(upper[:, 0] + 1.5, upper[:, 1] + 0.75), 3, atol=1e-9)
    assert upper[:, 1].min() >= -0.75 - 1e-9  # the upper half of a circle
    between = np.linalg.norm(x[y == 0][:, None] - x[y == 1], axis=2)
    assert 1.4 < between.min() < 1.7
    assert x[y == 0][:, 1].min() < x[y == 1][:, 1].max()  # one reaches into the other: no line parts them


def test_multi_gauss():
    x, y = clean("multi_gauss", rows=9_999)
    corners = 3 * np.array([[0, 1], [np.sqrt(0.75), -0.5], [-np.sqrt(0.75), -0.5]])
    for label, corner in enumerate(corners):
        np.testing.assert_allclose(x[y == label].mean(axis=0), corner, atol=0.05)
        np.testing.assert_allclose(x[y == label].std(axis=0), 0.7, atol=0.03)
    nearest = np.linalg.norm(x[:, None] - corners, axis=2).argmin(axis=1)
    assert (nearest == y).mean() > 0.99


def test_plane():
    x, y = clean("plane")
    np.testing.assert_allclose(y, (x[:, 0] + x[:, 1]) / 10)
    assert -1 <= y.min() < -0.8 and 0.8 < y.max() <= 1


def test_hills():
    x, y = clean("hills")
    for point, height in zip(x, y):
        expected = 0
        for x1, x2, sign in ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)):
            distance = ((point[0] - x1) ** 2 + (point[1] - x2) ** 2) ** 0.5
            if distance < 2:
                expected += sign * (1 - distance / 2)
        assert height == pytest.approx(expected, abs=1e-12)
    assert y.min() < -0.9 and y.max() > 0.9 and (y == 0).sum() > 100


# What is refused, and what is told


@pytest.mark.parametrize(("arguments", "says"), [
    ({"kind": "spirale"}, "Unknown kind 'spirale'. Did you mean 'spiral'?"),
    ({"kind": 3}, "Known: circle"),
    ({"kind": ["xor"]}, "Unknown kind"),
    ({"rows": 9}, "`rows` must be a whole number, 10 or more. Received: rows=9"),
    ({"rows": 10_001}, "`rows` must be 10000 or less."),
    ({"rows": 40.0}, "`rows` must be a whole number"),
    ({"noise": 0.6}, "`noise` must be a number between 0 and 0.5"),
    ({"noise": -0.1}, "Received: noise=-0.1"),
    ({"noise": float("nan")}, "`noise` must be a number"),
    ({"ratio": 1}, "`ratio` must be a number between 0.1 and 0.9"),
    ({"ratio": "half"}, "Received: ratio='half'"),
    ({"seed": 1.5}, "A seed must be"),
])  # fmt: skip
def test_errors_teach(arguments, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        planar.load_data(**arguments)


@every_kind
def test_the_card_describes_the_kind(kind):
    card = planar.card(kind)
    text = str(card)
    assert planar.kinds[kind].function.__doc__ in text
    assert card.target.unit == {2: "0 to 1", 3: "0 to 2", 0: "-1 to 1"}[KINDS[kind]]
    assert [column.name for column in card.inputs] == planar.feature_names
    assert "Apache-2.0" in text
    with pytest.raises(ValueError, match="Did you mean 'moons'"):
        planar.card("moon")


# In a recipe


def recipe_for(kind, **parts):
    classes = KINDS[kind]
    units, activation = {2: (1, "sigmoid"), 3: (3, "softmax"), 0: (1, "linear")}[classes]
    loss = {2: "binary_crossentropy", 3: "sparse_categorical_crossentropy", 0: "mse"}[classes]
    dense = [
        {"class": "Dense", "arguments": {"units": n, "activation": a}} for n, a in ((8, "tanh"), (units, activation))
    ]
    return Recipe(
        data={"class": "planar", "arguments": {"kind": kind}},
        scaling="none",
        layers=[{"class": "InputLayer", "arguments": {"shape": [2]}}, *dense],
        compile={"loss": loss, "metrics": ["accuracy"] if classes else ["mae"]},
        fit={"epochs": 2},
        **parts,
    )


def test_the_schema_offers_its_arguments():
    arguments = schema()["data"]["planar"]
    assert arguments["kind"].kind == "choice"
    assert arguments["kind"].choices == tuple(KINDS)
    assert arguments["rows"] == Argument("rows", "whole", 400, minimum=10, maximum=10_000, start=400)
    assert arguments["noise"] == Argument("noise", "number", 0.1, minimum=0, maximum=0.5, start=0.1)
    assert arguments["ratio"] == Argument("ratio", "number", 0.5, minimum=0.1, maximum=0.9, start=0.5)
    assert arguments["seed"].kind == "whole" and arguments["seed"].start == 7
    assert {"wine", "breast_cancer", "digits"} < set(schema()["data"])


@every_kind
def test_a_recipe_of_it_travels_and_its_program_trains_on_the_same_points(kind):
    recipe = recipe_for(kind)
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert Recipe.from_share(recipe.share()) == recipe
    code = recipe.code()
    assert "from kerasschool.datasets import planar" in code
    argument = "" if kind == "circle" else f'kind="{kind}"'  # what equals the default is left out
    assert f"(x_train, y_train), (x_val, y_val) = planar.load_data({argument})" in code
    names, rows = {}, recipe.load()
    exec(code.replace("print(", "str("), names)
    np.testing.assert_array_equal(names["x_train"], rows.x)
    np.testing.assert_array_equal(names["y_val"], rows.validation_data[1])


def test_a_recipe_takes_the_bounds_and_nothing_beyond():
    for arguments in ({"rows": 10, "noise": 0, "ratio": 0.1}, {"rows": 10_000, "noise": 0.5, "ratio": 0.9, "seed": 0}):
        recipe = Recipe(data={"class": "planar", "arguments": arguments})
        assert recipe.data["arguments"] == arguments
        assert len(recipe.load().x) == round(arguments["rows"] * arguments["ratio"])
    for arguments, says in (
        ({"kind": "spirale"}, "Did you mean 'spiral'"),
        ({"rows": 10_001}, "from 10 to 10000"),
        ({"noise": 0.51}, "from 0 to 0.5"),
        ({"ratio": 0.05}, "from 0.1 to 0.9"),
        ({"nois": 0.1}, "Did you mean 'noise'"),
    ):
        with pytest.raises(ValueError, match=says):
            Recipe(data={"class": "planar", "arguments": arguments})


@pytest.mark.parametrize("kind", ["circle", "xor", "moons"])
def test_a_small_network_learns_it(kind):
    (x_train, y_train), (x_test, y_test) = planar.load_data(kind)
    utils.set_random_seed(7)
    model = Sequential([layers.Dense(8, activation="tanh"), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=150, batch_size=10, verbose=0)
    assert model.evaluate(x_test, y_test, verbose=0)[1] > 0.9
