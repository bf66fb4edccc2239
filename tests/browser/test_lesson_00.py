"""Lesson 00 as a learner meets it: saved, run, played."""

import pathlib
import shutil

import pytest
from playwright.sync_api import expect

from tests.browser.panel import Panel, finish

pytestmark = pytest.mark.browser

LESSON = pathlib.Path(__file__).parents[2] / "lessons" / "00_six_steps.ipynb"


@pytest.fixture
def lesson(notebook):
    shutil.copy(LESSON, notebook.lab.root / LESSON.name)
    return notebook.open(LESSON.name)


def test_pictures_are_there_before_anything_runs(lesson):
    pictures = lesson.page.locator(".jp-OutputArea-output img")
    expect(pictures).not_to_have_count(0)
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("image => image.complete && image.naturalWidth > 300")
    assert lesson.page.get_by_text("Error displaying widget").count() == 0


def test_run_all_then_play_pause_stop_reset(lesson):
    assert lesson.run_all() == []
    expect(lesson.page.get_by_text("To do.", exact=False).first).to_be_attached()
    live = lesson.page.locator(".kerasschool-curves").first  # LivePlot under the fit
    expect(live).to_have_attribute("data-epoch", "150")
    panel = Panel(lesson.page)
    panel.root.scroll_into_view_if_needed()
    panel.expect_state("Ready")
    epochs = panel.root.get_by_label("Epochs")
    epochs.fill("5000")
    epochs.press("Enter")
    panel.press("Play")
    panel.wait_for_epoch(10)
    panel.press("Pause")
    expect(panel.state).to_have_text("Paused", timeout=1000)
    held = panel.epoch(), panel.drawn()
    lesson.page.wait_for_timeout(300)  # to prove that nothing changes
    assert (panel.epoch(), panel.drawn()) == held
    panel.press("Play")
    panel.wait_for_epoch(held[0] + 10)
    panel.press("Stop")
    expect(panel.state).to_have_text("Stopped", timeout=1000)
    panel.press("Reset")
    first = finish(panel, epochs=30)
    panel.press("Reset")
    panel.expect_state("Ready")
    assert finish(panel, epochs=30) == first
