"""What a student's function takes and gives, as JSON: the only thing that crosses into the jail.
The file stands alone, NumPy aside, because it is all of the library that the jail may see."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

DEPTH = 20  # of lists in lists: who reads an answer calls itself for each
DTYPES = set("?bhilqBHILQefd")  # as NumPy abbreviates them


class Formula(str):
    """A function written as Python source: functions cannot cross the wire, their text can.

    Examples
    --------
    >>> decode(encode(Formula("lambda w: w @ w")), eval)(np.array([3.0, 4.0]))
    np.float64(25.0)
    """

    __slots__ = ()

    def __call__(self, *arguments: Any) -> Any:
        """Evaluate the function; the checks' own answers use it like any other."""
        return _compiled(str.__str__(self))(*arguments)


def encode(value: Any, depth: int = DEPTH) -> Any:
    """Return ``value`` as what JSON can hold.

    Parameters
    ----------
    value : None, bool, number, str, ndarray, Formula, or a list, tuple or dict (str keys) of these
    depth : int
        How deep lists and dicts may be nested.

    Raises
    ------
    TypeError
        If it is anything else; an exact message for the student.
    RecursionError
        If it is nested deeper.
    """
    if isinstance(value, Formula):
        return {"formula": str.__str__(value)}
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"an array of dtype {array.dtype}, which holds no real numbers")
        if array.dtype.itemsize > 8:
            array = array.astype(float)  # JSON knows no longer numbers
        return {
            "array": array.ravel().tolist(),
            "shape": list(array.shape),
            "dtype": array.dtype.char,
        }
    if type(value) is int and value.bit_length() > 1000:
        raise TypeError(f"an integer of {value.bit_length()} bits")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, (list, tuple, dict)) and not depth:
        raise RecursionError
    if isinstance(value, (list, tuple)):
        return [encode(entry, depth - 1) for entry in value]
    if isinstance(value, dict):
        return {"dict": {str(key): encode(entry, depth - 1) for key, entry in value.items()}}
    raise TypeError(f"a value of type {type(value).__name__}, which is no number, array or list")


def decode(data: Any, run: Callable[..., Any] | None = None, depth: int = DEPTH) -> Any:
    """Return the value that :func:`encode` wrote; nothing is executed unless ``run`` is given.

    Parameters
    ----------
    data : what JSON holds
        It may come from a hostile sender: every part is checked.
    run : callable, optional
        ``eval`` on the side of the student, where formulas become functions.
    depth : int
        How deep lists and dicts may be nested.

    Raises
    ------
    ValueError
        If the data were not written by :func:`encode`.
    """
    try:
        if data is None or type(data) in (bool, float, str):
            return data
        if type(data) is int and data.bit_length() <= 1000:
            return data
        if type(data) is list and depth:
            return [decode(entry, run, depth - 1) for entry in data]
        if data.keys() == {"dict"} and depth:
            return {key: decode(entry, run, depth - 1) for key, entry in data["dict"].items()}
        if data.keys() == {"formula"} and run is not None:
            return run(data["formula"], {"np": np})
        if data.keys() == {"array", "shape", "dtype"} and data["dtype"] in DTYPES:
            return np.array(data["array"], data["dtype"]).reshape([int(n) for n in data["shape"]])
    except (TypeError, ValueError, OverflowError, AttributeError, RecursionError, MemoryError):
        pass
    raise ValueError("unreadable data")


@lru_cache(maxsize=64)  # every student has formulas of their own
def _compiled(source: str) -> Callable[..., Any]:
    return eval(source, {"np": np})  # type: ignore[no-any-return]
