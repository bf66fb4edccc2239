"""What a model is made of, in the words and numbers that a picture of it needs."""

import dataclasses

import numpy as np

from kerasschool.activations.base import Activation
from kerasschool.errors import message
from kerasschool.layers import Dense

SETTINGS = ("rate", "stddev", "negative_slope", "n", "target_shape", "dims", "scale")  # shown beside a layer's kind
PARTS_OF_CURVE = np.linspace(-3, 3, 13)


@dataclasses.dataclass
class Step:
    """One layer of a network as it is drawn, or what goes in.

    Args:
        kind: `"input"`, `"dense"`, `"each"` (every number by itself, or all of them, but as many out as in), or
            `"other"`.
        shape: of what comes out, the batch axis first.
    """

    kind: str
    name: str
    shape: tuple
    class_name: str = ""
    setting: str = ""
    activation: str = ""
    params: int = 0
    trainable: bool = True
    dtype: str = ""
    kernel: np.ndarray = None
    bias: np.ndarray = None
    curve: list = None

    @property
    def units(self):
        """How many numbers come out for each row, or None when they do not stand in one line."""
        return self.shape[1] if len(self.shape) == 2 else None

    def __str__(self):
        """The step in a sentence, for those who cannot see the picture."""
        size = " × ".join("?" if each is None else f"{each:,}" for each in self.shape[1:])
        if self.kind == "input":
            return f"{size} input{'' if size == '1' else 's'}"
        kind = " ".join(part for part in (self.class_name, self.setting) if part)
        says = [
            f"{self.name}: {kind}",
            f"{size} unit{'' if size == '1' else 's'}" if self.kind == "dense" else f"output {size}",
        ]
        says += [self.activation] if self.activation and self.activation != self.setting else []
        says += [f"{self.params:,} parameters" + ("" if self.trainable else ", frozen")] if self.params else []
        return ", ".join(says)


def network_steps(model, expand_nested=False):
    """The steps of a built `Sequential`, the input first.

    Args:
        expand_nested: show the layers of models that are layers of this one.

    Raises:
        ValueError: if the model is not built, so that the number of inputs is not known.

    >>> from kerasschool import Sequential, layers
    >>> model = Sequential([layers.Input((8,)), layers.Dense(12, activation="relu", name="hidden")])
    >>> [str(step) for step in network_steps(model)]
    ['8 inputs', 'hidden: Dense, 12 units, relu, 108 parameters']
    """
    if not hasattr(model, "layers"):
        raise ValueError(message("Only a model can be drawn.", "Expected a `Sequential`.", model=model))
    if not model.built:
        raise ValueError(
            f"`{model.name}` is not built yet, so the number of inputs is not known. "
            "Put an `Input(shape=(n_inputs,))` in front, or call `build((None, n_inputs))`."
        )
    shape = tuple(model.built_shape)
    return [Step("input", "input", shape, dtype=model.dtype), *_steps(model, shape, expand_nested)]


def _steps(model, shape, expand_nested):
    steps = []
    for layer in model.layers:
        if expand_nested and hasattr(layer, "layers"):
            steps += _steps(layer, shape, True)
            shape = steps[-1].shape if steps else shape
            continue
        came_in, shape = shape, tuple(layer.compute_output_shape(shape))
        steps.append(_step(layer, came_in, shape))
    return steps


def _step(layer, came_in, shape):
    is_dense = isinstance(layer, Dense)
    activation = getattr(layer, "activation", None)
    name = "" if activation is None else getattr(activation, "__name__", None) or type(activation).__name__
    settings = [getattr(layer, each, None) for each in SETTINGS] + [None if is_dense else name or None]
    return Step(
        kind="dense" if is_dense else "each" if shape == came_in else "other",
        name=layer.name,
        shape=shape,
        class_name=type(layer).__name__,
        setting=next((_short(each) for each in settings if _can_be_shown(each)), ""),
        activation=name,
        params=sum(weight.size for weight in layer.weights),
        trainable=layer.trainable,
        dtype=layer.dtype,
        kernel=layer.kernel.numpy() if is_dense and layer.kernel.ndim == 2 else None,
        bias=layer.bias.numpy() if is_dense and layer.use_bias and layer.bias.ndim == 1 else None,
        curve=_curve(activation) if is_dense else None,
    )


def _can_be_shown(setting):
    return isinstance(setting, (int, float, tuple, str)) and not isinstance(setting, bool)


def _short(setting):
    return f"{setting:g}" if isinstance(setting, (int, float)) else str(setting)


def _curve(activation):
    """The activation's graph as points within -1..1, or None where it is not a function of one number."""
    if type(activation) is not Activation or not activation.elementwise or activation.__name__ == "linear":
        return None
    y = np.asarray(activation(PARTS_OF_CURVE), float)
    y = y - (y.max() + y.min()) / 2 if y.min() >= 0 else y
    return list(zip((PARTS_OF_CURVE / 3).tolist(), (y / (np.abs(y).max() or 1)).tolist()))
