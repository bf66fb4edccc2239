"""Checks of the data before a fit. Lesson 01."""

import numpy as np

from kerasschool.live.doctor.facts import as_numbers, kind_of
from kerasschool.live.doctor.finding import ERROR, NOTE, WARNING, Finding

SCALES = ("Normalization", "BatchNormalization", "LayerNormalization", "Rescaling", "RMSNormalization", "Embedding")
LARGE = 10.0  # a mean or spread that Keras's initial weights are not made for
UNEVEN = 50.0  # how many times more one input may spread than another
CLASSES = ("BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy", "Hinge", "SquaredHinge")
CLASSES += ("CategoricalHinge", "BinaryFocalCrossentropy", "CategoricalFocalCrossentropy")


def texts(facts):
    """Inputs that are no numbers."""
    if facts.raw_x is not None and facts.x is None:
        return Finding(
            "The inputs hold texts or rows of different lengths.",
            "A network multiplies and adds: it can only take in numbers.",
            "Leave such columns out, or encode them: one 0/1 column per word, as `utils.to_categorical` makes them.",
            *("01", ERROR, "not_numbers"),
        )


def rows(facts):
    """As many labels as rows?"""
    if facts.x is not None and facts.y is not None and len(facts.x) != len(facts.y):
        return Finding(
            f"There are {len(facts.x)} rows of inputs and {len(facts.y)} labels.",
            "Each row needs its own label, in the same order.",
            "Look at the lines that split or filter the data: they must do the same to `x` and `y`.",
            *("01", ERROR, "rows_differ"),
        )


def width(facts):
    """Does a row fit into the model?"""
    if facts.x is not None and len(facts.x) and facts.input_shape is not None and not facts.fits:
        got, wanted = facts.x.shape[1:], facts.input_shape
        return Finding(
            f"A row has the shape {got}, and the model takes rows of shape {wanted}.",
            "The first kernel has one row of weights for each input.",
            f"Write `Input(shape={got})`, or give the model the columns it was made for.",
            *("02", ERROR, "wrong_width"),
        )


def not_finite(facts):
    """NaN or infinity in the inputs."""
    if facts.x is None or facts.x.dtype.kind != "f" or np.isfinite(facts.x).all():
        return None
    places = np.argwhere(~np.isfinite(facts.x))
    column = f", column {places[0][1]}" if facts.x.ndim > 1 else ""
    return Finding(
        f"{len(np.unique(places[:, 0]))} of {len(facts.x)} rows hold NaN or infinity; the first is row "
        f"{places[0][0]}{column}.",
        "One NaN makes the loss NaN, and the next update makes every weight NaN.",
        "Drop those rows, or fill the gaps with the mean of the column over the training rows.",
        *("01", ERROR, "nan_inputs"),
    )


def not_finite_labels(facts):
    """NaN or infinity in the labels."""
    y = as_numbers(facts.y)
    if y is None or y.dtype.kind != "f" or np.isfinite(y).all():
        return None
    return Finding(
        f"{int((~np.isfinite(y)).reshape(len(y), -1).any(axis=1).sum())} of {len(y)} labels are NaN or infinite.",
        "There is nothing to learn from a row without an answer, and the loss would be NaN.",
        "Drop those rows.",
        *("01", ERROR, "nan_labels"),
    )


def is_unscaled_table(facts):
    """True for at least two rows of columns that the model's first layer does not scale itself."""
    scales_itself = facts.layers and kind_of(facts.layers[0]) in SCALES
    return facts.x is not None and facts.x.ndim == 2 and len(facts.x) >= 2 and not scales_itself


