"""Every optimizer by name and by class with options; variables, apply_gradients, iterations."""

import keras
import numpy as np

from tests.parity.programs import same_start

rng = np.random.default_rng(20)
x, y = rng.normal(size=(8, 3)).astype("float32"), rng.normal(size=(8, 1)).astype("float32")
seen = {}
for optimizer in (
    "sgd",
    "Adamax",
    "ftrl",
    "lion",
    keras.optimizers.Adadelta(0.5),
    keras.optimizers.SGD(learning_rate=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    keras.optimizers.Adam(amsgrad=True, clipvalue=0.1, use_ema=True, ema_momentum=0.9),
    keras.optimizers.RMSprop(centered=True, momentum=0.5, global_clipnorm=1.0, gradient_accumulation_steps=2),
):
    model = same_start(keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]))
    model.compile(optimizer=optimizer, loss="mse")
    history = model.fit(x, y, epochs=2, batch_size=4, verbose=0, shuffle=False)
    name = optimizer if isinstance(optimizer, str) else optimizer.name
    seen[name + str(len(seen))] = [history.history["loss"], model.get_weights(), int(model.optimizer.iterations)]
v = keras.Variable([1.0, 2.0])
sgd = keras.optimizers.SGD(0.1)
sgd.build([v])
sgd.apply_gradients([(np.array([1.0, -1.0], "float32"), v)])
sgd.apply([np.array([1.0, -1.0], "float32")], [v])
adam = keras.optimizers.get({"class_name": "Adam", "config": {"learning_rate": 0.25}})
seen["by hand"] = [v.numpy(), int(sgd.iterations), adam.get_config()["learning_rate"], adam.name]
