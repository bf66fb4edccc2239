"""What every metric shares: state that adds up over batches, and `Mean` and `Sum`, the two simplest.

A metric is a number for people. It is updated with some rows (`update_state`), asked for the value over all rows
since the last reset (`result`), and set back between epochs (`reset_state`). Sums are kept in float64, so that one
update with all rows and many updates with batches agree.

Lesson: 05. Source: `keras.metrics`.
"""

import numpy as np

from kerasschool import config, initializers
from kerasschool.errors import did_you_mean, message, refuse_unknown_arguments
from kerasschool.layers import budget
from kerasschool.layers.keras_tensor import unique_name
from kerasschool.losses.base import Loss
from kerasschool.losses.function import LossFunction
from kerasschool.losses.reduction import merge_mask, squeeze_or_expand_to_same_rank
from kerasschool.registry import deserialize_keras_object, public_module, serialize_keras_object, snake_case


class Variable(np.lib.mixins.NDArrayOperatorsMixin):
    """One array of a metric's state. It takes part in NumPy expressions like the array it holds.

    >>> total = Variable(np.zeros(2), name="total")
    >>> total.assign_add([1.0, 2.0])
    >>> print(total + 1)
    [2. 3.]
    """

    def __init__(self, value, name="variable"):
        self.value = np.array(value)
        self.name = name

    shape = property(lambda self: self.value.shape)
    ndim = property(lambda self: self.value.ndim)
    dtype = property(lambda self: self.value.dtype.name)

    def assign(self, value):
        """Put `value`, of the same shape, in the place of what is held."""
        value = np.asarray(value, self.value.dtype)
        if value.shape != self.value.shape:
            raise ValueError(
                message(
                    f"The metric's variable `{self.name}` cannot take an array of another shape.",
                    f"Expected shape {self.value.shape}.",
                    shape=value.shape,
                )
            )
        self.value[...] = value

    def assign_add(self, value):
        """Add `value`, of the same shape, to what is held."""
        self.assign(self.value + value)

    def assign_sub(self, value):
        """Subtract `value`, of the same shape, from what is held."""
        self.assign(self.value - value)

    def numpy(self):
        """A copy of the array."""
        return self.value.copy()

    def __array__(self, dtype=None, copy=None):
        return np.array(self.value, dtype=dtype)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        outputs = options.get("out")
        if outputs:
            options["out"] = tuple(_array(each) for each in outputs)
        result = getattr(ufunc, method)(*map(_array, inputs), **options)
        return outputs[0] if outputs else result

    def __getitem__(self, index):
        return self.value[index]

    def __len__(self):
        return len(self.value)

    def __float__(self):
        return float(self.value)

    def __int__(self):
        return int(self.value)

    def __bool__(self):
        return bool(self.value)

    def __repr__(self):
        return f"<Variable name={self.name}, shape={self.shape}, dtype={self.dtype}, value={self.value}>"


def _array(each):
    return each.value if isinstance(each, Variable) else each


