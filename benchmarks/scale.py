"""What does a step cost when the rows lie on several workers? Compute, messages, and both together.

``OMP_NUM_THREADS=1 python benchmarks/scale.py`` starts two Dask workers on this machine, measures,
prints a table and writes ``benchmarks/scale.json``, which the appendix on scale reads. The workers
share one machine, so what is measured is the price of a message, not the speed of a network.
"""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import distributed
import numpy as np
from speed import machine

import backprop_lib as bp
from backprop_lib.parallel import ShardedObjective

STORE = Path(__file__).with_name("scale.json")
NETWORKS = (
    ((2, 16, 16, 1), 1_000),
    ((64, 32, 10), 1_800),
    ((64, 128, 128, 10), 20_000),
    ((784, 256, 128, 10), 20_000),
)
LENGTHS = (100, 1_000, 10_000, 100_000, 1_000_000)  # of θ in the messages
ROUNDS = 11


def network(sizes: tuple[int, ...]) -> bp.Network:
    """Return a network of tanh units with linear outputs."""
    return bp.Network(sizes, (*[bp.tanh] * (len(sizes) - 2), bp.linear))


def load(sizes: tuple[int, ...], rows: int, shards: int, k: int) -> tuple[object, object]:
    """Make shard k: random rows, drawn where they are used."""
    rng = np.random.default_rng(k)
    own = rows // shards
    return rng.normal(size=(own, sizes[0])), rng.normal(size=(own, sizes[-1]))


def row_seconds(sizes: tuple[int, ...], rows: int) -> float:
    """Return the processor time that one worker needs for one row: the least of several runs."""
    net = network(sizes)
    objective = net.objective(bp.half_squared_error, *load(sizes, rows, 1, 0))
    theta, times = np.zeros(net.parameter_count), []
    for _ in range(5):
        start = process_time()
        objective(theta)
        times.append(process_time() - start)
    return min(times) / rows


def echo(theta: np.ndarray) -> np.ndarray:
    """Return what came: the message of a step without its work."""
    return theta


def round_trips(executor: object) -> list[dict[str, float]]:
    """Send θ of several lengths to a worker and back; the least of several times, in seconds."""
    found = []
    for length in LENGTHS:
        theta, times = np.random.default_rng(0).normal(size=length), []
        for _ in range(ROUNDS):
            start = perf_counter()
            executor.submit(echo, theta, pure=False).result()
            times.append(perf_counter() - start)
        found.append({"parameters": length, "seconds": min(times)})
    return found


def steps(sizes: tuple[int, ...], rows: int, executors: list[object]) -> dict[str, object]:
    """Time a whole step here, on one worker and on two, turn by turn."""
    net = network(sizes)
    theta = np.random.default_rng(1).normal(size=net.parameter_count) / 10
    objectives = {"here": net.objective(bp.half_squared_error, *load(sizes, rows, 1, 0))}
    for k in (1, 2):
        objectives[f"workers {k}"] = ShardedObjective(
            net, bp.half_squared_error, partial(load, sizes, rows, k), k, executors[:k]
        )
    times: dict[str, list[float]] = {name: [] for name in objectives}
    for _ in range(ROUNDS):
        for name, objective in objectives.items():
            start = perf_counter()
            objective(theta)
            times[name].append(perf_counter() - start)
    return {
        "sizes": sizes,
        "rows": rows,
        "parameters": net.parameter_count,
        "bytes": 2 * theta.nbytes,  # θ there, the gradient back, for each worker
        "seconds": {name: min(each[1:]) for name, each in times.items()},  # the first one loads
        "two workers against one": median(
            one / two
            for one, two in zip(times["workers 1"][1:], times["workers 2"][1:], strict=True)
        ),
    }


def main() -> None:
    """Measure, print, store."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        workers = list(client.scheduler_info()["workers"])
        executors = [client.get_executor(workers=[worker]) for worker in workers]
        trips = round_trips(executors[0])
        rows = []
        for sizes, n in NETWORKS:
            per_row = executors[0].submit(row_seconds, sizes, n).result()
            rows.append(steps(sizes, n, executors) | {"row seconds": per_row})
    name = f"{machine()}, {os.cpu_count()} cores"
    STORE.write_text(json.dumps({"machine": name, "trips": trips, "steps": rows}, indent=1))
    print(
        bp.Table(
            {
                "length of θ": LENGTHS,
                "there and back, ms": [1e3 * trip["seconds"] for trip in trips],
            },
            digits=3,
        )
    )
    print(
        bp.Table(
            {
                "network": ["-".join(map(str, row["sizes"])) for row in rows],
                "rows": [row["rows"] for row in rows],
                **{
                    f"{name}, ms": [1e3 * row["seconds"][name] for row in rows]
                    for name in ("here", "workers 1", "workers 2")
                },
                "two against one": [row["two workers against one"] for row in rows],
            },
            digits=3,
        )
    )


if __name__ == "__main__":
    main()
