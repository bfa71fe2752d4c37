"""How large the numbers of a network diagram can be, and how many digits they have, so that none
touches another: the most digits first, then the largest letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import style
from .layout import Layout, Point, place, place_labels
from .names import Part

SMALLEST = 7.0  # points; text that would be smaller is left out


@dataclass(frozen=True)
class Lettering:
    """Sizes of the texts of one diagram.

    Parameters
    ----------
    layout : Layout
    digits : int
        Significant digits of every number.
    edge : float
        Points of the numbers on edges; 0 if there is no room for them.
    beside : float
        Points of the texts above and below units.
    inside : float
        Points of the values inside units.
    spots : dict of Part to ndarray, shape (2,)
        Where the numbers of the edges stand, in inches.
    """

    layout: Layout
    digits: int
    edge: float
    beside: float
    inside: float
    spots: dict[Part, Point]


def fit(
    sizes: tuple[int, ...],
    names: Mapping[Part, str],
    room: tuple[float, float, float],
    backward: bool,
) -> Lettering:
    """Fit the texts of a network diagram into its room.

    Parameters
    ----------
    sizes : tuple of int
        d₀, …, d_L.
    names : mapping of Part to str
    room : tuple of float
        Width and height, and what to leave free at the right, in inches.
    backward : bool
        Whether gradients stand under the weights.

    Returns
    -------
    Lettering
    """
    layout = place(sizes, *room)
    name = max((name for part, name in names.items() if part[0] in "Wb"), key=len)
    digits, edge, spots = _fit_edges(sizes, room, layout, name, backward)
    beside, inside = _beside(layout, edge or 10.5), _inside(layout, digits)
    return Lettering(layout, digits, edge, beside, inside, spots)


def _fit_edges(
    sizes: tuple[int, ...],
    room: tuple[float, float, float],
    layout: Layout,
    name: str,
    backward: bool,
) -> tuple[int, float, dict[Part, Point]]:
    many = 4 if 0.9 * _inside(layout, 4) >= SMALLEST else 2  # names are 0.9 times as large
    # Room for the gradient even before it is known, if possible: then no number has to move.
    for digits, lines in [(many, 2), (many, 1), (2, 2), (2, 1)][:: 2 if backward else 1]:
        longest = "−0." + (digits + 2) * "0"
        for size in (11.0, 10.5, 10.0, 9.5, 9.0, 8.5) + (8.0, 7.5, 7.0) * (digits == 2):
            beside = _beside(layout, size)
            text = (style.text_width(f"δ {longest}", beside), style.text_height(beside))
            widest = max(
                style.text_width(f"{name} {longest[:-2]}", size),
                style.text_width(f"∂ {longest}", size),
            )
            box = (widest + 0.06, lines * style.text_height(size) + 0.04)
            spots = place_labels(sizes, *room, box, text)
            if spots is not None:
                return digits, size, spots
    return many, 0.0, {}


def _beside(layout: Layout, size: float) -> float:
    """Points of a text above or below a unit: ``size``, or less if the rows are close."""
    return min(size, 72 * (layout.row / 2 - layout.radius) / 1.5)


def _inside(layout: Layout, digits: int) -> float:
    """Points of a value such as −0.5933, whose letters are 0.62 times as wide, across a unit."""
    return min(style.TEXT, 72 * 1.7 * layout.radius / (0.62 * (digits + 3)))
