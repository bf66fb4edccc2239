"""Each finding of the doctor: a case that brings it, and one that must not."""

import copy

import numpy as np
import pytest

import kerasschool as keras
from kerasschool.datasets import penguins
from kerasschool.live import doctor
from kerasschool.live.doctor import examine
from kerasschool.live.doctor.afterwards import baseline
from kerasschool.live.doctor.facts import Facts
from kerasschool.live.recipe import Recipe

RANDOM = np.random.RandomState(7)
X = RANDOM.normal(size=(60, 4)).astype("float32")
YES_NO = (X[:, 0] > 0).astype("float32")
CLASSES = np.digitize(X[:, 0], [-0.5, 0.5])
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
AMOUNTS = X @ [1.0, 2.0, -1.0, 0.5] * 3


def network(units=1, head="sigmoid", loss="binary_crossentropy", optimizer="adam", metrics=("accuracy",), hidden=None):
    hidden = keras.layers.Dense(8, activation="relu", **(hidden or {}))
    with keras.random.use(np.random.RandomState(7)):
        model = keras.Sequential([keras.Input(shape=(4,)), hidden, keras.layers.Dense(units, activation=head)])
    model.compile(loss=loss, optimizer=optimizer, metrics=list(metrics))
    return model


def tags(model, x=None, y=None, **given):
    return {finding.tag for finding in examine(model, x, y, **given)}


GOOD = {
    "yes or no": (network(), YES_NO),
    "one of three": (network(3, "softmax", "sparse_categorical_crossentropy"), CLASSES),
    "one-hot": (network(3, "softmax", "categorical_crossentropy"), ONE_HOT),
    "several at once": (network(3, "sigmoid", "binary_crossentropy", metrics=["binary_accuracy"]), ONE_HOT),
    "amounts": (network(1, None, "mse", metrics=["mae"]), AMOUNTS),
    "logits": (network(1, None, keras.losses.BinaryCrossentropy(from_logits=True)), YES_NO),
    "hinge": (network(1, "tanh", "hinge"), 2 * YES_NO - 1),
    "a loss and a metric of one's own": (network(loss=lambda y, p: (y - p) ** 2, metrics=[lambda y, p: p]), YES_NO),
}


@pytest.mark.parametrize("name", GOOD)
def test_nothing_is_found_where_nothing_is_wrong(name):
    model, y = GOOD[name]
    found = examine(model, X, y)
    assert found == [] and repr(found) == "Nothing found." and "Nothing found" in found._repr_html_()


def test_a_model_that_is_not_compiled_or_not_built_and_no_data():
    assert examine(keras.Sequential([keras.layers.Dense(1)])) == []
    assert examine(keras.Sequential([keras.Input(shape=(4,)), keras.layers.Dense(1)]), X, YES_NO) == []
    assert tags(keras.Sequential([keras.layers.Dense(1)]), X[:0], YES_NO[:0]) == set()


def logits(name, **given):
    return getattr(keras.losses, name)(from_logits=True, **given)


