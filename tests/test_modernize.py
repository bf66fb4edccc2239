"""`modernize`, line by line: old programs in, programs for Keras 3 out; comments and layout survive."""

import textwrap

import pytest

from kerasschool import modernize

IMPORTS = "import keras\nfrom keras import ops, optimizers\nfrom keras.layers import *\nfrom keras.models import *\n"

# Lines of a program that has the imports above: old, and in the spelling of Keras 3.
LINES = [
    ("layer = Dense(12, init='uniform')", "layer = Dense(12, kernel_initializer='random_uniform')"),
    ('layer = Dense(12, kernel_initializer="normal")', 'layer = Dense(12, kernel_initializer="random_normal")'),
    ("layer = Dense(output_dim=3, bias=False)", "layer = Dense(units=3, use_bias=False)"),
    (
        "layer = Dense(64, 'uniform', 'relu')",
        "layer = Dense(64, kernel_initializer='random_uniform', activation='relu')",
    ),
    (
        "layer = Dense(3, W_regularizer=l2(0.01), b_constraint=None)",
        "layer = Dense(3, kernel_regularizer=l2(0.01), bias_constraint=None)",
    ),
    ("layer = Dropout(p=0.5)", "layer = Dropout(rate=0.5)"),
    ("layer = GaussianNoise(sigma=0.1)", "layer = GaussianNoise(stddev=0.1)"),
    ("layer = LeakyReLU(alpha=0.1)", "layer = LeakyReLU(negative_slope=0.1)"),
    ("layer = BatchNormalization(mode=0, momentum=0.9)", "layer = BatchNormalization(momentum=0.9)"),
    ("layer = BatchNormalization(mode=0)", "layer = BatchNormalization()"),
    ("layer = Embedding(input_dim=9, output_dim=2, input_length=4)", "layer = Embedding(input_dim=9, output_dim=2)"),
    ("o = optimizers.SGD(lr=0.1, decay=0.0)", "o = optimizers.SGD(learning_rate=0.1)"),
    ("o = optimizers.sgd(lr=0.1)", "o = optimizers.SGD(learning_rate=0.1)"),
    (
        "o = optimizers.SGD(lr=0.1, decay=1e-3)",
        "o = optimizers.SGD(learning_rate=optimizers.schedules.InverseTimeDecay(0.1, decay_steps=1, decay_rate=1e-3))",
    ),
    (
        "o = optimizers.SGD(decay=1e-3)",
        "o = optimizers.SGD(learning_rate=optimizers.schedules.InverseTimeDecay(0.01, decay_steps=1, decay_rate=1e-3))",
    ),
    ("o = optimizers.Adam(epsilon=None, decay=0)", "o = optimizers.Adam()"),
    ("model.compile('sgd', 'mse', metrics=['acc'])", "model.compile('sgd', 'mse', metrics=['accuracy'])"),
    (
        "model.compile(loss='cosine_proximity', optimizer='sgd', class_mode='binary')",
        "model.compile(loss='cosine_similarity', optimizer='sgd')",
    ),
    ("model.fit(X, Y, nb_epoch=3)", "model.fit(X, Y, epochs=3)"),
    ("model.fit(X, Y, nepochs=3, batch_size=2)", "model.fit(X, Y, epochs=3, batch_size=2)"),
    (
        "model.fit_generator(g(X, batch_size=8), samples_per_epoch=100, nb_epoch=2, nb_worker=2, pickle_safe=True)",
        "model.fit(g(X, batch_size=8), steps_per_epoch=13, epochs=2)",
    ),
    (
        "model.fit_generator(generator=g(X, batch_size=n), samples_per_epoch=len(X), nb_epoch=2)",
        "model.fit(x=g(X, batch_size=n), steps_per_epoch=len(X) // n, epochs=2)",
    ),
    ("model.fit_generator(g, 10, 2)", "model.fit(g, steps_per_epoch=10, epochs=2)"),
    ("model.evaluate_generator(g, 10)", "model.evaluate(g, steps=10)"),
    ("model.predict_generator(g, steps=3, workers=2)", "model.predict(g, steps=3)"),
    ("model.predict_proba(X)", "model.predict(X)"),
    ("h.history['acc'], h.history['val_acc']", "h.history['accuracy'], h.history['val_accuracy']"),
    ("h.history.get('val_acc')", "h.history.get('val_accuracy')"),
    (
        "keras.callbacks.EarlyStopping(monitor='val_acc')",
        "keras.callbacks.EarlyStopping(monitor='val_accuracy')",
    ),
    (
        "keras.callbacks.ModelCheckpoint('w-{epoch:02d}-{val_acc:.2f}.hdf5', save_best_only=True)",
        "keras.callbacks.ModelCheckpoint('w-{epoch:02d}-{val_accuracy:.2f}.keras', save_best_only=True)",
    ),
    (
        "keras.callbacks.ModelCheckpoint('w.h5', save_weights_only=True)",
        "keras.callbacks.ModelCheckpoint('w.weights.h5', save_weights_only=True)",
    ),
    ("keras.callbacks.ReduceLROnPlateau(epsilon=0.1)", "keras.callbacks.ReduceLROnPlateau(min_delta=0.1)"),
    ("model.save('m.h5'); n = load_model('m.h5')", "model.save('m.keras'); n = load_model('m.keras')"),
    (
        "model.save_weights('m.h5'); model.load_weights('m.h5')",
        "model.save_weights('m.weights.h5'); model.load_weights('m.weights.h5')",
    ),
    ("y = keras.utils.np_utils.to_categorical(y, nb_classes=3)", "y = keras.utils.to_categorical(y, num_classes=3)"),
    ("z = keras.backend.mean(keras.backend.square(x), axis=-1)", "z = keras.ops.mean(keras.ops.square(x), axis=-1)"),
    ("loss = reduce_mean(square(model - q_target), axis=0)", "loss = ops.mean(ops.square(model - q_target), axis=0)"),
    (
        "learner = sgd(model.parameters,lr,gradient_clipping_threshold_per_sample=10)",
        "learner = optimizers.SGD(learning_rate=lr, clipvalue=10)",
    ),
    (
        "learner = sgd(model.parameters, learning_rate_schedule(0.1, unit), gradient_clipping_threshold_per_sample=2,"
        " gradient_clipping_with_truncation=False)",
        "learner = optimizers.SGD(learning_rate=0.1, clipnorm=2)",
    ),
    ("model = Model(input=a, output=b)", "model = Model(inputs=a, outputs=b)"),
]


