"""What differs from trial to trial: seeds, settings of a model, arguments of a function."""

import functools

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import Trials, layers, optimizers, utils
from tests.trained_alone import FIT, SEEDS, X, Y, alone, assert_same, network

# Settings of a model

VARIED = {
    "learning_rate": [0.1, 0.01, 0.001],
    "rate": [0.1, 0.5, 0.8],
    "l2": [0.3, 0.0, 0.01],
    "initializer": ["zeros", "he_normal", keras.initializers.RandomNormal(stddev=2.0)],
}
NAMES = {"rate": "dropout", "initializer": "kernel_initializer"}


@pytest.mark.parametrize("name", VARIED)
def test_one_setting_varies(name):
    trials = Trials(network(), seeds=SEEDS, **{NAMES.get(name, name): VARIED[name]})
    trials.fit(**FIT)
    assert trials.how == "stacked: trials 0-2"
    for trial, seed, value in zip(trials, SEEDS, VARIED[name]):
        assert_same(trial, alone(lambda value=value: network(**{name: value}), seed, FIT))


OPTIONS = [
    (optimizers.SGD, {"momentum": [0.5, 0.9, 0.1]}),
    (optimizers.SGD, {"learning_rate": [0.5, 0.1, 0.1], "weight_decay": [0.1, 0.2, 0.0]}),
    (optimizers.Adam, {"beta_1": [0.5, 0.9, 0.99], "beta_2": [0.9, 0.99, 0.999]}),
    (optimizers.Adam, {"epsilon": [1e-7, 1.0, 1e-2], "learning_rate": [0.1, 0.2, 0.3]}),
    (optimizers.AdamW, {"weight_decay": [0.1, 0.2, 0.5]}),
    (optimizers.RMSprop, {"rho": [0.5, 0.9, 0.99], "momentum": [0.5, 0.9, 0.1], "learning_rate": [0.1, 0.01, 0.02]}),
    (optimizers.Adagrad, {"epsilon": [1e-7, 1.0, 1e-2]}),
    (optimizers.Adadelta, {"rho": [0.5, 0.9, 0.99], "learning_rate": [1.0, 2.0, 3.0]}),
    (optimizers.Adamax, {"beta_1": [0.5, 0.9, 0.99], "learning_rate": [0.1, 0.01, 0.02]}),
    (optimizers.Nadam, {"beta_2": [0.5, 0.9, 0.99], "learning_rate": [0.1, 0.01, 0.02]}),
    (optimizers.Lion, {"beta_1": [0.5, 0.9, 0.99], "beta_2": [0.5, 0.9, 0.99]}),
    (optimizers.Ftrl, {"learning_rate": [0.1, 0.01, 0.5]}),
]


@pytest.mark.parametrize(("cls", "options"), OPTIONS)
def test_options_of_optimizers_vary(cls, options):
    def build(**chosen):
        model = network()
        model.compile(loss="binary_crossentropy", optimizer=cls(**chosen), metrics=["accuracy"])
        return model

    trials = Trials(build(), seeds=SEEDS, **options)
    for _ in range(2):
        trials.fit(**FIT)
    assert trials.how == "stacked: trials 0-2"
    for number, seed in enumerate(SEEDS):
        chosen = {name: values[number] for name, values in options.items()}
        expected = alone(lambda chosen=chosen: build(**chosen), seed, FIT, FIT)
        assert_same(trials[number], expected)


def test_every_option_that_may_vary_is_tested():
    from kerasschool.trials.optimizers import VARIABLE

    tested = {(cls, name) for cls, options in OPTIONS for name in options}
    assert {cls for cls, _ in tested} == set(VARIABLE)
    assert all(name in VARIABLE[cls] for cls, name in tested)
    kinds = {name for _, name in tested}
    assert {name for names in VARIABLE.values() for name in names} == kinds


