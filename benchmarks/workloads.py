"""What is measured: eight pieces of work, each with its data and its start, the same for all peers.
A peer is given a ``Problem`` of arrays and reads everything else from the ``Workload``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

SEED = 0


@dataclass(frozen=True)
class Workload:
    """One piece of work.

    ``task`` is "train" (steps of the optimizer), "gradient" (one forward and backward pass),
    "check" (a gradient compared with differences), "hessian", or "stack" (many networks trained at
    once). A turn is an epoch of a training, and else one evaluation.
    """

    key: str
    what: str
    sizes: tuple[int, ...]
    hidden: str
    output: str
    loss: str
    samples: int
    batch: int
    turns: int
    optimizer: str = "none"
    rate: float = 0.0
    dtype: str = "float64"
    task: str = "train"
    networks: int = 1

    @property
    def activations(self) -> tuple[str, ...]:
        """The name of each layer's activation."""
        return (*(self.hidden for _ in self.sizes[2:]), self.output)

    @property
    def steps_per_turn(self) -> int:
        """Steps of the optimizer in an epoch."""
        return -(-self.samples // self.batch)


class Problem(NamedTuple):
    """Arrays to work on: X (n, d_0), Y (n, d_L), and the first W^l (d_{l−1}, d_l) and b^l (d_l)."""

    X: np.ndarray
    Y: np.ndarray
    W: list[np.ndarray]
    b: list[np.ndarray]


_SQUARED, _SOFTMAX = "half_squared_error", "softmax_cross_entropy"
_2_2_2: dict[str, Any] = {
    "sizes": (2, 2, 2), "hidden": "sigmoid", "output": "sigmoid", "loss": _SQUARED,
    "samples": 1, "batch": 1,
}  # fmt: skip
_2_16_16_1: dict[str, Any] = {
    "sizes": (2, 16, 16, 1), "hidden": "tanh", "output": "linear", "loss": _SQUARED, "batch": 32,
}  # fmt: skip
_1_100_100_1: dict[str, Any] = {
    "sizes": (1, 100, 100, 1), "hidden": "relu", "output": "linear", "loss": _SQUARED,
    "samples": 100, "optimizer": "GradientDescent", "rate": 0.01,
}  # fmt: skip

WORKLOADS = {
    work.key: work
    for work in (
        Workload("W1", "2-2-2 sigmoid, one sample, gradient descent", **_2_2_2,
                 turns=10_000, optimizer="GradientDescent", rate=0.5),
        Workload("W2", "1-100-100-1 ReLU, 100 samples at once, gradient descent", **_1_100_100_1,
                 batch=100, turns=5_000),
        Workload("W2b", "1-100-100-1 ReLU, sample by sample, gradient descent", **_1_100_100_1,
                 batch=1, turns=50),
        Workload("W3", "2-16-16-1 tanh, batches of 32, Adam", **_2_16_16_1,
                 samples=1_000, turns=50, optimizer="Adam", rate=0.001),
        Workload("W4", "784-256-128-10 ReLU, batches of 128, Adam, float32",
                 (784, 256, 128, 10), "relu", "linear", _SOFTMAX, 60_000, 128,
                 turns=1, optimizer="Adam", rate=0.001, dtype="float32"),
        Workload("W5", "1024-4096-4096-10 ReLU, batches of 512, gradient descent, float32",
                 (1024, 4096, 4096, 10), "relu", "linear", _SOFTMAX, 2_560, 512,
                 turns=10, optimizer="GradientDescent", rate=0.01, dtype="float32"),
        Workload("W6", "50 layers of 64 tanh, batch of 256, both passes once",
                 (64,) * 51, "tanh", "tanh", _SQUARED, 256, 256,
                 turns=1, task="gradient", dtype="float32"),
        Workload("W7", "gradient of 2-16-16-1 checked by differences, 8 samples", **_2_16_16_1,
                 samples=8, turns=1, task="check"),
        Workload("W7H", "Hessian of 2-2-2", **_2_2_2, turns=1, task="hessian"),
        Workload("W8", "1,000 networks 2-2-2 at once, gradient descent", **_2_2_2,
                 turns=1_000, optimizer="GradientDescent", rate=0.5, task="stack", networks=1_000),
    )
}  # fmt: skip


def problem(work: Workload) -> Problem:
    """Draw the data and the start of a workload; they depend on nothing but the workload."""
    rng, dtype = np.random.default_rng(SEED), np.dtype(work.dtype)
    d_in, d_out = work.sizes[0], work.sizes[-1]
    X = rng.uniform(-1, 1, (work.samples, d_in)).astype(dtype)
    if work.loss == _SOFTMAX:
        Y = np.eye(d_out, dtype=dtype)[rng.integers(0, d_out, work.samples)]
    else:
        Y = rng.uniform(0.1, 0.9, (work.samples, d_out)).astype(dtype)
    stack = (work.networks,) if work.task == "stack" else ()
    W, b = [], []
    for d_from, d_to in pairwise(work.sizes):
        scale = np.sqrt((2 if work.hidden == "relu" else 1) / d_from)
        W.append((scale * rng.standard_normal((*stack, d_from, d_to))).astype(dtype))
        b.append((0.1 * rng.standard_normal((*stack, d_to))).astype(dtype))
    return Problem(X, Y, W, b)


def three_steps(work: Workload) -> tuple[Workload, int]:
    """Return a smaller workload and the turns that make just three steps of it."""
    if work.task not in ("train", "stack"):
        return work, 1
    if work.steps_per_turn == 1:
        return work, 3
    return replace(work, samples=3 * work.batch), 1


def batches(work: Workload) -> Iterator[np.ndarray]:
    """Yield the rows of each batch of an epoch, epoch after epoch: the same for all peers."""
    rng = np.random.default_rng(SEED)
    while True:
        order = rng.permutation(work.samples)
        for start in range(0, work.samples, work.batch):
            yield order[start : start + work.batch]


def flat(W: list[Any], b: list[Any]) -> np.ndarray:
    """Lay weights and biases into one vector: W¹ row by row, b¹, W², b², …"""
    parts = [np.asarray(part) for pair in zip(W, b, strict=True) for part in pair]
    stack = parts[1].shape[:-1]
    return np.concatenate([part.reshape(*stack, -1) for part in parts], axis=-1)
