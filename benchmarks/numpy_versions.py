"""Is the engine as fast on the oldest NumPy that is supported as on the newest?

Alone: `python -m benchmarks.numpy_versions`.

Both are installed into folders under `build/`, beside the NumPy of this environment.
"""

import contextlib
import dataclasses
import subprocess
import sys

import numpy

from benchmarks import peers
from benchmarks.harness import ROOT, Answer, Worker, command_line, comparison, measure
from benchmarks.networks import NETWORKS
from benchmarks.tables import Table

WANTED = {"oldest": "numpy==1.26.*", "newest": "numpy"}
QUESTIONS = ("8-12-8-1", "784-512-512-10")


def answer(options):
    parts = ["The same kerasschool, a whole `fit`; the first row is the NumPy of this environment."]
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(Worker(called(numpy.__version__)))]
        problems = Table(["", ""])
        for name, requirement in WANTED.items():
            folder = ROOT / "build" / f"bench-numpy-{name}"
            version = installed(folder, requirement)
            if version is None:
                problems.add(f"{name} ({requirement})", "could not be installed here")
            elif version != numpy.__version__:
                workers.append(stack.enter_context(Worker(called(version), paths=[folder])))
        for name in [each for each in QUESTIONS if each in (options.networks or NETWORKS)]:
            network = NETWORKS[name]
            found = measure(workers, "fit", options, network=name)
            parts += [f"### {name}, batch {network.batch_size}", comparison(found, "µs per step", network.steps)]
    if len(problems.rows) > 1:
        parts.append(problems)
    return Answer("NumPy, oldest and newest", parts)


def called(version):
    return dataclasses.replace(peers.OURS, name=f"kerasschool on NumPy {version}")


def installed(folder, requirement):
    """The version of NumPy in this folder after installing it there; None if that fails."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary=:all:", "--no-deps", "--upgrade"]
    done = subprocess.run([*command, "--target", folder, requirement], capture_output=True)
    if done.returncode:
        return None
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); import numpy; print(numpy.__version__)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() or None


if __name__ == "__main__":
    command_line(answer, __doc__)
