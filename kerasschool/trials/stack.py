"""Many alike models as one: the same layers, on arrays with one more axis.

A `Stack` is a `Sequential` whose weights carry the replicas along their first axis: `values (replicas, P)`, a kernel
`(replicas, inputs, units)`. Its layers, losses and optimizers are those of a single model, and so is its training
loop; a batch is an array (replicas, rows, inputs), and NumPy's `matmul` multiplies matrix by matrix.

Lesson: 08.
"""

import copy
import math

import numpy as np

from kerasschool import layers, random
from kerasschool.callbacks import CallbackList, History
from kerasschool.models import Sequential
from kerasschool.models.data import Rows
from kerasschool.models.training import Training
from kerasschool.parameters import Parameters
from kerasschool.trials import optimizers
from kerasschool.trials.scores import ConstraintOfEach, LossOfEach, PenaltyOfEach, ScoresOfEach
from kerasschool.trials.streams import StackedStream, alone

NUMBERS_AT_ONCE = 2**20  # so many numbers of a layer's output are held at once when a stack is scored
NUMBERS_TOGETHER = 2**19  # so many weights, or numbers of a batch, are held for all replicas of a stack


class StackedParameters(Parameters):
    """The weights of many models: `values (replicas, P)`; each parameter is a view (replicas, *shape).

    Args:
        parameters: list of `Parameter` of the stack's own layers; their arrays are replaced.
        each: list of `Parameters`, one per replica; their numbers are copied.
    """

    def __init__(self, parameters, each):
        self.list, self.slices = list(parameters), each[0].slices
        self.shapes = [parameter.value.shape for parameter in each[0]]
        self.values = np.stack([one.values for one in each])
        self.grads = np.zeros_like(self.values)
        for parameter, value, grad in zip(self.list, self.split(self.values), self.split(self.grads)):
            parameter.value, parameter.grad, parameter.owner = value, grad, self

    def split(self, vector):
        return [vector[:, where].reshape(-1, *shape) for where, shape in zip(self.slices, self.shapes)]


class StackedRows(Rows):
    """Rows as batches for all replicas: `(replicas, rows, …)`.

    Args:
        rows: the `Rows` that all replicas learn from.
        replicas: how many there are.
        at_once: the most rows in a batch, whatever is asked for; None for no limit.
    """

    def __init__(self, rows, replicas, at_once=None):
        super().__init__(rows.x, rows.y, rows.weight)
        self.replicas, self.at_once = replicas, at_once

    def epoch(self, batch_size, shuffle=False):
        """Yield `(x, y, weight)`; when shuffled, every replica has an order of its own, else all see the same rows."""
        if not shuffle:
            for batch in super().epoch(min(batch_size, self.at_once or batch_size)):
                yield tuple(each if each is None else self._for_all(each) for each in batch)
            return
        order = random.stream().permutation(self.rows)
        for start in range(0, self.rows, batch_size):
            chosen = order[:, start : start + batch_size]
            yield tuple(each if each is None else each.take(chosen, axis=0) for each in (self.x, self.y, self.weight))

    def _for_all(self, array):
        return np.broadcast_to(array, (self.replicas, *array.shape))


class DropoutOfEach(layers.Dropout):
    """A `Dropout` whose `rate` is an array (replicas, 1, …), every entry between 0 and 1."""

    def is_active(self):
        return True

    def draw(self, shape, dtype):
        kept = random.stream().random_sample(shape) >= self.rate
        return np.multiply(kept, 1 / (1 - self.rate), dtype=dtype), None


