"""NumPy as a tutorial writes it: a list of weights, a loop forward and a loop backward."""

from collections.abc import Callable
from typing import Any

import numpy as np
from workloads import Problem, Workload, batches, flat

UNITS = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(0, z),
    "linear": lambda z: z,
}
SLOPES = {
    "sigmoid": lambda z, a: a * (1 - a),
    "tanh": lambda z, a: 1 - a**2,
    "relu": lambda z, a: z > 0,
    "linear": lambda z, a: 1,
}


class Net:
    """A network that keeps its weights."""

    def __init__(self, work: Workload, data: Problem) -> None:
        self.work, self.W, self.b = work, list(data.W), list(data.b)
        self.m = [np.zeros_like(part) for part in (*self.W, *self.b)]
        self.v, self.t = [np.zeros_like(part) for part in self.m], 0

    def forward(self, X: np.ndarray) -> np.ndarray:
        """Return the answers, and keep what the way back needs."""
        self.z, self.a = [], [X]
        for W, b, name in zip(self.W, self.b, self.work.activations, strict=True):
            self.z.append(self.a[-1] @ W + b)
            self.a.append(UNITS[name](self.z[-1]))
        return self.a[-1]

    def loss(self, X: np.ndarray, Y: np.ndarray) -> float:
        """Return J for squared errors."""
        return np.sum((self.forward(X) - Y) ** 2) / (2 * len(X))

    def slopes(self, X: np.ndarray, Y: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return the slopes of weights and of biases."""
        a = self.forward(X)
        if self.work.loss == "softmax_cross_entropy":
            e = np.exp(a - a.max(axis=1, keepdims=True))
            a = e / e.sum(axis=1, keepdims=True)
        slope, dW, db = (a - Y) / len(X), [], []
        for l in reversed(range(len(self.W))):
            delta = slope * SLOPES[self.work.activations[l]](self.z[l], self.a[l + 1])
            dW.insert(0, self.a[l].T @ delta)
            db.insert(0, delta.sum(axis=0))
            slope = delta @ self.W[l].T
        return dW, db

    def step(self, X: np.ndarray, Y: np.ndarray) -> None:
        """Move all weights and biases."""
        self.t += 1
        depth, rate, moved = len(self.W), self.work.rate, []
        dW, db = self.slopes(X, Y)
        for k, (part, g) in enumerate(zip(self.W + self.b, dW + db, strict=True)):
            if self.work.optimizer == "Adam":
                self.m[k] = 0.9 * self.m[k] + 0.1 * g
                self.v[k] = 0.999 * self.v[k] + 0.001 * g**2
                m, v = self.m[k] / (1 - 0.9**self.t), self.v[k] / (1 - 0.999**self.t)
                moved.append(part - rate * m / (np.sqrt(v) + 1e-8))
            else:
                moved.append(part - rate * g)
        self.W, self.b = moved[:depth], moved[depth:]

    def by_differences(self, X: np.ndarray, Y: np.ndarray, h: float = 6e-6) -> np.ndarray:
        """Return the gradient from two losses a parameter, one parameter at a time."""
        found = []
        for part in (part for pair in zip(self.W, self.b, strict=True) for part in pair):
            for place in np.ndindex(part.shape):
                kept = part[place]
                part[place] = kept + h
                up = self.loss(X, Y)
                part[place] = kept - h
                down = self.loss(X, Y)
                part[place] = kept
                found.append((up - down) / (2 * h))
        return np.array(found)


def prepare(work: Workload, data: Problem, variant: str = "") -> tuple[Callable[[int], None], Any]:
    """Return what does the work, and what gives its result; None for Hessian and stack."""
    net, X, Y, found = Net(work, data), data.X, data.Y, None
    order = batches(work)

    def train(turns: int) -> None:
        for _ in range(turns * work.steps_per_turn):
            rows = slice(None) if work.steps_per_turn == 1 else next(order)
            net.step(X[rows], Y[rows])

    def gradient(turns: int) -> None:
        nonlocal found
        for _ in range(turns):
            found = net.slopes(X, Y)

    def check(turns: int) -> None:
        nonlocal found
        for _ in range(turns):
            found = net.by_differences(X, Y)

    results = {
        "train": (train, lambda: flat(net.W, net.b)),
        "gradient": (gradient, lambda: flat(*found)),
        "check": (check, lambda: found),
    }
    return results.get(work.task)
