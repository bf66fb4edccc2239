"""From `import` to the trained penguins model in fresh processes: seconds, and memory.

Alone: `python -m benchmarks.first_model`.

The network is the first lesson's, 8-12-8-1, 150 epochs on 266 rows at batch 10.
"""

import dataclasses
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

from benchmarks import peers
from benchmarks.harness import ROOT, Answer, Goal, Measurement, at_least, at_most, child_environment, command_line
from benchmarks.tables import Table, number, times

NUMPY = peers.Peer("NumPy, imported and nothing else", "")
SIX_STEPS = """
model = keras.Sequential([
    keras.layers.Dense(12, activation="relu"), keras.layers.Dense(8, activation="relu"),
    keras.layers.Dense(1, activation="sigmoid")])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
loss = model.fit(x, y, epochs=150, batch_size=10, verbose=0).history["loss"][-1]
"""
PROGRAMS = {  # peer → what it imports, and how it trains
    peers.OURS: ("import kerasschool as keras", SIX_STEPS),
    **dict.fromkeys(peers.KERAS, ("import keras", SIX_STEPS)),
    peers.TORCH: ("import torch; from benchmarks.peers import with_torch as peer", "loss = peer.fit(network, '')(150)"),
    peers.SKLEARN: (
        "import sklearn.neural_network; from benchmarks.peers import with_sklearn as peer",
        "loss = peer.fit(network, '')(150)",
    ),
    peers.JAX: ("import jax; from benchmarks.peers import with_jax as peer", "loss = peer.fit(network, '')(150)"),
    NUMPY: ("import numpy", "loss = 0.0"),
}
CHILD = """
import sys, time
wall, cpu = time.perf_counter(), time.process_time()
{imports}
imported, imported_cpu = time.perf_counter() - wall, time.process_time() - cpu
{data}
{training}
trained, trained_cpu = time.perf_counter() - wall, time.process_time() - cpu
import json
from benchmarks.machine import peak_memory
print(json.dumps(dict(imported=imported, imported_cpu=imported_cpu, trained=trained, trained_cpu=trained_cpu,
    memory=peak_memory(), loss=float(loss))))
"""
DATA = {
    peers.OURS: """
from kerasschool.datasets import penguins
(x, y), _ = penguins.load_data()
x = (x - x.mean(axis=0)) / x.std(axis=0)
""",
    NUMPY: "",
}
DATA_ELSEWHERE = """
import numpy
with numpy.load({file!r}) as arrays:
    x, y = arrays["x"], arrays["y"]
class network:
    name, sizes, batch_size, rows, is_binary, num_parameters = "8-12-8-1", (8, 12, 8, 1), 10, len(x), True, 225
    data = staticmethod(lambda rows=None: (x, y))
    def first_weights():
        from benchmarks.networks import NETWORKS
        return NETWORKS["8-12-8-1"].first_weights()
"""


@dataclasses.dataclass
class Fresh:
    """What the fresh processes of one peer told: dictionaries; or the problem."""

    rounds: list = dataclasses.field(default_factory=list)
    problem: str = ""

    def median(self, name):
        values = [each[name] for each in self.rounds]
        return None if not values or None in values else statistics.median(values)

    def measurement(self, peer, name):
        return Measurement(peer, [each[name] for each in self.rounds])


def run_once(peer, file, only_import=False):
    imports, training = PROGRAMS[peer]
    data = DATA.get(peer, DATA_ELSEWHERE.format(file=str(file)))
    if only_import:
        data, training = "", "loss = 0.0"
    code = CHILD.format(imports=imports, data=data, training=training)
    child = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=child_environment(peer.environment)
    )
    if child.returncode == 0:
        return json.loads(child.stdout.splitlines()[-1])
    last = child.stderr.strip().split("\n")[-1]
    missing = last.startswith(("ModuleNotFoundError", "ImportError"))
    return f"not installed ({last.split(': ', 1)[-1]})" if missing else f"failed ({last[:200]})"


def answer(options):
    import numpy as np

    from kerasschool.datasets import penguins

    found = {peer: Fresh() for peer in PROGRAMS}
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "penguins.npz")
        (x, y), _ = penguins.load_data()
        np.savez(file, x=(x - x.mean(axis=0)) / x.std(axis=0), y=y)
        for turn in range(1 + min(options.rounds, 3)):
            for peer, fresh in found.items():
                if not fresh.problem:
                    told = run_once(peer, file, only_import=turn == 0)  # brings the files into the system's memory
                    if isinstance(told, str):
                        fresh.problem = told
                    elif turn:
                        fresh.rounds.append(told)
    return Answer(
        "From `import` to the trained penguins model",
        [
            "Fresh processes, 8-12-8-1, 150 epochs at batch 10, loss and accuracy reported. Time runs from before the "
            "import to after `fit`; *peak memory* is the largest resident size of the whole process. Modules come from "
            "the system's file cache.",
            table(found),
        ],
        goals(found),
    )


def table(found):
    ours = found[peers.OURS]
    made = Table(["", "import, s", "×", "to trained, s", "×", "CPU, s", "peak memory, MB", "×", "loss"])
    for peer, fresh in found.items():
        if fresh.problem:
            made.add(peer.name, fresh.problem)
            continue
        cells = []
        for name in ("imported", "trained"):
            if peer is NUMPY and name == "trained":
                cells += ["", ""]
            else:
                ratio = fresh.measurement(peer, name).ratio(ours.measurement(peers.OURS, name))
                cells += [number(fresh.median(name)), times(ratio)]
        cells.append("" if peer is NUMPY else number(fresh.median("trained_cpu")))
        memory, own = fresh.median("memory"), ours.median("memory")
        cells += ["", ""] if memory is None else [number(memory / 1e6), times(memory / own)]
        made.add(peer.name, *cells, "" if peer is NUMPY else f"{fresh.median('loss'):.3f}")
    return made


def goals(found):
    ours = found[peers.OURS]

    def ratio(peer, name):
        return found[peer].measurement(peer, name).ratio(ours.measurement(peers.OURS, name))

    def least(name):
        ratios = [ratio(peer, name) for peer in peers.KERAS]
        measured = [each for each in ratios if each is not None]
        return min(measured) if measured else None

    memory = ours.median("memory")
    complete = all(not found[peer].problem for peer in peers.KERAS)
    where = "Keras's quickest backend" if complete else "Keras's quickest backend here"
    lean = "Keras's leanest backend" if complete else "Keras's leanest backend here"
    learnt = ours.median("trained_cpu"), ours.median("imported_cpu")
    fit_cpu = None if None in learnt else learnt[0] - learnt[1]
    return [
        at_least("import to trained: at least 15× as fast as Keras on JAX", ratio(peers.KERAS_JAX, "trained"), 15),
        at_least(f"import: at most 1/10 of the time of {where}", least("imported"), 10),
        at_least(f"peak memory: at most 1/6 of {lean}", None if memory is None else least("memory"), 6),
        at_most("import: under 0.25 s of CPU", ours.median("imported_cpu"), 0.25, lambda s: f"{s:.3f} s"),
        at_most("data, model and 150 epochs: under 1 s of CPU", fit_cpu, 1.0, lambda s: f"{s:.3f} s"),
        Goal("peak memory under 150 MB", "not measured", None)
        if memory is None
        else at_most("peak memory under 150 MB", memory / 1e6, 150, lambda mb: f"{mb:.0f} MB"),
    ]


if __name__ == "__main__":
    command_line(answer, __doc__)
