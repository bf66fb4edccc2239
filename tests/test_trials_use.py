"""`Trials` from outside: what cannot be stacked, executors, errors, copies, pictures."""

import concurrent.futures
import copy
import multiprocessing
import pickle

import distributed
import matplotlib.pyplot as plt
import numpy as np
import pytest

import kerasschool as keras
from kerasschool import Trials, callbacks, layers, losses, metrics, optimizers, plots, utils
from tests.trained_alone import FIT, SEEDS, X, Y, alone, assert_same, network


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


# What cannot be stacked


class Twice(layers.Layer):
    def call(self, inputs):
        return inputs * 2


def with_layer(*middle, optimizer="adam", **arguments):
    model = keras.Sequential([layers.Input((4,)), *middle, layers.Dense(1, "sigmoid")])
    model.compile(**{"loss": "binary_crossentropy", "optimizer": optimizer, **arguments})
    return model


def tied():
    first, second = layers.Dense(4), layers.Dense(4)
    model = keras.Sequential([layers.Input((4,)), first, second, layers.Dense(1)])
    second.kernel = first.kernel
    second._own_weights[:] = [first.kernel, second.bias]
    model.compile(loss="mse", optimizer="adam")
    return model


class MyModel(keras.Sequential):
    pass


def of_my_class():
    model = MyModel([layers.Input((4,)), layers.Dense(1)])
    model.compile(loss="mse", optimizer="adam")
    return model


ONE_BY_ONE = {
    "layer `twice` (Twice) works on one model's rows": lambda: with_layer(Twice()),
    "layer `lambda` (Lambda) works on one model's rows": lambda: with_layer(layers.Lambda(np.tanh)),
    "layer `dropout` (Dropout) has a seed of its own": lambda: with_layer(layers.Dropout(0.5, seed=3)),
    "layer `dropout` (Dropout) has a `noise_shape`": lambda: with_layer(layers.Dropout(0.5, noise_shape=(None, 1))),
    "layer `dense` (Dense) has an activation of your own": lambda: with_layer(layers.Dense(3, activation=np.sin)),
    "layer `dense` (Dense) has an activity regularizer": lambda: with_layer(layers.Dense(3, activity_regularizer="l2")),
    "layer `softmax` (Softmax) is not over the last axis": lambda: with_layer(layers.Softmax(axis=1)),
    "layer `dense_1` (Dense) shares weights with another layer": tied,
    "`MyModel` is a class of your own": of_my_class,
    "optimizer `Lamb` works on one weight array at a time": lambda: with_layer(optimizer="lamb"),
    "optimizer `Adafactor` works on one weight array at a time": lambda: with_layer(optimizer="adafactor"),
    "gradients are clipped by the norm of one model": lambda: with_layer(optimizer=optimizers.SGD(clipnorm=0.1)),
    "the learning rate comes from a function of your own": lambda: with_layer(optimizer=optimizers.SGD(lambda: 0.1)),
}


@pytest.mark.parametrize("why", ONE_BY_ONE)
def test_one_by_one(why):
    trials = Trials(ONE_BY_ONE[why], seeds=SEEDS)
    trials.fit(**FIT)
    assert trials.how == f"one by one: trials 0-2, because {why}"
    for trial, seed in zip(trials, SEEDS):
        assert_same(trial, alone(ONE_BY_ONE[why], seed, FIT))


def test_callbacks_watch_each_model_for_itself():
    stop = callbacks.EarlyStopping("loss", patience=0, min_delta=0.02)
    trials = Trials(network, seeds=SEEDS)
    history = trials.fit(**{**FIT, "epochs": 30}, callbacks=[stop])
    assert trials.how == "one by one: trials 0-2, because callbacks watch one model"
    lengths = []
    for trial, seed in zip(trials, SEEDS):
        expected = alone(network, seed, {**FIT, "epochs": 30, "callbacks": [copy.deepcopy(stop)]})
        assert_same(trial, expected)
        lengths.append(len(expected.history.epoch))
    assert len(set(lengths)) > 1 and history["loss"].shape == (3, max(lengths)) and len(history.epoch) == max(lengths)
    assert np.isfinite(history["loss"]).sum(axis=1).tolist() == lengths  # the rest is NaN
    last = [trial.history.history["loss"][-1] for trial in trials]
    assert trials.best("loss") == np.argmin(last)


