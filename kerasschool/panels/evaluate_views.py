"""What the Evaluate panel shows of predictions: scores, confusion matrix, curves, mistakes. All as HTML or SVG text."""

import html

import numpy as np

from kerasschool.live import scores
from kerasschool.live.meaning import BINARY, NUMBERS
from kerasschool.panels.data_views import picture_svg
from kerasschool.views import charts
from kerasschool.views.charts import number, percent

WORDS = {"train": "trained on", "validation": "held back", "test": "sealed test"}
MOST_INPUTS = 12  # columns of the table of mistakes


def short(name, letters=10):
    """A name that fits beside a cell."""
    return name if len(name) <= letters else name[: letters - 1] + "…"


def four(value):
    """A score with four digits after the point; a dash where there is none."""
    return "–" if value is None or not np.isfinite(value) else f"{value:.4f}"


def scores_table(parts, threshold, sealed=""):
    """Train, validation and test side by side.

    Args:
        parts: name → `Judged`.
        threshold: for accuracy.
        sealed: what stands in the place of a test set that is not open, or `""`.
    """
    train = parts["train"]
    task = train.meaning.task
    if task == NUMBERS:
        named = {
            "Loss": lambda part: part.loss,
            "Mean absolute error (MAE)": lambda part: part.errors()[0],
            "Root of the mean squared error": lambda part: part.errors()[1],
            "Baseline: always the mean (MAE)": lambda part: part.baseline(train),
        }
    else:
        usual = train.meaning.classes[np.bincount(train.y).argmax()]
        named = {
            "Loss": lambda part: part.loss,
            "Accuracy": lambda part: part.accuracy(threshold),
            f"Baseline: always “{short(usual, 16)}”": lambda part: part.baseline(train),
        }
        if task == BINARY:
            named["AUC"] = lambda part: part.auc()
    head = "".join(
        f"<th scope='col' class='{name}'>{WORDS[name]}<br><span>{part.rows} rows</span></th>"
        for name, part in parts.items()
    )
    head += (
        "<th scope='col' class='test'><i class='fa fa-lock'></i> sealed test<br><span>not opened</span></th>"
        * bool(sealed)
    )
    lines = "".join(
        f"<tr><th scope='row' class='words'>{html.escape(label)}</th>"
        + "".join(f"<td>{four(of(part))}</td>" for part in parts.values())
        + ("<td>?</td>" if sealed else "")
        + "</tr>"
        for label, of in named.items()
    )
    return f"<table class='ks-scores'><thead><tr><th></th>{head}</tr></thead><tbody>{lines}</tbody></table>"


