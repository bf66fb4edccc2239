"""All that training changes in a model, copied, to be put back."""

import numpy as np

from kerasschool.random import SeedGenerator


class Snapshot:
    """The weights, the optimizer's numbers and the layers' random streams at one moment.

    Args:
        model: a built, compiled model.
        like: an earlier snapshot of the same model, whose list of what to copy is used again: half the time.

    >>> import numpy as np
    >>> from kerasschool import Sequential, layers
    >>> model = Sequential([layers.Input((2,)), layers.Dense(1)])
    >>> model.compile(loss="mse", optimizer="adam")
    >>> before, snapshot = model.get_weights()[0], Snapshot(model)
    >>> history = model.fit(np.ones((5, 2)), np.zeros(5), verbose=0)
    >>> snapshot.restore()
    >>> bool((model.get_weights()[0] == before).all()), int(model.optimizer.iterations)
    (True, 0)
    """

    def __init__(self, model, like=None):
        optimizer = model.optimizer
        if not optimizer.built:
            optimizer.build(model.parameters)
        self.model = model
        self.step = int(optimizer.iterations)
        self._parameters = like._parameters if like else model.weights
        self._generators = like._generators if like else seed_generators(model)
        self._weights = [parameter.value.copy() for parameter in self._parameters]
        self._optimizer = [variable.value.copy() for variable in optimizer.variables]
        self._streams = [generator.stream.get_state() for generator in self._generators]

    def restore(self):
        """Put everything back into the model, in place: who holds its layers or its optimizer goes on holding them."""
        for parameter, weight in zip(self._parameters, self._weights, strict=True):
            parameter.assign(weight)
        self.model.optimizer.set_weights(self._optimizer)
        for generator, state in zip(self._generators, self._streams, strict=True):
            generator.stream.set_state(state)

    def is_finite(self):
        """True if no weight is NaN or infinite."""
        return all(np.isfinite(weight).all() for weight in self._weights)


def seed_generators(layer):
    """The random streams that layers own, for example each `Dropout(seed=…)`'s, those of inner layers included."""
    found = [value for value in vars(layer).values() if isinstance(value, SeedGenerator)]
    for inner in getattr(layer, "layers_inside", ()):
        found += seed_generators(inner)
    return found
