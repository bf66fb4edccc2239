"""scikit-learn's MLPClassifier, told to train like the others: no penalty, no early end. It reports the loss only."""

import warnings

import sklearn.exceptions
import sklearn.metrics
import sklearn.neural_network


def new_classifier(network, epochs):
    return sklearn.neural_network.MLPClassifier(
        hidden_layer_sizes=network.sizes[1:-1],
        batch_size=network.batch_size,
        max_iter=epochs,
        alpha=0.0,
        tol=0.0,
        n_iter_no_change=epochs + 1,
    )


def fitted(network, epochs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sklearn.exceptions.ConvergenceWarning)
        return new_classifier(network, epochs).fit(*network.data())


def fit(network, variant):
    return lambda epochs: fitted(network, epochs).loss_


def predict(network, variant, rows, batch_size=None):
    classifier, (x, _) = fitted(network, 1), network.data(rows)

    def run(calls):
        for _ in range(calls):
            classifier.predict_proba(x)

    return run


def evaluate(network, variant, rows):
    classifier, (x, y) = fitted(network, 1), network.data(rows)

    def run(calls):
        for _ in range(calls):
            p = classifier.predict_proba(x)
            sklearn.metrics.log_loss(y, p)
            sklearn.metrics.accuracy_score(y, classifier.classes_[p.argmax(axis=1)])

    return run
