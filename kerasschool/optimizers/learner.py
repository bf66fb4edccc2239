"""`sgd(parameters, lr)`: gradient descent for a loop written by hand.

Lesson: 09. Source: `cntk.learners.sgd`.
"""

import numpy as np

from kerasschool.errors import check_number, message
from kerasschool.parameters import Parameter, Parameters


def sgd(parameters, lr, gradient_clipping_threshold_per_sample=np.inf, gradient_clipping_with_truncation=True):
    """A learner with a `step()`, for a training loop written by hand.

    Args:
        parameters: `model.parameters`, or a list of `Parameter`.
        lr: the learning rate.
        gradient_clipping_threshold_per_sample: the greatest size of a gradient, for each row of the minibatch.
        gradient_clipping_with_truncation: True bounds every entry; False shortens each array to that length.

    Returns:
        A `Learner`: call `step(minibatch_size)` when gradients of the *summed* loss lie in `parameter.grad`.

    >>> from kerasschool.parameters import Parameter
    >>> weight = Parameter([1.0, 2.0])
    >>> learner = sgd([weight], lr=0.1, gradient_clipping_threshold_per_sample=10)
    >>> weight.grad[...] = [5.0, 50.0]
    >>> learner.step(minibatch_size=1)
    >>> weight.numpy().round(2)
    array([0.5, 1. ], dtype=float32)
    """
    return Learner(parameters, lr, gradient_clipping_threshold_per_sample, gradient_clipping_with_truncation)


class Learner:
    """What `sgd` gives."""

    def __init__(self, parameters, lr, threshold, truncate):
        if callable(parameters) and not isinstance(parameters, Parameters):
            parameters = parameters()
        self.parameters = list(parameters)
        if not self.parameters or not all(isinstance(each, Parameter) for each in self.parameters):
            raise ValueError(
                message(
                    "`parameters` must hold the weights to learn.",
                    "Pass `model.parameters` of a built model.",
                    parameters=parameters,
                )
            )
        self.learning_rate = check_number("lr", lr, 0)
        self.threshold = check_number("gradient_clipping_threshold_per_sample", threshold, 0, exclusive=True)
        self.truncate = truncate

    def step(self, minibatch_size=1):
        """Clip the gradients to `threshold * minibatch_size`, then step against their mean over the minibatch.

        Args:
            minibatch_size: how many rows the loss was summed over; 1 when the loss is a mean already.
        """
        limit = self.threshold * minibatch_size
        for parameter in self.parameters:
            gradient = parameter.grad
            if self.truncate:
                gradient = np.clip(gradient, -limit, limit)
            else:
                gradient = gradient * min(1.0, limit / (np.linalg.norm(gradient) or 1.0))
            parameter.value -= self.learning_rate / minibatch_size * gradient
