"""The step of W1 with every call of NumPy written out: as far as a library on NumPy could go."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy import add, exp, multiply, negative, reciprocal, subtract
from workloads import Problem, Workload, flat


def prepare(work: Workload, data: Problem, variant: str = "") -> tuple[Callable[[int], None], Any]:
    """Return what does the work, and what gives its result; None for all but W1."""
    if work.key != "W1":
        return None
    theta, dot = flat(data.W, data.b), np.ndarray.dot
    gradient, move = np.empty_like(theta), np.empty_like(theta)
    T1, T2 = theta[:6].reshape(3, 2), theta[6:].reshape(3, 2)  # weights, and biases below them
    G1, G2 = gradient[:6].reshape(3, 2), gradient[6:].reshape(3, 2)
    x, y = np.append(data.X, [[1.0]], axis=1), data.Y
    x2 = np.ones((1, 3))
    a1, a2, d1, d2, slope = x2[:, :2], *np.empty((4, 1, 2))
    xT, x2T, W2T = x.T, x2.T, T2[:2].T
    one, rate = np.array(1.0), np.array(work.rate)

    def train(turns: int) -> None:
        for _ in range(turns):
            dot(x, T1, a1)
            negative(a1, a1)
            exp(a1, a1)
            add(a1, one, a1)
            reciprocal(a1, a1)
            dot(x2, T2, a2)
            negative(a2, a2)
            exp(a2, a2)
            add(a2, one, a2)
            reciprocal(a2, a2)
            subtract(a2, y, d2)
            subtract(one, a2, slope)
            multiply(a2, slope, slope)
            multiply(d2, slope, d2)
            dot(x2T, d2, G2)
            dot(d2, W2T, d1)
            subtract(one, a1, slope)
            multiply(a1, slope, slope)
            multiply(d1, slope, d1)
            dot(xT, d1, G1)
            multiply(gradient, rate, move)
            subtract(theta, move, theta)

    return train, lambda: theta
