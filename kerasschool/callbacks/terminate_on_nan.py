"""`TerminateOnNaN`: end a training that has gone wrong.

Source: `keras.callbacks.TerminateOnNaN`.
"""

import math

from kerasschool.callbacks.callback import Callback
from kerasschool.errors import message
from kerasschool.utils.io_utils import print_message


class TerminateOnNaN(Callback):
    """Ends the training as soon as the loss is not a number, or infinite.

    Args:
        raise_error: True raises an error instead of ending the training quietly. Default False.

    Raises:
        RuntimeError: in `fit`, with `raise_error=True`.

    >>> from types import SimpleNamespace
    >>> callback = TerminateOnNaN()
    >>> callback.set_model(SimpleNamespace(stop_training=False))
    >>> callback.on_batch_end(3, {"loss": float("nan")})
    Batch 3: Invalid loss, terminating training
    >>> callback.model.stop_training
    True

    Lesson 09.
    """

    def __init__(self, raise_error=False):
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                message(
                    f"The loss is {loss} after batch {batch}.",
                    "It must be a finite number.",
                    "Try a smaller learning rate, scaled inputs, or clipnorm=1.0 in the optimizer.",
                    loss=loss,
                )
            )
        print_message(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
