"""Old programs, modernised, run on Keras 3.15 and on kerasschool, and learn alike."""

import keras
import numpy as np
import pytest

import kerasschool
from kerasschool import modernize
from kerasschool.modernizer import tables
from kerasschool.modernizer.names import moved

pytestmark = pytest.mark.keras

DATA = {"X": np.random.RandomState(0).normal(size=(20, 8)).astype("float32"), "Y": np.arange(20) % 2}

PROGRAMS = {
    "Keras 1": """
from keras.models import Sequential
from keras.layers.core import Dense, Activation
from keras.optimizers import sgd
from keras import backend as K

def squared(y_true, y_pred):
    return K.mean(K.square(y_pred - y_true), axis=-1)

model = Sequential()
model.add(Dense(output_dim=4, input_dim=8, init='zero', b_regularizer='l2', bias=True))
model.add(Activation('relu'))
model.add(Dense(1, init='one', activation='sigmoid', input_dim=4))
model.compile(loss=squared, optimizer=sgd(lr=0.5, decay=0.1, momentum=0.9), class_mode='binary')
history = model.fit(X, Y, nb_epoch=3, batch_size=10, verbose=0, show_accuracy=True, shuffle=False)
classes = model.predict_classes(X, verbose=0)
""",
    "tf.keras": """
import tensorflow as tf
from tensorflow import keras

model = tf.keras.models.Sequential([
    keras.layers.Dense(3, input_shape=(8,), kernel_initializer='zeros', activation=tf.nn.tanh),
    keras.layers.Dense(2, kernel_initializer='one', activation='softmax'),
])
model.compile(loss='sparse_categorical_crossentropy', optimizer=tf.keras.optimizers.Adam(lr=0.1), metrics=['acc'])
history = model.fit_generator(((X, Y) for _ in range(3)), steps_per_epoch=1, epochs=3, verbose=0, shuffle=False)
classes = model.predict_classes(X, verbose=0)
""",
    "the first Keras, and CNTK": """
import cntk
from cntk.learners import sgd
from keras.models import Sequential
from keras.layers.core import Dense
lr = 0.1
model = Sequential()
model.add(Dense(8, 4, init='zero', activation=cntk.ops.sigmoid))
model.add(Dense(4, 1, init='one'))
learner = sgd(model.parameters, lr, gradient_clipping_threshold_per_sample=0.01)

def loss(q_target, q):
    return cntk.reduce_mean(cntk.square(q - q_target), axis=-1)

model.compile(loss=loss, optimizer=learner, metrics=['mae'])
history = model.fit(X, Y, nb_epoch=3, batch_size=10, verbose=0, shuffle=False)
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_runs_and_learns_alike(name):
    code = modernize(PROGRAMS[name]).code
    on_keras, here = dict(DATA), dict(DATA)
    exec(code, on_keras)
    exec(code.replace("import keras", "import kerasschool as keras").replace("from keras", "from kerasschool"), here)
    assert type(on_keras["model"]).__module__.startswith("keras.")
    ours, theirs = here["history"].history, on_keras["history"].history
    assert list(ours) == list(theirs)
    for key in ours:
        np.testing.assert_allclose(ours[key], theirs[key], rtol=1e-4, err_msg=key)
    if "classes" in here:
        assert here["classes"].shape == on_keras["classes"].shape
        np.testing.assert_array_equal(here["classes"], on_keras["classes"])


def test_what_things_moved_to_is_in_keras():
    for place in {moved(new) for new in tables.MOVED.values()} - {"kerasschool.optimizers.sgd"}:
        found = keras
        for part in place.split(".")[1:]:
            found = getattr(found, part)


def test_new_arguments_are_those_of_keras():
    dense = keras.layers.Dense(1, **{new: None for new in tables.LAYER_ARGUMENTS.values() if new != "units"})
    assert dense.units == 1
    assert kerasschool.layers.Dense(1).units == 1
    for old, new in tables.INITIALIZERS.items():
        assert type(keras.initializers.get(old)) is type(keras.initializers.get(new))
    for new in tables.LOSSES.values():
        assert keras.losses.get(new)
