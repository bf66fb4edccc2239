"""What the Initializer panel draws: a histogram with its ideal curve, and one size per layer on a logarithmic axis."""

import html
import math

import numpy as np

from kerasschool.panels import initializer_facts as facts
from kerasschool.views.charts import Frame, log_bounds

SIZE, SIDES = (380, 222), {"left": 56, "right": 12, "top": 28, "bottom": 40}
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
    top = 1.12 * max(share.max(), curve.max(), 1e-9)
    frame = Frame(*SIZE, (low, high), (0.0, top), f"Histogram of {weights.size} drawn weights", **SIDES)
    frame.axes("weight", x_ticks=5, grid=True)
    frame.title("% of the weights")
    frame.bars(edges, share, "train")
    if has_curve:
        frame.line(x, curve, "ideal")
    return frame.svg()


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
    frame = Frame(*SIZE, (0.5, len(values) + 0.5), log_bounds(shown), label, log=True, **SIDES)
    if has_band:
        low, high = frame.y(start / facts.TENFOLD), frame.y(start * facts.TENFOLD)
        frame.add(
            f'<rect class="band" x="{frame.left}" width="{frame.right - frame.left}" y="{high:.1f}" '
            f'height="{low - high:.1f}"/>'
        )
    frame.axes("layer", x_ticks=[*range(1, len(values) + 1, math.ceil(len(values) / 10))], grid=True)
    frame.title(label)
    layers = range(1, len(values) + 1)
    frame.line(layers, [value if math.isfinite(value) and value > 0 else math.nan for value in values], kind)
    for layer, value in zip(layers, values, strict=True):
        _mark(frame, layer, value, kind)
    return frame.svg()


def _mark(frame, layer, value, kind):
    """A point, or the word for what has no place on a logarithmic axis."""
    if math.isfinite(value) and value >= frame.y_range[0]:
        frame.dot(layer, value, f"{kind} point")
        return
    word, y = ("0", frame.bottom - 4) if math.isfinite(value) else ("∞", frame.top + 12)
    frame.text(frame.x(layer), y, word, "middle", "strong")
