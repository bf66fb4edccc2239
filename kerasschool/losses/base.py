"""What every loss does: `call` gives one value per sample, weights and a reduction make one number of them.

    loss = BinaryCrossentropy()
    loss(y_true, y_pred)              # the number that training lowers
    loss.gradient(y_true, y_pred)     # its slope: where backpropagation starts

Lesson: 03. Source: `keras.losses.Loss`.
"""

import numpy as np

from kerasschool import autodiff, config
from kerasschool.autodiff import Tensor
from kerasschool.configurable import NamesArguments
from kerasschool.errors import message
from kerasschool.losses import labels as label_checks
from kerasschool.losses.function import LossFunction
from kerasschool.losses.reduction import (
    MEANS,
    check_reduction,
    even_slope,
    reduce_weighted_values,
    slope_of_reduction,
    squeeze_or_expand_to_same_rank,
)
from kerasschool.registry import deserialize_keras_object, serialize_keras_object, snake_case


class Loss(NamesArguments):
    """The base to subclass for a loss of your own: write `call(y_true, y_pred)` in plain NumPy.

    Args:
        name: the class name in snake_case unless given.
        reduction: `"sum_over_batch_size"` (the mean), `"mean"`, `"mean_with_sample_weight"`, `"sum"`, or None.
        dtype: float type of the computation; None takes `config.floatx()`.

    >>> class SquaredError(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return np.mean(np.square(y_pred - y_true), axis=-1)
    >>> loss = SquaredError()
    >>> print(loss([[0.0], [1.0]], [[0.5], [1.0]]))
    0.125
    >>> loss.gradient([[0.0], [1.0]], [[0.5], [1.0]]).tolist()
    [[0.5], [0.0]]
    """

    label_kind = None  # the targets it wants: a name from the table in losses/labels.py, or None for any numbers
    partner = None  # the activation with which `partner_gradient` is a short-cut

    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        self.name = name or snake_case(type(self).__name__)
        self.reduction = check_reduction(reduction)
        self.dtype = np.dtype(dtype or config.floatx()).name

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The loss of a batch: a NumPy number, or an array when the reduction is None.

        Args:
            y_true, y_pred: targets and predictions, one row per sample.
            sample_weight: one weight per sample.
        """
        y_true, y_pred = self._cast(y_true), self._cast(y_pred)
        try:
            values = self.call(y_true, y_pred)
        except ValueError as error:
            if "broadcast" not in str(error):
                raise
            raise ValueError(
                message(
                    f"The loss `{self.name}` cannot bring `y_true` and `y_pred` together.",
                    "Expected one target for each output of each row: the same shape.",
                    y_true=y_true,
                    y_pred=y_pred,
                )
            ) from error
        if values is None:
            raise ValueError(message(f"The loss `{self.name}` returned nothing.", fix="Does it end with `return …`?"))
        if not isinstance(values, Tensor):
            values = np.asarray(values, self.dtype)
        return reduce_weighted_values(values, sample_weight, self.counted(y_true, values), self.reduction)

    def call(self, y_true, y_pred):
        """One value per sample, in plain NumPy. Subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} needs a method `call(self, y_true, y_pred)`.")

    def counted(self, y_true, values):
        """Which values count: a bool array of their shape, or None (as here) when all do."""

    def gradient(self, y_true, y_pred, sample_weight=None):
        """d loss / d y_pred, an array like `y_pred`. With reduction None: of the sum of the values."""
        y_pred = np.asarray(y_pred)
        loss, pullback = autodiff.vjp(lambda y_pred: self(y_true, y_pred, sample_weight), self._cast(y_pred))
        slope = pullback(np.ones_like(loss))[0]
        return slope.astype(y_pred.dtype if y_pred.dtype.kind == "f" else self.dtype, copy=False)

    @property
    def averages_rows(self):
        """True if the loss of many rows is the average of the losses of its batches, weighted by their sizes."""
        return False

    def prepare(self, y_true, output_shape):
        """Targets in the form every step reads them, checked once: see `losses/labels.py`.

        Args:
            y_true: all targets.
            output_shape: shape of the model's output, None for a batch axis that is not known.

        Raises:
            ValueError: if the targets do not fit this loss or this output.
        """
        return label_checks.prepare(self.label_kind, y_true, output_shape, self.name)

    def get_config(self):
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def _cast(self, array):
        return array if isinstance(array, Tensor) else label_checks.as_numbers(array, self.dtype)


