"""The benchmarks measure what they say: peers train alike, ratios are paired, a floor that is broken is reported."""

import doctest
import shutil

import numpy as np
import pytest

import benchmarks.__main__ as everything
from benchmarks import harness, peers, quick, tables
from benchmarks.harness import Goal, Measurement, Options, Worker, comparison, goal_table, measure, problem_of
from benchmarks.networks import NETWORKS, Network
from benchmarks.peers import with_c, with_keras, with_numpy

TINY_TURNS = Options(rounds=2, seconds=0.01)


def losses_of_kerasschool(network, epochs):
    """Loss of each epoch, and of the trained model, from the same first weights as the peers'; rows in order."""
    model = with_keras.new_model("kerasschool", network)
    model.set_weights([each for pair in network.first_weights() for each in pair])
    x, y = network.data()
    history = model.fit(x, y, epochs=epochs, batch_size=network.batch_size, shuffle=False, verbose=0)
    return history.history["loss"], model.evaluate(x, y, return_dict=True, verbose=0)["loss"]


@pytest.mark.parametrize("name", NETWORKS)
def test_bare_loop_trains_like_kerasschool(name):
    network = Network(name, batch_size=16, rows=40)
    run = with_numpy.fit(network, "bare")
    run(3)
    assert run.loss() == pytest.approx(losses_of_kerasschool(network, 3)[1], rel=1e-4)


@pytest.mark.parametrize("name", ["8-12-8-1", "64-32-10"])
def test_c_loop_trains_like_kerasschool(name):
    network = Network(name, batch_size=40, rows=40)  # one batch: its shuffling changes nothing
    if not any(map(shutil.which, ("cc", "gcc", "clang"))):
        with pytest.raises(ImportError, match="no C compiler"):
            with_c.fit(network, "")
        return
    assert with_c.fit(network, "")(20) == pytest.approx(losses_of_kerasschool(network, 20)[0][-1], rel=1e-4)


@pytest.mark.keras
@pytest.mark.parametrize("name", ["8-12-8-1", "64-32-10"])
def test_jax_loop_trains_like_kerasschool(name):
    from benchmarks.peers import with_jax

    network = Network(name, batch_size=40, rows=40)
    assert with_jax.fit(network, "")(20) == pytest.approx(losses_of_kerasschool(network, 20)[0][-1], rel=1e-4)


