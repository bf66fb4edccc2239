"""Who is measured: kerasschool, its peers, and the limits of the machine.

A peer is a module of this folder with one function per question. The function prepares the work for a network and
returns `run(repeats)`, which does it so many times; of `fit` it returns the loss at the end, so that one can see that
all train alike. Every peer works in a process of its own (`benchmarks/worker.py`).
"""

import dataclasses


@dataclasses.dataclass(frozen=True, eq=False)
class Peer:
    """One row of the tables.

    Args:
        name: what the tables call it.
        module: the module of `benchmarks.peers` that does the work.
        variant: an argument for that module's functions, where it has several.
        environment: environment variables of its process.
    """

    name: str
    module: str
    variant: str = ""
    environment: dict = dataclasses.field(default_factory=dict)


OURS = Peer("kerasschool", "with_keras", "kerasschool")
KERAS_JAX = Peer("Keras on JAX", "with_keras", "keras", {"KERAS_BACKEND": "jax"})
KERAS_TENSORFLOW = Peer(
    "Keras on TensorFlow", "with_keras", "keras", {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
)
KERAS_TORCH = Peer("Keras on PyTorch", "with_keras", "keras", {"KERAS_BACKEND": "torch"})
KERAS = (KERAS_JAX, KERAS_TENSORFLOW, KERAS_TORCH)
TORCH = Peer("plain PyTorch", "with_torch")
TORCH_FUSED = Peer("plain PyTorch, fused Adam", "with_torch", "fused")
JAX = Peer("hand-jitted JAX, `lax.scan`", "with_jax")
SKLEARN = Peer("scikit-learn MLPClassifier", "with_sklearn")
BARE = Peer("bare NumPy loop", "with_numpy", "bare")
GEMM = Peer("GEMMs alone", "with_numpy", "gemm")
C = Peer("C loop", "with_c")
