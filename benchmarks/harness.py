"""Peers side by side: each in its own process, in turns, so that whatever else the machine does meets all alike.

A turn repeats the work for about half a second. Rounds go through all peers, each round starting with another one.
The tables give the median of the rounds; a ratio is the median of the ratios within each round.
"""

import argparse
import contextlib
import dataclasses
import itertools
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading

from benchmarks.tables import Table, number, times

PATIENCE = 4  # a peer whose turn is longer than it should be gets so many times the time in all, in fewer rounds
ROOT = pathlib.Path(__file__).resolve().parents[1]


@dataclasses.dataclass(frozen=True)
class Options:
    """How long to measure.

    Args:
        rounds: turns per peer.
        seconds: how long a turn takes, about.
        networks: names of the networks, or None for all.
    """

    rounds: int = 5
    seconds: float = 0.5
    networks: tuple | None = None


QUICK = Options(rounds=2, seconds=0.15)


@dataclasses.dataclass(frozen=True)
class Goal:
    """What we want, what was measured, and whether that is enough; None where it could not be measured."""

    text: str
    measured: str
    met: bool | None


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a script found out: a title, paragraphs and tables in Markdown, and the goals that hang on it."""

    title: str
    parts: list
    goals: list = dataclasses.field(default_factory=list)

    def __str__(self):
        return "\n\n".join([f"## {self.title}", *map(str, self.parts)])


class Worker:
    """The process of one peer; `with` ends it."""

    def __init__(self, peer, paths=()):
        self.peer = peer
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 (`__exit__`)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", peer.module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            cwd=ROOT,
            env=child_environment(peer.environment, paths),
        )

    def __enter__(self):
        return self

    def __exit__(self, *error):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def ask(self, timeout=180, **request):
        """Send a request and wait for the answer, a dictionary."""
        limit = threading.Timer(timeout, self.process.kill)
        limit.start()
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            limit.cancel()
        return json.loads(line) if line else {"failed": f"its process ended, {self._last_words() or 'without a word'}"}

    def _last_words(self):
        self.errors.seek(0)
        lines = self.errors.read().split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def child_environment(extra=(), paths=()):
    """The environment of a process that finds this repository, and before it the folders in `paths`.

    Our modules may be compiled once and kept, as those of installed packages are.
    """
    path = os.pathsep.join([*map(str, paths), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, **dict(extra), "PYTHONPATH": path}


@dataclasses.dataclass
class Measurement:
    """What the turns of one peer gave.

    Attributes:
        seconds, cpu: per repeat, one number for each round.
        loss: after the warm-up, where there is one.
        problem: why there are no numbers, or "".
    """

    peer: object
    seconds: list = dataclasses.field(default_factory=list)
    cpu: list = dataclasses.field(default_factory=list)
    loss: float | None = None
    problem: str = ""

    @property
    def median(self):
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def cores(self):
        """How many cores it kept busy."""
        return statistics.median(cpu / wall for cpu, wall in zip(self.cpu, self.seconds)) if self.seconds else None

    def ratio(self, other):
        """How many times as long as `other` it takes: the median of the rounds."""
        if not self.seconds or not other.seconds:
            return None
        return statistics.median(mine / theirs for mine, theirs in zip(self.seconds, other.seconds))


def measure(workers, question, options, warm_up=1, each=(), **arguments):
    """Ask every worker the same question, in turns.

    Args:
        question: name of the function in the peers' modules.
        warm_up: repeats before anything is timed.
        each: list of further arguments, a dictionary for each worker.
        **arguments: for that function; `network` is a name, or a dictionary with the arguments of a `Network`.

    Returns:
        A list of `Measurement`, in the order of the workers.
    """
    found, ready = [], []
    for worker, own in itertools.zip_longest(workers, each, fillvalue={}):
        measurement = Measurement(worker.peer)
        found.append(measurement)
        given = {**arguments, **own, "variant": worker.peer.variant}
        answer = worker.ask(prepare=question, arguments=given, warm_up=warm_up, seconds=options.seconds)
        measurement.problem = problem_of(answer)
        if not measurement.problem:
            measurement.loss = answer["loss"]
            whole = answer["took"] * answer["repeats"]
            rounds = max(1, min(options.rounds, round(PATIENCE * options.seconds * options.rounds / whole)))
            ready.append((worker, measurement, answer["repeats"], rounds))
    for turn in range(options.rounds):
        start = turn % max(1, len(ready))
        for worker, measurement, repeats, rounds in ready[start:] + ready[:start]:
            if turn >= rounds:
                continue
            answer = worker.ask(turn=repeats)
            measurement.problem = measurement.problem or problem_of(answer)
            if not measurement.problem:
                measurement.seconds.append(answer["seconds"] / repeats)
                measurement.cpu.append(answer["cpu"] / repeats)
    for measurement in found:
        if measurement.problem:
            measurement.seconds, measurement.cpu = [], []
    return found


def problem_of(answer):
    """Why a worker gave no numbers, in words; "" if it gave some."""
    if "missing" in answer:
        return f"not installed ({answer['missing']})"
    return f"failed ({answer['failed'][:200]})" if "failed" in answer else ""


def comparison(measurements, unit, per_repeat=1, losses=None):
    """The table of peers: times, and ratios to the first of them.

    Args:
        unit: `"µs"`, `"ms"` or `"s"`, and what it counts: `"µs per step"`.
        per_repeat: how many of these a repeat has.
        losses: the title of a column with the losses, or None for no such column.
    """
    scale = {"ns": 1e9, "µs": 1e6, "ms": 1e3, "s": 1}[unit.split()[0]] / per_repeat
    ours = measurements[0]
    table = Table(["", unit, "× kerasschool", "lowest – highest", "cores", *([losses] if losses else [])])
    for each in measurements:
        if each.problem:
            table.add(each.peer.name, each.problem)
            continue
        span = f"{number(min(each.seconds) * scale)} – {number(max(each.seconds) * scale)}"
        row = [each.peer.name, number(each.median * scale), times(each.ratio(ours)), span, number(each.cores)]
        if losses:
            row.append("" if each.loss is None else f"{each.loss:.3f}")
        table.add(*row)
    return table


def at_least(text, ratio, wanted):
    """The goal that a ratio reaches `wanted`."""
    return Goal(text, "not measured" if ratio is None else times(ratio), None if ratio is None else ratio >= wanted)


def at_most(text, value, wanted, shown=number):
    """The goal that a number does not exceed `wanted`."""
    return Goal(text, "not measured" if value is None else shown(value), None if value is None else value <= wanted)


def command_line(answer, description):
    """Run one script from the command line: `answer(options)` gives the `Answer` that is printed."""
    parser = argparse.ArgumentParser(description=description)
    add_options(parser)
    found = answer(chosen(parser.parse_args()))
    print(found)
    if found.goals:
        print(f"\n{goal_table(found.goals)}")


def add_options(parser):
    from benchmarks.networks import NETWORKS

    parser.add_argument("--quick", action="store_true", help="fewer and shorter turns")
    parser.add_argument("--rounds", type=int, help="turns per peer")
    parser.add_argument("--seconds", type=float, help="how long a turn takes")
    parser.add_argument("--net", action="append", choices=list(NETWORKS), help="only this network; may be repeated")


def chosen(given):
    """The `Options` of parsed arguments."""
    options = QUICK if given.quick else Options()
    changes = {"rounds": given.rounds, "seconds": given.seconds, "networks": given.net and tuple(given.net)}
    return dataclasses.replace(options, **{name: value for name, value in changes.items() if value})


def goal_table(goals):
    table = Table(["Goal", "measured", "met?"])
    for goal in goals:
        table.add(goal.text, goal.measured, {True: "yes", False: "**no**", None: "?"}[goal.met])
    return table
