"""How much room a model's description in a file may ask for while the model is rebuilt from it.

A file is not to be trusted: a few bytes of it can ask for a billion units. So layers ask here before they make a
weight, and the loader says how much there is to give.
"""

import contextlib
import math

import numpy as np

from kerasschool.errors import message

LARGEST_ROW = 2**24  # numbers in one row of any layer's input, while a model is rebuilt
LARGEST_TABLES = 2**23  # numbers in the tables of all metrics together
TOO_MANY = "The model asks for more weights than there is room for."

_budgets = []  # those in force, the innermost last


class Budget:
    """What is left to give.

    Args:
        num_bytes: how large all weights together may be.
        filled_later: True if the numbers of all weights follow from the file, so that none need to be drawn.
        too_many: what an error says when there is none left.
    """

    def __init__(self, num_bytes, filled_later=False, too_many=TOO_MANY):
        self.left, self.filled_later, self.too_many = num_bytes, filled_later, too_many
        self.tables_left = LARGEST_TABLES


@contextlib.contextmanager
def limited_to(num_bytes, filled_later=False, too_many=TOO_MANY):
    """Inside the `with` block layers make no more weights than fit into `num_bytes`.

    >>> with limited_to(100):
    ...     take((5, 5), "float32")
    ...     take((1,), "float32")
    Traceback (most recent call last):
    ValueError: The model asks for more weights than there is room for. Received: shape=(1,)
    """
    budget = Budget(num_bytes, filled_later, too_many)
    _budgets.append(budget)
    try:
        yield budget
    finally:
        _budgets.remove(budget)


def take(shape, dtype):
    """Room for one weight array, or the error that says there is none."""
    if _budgets:
        _budgets[-1].left -= math.prod(map(int, shape)) * np.dtype(dtype).itemsize
        if _budgets[-1].left < 0:
            raise ValueError(message(_budgets[-1].too_many, shape=tuple(shape)))


def take_table(shape):
    """Room for one table of a metric, or the error that says there is none. (Unlike weights it is not in the file.)"""
    if _budgets:
        _budgets[-1].tables_left -= math.prod(map(int, shape))
        if _budgets[-1].tables_left < 0:
            raise ValueError(message("The model asks for very large metrics.", shape=tuple(shape)))


def check_row(input_shape):
    """Raise an error if one row of a layer's inputs is so large that trying the layer out would take all memory."""
    if _budgets and math.prod(int(size or 1) for size in tuple(input_shape)[1:]) > LARGEST_ROW:
        raise ValueError(message("The model asks for very large inputs.", input_shape=tuple(input_shape)))


def filled_later():
    """True if the weights being made get their numbers from a file."""
    return bool(_budgets) and _budgets[-1].filled_later
