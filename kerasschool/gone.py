"""Names that programs of older tutorials use and Keras 3 no longer has, and what to do instead.

Errors say it, and `kerasschool.modernize` does it.
"""

QUEUE = "Loading beside the training is set on the data: `keras.utils.PyDataset(workers=…)`."
COMPILE = {
    "class_mode": "The loss and the last layer say what kind of classes there are.",
    "sample_weight_mode": "Keras sees it from the shape of the weights.",
}
TRAINING = {
    "show_accuracy": "What is reported is chosen in `compile(metrics=[…])`.",
    **dict.fromkeys(
        ("workers", "nb_worker", "pickle_safe", "use_multiprocessing", "max_queue_size", "max_q_size"), QUEUE
    ),
}
ARGUMENTS = {
    **COMPILE,
    **TRAINING,
    "decay": "Give a schedule as the rate: `learning_rate=keras.optimizers.schedules.InverseTimeDecay(…)`.",
}
METHODS = {
    "fit_generator": "`fit` takes generators as they are.",
    "evaluate_generator": "`evaluate` takes generators as they are.",
    "predict_generator": "`predict` takes generators as they are.",
    "predict_classes": "Write `predict(x) > 0.5` for one output, `predict(x).argmax(axis=-1)` for several.",
    "predict_proba": "`predict` gives the probabilities.",
}
REWRITE = "`kerasschool.modernize(program)` rewrites a whole program."


def advice(name, table):
    """What to do instead of an old name, or "" for a name that was never there."""
    return f" {table[name]} {REWRITE}" if name in table else ""
