"""Every rule of differentiation against measured slopes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from kerasschool import ops
from kerasschool.autodiff import check_gradient, grad, vjp
from kerasschool.autodiff.rules import COMPOSED, ELEMENTWISE, PRIMITIVES

rng = np.random.RandomState(7)
VECTOR = rng.uniform(0.1, 0.9, 5)
MATRIX = rng.permutation(np.linspace(-1.5, 2.0, 12)).reshape(3, 4)  # all different, none 0
OTHER = rng.permutation(np.linspace(-1.1, 1.9, 12)).reshape(3, 4)
CUBE = rng.normal(size=(2, 3, 4))
SQUARE = rng.normal(size=(4, 4))


@pytest.mark.parametrize("ufunc", ELEMENTWISE, ids=lambda ufunc: ufunc.__name__)
def test_each_elementwise_rule(ufunc):
    x, y = rng.uniform(0.1, 0.9, (3, 3)), rng.uniform(0.1, 0.9, (3, 3))
    if ufunc is np.arccosh:
        x = x + 1.1
    check_gradient(ufunc, *[x, y][: ufunc.nin])
    if ufunc.nin == 2:  # constants on either side
        check_gradient(lambda x: ufunc(x, y), x)
        check_gradient(lambda y: ufunc(x, y), y)
        check_gradient(lambda x: ufunc(x, y.tolist()), x)


# One or more cases for every function with a rule: name of the case → function of the arrays, arrays.
CASES = {
    np.sum: [
        (lambda x: np.sum(x), CUBE),
        (lambda x: np.sum(x, -2), CUBE),
        (lambda x: np.sum(x, (0, -1)), CUBE),
        (lambda x: np.sum(x, axis=(0, 2), keepdims=True), CUBE),
        (lambda x: np.sum(x, keepdims=True), CUBE),
        (lambda x: np.sum(x, dtype=np.float64), CUBE),
        (lambda x: np.sum(x), np.array(2.0)),
        (lambda x: np.add.reduce(x), MATRIX),
        (lambda x: np.add.reduce(x, axis=1, keepdims=True), MATRIX),
    ],
    np.mean: [
        (lambda x: np.mean(x), CUBE),
        (lambda x: np.mean(x, 1), CUBE),
        (lambda x: np.mean(x, (-1, 0)), CUBE),
        (lambda x: np.mean(x, -1, keepdims=True), CUBE),
        (lambda x: x.mean(axis=0), CUBE),
    ],
    np.max: [
        (lambda x: np.max(x), MATRIX),
        (lambda x: np.max(x, 0), MATRIX),
        (lambda x: np.max(x, (0, 2), keepdims=True), CUBE),
        (lambda x: np.maximum.reduce(x, axis=1), MATRIX),
    ],
    np.min: [(lambda x: np.min(x), MATRIX), (lambda x: np.min(x, -1), MATRIX), (lambda x: x.min(0), MATRIX)],
    np.amax: [(lambda x: np.amax(x, 0), MATRIX)],
    np.amin: [(lambda x: np.amin(x, 0), MATRIX)],
    np.prod: [
        (lambda x: np.prod(x), MATRIX),
        (lambda x: np.prod(x, 1), MATRIX),
        (lambda x: np.prod(x, (0, 2)), CUBE),
        (lambda x: np.prod(x, 1, keepdims=True), CUBE),
        (lambda x: np.prod(x, -1), np.array([[0.0, 2.0, 3.0], [0.0, 0.0, 3.0]])),
        (lambda x: np.prod(x), np.array(2.0)),
    ],
    np.cumsum: [
        (lambda x: np.cumsum(x), MATRIX),
        (lambda x: np.cumsum(x, 0), MATRIX),
        (lambda x: np.cumsum(x, axis=-1), CUBE),
    ],
    np.var: [
        (lambda x: np.var(x), CUBE),
        (lambda x: np.var(x, 1), CUBE),
        (lambda x: np.var(x, (0, 1), keepdims=True), CUBE),
        (lambda x: np.var(x, 0, ddof=1), MATRIX),
    ],
    np.std: [(lambda x: np.std(x), MATRIX), (lambda x: np.std(x, -1, keepdims=True), MATRIX)],
    np.linalg.norm: [
        (lambda x: np.linalg.norm(x), MATRIX),
        (lambda x: np.linalg.norm(x), CUBE),
        (lambda x: np.linalg.norm(x, axis=1), MATRIX),
        (lambda x: np.linalg.norm(x, 2, -1, True), MATRIX),
        (lambda x: np.linalg.norm(x, 1, 1), MATRIX),
        (lambda x: np.linalg.norm(x, 3, 0), MATRIX),
        (lambda x: np.linalg.norm(x, np.inf, 1), MATRIX),
        (lambda x: np.linalg.norm(x, -np.inf, 1), MATRIX),
        (lambda x: np.linalg.norm(x, 2), VECTOR),
        (lambda x: np.linalg.norm(x, "fro"), MATRIX),
        (lambda x: np.linalg.norm(x, 1), MATRIX),
        (lambda x: np.linalg.norm(x, -1), MATRIX),
        (lambda x: np.linalg.norm(x, np.inf), MATRIX),
        (lambda x: np.linalg.norm(x, -np.inf, (1, 2)), CUBE),
        (lambda x: np.linalg.norm(x, 1, (2, 0), keepdims=True), CUBE),
    ],
    np.average: [
        (lambda x: np.average(x, 0), MATRIX),
        (lambda x: np.average(x, 1, [1.0, 2.0, 3.0, 4.0]), MATRIX),
        (lambda x: np.average(x, weights=OTHER + 2), MATRIX),
        (lambda w: np.average(MATRIX, weights=w), OTHER + 2),
    ],
    np.median: [
        (lambda x: np.median(x), MATRIX),
        (lambda x: np.median(x, keepdims=True), MATRIX),
        (lambda x: np.median(x, 0), MATRIX),
        (lambda x: np.median(x, -1, keepdims=True), CUBE),
    ],
    np.ptp: [(lambda x: np.ptp(x), MATRIX), (lambda x: np.ptp(x, 1), MATRIX)],
    np.clip: [
        (lambda x: np.clip(x, -1.0, 1.0), MATRIX),
        (lambda x: np.clip(x, None, 0.3), MATRIX),
        (lambda x: np.clip(x, -0.2, None), MATRIX),
        (lambda x: x.clip(-1.0, OTHER), MATRIX),
        (lambda low: np.clip(MATRIX, low, 2.0), OTHER),
    ],
    np.tensordot: [
        (lambda x, y: np.tensordot(x, y), CUBE, rng.normal(size=(3, 4, 2))),
        (lambda x, y: np.tensordot(x, y, 1), CUBE, SQUARE),
        (lambda x, y: np.tensordot(x, y, 0), VECTOR, MATRIX),
        (lambda x, y: np.tensordot(x, y, ([0, -1], [2, 0])), CUBE, rng.normal(size=(4, 5, 2))),
        (lambda x, y: np.tensordot(x, y, (1, 0)), CUBE, rng.normal(size=(3, 2))),
    ],
    np.dot: [
        (lambda x, y: np.dot(x, y), VECTOR, VECTOR + 1),
        (lambda x, y: np.dot(x, y), MATRIX, SQUARE),
        (lambda x, y: np.dot(x, y), MATRIX, SQUARE[0]),
        (lambda x, y: np.dot(x, y), SQUARE[0], SQUARE),
        (lambda x, y: np.dot(x, y), CUBE, rng.normal(size=(2, 4, 3))),
        (lambda x, y: np.dot(x, y), CUBE, SQUARE[0]),
        (lambda x, y: np.dot(x, y), np.array(2.0), MATRIX),
        (lambda x: x.dot(SQUARE), MATRIX),
    ],
    np.inner: [
        (lambda x, y: np.inner(x, y), MATRIX, SQUARE),
        (lambda x, y: np.inner(x, y), VECTOR, VECTOR),
        (lambda x, y: np.inner(x, y), np.array(2.0), VECTOR),
    ],
    np.vdot: [(lambda x, y: np.vdot(x, y), MATRIX, OTHER)],
    np.outer: [(lambda x, y: np.outer(x, y), VECTOR, MATRIX)],
    np.einsum: [
        (lambda x, y: np.einsum("ij,jk->ik", x, y), MATRIX, SQUARE),
        (lambda x, y: np.einsum("ij,jk", x, y), MATRIX, SQUARE),
        (lambda x: np.einsum("ij->j", x), MATRIX),
        (lambda x: np.einsum("ij->", x), MATRIX),
        (lambda x: np.einsum("ii", x), SQUARE),
        (lambda x: np.einsum("ii->i", x), SQUARE),
        (lambda x: np.einsum("jii->ij", x), rng.normal(size=(2, 3, 3))),
        (lambda x, y: np.einsum("ij,kl->il", x, y), MATRIX, SQUARE),
        (lambda x, y: np.einsum("...i,...i->...", x, y), CUBE, MATRIX),
        (lambda x, y: np.einsum("...i,ij", x, y), CUBE, SQUARE),
        (lambda x, y: np.einsum("b...i,...ij->b...j", x, y), CUBE, rng.normal(size=(3, 4, 2))),
        (lambda x, y: np.einsum("ij,ij->ij", x, y), MATRIX, MATRIX[:1]),
        (lambda x, y, z: np.einsum("i,ij,j->", x, y, z), MATRIX[:, 0], MATRIX, SQUARE[0]),
        (lambda x: np.einsum("ij,kj->ik", x, SQUARE, optimize=True), MATRIX),
    ],
    np.reshape: [
        (lambda x: np.reshape(x, (4, 3)), MATRIX),
        (lambda x: np.reshape(x, -1, order="F"), MATRIX),
        (lambda x: x.reshape(2, -1), MATRIX),
        (lambda x: x.reshape((2, 6)), MATRIX),
    ],
    np.ravel: [
        (lambda x: np.ravel(x), MATRIX),
        (lambda x: np.ravel(x, "F"), MATRIX),
        (lambda x: x.flatten(), CUBE),
    ],
    np.expand_dims: [(lambda x: np.expand_dims(x, (0, -1)), MATRIX)],
    np.squeeze: [(lambda x: np.squeeze(x), MATRIX[:, :1]), (lambda x: x.squeeze(1), MATRIX[:, :1])],
    np.atleast_1d: [(lambda x: np.atleast_1d(x), np.array(3.0))],
    np.atleast_2d: [(lambda x: np.atleast_2d(x), VECTOR)],
    np.atleast_3d: [(lambda x: np.atleast_3d(x), MATRIX)],
    np.copy: [(lambda x: np.copy(x) * x.copy(), MATRIX)],
    np.transpose: [
        (lambda x: np.transpose(x), CUBE),
        (lambda x: np.transpose(x, (2, 0, -2)), CUBE),
        (lambda x: x.transpose(1, 2, 0), CUBE),
        (lambda x: x.transpose() + x.T, CUBE),
    ],
    np.swapaxes: [(lambda x: np.swapaxes(x, 0, -1), CUBE), (lambda x: x.swapaxes(1, 2), CUBE)],
    np.moveaxis: [(lambda x: np.moveaxis(x, 0, -1), CUBE), (lambda x: np.moveaxis(x, (0, 1), (2, 0)), CUBE)],
    np.broadcast_to: [
        (lambda x: np.broadcast_to(x, (5, 3, 4)), MATRIX),
        (lambda x: np.broadcast_to(x, (3, 4)), MATRIX[:1]),
    ],
    np.broadcast_arrays: [(lambda x, y: np.multiply(*np.broadcast_arrays(x, y)), MATRIX, MATRIX[:, :1])],
    np.flip: [(lambda x: np.flip(x), MATRIX), (lambda x: np.flip(x, 1), MATRIX), (lambda x: x[::-1], MATRIX)],
    np.fliplr: [(lambda x: np.fliplr(x), MATRIX)],
    np.flipud: [(lambda x: np.flipud(x), MATRIX)],
    np.roll: [(lambda x: np.roll(x, 2), MATRIX), (lambda x: np.roll(x, (1, 2), (0, 1)), MATRIX)],
    np.rot90: [(lambda x: np.rot90(x, 3), MATRIX)],
    np.tile: [(lambda x: np.tile(x, 3), MATRIX), (lambda x: np.tile(x, (2, 1, 2)), MATRIX)],
    np.repeat: [
        (lambda x: np.repeat(x, 3), MATRIX),
        (lambda x: x.repeat([1, 0, 2], axis=0), MATRIX),
    ],
    np.take: [
        (lambda x: np.take(x, [0, 2, 0]), MATRIX),
        (lambda x: np.take(x, np.array([[0, 2], [1, 1]]), axis=1), MATRIX),
        (lambda x: x.take([5, -1], 0, mode="wrap"), MATRIX),
    ],
    np.take_along_axis: [(lambda x: np.take_along_axis(x, np.array([[0, 0], [1, 2], [3, 3]]), 1), MATRIX)],
    np.diagonal: [(lambda x: np.diagonal(x), SQUARE), (lambda x: x.diagonal(1, 1, 2), CUBE)],
    np.trace: [(lambda x: np.trace(x), SQUARE), (lambda x: x.trace(1), SQUARE)],
    np.delete: [(lambda x: np.delete(x, 1, 0), MATRIX)],
    np.pad: [
        (lambda x: np.pad(x, 2), MATRIX),
        (lambda x: np.pad(x, ((1, 0), (0, 2)), constant_values=3.0), MATRIX),
        (lambda x: np.pad(x, (1, 2), mode="constant"), MATRIX),
        (lambda x: np.pad(x, 2, "edge"), MATRIX),
        (lambda x: np.pad(x, 1, mode="reflect"), MATRIX),
        (lambda x: np.pad(x, 1, "symmetric"), MATRIX),
        (lambda x: np.pad(x, 1, "wrap"), MATRIX),
    ],
    np.sort: [(lambda x: np.sort(x), MATRIX), (lambda x: np.sort(x, 0), MATRIX), (lambda x: np.sort(x, None), MATRIX)],
    np.diff: [(lambda x: np.diff(x), MATRIX), (lambda x: np.diff(x, 2, 0), MATRIX)],
    np.concatenate: [
        (lambda x, y: np.concatenate([x, y]), MATRIX, SQUARE),
        (lambda x, y: np.concatenate((x, OTHER, y), axis=-1), MATRIX, OTHER),
        (lambda x, y: np.concatenate([x, y], None), MATRIX, VECTOR),
        (lambda x: np.concatenate([x, [[1.0, 2.0, 3.0, 4.0]], x]), MATRIX),
    ],
    np.stack: [(lambda x, y: np.stack([x, y]), MATRIX, OTHER), (lambda x, y: np.stack((x, y), axis=-1), MATRIX, OTHER)],
    np.append: [(lambda x, y: np.append(x, y), MATRIX, VECTOR), (lambda x, y: np.append(x, y, 1), MATRIX, OTHER)],
    np.hstack: [(lambda x, y: np.hstack([x, y]), MATRIX, OTHER), (lambda x, y: np.hstack([x, y]), VECTOR, VECTOR)],
    np.vstack: [(lambda x, y: np.vstack([x, y]), VECTOR, VECTOR)],
    np.dstack: [(lambda x, y: np.dstack([x, y]), MATRIX, OTHER)],
    np.column_stack: [(lambda x, y: np.column_stack([x, y]), MATRIX[:, 0], MATRIX)],
    np.split: [
        (lambda x: np.split(x, 2, axis=1)[1] * np.split(x, 2, axis=1)[0], MATRIX),
        (lambda x: sum(np.sum(piece**2) for piece in np.split(x, [1, 1], 0)), MATRIX),
    ],
    np.array_split: [(lambda x: np.array_split(x, 3, 1)[0], MATRIX)],
    np.vsplit: [(lambda x: np.vsplit(x, 3)[2], MATRIX)],
    np.hsplit: [(lambda x: np.hsplit(x, 2)[1], MATRIX), (lambda x: np.hsplit(x, 5)[3], VECTOR)],
    np.where: [
        (lambda x, y: np.where(MATRIX > 0, x, y), MATRIX, OTHER),
        (lambda x: np.where(x > 0, x, 0.1 * x), MATRIX),
        (lambda x, y: np.where(MATRIX > 0, x, y), MATRIX[:, :1], MATRIX[:1]),
    ],
    np.select: [(lambda x: np.select([x < -1, x < 1], [x * 2, x**2], default=3 * x), MATRIX)],
    np.tril: [(lambda x: np.tril(x, 1), CUBE)],
    np.triu: [(lambda x: np.triu(x), MATRIX)],
    np.nan_to_num: [(lambda x: np.nan_to_num(x) ** 2, MATRIX)],
    ops.erf: [(ops.erf, MATRIX)],
}
if hasattr(np, "matrix_transpose"):
    CASES[np.matrix_transpose] = [(lambda x: np.matrix_transpose(x), CUBE)]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{function.__name__}-{i}")
        for function, cases in CASES.items()
        for i, case in enumerate(cases)
    ],
)
def test_each_function_rule(case):
    function, *arrays = case
    value, pullback = vjp(function, *arrays)
    expected = function(*arrays)
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12)
    assert np.shape(value) == np.shape(expected)
    check_gradient(function, *arrays)
    for gradient, array in zip(pullback(1.0), arrays, strict=True):
        assert gradient.shape == array.shape


def test_the_table_has_every_function_with_a_rule():
    assert set(CASES) == set(PRIMITIVES) | set(COMPOSED)


INDICES = {
    "number": 1,
    "negative": (-1, 2),
    "slice": (slice(None, None, 2), slice(1, 3)),
    "ellipsis": (Ellipsis, 0),
    "new axis": (None, 1, None),
    "backwards": slice(None, None, -1),
    "list": [0, 2, 0],
    "arrays": (np.array([0, 0, 2]), np.array([1, 1, 3])),
    "mixed": (slice(None), [0, 0, 1]),
    "mask": MATRIX > 0,
    "row mask": np.array([True, False, True]),
    "all": (),
    "numpy number": np.int64(2),
}


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_indexing(index):
    np.testing.assert_array_equal(vjp(lambda x: x[index], MATRIX)[0], MATRIX[index])
    check_gradient(lambda x: x[index] ** 2, MATRIX)


def test_iteration_and_unpacking():
    check_gradient(lambda x: sum(np.sum(row) ** 2 for row in x), MATRIX)

    def unpacked(x):
        a, b = x
        return a * b

    assert grad(unpacked)(np.array([3.0, 5.0])).tolist() == [5.0, 3.0]


MATMULS = [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4))]
MATMULS += [
    ((5, 2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (4, 3, 2)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 3, 4)),
    ((1, 2, 3), (6, 3, 1)),
]


@pytest.mark.parametrize(("left", "right"), MATMULS)
def test_matmul(left, right):
    check_gradient(lambda x, y: x @ y, rng.normal(size=left), rng.normal(size=right))
    check_gradient(lambda x: x @ rng.normal(size=right) * 0 + x @ np.ones(right), rng.normal(size=left))
    check_gradient(lambda y: np.ones(left) @ y, rng.normal(size=right))


@settings(deadline=None, max_examples=60)
@given(
    shapes=mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3),
    ufunc=st.sampled_from([np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum, np.hypot, np.arctan2]),
    seed=st.integers(0, 1000),
)
def test_gradients_are_summed_over_stretched_axes(shapes, ufunc, seed):
    random = np.random.RandomState(seed)
    arrays = [random.uniform(0.2, 2.0, shape) for shape in shapes.input_shapes]
    check_gradient(ufunc, *arrays)
    value, pullback = vjp(ufunc, *arrays)
    assert value.shape == shapes.result_shape
    assert [g.shape for g in pullback(np.ones(value.shape))] == [a.shape for a in arrays]


@settings(deadline=None, max_examples=40)
@given(shape=st.lists(st.integers(1, 3), max_size=3), data=st.data(), keepdims=st.booleans())
def test_reductions_over_any_axes(shape, data, keepdims):
    axes = data.draw(st.one_of(st.none(), st.sets(st.integers(0, len(shape) - 1)) if shape else st.none()))
    axis = None if axes is None else tuple(axes)
    x = np.random.RandomState(3).permutation(np.arange(1.0, 1 + np.prod(shape, dtype=int))).reshape(shape) / 5
    for function in (np.sum, np.mean, np.max, np.min, np.prod, np.var):
        value, _ = vjp(lambda x, function=function: function(x, axis, keepdims=keepdims), x)
        np.testing.assert_allclose(value, function(x, axis, keepdims=keepdims), atol=1e-12)
        check_gradient(lambda x, function=function: function(x, axis, keepdims=keepdims), x)
