"""The other layers: what each promises, and the errors that teach."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kerasschool as keras
from kerasschool import autodiff, layers

X = np.array([[1.0, 2.0], [3.0, 4.0]])

# Shapes


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_flatten_and_back(shape):
    x = np.random.normal(size=(3, *shape)).astype("float32")
    flat = layers.Flatten()(x)
    assert flat.shape == (3, np.prod(shape))
    np.testing.assert_array_equal(layers.Reshape(shape)(flat), x)


def test_flatten_a_column():
    assert layers.Flatten()([1.0, 2.0]).shape == (2, 1)
    assert layers.Flatten().compute_output_shape((None, None, 3)) == (None, None)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: layers.Reshape((-1, -1)), "At most one entry of `target_shape` can be -1"),
        (lambda: layers.Reshape((-2, 3)), "`target_shape` must be a positive whole number"),
        (lambda: layers.Reshape((3, 4))(np.ones((2, 10))), r"10 numbers per row do not fit into shape \(3, 4\)"),
        (lambda: layers.Reshape((3, -1))(np.ones((2, 10))), "10 numbers per row do not fit"),
        (lambda: keras.Sequential([keras.Input((10,)), layers.Reshape((3, 4))]), "10 numbers per row do not fit"),
        (lambda: layers.Permute((0, 1)), "positive whole number"),
        (lambda: layers.Permute((1, 3)), "must hold every axis once, counted from 1"),
        (lambda: layers.Permute((2, 1))(np.ones((2, 3))), "Expected 3 axes"),
        (lambda: layers.RepeatVector(0), "`n` must be a positive whole number"),
        (lambda: layers.RepeatVector(1.5), "`n` must be a positive whole number"),
        (lambda: layers.RepeatVector(2)(np.ones((2, 3, 4))), "Expected 2 axes"),
        (lambda: layers.GlobalAveragePooling1D()(np.ones((2, 3))), "Expected 3 axes"),
        (lambda: layers.Flatten("channels_lats"), "Did you mean 'channels_last'"),
    ],
)
def test_shaping_explains(make, text):
    with pytest.raises(ValueError, match=text):
        make()


# Activations as layers


def test_activation_layers_compute_what_the_functions_do():
    x = np.linspace(-3, 3, 13)[None]
    for layer, function, arguments in [
        (layers.ReLU(max_value=2, negative_slope=0.1, threshold=0.5), "relu", (0.1, 2, 0.5)),
        (layers.LeakyReLU(0.1), "leaky_relu", (0.1,)),
        (layers.ELU(0.5), "elu", (0.5,)),
        (layers.Softmax(), "softmax", ()),
        (layers.Activation("gelu"), "gelu", ()),
    ]:
        expected = getattr(keras.activations, function)(x.astype("float32"), *arguments)
        np.testing.assert_array_equal(layer(x), expected)


def test_a_softmax_layer_is_the_partner_of_its_loss():
    """The same gradient as with `Dense(activation="softmax")`, by the same short-cut."""
    x, y = np.random.normal(size=(7, 4)), np.random.randint(0, 3, 7)
    models = [
        keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Softmax()]),
        keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Activation("softmax")]),
        keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")]),
        keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Softmax(axis=1)]),
    ]
    start = models[0].get_weights()
    for model in models:
        model.set_weights(start)
        model.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy")
        model.fit(x, y, verbose=0)
    assert [model._partners for model in models] == [True, True, True, False]
    for model in models[1:]:
        np.testing.assert_allclose(model.layers[0].kernel.value, models[0].layers[0].kernel.value, rtol=1e-5, atol=1e-6)


def test_leaky_relu_reads_its_old_argument():
    with pytest.warns(UserWarning, match="Today it is `LeakyReLU.negative_slope"):
        assert layers.LeakyReLU(alpha=0.1).negative_slope == 0.1


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: layers.ReLU(max_value=-1), "`max_value`"),
        (lambda: layers.ReLU(negative_slope=None), "`negative_slope`"),
        (lambda: layers.ReLU(threshold=-0.1), "`threshold`"),
        (lambda: layers.LeakyReLU(None), "`negative_slope`"),
        (lambda: layers.PReLU(shared_axes=[3])(X), "`shared_axes` must lie between 1 and 1"),
        (lambda: layers.Softmax()(X, mask=np.ones((3, 2))), "must broadcast to the inputs"),
        (lambda: layers.Activation("rleu"), "Did you mean 'relu'"),
        (
            lambda: layers.Dense(3, activation=layers.PReLU()),
            "has weights, which would not be trained inside another layer",
        ),
    ],
)
def test_activation_layers_explain(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_a_layer_as_activation():
    x = np.array([[-1.0, 2.0]])
    dense = layers.Dense(2, activation=layers.LeakyReLU(0.5), kernel_initializer="identity")
    np.testing.assert_allclose(dense(x), [[-0.5, 2.0]])
    dense.forward(x.astype("float32"), True)
    np.testing.assert_allclose(dense.backward(np.ones((1, 2), "float32")), [[0.5, 1.0]])


# Lambda


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (np.abs, [[1, 2], [3, 4]]),
        (np.sqrt, np.sqrt(X)),
        (keras.ops.square, X**2),
        (keras.ops.reduce_sum, None),
        (keras.activations.tanh, np.tanh(X)),
        (lambda x: x[:, ::-1] ** 2, X[:, ::-1] ** 2),
        (lambda x: np.concatenate([x, 2 * x], axis=-1), np.concatenate([X, 2 * X], -1)),
        (lambda x: keras.ops.expand_dims(x, -1), X[..., None]),
        (layers.ReLU().call, X),
    ],
)
def test_lambda_takes_any_function(function, expected):
    layer = layers.Lambda(function)
    if expected is None:
        assert layer(X) == X.sum()
    else:
        np.testing.assert_allclose(layer(X), expected, rtol=1e-6)
    assert layer.weights == [] and layer.count_params() == 0


def test_lambda_arguments_and_training():
    assert layers.Lambda(lambda x, by, plus=0: x * by + plus, arguments={"by": 2, "plus": 1})([[1.0]]).item() == 3
    told = layers.Lambda(lambda x, training: x + (10 if training else 0))
    assert told([[1.0]]).item() == 1 and told([[1.0]], training=True).item() == 11
    assert told.forward(np.ones((1, 1)), True).item() == 11
    assert layers.Lambda(lambda x: x, output_shape=(7, 1)).compute_output_shape((None, 3)) == (None, 7, 1)
    assert layers.Lambda(lambda x: x, output_shape=lambda shape: shape).compute_output_shape((None, 3)) == (None, 3)


def test_lambda_trains_what_is_below_it():
    model = keras.Sequential(
        [keras.Input((2,)), layers.Dense(4), layers.Lambda(lambda x: np.where(x > 0, x, 0.1 * x)), layers.Dense(1)]
    )
    model.compile(keras.optimizers.Adam(0.01), "mse")
    x = np.random.normal(size=(64, 2))
    y = np.maximum(x[:, :1], 0)
    losses = model.fit(x, y, epochs=100, verbose=0).history["loss"]
    assert losses[-1] < 0.2 * losses[0]


def test_lambda_may_use_anything_where_no_gradient_is_needed():
    """As the first layer: NumPy's Fourier transform has no derivative here, and none is asked for."""
    model = keras.Sequential([keras.Input((8,)), layers.Lambda(lambda x: np.abs(np.fft.rfft(x))), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.random.normal(size=(4, 8)), np.ones(4), verbose=0)
    assert model.predict(np.zeros((2, 8)), verbose=0).dtype == np.float32


def test_lambda_has_no_weights_of_its_own():
    outside = layers.Dense(3)
    outside.build((None, 2))
    for function in (lambda x: layers.Dense(3)(x), lambda x: outside(x), lambda x: x @ outside.kernel):
        with pytest.raises(ValueError, match="a Lambda has no weights of its own.*subclass `Layer`"):
            layers.Lambda(function)(X)
        with pytest.raises(ValueError, match="a Lambda has no weights of its own"):
            keras.Sequential([keras.Input((2,)), layers.Lambda(function, output_shape=(3,))])
    assert (layers.Lambda(lambda x: layers.ReLU()(-x))(X) == 0).all()  # without weights it may


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: layers.Lambda(X), TypeError, "`Lambda` needs a function. For example"),
        (lambda: layers.Lambda("abs"), TypeError, "`Lambda` needs a function"),
        (lambda: layers.Lambda(layers.Dense(2)), TypeError, "this is a layer already"),
        (lambda: layers.Lambda(np.abs, mask=[1]), ValueError, "Masks are for recurrent layers"),
        (lambda: layers.Lambda(np.abs, arguments=[1]), TypeError, "`arguments` must be a dictionary"),
        (lambda: layers.Lambda(np.abs, output_shape="same"), ValueError, "`output_shape` must be a tuple"),
        (lambda: layers.Lambda(print)(X), ValueError, "returned nothing. Does it end with `return"),
        (lambda: layers.Lambda(lambda x: (x, x))(X), TypeError, "must return one array. Join several"),
        (lambda: layers.Lambda(lambda x: x.nothing)(X), AttributeError, "nothing"),
    ],
)
def test_lambda_explains(make, error, text, capsys):
    with pytest.raises(error, match=text):
        make()


