"""Whoever works and whoever fails: each submission gets one result, its own, and no false zero."""

import json
import os
import signal
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import count

import pytest

from backprop_lib.grade import exports, farm, marking
from backprop_lib.grade.farm import Serial
from backprop_lib.grade.jail import JailError
from backprop_lib.grade.submission import find

STUDENTS = ("anne", "ben", "cleo", "dan", "eve")


@pytest.fixture
def course(tmp_path, problem_set, notebook, right):
    """Return a folder with five submissions: right, wrong, empty, unreadable, and one that dies."""
    wrong = [cell.replace("2 * x", "x * x") for cell in right]
    dying = [right[0], "import os\ndef double(x):\n    os._exit(0)", *right[3:]]
    handed_in = (notebook(*right), notebook(*wrong), notebook(), b"?", notebook(*dying))
    for student, data in zip(STUDENTS, handed_in, strict=True):
        place = tmp_path / "submitted" / student / "ps0" / "ps0.ipynb"
        place.parent.mkdir(parents=True)
        place.write_bytes(data)
    return tmp_path


@pytest.fixture
def grade(course, limits):
    def grade(name="results.jsonl", executor=None, width=4, key=b"secret"):
        found = find(course / "submitted", ("ps0",))
        return farm.grade(found, course / name, key, executor or Serial(), width, limits)

    return grade


def records(path):
    return [{**record, "seconds": None} for record in exports.latest(path)]


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_same_comes_out_whoever_works(course, grade):
    assert grade("serial.jsonl") == 5
    with ThreadPoolExecutor(2) as pool:
        assert grade("threads.jsonl", pool) == 5
    one = records(course / "serial.jsonl")
    assert [record["points"] for record in one] == [80, 50, 0, 0, 50]
    assert one == records(course / "threads.jsonl")


def test_nothing_is_done_twice(course, grade):
    assert grade() == 5
    before = (course / "results.jsonl").read_bytes()
    assert grade() == 0
    assert (course / "results.jsonl").read_bytes() == before


