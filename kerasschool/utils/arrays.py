"""Small helpers around arrays of labels and rows.

Source: `keras.utils`.
"""

import numpy as np

from kerasschool import config, random
from kerasschool.errors import check_whole, message


def to_categorical(x, num_classes=None):
    """Class numbers as one-hot rows.

    Args:
        x: whole numbers 0, 1, 2, … of any shape.
        num_classes: number of columns; None for the largest number + 1.

    Returns:
        Array of shape `(*x.shape, num_classes)`.

    >>> to_categorical([0, 2, 1]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    x = np.asarray(x)
    if x.dtype.kind in "USO":
        raise ValueError(
            message(
                "`to_categorical` needs class numbers.",
                "Number the classes first: `names, y = numpy.unique(y, return_inverse=True)`.",
                x=x,
            )
        )
    numbers = x.astype("int64")
    if (numbers != x).any() or (numbers < 0).any():
        raise ValueError(message("`to_categorical` needs whole numbers from 0 up.", x=x))
    shape = numbers.shape[:-1] if numbers.ndim > 1 and numbers.shape[-1] == 1 else numbers.shape
    columns = int(numbers.max(initial=-1)) + 1 if num_classes is None else check_whole("num_classes", num_classes)
    if numbers.size and numbers.max() >= columns:
        raise ValueError(
            message(
                f"There is a class number {numbers.max()}, so at least {numbers.max() + 1} classes are needed.",
                num_classes=num_classes,
            )
        )
    return np.eye(columns, dtype=config.floatx())[numbers.reshape(shape)]


def normalize(x, axis=-1, order=2):
    """Each vector along `axis` divided by its length; vectors of length 0 stay.

    >>> normalize([[3.0, 4.0]]).tolist()
    [[0.6, 0.8]]
    """
    x = np.atleast_1d(np.asarray(x))
    length = (
        np.linalg.norm(x, order, axis, keepdims=True)
        if x.ndim <= 2 or order == 2
        else (np.sum(np.abs(x) ** order, axis=axis, keepdims=True) ** (1 / order))
    )
    return x / np.where(length == 0, 1, length)


def split_dataset(dataset, left_size=None, right_size=None, shuffle=False, seed=None, **_):
    """Two parts of rows: `(x, y)` becomes `(x_left, y_left), (x_right, y_right)`.

    Args:
        dataset: an array, or a tuple or list of arrays with the same number of rows.
        left_size, right_size: shares (0 to 1) or numbers of rows; one of them may be None.
        shuffle: draw the rows at random.
        seed: int, to draw the same rows again.

    >>> (x, y), (x_rest, y_rest) = split_dataset((np.arange(10), np.arange(10)), left_size=0.8)
    >>> len(x), len(y_rest)
    (8, 2)
    """
    parts = list(dataset) if isinstance(dataset, (tuple, list)) else [dataset]
    parts = [np.asarray(part) for part in parts]
    rows = {len(part) for part in parts}
    if len(rows) != 1:
        raise ValueError(message("All arrays must have the same number of rows.", rows=sorted(rows)))
    left, right = _sizes(rows.pop(), left_size, right_size)
    total = len(parts[0])
    order = random.stream(seed).permutation(total) if shuffle else np.arange(total)
    chosen = [(part[order[:left]], part[order[total - right :]]) for part in parts]
    if not isinstance(dataset, (tuple, list)):
        return chosen[0]
    return tuple(part[0] for part in chosen), tuple(part[1] for part in chosen)


def _sizes(total, left_size, right_size):
    if left_size is None and right_size is None:
        raise ValueError("`split_dataset` needs `left_size` or `right_size`.")
    sizes = []
    for name, size, rounding in (("left_size", left_size, round), ("right_size", right_size, round)):
        if size is None:
            sizes.append(None)
        elif isinstance(size, float) and 0 < size < 1:
            sizes.append(rounding(size * total))
        elif isinstance(size, (int, np.integer)) and not isinstance(size, bool) and 0 < size < total:
            sizes.append(int(size))
        else:
            raise ValueError(
                message(f"`{name}` must be a share between 0 and 1, or a number of rows below {total}.", **{name: size})
            )
    left = total - sizes[1] if sizes[0] is None else sizes[0]
    right = total - left if sizes[1] is None else sizes[1]
    if left + right > total:
        raise ValueError(message(f"The parts are larger than the {total} rows.", left=left, right=right))
    return left, right


def set_random_seed(seed):
    """Make a program repeatable: seeds Python's, NumPy's, and so this package's random numbers.

    Lesson: 08.
    """
    import random as python_random

    seed = random.check_seed(seed)
    python_random.seed(seed)
    np.random.seed(seed)
