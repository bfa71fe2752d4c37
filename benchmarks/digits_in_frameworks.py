"""Do the PyTorch and JAX programs that chapter 10 prints end where its thirty lines end?

Neither is a dependency: ``pip install torch jax`` into an environment of its own beside this
package, then ``python benchmarks/digits_in_frameworks.py``. The programs are read from the page
itself, started from the same weights and the same shuffles, and their weights compared with the
library's. The exit status is 1 if any pair differs by more than 1e-9.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np

import backprop_lib as bp

PAGE = Path(__file__).resolve().parent.parent / "book" / "10-from-scratch.ipynb"
TOLERANCE = 1e-9


def programs() -> dict[str, str]:
    """Return the fenced Python programs of the page by the framework that they import."""
    cells = json.loads(PAGE.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    found = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    return {name: code for name in ("torch", "jax") for code in found if f"import {name}\n" in code}


def main() -> int:
    """Print a line for each framework; return 1 if one of them ends elsewhere."""
    rng = np.random.default_rng(0)
    data = bp.datasets.digits(rng, held_out=360)
    net = bp.Network(sizes=(64, 32, 10), activations=(bp.relu, bp.linear))
    theta = bp.he(net, np.random.default_rng(1))
    W, b = net.unpack(theta)
    *_, last = bp.fit(
        *(net, bp.softmax_cross_entropy, theta, data.X, data.Y, bp.GradientDescent(0.3)),
        **{"epochs": 60, "batch_size": 32, "rng": np.random.default_rng(2)},
    )
    worst = 0.0
    for name, code in programs().items():
        first = list(zip(W[1:], b[1:], strict=True))
        space: dict[str, Any] = {"data": data, "first": first, "rng": np.random.default_rng(2)}
        exec(compile(code, f"<{name} program of chapter 10>", "exec"), space)
        if name == "torch":
            arrays = [p.detach().numpy() for p in space["model"].parameters()]
            layers = [(arrays[0].T, arrays[1]), (arrays[2].T, arrays[3])]
        else:
            layers = [(np.asarray(w), np.asarray(c)) for w, c in space["layers"]]
        theirs = net.pack(W=[w for w, _ in layers], b=[c for _, c in layers])
        gap = float(abs(theirs - last.theta).max())
        print(f"  {name:6} largest difference of a weight: {gap:.1e}")
        worst = max(worst, gap)
    return int(worst > TOLERANCE or len(programs()) < 2)


if __name__ == "__main__":
    sys.exit(main())
