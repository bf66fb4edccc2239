"""What the checks ask about, read once, from the public side of a model: kerasschool's, or Keras's own."""

import functools
import warnings

import numpy as np

from kerasschool.live import recipe_model, recipe_schema
from kerasschool.live.recipe import Recipe

MOST_ROWS = 1000  # rows that go forward to look at activations
PASSING_ON = ("Dropout", "SpatialDropout1D", "AlphaDropout", "GaussianDropout", "GaussianNoise", "Identity", "Flatten")
PASSING_ON += ("Reshape", "Permute", "ActivityRegularization")  # layers after which an output means the same


class Facts:
    """A model, its data and its history, as the checks see them. What is not known is None.

    Attributes:
        model: the model.
        x, y, validation_data: arrays, or None where none were given or they hold no numbers.
        raw_x: `x` as it was given.
        history: dictionary name → list, or None before a fit.
        loss, loss_arguments: the loss's class name as the schema writes it, and what differs from its defaults.
        optimizer: the optimizer's class name.
        metrics: class names or short names of the metrics.
    """

    def __init__(self, model, x=None, y=None, history=None, validation_data=None):
        self.model, self.raw_x = model, x
        self.x, self.y = as_numbers(x), None if y is None else np.asarray(y)
        self.validation_data = validation_data
        self.history = getattr(history, "history", history)
        described = compile_config(model)
        self.loss, self.loss_arguments = _named("loss", described.get("loss"))
        self.optimizer, _ = _named("optimizer", described.get("optimizer"))
        asked = described.get("metrics")
        asked = asked if isinstance(asked, (list, tuple)) else [asked]
        self.metrics = [name for name, _ in (_named("metric", each) for each in asked) if name]

    @classmethod
    def of(cls, model_or_recipe, x, y, history, validation_data):
        """The facts of a model, or of the model and rows that a recipe describes."""
        if not isinstance(model_or_recipe, Recipe):
            return cls(model_or_recipe, x, y, history, validation_data)
        if x is None and model_or_recipe.data != "own":
            rows = model_or_recipe.load()
            x, y, validation_data = rows.x, rows.y, rows.validation_data
        return cls(model_or_recipe.build(), x, y, history, validation_data)

    # The model

    @functools.cached_property
    def layers(self):
        """The layers without the entrance."""
        return [layer for layer in self.model.layers if kind_of(layer) != "InputLayer"]

    @functools.cached_property
    def head(self):
        """The name of the last activation: `"linear"` for none; None if the model's output is something else."""
        for layer in reversed(self.layers):
            if kind_of(layer) not in PASSING_ON:
                return activation_of(layer)
        return None

    @functools.cached_property
    def output_shape(self):
        """The shape of the output, batch axis first, or None before the model is built."""
        try:
            return tuple(self.model.output_shape)
        except (AttributeError, ValueError, RuntimeError):
            return None

    @property
    def units(self):
        """How many numbers come out for each row, or None."""
        return self.output_shape[-1] if self.output_shape and len(self.output_shape) > 1 else None

    @functools.cached_property
    def input_shape(self):
        """The shape of one row, or None before the model is built."""
        try:
            return tuple(self.model.input_shape)[1:]
        except (AttributeError, ValueError, RuntimeError):
            return None

    @property
    def loss_word(self):
        """The loss as it is written in `compile`."""
        return recipe_schema.spell("loss", self.loss)

    @property
    def learning_rate(self):
        """The learning rate now, or None."""
        try:
            return float(np.asarray(self.model.optimizer.learning_rate))
        except (AttributeError, TypeError, ValueError):
            return None

    @property
    def steps_done(self):
        """How many updates the optimizer has made."""
        try:
            return int(np.asarray(self.model.optimizer.iterations))
        except (AttributeError, TypeError, ValueError):
            return 0

    # The data

    @functools.cached_property
    def fits(self):
        """True if x can go into the model."""
        shape = self.input_shape
        if self.x is None or not len(self.x) or shape is None or len(shape) != self.x.ndim - 1:
            return False
        return all(want in (None, got) for want, got in zip(shape, self.x.shape[1:]))

    @functools.cached_property
    def outputs(self):
        """The outputs of each layer for some rows, as far as they can be had."""
        found = []
        if self.fits:
            rows = self.x[:MOST_ROWS]
            with np.errstate(all="ignore"):
                for layer in self.layers:
                    rows = layer(rows)
                    found.append(np.asarray(rows))
        return found

    @functools.cached_property
    def label_values(self):
        """The different labels, sorted, or None where they are no numbers."""
        return None if as_numbers(self.y) is None or not np.size(self.y) else np.unique(as_numbers(self.y))

    @property
    def labels_are_whole(self):
        """True for labels 0, 1, …: classes, not amounts."""
        values = self.label_values
        return values is not None and values.min() >= 0 and bool((values == np.floor(values)).all())

    @property
    def label_columns(self):
        """How many columns the labels have: 1 for a list of them."""
        return None if self.y is None else self.y.shape[-1] if self.y.ndim > 1 else 1

    @property
    def labels_are_one_hot(self):
        """True for several columns with a single 1 in each row."""
        return self.label_columns not in (None, 1) and self.labels_are_whole and bool((self.y.sum(axis=-1) == 1).all())


def compile_config(model):
    """What `compile` was told; empty before that, and where it was told of objects that cannot be described."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a lambda as loss is fine here
        try:
            return model.get_compile_config() or {}
        except (AttributeError, TypeError, ValueError):
            return {}


def as_numbers(values):
    """An array of numbers, or None where there are none."""
    if values is None:
        return None
    try:
        array = np.asarray(values)
        return array if array.dtype.kind in "fiub" else array.astype(float)
    except (TypeError, ValueError):
        return None


def kind_of(layer):
    """The class name of a layer."""
    return type(layer).__name__


def activation_of(layer):
    """The name of the activation that a layer ends with, or None if it is a function of the reader's own."""
    kind, config = kind_of(layer), layer.get_config()
    if kind == "ReLU" and config.get("negative_slope"):
        return "leaky_relu"
    if kind in ("Softmax", "ReLU"):
        return kind.lower()
    if "activation" not in config:
        return None
    name = config["activation"]
    if isinstance(name, dict):
        name = name.get("config")
    return name if isinstance(name, str) else "linear" if name is None else None


def _named(kind, described):
    """`(class name, arguments)` of what a compile config describes; `(None, {})` if it is the reader's own."""
    if described is None:
        return None, {}
    try:
        spec = recipe_model.from_config(kind, described)
        given = {"class": spec, "arguments": {}} if isinstance(spec, str) else spec
        name = recipe_schema.canonical(kind, given["class"])
        known = recipe_schema.arguments(kind, name)
    except ValueError:
        return None, {}
    changed = {key: value for key, value in given["arguments"].items() if known[key].default != value}
    return name, changed
