"""The loss of a model before its training, and what it would be for a model that knows nothing: the two are close.

Lesson: 03.
"""

import copy
import math
import warnings
from dataclasses import dataclass

import numpy as np

from kerasschool.live.doctor.afterwards import baseline, is_penalised
from kerasschool.live.doctor.facts import Facts, kind_of
from kerasschool.live.doctor.head import PORTIONS, SHARES

MOST_ROWS = 10_000
NEAR, FAR = 0.25, 2.0  # how far from the loss of knowing nothing is still near; how many times it is far
YES_NO, ONE_OF_MANY = ("BinaryCrossentropy",), ("CategoricalCrossentropy", "SparseCategoricalCrossentropy")
AT_ZERO = {  # loss → what it makes of the answer 0 for every row
    "MeanSquaredError": "the mean of label²",
    "MeanAbsoluteError": "the mean of |label|",
    "Hinge": "max(0, 1 − 0)",
    "SquaredHinge": "max(0, 1 − 0)²",
}
BEST = {  # loss → the best answer that is the same for every row
    "BinaryCrossentropy": "the share of label 1",
    "CategoricalCrossentropy": "the share of each class",
    "SparseCategoricalCrossentropy": "the share of each class",
    "MeanSquaredError": "the mean of the labels; this loss is their variance",
    "MeanAbsoluteError": "the median of the labels",
}


@dataclass(frozen=True)
class FirstLoss:
    """What `first_loss` found. What is not known is None.

    Attributes:
        measured: the loss of the model on the rows.
        names: of the numbers that each epoch will report, the loss among them.
        rows: on how many.
        ignorant: the loss of the same model with the weights of its last layer at 0, so that it knows nothing.
        answer: what that model says for every row, in words.
        formula: how `ignorant` comes about, in words.
        best: the loss of the best answer that is the same for every row: a trained model must be below it.
        best_answer: which answer that is.
        is_penalised: True if regularizers are part of `measured` and `ignorant`.
    """

    measured: float | None = None
    names: tuple = ()
    rows: int = 0
    ignorant: float | None = None
    answer: str = ""
    formula: str = ""
    best: float | None = None
    best_answer: str = ""
    is_penalised: bool = False

    @property
    def verdict(self):
        """What the number measured says, in a sentence; empty while it is not known."""
        if self.measured is None:
            return ""
        if not math.isfinite(self.measured):
            return "The loss is no number. Are there NaN in the data?"
        if self.ignorant is None or not math.isfinite(self.ignorant):
            return ""
        if abs(self.measured - self.ignorant) <= NEAR * abs(self.ignorant):
            return "As it should be: the model knows nothing yet."
        if self.measured > FAR * self.ignorant > 0:
            return "Far above that: the model is sure of wrong answers. Are the inputs scaled?"
        if self.measured > self.ignorant:
            return "Somewhat above that: its first answers are random."
        return "Below that: by chance, or because the model has been trained already."


def first_loss(model, x=None, y=None):
    """The loss of a model before its training, and why it is about that. Neither model nor random stream changes.

    Args:
        model: kerasschool's `Sequential`, compiled.
        x, y: the training rows; of more than 10,000 the first are taken. None: only what the layers say is found.

    Raises:
        ValueError: if the rows do not fit the model, or the labels the loss.

    >>> import kerasschool as keras
    >>> model = keras.Sequential([keras.Input(shape=(2,)), keras.layers.Dense(1, activation="sigmoid")])
    >>> model.compile(loss="binary_crossentropy")
    >>> found = first_loss(model)
    >>> found.answer, found.formula, round(found.ignorant, 4)
    ('0.5', '−ln 0.5', 0.6931)

    Lesson: 03.
    """
    facts = Facts(model, x, y)
    answer, formula, known = _knowing_nothing(facts)
    if x is None or y is None:
        return FirstLoss(ignorant=known, answer=answer, formula=formula)
    x, y = x[:MOST_ROWS], y[:MOST_ROWS]
    scores = _evaluate(copy.deepcopy(model), x, y)
    best = baseline(facts)
    return FirstLoss(
        measured=scores["loss"],
        names=tuple(scores),
        rows=len(x),
        ignorant=_evaluate(_ignorant(model), x, y)["loss"] if answer else None,
        answer=answer,
        formula=formula,
        best=best,
        best_answer=BEST.get(facts.loss, "") if best is not None else "",
        is_penalised=is_penalised(facts),
    )


def _knowing_nothing(facts):
    """`(answer, formula, loss)` of a model whose last layer has weights of 0; the loss is None where it needs rows."""
    if facts.head is None or _last_dense(facts.layers) is None or not facts.units:
        return "", "", None
    plain = not facts.loss_arguments
    logits = facts.loss_arguments == {"from_logits": True}
    if facts.loss in YES_NO and ((plain and facts.head in SHARES) or (logits and facts.head == "linear")):
        return "0.5", "−ln 0.5", math.log(2)
    if facts.loss in ONE_OF_MANY and ((plain and facts.head in PORTIONS) or (logits and facts.head == "linear")):
        return f"1/{facts.units} for each class", f"ln {facts.units}", math.log(facts.units)
    if facts.head in PORTIONS:
        return ("1", "", None) if facts.units == 1 else (f"1/{facts.units} for each unit", "", None)
    if facts.head in SHARES:
        return "0.5", "", None
    return (
        ("0", AT_ZERO.get(facts.loss, ""), None) if facts.head in ("linear", "relu", "tanh") else ("the same", "", None)
    )


def _last_dense(layers):
    """The last layer with weights, if it is a `Dense`: with weights of 0 it gives the same for every row."""
    layer = next((layer for layer in reversed(layers) if layer.weights), None)
    return layer if layer is not None and kind_of(layer) == "Dense" else None


def _ignorant(model):
    """A copy of the model with the weights of its last layer at 0."""
    model = copy.deepcopy(model)
    layer = _last_dense(model.layers)
    layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])
    return model


def _evaluate(model, x, y):
    """Loss and metrics on rows. The model is a copy, which may be thrown away."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the doctor says what is wrong
        return model.evaluate(x, y, batch_size=1024, verbose=0, return_dict=True)
