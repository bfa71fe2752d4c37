"""Problem set 3: its own program agrees with the library, and a pocket calculator is enough."""

import numpy as np
import pytest

from backprop_lib import Network, half_squared_error, sigmoid
from backprop_lib.check import QUESTIONS, ps3
from backprop_lib.check.compare import difference
from backprop_lib.check.question import practice_input

NET = Network(sizes=(2, 2, 2), activations=(sigmoid, sigmoid))
STUDENTS = [f"student {number}" for number in range(100)]


def library(i, t, W1, b1, W2, b2):
    """Return trace and backward pass of the library."""
    theta = NET.pack(W=[W1, W2], b=[b1, b2])
    trace = NET.forward(theta, i[None])
    return trace, NET.backward(theta, trace, half_squared_error.gradient(trace.a[2], t[None]))


@pytest.mark.parametrize("student", STUDENTS[:10])
def test_slopes_are_those_of_the_library(student):
    given = practice_input(QUESTIONS["ps3.q6"], student)
    trace, back = library(*given)
    found = ps3.forward(given[0], *given[2:]), ps3.slopes(*given)
    wanted = (trace.a[1][0], trace.a[2][0]), (back.W[1], back.b[1], back.W[2], back.b[2])
    assert difference(found, wanted, 1e-12) == ""


@pytest.mark.parametrize("student", STUDENTS[:10])
def test_numbers_by_hand_are_those_of_the_library(student):
    (n,) = practice_input(QUESTIONS["ps3.q1"], student)
    *given, rate = ps3.arrays(n)
    trace, back = library(*given)
    h, o = trace.a[1][0], trace.a[2][0]
    E = half_squared_error(trace.a[2], given[1][None])
    assert list(ps3.forward_values(n).values()) == pytest.approx([*h, *o, E])
    assert list(ps3.output_slopes(n).values()) == pytest.approx(
        [*back.delta[2][0], back.W[2][1, 0], back.W[2][0, 1]]
    )
    assert list(ps3.hidden_slopes(n).values()) == pytest.approx(
        [back.W[1][0, 0], back.W[1][1, 1], back.b[1][1]]
    )
    after = [n[name] for name in ("w1", "w8", "b_h1", "b_o2")]
    slopes = [back.W[1][0, 0], back.W[2][1, 1], back.b[1][0], back.b[2][1]]
    assert list(ps3.after_step(n).values()) == pytest.approx(
        np.subtract(after, rate * np.array(slopes))
    )


def test_names_of_the_example_stand_where_chapter_4_has_them():
    order = [f"w{k}" for k in range(1, 9)] + ["i1", "i2", "t1", "t2"]
    order += ["b_h1", "b_h2", "b_o1", "b_o2", "rate"]
    numbers = [0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.50, 0.55, 0.05, 0.10, 0.01, 0.99]
    n = dict(zip(order, [*numbers, 0.35, 0.35, 0.60, 0.60, 0.5], strict=True))
    assert ps3.forward_values(n)["E"] == pytest.approx(0.298371109, abs=1e-9)
    assert ps3.hidden_slopes(n)["w1"] == pytest.approx(0.000438567734, abs=1e-12)


def test_the_famous_number_of_the_web_is_the_error_with_output_weights_moved_first():
    """Chapter 4: frozen biases; the right step would give 0.291027774."""
    W1, W2 = np.array([[0.15, 0.25], [0.20, 0.30]]), np.array([[0.40, 0.50], [0.45, 0.55]])
    given = np.array([0.05, 0.1]), np.array([0.01, 0.99]), W1, np.full(2, 0.35), W2, np.full(2, 0.6)
    parts = {"in_b": np.zeros_like}
    moved = parts | {"carry": lambda W2, moved, delta: moved @ delta}
    assert ps3.error_after(*given, 0.5, 1, **parts) == pytest.approx(0.291027774, abs=1e-9)
    assert ps3.error_after(*given, 0.5, 1, **moved) == pytest.approx(0.291027924, abs=1e-9)


@pytest.mark.parametrize("name", ["ps3.q1", "ps3.q2", "ps3.q3", "ps3.q4"])
def test_five_digits_are_enough(name):
    question = QUESTIONS[name]
    for student in STUDENTS:
        (n,) = practice_input(question, student)
        five = question.answer(n, near=lambda x: np.vectorize(lambda v: float(f"{v:.5g}"))(x))
        assert difference(five, question.answer(n), question.tolerance) == "", student


def test_four_questions_go_on_with_one_network_and_students_have_different_ones():
    drawn = [practice_input(QUESTIONS[f"ps3.q{k}"], "anne")[0] for k in (1, 2, 3, 4)]
    assert drawn[0] == drawn[1] == drawn[2] == drawn[3]
    networks = {str(practice_input(QUESTIONS["ps3.q1"], student)) for student in STUDENTS}
    assert len(networks) == len(STUDENTS)


def test_a_student_cannot_spoil_the_numbers_for_the_next_check():
    (n,) = practice_input(QUESTIONS["ps3.q1"], "anne")
    n["w1"] = 7.0
    assert practice_input(QUESTIONS["ps3.q1"], "anne")[0]["w1"] != 7.0
