"""What all panels share: their look, one line for messages, the still picture, and the ways in from code."""

import functools
import html
import pathlib

import ipywidgets

from kerasschool.views.own_keys import OwnKeys
from kerasschool.views.still import LeavesPicture

LONGEST = 600  # characters of an error that a panel shows


@functools.cache
def style_sheet(*names):
    """Style sheets of this folder as HTML."""
    here = pathlib.Path(__file__).parent
    return "<style>" + "\n".join((here / name).read_text(encoding="utf-8") for name in names) + "</style>"


class Panel(LeavesPicture, ipywidgets.VBox):
    """The base of all panels.

    A subclass calls `super().__init__()`, builds its widgets and hands them to `lay_out`; it defines `model`, `set`,
    `code`, `picture` and `description`. `self.message` is a box of fixed height for what the panel has to say.
    """

    name = "Panel"
    style_sheets = ("panel.css",)  # a panel with much of its own adds one

    def __init__(self):
        self.message = ipywidgets.HTML()
        self.message.add_class("ks-message")
        super().__init__()
        self.add_class("kerasschool-panel")

    def lay_out(self, *children):
        """Show these widgets, from top to bottom."""
        style = ipywidgets.HTML(style_sheet(*self.style_sheets), layout={"display": "none"})
        self.children = [style, OwnKeys(), *children]

    @property
    def model(self):
        """The model that the panel works on."""
        raise NotImplementedError

    def set(self, **settings):
        """Set what the panel's fields set, by name. Returns the panel."""
        raise NotImplementedError

    def code(self):
        """The Keras code that does what the panel does."""
        raise NotImplementedError

    def say(self, text, error=False):
        """Show a sentence in the panel; an error is marked by a sign and a word, not by colour alone."""
        text = html.escape(text)
        if error:
            text = f'<span class="ks-error" role="alert"><b><i class="fa fa-warning"></i> Error</b> {text}</span>'
        self.message.value = text

    def attempt(self, action, *arguments):
        """Do what a click asked for; an error becomes a message, never a traceback that nobody sees."""
        try:
            action(*arguments)
        except Exception as error:
            self.say(explain(error), error=True)
            return False
        return True


def explain(error):
    """An exception as one readable line: errors made to be read speak for themselves, others say their kind first."""
    text = " ".join(str(error).split()) or "no further word"
    text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    kind = type(error).__name__
    return text if isinstance(error, (ValueError, ArithmeticError, FileNotFoundError)) else f"{kind}: {text}"


def heading(text):
    """A line over a part of a panel."""
    made = ipywidgets.HTML(html.escape(text))
    made.add_class("ks-heading")
    return made


def text_figure(lines, size=(9.4, 3.0)):
    """A still picture of lines of text, for panels whose state is words: a `matplotlib.figure.Figure`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, dpi=100)
    figure.text(0.02, 0.95, "\n".join(lines), family="monospace", size=9, va="top", parse_math=False)
    return figure


def button(label, icon, tooltip, action):
    """A button with an icon and a word that calls `action()`."""
    made = ipywidgets.Button(description=label, icon=icon, tooltip=tooltip, layout={"width": "auto"})
    made.on_click(lambda _: action())
    return made


def icon_button(icon, words, action):
    """A small button with a sign only; its words are read out, and shown under the mouse."""
    made = ipywidgets.Button(description=words, icon=icon, tooltip=words)
    made.add_class("ks-icon")
    made.on_click(lambda _: action())
    return made


def row(*children, name=""):
    """Widgets side by side; they wrap where the page is narrow."""
    made = ipywidgets.Box(children)
    made.add_class("ks-row")
    if name:
        made.add_class(name)
    return made
