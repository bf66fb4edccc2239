"""Adam's relatives: other moments, other norms, decay, signs.

Lesson: 09. Source: `keras.optimizers`.
"""

import numpy as np

from kerasschool.errors import check_number
from kerasschool.optimizers.adam import Adam
from kerasschool.optimizers.base import Optimizer
from kerasschool.parameters import Parameter


class AdamW(Adam):
    """Adam with weight decay: before each step, ``w = w - learning_rate * weight_decay * w``.

    Args:
        learning_rate: default 0.001.
        weight_decay: default 0.004.
        beta_1, beta_2, epsilon, amsgrad: as for `Adam`.
        **options: what all optimizers take, see `Optimizer`.

    Lesson: 09, 10. Source: Loshchilov and Hutter, 2017.
    """

    def __init__(
        self, learning_rate=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False, **options
    ):
        check_number("weight_decay", weight_decay, 0)
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay=weight_decay, **options)


class _TwoBetas(Optimizer):
    """What the relatives share: their arguments."""

    works_on_vectors = True

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **options):
        super().__init__(learning_rate, **options)
        self.beta_1 = check_number("beta_1", beta_1, 0, 1)
        self.beta_2 = check_number("beta_2", beta_2, 0, 1)
        self.epsilon = check_number("epsilon", epsilon, 0)

    def get_config(self):
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}


class Adamax(_TwoBetas):
    """Adam with the greatest recent gradient in place of the mean square::

        m = beta_1 * m + (1 - beta_1) * g
        u = max(beta_2 * u, abs(g))
        w = w - learning_rate / (1 - beta_1**t) * m / (u + epsilon)

    Args:
        learning_rate, beta_1, beta_2, epsilon: 0.001, 0.9, 0.999, 1e-7.
        **options: what all optimizers take, see `Optimizer`.

    Lesson: 09. Source: Kingma and Ba, 2014, section 7.
    """

    slot_groups = (("momentum", "norm"),)

    def update_step(self, gradient, variable, learning_rate):
        m, u = self.slots["momentum"], self.slots["norm"]
        m += (1 - self.beta_1) * (gradient - m)
        np.maximum(self.beta_2 * u, np.abs(gradient), out=u)
        variable -= learning_rate / (1 - self.beta_1 ** self.step_number()) * m / (u + self.epsilon)


class Nadam(_TwoBetas):
    """Adam that looks ahead along the momentum, as Nesterov's does::

        mu(t) = beta_1 * (1 - 0.5 * 0.96**t);      product(t) = mu(1) * … * mu(t)
        m = beta_1 * m + (1 - beta_1) * g;         v = beta_2 * v + (1 - beta_2) * g**2
        m_hat = mu(t+1) * m / (1 - product(t+1)) + (1 - mu(t)) * g / (1 - product(t))
        w = w - learning_rate * m_hat / (sqrt(v / (1 - beta_2**t)) + epsilon)

    Args:
        learning_rate, beta_1, beta_2, epsilon: 0.001, 0.9, 0.999, 1e-7.
        **options: what all optimizers take, see `Optimizer`.

    Lesson: 09. Source: Dozat, 2015.
    """

    slot_groups = (("momentum", "velocity"),)

    def build(self, variables):
        product = float(self._product.value) if self.built else 1.0
        super().build(variables)
        self._product = Parameter(np.array(product, self.parameters.values.dtype), name="u_product", trainable=False)
        self._own_variables = [self._product]

    def update_step(self, gradient, variable, learning_rate):
        t, m, v = self.step_number(), self.slots["momentum"], self.slots["velocity"]
        now, after = (self.beta_1 * (1 - 0.5 * 0.96**step) for step in (t, t + 1))
        self._product.value *= now
        product = float(self._product.value)
        m += (1 - self.beta_1) * (gradient - m)
        v += (1 - self.beta_2) * (gradient**2 - v)
        m_hat = after * m / (1 - product * after) + (1 - now) * gradient / (1 - product)
        variable -= learning_rate * m_hat / (np.sqrt(v / (1 - self.beta_2**t)) + self.epsilon)


