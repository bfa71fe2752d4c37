"""What a student's names answer, or why they do not: the same words in notebook and jail."""

import sys

import numpy as np
import pytest

from backprop_lib.check import asking
from backprop_lib.check.notebook import Here
from backprop_lib.check.question import PRACTICE, Reply, stream
from backprop_lib.check.wire import encode


class Odd:
    """An object whose every trait is a trap."""

    def __str__(self):
        raise KeyError("no text")


def endless():
    nested = []
    nested.append(nested)
    return nested


@pytest.mark.parametrize(
    ("answer", "status", "text"),
    [
        (lambda: 3.0, "value", ""),
        (lambda: {1, 2}, "unreadable", "it gives a value of type set, which is no number"),
        (lambda: np.array([1j]), "unreadable", "dtype complex128"),
        (endless, "unreadable", "contains itself"),
        (lambda: {Odd(): 1.0}, "unreadable", "cannot be read: KeyError"),
        (lambda: 1 / 0, "error", "it raises ZeroDivisionError: division by zero in the line"),
        (lambda: sys.exit(1), "error", "it raises SystemExit: 1"),
    ],
)
def test_an_answer_is_a_value_or_a_reason(answer, status, text):
    reply = Here({"answer": answer}).call("answer", ())
    assert reply.status == status
    assert text in reply.text


def test_what_is_not_answered_yet_is_missing():
    def empty():
        raise NotImplementedError

    names = {"empty": empty, "dots": ..., "number": 3}
    assert asking.call(names, "empty", []) == {"status": "missing", "text": "not answered yet."}
    assert "there is no function `dots` yet" in asking.call(names, "dots", [])["text"]
    assert asking.call(names, "number", [])["text"] == "`number` must be a function, got int."
    assert "there is no variable `dots` yet" in asking.read(names, "dots")["text"]


def test_an_argument_altered_in_place_is_told():
    def shift(x, y):
        x -= 1
        return y

    reply = Here({"shift": shift}).call("shift", (np.ones(2), np.ones(3)))
    assert reply.changed == (0,)


def test_each_call_gets_copies():
    kept = []
    x = np.ones(2)
    Here({"keep": kept.append}).call("keep", (x,))
    assert kept[0] is not x
    np.testing.assert_array_equal(kept[0], x)


def test_the_line_named_is_the_students_and_not_numpys():
    def solve(matrix):
        return np.linalg.inv(matrix)

    reply = Here({"solve": solve}).call("solve", (np.zeros((2, 2)),))
    assert "LinAlgError: Singular matrix in the line `return np.linalg.inv(matrix)`" in reply.text


def test_a_variable_is_read():
    assert Here({"slope": np.float64(2.5)}).read("slope") == Reply("value", np.array(2.5))
    assert encode(np.float64(2.5)) == asking.read({"slope": np.float64(2.5)}, "slope")["value"]


def test_the_numbers_of_a_student_do_not_depend_on_how_the_name_is_typed():
    def drawn(name):
        return stream(PRACTICE, name, "ps0.q1", 0).normal()

    assert drawn(" Jane Doe\n") == drawn("jane doe") != drawn("jane  doe")
    assert np.isfinite(drawn("bad\udcff name"))


def test_what_will_be_gone_when_graded_is_named():
    cells = "from backprop_lib.check import check, inputs\nimport numpy as np\n{}\n"
    answer = "def neuron(x, w, b):\n    return {}\nverdict = check('ps1.q1')"
    for line, body, expected in (
        ("", "1 / (1 + np.exp(-(x @ w + b)))", ""),
        ("import backprop_lib as bp", "bp.sigmoid(x @ w + b)", "`bp` of backprop_lib will be gone"),
        ("from backprop_lib import sigmoid as s, fit", "s(x @ w + b)", "But `s`, `fit` of back"),
    ):
        names = {"STUDENT": "anne"}
        exec(cells.format(line) + answer.format(body), names)
        assert str(names["verdict"]).startswith("ps1.q1: right, 10 of 10 points.")
        assert expected in names["verdict"].text
        assert bool(names["verdict"].text) is bool(expected)
