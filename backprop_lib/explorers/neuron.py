"""Chapter 1's explorers of a single unit: a nerve cell that fires, letters that teach 400 weights,
and one line between four points."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from .. import plots
from ..arrays import Array
from ..plots import style
from .controls import Choice, Slider
from .explorer import Explorer


def firing(
    potential: Callable[[Array, float], Array],
    rate: Callable[[float], float],
    *,
    name: str = "firing",
) -> Explorer:
    """Return an explorer of the spikes of a nerve cell, and of their rate, against its drive.

    Parameters
    ----------
    potential : callable
        (t (m,) in milliseconds, drive) → potential (m,), in units of the threshold.
    rate : callable
        Drive → spikes a second.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    t = np.linspace(0, 100, 401)
    strengths = np.linspace(0, 3, 61)
    rates = [rate(strength) for strength in strengths]

    def draw(figure: Figure, drive: float) -> str:
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        plots.curves(t, {"V": potential(t, drive)}, xlabel="time, ms", ylabel="potential", ax=left)
        left.axhline(1, color=style.QUIET, lw=1, ls=":")
        left.set(xlim=(0, 100), ylim=(0, 1.1))
        plots.curves(strengths, {"": rates}, xlabel="drive", ylabel="spikes per second", ax=right)
        right.plot([drive], [rate(drive)], "o", color=style.FORWARD)
        right.set(xlim=(0, 3), ylim=(-5, 140))
        if rate(drive) == 0:
            return f"At drive {drive:g} the potential never reaches the threshold: no spike."
        return f"At drive {drive:g} the cell fires {rate(drive):.1f} times a second."

    return Explorer(
        draw,
        Slider(
            "drive",
            (0, 0.9, 1.05, 1.2, 1.5, 2, 2.5, 3),
            start=1.2,
            live=np.linspace(0, 3, 61),
        ),
        name=name,
        title="Drive a nerve cell",
        question="Twice the drive, twice the spikes? Below which drive is nothing heard at all?",
        size=(7.0, 3.6),
    )


def lessons(
    path: ArrayLike,
    X: ArrayLike,
    Y: ArrayLike,
    X_new: ArrayLike,
    Y_new: ArrayLike,
    *,
    name: str = "lessons",
) -> Explorer:
    """Return an explorer of what a perceptron has learned after each correction.

    Parameters
    ----------
    path : array_like, shape (k + 1, 401)
        Weights and bias at the start and after each correction: ``Perceptron.path``.
    X, Y : array_like, shape (n, 400) and (n, 1)
        The images that taught it.
    X_new, Y_new : array_like, shape (m, 400) and (m, 1)
        Images that it was never shown.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    units = np.asarray(path, dtype=float)
    right = [_right(units, X, Y), _right(units, X_new, Y_new)]
    last, shown, new = len(units) - 1, len(np.asarray(Y)), len(np.asarray(Y_new))

    def draw(figure: Figure, corrections: int) -> str:
        grid = figure.add_gridspec(2, 2, height_ratios=(3, 2))
        image, weights = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[0, 1])
        step = units[corrections] - units[max(corrections - 1, 0)]
        plots.photocells({"image that corrected it": abs(step[:-1])}, ax=image)
        plots.photocells({"weights": units[corrections, :-1]}, signed=True, ax=weights)
        share = {
            "images shown": 100 * right[0] / shown,
            "new images": 100 * right[1] / new,
        }
        ax = plots.curves(
            np.arange(last + 1),
            share,
            xlabel="corrections",
            ylabel="% right",
            ax=figure.add_subplot(grid[1, :]),
        )
        ax.axvline(corrections, color=style.QUIET, lw=1.2, ls=":")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set(ylim=(-5, 105))
        old, fresh = right[0][corrections], right[1][corrections]
        done = " It errs on no image shown any more." if old == shown else ""
        return (
            f"After {corrections} correction{'s' * (corrections != 1)}, {old} of {shown} images "
            f"shown and {fresh} of {new:,} new ones are right; the bias is "
            f"{style.number(units[corrections, -1])}.{done}"
        )

    return Explorer(
        draw,
        Slider("corrections", range(last + 1), label="Corrections", start=last),
        name=name,
        title="Teach it, one correction at a time",
        question="Every correction adds or subtracts an image. Where do you still see them?",
        size=(7.0, 6.2),
    )


def _right(units: Array, X: ArrayLike, Y: ArrayLike) -> Array:
    """How many samples each row (w, b) of ``units`` gets right: (k + 1,)."""
    z = np.asarray(X) @ units[:, :-1].T + units[:, -1]
    count: Array = (z * np.asarray(Y) > 0).sum(axis=0)
    return count


def one_line(X: ArrayLike, tasks: Mapping[str, ArrayLike], *, name: str = "one-line") -> Explorer:
    """Return an explorer of the line that one unit draws between four points.

    Parameters
    ----------
    X : array_like, shape (n, 2)
        The points.
    tasks : mapping of str to array_like, shape (n,)
        Name of a task to its targets, 0 or 1.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    points = np.asarray(X, dtype=float)
    wanted = {task: np.asarray(target) > 0 for task, target in tasks.items()}

    def draw(figure: Figure, task: str, angle: float, offset: float) -> str:
        w = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
        fires = points @ w > offset
        ax = figure.subplots()
        plots.half_plane(w, -offset, points, wanted[task], ax=ax)
        right = fires == wanted[task]
        for point in points[~right]:
            ax.plot(*point, "x", ms=26, mew=3, color=style.LOSS)
        w1, w2, b = (style.number(round(float(v), 2)) for v in (*w, -offset))
        return f"w = ({w1}, {w2}), b = {b}: {right.sum()} of {len(right)} right for {task}" + (
            ", solved." if right.all() else "."
        )

    return Explorer(
        draw,
        Choice("task", list(wanted), label="Task"),
        Slider(
            "angle",
            (0, 45, 90, 225),
            label="Direction of w",
            text="{:g}°",
            start=45,
            live=range(360),
        ),
        Slider(
            "offset",
            (-1.05, 0.35, 1.05),
            label="Distance",
            start=0.35,
            live=np.linspace(-1.5, 1.5, 121),
        ),
        name=name,
        title="Draw the line yourself",
        question="Filled points should lie on the tinted side. Which task can no line solve?",
        size=(7.0, 4.6),
    )
