"""How long does the playground need from a click to the new picture?

``python benchmarks/playground.py`` clicks *Step* on small networks in each of the three views, and
prints the median processor time of a click in milliseconds: training, drawing and encoding. The
exit status is 1 if one is above 100.
"""

from __future__ import annotations

import os
import sys
import time

for library in ("OMP", "OPENBLAS", "MKL"):  # before NumPy starts its threads
    os.environ[f"{library}_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402

from backprop_lib.explorers import Playground, Setting  # noqa: E402
from backprop_lib.explorers.board import VIEWS  # noqa: E402

CLICKS, LIMIT = 15, 100.0
SETTINGS = {
    "XOR, 2-2-1": Setting("XOR", (2,)),
    "moons, 2-4-2-1": Setting("moons", (4, 2)),
    "sine, 1-6-1": Setting("sine (regression)", (6,)),
    "spirals, 2-8-8-1": Setting("spirals", (8, 8)),
}


def click(setting: Setting, view: str) -> float:
    """Return the median milliseconds of a click on *Step*."""
    playground = Playground(setting)
    playground.widget()
    playground.show(view)
    times = []
    for _ in range(CLICKS):
        start = time.process_time()
        playground.step()
        times.append(time.process_time() - start)
    return 1000 * float(np.median(times))


def main() -> int:
    """Print the measurements; return 1 if the promise is not kept."""
    print(f"{'network':20}" + "".join(f"{view:>10}" for view in VIEWS))
    worst = 0.0
    for name, setting in SETTINGS.items():
        medians = [click(setting, view) for view in VIEWS]
        worst = max(worst, *medians)
        print(f"{name:20}" + "".join(f"{median:8.0f}ms" for median in medians))
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
