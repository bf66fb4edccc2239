"""The progress bar: one line that is drawn again and again while a loop runs.

How often it is drawn depends on where it appears. In a terminal every 0.05 seconds; in a notebook every 0.2 seconds,
as often as a notebook sends text anyway; into a file only once, complete. A loop that is quicker than that draws one
line, so that a saved notebook stays clean.

Source: `keras.utils.Progbar`.
"""

import math
import time

import numpy as np

from kerasschool.config import is_interactive_logging_enabled
from kerasschool.errors import message
from kerasschool.utils.io_utils import in_notebook, in_terminal, print_message

NOTEBOOK_INTERVAL = 0.2
BOLD, GREEN, WHITE, PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


class Progbar:
    """A progress bar for a loop of your own.

    Args:
        target: number of steps, or None if nobody knows.
        width: number of characters of the bar. Default 20.
        verbose: 0 silent, 1 a bar, 2 one plain line at the end. Default 1.
        interval: least number of seconds between two drawings in a terminal. Default 0.05.
        stateful_metrics: names of values shown as they are; all others are averaged over the steps.
        stateless_metrics: names of values that are averaged; all others are shown as they are.
        unit_name: what one step is called. Default `"step"`.

    Raises:
        ValueError: if both `stateful_metrics` and `stateless_metrics` are given.

    >>> bar = Progbar(target=4, verbose=2)
    >>> for step, loss in enumerate([0.8, 0.4, 0.2, 0.2]):
    ...     bar.update(step + 1, [("loss", loss)])  # doctest: +ELLIPSIS
    4/4 - 0s - ...s/step - loss: 0.2000
    """

    def __init__(
        self,
        target,
        width=20,
        verbose=1,
        interval=0.05,
        stateful_metrics=None,
        stateless_metrics=None,
        unit_name="step",
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                message(
                    "Give `stateful_metrics` or `stateless_metrics`, not both.",
                    "Each names the exceptions to the other.",
                    stateful_metrics=stateful_metrics,
                    stateless_metrics=stateless_metrics,
                )
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ()) if stateless_metrics is None else None
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)

        notebook = in_notebook()
        self._redraws = is_interactive_logging_enabled() and (notebook or in_terminal())
        if notebook:
            self.interval = max(interval, NOTEBOOK_INTERVAL)
        self._seen_so_far = 0
        self._values = {}  # name → [sum, how many]
        self._start = time.perf_counter()
        self._after_first_step = None
        self._drawn_width = 0
        self.next_draw = self._start + self.interval if self._redraws and verbose == 1 else math.inf

    def update(self, current, values=None, finalize=None):
        """Note that `current` steps are done, and draw if it is time to.

        Args:
            current: number of steps done.
            values: list of `(name, value of the last step)`.
            finalize: True for the last drawing, which ends the line. Default: when `current` reaches the target.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        for name, value in values or ():
            self._note_value(name, value, current, finalize)
        self._seen_so_far = current
        now = time.perf_counter()
        step_time = self._step_time(current, now)
        if self.verbose == 1 and (finalize or now >= self.next_draw):
            self._draw(current, now, step_time, finalize)
            self.next_draw = now + self.interval if self._redraws else math.inf
        elif self.verbose == 2 and finalize and self.target:
            print_message(f"{self._count(current)} - {now - self._start:.0f}s - {self._details(step_time)}")

    def add(self, n, values=None):
        """Note `n` further steps; `values` as in `update`."""
        self.update(self._seen_so_far + n, values)

    def _note_value(self, name, value, current, finalize):
        if self.stateless_metrics is None:
            as_it_is = name in self.stateful_metrics
        else:
            as_it_is = name not in self.stateless_metrics
        if as_it_is or finalize:
            self._values[name] = [value, 1]
            return
        steps = max(current - self._seen_so_far, 1)
        total, count = self._values.get(name, (0.0, 0))
        self._values[name] = [total + value * steps, count + steps]

    def _step_time(self, current, now):
        """Seconds per step; the first step, slower than the others, is left out as soon as there are more."""
        if not current:
            return 0
        first = self._after_first_step
        if current == 1:
            self._after_first_step = now
        if first is not None and current > 1:
            return (now - first) / (current - 1)
        return (now - self._start) / current

    def _draw(self, current, now, step_time, finalize):
        if self.target:
            count = self._count(current)
            done = min(int(self.width * current / self.target), self.width)
            left = self.width - done
        else:
            count, done, left = f"{current:7d}/Unknown", 0, 0
        is_running = self.target and not finalize
        clock = self._remaining(current, step_time) if is_running else f"{now - self._start:.0f}s"
        details = self._details(step_time)
        width = len(f"{count} {clock} {details}") + done + left
        if self._redraws:
            count, clock = f"{BOLD}{count}{PLAIN}", f"{BOLD}{clock}{PLAIN}"
            line = (f"{GREEN}{'━' * done}{PLAIN}" if done else "") + (f"{WHITE}{'━' * left}{PLAIN}" if left else "")
        else:
            line = "━" * (done + left)
        text = " ".join(part for part in (count, line, clock, details) if part)
        if self._drawn_width:
            text = "\r" + text + " " * (self._drawn_width - width)
        print_message(text, line_break=finalize)
        self._drawn_width = width

    def _count(self, current):
        digits = int(math.log10(self.target)) + 1
        return f"{current:{digits}d}/{self.target}"

    def _remaining(self, current, step_time):
        seconds = int(step_time * (self.target - current))
        if seconds > 3600:
            return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
        return f"{seconds // 60}:{seconds % 60:02d}" if seconds > 60 else f"{seconds}s"

    def _details(self, step_time):
        """`"1ms/step - accuracy: 0.4962 - loss: 0.6934"`."""
        if step_time >= 1 or step_time == 0:
            pieces = [f"{step_time:.0f}s/{self.unit_name}"]
        elif step_time >= 1e-3:
            pieces = [f"{step_time * 1e3:.0f}ms/{self.unit_name}"]
        else:
            pieces = [f"{step_time * 1e6:.0f}us/{self.unit_name}"]
        for name, (total, count) in self._values.items():
            value = float(np.mean(total)) / count
            pieces.append(f"{name}: {value:.4f}" if abs(value) > 1e-3 else f"{name}: {value:.4e}")
        return " - ".join(pieces)
