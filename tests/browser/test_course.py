"""The lessons 01 to 06 as a learner meets them: read, run, their panel clicked, their first exercise answered."""

import pathlib
import shutil

import nbformat
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LESSONS = pathlib.Path(__file__).parents[2] / "lessons"


def data(panel):
    panel.get_by_label("Scaling").select_option("none")
    expect(panel.locator(".ks-code")).not_to_contain_text("spread")


def layers(panel):
    panel.get_by_role("button", name="Add layer").click()
    expect(panel.locator(".ks-code").get_by_text("keras.layers.Dense")).to_contain_text("keras.layers.Dense(8")
    expect(panel).not_to_contain_text("= 221")


def compile(panel):
    panel.get_by_label("Loss", exact=True).select_option("mean_squared_error")
    expect(panel.locator(".ks-code")).to_contain_text('loss="mean_squared_error"')


def train(panel):
    panel.get_by_role("button", name="Step epoch").click()
    expect(panel.locator(".ks-state")).to_have_text("Paused")
    expect(panel.locator(".ks-status")).to_contain_text("Epoch 1 /")


def evaluate(panel):
    before = panel.locator(".ks-code").inner_text()
    panel.locator(".noUi-handle").first.focus()
    panel.get_by_role("slider", name="Threshold").press("ArrowRight")
    expect(panel.locator(".ks-code")).not_to_have_text(before)


def predict(panel):
    before = panel.locator(".ks-code").inner_text()
    panel.get_by_role("button", name="Next").click()
    expect(panel.locator(".ks-code")).not_to_have_text(before)


STEPS = {
    "01_load_data": data,
    "02_define_the_model": layers,
    "03_compile": compile,
    "04_fit": train,
    "05_evaluate": evaluate,
    "06_predict": predict,
}


def solved_cell(name):
    """The filled-in cell of the lesson's first exercise, as text."""
    notebook = nbformat.read(LESSONS / "solutions" / f"{name}.ipynb", as_version=4)
    return next(cell.source for cell in notebook.cells if f'check("{name[:2]}.1"' in cell.source)


def answer(lesson, name):
    """Write the solution into the cell of the first exercise, and run it with the keys that the lesson names."""
    cell = lesson.page.locator(".jp-CodeCell", has=lesson.page.get_by_text(f'"{name[:2]}.1"', exact=True)).first
    cell.locator(".cm-content").click()
    lesson.page.keyboard.press("Control+A")
    lesson.page.keyboard.insert_text(solved_cell(name))
    lesson.page.keyboard.press("Shift+Enter")
    return cell


@pytest.mark.parametrize("name", STEPS)
def test_a_lesson_is_read_run_clicked_and_answered(notebook, name):
    shutil.copy(LESSONS / f"{name}.ipynb", notebook.lab.root)
    lesson = notebook.open(f"{name}.ipynb")
    pictures = lesson.page.locator(".jp-OutputArea-output img")
    expect(pictures).not_to_have_count(0)
    for picture in pictures.all():  # stored, so that the lesson can be read before anything runs
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth > 100)")
    assert lesson.page.get_by_text("Error displaying widget").count() == 0

    assert lesson.run_all() == []
    expect(lesson.page.get_by_text("To do.")).to_have_count(3)
    panel = lesson.page.locator(".kerasschool-panel").first
    panel.scroll_into_view_if_needed()
    STEPS[name](panel)

    cell = answer(lesson, name)
    expect(cell.locator(".jp-OutputArea-output")).to_contain_text("✓ Right.")
    assert lesson.page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
