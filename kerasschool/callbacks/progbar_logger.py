"""`ProgbarLogger`: the lines that `fit(verbose=1)` prints.

Source: `keras.callbacks.ProgbarLogger`.
"""

import math
import time

from kerasschool.callbacks.callback import Callback, listens_when, never
from kerasschool.utils.io_utils import print_message
from kerasschool.utils.progbar import Progbar


class ProgbarLogger(Callback):
    """Prints the progress of `fit`, `evaluate` and `predict`. They add one by themselves unless `verbose=0`.

    `verbose=1` draws a bar, `verbose=2` prints one plain line per epoch.

    >>> logger = ProgbarLogger()
    >>> logger.set_params({"verbose": 2, "epochs": 2, "steps": 5})
    >>> logger.on_epoch_begin(0)
    Epoch 1/2
    >>> logger.on_epoch_end(0, {"accuracy": 0.5, "loss": 0.7})  # doctest: +ELLIPSIS
    5/5 - 0s - ...s/step - accuracy: 0.5000 - loss: 0.7000
    """

    def __init__(self):
        super().__init__()
        self.seen = 0
        self.progbar = None
        self.target = None
        self.verbose = 1
        self.epochs = 1
        self._called_in_fit = False
        self._next_look = math.inf  # the time from which on `tick` has something to do

    def set_params(self, params):
        self.params = params
        self.verbose = 1 if params["verbose"] == "auto" else int(params["verbose"])
        self.epochs = params["epochs"]
        self.target = params["steps"]

    def tick(self, batch, running_logs):
        """Draw if it is time to; made to be called after every batch at almost no cost.

        Args:
            batch: number of the batch that is done, from 0.
            running_logs: function without arguments that returns the logs; called only for a drawing.
        """
        self.seen = batch + 1
        now = time.perf_counter()
        if now < self._next_look:
            return
        is_due = now >= self.progbar.next_draw
        self.progbar.update(self.seen, running_logs().items() if is_due else None, finalize=False)
        self._next_look = self.progbar.next_draw

    def on_train_begin(self, logs=None):
        self._called_in_fit = True

    def on_train_end(self, logs=None):
        self._called_in_fit = False

    def on_epoch_begin(self, epoch, logs=None):
        self._start_bar()
        if self.verbose and self.epochs > 1:
            print_message(f"Epoch {epoch + 1}/{self.epochs}")

    def on_epoch_end(self, epoch, logs=None):
        self._end_bar(logs)

    def on_test_begin(self, logs=None):
        if self._called_in_fit:  # validation is silent
            self._keep_target()
            self._next_look = math.inf
        else:
            self._start_bar()

    def on_test_end(self, logs=None):
        if not self._called_in_fit:
            self._end_bar(logs)

    def on_predict_begin(self, logs=None):
        self._start_bar()

    def on_predict_end(self, logs=None):
        self._end_bar(logs)

    @listens_when(never)  # `tick` is called instead
    def on_train_batch_end(self, batch, logs=None):
        self.tick(batch, (logs or {}).copy)

    @listens_when(never)
    def on_test_batch_end(self, batch, logs=None):
        if not self._called_in_fit:
            self.tick(batch, (logs or {}).copy)

    @listens_when(never)
    def on_predict_batch_end(self, batch, logs=None):
        self.tick(batch, dict)  # the outputs are not shown

    def _start_bar(self):
        self.seen = 0
        self.progbar = Progbar(target=self.target, verbose=self.verbose, stateless_metrics=())
        self._next_look = 0  # look at the first step, whose time is left out of the estimate

    def _keep_target(self):
        if self.target is None:  # the batches of a generator, counted in its first epoch
            self.target = self.progbar.target = self.seen

    def _end_bar(self, logs):
        self._keep_target()
        self.progbar.update(self.target, list((logs or {}).items()), finalize=True)
        self._next_look = math.inf
