"""Does the grader lose, double or zero a result when what runs it is killed, again and again?

``python benchmarks/grading_kills.py`` grades a class of 40 undisturbed, and then over and over
while processes are killed with SIGKILL at random moments, 1,000 times in all: 850 times the
coordinator, which then starts anew, and 150 times a Dask worker. Each class that is finished must
have one result for each submission, the one of the undisturbed run. The exit status is 1 if not.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time

for library in ("OMP", "OPENBLAS", "MKL"):  # before NumPy starts its threads
    os.environ[f"{library}_NUM_THREADS"] = "1"
sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir, "tools"))

from concurrent.futures import Executor, ThreadPoolExecutor  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from grading import KEY, KINDS, hand_in  # noqa: E402

from backprop_lib.check import PROBLEM_SETS  # noqa: E402
from backprop_lib.grade import exports, farm  # noqa: E402
from backprop_lib.grade.jail import Limits  # noqa: E402
from backprop_lib.grade.selftest import self_test  # noqa: E402
from backprop_lib.grade.submission import find  # noqa: E402
from backprop_lib.journal import Journal  # noqa: E402

KILLS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
CLASS = 40
LIMITS = Limits(start=5.0, cell=5.0, call=2.0, whole=10.0)  # a task that is forgotten waits less


def grade(folder: Path, results: Path, executor: Executor, width: int) -> None:
    """Grade what has no result yet."""
    farm.grade(find(folder, PROBLEM_SETS), results, KEY, executor, width, LIMITS)


def outcome(results: Path) -> list[exports.Record]:
    """Return every line of the results, in the order of the names, without the seconds."""
    lines = [record | {"seconds": None} for record in Journal(results)]
    return sorted(lines, key=lambda record: record["student"])


def kill_coordinators(folder: Path, kills: int, expected: list[exports.Record]) -> int:
    """Kill the coordinator in the middle of its work; return how many classes came out right."""
    rng, classes, results = np.random.default_rng(2), 0, folder / "killed.jsonl"
    while kills:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            with ThreadPoolExecutor(2) as pool:
                grade(folder / "class", results, pool, 4)
            os._exit(0)
        time.sleep(rng.uniform(0.02, 1.5))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if status == signal.SIGKILL:
            kills -= 1
        elif status:
            sys.exit(f"a coordinator failed with {status}")
        else:
            classes += compared(results, expected)
    return classes


def kill_workers(folder: Path, kills: int, expected: list[exports.Record]) -> int:
    """Kill workers of Dask while they grade; return how many classes came out right."""
    import dask
    from distributed import Client

    dask.config.set({"distributed.deploy.lost-worker-timeout": "1h"})  # else they are given up
    rng, classes, results = np.random.default_rng(3), 0, folder / "lost.jsonl"
    with Client(n_workers=4, threads_per_worker=1, dashboard_address="127.0.0.1:0") as client:
        left = [kills]

        def killer() -> None:
            while left[0]:
                time.sleep(rng.uniform(0.1, 1.5))
                if len(client.nthreads()) > 1:  # the last one goes on
                    worker = list(client.cluster.workers.values())[rng.integers(4)]
                    os.kill(worker.pid, signal.SIGKILL)
                    left[0] -= 1

        thread = threading.Thread(target=killer)
        thread.start()
        while left[0]:
            grade(folder / "class", results, client.get_executor(pure=False), 8)
            classes += compared(results, expected)
        thread.join()
    return classes


def compared(results: Path, expected: list[exports.Record]) -> int:
    """Stop if a class came out otherwise than undisturbed; else clear the table for the next."""
    found = outcome(results)
    if found != expected:
        results.rename(Path(tempfile.gettempdir(), "grading_kills.jsonl"))
        sys.exit(f"{len(found)} lines, {len(expected)} expected, and not the same: see {results}")
    results.unlink()
    return 1


def main() -> int:
    """Print how many processes were killed and how many classes came out right."""
    self_test(LIMITS)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        hand_in(folder / "class", CLASS, KINDS)
        grade(folder / "class", folder / "undisturbed.jsonl", farm.Serial(), 1)
        expected = outcome(folder / "undisturbed.jsonl")
        coordinators = 85 * KILLS // 100
        right = kill_coordinators(folder, coordinators, expected)
        print(f"{coordinators} coordinators killed, {right} classes finished, all as undisturbed")
        right = kill_workers(folder, KILLS - coordinators, expected)
        print(
            f"{KILLS - coordinators} workers killed, {right} classes finished, all as undisturbed"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