def test_settings_that_make_another_loop():
    """No dropout draws nothing, another activation or optimizer is another formula: groups of alike ones."""
    trials = Trials(
        network(),
        seeds=7,
        dropout=[0.0, 0.5, 0.0, 0.2, 0.5],
        activation=["relu", "relu", "relu", "relu", "tanh"],
        optimizer=["sgd", "adam", optimizers.SGD(), "adam", "adam"],
        learning_rate=0.1,
    )
    trials.fit(**FIT)
    assert trials.how.splitlines() == [
        "stacked: trials 0, 2",
        "stacked: trials 1, 3",
        "one by one: trial 4, because no other trial is built like it",
    ]
    for trial, chosen in zip(trials, trials.settings):
        optimizer = chosen["optimizer"] if isinstance(chosen["optimizer"], str) else "sgd"
        build = functools.partial(network, chosen["dropout"], 0.1, optimizer, activation=chosen["activation"])
        expected = alone(build, 7, FIT)
        assert_same(trial, expected)
        assert trial.layers[-1].activation is keras.activations.sigmoid  # the output's stays


def test_settings_of_one_layer_and_of_hidden_layers():
    trials = Trials(network(), seeds=0, hidden__units=[2, 3], loss=["mse", "mae"])
    assert [[layer.kernel.shape[1] for layer in (trial.layers[0], trial.layers[2])] for trial in trials] == [
        [2, 1],
        [3, 1],
    ]
    assert [trial.loss for trial in trials] == ["mse", "mae"]
    trials = Trials(network(), seeds=0, units=[2, 3], l1=0.5)
    assert [trial.layers[0].units for trial in trials] == [2, 3] and trials[0].layers[2].units == 1
    assert trials[0].layers[0].kernel_regularizer.get_config() == {"l1": 0.5, "l2": 0.01}


def test_order_of_rows_apart_from_first_weights():
    trials = Trials(network(), seeds=7, fit_seeds=[1, 2, 3])
    first = trials[0].get_weights()
    for trial in trials:
        np.testing.assert_array_equal(trial.get_weights()[0], first[0])
    trials.fit(**FIT)
    for trial, fit_seed in zip(trials, (1, 2, 3)):
        assert_same(trial, alone(network, 7, FIT, fit_seed=fit_seed))
    assert trials.settings == [{"seed": 7, "fit_seed": seed} for seed in (1, 2, 3)]


def test_grid_makes_every_combination():
    trials = Trials.grid(network(), seeds=range(2), learning_rate=[0.1, 0.01], dropout=0.5)
    assert trials.settings == [
        {"seed": seed, "learning_rate": rate, "dropout": 0.5} for rate in (0.1, 0.01) for seed in (0, 1)
    ]
    assert repr(trials) == "<Trials of 4 models, different in seed, learning_rate>"
    assert [float(trial.optimizer.learning_rate) for trial in trials] == pytest.approx([0.1, 0.1, 0.01, 0.01])


def test_the_model_is_only_a_pattern():
    model = network()
    model.fit(**FIT, verbose=0)
    before, steps = model.get_weights(), int(model.optimizer.iterations)
    trials = Trials(model, seeds=SEEDS)
    trials.fit(**FIT)
    assert int(model.optimizer.iterations) == steps and all((a == b).all() for a, b in zip(before, model.get_weights()))
    for trial, seed in zip(trials, SEEDS):
        assert_same(trial, alone(network, seed, FIT))


def test_a_pattern_that_its_data_built():
    utils.clear_session()

    def build():
        model = keras.Sequential([layers.Dense(3, "relu"), layers.Dense(1)])
        model.compile(loss="mse", optimizer="adam")
        return model

    def built():
        model = build()
        model.build((None, 4))
        return model

    model = build()
    model.fit(**FIT, verbose=0)
    trials = Trials(model, seeds=SEEDS)
    assert all(trial.built for trial in trials)
    trials.fit(**FIT)
    assert_same(trials[1], alone(built, SEEDS[1], FIT))


