"""The Predict panel from code: inputs in their own units, the answer, the way to it. The browser has its own."""

import html
import re

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import layers
from kerasschool.datasets import penguins
from kerasschool.live.experiment import Experiment
from kerasschool.live.fitting import fitted
from kerasschool.live.recipe import Recipe
from kerasschool.panels import Data, Predict
from kerasschool.panels.predict_inputs import InputSlider

TEST = penguins.load_data()[1]
HILLS = {"class": "planar", "arguments": {"kind": "hills"}}


def text(widget):
    return html.unescape(" ".join(re.sub("<[^>]*>", " ", widget.value).split()))


def trained(data="penguins", epochs=15, **parts):
    experiment = Experiment(Recipe(fit={"epochs": epochs}, **parts))
    experiment.change(data=data)
    experiment.change(**fitted(experiment))
    experiment.session.run()
    return experiment


@pytest.fixture(scope="module")
def birds():
    return trained()


def asked(experiment, panel):
    """What the model says to the panel's row, asked directly."""
    row = np.array([list(panel.values.values())])
    return experiment.model.predict(experiment.rows.scale(row), verbose=0)[0]


def slide(panel, name, value):
    panel.controls[name].widget.value = value


def test_it_opens_on_the_first_row_held_back(birds):
    panel = Predict(birds)
    np.testing.assert_allclose(list(panel.values.values()), TEST[0][0], rtol=1e-6)
    assert text(panel._about_row) == "Row 0 of those held back: in truth female."
    assert panel.answer["male"] == pytest.approx(asked(birds, panel)[0], abs=1e-6)
    assert panel.label == "female" and "sex female" in text(panel._said)


def test_controls_have_the_units_and_ranges_of_the_data(birds):
    panel = Predict(birds)
    mass, depth = panel.controls["body_mass_g"].widget, panel.controls["bill_depth_mm"].widget
    assert (mass.min, mass.max, depth.min, depth.max, depth.step) == (2700, 6300, 13.1, 21.5, 0.1)
    assert list(panel._inputs.controls) == [*penguins.feature_names[:4], "species", "year"]
    assert [word for word, _ in panel.controls["species"].widget.options] == ["Adelie", "Chinstrap", "Gentoo"]
    assert panel.controls["year"].widget.step == 1


def test_each_control_changes_the_row_and_the_answer(birds):
    panel = Predict(birds)
    slide(panel, "body_mass_g", 3000.0)
    slide(panel, "species", "Adelie")
    assert panel.values["body_mass_g"] == 3000 and panel.values["species_Adelie"] == 1
    assert panel.values["species_Gentoo"] == 0
    assert panel.answer["male"] == pytest.approx(asked(birds, panel)[0], abs=1e-6)
    assert text(panel._about_row) == "Changed from row 0 of those held back: nobody knows the truth."


def test_a_browser_that_moves_a_value_to_its_step_is_not_a_reader(birds):
    panel = Predict(birds)
    mass = panel.controls["body_mass_g"].widget
    before = panel.values["body_mass_g"]
    mass.value = before + mass.step / 2
    assert panel.values["body_mass_g"] == before
    mass.value = before + mass.step
    assert panel.values["body_mass_g"] == before + mass.step


def test_rows_can_be_picked(birds):
    panel = Predict(birds)
    panel.on.click()
    panel.on.click()
    assert panel.place.value == 2 and panel.values["body_mass_g"] == TEST[0][2][3]
    panel.back.click()
    panel.back.click()
    panel.back.click()
    assert panel.place.value == 66 and "Row 66 of those held back: in truth" in text(panel._about_row)
    panel.part.widget.value = "train"
    assert text(panel._about_row).startswith("Row 0 of those trained on")
    panel.place.value = 265
    assert panel.set(row=3, part="validation").values["body_mass_g"] == TEST[0][3][3]
    for row in (-1, 67, 1.5, "2"):
        with pytest.raises(ValueError, match="row"):
            panel.set(row=row)
    with pytest.raises(ValueError, match="`part` must be one of"):
        panel.set(part="test")
    assert panel.place.value == 3


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.95])
def test_its_code_is_this_very_prediction(birds, threshold):
    panel = Predict(birds).set(row=5, threshold=threshold)
    panel.set(body_mass_g=4321)
    program, printed = {}, []
    exec(birds.recipe.code().replace("print(", "("), program)
    program["print"] = printed.append
    exec(panel.code(), program)
    assert printed[0][0, 0] == pytest.approx(panel.answer["male"], abs=1e-6) and printed[1] == panel.label


