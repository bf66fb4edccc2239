"""How long does a step of one replica take when many train as one stack (`Trials`)?

Alone: `python -m benchmarks.trials`.
"""

import contextlib

from benchmarks import peers
from benchmarks.harness import Answer, Worker, at_most, command_line, comparison, measure
from benchmarks.networks import NETWORKS

NETWORK = "8-12-8-1"
REPLICAS = (1, 4, 16, 64, 256)


def answer(options):
    network = NETWORKS[NETWORK]
    parts = [
        f"A whole `Trials.fit` of {NETWORK}, batch {network.batch_size}: shuffle, loss and accuracy of every replica "
        "included. Beside it one model alone in `fit`, and hand-jitted JAX with one model."
    ]
    per_step = {}
    with contextlib.ExitStack() as stack:
        ours, jax = (stack.enter_context(Worker(peer)) for peer in (peers.OURS, peers.JAX))
        alone = measure([ours, jax], "fit", options, warm_up=8, network=NETWORK)
        parts.append(comparison(alone, "µs per step", network.steps))
        for replicas in REPLICAS:
            (found,) = measure([ours], "trials", options, network=NETWORK, replicas=replicas)
            parts += [f"### {replicas} replicas", comparison([found], "µs per replica step", network.steps * replicas)]
            if found.seconds:
                per_step[replicas] = 1e6 * min(found.cpu) / (network.steps * replicas)
    goal = at_most("64 replicas: µs of CPU per replica step, at most 3", per_step.get(64), 3)
    return Answer("Many replicas in one loop", parts, [goal])


if __name__ == "__main__":
    command_line(answer, __doc__)
