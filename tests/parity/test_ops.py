"""`kerasschool.ops` against `keras.ops`: names, signatures, values, types, and gradients against JAX."""

import inspect

import jax
import keras
import numpy as np
import pytest

from kerasschool import autodiff, ops

pytestmark = pytest.mark.keras

rng = np.random.RandomState(7)
MATRIX = rng.normal(size=(3, 4)).astype("float32")
OTHER = rng.normal(size=(3, 4)).astype("float32")
CUBE = rng.normal(size=(2, 3, 4)).astype("float32")
SQUARE = rng.normal(size=(4, 4)).astype("float32")
POSITIVE = np.abs(MATRIX) + np.float32(0.1)
UNIT = rng.uniform(-0.9, 0.9, (3, 4)).astype("float32")
FAR = [-1000.0, -100.0, -87.0, -20.0, -3.0, -1.0, -0.5, -0.3, 0.0, 0.3, 1.0, 3.0, 6.0, 20.0, 100.0, 1000.0]
WIDE = np.array(FAR, "float32").reshape(4, 4)
COUNTS = np.array([[1, -2, 3], [0, 5, -6]], "int32")
FLAGS = np.array([True, False, True])
TARGETS = np.eye(4, dtype="float32")[[0, 2, 1]]
SHARES = np.array([[0.1, 0.2, 0.3, 0.4], [0.0, 0.0, 1.0, 0.0], [0.5, 0.5, 0.5, 0.5]], "float32")
BITS = np.array([[0, 1, 1, 0]] * 3, "float32")


def call(*args, **kwargs):
    return args, kwargs


def over_axes():
    return [call(MATRIX), call(MATRIX, -1, True), call(CUBE, axis=(0, 2)), call(COUNTS, axis=1)]


def with_scalars(x=MATRIX, y=OTHER):
    return [call(x, y), call(2, y), call(COUNTS, 3), call(COUNTS, 0.5)]


