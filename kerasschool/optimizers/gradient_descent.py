"""Gradient descent, with and without momentum.

Lesson: 04, 09. Source: `keras.optimizers.SGD`.
"""

import numpy as np

from kerasschool.errors import check_number
from kerasschool.optimizers.base import Optimizer


class SGD(Optimizer):
    """Gradient descent: step against the gradient.

    Without momentum::

        w = w - learning_rate * g

    With momentum, where `velocity` starts at 0::

        velocity = momentum * velocity - learning_rate * g
        w = w + velocity                                          # nesterov=False
        w = w + momentum * velocity - learning_rate * g           # nesterov=True

    Args:
        learning_rate: default 0.01.
        momentum: 0 to 1; the share of the last step in the next. Default 0.
        nesterov: True looks ahead along the velocity.
        **options: what all optimizers take, see `Optimizer`.

    >>> optimizer = SGD(learning_rate=0.1)
    >>> float(optimizer.learning_rate).__round__(4)
    0.1

    Lesson: 04. Source: Sutskever et al., 2013.
    """

    works_on_vectors = True

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, **options):
        super().__init__(learning_rate, **options)
        self.momentum = check_number("momentum", momentum, 0, 1)
        self.nesterov = bool(nesterov)

    @property
    def slot_groups(self):
        return (("momentum",),) if np.any(self.momentum) else ()

    def update_step(self, gradient, variable, learning_rate):
        step = np.multiply(gradient, learning_rate, out=self.scratch("step"))
        if "momentum" not in self.slots:
            variable -= step
            return
        velocity = self.slots["momentum"]
        velocity *= self.momentum
        velocity -= step
        if self.nesterov:
            variable -= step
            variable += np.multiply(velocity, self.momentum, out=step)
        else:
            variable += velocity

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum, "nesterov": self.nesterov}
