"""Chapter 6's explorers: a δ as a sum over paths, the two passes line by line with their shapes,
and planted bugs before the judge, differences of the loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise, product
from typing import Any, Protocol

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .. import plots
from ..arrays import Array, show_shape
from ..losses import Loss
from ..network import Network
from ..passes import Backward, Trace
from ..plots import style
from ..plots.names import superscript
from .controls import Choice, Slider
from .explorer import Explorer
from .matrix_lines import matrix_lines


def paths_of_delta(
    net: Network,
    theta: ArrayLike,
    X: ArrayLike,
    Y: ArrayLike,
    loss: Loss,
    *,
    name: str = "paths-of-delta",
) -> Explorer:
    """Return an explorer of δ in layer 1 as a sum: one product for each path to an output.

    Parameters
    ----------
    net : Network
        With two hidden layers or more; small, its paths are walked one by one.
    theta : array_like, shape (p,)
    X : array_like, shape (1, d_0)
    Y : array_like, shape (1, d_L)
    loss : Loss
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    W, _ = net.unpack(theta)
    trace = net.forward(theta, X)
    back = net.backward(theta, trace, loss.gradient(trace.a[-1], Y))
    named = plots.default_names(net.sizes)
    pairs = zip(net.activations, trace.z[1:], strict=True)
    slopes = [np.empty(0), *(phi.derivative(z)[0] for phi, z in pairs)]
    ways = list(product(*map(range, net.sizes[2:])))

    def unknown(layers: Sequence[Any]) -> list[Any]:
        return [None, *(np.full_like(layer, np.nan) for layer in layers[1:])]

    # The picture shows the answers and, of all that goes back, only δ of the outputs.
    answers = Trace(unknown(trace.z), trace.a)
    known = Backward(
        np.full_like(back.gradient, np.nan),
        [*unknown(back.delta)[:-1], back.delta[-1]],
        unknown(back.W),
        unknown(back.b),
    )

    def factors(unit: int, way: Sequence[int]) -> list[float]:
        """The slopes and weights along one path, and δ of the output where it ends."""
        found = []
        for l, (i, j) in enumerate(pairwise((unit, *way)), start=1):
            found += [slopes[l][i], W[l + 1][i, j]]
        return [*map(float, found), float(back.delta[-1][0, way[-1]])]

    def draw(figure: Figure, walked: int, unit: int) -> str:
        walked, way = int(walked), ways[int(walked) - 1]
        stops = [("unit", l, j) for l, j in enumerate((unit, *way), start=1)]
        edges = [("W", l, i, j) for l, (i, j) in enumerate(pairwise((unit, *way)), start=2)]
        left, right = figure.add_axes((0, 0, 0.56, 1)), figure.add_axes((0.69, 0.15, 0.28, 0.82))
        plots.network(net, theta, answers, known, highlight=[*stops, *edges], ax=left)
        products = [float(np.prod(factors(unit, each))) for each in ways]
        labels = [
            "–".join(named["unit", l, j] for l, j in enumerate(each, start=2)) for each in ways
        ]
        plots.path_sum(products, labels, walked, ax=right)
        end = " That is its δ." if walked == len(ways) else ""
        return (
            f"Path {walked} of {len(ways)} from {named['unit', 1, unit]}, by {labels[walked - 1]}: "
            f"{_product(factors(unit, way))} = {style.number(products[walked - 1])}. "
            f"The sum is now {style.number(sum(products[:walked]))}.{end}"
        )

    return Explorer(
        draw,
        Slider("walked", range(1, len(ways) + 1), label="Paths walked"),
        Choice("unit", {named["unit", 1, k]: k for k in range(net.sizes[1])}, label="From unit"),
        name=name,
        title="Add up one δ, path by path",
        question="Which weights are walked more than once? What would you keep, so as to walk "
        "each of them once?",
        size=(7.0, 4.2),
        wide=True,
    )


def _product(factors: Sequence[float]) -> str:
    """Write factors with times signs, what is below 0 in brackets."""
    texts = [style.number(factor, 3) for factor in factors]
    return " × ".join(f"({text})" if text.startswith("−") else text for text in texts)