# Embedding


def test_embedding_in_a_model():
    model = keras.Sequential(
        [layers.Embedding(10, 4), layers.GlobalAveragePooling1D(), layers.Dense(1, activation="sigmoid")]
    )
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy")
    ids = np.random.randint(0, 10, (200, 6))
    y = (ids == 3).any(axis=1).astype(float)
    losses = model.fit(ids, y, epochs=60, batch_size=10, verbose=0).history["loss"]
    assert losses[-1] < 0.4 * losses[0]
    assert model.layers[0].embeddings.shape == (10, 4) and model.output_shape == (None, 1)


@pytest.mark.parametrize("dtype", ["int32", None])
def test_embedding_after_an_input(dtype):
    model = keras.Sequential([keras.Input((None,), dtype=dtype), layers.Embedding(10, 4)])
    assert model.output_shape == (None, None, 4)
    assert model.predict(np.arange(6).reshape(2, 3), verbose=0).shape == (2, 3, 4)
    assert model.predict(np.arange(10).reshape(2, 5), verbose=0).shape == (2, 5, 4)


def test_embedding_starts_from_given_weights():
    table = np.arange(6.0).reshape(3, 2)
    for weights in (table, [table]):
        layer = layers.Embedding(3, 2, weights=weights)
        assert layer.built and layer(2).tolist() == [4, 5]
    layer.trainable = False
    assert layer.trainable_weights == []


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda: layers.Embedding(3, 2)([[1, 3]]),
            "ids, whole numbers from 0 to 2. Found 3. `input_dim` must be the largest",
        ),
        (lambda: layers.Embedding(3, 2)([[-1, 0]]), "Found -1"),
        (lambda: layers.Embedding(3, 2)([[0.5, 1]]), "Found 0.5"),
        (lambda: layers.Embedding(3, 2)([[np.nan, 1]]), "Found nan"),
        (lambda: layers.Embedding(0, 2), "`input_dim` must be a positive whole number"),
        (lambda: layers.Embedding(3, 2.5), "`output_dim` must be a positive whole number"),
        (lambda: layers.Embedding(3, 2, mask_zero=True), "`mask_zero=True` is for recurrent layers"),
        (lambda: layers.Embedding(3, 2, lora_rank=4), "`lora_rank` is for large language models"),
        (lambda: layers.Embedding(3, 2, weights=np.ones((2, 2))), "do not fit"),
    ],
)
def test_embedding_explains(make, text):
    with pytest.raises(ValueError, match=text):
        make()


