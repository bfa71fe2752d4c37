"""Chapter 7's first explorers: one valley walked with a rate too small, good and too large, another
with momentum, and a saddle that is left the later the nearer one starts to its ridge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import plots
from ..adaptive import Adam
from ..arrays import Array
from ..optimizers import GradientDescent, Momentum
from ..plots import style
from ..training import minimize
from .controls import Choice, Slider
from .explorer import Explorer

Objective = Callable[[Any], tuple[Any, Any]]


def bowl(*curvatures: float) -> Objective:
    r"""Return J(θ) = ½ Σ λ_k θ_k² with the given λ: a valley along the axes.

    Examples
    --------
    >>> from backprop_lib.explorers.downhill import bowl
    >>> bowl(1.0, 10.0)([2.0, 1.0])
    (np.float64(7.0), array([ 2., 10.]))
    """
    scale = np.array(curvatures)
    return lambda theta: ((scale * np.square(theta)).sum(axis=-1) / 2, scale * theta)


def two_weights(theta: Any) -> tuple[Any, Any]:
    """Return loss and gradient of the network x → w₁x → w₂w₁x for one sample, x = 1 and y = 1.

    J = ½ (w₁w₂ − 1)² has a saddle at 0, and minima wherever w₁w₂ is 1.

    Examples
    --------
    >>> from backprop_lib.explorers.downhill import two_weights
    >>> two_weights([2.0, 1.0])
    (np.float64(0.5), array([1., 2.]))
    """
    w = np.asarray(theta)
    error = w[..., 0] * w[..., 1] - 1
    return error**2 / 2, error[..., None] * w[..., ::-1]


def walk(objective: Objective, start: Any, optimizer: Any, steps: int) -> Array:
    """Return the points (steps + 1, p) of a walk, the start first."""
    points = (step.theta for step in minimize(objective, start, optimizer, steps))
    return np.array([start, *points])


def side_by_side(figure: Figure) -> tuple[Axes, Axes]:
    """Return axes for a map and for its losses."""
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    return left, right


def valley_rate(*, name: str = "valley-rate") -> Explorer:
    """Return an explorer of gradient descent in a valley: the learning rate.

    Parameters
    ----------
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer

    Examples
    --------
    >>> from backprop_lib import explorers
    >>> explorers.valley_rate().frame(rate=1.0).sentence
    'At η = 1/λ_max a step multiplies θ₂ by 0 and θ₁ by 0.9; after 40 steps J is 0.00028.'
    """
    flat, steep, steps = 1.0, 10.0, 40
    valley, start = bowl(flat, steep), (-1.6, 0.8)

    def draw(figure: Figure, rate: float) -> str:
        left, right = side_by_side(figure)
        path = walk(valley, start, GradientDescent(rate / steep), steps)
        J = valley(path)[0]
        _map(valley, path, left)
        plots.losses(J, limits=(1e-8, 1e3), ax=right)
        shown = [style.number(value, 3) for value in (rate, 1 - rate, 1 - rate / 10, J[-1])]
        return (
            f"At η = {shown[0]}/λ_max a step multiplies θ₂ by {shown[1]} and θ₁ by {shown[2]}; "
            f"after {steps} steps J is {shown[3]}."
        )

    return Explorer(
        draw,
        Slider(
            "rate",
            (0.1, 0.5, 1.0, 1.5, 1.82, 1.95, 2.0, 2.05, 2.1),
            label="η in units of 1/λ_max",
            live=np.arange(0.02, 2.2, 0.02).round(2),
        ),
        name=name,
        title="Raise the rate until the walk leaves the valley",
        question="Which rate leaves the smallest loss? What happens at 2, and just beyond?",
    )


def valley_momentum(*, name: str = "valley-momentum") -> Explorer:
    """Return an explorer of momentum in a valley a hundred times as steep as it is long.

    Parameters
    ----------
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    valley, start, end = bowl(1.0, 100.0), (-1.6, 0.4), 1e-6

    def draw(figure: Figure, momentum: float, rate: float) -> str:
        left, right = side_by_side(figure)
        path = walk(valley, start, Momentum(rate, momentum), 400)
        J = valley(path)[0]
        _map(valley, path[:51], left)
        plots.losses(J[:101], limits=(1e-10, 1e2), ax=right)
        begin = f"With η = {rate:g} and μ = {momentum:g}, "
        late = int(np.flatnonzero(end <= J)[-1]) + 1  # from here on J stays below
        if late < len(J):
            return begin + f"J is below a millionth, for good, after {late} steps."
        far = style.number(J[100], 2) if J[100] < 1e9 else "above a thousand million"
        return begin + f"J is not below a millionth within 400 steps; after 100 it is {far}."

    return Explorer(
        draw,
        Slider(
            "momentum",
            (0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95),
            label="Momentum μ",
            live=np.arange(0, 0.99, 0.01).round(2),
        ),
        Choice("rate", {"0.018": 0.018, "0.03": 0.03}, label="Learning rate η"),
        name=name,
        title="Let it roll",
        question="Which μ is best? At 0.03, beyond the limit of gradient descent, which μ "
        "arrive at all?",
    )


