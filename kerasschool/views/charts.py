"""Small charts as SVG text, for panels: a millisecond each, in every notebook. Colours come from the panel's style."""

import html
import math

import numpy as np

SIDES = {"left": 44, "right": 10, "top": 8, "bottom": 34}


class Frame:
    """A chart with two axes.

    Args:
        width, height: in pixels.
        x, y: the range of each axis, `(low, high)`.
        label: what the picture shows, for those who cannot see it.
        **sides: room on the `left`, `right`, `top` and `bottom`.

    >>> frame = Frame(200, 100, (0, 10), (0, 1), "A line")
    >>> frame.line([0, 10], [0, 1], "train")
    >>> "polyline" in frame.svg() and 'aria-label="A line"' in frame.svg()
    True
    """

    def __init__(self, width, height, x, y, label, **sides):
        self.width, self.height, self.label = width, height, label
        self.x_range, self.y_range = wide(x), wide(y)
        side = {**SIDES, **sides}
        self.left, self.right = side["left"], width - side["right"]
        self.top, self.bottom = side["top"], height - side["bottom"]
        self.parts = []

    def x(self, value):
        """Pixels from the left."""
        low, high = self.x_range
        return self.left + (np.asarray(value, float) - low) / (high - low) * (self.right - self.left)

    def y(self, value):
        """Pixels from the top."""
        low, high = self.y_range
        return self.bottom - (np.asarray(value, float) - low) / (high - low) * (self.bottom - self.top)

    def axes(self, x_label="", y_label="", x_ticks=4, y_ticks=4):
        """Lines, numbers and names of both axes; 0 ticks leave an axis away."""
        middle, base = (self.left + self.right) / 2, self.bottom + 0.5
        self.add(f'<path class="base" d="M{self.left} {base}H{self.right}"/>')
        for at in ticks(*self.x_range, x_ticks):
            place = self.x(at)
            self.add(f'<path class="base" d="M{place:.1f} {base}v4"/>')
            self.text(place, base + 16, number(at), "middle")
        for at in ticks(*self.y_range, y_ticks):
            place = round(float(self.y(at))) + 0.5
            self.add(f'<path class="grid" d="M{self.left} {place}H{self.right}"/>')
            self.text(self.left - 6, place + 4, number(at), "end")
        if x_label:
            self.text(middle, self.height - 3, x_label, "middle")
        if y_label:
            turned = (self.top + self.bottom) / 2
            self.add(
                f'<text transform="translate(11 {turned:.0f}) rotate(-90)" text-anchor="middle">'
                f"{html.escape(y_label)}</text>"
            )

    def line(self, x, y, kind):
        """A line through points; `kind` is its class in the style sheet."""
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(self.x(x), self.y(y)))
        self.add(f'<polyline class="line {kind}" points="{points}"/>')

    def dot(self, x, y, kind, radius=4, title=""):
        """A round mark."""
        words = f"<title>{html.escape(title)}</title>" if title else ""
        self.add(f'<circle class="dot {kind}" cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="{radius}">{words}</circle>')

    def bar(self, low, high, height, kind):
        """A bar from `low` to `high` on the x axis."""
        left, right, top = self.x(low), self.x(high), self.y(height)
        self.add(
            f'<rect class="bar {kind}" x="{left:.1f}" y="{top:.1f}" width="{max(0.5, right - left - 0.5):.1f}" '
            f'height="{max(0, self.bottom - top):.1f}"/>'
        )

    def steps(self, edges, heights, kind):
        """The outline of a histogram."""
        x, y = np.repeat(edges, 2), np.concatenate([[0], np.repeat(heights, 2), [0]])
        self.line(x, y, kind)

    def text(self, x, y, words, anchor="start", kind=""):
        """Words at a place in pixels."""
        name = f' class="{kind}"' if kind else ""
        self.add(f'<text{name} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(words)}</text>')

    def add(self, part):
        """A piece of SVG as it is."""
        self.parts.append(part)

    def svg(self):
        """The whole picture as text."""
        return svg(self.width, self.height, self.label, *self.parts)


def svg(width, height, label, *parts):
    """A picture that shrinks with its column."""
    return (
        f'<svg class="ks-graph" viewBox="0 0 {width} {height}" style="width:{width}px;max-width:100%" role="img" '
        f'aria-label="{html.escape(label)}">{"".join(parts)}</svg>'
    )


def histogram(train, validation, label, bins=16, width=180, height=96):
    """Values of training rows as bars, of rows held back as an outline on top; each as shares of its rows.

    Args:
        train, validation: arrays of numbers; `validation` may be None.
        label: the name of the input, with its unit.
    """
    both = train if validation is None else np.concatenate([train, validation])
    low, high = wide((float(np.min(both)), float(np.max(both))))
    edges = np.linspace(low, high, bins + 1)
    shares = [np.histogram(each, edges)[0] / max(1, len(each)) for each in (train, validation) if each is not None]
    words = f"{label}: {number(np.min(train))} to {number(np.max(train))}, mean {number(np.mean(train))}"
    top = max(float(each.max()) for each in shares) * 1.08
    frame = Frame(width, height, (low, high), (0, top), words, left=6, right=6, top=4, bottom=20)
    frame.axes(x_ticks=3, y_ticks=0)
    for edge, end, share in zip(edges, edges[1:], shares[0]):
        if share:
            frame.bar(edge, end, share, "train")
    if validation is not None:
        frame.steps(edges, shares[1], "validation")
    return frame.svg()


def share_bars(groups, total_label):
    """Rows of bars with words: `{"female": (132, 0.496), …}` as HTML.

    Args:
        groups: name → (count, share).
        total_label: what all of them are.
    """
    most = max((share for _, share in groups.values()), default=1) or 1
    cells = "".join(
        f'<span class="name">{html.escape(name)}</span><span class="track"><i style="width:{100 * share / most:.1f}%">'
        f'</i></span><span class="amount"><b>{amount}</b> {percent(share)}</span>'
        for name, (amount, share) in groups.items()
    )
    return f'<div class="ks-shares" role="group" aria-label="{html.escape(total_label)}">{cells}</div>'


def percent(share):
    """`49.6 %`."""
    return f"{100 * share:.1f} %" if np.isfinite(share) else "–"


def number(value):
    """A number as one would say it: at most four digits that count."""
    value = float(value)
    if not math.isfinite(value):
        return "–"
    text = f"{value:.4g}"
    if "e" in text and 1e4 <= abs(value) < 1e7:
        text = f"{value:.0f}"
    return "0" if text == "-0" else text.replace("-", "−").replace("e+0", "e").replace("e−0", "e−")


def ticks(low, high, count):
    """Round numbers from `low` to `high`, about `count` of them.

    >>> [float(tick) for tick in ticks(0, 1, 4)]
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    if count < 1:
        return []
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= 0.8 * rough)
    first = math.ceil(low / step - 1e-9)
    found = [round(place * step, 12) for place in range(first, math.floor(high / step + 1e-9) + 1)]
    return found[:: math.ceil(len(found) / 8)]


def wide(span):
    """A range with some width, also around a single number."""
    low, high = map(float, span)
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 1.0
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-30):
        room = abs(low) * 0.05 or 0.5
        return low - room, high + room
    return low, high
