"""What the rows of an experiment mean: names, units, classes, and what their target asks for. Lesson 01."""

import inspect
import math
import os
import re
from dataclasses import dataclass

import numpy as np

from kerasschool import config
from kerasschool.datasets import load_csv
from kerasschool.datasets.card import DataCard
from kerasschool.errors import message, unknown
from kerasschool.live import recipe_schema
from kerasschool.live.recipe_model import named

BINARY, CLASSES, NUMBERS = "binary", "classes", "numbers"
MOST_CLASSES = 100
LARGEST = float(np.finfo("float32").max)
NO_UNIT = ("none", "not given", "year")  # not worth their place beside a number; nor are ranges such as "0 or 1"


@dataclass(frozen=True)
class Names:
    """What the columns of a reader's own arrays are called.

    Attributes:
        features: a name per input, or none at all.
        target: what is predicted.
        classes: a name per class; empty if `y` were numbers from the start.
        code: the lines that make `x` and `y`; empty if nobody knows.
    """

    features: tuple = ()
    target: str = "target"
    classes: tuple = ()
    code: str = ""


@dataclass(frozen=True)
class Meaning:
    """What the columns of `x` and the numbers in `y` stand for.

    Attributes:
        features: a name per input.
        units: a unit per input, `""` where there is none.
        target: what is predicted.
        task: `"binary"`, `"classes"` or `"numbers"`.
        classes: a name per class; empty for numbers.
        one_hot: True if each label is a row of noughts with a single 1.
        columns: numbers per label: 1 but for one-hot labels and several targets.
        image_shape: rows and columns of pixels if a row is a picture, else None.
        card: the `DataCard`, or None.
    """

    features: tuple
    units: tuple
    target: str
    task: str
    classes: tuple = ()
    one_hot: bool = False
    columns: int = 1
    image_shape: tuple | None = None
    card: DataCard | None = None

    def label(self, place, with_unit=True):
        """The name of an input, with its unit unless the name ends with it."""
        name, unit = self.features[place], self.units[place]
        return f"{name} ({unit})" if with_unit and unit and not name.endswith(f"_{unit}") else name

    def groups(self, x):
        """Places of columns that are one choice: names that begin alike, and a single 1 in each row.

        Args:
            x: rows in the data's own units.
        """
        flags = [place for place in range(x.shape[1]) if np.isin(x[:, place], (0, 1)).all()]
        found = {}
        for place in flags:
            if "_" in self.features[place]:
                found.setdefault(self.features[place].split("_")[0], []).append(place)
        return [places for places in found.values() if len(places) > 1 and (x[:, places].sum(axis=1) == 1).all()]


def meaning_of(experiment):
    """The `Meaning` of an experiment's rows.

    Raises:
        ValueError: when there are no rows yet, or they are no numbers.

    >>> from kerasschool.live.experiment import Experiment
    >>> found = meaning_of(Experiment())
    >>> found.task, found.classes, found.features[3], found.units[3]
    ('binary', ('female', 'male'), 'body_mass_g', 'g')
    """
    if data_of(experiment) == "own":
        check_own(experiment)
    rows, names = experiment.rows, experiment.names
    inputs = math.prod(rows.x.shape[1:])
    held_back = [] if rows.validation_data is None else [rows.validation_data[1]]
    task, count, one_hot = question([rows.y, *held_back])
    features, units, target, words, card, image_shape = [], [], "target", [], None, None
    if names is not None:
        features, target, words = list(names.features), names.target, list(names.classes)
        if not one_hot and words and np.isin(rows.y, np.arange(len(words))).all():  # a class may have no rows yet
            task, count = (BINARY if len(words) == 2 else CLASSES), len(words)
    elif (data := data_of(experiment)) != "own":
        module, card = described(data)
        features, words = list(module.feature_names), list(module.target_names)
        units, target = [column.unit for column in card.inputs], card.target.name
        image_shape = getattr(module, "image_shape", None)
    if len(features) != inputs:
        features = [f"input {place + 1}" for place in range(inputs)]
    if len(units) != inputs:
        units = [""] * inputs
    return Meaning(
        features=tuple(features),
        units=tuple("" if unit in NO_UNIT or re.search(r"\d", unit) else unit for unit in units),
        target=target,
        task=task,
        classes=tuple([*words, *map(str, range(len(words), count))][:count]),
        one_hot=one_hot,
        columns=math.prod(np.shape(rows.y)[1:]),
        image_shape=image_shape,
        card=card,
    )


