"""What differs between two recipes, in words, and only that: "optimizer sgd(0.1) instead of adam".

Lesson: 09.
"""

import difflib
import json

from kerasschool.live import recipe_schema
from kerasschool.live.recipe_model import named

FIT_WORDS = {"epochs": "epochs", "batch_size": "batch size", "shuffle": "shuffle"}
SCALING_WORDS = {"standard": "inputs scaled", "none": "inputs not scaled"}
SPLIT_WORDS = {"given": "the data set's own rows held back", "none": "no rows held back"}


def differences(recipe, base):
    """What `recipe` has instead of what `base` has.

    Args:
        recipe, base: two `Recipe`s.

    Returns:
        A list of short phrases in the order of the six steps; empty if they mean the same. Locks do not count.

    >>> from kerasschool.live.recipe import Recipe
    >>> differences(Recipe().with_optimizer("sgd", learning_rate=0.1).replace(seed=8), Recipe())
    ['optimizer sgd(0.1) instead of adam', 'seed 8 instead of 7']
    """
    ours, theirs = recipe.to_dict(), base.to_dict()
    found = []
    if ours["data"] != theirs["data"]:
        found.append(_instead("data", _data(ours), _data(theirs)))
    if ours["scaling"] != theirs["scaling"]:
        found.append(SCALING_WORDS[ours["scaling"]])
    if ours["split"] != theirs["split"]:
        found.append(_split(ours["split"]))
    found += _layers(ours["layers"], theirs["layers"])
    for kind in ("loss", "optimizer"):
        found += _spec(kind, ours["compile"][kind], theirs["compile"][kind], kind)
    if ours["compile"]["metrics"] != theirs["compile"]["metrics"]:
        found.append(_instead("metrics", *(_metrics(each["compile"]["metrics"]) for each in (ours, theirs))))
    for name, word in FIT_WORDS.items():
        if ours["fit"][name] != theirs["fit"][name]:
            found.append(_instead(word, *(_plain(each["fit"][name]) for each in (ours, theirs))))
    if ours["fit"]["early_stopping"] != theirs["fit"]["early_stopping"]:
        found += _early_stopping(ours["fit"]["early_stopping"], theirs["fit"]["early_stopping"])
    if ours["seed"] != theirs["seed"]:
        found.append(_instead("seed", ours["seed"], theirs["seed"]))
    return found


def short_text(kind, spec):
    """A spec as a learner would say it: `"adam"`, `"sgd(0.1, momentum=0.9)"`, `"Dense(8, relu)"`.

    >>> short_text("optimizer", {"class": "SGD", "arguments": {"learning_rate": 0.1, "momentum": 0.9}})
    'sgd(0.1, momentum=0.9)'
    """
    if spec is None:
        return "none"
    name, given = named(kind, spec)
    word = recipe_schema.spell(kind, name)
    if not given:
        return word
    known = recipe_schema.arguments(kind, name)
    first = next(iter(known), None)
    clear = (first, "activation")  # what they are can be seen without a name
    texts = [("" if key in clear else f"{key}=") + _argument(known[key], value) for key, value in given.items()]
    return f"{word}({', '.join(texts)})"


def _argument(argument, value):
    """The value of one argument, a spec in it as a word."""
    kind = argument.or_kind if isinstance(value, dict) and argument.or_kind else argument.kind
    if kind in recipe_schema.REGISTRIES:
        return short_text(kind, value)
    return _plain(value)


def _plain(value):
    if isinstance(value, list):
        return "(" + ", ".join(map(_plain, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.6g}" if isinstance(value, float) else "none" if value is None else str(value)


def _instead(what, ours, theirs):
    return f"{what} {ours} instead of {theirs}"


def _data(parts):
    return "your own arrays" if parts["data"] == "own" else short_text("data", parts["data"])


def _split(split):
    return SPLIT_WORDS[split] if isinstance(split, str) else f"{_plain(split)} of the rows held back"


def _metrics(metrics):
    return ", ".join(short_text("metric", each) for each in metrics) or "none"


def _early_stopping(ours, theirs):
    if ours is None:
        return ["no early stopping"]
    if theirs is None:
        _, given = named("early_stopping", ours)
        patience = f" with patience {given['patience']}" if "patience" in given else ""
        return [f"early stopping{patience}"]
    return _spec("early_stopping", ours, theirs, "early stopping")


def _spec(kind, ours, theirs, what):
    """Another class, or other arguments of the same one."""
    if ours == theirs:
        return []
    (our_name, our_given), (their_name, their_given) = named(kind, ours), named(kind, theirs)
    if our_name != their_name:
        return [_instead(what, short_text(kind, ours), short_text(kind, theirs))]
    known = recipe_schema.arguments(kind, our_name)
    return [
        _instead(
            ("" if kind == "optimizer" else f"{what}: ") + key.replace("_", " "),
            *(_argument(argument, given.get(key, argument.default)) for given in (our_given, their_given)),
        )
        for key, argument in known.items()
        if our_given.get(key, argument.default) != their_given.get(key, argument.default)
    ]


def _layers(ours, theirs):
    """Layers that are new, gone, or have other arguments; those that stay are found by what stands around them."""
    found = []
    if ours[0] != theirs[0]:
        found.append(_instead("input", *(_plain(each[0]["arguments"]["shape"]) for each in (ours, theirs))))
    texts = [[json.dumps(layer, sort_keys=True) for layer in layers[1:]] for layers in (theirs, ours)]
    for what, i, j, k, m in difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        old, new = theirs[1:][i:j], ours[1:][k:m]
        for place in range(max(len(old), len(new))):
            if place < min(len(old), len(new)):
                found += _spec("layer", new[place], old[place], f"layer {k + place + 1}")
            elif place < len(new):
                found.append(f"layer {k + place + 1} more: {short_text('layer', new[place])}")
            else:
                found.append(f"without layer {i + place + 1}: {short_text('layer', old[place])}")
    return found
