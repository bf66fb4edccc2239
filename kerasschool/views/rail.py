"""A rail of steps: tabs that say what each step has produced, and what is stale."""

import pathlib

import anywidget
import traitlets

HERE = pathlib.Path(__file__).parent


class Rail(anywidget.AnyWidget):
    """Tabs with two lines each. Arrow keys, Home and End go from tab to tab.

    Each entry of `steps` is a dictionary: `title`, `word` (what it produced), `state` (`"todo"`, `"done"`, `"stale"`
    or `"wrong"`), `what` (what is stale), `locked`, `hidden`.
    """

    _esm = HERE / "rail.js"
    _css = HERE / "rail.css"

    steps = traitlets.List(traitlets.Dict()).tag(sync=True)
    chosen = traitlets.Int(0).tag(sync=True)
    label = traitlets.Unicode("Steps").tag(sync=True)
    body = traitlets.Unicode("").tag(sync=True)  # class of the box beside the rail that shows what a tab opens
