"""Points in the plane, drawn by formula: data whose answer you can see. Two inputs. Lessons 02, 07, 10.

Six kinds have classes, two have a number as target. A panel and the code that it shows draw the same points: they come
from a stream of their own, which `seed` starts.

Source: circle, xor, gauss, spiral, plane and hills follow the kinds of data in TensorFlow Playground; moons follow
scikit-learn's `make_moons`. The code and the exact numbers are our own.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kerasschool import config
from kerasschool.datasets.card import Column, DataCard
from kerasschool.errors import check_number, check_whole, message, unknown
from kerasschool.random import check_seed

RADIUS = 5  # points lie within this distance of 0, or about
LEAST_ROWS, MOST_ROWS = 10, 10_000
MOST_NOISE = 0.5
LEAST_RATIO, MOST_RATIO = 0.1, 0.9
CLOUD = 0.7  # spread of a cloud in each direction

feature_names = ["x1", "x2"]
target_names = [
    "0",
    "1",
    "2",
]  # `kinds[kind].classes` says how many of them a kind has; 0 stands for a number as target


# One function per kind: (stream, labels) → points of those labels; for plane and hills, points → targets.


def circle(random, labels):
    """Class 1 lies inside radius 2.5, class 0 in a ring from 3.5 to 5."""
    share = random.uniform(0, 1, len(labels))
    radius = np.where(labels == 1, 0.5 * RADIUS * share, RADIUS * (0.7 + 0.3 * share))
    return around(radius, random.uniform(0, 2 * np.pi, len(labels)))


def xor(random, labels):
    """Class 1 where both coordinates have the same sign, class 0 where they differ; 0.3 or more from both axes."""
    size = random.uniform(0.3, RADIUS, (len(labels), 2))
    sign = random.choice([-1, 1], len(labels))
    return np.stack([sign * size[:, 0], np.where(labels == 1, sign, -sign) * size[:, 1]], axis=1)


def gauss(random, labels):
    """Two round clouds: class 1 around (2, 2), class 0 around (-2, -2)."""
    centre = np.where(labels == 1, 2, -2)[:, None]
    return random.normal(centre, CLOUD, (len(labels), 2))


def spiral(random, labels):
    """Two arms of a spiral, 1.75 turns each; class 0 is class 1 turned by half a turn."""
    share = random.uniform(0, 1, len(labels))
    return around(RADIUS * share, 2 * np.pi * (1.75 * share + np.where(labels == 1, 0, 0.5)))


def moons(random, labels):
    """Two half circles of radius 3, one in the other's arms: class 0 is the upper one."""
    angle = random.uniform(0, np.pi, len(labels))
    upper = 3 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + [-1.5, -0.75]
    return np.where((labels == 0)[:, None], upper, -upper)


def multi_gauss(random, labels):
    """Three round clouds, one per class, at the corners of a triangle, 3 away from the middle."""
    return around(np.full(len(labels), 3), 2 * np.pi * labels / 3) + random.normal(0, CLOUD, (len(labels), 2))


def plane(points):
    """The target rises evenly from -1 at (-5, -5) to 1 at (5, 5): (x1 + x2) / 10."""
    return points.sum(axis=1) / (2 * RADIUS)


HILLS = np.array([(-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)])


def hills(points):
    """Three hills and three hollows with straight slopes: ±1 in the middle of each, 0 from a distance of 2 on."""
    distance = np.linalg.norm(points[:, None] - HILLS[:, :2], axis=2)
    nearest = distance.argmin(axis=1)
    return HILLS[nearest, 2] * np.maximum(0, 1 - distance.min(axis=1) / 2)


def around(radius, angle):
    """Points at these distances from 0; an angle of 0 is upwards, and it grows to the right."""
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)


class Kind(NamedTuple):
    """One kind of data.

    Args:
        function: what draws its points, or finds their targets.
        classes: how many it has; 0 if its target is a number.
        reach: how far noise of 1 would move a point.
    """

    function: Callable
    classes: int
    reach: float = RADIUS


kinds = {
    "circle": Kind(circle, 2),
    "xor": Kind(xor, 2),
    "gauss": Kind(gauss, 2),
    "spiral": Kind(spiral, 2, reach=2),
    "moons": Kind(moons, 2),
    "multi_gauss": Kind(multi_gauss, 3),
    "plane": Kind(plane, 0),
    "hills": Kind(hills, 0),
}


