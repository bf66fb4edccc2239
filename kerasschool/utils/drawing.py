"""A small picture: lines, circles and words, written as SVG text, or as PNG through matplotlib when asked.

An SVG takes its ink from the text around it (`currentColor`), so it is readable in light and in dark themes.
"""

import html
import io
import pathlib

from kerasschool.errors import check_number, message

INK = "currentColor"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
DARK_FILE = "<style>svg{color:#1f2328}@media (prefers-color-scheme:dark){svg{color:#e6edf3}}</style>"
FILE_TYPES = (".png", ".svg", ".pdf")


class Drawing:
    """Shapes on a sheet, in CSS pixels; the first is the lowest. The origin is the upper left corner.

    Args:
        width, height: of the sheet.
        title: what it shows, in a few words.
        description: the same for those who cannot see it, in full.
        dpi: pixels per inch of a PNG; a CSS pixel is 1/96 inch.

    >>> sheet = Drawing(100, 40, "A unit")
    >>> sheet.circle(20, 20, 8, title="bias 0.5")
    >>> sheet.text(40, 24, "relu")
    >>> sheet.svg()[:28], len(sheet.shapes)
    ('<svg xmlns="http://www.w3.or', 2)
    """

    def __init__(self, width, height, title, description="", dpi=200):
        self.width, self.height = width, height
        self.title, self.description = title, description
        self.dpi = check_number("dpi", dpi, 0, exclusive=True)
        self.shapes = []

    def line(self, points, color=INK, width=1.0, opacity=1.0, dash=None, title=None, fill=None):
        """A line through `points`, a list of `(x, y)`; `dash` is `(on, off)`; `fill` colours what it encloses."""
        self.shapes.append(("line", points, color, width, opacity, dash, title, fill))

    def circle(self, x, y, radius, color=INK, width=1.4, fill=None, fill_opacity=0.2, title=None):
        """A circle around `(x, y)`."""
        self.shapes.append(("circle", x, y, radius, color, width, fill, fill_opacity, title))

    def box(self, x, y, width, height, radius=6, fill=INK, fill_opacity=0.06, opacity=0.45, dash=None, title=None):
        """A rectangle with round corners, `(x, y)` its upper left one; `opacity` is its edge's."""
        self.shapes.append(("box", x, y, width, height, radius, fill, fill_opacity, opacity, dash, title))

    def text(self, x, y, words, size=12, bold=False, anchor="middle", opacity=1.0, turned=False):
        """Words on a base line that starts, ends or has its middle at `(x, y)`; `turned` reads upwards."""
        self.shapes.append(("text", x, y, str(words), size, bold, anchor, opacity, turned))

    def svg(self, is_file=False):
        """The picture as SVG text.

        Args:
            is_file: True for a file of its own, which has no text around it: the ink then follows the reader's system.
        """
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(self.width)} {_n(self.height)}" '
            f'width="{_n(self.width)}" height="{_n(self.height)}" role="img" '
            f'aria-label="{html.escape(self.title)}" style="max-width:100%;height:auto" '
            f'font-family="{FONT}" fill="{INK}">',
            DARK_FILE if is_file else "",
            f"<desc>{html.escape(self.description)}</desc>",
        ]
        for kind, *values in self.shapes:
            parts.append(_TAGS[kind](*values))
        return "".join([*parts, "</svg>"])

    def figure(self):
        """The picture as a `matplotlib.figure.Figure`, dark ink on white."""
        from kerasschool.utils.drawing_figure import figure

        return figure(self)

    def save(self, path):
        """Write the picture into a file.

        Args:
            path: ends in `.svg`, `.png` or `.pdf`; without an ending it is a PNG.

        Raises:
            ValueError: for another ending.
        """
        path = pathlib.Path(path)
        kind = path.suffix.lower() or ".png"
        if kind not in FILE_TYPES:
            raise ValueError(
                message("Unknown type of picture.", f"Expected a name that ends in {', '.join(FILE_TYPES)}.", path=path)
            )
        if kind == ".svg":
            path.write_text(self.svg(is_file=True), encoding="utf-8")
            return
        buffer = io.BytesIO()
        self.figure().savefig(buffer, format=kind[1:], dpi=self.dpi)
        path.write_bytes(buffer.getvalue())

    def _repr_svg_(self):
        return self.svg()

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": repr(self), "text/html": self.svg(), "image/svg+xml": self.svg(is_file=True)}

    def __repr__(self):
        return f"<Drawing: {self.title}>"


def text_width(words, size=12, bold=False):
    """About how wide words are, in CSS pixels."""
    return len(str(words)) * size * (0.58 if bold else 0.54)


def _n(number):
    """A number as short as 0.1 pixels allow."""
    return f"{number:.1f}".rstrip("0").rstrip(".") or "0"


def _tag(name, title, **attributes):
    inner = f"<title>{html.escape(title)}</title>" if title else ""
    written = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def _opacity(value):
    return None if value >= 1 else f"{value:.2f}"


def _dash(dash):
    return None if dash is None else " ".join(_n(length) for length in dash)


def _line(points, color, width, opacity, dash, title, fill):
    return _tag(
        "path",
        title,
        d="M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points) + ("Z" if fill else ""),
        fill=fill or "none",
        stroke=color if width else None,
        stroke_width=f"{width:.2f}" if width else None,
        opacity=_opacity(opacity),
        stroke_dasharray=_dash(dash),
    )


def _circle(x, y, radius, color, width, fill, fill_opacity, title):
    return _tag(
        "circle",
        title,
        cx=_n(x),
        cy=_n(y),
        r=_n(radius),
        stroke=color,
        stroke_width=_n(width),
        fill=fill or INK,
        fill_opacity=f"{fill_opacity if fill else 0:.2f}",
    )


def _box(x, y, width, height, radius, fill, fill_opacity, opacity, dash, title):
    return _tag(
        "rect",
        title,
        x=_n(x),
        y=_n(y),
        width=_n(width),
        height=_n(height),
        rx=_n(radius),
        fill=fill,
        fill_opacity=f"{fill_opacity:.2f}",
        stroke=INK,
        stroke_opacity=f"{opacity:.2f}",
        stroke_dasharray=_dash(dash),
    )


def _text(x, y, words, size, bold, anchor, opacity, turned):
    attributes = f' opacity="{opacity:.2f}"' if opacity < 1 else ""
    attributes += ' font-weight="600"' if bold else ""
    attributes += f' transform="rotate(-90 {_n(x)} {_n(y)})"' if turned else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" text-anchor="{anchor}"{attributes}>'
        f"{html.escape(words)}</text>"
    )


_TAGS = {"line": _line, "circle": _circle, "box": _box, "text": _text}
