"""Grading on several machines: a Dask cluster as an Executor, each of whose workers has a jail.
Before the first student, every worker shows that its jail holds and that it has the same checks."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import ExitStack
from typing import Any

from .jail import JailError, Limits
from .marking import version
from .selftest import self_test


def dask_executor(
    scheduler: str | None, workers: int, key: bytes, stack: ExitStack
) -> tuple[Executor, int]:
    """Return an executor on a Dask cluster, and how many tasks keep it busy.

    Parameters
    ----------
    scheduler : str or None
        "tcp://host:8786"; None starts ``workers`` processes on this machine.
    workers : int
    key : bytes
        The secret of the course. It goes to the workers: use ``tls://`` where others listen.
    stack : ExitStack
        Closes the connection.

    Raises
    ------
    RuntimeError
        If Dask is not installed, or a worker cannot grade.
    """
    try:
        from distributed import Client
    except ImportError:
        text = "--executor dask needs Dask: pip install -e '.[scale]', here and on every worker"
        raise RuntimeError(text) from None
    local: dict[str, Any] = {"n_workers": workers, "threads_per_worker": 1}
    local["dashboard_address"] = "127.0.0.1:0"
    client = stack.enter_context(Client(scheduler) if scheduler else Client(**local))
    answers = client.run(ready, key, Limits())
    faults = [f"{worker}: {said}" for worker, said in answers.items() if said != version(key)]
    if faults or not answers:
        raise RuntimeError("\n".join(["these workers cannot grade:", *(faults or ["none there"])]))
    return client.get_executor(pure=False), 4 * sum(client.nthreads().values())


def ready(key: bytes, limits: Limits) -> str:
    """Return the version of the checks on this worker, or what is wrong with it."""
    try:
        self_test(limits)
    except JailError as error:
        return str(error)
    return version(key)