def test_datasets_are_read_by_each():
    class Batches(utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            rows = slice(5 * index, 5 * index + 5)
            return X[rows], Y[rows]

    trials = Trials(network, seeds=SEEDS)
    trials.fit(Batches(), epochs=2)
    assert trials.how.endswith("because batches come from a dataset of your own")
    assert_same(trials[1], alone(network, SEEDS[1], {"x": Batches(), "epochs": 2}))


# Executors


def spread(executor, build=network, **options):
    trials = Trials(build, seeds=SEEDS, executor=executor, **options)
    trials.fit(**FIT)
    trials.fit(**FIT)
    for trial, seed in zip(trials, SEEDS):
        assert_same(trial, alone(build, seed, FIT, FIT))
    return trials


def own_layer():
    return with_layer(Twice(), layers.Dropout(0.5), layers.Dense(3, "relu"))


def test_a_process_pool():
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        trials = spread(pool, task_size=2)
        assert trials.how.splitlines() == [
            "executor, stacked: trials 0-1",
            "executor, stacked: trial 2",
        ]
        trials = spread(pool, own_layer)
        why = "layer `twice` (Twice) works on one model's rows"
        assert trials.how.splitlines()[2] == f"executor, one by one: trial 2, because {why}"


def test_threads_take_turns():
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        spread(pool, task_size=1)


def test_dask():
    """One worker in a process of its own, with two threads."""
    with distributed.Client(n_workers=1, threads_per_worker=2, dashboard_address=None) as client:
        spread(client.get_executor(), task_size=2)


def test_an_error_elsewhere_changes_nothing():
    class Broken(concurrent.futures.Executor):
        """Answers once; then the machine is gone."""

        def submit(self, function, *arguments):
            future = concurrent.futures.Future()
            if self.answers:
                future.set_result(function(*copy.deepcopy(arguments)))
            else:
                future.set_exception(OSError("the machine is gone"))
            self.answers -= 1
            return future

    broken = Broken()
    broken.answers = 1
    trials = Trials(network, seeds=SEEDS, executor=broken, task_size=2)
    before = [trial.get_weights()[0].copy() for trial in trials]
    with pytest.raises(OSError, match="gone"):
        trials.fit(**FIT)
    assert all((trial.get_weights()[0] == value).all() for trial, value in zip(trials, before))


def test_lambdas_stay_at_home():
    class Elsewhere(concurrent.futures.Executor):
        def submit(self, *task):
            future = concurrent.futures.Future()
            try:
                pickle.dumps(task)
            except (pickle.PicklingError, AttributeError) as error:
                future.set_exception(error)
            return future

    trials = Trials(with_layer(layers.Lambda(lambda x: x * 2)), seeds=range(2), executor=Elsewhere())
    with pytest.raises(TypeError, match="cannot be sent to another process, such as a lambda. Define functions with"):
        trials.fit(**FIT)


# What is handed out


def test_a_trial_is_an_ordinary_model():
    trials = Trials(network, seeds=SEEDS)
    trials.fit(**FIT)
    model, expected = trials[1], alone(network, SEEDS[1], FIT)
    assert type(model) is keras.Sequential and trials[-2] is model and trials[1:] == [model, trials[2]]
    assert model.history.params == {"verbose": 0, "epochs": 3, "steps": 5} and model.history.model is model
    kept = trials[0].get_weights()
    for each in (model, expected):
        utils.set_random_seed(5)
        each.fit(**FIT, verbose=0)
    assert_same(model, expected)
    assert all((a == b).all() for a, b in zip(kept, trials[0].get_weights()))
    trials.fit(**FIT)  # the second is ahead now, and goes on by itself
    assert trials.how.splitlines()[1] == "one by one: trial 1, because no other trial is built like it"
    assert [int(trial.optimizer.iterations) for trial in trials] == [30, 45, 30]


def test_another_order_of_seeds_is_another_order_of_trials():
    one, other = Trials(network, seeds=[5, 6, 7]), Trials(network, seeds=[7, 5, 6])
    first, second = one.fit(**FIT), other.fit(**FIT)
    for name, curves in first.items():
        np.testing.assert_array_equal(curves[[2, 0, 1]], second[name])
    for number, same in ((0, 1), (1, 2), (2, 0)):
        np.testing.assert_array_equal(one[number].get_weights()[0], other[same].get_weights()[0])


def test_alike_trials_stay_alike():
    trials = Trials(network, seeds=[4, 4])
    trials.fit(**FIT)
    np.testing.assert_array_equal(trials[0].parameters.values, trials[1].parameters.values)


def test_a_trial_that_explodes_leaves_the_others_alone():
    def build(learning_rate):
        model = network(optimizer="sgd", learning_rate=learning_rate)
        model.compile(loss="mse", optimizer=optimizers.SGD(learning_rate))
        model.layers[2].activation = keras.activations.linear
        return model

    with np.errstate(all="ignore"):
        trials = Trials(build, seeds=3, learning_rate=[1e30, 0.05, 0.01])
        trials.fit(**FIT)
    assert trials.how.startswith("stacked") and np.isnan(trials[0].history.history["loss"][-1])
    assert_same(trials[1], alone(lambda: build(0.05), 3, FIT))
    assert trials.best("loss") in (1, 2)


@pytest.mark.parametrize(
    "twin", [copy.deepcopy, lambda trials: pickle.loads(pickle.dumps(trials))], ids=["copy", "pickle"]
)
def test_copies_go_on_alike(twin):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        trials = Trials(network, seeds=SEEDS, executor=pool)
        trials.fit(**FIT)
        other = twin(trials)
        assert other.executor is None and other.settings == trials.settings
        np.testing.assert_array_equal(other.history["loss"], trials.history["loss"])
        assert twin(trials.history).epoch == [0, 1, 2]
        first, second = trials.fit(**FIT), other.fit(**FIT)
        np.testing.assert_allclose(first["loss"], second["loss"], rtol=1e-6)
        other[0].layers[0].kernel = np.zeros((4, 6))
        assert trials[0].layers[0].kernel.value.any()


def test_evaluate_predict_history_best():
    trials = Trials(network(), seeds=SEEDS, learning_rate=[0.001, 0.1, 0.01])
    assert trials.history == {}
    history = trials.fit(**FIT, validation_data=(X, Y))
    assert list(history) == ["accuracy", "loss", "val_accuracy", "val_loss"] and history.history is history
    assert history["val_loss"].shape == (3, 3) and history.epoch == [0, 1, 2]
    logs = trials.evaluate(X, Y)
    np.testing.assert_allclose(logs["loss"], history["val_loss"][:, -1], rtol=1e-5)
    outputs = trials.predict(X)
    assert outputs.shape == (3, 23, 1)
    np.testing.assert_array_equal(outputs[1], trials[1].predict(X, verbose=0))
    assert trials.best() == trials.best("val_loss") == history["val_loss"][:, -1].argmin()
    assert trials.best("val_accuracy") == history["val_accuracy"][:, -1].argmax()
    assert trials.best("val_accuracy", mode="min") == history["val_accuracy"][:, -1].argmin()


# Errors


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "cannot tell how many trials"),
        ({"seeds": range(3), "learning_rate": [0.1, 0.2]}, "different lengths: seeds 3, learning_rate 2.*Trials.grid"),
        ({"seeds": []}, "the lists are empty"),
        ({"seeds": [0.5]}, "A seed must be"),
        ({"seeds": [0], "fit_seeds": "x"}, "A seed must be"),
        ({"learnign_rate": [0.1]}, "Unknown setting 'learnign_rate'. Did you mean 'learning_rate'"),
        ({"seeds": [0], "hiden__units": 3}, "Unknown setting 'hiden__units'"),
        ({"seeds": [0], "learning_rate": -1}, "`learning_rate` must be a number, 0 or more"),
        ({"seeds": [0], "dropout": 2}, "`rate` must be a number between 0 and 1"),
        ({"seeds": [0], "kernel_initializer": "he_norml"}, "Unknown initializer 'he_norml'. Did you mean 'he_normal'"),
        ({"seeds": [0], "task_size": 0}, "`task_size` must be a positive whole number"),
    ],
    ids=lambda each: "-".join(each) if isinstance(each, dict) else "",
)
def test_errors_of_settings(arguments, text):
    with pytest.raises(ValueError, match=text):
        Trials(network(), **arguments)


