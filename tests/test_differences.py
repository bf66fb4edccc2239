"""`docs/differences.md`: every test that it names is there; and the differences that no other test holds."""

import pathlib
import re

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import callbacks, layers, optimizers

ROOT = pathlib.Path(__file__).resolve().parents[1]
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "docs" / "differences.md").read_text(encoding="utf-8"))
X, Y = np.eye(4, 3), np.array([0.0, 1.0, 1.0, 0.0])


def test_many_are_named():
    assert len(NAMED) > 20


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_named_test_is_there(file, test):
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not test or f"def {test}(" in text


@pytest.fixture
def model():
    return keras.Sequential([layers.Input((3,)), layers.Dense(1, activation="sigmoid")])


def test_a_whole_learning_rate(model):
    model.compile(optimizers.SGD(learning_rate=1), "mse")
    before = model.get_weights()[0]
    model.fit(X, Y, verbose=0)
    assert not np.array_equal(model.get_weights()[0], before)
    model.optimizer.learning_rate = 2
    assert float(model.optimizer.learning_rate) == 2.0


def test_the_best_model_by_batches(model, tmp_path):
    model.compile("sgd", "mse")
    path = tmp_path / "best.keras"
    checkpoint = callbacks.ModelCheckpoint(path, monitor="loss", save_freq=2, save_best_only=True)
    model.fit(X, Y, batch_size=1, epochs=2, verbose=0, callbacks=[checkpoint])
    assert path.exists()


def test_unknown_arguments_of_callbacks():
    with pytest.raises(TypeError, match="has no argument 'patients'. Did you mean 'patience'"):
        callbacks.ReduceLROnPlateau(patients=3)
    with pytest.raises(TypeError, match="There is no hook 'on_epoch_ends'"):
        callbacks.LambdaCallback(on_epoch_ends=print)


def test_negative_numbers_are_printed_like_positive_ones(capsys):
    bar = keras.utils.Progbar(1, verbose=2)
    bar.update(1, [("loss", -0.5)], finalize=True)
    assert "loss: -0.5000" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("from kerasschool.layers import Desne", "Dense"),
        ("from kerasschool import Sequental", "Sequential"),
        ("from kerasschool.callbacks import History, EarlyStoping", "EarlyStopping"),
        ("from kerasschool.datasets import penguin", "penguins"),
    ],
)
def test_a_misspelt_import_names_the_nearest(line, nearest):
    with pytest.raises(ImportError, match=f"cannot import name.*Did you mean '{nearest}'"):
        exec(line, {})
    assert not hasattr(layers, "Desne")
