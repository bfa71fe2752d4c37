"""Past one machine: the rows of the data stay on the workers, only θ and gradients travel.
The mean over all rows is the weighted mean over the shards, so nothing else has to change."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from tqdm.auto import tqdm

from .arrays import Array, require_count, require_function, require_kind
from .journal import Journal
from .losses import Loss
from .network import Network
from .objective import Objective
from .workers import Raised, WorkersLost, answers, checked_executors

__all__ = ["ShardedObjective", "WorkersLost", "sweep"]

Load = Callable[[int], tuple[ArrayLike, ArrayLike]]


@dataclass(frozen=True, eq=False)
class ShardedObjective:
    r"""The mean loss over data that live on workers, as a function θ → (J, ∇J).

    .. math:: J(\theta) = \sum_k \frac{n_k}{n} J_k(\theta), \qquad
              \nabla J(\theta) = \sum_k \frac{n_k}{n} \nabla J_k(\theta)

    with J_k the mean over the n_k rows of shard k and n = Σ n_k. ``minimize`` takes it, with any
    optimizer, as it takes any other objective.

    A task carries θ and the number of a shard; the worker that gets it loads the shard, unless it
    still holds it from the step before. So a lost worker costs the time to load its shards
    elsewhere, and never a wrong step: the sum is made when all its parts are there, in the order
    of the shards, so that equal θ give equal bits whoever came first.

    Parameters
    ----------
    net : Network
    loss : Loss
    load : callable
        ``load(k)`` returns X (n_k, d_0) and Y (n_k, d_L) of shard k. It runs on the worker, which
        must be able to import it: a function at the top of a module.
    shards : int
        How many there are.
    executors : Executor, or sequence of Executor
        Of ``concurrent.futures``, or Dask's ``client.get_executor()``. Shard k goes to executor
        k modulo their number: with one executor for each worker, each keeps its shards.
    attempts : int
        How often a part is tried, each time on the next executor.

    Raises
    ------
    WorkersLost
        When called: if all attempts at one part fail because workers are lost.
    TypeError, ValueError
        At once for wrong arguments; when called, whatever ``load`` or the network raise on the
        worker, or if ``load`` cannot be sent to one.

    Examples
    --------
    >>> import numpy as np, backprop_lib as bp
    >>> from backprop_lib.parallel import ShardedObjective
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> net = bp.Network(sizes=(1, 1), activations=(bp.linear,))
    >>> def load(k):
    ...     X = np.array([[2.0 * k], [2.0 * k + 1]])
    ...     return X, 2 * X + 1
    >>> with ThreadPoolExecutor(2) as executor:
    ...     objective = ShardedObjective(net, bp.half_squared_error, load, 2, executor)
    ...     objective([1.0, 1.0])
    (np.float64(1.75), array([-3.5, -1.5]))
    """

    net: Network
    loss: Loss
    load: Load
    shards: int
    executors: Executor | Sequence[Executor]
    attempts: int = 4
    _name: str = field(default_factory=lambda: uuid.uuid4().hex, init=False, repr=False)

    def __post_init__(self) -> None:
        require_kind("net", self.net, Network, "make one by bp.Network(...).")
        require_kind("loss", self.loss, Loss, "take one of bp.LOSSES.")
        require_function("load", self.load, "load(k) returns X and Y of shard k.")
        require_count("shards", self.shards)
        require_count("attempts", self.attempts)
        checked_executors(self.executors)

    def __call__(self, theta: ArrayLike) -> tuple[Any, Array]:
        """Return J and ∇J at θ.

        Parameters
        ----------
        theta : array_like, shape (..., p)

        Returns
        -------
        J : float, or ndarray of shape (...)
        gradient : ndarray, shape (..., p)
        """
        theta = self.net.checked_theta(theta)
        shards = [_Shard(self._name, k, self.net, self.loss, self.load) for k in range(self.shards)]
        calls = [(shard, theta) for shard in shards]
        parts: list[Any] = [None] * self.shards
        for k, answer in answers(_part, calls, checked_executors(self.executors), self.attempts):
            if isinstance(answer, Raised):
                raise answer.error
            parts[k] = answer
        n = sum(rows for rows, _, _ in parts)
        J = sum(rows / n * value for rows, value, _ in parts)
        return J, np.asarray(sum(rows / n * gradient for rows, _, gradient in parts))


def sweep(
    function: Callable[..., Any],
    settings: Iterable[Mapping[str, Any]],
    executors: Executor | Sequence[Executor],
    store: str | Path,
    attempts: int = 4,
    progress: bool = True,
) -> list[Any]:
    """Call ``function(**setting)`` for every setting, on the workers, and keep what is done.

    Parameters
    ----------
    function : callable
        It returns what JSON can hold. The workers must be able to import it.
    settings : iterable of dict
        Learning rates, seeds, sizes: what JSON can hold.
    executors, attempts
        As for :class:`ShardedObjective`.
    store : str or Path
        A file of JSON lines. Each result is written when it comes; what stands there already, from
        a run that was killed or had fewer settings, is not done again.
    progress : bool
        Show a progress bar.

    Returns
    -------
    list
        The results, in the order of the settings.

    Raises
    ------
    Exception
        Whatever the function raises, when all that can be done is done and stored; a
        ``RuntimeError`` that quotes it, if it cannot come back from the worker as it is.
    TypeError
        As late, if a result is not what JSON can hold. Before anything is computed: for wrong
        arguments, or if the function cannot be sent to a worker.
    ValueError, OSError
        Before anything is computed: if the store holds something else, or its folder is missing.
    WorkersLost
        If a setting could not be finished because workers are lost.

    Examples
    --------
    >>> import tempfile
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from backprop_lib.parallel import sweep
    >>> def square(side):
    ...     return side**2
    >>> settings = [{"side": 2}, {"side": 3}]
    >>> with ThreadPoolExecutor(2) as executor, tempfile.TemporaryDirectory() as folder:
    ...     sweep(square, settings, executor, folder + "/areas.jsonl", progress=False)
    [4, 9]
    """
    require_function("function", function, "it is called with each setting.")
    require_count("attempts", attempts)
    require_kind("progress", progress, bool, "True shows a bar.")
    if not isinstance(store, (str, os.PathLike)):
        raise TypeError(f"store must name a file, got {type(store).__name__} {store!r}.")
    try:
        settings = [dict(setting) for setting in settings]
        keys = [json.dumps(setting, sort_keys=True) for setting in settings]
    except (TypeError, ValueError) as error:
        raise TypeError(f"settings must be dicts that JSON can hold: {error}.") from None
    journal = Journal(store)
    done = {}
    for line in journal:
        if line.keys() != {"setting", "result"}:
            raise ValueError(f"store {store} holds no results of a sweep; name another file.")
        done[json.dumps(line["setting"], sort_keys=True)] = line["result"]
    open_places = [place for place, key in enumerate(keys) if key not in done]
    calls = [(function, settings[place]) for place in open_places]
    failure: Exception | None = None
    with tqdm(total=len(keys), initial=len(keys) - len(calls), disable=not progress) as bar:
        for k, answer in answers(_as_json, calls, checked_executors(executors), attempts):
            bar.update()
            if isinstance(answer, Raised):
                answer.error.add_note(f"The setting was {settings[open_places[k]]}.")
                failure = failure or answer.error
                continue
            result = json.loads(answer)  # as it is read next time
            journal.append({"setting": settings[open_places[k]], "result": result})
            done[keys[open_places[k]]] = result
    if failure:
        raise failure
    return [done[key] for key in keys]


@dataclass(frozen=True)
class _Shard:
    """What a worker needs to have a shard; equal if it is the same shard of the same objective."""

    objective: str
    number: int
    net: Network = field(compare=False)
    loss: Loss = field(compare=False)
    load: Load = field(compare=False)


@lru_cache(maxsize=64)
def _held(shard: _Shard) -> Objective:
    loaded = shard.load(shard.number)
    if not isinstance(loaded, (tuple, list)) or len(loaded) != 2:
        raise TypeError(f"load({shard.number}) must return X and Y, got {type(loaded).__name__}.")
    return shard.net.objective(shard.loss, *loaded)


def _part(shard: _Shard, theta: Array) -> tuple[int, Any, Array]:
    objective = _held(shard)
    return len(objective.X), *objective(theta)


def _as_json(function: Callable[..., Any], setting: dict[str, Any]) -> str:
    """Return the result as JSON, made on the worker: where JSON cannot hold it, that fails too."""
    result = function(**setting)
    try:
        return json.dumps(result)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(
            f"function must return what JSON can hold: {error}; turn NumPy's numbers and arrays "
            f"into Python's by .tolist()."
        ) from None
