"""`Callback`: the base class. Each of its methods is a *hook*, called by `fit`, `evaluate` or `predict` at one moment.

Source: `keras.callbacks.Callback`.
"""

from kerasschool.errors import refuse_unknown_arguments


def never(callback):
    """The answer of a hook that does nothing: nobody needs to call it."""
    return False


def listens_when(condition):
    """Marks a per-batch hook that needs to be called only if `condition(callback)` is true.

    Calling hooks that do nothing after every batch would cost more than training a small network. A hook without
    the mark, such as one that a reader writes, is always called.
    """

    def mark(hook):
        hook.listens = condition
        return hook

    return mark


def listens(callback, *hooks):
    """True if one of the named hooks of `callback` does something."""
    for name in hooks:
        condition = getattr(getattr(callback, name, None), "listens", None)
        if condition is None or condition(callback):
            return True
    return False


class Callback:
    """Base class: subclass it and override the hooks you need.

    A hook gets `logs`, a dictionary such as `{"accuracy": 0.7, "loss": 0.6}`. In `on_train_batch_end` it holds the
    averages over this epoch's rows so far; in `on_epoch_end` those of the whole epoch and the validation values.
    To end the training, set `self.model.stop_training = True`.

    Attributes:
        model: the model that is being trained.
        params: dictionary with `"verbose"`, `"epochs"` and `"steps"` (batches per epoch).

    >>> class Shout(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(f"Epoch {epoch + 1} done, the loss is {logs['loss']:.2f}!")
    >>> Shout().on_epoch_end(0, {"loss": 0.693})
    Epoch 1 done, the loss is 0.69!

    Lesson 10.
    """

    def __new__(cls, *args, **kwargs):
        refuse_unknown_arguments(cls, kwargs)
        return super().__new__(cls)

    def __init__(self):
        self.params = None
        self._model = None

    @property
    def model(self):
        """The model that is being trained, or None before `fit`."""
        return self._model

    def set_params(self, params):
        """Called first: keeps `params`."""
        self.params = params

    def set_model(self, model):
        """Called first: keeps `model`."""
        self._model = model

    def on_train_begin(self, logs=None):
        """Called once when `fit` begins."""

    def on_train_end(self, logs=None):
        """Called once when `fit` ends; `logs` are those of the last epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        """Called before each epoch; the first is number 0."""

    def on_epoch_end(self, epoch, logs=None):
        """Called after each epoch, validation included; validation values are named `val_…`."""

    @listens_when(never)
    def on_train_batch_begin(self, batch, logs=None):
        """Called before each batch of `fit`; the first of an epoch is number 0."""
        self.on_batch_begin(batch, logs=logs)

    @listens_when(never)
    def on_train_batch_end(self, batch, logs=None):
        """Called after each batch of `fit`; `logs` are the averages of this epoch so far."""
        self.on_batch_end(batch, logs=logs)

    @listens_when(never)
    def on_batch_begin(self, batch, logs=None):
        """The older name of `on_train_batch_begin`."""

    @listens_when(never)
    def on_batch_end(self, batch, logs=None):
        """The older name of `on_train_batch_end`."""

    def on_test_begin(self, logs=None):
        """Called when `evaluate`, or the validation in `fit`, begins."""

    def on_test_end(self, logs=None):
        """Called when `evaluate`, or the validation in `fit`, ends."""

    @listens_when(never)
    def on_test_batch_begin(self, batch, logs=None):
        """Called before each batch of `evaluate`, and of the validation in `fit`."""

    @listens_when(never)
    def on_test_batch_end(self, batch, logs=None):
        """Called after each batch of `evaluate`, and of the validation in `fit`."""

    def on_predict_begin(self, logs=None):
        """Called when `predict` begins."""

    def on_predict_end(self, logs=None):
        """Called when `predict` ends."""

    @listens_when(never)
    def on_predict_batch_begin(self, batch, logs=None):
        """Called before each batch of `predict`."""

    @listens_when(never)
    def on_predict_batch_end(self, batch, logs=None):
        """Called after each batch of `predict`; `logs["outputs"]` are its predictions."""


HOOKS = tuple(name for name in vars(Callback) if name.startswith("on_"))
