"""One run in the list of the Compare panel."""

import html

import ipywidgets

from kerasschool.panels.base import button, row
from kerasschool.views.overlay import colour_class

COLUMNS = (("", "train"), ("val_", "val"))


def numbers_head(metric):
    """The line over the list: what stands in its columns."""
    names = ["loss", *([metric] if metric else [])]
    cells = [f"{name.replace('_', ' ')}<br>{word}" for name in map(html.escape, names) for _, word in COLUMNS]
    cells += ["epochs", "seed", "seconds"]
    spans = "".join(f"<span>{cell}</span>" for cell in cells)
    return f'<div class="ks-run-head" aria-hidden="true"><span class="name">run</span>{spans}</div>'


class RunRow:
    """A run: shown or not, its name and numbers, what differs, its recipe in one line, what can be done with it."""

    CONTROLS = ("show", "rename", "load", "pin", "delete")

    def __init__(self, panel, run):
        self.panel, self.run, self._is_showing = panel, run, False
        ledger, attempt = panel.ledger, panel.attempt
        self._show = ipywidgets.Checkbox(
            run.is_shown, description=str(run.number), indent=False, tooltip="Draw its curves", layout={"width": "auto"}
        )
        self._show.add_class("ks-number")
        self._show.add_class(colour_class(run.number))
        self._name = ipywidgets.Text(run.name, continuous_update=False, tooltip="Name of the run")
        self._name.add_class("ks-run-name")
        self._pin = ipywidgets.ToggleButton(
            run.is_pinned, description="Pin", icon="thumb-tack", tooltip="Never let it go", layout={"width": "auto"}
        )
        self._show.observe(self._heard(lambda value: ledger.show(run, value)), "value")
        self._name.observe(self._heard(lambda value: ledger.rename(run, value)), "value")
        self._pin.observe(self._heard(lambda value: ledger.pin(run, value)), "value")
        load = button("Load", "upload", "Load its recipe into the panels", lambda: attempt(panel.load, run))
        delete = button("Delete", "trash", "Take it out", lambda: attempt(ledger.delete, run))
        self.controls = dict(zip(self.CONTROLS, (self._show, self._name, load, self._pin, delete), strict=True))
        self._numbers, self._words = ipywidgets.HTML(), ipywidgets.HTML()
        self._numbers.add_class("ks-run-numbers")
        self.widget = ipywidgets.VBox(
            [
                row(self._show, self._name, self._numbers, row(load, self._pin, delete, name="ks-run-buttons")),
                self._words,
            ]
        )
        self.widget.add_class("ks-run")

    def _heard(self, action):
        def heard(change):
            if not self._is_showing and not self.panel.attempt(action, change["new"]):
                self._show_run()

        return heard

    def _show_run(self):
        self._is_showing = True
        self._show.value, self._name.value, self._pin.value = self.run.is_shown, self.run.name, self.run.is_pinned
        self._is_showing = False

    def follow(self, differs, is_first, metric):
        """Show the run as it stands.

        Args:
            differs: phrases that say what differs from the first run.
            is_first: True for that run.
            metric: name of the metric in the table, or None.
        """
        self._show_run()
        run = self.run
        names = ["loss", *([metric] if metric else [])]
        numbers = [(f"{name} {word}", run.last(prefix + name)) for name in names for prefix, word in COLUMNS]
        cells = [(word, "–" if value is None else f"{value:.4f}") for word, value in numbers]
        cells += [("epochs", run.epochs), ("seed", run.recipe.seed), ("seconds", f"{run.seconds:.2f}")]
        self._numbers.value = "".join(
            f'<span class="ks-cell"><i>{html.escape(word)}</i> <b>{text}</b></span>' for word, text in cells
        )
        what = "; ".join(differs) or ("all others are compared with this one" if is_first else "the same recipe")
        marks = "" if not run.remarks else f' <span class="ks-mark">! {html.escape("; ".join(run.remarks))}</span>'
        line = html.escape(run.line())
        self._words.value = (
            f'<div class="ks-differs">{html.escape(what)}{marks}</div>'
            f'<code class="ks-line" tabindex="0" data-lm-suppress-shortcuts="true" '
            f'aria-label="Recipe of {html.escape(run.name)}">{line}</code>'
        )

    def close(self):
        """Take the row off the page."""
        for each in (*self.controls.values(), self._numbers, self._words, self.widget):
            each.close()
