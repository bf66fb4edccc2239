"""What can be said about an activation with its arguments: its numbers at one x, its flat and dead parts, its words.

Lesson: 07.
"""

import functools
import re

import numpy as np

from kerasschool import activations
from kerasschool.errors import message, unknown
from kerasschool.live import recipe_check, recipe_schema
from kerasschool.views.charts import number

FLAT = 0.05  # a slope below that is called flat
FAR = 1000.0  # where inputs are called infinite
SCORES = (1.0, 0.0)  # the scores beside x in the example of those that mix their inputs
SPELLED = {"abs": "keras.ops.abs"}  # names that stand elsewhere in Keras
EXAMPLES = {("threshold", "threshold"): 1.0, ("threshold", "default_value"): 0.0}  # of arguments without a default
NEAR = np.linspace(-20, 20, 20_001)
GRID = np.concatenate([np.arange(-FAR, -20), NEAR, np.arange(21, FAR + 1)])


def names():
    """The names of all activations that the engine has."""
    return list(activations._registry.public)


def canonical(name):
    """The name that any spelling stands for, or the ValueError with the nearest one.

    >>> canonical("swish"), canonical("ReLU")
    ('silu', 'relu')
    """
    found = activations._registry.names.get(name) if isinstance(name, str) else None
    found = found or (activations._registry.names.get(name.lower()) if isinstance(name, str) else None)
    if found is None:
        raise unknown("activation", name if isinstance(name, str) and len(name) < 80 else "…", names())
    return found.__name__


def arguments_of(name):
    """The arguments that an activation has besides its input: dictionary name → `Argument`.

    >>> list(arguments_of("elu")), arguments_of("tanh")
    (['alpha'], {})
    """
    defaults = list(recipe_schema.parameters_of(activations._registry.public[name]).items())[1:]
    found = {key: recipe_schema.as_argument(name, key, default) for key, default in defaults if key != "axis"}
    for key in found:
        if (name, key) in EXAMPLES:
            found[key] = recipe_schema.Argument(key, "number", required=True, start=EXAMPLES[name, key])
    return found


