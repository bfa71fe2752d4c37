"""Chapter 9's explorers: two arrows that part or do not, the first steps from starts that look
alike, and random starts of every size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .. import plots
from ..arrays import Array
from ..objective import Objective
from ..plots import style
from ..plots.names import spoken
from .controls import Choice, Slider
from .explorer import Explorer


def descend(objective: Objective, theta: ArrayLike, steps: int, learning_rate: float) -> Array:
    """Return θ before training and after each step of gradient descent: (steps + 1, ..., p)."""
    path = np.empty((steps + 1, *np.shape(theta)))
    path[0] = theta
    for t in range(steps):
        path[t + 1] = path[t] - learning_rate * objective(path[t])[1]
    return path


def twin_arrows(
    objective: Objective,
    starts: Mapping[str, ArrayLike],
    steps: Sequence[int],
    *,
    teacher: ArrayLike | None = None,
    learning_rate: float = 0.2,
    name: str = "twin-arrows",
) -> Explorer:
    """Return an explorer of two hidden units, drawn as arrows, while they learn.

    Parameters
    ----------
    objective : Objective
        Of a network with two inputs and two hidden units.
    starts : mapping of str to array_like, shape (p,)
        What the reader chooses from.
    steps : sequence of int
        What the slider shows, ascending.
    teacher : array_like, shape (p,), optional
        Parameters whose arrows are drawn pale.
    learning_rate : float
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    net, last = objective.net, steps[-1]

    @cache
    def learned() -> tuple[Array, Array, Array]:
        stack = np.stack([np.asarray(theta, dtype=float) for theta in starts.values()])
        path = descend(objective, stack, last, learning_rate)
        W = net.unpack(path)[0][1]
        return path, objective(path)[0], np.linalg.norm(W[..., 0] - W[..., 1], axis=-1)

    def draw(figure: Figure, start: str, step: float) -> str:
        path, J, apart = learned()
        k, step = list(starts).index(start), round(step)  # a kernel's slider gives floats
        left, right = figure.subplots(1, 2, width_ratios=(1, 1))
        plots.arrows(net, path[step, k], teacher, ax=left)
        shown = np.unique(np.append(np.arange(0, last + 1, max(last // 100, 1)), steps))
        plots.curves(shown, {"": J[shown, k]}, xlabel="step", ylabel="loss J", ax=right)
        right.lines[0].set_color(style.LOSS)
        right.plot([step], [J[step, k]], "o", color=style.LOSS)
        right.set(ylim=(0, 1.05 * float(J.max())))
        distance = style.number(float(apart[step, k]), 2)
        return (
            f"{start.capitalize()}, step {step:,}: the arrows' tips are {distance} apart, and J is "
            f"{style.number(float(J[step, k]), 3)}."
        )

    return Explorer(
        draw,
        Choice("start", list(starts)),
        Slider("step", list(steps), label="Step", text="{:,}", live=range(0, last + 1, 2)),
        name=name,
        title="Wait for two equal arrows to part",
        question="Where is the kick while nothing seems to happen? What does its sign decide?",
        size=(7.0, 3.7),
    )


def first_steps(
    objectives: Mapping[str, Objective],
    starts: Mapping[str, ArrayLike],
    *,
    steps: int = 600,
    learning_rate: float = 0.2,
    name: str = "first-steps",
) -> Explorer:
    """Return an explorer of what two hidden units do from starts that look alike.

    Parameters
    ----------
    objectives : mapping of str to Objective
        One for each activation to choose from, all of networks of one shape.
    starts : mapping of str to array_like, shape (p,)
    steps : int
    learning_rate : float
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """

    @cache
    def learned(kind: str) -> tuple[Array, Array]:
        stack = np.stack([np.asarray(theta, dtype=float) for theta in starts.values()])
        path = descend(objectives[kind], stack, steps, learning_rate)
        return path, objectives[kind](path)[0]

    def draw(figure: Figure, kind: str, start: str) -> str:
        (path, J), k = learned(kind), list(starts).index(start)
        W = objectives[kind].net.unpack(path[:, k])[0][1]
        shown = np.unique(np.append([0], np.geomspace(1, steps, 60).astype(int)))
        left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
        plots.unit_weights(shown, W[shown], ax=left)
        plots.curves(shown, {"": J[shown, k]}, xlabel="step", ylabel="loss J", ax=right)
        right.lines[0].set_color(style.LOSS)
        left.set(ylim=(-3, 3), xscale="symlog", xlim=(0, steps))
        left.legend(loc="upper left")
        figure.suptitle(f"{spoken(kind)}, {start}")
        right.set(ylim=(0, 1), xscale="symlog", xlim=(0, steps))
        for ax in (left, right):
            ax.set_xticks([0, 1, 10, 100], ["0", "1", "10", "100"])
        return (
            f"From {start} with {spoken(kind)} units, {_verdict(W)}. After {steps:,} steps J is "
            f"{style.number(float(J[-1, k]), 3)}."
        )

    return Explorer(
        draw,
        Choice("kind", {spoken(kind): kind for kind in objectives}, label="Activation"),
        Choice("start", list(starts)),
        name=name,
        title="Keep the start, change the activation",
        question="From which starts does the hidden layer move at all, and from which do its two "
        "units part?",
        size=(7.0, 3.7),
    )


def _verdict(W: Array) -> str:
    """Say what two hidden units do, from W¹ (m, d, 2) over the steps."""
    if (W[0] == W).all():
        return "the hidden weights do not move"
    apart = abs(W[..., 0] - W[..., 1]).max(axis=-1)
    if apart.max() < 1e-6:
        return "the hidden weights move, and the two units stay equal"
    if apart[0] > 0:
        return "the units differ from the first moment"
    return f"the units part in step {int(np.argmax(apart > 1e-6))}"


def start_scale(
    objective: Objective,
    scales: Sequence[float],
    draws: ArrayLike,
    *,
    arrived: float,
    steps: int = 1200,
    learning_rate: float = 0.2,
    name: str = "start-scale",
) -> Explorer:
    """Return an explorer of random starts, from far too small to far too large.

    The same draws are used at every scale, only multiplied by another number.

    Parameters
    ----------
    objective : Objective
    scales : sequence of float
        Standard deviations of the first weights, ascending.
    draws : array_like, shape (K, p)
        Parameters of K networks at the scale 1.
    arrived : float
        The loss below which a start counts as having arrived.
    steps : int
    learning_rate : float
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    count = len(np.asarray(draws))

    @cache
    def losses() -> Array:  # (steps + 1, scales, count)
        theta = np.asarray(scales)[:, None, None] * np.asarray(draws)
        J = np.empty((steps + 1, len(scales), count))
        for t in range(steps + 1):
            J[t], gradient = objective(theta)
            theta = theta - learning_rate * gradient
        return J

    def draw(figure: Figure, scale: float) -> str:
        J = losses()[:, list(scales).index(scale)]
        ax = figure.subplots()
        shown = np.unique(np.geomspace(1, steps, 45).astype(int))
        for run in J.T:
            ax.plot(shown, np.clip(run[shown], 1e-4, 10), color=style.LOSS, ls="-", lw=1.1)
        ax.axhline(arrived, color=style.QUIET, lw=1.2, ls=":")
        ax.set(xlabel="step", ylabel="loss J", xscale="log", yscale="log")
        ax.set(xlim=(1, steps), ylim=(1e-4, 10))
        ax.grid(visible=True)
        below = arrived > J
        first = np.sort(np.where(below.any(axis=0), below.argmax(axis=0), steps + 1))
        half = int(first[(count - 1) // 2])
        when = f"; half of the {count} need at most {half}" if half <= steps else ""
        many = int(below.any(axis=0).sum())
        return (
            f"First weights of size {style.number(scale, 1)}: {many} of {count} starts "
            f"get{'s' * (many == 1)} below {arrived:g} in {steps:,} steps{when}."
        )

    return Explorer(
        draw,
        Slider("scale", list(scales), label="Scale", start=scales[0]),
        name=name,
        title="Make the first weights larger",
        question="What does a start a hundred times smaller cost? And where is large too large?",
        size=(7.0, 3.9),
    )
