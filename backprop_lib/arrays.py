"""What comes in from outside is looked at once, here, before any formula sees it.
Every complaint names the argument, what came, what was expected and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from numbers import Number
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[Any]


def as_array(name: str, value: ArrayLike, *, finite: bool = True) -> Array:
    """Turn ``value`` into an array of floats (or of SymPy objects) or say why it cannot be one.

    Parameters
    ----------
    name : str
        What the caller calls the argument; it opens the message.
    value : array_like
        Numbers, or SymPy expressions (these give an array of dtype object).
    finite : bool
        Refuse nan and infinity.

    Returns
    -------
    ndarray
        The dtype of the input when it is a floating or complex one, in this machine's byte order;
        integers and booleans become float64.

    Raises
    ------
    TypeError
        If the value is ragged, text, or otherwise no numbers.
    ValueError
        If a value is nan or infinite, and ``finite`` is asked for.
    """
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        raise TypeError(
            f"{name} must be an array of numbers, got {type(value).__name__} with rows of unequal "
            f"length or mixed objects; give every row the same number of entries."
        ) from None
    if array.dtype.kind in "biu":
        return array.astype(np.float64)
    if array.dtype.kind == "O":
        return _symbols(name, array, finite)
    if array.dtype.kind not in "fc":
        raise TypeError(
            f"{name} must be an array of numbers, got dtype {array.dtype}; convert it with "
            f"np.asarray({name}, dtype=float)."
        )
    if finite:
        require_finite(name, array)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def as_real(name: str, value: ArrayLike) -> Array:
    """Turn ``value`` into an array of finite real numbers, or say why it cannot be one."""
    array = as_array(name, value)
    if array.dtype.kind != "f":
        raise TypeError(
            f"{name} must hold real numbers, got dtype {array.dtype}; convert it with "
            f"np.asarray({name}, dtype=float)."
        )
    return array


def require_finite(name: str, array: Array) -> None:
    """Raise ``ValueError`` that names the first nan or infinite entry of ``array``, if any."""
    finite = np.isfinite(array)
    if not finite.all():
        bad = np.argwhere(~finite)
        place = tuple(int(k) for k in bad[0])
        raise ValueError(
            f"{name} must be finite, got {array[place]}{_where(place)} ({len(bad)} of {array.size} "
            f"entries are not finite); remove or replace such entries."
        )


def require_shape(name: str, array: Array, expected: tuple[Any, ...], remedy: str) -> None:
    """Raise ``ValueError`` unless the shape fits.

    In ``expected`` a letter stands for any length, and a leading ``...`` for any leading axes.
    """
    want = expected[1:] if expected[:1] == (...,) else expected
    have = array.shape[max(0, array.ndim - len(want)) :] if want != expected else array.shape
    if len(have) != len(want) or any(
        isinstance(w, int) and w != h for w, h in zip(want, have, strict=True)
    ):
        raise ValueError(
            f"{name} must have shape {show_shape(expected)}, got {show_shape(array.shape)}; "
            f"{remedy}"
        )


def require_same_shape(first: str, a: Array, second: str, b: Array) -> None:
    """Raise ``ValueError`` unless the last two axes of ``a`` equal the shape of ``b``.

    NumPy would broadcast (n, 1) against (n,) to (n, n) without a word; here that is an error.
    """
    if a.shape[-2:] != b.shape[-2:] or b.ndim != 2 or a.ndim < 2:
        raise ValueError(
            f"{first} and {second} must have the same shape (n, d), got {show_shape(a.shape)} and "
            f"{show_shape(b.shape)}; give {second} one row a sample and one column an output."
        )


def require_reusable(name: str, have: Any, shape: tuple[int, ...], *inputs: Array) -> None:
    """Raise unless ``have`` is an array that can take a result of that shape from ``inputs``."""
    if not isinstance(have, np.ndarray):
        raise TypeError(
            f"{name} must be an array to be reused, got {type(have).__name__}; leave out= away to "
            f"get new arrays."
        )
    dtype = np.result_type(*inputs)
    if have.shape != shape or have.dtype != dtype:
        raise ValueError(
            f"{name} must have shape {show_shape(shape)} and dtype {dtype} to be reused, got "
            f"{show_shape(have.shape)} and {have.dtype}; leave out= away to get new arrays."
        )


def require_count(name: str, value: Any) -> int:
    """Return ``value`` as an int, or raise ``ValueError`` unless it is a positive integer."""
    if (
        not isinstance(value, (int, np.integer))
        or isinstance(value, bool)
        or not (1 <= value <= sys.maxsize)
    ):
        raise ValueError(f"{name} must be a positive integer, got {value!r}; count from 1.")
    return int(value)


def require_number(name: str, value: Any) -> float:
    """Return ``value`` as a float, or raise ``ValueError`` unless it is a finite real number."""
    kinds = (int, float, np.integer, np.floating)
    try:
        number = (
            float(value) if isinstance(value, kinds) and not isinstance(value, bool) else np.nan
        )
    except OverflowError:
        number = np.inf
    if not np.isfinite(number):
        raise ValueError(f"{name} must be a finite number, got {value!r}; give a Python float.")
    return number


def require_generator(rng: Any) -> np.random.Generator:
    """Return ``rng``, or raise ``TypeError`` unless it is a NumPy generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a numpy Generator, got {type(rng).__name__}; make one with "
            f"np.random.default_rng(seed)."
        )
    return rng


def require_kind(name: str, value: Any, kind: type, remedy: str) -> None:
    """Raise ``TypeError`` unless ``value`` is of that kind."""
    if not isinstance(value, kind):
        a = "an" if kind.__name__[0] in "AEIO" else "a"
        raise TypeError(
            f"{name} must be {a} {kind.__name__}, got {type(value).__name__} {value!r}; {remedy}"
        )


def require_function(name: str, value: Any, remedy: str) -> None:
    """Raise ``TypeError`` unless ``value`` can be called."""
    if not callable(value):
        raise TypeError(
            f"{name} must be a function, got {type(value).__name__} {value!r}; {remedy}"
        )


def show_shape(shape: tuple[Any, ...]) -> str:
    """Write a shape the way the documentation does: ``(n, 3)``."""
    lengths = ["..." if length is ... else str(length) for length in shape]
    return f"({', '.join(lengths)}{',' if len(lengths) == 1 else ''})"


def elementwise(function: Callable[[Any], Any], array: Array) -> Array:
    """Apply a function of one SymPy object to every entry of an object array."""
    return np.asarray(np.frompyfunc(function, 1, 1)(array), dtype=object)


def _where(place: tuple[int, ...]) -> str:
    return f" at index {place if len(place) > 1 else place[0]}" if place else ""


def _symbols(name: str, array: Array, finite: bool) -> Array:
    import sympy as sp

    for place, entry in np.ndenumerate(array):
        if not isinstance(entry, (sp.Expr, Number)) or isinstance(entry, bool):
            rows = isinstance(entry, (list, tuple, np.ndarray))
            remedy = "every row the same number of entries" if rows else "numbers in an array"
            raise TypeError(
                f"{name} must hold numbers or SymPy expressions, got {type(entry).__name__} "
                f"{entry!r}{_where(place)}; give {remedy}."
            )
    with np.errstate(invalid="ignore"):  # for a nan
        symbols = elementwise(sp.sympify, array)
    if finite:
        infinite = {sp.nan: np.nan, sp.oo: np.inf, -sp.oo: -np.inf, sp.zoo: np.inf}
        require_finite(name, elementwise(lambda s: infinite.get(s, 0.0), symbols).astype(float))
    return symbols