def test_embedding_reads_its_old_argument():
    with pytest.warns(UserWarning, match=r"`Embedding\(input_length=…\)` is an old spelling"):
        assert layers.Embedding(3, 2, input_length=5)([[1, 2]]).shape == (1, 2, 2)


# Core


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: keras.Input(), ValueError, r"For rows of 8 numbers write `Input\(shape=\(8,\)\)`"),
        (lambda: keras.Input((8.5,)), ValueError, "`shape` must be a positive whole number"),
        (
            lambda: keras.Input("8"),
            ValueError,
            r"`shape` must be a tuple of whole numbers. For rows of 8 numbers: `\(8,\)`",
        ),
        (lambda: keras.Input((8,), batch_shape=(None, 8)), ValueError, "give one or the other"),
        (lambda: keras.Input((8,), dtype="string"), ValueError, "Unknown type of numbers"),
        (lambda: keras.Input((8,), dtype="datetime64"), ValueError, "Inputs must be numbers"),
        (lambda: keras.Input((8,), sparse=True), ValueError, "Leave `sparse` out"),
        (lambda: keras.Input((8,), shap=3), TypeError, "shap"),
        (lambda: layers.Dense(0), ValueError, "`units` must be a positive whole number"),
        (lambda: layers.Dense(3, activaton="relu"), TypeError, "Did you mean 'activation'"),
        (lambda: layers.Dense(3, name="a/b"), ValueError, "`name` must be a string without `/`"),
        (lambda: layers.Dense(3, trainable="yes"), ValueError, "`trainable` must be True or False"),
        (lambda: layers.Dense(3, dtype="float16"), ValueError, "Unknown float type"),
        (lambda: layers.Dense(3, dtype="flaot"), ValueError, "Unknown float type"),
        (lambda: layers.Dense(3, lora_rank=2), ValueError, "`lora_rank` is for large language models"),
        (lambda: layers.Dense(3)([1.0, 2.0]), ValueError, "number of inputs|how many inputs|two brackets"),
        (lambda: layers.Dense(3)([["a"]]), ValueError, "Texts must be encoded"),
        (lambda: layers.Dense(3)([[1.0], [1.0, 2.0]]), ValueError, "all of the same length"),
        (lambda: layers.ActivityRegularization(l1=-1), ValueError, "`l1` must be a number, 0 or more"),
        (lambda: layers.Desne(3), AttributeError, "Did you mean 'Dense'"),
        (
            lambda: layers.deserialize({"class_name": "Desne", "config": {}}),
            ValueError,
            "Did you mean|Unknown layer 'Desne'",
        ),
    ],
)
def test_core_layers_explain(make, error, text):
    with pytest.raises(error, match=text):
        make()


