"""What the Activation panel draws: curves over slopes, and a card of words and numbers for each activation."""

import html

import numpy as np

from kerasschool.panels.activation_facts import FLAT
from kerasschool.views import charts
from kerasschool.views.charts import number

WIDTH, HEIGHT, RIGHT = 620, 418, 14  # of the picture; the slider below stands under its x axis
STATES = {  # → icon, words
    "learns": ("check", "learns here"),
    "flat": ("minus", "flat here: learns little"),
    "dead": ("ban", "dead here: learns nothing"),
    "no number": ("warning", "no number here"),
}


def draw(chosen, x, reach):
    """The curves over the slopes, on one x axis, with a point on each: SVG."""
    shown = [(place, each) for place, each in enumerate(chosen) if not each.mixes]
    bent = [each for _, each in shown]
    xs = np.linspace(-reach, reach, 801)
    slopes = [each.slopes(xs) for each in bent]
    low = min(0.0, *(np.nanmin(np.clip(each, -2, 2)) for each in slopes))
    high = max(1.0, *(np.nanmax(np.clip(each, -2, 2)) for each in slopes))
    label = f"Curve and slope of {', '.join(each.label for each in bent)}; the point is at x = {number(x)}"
    size, across = (WIDTH, HEIGHT), (-reach, reach)
    top = charts.Frame(*size, across, y_range(bent, reach), label, right=RIGHT, top=24, bottom=184)
    bottom = charts.Frame(*size, across, (low - 0.1, high + 0.1), right=RIGHT, top=264)
    x_ticks = charts.ticks(-reach, reach, 8)
    top.axes(x_ticks=[(at, "") for at in x_ticks], y_ticks=5, grid=True)
    bottom.axes("x", x_ticks=x_ticks, grid=True)
    for frame, title in ((top, "y"), (bottom, "slope")):
        frame.title(title)
        frame.add(f'<path class="base" d="M{frame.x(0):.1f} {frame.top}V{frame.bottom}"/>')
        frame.add(f'<path class="base" d="M{frame.left} {frame.y(0):.1f}H{frame.right}"/>')
    top.add(f'<path class="cursor" d="M{top.x(x):.1f} {top.top}V{bottom.bottom}"/>')
    for (place, each), slope in zip(shown, slopes, strict=True):
        is_flat = np.abs(slope) < FLAT
        ends = np.flatnonzero(np.diff(is_flat))
        for frame, values, value in ((top, each.values(xs), each.value(x)), (bottom, slope, each.slope(x))):
            kept = np.unique([*bends(frame.y(np.clip(values, *frame.y_range))), *ends, *(ends + 1)])
            frame.line(xs[kept], np.where(is_flat, values, np.nan)[kept], f"s{place} flat")
            frame.line(xs[kept], values[kept], f"s{place}")
            _point(frame, x, value, f"s{place} point")
    bottom.text(bottom.right, bottom.top - 8, f"thick and pale: flat, |slope| < {FLAT}", "end")
    _legend(top, shown)
    return top.svg(bottom)


def bends(at, every=5):
    """The places of points that a line needs: every fifth, both ends, and those around each sharp bend."""
    sharp = np.flatnonzero(np.abs(np.diff(at, 2)) > 0.3) + 1
    places = np.concatenate([np.arange(0, len(at), every), sharp - 1, sharp, sharp + 1])
    return np.union1d(places, [0, len(at) - 1])


def _legend(frame, shown):
    left = frame.right
    for place, each in reversed(shown):
        left -= 7 * len(each.name) + 42
        frame.add(f'<path class="line s{place}" d="M{left} 12h26"/>')
        frame.text(left + 31, 16, each.name)


def _point(frame, x, value, kind):
    if frame.y_range[0] <= value <= frame.y_range[1]:
        frame.dot(x, value, kind, 5)
    elif not np.isnan(value):  # outside the picture: an arrow says where
        y, tip = (frame.top + 12, frame.top + 2) if value > frame.y_range[1] else (frame.bottom - 12, frame.bottom - 2)
        at = frame.x(x)
        frame.add(f'<path class="dot {kind}" d="M{at - 6:.1f} {y}L{at + 6:.1f} {y}L{at:.1f} {tip}Z"/>')


def y_range(bent, reach):
    """From the lowest to the highest value that is shown, at most ±reach, with a little room."""
    xs = np.linspace(-reach, reach, 201)
    values = np.concatenate([each.values(xs) for each in bent])
    values = np.clip(values[~np.isnan(values)], -reach, reach)
    low, high = min(0.0, values.min()), max(1.0, values.max())
    room = 0.05 * (high - low)
    return low - room, high + room


def card(each, x, place):
    """What is said about one activation: HTML of a height that does not depend on x."""
    kind = f"s{place}"
    if each.mixes:
        state, body = "", _bars(each, x, kind)
        outputs = each.example(x)[1]
        about = "It mixes its inputs: outputs depend on several scores."
        about += " The outputs add up to 1." if abs(outputs.sum() - 1) < 1e-9 else ""
        formula = each.sentence(x)
    else:
        icon, words = STATES[each.state(x)]
        state = f'<span class="ks-note"><i class="fa fa-{icon}"></i> {words}</span>'
        formula, body = each.line(x), ""
        corner = each.corner(x)
        about = f"Range: {each.range_words()}. {each.flat_words()}"
        if corner is not None:
            left, right = map(number, corner)
            state = (
                f'<span class="ks-note"><i class="fa fa-chevron-up"></i> corner: slope {left} before, {right} after; '
                f"counts as {number(each.slope(x))}</span>"
            )
    return (
        f'<div class="ks-card"><div>{charts.swatch(kind)} <b>{html.escape(each.label)}</b> {state}</div>'
        f'<div class="ks-formula">{html.escape(formula)}</div>{body}'
        f'<div class="ks-about">{html.escape(about)}</div></div>'
    )


def _bars(each, x, kind):
    """Scores and outputs of the example, with bars."""
    scores, outputs, slopes = each.example(x)
    most = max(1.0, float(np.abs(outputs).max()))
    rows = ["<tr><th></th><th>score</th><th>output</th><th></th><th>slope by x</th></tr>"]
    for place, score in enumerate(scores):
        cells = [number(score, 3)]
        if place < len(outputs):
            value, slope = outputs[place], f"{slopes[place]:+.3f}".replace("-", "−")
            cells += [number(value, 3), _bar(value / most, kind), slope]
        name = "x" if place == 0 else f"score {place + 1}"
        rows.append(f"<tr><th>{name}</th>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    return f'<table class="ks-example">{"".join(rows)}</table>'


def _bar(share, kind):
    """A bar of so much of the whole length; hollow if negative."""
    look = f"{kind} hollow" if share < 0 else kind
    return (
        '<svg class="ks-graph" width="154" height="14" viewBox="0 0 154 14" aria-hidden="true">'
        f'<rect class="cell {look}" x="1" y="2" width="{150 * abs(share):.1f}" height="10"/></svg>'
    )
