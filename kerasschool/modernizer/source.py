"""A program as text, as a tree, and the edits that will turn it into another. Nothing is ever executed.

The tree says where things stand; the edits touch those letters alone, so that comments and layout survive.
"""

import ast
import io
import re
import sys
import tokenize
import warnings

from kerasschool.errors import message

NOTEBOOK_LINE = re.compile(r"^(\s*)[%!].*", re.MULTILINE)
SKIPPED = {tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


class Source:
    """A program and the edits to it.

    Args:
        code: Python as a string.

    Raises:
        TypeError: if `code` is no string. ValueError: if it is not Python.
    """

    def __init__(self, code):
        if not isinstance(code, str):
            raise TypeError(
                message(
                    "`modernize` reads a program as text.",
                    fix="Pass a string, for example `open('old.py').read()`.",
                    code=code,
                )
            )
        self.original = code
        self.has_crlf = "\r\n" in code
        self.text = code.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.lines = self.text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.tree, python = _parse(self.text)
        self.tokens = self._tokens(python)
        self.hidden_names = self._hide_unclear_strings()
        self.quote = "'" if self.text.count("'") > self.text.count('"') else '"'
        self.edits = []
        self.cuts = []  # `(start, end)` of what `cut_argument` took out

    def _tokens(self, python):
        """`(string, start, end)` of every token that means something."""
        found = []
        try:
            for token in tokenize.generate_tokens(io.StringIO(python).readline):
                if token.type not in SKIPPED:
                    start, end = (self.starts[row - 1] + column for row, column in (token.start, token.end))
                    found.append((token.string, start, end))
        except (tokenize.TokenError, SyntaxError) as error:
            raise _not_python(self.text, error) from error
        return found

    def _hide_unclear_strings(self):
        """Empty those f-strings in the tree whose insides are not where the tree says; the names used there.

        Before Python 3.12 the places of what stands inside `f"{…}"` are a guess.
        """
        names = set()
        for text in [node for node in ast.walk(self.tree) if isinstance(node, ast.JoinedStr)]:
            inner = [node.value for node in text.values if isinstance(node, ast.FormattedValue)]
            has_calls = any(isinstance(node, ast.Call) for each in inner for node in ast.walk(each))
            if not all(map(self._is_where_it_says, inner)) or (has_calls and sys.version_info < (3, 12)):
                names.update(node.id for node in ast.walk(text) if isinstance(node, ast.Name))
                text.values = []
        return names

    def _is_where_it_says(self, node):
        try:
            there = ast.parse(self.part(node).strip(), mode="eval").body
        except (SyntaxError, ValueError, IndexError):
            return False
        return ast.dump(there) == ast.dump(node)

    # Where things stand

    def span(self, node):
        """First and last offset of a node."""
        return self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, line, column):
        text = self.lines[line - 1]
        return self.starts[line - 1] + (column if text.isascii() else len(text.encode()[:column].decode()))

    def part(self, node):
        """The letters of a node, as they stand in the program."""
        start, end = self.span(node)
        return self.text[start:end]

    def indent(self, node):
        """The blanks in front of a statement, or None if something else stands before it on its line."""
        start = self.span(node)[0]
        before = self.text[self.starts[node.lineno - 1] : start]
        return before if not before.strip() else None

    def is_alone(self, node):
        """True for a statement that has its lines to itself."""
        rest = self.text[self.span(node)[1] :].partition("\n")[0]
        return self.indent(node) is not None and not rest.strip()

    def before(self, place):
        """The last token that ends at or before `place`, those that are cut left out: `(letters, start, end)`."""
        found = [token for token in self.tokens if token[2] <= place and not self._is_cut(token)]
        return found[-1] if found else ("", 0, 0)

    def after(self, place):
        """The first token that starts at or after `place`, those that are cut left out."""
        found = (token for token in self.tokens if token[1] >= place and not self._is_cut(token))
        return next(found, ("", 0, 0))

    def _is_cut(self, token):
        return any(start <= token[1] < end for start, end in self.cuts)

    def string(self, words):
        """`words` as a string in the quotes that the program uses."""
        return f"{self.quote}{words}{self.quote}"

    # Edits

    def replace(self, start, end, new):
        """Put `new` in place of the letters from `start` to `end`."""
        self.edits.append((start, end, new))

    def put(self, node, new):
        """Put `new` in place of a node."""
        self.replace(*self.span(node), new)

    def cut_argument(self, node):
        """Take an argument out of a call, with its comma, and with its line if it has one to itself."""
        start, end = self.span(node)
        comma = self.after(end)
        if comma[0] == ",":
            end = comma[2]
            while self.text[end : end + 1] in (" ", "\t"):
                end += 1
            line = self.starts[node.lineno - 1]
            if self.text[end : end + 1] == "\n":
                before = self.text[line:start].rstrip()
                start, end = (line + len(before), end) if before else (line, end + 1)
        else:
            comma = self.before(start)
            if comma[0] == "," and "#" not in self.text[comma[1] : start]:
                start = comma[1]
        self.cuts.append((start, end))
        self.replace(start, end, "")

    def add_argument(self, call, new):
        """Put one more argument at the end of a call."""
        closing = self.span(call)[1] - 1
        last, _, place = self.before(closing)
        self.replace(place, place, new if last == "(" else f" {new}" if last == "," else f", {new}")

    def put_before(self, statement, new):
        """Put a statement in front of another one."""
        start = self.span(statement)[0]
        indent = self.indent(statement)
        self.replace(start, start, f"{new}; " if indent is None else f"{new}\n{indent}")

    def edited(self):
        """The program after all edits; of two that overlap the earlier, larger one counts."""
        parts, place = [], 0
        ordered = sorted(self.edits, key=lambda edit: (edit[0], edit[1] != edit[0], -edit[1]))
        for start, end, new in ordered:
            if start < place:
                continue
            parts += [self.text[place:start], new]
            place = end
        text = "".join([*parts, self.text[place:]])
        return text.replace("\n", "\r\n") if self.has_crlf else text


def parses(text):
    """True if `text` is Python."""
    try:
        _parse(text)
    except ValueError:
        return False
    return True


def _parse(text):
    """The tree of a program, and the text it was read from: lines for the notebook, `%…` and `!…`, are passed over."""
    try:
        return _tree(text), text
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        plain = NOTEBOOK_LINE.sub(r"\1pass", text)
        if plain != text:
            try:
                return _tree(plain), plain
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                pass
        raise _not_python(text, error) from error


def _tree(text):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _not_python(text, error):
    """The ValueError for a text that is not Python 3, with the line and, where the cause is plain, how to mend it."""
    line = getattr(error, "lineno", None)
    lines = text.split("\n")
    shown = lines[line - 1].strip() if line and 0 < line <= len(lines) else ""
    fix = "Mend that line first; nothing was changed."
    if re.match(r"print\s+[^\s(=]", shown):
        fix = "This is Python 2: write `print(…)` with brackets."
    elif shown.startswith((">>>", "...", "In [")):
        fix = "Leave out the prompts at the beginning of the lines."
    elif isinstance(error, IndentationError):
        fix = "Look at the blanks at the beginning of the line; the first line of a program has none."
    reason = getattr(error, "msg", None) or str(error) or type(error).__name__
    place = f" Line {line}: {shown!r} ({reason})." if line else f" ({reason})"
    return ValueError(f"This is not a Python 3 program.{place} {fix}")
