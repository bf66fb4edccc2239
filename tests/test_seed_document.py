"""Every snippet of the source tutorial runs, and does what the sentence beside it promises: rows S1 to S24.

The snippets are spelt as in the tutorial; what it forgot (imports, data, names) is handed to them.
"""

import inspect
import warnings

import numpy
import numpy as np
import pytest

import kerasschool as keras
from kerasschool import activations, autodiff, datasets, initializers, ops, optimizers, utils
from kerasschool.layers import Activation, Dense, Lambda
from kerasschool.models import Sequential

MODEL = """
model = Sequential()
model.add(Dense(12, input_dim=8, activation='relu'))
model.add(Dense(8, activation='relu'))
model.add(Dense(1, activation='sigmoid'))
"""
COMPILE = "model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])"
FIT = "model.fit(X, Y, epochs=150, batch_size=10)"
EVALUATE = "scores = model.evaluate(X, Y)"
PREDICT = "predictions = model.predict(X)"


def run(snippet, **forgotten):
    """Run a snippet as it stands, and return all its names. Old spellings may warn."""
    names = {"keras": keras, "numpy": numpy, "Sequential": Sequential, "Dense": Dense, **forgotten}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*old spelling")
        exec(snippet, names)
    return names


def penguins():
    """The 8 inputs, scaled, and the 0/1 target that the tutorial calls X and Y."""
    (x, y), _ = datasets.penguins.load_data()
    return (x - x.mean(0)) / x.std(0), y


@pytest.fixture
def data():
    return dict(zip("XY", penguins()))


@pytest.fixture
def model():
    return run(MODEL)["model"]


@pytest.fixture
def compiled(model):
    run(COMPILE, model=model)
    return model


def test_s1_the_six_steps(data, capsys):
    """Load data, define model, compile model, fit model, evaluate model, make predictions."""
    steps = "\n".join(["numpy.random.seed(7)", MODEL, COMPILE, FIT, EVALUATE, PREDICT])
    names = run(steps, **data)
    loss, accuracy = names["scores"]
    assert loss < 0.25 and accuracy > 0.9
    assert names["predictions"].shape == (266, 1)
    assert "Epoch 150/150" in capsys.readouterr().out


def test_s2_the_seed_makes_runs_repeatable(data):
    """'so that you can run the same code again and again and get the same result'"""

    def once(seed):
        short = "history = model.fit(X, Y, epochs=2, batch_size=10, verbose=0)"
        return run("\n".join([seed, MODEL, COMPILE, short]), utils=utils, **data)

    first, again, other = map(once, ["numpy.random.seed(7)", "numpy.random.seed(7)", "numpy.random.seed(8)"])
    assert first["history"].history == again["history"].history
    assert first["history"].history != other["history"].history
    for a, b in zip(first["model"].get_weights(), again["model"].get_weights()):
        np.testing.assert_array_equal(a, b)
    assert once("utils.set_random_seed(7)")["history"].history == first["history"].history


def test_s3_load_data(tmp_path):
    """'8 for the 8 input variables', X and Y"""
    (x_train, y_train), (x_test, y_test) = datasets.penguins.load_data()
    assert x_train.shape[1] == x_test.shape[1] == 8
    assert set(y_train) == set(y_test) == {0, 1}
    # the reader's own file, as the tutorial's original loaded it with np.loadtxt
    rows = np.column_stack([x_train, y_train])
    np.savetxt(tmp_path / "own.csv", rows, delimiter=",", fmt="%.2f")
    table = np.loadtxt(tmp_path / "own.csv", delimiter=",")
    own = datasets.load_csv(tmp_path / "own.csv", target=8)
    np.testing.assert_allclose(own.x, table[:, 0:8])
    np.testing.assert_allclose(own.y, table[:, 8])


def test_s4_the_old_dense_line_runs_and_says_what_it_is_called_today():
    model = Sequential()
    snippet = "model.add(Dense(12, input_dim=8, init='uniform',activation='relu'))"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exec(snippet, {"model": model, "Dense": Dense})
    said = sorted(str(each.message) for each in caught)
    assert len(said) == 2
    assert "`Dense(init=…)` is an old spelling" in said[0] and "kernel_initializer" in said[0]
    assert "`Dense(input_dim=8)` is an old spelling" in said[1] and "Input(shape=(8,))" in said[1]
    (layer,) = model.layers
    assert layer.kernel.shape == (8, 12)
    assert type(layer.kernel_initializer).__name__ == "RandomUniform"
    assert abs(layer.kernel.numpy()).max() <= 0.05
    assert layer.activation is activations.relu


def test_s5_the_diagram_exists(model):
    """'The input before that 12 is actually the number of nodes in the second layer (see diagram below)'"""
    drawing = utils.plot_model(model)
    assert drawing.title.endswith("8 inputs → 12 → 8 → 1, 221 parameters")
    assert drawing.svg().count("<circle") == 8 + 12 + 8 + 1


