"""What the six steps have produced, and each rule of what is stale: a case that triggers it, and one that must not."""

import asyncio

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import layers
from kerasschool.live.experiment import Experiment
from kerasschool.live.fitting import fitted
from kerasschool.live.recipe import Recipe
from kerasschool.live.steps import NAMES, RULES, Steps, number_word
from tests.sessions import FOREVER, in_loop

SHORT = Recipe(fit={"epochs": 3})


def begin(recipe=SHORT, **arguments):
    experiment = Experiment(recipe, **arguments)
    return experiment, Steps(experiment)


def of(steps, name):
    return steps.read()[NAMES.index(name)]


def rule(steps, rule):
    """What one rule says."""
    (found,) = [each for rules in RULES.values() for each in rules if each.__name__ == rule]
    return found(steps)


def edit(experiment, **arguments):
    experiment.change(layers=experiment.recipe.with_arguments(1, **arguments).layers)


# What was produced


def test_words_of_a_whole_walk():
    experiment, steps = begin()
    assert [(step.number, step.name, step.state) for step in steps.read()] == [
        (1, "data", "done"),
        (2, "layers", "done"),
        (3, "compile", "done"),
        (4, "train", "todo"),
        (5, "evaluate", "todo"),
        (6, "predict", "todo"),
    ]
    history = experiment.session.run().history
    steps.look_at("evaluate")
    steps.look_at("predict")
    accuracy, loss = history["val_accuracy"][-1], history["val_loss"][-1]
    probability = float(experiment.model.predict(experiment.rows.validation_data[0][:1], verbose=0)[0, 0])
    sex, probability = ("male", probability) if probability > 0.5 else ("female", 1 - probability)
    assert [step.word for step in steps.read()] == [
        "266 + 67 rows, scaled",
        "221 parameters",
        "adam, binary_crossentropy",
        f"epoch 3: val accuracy {number_word(accuracy)}",
        f"validation loss {number_word(loss)}",
        f"{sex} {number_word(probability)}",
    ]
    assert {step.state for step in steps.read()} == {"done"}


@pytest.mark.parametrize(
    ("parts", "name", "word"),
    [
        ({"scaling": "none"}, "data", "266 + 67 rows, not scaled"),
        ({"split": "none"}, "data", "266 rows, scaled"),
        ({"split": 0.5}, "data", "133 + 133 rows, scaled"),
        ({"compile": {"optimizer": {"class": "SGD", "arguments": {"learning_rate": 0.1}}}}, "compile", "sgd(0.1), b"),
        ({"layers": SHORT.with_arguments(1, units=1000).layers}, "layers", "17,017 parameters"),
    ],
)
def test_words_follow_the_recipe(parts, name, word):
    experiment, steps = begin()
    experiment.change(**parts)
    assert of(steps, name).word.startswith(word)


def test_words_for_classes_numbers_and_no_metric():
    experiment, steps = begin()
    experiment.change(data="wine", compile={"metrics": []})
    experiment.change(**fitted(experiment))
    experiment.change(compile={"metrics": []})
    experiment.session.run()
    steps.look_at("predict")
    assert of(steps, "train").word == f"epoch 3: val loss {number_word(experiment.session.recorder.last('val_loss'))}"
    assert of(steps, "predict").word.split()[0] in ("Barolo", "Grignolino", "Barbera")
    x = np.arange(12.0).reshape(6, 2) / 12
    model = keras.Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile(loss="mse")
    experiment = Experiment.from_model(model, x, np.arange(6.0) + 0.5)
    steps = Steps(experiment)
    steps.look_at("evaluate")
    assert of(steps, "evaluate").word.startswith("training loss ")
    steps.look_at("predict")
    assert of(steps, "predict").word.startswith("target ")


def test_within_the_first_epoch_steps_are_counted():
    experiment, steps = begin()
    experiment.session.step_batch()
    assert of(steps, "train").word == "1 step"
    experiment.session.step_batch()
    assert of(steps, "train").word == "2 steps"


@pytest.mark.parametrize(
    ("value", "word"), [(0.9551, ".955"), (0.0, ".000"), (0.99999, "1.00"), (1.234, "1.23"), (1234.5, "1.23e+03")]
)
def test_numbers_in_few_signs(value, word):
    assert number_word(value) == word


# What is stale. Each rule: a case that triggers it, and one that must not.


