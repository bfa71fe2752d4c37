"""The explorers of chapter 6: paths add up to δ, lines have their shapes, bugs their verdict."""

import re

import numpy as np
import pytest
from pageexplorers import numbers

import backprop_lib as bp
from backprop_lib import explorers
from backprop_lib.explorers.matrix_lines import matrix_lines

LOSS = bp.half_squared_error


@pytest.fixture(scope="module")
def small():
    net = bp.Network((1, 2, 3, 2), (bp.tanh, bp.sigmoid, bp.tanh))
    theta = np.random.default_rng(3).normal(size=net.parameter_count)
    X, Y = [[0.7]], [[0.5, -0.5]]
    trace = net.forward(theta, X)
    back = net.backward(theta, trace, LOSS.gradient(trace.a[-1], Y))
    return explorers.paths_of_delta(net, theta, X, Y, LOSS), back


@pytest.mark.parametrize("unit", [0, 1])
def test_paths_add_up_to_the_delta_of_the_library(small, unit):
    explorer, back = small
    last = explorer.frame(walked=6, unit=unit).sentence
    assert last.endswith("That is its δ.")
    assert numbers(last)[-1] == pytest.approx(back.delta[1][0, unit], rel=1e-3)


def test_every_path_is_the_product_that_its_sentence_writes(small):
    explorer, _ = small
    so_far = 0.0
    for walked in range(1, 7):
        sentence = explorer.frame(walked=walked, unit=1).sentence
        left, right = re.search(r": (.*?) = (\S+)\. The sum is now (\S+)\.", sentence).group(1, 2)
        factors = numbers(left)
        product = numbers(right)[0]
        assert len(factors) == 5  # two slopes, two weights, δ of the output
        assert np.prod(factors) == pytest.approx(product, rel=0.02)
        so_far += product
        assert numbers(sentence.split("now")[1])[0] == pytest.approx(so_far, rel=0.01, abs=1e-3)


@pytest.fixture(scope="module")
def batch():
    net = bp.Network((3, 5, 4, 2), (bp.tanh, bp.sigmoid, bp.linear))
    rng = np.random.default_rng(1)
    theta = rng.normal(size=net.parameter_count)
    X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    return net, theta, X, Y


SIGNS = {"@": np.matmul, "+": np.add, "⊙": np.multiply}


def test_every_line_of_the_passes_is_true(batch):
    net = batch[0]
    lines = matrix_lines(*batch, LOSS)
    assert [line.phase for line in lines] == ["Forward"] * 6 + ["Loss"] + ["Backward"] * 9
    for line in lines:
        result, sign, *rest = line.parts
        if sign == "= φ":
            layer = int("¹²³".index(result[0][-1]))
            value = net.activations[layer](rest[0][1])
        elif sign == "from":
            value = LOSS.gradient(rest[0][1], rest[2][1])
        else:
            value = rest[0][1]
            for operation, (_, right, _) in zip(rest[1::2], rest[2::2], strict=True):
                value = SIGNS[operation](value, right)
            value = np.reshape(value, np.shape(result[1]))
        np.testing.assert_allclose(value, result[1], rtol=1e-12, atol=1e-15)


def test_last_lines_hold_the_gradient_of_the_library(batch):
    net, theta, X, Y = batch
    found = {line.parts[0][0]: line.parts[0][1] for line in matrix_lines(*batch, LOSS)}
    gradient = np.concatenate(
        [found[f"∂J/∂{letter}{l}"].ravel() for l in "¹²³" for letter in ("W", "b")]
    )
    np.testing.assert_array_equal(gradient, net.objective(LOSS, X, Y)(theta)[1])


def test_frames_of_the_matrices_name_every_shape(batch):
    explorer = explorers.matrix_pass(*batch, LOSS)
    assert len({frame.svg for frame in explorer.frames}) == 16
    assert len({frame.sentence for frame in explorer.frames}) == 16
    assert len(explorer.html().encode()) < 200_000
    sentence = explorer.frame(line=11).sentence
    assert "δ³ (6, 2), W³ᵀ (2, 4), φ′(z²) (6, 4) comes δ² (6, 4)" in sentence


@pytest.fixture(scope="module")
def bugs():
    net = bp.Network((2, 3, 1), (bp.tanh, bp.linear))
    rng = np.random.default_rng(0)
    theta = rng.normal(size=net.parameter_count)
    right = net.objective(LOSS, rng.normal(size=(4, 2)), rng.normal(size=(4, 1)))

    def judge(bug, network):
        if bug == "shape":
            return "3 is not 2"
        factor = np.ones(net.parameter_count)
        factor[-4:] = {"none": 1, "twice": 2}[bug]
        return bp.check_gradient(lambda theta: (right(theta)[0], factor * right(theta)[1]), theta)

    return explorers.planted_bugs(judge, ["none", "twice", "shape"], {"a": net, "b": net})


def test_sentence_of_a_bug_counts_the_wrong_slopes(bugs):
    sentence = bugs.frame(bug="twice", network="b").sentence
    assert sentence.startswith("Bug: twice. Network: b. Seen: 4 of 13 slopes are wrong")
    assert numbers(sentence)[-1] == 0.5


def test_right_gradient_shows_nothing_and_a_shape_stops(bugs):
    assert "Nothing to see" in bugs.frame(bug="none", network="a").sentence
    assert bugs.frame(bug="shape", network="a").sentence.endswith("a complaint, 3 is not 2.")
