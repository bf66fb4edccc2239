"""The Train panel and `LivePlot` in JupyterLab, with real clicks and keys."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.panel import DRAWN, Panel, finish

pytestmark = pytest.mark.browser

SETUP = """
import numpy as np
import kerasschool as keras
from kerasschool import layers, panels
from kerasschool.datasets import penguins

(x, y), (x_val, y_val) = penguins.load_data()
mean, spread = x.mean(axis=0), x.std(axis=0)
x, x_val = (x - mean) / spread, (x_val - mean) / spread

def make_model(metrics=("accuracy",)):
    keras.utils.set_random_seed(7)
    model = keras.Sequential([layers.Input((8,)), layers.Dense(12, activation="relu"),
                              layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=list(metrics))
    return model
"""
PANEL = """
panel = panels.Train(make_model(), x, y, validation_data=(x_val, y_val), epochs={epochs}, batch_size=10, seed=7)
panel
"""
ENDLESS = PANEL.format(epochs=3000)
SHORT = PANEL.format(epochs=40)
STICKS_OUT = """panel => [...panel.querySelectorAll(':not(.for-screen-readers)')]
    .filter((element) => element.getBoundingClientRect().right > panel.getBoundingClientRect().right)
    .map((element) => element.outerHTML.slice(0, 80))"""


def open_panel(notebook, name, *cells):
    notebook.open(name, [SETUP, *cells])
    assert notebook.run_all() == []
    return Panel(notebook.page)


def test_play_pause_stop_reset_and_the_same_curve_again(notebook):
    panel = open_panel(notebook, "play.ipynb", ENDLESS)
    panel.expect_state("Ready")
    panel.press("Play")
    panel.expect_state("Running")
    panel.wait_for_epoch(20)

    panel.press("Pause")
    expect(panel.state).to_have_text("Paused", timeout=1000)
    held = panel.epoch(), panel.drawn()
    notebook.page.wait_for_timeout(500)  # to prove that nothing changes
    assert (panel.epoch(), panel.drawn()) == held

    panel.press("Play")
    panel.wait_for_epoch(held[0] + 20)
    notebook.interrupt()
    expect(panel.state).to_have_text("Paused", timeout=1000)
    panel.press("Play")
    panel.expect_state("Running")
    panel.press("Stop")
    expect(panel.state).to_have_text("Stopped", timeout=1000)
    panel.press("Reset")
    panel.expect_state("Ready")
    assert panel.epoch() == 0
    first = finish(panel, epochs=60)
    panel.press("Reset")
    panel.expect_state("Ready")
    assert finish(panel, epochs=60) == first
    assert first.count("L") > 200  # four curves of sixty epochs each


def test_steps_fields_and_errors(notebook):
    panel = open_panel(notebook, "steps.ipynb", ENDLESS)
    panel.press("Step batch")
    panel.press("Step batch")
    expect(panel.root.locator(".ks-status")).to_contain_text("Step 2 / 27")
    assert panel.epoch() == pytest.approx(2 / 27, abs=0.01)
    panel.press("Step epoch")
    panel.wait_for_epoch(1)
    expect(panel.root.locator(".ks-status")).to_contain_text("Epoch 1 / 3000")

    message = panel.root.locator(".ks-message")
    field = panel.root.get_by_label("Batch size")
    field.fill("-3")
    field.press("Enter")
    expect(message).to_contain_text("Error `batch_size` must be a positive whole number. Received: batch_size=-3")
    expect(field).to_have_value("10")

    panel.press("Play")
    panel.wait_for_epoch(5)
    rate = panel.root.get_by_label("Learning rate")
    rate.fill("1e30")
    rate.press("Enter")
    panel.expect_state("Failed")
    expect(message).to_contain_text("Lower the learning rate")
    panel.press("Reset")
    rate.fill("0.001")
    rate.press("Enter")
    field.fill("266")
    field.press("Enter")
    panel.press("Play")
    expect(panel.root.locator(".ks-status")).to_contain_text("/ 1 ")
    panel.press("Stop")
    panel.expect_state("Stopped")


def test_double_clicks_and_two_panels_at_once(notebook):
    first = open_panel(notebook, "two.ipynb", ENDLESS, ENDLESS.replace("panel", "other").replace("others", "panels"))
    second = Panel(notebook.page, 1)
    for panel in (first, second):
        panel.root.get_by_role("button", name="Play").dblclick()
    for panel in (first, second):
        panel.wait_for_epoch(10)
        panel.expect_state("Running")
    first.root.get_by_role("button", name="Pause").dblclick()
    expect(first.state).to_have_text("Paused", timeout=1000)
    held = first.epoch()
    second.wait_for_epoch(second.epoch() + 20)
    assert first.epoch() == held
    notebook.execute("other.close()")
    expect(second.root).to_have_count(0)
    assert notebook.execute("print(other.session.state)") == "stopped"


def test_a_second_run_of_the_cell(notebook):
    panel = open_panel(notebook, "again.ipynb", ENDLESS)
    panel.press("Play")
    panel.wait_for_epoch(5)
    notebook.execute("old = panel.session")
    assert notebook.run_all() == []
    again = Panel(notebook.page)
    again.expect_state("Ready")
    again.press("Play")
    again.wait_for_epoch(5)
    again.press("Pause")
    again.expect_state("Paused")
    expect(notebook.page.locator(".kerasschool-panel")).to_have_count(1)


def test_keyboard_alone(notebook):
    panel = open_panel(notebook, "keys.ipynb", SHORT)
    page = notebook.page
    panel.root.get_by_role("button", name="Play").focus()
    page.keyboard.press("Space")
    panel.expect_state("Done")
    focused = "() => document.activeElement.textContent.trim() || document.activeElement.className"
    assert page.evaluate(focused) == "Play"  # neither the press nor the end of the training moves the focus
    reached = []
    for _ in range(11):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("() => (({role, tagName}) => role ?? tagName)(document.activeElement)"))
    assert reached == ["BUTTON"] * 5 + ["INPUT"] * 3 + ["BUTTON", "slider", "slider"]
    accuracy = page.get_by_role("slider", name="Accuracy by epoch")
    page.keyboard.press("Home")
    assert re.fullmatch(r"epoch 1, train 0\.\d{4}, validation 0\.\d{4}", accuracy.get_attribute("aria-valuetext"))
    page.keyboard.press("ArrowRight")
    assert accuracy.get_attribute("aria-valuenow") == "2"
    expect(panel.curves.locator(".tip").first).to_contain_text("epoch 2")
    cells = page.locator(".jp-Cell").count()
    page.keyboard.press("b")  # JupyterLab's key for a new cell
    page.keyboard.press("Escape")
    expect(panel.curves.locator(".tip").first).to_be_hidden()
    assert page.locator(".jp-Cell").count() == cells


def test_hover_log_scale_and_text_alternative(notebook):
    panel = open_panel(notebook, "hover.ipynb", SHORT)
    panel.press("Play")
    panel.expect_state("Done")
    loss = float(notebook.execute("print(panel.history.history['loss'][19])"))
    box = panel.curves.locator(".plot").first.bounding_box()
    left, right = 52, box["width"] - 58  # the plot's margins
    notebook.page.mouse.move(box["x"] + left + (right - left) / 2, box["y"] + 100)
    tip = panel.curves.locator(".tip").first
    expect(tip).to_contain_text("epoch 20")
    expect(tip).to_contain_text(f"{loss:.4f}")
    before = panel.drawn()
    log = panel.curves.get_by_role("button", name="log")
    log.click()
    expect(log).to_have_attribute("aria-pressed", "true")
    assert notebook.execute("print(panel.curves.log_scale)") == "True"
    assert panel.drawn() != before
    log.click()
    expect(log).to_have_attribute("aria-pressed", "false")
    assert panel.drawn() == before
    words = re.compile(r"Loss at epoch 40, train [\d.]+, validation [\d.]+\. Accuracy at epoch 40")
    expect(panel.curves).to_contain_text(words)
    expect(panel.curves.get_by_role("status")).to_contain_text("Done. Curves of a training. After epoch 40 of 40")


def test_nothing_jumps_and_the_saved_notebook_shows_the_end(notebook):
    panel = open_panel(notebook, "still.ipynb", SHORT, "1 + 1")
    below = notebook.page.locator(".jp-Cell").nth(2)
    place, size = below.bounding_box()["y"], panel.root.bounding_box()["height"]
    for name, state in [("Step batch", "Paused"), ("Play", "Done"), ("Reset", "Ready"), ("Play", "Done")]:
        panel.press(name)
        panel.expect_state(state)
        assert (below.bounding_box()["y"], panel.root.bounding_box()["height"]) == (place, size)
    expect(notebook.page.locator(".jp-RenderedImage")).to_be_hidden()
    live, still = notebook.read("still.ipynb").cells[1].outputs
    assert live.data["text/plain"] == "<Train panel>"
    assert still.metadata["image/png"]["alt"].startswith("Curves of a training. After epoch 40 of 40")
    notebook.execute("panel.close()")
    expect(notebook.page.locator(".jp-RenderedImage img")).to_be_visible()  # a closed panel leaves its picture


def test_live_plot_in_a_fit_that_blocks_the_cell(notebook):
    fit = """
live_plot = keras.callbacks.LivePlot()
slow = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: __import__("time").sleep(0.02))
history = make_model(["accuracy", "mse"]).fit(
    x, y, validation_data=(x_val, y_val), epochs=100, batch_size=10, verbose=0, callbacks=[live_plot, slow])
