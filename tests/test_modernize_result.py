"""`modernize`: what is left to do by hand, what stays as it is, how the result reads, errors, and any text at all."""

import ast
import contextlib
import textwrap
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kerasschool
from kerasschool import modernize
from kerasschool.modernizer import tables
from kerasschool.modernizer.names import moved
from tests.test_modernize import IMPORTS, LINES, PLACES

# What is left to do by hand

REMARKS = [
    ("import numpy\nnumpy.random.seed(7)", "keras.utils.set_random_seed(7)"),
    ("from keras.layers import Merge\nm = Merge([a, b])", "Concatenate"),
    ("from keras import backend as K\nf = K.function([a], [b])", "call the model"),
    ("import tensorflow as tf\ns = tf.Session()", "no sessions"),
    ("model.fit_generator(g, samples_per_epoch=100, nb_epoch=1)", "counts rows"),
    ("c = model.predict_classes(X)", "argmax"),
    ("learner = sgd(model.parameters, lr, momentum=0.9)", "keras.optimizers.SGD"),
    ("model.add(Dense(3, weights=[w, b]))", "set_weights"),
]


@pytest.mark.parametrize(("code", "advice"), REMARKS)
def test_remarks(code, advice):
    result = modernize(code)
    assert any(advice in remark.why for remark in result.remarks)
    for remark in result.remarks:
        assert remark.old in code and 1 <= remark.line <= code.count("\n") + 1


def test_the_seed_is_not_mentioned_where_all_is_seeded():
    assert not modernize("import numpy, keras\nnumpy.random.seed(7)\nkeras.utils.set_random_seed(7)").remarks


def test_a_piece_without_imports_says_what_to_import():
    result = modernize("model.add(Dense(12, input_dim=8, init='uniform',activation='relu'))")
    assert result.code == (
        "model.add(Input(shape=(8,)))\n"
        "model.add(Dense(12, kernel_initializer='random_uniform',activation='relu'))"
    )  # fmt: skip
    assert [remark.old for remark in result.remarks] == ["from keras.layers import Input"]


def test_names_of_the_program_are_left_alone():
    code = textwrap.dedent(
        """
        import numpy as np
        from sklearn.linear_model import SGDClassifier
        from mylib import Dense, K
        def square(x): return x * x
        def acc(y, p): return 1.0
        layer = Dense(3, init='uniform', input_dim=4)
        z = K.mean(square(x)); w = np.square(z)
        model.compile('sgd', 'mse', metrics=[acc]); model.history['acc']
        clf = SGDClassifier().fit(X, y); p = clf.predict_proba(X)
        re.compile(pattern); d['acc']; reduce_mean = 3
        """
    )
    result = modernize(code)
    assert result.code == code and not result.changes


MODERN = """
import numpy as np
import keras
from keras import layers, ops
from keras.layers import Dense, Input, Embedding

keras.utils.set_random_seed(7)
model = keras.Sequential([Input(shape=(8,)), Dense(12, "relu", kernel_initializer="random_uniform"), layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.01), loss="mse", metrics=["accuracy"])
history = model.fit(np.zeros((4, 8)), np.zeros(4), epochs=1, batch_size=2, verbose=0)
print(history.history["accuracy"], f"{history.history['loss'][-1]:.2f}", ops.mean(ops.square(model.predict(np.zeros((1, 8))))))
model.save("m.keras"); model.save_weights("m.weights.h5")
embedding = Embedding(input_dim=10, output_dim=3)
keras.callbacks.EarlyStopping(monitor="val_accuracy")
"""  # noqa: E501


def test_modern_programs_stay_as_they_are():
    result = modernize(MODERN)
    assert result.code == MODERN and result.changes == [] and result.remarks == []


def test_line_ends_and_letters_survive():
    code = (
        "from keras.layers.core import Dense\r\n%matplotlib inline\r\nñ = Dense(3, init='normal')  # größer\r\n!ls\r\n"
    )
    new = (
        "from keras.layers import Dense\r\n%matplotlib inline\r\n"
        "ñ = Dense(3, kernel_initializer='random_normal')  # größer\r\n!ls\r\n"
    )
    assert modernize(code).code == new


def test_f_strings():
    code = IMPORTS + "h = model.fit(X, Y)\nprint(f\"{h.history['acc'][-1]:.2f}\", f'{keras.backend.mean(1)}')"
    new = modernize(code).code
    ast.parse(new)
    assert "{h.history['accuracy'][-1]:.2f}" in new
    # an import that only an f-string needs is not taken away
    left = modernize("from keras import backend as K\nx = K.mean(y)\nprint(f'{K.floatx() + str(K.epsilon()):>9}')").code
    assert "backend as K" in left and "x = ops.mean(y)" in left


def test_nothing_is_executed(tmp_path):
    marker = tmp_path / "made"
    modernize(f"import pathlib\npathlib.Path({str(marker)!r}).touch()\nx = Dense(3, init='uniform')")
    assert not marker.exists()


# The result

