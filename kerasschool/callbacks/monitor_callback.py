"""What `EarlyStopping`, `ModelCheckpoint` and `ReduceLROnPlateau` share: is this value better than the best so far?

Source: `keras.src.callbacks.monitor_callback`.
"""

import warnings

import numpy as np

from kerasschool import config
from kerasschool.callbacks.callback import Callback
from kerasschool.errors import check_number, did_you_mean, message
from kerasschool.old_spellings import caller_depth

MODES = ("auto", "min", "max")


class MonitorCallback(Callback):
    """Base class of callbacks that watch one value of the logs.

    Args:
        monitor: name of the value. Default `"val_loss"`.
        mode: `"min"`: smaller is better, `"max"`: greater is better, `"auto"`: known from the name. Default `"auto"`.
        baseline: the best value to begin with. Default None, the first value.
        min_delta: a change smaller than this is no improvement. Default 0.

    Raises:
        ValueError: after the first epoch, if `mode="auto"` and nobody knows whether smaller or greater is better.
    """

    def __init__(self, monitor="val_loss", mode="auto", baseline=None, min_delta=0):
        super().__init__()
        if mode not in MODES:
            warnings.warn(
                f"{type(self).__name__} does not know mode={mode!r} and takes 'auto'."
                f"{did_you_mean(mode, MODES)} Known: {', '.join(MODES)}",
                stacklevel=caller_depth(),
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best = baseline
        self.min_delta = abs(check_number("min_delta", min_delta))
        self.monitor_op = None  # np.less or np.greater, as soon as the metrics are known

    def _choose_direction(self, logs):
        """Find out, once, whether smaller or greater is better."""
        if self.monitor_op is not None:
            return
        direction = {"min": "down", "max": "up"}.get(self.mode) or self._direction_of_metric()
        if direction is None:
            near = did_you_mean(self.monitor, logs)
            raise ValueError(
                message(
                    f"{type(self).__name__} cannot tell whether a small or a great {self.monitor!r} is better.{near}",
                    f"The logs hold: {', '.join(logs)}.",
                    "Pass mode='min' if smaller is better, mode='max' if greater is better.",
                    monitor=self.monitor,
                )
            )
        self.monitor_op = np.less if direction == "down" else np.greater

    def _direction_of_metric(self):
        """`"up"`, `"down"`, or None if the monitored metric does not say."""
        name = self.monitor.removeprefix("val_")
        direction = "down" if name == "loss" else None
        for metric in all_metrics(self.model):
            if metric.name == name:
                direction = getattr(metric, "_direction", direction)
        return direction

    def _is_improvement(self, value, reference):
        """True if `value` is better than `reference` by more than `min_delta`; everything beats None."""
        if reference is None:
            return True
        number = np.dtype(config.floatx()).type  # compared with the precision that losses have
        margin = self.min_delta if self.monitor_op is np.less else -self.min_delta
        return bool(self.monitor_op(number(value + margin), number(reference)))

    def _warn_missing(self, logs):
        """The monitored value is not there: say which are."""
        hint = did_you_mean(self.monitor, logs)
        if self.monitor.startswith("val_") and not any(name.startswith("val_") for name in logs):
            hint = " There are no validation values: pass validation_data= or validation_split= to fit()."
        warnings.warn(
            f"{type(self).__name__} watches {self.monitor!r}, which is not in the logs.{hint} "
            f"The logs hold: {', '.join(logs)}",
            stacklevel=caller_depth(),
        )


def all_metrics(model):
    """The metrics of a model, those inside containers of metrics included."""
    found = []
    for metric in getattr(model, "metrics", None) or ():
        found.append(metric)
        found += getattr(metric, "metrics", ())
    return [metric for metric in found if hasattr(metric, "name")]
