"""The curves of a training run, in bounded memory.

However long a run lasts, a recorder holds at most `capacity` rows: when it is full it drops every second row and from
then on keeps one in two (four, eight, …). The newest row is always there. A chart is a few hundred pixels wide, so
nobody sees the difference.
"""

import numpy as np

from kerasschool.errors import check_whole, message


class Recorder:
    """Named curves over one growing x axis.

    Args:
        capacity: the greatest number of rows, at least 4; odd numbers are rounded up.

    >>> recorder = Recorder(capacity=4)
    >>> for epoch in range(1, 7):
    ...     recorder.append(epoch, {"loss": 1 / epoch})
    >>> recorder.x.tolist()  # 1 to 6: every second one, and the newest
    [1.0, 3.0, 5.0, 6.0]
    >>> recorder.last("loss") == 1 / 6
    True
    """

    def __init__(self, capacity=400):
        check_whole("capacity", capacity, 4)
        self.capacity = int(capacity) + int(capacity) % 2
        self.clear()

    def clear(self):
        """Forget everything."""
        self.names = []
        self.interval = 1
        self._table = np.full((1, self.capacity), np.nan)  # row 0: x, then one row per name; grows with the names
        self._length = 0  # columns that are shown
        self._kept = 0  # columns that stay: all, or all but a last one that the next will overwrite
        self._count = 0  # how many have been appended since the last `clear`
        self.has_tip = False  # True while the last row is one that `show` put there

    def __len__(self):
        return self._length

    def append(self, x, values):
        """Add one row.

        Args:
            x: where it stands on the x axis, in epochs; greater than all before.
            values: dictionary, name → number. A name may come late or be left out: its curve has a gap there.
        """
        self._write(x, values)
        if self._count % self.interval == 0:
            self._kept = self._length
        self._count += 1

    def show(self, x, values):
        """Put a row at the end that the next `append` or `show` replaces: where a running epoch stands now."""
        self._write(x, values)
        self.has_tip = True

    def hide(self):
        """Take back what `show` put at the end."""
        if self.has_tip:
            self._length, self.has_tip = self._kept, False

    def _write(self, x, values):
        self._length, self.has_tip = self._kept, False
        if self._length == self.capacity:
            self._drop_every_second()
        if self._length and not x > self._table[0, self._length - 1]:
            last = self._table[0, self._length - 1]
            raise ValueError(message("Rows of a recorder must go forward.", f"Expected more than {last:g}.", x=x))
        for name in values:
            if name not in self.names:
                self.names.append(name)
                self._table = np.concatenate([self._table, np.full((1, self.capacity), np.nan)])
        self._table[0, self._length] = x
        for row, name in enumerate(self.names, 1):
            self._table[row, self._length] = values.get(name, np.nan)
        self._length += 1

    def _drop_every_second(self):
        half = self._table[:, : self._length : 2].copy()
        self._length = self._kept = half.shape[1]
        self._table[:, : self._length] = half
        self.interval *= 2

    @property
    def x(self):
        """The x values, as an array of the caller's own."""
        return self._table[0, : self._length].copy()

    def __getitem__(self, name):
        """The values of one curve, NaN where it has none, as an array of the caller's own."""
        if name not in self.names:
            raise KeyError(f"There is no curve {name!r}. Known: {', '.join(self.names) or 'none yet'}")
        return self._table[1 + self.names.index(name), : self._length].copy()

    def last(self, name):
        """The newest number of one curve, or None before there is one."""
        if name not in self.names:
            return None
        values = self[name]
        values = values[~np.isnan(values)]
        return float(values[-1]) if len(values) else None

    def table(self, names=None, dtype="float32"):
        """One array with x in row 0 and one further row per name, ready to be sent to a view."""
        rows = [0] + [1 + self.names.index(name) for name in (self.names if names is None else names)]
        return self._table[rows, : self._length].astype(dtype)
