"""The run ledger: what is kept, what differs, what a hand did; and that a run is built again to the last digit."""

import asyncio
import itertools
import json

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import layers
from kerasschool.live import ledger_file
from kerasschool.live.differences import differences
from kerasschool.live.experiment import Experiment
from kerasschool.live.ledger import Ledger
from kerasschool.live.recipe import Recipe
from kerasschool.live.run_notes import RunNotes
from tests.sessions import FOREVER, Saboteur, in_loop, make_session

SHORT = Recipe(fit={"epochs": 3})


def spec(name, **arguments):
    return {"class": name, "arguments": arguments}


def trained(recipe=SHORT):
    experiment = Experiment(recipe)
    experiment.session.run()
    return experiment


def told(ledger):
    heard = []
    ledger.on_change(lambda _, words: heard.append(words))
    return heard


# A run is its recipe


@pytest.mark.parametrize(
    "recipe",
    [
        SHORT,
        SHORT.replace(split=0.25, seed=3),
        SHORT.with_layer(spec("Dropout", rate=0.3), at=2).with_optimizer("sgd", learning_rate=0.1),
        SHORT.replace(fit={"epochs": 40, "early_stopping": spec("EarlyStopping", monitor="loss", min_delta=0.05)}),
    ],
)
def test_a_run_is_built_again_to_the_last_digit(recipe):
    ledger = Ledger()
    run = ledger.keep(trained(recipe))
    assert run.recipe == recipe and run.is_exact and run.marks == []
    program = {"Recipe": Recipe}
    assert eval(run.line(), program).build().count_params() == recipe.build().count_params()
    assert run.rebuild().history == run.history
    assert run.x == list(range(1, len(run.history["loss"]) + 1))
    assert run.last("val_loss") == run.history["val_loss"][-1] and run.last("auc") is None
    assert 0 < run.seconds < 60


def test_settings_made_before_the_first_step_belong_to_the_recipe():
    experiment = Experiment(SHORT)
    RunNotes.of(experiment.session)
    experiment.session.learning_rate = 0.05
    experiment.session.batch_size = 40
    experiment.session.run()
    run = Ledger().keep(experiment)
    assert run.is_exact and run.recipe.compile["optimizer"] == spec("Adam", learning_rate=0.05)
    assert run.recipe.fit["batch_size"] == 40
    assert run.rebuild().history == run.history


def test_settings_made_after_the_end_do_not():
    experiment = Experiment(SHORT)
    RunNotes.of(experiment.session)
    experiment.session.run()
    experiment.change(fit={"epochs": 9, "batch_size": 2})
    experiment.session.learning_rate = 5.0
    assert Ledger().keep(experiment).recipe == SHORT


def test_more_epochs_after_the_end_are_another_run_as_exact():
    ledger, experiment = Ledger(), trained()
    ledger.keep(experiment)
    experiment.change(fit={"epochs": 5})
    experiment.session.run()
    run = ledger.keep(experiment)
    assert len(ledger) == 2 and run.epochs == 5
    assert run.rebuild().history == run.history


@in_loop
async def test_what_a_hand_does_on_the_way_is_noted():
    session = make_session(epochs=FOREVER)
    notes = RunNotes.of(session)
    assert RunNotes.of(session) is notes
    session.step_batch()
    session.batch_size = 23
    session.learning_rate = 0.5
    session.stop()
    assert notes.marks == ["batch_size", "learning_rate", "cut"]
    assert (notes.batch_size, notes.learning_rate) == (5, 0.001)
    session.step_epoch()
    await session.wait()
    assert notes.marks[-1] == "second_fit"
    session.reset()
    assert notes.marks == [] and notes.batch_size == 23 and notes.seconds == 0


@in_loop
async def test_a_stop_between_two_epochs_is_no_cut():
    session = make_session(epochs=FOREVER)
    notes = RunNotes.of(session)
    session.step_epoch()
    await session.wait()
    session.stop()
    assert session.state == "stopped" and notes.marks == []


