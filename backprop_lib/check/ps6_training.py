"""The end of problem set 6: a network trained from scratch, and four runs to be explained.
A mistake is the program as a person writes it, with one of its lines in a wrong form."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from ..activations import ACTIVATIONS, linear, relu, sigmoid, softmax, tanh
from ..arrays import Array
from ..initializers import glorot, he
from ..losses import softmax_cross_entropy
from ..network import Network
from ..tables import Table
from .question import Mistake, Question


def train(
    X: Array,
    Y: Array,
    W: list[Any],
    b: list[Any],
    activations: list[str],
    learning_rate: float,
    steps: int,
) -> Any:
    """Gradient descent on the mean cross entropy: W, b, and the loss before and after each step."""
    units = (*(ACTIVATIONS[name] for name in activations), linear)
    net = Network((len(W[1]), *map(len, b[1:])), units)
    objective, theta, losses = net.objective(softmax_cross_entropy, X, Y), net.pack(W, b), []
    for _ in range(steps):
        J, gradient = objective(theta)
        losses.append(float(J))
        theta = theta - learning_rate * gradient
    W, b = net.unpack(theta)
    return W, b, [*losses, float(objective(theta)[0])]


def _draw_training(rng: np.random.Generator) -> tuple[Any, ...]:
    units = ["sigmoid", "tanh", "relu", *rng.choice(["sigmoid", "tanh", "relu"], rng.integers(2))]
    sizes = [int(size) for size in rng.permutation([3, 4, 5, 6, 7, 8])][: len(units) + 2]
    W: list[Any] = [None, *(0.8 * rng.normal(size=shape) for shape in pairwise(sizes))]
    b: list[Any] = [None, *(0.1 * rng.normal(size=d) for d in sizes[1:])]
    n, rate, steps = int(rng.integers(9, 13)), float(rng.uniform(0.2, 0.6)), int(rng.integers(2, 5))
    X, Y = rng.normal(size=(n, sizes[0])), np.eye(sizes[-1])[rng.integers(sizes[-1], size=n)]
    names, a = [str(name) for name in rng.permutation(units)], X
    for l, name in enumerate(names, start=1):
        b[l] -= (a @ W[l]).mean(axis=0)  # no unit is dead, none saturated
        a = ACTIVATIONS[name](a @ W[l] + b[l])
    return X, Y, W, b, names, rate, steps


def _p_minus_y(z: Array, Y: Array) -> Array:
    return (softmax(z) - Y) / len(Y)


def _trained(
    last: Callable[[Array, Array], Array] = _p_minus_y,
    slope: Callable[..., Any] = lambda phi, z: phi.derivative(z),
    bias: Callable[[Array], Any] = lambda delta: delta.sum(axis=0),
    direction: float = 1.0,
    moved_first: bool = False,
) -> Callable[..., Any]:
    """Return the program with a δ of the last layer, a slope, … of one's own."""

    def answer(
        X: Array, Y: Array, W: list[Any], b: list[Any], names: list[str], rate: float, steps: int
    ) -> Any:
        phi, last_layer, losses = [linear, *(ACTIVATIONS[k] for k in names), linear], len(W) - 1, []
        W, b = [*W], [*b]
        for step in range(steps + 1):
            z, a = [X], [X]
            for l in range(1, last_layer + 1):
                z.append(a[l - 1] @ W[l] + b[l])
                a.append(phi[l](z[l]))
            losses.append(float(softmax_cross_entropy(z[-1], Y)))
            delta = last(z[-1], Y)
            for l in range(last_layer if step < steps else 0, 0, -1):
                old, W[l] = W[l], W[l] - direction * rate * a[l - 1].T @ delta
                b[l] = b[l] - direction * rate * bias(delta)
                delta = delta @ (W[l] if moved_first else old).T * slope(phi[l - 1], z[l - 1])
        return W, b, losses

    return answer


