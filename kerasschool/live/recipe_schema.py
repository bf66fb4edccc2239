"""What can be chosen in a recipe, found in the engine itself: names from its registries, arguments from signatures.

A new activation, layer or optimizer is offered as soon as its registry knows it. What a signature cannot say (the
range of a rate, the words that a mode may be) stands in the table `RULES`, by the argument's name.

>>> argument = schema()["layer"]["Dense"]["units"]
>>> argument.kind, argument.minimum, argument.start
('whole', 1, 8)
>>> "adam" in [spell("optimizer", name) for name in schema()["optimizer"]]
True
"""

import functools
import inspect
from dataclasses import dataclass

from kerasschool import (
    activations,
    constraints,
    datasets,
    initializers,
    layers,
    losses,
    optimizers,
    regularizers,
)
from kerasschool.activations import Activation
from kerasschool.callbacks import EarlyStopping
from kerasschool.datasets import planar
from kerasschool.errors import unknown
from kerasschool.metrics.names import registry as metric_registry
from kerasschool.optimizers import schedules

REGISTRIES = {  # kind → its registry and where code finds its classes
    "layer": (layers._registry, "keras.layers"),
    "activation": (activations._registry, "keras.activations"),
    "initializer": (initializers._registry, "keras.initializers"),
    "regularizer": (regularizers._registry, "keras.regularizers"),
    "constraint": (constraints._registry, "keras.constraints"),
    "loss": (losses._registry, "keras.losses"),
    "metric": (metric_registry, "keras.metrics"),
    "optimizer": (optimizers._registry, "keras.optimizers"),
    "schedule": (schedules._registry, "keras.optimizers.schedules"),
}
SHORT_METRICS = ("accuracy", "crossentropy")  # Keras finds out from the shapes which class they stand for
MOST_UNITS = 4096
NO_WORDS = ("CategoricalGeneralizedCrossEntropy", "Lamb", "Constant")  # classes that Keras 3 cannot find by a word
NOT_KERAS = ("abs",)  # an activation of our own: code with it would not run on Keras 3

# Arguments that hold code or arrays, or that this package accepts only for Keras's sake.
NOT_OFFERED = (
    "name dtype autocast batch_size batch_shape sparse ragged input_tensor optional mask mask_zero weights lora_rank "
    "lora_alpha quantization_config input_axes output_axes label_weights renorm renorm_clipping renorm_momentum "
    "synchronized rms_scaling loss_scale_factor verbose"
)
NOT_OFFERED_OF = {
    ("ActivityRegularization", "activity_regularizer"),  # its own arguments make one
    ("InputLayer", "activity_regularizer"),
    ("InputLayer", "trainable"),
}


def _each(names, rule):
    """The same rule for several names."""
    return dict.fromkeys(names.split(), rule)


_share = {"kind": "number", "minimum": 0, "maximum": 1, "start": 0.5}
_positive = {"kind": "number", "minimum": 0}
_axis = {"kind": "axes", "minimum": -8, "maximum": 8}
_whole = {"kind": "whole", "minimum": 0, "maximum": 10**6}
_sizes = {"kind": "sizes", "minimum": -1, "maximum": 10**6}