def check_own(experiment):
    """Raise the error that teaches unless a reader's own arrays are rows of finite numbers."""
    x, y, validation_data = experiment.own
    if x is None:
        return
    for name, values in (("x", x), ("y", y), *zip(("x_val", "y_val"), validation_data or ())):
        values = as_numbers(name, values)
        if name.startswith("x") and values.ndim < 2:
            fix = "For a single input write a column, `x.reshape(-1, 1)`."
            raise ValueError(message(f"`{name}` needs one row per example.", fix, **{name: values}))


def data_of(experiment):
    """The spec of its data set; `"own"` for a model that needs code and so has no recipe."""
    try:
        return experiment.recipe.data
    except ValueError:
        return "own"


def described(data):
    """The module of a data set that comes with the package, and the card that fits its arguments."""
    name, given = named("data", data)
    module = recipe_schema.data_sets()[name]
    known = inspect.signature(module.card).parameters
    return module, module.card(**{key: value for key, value in given.items() if key in known})


def question(parts):
    """What labels ask for: `(task, number of classes, is one-hot)`.

    >>> question([np.array([0.0, 1.0, 1.0])]), question([np.array([0, 2, 1])]), question([np.array([0.5, 2])])
    (('binary', 2, False), ('classes', 3, False), ('numbers', 0, False))
    """
    flat = [np.asarray(y) for y in parts]
    flat = [y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y for y in flat]
    if flat[0].ndim == 2:
        y = np.concatenate(flat)
        is_one_hot = bool(np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all())
        return (CLASSES, y.shape[1], True) if is_one_hot else (NUMBERS, 0, False)
    y = np.concatenate([each.ravel() for each in flat])
    if not y.size or not np.isfinite(y).all():
        return NUMBERS, 0, False
    values = np.unique(y)
    if (values == np.arange(len(values))).all() and len(values) <= MOST_CLASSES:
        return (BINARY, 2, False) if len(values) <= 2 else (CLASSES, len(values), False)
    return NUMBERS, 0, False


def class_numbers(y):
    """Labels as whole numbers, shape `(rows,)`: one-hot rows become the place of their 1."""
    y = np.asarray(y)
    return (y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(len(y))).astype(int)


def in_own_units(rows, x):
    """Scaled rows in the data's own units, rounded where the scaling left dust."""
    if rows.mean is None:
        return np.asarray(x, float)
    mean, spread = np.asarray(rows.mean, float), np.asarray(rows.spread, float)
    size = np.maximum(np.abs(mean) + 2 * spread, 1e-12)
    digits = np.power(10.0, 5 - np.floor(np.log10(size)))  # of what float32 kept, six digits are sure
    return np.round((np.asarray(x, float) * spread + mean) * digits) / digits + 0.0  # no minus before a 0


# From what a reader has to arrays


def as_arrays(x, y=None):
    """What a reader has as `(x, y, names)`: two arrays, and the `Names` of their columns.

    Args:
        x: an array with one row per example, a DataFrame, or the path of a CSV file.
        y: labels; or the target column of a DataFrame or CSV file, by name (a file: also by number; its last column
            if None). Texts are numbered in alphabetical order.

    Raises:
        TypeError, ValueError: for what is not a table of numbers.

    >>> x, y, names = as_arrays([[1.5, 2], [3, 4]], ["b", "a"])
    >>> y.tolist(), names.classes
    ([1.0, 0.0], ('a', 'b'))
    """
    if isinstance(x, (str, os.PathLike)):
        target = -1 if y is None else y
        code = f"x, y, names = load_csv({str(x)!r}, target={target!r})"
        x, y, found = load_csv(x, target=target)
        code = f"from kerasschool.datasets import load_csv\n\n{code}"
        return x, y, Names(tuple(found.features), found.target, tuple(found.classes), code)
    features, target = [], "target"
    if hasattr(x, "columns") and hasattr(x, "to_numpy"):
        features = [str(name) for name in x.columns]
        if isinstance(y, str):
            if y not in features:
                raise unknown("column", y, features)
            target, place = y, features.index(y)
            y = x.iloc[:, place].to_numpy()
            x = x.iloc[:, [column for column in range(len(features)) if column != place]]
            features = [str(name) for name in x.columns]
        texts = [name for name, kind in zip(features, x.dtypes) if getattr(kind, "kind", "O") not in "biuf"]
        if texts:
            raise ValueError(
                f"The column {texts[0]!r} holds texts; a network takes numbers. Make one 0/1 column per category, with "
                f"`pandas.get_dummies(table, columns={texts!r}, dtype=float)`, or leave the column out."
            )
        x = x.to_numpy(dtype=float, na_value=np.nan)
    target = str(getattr(y, "name", None) or target)
    if y is None:
        raise ValueError(message("There are no labels.", fix="Pass `y`: a label for each row of `x`.", y=y))
    x, y = as_numbers("x", x), np.asarray(y)
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    classes = []
    if y.dtype.kind in "OUST":
        classes = sorted({str(each) for each in y.tolist()})
        y = np.array([classes.index(str(each)) for each in y.tolist()])
    y = as_numbers("y", y)
    if x.ndim < 2 or y.ndim < 1 or len(x) != len(y):
        expected = "`x` needs one row per example, and `y` one label per row."
        fix = "For a single input write a column, `x.reshape(-1, 1)`." if x.ndim == 1 else ""
        raise ValueError(message("Rows and labels do not match.", expected, fix, x=x, y=y))
    return x, y, Names(tuple(features), target, tuple(classes))


