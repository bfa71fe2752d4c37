"""An activation beside its slope, with the stretches where the slope is nearly 0 shaded; a function
built of rectifiers, bend by bend; and what the softmax makes of a few numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from ..activation import Activation
from ..activations import softmax
from ..arrays import Array
from ..network import Network
from . import style

SATURATED: Final = 0.05  # slopes below this are shaded: of a gradient, a twentieth comes through
_GRID: Final = np.arange(-300, 301) / 50  # holds 0 and ±½, where the kinks are
_BAND: Final = "#ebebeb"


def activation(
    phi: Activation,
    at: float | None = None,
    *,
    limits: tuple[float, float] = (-1.3, 2.4),
    ax: Axes | None = None,
) -> Axes:
    """Draw φ and φ′ over the same axis; where |φ′(z)| < 1/20 the ground is shaded.

    At a jump both lines break, and a dot stands at the value that the library takes there.

    Parameters
    ----------
    phi : Activation
        One that acts on each unit alone.
    at : float, optional
        Mark both values at this z, and draw the tangent of φ.
    limits : (float, float)
        Range of the vertical axis.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If φ is coupled, such as the softmax.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> from backprop_lib import plots
    >>> ax = plots.activation(bp.relu)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['φ(z)', 'slope φ′(z)', 'slope below 1/20']
    """
    if phi.coupled_pullback is not None:
        raise ValueError(f"phi must act on each unit alone, got {phi.name}; use softmax_bars.")
    ax = style.axes(ax, (style.SIZE[0], 3.3))
    with style.context():
        ax.axhline(0, color=style.INK, lw=0.8, ls="-", zorder=1)
        ax.fill_between(
            _GRID,
            0,
            1,
            where=(abs(phi.derivative(_GRID)) < SATURATED).tolist(),
            transform=ax.get_xaxis_transform(),
            color=_BAND,
            lw=0,
            zorder=0,
            label="slope below 1/20",
        )
        for f, name, colour, dash in (
            (phi, "φ(z)", style.FORWARD, "-"),
            (phi.derivative, "slope φ′(z)", style.GRADIENT, "--"),
        ):
            jumps = _jumps(f)
            x = np.sort(np.append(_GRID, [jump + side for jump in jumps for side in (-1e-9, 1e-9)]))
            y = np.where(np.isin(x, jumps), np.nan, f(x)) if len(jumps) else f(x)
            ax.plot(x, y, color=colour, ls=dash, label=name, zorder=2.5 + (dash == "--"))
            ax.plot(jumps, f(jumps), "o", color=colour, zorder=4)
        if at is not None:
            _mark(ax, phi, at)
        ax.set(xlim=(-6, 6), ylim=limits, xlabel="z")
        handles, labels = ax.get_legend_handles_labels()
        order = [labels.index(name) for name in ("φ(z)", "slope φ′(z)", "slope below 1/20")]
        ax.legend(
            [handles[k] for k in order],
            [labels[k] for k in order],
            loc="lower center",
            bbox_to_anchor=(0.5, 1),
            ncols=3,
        )
    return ax


def _mark(ax: Axes, phi: Activation, z: float) -> None:
    value, slope = float(phi(z)), float(phi.derivative(z))
    ax.axvline(z, color=style.QUIET, lw=1, ls=":", zorder=1)
    reach = 1.6 / np.hypot(1, slope)  # the tangent is drawn equally long, however steep
    ends = np.array([-reach, reach])
    ax.plot(z + ends, value + slope * ends, color=style.GRADIENT, ls="-", lw=1.4, zorder=5)
    ax.plot([z], [value], "o", color=style.FORWARD, ms=9, zorder=6)
    ax.plot([z], [slope], "D", color=style.GRADIENT, ms=8, zorder=6)


def _jumps(f: Callable[[Array], Array]) -> Array:
    """Return where f jumps on the grid, each place once, found by halving."""
    y = f(_GRID)
    found = set()
    for k in np.flatnonzero(abs(np.diff(y)) > 0.3):
        low, high = _GRID[k], _GRID[k + 1]
        while high - low > 1e-12:
            middle = (low + high) / 2
            left, right = (abs(f(middle) - f(end)) for end in (low, high))
            low, high = (low, middle) if left >= right else (middle, high)
        found.add(round(float(low), 9) + 0.0)  # + 0.0 turns −0 into 0
    return np.array(sorted(found))


def hinges(
    net: Network,
    theta: ArrayLike,
    f: Callable[[Array], Array],
    *,
    interval: tuple[float, float],
    limits: tuple[float, float],
    unit: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a network of one input and one layer of rectifiers over the function that it imitates.

    A dot stands wherever a unit bends the sum: where its z = w x + b is 0, at x = −b/w. A unit
    whose output weight is 0 has not joined the sum and bends nothing.

    Parameters
    ----------
    net : Network
        Of sizes (1, N, 1).
    theta : array_like, shape (p,)
    f : callable
        The function that is imitated.
    interval, limits : (float, float)
        Ranges of the two axes.
    unit : int, optional
        Draw also what this unit alone adds to the sum: green if it bends it up, amber if down.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    x = np.linspace(*interval, 601)
    trace = net.forward(theta, x[:, None])
    W, b = net.unpack(np.asarray(theta))
    bends = -b[1] / W[1][0]
    height = net.forward(theta, bends[:, None]).a[2][:, 0]
    joined = W[2][:, 0] != 0
    ax = style.axes(ax, (style.SIZE[0], 4.0))
    with style.context():
        ax.plot(x, f(x), color=style.PALE, lw=6, ls="-", label="f", solid_capstyle="butt")
        if unit is not None:
            part, weight = trace.a[1][:, unit] * W[2][unit, 0], W[2][unit, 0]
            colour, dash = style.sign_colour(weight), style.sign_line(weight)
            ax.plot(x, part, color=colour, ls=dash, label=f"unit {unit + 1} alone")
        ax.plot(x, trace.a[2][:, 0], color=style.FORWARD, ls="-", label="sum of the units")
        ax.plot(bends[joined], height[joined], "o", color=style.FORWARD, ms=5)
        ax.set(xlim=interval, ylim=limits, xlabel="x")
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
        ax.grid(visible=True)
    return ax


def softmax_bars(
    z: ArrayLike, temperature: float = 1.0, *, names: Sequence[str] = (), ax: Axes | None = None
) -> Axes:
    """Draw softmax(z/T) as bars, each with its value.

    Parameters
    ----------
    z : array_like, shape (d,)
    temperature : float
        T, above 0.
    names : sequence of str, length d, optional
        What to write under the bars; the entries of z by default.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the temperature is not above 0.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, got {temperature}.")
    z = np.asarray(z, dtype=float)
    a = softmax(z / temperature)
    names = names or [f"z = {style.number(value)}" for value in z]
    ax = style.axes(ax, (style.SIZE[0], 3.2))
    with style.context():
        ax.bar(range(len(a)), a, color=style.FORWARD, width=0.6)
        for k, value in enumerate(a):
            ax.text(k, value + 0.03, f"{value:.3f}", ha="center", color=style.FORWARD)
        ax.set(ylim=(0, 1.12), ylabel="softmax")
        ax.set_xticks(range(len(a)), names)
    return ax
