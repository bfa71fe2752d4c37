"""Problem set 6, from vanishing gradients to a network from scratch: what δ loses on its way.
The starts are in ps6_starts.py, the training and the runs to be explained in ps6_training.py."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from ..activations import ACTIVATIONS
from ..arrays import Array
from ..network import Network
from . import ps6_starts, ps6_training
from .question import Mistake, ProblemSet, Question, ReadByHand, told_apart


def first_delta(answers: Array, weights: Array) -> Any:
    """δ of the first of L sigmoid units in a row: L slopes a(1 − a), and the weights above it."""
    return np.prod(answers * (1 - answers)) * np.prod(weights[1:])


def _draw_row(rng: np.random.Generator) -> tuple[Any, ...]:
    answers = rng.choice([0.2, 0.25, 0.3, 0.35, 0.4, 0.6, 0.7, 0.85, 0.9], 4, replace=False)
    return answers, rng.choice([-3, -2, 2, 3, 4, 5], 4) * 1.0


ROW = (
    Mistake(
        "the weights left out",
        "On its way back δ is multiplied by each weight that it crosses.",
        lambda a, w: np.prod(a * (1 - a)),
    ),
    Mistake(
        "the weight below the first unit counted too",
        "The first weight lies before the first unit; does the way back to that unit cross it?",
        lambda a, w: np.prod(a * (1 - a)) * np.prod(w),
    ),
    Mistake(
        "the slope of the last unit left out",
        "The slope of the loss is given in the output's answer, not in its z.",
        lambda a, w: np.prod((a * (1 - a))[:-1]) * np.prod(w[1:]),
    ),
    Mistake(
        "the slope of the first unit left out",
        "How does δ of a unit depend on the slope in the unit's answer?",
        lambda a, w: np.prod((a * (1 - a))[1:]) * np.prod(w[1:]),
    ),
    Mistake(
        "the answers taken for the slopes",
        "The slope of a sigmoid that answers a is not a.",
        lambda a, w: np.prod(a) * np.prod(w[1:]),
    ),
    Mistake(
        "the slope of tanh",
        "Only tanh has the slope 1 − a².",
        lambda a, w: np.prod(1 - a**2) * np.prod(w[1:]),
    ),
    Mistake(
        "the bound in the place of the slopes",
        "A quarter is the largest slope; what are yours?",
        lambda a, w: 0.25 ** len(a) * np.prod(w[1:]),
    ),
)


def gradient_sizes(W: list[Any], b: list[Any], X: Array, G: Array, activations: list[str]) -> Any:
    """The root of the sum of squares of ∂J/∂W of each layer, first to last."""
    net = Network((len(W[1]), *map(len, b[1:])), tuple(ACTIVATIONS[name] for name in activations))
    theta = net.pack(W, b)
    back = net.backward(theta, net.forward(theta, X), G)
    return [float(np.linalg.norm(dW)) for dW in back.W[1:]]


def _draw_network(rng: np.random.Generator) -> tuple[Any, ...]:
    n, *sizes = (int(size) for size in rng.permutation([2, 3, 4, 5, 6, 7]))
    sizes = sizes[: rng.integers(4, 6)]
    W = [None, *(rng.normal(size=shape) for shape in pairwise(sizes))]
    b = [None, *(rng.normal(size=d) for d in sizes[1:])]
    X, G = rng.normal(size=(n, sizes[0])), rng.normal(size=(n, sizes[-1]))
    units = ["sigmoid", "tanh", *rng.choice(["sigmoid", "tanh"], len(sizes) - 3)]
    return W, b, X, G, [str(name) for name in rng.permutation(units)]


def _measured(
    size: Callable[..., Any] = lambda a, delta: np.linalg.norm(a.T @ delta),
    slope: Callable[..., Any] = lambda phi, z, a, last: phi.derivative(z),
    bias: float = 1.0,
) -> Callable[..., Any]:
    """Return the two passes with a size, a slope or a bias of one's own."""

    def answer(W: list[Any], b: list[Any], X: Array, G: Array, activations: list[str]) -> Any:
        phi, last, z, a = [ACTIVATIONS[name] for name in activations], len(W) - 1, [X], [X]
        for l in range(1, last + 1):
            z.append(a[l - 1] @ W[l] + bias * b[l])
            a.append(phi[l - 1](z[l]))
        sizes: list[float] = []
        for l in range(last, 0, -1):
            delta = G * slope(phi[l - 1], z[l], a[l], l == last)
            sizes.insert(0, float(size(a[l - 1], delta)))
            G = delta @ W[l].T
        return sizes

    return answer


SIZES = (
    Mistake(
        "δ measured, not ∂J/∂W",
        "The slope in a weight is δ times what enters the weight.",
        _measured(lambda a, delta: np.linalg.norm(delta)),
    ),
    Mistake(
        "the derivative taken at a instead of z",
        "The unit answers φ(z), so its slope is φ′(z).",
        _measured(slope=lambda phi, z, a, last: phi.derivative(a)),
    ),
    Mistake(
        "the slope of the last layer left out",
        "Given is the slope in the answers of the last layer; its units have slopes too.",
        _measured(slope=lambda phi, z, a, last: 1.0 if last else phi.derivative(z)),
    ),
    Mistake(
        "the slopes of the hidden layers left out",
        "What becomes of δ in each unit that it enters?",
        _measured(slope=lambda phi, z, a, last: phi.derivative(z) if last else 1.0),
    ),
    Mistake(
        "the biases left out of the forward pass",
        "Where the slopes are taken depends on the biases.",
        _measured(bias=0.0),
    ),
    Mistake(
        "divided by the number of samples",
        "In this course the 1/n of a mean stands in the slope of the loss, and that is given.",
        lambda W, b, X, G, units: gradient_sizes(W, b, X, G / len(X), units),
    ),
    Mistake(
        "no root taken of the sum of squares",
        "If all entries double, should the size double, or grow fourfold?",
        _measured(lambda a, delta: ((a.T @ delta) ** 2).sum()),
    ),
    Mistake(
        "the mean of the squares taken, not their sum",
        "Here the size of a matrix is the root of a sum.",
        _measured(lambda a, delta: np.sqrt(((a.T @ delta) ** 2).mean())),
    ),
    Mistake(
        "the largest singular value taken",
        "With a matrix, np.linalg.norm(M, 2) is another size than np.linalg.norm(M).",
        _measured(lambda a, delta: np.linalg.norm(a.T @ delta, 2)),
    ),
    Mistake(
        "the layers listed from the last to the first",
        "You find the last layer first; in which order should they stand in the list?",
        lambda *arguments: gradient_sizes(*arguments)[::-1],
    ),
)

SET = ProblemSet(
    "ps6",
    "Vanishing gradients, symmetry and a network from scratch",
    (
        Question(
            "ps6.q1",
            8,
            first_delta,
            told_apart(_draw_row, first_delta, ROW, 1e-5),
            ROW,
            by_hand=True,
            tolerance=1e-5,
        ),
        Question("ps6.q2", 16, gradient_sizes, _draw_network, SIZES),
        *ps6_starts.QUESTIONS,
        *ps6_training.QUESTIONS,
    ),
    ReadByHand(
        "ps6.q8",
        12,
        (
            (3, "the run of twins is named, by its different units and a loss that stops early"),
            (3, "the run whose gradient vanishes is named, by the ratio of the two gradients"),
            (3, "the run of dead units is named, by its silent units and a gradient of exactly 0"),
            (3, "for each of the three, a change that would make it learn, and why it would"),
        ),
        ps6_training.draw_runs,
    ),
)
