"""Lines over a common axis: losses during training, a quantity against a parameter.
Each line is named at its end or in a legend, and differs from the others in colour and dash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from ..arrays import require_shape
from ..objective import Objective
from . import style


def curves(
    x: ArrayLike,
    series: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str,
    log: Literal["", "x", "y", "xy"] = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw one line for each entry of ``series``.

    Parameters
    ----------
    x : array_like, shape (m,)
        Common abscissa.
    series : mapping of str to array_like, shape (m,)
        Name of the line to its values.
    xlabel, ylabel : str
        With units where there are any.
    log : {"", "x", "y", "xy"}
        Axes on a logarithmic scale.
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from backprop_lib import plots
    >>> ax = plots.curves([1, 2, 3], {"square": [1, 4, 9]}, xlabel="x", ylabel="y")
    """
    ax = style.axes(ax)
    with style.context():
        ax.set_prop_cycle(mpl.rcParams["axes.prop_cycle"])
        for name, y in series.items():
            ax.plot(x, y, label=name)
        if "x" in log:
            ax.set_xscale("log")
        if "y" in log:
            ax.set_yscale("log")
        ax.set(xlabel=xlabel, ylabel=ylabel)
        ax.grid(visible=True)
        if len(series) > 1:
            ax.legend()
    return ax


def tangent(
    objective: Objective,
    theta: ArrayLike,
    index: int,
    *,
    span: float = 4.0,
    limits: tuple[float, float] | None = None,
    xlabel: str = "parameter",
    ylabel: str = "error E",
    ax: Axes | None = None,
) -> Axes:
    """Draw the error as a function of one parameter, with the slope that the gradient gives.

    All other parameters stay where θ has them. The curve is a stack of 201 parameter vectors.

    Parameters
    ----------
    objective : Objective
    theta : array_like, shape (p,)
    index : int
        Which parameter moves.
    span : float
        How far to draw to either side.
    limits : (float, float), optional
        Range of the error axis.
    xlabel, ylabel : str
    ax : Axes, optional
        Where to draw; None makes a figure.

    Returns
    -------
    Axes
    """
    theta = objective.net.checked_theta(theta)
    one = (objective.net.parameter_count,)
    require_shape("theta", theta, one, "of a stack, draw one: theta[0].")
    here = theta[index]
    values = here + np.linspace(-span, span, 201)
    stack = np.repeat(theta[None], len(values), axis=0)
    stack[:, index] = values
    E = objective(stack)[0]
    E_here, gradient = objective(theta)
    line = E_here + gradient[index] * (values - here)
    ax = style.axes(ax)
    with style.context():
        ax.plot(values, E, color=style.LOSS)
        near = abs(values - here) <= span / 2
        ax.plot(values[near], line[near], color=style.GRADIENT, linestyle="--")
        ax.plot([here], [E_here], "o", color=style.LOSS)
        bends_up = E[near][-1] > line[near][-1]
        ax.annotate(
            f"slope {style.number(gradient[index])}",
            (values[near][-1], line[near][-1]),
            color=style.GRADIENT,
            xytext=(0, -20 if bends_up else 10),
            textcoords="offset points",
            ha="center",
        )
        ax.set(xlabel=xlabel, ylabel=ylabel, ylim=limits)
        ax.grid(visible=True)
    return ax