# tag → a case that brings it, and one like it that must not: (model, x, y)
PAIRS = {
    "softmax_of_one": [
        (network(1, "softmax"), None, None),
        (network(2, "softmax", "categorical_crossentropy"), None, None),
    ],
    "no_probabilities": [(network(1, None), X, YES_NO), (network(1, None, "mse"), X, AMOUNTS)],
    "activation_twice": [
        (network(1, "sigmoid", logits("BinaryCrossentropy")), X, YES_NO),
        (network(1, None, logits("BinaryCrossentropy")), X, YES_NO),
    ],
    "sigmoid_for_one_of_many": [
        (network(3, "sigmoid", "categorical_crossentropy"), X, ONE_HOT),
        (network(3, "sigmoid", "binary_crossentropy"), X, ONE_HOT),
    ],
    "softmax_for_yes_no": [
        (network(3, "softmax", "binary_crossentropy"), X, ONE_HOT),
        (network(3, "softmax", "categorical_crossentropy"), X, ONE_HOT),
    ],
    "labels_do_not_fit": [
        (network(3, "softmax", "categorical_crossentropy"), X, CLASSES),
        (network(3, "softmax", "sparse_categorical_crossentropy"), X, CLASSES),
    ],
    "amounts_for_yes_no": [(network(1, "sigmoid", "mse"), X, YES_NO), (network(1, None, "mse"), X, AMOUNTS)],
    "classes_as_amounts": [(network(1, None, "mse"), X, CLASSES), (network(1, None, "mse"), X, CLASSES * 7.5)],
    "head_cannot_reach": [
        (network(1, "sigmoid", "mse"), X, AMOUNTS),
        (network(1, "softplus", "mse"), X, AMOUNTS**2 + 0.1),
    ],
    "hinge_head": [(network(1, "sigmoid", "hinge"), X, YES_NO), (network(1, None, "hinge"), X, YES_NO)],
    "accuracy_of_amounts": [
        (network(1, None, "mse"), X, AMOUNTS),
        (network(1, None, "mse", metrics=["mae"]), X, AMOUNTS),
    ],
    "metric_wants_other_labels": [
        (network(3, "softmax", "categorical_crossentropy", metrics=["sparse_categorical_accuracy"]), X, ONE_HOT),
        (network(3, "softmax", "categorical_crossentropy", metrics=["categorical_accuracy"]), X, ONE_HOT),
    ],
    "not_numbers": [(network(), [["a", "b", "c", "d"]] * 60, YES_NO), (network(), X.tolist(), YES_NO)],
    "rows_differ": [(network(), X, YES_NO[:-1]), (network(), X, YES_NO)],
    "wrong_width": [(network(), X[:, :3], YES_NO), (network(), X, YES_NO)],
    "nan_inputs": [(network(), np.where(X > 2, np.nan, X), YES_NO), (network(), np.where(X > 2, 2, X), YES_NO)],
    "nan_labels": [(network(), X, np.where(X[:, 0] > 1, np.nan, YES_NO)), (network(), X, YES_NO)],
    "unscaled": [(network(), X * [1, 1, 1, 500] + [0, 0, 0, 4000], YES_NO), (network(), X * [1, 1, 1, 5], YES_NO)],
    "constant_columns": [(network(), X * [1, 1, 1, 0], YES_NO), (network(), X * [1, 1, 1, 0.1], YES_NO)],
    "one_class": [(network(), X, YES_NO * 0), (network(1, None, "mse", metrics=[]), X, YES_NO * 0)],
    "zero_kernel": [
        (network(hidden={"kernel_initializer": "zeros"}), None, None),
        (network(hidden={"kernel_initializer": "he_normal", "bias_initializer": "zeros"}), None, None),
    ],
    "same_kernel": [
        (network(hidden={"kernel_initializer": keras.initializers.Constant(0.3)}), None, None),
        (network(hidden={"kernel_initializer": "orthogonal"}), None, None),
    ],
    "learning_rate_high": [
        (network(optimizer=keras.optimizers.Adam(1.0)), None, None),
        (network(optimizer=keras.optimizers.Adam(0.1)), None, None),
    ],
    "learning_rate_low": [
        (network(optimizer=keras.optimizers.SGD(1e-7)), None, None),
        (network(optimizer=keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 9))), None, None),
    ],
}  # fmt: skip


@pytest.mark.parametrize("tag", PAIRS)
def test_each_finding_before_a_fit(tag):
    (model, x, y), (good, good_x, good_y) = PAIRS[tag]
    assert tag in tags(model, x, y)
    assert tag not in tags(good, good_x, good_y)


