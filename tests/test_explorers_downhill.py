"""The explorers of chapter 7: their sentences hold, their walks are the optimizers' own."""

import numpy as np
import pytest
from pageexplorers import numbers

import backprop_lib as bp
from backprop_lib import explorers
from backprop_lib.explorers import downhill, racing

RATES = {
    landscape: {racer: 0.01 * (k + 1) for k, racer in enumerate(racing.RACERS)}
    for landscape in racing.LANDSCAPES
}


@pytest.mark.parametrize("landscape", [*racing.LANDSCAPES.values(), downhill.bowl(3.0, 0.5)])
def test_landscapes_have_the_gradients_they_claim(landscape):
    theta = np.random.default_rng(0).standard_normal(2)
    assert bp.check_gradient(landscape, theta).relative_error < 1e-8


def test_turned_valley_is_the_valley_turned():
    along, across = np.array([1.0, 1.0]), np.array([-1.0, 1.0])
    np.testing.assert_allclose(racing.turned(along)[0], 1.0)
    np.testing.assert_allclose(racing.turned(across)[0], 100.0)


@pytest.mark.parametrize("rate", [0.3, 1.0, 2.1])
def test_sentence_of_the_valley_is_true(rate):
    sentence = explorers.valley_rate().frame(rate=rate).sentence
    shown, _, steep, _, flat, steps, J = numbers(sentence.replace("θ₂", "θ 2").replace("θ₁", "θ 1"))
    assert (shown, steps) == (rate, 40)
    np.testing.assert_allclose([steep, flat], [1 - rate, 1 - rate / 10], rtol=1e-2, atol=1e-9)
    theta = np.array([-1.6 * (1 - rate / 10) ** 40, 0.8 * (1 - rate) ** 40])
    np.testing.assert_allclose(J, theta[0] ** 2 / 2 + 5 * theta[1] ** 2, rtol=1e-2)


@pytest.mark.parametrize(("momentum", "rate"), [(0.0, 0.018), (0.7, 0.018), (0.8, 0.03)])
def test_steps_of_momentum_are_those_of_the_recurrence(momentum, rate):
    theta, m, late = np.array([-1.6, 0.4]), np.zeros(2), 0
    for t in range(1, 401):
        m = momentum * m + theta * [1, 100]
        theta = theta - rate * m
        if theta[0] ** 2 / 2 + 50 * theta[1] ** 2 >= 1e-6:
            late = t + 1
    frame = explorers.valley_momentum().frame(momentum=momentum, rate=rate)
    assert numbers(frame.sentence) == [rate, momentum, late]


def test_beyond_the_limit_the_sentence_does_not_claim_an_end():
    sentence = explorers.valley_momentum().frame(momentum=0.0, rate=0.03).sentence
    assert "not below a millionth within 400 steps" in sentence


def test_each_decade_beside_the_ridge_costs_gradient_descent_the_same():
    explorer = explorers.saddle_escape()
    taken = [numbers(explorer.frame(decades=k).sentence)[-1] for k in (2, 3, 4, 5, 6)]
    np.testing.assert_allclose(np.diff(taken), np.log(10) / np.log(1.2), atol=1)


def test_newton_goes_to_the_saddle():
    path = downhill.newton(np.array([0.3, 0.2]), 6)
    np.testing.assert_allclose(path[-1], 0, atol=1e-12)
    step = np.linalg.solve(
        bp.hessian(downhill.two_weights, path[0]), downhill.two_weights(path[0])[1]
    )
    np.testing.assert_allclose(path[1], path[0] - step, rtol=1e-12)
    sentence = explorers.saddle_escape().frame(walker="Newton's method").sentence
    assert sentence.endswith("after 8 steps J is 0.5, at the saddle.")


def test_full_batches_are_gradient_descent_on_the_whole_loss():
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((2, 12, 1))
    unit = bp.Network(sizes=(1, 1), activations=(bp.linear,))
    path = racing._in_batches(X, Y, unit, np.zeros(2), 12, 0.3, epochs=5)
    whole = unit.objective(bp.half_squared_error, X, Y)
    want = downhill.walk(whole, np.zeros(2), bp.GradientDescent(0.3), 5)
    np.testing.assert_allclose(path, want, rtol=1e-12)


def test_small_batches_hover_higher_and_a_falling_rate_brings_them_down():
    explorer = explorers.batch_size()
    constant, _, falling = explorer.controls[1].values

    def above(size, rate):
        return numbers(explorer.frame(size=size, rate=rate).sentence)[-1]

    assert above(1, constant) > 3 * above(8, constant)
    assert above(1, falling) < above(1, constant) / 3


def test_leader_of_the_race_is_the_lowest():
    explorer = explorers.race(RATES)
    sentence = explorer.frame(step=20, landscape="bent valley").sentence
    J = {}
    for name, make in racing.RACERS.items():
        path = downhill.walk(racing.bent, (-1.2, 0.6), make(RATES["bent valley"][name]), 20)
        J[name] = float(racing.bent(path[-1])[0])
    lead = min(J, key=J.get)
    assert f", {lead} is lowest" in sentence
    np.testing.assert_allclose(numbers(sentence)[-2:], [J[lead], J["gradient descent"]], rtol=0.05)


def test_race_names_no_loss_that_only_rounding_made():
    rates = RATES | {"valley along an axis": RATES["valley along an axis"] | {"AdaGrad": 32.0}}
    sentence = explorers.race(rates).frame(step=40, landscape="valley along an axis").sentence
    assert "AdaGrad is lowest with J below 10⁻¹²; gradient descent has " in sentence


def test_race_that_gradient_descent_leads_names_its_loss_once():
    rates = {landscape: dict.fromkeys(racers, 1e-4) for landscape, racers in RATES.items()}
    rates["bent valley"] = rates["bent valley"] | {"gradient descent": 0.03}
    sentence = explorers.race(rates).frame(step=8, landscape="bent valley").sentence
    path = downhill.walk(racing.bent, (-1.2, 0.6), bp.GradientDescent(0.03), 8)
    value = f"{float(racing.bent(path[-1])[0]):.2g}"
    assert sentence.endswith(f", gradient descent is lowest with J = {value}.")
