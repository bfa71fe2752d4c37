"""Chapter 1's explorer of a hidden layer: a network learns a function of x, and what each hidden
unit adds to the answer is drawn beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .. import plots
from ..network import Network
from ..plots import style
from .controls import Choice, Slider
from .explorer import Explorer


def hidden_units(
    X: ArrayLike,
    Y: ArrayLike,
    kinds: Mapping[str, tuple[Network, ArrayLike]],
    steps: Sequence[int],
    *,
    name: str = "hidden-units",
) -> Explorer:
    """Return an explorer of a network with hidden units while it learns a function of x.

    Parameters
    ----------
    X, Y : array_like, shape (n, 1)
        The samples; x ascends.
    kinds : mapping of str to (Network, array_like of shape (K, p))
        What the reader chooses from: a network of one hidden layer, and its parameters after each
        of ``steps``.
    steps : sequence of int, length K
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    x, y = np.asarray(X, dtype=float), np.asarray(Y, dtype=float)
    errors = {
        kind: ((net.forward(thetas, x).a[-1] - y) ** 2).mean(axis=(-2, -1)) / 2
        for kind, (net, thetas) in kinds.items()
    }
    lowest = min(error.min() for error in errors.values())

    def draw(figure: Figure, kind: str, step: int) -> str:
        net, thetas = kinds[kind]
        k = list(steps).index(step)
        trace = net.forward(np.asarray(thetas)[k], x)
        W, b = net.unpack(np.asarray(thetas)[k])
        parts = {"f": trace.a[-1]}
        for j in range(net.sizes[1]):
            parts[f"part of unit {j + 1}"] = trace.a[1][:, [j]] * W[2][j]
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        plots.regression(x, y, parts, ax=left)
        left.set(ylim=(-2.4, 3.4))
        left.legend(loc="upper left", ncols=2)
        shown = np.maximum(steps, 0.8)  # step 0 has no place on a logarithmic axis
        plots.curves(shown, {"": errors[kind]}, xlabel="step", ylabel="E", log="xy", ax=right)
        right.lines[0].set_color(style.LOSS)
        right.plot([shown[k]], [errors[kind][k]], "o", color=style.LOSS)
        right.set(ylim=(lowest / 2, 2))
        heights = " and ".join(style.number(float(v), 3) for v in W[2][:, 0])
        return (
            f"{kind.capitalize()} hidden units after {step:,} steps: E = "
            f"{style.number(float(errors[kind][k]), 3)}; their weights to the output are "
            f"{heights}, and θ₄ is {style.number(float(b[2][0]), 3)}."
        )

    return Explorer(
        draw,
        Choice("kind", list(kinds), label="Hidden units"),
        Slider("step", list(steps), label="Step", text="{:,}", start=list(steps)[-1]),
        name=name,
        title="Watch two hidden units share the work",
        question="When does the long flat stretch of E end, and what do the two units do then?",
        size=(7.0, 4.0),
    )
