"""The network: its shape, the forward pass and the backward pass. This is the file that the whole
course is about; the numbers live in one flat vector θ, and every function here is pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from . import parameters
from .activation import Activation
from .arrays import Array, as_array, require_shape, show_shape
from .losses import Loss
from .objective import Objective
from .parameters import Layers
from .passes import (
    Backward,
    Trace,
    laid_out,
    new_backward,
    new_layers,
    new_trace,
    require_reusable_backward,
    require_reusable_trace,
    require_trace,
    with_ones,
)
from .tables import Table


@dataclass(frozen=True)
class Network:
    r"""A fully connected network, as a shape that owns no numbers.

    .. math:: z^l = a^{l-1} W^l + b^l, \qquad a^l = \varphi_l(z^l), \qquad l = 1, \dots, L

    with a⁰ = X, one sample a row.

    Parameters
    ----------
    sizes : sequence of int
        d₀, …, d_L: inputs, then units of each layer.
    activations : sequence of Activation
        φ₁, …, φ_L.

    Raises
    ------
    TypeError, ValueError
        If a size is no positive integer, or the number of activations is not the number of layers.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> net = bp.Network(sizes=(2, 3, 1), activations=(bp.tanh, bp.linear))
    >>> net.depth, net.parameter_count
    (2, 13)
    """

    sizes: tuple[int, ...]
    activations: tuple[Activation, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "sizes", parameters.checked_sizes(self.sizes))
        remedy = "write for example activations=(bp.tanh, bp.linear)"
        activations = parameters.as_tuple("activations", self.activations, remedy)
        object.__setattr__(self, "activations", activations)
        if len(self.activations) != self.depth:
            raise ValueError(
                f"activations must have one entry a layer ({self.depth} for sizes={self.sizes}), "
                f"got {len(self.activations)}; the inputs have none."
            )
        for activation in self.activations:
            if not isinstance(activation, Activation):
                raise TypeError(
                    f"activations must be Activation records such as bp.sigmoid, got "
                    f"{activation!r}; look names up in bp.ACTIVATIONS."
                )

    @property
    def depth(self) -> int:
        """L, the number of layers with weights."""
        return len(self.sizes) - 1

    @property
    def parameter_count(self) -> int:
        """p, the length of θ."""
        return parameters.count(self.sizes)

    def pack(self, W: Sequence[ArrayLike], b: Sequence[ArrayLike]) -> Array:
        """Lay weights and biases into one vector θ: W¹ row by row, b¹, W², b², …

        Parameters
        ----------
        W : sequence of array_like
            W¹, …, W^L, each (..., d_{l−1}, d_l); or the list that ``unpack`` gives.
        b : sequence of array_like
            b¹, …, b^L, each (..., d_l); or the list that ``unpack`` gives.

        Returns
        -------
        ndarray, shape (..., p)

        Raises
        ------
        TypeError, ValueError
            If a layer is missing or has another shape, or a number is not finite.
        """
        return parameters.pack(self.sizes, W, b)

    def unpack(self, theta: ArrayLike) -> tuple[Layers, Layers]:
        """Look at θ as weights and biases: views, so that writing to them writes to θ.

        Parameters
        ----------
        theta : array_like, shape (..., p)

        Returns
        -------
        W, b : list of ndarray
            ``W[l]`` is (..., d_{l−1}, d_l) and ``b[l]`` is (..., d_l); entry 0 is None.

        Raises
        ------
        TypeError, ValueError
            If θ has another length or is not finite.
        """
        return parameters.views(self.sizes, self.checked_theta(theta))

    def forward(self, theta: ArrayLike, X: ArrayLike, out: Trace | None = None) -> Trace:
        r"""Run the network and keep what the backward pass needs.

        .. math:: z^l = a^{l-1} W^l + b^l, \qquad a^l = \varphi_l(z^l)

        Parameters
        ----------
        theta : array_like, shape (..., p)
            One parameter vector, or a stack of them: K networks run at once.
        X : array_like, shape (n, d_0)
            One sample a row.
        out : Trace, optional
            An earlier trace of the same shapes, whose arrays are overwritten.

        Returns
        -------
        Trace
            ``z[l]`` and ``a[l]``, each (..., n, d_l), for l = 1 … L; ``a[0]`` is X.

        Raises
        ------
        TypeError, ValueError
            If θ or X has the wrong shape, is empty or not finite.
        """
        theta, X = self.checked_theta(theta), self.checked_inputs(X)
        if out is not None:
            require_reusable_trace(out, self.sizes, (*theta.shape[:-1], len(X)), theta, X)
        with np.errstate(over="ignore"):
            return self._forward_from(theta, X, out)

    def backward(
        self, theta: ArrayLike, trace: Trace, gradient: ArrayLike, out: Backward | None = None
    ) -> Backward:
        r"""Carry ∂J/∂a^L back through the layers: back-propagation.

        .. math::
            \delta^L &= \frac{\partial J}{\partial a^L} \odot \varphi_L'(z^L), \qquad
            \delta^l = (\delta^{l+1} (W^{l+1})^T) \odot \varphi_l'(z^l) \\
            \frac{\partial J}{\partial W^l} &= (a^{l-1})^T \delta^l, \qquad
            \frac{\partial J}{\partial b^l} = \mathbf 1^T \delta^l

        Parameters
        ----------
        theta : array_like, shape (..., p)
            The parameters that made the trace.
        trace : Trace
            From ``forward``.
        gradient : array_like, shape (..., n, d_L)
            ∂J/∂a^L, from ``loss.gradient``, the 1/n of the mean included.
        out : Backward, optional
            An earlier result of the same shapes, whose arrays are overwritten.

        Returns
        -------
        Backward
            ``gradient`` (..., p), ``delta[l]`` (..., n, d_l), and the views ``W[l]``, ``b[l]``.

        Raises
        ------
        TypeError, ValueError
            If a shape does not fit the trace, or the gradient is not finite.
        """
        theta, gradient = self.checked_theta(theta), as_array("gradient", gradient)
        require_trace("trace", trace, self.sizes)
        a = trace.a[-1]
        require_shape("gradient", gradient, a.shape, "it has the shape of trace.a[-1].")
        if a.shape[:-2] != theta.shape[:-1]:
            raise ValueError(
                f"theta must be the parameters that made the trace, got shape "
                f"{show_shape(theta.shape)} for outputs of shape {show_shape(a.shape)}; their "
                f"leading axes differ."
            )
        if out is not None:
            require_reusable_backward(out, self.sizes, a.shape[:-1], theta, gradient)
        return self._backward_from(theta, trace, gradient, out)

    def objective(self, loss: Loss, X: ArrayLike, Y: ArrayLike) -> Objective:
        """Return the function θ → (J, ∇J) of this network, loss and data; see ``Objective``.

        ``scipy.optimize.minimize(net.objective(loss, X, Y), theta, jac=True)`` takes it as it is.
        """
        return Objective(self, loss, X, Y)  # type: ignore[arg-type]  # made arrays there

    def describe(self) -> Table:
        """Return a table of the layers: units, activation, shapes of W and b, parameter counts.

        Examples
        --------
        >>> import backprop_lib as bp
        >>> bp.Network(sizes=(2, 3, 1), activations=(bp.tanh, bp.linear)).describe()
        layer  units  activation  W       b     parameters
        0      2      (inputs)
        1      3      tanh        (2, 3)  (3,)  9
        2      1      linear      (3, 1)  (1,)  4
        total                                   13
        """
        shapes = parameters.shapes(self.sizes)
        counts = [(d_in + 1) * d_out for d_in, d_out in shapes]
        return Table(
            {
                "layer": [*range(self.depth + 1), "total"],
                "units": [*self.sizes, ""],
                "activation": ["(inputs)", *(phi.name for phi in self.activations), ""],
                "W": ["", *(show_shape(shape) for shape in shapes), ""],
                "b": ["", *(show_shape((d_out,)) for _, d_out in shapes), ""],
                "parameters": ["", *counts, sum(counts)],
            }
        )

    # The two passes. Everything that comes in here has been checked.

    def _forward_from(self, theta: Array, X: Array, out: Trace | None = None) -> Trace:
        theta = laid_out(self.sizes, len(X), theta.astype(np.result_type(theta, X), copy=False))
        trace = out or new_trace(self.sizes, len(X), theta)
        trace.a[0] = X
        return self._forward(parameters.blocks(self.sizes, theta), with_ones(X), trace)

    def _backward_from(
        self, theta: Array, trace: Trace, gradient: Array, out: Backward | None = None
    ) -> Backward:
        n, dtype = gradient.shape[-2], np.result_type(trace.a[-1], gradient)
        theta = laid_out(self.sizes, n, theta.astype(dtype, copy=False))
        back = out or new_backward(
            self.sizes, new_layers(self.sizes, n, theta), np.empty_like(theta)
        )
        return self._backward(parameters.views(self.sizes, theta)[0], trace, gradient, back)

    def _forward(self, blocks: Layers, x: Array, trace: Trace) -> Trace:
        trace.inputs[1] = x
        for l, activation in enumerate(self.activations, start=1):
            trace.product(trace.inputs[l], blocks[l], trace.z[l])  # [a 1] times W over b: aW + b
            activation.apply(trace.z[l], trace.a[l])
        return trace

    def _backward(self, W: Layers, trace: Trace, gradient: Array, back: Backward) -> Backward:
        delta = back.delta
        for l in range(self.depth, 0, -1):
            self.activations[l - 1].pullback(gradient, trace.z[l], trace.a[l], delta[l])
            back.product(trace.inputs[l].mT, delta[l], back.blocks[l])  # aᵀδ over 1ᵀδ
            if l > 1:
                gradient = delta[l - 1]
                trace.product(delta[l], W[l].mT, gradient)
        return back

    def checked_theta(self, theta: ArrayLike) -> Array:
        """Return θ as an array (..., p), or raise."""
        theta = as_array("theta", theta)
        p = self.parameter_count
        require_shape("theta", theta, (..., p), f"sizes={self.sizes} need {p} parameters.")
        if not theta.size:
            raise ValueError(f"theta must hold a network, got shape {show_shape(theta.shape)}.")
        return theta

    def checked_inputs(self, X: ArrayLike) -> Array:
        """Return X as an array (n, d_0), or raise."""
        X = as_array("X", X)
        remedy = "give X one row a sample and one column an input."
        require_shape("X", X, ("n", self.sizes[0]), remedy)
        if not len(X):
            raise ValueError(
                f"X must hold at least one sample, got shape {show_shape(X.shape)}; a mean needs "
                f"something to be taken over."
            )
        return X
