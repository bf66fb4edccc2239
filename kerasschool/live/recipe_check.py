"""Is this a recipe? Every value from outside is looked at here, before anything is made from it.

What comes out is one normal form: names as the schema spells them, arguments in the order of the signature, those that
equal their default left out. So two recipes that mean the same are equal.
"""

import math
import numbers
import re

from kerasschool.errors import check_one_of, check_whole, did_you_mean, message, short
from kerasschool.live import recipe_schema
from kerasschool.live.recipe_schema import Argument

VERSION = 1
MOST_LAYERS = 64
MOST_METRICS = 20
MOST_PARAMETERS = 2_000_000
LARGEST_ROW = 2**20  # numbers in one row of any layer's output
WORD = re.compile(r"[A-Za-z][\w.\- ]{0,63}")
SPEC = ("class", "arguments")
SCALINGS = ("none", "standard")
SPLITS = ("given", "none")
LOCKS = ("frozen", "hidden")
WAYS_TO_SAY_NONE = ("linear", "channels_last")  # what Keras makes of an activation or data_format that is left out
ALWAYS_WITH_CLASS = ("layer", "schedule")  # the others are one word while they have no arguments

FIT = {
    "epochs": Argument("epochs", "whole", 150, minimum=1, maximum=100_000, start=150),
    "batch_size": Argument("batch_size", "whole", 10, minimum=1, maximum=1_000_000, start=10),
    "shuffle": Argument("shuffle", "boolean", True, start=True),
    "early_stopping": Argument("early_stopping", "early_stopping", None, optional=True),
}
COMPILE = {
    "loss": Argument("loss", "loss", "binary_crossentropy", start="binary_crossentropy"),
    "optimizer": Argument("optimizer", "optimizer", "adam", start="adam"),
    "metrics": Argument("metrics", "metrics", ["accuracy"], start=["accuracy"]),
}
SEED = Argument("seed", "whole", 7, minimum=0, maximum=2**32 - 1, start=7)


def parts(version, data, scaling, split, layers, compile, fit, seed, locks):
    """All parts of a recipe in normal form, or the ValueError that says what is wrong with one."""
    if version != VERSION or isinstance(version, bool):
        raise ValueError(
            message(
                "This recipe cannot be read.",
                f"This version of kerasschool reads recipes of version {VERSION}.",
                "A newer recipe needs a newer kerasschool.",
                version=version,
            )
        )
    return {
        "version": VERSION,
        "data": spec("data", data, "data"),
        "scaling": check_one_of("scaling", scaling if isinstance(scaling, str) else short(scaling), SCALINGS),
        "split": check_split(split),
        "layers": check_layers(layers),
        "compile": settings(COMPILE, compile, "compile"),
        "fit": settings(FIT, fit, "fit"),
        "seed": value(SEED, seed, "seed"),
        "locks": check_locks(locks),
    }


def check_split(split):
    """`"given"`, `"none"`, or the share of the rows that is held back."""
    if isinstance(split, str):
        return check_one_of("split", split, SPLITS)
    if not is_number(split) or not 0 < split < 1:
        raise ValueError(
            message(
                "`split` must be 'given', 'none' or the share of rows to hold back.",
                "A share lies between 0 and 1, such as 0.2.",
                split=split,
            )
        )
    return split


def check_layers(layers):
    """The list of layers: an input, and at least one layer more."""
    if not isinstance(layers, (list, tuple)):
        raise ValueError(message("`layers` must be a list.", layers=layers))
    if len(layers) > MOST_LAYERS + 1:
        raise ValueError(message(f"A recipe has at most {MOST_LAYERS} layers.", received=len(layers)))
    checked = [spec("layer", layer, f"layers[{index}]") for index, layer in enumerate(layers)]
    places = [index for index, layer in enumerate(checked) if layer["class"] == "InputLayer"]
    if places != [0]:
        raise ValueError(
            message(
                "The layers must start with one input.",
                fix='Begin with {"class": "InputLayer", "arguments": {"shape": [8]}}.',
                layers=[layer["class"] for layer in checked],
            )
        )
    if len(checked) == 1:
        raise ValueError("A recipe needs at least one layer after its input. For example a `Dense` of 1 unit.")
    row = math.prod(checked[0]["arguments"]["shape"])
    if row > LARGEST_ROW:
        raise ValueError(message(f"One row of inputs has at most {LARGEST_ROW} numbers.", received=row))
    return checked


def check_locks(locks):
    """What a teacher has locked: the name of a control → `"frozen"` or `"hidden"`."""
    if not isinstance(locks, dict) or len(locks) > 100:
        raise ValueError(message("`locks` must be a dictionary of at most 100 controls.", locks=locks))
    for name, state in locks.items():
        if not is_word(name):
            raise ValueError(message("The name of a locked control must be a short word.", name=name))
        check_one_of(f"locks[{name!r}]", state if isinstance(state, str) else short(state), LOCKS)
    return dict(sorted(locks.items()))


def settings(known, given, where):
    """The parts of `compile` or `fit`, those left out with their defaults."""
    if not isinstance(given, dict):
        raise ValueError(message(f"`{where}` must be a dictionary.", **{where: given}))
    refuse_unknown(given, known, where)
    return {name: value(argument, given.get(name, argument.default), name) for name, argument in known.items()}


def refuse_unknown(given, known, where):
    """Raise the error that names the nearest known word for one that is not known."""
    for name in given:
        if name not in known:
            near = did_you_mean(name, known) if is_word(name) else ""
            listed = ", ".join(known) or "none"
            raise ValueError(f"`{where}` has no argument {short(name, 40)}.{near} Arguments: {listed}")


