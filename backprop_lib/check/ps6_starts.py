"""The starts of problem set 6: how large the weights are, which units are dead, which are twins.
What a start lacks, no training brings back: a dead unit stays silent, and twins stay twins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import Array
from .compare import show
from .question import Mistake, Question


def start_variances(sizes: list[int], activations: list[str]) -> Any:
    """1/m for linear units, 2/(m + n) for tanh, 2/m for ReLU, from m units to n."""
    return _variances()(sizes, activations)


def _variances(
    linear: Callable[..., float] = lambda m, n: 1 / m,
    tanh: Callable[..., float] = lambda m, n: 2 / (m + n),
    relu: Callable[..., float] = lambda m, n: 2 / m,
) -> Callable[..., Any]:
    rules = {"linear": linear, "tanh": tanh, "relu": relu}

    def answer(sizes: list[int], activations: list[str]) -> Any:
        layers = zip(activations, sizes, sizes[1:], strict=False)
        return [rules[name](m, n) for name, m, n in layers]

    return answer


def _draw_sizes(rng: np.random.Generator) -> tuple[Any, ...]:
    units = ["linear", "tanh", "relu", *rng.choice(["tanh", "relu"], rng.integers(0, 3))]
    sizes = rng.choice([4, 7, 12, 20, 33, 54, 90], len(units) + 1, replace=False)
    return [int(size) for size in sizes], [str(name) for name in rng.permutation(units)]


VARIANCES = (
    Mistake(
        "fan-out for fan-in",
        "What arrives at a unit is a sum over the units that feed it: how many are they?",
        _variances(lambda m, n: 1 / n, lambda m, n: 2 / (m + n), lambda m, n: 2 / n),
    ),
    Mistake(
        "the standard deviation in the place of the variance",
        "The variance is the square of the deviation.",
        lambda sizes, units: [v**0.5 for v in start_variances(sizes, units)],
    ),
    Mistake(
        "the 2 of the ReLU missing",
        "How much of the mean square does a ReLU pass on?",
        _variances(relu=lambda m, n: 1 / m),
    ),
    Mistake(
        "the 2 of tanh missing",
        "If m and n are equal, both wishes agree; does your variance fulfil them then?",
        _variances(tanh=lambda m, n: 1 / (m + n)),
    ),
    Mistake(
        "the plain mean of the two wishes",
        "Glorot and Bengio took the harmonic mean.",
        _variances(tanh=lambda m, n: (1 / m + 1 / n) / 2),
    ),
    Mistake(
        "He's variance for all units",
        "Linear units pass on all of the mean square; what do they need?",
        _variances(lambda m, n: 2 / m, lambda m, n: 2 / m),
    ),
    Mistake(
        "1/m for tanh",
        "A variance of 1/m holds the level forwards; what holds it on the way back?",
        _variances(tanh=lambda m, n: 1 / m),
    ),
    Mistake(
        "Glorot's variance for linear units",
        "Linear units have a row of their own in the table.",
        _variances(linear=lambda m, n: 2 / (m + n)),
    ),
    Mistake(
        "Glorot's variance for all units",
        "Which units throw half of the mean square away?",
        _variances(lambda m, n: 2 / (m + n), relu=lambda m, n: 2 / (m + n)),
    ),
)


def dead_share(X: Array, W: Array, b: Array) -> Any:
    """The share of ReLU units whose z is 0 or below for every sample."""
    return float((X @ W + b <= 0).all(axis=0).mean())


DEAD = (
    Mistake(
        "samples and units swapped",
        "A unit is dead if all samples leave it silent: over which axis runs `all`?",
        lambda X, W, b: float((X @ W + b <= 0).all(axis=1).mean()),
    ),
    Mistake(
        "a z of exactly 0 taken for alive",
        "What does a ReLU answer at 0, and which slope has it there in this course?",
        lambda X, W, b: float((X @ W + b < 0).all(axis=0).mean()),
    ),
    Mistake(
        "silent for one sample taken for dead",
        "A healthy ReLU unit is silent for about half of the samples.",
        lambda X, W, b: float((X @ W + b <= 0).any(axis=0).mean()),
    ),
    Mistake(
        "the share of answers that are 0",
        "First find out for each unit whether it is dead; then count units.",
        lambda X, W, b: float((X @ W + b <= 0).mean()),
    ),
    Mistake(
        "silent on average taken for dead",
        "One sample is enough to keep a unit alive.",
        lambda X, W, b: float(((X @ W + b).mean(axis=0) <= 0).mean()),
    ),
    Mistake(
        "the number of dead units, not their share",
        "Of how many units?",
        lambda X, W, b: float((X @ W + b <= 0).all(axis=0).sum()),
    ),
    Mistake(
        "the share of living units",
        "Which z makes a ReLU answer 0?",
        lambda X, W, b: 1 - dead_share(X, W, b),
    ),
    Mistake(
        "the biases left out",
        "A unit may be dead because of its bias.",
        lambda X, W, b: dead_share(X, W, 0 * b),
    ),
)


def _draw_dead(rng: np.random.Generator) -> tuple[Any, ...]:
    n, d, m = rng.choice([7, 8, 9]), rng.choice([3, 4, 5]), rng.choice([10, 11, 13])
    while True:
        X, W, b = rng.normal(size=(n, d)), rng.normal(size=(d, m)), 0.3 * rng.normal(size=m)
        X[:, 0] = rng.uniform(1, 2, n)
        units = rng.permutation(m)
        by_weight, by_bias, empty = units[:2], units[2 : rng.integers(4, 7)], units[-1]
        W[0, by_weight] = -8.0
        b[by_bias] = -(X @ W[:, by_bias]).max(axis=0) - rng.uniform(0.5, 1)
        W[:, empty], b[empty] = 0.0, 0.0  # its z is exactly 0
        counts = [dead_share(X, W, b), *(slip.answer(X, W, b) for slip in DEAD)]
        if len({round(count, 9) for count in counts}) == len(counts):
            return X, W, b


def different_units(W: Array, b: Array, V: Array) -> Any:
    """The number of hidden units that are no twin of an earlier one: all of a unit counts."""
    return len(np.unique(np.column_stack([W.T, b, V]), axis=0))


def _draw_units(rng: np.random.Generator) -> tuple[Any, ...]:
    kinds, twice, k = (int(rng.choice(sizes)) for sizes in ([9, 10, 11], [4, 5, 6], [5, 6]))
    d = rng.integers(2, kinds - twice)
    W, b, V = rng.normal(size=(d, kinds)), rng.normal(size=kinds), rng.normal(size=(kinds, k))
    W[:, 1], V[1] = W[:, 0], V[0]  # another bias
    W[:, [3, 4]], b[[3, 4]] = W[:, [2]], b[2]  # other outgoing weights
    # At least four kinds come twice, so that no two ways of counting agree.
    copies = rng.permutation([*range(kinds), *rng.permutation(kinds)[:twice]])
    return W[:, copies], b[copies], V[copies]


def _rows(*parts: Array) -> int:
    return len(np.unique(np.column_stack(parts), axis=0))


UNITS = (
    Mistake(
        "only the incoming weights compared",
        "Two units that feed the output differently get different slopes.",
        lambda W, b, V: _rows(W.T),
    ),
    Mistake(
        "the outgoing weights overlooked",
        "Two units that feed the output differently part in the first step.",
        lambda W, b, V: _rows(W.T, b),
    ),
    Mistake(
        "the biases overlooked",
        "Two units that differ in their bias alone are no twins.",
        lambda W, b, V: _rows(W.T, V),
    ),
    Mistake(
        "all units counted",
        "Twins stay twins.",
        lambda W, b, V: len(b),
    ),
    Mistake(
        "inputs counted, not units",
        "A row of W belongs to an input, a column to a unit.",
        lambda W, b, V: _rows(W),
    ),
    Mistake(
        "only units without a twin counted",
        "Twins together are one unit, not none.",
        lambda W, b, V: int(
            (np.unique(np.column_stack([W.T, b, V]), axis=0, return_counts=True)[1] == 1).sum()
        ),
    ),
)


def break_symmetry(W: Array, b: Array, V: Array, size: float) -> Any:
    """Twins no more: the weights of unit j kicked by its own share of ``size``."""
    return [W + np.linspace(-size, size, len(b)), b, V]


def _draw_twins(rng: np.random.Generator) -> tuple[Any, ...]:
    d, m, k = rng.choice([2, 3]), int(rng.choice([4, 5, 6])), rng.choice([1, 7])
    column, row = rng.uniform(0.3, 1, (d, 1)), rng.uniform(0.3, 1, k)
    size = float(rng.choice([1e-1, 1e-2, 1e-3]))
    return np.tile(column, m), np.full(m, float(rng.normal())), np.tile(row, (m, 1)), size


def _still_twins(value: Any, W: Array, b: Array, V: Array, size: float) -> str:
    """Say what is wrong with a start that should hold no twins and lie near the old one."""
    old = (W, b, V)
    new = [_array(part) for part in value] if isinstance(value, list) else []
    if [part.shape for part in new] != [part.shape for part in old]:
        return f"expected W, b and V of the shapes {W.shape}, {b.shape}, {V.shape}."
    moved = max(float(np.abs(part - was).max()) for part, was in zip(new, old, strict=True))
    if not moved <= size * (1 + 1e-6) + 1e-6:
        return f"a number has moved by {show(moved)}, and {show(size)} is allowed."
    units = np.column_stack([new[0].T, new[1], new[2]])
    for j, unit in enumerate(units):
        for i, other in enumerate(units[:j]):
            if np.abs(unit - other).max() < 1e-7 * size:
                return f"units {i} and {j} are still twins."
    return ""


def _array(part: Any) -> Array:
    try:
        return np.asarray(part, dtype=float)
    except (TypeError, ValueError):
        return np.array(np.nan)


KICKS = (
    Mistake(
        "nothing changed",
        "A copy of twins holds twins.",
        lambda W, b, V, size: [W, b, V],
    ),
    Mistake(
        "the same kick for all units",
        "What is added to every unit alike leaves them alike.",
        lambda W, b, V, size: [W + size, b, V],
    ),
    Mistake(
        "a kick for each input, not for each unit",
        "A row of W belongs to an input; a kick of whole rows meets all units alike.",
        lambda W, b, V, size: [W + np.linspace(-size, size, len(W))[:, None], b, V],
    ),
    Mistake(
        "only one unit kicked",
        "That unit has left; what of the others?",
        lambda W, b, V, size: [W + size * np.outer(np.eye(len(W))[0], np.eye(len(b))[0]), b, V],
    ),
)

QUESTIONS = (
    Question("ps6.q3", 12, start_variances, _draw_sizes, VARIANCES),
    Question("ps6.q4", 10, dead_share, _draw_dead, DEAD),
    Question("ps6.q5", 10, different_units, _draw_units, UNITS),
    Question("ps6.q6", 10, break_symmetry, _draw_twins, KICKS, verify=_still_twins),
)
