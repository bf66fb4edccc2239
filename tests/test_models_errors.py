"""The errors a learner meets: said before anything is changed, with the way out."""

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import Sequential, callbacks, layers, optimizers
from tests.test_models import X, Y, network, same, state


@pytest.fixture
def model():
    model = network()
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


BAD_FITS = {
    "wrong width": ((X[:, :2], Y), {}, r"Expected arrays of shape \(rows, 3\)"),
    "one row": ((X[0], Y[:1]), {}, "two brackets"),
    "y too short": ((X, Y[:-1]), {}, "40 and 39"),
    "no y": ((X,), {}, "`y` is missing"),
    "nan": ((np.where(np.arange(3) == 1, np.nan, X), Y), {}, "NaN or infinite"),
    "infinite": ((np.where(np.arange(3) == 1, np.inf, X), Y), {}, "NaN or infinite"),
    "texts": (([["a", "b", "c"]] * 4, Y[:4]), {}, "encoded as numbers"),
    "ragged": (([[1, 2, 3], [1, 2]], Y[:2]), {}, "same length"),
    "labels 1 and 2": ((X, Y + 1), {}, "recode|Recode|0 and 1|0 or 1"),
    "text labels": ((X, np.where(Y == 1, "yes", "no")), {}, "not numbers"),
    "three columns of labels": ((X, np.eye(3)[np.zeros(40, int)]), {}, "Received"),
    "empty": ((X[:0], Y[:0]), {}, "no rows"),
    "batch size": ((X, Y), {"batch_size": 0}, "positive whole number"),
    "epochs": ((X, Y), {"epochs": 1.5}, "whole number"),
    "split": ((X, Y), {"validation_split": 1.5}, "between 0 and 1"),
    "weights": ((X, Y), {"sample_weight": np.ones(3)}, "one entry per row"),
    "both weights": ((X, Y), {"sample_weight": np.ones(40), "class_weight": {0: 1}}, "cannot be used together"),
    "validation": ((X, Y), {"validation_data": (X[:, :2], Y)}, "In `validation_data`"),
    "no pair": ((X, Y), {"validation_data": X}, "must be `\\(x, y\\)`"),
}


@pytest.mark.parametrize("case", BAD_FITS)
def test_bad_fits_teach_and_change_nothing(case, model):
    arguments, named, says = BAD_FITS[case]
    model.fit(X, Y, verbose=0)
    before = state(model)
    with pytest.raises(ValueError, match=says):
        model.fit(*arguments, verbose=0, **named)
    assert same(before, state(model))


@pytest.mark.parametrize("case", ["y too short", "text labels", "labels 1 and 2", "nan"])
def test_bad_data_do_not_build_a_model(case):
    model = keras.Sequential([layers.Dense(4), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy")
    with pytest.raises(ValueError, match="."):
        model.fit(*BAD_FITS[case][0], verbose=0)
    assert not model.built


def test_fit_before_compile():
    for step in ("fit", "evaluate", "train_on_batch"):
        with pytest.raises(ValueError, match=f"`{step}` needs a loss.*model.compile"):
            getattr(network(), step)(X, Y)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"loss": "binary_crossentrpy"}, "Did you mean 'binary_crossentropy'"),
        ({"loss": "mse", "optimizer": "adm"}, "Did you mean 'adam'"),
        ({"loss": "mse", "metrics": ["acuracy"]}, "Did you mean"),
        ({"loss": 3}, "loss"),
        ({"loss": "adam", "optimizer": "mse"}, "'mse' is a loss, not an optimizer"),
    ],
)
def test_compile_names_the_nearest(arguments, says):
    model = network()
    with pytest.raises(ValueError, match=says):
        model.compile(**arguments)
    assert not model.compiled


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda m: m.fit(X, Y, epoch=3), "Did you mean 'epochs'"),
        (lambda m: m.compile(loss="mse", optimiser="adam"), "Did you mean 'optimizer'"),
        (lambda m: m.evaluate(X, Y, batchsize=3), "Did you mean 'batch_size'"),
        (lambda m: layers.Dense(3, activaton="relu"), "Did you mean 'activation'"),
        (lambda m: optimizers.Adam(learning_rat=1.0), "Did you mean 'learning_rate'"),
    ],
)
def test_misspelt_arguments(call, says, model):
    with pytest.raises(TypeError, match=says):
        call(model)