class Stack(Sequential):
    """Alike models that train as one. They get their numbers back from `hand_back`.

    Args:
        models: list of built, compiled `Sequential` whose metrics are fitted, and that `grouping` found alike.
    """

    def __init__(self, models):
        for model in models:
            optimizers.follow(model.optimizer, model.parameters)
        self.__dict__.update(copy.deepcopy(models[0]).__dict__)
        self.models = models
        self.followed = []  # weights that training moves without gradient: the stack's, and those of the replicas
        for own, *others in zip(self.all_layers(), *(model.all_layers() for model in models)):
            own.replica_axes = 1
            self._stack_layer(own, others)
        self.parameters = StackedParameters(self.parameters, [model.parameters for model in models])
        for number, parameter in enumerate(self.parameters):
            same = [model.parameters[number] for model in models]
            if parameter.regularizer is not None:
                prices = [one.regularizer for one in same]
                parameter.regularizer = PenaltyOfEach(prices, parameter.value.shape, parameter.value.dtype)
            if parameter.constraint is not None:
                parameter.constraint = ConstraintOfEach([one.constraint for one in same])
        self.optimizer = optimizers.stacked([model.optimizer for model in models], self.parameters)
        self._loss = LossOfEach([model._loss for model in models])
        self._scores = ScoresOfEach([model._scores for model in models], self._loss)
        self._line_up()

    def _stack_layer(self, own, others):
        """Give a layer of the stack the weights that training does not change by gradient, and the settings, of all."""
        if type(own) is layers.Normalization:  # alike in all replicas, so NumPy stretches them
            return
        for weight, *same in zip(own._own_weights, *(layer._own_weights for layer in others)):
            if weight.owner is not self.parameters:  # one that training does not change by gradient
                weight.value = np.stack([one.value for one in same])
                weight.grad = np.zeros_like(weight.value)
                self.followed.append((weight, same))
        rates = [layer.rate for layer in others] if type(own) is layers.Dropout else []
        if len(set(rates)) > 1:
            own.__class__ = DropoutOfEach
            own.rate = np.array(rates).reshape(-1, *[1] * len(own.built_shape))

    def _penalty(self):
        return sum(parameter.regularizer(parameter.value) for parameter in self._regularized)

    def at_once(self):
        """How many rows may go through the stack at once."""
        return max(1, NUMBERS_AT_ONCE // (widest_row(self) * len(self.models)))

    def hand_back(self):
        """Give every replica its weights and its optimizer's state."""
        for number, model in enumerate(self.models):
            model.parameters.values[...] = self.parameters.values[number]
            model.parameters.grads[...] = self.parameters.grads[number]
            for weight, same in self.followed:
                same[number].value[...] = weight.value[number]
            if self.optimizer._iterations.value != model.optimizer._iterations.value:
                optimizers.hand_back(self.optimizer, model.optimizer, model.parameters, number)


def widest_row(model):
    """The most numbers that one row becomes on its way through a built model."""
    shapes = [*(layer.built_shape for layer in model.layers), model.output_shape]
    return max(math.prod(size or 1 for size in shape[1:]) for shape in shapes)


def most_together(model, batch_size):
    """How many models of this size gain by training together; 1 if the processor has enough to do with each alone.

    Measured, µs per step of one replica, in the stacks chosen here and alone: 6 570 weights 26 and 57, 25 450 weights
    68 and 86, 101 770 weights 292 and 304. Larger stacks lose, for their weights no longer stay near the processor.
    """
    together = NUMBERS_TOGETHER // max(model.count_params(), batch_size * widest_row(model))
    return together if together >= 4 else 1


def fit(models, streams, **arguments):
    """Train alike models together, each with the stream of random numbers that is its own.

    Args:
        models: list of `Sequential`, found alike by `grouping`.
        streams: list of `numpy.random.RandomState`, one per model.
        **arguments: of `Sequential.fit`.
    """
    with alone(streams[0]):
        asked = models[0].training(**arguments)
    for model, stream in zip(models[1:], streams[1:]):
        model._check_compiled("fit")
        if not model.built:
            with alone(stream):
                model.build((None, *asked.rows.x.shape[1:]))
        model._fit_metrics(asked.rows.y)
    together = most_together(models[0], asked.batch_size)
    stacks = -(-len(models) // together)
    for numbers in np.array_split(np.arange(len(models)), stacks):
        if len(numbers) > 1:
            fit_stack([models[number] for number in numbers], [streams[number] for number in numbers], asked)
        else:  # so large that company does not help
            with alone(streams[numbers[0]]):
                models[numbers[0]].fit(**arguments)


def fit_stack(models, streams, asked):
    """Train models in one loop, as the `Training` that the first was asked for says."""
    stack, replicas = Stack(models), len(models)
    held_back = asked.validation
    if held_back is not None:
        held_back = StackedRows(held_back, replicas, stack.at_once() if stack._scores.together else None)
    run = Training(
        stack,
        StackedRows(asked.rows, replicas),
        held_back,
        asked.batch_size,
        asked.epochs,
        verbose=0,
        callbacks=None,
        shuffle=asked.shuffle,
        initial_epoch=asked.initial_epoch,
        steps_per_epoch=asked.steps_per_epoch,
        validation_batch_size=asked.validation_batch_size,
        validation_steps=asked.validation_steps,
        validation_freq=asked.validation_freq,
    )
    try:
        with random.use(StackedStream(streams)):
            for _ in run:
                pass
    finally:  # also when the reader interrupts: every model keeps its last whole step
        stack.hand_back()
        for number, model in enumerate(models):
            hand_out_history(run, model, number)


def hand_out_history(run, model, number):
    """Give a replica its own `History` of the run."""
    history = History()
    CallbackList([history], model=model, verbose=0, epochs=run.epochs, steps=run.batches)
    history.epoch = list(run.history.epoch)
    for name, values in run.history.history.items():
        values = [value[number] for value in values]
        history.history[name] = [float(value) if value.ndim == 0 else value for value in values]
