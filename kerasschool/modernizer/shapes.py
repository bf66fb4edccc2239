"""The number of inputs: no longer an argument of the first layer, but an `Input` in front of it."""

import ast

from kerasschool.modernizer.result import Change, Remark
from kerasschool.modernizer.tables import SHAPE_ARGUMENTS

SEQUENTIAL = ("keras.Sequential", "keras.models.Sequential")
WHY = "The number of inputs is said once, by an `Input` in front of all layers."
ONLY_FIRST = "Only the `Input` of a model says its number of inputs; the other layers see it."
BY_HAND = "Put an `Input(shape=…)` in front of the first layer and leave this argument out."


class Shapes:
    """Moves `input_dim=`, `input_shape=` and `batch_input_shape=` into an `Input`.

    Args:
        source, names, moves, arguments: the program, its names, its `Moves` and its `Arguments`.
        changes, remarks: lists to write into.
    """

    def __init__(self, source, names, moves, arguments, changes, remarks):
        self.source, self.names, self.moves, self.arguments = source, names, moves, arguments
        self.changes, self.remarks = changes, remarks
        self.parents, self.bodies = {}, {}
        for node in ast.walk(source.tree):
            for field, value in ast.iter_fields(node):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.AST):
                        self.parents[child] = node
                        if isinstance(child, ast.stmt):
                            self.bodies[child] = (node, field)

    def rewrite(self):
        """Rewrite all layers that say a number of inputs."""
        for call in self.arguments.calls:
            place = self.names.modern(call.func)
            kind = place.rpartition(".")[2]
            if not place.startswith("keras.layers.") or kind in ("Input", "InputLayer"):
                continue
            given = {keyword.arg: keyword for keyword in call.keywords}
            names = [name for name in SHAPE_ARGUMENTS if name in given and (name, kind) != ("input_dim", "Embedding")]
            if names:
                self._layer(call, given[names[0]])
            elif kind == "Dense" and _two_numbers(call):
                self._layer(call, call.args[0])

    def _layer(self, call, said):
        """Move what `said` says, a keyword or Keras 0's first number, in front of the layer."""
        place = self._place(call)
        if place is None:
            self.remarks.append(Remark(said.lineno, self.source.part(said), BY_HAND))
            return
        how, target = place
        if how == "later":
            self.arguments.cut(said, ONLY_FIRST)
            return
        name = self.moves.spell("keras.layers.Input", call.func)
        new = f"{name}({self._shape(said)})"
        if how == "add":
            model = self.source.part(target.value.func.value)
            self.source.put_before(target, f"{model}.add({new})")
            new = f"{model}.add({new})"
        else:
            self._put_into_list(target, new)
        self.moves.keep(said)
        self.source.cut_argument(said)
        self.arguments.replaced.append(said)
        self.changes.append(Change(said.lineno, self.source.part(said), new, WHY))

    def _shape(self, said):
        if not isinstance(said, ast.keyword):
            return f"shape=({self.source.part(said)},)"
        text = self.source.part(said.value)
        if said.arg == "batch_input_shape":
            return f"batch_shape={text}"
        is_number = said.arg == "input_dim" or isinstance(said.value, ast.Constant)
        return f"shape=({text},)" if is_number else f"shape={text}"

    def _put_into_list(self, element, new):
        start = self.source.span(element)[0]
        indent = self.source.indent(element)
        self.source.replace(start, start, f"{new}, " if indent is None else f"{new},\n{indent}")

    # Where in its model a layer stands

    def _place(self, call):
        """`("add", statement)`, `("list", element)` or `("later", None)`; None if it cannot be told."""
        parent = self.parents.get(call)
        statement = self._statement(call)
        model = _added_to(statement, call)
        if model is not None:
            return self._place_of_added(statement, self.source.part(model))
        if isinstance(parent, (ast.List, ast.Tuple)) and self._is_sequential(self.parents.get(parent)):
            return ("list", call) if parent.elts[0] is call else self._later(parent.elts[0])
        if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
            return self._place_of_named(parent.targets[0].id)
        return None

    def _later(self, first):
        """The place of a layer that is not the first: its number of inputs is known, unless the first is a riddle."""
        return ("later", None) if isinstance(first, ast.Call) else None

    def _place_of_named(self, name):
        """The place of a layer that was given a name: where that name is the first in a model."""
        uses = [node for node in ast.walk(self.source.tree) if isinstance(node, ast.Name) and node.id == name]
        if sum(isinstance(node.ctx, ast.Store) for node in uses) != 1:
            return None
        for node in uses:
            parent = self.parents.get(node)
            if isinstance(parent, (ast.List, ast.Tuple)) and self._is_sequential(self.parents.get(parent)):
                return ("list", node) if parent.elts[0] is node else None
            statement = self._statement(node)
            model = _added_to(statement, node)
            if model is not None:
                place = self._place_of_added(statement, self.source.part(model))
                return place if place and place[0] == "add" else None
        return None

    def _place_of_added(self, statement, model):
        """The place of a layer that `model.add(…)` adds: the first one since the model was made, or a later one."""
        owner, field = self.bodies[statement]
        if isinstance(owner, (ast.For, ast.While, ast.AsyncFor)):
            return None
        first = True
        for other in getattr(owner, field):
            if other is statement:
                return ("add", statement) if first else ("later", None)
            if isinstance(other, ast.Assign) and any(self._is_model(target, model) for target in other.targets):
                value = other.value
                first = self._is_sequential(value) and not value.args and not value.keywords
                if not first and not self._is_sequential(value):
                    return None
            elif any(self._adds(node, model) for node in ast.walk(other)):
                if not isinstance(other, ast.Expr):
                    return None  # a loop or a condition adds layers: too much to tell
                first = False
        return None

    def _is_model(self, target, model):
        return isinstance(target, (ast.Name, ast.Attribute)) and self.source.part(target) == model

    def _adds(self, node, model):
        is_add = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add"
        return is_add and self.source.part(node.func.value) == model

    def _is_sequential(self, node):
        return isinstance(node, ast.Call) and self.names.modern(node.func) in SEQUENTIAL

    def _statement(self, node):
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node


def _added_to(statement, layer):
    """`model` where the statement is `model.add(layer)` and nothing else, or None."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "add":
        return call.func.value if call.args and call.args[0] is layer else None
    return None


def _two_numbers(call):
    """True for `Dense(8, 12)`: in the first Keras, inputs and units."""
    return len(call.args) >= 2 and all(
        isinstance(each, ast.Constant) and type(each.value) is int for each in call.args[:2]
    )
