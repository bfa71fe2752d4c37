"""The parts of a network diagram, and what textbooks call them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

Part: TypeAlias = tuple[Any, ...]
"""A part of a diagram: ("unit", l, j), ("bias", l), ("W", l, i, j) or ("b", l, j), counted from 0
as in the code: ("W", 1, 0, 1) is the weight from input 0 to unit 1 of layer 1."""


def default_names(sizes: Sequence[int]) -> dict[Part, str]:
    """Name the parts as textbooks do: i₁, h₁, o₁; weights counted unit by unit of the next layer.

    Parameters
    ----------
    sizes : sequence of int
        d₀, …, d_L.

    Returns
    -------
    dict of Part to str

    Examples
    --------
    >>> names = default_names((2, 2, 2))
    >>> names["unit", 1, 0], names["W", 1, 0, 1], names["W", 2, 1, 1], names["b", 2, 0]
    ('h₁', 'w₃', 'w₈', 'b₂')
    """
    names: dict[Part, str] = {}
    depth, hidden, weight = len(sizes) - 1, 0, 0
    for l, units in enumerate(sizes):
        for j in range(units):
            if 0 < l < depth:
                hidden += 1
            letter = "i" if l == 0 else "o" if l == depth else "h"
            names["unit", l, j] = letter + subscript(hidden if letter == "h" else j + 1)
            for i in range(sizes[l - 1] if l else 0):
                weight += 1
                names["W", l, i, j] = "w" + subscript(weight)
            if l:
                names["b", l, j] = "b" + subscript(l)
        if l:
            names["bias", l] = "1"
    return names


def spoken(name: str) -> str:
    """Write the name of an activation as people do.

    Examples
    --------
    >>> spoken("relu"), spoken("leaky_relu"), spoken("piecewise_linear"), spoken("tanh")
    ('ReLU', 'leaky ReLU', 'piecewise linear', 'tanh')
    """
    return name.replace("_", " ").replace("relu", "ReLU")


def indexed(name: str) -> str:
    """Write the digits at the end of a variable's name as an index.

    Examples
    --------
    >>> indexed("w12"), indexed("x"), indexed("2")
    ('w₁₂', 'x', '2')
    """
    letters = name.rstrip("0123456789")
    return letters + subscript(int(name[len(letters) :])) if letters not in ("", name) else name


def subscript(number: int) -> str:
    """Write a count as a subscript: 12 gives ₁₂."""
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def superscript(number: int) -> str:
    """Write a layer or a power as a superscript: 12 gives ¹², and −3 gives ⁻³."""
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
