"""Problem set 4: its programs agree with the library; a friend's mistake starts in one layer."""

import numpy as np
import pytest

import backprop_lib as bp
from backprop_lib.check import QUESTIONS, ps4_network, ps4_steps, wire
from backprop_lib.check.compare import difference
from backprop_lib.check.question import practice_input

CASES = range(20)


def drawn(number, case, student="anne"):
    return practice_input(QUESTIONS[f"ps4.q{number}"], student, case)


@pytest.mark.parametrize("case", CASES)
def test_delta_of_outputs_is_the_pullback_of_the_libraries_losses(case):
    z, y, names = drawn(1, case)
    for k, name in enumerate(names):
        one = z[k : k + 1, None]
        a = bp.ACTIVATIONS[name](one)
        slope = bp.half_squared_error.gradient(a, y[k : k + 1, None])
        wanted = bp.ACTIVATIONS[name].pullback(slope, one, a)[0, 0]
        assert ps4_steps.output_delta(z, y, names)[k] == pytest.approx(wanted, rel=1e-12)
    z, y = drawn(2, case)
    assert (
        difference(ps4_steps.softmax_delta(z, y), bp.softmax_cross_entropy.gradient(z, y), 1e-12)
        == ""
    )


@pytest.mark.parametrize("case", CASES)
def test_hidden_deltas_are_those_of_the_library(case):
    W, z, delta, name = drawn(3, case)
    depth, d = len(W) - 1, len(delta)
    net = bp.Network((d,) * (depth + 1), (bp.ACTIVATIONS[name],) * (depth - 1) + (bp.linear,))
    trace = net.forward(net.pack(W=W[1:], b=np.zeros((depth, d))), np.ones((1, d)))
    for l in range(1, depth + 1):  # the sums are drawn; nothing else of a trace is read
        trace.z[l][:] = z[l]
        trace.a[l][:] = net.activations[l - 1](z[l])
    back = net.backward(net.pack(W=W[1:], b=np.zeros((depth, d))), trace, delta[None])
    wanted = [None, *(delta[0] for delta in back.delta[1:])]
    assert difference(ps4_steps.hidden_deltas(W, z, delta, name), wanted, 1e-12) == ""


@pytest.mark.parametrize("case", CASES)
def test_own_backward_pass_is_the_libraries_if_nothing_is_exchanged(case):
    given = drawn(5, case)
    assert difference(ps4_network.own_backward(*given), ps4_network.backward(*given), 1e-12) == ""


def test_all_sizes_of_a_network_differ():
    for case in CASES:
        X, Y, W, *_ = drawn(5, case)
        sizes = [*X.shape, *(weights.shape[1] for weights in W[1:])]
        assert len(set(sizes)) == len(sizes)
        assert sizes[-1] == Y.shape[1]


@pytest.mark.parametrize("case", CASES)
def test_differences_and_relative_error_are_those_of_the_library(case):
    objective, gradient, theta, step = drawn(6, case)

    def both(theta):
        return objective(theta), gradient

    stacked = np.vectorize(both, signature="(p)->(),(p)")
    found = bp.check_gradient(stacked, theta, step=step)
    numeric, error = QUESTIONS["ps4.q6"].answer(objective, gradient, theta, step)
    assert numeric == pytest.approx(found.numeric, rel=1e-9)
    assert error == pytest.approx(found.relative_error, rel=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_mistake_of_a_friend_shows_in_its_layer_and_below_but_not_above(case):
    *network, friend = drawn(7, case)
    layer, slopes = ps4_network.wrong_layer(*network, friend)
    right, _ = ps4_network.backward(*network)
    assert 1 < layer < len(right) - 1
    np.testing.assert_array_equal(slopes, right[layer])
    for l in range(1, len(right)):
        apart = np.abs(friend[l] - right[l]).max() / np.abs(right[l]).max()
        assert apart > 1e-3 if l <= layer else apart < 1e-12


def test_no_layer_is_the_answer_for_all():
    layers = {ps4_network.wrong_layer(*drawn(7, case))[0] for case in range(40)}
    assert layers == {2, 3, 4}


def test_formulas_of_many_students_do_not_pile_up():
    for number in range(200):
        assert wire.Formula(f"lambda w: w + {number}")(1) == number + 1
    assert wire._compiled.cache_info().currsize <= 64