class Metric:
    """The class to subclass for a metric of your own.

    Make the state with `add_variable` in `__init__`, change it in `update_state`, read it in `result`.

    Args:
        dtype: float type of the result; None for `config.floatx()`.
        name: the key in `History`; None for the class's name in snake_case, with a number from the second one on.

    >>> class LargestError(Metric):
    ...     def __init__(self, name="largest_error", **kwargs):
    ...         super().__init__(name=name, **kwargs)
    ...         self.largest = self.add_variable(shape=(), initializer="zeros", name="largest")
    ...
    ...     def update_state(self, y_true, y_pred, sample_weight=None):
    ...         self.largest.assign(np.maximum(self.largest, np.abs(y_true - y_pred).max()))
    ...
    ...     def result(self):
    ...         return float(self.largest)
    >>> metric = LargestError()
    >>> metric.update_state(np.array([1.0, 2.0]), np.array([1.5, 2.0]))
    >>> metric.update_state(np.array([1.0]), np.array([4.0]))
    >>> metric.result()
    3.0
    """

    def __new__(cls, *args, **kwargs):
        refuse_unknown_arguments(cls, kwargs)
        return super().__new__(cls)

    def __init__(self, dtype=None, name=None):
        self._variables = []
        self.dtype = _dtype_name(dtype)
        self.name = name or unique_name(snake_case(type(self).__name__))

    def add_variable(self, shape, initializer="zeros", dtype=None, aggregation="sum", name=None):
        """An array of state, set to zeros by `reset_state`.

        Args:
            shape: tuple; `()` for a single number.
            initializer: a name such as `"zeros"`, or an initializer.
            dtype: None for `config.floatx()`.
            aggregation: taken for Keras's sake; one process has nothing to aggregate.
            name: shown in messages.
        """
        if not hasattr(self, "_variables"):
            raise RuntimeError(
                f"`{type(self).__name__}.__init__` must call `super().__init__(name=name)` "
                "before it makes variables. Add that line at its top."
            )
        budget.take_table(tuple(shape))
        fill = initializers.get("zeros" if initializer is None else initializer)
        variable = Variable(np.asarray(fill(tuple(shape), dtype=dtype or config.floatx())), name or "variable")
        self._variables.append(variable)
        return variable

    def add_weight(self, shape=(), initializer=None, dtype=None, name=None):
        """The same as `add_variable`, under the older name."""
        return self.add_variable(shape, initializer, dtype=dtype, name=name)

    @property
    def variables(self):
        """All arrays of state, those of metrics kept as attributes included."""
        inner = [each for value in vars(self).values() for each in _metrics_in(value)]
        return self._variables + [variable for metric in inner for variable in metric.variables]

    def reset_state(self):
        """Set every variable to zero. Called at the start of each epoch and of each `evaluate`."""
        for variable in self.variables:
            variable.value[...] = 0

    def update_state(self, *args, **kwargs):
        """Take in some rows: `update_state(y_true, y_pred, sample_weight=None)`."""
        raise NotImplementedError(
            f"`{type(self).__name__}` has no `update_state`. Define `update_state(self, y_true, y_pred, "
            "sample_weight=None)`."
        )

    def result(self):
        """The value over all rows since the last reset: a number, an array, or a dictionary of numbers."""
        raise NotImplementedError(f"`{type(self).__name__}` has no `result`. Define `result(self)`.")

    def __call__(self, *args, **kwargs):
        """`update_state`, then `result`."""
        self.update_state(*args, **kwargs)
        return self.result()

    @property
    def adds_up(self):
        """True if one update with all rows gives the same result as many with batches. Not known of a reader's own."""
        return public_module(type(self)) is not None

    def get_config(self):
        """The arguments that make an equal metric again, as a dictionary."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config):
        """The metric that `get_config` described."""
        return cls(**config)

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}>"


def _metrics_in(value):
    if isinstance(value, Metric):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [each for each in value if isinstance(each, Metric)] if isinstance(value, (list, tuple)) else []


def _dtype_name(dtype):
    """`dtype` as a name, or the error that says what belongs there."""
    if dtype is None:
        return config.floatx()
    try:
        name = np.dtype(getattr(dtype, "name", dtype)).name
    except TypeError:
        fix = f"Is it the metric's name? Then write name={dtype!r}." if isinstance(dtype, str) else ""
        near = did_you_mean(dtype, ("float32", "float64", "int32")).strip()
        raise ValueError(message("`dtype` is not a number type.", near, fix, dtype=dtype)) from None
    return "int32" if dtype == "int" else name


def spread_weights(sample_weight, shape):
    """`sample_weight` repeated to `shape`, or the error that says which shapes fit."""
    try:
        return np.broadcast_to(sample_weight, shape)
    except ValueError:
        raise ValueError(
            message(
                "`sample_weight` does not fit the data.",
                f"Expected one weight per row ({shape[0] if shape else 1} of them), or an array of shape {shape}.",
                sample_weight=sample_weight,
            )
        ) from None


def _one_value_per_row(values, sample_weight, reduce):
    """Weighted `values (n, …)` brought down to one per row, and the weights `(n,)` beside them."""
    values = np.asarray(values, np.float64)
    if sample_weight is not None:
        values, sample_weight = squeeze_or_expand_to_same_rank(values, np.asarray(sample_weight, np.float64))
        if values.ndim > sample_weight.ndim:
            values = reduce(values, axis=tuple(range(sample_weight.ndim, values.ndim)))
        sample_weight = spread_weights(sample_weight, values.shape)
        values = values * sample_weight
        if sample_weight.ndim > 1:
            sample_weight = reduce(sample_weight, axis=tuple(range(1, sample_weight.ndim)))
    if values.ndim > 1:
        values = reduce(values, axis=tuple(range(1, values.ndim)))
    return values, sample_weight


class Sum(Metric):
    """The (weighted) sum of all values: `sum(weight * value)`.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> total = Sum()
    >>> total.update_state([1, 3, 5, 7], sample_weight=[1, 1, 0, 0])
    >>> total.result()
    4.0
    """

    def __init__(self, name="sum", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", dtype="float64", name="total")

    def update_state(self, values, sample_weight=None):
        values, _ = _one_value_per_row(values, sample_weight, np.sum)
        self.total.value += values.sum()

    def result(self):
        return float(self.total.value)


class Mean(Metric):
    """The (weighted) mean of all values: `sum(weight * value) / sum(weight)`.

    Args:
        name: the key in `History`.
        dtype: float type of the result; None for `config.floatx()`.

    >>> mean = Mean()
    >>> mean.update_state([1, 3])
    >>> mean.update_state([5, 7])
    >>> mean.result()
    4.0
    """

    def __init__(self, name="mean", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), "zeros", dtype="float64", name="total")
        self.count = self.add_variable((), "zeros", dtype="float64", name="count")

    def update_state(self, values, sample_weight=None):
        values = np.asarray(values)
        if sample_weight is None:  # the usual case, in as few NumPy calls as it takes: fit calls this per batch
            rows = values.shape[0] if values.ndim else 1
            self.total.value += values.sum(dtype=np.float64) * (rows / max(values.size, 1))
            self.count.value += rows
        else:
            values, sample_weight = _one_value_per_row(values, sample_weight, np.mean)
            self.total.value += values.sum()
            self.count.value += sample_weight.sum()

    def result(self):
        return float(self.total.value / self.count.value) if self.count.value else 0.0


class MeanMetricWrapper(Mean):
    """The mean over rows of a function `fn(y_true, y_pred)`.

    Args:
        fn: the function; it gives one value per row, or per row and column.
        name: the key in `History`; None for `mean_metric_wrapper`.
        dtype: float type of the result; None for `config.floatx()`.
        **kwargs: further arguments handed on to `fn`.

    >>> def largest_error(y_true, y_pred):
    ...     return np.abs(y_true - y_pred).max(axis=-1)
    >>> metric = MeanMetricWrapper(largest_error)
    >>> metric([[0.0, 0.0], [1.0, 1.0]], [[0.5, 0.0], [1.0, 2.5]])
    1.0
    """

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        if not callable(fn):
            raise ValueError(message("`fn` must be a function of `y_true` and `y_pred`.", fn=fn))
        super().__init__(name=name, dtype=dtype)
        self._fn = fn
        self._fn_kwargs = kwargs
        if isinstance(fn, (Loss, LossFunction)):
            self._direction = "down"  # what EarlyStopping and the like read when mode is "auto"

    def update_state(self, y_true, y_pred, sample_weight=None):
        values = self._fn(np.asarray(y_true), np.asarray(y_pred), **self._fn_kwargs)
        valid = getattr(self._fn, "valid", None)
        if sample_weight is not None and valid is not None:
            mask = valid(y_true, values, **self._fn_kwargs)
            sample_weight = merge_mask(sample_weight, mask, np.float64, reduction="sum")
        super().update_state(values, sample_weight)

    @property
    def adds_up(self):
        """True if the function looks at each row for itself, as ours do over the last axis."""
        by_row = self._fn.by_row if isinstance(self._fn, LossFunction) else public_module(self._fn) == "keras.metrics"
        return super().adds_up and by_row and self._fn_kwargs.get("axis", -1) == -1

    def get_config(self):
        config = {"fn": serialize_keras_object(self._fn), **serialize_keras_object(self._fn_kwargs)}
        return {**super().get_config(), **config}

    @classmethod
    def from_config(cls, config):
        return cls(**deserialize_keras_object(config))


class MeanOf(MeanMetricWrapper):
    """A `MeanMetricWrapper` whose class says which function it is: its arguments become attributes and config."""

    def __init__(self, fn, name=None, dtype=None, **kwargs):
        super().__init__(fn, name, dtype, **kwargs)
        for argument, value in kwargs.items():
            setattr(self, argument, value)

    def get_config(self):
        return {**Metric.get_config(self), **self._fn_kwargs}
