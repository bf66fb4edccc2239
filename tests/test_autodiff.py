"""What `autodiff` promises around its rules: kinks, types, parameters, long records, and errors that teach."""

import copy
import math

import numpy as np
import pytest

from kerasschool import autodiff, ops
from kerasschool.autodiff import Tensor, check_gradient, grad, numeric_gradient, value_and_grad, vjp
from kerasschool.autodiff.rules import CONSTANTS
from kerasschool.parameters import Parameter

rng = np.random.RandomState(7)
VECTOR = rng.uniform(0.1, 0.9, 5)
MATRIX = rng.permutation(np.linspace(-1.5, 2.0, 12)).reshape(3, 4)  # all different, none 0
OTHER = rng.permutation(np.linspace(-1.1, 1.9, 12)).reshape(3, 4)


# Kinks and corners: which of the possible slopes is taken


def test_equal_winners_share_the_gradient():
    assert grad(lambda x: np.max(x))(np.array([1.0, 3.0, 3.0])).tolist() == [0.0, 0.5, 0.5]
    assert grad(lambda x: np.maximum(x, 2.0))(2.0) == 0.5
    assert grad(lambda x: np.minimum(2.0, x))(2.0) == 0.5
    assert grad(lambda x: np.abs(x))(0.0) == 0.0


def test_norm_and_std_have_slope_0_at_0():
    assert grad(np.linalg.norm)(np.zeros(3)).tolist() == [0.0, 0.0, 0.0]
    assert grad(np.std)(np.full(3, 2.0)).tolist() == [0.0, 0.0, 0.0]


def test_power_at_zero():
    assert grad(lambda x: x**2)(0.0) == 0.0
    assert grad(lambda x: x**1)(0.0) == 1.0
    assert grad(lambda x: x**0)(0.0) == 0.0
    assert grad(lambda y: 0.0**y)(2.0) == 0.0
    assert grad(lambda x: 2.0**x)(3.0) == pytest.approx(8 * math.log(2))


def test_where_keeps_the_other_branch_out():
    x = np.array([0.0, 4.0])
    with np.errstate(divide="ignore", invalid="ignore"):
        gradient = grad(lambda x: np.sum(np.where(x > 0, np.sqrt(np.where(x > 0, x, 1)), 0)))(x)
    assert gradient.tolist() == [0.0, 0.25]


def test_functions_without_slope_give_plain_arrays():
    t = Tensor(MATRIX)
    for result in (np.round(t), np.floor(t), np.sign(t), t > 0, t == t, np.argmax(t, -1), t.argmin(), np.isnan(t)):
        assert not isinstance(result, Tensor)
    assert np.shape(t) == t.shape == (3, 4)
    assert np.ndim(t) == t.ndim == 2
    assert np.size(t) == t.size == 12
    assert len(t) == 3
    assert isinstance(np.zeros_like(t), np.ndarray)
    assert np.full_like(t, 2.0).tolist() == np.full((3, 4), 2.0).tolist()
    assert np.where(t > 0)[0].tolist() == np.where(MATRIX > 0)[0].tolist()
    assert t.astype("int32").dtype == np.int32 and isinstance(t.astype(int), np.ndarray)
    assert t.any() and t.all() != (MATRIX == 0).any()
    assert grad(lambda x: np.sum(np.round(x)) + np.sum(x))(VECTOR).tolist() == [1.0] * 5
    assert grad(lambda x: np.mean(np.sign(x)))(VECTOR).tolist() == [0.0] * 5


@pytest.mark.parametrize("function", sorted(CONSTANTS, key=lambda f: f.__name__), ids=lambda f: f.__name__)
def test_each_constant_function_sees_the_plain_array(function):
    ordered = np.sort(VECTOR)
    takes_two = (np.isclose, np.allclose, np.array_equal, np.array_equiv, np.isin)
    takes_two += (np.digitize, np.may_share_memory, np.shares_memory)

    def call(x):
        special = {
            np.can_cast: lambda: function(x.dtype, np.float64),
            np.argpartition: lambda: function(x, 1),
            np.lexsort: lambda: function((x, x)),
            np.bincount: lambda: function(np.abs(x).astype(int)),
            np.searchsorted: lambda: function(ordered, x),
            np.full_like: lambda: function(x, 1.0),
            np.empty_like: lambda: function(x).shape,
        }
        if function in special:
            return special[function]()
        return function(x, ordered) if function in takes_two or getattr(function, "nin", 1) == 2 else function(x)

    result = call(Tensor(VECTOR))
    assert not isinstance(result, Tensor)
    np.testing.assert_equal(result, call(VECTOR))


