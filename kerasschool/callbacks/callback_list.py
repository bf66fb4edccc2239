"""`CallbackList`: many callbacks that are called like one.

Source: `keras.callbacks.CallbackList`.
"""

import difflib
import warnings

from kerasschool.callbacks.callback import HOOKS, Callback, listens
from kerasschool.callbacks.history import History
from kerasschool.callbacks.progbar_logger import ProgbarLogger
from kerasschool.errors import message
from kerasschool.old_spellings import caller_depth


class CallbackList(Callback):
    """Calls the hooks of several callbacks in the order of the list; `fit` makes one by itself.

    Args:
        callbacks: a callback, or a list of them. Default none.
        add_history: add a `History` if the list has none. Default False.
        add_progbar: add a `ProgbarLogger` if the list has none. Default False.
        model: the model that the callbacks get as `self.model`.
        **params: what the callbacks get as `self.params`: `verbose`, `epochs`, `steps`.

    Raises:
        TypeError: if something in the list is not a callback.

    >>> callbacks = CallbackList(add_history=True, verbose=0, epochs=1, steps=1)
    >>> callbacks.on_train_begin()
    >>> callbacks.on_epoch_end(0, {"loss": 1})
    >>> callbacks.callbacks[0].history
    {'loss': [1.0]}
    """

    def __init__(self, callbacks=None, add_history=False, add_progbar=False, model=None, **params):
        super().__init__()
        self.callbacks = flat_list(callbacks)
        for callback in self.callbacks:
            check_callback(callback)
        self.history = self._first(History)
        self.progbar = self._first(ProgbarLogger)
        if self.history is None and add_history:
            self.history = History()
            self.callbacks.append(self.history)
        if self.progbar is None and add_progbar:
            self.progbar = ProgbarLogger()
            self.callbacks.append(self.progbar)
        self.set_model(model)
        self.set_params(params)

    def _first(self, kind):
        return next((callback for callback in self.callbacks if isinstance(callback, kind)), None)

    def set_model(self, model):
        if model is None:
            return
        super().set_model(model)
        if self.history is not None:
            model.history = self.history
        for callback in self.callbacks:
            callback.set_model(model)

    def set_params(self, params):
        self.params = params
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    @property
    def wants_train_batches(self):
        """True if a callback has something to do before or after a batch of `fit`."""
        hooks = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")
        return any(listens(callback, *hooks) for callback in self.callbacks)

    @property
    def wants_test_batches(self):
        """True if a callback has something to do before or after a batch of `evaluate`."""
        return any(listens(callback, "on_test_batch_begin", "on_test_batch_end") for callback in self.callbacks)

    @property
    def wants_predict_batches(self):
        """True if a callback has something to do before or after a batch of `predict`."""
        return any(listens(callback, "on_predict_batch_begin", "on_predict_batch_end") for callback in self.callbacks)

    @property
    def wants_progress(self):
        """True if there is a progress bar, so that `progress` should be called after every batch."""
        return self.progbar is not None and self.progbar.verbose != 0

    def progress(self, batch, running_logs):
        """Let the progress bar draw if it is time to; `running_logs()` is called only then."""
        self.progbar.tick(batch, running_logs)

    def on_train_begin(self, logs=None):
        self._call("on_train_begin", logs)

    def on_train_end(self, logs=None):
        self._call("on_train_end", logs)

    def on_epoch_begin(self, epoch, logs=None):
        self._call("on_epoch_begin", logs, epoch)

    def on_epoch_end(self, epoch, logs=None):
        self._call("on_epoch_end", logs, epoch)

    def on_test_begin(self, logs=None):
        self._call("on_test_begin", logs)

    def on_test_end(self, logs=None):
        self._call("on_test_end", logs)

    def on_predict_begin(self, logs=None):
        self._call("on_predict_begin", logs)

    def on_predict_end(self, logs=None):
        self._call("on_predict_end", logs)

    def on_batch_begin(self, batch, logs=None):
        self._call_with_batch("on_batch_begin", batch, logs)

    def on_batch_end(self, batch, logs=None):
        self._call_with_batch("on_batch_end", batch, logs)

    def on_train_batch_begin(self, batch, logs=None):
        self._call_with_batch("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        self._call_with_batch("on_train_batch_end", batch, logs)

    def on_test_batch_begin(self, batch, logs=None):
        self._call_with_batch("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch, logs=None):
        self._call_with_batch("on_test_batch_end", batch, logs)

    def on_predict_batch_begin(self, batch, logs=None):
        self._call_with_batch("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch, logs=None):
        self._call_with_batch("on_predict_batch_end", batch, logs)

    def _call(self, hook, logs, *epoch):
        logs = plain_logs(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(*epoch, logs)

    def _call_with_batch(self, hook, batch, logs):
        logs = plain_logs(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(batch, logs=logs)


def plain_logs(logs):
    """A new dictionary, sorted by name, in which all numbers are Python floats."""
    plain = {}
    for name, value in sorted((logs or {}).items()):
        if isinstance(value, dict):
            plain.update(plain_logs(value))
            continue
        try:
            plain[name] = value if getattr(value, "ndim", 0) else float(value)
        except (TypeError, ValueError):  # a text, or nothing
            plain[name] = value
    return plain


def flat_list(callbacks):
    """`[a, b, c]` from `a`, `[a, b, c]` or `[a, [b, c]]`; `[]` from None."""
    if callbacks is None:
        return []
    if isinstance(callbacks, (list, tuple)):
        return [callback for part in callbacks for callback in flat_list(part)]
    return [callbacks]


def check_callback(callback):
    """Raise the error that teaches if `callback` is a class, a function or something else without hooks."""
    name = getattr(callback, "__name__", "")
    if isinstance(callback, type):
        raise TypeError(
            message("`callbacks` holds a class.", "Expected an object.", f"Write {name}().", callback=callback)
        )
    if not hasattr(callback, "on_epoch_end") or not hasattr(callback, "set_model"):
        raise TypeError(
            message(
                "`callbacks` holds something that is not a callback.",
                "Expected objects of a subclass of `keras.callbacks.Callback`.",
                f"Write LambdaCallback(on_epoch_end={name or 'function'})." if callable(callback) else "",
                callback=callback,
            )
        )
    for method in dir(callback):
        if method.startswith("on_") and method not in HOOKS:
            near = difflib.get_close_matches(method, HOOKS, n=1, cutoff=0.85)
            if near:
                name = f"{type(callback).__name__}.{method}"
                warnings.warn(
                    f"{name} is not a hook and is never called. Did you mean {near[0]!r}?", stacklevel=caller_depth()
                )
