"""The library's own backward pass, proved: the functions that handle numbers are given symbols,
and what they return is compared with SymPy's derivative of what the forward pass returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from ..arrays import Array, require_count, require_kind
from ..losses import Loss
from ..network import Network
from .algebra import is_zero
from .refutation import FalseStepError, refute, suspicious


@dataclass(frozen=True)
class Proof:
    """The gradient of one network as the library codes it, proved equal to SymPy's.

    Parameters
    ----------
    statement : str
        What was proved.
    theta : ndarray of Symbol, shape (p,)
        The parameters, in the order of θ.
    J : SymPy expression
        The loss that ``forward`` gives on symbols.
    gradient : ndarray of SymPy expressions, shape (p,)
        What ``backward`` gives on symbols.
    """

    statement: str
    theta: Array
    J: Any
    gradient: Array

    def __repr__(self) -> str:
        return self.statement


def prove(net: Network, loss: Loss, samples: int = 1) -> Proof:
    """Run ``forward`` and ``backward`` on symbols and prove ∇J − sp.diff(J, θ) = 0.

    The very functions that handle numbers are given arrays of SymPy symbols, so this is a proof
    about the code, for one shape of network and all values of its parameters and data.

    Parameters
    ----------
    net : Network
        Small (some ten parameters take a second), with smooth activations.
    loss : Loss
    samples : int
        n, the rows of X and Y; with 2 the proof covers the sum over samples.

    Returns
    -------
    Proof

    Raises
    ------
    ValueError
        If an activation has a kink, where no derivative exists.
    FalseStepError
        If an entry of the gradient is wrong, or cannot be proved; the message names the parameter.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> bp.symbolic.prove(bp.Network((1, 2), (bp.sigmoid,)), bp.half_squared_error)
    1-2 (sigmoid), half_squared_error, n = 1:
    backward - diff(J, theta) = 0 for all 4 parameters
    """
    require_kind("net", net, Network, "make one by bp.Network(...).")
    require_kind("loss", loss, Loss, "take one of bp.LOSSES.")
    require_count("samples", samples)
    kinked = [phi.name for phi in net.activations if not phi.smooth]
    if kinked:
        raise ValueError(f"net must have smooth activations for a proof, got {kinked[0]}.")
    theta = parameter_symbols(net)
    X = _matrix("x", samples, net.sizes[0])
    Y = _matrix("y", samples, net.sizes[-1])
    if loss.name.endswith("cross_entropy") and loss.name != "binary_cross_entropy":
        Y[:, -1] = 1 - Y[:, :-1].sum(axis=1)  # targets are distributions
    J, gradient = net.objective(loss, X, Y)(theta)
    for parameter, entry in zip(theta, gradient, strict=True):
        slope = sp.diff(J, parameter)
        try:
            if suspicious(slope - entry):
                refute(slope, entry, {})
        except FalseStepError as error:
            raise FalseStepError(f"the gradient in {parameter} is wrong: {error}") from None
        if not is_zero(slope - entry):
            raise FalseStepError(f"the gradient in {parameter} could not be proved.")
    layers = ", ".join(phi.name for phi in net.activations)
    shape = "-".join(map(str, net.sizes))
    statement = (
        f"{shape} ({layers}), {loss.name}, n = {samples}:\n"
        f"backward - diff(J, theta) = 0 for all {len(theta)} parameters"
    )
    return Proof(statement, theta, J, gradient)


def parameter_symbols(net: Network) -> Array:
    """Return θ (p,) as real symbols w^l_{ij} and b^l_j, in the order of θ."""
    W, b = [], []
    for l, (d_in, d_out) in enumerate(zip(net.sizes, net.sizes[1:], strict=False), start=1):
        W.append(_matrix(f"w^{l}", d_in, d_out))
        b.append(_matrix(f"b^{l}", 1, d_out)[0])
    return net.pack(W, b)


def _matrix(name: str, rows: int, columns: int) -> Array:
    symbols = [
        [sp.Symbol(f"{name}_{i + 1}{j + 1}", real=True) for j in range(columns)]
        for i in range(rows)
    ]
    return np.array(symbols, dtype=object)
