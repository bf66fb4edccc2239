"""Optimizers and schedules against Keras: the same weights after each of twenty steps, the same configs and state."""

import numpy as np
import pytest

import kerasschool
from kerasschool import optimizers
from kerasschool.optimizers import schedules
from kerasschool.parameters import Parameter

pytestmark = pytest.mark.keras

CASES = [
    ("SGD", {}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"learning_rate": 0.1, "clipnorm": 0.5}),
    ("SGD", {"learning_rate": 0.1, "clipvalue": 0.2}),
    ("SGD", {"learning_rate": 0.1, "global_clipnorm": 0.5}),
    ("SGD", {"learning_rate": 0.1, "weight_decay": 0.1}),
    ("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.9}),
    ("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 3}),
    ("SGD", {"learning_rate": 0.1, "gradient_accumulation_steps": 3}),
    ("SGD", {"learning_rate": 0.1, "loss_scale_factor": 4.0}),
    ("RMSprop", {}),
    ("RMSprop", {"learning_rate": 0.01, "momentum": 0.5, "centered": True, "rho": 0.8}),
    ("Adam", {}),
    ("Adam", {"learning_rate": 0.01, "amsgrad": True, "beta_1": 0.8, "beta_2": 0.9, "epsilon": 1e-4}),
    ("Adam", {"learning_rate": 0.01, "gradient_accumulation_steps": 2, "clipnorm": 1.0, "weight_decay": 0.05}),
    ("AdamW", {}),
    ("AdamW", {"learning_rate": 0.01, "weight_decay": 0.2}),
    ("Adadelta", {}),
    ("Adadelta", {"learning_rate": 1.0, "rho": 0.9}),
    ("Adagrad", {}),
    ("Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.5}),
    ("Adamax", {}),
    ("Adamax", {"learning_rate": 0.05}),
    ("Nadam", {}),
    ("Nadam", {"learning_rate": 0.05}),
    ("Ftrl", {}),
    (
        "Ftrl",
        {
            "learning_rate": 0.1,
            "l1_regularization_strength": 0.01,
            "l2_regularization_strength": 0.1,
            "l2_shrinkage_regularization_strength": 0.01,
            "beta": 0.1,
        },
    ),
    ("Lion", {}),
    ("Lion", {"learning_rate": 0.01, "weight_decay": 0.1}),
    ("Lamb", {}),
    ("Lamb", {"learning_rate": 0.05}),
    ("Adafactor", {}),
    ("Adafactor", {"learning_rate": 0.1, "relative_step": False, "clip_threshold": 0.5}),
]


@pytest.fixture(scope="module")
def keras():
    import keras

    return keras


def gradients(step):
    rng = np.random.default_rng(step)
    return [rng.normal(size=shape).astype("float32") for shape in SHAPES]


SHAPES = [(3, 4), (4,)]


def weights():
    rng = np.random.default_rng(99)
    return [rng.normal(size=shape).astype("float32") for shape in SHAPES]


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_twenty_steps(keras, name, options):
    mine, real = getattr(optimizers, name)(**options), getattr(keras.optimizers, name)(**options)
    our_weights = [Parameter(w) for w in weights()]
    their_weights = [keras.Variable(w) for w in weights()]
    for step in range(20):
        mine.apply(gradients(step), our_weights)
        real.apply([keras.ops.convert_to_tensor(g) for g in gradients(step)], their_weights)
        for a, b in zip(our_weights, their_weights, strict=True):
            np.testing.assert_allclose(a.numpy(), np.asarray(b), rtol=2e-5, atol=2e-6, err_msg=f"step {step}")
    assert int(mine.iterations) == int(real.iterations)
    # what is saved: the same arrays in the same places
    assert [v.shape for v in mine.variables] == [tuple(v.shape) for v in real.variables]
    for a, b in zip(mine.variables, real.variables, strict=True):
        np.testing.assert_allclose(a.numpy(), np.asarray(b), rtol=1e-4, atol=1e-6, err_msg=b.path)
    mine.finalize_variable_values(our_weights)
    real.finalize_variable_values(their_weights)
    for a, b in zip(our_weights, their_weights, strict=True):
        np.testing.assert_allclose(a.numpy(), np.asarray(b), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_config(keras, name, options):
    mine, real = getattr(optimizers, name)(**options), getattr(keras.optimizers, name)(**options)
    ours, theirs = mine.get_config(), real.get_config()
    assert list(ours) == list(theirs)
    for config in (ours, theirs):  # names are numbered: adam, adam_1, …
        config["name"] = config["name"].rstrip("0123456789").rstrip("_")
    for option, value in theirs.items():
        assert ours[option] == (pytest.approx(value, rel=1e-6) if isinstance(value, float) else value), option
    assert type(mine).from_config(mine.get_config()).get_config() == mine.get_config()
    described = optimizers.serialize(mine)
    assert described["module"] == keras.optimizers.serialize(real)["module"]
    assert described["class_name"] == keras.optimizers.serialize(real)["class_name"]
    assert optimizers.deserialize(described).get_config() == mine.get_config()


SCHEDULES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5}),
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True}),
    ("PiecewiseConstantDecay", {"boundaries": [3, 10], "values": [0.1, 0.05, 0.01]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "power": 2.0}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "cycle": True}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "alpha": 0.1}),
    ("CosineDecay", {"initial_learning_rate": 0.0, "decay_steps": 10, "warmup_target": 0.1, "warmup_steps": 5}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 5}),
    (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 5, "t_mul": 1.0, "m_mul": 0.8, "alpha": 0.1},
    ),
]


