"""How long does a training step take, in a whole `fit`: shuffle, loss, accuracy and callbacks included?

Alone: `python -m benchmarks.fit --net 8-12-8-1`.
"""

import contextlib

from benchmarks import peers
from benchmarks.harness import Answer, Goal, Worker, at_least, at_most, command_line, comparison, measure
from benchmarks.networks import NETWORKS
from benchmarks.tables import number, times

PEERS = (
    peers.OURS,
    *peers.KERAS,
    peers.TORCH,
    peers.TORCH_FUSED,
    peers.SKLEARN,
    peers.JAX,
    peers.BARE,
    peers.GEMM,
    peers.C,
)
TINY, LARGE = "8-12-8-1", "784-512-512-10"
WARM_UP = 200  # steps
LARGE_ENOUGH_FOR_BLAS = 100_000  # parameters; beyond, simple loops in C are no limit


def answer(options):
    parts = [
        "Adam, float32, loss and accuracy per epoch. Each peer repeats epochs for a turn and is given as many as fill "
        "it. The loss is that of the warm-up's last epoch (of the bare loop, after it): it shows that all train alike. "
        "scikit-learn does not compute the accuracy; the bare NumPy loop does not shuffle and computes neither loss "
        "nor accuracy; *GEMMs alone* are the matrix products of a step and nothing else. *Cores* is CPU time by "
        "elapsed time: below 1 on a machine that was busy with other things."
    ]
    by_network = {}
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(Worker(peer)) for peer in PEERS]
        for name in options.networks or NETWORKS:
            network = NETWORKS[name]
            taking_part = [each for each in workers if each.peer is not peers.C or is_small(network)]
            warm_up = -(-WARM_UP // network.steps)
            found = measure(taking_part, "fit", options, warm_up=warm_up, network=name)
            by_network[name] = {each.peer: each for each in found}
            parts.append(f"### {name}, batch {network.batch_size}, {network.rows:,} rows")
            losses = f"loss after {warm_up} epochs" if warm_up > 1 else "loss after 1 epoch"
            parts.append(comparison(found, "µs per step", network.steps, losses))
    return Answer("A training step in a whole `fit`", parts, goals(by_network))


def is_small(network):
    return network.num_parameters < LARGE_ENOUGH_FOR_BLAS


def goals(by_network):
    found = []
    if TINY in by_network:
        times_ours = ratios(by_network[TINY])
        jax, torch = times_ours[peers.KERAS_JAX], times_ours[peers.TORCH]
        found.append(at_least(f"fit, {TINY}: at least 7× as fast as Keras on JAX", jax, 7))
        found.append(at_least(f"fit, {TINY}: at least 10× as fast as Keras on JAX (moonshot)", jax, 10))
        found.append(at_least(f"fit, {TINY}: at least 12× as fast as plain PyTorch", torch, 12))
    if LARGE in by_network:
        measured = by_network[LARGE]
        found.append(at_least(f"fit, {LARGE}: faster than Keras on JAX", ratios(measured)[peers.KERAS_JAX], 1))
        of_products = measured[peers.OURS].ratio(measured[peers.GEMM])
        found.append(at_most(f"fit, {LARGE}: at most 1.35× the GEMMs alone (moonshot)", of_products, 1.35, times))
    for name, measured in by_network.items():
        found.append(at_least(f"fit, {name}: ahead of scikit-learn", ratios(measured)[peers.SKLEARN], 1))
    for name, measured in by_network.items():
        found.append(ahead_of_every_framework(name, ratios(measured)))
    return found


def ratios(measured):
    """Peer → how many times as long as ours it takes, or None."""
    return {peer: each.ratio(measured[peers.OURS]) for peer, each in measured.items()}


def ahead_of_every_framework(name, times_ours):
    frameworks = [*peers.KERAS, peers.TORCH, peers.TORCH_FUSED]
    text = f"fit, {name}: ahead of Keras on every backend and of plain PyTorch"
    measured = {peer: times_ours[peer] for peer in frameworks if times_ours[peer] is not None}
    if not measured:
        return Goal(text, "not measured", None)
    nearest = min(measured, key=measured.get)
    is_ahead = measured[nearest] >= 1
    complete = len(measured) == len(frameworks) or not is_ahead
    return Goal(text, f"{number(measured[nearest])}× ({nearest.name})", is_ahead if complete else None)


if __name__ == "__main__":
    command_line(answer, __doc__)
