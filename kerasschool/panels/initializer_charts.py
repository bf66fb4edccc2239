"""What the Initializer panel draws: a histogram with its ideal curve, and one size per layer on a logarithmic axis."""

import html
import math

import numpy as np

from kerasschool.panels import initializer_facts as facts
from kerasschool.panels.svg_axes import Chart, log_bounds, log_ticks, picture, ticks

WIDTH, HEIGHT = 380, 222
LEFT, TOP, INNER_WIDTH, INNER_HEIGHT = 56, 28, 312, 154
BINS = 41
ICONS = {facts.KEEPS: "check", facts.VANISHES: "arrow-down", facts.EXPLODES: "arrow-up"}


def titled(drawing, title, verdict, words):
    """A chart with its title, a verdict in a word with a sign, and a sentence."""
    mark = f'<span class="ks-verdict"><i class="fa fa-{ICONS[verdict]}"></i> {verdict}</span>' if verdict else ""
    return (
        f'<div class="ks-one-chart"><div><b>{html.escape(title)}</b> {mark}</div>{drawing}'
        f'<div class="ks-about">{html.escape(words)}</div></div>'
    )


def histogram(weights, law):
    """The drawn weights as bars, with the ideal curve of their law where there is one."""
    weights = weights[np.isfinite(weights)].astype("float64")
    low, high = (float(weights.min()), float(weights.max())) if weights.size else (0.0, 0.0)
    room = 0.15 * (high - low) or max(1.0, abs(low)) / 2
    low, high = low - room, high + room
    if law is not None and law[0] == "uniform" and law[2] > 0:  # bars that end where the box ends
        low, high = (law[1] + side * law[2] * BINS / (BINS - 6) for side in (-1, 1))
    counts, edges = np.histogram(weights, BINS, (low, high))
    share = 100 * counts / max(1, weights.size)
    x = np.linspace(low, high, 501)
    has_curve = law is not None and law[2] > 0
    curve = 100 * facts.density(law, x) * (edges[1] - edges[0]) if has_curve else np.zeros_like(x)
    frame = Chart((low, high), (0.0, 1.12 * max(share.max(), curve.max(), 1e-9)), LEFT, TOP, INNER_WIDTH, INNER_HEIGHT)
    parts = [frame.axes(ticks(low, high, 5), ticks(*frame.y_range, about=4), "weight", "% of the weights")]
    for left, right, value in zip(edges[:-1], edges[1:], share, strict=True):
        if value:
            at, top = frame.x(left), frame.y(value)
            parts.append(
                f'<rect class="ks-s0 ks-bar-of" x="{at:.1f}" y="{top:.1f}" width="{frame.x(right) - at:.1f}" '
                f'height="{frame.bottom - top:.1f}"/>'
            )
    parts.append(frame.line(x, curve, "ks-ideal") if has_curve else "")
    return picture(WIDTH, HEIGHT, "".join(parts), f"Histogram of {weights.size} drawn weights")


def sizes(values, reference, kind, label):
    """One size per layer on a logarithmic axis; the band around the first step is what "keeps its size" means.

    Args:
        values: a size per layer; those that are 0 or no number are written at the edge.
        reference: the place in `values` where the way begins: 0, or -1 for the way back.
        kind: the class of the line.
        label: the name of the axis.
    """
    start = values[reference]
    has_band = math.isfinite(start) and start > 0
    shown = [*values, *([start / facts.TENFOLD, start * facts.TENFOLD] if has_band else [])]
    frame = Chart((0.5, len(values) + 0.5), log_bounds(shown), LEFT, TOP, INNER_WIDTH, INNER_HEIGHT, log=True)
    parts = []
    if has_band:
        low, high = frame.y(start / facts.TENFOLD), frame.y(start * facts.TENFOLD)
        parts.append(
            f'<rect class="ks-band" x="{LEFT}" width="{INNER_WIDTH}" y="{high:.1f}" height="{low - high:.1f}"/>'
        )
    step = math.ceil(len(values) / 10)
    layers = [*range(1, len(values) + 1, step)]
    parts.append(frame.axes(layers, log_ticks(*frame.y_range), "layer", label))
    x = np.arange(1, len(values) + 1, dtype=float)
    y = np.array([value if math.isfinite(value) and value > 0 else math.nan for value in values])
    parts.append(frame.line(x, y, kind))
    for place, value in zip(x, values, strict=True):
        parts.append(_mark(frame, place, value, kind))
    return picture(WIDTH, HEIGHT, "".join(parts), label)


def _mark(frame, layer, value, kind):
    """A point, or the word for what has no place on a logarithmic axis."""
    x = frame.x(layer)
    if math.isfinite(value) and value >= frame.y_range[0]:
        return f'<circle class="ks-point {kind}" cx="{x:.1f}" cy="{frame.y(value):.1f}" r="4"/>'
    word, y = ("0", frame.bottom - 4) if math.isfinite(value) else ("∞", frame.top + 12)
    return f'<text class="ks-name" x="{x:.1f}" y="{y}" text-anchor="middle">{word}</text>'
