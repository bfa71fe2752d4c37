"""How long does the digits network of chapter 10 take to train, and how well does it read?

``python benchmarks/digits.py`` trains it on one core from ten splits of the data, and prints the
seconds of one training and the share of held-out images that it reads rightly. The exit status is
1 if the mean is below 97 %, or a training takes more than 20 seconds.
"""

from __future__ import annotations

import os
import sys
import time

for library in ("OMP", "OPENBLAS", "MKL"):  # before NumPy starts its threads
    os.environ[f"{library}_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402

import backprop_lib as bp  # noqa: E402

SPLITS, HELD_OUT, EPOCHS = 10, 360, 60


def train(seed: int) -> tuple[float, float]:
    """Return the seconds of one training, and the share of held-out images read rightly."""
    rng = np.random.default_rng(seed)
    data = bp.datasets.digits(rng, held_out=HELD_OUT)
    net = bp.Network(sizes=(64, 32, 10), activations=(bp.relu, bp.linear))
    theta, optimizer = bp.he(net, rng), bp.GradientDescent(learning_rate=0.3)
    loss, start = bp.softmax_cross_entropy, time.perf_counter()
    for epoch in bp.fit(net, loss, theta, data.X, data.Y, optimizer, EPOCHS, 32, rng):
        theta = epoch.theta
    seconds = time.perf_counter() - start
    answers = net.forward(theta, data.X_test).a[-1].argmax(axis=1)
    return seconds, float((answers == data.Y_test.argmax(axis=1)).mean())


def main() -> int:
    """Print the measurements; return 1 if the promise is not kept."""
    seconds, right = zip(*(train(seed) for seed in range(1, SPLITS + 1)), strict=True)
    print(f"{SPLITS} splits, {EPOCHS} epochs, one core")
    print(f"  seconds for one training: {min(seconds):.2f} to {max(seconds):.2f}")
    mean = np.mean(right)
    print(f"  held-out images right:    {min(right):.1%} to {max(right):.1%}, mean {mean:.1%}")
    return int(max(seconds) > 20 or mean < 0.97)


if __name__ == "__main__":
    sys.exit(main())
