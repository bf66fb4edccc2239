"""From numbers that only name things to vectors that say how things are alike.

Source: `keras.layers.Embedding`.
"""

import warnings

import numpy as np

from kerasschool import constraints, initializers, regularizers
from kerasschool.autodiff import plain
from kerasschool.errors import check_whole, message
from kerasschool.layers.base import Layer
from kerasschool.layers.dense import refuse_arguments
from kerasschool.old_spellings import caller_depth


class Embedding(Layer):
    """Looks up a learned vector for each id: ``y = embeddings[x]``.

    Args:
        input_dim: how many ids there are; they run from 0 to input_dim - 1.
        output_dim: how long the vectors are.
        embeddings_initializer: how they start.
        embeddings_regularizer, embeddings_constraint: names, instances or None.
        mask_zero: for recurrent layers; only False is supported.
        weights: the vectors to start from, an array (input_dim, output_dim), or None.
        lora_rank, lora_alpha, quantization_config: for large language models; leave them out.

    Shapes:
        ids `(batch, length)` → `(batch, length, output_dim)`; embeddings `(input_dim, output_dim)`.

    >>> Embedding(3, 2, weights=np.array([[0, 0], [1, 10], [2, 20]]))([[2, 1]])
    array([[[ 2., 20.],
            [ 1., 10.]]], dtype=float32)
    """

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        weights=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs,
    ):
        if kwargs.pop("input_length", None) is not None:
            warnings.warn(
                "`Embedding(input_length=…)` is an old spelling. Today it is left out.", stacklevel=caller_depth()
            )
        super().__init__(**kwargs)
        self.input_dim = check_whole("input_dim", input_dim)
        self.output_dim = check_whole("output_dim", output_dim)
        refuse_arguments(lora_rank=lora_rank, lora_alpha=lora_alpha, quantization_config=quantization_config)
        if mask_zero:
            raise ValueError(
                message(
                    "`mask_zero=True` is for recurrent layers, which are not part of this package.",
                    "Leave it out; id 0 then has a vector like any other.",
                    mask_zero=mask_zero,
                )
            )
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.embeddings = None
        if weights is not None:
            self.build()
            self.set_weights(weights if isinstance(weights, list) and len(weights) == 1 else [weights])

    def build(self, input_shape=None):
        self.embeddings = self.add_weight(
            (self.input_dim, self.output_dim),
            self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
            name="embeddings",
        )

    def _ids(self, x):
        """The inputs as whole numbers, or the error that says which are none."""
        with np.errstate(invalid="ignore"):  # NaN, which the next line finds
            ids = x.astype(np.int64)
        if ids.size and (ids.min() < 0 or ids.max() >= self.input_dim or (ids != x).any()):
            bad = x[(ids != x) | (ids < 0) | (ids >= self.input_dim)]
            raise ValueError(
                message(
                    f"`{self.name}` looks up ids, whole numbers from 0 to {self.input_dim - 1}.",
                    f"Found {bad.flat[0]:g}.",
                    "`input_dim` must be the largest id plus 1.",
                    input_dim=self.input_dim,
                )
            )
        return ids

    def call(self, inputs):
        return self.embeddings[self._ids(plain(inputs))]

    def forward(self, x, training=False):
        ids = self.memory.ids = self._ids(x)
        return self.embeddings.value.take(ids, axis=0)

    def backward(self, dy):
        ids, grad = self.memory.ids.ravel(), self.embeddings.grad
        grad.fill(0)
        np.add.at(grad, ids, dy.reshape(len(ids), self.output_dim))  # an id may come up more than once
        if self.needs_input_gradient:
            return np.zeros(self.memory.ids.shape, dy.dtype)  # an id has no slope

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.output_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "embeddings_initializer": initializers.serialize(self.embeddings_initializer),
            "embeddings_regularizer": regularizers.serialize(self.embeddings_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "embeddings_constraint": constraints.serialize(self.embeddings_constraint),
            "mask_zero": False,
            "quantization_config": None,
        }
