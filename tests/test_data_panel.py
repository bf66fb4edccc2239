"""The Data panel from code: choosing, splitting, drawing, files, hostile input. The browser has tests of its own."""

import html
import re

import numpy as np
import pandas
import pytest

from kerasschool.live.experiment import Experiment
from kerasschool.live.recipe import Recipe
from kerasschool.panels import Data, Evaluate, Predict, Train
from kerasschool.views.points import Points, limits_of

SPIRAL = {"class": "planar", "arguments": {"kind": "spiral"}}
HILLS = {"class": "planar", "arguments": {"kind": "hills"}}


def text(widget):
    return html.unescape(" ".join(re.sub("<[^>]*>", " ", widget.value).split()))


def ran(code):
    names = {}
    exec(code, names)
    return names


def sent(points):
    return np.frombuffer(points.points, "<f4").reshape(-1, 4)


def is_away(widget):
    return "ks-away" in widget._dom_classes


def test_it_opens_on_the_penguins():
    panel = Data()
    assert text(panel._summary) == "266 rows to train on, 67 held back (20%). 8 inputs → sex: female or male."
    page = text(panel._page)
    assert "266 to train on female 132 49.6 % male 134 50.4 %" in page
    assert "67 held back female 33 49.3 % male 34 50.7 %" in page
    assert "body_mass_g" in page and panel._page.value.count('class="ks-graph"') == 8
    assert is_away(panel.fit) and "fit these data" in text(panel._about_layers)


@pytest.mark.parametrize("split", ["given", "none", 0.3])
@pytest.mark.parametrize("scaling", ["standard", "none"])
def test_its_code_makes_its_rows(split, scaling):
    panel = Data().set(data="wine", split=split, scaling=scaling)
    made, rows = ran(panel.code()), panel.experiment.rows
    np.testing.assert_array_equal(made["x_train"], rows.x)
    np.testing.assert_array_equal(made["y_train"], rows.y)
    if split != "none":
        np.testing.assert_array_equal(made["x_val"], rows.validation_data[0])
    assert "keras as" not in panel.code()


def test_clicks_change_the_recipe_and_other_panels_follow():
    panel = Data()
    train = Train(panel)
    panel.data.names.value = "wine"
    assert panel.recipe.data == "wine"
    assert text(panel._about_layers) == "The data have 13 inputs, the first layer expects 8." and not is_away(panel.fit)
    panel.fit.click()
    assert is_away(panel.fit) and panel.model.count_params() == 299
    assert train.model is panel.model and "Input, last layer and loss now fit" in text(panel.message)
    panel.scaling.widget.value = "none"
    panel.split._words.value = "a share"
    assert (panel.recipe.scaling, panel.recipe.split) == ("none", 0.2) and not is_away(panel.split._share)
    panel.split._share.value = 0.5
    assert panel.recipe.split == 0.5 and "71 rows to train on"[:2] in text(panel._summary)
    panel.split._words.value = "none"
    assert "none held back" in text(panel._summary) and is_away(panel.split._share)


def test_arguments_of_a_generated_set_appear():
    panel = Data().set(data=SPIRAL)
    assert list(panel.data.arguments) == ["kind", "rows", "noise", "ratio", "seed"]
    panel.data.arguments["noise"].widget.value = 0.3
    assert panel.recipe.data["arguments"] == {"kind": "spiral", "noise": 0.3}
    panel.data.arguments["rows"].widget.value = 3
    assert "rows" in text(panel.message) and "Error" in text(panel.message)
    assert panel.recipe.data["arguments"] == {"kind": "spiral", "noise": 0.3}
    assert panel.data.arguments["rows"].widget.value == 400


@pytest.mark.parametrize("field_value", [0, 1, -3, float("nan"), 7])
def test_a_share_that_cannot_be_is_refused(field_value):
    panel = Data().set(split=0.2)
    panel.split._share.value = field_value
    assert panel.recipe.split == 0.2 and panel.split._share.value == 0.2


