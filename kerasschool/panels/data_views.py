"""What the Data panel shows of rows: class balance, histograms, a table, small pictures. All as HTML text."""

import html

import numpy as np

from kerasschool.live.meaning import NUMBERS, class_numbers, in_own_units
from kerasschool.views import charts

MOST_INPUTS = 30  # histograms and columns that are shown
MOST_ROWS = 14
MOST_PICTURES = 24
CLASS_LOOKS = (("#d97706", "s"), ("#0877bd", "o"), ("#1b7f3b", "^"), ("#7a4fa3", "D"))  # as the sheet draws them
TRAIN, HELD_BACK = "to train on", "held back"


class Shown:
    """The rows of an experiment, ready to be shown.

    Args:
        rows: `recipe_data.Rows`.
        meaning: their `Meaning`.
        scaled: True shows the numbers that the model gets, False the data's own.
    """

    def __init__(self, rows, meaning, scaled=False):
        self.meaning, self.is_scaled = meaning, scaled and rows.mean is not None
        own = (lambda x: np.asarray(x, float)) if self.is_scaled else (lambda x: in_own_units(rows, x))
        self.x, self.y = flat(own(rows.x)), np.asarray(rows.y)
        self.x_held_back = self.y_held_back = None
        if rows.validation_data is not None:
            self.x_held_back, self.y_held_back = flat(own(rows.validation_data[0])), rows.validation_data[1]

    @property
    def parts(self):
        """Pairs of words and labels: the rows to train on, and those held back if there are any."""
        found = [(TRAIN, self.y)]
        return found if self.y_held_back is None else [*found, (HELD_BACK, self.y_held_back)]

    def label(self, place):
        """The name of an input with its unit."""
        return self.meaning.label(place, with_unit=not self.is_scaled)

    def answer(self, label):
        """What a label stands for, in words."""
        if self.meaning.task == NUMBERS:
            return ", ".join(charts.number(each) for each in np.ravel(label))
        return self.meaning.classes[class_numbers(np.asarray(label)[None])[0]]

    def balance(self, y):
        """Class → (rows, share)."""
        counts = np.bincount(class_numbers(y), minlength=len(self.meaning.classes))
        return {name: (int(n), n / max(1, len(y))) for name, n in zip(self.meaning.classes, counts)}


def flat(x):
    """Each row as one line of numbers."""
    return x.reshape(len(x), -1)


def summary(shown):
    """The rows in one sentence."""
    meaning, held_back = shown.meaning, shown.y_held_back
    total = len(shown.y) + (0 if held_back is None else len(held_back))
    rows = f"{len(shown.y)} row{'' if len(shown.y) == 1 else 's'} to train on"
    rows += ", none held back" if held_back is None else f", {len(held_back)} held back ({len(held_back) / total:.0%})"
    answers = "a number" if meaning.task == NUMBERS else f"{len(meaning.classes)} classes"
    if meaning.task != NUMBERS and len(meaning.classes) <= 4:
        answers = " or ".join(meaning.classes)
    inputs = f"{len(meaning.features)} input{'' if len(meaning.features) == 1 else 's'}"
    return f"{rows}. {inputs} → {meaning.target}: {answers}."


def inputs_view(shown):
    """Class balance, and a histogram per input."""
    legend = "".join(
        f'<span class="entry"><i class="sample {kind}"></i>{words} ({len(y)})</span>'
        for (words, y), kind in zip(shown.parts, ("train", "validation"))
    )
    inputs = min(shown.x.shape[1], MOST_INPUTS)
    cells = []
    for place in range(inputs):
        held_back = None if shown.x_held_back is None else shown.x_held_back[:, place]
        chart = charts.histogram(shown.x[:, place], held_back, shown.label(place))
        cells.append(f"<figure><figcaption>{html.escape(shown.label(place))}</figcaption>{chart}</figure>")
    more = f"<p>The first {inputs} of {shown.x.shape[1]} inputs.</p>" if inputs < shown.x.shape[1] else ""
    units = "as the model gets them" if shown.is_scaled else "in their own units"
    return (
        f'<h4>Target: {html.escape(shown.meaning.target)}</h4><div class="ks-parts">{target_view(shown)}</div>'
        f'<h4>Inputs {units}, share of rows <span class="ks-legend">{legend}</span></h4>'
        f'<div class="ks-histograms">{"".join(cells)}</div>{more}'
    )


def target_view(shown):
    """How often each class occurs, in both parts; for numbers a histogram."""
    if shown.meaning.task == NUMBERS:
        held_back = None if shown.y_held_back is None else np.ravel(shown.y_held_back)
        return charts.histogram(np.ravel(shown.y), held_back, shown.meaning.target, width=360)
    return "".join(
        f"<div><h5>{len(y)} {words}</h5>{charts.share_bars(shown.balance(y), f'Rows {words}, by class')}</div>"
        for words, y in shown.parts
    )


def table_view(shown):
    """The first rows with the names of their columns; pictures as pictures."""
    if shown.meaning.image_shape:
        return pictures_view(shown)
    columns = range(min(shown.x.shape[1], MOST_INPUTS))
    head = "".join(f"<th scope='col'>{html.escape(shown.label(place))}</th>" for place in columns)
    head = f"<th scope='col'>row</th><th scope='col' class='target'>{html.escape(shown.meaning.target)}</th>{head}"
    lines = []
    for row in range(min(len(shown.x), MOST_ROWS)):
        cells = "".join(f"<td>{charts.number(shown.x[row, place])}</td>" for place in columns)
        answer = html.escape(shown.answer(shown.y[row]))
        lines.append(f"<tr><th scope='row'>{row}</th><td class='target'>{answer}</td>{cells}</tr>")
    units = "as the model gets them" if shown.is_scaled else "in their own units"
    return (
        f"<h4>The first {len(lines)} of {len(shown.x)} rows to train on, {units}</h4>"
        f'<div class="ks-scroll"><table><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'
    )