RESULT = modernize("from keras.layers.core import Dense\nimport numpy\nnumpy.random.seed(7)\na = Dense(1, init='zero')\nb = Dense(2, init='one')")  # noqa: E501  # fmt: skip


def test_a_result_reads_well():
    text = repr(RESULT)
    assert text.startswith(
        "5 changes\n  line 1: from keras.layers.core import Dense → from keras.layers import Dense\n"
    )
    assert "lines 4, 5: init= → kernel_initializer=\n      `init` is called `kernel_initializer`." in text
    assert "1 remark\n  line 3: numpy.random.seed(7)" in text
    assert text.endswith("\n" + RESULT.code)
    assert repr(modernize("x = 1")).startswith("No changes\n")


def test_a_result_in_a_notebook():
    html = RESULT._repr_html_()
    assert "<b>5 changes</b>" in html and "<td>lines 4, 5</td>" in html
    assert "<code>init</code> is called <code>kernel_initializer</code>." in html
    risky = modernize("x = Dense(3, init='uniform')  # <script>alert(1)</script>")._repr_html_()
    assert "<script>" not in risky and "&lt;script&gt;" in risky


# Errors

ERRORS = [
    ("x = (", "Line 1"),
    ("print 'hello'", "Python 2"),
    (">>> x = 1", "prompts"),
    ("  x = 1", "blanks at the beginning"),
    ("x = 1\ny = = 2", "Line 2: 'y = = 2'"),
    ("x = '\x00'", "not a Python 3 program"),
    ("\ud800", "not a Python 3 program"),
    ("(" * 5000 + ")" * 5000, "."),
]


@pytest.mark.parametrize(("code", "says"), ERRORS, ids=[says for _, says in ERRORS])
def test_what_is_no_program_is_a_value_error_that_teaches(code, says):
    with pytest.raises(ValueError, match=says):
        modernize(code)


def test_only_text_is_read():
    with pytest.raises(TypeError, match="reads a program as text.*Received: code=3"):
        modernize(3)


# Tables

NOT_HERE = {  # in Keras 3, and not in kerasschool
    "keras.layers.LSTM", "keras.layers.GRU", "keras.models.Model",
}  # fmt: skip


def test_what_things_moved_to_is_there():
    for place in {moved(new) for new in tables.MOVED.values()} - NOT_HERE - {"keras"}:
        found = kerasschool
        for part in place.split(".")[1:]:
            found = getattr(found, part)


def test_the_names_that_run_with_a_warning_are_rewritten_too():
    for old, new in (("init", "kernel_initializer"), ("output_dim", "units"), ("W_regularizer", "kernel_regularizer")):
        assert f"Dense({new}=v)" in modernize(f"Dense({old}=v)").code
    assert modernize("model.fit(x, nepochs=1)").code == "model.fit(x, epochs=1)"


# Any text

PIECES = st.sampled_from([line for line, _ in LINES + PLACES] + [code for code, _ in REMARKS] + IMPORTS.splitlines())


@given(st.text())
def test_any_text_is_a_result_or_a_value_error(text):
    try:
        result = modernize(text)
    except ValueError:
        return
    assert isinstance(result.code, str)


@given(st.lists(PIECES, max_size=6))
def test_any_program_of_old_lines_stays_a_program(lines):
    code = "\n".join(lines)
    new = modernize(code)
    ast.parse(new.code)
    assert modernize(new.code).code == new.code


@given(st.lists(PIECES, min_size=1, max_size=3), st.data())
def test_a_program_with_a_letter_missing_is_a_result_or_a_value_error(lines, data):
    code = "\n".join(lines)
    at = data.draw(st.integers(0, len(code) - 1))
    with contextlib.suppress(ValueError):
        ast.parse(modernize(code[:at] + code[at + 1 :]).code)


# The modern program runs here

DATA = {"X": np.random.RandomState(0).normal(size=(20, 8)), "Y": np.arange(20) % 2.0}
OLD_PROGRAM = """
import numpy
from keras.models import Sequential
from keras.layers.core import Dense, Dropout
from keras.optimizers import sgd
from keras import backend as K

def squared(y_true, y_pred):
    return K.mean(K.square(y_pred - y_true), axis=-1)

numpy.random.seed(7)
model = Sequential()
model.add(Dense(12, input_dim=8, init='uniform', activation='relu'))
model.add(Dropout(p=0.2))
model.add(Dense(output_dim=1, init='normal', activation='sigmoid'))
model.compile(loss=squared, optimizer=sgd(lr=0.1, decay=1e-3, momentum=0.9), metrics=['acc'])
history = model.fit(X, Y, nb_epoch=3, batch_size=10, verbose=0)
accuracy = history.history['acc']
classes = model.predict_classes(X, verbose=0)
"""


def test_an_old_program_runs():
    names = dict(DATA)
    code = modernize(OLD_PROGRAM).code.replace("keras", "kerasschool")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(code, names)
    assert len(names["accuracy"]) == 3
    assert names["classes"].shape == (20, 1) and names["classes"].dtype == "int32"
    assert names["model"].count_params() == 8 * 12 + 12 + 12 + 1
