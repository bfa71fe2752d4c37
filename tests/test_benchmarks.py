"""The comparison with other frameworks: its arithmetic, and that its peers do the same work."""

import json
from dataclasses import replace

import growth
import numpy as np
import pytest
import runner
import speed
from peers import by_hand, hips, ours, plain_numpy, scikit
from runner import Disagreement
from workloads import WORKLOADS, batches, flat, problem, three_steps

HERE = {"ours": ours, "plain_numpy": plain_numpy, "hips": hips, "scikit": scikit, "hand": by_hand}
SMALL = [key for key in WORKLOADS if key not in ("W4", "W5")]


class Clockwork:
    """A peer that takes as long as it is told, with a machine that slows down by and by."""

    clock = 0

    def __init__(self, name, seconds, result=(1.0, 2.0)):
        self.name, self.seconds, self.result, self.asked = name, seconds, result, []

    def prepare(self, work):
        return None if self.result is None else np.array(self.result)

    def advance(self, turns):
        Clockwork.clock += 1
        self.asked.append((Clockwork.clock, turns))
        return self.seconds * (1 + 0.001 * Clockwork.clock)


def result_of(module, work):
    small, turns = three_steps(work)
    made = module.prepare(small, problem(small), "")
    if made is None:
        return None
    made[0](turns)
    return np.asarray(made[1]())


def test_ratio_is_the_median_within_the_rounds_whatever_the_machine_does():
    assert runner.ratio([2.0, 20.0, 200.0], [1.0, 10.0, 100.0]) == (2, 2, 2)
    median, low, high = runner.ratio([1.0, 2.0, 3.0, 4.0, 50.0], [1.0] * 5)
    assert (median, low, high) == (3, 2, 4)


@pytest.mark.parametrize("k", [0.5, 1, 2.2])
def test_exponent_of_a_power_law_is_found(k):
    sizes = [2, 8, 32, 64]
    assert runner.exponent(sizes, [3e-6 * size**k for size in sizes]) == pytest.approx(k)


@pytest.mark.parametrize(("seconds", "turns"), [(1e-5, 10_000), (0.004, 25), (0.3, 1), (7.0, 1)])
def test_turns_fill_the_slice_and_are_never_none(seconds, turns):
    assert runner.turns_for(Clockwork("", seconds), least=0.1) == pytest.approx(turns, rel=0.1)


def test_peers_take_turns_and_one_that_cannot_is_left_out():
    a, b, c = Clockwork("a", 0.2), Clockwork("b", 0.6), Clockwork("c", 0.2, result=None)
    times = runner.timed(WORKLOADS["W6"], [a, b, c], rounds=6)
    assert times.keys() == {"a", "b"}
    assert [len(seconds) for seconds in times.values()] == [6, 6]
    assert c.asked == []
    last = sorted([(clock, "a") for clock, _ in a.asked[-6:]] + [(k, "b") for k, _ in b.asked[-6:]])
    assert "".join(name for _, name in last) == "baabbaabbaab"
    assert runner.ratio(times["b"], times["a"]).median == pytest.approx(3, rel=0.01)


def test_peer_that_does_other_work_stops_the_run():
    a, b = Clockwork("a", 0.2), Clockwork("b", 0.2, result=(1.0, 2.1))
    with pytest.raises(Disagreement, match=r"W6: b is off by 4\.5e-02"):
        runner.timed(WORKLOADS["W6"], [a, b], rounds=1)
    assert b.asked == []


def test_result_of_another_shape_or_not_a_number_stops_the_run():
    work = WORKLOADS["W6"]
    with pytest.raises(Disagreement, match="shape"):
        runner.same_work(work, np.ones(3), "b", np.ones(2))
    with pytest.raises(Disagreement, match="nan"):
        runner.same_work(work, np.ones(2), "b", np.array([1, np.nan]))


def test_gap_is_measured_in_steps_not_in_parameters():
    work = WORKLOADS["W1"]
    data = problem(work)
    start = flat(data.W, data.b)
    assert runner.same_work(work, start + 1e-3, "b", start + 1.00001e-3) == pytest.approx(1e-5)
    with pytest.raises(Disagreement):
        runner.same_work(work, start + 1e-3, "b", start + 1.001e-3)


