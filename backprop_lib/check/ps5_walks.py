"""The walks of problem set 5: the gradients come in as rows, the places θ_1, θ_2, … go out as rows.
A mistake is the method as a person writes it, with one of its pieces in a wrong form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..adaptive import Adam, RMSProp
from ..arrays import Array
from ..optimizers import Momentum
from ..schedules import InverseTimeDecay
from .question import Mistake, Question


def _walk(optimizer: Any, theta: Array, gradients: Array) -> Array:
    """Return the places θ_1, θ_2, … to which the optimizer goes with these gradients."""
    state, path = optimizer.init(theta), []
    for gradient in gradients:
        theta, state = optimizer.step(theta, gradient, state)
        path.append(theta)
    return np.array(path)


def _draw_walk(rng: np.random.Generator) -> tuple[Array, Array, float]:
    steps, p = rng.choice([4, 5, 6]), rng.choice([2, 3])
    gradients = 0.3 * rng.normal(size=(steps, p))
    gradients[0] = np.abs(gradients[0]) * np.where(np.arange(p) % 2, 1, -1)  # of either sign
    return rng.normal(size=p), gradients, float(rng.uniform(0.4, 0.65))


def momentum_path(theta: Array, gradients: Array, learning_rate: float, momentum: float) -> Any:
    """The places that momentum goes to: m ← μm + g, θ ← θ − ηm."""
    return _walk(Momentum(learning_rate, momentum), theta, gradients)


def _draw_momentum(rng: np.random.Generator) -> tuple[Any, ...]:
    return *_draw_walk(rng), float(rng.uniform(0.75, 0.9))


def _rolls(
    keep: Callable[..., Any] = lambda mu, m, g, rate: mu * m + g,
    move: Callable[..., Any] = lambda mu, m, g, before: m,
) -> Callable[..., Any]:
    """Return a walk: ``keep`` renews the memory m, and θ moves by −η times ``move``."""

    def answer(theta: Array, gradients: Array, rate: float, mu: float) -> Any:
        m, path = np.zeros_like(theta), []
        for g in gradients:
            before, m = m, keep(mu, m, g, rate)
            theta = theta - rate * move(mu, m, g, before)
            path.append(theta)
        return np.array(path)

    return answer


MOMENTUM = (
    Mistake(
        "the velocity added, not subtracted",
        "Gradients point uphill, and so does m, their sum.",
        _rolls(move=lambda mu, m, g, before: -m),
    ),
    Mistake(
        "the learning rate applied twice",
        "Either m adds up ηg, or the step has the η; not both.",
        _rolls(lambda mu, m, g, rate: mu * m + rate * g),
    ),
    Mistake(
        "the old velocity used",
        "Renew m first; this step's gradient belongs into this step.",
        _rolls(move=lambda mu, m, g, before: before),
    ),
    Mistake(
        "a mean in the place of the sum",
        "In this course the gradient is added whole, without 1 − μ.",
        _rolls(lambda mu, m, g, rate: mu * m + (1 - mu) * g),
    ),
    Mistake(
        "m forgotten after each step",
        "Where is m set to 0, before the loop or in it?",
        _rolls(lambda mu, m, g, rate: g),
    ),
    Mistake(
        "the new gradient faded too",
        "Only the old sum is multiplied by μ.",
        _rolls(lambda mu, m, g, rate: mu * (m + g)),
    ),
    Mistake(
        "Nesterov's form",
        "That is a method too, but not this one: here θ moves by m alone.",
        _rolls(move=lambda mu, m, g, before: g + mu * m),
    ),
)


def rmsprop_path(
    theta: Array, gradients: Array, learning_rate: float, decay: float, rho: float, epsilon: float
) -> Any:
    """The places of RMSProp, θ ← θ − η_t g/(√v + ε), with the rate η_t = η/(1 + d(t − 1))."""
    rate = InverseTimeDecay(learning_rate, decay)
    return _walk(RMSProp(rate, rho, epsilon), theta, gradients)


def _draw_rmsprop(rng: np.random.Generator) -> tuple[Any, ...]:
    decay, rho = rng.uniform(0.1, 0.5), rng.uniform(0.6, 0.9)
    return *_draw_walk(rng), float(decay), float(rho), float(rng.uniform(0.01, 0.05))


def _rmsprop(
    average: Callable[..., Any] = lambda rho, v, g: rho * v + (1 - rho) * g**2,
    move: Callable[..., Any] = lambda g, v, before, eps: g / (np.sqrt(v) + eps),
    falls: Callable[..., Any] = lambda rate, d, t, last: rate / (1 + d * (t - 1)),
) -> Callable[..., Any]:
    def answer(theta: Array, gradients: Array, eta: float, d: float, rho: float, eps: float) -> Any:
        v, rate, path = np.zeros_like(theta), eta, []
        for t, g in enumerate(gradients, start=1):
            before, v = v, average(rho, v, g)
            rate = falls(eta, d, t, rate)
            theta = theta - rate * move(g, v, before, eps)
            path.append(theta)
        return np.array(path)

    return answer


RMSPROP = (
    Mistake(
        "the rate never falls",
        "Where does t enter?",
        _rmsprop(falls=lambda rate, d, t, last: rate),
    ),
    Mistake(
        "the rate falls from the first step",
        "The first step, t = 1, takes the full η.",
        _rmsprop(falls=lambda rate, d, t, last: rate / (1 + d * t)),
    ),
    Mistake(
        "the rate that has fallen divided once more",
        "Compute each η_t from the first η, not from the one before.",
        _rmsprop(falls=lambda rate, d, t, last: last / (1 + d * (t - 1))),
    ),
    Mistake(
        "ε inside of the root",
        "In this course ε is added after the root is taken.",
        _rmsprop(move=lambda g, v, before, eps: g / np.sqrt(v + eps)),
    ),
    Mistake(
        "divided by the mean of before the step",
        "Renew v first; the first step would else divide by ε alone.",
        _rmsprop(move=lambda g, v, before, eps: g / (np.sqrt(before) + eps)),
    ),
    Mistake(
        "the root forgotten",
        "The mean v is one of squares; in which unit should the divisor be?",
        _rmsprop(move=lambda g, v, before, eps: g / (v + eps)),
    ),
    Mistake(
        "a sum in the place of the mean, as in AdaGrad",
        "A sum only grows; RMSProp forgets.",
        _rmsprop(lambda rho, v, g: v + g**2),
    ),
    Mistake(
        "1 − ρ left out",
        "The weights of old and new add up to 1.",
        _rmsprop(lambda rho, v, g: rho * v + g**2),
    ),
    Mistake(
        "ρ and 1 − ρ swapped",
        "With ρ near 1 the memory is long: which of the two keeps the factor ρ?",
        _rmsprop(lambda rho, v, g: (1 - rho) * v + rho * g**2),
    ),
)


def adam_path(
    theta: Array, gradients: Array, learning_rate: float, beta1: float, beta2: float, epsilon: float
) -> Any:
    """The places that Adam goes to: θ ← θ − η m̂/(√v̂ + ε), both moments corrected by 1 − βᵗ."""
    return _walk(Adam(learning_rate, beta1, beta2, epsilon), theta, gradients)


def _draw_adam(rng: np.random.Generator) -> tuple[Any, ...]:
    beta1, beta2 = rng.uniform(0.6, 0.8), rng.uniform(0.9, 0.98)
    return *_draw_walk(rng), float(beta1), float(beta2), float(rng.uniform(0.01, 0.05))


def _step(m: Array, v: Array, c1: Any, c2: Any, eps: float) -> Any:
    return (m / c1) / (np.sqrt(v / c2) + eps)


def _adam(
    move: Callable[..., Any] = _step,
    average: Callable[..., Any] = lambda beta, v, g: beta * v + (1 - beta) * g**2,
    count: Callable[[int], int] = lambda t: t,
    keep: Callable[..., Any] = lambda m, m_hat: m,
) -> Callable[..., Any]:
    def answer(theta: Array, gradients: Array, eta: float, *settings: float) -> Any:
        beta1, beta2, eps = settings
        m, v, path = np.zeros_like(theta), np.zeros_like(theta), []
        for t, g in enumerate(gradients, start=1):
            m, v = beta1 * m + (1 - beta1) * g, average(beta2, v, g)
            c1, c2 = 1 - np.array([beta1, beta2]) ** count(t)
            theta = theta - eta * move(m, v, c1, c2, eps)
            m, v = keep(m, m / c1), keep(v, v / c2)
            path.append(theta)
        return np.array(path)

    return answer


ADAM = (
    Mistake(
        "the bias correction left out",
        "How large are the first m and v, if all gradients are alike?",
        _adam(lambda m, v, c1, c2, eps: m / (np.sqrt(v) + eps)),
    ),
    Mistake(
        "t starts at 0",
        "At the first step t is 1; what is 1 − β⁰?",
        _adam(count=lambda t: t - 1),
    ),
    Mistake(
        "t stays at 1",
        "The power βᵗ fades, because t is raised with every step.",
        _adam(count=lambda t: 1),
    ),
    Mistake("t one too large", "At the first step t is 1.", _adam(count=lambda t: t + 1)),
    Mistake(
        "ε under the root, with v̂",
        "In this course ε is added after the root is taken.",
        _adam(lambda m, v, c1, c2, eps: (m / c1) / np.sqrt(v / c2 + eps)),
    ),
    Mistake(
        "ε added before v is corrected",
        "Correct v first, then take the root, then add ε.",
        _adam(lambda m, v, c1, c2, eps: (m / c1) / ((np.sqrt(v) + eps) / np.sqrt(c2))),
    ),
    Mistake(
        "the corrected moments kept",
        "The corrected means serve for this step only; the next one goes on from m and v.",
        _adam(keep=lambda m, m_hat: m_hat),
    ),
    Mistake(
        "β₁ and β₂ swapped",
        "Which of the two belongs to m, and which to v?",
        lambda theta, gs, eta, beta1, beta2, eps: adam_path(theta, gs, eta, beta2, beta1, eps),
    ),
    Mistake(
        "v averages the gradient, not its square",
        "Which of the two moments is never negative?",
        _adam(average=lambda beta, v, g: beta * v + (1 - beta) * g),
    ),
    Mistake(
        "squared after averaging",
        "First square, then take the mean.",
        _adam(
            lambda m, v, c1, c2, eps: (m / c1) / (np.abs(v / c2) + eps),
            lambda beta, v, g: beta * v + (1 - beta) * g,
        ),
    ),
    Mistake(
        "only m corrected",
        "The mean of squares starts at 0 as well.",
        _adam(lambda m, v, c1, c2, eps: (m / c1) / (np.sqrt(v) + eps)),
    ),
    Mistake(
        "Adam goes uphill",
        "Gradients point uphill, and so does their mean.",
        _adam(lambda m, v, c1, c2, eps: -_step(m, v, c1, c2, eps)),
    ),
)


def _one_array(path: Callable[..., Any]) -> Mistake:
    return Mistake(
        "one array for all steps",
        "Your rows are all alike: `theta -= …` changes the array that you appended before.",
        lambda *given: np.tile(path(*given)[-1], (len(given[1]), 1)),
    )


QUESTIONS = (
    Question("ps5.q5", 12, momentum_path, _draw_momentum, (*MOMENTUM, _one_array(momentum_path))),
    Question("ps5.q6", 14, rmsprop_path, _draw_rmsprop, (*RMSPROP, _one_array(rmsprop_path))),
    Question("ps5.q7", 18, adam_path, _draw_adam, (*ADAM, _one_array(adam_path))),
)
