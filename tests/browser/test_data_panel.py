"""The Data panel in JupyterLab, with real clicks and keys."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_train_panel import STICKS_OUT, contrast

pytestmark = pytest.mark.browser

PENGUINS = "from kerasschool import panels\npanel = panels.Data()\npanel"
SPIRAL = "panel = panels.Data().set(data={'class': 'planar', 'arguments': {'kind': 'spiral'}}, view='points')"
SHEET = f"from kerasschool import panels\n{SPIRAL}\npanel"


def open_panel(notebook, name, *cells):
    notebook.open(name, list(cells))
    assert notebook.run_all() == []
    return notebook.page.locator(".kerasschool-panel").first


def test_choose_fit_and_run_the_code(notebook):
    root = open_panel(notebook, "data.ipynb", PENGUINS)
    summary, layers = root.locator(".ks-summary"), root.locator(".ks-about-layers")
    expect(summary).to_have_text("266 rows to train on, 67 held back (20%). 8 inputs → sex: female or male.")
    expect(root.locator(".ks-histograms svg")).to_have_count(8)
    height = root.bounding_box()["height"]
    root.get_by_label("Data set").select_option("wine")
    expect(summary).to_contain_text("142 rows to train on")
    expect(layers).to_contain_text("The data have 13 inputs, the first layer expects 8.")
    root.get_by_role("button", name="Fit the layers to the data").click()
    expect(layers).to_contain_text("fit these data")
    assert notebook.execute("print(panel.model.count_params())") == "299"
    assert root.bounding_box()["height"] == height
    for page, words in (
        ("Table", "Barbera"),
        ("Data card", "Forina"),
        ("Points", "13 inputs"),
        ("Rows and inputs", "ash"),
    ):
        root.get_by_role("button", name=page).click()
        expect(root.locator(".ks-viewport")).to_contain_text(words)
        assert root.bounding_box()["height"] == height
    root.get_by_label("Held back", exact=True).select_option("a share")
    expect(summary).to_contain_text("held back (20%)")
    share = root.get_by_label("Share")
    share.fill("0.5")
    share.press("Enter")
    expect(root.locator(".ks-code")).to_contain_text("int(0.5 * len(x))")
    share.fill("7")
    share.press("Enter")
    expect(root.locator(".ks-message")).to_contain_text("Error `split` must be")
    expect(share).to_have_value("0.5")
    code = root.locator(".ks-code pre").inner_text()
    notebook.execute(code)
    same = "import numpy as np; print(np.array_equal(x_val, panel.experiment.rows.validation_data[0]))"
    assert notebook.execute(same) == "True"


def test_draw_with_the_mouse(notebook):
    root = open_panel(notebook, "mouse.ipynb", SHEET)
    summary, marks = root.locator(".ks-summary"), root.locator(".plot .mark")
    expect(marks).to_have_count(400)
    root.get_by_role("button", name="Draw from nothing").click()
    expect(marks).to_have_count(0)
    plot = root.locator(".plot")
    plot.click(position={"x": 100, "y": 100})
    expect(summary).to_contain_text("1 row to train on")
    root.get_by_role("radio", name="blue").click()
    expect(root.get_by_role("radio", name="blue")).to_have_attribute("aria-checked", "true")
    plot.click(position={"x": 250, "y": 200})
    plot.click(position={"x": 300, "y": 300})
    expect(marks).to_have_count(3)
    assert notebook.execute("print(panel.experiment.rows.y.tolist())") == "[0, 1, 1]"
    plot.click(position={"x": 303, "y": 298}, modifiers=["Shift"])
    expect(marks).to_have_count(2)
    plot.click(position={"x": 200, "y": 40}, modifiers=["Shift"])
    expect(root.locator(".status")).to_have_text("No point is near.")
    expect(marks).to_have_count(2)
    box = root.locator(".plot > svg").bounding_box()  # the first point stands where the click was
    mark = marks.first.bounding_box()
    assert mark["x"] + mark["width"] / 2 == pytest.approx(box["x"] + 100, abs=1.5)
    assert mark["y"] + mark["height"] / 2 == pytest.approx(box["y"] + 100, abs=1.5)


def test_draw_with_the_keyboard_alone(notebook):
    root = open_panel(notebook, "keys.ipynb", SHEET)
    keyboard, marks = notebook.page.keyboard, root.locator(".plot .mark")
    root.get_by_role("button", name="Draw from nothing").focus()
    keyboard.press("Enter")
    expect(marks).to_have_count(0)
    keyboard.press("Tab")
    cells = notebook.page.locator(".jp-Cell").count()
    keyboard.press("2")
    expect(root.get_by_role("radio", name="blue")).to_have_attribute("aria-checked", "true")
    keyboard.press("Enter")
    expect(marks).to_have_count(1)
    for key in ("ArrowRight", "Shift+ArrowUp", "1", "Enter"):
        keyboard.press(key)
    expect(marks).to_have_count(2)
    assert notebook.execute("print(panel.experiment.rows.y.tolist())") == "[1, 0]"
    expect(root.get_by_role("status")).to_contain_text("Added a point at")
    keyboard.press("Delete")
    expect(marks).to_have_count(1)
    keyboard.press("b")  # JupyterLab's key for a new cell
    assert notebook.page.locator(".jp-Cell").count() == cells


def test_two_panels_of_one_experiment(notebook):
    root = open_panel(notebook, "two.ipynb", PENGUINS, "other = panels.Data(panel)\nother")
    second = notebook.page.locator(".kerasschool-panel").nth(1)
    second.get_by_label("Data set").select_option("planar")
    for panel in (root, second):
        expect(panel.locator(".ks-summary")).to_contain_text("2 inputs")
    kind = root.get_by_label("Kind")
    kind.select_option("moons")
    expect(second.get_by_label("Kind")).to_have_value("moons")
    second.get_by_role("button", name="Points").dblclick()
    expect(second.locator(".plot .mark")).to_have_count(400)
    expect(root.locator(".ks-histograms svg")).to_have_count(2)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_readable_in_both_themes_and_narrow(notebook, pictures, theme):
    root = open_panel(notebook, f"data-{theme.split()[1].lower()}.ipynb", PENGUINS, SHEET)
    page = notebook.page
    notebook.use_theme(theme)
    for name in (".ks-summary .widget-html-content", ".ks-page h5", ".ks-histograms text", "figcaption", ".ks-legend"):
        assert contrast(root.locator(name).first) >= 4.5, name
    sheet = page.locator(".kerasschool-panel").nth(1)
    for name in (".entry", ".help", ".axes text"):
        assert contrast(sheet.locator(name).first) >= 4.5, name
    notebook.command("application:toggle-left-area")
    page.set_viewport_size({"width": 680, "height": 900})  # 600 for the panel
    for panel in (root, sheet):
        page.wait_for_function("panel => panel.clientWidth < 620", arg=panel.element_handle())
        assert panel.evaluate(STICKS_OUT) == []
    if pictures:
        root.screenshot(path=pictures / f"data-{theme.split()[1].lower()}.png")
        sheet.screenshot(path=pictures / f"points-{theme.split()[1].lower()}.png")
    notebook.use_theme("JupyterLab Light")


def test_the_saved_notebook_shows_the_data(notebook):
    root = open_panel(notebook, "still.ipynb", PENGUINS)
    root.get_by_label("Data set").select_option("wine")
    expect(root.locator(".ks-summary")).to_contain_text("142 rows")
    for _ in range(30):  # the picture follows a second after the last change
        live, still = notebook.read("still.ipynb").cells[0].outputs
        if "142 rows" in still.metadata["image/png"]["alt"]:
            break
        notebook.page.wait_for_timeout(300)
    assert live.data["text/plain"] == "<Data panel>"
    assert re.match(r"142 rows to train on, 36 held back", still.metadata["image/png"]["alt"])