@pytest.mark.parametrize("old", [{"input_shape": (8,)}, {"input_dim": 8}, {"batch_input_shape": (None, 8)}], ids=str)
@pytest.mark.parametrize(
    "make", [lambda **old: layers.Dense(3, **old), lambda **old: layers.Dropout(0.5, **old)], ids=["Dense", "Dropout"]
)
def test_old_shape_arguments_build_the_model(make, old):
    with pytest.warns(UserWarning, match=r"is an old spelling. Today `Input\(shape=\(8,\)\)` comes first") as caught:
        first = make(**old)
    assert caught[0].filename == __file__
    model = keras.Sequential([first, layers.Dense(1)])
    assert model.built and model.input_shape == (None, 8)


def test_input_spec():
    spec = layers.InputSpec(shape=(None, 28, 1), allow_last_axis_squeeze=True)
    spec.check((None, 28), "mine"), spec.check((5, 28, 1), "mine")
    assert layers.InputSpec.from_config(layers.InputSpec(ndim=3, axes={1: 2}).get_config()).axes == {1: 2}
    for each, shape, text in [
        (spec, (None, 27), r"shape \(None, 28, 1\)"),
        (layers.InputSpec(ndim=2), (None, 2, 3), "Expected 2 axes"),
        (layers.InputSpec(max_ndim=2), (None, 2, 3), "at most 2 axes"),
        (layers.InputSpec(min_ndim=2), (None,), "at least 2 axes.*A single row needs two brackets"),
        (layers.InputSpec(axes={-1: 4}), (None, 2, 3), "4 entries along axis -1"),
        (layers.InputSpec(axes={3: 4}), (None, 2, 3), "4 entries along axis 3"),
        (layers.InputSpec(shape=(None, 3)), (None, 2), r"shape \(None, 3\)"),
    ]:
        with pytest.raises(ValueError, match=f"do not fit the layer `mine`. .*{text}"):
            each.check(shape, "mine")
    with pytest.raises(ValueError, match="Axis 2 does not exist"):
        layers.InputSpec(ndim=2, axes={2: 3})
    with pytest.raises(TypeError, match="`axes` must be a dictionary"):
        layers.InputSpec(axes=[1])

    class Strict(layers.Layer):
        def __init__(self):
            super().__init__()
            self.input_spec = layers.InputSpec(ndim=2)

        def call(self, inputs):
            return inputs

    with pytest.raises(ValueError, match="Expected 2 axes"):
        Strict()(np.ones((1, 2, 3)))


def test_dense_on_sequences():
    dense = layers.Dense(3, activation="softmax")
    x = np.random.normal(size=(2, 5, 4)).astype("float32")
    y = dense(x)
    assert y.shape == (2, 5, 3) and dense.kernel.shape == (4, 3)
    np.testing.assert_allclose(y[1, 2], dense(x[1, 2:3])[0], rtol=1e-6)
    np.testing.assert_allclose(y.sum(-1), 1, rtol=1e-6)


def test_frozen_layers_stay():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3, trainable=False), layers.Dense(1)])
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(X, X[:, :1], verbose=0)
    same = [(a == b).all() for a, b in zip(before, model.get_weights())]
    assert same == [True, True, False, False]
    assert len(model.trainable_weights) == 2 and len(model.non_trainable_weights) == 2


def test_activations_of_dense_see_all_axes():
    """One that mixes the steps of a sequence: it must not get the positions as loose rows."""
    dense = layers.Dense(3, activation=lambda z: z - np.mean(z, axis=1, keepdims=True), dtype="float64")
    x = np.random.normal(size=(2, 5, 4))
    y = dense(x)
    np.testing.assert_allclose(y.mean(axis=1), 0, atol=1e-12)
    value, pullback = autodiff.vjp(lambda inputs: dense(inputs), x)
    np.testing.assert_allclose(value, y)
    dy = np.random.normal(size=y.shape)
    dense.forward(x, True)
    np.testing.assert_allclose(dense.backward(dy.copy()), pullback(dy)[0])
