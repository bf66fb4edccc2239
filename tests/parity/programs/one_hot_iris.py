"""Three classes with one-hot labels, to_categorical and argmax, several losses tried in a loop."""

import keras
import numpy as np
from keras.layers import Activation, Dense, Input
from keras.utils import to_categorical

from tests.parity.programs import same_start

rng = np.random.default_rng(4)
X = rng.normal(size=(45, 4))
labels = rng.integers(0, 3, 45)
Y = to_categorical(labels)
seen = {"one_hot": Y, "wide": to_categorical([0, 2], num_classes=4)}
for loss in ("categorical_crossentropy", "kl_divergence", "mean_squared_error", "categorical_focal_crossentropy"):
    model = keras.Sequential([Input(shape=(4,)), Dense(5), Activation("elu"), Dense(3), Activation("softmax")])
    same_start(model)
    model.compile(
        loss=loss,
        optimizer=keras.optimizers.SGD(learning_rate=0.1, momentum=0.9),
        metrics=["accuracy", "top_k_categorical_accuracy"],
    )
    history = model.fit(X, Y, epochs=2, batch_size=15, verbose=0, shuffle=False)
    seen[loss] = {"history": history.history, "score": model.evaluate(X, Y, verbose=0)}
    seen[loss]["report"] = f"loss: {seen[loss]['score'][0]:.3f}"
