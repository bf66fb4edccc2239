"""Optimizers before and beside Adam that give every weight its own step length.

Lesson: 09. Source: `keras.optimizers`.
"""

import numpy as np

from kerasschool.errors import check_number
from kerasschool.optimizers.base import Optimizer


class Adagrad(Optimizer):
    """Weights that have moved much move less::

        accumulator = accumulator + g**2                   # starts at initial_accumulator_value
        w = w - learning_rate * g / sqrt(accumulator + epsilon)

    Args:
        learning_rate: default 0.001.
        initial_accumulator_value: default 0.1.
        epsilon: keeps the division finite, default 1e-7.
        **options: what all optimizers take, see `Optimizer`.

    Lesson: 09. Source: Duchi et al., 2011.
    """

    works_on_vectors = True
    slot_groups = (("accumulator",),)

    def __init__(self, learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7, **options):
        super().__init__(learning_rate, **options)
        self.initial_accumulator_value = check_number("initial_accumulator_value", initial_accumulator_value, 0)
        self.epsilon = check_number("epsilon", epsilon, 0)

    def build(self, variables):
        super().build(variables)
        self.slots["accumulator"].fill(self.initial_accumulator_value)

    def update_step(self, gradient, variable, learning_rate):
        accumulator = self.slots["accumulator"]
        accumulator += gradient**2
        variable -= learning_rate * gradient / np.sqrt(accumulator + self.epsilon)

    def get_config(self):
        own = {"initial_accumulator_value": self.initial_accumulator_value, "epsilon": self.epsilon}
        return {**super().get_config(), **own}


class RMSprop(Optimizer):
    """The gradient divided by the root of its recent mean square::

        velocity = rho * velocity + (1 - rho) * g**2
        step = learning_rate * g / sqrt(velocity + epsilon)
        w = w - step

    With `centered` the square of the mean gradient is taken off `velocity`; with `momentum` steps add up::

        average = rho * average + (1 - rho) * g;    velocity - average**2 instead of velocity
        m = momentum * m + step;                    w = w - m

    Args:
        learning_rate: default 0.001.
        rho: memory of the mean square, default 0.9.
        momentum: default 0.
        epsilon: keeps the division finite, default 1e-7.
        centered: default False.
        **options: what all optimizers take, see `Optimizer`.

    Lesson: 09. Source: Hinton, 2012.
    """

    works_on_vectors = True

    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, **options):
        super().__init__(learning_rate, **options)
        self.rho = check_number("rho", rho, 0, 1)
        self.momentum = check_number("momentum", momentum, 0, 1)
        self.epsilon = check_number("epsilon", epsilon, 0)
        self.centered = bool(centered)

    @property
    def slot_groups(self):
        momentum = (("momentum",),) if np.any(self.momentum) else ()
        return (("velocity",), *momentum, *((("average_gradient",),) if self.centered else ()))

    def update_step(self, gradient, variable, learning_rate):
        rho, velocity, step = self.rho, self.slots["velocity"], self.scratch("step")
        velocity *= rho
        np.multiply(gradient, gradient, out=step)
        step *= 1 - rho
        velocity += step
        np.add(velocity, self.epsilon, out=step)
        if self.centered:
            average = self.slots["average_gradient"]
            average *= rho
            average += (1 - rho) * gradient
            step -= average**2
        np.sqrt(step, out=step)
        np.divide(gradient, step, out=step)
        step *= learning_rate
        if "momentum" in self.slots:
            momentum = self.slots["momentum"]
            momentum *= self.momentum
            momentum += step
            step = momentum
        variable -= step

    def get_config(self):
        own = {"rho": self.rho, "momentum": self.momentum, "epsilon": self.epsilon, "centered": self.centered}
        return {**super().get_config(), **own}


class Adadelta(Optimizer):
    """Steps as long as recent steps, so that the learning rate hardly matters::

        G = rho * G + (1 - rho) * g**2
        delta = -sqrt(D + epsilon) / sqrt(G + epsilon) * g
        D = rho * D + (1 - rho) * delta**2
        w = w + learning_rate * delta

    Args:
        learning_rate: default 0.001; the paper's is 1.
        rho: memory of the means, default 0.95.
        epsilon: default 1e-7.
        **options: what all optimizers take, see `Optimizer`.

    Lesson: 09. Source: Zeiler, 2012.
    """

    works_on_vectors = True
    slot_groups = (("accumulated_grad", "accumulated_delta_var"),)

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7, **options):
        super().__init__(learning_rate, **options)
        self.rho = check_number("rho", rho, 0, 1)
        self.epsilon = check_number("epsilon", epsilon, 0)

    def update_step(self, gradient, variable, learning_rate):
        squares, deltas = self.slots["accumulated_grad"], self.slots["accumulated_delta_var"]
        squares *= self.rho
        squares += (1 - self.rho) * gradient**2
        delta = np.sqrt(deltas + self.epsilon) * gradient / np.sqrt(squares + self.epsilon)
        deltas *= self.rho
        deltas += (1 - self.rho) * delta**2
        variable -= learning_rate * delta

    def get_config(self):
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}


class Ftrl(Optimizer):
    """Follow the regularized leader: online learning that sets unneeded weights to exactly 0::

        n_new = n + g**2                                       # p = -learning_rate_power
        z = z + g + 2 * l2_shrinkage * w - (n_new**p - n**p) / learning_rate * w
        w = (clip(z, -l1, l1) - z) / (n_new**p / learning_rate + 2 * l2 + beta / learning_rate)

    Args:
        learning_rate: default 0.001.
        learning_rate_power: 0 or less, default -0.5.
        initial_accumulator_value: where `n` starts, default 0.1.
        l1_regularization_strength, l2_regularization_strength, l2_shrinkage_regularization_strength, beta: default 0.
        **options: what all optimizers take, see `Optimizer`.

    Source: McMahan et al., 2013.
    """

    works_on_vectors = True
    slot_groups = (("accumulator", "linear"),)

    def __init__(
        self,
        learning_rate=0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
        **options,
    ):
        super().__init__(learning_rate, **options)
        self.learning_rate_power = check_number("learning_rate_power", learning_rate_power, maximum=0)
        self.initial_accumulator_value = check_number("initial_accumulator_value", initial_accumulator_value, 0)
        self.l1_regularization_strength = check_number("l1_regularization_strength", l1_regularization_strength, 0)
        self.l2_regularization_strength = check_number("l2_regularization_strength", l2_regularization_strength, 0)
        self.l2_shrinkage_regularization_strength = check_number(
            "l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength, 0
        )
        self.beta = check_number("beta", beta, 0)

    def build(self, variables):
        super().build(variables)
        self.slots["accumulator"].fill(self.initial_accumulator_value)

    def update_step(self, gradient, variable, learning_rate):
        n, z, power = self.slots["accumulator"], self.slots["linear"], -self.learning_rate_power
        l1 = self.l1_regularization_strength
        l2 = self.l2_regularization_strength + self.beta / (2 * learning_rate)
        n_new = n + gradient**2
        z += gradient + 2 * self.l2_shrinkage_regularization_strength * variable
        z -= (n_new**power - n**power) / learning_rate * variable
        variable[...] = (np.clip(z, -l1, l1) - z) / (n_new**power / learning_rate + 2 * l2)
        n[...] = n_new

    def get_config(self):
        names = (
            "learning_rate_power",
            "initial_accumulator_value",
            "l1_regularization_strength",
            "l2_regularization_strength",
            "l2_shrinkage_regularization_strength",
            "beta",
        )
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