def test_branching_on_values():
    def f(x):
        if np.sum(x) > 0:
            return np.sum(x**2)
        return -np.sum(x) if x[0] else 0.0 * np.sum(x)

    assert grad(f)(np.array([1.0, 2.0])).tolist() == [2.0, 4.0]
    assert grad(f)(np.array([-1.0, -2.0])).tolist() == [-1.0, -1.0]
    assert grad(f)(np.array([0.0, -2.0])).tolist() == [0.0, 0.0]
    assert grad(lambda x: max(x[0], x[1]) * 2)(np.array([1.0, 2.0])).tolist() == [0.0, 2.0]


# Types


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_and_gradients_keep_the_float_type(dtype):
    x = MATRIX.astype(dtype)

    def loss(x):
        y = 2 * x + 1.5
        y = np.maximum(y, 0) ** 2 + np.tanh(y) / 3 - np.exp(-np.abs(y)) + np.log1p(np.square(y)) + np.clip(y, 0.1, 0.9)
        y = np.where(y > 0, y, 0.2 * y) @ x.T
        y = y - np.mean(y, axis=-1, keepdims=True)
        return np.sum(np.var(y, 0)) + np.std(x) + np.linalg.norm(x) + np.max(x) + np.prod(x) + np.logaddexp(x, 0).mean()

    value, gradient = value_and_grad(loss)(x)
    assert value.dtype == dtype
    assert gradient.dtype == dtype
    np.testing.assert_allclose(gradient, grad(loss)(MATRIX), rtol=1e-4, atol=1e-5)


def test_mixed_types_give_each_array_its_own():
    _, pullback = vjp(lambda x, y: x * y, np.ones(2, np.float32), np.ones(2, np.float64))
    assert [g.dtype.name for g in pullback(np.ones(2))] == ["float32", "float64"]
    assert grad(lambda x: np.sum(x.astype("float64") ** 2))(np.ones(2, np.float32)).dtype == np.float32


def test_whole_numbers_are_constants_for_vjp_and_floats_for_grad():
    labels = np.array([0, 2])
    value, pullback = vjp(lambda scores, labels: scores[np.arange(2), labels], MATRIX[:2], labels)
    scores_gradient, labels_gradient = pullback(np.ones(2))
    assert scores_gradient.tolist() == [[1, 0, 0, 0], [0, 0, 1, 0]]
    assert labels_gradient.tolist() == [0, 0]
    assert grad(lambda x: x**3)(2) == 12.0


# vjp, grad, value_and_grad


def test_pullback_gives_the_caller_its_own_arrays():
    x = np.ones((2, 2))
    _, pullback = vjp(lambda x, y: x + y, x, x)
    d = np.ones((2, 2))
    first, second = pullback(d)
    first += 5
    assert second.tolist() == d.tolist() == [[1, 1], [1, 1]]
    assert pullback(d)[0].tolist() == [[1, 1], [1, 1]]
    assert pullback(2.0)[0].tolist() == [[2, 2], [2, 2]]


def test_a_function_may_ignore_or_return_its_input():
    assert vjp(lambda x: x, VECTOR)[1](VECTOR)[0].tolist() == VECTOR.tolist()
    assert vjp(lambda x: 5.0, VECTOR)[1](1.0)[0].tolist() == [0.0] * 5
    value, pullback = vjp(lambda x, y: y * 2, VECTOR, VECTOR)
    assert pullback(1.0)[0].tolist() == [0.0] * 5


def test_an_array_used_often_collects_all_its_gradients():
    assert grad(lambda x: x * x + x * 3 + np.exp(x) / np.exp(x) + (x - x))(2.0) == 7.0


def test_grad_by_several_arguments_and_with_options():
    def loss(x, y, power=2):
        return np.sum(x * y**power)

    assert grad(loss, 1)(VECTOR, 3.0) == pytest.approx(6 * VECTOR.sum())
    by_x, by_y = grad(loss, (0, -1))(2.0, 3.0)
    assert (by_x, by_y) == (9.0, 12.0)
    assert grad(loss)(2.0, 3.0, power=3) == 27.0
    value, gradients = value_and_grad(loss, [0])(2.0, 3.0)
    assert value == 18.0 and gradients[0] == 9.0
    assert grad(loss).__name__ == "loss"


