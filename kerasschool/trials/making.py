"""From a model, a recipe or a function, and the settings of a trial, to the trial's own model."""

import contextlib
import copy
import inspect
import random as python_random
import warnings

import numpy as np

from kerasschool import layers, optimizers, regularizers
from kerasschool.errors import message, unknown, unknown_arguments
from kerasschool.layers import keras_tensor
from kerasschool.models import Sequential
from kerasschool.trials.streams import alone

HIDDEN_ONLY = ("units", "activation")  # a plain name means hidden layers: the last layer's fit the targets
RATES = (layers.Dropout, layers.GaussianDropout, layers.AlphaDropout)  # what `dropout` sets the rate of
PENALTIES = (regularizers.L1, regularizers.L2, regularizers.L1L2)  # what `l1` and `l2` are factors of
SEEDS = ("seed", "fit_seed")


def maker(model):
    """A function from the settings of a trial to its compiled model.

    Args:
        model: a compiled `Sequential`, a function that makes one, or something with a method `build` that does.
    """
    if isinstance(model, Sequential):
        check_compiled(model)
        return Variations(model)
    if not callable(model) and callable(getattr(model, "build", None)):
        model = model.build
    if not callable(model) or inspect.isclass(model):
        raise TypeError(
            message(
                "`Trials` needs a compiled model, or a function that makes one.",
                "For example `Trials(model, seeds=range(8))` or `Trials(build, seeds=range(8))`.",
                model=model,
            )
        )
    return Factory(model)


def make(model_of, settings):
    """The model of one trial and the stream of random numbers that it goes on with.

    All is as after `utils.set_random_seed(settings["seed"])` in a program of its own: the weights, and the names of
    layers, too.

    Args:
        model_of: what `maker` gave.
        settings: dictionary with `"seed"`.
    """
    stream = np.random.RandomState(settings["seed"])
    with alone(stream), fresh_names(), python_seed(settings["seed"]):
        model = model_of(settings)
    check_compiled(model)
    return model, np.random.RandomState(settings["fit_seed"]) if "fit_seed" in settings else stream


def check_compiled(model):
    """Raise the error that teaches if this is no model, or none that can be trained."""
    if not isinstance(model, Sequential):
        raise TypeError(
            message("The function must return a `Sequential`.", fix="Does it end with `return model`?", returned=model)
        )
    model._check_compiled("Trials")


@contextlib.contextmanager
def fresh_names():
    """Name layers from the beginning inside the `with` block, and go on outside as if nothing had been named."""
    counts = dict(keras_tensor._name_counts)
    keras_tensor.forget_names()
    try:
        yield
    finally:
        keras_tensor.forget_names()
        keras_tensor._name_counts.update(counts)


@contextlib.contextmanager
def python_seed(seed):
    """Seed the standard library's `random` inside the `with` block only."""
    state = python_random.getstate()
    python_random.seed(seed)
    try:
        yield
    finally:
        python_random.setstate(state)


class Factory:
    """A reader's function as a maker of models: it gets the settings that it asks for.

    Args:
        build: function such as `build(seed)`, `build(units, learning_rate)` or `build(**settings)`.
    """

    def __init__(self, build):
        self.build = build
        taken = inspect.signature(build).parameters
        self.takes_all = any(each.kind is each.VAR_KEYWORD for each in taken.values())
        self.names = [
            name for name, each in taken.items() if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
        ]
        self.needed = [name for name in self.names if taken[name].default is inspect.Parameter.empty]

    def __call__(self, settings):
        given = {name: value for name, value in settings.items() if name not in SEEDS}
        extra = {name: value for name, value in given.items() if name not in self.names}
        if extra and not self.takes_all:
            raise unknown_arguments(getattr(self.build, "__name__", "build"), extra, self.build)
        missing = [name for name in self.needed if name not in given]
        if len(missing) == 1:  # `build(seed)`, whatever the reader calls it
            given[missing[0]] = settings["seed"]
        elif "seed" in self.names or self.takes_all:
            given["seed"] = settings["seed"]
        return self.build(**given)


