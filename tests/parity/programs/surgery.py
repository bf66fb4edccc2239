"""Model surgery: add, pop, layers by number and by name, weights moved from one model to another."""

import keras
import numpy as np
from keras import layers

from tests.parity.programs import same_start

model = keras.Sequential(name="my_sequential")
model.add(keras.Input(shape=(5,)))
model.add(layers.Dense(2, activation="relu", name="layer1"))
model.add(layers.Dense(3, activation="relu", name="layer2"))
model.add(layers.Dense(4, name="layer3"))
same_start(model)
seen = {"count": len(model.layers), "names": [layer.name for layer in model.layers]}
model.pop()
seen["after"] = (len(model.layers), model.output_shape)
model.add(layers.Dense(1, activation="sigmoid", name="new"))
seen["built"] = (model.built, [tuple(w.shape) for w in model.weights])
kernel, bias = model.layers[0].get_weights()
model.layers[0].set_weights([kernel * 2, bias + 1])
twin = keras.models.clone_model(model)
twin.set_weights(model.get_weights())
x = np.linspace(-1, 1, 15).reshape(3, 5)
np.testing.assert_allclose(model.predict(x, verbose=0), twin.predict(x, verbose=0), rtol=1e-6)
seen["kernel"] = model.layers[0].kernel.numpy()
seen["bias"] = np.array(model.get_layer("layer1").bias)
seen["path"] = [w.path for w in model.weights]
seen["index"] = model.get_layer(index=1).name
seen["trainable"] = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
late = keras.Sequential([layers.Dense(2), layers.Dense(3)])
seen["unbuilt"] = (late.built, len(late.layers))
late(np.ones((1, 4)))
seen["late"] = (late.built, [tuple(w.shape) for w in late.weights], [str(w.dtype) for w in late.get_weights()])
for layer in late.layers:
    layer.kernel.assign(np.ones(layer.kernel.shape))
seen["ones"] = np.asarray(late(np.ones((2, 4))))
seen["input_output"] = [(tuple(layer.output.shape), layer.units) for layer in model.layers]
