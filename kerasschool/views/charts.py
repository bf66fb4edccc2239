"""Charts as SVG text, for panels: a millisecond each, in every notebook. Their looks are in `charts.css`.

A series is told by its colour *and* its dashes: the classes `train`, `validation`, `test`, or `s0` … `s3`.
"""

import html
import math

import numpy as np

SIDES = {"left": 44, "right": 10, "top": 8, "bottom": 34}
SERIES = 4  # looks that can be told apart
FLOOR = 1e-30  # what a logarithmic axis shows at most, downwards
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Frame:
    """A chart with two axes. Frames of one size with different sides may share a picture: `top.svg(bottom)`.

    Args:
        width, height: of the picture, in pixels.
        x, y: the range of each axis, `(low, high)`.
        label: what the picture shows, for those who cannot see it.
        log: True for a logarithmic y axis.
        **sides: room on the `left`, `right`, `top` and `bottom`.

    >>> frame = Frame(200, 100, (0, 10), (0, 1), "A line")
    >>> frame.line([0, 10], [0, 1], "train")
    >>> 'class="line train"' in frame.svg() and 'aria-label="A line"' in frame.svg()
    True
    """

    def __init__(self, width, height, x, y, label="", log=False, **sides):
        self.width, self.height, self.label, self.log = width, height, label, log
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
        scale = np.log10 if self.log else np.asarray
        low, high = scale(self.y_range)
        return self.bottom - (scale(np.asarray(value, float)) - low) / (high - low) * (self.bottom - self.top)

    def axes(self, x_label="", y_label="", x_ticks=4, y_ticks=4, grid=False):
        """Lines, numbers and names of both axes.

        Args:
            x_label, y_label: their names; y's is turned, `title` writes over the axis.
            x_ticks, y_ticks: about how many numbers (0 leaves an axis away), or a list of them; a pair
                `(value, text)` gets that text.
            grid: True draws lines upwards, too, in place of the base.
        """
        base = self.bottom + 0.5
        kind, end = ("grid", self.top) if grid else ("base", base + 4)
        if not grid:
            self.add(f'<path class="base" d="M{self.left} {base}H{self.right}"/>')
        for at, words in _with_words(x_ticks, self.x_range):
            place = self.x(at)
            self.add(f'<path class="{kind}" d="M{place:.1f} {base}V{end}"/>')
            self.text(place, base + 16, words, "middle")
        for at, words in _with_words(y_ticks, self.y_range, self.log):
            place = round(float(self.y(at))) + 0.5
            self.add(f'<path class="grid" d="M{self.left} {place}H{self.right}"/>')
            self.text(self.left - 6, place + 4, words, "end")
        self.text((self.left + self.right) / 2, self.bottom + 31, x_label, "middle")
        if y_label:
            turned = (self.top + self.bottom) / 2
            self.add(
                f'<text transform="translate(11 {turned:.0f}) rotate(-90)" text-anchor="middle">'
                f"{html.escape(y_label)}</text>"
            )

    def title(self, words):
        """Words over the y axis."""
        self.text(self.left, self.top - 8, words, kind="strong")

    def line(self, x, y, kind):
        """A line through points; `kind` is its class in the style sheet. What is no number leaves a gap."""
        pen, path = "M", []
        y = np.clip(np.asarray(y, float), *self.y_range)
        for across, down in zip(self.x(x).tolist(), self.y(y).tolist(), strict=True):
            if math.isnan(down):
                pen = "M"
                continue
            path.append(f"{pen}{across:.1f} {down:.1f}")
            pen = "L"
        self.add(f'<path class="line {kind}" d="{"".join(path)}"/>')

    def dot(self, x, y, kind, radius=4, title=""):
        """A round mark."""
        words = f"<title>{html.escape(title)}</title>" if title else ""
        self.add(f'<circle class="dot {kind}" cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="{radius}">{words}</circle>')

    def bars(self, edges, heights, kind):
        """The bars of a histogram."""
        for low, high, height in zip(edges, edges[1:], heights):
            if height:
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
        self.add(text(x, y, words, anchor, kind))

    def add(self, part):
        """A piece of SVG as it is."""
        self.parts.append(part)

    def svg(self, *others):
        """The whole picture as text, with what `others`, frames of the same size, have drawn."""
        return svg(self.width, self.height, self.label, *(part for frame in (self, *others) for part in frame.parts))


def svg(width, height, label, *parts):
    """A picture that shrinks with its column."""
    return (
        f'<svg class="ks-graph" viewBox="0 0 {width} {height}" width="{width}" role="img" '
        f'aria-label="{html.escape(label)}">{"".join(parts)}</svg>'
    )


def text(x, y, words, anchor="start", kind=""):
    """Words in a picture; nothing for no words."""
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(words)}</text>' if words else ""


def swatch(kind):
    """A short line that shows how a series is drawn, for legends."""
    return (
        '<svg class="ks-graph ks-swatch" viewBox="0 0 30 10" width="30" height="10" aria-hidden="true">'
        f'<path class="line {kind}" d="M1 5H29"/></svg>'
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
    frame.bars(edges, shares[0], "train")
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


def number(value, digits=4):
    """A number as one would write it: at most four digits that count.

    >>> number(-0.81757), number(48500.4), number(2e-7), number(float("inf"))
    ('−0.8176', '48500', '2 · 10⁻⁷', '∞')
    """
    value = float(value)
    if not math.isfinite(value):
        return "no number" if math.isnan(value) else "−∞" if value < 0 else "∞"
    words = f"{value:.0f}" if 10**digits <= abs(value) < 1e7 else f"{value:.{digits}g}"
    if "e" in words:
        factor, power = words.split("e")
        words = f"{factor} · 10".replace("1 · ", "", factor in ("1", "-1")) + str(int(power)).translate(RAISED)
    return "0" if words == "-0" else words.replace("-", "−")


def ticks(low, high, about=4):
    """Round numbers from `low` to `high`, some four of them.

    >>> ticks(0, 1), ticks(-4, 4, 5)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [-4.0, -2.0, 0.0, 2.0, 4.0])
    """
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= 0.8 * rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{place * step:.12g}") for place in range(first, last + 1)]


def log_ticks(low, high, about=6):
    """Powers of ten, and 2 and 5 times them where there is room; within a decade any round numbers.

    >>> log_ticks(0.08, 1.1), log_ticks(0.32, 0.75), log_ticks(1e-9, 1, 3)
    ([0.1, 0.2, 0.5, 1.0], [0.4, 0.5, 0.6, 0.7], [1e-09, 1e-06, 0.001, 1.0])
    """
    if high < 10 * low:
        return ticks(low, high, about)
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    factors = (1, 2, 5) if high < 500 * low else (1,)
    powers = range(first, last + 1, math.ceil((last - first) / about))
    found = [float(f"{factor}e{power}") for power in powers for factor in factors]
    return [tick for tick in found if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]


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


def wide(span):
    """A range with some width, also around a single number."""
    low, high = map(float, span)
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 1.0
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-30):
        room = abs(low) * 0.05 or 0.5
        return low - room, high + room
    return low, high


def _with_words(wanted, span, log=False):
    """Pairs of values and texts: those wanted, or as many as wanted."""
    if wanted == 0:
        return []
    found = wanted if isinstance(wanted, list) else log_ticks(*span) if log else ticks(*span, wanted)
    return [tick if isinstance(tick, tuple) else (tick, number(tick)) for tick in found]
