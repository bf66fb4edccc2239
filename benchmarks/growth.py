"""What does more cost: more rows, more epochs, wider and deeper networks? And what does a step allocate?

Alone: `python -m benchmarks.growth`.
"""

import contextlib
import dataclasses
import statistics
import tracemalloc

from benchmarks import peers
from benchmarks.harness import Answer, Worker, at_most, command_line, measure
from benchmarks.networks import Network
from benchmarks.peers.with_keras import new_model
from benchmarks.tables import Table, number, times

ROWS = (1_000, 10_000, 100_000, 1_000_000)
EPOCHS = (1, 10, 100, 1_000)
WIDTHS = (16, 64, 256, 1_024)
DEPTHS = (1, 4, 16, 64)


def answer(options):
    row_costs, rows = growth_with_rows(options)
    epoch_costs, epochs = growth_with_epochs(options)
    temporary, allocations = allocated()
    return Answer(
        "Growth",
        [
            "kerasschool alone, whole `fit`, batch 32 unless it says otherwise.",
            *rows,
            *epochs,
            *growth_with_width(options),
            *growth_with_depth(options),
            *allocations,
        ],
        [
            at_most(
                "cost linear in rows: a row of 1 000 000 at most 1.25× one of 10 000",
                per_first(row_costs, 3, 1),
                1.25,
                times,
            ),
            at_most(
                "cost linear in epochs: an epoch of 1 000 at most 1.1× one of 10",
                per_first(epoch_costs, 3, 1),
                1.1,
                times,
            ),
            at_most(
                "no allocation per step that grows with the model: width 1024 at most 1.1× width 256",
                temporary[-1] / temporary[1],
                1.1,
                times,
            ),
        ],
    )


def in_turns(options, question, each, peer=peers.OURS):
    """One worker for each size, so that sizes are measured in turns as well."""
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(Worker(peer)) for _ in each]
        return measure(workers, question, options, each=each)


def per_first(costs, one, other):
    return costs[one] / costs[other] if costs[one] and costs[other] else None


def growth_with_rows(options):
    networks = [Network("8-12-8-1", batch_size=32, rows=rows) for rows in ROWS]
    found = in_turns(options, "fit", [{"network": dataclasses.asdict(network)} for network in networks])
    costs = [each.median and each.median / rows for each, rows in zip(found, ROWS)]
    table = Table(["rows, 8-12-8-1", "ms per epoch", "ns per row", "× 10 000 rows"])
    for each, rows, cost in zip(found, ROWS, costs):
        if each.problem:
            table.add(f"{rows:,}", each.problem)
        else:
            table.add(f"{rows:,}", number(each.median * 1e3), number(cost * 1e9), times(cost / costs[1]))
    return costs, ["### Rows", table]


def growth_with_epochs(options):
    network = {"name": "8-12-8-1", "batch_size": 10, "rows": 266}
    found = in_turns(options, "fit_again", [{"network": network, "epochs": epochs} for epochs in EPOCHS])
    costs = [each.median and each.median / epochs for each, epochs in zip(found, EPOCHS)]
    table = Table(["epochs, 8-12-8-1, 266 rows, batch 10", "ms per fit", "µs per epoch", "× 10 epochs"])
    for each, epochs, cost in zip(found, EPOCHS, costs):
        if each.problem:
            table.add(f"{epochs:,}", each.problem)
        else:
            table.add(f"{epochs:,}", number(each.median * 1e3), number(cost * 1e6), times(cost / costs[1]))
    return costs, ["### Epochs", table]


def growth_with_width(options):
    networks = [Network(f"64-{width}-{width}-10", batch_size=32, rows=640) for width in WIDTHS]
    each = [{"network": dataclasses.asdict(network)} for network in networks]
    found, products = (in_turns(options, "fit", each, peer) for peer in (peers.OURS, peers.GEMM))
    table = Table(["network", "parameters", "µs per step", "GEMMs alone, µs", "× GEMMs"])
    for network, ours, gemm in zip(networks, found, products):
        if ours.problem or gemm.problem:
            table.add(network.name, ours.problem or gemm.problem)
            continue
        cells = [number(1e6 * each.median / network.steps) for each in (ours, gemm)]
        table.add(network.name, f"{network.num_parameters:,}", *cells, times(ours.median / gemm.median))
    return ["### Width", table]


def growth_with_depth(options):
    networks = [Network("-".join(["8", *["16"] * depth, "1"]), batch_size=32, rows=640) for depth in DEPTHS]
    found = in_turns(options, "fit", [{"network": dataclasses.asdict(network)} for network in networks])
    table = Table(["hidden layers of 16", "µs per step", "µs per further layer"])
    before = None
    for depth, network, each in zip(DEPTHS, networks, found):
        if each.problem:
            table.add(depth, each.problem)
            continue
        step = 1e6 * each.median / network.steps
        table.add(depth, number(step), "" if before is None else number((step - before[1]) / (depth - before[0])))
        before = depth, step
    return ["### Depth", table]


def allocated():
    """Bytes that a step allocates beyond what is there before it: the peak, as `tracemalloc` sees it."""
    # Relu and NumPy's own casts work in blocks of 32 KB; at width 64 a layer's output is not yet as large as one.
    table = Table(["network, batch 128", "the parameters, kB", "largest temporary memory of a step, kB"])
    peaks = []
    for width in (64, 256, 1_024):
        network = Network(f"784-{width}-{width}-10", batch_size=128, rows=1280)
        peaks.append(temporary_memory(network))
        table.add(network.name, number(network.num_parameters * 4 / 1e3), number(peaks[-1] / 1e3))
    return peaks, ["### Allocations", table]


def temporary_memory(network):
    model = new_model("kerasschool", network)
    x, y = network.data()
    run = model.training(x, y, batch_size=network.batch_size, epochs=3)
    for _ in range(network.steps + 1):
        next(run)
    found = []
    tracemalloc.start()
    for _ in range(network.steps - 3):
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        next(run)
        found.append(tracemalloc.get_traced_memory()[1] - before)
    tracemalloc.stop()
    return statistics.median(found)


if __name__ == "__main__":
    command_line(answer, __doc__)
