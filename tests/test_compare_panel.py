"""The Compare panel from code, and the chart it draws."""

import asyncio
import html
import itertools
import math
import re
import xml.etree.ElementTree

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import layers, panels
from kerasschool.live.experiment import Experiment
from kerasschool.live.ledger import Ledger
from kerasschool.live.recipe import Recipe
from kerasschool.views import overlay
from kerasschool.views.overlay import Line, chart

SHORT = Recipe(fit={"epochs": 3})


def text(widget):
    return html.unescape(" ".join(re.sub("<[^>]*>", " ", widget.value).split()))


def make_panel(*optimizers, **arguments):
    """A panel with one kept run per optimizer."""
    panel = panels.Compare(SHORT, **arguments)
    for optimizer in optimizers:
        panel.experiment.change(compile={"optimizer": optimizer})
        panel.experiment.session.run()
    return panel


def shown_row(panel, place):
    return panel._list.children[place]


def row_of(panel, number):
    return panel._rows[number]


def paths(panel):
    return re.findall(r'<path class="line ([^"]*)"', panel._charts.value)


def test_ended_runs_are_kept_by_themselves_and_compared():
    panel = make_panel("adam", "sgd")
    assert [run.name for run in panel.ledger] == ["Run 1", "Run 2"]
    assert len(panel._list.children) == 2
    assert text(row_of(panel, 1)._words).startswith("all others are compared with this one")
    assert text(row_of(panel, 2)._words).startswith("optimizer sgd instead of adam")
    run = panel.ledger["Run 2"]
    numbers = text(row_of(panel, 2)._numbers)
    for name in ("loss", "val_loss", "accuracy", "val_accuracy"):
        assert f"{run.history[name][-1]:.4f}" in numbers
    assert "epochs 3 seed 7 seconds 0." in numbers
    assert run.line() in text(row_of(panel, 2)._words)
    assert paths(panel) == ["c0 dashed", "c1 dashed"] * 2
    assert text(panel.message) == "Run 2 is kept."


def test_a_run_that_had_ended_before_the_panel_was_opened_is_kept_at_once():
    train = panels.Train(SHORT)
    train.session.run()
    panel = panels.Compare(train)
    assert [run.epochs for run in panel.ledger] == [3] and paths(panel) == ["c0 dashed"] * 2
    assert len(panel._list.children) == 1 and text(panel.message) == "Run 1 is kept."
    train.session.reset()
    train.session.run()
    train.change(compile={"optimizer": "sgd"})
    train.session.run()
    assert [run.name for run in panel.ledger] == ["Run 1", "Run 2"]
    assert [run.name for run in panels.Compare(panel, ledger=panel.ledger).ledger] == ["Run 1", "Run 2"]


def test_the_button_keeps_what_is_under_way_and_says_when_there_is_nothing():
    panel = make_panel()
    panel._keep.click()
    assert text(panel.message).startswith("Error There is nothing to keep yet.")

    async def one_epoch():
        panel.experiment.session.step_epoch()
        await panel.experiment.session.wait()

    asyncio.run(one_epoch())
    panel._keep.click()
    panel._keep.click()
    assert [run.epochs for run in panel.ledger] == [1]
    panel.experiment.session.run()
    assert [run.epochs for run in panel.ledger] == [3]


def test_which_curves_metric_and_log_scale():
    panel = make_panel("adam", {"class": "SGD", "arguments": {"learning_rate": 0.1}})
    panel.experiment.change(compile={"metrics": ["AUC", "accuracy"]})
    panel.experiment.session.run()
    panel.set(which="Training")
    assert paths(panel)[:3] == ["c0", "c1", "c2"]
    panel.set(which="Both", log_scale=True)
    assert paths(panel)[:4] == ["c0", "c0 dashed", "c1", "c1 dashed"]
    assert "Loss (log)" in panel._charts.value
    assert panel._metric.options == ("accuracy", "auc")
    panel.set(metric="auc")
    assert "Auc" in panel._charts.value and paths(panel)[6:] == ["c2", "c2 dashed"]
    assert "auc" in panel._head.value and text(row_of(panel, 1)._numbers).count("–") == 2
    panel.ledger.delete(3)
    assert panel._metric.options == ("accuracy",) and panel._metric.value == "accuracy"


