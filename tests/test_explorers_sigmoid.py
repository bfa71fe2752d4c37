"""The explorers of chapter 5: their sentences hold, their walks converge."""

import numpy as np
import pytest
from pageexplorers import numbers

import backprop_lib as bp
from backprop_lib import explorers
from backprop_lib.explorers import sigmoid as module


@pytest.mark.parametrize("z", [-5.0, -0.5, 0.0, 3.0, 0.123])
def test_sentence_of_the_tangent_is_true(z):
    shown, a, again, rest, slope = numbers(explorers.sigmoid_slope().frame(z=z).sentence)
    assert shown == z
    assert a == again == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-3)
    assert rest == pytest.approx(1 / (1 + np.exp(z)), rel=1e-3)
    assert slope == pytest.approx(float(bp.sigmoid.derivative(z)), rel=1e-3)


def test_walk_takes_the_steps_of_euler_to_both_sides():
    z, y = module.walk(step=2.0, start=0.2, limit=4.0)
    up, down = 0.2 + 2 * 0.16, 0.2 - 2 * 0.16
    np.testing.assert_array_equal(z, [-4, -2, 0, 2, 4])
    np.testing.assert_allclose(
        y, [down - 2 * down * (1 - down), down, 0.2, up, up + 2 * up * (1 - up)]
    )


@pytest.mark.parametrize("start", [0.5, 0.2, 0.05])
def test_error_of_the_walk_is_of_first_order(start):
    errors = []
    for step in (1 / 16, 1 / 32, 1 / 64):
        z, y = module.walk(step, start)
        errors.append(abs(y - bp.sigmoid(z + np.log(start / (1 - start)))).max())
    ratios = np.divide(errors[:-1], errors[1:])
    np.testing.assert_allclose(ratios, 2, rtol=0.03)


def test_sentence_of_the_walk_names_its_largest_distance():
    z, y = module.walk(0.5, 0.2)
    sentence = explorers.slope_walk().frame(step=0.5, start=0.2).sentence
    far = abs(y - 1 / (1 + 4 * np.exp(-z))).max()
    assert numbers(sentence) == [0.2, 0.5, pytest.approx(far, rel=1e-3)]


def test_units_follow_gradient_descent_on_either_loss():
    squared = module.unlearn([0.9, 0.6], bp.half_squared_error, learning_rate=0.5, steps=19)
    entropy = module.unlearn([0.9, 0.6], bp.binary_cross_entropy, learning_rate=0.5, steps=19)
    assert squared.shape == entropy.shape == (20, 2)
    for answers, delta in ((squared, lambda a: a * a * (1 - a)), (entropy, lambda a: a)):
        odds = np.log(answers / (1 - answers))
        np.testing.assert_allclose(odds[:-1] - odds[1:], 0.5 * delta(answers[:-1]), rtol=1e-9)


def test_wait_of_the_saturated_unit_is_what_the_integral_predicts():
    start = np.array([0.99, 0.999])
    z = np.log(start / (1 - start))
    squared = module.unlearn(start, bp.half_squared_error, learning_rate=0.1)
    counted = (squared > 0.5).sum(axis=0)
    predicted = 10 * (np.exp(z) + 3 * z - 3 * np.exp(-z) - np.exp(-2 * z) / 2 + 2.5)
    np.testing.assert_allclose(counted, predicted, rtol=2e-3)


def test_sentence_of_the_saturated_unit_is_true():
    sentence = explorers.saturated_unit().frame(start=0.99).sentence.replace(",", "")
    start, squared, entropy, slow, fast = numbers(sentence)
    assert (start, squared, entropy) == (0.99, 0.009801, 0.99)
    for loss, step in ((bp.half_squared_error, slow), (bp.binary_cross_entropy, fast)):
        answers = module.unlearn([0.99], loss, learning_rate=1.0, steps=int(step))[:, 0]
        assert answers[int(step) - 1] >= 0.5 > answers[int(step)]
