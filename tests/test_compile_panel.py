"""The Compile panel from code: every choice, whether it fits, the loss before training."""

import html
import re

import ipywidgets
import numpy as np
import pytest

import kerasschool as keras
from kerasschool import panels
from kerasschool.live import recipe_schema
from kerasschool.live.recipe import Recipe
from kerasschool.panels.compile import Compile
from kerasschool.panels.controls import NUMBER


def text(widget):
    return html.unescape(" ".join(re.sub("<[^>]*>", " ", widget.value).split()))


def is_refused(panel):
    return text(panel.message).startswith("Error ")


def run(panel):
    """The shown code, run on a model that is not compiled."""
    names = {"keras": keras}
    exec(panel.recipe.step_code("define"), names)
    exec(panel.code(), names)
    return names["model"]


def network(units=1, activation="sigmoid", **compile):
    layers = [
        {"class": "InputLayer", "arguments": {"shape": [3]}},
        {"class": "Dense", "arguments": {"units": units, "activation": activation}},
    ]
    return Recipe(data="own", scaling="none", split="none", layers=layers, compile=compile)


def test_the_first_experiment_fits_and_its_first_loss_is_explained():
    panel = Compile()
    assert text(panel._fit_view) == ("✓ They fit. Last layer 1 unit with sigmoid Labels 0, 1 Loss binary_crossentropy")
    x, y = panel.experiment.rows.x, panel.experiment.rows.y
    measured, _ = panel.model.evaluate(x, y, verbose=0)
    assert text(panel._loss_view) == (
        f"{measured:.4f} measured on 266 rows 0.6931 knowing nothing: answer 0.5 for every row: −ln 0.5 "
        "0.6931 to be beaten: always the share of label 1 As it should be: the model knows nothing yet."
    )
    assert text(panel.message) == (
        "Every epoch will report accuracy, loss. The optimizer follows the loss alone; metrics are for you to read."
    )
    assert panel.code().splitlines() == [
        "model.compile(",
        '    loss="binary_crossentropy",',
        '    optimizer="adam",',
        '    metrics=["accuracy"],',
        ")",
    ]
    assert html.escape(panel.code()) in panel.code_view.value


@pytest.mark.parametrize("name", recipe_schema.names("loss"))
def test_every_loss_can_be_chosen_and_its_code_runs(name):
    panel = Compile(network(units=2, metrics=[]))
    panel._loss.names.value = name
    assert not is_refused(panel), text(panel.message)
    assert recipe_schema.canonical("loss", named(panel.recipe.compile["loss"])) == name
    same_config(panel, "loss")


@pytest.mark.parametrize("name", recipe_schema.names("optimizer"))
def test_every_optimizer_can_be_chosen_and_its_code_runs(name):
    panel = Compile(network())
    panel._optimizer.names.value = name
    panel._optimizer.arguments["learning_rate"].arguments[NUMBER].widget.value = 0.25
    assert panel.recipe.compile["optimizer"] == {"class": name, "arguments": {"learning_rate": 0.25}}
    same_config(panel, "optimizer")
    expected = recipe_schema.arguments("optimizer", name)
    assert set(panel._optimizer.arguments) == set(expected)


@pytest.mark.parametrize("name", recipe_schema.names("schedule"))
def test_every_schedule_can_be_chosen_and_its_code_runs(name):
    panel = Compile(network())
    panel._optimizer.arguments["learning_rate"].names.value = name
    assert not is_refused(panel), text(panel.message)
    assert f"learning_rate=keras.optimizers.schedules.{name}(" in panel.code()
    same_config(panel, "optimizer")
    panel._optimizer.arguments["learning_rate"].names.value = NUMBER
    assert panel.recipe.compile["optimizer"] == "adam"


@pytest.mark.parametrize("name", recipe_schema.names("metric"))
def test_every_metric_can_be_added_and_its_code_runs(name):
    panel = Compile(network(metrics=[]))
    panel._kind.value = name
    panel._add.click()
    assert not is_refused(panel), text(panel.message)
    (spec,) = panel.recipe.compile["metrics"]
    assert recipe_schema.canonical("metric", named(spec)) == name
    same_config(panel, "metrics")
    assert panel._metrics[0].control.names.value == name
    panel._add.click()
    assert text(panel.message) == f"{recipe_schema.spell('metric', name)} is reported already."


def named(spec):
    return spec if isinstance(spec, str) else spec["class"]


def same_config(panel, part):
    assert run(panel).get_compile_config()[part] == panel.model.get_compile_config()[part]