def test_errors_of_grad_and_vjp():
    with pytest.raises(ValueError, match="Expected one number"):
        grad(lambda x: x * 2)(VECTOR)
    with pytest.raises(ValueError, match=r"`argnums` counts .* called with 1. Received: argnums=1"):
        grad(lambda x: x, 1)(1.0)
    with pytest.raises(TypeError, match="Did you forget `return`"):
        vjp(lambda x: None, VECTOR)
    with pytest.raises(TypeError, match="must return one array. Join several"):
        vjp(lambda x: [x, x], VECTOR)
    with pytest.raises(TypeError, match="Only arrays of numbers"):
        vjp(lambda x: x, ["a"])
    with pytest.raises(ValueError, match=r"must have the shape \(5,\)"):
        vjp(np.exp, VECTOR)[1](np.ones(3))
    with pytest.raises(TypeError, match="gradient of a gradient is not available"):
        grad(lambda x: grad(lambda y: y**2)(x))(1.0)


# Parameters


def test_parameters_collect_their_gradient_in_place():
    kernel, bias = Parameter(MATRIX.T), Parameter(np.zeros(3))
    room = kernel.grad
    value, pullback = vjp(lambda x: x @ kernel + bias, MATRIX)
    d = np.ones((3, 3))
    (dx,) = pullback(d)
    assert kernel.grad is room
    np.testing.assert_allclose(room, MATRIX.T @ d)
    np.testing.assert_allclose(bias.grad, d.sum(0))
    np.testing.assert_allclose(dx, d @ MATRIX)
    pullback(d)
    np.testing.assert_allclose(room, 2 * MATRIX.T @ d)  # added, not overwritten


def test_a_parameter_alone_can_be_the_result():
    scale = Parameter(3.0)
    _, pullback = vjp(lambda x: scale, VECTOR)
    assert pullback(2.0)[0].tolist() == [0.0] * 5
    assert scale.grad == 2.0


def test_a_parameter_as_an_argument_is_a_plain_array():
    scale = Parameter([1.0, 2.0])
    assert grad(lambda s: np.sum(s**2))(scale).tolist() == [2.0, 4.0]
    assert scale.grad.tolist() == [0.0, 0.0]
    assert np.asarray(scale).tolist() == [1.0, 2.0]
    assert copy.deepcopy(scale).value.tolist() == [1.0, 2.0]


# Size


def test_deep_records_meet_no_recursion_limit():
    def chain(x):
        for _ in range(5000):
            x = x * 1.0001 + 0.001
        return np.sum(x)

    gradient = grad(chain)(VECTOR)
    np.testing.assert_allclose(gradient, np.full(5, 1.0001**5000), rtol=1e-9)


def test_a_wide_record_is_walked_once_per_tensor():
    def ladder(x):
        for _ in range(200):  # 2^200 paths
            x = x / 2 + x / 2
        return x

    assert grad(ladder)(1.0) == pytest.approx(1.0)


# What cannot be recorded


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda x: np.linalg.inv(x), "`np.linalg.inv` cannot be differentiated here. Use arithmetic"),
        (lambda x: np.piecewise(x, [x > 0], [1, 2]), "np.piecewise.*Use np.where or np.select"),
        (lambda x: np.interp(x, [0, 1], [0, 1]), "np.interp"),
        (lambda x: np.nanmean(x), r"np.nanmean.*x\[~np.isnan"),
        (lambda x: np.modf(x), "`np.modf` cannot"),
        (lambda x: np.logaddexp.reduce(x), "`np.logaddexp.reduce` cannot be differentiated here. Use ops.logsumexp"),
        (lambda x: np.add.accumulate(x), "np.add.accumulate"),
        (lambda x: np.exp(x, where=MATRIX > 0), r"`np.exp` with where="),
        (lambda x: np.sum(x, where=MATRIX > 0), r"only with the arguments \(x, axis, dtype, keepdims\).*where"),
        (lambda x: np.linalg.norm(x, "nuc"), "This norm has no derivative"),
        (lambda x: np.pad(x, 1, "mean"), "This padding has no derivative"),
        (lambda x: np.concatenate(arrays=[x, x]), "position"),
        (lambda x: np.einsum(x, [0, 1]), "text form"),
        (lambda x: np.vectorize(lambda v: v)(x), "silently cut its gradient"),
        (lambda x: np.asarray(x), "np.asarray, np.array and lists"),
        (lambda x: np.array([x[0], x[1]]), r"np.stack\(\[...\]\)"),
        (lambda x: np.mean([x[0, 0], x[0, 1]]), "np.stack"),
        (lambda x: math.exp(x[0, 0]), "np.sqrt for math.sqrt"),
        (lambda x: float(x[0, 0]), "x.item()"),
        (lambda x: int(x[0, 0]), "x.item()"),
        (lambda x: np.add(x, 1, out=np.zeros((3, 4))), "cannot write a Tensor into an existing array"),
        (lambda x: np.sum(x, out=np.zeros(())), "cannot write a Tensor into"),
        (lambda x: np.add.at(x, 0, 1), "cannot write a Tensor into"),
    ],
)
def test_what_cannot_be_differentiated_says_what_to_do(function, text):
    with pytest.raises(TypeError, match=text):
        vjp(function, MATRIX)


