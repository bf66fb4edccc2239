"""Do the targets fit the loss? What is accepted, in which form it comes back, and how wrong ones are explained."""

import numpy as np
import pandas
import pytest

from kerasschool import config, losses
from kerasschool.losses.labels import prepare

BINARY, ONE_HOT, SPARSE = (
    losses.BinaryCrossentropy(),
    losses.CategoricalCrossentropy(),
    losses.SparseCategoricalCrossentropy(),
)
MSE, HINGE = losses.MeanSquaredError(), losses.Hinge()


@pytest.mark.parametrize(
    ("loss", "y_true", "units", "expected"),
    [
        (BINARY, [0, 1, 1], 1, [[0.0], [1.0], [1.0]]),
        (BINARY, [True, False], 1, [[1.0], [0.0]]),
        (BINARY, [[0], [1]], 1, [[0.0], [1.0]]),
        (BINARY, [0.25, 0.75], 1, [[0.25], [0.75]]),
        (BINARY, [[0, 1, 1]], 3, [[0.0, 1.0, 1.0]]),
        (BINARY, pandas.Series([0, 1]), 1, [[0.0], [1.0]]),
        (BINARY, np.array([0, 1], dtype=object), 1, [[0.0], [1.0]]),
        (ONE_HOT, [[0, 1, 0]], 3, [[0.0, 1.0, 0.0]]),
        (ONE_HOT, [[0.5, 0.25, 0.25]], 3, [[0.5, 0.25, 0.25]]),
        (ONE_HOT, [[0, 0, 0]], 3, [[0.0, 0.0, 0.0]]),
        (SPARSE, [0, 2, 1], 3, [0, 2, 1]),
        (SPARSE, [[0], [2]], 3, [0, 2]),
        (SPARSE, [0.0, 2.0], 3, [0, 2]),
        (losses.SparseCategoricalCrossentropy(ignore_class=-1), [0, -1], 3, [0, -1]),
        (MSE, [1, 2], 1, [[1.0], [2.0]]),
        (MSE, [[1, -2]], 2, [[1.0, -2.0]]),
        (HINGE, [-1, 1], 1, [[-1.0], [1.0]]),
        (HINGE, [0, 1], 1, [[0.0], [1.0]]),
        (losses.Circle(), [[5], [9], [5]], 4, [5, 9, 5]),
        (losses.Poisson(), [0, 3], 1, [[0.0], [3.0]]),
        (losses.KLDivergence(), [[0.5, 0.5]], 2, [[0.5, 0.5]]),
    ],
)
def test_accepted(loss, y_true, units, expected):
    prepared = loss.prepare(y_true, (None, units))
    assert prepared.tolist() == expected
    assert prepared.dtype == (np.intp if loss.label_kind in ("class_numbers", "group_numbers") else np.float32)
    assert prepared.flags.c_contiguous


def test_form_follows_floatx_and_the_output():
    config.set_floatx("float64")
    assert MSE.prepare([1, 2], (2, 1)).dtype == np.float64
    assert MSE.prepare([[1], [2]], (None,)).shape == (2,)
    assert MSE.prepare(np.zeros((4, 5, 2)), (None, 5, 2)).shape == (4, 5, 2)
    assert SPARSE.prepare(np.zeros((4, 5), int), (None, 5, 3)).shape == (4, 5)
    assert SPARSE.prepare(np.zeros((4, 5, 1), int), (None, 5, 3)).shape == (4, 5)


def test_own_losses_accept_any_numbers():
    loss = losses.Loss()
    assert np.isnan(loss.prepare([1.0, np.nan], (None, 3))).tolist() == [False, True]
    with pytest.raises(ValueError, match="not numbers"):
        loss.prepare(["a", "b"], (None, 3))


def test_nothing_is_changed():
    y_true = np.array([1, 2, 3])
    with pytest.raises(ValueError, match="binary_crossentropy"):
        BINARY.prepare(y_true, (None, 1))
    prepared = MSE.prepare(y_true.astype("float32")[:, None], (None, 1))
    assert y_true.tolist() == [1, 2, 3] and prepared.dtype == np.float32