def test_no_rows():
    own = SHORT.replace(data="own", split="none")
    _, steps = begin(own)
    step = of(steps, "data")
    assert (step.what, step.state, step.word) == ("no rows yet", "wrong", "")
    steps.look_at("evaluate")
    steps.look_at("predict")
    assert of(steps, "evaluate").state == of(steps, "predict").state == "todo"
    _, steps = begin(own, x=np.ones((4, 8)), y=np.array([0, 1, 0, 1]))
    assert rule(steps, "no_rows") is None


def test_scaler_saw_held_back_rows():
    stream = np.random.RandomState(0)
    x, x_val = stream.normal(3, 2, size=(40, 8)), stream.normal(3, 2, size=(20, 8))
    y, y_val = np.arange(40) % 2, np.arange(20) % 2
    both = np.concatenate([x, x_val])

    def found(mean, spread):
        own = SHORT.replace(data="own", scaling="none", split="given")
        data = (x - mean) / spread, y, ((x_val - mean) / spread, y_val)
        return rule(begin(own, x=data[0], y=data[1], validation_data=data[2])[1], "scaler_saw_held_back_rows")

    what, fix = found(both.mean(axis=0), both.std(axis=0))
    assert what == "scaler fitted on test rows" and "Split first" in fix
    assert found(x.mean(axis=0), x.std(axis=0)) is None
    assert found(0, 1) is None
    assert rule(begin()[1], "scaler_saw_held_back_rows") is None


def test_layers_do_not_fit():
    experiment, steps = begin()
    assert rule(steps, "layers_do_not_fit") is None
    experiment.change(data="wine")
    step = of(steps, "layers")
    assert (step.what, step.state) == ("The data have 13 inputs, the first layer expects 8.", "wrong")
    experiment.change(layers=fitted(experiment)["layers"])
    assert rule(steps, "layers_do_not_fit") is None


def test_loss_does_not_fit():
    experiment, steps = begin()
    experiment.change(data="wine")
    assert rule(steps, "loss_does_not_fit") is None  # the layers come first
    experiment.change(layers=fitted(experiment)["layers"])
    assert rule(steps, "loss_does_not_fit")[0] == "The labels ask for sparse_categorical_crossentropy."
    experiment.change(compile={"loss": "sparse_categorical_crossentropy"})
    assert rule(steps, "loss_does_not_fit") is None


def test_edited_after_compile():
    experiment, steps = begin()
    edit(experiment, units=4)
    step = of(steps, "compile")
    assert (step.what, step.state) == ("layers edited after compile", "stale")
    steps.look_at("compile")  # compiled anew
    assert of(steps, "compile").state == "done"
    edit(experiment, units=5)  # beside it, while it is open
    assert of(steps, "compile").state == "done"
    steps.look_at("layers")
    edit(experiment, units=6)
    experiment.change(data="penguins", seed=3, fit={"epochs": 9}, compile={"loss": "mse"})
    assert of(steps, "compile").what == "layers edited after compile"
    edit(experiment, units=5)  # as it was when it was compiled
    assert rule(steps, "edited_after_compile") is None
    edit(experiment, units=9)
    experiment.session.step_batch()  # fit compiles
    assert rule(steps, "edited_after_compile") is None


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"layers": SHORT.with_arguments(1, units=4).layers}, "layers edited"),
        ({"compile": {"optimizer": "sgd"}}, "compile edited"),
        ({"scaling": "none", "seed": 9}, "scaling changed, seed changed"),
        ({"fit": {"shuffle": False}}, "fit edited"),
        ({"split": 0.3}, "split changed"),
    ],
)
def test_edited_after_training(parts, words):
    experiment, steps = begin()
    experiment.session.run()
    word = of(steps, "train").word
    experiment.change(**parts)
    step = of(steps, "train")
    assert (step.what, step.state, step.word) == (f"{words} after training", "stale", word)
    _ = experiment.session  # a new one, not trained yet
    assert of(steps, "train").what == f"{words} after training"
    experiment.session.run()
    assert of(steps, "train").state == "done"


def test_what_is_no_edit_after_training():
    experiment, steps = begin()
    experiment.change(seed=1)
    assert rule(steps, "edited_after_training") is None  # nothing trained yet
    experiment.session.run()
    experiment.change(fit={"epochs": 9, "batch_size": 4}, locks={"units": "frozen"})
    assert rule(steps, "edited_after_training") is None
    recipe = experiment.recipe
    experiment.change(seed=5)
    experiment.recipe = recipe
    assert of(steps, "train").what == "edited and taken back after training"


