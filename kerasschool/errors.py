"""Errors that teach: what happened, what was expected, how to fix it, what was received.

Every error a learner can cause is built here, so that all of them read alike::

    ValueError: Unknown activation 'rleu'. Did you mean 'relu'? Known: celu, elu, …
    ValueError: `units` must be a positive whole number. Received: units=-3
"""

import difflib
import inspect
import numbers
import opcode

from kerasschool import gone

IMPORT_FROM = opcode.opmap["IMPORT_FROM"]


def message(happened, expected="", fix="", **received):
    """One error text, four parts in a fixed order; parts left out are skipped. `received=3` is shown without a name."""
    parts = [happened, expected, fix]
    if received:
        shown = (short(value) if name == "received" else f"{name}={short(value)}" for name, value in received.items())
        parts.append("Received: " + ", ".join(shown))
    return " ".join(part for part in parts if part)


def short(value, limit=120):
    """`repr(value)`, except that arrays show their shape and long texts are cut."""
    if hasattr(value, "shape") and hasattr(value, "dtype") and value.shape != ():
        return f"<array of shape {tuple(value.shape)}, {value.dtype}>"
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def did_you_mean(name, known):
    """`" Did you mean 'relu'?"`, or nothing when no known name is near."""
    name, known = str(name), [str(candidate) for candidate in known]
    letters = sorted(name.lower())
    near = [candidate.lower() for candidate in known if sorted(candidate.lower()) == letters]  # `adma` is `adam`
    near.sort(key=lambda candidate: sum(one != other for one, other in zip(candidate, name.lower())))
    near += difflib.get_close_matches(name.lower(), [candidate.lower() for candidate in known], n=1, cutoff=0.6)
    if not near:
        return ""
    spelt = [candidate for candidate in known if candidate.lower() == near[0]]
    if f"{name}s" in known:  # `keras.layer` is `keras.layers`, not the class `Layer`
        return f" Did you mean {name + 's'!r}?"
    alike = [candidate for candidate in spelt if candidate[:1].isupper() == name[:1].isupper()]
    return f" Did you mean {(alike or spelt)[0]!r}?"


def unknown(kind, name, known):
    """A ValueError for a name that is not in the list, with the nearest that is."""
    listed = ", ".join(sorted({str(candidate) for candidate in known}, key=str.lower))
    return ValueError(f"Unknown {kind} {name!r}.{did_you_mean(name, known)} Known: {listed}")


def unknown_arguments(function, extra, of=None):
    """A TypeError for keyword arguments that `function` does not have.

    Args:
        function: the name shown, for example ``"Dense"``.
        extra: the dictionary of arguments left over.
        of: the callable whose signature holds the right names (its parents' included).
    """
    known = argument_names(of) if of is not None else []
    first = next(iter(extra))
    return TypeError(
        f"{function} has no argument {first!r}.{gone.advice(first, gone.ARGUMENTS) or did_you_mean(first, known)}"
        + (f" Arguments: {', '.join(known)}." if known else "")
        + f" Received: {first}={short(extra[first])}"
    )


def refuse_unknown_arguments(cls, arguments):
    """Raise `unknown_arguments` for names that no `__init__` of `cls` takes, unless it takes any (`**kwargs`)."""
    if not arguments:
        return
    takes = inspect.signature(cls.__init__).parameters.values()
    if not any(each.kind is each.VAR_KEYWORD for each in takes):
        known = argument_names(cls)
        extra = {name: value for name, value in arguments.items() if name not in known}
        if extra:
            raise unknown_arguments(cls.__name__, extra, cls)


def argument_names(of):
    """The argument names of a callable; of a class, those of its parents' `__init__` too."""
    callables = [c.__init__ for c in of.__mro__ if c is not object] if inspect.isclass(of) else [of]
    names = {}
    for each in callables:
        for name, parameter in inspect.signature(each).parameters.items():
            if name != "self" and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                names[name] = None
    return list(names)


def check_whole(name, value, minimum=1):
    """`value` as an int, or the error that says it must be a whole number from `minimum` up."""
    is_whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_whole or value < minimum:
        kind = {0: "a whole number, 0 or more", 1: "a positive whole number"}.get(
            minimum, f"a whole number, {minimum} or more"
        )
        raise ValueError(message(f"`{name}` must be {kind}.", **{name: value}))
    return int(value)


def check_number(name, value, minimum=None, maximum=None, *, exclusive=False):
    """`value` unchanged if it is a real number (not NaN) within its bounds, else the error that says so."""
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool) and value == value
    if is_number:
        above = minimum is None or value > minimum or (value == minimum and not exclusive)
        below = maximum is None or value < maximum or (value == maximum and not exclusive)
        if above and below:
            return value
    bounds = ""
    if minimum is not None and maximum is not None:
        bounds = f" between {minimum} and {maximum}" + (", both left out" if exclusive else "")
    elif minimum is not None:
        bounds = f" greater than {minimum}" if exclusive else f", {minimum} or more"
    elif maximum is not None:
        bounds = f" less than {maximum}" if exclusive else f", {maximum} or less"
    raise ValueError(message(f"`{name}` must be a number{bounds}.", **{name: value}))


def check_one_of(name, value, known):
    """`value` if it is one of the `known` words, else the error that lists them."""
    if value not in known:
        listed = ", ".join(repr(word) for word in known)
        raise ValueError(message(f"`{name}` must be one of {listed}.{did_you_mean(value, known)}", **{name: value}))
    return value


def helpful_getattr(module_name, namespace, left_out=None):
    """A module `__getattr__` that names the nearest public name: ``layers.Desne`` → ``Dense``.

    Args:
        module_name: the module's `__name__`.
        namespace: the public names; those that start with `_` are not suggested.
        left_out: dictionary, name → what to do instead, for names of Keras that are missing on purpose.
    """

    def __getattr__(name):
        if name in (left_out or {}):
            advice = f" {left_out[name]}"
        else:
            advice = did_you_mean(name, [n for n in namespace if not n.startswith("_")])
        if asked_by_from_import():
            raise ImportError(f"cannot import name {name!r} from {module_name!r}.{advice}", name=module_name)
        raise AttributeError(f"module {module_name!r} has no attribute {name!r}.{advice}")

    return __getattr__


def asked_by_from_import():
    """True if a module's `__getattr__` was called by `from module import name`, which hides any AttributeError."""
    frame = inspect.currentframe()
    while frame and (frame.f_code.co_filename == __file__ or frame.f_code.co_name == "__getattr__"):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_code[frame.f_lasti] == IMPORT_FROM
