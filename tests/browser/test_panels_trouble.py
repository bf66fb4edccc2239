"""What a page shows when the kernel is gone, and when a reader is in a hurry."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

RESTART = "() => jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()"
SIGN = "element => getComputedStyle(element, '::before').display"
SAID = "element => getComputedStyle(element, '::before').content"


def test_two_at_once_in_a_hurry_and_then_a_restart(notebook):
    cells = ["from kerasschool import panels\none = panels.SixSteps()\none", "two = panels.SixSteps(step='train')\ntwo"]
    notebook.open("hurry.ipynb", cells)
    assert notebook.run_all() == []
    one, two = (notebook.page.locator(".ks-six-steps").nth(place) for place in (0, 1))
    two.get_by_role("button", name="Play").dblclick()
    tabs = one.get_by_role("tab")
    for place in (5, 3, 4, 1, 2, 0, 3):
        tabs.nth(place).dblclick()
    expect(one.locator(".ks-of-train")).to_be_visible()
    expect(one.locator(".ks-state")).to_have_text("Ready")
    expect(two.locator(".ks-state")).to_have_text("Done", timeout=30_000)
    field = one.locator(".ks-of-train").get_by_label("Epochs")
    field.fill("-5")
    field.press("Enter")
    expect(one.locator(".ks-of-train .ks-message")).to_contain_text("must be from 1 to 100000. Received: -5")
    expect(field).to_have_value("150")
    notebook.page.evaluate(RESTART)
    expect(one).to_have_class(among("jupyter-widgets-disconnected"))
    assert "run this cell again" in one.evaluate(SAID)
    inside = one.locator(".jupyter-widgets-disconnected").first
    assert inside.evaluate(SIGN) == "none"


def among(name):
    """A pattern for `to_have_class`: this one among others."""
    return re.compile(rf"(^|\s){name}(\s|$)")
