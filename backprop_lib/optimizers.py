"""How θ moves when the gradient is known. Each optimizer is one formula on vectors: a frozen record
of its settings, ``init`` for a fresh state, and a pure ``step``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from .arrays import Array

Rate: TypeAlias = float | Array | Callable[[int], Any]


class State(NamedTuple):
    """What an optimizer remembers: the number t of steps taken, and averages of shape (..., p)."""

    t: int = 0
    m: Any = None
    v: Any = None
    v_max: Any = None


Moved: TypeAlias = tuple[Array, State]
NOTHING: tuple[None, State] = (None, State())


def _rate(learning_rate: Rate, t: int) -> Any:
    return learning_rate(t) if callable(learning_rate) else learning_rate


@dataclass(frozen=True)
class GradientDescent:
    r"""Go downhill, as far as the slope is steep.

    .. math:: \theta_t = \theta_{t-1} - \eta_t \, g_t, \qquad g_t = \nabla J(\theta_{t-1})
    """

    learning_rate: Rate

    def init(self, theta: Array) -> State:
        """Return the state before the first step."""
        return State()

    def step(self, theta: Array, gradient: Array, state: State, out: Moved | None = None) -> Moved:
        """Return θ_t and the state after step t."""
        to_theta, _ = out or NOTHING
        t = state.t + 1
        return np.subtract(theta, _rate(self.learning_rate, t) * gradient, out=to_theta), State(t)
