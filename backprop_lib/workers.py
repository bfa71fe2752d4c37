"""Calls that are made on workers, of which any may be lost at any moment.
What a call raises is an answer like another; only a call without an answer is made again."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future, as_completed
from dataclasses import dataclass
from typing import Any


class WorkersLost(RuntimeError):
    """No worker is left that could do its part; what was done before stands."""


@dataclass(frozen=True)
class Raised:
    """What a function raised on a worker; it travels as something that can be rebuilt here."""

    error: Exception

    def __reduce__(self) -> tuple[Any, ...]:
        try:
            pickle.loads(pickle.dumps(self.error))
        except Exception:
            return Raised, (RuntimeError(repr(self.error)),)
        return Raised, (self.error,)


def _answer(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Return what the function returns or raises, so that what is raised comes from the worker."""
    try:
        return function(*arguments)
    except Exception as error:
        return Raised(error)


def answers(
    function: Callable[..., Any],
    calls: Sequence[tuple[Any, ...]],
    executors: Sequence[Executor],
    attempts: int,
) -> Iterator[tuple[int, Any]]:
    """Yield (number of the call, its answer) as they come; ask again where a worker was lost."""
    missing = dict(enumerate(calls))
    reason: BaseException | None = None
    for attempt in range(attempts):
        running: dict[Future[Any], int] = {}
        for k, arguments in missing.items():
            try:
                executor = executors[(k + attempt) % len(executors)]
                running[executor.submit(_answer, function, arguments)] = k
            except RuntimeError as error:  # this executor is broken or shut down
                reason = error
        for future in as_completed(running):
            try:
                answer = future.result()
            except (Exception, CancelledError) as error:
                reason = error
            else:
                del missing[running[future]]
                yield running[future], answer
        if not missing:
            return
    if isinstance(reason, (pickle.PicklingError, AttributeError, TypeError)):
        raise TypeError(
            f"what is called cannot be sent to a worker ({reason}); define it at the top of a "
            f"module, or take threads."
        ) from reason
    raise WorkersLost(
        f"{len(missing)} of {len(calls)} parts were tried {attempts} times without an answer (the "
        f"last reason: {reason!r}); start new workers, which must be able to import what is "
        f"called, and go on from what is there."
    ) from reason


def checked_executors(given: Executor | Sequence[Executor]) -> tuple[Executor, ...]:
    """Return the executors as a tuple, or raise ``TypeError``."""
    executors = tuple(given) if isinstance(given, Sequence) else (given,)
    if not executors or not all(
        hasattr(executor, "submit") and not isinstance(executor, type) for executor in executors
    ):
        raise TypeError(
            f"executors must be an Executor or a sequence of them, got {given!r}; make one by "
            f"concurrent.futures.ThreadPoolExecutor()."
        )
    return executors
