"""The six steps in JupyterLab, with real clicks and keys: the whole path of a learner."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_train_panel import contrast

pytestmark = pytest.mark.browser

OPEN = """
from kerasschool import panels
from kerasschool.live import Recipe

panel = panels.SixSteps(Recipe(fit={{"epochs": {epochs}}}))
panel
"""
COMPARE = "compare = panels.Compare(panel)\ncompare"
TITLES = ["Data", "Layers", "Compile", "Train", "Evaluate", "Predict"]
# What reaches over the right edge of the panel, unless a box around it scrolls.
STICKS_OUT = """panel => {
    const edge = panel.getBoundingClientRect().right + 1;
    const clips = (node) => getComputedStyle(node).overflowX !== 'visible';
    const scrolls = (node) => node !== panel && (clips(node) || scrolls(node.parentElement));
    return [...panel.querySelectorAll('*')]
        .filter((node) => node.getClientRects().length && node.getBoundingClientRect().right > edge)
        .filter((node) => node.parentElement !== panel && !scrolls(node.parentElement))
        .map((node) => node.outerHTML.slice(0, 120));
}"""


class Steps:
    """A SixSteps panel on the page, found as a reader finds it: by its words."""

    def __init__(self, page, index=0):
        self.page, self.root = page, page.locator(".ks-six-steps").nth(index)
        self.message = self.root.locator("> .ks-message")
        self.seen = self.root.locator(".ks-step-body > .kerasschool-panel:not(.ks-hidden)")
        self.program = self.root.locator("> .ks-code pre")
        expect(self.tab("Data")).to_be_visible()

    def tab(self, title):
        return self.root.get_by_role("tab", name=re.compile(f": {title}"))

    def open(self, title):
        self.tab(title).click()
        self.expect_open(title)

    def expect_open(self, title):
        expect(self.tab(title)).to_have_attribute("aria-selected", "true")
        expect(self.root.locator(f".ks-of-{title.lower()}")).to_be_visible()
        expect(self.seen).to_have_count(1)

    def press(self, name):
        self.seen.get_by_role("button", name=name).click()

    def type(self, label, value):
        field = self.seen.get_by_label(label, exact=True)
        field.fill(str(value))
        field.press("Enter")

    def expect_state(self, word):
        expect(self.seen.locator(".ks-state")).to_have_text(word, timeout=30_000)

    def epoch(self):
        return float(self.seen.locator(".kerasschool-curves").get_attribute("data-epoch"))

    def wait_for_epoch(self, at_least):
        self.page.wait_for_function(
            "([element, least]) => Number(element.dataset.epoch) >= least",
            arg=[self.seen.locator(".kerasschool-curves").element_handle(), at_least],
        )


def open_steps(notebook, name, epochs=40, cells=()):
    notebook.open(name, [OPEN.format(epochs=epochs), *cells])
    assert notebook.run_all() == []
    return Steps(notebook.page)


def choose_layers(steps):
    """Other units, another activation and initializer for the first layer, by mouse and keys."""
    steps.open("Layers")
    steps.seen.get_by_label("Units").first.fill("16")
    steps.seen.get_by_label("Units").first.press("Enter")
    steps.seen.get_by_label("Activation").first.select_option("tanh")
    steps.seen.get_by_role("button", name=re.compile("More")).first.click()
    steps.seen.get_by_label("Kernel initializer").first.select_option("he_normal")
    expect(steps.program).to_contain_text('Dense(16, activation="tanh", kernel_initializer="he_normal")')
    expect(steps.tab("Layers")).to_contain_text("289 parameters")


def test_the_whole_path(notebook):
    steps = open_steps(notebook, "path.ipynb", epochs=3000, cells=[COMPARE])
    expect(steps.tab("Data")).to_contain_text("266 + 67 rows, scaled")
    choose_layers(steps)
    expect(steps.tab("Compile")).to_contain_text("layers edited after compile")
    steps.open("Compile")
    expect(steps.tab("Compile")).not_to_contain_text("layers edited")
    steps.seen.get_by_label("Optimizer").select_option("sgd")
    expect(steps.tab("Compile")).to_contain_text("sgd, binary_crossentropy")

    steps.open("Train")
    steps.press("Step batch")
    steps.expect_state("Paused")
    expect(steps.tab("Train")).to_contain_text("1 step")
    steps.press("Play")
    steps.wait_for_epoch(5)
    steps.press("Pause")
    expect(steps.seen.locator(".ks-state")).to_have_text("Paused", timeout=1000)
    steps.press("Play")
    steps.type("Learning rate", 0.05)
    expect(steps.tab("Train")).to_contain_text("learning rate changed while it trained")
    steps.open("Data")  # it trains on meanwhile
    expect(steps.tab("Train")).to_contain_text(re.compile(r"epoch \d\d+: val accuracy \.\d"))
    steps.open("Train")
    steps.press("Stop")
    steps.expect_state("Stopped")
    steps.press("Reset")
    steps.expect_state("Ready")
    steps.type("Learning rate", 0.01)
    steps.type("Epochs", 60)
    steps.press("Play")
    steps.expect_state("Done")
    expect(steps.tab("Train")).to_contain_text("epoch 60: val accuracy")
    expect(steps.tab("Train")).not_to_contain_text("while it trained")

    steps.open("Evaluate")
    loss = float(notebook.execute("print(panel.experiment.session.recorder.last('val_loss'))"))
    expect(steps.tab("Evaluate")).to_contain_text(f"validation loss {loss:.3f}".replace(" 0.", " ."))
    steps.open("Predict")
    expect(steps.tab("Predict")).to_contain_text(re.compile(r"(fe)?male (\.\d|1)"))
    before = steps.tab("Predict").inner_text()
    slider = (
        steps.seen.get_by_label("body_mass_g")
        .get_by_role("slider")
        .or_(steps.seen.locator(".widget-slider", has_text="body_mass_g").locator(".noUi-handle"))
    )
    slider.first.focus()
    for _ in range(6):
        notebook.page.keyboard.press("PageUp")
    expect(steps.tab("Predict")).not_to_have_text(before)
    assert notebook.execute("print(panel['predict'].values['body_mass_g'] > 5000)") == "True"

    # Another run beside it
    steps.open("Compile")
    steps.seen.get_by_label("Optimizer").select_option("adam")
    expect(steps.tab("Evaluate")).to_contain_text("compile edited after evaluating")
    steps.open("Train")
    steps.press("Play")
    steps.expect_state("Done")
    compare = notebook.page.locator(".ks-compare")
    expect(compare.locator(".ks-run")).to_have_count(3)
    expect(compare.locator(".ks-run").last).to_contain_text(re.compile("optimizer adam instead of sgd"))


def test_the_shown_program_is_the_run(notebook):
    steps = open_steps(notebook, "program.ipynb")
    choose_layers(steps)
    notebook.execute(steps.program.inner_text())
    steps.open("Train")
    steps.press("Play")
    steps.expect_state("Done")
    assert notebook.execute("print(history.history == panel.experiment.session.history.history)").endswith("True")
    line = steps.root.locator(".ks-share code").inner_text()
    assert notebook.execute(f"print(panels.{line}.recipe == panel.recipe)") == "True"


@pytest.mark.keras
def test_the_shown_program_runs_on_keras(notebook):
    steps = open_steps(notebook, "keras.ipynb", epochs=2)
    choose_layers(steps)
    steps.root.get_by_role("radio", name="Keras 3").or_(steps.root.get_by_role("button", name="Keras 3")).first.click()
    expect(steps.program).to_contain_text("import keras\n")
    notebook.execute("import os\nos.environ['KERAS_BACKEND'] = 'jax'")
    notebook.execute(steps.program.inner_text())
    assert notebook.execute("print(type(model).__module__, model.count_params())").startswith("keras.src")
    assert notebook.execute("print(len(history.history['val_loss']), model.count_params())") == "2 289"


def test_compare_by_hand(notebook):
    steps = open_steps(notebook, "compare.ipynb", epochs=20, cells=[COMPARE])
    page = notebook.page
    compare = page.locator(".ks-compare")
    compare.get_by_role("button", name="Keep this run").click()
    expect(compare.locator(".ks-message")).to_contain_text("There is nothing to keep yet")
    steps.open("Train")
    for seed in (7, 8):
        notebook.execute(f"panel.set(seed={seed})")
        steps.press("Play")
        steps.expect_state("Done")
    rows = compare.locator(".ks-run")
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("seed 8 instead of 7")
    expect(compare.locator("svg").first.locator("path.line")).to_have_count(2)
    rows.first.get_by_role("checkbox").uncheck()
    expect(compare.locator("svg").first.locator("path.line")).to_have_count(1)
    name = rows.last.get_by_role("textbox")
    name.fill("other seed")
    name.press("Enter")
    expect(compare.locator(".ks-message")).to_contain_text("This run is now called other seed.")
    strip = compare.locator("svg").first.locator(".strip").nth(9)
    strip.locator("> rect").hover()
    tip = strip.locator(".tip")
    expect(tip).to_be_visible()
    loss = notebook.execute("print(compare.ledger['other seed'].history['val_loss'])")
    epoch = int(tip.locator("tspan").first.text_content().removeprefix("epoch "))
    assert f"{eval(loss)[epoch - 1]:.4f}" in tip.text_content()
    rows.first.get_by_role("button", name="Load").click()
    expect(compare.locator(".ks-message")).to_contain_text("Run 1 is in the panels now")
    expect(steps.program).to_contain_text("set_random_seed(7)")
    steps.press("Play")
    steps.expect_state("Done")
    expect(compare.locator(".ks-message")).to_contain_text("Run 1 is kept: the same recipe gave the same curves.")
    line = rows.last.locator("code").inner_text()
    assert notebook.execute(f"print({line}.seed)") == "8"
    rows.first.get_by_role("button", name="Delete").click()
    expect(rows).to_have_count(1)


def test_keyboard_alone(notebook):
    steps = open_steps(notebook, "keys.ipynb")
    page, keys = notebook.page, notebook.page.keyboard
    cells = page.locator(".jp-Cell").count()
    steps.tab("Data").focus()
    for title in TITLES[1:]:
        keys.press("ArrowRight")
        expect(steps.tab(title)).to_be_focused()
        steps.expect_open(title)
    keys.press("ArrowRight")
    expect(steps.tab("Data")).to_be_focused()
    keys.press("End")
    expect(steps.tab("Predict")).to_be_focused()
    steps.expect_open("Predict")
    keys.press("Home")
    steps.expect_open("Data")
    keys.press("ArrowRight")
    expect(steps.tab("Layers")).to_be_focused()
    steps.expect_open("Layers")

    units = steps.seen.get_by_label("Units").first
    for _ in range(20):
        keys.press("Tab")
        if units.evaluate("element => element === document.activeElement"):
            break
    expect(units).to_be_focused()
    keys.press("ControlOrMeta+a")
    keys.type("4")
    keys.press("Enter")
    expect(steps.program).to_contain_text('Dense(4, activation="relu")')
    steps.tab("Layers").focus()
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect(steps.tab("Train")).to_be_focused()
    play = steps.seen.get_by_role("button", name="Play")
    steps.expect_open("Train")
    keys.press("Tab")
    expect(play).to_be_focused()
    keys.press("Space")
    steps.expect_state("Done")
    expect(steps.tab("Train")).to_contain_text("epoch 40: val accuracy")
    assert page.locator(".jp-Cell").count() == cells


def test_the_open_step_is_the_panel_of_its_tab(notebook):
    steps = open_steps(notebook, "tabs.ipynb")
    body = steps.root.locator(".ks-step-body")
    for title in (*TITLES, "Data"):
        steps.open(title)
        expect(body).to_have_attribute("role", "tabpanel")
        expect(body).to_have_attribute("aria-label", title)
    expect(steps.root.get_by_role("tablist")).to_have_attribute("aria-label", "The six steps")
    notebook.execute("panel.lock('tab_layers').lock('tab_predict', state='hidden')")
    expect(steps.tab("Predict")).to_be_hidden()
    expect(steps.tab("Layers")).to_have_attribute("aria-disabled", "true")
    steps.tab("Layers").click(force=True)  # it is locked
    expect(steps.tab("Data")).to_have_attribute("aria-selected", "true")
    steps.tab("Data").press("ArrowRight")
    expect(steps.tab("Compile")).to_be_focused()


def test_two_at_once_share_the_loop(notebook):
    second_cell = OPEN.format(epochs=100_000).replace("panel", "other").replace("others", "panels")
    first = open_steps(notebook, "two.ipynb", epochs=100_000, cells=[second_cell])
    second = Steps(notebook.page, 1)
    for steps in (first, second):
        steps.open("Train")
        steps.seen.get_by_role("button", name="Play").dblclick()
    for steps in (first, second):
        steps.wait_for_epoch(30)
    moment = "print(panel.experiment.session.progress().step, other.experiment.session.progress().step)"
    before = [int(word) for word in notebook.execute(moment).split()]
    first.wait_for_epoch(first.epoch() + 60)
    after = [int(word) for word in notebook.execute(moment).split()]
    done = [b - a for a, b in zip(before, after, strict=True)]
    assert 0.5 < done[0] / done[1] < 2, done
    notebook.execute("panel.close()")
    expect(notebook.page.locator(".ks-six-steps")).to_have_count(1)
    assert (
        notebook.execute("print(panel.experiment.session.state, other.experiment.session.state)") == "stopped running"
    )
    notebook.execute("other.close()")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_readable_in_both_themes_narrow_and_at_200_percent(notebook, pictures, theme):
    steps = open_steps(notebook, f"six-{theme.split()[1].lower()}.ipynb")
    page = notebook.page
    notebook.use_theme(theme)
    notebook.execute("panel.experiment.session.run(); panel.set(step='evaluate'); panel.set(step='layers')")
    notebook.execute("panel.set(layers=panel.recipe.with_arguments(1, units=5).layers)")
    expect(steps.tab("Evaluate")).to_contain_text("layers edited after evaluating")
    for name in (".title", ".word", ".what", ".number", ".sign"):
        assert contrast(steps.tab("Evaluate").locator(name)) >= 4.5, name
    assert contrast(steps.tab("Data").locator(".sign")) >= 3
    assert contrast(steps.root.locator(".ks-share code")) >= 4.5
    notebook.command("application:toggle-left-area")
    for width, height in ((1280, 900), (700, 900), (640, 450)):  # the last is a page of 1280 at a zoom of 200 %
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function("width => document.querySelector('.ks-six-steps').clientWidth < width", arg=width)
        for title in TITLES:
            steps.open(title)
            assert steps.root.evaluate(STICKS_OUT) == [], (width, title)
        if pictures:
            steps.root.screenshot(path=pictures / f"six-{theme.split()[1].lower()}-{width}.png")
    steps.open("Train")
    steps.press("Play")
    steps.expect_state("Done")
    notebook.use_theme("JupyterLab Light")


def test_the_saved_notebook_shows_the_whole(notebook):
    steps = open_steps(notebook, "still.ipynb", epochs=5)
    steps.open("Train")
    steps.press("Play")
    steps.expect_state("Done")
    notebook.execute("panel.refresh_picture()")
    live, still = notebook.read("still.ipynb").cells[0].outputs
    assert live.data["text/plain"] == "<SixSteps panel>"
    words = still.metadata["image/png"]["alt"]
    assert (
        words.startswith("The six steps. 1 Data, 266 + 67 rows, scaled.") and "4 Train, epoch 5: val accuracy" in words
    )