@pytest.mark.parametrize(("old", "new"), LINES, ids=[old for old, _ in LINES])
def test_a_line(old, new):
    result = modernize(IMPORTS + old)
    assert result.code == IMPORTS + new
    assert result.changes
    for change in result.changes:
        assert change.line == 5 and change.why.endswith(".") and change.old != change.new
    assert modernize(result.code).code == result.code


PROGRAMS = {
    "imports of Keras 1": (
        """
        from keras.models import Sequential
        from keras.layers.core import Dense, Dropout  # the usual ones
        from keras.layers.normalization import BatchNormalization
        from keras.layers.advanced_activations import (
            LeakyReLU,  # leaks
            PReLU,
        )
        from keras.regularizers import l2, activity_l2
        from keras.optimizers import SGD, adam as my_adam
        """,
        """
        from keras.models import Sequential
        from keras.layers import Dense, Dropout  # the usual ones
        from keras.layers import BatchNormalization
        from keras.layers import (
            LeakyReLU,  # leaks
            PReLU,
        )
        from keras.regularizers import l2, l2
        from keras.optimizers import SGD, Adam as my_adam
        """,
    ),
    "tf.keras": (
        """
        import tensorflow as tf
        from tensorflow import keras
        from tensorflow.keras import layers
        from tensorflow.keras.layers import Dense

        tf.random.set_seed(7)

        def loss(y, p):
            return tf.reduce_mean(tf.square(y - p), axis=-1)  # of each row

        model = tf.keras.Sequential([
            tf.keras.layers.Dense(4, input_shape=(3,)),
            layers.Dropout(0.1),
            Dense(1),
        ])
        """,
        """
        import keras
        from keras import layers, ops
        from keras.layers import Dense

        keras.utils.set_random_seed(7)

        def loss(y, p):
            return ops.mean(ops.square(y - p), axis=-1)  # of each row

        model = keras.Sequential([
            keras.layers.Input(shape=(3,)),
            keras.layers.Dense(4),
            layers.Dropout(0.1),
            Dense(1),
        ])
        """,
    ),
    "tensorflow stays where it is needed": (
        """
        import tensorflow as tf
        x = tf.square(tf.Variable(1.0))
        with tf.GradientTape() as tape:
            layer = tf.keras.layers.Dense(1)
        """,
        """
        import keras
        import tensorflow as tf
        x = tf.square(tf.Variable(1.0))
        with tf.GradientTape() as tape:
            layer = keras.layers.Dense(1)
        """,
    ),
    "backend": (
        """
        from keras import backend as K

        def loss(y, p):
            return K.mean(K.square(y - p), axis=-1)
        """,
        """
        from keras import ops

        def loss(y, p):
            return ops.mean(ops.square(y - p), axis=-1)
        """,
    ),
    "backend of which something is left": (
        """
        import keras.backend as K

        def loss(y, p):
            return K.mean(K.square(y - p) + K.epsilon())
        """,
        """
        from keras import ops
        import keras.backend as K

        def loss(y, p):
            return ops.mean(ops.square(y - p) + K.epsilon())
        """,
    ),
    "np_utils": (
        """
        from keras.utils import np_utils
        y = np_utils.to_categorical(y)
        """,
        """
        from keras.utils import to_categorical
        y = to_categorical(y)
        """,
    ),
    "one lower-case optimizer": (
        """
        from keras.optimizers import sgd, rmsprop
        o = [sgd(lr=0.1), rmsprop()]
        """,
        """
        from keras.optimizers import SGD, RMSprop
        o = [SGD(learning_rate=0.1), RMSprop()]
        """,
    ),
    "cntk": (
        """
        import cntk
        from cntk.learners import sgd
        hidden_layer = lambda: Dense(num_hidden_neurons, activation=cntk.ops.relu)
        learner = sgd(model.parameters,lr,gradient_clipping_threshold_per_sample=10)
        """,
        """
        import keras
        from keras import ops
        hidden_layer = lambda: Dense(num_hidden_neurons, activation=ops.relu)
        learner = keras.optimizers.SGD(learning_rate=lr, clipvalue=10)
        """,
    ),
    "the first Keras": (
        """
        from keras.layers.core import Dense, Activation
        model = Sequential()
        model.add(Dense(20, 64, init='uniform'))
        model.add(Activation('tanh'))
        model.add(Dense(64, 2))
        model.add(Activation('softmax'))
        c = model.predict_classes(X, verbose=0)
        """,
        """
        from keras.layers import Dense, Activation, Input
        model = Sequential()
        model.add(Input(shape=(20,)))
        model.add(Dense(64, kernel_initializer='random_uniform'))
        model.add(Activation('tanh'))
        model.add(Dense(2))
        model.add(Activation('softmax'))
        c = model.predict(X, verbose=0).argmax(axis=-1)
        """,
    ),
    "accuracy": (
        """
        model = Sequential([Dense(1, activation='sigmoid')])
        model.compile(
            loss='mse',  # squared
            optimizer='sgd',
        )
        model.fit(X, Y, show_accuracy=True,
                  nb_epoch=2)
        classes = model.predict_classes(X)
        """,
        """
        model = Sequential([Dense(1, activation='sigmoid')])
        model.compile(
            loss='mse',  # squared
            optimizer='sgd', metrics=['accuracy']
        )
        model.fit(X, Y,
                  epochs=2)
        classes = (model.predict(X) > 0.5).astype('int32')
        """,
    ),
    "comments and lines of their own": (
        """
        layer = Dense(
            12,
            init='uniform',  # small numbers
            bias=True,
        )
        layer = BatchNormalization(
            mode=0,
            momentum=0.9,   # slow
            beta_init='zero'
        )
        """,
        """
        layer = Dense(
            12,
            kernel_initializer='random_uniform',  # small numbers
            use_bias=True,
        )
        layer = BatchNormalization(
            momentum=0.9,   # slow
            beta_initializer='zeros'
        )
        """,
    ),
    "programs of kerasschool stay with kerasschool": (
        """
        import kerasschool as keras
        from kerasschool.ops import reduce_mean, square
        from kerasschool.layers import Dense
        from kerasschool.optimizers import sgd
        model = keras.Sequential([Dense(2, input_dim=3)])
        loss = reduce_mean(square(model - q_target), axis=0)
        """,
        """
        import kerasschool as keras
        from kerasschool.ops import mean, square
        from kerasschool.layers import Dense, Input
        from kerasschool.optimizers import sgd
        model = keras.Sequential([Input(shape=(3,)), Dense(2)])
        loss = mean(square(model - q_target), axis=0)
        """,
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program(name):
    old, new = (textwrap.dedent(text).lstrip("\n") for text in PROGRAMS[name])
    assert modernize(old).code == new
    again = modernize(new)
    assert again.code == new and not [change for change in again.changes if "by hand" not in change.why]


# Where the Input goes

PLACES = [
    (
        "model = Sequential()\nmodel.add(Dense(3, input_dim=8))\nmodel.add(Dense(1, input_dim=3))",
        "model = Sequential()\nmodel.add(Input(shape=(8,)))\nmodel.add(Dense(3))\nmodel.add(Dense(1))",
    ),
    (
        "if True:\n    m = Sequential()  # new\n    m.add(Flatten(input_shape=(4, 4)))",
        "if True:\n    m = Sequential()  # new\n    m.add(Input(shape=(4, 4)))\n    m.add(Flatten())",
    ),
    (
        "m = Sequential(); m.add(Dense(3, input_shape=[8]))",
        "m = Sequential(); m.add(Input(shape=[8])); m.add(Dense(3))",
    ),
    ("m = Sequential([Dense(3, input_shape=X.shape[1:])])", "m = Sequential([Input(shape=X.shape[1:]), Dense(3)])"),
    ("m = Sequential([Dense(3, input_shape=8)])", "m = Sequential([Input(shape=(8,)), Dense(3)])"),
    ("m = Sequential((Dense(3, input_dim=n), Dense(1)))", "m = Sequential((Input(shape=(n,)), Dense(3), Dense(1)))"),
    (
        "m = Sequential([Dense(3, batch_input_shape=(2, 8))])",
        "m = Sequential([Input(batch_shape=(2, 8)), Dense(3)])",
    ),
    (
        "l1 = Dense(3, input_dim=8)\nm = Sequential([l1, l2])",
        "l1 = Dense(3)\nm = Sequential([Input(shape=(8,)), l1, l2])",
    ),
    (
        "l1 = Dense(3, input_dim=8)\nm = Sequential()\nm.add(l1)",
        "l1 = Dense(3)\nm = Sequential()\nm.add(Input(shape=(8,)))\nm.add(l1)",
    ),
    (
        "m = Sequential()\nm.add(Input(shape=(8,)))\nm.add(Dense(3, input_dim=8))",
        "m = Sequential()\nm.add(Input(shape=(8,)))\nm.add(Dense(3))",
    ),
    (
        "m = Sequential()\nm.add(Dense(3, input_dim=8))\nm = Sequential()\nm.add(Dense(1, input_dim=2))",
        "m = Sequential()\nm.add(Input(shape=(8,)))\nm.add(Dense(3))\n"
        "m = Sequential()\nm.add(Input(shape=(2,)))\nm.add(Dense(1))",
    ),
]


@pytest.mark.parametrize(("old", "new"), PLACES, ids=[old for old, _ in PLACES])
def test_the_input_comes_first(old, new):
    result = modernize(IMPORTS + old)
    assert result.code == IMPORTS + new
    assert not result.remarks
    assert modernize(result.code).code == result.code


@pytest.mark.parametrize(
    "code",
    [
        "for units in sizes:\n    model.add(Dense(units, input_dim=8))",
        "if deep:\n    model.add(Dense(3))\nmodel.add(Dense(3, input_dim=8))",
        "hidden = lambda: Dense(3, input_dim=8)",
        "y = Dense(3, input_shape=(8,))(x)",
        "layers = [Dense(3, input_dim=8)]",
        "def make(first):\n    return Sequential([first, Dense(3, input_dim=8)])",
    ],
)
def test_where_it_cannot_be_told_a_remark_says_so(code):
    result = modernize(IMPORTS + code)
    assert result.code == IMPORTS + code
    (remark,) = result.remarks
    assert "input_" in remark.old and "Put an `Input(shape=…)` in front of the first layer" in remark.why