@pytest.mark.parametrize(
    ("loss", "y_true", "shape", "says"),
    [
        (BINARY, ["cat", "dog"], (None, 1), r"not numbers.*'cat'.*numpy\.unique\(y, return_inverse=True\)"),
        (BINARY, ["0", "1"], (None, 1), r"not numbers. Found '0'"),
        (BINARY, [0, 1, np.nan], (None, 1), r"1 target rows hold NaN or infinity, the first is row 2.*Drop those rows"),
        (MSE, [[1.0], [np.inf]], (None, 1), r"the first is row 1"),
        (
            BINARY,
            np.eye(3),
            (None, 1),
            r"one-hot labels of 3 columns against an output of 1 unit.*3 units with `softmax`",
        ),
        (BINARY, [1, 2, 1, 2], (None, 1), r"run from 1 to 2.*y = \(y == 2\)\.astype\(int\)"),
        (BINARY, [-1, 1], (None, 1), r"run from -1 to 1.*y = \(y \+ 1\) / 2.*`hinge`"),
        (BINARY, [0, 255], (None, 1), r"run from 0 to 255.*y == 255"),
        (BINARY, [0, 1, 2], (None, 1), r"look like 3 classes: use 3 units with `softmax`"),
        (BINARY, [0.5, 3.7, 2.2], (None, 1), r"Scale them into 0\.\.1, or use `mean_squared_error`"),
        (BINARY, [0, 1, 2], (None, 3), r"class numbers in one column against an output of 3 units.*sparse_categorical"),
        (BINARY, np.zeros((4, 2)), (None, 3), r"targets of shape \(4, 2\) against an output of shape \(None, 3\)"),
        (
            ONE_HOT,
            [0, 1, 2],
            (None, 3),
            r"class numbers in one column.*`sparse_categorical_crossentropy`.*to_categorical",
        ),
        (ONE_HOT, [[0], [1]], (None, 3), r"class numbers in one column"),
        (ONE_HOT, np.eye(2), (None, 1), r"1 unit, and a softmax of one unit is always 1"),
        (ONE_HOT, np.eye(2), (None, 3), r"targets of shape \(2, 2\) against an output of shape \(None, 3\)"),
        (ONE_HOT, [[1, 1, 0]], (None, 3), r"row 0 marks more than one class.*`sigmoid` and `binary_crossentropy`"),
        (ONE_HOT, [[0, 2, 0]], (None, 3), r"run from 0 to 2, but one-hot labels lie between 0 and 1"),
        (SPARSE, np.eye(3), (None, 3), r"one-hot labels where one class number.*`categorical_crossentropy`.*argmax"),
        (SPARSE, np.full((2, 3), 0.3), (None, 3), r"targets of 3 columns where one class number"),
        (SPARSE, np.zeros((2, 2)), (None, 3), r"targets of shape \(2, 2\).*one class number per row"),
        (SPARSE, [1, 2, 3], (None, 3), r"labels run from 1 to 3, but 3 units are the classes 0 to 2. They start at 1"),
        (SPARSE, [0, 4], (None, 3), r"labels run from 0 to 4.*Give the last layer 5 units"),
        (SPARSE, [-1, 1], (None, 3), r"labels run from -1 to 1.*Number the classes from 0"),
        (SPARSE, [0.5, 1.0], (None, 3), r"must be whole numbers"),
        (SPARSE, [0, 1], (None, 1), r"softmax of one unit is always 1.*`sigmoid` and `binary_crossentropy`"),
        (MSE, [1.5, -2.5], (None, 3), r"targets of 1 column against an output of 3 units"),
        (MSE, np.zeros((4, 3)), (None, 1), r"targets of shape \(4, 3\) against an output of shape \(None, 1\)"),
        (MSE, [1, 2, 3], (2, 1), r"There are 2 predictions but targets of shape \(3,\)"),
        (HINGE, [0, 1, 2], (None, 1), r"must be -1 and 1, or 0 and 1; found 0, 1, 2\. Recode"),
        (HINGE, [-1, 0, 1], (None, 1), r"found -1, 0, 1"),
        (losses.KLDivergence(), [[0.5, 1.5]], (None, 2), r"run from 0.5 to 1.5.*between 0 and 1"),
        (losses.Poisson(), [-1, 2], (None, 1), r"a target is negative"),
        (losses.MeanAbsolutePercentageError(), [1, 0], (None, 1), r"target of row 1 is 0.*`mean_absolute_error`"),
        (MSE, [1, 2], (None, 3), r"targets of 1 column against an output of 3 units"),
        (BINARY, [0, 1, 1], (None, 2), r"class numbers in one column.*give the last layer 1 unit with `sigmoid`"),
        (losses.Circle(), [0.5, 1], (None, 4), r"whole numbers"),
        (losses.Circle(), np.zeros((2, 4)), (None, 4), r"one group number per row"),
    ],
)
def test_refused_with_a_way_out(loss, y_true, shape, says):
    with pytest.raises(ValueError, match=says) as caught:
        loss.prepare(y_true, shape)
    if "not numbers" not in says:
        assert str(caught.value).startswith(f"`{loss.name}`: ")
        assert "Received: y_true=<array of shape" in str(caught.value)


def test_a_message_can_name_any_loss():
    with pytest.raises(ValueError, match="`the loss`: a target is negative"):
        prepare("not_negative", [-1.0], (None, 1))