class LossFunctionWrapper(Loss):
    """A `Loss` made of a function `(y_true, y_pred) → values`: what `compile(loss=my_function)` builds.

    Args:
        fn: a `LossFunction`, or any function or `lambda` in plain NumPy.
        arguments: further keyword arguments, handed to `fn` in every call.

    >>> loss = LossFunctionWrapper(lambda y_true, y_pred: np.max(np.abs(y_pred - y_true), axis=-1), name="largest")
    >>> print(loss([[0.0, 0.0]], [[0.5, -2.0]]))
    2.0
    """

    def __init__(self, fn, reduction="sum_over_batch_size", name=None, dtype=None, **arguments):
        super().__init__(name or getattr(fn, "__name__", None), reduction, dtype)
        self.fn = fn
        self.arguments = arguments
        if isinstance(fn, LossFunction):
            self.label_kind = fn.labels

    def __getattr__(self, name):
        try:  # loss.label_smoothing and the like, without holding them twice
            return self.__dict__["arguments"][name]
        except KeyError:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}") from None

    def call(self, y_true, y_pred):
        y_true, y_pred = squeeze_or_expand_to_same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self.arguments)

    def counted(self, y_true, values):
        valid = getattr(self.fn, "valid", None)
        return None if valid is None else valid(y_true, values, **self.arguments)

    def gradient(self, y_true, y_pred, sample_weight=None):
        if not self._is_hand_written():
            return super().gradient(y_true, y_pred, sample_weight)
        y_pred = np.asarray(y_pred)
        true, predicted = self.fn.arrays(y_true, self._cast(y_pred))
        values = predicted.shape[:-1]
        if sample_weight is None:
            scale = even_slope(values, self.reduction, predicted.dtype)
        else:
            scale = slope_of_reduction(values, sample_weight, self.reduction)
        if scale is None or true.shape not in (predicted.shape, values):
            return super().gradient(y_true, y_pred, sample_weight)
        slope = self.fn.slope(true, predicted, **self.arguments)
        slope *= scale if sample_weight is None else scale[..., None]
        return slope.reshape(y_pred.shape).astype(y_pred.dtype if y_pred.dtype.kind == "f" else self.dtype, copy=False)

    def _is_hand_written(self):
        return getattr(self.fn, "slope", None) is not None and self._is_plain()

    def _is_plain(self):
        """True if each row has one value, over its last axis, and every row counts."""
        given = self.arguments
        return given.get("axis", -1) == -1 and given.get("ignore_class") is None

    @property
    def partner(self):
        """The activation that may be skipped backwards: `partner_gradient` then gives d loss / d z. Else None."""
        offered = getattr(self.fn, "partner", None)
        fits = self._is_plain() and not self.arguments.get("from_logits") and self.reduction in (*MEANS, "sum")
        return offered if fits else None

    def partner_gradient(self, y_true, y_pred, sample_weight=None, out=None):
        """d loss / d z, where `y_pred = partner(z)`: softmax or sigmoid and crossentropy cancel to `y_pred - y_true`.

        Args:
            y_true: as `prepare` returned it.
            y_pred: the activation's output, same float type.
            out: where the result goes; `y_pred` itself may be given, and is then overwritten. None for a new array.
        """
        values = y_pred.shape[:-1]
        if sample_weight is None:
            scale = even_slope(values, self.reduction, y_pred.dtype)
        else:
            scale = slope_of_reduction(values, sample_weight, self.reduction)[..., None].astype(y_pred.dtype)
        return self.fn.partner_slope(y_true, y_pred, scale, out, **self.arguments)

    @property
    def averages_rows(self):
        by_row = isinstance(self.fn, LossFunction) and self.fn.by_row
        return by_row and self._is_plain() and self.reduction in ("sum_over_batch_size", "mean")

    def prepare(self, y_true, output_shape):
        return label_checks.prepare(
            self.label_kind, y_true, output_shape, self.name, ignore_class=self.arguments.get("ignore_class")
        )

    def get_config(self):
        arguments = serialize_keras_object(self.arguments)
        own = {"fn": serialize_keras_object(self.fn)} if type(self) is LossFunctionWrapper else {}
        return {**super().get_config(), **own, **arguments}

    @classmethod
    def from_config(cls, config):
        return cls(**deserialize_keras_object(config))
