"""The explorers of chapter 10: their sentences say what the networks computed."""

import re

import numpy as np
import pytest
from pageexplorers import numbers

import backprop_lib as bp
from backprop_lib import explorers
from backprop_lib.explorers.scratch import pushed


@pytest.fixture(scope="module")
def reader():
    rng = np.random.default_rng(3)
    data = bp.datasets.digits(rng)
    net = bp.Network(sizes=(64, 9, 10), activations=(bp.relu, bp.linear))
    start = bp.he(net, rng)
    *_, last = bp.fit(
        *(net, bp.softmax_cross_entropy, start, data.X, data.Y, bp.GradientDescent(0.3)),
        **{"epochs": 4, "rng": rng},
    )
    W, b = net.unpack(last.theta)
    W[1][:, 4], b[1][4] = -1.0, -1.0  # a unit that no image excites
    return net, start, last.theta, data.X_test, data.Y_test.argmax(axis=1)


@pytest.fixture(scope="module")
def runs():
    X, Y = np.array([[-1.0], [0.5]]), np.array([[0.0], [1.0]])
    calm = {1: (0.5, np.array([[0.2], [0.4]])), 10: (0.25, np.array([[0.1], [0.9]]))}
    wild = {1: (4e30, np.array([[-2e15], [3e15]])), 10: (0.26, np.array([[0.5], [0.5]]))}
    return X, Y, X, {"calm": calm, "wild": wild}


def test_fit_tells_cost_and_range_of_answers(runs):
    explorer = explorers.workshop_fit(*runs)
    assert explorer.frame().values == {"run": "calm", "iteration": 10}
    assert numbers(explorer.frame(run="calm", iteration=1).sentence) == [1, 0.5, 0.2, 0.4]
    sentence = explorer.frame(run="wild", iteration=1).sentence
    assert "cost is 4.0·10³⁰" in sentence
    assert "from −2.0·10¹⁵ to 3.0·10¹⁵" in sentence


def test_fit_that_explodes_leaves_no_huge_coordinates(runs):
    svg = explorers.workshop_fit(*runs).frame(run="wild", iteration=1).svg
    paths = " ".join(re.findall(r' d="([^"]*)"', svg.replace("\n", " ")))
    assert 0 < max(abs(number) for number in numbers(paths)) < 1e4


@pytest.mark.parametrize(("right", "down"), [(0, 0), (1, 0), (-2, 0), (0, 1), (2, -1), (9, 0)])
def test_pushed_moves_every_pixel_and_fills_with_white(right, down):
    images = np.random.default_rng(0).random((2, 64))
    moved = pushed(images, right, down).reshape(2, 8, 8)
    for row in range(8):
        for column in range(8):
            inside = 0 <= row - down < 8 and 0 <= column - right < 8
            wanted = images.reshape(2, 8, 8)[:, row - down, column - right] if inside else 0
            np.testing.assert_array_equal(moved[:, row, column], wanted)


def test_moved_digit_tells_what_the_network_answers(reader):
    net, _, theta, X, labels = reader
    explorer = explorers.moved_digit(net, theta, {str(labels[0]): X[0], str(labels[1]): X[1]})
    image = str(labels[1])
    sentence = explorer.frame(image=image, right=-1, down=1).sentence
    p = bp.softmax(net.forward(theta, pushed(X[1:2], -1, 1)).a[-1])[0]
    assert numbers(sentence) == [labels[1], 1, 1, p.argmax(), pytest.approx(p.max(), abs=5e-5)]
    assert "1 to the left and 1 down" in sentence
    assert ("right." in sentence) == (p.argmax() == labels[1])
    assert "in its place" in explorer.frame(image=image).sentence


def test_hidden_unit_tells_what_excites_it_and_what_it_says(reader):
    net, start, theta, X, labels = reader
    explorer = explorers.hidden_unit(net, theta, start, X, labels)
    answers = np.maximum(0, X @ net.unpack(theta)[0][1] + net.unpack(theta)[1][1])
    out = net.unpack(theta)[0][2]
    alive = np.flatnonzero((answers > 0).sum(axis=0) > 3)
    assert len(alive) > 3
    for k in alive[:3]:
        unit = int(k) + 1
        top = np.argsort(-answers[:, k])[:3]
        silent = (answers[:, k] == 0).sum()
        high, low = out[k].argmax(), out[k].argmin()
        assert numbers(explorer.frame(unit=unit).sentence) == [
            *(unit, *labels[top], silent, len(X), high, pytest.approx(out[k, high], rel=5e-3)),
            *(low, pytest.approx(out[k, low], rel=5e-3)),
        ]


def test_unit_that_no_shown_image_excites_is_called_silent_for_these(reader):
    net, start, theta, X, labels = reader
    sentence = explorers.hidden_unit(net, theta, start, X, labels).frame(unit=5).sentence
    assert sentence.startswith(f"Unit 5 is silent for all {len(X)} held-out images: nobody hears")


@pytest.mark.parametrize("many", [1, 2])
def test_unit_that_few_images_excite_is_not_called_silent_for_all(reader, many):
    net, start, theta, X, labels = reader
    moved = np.array(theta)
    arrives = X @ net.unpack(moved)[0][1][:, 0]
    order = np.argsort(-arrives)
    net.unpack(moved)[1][1][0] = -arrives[order[many - 1 : many + 1]].mean()
    sentence = explorers.hidden_unit(net, moved, start, X, labels).frame(unit=1).sentence
    seen = " and ".join(str(label) for label in labels[order[:many]])
    by = ["an image", "images"][many - 1]
    assert f"excited only by {by} of {seen} (below" in sentence
    assert f"silent for {len(X) - many} of the {len(X)} held-out" in sentence