def test_more_ways_to_the_same_finding():
    assert "metric_wants_other_labels" in tags(network(metrics=["categorical_accuracy"]), X, YES_NO)
    softmax = network(3, "softmax", "sparse_categorical_crossentropy", metrics=["binary_accuracy"])
    assert "metric_wants_other_labels" in tags(softmax, X, CLASSES)
    assert "learning_rate_low" in tags(network(optimizer=keras.optimizers.Adam(0.0)))
    assert "one_class" in tags(network(3, "softmax", "categorical_crossentropy"), X, np.tile(ONE_HOT[:1], (60, 1)))
    assert "unscaled" in tags(network(), X * [1e-3, 1, 1, 5], YES_NO)  # uneven, though nothing is large
    scaling = keras.Sequential([keras.Input(shape=(4,)), keras.layers.Normalization(), keras.layers.Dense(1)])
    assert "unscaled" not in tags(scaling, X * 1000)
    separate = keras.Sequential(
        [keras.Input(shape=(4,)), keras.layers.Dense(1), keras.layers.Activation("softmax"), keras.layers.Dropout(0.1)]
    )
    assert "softmax_of_one" in tags(separate)
    for layer, head in ((keras.layers.ReLU(), "relu"), (keras.layers.ReLU(negative_slope=0.1), "leaky_relu"),
                        (keras.layers.Softmax(), "softmax"), (keras.layers.ELU(), None),
                        (keras.layers.Dense(2, activation=np.sin), "sin")):  # fmt: skip
        assert Facts(keras.Sequential([keras.Input(shape=(4,)), layer])).head == head


def test_kernels_that_are_not_built_yet():
    model = keras.Sequential([keras.layers.Dense(3, kernel_initializer="zeros"), keras.layers.Dense(1)])
    assert tags(model) == {"zero_kernel"}
    model = keras.Sequential([keras.layers.Dense(3, kernel_initializer="ones"), keras.layers.Dense(1)])
    assert tags(model) == {"same_kernel"}
    assert tags(keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(1, kernel_initializer="zeros")])) == set()


def test_labels_are_explained_as_fit_would():
    found = examine(network(3, "softmax", "categorical_crossentropy"), X, CLASSES)
    finding = next(each for each in found if each.tag == "labels_do_not_fit")
    assert finding.what == "`categorical_crossentropy`: class numbers in one column against an output of 3 units."
    assert finding.fix.startswith("Use `sparse_categorical_crossentropy`") and "Received" not in finding.fix
    assert "labels_do_not_fit" in tags(network(), X, np.array(["male", "female"] * 30))


def test_scaling_that_has_seen_the_test_rows():
    raw = RANDOM.normal(3, 5, size=(100, 4)) + np.arange(100)[:, None] / 20
    train, held_back = raw[:80], raw[80:]

    def scaled(x, by):
        return ((x - by.mean(axis=0)) / by.std(axis=0)).astype("float32")

    def found(x, x_val):
        return tags(network(), x, None, validation_data=(x_val, None))

    assert found(scaled(train, raw), scaled(held_back, raw)) == {"scaler_saw_test"}
    assert found(scaled(train, train), scaled(held_back, held_back)) == {"scaled_apart"}
    assert found(scaled(train, train), scaled(held_back, train)) == set()
    assert found(scaled(train, train), scaled(held_back, train)[:, :2]) == set()


# After a fit


def trained(model, x, y, epochs=8, **given):
    with np.errstate(all="ignore"), keras.random.use(np.random.RandomState(7)):
        return model, model.fit(x, y, epochs=epochs, batch_size=10, verbose=0, **given)


def test_a_second_fit_goes_on():
    model, history = trained(network(), X, YES_NO, epochs=1)
    found = examine(model, X, YES_NO)
    assert found.tags == ["second_fit"] and "6 updates" in found[0].what
    assert "second_fit" not in tags(model, X, YES_NO, history=history)
    assert "second_fit" not in tags(network(), X, YES_NO)


def test_a_good_fit_is_left_in_peace():
    x = np.random.RandomState(0).normal(size=(300, 4)).astype("float32")
    y = (x[:, 0] > 0).astype("float32")
    model, history = trained(network(), x[:250], y[:250], validation_data=(x[250:], y[250:]))
    assert tags(model, x[:250], y[:250], history=history) == set()
    assert tags(model, x[:250], y[:250], history=history.history) == set()


