"""Chapter 4's second explorer: the error as a function of one weight, and the slope that the
gradient gives there; the other weights stand still."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from .. import plots
from ..arrays import Array
from ..objective import Objective
from ..plots import style
from ..plots.names import indexed
from .controls import Choice, Slider
from .explorer import Explorer


def one_weight(
    objective: Objective,
    theta: Array,
    weights: Mapping[str, int],
    *,
    limits: tuple[float, float],
    name: str = "one-weight",
) -> Explorer:
    """Return an explorer of the error along one weight.

    Parameters
    ----------
    objective : Objective
    theta : ndarray, shape (p,)
        Where all other parameters stand.
    weights : mapping of str to int
        Names to choose from, and where each stands in θ.
    limits : (float, float)
        Range of the error axis, the same for every frame.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer

    Examples
    --------
    >>> import backprop_lib as bp
    >>> from backprop_lib import explorers
    >>> net = bp.Network(sizes=(1, 1), activations=(bp.linear,))
    >>> objective = net.objective(bp.half_squared_error, X=[[1.0]], Y=[[0.0]])
    >>> theta = np.array([1.0, 0.0])
    >>> explorer = explorers.one_weight(objective, theta, {"w": 0, "b": 1}, limits=(0, 9))
    >>> explorer.frame(weight=0, shift=1.0).sentence
    'At w = 2 the error is 2 and its slope 2: gradient descent makes w smaller.'
    """
    names = {index: indexed(text) for text, index in weights.items()}

    def draw(figure: Figure, weight: int, shift: float) -> str:
        moved = np.array(theta, dtype=float)
        moved[weight] += shift
        plots.tangent(
            objective, moved, weight, limits=limits, xlabel=names[weight], ax=figure.subplots()
        )
        E, gradient = objective(moved)
        here, slope = (style.number(float(x)) for x in (moved[weight], gradient[weight]))
        way = "smaller" if gradient[weight] > 0 else "larger"
        return (
            f"At {names[weight]} = {here} the error is {style.number(float(E))} and its slope "
            f"{slope}: gradient descent makes {names[weight]} {way}."
        )

    return Explorer(
        draw,
        Choice("weight", {text: index for index, text in names.items()}, label="Weight"),
        Slider(
            "shift",
            (-3, -2, -1, 0, 1, 2, 3),
            label="Moved by",
            start=0,
            live=np.arange(-3, 3.1, 0.1),
        ),
        name=name,
        title="Move one weight, and read the error",
        question="Which weights hardly change the error, wherever you move them? Why these?",
    )
