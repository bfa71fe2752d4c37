"""What happens around the steps: every epoch is handed out as a record, divergence is told at once
and nothing is lost by it, and a training that has arrived stops."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from .arrays import Array


@dataclass(frozen=True, eq=False)
class Epoch:
    """Where training stands after one pass over the samples (in ``minimize``: after one step).

    Parameters
    ----------
    number : int
        1, 2, …
    theta : ndarray, shape (..., p)
        A copy of the parameters, yours to keep.
    loss : float, or ndarray of shape (...)
        J(theta) over all samples, computed when first asked for.
    gradient : ndarray, shape (..., p)
        ∇J(theta) over all samples, computed when first asked for.
    """

    number: int
    theta: Array
    _loss: Callable[[Array], Any] = field(repr=False)
    _gradient: Callable[[Array], Array] = field(repr=False)

    @cached_property
    def loss(self) -> Any:
        """J over all samples."""
        with quiet():
            return self._loss(self.theta)

    @cached_property
    def gradient(self) -> Array:
        """∇J over all samples."""
        with quiet():
            return self._gradient(self.theta)


class Diverged(ArithmeticError):
    """Training has left the finite numbers; nothing that came before is lost.

    Parameters
    ----------
    epoch : int
        The epoch in which it happened.
    theta : ndarray, shape (..., p)
        The last finite parameters: the very array of the epoch before, or the start.
    """

    def __init__(self, epoch: int, theta: Array) -> None:
        super().__init__(epoch, theta)
        self.epoch, self.theta = epoch, theta

    def __str__(self) -> str:
        return (
            f"training diverged in epoch {self.epoch}: theta is no longer finite. The last finite "
            f"theta is in the attribute theta of this error; take a smaller learning rate, smaller "
            f"initial weights, or inputs of size about 1."
        )


def run(
    theta: Array,
    advance: Callable[[], None],
    record: Callable[[int], Epoch],
    epochs: int,
    tolerance: float | None,
    progress: bool,
) -> Iterator[Epoch]:
    """Advance θ, which is moved in place, and yield a record of every epoch.

    A network of the stack that is lost becomes nan and stays so by itself: nothing done to nan
    makes it a number. Left infinite, its units could saturate and its loss look sound.
    """
    last, flat = theta.copy(), theta.ravel(order="K")  # a view: θ is one piece of memory
    silence = copy_context()  # an errstate for every epoch would cost as much as three operations
    silence.run(np.seterr, all="ignore")
    for number in _counted(epochs, progress):
        silence.run(advance)
        lost = None
        if not isfinite(silence.run(flat.dot, flat)):  # a quick look; if not, a closer one
            lost = ~np.isfinite(theta).all(axis=-1, keepdims=True)
            if lost.all():
                raise Diverged(number, last)
            np.copyto(theta, np.nan, where=lost)
        epoch = record(number)
        last = epoch.theta if lost is None else np.where(lost, last, theta)
        yield epoch
        if tolerance is not None:
            # A network that is lost has no slope below the tolerance, and never will.
            small = abs(epoch.gradient).max(axis=-1) <= tolerance
            if (small | np.isnan(theta).any(axis=-1)).all():
                return


def _counted(epochs: int, progress: bool) -> Iterable[int]:
    if not progress:
        return range(1, epochs + 1)
    from tqdm.auto import tqdm

    bar: Iterable[int] = tqdm(range(1, epochs + 1), unit="epoch", disable=None)
    return bar  # disable=None: silent in a log file


def quiet() -> np.errstate:
    """Silence NumPy: overflow is told by ``Diverged``, once and with the last finite θ."""
    return np.errstate(all="ignore")
