"""What an activation function is: one record that holds the formula beside the code.
SymPy's form is what the book proves; the NumPy form gives the same values without overflow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .arrays import (
    Array,
    as_array,
    elementwise,
    require_reusable,
    require_shape,
    show_shape,
)


@dataclass(frozen=True, eq=False)
class Activation:
    r"""An activation function :math:`\varphi` with its derivative and its pullback.

    .. math:: a = \varphi(z), \qquad
              \frac{\partial J}{\partial z_i} = \sum_k \frac{\partial J}{\partial a_k}
              \frac{\partial a_k}{\partial z_i}

    For all but the softmax the sum has one term, φ′(z_i) ∂J/∂a_i.

    Parameters
    ----------
    name : str
        The key in ``ACTIVATIONS``.
    formula : callable
        ``formula(sp, z)`` builds the SymPy expression from the module ``sympy`` and a symbol.
    value : callable
        ``value(z, out)`` gives φ(z), shape of z, to a few roundings; a result below the normal
        numbers may be 0.
    derivative_value : callable
        ``derivative_value(z)`` gives φ′(z), as accurate as that.
    slope : callable
        ``slope(z, a)`` gives φ′(z) in the backward pass, where a = φ(z) is at hand and saves
        work. It can be off by a few roundings of a, never more.
    kinks : str
        The convention where φ has no derivative; empty for a smooth function.
    coupled_pullback : callable, optional
        ``coupled_pullback(gradient, a)`` when a unit's output depends on the other units' inputs.
    family : callable, optional
        ``family(epsilon)`` gives the activation of this family with another ε.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> bp.sigmoid.expr
    1/(1 + exp(-z))
    >>> float(bp.sigmoid(0.0)), float(bp.sigmoid.derivative(0.0))
    (0.5, 0.25)
    """

    name: str
    formula: Callable[[Any, Any], Any]
    value: Callable[[Array, Array | None], Array]
    derivative_value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]
    kinks: str = ""
    coupled_pullback: Callable[[Array, Array], Array] | None = None
    family: Callable[[float], Activation] | None = None

    @cached_property
    def expr(self) -> Any:
        """The formula of φ in SymPy's real symbol z, or for the softmax of the indexed z[k]."""
        import sympy as sp

        return self.formula(sp, sp.Symbol("z", real=True))

    @property
    def smooth(self) -> bool:
        """Whether φ has a derivative everywhere."""
        return not self.kinks

    def __call__(self, z: ArrayLike, out: Array | None = None) -> Array:
        """Return φ(z).

        Parameters
        ----------
        z : array_like, shape (...) (for the softmax (..., d))
            Numbers or SymPy expressions.
        out : ndarray, shape of z, optional
            Where to write the result.

        Returns
        -------
        ndarray, shape of z
            In the floating dtype of z.

        Raises
        ------
        TypeError, ValueError
            If z holds no numbers, has no units for a softmax, or ``out`` cannot take the result.
        """
        z = self._checked(z)
        if out is not None:
            require_reusable("out", out, z.shape, z)
        with np.errstate(over="ignore"):
            return self.apply(z, out)

    def apply(self, z: Array, out: Array | None = None) -> Array:
        """Return φ(z) without looking at z or ``out``: for the forward pass."""
        if z.dtype.hasobject and self.coupled_pullback is None:
            values = elementwise(self._substitute(self.expr), z)
            return values if out is None else np.positive(values, out=out)
        return self.value(z, out)

    def derivative(self, z: ArrayLike) -> Array:
        """Return φ′(z), entry by entry; for the softmax the Jacobian ∂a_k/∂z_i.

        Parameters
        ----------
        z : array_like, shape (...) (for the softmax (..., d))
            The argument is z, not a = φ(z).

        Returns
        -------
        ndarray, shape of z (for the softmax (..., d, d), row k the gradient of a_k)
            In the floating dtype of z.

        Raises
        ------
        TypeError, ValueError
            If z holds no numbers, or has no units for a softmax.
        """
        z = self._checked(z)
        if z.dtype == object and self.coupled_pullback is None:
            return elementwise(self._substitute(self.expr.diff()), z)
        with np.errstate(over="ignore"):
            return self.derivative_value(z)

    def pullback(self, gradient: Array, z: Array, a: Array, out: Array | None = None) -> Array:
        """Turn ∂J/∂a into ∂J/∂z: the one step of the backward pass that knows φ.

        Parameters
        ----------
        gradient, z, a : ndarray, shape (..., n, d)
            ∂J/∂a, and the two values that the forward pass kept.
        out : ndarray, shape (..., n, d), optional
            Where to write the result; it may be ``gradient`` itself.

        Returns
        -------
        ndarray, shape (..., n, d)

        Raises
        ------
        TypeError, ValueError
            If an argument is no array, or the shapes do not go together; one that NumPy would
            broadcast is not looked for in here, the inmost loop of training.
        """
        try:
            if self.coupled_pullback is not None:
                return np.add(self.coupled_pullback(gradient, a), 0, out=out)
            symbolic_kink = self.kinks and z.dtype.hasobject
            slope = self.derivative(z) if symbolic_kink else self.slope(z, a)
            delta: Array = np.multiply(gradient, slope, out)
            return delta
        except (AttributeError, ArithmeticError, TypeError, ValueError):
            shape = as_array("gradient", gradient).shape
            for name, array in (("z", z), ("a", a)):  # nobody looks before something fails
                require_shape(name, as_array(name, array), shape, "it goes with gradient.")
            if out is not None:
                require_reusable("out", out, shape, gradient)
            raise

    def with_epsilon(self, epsilon: float) -> Activation:
        """Return the leaky ReLU with another slope ``epsilon`` below 0.

        Parameters
        ----------
        epsilon : float
            At least 0, which is the ReLU, and below 1.

        Returns
        -------
        Activation

        Raises
        ------
        TypeError, ValueError
            If this is not the leaky ReLU, or epsilon is out of range.

        Examples
        --------
        >>> import backprop_lib as bp
        >>> bp.leaky_relu.with_epsilon(0.2)([-1.0, 1.0])
        array([-0.2,  1. ])
        """
        if self.family is None:
            raise TypeError(
                f"{self.name} has no epsilon; only bp.leaky_relu.with_epsilon(...) takes one."
            )
        return self.family(epsilon)

    def _checked(self, z: ArrayLike) -> Array:
        z = as_array("z", z, finite=False)
        if self.coupled_pullback is not None and not (z.ndim and z.shape[-1]):
            raise ValueError(
                f"z must have shape (..., d) with at least one unit, got {show_shape(z.shape)}; "
                f"{self.name} runs along the last axis."
            )
        return z

    def _substitute(self, expression: Any) -> Callable[[Any], Any]:
        (symbol,) = self.expr.free_symbols
        return lambda entry: expression.subs(symbol, entry)

    def __repr__(self) -> str:
        return f"<activation {self.name}>"