def test_s6_initializers_by_name():
    model = Sequential([keras.Input((8,))])
    run("model.add(Dense(64,kernel_initializer='random_uniform',bias_initializer='zeros'))", model=model)
    kernel, bias = model.layers[0].get_weights()
    assert abs(kernel).max() <= 0.05 and abs(kernel.mean()) < 0.01 and (bias == 0).all()
    wanted = [
        "random_uniform",
        "RandomUniform",
        "uniform",
        initializers.RandomUniform,
        initializers.RandomUniform(),
        initializers.serialize(initializers.RandomUniform()),
        lambda shape, dtype=None: np.full(shape, 0.01, dtype),
    ]
    for each in wanted:
        layer = Dense(3, kernel_initializer=each)
        layer.build((None, 8))
        assert 0 < abs(layer.kernel.numpy()).max() <= 0.05


def test_s7_initializer_classes():
    base = run("initializer = keras.initializers.Initializer()")["initializer"]
    with pytest.raises(NotImplementedError):
        base((2, 3))
    names = run(
        """
zeros = keras.initializers.Zeros()
ones = Ones()
constant = keras.initializers.Constant(value=0)
normal = keras.initializers.RandomNormal(mean=0.0, stddev=0.05, seed=None)
""",
        Ones=initializers.Ones,
    )
    assert (names["zeros"]((2, 3)) == 0).all()
    assert (names["ones"]((2, 3)) == 1).all()
    assert (names["constant"]((2, 3)) == 0).all()
    assert all(isinstance(names[each], initializers.Initializer) for each in ("zeros", "ones", "constant", "normal"))
    # 'generates tensors with a uniform distribution' is wrong: a bell has values beyond any bound, and 68 % within one
    # standard deviation of the mean, where a uniform distribution of that spread has 58 %
    draws = names["normal"]((500, 500))
    assert abs(draws.std() - 0.05) < 0.001
    assert abs((abs(draws) < 0.05).mean() - 0.683) < 0.01
    assert abs(draws).max() > 0.05 * np.sqrt(3) * 2


def test_s8_activations_inside_dense_and_alone():
    """'Restricts data to a range eg: softmax, tanh, abs, sigmoid'; 'can be called in dense or by itself'"""
    x = np.linspace(-4, 4, 9, dtype="float32").reshape(3, 3)
    for name, low, high in (("softmax", 0, 1), ("tanh", -1, 1), ("sigmoid", 0, 1), ("relu", 0, 4), ("abs", 0, 4)):
        alone = Activation(name)(x)
        inside = Dense(3, activation=name, kernel_initializer="identity")(x)
        np.testing.assert_allclose(inside, alone, rtol=1e-6)
        np.testing.assert_allclose(getattr(activations, name)(x), alone, rtol=1e-6)
        assert alone.min() >= low and alone.max() <= high
    assert np.array_equal(activations.relu(x), np.maximum(x, 0))
    assert activations.tanh.slope(0.0) == 1  # curve and slope are there to be drawn
    assert "Keras" in activations.abs.__doc__  # which does not have it: said so


def test_s9_get_weights(model):
    """'use layer.get_weights() to return a list of numpy arrays'"""
    for layer, shapes in zip(model.layers, ([(8, 12), (12,)], [(12, 8), (8,)], [(8, 1), (1,)])):
        weights = run("weights = layer.get_weights()", layer=layer)["weights"]
        assert isinstance(weights, list) and all(type(each) is np.ndarray for each in weights)
        assert [each.shape for each in weights] == shapes
    assert Dense(12).get_weights() == []


def test_s10_three_layers(model):
    assert [layer.units for layer in model.layers] == [12, 8, 1]
    assert model.count_params() == 221


def test_s11_a_linear_stack():
    num_hidden_neurons = 4
    l1 = lambda: Dense(num_hidden_neurons, activation=activations.relu)  # noqa: E731
    l2 = Dense(2)
    model = run("unbound_model = Sequential([l1, l2])", l1=l1, l2=l2)["unbound_model"]
    assert model.get_weights() == []  # unbound: the number of inputs is not known yet
    x = np.ones((3, 5), "float32")
    first, second = model.layers
    y = model(x)
    np.testing.assert_allclose(second(first(x)), y)
    assert second is l2 and model.count_params() == 5 * 4 + 4 + 4 * 2 + 2
    assert isinstance(l1(), Dense)