def test_second_fit():
    experiment, steps = begin()
    experiment.session.run()
    experiment.change(fit={"epochs": 4})
    assert rule(steps, "second_fit") is None
    experiment.session.run()
    assert of(steps, "train").what == "a second fit goes on from trained weights"
    experiment.session.reset()
    assert of(steps, "train").state == "todo" and rule(steps, "second_fit") is None
    experiment.session.run()
    assert rule(steps, "second_fit") is None


@pytest.mark.parametrize(("setting", "value"), [("learning_rate", 0.5), ("batch_size", 3)])
def test_changed_while_training(setting, value):
    experiment, steps = begin()
    setattr(experiment.session, setting, value)  # before the first step
    experiment.session.step_batch()
    assert rule(steps, "changed_while_training") is None
    setattr(experiment.session, setting, 2 * value)
    assert of(steps, "train").what == f"{setting.replace('_', ' ')} changed while it trained"


def test_training_failed():
    experiment, steps = begin(
        SHORT.with_optimizer("sgd", learning_rate=1000).with_loss("mse").with_arguments(3, units=1)
    )
    experiment.change(layers=experiment.recipe.with_arguments(3, activation=None).layers)
    assert rule(steps, "training_failed") is None
    with pytest.raises(ArithmeticError):
        experiment.session.run()
    step = of(steps, "train")
    assert (step.what, step.state) == ("training failed", "wrong") and "Lower the learning rate" in step.fix
    experiment.session.reset()
    assert rule(steps, "training_failed") is None


@pytest.mark.parametrize(("name", "after"), [("evaluate", "evaluating"), ("predict", "predicting")])
def test_what_asks_the_model(name, after):
    experiment, steps = begin()
    assert of(steps, name).state == "todo"
    steps.look_at(name)
    assert (of(steps, name).what, of(steps, name).state) == ("the model is untrained", "stale")
    steps.look_at("train")
    experiment.session.run()
    assert of(steps, name).what == f"trained on after {after}"
    steps.look_at(name)
    assert of(steps, name).state == "done"
    word = of(steps, name).word
    experiment.change(fit={"epochs": 9})
    experiment.session.run()  # while it is open, it is always done anew
    assert of(steps, name).state == "done" and of(steps, name).word != word
    steps.look_at("train")
    experiment.session.reset()
    assert of(steps, name).what == f"reset after {after}"
    experiment.session.run()
    assert of(steps, name).state == "done"  # the same run again gives the same model
    edit(experiment, units=4)
    assert of(steps, name).what == f"layers edited after {after}"
    experiment.session.run()
    assert of(steps, name).what == f"layers edited after {after}"


def test_a_model_written_by_hand_is_not_called_untrained():
    model = keras.Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile(loss="mse")
    steps = Steps(Experiment.from_model(model, np.ones((5, 2)), np.arange(5) / 3))
    steps.look_at("evaluate")
    assert of(steps, "evaluate").state == "done"


# Who listens


@in_loop
async def test_a_running_training_is_looked_at_by_the_clock():
    experiment, steps = begin(SHORT.replace(fit={"epochs": FOREVER}))
    heard = []
    leave = steps.on_change(lambda _: heard.append(of(steps, "train").word))
    steps._clock.seconds = 1000
    session = experiment.session
    session.play()
    while session.progress().epoch < 20:
        await asyncio.sleep(0)
    session.pause()
    assert len(heard) < 6 and heard[-1].startswith(f"epoch {session.progress().epoch}: val accuracy")
    leave()
    leave()
    steps.leave()
    count = len(heard)
    session.step_batch()
    experiment.change(seed=1)
    assert len(heard) == count


def test_a_loss_that_does_not_fit_leaves_evaluate_undone():
    experiment, steps = begin()
    steps.look_at("evaluate")
    assert of(steps, "evaluate").word.startswith("validation loss")
    experiment.change(compile={**experiment.recipe.compile, "loss": "categorical_hinge"})
    assert of(steps, "evaluate").word == ""
    experiment.change(compile={**experiment.recipe.compile, "loss": "binary_crossentropy"})
    assert of(steps, "evaluate").word.startswith("validation loss")