class Chosen:
    """An activation with its arguments.

    Args:
        name: any spelling.
        arguments: dictionary; those that equal their default are left out.

    Raises:
        ValueError: for an unknown name or argument, and for values with which it gives no numbers.

    >>> relu = Chosen("relu")
    >>> relu.value(1.5), relu.slope(1.5), relu.dead
    (1.5, 1.0, [(-inf, 0.0)])
    >>> Chosen("sigmoid").sentence(1.5)
    'sigmoid(1.5) = 1 / (1 + exp(−1.5)) = 0.8176'
    """

    def __init__(self, name, arguments=None):
        self.name = canonical(name)
        self.record = activations._registry.public[self.name]
        known, given = arguments_of(self.name), {} if arguments is None else arguments
        if not isinstance(given, dict):
            raise ValueError(message(f"The arguments of {self.name} must be a dictionary.", arguments=given))
        recipe_check.refuse_unknown(given, known, self.name)
        self.arguments = {}
        for key, argument in known.items():
            if key in given or argument.required:
                value = recipe_check.value(argument, given.get(key, argument.start), f"{self.name}.{key}")
                if argument.required or value != argument.default:
                    self.arguments[key] = value
        if not self.mixes and not np.isfinite(self.values(np.array([-4.0, 0.0, 4.0]))).all():
            raise ValueError(message(f"{self.name} gives no numbers with these arguments.", **self.arguments))

    @classmethod
    def read(cls, given):
        """From a name, or from a spec: `{"class": "elu", "arguments": {"alpha": 2.0}}`."""
        if isinstance(given, cls):
            return given
        if isinstance(given, dict) and "class" in given and set(given) <= set(recipe_check.SPEC):
            return cls(given["class"], given.get("arguments"))
        if not isinstance(given, str):
            expected = 'Expected a word, or {"class": name, "arguments": {…}}.'
            raise ValueError(message("An activation is chosen by its name.", expected, received=given))
        return cls(given)

    @property
    def spec(self):
        """As it stands in a recipe."""
        return {"class": self.name, "arguments": dict(self.arguments)}

    @property
    def label(self):
        """Name and arguments: `elu(alpha=2)`."""
        inner = ", ".join(f"{key}={_plain(value)}" for key, value in self.arguments.items())
        return f"{self.name}({inner})" if inner else self.name

    @property
    def mixes(self):
        """True if each output depends on several inputs."""
        return not self.record.elementwise

    # Numbers

    def values(self, x):
        """The outputs for an array of inputs."""
        with np.errstate(all="ignore"):
            return self.record(np.asarray(x, "float64"), **self.arguments)

    def slopes(self, x):
        """The slopes at an array of inputs."""
        with np.errstate(all="ignore"):
            return np.asarray(self.record.slope(np.asarray(x, "float64"), **self.arguments), "float64")

    def value(self, x):
        """The output for one input."""
        return float(self.values([x])[0])

    def slope(self, x):
        """The slope at one input."""
        return float(self.slopes([x])[0])

    def corner(self, x, width=1e-4):
        """`(slope on the left, slope on the right)` if there is a corner or a jump at x, else None."""
        left, right = self.slopes([x - width, x + width])
        below, above = self.values([x - width, x + width])
        if not np.isfinite([left, right, below, above]).all():
            return None
        return (float(left), float(right)) if abs(right - left) > FLAT or abs(above - below) > 0.01 else None

    def example(self, x):
        """Inputs and outputs of the small example for those that mix, and how each output follows the first input."""
        scores = np.array([x, *SCORES, *([-1.0] if self.name == "glu" else [])])
        outputs = self.values(scores)
        slopes = []
        for place in range(len(outputs)):
            dy = np.zeros_like(outputs)
            dy[place] = 1
            slopes.append(float(self.record.backward(dy, scores, outputs, **self.arguments)[0]))
        return scores, outputs, slopes

    # Parts of the axis

    @property
    def flat(self):
        """Where |slope| < 0.05: list of `(low, high)`."""
        return _flat_and_dead(self.name, tuple(self.arguments.items()))[0]

    @property
    def dead(self):
        """Where the slope is exactly 0: list of `(low, high)`."""
        return _flat_and_dead(self.name, tuple(self.arguments.items()))[1]

    @property
    def is_straight(self):
        """True if it is one straight line."""
        slopes = self.slopes(NEAR[::50])
        return bool(np.ptp(slopes) < 1e-9)

    def state(self, x):
        """What learning is like at x: `"learns"`, `"flat"`, `"dead"` or `"no number"`."""
        slope = self.slope(x)
        if not np.isfinite(slope):
            return "no number"
        if slope == 0 and any(low <= x <= high for low, high in self.dead):
            return "dead"
        return "flat" if abs(slope) < FLAT else "learns"

    # Words

    @property
    def formula(self):
        """The formula, its arguments by name."""
        given = self.arguments
        if self.name == "relu" and given:
            passed = "x" if given.get("max_value") is None else "min(x, max_value)"
            low = " · (x - threshold)" if given.get("threshold") else " · x"
            rest = "negative_slope" + low if given.get("negative_slope") else "0"
            return f"{passed} if x > {'threshold' if given.get('threshold') else '0'} else {rest}"
        if self.name == "gelu" and given.get("approximate"):
            return "0.5 · x · (1 + tanh(0.7979 · (x + 0.044715 · x³)))"
        return self.record.formula

    def sentence(self, x):
        """The formula with the numbers put in: `relu(1.5) = max(1.5, 0) = 1.5`."""
        if self.mixes:
            return self._mixing_sentence(x)
        known = {key: argument.default for key, argument in arguments_of(self.name).items()}
        inner = "".join(f", {key}={_plain(value)}" for key, value in self.arguments.items())
        middle = put_in(self.formula, {**known, **self.arguments, "x": x})
        value = number(self.value(x))
        return f"{self.name}({_plain(x)}{inner}) = " + (value if middle == value else f"{middle} = {value}")

    def line(self, x):
        """The sentence, and the slope where there is one."""
        return self.sentence(x) if self.mixes else f"{self.sentence(x)}, slope {number(self.slope(x))}"

    def _mixing_sentence(self, x):
        scores, outputs, _ = self.example(x)
        total = "(" + " + ".join(f"exp({_plain(score)})" for score in scores) + ")"
        text = self.formula.replace("(sum(exp(x)))", total).replace("sum(exp(x))", total)
        if self.name == "sparsemax":
            text = f"max(x - {number(scores.max() - outputs.max())}, 0)"
        if self.name == "glu":
            text = f"x · sigmoid({_plain(scores[2])})"
        return f"first output = {put_in(text, {'x': x})} = {number(outputs[0])}"

    def range_words(self):
        """Which numbers it can give."""
        low, high = self.record.range if not self.arguments else self._measured_range()
        if not np.isfinite(low) and not np.isfinite(high):
            return "any number"
        if not np.isfinite(high):
            return f"{number(low)} and more"
        return f"{number(high)} and less" if not np.isfinite(low) else f"{number(low)} to {number(high)}"

    def _measured_range(self):
        values = self.values(GRID)
        low, high = np.nanmin(values), np.nanmax(values)
        return (low if low > -100 else -np.inf), (high if high < 100 else np.inf)

    def flat_words(self):
        """Where it learns little, and where nothing."""
        if self.is_straight and self.slope(0.0):
            return "A straight line: it bends nothing, and two such layers in a row are one."
        flat, dead = self.flat, self.dead
        parts = []
        if dead:
            parts.append(f"Dead zone {span_words(dead)}: slope 0, nothing is learned there.")
        if flat and not _same(flat, dead):
            parts.append(f"Flat {span_words(flat)}.")
        return " ".join(parts) or "Flat nowhere."