def test_what_training_does_not_change_is_kept():
    keras.config.set_floatx("float64")  # where rounding does not grow through the batch's variance
    scale = layers.Normalization()
    scale.adapt(X * 10 + 3)
    fixed = layers.Dense(5, "relu", trainable=False, name="fixed")
    model = keras.Sequential([layers.Input((4,)), scale, fixed, layers.BatchNormalization(), layers.Dense(1)])
    model.compile(loss="mse", optimizer="adam")
    trials = Trials(model, seeds=SEEDS)
    trials.fit(X * 10 + 3, Y, batch_size=5, epochs=2)
    assert trials.how.startswith("stacked")
    for trial, seed in zip(trials, SEEDS):
        for number in (0, 1):
            for value, kept in zip(trial.layers[number].get_weights(), model.layers[number].get_weights()):
                np.testing.assert_array_equal(value, kept)
        utils.set_random_seed(seed)
        expected = keras.models.clone_model(model)
        expected.layers[0].set_weights(scale.get_weights())
        expected.layers[1].set_weights(fixed.get_weights())
        expected.compile(loss="mse", optimizer="adam")
        expected.fit(X * 10 + 3, Y, batch_size=5, epochs=2, verbose=0)
        assert_same(trial, expected)


def test_weights_left_out_of_decay_stay_left_out():
    model = network()
    optimizer = optimizers.AdamW(weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_list=[model.layers[0].kernel], var_names=["bias"])
    model.compile(loss="mse", optimizer=optimizer)
    trials = Trials(model, seeds=SEEDS, learning_rate=0.1)
    trials.fit(**FIT)
    assert trials.how.endswith("because optimizer `AdamW` leaves some variables out of weight decay")

    def build():
        model = network()
        optimizer = optimizers.AdamW(0.1, weight_decay=0.5)
        optimizer.exclude_from_weight_decay(var_list=[model.layers[0].kernel], var_names=["bias"])
        model.compile(loss="mse", optimizer=optimizer)
        return model

    assert_same(trials[2], alone(build, SEEDS[2], FIT))


def test_functions_of_the_reader_in_a_model():
    def build():
        model = keras.Sequential(
            [
                layers.Input((4,)),
                layers.Lambda(lambda x: x * 2),
                layers.Dense(
                    3,
                    activation=lambda z: np.maximum(z, 0.1 * z),
                    kernel_initializer=lambda shape, dtype: np.ones(shape, dtype) / 2,
                ),
                layers.Dense(1),
            ]
        )
        optimizer = optimizers.SGD(lambda: 0.1)
        model.compile(loss=lambda y_true, y_pred: np.mean((y_pred - y_true) ** 2, axis=-1), optimizer=optimizer)
        return model

    trials = Trials(build(), seeds=SEEDS)
    trials.fit(**FIT)
    assert_same(trials[1], alone(build, SEEDS[1], FIT))


# Functions and recipes


def test_functions_get_what_they_ask_for():
    asked = []

    def build(**settings):
        asked.append(settings)
        return network(units=settings["units"])

    assert [trial.layers[0].units for trial in Trials(build, units=[2, 3])] == [2, 3]
    assert asked == [{"units": 2, "seed": 0}, {"units": 3, "seed": 1}]
    assert len(Trials(lambda number: network(units=number + 1), seeds=[4, 5])[1].layers[0].bias.value) == 6
    assert len(Trials(lambda: network(), seeds=[4, 5])) == 2
    assert Trials(lambda units, seed=None: network(units=units + seed), seeds=[4, 5], units=1)[1].layers[0].units == 6

    class Recipe:
        def build(self, units=2):
            return network(units=units)

    assert Trials(Recipe(), seeds=3, units=[4, 5])[1].layers[0].units == 5


def test_functions_may_draw_for_themselves():
    def build():
        import random

        model = network(units=random.randint(2, 9))
        model.layers[0].bias = np.random.normal(size=model.layers[0].units)
        return model

    state = np.random.get_state()[1].copy()
    trials = Trials(build, seeds=SEEDS)
    trials.fit(**FIT)
    assert (np.random.get_state()[1] == state).all()
    for trial, seed in zip(trials, SEEDS):
        assert_same(trial, alone(build, seed, FIT))
