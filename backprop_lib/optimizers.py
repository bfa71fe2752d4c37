"""How θ moves when the gradient is known: each optimizer is one formula on vectors.
A frozen record holds its settings, ``init`` makes a fresh state, and ``step`` is a pure function.

Throughout, t = 1, 2, … counts the steps, g_t = ∇J(θ_{t−1}) is the gradient at the point that step t
leaves, squares and roots are taken entry by entry, and ε stands outside the root.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .arrays import Array, as_array, require_number, require_shape
from .steps import Moved, Rate, State, begin, check, start


@dataclass(frozen=True)
class GradientDescent:
    r"""Go downhill, as far as the slope is steep.

    .. math:: \theta_t = \theta_{t-1} - \eta_t \, g_t, \qquad g_t = \nabla J(\theta_{t-1})

    The sources print the same, with W for θ, λ for η and the step numbered by where it starts.

    Parameters
    ----------
    learning_rate : float, schedule, or ndarray of shape (..., 1)
        η; a schedule maps t = 1, 2, … to η_t; an array gives every network of a stack its own.

    Raises
    ------
    TypeError, ValueError
        If the learning rate is not positive.

    References
    ----------
    A. Cauchy, Méthode générale pour la résolution des systèmes d'équations simultanées, Comptes
    rendus 25 (1847).

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> optimizer = bp.GradientDescent(learning_rate=0.5)
    >>> theta = np.array([1.0, -2.0])
    >>> theta, state = optimizer.step(theta, 2 * theta, optimizer.init(theta))  # J = |θ|²
    >>> theta
    array([0., 0.])
    """

    entrywise: ClassVar[bool] = True
    learning_rate: Rate

    def __post_init__(self) -> None:
        check(self)

    def init(self, theta: Array) -> State:
        """Return the state before the first step; see ``Optimizer.init``."""
        start(theta, self.learning_rate)
        return State()

    def step(self, theta: Array, gradient: Array, state: State, out: Moved | None = None) -> Moved:
        """Return θ_t and the next state; see ``Optimizer.step``."""
        t, rate, to_theta, _ = begin(self.learning_rate, theta, gradient, state, out)
        return np.subtract(theta, rate * gradient, to_theta), State(t)


@dataclass(frozen=True)
class Momentum:
    r"""Let θ roll: keep a sum of the gradients, in which the old ones fade.

    .. math::
        m_t &= \mu\, m_{t-1} + g_t, \qquad m_0 = 0 \\
        \theta_t &= \theta_{t-1} - \eta_t \, m_t
        \qquad\text{or, with } \texttt{nesterov}, \qquad
        \theta_t = \theta_{t-1} - \eta_t \, (g_t + \mu\, m_t)

    Gradients that agree add up to 1/(1 − μ) times one of them. Nesterov's gradient belongs to the
    point that momentum alone would reach; here θ is that point, so one gradient a step is enough.
    PyTorch does the same. Sutskever and Keras store −η m in place of m, which differs as soon as η
    changes with t. The sources do not name momentum, though Adam as they print it has one.

    Parameters
    ----------
    learning_rate : float, schedule, or ndarray of shape (..., 1)
        η, as for ``GradientDescent``.
    momentum : float
        μ, from 0 (gradient descent) to below 1.
    nesterov : bool
        Take Nesterov's form.

    Raises
    ------
    TypeError, ValueError
        If a setting lies outside its range.

    References
    ----------
    B. T. Polyak, Some methods of speeding up the convergence of iteration methods, USSR
    Computational Mathematics and Mathematical Physics 4(5) (1964). Y. Nesterov, A method of solving
    a convex programming problem with convergence rate O(1/k²), Soviet Mathematics Doklady 27
    (1983). I. Sutskever et al., On the importance of initialization and momentum in deep learning,
    ICML 2013, eqs. (1)-(4).

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> optimizer = bp.Momentum(learning_rate=0.5, momentum=0.5)
    >>> theta, state = np.array([4.0]), optimizer.init(np.array([4.0]))
    >>> theta, state = optimizer.step(theta, np.array([1.0]), state)
    >>> theta, state = optimizer.step(theta, np.array([1.0]), state)  # moves by 0.5 (0.5 + 1)
    >>> theta, state.m
    (array([2.75]), array([1.5]))
    """

    entrywise: ClassVar[bool] = True
    learning_rate: Rate
    momentum: float = 0.9
    nesterov: bool = False

    def __post_init__(self) -> None:
        check(self, "momentum")

    def init(self, theta: Array) -> State:
        """Return the state before the first step; see ``Optimizer.init``."""
        return State(m=start(theta, self.learning_rate))

    def step(self, theta: Array, gradient: Array, state: State, out: Moved | None = None) -> Moved:
        """Return θ_t and the next state; see ``Optimizer.step``."""
        t, rate, to_theta, to = begin(self.learning_rate, theta, gradient, state, out)
        m = np.multiply(state.m, self.momentum, out=to.m)
        m += gradient
        move = gradient + self.momentum * m if self.nesterov else m
        return np.subtract(theta, rate * move, out=to_theta), State(t, m)


@dataclass(frozen=True)
class Newton:
    r"""Jump to the bottom of the parabola that fits J best where θ stands.

    .. math:: \theta_t = \theta_{t-1} - \eta_t \, (H_t + \lambda I)^{-1} g_t,
              \qquad H_t = \nabla^2 J(\theta_{t-1})

    The sources print it with λ for η and without damping. Faster than gradient descent it is near a
    minimum; where H is not positive definite the parabola has no bottom, and the step would go to
    a saddle or a maximum. Then ``step`` refuses and names the damping that is needed.

    Parameters
    ----------
    hessian : callable
        θ (..., p) → H (..., p, p), for example ``lambda theta: bp.hessian(objective, theta)``, of
        the same objective that the gradients come from (all samples, not a mini-batch).
    learning_rate : float, schedule, or ndarray of shape (..., 1)
        η; 1 is Newton's own step.
    damping : float
        λ, 0 or more; the larger, the closer to gradient descent with the rate η/λ.

    Raises
    ------
    TypeError, ValueError
        If a setting lies outside its range.

    References
    ----------
    J. Nocedal and S. Wright, Numerical Optimization, 2nd ed. (2006), section 3.3, theorem 3.5.
    K. Levenberg, Quarterly of Applied Mathematics 2 (1944) for the damping.

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> H = np.array([[2.0, 1.0], [1.0, 4.0]])
    >>> optimizer = bp.Newton(hessian=lambda theta: H)
    >>> theta = np.array([3.0, -1.0])
    >>> optimizer.step(theta, H @ theta, optimizer.init(theta))[0]  # J = ½ θᵀHθ
    array([0., 0.])
    """

    hessian: Callable[[Any], Any]
    learning_rate: Rate = 1.0
    damping: float = 0.0

    def __post_init__(self) -> None:
        check(self)
        if not callable(self.hessian):
            raise TypeError(
                f"hessian must be a function of theta, got {type(self.hessian).__name__}; write "
                f"lambda theta: bp.hessian(objective, theta)."
            )
        object.__setattr__(self, "damping", require_number("damping", self.damping))
        if self.damping < 0:
            raise ValueError(f"damping must be a number of at least 0, got {self.damping}.")

    def init(self, theta: Array) -> State:
        """Return the state before the first step; see ``Optimizer.init``."""
        start(theta, self.learning_rate)
        return State()

    def step(self, theta: Array, gradient: Array, state: State, out: Moved | None = None) -> Moved:
        """Return θ_t and the next state; see ``Optimizer.step``.

        Raises
        ------
        ArithmeticError
            If H + λI is not positive definite, or only by rounding.
        """
        t, rate, to_theta, _ = begin(self.learning_rate, theta, gradient, state, out)
        p, finite = theta.shape[-1], np.isfinite(theta)
        at = theta if finite.all() else np.where(finite, theta, 0)
        H = np.asarray(as_array("hessian(theta)", self.hessian(at)), theta.dtype)
        require_shape("hessian(theta)", H, (*theta.shape, p), "it is one matrix for every theta.")
        unit = np.eye(p, dtype=H.dtype)
        if at is not theta:  # what is lost stays so, whatever its matrix is
            H = np.where(np.asarray(finite.all(axis=-1))[..., None, None], H, unit)
        damped = H + self.damping * unit
        try:
            np.linalg.cholesky(damped)  # succeeds only if positive definite
            move = np.linalg.solve(damped, gradient[..., None])[..., 0]
        except np.linalg.LinAlgError:
            values = np.linalg.eigvalsh(H)
            lowest, rounding = values.min(), p * np.finfo(H.dtype).eps * abs(values).max()
            raise ArithmeticError(
                f"the Hessian plus damping {self.damping:g} is not positive definite at step {t}: "
                f"the smallest eigenvalue of H is {lowest:.3g}, so the step would not go downhill; "
                f"set damping above {max(0.0, -lowest) + rounding:.3g}."
            ) from None
        return np.subtract(theta, rate * move, out=to_theta), State(t)
