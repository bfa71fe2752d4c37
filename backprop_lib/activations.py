"""The activation functions of the course: each is one record, its formula beside its code.
None overflows where its value can be written down, and each says what happens at a kink."""

from __future__ import annotations

import copyreg
from typing import Any

import numpy as np

from .activation import Activation
from .arrays import Array, elementwise, require_number


def _decay(z: Array) -> Array:
    """e^(−|z|), which cannot overflow; for a complex z, e^(∓z) with the sign that decays."""
    if z.dtype.kind == "c":
        return np.exp(np.where(z.real > 0, -z, z))
    return np.exp(np.copysign(z, -1))


def _larger(z: Array, other: Any, out: Array | None = None) -> Array:
    """The larger of two, ``other`` if they are equal.

    Complex numbers are compared by their real parts alone, so that no complex step crosses a kink.
    """
    if z.dtype.kind == "c":
        z = np.where(z.real > np.real(other), z, other)
    result: Array = np.maximum(z, other, out=out)
    return result


def _sign(z: Array, out: Array | None = None) -> Array:
    result: Array = np.add(np.sign(z.real), z.dtype.type(0), out=out)
    return result


def _zeros(z: Array, a: Array | None = None) -> Array:
    return np.zeros_like(z)


linear = Activation(
    name="linear",
    formula=lambda sp, z: z,
    value=lambda z, out: np.positive(z, out),
    derivative_value=lambda z: np.ones_like(z),
    slope=lambda z, a: z.dtype.type(1),
)

step = Activation(
    name="step",
    formula=lambda sp, z: sp.Piecewise((0, z < 0), (sp.Rational(1, 2), sp.Eq(z, 0)), (1, True)),
    value=lambda z, out: np.add(0.5 * _sign(z), 0.5, out=out),
    derivative_value=_zeros,
    slope=_zeros,
    kinks="φ(0) = ½; φ jumps at 0, where the derivative is taken as 0 like everywhere else",
)

sign = Activation(
    name="sign",
    formula=lambda sp, z: sp.Piecewise((-1, z < 0), (0, sp.Eq(z, 0)), (1, True)),
    value=_sign,
    derivative_value=_zeros,
    slope=_zeros,
    kinks="φ(0) = 0; φ jumps at 0, where the derivative is taken as 0 like everywhere else",
)


def _ramp(z: Array, out: Array | None = None) -> Array:
    if z.dtype.kind != "c":
        return np.clip(z + 0.5, 0, 1, out=out)
    result: Array = np.add(np.where(_between(z) != 0, z + 0.5, z.real > 0), 0, out=out)
    return result


def _between(z: Array, a: Array | None = None) -> Array:
    return np.asarray(abs(z.real) < 0.5, dtype=z.dtype)


piecewise_linear = Activation(
    name="piecewise_linear",
    formula=lambda sp, z: sp.Piecewise(
        (1, z >= sp.Rational(1, 2)), (z + sp.Rational(1, 2), z > -sp.Rational(1, 2)), (0, True)
    ),
    value=_ramp,
    derivative_value=_between,
    slope=_between,
    kinks="φ′(±½) = 0, the slope of the flat side",
)


def _sigmoid(z: Array, out: Array | None = None) -> Array:
    if z.dtype.kind == "c":
        # A complex exponential that overflows is no infinity but nan.
        z = np.maximum(z, 1 - np.log(np.finfo(z.dtype).max))
    a: Array = np.empty_like(z) if out is None else out
    np.negative(z, a)
    np.exp(a, a)  # where it overflows, σ(z) is below all normal numbers, and 0 is what it becomes
    a += 1.0
    return np.reciprocal(a, out)


def _sigmoid_slope(z: Array, a: Array) -> Array:
    slope: Array = 1 - a  # exact where a is near 1; a − a² would lose what is left there
    slope *= a
    return slope


def _sigmoid_derivative(z: Array) -> Array:
    e = _decay(z)
    return np.asarray(e / np.square(1 + e))


sigmoid = Activation(
    name="sigmoid",
    formula=lambda sp, z: 1 / (1 + sp.exp(-z)),
    value=_sigmoid,
    derivative_value=_sigmoid_derivative,
    slope=_sigmoid_slope,
)


def _tanh_derivative(z: Array) -> Array:
    e = np.square(_decay(z))  # e^(−2|z|), without a 2z that could overflow
    return np.asarray(4 * e / np.square(1 + e))


def _tanh_slope(z: Array, a: Array) -> Array:
    slope: Array = np.square(a)
    return np.subtract(1, slope, slope)


tanh = Activation(
    name="tanh",
    formula=lambda sp, z: sp.tanh(z),
    value=lambda z, out: np.tanh(z, out),
    derivative_value=_tanh_derivative,
    slope=_tanh_slope,
)


def _positive(z: Array, a: Array | None = None) -> Array:
    return np.asarray(z.real > 0.0, dtype=z.dtype)


relu = Activation(
    name="relu",
    formula=lambda sp, z: sp.Piecewise((z, z > 0), (0, True)),
    value=lambda z, out: _larger(z, 0.0, out),
    derivative_value=_positive,
    slope=lambda z, a: a.real.astype(bool).astype(z.dtype),  # 1 where a is not 0
    kinks="φ′(0) = 0, the slope of the flat side",
)


def _leaky_relu(epsilon: float) -> Activation:
    epsilon = require_number("epsilon", epsilon)
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
        value=relu.value if epsilon == 0 else lambda z, out: _larger(z, epsilon * z, out),
        derivative_value=derivative,
        slope=derivative,
        kinks=f"φ′(0) = ε = {epsilon}, the slope of the left side",
        family=_leaky_relu,
    )


leaky_relu = _leaky_relu(0.01)


def _log1p(e: Array) -> Array:
    if e.dtype.kind != "c":
        return np.asarray(np.log1p(e))
    # NumPy's own forms 1 + e for complex numbers and loses what is small.
    x, y = e.real, e.imag
    return np.asarray(0.5 * np.log1p(x * (2 + x) + y * y) + 1j * np.arctan2(y, 1 + x))


softplus = Activation(
    name="softplus",
    formula=lambda sp, z: sp.log(1 + sp.exp(z)),
    value=lambda z, out: np.add(_larger(z, 0), _log1p(_decay(z)), out=out),
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
        e = np.exp(z - z.max(axis=-1, keepdims=True))
    a: Array = np.divide(e, e.sum(axis=-1, keepdims=True), out=out)
    return a


def _softmax_jacobian(z: Array) -> Array:
    a, same = _softmax(z), np.eye(z.shape[-1], dtype=z.dtype)
    products = a[..., :, None] * a[..., None, :] * (1 - same)
    # a_k (1 − a_k) as the sum of the other products: 1 − a_k has few digits left for a_k near 1.
    return np.asarray(products.sum(axis=-1, keepdims=True) * same - products)


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


def _named(name: str) -> Activation:
    return ACTIVATIONS[name]


def _address(activation: Activation) -> Any:
    """Say how another process finds the activation: by its name, for its formulas cannot travel."""
    if activation is ACTIVATIONS.get(activation.name):
        return _named, (activation.name,)
    if activation.family is _leaky_relu:
        return _leaky_relu, (abs(float(activation.value(np.array(-1.0), None))),)
    return activation.__reduce_ex__(2)  # one of your own: as far as its functions can travel


copyreg.pickle(Activation, _address)