def test_what_was_cut_off_is_done_again(course, grade):
    grade()
    path = course / "results.jsonl"
    whole, expected = path.read_bytes(), records(path)
    for length in (0, 1, len(whole) // 2, len(whole) - 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert grade() == 5 - whole[: length + 1].count(b"\n")  # the end of a line may be missing
        assert records(path) == expected


def test_a_new_notebook_or_a_new_secret_is_graded_anew(course, grade, notebook, right):
    grade()
    (course / "submitted" / "cleo" / "ps0" / "ps0.ipynb").write_bytes(notebook(*right))
    assert grade() == 1
    assert records(course / "results.jsonl")[2]["points"] == 80
    assert grade(key=b"new") == 5


class Failing(Serial):
    """An executor that loses each task a number of times, as when its worker dies."""

    def __init__(self, times, student=None):
        self.left = dict.fromkeys(STUDENTS, times)
        self.only = student

    def submit(self, function, task):
        if self.left[task.student] and self.only in (None, task.student):
            self.left[task.student] -= 1
            future = Future()
            future.set_exception(ConnectionError("the worker is gone"))
            return future
        return super().submit(function, task)


def test_a_lost_worker_costs_no_points(course, grade):
    grade("serial.jsonl")
    grade("lost.jsonl", Failing(farm.ATTEMPTS - 1))
    assert records(course / "lost.jsonl") == records(course / "serial.jsonl")


def test_a_worker_that_never_answers_costs_no_points(course, grade, limits):
    class Silent(Failing):
        def submit(self, function, task):
            if self.left[task.student]:
                self.left[task.student] -= 1
                return Future()
            return Serial.submit(self, function, task)

    grade("serial.jsonl")
    impatient = replace(limits, start=0.2, whole=0.3)
    found = find(course / "submitted", ("ps0",))
    tasks = [farm.task(submission, b"secret", limits) for submission in found]
    came = list(farm.marked(tasks, Silent(1), 4, impatient))
    made = sorted(came, key=lambda record: record["student"])
    assert [{**record, "seconds": None} for record in made] == records(course / "serial.jsonl")


def test_when_no_worker_is_left_the_run_ends_and_says_so(course, limits):
    class Gone(Serial):
        def submit(self, function, task):
            return Future()

    found = find(course / "submitted", ("ps0",))
    impatient = replace(limits, start=0.1, whole=0.1)
    with pytest.raises(TimeoutError, match=r"no worker answers for 0\.4 s; what is graded is kept"):
        farm.grade(found, course / "gone.jsonl", b"secret", Gone(), 4, impatient)
    assert lines(course / "gone.jsonl") == []


def test_who_could_not_be_graded_is_for_review_and_tried_again(course, grade):
    grade("serial.jsonl")
    assert grade("lost.jsonl", Failing(farm.ATTEMPTS, "anne")) == 5
    anne, *others = records(course / "lost.jsonl")
    assert (anne["status"], anne["points"], anne["out_of"]) == ("review", None, 80)
    assert anne["facts"] == ["not graded: ConnectionError: the worker is gone"]
    assert others == records(course / "serial.jsonl")[1:]
    assert grade("lost.jsonl") == 1
    assert records(course / "lost.jsonl") == records(course / "serial.jsonl")


@pytest.mark.parametrize("fault", [JailError("no jail"), ZeroDivisionError("a check of ours")])
def test_our_own_failure_is_never_a_score(course, grade, monkeypatch, fault):
    def fails(*given):
        raise fault

    monkeypatch.setattr(marking, "judged", fails)
    assert grade() == 5
    for record in records(course / "results.jsonl"):
        expected = ("unreadable", 0) if record["student"] == "dan" else ("review", None)
        assert (record["status"], record["points"]) == expected


def test_two_runs_do_not_write_to_one_file(course, grade):
    class Second(Serial):
        def submit(self, *given):
            with pytest.raises(BlockingIOError, match="another run is writing"):
                grade()
            return super().submit(*given)

    assert grade(executor=Second()) == 5


def test_only_so_many_are_under_way(course, grade):
    lock, now, most = threading.Lock(), 0, 0

    class Counting(ThreadPoolExecutor):
        def submit(self, function, task):
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            return super().submit(partial(self.counted, function), task)

        def counted(self, function, task):
            nonlocal now
            try:
                return function(task)
            finally:
                with lock:
                    now -= 1

    with Counting(8) as pool:
        grade(executor=pool, width=2)
    assert most == 2


def test_workers_of_dask_that_are_killed_cost_nothing(course, limits, tmp_path):
    from distributed import Client

    from backprop_lib.check import PROBLEM_SETS

    source = exports.Path(marking.check.__file__).parents[2] / "book/assignments/source"
    data = (source / "ps1" / "ps1.ipynb").read_bytes()
    for number in range(12):
        place = tmp_path / "many" / f"s{number}" / "ps1.ipynb"
        place.parent.mkdir(parents=True)
        place.write_bytes(data + b"\n" * number)
    found = find(tmp_path / "many", PROBLEM_SETS)
    farm.grade(found, tmp_path / "serial.jsonl", b"secret", Serial(), 1, limits)
    with Client(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as client:
        first = min(client.run(os.getpid).values())

        class Killing(Serial):
            turns = count(1)

            def submit(self, *given):
                if next(self.turns) == 4:
                    os.kill(first, signal.SIGKILL)
                return client.get_executor(pure=False).submit(*given)

        farm.grade(found, tmp_path / "dask.jsonl", b"secret", Killing(), 4, limits)
        assert first not in client.run(os.getpid).values()
    assert records(tmp_path / "dask.jsonl") == records(tmp_path / "serial.jsonl")
    assert {record["points"] for record in records(tmp_path / "dask.jsonl")} == {90}
    assert len(lines(tmp_path / "dask.jsonl")) == 12
