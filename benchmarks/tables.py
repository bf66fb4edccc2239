"""Markdown tables, and numbers with as many digits as they deserve."""


class Table:
    """A Markdown table; `str` gives it with columns that line up. The first column is text, the others numbers."""

    def __init__(self, head):
        self.rows = [list(head)]

    def add(self, *cells):
        """Add a row; what is missing at its end stays empty."""
        self.rows.append([*map(str, cells), *[""] * (len(self.rows[0]) - len(cells))])

    def __str__(self):
        widths = [max(3, *(len(cell) for cell in column)) for column in zip(*self.rows)]
        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        lines = [self.rows[0], rule, *self.rows[1:]]
        return "\n".join(f"| {' | '.join(self._fill(line, widths))} |" for line in lines)

    @staticmethod
    def _fill(line, widths):
        return [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:]))]


def number(value):
    """Three digits that count.

    >>> number(0.012345), number(0.8), number(1.2345), number(12.345), number(1234.5)
    ('0.0123', '0.800', '1.23', '12.3', '1 234')
    """
    if value is None:
        return ""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 1 else f"{value:#.3g}"


def times(ratio):
    """A ratio, as in "7.4×".

    >>> times(7.4321)
    '7.43×'
    """
    return "" if ratio is None else f"{number(ratio)}×"
