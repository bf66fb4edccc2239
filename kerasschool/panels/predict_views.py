"""What the Predict panel shows of one answer: probabilities, the way to it, the nearest change. All as HTML text."""

import html

import numpy as np

from kerasschool.live.meaning import BINARY, NUMBERS
from kerasschool.views import charts
from kerasschool.views.charts import number

MOST_CLASSES = 12
MOST_UNITS = 64  # bars per layer


def answer_view(answer, meaning, threshold, title="", warning=""):
    """The crisp answer and a bar per class.

    Args:
        answer: probabilities per class, or predicted numbers: one row.
        threshold: of class 1, if there are two classes.
        title, warning: words above and below.
    """
    head = f"<h5>{html.escape(title)}</h5>" if title else ""
    tail = f"<p class='warning'><i class='fa fa-warning'></i> {html.escape(warning)}</p>" if warning else ""
    if meaning.task == NUMBERS:
        values = ", ".join(number(each) for each in answer)
        words = f"<span class='target'>{html.escape(meaning.target)}</span> <b>{values}</b>"
        return f"<div class='ks-answer'>{head}<p class='crisp'>{words}</p>{tail}</div>"
    said = crisp(answer, meaning, threshold)
    order = range(len(answer)) if len(answer) <= MOST_CLASSES else np.argsort(-answer)[:MOST_CLASSES]
    mark = f"<u style='left:{100 * threshold:.1f}%'></u>" if meaning.task == BINARY else ""
    cells = "".join(
        f'<span class="name{" chosen" if place == said else ""}">{"▸ " if place == said else ""}'
        f'{html.escape(meaning.classes[place])}</span><span class="track"><i style="width:{100 * answer[place]:.1f}%">'
        f'</i>{mark if place == 1 else ""}</span><span class="amount"><b>{answer[place]:.3f}</b></span>'
        for place in order
    )
    words = f"<span class='target'>{html.escape(meaning.target)}</span> <b>{html.escape(meaning.classes[said])}</b>"
    label = f"Probabilities: {meaning.classes[said]} {answer[said]:.3f}"
    bars = f'<div class="ks-shares" role="img" aria-label="{html.escape(label)}">{cells}</div>'
    return f"<div class='ks-answer'>{head}<p class='crisp'>{words}</p>{bars}{tail}</div>"


def crisp(answer, meaning, threshold):
    """The class that is said: 1 above the threshold; of several the most probable."""
    return int(answer[1] > threshold) if meaning.task == BINARY else int(np.argmax(answer))


def boundary_words(answer, meaning, threshold):
    """How far an answer is from being another one, in probability."""
    if meaning.task == NUMBERS:
        return ""
    if meaning.task == BINARY:
        far = answer[1] - threshold
        p = float(np.clip(answer[1], 1e-12, 1 - 1e-12))
        side = "above" if far > 0 else "below" if far < 0 else "exactly at"
        place = f"{abs(far):.3f} {side}" if far else side
        return f"p({meaning.classes[1]}) is {place} the threshold {threshold:.2f}; z = {np.log(p / (1 - p)):.2f}."
    first, second = np.argsort(-answer)[:2]
    gap = answer[first] - answer[second]
    return f"{meaning.classes[first]} is {gap:.3f} ahead of {meaning.classes[second]}."


def nearest_change(answer, answers, inputs, changes, threshold):
    """The smallest change of a single input that turns the answer: a sentence.

    Args:
        answer: of the row itself.
        answers: of the rows of `inputs.sweeps()`, one per entry of `changes`.
        inputs: the `Inputs`.
    """
    meaning = inputs.meaning
    if meaning.task == NUMBERS or not len(changes):
        return ""
    said, best = crisp(answer, meaning, threshold), None
    for row, (name, place, value) in zip(answers, changes):
        now = crisp(row, meaning, threshold)
        if now == said:
            continue
        is_choice = isinstance(value, str) or inputs.are_flags[place]
        span = inputs.high[place] - inputs.low[place]
        cost = 1.0 if is_choice else abs(value - inputs.values[place]) / span
        if best is None or cost < best[0]:
            best = cost, name, place, value, now
    if best is None:
        return "No single input, anywhere in its range, turns the answer."
    _, name, place, value, now = best
    unit = f" {meaning.units[place]}" if meaning.units[place] else ""
    before = number(inputs.values[place]) if not isinstance(value, str) else "another"
    after = value if isinstance(value, str) else number(value)
    if isinstance(value, str):
        return f"Nearest change that turns it: {name} {after} → {meaning.classes[now]}."
    return f"Nearest change that turns it: {name} from {before} to {after}{unit} → {meaning.classes[now]}."


def activations_view(layers):
    """A row of bars per layer: upwards above 0, downwards below.

    Args:
        layers: list of `(name, outputs)`, outputs of one row.
    """
    return "".join(layer_view(name, np.ravel(outputs)) for name, outputs in layers)


def layer_view(name, values, width=300, height=44):
    """The outputs of one layer as bars, each with its number under the mouse."""
    shown = values[:MOST_UNITS]
    finite = np.where(np.isfinite(shown), shown, 0)
    low, high = min(0.0, float(finite.min(initial=0))), max(1.0, float(finite.max(initial=0)))
    scale = (height - 4) / (high - low)
    zero, step = 2 + high * scale, min(26, width / max(1, len(shown)))
    bars = "".join(
        f'<rect class="cell {"right" if value > 0 else "wrong"}" x="{place * step + 1:.1f}" '
        f'y="{min(zero, zero - value * scale):.1f}" width="{max(1, step - 2):.1f}" height="{abs(value) * scale:.1f}">'
        f"<title>unit {place}: {value:.4f}</title></rect>"
        for place, value in enumerate(finite)
    )
    silent = int((values == 0).sum())
    words = f"{len(values)} unit{'' if len(values) == 1 else 's'}"
    words += f", {silent} at 0" if silent else ""
    words += f", {number(values.min())} to {number(values.max())}" if len(values) > 1 else f": {number(values[0])}"
    track = f'<rect class="track" x="0" y="2" width="{len(shown) * step:.1f}" height="{height - 4}"/>'
    base = f'<path class="base" d="M0 {zero:.1f}H{len(shown) * step:.1f}"/>'
    picture = charts.svg(width, height, f"{name}: {words}", track, bars, base)
    return f"<div class='ks-outputs'><span><b>{html.escape(name)}</b> {html.escape(words)}</span>{picture}</div>"
