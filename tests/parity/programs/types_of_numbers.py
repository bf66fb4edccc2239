"""Types of numbers: one layer in double precision; whole numbers, booleans and lists given to predict."""

import keras
import numpy as np

layer = keras.layers.Dense(3, dtype="float64")
layer.build((None, 4))
model = keras.Sequential(
    [
        keras.Input((4,)),
        keras.layers.Dense(2, kernel_initializer="ones", bias_initializer=keras.initializers.Constant(0.5)),
    ]
)
x = np.arange(8).reshape(2, 4)
seen = {
    "dtype": str(layer.kernel.dtype),
    "compute": layer.compute_dtype,
    "policy": layer.dtype,
    "ints": model.predict(x, verbose=0),
    "kind": model.predict(x, verbose=0).dtype.name,
    "floats": model.predict(x.astype("float64"), verbose=0).dtype.name,
    "lists": model.predict(np.array([[1, 2, 3, 4.0]]), verbose=0)[0],
    "bools": model.predict(x > 3, verbose=0),
    "call": str(np.array(model(x)).dtype),
    "zero": layer.bias.numpy().shape,
}
