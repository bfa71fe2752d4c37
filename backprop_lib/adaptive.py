"""Optimizers that give every parameter a learning rate of its own, from the gradients it has seen.
Each cures what the one before got wrong; the notation is that of optimizers.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .arrays import Array
from .steps import Moved, Rate, State, begin, check, start


def _average(old: Array, new: Array, keep: float, out: Any) -> Array:
    """Return keep · old + (1 − keep) · new, in ``out`` if there is one."""
    average: Array = np.multiply(old, keep, out=out)
    average += (1 - keep) * new
    return average


def _average_of_squares(old: Array, new: Array, keep: float, out: Any) -> Array:
    """Return keep · old + (1 − keep) · new², in ``out`` if there is one."""
    squares: Array = np.square(new)
    squares *= 1 - keep
    average: Array = np.multiply(old, keep, out=out)
    average += squares
    return average


def _over_root(m: Array, v: Array, epsilon: float) -> Array:
    """Return m / (√v + ε) in a new array."""
    root: Array = np.sqrt(v)
    root += epsilon
    return np.divide(m, root, out=root)


@dataclass(frozen=True)
class AdaGrad:
    r"""Divide by the root of all squared gradients so far: rare ones get long steps.

    .. math::
        v_t &= v_{t-1} + g_t^2, \qquad v_0 = 0 \\
        \theta_t &= \theta_{t-1} - \frac{\eta_t}{\sqrt{v_t} + \varepsilon}\, g_t

    The sources print √(G_t + ε) with the sum G_t of before the step: then the first step divides by
    √ε alone and is η/√ε times the gradient. They say that the rate falls when gradients are large
    "and vice versa"; it only falls, since the sum only grows. ``RMSProp`` cures that.

    Parameters
    ----------
    learning_rate : float, schedule, or ndarray of shape (..., 1)
        η, as for ``GradientDescent``; about the length of the first step.
    epsilon : float
        ε, which keeps the divisor from 0.

    Raises
    ------
    TypeError, ValueError
        If a setting lies outside its range.

    References
    ----------
    J. Duchi, E. Hazan and Y. Singer, Adaptive subgradient methods for online learning and
    stochastic optimization, JMLR 12 (2011), figure 1, diagonal form: H = δI + diag(s).

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> optimizer = bp.AdaGrad(learning_rate=0.5)
    >>> theta, state = np.zeros(2), optimizer.init(np.zeros(2))
    >>> theta, state = optimizer.step(theta, np.array([3.0, -0.01]), state)
    >>> theta.round(5), state.v
    (array([-0.5,  0.5]), array([9.e+00, 1.e-04]))
    """

    entrywise: ClassVar[bool] = True
    learning_rate: Rate
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        check(self)

    def init(self, theta: Array) -> State:
        """Return the state before the first step; see ``Optimizer.init``."""
        return State(v=start(theta, self.learning_rate, self.epsilon))

    def step(self, theta: Array, gradient: Array, state: State, out: Moved | None = None) -> Moved:
        """Return θ_t and the next state; see ``Optimizer.step``."""
        t, rate, to_theta, to = begin(self.learning_rate, theta, gradient, state, out)
        v = np.add(state.v, gradient * gradient, out=to.v)
        move = _over_root(gradient, v, self.epsilon)
        move *= rate
        return np.subtract(theta, move, out=to_theta), State(t, v=v)


@dataclass(frozen=True)
class RMSProp:
    r"""Divide by a root mean square that forgets: old gradients fade.

    .. math::
        v_t &= \rho\, v_{t-1} + (1 - \rho)\, g_t^2, \qquad v_0 = 0 \\
        \theta_t &= \theta_{t-1} - \frac{\eta_t}{\sqrt{v_t} + \varepsilon}\, g_t

    The sources print one λ for both η and ρ, the average of before the step, and ε inside the root.
    Keras, which they quote, had ``lr``, ``rho`` and ε outside, as here; now ε is inside. PyTorch
    has it outside, calls ρ alpha and makes it 0.99 by default. As v_0 = 0, the first average is too
    small and the first step is η/√(1 − ρ) long; ``Adam`` cures that.

    Parameters
    ----------
    learning_rate : float, schedule, or ndarray of shape (..., 1)
        η, as for ``GradientDescent``; about the length of a step.
    rho : float
        ρ, from 0 to below 1: the average reaches back about 1/(1 − ρ) steps.
    epsilon : float
        ε, which keeps the divisor from 0.

    Raises
    ------
    TypeError, ValueError
        If a setting lies outside its range.

    References
    ----------
    T. Tieleman and G. Hinton, Lecture 6.5, rmsprop: divide the gradient by a running average of its
    recent magnitude, Coursera: Neural Networks for Machine Learning (2012).

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> optimizer = bp.RMSProp(learning_rate=0.1, rho=0.75)
    >>> theta = np.array([0.0])
    >>> optimizer.step(theta, np.array([8.0]), optimizer.init(theta))[0].round(6)  # 0.1/√0.25
    array([-0.2])
    """

    entrywise: ClassVar[bool] = True
    learning_rate: Rate
    rho: float = 0.9
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        check(self, "rho")

    def init(self, theta: Array) -> State:
        """Return the state before the first step; see ``Optimizer.init``."""
        return State(v=start(theta, self.learning_rate, self.epsilon))

    def step(self, theta: Array, gradient: Array, state: State, out: Moved | None = None) -> Moved:
        """Return θ_t and the next state; see ``Optimizer.step``."""
        t, rate, to_theta, to = begin(self.learning_rate, theta, gradient, state, out)
        v = _average_of_squares(state.v, gradient, self.rho, to.v)
        move = _over_root(gradient, v, self.epsilon)
        move *= rate
        return np.subtract(theta, move, out=to_theta), State(t, v=v)


@dataclass(frozen=True)
class Adam:
    r"""Momentum over root mean square, both corrected for their start at 0.

    .. math::
        m_t &= \beta_1 m_{t-1} + (1 - \beta_1)\, g_t, & m_0 &= 0, &
        \hat m_t &= \frac{m_t}{1 - \beta_1^{\,t}} \\
        v_t &= \beta_2 v_{t-1} + (1 - \beta_2)\, g_t^2, & v_0 &= 0, &
        \hat v_t &= \frac{v_t}{1 - \beta_2^{\,t}} \\
        & & & & \theta_t &= \theta_{t-1} - \eta_t \frac{\hat m_t}{\sqrt{\hat v_t} + \varepsilon}

    β^t is a power: the weights of g_1 … g_t in m_t sum to 1 − β₁^t, so dividing by it makes m̂_t a
    mean. The sources print 1 − β without the power, which in the long run makes m̂ ten times and v̂
    a thousand times too large; their m̂_{t+1} takes M_t, so a step uses gradients two steps old; and
    they put ε inside the root on one slide and outside on the next. Keras adds ε before v is
    corrected (the end of the paper's section 2); PyTorch does as here.

    Parameters
    ----------
    learning_rate : float, schedule, or ndarray of shape (..., 1)
        η, as for ``GradientDescent``; about the length of a step.
    beta1, beta2 : float
        β₁ and β₂, from 0 to below 1.
    epsilon : float
        ε, which keeps the divisor from 0.

    Raises
    ------
    TypeError, ValueError
        If a setting lies outside its range.

    References
    ----------
    D. P. Kingma and J. Ba, Adam: a method for stochastic optimization, ICLR 2015, algorithm 1.

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> optimizer = bp.Adam(learning_rate=0.1)
    >>> theta = np.zeros(2)
    >>> optimizer.step(theta, np.array([5.0, -0.2]), optimizer.init(theta))[0].round(6)
    array([-0.1,  0.1])
    """

    entrywise: ClassVar[bool] = True
    learning_rate: Rate
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        check(self, "beta1", "beta2")

    def init(self, theta: Array) -> State:
        """Return the state before the first step; see ``Optimizer.init``."""
        zeros = start(theta, self.learning_rate, (1 - self.beta2) ** 0.5 * self.epsilon)
        return State(m=zeros, v=zeros.copy())

    def step(self, theta: Array, gradient: Array, state: State, out: Moved | None = None) -> Moved:
        """Return θ_t and the next state; see ``Optimizer.step``."""
        t, rate, to_theta, to = begin(self.learning_rate, theta, gradient, state, out)
        m = _average(state.m, gradient, self.beta1, to.m)
        v = _average_of_squares(state.v, gradient, self.beta2, to.v)
        root = (1 - self.beta2**t) ** 0.5  # √(v/c) + ε = (√v + ε√c)/√c: no vector is divided by c
        move = _over_root(m, v, root * self.epsilon)
        move *= root * rate / (1 - self.beta1**t)
        return np.subtract(theta, move, out=to_theta), State(t, m, v)


@dataclass(frozen=True)
class AMSGrad:
    r"""Adam with a divisor that remembers the largest mean square it has seen.

    .. math::
        \tilde v_t = \max(\tilde v_{t-1}, v_t), \qquad \tilde v_0 = 0, \qquad
        \theta_t = \theta_{t-1} - \eta_t
        \frac{m_t / (1 - \beta_1^{\,t})}{\sqrt{\tilde v_t / (1 - \beta_2^{\,t})} + \varepsilon}

    with m_t and v_t of ``Adam``. Where large gradients are rare and small ones mislead, Adam
    forgets the large ones and can walk away from the minimum; the maximum does not forget. The
    paper corrects neither average and has no ε. The ``amsgrad=True`` of PyTorch is the formula
    above; that of Keras, which the sources quote, only adds ε before the correction.

    Parameters
    ----------
    learning_rate : float, schedule, or ndarray of shape (..., 1)
        η, as for ``GradientDescent``; about the length of a step.
    beta1, beta2 : float
        β₁ and β₂, from 0 to below 1.
    epsilon : float
        ε, which keeps the divisor from 0.

    Raises
    ------
    TypeError, ValueError
        If a setting lies outside its range.

    References
    ----------
    S. J. Reddi, S. Kale and S. Kumar, On the convergence of Adam and beyond, ICLR 2018,
    algorithm 2.

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> optimizer = bp.AMSGrad(learning_rate=0.1)
    >>> theta, state = np.zeros(1), optimizer.init(np.zeros(1))
    >>> theta, state = optimizer.step(theta, np.array([10.0]), state)
    >>> theta, state = optimizer.step(theta, np.array([0.0]), state)
    >>> state.v, state.v_max  # the mean has begun to forget, the maximum has not
    (array([0.0999]), array([0.1]))
    """

    entrywise: ClassVar[bool] = True
    learning_rate: Rate
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        check(self, "beta1", "beta2")

    def init(self, theta: Array) -> State:
        """Return the state before the first step; see ``Optimizer.init``."""
        zeros = start(theta, self.learning_rate, (1 - self.beta2) ** 0.5 * self.epsilon)
        return State(m=zeros, v=zeros.copy(), v_max=zeros.copy())

    def step(self, theta: Array, gradient: Array, state: State, out: Moved | None = None) -> Moved:
        """Return θ_t and the next state; see ``Optimizer.step``."""
        t, rate, to_theta, to = begin(self.learning_rate, theta, gradient, state, out)
        m = _average(state.m, gradient, self.beta1, to.m)
        v = _average_of_squares(state.v, gradient, self.beta2, to.v)
        v_max = np.maximum(state.v_max, v, out=to.v_max)
        root = (1 - self.beta2**t) ** 0.5
        move = _over_root(m, v_max, root * self.epsilon)
        move *= root * rate / (1 - self.beta1**t)
        return np.subtract(theta, move, out=to_theta), State(t, m, v, v_max)
