"""What an initializer does to a stack of layers before any training: spreads, symmetric units, dead units, words.

Lesson 08.
"""

import dataclasses
import math

import numpy as np

from kerasschool import Sequential, activations, initializers, random
from kerasschool.layers import Dense, Input
from kerasschool.live import recipe_check, recipe_code, recipe_model, recipe_schema
from kerasschool.live.recipe_schema import Argument
from kerasschool.views.charts import number

ROWS = 256  # standard-normal inputs, and as many gradients sent back from the end
TENFOLD = 10.0  # the rule: a tenth or less vanishes, tenfold or more explodes
ALIKE = 0.05  # rows are nearly alike when they differ by less than this share of the layer's spread
KEEPS, VANISHES, EXPLODES = "keeps its size", "vanishes", "explodes"
MOST_WEIGHTS = 200_000  # in the histogram
CUT = 0.8796256610342398  # what cutting the tails off leaves of a bell's spread

SETTINGS = {
    "initializer": Argument("initializer", "initializer", "glorot_uniform"),
    "activation": Argument("activation", "activation", "relu"),
    "depth": Argument("depth", "whole", 10, minimum=1, maximum=30),
    "width": Argument("width", "whole", 64, minimum=1, maximum=256),
    "seed": Argument("seed", "whole", 7, minimum=0, maximum=2**32 - 1),
}


def activation_names():
    """The activations that a stack can have: those that work on each number alone."""
    known = activations._registry.public
    return [name for name in recipe_schema.names("activation") if known[name].elementwise]


def checked(settings):
    """Settings in normal form.

    Raises:
        ValueError: for what cannot be, with the nearest that can.

    >>> checked({"initializer": "HeNormal", "depth": 3})["initializer"]
    'he_normal'
    """
    recipe_check.refuse_unknown(settings, SETTINGS, "Initializer panel")
    found = {
        name: recipe_check.value(argument, settings.get(name, argument.default), name)
        for name, argument in SETTINGS.items()
    }
    recipe_check.check_one_of("activation", found["activation"] or "linear", activation_names())
    return {**found, "activation": found["activation"] or "linear"}


@dataclasses.dataclass
class Stack:
    """What was measured in a stack of Dense layers.

    Attributes:
        model: the stack, a built `Sequential`.
        weights: all kernels' numbers in one array, at most 200,000.
        activations: spread of the outputs, layer by layer.
        gradients: size of the bias gradients (root mean square), layer by layer, when gradients of spread 1 come back
            from the end.
        between_rows: how much each layer's outputs differ from row to row.
        silent: units per layer that give the same number for every row.
        symmetric: layers (from 1) whose units all have the same weights.
        repeats: True if every layer has drawn the same numbers.
    """

    model: object
    weights: np.ndarray
    activations: list
    gradients: list
    between_rows: list
    silent: list
    symmetric: list
    repeats: bool


def measure(settings):
    """Build the stack and measure it: forward with standard-normal rows, then backward. Nothing is trained.

    Args:
        settings: as `checked` gives them.

    >>> stack = measure(checked({"initializer": "he_normal", "depth": 20}))
    >>> verdict(stack.activations)
    'keeps its size'
    """
    width, stream = settings["width"], np.random.RandomState(settings["seed"])
    with random.use(stream), np.errstate(all="ignore"):
        x, push = random.normal((ROWS, width)), random.normal((ROWS, width))
        kernels = [recipe_model.as_object("initializer", settings["initializer"]) for _ in range(settings["depth"])]
        layers = [Dense(width, activation=settings["activation"], kernel_initializer=each) for each in kernels]
        model = Sequential([Input((width,)), *layers])
        outputs, spreads, between, silent = x, [], [], []
        for layer in model.layers:
            outputs = layer.forward(outputs, training=True)
            as_wide = outputs.astype("float64")
            spreads.append(float(as_wide.std()))
            between.append(float(as_wide.std(axis=0).mean()))
            silent.append(int((outputs == outputs[:1]).all(axis=0).sum()))
        model.backward(push / np.float32(ROWS))
        gradients = [float(np.sqrt(np.mean(layer.bias.grad.astype("float64") ** 2) * ROWS)) for layer in model.layers]
    kernels = [np.array(layer.kernel) for layer in model.layers]
    symmetric = [n for n, kernel in enumerate(kernels, 1) if width > 1 and (kernel == kernel[:, :1]).all()]
    weights = np.concatenate([kernel.ravel() for kernel in kernels])[:MOST_WEIGHTS]
    repeats = len(kernels) > 1 and np.ptp(kernels[0]) > 0 and all((each == kernels[0]).all() for each in kernels)
    return Stack(model, weights, spreads, gradients, between, silent, symmetric, bool(repeats))


