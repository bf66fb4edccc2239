"""One run of `fit`, update by update.

`fit` runs it through; a panel runs it in slices. Both train exactly alike.

Lesson: 04.
"""

from kerasschool.callbacks import CallbackList
from kerasschool.models.data import Rows


class Training:
    """An iterator that makes one update of the weights per turn.

    >>> import numpy as np
    >>> from kerasschool import Sequential, layers
    >>> model = Sequential([layers.Input((2,)), layers.Dense(1)])
    >>> model.compile(loss="mse", optimizer="sgd")
    >>> run = model.training(np.ones((5, 2)), np.ones(5), batch_size=2, epochs=3)
    >>> len(list(run)), run.epoch, sorted(run.history.history)
    (9, 3, ['loss'])

    Attributes:
        epoch: how many epochs are finished.
        batch: how many batches of this epoch are finished.
        batches: batches per epoch.
        epochs, batch_size: may be changed between turns; the batch size counts from the next epoch on.
        history: the `History`.
    """

    def __init__(
        self,
        model,
        rows,
        validation,
        batch_size,
        epochs,
        verbose,
        callbacks,
        shuffle,
        initial_epoch,
        steps_per_epoch,
        validation_batch_size,
        validation_steps,
        validation_freq,
    ):
        self.model, self.rows, self.validation = model, rows, validation
        self.batch_size, self.epochs, self.shuffle = batch_size, epochs, shuffle
        self.epoch = self.initial_epoch = initial_epoch
        self.batch = 0
        self.steps_per_epoch = steps_per_epoch
        self.validation_batch_size, self.validation_steps = validation_batch_size, validation_steps
        self.validation_freq = validation_freq
        verbose = 1 if verbose == "auto" else verbose
        self.callbacks = CallbackList(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            model=model,
            verbose=verbose,
            epochs=epochs,
            steps=self.batches,
        )
        self.history = self.callbacks.history
        counted = steps_per_epoch is not None and isinstance(rows, Rows)
        self._endless = rows.passes(batch_size, shuffle) if counted else None
        self._turns = self._run()

    @property
    def batches(self):
        """Batches per epoch; None for a stream that has not ended once yet."""
        return self.steps_per_epoch or self.rows.batches_per_epoch(self.batch_size)

    def running_logs(self):
        """Loss and metrics of this epoch so far."""
        return self.model._scores.peek()

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._turns)

    def _run(self):
        model, callbacks = self.model, self.callbacks
        model.stop_training = False
        callbacks.on_train_begin()
        self.epoch = model._initial_epoch or self.epoch
        logs = {}
        while self.epoch < self.epochs and not model.stop_training:
            callbacks.on_epoch_begin(self.epoch)
            for is_last in self._epoch():
                if not is_last:
                    yield
            logs = model._scores.logs()
            if self._validates():
                found = model._score(self.validation, self.validation_batch_size, self.validation_steps, callbacks)
                logs.update({f"val_{name}": value for name, value in found.items()})
            self.epoch, self.batch = self.epoch + 1, 0
            callbacks.on_epoch_end(self.epoch - 1, logs)
            yield  # the last update's turn includes validation and callbacks: a pause here leaves nothing undone
        model.optimizer.finalize_variable_values(model.parameters)
        callbacks.on_train_end(logs)

    def _epoch(self):
        """One update per turn; True from the turn that was the epoch's last."""
        model, callbacks = self.model, self.callbacks
        listened, progress = callbacks.wants_train_batches, callbacks.wants_progress
        scores = None
        self.batch = 0
        batches = self.steps_per_epoch or self.rows.batches_per_epoch(self.batch_size)
        for x, y, weight in self._endless or self.rows.epoch(self.batch_size, self.shuffle):
            if scores is not model._scores:  # fitted to the targets when the first batch of a stream is read
                scores = model._scores
                scores.reset()
            if listened:
                callbacks.on_train_batch_begin(self.batch)
            model.train_step(x, y, weight, scores)
            self.batch += 1
            if listened:
                callbacks.on_train_batch_end(self.batch - 1, scores.logs())
            elif progress:
                callbacks.progress(self.batch - 1, scores.peek)
            is_last = self.batch == batches
            yield is_last
            if is_last or model.stop_training:
                break
        self.rows.end_epoch()

    def _validates(self):
        if self.validation is None:
            return False
        if isinstance(self.validation_freq, int):
            return (self.epoch + 1) % self.validation_freq == 0
        return self.epoch + 1 in self.validation_freq
