"""keras.ops and keras.random by themselves, Variable, initializers called directly, activations by name."""

import keras
import numpy as np
from keras import ops

a = ops.array([[1.0, 2.0], [3.0, 4.0]])
b = ops.ones((2, 2))
v = keras.Variable(np.zeros(3, "float32"), name="v")
v.assign([1.0, 2.0, 3.0])
v.assign_add(np.ones(3))
v.assign_sub([0.5, 0.5, 0.5])
seed = keras.random.SeedGenerator(7)
normal = keras.random.normal((200,), mean=2.0, stddev=0.1, seed=seed)
uniform = keras.random.uniform((50,), minval=-1, maxval=1, seed=1)
whole = keras.random.randint((50,), minval=0, maxval=5, seed=2)
seen = {
    "matmul": np.array(ops.matmul(a, b)),
    "sum": float(ops.sum(a)),
    "mean": np.array(ops.mean(a, axis=0)),
    "stats": [float(f(a)) for f in (ops.max, ops.min, ops.std, ops.var, ops.prod)],
    "pieces": [np.array(p) for p in ops.split(a, 2, axis=1)],
    "stack": np.array(ops.stack([a, b])),
    "where": np.array(ops.where(a > 2, a, 0.0)),
    "cast": str(np.array(ops.cast(a, "int32")).dtype),
    "shape": ops.shape(a),
    "one_hot": np.array(ops.one_hot([0, 2], 3)),
    "softmax": np.array(ops.softmax(a)),
    "relu": np.array(ops.relu(-a)),
    "argmax": np.array(ops.argmax(a, axis=-1)),
    "top": [np.array(t) for t in ops.top_k(a, k=1)],
    "clip": np.array(ops.clip(a, 1.5, 3.5)),
    "einsum": np.array(ops.einsum("ij,kj->ik", a, b)),
    "norm": float(ops.norm(a)),
    "logsumexp": float(ops.logsumexp(a)),
    "take": np.array(ops.take(a, [1], axis=0)),
    "transpose": np.array(ops.transpose(a)),
    "bce": np.array(ops.binary_crossentropy(b, b * 0.3)),
    "numpy": ops.convert_to_numpy(a),
    "tensor": np.array(ops.convert_to_tensor([1, 2])),
    "is": [bool(ops.is_tensor(a))],
    "v": v.numpy(),
    "v_shape": (tuple(v.shape), str(v.dtype), v.name),
    "v_maths": np.array(v * 2 + 1),
    "v_sum": float(ops.sum(v)),
    "normal": (tuple(normal.shape), bool(abs(float(ops.mean(normal)) - 2) < 0.05)),
    "uniform": (tuple(uniform.shape), bool(np.all(np.abs(np.array(uniform)) <= 1))),
    "whole": (tuple(whole.shape), bool(np.all(np.array(whole) < 5)), str(np.array(whole).dtype)),
    "dropout": tuple(keras.random.dropout(b, 0.5, seed=3).shape),
    "shuffled": sorted(np.array(keras.random.shuffle(np.arange(5), seed=1)).tolist()),
    "ones": np.array(keras.initializers.Ones()((2, 2))),
    "eye": np.array(keras.initializers.Identity(gain=2.0)(shape=(2, 2))),
    "constant": np.array(keras.initializers.Constant(0.3)(shape=(2,))),
    "glorot": tuple(keras.initializers.GlorotUniform(seed=1)(shape=(3, 4)).shape),
    "activations": {
        name: np.array(keras.activations.get(name)(a - 2.5))
        for name in (
            "relu",
            "swish",
            "gelu",
            "selu",
            "hard_sigmoid",
            "mish",
            "softsign",
            "exponential",
            "linear",
            "leaky_relu",
        )
    },
    "relu_arguments": np.array(keras.activations.relu(a - 2.5, negative_slope=0.5, max_value=1.0)),
    "pi": np.array(ops.arange(3)).tolist(),
    "linspace": np.array(ops.linspace(0, 1, 5)),
    "cumsum": np.array(ops.cumsum(a, axis=1)),
    "abs": np.array(abs(-a)),
    "losses": [
        float(keras.losses.mean_squared_error([0.0, 1.0], [1.0, 1.0])),
        np.array(keras.losses.hinge([[1.0, -1.0]], [[0.3, 0.2]])),
    ],
}