def test_metrics_come_and_go(monkeypatch):
    heard = []
    monkeypatch.setattr(ipywidgets.Button, "focus", lambda button: heard.append(button.tooltip))
    panel = Compile()
    panel._add.click()
    panel._kind.value = "PrecisionAtRecall"
    panel._add.click()
    panel._metrics[2].control.arguments["recall"].widget.value = 0.75
    assert 'metrics=["accuracy", "auc", keras.metrics.PrecisionAtRecall(0.75)]' in panel.code()
    assert text(panel.message).startswith("Every epoch will report accuracy, auc, loss, precision_at_recall.")
    panel._metrics[0].control.names.value = "MeanSquaredError"
    panel._metrics[1].remove.click()
    assert [named(each) for each in panel.recipe.compile["metrics"]] == ["mean_squared_error", "PrecisionAtRecall"]
    assert len(panel._lines.children) == 2 and heard == ["Remove metric 2"]
    panel._metrics[1].remove.click()
    panel._metrics[0].remove.click()
    panel._metrics[0].remove.click()  # a second press of a button that has just gone
    assert panel.recipe.compile["metrics"] == [] and panel._lines.children == ()
    assert heard[1:] == ["Remove metric 1", "Report this number as well"]
    assert text(panel.message).startswith("Every epoch will report loss.")


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (Recipe().with_arguments(3, activation="softmax"), "✗ Error. The last layer has 1 unit with softmax"),
        (Recipe().with_arguments(3, activation=None), "✗ Error. The last activation is linear"),
        (Recipe().with_loss("Hinge"), "! Warning. The last activation is sigmoid , and the loss is hinge"),
        (Recipe().with_loss("MeanSquaredError"), "i Note. The labels are 0 and 1"),
        (Recipe().with_optimizer("adam", learning_rate=5.0), "! Warning. The learning rate of Adam is 5"),
        (
            Recipe().with_arguments(3, units=3, activation="softmax").with_loss("CategoricalCrossentropy"),
            "✗ Error.",
        ),
    ],
)
def test_what_does_not_fit_is_said_in_words(recipe, words):
    panel = Compile(recipe)
    assert text(panel._fit_view).startswith(words)
    assert "What to do:" in text(panel._fit_view) and panel.findings
    if "Error" in words:
        assert "What does not fit comes first." in text(panel._loss_view) or "✗ It cannot" in text(panel._loss_view)
    assert "They fit." not in text(panel._fit_view)


def test_only_what_concerns_this_step_is_said():
    panel = Compile(Recipe(scaling="none"))
    assert panel.findings == [] and "✓ They fit." in text(panel._fit_view)
    assert text(panel._loss_view).endswith("Are the inputs scaled?")
    assert panel.first_loss.measured > 3


def test_without_data_the_layers_alone_are_looked_at():
    panel = Compile(network(4, "softmax", loss="sparse_categorical_crossentropy"))
    assert text(panel._fit_view).startswith("✓ Loss and network fit. There are no data yet.")
    assert text(panel._loss_view) == (
        "1.3863 knowing nothing: answer 1/4 for each class for every row: ln 4 To measure it, the panel needs data."
    )
    assert text(panel.message).startswith("The optimizer follows the loss alone")
    panel.experiment.use(np.eye(3), np.array([0, 3, 1]))
    assert "measured on 3 rows" in text(panel._loss_view) and "Labels 0, 1, 3" in text(panel._fit_view)
    panel.experiment.use(np.full((3, 3), np.nan), np.array([0, 3, 1]))
    assert "`x` has 9 entries that are NaN or infinite" in text(panel._loss_view)
    panel.experiment.use(np.eye(4), np.array([0, 3, 1, 2]))
    assert text(panel._loss_view).startswith("✗ It cannot be measured.") and panel.first_loss is None
    assert "takes rows of shape (3,)" in text(panel._fit_view)


def test_amounts_and_one_hot_labels_are_described():
    panel = Compile(network(1, None, loss="mse", metrics=["mae"]), np.eye(3), np.array([1.5, 2.5, 9.25]))
    assert "Labels 1.5, 2.5, 9.25" in text(panel._fit_view)
    assert "the mean of label²" in text(panel._loss_view) and "their variance" in text(panel._loss_view)
    panel.experiment.use(np.ones((30, 3)), np.linspace(-1, 2, 30))
    assert "Labels -1 to 2" in text(panel._fit_view)
    panel = Compile(network(3, "softmax", loss="categorical_crossentropy"), np.eye(3), np.eye(3))
    assert "Labels 0, 1, one-hot" in text(panel._fit_view) and "ln 3" in text(panel._loss_view)


