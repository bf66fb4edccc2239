"""keras.utils: to_categorical, normalize, split_dataset, set_random_seed, get_file-free helpers; config settings."""

import keras
import numpy as np

seen = {
    "categorical": keras.utils.to_categorical([0, 2, 1]),
    "flat": keras.utils.to_categorical(np.array([[0], [1]]), 2).shape,
    "normalize": keras.utils.normalize(np.array([[3.0, 4.0], [0.0, 2.0]])),
    "l1": keras.utils.normalize([[3.0, 1.0]], order=1, axis=-1),
    "backend_kind": isinstance(keras.config.backend(), str),
    "epsilon": keras.config.epsilon(),
    "floatx": keras.config.floatx(),
    "old": (keras.backend.floatx(), keras.backend.epsilon()),
    "image": keras.config.image_data_format(),
    "version": keras.__version__.count(".") >= 1,
}
keras.utils.set_random_seed(1)
first = keras.layers.Dense(3)(np.ones((1, 2)))
keras.utils.set_random_seed(1)
second = keras.layers.Dense(3)(np.ones((1, 2)))
seen["seeded"] = bool(np.all(np.array(first) == np.array(second)))
keras.backend.clear_session()
seen["name"] = keras.layers.Dense(1).name
keras.utils.clear_session()
seen["again"] = [keras.layers.Dense(1).name, keras.layers.Dense(1).name, keras.Sequential().name]
progress = keras.utils.Progbar(3, verbose=0)
progress.update(1, values=[("loss", 0.5)])
scope = keras.utils.get_custom_objects()
scope["my_relu"] = abs
seen["custom"] = keras.saving.get_registered_object("my_relu")(-2.0)
scope.clear()
keras.config.set_floatx("float32")
keras.config.set_epsilon(1e-7)
