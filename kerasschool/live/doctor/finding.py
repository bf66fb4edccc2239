"""One thing that was found: what, why, how to mend it, and where it is taught."""

import html
import re
from dataclasses import dataclass

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (ERROR, WARNING, NOTE)  # cannot work; will probably not work well; works, but may not be what is meant
SIGNS = {ERROR: "✗", WARNING: "!", NOTE: "i"}
COLOURS = {ERROR: "#c0392b", WARNING: "#c77700", NOTE: "#3f7fc1"}  # each at least 3 : 1 on white and on black


@dataclass(frozen=True)
class Finding:
    """What the doctor found. A notebook shows it as a box.

    Args:
        what: what is there, with its numbers.
        why: why that is a problem.
        fix: what to do.
        lesson: the lesson that teaches it, `"03"`.
        severity: `"error"`, `"warning"` or `"note"`.
        tag: a short name that does not change.

    >>> Finding("x holds NaN.", "NaN spreads.", "Drop the rows.", "01", "error", "nan_inputs")
    error nan_inputs: x holds NaN. Why: NaN spreads. Fix: Drop the rows. (Lesson 01)
    """

    what: str
    why: str
    fix: str
    lesson: str
    severity: str
    tag: str

    def __repr__(self):
        return f"{self.severity} {self.tag}: {self.what} Why: {self.why} Fix: {self.fix} (Lesson {self.lesson})"

    def _repr_html_(self):
        return (
            f'<div style="border-left: 4px solid {COLOURS[self.severity]}; padding: 2px 12px; margin: 4px 0; '
            f'max-width: 46em"><strong>{SIGNS[self.severity]} {self.severity.capitalize()}.</strong> '
            f"{_markup(self.what)}<br>{_markup(self.why)}<br><strong>What to do:</strong> {_markup(self.fix)} "
            f"<em>Lesson {self.lesson}</em></div>"
        )


class Findings(list):
    """A list of findings that a notebook and a terminal show line by line."""

    def __repr__(self):
        return "\n".join(map(repr, self)) or "Nothing found."

    def _repr_html_(self):
        return "".join(finding._repr_html_() for finding in self) or "<div>✓ Nothing found.</div>"

    @property
    def tags(self):
        """The tags, in the same order."""
        return [finding.tag for finding in self]


def _markup(text):
    """The sentence as HTML: what stands between backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
