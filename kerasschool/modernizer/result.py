"""What `modernize` hands back: the new program, what was changed and why, and what is left to do by hand."""

import html
from typing import NamedTuple


class Change(NamedTuple):
    """One thing that was rewritten.

    Args:
        line: its number in the old program.
        old, new: the text before and after.
        why: the reason, in a sentence.
    """

    line: int
    old: str
    new: str
    why: str


class Remark(NamedTuple):
    """One thing that was left as it is, and what to know or do about it.

    Args:
        line: its number in the old program.
        old: the text.
        why: what to do about it.
    """

    line: int
    old: str
    why: str


class Modernized:
    """A program in the spelling of Keras 3.

    Args:
        code: the new program.
        changes: list of `Change(line, old, new, why)`.
        remarks: list of `Remark(line, old, why)`.
    """

    def __init__(self, code, changes=(), remarks=()):
        self.code = code
        self.changes = sorted(changes, key=lambda change: change.line)
        self.remarks = sorted(remarks, key=lambda remark: remark.line)

    def __repr__(self):
        parts = [_counted(len(self.changes), "change")]
        for lines, (old, new, why) in _merged(self.changes):
            parts.append(f"  {lines}: {_one_line(old)} → {_one_line(new) or '(left out)'}\n      {why}")
        if self.remarks:
            parts.append(_counted(len(self.remarks), "remark"))
        for lines, (old, why) in _merged(self.remarks):
            parts.append(f"  {lines}: {_one_line(old)}\n      {why}")
        return "\n".join([*parts, "-" * 40, self.code])

    def _repr_html_(self):
        rows = [
            f"<tr><td>{lines}</td><td>{_code(old)}</td><td>{_code(new) if new else '<i>left out</i>'}</td>"
            f"<td style='text-align:left'>{_prose(why)}</td></tr>"
            for lines, (old, new, why) in _merged(self.changes)
        ]
        notes = [f"<li>{lines}: {_code(old)} {_prose(why)}</li>" for lines, (old, why) in _merged(self.remarks)]
        table = (
            "<table><thead><tr><th>where</th><th>old</th><th>Keras 3</th><th>why</th></tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table>"
        )
        return (
            f"<p><b>{_counted(len(self.changes), 'change')}</b></p>{table if rows else ''}"
            + (f"<p><b>{_counted(len(self.remarks), 'remark')}</b></p><ul>{''.join(notes)}</ul>" if notes else "")
            + f"<pre><code>{html.escape(self.code)}</code></pre>"
        )


def _counted(number, word):
    return f"{number or 'No'} {word}{'' if number == 1 else 's'}"


def _merged(entries):
    """Entries that say the same, once, with all their lines: `("lines 3, 7", (old, new, why))`."""
    places = {}
    for line, *says in entries:
        places.setdefault(tuple(says), []).append(line)
    for says, lines in places.items():
        lines = list(dict.fromkeys(lines))
        yield f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines))}", says


def _one_line(text):
    return " ".join(text.split())


def _code(text):
    return f"<code>{html.escape(_one_line(text))}</code>"


def _prose(text):
    """A sentence, with what stands between back-ticks as code."""
    parts = html.escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))
