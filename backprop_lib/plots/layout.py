"""Where the parts of a network diagram go: units in columns, and every number on its own edge where
it touches neither a unit nor another number. Pure geometry, in inches; nothing is drawn here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from .names import Part

Point: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Layout:
    """Places of the parts of one network, in inches from the lower left corner.

    Parameters
    ----------
    centre : dict of Part to ndarray, shape (2,)
        Centres of units and of the bias nodes ("bias", l), which feed layer l.
    radius : float
        Of a unit.
    row : float
        Distance of two units in a column.
    ends : dict of Part to ndarray, shape (2, 2)
        Where an edge leaves one circle and meets the next.
    """

    centre: dict[Part, Point]
    radius: float
    row: float
    ends: dict[Part, NDArray[np.float64]]


@lru_cache(maxsize=64)
def place(sizes: tuple[int, ...], width: float, height: float, right: float = 0.0) -> Layout:
    """Place units in columns, layer by layer, and a bias node under each column but the last.

    Parameters
    ----------
    sizes : tuple of int
        d₀, …, d_L.
    width, height : float
        Room for the diagram, in inches.
    right : float
        Room to leave free at the right edge, in inches.

    Returns
    -------
    Layout
    """
    rows = max(sizes) + 0.8  # the bias nodes need less room than a row of units
    row = height / rows
    radius = min(0.4, 0.3 * row)
    step = (width - right - 2 * radius - 0.3) / (len(sizes) - 1)
    middle = height - row * max(sizes) / 2
    centre: dict[Part, Point] = {}
    for l, units in enumerate(sizes):
        x = radius + 0.15 + l * step
        for j in range(units):
            centre["unit", l, j] = np.array([x, middle + row * ((units - 1) / 2 - j)])
        if l:
            centre["bias", l] = np.array([x - step, 0.35 * row])
    ends: dict[Part, NDArray[np.float64]] = {}
    for l in range(1, len(sizes)):
        for j in range(sizes[l]):
            for part, source, start in [
                *((("W", l, i, j), ("unit", l - 1, i), radius) for i in range(sizes[l - 1])),
                (("b", l, j), ("bias", l), 0.6 * radius),
            ]:
                line = np.array([centre[source], centre["unit", l, j]])
                along = (line[1] - line[0]) / np.hypot(*(line[1] - line[0]))
                ends[part] = line + np.array([start * along, -radius * along])
    return Layout(centre, radius, row, ends)


@lru_cache(maxsize=64)
def place_labels(
    sizes: tuple[int, ...],
    width: float,
    height: float,
    right: float,
    box: tuple[float, float],
    beside: tuple[float, float],
) -> dict[Part, Point] | None:
    """Find a place for a label of size ``box`` on every edge, so that none touches another.

    Each label slides along its edge; it avoids units and labels, and prefers the middle and places
    where no other edge runs under it. First any arrangement is found, then labels move one by one
    to better places until none wants to.

    Parameters
    ----------
    sizes, width, height, right
        As for ``place``.
    box : tuple of float
        Width and height of a label, in inches.
    beside : tuple of float
        Width and height of the text above, and of the text below, every unit, in inches.

    Returns
    -------
    dict of Part to ndarray, shape (2,), or None
        Centres of the labels; None if there is no room for all.
    """
    gap = (width - right) / (len(sizes) - 1) * height
    if max((i + 1) * j for i, j in pairwise(sizes)) * box[0] * box[1] > 0.5 * gap:
        return None  # hopeless, and slow to search
    layout = place(sizes, width, height, right)
    half = np.array(box) / 2
    slide = np.linspace(0.06, 0.94, 33)
    parts = list(layout.ends)
    ends = np.array([layout.ends[part] for part in parts])
    spots = ends[:, :1] + slide[:, None] * (ends[:, 1:] - ends[:, :1])  # (edges, slide, 2)
    allowed = ((spots > half) & (spots < np.array([width, height]) - half)).all(-1)
    for part, centre in layout.centre.items():
        r = layout.radius * (0.6 if part[0] == "bias" else 1)
        allowed &= ~(abs(spots - centre) < r + half).all(-1)
        for side in (1, -1) if part[0] == "unit" and part[1] > 0 else ():
            text = centre + np.array([0, side * (r + beside[1] / 2)])
            allowed &= ~(abs(spots - text) < np.array(beside) / 2 + half).all(-1)
    cost = 2 * abs(slide - 0.5) + _foreign_edges(spots, ends, half)
    apart = (abs(spots[:, :, None, None] - spots) >= 2 * half).any(-1)  # (e, s, e', s')
    found = _choose(allowed, apart, cost)
    if found is None:
        return None
    chosen = np.array([found[e] for e in range(len(parts))])
    for _ in range(10):
        before = chosen.copy()
        for e in range(len(parts)):
            others = [k for k in range(len(parts)) if k != e]
            free = allowed[e] & apart[e][:, others, chosen[others]].all(-1)
            chosen[e] = np.where(free, cost[e], np.inf).argmin()
        if (chosen == before).all():
            break
    return dict(zip(parts, spots[np.arange(len(parts)), chosen], strict=True))


def _choose(
    allowed: NDArray[np.bool_], apart: NDArray[np.bool_], cost: NDArray[np.float64]
) -> dict[int, int] | None:
    """Choose one place a label, all apart: backtracking, the label with least choice first."""
    tries = 0

    def rest(open_labels: frozenset[int], allowed: NDArray[np.bool_]) -> dict[int, int] | None:
        nonlocal tries
        if not open_labels:
            return {}
        e = min(open_labels, key=lambda k: (allowed[k].sum(), k))
        for spot in sorted(np.flatnonzero(allowed[e]), key=lambda s: cost[e, s]):
            tries += 1
            if tries > 400:
                return None
            left = open_labels - {e}
            narrowed = allowed & apart[e, spot]
            if all(narrowed[k].any() for k in left):
                others = rest(left, narrowed)
                if others is not None:
                    return others | {e: int(spot)}
        return None

    return rest(frozenset(range(len(allowed))), allowed)


def _foreign_edges(
    spots: NDArray[np.float64], ends: NDArray[np.float64], half: Point
) -> NDArray[np.float64]:
    """Count the other edges under a label at every spot: (edges, slide)."""
    dense = ends[:, :1] + np.linspace(0, 1, 60)[:, None] * (ends[:, 1:] - ends[:, :1])
    counts = np.zeros(spots.shape[:2])
    for e, line in enumerate(dense):
        under = (abs(spots[:, :, None] - line) < half).all(-1).any(-1)
        under[e] = False
        counts += under
    return counts
