"""One description of an experiment: data, scaling, split, layers, compile, fit, seed, and what a teacher locked.

A `Recipe` holds plain values only, all checked. It turns into widgets (by `schema`), a Keras program, a model, JSON and
a short string to share, and comes back from all that says as much. Nothing in it is ever run as code.

Lesson: 00.
"""

import base64
import binascii
import copy
import json
import re
import zlib

from kerasschool.errors import check_whole, message, unknown_arguments
from kerasschool.live import recipe_check, recipe_code, recipe_data, recipe_model, recipe_schema

PARTS = ("version", "data", "scaling", "split", "layers", "compile", "fit", "seed", "locks")
PREFIX = "ks1."
LONGEST_SHARED = 16_384  # characters of a share string
LONGEST_JSON = 65_536  # characters of a recipe's JSON text
LAYERS = (
    {"class": "InputLayer", "arguments": {"shape": [8]}},
    {"class": "Dense", "arguments": {"units": 12, "activation": "relu"}},
    {"class": "Dense", "arguments": {"units": 8, "activation": "relu"}},
    {"class": "Dense", "arguments": {"units": 1, "activation": "sigmoid"}},
)


def _part(name, about):
    return property(lambda recipe: copy.deepcopy(recipe._parts[name]), doc=about)


class Recipe:
    """An experiment, described. It does not change: `replace` and the `with_…` methods return another one.

    A *spec* names an object: a word, `"adam"`, or `{"class": "Adam", "arguments": {"learning_rate": 0.01}}`.

    Args:
        data: spec of a data set, `"penguins"`, or `"own"`.
        scaling: `"standard"` (mean 0, spread 1, measured on the training rows) or `"none"`.
        split: `"given"` (the data set's own), `"none"`, or the share of rows held back, such as 0.2.
        layers: list of specs; the first is the `InputLayer`.
        compile: dictionary with `loss`, `optimizer` and `metrics`; what is left out has its default.
        fit: dictionary with `epochs`, `batch_size`, `shuffle` and `early_stopping` (None or a spec).
        seed: int, 0 or more.
        locks: dictionary, control → `"frozen"` or `"hidden"`.
        version: of this format.

    Raises:
        ValueError: for anything that cannot be, with the nearest that can; also where layers do not fit together, and
            for more than 2,000,000 parameters.

    >>> recipe = Recipe()
    >>> recipe.compile["loss"], recipe.build().count_params()
    ('binary_crossentropy', 221)
    >>> recipe = recipe.with_optimizer("sgd", learning_rate=0.1)
    >>> recipe.compile["optimizer"]
    {'class': 'SGD', 'arguments': {'learning_rate': 0.1}}
    >>> Recipe.from_share(recipe.share()) == recipe
    True
    """

    def __init__(
        self,
        data="penguins",
        scaling="standard",
        split="given",
        layers=LAYERS,
        compile=None,
        fit=None,
        seed=7,
        locks=None,
        version=recipe_check.VERSION,
    ):
        compile, fit, locks = (({} if part is None else part) for part in (compile, fit, locks))
        self._parts = recipe_check.parts(version, data, scaling, split, layers, compile, fit, seed, locks)
        recipe_model.make(self._parts, drawn=False)

    data = _part("data", "Spec of the data set, or `'own'`.")
    scaling = _part("scaling", "`'standard'` or `'none'`.")
    split = _part("split", "`'given'`, `'none'` or a share.")
    layers = _part("layers", "List of specs, the `InputLayer` first.")
    compile = _part("compile", "Dictionary: `loss`, `optimizer`, `metrics`.")
    fit = _part("fit", "Dictionary: `epochs`, `batch_size`, `shuffle`, `early_stopping`.")
    seed = _part("seed", "Int.")
    locks = _part("locks", "Dictionary, control → `'frozen'` or `'hidden'`.")

    @property
    def schema(self):
        """All that can be chosen: dictionary kind → name → argument name → `Argument`. See `recipe_schema.schema`."""
        return recipe_schema.schema()

    # As a model, as rows, as code

    def build(self):
        """A new compiled `Sequential`. The same recipe always gives the same weights."""
        return recipe_model.make(self._parts)

    @classmethod
    def from_model(cls, model, **parts):
        """The recipe of a model: kerasschool's, or Keras's own `Sequential`.

        Args:
            model: built, or with an `Input`. If it is not compiled, it gets a loss that fits its last layer.
            **parts: the parts that a model does not hold; `data` is `"own"` unless given.

        Raises:
            ValueError: for a part that needs code, such as a `Lambda` or a loss of your own.
        """
        layers = recipe_model.layers_of(model)
        compile = {"loss": recipe_model.loss_for(layers), **recipe_model.compile_of(model)}
        return cls(**{"data": "own", "layers": layers, "compile": compile, **parts})

    def load(self, x=None, y=None, validation_data=None):
        """The rows that the recipe trains on, split and scaled as its code says: a `recipe_data.Rows`.

        Args:
            x, y, validation_data: your own arrays, where `data` is `"own"`; not scaled.
        """
        return recipe_data.load(self._parts, x, y, validation_data)

    def fit_arguments(self):
        """What `fit`, or a `TrainingSession`, takes: `epochs`, `batch_size`, `shuffle`, and new `callbacks`.

        >>> Recipe(fit={"epochs": 3}).fit_arguments()
        {'epochs': 3, 'batch_size': 10, 'shuffle': True, 'callbacks': []}
        """
        return recipe_model.fit_arguments(self._parts["fit"])

    def code(self, engine="kerasschool"):
        """The whole experiment as a Keras program.

        Args:
            engine: `"kerasschool"`, or `"keras"` for Keras 3; only the import differs.
        """
        return recipe_code.program(self._parts, recipe_check.check_one_of("engine", engine, recipe_code.IMPORTS))

    def step_code(self, step):
        """The lines of one step: `"data"`, `"define"`, `"compile"` or `"fit"`."""
        parts = self._parts
        lines = {
            "data": lambda: recipe_code.data(parts),
            "define": lambda: recipe_code.define(parts["layers"]),
            "compile": lambda: recipe_code.compile(parts["compile"]),
            "fit": lambda: recipe_code.fit(parts["fit"], recipe_code.has_validation(parts)),
        }
        return "\n".join(lines[recipe_check.check_one_of("step", step, lines)]())

    # As a dictionary, JSON, a string to share

    def to_dict(self):
        """All parts, as plain values that are the caller's own."""
        return copy.deepcopy(self._parts)

    @classmethod
    def from_dict(cls, given):
        """The recipe that `to_dict` gave."""
        recipe_check.check_version_and_names(given, PARTS)
        return cls(**given)

    def to_json(self):
        """The recipe as JSON text."""
        return json.dumps(self._parts, ensure_ascii=True, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text):
        """The recipe that a JSON text describes; a text that is too long or no JSON is refused."""
        if not isinstance(text, str) or len(text) > LONGEST_JSON:
            raise ValueError(message(f"A recipe is a JSON text of at most {LONGEST_JSON} characters.", received=text))
        try:
            given = json.loads(text, parse_constant=_refuse, parse_int=_short_int)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"This is no recipe: its JSON cannot be read ({str(error)[:100]}).") from None
        return cls.from_dict(given)

    def share(self):
        """The recipe as one short string, to be put into a message or a link."""
        packed = base64.urlsafe_b64encode(zlib.compress(self.to_json().encode("ascii"), 9))
        text = PREFIX + packed.decode("ascii").rstrip("=")
        if len(text) > LONGEST_SHARED:
            raise ValueError(message("This recipe is too long to share as a string.", "Use `to_json`."))
        return text

    @classmethod
    def from_share(cls, text):
        """The recipe that `share` made; a damaged or hostile string is refused before it is unpacked."""
        if not isinstance(text, str) or len(text) > LONGEST_SHARED or not text.strip().startswith(PREFIX):
            raise ValueError(
                message("This is no shared recipe.", f"One starts with {PREFIX!r}.", "Copy it whole.", received=text)
            )
        packed = text.strip()[len(PREFIX) :]
        if not re.fullmatch(r"[A-Za-z0-9_-]+", packed):
            raise ValueError(message("This shared recipe has signs in it that do not belong there.", received=text))
        try:
            unpack = zlib.decompressobj()
            data = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
            plain = unpack.decompress(data, LONGEST_JSON + 1).decode("ascii")
            whole = unpack.eof and not unpack.unused_data
        except (binascii.Error, zlib.error, UnicodeDecodeError):
            whole = False
        if not whole:
            raise ValueError(message("This shared recipe is damaged.", fix="Copy it whole.", received=text))
        return cls.from_json(plain)

    # Changed a little

    def replace(self, **parts):
        """The same recipe with other parts; in `compile` and `fit` only what is given changes.

        >>> Recipe().replace(fit={"epochs": 3}).fit["batch_size"]
        10
        """
        unknown = {name: part for name, part in parts.items() if name not in PARTS}
        if unknown:
            raise unknown_arguments("replace", unknown, Recipe.__init__)
        for name in ("compile", "fit"):
            if isinstance(parts.get(name), dict):
                parts[name] = {**self._parts[name], **parts[name]}
        return type(self)(**{**self.to_dict(), **parts})

    def with_layer(self, layer, at=None):
        """One layer more.

        Args:
            layer: a spec, such as `{"class": "Dense", "arguments": {"units": 8}}`.
            at: its place in `layers`; None for the end.
        """
        layers = self.layers
        layers.insert(len(layers) if at is None else self._place(at, len(layers) + 1), layer)
        return self.replace(layers=layers)

    def without_layer(self, at):
        """One layer less."""
        layers = self.layers
        del layers[self._place(at, len(layers))]
        return self.replace(layers=layers)

    def moved(self, at, to):
        """The layer at place `at` goes to place `to`."""
        layers = self.layers
        layer = layers.pop(self._place(at, len(layers)))
        layers.insert(self._place(to, len(layers) + 1), layer)
        return self.replace(layers=layers)

    def with_arguments(self, at, **arguments):
        """The layer at place `at` with other arguments."""
        layers = self.layers
        layers[self._place(at, len(layers), 0)]["arguments"].update(arguments)
        return self.replace(layers=layers)

    def with_loss(self, name, **arguments):
        """Another loss."""
        return self.replace(compile={"loss": {"class": name, "arguments": arguments}})

    def with_optimizer(self, name, **arguments):
        """Another optimizer."""
        return self.replace(compile={"optimizer": {"class": name, "arguments": arguments}})

    def _place(self, at, end, first=1):
        if check_whole("place", at, first) >= end:
            raise ValueError(message(f"The layers stand at places {first} to {end - 1}.", place=at))
        return at

    # As a value

    def __eq__(self, other):
        return self._parts == other._parts if isinstance(other, Recipe) else NotImplemented

    def __hash__(self):
        return hash(self.to_json())

    def __repr__(self):
        names = " → ".join(layer["class"] for layer in self._parts["layers"][1:])
        return f"<Recipe {names}, seed {self._parts['seed']}>"


def _refuse(word):
    raise ValueError(f"{word} is no number")


def _short_int(digits):
    if len(digits) > 30:
        raise ValueError("a number is too long")
    return int(digits)
