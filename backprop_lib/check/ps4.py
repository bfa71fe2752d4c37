"""Problem set 4, the delta recursion: from one unit to a batch, and the check that finds the slip.
A gradient is compared with differences of the error, and only with those it can be trusted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import Array
from . import ps4_network as network
from . import ps4_steps as steps
from .ps3_slips import exchanged
from .question import ProblemSet, Question, ReadByHand
from .wire import Formula

# -- q6: the gradient check ------------------------------------------------------------------------


def gradient_error(
    objective: Callable[[Array], float],
    gradient: Array,
    theta: Array,
    step: float,
    *,
    difference: Callable[..., float] = lambda J, theta, e, h: (
        (J(theta + h * e) - J(theta - h * e)) / (2 * h)
    ),
    error: Callable[..., float] = lambda g, n: (
        np.abs(g - n) / np.maximum(np.abs(g), np.abs(n))
    ).max(),
) -> tuple[Array, float]:
    """The central differences, and the largest relative error of the gradient beside them."""
    units = np.eye(len(theta))
    numeric = np.array([difference(objective, theta, e, step) for e in units])
    return numeric, float(error(gradient, numeric))


def _draw_check(rng: np.random.Generator) -> tuple[Any, ...]:
    """The error of a tanh unit on a few samples, and a gradient with an error in every entry."""
    n, p = (int(size) for size in rng.choice([3, 4, 5, 6], 2, replace=False))
    exact, small, large = np.zeros(p), 0, 0
    # One is small, but not lost; it and the largest have one sign, and another has the other.
    while not (
        0.01 < abs(exact[small]) < abs(exact[large]) / 2
        and exact[small] * exact[large] > 0 > exact.min() * exact.max()
    ):
        X, y = rng.normal(size=(n, p)).round(2), rng.uniform(-1, 1, n).round(2)
        theta = rng.uniform(-0.9, 0.9, p)
        a = np.tanh(X @ theta)
        exact = X.T @ ((a - y) * (1 - a**2)) / n
        small, large = np.abs(exact).argmin(), np.abs(exact).argmax()
    if exact[small] > 0:  # the small one is below 0, so that its sign has to be dropped
        y, theta, exact = -y, -theta, -exact
    J = f"lambda w: ((np.tanh(np.array({X.tolist()}) @ w) - {y.tolist()}) ** 2).sum() / {2 * n}"
    off = 10 ** rng.uniform(-2, -0.6, p)
    off[exact.argmax()] = rng.uniform(0.25, 0.27)  # the worst beside the gradient alone
    off[small] = rng.uniform(0.4, 0.45)  # the worst beside the larger of the two
    gradient = exact - off * np.abs(exact)  # all too low, so that this sign has to be dropped too
    return Formula(J), gradient, theta, float(rng.uniform(0.01, 0.03))


def _length(vector: Array) -> float:
    return float(np.linalg.norm(vector))


CHECK = exchanged(
    gradient_error,
    (
        "a step to one side only",
        "The error of a central difference shrinks with the square of the step.",
        {"difference": lambda J, theta, e, h: (J(theta + h * e) - J(theta)) / h},
    ),
    (
        "the difference is divided by one step",
        "How far apart are the two places?",
        {"difference": lambda J, theta, e, h: (J(theta + h * e) - J(theta - h * e)) / h},
    ),
    (
        "the difference is divided by the square of the step",
        "A slope is a rise over a distance. What is over a squared distance?",
        {"difference": lambda J, theta, e, h: (J(theta + h * e) - J(theta - h * e)) / h**2},
    ),
    (
        "all parameters are moved at once",
        "For entry k only parameter k moves.",
        {"difference": lambda J, theta, e, h: (J(theta + h) - J(theta - h)) / (2 * h)},
    ),
    (
        "a parameter that was moved stays where it is",
        "Before the next entry everything has to be back in its place.",
        {
            "difference": lambda J, theta, e, h: (
                (lambda moved: J(moved + h * e) - J(moved - h * e))(theta - h * (np.cumsum(e) == 0))
                / (2 * h)
            )
        },
    ),
    (
        "back minus forth",
        "If J grows with the parameter, which of the two values is larger?",
        {"difference": lambda J, theta, e, h: (J(theta - h * e) - J(theta + h * e)) / (2 * h)},
    ),
    (
        "the absolute error",
        "Is a difference of 0.001 large? Beside 0.002 it is, beside 10 it is not.",
        {"error": lambda g, n: np.abs(g - n).max()},
    ),
    (
        "the mean of the errors in place of the largest",
        "One wrong entry among many right ones has to show.",
        {"error": lambda g, n: (np.abs(g - n) / np.maximum(np.abs(g), np.abs(n))).mean()},
    ),
    (
        "relative to the sum of the two",
        "Divide by the larger of the two sizes.",
        {"error": lambda g, n: (np.abs(g - n) / (np.abs(g) + np.abs(n))).max()},
    ),
    (
        "the larger of two numbers taken with their signs",
        "Of −3 and −2, which has the larger size?",
        {"error": lambda g, n: (np.abs(g - n) / np.maximum(g, n)).max()},
    ),
    (
        "the length of the difference over a length",
        "Find the error of each entry first; a length mixes them.",
        {"error": lambda g, n: _length(g - n) / max(_length(g), _length(n))},
    ),
    (
        "relative to the given gradient alone",
        "Divide by the larger of the two sizes.",
        {"error": lambda g, n: (np.abs(g - n) / np.abs(g)).max()},
    ),
    (
        "one scale for all entries",
        "An entry is compared with its own size, or a small one is never seen.",
        {"error": lambda g, n: np.abs(g - n).max() / max(np.abs(g).max(), np.abs(n).max())},
    ),
    (
        "the sign of the difference is kept",
        "An error below 0 is an error as well.",
        {"error": lambda g, n: ((g - n) / np.maximum(np.abs(g), np.abs(n))).max()},
    ),
)


SET = ProblemSet(
    "ps4",
    "The delta recursion",
    (
        Question("ps4.q1", 12, steps.output_delta, steps.draw_output, steps.OUTPUT),
        Question("ps4.q2", 10, steps.softmax_delta, steps.draw_logits, steps.SOFTMAX),
        Question("ps4.q3", 16, steps.hidden_deltas, steps.draw_stack, steps.HIDDEN),
        Question("ps4.q4", 14, network.layer_back, network.draw_layer, network.LAYER),
        Question("ps4.q5", 18, network.backward, network.draw_network, network.NETWORK),
        Question("ps4.q6", 12, gradient_error, _draw_check, CHECK),
        Question("ps4.q7", 8, network.wrong_layer, network.draw_friend, network.FRIEND),
    ),
    ReadByHand(
        "ps4.q8",
        10,
        (
            (
                6,
                "three mistakes that the check does not see, each with what hides it",
            ),
            (2, "a network on which it sees all three"),
            (2, "a mistake that no gradient check sees, and why"),
        ),
    ),
)
