"""Learning rates that shrink: a schedule is a record that maps the step number to a rate.
Every optimizer takes one in place of a number; a constant rate needs no schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Array, as_array, require_count, require_number


def checked_rate(learning_rate: float | Array) -> float | Array:
    """Return the rate as a float, or for a sweep as an array (..., 1), if it is positive.

    Raises
    ------
    TypeError, ValueError
        If the rate is no number, not positive, or an array whose last axis is not 1.
    """
    rates = as_array("learning_rate", learning_rate)
    if rates.dtype.kind != "f":
        raise TypeError(
            f"learning_rate must be a real number, got {type(learning_rate).__name__} "
            f"{learning_rate}; write a Python float."
        )
    if not rates.size or not (rates > 0).all():
        raise ValueError(
            f"learning_rate must be positive, got {learning_rate}; the step goes downhill."
        )
    if not rates.ndim:
        return float(rates)
    if rates.shape[-1] != 1:
        raise ValueError(
            f"learning_rate must be a number or have shape (..., 1), got {rates.shape}; for K "
            f"rates over a stack of K networks write np.reshape(rates, (K, 1))."
        )
    return rates.copy()  # what was checked stays as it was


def _check(schedule: Any, name: str, high: float) -> None:
    """Look at the rate and the other setting once, when the record is made."""
    object.__setattr__(schedule, "learning_rate", checked_rate(schedule.learning_rate))
    value = require_number(name, getattr(schedule, name))  # NumPy's would compute in its own width
    object.__setattr__(schedule, name, value)
    if not 0 < value <= high:
        raise ValueError(f"{name} must be above 0 and at most {high:g}, got {value}.")


@dataclass(frozen=True)
class StepDecay:
    r"""A rate that drops by a factor after every so many steps.

    .. math:: \eta_t = \eta_1 f^{\lfloor (t-1)/s \rfloor}, \qquad t = 1, 2, \dots

    Parameters
    ----------
    learning_rate : float, or ndarray of shape (..., 1)
        η₁, the rate of the first step.
    factor : float
        f, above 0 and at most 1.
    every : int
        s, the number of steps between two drops.

    Raises
    ------
    TypeError, ValueError
        If a setting lies outside its range.

    Examples
    --------
    >>> from backprop_lib.schedules import StepDecay
    >>> rate = StepDecay(1.0, factor=0.5, every=2)
    >>> [rate(t) for t in (1, 2, 3, 4, 5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    learning_rate: float | Array
    factor: float
    every: int

    def __post_init__(self) -> None:
        _check(self, "factor", high=1)
        object.__setattr__(self, "every", require_count("every", self.every))

    def __call__(self, t: int) -> float | Array:
        """Return the rate of step t = 1, 2, …"""
        return self.learning_rate * self.factor ** ((require_count("t", t) - 1) // self.every)


@dataclass(frozen=True)
class InverseTimeDecay:
    r"""A rate that falls like 1/t: the ``decay`` of Keras as the sources quote it.

    .. math:: \eta_t = \frac{\eta_1}{1 + d\,(t-1)}, \qquad t = 1, 2, \dots

    Keras counts the steps from 0, so the first one takes the full rate. The rates sum to infinity
    and their squares do not: with such rates noisy gradients still lead to a minimum.

    Parameters
    ----------
    learning_rate : float, or ndarray of shape (..., 1)
        η₁, the rate of the first step.
    decay : float
        d, above 0: after 1/d steps the rate is halved.

    Raises
    ------
    TypeError, ValueError
        If a setting lies outside its range.

    References
    ----------
    H. Robbins and S. Monro, A stochastic approximation method, Annals of Mathematical Statistics
    22 (1951), eq. (26): the two conditions on the rates.

    Examples
    --------
    >>> from backprop_lib.schedules import InverseTimeDecay
    >>> rate = InverseTimeDecay(1.0, decay=0.5)
    >>> [rate(t) for t in (1, 3, 5)]
    [1.0, 0.5, 0.3333333333333333]
    """

    learning_rate: float | Array
    decay: float

    def __post_init__(self) -> None:
        _check(self, "decay", high=np.inf)

    def __call__(self, t: int) -> float | Array:
        """Return the rate of step t = 1, 2, …"""
        return self.learning_rate / (1 + self.decay * (require_count("t", t) - 1))


@dataclass(frozen=True)
class ExponentialDecay:
    r"""A rate that shrinks by the same factor at every step.

    .. math:: \eta_t = \eta_1 f^{\,t-1}, \qquad t = 1, 2, \dots

    The rates sum to η₁/(1 − f). Where no gradient is longer than G, gradient descent cannot move θ
    by more than G η₁/(1 − f), however many steps it takes: choose f close to 1.

    Parameters
    ----------
    learning_rate : float, or ndarray of shape (..., 1)
        η₁, the rate of the first step.
    factor : float
        f, above 0 and at most 1.

    Raises
    ------
    TypeError, ValueError
        If a setting lies outside its range.

    Examples
    --------
    >>> from backprop_lib.schedules import ExponentialDecay
    >>> rate = ExponentialDecay(1.0, factor=0.5)
    >>> [rate(t) for t in (1, 2, 3)]
    [1.0, 0.5, 0.25]
    """

    learning_rate: float | Array
    factor: float

    def __post_init__(self) -> None:
        _check(self, "factor", high=1)

    def __call__(self, t: int) -> float | Array:
        """Return the rate of step t = 1, 2, …"""
        return self.learning_rate * self.factor ** (require_count("t", t) - 1)
