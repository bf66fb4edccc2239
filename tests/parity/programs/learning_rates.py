"""Learning rates: schedules in the optimizer, LearningRateScheduler, ReduceLROnPlateau, assign."""

import keras
import numpy as np

from tests.parity.programs import same_start

rng = np.random.default_rng(10)
x, y = rng.normal(size=(16, 3)).astype("float32"), rng.normal(size=(16, 1)).astype("float32")


def make(optimizer):
    model = same_start(keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]))
    model.compile(optimizer=optimizer, loss="mean_squared_error")
    return model


seen = {}
schedules = {
    "exponential": keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=2, decay_rate=0.5, staircase=True),
    "cosine": keras.optimizers.schedules.CosineDecay(0.1, decay_steps=6, warmup_target=0.2, warmup_steps=2),
    "pieces": keras.optimizers.schedules.PiecewiseConstantDecay([1, 3], [0.1, 0.05, 0.01]),
    "inverse": keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.5),
}
for name, schedule in schedules.items():
    model = make(keras.optimizers.SGD(learning_rate=schedule))
    model.fit(x, y, epochs=2, batch_size=8, verbose=0, shuffle=False)
    seen[name] = [
        float(model.optimizer.learning_rate),
        model.get_weights(),
        [float(schedule(step)) for step in range(5)],
    ]


def step_decay(epoch, lr):
    return lr if epoch < 1 else lr * np.exp(-0.1)


model = make("adam")
model.optimizer.learning_rate.assign(0.05)
plateau = keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.2, patience=1, min_delta=10, min_lr=1e-5)
history = model.fit(
    x, y, epochs=4, verbose=0, shuffle=False, callbacks=[keras.callbacks.LearningRateScheduler(step_decay), plateau]
)
seen["history"] = history.history
model.optimizer.learning_rate = 0.003
seen["now"] = float(model.optimizer.learning_rate.numpy())
seen["config"] = {k: v for k, v in model.optimizer.get_config().items() if k != "is_legacy_optimizer"}
seen["text"] = f"{float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)):.4f}"