def verdict(spreads):
    """What a row of spreads does on its way: its last number against its first.

    >>> verdict([1.0, 0.3, 0.09]), verdict([1.0, 4.0]), verdict([1.0, float("inf")])
    ('vanishes', 'keeps its size', 'explodes')
    """
    first, last = spreads[0], spreads[-1]
    if not np.isfinite(spreads).all():
        return EXPLODES
    if last == 0:
        return VANISHES
    if first == 0 or last >= TENFOLD * first:
        return EXPLODES if first else KEEPS
    return VANISHES if last <= first / TENFOLD else KEEPS


def ratio_words(spreads):
    """The last spread against the first, in words.

    >>> ratio_words([2.0, 1.0]), ratio_words([0.0, 0.0])
    ('0.5 times', '0 everywhere')
    """
    first, last = spreads[0], spreads[-1]
    if not np.isfinite(spreads).all():
        return "too large to write"
    if first == 0 or last == 0:
        return "0 everywhere" if first == last else "down to 0" if last == 0 else "up from 0"
    return f"{number(last / first, 3)} times"


def ideal(initializer, width):
    """The law that an initializer draws by, for a kernel of `width` × `width`.

    Returns:
        `(kind, centre, size)`: `"uniform"` with half its width, `"normal"` and `"truncated"` with their bell's spread
        before the tails are cut, `"same"` with 0; or None where no such law holds.

    >>> kind, centre, size = ideal(initializers.HeNormal(), 50)
    >>> kind, centre, round(size * CUT, 3)
    ('truncated', 0.0, 0.2)
    """
    made = initializer
    if isinstance(made, initializers.VarianceScaling):  # every fan of a square kernel is its width
        spread = math.sqrt(made.scale / width)
        if made.distribution == "uniform":
            return "uniform", 0.0, math.sqrt(3) * spread
        return (
            ("normal", 0.0, spread) if made.distribution == "untruncated_normal" else ("truncated", 0.0, spread / CUT)
        )
    if isinstance(made, initializers.TruncatedNormal):
        return "truncated", made.mean, made.stddev
    if isinstance(made, initializers.RandomNormal):
        return "normal", made.mean, made.stddev
    if isinstance(made, initializers.RandomUniform):
        return "uniform", (made.minval + made.maxval) / 2, (made.maxval - made.minval) / 2
    if isinstance(made, initializers.Orthogonal):
        return "normal", 0.0, abs(made.gain) / math.sqrt(width)
    same = {"Zeros": 0.0, "Ones": 1.0, "Constant": getattr(made, "value", None)}.get(type(made).__name__)
    return None if same is None else ("same", float(same), 0.0)


def density(law, x):
    """The ideal curve of a law at an array of values."""
    kind, centre, size = law
    away = (np.asarray(x, float) - centre) / size
    if kind == "uniform":
        return np.where(np.abs(away) <= 1, 0.5 / size, 0.0)
    bell = np.exp(-0.5 * away**2) / (size * math.sqrt(2 * math.pi))
    return bell if kind == "normal" else np.where(np.abs(away) <= 2, bell / math.erf(math.sqrt(2)), 0.0)


def law_words(law):
    """A law in words: its shape and its numbers."""
    if law is None:
        return "no bell and no box: see the histogram"
    kind, centre, size = law
    if kind == "same" or size == 0:
        return f"one value, {number(centre)}"
    if kind == "uniform":
        low, high = number(centre - size), number(centre + size)
        return f"uniform (a box, no tails) from {low} to {high}, spread {number(size / math.sqrt(3))}"
    if kind == "normal":
        return f"normal (a bell with tails) around {number(centre)}, spread {number(size)}"
    ends = f"{number(centre - 2 * size)} to {number(centre + 2 * size)}"
    return f"truncated normal (a bell, tails cut at 2) from {ends}, spread {number(size * CUT)}"


