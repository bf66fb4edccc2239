"""Do the targets fit the loss? Asked once, before training, because a wrong answer would train in silence.

Each loss names the kind of targets it wants:

=================  ================================================================  ============================
``numbers``        any finite numbers                                                 mean_squared_error, huber …
``not_negative``   0 or more                                                          poisson …
``not_zero``       any finite numbers but 0                                           mean_absolute_percentage_error
``binary``         0 or 1, or shares between                                          binary_crossentropy, dice …
``hinge``          -1 or 1 (0 or 1 are read as such)                                  hinge, squared_hinge
``one_hot``        one column per class, a 1 in one of them, or shares that sum to 1  categorical_crossentropy …
``shares``         one column per class, each 0..1                                    kl_divergence
``class_numbers``  0, 1, …, classes - 1                                               sparse_categorical_crossentropy
``group_numbers``  any whole numbers; equal ones belong together                      circle
=================  ================================================================  ============================

Lesson: 03.
"""

import numpy as np

from kerasschool import config
from kerasschool.errors import message

WHOLE_NUMBERS = ("class_numbers", "group_numbers")


def as_numbers(y_true, dtype=None):
    """`y_true` as an array of `dtype` (None keeps its own), or the error that says that texts are not labels."""
    y_true = np.asarray(y_true)
    if y_true.dtype.kind in "USO":
        try:
            if y_true.dtype.kind != "O":
                raise TypeError
            y_true = y_true.astype("float64")
        except (TypeError, ValueError):
            example = next((value for value in y_true.ravel() if isinstance(value, str)), y_true.ravel()[:1])
            raise ValueError(
                message(
                    "The targets are not numbers.",
                    f"Found {str(example)!r}.",
                    "Number the classes first: `names, y = numpy.unique(y, return_inverse=True)`.",
                    y_true=y_true,
                )
            ) from None
    return y_true if dtype is None or y_true.dtype == dtype else y_true.astype(dtype)


def prepare(kind, y_true, output_shape, loss_name="the loss", ignore_class=None):
    """The targets as the loss reads them in every step, or a ValueError that says what is wrong with them.

    Args:
        kind: a name from the table above; None accepts any numbers of any shape.
        y_true: the targets as the learner gave them, all rows.
        output_shape: shape of the model's output, batch axis first; None where it is not known.
        loss_name: what messages call the loss.
        ignore_class: a class number that is allowed beside 0..classes-1.

    Returns:
        A C-contiguous array: whole numbers of the shape of the output without its last axis for class numbers,
        else `config.floatx()` of the shape of the output.

    >>> prepare("binary", [0, 1, 1], (None, 1)).tolist()
    [[0.0], [1.0], [1.0]]
    """
    checked = Targets(kind, y_true, tuple(output_shape), loss_name)
    if kind is not None:
        checked.check_finite()
        getattr(checked, f"as_{kind}")(**({"ignore_class": ignore_class} if kind == "class_numbers" else {}))
    wanted = np.intp if kind in WHOLE_NUMBERS else config.floatx()
    return np.ascontiguousarray(checked.y_true, dtype=wanted)