def test_formulas_of_predict_are_those_of_the_model():
    network = NETWORKS["64-32-10"]
    model = with_keras.new_model("kerasschool", network)
    model.set_weights([each for pair in network.first_weights() for each in pair])
    x, _ = network.data()
    np.testing.assert_allclose(with_numpy.Bare(network).predict(x), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


def test_networks_know_their_size():
    network = Network("8-12-8-1", batch_size=10, rows=266)
    assert (network.steps, network.num_parameters) == (27, 8 * 12 + 12 + 12 * 8 + 8 + 8 + 1)
    x, y = network.data()
    assert x.shape == (266, 8)
    assert set(np.unique(y)) == {0.0, 1.0}


def test_peers_are_measured_in_turns():
    nobody = peers.Peer("nobody", "with_nothing")
    with Worker(peers.OURS) as ours, Worker(peers.BARE) as bare, Worker(nobody) as missing:
        found = measure([ours, bare, missing], "fit", TINY_TURNS, warm_up=2, network="8-12-8-1")
    assert [len(each.seconds) for each in found] == [2, 2, 0]
    assert 0.3 < found[0].loss < 1.0
    lines = str(comparison(found, "µs per step", NETWORKS["8-12-8-1"].steps, "loss")).split("\n")
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["kerasschool", "bare NumPy loop", "nobody"]
    assert "1.00×" in lines[2]
    assert "not installed (No module named 'benchmarks.peers.with_nothing')" in lines[4]


def test_a_peer_that_fails_is_a_row_too():
    with Worker(peers.BARE) as worker:
        (found,) = measure([worker], "dance", TINY_TURNS, network="8-12-8-1")
        assert "AttributeError" in found.problem
        worker.process.kill()
        worker.process.wait()
        assert "its process ended" in problem_of(worker.ask(turn=1))


def test_ratios_are_taken_within_each_round():
    ours, other = Measurement(peers.OURS, [1.0, 10.0, 2.0]), Measurement(peers.BARE, [3.0, 30.0, 8.0])
    assert other.ratio(ours) == 3.0
    assert Measurement(peers.C, problem="not installed").ratio(ours) is None


def test_a_slow_peer_gets_fewer_rounds(monkeypatch):
    turns = []

    class Slow:
        peer = peers.BARE

        def ask(self, **request):
            if "prepare" in request:
                return {"repeats": 1, "took": 1.0, "loss": None}
            turns.append(request["turn"])
            return {"seconds": 1.0, "cpu": 1.0}

    monkeypatch.setattr(harness, "PATIENCE", 4)
    measure([Slow()], "fit", Options(rounds=5, seconds=0.1))
    assert turns == [1, 1]


def test_goals_are_met_or_not_or_unknown():
    goals = [harness.at_least("a", 7.0, 7), harness.at_most("b", 1.36, 1.35), harness.at_least("c", None, 1)]
    assert [goal.met for goal in goals] == [True, False, None]
    assert [line.split("|")[3].strip() for line in str(goal_table(goals)).split("\n")[2:]] == ["yes", "**no**", "?"]
    assert goals[2] == Goal("c", "not measured", None)


class Question:
    """What is not asked?"""

    @staticmethod
    def answer(options):
        if options.networks:
            raise OSError(f"{harness.ROOT}/secret")
        return harness.Answer("Found", ["A table."], [harness.at_least("fast", 2.0, 1)])


@pytest.mark.parametrize("arguments", [[], ["--quick"], ["--only", "question"], ["--net", "8-12-8-1"]])
def test_only_a_whole_run_is_written_down(monkeypatch, tmp_path, capsys, arguments):
    monkeypatch.setattr(everything, "RESULTS", tmp_path / "benchmarks" / "RESULTS.md")
    monkeypatch.setattr(everything, "QUESTIONS", {"question": Question, "other": Question})
    monkeypatch.setattr("sys.argv", ["benchmarks", *arguments])
    (tmp_path / "benchmarks").mkdir()
    everything.main()
    printed = capsys.readouterr().out
    assert everything.RESULTS.exists() == (not arguments)
    if arguments:
        assert ("failed (OSError: ./secret)" in printed) == ("--net" in arguments)
    else:
        assert everything.RESULTS.read_text(encoding="utf-8") == printed
    assert printed.count("## Found") == {"--only": 1, "--net": 0}.get("".join(arguments[:1]), 2)


def test_numbers_in_tables():
    assert doctest.testmod(tables).failed == 0
    table = tables.Table(["peer", "µs"])
    table.add("a", "1.00")
    assert str(table) == "| peer |   µs |\n| ---- | ---: |\n| a    | 1.00 |"


@pytest.fixture
def floors(monkeypatch, tmp_path):
    """A guard with one quick pair, whose ratio is about 1."""
    monkeypatch.setattr(quick, "FLOORS", tmp_path / "floors.toml")
    monkeypatch.setattr(quick, "PAIRS", {"a / b": lambda: (work, work)})
    monkeypatch.setattr(quick, "fresh_processes", lambda rounds: {quick.IMPORT: 3.0, quick.KEPT: 1.5})
    monkeypatch.setattr(quick, "TURN", 0.002)
    monkeypatch.setattr("sys.argv", ["quick"])
    return quick.FLOORS


def work(repeats):
    for _ in range(repeats):
        sum(range(1000))


def test_guard_reports_what_became_slower(floors, capsys):
    quick.write({"a / b": 0.4, quick.IMPORT: 3.0, quick.KEPT: 1.5})
    assert quick.main() == 1
    assert "Slower than it was: a / b." in capsys.readouterr().out


def test_guard_is_content_within_the_margin(floors, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["quick", "--write"])
    assert quick.main() == 0
    monkeypatch.setattr("sys.argv", ["quick"])
    quick.write({"a / b": 1.0, quick.IMPORT: 2.9, quick.KEPT: 1.5})
    assert quick.main() == 0
    assert "Slower" not in capsys.readouterr().out


def test_every_floor_belongs_to_something_that_is_measured():
    floors = quick.tomllib.loads(quick.FLOORS.read_text(encoding="utf-8"))
    assert set(floors) == {*quick.PAIRS, quick.IMPORT, quick.KEPT}