def test_a_schedule_is_no_hand():
    recipe = SHORT.with_optimizer(
        "sgd", learning_rate=spec("ExponentialDecay", initial_learning_rate=0.1, decay_steps=10, decay_rate=0.5)
    )
    run = Ledger().keep(trained(recipe))
    assert run.recipe == recipe and run.marks == []


def test_a_model_written_by_hand_is_kept_with_a_remark():
    model = keras.Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    experiment = Experiment.from_model(model, np.ones((6, 2)), np.zeros(6), fit={"epochs": 2})
    experiment.session.run()
    run = Ledger().keep(experiment)
    assert not run.is_exact
    assert run.remarks == ["model written by hand: its first weights are its own"]
    assert len(run.rebuild(np.ones((6, 2)), np.zeros(6)).history["loss"]) == 2


# Once, by itself, bounded


def test_the_same_run_is_kept_once_and_grows():
    ledger, experiment = Ledger(), Experiment(SHORT)
    heard = told(ledger)
    with pytest.raises(ValueError, match="at least one finished epoch"):
        ledger.keep(experiment)

    async def one_epoch():
        experiment.session.step_epoch()
        await experiment.session.wait()

    asyncio.run(one_epoch())
    experiment.session.step_batch()  # the epoch under way is not kept
    first = ledger.keep(experiment, name="mine")
    assert first.epochs == 1
    experiment.session.run()
    assert ledger.keep(experiment) is first and first.epochs == 3 and first.name == "mine"
    experiment.session.reset()
    experiment.session.run()
    assert ledger.keep(experiment) is first and len(ledger) == 1
    assert heard[-1] == "mine is kept: the same recipe gave the same curves."


def test_following_keeps_each_ended_run_once():
    ledger, experiment = Ledger(), Experiment(SHORT)
    leave = ledger.follow(experiment)
    experiment.session.run()
    assert [run.name for run in ledger] == ["Run 1"]
    experiment.change(fit={"batch_size": 11})  # of the ended run: nothing new
    experiment.session.learning_rate = 0.1
    assert len(ledger) == 1
    experiment.session.reset()
    experiment.session.run()
    experiment.change(compile={"optimizer": "sgd"})
    assert len(ledger) == 2
    experiment.session.run()
    assert [run.recipe.compile["optimizer"] for run in ledger] == ["adam", spec("Adam", learning_rate=0.1), "sgd"]
    ledger.delete("Run 2")
    experiment.session.reset()
    leave()
    experiment.change(seed=1)
    experiment.session.run()
    assert [run.name for run in ledger] == ["Run 1", "Run 3"]


def test_a_run_that_has_ended_is_kept_at_once_with_what_was_done_by_hand():
    for experiment in (Experiment(SHORT), Experiment(session=make_session(epochs=2))):
        experiment.session.step_batch()
        experiment.session.learning_rate = 0.5
        ledger = Ledger()
        ledger.follow(experiment)
        assert len(ledger) == 0, "it is under way"
        experiment.session.run()
        (watched,) = ledger
        later = Ledger()
        later.follow(experiment)
        (run,) = later
        assert (run.history, run.recipe, run.marks) == (watched.history, watched.recipe, watched.marks)
        assert "learning_rate" in run.marks and not run.is_exact
    later.follow(Experiment(SHORT))
    assert len(later) == 1


def test_marks_are_there_before_any_ledger():
    experiment = Experiment(SHORT)
    experiment.session.step_batch()
    experiment.session.learning_rate = 0.5
    experiment.session.run()
    assert Ledger().keep(experiment).marks == ["learning_rate"]


def test_a_stop_in_mid_epoch_is_kept_as_cut():
    ledger, experiment = Ledger(), Experiment(SHORT)
    ledger.follow(experiment)
    experiment.session.step_batch()
    experiment.session.stop()
    (run,) = ledger
    assert run.marks == ["cut"] and not run.is_exact and run.epochs == 1


def test_a_failed_run_is_kept_as_far_as_it_came():
    ledger = Ledger()
    session = make_session(callbacks=[Saboteur(lambda: 1 / 0, epoch=2)])
    ledger.follow(Experiment(session=session))
    with pytest.raises(ZeroDivisionError):
        session.run()
    (run,) = ledger
    assert run.epochs == 2 and run.marks[-1] == "failed"