def test_s12_the_same_training_with_finer_control(data, compiled):
    """'The lower level API is there for people … who wishes to keep a finer control of what is going on.'"""
    x, y = data["X"], data["Y"][:, None]
    optimizer = optimizers.Adam()
    weights = [ops.convert_to_tensor(weight) for weight in compiled.get_weights()]
    by_hand = [keras.Variable(weight) for weight in weights]

    def loss(k1, b1, k2, b2, k3, b3):
        hidden = ops.relu(ops.matmul(ops.relu(ops.matmul(x, k1) + b1), k2) + b2)
        p = ops.sigmoid(ops.matmul(hidden, k3) + b3)
        return -ops.mean(y * ops.log(p) + (1 - y) * ops.log(1 - p))

    for _ in range(3):
        gradients = autodiff.grad(loss, tuple(range(6)))(*[weight.numpy() for weight in by_hand])
        optimizer.apply(gradients, by_hand)
    compiled.fit(x, y, epochs=3, batch_size=len(x), verbose=0)
    for hand, fitted in zip(by_hand, compiled.get_weights()):
        np.testing.assert_allclose(hand.numpy(), fitted, atol=2e-5)


def test_s13_lambda():
    """'implement layers or functionality that is not prebuilt and which do not require trainable weights'"""
    snippet = "layer = keras.layers.Lambda(function, output_shape=None,mask=None,arguments=None)"
    layer = run(snippet, function=lambda x: np.sqrt(x**2 + 1))["layer"]
    assert list(inspect.signature(Lambda).parameters)[:4] == ["function", "output_shape", "mask", "arguments"]
    np.testing.assert_allclose(layer(np.array([[0.0, 1.0]])), [[1, 2**0.5]], rtol=1e-6)
    assert layer.get_weights() == []
    model = Sequential([keras.Input((2,)), Dense(3), layer, Dense(1)])
    model.compile("sgd", "mse")
    before = model.layers[0].get_weights()[0]
    model.train_on_batch(np.ones((4, 2)), np.ones((4, 1)))
    assert (model.layers[0].get_weights()[0] != before).all()  # the gradient found its way through


def test_s14_an_activation_given_as_a_function():
    snippet = "hidden_layer = lambda: Dense(num_hidden_neurons, activation=cntk.ops.relu)"
    factory = run(snippet, cntk=keras, num_hidden_neurons=5)["hidden_layer"]
    x = np.array([[-1.0, 1.0]])
    layer = factory()
    np.testing.assert_allclose(layer(x), np.maximum(x @ layer.kernel.numpy(), 0), rtol=1e-6)
    for function in (activations.relu, ops.relu, lambda z: np.maximum(z, 0)):
        model = Sequential([keras.Input((2,)), Dense(3, activation=function), Dense(1)])
        model.compile("sgd", "mse")
        assert np.isfinite(model.train_on_batch(x, np.ones((1, 1))))


def test_s15_compile(model):
    run(COMPILE, model=model)
    assert model.compiled and type(model.optimizer).__name__ == "Adam"
    for wrong, right in (
        ({"loss": "binary_crosentropy"}, "binary_crossentropy"),
        ({"optimizer": "adma"}, "adam"),
        ({"loss": "mse", "metrics": ["acuracy"]}, "accuracy"),
    ):
        with pytest.raises(ValueError, match=f"Did you mean '{right}'"):
            model.compile(**wrong)


def test_s16_one_machine_and_where_it_is_outgrown(model):
    """'The backend automatically chooses the best way … such as CPU or GPU or even distributed': Keras 3 does that."""
    assert keras.backend.backend() == keras.config.backend() == "numpy"
    with pytest.raises(AttributeError, match="one processor: that is where Keras 3 begins"):
        keras.distribution  # noqa: B018
    model.compile("adam", "binary_crossentropy", run_eagerly=False, jit_compile="auto")  # what Keras 3 takes runs here


def test_s17_reduce_mean(data):
    """'Computes the mean of elements across dimensions of a tensor. Axis input is the dimensions given'"""
    q, q_target = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[1.0, 1.0], [1.0, 1.0]])
    names = {"reduce_mean": ops.reduce_mean, "square": ops.square}
    snippet = "loss = reduce_mean(square(model - q_target), axis=0)"
    assert run(snippet, model=q, q_target=q_target, **names)["loss"].tolist() == [2.0, 8.5]

    def total(model):
        return np.sum(run(snippet, model=model, q_target=q_target, **names)["loss"])

    np.testing.assert_allclose(autodiff.grad(total)(q), q - q_target)
    assert ops.reduce_mean is ops.mean or ops.reduce_mean(q) == ops.mean(q)
    # as a loss of a model it is the mean squared error
    x, y = data["X"], np.column_stack([data["Y"], 1 - data["Y"]])
    histories = []
    for loss in (lambda q_target, q: ops.reduce_mean(ops.square(q - q_target), axis=0), "mse"):
        np.random.seed(7)
        model = Sequential([keras.Input((8,)), Dense(2)])
        model.compile("sgd", loss)
        histories.append(model.fit(x, y, epochs=3, verbose=0).history["loss"])
    np.testing.assert_allclose(histories[0], histories[1], rtol=1e-5)