def matrix_pass(
    net: Network,
    theta: ArrayLike,
    X: ArrayLike,
    Y: ArrayLike,
    loss: Loss,
    *,
    name: str = "matrix-pass",
) -> Explorer:
    """Return an explorer of both passes, one line of matrix algebra a frame, drawn to scale.

    Parameters
    ----------
    net, theta, X, Y, loss
        As for ``matrix_lines``.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    lines = matrix_lines(net, theta, X, Y, loss)
    colour = {"Forward": style.FORWARD, "Loss": style.LOSS, "Backward": style.GRADIENT}

    def draw(figure: Figure, line: int) -> str:
        now = lines[int(line) - 1]
        plots.matrices(now.parts, ax=style.axes(figure.add_axes((0, 0, 1, 0.84)), bare=True))
        figure.text(0.02, 0.9, now.phase, weight="bold", color=colour[now.phase])
        figure.text(0.98, 0.9, now.text, ha="right", size=15)
        made, *used = [part for part in now.parts if not isinstance(part, str)]
        from_shapes = ", ".join(f"{block[0]} {show_shape(block[1].shape)}" for block in used)
        return (
            f"Line {int(line)} of {len(lines)}: {now.text}. From {from_shapes} comes "
            f"{made[0]} {show_shape(made[1].shape)}."
        )

    return Explorer(
        draw,
        Slider("line", range(1, len(lines) + 1), label="Line", text=f"{{}} of {len(lines)}"),
        name=name,
        title="Walk both passes, shape by shape",
        question="Before each backward line, say the shape of its result. Which array of the "
        "forward pass has the same?",
        size=(7.0, 2.9),
    )


class Check(Protocol):
    """What ``check_gradient`` finds out."""

    @property
    def relative_error(self) -> float:
        """The largest over all parameters."""

    @property
    def analytic(self) -> Array:
        """The gradient that is judged, shape (p,)."""

    @property
    def numeric(self) -> Array:
        """The gradient by differences, shape (p,)."""


def planted_bugs(
    judge: Callable[[str, str], Check | str],
    bugs: Sequence[str],
    networks: Mapping[str, Network],
    *,
    name: str = "planted-bugs",
) -> Explorer:
    """Return an explorer of wrong backward passes, each on several networks.

    Parameters
    ----------
    judge : callable
        ``judge(bug, network)`` with two names gives the gradient check of that backward pass, or
        the first words of the complaint with which it stopped.
    bugs : sequence of str
    networks : mapping of str to Network
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """

    def draw(figure: Figure, bug: str, network: str) -> str:
        found, asked = judge(bug, network), f"Bug: {bug}. Network: {network}."
        ax = figure.subplots()
        if isinstance(found, str):
            style.axes(ax, bare=True)
            ax.text(0.5, 0.5, f"{bug}:\nstopped by a shape", ha="center", va="center", size=16)
            return f"{asked} It stops with a complaint, {found}."
        plots.beside_differences(found.numeric, found.analytic, _blocks(networks[network]), ax=ax)
        if found.relative_error < 1e-6:
            return f"{asked} Nothing to see: every slope agrees with its difference."
        off = abs(found.analytic - found.numeric) > 1e-6 * abs(found.numeric).max()
        return (
            f"{asked} Seen: {int(off.sum())} of {len(off)} slopes are wrong; the largest "
            f"relative error is {style.number(found.relative_error, 2)}."
        )

    return Explorer(
        draw,
        Choice("bug", list(bugs), label="Planted bug"),
        Choice("network", list(networks), label="Network"),
        name=name,
        title="Plant a bug, and find the network that shows it",
        question="Which bugs does each network hide? What must a network have to hide none?",
        size=(7.0, 5.0),
    )


def _blocks(net: Network) -> dict[str, slice]:
    """Name of each block of θ to its place."""
    blocks, start = {}, 0
    for l, (d_in, d_out) in enumerate(pairwise(net.sizes), start=1):
        middle, end = start + d_in * d_out, start + (d_in + 1) * d_out
        blocks[f"W{superscript(l)}"] = slice(start, middle)
        blocks[f"b{superscript(l)}"] = slice(middle, end)
        start = end
    return blocks
