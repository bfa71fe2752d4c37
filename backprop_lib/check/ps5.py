"""Problem set 5, optimizers: how far a step may go, and which samples it asks.
The walks of many steps, with what they remember, are in ps5_walks.py."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..adaptive import RMSProp
from ..arrays import Array
from ..optimizers import GradientDescent, Momentum, Newton
from ..tables import Table
from . import ps5_walks
from .question import Mistake, ProblemSet, Question, ReadByHand, told_apart


def two_steps(curvatures: Array, theta: Array, learning_rate: float) -> Any:
    """Two steps of gradient descent on ½ Σ λ_k θ_k²: each multiplies θ_k by 1 − ηλ_k."""
    return (1 - learning_rate * curvatures) ** 2 * theta


def _draw_two_steps(rng: np.random.Generator) -> tuple[Any, ...]:
    curvatures = np.array([rng.choice([2, 3, 4]), rng.choice([6, 7, 8])])
    theta = rng.choice([-4, -3, -2, 2, 3, 4], 2)
    return curvatures * 1.0, theta * 1.0, float(rng.choice([0.06, 0.08, 0.1]))


TWO_STEPS = (
    Mistake(
        "only one step",
        "Take the slope again at the place where the first step ends.",
        lambda curvatures, theta, rate: (1 - rate * curvatures) * theta,
    ),
    Mistake(
        "the steps go uphill",
        "The gradient points up; which sign takes you down?",
        lambda curvatures, theta, rate: (1 + rate * curvatures) ** 2 * theta,
    ),
    Mistake(
        "both steps with the gradient of the first",
        "After a step you stand elsewhere, and the slope is another one.",
        lambda curvatures, theta, rate: (1 - 2 * rate * curvatures) * theta,
    ),
    Mistake(
        "the slope is twice too large",
        "What becomes of the ½ when you differentiate ½λθ²?",
        lambda curvatures, theta, rate: (1 - 2 * rate * curvatures) ** 2 * theta,
    ),
    Mistake(
        "the curvature left out of the slope",
        "Along which of the two directions is the slope steeper?",
        lambda curvatures, theta, rate: (1 - rate) ** 2 * theta,
    ),
    Mistake(
        "the curvatures of the two directions swapped",
        "Each entry of θ has a curvature of its own.",
        lambda curvatures, theta, rate: (1 - rate * curvatures[::-1]) ** 2 * theta,
    ),
)


def rate_limit(H: Array) -> Any:
    """2/λ_max: above it gradient descent cannot settle on a parabola with the Hessian H."""
    return 2 / np.linalg.eigvalsh(H)[-1]


def _draw_bowl(rng: np.random.Generator) -> tuple[Array]:
    # The eigenvalues lie well apart, and not on the diagonal.
    p = int(rng.integers(3, 6))
    curvatures = rng.uniform([0.5, 2, 4, 7, 11], [1, 3, 6, 10, 15])[:p]
    while True:
        Q, _ = np.linalg.qr(rng.normal(size=(p, p)))
        H = (Q * curvatures) @ Q.T
        if H.diagonal().max() < 0.9 * curvatures[-1]:
            return ((H + H.T) / 2,)


RATE_LIMIT = (
    Mistake(
        "the rate for which one step is enough",
        "At 1/λ_max the factor of the steepest direction is 0; where is it −1?",
        lambda H: 1 / np.linalg.eigvalsh(H)[-1],
    ),
    Mistake(
        "the smallest eigenvalue taken",
        "Which direction runs away first, the flattest or the steepest?",
        lambda H: 2 / np.linalg.eigvalsh(H)[0],
    ),
    Mistake(
        "the best rate, not the limit",
        "At the best rate all directions shrink; how far may you go beyond it?",
        lambda H: 2 / np.linalg.eigvalsh(H)[[0, -1]].sum(),
    ),
    Mistake(
        "the diagonal taken for the eigenvalues",
        "A valley may lie across the axes; its curvatures are then not on the diagonal.",
        lambda H: 2 / np.diagonal(H).max(),
    ),
    Mistake(
        "the sum of the eigenvalues taken",
        "Each direction shrinks or grows by itself; one of them sets the limit.",
        lambda H: 2 / np.trace(H),
    ),
    Mistake(
        "upside down",
        "Should a steeper valley allow longer steps?",
        lambda H: np.linalg.eigvalsh(H)[-1] / 2,
    ),
)


def newton_step(theta: Array, gradient: Array, H: Array) -> Any:
    """Where Newton's method goes: θ − H⁻¹g."""
    return Newton(hessian=lambda theta: H).step(
        theta, gradient, Newton(lambda theta: H).init(theta)
    )[0]


def _draw_newton(rng: np.random.Generator) -> tuple[Any, ...]:
    (H,) = _draw_bowl(rng)
    return rng.normal(size=len(H)), rng.normal(size=len(H)), H


NEWTON = (
    Mistake(
        "multiplied by H, not divided by it",
        "Where the valley is steep, should the step be longer or shorter?",
        lambda theta, g, H: theta - H @ g,
    ),
    Mistake(
        "Newton's step added, not subtracted",
        "On a parabola with its bottom at 0, g is Hθ: where should you arrive?",
        lambda theta, g, H: theta + np.linalg.solve(H, g),
    ),
    Mistake(
        "only the diagonal of H used",
        "The slope in one direction changes with the others too.",
        lambda theta, g, H: theta - g / np.diagonal(H),
    ),
    Mistake(
        "one over each entry of H taken for the inverse",
        "Multiply H by 1/H and see what comes out.",
        lambda theta, g, H: theta - (1 / H) @ g,
    ),
    Mistake(
        "the step returned, not the place",
        "The question asks for where the step ends.",
        lambda theta, g, H: -np.linalg.solve(H, g),
    ),
)