class Variations:
    """A compiled model as a maker of models: new ones of its structure, with some settings changed.

    What training does not change is kept: the weights of frozen layers, and what a `Normalization` was adapted to.

    Args:
        model: a compiled `Sequential`.
    """

    def __init__(self, model):
        self.model = model
        for each in model.all_layers():
            if isinstance(each, Sequential) and type(each) is not Sequential:
                raise TypeError(
                    message(
                        f"`{type(each).__name__}` is a class of your own, and copies of it could be something else.",
                        fix="Pass a function that makes the compiled model: `Trials(build, …)`.",
                        model=each,
                    )
                )

    def __call__(self, settings):
        rest = {name: value for name, value in settings.items() if name not in SEEDS}
        compiled = {**self.model._compile_arguments, "jit_compile": "auto"}
        compiled = {name: copy.deepcopy(value) for name, value in compiled.items() if name != "optimizer"}
        optimizer = optimizers.get(copy.deepcopy(rest.pop("optimizer", self.model.optimizer)))
        forget_state(optimizer)
        if "loss" in rest:
            compiled["loss"] = copy.deepcopy(rest.pop("loss"))
        for name in [name for name in rest if name in optimizer.get_config() and name != "name"]:
            optimizer = set_option(optimizer, name, rest.pop(name))
        places = {name: self._places(name, optimizer) for name in rest}
        model = self._like(self.model, rest, places)
        keep_fixed_weights(self.model, model)
        model.compile(optimizer=optimizer, **compiled)
        excluded, words = optimizer._not_decayed
        same = zip(self.model.parameters, model.parameters)
        optimizer._not_decayed = ({id(own) for old, own in same if id(old) in excluded}, words)
        return model

    def _leaves(self):
        return [layer for layer in self.model.all_layers() if not isinstance(layer, Sequential)]

    def _places(self, name, optimizer):
        """The layers that a setting is for: those named before `__`, or all that have it."""
        where, argument = name.rsplit("__", 1) if "__" in name else (None, name)
        found = [layer for layer in self._leaves() if where in (None, layer.name) and has(layer, argument)]
        if where is None and argument in HIDDEN_ONLY:
            found = found[:-1]
        if not found:
            raise unknown("setting", name, self._known(optimizer))
        return found

    def _known(self, optimizer):
        names = {"optimizer", "loss", *optimizer.get_config()} - {"name"}
        for layer in self._leaves():
            names |= {argument for argument in layer.get_config() if argument not in ("name", "dtype")}
            names |= {argument for argument in ("dropout", "l1", "l2") if has(layer, argument)}
        return names

    def _like(self, model, settings, places):
        """A new model of the same structure."""
        entrance = [] if model._entrance is None else [type(model._entrance).from_config(model._entrance.get_config())]
        inside = []
        for layer in model.layers:
            copied = self._like if isinstance(layer, Sequential) else self._copy
            inside.append(copied(layer, settings, places))
        made = Sequential(entrance + inside, model.trainable, model.name)
        if model.built and not made.built:
            made.build(model.built_shape)
        return made

    def _copy(self, layer, settings, places):
        """A new layer like `layer`, with the settings that are for it."""
        changes = {}
        for name, value in settings.items():
            if any(layer is each for each in places[name]):
                changes.update(as_arguments(layer, name.rsplit("__", 1)[-1], value))
        if isinstance(layer, layers.Lambda) and not changes:
            return copy.deepcopy(layer)  # its function cannot be written down
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a lambda cannot be saved; nothing is saved here
            config = layer.get_config()
        for name, value in config.items():
            if is_of_the_reader(value):
                config[name] = copy.deepcopy(getattr(layer, name))
        return type(layer).from_config({**config, **changes})


def has(layer, argument):
    """Is this a setting of the layer?"""
    if argument == "dropout":
        return isinstance(layer, RATES)
    if argument in ("l1", "l2"):
        return isinstance(vars(layer).get("kernel_regularizer"), PENALTIES)
    return argument in layer.get_config() and argument not in ("name", "dtype")


def as_arguments(layer, argument, value):
    """A setting as arguments of the layer's class."""
    if argument == "dropout":
        return {"rate": value}
    if argument in ("l1", "l2"):
        factors = {name: vars(layer.kernel_regularizer).get(name, 0.0) for name in ("l1", "l2")}
        return {"kernel_regularizer": regularizers.L1L2(**{**factors, argument: value})}
    return {argument: value}


def is_of_the_reader(value):
    """True for a function or object in a config that is not Keras's own, so that its name alone would not find it."""
    if not isinstance(value, dict) or "class_name" not in value:
        return False
    return value["class_name"] == "function" or not str(value.get("module")).startswith("keras")


def forget_state(optimizer):
    """Make an optimizer new: no steps made, no weights known."""
    if isinstance(optimizer, optimizers.Optimizer):
        optimizer.parameters, optimizer.slots = None, {}
        optimizer._own_variables = []
        optimizer._iterations.assign(0)


def set_option(optimizer, name, value):
    """The same optimizer with another value of one argument, checked as in its `__init__`."""
    if name == "learning_rate" and not hasattr(value, "get_config") and not callable(value):
        value = float(value) if isinstance(value, np.number) else value
    changed = type(optimizer).from_config({**optimizer.get_config(), name: value})
    changed._not_decayed = optimizer._not_decayed
    return changed


def keep_fixed_weights(old, new):
    """Copy the weights that training does not change: of frozen layers, and of those that are adapted beforehand."""
    for layer, copied in zip(old.all_layers(), new.all_layers()):
        is_fixed = not layer.trainable or isinstance(layer, layers.Normalization)
        if is_fixed and layer._own_weights and copied.built:
            copied.set_weights(layer.get_weights())