def test_errors_of_models():
    uncompiled = keras.Sequential([layers.Input((2,)), layers.Dense(1)])
    for model in (uncompiled, lambda: uncompiled):
        with pytest.raises(ValueError, match="`Trials` needs a loss, and this model has none yet. First call"):
            Trials(model, seeds=range(2))
    with pytest.raises(TypeError, match="must return a `Sequential`.*return model"):
        Trials(lambda seed: None, seeds=range(2))
    for model in (3, keras.Sequential):
        with pytest.raises(TypeError, match="needs a compiled model, or a function"):
            Trials(model, seeds=range(2))
    with pytest.raises(TypeError, match="`MyModel` is a class of your own.*Pass a function"):
        Trials(of_my_class(), seeds=range(2))
    with pytest.raises(TypeError, match="network has no argument 'unit'. Did you mean 'units'"):
        Trials(network, unit=[1, 2])
    with pytest.raises(TypeError, match="`executor` must have a method `submit`"):
        Trials(network, seeds=range(2), executor=4)


def test_errors_of_use():
    trials = Trials(network, seeds=range(2))
    with pytest.raises(ValueError, match="no history yet"):
        trials.best()
    before = trials[0].get_weights()[0].copy()
    for wrong, text in (
        ({"x": X[:, :3]}, "do not fit the model"),
        ({"y": Y[:5]}, "same number of rows"),
        ({"epochs": -1}, "`epochs`"),
        ({"x": iter([(X, Y)]), "y": None}, "read only once"),
    ):
        with pytest.raises(ValueError, match=text):
            trials.fit(**{**FIT, **wrong})
    with pytest.raises(TypeError, match="fit has no argument 'epoch'. Did you mean 'epochs'"):
        trials.fit(X, Y, epoch=3)
    assert (trials[0].get_weights()[0] == before).all() and trials.history == {}
    trials.fit(**FIT)
    with pytest.raises(KeyError, match="Unknown name in the history 'accuracy_'. Did you mean 'accuracy'"):
        trials.history["accuracy_"]
    with pytest.raises(ValueError, match="Unknown name in the history 'val_loss'. Did you mean 'loss'"):
        trials.best("val_loss")
    with pytest.raises(ValueError, match="`mode` must be one of"):
        trials.best("loss", mode="low")
    with pytest.raises(IndexError, match="There are 2 trials, 0 to 1"):
        trials[2]
    with pytest.raises(TypeError, match="Trials are counted"):
        trials["first"]
    different = Trials(lambda units: two_outputs(units), units=[1, 2])
    with pytest.raises(ValueError, match=r"outputs of different shapes, \(1,\), \(2,\)"):
        different.predict(X)