def test_s18_a_library_of_optimizers():
    """'Importation from keras import optimizers'"""
    names = run("from kerasschool import optimizers")
    library = names["optimizers"]
    for name in ("SGD", "RMSprop", "Adam", "AdamW", "Adagrad", "Adadelta", "Adamax", "Nadam", "Ftrl", "Lion", "Lamb"):
        optimizer = getattr(library, name)(learning_rate=0.1)
        weight = keras.Variable([1.0])
        optimizer.apply([np.array([1.0], "float32")], [weight])
        assert weight.numpy()[0] < 1
    assert library.schedules.ExponentialDecay(0.1, 10, 0.5)(10) == pytest.approx(0.05)


def test_s19_the_cntk_learner():
    model = Sequential([keras.Input((2,)), Dense(1, use_bias=False)])
    model.layers[0].kernel = [[1.0], [2.0]]
    snippet = "learner = sgd(model.parameters,lr,gradient_clipping_threshold_per_sample=10)"
    learner = run(snippet, sgd=optimizers.sgd, model=model, lr=0.1)["learner"]
    (kernel,) = model.parameters
    kernel.grad[...] = [[8.0], [-500.0]]  # of the loss summed over a minibatch of 4
    learner.step(minibatch_size=4)
    # the mean gradient 2 is as it is; the sum -500 is bounded by 4 times 10
    np.testing.assert_allclose(kernel.numpy(), [[1 - 0.1 * 2], [2 + 0.1 * 10]], rtol=1e-6)


def test_s20_fit(data, compiled):
    snippet = FIT.replace("epochs=150", "epochs=2").replace("batch_size=10", "batch_size=10, verbose=0")
    history = run("history = " + snippet, model=compiled, **data)["history"]
    assert len(history.history["loss"]) == 2
    assert int(compiled.optimizer.iterations) == 2 * 27  # 266 rows in batches of 10; the last one is short
    for old in ("nepochs", "nb_epoch"):
        with pytest.warns(UserWarning, match=rf"`fit\({old}=…\)` is an old spelling. Today it is `fit\(epochs=…\)`"):
            history = compiled.fit(data["X"], data["Y"], **{old: 3}, verbose=0)
        assert history.epoch == [0, 1, 2]


def test_s21_evaluate(data, compiled):
    """'This will generate a prediction for each input and output pair and collect scores'"""
    scores = run(EVALUATE, model=compiled, **data)["scores"]
    p = compiled.predict(data["X"], verbose=0)[:, 0].astype(float)
    y = data["Y"]
    assert scores[0] == pytest.approx(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), rel=1e-5)
    assert scores[1] == pytest.approx(np.mean((p > 0.5) == y), rel=1e-6)
    assert compiled.metrics_names == ["loss", "accuracy"]
    _, (x_test, y_test) = datasets.penguins.load_data()
    assert len(x_test) == len(y_test) == 67  # 'separate your data into train and test datasets'


def test_s22_summary(model, capsys):
    run("model.summary()", model=model)
    printed = capsys.readouterr().out
    for line in ("Layer (type)", "Output Shape", "Param #", "(None, 12)", "108", "104", "Total params: 221 (884.00 B)"):
        assert line in printed


def test_s23_predict(data, compiled):
    """'the predictions will be in the range between 0 and 1 … a crisp binary prediction … by rounding them'"""
    run("model.fit(X, Y, epochs=30, batch_size=10, verbose=0)", model=compiled, **data)
    predictions = run(PREDICT, model=compiled, **data)["predictions"]
    assert predictions.shape == (266, 1)
    assert predictions.min() >= 0 and predictions.max() <= 1
    rounded = np.round(predictions)
    assert set(rounded.ravel()) == {0, 1}
    assert (rounded[:, 0] == data["Y"]).mean() > 0.9
    assert np.round(0.5) == 0  # why `>` and a threshold are clearer


def test_s24_graduation(data):
    """'Congrats you have graduated': the tutorial's own program, in the spelling of Keras 3, without a warning."""
    program = "\n".join(
        [
            "import numpy",
            "from keras.models import Sequential",
            "from keras.layers.core import Dense",
            "numpy.random.seed(7)",
            MODEL.replace("activation='relu'", "init='uniform', activation='relu'", 1),
            COMPILE,
            "model.fit(X, Y, nepochs=3, batch_size=10, verbose=0)",
            EVALUATE,
            PREDICT,
        ]
    )
    modern = keras.modernize(program)
    for old in ("layers.core", "input_dim", "init=", "nepochs"):
        assert old not in modern.code
    names = dict(data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(modern.code.replace("keras", "kerasschool"), names)
    assert names["predictions"].shape == (266, 1)
    assert names["model"].count_params() == 221
