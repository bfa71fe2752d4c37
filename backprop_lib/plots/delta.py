"""The delta recursion in pictures: paths added up, matrices with their shapes, the triangle of all
δ at once, and a gradient laid beside its differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from ..arrays import Array, show_shape
from . import style

Block: TypeAlias = tuple[str, Array, str]
"""A matrix of a line: its name, its entries, the colour of its name."""

CELLS = (24.0, 8.2)  # width and height of a line of matrices, in cells: the same in every frame
_SLOT = 3.0  # cells that even a narrow matrix takes, for its name and shape
_SIGNS = LinearSegmentedColormap.from_list(
    "signs", [style.NEGATIVE, "#ffffff", style.POSITIVE], N=33
)
_MARKERS = "osD^vP"  # a marker for each block of parameters


def path_sum(
    products: ArrayLike, labels: Sequence[str], walked: int, *, ax: Axes | None = None
) -> Axes:
    """Draw the products along paths, each bar beginning where the one before ended.

    Parameters
    ----------
    products : array_like, shape (m,)
        One for each path.
    labels : sequence of str, length m
    walked : int
        How many are added up already; the axis has room for all.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from backprop_lib import plots
    >>> ax = plots.path_sum([0.3, -0.1], ["through a", "through b"], walked=2)
    >>> [round(float(bar.get_width()), 9) for bar in ax.patches]
    [0.3, -0.1, 0.2]
    """
    products = np.asarray(products, dtype=float)
    ends = np.concatenate([[0.0], np.cumsum(products)])
    ax = style.axes(ax)
    with style.context():
        rows = np.arange(walked)
        ax.barh(rows, products[:walked], left=ends[:walked], height=0.6, color=style.GRADIENT)
        ax.vlines(ends[1 : walked + 1], rows, rows + 1, color=style.QUIET, lw=1)
        ax.barh(len(products), ends[walked], height=0.6, color=style.INK)
        ax.axvline(0, color=style.INK, lw=1)
        ax.set_yticks(range(len(products) + 1), [*labels, "sum"])
        room = 0.08 * float(np.ptp(ends) or 1)
        ax.set(xlim=(ends.min() - room, ends.max() + room), ylim=(len(products) + 0.5, -0.6))
        ax.set_xlabel("slope of the error")
    return ax


def matrices(line: Sequence[str | Block], *, ax: Axes | None = None) -> Axes:
    """Draw one line of matrix algebra: every matrix to scale, its name above, its shape below.

    A cell is green for an entry above 0 and amber below; the deeper, the larger in its matrix.

    Parameters
    ----------
    line : sequence of str or (str, ndarray, str)
        Signs such as "=" and "@", and matrices (name, entries, colour). Vectors are drawn as rows.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import numpy as np
    >>> from backprop_lib import plots
    >>> ax = plots.matrices([("a", np.ones((2, 3)), "black"), "@", ("b", np.ones(3), "black")])
    >>> [text.get_text() for text in ax.texts]
    ['a', '(2, 3)', '@', 'b', '(3,)']
    """
    ax = style.axes(ax, (style.SIZE[0], 2.4), bare=True)
    widths = [0.75 + 0.45 * len(part) if isinstance(part, str) else _slot(part) for part in line]
    x, middle = (CELLS[0] - sum(widths)) / 2, CELLS[1] / 2
    with style.context():
        for part, width in zip(line, widths, strict=True):
            if isinstance(part, str):
                ax.text(x + width / 2, middle, part, ha="center", va="center", size=14)
            else:
                _matrix(ax, part, x + width / 2, middle)
            x += width
        ax.set(xlim=(0, CELLS[0]), ylim=(0, CELLS[1]), aspect="equal")
    return ax


def _slot(block: Block) -> float:
    return max(float(np.shape(block[1])[-1]), _SLOT)


def _matrix(ax: Axes, block: Block, x: float, y: float) -> None:
    """One matrix around the point (x, y), cells one unit wide and high."""
    name, entries, colour = block
    grid = np.atleast_2d(np.asarray(entries, dtype=float))
    rows, columns = grid.shape
    left, bottom, top = x - columns / 2, y - rows / 2, float(abs(grid).max()) or 1.0
    ax.pcolormesh(
        left + np.arange(columns + 1),
        bottom + np.arange(rows + 1),
        grid[::-1],
        cmap=_SIGNS,
        vmin=-top,
        vmax=top,
        edgecolors="white",
        linewidth=0.6,
    )
    ax.add_patch(Rectangle((left, bottom), columns, rows, fill=False, ec=colour, lw=1.4))
    look: dict[str, Any] = {"ha": "center", "color": colour}
    ax.text(x, bottom + rows + 0.2, name, va="bottom", **look)
    ax.text(x, bottom - 0.25, show_shape(np.shape(entries)), va="top", **look)


def triangle(system: ArrayLike, sizes: Sequence[int], *, ax: Axes | None = None) -> Axes:
    """Draw the matrix whose solution is every δ of a network, with its blocks outlined.

    Parameters
    ----------
    system : array_like, shape (m, m)
        Rows and columns are the units of layers 1 … L.
    sizes : sequence of int
        d₁, …, d_L, with m for their sum.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the sizes do not add up to the side of the matrix.
    """
    system = np.asarray(system, dtype=float)
    if system.shape != (sum(sizes), sum(sizes)):
        raise ValueError(
            f"system must have one row and one column a unit ({sum(sizes)} for sizes="
            f"{tuple(sizes)}), got shape {show_shape(system.shape)}."
        )
    ax = style.axes(ax)
    edges = np.cumsum([0, *sizes])
    top = float(abs(system).max())
    names = [f"layer {l}" for l in range(1, len(sizes) + 1)]
    with style.context():
        ax.imshow(system, cmap=_SIGNS, vmin=-top, vmax=top)
        for start, size in zip(edges[:-1], sizes, strict=True):
            corner = (start - 0.5, start - 0.5)
            ax.add_patch(Rectangle(corner, size, size, fill=False, ec=style.INK, lw=1.6))
        for start, end, beyond in zip(edges, edges[1:], edges[2:], strict=False):
            corner = (end - 0.5, start - 0.5)
            room = (beyond - end, end - start)
            ax.add_patch(Rectangle(corner, *room, fill=False, ec=style.GRADIENT, lw=1.6))
        middles = (edges[:-1] + edges[1:] - 1) / 2
        ax.set_xticks(middles, names)
        ax.set_yticks(middles, names, rotation=90, va="center")
        ax.tick_params(length=0)
        ax.set(xlabel="δ that is used", ylabel="δ that is made")
    return ax


def beside_differences(
    numeric: ArrayLike,
    analytic: ArrayLike,
    blocks: Mapping[str, slice],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the slopes of a backward pass over those found by differences; right ones lie on a line.

    Every block is drawn in units of its own largest difference, so that small ones are seen too.
    What lies outside is drawn on the frame.

    Parameters
    ----------
    numeric, analytic : array_like, shape (p,)
    blocks : mapping of str to slice
        Name of each group of parameters, such as W¹, to its place in θ.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    numeric, analytic = (np.asarray(side, dtype=float) for side in (numeric, analytic))
    edge = 2.2
    ax = style.axes(ax, (style.SIZE[0], style.SIZE[0] * 0.72))
    with style.context():
        ax.plot([-edge, edge], [-edge, edge], color=style.QUIET, lw=1.2, ls="--")
        for (name, place), marker in zip(blocks.items(), _MARKERS, strict=False):
            weights = name.startswith("W")
            unit = float(abs(numeric[place]).max()) or 1.0
            ax.plot(
                numeric[place] / unit,
                np.clip(analytic[place] / unit, -edge, edge),
                marker,
                color=style.GRADIENT if weights else style.INK,
                mfc=style.GRADIENT if weights else "none",
                label=name,
                clip_on=False,
            )
        ax.set(xlim=(-1.15, 1.15), ylim=(-edge, edge))
        ax.set(ylabel="slope by the backward pass")
        ax.set(xlabel="slope by differences, in units of the largest of its block")
        ax.grid(visible=True)
        ax.legend(loc="upper left", ncols=2, handletextpad=0.1, columnspacing=0.8)
    return ax
