"""The same program for kerasschool and for Keras: only the import differs.

Keras's backend is chosen by the environment variable KERAS_BACKEND, before its process starts.
"""

import importlib


def new_model(library, network):
    """The compiled model; `library` is `"kerasschool"` or `"keras"`."""
    keras = importlib.import_module(library)
    *hidden, outputs = network.sizes[1:]
    model = keras.Sequential([keras.Input(shape=(network.sizes[0],))])
    for units in hidden:
        model.add(keras.layers.Dense(units, activation="relu"))
    model.add(keras.layers.Dense(outputs, activation="sigmoid" if network.is_binary else "softmax"))
    model.compile(optimizer="adam", loss=network.loss, metrics=["accuracy"])
    return model


def fit(network, variant):
    model = new_model(variant, network)
    x, y = network.data()

    def run(epochs):
        history = model.fit(x, y, epochs=epochs, batch_size=network.batch_size, verbose=0)
        return history.history["loss"][-1]

    return run


def fit_again(network, variant, epochs):
    """A repeat is a `fit` of so many epochs."""
    model = new_model(variant, network)
    x, y = network.data()

    def run(calls):
        for _ in range(calls):
            model.fit(x, y, epochs=epochs, batch_size=network.batch_size, verbose=0)

    return run


def predict(network, variant, rows, batch_size=None):
    model = new_model(variant, network)
    x, _ = network.data(rows)

    def run(calls):
        for _ in range(calls):
            model.predict(x, batch_size=batch_size, verbose=0)

    return run


def evaluate(network, variant, rows):
    model = new_model(variant, network)
    x, y = network.data(rows)

    def run(calls):
        for _ in range(calls):
            model.evaluate(x, y, verbose=0)

    return run


def trials(network, variant, replicas):
    """A repeat is an epoch of so many replicas, trained as one stack."""
    from kerasschool import Trials

    stack = Trials(new_model(variant, network), seeds=range(replicas))
    x, y = network.data()

    def run(epochs):
        history = stack.fit(x, y, epochs=epochs, batch_size=network.batch_size, verbose=0)
        return float(history["loss"][:, -1].mean())

    return run