def test_the_boundary_and_the_nearest_change(birds):
    panel = Predict(birds)
    p = panel.answer["male"]
    words = text(panel._said)
    assert f"p(male) is {0.5 - p:.3f} below the threshold 0.50; z = {np.log(p / (1 - p)):.2f}" in words
    found = re.search(r"Nearest change that turns it: (\w+) from ([\d.]+) to ([\d.]+)( mm| g)? → male", words)
    assert float(found[2]) == pytest.approx(panel.values[found[1]], rel=1e-3)
    panel.set(**{found[1]: float(found[3]) + (0.05 if float(found[3]) > float(found[2]) else -0.05)})
    assert panel.label == "male"


def test_a_threshold_that_nothing_reaches(birds):
    panel = Predict(birds).set(threshold=1.0)
    assert panel.label == "female" and "No single input, anywhere in its range, turns the answer." in text(panel._said)


def test_forgetting_to_scale():
    birds = trained(epochs=3)
    panel = Predict(birds)
    right = panel.answer
    panel.forget.widget.value = True
    raw = birds.model.predict(np.array([list(panel.values.values())]), verbose=0)[0, 0]
    words = text(panel._said)
    assert "Raw numbers, not scaled" in words and f"male {raw:.3f}" in words and "Raw numbers went in" in words
    assert panel.answer == right and "# forgot to scale" in panel.code()
    panel.set(scaling="none")
    assert "ks-away" in panel.forget.widget._dom_classes and "Raw numbers" not in text(panel._said)
    assert "mean" not in panel.code()


def test_the_way_through_the_layers(birds):
    panel = Predict(birds)
    h = birds.rows.scale(np.array([list(panel.values.values())])).astype("float32")
    words = text(panel._way)
    for layer in birds.model.layers:
        h = layer(h)
        silent = int((h == 0).sum())
        assert f"{layer.name} {h.size} unit" in words and (f"{h.size} units, {silent} at 0" in words or not silent)
    assert f"<title>unit 0: {h[0, 0]:.4f}</title>" in panel._way.value


@pytest.mark.parametrize("data", ["wine", "breast_cancer", "digits", HILLS], ids=str)
def test_other_data(data):
    experiment = trained(data, epochs=1)
    panel = Predict(experiment)
    answer = asked(experiment, panel)
    found = panel.answer if data == HILLS else list(panel.answer.values())[-len(answer) :]
    np.testing.assert_allclose(found, answer, atol=1e-5)
    program = {"model": experiment.model, "mean": experiment.rows.mean, "spread": experiment.rows.spread}
    exec(panel.code().replace("print(", "("), program)
    np.testing.assert_allclose(program["p"][0], answer, atol=1e-5)
    assert "Error" not in text(panel.message) and panel._picture_bundle()[1]["image/png"]["alt"] == panel.description()
    if data == "digits":
        assert (
            panel._inputs.controls == {}
            and "<rect" in panel._image.value
            and "64 inputs" in panel._box.children[0].value
        )
        assert panel.set(pixel_0_0=16).values["pixel_0_0"] == 16
    if data == HILLS:
        assert isinstance(panel.label, float) and "ks-away" in panel.threshold.widget._dom_classes
    if data == "wine":
        assert "ahead of" in text(panel._said)


def test_other_data_bring_other_controls():
    data = Data()
    panel = Predict(data)
    assert "has made no training step" in text(panel.message)
    data.set(data="wine")
    assert "Error The inputs do not fit the model" in text(panel.message) and panel.answer is None
    assert panel._said.value == "" and panel.description() == "No prediction yet."
    panel.picture()
    data.fit_layers()
    assert next(iter(panel._inputs.controls)) == "alcohol" and "body_mass_g" not in panel.controls
    assert panel.label in ("Barolo", "Grignolino", "Barbera")
    data.draw()
    assert "There are no rows yet" in text(panel.message) and panel.answer is None and panel.values == {}


def test_a_training_is_followed():
    experiment = Experiment(Recipe(fit={"epochs": 2}))
    panel = Predict(experiment)
    before = panel.answer
    experiment.session.step_batch()
    assert panel.answer != before and panel.message.value == ""
    alone = Experiment(Recipe(fit={"epochs": 2}))
    alone.session.step_batch()
    panel.set(row=4)
    assert experiment.session.run().history == alone.session.run().history


