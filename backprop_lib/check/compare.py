"""Two values are compared as a patient reader would: kind, shape, then numbers.
The first thing that differs is said in one sentence; nothing that comes in can raise."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, TypeAlias

import numpy as np

LONG = 12  # entries that are written out
SINGLE = 1e-4  # what float32 leaves of a relative tolerance after a few dozen operations
CLOSE = 0.02  # a number worked by hand that is as near as this was perhaps only rounded
ROUNDED = ": it is close, so look at the digits that you keep"
Sentence: TypeAlias = Callable[[bool], str]  # made only if somebody reads it


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
    found = _gap(value, expected, tolerance)
    return found(tell) if found else ""


def differ(value: Any, expected: Any, tolerance: float) -> bool:
    """Whether ``difference`` has anything to say."""
    return _gap(value, expected, tolerance) is not None


def _gap(value: Any, expected: Any, tolerance: float) -> Sentence | None:
    if expected is None:
        return None if value is None else lambda tell: f"expected None, got {show(value)}."
    if value is None:
        return lambda tell: "it returns nothing; the last line of a function needs a return."
    if isinstance(expected, dict):
        if not isinstance(value, dict) or value.keys() != expected.keys():
            keys = ", ".join(expected)
            return lambda tell: f"expected a dict with the keys {keys}, got {show(value)}."
        pairs = [(f'entry "{key}"', value[key], expected[key]) for key in expected]
        return _first(pairs, tolerance)
    if isinstance(expected, (list, tuple)):
        listed = isinstance(value, (list, tuple)) or _rows(value)
        by_index = len(expected) > 0 and expected[0] is None  # as in W[l]: value 2 would be W[1]
        if not listed or len(value) != len(expected):  # of nothing there may be 10**18 rows
            how = ", the first of them None" if by_index else ""
            return lambda tell: f"expected {len(expected)} values{how}, got {show(value)}."
        pairs = [
            (f"entry [{k}]" if by_index else f"value {k + 1}", *pair)
            for k, pair in enumerate(zip(value, expected, strict=True))
        ]
        return _first(pairs, tolerance)
    if isinstance(expected, str):
        return None if value == expected and isinstance(value, str) else _apart(value, expected)
    if isinstance(value, float) and isinstance(expected, float):  # most answers: no arrays
        gap, size = abs(float(value) - float(expected)), abs(float(expected))
        if isfinite(gap):
            close = gap <= tolerance * (size or 1.0)
            return None if close else _apart(value, expected, gap <= CLOSE * size)
    return _numbers(value, np.asarray(expected), tolerance)


def show(value: Any, depth: int = 3, more: int = 0) -> str:
    """Write a value short: to a few digits and ``more``, or by its size; texts in quotes."""
    if isinstance(value, (dict, list, tuple)) and (len(value) > LONG or not depth):
        return f"a {type(value).__name__} of {len(value)} entries"
    if isinstance(value, dict):
        pairs = (f"{str(key)[:60]}: {show(entry, depth - 1, more)}" for key, entry in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(show(entry, depth - 1, more) for entry in value) + "]"
    if isinstance(value, (np.ndarray, np.generic)) and np.size(value) > LONG:
        return f"an array of shape {np.shape(value)}"
    if isinstance(value, (np.ndarray, np.generic)):
        digits = (4 if np.ndim(value) else 6) + more
        text = np.array2string(
            np.asarray(value),
            separator=", ",
            formatter={"float_kind": lambda number: f"{number:.{digits}g}"},
        )
        return " ".join(text.split())
    if isinstance(value, str) and not callable(value):
        value = repr(value)
    text = f"{value:.{6 + more}g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _first(pairs: list[tuple[str, Any, Any]], tolerance: float) -> Sentence | None:
    for place, value, expected in pairs:
        if found := _gap(value, expected, tolerance):
            return _after(f"{place}: ", found)
    return None


def _rows(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0


def _texts(value: Any) -> bool:
    return isinstance(value, (str, dict)) or (
        isinstance(value, (list, tuple)) and any(map(_texts, value))
    )


def _numbers(value: Any, expected: np.ndarray[Any, Any], tolerance: float) -> Sentence | None:
    wanted = expected.shape
    try:  # one text among numbers would make NumPy widen them all to its length
        array = np.asarray(None if _texts(value) else value)
    except ValueError:
        return lambda tell: f"expected numbers of shape {wanted}, got rows of unequal length."
    if array.dtype.kind not in "biuf":
        return lambda tell: f"expected {'numbers' if wanted else 'a number'}, got {show(value)}."
    if array.shape != wanted:
        return lambda tell: f"expected the shape {wanted}, got {array.shape}."
    if expected.dtype.kind == "b":
        return None if (array.astype(bool) == expected).all() else _apart(value, expected)
    finite = np.isfinite(expected)  # only a mistake gives nan: whoever gives the same has made it
    if not finite.all():
        if not np.array_equal(array[~finite], expected[~finite], equal_nan=True):
            return _after("not finite: ", _apart(value, expected))
        return _numbers(array[finite], expected[finite], tolerance)
    if not np.isfinite(array).all():
        return _after("not finite: ", _entry(array, expected, ~np.isfinite(array)))
    allowed = max(tolerance, SINGLE if array.dtype.itemsize < 8 and array.dtype.kind == "f" else 0)
    scale = np.abs(expected).max(initial=0.0) or 1.0
    with np.errstate(over="ignore"):
        gap = np.abs(array.astype(float) - expected)
    apart = gap > allowed * scale
    if not apart.any():
        return None
    rounded = bool((gap[apart] <= CLOSE * np.abs(expected[apart])).all())
    return _entry(array, expected, apart, rounded)


def _entry(array: Any, expected: Any, apart: Any, rounded: bool = False) -> Sentence:
    """Show the first entry that is apart, or all of them if they are few."""
    if expected.size <= LONG:
        return _apart(array, expected, rounded)
    place = tuple(int(k) for k in np.argwhere(apart)[0])
    where = f"entry {place[0] if len(place) == 1 else place}: "
    return _after(where, _apart(array[place], expected[place], rounded))


def _apart(value: Any, expected: Any, rounded: bool = False) -> Sentence:
    def sentence(tell: bool) -> str:
        if not tell:
            return f"{show(value)} came, which is not right yet{ROUNDED if rounded else ''}."
        for more in range(14):  # with 17 digits any two numbers look different
            came, wanted = show(value, more=more), show(expected, more=more)
            if came != wanted:
                break
        return f"{came} came, {wanted} was expected."

    return sentence


def _after(place: str, found: Sentence) -> Sentence:
    return lambda tell: place + found(tell)
