"""Has something become slow? `make bench-quick`, in under a minute.

Each row is a ratio to a yardstick in plain NumPy, measured in turns with it, in seconds of CPU, on one thread: so the
floors in `floors.toml` hold on any machine. A ratio above its floor by more than the margin is measured again, twice
as long; if it is still above, the exit code is 1.

* `python -m benchmarks.quick`: compare with the floors
* `python -m benchmarks.quick --write`: measure new floors (then say why in the commit message)
"""

import os

if __name__ == "__main__":  # before NumPy loads
    os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import argparse
import contextlib
import pathlib
import statistics
import subprocess
import sys
import time

from benchmarks.harness import ROOT, child_environment
from benchmarks.networks import NETWORKS, Network
from benchmarks.peers import with_keras, with_numpy
from benchmarks.tables import Table, number

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FLOORS = pathlib.Path(__file__).with_name("floors.toml")
MARGIN = 0.25  # a ratio may be so much above its floor, unless the floor has a margin of its own
TURN = 0.015  # seconds of CPU
ROUNDS = 25
TINY = NETWORKS["8-12-8-1"]


def steps(network):
    """A whole `fit` against the bare loop."""
    return with_keras.fit(network, "kerasschool"), with_numpy.fit(network, "bare")


def large_steps():
    """A whole `fit` against its matrix products; few rows, so that a turn is short."""
    network = Network("784-512-512-10", batch_size=128, rows=512)
    return with_keras.fit(network, "kerasschool"), with_numpy.fit(network, "gemm")


def predicting(rows):
    """`predict` against the formulas in NumPy."""
    arguments = {"network": TINY, "rows": rows}
    return with_keras.predict(**arguments, variant="kerasschool"), with_numpy.predict(**arguments, variant="bare")


def evaluating(rows=10_000):
    """`evaluate` against the formulas of `predict` in NumPy."""
    arguments = {"network": TINY, "rows": rows}
    return with_keras.evaluate(**arguments, variant="kerasschool"), with_numpy.predict(**arguments, variant="bare")


def session():
    """The engine of the panels, without widgets, against the bare loop."""
    from kerasschool.live.session import TrainingSession

    x, y = TINY.data()

    def run(epochs):
        TrainingSession(model, x, y, epochs=epochs, batch_size=TINY.batch_size, seed=1).run()

    model = with_keras.new_model("kerasschool", TINY)
    return run, with_numpy.fit(TINY, "bare")


def curves():
    """A refresh of the curves against an epoch of the bare loop."""
    from kerasschool.live.recorder import Recorder
    from kerasschool.views.curves import Curves

    recorder = Recorder()
    view = Curves(recorder, epochs=150)
    for epoch in range(150):
        recorder.append(epoch, {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5})

    def run(refreshes):
        for _ in range(refreshes):
            recorder.append(recorder.x[-1] + 1, {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5})
            view.publish(now=True)

    return run, with_numpy.fit(TINY, "bare")


PAIRS = {  # name → function that makes (ours, yardstick), each a function of the number of repeats
    "fit of 8-12-8-1, batch 10 / bare loop": lambda: steps(TINY),
    "fit of 2-8-8-1, batch 32 / bare loop": lambda: steps(NETWORKS["2-8-8-1"]),
    "fit of 64-32-10, batch 32 / bare loop": lambda: steps(NETWORKS["64-32-10"]),
    "fit of 784-128-10, batch 32 / bare loop": lambda: steps(Network("784-128-10", batch_size=32, rows=640)),
    "fit of 784-512-512-10, batch 128 / GEMMs alone": large_steps,
    "training session of 8-12-8-1, batch 10 / bare loop": session,
    "predict of 1 row / formulas": lambda: predicting(1),
    "predict of 100 000 rows / formulas": lambda: predicting(100_000),
    "evaluate of 10 000 rows / formulas of predict": evaluating,
    "refresh of the curves / an epoch of the bare loop": curves,
}
CHILD = "import time; t = time.process_time(); import {module}; print(time.process_time() - t); {memory}"
MEMORY = "from benchmarks.machine import peak_memory; print(peak_memory())"
IMPORT, KEPT = "import of kerasschool / import of NumPy", "memory of kerasschool imported / of NumPy imported"
OWN_MARGINS = {IMPORT: 0.35}  # fresh processes vary more


