"""`ops`: types as Keras's, finite results for large inputs, gradients of everything smooth, and errors that teach."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from kerasschool import autodiff, config, ops
from kerasschool.autodiff import Tensor, check_gradient
from kerasschool.parameters import Parameter

rng = np.random.RandomState(7)
MATRIX = rng.permutation(np.linspace(-1.45, 2.0, 12)).reshape(3, 4)  # all different, none on a kink
OTHER = rng.permutation(np.linspace(-1.1, 1.9, 12)).reshape(3, 4)
POSITIVE = np.abs(MATRIX) + 0.1
UNIT = MATRIX / 3
SQUARE = rng.normal(size=(4, 4))
TARGETS = np.eye(4)[[0, 2, 1]]
floats = st.floats(-1e4, 1e4, width=32)


def words(text):
    return text.split()


batches = arrays("float32", array_shapes(min_dims=1, max_dims=3, max_side=4), elements=floats)


# Types


def test_python_numbers_become_keras_types():
    assert ops.array([1.0, 2.0]).dtype == np.float32
    assert ops.array([1, 2]).dtype == np.int32
    assert ops.array([3_000_000_000]).tolist() == [3_000_000_000]
    assert ops.array(True).dtype == bool
    assert ops.array([1.0], dtype="int32").dtype == np.int32
    assert ops.cast([1, 2], float).dtype == np.float32
    assert ops.cast([1.5], int).dtype == np.int32
    config.set_floatx("float64")
    assert (
        ops.array([1.0]).dtype
        == ops.zeros(2).dtype
        == ops.mean([1, 2]).dtype
        == ops.cast([1], "float").dtype
        == np.float64
    )


def test_arrays_keep_their_type():
    x = np.ones(2)
    assert ops.convert_to_tensor(x) is x
    assert ops.mean(x).dtype == np.float64
    assert ops.add(np.ones(2, np.float32), 1.5).dtype == np.float32
    assert ops.add(np.ones(2, np.int64), np.ones(2, np.float32)).dtype == np.float32
    assert ops.add(np.ones(2, np.int32), 1).dtype == np.int32
    assert ops.dot(2.0, np.ones(2, np.float32)).dtype == np.float32


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "name",
    words(
        """relu leaky_relu hard_sigmoid hard_silu hard_tanh sigmoid log_sigmoid softplus softsign squareplus silu gelu
        elu selu celu tanh_shrink soft_shrink hard_shrink sparse_plus sparse_sigmoid softmax log_softmax sparsemax
        logsumexp normalize layer_normalization rms_normalization erf mean var std norm exp tanh rsqrt clip"""
    ),
)
def test_the_float_type_is_kept(name, dtype):
    arguments = (0.1, 0.5) if name == "clip" else ()
    x = POSITIVE.astype(dtype)
    y = getattr(ops, name)(x, *arguments)
    assert y.dtype == dtype
    tensor = getattr(ops, name)(Tensor(x), *arguments)
    assert isinstance(tensor, Tensor) and tensor.dtype == dtype
    np.testing.assert_allclose(tensor.value, y, rtol=1e-6)


def test_whole_numbers_become_floats_where_a_mean_is_one():
    assert ops.mean([1, 2]) == 1.5
    assert ops.mean([True, False]).dtype == np.float32
    assert ops.divide(1, 4) == 0.25
    assert ops.sqrt(4).dtype == ops.sigmoid([1, 2]).dtype == np.float32
    assert ops.sum([True, True]).dtype == ops.sum([1, 2]).dtype == np.int32
    assert ops.where([True, False], 1, 2.5).dtype == np.float32


# Large inputs


@given(batches)
def test_everything_stays_finite(x):
    x = x * np.float32(100)
    for name in words(
        "sigmoid log_sigmoid softplus silu gelu elu selu softsign softmax log_softmax logsumexp normalize"
    ):
        y, pullback = autodiff.vjp(getattr(ops, name), x)
        assert np.isfinite(y).all(), name
        assert np.isfinite(pullback(1.0)[0]).all(), name
    np.testing.assert_allclose(ops.sum(ops.softmax(x), -1), 1, rtol=1e-5)
    np.testing.assert_allclose(ops.sum(ops.sparsemax(x), -1), 1, rtol=1e-5)


@given(batches)
def test_identities(x):
    np.testing.assert_allclose(ops.sigmoid(x) + ops.sigmoid(-x), 1, rtol=1e-6)
    np.testing.assert_allclose(ops.softplus(x) - ops.softplus(-x), x, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(ops.exp(ops.log_softmax(x)), ops.softmax(x), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(ops.relu(x) - ops.relu(-x), x)
    values, places = ops.top_k(x, x.shape[-1])
    np.testing.assert_array_equal(values, -np.sort(-x, -1))
    np.testing.assert_array_equal(np.take_along_axis(x, places, -1), values)
    mean, variance = ops.moments(x, axes=-1)
    np.testing.assert_allclose([mean, variance], [x.mean(-1), x.var(-1)], rtol=1e-5)


def test_sigmoid_of_every_float_type():
    for dtype in ("float16", "float32", "float64"):
        y = ops.sigmoid(np.array([-60000, -20, 0, 20, 60000], dtype))
        assert y.dtype == dtype
        np.testing.assert_allclose(
            y, [0, 1 / (1 + math.exp(20)), 0.5, 1, 1], rtol=1e-2, atol=1e-4 if dtype == "float16" else 1e-30
        )


def test_log_of_impossible_events():
    assert ops.logsumexp([-np.inf, -np.inf]).item() == -np.inf
    assert ops.logsumexp([-np.inf, 2.0]).item() == 2.0
    loss = ops.binary_crossentropy([1.0, 0.0], [0.0, 1.0])
    np.testing.assert_allclose(loss, -math.log(1e-7), rtol=2e-2)
    assert ops.binary_crossentropy([1.0, 0.0], [-500.0, 500.0], from_logits=True).tolist() == [500.0, 500.0]


def test_nan_is_not_hidden():
    for name in ("relu", "sigmoid", "softmax", "elu", "leaky_relu"):
        assert np.isnan(getattr(ops, name)([np.nan, 1.0])[0]), name


# Gradients


def smooth(name, *arguments, of=MATRIX):
    return pytest.param(name, of, arguments, id=f"{name}{arguments or ''}"[:40])


@pytest.mark.parametrize(
    ("name", "x", "arguments"),
    [smooth(name) for name in words("sin cos tan exp expm1 tanh sinh cosh arctan arcsinh square negative abs erf erfc")]
    + [smooth(name, of=POSITIVE) for name in words("sqrt rsqrt log log2 log10 log1p reciprocal cbrt exp2")]
    + [smooth(name, of=UNIT) for name in words("arcsin arccos arctanh")]
    + [
        smooth(name)
        for name in words("relu relu6 hard_sigmoid hard_tanh hard_silu hard_shrink soft_shrink tanh_shrink")
    ]
    + [smooth(name) for name in words("sigmoid log_sigmoid softplus softsign squareplus silu gelu elu selu celu glu")]
    + [smooth(name) for name in words("sparse_plus sparse_sigmoid leaky_relu softmax log_softmax sparsemax logsumexp")]
    + [smooth(name) for name in words("normalize layer_normalization rms_normalization mean sum max min var std prod")]
    + [smooth(name) for name in words("ptp median average norm cumsum sort flip ravel transpose diff nan_to_num trace")]
    + [smooth(name, OTHER) for name in words("add subtract multiply divide maximum minimum arctan2 hypot logaddexp")]
    + [smooth(name, OTHER) for name in words("vdot inner append tensordot")]
    + [smooth(name, SQUARE) for name in words("matmul dot")]
    + [
        smooth("erf", of=3 * MATRIX),
        smooth("gelu", False),
        smooth("threshold", 0.3, 0.0),
        smooth("power", OTHER, of=POSITIVE),
        smooth("divide_no_nan", np.where(OTHER > 0, OTHER, 0.0)),
        smooth("mod", 0.7),
        smooth("clip", -0.5, 0.5),
        smooth("max", 0, True, 0.5),
        smooth("min", 0, False, 0.5),
        smooth("outer", OTHER[0]),
        smooth("take", [0, 2, 0], 1),
        smooth("take_along_axis", [[0], [1], [1]], 1),
        smooth("take_along_axis", [3, 3]),
        smooth("reshape", (2, 6)),
        smooth("expand_dims", 1),
        smooth("squeeze", of=MATRIX[:1]),
        smooth("moveaxis", 0, 1),
        smooth("swapaxes", 0, 1),
        smooth("broadcast_to", (2, 3, 4)),
        smooth("tile", 2),
        smooth("repeat", 2, 1),
        smooth("roll", 1, 0),
        smooth("rot90"),
        smooth("pad", 1),
        smooth("pad", 1, "constant", 2.0),
        smooth("get_item", (slice(None), 2)),
        smooth("diagonal", of=SQUARE),
        smooth("diag", of=SQUARE),
        smooth("diag", 1, of=MATRIX[0]),
        smooth("tril"),
        smooth("triu", 1),
        smooth("cast", "float64"),
        smooth("copy"),
        smooth("batch_normalization", OTHER[0], POSITIVE[0], -1, OTHER[1], OTHER[2]),
    ],
)
def test_gradients(name, x, arguments):
    function = getattr(ops, name)
    check_gradient(lambda x: function(x, *arguments), x)
    np.testing.assert_array_equal(autodiff.vjp(lambda x: function(x, *arguments), x)[0], function(x, *arguments))


@pytest.mark.parametrize("from_logits", [False, True])
def test_gradients_of_crossentropies(from_logits):
    scores = MATRIX if from_logits else ops.softmax(MATRIX)
    bits = (OTHER > 0).astype(float)
    check_gradient(lambda y: ops.binary_crossentropy(bits, y, from_logits), scores)
    check_gradient(lambda y: ops.categorical_crossentropy(TARGETS, y, from_logits), scores)
    check_gradient(lambda y: ops.categorical_crossentropy(TARGETS, y, from_logits, axis=0), scores)
    check_gradient(lambda y: ops.sparse_categorical_crossentropy([0, 2, 1], y, from_logits), scores)
    np.testing.assert_allclose(
        ops.sparse_categorical_crossentropy([[0], [2], [1]], scores, from_logits),
        ops.categorical_crossentropy(TARGETS, scores, from_logits),
    )


def test_gradients_through_lists_of_tensors():
    check_gradient(lambda x, y: ops.concatenate([x, y, OTHER], axis=1), MATRIX, MATRIX)
    check_gradient(lambda x, y: ops.stack([x, y], axis=-1), MATRIX, OTHER)
    check_gradient(lambda x, y: ops.hstack([x, y]), MATRIX, OTHER)
    check_gradient(lambda x, y: ops.vstack([x, y]), MATRIX, OTHER)
    check_gradient(lambda x: ops.mean([x[0], x[1] * 2]), MATRIX)
    check_gradient(lambda x: ops.split(x, 2, axis=1)[1], MATRIX)
    check_gradient(lambda x: ops.array_split(x, 3, axis=1)[0], MATRIX)
    check_gradient(lambda x: ops.unstack(x, 4, axis=1)[3] ** 2, MATRIX)
    check_gradient(lambda x: ops.top_k(x, 2)[0], MATRIX)
    check_gradient(lambda x: ops.moments(x, axes=[0])[1], MATRIX)
    check_gradient(lambda x: ops.where(x > 0, x, 2 * x), MATRIX)
    check_gradient(lambda x: ops.cond(ops.sum(x) > 0, lambda: x * 2, lambda: x * 3), MATRIX)
    check_gradient(lambda x, y: ops.einsum("ij,kj->ik", x, y), MATRIX, OTHER)


def test_relu_has_slope_0_at_0():
    assert autodiff.grad(lambda x: ops.sum(ops.relu(x)))(np.array([-1.0, 0.0, 1.0])).tolist() == [0.0, 0.0, 1.0]


def test_stop_gradient():
    def loss(x):
        return ops.sum(x * ops.stop_gradient(x))

    assert autodiff.grad(loss)(np.array([2.0, 3.0])).tolist() == [2.0, 3.0]
    assert ops.stop_gradient(3.0) == 3.0


def test_results_without_slope_are_plain():
    t = Tensor(MATRIX)
    results = [ops.argmax(t, -1), ops.greater(t, 0), ops.round(t), ops.floor(t), ops.sign(t), ops.cast(t, "int32")]
    results += [ops.one_hot(ops.argmax(t, -1), 4), ops.zeros_like(t), ops.ones_like(t), ops.isnan(t), ops.argsort(t)]
    results += [ops.top_k(t, 1)[1], ops.in_top_k([0, 0, 0], t, 2), ops.count_nonzero(t), ops.any(t > 0), ops.all(t > 0)]
    results += [ops.equal(t, MATRIX), ops.isfinite(t), ops.logical_not(t), ops.full_like(t, 1), *ops.nonzero(t)]
    assert not any(isinstance(result, Tensor) for result in results)
    assert ops.shape(t) == (3, 4) and ops.ndim(t) == 2 and ops.size(t) == 12 and ops.dtype(t) == "float64"


def test_parameters_join_in():
    kernel = Parameter(SQUARE)
    _, pullback = autodiff.vjp(lambda x: ops.tanh(ops.matmul(x, kernel)), MATRIX)
    pullback(1.0)
    np.testing.assert_allclose(kernel.grad, MATRIX.T @ (1 - np.tanh(MATRIX @ SQUARE) ** 2))
    assert ops.convert_to_numpy(kernel).tolist() == SQUARE.tolist()


def test_low_level_names_of_older_tutorials():
    y, y_pred = np.array([1.0, 2.0]), np.array([2.0, 4.0])
    assert ops.reduce_mean(ops.square(y_pred - y), axis=0) == 2.5
    gradient = autodiff.grad(lambda p: ops.reduce_mean(ops.square(p - y), axis=0))(y_pred)
    assert gradient.tolist() == [1.0, 2.0]
    for name in words("sum max min prod std any all logsumexp"):
        assert getattr(ops, f"reduce_{name}") is getattr(ops, name)
    assert ops.reduce_variance is ops.var


# Details


def test_arrays_from_nothing_are_repeatable():
    assert ops.empty((2, 2)).tolist() == [[0, 0], [0, 0]]
    assert ops.empty_like(MATRIX).tolist() == ops.zeros_like(MATRIX).tolist()


def test_is_tensor():
    assert ops.is_tensor(MATRIX) and ops.is_tensor(Tensor(MATRIX)) and ops.is_tensor(np.float32(1))
    assert not ops.is_tensor([1.0]) and not ops.is_tensor(1.0)


def test_cond_runs_one_side_only():
    assert ops.cond(False, lambda: 1 / 0, lambda: "other") == "other"


def test_equal_entries_keep_their_order():
    assert ops.argsort([2, 1, 2, 1]).tolist() == [1, 3, 0, 2]
    assert ops.top_k([1.0, 3.0, 3.0], 2)[1].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: ops.array("abc"), "Expected numbers. Received: 'abc'"),
        (lambda: ops.array([1.0], sparse=True), "unexpected keyword"),
        (lambda: ops.convert_to_tensor([1.0], sparse=True), "Sparse and ragged arrays are not available"),
        (lambda: ops.one_hot([1], 2, sparse=True), "Sparse arrays are not available"),
        (lambda: ops.cast([1.0], "flaot32"), "Unknown dtype. Expected a name such as 'float32'.*dtype='flaot32'"),
        (lambda: ops.multi_hot([1]), "`num_classes` must be given"),
        (lambda: ops.unstack(MATRIX, 5), "`num` must be the length 3 of the axis. Received: num=5"),
        (lambda: ops.pad(MATRIX, 1, "edge", 2.0), "goes with mode='constant' only"),
        (lambda: ops.normalize(MATRIX, order=0), "`order` must be a positive whole number"),
        (
            lambda: ops.binary_crossentropy([1.0], [[0.5]]),
            r"same shape. Received: target_shape=\(1,\), output_shape=\(1, 1\)",
        ),
        (lambda: ops.categorical_crossentropy([1.0, 0.0], [0.5]), "same shape"),
        (lambda: ops.categorical_crossentropy(1.0, 0.5), "at least one axis"),
        (lambda: ops.sparse_categorical_crossentropy([1, 0], [[0.5, 0.5]]), "without its last axis"),
    ],
)
def test_errors(call, text):
    with pytest.raises((ValueError, TypeError), match=text):
        call()


def test_a_misspelt_name_gets_a_suggestion():
    with pytest.raises(AttributeError, match="Did you mean 'reduce_mean'"):
        ops.reduce_meen  # noqa: B018


def test_matmul_says_what_does_not_fit():
    with pytest.raises(ValueError, match=r"3 columns meet 2 rows. Received: x1=\(2, 3\), x2=\(2, 3\)"):
        ops.matmul(np.ones((2, 3)), np.ones((2, 3)))
    with pytest.raises(ValueError, match="3 columns meet 2 rows"):
        ops.matmul(np.ones((5, 3)), np.ones(2))
    assert ops.matmul(np.ones(3), np.ones((3, 2))).shape == (2,)
