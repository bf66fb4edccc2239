"""Points in the plane with their classes or numbers, drawn in the browser; a reader may add points and take some away.

Lesson: 01.
"""

import pathlib

import anywidget
import numpy as np
import traitlets

HERE = pathlib.Path(__file__).parent
MOST_SHOWN = 1000  # points of each kind that are sent
TRAIN, HELD_BACK = 0, 1


class Points(anywidget.AnyWidget):
    """A scatter plot of two inputs. A click adds a point of the chosen class, shift and a click takes one away.

    With the keyboard: arrows move a cross, Enter adds, Delete takes the nearest point away, 1 to 3 choose the class.

    Args:
        add: called as `add(x, y, label)` when the reader adds a point; None for points that only are shown.
        remove: called as `remove(x, y)`, a place near the point to take away.
    """

    _esm = HERE / "points.js"
    _css = HERE / "points.css"

    points = traitlets.Bytes().tag(sync=True)  # float32, four per point: x, y, label, 0 for training or 1 for held back
    limits = traitlets.List([-6.0, 6.0, -6.0, 6.0]).tag(sync=True)
    names = traitlets.List(["x1", "x2"]).tag(sync=True)
    classes = traitlets.List(traitlets.Unicode()).tag(sync=True)  # empty for numbers
    editable = traitlets.Bool(False).tag(sync=True)
    brush = traitlets.Int(0).tag(sync=True)  # the class that a click adds
    description = traitlets.Unicode("").tag(sync=True)

    def __init__(self, add=None, remove=None, **traits):
        self._add, self._remove = add, remove
        super().__init__(**traits)
        self.on_msg(self._hear)

    def show_rows(self, x, y, validation_data=None, names=("x1", "x2"), classes=(), keep_limits=False):
        """Show rows of two inputs each.

        Args:
            x, y: training rows and their labels, shapes `(rows, 2)` and `(rows,)`.
            validation_data: `(x, y)` held back, or None; drawn hollow.
            names: of the two inputs.
            classes: a name per class; empty if `y` are numbers.
            keep_limits: True leaves the axes as they are.
        """
        parts = [(x, y, TRAIN), *([] if validation_data is None else [(*validation_data, HELD_BACK)])]
        rows = [np.column_stack([x, np.reshape(y, len(x)), np.full(len(x), role)])[:MOST_SHOWN] for x, y, role in parts]
        rows = np.concatenate(rows).astype("<f4")
        with self.hold_sync():
            self.points, self.names, self.classes = rows.tobytes(), list(names), list(classes)
            self.limits = self.limits if keep_limits else limits_of(rows)
            self.description = f"{len(rows)} points, {names[0]} to the right and {names[1]} upwards."

    def _hear(self, widget, content, buffers):
        kind, numbers = content.get("kind"), content.get("numbers", [])
        if not self.editable or not all(isinstance(each, (int, float)) and np.isfinite(each) for each in numbers):
            return
        if kind == "add" and len(numbers) == 3 and self._add is not None:
            self._add(float(numbers[0]), float(numbers[1]), int(numbers[2]))
        elif kind == "remove" and len(numbers) == 2 and self._remove is not None:
            self._remove(float(numbers[0]), float(numbers[1]))


def limits_of(rows):
    """`[left, right, bottom, top]`: -6 to 6 while the points fit in there about its middle, else a little around them.

    >>> limits_of(np.array([[4.0, -5.0]])), limits_of(np.array([[30.0, 100.0], [50.0, 300.0]]))
    ([-6.0, 6.0, -6.0, 6.0], [28.0, 52.0, 80.0, 320.0])
    """
    if not len(rows) or (np.abs(rows[:, :2]).max() <= 6 and np.abs(rows[:, :2]).max() > 1):
        return [-6.0, 6.0, -6.0, 6.0]
    low, high = rows[:, :2].min(axis=0).astype(float), rows[:, :2].max(axis=0).astype(float)
    room = np.where(high > low, (high - low) / 10, 1)
    low, high = low - room, high + room
    return [float(each) for each in (low[0], high[0], low[1], high[1])]