def load_data(kind="circle", rows=400, noise=0.1, ratio=0.5, seed=7):
    """Points in the plane with their classes, or with a number each; the same ones for the same arguments.

    Args:
        kind: `"circle"`, `"xor"`, `"gauss"`, `"spiral"` and `"moons"` have two classes, `"multi_gauss"` has three;
            `"plane"` and `"hills"` have a number as target.
        rows: int, 10 to 10000: how many points in all.
        noise: 0 to 0.5: how far each point is moved after it got its class or number. With 0.1 it moves by up to 0.5
            to the side and by up to 0.5 up or down; in the spiral, whose arms are narrow, by up to 0.2.
        ratio: 0.1 to 0.9: the share of the rows to train on; the others are held back.
        seed: int. Another one draws other points of the same kind.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: `x` of shape `(rows, 2)` and type `config.floatx()`, coordinates about
        -5 to 5; `y` of shape `(rows,)`, whole numbers for classes (as many rows of each, or one more), or numbers
        from -1 to 1 of type `config.floatx()`.

    Raises:
        ValueError: for an unknown kind, with the nearest that there is, or a number out of its bounds.

    >>> from kerasschool.datasets import planar
    >>> (x_train, y_train), (x_test, y_test) = planar.load_data("xor", rows=10, noise=0)
    >>> for (x1, x2), label in zip(x_train, y_train):
    ...     print(f"{x1:4.1f} {x2:4.1f} → {label}")
    -4.9  2.4 → 0
     1.7  1.5 → 1
     0.7 -2.3 → 0
    -0.4 -2.8 → 1
    -4.4  1.9 → 0
    >>> planar.load_data("plane")[0][1].dtype
    dtype('float32')
    """
    if not isinstance(kind, str) or kind not in kinds:
        raise unknown("kind", kind, kinds)
    if check_whole("rows", rows, LEAST_ROWS) > MOST_ROWS:
        raise ValueError(message(f"`rows` must be {MOST_ROWS} or less.", rows=rows))
    check_number("noise", noise, 0, MOST_NOISE)
    check_number("ratio", ratio, LEAST_RATIO, MOST_RATIO)
    random = np.random.RandomState(check_seed(seed))
    train = round(ratio * rows)
    return draw(kinds[kind], train, noise, random), draw(kinds[kind], rows - train, noise, random)


def draw(kind, rows, noise, random):
    """`(x, y)`: points without noise, their classes or numbers, and only then the noise."""
    if kind.classes:
        y = random.permutation(np.arange(rows) % kind.classes).astype("int64")
        points = kind.function(random, y)
    else:
        points = random.uniform(-RADIUS, RADIUS, (rows, 2))
        y = kind.function(points).astype(config.floatx())
    moved = points + noise * kind.reach * random.uniform(-1, 1, (rows, 2))
    return moved.astype(config.floatx()), y


def card(kind="circle"):
    """The data card of one kind: where its points come from, and what to be careful about.

    >>> from kerasschool.datasets import planar
    >>> print(planar.card("moons").about)
    One row is one point in the plane. Two half circles of radius 3, one in the other's arms: class 0 is the upper one.
    """
    if not isinstance(kind, str) or kind not in kinds:
        raise unknown("kind", kind, kinds)
    function, classes, _ = kinds[kind]
    unit = f"0 to {classes - 1}" if classes else "-1 to 1"
    return DataCard(
        title=f"Points in the plane: {kind}",
        about=f"One row is one point in the plane. {function.__doc__}",
        source=(
            "Drawn by `kerasschool.datasets.planar` when you load it; after TensorFlow Playground, and moons after "
            "scikit-learn."
        ),
        licence="Apache-2.0, as kerasschool itself",
        rows="As many as you ask for: 400 unless told otherwise, half of them for training.",
        dropped="None.",
        inputs=(Column("x1", "none", "to the right"), Column("x2", "none", "upwards")),
        target=Column("class" if classes else "height", unit, "which formula the point comes from" if classes else "z"),
        cautions=(
            "The points are made up: each kind is the clean form of one difficulty. Real data have several at once.",
            "Noise moves a point after it got its target. So some points lie on the wrong side, and no model can, or "
            "should, get them all right.",
            "Training and validation rows come from one formula: here validation is as fair as it can be.",
            "The same seed draws the same points. Another seed tells whether a result was luck.",
        ),
    )
