"""Pictures of a network over its whole input plane: the answer of every unit as a small map, that
of the last one as a large map with the samples on it. White is low and blue is high."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from ..arrays import Array
from ..network import Network
from . import style
from .names import default_names

_BLUES = LinearSegmentedColormap.from_list("answers", ["white", "#bcd3e4", style.FORWARD])
_TINTS = 12  # tints of a map: as many as an eye tells apart, and a small file
_BOUNDS = {
    "sigmoid": (0.0, 1.0),
    "step": (0.0, 1.0),
    "piecewise_linear": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "sign": (-1.0, 1.0),
}


def answer_map(
    net: Network,
    theta: ArrayLike,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    ring: int | None = None,
    cells: int = 36,
    ax: Axes | None = None,
) -> Axes:
    """Draw what a network answers everywhere, and the samples: filled for class 1, open for 0.

    With two inputs the answer is a map, with a line where it is ½. With one input it is a curve.

    Parameters
    ----------
    net : Network
        With one or two inputs and one output.
    theta : array_like, shape (p,)
    X : array_like, shape (n, d_0)
    Y : array_like, shape (n, 1)
    ring : int, optional
        A sample to be marked.
    cells : int
        Points of the map along each side.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the network has more than two inputs or more than one output.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> from backprop_lib import plots
    >>> net = bp.Network(sizes=(2, 1), activations=(bp.sigmoid,))
    >>> ax = plots.answer_map(net, [4.0, 4.0, -6.0], *bp.datasets.xor())
    >>> ax.images[0].get_array().shape
    (36, 36)
    """
    x, y = np.asarray(X, dtype=float), np.asarray(Y, dtype=float)
    left, right, bottom, top = _box(net, x)
    if net.sizes[-1] != 1:
        raise ValueError(f"net must have one output, got {net.sizes[-1]} (sizes={net.sizes}).")
    answer = _everywhere(net, theta, x, cells)[-1][..., 0]
    with style.context():
        ax = style.axes(ax, (4.5, 4.0))
        if net.sizes[0] == 1:
            ax.plot(x[:, 0], y[:, 0], "o", ms=5, color=style.INK)
            ax.plot(np.linspace(left, right, len(answer)), answer, color=style.FORWARD, ls="-")
            low, high = y.min(), y.max()
            ax.set(xlim=(left, right), ylim=(1.3 * low - 0.3 * high, 1.3 * high - 0.3 * low))
            ax.set(xlabel="x", ylabel="y")
            where = [x[ring or 0, 0], y[ring or 0, 0]]
        else:
            _map(ax, answer, (left, right, bottom, top))
            for filled in (False, True):
                group = x[(y[:, 0] > 0.5) == filled]
                face = style.INK if filled else "white"
                size = 5 if len(x) > 20 else 11
                ax.plot(*group.T, "o", ms=size, mfc=face, mec=style.INK, mew=1)
            ax.set(xticks=[], yticks=[], xlim=(left, right), ylim=(bottom, top))
            where = list(x[ring or 0])
        if ring is not None:
            ax.plot(*where, "o", ms=15, mfc="none", mec=style.GRADIENT, mew=2.4)
    return ax


def _map(ax: Axes, answer: Array, box: tuple[float, float, float, float]) -> None:
    """Draw an answer between 0 and 1 as a map, with a line at ½."""
    tints = np.round(answer * _TINTS) / _TINTS
    look: dict[str, Any] = {"cmap": _BLUES, "vmin": 0, "vmax": 1.25, "interpolation": "none"}
    ax.imshow(tints, origin="lower", extent=box, aspect="auto", **look)
    if answer.min() < 0.499 and answer.max() > 0.501:  # else the line would be rounding noise
        left, right, bottom, top = box
        rows, columns = answer.shape
        half = (right - left) / columns / 2, (top - bottom) / rows / 2  # to the middle of a cell
        across = np.linspace(left + half[0], right - half[0], columns)
        up = np.linspace(bottom + half[1], top - half[1], rows)
        ax.contour(across, up, answer, levels=[0.5], colors=style.FORWARD, linewidths=2.2)


def unit_maps(
    net: Network, theta: ArrayLike, X: ArrayLike, *, cells: int = 14, ax: Axes | None = None
) -> Axes:
    """Draw a network whose units are small maps of their answers, over the range of the samples.

    An edge is as wide as its weight is large, solid and green above 0, dashed and amber below.
    Where the activation is bounded, white and blue are its bounds; else the lowest and highest
    answer in this picture. With one input each unit is a curve. Biases are not drawn.

    Parameters
    ----------
    net : Network
        With one or two inputs.
    theta : array_like, shape (p,)
    X : array_like, shape (n, d_0)
    cells : int
        Points of a map along each side.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the network has more than two inputs.
    """
    x = np.asarray(X, dtype=float)
    _box(net, x)
    layers = _everywhere(net, theta, x, cells if net.sizes[0] == 2 else 3 * cells)
    with style.context():
        ax = style.axes(ax, (style.SIZE[0], 3.2), bare=True)
        box = ax.get_window_extent()
        width, height = box.width / ax.figure.dpi, box.height / ax.figure.dpi
        side = min(0.62, (height - 0.3) / max(net.sizes) * 0.84, width / len(net.sizes) * 0.5)
        spots = _spots(net.sizes, width, height, side)
        _edges(ax, net, theta, spots, side)
        canvas = np.zeros((round(height / side * cells), round(width / side * cells), 4))
        curves = []
        for l, answers in enumerate(layers):
            levels = _levels(net, l, answers)
            for j in range(net.sizes[l]):
                level = levels[..., j]
                corner = np.array(spots[l, j]) - side / 2
                if level.ndim == 2:
                    column, row = np.round(corner / side * cells).astype(int)
                    tints = _BLUES(np.round(level * _TINTS) / _TINTS / 1.25)
                    canvas[row : row + cells, column : column + cells] = tints
                else:
                    along = np.linspace(0, 1, len(level))
                    curves.append(corner + side * np.stack([along, level], axis=1))
        if curves:
            ax.add_collection(
                LineCollection(curves, colors=style.FORWARD, linewidths=1.8, zorder=3)
            )
        else:
            size = (0, canvas.shape[1] * side / cells, 0, canvas.shape[0] * side / cells)
            ax.imshow(canvas, origin="lower", extent=size, interpolation="none", zorder=2)
        _frames(ax, net.sizes, spots, side, height)
        ax.set(xlim=(0, width), ylim=(0, height), aspect="auto")
    return ax


def _box(net: Network, X: Array) -> tuple[float, float, float, float]:
    """A square around the samples, with a margin; for one input its range, twice."""
    if net.sizes[0] > 2 or X.ndim != 2 or X.shape[1] != net.sizes[0]:
        raise ValueError(
            f"X must have the one or two columns that net has inputs, got X of shape {X.shape} "
            f"and sizes={net.sizes}."
        )
    low, high = X.min(axis=0), X.max(axis=0)
    half = (high - low).max() * (0.6 if len(X) > 4 else 0.9)
    middle = (low + high) / 2
    left, bottom, right, top = (
        middle[0] - half,
        middle[-1] - half,
        middle[0] + half,
        middle[-1] + half,
    )
    return float(left), float(right), float(bottom), float(top)


def _everywhere(net: Network, theta: ArrayLike, X: Array, cells: int) -> list[Array]:
    """The answers of every layer, inputs first, on a grid over the box: (..., d_l)."""
    left, right, bottom, top = _box(net, X)
    across = np.linspace(left, right, cells)
    if net.sizes[0] == 1:
        grid = across[:, None]
    else:
        grid = np.stack(np.meshgrid(across, np.linspace(bottom, top, cells)), axis=-1)
    with np.errstate(all="ignore"):
        layers = net.forward(theta, grid.reshape(-1, net.sizes[0])).a
    limit = np.finfo(float).max / 1e10  # a network on its way to divergence can still be drawn
    return [np.clip(np.nan_to_num(a), -limit, limit).reshape(*grid.shape[:-1], -1) for a in layers]


def _levels(net: Network, l: int, answers: Array) -> Array:
    """The answers of a layer between 0, white, and 1, blue; a constant is in the middle."""
    flat = answers.reshape(-1, answers.shape[-1])
    low, high = flat.min(axis=0), flat.max(axis=0)
    bounds = _BOUNDS.get(net.activations[l - 1].name) if l else None
    if bounds:
        low, high = np.full_like(low, bounds[0]), np.full_like(high, bounds[1])
    same = high - low <= 1e-12 * np.maximum(1, abs(high))
    return np.where(same, 0.5, np.clip((answers - low) / np.where(same, 1, high - low), 0, 1))


Spots = dict[tuple[int, int], tuple[float, float]]


def _spots(sizes: tuple[int, ...], width: float, height: float, side: float) -> Spots:
    """The middle of every unit, in inches."""
    columns = np.linspace(side / 2 + 0.35, width - side / 2 - 0.35, len(sizes))
    return {
        (l, j): (
            float(columns[l]),
            (height - 0.3) * (1 - (j + 0.5) / units) + 0.02,
        )
        for l, units in enumerate(sizes)
        for j in range(units)
    }


def _edges(ax: Axes, net: Network, theta: ArrayLike, spots: Spots, side: float) -> None:
    W, _ = net.unpack(theta)
    lines, widths, colours, dashes = [], [], [], []
    for l in range(1, net.depth + 1):
        for i in range(net.sizes[l - 1]):
            for j in range(net.sizes[l]):
                (x0, y0), (x1, y1) = spots[l - 1, i], spots[l, j]
                lines.append([(x0 + side / 2, y0), (x1 - side / 2, y1)])
                w = float(W[l][i, j])
                widths.append(min(0.5 + 0.5 * round(3 * min(abs(w), 4.0)), 6.0))
                colours.append(style.sign_colour(w))
                dashes.append(style.sign_line(w))
    look: dict[str, Any] = {"linewidths": widths, "colors": colours, "linestyles": dashes}
    edges = LineCollection(lines, zorder=1, clip_on=False, **look)
    ax.add_collection(edges, autolim=False)


def _frames(ax: Axes, sizes: tuple[int, ...], spots: Spots, side: float, height: float) -> None:
    """Draw the border of every map, and a heading over every column."""
    h = side / 2
    squares = [
        [(x - h, y - h), (x + h, y - h), (x + h, y + h), (x - h, y + h), (x - h, y - h)]
        for x, y in spots.values()
    ]
    ax.add_collection(LineCollection(squares, colors=style.INK, linewidths=1.0, zorder=4))
    names, last = default_names(sizes), len(sizes) - 1
    for l in range(last + 1):
        x = spots[l, 0][0]
        text = "inputs" if l == 0 else "output" if l == last else f"layer {l}"
        if len(sizes) > 7 and 0 < l < last:
            text = str(l)
        ax.text(x, height - 0.12, text, ha="center", va="center", size=style.TEXT - 1)
    for (l, j), (x, y) in spots.items():
        if l == 0:
            ax.text(x - h - 0.08, y, names["unit", l, j], ha="right", va="center")
