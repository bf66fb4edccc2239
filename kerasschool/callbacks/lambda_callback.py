"""`LambdaCallback`: a callback made of functions.

Source: `keras.callbacks.LambdaCallback`.
"""

from kerasschool.callbacks.callback import HOOKS, Callback
from kerasschool.errors import did_you_mean, message


class LambdaCallback(Callback):
    """Calls functions of yours instead of the hooks that they are named after.

    Args:
        on_epoch_begin, on_epoch_end: functions of `(epoch, logs)`.
        on_train_begin, on_train_end: functions of `(logs)`.
        on_train_batch_begin, on_train_batch_end: functions of `(batch, logs)`.
        **kwargs: functions for the other hooks of `Callback`.

    Raises:
        TypeError: for a hook that does not exist, or if something else than a function is given.

    >>> callback = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs["loss"]))
    >>> callback.on_epoch_end(0, {"loss": 0.7})
    0 0.7
    """

    def __init__(
        self,
        on_epoch_begin=None,
        on_epoch_end=None,
        on_train_begin=None,
        on_train_end=None,
        on_train_batch_begin=None,
        on_train_batch_end=None,
        **kwargs,
    ):
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in given.items():
            if name not in HOOKS:
                raise TypeError(f"There is no hook {name!r}.{did_you_mean(name, HOOKS)} Known: {', '.join(HOOKS)}")
            if function is not None and not callable(function):
                raise TypeError(message(f"`{name}` must be a function.", **{name: function}))
        self.__dict__.update({name: function for name, function in given.items() if function is not None})
