"""Where text goes: the screen, or Python's `logging` after `config.disable_interactive_logging()`."""

import io
import logging
import os
import sys

from kerasschool.config import is_interactive_logging_enabled


def print_message(text, line_break=True):
    """Show `text` to whoever runs the program.

    Args:
        text: what to show.
        line_break: end the line. Default True.
    """
    if not is_interactive_logging_enabled():
        logging.getLogger("kerasschool").info(text.strip())
        return
    text = text + "\n" if line_break else text
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:  # a console without the line-drawing character
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.replace("━", "=").encode(encoding, errors="ignore").decode(encoding))
    if not in_notebook():  # a notebook sends by itself, five times a second; asking it to waits for another thread
        sys.stdout.flush()


def in_notebook():
    """True if what is printed appears in a notebook (Jupyter, JupyterLite, Colab), not in a terminal or file."""
    ipython = sys.modules.get("IPython")
    if ipython is None or isinstance(sys.stdout, (io.StringIO, io.TextIOWrapper)):
        return False
    return getattr(ipython, "get_ipython", type(None))() is not None


def in_terminal():
    """True if what is printed appears in a terminal, where a line can be overwritten."""
    is_terminal = getattr(sys.stdout, "isatty", None)
    return bool(is_terminal and is_terminal()) or "PYCHARM_HOSTED" in os.environ
