"""Gradients that are too long, made shorter.

Source: Pascanu, Mikolov, Bengio: On the difficulty of training recurrent neural networks (2013).
"""

import numpy as np


def clip(grads, parameters, clipnorm=None, global_clipnorm=None, clipvalue=None):
    """Shorten the flat vector `grads` in place, in one of three ways.

    Args:
        clipnorm: the greatest norm of the part that belongs to one weight array.
        global_clipnorm: the greatest norm of the whole vector.
        clipvalue: the greatest size of one entry.
    """
    if clipnorm:
        for part in parameters.split(grads):
            part *= clipnorm / max(np.linalg.norm(part), clipnorm)
    elif global_clipnorm:
        grads *= global_clipnorm / max(np.linalg.norm(grads), global_clipnorm)
    elif clipvalue:
        np.clip(grads, -clipvalue, clipvalue, out=grads)
