"""How time grows with the network, and how near the large products come to the machine's limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from runner import exponent
from workloads import SEED

import backprop_lib as bp

DEPTHS = (2, 4, 8, 16, 32, 64)
BATCHES = (64, 128, 256, 512, 1024, 2048)
WIDTHS = (64, 128, 256, 512, 1024)


def least_seconds(work: Callable[[], object], repeats: int = 7) -> float:
    """Return the least processor time of one call."""
    work()
    start = time.process_time()
    work()
    calls = max(1, int(0.01 / max(time.process_time() - start, 1e-6)))
    times = []
    for _ in range(repeats):
        start = time.process_time()
        for _ in range(calls):
            work()
        times.append((time.process_time() - start) / calls)
    return min(times)


def gradient_seconds(depth: int = 4, batch: int = 256, width: int = 128) -> float:
    """Return the time of the loss and its gradient for a tanh network."""
    rng = np.random.default_rng(SEED)
    net = bp.Network([width] * (depth + 1), [bp.tanh] * depth)
    theta = bp.glorot(net, rng)
    X = rng.uniform(-1, 1, (batch, width))
    objective = net.objective(bp.half_squared_error, X, X)
    return least_seconds(lambda: objective(theta))


def growth() -> dict[str, float]:
    """Return k of time ∝ sizeᵏ for depth, batch and width."""
    return {
        "depth": exponent(DEPTHS, [gradient_seconds(depth=d) for d in DEPTHS]),
        "batch": exponent(BATCHES, [gradient_seconds(batch=n) for n in BATCHES]),
        "width": exponent(WIDTHS, [gradient_seconds(width=d) for d in WIDTHS]),
    }


def products(sizes: tuple[int, ...], batch: int) -> int:
    """Return the additions and multiplications in the matrix products of a step."""
    weights = [d_in * d_out for d_in, d_out in pairwise(sizes)]
    return 2 * batch * (3 * sum(weights) - weights[0])  # nobody asks for δ of the inputs


def peak(rows: int, width: int, dtype: str) -> float:
    """Return the operations a second of a product (rows, width) times (width, width), alone."""
    rng = np.random.default_rng(SEED)
    A = rng.uniform(-1, 1, (rows, width)).astype(dtype)
    B, out = rng.uniform(-1, 1, (width, width)).astype(dtype), np.empty_like(A)
    return 2 * A.size * width / least_seconds(lambda: np.dot(A, B, out=out))
