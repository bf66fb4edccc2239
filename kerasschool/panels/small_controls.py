"""Small parts of panels: one of a few words, a number under the mouse, a box of HTML."""

import ipywidgets

from kerasschool.panels.controls import LABEL, Control


class WordControl(Control):
    """One of a few words.

    Args:
        label: words before it.
        words: what it may be.
        changed: called with the word that was chosen.
        shown: word → what stands on the page, if that is another.
        as_row: True for buttons side by side, False for a list that opens.
    """

    def __init__(self, label, words, changed, shown=None, as_row=False):
        super().__init__(changed)
        options = [((shown or {}).get(word, word), word) for word in words]
        if as_row:
            made = ipywidgets.ToggleButtons(
                options=options, style={"button_width": "auto"}, tooltips=[""] * len(options)
            )
        else:
            made = ipywidgets.Dropdown(options=options, description=label, style=LABEL, layout={"width": "auto"})
        self.widget = self.watch(made)

    def offer(self, options):
        """Offer other words: a list of `(what stands on the page, word)`."""
        if list(self.widget.options) != options:
            self._is_showing = True
            try:
                self.widget.options = options
            finally:
                self._is_showing = False


class SliderControl(Control):
    """A number from low to high, under the mouse."""

    def __init__(self, label, value, low, high, step, changed):
        super().__init__(changed)
        self.widget = self.watch(
            ipywidgets.FloatSlider(
                value, min=low, max=high, step=step, description=label, style=LABEL, readout_format=".2f",
                layout={"width": "360px"},
            )
        )  # fmt: skip


def html_box(name):
    """An empty HTML widget with a class."""
    made = ipywidgets.HTML()
    made.add_class(name)
    return made