TRAINING = (
    Mistake(
        "the sum over the samples, not their mean",
        "The loss is a mean over the samples; where does the 1/n go?",
        _trained(lambda z, Y: softmax(z) - Y),
    ),
    Mistake(
        "the slope of the hidden units left out",
        "On its way down δ passes through the units, too.",
        _trained(slope=lambda phi, z: 1.0),
    ),
    Mistake(
        "weights moved before δ is carried through them",
        "The backward pass belongs to the weights of the forward pass: move them afterwards.",
        _trained(moved_first=True),
    ),
    Mistake(
        "the biases never move",
        "A bias has a slope, too.",
        _trained(bias=lambda delta: 0.0),
    ),
    Mistake(
        "the slopes of the biases averaged twice",
        "If δ carries the 1/n already, a sum over the samples is a mean.",
        _trained(bias=lambda delta: delta.mean(axis=0)),
    ),
    Mistake(
        "training uphill",
        "Does your loss rise from step to step?",
        _trained(direction=-1.0),
    ),
    Mistake(
        "δ times p(1 − p), as for sigmoids with squared errors",
        "With softmax and cross entropy the slope in the last z is short.",
        _trained(lambda z, Y: (softmax(z) - Y) * softmax(z) * (1 - softmax(z)) / len(Y)),
    ),
    Mistake(
        "the softmax left out of δ",
        "Probabilities are compared with the targets, not logits.",
        _trained(lambda z, Y: (z - Y) / len(Y)),
    ),
    Mistake(
        "the loss before the first step not listed",
        "The list begins with the loss of the start, and has one number more than there are steps.",
        lambda *given: (*(found := train(*given))[:2], found[2][1:]),
    ),
    Mistake(
        "the losses summed over the samples, not averaged",
        "How should the loss change if every sample is shown twice?",
        lambda X, *rest: (*(found := train(X, *rest))[:2], [J * len(X) for J in found[2]]),
    ),
    Mistake(
        "one step too many",
        "With steps = 0 the start should come back.",
        lambda X, Y, W, b, units, rate, steps: train(X, Y, W, b, units, rate, steps + 1),
    ),
)

WIDTH, DEPTH, RATE, STEPS = 16, 5, 0.3, 200


def draw_runs(rng: np.random.Generator) -> tuple[Table]:
    """Four networks on one task, one of them sound; which of A to D is which, is drawn too."""
    X = rng.uniform(-1, 1, (60, 2))
    Y = np.eye(2)[(X[:, 0] * X[:, 1] > 0).astype(int)]
    deep = {
        phi: Network((2, *[WIDTH] * (DEPTH - 1), 2), (*[phi] * (DEPTH - 1), linear))
        for phi in (relu, sigmoid, tanh)
    }
    alike = deep[tanh].pack(
        [rng.uniform(0.5, 1, (2, 1)) * rng.choice([-1, 1]) * np.ones(WIDTH)]
        + [np.full((WIDTH, WIDTH), v / WIDTH) for v in rng.uniform(0.8, 1.2, DEPTH - 2)]
        + [np.ones((WIDTH, 1)) * rng.uniform([0.5, -1], [1, -0.5]) / WIDTH],
        [*np.zeros((DEPTH - 1, WIDTH)), np.zeros(2)],
    )
    silent, faint = he(deep[relu], rng), glorot(deep[sigmoid], rng)
    for biases in deep[relu].unpack(silent)[1][1:-1]:
        biases[:] = -5.0
    faint[-2:] = 1.5, -1.5  # the last layer has something to learn, whatever was drawn
    starts = [
        (relu, he(deep[relu], rng)),
        (tanh, alike),
        (sigmoid, faint),
        (relu, silent),
    ]
    rows = [_report(deep[phi], theta, X, Y) for phi, theta in starts]
    runs = [{"run": name} | rows[k] for name, k in zip("ABCD", rng.permutation(4), strict=True)]
    return (Table({column: [run[column] for run in runs] for column in runs[0]}, digits=2),)


def _report(net: Network, theta: Array, X: Array, Y: Array) -> dict[str, Any]:
    objective = net.objective(softmax_cross_entropy, X, Y)
    first, gradient = objective(theta)
    for _ in range(STEPS):
        theta = theta - RATE * objective(theta)[1]
    (W, b), dW = net.unpack(theta), net.unpack(gradient)[0]
    a = net.forward(theta, X).a
    units = np.column_stack([W[1].T, b[1], W[2]])
    return {
        "J at the start": first,
        f"J after {STEPS} steps": objective(theta)[0],
        "size of ∂J/∂W¹ at the start": float(np.linalg.norm(dW[1])),
        "of the last ∂J/∂W": float(np.linalg.norm(dW[-1])),
        "different units in layer 1": len(np.unique(units.round(6), axis=0)),
        "silent units": int((np.concatenate(a[1:-1], axis=1) == 0).all(axis=0).sum()),
        "% right": round(100 * float((a[-1].argmax(axis=1) == Y.argmax(axis=1)).mean())),
    }


QUESTIONS = (Question("ps6.q7", 22, train, _draw_training, TRAINING),)