@pytest.mark.parametrize("data", ["wine", "digits", SPIRAL, HILLS], ids=str)
@pytest.mark.parametrize("view", ["inputs", "table", "points", "card"])
def test_every_page_of_every_kind_of_data(data, view):
    panel = Data().set(data=data, view=view)
    assert "Error" not in text(panel.message)
    shown = panel._sheet if view == "points" else panel._page
    assert panel._box.children == (shown,)
    words = {
        ("wine", "table"): "Barbera",
        ("digits", "table"): "The first 24 rows",
        ("digits", "inputs"): "The first 30 of 64 inputs",
        ("wine", "card"): "Forina",
        ("wine", "inputs"): "Grignolino",
    }
    assert words.get((data if isinstance(data, str) else "", view), "") in text(panel._page)


def test_scaled_or_in_own_units():
    panel = Data().set(view="table")
    own = text(panel._page)
    assert "in their own units" in own and " 4500 " in own
    panel.show_scaled.widget.value = True
    scaled = text(panel._page)
    assert "as the model gets them" in scaled and " 4500 " not in scaled and "−0." in scaled
    panel.set(scaling="none")
    assert is_away(panel.show_scaled.widget) and " 4500 " in text(panel._page)


def test_points_of_a_generated_set():
    panel = Data().set(data=SPIRAL, view="points")
    points, rows = sent(panel.points), panel.experiment.rows
    assert points.shape == (400, 4) and points[:, 3].sum() == 200  # half of them held back
    np.testing.assert_array_equal(points[:200, 2], rows.y)
    assert panel.points.editable and panel.points.classes == ["0", "1", "green"]
    panel.set(data=HILLS)
    assert not panel.points.editable and panel.points.classes == []
    panel.set(data="wine")
    assert not panel.points.editable and "13 inputs" in panel.points.classes[0]


def add(panel, x, y, label):
    panel.points._hear(panel.points, {"kind": "add", "numbers": [x, y, label]}, [])


def remove(panel, x, y):
    panel.points._hear(panel.points, {"kind": "remove", "numbers": [x, y]}, [])


def test_drawing_by_hand():
    panel = Data()
    panel.clear.click()
    assert panel._box.children == (panel._sheet,) and "No rows yet" in text(panel._summary)
    assert panel.recipe.data == "own" and "Error" not in text(panel.message)
    add(panel, 1, 2, 0)
    add(panel, -1.5, 2.25, 1)
    add(panel, 3, -3, 1)
    assert text(panel._summary) == "3 rows to train on, none held back. 2 inputs → class: orange or blue."
    assert "The data have 2 inputs, the first layer expects 8." in text(panel._about_layers)
    made = ran(panel.code())
    np.testing.assert_array_equal(made["x_train"], panel.experiment.rows.x)
    remove(panel, 2.9, -2.8)
    assert sent(panel.points)[:, :3].tolist() == [[1, 2, 0], [-1.5, 2.25, 1]]
    panel.fit.click()
    assert np.isfinite(panel.experiment.session.run().history["loss"]).all()
    add(panel, 0, 0, 2)
    assert "orange or blue or green" in text(panel._summary) and "has 1 unit" in text(panel._about_layers)
    for place in ((1, 2), (-1.5, 2.25), (0, 0)):
        remove(panel, *place)
    assert "No rows yet" in text(panel._summary) and "Error" not in text(panel.message)


def test_a_point_more_in_a_generated_set():
    panel = Data().set(data=SPIRAL, view="points", split="none")
    limits = list(panel.points.limits)
    add(panel, 0.5, 0.5, 1)
    assert panel.recipe.data == "own" and len(panel.experiment.rows.x) == 201
    assert panel.points.limits == limits  # the sheet stays where it is while one draws
    assert panel.experiment.rows.y[-1] == 1 and panel.recipe.split == "none"


def test_what_a_generated_set_holds_back_stays_while_one_draws():
    panel = Data().set(data=SPIRAL, view="points")
    before = sent(panel.points)[200:]
    add(panel, 0.5, 0.5, 1)
    remove(panel, *sent(panel.points)[0, :2].tolist())
    points = sent(panel.points)
    assert panel.recipe.split == "given" and len(panel.experiment.rows.x) == 200
    np.testing.assert_allclose(points[200:], before, atol=1e-4)


