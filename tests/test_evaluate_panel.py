"""The Evaluate panel from code: scores, threshold, sealed test, in training and by hand. The browser has its own."""

import asyncio
import html
import re

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import layers
from kerasschool.datasets import breast_cancer, penguins
from kerasschool.live.experiment import Experiment
from kerasschool.live.fitting import fitted
from kerasschool.live.meaning import Names
from kerasschool.live.recipe import Recipe
from kerasschool.panels import Data, Evaluate, Predict, Train

TEST = penguins.load_data()[1]
HILLS = {"class": "planar", "arguments": {"kind": "hills"}}


def text(widget):
    return html.unescape(" ".join(re.sub("<[^>]*>", " ", widget.value).split()))


def trained(data="penguins", epochs=20, **parts):
    experiment = Experiment(Recipe(fit={"epochs": epochs}, **parts))
    experiment.change(data=data)
    experiment.change(**fitted(experiment))
    experiment.session.run()
    return experiment


@pytest.fixture(scope="module")
def birds():
    return trained()


def by_hand(units=1, activation="sigmoid", loss="binary_crossentropy"):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([layers.Input((3,)), layers.Dense(4, activation="relu"), layers.Dense(units, activation)])
    model.compile(loss=loss, optimizer="adam", metrics=[])
    return model


STREAM = np.random.RandomState(0)
X = STREAM.normal(10, 5, (40, 3))
Y = (X.sum(axis=1) > 30).astype(int)
SCALING = X.mean(axis=0), X.std(axis=0)


def ran(code, **names):
    printed = []
    names["print"] = lambda *each: printed.append(each)
    exec(code, names)
    return names, printed


def test_the_scores_are_those_of_evaluate(birds):
    panel, rows = Evaluate(birds), birds.rows
    loss, accuracy = birds.model.evaluate(rows.x, rows.y, verbose=0)
    assert panel.scores["train"] == {"loss": loss, "accuracy": pytest.approx(accuracy, abs=1e-6)}
    loss, accuracy = birds.model.evaluate(*rows.validation_data, verbose=0)
    assert panel.scores["validation"] == {"loss": loss, "accuracy": pytest.approx(accuracy, abs=1e-6)}
    words = text(panel._table)
    assert f"Loss {panel.scores['train']['loss']:.4f} {loss:.4f}" in words
    assert "trained on 266 rows held back 67 rows" in words and "Baseline: always “male” 0.5038 0.5075" in words
    assert panel.message.value == ""


@pytest.mark.parametrize("rows", ["train", "validation"])
@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 1.0])
def test_its_code_gives_its_confusion_counts(birds, rows, threshold):
    panel = Evaluate(birds).set(rows=rows, threshold=threshold)
    program = {}
    exec(birds.recipe.code().replace("print(", "("), program)
    made, printed = ran(
        panel.code(), **{name: program[name] for name in ("model", "x_train", "y_train", "x_val", "y_val")}
    )
    assert made["confusion"].tolist() == panel.confusion.tolist()
    assert printed[0] == (program["model"].evaluate(program["x_train"], program["y_train"], verbose=0),)
    assert printed[2][0] == pytest.approx(panel.scores[rows]["accuracy"])


@pytest.mark.parametrize("data", ["wine", HILLS], ids=str)
def test_its_code_runs_for_classes_and_numbers(data):
    experiment = trained(data, epochs=2)
    panel, rows = Evaluate(experiment), experiment.rows
    x_val, y_val = rows.validation_data
    made, printed = ran(panel.code(), model=experiment.model, x_train=rows.x, y_train=rows.y, x_val=x_val, y_val=y_val)
    if data == "wine":
        assert made["confusion"].tolist() == panel.confusion.tolist() and made["confusion"].shape == (3, 3)
        return
    found = panel.scores["validation"]
    assert printed[2] == pytest.approx((found["mae"], found["rmse"]))
    assert "predicted − true" in panel._pictures.value and "largest errors" in panel._mistakes.value
    assert "ks-away" in panel.threshold.widget._dom_classes