"""
    notebook.open("live_plot.ipynb", [SETUP, fit])
    page = notebook.page
    page.evaluate("() => { window.allHaveRun = jupyterapp.commands.execute('notebook:run-all-cells'); }")
    curves = page.locator(".kerasschool-curves")
    expect(curves).to_have_attribute("data-epoch", re.compile("^([2-9]|[1-8][0-9])$"))  # while the cell runs
    expect(page.locator(".jp-InputPrompt").nth(1)).to_have_text("[*]:")
    assert page.evaluate("() => window.allHaveRun")
    expect(curves).to_have_attribute("data-epoch", "100")
    expect(page.locator(".jp-RenderedImage")).to_be_hidden()
    choice = curves.get_by_label("Metric")
    expect(choice).to_have_value("accuracy")
    before = curves.evaluate(DRAWN)
    choice.select_option("Mse")
    expect(curves.get_by_role("slider", name="Mse by epoch")).to_be_visible()
    assert curves.evaluate(DRAWN) != before
    still = notebook.read("live_plot.ipynb").cells[1].outputs[1]
    assert still.metadata["image/png"]["alt"].startswith("Curves of a training. After epoch 100 of 100")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_readable_in_both_themes_and_narrow(notebook, pictures, theme):
    panel = open_panel(notebook, f"{theme.split()[1].lower()}.ipynb", SHORT)
    notebook.use_theme(theme)
    panel.press("Play")
    panel.expect_state("Done")
    page = notebook.page
    for name in (".label.train", ".label.validation", ".title", ".legend", ".axes text"):
        assert contrast(panel.curves.locator(name).first) >= 4.5, name
    for name in (".ks-cell", ".ks-state", ".ks-message .widget-html-content"):
        assert contrast(panel.root.locator(name).first) >= 4.5, name
    for width in (1280, 700):
        page.set_viewport_size({"width": width, "height": 900})
        if width == 700:
            notebook.command("application:toggle-left-area")
        page.wait_for_function("() => document.querySelector('.kerasschool-curves').clientWidth < innerWidth")
        assert panel.root.evaluate(STICKS_OUT) == []
        if pictures:
            panel.root.screenshot(path=pictures / f"train-{theme.split()[1].lower()}-{width}.png")
    notebook.use_theme("JupyterLab Light")


def contrast(locator):
    """WCAG's contrast between an element's text and the background behind it."""
    return locator.evaluate("""element => {
        const light = (color) => {
            const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
                .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const style = getComputedStyle(element);
        let behind = element;
        const clear = (node) => /rgba\\(.*, 0\\)|transparent/.test(getComputedStyle(node).backgroundColor);
        while (clear(behind)) behind = behind.parentElement;
        const ink = light(element.namespaceURI.endsWith('svg') ? style.fill : style.color);
        const paper = light(getComputedStyle(behind).backgroundColor);
        return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    }""")
