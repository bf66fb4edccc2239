"""A `Drawing` as a matplotlib figure, for PNG and PDF files. matplotlib is not imported until such a file is wanted."""

PAPER, DARK = "#ffffff", "#1f2328"
CSS_INCH = 96  # CSS pixels per inch
POINT = 72 / CSS_INCH  # a CSS pixel in points, matplotlib's unit for lines and letters


def figure(drawing):
    """The picture with dark ink on white, one CSS pixel of it 1/96 inch."""
    from matplotlib.figure import Figure

    sheet = Figure(figsize=(drawing.width / CSS_INCH, drawing.height / CSS_INCH), facecolor=PAPER)
    ax = sheet.add_axes([0, 0, 1, 1])
    ax.set_axis_off()
    ax.set_xlim(0, drawing.width)
    ax.set_ylim(drawing.height, 0)
    draw = {"line": _line, "circle": _circle, "box": _box, "text": _text}
    for order, (kind, *values) in enumerate(drawing.shapes):
        draw[kind](ax, order, *values)
    return sheet


def _line(ax, order, points, color, width, opacity, dash, title, fill):
    from matplotlib.lines import Line2D
    from matplotlib.patches import Polygon

    if fill:
        ax.add_patch(Polygon(points, facecolor=_ink(fill), edgecolor="none", alpha=opacity, zorder=order))
    if width:
        style = {"color": _ink(color), "linewidth": width * POINT, "alpha": opacity, "solid_capstyle": "butt"}
        dashes = (0, [length / width for length in dash]) if dash else "-"
        ax.add_line(Line2D(*zip(*points, strict=True), linestyle=dashes, zorder=order, **style))


def _circle(ax, order, x, y, radius, color, width, fill, fill_opacity, title):
    from matplotlib.patches import Circle

    if fill:
        ax.add_patch(Circle((x, y), radius, facecolor=_ink(fill), alpha=fill_opacity, linewidth=0, zorder=order))
    ax.add_patch(Circle((x, y), radius, fill=False, edgecolor=_ink(color), linewidth=width * POINT, zorder=order))


def _box(ax, order, x, y, width, height, radius, fill, fill_opacity, opacity, dash, title):
    from matplotlib.patches import FancyBboxPatch

    place = (x + radius, y + radius), width - 2 * radius, height - 2 * radius, f"round,pad={radius}"
    ax.add_patch(FancyBboxPatch(*place, facecolor=_ink(fill), edgecolor="none", alpha=fill_opacity, zorder=order))
    style = {"facecolor": "none", "edgecolor": DARK, "linewidth": POINT, "linestyle": (0, dash) if dash else "-"}
    ax.add_patch(FancyBboxPatch(*place, alpha=opacity, zorder=order, **style))


def _text(ax, order, x, y, words, size, bold, anchor, opacity, turned):
    side = {"start": "left", "middle": "center", "end": "right"}[anchor]
    place = {"ha": side, "va": "baseline"}
    if turned:  # x is where the turned base line stands
        x += 0.22 * size
        place = {"ha": "right", "va": {"left": "bottom", "center": "center", "right": "top"}[side], "rotation": 90}
    style = {"fontsize": 0.93 * size * POINT, "fontweight": "bold" if bold else "normal", "color": DARK}
    ax.text(x, y, words.replace("$", r"\$"), alpha=opacity, zorder=order, **style, **place)


def _ink(color):
    return DARK if color == "currentColor" else color
