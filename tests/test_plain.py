"""The fast engine does what `plain.py` spells out in loops."""

import numpy as np
import pytest

from kerasschool import Sequential, config, layers, optimizers
from tests import plain

TARGETS = {
    "mean_squared_error": lambda rng, units: rng.normal(size=(7, units)),
    "binary_crossentropy": lambda rng, units: rng.integers(0, 2, (7, units)).astype(float),
    "categorical_crossentropy": lambda rng, units: np.eye(units)[rng.integers(0, units, 7)],
}
ENDS = {
    "mean_squared_error": ["linear", "tanh", "relu"],
    "binary_crossentropy": ["sigmoid"],
    "categorical_crossentropy": ["softmax"],
}
CASES = [
    (loss, end, hidden, units)
    for loss, ends in ENDS.items()
    for end in ends
    for hidden in ("relu", "tanh", "sigmoid")
    for units in (1, 3)
    if not (units == 1 and end == "softmax")
]


def pair(loss, end, hidden, units):
    """The same random network twice: as a model and as plain lists; rows and targets."""
    config.set_floatx("float64")
    rng = np.random.default_rng(0)
    model = Sequential([layers.Input((4,)), layers.Dense(5, activation=hidden), layers.Dense(units, activation=end)])
    model.set_weights([rng.normal(size=weight.shape) for weight in model.weights])
    network = []
    for layer in model.layers:
        kernel, bias = layer.get_weights()
        network.append((kernel.tolist(), bias.tolist(), layer.activation.__name__))
    return model, network, rng.normal(size=(7, 4)), TARGETS[loss](rng, units)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_outputs_loss_and_gradients(case):
    model, network, x, y = pair(*case)
    model.compile(loss=case[0], optimizer=optimizers.SGD(1.0))
    outputs = [plain.forward(network, row)[-1][2] for row in x.tolist()]
    np.testing.assert_allclose(model.predict(x, verbose=0), outputs, rtol=1e-12)
    loss = plain.loss_of_rows(network, x.tolist(), y.tolist(), case[0])
    assert model.evaluate(x, y, verbose=0) == pytest.approx(loss, rel=1e-9)
    before = model.parameters.values.copy()
    model.train_on_batch(x, y)
    expected = plain.flat(plain.gradients_of_rows(network, x.tolist(), y.tolist(), case[0]))
    np.testing.assert_allclose(before - model.parameters.values, expected, rtol=1e-7, atol=1e-12)


def test_adam_for_twenty_steps():
    model, network, x, y = pair("binary_crossentropy", "sigmoid", "tanh", 1)
    model.compile(loss="binary_crossentropy", optimizer=optimizers.Adam(0.01))
    adam, weights = plain.Adam(rate=float(np.float64(0.01))), model.parameters.values.tolist()
    for _ in range(20):
        model.fit(x, y, batch_size=7, shuffle=False, verbose=0)
        gradients = plain.flat(plain.gradients_of_rows(network, x.tolist(), y.tolist(), "binary_crossentropy"))
        adam.step(weights, gradients)
        numbers = iter(weights)
        network = [
            ([[next(numbers) for _ in row] for row in kernel], [next(numbers) for _ in bias], name)
            for kernel, bias, name in network
        ]
    np.testing.assert_allclose(model.parameters.values, weights, rtol=1e-9, atol=1e-12)
