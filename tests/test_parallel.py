"""The sharded objective is the objective, whatever happens to the workers."""

import os
import signal
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import distributed
import numpy as np
import pytest

import backprop_lib as bp
from backprop_lib.journal import Journal
from backprop_lib.parallel import ShardedObjective, WorkersLost, sweep

NET = bp.Network(sizes=(3, 4, 2), activations=(bp.tanh, bp.sigmoid))
ROWS = (5, 1, 7)  # shards of unequal length: their means do not weigh the same


def load(k):
    rng = np.random.default_rng(k)
    return rng.normal(size=(ROWS[k], 3)), rng.uniform(size=(ROWS[k], 2))


def whole():
    X, Y = (np.concatenate(parts) for parts in zip(*map(load, range(3)), strict=True))
    return NET.objective(bp.half_squared_error, X, Y)


def theta_stack(rng):
    return rng.normal(size=(2, NET.parameter_count))


def largest_relative_difference(a, b):
    return np.abs(a - b).max() / np.abs(b).max()


@pytest.fixture(params=["threads", "two threads pools", "processes"])
def executors(request):
    if request.param == "threads":
        with ThreadPoolExecutor(3) as pool:
            yield pool
    elif request.param == "processes":
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            yield pool
    else:
        with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
            yield [first, second]


def test_sharded_objective_equals_the_whole(executors):
    sharded = ShardedObjective(NET, bp.half_squared_error, load, 3, executors)
    theta = theta_stack(np.random.default_rng(0))
    J, gradient = sharded(theta)
    expected_J, expected = whole()(theta)
    assert largest_relative_difference(J, expected_J) < 1e-12
    assert largest_relative_difference(gradient, expected) < 1e-12


def test_mean_of_means_would_be_noticed():
    theta = theta_stack(np.random.default_rng(0))
    parts = [NET.objective(bp.half_squared_error, *load(k))(theta)[1] for k in range(3)]
    assert largest_relative_difference(sum(parts) / 3, whole()(theta)[1]) > 1e-3


@pytest.mark.parametrize("optimizer", [bp.GradientDescent(0.5), bp.Adam(0.05)], ids=repr)
def test_training_goes_the_same_way(optimizer):
    theta = theta_stack(np.random.default_rng(1))[0]
    with ThreadPoolExecutor(2) as pool:
        sharded = ShardedObjective(NET, bp.half_squared_error, load, 3, pool)
        *_, there = bp.minimize(sharded, theta, optimizer, steps=20)
    *_, here = bp.minimize(whole(), theta, optimizer, steps=20)
    np.testing.assert_allclose(there.theta, here.theta, rtol=1e-11)


def test_equal_theta_give_equal_bits_whoever_came_first():
    def slow_first(k):
        time.sleep(0.02 * (2 - k))
        return load(k)

    theta = theta_stack(np.random.default_rng(2))
    with ThreadPoolExecutor(3) as pool:
        slow = ShardedObjective(NET, bp.half_squared_error, slow_first, 3, pool)(theta)
        fast = ShardedObjective(NET, bp.half_squared_error, load, 3, pool)(theta)
    assert np.array_equal(slow[1], fast[1])
    assert np.array_equal(slow[0], fast[0])


def test_a_shard_is_loaded_once():
    loaded = []

    def counted(k):
        loaded.append(k)
        return load(k)

    with ThreadPoolExecutor(1) as pool:
        sharded = ShardedObjective(NET, bp.half_squared_error, counted, 3, pool)
        for _ in range(4):
            sharded(np.zeros(NET.parameter_count))
    assert sorted(loaded) == [0, 1, 2]


class Unreliable:
    """An executor that loses some of its tasks, like a worker that is switched off."""

    def __init__(self, lost):
        self.lost = list(lost)

    def submit(self, function, *arguments):
        future = Future()
        if self.lost.pop(0) if self.lost else False:
            future.set_exception(ConnectionError("the worker is gone"))
        else:
            future.set_result(function(*arguments))
        return future


def test_lost_parts_are_asked_again_and_the_step_is_right():
    lossy = ShardedObjective(
        NET, bp.half_squared_error, load, 3, Unreliable([True, False, True, True, False])
    )
    theta = theta_stack(np.random.default_rng(3))
    with ThreadPoolExecutor(1) as pool:
        expected = ShardedObjective(NET, bp.half_squared_error, load, 3, pool)(theta)
    assert np.array_equal(lossy(theta)[1], expected[1])


