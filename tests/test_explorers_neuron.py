"""Chapter 1's explorers say what a computation made apart from them finds."""

import re

import numpy as np
import pytest

import backprop_lib as bp
from backprop_lib import explorers


def test_firing_says_the_rate_and_names_silence():
    explorer = explorers.firing(lambda t, drive: 0 * t, lambda drive: max(0.0, 40 * drive - 40))
    assert explorer.frame(drive=0.9).sentence.endswith("no spike.")
    assert "20.0 times a second" in explorer.frame(drive=1.5).sentence


@pytest.fixture(scope="module")
def taught():
    rng = np.random.default_rng(5)
    shown = bp.photocells.images(60, rng, shift=2)
    new = bp.photocells.images(80, rng, shift=2)
    return bp.perceptron.learn(*shown), shown, new


def test_lessons_count_what_the_weights_of_each_correction_get_right(taught):
    found, (X, Y), (X_new, Y_new) = taught
    explorer = explorers.lessons(found.path, X, Y, X_new, Y_new)
    assert len(explorer.controls[0].values) == len(found.path) == sum(found.mistakes) + 1
    for k in (1, len(found.path) - 1):
        *w, b = found.path[k]
        old = sum(y * (np.dot(w, x) + b) > 0 for x, (y,) in zip(X, Y, strict=True))
        new = sum(y * (np.dot(w, x) + b) > 0 for x, (y,) in zip(X_new, Y_new, strict=True))
        sentence = explorer.frame(corrections=k).sentence
        assert f"{old} of 60 images shown" in sentence
        assert f"{new} of 80 new ones" in sentence


def test_lessons_end_without_a_mistake_and_say_so(taught):
    found, shown, new = taught
    assert found.converged
    sentences = [
        explorers.lessons(found.path[:k], *shown, *new).frame(corrections=k - 1).sentence
        for k in (len(found.path) - 1, len(found.path))
    ]
    assert "errs on no image" not in sentences[0]
    assert "errs on no image" in sentences[1]


@pytest.fixture(scope="module")
def line():
    X, Y = bp.datasets.xor()
    return explorers.one_line(X, {"AND": X.all(axis=1), "OR": X.any(axis=1), "XOR": Y[:, 0]})


@pytest.mark.parametrize(("task", "solvable"), [("AND", True), ("OR", True), ("XOR", False)])
def test_some_position_of_the_line_solves_and_and_or_but_none_xor(line, task, solvable):
    wanted = dict(zip(line.controls[0].keys, line.controls[0].values, strict=True))[task]
    sentences = [
        line.frame(task=wanted, angle=angle, offset=offset).sentence
        for angle in line.controls[1].values
        for offset in line.controls[2].values
    ]
    assert any("4 of 4 right" in sentence for sentence in sentences) == solvable
    assert all(("solved" in sentence) == ("4 of 4" in sentence) for sentence in sentences)


def test_the_line_says_the_weights_that_it_draws(line):
    sentence = line.frame(task="OR", angle=90, offset=0.35).sentence
    assert sentence == "w = (0, 1), b = −0.35: 3 of 4 right for OR."


def test_hidden_units_say_the_error_of_the_step():
    rng = np.random.default_rng(2)
    X = np.linspace(-1, 2, 7)[:, None]
    Y = X**2
    net = bp.Network(sizes=(1, 2, 1), activations=(bp.tanh, bp.linear))
    thetas = bp.normal(net, rng, size=3)
    explorer = explorers.hidden_units(
        X, Y, {"tanh": (net, thetas), "again": (net, thetas)}, (0, 5, 9)
    )
    for k, step in enumerate((0, 5, 9)):
        sentence = explorer.frame(kind="tanh", step=step).sentence
        E = bp.half_squared_error(net.forward(thetas[k], X).a[2], Y)
        said = float(re.search(r"E = ([\d.]+);", sentence)[1])
        assert said == pytest.approx(E, rel=1e-2)
        assert f"after {step} steps" in sentence