def ratio(pair, rounds):
    """The median of the rounds: seconds of CPU per repeat of ours by those of the yardstick."""
    repeats = [calibrated(run) for run in pair]
    ratios = []
    for turn in range(rounds):
        order = (0, 1) if turn % 2 else (1, 0)
        took = {index: timed(pair[index], repeats[index]) / repeats[index] for index in order}
        ratios.append(took[0] / took[1])
    return statistics.median(ratios)


def calibrated(run):
    """How many repeats take a turn."""
    run(2)
    repeats = 1
    while (took := timed(run, repeats)) < TURN / 2:
        repeats *= 2
    return max(1, round(repeats * TURN / took))


def timed(run, repeats):
    start = time.process_time()
    run(repeats)
    return time.process_time() - start


def fresh_processes(rounds):
    """Import time and memory of kerasschool by those of NumPy."""
    fresh("kerasschool")  # compiles the modules
    seconds, memory = [], []
    for _ in range(rounds):
        told = [fresh("kerasschool"), fresh("numpy")]
        seconds.append(told[0][0] / told[1][0])
        memory.append(told[0][1] and told[0][1] / told[1][1])
    return {IMPORT: statistics.median(seconds), **({} if None in memory else {KEPT: statistics.median(memory)})}


def fresh(module):
    code = CHILD.format(module=module, memory=MEMORY)
    child = [sys.executable, "-c", code]
    told = subprocess.run(child, capture_output=True, text=True, check=True, cwd=ROOT, env=child_environment())
    seconds, memory = told.stdout.split()
    return float(seconds), None if memory == "None" else int(memory)


def measured(names, times=1):
    """Name → ratio, for these names."""
    found = {}
    for name in names:
        if name in PAIRS:
            with contextlib.redirect_stdout(None):
                found[name] = ratio(PAIRS[name](), times * ROUNDS)
    if {IMPORT, KEPT} & set(names):
        found.update({name: value for name, value in fresh_processes(times * 5).items() if name in names})
    return found


def limit(name, floors):
    return floors[name] * (1 + OWN_MARGINS.get(name, MARGIN))


def broken(ratios, floors):
    return [name for name, value in ratios.items() if name in floors and value > limit(name, floors)]


def write(ratios):
    lines = [
        "# How many times as long as its yardstick each thing may take (benchmarks/quick.py), margin excluded.",
        "# Written by `python -m benchmarks.quick --write`; a higher number needs its reason in the commit message.",
        "",
        *(f'"{name}" = {value:.3g}' for name, value in ratios.items()),
    ]
    FLOORS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quick", description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="keep what is measured now as the new floors")
    names = [*PAIRS, IMPORT, KEPT]
    if parser.parse_args().write:
        write(measured(names, times=2))
        print(FLOORS.read_text(encoding="utf-8"))
        return 0
    floors = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    ratios = measured(names)
    suspects = broken(ratios, floors)
    if suspects:
        ratios.update(measured(suspects, times=2))
    slow = broken(ratios, floors)
    print(table(ratios, floors))
    unknown = sorted(set(floors) ^ set(ratios))
    if unknown:
        print(f"\nWithout a floor, or not measured: {', '.join(unknown)}")
    if slow:
        print(f"\nSlower than it was: {'; '.join(slow)}.")
    return 1 if slow else 0


def table(ratios, floors):
    made = Table(["", "× yardstick", "floor", "at most", ""])
    for name, value in ratios.items():
        if name not in floors:
            made.add(name, number(value), "none")
            continue
        highest = limit(name, floors)
        word = "SLOW" if value > highest else "faster: lower the floor" if value < 0.8 * floors[name] else "ok"
        made.add(name, number(value), number(floors[name]), number(highest), word)
    return made


if __name__ == "__main__":
    sys.exit(main())
