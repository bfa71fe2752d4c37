"""Walks down a loss: over one weight as a curve, over two as a map with lines of equal loss.
A walk is drawn in the colour of gradients; several at once differ in colour and dash."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from ..arrays import Array
from . import style

MARKS: Final = "osD^v"  # of several walks, so that nobody needs to see a colour
Objective = Callable[[Any], tuple[Any, Any]]  # θ (..., p) → (J (...), ∇J (..., p))


def descent(
    objective: Objective,
    walks: Mapping[str, Array],
    *,
    limits: tuple[float, float, float, float],
    levels: Sequence[float],
    minima: Sequence[tuple[float, float]] = (),
    xlabel: str = "θ₁",
    ylabel: str = "θ₂",
    ax: Axes | None = None,
) -> Axes:
    """Draw a loss of two parameters as a map, and walks over it.

    Parameters
    ----------
    objective : callable
        θ (..., 2) → (J (...), ∇J (..., 2)); only J is drawn.
    walks : mapping of str to ndarray, shape (m, 2)
        Name of the walk to its points, the start first; all walks share it. Without walks only
        the map is drawn.
    limits : (float, float, float, float)
        The map: left, right, bottom, top.
    levels : sequence of float
        Losses whose lines are drawn, ascending.
    minima : sequence of (float, float)
        Points to be marked with a cross.
    xlabel, ylabel : str
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import numpy as np
    >>> from backprop_lib import plots
    >>> bowl = lambda theta: ((theta**2).sum(axis=-1), 2 * theta)
    >>> walk = np.array([[1.0, 1.0], [0.5, 0.5]])
    >>> ax = plots.descent(bowl, {"one step": walk}, limits=(-2, 2, -2, 2), levels=[1, 2, 4])
    """
    left, right, bottom, top = limits
    x, y = np.meshgrid(np.linspace(left, right, 37), np.linspace(bottom, top, 37))
    J = objective(np.stack([x, y], axis=-1))[0]
    ax = style.axes(ax)
    with style.context():
        ax.contour(x, y, J, levels=levels, colors=style.LOSS, linewidths=0.8, alpha=0.45)
        _walks(ax, walks, ((left, right), (bottom, top)))
        for point in minima:
            ax.plot(*point, "x", color=style.LOSS, ms=9, mew=2.2)
        ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(left, right), ylim=(bottom, top))
        ax.locator_params(nbins=5)  # few labels: in an explorer each weighs a kilobyte
        if len(walks) > 1:
            ax.legend(loc="best")
    return ax


def slide(
    objective: Objective,
    walks: Mapping[str, Array],
    *,
    limits: tuple[float, float],
    xlabel: str = "w",
    ax: Axes | None = None,
) -> Axes:
    """Draw a loss of one parameter as a curve, and walks on it.

    Parameters
    ----------
    objective : callable
        θ (..., 1) → (J (...), ∇J (..., 1)).
    walks : mapping of str to ndarray, shape (m, 1)
        Name of the walk to its points.
    limits : (float, float)
        Where the curve begins and ends.
    xlabel : str
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    x = np.linspace(*limits, 401)
    ax = style.axes(ax)
    with style.context():
        ax.plot(x, objective(x[:, None])[0], color=style.LOSS, ls="-", zorder=1)
        for index, (name, walk) in enumerate(walks.items()):
            J = objective(walk)[0]
            mark: str = MARKS[index % len(MARKS)]
            ax.plot(walk[:, 0], J, mark, color=style.GRADIENT, ms=5, alpha=0.7, label=name)
            ax.plot(walk[:1, 0], J[:1], mark, color=style.INK, ms=9, zorder=3)
        ax.set(xlabel=xlabel, ylabel="loss J", xlim=limits)
        ax.grid(visible=True)
        if len(walks) > 1:
            ax.legend()
    return ax


def losses(
    J: Array | Mapping[str, Array],
    *,
    end: float | None = None,
    limits: tuple[float, float] | None = None,
    unit: float = 1.0,
    xlabel: str = "steps t",
    ax: Axes | None = None,
) -> Axes:
    """Draw losses over the steps, on a logarithmic scale.

    Parameters
    ----------
    J : ndarray, shape (m,), or mapping of str to such
        The loss at the start and after each step; values beyond ``limits`` are drawn at their edge.
    end : float, optional
        Where the axis of steps ends; with the longest run by default.
    limits : (float, float), optional
        Range of the loss.
    unit : float
        Steps in one unit of the axis: those of an epoch, for example.
    xlabel : str
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    series = J if isinstance(J, Mapping) else {"": J}
    ax = style.axes(ax)
    with style.context():
        looks = _looks(len(series))
        for (name, values), look in zip(series.items(), looks, strict=True):
            shown = np.clip(values, *limits) if limits else values
            colour = style.LOSS if len(series) == 1 else look["color"]
            t = np.arange(len(shown)) / unit
            ax.plot(t, shown, **(look | {"color": colour}), label=name)
        last = end or (max(map(len, series.values())) - 1) / unit
        ax.set(xlabel=xlabel, ylabel="loss J", yscale="log", xlim=(0, last))
        ax.locator_params(axis="x", nbins=4)
        if limits:
            ax.set_ylim(limits[0] / 1.5, limits[1] * 1.5)
        # Plain text for the powers of ten: mathtext and minor ticks take half of a frame's time.
        ax.yaxis.set_major_locator(LogLocator(numticks=5))
        ax.yaxis.set_major_formatter(FuncFormatter(_power))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.grid(visible=True)
        if len(series) > 1:
            ax.legend()
    return ax


def _power(value: float, _: float) -> str:
    return style.power_of_ten(round(float(np.log10(value))))


def _looks(count: int) -> list[dict[str, Any]]:
    """One walk has the colour of gradients; several take the colours and dashes of the cycle."""
    if count == 1:
        return [{"color": style.GRADIENT, "ls": "-"}]
    cycle = list(mpl.rcParams["axes.prop_cycle"])
    return [{"color": c["color"], "ls": c["linestyle"]} for c in cycle[:count]]


def _walks(ax: Axes, walks: Mapping[str, Array], box: Any) -> None:
    looks = _looks(len(walks))
    for k, ((name, walk), look) in enumerate(zip(walks.items(), looks, strict=True)):
        path = _inside(walk, box)
        dots = "o" if len(path) <= 45 and len(walks) == 1 else ""
        ax.plot(*path.T, **look, marker=dots, ms=4, lw=1.6, label=name)
        if len(walks) > 1:
            ax.plot(*path[-1], MARKS[k % len(MARKS)], color=look["color"], ms=8, mec="white")
    for walk in [*walks.values()][:1]:
        ax.plot(*walk[0], "o", color=style.INK, ms=7)


def _inside(walk: Array, box: Any) -> Array:
    """Cut a walk where it is lost: far outside of the map, or no number any more."""
    middle, half = np.mean(box, axis=1), np.diff(box, axis=1)[:, 0] / 2
    far = ~(abs(walk - middle) <= 20 * half).all(axis=1)
    kept = walk[: int(np.argmax(far))] if far.any() else walk
    return np.asarray(kept if len(kept) else walk[:1])
