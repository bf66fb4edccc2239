"""One control per input of a model, in the data's own units: sliders, boxes for flags, a choice for a group."""

import math

import ipywidgets
import numpy as np

from kerasschool.panels.controls import CheckControl, Control
from kerasschool.panels.small_controls import WordControl

MOST_CONTROLS = 40
POINTS = 41  # of a sweep through the range of an input


class Inputs:
    """The controls of all inputs, and the row that they stand for.

    Args:
        x: rows in the data's own units, `(rows, inputs)`: they give the ranges.
        meaning: their `Meaning`.
        changed: called without arguments when the reader has changed a value.

    Attributes:
        values: the row, one number per input.
        controls: name → control. A group of flags, such as species_Adelie and species_Gentoo, has one: species.
    """

    def __init__(self, x, meaning, changed):
        self.meaning, self._changed = meaning, changed
        self.values = np.array(x[0], float)
        self.low, self.high = x.min(axis=0), x.max(axis=0)
        self.are_flags = np.isin(x, (0, 1)).all(axis=0) & (self.low < self.high)
        span = np.where(self.low < self.high, self.high - self.low, 1)
        self.finest = np.minimum(1e-6, 10.0 ** (np.floor(np.log10(span)) - 4))
        for digits in range(5, -1, -1):
            self.finest[np.isclose(x, np.round(x, digits), rtol=0, atol=1e-9).all(axis=0)] = 10.0**-digits
        self.groups = {self._name_of(places): places for places in meaning.groups(x)}
        self.controls = {}
        if x.shape[1] <= MOST_CONTROLS:
            self._make()

    def _name_of(self, places):
        return self.meaning.features[places[0]].split("_")[0]

    def _words_of(self, places):
        return [self.meaning.features[place].split("_", 1)[1] for place in places]

    def _make(self):
        grouped = {place: name for name, places in self.groups.items() for place in places}
        for place, feature in enumerate(self.meaning.features):
            name = grouped.get(place, feature)
            if name in self.controls:
                continue
            if place in grouped:
                words = self._words_of(self.groups[name])
                control = WordControl(
                    name, words, lambda word, name=name: self._choose(name, word), as_row=len(words) < 6
                )
                control.widget.description = name
            elif self.are_flags[place]:
                control = CheckControl(False, lambda on, place=place: self._put(place, float(on)), feature)
            else:
                control = InputSlider(self, place, lambda value, place=place: self._put(place, value))
            control.widget.add_class("ks-input")
            self.controls[name] = control
        self.show()

    def _put(self, place, value):
        self.values[place] = value
        self._changed()

    def _choose(self, name, word):
        self._choose_quietly(name, word)
        self._changed()

    def _choose_quietly(self, name, word):
        places = self.groups[name]
        self.values[places] = [float(each == word) for each in self._words_of(places)]

    def set(self, name, value):
        """Set an input by name, or a group by its word; `show` shows it."""
        if name in self.groups:
            if value not in self._words_of(self.groups[name]):
                listed = ", ".join(self._words_of(self.groups[name]))
                raise ValueError(f"`{name}` must be one of {listed}. Received: {name}={value!r}")
            self._choose_quietly(name, value)
            return
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(f"`{name}` must be a number. Received: {name}={value!r}")
        self.values[self.meaning.features.index(name)] = number

    def knows(self, name):
        """True for the name of an input or of a group."""
        return name in self.meaning.features or name in self.groups

    def show(self):
        """Set the controls from `values`."""
        for name, control in self.controls.items():
            if name in self.groups:
                places = self.groups[name]
                chosen = [word for word, place in zip(self._words_of(places), places) if self.values[place] == 1]
                control.show(chosen[0] if len(chosen) == 1 else None)
            elif isinstance(control, InputSlider):
                control.show(self.values[self.meaning.features.index(name)])
            else:
                control.show(bool(self.values[self.meaning.features.index(name)]))

    def step(self, place):
        """A round step for an input, about a two-hundredth of its range, but no finer than the data."""
        span = float(self.high[place] - self.low[place])
        if span <= 0:
            return 0.1
        power = 10.0 ** math.floor(math.log10(span / 200))
        step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= span / 200 * 0.999)
        return max(step, self.finest[place])

    def sweeps(self):
        """Rows that differ from this one in a single input: `(rows, what each changes)`.

        What each changes is `(name, place, value)`; flags are turned, groups tried in each of their words.
        """
        rows, changes, done = [], [], set()
        for name, places in self.groups.items():
            done |= set(places)
            for word, place in zip(self._words_of(places), places):
                row = self.values.copy()
                row[places] = [float(each == place) for each in places]
                rows.append(row)
                changes.append((name, place, word))
        for place, feature in enumerate(self.meaning.features):
            if place in done or self.low[place] == self.high[place]:
                continue
            tried = [0, 1] if self.are_flags[place] else np.linspace(self.low[place], self.high[place], POINTS)
            for value in np.unique(np.round(np.divide(tried, self.finest[place])) * self.finest[place]):
                row = self.values.copy()
                row[place] = value
                rows.append(row)
                changes.append((feature, place, float(value)))
        return (np.array(rows) if rows else np.zeros((0, len(self.values)))), changes


class InputSlider(Control):
    """A slider from the least to the greatest value in the data; a value outside widens it.

    A browser moves a value to the slider's next step and says so; that is no wish of the reader's.
    """

    def __init__(self, inputs, place, changed):
        super().__init__(changed)
        self._inputs, self._place = inputs, place
        step = inputs.step(place)
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        low, high = float(inputs.low[place]), float(inputs.high[place])
        room = step if high <= low else 0
        is_plain = digits <= 6 and max(abs(low), abs(high)) < 1e9
        self.widget = self.watch(
            ipywidgets.FloatSlider(
                low,
                min=low - room,
                max=high + room,
                step=step,
                description=inputs.meaning.label(place),
                readout_format=f".{digits}f" if is_plain else ".4g",
                style={"description_width": "190px"},
            )
        )

    def read(self, value):
        if abs(value - self._inputs.values[self._place]) > 0.501 * self.widget.step:
            super().read(value)

    def show(self, value):
        slider = self.widget
        self._is_showing = True
        try:
            slider.min, slider.max = min(slider.min, value), max(slider.max, value)
        finally:
            self._is_showing = False
        super().show(value)
