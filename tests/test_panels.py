"""What holds for every panel: a teacher's locks travel in the recipe, and a model written by hand opens it."""

import base64
import inspect
import io

import ipywidgets
import numpy as np
import PIL.Image
import pytest

import kerasschool as keras
from kerasschool import layers, panels
from kerasschool.panels.base import Panel, explain, text_figure
from kerasschool.panels.on_experiment import ExperimentPanel
from kerasschool.views import still
from tests.test_compare_panel import SHORT

ALL = [each for _, each in inspect.getmembers(panels, inspect.isclass) if issubclass(each, Panel)]
ON_EXPERIMENT = [each for each in ALL if issubclass(each, ExperimentPanel)]
X, Y = np.arange(12.0).reshape(6, 2) / 12, np.arange(6.0) + 0.5


def by_name(kinds):
    return pytest.mark.parametrize("kind", kinds, ids=lambda each: each.__name__)


def make(kind, start=None):
    """A panel with something in it to lock: Compare has a run."""
    panel = kind(SHORT if start is None else start)
    if kind is panels.Compare:
        panel.experiment.session.run()
    return panel


def is_hidden(control):
    """As the page sees it: the class on the control's widget, or on each of several."""
    widget = getattr(control, "widget", control)
    if hasattr(widget, "is_hidden"):  # a tab of the rail
        return widget.is_hidden
    widgets = [widget] if isinstance(widget, ipywidgets.Widget) else widget._find()
    return all("ks-hidden" in getattr(each, "widget", each)._dom_classes for each in widgets)


def here(panel):
    """The names of the controls that are there now: a group may be empty, such as one behind "More"."""
    return [name for name, each in panel.controls.items() if not hasattr(each, "_find") or each._find()]


def states(panel, names):
    """Name → `(disabled, hidden)`."""
    return {name: (panel.controls[name].disabled, is_hidden(panel.controls[name])) for name in names}


def test_ten_panels_are_here():
    names = {each.__name__ for each in ALL}
    assert names >= {"Data", "Layers", "Activation", "Initializer", "Compile", "Train", "Evaluate", "Predict"}
    assert names >= {"Compare", "SixSteps"}


@by_name(ON_EXPERIMENT)
def test_locks_hold_travel_and_are_taken_back(kind):
    panel = make(kind)
    before = states(panel, here(panel))
    frozen, hidden = here(panel)[0], here(panel)[-1]
    assert panel.lock(frozen).lock(hidden, state="hidden") is panel
    assert panel.recipe.locks == {frozen: "frozen", hidden: "hidden"}
    expected = {frozen: (True, False), hidden: (True, True)}
    assert states(panel, expected) == expected
    untouched = [name for name in before if name not in expected]
    assert states(panel, untouched) == {name: before[name] for name in untouched}
    again = make(kind, panel.recipe.share())
    assert states(again, expected) == expected
    again.unlock(frozen)
    assert states(again, [frozen, hidden]) == {frozen: before[frozen], hidden: (True, True)}
    again.unlock()
    assert states(again, expected) == {name: before[name] for name in expected} and again.recipe.locks == {}


@by_name(ON_EXPERIMENT)
def test_all_controls_at_once(kind):
    panel = make(kind)
    before = states(panel, here(panel))
    panel.lock()
    assert set(panel.recipe.locks) >= set(panel.controls)
    assert {disabled for disabled, _ in states(panel, before).values()} == {True}
    panel.unlock()
    assert panel.recipe.locks == {} and states(panel, before) == before


@by_name(ON_EXPERIMENT)
def test_set_still_works_and_edits_leave_the_locks(kind):
    panel = make(kind)
    name = next(iter(panel.controls))
    panel.lock(name)
    panel.experiment.change(seed=11)
    assert panel.recipe.seed == 11 and panel.controls[name].disabled


@by_name(ON_EXPERIMENT)
def test_a_misspelt_lock_or_state_is_refused(kind):
    panel = make(kind)
    with pytest.raises(ValueError, match="Unknown control 'zzz'"):
        panel.lock("zzz")
    with pytest.raises(ValueError, match="`state` must be one of frozen, hidden"):
        panel.lock(next(iter(panel.controls)), state="gone")
    assert panel.recipe.locks == {}


@by_name(ON_EXPERIMENT)
def test_from_model_takes_a_model_as_it_stands(kind):
    model = keras.Sequential([layers.Input((2,)), layers.Dense(3, activation="tanh"), layers.Dense(1)])
    model.compile(loss="mse", optimizer=keras.optimizers.SGD(0.05))
    weights = model.get_weights()
    panel = kind.from_model(model, X, Y, fit={"epochs": 2, "batch_size": 3})
    recipe = panel.experiment.recipe
    assert (recipe.data, recipe.fit["epochs"], recipe.compile["loss"]) == ("own", 2, "mean_squared_error")
    assert recipe.compile["optimizer"]["arguments"] == {"learning_rate": 0.05}
    assert panel.experiment.model is model
    for now, then in zip(panel.experiment.model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(now, then)
    assert len(panel.experiment.session.run().history["loss"]) == 2


@by_name(ON_EXPERIMENT)
def test_share_strings_experiments_and_other_panels_open_it(kind):
    first = make(kind)
    second = make(kind, first)
    assert second.experiment is first.experiment
    assert make(kind, first.experiment).experiment is first.experiment
    assert make(kind, first.recipe.share()).recipe == first.recipe
    for hostile in (7, [], object(), "", "ks1.", "ks1.!!", "x" * 20_000):
        with pytest.raises((ValueError, TypeError)):
            kind(hostile)


@by_name(ALL)
def test_a_closed_panel_is_closed_and_closing_twice_is_harmless(kind):
    panel = make(kind)
    picture = panel.picture()
    assert picture.get_size_inches().min() > 1 and len(panel.description()) > 10
    panel.close()
    panel.close()
    assert panel.comm is None


@by_name(ALL)
def test_two_at_once_do_not_know_of_each_other(kind):
    one, other = make(kind), make(kind)
    assert one is not other and getattr(one, "experiment", 1) is not getattr(other, "experiment", 2)


def test_errors_are_one_line_that_fits():
    assert explain(ValueError("one\n two")) == "one two" and explain(FileNotFoundError("No file 'a'")) == "No file 'a'"
    assert explain(KeyError("a")) == "KeyError: 'a'" and explain(TypeError()) == "TypeError: no further word"
    assert len(explain(ValueError("a" * 5000))) == 600


def test_the_picture_says_what_to_do_when_the_widget_is_gone(monkeypatch):
    seen = []
    monkeypatch.setattr(still, "png", lambda figure, caption: seen.append(caption) or "")
    data, metadata = panels.Train()._picture_bundle()
    assert seen == ["Picture of the Train panel as it was saved. Run the cell to have it live."]
    monkeypatch.undo()
    data, metadata = panels.Train()._picture_bundle()
    picture = PIL.Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    size = metadata["image/png"]
    assert picture.size == (2 * size["width"], 2 * size["height"]) == (1880, 648)
    ink = np.asarray(picture.convert("L"))[: 2 * still.CAPTION]
    assert 0.005 < (ink < 200).mean() < 0.2


def test_a_narrow_picture_leaves_room_for_its_line(monkeypatch):
    panel = panels.Compile()
    monkeypatch.setattr(panel, "picture", lambda: text_figure(["narrow"], size=(2.0, 1.0)))
    data, metadata = panel._picture_bundle()
    assert PIL.Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).size == (920, 248)
    assert (metadata["image/png"]["width"], metadata["image/png"]["height"]) == (460, 124)