def test_divergence_names_the_layer():
    model, history = trained(network(1, None, "mse", keras.optimizers.SGD(50.0), metrics=[]), X * 100, AMOUNTS)
    found = examine(model, X * 100, AMOUNTS, history=history)
    finding = next(each for each in found if each.tag == "diverged")
    assert "no number from epoch 1 on" in finding.what and f"`{model.layers[0].name}`" in finding.what
    assert "(it is 50)" in finding.why
    broken = network()
    weights = broken.get_weights()
    weights[2][:] = np.nan
    broken.set_weights(weights)
    text = examine(broken, X, YES_NO, history={"loss": [0.7, np.nan]})[0].what
    assert text.endswith(f"The first layer with weights that are no numbers is `{broken.layers[1].name}`.")
    text = examine(network(), X, YES_NO, history={"loss": [0.7, np.inf]})[0].what
    assert text.endswith("The weights are still numbers: those of the last good step.")
    huge = network(1, None, "mse")
    huge.set_weights([weight + 1e30 for weight in huge.get_weights()])
    with np.errstate(all="ignore"):
        text = repr(examine(huge, X, AMOUNTS, history={"loss": [1.0, np.nan]}))
    assert "but the outputs are not, first after" in text
    large = network(1, None, "mse")
    large.set_weights([weight + 1e6 for weight in large.get_weights()])
    assert "The largest weights are in" in repr(examine(large, history={"loss": [1.0, 1e9]}))
    assert "diverged" not in tags(network(), X, YES_NO, history={"loss": [0.7, 0.9, 0.8]})


def test_dead_units():
    dead = network(hidden={"bias_initializer": keras.initializers.Constant(-50.0)})
    finding = examine(dead, X, YES_NO, history={"loss": [0.7]})[0]
    assert finding.tag == "dead_units" and finding.what.startswith("8 of 8 units")
    assert "dead_units" not in tags(network(), X, YES_NO, history={"loss": [0.7]})
    tanh = keras.Sequential(
        [
            keras.Input(shape=(4,)),
            keras.layers.Dense(8, activation="tanh", bias_initializer=keras.initializers.Constant(-50.0)),
        ]
    )
    assert "dead_units" not in tags(tanh, X, history={"loss": [0.7]})
    assert "dead_units" not in tags(dead, X[:, :2], history={"loss": [0.7]})  # rows that do not fit say nothing


def test_no_learning():
    model, history = trained(network(optimizer=keras.optimizers.Adam(1e-12)), X, YES_NO)
    assert "no_learning" in tags(model, X, YES_NO, history=history)
    assert "no_learning" not in tags(model, X, YES_NO, history={"loss": [0.7, 0.6, 0.5, 0.4, 0.3]})
    assert "no_learning" not in tags(model, X, YES_NO, history={"loss": [0.7, 0.7]})  # too early to say
    assert "no_learning" not in tags(model, X, YES_NO, history={"loss": [0.01] * 6})  # nothing left to learn
    assert "no_learning" in tags(model, X, YES_NO, history={"loss": [30.0, 5.0, 1.0, 0.7, 0.69]})  # at the baseline
    own = network(loss=lambda y, p: (y - p) ** 2)
    assert "no_learning" in tags(own, X, YES_NO, history={"loss": [0.25] * 6})
    assert "no_learning" not in tags(own, X, YES_NO, history={"loss": [0.25, 0.24, 0.23, 0.22, 0.21]})
    penalty = network(hidden={"kernel_regularizer": "l2"})
    assert "no_learning" not in tags(penalty, X, YES_NO, history={"loss": [2.0, 1.5, 1.2, 1.0, 0.9]})


