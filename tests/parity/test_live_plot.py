"""`LivePlot` and `plots.history` with real Keras."""

import keras
import numpy as np
import pytest

from kerasschool import callbacks, plots

pytestmark = pytest.mark.keras


def test_live_plot_in_the_fit_of_keras():
    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    x, y = np.random.normal(size=(20, 2)), np.arange(20) % 2
    live_plot = callbacks.LivePlot()
    history = model.fit(x, y, validation_data=(x, y), epochs=3, verbose=0, callbacks=[live_plot])
    recorder = live_plot.recorder
    assert recorder.x.tolist() == [1, 2, 3]
    assert {name: recorder[name].tolist() for name in recorder.names} == history.history
    loss, accuracy = plots.history(history)
    assert loss.lines[0].get_ydata().tolist() == history.history["loss"]
    assert accuracy.get_ylabel() == "accuracy"
    assert live_plot._metrics() == ["accuracy"]  # Keras calls them "compile_metrics" until the first batch


def test_keras_need_not_wait_for_live_plot_after_every_batch():
    assert keras.callbacks.CallbackList([callbacks.LivePlot()])._async_train
