"""The function that training goes down: θ in, loss and gradient out.
Network, loss and data are checked once, when it is made; after that it is only the two passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from . import parameters
from .arrays import Array, as_array, require_shape
from .losses import Loss

if TYPE_CHECKING:
    from .network import Network


@dataclass(frozen=True, repr=False, eq=False)
class Objective:
    """The mean loss of a network on given data, as a function θ → (J, ∇J).

    Parameters
    ----------
    net : Network
    loss : Loss
    X : array_like, shape (n, d_0)
        One sample a row.
    Y : array_like, shape (n, d_L)
        One target a row.

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
        net, loss = self.net, self.loss
        W, b = parameters.views(net.sizes, net.checked_theta(theta))
        trace = net._forward(W, b, self.X)
        back = net._backward(W, trace, loss.gradient_value(trace.a[-1], self.Y, None))
        return loss.value(trace.a[-1], self.Y), back.gradient

    def __repr__(self) -> str:
        shape = "-".join(map(str, self.net.sizes))
        return f"<objective: {self.loss.name} of a {shape} network on {len(self.X)} samples>"
