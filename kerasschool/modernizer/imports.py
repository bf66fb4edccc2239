"""The import statements: moved ones are rewritten, unused ones dropped, missing ones added."""

import ast
import re
from typing import NamedTuple

from kerasschool.modernizer.names import moved, why_moved
from kerasschool.modernizer.result import Change, Remark
from kerasschool.modernizer.tables import DISSOLVED


class Entry(NamedTuple):
    """`from module import name as asname`; without a module it is `import name as asname`."""

    module: str
    name: str
    asname: str

    def __str__(self):
        return self.name + (f" as {self.asname}" if self.asname else "")


class Imports:
    """Rewrites the imports of a program after its names were rewritten.

    Args:
        source, names, moves: the program, its names, and the `Moves` that say what is used now.
        changes, remarks: lists to write into.
    """

    def __init__(self, source, names, moves, changes, remarks):
        self.source, self.names, self.moves, self.changes, self.remarks = source, names, moves, changes, remarks
        self.needed = [(self._entry_of_need(*key), line) for key, line in moves.needed.items()]

    def rewrite(self):
        """Rewrite all import statements."""
        statements = {}
        for each in self.names.imports:
            statements.setdefault(id(each.statement), (each.statement, []))[1].append(each)
        for node in ast.walk(self.source.tree):
            if isinstance(node, ast.ImportFrom) and not node.level and node.names[0].name == "*":
                new = Entry(self._at_home(moved(node.module), node.module), "*", None)
                if new.module != node.module:
                    self._write(node, [], [new])
        empty = []
        for statement, imports in statements.values():
            old = [_entry(each, self._old_path(each)) for each in imports]
            stays = [each for each in imports if not self._is_gone(each)]
            new = [_entry(each, self._at_home(moved(self._old_path(each)), each.path)) for each in stays]
            added = self._take_needed(statement, new)
            if not new and not added:
                empty.append((statement, imports))
            elif new != old or added:
                self._write(statement, imports, [*new, *added])
        self._write_needed(empty)

    def _is_gone(self, each):
        is_used = each.name in self.moves.kept
        return not is_used and (each.name in self.moves.lost or each.path in DISSOLVED)

    def _old_path(self, each):
        """The place that an import names: all of `keras.layers.core`, though it binds `keras`."""
        return each.alias.name if isinstance(each.statement, ast.Import) else each.path

    def _at_home(self, new, old):
        """A place of Keras 3, below kerasschool where the program uses kerasschool."""
        own = old.split(".")[0] == "kerasschool" or self.names.root == "kerasschool"
        return re.sub(r"^keras\b", "kerasschool", new) if own else new

    def _entry_of_need(self, module, name):
        if module:
            return Entry(self._at_home(module, ""), name, None)
        home = self._at_home(name, "")
        return Entry("", home, name if home != name else None)

    def _take_needed(self, statement, new):
        """What is needed from the module of this statement; it can be imported with it."""
        modules = {entry.module for entry in new}
        if statement not in self.source.tree.body or len(modules) != 1 or modules == {""}:
            return []
        found = [entry for entry, _ in self.needed if {entry.module} == modules]
        self.needed = [(entry, line) for entry, line in self.needed if entry not in found]
        return found

    def _write_needed(self, empty):
        """Write what is still needed: in place of statements of which nothing is left, else on lines of its own."""
        lines = statements_of([entry for entry, _ in self.needed])
        for statement, imports in empty:
            why = why_moved(imports[0].path) if lines else "Nothing of it is used any more."
            self.changes.append(Change(statement.lineno, self.source.part(statement), "; ".join(lines), why))
            if lines:
                self._put_lines(statement, lines)
            else:
                self._take_out(statement)
            lines = []
        if not lines:
            return
        first = min(line for _, line in self.needed)
        if not self.names.has_imports:
            why = "This piece of a program has no imports; these belong at the top of the whole."
            self.remarks.append(Remark(first, "; ".join(lines), why))
            return
        statement = self._first_import()
        self.source.put_before(statement, "\n".join(lines))
        self.changes.append(Change(statement.lineno, "", "; ".join(lines), "The new names come from there."))

    def _first_import(self):
        """The statement before which a new import can stand."""
        for statement in self.source.tree.body:
            is_import = isinstance(statement, (ast.Import, ast.ImportFrom))
            if is_import and getattr(statement, "module", "") != "__future__":
                return statement
        body = [each for each in self.source.tree.body if not isinstance(each, ast.ImportFrom)]
        is_text = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
        return body[1] if is_text and len(body) > 1 else body[0]

    def _write(self, statement, imports, new):
        """Change a statement letter by letter where its form stays, so that its layout survives, else as a whole."""
        old, lines = self.source.part(statement), statements_of(new)
        places = [getattr(statement, "module", ""), *(each.path for each in imports)]
        why = next((why_moved(place) for place in places if moved(place) != place), "The new names come from there.")
        self.changes.append(Change(statement.lineno, old, "; ".join(lines), why))
        form = re.match(r"from\s+([\w.]+)\s+import\b", old)
        if form is None or len(lines) != 1 or not new[0].module or len(new) < len(statement.names):
            self._put_lines(statement, lines)
            return
        start = self.source.span(statement)[0]
        if form[1] != new[0].module:
            self.source.replace(start + form.start(1), start + form.end(1), new[0].module)
        for alias, entry in zip(statement.names, new):
            if str(entry) != self.source.part(alias):
                self.source.put(alias, str(entry))
        end = self.source.span(statement.names[-1])[1]
        if len(new) > len(statement.names):
            self.source.replace(end, end, "".join(f", {entry}" for entry in new[len(statement.names) :]))

    def _put_lines(self, statement, lines):
        indent = self.source.indent(statement)
        self.source.put(statement, "; ".join(lines) if indent is None else f"\n{indent}".join(lines))

    def _take_out(self, statement):
        end = self.source.span(statement)[1]
        body = self.source.tree.body
        if statement in body and len(body) > 1 and self.source.is_alone(statement):
            self.source.replace(self.source.starts[statement.lineno - 1], end + 1, "")
        else:
            self.source.put(statement, "pass")


def _entry(each, path):
    """The import of `path` under the name and in the form of `each`."""
    asname = each.alias.asname
    if isinstance(each.statement, ast.Import) or "." not in path:
        return Entry("", path, asname if asname != path else None)
    module, _, name = path.rpartition(".")
    return Entry(module, name, asname if asname != name else None)


def statements_of(entries):
    """Import statements as texts, the names of one module together."""
    together = {}
    for entry in dict.fromkeys(entries):
        together.setdefault(entry.module, []).append(str(entry))
    return [
        f"from {module} import {', '.join(names)}" if module else f"import {', '.join(names)}"
        for module, names in together.items()
    ]
