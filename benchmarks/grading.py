"""How many submissions does the grader grade a minute, and is it the same whoever does the work?

``python benchmarks/grading.py`` grades a class of 1,000 (honest, wrong, hostile and damaged
notebooks of all problem sets) on two threads, prints submissions per minute with the load of the
machine, and the memory of the coordinator when a tenth and when all is done; then the class again
one after the other and on two Dask worker processes, and compares; then 500 damaged notebooks.
The exit status is 1 if fewer than 900 a minute are graded, or the memory grows by more than 10 %,
or a result differs, or a notebook is left without a score and without a reason.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time

for library in ("OMP", "OPENBLAS", "MKL"):  # before NumPy starts its threads
    os.environ[f"{library}_NUM_THREADS"] = "1"
sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir, "tools"))

from concurrent.futures import Executor, ThreadPoolExecutor  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from pathlib import Path  # noqa: E402

import classroom  # noqa: E402
import numpy as np  # noqa: E402

from backprop_lib.check import PROBLEM_SETS  # noqa: E402
from backprop_lib.grade import exports, farm  # noqa: E402
from backprop_lib.grade.jail import Limits  # noqa: E402
from backprop_lib.grade.scale import dask_executor  # noqa: E402
from backprop_lib.grade.selftest import self_test  # noqa: E402
from backprop_lib.grade.submission import find  # noqa: E402

SUBMISSIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
WORKERS = 2
KEY = b"a secret for the benchmark"
KINDS = {"honest": 0.82, "wrong": 0.12, "hostile": 0.02, "damaged": 0.04}


def hand_in(folder: Path, count: int, kinds: dict[str, float]) -> None:
    """Write the submissions of a class."""
    rng, sets = np.random.default_rng(1), sorted(PROBLEM_SETS)
    for number in range(count):
        kind = rng.choice(list(kinds), p=list(kinds.values()))
        name = sets[number % len(sets)]
        classroom.put(folder, f"s{number:04}", name, classroom.submission(kind, name, rng))


def grade(folder: Path, results: Path, executor: Executor, width: int) -> list[exports.Record]:
    """Grade the class and return what came out, without the seconds."""
    farm.grade(find(folder, PROBLEM_SETS), results, KEY, executor, width, Limits())
    return [record | {"seconds": None} for record in exports.latest(results)]


class Watched(ThreadPoolExecutor):
    """Threads that note the memory of this process after each tenth of the class."""

    memory: list[float]

    def submit(self, *given, **named):
        """Note, then submit."""
        self.seen = getattr(self, "seen", 0) + 1
        if self.seen % max(SUBMISSIONS // 10, 1) == 0:
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            self.memory.append(pages * os.sysconf("SC_PAGE_SIZE") / 2**20)
        return super().submit(*given, **named)


def main() -> int:
    """Print the measurements; return 1 if a promise is not kept."""
    self_test(Limits())
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        folder = Path(place)
        hand_in(folder / "class", SUBMISSIONS, KINDS)
        load, began = os.getloadavg()[0], time.perf_counter()
        memory: list[float] = []
        with Watched(WORKERS) as pool:
            pool.memory = memory
            threads = grade(folder / "class", folder / "threads.jsonl", pool, 2 * WORKERS)
        rate = 60 * len(threads) / (time.perf_counter() - began)
        print(f"{len(threads)} submissions on {WORKERS} threads: {rate:.0f} a minute")
        print(f"  load of the machine before and at the end: {load:.1f}, {os.getloadavg()[0]:.1f}")
        print(f"  memory of the coordinator: {memory[0]:.0f} MB, {memory[-1]:.0f} MB")
        serial = grade(folder / "class", folder / "serial.jsonl", farm.Serial(), 1)
        dask, width = dask_executor(None, WORKERS, KEY, stack)
        machines = grade(folder / "class", folder / "dask.jsonl", dask, width)
        differ = [a["student"] for a, b, c in zip(threads, serial, machines, strict=True)
                  if not a == b == c]  # fmt: skip
        print(f"  differ between threads, serial and {WORKERS} Dask workers: {differ or 'none'}")
        hand_in(folder / "damaged", 500, {"damaged": 1.0})
        with ThreadPoolExecutor(WORKERS) as pool:
            damaged = grade(folder / "damaged", folder / "damaged.jsonl", pool, 2 * WORKERS)
    states = dict.fromkeys(("graded", "unreadable", "review"), 0)
    for record in damaged:
        states[record["status"]] += 1
    print(f"{len(damaged)} damaged notebooks: {states}")
    grown = memory[-1] > 1.1 * memory[0]
    return int(rate < 900 or grown or bool(differ) or states["review"] > 0 or len(damaged) != 500)


if __name__ == "__main__":
    sys.exit(main())