CASES = {
    # core
    "convert_to_tensor": [call([1.0, 2.0]), call([1, 2]), call(3), call(2.5), call([True]), call([1, 2], "float32")],
    "convert_to_numpy": [call(MATRIX)],
    "array": [call([[1, 2], [3, 4]]), call([1.0], dtype="int32")],
    "cast": [call([0.7, -1.2], "int32"), call(COUNTS, "float32"), call(MATRIX, "bool"), call(MATRIX, "float16")],
    "copy": [call(MATRIX)],
    "dtype": [call(MATRIX), call(COUNTS)],
    "shape": [call(CUBE)],
    "ndim": [call(CUBE)],
    "size": [call(CUBE)],
    "stop_gradient": [call(MATRIX)],
    "erf": [call(WIDE)],
    "erfc": [call(MATRIX)],
    "zeros": [call((2, 3)), call(2, "int32")],
    "ones": [call((2, 3)), call((2,), dtype="bool")],
    "full": [call((2, 3), 5), call((2,), 1.5, "int32")],
    "zeros_like": [call(MATRIX), call(COUNTS, "float32")],
    "ones_like": [call(MATRIX), call(COUNTS)],
    "full_like": [call(MATRIX, 2), call(COUNTS, 3.0, "float32")],
    "arange": [call(5), call(1, 7, 2), call(1.0, 2.0, 0.25), call(5, dtype="float32"), call(3, 0, -1)],
    "linspace": [call(0, 1), call(0.0, 5.0, 7, False), call(MATRIX[0], OTHER[0], 3, axis=-1)],
    "logspace": [call(0, 2, 4), call(0.0, 3.0, 4, base=2)],
    "eye": [call(3), call(2, 4, 1), call(2, dtype="int32")],
    "identity": [call(3)],
    "tri": [call(3), call(3, 4, -1)],
    "meshgrid": [call(MATRIX[0], OTHER[:, 0]), call(MATRIX[0], OTHER[0], indexing="ij")],
    # elementwise
    **{name: with_scalars() for name in ("add", "subtract", "multiply", "maximum", "minimum")},
    "divide": [*with_scalars(), call(COUNTS, 4)],
    "true_divide": with_scalars(),
    "divide_no_nan": [call([1.0, 2.0], [0.0, 4.0])],
    "floor_divide": [call(MATRIX, 0.5), call(COUNTS, 2)],
    "mod": [call(MATRIX, 0.5), call(COUNTS, 4)],
    "power": [call(POSITIVE, OTHER), call(MATRIX, 2), call(MATRIX, 3.0), call(COUNTS, 2), call(2.0, MATRIX)],
    **{name: [call(MATRIX), call(COUNTS)] for name in ("negative", "abs", "absolute", "sign", "square")},
    **{name: [call(MATRIX), call(COUNTS)] for name in ("exp", "exp2", "expm1", "sin", "cos", "tan")},
    **{name: [call(MATRIX), call(COUNTS)] for name in ("arctan", "sinh", "cosh", "tanh", "arcsinh", "floor", "ceil")},
    "round": [call([0.5, 1.5, -2.5, 2.4]), call(MATRIX, 2), call(COUNTS)],
    "trunc": [call(MATRIX * 5)],
    **{name: [call(POSITIVE), call(COUNTS + 9)] for name in ("sqrt", "log", "log2", "log10", "log1p", "cbrt")},
    **{name: [call(POSITIVE)] for name in ("rsqrt", "reciprocal")},
    **{name: [call(UNIT)] for name in ("arcsin", "arccos", "arctanh")},
    "arccosh": [call(POSITIVE + 1)],
    **{name: [call(MATRIX, OTHER), call(MATRIX, 1)] for name in ("arctan2", "hypot", "logaddexp")},
    **{
        name: [call(MATRIX, OTHER), call(COUNTS, 1), call(COUNTS, 0.5)]
        for name in ("equal", "not_equal", "greater", "greater_equal", "less", "less_equal")
    },
    "isclose": [call([1.0, 2.0], [1.000001, 2.1])],
    **{name: [call(FLAGS, [True, True, False])] for name in ("logical_and", "logical_or", "logical_xor")},
    "logical_not": [call(FLAGS), call(COUNTS)],
    **{name: [call([1.0, np.inf, np.nan, -np.inf])] for name in ("isnan", "isinf", "isfinite", "nan_to_num")},
    "where": [call(MATRIX > 0, MATRIX, OTHER), call(FLAGS, 1.0, 0.0), call(FLAGS, COUNTS, 0), call(FLAGS)],
    "clip": [call(MATRIX, -0.5, 0.5), call(COUNTS, 0, 3), call(MATRIX, OTHER - 1, 1.0)],
    # reductions and products
    **{name: over_axes() for name in ("sum", "mean", "var", "std", "max", "min", "amax", "amin", "ptp", "median")},
    "prod": [*over_axes(), call([1.0, 2.0], dtype="int32")],
    "average": [call(MATRIX), call(MATRIX, 1, [1.0, 2.0, 3.0, 4.0]), call(COUNTS, 0)],
    **{
        name: [call(MATRIX > 0), call(MATRIX > 0, 0), call(MATRIX > 9, axis=-1, keepdims=True)]
        for name in ("any", "all")
    },
    "count_nonzero": [call(COUNTS), call(COUNTS, 0)],
    **{name: [call(MATRIX), call(MATRIX, -1), call(COUNTS, 1), call(MATRIX, 0, True)] for name in ("argmax", "argmin")},
    "cumsum": [call(MATRIX), call(MATRIX, 1), call(COUNTS, 0), call([1.5, 2.5], dtype="int32")],
    "logsumexp": [
        call(MATRIX),
        call(CUBE, -1),
        call(CUBE, (0, 1), True),
        call(MATRIX * 1000, 1),
        call(np.array([-np.inf], "float32")),
    ],
    "norm": [call(MATRIX), call(MATRIX, 1, 1), call(MATRIX, np.inf, 0, True), call(MATRIX, "fro"), call([3, 4])],
    "matmul": [call(MATRIX, SQUARE), call(CUBE, SQUARE), call([1.0, 2.0], [3.0, 4.0]), call([[1, 2]], [[3], [4]])],
    "dot": [call(MATRIX, SQUARE), call(CUBE, SQUARE[0]), call(2.0, MATRIX)],
    "inner": [call(MATRIX, SQUARE)],
    "vdot": [call(MATRIX, OTHER)],
    "outer": [call(MATRIX[0], OTHER)],
    "tensordot": [call(CUBE, SQUARE, 1), call(CUBE, MATRIX, ([1, 2], [0, 1]))],
    "einsum": [call("ij,jk->ik", MATRIX, SQUARE), call("...i,...i->...", CUBE, MATRIX)],
    "trace": [call(SQUARE)],
    "moments": [call(MATRIX, axes=[0]), call(CUBE, axes=(0, 1), keepdims=True)],
    # shaping
    "reshape": [call(MATRIX, (2, -1))],
    "ravel": [call(MATRIX)],
    "expand_dims": [call(MATRIX, 1), call([1.0], (0, -1))],
    "squeeze": [call(MATRIX[:1]), call(MATRIX[:1], 0)],
    "transpose": [call(CUBE), call(CUBE, (2, 0, 1))],
    "swapaxes": [call(CUBE, 0, -1)],
    "moveaxis": [call(CUBE, 0, -1)],
    "broadcast_to": [call(MATRIX, (2, 3, 4))],
    "concatenate": [call([MATRIX, OTHER], 1), call([COUNTS, [[1.5, 2.0, 3.0]]])],
    "append": [call([1, 2], [3.5]), call(MATRIX, OTHER, 0)],
    "stack": [call([MATRIX, OTHER], -1), call([[1, 2], [3.0, 4.0]])],
    "hstack": [call([MATRIX, OTHER])],
    "vstack": [call([MATRIX[0], OTHER])],
    "split": [call(MATRIX, 2, 1), call(MATRIX, [1], 0)],
    "array_split": [call(MATRIX, 3, 1)],
    "unstack": [call(MATRIX), call(MATRIX, 4, 1)],
    "tile": [call(MATRIX, (2, 1))],
    "repeat": [call(MATRIX, 2), call(MATRIX, 2, 0)],
    "flip": [call(MATRIX), call(MATRIX, 1)],
    "roll": [call(MATRIX, 2), call(MATRIX, 1, 0)],
    "rot90": [call(MATRIX)],
    "pad": [call(MATRIX, ((1, 0), (0, 2))), call(MATRIX, 1, "reflect"), call(MATRIX, 1, constant_values=3)],
    "diff": [call(MATRIX), call(MATRIX, 2, 0)],
    "diagonal": [call(SQUARE, 1)],
    "diag": [call(SQUARE), call([1.0, 2.0], 1), call([1, 2], -1)],
    "tril": [call(SQUARE)],
    "triu": [call(SQUARE, 1)],
    "get_item": [call(MATRIX, 1), call(MATRIX, (slice(None), 2))],
    "take": [call(MATRIX, [1, 5]), call(MATRIX, [0, 2, 0], 1)],
    "take_along_axis": [call(MATRIX, [[0], [1], [3]], 1), call([10, 20, 30], [2, 0])],
    "sort": [call(MATRIX), call(MATRIX, 0)],
    "argsort": [call(MATRIX), call([2, 1, 2, 1])],
    "nonzero": [call(COUNTS)],
    "top_k": [call(MATRIX, 2), call(np.array([1.0, 3.0, 3.0, 2.0], "float32"), 3), call(COUNTS, 1)],
    "in_top_k": [
        call(np.array([0, 2, 1]), MATRIX, k=2),
        call(np.array([1, 0]), np.array([[1.0, 1.0], [np.nan, 1.0]]), k=1),
    ],
    "searchsorted": [call([1.0, 2.0, 3.0], [2.0, 2.5]), call([1.0, 2.0, 3.0], [2.0], side="right")],
    "one_hot": [call([0, 2, -1, 5], 3), call([[0], [1]], 2, axis=0), call([1], 3, dtype="int32")],
    "multi_hot": [call([[0, 2], [1, 1]], num_classes=4), call([0, 2], 3)],
    "bincount": [call(np.array([1, 1, 3])), call(np.array([1, 1, 3]), weights=np.array([0.5, 1.0, 2.0], "float32"))],
    # networks
    **{
        name: [call(WIDE)]
        for name in (
            *("relu", "relu6", "leaky_relu", "hard_sigmoid", "hard_tanh", "hard_silu", "hard_swish", "hard_shrink"),
            *("soft_shrink", "sparse_plus", "sparse_sigmoid", "sigmoid", "log_sigmoid", "softplus", "softsign"),
            *("squareplus", "silu", "swish", "gelu", "elu", "selu", "celu", "tanh_shrink", "softmax", "log_softmax"),
        )
    },
    "threshold": [call(MATRIX, 0.5, -1.0)],
    "glu": [call(MATRIX), call(SQUARE, 0)],
    "normalize": [call(MATRIX), call(MATRIX, 0, 3), call([[0.0, 0.0]], -1, 1), call(MATRIX, (0, 1))],
    "batch_normalization": [
        call(MATRIX, OTHER[0], POSITIVE[0], -1),
        call(MATRIX, OTHER[:, 0], POSITIVE[:, 0], 0, OTHER[:, 1], UNIT[:, 0]),
    ],
    "layer_normalization": [call(MATRIX), call(CUBE, OTHER[0], UNIT[0])],
    "rms_normalization": [call(MATRIX), call(CUBE, OTHER[0], -1)],
    "binary_crossentropy": [call(BITS, np.abs(UNIT)), call(BITS, MATRIX * 50, from_logits=True), call(BITS, 1 - BITS)],
    "categorical_crossentropy": [
        call(TARGETS, SHARES),
        call(TARGETS, MATRIX * 50, True),
        call(TARGETS, SHARES, axis=0),
    ],
    "sparse_categorical_crossentropy": [
        call([0, 2, 1], SHARES),
        call([[0], [2], [1]], MATRIX * 50, from_logits=True),
    ],
}
CASES["gelu"] += [call(WIDE, approximate=False)]
CASES["leaky_relu"] += [call(WIDE, 0.01)]
CASES["elu"] += [call(WIDE, 0.5)]
CASES["celu"] += [call(WIDE, 2.0)]
CASES["softmax"] += [call(CUBE, axis=1)]

