"""How large signals and gradients are, layer by layer, over many powers of ten. The axis counts the
powers themselves, so that fifty layers of a factor each are a straight line."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from ..activations import sigmoid
from ..arrays import Array
from . import style

_DASHES = ("-", "--", "-.", ":", (0, (6, 2, 1, 2, 1, 2)))
_MARKS = ("o", "s", "^", "D", "v")


def by_layer(
    series: Mapping[str, ArrayLike],
    *,
    ylabel: str,
    powers: tuple[int, int],
    depth: int | None = None,
    colour: str = style.GRADIENT,
    ax: Axes | None = None,
) -> Axes:
    """Draw one line over the layers 1 … L for each entry of ``series``, on powers of ten.

    Lines differ in dash and mark; what leaves the axis is cut off, and a value of 0 is left out.

    Parameters
    ----------
    series : mapping of str to array_like, shape (L,)
        Name of the line to its sizes, layer 1 first; not negative.
    ylabel : str
    powers : (int, int)
        The axis runs from 10 to the first to 10 to the second power.
    depth : int, optional
        The last layer on the axis; by default that of the longest line.
    colour : str
        Of all lines: by default that of the backward pass.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is no line.

    Examples
    --------
    >>> from backprop_lib import plots
    >>> ax = plots.by_layer({"halving": [0.25, 0.5, 1.0]}, ylabel="size", powers=(-2, 1))
    >>> ax.lines[0].get_xdata().tolist()
    [1, 2, 3]
    """
    if not series:
        raise ValueError("series must have one entry or more, got none; write {'name': [1, 0.1]}.")
    ax = style.axes(ax)
    lines = {name: _powers(values) for name, values in series.items()}
    last = depth or max(map(len, lines.values()))
    with style.context():
        for k, (name, line) in enumerate(lines.items()):
            (drawn,) = ax.plot(np.arange(1, len(line) + 1), line, color=colour, label=name)
            drawn.set(linestyle=_DASHES[k % 5], marker=_MARKS[k % 5], ms=5 if last < 15 else 0)
        _axis(ax, last, powers, ylabel)
        if len(lines) > 1:
            ax.legend()
    return ax


def signal_levels(
    z: ArrayLike, delta: ArrayLike, *, power: int = 15, ax: Axes | None = None
) -> Axes:
    """Draw what arrives at the units and its δ over the layers, each against where it starts.

    Forward, z starts at layer 1; backward, δ starts at layer L. Both start at 1, drawn as a thin
    line; a signal that keeps its level stays on it.

    Parameters
    ----------
    z, delta : array_like, shape (L,)
        The sizes at layer 1 … L.
    power : int
        The axis runs from 10 to the power of minus this to 10 to the power of this.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    forward, backward = _powers(z), _powers(delta)
    ax = style.axes(ax)
    layers = np.arange(1, len(forward) + 1)
    with style.context():
        ax.axhline(0, color=style.QUIET, lw=1)
        ax.plot(layers, forward - forward[0], color=style.FORWARD, ls="-", label="z, forward →")
        label = "δ, ← backward"
        ax.plot(layers, backward - backward[-1], color=style.GRADIENT, ls="--", label=label)
        ax.plot([1], [0], "o", color=style.FORWARD)
        ax.plot([len(layers)], [0], "o", color=style.GRADIENT)
        _axis(ax, len(layers), (-power, power), "size, relative to its start")
        ax.legend(loc="upper center", ncols=2)
    return ax


def slope_window(weights: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Draw the slope w σ′(w a − w/2) of one link of a chain over the value a that enters it.

    The bias −w/2 puts the steepest place at a = ½. Above the thin line at 1 the link enlarges a
    gradient, below it shrinks it.

    Parameters
    ----------
    weights : array_like, shape (k,)
        One curve for each w.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    ax = style.axes(ax)
    a = np.linspace(0, 1, 201)
    with style.context():
        ax.axhline(1, color=style.QUIET, lw=1)
        for k, w in enumerate(np.asarray(weights, dtype=float)):
            slope = w * sigmoid.derivative(w * (a - 0.5))
            ax.plot(a, slope, color=style.GRADIENT, ls=_DASHES[k % 5], label=f"w = {w:g}")
        ax.set(xlabel="value a that enters", ylabel="slope w σ′(z)", xlim=(0, 1))
        ax.set_ylim(bottom=0)
        ax.legend()
    return ax


def unit_row(answers: ArrayLike, deltas: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Draw units in a row: answers inside, δ below, and the factor of each step back.

    Parameters
    ----------
    answers, deltas : array_like, shape (L,)
        a and δ of the units 1 … L; no δ is 0.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    a, delta = np.asarray(answers, dtype=float), np.asarray(deltas, dtype=float)
    ax = style.axes(ax, size=(7.0, 2.1), bare=True)
    with style.context():
        for k in range(len(a)):
            ax.text(k, 0.62, f"layer {k + 1}", ha="center", va="center", color=style.QUIET)
            ax.plot([k], [0], "o", ms=40, mfc="white", mec=style.INK, mew=1.4)
            ax.text(k, 0, style.number(a[k], 3), ha="center", va="center", color=style.FORWARD)
            text = f"δ {style.number(delta[k], 3)}"
            ax.text(k, -0.62, text, ha="center", va="center", color=style.GRADIENT)
        for k in range(1, len(a)):
            ax.plot([k - 0.68, k - 0.32], [0, 0], color=style.FORWARD, ls="-", zorder=0)
            ax.annotate(
                "",
                (k - 0.9, -1.0),
                xytext=(k - 0.1, -1.0),
                arrowprops={"arrowstyle": "->", "color": style.GRADIENT, "lw": 1.5},
            )
            factor = f"× {style.number(delta[k - 1] / delta[k], 3)}"
            ax.text(k - 0.5, -1.28, factor, ha="center", va="center", color=style.GRADIENT)
        ax.set(xlim=(-0.6, len(a) - 0.4), ylim=(-1.55, 0.9))
    return ax


def _powers(values: ArrayLike) -> Array:
    """The decimal logarithms of sizes; nan, which draws nothing, for 0."""
    sizes = np.asarray(values, dtype=float)
    return np.log10(np.where(sizes > 0, sizes, np.nan))


def _axis(ax: Axes, last: int, powers: tuple[int, int], ylabel: str) -> None:
    """Label an axis of logarithms by powers of ten: plain ticks, drawn faster than a log scale."""
    low, high = powers
    step = max(1, round((high - low) / 6))
    ticks = [p for p in range(low, high + 1) if p % step == 0]
    ax.set_yticks(ticks, [style.power_of_ten(p) for p in ticks])
    ax.set(xlabel="layer l", ylabel=ylabel, ylim=powers)
    ax.set_xlim(1 - 0.02 * last, last + 0.02 * last)
    every = max(1, round(last / 10))
    ax.set_xticks([1, *range(every if every > 1 else 2, last + 1, every)])
    ax.grid(visible=True)
