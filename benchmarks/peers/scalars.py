"""micrograd: a graph with a node for every number. It knows the ReLU and no other curve."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from micrograd.nn import MLP
from workloads import Problem, Workload, batches, flat

sys.setrecursionlimit(100_000)  # its sort of the graph calls itself at every node
STEPS = 2  # of the hundred of an epoch: enough to be timed


def prepare(work: Workload, data: Problem, variant: str = "") -> tuple[Callable[[int], float], Any]:
    """Return what does a part of a turn and says how large a part, and what gives its result."""
    if work.hidden != "relu" or work.output != "linear" or work.batch != 1:
        return None
    model = MLP(work.sizes[0], list(work.sizes[1:]))
    for layer, W, b in zip(model.layers, data.W, data.b, strict=True):
        for neuron, weights, bias in zip(layer.neurons, W.T, b, strict=True):
            neuron.b.data = bias
            for value, weight in zip(neuron.w, weights, strict=True):
                value.data = weight
    order = batches(work)

    def train(turns: int) -> float:
        steps = min(work.steps_per_turn, 3 if work.steps_per_turn == 3 else STEPS)
        for _ in range(steps):
            (row,) = next(order)
            error = model(list(data.X[row])) - data.Y[row, 0]
            loss = error * error * 0.5
            model.zero_grad()
            loss.backward()
            for parameter in model.parameters():
                parameter.data -= work.rate * parameter.grad
        return steps / work.steps_per_turn

    def parameters() -> np.ndarray:
        W = [[[w.data for w in unit.w] for unit in layer.neurons] for layer in model.layers]
        b = [[unit.b.data for unit in layer.neurons] for layer in model.layers]
        return flat([np.array(part).T for part in W], [np.array(part) for part in b])

    return train, parameters