@pytest.mark.parametrize("key", SMALL)
def test_peers_do_the_same_work(key):
    work = WORKLOADS[key]
    found = {name: result_of(module, work) for name, module in HERE.items()}
    reference = found.pop("ours")
    for name, theirs in found.items():
        if theirs is not None:
            runner.same_work(work, reference, name, theirs)


def test_each_peer_does_what_its_framework_can():
    able = {
        name: [key for key in SMALL if module.prepare(WORKLOADS[key], problem(WORKLOADS[key]), "")]
        for name, module in HERE.items()
    }
    assert able == {
        "ours": SMALL,
        "plain_numpy": ["W1", "W2", "W2b", "W3", "W6", "W7"],
        "hips": ["W1", "W2", "W2b", "W3", "W6", "W7H"],
        "scikit": ["W2", "W2b", "W3"],
        "hand": ["W1", "W2", "W2b", "W3", "W6"],
    }


@pytest.mark.parametrize("change", [{"rate": 0.0011}, {"hidden": "sigmoid"}, {"batch": 31}])
def test_planted_difference_is_noticed(change):
    work = WORKLOADS["W3"]
    theirs = result_of(plain_numpy, replace(work, **change))
    with pytest.raises(Disagreement):
        runner.same_work(work, result_of(ours, work), "plain NumPy", theirs)


def test_batches_are_those_of_fit_and_hold_every_sample_once_an_epoch():
    work, order = WORKLOADS["W3"], batches(WORKLOADS["W3"])
    epoch = [next(order) for _ in range(work.steps_per_turn)]
    assert sorted(np.concatenate(epoch)) == list(range(work.samples))
    assert [len(rows) for rows in epoch] == [32] * 31 + [8]
    want = np.random.default_rng(0).permutation(work.samples)
    assert np.array_equal(np.concatenate(epoch), want)


def test_worker_in_a_process_of_its_own_answers():
    worker = runner.Worker("plain NumPy", "plain_numpy")
    try:
        assert worker.prepare(WORKLOADS["W8"]) is None
        found = worker.prepare(WORKLOADS["W1"])
        np.testing.assert_array_equal(found, result_of(plain_numpy, WORKLOADS["W1"]))
        assert 0 < worker.advance(50) < 1
    finally:
        worker.close()


def test_products_of_a_step_are_counted():
    assert growth.products((3, 5, 2), batch=7) == 2 * 7 * (2 * 3 * 5 + 3 * 5 * 2)


def test_table_has_a_row_a_workload_and_a_column_a_peer():
    row = {"workload": "W2", "peer": "PyTorch", "ratio": 2.345, "low": 2.0, "high": 2.5}
    facts = [{"workload": "W1", "what": "one"}, {"workload": "W2", "what": "two"}]
    assert speed.table(facts, [row]).splitlines() == [
        "| workload | PyTorch |",
        "|---|---|",
        "| W1: one |  |",
        "| W2: two | 2.35 (2–2.5) |",
    ]


def test_unknown_workload_is_named():
    with pytest.raises(SystemExit, match=r"no workload W9; there are W1, W2"):
        runner.workload("W9")


def test_written_results_are_of_these_workloads_and_name_the_machine():
    results = json.loads((speed.HERE / "results.json").read_text(encoding="utf-8"))
    assert [fact["workload"] for fact in results["workloads"]] == list(WORKLOADS)
    assert [fact["what"] for fact in results["workloads"]] == [w.what for w in WORKLOADS.values()]
    assert {row["peer"] for row in results["ratios"]} == set(speed.PEERS) - {speed.OURS}
    assert {row["workload"] for row in results["ratios"]} == set(WORKLOADS)
    assert results["machine"]
    assert results["packages"].keys() == set(speed.PACKAGES)
    assert all(0 < row["low"] <= row["ratio"] <= row["high"] for row in results["ratios"])
    assert 0 < results["share_of_peak"] < 1.1
    assert results["exponents"].keys() == {"depth", "batch", "width"}
