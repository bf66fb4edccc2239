"""The data card: what a reader should know about a data set before training on it. Lesson 01."""

import itertools
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a table: its name, its unit, and what was measured."""

    name: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class DataCard:
    """Where a data set comes from and what to be careful about. A notebook shows it as a page.

    Args:
        title: the name of the data set.
        about: what one row is, and who collected it when.
        source: where the table was published.
        licence: under which terms it may be used.
        rows: how many rows there are and how they are split.
        dropped: which rows of the source were left out, and why.
        inputs: a tuple of `Column`, in the order of the columns of `x`.
        target: the `Column` to predict.
        cautions: a tuple of sentences.
    """

    title: str
    about: str
    source: str
    licence: str
    rows: str
    dropped: str
    inputs: tuple
    target: Column
    cautions: tuple

    def markdown(self):
        """The card as Markdown text."""
        lines = [f"### {self.title}", "", self.about, ""]
        for label, text in (
            ("Source", self.source),
            ("Licence", self.licence),
            ("Rows", self.rows),
            ("Left out", self.dropped),
        ):
            lines.append(f"* **{label}:** {text}")
        lines += ["", "| | Column | Unit | Meaning |", "|---|---|---|---|"]
        for numbers, names, column in self._inputs():
            lines.append(f"| {numbers} | {names} | {column.unit} | {column.meaning} |")
        lines.append(f"| target | {self.target.name} | {self.target.unit} | {self.target.meaning} |")
        lines += ["", "**Be careful**", ""]
        lines += [f"* {caution}" for caution in self.cautions]
        return "\n".join(lines)

    def _inputs(self):
        """`(numbers, names, column)` per line: neighbours with one meaning, such as pixels, share a line."""
        for _, alike in itertools.groupby(enumerate(self.inputs), key=lambda pair: (pair[1].unit, pair[1].meaning)):
            (first, column), *_, (last, end) = [*alike] * 2
            if first == last:
                yield f"input {first}", column.name, column
            else:
                yield f"inputs {first} to {last}", f"{column.name} … {end.name}", column

    _repr_markdown_ = markdown
    __str__ = markdown