def test_the_oldest_that_is_not_pinned_makes_room():
    ledger, experiment = Ledger(most=2), trained()
    heard = told(ledger)

    def another(seed):
        experiment.change(seed=seed)
        experiment.session.run()
        return ledger.keep(experiment)

    first = ledger.keep(experiment)
    another(1)
    ledger.pin(first)
    third = another(2)
    assert [run.name for run in ledger] == ["Run 1", "Run 3"]
    assert heard[-1] == "Run 3 is kept. Run 2, the oldest, made room for it."
    ledger.pin(third)
    with pytest.raises(ValueError, match="All 2 runs are pinned"):
        another(3)
    ledger.follow(experiment)
    experiment.change(seed=4)
    experiment.session.run()
    assert heard[-1].startswith("This run was not kept. All 2 runs are pinned")
    ledger.pin(first, False)
    assert another(5).number == 4 and [run.number for run in ledger] == [3, 4]


def test_names():
    ledger = Ledger()
    one, two = ledger.keep(trained(), name=" wide "), ledger.keep(trained(SHORT.replace(seed=1)))
    assert (one.name, two.name, ledger["wide"], ledger[2]) == ("wide", "Run 2", one, two)
    ledger.rename(two, "Run 3")
    assert ledger.keep(trained(SHORT.replace(seed=2))).name == "Run 4"
    for bad in ("", "  ", "wide", "x" * 61, "a\nb", None, 7):
        with pytest.raises(ValueError, match="name"):
            ledger.rename(two, bad)
    assert two.name == "Run 3"
    with pytest.raises(ValueError, match="Unknown run 'wid'. Did you mean 'wide'"):
        ledger.delete("wid")
    ledger.delete(one)
    with pytest.raises(ValueError, match="not in this ledger"):
        ledger.pin(one)


# What differs


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (SHORT, []),
        (SHORT.replace(locks={"units": "hidden"}), []),
        (SHORT.replace(scaling="none", split=0.2), ["inputs not scaled", "0.2 of the rows held back"]),
        (SHORT.with_layer(spec("Dropout", rate=0.3), at=2), ["layer 2 more: Dropout(0.3)"]),
        (SHORT.without_layer(2), ["without layer 2: Dense(8, relu)"]),
        (
            SHORT.with_arguments(1, units=16, kernel_initializer="he_normal"),
            ["layer 1: units 16 instead of 12", "layer 1: kernel initializer he_normal instead of glorot_uniform"],
        ),
        (SHORT.with_optimizer("sgd", learning_rate=0.1), ["optimizer sgd(0.1) instead of adam"]),
        (SHORT.with_optimizer("adam", learning_rate=0.1), ["learning rate 0.1 instead of 0.001"]),
        (SHORT.with_loss("mse"), ["loss mean_squared_error instead of binary_crossentropy"]),
        (SHORT.replace(compile={"metrics": []}), ["metrics none instead of accuracy"]),
        (
            SHORT.replace(fit={"batch_size": 32, "shuffle": False}, seed=8),
            ["batch size 32 instead of 10", "shuffle off instead of on", "seed 8 instead of 7"],
        ),
        (
            SHORT.replace(fit={"early_stopping": spec("EarlyStopping", patience=3)}),
            ["early stopping with patience 3"],
        ),
        (
            SHORT.replace(
                data=spec("planar", kind="moons"),
                layers=[spec("InputLayer", shape=[2]), *SHORT.layers[1:]],
            ),
            ["data planar(moons) instead of penguins", "input (2,) instead of (8,)"],
        ),
    ],
)
def test_only_what_differs_is_said(recipe, words):
    assert differences(recipe, SHORT) == words


