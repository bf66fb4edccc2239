"""The experiment that panels share: what an edit throws away, who is told, and that its numbers are the program's."""

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import layers
from kerasschool.live.experiment import Experiment
from kerasschool.live.recipe import Recipe
from kerasschool.live.session import TrainingSession

SHORT = Recipe(fit={"epochs": 3})


def told(experiment):
    """A list that grows with every change that the experiment tells."""
    heard = []
    experiment.on_change(lambda _, changed: heard.append(changed))
    return heard


@pytest.mark.parametrize(
    "recipe",
    [
        SHORT,
        SHORT.replace(split=0.25),
        SHORT.with_layer({"class": "Dropout", "arguments": {"rate": 0.3}}, at=2),
        SHORT.replace(scaling="none", seed=3, fit={"shuffle": False}),
        SHORT.with_optimizer("sgd", learning_rate=0.1, momentum=0.9),
        SHORT.replace(fit={"epochs": 30, "early_stopping": {"class": "EarlyStopping", "arguments": {"patience": 2}}}),
    ],
)
def test_its_training_is_the_programs_training_to_the_last_digit(recipe):
    program = {}
    exec(recipe.code(), program)
    experiment = Experiment(recipe)
    assert experiment.session.run().history == program["history"].history
    experiment.session.reset()
    assert experiment.session.run().history == program["history"].history


@pytest.mark.parametrize(
    ("change", "new_rows", "new_model", "new_session"),
    [
        ({"scaling": "none"}, True, True, True),
        ({"split": 0.3}, True, True, True),
        ({"seed": 8}, True, True, True),
        ({"layers": SHORT.with_arguments(1, units=4).layers}, False, True, True),
        ({"compile": {"optimizer": "sgd"}}, False, True, True),
        ({"fit": {"shuffle": False}}, False, True, True),
        ({"fit": {"epochs": 5}}, False, False, False),
        ({"fit": {"batch_size": 5}}, False, False, False),
        ({"locks": {"units": "frozen"}}, False, False, False),
    ],
)
def test_what_an_edit_throws_away(change, new_rows, new_model, new_session):
    experiment = Experiment(SHORT)
    session = experiment.session
    rows, model = experiment.rows, experiment.model
    session.step_batch()
    heard = told(experiment)
    experiment.change(**change)
    assert heard == [set(change)]
    assert (experiment.rows is not rows, experiment.model is not model) == (new_rows, new_model)
    assert (not experiment.has(session), experiment.session is not session) == (new_session, new_session)
    assert session.state == ("stopped" if new_session else "paused")
    assert experiment.is_trained is not new_session


def test_epochs_and_batch_size_reach_the_training():
    experiment = Experiment(SHORT)
    experiment.session.step_batch()
    experiment.change(fit={"epochs": 5, "batch_size": 4})
    assert (experiment.session.epochs, experiment.session.batch_size) == (5, 4)


def test_a_refused_change_changes_nothing_and_an_equal_one_is_silent():
    experiment = Experiment(SHORT)
    session, heard = experiment.session, told(experiment)
    with pytest.raises(ValueError, match="loss"):
        experiment.change(seed=9, compile={"loss": "binary_crosentropy"})
    experiment.change(seed=7)
    experiment.recipe = Recipe(fit={"epochs": 3})
    assert heard == [] and experiment.has(session) and experiment.recipe == SHORT


def test_one_bad_listener_does_not_silence_the_others_and_leaving_is_final():
    experiment = Experiment(SHORT)
    experiment.on_change(lambda *_: 1 / 0)
    heard = []
    leave = experiment.on_change(lambda _, changed: heard.append(changed))
    with pytest.warns(UserWarning, match="could not follow"):
        experiment.change(seed=1)
    leave()
    leave()
    with pytest.warns(UserWarning, match="could not follow"):
        experiment.change(seed=2)
    assert heard == [{"seed"}]


def written_by_hand(metrics=("accuracy",)):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([layers.Input((2,)), layers.Dense(3, activation="tanh"), layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd", metrics=list(metrics))
    return model


X, Y = np.arange(12.0).reshape(6, 2) / 12, np.arange(6.0)


def test_a_model_written_by_hand_keeps_its_weights():
    model = written_by_hand()
    weights = model.get_weights()
    experiment = Experiment.from_model(model, X, Y, fit={"epochs": 2, "batch_size": 3})
    assert experiment.model is model and experiment.recipe.split == "none"
    assert len(experiment.session.run().history["loss"]) == 2
    experiment.change(fit={"shuffle": False})  # needs another training: from the weights it came with
    assert experiment.model is model
    for now, then in zip(experiment.session.model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(now, then)


def test_a_training_that_is_there_already():
    model = written_by_hand()
    session = TrainingSession(model, X, Y, epochs=4, batch_size=2, seed=5)
    experiment = Experiment(x=X, y=Y, session=session)
    assert experiment.model is model and experiment.session is session and experiment.locks == {}
    experiment.set_fit(epochs=6)
    assert session.epochs == 6
    recipe = experiment.recipe
    assert (recipe.fit["epochs"], recipe.fit["batch_size"], recipe.seed, recipe.data) == (6, 2, 5, "own")
    experiment.set_fit(epochs=7)
    assert session.epochs == 7 and experiment.recipe.fit["epochs"] == 7 and experiment.has(session)
    experiment.change(layers=recipe.with_arguments(1, units=2).layers)
    assert experiment.model is not model and experiment.model.count_params() == 9
    assert len(experiment.session.run().history["loss"]) == 7


def test_a_model_that_needs_code_trains_but_has_no_recipe():
    model = keras.Sequential([layers.Input((2,)), layers.Lambda(np.abs), layers.Dense(1)])
    model.compile(loss="mse")
    experiment = Experiment(x=X, y=Y, session=TrainingSession(model, X, Y, epochs=1, seed=1))
    experiment.set_fit(epochs=2)
    assert len(experiment.session.run().history["loss"]) == 2
    with pytest.raises(ValueError, match="Lambda"):
        _ = experiment.recipe


def test_own_arrays():
    layers = [{"class": "InputLayer", "arguments": {"shape": [2]}}, {"class": "Dense", "arguments": {"units": 1}}]
    experiment = Experiment(SHORT.replace(layers=layers, compile={"loss": "mse"}))
    heard = told(experiment)
    experiment.use(X, Y, (X[:2], Y[:2]))
    assert heard == [{"data", "split"}] and experiment.recipe.data == "own" and experiment.recipe.split == "given"
    assert experiment.rows.x.shape == (6, 2) and len(experiment.rows.validation_data[0]) == 2
    assert len(experiment.session.run().history["val_loss"]) == 3
    experiment.use(X, Y)
    assert experiment.rows.validation_data is None and experiment.recipe.split == "none"


def test_labels_that_do_not_fit_are_an_error_when_the_training_is_asked_for():
    experiment = Experiment(SHORT.with_arguments(3, units=3, activation="softmax").with_loss("CategoricalCrossentropy"))
    with pytest.raises(ValueError, match="SparseCategoricalCrossentropy|sparse_categorical_crossentropy|one-hot"):
        _ = experiment.session
    experiment.recipe = SHORT
    assert experiment.session.state == "idle"
