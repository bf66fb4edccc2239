"""One optimizer for many replicas: the same formula, on all their weights at once.

A setting that differs from replica to replica becomes a column (replicas, 1), which NumPy stretches over the rows of
weights; all other settings stay the numbers they are.
"""

import copy

import numpy as np

from kerasschool import optimizers
from kerasschool.parameters import Parameter

COMMON = ("learning_rate", "weight_decay")
VARIABLE = {  # optimizer → the settings that may differ; no other optimizer's formula takes many models at once
    optimizers.SGD: (*COMMON, "momentum"),
    optimizers.Adam: (*COMMON, "beta_1", "beta_2", "epsilon"),
    optimizers.AdamW: (*COMMON, "beta_1", "beta_2", "epsilon"),
    optimizers.RMSprop: (*COMMON, "rho", "momentum", "epsilon"),
    optimizers.Adagrad: (*COMMON, "epsilon"),
    optimizers.Adadelta: (*COMMON, "rho", "epsilon"),
    optimizers.Adamax: (*COMMON, "beta_1", "beta_2", "epsilon"),
    optimizers.Nadam: (*COMMON, "beta_2", "epsilon"),
    optimizers.Lion: (*COMMON, "beta_1", "beta_2"),
    optimizers.Ftrl: ("learning_rate",),
}


class Rates:
    """Learning rates that differ: what the stacked optimizer asks for the rate of its next step.

    Args:
        rates: list of floats.
        dtype: of the weights.
    """

    def __init__(self, rates, dtype):
        self.column = np.array(rates, dtype)[:, None]

    def __call__(self):
        return self.column


def stacked(each, parameters):
    """An optimizer that makes a step of all replicas, and starts from their state.

    Args:
        each: list of optimizers, one per replica, alike but for what `VARIABLE` names.
        parameters: the `StackedParameters`.
    """
    first = each[0]
    optimizer = copy.copy(first)
    optimizer._iterations = Parameter(first._iterations.value, name="iteration", trainable=False)
    parameters.numbers_shape = ()
    for name in VARIABLE[type(first)]:
        values = [getattr(one, name) for one in each]
        if name == "learning_rate":
            if isinstance(first._learning_rate, Parameter):
                values = [float(value.value) for value in values]
                if len(set(values)) > 1:
                    optimizer.current_learning_rate = Rates(values, parameters.values.dtype)
                    parameters.numbers_shape = (len(each), 1)
        elif len(set(values)) > 1:
            setattr(optimizer, name, np.array(values, np.float64)[:, None])
            parameters.numbers_shape = (len(each), 1)
    optimizer.build(parameters)
    if first.built:
        for name, slot in optimizer.slots.items():
            slot[...] = [one.slots[name] for one in each]
    return optimizer


def follow(one, parameters):
    """Let an optimizer that is built know the model's weights as they are packed now."""
    if one.built and one.parameters is not parameters:
        one.move_to(parameters)


def hand_back(optimizer, one, parameters, number):
    """Give the state of replica `number` to its own optimizer.

    Args:
        optimizer: what `stacked` made.
        one: the replica's optimizer.
        parameters: the replica's `Parameters`.
    """
    if not one.built:
        one.build(parameters)
    for name, slot in one.slots.items():
        slot[...] = optimizer.slots[name][number]
    one._iterations.assign(optimizer._iterations.value)
    for own, shared in zip(one._own_variables, optimizer._own_variables):
        own.assign(shared.value)
