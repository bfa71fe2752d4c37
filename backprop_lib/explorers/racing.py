"""Chapter 7's last explorers: a descent that sees only a batch of its samples at a time, and six
optimizers on the same landscapes, each with the rate that was best for it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from .. import plots
from ..activations import linear
from ..adaptive import AdaGrad, Adam, RMSProp
from ..arrays import Array
from ..dealing import batches
from ..losses import half_squared_error
from ..network import Network
from ..optimizers import GradientDescent, Momentum
from ..plots import style
from ..schedules import InverseTimeDecay
from .controls import Choice, Slider
from .downhill import Objective, bowl, side_by_side, two_weights, walk
from .explorer import Explorer

FLOOR = 1e-12  # a loss below it is as good as 0, and only rounding tells by how much
RACERS = {
    "gradient descent": GradientDescent,
    "momentum": Momentum,
    "AdaGrad": AdaGrad,
    "RMSProp": RMSProp,
    "Adam": Adam,
}


def batch_size(*, samples: int = 32, epochs: int = 5, name: str = "batch-size") -> Explorer:
    """Return an explorer of mini-batches: a linear unit that learns a line from noisy samples.

    Parameters
    ----------
    samples, epochs : int
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    rng = np.random.default_rng(7)
    X = rng.standard_normal((samples, 1))
    Y = 0.8 * X + 0.5 + 0.6 * rng.standard_normal((samples, 1))
    unit = Network(sizes=(1, 1), activations=(linear,))
    whole = unit.objective(half_squared_error, X, Y)
    best = np.linalg.lstsq(np.hstack([X, np.ones_like(X)]), Y)[0][:, 0]
    lowest, start = float(whole(best)[0]), np.array([-0.6, -0.6])

    rates = {"0.4": 0.4, "0.1": 0.1, "0.4, falling": InverseTimeDecay(0.4, decay=0.1)}

    def draw(figure: Figure, size: int, rate: Any) -> str:
        text = next(text for text, value in rates.items() if value is rate)
        left, right = side_by_side(figure)
        path = _in_batches(X, Y, unit, start, size, rate, epochs)
        above = whole(path)[0] - lowest
        levels = (lowest + np.geomspace(0.01, 1.5, 5)).tolist()
        limits = (-0.9, 1.7, -0.9, 1.3)
        plots.descent(
            whole,
            {"": path},
            limits=limits,
            levels=levels,
            minima=[(best[0], best[1])],
            xlabel="weight w",
            ylabel="bias b",
            ax=left,
        )
        steps = -(-samples // size)
        plots.losses(above, limits=(1e-7, 3), unit=steps, xlabel="epochs", ax=right)
        right.set_ylabel("loss J above its minimum")
        late = float(above[-2 * steps :].mean())
        pace = "1 step" if steps == 1 else f"{steps} steps"
        return (
            f"Batches of {size}, {pace} an epoch, η = {text}: over the last two epochs J is on "
            f"average {style.number(late, 3)} above its minimum."
        )

    return Explorer(
        draw,
        Slider("size", (32, 8, 2, 1), label="Batch size", start=32),
        Choice("rate", rates, label="Learning rate"),
        name=name,
        title="See fewer samples at a time",
        question="Make the batches smaller: what becomes of the first epoch, and of the last? "
        "What does the falling rate change?",
    )


def _in_batches(
    X: Array, Y: Array, unit: Network, start: Array, size: int, rate: Any, epochs: int
) -> Array:
    """Return θ before training and after every step."""
    optimizer, rng = GradientDescent(rate), np.random.default_rng(0)
    theta, state = start, optimizer.init(start)
    path = [theta]
    for _ in range(epochs):
        for rows in batches(len(X), size, rng):
            gradient = unit.objective(half_squared_error, X[rows], Y[rows])(theta)[1]
            theta, state = optimizer.step(theta, gradient, state)
            path.append(theta)
    return np.array(path)


def turned(theta: Any) -> tuple[Any, Any]:
    """Return loss and gradient of the valley ``bowl(1, 100)``, turned by 45 degrees."""
    half = np.sqrt(0.5)
    axes = np.array([[half, half], [-half, half]])  # rows: the flat and the steep direction
    J, slope = bowl(1.0, 100.0)(np.asarray(theta) @ axes.T)
    return J, slope @ axes


def bent(theta: Any) -> tuple[Any, Any]:
    """Return loss and gradient of ½ (1 − θ₁)² + 5 (θ₂ − θ₁²)²: a valley along a parabola."""
    x, y = np.moveaxis(np.asarray(theta), -1, 0)
    off = y - x * x
    return (1 - x) ** 2 / 2 + 5 * off**2, np.stack([x - 1 - 20 * x * off, 10 * off], axis=-1)


LANDSCAPES: dict[str, Objective] = {
    "valley along an axis": bowl(1.0, 100.0),
    "valley, turned": turned,
    "bent valley": bent,
    "saddle": two_weights,
}
_STARTS = {
    "valley along an axis": (-1.2, 0.5),
    "valley, turned": (-1.2, -0.5),
    "bent valley": (-1.2, 0.6),
}


def race(rates: Mapping[str, Mapping[str, float]], *, name: str = "race") -> Explorer:
    """Return an explorer of five optimizers in three valleys, all from one start.

    Parameters
    ----------
    rates : mapping of str to mapping of str to float
        Landscape to optimizer to learning rate, with the names of ``LANDSCAPES`` and ``RACERS``.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    steps = (3, 8, 20, 40)

    @cache
    def walks(landscape: str) -> dict[str, Array]:
        return {
            racer: walk(
                LANDSCAPES[landscape],
                _STARTS[landscape],
                make(rates[landscape][racer]),
                steps[-1],
            )
            for racer, make in RACERS.items()
        }

    def draw(figure: Figure, step: int, landscape: str) -> str:
        left, right = side_by_side(figure)
        objective = LANDSCAPES[landscape]
        shown = {racer: path[: step + 1] for racer, path in walks(landscape).items()}
        J = {racer: objective(path)[0] for racer, path in shown.items()}
        plots.descent(
            objective,
            shown,
            limits=(-1.7, 1.7, -1.7, 1.7),
            levels=np.geomspace(0.2, 100, 5).tolist(),
            ax=left,
        )
        drawn = {racer: np.maximum(series, FLOOR) for racer, series in J.items()}
        plots.losses(drawn, end=steps[-1], limits=(1e-8, 100), ax=right)
        handles = right.get_legend_handles_labels()
        for ax in (left, right):
            ax.legend([]).remove()
        figure.legend(*handles, loc="outside upper center", ncols=3)
        lead = min(J, key=lambda racer: float(J[racer][-1]))
        low, plain = (float(J[racer][-1]) for racer in (lead, "gradient descent"))
        value = (
            f"J = {style.number(low, 2)}" if low >= FLOOR else f"J below {style.number(FLOOR, 1)}"
        )
        other = f"; gradient descent has {style.number(plain, 2)}" if plain > low else ""
        return f"In the {landscape}, after {step} steps, {lead} is lowest with {value}{other}."

    return Explorer(
        draw,
        Slider("step", steps, label="Steps", start=8),
        Choice("landscape", list(_STARTS), label="Landscape"),
        name=name,
        title="Send five walkers off from one start",
        question="Who loses when the valley is turned, and who does not notice? Who follows the "
        "bend?",
    )