def test_a_trained_model_is_measured_as_it_was_before():
    train = panels.Train(Recipe(fit={"epochs": 2}))
    before = Compile(train).first_loss
    history = train.session.run().history
    assert history["loss"][-1] < before.measured
    assert Compile(train).first_loss == before
    assert train.experiment.has(train.session)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: rate(p, -1.0), "`optimizer.learning_rate` must be from 0 to 1000"),
        (lambda p: rate(p, float("nan")), "must be a number"),
        (lambda p: rate(p, float("inf")), "must be a number"),
        (lambda p: setattr(p._optimizer.arguments["beta_1"].widget, "value", 7.0), "must be from 0 to 1"),
        (lambda p: setattr(p._optimizer.arguments["clipnorm"].widget, "value", "x'; import os"), "must be a number"),
        (lambda p: setattr(p._loss.arguments["axis"].widget, "value", "<script>"), "axis"),
    ],
)
def test_bad_values_are_refused_in_words_and_go_back(change, words):
    panel = Compile()
    before = panel.recipe
    change(panel)
    assert is_refused(panel) and words in text(panel.message) and "<script>" not in panel.message.value
    assert panel.recipe == before
    assert panel._optimizer.arguments["learning_rate"].arguments[NUMBER].widget.value == 0.001
    assert panel._optimizer.arguments["beta_1"].widget.value == 0.9
    rate(panel, 0.5)
    assert not is_refused(panel) and "learning_rate=0.5" in panel.code()


def rate(panel, value):
    panel._optimizer.arguments["learning_rate"].arguments[NUMBER].widget.value = value


def test_a_schedule_that_cannot_be_is_refused():
    panel = Compile()
    schedule = panel._optimizer.arguments["learning_rate"]
    schedule.names.value = "PiecewiseConstantDecay"
    schedule.arguments["boundaries"].widget.value = "300"
    assert "boundaries=[300]" in panel.code() or "([300]" in panel.code()
    before = panel.recipe
    schedule.arguments["values"].widget.value = "0.1"
    assert is_refused(panel) and panel.recipe == before


def test_locks():
    panel = Compile()
    panel.lock("optimizer").lock("metrics", state="hidden")
    assert panel._optimizer.disabled and panel._optimizer.arguments["beta_1"].disabled and not panel._loss.disabled
    assert "ks-hidden" in panel._add._dom_classes and "ks-hidden" in panel._metrics[0].remove._dom_classes
    panel.set(compile={"optimizer": "sgd"})
    assert panel._optimizer.arguments["momentum"].disabled
    again = Compile(panel.recipe.share())
    assert again._optimizer.disabled
    panel.unlock()
    assert not panel._optimizer.disabled and "ks-hidden" not in panel._add._dom_classes


def test_it_follows_the_layers():
    layers = panels.Layers()
    panel = Compile(layers)
    layers._rows[2].control.arguments["activation"].names.value = "softmax"
    assert "softmax_of_one" in panel.findings.tags
    layers._undo.click()
    assert panel.findings == []


def test_a_model_written_by_hand():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "softmax")])
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.SGD(0.5), metrics=["accuracy"])
    panel = Compile.from_model(model, np.eye(3), np.eye(2)[[0, 1, 1]])
    assert "optimizer=keras.optimizers.SGD(learning_rate=0.5)" in panel.code()
    assert panel.first_loss.measured == pytest.approx(model.evaluate(np.eye(3), np.eye(2)[[0, 1, 1]], verbose=0)[0])


def test_picture_and_description():
    panel = Compile()
    words = panel.description()
    assert words.startswith("Compile panel. model.compile(") and "Network, labels and loss fit together." in words
    assert f"{panel.first_loss.measured:.4f} measured on 266 rows" in words
    assert "−ln 0.5" in panel.picture().texts[0].get_text()
    panel.set(compile={"loss": "hinge"})
    assert "Warning. The last activation is `sigmoid`, and the loss is `hinge`." in panel.description()


def test_every_control_has_its_words():
    panel = Compile()
    for control in (panel._loss, panel._optimizer, panel._metrics[0].control):
        control._more.value = True

    def visit(widget):
        if isinstance(widget, ipywidgets.ValueWidget) and not isinstance(widget, (ipywidgets.HTML, ipywidgets.Box)):
            assert widget.description or widget.tooltip, widget
        for child in getattr(widget, "children", ()):
            visit(child)

    visit(panel)
    number = panel._optimizer.arguments["learning_rate"].arguments[NUMBER].widget
    assert number.description == "Learning rate" and "ks-unlabelled" in number._dom_classes
