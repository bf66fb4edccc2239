"""What is wrong, why, and how to mend it: a look at a model, its data and its curves.

Each finding is a small function of its own: `head.py` (units, activation, loss, labels, metrics), `inputs.py` (the
data), `weights.py` (initial weights, learning rate), `afterwards.py` (after a fit). A check that needs something it was
not given says nothing. The model may be Keras's own: only what both show in public is read.

>>> import kerasschool as keras
>>> model = keras.Sequential([keras.Input(shape=(2,)), keras.layers.Dense(1, activation="softmax")])
>>> model.compile(loss="binary_crossentropy")
>>> [finding.tag for finding in examine(model)]
['softmax_of_one']

Lessons: 01 to 10, as each finding says.
"""

from kerasschool.errors import helpful_getattr
from kerasschool.live.doctor import afterwards, head, inputs, weights
from kerasschool.live.doctor.facts import Facts
from kerasschool.live.doctor.finding import ERROR, NOTE, SEVERITIES, WARNING, Finding, Findings

CHECKS = (*inputs.CHECKS, *head.CHECKS, *weights.CHECKS, *afterwards.CHECKS)


def examine(model_or_recipe, x=None, y=None, history=None, validation_data=None):
    """Look for what commonly goes wrong. Changes nothing, and draws no random numbers from the stream in use.

    Args:
        model_or_recipe: a `Sequential` (kerasschool's or Keras's), compiled or not, or a `Recipe`.
        x, y: the arrays that `fit` gets, or got. None leaves the checks of data out; a recipe with a data set of its
            own loads them.
        history: what `fit` returned, or its dictionary; with it the checks after a fit are made, else those before.
        validation_data: `(x, y)` as for `fit`.

    Returns:
        A list of `Finding`, the most serious first; a notebook shows it as boxes. Empty if nothing was found.
    """
    facts = Facts.of(model_or_recipe, x, y, history, validation_data)
    found = Findings()
    for check in CHECKS:
        finding = check(facts)
        if finding is not None:
            found.append(finding)
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return found


__getattr__ = helpful_getattr(__name__, globals())
