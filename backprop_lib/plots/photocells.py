"""Pictures of what the Mark I saw: fields of 20 × 20 photocells, the weights that belong to them,
and the wires from the cells to the association units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Circle, Rectangle
from numpy.typing import ArrayLike

from . import style

_SIDE = 20  # cells along an edge of the field
_SIGNED = LinearSegmentedColormap.from_list("sign", [style.NEGATIVE, "white", style.POSITIVE])
_ARROW: dict[str, Any] = {
    "arrowstyle": "-|>",
    "color": style.INK,
    "lw": 1.6,
    "shrinkA": 0,
    "shrinkB": 0,
}
_LIT = LinearSegmentedColormap.from_list("lit", ["white", style.INK])


def photocells(
    fields: Mapping[str, ArrayLike], *, signed: bool = False, ax: Axes | None = None
) -> Axes:
    """Draw fields of 20 × 20 cells side by side.

    Parameters
    ----------
    fields : mapping of str to array_like, shape (400,)
        Caption to cells, row by row: light where they are 0.
    signed : bool
        The cells are weights: green above 0, amber below, white at 0, on one scale for all.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import backprop_lib as bp
    >>> from backprop_lib import plots
    >>> ax = plots.photocells({name: bp.photocells.letter(name).ravel() for name in "TL"})
    >>> [text.get_text() for text in ax.texts]
    ['T', 'L']
    """
    grids = {name: np.reshape(cells, (_SIDE, _SIDE)) for name, cells in fields.items()}
    most = max(abs(grid).max() for grid in grids.values()) or 1.0
    pitch, width = _SIDE + 3, len(grids) * (_SIDE + 3)
    with style.context():
        ax = style.axes(ax, (style.SIZE[0], 0.2 + style.SIZE[0] * (pitch + 2) / width), bare=True)
        for k, (name, grid) in enumerate(grids.items()):
            left = k * pitch + 1.5
            # 0.5 lies in the middle of the signed colours, and 0 at the start of the others
            ax.imshow(
                0.5 + grid / (2 * most) if signed else grid / most,
                cmap=_SIGNED if signed else _LIT,
                vmin=0,
                vmax=1,
                extent=(left, left + _SIDE, 0, _SIDE),
                interpolation="none",
            )
            ax.add_patch(Rectangle((left, 0), _SIDE, _SIDE, fill=False, ec=style.QUIET, lw=1))
            ax.text(left + _SIDE / 2, _SIDE + 0.8, name, ha="center", va="bottom")
        ax.set(xlim=(0, width), ylim=(-1, pitch + 1), aspect="equal")
    return ax


def wiring(
    field: ArrayLike, wires: ArrayLike, responses: ArrayLike, ax: Axes | None = None
) -> Axes:
    """Draw what association units make of an image: the wires of the first, the answers of all.

    Parameters
    ----------
    field : array_like, shape (400,)
        The image.
    wires : array_like, shape (400, m)
        1 excites, −1 inhibits, 0 is no wire.
    responses : array_like, shape (m,)
        0 or 1.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    wires, answers = np.asarray(wires), np.asarray(responses)
    with style.context():
        ax = style.axes(ax, (style.SIZE[0], 2.6), bare=True)
        rows, columns = np.divmod(np.arange(_SIDE**2), _SIDE)
        lit = np.asarray(field) > 0
        ax.plot(columns[lit] + 1.5, 19.5 - rows[lit], "s", ms=5, color=style.PALE)
        ax.add_patch(Rectangle((1, 0), _SIDE, _SIDE, fill=False, ec=style.QUIET, lw=1))
        unit = np.array([32.0, 10.0])
        for cell in np.flatnonzero(wires[:, 0]):
            place, sign = (columns[cell] + 1.5, 19.5 - rows[cell]), wires[cell, 0]
            look: dict[str, Any] = {"color": style.sign_colour(sign), "ls": style.sign_line(sign)}
            ax.plot(*zip(place, unit, strict=True), lw=1.2, **look)
            ax.plot(*place, "o", ms=4.5, color=style.sign_colour(sign))
        ax.add_patch(Circle(tuple(unit), 1.6, fc="white", ec=style.INK, lw=1.6, zorder=3))
        ax.text(
            unit[0],
            unit[1],
            f"{answers[0]:g}",
            ha="center",
            va="center",
            color=style.FORWARD,
            zorder=4,
        )
        ax.annotate("", (40, 10), (33.7, 10), arrowprops=_ARROW)
        grid = np.resize(answers, (16, -(-answers.size // 16)))
        ax.imshow(
            grid,
            cmap=_LIT,
            vmin=0,
            vmax=1,
            extent=(41, 69, 3, 17),
            interpolation="none",
            aspect="auto",
        )
        ax.add_patch(Rectangle((41, 3), 28, 14, fill=False, ec=style.QUIET, lw=1))
        below: dict[str, Any] = {"ha": "center", "va": "top"}
        ax.text(11, -1.5, "400 photocells", **below)
        ax.text(32, -1.5, "one unit", **below)
        ax.text(55, -1.5, f"{int(answers.sum())} of {answers.size} units fire", **below)
        ax.set(xlim=(0, 70), ylim=(-5, 21), aspect="equal")
    return ax
