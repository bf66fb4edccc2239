"""The engine's seven contracts; each test fails when its contract is broken."""

import copy
import pickle

import numpy as np
import pytest

from kerasschool import Sequential, activations, config, layers, losses, optimizers, utils


def network(units=1, end="sigmoid"):
    return Sequential([layers.Input((3,)), layers.Dense(4, activation="relu"), layers.Dense(units, activation=end)])


def compiled(optimizer="adam"):
    model = network()
    model.compile(loss="binary_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    return model


@pytest.fixture
def rows():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(25, 3)).astype("float32")
    return x, (x[:, 0] > 0).astype("float32")


def are_views(model):
    return all(np.shares_memory(p.value, model.parameters.values) for p in model.trainable_weights) and all(
        np.shares_memory(p.grad, model.parameters.grads) for p in model.trainable_weights
    )


# 1. Views stay views


def test_assignment_copies_into_the_vector():
    model = network()
    dense = model.layers[0]
    dense.kernel = np.full((3, 4), 5.0)
    assert are_views(model)
    assert (model.parameters.values[:12] == 5).all()


def test_set_weights_copies_into_the_vector():
    model = network()
    model.set_weights([np.full(weight.shape, 2.0) for weight in model.weights])
    assert are_views(model)
    assert (model.parameters.values == 2).all()


def test_wrong_weights_change_nothing():
    model = network()
    before = model.parameters.values.copy()
    good = model.get_weights()
    with pytest.raises(ValueError, match="Expected 4 arrays"):
        model.set_weights([good[0] + 1, good[1], good[2], good[3][:0]])
    np.testing.assert_array_equal(model.parameters.values, before)


