"""The losses of the course: how wrong the outputs are, as one number, and which way is worse.
Every loss is a mean over the n samples of a sum over the outputs, so the 1/n stands here, once."""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .activations import softmax
from .arrays import Array, as_array, elementwise, require_same_shape, show_shape


@dataclass(frozen=True, eq=False)
class Loss:
    r"""A loss J, mean over samples, with its gradient in the outputs.

    .. math:: J = \frac1n \sum_{i=1}^{n} \sum_k \ell(a_{ik}, y_{ik})

    Parameters
    ----------
    name : str
        The key in ``LOSSES``.
    formula : callable
        ``formula(sp, a, y)``: the SymPy expression of one term ℓ(a, y).
    value : callable
        ``value(a, y)``: J, shape (...) for a of shape (..., n, d) and y of shape (n, d).
    gradient_value : callable
        ``gradient_value(a, y, out)``: ∂J/∂a, shape (..., n, d), the 1/n included.
    fits : frozenset of str, optional
        Names of the output activations that it can follow; None if any.
    targets : callable
        ``targets(y)`` raises ``ValueError`` for targets that the loss has no meaning for.
    outputs : callable
        ``outputs(a)`` raises ``ValueError`` for outputs that it has no meaning for.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> float(bp.half_squared_error([[3.0, 1.0]], [[1.0, 1.0]]))
    2.0
    >>> bp.half_squared_error.gradient([[3.0, 1.0]], [[1.0, 1.0]])
    array([[2., 0.]])
    """

    name: str
    formula: Callable[[Any, Any, Any], Any]
    value: Callable[[Array, Array], Any]
    gradient_value: Callable[[Array, Array, Array | None], Array]
    fits: frozenset[str] | None = None
    targets: Callable[[Array], None] = lambda y: None
    outputs: Callable[[Array], None] = lambda a: None

    @cached_property
    def expr(self) -> Any:
        """One term ℓ(a, y) in SymPy's symbols a and y, or for logits of the indexed a[k], y[k]."""
        import sympy as sp

        return self.formula(sp, sp.Symbol("a", real=True), sp.Symbol("y", real=True))

    def __call__(self, a: ArrayLike, y: ArrayLike) -> Any:
        """Return J.

        Parameters
        ----------
        a : array_like, shape (..., n, d)
            Outputs of the network (logits where the loss says so).
        y : array_like, shape (n, d)
            Targets.

        Returns
        -------
        float, or ndarray of shape (...) for a stack of outputs

        Raises
        ------
        TypeError, ValueError
            If a or y are no finite numbers, empty, of unlike shapes, or out of the loss's range.
        """
        a, y = self._checked(a, y)
        with np.errstate(over="ignore"):
            return self.value(a, y)

    def gradient(self, a: ArrayLike, y: ArrayLike) -> Array:
        """Return ∂J/∂a, the 1/n of the mean included.

        Parameters
        ----------
        a : array_like, shape (..., n, d)
        y : array_like, shape (n, d)

        Returns
        -------
        ndarray, shape (..., n, d)

        Raises
        ------
        TypeError, ValueError
            As for a call.
        """
        return self.gradient_value(*self._checked(a, y), None)

    def _checked(self, a: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        a, y = as_array("a", a), as_array("y", y)
        require_same_shape("a", a, "y", y)
        if not a.size:
            raise ValueError(
                f"a and y must hold at least one sample and one output, got {show_shape(a.shape)}; "
                f"a mean needs something to be taken over."
            )
        if y.dtype != object:
            self.targets(y)
        if a.dtype != object:
            self.outputs(a)
        return a, y

    def __repr__(self) -> str:
        return f"<loss {self.name}>"


def _mean_of_terms(terms: Array) -> Any:
    """Sum over outputs, mean over samples: (..., n, d) to (...)."""
    return terms.sum(axis=(-2, -1)) / terms.shape[-2]


def _mean_of_slopes(slopes: Array) -> Array:
    """Divide by n, in place: (..., n, d)."""
    n = slopes.shape[-2]
    if n > 1:  # on a tiny network a division by 1 would show
        slopes /= n
    return slopes


half_squared_error = Loss(
    name="half_squared_error",
    formula=lambda sp, a, y: (a - y) ** 2 / 2,
    value=lambda a, y: _mean_of_terms((a - y) ** 2) / 2,
    gradient_value=lambda a, y, out: _mean_of_slopes(np.subtract(a, y, out)),
)

mean_squared_error = Loss(
    name="mean_squared_error",
    formula=lambda sp, a, y: (a - y) ** 2,
    value=lambda a, y: _mean_of_terms((a - y) ** 2),
    gradient_value=lambda a, y, out: np.divide(2 * np.subtract(a, y), a.shape[-2], out=out),
)


def _surprise(p: Array) -> Array:
    """−log p, entry by entry."""
    # A probability that underflowed to 0 counts as the smallest normal number: the loss is then
    # large (708 in float64) and finite.
    if p.dtype == object:
        import sympy as sp

        return elementwise(lambda entry: -sp.log(entry), p)
    return np.asarray(0 - np.log(_not_zero(p)))  # 0 − 0 is 0, where −0 would print its sign


def _not_zero(p: Array) -> Array:
    return p if p.dtype == object else np.maximum(p, np.finfo(p.dtype).tiny)


def _require_probabilities(name: str, p: Array, remedy: str) -> None:
    p = p.real
    if p.min() < 0 or p.max() > 1:
        bad = p.min() if p.min() < 0 else p.max()
        raise ValueError(
            f"{name} must lie between 0 and 1 for a cross entropy, got {bad}; {remedy}."
        )


def _probabilities(a: Array) -> None:
    remedy = "put a sigmoid or softmax before it, or take bp.softmax_cross_entropy of the logits"
    _require_probabilities("a", a, remedy)


def _between_0_and_1(y: Array) -> None:
    remedy = "a target is the probability of its class (turn labels into rows with bp.one_hot)"
    _require_probabilities("y", y, remedy)


def _distribution(y: Array) -> None:
    _between_0_and_1(y)
    total = y.sum(axis=-1)
    wrong = np.flatnonzero(abs(total - 1) > 1e-6)
    if len(wrong):
        raise ValueError(
            f"y must have rows that sum to 1, got {total[wrong[0]]:.6g} in row {wrong[0]}; "
            f"a row is a distribution over the classes (see bp.one_hot)."
        )


cross_entropy = Loss(
    name="cross_entropy",
    formula=lambda sp, a, y: -y * sp.log(a),
    value=lambda a, y: _mean_of_terms(y * _surprise(a)),
    gradient_value=lambda a, y, out: np.divide(-y / a.shape[-2], _not_zero(a), out=out),
    fits=frozenset({"softmax", "sigmoid"}),
    targets=_distribution,
    outputs=_probabilities,
)

binary_cross_entropy = Loss(
    name="binary_cross_entropy",
    formula=lambda sp, a, y: -y * sp.log(a) - (1 - y) * sp.log(1 - a),
    value=lambda a, y: _mean_of_terms(y * _surprise(a) + (1 - y) * _surprise(1 - a)),
    gradient_value=lambda a, y, out: np.divide(
        (1 - y) / _not_zero(1 - a) - y / _not_zero(a), a.shape[-2], out=out
    ),
    fits=frozenset({"sigmoid"}),
    targets=_between_0_and_1,
    outputs=_probabilities,
)


def _surprise_of_softmax(z: Array) -> Array:
    """−log softmax(z) = log Σ_j e^(z_j) − z_k, shape (..., d); no e^(z_j) is formed above 1."""
    if z.dtype == object:
        import sympy as sp

        return np.asarray(elementwise(sp.log, elementwise(sp.exp, z).sum(-1, keepdims=True)) - z)
    z = z - z.max(axis=-1, keepdims=True)
    total = np.log(np.exp(z).sum(axis=-1, keepdims=True))
    # Logits may lie further apart than the largest number; but ∞ times a target of 0 would be nan.
    return np.asarray(total - np.maximum(z, -np.finfo(z.dtype).max))


def _softmax_cross_entropy_formula(sp: Any, a: Any, y: Any) -> Any:
    n, j, k = (sp.Symbol(s, integer=True, nonnegative=True) for s in "njk")
    a, y = sp.IndexedBase(a, shape=(n,)), sp.IndexedBase(y, shape=(n,))
    return y[k] * (sp.log(sp.Sum(sp.exp(a[j]), (j, 0, n - 1))) - a[k])


softmax_cross_entropy = Loss(
    name="softmax_cross_entropy",
    formula=_softmax_cross_entropy_formula,
    value=lambda a, y: _mean_of_terms(y * _surprise_of_softmax(a)),
    # The derivative of the softmax and that of the logarithm cancel: p − y remains.
    gradient_value=lambda a, y, out: np.divide(softmax.apply(a) - y, a.shape[-2], out=out),
    fits=frozenset({"linear"}),
    targets=_distribution,
)

_ALL = (
    half_squared_error,
    mean_squared_error,
    cross_entropy,
    binary_cross_entropy,
    softmax_cross_entropy,
)
LOSSES: dict[str, Loss] = {loss.name: loss for loss in _ALL}


def _named(name: str) -> Loss:
    return LOSSES[name]


def _address(loss: Loss) -> Any:
    """Say how another process finds the loss: by its name, for its formulas cannot travel."""
    if loss is LOSSES.get(loss.name):
        return _named, (loss.name,)
    return loss.__reduce_ex__(2)  # one of your own: as far as its functions can travel


copyreg.pickle(Loss, _address)