# Not compared by value: `empty` is arbitrary in Keras, `is_tensor` and `cond` compute nothing, `sparsemax` is wrong.
NOT_COMPARED = {"empty", "empty_like", "is_tensor", "cond", "sparsemax"}

REASONS = {
    "convolutions, pooling, images, signals: outside small dense networks": """
        adaptive_average_pool adaptive_max_pool average_pool max_pool conv conv_transpose depthwise_conv separable_conv
        depth_to_space space_to_depth fold unfold fft fft2 ifft2 rfft irfft stft istft extract_sequences psnr
        bartlett blackman hamming hanning kaiser correlate ctc_decode ctc_loss dot_product_attention rearrange""",
    "complex numbers and bits": """
        angle conj conjugate imag real isreal polar view view_as_complex view_as_real bitwise_and bitwise_invert
        bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor left_shift right_shift gcd lcm""",
    "matrix decompositions": """
        cholesky cholesky_inverse det eig eigh inv lstsq lu_factor logdet matrix_rank pinv qr slogdet solve
        solve_triangular svd cross kron cdist""",
    "loops of compiled graphs: here Python's own loops do": """
        associative_scan fori_loop map scan switch vectorize vectorized_map while_loop custom_gradient jvp""",
    "rare: NumPy itself has it, or where, take and indexing do it": """
        allclose argpartition corrcoef cumprod deg2rad digitize dsplit dstack erfinv fabs fliplr flipud fmax fmin fmod
        geomspace heaviside histogram hsplit vsplit i0 isin isneginf isposinf ldexp logaddexp2 nanargmax nanargmin
        nancumprod nancumsum nanmax nanmean nanmedian nanmin nanpercentile nanprod nanquantile nanstd nansum nanvar
        nextafter percentile quantile rad2deg saturate_cast scatter scatter_update segment_max segment_min
        segment_prod segment_sum select signbit sinc slice slice_update trapezoid
        unique unravel_index vander diagflat""",
}
LEFT_OUT = {name for names in REASONS.values() for name in names.split()}


