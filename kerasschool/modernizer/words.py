"""What is said in strings and in names of methods: History's keys, file names, `predict_classes`."""

import ast

from kerasschool.modernizer.result import Change, Remark

KEYS = {"acc": "accuracy", "val_acc": "val_accuracy"}
WHY_KEY = "Keras 3 names the numbers in full: `history.history['accuracy']`."
WHY_WEIGHTS = "A file of weights ends in `.weights.h5`."
WHY_MODEL = "A whole model is saved in Keras 3's own format, `.keras`."
LOGS = ("logs", "hist", "history")


class Words:
    """Rewrites strings and methods.

    Args:
        source, names, moves, shapes: the program, its names, its `Moves` and its `Shapes`.
        changes, remarks: lists to write into.
    """

    def __init__(self, source, names, moves, shapes, changes, remarks):
        self.source, self.names, self.moves, self.shapes = source, names, moves, shapes
        self.changes, self.remarks = changes, remarks
        self.calls = shapes.arguments.calls
        self.models = self._models()
        self.histories = set(LOGS)
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute) and node.value.attr == "history":
                self.histories.update(target.id for target in node.targets if isinstance(target, ast.Name))

    def _models(self):
        """What models of Keras are called in this program."""
        makers = ("Sequential", "Model", "load_model", "model_from_json")
        found = {"model"} - self.names.made_here
        for node in ast.walk(self.source.tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                place = self.names.modern(node.value.func)
                if place.startswith("keras.") and place.rpartition(".")[2] in makers:
                    found.update(self.source.part(target) for target in node.targets)
        return found

    def rewrite(self):
        """Rewrite all of them."""
        if not {"acc", "val_acc"} & self.names.made_here:
            self._keys()
        for call in self.calls:
            if isinstance(call.func, ast.Attribute):
                self._method(call, call.func.attr)
            if self.names.modern(call.func) == "keras.callbacks.ModelCheckpoint":
                self._checkpoint(call)
        self._files()

    # History

    def _keys(self):
        for node in ast.walk(self.source.tree):
            if isinstance(node, ast.Subscript) and self._is_history(node.value):
                self._key(node.slice)
            elif isinstance(node, ast.Call):
                is_get = isinstance(node.func, ast.Attribute) and node.func.attr == "get"
                if is_get and node.args and self._is_history(node.func.value):
                    self._key(node.args[0])
                for keyword in node.keywords:
                    if keyword.arg == "monitor":
                        self._key(keyword.value)

    def _is_history(self, node):
        return (isinstance(node, ast.Attribute) and node.attr == "history") or (
            isinstance(node, ast.Name) and node.id in self.histories
        )

    def _key(self, node):
        if isinstance(node, ast.Constant) and node.value in KEYS:
            self._string(node, KEYS[node.value], WHY_KEY)

    def _string(self, node, new, why):
        old = self.source.part(node)
        if node.value not in old or old.count(node.value) != 1:  # joined or escaped strings
            self.remarks.append(Remark(node.lineno, old, why))
            return
        new = old.replace(node.value, new)
        self.source.put(node, new)
        self.changes.append(Change(node.lineno, old, new, why))

    # Methods

    def _method(self, call, name):
        if name == "predict_classes":
            self._classes(call)
        elif name == "predict_proba" and self.source.part(call.func.value) in self.models:
            self._call_it(call, "predict", "`predict` gives probabilities when the last activation does.")

    def _call_it(self, call, new, why):
        end = self.source.span(call.func)[1]
        old = call.func.attr
        self.source.replace(end - len(old), end, new)
        self.changes.append(Change(call.lineno, f".{old}(", f".{new}(", why))

    def _classes(self, call):
        """`predict_classes(X)`: the largest of several outputs, or one output above a half."""
        ends = self._last_layer(self.source.part(call.func.value))
        why = "Keras 3 predicts probabilities; you say how they become classes."
        if ends is None:
            advice = "one output `(….predict(X) > 0.5).astype('int32')`, several `….predict(X).argmax(axis=-1)`."
            self.remarks.append(
                Remark(call.lineno, self.source.part(call), f"{why} By the number of outputs: {advice}")
            )
            return
        start, end = self.source.span(call)
        name_end = self.source.span(call.func)[1]
        old, head = self.source.part(call), self.source.text[start : name_end - len("predict_classes")]
        tail = self.source.text[name_end:end]
        self.source.replace(name_end - len("predict_classes"), name_end, "predict")
        if ends == "one":
            kind = self.source.string("int32")
            self.source.replace(start, start, "(")
            self.source.replace(end, end, f" > 0.5).astype({kind})")
            new = f"({head}predict{tail} > 0.5).astype({kind})"
        else:
            self.source.replace(end, end, ".argmax(axis=-1)")
            new = f"{head}predict{tail}.argmax(axis=-1)"
        self.changes.append(Change(call.lineno, old, new, why))

    def _last_layer(self, model):
        """`"one"` or `"several"` outputs, by the last layer that the model gets; None if that cannot be told."""
        units, activation = None, None
        for layer in self._layers(model):
            place = self.names.modern(layer.func)
            given = {keyword.arg: keyword.value for keyword in layer.keywords}
            words = getattr(given.get("activation"), "value", None)
            if place == "keras.layers.Dense":
                numbers = [given.get("units"), given.get("output_dim"), *layer.args[:2][::-1]]
                values = [each.value for each in numbers if isinstance(each, ast.Constant) and type(each.value) is int]
                units, activation = (values[0] if values else None), words
            elif place == "keras.layers.Activation" and layer.args:
                activation = getattr(layer.args[0], "value", None)
        if units is not None:
            return "one" if units == 1 else "several"
        return "several" if activation == "softmax" else None

    def _layers(self, model):
        """The calls that make the layers of a model, in the order of the program."""
        found = []
        for node in ast.walk(self.source.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add":
                if self.source.part(node.func.value) == model and node.args:
                    found.append(node.args[0])
            elif isinstance(node, ast.Assign) and any(self.source.part(target) == model for target in node.targets):
                lists = [arg for arg in getattr(node.value, "args", []) if isinstance(arg, (ast.List, ast.Tuple))]
                found += [layer for each in lists for layer in each.elts]
        return sorted(
            (each for each in found if isinstance(each, ast.Call)), key=lambda call: (call.lineno, call.col_offset)
        )

    # Files

    def _files(self):
        """`save_weights("a.h5")` → `"a.weights.h5"`, `save("a.h5")` → `"a.keras"`, and where they are read again."""
        renamed = {}
        for call in self.calls:
            if not isinstance(call.func, ast.Attribute) or self.source.part(call.func.value) not in self.models:
                continue
            if call.func.attr in ("save", "save_weights") and call.args:
                ending = ".keras" if call.func.attr == "save" else ".weights.h5"
                old = getattr(call.args[0], "value", None)
                new = _with_ending(old, ending)
                if new != old:
                    renamed[old, call.func.attr == "save"] = new
                    self._string(call.args[0], new, WHY_MODEL if ending == ".keras" else WHY_WEIGHTS)
        for call in self.calls:
            is_whole = self.names.modern(call.func).rpartition(".")[2] == "load_model"
            is_weights = isinstance(call.func, ast.Attribute) and call.func.attr == "load_weights"
            if (is_whole or is_weights) and call.args and isinstance(call.args[0], ast.Constant):
                new = renamed.get((call.args[0].value, is_whole))
                if new:
                    self._string(call.args[0], new, WHY_MODEL if is_whole else WHY_WEIGHTS)

    def _checkpoint(self, call):
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        name = given.get("filepath") or (call.args[0] if call.args else None)
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
            return
        weights = getattr(given.get("save_weights_only"), "value", False)
        new = _with_ending(name.value, ".weights.h5" if weights else ".keras")
        if "acc" not in self.names.made_here:
            new = new.replace("{val_acc", "{val_accuracy").replace("{acc", "{accuracy")
            new = new.replace("{val_accuracyuracy", "{val_accuracy").replace("{accuracyuracy", "{accuracy")
        if new != name.value:
            self._string(name, new, f"{WHY_WEIGHTS if weights else WHY_MODEL} In it, numbers are named in full.")


def _with_ending(name, ending):
    """A file name with Keras 3's ending in place of an old one; what has no old ending stays."""
    if not isinstance(name, str) or name.endswith(ending):
        return name
    for old in (".hdf5", ".h5"):
        if name.endswith(old):
            return name.removesuffix(old) + ending
    return name
