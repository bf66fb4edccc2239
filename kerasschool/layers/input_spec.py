"""What a layer says about the inputs it can take.

Source: `keras.layers.InputSpec`.
"""

import numpy as np

from kerasschool.errors import check_whole, message


class InputSpec:
    """The shape that a layer expects; a layer keeps one in `input_spec`, and its inputs are checked against it.

    Args:
        dtype: accepted and kept; inputs are converted anyway.
        shape: tuple with the batch axis first; None in it fits any size.
        ndim: the number of axes, batch axis included.
        max_ndim, min_ndim: the same as bounds.
        axes: dictionary, axis → size.
        allow_last_axis_squeeze: True if a last axis of size 1 may be there or not.
        name, optional: accepted and kept.

    >>> InputSpec(ndim=2, axes={-1: 8}).check((None, 8), "dense")
    >>> InputSpec(ndim=2, axes={-1: 8})
    InputSpec(ndim=2, axes={-1: 8})
    """

    def __init__(
        self,
        dtype=None,
        shape=None,
        ndim=None,
        max_ndim=None,
        min_ndim=None,
        axes=None,
        allow_last_axis_squeeze=False,
        name=None,
        optional=False,
    ):
        self.dtype = None if dtype is None else np.dtype(dtype).name
        self.shape = None if shape is None else tuple(shape)
        self.ndim = ndim if shape is None else len(self.shape)
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.allow_last_axis_squeeze, self.name, self.optional = allow_last_axis_squeeze, name, optional
        try:
            self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        except (AttributeError, TypeError, ValueError) as error:
            raise TypeError(message("`axes` must be a dictionary, axis number → size.", axes=axes)) from error
        for option in ("ndim", "max_ndim", "min_ndim"):
            if getattr(self, option) is not None:
                check_whole(option, getattr(self, option), 0)
        limit = self.max_ndim if self.ndim is None else self.ndim
        if self.axes and limit is not None and max(self.axes) >= limit:
            raise ValueError(message(f"Axis {max(self.axes)} does not exist: the inputs have {limit} axes.", axes=axes))

    def check(self, shape, layer_name):
        """Raise the error that teaches if inputs of this shape do not fit."""
        rank, expected = len(shape), None
        if self.ndim is not None and rank != self.ndim and not self.allow_last_axis_squeeze:
            expected = f"{self.ndim} axes"
        elif self.max_ndim is not None and rank > self.max_ndim:
            expected = f"at most {self.max_ndim} axes"
        elif self.min_ndim is not None and rank < self.min_ndim:
            expected = f"at least {self.min_ndim} axes"
        else:
            for axis, size in self.axes.items():
                exists = -rank <= axis < rank
                if size is not None and (not exists or shape[axis] not in (size, None)):
                    expected = f"{size} entries along axis {axis}"
            if self.shape is not None and not self._fits(shape):
                expected = f"shape {self.shape}"
        if expected:
            flat = " A single row needs two brackets: `[[…]]` or `x[None, :]`." if rank == 1 else ""
            raise ValueError(
                message(
                    f"These inputs do not fit the layer `{layer_name}`.",
                    f"Expected {expected}, the batch axis included.{flat}",
                    shape=tuple(shape),
                )
            )

    def _fits(self, shape):
        wanted = self.shape
        if self.allow_last_axis_squeeze:
            shape = shape[:-1] if shape and shape[-1] == 1 else shape
            wanted = wanted[:-1] if wanted and wanted[-1] == 1 else wanted
        pairs = list(zip(wanted, shape))
        return len(wanted) == len(shape) and all(want is None or have in (want, None) for want, have in pairs)

    def get_config(self):
        """The arguments, as Keras lists them."""
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes", "optional")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config):
        """The spec that `get_config` described."""
        return cls(**config)

    def __repr__(self):
        told = {name: getattr(self, name) for name in ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")}
        return f"InputSpec({', '.join(f'{name}={value}' for name, value in told.items() if value)})"
