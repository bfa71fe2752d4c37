"""HIPS autograd: the gradient of a loss that is written with its NumPy."""

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as np
from workloads import Problem, Workload, batches, flat

UNITS = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(0, z),
    "linear": lambda z: z,
}


def prepare(work: Workload, data: Problem, variant: str = "") -> tuple[Callable[[int], None], Any]:
    """Return what does the work, and what gives its result; None for the large ones and others."""
    if work.task in ("check", "stack") or (work.dtype == "float32" and work.task == "train"):
        return None
    layers = list(zip(data.W, data.b, strict=True))
    X, Y, found = data.X, data.Y, None

    def loss(layers: Any, x: np.ndarray, y: np.ndarray) -> Any:
        a = x
        for (W, b), name in zip(layers, work.activations, strict=True):
            a = UNITS[name](np.dot(a, W) + b)
        return np.sum((a - y) ** 2) / (2 * len(x))

    slope, order = autograd.grad(loss), batches(work)
    sizes = list(zip(work.sizes, work.sizes[1:], strict=False))

    def of_vector(theta: np.ndarray) -> Any:
        parts, start = [], 0
        for d_in, d_out in sizes:
            middle, end = start + d_in * d_out, start + (d_in + 1) * d_out
            parts.append((theta[start:middle].reshape(d_in, d_out), theta[middle:end]))
            start = end
        return loss(parts, X, Y)

    def train(turns: int) -> None:
        nonlocal layers, m, v, t
        for _ in range(turns * work.steps_per_turn):
            rows = slice(None) if work.steps_per_turn == 1 else next(order)
            slopes = slope(layers, X[rows], Y[rows])
            if work.optimizer == "Adam":
                t += 1
                m = combine(lambda m, g: 0.9 * m + 0.1 * g, m, slopes)
                v = combine(lambda v, g: 0.999 * v + 0.001 * g**2, v, slopes)
                layers = combine(adam, layers, m, v)
            else:
                layers = combine(lambda p, g: p - work.rate * g, layers, slopes)

    def adam(p: np.ndarray, m: np.ndarray, v: np.ndarray) -> np.ndarray:
        return p - work.rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)

    m, t = combine(np.zeros_like, layers), 0
    v = m

    def evaluate(turns: int) -> None:
        nonlocal found
        for _ in range(turns):
            if work.task == "hessian":
                found = autograd.hessian(of_vector)(flat(data.W, data.b))
            else:
                found = slope(layers, X, Y)

    if work.task == "train":
        return train, lambda: flat([W for W, _ in layers], [b for _, b in layers])
    if work.task == "hessian":
        return evaluate, lambda: found
    return evaluate, lambda: flat([W for W, _ in found], [b for _, b in found])


def combine(function: Callable[..., Any], *lists: Any) -> list[tuple[Any, Any]]:
    """Apply a function to all weights and all biases."""
    return [
        (function(*(pair[0] for pair in pairs)), function(*(pair[1] for pair in pairs)))
        for pairs in zip(*lists, strict=True)
    ]
