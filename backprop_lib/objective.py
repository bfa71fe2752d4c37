"""The function that training goes down: θ in, loss and gradient out.
Network, loss and data are checked once, when it is made; after that it is only the two passes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from . import parameters
from .arrays import Array, as_array, require_shape
from .losses import Loss
from .parameters import Layers
from .passes import Trace, laid_out, new_backward, new_layers, new_trace, with_ones

if TYPE_CHECKING:
    from .network import Network

KEPT = 8  # shapes of θ for which arrays to work in are kept


@dataclass(frozen=True, eq=False)
class Objective:
    """The mean loss of a network on given data, as a function θ → (J, ∇J).

    Parameters
    ----------
    net : Network
    loss : Loss
    X : array_like, shape (n, d_0)
        One sample a row.
    Y : array_like, shape (n, d_L)
        One target a row. Neither is copied: do not change them while the objective is in use.

    Raises
    ------
    TypeError, ValueError
        If the data do not fit the network, or the loss does not fit the output activation.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> net = bp.Network(sizes=(1, 1), activations=(bp.linear,))
    >>> objective = net.objective(bp.half_squared_error, X=[[1.0], [3.0]], Y=[[2.0], [2.0]])
    >>> objective([1.0, 0.0])
    (np.float64(0.5), array([1., 0.]))
    """

    net: Network
    loss: Loss
    X: Array
    Y: Array
    _spare: dict[Any, list[Any]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        if not hasattr(self.net, "checked_inputs"):
            raise TypeError(
                f"net must be a Network, got {type(self.net).__name__}; write "
                f"net.objective(loss, X, Y)."
            )
        if not isinstance(self.loss, Loss):
            raise TypeError(
                f"loss must be a Loss record such as bp.half_squared_error, got {self.loss!r}; "
                f"look names up in bp.LOSSES."
            )
        output = self.net.activations[-1].name
        if self.loss.fits is not None and output not in self.loss.fits:
            raise ValueError(
                f"loss {self.loss.name} needs an output activation among {sorted(self.loss.fits)}, "
                f"got {output}; change the last entry of activations or the loss."
            )
        X, Y = self.net.checked_inputs(self.X), as_array("Y", self.Y)
        remedy = "give Y one row a sample and one column an output unit."
        require_shape("Y", Y, (len(X), self.net.sizes[-1]), remedy)
        if Y.dtype != object:
            self.loss.targets(Y)
        if Y.dtype.kind in "cO":  # the outputs have to be of the same kind
            X = X.astype(np.result_type(X, Y))
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "Y", Y)

    def __call__(self, theta: ArrayLike) -> tuple[Any, Array]:
        """Return J and ∇J at θ.

        Parameters
        ----------
        theta : array_like, shape (..., p)

        Returns
        -------
        J : float, or ndarray of shape (...)
        gradient : ndarray, shape (..., p)

        Raises
        ------
        TypeError, ValueError
            If θ has another length or is not finite.
        """
        return self._evaluate(self.net.checked_theta(theta))

    def value(self, theta: ArrayLike) -> Any:
        """Return J at θ alone: the forward pass, and no backward pass.

        Parameters
        ----------
        theta : array_like, shape (..., p)

        Returns
        -------
        float, or ndarray of shape (...)

        Raises
        ------
        TypeError, ValueError
            If θ has another length or is not finite.
        """
        return self._value(self.net.checked_theta(theta))

    @cached_property
    def inputs(self) -> Array:
        """[X 1], shape (n, d_0 + 1): what the first layer multiplies."""
        return with_ones(self.X)

    def _value(self, theta: Array) -> Any:
        with self._arrays(theta) as (theta, trace, _):
            self.net._forward(parameters.blocks(self.net.sizes, theta), self.inputs, trace)
            return self.loss.value(trace.a[-1], self.Y)

    def _evaluate(self, theta: Array) -> tuple[Any, Array]:
        sizes = self.net.sizes
        with self._arrays(theta) as (theta, trace, delta):
            layers = parameters.blocks(sizes, theta)
            self.net._forward(layers, self.inputs, trace)
            slope = self.loss.gradient_value(trace.a[-1], self.Y, delta[-1])
            back = new_backward(sizes, delta, np.empty_like(theta))
            self.net._backward(parameters.apart(layers)[0], trace, slope, back)
            return self.loss.value(trace.a[-1], self.Y), back.gradient

    def _gradient(self, theta: Array) -> Array:
        return self._evaluate(theta)[1]

    @contextmanager
    def _arrays(self, theta: Array) -> Iterator[tuple[Array, Trace, Layers]]:
        """Lend arrays to work in; they are kept for the next call, since new ones cost time."""
        sizes, n = self.net.sizes, len(self.X)
        theta = laid_out(sizes, n, theta.astype(np.result_type(theta, self.X), copy=False))
        spare = self._spare.setdefault((theta.shape, theta.dtype), [])
        arrays = spare.pop() if spare else (new_trace(sizes, n, theta), new_layers(sizes, n, theta))
        with np.errstate(over="ignore"):
            yield theta, *arrays
        spare.append(arrays)
        for old in list(self._spare)[:-KEPT]:
            self._spare.pop(old, None)

    def __getstate__(self) -> dict[str, Any]:
        # Arrays to work in are views of each other; a copy of each would not be.
        return {**self.__dict__, "_spare": {}}

    def __repr__(self) -> str:
        shape = "-".join(map(str, self.net.sizes))
        return f"<objective: {self.loss.name} of a {shape} network on {len(self.X)} samples>"
