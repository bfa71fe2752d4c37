"""Is the gradient right? Differences of the loss know nothing of the chain rule, so they can tell.
All perturbed parameter vectors go through the objective as one stack, in chunks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Array, as_array, as_real, require_finite, require_number, show_shape
from .objective import Objective

AnyObjective: TypeAlias = Callable[[Any], tuple[Any, Any]]

CHUNK = 64  # parameter vectors a call: enough to hide the overhead, few enough for the cache


@dataclass(frozen=True)
class GradientCheck:
    """The outcome of ``check_gradient``.

    Parameters
    ----------
    relative_error : float
        The largest over all parameters.
    index : int
        The parameter where it sits: ``theta[index]``.
    analytic, numeric : ndarray, shape (p,)
        The objective's own gradient, and the one found from values of J alone.
    step : float
        How far parameters of size at most 1 were moved.
    """

    relative_error: float
    index: int
    analytic: Array
    numeric: Array
    step: float

    def __repr__(self) -> str:
        k = self.index
        return (
            f"<gradient check of {len(self.numeric)} parameters: largest relative error "
            f"{self.relative_error:.1e} at theta[{k}] (analytic {self.analytic[k]:.10g}, "
            f"numeric {self.numeric[k]:.10g})>"
        )


def check_gradient(
    objective: AnyObjective,
    theta: ArrayLike,
    step: float | None = None,
    method: str = "central",
) -> GradientCheck:
    r"""Compare the gradient of an objective with one that is found from its values alone.

    .. math::
        \text{central:}\quad \frac{\partial J}{\partial\theta_k} &=
            \frac{J(\theta + h e_k) - J(\theta - h e_k)}{2h} + O(h^2) \\
        \text{complex:}\quad \frac{\partial J}{\partial\theta_k} &=
            \frac{\operatorname{Im} J(\theta + i h e_k)}{h} + O(h^2)

    The complex step subtracts nothing, so its h can be so small that only rounding is left; it
    needs an objective that computes on with complex numbers, as every objective of this library
    does.

    Parameters
    ----------
    objective : callable
        θ (..., p) → (J (...), ∇J (..., p)). It is called with stacks of θ; wrap a function of a
        single θ as ``np.vectorize(objective, signature="(p)->(),(p)")``.
    theta : array_like, shape (p,)
        Where to check. Real; stay away from kinks by more than the step.
    step : float, optional
        h for parameters of size at most 1; it grows in proportion for larger ones. By default
        ε^(1/3) for central differences, which balances their two errors, and ε² for the complex
        step, with ε the machine precision of the coarser of θ and J.
    method : {"central", "complex"}

    Returns
    -------
    GradientCheck
        Its error at parameter k is |a − g| / max(|a|, |g|, floor) of analytic a and numeric g.
        Rounding of J makes central differences uncertain by about ν = ε (|J| + max|∇J|)/h, the
        complex step by ν = ε max|∇J|. The floor is ν/√ε, so that this noise counts as √ε (1.5e-8
        in double precision) and anything larger shows.

    Raises
    ------
    TypeError, ValueError
        If θ is no finite vector, the step is not positive or lost in the rounding of θ, or the
        objective returns something other than the pair (J, ∇J) of the right shapes.

    References
    ----------
    W. Squire and G. Trapp, Using complex variables to estimate derivatives of real functions,
    SIAM Review 40 (1998), eq. (6) for the complex step.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> net = bp.Network(sizes=(1, 1), activations=(bp.linear,))
    >>> objective = net.objective(bp.half_squared_error, X=[[1.0], [3.0]], Y=[[2.0], [2.0]])
    >>> bp.check_gradient(objective, [1.0, 0.5]).relative_error < 1e-7
    True
    """
    if not isinstance(method, str) or method not in ("central", "complex"):
        raise ValueError(f'method must be "central" or "complex", got {method!r}.')
    theta = as_real("theta", theta)
    if theta.ndim != 1 or not len(theta):
        raise ValueError(
            f"theta must have shape (p,) with p at least 1, got {show_shape(theta.shape)}; "
            f"check one parameter vector at a time."
        )
    J, analytic = _call(objective, theta)
    eps = max(float(np.finfo(a.dtype).eps) for a in (theta, J))
    if step is None:
        step = eps ** (1 / 3) if method == "central" else eps**2
    elif theta.dtype.type(require_number("step", step)) <= 0:
        raise ValueError(f"step must be a positive number, got {step}; leave it away to fit it.")
    scale = float(abs(analytic).max())
    if method == "central":
        numeric = _central(objective, theta, step)
        noise = eps * (abs(float(J)) + scale) / step
    else:
        numeric = _rows(lambda stack: _values(objective, stack), theta[None], step)[0]
        noise = eps * scale
    size = np.maximum(np.maximum(abs(analytic), abs(numeric)), noise / np.sqrt(eps))
    error = abs(analytic - numeric) / np.where(size > 0, size, 1)  # 0 against 0 is no error
    index = int(error.argmax())
    return GradientCheck(float(error[index]), index, analytic, numeric, step)


def _central(objective: AnyObjective, theta: Array, step: float) -> Array:
    # (θ + h) − (θ − h) as rounded is not exactly 2h; dividing by what was really moved is.
    h = step * np.maximum(1, abs(theta))
    up, down = theta + h, theta - h
    if (up == down).any():
        raise ValueError(
            f"step must be large enough to move every parameter, got {step}; leave it away to fit "
            f"it."
        )
    numeric = np.empty_like(theta)
    for start in range(0, len(theta), CHUNK // 2):
        k = np.arange(start, min(start + CHUNK // 2, len(theta)))
        stack = np.repeat(theta[None], 2 * len(k), axis=0)
        stack[np.arange(len(k)), k] = up[k]
        stack[np.arange(len(k)) + len(k), k] = down[k]
        J = _values(objective, stack)
        numeric[k] = (J[: len(k)] - J[len(k) :]) / (up[k] - down[k])
    return numeric


def _rows(function: Callable[[Array], Array], theta: Array, step: float) -> Array:
    """Im function(θ + ih e_k) / h for every row of θ (K, p) and every k: (K, p, ...)."""
    count, p = theta.shape
    found = []
    for start in range(0, count * p, CHUNK):
        row, k = np.divmod(np.arange(start, min(start + CHUNK, count * p)), p)
        stack = theta[row].astype(np.result_type(theta, np.complex64))
        stack[np.arange(len(k)), k] += 1j * step
        result = function(stack)
        if result.dtype.kind != "c":
            raise TypeError(
                "objective must return complex values for a complex theta, got real ones; it "
                'drops the imaginary part, so use method="central".'
            )
        found.append(result.imag / step)
    return np.concatenate(found).reshape(count, p, *found[0].shape[1:])


def _values(objective: AnyObjective, theta: Array) -> Array:
    """Return J (...), without the gradient where that saves the backward pass."""
    if not isinstance(objective, Objective):
        return _call(objective, theta)[0]
    J = np.asarray(objective.value(theta))
    require_finite("J from the objective", J)
    return J


def _call(objective: AnyObjective, theta: Array) -> tuple[Array, Array]:
    """Return J (...), ∇J (..., p) as finite arrays, or say what the objective returned instead."""
    remedy = (
        "an objective maps theta (..., p) to (J, gradient); wrap one that takes a single theta as "
        'np.vectorize(objective, signature="(p)->(),(p)").'
    )
    if not callable(objective):
        raise TypeError(f"objective must be a function, got {type(objective).__name__}; {remedy}")
    try:
        result = objective(theta)
    except Exception as error:
        error.add_note(
            f"objective was called with theta of shape {show_shape(theta.shape)}; {remedy}"
        )
        raise
    if not isinstance(result, tuple) or len(result) != 2:
        raise TypeError(
            f"objective must return the pair (J, gradient), got {type(result).__name__}; {remedy}"
        )
    J, gradient = (
        as_array("J", result[0], finite=False),
        as_array("gradient", result[1], finite=False),
    )
    for name, array, shape in (("J", J, theta.shape[:-1]), ("gradient", gradient, theta.shape)):
        if array.shape != shape:
            raise ValueError(
                f"{name} from the objective must have shape {show_shape(shape)} for theta of shape "
                f"{show_shape(theta.shape)}, got {show_shape(array.shape)}; {remedy}"
            )
        require_finite(f"{name} from the objective", array)
    return J, gradient


def hessian(objective: AnyObjective, theta: ArrayLike) -> Array:
    r"""Return all second derivatives of an objective, exact to rounding.

    .. math:: H_{kl} = \frac{\partial^2 J}{\partial\theta_k \partial\theta_l}
              = \frac{\operatorname{Im} \nabla_l J(\theta + i h e_k)}{h}, \qquad h = \varepsilon^2

    A complex step through the gradient: nothing is subtracted, so nothing is lost. Row k is the
    derivative of the gradient in θ_k. The rows are not forced to be symmetric: a right gradient
    gives symmetry to rounding (a few 1e-16 of the largest entry), a wrong one does not.

    Parameters
    ----------
    objective : callable
        θ (..., p) → (J (...), ∇J (..., p)) that computes on with complex numbers.
    theta : array_like, shape (..., p)
        Where; for kinked activations the pieces on which θ lies are what is differentiated.

    Returns
    -------
    ndarray, shape (..., p, p)

    Raises
    ------
    TypeError, ValueError
        If θ is not real and finite, or the objective returns something other than (J, ∇J) of the
        right shapes, finite and complex.

    References
    ----------
    B. A. Pearlmutter, Fast exact multiplication by the Hessian, Neural Computation 6 (1994),
    section 3: the directional derivative of the gradient that each row here is.

    Examples
    --------
    >>> import backprop_lib as bp
    >>> net = bp.Network(sizes=(1, 1), activations=(bp.linear,))
    >>> objective = net.objective(bp.half_squared_error, X=[[1.0], [3.0]], Y=[[2.0], [2.0]])
    >>> bp.hessian(objective, [1.0, 0.5])
    array([[5., 2.],
           [2., 1.]])
    """
    theta = as_real("theta", theta)
    if not theta.ndim or not theta.size:
        raise ValueError(
            f"theta must have shape (..., p) and at least one entry, got {show_shape(theta.shape)}."
        )
    step = float(np.finfo(theta.dtype).eps) ** 2
    p = theta.shape[-1]
    H = _rows(lambda stack: _call(objective, stack)[1], theta.reshape(-1, p), step)
    return H.reshape(*theta.shape, p)
