"""Pictures of one unit: the nerve cell that it is named after, the line that it draws between
points, and the function of x that a few of them learn together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from ..arrays import Array
from . import style


def nerve_cell(ax: Axes | None = None) -> Axes:
    """Draw a nerve cell, and under it the unit whose parts are named after it.

    Parameters
    ----------
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    line: dict[str, Any] = {"color": style.INK, "ls": "-", "solid_capstyle": "round"}
    middle: dict[str, Any] = {"ha": "center", "va": "center"}
    with style.context():
        ax = style.axes(ax, (style.SIZE[0], 4.8), bare=True)
        ax.set(xlim=(0, 7), ylim=(0, 4.8), aspect="equal")
        soma = (2.75, 3.2)
        for angle in (115, 150, 180, 210, 245):
            _branch(ax, np.array(soma), np.radians(angle), length=0.75, width=4.5)
        ax.plot([2.75, 5.5], [3.2, 3.2], lw=2.5, **line)
        for rise in (-0.45, 0, 0.45):
            ax.plot([5.5, 6.2], [3.2, 3.2 + rise], lw=1.8, **line)
            ax.plot([6.25], [3.2 + rise], "o", ms=6, color=style.INK)
        ax.add_patch(Circle(soma, 0.3, fc="white", ec=style.INK, lw=2.5, zorder=3))
        ax.text(1.3, 4.6, "dendrites collect", **middle)
        ax.text(3.0, 3.6, "cell body", ha="left", va="center")
        ax.text(4.5, 3.02, "axon sends spikes", ha="center", va="top")
        ax.text(6.1, 3.95, "synapses", **middle)

        unit = (2.75, 1.0)
        for k, y in enumerate((1.75, 1.0, 0.25), start=1):
            end = (2.42, 1.0 + 0.3 * (y - 1.0))
            ax.annotate("", end, (0.75, y), arrowprops=_ARROW)
            ax.text(0.62, y, f"$x_{k}$", ha="right", va="center", color=style.FORWARD)
            spot = 0.55 * np.array([0.75, y]) + 0.45 * np.array(end)
            ax.text(
                spot[0],
                spot[1],
                f"$w_{k}$",
                bbox={"fc": "white", "ec": "none", "pad": 1.5},
                **middle,
            )
        ax.annotate("", (6.2, 1.0), (3.1, 1.0), arrowprops=_ARROW)
        ax.add_patch(Circle(unit, 0.36, fc="white", ec=style.INK, lw=1.8, zorder=3))
        ax.text(unit[0], unit[1], r"$\Sigma\;\,\varphi$", zorder=4, **middle)
        ax.text(6.35, 1.0, "$a$", va="center", color=style.FORWARD)
        ax.text(2.95, 0.42, "weighted sum, then activation", ha="left", va="center")
        ax.text(4.6, 1.08, "answer", ha="center", va="bottom")
    return ax


_ARROW: dict[str, Any] = {
    "arrowstyle": "-|>",
    "color": style.INK,
    "lw": 1.6,
    "shrinkA": 0,
    "shrinkB": 0,
}


def _branch(ax: Axes, start: Array, angle: float, length: float, width: float) -> None:
    """Draw a branch and the two that grow out of its end, until they are too thin to see."""
    if width < 1:
        return
    end = start + length * np.array([np.cos(angle), np.sin(angle)])
    look: dict[str, Any] = {"color": style.INK, "ls": "-", "lw": width, "solid_capstyle": "round"}
    ax.plot(*zip(start, end, strict=True), **look)
    for turn in (-0.35, 0.35):
        _branch(ax, end, angle + turn, 0.62 * length, 0.55 * width)


def half_plane(
    weights: ArrayLike,
    bias: float,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    xlabel: str = "x₁",
    ylabel: str = "x₂",
    ax: Axes | None = None,
) -> Axes:
    """Draw the line w·x + b = 0, the side on which a unit fires, and the points of two classes.

    Parameters
    ----------
    weights : array_like, shape (2,)
        The w of the line; two zeros draw none.
    bias : float
        The b of the line.
    X : array_like, shape (n, 2)
    Y : array_like, shape (n,)
        Above 0 for the class that should fire (filled), else open.
    xlabel, ylabel : str
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    w, X, fires = np.asarray(weights, dtype=float), np.asarray(X), np.asarray(Y) > 0
    low, high = X.min(axis=0) - 0.55, X.max(axis=0) + 0.55
    with style.context():
        ax = style.axes(ax, (style.SIZE[0], 4.0))
        if w.any():
            across, up = np.meshgrid(
                *(np.linspace(*ends, 200) for ends in zip(low, high, strict=True))
            )
            z = w[0] * across + w[1] * up + bias
            ax.contourf(across, up, z, levels=[0, np.inf], colors=[style.FORWARD], alpha=0.13)
            ax.contour(across, up, z, levels=[0], colors=[style.FORWARD], linewidths=2.2)
        for group, face in ((fires, style.INK), (~fires, "white")):
            ax.plot(*X[group].T, "o", ms=13, mfc=face, mec=style.INK, mew=2, clip_on=False)
        ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xlabel=xlabel, ylabel=ylabel)
        ax.set_aspect("equal")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    return ax


def regression(
    X: ArrayLike,
    Y: ArrayLike,
    lines: Mapping[str, ArrayLike],
    *,
    x: ArrayLike | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw samples as points, and functions of x through them.

    Parameters
    ----------
    X, Y : array_like, shape (n, 1)
        The samples; x ascends.
    lines : mapping of str to array_like, shape (m, 1)
        Name of a function to its values at x.
    x : array_like, shape (m, 1), optional
        Where the functions are known; None means at X.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    with style.context():
        ax = style.axes(ax)
        ax.plot(np.ravel(X), np.ravel(Y), "o", ms=5, color=style.INK, label="samples")
        ax.set_prop_cycle(mpl.rcParams["axes.prop_cycle"])
        for name, values in lines.items():
            ax.plot(np.ravel(X if x is None else x), np.ravel(values), label=name)
        ax.set(xlabel="x", ylabel="y")
        ax.legend()
        ax.grid(visible=True)
    return ax
