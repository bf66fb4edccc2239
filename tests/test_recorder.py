"""`Recorder`: bounded, ordered, and never without the newest row."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerasschool.live.recorder import Recorder


def filled(count, capacity=8):
    recorder = Recorder(capacity)
    for index in range(count):
        recorder.append(index + 1, {"loss": 100.0 - index, "accuracy": index / 10})
    return recorder


def test_holds_what_was_appended():
    recorder = filled(3)
    assert recorder.names == ["loss", "accuracy"]
    assert recorder.x.tolist() == [1, 2, 3]
    assert recorder["loss"].tolist() == [100, 99, 98]
    assert recorder["accuracy"].tolist() == [0, 0.1, 0.2]
    assert len(recorder) == 3


def test_drops_every_second_row_when_full():
    recorder = filled(9)
    assert recorder.x.tolist() == [1, 3, 5, 7, 9]
    assert recorder["loss"].tolist() == [100, 98, 96, 94, 92]
    assert recorder.interval == 2


@settings(deadline=None)
@given(count=st.integers(1, 400), capacity=st.integers(4, 20))
def test_any_length_stays_bounded_and_evenly_spaced(count, capacity):
    recorder = filled(count, capacity)
    x = recorder.x
    assert len(x) <= capacity + capacity % 2
    assert len(x) >= min(count, capacity // 2)
    assert x[0] == 1 and x[-1] == count
    assert set(np.diff(x[:-1])) <= {recorder.interval}
    assert 0 < x[-1] - x[-2] <= recorder.interval if len(x) > 1 else True
    np.testing.assert_array_equal(recorder["loss"], 101 - x)


def test_show_is_replaced_by_the_next_row():
    recorder = filled(2)
    recorder.show(2.3, {"loss": 5.0})
    recorder.show(2.6, {"loss": 4.0})
    assert recorder.x.tolist() == [1, 2, 2.6]
    assert recorder["loss"].tolist() == [100, 99, 4]
    assert np.isnan(recorder["accuracy"][-1])
    recorder.append(3, {"loss": 3.0, "accuracy": 0.5})
    assert recorder.x.tolist() == [1, 2, 3]
    recorder.show(3.5, {"loss": 2.0})
    recorder.hide()
    recorder.hide()
    assert recorder.x.tolist() == [1, 2, 3]


def test_show_on_a_full_recorder():
    recorder = filled(8)
    recorder.show(8.5, {"loss": 1.0})
    assert recorder.x.tolist() == [1, 3, 5, 7, 8.5]
    recorder.append(9, {"loss": 0.5, "accuracy": 1})
    assert recorder.x.tolist() == [1, 3, 5, 7, 9]


def test_a_late_or_missing_name_leaves_a_gap():
    recorder = Recorder()
    recorder.append(1, {"loss": 3.0})
    recorder.append(2, {"loss": 2.0, "val_loss": 2.5})
    recorder.append(3, {"loss": 1.0})
    np.testing.assert_array_equal(recorder["val_loss"], [np.nan, 2.5, np.nan])
    assert recorder.last("val_loss") == 2.5
    assert recorder.last("loss") == 1.0
    assert recorder.last("accuracy") is None


def test_table_is_a_copy_in_the_order_asked():
    recorder = filled(3)
    table = recorder.table(["accuracy", "loss"])
    assert table.dtype == np.float32 and table.flags.c_contiguous
    np.testing.assert_allclose(table, [[1, 2, 3], [0, 0.1, 0.2], [100, 99, 98]], rtol=1e-6)
    table[...] = 0
    recorder.x[...] = 0
    assert recorder.x.tolist() == [1, 2, 3]
    assert recorder.table().shape == (3, 3)


def test_clear():
    recorder = filled(20)
    recorder.clear()
    assert (len(recorder), recorder.names, recorder.interval) == (0, [], 1)
    recorder.append(1, {"loss": 1.0})
    assert recorder.x.tolist() == [1]


def test_errors_teach():
    with pytest.raises(ValueError, match="`capacity` must be a whole number, 4 or more"):
        Recorder(2)
    with pytest.raises(KeyError, match="no curve 'los'. Known: loss, accuracy"):
        filled(1)["los"]
    with pytest.raises(ValueError, match="must go forward"):
        filled(3).append(3, {"loss": 1})


def test_append_is_cheap():
    recorder = Recorder()
    values = {"loss": 1.0, "val_loss": 1.0, "accuracy": 1.0, "val_accuracy": 1.0}
    start = time.process_time()
    for index in range(20_000):
        recorder.append(index, values)
    assert time.process_time() - start < 1  # 50 µs each would still be cheap; measured 3
