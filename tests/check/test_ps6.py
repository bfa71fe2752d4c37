"""Problem set 6: the references against numbers worked by hand, and what the draws promise."""

import numpy as np
import pytest

import backprop_lib as bp
from backprop_lib.check.ps6 import SET, first_delta, gradient_sizes
from backprop_lib.check.ps6_starts import (
    break_symmetry,
    dead_share,
    different_units,
    start_variances,
)
from backprop_lib.check.ps6_training import draw_runs, train

QUESTIONS = {question.id: question for question in SET.questions}


def drawn(question, student):
    return QUESTIONS[question].draw(np.random.default_rng(student))


def test_first_delta_is_the_librarys():
    net = bp.Network((1, 1, 1, 1, 1), (bp.sigmoid,) * 4)
    theta = bp.normal(net, np.random.default_rng(0))
    trace = net.forward(theta, [[0.7]])
    W, answers = net.unpack(theta)[0], np.array([a.item() for a in trace.a[1:]])
    back = net.backward(theta, trace, [[1.0]])
    found = first_delta(answers, np.array([w.item() for w in W[1:]]))
    np.testing.assert_allclose(found, back.delta[1].item())


def test_gradient_sizes_agree_with_differences():
    W, b, X, G, names = drawn("ps6.q2", 1)
    phi = [None, *(bp.ACTIVATIONS[name] for name in names)]

    def J(W):
        a = X
        for l in range(1, len(W)):
            a = phi[l](a @ W[l] + b[l])
        return (a * G).sum()

    for l, size in enumerate(gradient_sizes(W, b, X, G, names), start=1):
        slopes = np.zeros_like(W[l])
        for place in np.ndindex(W[l].shape):
            ends = []
            for step in (1e-6, -1e-6):
                moved = [None, *(w.copy() for w in W[1:])]
                moved[l][place] += step
                ends.append(J(moved))
            slopes[place] = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose(size, np.sqrt((slopes**2).sum()), rtol=1e-6)


@pytest.mark.parametrize(("units", "start"), [("relu", bp.he), ("tanh", bp.glorot)])
def test_variances_are_those_that_the_library_draws_with(units, start):
    net = bp.Network((300, 200), (bp.ACTIVATIONS[units],))
    weights = net.unpack(start(net, np.random.default_rng(0)))[0][1]
    np.testing.assert_allclose(start_variances([300, 200], [units]), weights.var(), rtol=0.02)
    assert start_variances([4, 3, 2], ["linear", "linear"]) == [1 / 4, 1 / 3]


def test_dead_units_by_hand():
    X, W = np.array([[1.0], [2.0]]), np.array([[1.0, -1.0, 1.0, 1.0, 1.0]])
    assert dead_share(X, W, np.array([0.0, 0.0, -1.5, -2.0, -3.0])) == 3 / 5


@pytest.mark.parametrize("student", range(20))
def test_units_that_differ_stay_as_many_in_training(student):
    W, b, V = drawn("ps6.q5", student)
    net = bp.Network((len(W), len(b), V.shape[1]), (bp.sigmoid, bp.linear))
    rng = np.random.default_rng(student)
    X, Y = rng.normal(size=(9, len(W))), rng.normal(size=(9, V.shape[1]))
    objective = net.objective(bp.half_squared_error, X, Y)
    theta = net.pack([W, V], [b, np.zeros(V.shape[1])])
    *_, end = bp.minimize(objective, theta, bp.GradientDescent(0.05), steps=20)
    W_end, b_end = net.unpack(end.theta)
    rounded = [part.round(9) for part in (W_end[1], b_end[1], W_end[2])]
    assert different_units(*rounded) == different_units(W, b, V)


@pytest.mark.parametrize("student", range(20))
def test_a_start_without_twins_may_be_any(student):
    verify, rng = QUESTIONS["ps6.q6"].verify, np.random.default_rng(student)
    W, b, V, size = drawn("ps6.q6", student)
    kick = rng.uniform(-size, size, W.shape)
    assert verify([W + kick, b, V], W, b, V, size) == ""
    assert verify([W, b + rng.uniform(-size, size, b.shape), V], W, b, V, size) == ""
    assert verify([(W + kick).tolist(), b, V], W, b, V, size) == ""
    assert verify([(W + kick).astype(np.float32), b, V], W, b, V, size) == ""
    assert "has moved by" in verify([W + 2 * size, b, V], W, b, V, size)
    assert "has moved by" in verify([W * np.nan, b, V], W, b, V, size)
    assert verify([W + size, b, V], W, b, V, size) == "units 0 and 1 are still twins."
    kick[:, 2:] = kick[:, :1]
    assert verify([W + kick, b, V], W, b, V, size) == "units 0 and 2 are still twins."
    for odd in (3.0, None, "W", [W, b], [W.T, b, V], [W, b, "V"], {"W": W}, [[[1], [1, 2]], b, V]):
        assert "expected W, b and V of the shapes" in verify(odd, W, b, V, size)
    assert verify(break_symmetry(W, b, V, size), W, b, V, size) == ""


def test_one_step_of_training_by_hand():
    X, Y = np.array([[1.0]]), np.array([[1.0, 0.0]])
    W, b, losses = train(X, Y, [None, np.zeros((1, 2))], [None, np.zeros(2)], [], 0.5, 1)
    np.testing.assert_allclose(W[1], [[0.25, -0.25]])
    np.testing.assert_allclose(b[1], [0.25, -0.25])
    np.testing.assert_allclose(losses, [np.log(2), np.log(1 + np.exp(-1))])


def test_runs_show_their_faults_for_every_student():
    letters = set()
    for student in range(25):
        (table,) = draw_runs(np.random.default_rng(student))
        for name, _, after, first, last, different, silent, right in zip(
            *table.columns.values(), strict=True
        ):
            if silent == 64:
                fault = "dead"
                assert first == last == 0
            elif different == 1:
                fault = "twins"
                assert after > 0.4
                assert first > 0.01 * last
            elif first < 0.002 * last:
                fault = "vanishing"
                assert after > 0.6
            else:
                fault = "none"
                assert after < 0.3
                assert first > 0.1 * last
                assert right > 90
            letters.add((fault, name))
        assert {fault for fault, _ in letters} == {"dead", "twins", "vanishing", "none"}
    assert len(letters) == 16
