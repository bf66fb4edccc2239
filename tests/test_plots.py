"""`plots.history` and `LivePlot` without a notebook."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from kerasschool import Sequential, callbacks, layers, plots
from kerasschool.live import Recorder

CURVES = {"accuracy": [0.5, 0.7], "loss": [0.7, 0.6], "val_accuracy": [0.4, 0.5], "val_loss": [0.8, 0.7]}


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def drawn(ax):
    """Label → values of the curves in an Axes."""
    return {line.get_label(): list(line.get_ydata()) for line in ax.lines if not line.get_label().startswith("_")}


def test_a_dictionary_gives_one_axes_per_quantity():
    loss, accuracy = plots.history(CURVES)
    assert drawn(loss) == {"train": [0.7, 0.6], "validation": [0.8, 0.7]}
    assert drawn(accuracy) == {"train": [0.5, 0.7], "validation": [0.4, 0.5]}
    assert (loss.get_xlabel(), loss.get_ylabel(), accuracy.get_ylabel()) == ("epoch", "loss", "accuracy")
    assert loss.lines[0].get_xdata().tolist() == [1, 2]
    assert accuracy.get_ylim()[0] == 0 and accuracy.get_ylim()[1] > 1
    assert loss.lines[0].get_linestyle() != loss.lines[2].get_linestyle()  # not by colour alone
    assert sorted(text.get_text() for text in loss.texts) == ["0.6", "0.7"]


def test_anything_that_holds_curves():
    model = Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    live_plot = callbacks.LivePlot()
    history = model.fit(np.ones((5, 2)), np.zeros(5), epochs=3, verbose=0, callbacks=[live_plot])
    for holder in (history, history.history, live_plot.recorder):
        assert drawn(plots.history(holder)) == {"train": history.history["loss"]}
    assert live_plot.curves is None  # no notebook, no widget


def test_given_axes_and_metrics():
    figure = Figure()
    ax = figure.subplots()
    assert plots.history(CURVES, ax=ax) is ax and ax.get_ylabel() == "loss"
    ax = figure.subplots()
    assert plots.history(CURVES, metrics=["accuracy"], ax=ax) is ax and ax.get_ylabel() == "accuracy"
    axes = figure.subplots(1, 2)
    assert plots.history(CURVES, ax=axes)[1] is axes[1]
    assert plots.history(CURVES, metrics=["accuracy"]).get_ylabel() == "accuracy"
    with pytest.raises(ValueError, match="2 curves to draw and 1 Axes"):
        plots.history(CURVES, ax=[ax])
    with pytest.raises(ValueError, match="Unknown metric in this history 'acuracy'. Did you mean 'accuracy'"):
        plots.history(CURVES, metrics=["acuracy"])
    with pytest.raises(TypeError, match="must be what `fit` returned"):
        plots.history([1, 2])


def test_odd_histories():
    assert drawn(plots.history({})) == {}
    assert drawn(plots.history(Recorder())) == {}
    loss = plots.history({"loss": [np.nan, 1.0, 0.5, 0.25], "val_loss": [1.0, 0.5]})  # validated every second epoch
    assert loss.lines[2].get_xdata().tolist() == [2, 4]
    assert plots.history({"loss": [-1.0, -2.0]}).get_ylim()[0] < -2
    assert plots.quantities(["learning_rate", "accuracy", "loss", "val_loss"]) == ["loss", "accuracy", "learning_rate"]


def test_live_plot_starts_anew_with_every_fit():
    model = Sequential([layers.Input((2,)), layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    live_plot = callbacks.LivePlot()
    for _ in range(2):
        model.fit(np.ones((5, 2)), np.zeros(5), epochs=3, verbose=0, callbacks=[live_plot])
    assert live_plot.recorder.x.tolist() == [1, 2, 3]
    model.fit(np.ones((5, 2)), np.zeros(5), epochs=5, initial_epoch=3, verbose=0, callbacks=[live_plot])
    assert live_plot.recorder.x.tolist() == [4, 5]


def test_live_plot_does_not_ask_for_batches():
    assert not callbacks.CallbackList([callbacks.LivePlot()]).wants_train_batches


def test_activation_draws_curve_and_slope():
    ax = plots.activation("tanh", low=-2, high=2)
    curve, slope = ax.lines[0], ax.lines[1]
    x = curve.get_xdata()
    np.testing.assert_allclose(curve.get_ydata(), np.tanh(x))
    np.testing.assert_allclose(slope.get_ydata(), 1 - np.tanh(x) ** 2)
    assert curve.get_linestyle() != slope.get_linestyle()
    assert plots.activation(lambda x: x**2, ax=ax) is ax


@pytest.mark.parametrize(("name", "says"), [("rleu", "Did you mean 'relu'"), ("softmax", "mixes its inputs")])
def test_activation_without_a_curve(name, says):
    with pytest.raises(ValueError, match=says):
        plots.activation(name)
