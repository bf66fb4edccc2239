"""The Evaluate and Predict panels in JupyterLab, with real clicks and keys, beside a Train panel that runs."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_train_panel import STICKS_OUT, contrast

pytestmark = pytest.mark.browser

TRAIN = """
from kerasschool import panels
from kerasschool.datasets import penguins

train = panels.Train(epochs=30)
train
"""
EVALUATE = "evaluate = panels.Evaluate(train, test_data=penguins.load_data()[1])\nevaluate"
PREDICT = "predict = panels.Predict(train)\npredict"
TRAINED = TRAIN.replace("\ntrain\n", "\ntrain.session.run();\n")


def open_panels(notebook, name, *cells):
    notebook.open(name, list(cells))
    assert notebook.run_all() == []
    return [notebook.page.locator(f".ks-{kind}") for kind in ("evaluate", "predict")]


def run_code(notebook, root, kind):
    """Run the program of the experiment and then the code that the panel shows, as a reader would."""
    notebook.execute(f"exec({kind}.recipe.code().replace('print(', '('))")
    return notebook.execute(root.locator(".ks-code pre").inner_text())


def test_both_follow_a_training(notebook):
    evaluate, predict = open_panels(notebook, "follow.ipynb", TRAIN, EVALUATE, PREDICT)
    for root in (evaluate, predict):
        expect(root.locator(".ks-message")).to_contain_text("has made no training step")
    before = evaluate.locator(".ks-scores").inner_text(), predict.locator(".ks-answers").inner_text()
    place = predict.bounding_box()["y"]
    notebook.page.locator(".kerasschool-panel").first.get_by_role("button", name="Play").click()
    expect(notebook.page.locator(".ks-state").first).to_have_text("Done")
    expect(evaluate.locator(".ks-message")).not_to_contain_text("no training step")
    assert (evaluate.locator(".ks-scores").inner_text(), predict.locator(".ks-answers").inner_text()) != before
    loss = notebook.execute("print(f'{train.history.history[\"val_loss\"][-1]:.4f}')")
    expect(evaluate.locator(".ks-scores")).to_contain_text(loss)
    assert predict.bounding_box()["y"] == place


def test_evaluate_threshold_test_and_code(notebook):
    evaluate, _ = open_panels(notebook, "evaluate.ipynb", TRAINED, EVALUATE)
    expect(evaluate.locator(".ks-scores")).to_contain_text("not opened")
    matrix = evaluate.locator(".ks-side-by-side svg").first
    before, height = matrix.get_attribute("aria-label"), evaluate.bounding_box()["height"]
    knob = evaluate.get_by_role("slider")
    knob.focus()
    for _ in range(4):
        notebook.page.keyboard.press("PageDown")
    expect(matrix).not_to_have_attribute("aria-label", before)
    threshold = float(notebook.execute("print(evaluate.threshold.widget.value)"))
    assert threshold < 0.4
    expect(evaluate.locator(".ks-code")).to_contain_text(f"p > {threshold:g}")
    printed = run_code(notebook, evaluate, "evaluate").splitlines()
    assert "\n".join(printed[-2:]) == notebook.execute("print(evaluate.confusion)")
    evaluate.get_by_role("button", name="Trained on").click()
    expect(evaluate.locator(".ks-code")).to_contain_text("predict(x_train")
    assert evaluate.bounding_box()["height"] == height
    seal = evaluate.get_by_role("button", name="Open the sealed test")
    seal.click()
    expect(evaluate.locator(".ks-peeks")).to_contain_text("Opened once.")
    expect(evaluate.get_by_role("button", name="Sealed test", exact=True)).to_be_visible()
    seal.click()
    expect(evaluate.locator(".ks-peeks")).to_contain_text("Opened 2 times: no longer new.")
    notebook.execute("train.session.epochs = 40; train.session.step_batch()")
    expect(evaluate.locator(".ks-peeks")).to_contain_text("sealed again")
    expect(evaluate.locator(".ks-scores")).to_contain_text("not opened")


def test_predict_with_mouse_and_code(notebook):
    _, predict = open_panels(notebook, "predict.ipynb", TRAINED, PREDICT)
    expect(predict.locator(".ks-about-row")).to_have_text("Row 0 of those held back: in truth female.")
    predict.get_by_role("button", name="Next").click()
    expect(predict.locator(".ks-about-row")).to_contain_text("Row 1 of those held back")
    number = predict.locator(".ks-row-number input")
    number.fill("9")
    number.press("Enter")
    expect(predict.locator(".ks-about-row")).to_contain_text("Row 9 of")
    before = predict.locator(".ks-answers").inner_text()
    predict.get_by_role("button", name="Chinstrap").click()
    expect(predict.locator(".ks-answers")).not_to_have_text(before)
    expect(predict.locator(".ks-about-row")).to_contain_text("nobody knows the truth")
    printed = run_code(notebook, predict, "predict").splitlines()
    answer = notebook.execute("print(predict.answer['male'], predict.label)").split()
    assert float(printed[0].strip("[]")) == pytest.approx(float(answer[0]), abs=1e-5) and printed[1] == answer[1]
    predict.get_by_label("Forget to scale").check()
    expect(predict.locator(".ks-answers")).to_contain_text("Raw numbers went in")
    expect(predict.locator(".ks-code")).to_contain_text("# forgot to scale")
    printed = run_code(notebook, predict, "predict").splitlines()
    assert f"{float(printed[0].strip('[]')):.3f}" in predict.locator(".ks-answer").nth(1).inner_text()


def test_predict_with_the_keyboard_alone(notebook):
    _, predict = open_panels(notebook, "keys.ipynb", TRAINED, PREDICT)
    keyboard = notebook.page.keyboard
    predict.get_by_role("button", name="Next").focus()
    keyboard.press("Enter")
    expect(predict.locator(".ks-about-row")).to_contain_text("Row 1 of those held back")
    value = "print(predict.values['bill_length_mm'])"
    before = float(notebook.execute(value))
    height = predict.bounding_box()["height"]
    keyboard.press("Tab")  # the first slider
    for _ in range(5):
        keyboard.press("ArrowRight")
    expect(predict.locator(".ks-about-row")).to_contain_text("Changed from row 1")
    expect(predict.locator(".ks-code")).to_contain_text(f"[[{before + 5 * 0.2:.1f}")  # steps of 0.2 mm
    assert float(notebook.execute(value)) == pytest.approx(before + 5 * 0.2)
    assert predict.bounding_box()["height"] == height


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_readable_in_both_themes_and_narrow(notebook, pictures, theme):
    panels = open_panels(notebook, f"ep-{theme.split()[1].lower()}.ipynb", TRAINED, EVALUATE, PREDICT)
    page = notebook.page
    notebook.use_theme(theme)
    for name in (".ks-scores th", ".ks-side-by-side text", ".ks-mistakes .said", ".ks-peeks .widget-html-content"):
        assert contrast(panels[0].locator(name).first) >= 4.5, name
    for name in (".crisp .target", ".crisp b", ".ks-shares .amount", ".ks-outputs span", ".ks-boundary p"):
        assert contrast(panels[1].locator(name).first) >= 4.5, name
    notebook.command("application:toggle-left-area")
    page.set_viewport_size({"width": 680, "height": 900})  # 600 for the panel
    for root, name in zip(panels, ("evaluate", "predict"), strict=True):
        page.wait_for_function("panel => panel.clientWidth < 620", arg=root.element_handle())
        assert [each for each in root.evaluate(STICKS_OUT) if "<t" not in each] == []  # wide tables scroll
        if pictures:
            root.screenshot(path=pictures / f"{name}-{theme.split()[1].lower()}.png")
    notebook.use_theme("JupyterLab Light")


def test_the_saved_notebook_shows_the_answers(notebook):
    open_panels(notebook, "still.ipynb", TRAINED, EVALUATE, PREDICT)
    cells = notebook.read("still.ipynb").cells
    assert cells[1].outputs[1].metadata["image/png"]["alt"].startswith("Trained on: loss 0.")
    assert cells[2].outputs[1].metadata["image/png"]["alt"].startswith("Prediction for bill_length_mm 42.9")