RULES = {  # (class, argument) or argument → what its signature does not say
    "units": {"kind": "whole", "minimum": 1, "maximum": MOST_UNITS, "start": 8},
    "input_dim": {"kind": "whole", "minimum": 1, "maximum": 10**5, "start": 10},
    "output_dim": {"kind": "whole", "minimum": 1, "maximum": MOST_UNITS, "start": 4},
    "shape": {"kind": "sizes", "minimum": 1, "maximum": 10**6, "start": [8]},
    "target_shape": {**_sizes, "start": [-1]},
    "dims": {"kind": "sizes", "minimum": 1, "maximum": 8, "start": [1]},
    "n": {"kind": "whole", "minimum": 1, "maximum": 1000, "start": 2},
    "noise_shape": {**_sizes, "minimum": 1},
    "target_class_ids": {"kind": "sizes", "minimum": 0, "maximum": 1000, "start": [0, 1]},
    "shared_axes": {**_axis, "minimum": 1},
    "axis": _axis,
    "seed": {"kind": "whole", "minimum": 0, "maximum": 2**32 - 1},
    "rate": {**_share, "start": 0.2},
    **_each("momentum rho ema_momentum beta_1 beta_2 label_smoothing", _share),
    **_each("specificity sensitivity recall precision q", _share),
    **_each("epsilon epsilon_1 epsilon_2 stddev l1 l2 weight_decay clipnorm clipvalue", _positive),
    **_each("global_clipnorm initial_accumulator_value negative_slope max_value delta", _positive),
    ("GaussianNoise", "stddev"): {**_positive, "start": 0.1},
    ("Rescaling", "scale"): {"kind": "number", "start": 1.0},
    "learning_rate": {"kind": "number", "minimum": 0, "maximum": 1000, "or_kind": "schedule"},
    "initial_learning_rate": {"kind": "number", "minimum": 0, "maximum": 1000, "start": 0.01},
    "warmup_target": _positive,
    "decay_steps": {"kind": "whole", "minimum": 1, "maximum": 10**9, "start": 100},
    "first_decay_steps": {"kind": "whole", "minimum": 1, "maximum": 10**9, "start": 100},
    "decay_rate": {"kind": "number", "minimum": 0, "start": 0.9},
    "boundaries": {"kind": "list", "start": [100]},
    "values": {"kind": "list", "start": [0.01, 0.001]},
    **_each("learning_rate_power beta_2_decay", {"kind": "number", "maximum": 0}),
    **_each("thresholds mean variance", {"kind": "numbers"}),
    **_each("ema_overwrite_frequency gradient_accumulation_steps", {**_whole, "minimum": 1}),
    ("RandomNormal", "mean"): {"kind": "number"},
    ("TruncatedNormal", "mean"): {"kind": "number"},
    **_each("top_k k class_id num_labels", {**_whole, "maximum": 1000}),
    "ignore_class": {"kind": "whole", "minimum": -1000, "maximum": 1000},
    "num_regressors": _whole,
    "num_classes": {"kind": "whole", "minimum": 1, "maximum": 1000, "start": 2},
    "num_thresholds": {"kind": "whole", "minimum": 2, "maximum": 1000},
    "monitor": {"choices": ["val_loss", "loss", "val_accuracy", "accuracy"], "open": True},
    **_each("patience start_from_epoch", _whole),
    "reduction": {"choices": ["sum_over_batch_size", "sum", "mean"]},
    "data_format": {"choices": ["channels_last", "channels_first"]},
    "distribution": {"choices": ["truncated_normal", "untruncated_normal", "uniform"]},
    ("VarianceScaling", "mode"): {"choices": ["fan_in", "fan_out", "fan_avg"]},
    ("OrthogonalRegularizer", "mode"): {"choices": ["rows", "columns"]},
    ("EarlyStopping", "mode"): {"choices": ["auto", "min", "max"]},
    "curve": {"choices": ["ROC", "PR"]},
    "summation_method": {"choices": ["interpolation", "minoring", "majoring"]},
    "average": {"choices": ["micro", "macro", "weighted"]},
    "class_aggregation": {"choices": ["uniform_average", "variance_weighted_average"]},
    ("load_data", "kind"): {"choices": [*planar.kinds]},
    ("load_data", "rows"): {"kind": "whole", "minimum": planar.LEAST_ROWS, "maximum": planar.MOST_ROWS},
    ("load_data", "noise"): {"kind": "number", "minimum": 0, "maximum": planar.MOST_NOISE},
    ("load_data", "ratio"): {"kind": "number", "minimum": planar.LEAST_RATIO, "maximum": planar.MOST_RATIO},
}
INNER = ("activation", "initializer", "regularizer", "constraint")  # an argument's last word that names a kind