def test_a_drawing_with_a_share_held_back_loses_no_point():
    panel = Data()
    panel.draw()
    panel.set(split=0.5)
    for place in range(1, 7):
        add(panel, place, place, place % 2)
    assert "Error" not in text(panel.message)
    rows = panel.experiment.rows
    assert len(rows.x) == len(rows.validation_data[0]) == 3
    assert sorted(sent(panel.points)[:, 0].tolist()) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"kind": "add"},
        {"kind": "add", "numbers": [1, 2]},
        {"kind": "add", "numbers": [1, 2, 9]},
        {"kind": "add", "numbers": [1, 2, -1]},
        {"kind": "add", "numbers": [float("nan"), 2, 1]},
        {"kind": "add", "numbers": ["1", 2, 1]},
        {"kind": "remove", "numbers": [1]},
        {"kind": "format", "numbers": [1, 2, 0]},
    ],
    ids=str,
)
def test_odd_messages_of_the_sheet_change_nothing(content):
    panel = Data().set(data=SPIRAL, view="points")
    panel.points._hear(panel.points, content, [])
    assert panel.recipe.data == SPIRAL and "Error" not in text(panel.message)


def test_a_sheet_that_only_shows_hears_nothing():
    heard = []
    points = Points(lambda *args: heard.append(args), editable=False)
    points._hear(points, {"kind": "add", "numbers": [1, 2, 0]}, [])
    assert heard == []


def test_limits_of_a_sheet():
    assert limits_of(np.zeros((0, 2))) == [-6, 6, -6, 6]
    assert limits_of(np.array([[1.0, 1.0]])) == [0, 2, 0, 2]
    assert limits_of(np.array([[5.0, -2.0]])) == [-6, 6, -6, 6]


def test_own_arrays_frames_and_files(tmp_path):
    table = pandas.DataFrame({"height": [1.5, 2.5, 3.5], "kind": ["tree", "bush", "tree"]})
    panel = Data(x=table, y="kind")
    assert text(panel._summary) == "3 rows to train on, none held back. 1 input → kind: bush or tree."
    assert "no card" in text(panel.set(view="card")._page)
    panel.use(np.zeros((4, 2)), [0, 1, 0, 1], validation_data=(np.ones((2, 2)), [0, 1]))
    assert "4 rows to train on, 2 held back (33%)" in text(panel._summary) and panel.recipe.split == "given"
    path = tmp_path / "plants.csv"
    table.to_csv(path, index=False)
    panel.path.value, panel.target.value = str(path), "kind"
    panel.load.click()
    assert "kind: bush or tree" in text(panel._summary) and f"Loaded {path}" in text(panel.message)
    np.testing.assert_array_equal(ran(panel.code())["x_train"], panel.experiment.rows.x)


