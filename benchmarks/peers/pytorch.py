"""PyTorch, eager."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import nn
from workloads import Problem, Workload, batches, flat

torch.set_num_threads(1)
UNITS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}
OPTIMIZERS = {"GradientDescent": torch.optim.SGD, "Adam": torch.optim.Adam}


def prepare(work: Workload, data: Problem, variant: str = "") -> tuple[Callable[[int], None], Any]:
    """Return what does the work, and what gives its result; None for the check."""
    torch.set_default_dtype(getattr(torch, work.dtype))
    X, Y = torch.tensor(data.X), torch.tensor(data.Y)
    if work.task == "stack":
        return stack(work, data, X, Y)
    if work.task == "hessian":
        return hessian(work, data, X, Y)
    if work.task == "check":
        return None
    model = network(work, data)
    layers = [part for part in model if isinstance(part, nn.Linear)]
    if work.loss == "half_squared_error":
        criterion = half_squared_error
    else:
        Y, criterion = Y.argmax(dim=1), nn.CrossEntropyLoss()

    def gradient(turns: int) -> None:
        for _ in range(turns):
            model.zero_grad()
            criterion(model(X), Y).backward()

    if work.task == "gradient":
        return gradient, lambda: flat(
            [layer.weight.grad.numpy().T for layer in layers],
            [layer.bias.grad.numpy() for layer in layers],
        )
    order = batches(work)
    optimizer = OPTIMIZERS[work.optimizer](model.parameters(), lr=work.rate)

    def step(x: torch.Tensor, y: torch.Tensor) -> None:
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()

    def train(turns: int) -> None:
        for _ in range(turns * work.steps_per_turn):
            if work.steps_per_turn == 1:
                step(X, Y)
            else:
                rows = torch.from_numpy(next(order))
                step(X[rows], Y[rows])

    return train, lambda: flat(
        [layer.weight.detach().numpy().T for layer in layers],
        [layer.bias.detach().numpy() for layer in layers],
    )


def half_squared_error(a: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Return J."""
    return nn.functional.mse_loss(a, y, reduction="sum") / (2 * len(a))


def network(work: Workload, data: Problem) -> nn.Sequential:
    """Return the model with the weights of the start."""
    model = nn.Sequential()
    for W, b, name in zip(data.W, data.b, work.activations, strict=True):
        layer = nn.Linear(*W.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(W.T))
            layer.bias.copy_(torch.tensor(b))
        model.append(layer)
        if name != "linear":
            model.append(UNITS[name]())
    return model


def stack(work: Workload, data: Problem, X: torch.Tensor, Y: torch.Tensor) -> Any:
    """Train all networks at once: one batched product a layer, the losses added up."""
    layers = [
        (torch.tensor(W, requires_grad=True), torch.tensor(b[:, None], requires_grad=True))
        for W, b in zip(data.W, data.b, strict=True)
    ]
    optimizer = torch.optim.SGD([part for layer in layers for part in layer], lr=work.rate)
    inputs = X.expand(work.networks, *X.shape)

    def train(turns: int) -> None:
        for _ in range(turns):
            a = inputs
            for W, b in layers:
                a = torch.sigmoid(torch.baddbmm(b, a, W))
            optimizer.zero_grad()
            (((a - Y) ** 2).sum() / (2 * len(X))).backward()
            optimizer.step()

    return train, lambda: flat(
        [W.detach().numpy() for W, _ in layers], [b.detach().numpy()[:, 0] for _, b in layers]
    )


def hessian(work: Workload, data: Problem, X: torch.Tensor, Y: torch.Tensor) -> Any:
    """Differentiate the loss twice in one flat vector."""
    theta, found = torch.tensor(flat(data.W, data.b)), None

    def loss(theta: torch.Tensor) -> torch.Tensor:
        a, start = X, 0
        for d_in, d_out in pairwise(work.sizes):
            middle, end = start + d_in * d_out, start + (d_in + 1) * d_out
            a = torch.sigmoid(a @ theta[start:middle].reshape(d_in, d_out) + theta[middle:end])
            start = end
        return half_squared_error(a, Y)

    def advance(turns: int) -> None:
        nonlocal found
        for _ in range(turns):
            found = torch.func.hessian(loss)(theta)

    return advance, lambda: found.numpy()
