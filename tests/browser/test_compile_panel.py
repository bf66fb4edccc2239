"""The Compile panel in JupyterLab, with real clicks and keys."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_train_panel import STICKS_OUT, contrast

pytestmark = pytest.mark.browser

OPEN = "from kerasschool.panels import Compile, Layers\npanel = Compile()\npanel"
BUILD = 'import kerasschool as keras\nexec(panel.recipe.step_code("define"))\n'


class Panel:
    """The panel on the page, found as a reader finds it: by its words."""

    def __init__(self, page, index=0):
        self.page, self.root = page, page.locator(".kerasschool-panel").nth(index)
        self.message, self.code = self.root.locator(".ks-message"), self.root.locator(".ks-code pre")
        self.fits, self.loss = self.root.locator(".ks-view").nth(0), self.root.locator(".ks-view").nth(1)
        expect(self.loss).to_contain_text("measured")


def open_panel(notebook, name, *cells):
    notebook.open(name, [OPEN, *cells])
    assert notebook.run_all() == []
    return Panel(notebook.page)


def test_choices_of_clicks_and_their_code_in_a_cell(notebook):
    panel = open_panel(notebook, "compile.ipynb")
    root = panel.root
    expect(panel.fits).to_contain_text("✓ They fit.")
    expect(panel.loss).to_contain_text("answer 0.5 for every row: −ln 0.5")
    height = panel.fits.bounding_box()["height"]

    root.get_by_label("Loss", exact=True).select_option("hinge")
    expect(panel.fits).to_contain_text("! Warning. The last activation is sigmoid, and the loss is hinge.")
    assert panel.fits.bounding_box()["height"] == height
    root.get_by_label("Loss", exact=True).select_option("binary_crossentropy")
    expect(panel.fits).to_contain_text("✓ They fit.")
    root.get_by_label("Optimizer").select_option("sgd")
    root.get_by_label("Momentum").fill("0.9")
    root.get_by_label("Momentum").press("Enter")
    rate = root.get_by_role("spinbutton", name="Learning rate")
    rate.fill("0.05")
    rate.press("Enter")
    expect(panel.code).to_contain_text("keras.optimizers.SGD(learning_rate=0.05, momentum=0.9)")
    root.get_by_role("button", name="Add metric").click()
    expect(panel.message).to_contain_text("Every epoch will report accuracy, auc, loss.")
    shown = "print(model.optimizer.momentum, round(float(model.optimizer.learning_rate), 4))"
    assert notebook.execute(f"{BUILD}{panel.code.inner_text()}\n{shown}") == "0.9 0.05"

    rate.fill("-1")
    rate.press("Enter")
    expect(panel.message).to_contain_text("Error `optimizer.learning_rate` must be from 0 to 1000")
    expect(rate).to_have_value("0.05")
    root.get_by_role("combobox", name="Learning rate").select_option("ExponentialDecay")
    expect(panel.code).to_contain_text("schedules.ExponentialDecay(0.01, decay_steps=100, decay_rate=0.9)")


def test_keyboard_alone_and_a_double_click(notebook):
    panel = open_panel(notebook, "keys.ipynb")
    page = notebook.page
    panel.root.get_by_label("New metric").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel.code).to_contain_text('metrics=["accuracy", "precision"]')
    page.keyboard.press("Enter")
    expect(panel.message).to_contain_text("precision is reported already.")
    remove = panel.root.get_by_role("button", name="Remove metric 2")
    remove.focus()
    page.keyboard.press("Space")
    expect(panel.code).to_contain_text('metrics=["accuracy"]')
    page.wait_for_function("() => document.activeElement.title === 'Remove metric 1'")
    page.keyboard.press("Space")
    expect(panel.code).to_contain_text("metrics=[]")
    page.wait_for_function("() => document.activeElement.textContent.includes('Add metric')")


def test_it_follows_a_layers_panel(notebook):
    panel = open_panel(notebook, "both.ipynb", "layers = Layers(panel)\nlayers")
    layers = notebook.page.locator(".kerasschool-panel").nth(1)
    layers.locator(".ks-layer").nth(2).get_by_label("Activation").select_option("softmax")
    expect(panel.fits).to_contain_text("✗ Error. The last layer has 1 unit with softmax.")
    expect(panel.loss).to_contain_text("What does not fit comes first.")
    layers.get_by_role("button", name="Undo").click()
    expect(panel.fits).to_contain_text("✓ They fit.")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_readable_in_both_themes_and_narrow(notebook, theme):
    panel = open_panel(notebook, f"compile-{theme.split()[1].lower()}.ipynb")
    notebook.use_theme(theme)
    panel.root.get_by_label("Loss", exact=True).select_option("hinge")
    expect(panel.fits).to_contain_text("Warning")
    for name in (".ks-view b", ".ks-view td", ".ks-view code", ".ks-message .widget-html-content"):
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