def test_set_is_refused_as_a_whole():
    panel = make_panel("adam")
    for bad in ({"which": "all"}, {"metric": "auc"}, {"seed": -1}, {"compile": {"loss": "mes"}}):
        with pytest.raises(ValueError, match=r"which|metric|seed|mes"):
            panel.set(**{"which": "Both", **bad})
        assert panel._which.value == "Validation"
    with pytest.raises(TypeError, match="no argument 'wich'"):
        panel.set(wich="Both")


def test_rows_show_rename_pin_delete():
    panel = make_panel("adam", "sgd")
    row = row_of(panel, 2)
    row.controls["show"].value = False
    assert paths(panel) == ["c0 dashed"] * 2
    row.controls["rename"].value = "slow"
    assert panel.ledger["slow"].number == 2
    for bad in ("", "Run 1", "x" * 61):
        row.controls["rename"].value = bad
        assert row.controls["rename"].value == "slow" and "Error" in text(panel.message)
    row.controls["pin"].value = True
    assert panel.ledger["slow"].is_pinned
    row_of(panel, 1).controls["delete"].click()
    assert [run.name for run in panel.ledger] == ["slow"] and len(panel._list.children) == 1
    assert text(row._words).startswith("all others")


def test_what_learners_write_is_escaped():
    panel = make_panel("adam")
    row_of(panel, 1).controls["rename"].value = "<img src=x onerror=alert(1)>"
    for widget in (panel._charts, panel.message, row_of(panel, 1)._words):
        assert "<img" not in widget.value
    assert "alert" in panel._charts.value
    xml.etree.ElementTree.fromstring(panel._charts.value)


def test_load_puts_the_recipe_into_all_panels_and_trains_the_same_run():
    train = panels.Train(SHORT)
    panel = panels.Compare(train)
    train.session.run()
    first = panel.ledger["Run 1"]
    train.lock("epochs")
    panel.experiment.change(compile={"optimizer": "sgd"}, seed=3)
    row_of(panel, 1).controls["load"].click()
    assert train.recipe == first.recipe.replace(locks={"epochs": "frozen"})
    assert text(panel.message) == "Run 1 is in the panels now. Play trains it again."
    train.experiment.session.run()
    assert train.history.history == first.history and len(panel.ledger) == 1


def test_a_run_on_arrays_that_are_not_here_is_not_loaded():
    x, y = np.ones((9, 2)), np.zeros(9)
    model = keras.Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile(loss="mse")
    here = panels.Compare(model, x, y)
    here.experiment.change(fit={"epochs": 1})
    here.experiment.session.run()
    elsewhere = panels.Compare(ledger=here.ledger)
    before = elsewhere.recipe
    row_of(elsewhere, 1).controls["load"].click()
    assert elsewhere.recipe == before and "own data" in text(elsewhere.message)
    here.load("Run 1")
    assert here.recipe.data == "own"


def test_code_brings_the_recipes_back():
    panel = make_panel()
    assert panel.code() == SHORT.code()
    panel = make_panel("adam", "sgd")
    panel.ledger.rename(1, 'a "quoted" name')
    names = {}
    exec(panel.code(), names)
    assert names["runs"] == {run.name: run.recipe for run in panel.ledger}


def test_a_ledger_is_shared_and_survives_its_panel():
    ledger = Ledger()
    one, two = make_panel("adam", ledger=ledger), make_panel("sgd", ledger=ledger)
    assert len(one._list.children) == len(two._list.children) == 2
    one.close()
    two.experiment.change(seed=2)
    two.experiment.session.run()
    assert len(ledger) == 3 and len(two._list.children) == 3
    with pytest.raises(TypeError, match="`ledger` must be a Ledger"):
        panels.Compare(ledger=[])


def test_asleep_it_keeps_and_does_not_draw():
    panel = make_panel("adam")
    before = panel._charts.value
    panel.sleep()
    panel.experiment.change(seed=5)
    panel.experiment.session.run()
    assert len(panel.ledger) == 2 and panel._charts.value == before
    panel.wake()
    assert len(panel._list.children) == 2 and panel._charts.value != before


def test_locks_hold_in_rows_that_come_later():
    panel = make_panel("adam")
    panel.lock("delete", state="hidden").lock("rename", "keep")
    panel.experiment.change(seed=5)
    panel.experiment.session.run()
    for number in (1, 2):
        row = row_of(panel, number)
        assert row.controls["delete"].disabled and "ks-hidden" in row.controls["delete"]._dom_classes
        assert row.controls["rename"].disabled and not row.controls["load"].disabled
    again = panels.Compare(panel.recipe.share())
    assert again._keep.disabled
    panel.unlock()
    assert not row_of(panel, 2).controls["delete"].disabled


