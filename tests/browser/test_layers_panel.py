"""The Layers panel in JupyterLab, with real clicks and keys."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_train_panel import STICKS_OUT, contrast

pytestmark = pytest.mark.browser

OPEN = "from kerasschool.panels import Layers\n{0} = Layers()\n{0}"
FOCUSED = "() => document.activeElement.title || document.activeElement.textContent.trim()"


class Panel:
    """The panel on the page, found as a reader finds it: by its words."""

    def __init__(self, page, index=0):
        self.page, self.root = page, page.locator(".kerasschool-panel").nth(index)
        self.message, self.code = self.root.locator(".ks-message"), self.root.locator(".ks-code pre")
        self.layers = self.root.locator(".ks-layer")
        expect(self.root.locator(".ks-network svg")).to_be_visible()

    def press(self, name):
        self.root.get_by_role("button", name=name).click()

    def kinds(self):
        return self.layers.locator("select[title^='Kind of layer']").evaluate_all("all => all.map((e) => e.value)")

    def fill(self, index, label, value):
        field = self.layers.nth(index).get_by_label(label)
        field.fill(value)
        field.press("Enter")


def open_panel(notebook, name, *cells):
    notebook.open(name, list(cells) or [OPEN.format("panel")])
    assert notebook.run_all() == []
    return Panel(notebook.page)


def test_a_network_of_clicks_and_its_code_in_a_cell(notebook):
    panel = open_panel(notebook, "layers.ipynb", OPEN.format("panel"), "1 + 1")
    expect(panel.layers).to_have_count(3)
    expect(panel.root.locator(".ks-total")).to_contain_text("221")
    add, size = panel.root.get_by_role("button", name="Add layer"), panel.root.locator(".ks-network")

    def place():  # on the panel: the page may scroll under the mouse
        top = panel.root.bounding_box()["y"]
        return round(add.bounding_box()["y"] - top), round(size.bounding_box()["height"])

    before = place()

    panel.root.get_by_label("New layer").select_option("Dropout")
    add.click()
    expect(panel.layers).to_have_count(4)
    expect(panel.code).to_contain_text("keras.layers.Dropout(0.2)")
    panel.fill(0, "Units", "5")
    expect(panel.layers.nth(0)).to_contain_text("8·5 + 5 = 45")
    panel.layers.nth(1).get_by_label("Activation").select_option("tanh")
    expect(panel.code).to_contain_text('Dense(8, activation="tanh")')
    panel.press("Move layer 3 up")
    expect(panel.code).to_contain_text('Dense(5, activation="relu"),\n    keras.layers.Dropout(0.2)')
    panel.layers.nth(0).get_by_role("button", name="More").click()
    panel.layers.nth(0).get_by_label("Kernel initializer").select_option("he_normal")
    expect(panel.code).to_contain_text('kernel_initializer="he_normal"')
    assert place() == before  # nothing jumps

    code = panel.code.inner_text()
    run = f"import kerasschool as keras\n{code}\nprint(model.count_params(), panel.model.count_params())"
    assert notebook.execute(run) == "102 102"

    panel.fill(0, "Units", "-3")
    expect(panel.message).to_contain_text("Error `layers[1].units` must be from 1 to 4096")
    expect(panel.layers.nth(0).get_by_label("Units")).to_have_value("5")
    shape = panel.root.get_by_label("Shape")
    shape.fill("5")
    shape.press("Enter")
    expect(panel.message).to_contain_text("Careful The data have 8 inputs, this network takes 5.")
    panel.press("Undo")
    expect(panel.message).to_contain_text("as many as the data have")
    expect(shape).to_have_value("8")


def test_the_keyboard_keeps_its_place(notebook):
    panel = open_panel(notebook, "keys.ipynb")
    page = notebook.page
    panel.root.get_by_label("New layer").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel.layers).to_have_count(4)
    assert page.evaluate(FOCUSED) == "Add layer" or "kind" in page.evaluate(FOCUSED)
    assert panel.kinds() == ["Dense", "Dense", "Dropout", "Dense"]

    panel.root.get_by_role("button", name="Move layer 3 up").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.title === 'Move layer 2 up'")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.title === 'Move layer 1 up'")
    assert panel.kinds() == ["Dropout", "Dense", "Dense", "Dense"]
    page.keyboard.press("Enter")
    expect(panel.message).to_contain_text("Layer 1 is the first one already.")
    assert page.evaluate(FOCUSED) == "Move layer 1 up"

    panel.root.get_by_role("button", name="Remove layer 4").focus()
    page.keyboard.press("Space")
    expect(panel.layers).to_have_count(3)
    page.wait_for_function("() => document.activeElement.title === 'Remove layer 3'")
    reached = []
    for _ in range(2):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
    assert reached[0].startswith("Show the further arguments of layer 3") and "keras.Sequential" in reached[1]
    cells = page.locator(".jp-Cell").count()
    page.keyboard.press("b")  # JupyterLab's key for a new cell
    assert page.locator(".jp-Cell").count() == cells


def test_double_clicks_and_two_panels_at_once(notebook):
    panel = open_panel(notebook, "two.ipynb", OPEN.format("first"), OPEN.format("second"))
    other = Panel(notebook.page, 1)
    panel.root.get_by_role("button", name="Remove layer 1").dblclick()
    expect(panel.layers).to_have_count(2)
    expect(panel.root.locator(".ks-total")).to_contain_text("81")
    expect(other.layers).to_have_count(3)
    other.fill(2, "Units", "2")
    expect(other.code).to_contain_text("Dense(2,")
    expect(panel.code).not_to_contain_text("Dense(2,")
    assert notebook.execute("print(len(first.recipe.layers), len(second.recipe.layers))") == "3 4"
    notebook.execute("second.close()")
    expect(other.root).to_have_count(0)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_readable_in_both_themes_and_narrow(notebook, theme):
    panel = open_panel(notebook, f"layers-{theme.split()[1].lower()}.ipynb")
    notebook.use_theme(theme)
    panel.layers.nth(0).get_by_role("button", name="More").click()
    expect(panel.layers.nth(0).get_by_label("Bias constraint")).to_be_visible()
    for name in (".ks-out b", ".ks-out i", ".ks-number .widget-html-content", ".ks-head .ks-kind", ".ks-code pre"):
        assert contrast(panel.root.locator(name).first) >= 4.5, name
    for width in (1280, 600):
        notebook.page.set_viewport_size({"width": width, "height": 900})
        if width == 600:
            notebook.command("application:toggle-left-area")
        notebook.page.wait_for_function(
            "() => document.querySelector('.kerasschool-panel').clientWidth < innerWidth - 100"
        )
        assert panel.root.evaluate(STICKS_OUT) == []
    notebook.use_theme("JupyterLab Light")