def own_rows(x, y=None, validation_data=None):
    """A reader's own rows as `(x, y, validation_data, names)`: read by `as_arrays`, and known to fit one another.

    >>> own_rows([[1], [2]], ["no", "yes"], ([[3]], ["yes"]))[2]
    (array([[3.]], dtype=float32), array([1.], dtype=float32))
    """
    x, y, names = as_arrays(x, y)
    if validation_data is not None:
        validation_data = further_rows("validation_data", validation_data, names)
        if validation_data[0].shape[1:] != x.shape[1:]:
            happened = "The rows held back have other columns than those to train on."
            raise ValueError(message(happened, x=x, x_val=validation_data[0]))
    return x, y, validation_data, names


def further_rows(name, pair, names=None):
    """Rows that go with others that are here already: `(x, y)`, their texts numbered as the others' labels are.

    Args:
        name: what an error calls them, such as `"test_data"`.
        pair: what a reader gave as `(x, y)`.
        names: the `Names` of the others, or None.
    """
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise ValueError(message(f"`{name}` must be a pair `(x, y)`.", **{name: pair}))
    try:
        x, y, found = as_arrays(*pair)
    except (TypeError, ValueError) as error:
        raise ValueError(f"In `{name}`: {error}") from error
    known = () if names is None else names.classes
    if found.classes and known:
        strange = [word for word in found.classes if word not in known]
        if strange:
            listed = ", ".join(known)
            raise ValueError(f"In `{name}`: {strange[0]!r} is no class of the rows to train on. Known: {listed}")
        y = np.array([known.index(word) for word in found.classes], y.dtype)[y.astype(int)]
    return x, y


def as_numbers(name, values):
    """`values` as an array of finite numbers, or the error that says what is in it.

    Floats stay what they are, so that the numbers are those of the reader's own program; all else becomes
    `config.floatx()`.
    """
    if isinstance(values, np.ma.MaskedArray):
        values = values.astype(float).filled(np.nan)
    given, kind = values, getattr(getattr(values, "dtype", None), "kind", "")
    if not isinstance(values, np.ndarray) or values.dtype not in (np.float32, np.float64):
        try:
            with np.errstate(over="ignore"):
                values = None if kind and kind in "cmM" else np.asarray(values, dtype=config.floatx())
        except (TypeError, ValueError):
            values = None
        if values is None:
            raise ValueError(message(f"`{name}` must hold numbers.", **{name: given}))
    if not values.size:
        raise ValueError(message(f"`{name}` is empty.", **{name: values}))
    if not np.isfinite(values).all():
        lost = int((~np.isfinite(values)).sum())
        fix = "Leave their rows out, or fill them in, before training."
        cells = "1 cell that is" if lost == 1 else f"{lost} cells that are"
        raise ValueError(message(f"`{name}` has {cells} missing or infinite.", fix, **{name: values}))
    most = max(float(values.max()), -float(values.min()))
    if most > LARGEST:
        raise ValueError(f"`{name}` reaches {most:.3g}, which is too large for float32. Take a larger unit.")
    return values
