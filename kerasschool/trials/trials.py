"""`Trials`: the same experiment many times, with other seeds or other settings.

Lesson: 08.
"""

import numpy as np

from kerasschool.callbacks.monitor_callback import all_metrics
from kerasschool.errors import check_one_of, check_whole, message, unknown
from kerasschool.trials import tasks
from kerasschool.trials.making import make, maker
from kerasschool.trials.settings import combinations, per_trial


class Histories(dict):
    """What `Trials.fit` returns: name → array (trials, epochs), with NaN where a trial ended earlier.

    Attributes:
        epoch: list of the epochs' numbers.
        history: the dictionary itself, so that `history.history["loss"]` works as after a model's `fit`.
    """

    def __init__(self, curves, epoch):
        super().__init__(curves)
        self.epoch = epoch

    history = property(lambda self: self)

    def __missing__(self, name):
        raise KeyError(str(unknown("name in the history", name, self)))

    def __reduce__(self):
        return Histories, (dict(self), self.epoch)


class Trials:
    """Many models that differ in their seed or in some settings, trained together.

    One training run says little: another seed may end elsewhere. Here all runs of one architecture train in one
    vectorised loop, in a fraction of the time they take one after the other. Each equals the model trained alone
    after `utils.set_random_seed(seed)`: same first weights, same order of rows, same dropout.

    What cannot train together (see `how`) is trained one by one, with the same result.

    Args:
        model: a compiled `Sequential`, of which each trial gets a new one; a function `build(seed)` or
            `build(**settings)` that returns a compiled model; or something with such a method `build`.
        seeds: list of ints, one per trial; an int for the same in all; None for 0, 1, 2, …
        fit_seeds: list of ints or int: seeds set anew before `fit`, so that the order of the rows and the dropout do
            not depend on `seeds`.
        executor: a `concurrent.futures.Executor` that does the work elsewhere: a `ProcessPoolExecutor`, Dask's
            `client.get_executor()`, `mpi4py`'s. None for here.
        task_size: how many trials an executor gets in one piece.
        **settings: lists with one value per trial, or one value for all. For a model: any argument of its optimizer
            (`learning_rate`, `momentum`, …); `optimizer`, `loss`; any argument of its layers (`kernel_initializer`,
            …; `units` and `activation` of all layers but the last), or of one, `hidden__units`; `dropout`, the rate
            of dropout layers; `l1`, `l2`, the factors of kernel regularizers that are there. For a function: its
            arguments.

    >>> from kerasschool import Sequential, layers
    >>> model = Sequential([layers.Input((2,)), layers.Dense(3, activation="tanh"), layers.Dense(1)])
    >>> model.compile(loss="mse", optimizer="sgd")
    >>> x, y = np.random.normal(size=(20, 2)), np.ones(20)
    >>> trials = Trials(model, seeds=range(4), learning_rate=[0.1, 0.1, 0.01, 0.001])
    >>> trials.fit(x, y, epochs=5)["loss"].shape
    (4, 5)
    >>> print(trials.how)
    stacked: trials 0-3
    >>> trials.settings[trials.best("loss")]["learning_rate"]
    0.1
    >>> trials[3].predict(x, verbose=0).shape
    (20, 1)

    Lesson: 08.
    """

    def __init__(self, model, seeds=None, *, fit_seeds=None, executor=None, task_size=16, **settings):
        model_of = maker(model)
        if executor is not None and not hasattr(executor, "submit"):
            raise TypeError(
                message("`executor` must have a method `submit`, as in `concurrent.futures`.", executor=executor)
            )
        self.task_size = check_whole("task_size", task_size)
        self.executor = executor
        self.settings = per_trial(seeds, fit_seeds, settings)
        made = [make(model_of, chosen) for chosen in self.settings]
        self._models, self._streams = [model for model, _ in made], [stream for _, stream in made]
        self._tasks = None

    @classmethod
    def grid(cls, model, seeds=None, *, fit_seeds=None, executor=None, task_size=16, **settings):
        """Trials for every combination of the lists: `grid(model, seeds=range(8), learning_rate=[0.1, 0.01])` makes 16.

        Takes what `Trials` takes; lists may have any lengths.
        """
        given = {"seeds": seeds, "fit_seeds": fit_seeds, **settings}
        lists = combinations({name: values for name, values in given.items() if values is not None})
        return cls(model, executor=executor, task_size=task_size, **lists)

    # The trials, one by one

    def __len__(self):
        return len(self._models)

    def __getitem__(self, number):
        """The model of a trial, an ordinary `Sequential`; a list of models for a slice."""
        if isinstance(number, slice):
            return self._models[number]
        if not isinstance(number, (int, np.integer)) or isinstance(number, bool):
            raise TypeError(message("Trials are counted: 0, 1, 2, …", trial=number))
        if not -len(self) <= number < len(self):
            raise IndexError(message(f"There are {len(self)} trials, 0 to {len(self) - 1}.", trial=number))
        return self._models[number]

    def __iter__(self):
        return iter(self._models)

    # The steps of a model, for all

    def fit(self, x=None, y=None, batch_size=None, epochs=1, verbose=0, **arguments):
        """Train all trials on the same rows, each in its own order.

        Args:
            x, y, batch_size, epochs: as for `Sequential.fit`.
            verbose: accepted; trials are silent.
            **arguments: further arguments of `Sequential.fit`. Each trial gets its own copy of `callbacks`, and is then
                trained one by one.

        Returns:
            The `history`.

        Raises:
            ValueError: for data that do not fit; nothing is changed then.
        """
        if hasattr(x, "__next__"):
            raise ValueError(message("A generator can be read only once, not once per trial.", fix="Pass arrays.", x=x))
        arguments = {"x": x, "y": y, "batch_size": batch_size, "epochs": epochs, **arguments, "verbose": 0}
        self._tasks = tasks.plan(self._models, arguments, None if self.executor is None else self.task_size)
        pieces = [
            ([self._models[n] for n in task.numbers], [self._streams[n] for n in task.numbers], arguments, not task.why)
            for task in self._tasks
        ]
        if self.executor is None:
            for piece in pieces:
                tasks.train(*piece)
        else:
            self._take_over([self.executor.submit(tasks.train, *piece) for piece in pieces])
        return self.history

    def _take_over(self, running):
        """Wait for an executor's answers, then take all the trained models, or none."""
        try:
            answers = [future.result() for future in running]
        except BaseException as error:
            for future in running:
                future.cancel()
            if "pickle" in str(error):
                raise TypeError(
                    "The models hold something that cannot be sent to another process, such as a lambda. Define "
                    "functions with `def` in a module of their own, or leave `executor` out."
                ) from error
            raise
        for task, (models, streams) in zip(self._tasks, answers):
            for number, model, stream in zip(task.numbers, models, streams):
                self._models[number], self._streams[number] = model, stream

    def evaluate(self, x=None, y=None, **arguments):
        """Loss and metrics of all trials: dictionary name → array (trials,). Takes what `Sequential.evaluate` takes."""
        arguments = {**arguments, "verbose": 0, "return_dict": True}
        logs = [model.evaluate(x, y, **arguments) for model in self._models]
        return {name: np.array([log.get(name, np.nan) for log in logs]) for name in logs[0]}

    def predict(self, x, **arguments):
        """The outputs of all trials, an array (trials, rows, outputs). Takes what `Sequential.predict` takes."""
        outputs = [model.predict(x, **{**arguments, "verbose": 0}) for model in self._models]
        shapes = {each.shape[1:] for each in outputs}
        if len(shapes) > 1:
            raise ValueError(
                f"The trials have outputs of different shapes, {', '.join(map(str, sorted(shapes)))}. Ask them one by "
                "one: `[model.predict(x) for model in trials]`."
            )
        return np.stack(outputs)

    # What came of it

    @property
    def history(self):
        """The curves of the latest `fit`: name → array (trials, epochs); see `Histories`."""
        curves = [{} if model.history is None else model.history.history for model in self._models]
        names = list(dict.fromkeys(name for each in curves for name in each))
        epochs = max((model.history.epoch for model in self._models if model.history is not None), key=len, default=[])
        return Histories({name: side_by_side([each.get(name, []) for each in curves]) for name in names}, epochs)

    @property
    def how(self):
        """How the trials are trained, and why not together: one line per group of trials, a text to print."""
        planned = self._tasks or tasks.plan(self._models, {}, None if self.executor is None else self.task_size)
        lines = [task.describe() for task in planned]
        return "\n".join(lines if self.executor is None else [f"executor, {line}" for line in lines])

    def best(self, metric=None, mode="auto"):
        """The number of the trial that ended best: `trials[trials.best("val_loss")]` is its model.

        Args:
            metric: a name in `history`; None for `"val_loss"`, or `"loss"` where there was no validation.
            mode: `"min"` if small is good, `"max"` if great is, `"auto"` if the name tells.
        """
        check_one_of("mode", mode, ("auto", "min", "max"))
        history = self.history
        if not history:
            raise ValueError("The trials have no history yet. First call `trials.fit(x, y)`.")
        metric = metric or ("val_loss" if "val_loss" in history else "loss")
        if metric not in history:
            raise unknown("name in the history", metric, history)
        last = np.array([each.history.history.get(metric, [np.nan])[-1] for each in self._models])
        if last.ndim > 1 or np.isnan(last).all():
            raise ValueError(message("No trial ended with a number to compare.", metric=metric))
        mode = self._direction(metric) if mode == "auto" else mode
        return int(np.nanargmin(last) if mode == "min" else np.nanargmax(last))

    def _direction(self, metric):
        name = metric.removeprefix("val_")
        found = {"loss": "down"}
        for model in self._models:
            found.update({each.name: getattr(each, "_direction", None) for each in all_metrics(model)})
        if found.get(name) is None:
            raise ValueError(
                message(
                    f"It is not known whether a small or a great {metric!r} is better.",
                    fix="Pass `mode='min'` or `mode='max'`.",
                )
            )
        return "min" if found[name] == "down" else "max"

    def __getstate__(self):  # an executor holds processes, which cannot be copied
        return {**self.__dict__, "executor": None}

    def __repr__(self):
        varied = [name for name in self.settings[0] if len({repr(each[name]) for each in self.settings}) > 1]
        return f"<Trials of {len(self)} models, different in {', '.join(varied) or 'nothing'}>"


def side_by_side(rows):
    """Lists of numbers as one array (rows, longest), filled up with NaN."""
    longest = max(len(row) for row in rows)
    example = np.asarray(next(row[0] for row in rows if len(row)))
    table = np.full((len(rows), longest, *example.shape), np.nan)
    for place, row in zip(table, rows):
        place[: len(row)] = np.asarray(row).reshape(len(row), *example.shape)
    return table