class Targets:
    """The targets while they are checked: one method per kind, each ends with `y_true` in its final shape."""

    def __init__(self, kind, y_true, output_shape, loss_name):
        self.y_true = as_numbers(y_true)
        self.kind, self.output_shape, self.loss_name = kind, output_shape, loss_name
        self.columns = output_shape[-1] if len(output_shape) > 1 else 1
        rows = output_shape[0]
        if rows is not None and self.y_true.shape[:1] != (rows,):
            self.fail(
                f"There are {rows} predictions but targets of shape {self.y_true.shape}.", "Give one target per row."
            )

    def fail(self, happened, fix):
        raise ValueError(message(f"`{self.loss_name}`: {happened}", fix=fix, y_true=self.y_true))

    def fail_class_numbers(self):
        fix = "Use `sparse_categorical_crossentropy`, or one-hot labels: `utils.to_categorical(y)`."
        if self.y_true.size and self.y_true.max() <= 1:
            fix = "For two classes give the last layer 1 unit with `sigmoid` and use `binary_crossentropy`. Or: " + fix
        self.fail(f"class numbers in one column against an output of {self.columns} units.", fix)

    def check_finite(self):
        if self.y_true.dtype.kind != "f" or np.isfinite(self.y_true).all():
            return
        rows = np.unique(np.argwhere(~np.isfinite(self.y_true))[:, 0])
        self.fail(
            f"{len(rows)} target rows hold NaN or infinity, the first is row {rows[0]}.",
            "Training on them would make every weight NaN. Drop those rows, or fill them in.",
        )

    def check_shape(self):
        """The shape of the output, or a trailing axis of 1 away from it."""
        given, wanted = self.y_true.shape, (self.y_true.shape[:1] + self.output_shape[1:])
        if given == wanted:
            return
        if (*given, 1) == wanted or given == (*wanted, 1):
            self.y_true = self.y_true.reshape(wanted)
            return
        given_columns = given[-1] if len(given) > 1 else 1
        if self.looks_one_hot() and self.columns == 1:
            fix = (
                f"Give the last layer {given_columns} units with `softmax` and use `categorical_crossentropy`, "
                "or give one 0/1 column."
            )
            self.fail(f"one-hot labels of {given_columns} columns against an output of 1 unit.", fix)
        if given_columns == 1 and self.columns != 1:
            if self.kind in ("binary", "hinge", "shares") and self.looks_like_classes():
                self.fail_class_numbers()
            fix = "Give the last layer 1 unit, or targets with one column per unit."
            self.fail(f"targets of 1 column against an output of {self.columns} units.", fix)
        self.fail(
            f"targets of shape {given} against an output of shape {(None, *self.output_shape[1:])}.",
            "They must agree: one target for each number the model puts out.",
        )

    def as_numbers(self):
        self.check_shape()

    def as_not_negative(self):
        self.check_shape()
        if self.y_true.size and self.y_true.min() < 0:
            self.fail("a target is negative.", "It wants targets of 0 or more; for others use `mean_squared_error`.")

    def as_not_zero(self):
        self.check_shape()
        zeros = np.argwhere(self.y_true == 0)
        if len(zeros):
            fix = "Use `mean_absolute_error`, or leave those rows out."
            self.fail(f"the target of row {zeros[0][0]} is 0, and an error in percent of 0 is endless.", fix)

    def as_binary(self):
        self.check_shape()
        low, high = self.bounds()
        if low >= 0 and high <= 1:
            return
        values = np.unique(self.y_true)
        if values.tolist() == [-1, 1]:
            fix = "Recode them, `y = (y + 1) / 2`, or use `hinge`, which wants -1 and 1."
        elif len(values) == 2:
            fix = f"Recode them to 0 and 1: `y = (y == {values[1]:g}).astype(int)`."
        elif self.looks_like_classes() and self.columns == 1:
            fix = (
                f"These look like {len(values)} classes: use {len(values)} units with `softmax` and "
                "`sparse_categorical_crossentropy`. For numbers of any size use `mean_squared_error`."
            )
        else:
            fix = "Scale them into 0..1, or use `mean_squared_error`."
        self.fail(f"the targets run from {low:g} to {high:g}, but must lie between 0 and 1.", fix)

    def as_hinge(self):
        self.check_shape()
        values = set(np.unique(self.y_true).tolist())
        if not (values <= {0, 1} or values <= {-1, 1}):
            self.fail(f"the targets must be -1 and 1, or 0 and 1; found {_some(values)}.", "Recode them.")

    def as_shares(self):
        self.check_shape()
        low, high = self.bounds()
        if low < 0 or high > 1:
            self.fail(f"the targets run from {low:g} to {high:g}.", "They are shares of a whole, each between 0 and 1.")

    def as_one_hot(self):
        self.check_more_than_one_unit()
        if self.y_true.shape[1:] in ((), (1,)) and len(self.output_shape) == 2:
            self.fail_class_numbers()
        self.check_shape()
        low, high = self.bounds()
        if low < 0 or high > 1:
            self.fail(
                f"the targets run from {low:g} to {high:g}, but one-hot labels lie between 0 and 1.",
                "Make them with `utils.to_categorical(class_numbers)`.",
            )
        crowded = np.argwhere(self.y_true.sum(-1) > 1 + 1e-3)
        if len(crowded):
            fix = (
                "For several labels at once use `sigmoid` and `binary_crossentropy`. "
                "Shares of several classes must sum to 1."
            )
            self.fail(f"row {crowded[0][0]} marks more than one class.", fix)

    def as_class_numbers(self, ignore_class=None):
        self.check_more_than_one_unit()
        given, wanted = self.y_true.shape, self.y_true.shape[:1] + self.output_shape[1:-1]
        if given != wanted and given == (*wanted, self.columns):
            fix = "Use `categorical_crossentropy`, or class numbers: `y.argmax(axis=-1)`."
            what = "one-hot labels" if self.looks_one_hot() else f"targets of {self.columns} columns"
            self.fail(f"{what} where one class number per row is wanted.", fix)
        if given not in (wanted, (*wanted, 1)):
            what = (None, *self.output_shape[1:])
            self.fail(f"targets of shape {given} against an output of shape {what}.", "Give one class number per row.")
        self.y_true = self.y_true.reshape(wanted)
        self.check_whole()
        values = self.y_true if ignore_class is None else self.y_true[self.y_true != ignore_class]
        if not values.size or (values.min() >= 0 and values.max() < self.columns):
            return
        if values.min() == 1 and values.max() == self.columns:
            fix = f"They start at 1: subtract 1, or give the last layer {self.columns + 1} units."
        elif values.min() >= 0:
            fix = f"Give the last layer {int(values.max()) + 1} units, one per class."
        else:
            fix = "Number the classes from 0: `names, y = numpy.unique(y, return_inverse=True)`."
        self.fail(
            f"labels run from {int(values.min())} to {int(values.max())}, but {self.columns} units are the classes "
            f"0 to {self.columns - 1}.",
            fix,
        )

    def as_group_numbers(self):
        rows = self.y_true.shape[:1]
        if self.y_true.shape not in (rows, (*rows, 1)):
            self.fail(f"targets of shape {self.y_true.shape}.", "Give one group number per row.")
        self.y_true = self.y_true.reshape(rows)
        self.check_whole()

    def check_whole(self):
        if self.y_true.dtype.kind == "f" and (self.y_true != np.floor(self.y_true)).any():
            self.fail(
                "the labels must be whole numbers.",
                "For numbers of any size use `mean_squared_error`; for shares of classes `categorical_crossentropy`.",
            )

    def check_more_than_one_unit(self):
        if self.columns == 1:
            self.fail(
                "the output has 1 unit, and a softmax of one unit is always 1: it cannot learn.",
                "Use one unit per class, or 1 unit with `sigmoid` and `binary_crossentropy`.",
            )

    def bounds(self):
        return (self.y_true.min(), self.y_true.max()) if self.y_true.size else (0, 0)

    def looks_one_hot(self):
        y = self.y_true
        return (
            y.ndim > 1 and y.shape[-1] > 1 and y.size > 0 and bool(((y == 0) | (y == 1)).all() & (y.sum(-1) == 1).all())
        )

    def looks_like_classes(self):
        """Whole numbers from 0 up, not too many of them."""
        y = self.y_true
        return y.size > 0 and y.min() >= 0 and not (y.dtype.kind == "f" and (y != np.floor(y)).any()) and y.max() < 1000


def _some(values):
    listed = sorted(values)
    return ", ".join(f"{value:g}" for value in listed[:5]) + (" …" if len(listed) > 5 else "")