def test_no_step_is_made_of_some_parts():
    sharded = ShardedObjective(NET, bp.half_squared_error, load, 3, Unreliable([True] * 99))
    with pytest.raises(WorkersLost, match=r"3 of 3 parts .* 4 times .*the worker is gone"):
        sharded(np.zeros(NET.parameter_count))


def test_what_the_loader_raises_is_raised_here_at_once():
    calls = []

    def broken(k):
        calls.append(k)
        raise FileNotFoundError(f"shard-{k}.npz")

    sharded = ShardedObjective(NET, bp.half_squared_error, broken, 1, Unreliable([]))
    with pytest.raises(FileNotFoundError, match=r"shard-0\.npz"):
        sharded(np.zeros(NET.parameter_count))
    assert calls == [0]


def test_shard_that_does_not_fit_is_named():
    def narrow(k):
        return np.zeros((4, 2)), np.zeros((4, 2))

    sharded = ShardedObjective(NET, bp.half_squared_error, narrow, 1, Unreliable([]))
    with pytest.raises(ValueError, match=r"X must have shape"):
        sharded(np.zeros(NET.parameter_count))


@pytest.mark.parametrize("wrong", ["threads", ThreadPoolExecutor, []])
def test_wrong_executor_is_told_at_once(wrong):
    with pytest.raises(TypeError, match=r"executors must be an Executor .* make one"):
        ShardedObjective(NET, bp.half_squared_error, load, 3, wrong)


def test_loader_that_returns_no_pair_is_named():
    sharded = ShardedObjective(NET, bp.half_squared_error, print, 1, Unreliable([]))
    with pytest.raises(TypeError, match=r"load\(0\) must return X and Y, got NoneType"):
        sharded(np.zeros(NET.parameter_count))


def test_killed_process_costs_no_wrong_step():
    context = get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as first, ThreadPoolExecutor(1) as second:
        sharded = ShardedObjective(NET, bp.half_squared_error, load, 3, [first, second])
        theta = np.zeros(NET.parameter_count)
        before = sharded(theta)
        os.kill(first.submit(os.getpid).result(), signal.SIGKILL)
        after = sharded(theta)
    assert np.array_equal(before[1], after[1])


def test_dask_workers_hold_the_shards_and_one_may_die():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        workers = list(client.scheduler_info()["workers"])
        executors = [
            client.get_executor(workers=[worker], allow_other_workers=True) for worker in workers
        ]
        sharded = ShardedObjective(NET, bp.half_squared_error, load, 3, executors)
        start = theta_stack(np.random.default_rng(4))[0]
        victim = client.submit(os.getpid, workers=workers[:1]).result()
        there = []
        for epoch in bp.minimize(sharded, start, bp.Adam(0.05), steps=6):
            there.append(epoch.theta)
            if epoch.number == 3:
                os.kill(victim, signal.SIGKILL)
    here = [epoch.theta for epoch in bp.minimize(whole(), start, bp.Adam(0.05), steps=6)]
    np.testing.assert_allclose(there, here, rtol=1e-11)


def test_an_objective_may_travel_itself():
    objective = whole()
    thetas = np.random.default_rng(5).normal(size=(6, NET.parameter_count))
    here = list(map(objective, thetas))  # leaves its numbers in the arrays that it works in
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        there = list(pool.map(objective, thetas))
    for (J, gradient), (expected_J, expected) in zip(there, here, strict=True):
        assert expected_J == J
        assert np.array_equal(gradient, expected)


def cube(side):
    return side**3


SIDES = [{"side": 2}, {"side": 3}, {"side": 4}]


def test_sweep_gives_results_in_the_order_of_the_settings(tmp_path):
    with ThreadPoolExecutor(2) as pool:
        assert sweep(cube, SIDES, pool, tmp_path / "s.jsonl", progress=False) == [8, 27, 64]


def test_sweep_goes_on_where_it_was_killed(tmp_path):
    store = tmp_path / "s.jsonl"
    called = []

    def counted(side):
        called.append(side)
        return side**3

    with ThreadPoolExecutor(1) as pool:
        sweep(counted, SIDES[:2], pool, store, progress=False)
        store.write_bytes(store.read_bytes()[:-4])  # the second line is cut
        assert sweep(counted, SIDES, pool, store, progress=False) == [8, 27, 64]
        assert sweep(counted, SIDES, pool, store, progress=False) == [8, 27, 64]
    assert called == [2, 3, 3, 4]


