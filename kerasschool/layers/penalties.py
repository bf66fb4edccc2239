"""What layers add to the loss: a price on large outputs (`activity_regularizer`), and `add_loss`.

Lesson: 10.
"""

import numpy as np

from kerasschool.autodiff import Tensor
from kerasschool.parameters import Memory


def activity_penalty(regularizer, y):
    """The price of the outputs `y`, per row of the batch: a number, or a tensor if `y` is one."""
    rows = max(1, len(y))
    if not isinstance(y, Tensor):
        return regularizer(y) / rows
    value = y.value
    return Tensor(np.asarray(regularizer(value) / rows), (y,), (lambda d: d * (regularizer.gradient(value) / rows),))


def carrying_losses(output, losses):
    """`output` as a tensor from which the walk back also reaches the losses.

    Each loss is part of the sum that training minimises: its slope is 1, whatever the slope of the output is.
    """
    losses = [loss for loss in losses if isinstance(loss, Tensor)]
    if not losses:
        return output
    output = output if isinstance(output, Tensor) else Tensor(np.asarray(output))
    return Tensor(output.value, (output, *losses), (lambda d: d, *[lambda d: 1.0] * len(losses)))


class ActivityPenalty:
    """The stage after a layer with an `activity_regularizer`: outputs pass unchanged, their price is added up.

    Args:
        layer: the layer whose outputs are priced.
    """

    trainable_weights = ()
    rows_are_independent = adds_penalty = True
    needs_input_gradient = True
    penalty = 0.0

    def __init__(self, layer):
        self.layer, self.memory = layer, Memory()

    def forward(self, x, training=False):
        self.memory.x = x
        self.penalty = self.layer._activity_loss = float(activity_penalty(self.layer.activity_regularizer, x))
        return x

    def backward(self, dy):
        x = self.memory.x
        dy += self.layer.activity_regularizer.gradient(x) / len(x)
        return dy
