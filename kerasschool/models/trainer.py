"""compile, fit, evaluate, predict: the steps after a model is defined.

Lessons: 03 to 06. Source: `keras.Model`.
"""

import numpy as np

from kerasschool import losses, metrics, old_spellings, optimizers
from kerasschool.callbacks import CallbackList
from kerasschool.errors import check_whole, message, unknown_arguments
from kerasschool.losses.base import LossFunctionWrapper
from kerasschool.models import data
from kerasschool.models.feed import Feed
from kerasschool.models.training import Training
from kerasschool.registry import knows

ROWS_AT_ONCE = 4096  # evaluate and predict take so many rows at a time when nothing watches the batches


class Trainer(Feed):
    """What a model can do once its layers are there."""

    compiled = False
    optimizer = None
    loss = None
    history = None
    stop_training = False
    _initial_epoch = None  # where `BackupAndRestore` wants the next `fit` to go on

    # Step 3

    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
        **unknown,
    ):
        """Choose how the model learns. Unknown names are errors here, with the nearest right one.

        Args:
            optimizer: a name such as `"adam"`, or an optimizer.
            loss: a name such as `"binary_crossentropy"`, a `Loss`, or a function `(y_true, y_pred)`.
            metrics: list of names, metrics or functions that are reported; `"accuracy"` fits itself to the output.
            weighted_metrics: the same, but these count rows by `sample_weight` and `class_weight`.
            loss_weights, run_eagerly, steps_per_execution, jit_compile, auto_scale_loss: accepted, and without effect.

        Lesson: 03.
        """
        if unknown:
            raise unknown_arguments("compile", unknown, Trainer.compile)
        new_optimizer = _as_optimizer(optimizer)
        new_loss = None if loss is None else _as_loss(loss)
        chosen = [_check_metric(each) for each in _flat(metrics)]
        chosen_weighted = [_check_metric(each) for each in _flat(weighted_metrics)]
        self.optimizer, self.loss, self._loss = new_optimizer, loss, new_loss
        self._asked_metrics, self._asked_weighted_metrics = chosen, chosen_weighted
        self._scores = self._fitted_to = None
        self._compile_arguments = {
            "optimizer": new_optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": False,
        }
        self.stop_training = False
        self.compiled = True
        if self.built:
            self._pack()

    @property
    def metrics(self):
        """The metrics that `compile` chose, as a list, once they are fitted to the targets."""
        return [] if self._scores is None else [*self._scores.metrics, *self._scores.weighted_metrics]

    @property
    def metrics_names(self):
        """`["loss", "accuracy", …]`: the order of what `evaluate` returns."""
        return ["loss", *([] if self._scores is None else self._scores.names)]

    def reset_metrics(self):
        """Start the running averages of the metrics anew."""
        if self._scores is not None:
            self._scores.reset()

    # Step 4

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
        **old,
    ):
        """Train: show the model all rows, batch by batch, `epochs` times.

        Args:
            x: inputs: an array, list or table of shape (rows, inputs); or a generator, iterable or `PyDataset` of
                batches `(x, y)` or `(x, y, sample_weight)`.
            y: targets, one per row; None when `x` gives batches.
            batch_size: rows per update; 32 unless given.
            epochs: how many times all rows are seen.
            verbose: 0 silent, 1 a bar, 2 a line per epoch; `"auto"` is 1.
            callbacks: list of `callbacks.Callback`.
            validation_split: share of the rows, the last ones before shuffling, that is held back for validation.
            validation_data: `(x, y)` or `(x, y, sample_weight)` to score after each epoch.
            shuffle: new order of the rows for every epoch.
            class_weight: dictionary, class number → weight.
            sample_weight: one weight per row.
            initial_epoch: number of the first epoch, to go on with an earlier run.
            steps_per_epoch: batches per epoch, needed for endless generators.
            validation_steps: at most so many validation batches.
            validation_batch_size: rows per validation batch; `batch_size` unless given.
            validation_freq: validate every so many epochs, or after the epochs in a list.

        Returns:
            A `History`: `history.history["loss"]` is a list with one number per epoch.

        Raises:
            RuntimeError: before `compile`. ValueError: for data that do not fit; nothing is changed then.

        Lesson: 04.
        """
        run = self.training(
            x,
            y,
            batch_size,
            epochs,
            verbose,
            callbacks,
            validation_split,
            validation_data,
            shuffle,
            class_weight,
            sample_weight,
            initial_epoch,
            steps_per_epoch,
            validation_steps,
            validation_batch_size,
            validation_freq,
            **old,
        )
        for _ in run:
            pass
        return run.history

    def training(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose=0,
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
        **old,
    ):
        """`fit` in slow motion: the same training as an iterator that makes one update per turn.

        Takes the arguments of `fit`.

        Returns:
            A `Training`; iterate it to train.
        """
        if old:
            new = old_spellings.rename("fit", old, old_spellings.FIT, of=Trainer.fit)
            epochs = new.get("epochs", epochs)
        self._check_compiled("fit")
        data.check_fit_numbers(batch_size, epochs, initial_epoch)
        if data.is_stream(x):
            if y is not None or sample_weight is not None or validation_split:
                raise ValueError(
                    "When `x` gives batches, targets and weights come with them: leave `y`, `sample_weight` and "
                    "`validation_split` out."
                )
            rows, held_back = self._stream(x, steps_per_epoch, class_weight), None
        else:
            rows, held_back = self._rows(x, y, sample_weight, class_weight), None
            if validation_split and validation_data is None:
                rows, held_back = rows.split(validation_split)
        if validation_data is not None:
            held_back = self._validation_rows(validation_data, validation_steps)
        return Training(
            self,
            rows,
            held_back,
            batch_size or 32,
            epochs,
            verbose,
            callbacks,
            shuffle,
            initial_epoch,
            steps_per_epoch,
            validation_batch_size or batch_size or 32,
            validation_steps,
            validation_freq,
        )

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """One update on one batch.

        Returns:
            The loss of this batch before the update, or a list of loss and metrics.
        """
        self._check_compiled("train_on_batch")
        rows = self._rows(x, y, sample_weight, class_weight)
        self.reset_metrics()
        self.train_step(rows.x, rows.y, rows.weight, self._scores)
        return self._results(self._scores.logs(), return_dict)

    def train_step(self, x, y, weight, scores):
        """One update: forward, loss, backward, step."""
        y_pred = self.forward(x, training=True)
        scores.add(y, y_pred, weight, self._penalty())
        self._backward_from_loss(y, y_pred, weight)
        self.optimizer.step(self.parameters)
        for parameter in self._constrained:
            parameter.value[...] = parameter.constraint(parameter.value)

    def _backward_from_loss(self, y, y_pred, weight):
        """Fill `parameters.grads` with the slope of the loss (and penalties) at the batch that just went forward."""
        stages = self._learning[::-1]
        if self._partners:
            dy = self._loss.partner_gradient(y, y_pred, weight, out=y_pred)
            dy = stages[0].backward_linear(dy)
            stages = stages[1:]
        else:
            dy = self._loss.gradient(y, y_pred, weight)
        for stage in stages:
            dy = stage.backward(dy)
        for parameter in self._regularized:
            parameter.grad += parameter.regularizer.gradient(parameter.value)
        if self.optimizer.loss_scale_factor:
            self.parameters.grads *= self.optimizer.loss_scale_factor

    def _penalty(self):
        """What regularizers add to the loss of the batch that just went forward."""
        if not self._regularized and not self._penalised:
            return 0.0
        return float(
            sum(p.regularizer(p.value) for p in self._regularized) + sum(stage.penalty for stage in self._penalised)
        )

    # Step 5

    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose="auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
        **unknown,
    ):
        """Loss and metrics of the model as it is, on these rows.

        Args:
            x, y, sample_weight, batch_size: as for `fit`.
            verbose: 0 silent, 1 a bar, 2 a line.
            steps: at most so many batches.
            return_dict: True for a dictionary name → number.

        Returns:
            The loss; with metrics a list in the order of `metrics_names`.

        Lesson: 05.
        """
        if unknown:
            raise unknown_arguments("evaluate", unknown, Trainer.evaluate)
        self._check_compiled("evaluate")
        batch_size = check_whole("batch_size", batch_size or 32)
        rows = self._stream(x, steps) if data.is_stream(x) else self._rows(x, y, sample_weight)
        watchers = CallbackList(
            callbacks,
            add_progbar=verbose not in (0, None),
            model=self,
            verbose=_verbosity(verbose),
            epochs=1,
            steps=steps or rows.batches_per_epoch(batch_size),
        )
        return self._results(self._score(rows, batch_size, steps, watchers, watchers.wants_progress), return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """Loss and metrics of one batch, without an update."""
        self._check_compiled("test_on_batch")
        rows = self._rows(x, y, sample_weight)
        self.reset_metrics()
        y_pred = self.forward(rows.x)
        self._scores.add(rows.y, y_pred, rows.weight, self._penalty())
        return self._results(self._scores.logs(), return_dict)

    def _score(self, rows, batch_size, steps, watchers, progress=False):
        """The logs of one pass over `rows` without updates."""
        scores = self._scores
        scores.reset()
        watched = watchers.wants_test_batches
        if not watched and not progress and not steps and self._rows_are_independent():
            batch_size = max(batch_size, ROWS_AT_ONCE)
        watchers.on_test_begin()
        for batch, (x, y, weight) in enumerate(rows.epoch(batch_size)):
            if batch == steps:
                break
            if watched:
                watchers.on_test_batch_begin(batch)
            y_pred = self.forward(x)
            scores.add(y, y_pred, weight, self._penalty())
            if watched:
                watchers.on_test_batch_end(batch, scores.logs())
            elif progress:
                watchers.progress(batch, scores.logs)
        logs = scores.logs()
        watchers.on_test_end(logs)
        return logs

    # Step 6

    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None, **unknown):
        """The model's outputs for these rows.

        Args:
            x: inputs, shape (rows, inputs); one row needs two brackets: `[[…]]`.
            batch_size: rows per batch.

        Returns:
            Array of shape (rows, outputs), the caller's own.

        Lesson: 06.
        """
        if unknown:
            raise unknown_arguments("predict", unknown, Trainer.predict)
        batch_size = check_whole("batch_size", batch_size or 32)
        if data.is_stream(x):
            rows = self._stream_of_inputs(x, steps)
        else:
            rows = data.Rows(self._inputs(x))
        watchers = CallbackList(
            callbacks,
            add_progbar=verbose not in (0, None),
            model=self,
            verbose=_verbosity(verbose),
            epochs=1,
            steps=steps or rows.batches_per_epoch(batch_size),
        )
        watched = watchers.wants_predict_batches
        progress = watchers.wants_progress
        if not watched and not progress and not steps and self._rows_are_independent():
            batch_size = max(batch_size, ROWS_AT_ONCE)
        outputs = []
        watchers.on_predict_begin()
        for batch, (x, _, _) in enumerate(rows.epoch(batch_size)):
            if batch == steps:
                break
            if watched:
                watchers.on_predict_batch_begin(batch)
            outputs.append(np.array(self.forward(x)))
            if watched:
                watchers.on_predict_batch_end(batch, {"outputs": outputs[-1]})
            elif progress:
                watchers.progress(batch, dict)
        watchers.on_predict_end()
        return outputs[0] if len(outputs) == 1 else np.concatenate(outputs)

    def predict_on_batch(self, x):
        """The outputs for one batch, in one go."""
        return np.array(self.forward(self._inputs(x)))

    # What the steps share

    def _line_up(self):
        """What the training step asks for, found out once."""
        self._regularized = [p for p in self.parameters if p.regularizer is not None]
        self._constrained = [p for p in self.parameters if p.constraint is not None]
        self._penalised = [stage for stage in self._stages if stage.adds_penalty]
        loss = self._loss if self.compiled else None
        partner = getattr(loss, "partner", None)
        last = self.last_activation
        self._partners = partner is not None and partner is last and self._learning[-1:] == self._stages[-1:]

    def _rows_are_independent(self):
        return all(stage.rows_are_independent for stage in self._stages)

    def _check_compiled(self, step):
        if self.built and any(weight.owner is not self.parameters for weight in self.parameters):
            self._pack()  # another model that shares these layers has trained since
        if not self.compiled or self._loss is None:
            raise ValueError(
                f"`{step}` needs a loss, and this model has none yet. First call "
                "`model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])`."
            )

    def _results(self, logs, return_dict):
        """What `evaluate` returns: the dictionary, the loss alone, or a list with the loss first."""
        if return_dict:
            return logs
        results = [logs[name] for name in self.metrics_names if name in logs]
        results += [value for name, value in logs.items() if name not in self.metrics_names]
        return results if len(results) > 1 else logs["loss"]