def saddle_escape(*, name: str = "saddle-escape") -> Explorer:
    """Return an explorer of the saddle of the smallest network with a hidden layer.

    Parameters
    ----------
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    walkers = {
        "gradient descent, η = 0.2": GradientDescent(0.2),
        "momentum 0.9, η = 0.05": Momentum(0.05),
        "Adam, η = 0.1": Adam(0.1),
        "Newton's method": None,
    }
    steps, ridge = 100, np.array([-0.8, 0.8])

    def draw(figure: Figure, decades: int, walker: str) -> str:
        left, right = side_by_side(figure)
        offset = 10.0**-decades
        start, optimizer = ridge + offset, walkers[walker]
        path = newton(start, 8) if optimizer is None else walk(two_weights, start, optimizer, steps)
        J = two_weights(path)[0]
        levels = (0.01, 0.2, 0.5, 1, 2)
        plots.descent(
            two_weights,
            {walker: path},
            limits=(-1.7, 1.7, -1.7, 1.7),
            levels=levels,
            xlabel="w₁",
            ylabel="w₂",
            ax=left,
        )
        plots.losses(J, end=steps, limits=(1e-4, 2), ax=right)
        begin = f"From {style.number(offset, 3)} beside the ridge, {walker}: "
        arrived = np.flatnonzero(J < 0.01)
        if len(arrived):
            return begin + f"J is below 0.01 after {arrived[0]} steps."
        return begin + f"after {len(J) - 1} steps J is {style.number(J[-1], 3)}, at the saddle."

    return Explorer(
        draw,
        Slider("decades", range(1, 4), label="Distance from the ridge", text="1e-{:g}", start=2),
        Choice("walker", list(walkers), label="Method"),
        name=name,
        title="Leave the saddle",
        question="What does each further decade cost? Where does Newton's method go, and why?",
    )


def newton(start: Array, steps: int) -> Array:
    """Return the points of Newton's bare method on ``two_weights``, whatever the curvature."""
    points = [start]
    for _ in range(steps):
        w = points[-1]
        error, gradient = w[0] * w[1] - 1, two_weights(w)[1]
        H = np.array([[w[1] ** 2, error + w[0] * w[1]], [error + w[0] * w[1], w[0] ** 2]])
        points.append(w - np.linalg.solve(H, gradient))
    return np.array(points)


def _map(valley: Objective, path: Array, ax: Any) -> None:
    top = 1.1 if valley((0.0, 1.0))[0] < 10 else 0.5
    levels = np.geomspace(0.02, 10, 5).tolist()
    limits = (-2.0, 2.0, -top, top)
    plots.descent(valley, {"": path}, limits=limits, levels=levels, minima=[(0, 0)], ax=ax)
