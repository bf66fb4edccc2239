"""Derivatives of functions written in plain NumPy.

A `Tensor` is an array that remembers how it was made: which tensors it came from, and for each of them a *pullback*
that turns the gradient of the result into the gradient of that input. NumPy's functions accept it, so a loss such as
``np.square(y_pred - y_true).mean(axis=-1)`` records itself while it runs. Walking the record backwards, from the
result to the inputs, gives all gradients in one pass (reverse-mode differentiation, "backpropagation").

Read `tensor.py` first (how it records), then `rules.py` (each rule next to its function), `moves.py`, `gradients.py`.

A gradient cannot be differentiated again: the backward walk computes plain numbers.

>>> import numpy as np
>>> def loss(w):
...     return np.mean(np.square(w - 1.0))
>>> grad(loss)(np.array([1.0, 3.0]))
array([0., 2.])

Lesson: 09. Source: R. E. Wengert, *A simple automatic derivative evaluation program*, 1964; S. Linnainmaa, 1970.
"""

from kerasschool.autodiff.gradients import check_gradient, grad, numeric_gradient, value_and_grad, vjp
from kerasschool.autodiff.tensor import Tensor, backward, plain, unsupported
from kerasschool.errors import helpful_getattr

__all__ = [
    "Tensor",
    "backward",
    "check_gradient",
    "grad",
    "numeric_gradient",
    "plain",
    "unsupported",
    "value_and_grad",
    "vjp",
]

__getattr__ = helpful_getattr(__name__, globals())