class Lion(Optimizer):
    """Only the sign of the momentum counts, so every weight moves equally far::

        w = w - learning_rate * sign(beta_1 * m + (1 - beta_1) * g)
        m = beta_2 * m + (1 - beta_2) * g

    Args:
        learning_rate, beta_1, beta_2: 0.001, 0.9, 0.99; take a third to a tenth of Adam's learning rate.
        **options: what all optimizers take, see `Optimizer`.

    Source: Chen et al., 2023.
    """

    works_on_vectors = True
    slot_groups = (("momentum",),)

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.99, **options):
        super().__init__(learning_rate, **options)
        self.beta_1 = check_number("beta_1", beta_1, 0, 1)
        self.beta_2 = check_number("beta_2", beta_2, 0, 1)

    def update_step(self, gradient, variable, learning_rate):
        m = self.slots["momentum"]
        variable -= learning_rate * np.sign(self.beta_1 * m + (1 - self.beta_1) * gradient)
        m *= self.beta_2
        m += (1 - self.beta_2) * gradient

    def get_config(self):
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2}


class Lamb(_TwoBetas):
    """Adam whose step for each weight array is as long as the array is large: made for very large batches::

        step = (m / (1 - beta_1**t)) / (sqrt(v / (1 - beta_2**t)) + epsilon)
        w = w - learning_rate * norm(w) / norm(step) * step

    Args:
        learning_rate, beta_1, beta_2, epsilon: 0.001, 0.9, 0.999, 1e-7.
        **options: what all optimizers take, see `Optimizer`.

    Source: You et al., 2019.
    """

    works_on_vectors = False
    slot_groups = (("momentum", "velocity"),)

    def update_step(self, gradient, variable, learning_rate):
        t, m, v = self.step_number(), self.slot("momentum", variable), self.slot("velocity", variable)
        m += (1 - self.beta_1) * (gradient - m)
        v += (1 - self.beta_2) * (gradient**2 - v)
        step = m / (1 - self.beta_1**t) / (np.sqrt(v / (1 - self.beta_2**t)) + self.epsilon)
        size, length = np.linalg.norm(variable.value), np.linalg.norm(step)
        ratio = float(size / length) if size > 0 and length > 0 else 1.0
        variable.value -= ratio * learning_rate * step


class Adafactor(Optimizer):
    """Adam with little memory: of the mean square of a kernel's gradient only row and column means are kept.

    The step is clipped to a root mean square of `clip_threshold` and scaled by that of the weights.

    Args:
        learning_rate: default 0.001.
        beta_2_decay: default -0.8; the memory of step t is `1 - t**beta_2_decay`.
        epsilon_1, epsilon_2: 1e-30 and 1e-3.
        clip_threshold: default 1.
        relative_step: True bounds the learning rate by `1 / sqrt(t)`.
        **options: what all optimizers take, see `Optimizer`.

    Source: Shazeer and Stern, 2018.
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta_2_decay=-0.8,
        epsilon_1=1e-30,
        epsilon_2=1e-3,
        clip_threshold=1.0,
        relative_step=True,
        **options,
    ):
        super().__init__(learning_rate, **options)
        self.beta_2_decay = check_number("beta_2_decay", beta_2_decay, maximum=0)
        self.epsilon_1, self.epsilon_2 = (
            check_number("epsilon_1", epsilon_1, 0),
            check_number("epsilon_2", epsilon_2, 0),
        )
        self.clip_threshold = check_number("clip_threshold", clip_threshold, 0, exclusive=True)
        self.relative_step = bool(relative_step)

    def build(self, variables):
        super().build(variables)
        self._own_variables, self._means = [], []
        for variable in self.parameters:
            shape = variable.shape
            factored = len(shape) >= 2
            rows = self.add_variable(shape[:-1] if factored else (), name="row_mean")
            columns = self.add_variable((*shape[:-2], shape[-1]) if factored else (), name="column_mean")
            self._means.append((rows, columns, self.add_variable(shape, name="velocity")))

    def update_step(self, gradient, variable, learning_rate):
        t = self.step_number()
        rows, columns, v = (mean.value for mean in self._means[self._get_variable_index(variable)])
        beta = 1 - t**self.beta_2_decay
        square = gradient**2 + self.epsilon_1
        if variable.ndim >= 2:
            rows += (1 - beta) * (square.mean(axis=-1) - rows)
            columns += (1 - beta) * (square.mean(axis=-2) - columns)
            v[...] = (rows / rows.mean(axis=-1, keepdims=True))[..., None] * columns[..., None, :]
        else:
            v += (1 - beta) * (square - v)
        step = gradient / np.sqrt(v)
        step /= max(1.0, _root_mean_square(step) / self.clip_threshold)
        rate = max(self.epsilon_2, _root_mean_square(variable.value)) * min(learning_rate, t**-0.5)
        variable.value -= rate * step

    def get_config(self):
        names = ("beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold", "relative_step")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _root_mean_square(x):
    return float(np.sqrt(np.mean(np.square(x))))
