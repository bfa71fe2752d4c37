"""Are the optimizers those of PyTorch? 100 random gradients through both, entry by entry.

PyTorch is no dependency: ``pip install torch`` into an environment of its own beside this
package, then ``python benchmarks/optimizers_vs_pytorch.py``. The exit status is 1 if any pair
differs by more than 1e-12.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import backprop_lib as bp
from backprop_lib.schedules import ExponentialDecay, InverseTimeDecay

STEPS, SIZE, TOLERANCE = 100, 50, 1e-12

# Ours beside theirs, where the conventions coincide. RMSProp's ρ is their alpha.
PAIRS: dict[str, tuple[Any, Callable[[Any], torch.optim.Optimizer]]] = {
    "GradientDescent": (bp.GradientDescent(0.1), lambda p: torch.optim.SGD(p, lr=0.1)),
    "Momentum": (bp.Momentum(0.1, 0.9), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
    "Momentum, Nesterov": (
        bp.Momentum(0.1, 0.9, nesterov=True),
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    ),
    "AdaGrad": (bp.AdaGrad(0.1), lambda p: torch.optim.Adagrad(p, lr=0.1, eps=1e-8)),
    "AdaGrad, 1/t": (
        bp.AdaGrad(InverseTimeDecay(0.1, decay=0.05)),
        lambda p: torch.optim.Adagrad(p, lr=0.1, lr_decay=0.05, eps=1e-8),
    ),
    "RMSProp": (bp.RMSProp(0.1, rho=0.9), lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.9)),
    "Adam": (bp.Adam(0.1), lambda p: torch.optim.Adam(p, lr=0.1)),
    "Adam, large ε": (
        bp.Adam(0.1, beta1=0.5, beta2=0.8, epsilon=0.1),
        lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.5, 0.8), eps=0.1),
    ),
    "AMSGrad": (bp.AMSGrad(0.1), lambda p: torch.optim.Adam(p, lr=0.1, amsgrad=True)),
}
DECAYING = {  # a rate that changes with every step: theirs is set from outside
    "Momentum": bp.Momentum(ExponentialDecay(0.1, factor=0.97), 0.9),
    "RMSProp": bp.RMSProp(ExponentialDecay(0.1, factor=0.97)),
    "Adam": bp.Adam(ExponentialDecay(0.1, factor=0.97)),
    "AMSGrad": bp.AMSGrad(ExponentialDecay(0.1, factor=0.97)),
}


def largest_difference(
    ours: Any, theirs: Callable[[Any], torch.optim.Optimizer], factor: float = 1.0
) -> float:
    """Return max |θ_ours − θ_theirs| / max(1, |θ|) over all steps and entries."""
    rng = np.random.default_rng(0)
    theta = rng.normal(size=SIZE)
    parameter = torch.tensor(theta, requires_grad=True)
    optimizer, state, worst = theirs([parameter]), ours.init(theta), 0.0
    for _ in range(STEPS):
        # Sizes from 1e-6 to 1e3, some exact zeros: where ε and the corrections matter.
        gradient = rng.normal(size=SIZE) * 10.0 ** rng.uniform(-6, 3, SIZE)
        gradient[rng.random(SIZE) < 0.1] = 0.0
        theta, state = ours.step(theta, gradient, state)
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] *= factor
        gap = abs(theta - parameter.detach().numpy()) / np.maximum(1, abs(theta))
        worst = max(worst, float(gap.max()))
    return worst


def main() -> int:
    """Print a line for every pair; return 1 if one of them differs."""
    rows = [(name, largest_difference(*pair)) for name, pair in PAIRS.items()]
    rows += [
        (f"{name}, decaying", largest_difference(ours, PAIRS[name][1], factor=0.97))
        for name, ours in DECAYING.items()
    ]
    print(f"PyTorch {torch.__version__}: largest relative difference over {STEPS} steps")
    for name, gap in rows:
        print(f"  {name:22} {gap:.1e}  {'same' if gap <= TOLERANCE else 'DIFFERENT'}")
    return int(any(gap > TOLERANCE for _, gap in rows))


if __name__ == "__main__":
    sys.exit(main())
