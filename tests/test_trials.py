"""`Trials`: every trial equals the model trained alone after `set_random_seed`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kerasschool as keras
from kerasschool import Trials, layers, losses, metrics, optimizers, regularizers, utils
from kerasschool.trials import grouping, stack
from kerasschool.trials import optimizers as stacked_optimizers
from tests.trained_alone import SEEDS, alone, assert_same

RNG = np.random.default_rng(5)
X = RNG.normal(size=(23, 4)).astype("float32")  # 23 rows: the last batch of 5 is short
LABELS = (X[:, 0] + 0.3 * X[:, 1] > 0).astype("float32")
NUMBERS = (X @ RNG.normal(size=(4, 2))).astype("float32")
CLASSES = X[:, :3].argmax(axis=1)
ONE_HOT = utils.to_categorical(CLASSES)
SEQUENCES = RNG.normal(size=(23, 3, 4)).astype("float32")


def network(*middle, units=1, end="sigmoid", inputs=(4,)):
    return keras.Sequential([layers.Input(inputs), *middle, layers.Dense(units, activation=end)])


def binary(*middle, optimizer="adam", **arguments):
    """A compiled yes-or-no model with these layers in the middle."""
    model = network(*(middle or (layers.Dense(6, activation="relu"), layers.Dense(5, activation="tanh"))))
    model.compile(**{"loss": "binary_crossentropy", "optimizer": optimizer, "metrics": ["accuracy"], **arguments})
    return model


def check(build, how="stacked", seeds=SEEDS, fits=1, **fit):
    """Trials of `build` equal the models trained alone, and train in this way."""
    fit = {"x": X, "y": LABELS, "batch_size": 5, "epochs": 3, **fit}
    trials = Trials(build, seeds=seeds)
    for _ in range(fits):
        history = trials.fit(**fit)
    assert trials.how.startswith(how), trials.how
    assert len(trials) == len(seeds) and list(history) == list(trials.history)
    for number, seed in enumerate(seeds):
        expected = alone(build, seed, *[fit] * fits)
        assert_same(trials[number], expected)
        for name, curves in history.items():
            np.testing.assert_array_equal(curves[number], trials[number].history.history[name])
    return trials


# Architectures and losses

OUTPUTS = {
    "bce": (lambda: binary(), LABELS),
    "bce logits": (
        lambda: compiled(network(layers.Dense(5, activation="relu"), end=None), losses.BinaryCrossentropy(True)),
        LABELS,
    ),
    "bce smoothed": (
        lambda: compiled(network(units=3), losses.BinaryCrossentropy(label_smoothing=0.1)),
        ONE_HOT,
    ),
    "cce": (
        lambda: compiled(network(layers.Dense(5, "relu"), units=3, end="softmax"), "categorical_crossentropy"),
        ONE_HOT,
    ),
    "scce": (
        lambda: compiled(network(layers.Dense(5, "elu"), units=3, end="softmax"), "sparse_categorical_crossentropy"),
        CLASSES,
    ),
    "mse": (lambda: compiled(network(layers.Dense(5, "gelu"), units=2, end=None), "mse", "mae"), NUMBERS),
    "huber": (lambda: compiled(network(units=2, end="tanh"), "huber", "mse"), NUMBERS),
    "focal": (lambda: compiled(network(), losses.BinaryFocalCrossentropy()), LABELS),
    "hinge": (lambda: compiled(network(end="tanh"), "hinge"), LABELS),
    "sum": (lambda: compiled(network(), losses.BinaryCrossentropy(reduction="sum")), LABELS),
    "softmax layer": (
        lambda: compiled(
            network(layers.Dense(3), layers.Softmax(), units=3, end="softmax"), "categorical_crossentropy"
        ),
        ONE_HOT,
    ),
    "of my own": (lambda: compiled(network(units=2, end=None), my_loss, my_metric), NUMBERS),
}


def compiled(model, loss, *chosen):
    model.compile(loss=loss, optimizer=optimizers.Adam(0.02), metrics=list(chosen or ("accuracy",)))
    return model


def my_loss(y_true, y_pred):
    return np.mean((y_pred - y_true) ** 4, axis=-1)


def my_metric(y_true, y_pred):
    return np.max(np.abs(y_pred - y_true), axis=-1)


@pytest.mark.parametrize("name", OUTPUTS)
def test_losses(name):
    build, y = OUTPUTS[name]
    check(build, y=y, validation_data=(X[:9], y[:9]))


MIDDLES = {
    "deep": lambda: [layers.Dense(5, activation="relu", use_bias=False), layers.Dense(4), layers.Activation("selu")],
    "dropout": lambda: [layers.Dropout(0.3), layers.Dense(8, activation="relu"), layers.Dropout(0.5)],
    "noise": lambda: [layers.GaussianNoise(0.1), layers.Dense(6, "relu"), layers.GaussianDropout(0.2)],
    "alpha dropout": lambda: [layers.Dense(6, "selu", kernel_initializer="lecun_normal"), layers.AlphaDropout(0.2)],
    "batch normalization": lambda: [
        layers.Dense(6, use_bias=False),
        layers.BatchNormalization(),
        layers.Activation("relu"),
    ],
    "row normalization": lambda: [layers.LayerNormalization(), layers.Dense(6), layers.RMSNormalization()],
    "unit normalization": lambda: [layers.Dense(6), layers.UnitNormalization(), layers.PReLU()],
    "bent": lambda: [layers.Dense(6), layers.LeakyReLU(), layers.Dense(4), layers.ELU(), layers.ReLU(max_value=1.0)],
    "rescaling": lambda: [layers.Rescaling(np.array([0.1, 1.0, 2.0, 3.0]), 0.5), layers.Dense(3, "sigmoid")],
    "shapes": lambda: [
        layers.Reshape((2, 2)),
        layers.Permute((2, 1)),
        layers.Dense(3, "relu"),
        layers.Flatten(),
        layers.RepeatVector(2),
        layers.GlobalAveragePooling1D(),
    ],
    "model inside": lambda: [keras.Sequential([layers.Dense(4, "relu"), layers.Dense(3)]), layers.ReLU()],
    "l2": lambda: [layers.Dense(6, "relu", kernel_regularizer="l2", bias_regularizer=regularizers.L1(0.02))],
    "l1_l2": lambda: [layers.Dense(6, "relu", kernel_regularizer=regularizers.L1L2(0.01, 0.02))],
    "my penalty": lambda: [layers.Dense(6, kernel_regularizer=lambda w: 0.01 * np.sum(w**4))],
    "orthogonal": lambda: [layers.Dense(6, kernel_regularizer=regularizers.OrthogonalRegularizer(0.1))],
    "max norm": lambda: [layers.Dense(6, "relu", kernel_constraint=keras.constraints.MaxNorm(0.8))],
    "unit norm": lambda: [layers.Dense(6, "relu", kernel_constraint=keras.constraints.UnitNorm(axis=[0, 1]))],
    "not negative": lambda: [layers.Dense(6, "relu", kernel_constraint="non_neg", bias_constraint="non_neg")],
    "my limit": lambda: [layers.Dense(6, "relu", kernel_constraint=lambda w: np.clip(w, -w.max() / 2, 1))],
    "frozen": lambda: [layers.Dense(6, "relu", trainable=False), layers.Dense(4, "relu")],
}


@pytest.mark.parametrize("name", MIDDLES)
def test_layers(name):
    check(lambda: binary(*MIDDLES[name]()), validation_data=(X[:9], LABELS[:9]))


def test_sequences():
    def build():
        model = network(layers.Dense(5, "relu"), layers.GlobalMaxPooling1D(), inputs=(3, 4))
        model.compile(loss="bce", optimizer="adam")
        return model

    check(build, x=SEQUENCES)


def test_sequences_of_outputs():
    def build():
        model = network(layers.Dense(5, "relu"), units=3, end="softmax", inputs=(3, 4))
        model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
        return model

    check(build, x=SEQUENCES, y=SEQUENCES[..., :3].argmax(axis=-1))


def test_float64():
    def build():
        model = network(layers.Dense(6, "tanh"))
        model.compile(loss="bce", optimizer="adam")
        return model

    keras.config.set_floatx("float64")
    trials = check(build, epochs=6)
    for number, seed in enumerate(SEEDS):
        expected = alone(build, seed, {"x": X, "y": LABELS, "batch_size": 5, "epochs": 6})
        assert_same(trials[number], expected, rtol=1e-12)


@settings(max_examples=15)
@given(
    sizes=st.lists(st.integers(1, 5), min_size=0, max_size=3),
    activation=st.sampled_from(["relu", "tanh", "sigmoid", "softplus", "swish", "linear"]),
    optimizer=st.sampled_from(["sgd", "adam", "rmsprop", "nadam"]),
    batch_size=st.integers(1, 30),
    epochs=st.integers(0, 3),
    shuffle=st.booleans(),
    seeds=st.lists(st.integers(0, 99), min_size=2, max_size=4),
)
def test_any_small_network(sizes, activation, optimizer, batch_size, epochs, shuffle, seeds):
    def build():
        return binary(
            *[layers.Dense(size, activation=activation) for size in sizes] or [layers.Identity()], optimizer=optimizer
        )

    fit = {"x": X, "y": LABELS, "batch_size": batch_size, "epochs": epochs, "shuffle": shuffle}
    trials = Trials(build, seeds=seeds)
    trials.fit(**fit)
    assert trials.how.startswith("stacked")
    for number, seed in enumerate(seeds):
        assert_same(trials[number], alone(build, seed, fit), rtol=1e-4)


# Optimizers

OPTIMIZERS = {
    "momentum": lambda: optimizers.SGD(0.05, momentum=0.9),
    "nesterov": lambda: optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "amsgrad": lambda: optimizers.Adam(0.01, amsgrad=True),
    "centered": lambda: optimizers.RMSprop(0.01, centered=True, momentum=0.5),
    "schedule": lambda: optimizers.Adam(optimizers.schedules.ExponentialDecay(0.1, 5, 0.5)),
    "clipvalue": lambda: optimizers.SGD(0.5, clipvalue=0.01),
    "weight decay": lambda: optimizers.SGD(0.05, weight_decay=0.1),
    "average": lambda: optimizers.Adam(0.05, use_ema=True, ema_momentum=0.8),
    "accumulation": lambda: optimizers.Adam(0.05, gradient_accumulation_steps=3),
    "scaled": lambda: optimizers.Adam(0.05, loss_scale_factor=8.0),
    **{cls.__name__: cls for cls in stacked_optimizers.VARIABLE},
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name):
    check(lambda: binary(optimizer=OPTIMIZERS[name]()), fits=2)


def test_biases_that_do_not_decay():
    def build():
        optimizer = optimizers.AdamW(0.05, weight_decay=0.5)
        optimizer.exclude_from_weight_decay(var_names=["bias"])
        return binary(optimizer=optimizer)

    check(build)


# What `fit` takes


@pytest.mark.parametrize(
    "fit",
    [
        {"validation_split": 0.3},
        {"validation_data": (X[:9], LABELS[:9], np.arange(9.0)), "validation_freq": 2},
        {"validation_data": (X, LABELS), "validation_batch_size": 4, "validation_steps": 2},
        {"sample_weight": np.linspace(0.0, 2.0, 23)},
        {"class_weight": {0: 1.0, 1: 3.0}},
        {"shuffle": False},
        {"batch_size": 100},
        {"batch_size": 1},
        {"batch_size": None},
        {"epochs": 5, "initial_epoch": 2},
        {"steps_per_epoch": 2},
        {"x": X.tolist(), "y": LABELS.tolist()},
        {"epochs": 0},
    ],
    ids=lambda fit: "-".join(fit),
)
def test_arguments_of_fit(fit):
    check(lambda: binary(layers.Dense(5, "relu"), layers.Dropout(0.2)), **fit)


def test_weights_count_in_losses_of_all_kinds():
    weight = np.linspace(0.5, 2.0, 23)
    for build, y in OUTPUTS.values():
        check(build, y=y, sample_weight=weight)
    check(lambda: binary(loss=losses.BinaryCrossentropy(reduction="mean_with_sample_weight")), sample_weight=weight)


def test_metrics_that_mix_rows():
    def build():
        chosen = [metrics.AUC(), "accuracy", metrics.F1Score(threshold=0.5), metrics.Precision(name="p")]
        return binary(metrics=chosen, weighted_metrics=["accuracy", metrics.Recall()])

    check(build, validation_data=(X[:9], LABELS[:9]), sample_weight=np.linspace(0.5, 2.0, 23))


def test_a_metric_that_gives_a_dictionary():
    class Ends(metrics.Metric):
        def __init__(self):
            super().__init__(name="ends")
            self.low, self.high = self.add_variable(()), self.add_variable(())

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.low.assign(np.minimum(self.low, y_pred.min()))
            self.high.assign(np.maximum(self.high, y_pred.max()))

        def result(self):
            return {"low": float(self.low), "high": float(self.high)}

    trials = check(lambda: compiled(network(end="tanh"), "mse", Ends()))
    assert list(trials.history) == ["high", "loss", "low"]


def test_training_goes_on_after_the_weights_were_packed_anew():
    def frozen(model):
        model.layers[0].trainable = False
        model.compile(loss="mse", optimizer=model.optimizer)
        return model

    fit = {"x": X, "y": LABELS, "batch_size": 5, "epochs": 2}
    trials = Trials(lambda: binary(), seeds=SEEDS)
    trials.fit(**fit)
    for trial in trials:
        frozen(trial)
    trials.fit(**fit)
    assert trials.how == "stacked: trials 0-2"
    for trial, seed in zip(trials, SEEDS):
        expected = frozen(alone(lambda: binary(), seed, fit))
        expected.fit(**fit, verbose=0)
        assert_same(trial, expected)


def test_a_metric_with_many_numbers():
    def build():
        model = network(layers.Dense(4, "relu"), units=3, end="softmax")
        model.compile(loss="categorical_crossentropy", metrics=[metrics.F1Score(average=None)])
        return model

    trials = check(build, y=ONE_HOT)
    assert trials.history["f1_score"].shape == (3, 3, 3)  # trials, epochs, classes


def unbuilt():
    model = keras.Sequential(
        [layers.Dense(5, activation="relu"), layers.Dropout(0.2), layers.Dense(9), layers.Dense(1)]
    )
    model.compile(loss="mse", optimizer="adam")
    return model


def test_models_that_are_built_by_fit():
    check(unbuilt)
    utils.clear_session()
    model = unbuilt()
    trials = Trials(model, seeds=SEEDS)
    trials.fit(X, LABELS, batch_size=5, epochs=3)
    assert not model.built
    for trial, seed in zip(trials, SEEDS):
        assert_same(trial, alone(unbuilt, seed, {"x": X, "y": LABELS, "batch_size": 5, "epochs": 3}))


def test_training_goes_on():
    check(lambda: binary(layers.Dense(5, "relu"), layers.Dropout(0.2)), fits=3)


def test_large_stacks_are_cut(monkeypatch):
    monkeypatch.setattr(stack, "NUMBERS_TOGETHER", 300)  # room for four models of 71 weights
    monkeypatch.setattr(stack, "NUMBERS_AT_ONCE", 20)
    sizes = []
    fit_stack = stack.fit_stack
    monkeypatch.setattr(stack, "fit_stack", lambda models, *rest: (sizes.append(len(models)), fit_stack(models, *rest)))
    check(lambda: binary(), seeds=range(7), validation_data=(X[:9], LABELS[:9]))
    assert sizes == [4, 3]
    monkeypatch.setattr(stack, "NUMBERS_TOGETHER", 200)
    check(
        lambda: binary(), "one by one: trials 0-2, because a model of 71 weights", validation_data=(X[:9], LABELS[:9])
    )
    check(unbuilt)
    assert sizes == [4, 3]


def test_many_predictions_do_not_wait(monkeypatch):
    from kerasschool.models import scores

    monkeypatch.setattr(scores, "LAID_ASIDE", 20)
    check(lambda: binary(), validation_data=(X[:9], LABELS[:9]))


def test_an_interrupt_leaves_whole_steps():
    class Interrupted(losses.Loss):
        steps = 0

        def call(self, y_true, y_pred):
            Interrupted.steps += 1
            if Interrupted.steps == 8:
                raise KeyboardInterrupt
            return np.mean((y_pred - y_true) ** 2, axis=-1)

    trials = Trials(lambda: compiled(network(), Interrupted(), "mse"), seeds=SEEDS)
    with pytest.raises(KeyboardInterrupt):
        trials.fit(X, LABELS, batch_size=5, epochs=3)
    assert [int(trial.optimizer.iterations) for trial in trials] == [2, 2, 2]
    assert len({trial.get_weights()[0].tobytes() for trial in trials}) == 3
    trials.fit(X, LABELS, batch_size=5)
    assert [int(trial.optimizer.iterations) for trial in trials] == [7, 7, 7]


def test_a_batch_for_all_is_in_the_order_of_each():
    order = np.random.RandomState(4).permutation(23)
    rows = stack.StackedRows(keras.models.data.Rows(X, LABELS), 2)
    streams = stack.StackedStream([np.random.RandomState(4), np.random.RandomState(5)])
    with keras.random.use(streams):
        batches = list(rows.epoch(10, shuffle=True))
    assert [x.shape for x, _, _ in batches] == [(2, 10, 4), (2, 10, 4), (2, 3, 4)]
    np.testing.assert_array_equal(np.concatenate([x[0] for x, _, _ in batches]), X[order])
    np.testing.assert_array_equal(np.concatenate([y[0] for _, y, _ in batches]), LABELS[order])


def test_every_layer_is_stackable_or_has_a_reason():
    """A new layer must take its place: among those that train together, or one of the others."""
    one_by_one = {"Lambda", "Embedding", "SpatialDropout1D", "ActivityRegularization"}
    assert set(layers._registry.public) == one_by_one | {cls.__name__ for cls in grouping.STACKABLE[1:]}
