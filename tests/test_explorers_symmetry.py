"""The explorers of chapter 9: their sentences hold, twins stay together, kicks grow."""

import numpy as np
import pytest
from pageexplorers import numbers

import backprop_lib as bp
from backprop_lib import explorers
from backprop_lib.explorers import symmetry as module

NET = bp.Network(sizes=(2, 2, 1), activations=(bp.tanh, bp.linear))
TEACHER = NET.pack(W=[[[2.0, 0.2], [0.2, 2.0]], [[1.0], [1.0]]], b=[[0.5, -0.3], [0.0]])
X = np.random.default_rng(2).uniform(-2, 2, (40, 2)).round(2)
OBJECTIVE = NET.objective(bp.half_squared_error, X, NET.forward(TEACHER, X).a[2])
SCALES = (1e-4, 1.0, 10.0)


def kicked(size):
    theta = bp.constant(NET, 0.5)
    theta[0] += size
    return theta


def arrows():
    starts = {"no kick": kicked(0.0), "a kick": kicked(1e-6)}
    return explorers.twin_arrows(OBJECTIVE, starts, (0, 250, 310, 400), teacher=TEACHER)


def first():
    shapes = {p.name: bp.Network((2, 2, 1), (p, bp.linear)) for p in (bp.sigmoid, bp.tanh, bp.relu)}
    objectives = {
        name: net.objective(bp.half_squared_error, X, OBJECTIVE.Y) for name, net in shapes.items()
    }
    zero_hidden = NET.pack(W=[np.zeros((2, 2)), [[0.5], [-0.3]]], b=[[0, 0], [0]])
    starts = {"zero": bp.zeros(NET), "half": kicked(0.0), "hidden zero": zero_hidden}
    starts["different"] = bp.glorot(NET, np.random.default_rng(4))
    return explorers.first_steps(objectives, starts, steps=100)


def scale():
    draws = bp.normal(NET, np.random.default_rng(3), size=9)
    return explorers.start_scale(OBJECTIVE, SCALES, draws, arrived=0.02, steps=400)


def test_descent_takes_the_steps_of_the_optimizer():
    path = module.descend(OBJECTIVE, np.stack([kicked(0.1), kicked(-0.2)]), 7, 0.3)
    steps = bp.minimize(OBJECTIVE, path[0], bp.GradientDescent(0.3), steps=7)
    np.testing.assert_allclose(path[1:], [step.theta for step in steps], rtol=1e-14)


def test_without_a_kick_the_arrows_never_part_and_with_one_they_do():
    explorer = arrows()
    still = numbers(explorer.frame(start="no kick", step=400).sentence)
    moved = numbers(explorer.frame(start="a kick", step=400).sentence)
    assert still[:2] == [400, 0]
    assert still[2] == pytest.approx(0.067, abs=1e-3)
    assert moved[1] > 1
    assert moved[2] < 0.02


def test_sentence_of_the_arrows_is_true():
    explorer = arrows()
    *_, last = bp.minimize(OBJECTIVE, kicked(1e-6), bp.GradientDescent(0.2), steps=310)
    W = NET.unpack(last.theta)[0][1]
    step, distance, J = numbers(explorer.frame(start="a kick", step=310).sentence)
    assert step == 310
    assert distance == pytest.approx(np.hypot(*(W[:, 0] - W[:, 1])), rel=0.05)
    assert pytest.approx(last.loss, rel=0.01) == J


def test_arrows_take_the_floats_of_a_kernels_slider():
    explorer = arrows()
    assert explorer.frame(step=250.0).sentence == explorer.frame(step=250).sentence


@pytest.mark.parametrize(
    ("kind", "start", "says"),
    [
        ("sigmoid", "zero", "move, and the two units stay equal"),
        ("tanh", "zero", "do not move"),
        ("relu", "zero", "do not move"),
        ("sigmoid", "half", "move, and the two units stay equal"),
        ("tanh", "half", "move, and the two units stay equal"),
        ("relu", "half", "move, and the two units stay equal"),
        ("sigmoid", "hidden zero", "part in step 1"),
        ("tanh", "hidden zero", "part in step 1"),
        ("relu", "hidden zero", "do not move"),
        ("tanh", "different", "differ from the first moment"),
    ],
)
def test_first_steps_tell_what_the_chapter_proves(kind, start, says):
    assert says in first().frame(kind=kind, start=start).sentence


def test_losses_of_the_first_steps_are_those_of_training():
    explorer = first()
    sentence = explorer.frame(kind="tanh", start="different").sentence
    start = bp.glorot(NET, np.random.default_rng(4))
    *_, last = bp.minimize(OBJECTIVE, start, bp.GradientDescent(0.2), steps=100)
    assert numbers(sentence)[0] == 100
    assert numbers(sentence)[1] == pytest.approx(last.loss, rel=0.01)


@pytest.mark.parametrize("scale_", SCALES)
def test_sentence_of_the_scales_is_true(scale_):
    sentence = scale().frame(scale=scale_).sentence
    theta = scale_ * bp.normal(NET, np.random.default_rng(3), size=9)
    path = module.descend(OBJECTIVE, theta, 400, 0.2)
    below = OBJECTIVE(path)[0] < 0.02
    arrived = below.any(axis=0)
    found = numbers(sentence)
    assert found[0] == scale_
    assert found[1:5] == [arrived.sum(), 9, 0.02, 400]
    if 2 * arrived.sum() < 9:
        assert sentence.endswith("in 400 steps.")
    else:
        there = below.argmax(axis=0)[arrived] <= found[6]
        before = below.argmax(axis=0)[arrived] < found[6]
        assert "; half of the 9 need at most " in sentence
        assert 2 * there.sum() > 9 > 2 * before.sum()
