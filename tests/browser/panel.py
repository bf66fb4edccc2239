"""The Train panel on a page, for tests that click it."""

from playwright.sync_api import expect

# How far the eye can tell that two curves are the same: the very path that is drawn.
DRAWN = "element => [...element.querySelectorAll('path.line')].map(path => path.getAttribute('d')).join('|')"


class Panel:
    """The panel on the page, found as a reader finds it: by its words."""

    def __init__(self, page, index=0):
        self.page, self.root = page, page.locator(".kerasschool-panel").nth(index)
        self.state = self.root.locator(".ks-state")
        self.curves = self.root.locator(".kerasschool-curves")
        expect(self.curves.locator("svg").first).to_be_visible()

    def press(self, name):
        self.root.get_by_role("button", name=name).click()

    def expect_state(self, word):
        expect(self.state).to_have_text(word)

    def epoch(self):
        return float(self.curves.get_attribute("data-epoch"))

    def wait_for_epoch(self, at_least):
        self.page.wait_for_function(
            "([element, least]) => Number(element.dataset.epoch) >= least",
            arg=[self.curves.element_handle(), at_least],
        )

    def drawn(self):
        return self.curves.evaluate(DRAWN)


def finish(panel, epochs):
    """Play to the end; what is drawn then."""
    field = panel.root.get_by_label("Epochs")
    field.fill(str(epochs))
    field.press("Enter")
    panel.press("Play")
    panel.expect_state("Done")
    panel.wait_for_epoch(epochs)
    expect(panel.root.locator(".ks-status")).to_contain_text(f"Epoch {epochs} / {epochs}")
    return panel.drawn()