def test_the_threshold_moves_matrix_table_code_and_point(birds):
    panel = Evaluate(birds)
    before = panel.confusion
    panel.threshold.widget.value = 0.9
    p = birds.model.predict(birds.rows.validation_data[0], verbose=0)[:, 0]
    y = birds.rows.validation_data[1]
    assert panel.confusion[:, 1].tolist() == [np.sum(p[y == 0] > 0.9), np.sum(p[y == 1] > 0.9)]
    assert panel.confusion.tolist() != before.tolist()
    assert f"Accuracy {panel.scores['train']['accuracy']:.4f}" in text(panel._table)
    assert "p > 0.9" in panel.code_view.value.replace("&gt;", ">")
    assert f"{panel.confusion[1, 1]} of male called male" in panel._pictures.value
    assert f"at threshold 0.90 {100 * np.mean(p[y == 1] > 0.9):.1f} % hits" in panel._pictures.value


def test_the_worst_mistakes_stand_in_their_own_units(birds):
    panel = Evaluate(birds).set(rows="validation", threshold=0.5)
    p = birds.model.predict(birds.rows.validation_data[0], verbose=0)[:, 0]
    y = birds.rows.validation_data[1]
    wrong = np.flatnonzero((p > 0.5) != y)
    worst = wrong[np.argmax(np.abs(p - y)[wrong])]
    first = re.search(r"<tbody><tr>(.*?)</tr>", panel._mistakes.value)[1]
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", first)
    assert cells[0] == str(worst) and cells[1] == penguins.target_names[int(y[worst])]
    assert cells[4:8] == [f"{value:.4g}" for value in TEST[0][worst][:4]]
    assert f"of {len(wrong)} mistakes" in panel._mistakes.value


def test_an_untrained_model_is_called_so_and_the_training_is_followed():
    experiment = Experiment(Recipe(fit={"epochs": 3}))
    panel = Evaluate(experiment)
    assert "has made no training step" in text(panel.message) and "only guesses" in panel.description()
    before = panel.scores["train"]["loss"]
    experiment.session.step_batch()
    assert panel.message.value == "" and panel.scores["train"]["loss"] != before
    experiment.session.run()
    assert (
        panel.scores["train"]["loss"] == experiment.model.evaluate(experiment.rows.x, experiment.rows.y, verbose=0)[0]
    )


def test_looking_does_not_change_the_training():
    watched, alone = (Experiment(Recipe(fit={"epochs": 2})) for _ in range(2))
    panel = Evaluate(watched)
    panel._clock.seconds = 0  # at every slice
    for _ in range(3):
        watched.session.step_batch()
        alone.session.step_batch()
    assert watched.session.run().history == alone.session.run().history


def test_it_follows_a_train_panel_while_it_runs():
    train = Train(epochs=3)
    panel = Evaluate(train)

    async def play():
        train.play()
        await asyncio.wait_for(train.wait(), 60)

    asyncio.run(play())
    assert panel.message.value == "" and panel.scores["train"]["loss"] == pytest.approx(
        train.model.evaluate(train.experiment.rows.x, train.experiment.rows.y, verbose=0)[0]
    )
    train.reset()
    assert "no training step" in text(panel.message)


def test_a_change_of_data_is_followed_and_said():
    panel = Evaluate(Data())
    panel.experiment.change(data="wine")
    assert "Error The inputs do not fit the model" in text(panel.message)
    assert panel.scores == {} and panel.description() == "Nothing to score yet." and panel._table.value == ""
    panel.picture()
    panel.experiment.change(**fitted(panel.experiment))
    assert "Error" not in text(panel.message) and panel.confusion.shape == (3, 3)
    panel.experiment.change(split="none")
    assert list(panel.scores) == ["train"] and panel.rows.widget.value == "train"
    panel.experiment.change(split="given")
    assert panel.rows.widget.value == "validation"


def test_digits_show_pictures():
    panel = Evaluate(trained("digits", epochs=1))
    assert panel.confusion.shape == (10, 10) and panel._mistakes.value.count("<figure>") == 8
    assert "of 7 called 7" in panel._pictures.value


# The sealed test