def spec(kind, given, where):
    """A name with its arguments in normal form: `"adam"`, or `{"class": "Adam", "arguments": {…}}`."""
    if isinstance(given, str):
        given = {"class": given}
    if not isinstance(given, dict) or "class" not in given or not set(given) <= set(SPEC):
        raise ValueError(
            message(
                f"`{where}` must name {'an' if kind[0] in 'aeio' else 'a'} "
                f"{recipe_schema.LONG_NAMES.get(kind, kind.replace('_', ' '))}.",
                'Expected a word, or {"class": name, "arguments": {…}}.',
                received=given,
            )
        )
    name = recipe_schema.canonical(kind, given["class"])
    known = recipe_schema.arguments(kind, name)
    given = given.get("arguments", {})
    if not isinstance(given, dict):
        raise ValueError(message(f"The arguments of `{where}` must be a dictionary.", arguments=given))
    refuse_unknown(given, known, f"{where}: {name}")
    chosen = {}
    for argument in known.values():
        if argument.name in given:
            checked = value(argument, given[argument.name], f"{where}.{argument.name}")
            if argument.required or checked != normal_default(argument):
                chosen[argument.name] = checked
        elif argument.required:
            example = f"For example {argument.start!r}."
            raise ValueError(message(f"`{where}`: {name} needs `{argument.name}`.", example, arguments=given))
    if not chosen and kind not in ALWAYS_WITH_CLASS and name not in recipe_schema.NO_WORDS:
        return recipe_schema.spell(kind, name)
    return {"class": name, "arguments": chosen}


def normal_default(argument):
    """The default as a checked value would be written."""
    return argument.default if argument.default is None else value(argument, argument.default, argument.name)


def value(argument, given, where):
    """One value of the kind that `argument` wants, or the ValueError that says what is expected."""
    if given is None and argument.optional:
        return None
    if argument.or_kind and isinstance(given, (dict, str)):
        return spec(argument.or_kind, given, where)
    reader = READERS.get(argument.kind)
    checked = spec(argument.kind, given, where) if reader is None else reader(argument, given, where)
    is_none = argument.optional and isinstance(checked, str) and checked in WAYS_TO_SAY_NONE
    return None if is_none else checked


def is_number(given):
    """True for an int or float that is finite and fits into a float."""
    if isinstance(given, bool) or not isinstance(given, numbers.Real):
        return False
    try:
        return math.isfinite(float(given))
    except OverflowError:
        return False


def is_word(given):
    """True for a short text of letters, digits and a few signs."""
    return isinstance(given, str) and WORD.fullmatch(given) is not None


def bounded(argument, given, where):
    low, high = argument.minimum, argument.maximum
    if (low is not None and given < low) or (high is not None and given > high):
        between = f"{low} or more" if high is None else f"{high} or less" if low is None else f"from {low} to {high}"
        raise ValueError(message(f"`{where}` must be {between}.", received=given))
    return given


def _whole(argument, given, where):
    if not isinstance(given, numbers.Integral) or isinstance(given, bool):
        raise ValueError(message(f"`{where}` must be a whole number.", received=given))
    return bounded(argument, int(given), where)


def _number(argument, given, where):
    if not is_number(given):
        raise ValueError(message(f"`{where}` must be a number.", "It must be finite.", received=given))
    given = int(given) if isinstance(given, numbers.Integral) else float(given)
    if argument.name == "learning_rate":  # the optimizer keeps it as float32: the same digits here and there
        given = float(f"{given:.6g}")
    return bounded(argument, given, where)


def _boolean(argument, given, where):
    if not isinstance(given, bool):
        raise ValueError(message(f"`{where}` must be True or False.", received=given))
    return given


def _choice(argument, given, where):
    if argument.open and is_word(given):
        return given
    return check_one_of(where, given if isinstance(given, str) else short(given), argument.choices)


def _word(argument, given, where):
    if not is_word(given):
        raise ValueError(message(f"`{where}` must be a short word.", received=given))
    return given


def _list_of(reader, longest, or_one):
    """A reader of lists; with `or_one` a list of one entry and that entry alone are the same."""

    def read(argument, given, where):
        if isinstance(given, (list, tuple)) and not (or_one and len(given) == 1):
            if not 0 < len(given) <= longest:
                raise ValueError(message(f"`{where}` must have 1 to {longest} entries.", received=len(given)))
            return [reader(argument, each, f"{where}[{index}]") for index, each in enumerate(given)]
        if or_one:
            return reader(argument, given[0] if isinstance(given, (list, tuple)) else given, where)
        raise ValueError(message(f"`{where}` must be a list of numbers.", received=given))

    return read


def _metrics(argument, given, where):
    if not isinstance(given, (list, tuple)) or len(given) > MOST_METRICS:
        raise ValueError(message(f"`{where}` must be a list of at most {MOST_METRICS} metrics.", received=given))
    return [spec("metric", metric, f"{where}[{index}]") for index, metric in enumerate(given)]


READERS = {  # kind of an argument → how its value is checked; kinds of the schema go to `spec`
    "whole": _whole,
    "number": _number,
    "boolean": _boolean,
    "choice": _choice,
    "word": _word,
    "sizes": _list_of(_whole, 8, or_one=False),
    "axes": _list_of(_whole, 8, or_one=True),
    "numbers": _list_of(_number, 1000, or_one=True),
    "list": _list_of(_number, 1000, or_one=False),
    "metrics": _metrics,
}


def check_version_and_names(given, known):
    """Raise the error that teaches unless `given` is a dictionary with known names, of a version we read."""
    if not isinstance(given, dict):
        raise ValueError(message("A recipe is a dictionary.", received=given))
    if "version" not in given:
        raise ValueError(message("A recipe needs a `version`.", f"Today's is {VERSION}.", received=given))
    check_whole("version", given["version"])
    refuse_unknown(given, known, "recipe")
