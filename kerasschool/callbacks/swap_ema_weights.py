"""`SwapEMAWeights`: evaluate with the moving average of the weights.

Source: `keras.callbacks.SwapEMAWeights`.
"""

from kerasschool.callbacks.callback import Callback
from kerasschool.errors import message


class SwapEMAWeights(Callback):
    """Puts the optimizer's moving average of the weights into the model during evaluation, and takes it out again.

    The optimizer must keep one: `SGD(use_ema=True)`.

    Args:
        swap_on_epoch: True leaves the average in the model between two epochs as well, for callbacks that come later
            in the list, such as `ModelCheckpoint`. Default False.

    Raises:
        ValueError: if the optimizer keeps no average.

    >>> SwapEMAWeights().swap_on_epoch
    False
    """

    def __init__(self, swap_on_epoch=False):
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._average_is_in_model = False

    def on_train_begin(self, logs=None):
        self._check_optimizer()

    def on_epoch_begin(self, epoch, logs=None):
        if self.swap_on_epoch:
            self._take_out()

    def on_epoch_end(self, epoch, logs=None):
        if not self.swap_on_epoch:
            return
        self._put_in()
        if epoch == self.params["epochs"] - 1 or self.model.stop_training:
            for weight, average in self._pairs():  # after this `fit` copies the average into the model
                average[...] = weight.value

    def on_test_begin(self, logs=None):
        self._put_in()

    def on_test_end(self, logs=None):
        self._take_out()

    def on_predict_begin(self, logs=None):
        self._put_in()

    def on_predict_end(self, logs=None):
        self._take_out()

    def _put_in(self):
        self._check_optimizer()
        if not self._average_is_in_model and self._pairs():
            self._swap()
            self._average_is_in_model = True

    def _take_out(self):
        if self._average_is_in_model:
            self._swap()
            self._average_is_in_model = False

    def _swap(self):
        for weight, average in self._pairs():
            kept = weight.value.copy()
            weight.value[...] = average
            average[...] = kept

    def _pairs(self):
        """A list of (weight, its average); empty before the first training step."""
        optimizer = self.model.optimizer
        if not optimizer.built or int(optimizer.iterations) == 0:
            return []
        return list(zip(optimizer.parameters, optimizer.parameters.split(optimizer.slots["average"]), strict=True))

    def _check_optimizer(self):
        use_ema = getattr(self.model.optimizer, "use_ema", False)
        if not use_ema:
            raise ValueError(
                message(
                    "SwapEMAWeights needs an optimizer that keeps a moving average.",
                    fix=f"Create it with use_ema=True: {type(self.model.optimizer).__name__}(use_ema=True).",
                    use_ema=use_ema,
                )
            )
