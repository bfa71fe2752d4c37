"""Problem set 5: the references against numbers worked by hand, and what the draws promise."""

import numpy as np
import pytest

from backprop_lib.check import inputs
from backprop_lib.check.ps5 import SET, batch_gradients, newton_step, rate_limit, two_steps
from backprop_lib.check.ps5_walks import adam_path, momentum_path, rmsprop_path

QUESTIONS = {question.id: question for question in SET.questions}


def drawn(question, student):
    return QUESTIONS[question].draw(np.random.default_rng(student))


def test_two_steps_by_hand():
    moved = two_steps(np.array([2.0, 5.0]), np.array([3.0, -1.0]), 0.1)
    np.testing.assert_allclose(moved, [3 * 0.8**2, -(0.5**2)])


def test_above_the_limit_a_walk_grows_and_below_it_shrinks():
    (H,) = drawn("ps5.q2", 0)
    for share, grows in ((0.98, False), (1.02, True)):
        theta = np.ones(len(H))
        for _ in range(2000):
            theta = theta - share * rate_limit(H) * H @ theta
        assert bool(np.linalg.norm(theta) > 1) is grows


def test_newton_ends_at_the_lowest_point_of_a_parabola():
    theta, _, H = drawn("ps5.q3", 0)
    np.testing.assert_allclose(newton_step(theta, H @ theta, H), 0, atol=1e-12)


def test_batches_by_hand():
    slopes = np.array([[1.0], [2.0], [4.0], [8.0], [16.0]])
    found = batch_gradients(slopes, np.array([3, 0, 4, 2, 1]), 2)
    np.testing.assert_allclose(found, [[4.5], [10.0], [2.0]])


@pytest.mark.parametrize("student", range(50))
def test_the_last_batch_is_always_short(student):
    slopes, order, size = drawn("ps5.q4", student)
    assert len(order) == len(slopes)
    assert 0 < len(slopes) % size < size


def test_batches_of_nearly_equal_length_pass_for_nobody(notebook):
    def batch_gradients(slopes, order, size):
        parts = np.array_split(order, -(-len(order) // size))
        return [slopes[rows].mean(axis=0) for rows in parts]

    for student in ("your id", *map(str, range(100))):
        verdict = notebook.ask("ps5.q4", {"batch_gradients": batch_gradients}, student)
        assert verdict.mistake == "batches of nearly equal length"


def test_one_array_that_is_appended_at_every_step_has_a_name(notebook):
    def momentum_path(theta, gradients, rate, mu):
        theta, m, path = theta.copy(), 0, []
        for g in gradients:
            m = mu * m + g
            theta -= rate * m
            path.append(theta)
        return np.array(path)

    verdict = notebook.ask("ps5.q5", {"momentum_path": momentum_path})
    assert verdict.mistake == "one array for all steps"


def test_two_steps_of_each_walk_by_hand():
    gradients = np.array([[3.0], [-1.0]])
    start = np.zeros(1)
    np.testing.assert_allclose(momentum_path(start, gradients, 0.5, 0.5), [[-1.5], [-1.75]])
    np.testing.assert_allclose(  # v is 4.5, then 2.75
        rmsprop_path(start, gradients, 1.0, 1.0, 0.5, 1.0),
        [[-3 / (4.5**0.5 + 1)], [-3 / (4.5**0.5 + 1) + 0.5 / (2.75**0.5 + 1)]],
    )
    np.testing.assert_allclose(  # the means are 3 and 9, then 1/3 and 11/3
        adam_path(start, gradients, 1.0, 0.5, 0.5, 1.0),
        [[-0.75], [-0.75 - (1 / 3) / ((11 / 3) ** 0.5 + 1)]],
    )


def test_the_four_runs_tell_themselves_apart_for_every_student():
    letters = set()
    for student in range(100):
        STUDENT = f"student {student}"
        table = eval("inputs('ps5.q8')", {"inputs": inputs, "STUDENT": STUDENT})
        J = {name: np.array(column) for name, column in table.columns.items() if name != "step"}
        limit = [n for n, run in J.items() if run[3] < run[0] and run[-1] > 1000]
        uphill = [n for n, run in J.items() if (np.diff(run) > 0).all()]
        hops = [n for n, run in J.items() if 1e-3 < run[-1] < 1]
        sound = [n for n, run in J.items() if run[-1] < 1e-6]
        assert sorted(limit + uphill + hops + sound) == sorted(J)
        assert len(limit) == len(uphill) == len(hops) == 1
        letters |= {("limit", *limit), ("sound", *sound), ("uphill", *uphill)}
    assert len(letters) == 12
