"""The oracle for `Trials`: one model, built and trained in a program of its own; and a model and rows to try."""

import numpy as np

import kerasschool as keras
from kerasschool import layers, optimizers, regularizers, utils

RNG = np.random.default_rng(6)
X = RNG.normal(size=(23, 4)).astype("float32")
Y = (X[:, 0] + 0.3 * X[:, 1] > 0).astype("float32")
FIT = {"x": X, "y": Y, "batch_size": 5, "epochs": 3}
SEEDS = (3, 0, 11)


def network(
    rate=0.25, learning_rate=0.05, optimizer="adam", units=6, activation="tanh", initializer="glorot_uniform", l2=0.01
):
    """A compiled model with everything that trials can vary."""
    model = keras.Sequential(
        [
            layers.Input((4,)),
            layers.Dense(
                units, activation, kernel_initializer=initializer, kernel_regularizer=regularizers.L2(l2), name="hidden"
            ),
            layers.Dropout(rate),
            layers.Dense(1, "sigmoid", kernel_initializer=initializer),
        ]
    )
    optimizer = optimizers.get(optimizer)
    optimizer.learning_rate = learning_rate
    model.compile(loss="binary_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    return model


def alone(build, seed, *fits, fit_seed=None):
    """A model trained by itself.

    Args:
        build: function that makes it.
        seed: what `set_random_seed` gets before.
        *fits: the arguments of each call of `fit`.
        fit_seed: what `set_random_seed` gets between the two.
    """
    utils.clear_session()
    utils.set_random_seed(seed)
    model = build()
    if fit_seed is not None:
        utils.set_random_seed(fit_seed)
    for fit in fits:
        model.fit(**fit, verbose=0)
    return model


def assert_same(model, expected, rtol=2e-5):
    """Names, weights, the optimizer's state and the history of both are the same."""
    close = {"rtol": rtol, "atol": rtol / 10}
    assert [layer.name for layer in model.layers] == [layer.name for layer in expected.layers]
    for value, other in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(value, other, **close)
    for variable, other in zip(model.optimizer.variables, expected.optimizer.variables, strict=True):
        np.testing.assert_allclose(variable.value, other.value, **close)
    assert list(model.history.history) == list(expected.history.history)
    assert model.history.epoch == expected.history.epoch
    for name, values in model.history.history.items():
        assert all(type(value) is float or value.ndim for value in values)
        np.testing.assert_allclose(values, expected.history.history[name], **close)