@pytest.mark.parametrize(("name", "options"), SCHEDULES, ids=str)
def test_schedules(keras, name, options):
    mine, real = getattr(schedules, name)(**options), getattr(keras.optimizers.schedules, name)(**options)
    for step in (0, 1, 2, 3, 4, 6, 7, 9, 11, 14, 21, 33):
        assert float(mine(step)) == pytest.approx(float(real(step)), rel=1e-5, abs=1e-8), step
    assert mine.get_config() == real.get_config()
    rebuilt = schedules.deserialize(schedules.serialize(mine))
    assert rebuilt.get_config() == mine.get_config()


def test_schedule_in_an_optimizer(keras):
    ours, theirs = [Parameter(w) for w in weights()], [keras.Variable(w) for w in weights()]
    options = {"initial_learning_rate": 0.5, "decay_steps": 3, "decay_rate": 0.5}
    mine = optimizers.SGD(schedules.ExponentialDecay(**options))
    real = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(**options))
    for step in range(10):
        mine.apply(gradients(step), ours)
        real.apply([keras.ops.convert_to_tensor(g) for g in gradients(step)], theirs)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.numpy(), np.asarray(b), rtol=1e-5, atol=1e-6)
    assert optimizers.SGD.from_config(mine.get_config()).get_config() == mine.get_config()


LEFT_OUT = {
    "Muon": "for the matrices of large language models; on small networks it is slower than Adam",
    "ScheduleFreeAdamW": "needs the model switched between two sets of weights for training and evaluation",
    "LossScaleOptimizer": "for float16, which NumPy computes slower than float32",
    "MultiOptimizer": "different optimizers for different layers: not taught here",
    "OptimizerMap": "belongs to MultiOptimizer",
    "legacy": "raises an ImportError in Keras 3 as well",
}


def test_public_list(keras):
    theirs = {name for name in dir(keras.optimizers) if not name.startswith("_")}
    ours = {name for name in dir(optimizers) if not name.startswith("_")}
    assert theirs - ours == set(LEFT_OUT)
    theirs = {name for name in dir(keras.optimizers.schedules) if not name.startswith("_")}
    assert theirs <= set(dir(schedules))


def test_exclude_from_weight_decay(keras):
    pairs = []
    for api, variable in ((kerasschool, Parameter), (keras, None)):
        if variable is None:
            held = [keras.Variable(w, name=f"w{i}") for i, w in enumerate(weights())]
        else:
            held = [Parameter(w, name=f"w{i}") for i, w in enumerate(weights())]
        optimizer = api.optimizers.AdamW(0.1, weight_decay=0.5)
        optimizer.exclude_from_weight_decay(var_names=["w1"])
        optimizer.apply(gradients(0), held)
        pairs.append([np.asarray(w) for w in held])
    for a, b in zip(*pairs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
