"""Chapter 4's explorer: the network of the worked example, with every number that is known so far,
and under it the rule and the numbers of the current step."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .. import plots
from ..losses import Loss
from ..network import Network
from ..passes import Backward, Trace
from ..plots import style
from ..plots.names import Part, subscript
from .controls import Slider
from .explorer import Explorer
from .walk import Walk

_COLOUR = {
    "Given": style.INK,
    "Forward": style.FORWARD,
    "Error": style.LOSS,
    "Backward": style.GRADIENT,
    "Update": style.GRADIENT,
}


def worked_example_pass(
    net: Network,
    theta: ArrayLike,
    X: ArrayLike,
    Y: ArrayLike,
    loss: Loss,
    learning_rate: float,
    *,
    name: str = "worked-example-pass",
) -> Explorer:
    """Return an explorer that walks through one whole pass of a small network.

    Parameters
    ----------
    net : Network
        With activations that act on each unit alone.
    theta : array_like, shape (p,)
    X : array_like, shape (1, d_0)
        One sample.
    Y : array_like, shape (1, d_L)
        Its targets.
    loss : Loss
        A sum over the outputs, such as ``half_squared_error``.
    learning_rate : float
        η of the update at the end.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer

    Raises
    ------
    ValueError
        If X holds more than one sample, a layer is a softmax, or the loss is no sum over outputs.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> from backprop_lib import explorers
    >>> net = bp.Network(sizes=(1, 1), activations=(bp.sigmoid,))
    >>> explorer = explorers.worked_example_pass(
    ...     net, [2.0, 0.5], [[1.5]], [[0.5]], bp.half_squared_error, learning_rate=0.1
    ... )
    >>> explorer.frame(step=1).sentence
    'Forward: z(o₁) = b₁ + w₁ · i₁ = 0.5 + 2 × 1.5 = 3.5.'
    """
    walk = Walk(net, theta, X, Y, loss, learning_rate)
    last = len(walk.steps) - 1

    def draw(figure: Figure, step: int) -> str:
        _draw(figure, walk, step)
        return walk.steps[step].sentence

    return Explorer(
        draw,
        Slider("step", range(last + 1), label="Step", text=f"{{}} of {last}"),
        name=name,
        title="Walk one pass, one edge at a time",
        question="Before each backward step, say which sign it will have. Where were you wrong?",
        size=(7.0, 5.8),
        wide=True,
    )


def _draw(figure: Figure, walk: Walk, step: int) -> None:
    now = walk.steps[step]
    found = {past.found for past in walk.steps[: step + 1] if past.found is not None}
    going_back = now.phase in ("Backward", "Update")
    notes = []
    for k, (target, E) in enumerate(zip(walk.Y[0], walk.E, strict=True)):
        error = f"E{subscript(k + 1)} {style.number(E)}" if ("E", k) in found else ""
        notes.append(f"t{subscript(k + 1)} {style.number(target)}\n{error}")
    plots.network(
        walk.net,
        walk.updated if now.phase == "Update" else walk.theta,
        _known_trace(walk.trace, found),
        _known_back(walk.net, walk.back, found) if going_back else None,
        notes=notes,
        highlight=now.strong,
        ax=figure.add_axes((0, 0.18, 1, 0.775)),
    )
    colour = _COLOUR[now.phase]
    figure.text(0.02, 0.955, now.phase, size=style.TEXT, weight="bold", color=colour)
    if ("E", None) in found:
        after = f" → {style.number(walk.total_after)}" if now.phase == "Update" else ""
        total = f"E {style.number(walk.total)}{after}"
        figure.text(0.98, 0.955, total, size=style.TEXT, ha="right", color=style.LOSS)
    # Long sums get smaller, to stay on their line; numbers need no mathtext, which is slow.
    size = min(15.0, 15.0 * 56 / max(len(now.formula), len(now.numbers)))
    figure.text(0.02, 0.115, mathtext(now.formula), size=size, color=colour)
    figure.text(0.02, 0.035, now.numbers, size=size)


def _known_trace(trace: Trace, found: Collection[Part]) -> Trace:
    """The trace with nan for whatever has not been found yet."""
    z, a = _unknown(trace.z), _unknown(trace.a)
    a[0] = trace.a[0]
    for kind, *place in found:
        if kind in ("z", "a"):
            l, j = place
            known, true = (z, trace.z) if kind == "z" else (a, trace.a)
            known[l][0, j] = true[l][0, j]
    return Trace(z, a)


def _known_back(net: Network, back: Backward, found: Collection[Part]) -> Backward:
    """The gradients with nan for whatever has not been found yet."""
    gradient = np.zeros_like(back.gradient)
    W, b = net.unpack(gradient)  # views, taken first: a vector of nan would be refused
    gradient.fill(np.nan)
    delta = _unknown(back.delta)
    for kind, l, *place in found:
        if kind == "W":
            W[l][tuple(place)] = back.W[l][tuple(place)]
        elif kind == "b":
            b[l][place] = back.b[l][place]
        elif kind == "delta":
            delta[l][0, place] = back.delta[l][0, place]
    return Backward(gradient, delta, W, b)


def _unknown(layers: Sequence[Any]) -> list[Any]:
    return [None if layer is None else np.full_like(layer, np.nan) for layer in layers]


def mathtext(line: str) -> str:
    r"""Turn a line of a step into matplotlib's mathtext: z(h₁) becomes an index, words stay words.

    Examples
    --------
    >>> mathtext("z(h₁) = b₁ + w₁ · i₁")
    '$z_{h_{1}} = b_{1} + w_{1}\\,i_{1}$'
    """
    digits = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
    line = re.sub(r"([₀-₉]+)", lambda match: f"_{{{match[1].translate(digits)}}}", line)
    line = re.sub(r"\b([zδ])\((\w_\{\d+\})\)", r"\1_{\2}", line)
    line = re.sub(r" ?([A-Za-z]{2,}(?: [a-z]{2,})*) ?", _roman, line)
    line = line.replace(" · ", r"\,").replace(", ", r",\ ").replace("½", r"\frac{1}{2}")
    line = line.replace("×", r"\times").replace("²", "^2").replace("′", "'").rstrip(",")
    return f"${line}$"


def _roman(words: re.Match[str]) -> str:
    return words[0].replace(words[1], rf"\mathrm{{{words[1]}}}").replace(" ", r"\ ")
