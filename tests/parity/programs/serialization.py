"""get_config and back, JSON and back, clone_model, save and load with custom objects, registered classes."""

import json
import os
import tempfile

import keras
import numpy as np

from tests.parity.programs import same_start


@keras.saving.register_keras_serializable(package="Mine")
class Twice(keras.layers.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return x * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def cube(x):
    return x**3


model = keras.Sequential(
    [
        keras.Input((3,), name="inputs"),
        keras.layers.Dense(4, activation="relu", kernel_regularizer="l2", name="a"),
        Twice(3.0, name="b"),
        keras.layers.Dense(2, kernel_initializer=keras.initializers.RandomNormal(stddev=0.1), name="c"),
    ],
    name="the_model",
)
same_start(model)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse", metrics=["mae"])
x = np.arange(12.0).reshape(4, 3)
model.fit(x, x[:, :2], epochs=1, verbose=0)
again = keras.Sequential.from_config(model.get_config())
from_json = keras.models.model_from_json(model.to_json())
cloned = keras.models.clone_model(model)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "model.keras")
    model.save(path)
    loaded = keras.models.load_model(path)
    weights = os.path.join(folder, "w.weights.h5")
    model.save_weights(weights)
    cloned.load_weights(weights)
with keras.saving.custom_object_scope({"cube": cube}):
    own = keras.activations.deserialize("cube")
dense = keras.layers.deserialize(keras.layers.serialize(keras.layers.Dense(3, activation="gelu", name="d")))
parsed = json.loads(model.to_json())
seen = {
    "config": json.loads(json.dumps(model.get_config()).replace("kerasschool", "keras")),
    "keys": sorted(parsed),
    "layers": [layer["class_name"] for layer in parsed["config"]["layers"]],
    "names": [layer.name for layer in again.layers] + [layer.name for layer in from_json.layers],
    "factor": (again.layers[1].factor, from_json.layers[1].factor, loaded.layers[1].factor),
    "same": bool(np.allclose(model.predict(x, verbose=0), loaded.predict(x, verbose=0))),
    "cloned": bool(np.allclose(model.predict(x, verbose=0), cloned.predict(x, verbose=0))),
    "compiled": loaded.evaluate(x, x[:, :2], verbose=0),
    "rate": float(loaded.optimizer.learning_rate),
    "own": own(2.0),
    "dense": (dense.units, dense.name, dense.activation.__name__),
    "optimizer": keras.optimizers.serialize(keras.optimizers.SGD(0.5))["class_name"],
    "registered": keras.saving.get_registered_name(Twice),
}
