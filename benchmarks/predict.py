"""How long do `predict` and `evaluate` take, for one row and for many?

Alone: `python -m benchmarks.predict`.
"""

import contextlib

from benchmarks import peers
from benchmarks.harness import Answer, Worker, at_least, command_line, comparison, measure

NETWORK = "8-12-8-1"
PEERS = (peers.OURS, *peers.KERAS, peers.TORCH, peers.SKLEARN, peers.JAX, peers.BARE)
FRAMEWORKS = (peers.KERAS_JAX, peers.KERAS_TENSORFLOW, peers.KERAS_TORCH, peers.SKLEARN)
QUESTIONS = (  # title, function of the peers, its arguments, unit, rows
    ("`predict` of 1 row", "predict", {"rows": 1}, "µs per call", 1),
    ("`predict` of 10 000 rows, as it comes", "predict", {"rows": 10_000}, "ns per row", 10_000),
    (
        "`predict` of 1 000 000 rows, batch_size=4096",
        "predict",
        {"rows": 1_000_000, "batch_size": 4096},
        "ns per row",
        1_000_000,
    ),
    ("`evaluate` of 10 000 rows: loss and accuracy, as it comes", "evaluate", {"rows": 10_000}, "ns per row", 10_000),
)


def answer(options):
    parts = [
        f"{NETWORK}, `verbose=0`. *As it comes*: without a `batch_size`; Keras then takes 32 rows at a time. "
        "kerasschool takes 4096, which gives the same numbers when rows do not depend on each other. Plain PyTorch, "
        "JAX and scikit-learn take all rows in one go."
    ]
    goals = []
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(Worker(peer)) for peer in PEERS]
        for title, question, arguments, unit, rows in QUESTIONS:
            taking_part = [each for each in workers if question == "predict" or each.peer is not peers.BARE]
            found = measure(taking_part, question, options, network=NETWORK, **arguments)
            parts += [f"### {title}", comparison(found, unit, rows if unit.endswith("row") else 1)]
            by_peer = {each.peer: each for each in found}
            ratios = [by_peer[peer].ratio(found[0]) for peer in FRAMEWORKS]
            least = None if None in ratios else min(ratios)
            goals.append(at_least(f"{title}: ahead of Keras on every backend and of scikit-learn", least, 1))
    return Answer("Predict and evaluate", parts, goals)


if __name__ == "__main__":
    command_line(answer, __doc__)
