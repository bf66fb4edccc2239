"""What `benchmarks/live.py` runs inside a notebook's kernel, where widgets really send their messages."""

import time

import numpy as np
from IPython.display import display

from benchmarks.networks import NETWORKS
from benchmarks.peers.with_keras import new_model
from kerasschool.callbacks import Callback


def clocks():
    """Elapsed seconds, and seconds of CPU of the whole kernel, the thread that sends included."""
    return np.array([time.perf_counter(), time.process_time()])


def curves_refresh(epochs, refreshes):
    """Seconds per refresh of the loss and accuracy curves, training and validation: `[elapsed, CPU]`."""
    from kerasschool.live.recorder import Recorder
    from kerasschool.views.curves import Curves

    recorder = Recorder()
    curves = Curves(recorder, epochs + refreshes)
    curves.show()
    for epoch in range(1, epochs + 1):
        recorder.append(epoch, logs(epoch))
    start = clocks()
    for epoch in range(epochs + 1, epochs + refreshes + 1):
        recorder.append(epoch, logs(epoch))
        curves.publish(now=True)
    return ((clocks() - start) / refreshes).tolist()


def picture():
    """Seconds for the still picture that stays in the notebook, once per training."""
    from kerasschool.live.recorder import Recorder
    from kerasschool.views.curves import Curves

    curves = Curves(Recorder(), 150)
    curves.show()
    for epoch in range(1, 151):
        curves.recorder.append(epoch, logs(epoch))
    start = clocks()
    curves.refresh_picture()
    return (clocks() - start).tolist()


def frame(frames):
    """Seconds for the numbers of a frame of the Playground: what 2-8-8-1 makes of a grid of 100 × 100 points.

    The output's map whole, a map of 25 × 25 for each of the 16 hidden neurons, all in bytes as they would be sent.
    """
    network = NETWORKS["2-8-8-1"]
    model = new_model("kerasschool", network)
    side = np.linspace(-6, 6, 100, dtype=np.float32)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    start = clocks()
    for _ in range(frames):
        x, maps = grid, []
        for layer in model.layers:
            x = layer.forward(x)
            blocks = x.reshape(25, 4, 25, 4, -1).mean(axis=(1, 3)) if layer is not model.layers[-1] else x
            maps.append(np.clip(blocks * 127.5 + 127.5, 0, 255).astype(np.uint8).tobytes())
    return ((clocks() - start) / frames).tolist()


def livelossplot_refresh(epochs, refreshes):
    """The same for livelossplot, as its users call it."""
    from livelossplot import PlotLosses

    plot = PlotLosses()
    for epoch in range(1, epochs + 1):
        plot.update(logs(epoch))
    plot.send()
    start = clocks()
    for epoch in range(epochs + 1, epochs + refreshes + 1):
        plot.update(logs(epoch))
        plot.send()
    return ((clocks() - start) / refreshes).tolist()


def logs(epoch):
    loss = 0.7 / epoch**0.5
    return {"loss": loss, "accuracy": 1 - loss / 2, "val_loss": 1.1 * loss, "val_accuracy": 1 - loss}


async def training(name, seconds, rounds):
    """The same training in four ways, in turns: way → a list of seconds per step `[elapsed, CPU]`, one per round.

    From the beginning of the first epoch to the end of the last: the still picture comes afterwards, once.
    """
    from kerasschool.callbacks import LivePlot
    from kerasschool.panels.train import Train

    network = NETWORKS[name]
    x, y = network.data()
    held_back = x[: network.rows // 5], y[: network.rows // 5]
    size = network.batch_size

    async def fit(epochs, callbacks, verbose=0):
        model = new_model("kerasschool", network)
        model.fit(x, y, size, epochs, verbose, callbacks, validation_data=held_back)

    async def panel(epochs, callbacks):
        made = Train(new_model("kerasschool", network), x, y, held_back, epochs, size, callbacks=callbacks)
        display(made)
        made.play()
        await made.wait()

    ways = {
        "`fit(verbose=0)`": fit,
        "`fit`, with its progress bar": lambda epochs, callbacks: fit(epochs, callbacks, verbose=1),
        "`fit` with `LivePlot`": lambda epochs, callbacks: fit(epochs, [LivePlot(), *callbacks]),
        "Train panel": panel,
    }
    watch = Watch()
    await fit(3, [watch])
    epochs = max(3, round(3 * seconds / watch.took[0]))
    found = {way: [] for way in ways}
    for _ in range(rounds):
        for way, train in ways.items():
            watch = Watch()
            await train(epochs, [watch])
            found[way].append((watch.took / (epochs * network.steps)).tolist())
    return found


class Watch(Callback):
    """Notes how long the epochs took."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 0:
            self.start = clocks()

    def on_epoch_end(self, epoch, logs=None):
        self.took = clocks() - self.start
