"""Whole models, drawn at random, trained here and in Keras: every entry of History and every weight agree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kerasschool

keras = None  # imported when the first test of this file runs

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module", autouse=True)
def real_keras():
    global keras
    import keras as module

    keras = module


def build(api, plan):
    """The same model in either library."""
    layers = [api.layers.Input((plan["inputs"],))]
    for units, activation, extra in plan["hidden"]:
        layers.append(api.layers.Dense(units, activation=activation, **extra))
        if plan["normalize"]:
            layers.append(api.layers.BatchNormalization())
    layers.append(api.layers.Dense(plan["outputs"], activation=plan["end"], use_bias=plan["use_bias"]))
    return api.Sequential(layers)


TASKS = {
    "binary": ("sigmoid", "binary_crossentropy", ["accuracy", "mse"]),
    "one_hot": ("softmax", "categorical_crossentropy", ["accuracy"]),
    "classes": ("softmax", "sparse_categorical_crossentropy", ["acc"]),
    "numbers": (None, "mse", ["mae"]),
    "numbers_huber": ("tanh", "huber", []),
    "logits": (None, "hinge", []),
}
OPTIMIZERS = {
    "sgd": {"learning_rate": 0.1},
    "momentum": {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True},
    "adam": {"learning_rate": 0.01},
    "rmsprop": {"learning_rate": 0.01},
    "adamw": {"learning_rate": 0.01, "clipnorm": 0.5},
}
CLASSES = {"sgd": "SGD", "momentum": "SGD", "adam": "Adam", "rmsprop": "RMSprop", "adamw": "AdamW"}


@st.composite
def plans(draw):
    task = draw(st.sampled_from(sorted(TASKS)))
    extras = [
        {},
        {"kernel_regularizer": "l2"},
        {"use_bias": False},
        {"kernel_constraint": "max_norm"},
        {"activity_regularizer": "l2"},
    ]
    hidden = draw(
        st.lists(
            st.tuples(
                st.integers(1, 6),
                st.sampled_from(["relu", "tanh", "sigmoid", "elu", "gelu", "softplus", None]),
                st.sampled_from(extras),
            ),
            max_size=3,
        )
    )
    return {
        "task": task,
        "inputs": draw(st.integers(1, 5)),
        "outputs": draw(st.integers(2, 4)) if task in ("one_hot", "classes") else draw(st.integers(1, 3)),
        "end": TASKS[task][0],
        "hidden": hidden,
        "normalize": draw(st.booleans()) and draw(st.booleans()),
        "use_bias": draw(st.booleans()),
        "optimizer": draw(st.sampled_from(sorted(OPTIMIZERS))),
        "batch_size": draw(st.integers(1, 9)),
        "weighted": draw(st.booleans()),
        "validation": draw(st.sampled_from([0.0, 0.25])),
        "seed": draw(st.integers(0, 1000)),
    }


def rows(plan):
    rng = np.random.default_rng(plan["seed"])
    n = 17
    x = rng.normal(size=(n, plan["inputs"])).astype("float32")
    outputs, task = plan["outputs"], plan["task"]
    if task in ("binary", "logits"):
        y = rng.integers(0, 2, (n, outputs)).astype("float32")
    elif task == "one_hot":
        y = np.eye(outputs, dtype="float32")[rng.integers(0, outputs, n)]
    elif task == "classes":
        y = rng.integers(0, outputs, n)
    else:
        y = rng.normal(size=(n, outputs)).astype("float32")
    weight = rng.uniform(0.2, 2, n).astype("float32") if plan["weighted"] else None
    return x, y, weight


@settings(max_examples=15, deadline=None)
@given(plans())
def test_random_models_train_alike(plan):
    x, y, weight = rows(plan)
    ours, theirs = build(kerasschool, plan), build(keras, plan)
    rng = np.random.default_rng(1)
    theirs.set_weights([rng.normal(0.1, 0.5, w.shape) if w.ndim > 1 else w for w in theirs.get_weights()])
    ours.set_weights(theirs.get_weights())
    histories = []
    for api, model in ((kerasschool, ours), (keras, theirs)):
        optimizer = getattr(api.optimizers, CLASSES[plan["optimizer"]])(**OPTIMIZERS[plan["optimizer"]])
        _, loss, metrics = TASKS[plan["task"]]
        model.compile(
            optimizer=optimizer,
            loss=loss,
            metrics=list(metrics),
            weighted_metrics=list(metrics) if plan["weighted"] and "mae" in metrics else None,
        )
        histories.append(
            model.fit(
                x,
                y,
                sample_weight=weight,
                batch_size=plan["batch_size"],
                epochs=3,
                shuffle=False,
                validation_split=plan["validation"],
                verbose=0,
            ).history
        )
    assert sorted(histories[0]) == sorted(histories[1])
    for name, numbers in histories[1].items():
        np.testing.assert_allclose(histories[0][name], numbers, rtol=2e-3, atol=2e-4, err_msg=name)
    for mine, real in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, real, rtol=2e-3, atol=5e-4)
    np.testing.assert_allclose(ours.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=2e-3, atol=1e-3)


@pytest.mark.parametrize(
    ("metrics", "weighted"), [(["mse", "accuracy", "mae"], None), (["mae"], ["mse"]), ([], ["mae"])]
)
def test_names_and_order_of_metrics(metrics, weighted):
    x, y, w = np.ones((6, 2), "float32"), np.arange(6, dtype="float32"), np.arange(1, 7, dtype="float32")
    found = []
    for api in (kerasschool, keras):
        model = api.Sequential([api.layers.Input((2,)), api.layers.Dense(1, kernel_initializer="ones")])
        model.compile(loss="mse", optimizer="sgd", metrics=list(metrics), weighted_metrics=weighted)
        history = model.fit(x, y, sample_weight=w, verbose=0).history
        found.append((list(history), model.evaluate(x, y, sample_weight=w, verbose=0)))
    assert found[0][0] == found[1][0]
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-5)


def test_a_name_that_is_asked_for_twice():
    """Keras's `evaluate` lists the first of two alike names twice; ours lists every metric once."""
    x, y, w = np.ones((6, 2), "float32"), np.arange(6, dtype="float32"), np.arange(1, 7, dtype="float32")
    found = []
    for api in (kerasschool, keras):
        model = api.Sequential([api.layers.Input((2,)), api.layers.Dense(1, kernel_initializer="ones")])
        model.compile(loss="mse", optimizer="sgd", metrics=["mae"], weighted_metrics=["mae", "mse"])
        found.append(model.fit(x, y, sample_weight=w, verbose=0).history)
    assert list(found[0]) == list(found[1]) == ["loss", "mae", "mse", "weighted_mae"]
    for name, values in found[1].items():
        np.testing.assert_allclose(found[0][name], values, rtol=1e-5)