def unscaled(facts):
    """Inputs much larger than 1, or of very different sizes."""
    if not is_unscaled_table(facts):
        return None
    x = facts.x[np.isfinite(facts.x).all(axis=1)].astype(float)
    if len(x) < 2 or not x.shape[1]:
        return None
    spread, middle = x.std(axis=0), np.abs(x.mean(axis=0))
    largest = int(np.argmax(np.maximum(spread, middle)))
    size = max(spread[largest], middle[largest])
    varied = spread[spread > 0]
    uneven = varied.size and varied.max() > 1 and varied.max() > UNEVEN * varied.min()
    if size <= LARGE and not uneven:
        return None
    return Finding(
        f"The inputs are not scaled: column {largest} has mean {x[:, largest].mean():.4g} and spread "
        f"{spread[largest]:.4g}.",
        "The weights start out for inputs of about -1 to 1. Large inputs drown the small ones, saturate the units and "
        "make learning slow or wild.",
        "Scale with the training rows: `x = (x - x_train.mean(axis=0)) / x_train.std(axis=0)`; or begin the model "
        "with a `Normalization` layer and `adapt` it.",
        *("01", WARNING, "unscaled"),
    )


def constant_columns(facts):
    """Inputs that never change."""
    if not is_unscaled_table(facts):
        return None
    constant = np.flatnonzero((facts.x == facts.x[0]).all(axis=0))
    if not constant.size:
        return None
    listed = ", ".join(str(column) for column in constant[:5]) + (" …" if len(constant) > 5 else "")
    return Finding(
        f"{len(constant)} of {facts.x.shape[1]} inputs never change (column {listed}).",
        "What is the same in every row says nothing about the label; and its spread of 0 must not be divided by.",
        "Leave these columns out, or check that they were read rightly.",
        *("01", NOTE, "constant_columns"),
    )


def one_class(facts):
    """Labels that are all the same."""
    if facts.loss not in CLASSES or facts.y is None or len(facts.y) < 2:
        return None
    y = facts.y.argmax(axis=-1) if facts.labels_are_one_hot else facts.y
    if len(np.unique(y)) > 1:
        return None
    return Finding(
        f"All {len(facts.y)} labels are the same: {np.ravel(y)[0]}.",
        "The model will learn to say this always, and be right every time, without looking at the inputs.",
        "Check how the labels were made. Were the rows sorted by class before they were split?",
        *("01", ERROR, "one_class"),
    )


def scaled_with_test(facts):
    """Was the scaling measured on training and validation rows together, or on each by itself?"""
    x, held_back = facts.x, None if facts.validation_data is None else as_numbers(facts.validation_data[0])
    if x is None or held_back is None or x.ndim != 2 or held_back.ndim != 2 or x.shape[1] != held_back.shape[1]:
        return None
    if len(x) < 2 or len(held_back) < 2:
        return None
    both = np.concatenate([x, held_back])
    varied = both.std(axis=0) > 0
    if not varied.any() or not np.isfinite(both).all() or is_standard(x, varied):
        if varied.any() and np.isfinite(both).all() and is_standard(held_back, varied):
            return Finding(
                "The validation rows were scaled by their own mean and spread, the training rows by theirs.",
                "The same penguin gets other numbers in the two sets, so the model sees what it has not learnt.",
                "Scale both with the mean and spread of the training rows.",
                *("01", WARNING, "scaled_apart"),
            )
        return None
    if not is_standard(both, varied):
        return None
    return Finding(
        "Training and validation rows together have mean 0 and spread 1: the scaling was measured on both.",
        "The validation rows stand for data nobody has seen. Now they have had a say, and the score flatters.",
        "Split first; then take mean and spread from the training rows only, and scale both with them.",
        *("01", WARNING, "scaler_saw_test"),
    )


def is_standard(x, columns):
    """True if these columns have mean 0 and spread 1."""
    x = x[:, columns].astype(float)
    return bool((np.abs(x.mean(axis=0)) < 1e-4).all() and (np.abs(x.std(axis=0) - 1) < 1e-3).all())


CHECKS = (texts, rows, width, not_finite, not_finite_labels, unscaled, constant_columns, one_class, scaled_with_test)