def test_the_seal_and_its_count():
    experiment = trained(epochs=1)
    panel = Evaluate(experiment, test_data=TEST)
    assert "sealed test not opened" in text(panel._table) and "Never opened" in text(panel._said)
    assert list(panel.scores) == ["train", "validation"] and panel.peeks == 0
    with pytest.raises(ValueError, match="The test is sealed: open it first"):
        panel.set(rows="test")
    panel.open.click()
    scaled = experiment.rows.scale(TEST[0])
    assert panel.scores["test"]["loss"] == experiment.model.evaluate(scaled, TEST[1], verbose=0)[0]
    assert text(panel._said).startswith("Opened once. This score may be reported") and panel.rows.widget.value == "test"
    assert "(x_test - mean) / spread" in panel.code()
    experiment.change(fit={"epochs": 2})
    experiment.session.step_batch()
    assert "test" not in panel.scores and "sealed again" in text(panel._said)
    panel.open.click()
    assert "Opened 2 times: no longer new" in text(panel._said)
    again = Evaluate(experiment, test_data=TEST)  # running the cell once more does not make it new
    assert again.peeks == 2 and "Opened 2 times" in text(again._said) and "test" not in again.scores


def test_without_a_test_there_is_nothing_to_open():
    panel = Evaluate()
    assert "ks-gone" in panel.open._dom_classes and panel._said.value == ""
    with pytest.raises(ValueError, match="There is no sealed test"):
        panel.open_test()
    with pytest.raises(ValueError, match="one label per row"):
        Evaluate(test_data=(np.zeros((3, 8)), [0, 1]))


def test_a_test_that_does_not_fit_is_a_message_and_is_not_counted():
    panel = Evaluate(test_data=(np.zeros((3, 5)), [0, 1, 1]))
    panel.open.click()
    assert "Error" in text(panel.message) and panel.peeks == 0


# By hand


def test_a_model_by_hand_in_its_own_units():
    model = by_hand()
    panel = Evaluate(
        model, X[:30], Y[:30], (X[30:], Y[30:]), test_data=(X[30:], Y[30:]), scaling=SCALING, target_names=("no", "yes")
    )
    assert panel.model is model and "has made no training step" in text(panel.message)
    model.fit((X[:30] - SCALING[0]) / SCALING[1], Y[:30], epochs=2, verbose=0)
    panel.again.click()
    assert text(panel.message) == "Scored anew."
    scaled = (X[30:] - SCALING[0]) / SCALING[1]
    assert panel.scores["validation"]["loss"] == model.evaluate(scaled, Y[30:], verbose=0)
    made, _ = ran(
        panel.code(), model=model, x=X[:30], y=Y[:30], x_val=X[30:], y_val=Y[30:], mean=SCALING[0], spread=SCALING[1]
    )
    assert made["confusion"].tolist() == panel.confusion.tolist()
    panel.open_test()
    assert panel.scores["test"] == panel.scores["validation"] and panel.peeks == 1
    assert Evaluate(model, X, Y, scaling=SCALING).peeks == 1
    assert "yes found" in panel.description()


def test_a_model_by_hand_as_it_is():
    model = by_hand()
    panel = Evaluate(model, X, Y)
    assert panel.scores["train"]["loss"] == model.evaluate(X, Y, verbose=0) and list(panel.scores) == ["train"]
    assert "model.evaluate(x, y, verbose=0)" in panel.code() and "x_val" not in panel.code()


def test_a_model_with_code_in_it_and_one_that_is_not_compiled():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([layers.Input((3,)), layers.Lambda(np.abs), layers.Dense(1, activation="sigmoid")])
    panel = Evaluate(model, X, Y)
    assert panel.scores["train"]["loss"] is None and "Loss –" in text(panel._table)


