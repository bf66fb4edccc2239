"""Every layer gives Keras's outputs, gradients, shapes, configs and summaries."""

import inspect

import jax
import keras
import numpy as np
import pytest

import kerasschool
from kerasschool import layers
from kerasschool.layers.left_out import LEFT_OUT

pytestmark = pytest.mark.keras


TOLERANCE = {"rtol": 2e-5, "atol": 2e-6}

# name of the class, arguments, shape of a row
CASES = [
    ("Dense", {"units": 3, "activation": "tanh"}, (4,)),
    ("Dense", {"units": 3, "activation": "softmax", "use_bias": False, "activity_regularizer": "l2"}, (5, 4)),
    ("Activation", {"activation": "gelu"}, (4,)),
    ("Identity", {}, (4,)),
    ("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, (4,)),
    ("Dropout", {"rate": 0.3, "seed": 5, "noise_shape": (None, 1, 3)}, (4, 3)),
    ("Dropout", {"rate": 1.0}, (4,)),
    ("SpatialDropout1D", {"rate": 0.3, "seed": 5}, (4, 3)),
    ("GaussianNoise", {"stddev": 0.3}, (4,)),
    ("GaussianDropout", {"rate": 0.3, "seed": 5}, (4,)),
    ("AlphaDropout", {"rate": 0.3, "noise_shape": (None, 1)}, (4,)),
    ("BatchNormalization", {}, (4,)),
    ("BatchNormalization", {"axis": 1, "momentum": 0.7, "epsilon": 0.01, "center": False}, (3, 4)),
    (
        "BatchNormalization",
        {"axis": -2, "scale": False, "beta_regularizer": "l2", "beta_constraint": "max_norm"},
        (3, 4),
    ),
    ("BatchNormalization", {"moving_mean_initializer": "ones", "gamma_initializer": "he_normal"}, (2, 3, 4)),
    ("BatchNormalization", {"renorm": True, "renorm_momentum": 0.6, "momentum": 0.7}, (4,)),
    (
        "BatchNormalization",
        {
            "renorm": True,
            "renorm_clipping": {"rmax": 1.5, "rmin": 0.5, "dmax": 0.3},
            "renorm_momentum": 0.5,
            "scale": False,
        },
        (4,),
    ),
    ("LayerNormalization", {}, (4,)),
    ("LayerNormalization", {"axis": [1, 2], "epsilon": 0.1, "center": False, "gamma_regularizer": "l1"}, (3, 4)),
    ("LayerNormalization", {"axis": 1, "scale": False, "beta_initializer": "ones"}, (3, 4)),
    ("RMSNormalization", {}, (4,)),
    ("RMSNormalization", {"axis": [1, 2], "epsilon": 0.1}, (3, 4)),
    ("UnitNormalization", {}, (4,)),
    ("UnitNormalization", {"axis": [1, 2]}, (3, 4)),
    ("ReLU", {}, (4,)),
    ("ReLU", {"max_value": 1.0, "negative_slope": 0.2, "threshold": 0.3}, (4,)),
    ("LeakyReLU", {}, (4,)),
    ("LeakyReLU", {"negative_slope": 0.1}, (4,)),
    ("ELU", {}, (4,)),
    ("ELU", {"alpha": 0.5}, (4,)),
    ("PReLU", {}, (4,)),
    ("PReLU", {"alpha_initializer": "random_normal", "shared_axes": [1], "alpha_constraint": "non_neg"}, (3, 4)),
    ("Softmax", {}, (4,)),
    ("Softmax", {"axis": 1}, (3, 4)),
    ("Softmax", {"axis": [1, 2]}, (3, 4)),
    ("Flatten", {}, (3, 4)),
    ("Flatten", {"data_format": "channels_first"}, (2, 3, 4)),
    ("Reshape", {"target_shape": (3, 4)}, (12,)),
    ("Reshape", {"target_shape": (-1, 2)}, (3, 4)),
    ("Permute", {"dims": (2, 1)}, (3, 4)),
    ("RepeatVector", {"n": 3}, (4,)),
    ("Rescaling", {"scale": 0.5, "offset": -1.0}, (4,)),
    ("Rescaling", {"scale": np.array([1.0, 2.0, 3.0]), "offset": np.array([1.0, 0.0, 0.0])}, (3,)),
    ("Normalization", {}, (4,)),
    ("Normalization", {"mean": 3.0, "variance": 2.0}, (4,)),
    ("Normalization", {"axis": None, "mean": 3.0, "variance": 2.0, "invert": True}, (3, 4)),
    ("Normalization", {"axis": (1, 2), "mean": [1.0, 2.0], "variance": [4.0, 9.0]}, (3, 2)),
    ("GlobalAveragePooling1D", {}, (3, 4)),
    ("GlobalAveragePooling1D", {"data_format": "channels_first", "keepdims": True}, (3, 4)),
    ("GlobalMaxPooling1D", {}, (3, 4)),
    ("GlobalMaxPooling1D", {"keepdims": True}, (3, 4)),
    ("Embedding", {"input_dim": 6, "output_dim": 3}, (4,)),
    ("Embedding", {"input_dim": 6, "output_dim": 3, "embeddings_regularizer": "l2"}, (4,)),
]
IDS = [f"{name} {', '.join(map(str, arguments))}" for name, arguments, _ in CASES]
DRAWS = ("Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout")
every_case = pytest.mark.parametrize(("name", "arguments", "row"), CASES, ids=IDS)


def both(name, arguments, row, rows=7):
    """Our layer and Keras's, built, with the same weights; and a batch."""
    ours = getattr(layers, name)(**arguments, name="same")
    theirs = getattr(keras.layers, name)(**arguments, name="same")
    x = np.random.normal(0.5, 1.0, (rows, *row)).astype("float32")
    if name == "Embedding":
        x = np.random.randint(0, 6, (rows, *row)).astype("float32")
    ours(x), theirs(x)
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights]
    assert [w.shape for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    assert [w.name for w in ours.trainable_weights] == [w.name for w in theirs.trainable_weights]
    values = [np.random.uniform(0.5, 1.5, w.shape).astype("float32") for w in ours.weights]
    if name == "Normalization":
        values = [np.asarray(weight) for weight in theirs.weights]
    ours.set_weights(values), theirs.set_weights(values)
    return ours, theirs, x


@every_case
def test_configs_are_equal(name, arguments, row):
    ours, theirs, _ = both(name, arguments, row)
    fresh = getattr(layers, name)(**arguments, name="same"), getattr(keras.layers, name)(**arguments, name="same")
    assert plain(fresh[0].get_config()) == plain(fresh[1].get_config())
    assert plain(layers.serialize(ours)) == plain(keras.layers.serialize(theirs))
    twin = keras.layers.deserialize(layers.serialize(ours))
    assert plain(twin.get_config()) == plain(theirs.get_config())
    assert plain(layers.deserialize(keras.layers.serialize(theirs)).get_config()) == plain(ours.get_config())


def plain(config):
    """A config without the batch size that a Keras layer saw, tuples as lists."""
    if isinstance(config, dict):
        config = {key: plain(value) for key, value in config.items()}
        shape = (config.get("build_config") or {}).get("input_shape")
        if shape:
            config["build_config"]["input_shape"] = [None, *shape[1:]]
        return config
    if isinstance(config, float):
        return float(np.float32(config))  # Keras on JAX keeps some numbers in float32
    return [plain(each) for each in config] if isinstance(config, (list, tuple)) else config


@every_case
def test_outputs_when_asked(name, arguments, row):
    ours, theirs, x = both(name, arguments, row)
    expected = np.asarray(theirs(x))
    np.testing.assert_allclose(ours(x), expected, **TOLERANCE)
    assert ours(x).dtype == np.float32
    assert ours.compute_output_shape((None, *row)) == tuple(theirs.compute_output_shape((None, *row)))
    assert ours.built and theirs.built and ours.count_params() == theirs.count_params()
    np.testing.assert_allclose(ours.losses, [np.asarray(each) for each in theirs.losses], **TOLERANCE)


@pytest.mark.parametrize(
    ("name", "arguments", "row"),
    [case for case in CASES if case[0] not in DRAWS],
    ids=[i for i, c in zip(IDS, CASES) if c[0] not in DRAWS],
)
def test_outputs_and_gradients_in_training(name, arguments, row):
    ours, theirs, x = both(name, arguments, row)
    trainable = [np.asarray(w) for w in theirs.trainable_weights]
    others = [np.asarray(w) for w in theirs.non_trainable_variables]
    y = np.array(ours.forward(x, training=True))
    options = {"training": True} if "training" in inspect.signature(theirs.call).parameters else {}
    direction = np.cos(np.arange(y.size, dtype="float32")).reshape(y.shape)
    dx = ours.backward(direction.copy())

    def loss(weights, inputs):
        outputs, _ = theirs.stateless_call(weights, others, inputs, **options)
        return (outputs * direction).sum(), outputs

    (gradients, d_inputs), expected = jax.grad(loss, argnums=(0, 1), has_aux=True)(trainable, x)
    np.testing.assert_allclose(y, np.asarray(expected), **TOLERANCE)
    for weight, gradient in zip(ours.trainable_weights, gradients):
        np.testing.assert_allclose(weight.grad, np.asarray(gradient), rtol=1e-4, atol=1e-5)
    if name != "Embedding":
        np.testing.assert_allclose(dx, np.asarray(d_inputs), rtol=1e-4, atol=1e-5)


BATCH_NORMS = [case for case in CASES if case[0] == "BatchNormalization"]


@pytest.mark.parametrize(("name", "arguments", "row"), BATCH_NORMS, ids=[i for i in IDS if i.startswith("BatchNorm")])
def test_moving_averages_after_three_batches(name, arguments, row):
    ours, theirs, _ = both(name, arguments, row)
    for rows in (7, 5, 1):
        x = np.random.normal(2.0, 3.0, (rows, *row)).astype("float32")
        np.testing.assert_allclose(ours(x, training=True), np.asarray(theirs(x, training=True)), rtol=1e-4, atol=1e-5)
    for weight, expected in zip(ours.weights, theirs.weights):
        np.testing.assert_allclose(weight.value, np.asarray(expected), **TOLERANCE, err_msg=weight.name)
    np.testing.assert_allclose(ours(x), np.asarray(theirs(x)), **TOLERANCE)
    ours.trainable = theirs.trainable = False
    before = ours.get_weights()
    np.testing.assert_allclose(ours(x, training=True), np.asarray(theirs(x, training=True)), **TOLERANCE)
    assert all((a == b).all() for a, b in zip(before, ours.get_weights()))
    assert len(ours.non_trainable_weights) == len(theirs.non_trainable_weights)


@pytest.mark.parametrize("name", DRAWS)
def test_noise_has_keras_statistics(name):
    x = np.full((4, 5, 20_000) if name == "SpatialDropout1D" else (20, 20_000), 1.5, "float32")
    ours = getattr(layers, name)(0.3)(x, training=True)
    theirs = np.asarray(getattr(keras.layers, name)(0.3, seed=3)(x, training=True))
    assert ours.shape == theirs.shape and ours.dtype == theirs.dtype == np.float32
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.02)
    assert ours.std() == pytest.approx(theirs.std(), abs=0.02)
    if "Gaussian" not in name:
        np.testing.assert_allclose(np.unique(ours), np.unique(theirs), rtol=1e-5)


