"""Hidden units that are twins, and how they part: the weights of a unit as an arrow, the weights of
two units over the steps, and the ridge of the loss between two minima that mirror each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from ..arrays import Array
from ..network import Network
from ..objective import Objective
from . import style

# Unit 1 is broad and unit 2 dashed on top of it, so that both are seen where they coincide.
_UNITS: tuple[dict[str, Any], ...] = (
    {"color": style.FORWARD, "ls": "-", "lw": 5.0},
    {"color": style.INK, "ls": (0, (3, 2)), "lw": 2.0},
)


def arrows(
    net: Network,
    theta: ArrayLike,
    teacher: ArrayLike | None = None,
    *,
    limit: float = 2.6,
    ax: Axes | None = None,
) -> Axes:
    """Draw the weights that lead to each of two hidden units as an arrow in the plane of inputs.

    Parameters
    ----------
    net : Network
        Two inputs, two hidden units.
    theta : array_like, shape (p,)
    teacher : array_like, shape (p,), optional
        Parameters whose arrows are drawn pale, below the others.
    limit : float
        The axes run from −limit to limit.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the network has other than two inputs or two units in its first hidden layer.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> from backprop_lib import plots
    >>> net = bp.Network(sizes=(2, 2, 1), activations=(bp.tanh, bp.linear))
    >>> ax = plots.arrows(net, bp.constant(net, 0.5))
    >>> [text.get_text() for text in ax.texts]
    ['1 and 2']
    """
    if net.sizes[:2] != (2, 2):
        raise ValueError(f"net must have 2 inputs and 2 hidden units, got sizes={net.sizes}.")
    ends = net.unpack(theta)[0][1].T
    ax = style.axes(ax, (4.5, 4.5))
    with style.context():
        ax.axhline(0, color=style.PALE, lw=1, ls="-")
        ax.axvline(0, color=style.PALE, lw=1, ls="-")
        if teacher is not None:
            for end in net.unpack(teacher)[0][1].T:
                ax.plot(*np.stack([0 * end, end]).T, color=style.PALE, ls="-", lw=9)
        for end, look in zip(ends, _UNITS, strict=True):
            ax.plot(*np.stack([0 * end, end]).T, **look)
            ax.plot(*end, marker=_head(end), color=look["color"], ms=8 + look["lw"])
        close = np.linalg.norm(ends[0] - ends[1]) < 0.08 * limit
        for end, name in [(ends[0], "1 and 2")] if close else zip(ends, "12", strict=True):
            away = end / max(float(np.linalg.norm(end)), 0.1) + [0, 1e-9]
            ax.annotate(
                name,
                end,
                (end[0] + 0.16 * limit * away[0], end[1] + 0.16 * limit * away[1]),
                ha="left" if close else "center",
                va="center",
            )
        ax.set(xlabel="weight from x₁", ylabel="weight from x₂", aspect="equal")
        ax.set(xlim=(-limit, limit), ylim=(-limit, limit))
    return ax


def _head(end: Array) -> tuple[int, int, float]:
    """A triangle that points the way of an arrow."""
    return (3, 0, float(np.degrees(np.arctan2(end[1], end[0]))) - 90)


def unit_weights(steps: ArrayLike, W: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Draw the weights that lead to two hidden units, over the steps of a training.

    Parameters
    ----------
    steps : array_like, shape (m,)
    W : array_like, shape (m, d, 2)
        W¹ after each of these steps.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    W = np.asarray(W)
    ax = style.axes(ax)
    with style.context():
        for unit, look in enumerate(_UNITS):
            for weight in range(W.shape[1]):
                label = f"unit {unit + 1}" if weight == 0 else None
                ax.plot(steps, W[:, weight, unit], label=label, **look)
        ax.set(xlabel="step", ylabel="weight")
        ax.grid(visible=True)
        ax.legend()
    return ax


def ridge(
    objective: Objective,
    twins: ArrayLike,
    minima: Sequence[ArrayLike],
    paths: Mapping[str, ArrayLike],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the loss on the plane through a state of twins and two minima, and shadows of paths.

    To the right, half of the difference of the two minima; upwards, from the twins to the point
    halfway between the minima. A path is projected onto this plane at a right angle.

    Parameters
    ----------
    objective : Objective
    twins : array_like, shape (p,)
        Drawn at (0, 0).
    minima : pair of array_like, shape (p,)
        Drawn at (1, 1) and (−1, 1).
    paths : mapping of str to array_like, shape (m, p)
        Name of a path to its points.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    origin, right, left = (np.asarray(theta, dtype=float) for theta in (twins, *minima))
    basis = np.stack([(right - left) / 2, (right + left) / 2 - origin])
    across, up = np.meshgrid(np.linspace(-1.8, 1.8, 121), np.linspace(-0.9, 1.8, 91))
    J, _ = objective(origin + across[..., None] * basis[0] + up[..., None] * basis[1])
    levels = 2.0 ** np.arange(-10, 1)
    ax = style.axes(ax, (style.SIZE[0], 4.6))
    looks: tuple[dict[str, Any], ...]
    looks = ({"ls": "-", "lw": 3.0}, {"ls": (0, (4, 2)), "lw": 3.0}, {"ls": ":", "lw": 3.0})
    with style.context():
        ax.contour(across, up, J, levels=levels, colors=[style.LOSS], linewidths=0.9, alpha=0.7)
        ax.axvline(0, color=style.QUIET, lw=1.2, ls=":")
        for (name, path), look in zip(paths.items(), looks, strict=False):
            shadow = _project(np.asarray(path) - origin, basis)
            ax.plot(*shadow.T, color=style.FORWARD, label=name, **look)
        ax.plot([-1, 1], [1, 1], "*", ms=17, color=style.LOSS)
        ax.plot([0], [0], "X", ms=11, color=style.INK)
        ax.set(xlabel="difference of the units", ylabel="both units together")
        ax.set(xlim=(-1.8, 1.8), ylim=(-0.9, 1.8))
        if paths:
            ax.legend(loc="lower right")
    return ax


def _project(points: Array, basis: Array) -> Array:
    """Return the coordinates (m, 2) of the points' shadows on the plane of the basis (2, p)."""
    shadow: Array = np.linalg.lstsq(basis.T, points.T, rcond=None)[0].T
    return shadow