def findings(stack, settings):
    """What is wrong with the stack, most important first: list of `(icon, text)`; empty if nothing is."""
    width, depth, found = settings["width"], settings["depth"], []
    spreads, gradients = stack.activations, stack.gradients
    if stack.symmetric:
        zero = not stack.weights.any()
        text = f"Symmetric: all {width} units of {layers_words(stack.symmetric, depth)} have the same weights."
        text += " They get the same gradient and stay alike: together they are one unit."
        text += " And zeros let no gradient back." if zero else ""
        found.append(("clone", text))
    silent = [place for place, count in enumerate(stack.silent, 1) if count]
    if silent:
        most = int(np.argmax(stack.silent))
        text = (
            f"Dead: {stack.silent[most]} of {width} units in layer {most + 1} give the same number for all {ROWS} rows"
        )
        more = f"; there are such units in {layers_words(silent, depth)}" if len(silent) > 1 else ""
        found.append(("ban", f"{text}{more}."))
    if stack.repeats and _has_seed(settings["initializer"]):
        text = "Every layer starts with the same numbers: a seed inside the initializer counts anew for each layer."
        found.append(("clone", text))
    alike = [
        place
        for place, (between, spread) in enumerate(zip(stack.between_rows, spreads, strict=True), 1)
        if np.isfinite(spread) and between <= ALIKE * spread and spread > 0
    ]
    if alike:
        text = (
            f"Rows look alike from layer {alike[0]} on: the outputs differ from unit to unit, hardly from row to row."
        )
        found.append(("bars", text + " What goes in no longer matters."))
    if verdict(spreads) == EXPLODES:
        found.append(("arrow-up", "Activations explode: with more layers the numbers overflow."))
    if verdict(gradients[::-1]) == EXPLODES:
        found.append(("arrow-up", "Gradients explode: the first layers would make steps far too long."))
    if verdict(gradients[::-1]) == VANISHES and np.isfinite(spreads).all() and not stack.symmetric:
        found.append(("arrow-down", "Gradients vanish: the first layers would hardly learn."))
    return found


def _has_seed(initializer):
    return isinstance(initializer, dict) and initializer["arguments"].get("seed") is not None


def layers_words(places, depth):
    """Layer numbers in words.

    >>> layers_words([3, 5, 6, 7], depth=9)
    'layers 3, 5 to 7'
    """
    if len(places) == depth and depth > 1:
        return f"all {depth} layers"
    runs = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    listed = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
    return f"layer {listed}" if len(places) == 1 else f"layers {listed}"


def program(settings, engine="kerasschool"):
    """The program that makes the stack and prints what was measured.

    Args:
        settings: as `checked` gives them.
        engine: `"kerasschool"`, or `"keras"` for Keras 3; only the import differs.
    """
    recipe_check.check_one_of("engine", engine, recipe_code.IMPORTS)
    kernel = recipe_code.expression("initializer", settings["initializer"])
    return f"""import numpy as np

{recipe_code.IMPORTS[engine]}

depth, width, rows = {settings["depth"]}, {settings["width"]}, {ROWS}
keras.utils.set_random_seed({settings["seed"]})
x = np.random.normal(size=(rows, width)).astype("float32")
push = np.random.normal(size=(rows, width)).astype("float32")

layers = [
    keras.layers.Dense(
        width,
        activation="{settings["activation"]}",
        kernel_initializer={kernel},
    )
    for _ in range(depth)
]
model = keras.Sequential([keras.Input(shape=(width,)), *layers])
weights = np.concatenate([layer.get_weights()[0].ravel() for layer in model.layers])
print(f"weights: mean {{weights.mean():.4f}}, spread {{weights.std():.4f}}")

# Forward: the spread of each layer's outputs.
spreads, outputs = [], x
for layer in model.layers:
    outputs = layer(outputs)
    spreads.append(np.asarray(outputs).astype("float64").std())


# Backward: with this loss the gradient of each output is its push. After one step of plain gradient descent every
# bias, which was 0, is minus its gradient.
def pushed(y_true, y_pred):
    return keras.ops.sum(y_true * y_pred, axis=-1)


model.compile(loss=pushed, optimizer=keras.optimizers.SGD(learning_rate=1.0))
model.train_on_batch(x, push)
for number, layer in enumerate(model.layers, 1):
    gradient = np.sqrt((layer.get_weights()[1].astype("float64") ** 2).mean() * rows)
    print(f"layer {{number}}: outputs {{spreads[number - 1]:.3g}}, gradient {{gradient:.3g}}")
"""
