"""Two values are compared as a patient reader would: kind, shape, then numbers.
The first thing that differs is said in one sentence; nothing that comes in can raise."""

from __future__ import annotations

from typing import Any

import numpy as np

SINGLE = 1e-4  # what float32 leaves of a relative tolerance after a few dozen operations


def difference(value: Any, expected: Any, tolerance: float, tell: bool = True) -> str:
    """Say how ``value`` differs from ``expected``, or return "".

    Parameters
    ----------
    value : object
        From the student: anything that :func:`~backprop_lib.check.wire.decode` returns.
    expected : number, str, bool, None, ndarray, or a list, tuple or dict of these
    tolerance : float
        Allowed difference relative to the largest entry expected; single precision is allowed
        1e-4.
    tell : bool
        Whether the sentence may name the numbers expected.
    """
    if expected is None:
        return "" if value is None else f"expected None, got {show(value)}."
    if value is None:
        return "it returns nothing; the last line of a function needs a return."
    if isinstance(expected, dict):
        if not isinstance(value, dict) or value.keys() != expected.keys():
            return f"expected a dict with the keys {', '.join(expected)}, got {show(value)}."
        pairs = [(f'entry "{key}"', value[key], expected[key]) for key in expected]
        return _first(pairs, tolerance, tell)
    if isinstance(expected, (list, tuple)):
        parts = list(value) if isinstance(value, (list, tuple)) or _rows(value) else None
        if parts is None or len(parts) != len(expected):
            return f"expected {len(expected)} values, got {show(value)}."
        pairs = [
            (f"value {k + 1}", *pair) for k, pair in enumerate(zip(parts, expected, strict=True))
        ]
        return _first(pairs, tolerance, tell)
    if isinstance(expected, str):
        return "" if value == expected and isinstance(value, str) else _apart(value, expected, tell)
    return _numbers(value, np.asarray(expected), tolerance, tell)


def show(value: Any) -> str:
    """Write a value as short as it can be read: four digits, long arrays by their shape."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {show(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(show(entry) for entry in value) + "]"
    if isinstance(value, (np.ndarray, np.generic)) and np.size(value) > 12:
        return f"an array of shape {np.shape(value)}"
    if isinstance(value, (np.ndarray, np.generic)):
        text = np.array2string(
            np.asarray(value),
            separator=", ",
            formatter={"float_kind": lambda number: f"{number:.4g}"},
        )
        return " ".join(text.split())
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _first(pairs: list[tuple[str, Any, Any]], tolerance: float, tell: bool) -> str:
    found = ((place, difference(value, wanted, tolerance, tell)) for place, value, wanted in pairs)
    return next((f"{place}: {text}" for place, text in found if text), "")


def _rows(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0


def _numbers(value: Any, expected: np.ndarray[Any, Any], tolerance: float, tell: bool) -> str:
    try:
        array = np.asarray(value)
    except ValueError:
        return f"expected numbers of shape {expected.shape}, got rows of unequal length."
    if array.dtype.kind not in "biuf":
        return f"expected {'a number' if expected.ndim == 0 else 'numbers'}, got {show(value)}."
    if array.shape != expected.shape:
        return f"expected the shape {expected.shape}, got {array.shape}."
    if expected.dtype.kind == "b":
        return "" if np.array_equal(array.astype(bool), expected) else _apart(value, expected, tell)
    lost = ~np.isfinite(expected)  # only a mistake gives nan: whoever gives the same has made it
    same = np.array_equal(array[lost], expected[lost], equal_nan=True)
    if not same or not np.isfinite(array[~lost]).all():
        return "not finite: " + _apart(value, expected, tell)
    if lost.any():
        array, expected = array[~lost], expected[~lost]
    allowed = max(tolerance, SINGLE if array.dtype.itemsize < 8 and array.dtype.kind == "f" else 0)
    scale = np.abs(expected).max(initial=0.0) or 1.0
    with np.errstate(over="ignore"):
        apart = np.abs(array.astype(float) - expected) > allowed * scale
    if not apart.any():
        return ""
    if expected.size > 12:
        place = tuple(int(k) for k in np.argwhere(apart)[0])
        where = f"entry {place[0] if len(place) == 1 else place}: "
        return where + _apart(array[place], expected[place], tell)
    return _apart(value, expected, tell)


def _apart(value: Any, expected: Any, tell: bool) -> str:
    wanted = f"{show(expected)} was expected" if tell else "which is not right yet"
    return f"{show(value)} came, {wanted}."
