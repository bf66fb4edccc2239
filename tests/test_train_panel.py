"""The Train panel from code: what a click can do, a line can do. The browser has tests of its own."""

import asyncio
import base64
import html
import io
import re

import ipywidgets
import nbclient
import nbformat
import numpy as np
import PIL.Image
import pytest

import kerasschool as keras
from kerasschool import callbacks, layers, panels
from kerasschool.views import Curves

FOREVER = 100_000  # epochs


def make_model(metrics=("accuracy",), learning_rate=0.01):
    np.random.seed(1)
    model = keras.Sequential()
    for layer in (layers.Input((3,)), layers.Dense(4, activation="relu"), layers.Dense(1, activation="sigmoid")):
        model.add(layer)
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(learning_rate), metrics=list(metrics))
    return model


def make_panel(model=None, **arguments):
    stream = np.random.RandomState(0)
    x = stream.normal(size=(23, 3))
    y = (x.sum(axis=1) > 0).astype(float)
    arguments = {"validation_data": (x[:9], y[:9]), "epochs": 3, "batch_size": 5, **arguments}
    return panels.Train(model or make_model(), x, y, **arguments)


def text(widget):
    return html.unescape(" ".join(re.sub("<[^>]*>", " ", widget.value).split()))


def state(panel):
    return text(panel._status).split()[0]


def click(panel, name):
    panel._buttons[name].click()


def run(panel, action="play"):
    async def play():
        click(panel, action)
        await asyncio.wait_for(panel.wait(), 60)

    asyncio.run(play())


def table(curves):
    return np.frombuffer(curves.table, "<f4").reshape(len(curves.names) + 1, -1)


def test_buttons_drive_the_session():
    panel = make_panel(epochs=FOREVER)

    async def check():
        click(panel, "play")
        assert state(panel) == "Running"
        click(panel, "play")
        click(panel, "pause")
        click(panel, "pause")
        assert state(panel) == "Paused"
        click(panel, "step_batch")
        assert panel.session.progress().step == 1
        click(panel, "step_epoch")
        await panel.wait()
        assert panel.session.progress().epoch == 1
        click(panel, "stop")
        assert state(panel) == "Stopped"
        assert "Play trains on" in text(panel.message)
        click(panel, "reset")
        assert state(panel) == "Ready" and panel.session.progress().step == 0

    asyncio.run(check())


def test_a_whole_run_and_its_numbers():
    panel = make_panel()
    run(panel)
    words = text(panel._status)
    assert words.startswith("Done Epoch 3 / 3 Step 5 / 5 Loss 0.")
    assert "ms per step" in words and 'class="ks-cell away"> <b style="min-width:0ch"></b> left' in panel._status.value
    assert 'aria-valuenow="100"' in panel._status.value
    assert text(panel.message) == "All 3 epochs are done. Raise Epochs to train on, Reset starts again."
    assert panel.history.history["loss"][-1] == pytest.approx(table(panel.curves)[1, -1])
    assert panel.curves.announcement.startswith("Done. Curves of a training. After epoch 3 of 3: ")


def test_the_next_button_is_marked_and_useless_ones_are_pale():
    def marked(panel):
        blue = [name for name, each in panel._buttons.items() if each.button_style == "primary"]
        pale = {name for name, each in panel._buttons.items() if "ks-idle" in each._dom_classes}
        assert not any(each.disabled for each in panel._buttons.values())
        return blue, pale

    panel = make_panel()
    assert marked(panel) == (["play"], {"pause", "stop", "reset"})
    click(panel, "step_batch")
    assert marked(panel) == (["play"], {"pause"})
    run(panel)
    assert marked(panel) == (["reset"], {"play", "pause", "stop", "step_batch", "step_epoch"})
    panel.set(epochs=5)
    assert marked(panel) == (["play"], {"pause", "stop"})
    assert "Play trains on" in text(panel.message)


def test_every_control_is_labelled():
    panel = make_panel()
    for each in panel._buttons.values():
        assert each.description and each.icon and each.tooltip
    assert [field.description for field in panel._fields.values()] == ["Epochs", "Batch size", "Learning rate"]


def test_fields_change_the_session_also_while_it_runs():
    panel = make_panel(epochs=FOREVER)

    async def check():
        click(panel, "play")
        panel._fields["batch_size"].value = 23
        panel._fields["learning_rate"].value = 0.5
        panel._fields["epochs"].value = panel.session.progress().epoch + 20
        await panel.wait()

    asyncio.run(check())
    assert state(panel) == "Done" and panel.curves.epochs == panel.session.epochs
    assert panel.session.progress().batches == 1 and panel.session.learning_rate == 0.5