def test_rms_scaling_is_the_old_formula():
    with pytest.warns(UserWarning, match="not the root mean square. Use `RMSNormalization`"):
        ours = layers.LayerNormalization(rms_scaling=True, name="same")
    with pytest.warns(UserWarning, match="deprecated"):
        theirs = keras.layers.LayerNormalization(rms_scaling=True, name="same")
    x = np.random.normal(1.0, 1.0, (7, 4)).astype("float32")
    with pytest.warns(UserWarning, match="deprecated"):
        expected = np.asarray(theirs(x))
    np.testing.assert_allclose(ours(x), expected, **TOLERANCE)
    assert plain(ours.get_config()) == plain(theirs.get_config())
    assert [w.name for w in ours.weights] == [w.name for w in theirs.weights] == ["gamma"]


@pytest.mark.parametrize("axis", [-1, None, (1,), (0, 1), (1, 2)])
def test_normalization_adapts_alike(axis):
    data = np.random.normal(3.0, 2.0, (20, 4, 3)).astype("float32")
    theirs = keras.layers.Normalization(axis=axis)
    theirs.adapt(data)
    x = data if axis == (0, 1) else data[:5]
    batches = [data[:6], data[6:7], data[7:]]  # Keras wants TensorFlow for these
    for given in [data, *([batches] if axis != (0, 1) else [])]:
        ours = layers.Normalization(axis=axis)
        ours.adapt(given)
        np.testing.assert_allclose(ours(x), np.asarray(theirs(x)), rtol=1e-4, atol=1e-5)
        assert [w.name for w in ours.weights] == [w.name for w in theirs.weights] == ["mean", "variance", "count"]
        for weight, expected in zip(ours.weights, theirs.weights):
            np.testing.assert_allclose(weight.value, np.asarray(expected), rtol=1e-5)
        assert np.shape(ours.mean) == tuple(theirs.mean.shape)