def test_picture_and_description():
    panel = make_panel()
    assert panel.description() == "No run is kept yet." and len(panel.picture().axes) == 1
    panel = make_panel("adam", "sgd").set(log_scale=True)
    figure = panel.picture()
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy"]
    np.testing.assert_array_equal(figure.axes[0].lines[1].get_ydata(), panel.ledger[2].history["val_loss"])
    assert figure.axes[0].get_yscale() == "log"
    assert panel.description().startswith("2 kept runs. Run 1 (the first recipe): ")
    assert "Run 2 (optimizer sgd instead of adam): " in panel.description()


def test_fifty_runs_are_quick_enough_and_bounded():
    ledger, experiment = Ledger(), Experiment(SHORT.replace(fit={"epochs": 1}))
    for seed in range(50):
        experiment.change(seed=seed)
        experiment.session.run()
        ledger.keep(experiment)
    panel = panels.Compare(experiment, ledger=ledger)
    assert len(panel._list.children) == 50
    experiment.change(seed=99)
    experiment.session.run()
    assert len(panel._list.children) == 50 and 1 not in panel._rows
    assert text(panel.message) == "Run 51 is kept. Run 1, the oldest, made room for it."
    assert len(panel._charts.value) < 150_000


# The chart


def numbers(svg, pattern):
    return [float(each) for each in re.findall(pattern, svg)]


def test_a_chart_draws_where_the_values_are():
    svg = chart("loss", [Line(1, "one", [1, 2, 4], [0.8, 0.4, 0.2])])
    root = xml.etree.ElementTree.fromstring(svg)
    assert root.get("aria-label") == "Loss of 1 curves. one, training: 0.2 at epoch 4."
    (path,) = re.findall(r'<path class="line c0" d="M([^"]*)"', svg)
    points = [tuple(map(float, point.split())) for point in path.split("L")]
    width, tall = overlay.WIDTH - overlay.LEFT - overlay.RIGHT, overlay.HEIGHT - overlay.TOP - overlay.BOTTOM
    top = 0.8 * 1.06
    for (x, y), (epoch, value) in zip(points, [(1, 0.8), (2, 0.4), (4, 0.2)], strict=True):
        assert x == pytest.approx(overlay.LEFT + width * epoch / 4, abs=0.06)
        assert y == pytest.approx(overlay.HEIGHT - overlay.BOTTOM - tall * value / top, abs=0.06)


def test_shares_have_an_axis_from_0_to_1_and_log_leaves_out_what_has_no_logarithm():
    assert ">1<" in chart("val_accuracy", [Line(1, "one", [1], [0.5])])
    svg = chart("loss", [Line(1, "one", [1, 2, 3, 4], [0.0, 1e-3, math.nan, math.inf])], log_scale=True)
    assert svg.count('class="strip"') == 1 and "epoch 2" in svg
    assert not re.search('[dxy]="[^"]*(nan|inf)', svg)


def test_labels_do_not_lie_upon_one_another():
    lines = [Line(n, f"run {n}", [1, 2], [0.5, 0.3 + n / 1000]) for n in range(1, 12)]
    places = sorted(numbers(chart("loss", lines), r'class="label c\d" x="[\d.]+" y="([\d.]+)"'))
    assert len(places) == 11
    assert all(b - a >= overlay.GAP - 0.1 for a, b in itertools.pairwise(places))
    assert places[0] > 0 and places[-1] <= overlay.HEIGHT - overlay.BOTTOM + 4.1


def test_long_curves_are_thinned_but_end_where_they_end():
    svg = chart("loss", [Line(1, "one", list(range(1, 401)), [1 / n for n in range(1, 401)])])
    (path,) = re.findall(r'<path class="line c0" d="M([^"]*)"', svg)
    assert 150 < path.count("L") < 330
    assert path.split("L")[-1].startswith(f"{overlay.WIDTH - overlay.RIGHT:.1f} ")
    assert svg.count('class="strip"') <= overlay.STRIPS


def test_an_empty_chart_says_so():
    svg = chart("loss", [], hint="No <run> yet")
    assert "No &lt;run&gt; yet" in svg and 'aria-label="Loss: empty."' in svg
    assert xml.etree.ElementTree.fromstring(chart("loss", [], log_scale=True)) is not None
