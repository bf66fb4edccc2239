"""Still figures with matplotlib: each function takes data and an optional Axes, and returns the Axes.

Lesson: 04.
"""

import numpy as np

from kerasschool import activations
from kerasschool.errors import check_number, helpful_getattr, message, unknown

TRAIN, VALIDATION = "#0877bd", "#b85c00"
COLORS, LINES = (TRAIN, VALIDATION, "#5c8a2e", "#7a4fa3"), ("solid", (0, (3, 2)), "dotted", "dashdot")


def history(history, metrics=None, ax=None):
    """Draw the curves that `fit` returned: training solid, validation dashed.

    Args:
        history: what `fit` of kerasschool or Keras returned, its `.history` dictionary, or a session's recorder.
        metrics: list of names to draw, one Axes each, `"loss"` first; None for all there are.
        ax: an Axes, or a list of them, to draw into; None makes a new figure.

    Returns:
        The Axes, or an array of them if there are several.

    Raises:
        ValueError: for a name that the history does not have, or the wrong number of Axes.

    >>> ax = history({"loss": [0.7, 0.5, 0.4], "val_loss": [0.7, 0.6, 0.6]})
    >>> ax.get_xlabel(), ax.get_ylabel(), [text.get_text() for text in ax.get_legend().get_texts()]
    ('epoch', 'loss', ['train', 'validation'])
    """
    x, curves = _read(history)
    known = quantities(curves)
    names = list(metrics) if metrics is not None else known
    for name in names:
        if curves and name not in curves:
            raise unknown("metric in this history", name, known)
    single = ax is not None and not isinstance(ax, (list, tuple, np.ndarray))
    if single:
        names = names[:1]
    names = names or ["loss"]
    axes = _new_axes(len(names)) if ax is None else np.atleast_1d(ax)
    if len(axes) < len(names):
        raise ValueError(
            message(f"There are {len(names)} curves to draw and {len(axes)} Axes.", fix="Pass `metrics=` to choose.")
        )
    for name, each in zip(names, axes, strict=False):
        _draw(each, name, x, curves)
    return axes[0] if len(axes) == 1 else axes


def activation(name, low=-4.0, high=4.0, ax=None):
    """Draw an activation and its slope: the curve solid, the slope dashed.

    Args:
        name: a name such as `"relu"`, an activation, or a function of your own in plain NumPy.
        low, high: the range of inputs.
        ax: an Axes to draw into; None makes a new figure.

    Returns:
        The Axes.

    Raises:
        ValueError: for an unknown name, or one that mixes its inputs, as softmax does: it has no curve.

    >>> ax = activation("relu")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['relu(x)', 'slope']

    Lesson: 07.
    """
    record = activations.record(activations.get(name))
    x = np.linspace(check_number("low", low), check_number("high", high, low, exclusive=True), 401)
    slope = record.slope(x)
    axes = _new_axes(1)[0] if ax is None else ax
    axes.plot(x, record(x), color=TRAIN, linestyle=LINES[0], linewidth=2, label=f"{record.__name__}(x)")
    axes.plot(x, slope, color=VALIDATION, linestyle=LINES[1], linewidth=1.5, label="slope")
    axes.axhline(0, color="#888888", linewidth=0.6)
    axes.axvline(0, color="#888888", linewidth=0.6)
    axes.set_xlabel("x")
    axes.set_title(record.formula)
    axes.legend(frameon=False)
    return axes


def trials(trials, metrics=None, by=None, band=0.8, ax=None):
    """Draw many runs at once: the median of the trials as a line, and a band that holds most of them.

    Args:
        trials: a `Trials` after `fit`, or what its `fit` returned.
        metrics: list of names to draw, one Axes each; None for all there are.
        by: a setting that differs from trial to trial: a curve and a band for each of its values, training only.
        band: the share of the trials that the band holds, 0 to 1: 0.8 leaves out the lowest and the highest tenth.
        ax: an Axes, or a list of them, to draw into; None makes a new figure.

    Returns:
        The Axes, or an array of them if there are several.

    Raises:
        ValueError: for a metric or setting that there is not.

    >>> curves = {"loss": np.array([[0.7, 0.5], [0.8, 0.4], [0.9, 0.3]])}
    >>> ax = trials(curves)
    >>> ax.lines[0].get_ydata().tolist()
    [0.8, 0.4]

    Lesson: 08.
    """
    curves = getattr(trials, "history", trials)
    if not isinstance(curves, dict) or any(np.ndim(values) != 2 for values in curves.values()):
        raise TypeError(
            message("`trials` must be a `Trials` after `fit`.", fix="For one run use `plots.history`.", trials=trials)
        )
    check_number("band", band, 0, 1)
    names = list(metrics) if metrics is not None else quantities(curves)
    for name in names:
        if name not in curves:
            raise unknown("metric in this history", name, quantities(curves))
    axes = _new_axes(len(names)) if ax is None else np.atleast_1d(ax)
    for name, each in zip(names, axes, strict=False):
        _draw_bands(each, name, _groups(trials, curves, name, by), band)
    return axes[0] if len(axes) == 1 else axes


