"""Sequential: structure, the six steps, and the errors a learner meets."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kerasschool as keras
from kerasschool import callbacks, layers, losses, metrics, optimizers
from kerasschool.datasets import penguins

RNG = np.random.default_rng(5)
X = RNG.normal(size=(40, 3)).astype("float32")
Y = (X[:, 0] + X[:, 1] > 0).astype("float32")


def network(end="sigmoid", units=1):
    return keras.Sequential(
        [layers.Input((3,)), layers.Dense(4, activation="relu"), layers.Dense(units, activation=end)]
    )


@pytest.fixture
def model():
    model = network()
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def state(model):
    """All numbers that training changes."""
    slots = [vector.copy() for vector in model.optimizer.slots.values()] if model.optimizer else []
    return [model.parameters.values.copy(), *slots, np.array(float(np.random.get_state()[2]))]


def same(before, after):
    return len(before) == len(after) and all(np.array_equal(a, b) for a, b in zip(before, after))


# Structure


def test_three_ways_to_stack():
    listed = network()
    added = keras.Sequential()
    added.add(keras.Input(shape=(3,)))
    added.add(layers.Dense(4, activation="relu"))
    added.add(layers.Dense(1, activation="sigmoid"))
    hidden = lambda: layers.Dense(4, activation="relu")  # noqa: E731  (the tutorial's factory)
    made = keras.Sequential([layers.Input((3,)), hidden, lambda: layers.Dense(1, activation="sigmoid")])
    for each in (listed, added, made):
        assert each.count_params() == 3 * 4 + 4 + 4 + 1
        assert each.input_shape == (None, 3)
        assert each.output_shape == (None, 1)
        assert [type(layer).__name__ for layer in each.layers] == ["Dense", "Dense"]


def test_unbuilt_model():
    model = keras.Sequential([layers.Dense(4), layers.Dense(1)])
    assert model.get_weights() == []
    assert not model.built
    with pytest.raises(ValueError, match="not built yet"):
        model.layers[0].count_params()
    assert model.predict(X, verbose=0).shape == (40, 1)
    assert [w.shape for w in model.get_weights()] == [(3, 4), (4,), (4, 1), (1,)]


def test_get_layer_and_pop():
    model = network()
    first = model.layers[0]
    assert model.get_layer(first.name) is first
    assert model.get_layer(index=-1) is model.layers[-1]
    with pytest.raises(ValueError, match=f"Did you mean '{first.name}'"):
        model.get_layer(first.name.replace("e", "ee"))
    popped = model.pop()
    assert popped.name not in [layer.name for layer in model.layers]
    assert model.output_shape == (None, 4)
    empty = keras.Sequential()
    with pytest.raises(ValueError, match="no layer to take off"):
        empty.pop()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (layers.Dense, r"Write `Dense\(…\)`"),
        ("dense", "Only layers can be added"),
        (None, "Only layers can be added"),
    ],
)
def test_only_layers_are_added(wrong, says):
    with pytest.raises(TypeError, match=says):
        keras.Sequential().add(wrong)


def test_the_same_layer_twice():
    layer = layers.Dense(3)
    with pytest.raises(ValueError, match="own name"):
        keras.Sequential([layer, layer])


def test_summary_counts(capsys):
    network().summary()
    text = capsys.readouterr().out
    assert "Total params: 21 (84.00 B)" in text
    assert "(None, 4)" in text


def test_config_round_trip():
    model = network()
    twin = keras.Sequential.from_config(model.get_config())
    assert twin.get_config() == model.get_config()
    assert [w.shape for w in twin.weights] == [w.shape for w in model.weights]


def test_nested_models_train():
    inner = keras.Sequential([layers.Dense(4, activation="tanh"), layers.Dense(2, activation="tanh")])
    model = keras.Sequential([layers.Input((3,)), inner, layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer=optimizers.Adam(0.05))
    history = model.fit(X, Y, epochs=30, verbose=0).history["loss"]
    assert history[-1] < history[0] / 2
    assert inner.layers[0].kernel.value.base is not None


def test_models_that_share_layers_train_in_turn():
    inner = keras.Sequential([layers.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(1)])
    outer = keras.Sequential([layers.Input((3,)), layers.Dense(3), inner, layers.Activation("sigmoid")])
    inner.compile(loss="mse", optimizer="sgd")
    outer.compile(loss="binary_crossentropy", optimizer="sgd")
    for model in (outer, inner, outer):
        before = [weight.numpy() for weight in model.weights]
        model.fit(X, Y, verbose=0)
        assert all((weight.numpy() != old).any() for weight, old in zip(model.weights, before))
        assert all(np.shares_memory(weight.value, model.parameters.values) for weight in model.weights)


# The six steps on real data


def test_penguins_scaled_and_unscaled():
    (x_train, y_train), (x_test, y_test) = penguins.load_data()
    mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
    found = {}
    for name, (a, b) in {
        "scaled": ((x_train - mean) / spread, (x_test - mean) / spread),
        "raw": (x_train, x_test),
    }.items():
        keras.utils.set_random_seed(7)
        model = keras.Sequential(
            [layers.Input((8,)), layers.Dense(12, "relu"), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")]
        )
        model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
        history = model.fit(a, y_train, epochs=150, batch_size=10, verbose=0, validation_data=(b, y_test))
        found[name] = history.history["val_accuracy"][-1]
        assert found[name] == pytest.approx(model.evaluate(b, y_test, verbose=0)[1])
    assert found["scaled"] >= 0.88
    assert 0.35 <= found["raw"] <= 0.65


def test_history_keys_and_return_values(model):
    history = model.fit(X, Y, epochs=3, validation_split=0.25, verbose=0)
    assert list(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert all(len(values) == 3 for values in history.history.values())
    assert all(type(value) is float for values in history.history.values() for value in values)
    assert history.epoch == [0, 1, 2]
    assert model.history is history
    assert model.metrics_names == ["loss", "accuracy"]
    loss, accuracy = model.evaluate(X, Y, verbose=0)
    assert model.evaluate(X, Y, verbose=0, return_dict=True) == {"accuracy": accuracy, "loss": loss}


def test_loss_is_averaged_over_rows_not_batches(model):
    model.optimizer.learning_rate = 0.0
    history = model.fit(X[:7], Y[:7], batch_size=3, shuffle=False, verbose=0).history
    loss, accuracy = model.evaluate(X[:7], Y[:7], verbose=0)
    assert history["loss"][0] == pytest.approx(loss, rel=1e-6)
    assert history["accuracy"][0] == pytest.approx(accuracy)
    p = model.predict(X[:7], verbose=0)[:, 0]
    y = Y[:7]
    assert loss == pytest.approx(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), rel=1e-5)


@given(st.integers(1, 45), st.sampled_from(["sum_over_batch_size", "mean_with_sample_weight", "sum"]), st.booleans())
def test_fit_at_rate_zero_equals_the_batches(batch_size, reduction, weighted):
    weight = np.linspace(0.5, 2, len(X)).astype("float32") if weighted else None
    model = network()
    model.compile(loss=losses.BinaryCrossentropy(reduction=reduction), optimizer=optimizers.SGD(0.0))
    logged = model.fit(X, Y, sample_weight=weight, batch_size=batch_size, shuffle=False, verbose=0).history["loss"][0]
    loss, total = losses.BinaryCrossentropy(reduction=reduction), 0.0
    for start in range(0, len(X), batch_size):
        rows = slice(start, start + batch_size)
        part = loss(Y[rows, None], model.predict_on_batch(X[rows]), None if weight is None else weight[rows])
        total += float(part) * len(X[rows])
    assert logged == pytest.approx(total / len(X), rel=1e-5)


def test_sample_weight_two_is_the_row_twice():
    weight = np.ones(len(X))
    weight[:5] = 2
    finals = []
    for x, y, w in ((X, Y, weight), (np.concatenate([X, X[:5]]), np.concatenate([Y, Y[:5]]), None)):
        keras.utils.set_random_seed(1)
        model = network()
        model.compile(loss=losses.BinaryCrossentropy(reduction="sum"), optimizer=optimizers.SGD(0.01))
        model.fit(x, y, sample_weight=w, batch_size=100, epochs=5, verbose=0)
        finals.append(model.parameters.values)
    np.testing.assert_allclose(*finals, rtol=1e-4, atol=1e-6)


def test_class_weight_is_a_sample_weight():
    finals = []
    for arguments in ({"class_weight": {0: 0.5, 1: 3.0}}, {"sample_weight": np.where(Y == 1, 3.0, 0.5)}):
        keras.utils.set_random_seed(1)
        model = network()
        model.compile(loss="binary_crossentropy", optimizer="sgd")
        model.fit(X, Y, epochs=3, verbose=0, **arguments)
        finals.append(model.parameters.values)
    np.testing.assert_array_equal(*finals)


def test_permuted_features_with_permuted_kernel_rows():
    order = [2, 0, 1]
    finals = []
    for permute in (False, True):
        keras.utils.set_random_seed(1)
        model = network()
        if permute:
            model.layers[0].kernel = model.layers[0].kernel.numpy()[order]
        model.compile(loss="binary_crossentropy", optimizer="sgd")
        model.fit(X[:, order] if permute else X, Y, epochs=3, shuffle=False, verbose=0)
        finals.append(model.predict(X[:, order] if permute else X, verbose=0))
    np.testing.assert_allclose(*finals, rtol=1e-4, atol=1e-6)


def test_validation_split_takes_the_last_rows_before_shuffling(model):
    seen = []
    watch = callbacks.LambdaCallback(on_test_batch_end=lambda batch, logs: seen.append(batch))
    model.fit(X, Y, validation_split=0.25, epochs=1, validation_batch_size=5, verbose=0, callbacks=[watch])
    assert seen == [0, 1]
    expected = model.evaluate(X[30:], Y[30:], verbose=0)[0]
    assert model.history.history["val_loss"][0] == pytest.approx(expected, rel=1e-6)


def test_fit_goes_on_where_it_stopped(model):
    model.fit(X, Y, epochs=2, verbose=0)
    history = model.fit(X, Y, epochs=5, initial_epoch=2, verbose=0)
    assert history.epoch == [2, 3, 4]


def test_validation_freq(model):
    history = model.fit(X, Y, epochs=4, validation_data=(X, Y), validation_freq=2, verbose=0).history
    assert len(history["val_loss"]) == 2
    history = model.fit(X, Y, epochs=4, validation_data=(X, Y), validation_freq=[1, 4], verbose=0).history
    assert len(history["val_loss"]) == 2


@pytest.mark.parametrize("form", [np.asarray, lambda a: a.tolist(), pd.DataFrame, lambda a: a.astype("float64")])
def test_inputs_of_all_forms(form):
    finals = []
    for x in (X, form(X)):
        keras.utils.set_random_seed(3)
        model = network()
        model.compile(loss="binary_crossentropy", optimizer="sgd")
        model.fit(x, pd.Series(Y), epochs=1, verbose=0)
        finals.append(model.predict(x, verbose=0))
    np.testing.assert_allclose(*finals, rtol=1e-6)


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return X[index * 10 : index * 10 + 10], Y[index * 10 : index * 10 + 10]


def endless():
    while True:
        for index in range(4):
            yield Batches()[index]


def test_batches_from_everywhere():
    finals = []
    for source, arguments in [
        ((X, Y), {"batch_size": 10}),
        (endless(), {"steps_per_epoch": 4}),
        (Batches(), {}),
    ]:
        keras.utils.set_random_seed(3)
        model = network()
        model.compile(loss="binary_crossentropy", optimizer="sgd", metrics=["accuracy"])
        data = source if isinstance(source, tuple) else (source,)
        history = model.fit(*data, epochs=3, shuffle=False, verbose=0, **arguments).history
        finals.append([model.parameters.values, history["loss"], history["accuracy"]])
    for other in finals[1:]:
        for a, b in zip(finals[0], other):
            np.testing.assert_allclose(a, b, rtol=1e-6)
    assert model.evaluate(Batches(), verbose=0) == pytest.approx(model.evaluate(X, Y, verbose=0), rel=1e-6)
    np.testing.assert_allclose(model.predict(Batches(), verbose=0), model.predict(X, verbose=0), rtol=1e-6)


class Again:
    """Can be read from its start any number of times, but does not know how long it is."""

    def __iter__(self):
        return (Batches()[index] for index in range(4))


def test_an_iterable_is_read_anew_in_every_epoch(model):
    history = model.fit(Again(), epochs=4, verbose=0)
    assert len(history.history["loss"]) == 4
    assert int(model.optimizer.iterations) == 16


@pytest.mark.parametrize("arguments", [{}, {"steps_per_epoch": 4}])
def test_a_dataset_hears_that_an_epoch_is_over(arguments, model):
    class Heard(Batches):
        ended = 0

        def on_epoch_end(self):
            self.ended += 1

    heard = Heard()
    model.fit(heard, epochs=3, verbose=0, **arguments)
    assert heard.ended == 3


def test_counted_steps_over_arrays_go_on_where_the_last_epoch_stopped(model):
    finals = []
    for arguments in ({"epochs": 4, "steps_per_epoch": 1}, {"epochs": 2, "steps_per_epoch": 2}, {"epochs": 1}):
        keras.utils.set_random_seed(3)
        model = network()
        model.compile(loss="binary_crossentropy", optimizer="sgd")
        model.fit(X, Y, batch_size=10, verbose=0, **arguments)
        assert int(model.optimizer.iterations) == 4
        finals.append(model.parameters.values)
    for other in finals[1:]:
        np.testing.assert_array_equal(other, finals[0])


def test_used_up_generator(model):
    once = ((x, y) for x, y in [Batches()[0]])
    model.fit(once, verbose=0)
    with pytest.raises(ValueError, match="can be read only once"):
        model.fit(once, verbose=0)


def test_stop_training_from_a_batch(model):
    class Stop(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            assert set(logs) == {"loss", "accuracy"}
            self.model.stop_training = batch == 1

    history = model.fit(X, Y, batch_size=10, epochs=5, callbacks=[Stop()], verbose=0)
    assert history.epoch == [0]
    assert int(model.optimizer.iterations) == 2


def test_on_batch_methods(model):
    loss, accuracy = model.train_on_batch(X, Y)
    assert loss > 0
    assert 0 <= accuracy <= 1
    assert set(model.test_on_batch(X, Y, return_dict=True)) == {"loss", "accuracy"}
    np.testing.assert_array_equal(model.predict_on_batch(X), model.predict(X, verbose=0))


def test_metrics_of_all_forms():
    def off_by(y_true, y_pred):
        return np.abs(y_true - y_pred)

    model = network()
    model.compile(
        loss="mse", metrics=["accuracy", "mae", metrics.AUC(name="area"), off_by], weighted_metrics=[metrics.Recall()]
    )
    history = model.fit(X, Y, epochs=1, verbose=0).history
    assert {"accuracy", "mae", "area", "off_by", "loss"} < set(history)
    assert history["mae"][0] == pytest.approx(history["off_by"][0], rel=1e-6)


def test_predict_is_the_same_for_any_batch_size():
    model = network()
    whole = model.predict(X, verbose=0)
    for batch_size in (1, 7, 40, 100):
        np.testing.assert_allclose(model.predict(X, batch_size=batch_size, verbose=0), whole, rtol=1e-6)


def test_training_in_slow_motion_is_fit(model):
    runs = []
    for slow in (False, True):
        keras.utils.set_random_seed(9)
        model = network()
        model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
        arguments = {"epochs": 3, "batch_size": 8, "validation_split": 0.2, "verbose": 0}
        if slow:
            run = model.training(X, Y, **arguments)
            turns = 0
            for _ in run:
                turns += 1
                run.running_logs()  # looking does not change what comes out
            assert turns == 3 * 4
            runs.append(run.history.history)
        else:
            runs.append(model.fit(X, Y, **arguments).history)
    assert runs[0] == runs[1]
