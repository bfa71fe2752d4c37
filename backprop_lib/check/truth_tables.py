"""Truth tables of three inputs: some units answer like them, and for some a layer is needed.
The student sets weights, any that do; what is checked is what a threshold makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arrays import Array

CORNERS = np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])


def unit(corners: Array, table: Array) -> list[float]:
    """Weights and bias of one unit, found by the perceptron rule."""
    w, b, y = np.zeros(3), 0.0, 2 * table - 1
    while (wrong := y * (corners @ w + b) <= 0).any():
        k = int(wrong.argmax())
        w, b = w + y[k] * corners[k], b + float(y[k])
    return [*map(float, w), b]


def layers(corners: Array, table: Array) -> list[Array]:
    """W1, b1, W2, b2: one hidden unit for every corner whose answer is 1."""
    ones = corners[table == 1]
    hidden = 2 * ones.T - 1, 0.5 - ones.sum(axis=1)
    return [*hidden, np.ones((len(ones), 1)), np.array([-0.5])]


def crossed_pairs(corners: Array, table: Array) -> bool:
    """Whether two corners with answer 1 and two with answer 0 have the same sum: no unit then."""
    sums = [
        {tuple(p + q) for p in corners[table == answer] for q in corners[table == answer]}
        for answer in (0, 1)
    ]
    return bool(sums[0] & sums[1])


def draw_unit(rng: np.random.Generator) -> tuple[Any, ...]:
    """Draw a table that one unit can answer."""
    while True:
        w, b = rng.integers(1, 4, 3) * rng.choice([-1, 1], 3), rng.integers(-4, 4) + 0.5
        table = (CORNERS @ w + b > 0).astype(int)
        if 3 <= table.sum() <= 5:
            return CORNERS, table


def draw_layers(rng: np.random.Generator) -> tuple[Any, ...]:
    """Draw a table that no single unit can answer."""
    while True:
        table = rng.integers(0, 2, 8)
        if table.sum() in (3, 4) and crossed_pairs(CORNERS, table):
            return CORNERS, table


def _numbers(value: Any) -> Array | None:
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        return None
    return array if (abs(array) < 1e100).all() else None  # nan is not; products stay finite


def is_unit(value: Any, corners: Array, table: Array) -> str:
    """Complain of weights and bias that answer otherwise than the table."""
    found = _numbers(value)
    if found is None or found.shape != (4,):
        return "expected four numbers, the three weights and then the bias."
    return _answers(corners @ found[:3] + found[3], corners, table)


def are_layers(value: Any, corners: Array, table: Array) -> str:
    """Complain of two layers that answer otherwise than the table."""
    found = [_numbers(part) for part in value] if isinstance(value, list) else []
    W1, b1, W2, b2 = found if len(found) == 4 else (None,) * 4
    if W1 is None or b1 is None or W2 is None or b2 is None:
        return "expected a list of four arrays of numbers, W1, b1, W2 and b2."
    m = b1.size
    if (W1.shape, W2.size, b2.size) != ((3, m), m, 1):
        shapes = ", ".join(str(part.shape) for part in (W1, b1, W2, b2))
        return f"with m hidden units the shapes are (3, m), (m,), (m, 1) and (1,), got {shapes}."
    z = corners @ W1 + b1.ravel()
    if (z == 0).any():
        at, h = np.argwhere(z == 0)[0]
        return f"z of hidden unit {h + 1} is 0 at {corners[at].tolist()}: neither 0 nor 1."
    return _answers((z > 0) @ W2.ravel() + b2.ravel(), corners, table)


def _answers(z: Array, corners: Array, table: Array) -> str:
    wrong = np.flatnonzero((z > 0) != (table == 1) if z.all() else z == 0)
    if wrong.size == 0:
        return ""
    k = wrong[0]
    place, says = corners[k].tolist(), f"its z is {z[k]:.4g}"
    if z[k] == 0:
        return f"at the corner {place} {says}: neither 0 nor 1."
    return f"at the corner {place} {says}, so it answers {int(z[k] > 0)} instead of {table[k]}."
