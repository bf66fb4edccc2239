"""The numbers that make up a model, and their places in a file.

Layers and optimizers put their arrays into a store, a dictionary `"0"`, `"1"`, … of their own. The paths of the
stores are Keras's: `layers/dense`, `layers/dense_1`, `optimizer`; names of layers do not matter, for two runs of one
program may give different ones.

Source: `keras.src.saving.saving_lib`.
"""

import warnings

import numpy as np

from kerasschool.errors import check_number
from kerasschool.layers import Layer
from kerasschool.old_spellings import caller_depth
from kerasschool.optimizers import Optimizer
from kerasschool.registry import snake_case

LEADING = ("iteration", "learning_rate")  # what an optimizer keeps before it has seen weights


def owners(model):
    """Everything in the model that keeps arrays, with its path: list of pairs `(path, layer or optimizer)`.

    >>> from kerasschool import Sequential, layers
    >>> model = Sequential([layers.Input((2,)), layers.Dense(3), layers.Dense(1)])
    >>> [path for path, _ in owners(model)]
    ['', 'layers/dense', 'layers/dense_1']
    """
    found = {}
    _visit(model, "", found)
    return list(found.values())


def _visit(owner, path, found):
    if id(owner) in found:  # a layer that two others share is stored once
        return
    found[id(owner)] = path, owner
    if is_model(owner):
        _visit_all(owner.layers, _join(path, "layers"), found, set())
        if owner.optimizer is not None:
            _visit(owner.optimizer, _join(path, "optimizer"), found)
    elif isinstance(owner, Layer):
        for name in sorted(vars(owner), key=lambda name: (name.startswith("_"), name)):
            _visit_value(vars(owner)[name], _join(path, name), found, set())


def _visit_value(value, path, found, seen):
    if isinstance(value, (Layer, Optimizer)):
        _visit(value, path, found)
    elif isinstance(value, (list, tuple, dict)):
        _visit_all(value.values() if isinstance(value, dict) else value, path, found, seen)


def _visit_all(values, path, found, seen):
    if id(values) in seen:
        return
    seen.add(id(values))
    used = {}
    for value in values:
        if isinstance(value, (Layer, Optimizer)):
            name = snake_case(type(value).__name__)
        elif isinstance(value, (list, tuple, dict)):
            name = "container"
        else:
            continue
        used[name] = used.get(name, -1) + 1
        _visit_value(value, _join(path, f"{name}_{used[name]}" if used[name] else name), found, seen)


def _join(path, name):
    return f"{path}/{name}" if path else name


def is_model(owner):
    """True for a model, False for a layer or anything else."""
    return isinstance(owner, Layer) and owner.can_be_rebuilt


def groups(model):
    """What `h5_file.to_bytes` writes: list of `(path, name, arrays)`."""
    found = []
    for path, owner in owners(model):
        arrays = {}
        owner.save_own_variables(arrays)
        found.append((path, owner.name, arrays))
    return found


def load(model, file, skip_mismatch=False):
    """Take all numbers from the file. First everything is read and checked; only then the model is changed.

    Args:
        file: a `WeightsFile`.
        skip_mismatch: True leaves out, with a warning, what does not fit.

    Raises:
        ValueError: if something does not fit, or is damaged; the model is as it was then.
    """
    stores, misfits, left_out = [], [], []
    for path, owner in owners(model):
        found = file.arrays(path)
        if isinstance(owner, Optimizer):
            if not _optimizer_takes(owner, found):
                left_out += [owner] if found else []
                continue
        else:
            misfit = _misfit(owner, found)
            if misfit:
                misfits.append(f"{path or owner.name}: {misfit}")
                continue
        stores.append((owner, {name: file.read(dataset) for name, dataset in found.items()}))
    report = f"{len(misfits)} part(s) of the model do not fit the file. First, {misfits[0]}" if misfits else ""
    if misfits and not skip_mismatch:
        raise ValueError(
            f"{report} Load into a model with the same layers, or pass `skip_mismatch=True` to `load_weights` to "
            "leave out what does not fit."
        )
    _assign(model, stores)
    if misfits:
        warnings.warn(f"{report} They keep their numbers.", stacklevel=caller_depth())
    for optimizer in left_out:
        warnings.warn(
            f"The optimizer `{optimizer.name}` starts anew: the file keeps the state of another, or this one has made "
            "no step yet. To go on with that of the file, read the whole model with `load_model`, or compile with the "
            "same optimizer and call `model.optimizer.build(model.parameters)` before you load.",
            stacklevel=caller_depth(),
        )


def _misfit(layer, found):
    """What is wrong with the arrays for this layer, or nothing."""
    if type(layer).load_own_variables is not Layer.load_own_variables:
        return ""  # it knows itself what it wants
    own = layer._own_in_order()
    expected = {str(index): weight for index, weight in enumerate(own)}
    if found.keys() == expected.keys() and all(_fits(found[name], weight) for name, weight in expected.items()):
        return ""
    unbuilt = "" if layer.built else " It is not built yet: give the model an `Input`, or call it on data first."
    wanted = ", ".join(f"{weight.name} {weight.shape}" for weight in own) or "no arrays"
    return f"`{layer.name}` has {wanted}; in the file there are {_listed(found)}.{unbuilt}"


def _fits(dataset, variable):
    return dataset.shape == variable.shape and np.can_cast(dataset.dtype, variable.value.dtype, "same_kind")


def _listed(found):
    names = sorted(found, key=lambda name: (len(name), name))
    more = ", …" if len(names) > 6 else ""
    return ", ".join(f"{found[name].shape} of {found[name].dtype}" for name in names[:6]) + more if names else "none"


def _optimizer_takes(optimizer, found):
    """True if the arrays in the file fit the optimizer; if not, as in Keras, it stays as it is."""
    if type(optimizer).load_own_variables is not Optimizer.load_own_variables:
        return bool(found)
    variables = optimizer.variables
    leading = [variable for variable in variables[:2] if variable.name in LEADING]
    if len(found) == len(leading):  # saved before the first step: nothing else was there
        variables = leading
    expected = {str(index): variable for index, variable in enumerate(variables)}
    return found.keys() == expected.keys() and all(_fits(found[name], each) for name, each in expected.items())


def _assign(model, stores):
    """Give every owner its arrays; if one of them fails, all get back what they had."""
    before = [(variable, variable.numpy()) for owner, _ in stores for variable in owner.variables]
    try:
        with np.errstate(over="ignore"):  # a float64 file may hold more than a float32 model can
            for owner, store in stores:
                if isinstance(owner, Optimizer):
                    _assign_optimizer(owner, store)
                else:
                    owner.load_own_variables(store)
    except Exception as error:
        for variable, value in before:
            variable.assign(value)
        raise ValueError(f"The numbers in the file do not fit: {error}") from error


def _assign_optimizer(optimizer, store):
    if type(optimizer).load_own_variables is not Optimizer.load_own_variables:
        return optimizer.load_own_variables(store)
    for index, variable in enumerate(optimizer.variables[: len(store)]):
        value = store[str(index)]
        if index < 2 and variable.name in LEADING:
            check_number(variable.name, value.item(), 0)
        variable.assign(value)