def test_set_is_refused_as_a_whole(birds):
    panel = Predict(birds)
    before = panel.values
    for settings, words in (
        ({"body_mass_g": "heavy"}, "`body_mass_g` must be a number"),
        ({"body_mass_g": 4000, "year": float("nan")}, "`year` must be a number"),
        ({"species": "Emperor"}, "`species` must be one of Adelie, Chinstrap, Gentoo"),
        ({"threshold": 2}, "`threshold` must be a number"),
    ):
        with pytest.raises(ValueError, match=words):
            panel.set(**settings)
        assert panel.values == before
    with pytest.raises(TypeError, match="no argument 'body_mas_g'"):
        panel.set(body_mas_g=4000)


def test_a_value_outside_the_data_widens_its_slider(birds):
    panel = Predict(birds).set(body_mass_g=9000)
    slider = panel.controls["body_mass_g"]
    assert isinstance(slider, InputSlider) and slider.widget.value == slider.widget.max == 9000
    assert panel.values["body_mass_g"] == 9000


def test_flags_alone_are_boxes_and_a_constant_column_has_a_slider():
    x = np.column_stack([np.arange(6.0), [0, 1, 0, 1, 1, 0], np.full(6, 3.0)])
    keras.utils.set_random_seed(1)
    model = keras.Sequential([layers.Input((3,)), layers.Dense(1, activation="sigmoid")])
    panel = Predict(model, x, x[:, 1], feature_names=("size", "sick", "same"), target_names=("no", "yes"))
    assert panel.controls["sick"].widget.value is False
    panel.controls["sick"].widget.value = True
    panel.controls["same"].widget.value = 3.1
    assert panel.values == {"size": 0.0, "sick": 1.0, "same": 3.1}
    assert panel.answer["yes"] == pytest.approx(model.predict(np.array([[0, 1, 3.1]]), verbose=0)[0, 0], abs=1e-6)
    assert "ks-away" in panel.forget.widget._dom_classes and "predict(row, verbose=0)" in panel.code()


def test_a_model_by_hand_in_its_own_units():
    (x, y), held_back = penguins.load_data()
    mean, spread = x.mean(axis=0), x.std(axis=0)
    keras.utils.set_random_seed(1)
    model = keras.Sequential([layers.Input((8,)), layers.Dense(4, activation="relu"), layers.Dense(1, "sigmoid")])
    names = {"feature_names": penguins.feature_names, "target_names": penguins.target_names}
    panel = Predict(model, x, y, held_back, scaling=(mean, spread), **names)
    panel.set(row=3, species="Adelie")
    row = np.array([list(panel.values.values())])
    assert panel.answer["male"] == pytest.approx(model.predict((row - mean) / spread, verbose=0)[0, 0], abs=1e-6)


def test_names_from_outside_are_escaped():
    evil = "<img src=x onerror=alert(1)>"
    keras.utils.set_random_seed(1)
    model = keras.Sequential([layers.Input((2,)), layers.Dense(1, activation="sigmoid")])
    panel = Predict(model, np.ones((2, 2)), [0, 1], feature_names=[evil, "b"], target_names=[evil, evil])
    for widget in (panel._said, panel._way, panel._about_row, panel.code_view):
        assert "<img" not in widget.value


def test_locks_words_and_closing(birds):
    panel = Predict(birds).lock("body_mass_g", "threshold")
    assert panel.controls["body_mass_g"].widget.disabled and panel.threshold.widget.disabled
    panel.unlock()
    assert not panel.threshold.widget.disabled
    assert (
        panel.description().startswith("Prediction for bill_length_mm 42.9, ") and "(female 0." in panel.description()
    )
    panel.close()
    panel.close()
    birds.tell(set())


def test_two_panels_on_one_experiment_have_rows_of_their_own(birds):
    first, second = Predict(birds), Predict(birds)
    first.set(row=5)
    assert (first.place.value, second.place.value) == (5, 0) and first.values != second.values


@pytest.mark.parametrize(("unit", "shown"), [(1e-7, ".4g"), (1e30, ".4g"), (1e-3, ".5f"), (1000.0, ".0f")])
def test_a_slider_fits_numbers_of_any_size(unit, shown):
    x = unit * np.array([1, 2.3456, 3, 4, 5, 6, 7, 8]).reshape(8, 1)
    panel = Predict(None, np.hstack([x, x]), np.arange(8) % 2)
    panel.experiment.change(scaling="standard", **fitted(panel.experiment))
    slider = panel.controls["input 1"].widget
    assert slider.value == pytest.approx(unit, rel=1e-5) and slider.max == pytest.approx(8 * unit, rel=1e-5)
    assert 0 < slider.step <= unit / 10 and slider.readout_format == shown
    rows, _ = panel._inputs.sweeps()
    assert len(np.unique(rows[:, 0])) > 20
    assert "Error" not in text(panel.message)
