"""Pictures of handwritten digits: the images and the weights that look at them, what a network
answers, which digits it takes for which, and what one hidden unit passes on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from . import style

_SIDE = 8  # pixels along an edge of an image
_INKED = LinearSegmentedColormap.from_list("inked", ["white", style.INK])
_SIGNED = LinearSegmentedColormap.from_list("sign", [style.NEGATIVE, "white", style.POSITIVE])


def digit_images(
    images: ArrayLike,
    captions: Sequence[str] | None = None,
    *,
    columns: int = 8,
    signed: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw images of 8 × 8 pixels in rows, dark where there is ink.

    Parameters
    ----------
    images : array_like, shape (k, 64)
        Pixels between 0 and 1, row by row.
    captions : sequence of str, optional
        What stands below each image.
    columns : int
        Images in a row.
    signed : bool
        The images are weights: green above 0, amber below, white at 0, each on its own scale.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> from backprop_lib import plots
    >>> data = bp.datasets.digits(np.random.default_rng(0))
    >>> ax = plots.digit_images(data.X[:2], ["first", "second"])
    >>> [text.get_text() for text in ax.texts]
    ['first', 'second']
    """
    fields = np.asarray(images, dtype=float).reshape(-1, _SIDE, _SIDE)
    if signed:
        most = abs(fields).max(axis=(1, 2), keepdims=True)
        fields = 0.5 + fields / (2 * np.where(most > 0, most, 1))
    rows = -(-len(fields) // columns)
    wide, high = _SIDE + 2, _SIDE + (4.5 if captions else 2)
    width = style.SIZE[0]
    edges = []
    with style.context():
        ax = style.axes(ax, (width, width * rows * high / (columns * wide)), bare=True)
        for k, field in enumerate(fields):
            left, low = 1 + k % columns * wide, -(k // columns) * high - _SIDE
            right, top = left + _SIDE, low + _SIDE
            ax.imshow(
                field,
                cmap=_SIGNED if signed else _INKED,
                vmin=0,
                vmax=1,
                extent=(left, right, low, top),
                interpolation="none",
            )
            edges.append([(left, low), (right, low), (right, top), (left, top), (left, low)])
            if captions:
                ax.text(left + _SIDE / 2, low - 0.7, captions[k], ha="center", va="top")
        ax.add_collection(LineCollection(edges, colors=style.QUIET, linewidths=1, linestyles="-"))
        ax.set(
            xlim=(0, min(columns, len(fields)) * wide), ylim=(1 - rows * high, 1), aspect="equal"
        )
    return ax


def confusion(counts: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw a table of counts: a row for what an image shows, a column for what was answered.

    Parameters
    ----------
    counts : array_like of int, shape (k, k)
        ``counts[i, j]`` images of class i were taken for j. Zeros are left blank.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    table = np.asarray(counts)
    ticks = range(len(table))
    right = np.eye(len(table), dtype=bool)
    shade = np.where(table == 0, 0.5, np.where(right, 0.0, 1.0))  # blue, white or vermillion
    colours = LinearSegmentedColormap.from_list(
        "confusion", [style.FORWARD, "white", style.GRADIENT]
    )
    with style.context():
        ax = style.axes(ax, (style.SIZE[0], 5.6))
        ax.imshow(shade, cmap=colours, vmin=0, vmax=1, interpolation="none")
        for i, j in zip(*np.nonzero(table), strict=True):
            weight = "normal" if i == j else "bold"
            ax.text(j, i, str(table[i, j]), ha="center", va="center", color="white", weight=weight)
        ax.set(xlabel="the network's answer", ylabel="the digit in the image")
        ax.set(xticks=ticks, yticks=ticks)
        ax.tick_params(length=0)
        ax.spines[["left", "bottom"]].set_visible(False)
    return ax


def answer_bars(p: ArrayLike, label: int, ax: Axes | None = None) -> Axes:
    """Draw what a network answers to an image: a bar for each digit, the right one filled.

    Parameters
    ----------
    p : array_like, shape (k,)
        Probabilities.
    label : int
        The right one.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    heights = np.asarray(p)
    with style.context():
        ax = style.axes(ax)
        faces = [style.FORWARD if k == label else "white" for k in range(len(heights))]
        ax.bar(range(len(heights)), heights, color=faces, edgecolor=style.FORWARD, lw=1.5)
        ax.set(xticks=range(len(heights)), ylim=(0, 1.05), xlabel="digit", ylabel="probability")
    return ax


def signed_bars(weights: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw the weights by which a unit speaks for each digit (up) or against it (down).

    Parameters
    ----------
    weights : array_like, shape (k,)
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    heights = np.asarray(weights)
    with style.context():
        ax = style.axes(ax)
        ax.bar(range(len(heights)), heights, color=[style.sign_colour(w) for w in heights])
        ax.axhline(0, color=style.INK, lw=1, ls="-")
        ax.set(xticks=range(len(heights)), xlabel="digit", ylabel="weight to that answer")
    return ax
