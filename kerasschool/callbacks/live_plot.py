"""`LivePlot`: the curves of loss and metrics, drawn in the notebook while `fit` runs."""

import sys

from kerasschool.callbacks.callback import Callback
from kerasschool.live.recorder import Recorder


class LivePlot(Callback):
    """Draws loss and metrics, training and validation, after every epoch of any `fit`: kerasschool's or Keras's.

    In a plain script nothing is drawn, and `recorder` holds the curves all the same.

    Attributes:
        recorder: a `Recorder`; `plots.history(live_plot.recorder)` draws it.

    >>> import numpy as np
    >>> from kerasschool import Sequential, layers
    >>> model = Sequential([layers.Input((2,)), layers.Dense(1)])
    >>> model.compile(loss="mse", optimizer="sgd")
    >>> live_plot = LivePlot()
    >>> history = model.fit(np.ones((5, 2)), np.zeros(5), epochs=3, verbose=0, callbacks=[live_plot])
    >>> live_plot.recorder.x.tolist()
    [1.0, 2.0, 3.0]

    Lesson 04.
    """

    async_safe = True  # Keras on JAX need not wait for it after every batch

    def __init__(self):
        super().__init__()
        self.recorder = Recorder()
        self.curves = None

    def on_train_begin(self, logs=None):
        self.recorder = Recorder()
        self.curves = None
        if _in_notebook():
            from kerasschool.views.curves import Curves  # needs Jupyter's widgets

            self.curves = Curves(self.recorder, self.params["epochs"], self._metrics(), hint="no epoch is done yet")
            self.curves.show()

    def on_epoch_end(self, epoch, logs=None):
        self.recorder.append(epoch + 1, {name: value for name, value in (logs or {}).items() if _is_number(value)})
        if self.curves is not None:
            self.curves.publish()

    def on_train_end(self, logs=None):
        if self.curves is not None:
            self.curves.publish(now=True)
            self.curves.announcement = self.curves.description()
            self.curves.refresh_picture()

    def _metrics(self):
        """The metrics that will come, as far as the model tells before its first batch."""
        names = [name for name in getattr(self.model, "metrics_names", []) if name != "loss"]
        return ["accuracy"] if names == ["compile_metrics"] else names  # Keras does not tell yet


def _in_notebook():
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")


def _is_number(value):
    return isinstance(value, (int, float))
