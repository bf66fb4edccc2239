"""The Activation and Initializer panels in JupyterLab, with real clicks and keys."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_train_panel import STICKS_OUT, contrast

pytestmark = pytest.mark.browser

ACTIVATION = "from kerasschool import panels\npanel = panels.Activation(names=['relu', 'sigmoid'])\npanel"
INITIALIZER = "from kerasschool import panels\npanel = panels.Initializer()\npanel"


def open_panel(notebook, name, *cells):
    notebook.open(name, list(cells))
    assert notebook.run_all() == []
    return notebook.page.locator(".kerasschool-panel").first


def points(root):
    """Where the points of the drawing stand: list of `(x, y)`."""
    return root.locator("circle.ks-point").evaluate_all(
        "points => points.map(point => [Number(point.getAttribute('cx')), Number(point.getAttribute('cy'))])"
    )


def test_move_the_point_with_keys_and_mouse(notebook):
    root = open_panel(notebook, "activation.ipynb", ACTIVATION)
    formula = root.locator(".ks-formula").nth(1)
    expect(formula).to_have_text("sigmoid(1.5) = 1 / (1 + exp(−1.5)) = 0.8176, slope 0.1491")
    before, height = points(root), root.bounding_box()["height"]
    knob = root.get_by_role("slider")
    knob.focus()
    for _ in range(10):
        notebook.page.keyboard.press("ArrowRight")
    expect(formula).to_have_text("sigmoid(2) = 1 / (1 + exp(−2)) = 0.8808, slope 0.105")
    expect(root.get_by_label("x", exact=True)).to_have_value("2")
    assert all(new[0] > old[0] for new, old in zip(points(root), before, strict=True))
    track = root.locator(".noUi-base").bounding_box()
    svg = root.locator(".ks-curves svg").bounding_box()
    for value, end in ((-4, track["x"]), (4, track["x"] + track["width"])):  # it lies under the axis of the charts
        assert svg["x"] + svg["width"] * (44 + 562 * (value + 4) / 8) / 620 == pytest.approx(end, abs=1.5)
    notebook.page.mouse.move(*middle(knob))
    notebook.page.mouse.down()
    notebook.page.mouse.move(track["x"] + track["width"] / 8, track["y"])
    notebook.page.mouse.up()
    expect(root.locator(".ks-formula").first).to_have_text("relu(−3) = max(−3, 0) = 0, slope 0")
    expect(root.locator(".ks-note").first).to_have_text("dead here: learns nothing")
    expect(root.locator(".ks-note").nth(1)).to_have_text("flat here: learns little")
    assert root.bounding_box()["height"] == height


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_choose_add_remove_and_a_bad_argument(notebook):
    root = open_panel(notebook, "choose.ipynb", ACTIVATION)
    root.get_by_role("button", name="Add").click()
    root.get_by_label("Activation 3").select_option("celu")
    more = root.get_by_role("button", name="More")
    expect(more).to_have_count(2)
    more.last.click()
    alpha = root.get_by_label("Alpha", exact=True)
    alpha.fill("2")
    alpha.press("Enter")
    expect(root.locator(".ks-card b").nth(2)).to_have_text("celu(alpha=2)")
    alpha.fill("0")
    alpha.press("Enter")
    expect(root.locator(".ks-message")).to_contain_text("Error celu gives no numbers with these arguments.")
    expect(alpha).to_have_value("2")
    root.get_by_role("button", name="Remove activation 1").dblclick()  # twice: the next one has moved up
    expect(root.locator(".ks-card b")).to_have_text(["celu(alpha=2)"])
    root.get_by_label("Activation 1").select_option("softmax")
    expect(root.locator(".ks-example tr")).to_have_count(4)
    expect(root.locator(".ks-curves svg")).to_be_hidden()
    expect(root.get_by_role("slider")).to_be_visible()
    assert notebook.execute("print(panel.names)") == "['softmax']"


def test_the_shown_code_runs_in_a_cell(notebook):
    root = open_panel(notebook, "code.ipynb", ACTIVATION)
    root.get_by_text("The code that computes these numbers").click()
    code = root.locator(".ks-code pre").text_content()
    assert notebook.execute(code) == "relu: 1.5, slope 1.000\nsigmoid: 0.8176, slope 0.149"
    root = open_panel(notebook, "stack.ipynb", INITIALIZER)
    root.get_by_text("The code that computes these numbers").click()
    printed = notebook.execute(root.locator(".ks-code pre").text_content())
    spreads = [float(found) for found in re.findall(r"outputs (\S+),", printed)]
    shown = [float(word) for word in notebook.execute("print(*panel.stack.activations)").split()]
    assert spreads == pytest.approx(shown, rel=0.01)


def test_initializer_with_the_keyboard_alone(notebook):
    root = open_panel(notebook, "initializer.ipynb", INITIALIZER)
    page, verdicts = notebook.page, root.locator(".ks-verdict")
    expect(verdicts).to_have_text(["vanishes", "vanishes"])
    root.get_by_label("Initializer").focus()
    page.keyboard.type("he_n")
    expect(verdicts).to_have_text(["keeps its size", "keeps its size"])
    page.keyboard.press("Tab")  # over "More"
    page.keyboard.press("Tab")
    expect(root.get_by_label("Activation", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")  # a list keeps its keys: neither does the next cell get them, nor does "b" add one
    expect(root.get_by_label("Activation", exact=True)).to_have_value("sigmoid")
    page.keyboard.type("b")
    assert page.locator(".jp-Cell").count() == 1
    expect(verdicts).to_have_text(["keeps its size", "vanishes"])
    for name in ("Depth", "Width", "Seed"):
        page.keyboard.press("Tab")
        expect(root.get_by_label(name, exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")  # Draw again
    expect(root.get_by_label("Seed")).to_have_value("8")
    depth = root.get_by_label("Depth")
    depth.fill("99")
    depth.press("Enter")
    expect(root.locator(".ks-message")).to_contain_text("Error `depth` must be from 1 to 30.")
    expect(depth).to_have_value("10")


def test_two_panels_and_the_model_of_another(notebook):
    cells = (
        "from kerasschool import panels\ntrain = panels.Train()\none = panels.Initializer(train)\none",
        "two = panels.Initializer(train, initializer='he_normal')\ntwo",
        "three = panels.Activation(train)\nthree",
    )
    open_panel(notebook, "two.ipynb", *cells)
    first, second, third = (notebook.page.locator(".kerasschool-panel").nth(place) for place in range(3))
    expect(third.locator(".ks-card b")).to_have_text(["relu", "sigmoid"])
    second.get_by_role("button", name="Use in all Dense layers").dblclick()
    expect(second.locator(".ks-message")).to_contain_text("Written into 3 Dense layers.")
    expect(first.locator(".ks-verdict").first).to_have_text("vanishes")
    first.get_by_label("Look at").select_option("dense: he_normal, relu")
    expect(first.locator(".ks-verdict").first).to_have_text("keeps its size")
    code = "print(train.recipe.layers[1]['arguments']['kernel_initializer'])"
    assert notebook.execute(code) == "he_normal"
    first.get_by_label("Initializer").select_option("zeros")
    expect(first.locator(".ks-findings")).to_contain_text("Symmetric: all 64 units of all 10 layers")
    expect(second.locator(".ks-verdict").first).to_have_text("keeps its size")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_readable_in_both_themes_and_narrow(notebook, pictures, theme):
    word = theme.split()[1].lower()
    cells = (ACTIVATION.replace("'sigmoid'", "'sigmoid', 'elu', 'softmax'"), INITIALIZER)
    open_panel(notebook, f"{word}-activation.ipynb", *cells)
    notebook.use_theme(theme)
    page = notebook.page
    first, second = (page.locator(".kerasschool-panel").nth(place) for place in range(2))
    for root, names in (
        (first, (".ks-formula", ".ks-about", ".ks-note", ".ks-graph text", ".ks-graph .strong")),
        (second, (".ks-verdict", ".ks-about", ".ks-findings div", ".ks-graph text")),
    ):
        for name in names:
            assert contrast(root.locator(name).first) >= 4.5, name
    for width in (1280, 700):
        page.set_viewport_size({"width": width, "height": 1000})
        if width == 700:
            notebook.command("application:toggle-left-area")
        page.wait_for_function("() => document.querySelector('.kerasschool-panel').clientWidth < innerWidth")
        for number, root in enumerate((first, second)):
            assert root.evaluate(STICKS_OUT) == []
            if pictures:
                root.screenshot(path=pictures / f"{('activation', 'initializer')[number]}-{word}-{width}.png")
    notebook.use_theme("JupyterLab Light")


def test_the_saved_notebook_shows_the_last_state(notebook):
    root = open_panel(notebook, "still.ipynb", INITIALIZER, "1 + 1")
    root.get_by_label("Initializer").select_option("zeros")
    expect(root.locator(".ks-findings")).to_contain_text("Symmetric")
    saved = "() => JSON.stringify(jupyterapp.shell.currentWidget.context.model.toJSON()).includes('started by zeros')"
    notebook.page.wait_for_function(saved)  # the picture is renewed a second after the last change
    still = notebook.read("still.ipynb").cells[0].outputs[1]
    assert "started by zeros" in still.metadata["image/png"]["alt"]
    expect(notebook.page.locator(".jp-RenderedImage")).to_be_hidden()
