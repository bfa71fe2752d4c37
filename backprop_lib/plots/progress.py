"""How a training gets on, in two small panels: the loss over the epochs, and the gradient of each
layer now. Both count powers of ten, and are plain: a kernel draws them anew at every step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import ArrayLike

from ..arrays import Array
from . import style


def history(
    losses: ArrayLike,
    *,
    end: float,
    unit: float = 1.0,
    powers: tuple[int, int] = (-3, 1),
    before: ArrayLike | None = None,
    now: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw losses over the epochs; what leaves the axis is drawn at its edge.

    Parameters
    ----------
    losses : array_like, shape (m,)
        The loss at the start and after each step.
    end : float
        The last epoch on the axis.
    unit : float
        Steps of an epoch.
    powers : (int, int)
        The axis runs from 10 to the first to 10 to the second power.
    before : array_like, shape (k, 2), optional
        Epochs and losses of an earlier training, to be drawn pale.
    now : float, optional
        The epoch to be marked; the last by default.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from backprop_lib import plots
    >>> ax = plots.history([1.0, 0.1, 0.01], end=4)
    >>> ax.lines[0].get_ydata().tolist()
    [0.0, -1.0, -2.0]
    """
    ax = style.axes(ax)
    known = np.asarray(losses, dtype=float)
    shown = np.unique(np.linspace(0, len(known) - 1, 240).astype(int))
    with style.context():
        _panel(ax, {e: f"{e:g}" for e in (0, end / 2, end)}, powers, "epoch", "loss J")
        ax.plot(shown / unit, _powers(known[shown], powers), color=style.LOSS, ls="-", lw=1.8)
        at = (len(known) - 1) / unit if now is None else now
        ax.plot([at], _powers(known[-1:], powers), "o", color=style.LOSS, clip_on=False)
        if before is not None and np.size(before):
            epochs, J = np.asarray(before, dtype=float).T
            some = np.unique(np.linspace(0, len(J) - 1, 240).astype(int))
            look: dict[str, Any] = {"color": style.PALE, "ls": "-", "lw": 1.6, "zorder": 1.5}
            ax.plot(epochs[some], _powers(J[some], powers), **look)
        ax.set_xlim(0, end)
    return ax


def gradient_sizes(
    sizes: ArrayLike, *, powers: tuple[int, int] = (-8, 2), ax: Axes | None = None
) -> Axes:
    """Draw the size of the gradient in each layer; what leaves the axis is drawn at its edge.

    An open mark at the lower edge is a gradient of 0, or one below the axis.

    Parameters
    ----------
    sizes : array_like, shape (L,)
        ‖∂J/∂W¹‖, …, ‖∂J/∂W^L‖.
    powers : (int, int)
        The axis runs from 10 to the first to 10 to the second power.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    ax = style.axes(ax)
    values = np.asarray(sizes, dtype=float)
    layers = np.arange(1, len(values) + 1)
    with style.context():
        _panel(ax, {float(l): str(l) for l in layers}, powers, "layer l", "‖∂J/∂W‖")
        drawn = _powers(values, powers)
        ax.plot(layers, drawn, color=style.GRADIENT, ls="-", lw=1.2)
        for below in (False, True):
            some = (drawn <= powers[0]) == below
            face = "white" if below else style.GRADIENT
            look: dict[str, Any] = {"mfc": face, "mec": style.GRADIENT, "ms": 7, "clip_on": False}
            ax.plot(layers[some], drawn[some], "o", **look)
        ax.set_xlim(0.7, len(values) + 0.3)
    return ax


def _powers(values: Array, powers: tuple[int, int]) -> Array:
    """Decimal logarithms, held inside the axis; what is no number is above it."""
    held = np.clip(np.nan_to_num(values, nan=np.inf), 10.0 ** powers[0], 10.0 ** powers[1])
    return np.asarray(np.log10(held))


def _panel(
    ax: Axes, across: Mapping[float, str], powers: tuple[int, int], xlabel: str, ylabel: str
) -> None:
    """Draw the frame of a panel by lines and texts: matplotlib's own ticks take twice as long."""
    low, high = powers
    up = list(range(high, low - 1, -max(1, -(-(high - low) // 3))))
    ax.set_axis_off()
    ax.set_ylim(low, high)
    reach = ax.get_xaxis_transform(), ax.get_yaxis_transform()
    for transform, lines in (
        (reach[0], [[(x, 0), (x, 1)] for x in across]),
        (reach[1], [[(0, y), (1, y)] for y in up]),
    ):
        look: dict[str, Any] = {"colors": style.PALE, "linewidths": 0.8, "zorder": 0}
        ax.add_collection(LineCollection(lines, transform=transform, **look), autolim=False)
    corner = [[(0, 1), (0, 0), (1, 0)]]
    look = {"colors": style.INK, "linewidths": 1.0, "zorder": 1}
    ax.add_collection(LineCollection(corner, transform=ax.transAxes, **look), autolim=False)
    small: dict[str, Any] = {"size": style.TEXT - 1}
    height = ax.get_window_extent().height / ax.figure.dpi
    width = ax.get_window_extent().width / ax.figure.dpi
    for x, text in across.items():
        ax.text(x, -0.06 / height, text, ha="center", va="top", transform=reach[0], **small)
    for y in up:
        text = style.power_of_ten(y)
        ax.text(-0.06 / width, y, text, ha="right", va="center", transform=reach[1], **small)
    middle: dict[str, Any] = {"ha": "center", "transform": ax.transAxes, "size": style.TEXT}
    ax.text(0.5, -0.3 / height, xlabel, va="top", **middle)
    ax.text(-0.62 / width, 0.5, ylabel, va="center", rotation=90, **middle)