@pytest.mark.parametrize(
    ("field", "bad", "words"),
    [
        ("epochs", -3, "`epochs` must be a positive whole number. Received: epochs=-3"),
        ("batch_size", 0, "`batch_size` must be a positive whole number. Received: batch_size=0"),
        ("learning_rate", -1.0, "`learning_rate` must be a number, 0 or more. Received: learning_rate=-1.0"),
    ],
)
def test_a_bad_field_says_so_and_goes_back(field, bad, words):
    panel = make_panel()
    before = panel._fields[field].value
    panel._fields[field].value = bad
    assert panel._fields[field].value == before
    assert text(panel.message) == f"Error {words}"
    assert 'role="alert"' in panel.message.value
    run(panel)
    assert state(panel) == "Done" and "Error" not in text(panel.message)


def test_set_changes_fields_and_is_refused_as_a_whole():
    panel = make_panel()
    assert panel.set(epochs=5, batch_size=4, learning_rate=0.05, seed=3, log_scale=True) is panel
    assert [field.value for field in panel._fields.values()] == [5, 4, 0.05]
    assert panel.session.seed == 3 and panel.curves.log_scale
    with pytest.raises(ValueError, match="`batch_size` must be a positive whole number"):
        panel.set(epochs=9, batch_size=0)
    with pytest.raises(ValueError, match="`learning_rate` must be a number"):
        panel.set(epochs=9, learning_rate=-1)
    with pytest.raises(TypeError, match="no argument 'epoch'. Did you mean 'epochs'"):
        panel.set(epoch=9)
    assert panel.session.epochs == 5


def test_code_is_the_same_training():
    panel = make_panel()
    panel.set(learning_rate=0.05)
    code = panel.code()
    assert code.splitlines() == [
        "keras.utils.set_random_seed(7)",
        "model.optimizer.learning_rate = 0.05",
        "history = model.fit(x, y, validation_data=(x_val, y_val), epochs=3, batch_size=5)",
    ]
    run(panel)
    stream = np.random.RandomState(0)
    x = stream.normal(size=(23, 3))
    y = (x.sum(axis=1) > 0).astype(float)
    names = {"keras": keras, "model": make_model(), "x": x, "y": y, "x_val": x[:9], "y_val": y[:9]}
    exec(code.replace("batch_size=5)", "batch_size=5, verbose=0)"), names)
    assert names["history"].history == panel.history.history


def test_code_without_validation_and_with_the_first_rate():
    assert make_panel(validation_data=None).code().splitlines() == [
        "keras.utils.set_random_seed(7)",
        "history = model.fit(x, y, epochs=3, batch_size=5)",
    ]


def test_a_schedule_freezes_its_field():
    panel = make_panel(make_model(learning_rate=keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)))
    assert panel._fields["learning_rate"].disabled
    assert panel._fields["learning_rate"].value == 0.1
    run(panel)
    assert panel._fields["learning_rate"].value < 0.1
    with pytest.raises(TypeError, match="schedule"):
        panel.set(learning_rate=0.2)


def test_an_error_in_training_is_one_readable_line():
    def fail(epoch, logs):
        raise KeyError("no such key")

    panel = make_panel(callbacks=[callbacks.LambdaCallback(on_epoch_end=fail)])

    async def check():
        click(panel, "play")
        with pytest.raises(KeyError):
            await panel.wait()

    asyncio.run(check())
    assert state(panel) == "Failed"
    assert text(panel.message) == "Error KeyError: 'no such key'"
    click(panel, "reset")
    assert state(panel) == "Ready" and "Error" not in text(panel.message)


def test_divergence_is_explained():
    model = make_model(metrics=())
    model.compile(loss="mse", optimizer="sgd")
    model.layers[-1].activation = keras.activations.linear
    panel = make_panel(model)
    panel.set(learning_rate=1e30)

    async def check():
        click(panel, "play")
        with pytest.raises(ArithmeticError):
            await panel.wait()

    asyncio.run(check())
    assert state(panel) == "Failed"
    words = r"Error The loss became .* in epoch 1, .* before training. Lower the learning rate"
    assert re.match(words, text(panel.message))


def test_play_without_an_event_loop_becomes_a_message():
    panel = make_panel()
    click(panel, "play")
    assert "Error RuntimeError: `play()` trains in the background" in text(panel.message)


def test_closing_a_panel_ends_its_training():
    panel = make_panel(epochs=FOREVER)

    async def check():
        click(panel, "play")
        await asyncio.sleep(0)
        panel.close()
        await asyncio.wait_for(panel.wait(), 60)
        panel.close()

    asyncio.run(check())
    assert panel.session.state == "stopped"
    assert panel.curves.comm is None


def test_two_panels_of_one_model_do_not_train_it_at_once():
    model = make_model()
    first, second = make_panel(model, epochs=FOREVER), make_panel(model, epochs=FOREVER)

    async def check():
        click(first, "play")
        click(second, "play")
        assert (state(first), state(second)) == ("Paused", "Running")
        click(first, "play")
        assert (state(first), state(second)) == ("Running", "Paused")
        first.close()

    asyncio.run(check())