def test_baselines_are_what_fitting_only_a_bias_gives():
    half = -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))
    y = np.array([0, 0, 0, 1])
    assert baseline(Facts(network(), None, y)) == pytest.approx(half)
    assert baseline(Facts(network(2, "softmax", "sparse_categorical_crossentropy"), None, y)) == pytest.approx(half)
    one_hot = network(2, "softmax", "categorical_crossentropy")
    assert baseline(Facts(one_hot, None, np.eye(2)[y])) == pytest.approx(half)
    assert baseline(Facts(network(1, None, "mse"), None, y)) == pytest.approx(0.1875)
    assert baseline(Facts(network(1, None, "mae"), None, y)) == pytest.approx(0.25)
    assert baseline(Facts(network(1, None, "huber"), None, y)) is None


def test_overfitting():
    falling = [0.7, 0.5, 0.4, 0.3, 0.2, 0.1]
    rising = [0.7, 0.6, 0.5, 0.55, 0.6, 0.7]
    found = examine(network(), X, YES_NO, history={"loss": falling, "val_loss": rising})
    assert found.tags == ["overfitting"] and "best in epoch 3 with 0.5000 and is 0.7000 now" in found[0].what
    for history in (
        {"loss": falling, "val_loss": falling},
        {"loss": rising, "val_loss": rising},
        {"loss": falling, "val_loss": [0.7, 0.6, 0.5, 0.51, 0.52, 0.53]},
        {"loss": falling[:4], "val_loss": rising[:4]},
        {"loss": falling},
    ):
        assert "overfitting" not in tags(network(), X, YES_NO, history=history)


# Recipes, and how findings look


def test_a_recipe_is_examined_with_its_data():
    assert examine(Recipe()) == []
    found = examine(Recipe(scaling="none"))
    assert found.tags == ["unscaled"] and "column 3" in found[0].what
    assert "wrong_width" in tags(Recipe().with_arguments(0, shape=[7]))
    assert "softmax_of_one" in tags(Recipe().with_arguments(3, activation="softmax"))
    (x, y), _ = penguins.load_data()
    assert "unscaled" in tags(Recipe(), x, y)  # rows as `fit` would get them
    assert examine(Recipe(data="own")) == []


def test_examining_changes_nothing():
    model, history = trained(network(), X, YES_NO, epochs=1)
    before, optimizer = copy.deepcopy(model.get_weights()), copy.deepcopy(model.optimizer.variables)
    state, x = np.random.get_state()[1].copy(), X.copy()
    examine(model, X, YES_NO, history=history, validation_data=(X, YES_NO))
    examine(Recipe())
    for one, other in zip(before, model.get_weights()):
        np.testing.assert_array_equal(one, other)
    assert [float(np.sum(v.value)) for v in optimizer] == [float(np.sum(v.value)) for v in model.optimizer.variables]
    np.testing.assert_array_equal(np.random.get_state()[1], state)
    np.testing.assert_array_equal(X, x)


def test_findings_are_sorted_and_shown():
    found = examine(network(1, "softmax", optimizer=keras.optimizers.Adam(3.0)), X * [1, 1, 1, 0], YES_NO)
    assert found.tags == ["softmax_of_one", "learning_rate_high", "constant_columns"]
    assert repr(found[0]) == (
        "error softmax_of_one: The last layer has 1 unit with `softmax`. Why: Softmax shares 1 out among the units. "
        "One unit always gets all of it: the output is 1.0 for every row. Fix: For yes or no write `Dense(1, "
        "activation='sigmoid')`; for several classes one unit for each. (Lesson 02)"
    )
    shown = found._repr_html_()
    assert shown.count("What to do:") == 3 and "<code>softmax</code>" in shown and "✗ Error." in shown
    odd = doctor.Finding("<b>", "`a<b`", "x", "01", doctor.NOTE, "odd")
    assert "<b>" not in odd._repr_html_() and "<code>a&lt;b</code>" in odd._repr_html_()


def test_every_check_is_tested_here_and_teaches():
    tested = {"scaler_saw_test", "scaled_apart", "second_fit", "diverged", "dead_units", "no_learning", "overfitting"}
    assert len(doctor.CHECKS) + 2 == len(PAIRS) + len(tested)  # two checks have two tags
    for check in doctor.CHECKS:
        assert check.__doc__
