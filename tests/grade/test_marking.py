"""One notebook becomes one record: points for right answers, reasons for others, nothing else."""

import struct
import tempfile

import pytest

from backprop_lib.check.question import practice_input
from backprop_lib.grade import jail, walls
from backprop_lib.grade.jail import JailError
from backprop_lib.grade.marking import Task, judged, mark, version
from backprop_lib.grade.selftest import self_test


@pytest.fixture
def record(problem_set, limits, notebook):
    def record(*cells, student="anne", key=b"secret", data=None):
        data = notebook(*cells) if data is None else data
        return mark(Task(student, "ps0", data, "", ("known",), key, limits))

    return record


def test_a_right_notebook_gets_all_points_of_the_computer(record, right):
    made = record(*right)
    assert (made["status"], made["points"], made["out_of"]) == ("graded", 80, 80)
    assert [q["status"] for q in made["questions"]] == ["passed"] * 3
    assert made["facts"] == ["known"]


def test_a_table_that_is_only_looked_at_costs_nothing(record, right):
    made = record(*right, 'inputs("ps0.q4")')
    assert (made["points"], made["facts"]) == (80, ["known"])


def test_each_wrong_answer_has_its_reason(record, right):
    right[1] = "def double(x):\n    return x**2"
    right[3] = "def shift(x, by):\n    return x + undefined"
    made = record(*right)
    assert made["points"] == 20
    squared, raised, _ = made["questions"]
    assert (squared["status"], squared["mistake"]) == ("wrong", "squared")
    assert "Twice is not squared." in squared["text"]
    assert raised["status"] == "error"
    assert (
        "NameError: name 'undefined' is not defined in the line `return x + und" in raised["text"]
    )


def test_hidden_inputs_do_not_repeat_when_a_notebook_is_handed_in_again(record, right):
    right[1] = "def double(x):\n    return 0 * x"
    first = record(*right)["questions"][0]["text"]
    assert record(*right)["questions"][0]["text"] == first
    assert record(*right, "# again")["questions"][0]["text"] != first
    assert record(*right, student="ben")["questions"][0]["text"] != first
    assert record(*right, key=b"other")["questions"][0]["text"] != first


def test_a_neighbours_numbers_win_nothing_and_are_noted(record, problem_set, right):
    (number,) = practice_input(problem_set.questions[2], "ben")
    right[0] += '\nSTUDENT = "ben"'
    right[4] = f"slope = {2 * number}"
    made = record(*right)
    assert made["questions"][2]["points"] == 0
    numbers = "the numbers to be worked by hand are those of 'anne'"
    assert f"the notebook says STUDENT = 'ben'; {numbers}" in made["facts"]
    assert "ps0.q3 is right for the numbers of 'ben'" in made["facts"]
    assert record(*right, student="Ben ")["points"] == 80


def test_an_unreadable_file_has_no_points_and_a_reason(record):
    made = record(data=b"%PDF-1.7")
    assert (made["status"], made["points"], made["out_of"]) == ("unreadable", 0, 80)
    assert "it begins with '%PDF-1.7'" in made["facts"][0]


def test_a_failing_check_gives_no_score(record, right, problem_set, monkeypatch):
    def fails(*given):
        raise ZeroDivisionError("a fault of ours")

    question = problem_set.questions[1]
    monkeypatch.setitem(question.__dict__, "answer", fails)
    fails.__name__ = "shift"
    with pytest.raises(ZeroDivisionError):
        record(*right)


def test_checks_under_another_secret_are_other_checks():
    assert version(b"one") == version(b"one") != version(b"two")


ALLOW_ALL = struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF0000)
HOLES = {
    "reads a file": ("--perms", "0755", "--dir", "/var", "--ro-bind", "/var/tmp", "/var/tmp"),
    "calls the machine": (),
    "sees processes": ("--proc", "/proc"),
}


@pytest.mark.parametrize("hole", HOLES)
def test_the_self_test_notices_a_hole(limits, monkeypatch, hole):
    *words, _, _, _, _ = (word for word in walls.walls() if word != "--unshare-net")
    words += HOLES[hole]
    if hole != "calls the machine":
        words.append("--unshare-net")
    monkeypatch.setattr(jail, "walls", lambda: words)
    monkeypatch.setattr(jail, "seccomp", lambda machine: ALLOW_ALL)
    monkeypatch.setattr(tempfile, "tempdir", "/var/tmp")
    with pytest.raises(JailError, match=f'entry "{hole}"'):
        self_test.__wrapped__(limits)


@pytest.mark.parametrize(
    ("hole", "limit"), [("takes memory", "RLIMIT_AS"), ("starts processes", "RLIMIT_NPROC")]
)
def test_the_self_test_notices_a_missing_limit(limits, monkeypatch, hole, limit):
    ask = jail.Jail.ask

    def without(self, request, seconds):
        if "limits" in request:
            del request["limits"][limit]
        return ask(self, request, seconds)

    monkeypatch.setattr(jail.Jail, "ask", without)
    with pytest.raises(JailError, match=f'entry "{hole}"'):
        self_test.__wrapped__(limits)


def test_hidden_inputs_are_new_where_cells_end_elsewhere(limits, problem_set):
    told, code = [], "def double(x):\n    return 0"
    for cells in (["x = 1", code], [f"x = 1\n{code}"]):
        (verdict, *_), _ = judged(problem_set, cells, "anne", b"secret", limits)
        told.append(verdict.text)
    assert told[0] != told[1]
    assert told[0].startswith("double(")