@dataclass(frozen=True)
class Argument:
    """One argument of one class: all that a control for it needs to know.

    Attributes:
        name: as in the signature.
        kind: `"whole"`, `"number"`, `"boolean"`, `"word"`, `"choice"`, `"sizes"` (list of whole numbers), `"axes"`
            (one or a list), `"numbers"` (one or a list), `"list"` (of numbers), or a kind of the schema:
            `"activation"`, `"initializer"` ….
        default: what the engine takes when it is left out; meaningless if `required`.
        required: True if there is no default.
        optional: True if None may be given.
        minimum, maximum: bounds of its numbers, or None.
        choices: the words it may be; with `open`, only the usual ones.
        start: what a control begins with: the default, or an example where there is none.
        or_kind: a second kind that it takes: a learning rate may also be a `"schedule"`.
    """

    name: str
    kind: str
    default: object = None
    required: bool = False
    optional: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple = ()
    open: bool = False
    start: object = None
    or_kind: str | None = None


def schema():
    """All that can be chosen: dictionary kind → name → argument name → `Argument`.

    Kinds are `"layer"`, `"activation"`, `"initializer"`, `"regularizer"`, `"constraint"`, `"loss"`, `"metric"`,
    `"optimizer"`, `"schedule"`, `"data"` and `"early_stopping"`. Made anew on each call, so that it follows the engine.
    """
    return {
        kind: {name: arguments(kind, name) for name in names(kind)} for kind in [*REGISTRIES, "data", "early_stopping"]
    }


def names(kind):
    """The names that a kind offers, as classes are written (activations and data: as words)."""
    if kind == "data":
        return ["own", *(name for name in data_sets())]
    if kind == "early_stopping":
        return ["EarlyStopping"]
    registry, _ = REGISTRIES[kind]
    if kind == "activation":
        return [name for name, each in registry.public.items() if takes_input_alone(each) and name not in NOT_KERAS]
    offered = [name for name, each in registry.public.items() if inspect.isclass(each) and is_offered(kind, each)]
    if kind == "metric":  # the class `Accuracy` is written like the short name, which is meant
        return [*SHORT_METRICS, *(name for name in offered if registry.spell(name) not in SHORT_METRICS)]
    return offered


@functools.lru_cache(maxsize=1024)
def takes_input_alone(activation):
    """True if an activation can be named in a layer: `threshold`, which needs two more numbers, cannot."""
    parameters = list(inspect.signature(activation).parameters.values())[1:]
    return isinstance(activation, Activation) and all(each.default is not each.empty for each in parameters)


@functools.lru_cache(maxsize=1024)
def is_offered(kind, cls):
    """True unless a class is only a base for others, or needs a function or something else that JSON cannot hold."""
    if cls.__name__.lower() == kind:
        return False
    if kind == "metric":
        return "y_pred" in inspect.signature(cls.update_state).parameters and "fn" not in parameters_of(cls)
    return "function" not in parameters_of(cls)


def data_sets():
    """The data sets that have a `load_data`: name → module."""
    found = {name: getattr(datasets, name) for name in dir(datasets) if not name.startswith("_")}
    return {name: each for name, each in sorted(found.items()) if inspect.ismodule(each) and hasattr(each, "load_data")}


def find(kind, name):
    """The class, activation or `load_data` called `name`; `name` is one of `names(kind)`."""
    if kind == "data":
        return None if name == "own" else data_sets()[name].load_data
    if kind == "early_stopping":
        return EarlyStopping
    return None if name in SHORT_METRICS else REGISTRIES[kind][0].public[name]