def test_masks_of_softmax_and_pooling():
    x = np.random.normal(size=(4, 3, 5)).astype("float32")
    mask = np.array([[1, 0, 1], [1, 1, 1], [0, 0, 1], [0, 1, 0]], bool)
    ours = layers.GlobalAveragePooling1D()(x, mask=mask)
    np.testing.assert_allclose(ours, np.asarray(keras.layers.GlobalAveragePooling1D()(x, mask=mask)), **TOLERANCE)
    wide = np.repeat(mask[:, :, None], 5, -1)
    wide[0] = False
    ours = layers.Softmax()(x, mask=wide)
    np.testing.assert_allclose(ours, np.asarray(keras.layers.Softmax()(x, mask=wide)), **TOLERANCE)


def doubled(x):
    return 2 * x


@pytest.mark.parametrize(
    ("arguments", "row"),
    [
        ({}, (4,)),
        ({"output_shape": (4,)}, (4,)),
        ({"output_shape": doubled}, (4,)),
        ({"arguments": {"a": [1, 2]}}, (4,)),
    ],
    ids=["plain", "shape", "shape function", "arguments"],
)
def test_lambda_configs(arguments, row):
    ours, theirs = (
        layers.Lambda(doubled, name="same", **arguments),
        keras.layers.Lambda(doubled, name="same", **arguments),
    )
    assert plain(ours.get_config()) == plain(theirs.get_config())
    again = layers.deserialize(keras.layers.serialize(theirs), custom_objects={"doubled": doubled})
    assert plain(again.get_config()) == plain(ours.get_config())