def _verbosity(verbose):
    return 1 if verbose == "auto" else verbose


def _flat(chosen):
    """`["accuracy"]` from `"accuracy"`, `["accuracy"]` or `[["accuracy"]]`."""
    if chosen is None:
        return []
    if isinstance(chosen, (list, tuple)):
        return [each for part in chosen for each in _flat(part)]
    return [chosen]


def _as_optimizer(optimizer):
    if isinstance(optimizer, str) and knows("losses", optimizer) and not knows("optimizers", optimizer):
        raise ValueError(
            f"{optimizer!r} is a loss, not an optimizer. Name both: `compile(loss={optimizer!r}, optimizer='adam')`."
        )
    found = optimizers.get(optimizer)
    if not isinstance(found, optimizers.Optimizer):
        raise ValueError(message("`optimizer` must be a name or an optimizer.", "For example 'adam'.", optimizer=found))
    return found


def _as_loss(loss):
    if isinstance(loss, (list, tuple)):
        if len(loss) != 1:
            raise ValueError(message("A `Sequential` has one output and one loss.", "Choose one.", loss=loss))
        loss = loss[0]
    found = losses.get(loss)
    if isinstance(found, losses.Loss):
        return found
    return LossFunctionWrapper(found)


def _check_metric(metric):
    """Raise the error about an unknown metric now; what it becomes depends on the targets' shape."""
    if str(metric).lower() not in ("accuracy", "acc", "crossentropy", "ce"):
        found = metrics.get(metric)
        if found is None or not callable(found):
            raise ValueError(message("A metric must be a name, a `Metric` or a function.", metric=metric))
    return metric
