"""The loss and metric curves of a training run, drawn in the browser."""

import pathlib

import anywidget
import traitlets

from kerasschool import plots
from kerasschool.live.pace import Clock
from kerasschool.live.recorder import Recorder
from kerasschool.views.still import HEIGHT, WIDTH, LeavesPicture

HERE = pathlib.Path(__file__).parent
HERTZ = 12  # at most so many refreshes per second; the latest state wins


class Curves(LeavesPicture, anywidget.AnyWidget):
    """Two charts over the epochs: the loss, and a metric; training solid, validation dashed.

    Hover, or focus and arrow keys, shows exact values; `log` turns the loss axis logarithmic.

    Args:
        recorder: the `Recorder` to draw; None makes an empty one.
        epochs: how far the x axis reaches.
        metrics: names that will come, so that the second chart is there from the start.
        hint: what the empty chart says.

    Every refresh sends the whole table (at most 400 columns of float32): a view that is opened later, or twice, is
    complete, and no message may get lost.
    """

    name = "Training curves"
    _esm = HERE / "curves.js"
    _css = HERE / "curves.css"

    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    table = traitlets.Bytes().tag(sync=True)
    has_tip = traitlets.Bool(False).tag(sync=True)  # the last column is of an epoch that is not finished
    epochs = traitlets.Int(1).tag(sync=True)
    metrics = traitlets.List(traitlets.Unicode()).tag(sync=True)
    log_scale = traitlets.Bool(False).tag(sync=True)
    hint = traitlets.Unicode("").tag(sync=True)
    announcement = traitlets.Unicode("").tag(sync=True)  # read aloud by screen readers when it changes

    def __init__(self, recorder=None, epochs=1, metrics=(), hint="", **traits):
        self.recorder = Recorder() if recorder is None else recorder
        self._clock = Clock(HERTZ)
        super().__init__(epochs=epochs, metrics=list(metrics), hint=hint, **traits)
        self.publish(now=True)

    def publish(self, now=False):
        """Send what the recorder holds, if it is time again; `now` sends it in any case."""
        if not now and not self._clock.is_due():
            return
        own = plots.quantities(self.recorder.names)
        validation = [f"val_{name}" for name in own if f"val_{name}" in self.recorder.names]
        with self.hold_sync():
            self.names = own + validation
            self.has_tip = self.recorder.has_tip
            self.table = self.recorder.table(self.names, dtype="<f4").tobytes()

    def picture(self):
        from matplotlib.figure import Figure

        names = plots.quantities(self.recorder.names) or ["loss", *self.metrics[:1]]
        figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100)
        figure.subplots_adjust(left=0.065, right=0.93, bottom=0.17, top=0.96, wspace=0.36)
        axes = figure.subplots(1, min(2, len(names)), squeeze=False)[0]
        plots.history(self.recorder, metrics=names[: len(axes)], ax=axes)
        for each in axes:
            each.set_xlim(0, max(self.epochs, *self.recorder.x[-1:], 1))
        if self.log_scale and len(self.recorder):
            axes[0].set_yscale("log")
        return figure

    def description(self):
        recorder = self.recorder
        if not len(recorder):
            return "Empty curves: no training yet."
        parts = [f"{name} {recorder.last(name):.4g}" for name in recorder.names]
        return f"Curves of a training. After epoch {recorder.x[-1]:.4g} of {self.epochs}: {', '.join(parts)}."
