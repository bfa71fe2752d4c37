"""NumPy by hand: the calls of a step are listed once, each with its arrays, and made in a row.

Nothing stands between one call and the next, and no array is made on the way, so this is as far as
a library on NumPy could go on this machine. It can do nothing but the workload that it is made for.
"""

from collections.abc import Callable
from functools import partial
from itertools import count, pairwise
from typing import Any

import numpy as np
from workloads import Problem, Workload, batches, flat

CACHE = 2**18  # bytes of a vector that a step works on at a time


class Calls(list):
    """Calls of NumPy, to be made one after the other."""

    def call(self, function: Callable[..., Any], *arrays: np.ndarray, **options: Any) -> None:
        """Add a call; ``out`` comes last, for a keyword takes time."""
        self.append(partial(function, *arrays, **options))

    def product(self, left: np.ndarray, right: np.ndarray, out: np.ndarray) -> None:
        """Add a matrix product by ``dot``, which writes row by row only."""
        if not out.flags.c_contiguous:
            left, right, out = right.T, left.T, out.T
        self.call(np.ndarray.dot, left, right, out)


def prepare(work: Workload, data: Problem, variant: str = "") -> tuple[Callable[[int], None], Any]:
    """Return what does the work, and what gives its result; None for check, Hessian and stack."""
    if work.task not in ("train", "gradient"):
        return None
    theta = flat(data.W, data.b)
    gradient = np.empty_like(theta)
    update, order = step(work, theta, gradient), batches(work)
    lengths = {min(work.batch, work.samples), work.samples % work.batch or work.batch}
    listed = {n: passes(work, n, theta, gradient, update) for n in lengths}
    x, y, calls = listed[work.batch]
    x[:, :-1], y[...] = data.X[: work.batch], data.Y[: work.batch]

    def advance(turns: int) -> None:
        nonlocal x, y, calls
        for _ in range(turns * work.steps_per_turn):
            if work.steps_per_turn > 1:
                rows = next(order)
                x, y, calls = listed[len(rows)]
                x[:, :-1], y[...] = data.X[rows], data.Y[rows]
            for call in calls:
                call()

    return advance, lambda: theta if work.task == "train" else gradient


def blocks(work: Workload, theta: np.ndarray) -> list[np.ndarray]:
    """Return views of θ: the weights of each layer with its biases below them."""
    ends = np.cumsum([0, *((d_in + 1) * d_out for d_in, d_out in pairwise(work.sizes))])
    parts = zip(pairwise(ends), pairwise(work.sizes), strict=True)
    return [theta[i:k].reshape(d_in + 1, d_out) for (i, k), (d_in, d_out) in parts]


def passes(
    work: Workload, n: int, theta: np.ndarray, gradient: np.ndarray, update: Calls
) -> tuple[np.ndarray, np.ndarray, Calls]:
    """Return [X 1] and Y of n samples, to be filled, and the calls of a step with them."""
    T, G, calls, dtype = blocks(work, theta), blocks(work, gradient), Calls(), theta.dtype
    zero, one, many = (np.array(number, dtype) for number in (0, 1, n))

    def layer(d: int) -> np.ndarray:
        return np.ones((d, n), dtype).T

    inputs = [layer(d + 1) for d in work.sizes[:-1]]
    a = [*(x[:, :-1] for x in inputs[1:]), layer(work.sizes[-1])]
    y, row = np.empty_like(a[-1]), np.empty((n, 1), dtype)
    delta, slope = ([layer(d) for d in work.sizes[1:]] for _ in range(2))
    for l, name in enumerate(work.activations):
        calls.product(inputs[l], T[l], a[l])
        if name == "sigmoid":
            calls.call(np.negative, a[l], a[l])
            calls.call(np.exp, a[l], a[l])
            calls.call(np.add, a[l], one, a[l])
            calls.call(np.reciprocal, a[l], a[l])
        elif name == "tanh":
            calls.call(np.tanh, a[l], a[l])
        elif name == "relu":
            calls.call(np.maximum, a[l], zero, out=a[l])
    if work.loss == "half_squared_error":
        calls.call(np.subtract, a[-1], y, delta[-1])
    else:
        calls.call(np.max, a[-1], axis=1, keepdims=True, out=row)
        calls.call(np.subtract, a[-1], row, delta[-1])
        calls.call(np.exp, delta[-1], delta[-1])
        calls.call(np.sum, delta[-1], axis=1, keepdims=True, out=row)
        calls.call(np.divide, delta[-1], row, delta[-1])
        calls.call(np.subtract, delta[-1], y, delta[-1])
    if n > 1:
        calls.call(np.divide, delta[-1], many, delta[-1])
    for l, name in reversed(list(enumerate(work.activations))):
        if name == "sigmoid":
            calls.call(np.subtract, one, a[l], slope[l])
            calls.call(np.multiply, a[l], slope[l], slope[l])
        elif name == "tanh":
            calls.call(np.square, a[l], slope[l])
            calls.call(np.subtract, one, slope[l], slope[l])
        elif name == "relu":
            calls.call(np.sign, a[l], slope[l])
        if name != "linear":
            calls.call(np.multiply, delta[l], slope[l], delta[l])
        calls.product(inputs[l].T, delta[l], G[l])
        if l:
            calls.product(delta[l], T[l][:-1].T, delta[l - 1])
    return inputs[0], y, Calls([*calls, *update])


def step(work: Workload, theta: np.ndarray, gradient: np.ndarray) -> Calls:
    """Return the calls that move θ."""
    calls, length = Calls(), CACHE // theta.itemsize
    parts = [slice(start, start + length) for start in range(0, theta.size, length)]
    spare = np.empty(min(length, theta.size), theta.dtype)
    rate = np.array(work.rate, theta.dtype)
    if work.optimizer == "GradientDescent":
        for part in parts:
            move = spare[: theta[part].size]
            calls.call(np.multiply, gradient[part], rate, move)
            calls.call(np.subtract, theta[part], move, theta[part])
    if work.optimizer != "Adam":
        return calls
    averages, epsilon = np.zeros((2, theta.size), theta.dtype), np.empty_like(rate)
    keep_m, add_m, keep_v, add_v = (np.array(b, theta.dtype) for b in (0.9, 0.1, 0.999, 0.001))
    t = count(1)

    def begin() -> None:
        k = next(t)
        root = (1 - 0.999**k) ** 0.5  # √(v/c) + ε = (√v + ε√c)/√c
        epsilon[...], rate[...] = 1e-8 * root, work.rate * root / (1 - 0.9**k)

    calls.call(begin)
    for part in parts:
        (m, v), g, move = averages[:, part], gradient[part], spare[: theta[part].size]
        calls.call(np.multiply, g, add_m, move)
        calls.call(np.multiply, m, keep_m, m)
        calls.call(np.add, m, move, m)
        calls.call(np.square, g, move)
        calls.call(np.multiply, move, add_v, move)
        calls.call(np.multiply, v, keep_v, v)
        calls.call(np.add, v, move, v)
        calls.call(np.sqrt, v, move)
        calls.call(np.add, move, epsilon, move)
        calls.call(np.divide, m, move, move)
        calls.call(np.multiply, move, rate, move)
        calls.call(np.subtract, theta[part], move, theta[part])
    return calls
