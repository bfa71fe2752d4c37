"""The sigmoid and its slope: the slope read off the answer, and the curve that follows it blindly.
Values are blue and slopes vermillion, here as in every chapter."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from ..activations import sigmoid
from ..arrays import Array
from . import style

_LIMITS = (-8.0, 8.0)  # of z


def sigmoid_tangent(z: float, *, ax: Axes | None = None) -> Axes:
    """Draw a = σ(z) with its tangent at one point; where the slope is below 1/40 is shaded.

    The largest slope is 1/4, so what is shaded has lost nine tenths of it.

    Parameters
    ----------
    z : float
        Where the tangent touches.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from backprop_lib import plots
    >>> ax = plots.sigmoid_tangent(0.0)
    >>> ax.texts[0].get_text()
    'slope 0.25'
    """
    ax = style.axes(ax)
    x = np.linspace(*_LIMITS, 201)
    a, slope = float(sigmoid(z)), float(sigmoid.derivative(z))
    edge = np.arccosh(19)  # where a(1 − a) = 1/(2 + 2 cosh z) is 1/40
    near = np.array([z - 2.5, z + 2.5])
    with style.context():
        for side in (_LIMITS[0], edge):
            ax.axvspan(side, side + _LIMITS[1] - edge, color=style.PALE, alpha=0.5, lw=0)
        ax.plot(x, sigmoid(x), color=style.FORWARD, ls="-")
        ax.plot(near, a + slope * (near - z), color=style.GRADIENT, ls="--")
        ax.plot([z], [a], "o", color=style.FORWARD)
        below = z > 0  # the label keeps clear of the curve, and inside the axes
        ax.annotate(
            f"slope {style.number(slope)}",
            (min(z, 1.5) if below else max(z, -1.5), a),
            xytext=(14, -36) if below else (-14, 26),
            textcoords="offset points",
            ha="left" if below else "right",
            color=style.GRADIENT,
        )
        ax.set(xlabel="z", ylabel="answer a", xlim=_LIMITS, ylim=(-0.12, 1.12))
        ax.set_xticks([-6, -3, 0, 3, 6])
    return ax


def answer_slope(z: float, *, ax: Axes | None = None) -> Axes:
    """Draw the slope of the sigmoid over its answer: a(1 − a) to the right, a upwards.

    Parameters
    ----------
    z : float
        Whose answer is marked.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    ax = style.axes(ax)
    answers = np.linspace(0, 1, 101)
    a, slope = float(sigmoid(z)), float(sigmoid.derivative(z))
    with style.context():
        ax.plot(answers * (1 - answers), answers, color=style.GRADIENT, ls="-")
        ax.plot([0, slope], [a, a], color=style.GRADIENT, ls="--")
        ax.plot([slope], [a], "o", color=style.GRADIENT)
        ax.set(xlabel="slope a(1 − a)", ylabel="answer a", xlim=(0, 0.27), ylim=(-0.12, 1.12))
        ax.set_xticks([0, 0.125, 0.25], ["0", "⅛", "¼"])
    return ax


def slope_field(*, ax: Axes | None = None) -> Axes:
    """Draw the slope y(1 − y) at every point, and curves that follow it.

    The strong curve starts at ½; the pale ones are the same curve, shifted.

    Parameters
    ----------
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    ax = style.axes(ax)
    z = np.linspace(-6, 6, 201)
    with style.context():
        _field(ax)
        for shift in (-4, -2, 2, 4):
            ax.plot(z, sigmoid(z + shift), color=style.FORWARD, ls="-", lw=1.2, alpha=0.45)
        ax.plot(z, sigmoid(z), color=style.FORWARD, ls="-", lw=2.8)
        ax.plot([0], [0.5], "o", color=style.FORWARD)
    return ax


def slope_walk(z: Array, y: Array, *, ax: Axes | None = None) -> Axes:
    """Draw a walk along the field y(1 − y) beside the curve that it tries to follow.

    Parameters
    ----------
    z, y : ndarray, shape (m,)
        The points of the walk, one of them at z = 0; the curve goes through that one.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    ax = style.axes(ax)
    start = float(y[np.argmin(abs(z))])
    fine = np.linspace(-6, 6, 201)
    exact = sigmoid(fine + np.log(start / (1 - start)))
    with style.context():
        _field(ax)
        ax.plot(fine, exact, color=style.FORWARD, ls="-", label="the curve")
        marker = "o" if len(z) < 30 else ""
        ax.plot(z, y, color=style.GRADIENT, ls="--", marker=marker, ms=5, label="the walk")
        ax.plot([0], [start], "o", color=style.FORWARD, ms=9)
        ax.legend(loc="upper left")
    return ax


def _field(ax: Axes) -> None:
    """Short strokes with slope y(1 − y), as steep on paper as the axes make them."""
    z, y = np.meshgrid(np.arange(-6, 6.1, 1.0), np.linspace(0, 1, 11))
    slope = y * (1 - y)
    half = 0.3 / np.sqrt(1 + (6 * slope) ** 2)  # about equally long strokes: 6 is z per y on paper
    low = np.stack([z - half, y - slope * half], axis=-1)
    high = np.stack([z + half, y + slope * half], axis=-1)
    strokes = np.stack([low, high], axis=2).reshape(-1, 2, 2)
    ax.add_collection(LineCollection(list(strokes), colors=style.QUIET, linewidths=1.1))
    ax.set(xlabel="z", ylabel="y", xlim=(-6.4, 6.4), ylim=(-0.2, 1.25))


def saturation_deltas(start: float | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw δ = ∂E/∂z over the answer a of a unit whose target is 0, for two losses.

    Parameters
    ----------
    start : float, optional
        An answer at which both are marked.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    ax = style.axes(ax)
    a = np.linspace(0, 1, 201)
    with style.context():
        ax.plot(a, a * a * (1 - a), color=style.GRADIENT, ls="-", label="squared error")
        ax.plot(a, a, color=style.GRADIENT, ls="--", label="cross entropy")
        if start is not None:
            both = [start**2 * (1 - start), start]
            ax.plot([start, start], both, "o", color=style.GRADIENT)
        ax.set(xlabel="answer a", ylabel="δ", xlim=(-0.03, 1.03), ylim=(-0.03, 1.1))
        ax.grid(visible=True)
        ax.legend(loc="upper left")
    return ax


def saturation_answers(
    steps: Array, squared: Array, entropy: Array, *, ax: Axes | None = None
) -> Axes:
    """Draw the answers of two units during training, over the logarithm of the steps.

    Parameters
    ----------
    steps : ndarray, shape (m,)
    squared, entropy : ndarray, shape (m,)
        The answers of the unit that learns from the squared error, and from the cross entropy.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    ax = style.axes(ax)
    with style.context():
        ax.plot(steps, squared, color=style.FORWARD, ls="-", label="squared error")
        ax.plot(steps, entropy, color=style.FORWARD, ls="--", label="cross entropy")
        ax.axhline(0.5, color=style.QUIET, lw=1, ls=":")
        ax.set(xlabel="steps", ylabel="answer a", xscale="log", ylim=(-0.03, 1.1))
        ax.set_xlim(steps[0], steps[-1])
        ax.grid(visible=True)
    return ax