def test_sweep_keeps_what_is_done_when_one_setting_fails(tmp_path):
    def picky(side):
        if side == 3:
            raise ArithmeticError("three")
        return side**3

    with ThreadPoolExecutor(1) as pool:
        with pytest.raises(ArithmeticError, match="three"):
            sweep(picky, SIDES, pool, tmp_path / "s.jsonl", progress=False)
        assert len((tmp_path / "s.jsonl").read_text().splitlines()) == 2


def test_sweep_gives_the_same_now_as_from_the_file(tmp_path):
    def pair(side):
        return side, {side: 1}

    with ThreadPoolExecutor(1) as pool:
        now = sweep(pair, SIDES, pool, tmp_path / "s.jsonl", progress=False)
        then = sweep(pair, SIDES, pool, tmp_path / "s.jsonl", progress=False)
    assert now == then


def stored(path):
    return [line["setting"]["x"] for line in Journal(path)]


THREE = [{"x": 3}, {"x": 1}, {"x": 2}]


@pytest.mark.parametrize("result", [np.float32(2.5), np.zeros(2), {1, 2}])
def test_a_result_that_json_cannot_hold_takes_no_other_result_along(tmp_path, result):
    def odd(x):
        return result if x == 3 else x

    message = "function must return what JSON can hold"
    with ThreadPoolExecutor(1) as pool, pytest.raises(TypeError, match=message) as caught:
        sweep(odd, THREE, pool, tmp_path / "s.jsonl", progress=False)
    assert caught.value.__notes__ == ["The setting was {'x': 3}."]
    assert stored(tmp_path / "s.jsonl") == [1, 2]


class TwoArguments(Exception):
    """It is rebuilt from one argument, and then fails: it cannot come back from a process."""

    def __init__(self, x, why):
        super().__init__(f"{why}: {x}")


def raises_what_cannot_travel(x):
    class Local(Exception):
        pass

    if x == 1:
        raise TwoArguments(x, "too small")
    if x == 2:
        raise Local("here only")
    return x


def test_a_process_says_what_it_can_of_an_error_that_cannot_travel(tmp_path):
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for settings, said in (
            (THREE[1:], r"TwoArguments\('too small: 1'\)"),
            (THREE[::-1], r"Local\('here only'\)"),
        ):
            with pytest.raises(RuntimeError, match=said):
                sweep(
                    raises_what_cannot_travel, settings, pool, tmp_path / "s.jsonl", progress=False
                )
        with pytest.raises(TypeError, match=r"cannot be sent to a worker \(.*lambda"):
            sweep(lambda x: x, THREE, pool, tmp_path / "t.jsonl", progress=False)
    assert stored(tmp_path / "s.jsonl") == [3]


def test_a_thread_raises_the_error_itself(tmp_path):
    with ThreadPoolExecutor(1) as pool, pytest.raises(TwoArguments):
        sweep(raises_what_cannot_travel, THREE, pool, tmp_path / "s.jsonl", progress=False)


def test_a_store_that_cannot_be_one_is_told_before_anything_is_computed(tmp_path):
    def never(x):
        raise AssertionError

    def on_threads(store):
        with ThreadPoolExecutor(1) as pool:
            sweep(never, THREE, pool, store, progress=False)

    with pytest.raises(FileNotFoundError, match=r"there is no folder .*/runs; make it first"):
        on_threads(tmp_path / "runs" / "s.jsonl")
    other = tmp_path / "other.jsonl"
    other.write_text('{"student": "ada", "points": 90}\n')
    with pytest.raises(ValueError, match=r"other\.jsonl holds no results of a sweep"):
        on_threads(other)


def test_a_record_whose_line_end_was_cut_is_there_before_and_after_the_next(tmp_path):
    journal = Journal(tmp_path / "j.jsonl")
    journal.append({"x": 1})
    journal.path.write_bytes(journal.path.read_bytes()[:-1])
    assert list(journal) == [{"x": 1}]
    journal.append({"x": 2})
    assert list(journal) == [{"x": 1}, {"x": 2}]


@pytest.mark.parametrize("line", [b"[" * 100_000, b'{"x": 2', b'{"x": "\xc3', b"3", b"\0" * 9])
def test_what_is_no_record_is_passed_over(tmp_path, line):
    journal = Journal(tmp_path / "j.jsonl")
    journal.append({"x": 1})
    journal.path.write_bytes(journal.path.read_bytes() + line)
    assert list(journal) == [{"x": 1}]
    journal.append({"x": 3})
    assert list(journal) == [{"x": 1}, {"x": 3}]
