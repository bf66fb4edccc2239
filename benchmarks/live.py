"""What does it cost to watch: a refresh of the curves, and a training under a panel?

Alone: `python -m benchmarks.live`.

Measured inside a real kernel, whose widgets send their messages; nobody draws them.
"""

import json
import statistics

from benchmarks.harness import ROOT, Answer, at_least, child_environment, command_line
from benchmarks.networks import NETWORKS
from benchmarks.tables import Table, number, times

TRAININGS = ("8-12-8-1", "784-128-10")
EPOCHS = 150  # that the curves show already


class Kernel:
    """A notebook's kernel; `with` ends it."""

    def __enter__(self):
        from jupyter_client.manager import start_new_kernel

        environment = child_environment()
        self.manager, self.client = start_new_kernel(kernel_name="python3", cwd=str(ROOT), env=environment)
        return self

    def __exit__(self, *error):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def value(self, expression):
        """The value of an expression in which `in_kernel` is known; or the last line of its error."""
        marked = "benchmark says: "
        code = f"import json\nfrom benchmarks import in_kernel\nprint({marked!r} + json.dumps({expression}))"
        texts, errors = [], []

        def note(message):
            if message["msg_type"] == "stream":
                texts.append(message["content"]["text"])
            elif message["msg_type"] == "error":
                errors.append(f"{message['content']['ename']}: {message['content']['evalue']}")

        self.client.execute_interactive(code, output_hook=note, timeout=300)
        if errors:
            return errors[-1]
        return json.loads("".join(texts).rsplit(marked, 1)[1])


def answer(options):
    rounds = min(options.rounds, 3)
    with Kernel() as kernel:
        parts, ratio = refreshes(kernel, rounds)
        parts += playground(kernel, rounds)
        for name in [each for each in TRAININGS if each in (options.networks or NETWORKS)]:
            parts += trainings(kernel, name, 4 * options.seconds, rounds)
    goals = [at_least("a refresh of the curves: cheaper than livelossplot's", ratio, 1)]
    return Answer("Watching", parts, goals)


def refreshes(kernel, rounds):
    calls = {
        "kerasschool": f"in_kernel.curves_refresh({EPOCHS}, 200)",
        "livelossplot": f"in_kernel.livelossplot_refresh({EPOCHS}, 5)",
        "kerasschool's still picture, once": "in_kernel.picture()",
    }
    found = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            found[name].append(kernel.value(call))
    table = Table(["refresh of two charts, four curves of 150 epochs", "ms", "ms of CPU", "× kerasschool, CPU"])
    cpu = {}
    for name, values in found.items():
        if isinstance(values[-1], str):
            missing = values[-1].startswith(("ModuleNotFoundError", "ImportError"))
            table.add(name, f"not installed ({values[-1]})" if missing else f"failed ({values[-1][:200]})")
            continue
        wall, cpu[name] = (1e3 * statistics.median(each) for each in zip(*values))
        table.add(name, number(wall), number(cpu[name]), times(cpu[name] / cpu["kerasschool"]))
    ratio = cpu["livelossplot"] / cpu["kerasschool"] if {"livelossplot", "kerasschool"} <= set(cpu) else None
    return ["### A refresh of the curves", table], ratio


def playground(kernel, rounds):
    """A frame of the Playground, computed but not drawn."""
    found = [kernel.value("in_kernel.frame(20)") for _ in range(rounds)]
    wall, cpu = (1e3 * statistics.median(each) for each in zip(*found))
    table = Table(["a grid of 100 × 100 through 2-8-8-1, with the maps of all neurons", "ms", "ms of CPU"])
    table.add("kerasschool", number(wall), number(cpu))
    return ["### A frame of the Playground", table]


def trainings(kernel, name, seconds, rounds):
    found = kernel.value(f"await in_kernel.training({name!r}, {seconds}, {rounds})")
    title = f"### A training that is watched: {name}, batch {NETWORKS[name].batch_size}, with validation"
    if isinstance(found, str):
        return [title, f"failed ({found[:200]})"]
    table = Table(["", "µs per step", "× plain fit", "µs of CPU", "× plain fit, CPU"])
    plain = next(iter(found.values()))
    for way, values in found.items():
        cells = []
        for kind in (0, 1):
            cells.append(number(1e6 * statistics.median(each[kind] for each in values)))
            cells.append(times(statistics.median(each[kind] / base[kind] for each, base in zip(values, plain))))
        table.add(way, *cells)
    return [title, "From the first epoch to the end of the last; the still picture comes after that, once.", table]


if __name__ == "__main__":
    command_line(answer, __doc__)
