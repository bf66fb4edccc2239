"""What the Activation panel draws: curves over slopes, and a card of words and numbers for each activation."""

import html

import numpy as np

from kerasschool.panels import svg_axes
from kerasschool.panels.activation_facts import FLAT
from kerasschool.panels.svg_axes import number

WIDTH, LEFT, RIGHT = 620, 44, 14  # of the charts; the slider below stands under their x axis
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
    width = WIDTH - LEFT - RIGHT
    xs = np.linspace(-reach, reach, 801)
    slopes = [each.slopes(xs) for each in bent]
    top = svg_axes.Chart((-reach, reach), y_range(bent, reach), LEFT, 24, width, 210)
    low = min(0.0, *(np.nanmin(np.clip(each, -2, 2)) for each in slopes))
    high = max(1.0, *(np.nanmax(np.clip(each, -2, 2)) for each in slopes))
    bottom = svg_axes.Chart((-reach, reach), (low - 0.1, high + 0.1), LEFT, 264, width, 120)
    x_ticks = svg_axes.ticks(-reach, reach, 8)
    parts = [top.axes([(at, "") for at in x_ticks], svg_axes.ticks(*top.y_range), y_label="y")]
    parts.append(bottom.axes(x_ticks, svg_axes.ticks(*bottom.y_range, about=4), "x", "slope"))
    for chart in (top, bottom):
        parts.append(_axis_lines(chart))
    at = f"{top.x(x):.1f}"
    parts.append(f'<line class="ks-cursor" x1="{at}" x2="{at}" y1="{top.top}" y2="{bottom.bottom}"/>')
    for (place, each), slope in zip(shown, slopes, strict=True):
        kind, values = f"ks-s{place}", each.values(xs)
        is_flat = np.abs(slope) < FLAT
        parts.append(top.line(xs, np.where(is_flat, values, np.nan), f"{kind} ks-flat"))
        parts.append(bottom.line(xs, np.where(is_flat, slope, np.nan), f"{kind} ks-flat"))
        parts += [top.line(xs, values, kind), bottom.line(xs, slope, kind)]
        parts += [_point(top, x, each.value(x), kind), _point(bottom, x, each.slope(x), kind)]
    words = f"thick and pale: flat, |slope| &lt; {FLAT}"
    parts.append(f'<text class="ks-tick" x="{WIDTH - RIGHT}" y="{bottom.top - 8}" text-anchor="end">{words}</text>')
    label = f"Curve and slope of {', '.join(each.label for each in bent)}; the point is at x = {number(x)}"
    return svg_axes.picture(WIDTH, bottom.bottom + 34, "".join(parts) + _legend(shown), label)


def _legend(shown):
    parts, left = [], WIDTH - RIGHT
    for place, each in reversed(shown):
        left -= 7 * len(each.name) + 42
        parts.append(f'<path class="ks-line ks-s{place}" d="M{left} 12h26"/>')
        parts.append(f'<text class="ks-tick" x="{left + 31}" y="16">{html.escape(each.name)}</text>')
    return "".join(parts)


def _axis_lines(chart):
    x, y, right = chart.x(0), chart.y(0), chart.left + chart.width
    return f'<path class="ks-axis" d="M{x:.1f} {chart.top}V{chart.bottom}M{chart.left} {y:.1f}H{right}"/>'


def _point(chart, x, value, kind):
    if chart.inside(value):
        return f'<circle class="ks-point {kind}" cx="{chart.x(x):.1f}" cy="{chart.y(value):.1f}" r="5"/>'
    if np.isnan(value):
        return ""
    at, is_above = chart.x(x), value > chart.y_range[1]  # outside the picture: an arrow says where
    y, point = (chart.top + 12, chart.top + 2) if is_above else (chart.bottom - 12, chart.bottom - 2)
    return f'<path class="ks-point {kind}" d="M{at - 6:.1f} {y}L{at + 6:.1f} {y}L{at:.1f} {point}Z"/>'


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
    kind = f"ks-s{place}"
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
        f'<div class="ks-card"><div>{svg_axes.swatch(kind)} <b>{html.escape(each.label)}</b> {state}</div>'
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
    look = f"{kind} ks-minus" if share < 0 else kind
    return (
        '<svg class="ks-bars" width="154" height="14" viewBox="0 0 154 14" aria-hidden="true">'
        f'<rect class="{look}" x="1" y="2" width="{150 * abs(share):.1f}" height="10"/></svg>'
    )
