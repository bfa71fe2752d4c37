"""The ten activation functions of the course, each one record: the formula beside the code.
SymPy's form is what the book proves; the NumPy form next to it gives the same values without
overflow, and the record says what happens at a kink."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Array, as_array, elementwise


@dataclass(frozen=True, eq=False, repr=False)
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
        ``value(z, out)`` gives φ(z), shape of z, for any z whose result is representable.
    derivative_value : callable
        ``derivative_value(z)`` gives φ′(z), accurate wherever it is representable.
    slope : callable
        ``slope(z, a)`` gives φ′(z) in the backward pass, where a = φ(z) is at hand and saves
        work. It can be off by one rounding of a, never more.
    kinks : str
        The convention where φ has no derivative; empty for a smooth function.
    coupled_pullback : callable, optional
        ``coupled_pullback(gradient, a)`` when a unit's output depends on the other units' inputs.

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

    @cached_property
    def expr(self) -> Any:
        """The formula of φ in SymPy's real symbol z (for the softmax: of the indexed z[k])."""
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
        TypeError
            If z holds no numbers.
        """
        z = as_array("z", z, finite=False)
        if z.dtype == object and self.coupled_pullback is None:
            return elementwise(self._substitute(self.expr), z)
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
        TypeError
            If z holds no numbers.
        """
        z = as_array("z", z, finite=False)
        if z.dtype == object and self.coupled_pullback is None:
            return elementwise(self._substitute(self.expr.diff()), z)
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
        """
        if self.coupled_pullback is not None:
            return np.add(self.coupled_pullback(gradient, a), 0, out=out)
        symbolic_kink = not self.smooth and z.dtype == object
        slope = self.derivative(z) if symbolic_kink else self.slope(z, a)
        delta: Array = np.multiply(gradient, slope, out=out)
        return delta

    def with_epsilon(self, epsilon: float) -> Activation:
        """Return the leaky ReLU with another slope ``epsilon`` below 0."""
        if self.name != "leaky_relu":
            raise TypeError(f"{self.name} has no epsilon; call bp.leaky_relu.with_epsilon(...).")
        return _leaky_relu(epsilon)

    def _substitute(self, expression: Any) -> Callable[[Any], Any]:
        (symbol,) = self.expr.free_symbols
        return lambda entry: expression.subs(symbol, entry)

    def __repr__(self) -> str:
        return f"<activation {self.name}>"


def _decay(z: Array) -> Array:
    """e^(−|z|), which cannot overflow; for a complex z, e^(∓z) with the sign that decays."""
    if z.dtype.kind == "c":
        return np.exp(np.where(z.real < 0, z, -z))
    return np.exp(np.copysign(z, -1))


def _zeros(z: Array, a: Array | None = None) -> Array:
    return np.zeros_like(z)


linear = Activation(
    name="linear",
    formula=lambda sp, z: z,
    value=lambda z, out: np.add(z, 0, out=out),
    derivative_value=lambda z: np.ones_like(z),
    slope=lambda z, a: np.ones_like(z),
)

step = Activation(
    name="step",
    formula=lambda sp, z: sp.Piecewise((0, z < 0), (sp.Rational(1, 2), sp.Eq(z, 0)), (1, True)),
    value=lambda z, out: np.add(np.multiply(np.sign(z), 0.5), 0.5, out=out),
    derivative_value=_zeros,
    slope=_zeros,
    kinks="φ(0) = ½; φ jumps at 0, where the derivative is taken as 0 like everywhere else",
)

sign = Activation(
    name="sign",
    formula=lambda sp, z: sp.Piecewise((-1, z < 0), (0, sp.Eq(z, 0)), (1, True)),
    value=lambda z, out: np.sign(z, out=out),
    derivative_value=_zeros,
    slope=_zeros,
    kinks="φ(0) = 0; φ jumps at 0, where the derivative is taken as 0 like everywhere else",
)


def _between(z: Array, a: Array | None = None) -> Array:
    return np.asarray(abs(z.real) < 0.5, dtype=z.dtype)


piecewise_linear = Activation(
    name="piecewise_linear",
    formula=lambda sp, z: sp.Piecewise(
        (1, z >= sp.Rational(1, 2)), (z + sp.Rational(1, 2), z > -sp.Rational(1, 2)), (0, True)
    ),
    value=lambda z, out: np.clip(z + 0.5, 0, 1, out=out),
    derivative_value=_between,
    slope=_between,
    kinks="φ′(±½) = 0, the slope of the flat side",
)


def _sigmoid(z: Array, out: Array | None = None) -> Array:
    e = _decay(z)
    # 1/(1+e) where z ≥ 0, e/(1+e) where z < 0: neither divides by an overflowed exponential.
    a: Array = np.divide(np.where(z.real < 0, e, z.dtype.type(1)), 1 + e, out=out)
    return a


def _sigmoid_derivative(z: Array) -> Array:
    e = _decay(z)
    return np.asarray(e / np.square(1 + e))


sigmoid = Activation(
    name="sigmoid",
    formula=lambda sp, z: 1 / (1 + sp.exp(-z)),
    value=_sigmoid,
    derivative_value=_sigmoid_derivative,
    slope=lambda z, a: np.multiply(a, 1 - a),
)

tanh = Activation(
    name="tanh",
    formula=lambda sp, z: sp.tanh(z),
    value=lambda z, out: np.tanh(z, out=out),
    derivative_value=lambda z: 4 * _sigmoid_derivative(2 * z),
    slope=lambda z, a: np.subtract(1, a * a),
)


def _positive(z: Array, a: Array | None = None) -> Array:
    return np.asarray(z.real > 0, dtype=z.dtype)


relu = Activation(
    name="relu",
    formula=lambda sp, z: sp.Piecewise((z, z > 0), (0, True)),
    value=lambda z, out: np.maximum(z, 0, out=out),
    derivative_value=_positive,
    slope=_positive,
    kinks="φ′(0) = 0, the slope of the flat side",
)


def _leaky_relu(epsilon: float) -> Activation:
    if not 0 <= epsilon < 1:
        raise ValueError(
            f"epsilon must be at least 0 and below 1, got {epsilon}; it is the slope below 0."
        )

    def derivative(z: Array, a: Array | None = None) -> Array:
        slope: Array = np.where(z.real > 0, z.dtype.type(1), z.dtype.type(epsilon))
        return slope

    return Activation(
        name="leaky_relu",
        formula=lambda sp, z: sp.Piecewise((z, z > 0), (sp.Rational(str(epsilon)) * z, True)),
        value=lambda z, out: np.maximum(z, epsilon * z, out=out),
        derivative_value=derivative,
        slope=derivative,
        kinks=f"φ′(0) = ε = {epsilon}, the slope of the left side",
    )


leaky_relu = _leaky_relu(0.01)

softplus = Activation(
    name="softplus",
    formula=lambda sp, z: sp.log(1 + sp.exp(z)),
    value=lambda z, out: np.add(np.maximum(z, 0), np.log1p(_decay(z)), out=out),
    derivative_value=_sigmoid,
    slope=lambda z, a: _one_minus_exp_minus(a),
)


def _one_minus_exp_minus(a: Array) -> Array:
    # With a = log(1 + e^z): σ(z) = 1 − 1/(1 + e^z) = 1 − e^(−a).
    if a.dtype == object:
        import sympy as sp

        return elementwise(lambda entry: 1 - sp.exp(-entry), a)
    return np.asarray(-np.expm1(-a))


def _softmax(z: Array, out: Array | None = None) -> Array:
    if z.dtype == object:
        import sympy as sp

        e = elementwise(sp.exp, z)
    else:
        # Subtracting one number from all z leaves the softmax as it is; the largest z makes it safe
        e = np.exp(z - np.take_along_axis(z, z.real.argmax(axis=-1, keepdims=True), axis=-1))
    a: Array = np.divide(e, e.sum(axis=-1, keepdims=True), out=out)
    return a


def _softmax_jacobian(z: Array) -> Array:
    a = _softmax(z)
    return np.asarray(a[..., :, None] * (np.eye(z.shape[-1], dtype=int) - a[..., None, :]))


def _softmax_formula(sp: Any, z: Any) -> Any:
    n, j, k = (sp.Symbol(s, integer=True, nonnegative=True) for s in "njk")
    x = sp.IndexedBase(z, shape=(n,))
    return sp.exp(x[k]) / sp.Sum(sp.exp(x[j]), (j, 0, n - 1))


softmax = Activation(
    name="softmax",
    formula=_softmax_formula,
    value=_softmax,
    derivative_value=_softmax_jacobian,
    slope=_zeros,
    coupled_pullback=lambda gradient, a: (
        a * (gradient - (gradient * a).sum(axis=-1, keepdims=True))
    ),
)

_ALL = (linear, step, sign, piecewise_linear, sigmoid, tanh, relu, leaky_relu, softplus, softmax)
ACTIVATIONS: dict[str, Activation] = {activation.name: activation for activation in _ALL}