def pictures_view(shown):
    """The first rows as pictures, the more the darker."""
    most = max(1e-9, float(shown.x.max()))
    cells = [
        f"<figure>{picture_svg(row, shown.meaning.image_shape, most, shown.answer(label))}"
        f"<figcaption>{html.escape(shown.answer(label))}</figcaption></figure>"
        for row, label in zip(shown.x[:MOST_PICTURES], shown.y)
    ]
    return f'<h4>The first {len(cells)} rows to train on</h4><div class="ks-pictures">{"".join(cells)}</div>'


def picture_svg(row, shape, most, label, size=64):
    """One row of pixels as a picture."""
    height, width = shape
    pixels = "".join(
        f'<rect x="{place % width}" y="{place // width}" width="1.02" height="1.02" fill-opacity="{ink / most:.2f}"/>'
        for place, ink in enumerate(row)
        if ink > 0
    )
    label = html.escape(label)
    return (
        f'<svg class="ks-picture" viewBox="0 0 {width} {height}" width="{size}" height="{size}" role="img" '
        f'aria-label="{label}" fill="currentColor">{pixels}</svg>'
    )


def card_view(card):
    """The data card as HTML."""
    if card is None:
        return (
            "<p>Your own data have no card. Where are they from? What is one row? Who may use them? Write it down.</p>"
        )
    lines = "".join(
        f"<dt>{label}</dt><dd>{prose(text)}</dd>"
        for label, text in (
            ("Source", card.source),
            ("Licence", card.licence),
            ("Rows", card.rows),
            ("Left out", card.dropped),
        )
    )
    columns = [(numbers, names, column) for numbers, names, column in card._inputs()]
    columns.append(("target", card.target.name, card.target))
    body = "".join(
        f"<tr><td>{numbers}</td><th scope='row'>{html.escape(names)}</th><td>{html.escape(column.unit)}</td>"
        f"<td class='words'>{html.escape(column.meaning)}</td></tr>"
        for numbers, names, column in columns
    )
    cautions = "".join(f"<li>{prose(text)}</li>" for text in card.cautions)
    return (
        f"<h4>{html.escape(card.title)}</h4><p>{prose(card.about)}</p><dl>{lines}</dl>"
        f"<h5>Be careful</h5><ul>{cautions}</ul><h5>Columns</h5><table><thead><tr><th></th><th>Column</th>"
        f"<th>Unit</th><th class='words'>Meaning</th></tr></thead><tbody>{body}</tbody></table>"
    )


def prose(text):
    """A card's sentence with its `code` and *emphasis* as HTML."""
    text = html.escape(text)
    for sign, tag in (("`", "code"), ("*", "em")):
        pieces = text.split(sign)
        if len(pieces) % 2:
            text = "".join(piece if place % 2 == 0 else f"<{tag}>{piece}</{tag}>" for place, piece in enumerate(pieces))
    return text


def draw(figure, shown):
    """The still picture: how often each class occurs, and the first inputs, or the points of the plane."""
    left, right = figure.subfigures(1, 2, width_ratios=(1, 2.3))
    axes = left.subplots()
    left.subplots_adjust(left=0.28, right=0.92, bottom=0.24, top=0.86)
    if shown.meaning.task == NUMBERS:
        axes.hist(np.ravel(shown.y), 16, color="#0877bd", alpha=0.75)
        axes.set_xlabel(shown.meaning.target, parse_math=False)
    else:
        names = list(shown.meaning.classes)
        for (words, y), color, shift in zip(shown.parts, ("#0877bd", "#f59322"), (-0.2, 0.2)):
            counts = [count for count, _ in shown.balance(y).values()]
            axes.barh(np.arange(len(names)) + shift, counts, 0.38, color=color, label=words)
        axes.set_yticks(range(len(names)), [name[:14] for name in names], size=8, parse_math=False)
        axes.invert_yaxis()
        left.legend(frameon=False, fontsize=7, loc="lower center", ncols=2)
    axes.set_title(f"rows by {shown.meaning.target}", size=9, parse_math=False)
    if shown.x.shape[1] == 2:
        axes = right.subplots()
        right.subplots_adjust(left=0.1, right=0.97, bottom=0.18, top=0.86)
        if shown.meaning.task == NUMBERS:
            right.colorbar(axes.scatter(*shown.x.T, c=np.ravel(shown.y), s=9, cmap="coolwarm_r"))
        else:
            labels = class_numbers(shown.y)
            for place, name in enumerate(shown.meaning.classes):
                color, marker = CLASS_LOOKS[place % len(CLASS_LOOKS)]
                axes.scatter(
                    *shown.x[labels == place].T, s=9, color=color, marker=marker, label=name.replace("$", r"\$")
                )
            axes.legend(frameon=False, fontsize=7, loc="upper left", bbox_to_anchor=(1, 1))
        axes.set_box_aspect(1)
        axes.set_xlabel(shown.label(0), parse_math=False)
        axes.set_ylabel(shown.label(1), parse_math=False)
        return
    grid = right.subplots(2, 4).ravel()
    right.subplots_adjust(left=0.03, right=0.98, bottom=0.1, top=0.88, hspace=0.65, wspace=0.18)
    for place, axes in enumerate(grid):
        if place >= shown.x.shape[1]:
            axes.axis("off")
            continue
        axes.hist(shown.x[:, place], 16, color="#0877bd", alpha=0.75)
        axes.set_title(shown.label(place), size=7, parse_math=False)
        axes.tick_params(labelsize=6)
        axes.locator_params(axis="x", nbins=3)
        axes.set_yticks([])
