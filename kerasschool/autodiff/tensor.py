"""`Tensor`, the array that remembers how it was made, and the walk back through what it remembers."""

import functools
import inspect
import threading

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from kerasschool.autodiff.moves import getitem
from kerasschool.autodiff.rules import COMPOSED, CONSTANTS, ELEMENTWISE, HINTS, PRIMITIVES, USE_INSTEAD, numpy_functions
from kerasschool.errors import message

recording = threading.local()  # its `depth`: how many `vjp` of this thread are under way

REDUCTIONS = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min}


class Tensor(NDArrayOperatorsMixin):
    """An array that remembers how it was made.

    `vjp` and `grad` make the first ones; every NumPy function applied to one gives the next. Comparisons and whatever
    has no slope (`np.argmax`, `np.round`, `.shape`, …) give plain arrays and numbers, so `if x.sum() > 0:` works.

    Args:
        value: the array.
        parents: the tensors it was computed from; none for a leaf.
        pullbacks: for each parent a function, gradient of this tensor → gradient of the parent.

    >>> x = Tensor(np.array([1.0, 2.0]))
    >>> np.sum(x * x)
    <Tensor shape=() dtype=float64 value=5.0>
    """

    __slots__ = ("value", "parents", "pullbacks")

    def __init__(self, value, parents=(), pullbacks=()):
        self.value = value
        self.parents = parents
        self.pullbacks = pullbacks

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if method != "__call__" or options:
            return _special_ufunc(ufunc, method, inputs, options)
        values = [each.value if isinstance(each, Tensor) else each for each in inputs]
        rules = ELEMENTWISE.get(ufunc)
        if rules is None:
            if ufunc in CONSTANTS:
                return ufunc(*values)
            raise unsupported(ufunc)
        values = [np.asarray(each) if isinstance(each, (list, tuple)) else each for each in values]
        result = ufunc(*values)
        parents, pullbacks = [], []
        for each, rule in zip(inputs, rules, strict=True):
            if isinstance(each, Tensor):
                parents.append(each)
                pullbacks.append(lambda d, rule=rule: rule(d, result, *values))
        return Tensor(result, parents, pullbacks)

    def __array_function__(self, function, types, arguments, options):
        if options.get("out") is not None:
            raise in_place(function_name(function))
        rule = COMPOSED.get(function)
        try:
            if rule is not None:
                return rule(*arguments, **options)
            rule = PRIMITIVES.get(function)
            if rule is not None:
                return _apply(rule, arguments, options)
        except TypeError as error:
            if _fits(rule, arguments, options):
                raise
            raise _too_many_arguments(function, rule, error) from None
        if function in CONSTANTS:
            return function(*plain(arguments), **plain(options))
        raise unsupported(function)

    def __array__(self, dtype=None, copy=None):
        if not is_recording():  # `kernel * 2` outside of training: nobody will ask for a gradient
            return np.array(self.value, dtype=dtype)
        raise TypeError(
            message(
                "Turning a Tensor into a plain array would silently cut its gradient.",
                "np.asarray, np.array and lists of Tensors are not needed here:",
                "use NumPy functions on the Tensor itself, np.stack([...]) for a list, "
                "and x.value where a number without gradient is wanted.",
                tensor=self,
            )
        )

    def __getitem__(self, index):
        return _apply(getitem, (self, index), {})

    def __setitem__(self, index, value):
        raise TypeError(
            message(
                "A Tensor cannot be changed in place, its gradient would be lost.",
                "Build a new one with np.where(condition, new, old) or np.concatenate.",
                index=index,
            )
        )

    def __len__(self):
        return len(self.value)

    def __iter__(self):
        return (self[i] for i in range(len(self.value)))

    def __bool__(self):
        return bool(self.value)

    def __float__(self):
        return float(self._as_number("float()"))

    def __int__(self):
        return int(self._as_number("int()"))

    def __complex__(self):
        return complex(self._as_number("complex()"))

    def _as_number(self, function):
        if not is_recording():
            return self.value
        raise TypeError(
            message(
                f"{function} and the functions of `math` would silently cut the gradient of a Tensor.",
                "Use NumPy's functions (np.sqrt for math.sqrt), and x.item() for a number without gradient.",
                tensor=self,
            )
        )

    def __round__(self, digits=0):
        return np.round(self.value, digits)

    def __format__(self, spec):
        return format(self.value, spec) if spec else repr(self)

    def __repr__(self):
        return f"<Tensor shape={self.shape} dtype={self.dtype} value={self.value}>"

    @property
    def shape(self):
        return self.value.shape

    @property
    def ndim(self):
        return self.value.ndim

    @property
    def size(self):
        return self.value.size

    @property
    def dtype(self):
        return self.value.dtype

    @property
    def T(self):  # noqa: N802  (NumPy's name)
        return np.transpose(self)

    def numpy(self):
        """The plain array, without gradient."""
        return self.value

    def item(self):
        """The one entry as a Python number, without gradient."""
        return self.value.item()

    def tolist(self):
        """The entries as Python numbers, without gradient."""
        return self.value.tolist()

    def reshape(self, *shape, order="C"):
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, order=order)

    def transpose(self, *axes):
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def flatten(self, order="C"):
        return np.ravel(self, order)

    def astype(self, dtype):
        """The same numbers with another float type; whole numbers and bools come back as a plain array."""
        value = self.value.astype(dtype)
        return Tensor(value, (self,), (lambda d: d,)) if value.dtype.kind == "f" else value


def _method(function):
    @functools.wraps(function, updated=())
    def method(self, *arguments, **options):
        return function(self, *arguments, **options)

    return method


