"""Checks of the weights and the optimizer before a fit. Lessons 08 and 09."""

import numpy as np

from kerasschool.live.doctor.facts import kind_of
from kerasschool.live.doctor.finding import ERROR, NOTE, WARNING, Finding

USUAL_RATES = {  # optimizer → rates outside which it hardly ever learns well
    "SGD": (1e-5, 1.0),
    "Adagrad": (1e-5, 1.0),
    "Adadelta": (1e-4, 10.0),
    "Ftrl": (1e-5, 1.0),
    "Lion": (1e-6, 0.01),
    "Adafactor": (1e-6, 1.0),
}
OTHER_RATES = (1e-6, 0.1)
ROUNDING = 1.0001  # float32 makes 0.1 a little larger
ALL_ALIKE = ("Zeros", "Ones", "Constant", "zeros", "ones", "constant")


def symmetry(facts):
    """Hidden units that start alike and stay alike."""
    dense = [layer for layer in facts.layers if kind_of(layer) == "Dense"]
    for layer in dense[:-1]:
        units = layer.get_config()["units"]
        kernel = next(iter(layer.get_weights()), None)
        if units < 2 or (kernel is not None and not alike(kernel)):
            continue
        if kernel is None and initializer_of(layer) not in ALL_ALIKE:
            continue
        zero = not np.any(kernel) if kernel is not None else initializer_of(layer).lower() == "zeros"
        return Finding(
            f"All {units} units of `{layer.name}` have the same weights{', all zero' if zero else ''}.",
            "Units that start alike get the same gradient and stay alike: together they are one unit. "
            + ("And behind zeros no gradient comes through." if zero else ""),
            "Start the kernel at random: leave `kernel_initializer` out, or use `'he_normal'` with relu.",
            *("08", ERROR, "zero_kernel" if zero else "same_kernel"),
        )
    return None


def alike(kernel):
    """True if every unit has the same weights."""
    return bool((kernel == kernel[..., :1]).all())


def initializer_of(layer):
    """The name of a layer's kernel initializer."""
    described = layer.get_config().get("kernel_initializer")
    return str(described.get("class_name") if isinstance(described, dict) else described)


def learning_rate_high(facts):
    """Steps that are too long."""
    _, high = USUAL_RATES.get(facts.optimizer, OTHER_RATES)
    rate = facts.learning_rate
    if facts.optimizer is None or rate is None or not rate > high * ROUNDING:
        return None
    return Finding(
        f"The learning rate of {facts.optimizer} is {rate:.4g}.",
        f"More than {high:g} is rarely useful: each step jumps over the valley, and the loss swings or grows to NaN.",
        f"Try {high / 100:g} to {high / 10:g} first.",
        *("09", WARNING, "learning_rate_high"),
    )


def learning_rate_low(facts):
    """Steps that are too short."""
    low, high = USUAL_RATES.get(facts.optimizer, OTHER_RATES)
    rate = facts.learning_rate
    if facts.optimizer is None or rate is None or not rate * ROUNDING < low:
        return None
    return Finding(
        f"The learning rate of {facts.optimizer} is {rate:.4g}.",
        "The weights will hardly move: " + ("they do not learn at all." if rate == 0 else "that takes very long."),
        f"Try {high / 100:g} to {high / 10:g} first.",
        *("09", WARNING, "learning_rate_low"),
    )


def second_fit(facts):
    """A model that has been trained before."""
    if facts.history is None and facts.steps_done > 0:
        return Finding(
            f"This model has been trained already: {facts.steps_done} updates.",
            "`fit` goes on from the weights as they are. It does not start again.",
            "That is right for training on. For a fresh start define and compile the model again, or press Reset.",
            *("04", NOTE, "second_fit"),
        )


CHECKS = (symmetry, learning_rate_high, learning_rate_low, second_fit)