def test_views_survive_add_pop_and_freezing(rows):
    model = compiled()
    model.fit(*rows, epochs=2, verbose=0)
    model.pop()
    model.add(layers.Dense(2, activation="tanh"))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.layers[0].trainable = False
    model.compile(loss="binary_crossentropy", optimizer="sgd")
    assert are_views(model)
    frozen = model.layers[0].get_weights()
    before = model.parameters.values.copy()
    model.fit(*rows, epochs=2, verbose=0)
    for old, new in zip(frozen, model.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert (model.parameters.values != before).any()


# 2. Copies re-attach their views and train alone


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_train_alone(duplicate, rows):
    model = compiled()
    model.fit(*rows, epochs=2, verbose=0)
    twin = duplicate(model)
    assert are_views(twin)
    before = model.parameters.values.copy()
    twin.fit(*rows, epochs=2, verbose=0)
    np.testing.assert_array_equal(model.parameters.values, before)
    assert (twin.parameters.values != before).any()


# 3. Scratch never leaves the model


def test_what_is_handed_out_is_the_callers_own(rows):
    model = compiled()
    x, y = rows
    first = model.predict(x, verbose=0)
    called, hidden = model(x), model.layers[0](x)
    kept = [a.copy() for a in (first, called, hidden)]
    model.fit(x, y, epochs=2, verbose=0)
    model.predict(x * 0, verbose=0)
    for array, before in zip((first, called, hidden), kept, strict=True):
        np.testing.assert_array_equal(array, before)
        assert not np.shares_memory(array, model.parameters.values)


def test_inputs_are_never_written_to(rows):
    x, y = rows
    kept = x.copy(), y.copy()
    for end in ("relu", "softmax", "linear", "tanh"):
        model = Sequential([layers.Input((3,)), layers.Activation(end), layers.Dense(1, activation="sigmoid")])
        model.compile(loss="binary_crossentropy", optimizer="sgd")
        model.fit(x, y, epochs=1, shuffle=False, verbose=0)
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(y, kept[1])


# 4. Partner short-cuts give the gradient of the general path


@pytest.mark.parametrize("units", [1, 3])
@pytest.mark.parametrize("loss", ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_partners(units, loss):
    if units == 1 and loss != "binary_crossentropy":
        units = 2
    config.set_floatx("float64")
    rng = np.random.default_rng(1)
    end = "sigmoid" if loss == "binary_crossentropy" else "softmax"
    model = network(units, end)
    x = rng.normal(size=(7, 3))
    labels = rng.integers(0, max(units, 2), 7)
    y = {
        "binary_crossentropy": rng.integers(0, 2, (7, units)),
        "categorical_crossentropy": np.eye(max(units, 2))[labels],
    }
    y = y.get(loss, labels)
    model.compile(loss=loss, optimizer="sgd")
    assert model._partners
    y = model._loss.prepare(y, model.output_shape)
    gradients = []
    for partners in (True, False):
        model._partners = partners
        model._backward_from_loss(y, model.forward(x, training=True), None)
        gradients.append(model.parameters.grads.copy())
    np.testing.assert_allclose(gradients[0], gradients[1], rtol=1e-6, atol=1e-9)
    numeric = np.empty_like(gradients[0])
    for i in range(len(numeric)):
        kept, sides = model.parameters.values[i], []
        for step in (1e-6, -1e-6):
            model.parameters.values[i] = kept + step
            sides.append(float(model._loss(y, model.forward(x))))
        model.parameters.values[i] = kept
        numeric[i] = (sides[0] - sides[1]) / 2e-6
    np.testing.assert_allclose(gradients[0], numeric, rtol=1e-5, atol=1e-8)


def test_partners_are_found_only_where_they_belong():
    for loss, end, expected in [
        ("binary_crossentropy", "sigmoid", True),
        ("binary_crossentropy", "tanh", False),
        ("mse", "sigmoid", False),
        (losses.BinaryCrossentropy(from_logits=True), "sigmoid", False),
    ]:
        model = network(1, end)
        model.compile(loss=loss)
        assert model._partners is expected, (loss, end)


# 5. Optimizers update in place; their slots follow the model


def test_slots_follow_a_deepcopy(rows):
    model = compiled(optimizers.Adam(0.01))
    model.fit(*rows, epochs=2, verbose=0, shuffle=False)
    twin = copy.deepcopy(model)
    for each in (model, twin):
        each.fit(*rows, epochs=2, verbose=0, shuffle=False)
    np.testing.assert_array_equal(model.parameters.values, twin.parameters.values)
    assert int(twin.optimizer.iterations) == int(model.optimizer.iterations) == 4


def test_slots_of_kept_layers_survive_a_new_top(rows):
    model = compiled(optimizers.SGD(0.1, momentum=0.9))
    model.fit(*rows, epochs=1, verbose=0)
    momentum = model.optimizer.slots["momentum"][:16].copy()
    assert momentum.any()
    model.pop()
    model.add(layers.Dense(1, activation="sigmoid"))
    model.optimizer.step(model.parameters)
    assert len(model.optimizer.slots["momentum"]) == len(model.parameters.values)
    gradient_part = 0.1 * model.parameters.grads[:16]
    np.testing.assert_allclose(model.optimizer.slots["momentum"][:16], 0.9 * momentum - gradient_part, rtol=1e-5)


# 6. Same seed, same machine, same call: the same history to the last bit


def test_same_seed_same_history(rows):
    def run():
        utils.set_random_seed(7)
        model = Sequential(
            [
                layers.Input((3,)),
                layers.Dense(8, activation="relu"),
                layers.Dropout(0.3),
                layers.Dense(1, activation="sigmoid"),
            ]
        )
        model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
        return model.fit(*rows, epochs=5, batch_size=4, validation_split=0.2, verbose=0).history

    assert run() == run()


def test_numpy_seed_is_enough_here(rows):
    histories = []
    for _ in range(2):
        np.random.seed(7)
        histories.append(compiled().fit(*rows, epochs=3, verbose=0).history)
    assert histories[0] == histories[1]


# 7. Everything a model holds can be pickled


def test_records_pickle_to_themselves():
    for name in ("relu", "sigmoid", "softmax", "tanh", "linear"):
        record = activations.get(name)
        assert pickle.loads(pickle.dumps(record)) is record
        assert copy.deepcopy(record) is record


def test_a_frozen_and_recompiled_model_is_copied_with_its_views(rows):
    model = compiled(optimizers.Adam(0.01))
    model.fit(*rows, epochs=1, verbose=0)
    model.layers[0].trainable = False
    model.compile(loss="binary_crossentropy", optimizer=model.optimizer)
    twin = copy.deepcopy(model)
    assert are_views(model)
    assert are_views(twin)
    assert twin.optimizer.parameters is twin.parameters
