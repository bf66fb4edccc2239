"""Axes in an SVG text: what panels draw where nothing but a picture is needed. No picture file, no JavaScript.

A series is told by its colour *and* its dash pattern: the classes `ks-s0` … `ks-s3` of `svg_axes.css`.
"""

import html
import math

import numpy as np

SERIES = 4  # looks that can be told apart
FLOOR = 1e-30  # what a logarithmic axis shows at most, downwards


class Chart:
    """A rectangle of an SVG picture with an x and a y axis.

    Args:
        x_range, y_range: `(low, high)` in the data's own units.
        left, top, width, height: the rectangle, in the picture's units.
        log: True for a logarithmic y axis.

    >>> chart = Chart((0, 10), (0, 1), left=40, top=10, width=200, height=100)
    >>> chart.x(5), chart.y(0.25)
    (140.0, 85.0)
    """

    def __init__(self, x_range, y_range, left, top, width, height, log=False):
        self.x_range, self.y_range, self.log = x_range, y_range, log
        self.left, self.top, self.width, self.height = left, top, width, height

    @property
    def bottom(self):
        return self.top + self.height

    def x(self, value):
        """Where a value stands, from left to right; works on arrays."""
        low, high = self.x_range
        return self.left + self.width * (value - low) / (high - low)

    def y(self, value):
        """Where a value stands, from top to bottom."""
        low, high = self.y_range
        if self.log:
            value, low, high = np.log10(value), math.log10(low), math.log10(high)
        return self.bottom - self.height * (value - low) / (high - low)

    def axes(self, x_ticks=(), y_ticks=(), x_label="", y_label=""):
        """Grid lines, numbers and names of the axes.

        Args:
            x_ticks, y_ticks: values that get a number; a pair `(value, text)` gets that text.
            x_label, y_label: the axes' names; y's stands over the axis, where it needs no turned letters.
        """
        parts = []
        for value, text in map(_with_text, x_ticks):
            at = f"{self.x(value):.1f}"
            parts.append(f'<line class="ks-grid" x1="{at}" x2="{at}" y1="{self.top}" y2="{self.bottom}"/>')
            if text:
                parts.append(
                    f'<text class="ks-tick" x="{at}" y="{self.bottom + 15}" text-anchor="middle">{text}</text>'
                )
        for value, text in map(_with_text, y_ticks):
            at = self.y(value)
            parts.append(
                f'<line class="ks-grid" x1="{self.left}" x2="{self.left + self.width}" y1="{at:.1f}" y2="{at:.1f}"/>'
                f'<text class="ks-tick" x="{self.left - 6}" y="{at + 4:.1f}" text-anchor="end">{text}</text>'
            )
        if x_label:
            middle = self.left + self.width / 2
            parts.append(
                f'<text class="ks-tick" x="{middle}" y="{self.bottom + 30}" text-anchor="middle">'
                f"{html.escape(x_label)}</text>"
            )
        if y_label:
            parts.append(f'<text class="ks-name" x="{self.left}" y="{self.top - 8}">{html.escape(y_label)}</text>')
        return "".join(parts)

    def line(self, xs, ys, kind):
        """A line through points; what lies outside the rectangle is cut, and what is no number is left out.

        Args:
            xs, ys: arrays.
            kind: further classes, such as `"ks-s0"`.
        """
        low, high = self.y_range
        is_there = np.isfinite(ys)
        drawn = []
        for piece in np.split(np.arange(len(xs)), np.flatnonzero(np.diff(is_there)) + 1):
            if len(piece) and is_there[piece[0]]:
                at = self.y(np.clip(ys[piece], low, high))
                kept = np.union1d(bends(at), [0, len(piece) - 1])
                points = zip(self.x(xs[piece][kept]), at[kept], strict=True)
                drawn.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points))
        return f'<path class="ks-line {kind}" d="{"".join(drawn)}"/>'

    def inside(self, value):
        """True if a y value is a number within the axis."""
        return bool(np.isfinite(value)) and self.y_range[0] <= value <= self.y_range[1]


def bends(at, every=5):
    """The places of points that a line needs: every fifth, and both ends of each sharp bend."""
    sharp = np.flatnonzero(np.abs(np.diff(at, 2)) > 0.3) + 1
    return np.unique(np.concatenate([np.arange(0, len(at), every), sharp - 1, sharp, sharp + 1])).clip(0, len(at) - 1)


def picture(width, height, content, label):
    """The SVG text. `label` is the picture in words."""
    label = html.escape(label, quote=True)
    return f'<svg class="ks-chart" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">{content}</svg>'


def swatch(kind):
    """A short line that shows how a series is drawn, for legends."""
    return (
        '<svg class="ks-swatch" viewBox="0 0 30 10" width="30" height="10" aria-hidden="true">'
        f'<path class="ks-line {kind}" d="M1 5H29"/></svg>'
    )


def ticks(low, high, about=5):
    """Round values between two bounds, some five of them.

    >>> ticks(-4, 4), ticks(0, 0.97)
    ([-4.0, -2.0, 0.0, 2.0, 4.0], [0.0, 0.2, 0.4, 0.6, 0.8])
    """
    step = 10 ** math.floor(math.log10((high - low) / about))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (factor * step) <= about)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(float(place * step), 12) for place in range(first, last + 1)]


def log_bounds(values):
    """Powers of ten around all positive finite values, at least two decades.

    >>> log_bounds([0.02, 5.0, 0.0])
    (0.01, 10.0)
    """
    good = [value for value in values if np.isfinite(value) and value > FLOOR] or [1.0]
    low, high = math.floor(math.log10(min(good))), math.ceil(math.log10(max(good)))
    while high - low < 2:
        low, high = (low - 1, high) if (high - low) % 2 else (low, high + 1)
    return 10.0**low, 10.0**high


def log_ticks(low, high, about=6):
    """Powers of ten as ticks of a logarithmic axis."""
    first, last = round(math.log10(low)), round(math.log10(high))
    step = max(1, math.ceil((last - first) / about))
    return [(10.0**power, power_text(power)) for power in range(first, last + 1, step)]


def power_text(power):
    """A power of ten in short: `0.01`, `100`, `10⁻⁷`."""
    if -3 <= power <= 3:
        return f"{10.0**power:g}"
    return "10" + str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def number(value, digits=4):
    """A number as a reader writes it.

    >>> number(-0.81757), number(float("inf")), number(0.0)
    ('−0.8176', '∞', '0')
    """
    if not np.isfinite(value):
        return "no number" if np.isnan(value) else "−∞" if value < 0 else "∞"
    text = f"{value:.0f}" if 10**digits <= abs(value) < 1e6 else f"{value:.{digits}g}"
    if "e" in text:
        mantissa, power = text.split("e")
        text = f"{mantissa} · 10" + str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return "0" if text in ("-0", "0") else text.replace("-", "−")


def _with_text(tick):
    return tick if isinstance(tick, tuple) else (tick, number(tick))
