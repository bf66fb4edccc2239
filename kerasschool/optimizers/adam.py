"""Adam: every weight its own step length.

Lesson: 09. Source: `keras.optimizers.Adam`.
"""

import numpy as np

from kerasschool.errors import check_number
from kerasschool.optimizers.base import Optimizer


class Adam(Optimizer):
    """Gradient descent with a running mean of the gradient and of its square::

        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        rate = learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t)      # t = 1, 2, 3, …
        w = w - rate * m / (sqrt(v) + epsilon)

    This `epsilon` is the paper's "epsilon hat": it is added after the correction for the start was moved into `rate`.

    Args:
        learning_rate: default 0.001.
        beta_1: memory of the mean of the gradient, default 0.9.
        beta_2: memory of the mean of its square, default 0.999.
        epsilon: keeps the division finite, default 1e-7.
        amsgrad: True divides by the greatest `v` so far.
        **options: what all optimizers take, see `Optimizer`.

    Lesson: 09. Source: Kingma and Ba, 2014, section 2.
    """

    works_on_vectors = True

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False, **options):
        super().__init__(learning_rate, **options)
        self.beta_1 = check_number("beta_1", beta_1, 0, 1)
        self.beta_2 = check_number("beta_2", beta_2, 0, 1)
        self.epsilon = check_number("epsilon", epsilon, 0)
        self.amsgrad = bool(amsgrad)

    @property
    def slot_groups(self):
        return (("momentum", "velocity"), ("velocity_hat",)) if self.amsgrad else (("momentum", "velocity"),)

    def build(self, variables):
        super().build(variables)
        self._rate, *self._numbers = self.numbers(
            0, self.beta_1, 1 - self.beta_1, self.beta_2, 1 - self.beta_2, self.epsilon
        )

    def update_step(self, gradient, variable, learning_rate):
        t = self.step_number()
        rate = learning_rate * (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)
        self._rate[...] = rate
        m, v, step = self.slots["momentum"], self.slots["velocity"], self.scratch("step")
        beta_1, rest_1, beta_2, rest_2, epsilon = self._numbers
        m *= beta_1
        m += np.multiply(gradient, rest_1, out=step)
        v *= beta_2
        np.square(gradient, out=step)
        step *= rest_2
        v += step
        if self.amsgrad:
            v = np.maximum(self.slots["velocity_hat"], v, out=self.slots["velocity_hat"])
        np.sqrt(v, out=step)
        step += epsilon
        np.divide(m, step, out=step)
        step *= self._rate
        variable -= step

    def get_config(self):
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }
