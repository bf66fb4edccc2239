"""Curves of several runs in one chart: an SVG text, for `ipywidgets.HTML`.

Colour is never the only sign: each curve carries the number of its run at its end. Training is solid, validation
dashed. Pointing at an epoch shows the values there, by CSS alone.
"""

import itertools
import math
import re
from dataclasses import dataclass

from kerasschool.views.charts import Frame, ticks

COLOURS = 8  # classes c0 to c7 in the style sheet
WIDTH, HEIGHT = 560, 236
LEFT, RIGHT, TOP, BOTTOM = 50, 66, 10, 34
MOST_POINTS = 160  # drawn per curve
STRIPS = 40  # places along the x axis where values are shown
MOST_LABELS = 14
GAP = 14  # px between two labels
SHARES = re.compile("accuracy|auc|precision|recall|f1|iou|sensitivity|specificity", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One curve: the number and name of its run, epochs, values, and whether it is of validation rows."""

    number: int
    name: str
    x: list
    y: list
    is_validation: bool = False


def colour_class(number):
    """The class that colours what belongs to run `number`."""
    return f"c{(number - 1) % COLOURS}"


def chart(title, lines, log_scale=False, hint=""):
    """The chart as SVG.

    Args:
        title: what the y axis shows, `"loss"`.
        lines: list of `Line`.
        log_scale: True for a logarithmic y axis; values of 0 or less are then left out.
        hint: what an empty chart says.

    >>> svg = chart("loss", [Line(1, "Run 1", [1, 2], [0.7, 0.5])])
    >>> svg[:4], "epoch 2" in svg
    ('<svg', True)
    """
    drawn = [[(x, y) for x, y in zip(line.x, line.y, strict=True) if _can_be_drawn(y, log_scale)] for line in lines]
    values = [y for points in drawn for _, y in points]
    last = max([x for points in drawn for x, _ in points], default=1)
    low, high = _range(values, title, log_scale)
    sides = {"left": LEFT, "right": RIGHT, "top": TOP, "bottom": BOTTOM}
    frame = Frame(WIDTH, HEIGHT, (0, last), (low, high), description(title, lines), log_scale, **sides)
    epochs = [epoch for epoch in ticks(0, last, 6) if epoch == int(epoch)]
    frame.axes("epoch", x_ticks=epochs, y_ticks=5)
    ends = []
    for line, points in zip(lines, drawn, strict=True):
        if not points:
            continue
        shown = points[:: max(1, len(points) // MOST_POINTS)]
        shown = shown if shown[-1] == points[-1] else [*shown, points[-1]]
        kind = f"{colour_class(line.number)}{' dashed' if line.is_validation else ''}"
        frame.line(*zip(*shown, strict=True), kind)
        end_x, end_y = points[-1]
        frame.dot(end_x, end_y, kind, 3)
        ends.append((frame.y(end_y), line.number, end_y))
    frame.parts += _labels(sorted(ends)[:MOST_LABELS])
    frame.parts += _strips(lines, drawn, frame)
    if not values:
        frame.text((frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2, hint, "middle")
    return frame.svg()


def description(title, lines):
    """What the chart shows, in words."""
    ends = [
        f"{line.name}, {'validation' if line.is_validation else 'training'}: {y:.4g} at epoch {line.x[-1]:.4g}"
        for line in lines
        if (y := line.y[-1]) == y
    ]
    return (
        f"{title.capitalize()} of {len(ends)} curves. {'; '.join(ends)}." if ends else f"{title.capitalize()}: empty."
    )


def _can_be_drawn(y, log_scale):
    return math.isfinite(y) and (y > 0 or not log_scale)


def _range(values, title, log_scale):
    """The lowest and highest y of the axis."""
    if not values:
        return (0.1, 1.0) if log_scale else (0.0, 1.0)
    low, high = min(values), max(values)
    if log_scale:
        return (low * 0.9, high * 1.1) if high / low > 1.5 else (low / 1.5, high * 1.5)
    if SHARES.search(title) and low >= 0 and high <= 1:
        return 0.0, 1.0
    low, high = min(low, 0.0), max(high, 0.0)
    return low, (high + (high - low) * 0.06 if high > low else low + 1)


def _labels(ends):
    """Number and last value at the end of each curve, moved apart where they would lie upon one another."""
    places = []
    for y, _, _ in ends:
        places.append(max(y, places[-1] + GAP) if places else y)
    excess = (places[-1] - (HEIGHT - BOTTOM)) if places else 0
    for i in reversed(range(len(places))) if excess > 0 else ():
        limit = places[i + 1] - GAP if i + 1 < len(places) else HEIGHT - BOTTOM
        places[i] = min(places[i], limit)
    return [
        f'<text class="label {colour_class(number)}" x="{WIDTH - RIGHT + 8}" y="{place + 4:.1f}">'
        f"<tspan>{number}</tspan> {_value(value)}</text>"
        for place, (_, number, value) in zip(places, ends, strict=True)
    ]


def _strips(lines, drawn, frame):
    """Invisible strips over the chart: the one under the mouse shows its epoch and the values there."""
    epochs = sorted({x for points in drawn for x, _ in points})
    if not epochs:
        return []
    epochs = epochs[:: max(1, -(-len(epochs) // STRIPS))]
    values = [dict(points) for points in drawn]
    edges = [LEFT, *((frame.x(a) + frame.x(b)) / 2 for a, b in itertools.pairwise(epochs)), WIDTH - RIGHT]
    parts = []
    for epoch, (left, right) in zip(epochs, itertools.pairwise(edges), strict=True):
        here = [(line, each[epoch]) for line, each in zip(lines, values, strict=True) if epoch in each]
        here = here[:12]
        x = frame.x(epoch)
        on_left = x > (LEFT + WIDTH - RIGHT) / 2
        dots = "".join(
            f'<circle class="dot {colour_class(line.number)}" cx="{x:.1f}" cy="{frame.y(y):.1f}" r="4"/>'
            for line, y in here
        )
        rows = [("", f"epoch {epoch:g}")]
        rows += [
            (colour_class(line.number), f"{line.number} {'val ' if line.is_validation else ''}{_value(y)}")
            for line, y in here
        ]
        text = "".join(
            f'<tspan class="{kind}" x="{x + (-14 if on_left else 14):.1f}" dy="{14 if i else 0}">{row}</tspan>'
            for i, (kind, row) in enumerate(rows)
        )
        wide, tall = 96, 14 * len(rows) + 6
        corner = x - 8 - wide if on_left else x + 8
        box = f'<rect class="paper" x="{corner:.1f}" y="{TOP}" width="{wide}" height="{tall}"/>'
        strip = f'<rect x="{left:.1f}" y="{TOP}" width="{right - left:.1f}" height="{HEIGHT - TOP - BOTTOM}"/>'
        parts.append(
            f'<g class="strip">{strip}<g class="tip">'
            f'<path class="cross" d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}"/>{dots}{box}'
            f'<text class="{"end" if on_left else ""}" y="{TOP + 14}">{text}</text></g></g>'
        )
    return parts


def _value(value):
    """Four digits, as in the curves of the Train panel."""
    size = abs(value)
    return f"{value:.4f}" if 1e-3 <= size < 1 else f"{value:.4g}"
