"""What the two passes leave behind: the forward pass a Trace, the backward pass a Backward.
Both are lists with one array a layer, which a later pass may overwrite if they fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from .arrays import Array, require_reusable
from .parameters import Layers, apart, blocks

Product: TypeAlias = Callable[[Array, Array, Array], Any]


@dataclass(frozen=True)
class Trace:
    """What the forward pass keeps.

    Parameters
    ----------
    z, a : list of ndarray
        ``z[l]`` and ``a[l]``, each (..., n, d_l); z[0] is None and a[0] is X.
    inputs : list of ndarray
        ``inputs[l]`` = [a^{l−1} 1], (..., n, d_{l−1} + 1): what layer l multiplies by W^l with b^l
        below it. For l > 1 ``a[l − 1]`` is a view of it.
    product : callable
        ``product(left, right, out)``: the fastest matrix product into arrays laid out like these.
    """

    z: Layers
    a: Layers
    inputs: Layers = field(default_factory=list, repr=False)
    product: Product = field(default=np.matmul, repr=False)


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
    blocks : list of ndarray
        Views too: ``W[l]`` with ``b[l]`` below it.
    product : callable
        ``product(left, right, out)``: the fastest matrix product into the blocks.
    """

    gradient: Array
    delta: Layers
    W: Layers
    b: Layers
    blocks: Layers = field(default_factory=list, repr=False)
    product: Product = field(default=np.matmul, repr=False)


def with_ones(X: Array) -> Array:
    """Return [X 1]: X (n, d) with a column of ones behind it."""
    x = np.ones((len(X), X.shape[1] + 1), X.dtype)
    x[:, :-1] = X
    return x


def new_trace(sizes: tuple[int, ...], n: int, theta: Array) -> Trace:
    """Return a trace for n samples and θ (..., p); the inputs and all results are yet to come."""
    z = new_layers(sizes, n, theta)
    a = [None, *new_layers(sizes[-2:], n, theta)[1:]]
    inputs = [None, None, *new_layers([d + 1 for d in sizes[:-1]], n, theta)[1:]]
    for x in inputs[:1:-1]:
        x[..., -1] = 1
        a.insert(1, x[..., :-1])
    return Trace(z, a, inputs, _product(theta, by_columns=n > 1))


def new_backward(sizes: tuple[int, ...], delta: Layers, gradient: Array) -> Backward:
    """Return a Backward that writes to these arrays."""
    parts = blocks(sizes, gradient)
    return Backward(gradient, delta, *apart(parts), parts, _product(gradient))


def new_layers(sizes: Sequence[int], n: int, theta: Array) -> Layers:
    """Return an array (..., n, d_l) for each layer, with the precision and the order of θ (..., p).

    They are laid out column by column, so that all columns but the last of [a 1] are one piece.
    """
    stack = theta.shape[:-1]
    if _is_side_by_side(theta):
        return [None, *(np.empty((*stack, n, d), theta.dtype, order="F") for d in sizes[1:])]
    return [None, *(np.empty((*stack, d, n), theta.dtype).mT for d in sizes[1:])]


def laid_out(sizes: tuple[int, ...], n: int, theta: Array) -> Array:
    """Return θ (..., p) in the order that suits passes over n samples.

    In a large stack of tiny networks, equal entries go side by side: an operation on all networks
    is then one run through memory, and not a short one for each.
    """
    work = n * max((d_in + 1) * d_out for d_in, d_out in pairwise(sizes))
    tiny = work <= 100 and theta.size >= 50 * theta.shape[-1]
    return np.asfortranarray(theta) if tiny else np.ascontiguousarray(theta)


def _is_side_by_side(array: Array) -> bool:
    return array.strides[0] == array.itemsize


def _product(theta: Array, by_columns: bool = False) -> Product:
    """Return the fastest product for θ (..., p), into arrays laid out by rows or by columns."""
    if theta.ndim > 1:
        return _sum_of_products if _is_side_by_side(theta) else np.matmul
    # dot knows no stacks, and takes half the time of matmul on small matrices.
    return _dot_by_columns if by_columns else np.ndarray.dot


def _dot_by_columns(left: Array, right: Array, out: Array) -> None:
    right.mT.dot(left.mT, out.mT)  # dot writes row by row only; (AB)ᵀ = BᵀAᵀ


def _sum_of_products(left: Array, right: Array, out: Array) -> None:
    np.einsum("...ij,...jk->...ik", left, right, out=out)


def require_trace(name: str, trace: Any, sizes: tuple[int, ...]) -> None:
    """Raise unless ``trace`` is a Trace of a network of these sizes."""
    made = "net.forward(theta, X)"
    if not isinstance(trace, Trace):
        raise TypeError(f"{name} must be a Trace, got {type(trace).__name__}; take it from {made}.")
    _require_sizes(name, trace.a, trace.inputs, sizes, made)


def require_reusable_trace(
    out: Any, sizes: tuple[int, ...], shape: tuple[int, ...], *inputs: Array
) -> None:
    """Raise unless ``out`` can take the layers (*shape, d_l) that are made from ``inputs``."""
    require_trace("out", out, sizes)
    _require_views("out.a", out.a[1:-1], out.inputs[2:])
    _require_layers("out.z", out.z, shape, *inputs)
    _require_layers("out.a", out.a, shape, *inputs)


def require_reusable_backward(
    out: Any, sizes: tuple[int, ...], shape: tuple[int, ...], *inputs: Array
) -> None:
    """Raise unless ``out`` can take the δ (*shape, d_l) that are made from ``inputs``."""
    made = "net.backward(theta, trace, gradient)"
    if not isinstance(out, Backward):
        raise TypeError(f"out must be a Backward, got {type(out).__name__}; take it from {made}.")
    _require_sizes("out", out.delta, out.blocks, sizes, made)
    _require_views("out.blocks", out.blocks[-1:], [out.gradient])
    _require_layers("out.delta", out.delta, shape, *inputs)


def _require_sizes(
    name: str, layers: Layers, others: Layers, sizes: tuple[int, ...], made: str
) -> None:
    have = [layer.shape[-1] for layer in layers[1:]]
    if have != [*sizes[1:]] or len(others) != len(layers):
        raise ValueError(
            f"{name} must come from this network (sizes={sizes}), got layers of {have} units; "
            f"take it from {made}."
        )


def _require_views(name: str, parts: Layers, wholes: Layers) -> None:
    if not all(map(np.may_share_memory, parts, wholes)):
        raise ValueError(
            f"out must be an earlier result itself, got a copy in which {name} are no views any "
            f"more; leave out away, and new arrays are made."
        )


def _require_layers(name: str, layers: Layers, shape: tuple[int, ...], *inputs: Array) -> None:
    for l, layer in enumerate(layers[1:], start=1):
        require_reusable(f"{name}[{l}]", layer, (*shape, layer.shape[-1]), *inputs)
