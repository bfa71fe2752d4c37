"""Does time follow the count? Both passes and central differences, timed over growing networks.

``OMP_NUM_THREADS=1 python benchmarks/backward_cost.py``. Counted in multiplications, the backward
pass costs just under two forward passes, and differences cost two forward passes a parameter. Each
number is the smallest of several runs, so that a busy machine does little harm.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import numpy as np

import backprop_lib as bp

SAMPLES, REPEATS = 64, 15
WIDTHS = (8, 32, 128, 512, 1024)  # of two hidden layers
MOST_BY_DIFFERENCES = 2_000  # parameters; beyond that, differences take minutes


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Return the least time that ``work`` takes, in seconds."""
    work()  # the first call makes the arrays
    times = []
    for _ in range(repeats):
        start = process_time()
        work()
        times.append(process_time() - start)
    return min(times)


def measure(width: int) -> tuple[object, ...]:
    """Return one row of the table for hidden layers of this width."""
    net = bp.Network((16, width, width, 10), (bp.relu, bp.relu, bp.linear))
    rng = np.random.default_rng(0)
    theta = bp.he(net, rng)
    X, Y = rng.normal(size=(SAMPLES, 16)), rng.normal(size=(SAMPLES, 10))
    trace = net.forward(theta, X)
    slope = bp.half_squared_error.gradient(trace.a[-1], Y)
    back = net.backward(theta, trace, slope)
    # In place, on weights that are checked already: the two loops of network.py and nothing else.
    forward = seconds(lambda: net._forward_from(theta, X, trace))
    backward = seconds(lambda: net._backward_from(theta, trace, slope, back))
    by_differences = ""
    if net.parameter_count <= MOST_BY_DIFFERENCES:
        objective = net.objective(bp.half_squared_error, X, Y)
        ratio = seconds(lambda: bp.check_gradient(objective, theta), 2) / (forward + backward)
        by_differences = f"{ratio:.0f}"
    counted = 2 - 16 * width / (16 * width + width * width + width * 10)
    return net.parameter_count, forward * 1e6, backward / forward, counted, by_differences


def main() -> None:
    """Print the table."""
    rows = list(zip(*map(measure, WIDTHS), strict=True))
    names = ("parameters", "forward, µs", "backward / forward", "counted", "check / both passes")
    print(bp.Table({"width": WIDTHS} | dict(zip(names, rows, strict=True)), digits=3))


if __name__ == "__main__":
    main()