def two_outputs(units):
    model = keras.Sequential([layers.Input((4,)), layers.Dense(units)])
    model.compile(loss=losses.MeanSquaredError(), metrics=[lambda y_true, y_pred: np.abs(y_true - y_pred)])
    return model


def test_a_metric_of_which_nobody_knows_what_is_better():
    def distance(y_true, y_pred):
        return np.abs(y_true - y_pred).max(axis=-1)

    trials = Trials(lambda: with_layer(metrics=[distance]), seeds=range(2))
    trials.fit(**FIT)
    with pytest.raises(ValueError, match="not known whether a small or a great 'distance' is better"):
        trials.best("distance")
    assert trials.best("distance", mode="max") == trials.history["distance"][:, -1].argmax()
    trials = Trials(lambda: with_layer(metrics=[metrics.F1Score(threshold=0.5)]), seeds=range(2))
    trials.fit(**FIT)
    with pytest.raises(ValueError, match="No trial ended with a number to compare"):
        trials.best("f1_score", mode="max")  # one number per class


# Pictures


def test_plots_draw_the_median_and_the_band():
    trials = Trials(network(), seeds=range(9))
    history = trials.fit(**FIT, validation_data=(X, Y))
    loss, accuracy = plots.trials(trials, band=0.5)
    assert (loss.get_ylabel(), accuracy.get_ylabel(), loss.get_xlabel()) == ("loss", "accuracy", "epoch")
    median, validation = (line for line in loss.lines if not line.get_label().startswith("_"))
    np.testing.assert_allclose(median.get_ydata(), np.median(history["loss"], axis=0))
    np.testing.assert_allclose(validation.get_ydata(), np.median(history["val_loss"], axis=0))
    edges = loss.collections[0].get_paths()[0].vertices
    low, high = np.quantile(history["loss"], [0.25, 0.75], axis=0)
    assert edges[:, 1].min() == pytest.approx(low.min()) and edges[:, 1].max() == pytest.approx(high.max())
    assert plots.trials(history, metrics=["val_loss"]).get_ylabel() == "val loss"


def test_plots_draw_one_curve_per_value_of_a_setting():
    trials = Trials.grid(network(), seeds=range(3), learning_rate=[0.1, 0.001])
    history = trials.fit(**FIT)
    ax = plots.trials(trials, metrics=["loss"], by="learning_rate")
    lines = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert list(lines) == ["learning_rate=0.1", "learning_rate=0.001"]
    np.testing.assert_allclose(lines["learning_rate=0.001"], np.median(history["loss"][3:], axis=0))
    with pytest.raises(ValueError, match="Unknown setting 'dropout'"):
        plots.trials(trials, by="dropout")
    with pytest.raises(ValueError, match="Unknown metric in this history 'los'"):
        plots.trials(trials, metrics=["los"])
    with pytest.raises(TypeError, match="plots.history"):
        plots.trials({"loss": [1.0, 2.0]})