@pytest.mark.parametrize(
    ("path", "target", "words"),
    [
        ("", "", "Which file?"),
        ("no-such-file.csv", "", "No file 'no-such-file.csv'"),
        ("https://example.com/a.csv", "", "Download the file first"),
        ("<b>x</b>", "9", "No file"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_message(path, target, words):
    panel = Data()
    panel.path.value, panel.target.value = path, target
    panel.load.click()
    assert "Error" in text(panel.message) and words in text(panel.message)
    assert "<b>x</b>" not in panel.message.value and panel.recipe.data == "penguins"


def test_names_from_outside_are_escaped():
    evil = "<img src=x onerror=alert(1)>"
    panel = Data(x=pandas.DataFrame({evil: [1.0, 2], "b": [evil, "c"]}), y="b")
    for view in ("inputs", "table", "card"):
        panel.set(view=view)
        assert "<img" not in panel._page.value
    assert "<img" not in panel._summary.value + panel.code_view.value


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        ([[1.0, np.nan], [2, 3]], [0, 1], "`x` has 1 cell that is missing or infinite"),
        ([[1.0, np.inf], [2, -np.inf]], [0, 1], "`x` has 2 cells that are missing or infinite"),
        ([["a", "b"], ["c", "d"]], [0, 1], "`x` must hold numbers"),
        ([[1.0, 2], [3, 4]], ["a", "b"], "`y` must hold numbers"),
        ([[None, 2], [3, 4]], [0, 1], "`x` has 1 cell that is missing or infinite"),
        ([1.0, 2.0], [0, 1], "`x` needs one row per example"),
    ],
)
def test_odd_arrays_of_an_experiment_are_a_message_in_every_panel(x, y, words):
    data = Data()
    others = Evaluate(data), Predict(data)
    data.experiment.use(np.array(x), np.array(y))
    for panel in (data, *others):
        assert f"Error {words}" in text(panel.message)
        panel.picture()
        panel.description()
    data.fit.click()
    assert f"Error {words}" in text(data.message)
    data.set(data="penguins")
    assert "266 rows" in text(data._summary) and all("Error" not in text(panel.message) for panel in (data, *others))


@pytest.mark.parametrize("task", ["3-D", "one-hot", "two numbers", "one row", "constant", "huge"])
def test_unusual_rows_can_be_looked_at_fitted_and_asked(task):
    stream = np.random.RandomState(0)
    x, y = {
        "3-D": (stream.normal(size=(10, 4, 4)), np.arange(10) % 2),
        "one-hot": (stream.normal(size=(9, 3)), np.eye(3)[np.arange(9) % 3]),
        "two numbers": (stream.normal(size=(10, 3)), stream.normal(size=(10, 2))),
        "one row": (np.ones((1, 2)), np.array([0])),
        "constant": (np.ones((6, 2)), np.ones(6)),
        "huge": (1e30 * stream.normal(size=(6, 2)), np.arange(6) % 2),
    }[task]
    data = Data()
    others = Evaluate(data), Predict(data)
    data.experiment.use(x, y)
    for view in ("inputs", "table", "points", "card"):
        data.set(view=view)
    data.fit_layers()
    assert "fit these data" in text(data._about_layers)
    for panel in (data, *others):
        assert "Error" not in text(panel.message)
        panel._picture_bundle()


def test_own_without_arrays_says_what_to_do():
    panel = Data()
    panel.data.names.value = "own"
    assert "No rows yet" in text(panel._summary) and "Error" not in text(panel.message)
    assert panel._box.children == (panel._sheet,) and "ks-hidden" not in panel._source._dom_classes
    assert panel.points.editable and panel.description().startswith("No rows yet")
    panel.picture()
    panel.data.names.value = "penguins"
    assert "266 rows" in text(panel._summary) and "ks-hidden" in panel._source._dom_classes


def test_set_is_checked():
    panel = Data()
    with pytest.raises(ValueError, match="`view` must be one of"):
        panel.set(view="tabel")
    with pytest.raises(ValueError, match="Unknown data set 'penguin'. Did you mean 'penguins'"):
        panel.set(data="penguin")
    with pytest.raises(TypeError, match="no argument 'datas'"):
        panel.set(datas="wine")
    with pytest.raises(ValueError, match="Rows and labels do not match"):
        panel.use([[1.0], [2.0]], [1])
    assert panel.recipe == Recipe()


def test_locks():
    panel = Data().lock("data", state="frozen").lock("split", state="hidden")
    assert panel.data.disabled and "ks-hidden" in panel.split.widget._dom_classes
    assert Data(panel.recipe.share()).data.disabled
    panel.unlock("data")
    assert not panel.data.disabled


def test_picture_and_words():
    panel = Data()
    words = panel.description()
    assert "To train on: 132 female, 134 male." in words and "Held back: 33 female, 34 male." in words
    assert len(panel._picture_bundle()[0]["image/png"]) < 60_000
    for data in (SPIRAL, HILLS, "digits"):
        panel.set(data=data)
        assert panel._picture_bundle()[1]["image/png"]["alt"] == panel.description()


def test_a_panel_on_a_trained_experiment_leaves_it_alone():
    experiment = Experiment(Recipe(fit={"epochs": 1}))
    experiment.session.run()
    panel = Data(experiment)
    panel.set(view="table")
    panel.set(show_scaled=True)
    assert experiment.is_trained