def test_lambda_of_keras_ends_with_an_explanation():
    described = keras.layers.serialize(keras.layers.Lambda(lambda x: x))
    with pytest.raises(ValueError, match="code from a file is never run"):
        layers.deserialize(described)


# Input


@pytest.mark.parametrize(
    "arguments",
    [{"shape": (8,)}, {"shape": (None, 3), "batch_size": 5}, {"batch_shape": (4, 2), "dtype": "int32"}, {"shape": ()}],
    ids=str,
)
def test_input(arguments):
    ours, theirs = kerasschool.Input(**arguments, name="in"), keras.Input(**arguments, name="in")
    assert (ours.shape, ours.dtype, ours.name) == (tuple(theirs.shape), theirs.dtype, theirs.name)
    ours = layers.InputLayer(**arguments, name="in").get_config()
    assert plain(ours) == plain(keras.layers.InputLayer(**arguments, name="in").get_config())


# Whole models


def model_of(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((6, 2), name="in"),
            layers.Rescaling(0.5, name="rescaling"),
            layers.BatchNormalization(name="batch_normalization"),
            layers.Flatten(name="flatten"),
            layers.Dense(1000, name="wide"),
            layers.PReLU(name="slopes"),
            layers.Dropout(0.5, name="dropout"),
            layers.Reshape((10, 100), name="reshape"),
            layers.GlobalAveragePooling1D(name="pool"),
            layers.Dense(3, activation="softmax", name="out"),
        ],
        name="all",
    )


def deep_model_of(keras):
    layers = keras.layers
    inner = keras.Sequential(
        [keras.Input((4,), name="in"), layers.Dense(3, name="a"), layers.ReLU(name="b")], name="inner"
    )
    model = keras.Sequential([keras.Input((4,), name="in"), inner, layers.Dense(2, name="c")], name="outer")
    model.get_layer("c").trainable = False
    return model


@pytest.mark.parametrize("make", [model_of, deep_model_of])
@pytest.mark.parametrize("options", [{}, {"expand_nested": True, "show_trainable": True}], ids=str)
def test_summary(make, options, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    texts = []
    for library in (kerasschool, keras):
        lines = []
        make(library).summary(print_fn=lines.append, **options)
        texts.append([line.rstrip() for line in "\n".join(lines).strip("\n").split("\n")])
    assert texts[0] == texts[1]


@pytest.mark.parametrize("make", [model_of, deep_model_of])
def test_config_of_a_model(make):
    ours, theirs = make(kerasschool), make(keras)
    assert plain(ours.get_config()) == plain(theirs.get_config())
    assert [w.shape for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]
    twin = keras.Sequential.from_config(ours.get_config())
    twin.set_weights(ours.get_weights())
    x = np.random.normal(size=(3, *ours.input_shape[1:])).astype("float32")
    np.testing.assert_allclose(ours.predict(x, verbose=0), np.asarray(twin(x)), rtol=1e-4, atol=1e-5)


# The list of names


def test_the_list_of_layers():
    theirs = {name for name in dir(keras.layers) if not name.startswith("_")}
    public = {name for name in vars(layers) if not name.startswith("_")} & theirs
    assert theirs - public == set(LEFT_OUT)
    for name in public - {"Input", "deserialize", "serialize"}:
        assert issubclass(getattr(layers, name), (layers.Layer, layers.InputSpec)), name
    for name, advice in LEFT_OUT.items():
        with pytest.raises(AttributeError, match=f"has no attribute '{name}'. {advice[:20]}"):
            getattr(layers, name)
