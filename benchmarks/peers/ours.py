"""The library of this book."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
from workloads import SEED, Problem, Workload

import backprop_lib as bp

FOREVER = 10**9  # epochs: like the peers, it goes on from where the last turn ended


def prepare(work: Workload, data: Problem, variant: str = "") -> tuple[Callable[[int], None], Any]:
    """Return what does the work, and what gives its result."""
    net = bp.Network(work.sizes, [bp.ACTIVATIONS[name] for name in work.activations])
    loss, theta = bp.LOSSES[work.loss], net.pack(data.W, data.b)
    objective = net.objective(loss, data.X, data.Y)
    found = theta
    if work.optimizer != "none":
        optimizer, rng = getattr(bp, work.optimizer)(work.rate), np.random.default_rng(SEED)
        epochs = bp.fit(net, loss, theta, data.X, data.Y, optimizer, FOREVER, work.batch, rng)

    def train(turns: int) -> None:
        nonlocal found
        for epoch in islice(epochs, turns):
            found = epoch.theta

    def repeat(function: Callable[[], np.ndarray]) -> Callable[[int], None]:
        def advance(turns: int) -> None:
            nonlocal found
            for _ in range(turns):
                found = function()

        return advance

    tasks = {
        "train": train,
        "stack": train,
        "gradient": repeat(lambda: objective(theta)[1]),
        "check": repeat(lambda: bp.check_gradient(objective, theta).numeric),
        "hessian": repeat(lambda: bp.hessian(objective, theta)),
    }
    return tasks[work.task], lambda: found