def test_no_metric_leaves_one_chart_and_one_picture():
    panel = make_panel(make_model(metrics=()))
    assert panel.curves.metrics == []
    run(panel)
    assert panel.curves.names == ["loss", "val_loss"]
    assert len(panel.picture().axes) == 1


def test_picture_and_description():
    panel = make_panel()
    assert panel.description() == "Empty curves: no training yet."
    assert len(panel.picture().axes) == 2
    run(panel)
    panel.set(log_scale=True)
    data, metadata = panel._picture_bundle()
    picture = PIL.Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.size == (1880, 648) and len(data["image/png"]) < 60_000
    assert metadata["image/png"] == {"width": 940, "height": 324, "alt": panel.description()}
    assert re.fullmatch(
        r"Curves of a training\. After epoch 3 of 3: accuracy \S+, loss \S+, val_accuracy \S+, val_loss \S+\.",
        panel.description(),
    )
    loss, accuracy = panel.picture().axes
    assert (loss.get_yscale(), loss.get_ylabel(), accuracy.get_ylabel()) == ("log", "loss", "accuracy")
    np.testing.assert_array_equal(loss.lines[0].get_ydata(), panel.history.history["loss"])


def test_in_a_script_a_panel_prints_its_name(capsys):
    make_panel().show()
    assert capsys.readouterr().out == "<Train panel>\n"


# The curves


def test_curves_send_whole_tables_at_most_twelve_times_a_second():
    recorder = keras_recorder(0)
    curves = Curves(recorder, epochs=9)
    assert curves._clock.seconds == pytest.approx(1 / 12)
    curves._clock.seconds = 1000  # however slow this machine is
    sent = []
    curves.observe(lambda change: sent.append(change["name"]), ["table", "names"])
    for epoch in range(1, 200):
        recorder.append(epoch, {"loss": 1 / epoch, "learning_rate": 0.1, "accuracy": 0.5, "val_loss": 2 / epoch})
        curves.publish()
    assert sent.count("table") == 1
    curves.publish(now=True)
    assert curves.names == ["loss", "accuracy", "learning_rate", "val_loss"]
    np.testing.assert_allclose(table(curves)[1], recorder["loss"], rtol=1e-6)
    np.testing.assert_allclose(table(curves)[4], recorder["val_loss"], rtol=1e-6)


def keras_recorder(count):
    from kerasschool.live import Recorder

    recorder = Recorder()
    for epoch in range(1, count + 1):
        recorder.append(epoch, {"loss": 1 / epoch, "val_loss": 1 / epoch, "accuracy": 0.5, "val_accuracy": 0.5})
    return recorder


def test_a_full_refresh_stays_below_20_kilobytes():
    curves = Curves(keras_recorder(5000), epochs=5000)
    assert len(curves.table) < 20_000


def test_a_tip_is_marked():
    recorder = keras_recorder(2)
    recorder.show(2.5, {"loss": 0.1})
    curves = Curves(recorder)
    assert curves.has_tip and table(curves)[0].tolist() == [1, 2, 2.5]
    recorder.append(3, {"loss": 0.2})
    curves.publish(now=True)
    assert not curves.has_tip


# In a saved notebook


@pytest.mark.notebook
def test_a_saved_notebook_shows_the_final_picture(tmp_path):
    setup = """
        import numpy as np, kerasschool as keras
        from kerasschool import panels, layers
        x = np.random.RandomState(0).normal(size=(23, 3)); y = (x.sum(axis=1) > 0) * 1.0
        model = keras.Sequential([layers.Input((3,)), layers.Dense(1, activation="sigmoid")])
        model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
        panel = panels.Train(model, x, y, epochs=4, batch_size=5)
    """
    live_plot = "history = model.fit(x, y, epochs=2, verbose=0, callbacks=[keras.callbacks.LivePlot()])"
    setup = "\n".join(line.strip() for line in setup.splitlines())
    cells = [setup, "panel", "panel.play()\nawait panel.wait();", live_plot]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3", store_widget_state=False).execute()
    for cell, name, epochs in [(notebook.cells[1], "Train panel", 4), (notebook.cells[3], "Training curves", 2)]:
        live, still = cell.outputs
        assert live.data["text/plain"] == f"<{name}>"
        assert "application/vnd.jupyter.widget-view+json" in live.data
        assert still.data["text/plain"] == f"<picture of the {name}>"
        assert still.metadata["image/png"]["alt"].startswith(f"Curves of a training. After epoch {epochs} of {epochs}")
        assert PIL.Image.open(io.BytesIO(base64.b64decode(still.data["image/png"]))).size == (1880, 648)


def test_widgets_are_what_the_panel_is_made_of():
    panel = make_panel()
    assert isinstance(panel, ipywidgets.VBox) and "kerasschool-panel" in panel._dom_classes