@pytest.mark.parametrize(
    ("name", "says"), [("layers.Desne", "Dense"), ("optimizers.Adamm", "Adam"), ("losses.Hubr", "Huber")]
)
def test_misspelt_names(name, says):
    module, attribute = name.split(".")
    with pytest.raises(AttributeError, match=f"Did you mean '{says}'"):
        getattr(getattr(keras, module), attribute)


def test_units_must_be_whole():
    for units in (0, -1, 2.5, "3", None, True):
        with pytest.raises(ValueError, match="`units` must be a positive whole number"):
            layers.Dense(units)


def test_loss_that_runs_away_is_reported_as_nan_not_an_error(model):
    model = network("linear")
    model.compile(loss="mse", optimizer=optimizers.SGD(1e20))
    with np.errstate(all="ignore"):
        history = model.fit(X, Y, epochs=3, verbose=0, callbacks=[callbacks.TerminateOnNaN()])
    assert not np.isfinite(history.history["loss"][-1])


def test_what_comes_in_and_out_is_described_by_lists_of_one():
    model = network()
    model.build((None, 3))
    assert [each.shape for each in model.inputs] == [(None, 3)]
    assert [each.shape for each in model.outputs] == [(None, 1)]


def test_a_list_of_one_loss_is_that_loss_and_of_two_an_error():
    model = network()
    model.compile("sgd", loss=["mse"])
    assert list(model.fit(X, Y, verbose=0).history) == ["loss"]
    with pytest.raises(ValueError, match="one output and one loss.*Received: loss="):
        model.compile("sgd", loss=["mse", "mae"])


def test_a_layer_without_brackets_around_it_is_told_of_them():
    with pytest.raises(TypeError, match="must be a list.*with brackets.*Received: layers=<Dense"):
        Sequential(layers.Dense(3))


def test_errors_call_a_model_a_model():
    with pytest.raises(AttributeError, match="The model `.*` has no attribute 'fitt'. Did you mean 'fit'"):
        network().fitt(X, Y)


def test_each_call_on_a_batch_reports_that_batch_alone():
    model = network()
    model.compile("sgd", "mse", metrics=["mae"])
    model.train_on_batch(X[:8], Y[:8] + 100)
    expected = model.evaluate(X[8:], Y[8:], verbose=0)
    np.testing.assert_allclose(model.test_on_batch(X[8:], Y[8:]), expected, rtol=1e-6)
    np.testing.assert_allclose(model.train_on_batch(X[8:], Y[8:]), expected, rtol=1e-6)


def test_paths_begin_with_who_made_the_weights():
    inner = Sequential([layers.Dense(2, name="y")], name="inner")
    built = layers.Dense(2, name="built")
    built.build((None, 2))
    model = Sequential([layers.Input((3,)), inner, built, layers.Dense(1, name="z")], name="outer")
    paths = [weight.path for weight in model.weights if weight.name == "kernel"]
    assert paths == ["outer/inner/y/kernel", "built/kernel", "outer/z/kernel"]
    model.build((None, 3))
    assert [weight.path for weight in model.weights if weight.name == "kernel"] == paths


@pytest.mark.parametrize("name", ["fit_generator", "evaluate_generator", "predict_classes", "predict_proba"])
def test_methods_of_old_tutorials_name_what_to_do_today(name, model):
    with pytest.raises(AttributeError, match=rf"no attribute '{name}'\. .*modernize\(program\)"):
        getattr(model, name)


def test_arguments_of_old_tutorials_name_what_to_do_today(model):
    with pytest.raises(TypeError, match=r"no argument 'show_accuracy'.*compile\(metrics=.*modernize"):
        model.fit(X, Y, show_accuracy=True)
    with pytest.raises(TypeError, match=r"no argument 'decay'.*InverseTimeDecay"):
        optimizers.SGD(decay=1e-6)


def test_the_shape_that_is_shown_is_the_one_that_was_passed(model):
    for use in (model.predict, model):
        with pytest.raises(ValueError, match=r"two brackets.*Received: shape=\(3,\)"):
            use(X[0])
        with pytest.raises(ValueError, match=r"Received: shape=\(40, 2\)"):
            use(X[:, :2])
