"""Callbacks that change the learning rate: by a plan, or when learning stalls.

Source: `keras.callbacks.LearningRateScheduler`, `keras.callbacks.ReduceLROnPlateau`.
"""

import inspect

import numpy as np

from kerasschool.callbacks.callback import Callback
from kerasschool.callbacks.monitor_callback import MonitorCallback
from kerasschool.errors import check_number, check_whole, message
from kerasschool.utils.io_utils import print_message


class LearningRateScheduler(Callback):
    """Sets the learning rate before every epoch to what a function of yours returns.

    The rate is added to the logs as `learning_rate`, so that `History` keeps it.

    Args:
        schedule: function of the epoch's number (from 0) and the present learning rate; returns the new one, a float.
        verbose: 1 prints the rate. Default 0.

    Raises:
        ValueError: in `fit`, if the function returns something else than a float.

    >>> def halve_every_third_epoch(epoch, learning_rate):
    ...     return learning_rate / 2 if epoch and epoch % 3 == 0 else learning_rate
    >>> scheduler = LearningRateScheduler(halve_every_third_epoch)
    >>> scheduler.schedule(3, 0.1)
    0.05

    Lesson 09.
    """

    def __init__(self, schedule, verbose=0):
        super().__init__()
        if not callable(schedule):
            raise ValueError(
                message(
                    "`schedule` must be a function of the epoch and the learning rate.",
                    "A schedule object of keras.optimizers.schedules belongs into the optimizer, as learning_rate=.",
                    schedule=schedule,
                )
            )
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch, logs=None):
        optimizer = self.model.optimizer
        old_rate = float(optimizer.learning_rate)
        new_rate = self.schedule(epoch, old_rate) if self._takes_two() else self.schedule(epoch)
        if not isinstance(new_rate, (float, np.float32, np.float64)):
            raise ValueError(
                message("The `schedule` function must return the new learning rate as a float.", returned=new_rate)
            )
        optimizer.learning_rate = float(new_rate)
        if self.verbose > 0:
            print_message(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {new_rate}.")

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)

    def _takes_two(self):
        """False for a function of the epoch alone, as older programs have them."""
        try:
            inspect.signature(self.schedule).bind(0, 0.1)
        except TypeError:
            return False
        except ValueError:  # built-in functions do not tell
            return True
        return True


class ReduceLROnPlateau(MonitorCallback):
    """Makes the learning rate smaller when the watched value has not improved for `patience` epochs.

    The rate is added to the logs as `learning_rate`, so that `History` keeps it.

    Args:
        monitor: name of the watched value. Default `"val_loss"`.
        factor: new rate = old rate × factor, less than 1. Default 0.1.
        patience: number of epochs without improvement to wait. Default 10.
        verbose: 1 prints each change. Default 0.
        mode: `"min"`, `"max"` or `"auto"`. Default `"auto"`.
        min_delta: a change smaller than this is no improvement. Default 0.0001.
        cooldown: number of epochs after a change in which nothing is counted. Default 0.
        min_lr: the rate never becomes smaller than this. Default 0.

    Raises:
        ValueError: if `factor` is 1 or more.

    >>> from types import SimpleNamespace
    >>> reduce = ReduceLROnPlateau(monitor="loss", factor=0.5, patience=2)
    >>> model = SimpleNamespace(optimizer=SimpleNamespace(learning_rate=0.1))
    >>> reduce.set_model(model)
    >>> reduce.on_train_begin()
    >>> for epoch in range(3):
    ...     reduce.on_epoch_end(epoch, {"loss": 0.7})
    >>> model.optimizer.learning_rate
    0.05

    Lesson 09.
    """

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=1e-4,
        cooldown=0,
        min_lr=0.0,
    ):
        super().__init__(monitor, mode, min_delta=min_delta)
        if check_number("factor", factor, 0) >= 1:
            raise ValueError(message("`factor` must be less than 1: the learning rate is made smaller.", factor=factor))
        self.factor = factor
        self.patience = check_whole("patience", patience, 0)
        self.verbose = verbose
        self.cooldown = check_whole("cooldown", cooldown, 0)
        self.min_lr = check_number("min_lr", min_lr, 0)
        self.on_train_begin()

    def on_train_begin(self, logs=None):
        self.best = None
        self.wait = 0
        self.cooldown_counter = 0

    def in_cooldown(self):
        """True during the epochs after a change in which nothing is counted."""
        return self.cooldown_counter > 0

    def on_epoch_end(self, epoch, logs=None):
        logs = {} if logs is None else logs
        self._choose_direction(logs)
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        value = logs.get(self.monitor)
        if value is None:
            self._warn_missing(logs)
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(value, self.best):
            self.best = value
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def _reduce(self, epoch):
        """Make the rate smaller; False if it is as small as allowed."""
        optimizer = self.model.optimizer
        old_rate = float(optimizer.learning_rate)
        if old_rate <= np.float32(self.min_lr):
            return False
        new_rate = max(old_rate * self.factor, self.min_lr)
        optimizer.learning_rate = new_rate
        if self.verbose > 0:
            print_message(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {new_rate}.")
        return True