def functions(module):
    return {name: each for name, each in vars(module).items() if inspect.isroutine(each) and not name.startswith("_")}


def test_every_function_of_keras_is_here_or_left_out_with_a_reason():
    ours, keras_has = set(functions(ops)), set(functions(keras.ops))
    assert keras_has - ours == LEFT_OUT
    ours = {name for name in ours if not name.startswith("reduce_")} - {"helpful_getattr"}
    assert ours <= keras_has
    assert ours == set(CASES) | NOT_COMPARED


@pytest.mark.parametrize("name", sorted({*CASES, *NOT_COMPARED}))
def test_signature(name):
    def parameters(function):
        return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]

    expected = parameters(getattr(keras.ops, name))
    if name in ("layer_normalization", "multi_hot"):  # their **kwargs hold deprecated arguments only
        expected = expected[:-1]
    assert parameters(getattr(ops, name)) == expected


def compare(ours, theirs):
    if isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            compare(one, other)
        return
    if isinstance(theirs, (str, int)):
        assert ours == theirs
        return
    theirs = np.asarray(theirs)
    assert np.shape(ours) == theirs.shape
    wanted = np.asarray(ours).dtype.name.replace("int64", "int32")  # JAX has no int64 unless asked
    assert wanted == theirs.dtype.name
    np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_values(name):
    for args, kwargs in CASES[name]:
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            compare(getattr(ops, name)(*args, **kwargs), getattr(keras.ops, name)(*args, **kwargs))


