"""From what a reader passes to arrays that fit the model, or to the error that teaches.

Everything is checked before anything is changed: an unbuilt model is built only when inputs and targets are right.

Source: `keras.Model.fit`.
"""

import numpy as np

from kerasschool.errors import message
from kerasschool.metrics.names import resolve
from kerasschool.models import data
from kerasschool.models.scores import Scores


class Feed:
    """The part of a model that takes data in."""

    def _inputs(self, x):
        """Inputs as an array; builds the model if this is the first time it sees a shape."""
        x = self._checked_inputs(x)
        self.ensure_built((None, *x.shape[1:]))
        return x

    def _checked_inputs(self, x):
        if x is None:
            raise ValueError("`x` is missing: pass the inputs, an array of shape (rows, inputs).")
        x = data.inputs_to_array(x, self.dtype, self.built_shape if self.built else None)
        if self.built:
            self.check_input_shape(x.shape)
        return x

    def _rows(self, x, y, weight=None, class_weight=None):
        """`x`, `y` and weights as arrays that fit the model and the loss."""
        if y is None:
            raise ValueError("`y` is missing: pass the targets, one per row of `x`.")
        if weight is not None and class_weight is not None:
            raise ValueError("`class_weight` and `sample_weight` cannot be used together. Multiply them yourself.")
        x = self._checked_inputs(x)
        num_targets = len(y) if hasattr(y, "__len__") else -1
        if num_targets != len(x):
            raise ValueError(
                message(
                    f"`x` and `y` must have the same number of rows, but there are {len(x)} and {num_targets}.",
                    fix="Each input row needs its target.",
                    x=x,
                    y=np.asarray(y) if num_targets >= 0 else y,
                )
            )
        asked = y
        y = self._loss.prepare(y, (len(x), *self._shape_of_outputs(x)))
        weight = data.weights_to_array(weight, len(x), self.dtype)
        if class_weight is not None:
            weight = data.class_weights(np.asarray(asked), class_weight).astype(self.dtype)
        self.ensure_built((None, *x.shape[1:]))
        self._fit_metrics(y)
        return data.Rows(x, y, weight)

    def _shape_of_outputs(self, x):
        """The shape of one row's output, without building the model where that can be avoided."""
        shape = (None, *x.shape[1:])
        if not self.built and not all(layer.built or layer.knows_output_shape for layer in self.layers):
            self.ensure_built(shape)
        return self.compute_output_shape(shape)[1:]

    def _stream(self, source, steps=None, class_weight=None):
        def convert(batch):
            if not isinstance(batch, (tuple, list)) or not 2 <= len(batch) <= 3:
                raise ValueError(message("Each batch must be `(x, y)` or `(x, y, sample_weight)`.", batch=batch))
            rows = self._rows(*batch, class_weight=class_weight)
            return rows.x, rows.y, rows.weight

        return data.Stream(source, convert, steps)

    def _stream_of_inputs(self, source, steps=None):
        def convert(batch):
            return self._inputs(batch[0] if isinstance(batch, tuple) else batch), None, None

        return data.Stream(source, convert, steps)

    def _validation_rows(self, validation_data, steps=None):
        if data.is_stream(validation_data):
            return self._stream(validation_data, steps)
        if not isinstance(validation_data, (tuple, list)) or not 2 <= len(validation_data) <= 3:
            raise ValueError(
                message(
                    "`validation_data` must be `(x, y)` or `(x, y, sample_weight)`.", validation_data=validation_data
                )
            )
        try:
            return self._rows(*validation_data)
        except ValueError as error:
            raise ValueError(f"In `validation_data`: {error}") from error

    def _fit_metrics(self, y):
        """Turn what `compile` was asked for into metrics that fit these targets, once."""
        if self._scores is None or self._fitted_to != y.ndim:
            shapes = y.shape, self.output_shape
            self._scores = Scores(
                self._loss,
                [resolve(metric, *shapes) for metric in self._asked_metrics],
                [resolve(metric, *shapes) for metric in self._asked_weighted_metrics],
            )
            self._fitted_to = y.ndim
