"""Lists and sliders of a panel keep their keys: JupyterLab would take arrows and letters as its own commands."""

import pathlib

import anywidget


class OwnKeys(anywidget.AnyWidget):
    """An invisible part of a panel; while it is on the page, the lists and sliders of all panels keep their keys."""

    _esm = pathlib.Path(__file__).parent / "own_keys.js"

    def __init__(self):
        super().__init__(layout={"display": "none"})
