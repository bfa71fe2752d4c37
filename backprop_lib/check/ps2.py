"""Problem set 2, the chain rule and graphs: slopes multiply along a path and add where paths meet.
The references are the library's own gates and sweeps, beside the ways in which sweeps go wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import graph
from ..activations import ACTIVATIONS
from ..activations import softmax as library_softmax
from ..arrays import Array
from ..gates import evaluate
from .question import Mistake, ProblemSet, Question, ReadByHand, told_apart
from .sweeps import FORKS, SWEEPS, draw_large, draw_small, input_slopes, sweep
from .wire import Formula

# -- q1: gates -------------------------------------------------------------------------------------

GATES = ("+", "-", "*", "/", "maximum")


def local_slopes(gates: list[str], x: Array, y: Array) -> Array:
    """Row i holds the two local derivatives of gates[i] at x[i], y[i]."""
    return _rows({}, gates, x, y)


def _rows(others: dict[str, Any], gates: list[str], x: Array, y: Array) -> Array:
    def row(gate: str, u: float, v: float) -> Any:
        return others[gate](u, v) if gate in others else evaluate(gate, [u, v], [False] * 2)[1]

    pairs = zip(gates, x.tolist(), y.tolist(), strict=True)
    return np.array([row(gate, u, v) for gate, u, v in pairs], float)


def _but(**others: Any) -> Any:
    symbols = {"minus": "-", "times": "*", "divided": "/", "maximum": "maximum"}
    changed = {symbols[word]: slope for word, slope in others.items()}
    return lambda gates, x, y: _rows(changed, gates, x, y)


def _draw_gates(rng: np.random.Generator) -> tuple[Any, ...]:
    x, y = (rng.choice(np.arange(5, 30), 10, replace=False) / 10).reshape(2, 5)
    x, y = x * rng.choice([-1, 1], 5), y * rng.choice([-1, 1], 5)
    return [str(gate) for gate in rng.permutation(GATES)], x, y


LOCAL = (
    Mistake(
        "a times hands over its own side",
        "If x grows by a little, x·y grows by y times as much.",
        _but(times=lambda u, v: (u, v)),
    ),
    Mistake(
        "the second slope of a minus has lost its sign",
        "If y grows, x − y falls.",
        _but(minus=lambda u, v: (1, 1)),
    ),
    Mistake(
        "the second slope of a division has lost its sign",
        "If y grows, does x/y grow? Try positive numbers.",
        _but(divided=lambda u, v: (1 / v, u / v**2)),
    ),
    Mistake(
        "the square in the second slope of a division is forgotten",
        "The slope of 1/y is not 1/y with another sign.",
        _but(divided=lambda u, v: (1 / v, -u / v)),
    ),
    Mistake(
        "a maximum hands to the smaller side",
        "Move each argument a little: which of the two moves the maximum?",
        _but(maximum=lambda u, v: (float(u < v), float(u >= v))),
    ),
)

# -- q2: one path, by hand -------------------------------------------------------------------------


def slope_in_w1(name: str, x: float, w: Array) -> float:
    """∂output/∂w₁ of act(w₃ act(w₂ act(w₁ x)))."""
    act = {"tanh": graph.tanh, "sigmoid": graph.sigmoid}[name]
    w1, w2, w3 = graph.variables(w1=w[0], w2=w[1], w3=w[2])
    return float(graph.backpropagate(act(w3 * act(w2 * act(w1 * x))))[w1])


def _factors(name: str, x: float, w: Array) -> tuple[Any, Array, Array]:
    act, z, a = ACTIVATIONS[name], np.empty(3), float(x)
    answers = np.empty(3)
    for layer in range(3):
        z[layer] = w[layer] * a
        answers[layer] = a = float(act(z[layer]))
    return act, z, answers


def _path(slopes: Any, weights: bool = True, start: bool = True) -> Any:
    def product(name: str, x: float, w: Array) -> float:
        act, z, a = _factors(name, x, w)
        factors = slopes(act, z, a)
        return float(np.prod(factors) * (w[1] * w[2] if weights else 1) * (x if start else 1))

    return product


def _in_the_input(name: str, x: float, w: Array) -> float:
    return slope_in_w1(name, x, w) / x * float(w[0])


def _draw_path(rng: np.random.Generator) -> tuple[Any, ...]:
    w = (rng.uniform(0.6, 2.2, size=3) * rng.choice([-1, 1], size=3)).round(1)
    return str(rng.choice(["tanh", "sigmoid"])), float(round(rng.uniform(0.3, 1.8), 1)), w


PATH = (
    Mistake(
        "the slopes of the activation are missing",
        "A neuron does two things: it multiplies, and it answers.",
        _path(lambda act, z, a: 1.0),
    ),
    Mistake(
        "only the last neuron's slope is there",
        "All three neurons answer through the activation.",
        _path(lambda act, z, a: act.derivative(z[2:])),
    ),
    Mistake(
        "the weights on the path are missing",
        "The path from w1 to the output runs through two more weights.",
        _path(lambda act, z, a: act.derivative(z), weights=False),
    ),
    Mistake(
        "the input is missing",
        "What is the slope of w1·input in w1?",
        _path(lambda act, z, a: act.derivative(z), start=False),
    ),
    Mistake(
        "the slope in the input in place of that in w1",
        "Which factor of w1·input is left if w1 moves and the input stays?",
        _in_the_input,
    ),
    Mistake(
        "the answers stand where their slopes belong",
        "Three factors are slopes of the activation, not its values.",
        _path(lambda act, z, a: a),
    ),
    Mistake(
        "the slopes are taken at the answers",
        "Each slope belongs to what arrives at its neuron, before it answers.",
        _path(lambda act, z, a: act.derivative(a)),
    ),
)

# -- q5: back through a softmax --------------------------------------------------------------------


def softmax_pullback(upstream: Array, z: Array) -> Any:
    """The slopes in z, for rows of logits z and slopes upstream in their shares."""
    return library_softmax.pullback(upstream, z, library_softmax(z))


def _draw_upstream(rng: np.random.Generator) -> tuple[Any, ...]:
    n, c = rng.choice([2, 3, 4, 5], 2, replace=False)
    return rng.normal(size=(n, c)), rng.normal(size=(n, c))


def _jacobian(own: Any, others: Any) -> Any:
    def product(upstream: Array, z: Array) -> Array:
        a = library_softmax(z)
        return np.asarray(a * (own(upstream, a) - others(upstream, a)))

    return product


PULLBACK = (
    Mistake(
        "only the diagonal of the Jacobian",
        "Every share depends on every logit of its row.",
        _jacobian(lambda g, a: g, lambda g, a: g * a),
    ),
    Mistake(
        "the diagonal of the Jacobian is forgotten",
        "If z grows, its own share grows: there is one positive term.",
        _jacobian(lambda g, a: 0.0, lambda g, a: (g * a).sum(axis=1, keepdims=True)),
    ),
    Mistake(
        "the sum over the samples instead of the classes",
        "The samples of a batch know nothing of each other.",
        _jacobian(lambda g, a: g, lambda g, a: (g * a).sum(axis=0)),
    ),
    Mistake(
        "a sum without the shares",
        "In row k of the Jacobian every entry holds a factor of the other unit's share.",
        _jacobian(lambda g, a: g, lambda g, a: g.sum(axis=1, keepdims=True)),
    ),
)

# -- q6: central differences -----------------------------------------------------------------------


def central(f: Any, theta: Array, h: float) -> Array:
    """(f(θ + h eₖ) − f(θ − h eₖ)) / 2h for every k."""
    return _differences(lambda e: (f(theta + e) - f(theta - e)) / (2 * h), theta, h)


def _differences(quotient: Any, theta: Array, h: float) -> Array:
    return np.array([quotient(step) for step in h * np.eye(len(theta))])


def _draw_function(rng: np.random.Generator) -> tuple[Any, ...]:
    p = int(rng.integers(2, 5))
    a, b = rng.uniform(0.5, 2, size=(2, p)).round(2).tolist()
    formula = f"lambda w: np.sin(w @ np.array({a})) + np.exp(0.3 * w @ np.array({b}))"
    return Formula(formula), rng.normal(size=p).round(2), float(rng.choice([0.01, 0.005, 0.002]))


DIFFERENCES = (
    Mistake(
        "forward differences",
        "Take one value on each side; the error then falls with h² instead of h.",
        lambda f, theta, h: _differences(lambda e: (f(theta + e) - f(theta)) / h, theta, h),
    ),
    Mistake(
        "backward differences",
        "Take one value on each side; the error then falls with h² instead of h.",
        lambda f, theta, h: _differences(lambda e: (f(theta) - f(theta - e)) / h, theta, h),
    ),
    Mistake(
        "divided by h instead of 2h",
        "How far apart are the two points?",
        lambda f, theta, h: 2 * central(f, theta, h),
    ),
    Mistake(
        "divided by 2, then multiplied by h",
        "In Python a / 2 * h is (a / 2) * h.",
        lambda f, theta, h: h**2 * central(f, theta, h),
    ),
    Mistake(
        "all entries are moved at once",
        "A slope in one entry keeps the others where they are.",
        lambda f, theta, h: np.full(len(theta), (f(theta + h) - f(theta - h)) / (2 * h)),
    ),
    Mistake(
        "an entry is not put back before the next one moves",
        "After the two values of one entry, θ has to be what it was.",
        lambda f, theta, h: np.array(
            [
                (f(theta - h * before + h * e) - f(theta - h * before - h * e)) / (2 * h)
                for before, e in zip(np.tri(len(theta), k=-1), np.eye(len(theta)), strict=True)
            ]
        ),
    ),
)

SET = ProblemSet(
    "ps2",
    "Chain rule and graphs",
    (
        Question("ps2.q1", 10, local_slopes, told_apart(_draw_gates, local_slopes, LOCAL), LOCAL),
        Question(
            "ps2.q2",
            15,
            slope_in_w1,
            told_apart(_draw_path, slope_in_w1, PATH, 1e-5),
            PATH,
            by_hand=True,
            tolerance=1e-5,
        ),
        Question(
            "ps2.q3",
            10,
            input_slopes,
            told_apart(draw_small, input_slopes, FORKS),
            FORKS,
            by_hand=True,
        ),
        Question("ps2.q4", 20, sweep, told_apart(draw_large, sweep, SWEEPS), SWEEPS),
        Question(
            "ps2.q5",
            15,
            softmax_pullback,
            told_apart(_draw_upstream, softmax_pullback, PULLBACK),
            PULLBACK,
        ),
        Question(
            "ps2.q6", 15, central, told_apart(_draw_function, central, DIFFERENCES), DIFFERENCES
        ),
    ),
    ReadByHand(
        "ps2.q7",
        15,
        (
            (5, "the rule that an order has to keep, and why"),
            (5, "why the order of evaluation, walked backwards, keeps it"),
            (
                5,
                "a graph of your own, an order that breaks the rule, and what it gets wrong",
            ),
        ),
    ),
)