def canonical(kind, name):
    """The name in the schema that any spelling stands for, or the ValueError with the nearest name.

    >>> canonical("initializer", "he_normal"), canonical("loss", "mse"), canonical("activation", "swish")
    ('HeNormal', 'MeanSquaredError', 'silu')
    """
    offered = names(kind)
    if isinstance(name, str) and name in offered:
        return name
    if kind in REGISTRIES and isinstance(name, str):
        registry, _ = REGISTRIES[kind]
        spelt = {registry.spell(each): each for each in offered} | {each.lower(): each for each in offered}
        spelt |= {"acc": "accuracy", "ce": "crossentropy"} if kind == "metric" else {}
        spelt |= {"Input": "InputLayer"} if kind == "layer" else {}
        found = spelt.get(name) or spelt.get(name.lower())
        alias = getattr(registry.names.get(name), "__name__", None)
        found = found or (alias if alias in offered else spelt.get(str(alias)))
        if found is not None:
            return found
        if name in registry.public:
            happened = f"A recipe cannot hold the {LONG_NAMES.get(kind, kind)} {name!r}."
            raise ValueError(f"{happened} It needs code, is a base for others, or is not part of Keras 3.")
    listed = offered if kind in ("layer", "data", "early_stopping") else [spell(kind, each) for each in offered]
    raise unknown(LONG_NAMES.get(kind, kind), name if isinstance(name, str) and len(name) < 80 else "…", listed)


LONG_NAMES = {"schedule": "learning rate schedule", "data": "data set"}


def spell(kind, name):
    """How a name is written as a word in code: `"HeNormal"` → `"he_normal"`."""
    if kind in ("layer", "schedule", "data", "early_stopping") or name in SHORT_METRICS:
        return name
    return REGISTRIES[kind][0].spell(name)


def arguments(kind, name):
    """The arguments of one class that a recipe can hold: dictionary argument name → `Argument`."""
    found = find(kind, name)
    return {} if found is None or kind == "activation" else arguments_of(found)


@functools.lru_cache(maxsize=1024)
def arguments_of(function):
    """The arguments of a class or function that a recipe can hold: dictionary name → `Argument`."""
    of = function.__name__
    return {
        name: as_argument(of, name, default)
        for name, default in parameters_of(function).items()
        if name not in NOT_OFFERED.split() and (of, name) not in NOT_OFFERED_OF
    }


def parameters_of(function):
    """Argument names → defaults (`Parameter.empty` for none), those that `**kwargs` hands to a parent included."""
    found = {}
    for each in [c.__init__ for c in function.__mro__[:-1]] if inspect.isclass(function) else [function]:
        parameters = inspect.signature(each).parameters.values()
        for parameter in parameters:
            if parameter.name != "self" and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
                found.setdefault(parameter.name, parameter.default)
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            break
    return found


def as_argument(of, name, default):
    """What is known about one argument: from its default, its name and `RULES`."""
    required = default is inspect.Parameter.empty or (of, name) in (("Dense", "units"), ("InputLayer", "shape"))
    default = None if required else default
    rule = {} if isinstance(default, bool) else dict(RULES.get((of, name)) or RULES.get(name) or {})
    choices = tuple(rule.pop("choices", ()))
    last = name.rsplit("_", 1)[-1]
    if last in INNER:
        rule.setdefault("kind", last)
        rule.setdefault("start", "relu" if required and last == "activation" else default)
    kind = rule.pop("kind", None) or ("choice" if choices else kind_of(default))
    if isinstance(default, float) and kind == "whole":
        kind = "number"
    optional = not required and default is None
    start = rule.pop("start", default)
    if not required and not optional:
        start = default
    if start is None and required:
        start = 1
    start = list(start) if isinstance(start, tuple) else start
    default = list(default) if isinstance(default, tuple) else default
    return Argument(name, kind, default, required, optional, choices=choices, start=start, **rule)


def kind_of(default):
    """The kind of an argument that no rule names."""
    if isinstance(default, bool):
        return "boolean"
    return "word" if isinstance(default, str) else "number"