def confusion_svg(judged, threshold):
    """The confusion matrix with its axes named: counts, and shares of each row."""
    counts, names = judged.confusion(threshold), judged.meaning.classes
    classes = len(names)
    size = 74 if classes == 2 else max(24, min(56, 264 // classes))
    letters = 10 if classes < 5 else 6
    left, top = 24 + 7 * min(letters, max(len(name) for name in names)), 44
    width, height = left + classes * size + 78, top + classes * size + 8
    words = ", ".join(
        f"{counts[true, said]} of {names[true]} called {names[said]}"
        for true in range(classes)
        for said in range(classes)
        if counts[true, said]
    )
    parts = [
        charts.text(left + classes * size / 2, 12, "what the model said", "middle"),
        f'<text transform="translate(11 {top + classes * size / 2:.0f}) rotate(-90)" text-anchor="middle">true</text>',
    ]
    parts.append(charts.text(left + classes * size + 8, 34, "found", "start"))
    for true in range(classes):
        total = counts[true].sum()
        parts.append(charts.text(left - 8, top + (true + 0.5) * size + 4, short(names[true], letters), "end", "strong"))
        parts.append(charts.text(left + (true + 0.5) * size, 34, short(names[true], letters), "middle", "strong"))
        for said in range(classes):
            share = counts[true, said] / total if total else 0
            x, y = left + said * size, top + true * size
            kind = "right" if said == true else "wrong"
            parts.append(
                f'<rect class="cell {kind}" x="{x + 1}" y="{y + 1}" width="{size - 2}" height="{size - 2}" '
                f'style="fill-opacity:{0.08 + 0.5 * share:.2f}"/>'
            )
            if counts[true, said] or classes == 2:
                shift = 0 if size > 50 else 4
                sign = "" if classes > 2 else ("✓ " if said == true else "✗ ")
                parts.append(
                    charts.text(x + size / 2, y + size / 2 + shift, f"{sign}{counts[true, said]}", "middle", "count")
                )
                if size > 50:
                    parts.append(charts.text(x + size / 2, y + size / 2 + 17, percent(share), "middle"))
        recall = counts[true, true] / total if total else np.nan
        y = top + (true + 0.5) * size
        parts.append(f'<rect class="track" x="{left + classes * size + 8}" y="{y - 5}" width="28" height="8"/>')
        if np.isfinite(recall):
            parts.append(
                f'<rect class="cell right" x="{left + classes * size + 8}" y="{y - 5}" width="{28 * recall:.1f}" '
                'height="8"/>'
            )
        parts.append(charts.text(left + classes * size + 40, y + 3, f"{recall:.0%}" if total else "–", "start"))
    return charts.svg(width, height, f"Confusion matrix: {words}.", *parts)


def roc_svg(parts, chosen, threshold):
    """ROC curves with the threshold's point."""
    positive = parts[chosen].meaning.classes[1]
    counts = parts[chosen].confusion(threshold)
    hits, alarms = _share(counts[1]), _share(counts[0])
    label = f"ROC curve: at threshold {threshold:.2f} {percent(hits)} hits, {percent(alarms)} false alarms."
    frame = charts.Frame(250, 236, (0, 1), (0, 1), label, top=20)
    frame.axes(f"false alarms: others called {short(positive)}", f"hits: {short(positive)} found")
    frame.title(f"ROC, AUC {four(parts[chosen].auc())}")
    frame.line([0, 1], [0, 1], "chance")
    for name, part in parts.items():
        alarm, hit, _ = part.roc()
        if np.isfinite(alarm).all() and np.isfinite(hit).all():
            frame.line(alarm, hit, name)
    for place, name in enumerate(reversed(parts)):  # which line is which
        height = 0.06 + 0.085 * place
        frame.line([0.55, 0.65], [height, height], name)
        frame.text(frame.x(0.68), frame.y(height) + 4, WORDS[name])
    if np.isfinite(hits) and np.isfinite(alarms):
        frame.dot(alarms, hits, "here", 5, label)
    return frame.svg()


def precision_recall_svg(parts, chosen, threshold):
    """Precision-recall curves with the threshold's point."""
    judged = parts[chosen]
    positive = judged.meaning.classes[1]
    precision, recall = scores.rates(judged.confusion(threshold))
    label = f"Precision-recall curve: at threshold {threshold:.2f} precision {four(precision)}, recall {four(recall)}."
    frame = charts.Frame(250, 236, (0, 1), (0, 1), label, top=20)
    frame.axes(f"recall: {short(positive)} found", "precision: right when said")
    frame.title("Precision and recall")
    frame.line([0, 1], [np.mean(judged.y)] * 2, "chance")
    for name, part in parts.items():
        found, right, _ = scores.precision_recall(part.y, part.p[:, 1])
        if np.isfinite(found).all():
            frame.line(np.repeat(found, 2)[1:], np.repeat(right, 2)[:-1], name)
    if np.isfinite(precision) and np.isfinite(recall):
        frame.dot(recall, precision, "here", 5, label)
    return frame.svg()


def _share(pair):
    """Of one row of a 2 × 2 confusion matrix, the share that was called 1."""
    return pair[1] / pair.sum() if pair.sum() else np.nan


def predicted_svg(judged, name):
    """Predicted against true numbers; on the diagonal they are equal."""
    both = np.concatenate([judged.y.ravel(), judged.p.ravel()])
    span = float(both.min()), float(both.max())
    label = f"Predicted against true {judged.meaning.target}: mean absolute error {number(judged.errors()[0])}."
    frame = charts.Frame(330, 290, span, span, label, left=56, top=12)
    frame.axes(f"true {short(judged.meaning.target, 20)}", "predicted")
    frame.line(span, span, "chance")
    for true, said in zip(judged.y.ravel()[:600], judged.p.ravel()[:600]):
        frame.dot(true, said, name, 3)
    return frame.svg()


def errors_svg(judged):
    """How the errors are spread: a histogram of predicted minus true."""
    wrong = (judged.p - judged.y).ravel()
    return "<div><h5>predicted − true</h5>" + charts.histogram(wrong, None, "Errors", width=300, height=130) + "</div>"


def mistakes_table(judged, x, threshold):
    """The worst mistakes, in the data's own units, with the probability of what was said; pictures as pictures.

    Args:
        x: the rows in the data's own units, `(rows, inputs)`.
    """
    meaning, places = judged.meaning, judged.worst(threshold)
    if not len(places):
        return "<p><b>No mistakes</b> in these rows.</p>"
    is_number = meaning.task == NUMBERS
    wrong = judged.rows if is_number else int(np.sum(judged.said(threshold) != judged.y))
    title = f"The {len(places)} largest errors" if is_number else f"The worst {len(places)} of {wrong} mistakes"
    if meaning.image_shape and not is_number:
        return f"<h4>{title}</h4>{mistaken_pictures(judged, x, threshold, places)}"
    columns = range(min(x.shape[1], MOST_INPUTS))
    head = "".join(f"<th scope='col'>{html.escape(meaning.label(place))}</th>" for place in columns)
    lines = []
    for place in places:
        if is_number:
            true, said, sure = (number(each) for each in (judged.y[place, 0], judged.p[place, 0], 0))
            sure = number(judged.p[place, 0] - judged.y[place, 0])
        else:
            answer = judged.said(threshold)[place]
            true, said = meaning.classes[judged.y[place]], meaning.classes[answer]
            sure = f"{judged.p[place, answer]:.3f}"
        cells = "".join(f"<td>{number(x[place, column])}</td>" for column in columns)
        lines.append(
            f"<tr><th scope='row'>{place}</th><td class='target'>{html.escape(true)}</td>"
            f"<td class='said'>{html.escape(said)}</td><td>{sure}</td>{cells}</tr>"
        )
    heads = ("true", "predicted", "error") if is_number else ("true", "said", "probability")
    return (
        f"<h4>{title}</h4><div class='ks-scroll'><table><thead><tr><th scope='col'>row</th>"
        + "".join(f"<th scope='col'>{word}</th>" for word in heads)
        + f"{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def mistaken_pictures(judged, x, threshold, places):
    """The worst mistakes as pictures."""
    names, said, most = judged.meaning.classes, judged.said(threshold), max(1e-9, float(x.max()))
    cells = []
    for place in places:
        true, answer = html.escape(names[judged.y[place]]), html.escape(names[said[place]])
        picture = picture_svg(x[place], judged.meaning.image_shape, most, f"true {true}, said {answer}", size=72)
        words = f"row {place}: <b>{true}</b><br><span class='said'>{answer}</span> {judged.p[place, said[place]]:.3f}"
        cells.append(f"<figure>{picture}<figcaption>{words}</figcaption></figure>")
    return f"<div class='ks-pictures'>{''.join(cells)}</div>"


def draw(figure, parts, chosen, threshold):
    """The still picture: scores on the left, the confusion matrix or predicted against true in the middle, a curve."""
    judged = parts[chosen]
    left, right = figure.subfigures(1, 2, width_ratios=(1.1, 2))
    lines = [f"{'':11}" + "".join(f"{WORDS[name]:>12}" for name in parts)]
    if judged.meaning.task == NUMBERS:
        named = {"loss": lambda p: p.loss, "mae": lambda p: p.errors()[0], "rmse": lambda p: p.errors()[1]}
    else:
        named = {"loss": lambda p: p.loss, "accuracy": lambda p: p.accuracy(threshold)}
    named["baseline"] = lambda p: p.baseline(parts["train"])
    lines += [
        f"{label:11}" + "".join(f"{four(of(part)):>12}" for part in parts.values()) for label, of in named.items()
    ]
    left.text(0.04, 0.85, "\n".join(lines), family="monospace", size=8, va="top", linespacing=1.7)
    axes = right.subplots(1, 2)
    right.subplots_adjust(left=0.13, right=0.97, bottom=0.2, top=0.88, wspace=0.4)
    if judged.meaning.task == NUMBERS:
        axes[0].scatter(judged.y, judged.p, s=8, color="#0877bd")
        axes[0].axline((judged.y.mean(), judged.y.mean()), slope=1, color="#888888", linewidth=0.8)
        axes[0].set(xlabel="true", ylabel="predicted")
        axes[1].hist((judged.p - judged.y).ravel(), 16, color="#0877bd")
        axes[1].set_xlabel("predicted − true")
        return
    counts, names = judged.confusion(threshold), [short(name) for name in judged.meaning.classes]
    axes[0].imshow(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1.4)
    for true, said in np.ndindex(*counts.shape):
        if counts[true, said]:
            axes[0].text(said, true, counts[true, said], ha="center", va="center", size=9 if len(names) < 5 else 6)
    axes[0].set_xticks(range(len(names)), names, size=7, rotation=90 if len(names) > 4 else 0, parse_math=False)
    axes[0].set_yticks(range(len(names)), names, size=7, parse_math=False)
    axes[0].set(xlabel="said", ylabel="true")
    axes[0].set_title(f"{WORDS[chosen]}: {judged.rows} rows", size=8)
    if judged.meaning.task == BINARY:
        for name, color, style in (
            ("train", "#0877bd", "-"),
            ("validation", "#b85c00", "--"),
            ("test", "#1b7f3b", ":"),
        ):
            if name in parts:
                axes[1].plot(*parts[name].roc()[:2], color=color, linestyle=style, label=WORDS[name])
        axes[1].legend(frameon=False, fontsize=7)
        axes[1].set(xlabel="false alarms", ylabel="hits")
        return
    recall = counts.diagonal() / np.maximum(counts.sum(axis=1), 1)
    axes[1].barh(range(len(names)), recall, color="#0877bd")
    axes[1].set_yticks(range(len(names)), names, size=7, parse_math=False)
    axes[1].invert_yaxis()
    axes[1].set(xlabel="found (recall)", xlim=(0, 1))
