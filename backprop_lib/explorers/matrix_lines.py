"""Both passes of a network as lines of matrix algebra, each with the matrices that stand in it:
what chapter 6 writes in formulas, ready to be drawn to scale."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..losses import Loss
from ..network import Network
from ..plots import style
from ..plots.delta import Block
from ..plots.names import superscript


class MatrixLine(NamedTuple):
    """One line of the two passes.

    Parameters
    ----------
    phase : str
        "Forward", "Loss" or "Backward".
    text : str
        The line as it is written in the book.
    parts : list
        Signs and matrices for ``plots.matrices``, the result first.
    """

    phase: str
    text: str
    parts: list[str | Block]


def matrix_lines(
    net: Network, theta: ArrayLike, X: ArrayLike, Y: ArrayLike, loss: Loss
) -> list[MatrixLine]:
    """Return both passes of a network, line by line, with every matrix.

    Parameters
    ----------
    net : Network
        Its activations treat every unit alone.
    theta : array_like, shape (p,)
    X : array_like, shape (n, d_0)
    Y : array_like, shape (n, d_L)
    loss : Loss

    Returns
    -------
    list of MatrixLine
    """
    W, b = net.unpack(theta)
    trace = net.forward(theta, X)
    slope_of_loss = loss.gradient(trace.a[-1], Y)
    back = net.backward(theta, trace, slope_of_loss)
    L, up = net.depth, [superscript(l) for l in range(net.depth + 1)]
    lines = []

    def add(phase: str, text: str, *parts: str | Block) -> None:
        lines.append(MatrixLine(phase, text, list(parts)))

    def known(name: str, values: ArrayLike, colour: str = style.FORWARD) -> Block:
        return name, np.asarray(values, dtype=float), colour

    def found(name: str, values: ArrayLike) -> Block:
        return known(name, values, style.GRADIENT)

    below = ["X", *(f"a{up[l]}" for l in range(1, L + 1))]
    for l in range(1, L + 1):
        z, a = known(f"z{up[l]}", trace.z[l]), known(f"a{up[l]}", trace.a[l])
        weights = known(f"W{up[l]}", W[l], style.INK)
        biases = known(f"b{up[l]}", b[l], style.INK)
        text = f"z{up[l]} = {below[l - 1]} W{up[l]} + b{up[l]}"
        add("Forward", text, z, "=", known(below[l - 1], trace.a[l - 1]), "@", weights, "+", biases)
        add("Forward", f"a{up[l]} = φ(z{up[l]})", a, "= φ", z)
    arriving = found(f"∂J/∂a{up[L]}", slope_of_loss)
    outputs, targets = known(f"a{up[L]}", trace.a[L]), known("Y", Y, style.LOSS)
    add("Loss", f"∂J/∂a{up[L]}, with its 1/n", arriving, "from", outputs, ",", targets)
    for l in range(L, 0, -1):
        delta = found(f"δ{up[l]}", back.delta[l])
        slope = known(f"φ′(z{up[l]})", net.activations[l - 1].derivative(trace.z[l]))
        if l == L:
            text = f"δ{up[l]} = ∂J/∂a{up[l]} ⊙ φ′(z{up[l]})"
            add("Backward", text, delta, "=", arriving, "⊙", slope)
        else:
            text = f"δ{up[l]} = (δ{up[l + 1]} W{up[l + 1]}ᵀ) ⊙ φ′(z{up[l]})"
            later = found(f"δ{up[l + 1]}", back.delta[l + 1])
            turned = known(f"W{up[l + 1]}ᵀ", W[l + 1].T, style.INK)
            add("Backward", text, delta, "=", later, "@", turned, "⊙", slope)
        before, ones = known(f"{below[l - 1]}ᵀ", trace.a[l - 1].T), np.ones((1, len(trace.a[0])))
        to_W, to_b = found(f"∂J/∂W{up[l]}", back.W[l]), found(f"∂J/∂b{up[l]}", back.b[l])
        add("Backward", f"{to_W[0]} = {before[0]} δ{up[l]}", to_W, "=", before, "@", delta)
        ones_row = known("1ᵀ", ones, style.INK)
        add("Backward", f"{to_b[0]} = 1ᵀ δ{up[l]}", to_b, "=", ones_row, "@", delta)
    return lines
