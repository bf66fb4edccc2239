"""Initializers against Keras 3.15: names, signatures, configs, fixed values, and the statistics of the random ones."""

import inspect

import keras
import numpy as np
import pytest

from kerasschool import initializers, random

pytestmark = pytest.mark.keras

LEFT_OUT = dict.fromkeys(
    ["STFT", "STFTInitializer", "stft"],
    "makes kernels of the STFTSpectrogram layer for sound, which is not a layer of dense networks",
)
NAMES = sorted(
    name
    for name, each in vars(keras.initializers).items()
    if inspect.isclass(each) and name[0].isupper() and name not in LEFT_OUT and name != "Initializer"
)
ARGUMENTS = {
    "Constant": [{}, {"value": 2.5}, {"value": [1.0, 2.0, 3.0, 4.0]}],
    "Identity": [{}, {"gain": 3.0}],
    "RandomNormal": [{}, {"mean": 1.0, "stddev": 2.0, "seed": 3}],
    "TruncatedNormal": [{}, {"mean": 1.0, "stddev": 2.0, "seed": 3}],
    "RandomUniform": [{}, {"minval": 1.0, "maxval": 2.0, "seed": 3}],
    "Orthogonal": [{}, {"gain": 0.5, "seed": 3}],
    "VarianceScaling": [
        {"scale": scale, "mode": mode, "distribution": distribution}
        for scale in (1.0, 3)
        for mode in ("fan_in", "fan_out", "fan_avg")
        for distribution in ("normal", "truncated_normal", "untruncated_normal", "uniform")
    ],
}
VARIANTS = [
    (name, arguments)
    for name in NAMES
    for arguments in ARGUMENTS.get(
        name, [{}, {"seed": 3, "input_axes": [0], "output_axes": [1]}] if "niform" in name or "ormal" in name else [{}]
    )
]
both = pytest.mark.parametrize(("name", "arguments"), VARIANTS, ids=str)


def test_public_names():
    theirs = {name for name in dir(keras.initializers) if not name.startswith("_")}
    missing = {name for name in theirs if not hasattr(initializers, name)}
    assert missing == set(LEFT_OUT)
    for name in theirs - missing:
        if inspect.isclass(getattr(keras.initializers, name)):
            assert getattr(initializers, name).__name__ == getattr(keras.initializers, name).__name__


@pytest.mark.parametrize("name", NAMES)
def test_signatures(name):
    ours, theirs = getattr(initializers, name), getattr(keras.initializers, name)
    assert str(inspect.signature(ours)) == str(inspect.signature(theirs))


@both
def test_configs(name, arguments):
    ours, theirs = getattr(initializers, name)(**arguments), getattr(keras.initializers, name)(**arguments)
    if "Identity" in name:  # Keras 3.15 forgets `gain` when it saves; see differences.md
        assert theirs.get_config() == {}
        assert keras.initializers.get(initializers.serialize(ours)).gain == ours.gain
    else:
        assert ours.get_config() == theirs.get_config()
        assert initializers.serialize(ours) == keras.initializers.serialize(theirs)
        assert initializers.get(keras.initializers.serialize(theirs)).get_config() == theirs.get_config()
        assert keras.initializers.get(initializers.serialize(ours)).get_config() == ours.get_config()


def test_config_with_a_seed_generator():
    ours = initializers.HeNormal(seed=random.SeedGenerator(3, name="mine"))
    theirs = keras.initializers.HeNormal(seed=keras.random.SeedGenerator(3, name="mine"))
    assert initializers.serialize(ours) == keras.initializers.serialize(theirs)


@both
def test_values(name, arguments):
    """Fixed values are equal; draws have the same mean, width, shape of distribution, and ends."""
    shape = (4, 4) if name in ("Constant", "Identity", "IdentityInitializer", "Ones", "Zeros") else (250, 400)
    ours = getattr(initializers, name)(**arguments)(shape)
    theirs = np.asarray(getattr(keras.initializers, name)(**arguments)(shape))
    assert ours.dtype == theirs.dtype
    if shape == (4, 4):
        np.testing.assert_array_equal(ours, theirs)
        return
    width, error = theirs.std(), 1 / np.sqrt(ours.size)
    assert abs(ours.mean() - theirs.mean()) < 6 * width * error
    assert abs(ours.std() / width - 1) < 6 * error
    kurtosis_ours, kurtosis_theirs = (((x - x.mean()) ** 4).mean() / x.std() ** 4 for x in (ours, theirs))
    assert abs(kurtosis_ours - kurtosis_theirs) < 30 * error
    if "untruncated" not in str(arguments) and name not in ("RandomNormal", "Orthogonal", "OrthogonalInitializer"):
        assert abs(ours.max() - theirs.max()) < 0.01 * width
        assert abs(ours.min() - theirs.min()) < 0.01 * width


@pytest.mark.parametrize("identifier", ["zero", "one", "normal", "uniform", "he_normal", "HeNormal", "orthogonal"])
def test_get(identifier):
    assert type(initializers.get(identifier)).__name__ == type(keras.initializers.get(identifier)).__name__


def test_seeds_are_treated_alike():
    """A whole number: the same values at every call. A SeedGenerator: other values at every call."""
    for module, generator in ((initializers, random.SeedGenerator), (keras.initializers, keras.random.SeedGenerator)):
        seeded = module.RandomNormal(seed=3)
        np.testing.assert_array_equal(seeded((3,)), seeded((3,)))
        going_on = module.RandomNormal(seed=generator(3))
        assert (np.asarray(going_on((3,))) != np.asarray(going_on((3,)))).any()
