"""What optimizers keep from step to step does not fade into numbers that processors are slow with."""

import numpy as np
import pytest

from kerasschool import optimizers
from kerasschool.parameters import Parameter, Parameters


@pytest.mark.parametrize("optimizer", [optimizers.Adam(), optimizers.SGD(momentum=0.9), optimizers.Nadam()])
def test_the_momentum_of_a_dead_unit_ends_at_exactly_0(optimizer):
    weights = Parameters([Parameter(np.ones(4), name="kernel")])
    weights.grads[:] = [0.5, 0.5, 0.0, 0.5]
    optimizer.step(weights)
    weights.grads[:] = [0.0, 0.0, 0.0, 0.5]
    smallest = np.finfo(np.float32).tiny
    for _ in range(1_000):
        optimizer.step(weights)
        for vector in optimizer.slots.values():
            assert not ((vector != 0) & (np.abs(vector) < smallest)).any()
    momentum = optimizer.slots["momentum"]
    assert momentum[:3].tolist() == [0, 0, 0] and momentum[3] != 0
