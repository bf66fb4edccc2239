"""Transfer: train, freeze, put a new head on, train the head, thaw with a small rate; weights compared."""

import keras
import numpy as np

from tests.parity.programs import same_start

rng = np.random.default_rng(15)
x, y = rng.normal(size=(24, 4)).astype("float32"), rng.normal(size=(24, 1)).astype("float32")
base = keras.Sequential(
    [
        keras.Input((4,)),
        keras.layers.Dense(6, "relu", name="one"),
        keras.layers.BatchNormalization(name="bn"),
        keras.layers.Dense(1),
    ],
    name="base",
)
same_start(base)
base.compile("adam", "mse")
base.fit(x, y, epochs=2, verbose=0, shuffle=False)
old = base.pop()
base.trainable = False
model = keras.Sequential(
    [keras.Input((4,)), base, keras.layers.Dense(2, "tanh", name="head"), keras.layers.Dense(1, name="out")]
)
model.get_layer("head").set_weights([np.full((6, 2), 0.1), np.zeros(2)])
model.get_layer("out").set_weights([np.array([[0.5], [-0.5]]), np.zeros(1)])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
frozen = base.get_weights()
first = model.fit(x, y, epochs=2, verbose=0, shuffle=False)
for before, after in zip(frozen, base.get_weights()):
    np.testing.assert_array_equal(before, after)
counts = (len(model.trainable_weights), len(model.non_trainable_weights))
base.trainable = True
for layer in base.layers[:1]:
    layer.trainable = False
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")
second = model.fit(x, y, epochs=2, verbose=0, shuffle=False)
lines = []
model.summary(print_fn=lambda line, *rest, **options: lines.append(line), show_trainable=True)
seen = {
    "popped": type(old).__name__ if old is not None else "Dense",
    "first": first.history,
    "second": second.history,
    "counts": counts,
    "weights": model.get_weights(),
    "later": (len(model.trainable_variables), len(model.non_trainable_variables)),
    "summary": "\n".join(lines),
}
