"""Pictures of differentiation by differences and of its cost: the error over the step, the curve
as floating-point numbers see it from near, and the operations that each kind of sweep needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from ..arrays import Array
from . import style

# One a method; the later ones are hollow, so that those below show where errors are alike.
_LOOKS: tuple[dict[str, Any], ...] = (
    {"marker": "o", "color": style.GRADIENT, "ms": 4.5},
    {"marker": "s", "color": style.FORWARD, "ms": 7.5, "mfc": "none"},
    {"marker": "^", "color": style.INK, "ms": 5.5, "mfc": "none"},
)
_FLOOR = 1e-17  # where an error of 0 is drawn on a logarithmic axis


def difference_errors(
    h: ArrayLike,
    errors: Mapping[str, ArrayLike],
    *,
    predicted: Mapping[str, ArrayLike] | None = None,
    mark: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the errors of differences over their step, both on logarithmic axes.

    Parameters
    ----------
    h : array_like, shape (m,)
        The steps.
    errors : mapping of str to array_like, shape (m,)
        Name of the method to its relative errors, drawn as markers; an error of 0 at 1e-17.
    predicted : mapping of str to array_like, shape (m,), optional
        The errors that were predicted, drawn as dashed lines in the method's colour.
    mark : float, optional
        A step to mark by a vertical line.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are more than three methods.

    Examples
    --------
    >>> from backprop_lib import plots
    >>> ax = plots.difference_errors([1, 0.1], {"forward": [0.7, 0.05]})
    """
    if len(errors) > len(_LOOKS):
        raise ValueError(
            f"errors must hold at most {len(_LOOKS)} methods, got {len(errors)}; draw two figures."
        )
    ax, predicted = style.axes(ax), predicted or {}
    with style.context():
        for (name, error), look in zip(errors.items(), _LOOKS, strict=False):
            shown = np.maximum(np.asarray(error, dtype=float), _FLOOR)
            ax.plot(h, shown, ls="", label=name, **look)
            if name in predicted:
                ax.plot(h, predicted[name], "--", color=look["color"], lw=1.4)
        if mark is not None:
            ax.axvline(mark, color=style.QUIET, lw=1.2, ls=":")
        ax.set(xscale="log", yscale="log", xlabel="step h", ylabel="relative error")
        ax.set(ylim=(_FLOOR / 3, 30))
        ax.grid(visible=True)
        ax.legend(loc="lower right")
    return ax


def magnified(
    f: Callable[[Array], Array],
    slope: float,
    x: float,
    h: float,
    ends: tuple[float, float],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw a curve around x, magnified 1/h times both ways, as the computer has it.

    Parameters
    ----------
    f : callable
        A function of one array.
    slope : float
        Its slope at x, drawn as a dashed line.
    x, h : float
    ends : (float, float)
        Where the secant begins and ends, in units of h from x: (0, 1) or (−1, 1).
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    ax = style.axes(ax)
    t = np.linspace(-1.5, 1.5, 301)
    two = np.array(ends)

    def seen(t: Array) -> Array:
        rise: Array = (f(x + t * h) - f(np.array(x))) / h
        return rise

    with style.context():
        ax.plot(t, slope * t, "--", color=style.GRADIENT, lw=1.6, label="true slope")
        ax.plot(t, seen(t), color=style.FORWARD, label="f, computed")
        ax.plot(two, seen(two), "o-", color=style.INK, lw=1.4, label="secant")
        ax.set(xlabel="distance from x, in h", ylabel="change of f, in h")
        ax.set(xlim=(-1.6, 1.6), ylim=(-6, 10))
        ax.legend(loc="upper left")
    return ax


def sweep_costs(names: Sequence[str], counts: Sequence[int], *, ax: Axes | None = None) -> Axes:
    """Draw numbers of operations as bars on a logarithmic axis: the value first, then the sweeps.

    Parameters
    ----------
    names : sequence of str
    counts : sequence of int
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    ax = style.axes(ax)
    with style.context():
        colours = [style.FORWARD, *[style.GRADIENT] * (len(counts) - 1)]
        hatches = ["", "//", ""]
        for place, (count, colour) in enumerate(zip(counts, colours, strict=True)):
            bar = ax.barh(place, count, color=colour, height=0.55, hatch=hatches[place % 3])
            for patch in bar:
                patch.set_edgecolor("white")
            ax.annotate(
                f"{count:,}",
                (count, place),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                color=colour,
            )
        ax.set_yticks(range(len(names)), names)
        ax.invert_yaxis()
        ax.set(xscale="log", xlim=(1, 3e4), xlabel="additions, multiplications and other gates")
        ax.grid(visible=True, axis="x")
    return ax
