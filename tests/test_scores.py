"""Scores of predictions against counting by hand, and against the engine's own metrics."""

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import metrics
from kerasschool.live import scores
from kerasschool.live.experiment import Experiment
from kerasschool.live.judged import Judged, as_answers, judge
from kerasschool.live.meaning import Meaning

BINARY = Meaning(("a", "b"), ("", ""), "sex", "binary", ("female", "male"))
THREE = Meaning(("a",), ("",), "grape", "classes", ("x", "y", "z"))
HEIGHT = Meaning(("a",), ("",), "height", "numbers")


def drawn(rows=57, ties=True):
    stream = np.random.RandomState(3)
    y = stream.randint(0, 2, rows)
    p = np.clip(0.5 * y + stream.uniform(0, 0.7, rows), 0, 1)
    return y, np.round(p, 1) if ties else p


def test_confusion_counts_each_pair():
    y, said = [0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 0, 2]
    assert scores.confusion(y, said, 3).tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]


@pytest.mark.parametrize("ties", [True, False])
def test_roc_and_precision_recall_count_what_is_above_each_threshold(ties):
    y, p = drawn(ties=ties)
    alarms, hits, thresholds = scores.roc(y, p)
    recall, precision, same = scores.precision_recall(y, p)
    assert (alarms[0], hits[0], alarms[-1], hits[-1]) == (0, 0, 1, 1)
    np.testing.assert_array_equal(thresholds, same)
    for place, threshold in enumerate(thresholds):
        above = p > threshold
        assert hits[place] == recall[place] == above[y == 1].mean()
        assert alarms[place] == above[y == 0].mean()
        assert precision[place] == (y[above].mean() if above.any() else 1)


def test_auc_is_the_share_of_pairs_in_the_right_order():
    y, p = drawn()
    pairs = [(one > other) + 0.5 * (one == other) for one in p[y == 1] for other in p[y == 0]]
    assert scores.area(*scores.roc(y, p)[:2]) == pytest.approx(np.mean(pairs), abs=1e-12)
    metric = metrics.AUC(num_thresholds=1000)
    metric.update_state(y, p)
    assert scores.area(*scores.roc(y, p)[:2]) == pytest.approx(float(metric.result()), abs=2e-3)


def test_average_precision_by_hand():
    recall, precision, _ = scores.precision_recall(np.array([1, 0, 1]), np.array([0.9, 0.8, 0.3]))
    assert recall.tolist() == [0, 0.5, 0.5, 1] and precision.tolist() == [1, 1, 0.5, 2 / 3]
    assert scores.average_precision(recall, precision) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_rates_are_the_metrics():
    y, p = drawn()
    precision, recall = scores.rates(scores.confusion(y, p > 0.4))
    for found, metric in ((precision, metrics.Precision(thresholds=0.4)), (recall, metrics.Recall(thresholds=0.4))):
        metric.update_state(y, p)
        assert found == pytest.approx(float(metric.result()), abs=1e-6)
    assert np.isnan(scores.rates(np.array([[3, 0], [0, 0]]))).all()


def test_one_class_only_has_no_curve_and_no_crash():
    judged = Judged(np.array([[0.2], [0.7]]), [1, 1], BINARY)
    assert np.isnan(judged.auc()) and judged.accuracy(0.5) == 0.5


def test_judged_binary():
    judged = Judged(np.array([[0.2], [0.7], [0.4], [0.5]]), [[0], [1], [1], [0]], BINARY)
    assert judged.accuracy() == 0.75 and judged.accuracy(0.3) == 0.75
    assert judged.confusion(0.3).tolist() == [[1, 1], [0, 2]]
    assert judged.said(0.5).tolist() == [0, 1, 0, 0]  # at the threshold itself: class 0, as in Keras
    assert judged.worst(0.5).tolist() == [2] and judged.worst(0.1).tolist() == [3, 0]
    train = Judged(np.array([[0.2], [0.7], [0.4]]), [1, 1, 0], BINARY)
    assert judged.baseline(train) == 0.5


def test_judged_classes_and_one_hot_labels():
    p = np.array([[0.1, 0.2, 0.7], [0.8, 0.1, 0.1], [0.3, 0.4, 0.3]])
    judged = Judged(p, [2, 1, 0], THREE)
    assert judged.confusion().tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert judged.worst().tolist() == [1, 2]
    assert Judged(p, np.eye(3)[[2, 1, 0]], THREE).y.tolist() == [2, 1, 0]


def test_judged_numbers():
    judged = Judged(np.array([[1.0], [2.0]]), [2.0, 4.0], HEIGHT)
    assert judged.errors() == (1.5, np.sqrt(2.5)) and judged.worst().tolist() == [1, 0]
    assert judged.baseline(judged) == 1


@pytest.mark.parametrize(
    ("outputs", "meaning", "words"),
    [
        ([[0.5, 0.5, 0.0]], BINARY, "gives 3 numbers per row; 2 classes need one unit with sigmoid"),
        ([[0.5]], THREE, "gives 1 numbers per row; 3 classes need 3 units with softmax"),
        ([[1.5]], BINARY, "these are no probabilities. Give the last layer sigmoid"),
        ([[np.nan]], BINARY, "no numbers"),
        ([[1.0, 2.0]], HEIGHT, "gives 2 numbers per row, the target has 1"),
    ],
)
def test_outputs_that_cannot_be_read_say_why(outputs, meaning, words):
    with pytest.raises(ValueError, match=words):
        as_answers(np.array(outputs), meaning)


def test_two_units_with_softmax_are_a_yes_or_no():
    assert as_answers(np.array([[0.25, 0.75]]), BINARY).tolist() == [[0.25, 0.75]]
    assert as_answers(np.array([[0.75]]), BINARY).tolist() == [[0.25, 0.75]]


def test_judge_leaves_the_averages_of_a_running_epoch_alone():
    judging, plain = Experiment(), Experiment()
    for experiment in (judging, plain):
        experiment.change(fit={"epochs": 1})
        experiment.session.step_batch()
    rows = judging.rows
    judge(judging.model, rows.x, rows.y, BINARY, mid_epoch=True)
    assert judging.session.run().history == plain.session.run().history


def test_judge_without_compile_has_no_loss():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
    judged = judge(model, np.zeros((3, 2)), np.array([0, 1, 1]), BINARY)
    assert judged.loss is None and judged.p.tolist() == [[0.5, 0.5]] * 3