def test_extremes_with_a_starting_value():
    for name in ("max", "min"):
        compare(getattr(ops, name)(MATRIX, 0, initial=0.5), getattr(keras.ops, name)(MATRIX, 0, initial=0.5))


COMPOSITE = {
    "mean squared error": lambda o, x: o.mean(o.square(x - OTHER)),
    "log cosh": lambda o, x: o.mean(x + o.softplus(-2.0 * x) - o.log(2.0)),
    "huber": lambda o, x: o.sum(o.where(o.abs(x) < 1, 0.5 * o.square(x), o.abs(x) - 0.5)),
    "binary crossentropy": lambda o, x: o.mean(o.binary_crossentropy(BITS, o.sigmoid(x))),
    "binary crossentropy of scores": lambda o, x: o.mean(o.binary_crossentropy(BITS, 40 * x, from_logits=True)),
    "categorical crossentropy": lambda o, x: o.mean(o.categorical_crossentropy(TARGETS, o.softmax(x))),
    "sparse crossentropy of scores": lambda o, x: o.sum(
        o.sparse_categorical_crossentropy(np.array([0, 2, 1]), x, from_logits=True)
    ),
    "cosine similarity": lambda o, x: -o.sum(o.normalize(x) * o.normalize(OTHER)),
    "kullback leibler": lambda o, x: o.sum(SHARES * (o.log(SHARES + 1e-3) - o.log_softmax(x))),
    "hinge": lambda o, x: o.mean(o.maximum(1.0 - BITS * x, 0.0)),
    "two layers": lambda o, x: o.sum(o.tanh(o.matmul(o.relu(o.matmul(x, SQUARE) + OTHER[0]), o.transpose(SQUARE)))),
    "gelu and layer norm": lambda o, x: o.sum(o.gelu(o.layer_normalization(x, OTHER[0], OTHER[1]), approximate=False)),
    "batch norm by hand": lambda o, x: o.sum(
        (x - o.mean(x, axis=0)) / o.sqrt(o.var(x, axis=0) + 1e-3) * OTHER + o.std(x, axis=1, keepdims=True)
    ),
    "attention": lambda o, x: o.sum(
        o.einsum("ij,kj->ik", o.softmax(o.einsum("ij,kj->ik", x, x)), o.transpose(x)[:, :3]) ** 2
    ),
    "soft sorting": lambda o, x: o.sum(
        o.logsumexp(o.sort(x, axis=0) * 3, axis=-1) + o.max(x, axis=1) * o.min(x, axis=1)
    ),
    "picking": lambda o, x: o.sum(o.take(x, np.array([0, 0, 3]), axis=1) * 2) + o.sum(o.top_k(x, 2)[0] ** 2),
    "shapes": lambda o, x: o.sum(
        o.concatenate([o.reshape(x, (2, 6)), o.pad(o.expand_dims(o.cumsum(x[0]), 0), ((1, 0), (0, 2)))], axis=0) ** 2
    ),
    "powers": lambda o, x: o.sum(o.power(o.abs(x) + 0.5, x)) + o.prod(x) + o.norm(x) + o.sum(o.clip(x, -0.5, 0.5)),
    "units": lambda o, x: o.sum(
        o.selu(x) + o.elu(x, 0.5) + o.silu(x) * o.softsign(x) + o.leaky_relu(x) + o.celu(x, 2.0)
    ),
}


@pytest.mark.parametrize("name", COMPOSITE)
def test_gradients_against_jax(name):
    function = COMPOSITE[name]
    value, gradient = autodiff.value_and_grad(lambda x: function(ops, x))(MATRIX)
    their_value, their_gradient = jax.value_and_grad(lambda x: function(keras.ops, x))(MATRIX)
    assert value.dtype == gradient.dtype == np.float32
    np.testing.assert_allclose(value, their_value, rtol=1e-5)
    np.testing.assert_allclose(gradient, their_gradient, rtol=1e-4, atol=1e-5)


def test_kinks_as_in_jax():
    x = np.array([-1.0, 0.0, 0.0, 2.0], "float32")
    for function in (
        lambda o, x: o.sum(o.relu(x)),
        lambda o, x: o.sum(o.maximum(x, 0.0)),
        lambda o, x: o.sum(o.clip(x, 0.0, 2.0)),
    ):
        gradient = autodiff.grad(lambda x, function=function: function(ops, x))(x)
        np.testing.assert_allclose(gradient, jax.grad(lambda x, function=function: function(keras.ops, x))(x))