def put_in(formula, values):
    """A formula with numbers in place of its names; a negative one gets brackets where it needs them.

    >>> put_in("1 / (1 + exp(-x))", {"x": -2.0}), put_in("max(x, 0)", {"x": -2.0})
    ('1 / (1 + exp(−(−2)))', 'max(−2, 0)')
    """

    def replaced(match):
        text = _plain(values[match[0]])
        before, after = formula[: match.start()].rstrip(), formula[match.end() :].lstrip()
        needs = text.startswith("−") and (before.endswith(("-", "+", "·", "/")) or after.startswith(("²", "³")))
        return f"({text})" if needs else text

    pattern = "|".join(sorted(values, key=len, reverse=True))
    return re.sub(rf"(?<![\w.])(?:{pattern})(?![A-Za-z0-9_=(])", replaced, formula).replace("-", "−")


def span_words(spans):
    """Parts of the x axis in words.

    >>> span_words([(float("-inf"), -3.0), (3.0, float("inf"))])
    'where x < −3 or x > 3'
    """
    parts = []
    for low, high in spans:
        if not np.isfinite(low) and not np.isfinite(high):
            return "everywhere"
        below, above = number(high, 3), number(low, 3)
        if not np.isfinite(low):
            parts.append(f"x < {below}")
        else:
            parts.append(f"x > {above}" if not np.isfinite(high) else f"{above} < x < {below}")
    return "where " + " or ".join(parts)


@functools.lru_cache(maxsize=256)
def _flat_and_dead(name, arguments):
    slopes = Chosen(name, dict(arguments)).slopes(GRID)
    dead = []
    for low, high in _spans(slopes == 0):
        beside = [slopes[place] for place in (low - 1, high + 1) if 0 <= place < len(GRID)]
        if not beside or max(map(abs, beside)) > 1e-6:  # else it is a slope too small to write, as tanh's at 20
            dead.append((low, high))
    return _as_x(_spans(np.abs(slopes) < FLAT)), _as_x(dead)


def _spans(mask):
    """Runs of True as pairs of places, both ends included; a single place is no run."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return [(low, high - 1) for low, high in zip(edges[::2], edges[1::2], strict=True) if high - low > 1]


def _as_x(spans):
    ends = len(GRID) - 1
    return [
        (-np.inf if low == 0 else _rounded(GRID[low]), np.inf if high == ends else _rounded(GRID[high]))
        for low, high in spans
    ]


def _rounded(x):
    return float(np.round(x, 3)) + 0.0


def _same(one, other):
    return len(one) == len(other) and all(np.allclose(a, b, atol=0.01) for a, b in zip(one, other, strict=True))


def _plain(value):
    if value is None or isinstance(value, bool):
        return str(value)
    return number(value, 6)