# x.mean(axis=0) is np.mean(x, axis=0), and so on.
METHODS = "all any argmax argmin argsort clip copy cumsum diagonal dot max mean min nonzero prod ravel repeat round"
METHODS += " squeeze std sum swapaxes take trace var"
for _function in numpy_functions(METHODS):
    setattr(Tensor, _function.__name__, _method(_function))


def is_recording():
    """True while `vjp` runs a function in this thread."""
    return getattr(recording, "depth", 0) > 0


def plain(x):
    """`x` with the array in place of each Tensor, also inside lists, tuples and dictionaries."""
    if isinstance(x, Tensor):
        return x.value
    if isinstance(x, (list, tuple)):
        return type(x)([plain(each) for each in x])
    if isinstance(x, dict):
        return {key: plain(each) for key, each in x.items()}
    return x


def _holds_tensor(x):
    return any(_holds_tensor(each) for each in x) if isinstance(x, (list, tuple)) else isinstance(x, Tensor)


def _apply(rule, arguments, options):
    """Record one step: the rule's value, and its pullbacks for those arguments that are Tensors."""
    if any(_holds_tensor(each) for each in options.values()):
        raise TypeError(message("Pass arrays by position here, not by name.", **options))
    value, pullbacks = rule(*plain(arguments), **options)
    parents, kept = [], []
    for each, pullback in zip(arguments, pullbacks, strict=False):  # further arguments (axis, …) have no pullback
        pairs = zip(each, pullback, strict=True) if isinstance(pullback, list) else [(each, pullback)]
        for parent, its_pullback in pairs:
            if isinstance(parent, Tensor) and its_pullback is not None:
                parents.append(parent)
                kept.append(its_pullback)
    return Tensor(value, parents, kept) if parents else value


def _special_ufunc(ufunc, method, inputs, options):
    """`np.add.reduce`, `x += y`, and the uses of a ufunc that cannot be recorded."""
    out = options.pop("out", None)
    if method == "at" or (out is not None and (out[0] is not inputs[0] or not isinstance(out[0], Tensor))):
        raise in_place(f"np.{ufunc.__name__}")
    if method == "__call__" and not options:  # `x += y` makes a new x
        return ufunc(*inputs)
    if method == "reduce" and ufunc in REDUCTIONS:
        return REDUCTIONS[ufunc](*inputs, **{"axis": 0, **options})
    raise unsupported(ufunc, method, options)


def function_name(function):
    """`"np.linalg.inv"` for NumPy's function."""
    module = getattr(function, "__module__", None) or "numpy"
    return ".".join(["np", *module.split(".")[1:], function.__name__]).replace("np.ops", "ops")


def unsupported(function, method="__call__", options=None):
    """The error for a function that has no rule: its name, and what to use."""
    name = function.__name__ if method == "__call__" else f"{function.__name__}.{method}"
    full = function_name(function).replace(function.__name__, name)
    extra = f" with {', '.join(options)}=" if options else ""
    return TypeError(message(f"`{full}`{extra} cannot be differentiated here.", f"Use {HINTS.get(name, USE_INSTEAD)}."))


def in_place(name):
    """The error for writing into an existing array."""
    return TypeError(
        message(
            f"`{name}` cannot write a Tensor into an existing array: the gradient would be lost.",
            "Write `total = total + x` for `total += x`, and leave out=… away.",
        )
    )


def _fits(rule, arguments, options):
    try:
        inspect.signature(rule).bind(*arguments, **options)
    except TypeError:
        return False
    return True


def _too_many_arguments(function, rule, error):
    known = ", ".join(inspect.signature(rule).parameters)
    return TypeError(
        message(f"`{function_name(function)}` is differentiated only with the arguments ({known}).", f"({error})")
    )


def unbroadcast(d, shape):
    """`d` summed over the axes along which NumPy stretched an array of this shape."""
    extra = d.ndim - len(shape)
    stretched = [extra + i for i, size in enumerate(shape) if size == 1 and d.shape[extra + i] != 1]
    return d.sum(axis=(*range(extra), *stretched)).reshape(shape)


def _ancestors(output):
    """All tensors that `output` came from, each after its parents; without recursion, so that a record may be deep."""
    order, seen, stack = [], set(), [(output, False)]
    while stack:
        tensor, parents_done = stack.pop()
        if parents_done:
            order.append(tensor)
        elif id(tensor) not in seen:
            seen.add(id(tensor))
            stack.append((tensor, True))
            stack.extend((parent, False) for parent in tensor.parents)
    return order


def backward(output, d_output):
    """Walk from `output` back to the leaves; a leaf with a `grad` (a Parameter) has its gradient added there.

    Args:
        output: the Tensor that was computed.
        d_output: its gradient, an array of its shape.

    Returns:
        dictionary, `id(leaf)` → gradient.
    """
    gradients = {id(output): d_output}
    for tensor in reversed(_ancestors(output)):
        if not tensor.parents:
            grad_of_parameter = getattr(tensor, "grad", None)
            if grad_of_parameter is not None:
                np.add(grad_of_parameter, gradients[id(tensor)], out=grad_of_parameter)
            continue
        d = gradients.pop(id(tensor))
        for parent, pullback in zip(tensor.parents, tensor.pullbacks, strict=True):
            d_parent = np.asarray(pullback(d))
            value = parent.value
            if d_parent.shape != value.shape:
                d_parent = unbroadcast(d_parent, value.shape)
            if d_parent.dtype != value.dtype:
                d_parent = d_parent.astype(value.dtype)
            known = gradients.get(id(parent))
            gradients[id(parent)] = d_parent if known is None else known + d_parent
    return gradients