def test_every_pair_of_these_can_be_told_apart():
    recipes = [
        SHORT,
        SHORT.moved(1, 2),
        SHORT.replace(split="none"),
        SHORT.replace(data="own"),
        SHORT.with_loss("BinaryCrossentropy", label_smoothing=0.1),
        SHORT.replace(fit={"early_stopping": "EarlyStopping"}),
        SHORT.replace(fit={"early_stopping": spec("EarlyStopping", patience=2)}),
        SHORT.with_optimizer("adam", learning_rate=spec("CosineDecay", initial_learning_rate=0.1, decay_steps=9)),
    ]
    for one, other in itertools.permutations(recipes, 2):
        words = differences(one, other)
        assert words and all(isinstance(word, str) and "{" not in word for word in words)


# In a file


def some_runs():
    ledger = Ledger()
    for seed in (1, 2):
        run = ledger.keep(trained(SHORT.replace(seed=seed)), name=f"seed {seed} – ü")
    ledger.pin(run)
    ledger.show(run, False)
    run.history["loss"][0] = float("nan")
    run.marks.append("cut")
    return ledger


def test_a_file_holds_everything(tmp_path):
    ledger = some_runs()
    ledger_file.save(ledger, tmp_path / "runs.json")
    assert [path.name for path in tmp_path.iterdir()] == ["runs.json"]
    for ours, theirs in zip(ledger, ledger_file.load(tmp_path / "runs.json"), strict=True):
        np.testing.assert_equal(vars(theirs), vars(ours))
    again = ledger_file.load(tmp_path / "runs.json")
    assert again.keep(trained()).number == 3


def damage(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def one(change):
    return lambda content: change(content["runs"][0])


HOSTILE = {
    "another version": lambda c: c.update(kerasschool_runs=2),
    "a further key": lambda c: c.update(more=1),
    "no list": lambda c: c.update(runs={}),
    "too many": lambda c: c.update(runs=c["runs"] * 26),
    "the same run twice": lambda c: c.update(runs=c["runs"] * 2),
    "no dictionary": lambda c: c.update(runs=[1]),
    "a part less": one(lambda run: run.pop("x")),
    "a long name": one(lambda run: run.update(name="x" * 1000)),
    "a name that is none": one(lambda run: run.update(name=["x"])),
    "a bad recipe": one(lambda run: run.update(recipe='{"version": 1, "data": "os.system"}')),
    "a recipe that is no text": one(lambda run: run.update(recipe={})),
    "text for numbers": one(lambda run: run["history"].update(loss=["1", 2, 3])),
    "too few numbers": one(lambda run: run["history"].update(loss=[1, 2])),
    "too many epochs": one(lambda run: run.update(x=list(range(1, 402)))),
    "epochs that fall": one(lambda run: run.update(x=[3, 2, 1])),
    "no epochs": one(lambda run: run.update(x=[], history={})),
    "an epoch that is none": one(lambda run: run.update(x=[None, 2, 3])),
    "huge numbers": one(lambda run: run.update(x=[1, 2, 10**400])),
    "a control sign": one(lambda run: run["history"].update({"\x1b": [1, 2, 3]})),
    "unknown marks": one(lambda run: run.update(marks=["<script>"])),
    "marks that are none": one(lambda run: run.update(marks=[[]])),
    "seconds below 0": one(lambda run: run.update(seconds=-1)),
    "a number for yes": one(lambda run: run.update(is_pinned=1)),
    "number 0": one(lambda run: run.update(number=0)),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_a_damaged_file_is_refused(tmp_path, change):
    path = tmp_path / "runs.json"
    ledger_file.save(some_runs(), path)
    damage(path, change)
    with pytest.raises(ValueError, match=r"run|name|recipe|data|number"):
        ledger_file.load(path)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"kerasschool_runs": NaN, "runs": []}', b" " * 8_000_001]
)
def test_what_is_no_file_of_runs_is_refused(tmp_path, content):
    path = tmp_path / "runs.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="no file of runs"):
        ledger_file.load(path)


def test_file_names(tmp_path):
    for function in (lambda path: ledger_file.save(Ledger(), path), ledger_file.load):
        with pytest.raises(ValueError, match=r"must end in '\.json'"):
            function(tmp_path / "runs.txt")
    with pytest.raises(FileNotFoundError, match="no file"):
        ledger_file.load(tmp_path / "nothing.json")