def _groups(trials, curves, name, by):
    """What one Axes shows: label → array (trials, epochs)."""
    if by is None:
        shown = {"train": curves[name], "validation": curves.get(f"val_{name}")}
        return {label: values for label, values in shown.items() if values is not None}
    settings = getattr(trials, "settings", [{}])
    if any(by not in each for each in settings):
        raise unknown("setting", by, settings[0])
    groups = {}
    for each, values in zip(settings, curves[name], strict=True):
        groups.setdefault(f"{by}={each[by]}", []).append(values)
    return {label: np.array(values) for label, values in groups.items()}


def _draw_bands(ax, name, groups, band):
    for place, (label, values) in enumerate(groups.items()):
        turn = place // len(COLORS)  # told apart by the line as well as by the colour
        style = {"color": COLORS[place % len(COLORS)], "linestyle": LINES[(place + turn) % len(LINES)]}
        x = np.arange(1, values.shape[1] + 1)
        low, median, high = np.nanquantile(values, [0.5 - band / 2, 0.5, 0.5 + band / 2], axis=0)
        ax.fill_between(x, low, high, alpha=0.18, linewidth=0, color=style["color"])
        ax.plot(x, median, label=label, **style)
    _dress(ax, name, np.concatenate([values.ravel() for values in groups.values()]))
    ax.legend(frameon=False, fontsize="small")


def quantities(names):
    """`["loss", "accuracy"]` from the names of a history: without `val_…`, the loss first, the learning rate last."""
    own = [name for name in names if not name.startswith("val_")]
    return sorted(own, key=lambda name: (name != "loss", name == "learning_rate"))


def _read(history):
    """The x values and a dictionary name → values of anything that holds curves."""
    if hasattr(history, "names") and hasattr(history, "x"):
        return history.x, {name: history[name] for name in history.names}
    curves = getattr(history, "history", history)
    if not isinstance(curves, dict):
        raise TypeError(message("`history` must be what `fit` returned, or a dictionary.", history=history))
    length = max((len(values) for values in curves.values()), default=0)
    return np.arange(1, length + 1), curves


def _new_axes(count):
    import matplotlib.pyplot as plt

    return plt.subplots(1, count, figsize=(4.7 * count, 3), squeeze=False, layout="constrained")[1][0]


def _draw(ax, name, x, curves):
    ends = []
    for key, label, style in (
        (name, "train", {"color": TRAIN}),
        (f"val_{name}", "validation", {"color": VALIDATION, "linestyle": (0, (3, 2)), "markerfacecolor": "white"}),
    ):
        if key not in curves or not len(curves[key]):
            continue
        values = np.asarray(curves[key], float)
        at = x if len(values) == len(x) else np.linspace(x[-1] / len(values), x[-1], len(values))
        ax.plot(at, values, label=label, markersize=4.5, **style)
        ax.plot(at[-1:], values[-1:], marker="o", markersize=4.5, zorder=3, clip_on=False, **style)
        ends.append((at[-1], values[-1], style["color"]))
    _dress(ax, name, np.concatenate([line.get_ydata() for line in ax.lines]) if ends else np.zeros(1))
    _label_ends(ax, ends)
    if ends:
        ax.legend(frameon=False, fontsize="small")


def _dress(ax, name, shown):
    """Name the axes and choose their limits for the numbers that are shown."""
    ax.set_xlabel("epoch")
    ax.set_ylabel(name.replace("_", " "))
    ax.set_xlim(left=0)
    if np.nanmin(shown) >= 0:
        is_share = name != "loss" and np.nanmax(shown) <= 1
        ax.set_ylim(0, 1.02 if is_share else None)
    ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)


def _label_ends(ax, ends):
    """Write the last value beside each curve; two that are near each other move apart."""
    low, high = ax.get_ylim()
    ends = sorted(ends, key=lambda end: end[1])
    are_near = len(ends) == 2 and ends[1][1] - ends[0][1] < 0.07 * (high - low)
    for (x, y, color), shift in zip(ends, (-6, 6) if are_near else (0, 0), strict=False):
        ax.annotate(
            f"{y:.4g}",
            (x, y),
            xytext=(7, shift),
            textcoords="offset points",
            va="center",
            color=color,
            fontsize="small",
            annotation_clip=False,
        )


__getattr__ = helpful_getattr(__name__, globals())
