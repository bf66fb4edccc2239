"""`modernize(code)`: a program for Keras 0 to 2, tf.keras or CNTK, rewritten for Keras 3, with all reasons.

Reading order: `result.py` (what is handed back), `tables.py` (what moved, what was renamed), `source.py` (a program and
the edits to it), `names.py` and `moves.py` (what a name stands for, and where that is today), `imports.py`,
`arguments.py`, `shapes.py` (the `Input`), `words.py`.

Lesson: 11.
"""

from kerasschool.errors import helpful_getattr
from kerasschool.modernizer.arguments import Arguments
from kerasschool.modernizer.imports import Imports
from kerasschool.modernizer.moves import Moves
from kerasschool.modernizer.names import Names
from kerasschool.modernizer.result import Change, Modernized, Remark
from kerasschool.modernizer.shapes import Shapes
from kerasschool.modernizer.source import Source, parses
from kerasschool.modernizer.words import Words


def modernize(code):
    """Rewrite a program for Keras 3. Comments and layout stay, and nothing of it is executed.

    Args:
        code: the old program, or a piece of one, as a string.

    Returns:
        A `Modernized`: `.code` is the new program, `.changes` says what was changed and why, `.remarks` what is left
        to do by hand.

    Raises:
        ValueError: if `code` is not Python 3; the message names the line.

    >>> result = modernize("model.add(Dense(12, init='uniform', activation='relu'))  # 12 units")
    >>> print(result.code)
    model.add(Dense(12, kernel_initializer='random_uniform', activation='relu'))  # 12 units
    >>> result.changes[0].why
    '`init` is called `kernel_initializer`.'

    Lesson: 11.
    """
    try:
        return _rewritten(Source(code))
    except RecursionError as error:
        raise ValueError(
            "This program is nested too deeply to be read. Break its longest expression into parts."
        ) from error


def _rewritten(source):
    changes, remarks = [], []
    names = Names(source.tree)
    moves = Moves(source, names, changes, remarks)
    arguments = Arguments(source, names, moves, changes, remarks)
    arguments.rewrite()
    shapes = Shapes(source, names, moves, arguments, changes, remarks)
    shapes.rewrite()
    Words(source, names, moves, shapes, changes, remarks).rewrite()
    moves.rewrite(arguments.replaced)
    Imports(source, names, moves, changes, remarks).rewrite()
    if not source.edits:
        return Modernized(source.original, changes, remarks)
    new = source.edited()
    if parses(new):
        return Modernized(new, changes, remarks)
    left = [Remark(change.line, change.old, f"By hand: {change.why}") for change in changes]
    return Modernized(source.original, [], left + remarks)


__getattr__ = helpful_getattr(__name__, globals())