def test_a_train_panel_of_a_model_that_needs_code():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([layers.Input((3,)), layers.Lambda(np.abs), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    train = Train(model, X, Y, validation_data=(X[:9], Y[:9]), epochs=1)
    panel = Evaluate(train)
    assert panel.model is model and "no training step" in text(panel.message)
    train.step_batch()
    assert panel.message.value == "" and list(panel.scores) == ["train", "validation"]
    _, printed = ran(panel.code(), model=model, x=X, y=Y, x_val=X[:9], y_val=Y[:9])  # the reader's names
    assert printed[0] == (model.evaluate(X, Y, verbose=0),) and "x_train" not in panel.code()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "A model by hand needs rows"),
        ((X, Y[:-1]), "`y` one label per row"),
    ],
)
def test_a_model_by_hand_needs_rows(arguments, words):
    with pytest.raises(ValueError, match=words):
        Evaluate(by_hand(), *arguments)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (lambda: by_hand(3, "softmax", "sparse_categorical_crossentropy"), "gives 3 numbers per row"),
        (lambda: by_hand(1, "linear", "mse"), "these are no probabilities. Give the last layer sigmoid"),
    ],
)
def test_a_head_that_does_not_fit_is_a_message(model, words):
    panel = Evaluate(model(), X, Y)
    assert words in text(panel.message) and panel.scores == {}


def test_names_from_outside_are_escaped():
    evil = "<img src=x onerror=alert(1)>"
    panel = Evaluate(by_hand(), X, Y, feature_names=[evil] * 3, target_names=[evil, "b"])
    for widget in (panel._table, panel._pictures, panel._mistakes, panel.code_view):
        assert "<img" not in widget.value


@pytest.mark.parametrize("classes", [2, 3])
def test_names_that_look_like_formulas_can_be_drawn(classes):
    words = {"feature_names": [r"$\frac$", "a$b$c", "$"], "target_names": [r"$\bad{$", "b", "$c"][:classes]}
    model = by_hand() if classes == 2 else by_hand(3, "softmax", "sparse_categorical_crossentropy")
    y = Y if classes == 2 else np.arange(40) % 3
    for panel in (Evaluate(model, X, y, **words), Predict(model, X, y, **words)):
        panel._picture_bundle()
    names = Names(words["feature_names"][:2], "$t$", words["target_names"])
    data = Data()
    data.experiment.use(X[:, :2], y, names=names)
    data._picture_bundle()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"threshold": 1.5}, "`threshold` must be a number between 0 and 1"),
        ({"threshold": "a"}, "`threshold` must be a number"),
        ({"threshold": float("nan")}, "`threshold` must be a number"),
        ({"rows": "tests"}, "`rows` must be one of"),
        ({"threshold": 0.3, "rows": "test"}, "The test is sealed"),
    ],
)
def test_set_is_refused_as_a_whole(birds, settings, words):
    panel = Evaluate(birds)
    with pytest.raises(ValueError, match=words):
        panel.set(**settings)
    assert panel.threshold.widget.value == 0.5 and panel.rows.widget.value == "validation"


def test_pictures_words_locks_and_closing(birds):
    panel = Evaluate(birds).set(threshold=0.4)
    (quiet, alarm), (missed, hit) = panel.confusion
    assert f"{hit} of {hit + missed} male found, {alarm} of {alarm + quiet} female called male" in panel.description()
    assert len(panel._picture_bundle()[0]["image/png"]) < 60_000
    for data in ("wine", HILLS):
        assert Evaluate(trained(data, epochs=1))._picture_bundle()[1]["image/png"]["alt"].startswith("Trained on: loss")
    panel.lock("threshold")
    assert panel.threshold.widget.disabled
    panel.unlock()
    panel.close()
    panel.close()
    birds.tell(set())


def test_two_units_with_softmax_for_a_yes_or_no():
    experiment = Experiment(Recipe(compile={"loss": "sparse_categorical_crossentropy"}, fit={"epochs": 1}))
    experiment.recipe = experiment.recipe.with_arguments(3, units=2, activation="softmax")
    panel, rows = Evaluate(experiment), experiment.rows
    x_val, y_val = rows.validation_data
    made, _ = ran(panel.code(), model=panel.model, x_train=rows.x, y_train=rows.y, x_val=x_val, y_val=y_val)
    assert made["confusion"].tolist() == panel.confusion.tolist() and "[:, 1]" in panel.code()


def test_breast_cancer_as_the_course_will_use_it():
    (x, y), (x_val, y_val) = breast_cancer.load_data()
    panel = Evaluate(trained("breast_cancer", epochs=3), test_data=(x_val, y_val))
    assert "Baseline: always “benign” 0.6264 0.6316 ?" in text(panel._table)
