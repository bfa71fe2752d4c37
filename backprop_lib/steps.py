"""What all optimizers share: the state, the two methods, and the checks made before the first step.
A step itself checks next to nothing: on small networks a check costs as much as the formula."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np

from .arrays import Array, as_array, require_kind, require_number, require_shape, show_shape
from .schedules import checked_rate

Rate: TypeAlias = float | Array | Callable[[int], Any]


class State(NamedTuple):
    """What an optimizer remembers: the number t of steps taken, and averages of shape (..., p)."""

    t: int = 0
    m: Any = None
    v: Any = None
    v_max: Any = None


Moved: TypeAlias = tuple[Array, State]
NEW: tuple[None, State] = (None, State())


class Optimizer(Protocol):
    """What ``fit`` asks of an optimizer; any object with these two methods will do.

    A class whose ``step`` treats every entry of θ alone may say ``entrywise = True`` beside it.
    Then ``fit`` cuts a long θ into parts that fit into the cache, each with a state of its own. A
    class that defines another ``step`` has to say it anew.
    """

    def init(self, theta: Array) -> State:
        """Return the state before the first step for θ of shape (..., p)."""

    def step(self, theta: Array, gradient: Array, state: State, out: Moved | None = None) -> Moved:
        """Return θ_t (..., p) and the state after step t.

        Parameters
        ----------
        theta, gradient : ndarray, shape (..., p)
            θ_{t−1} and g_t = ∇J(θ_{t−1}).
        state : State
            From ``init`` or the step before; it is not changed.
        out : tuple of θ and State, optional
            An earlier result, whose arrays may be overwritten; ``(theta, state)`` works in place.

        Raises
        ------
        ValueError
            If θ and the gradient differ in shape.
        """


def check(optimizer: Any, *fractions: str) -> None:
    """Look at the settings once, when the record is made."""
    if not callable(optimizer.learning_rate):
        object.__setattr__(optimizer, "learning_rate", checked_rate(optimizer.learning_rate))
    for name in fractions:
        value = require_number(name, getattr(optimizer, name))  # NumPy's would widen a float32
        object.__setattr__(optimizer, name, value)
        if not 0 <= value < 1:
            raise ValueError(f"{name} must be at least 0 and below 1, got {value}.")
    if hasattr(optimizer, "epsilon"):
        object.__setattr__(optimizer, "epsilon", require_number("epsilon", optimizer.epsilon))
        if optimizer.epsilon <= 0:
            raise ValueError(
                f"epsilon must be a positive number, got {optimizer.epsilon}; it keeps the "
                f"divisor from 0 where a gradient is 0."
            )


def start(theta: Array, learning_rate: Rate, divisor: float = 1.0) -> Array:
    """Return zeros like θ, or say why θ cannot be moved at this rate or divided by ε."""
    theta = as_array("theta", theta)
    if theta.dtype.kind != "f" or not theta.ndim:
        raise TypeError(
            f"theta must be an array of real numbers of shape (..., p), got shape "
            f"{show_shape(theta.shape)} and dtype {theta.dtype}."
        )
    rate = checked_rate(_rate(learning_rate, 1) if callable(learning_rate) else learning_rate)
    if isinstance(rate, np.ndarray):
        require_shape("theta", theta, (..., *rate.shape[:-1], "p"), "learning_rate has a row each.")
        if rate.dtype != theta.dtype:
            raise TypeError(
                f"learning_rate must have the dtype of theta, {theta.dtype}, got {rate.dtype}; "
                f"write learning_rate.astype(theta.dtype)."
            )
    if not theta.dtype.type(divisor):
        raise ValueError(
            f"epsilon must keep the divisor from 0, but the {divisor:.2g} of the first step is 0 "
            f"in {theta.dtype}, the dtype of theta; take a wider dtype, or an epsilon such as "
            f"{float(np.finfo(theta.dtype).tiny) ** 0.5:.0e}."
        )
    return np.zeros_like(theta)


def begin(
    learning_rate: Rate, theta: Array, gradient: Array, state: State, out: Moved | None
) -> tuple[int, Any, Any, State]:
    """Return the number and the rate of the step that begins, and what it may overwrite."""
    try:
        to_theta, to = NEW if out is None else out
        t, _ = state.t + 1, to.t
        alike = theta.shape == gradient.shape and theta.dtype is gradient.dtype
    except (AttributeError, TypeError, ValueError):
        alike = False
    if not alike:  # nobody looks closer before something is odd
        _check_step(theta, gradient, state, out)
    rate = _rate(learning_rate, t) if callable(learning_rate) else learning_rate
    return t, rate, to_theta, to


def _check_step(theta: Any, gradient: Any, state: Any, out: Any) -> None:
    """Say which argument of a step is none, if any."""
    for name, array in (("theta", theta), ("gradient", gradient)):
        require_kind(name, array, np.ndarray, f"write np.asarray({name}, dtype=float).")
    require_kind("state", state, State, "take it from optimizer.init(theta).")
    kinds = [type(part) for part in out] if isinstance(out, tuple) else []
    if out is not None and kinds != [np.ndarray, State]:
        raise TypeError(f"out must be what an earlier step returned, got {out!r}; leave it away.")
    if theta.shape != gradient.shape:
        raise ValueError(
            f"gradient must have the shape of theta, {show_shape(theta.shape)}, got "
            f"{show_shape(gradient.shape)}."
        )
    if gradient.dtype != theta.dtype:
        raise TypeError(
            f"gradient must have the dtype of theta, {theta.dtype}, got {gradient.dtype}; write "
            f"gradient.astype(theta.dtype)."
        )


def _rate(schedule: Callable[[int], Any], t: int) -> Any:
    rate = schedule(t)
    try:
        return rate if isinstance(rate, np.ndarray) and rate.ndim else float(rate)
    except (TypeError, ValueError):
        raise TypeError(
            f"learning_rate({t}) must be a number or an array of shape (..., 1), got "
            f"{type(rate).__name__} {rate!r}; let the schedule return the rate of step t."
        ) from None
