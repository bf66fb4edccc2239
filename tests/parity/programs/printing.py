"""What is printed: summary of built and unbuilt models, verbose=2 lines, repr of layers and history."""

import contextlib
import io
import re

import keras
import numpy as np
from keras.layers import Dense

from tests.parity.programs import same_start

model = keras.Sequential([keras.Input((2,)), Dense(3, name="first"), keras.layers.Dropout(0.2), Dense(1)], name="shown")
same_start(model)
unbuilt = keras.Sequential([Dense(2), Dense(1)], name="later")
model.compile("sgd", "mse", metrics=["mae", "accuracy"])
screen = io.StringIO()
with contextlib.redirect_stdout(screen):
    model.summary()
    unbuilt.summary()
    x, y = np.ones((4, 2)), np.ones((4, 1))
    model.evaluate(x, y, verbose=2)
text = screen.getvalue()
history = model.fit(x, y, epochs=1, verbose=0)
model.summary(print_fn=(lines := []).append)
seen = {
    "text": re.sub(r"\d+m?u?s(/step)?", "TIME", text),
    "lines": lines,
    "repr": [repr(layer) for layer in model.layers],
    "history": type(history).__name__,
    "model": re.sub(r"0x[0-9a-f]+", "", repr(model)),
    "dtype": model.dtype,
    "inputs": [tuple(tensor.shape) for tensor in model.inputs],
    "outputs": [tuple(tensor.shape) for tensor in model.outputs],
    "optimizer": model.optimizer.__class__.__name__,
    "loss": model.loss,
    "stop": model.stop_training,
}
