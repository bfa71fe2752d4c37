"""What the two passes leave behind: the forward pass a Trace, the backward pass a Backward.
Both are lists with one array a layer, which a later pass may overwrite if they fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .arrays import Array, require_reusable
from .parameters import Layers


@dataclass(frozen=True)
class Trace:
    """What the forward pass keeps: ``z[l]`` and ``a[l]``, each (..., n, d_l); z[0] is None."""

    z: Layers
    a: Layers


@dataclass(frozen=True)
class Backward:
    """What the backward pass finds.

    Parameters
    ----------
    gradient : ndarray, shape (..., p)
        ∂J/∂θ, in the order of θ.
    delta : list of ndarray
        ``delta[l]`` = ∂J/∂z^l, (..., n, d_l); delta[0] is None.
    W, b : list of ndarray
        Views of ``gradient``: ``W[l]`` = ∂J/∂W^l, ``b[l]`` = ∂J/∂b^l; entry 0 is None.
    """

    gradient: Array
    delta: Layers
    W: Layers
    b: Layers


def require_trace(name: str, trace: Any, sizes: tuple[int, ...]) -> None:
    """Raise unless ``trace`` is a Trace of a network of these sizes."""
    made = "net.forward(theta, X)"
    if not isinstance(trace, Trace):
        raise TypeError(f"{name} must be a Trace, got {type(trace).__name__}; take it from {made}.")
    _require_sizes(name, trace.a, sizes, made)


def require_backward(name: str, back: Any, sizes: tuple[int, ...]) -> None:
    """Raise unless ``back`` is a Backward of a network of these sizes."""
    made = "net.backward(theta, trace, gradient)"
    if not isinstance(back, Backward):
        raise TypeError(
            f"{name} must be a Backward, got {type(back).__name__}; take it from {made}."
        )
    _require_sizes(name, back.delta, sizes, made)


def _require_sizes(name: str, layers: Layers, sizes: tuple[int, ...], made: str) -> None:
    have = [layer.shape[-1] for layer in layers[1:]]
    if have != [*sizes[1:]]:
        raise ValueError(
            f"{name} must come from this network (sizes={sizes}), got layers of {have} units; "
            f"take it from {made}."
        )


def require_layers(name: str, layers: Layers, shape: tuple[int, ...], *inputs: Array) -> None:
    """Raise unless every layer can take a result (*shape, d_l) that is made from ``inputs``."""
    for l, layer in enumerate(layers[1:], start=1):
        require_reusable(f"{name}[{l}]", layer, (*shape, layer.shape[-1]), *inputs)
