"""What a live widget leaves in a saved notebook: a picture, a text, and a name that never changes.

A widget is shown as two outputs. The first is the live one. The second is a still picture; while the first is alive,
its style sheet hides the second. Without a kernel nothing is hidden: GitHub, an HTML export or a notebook opened
tomorrow show the picture. JupyterLab then writes "Error displaying widget" in place of the first, so the line over
the picture says what to do. Renewing the picture does not touch the live output. (Kept in one output, every renewal
builds the widget anew: the page jumps, and the keyboard loses its place.)
"""

import asyncio
import base64
import contextlib
import io

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

WIDTH, HEIGHT = 940, 300  # of the picture, in CSS pixels
CAPTION, NARROWEST = 24, 460  # height of the line over it, and the room that it needs
PATIENCE = 1.0  # seconds without a further change before a picture is renewed


class LeavesPicture:
    """Makes a widget leave a still picture. A subclass of this and of a widget class defines `picture()` and
    `description()`, and its style sheet has the rule of `.kerasschool-live` that hides the picture.
    """

    name = "widget"

    def picture(self):
        """The still picture: a `matplotlib.figure.Figure`."""
        raise NotImplementedError

    def description(self):
        """The same in words: what the picture shows now."""
        raise NotImplementedError

    def show(self):
        """Display it here. `refresh_picture` later renews the picture in every place it was shown in."""
        if not InteractiveShell.initialized():  # a plain script
            print(f"<{self.name}>")
            return
        self.add_class("kerasschool-live")
        with contextlib.suppress(RuntimeError):  # clicks may come in another thread; the cell runs in the main one
            self.__dict__["_loop"] = asyncio.get_running_loop()
        live = self._repr_mimebundle_()
        live = dict(live[0] if isinstance(live, tuple) else live)
        display({**live, "text/plain": f"<{self.name}>"}, raw=True)
        data, metadata = self._picture_bundle()
        handle = display(data, metadata=metadata, raw=True, display_id=True)
        if handle is not None:
            self.__dict__.setdefault("_handles", []).append(handle)

    def refresh_picture(self):
        """Renew the pictures, so that the notebook is saved with what is seen now."""
        handles = self.__dict__.get("_handles", ())
        if handles:
            data, metadata = self._picture_bundle()
            for handle in handles:
                handle.update(data, metadata=metadata, raw=True)

    def refresh_picture_soon(self):
        """Renew the pictures a moment after the last of several changes: drawing one takes a fifth of a second."""
        if not self.__dict__.get("_handles"):
            return
        loop = self.__dict__.get("_loop")
        if loop is None or not loop.is_running():
            self.refresh_picture()
        else:
            loop.call_soon_threadsafe(self._refresh_later, loop)

    def _refresh_later(self, loop):
        waiting = self.__dict__.get("_waiting")
        if waiting is not None:
            waiting.cancel()
        self.__dict__["_waiting"] = loop.call_later(PATIENCE, self.refresh_picture)

    def _ipython_display_(self):
        self.show()

    def _picture_bundle(self):
        figure = self.picture()
        width, height = (round(100 * size) for size in figure.get_size_inches())
        caption = f"Picture of the {self.name} as it was saved. Run the cell to have it live."
        data = {"text/plain": f"<picture of the {self.name}>", "image/png": png(figure, caption)}
        size = {"width": max(width, NARROWEST), "height": height + CAPTION}
        return data, {"image/png": {**size, "alt": self.description()}}


def png(figure, caption):
    """A figure and a line of words over it as base64 text, drawn at twice its size for sharp screens; `pyplot` knows
    nothing of it.

    64 colours are plenty for lines and text, and make the saved notebook a quarter of the size.
    """
    import PIL.Image
    from matplotlib.figure import Figure

    line = Figure(figsize=(max(figure.get_figwidth(), NARROWEST / 100), CAPTION / 100), dpi=100)
    line.text(0.01, 0.5, caption, size=8.5, va="center", color="#5c5c5c", parse_math=False)
    words, drawing = _pixels(line), _pixels(figure)
    room = ((0, 0), (0, max(0, words.shape[1] - drawing.shape[1])), (0, 0))
    whole = np.vstack([words, np.pad(drawing, room, constant_values=255)])
    picture = PIL.Image.fromarray(whole).quantize(64)
    file = io.BytesIO()
    picture.save(file, format="png", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def _pixels(figure):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(2 * figure.dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]
