"""Chapter 5's explorers: the slope read off the answer, a walk that knows nothing but the slope,
and a unit that starts out sure of the wrong answer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from matplotlib.figure import Figure

from .. import plots
from ..activations import sigmoid
from ..arrays import Array
from ..losses import Loss, binary_cross_entropy, half_squared_error
from ..network import Network
from ..plots import style
from .controls import Choice, Slider
from .explorer import Explorer

STEPS = 12_000  # of training, at most


def sigmoid_slope(*, name: str = "sigmoid-slope") -> Explorer:
    """Return an explorer of the tangent to the sigmoid, and of its slope over the answer.

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
    >>> explorers.sigmoid_slope().frame(z=0.0).sentence
    'At z = 0 the unit answers 0.5, and the slope is 0.5 × 0.5 = 0.25.'
    """

    def draw(figure: Figure, z: float) -> str:
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.8, 1))
        plots.sigmoid_tangent(z, ax=left)
        plots.answer_slope(z, ax=right)
        right.set_ylabel("")
        a = float(sigmoid(z))
        for ax in (left, right):
            ax.axhline(a, color=style.QUIET, lw=1, linestyle=":", zorder=0)
        shown = [style.number(value) for value in (z, a, 1 - a, a * (1 - a))]
        return (
            f"At z = {shown[0]} the unit answers {shown[1]}, and the slope is "
            f"{shown[1]} × {shown[2]} = {shown[3]}."
        )

    return Explorer(
        draw,
        Slider(
            "z",
            np.arange(-6, 6.5, 0.5).tolist(),
            label="z",
            start=2.0,
            live=np.arange(-6, 6.05, 0.1),
        ),
        name=name,
        title="Slide the tangent",
        question="Where has the slope fallen to half of its largest, and where to a tenth? "
        "What does the unit answer there?",
    )


def slope_walk(*, name: str = "slope-walk") -> Explorer:
    """Return an explorer of Euler's method on y′ = y(1 − y): a walk that only knows the slope.

    Parameters
    ----------
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """

    def draw(figure: Figure, step: float, start: float) -> str:
        z, y = walk(step, start)
        plots.slope_walk(z, y, ax=figure.subplots())
        far = float(abs(y - sigmoid(z + np.log(start / (1 - start)))).max())
        return (
            f"From y = {start:g} with steps of {step:g}, the points of the walk are up to "
            f"{style.number(far)} from the curve."
        )

    return Explorer(
        draw,
        Slider("step", (2, 1, 0.5, 0.25, 0.125), label="Step", live=2.0 ** np.arange(1, -7, -0.5)),
        Choice("start", {"½": 0.5, "0.2": 0.2, "0.05": 0.05}, label="y at z = 0"),
        name=name,
        title="Walk with nothing but the slope",
        question="Halve the step: what becomes of the largest distance?",
    )


def walk(step: float, start: float, limit: float = 6.0) -> tuple[Array, Array]:
    """Walk from (0, start) to both sides, each step along the slope y(1 − y) where it begins.

    Parameters
    ----------
    step, start : float
    limit : float
        How far to walk, in z.

    Returns
    -------
    z, y : ndarray, shape (m,)
        The points, from left to right.
    """
    sides = []
    for h in (-step, step):
        y = [start]
        for _ in range(int(limit / step)):
            y.append(y[-1] + h * y[-1] * (1 - y[-1]))
        sides.append(y)
    count = len(sides[0]) - 1
    return step * np.arange(-count, count + 1), np.array(sides[0][:0:-1] + sides[1])


def saturated_unit(*, learning_rate: float = 1.0, name: str = "saturated-unit") -> Explorer:
    """Return an explorer of one unit that is sure of the wrong answer, and learns from two losses.

    The target is 0 and the input is 0 too, so that the bias alone learns.

    Parameters
    ----------
    learning_rate : float
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    starts = (0.6, 0.9, 0.99, 0.999, 0.9999)

    @cache
    def learned() -> tuple[Array, Array]:  # all starts at once, when the first frame is drawn
        losses = half_squared_error, binary_cross_entropy
        squared, entropy = (unlearn(starts, loss, learning_rate) for loss in losses)
        return squared, entropy

    def draw(figure: Figure, start: float) -> str:
        squared, entropy = (answers[:, starts.index(start)] for answers in learned())
        left, right = figure.subplots(1, 2, width_ratios=(1, 1.3))
        plots.saturation_deltas(start, ax=left)
        steps = np.unique(np.geomspace(1, STEPS, 150).astype(int))
        plots.saturation_answers(steps, squared[steps], entropy[steps], ax=right)
        waits = [int(np.argmax(answers < 0.5)) for answers in (squared, entropy)]
        slopes = [style.number(start**2 * (1 - start)), style.number(start)]
        return (
            f"At {start:g} δ is {slopes[0]} for the squared error and {slopes[1]} for the cross "
            f"entropy; the unit comes below ½ in step {waits[0]:,} and in step {waits[1]}."
        )

    return Explorer(
        draw,
        Slider("start", starts, label="First answer", start=0.999),
        name=name,
        title="Make the unit surer of its mistake",
        question="What does one more 9 cost with the squared error, and with the cross entropy?",
    )


def unlearn(starts: Sequence[float], loss: Loss, learning_rate: float, steps: int = STEPS) -> Array:
    """Train units, each with target and input 0, by gradient descent, and return their answers.

    Parameters
    ----------
    starts : sequence of float, length K
        The first answers.
    loss : Loss
    learning_rate : float
    steps : int

    Returns
    -------
    ndarray, shape (steps + 1, K)
        The answers before training and after each step.
    """
    unit = Network(sizes=(1, 1), activations=(sigmoid,))
    objective = unit.objective(loss, X=[[0.0]], Y=[[0.0]])
    a = np.array(starts)
    theta = unit.pack(W=[np.zeros((len(a), 1, 1))], b=[np.log(a / (1 - a))[:, None]])
    z = np.empty((steps + 1, len(a)))
    for k in range(steps + 1):
        z[k] = theta[:, 1]
        theta = theta - learning_rate * objective(theta)[1]
    return sigmoid(z)