def test_errors_of_numpy_itself_come_through():
    with pytest.raises(ValueError, match="matmul"):
        vjp(lambda x: x @ x, MATRIX)
    with pytest.raises(IndexError):
        vjp(lambda x: x[7], MATRIX)
    with pytest.raises(TypeError) as caught:
        vjp(lambda x: np.transpose(x, "ab"), MATRIX)
    assert "differentiated only" not in str(caught.value)


def test_in_place_changes():
    def assigns(x):
        x[0] = 1.0
        return x

    with pytest.raises(TypeError, match="cannot be changed in place"):
        vjp(assigns, VECTOR)

    def adds_into_an_array(x):
        total = np.zeros(5)
        total += x
        return total

    with pytest.raises(TypeError, match="Write `total = total \\+ x`"):
        vjp(adds_into_an_array, VECTOR)

    def adds_up(x):  # harmless: the name stands for a new tensor
        total = 0.0
        for row in x:
            total += np.sum(row**2)
        total *= 2
        return total

    assert grad(adds_up)(np.array([[1.0], [3.0]])).tolist() == [[4.0], [12.0]]


def test_a_tensor_shows_its_value():
    t = Tensor(np.array([1.0, 2.0], np.float32))
    assert repr(t) == "<Tensor shape=(2,) dtype=float32 value=[1. 2.]>"
    assert f"{t[0]:.2f}" == "1.00"
    assert f"{t}" == repr(t)
    assert t.tolist() == [1.0, 2.0] and t[1].item() == 2.0 and t.numpy() is t.value
    assert round(Tensor(np.array(1.26)), 1) == 1.3


# Measured gradients


def test_numeric_gradient():
    np.testing.assert_allclose(numeric_gradient(lambda x: np.sum(x**3), MATRIX), 3 * MATRIX**2, atol=1e-8)
    assert numeric_gradient(np.exp, 0.0) == pytest.approx(1.0)


def test_check_gradient_returns_the_greatest_error():
    assert 0 <= check_gradient(lambda x, y: np.exp(x) * y, MATRIX, OTHER.astype(np.float32)) < 1e-7


def test_check_gradient_names_the_worst_entry():
    def kink_hidden(x):
        return x + ops.stop_gradient(x) * np.array([0.0, 0.1, 0.5])

    with pytest.raises(ValueError, match=r"argument 1, entry \(2,\): derived .*, measured .*relative_error=") as caught:
        check_gradient(lambda x, y: x + kink_hidden(y), np.ones(3), np.ones(3))
    assert "tolerance=1e-06" in str(caught.value)


def test_check_gradient_leaves_whole_numbers_alone():
    labels = np.array([1, 0, 3])
    assert check_gradient(lambda x, labels: x[np.arange(3), labels] ** 2, MATRIX, labels) < 1e-7


def test_a_misspelt_name_gets_a_suggestion():
    with pytest.raises(AttributeError, match="Did you mean 'value_and_grad'"):
        autodiff.value_and_gradd  # noqa: B018


def test_outside_of_a_derivative_what_is_computed_from_a_weight_is_an_array_for_whoever_asks():
    weight = Parameter([1.0, 2.0])
    np.testing.assert_array_equal(np.array(weight * 2 + 1), [3, 5])
    assert float(np.sum(weight)) == 3.0 and int(np.sum(weight)) == 3 and complex(np.sum(weight)) == 3
    for cut in (np.array, lambda total: float(np.sum(total)), lambda total: int(np.sum(total))):
        with pytest.raises(TypeError, match="silently cut"):
            autodiff.vjp(lambda x, cut=cut: x * cut(weight * x), np.ones(2))
    np.testing.assert_array_equal(np.array(weight * 2), [2, 4])  # also after a function that failed
