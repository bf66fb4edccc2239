"""Names that moved: `K.mean` → `ops.mean`, `tf.keras.layers.Dense` → `keras.layers.Dense`."""

import ast

from kerasschool.modernizer.names import by_hand, moved, why_moved
from kerasschool.modernizer.result import Change, Remark
from kerasschool.modernizer.tables import DISSOLVED


class Moves:
    """Rewrites the uses of moved names, and notes what the imports must give.

    Args:
        source: a `Source`.
        names: its `Names`.
        changes, remarks: lists to write into.
    """

    def __init__(self, source, names, changes, remarks):
        self.source, self.names, self.changes, self.remarks = source, names, changes, remarks
        self.kept = set(source.hidden_names)  # imported names, as the old program calls them, that the new one uses
        self.lost = set()  # imported names that the old program uses
        self.needed = {}  # (module, name) that must be imported → line where it is first used

    def rewrite(self, skip):
        """Rewrite every use of a name that moved, but not inside the nodes of `skip`, which other rules replace."""
        uses = list(self._uses({id(node) for node in skip}))
        # Where something of TensorFlow itself stays, its functions stay with it.
        stays = any(self.names.modern(node).startswith("tensorflow.") for node in uses)
        for node in uses:
            path, new, old = self.names.path(node), self.names.modern(node), self.source.part(node)
            if stays and path.startswith("tensorflow.") and new.startswith("keras.ops."):
                new = path
            elif by_hand(new) is not None:
                self.remarks.append(Remark(node.lineno, old, by_hand(new)))
            self.lost.add(_root(node).id)
            if new == path:
                self.kept.add(_root(node).id)
                continue
            spelt = self.spell(new, node)
            if spelt != "".join(old.split()):
                self.source.put(node, spelt)
                self.changes.append(Change(node.lineno, old, spelt, why_moved(path)))

    def _uses(self, skip):
        """The chains of names, `tf.keras.layers.Dense` as a whole, that stand for something known."""
        waiting = [self.source.tree]
        while waiting:
            node = waiting.pop()
            if id(node) in skip:
                continue
            if isinstance(node, (ast.Attribute, ast.Name)) and self.names.path(node) is not None:
                yield node
            else:
                waiting.extend(reversed(list(ast.iter_child_nodes(node))))

    def spell(self, new, like):
        """How something in Keras 3 is written here; what it takes is noted, to be imported.

        Args:
            new: its place, for example `"keras.ops.mean"`.
            like: the name or chain of names that stands there, or one beside it; the spelling follows it.
        """
        root = _root(like)
        start = self.names.path(root)
        today = moved(start)
        is_known = start not in DISSOLVED and (root.id in self.names.places or today == start)
        if is_known and (new == today if like is root else new.startswith(f"{today}.")):
            self.kept.add(root.id)
            is_bare = like is root and today != start and self.names.is_bare(root.id)
            return new.rpartition(".")[2] if is_bare else root.id + new.removeprefix(today)
        module, _, last = new.rpartition(".")
        if module == "keras.ops":
            return f"{self._module('keras', 'ops', like)}.{last}"
        if like is root or start in DISSOLVED:
            self.need(module, last, like.lineno)
            return last
        return self._module("", "keras", like) + new.removeprefix("keras")

    def _module(self, package, name, like):
        """What a module is called here; it will be imported if it is not yet."""
        bound = self.names.bound_to(f"{package}.{name}" if package else name)
        if bound is not None:
            self.kept.add(bound)
        else:
            self.need(package, name, like.lineno)
        return bound or name

    def optimizers(self, like):
        """How `keras.optimizers` is written here."""
        bound = self.names.bound_to("keras.optimizers")
        return bound or f"{self._module('', 'keras', like)}.optimizers"

    def keep(self, node):
        """Note that the names in `node` are used as they are, in a text that another rule writes."""
        self.kept.update(each.id for each in ast.walk(node) if isinstance(each, ast.Name))

    def lose(self, node):
        """Note that a use of the name in front of `node` is gone."""
        self.lost.add(_root(node).id)

    def need(self, module, name, line):
        """Note that `from module import name` (or `import name`) must stand somewhere."""
        if self.names.bound_to(f"{module}.{name}" if module else name) == name:
            self.kept.add(name)
        elif module not in self.names.stars:
            self.needed.setdefault((module, name), line)


def _root(node):
    while isinstance(node, ast.Attribute):
        node = node.value
    return node
