"""All weights and biases of a network lie in one flat vector θ: W¹ row by row, b¹, W², b², …
These functions go from layers to θ and back; everything else in the library handles vectors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Array, as_array, require_shape

Layers: TypeAlias = list[Any]  # entry l belongs to layer l, as in the formulas; entry 0 is None


def checked_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the sizes as a tuple of int, or raise if they make no network."""
    sizes = as_tuple("sizes", sizes, "write for example sizes=(2, 3, 1)")
    if len(sizes) < 2:
        raise ValueError(
            f"sizes must name the inputs and at least one layer, got {sizes}; "
            f"write for example sizes=(2, 3, 1)."
        )
    for size in sizes:
        if not isinstance(size, (int, np.integer)) or isinstance(size, bool) or size < 1:
            raise ValueError(
                f"sizes must be positive integers, got {size!r} in {sizes}; "
                f"give the number of inputs, then the units of each layer."
            )
    return tuple(map(int, sizes))


def as_tuple(name: str, values: Any, remedy: str) -> tuple[Any, ...]:
    """Return a sequence as a tuple, or raise ``TypeError`` if it is none."""
    try:
        return tuple(values)
    except TypeError:
        raise TypeError(f"{name} must be a sequence, got {values!r}; {remedy}.") from None


def count(sizes: tuple[int, ...]) -> int:
    """Return p, the length of θ: (d_{l−1} + 1) d_l summed over the layers."""
    return sum((d_in + 1) * d_out for d_in, d_out in shapes(sizes))


def shapes(sizes: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return (d_{l−1}, d_l), the shape of W^l, for every layer l = 1 … L."""
    return list(pairwise(sizes))


def blocks(sizes: tuple[int, ...], theta: Array) -> Layers:
    """Return θ (..., p) layer by layer, as views (..., d_{l−1} + 1, d_l): W^l, and b^l below it."""
    found: Layers = [None]
    start = 0
    for d_in, d_out in shapes(sizes):
        end = start + (d_in + 1) * d_out
        found.append(theta[..., start:end].reshape(*theta.shape[:-1], d_in + 1, d_out))
        start = end
    return found


def views(sizes: tuple[int, ...], theta: Array) -> tuple[Layers, Layers]:
    """Return W, b as views of θ (..., p): ``W[l]`` (..., d_{l−1}, d_l), ``b[l]`` (..., d_l)."""
    return apart(blocks(sizes, theta))


def apart(blocks: Layers) -> tuple[Layers, Layers]:
    """Return W and b as views of the blocks that hold both."""
    W = [None, *(block[..., :-1, :] for block in blocks[1:])]
    return W, [None, *(block[..., -1, :] for block in blocks[1:])]


def pack(sizes: tuple[int, ...], W: Sequence[ArrayLike], b: Sequence[ArrayLike]) -> Array:
    """Return θ (..., p) from W^l (..., d_{l−1}, d_l) and b^l (..., d_l), copied."""
    blocks = []
    layers = zip(shapes(sizes), _each(sizes, "W", W), _each(sizes, "b", b), strict=True)
    for l, (shape, weights, biases) in enumerate(layers, start=1):
        w, c = as_array(f"W[{l}]", weights), as_array(f"b[{l}]", biases)
        require_shape(f"W[{l}]", w, (..., *shape), "row i holds the weights that leave unit i.")
        require_shape(f"b[{l}]", c, (..., shape[1]), "give one bias a unit.")
        blocks += [w.reshape(*w.shape[:-2], -1), c]
    try:
        stack = np.broadcast_shapes(*(block.shape[:-1] for block in blocks))
    except ValueError:
        raise ValueError(
            f"W and b must agree in their leading axes, got "
            f"{[block.shape[:-1] for block in blocks]}; stack every layer for the same networks."
        ) from None
    return np.concatenate(
        [np.broadcast_to(block, (*stack, block.shape[-1])) for block in blocks], axis=-1
    )


def _each(sizes: tuple[int, ...], name: str, values: Sequence[ArrayLike]) -> list[ArrayLike]:
    depth = len(sizes) - 1
    layers = list(as_tuple(name, values, f"write {name}=[{name}1, {name}2, ...]"))
    if len(layers) == depth + 1 and layers[0] is None:  # the list that views() gives
        layers = layers[1:]
    if len(layers) != depth:
        raise ValueError(
            f"{name} must have one array a layer ({depth} for sizes={sizes}), got {len(layers)}; "
            f"write {name}=[{name}1, {name}2, ...]."
        )
    return layers
