"""Learning rates that change from step to step.

Pass one as `learning_rate=`: ``SGD(ExponentialDecay(0.1, decay_steps=100, decay_rate=0.9))``. A step is one update.

Lesson: 09. Source: `keras.optimizers.schedules`.
"""

import math

from kerasschool.errors import check_number, helpful_getattr, message
from kerasschool.registry import Registry


class LearningRateSchedule:
    """The base for your own schedule: define `__call__(step)` and `get_config()`."""

    def __call__(self, step):
        raise NotImplementedError(f"Schedule `{type(self).__name__}` must define `__call__(self, step)`.")

    def get_config(self):
        raise NotImplementedError(f"Schedule `{type(self).__name__}` must define `get_config()`, to be saved.")

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class _Decay(LearningRateSchedule):
    """What the built-in schedules share."""

    names = ()

    def get_config(self):
        return {name: getattr(self, name) for name in self.names}


class ExponentialDecay(_Decay):
    """``initial_learning_rate * decay_rate ** (step / decay_steps)``.

    Args:
        initial_learning_rate: at step 0.
        decay_steps: after so many steps it is multiplied by `decay_rate` once.
        decay_rate: below 1 to fall.
        staircase: True falls in stairs, `step // decay_steps`.

    >>> ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)(20)
    0.025
    """

    names = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name="ExponentialDecay"):
        self.initial_learning_rate, self.decay_rate = initial_learning_rate, decay_rate
        self.decay_steps = check_number("decay_steps", decay_steps, 0, exclusive=True)
        self.staircase, self.name = staircase, name

    def __call__(self, step):
        return self.initial_learning_rate * self.decay_rate ** self._periods(step)

    def _periods(self, step):
        return math.floor(step / self.decay_steps) if self.staircase else step / self.decay_steps


class InverseTimeDecay(ExponentialDecay):
    """``initial_learning_rate / (1 + decay_rate * step / decay_steps)``.

    Args:
        initial_learning_rate, decay_steps, decay_rate, staircase: as for `ExponentialDecay`.

    >>> InverseTimeDecay(0.1, decay_steps=10, decay_rate=1.0)(10)
    0.05
    """

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name="InverseTimeDecay"):
        super().__init__(initial_learning_rate, decay_steps, decay_rate, staircase, name)

    def __call__(self, step):
        return self.initial_learning_rate / (1 + self.decay_rate * self._periods(step))


class PiecewiseConstantDecay(_Decay):
    """One value up to each boundary, the last one after it.

    Args:
        boundaries: list of steps, rising.
        values: list of learning rates, one more than boundaries.

    >>> schedule = PiecewiseConstantDecay([100, 200], [0.1, 0.01, 0.001])
    >>> schedule(100), schedule(101), schedule(500)
    (0.1, 0.01, 0.001)
    """

    names = ("boundaries", "values", "name")

    def __init__(self, boundaries, values, name="PiecewiseConstant"):
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                message("There must be one more value than boundaries.", boundaries=boundaries, values=values)
            )
        self.boundaries, self.values, self.name = boundaries, values, name

    def __call__(self, step):
        return self.values[sum(step > boundary for boundary in self.boundaries)]


class PolynomialDecay(_Decay):
    """From `initial_learning_rate` down to `end_learning_rate` along ``(1 - step / decay_steps) ** power``.

    Args:
        decay_steps: how long it falls.
        power: 1 is a straight line.
        cycle: True starts a longer fall instead of staying at the end.

    >>> PolynomialDecay(0.1, decay_steps=100, end_learning_rate=0.0)(50)
    0.05
    """

    names = ("initial_learning_rate", "decay_steps", "end_learning_rate", "power", "cycle", "name")

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        end_learning_rate=0.0001,
        power=1.0,
        cycle=False,
        name="PolynomialDecay",
    ):
        self.initial_learning_rate, self.end_learning_rate = initial_learning_rate, end_learning_rate
        self.decay_steps = check_number("decay_steps", decay_steps, 0, exclusive=True)
        self.power, self.cycle, self.name = power, cycle, name

    def __call__(self, step):
        steps = self.decay_steps
        if self.cycle:
            steps *= math.ceil(step / steps) or 1
        share = min(step, steps) / steps
        fall = self.initial_learning_rate - self.end_learning_rate
        return fall * (1 - share) ** self.power + self.end_learning_rate


class CosineDecay(_Decay):
    """Half a cosine wave down to `alpha` times the start, after an optional straight warm-up.

    Args:
        decay_steps: how long it falls.
        alpha: share of the start that remains, default 0.
        warmup_target: climb to this value first, during `warmup_steps`; None for no warm-up.

    >>> CosineDecay(0.1, decay_steps=100)(50)
    0.05
    """

    names = ("initial_learning_rate", "decay_steps", "alpha", "name", "warmup_target", "warmup_steps")

    def __init__(
        self, initial_learning_rate, decay_steps, alpha=0.0, name="CosineDecay", warmup_target=None, warmup_steps=0
    ):
        self.initial_learning_rate, self.alpha, self.name = initial_learning_rate, alpha, name
        self.decay_steps = check_number("decay_steps", decay_steps, 0, exclusive=True)
        self.warmup_target, self.warmup_steps = warmup_target, warmup_steps

    def __call__(self, step):
        start = self.initial_learning_rate
        if self.warmup_target is not None:
            if step < self.warmup_steps:
                return start + (self.warmup_target - start) * step / self.warmup_steps
            start, step = self.warmup_target, step - self.warmup_steps
        wave = 0.5 * (1 + math.cos(math.pi * min(step, self.decay_steps) / self.decay_steps))
        return start * ((1 - self.alpha) * wave + self.alpha)


class CosineDecayRestarts(_Decay):
    """Cosine decay again and again, each time `t_mul` times as long and from `m_mul` times as high.

    Args:
        first_decay_steps: length of the first fall.
        alpha: share of the start that remains, default 0.

    >>> schedule = CosineDecayRestarts(0.1, first_decay_steps=10)
    >>> schedule(0), schedule(10)
    (0.1, 0.1)
    """

    names = ("initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha", "name")

    def __init__(self, initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name="SGDRDecay"):
        self.initial_learning_rate, self.alpha, self.name = initial_learning_rate, alpha, name
        self.first_decay_steps = check_number("first_decay_steps", first_decay_steps, 0, exclusive=True)
        self.t_mul, self.m_mul = t_mul, m_mul

    def __call__(self, step):
        restarts, done, length = 0, 0.0, 1.0  # in units of the first fall
        share = step / self.first_decay_steps
        if self.t_mul == 1:
            restarts = math.floor(share)
            done = restarts
        else:
            while share >= done + length:
                done, length, restarts = done + length, length * self.t_mul, restarts + 1
        wave = 0.5 * self.m_mul**restarts * (1 + math.cos(math.pi * (share - done) / length))
        return self.initial_learning_rate * ((1 - self.alpha) * wave + self.alpha)


_registry = Registry(
    "learning rate schedule",
    "optimizers.schedules",
    [ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay, CosineDecay, CosineDecayRestarts],
)
deserialize, serialize = _registry.deserialize, _registry.serialize

__getattr__ = helpful_getattr(__name__, globals())
