"""Arguments that are called something else today, or are gone: of layers, optimizers, `compile`, `fit` and others."""

import ast
import re

from kerasschool import gone
from kerasschool.modernizer import tables
from kerasschool.modernizer.result import Change, Remark


class Arguments:
    """Rewrites the arguments of calls.

    Args:
        source, names, moves: the program, its names, and its `Moves`.
        changes, remarks: lists to write into.
    """

    def __init__(self, source, names, moves, changes, remarks):
        self.source, self.names, self.moves, self.changes, self.remarks = source, names, moves, changes, remarks
        self.calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
        self.replaced = []  # nodes that were rewritten as a whole
        self._asked = set()  # calls of `compile` that were asked for accuracy

    def rewrite(self):
        """Rewrite all calls."""
        for call in self.calls:
            place = self.names.modern(call.func)
            if _is_learner(call, self.names):
                self._learner(call)
            elif place.startswith("keras.layers."):
                self._layer(call, place.rpartition(".")[2])
            elif place.startswith("keras.optimizers."):
                self._optimizer(call, place.rpartition(".")[2])
            elif place.startswith("keras."):
                self._rename(call, tables.ARGUMENTS_OF.get(place.rpartition(".")[2], {}))
            if isinstance(call.func, ast.Attribute):
                self._method(call, call.func.attr)
            if place == "numpy.random.seed":
                self._seed(call)

    # What all share

    def _rename(self, call, new_names):
        for keyword in [each for each in call.keywords if each.arg in new_names]:
            new = new_names[keyword.arg]
            if new is None:
                self.cut(keyword, tables.WHY_GONE[keyword.arg])
            elif new != keyword.arg:
                self.rename(keyword, new)

    def rename(self, keyword, new, why=None):
        """Call a keyword argument something else."""
        start = self.source.span(keyword)[0]
        self.source.replace(start, start + len(keyword.arg), new)
        self._note(keyword, f"{keyword.arg}=", f"{new}=", why or f"`{keyword.arg}` is called `{new}`.")

    def cut(self, keyword, why):
        """Leave a keyword argument out."""
        self.source.cut_argument(keyword)
        self.replaced.append(keyword)
        self._note(keyword, self.source.part(keyword), "", why)

    def _name(self, node, name, why):
        """Write the name of an argument in front of it."""
        start = self.source.span(node)[0]
        self.source.replace(start, start, f"{name}=")
        self._note(node, self.source.part(node), f"{name}={self.source.part(node)}", why)

    def _put(self, node, new, why):
        self._note(node, self.source.part(node), new, why)
        self.source.put(node, new)

    def _note(self, node, old, new, why):
        self.changes.append(Change(node.lineno, old, new, why))

    def _words(self, node, known, why):
        """Replace a string, or strings in a list, that are spelt otherwise today."""
        for each in node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]:
            if _text(each) in known:
                new = known[each.value]
                self._put(each, self.source.string(new), why.format(old=each.value, new=new))

    # Layers

    def _layer(self, call, kind):
        new_names = {**tables.LAYER_ARGUMENTS, **tables.ARGUMENTS_OF.get(kind, {})}
        self._rename(call, new_names)
        for keyword in call.keywords:
            name = new_names.get(keyword.arg, keyword.arg)
            if name and name.endswith("_initializer"):
                self._words(keyword.value, tables.INITIALIZERS, "{new!r} says which kind of {old} it is.")
            if keyword.arg == "weights":
                why = "Keras 3 has no `weights=`: call `layer.set_weights(…)` after the layer is built."
                self.remarks.append(Remark(keyword.lineno, self.source.part(keyword), why))
        if kind == "Dense":
            self._positions(call)
        if kind == "BatchNormalization" and call.args and isinstance(call.args[0], ast.Tuple):
            self.cut(call.args[0], "The layer sees the shape of its inputs.")

    def _positions(self, call):
        """`Dense(12, 'uniform', 'relu')` of Keras 1: after the units came the initializer, then the activation."""
        rest = call.args[1:]
        if not rest or _text(rest[0]) not in tables.INITIALIZER_NAMES or len(rest) > 2:
            return
        for node, name in zip(rest, ("kernel_initializer", "activation")):
            start = self.source.span(node)[0]
            self.source.replace(start, start, f"{name}=")
            self._note(
                node, self.source.part(node), f"{name}={self.source.part(node)}", "The order of arguments changed."
            )
        self._words(rest[0], tables.INITIALIZERS, "{new!r} says which kind of {old} it is.")

    # Optimizers

    def _optimizer(self, call, kind):
        self._rename(call, tables.OPTIMIZER_ARGUMENTS)
        given = {keyword.arg: keyword for keyword in call.keywords}
        epsilon, decay = given.get("epsilon"), given.get("decay")
        if epsilon is not None and isinstance(epsilon.value, ast.Constant) and epsilon.value.value is None:
            self.cut(epsilon, "The usual epsilon is chosen when it is left out.")
        if decay is None:
            return
        if isinstance(decay.value, ast.Constant) and decay.value.value == 0:
            self.cut(decay, "Without decay there is nothing to say.")
            return
        schedules = self.moves.spell("keras.optimizers.schedules", call.func)
        rate = given.get("learning_rate") or given.get("lr")
        node = rate.value if rate else call.args[0] if call.args else None
        first = self.source.part(node) if node is not None else tables.OLD_RATES.get(kind, "0.001")
        new = f"{schedules}.InverseTimeDecay({first}, decay_steps=1, decay_rate={self.source.part(decay.value)})"
        why = "`decay=` made the learning rate fall as learning_rate / (1 + decay · step); schedules do that today."
        if node is None:
            self._put(decay, f"learning_rate={new}", why)
        else:
            self.moves.keep(node)
            self.moves.keep(decay.value)
            self._put(node, new, why)
            self.cut(decay, why)
            self.replaced.append(node)

    def _learner(self, call):
        """CNTK's `sgd(model.parameters, lr, gradient_clipping_threshold_per_sample=10)`."""
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        rate = given.pop("lr", None) or (call.args[1] if len(call.args) > 1 else None)
        if isinstance(rate, ast.Call) and rate.args:  # `learning_rate_schedule(0.1, UnitType.minibatch)`
            rate = rate.args[0]
        threshold = given.pop("gradient_clipping_threshold_per_sample", None)
        truncates = given.pop("gradient_clipping_with_truncation", None)
        if rate is None or given or len(call.args) > 2:
            why = "CNTK's learner is `keras.optimizers.SGD(learning_rate=…)` in Keras."
            self.remarks.append(Remark(call.lineno, self.source.part(call), why))
            self.replaced.append(call.func)
            return
        new = f"{self.moves.optimizers(call)}.SGD(learning_rate={self.source.part(rate)}"
        self.moves.lose(call.func)
        self.moves.keep(rate)
        if threshold is not None:
            self.moves.keep(threshold)
            by_norm = isinstance(truncates, ast.Constant) and truncates.value is False
            new += f", {'clipnorm' if by_norm else 'clipvalue'}={self.source.part(threshold)}"
        why = "CNTK's learner is an optimizer in Keras; it gets the weights from `compile(optimizer=…)`."
        self._put(call, f"{new})", why)
        self.replaced.append(call)

    # Methods of models

    def _method(self, call, name):
        given = {keyword.arg: keyword for keyword in call.keywords}
        if name == "compile" and given.keys() & {"loss", "optimizer", "metrics", "class_mode"}:
            self._compile(call, given)
        elif name in ("fit", "evaluate", "predict", "train_on_batch", "test_on_batch"):
            self._rename(call, tables.FIT_ARGUMENTS)
            self._leave_out(call, given)
        elif name in ("fit_generator", "evaluate_generator", "predict_generator"):
            self._generator(call, name, given)

    def _compile(self, call, given):
        for name, why in gone.COMPILE.items():
            if name in given:
                self.cut(given[name], why)
        if "loss" in given:
            self._words(given["loss"].value, tables.LOSSES, "The loss is called {new!r}.")
        if "metrics" in given and "acc" not in self.names.made_here:
            why = "{old!r} is short for {new!r}, and History names its numbers after what stands here."
            self._words(given["metrics"].value, tables.METRICS, why)

    def _leave_out(self, call, given):
        for name, why in gone.TRAINING.items():
            if name in given:
                self.cut(given[name], why)
        accuracy = given.get("show_accuracy")
        if accuracy is not None and getattr(accuracy.value, "value", True):
            self._ask_for_accuracy(self.source.part(call.func.value))

    def _ask_for_accuracy(self, model):
        """Put `metrics=['accuracy']` into the `compile` of a model whose `fit` asked for it."""
        for call in self.calls:
            is_compile = isinstance(call.func, ast.Attribute) and call.func.attr == "compile"
            if is_compile and self.source.part(call.func.value) == model and call not in self._asked:
                self._asked.add(call)
                if not any(keyword.arg in ("metrics", None) for keyword in call.keywords):
                    new = f"metrics=[{self.source.string('accuracy')}]"
                    self.source.add_argument(call, new)
                    self._note(call, "", new, "`show_accuracy=True` is said here today.")

    def _generator(self, call, name, given):
        """`fit_generator` and its sisters: `fit` takes generators as they are."""
        new = name.removesuffix("_generator")
        attribute = call.func
        end = self.source.span(attribute)[1]
        self.source.replace(end - len(name), end, new)
        self._note(attribute, f".{name}(", f".{new}(", f"`{new}` takes generators and iterables too.")
        if "generator" in given:
            self.rename(given["generator"], "x")
        is_keras_1 = bool(given.keys() & {"nb_epoch", "samples_per_epoch", "nb_val_samples", "val_samples"})
        order = ("steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data", "validation_steps")
        for node, argument in zip(call.args[1:], order if new == "fit" else ("steps",)):
            counts_rows = argument == "steps_per_epoch" and is_keras_1
            if counts_rows:
                self._samples(node, argument)
            self._name(node, "samples_per_epoch" if counts_rows else argument, f"In `{new}` it is said by name.")
        self._rename(call, tables.FIT_ARGUMENTS)
        self._leave_out(call, given)
        for old, argument in (
            ("samples_per_epoch", "steps_per_epoch"),
            ("nb_val_samples", "validation_steps"),
            ("val_samples", "steps" if new != "fit" else "validation_steps"),
        ):
            if old in given:
                self._batches(call, given[old], argument)

    def _batches(self, call, keyword, new):
        """`samples_per_epoch=1000` counted rows; batches are counted today, if the batch size can be read."""
        generator = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "generator"), None)
        sizes = [k.value for k in getattr(generator, "keywords", ()) if k.arg == "batch_size"]
        if not sizes:
            self._samples(keyword, new)
            return
        rows, size = keyword.value, sizes[0]
        if isinstance(rows, ast.Constant) and isinstance(size, ast.Constant):
            steps = str(-(-rows.value // size.value))
        else:
            steps = f"{_bracketed(rows, self.source)} // {_bracketed(size, self.source)}"
        why = f"`{keyword.arg}` counted rows; `{new}` counts batches."
        self.moves.keep(keyword)
        self.moves.keep(size)
        self._put(keyword, f"{new}={steps}", why)
        self.replaced.append(keyword)

    def _samples(self, node, new):
        why = f"It counts rows; Keras 3 counts batches: write `{new}=` with the rows divided by the batch size."
        self.remarks.append(Remark(node.lineno, self.source.part(node), why))

    def _seed(self, call):
        if re.search(r"\bset_random_seed\b|\bset_seed\b", self.source.text):
            return
        seed = self.source.part(call.args[0]) if call.args else "7"
        why = f"In Keras 3 this seeds NumPy alone; `keras.utils.set_random_seed({seed})` seeds the weights too."
        self.remarks.append(Remark(call.lineno, self.source.part(call), why))


def _text(node):
    """The words of a string in the program, or None."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _bracketed(node, source):
    text = source.part(node)
    return text if isinstance(node, (ast.Constant, ast.Name, ast.Attribute, ast.Call)) else f"({text})"


def _is_learner(call, names):
    """True for CNTK's `sgd(model.parameters, lr)`."""
    if not call.args or not isinstance(call.args[0], ast.Attribute) or call.args[0].attr != "parameters":
        return False
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    place = names.path(call.func) or ""
    is_ours = isinstance(call.func, ast.Name) and name not in names.made_here
    return name == "sgd" and (is_ours or place.startswith("cntk.") or place.endswith("optimizers.sgd"))
