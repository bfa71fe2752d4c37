"""One visual language for every chapter: what each colour means, and axes drawn in it. The colours
stay apart for the colour-blind, in print and in dark mode, where the page inverts its figures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import RLock
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.rcsetup import cycler
from matplotlib.textpath import text_to_path

from .names import superscript

# Okabe and Ito's families of hue, moved in lightness until the least difference between any two,
# for normal and colour-blind eyes, light and dark, was largest. Sign also has a line style.
FORWARD: Final = "#10527e"  # blue: what the forward pass computes
GRADIENT: Final = "#c2461a"  # vermillion: what the backward pass computes
LOSS: Final = "#b03ac0"  # purple: how wrong the answer is
POSITIVE: Final = "#1f9e89"  # bluish green: a weight above 0, drawn solid
NEGATIVE: Final = "#e0a21a"  # amber: a weight below 0, drawn dashed
INK: Final = "#222222"  # axes, names, whatever is always there
QUIET: Final = "#767676"  # text that does not matter now, still readable
PALE: Final = "#d0d0d0"  # lines that do not matter now
# Lines that differ in name only, such as optimizers: no gradient, sign or loss is among them.
NAMED: Final = (FORWARD, "#8a5a1e", "#4a90d9", INK, "#8c847f")

SIZE: Final = (7.0, 4.5)  # inches; at 360 pixels of width a point is then 0.7 pixels
TEXT: Final = 13.0  # points: 9.3 pixels on that phone

_RC: Final[Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # ships with matplotlib: the same picture everywhere
    "mathtext.fontset": "dejavusans",
    "font.size": TEXT,
    "axes.titlesize": TEXT,
    "axes.labelsize": TEXT,
    "xtick.labelsize": TEXT - 1,
    "ytick.labelsize": TEXT - 1,
    "legend.fontsize": TEXT - 1,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 1.0,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": PALE,
    "grid.linewidth": 0.8,
    "lines.linewidth": 2.2,
    "lines.markersize": 7.0,
    "axes.prop_cycle": cycler(
        color=[*NAMED, FORWARD],
        linestyle=["-", "--", "-.", ":", (0, (6, 2, 1, 2, 1, 2)), (0, (1, 1))],
    ),
    "image.cmap": "cividis",
}


# Settings of matplotlib are those of all threads, and while a cell runs, Lab lets the handlers of
# sliders run in another one.
_ALONE: Final = RLock()


@contextmanager
def context() -> Iterator[None]:
    """Return a context in which matplotlib draws in this book's style; nothing changes outside.

    One thread at a time is inside; others wait.

    Returns
    -------
    context manager

    Examples
    --------
    >>> import matplotlib
    >>> from backprop_lib.plots import style
    >>> with style.context():
    ...     matplotlib.rcParams["font.size"]
    13.0
    """
    # Not mpl.rc_context: that restores everything, also the interactive mode that a notebook's
    # backend switches on when the first figure is made, and no later figure would be shown.
    with _ALONE:
        before = {key: mpl.rcParams[key] for key in _RC}
        mpl.rcParams.update(_RC)
        try:
            yield
        finally:
            mpl.rcParams.update(before)


def axes(ax: Axes | None = None, size: tuple[float, float] = SIZE, *, bare: bool = False) -> Axes:
    """Return ``ax``, or new axes in the book's style.

    Parameters
    ----------
    ax : Axes, optional
        Where to draw; None makes a figure, which the notebook shows.
    size : tuple of float
        Width and height of that figure, in inches.
    bare : bool
        Fill the figure with axes that have neither frame nor ticks, for a diagram.

    Returns
    -------
    Axes
    """
    with context():
        if ax is None:
            import matplotlib.pyplot as plt  # only here: the figures of an Explorer need no pyplot

            figure = plt.figure(figsize=size, dpi=150, layout=None if bare else "constrained")
            ax = figure.add_axes((0, 0, 1, 1)) if bare else figure.add_subplot()
        if bare:
            ax.set_axis_off()
    return ax


def sign_colour(value: float) -> str:
    """Return the colour of a weight: POSITIVE, NEGATIVE, or PALE for 0."""
    return POSITIVE if value > 0 else NEGATIVE if value < 0 else PALE


def sign_line(value: float) -> str:
    """Return the line style of a weight: solid above 0, dashed below."""
    return "--" if value < 0 else "-"


def number(value: float, digits: int = 4) -> str:
    """Write a number short: at most ``digits`` significant digits and ``digits`` + 2 decimals.

    What would be too long is written with a power of ten, as on the axes.

    Examples
    --------
    >>> [number(value) for value in (0.15, -0.0226024, 0.00043856773, 2.5e-05, -0.0)]
    ['0.15', '−0.0226', '0.000439', '2.5·10⁻⁵', '0']
    >>> [number(value, 3) for value in (1025.0, 65523.0, 1.46e43)], number(1e-08, 1)
    (['1,020', '65,500', '1.5·10⁴³'], '10⁻⁸')
    """
    rounded = float(f"{value:.{digits}g}")
    if 0 < abs(value) < max(10 ** -(digits + 1), 1e-4) or 1e6 <= abs(value) < np.inf:
        mantissa, power = f"{value:.{min(digits, 2) - 1}e}".split("e")
        text = ("" if mantissa == "1" else f"{mantissa}·") + power_of_ten(int(power))
    elif abs(rounded) >= 10**digits:
        text = f"{rounded:,.0f}"
    else:
        text = f"{round(value, digits + 2) + 0.0:,.{digits}g}"  # −0 becomes 0
    return text.replace("-", "−")


def power_of_ten(power: int) -> str:
    """Write a power of ten with raised digits, which matplotlib draws faster than a formula.

    Examples
    --------
    >>> [power_of_ten(power) for power in (-12, 0, 1, 3)]
    ['10⁻¹²', '1', '10', '10³']
    """
    return {0: "1", 1: "10"}.get(power, f"10{superscript(power)}")


@lru_cache(maxsize=1024)
def text_width(text: str, size: float) -> float:
    """Return the width of a text in inches, at ``size`` points in the font of all figures.

    Examples
    --------
    >>> text_width("0.5", 13.0) < text_width("0.75", 13.0)
    True
    """
    font = FontProperties(family="DejaVu Sans", size=size)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / 72


def text_height(size: float) -> float:
    """Return the height of a line of text in inches, at ``size`` points."""
    return 1.3 * size / 72
