"""What the names in a program stand for: `Dense` → `keras.layers.core.Dense`, `K.mean` → `keras.backend.mean`."""

import ast
import builtins
import re
from typing import NamedTuple

from kerasschool.modernizer.tables import BY_HAND, MOVED, USUAL, WHY_MOVED


class Import(NamedTuple):
    """One name that an import statement binds.

    Args:
        statement, alias: where it stands.
        name: what it is called in the program.
        path: what it stands for.
    """

    statement: ast.stmt
    alias: ast.alias
    name: str
    path: str


class Names:
    """The names of a program.

    Args:
        tree: of the whole program.
    """

    def __init__(self, tree):
        self.imports, self.stars = [], set()
        made_here = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.split(".")[0]
                    self.imports.append(Import(node, alias, name, alias.name if alias.asname else name))
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for alias in node.names:
                    if alias.name == "*":
                        self.stars.add(moved(node.module))
                    else:
                        path = f"{node.module}.{alias.name}"
                        self.imports.append(Import(node, alias, alias.asname or alias.name, path))
            else:
                made_here.update(_bound(node))
        self.made_here = made_here
        self.places = {each.name: each.path for each in self.imports if each.name not in made_here}
        for each in self.imports:  # a name that may stand for one thing or another stands for nothing known
            if each.name in self.places and moved(self.places[each.name]) != moved(each.path):
                del self.places[each.name]
        self.has_imports = any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.walk(tree))
        roots = {each.path.split(".")[0] for each in self.imports}
        self.root = "kerasschool" if "kerasschool" in roots and "keras" not in roots else "keras"

    def path(self, node):
        """What a name or a chain of names stands for, or None if that is not known."""
        if isinstance(node, ast.Attribute):
            before = self.path(node.value)
            return f"{before}.{node.attr}" if before else None
        if not isinstance(node, ast.Name):
            return None
        if node.id in self.places:
            return self.places[node.id]
        if node.id in self.made_here or any(each.name == node.id for each in self.imports):
            return None
        return None if hasattr(builtins, node.id) else USUAL.get(node.id)

    def is_bare(self, name):
        """True for a name that was imported by itself and kept its name: `from keras.optimizers import sgd`."""
        return any(
            each.name == name and isinstance(each.statement, ast.ImportFrom) and not each.alias.asname
            for each in self.imports
        )

    def bound_to(self, path):
        """The imported name that stands for `path` of Keras 3, or None."""
        return next((name for name, place in self.places.items() if moved(place) == path), None)

    def modern(self, node):
        """`path` in Keras 3, always beginning with `keras` for what is Keras's; "" if it is not known."""
        path = self.path(node)
        return moved(path) if path else ""


def moved(path):
    """The place in Keras 3 of something in Keras 0 to 2, tf.keras, CNTK or kerasschool; the same if it did not move."""
    for _ in range(5):
        old = _beginning(path, MOVED)
        if old is None or MOVED[old] == old:
            break
        path = MOVED[old] + path[len(old) :]
    return path


def why_moved(path):
    """Why something is elsewhere now."""
    path = re.sub(r"^kerasschool\b", "keras", path)
    return WHY_MOVED.get(_beginning(path, WHY_MOVED), "That is where it is in Keras 3.")


def by_hand(path):
    """What to do about something that no rule rewrites, or None."""
    return BY_HAND.get(_beginning(path, BY_HAND))


def _beginning(path, table):
    """The longest entry of `table` that is `path` or the beginning of it."""
    parts = path.split(".")
    return next((old for n in range(len(parts), 0, -1) if (old := ".".join(parts[:n])) in table), None)


def _bound(node):
    """The names that a node other than an import gives a meaning."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
        return [node.id]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.ExceptHandler) and node.name:
        return [node.name]
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return node.names
    return []
