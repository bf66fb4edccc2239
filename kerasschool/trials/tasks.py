"""Training some of the trials: together, one by one, or wherever an executor runs it.

Source: `concurrent.futures.Executor`.
"""

import copy
import threading

from kerasschool.trials import stack
from kerasschool.trials.grouping import blueprint, why_alone
from kerasschool.trials.streams import alone

_turn = threading.Lock()  # the engine knows one stream of random numbers at a time, so threads take turns


class Task:
    """Some trials that are trained together, or one by one.

    Args:
        numbers: list of the trials' numbers.
        why: why they are trained one by one; `""` if together.
    """

    def __init__(self, numbers, why=""):
        self.numbers, self.why = numbers, why

    def describe(self):
        """One line for `Trials.how`."""
        if self.why:
            return f"one by one: {spans(self.numbers)}, because {self.why}"
        return f"stacked: {spans(self.numbers)}"


def plan(models, arguments, task_size=None):
    """The tasks that train all models, as a list.

    Args:
        models: list of compiled `Sequential`.
        arguments: those of `fit`.
        task_size: the most trials in one stack, when tasks go to an executor; None for any number.
    """
    groups = {}
    for number, model in enumerate(models):
        why = why_alone(model, arguments)
        groups.setdefault((why, None if why else blueprint(model)), []).append(number)
    tasks = []
    for (why, _), numbers in groups.items():
        model = models[numbers[0]]
        if len(numbers) == 1:
            why = why or "no other trial is built like it"
        elif model.built and not why and stack.most_together(model, arguments.get("batch_size") or 32) == 1:
            why = f"a model of {model.count_params()} weights is as quick alone"
        size = len(numbers)
        if task_size is not None:  # to be spread over the executor's workers
            size = 1 if why else task_size
        tasks += [Task(numbers[start : start + size], why) for start in range(0, len(numbers), size)]
    return tasks


def train(models, streams, arguments, is_stacked):
    """Train models in this process. They change in place, and are returned for those that sent copies.

    Args:
        models: list of `Sequential`.
        streams: list of `numpy.random.RandomState`, one per model.
        arguments: of `Sequential.fit`.
        is_stacked: True if the models are alike and train together.
    """
    with _turn:
        if is_stacked and len(models) > 1:
            stack.fit(models, streams, **arguments)
        else:
            for model, stream in zip(models, streams):
                with alone(stream):
                    model.fit(**{**arguments, "callbacks": copy.deepcopy(arguments.get("callbacks"))})
    return models, streams


def spans(numbers):
    """`"trials 0-3, 7"` for [0, 1, 2, 3, 7]."""
    parts, start = [], numbers[0]
    for number, following in zip(numbers, [*numbers[1:], None]):
        if following != number + 1:
            parts.append(str(start) if start == number else f"{start}-{number}")
            start = following
    return f"trial{'' if len(numbers) == 1 else 's'} {', '.join(parts)}"