def batch_gradients(slopes: Array, order: Array, size: int) -> Any:
    """The gradient of each batch of one epoch: the mean of the rows of its samples."""
    return _means(slopes, [order[k : k + size] for k in range(0, len(order), size)])


def _means(slopes: Array, batches: list[Array]) -> Array:
    return np.array([slopes[rows].mean(axis=0) for rows in batches])


def _draw_batches(rng: np.random.Generator) -> tuple[Any, ...]:
    # Batches of nearly equal length would be others: 3, 2, 2 samples of 7 for 3, 3, 1.
    size, n = [(3, 7), (4, 9), (5, 13), (3, 10), (4, 10)][rng.integers(5)]
    while True:
        order = rng.permutation(n)
        first = {frozenset(rows[:size]) for rows in (order, np.argsort(order), np.arange(n))}
        if len(first) == 3:  # whoever reads the order wrongly meets other samples
            return rng.normal(size=(n, 2)), order, size


def _starts(slopes: Array, size: int) -> range:
    return range(0, len(slopes), size)


BATCHES = (
    Mistake(
        "the last, short batch dropped",
        "Is every sample seen once in an epoch?",
        lambda s, order, b: _means(s, [order[k : k + b] for k in range(0, len(s) - b + 1, b)]),
    ),
    Mistake(
        "batches of nearly equal length",
        "All batches but the last are full; which of yours have fewer samples?",
        lambda s, order, b: _means(s, np.array_split(order, len(_starts(s, b)))),
    ),
    Mistake(
        "the batches overlap",
        "Where does the second batch begin?",
        lambda s, order, b: _means(s, [order[k : k + b] for k in range(len(_starts(s, b)))]),
    ),
    Mistake(
        "all batches from one start",
        "The first batch comes out again and again; which name should change in the loop?",
        lambda s, order, b: _means(s, [order[:b] for _ in _starts(s, b)]),
    ),
    Mistake(
        "the samples not shuffled",
        "Which sample is drawn first? It stands in `order`.",
        lambda s, order, b: _means(s, [np.arange(len(s))[k : k + b] for k in _starts(s, b)]),
    ),
    Mistake(
        "the order read backwards",
        "At order[0] stands the sample that is drawn first, not the place of sample 0.",
        lambda s, order, b: batch_gradients(s, np.argsort(order), b),
    ),
    Mistake(
        "the sum in the place of the mean",
        "Should a larger batch give a longer gradient?",
        lambda s, order, b: np.array([s[order[k : k + b]].sum(axis=0) for k in _starts(s, b)]),
    ),
    Mistake(
        "the last batch divided by the full size",
        "How many samples does the last batch have?",
        lambda s, order, b: np.array([s[order[k : k + b]].sum(axis=0) / b for k in _starts(s, b)]),
    ),
)


def _draw_runs(rng: np.random.Generator) -> tuple[Table]:
    """Four runs in one valley, one of them sound; which of A to D is which, is drawn too."""
    curvatures = np.array([1.0, rng.uniform(20, 40)])
    start = np.array([rng.uniform(3, 5), rng.uniform(0.005, 0.01)])
    limit, shown = 2 / curvatures[1], [0, 1, 2, 3, 5, 10, 20, 30, 40, 60, 80, 100]

    def losses(optimizer: Any, uphill: bool = False) -> list[float]:
        gradient = -curvatures if uphill else curvatures
        theta, state, J = start, optimizer.init(start), []
        for _ in range(shown[-1] + 1):
            J.append(float(curvatures @ theta**2 / 2))
            theta, state = optimizer.step(theta, gradient * theta, state)
        return [J[step] for step in shown]

    runs = [
        losses(Momentum(0.4 * limit, 0.8)),
        losses(GradientDescent(rng.uniform(1.04, 1.07) * limit)),
        losses(RMSProp(rng.uniform(0.1, 0.2))),
        losses(GradientDescent(0.02 * limit), uphill=True),
    ]
    names = dict(zip("ABCD", rng.permutation(4), strict=True))
    columns = {f"J, run {name}": runs[place] for name, place in names.items()}
    return (Table({"step": shown} | columns, digits=2),)


SET = ProblemSet(
    "ps5",
    "Optimizers",
    (
        Question(
            "ps5.q1",
            8,
            two_steps,
            told_apart(_draw_two_steps, two_steps, TWO_STEPS, 1e-4),
            TWO_STEPS,
            by_hand=True,
            tolerance=1e-4,
        ),
        Question("ps5.q2", 10, rate_limit, _draw_bowl, RATE_LIMIT),
        Question("ps5.q3", 10, newton_step, _draw_newton, NEWTON),
        Question("ps5.q4", 14, batch_gradients, _draw_batches, BATCHES),
        *ps5_walks.QUESTIONS,
    ),
    ReadByHand(
        "ps5.q8",
        14,
        (
            (3, "the run above the stability limit is named, by its steady growth at the end"),
            (3, "the run uphill is named, by a loss that rises from the first step on"),
            (
                3,
                "the run that hops is named, by a loss that comes down, then neither stays low"
                " nor runs away",
            ),
            (3, "a remedy for each of the three that would work"),
            (2, "what a loss curve alone cannot tell"),
        ),
        _draw_runs,
    ),
)
