"""Formulas that stay as they are written. SymPy multiplies out, sorts and cancels as it goes;
a line of a derivation has to be shown in the form in which it was thought."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import sympy as sp


def times(*factors: Any) -> Any:
    """Return the product of the factors, in that order and not multiplied out.

    Examples
    --------
    >>> import sympy as sp
    >>> from backprop_lib.symbolic import times
    >>> o = sp.Symbol("o")
    >>> times(o, 1 - o)
    o*(1 - o)
    """
    return sp.Mul(*map(_formula, factors), evaluate=False)


def plus(*terms: Any) -> Any:
    """Return the sum of the terms, none of them cancelled.

    Examples
    --------
    >>> import sympy as sp
    >>> from backprop_lib.symbolic import plus
    >>> a = sp.Symbol("a")
    >>> plus(a, -a)
    -a + a
    """
    return sp.Add(*map(_formula, terms), evaluate=False)


def chain(*quantities: Any) -> Any:
    """Return the product of slopes along one path, in that order and not multiplied out.

    ``chain(E, o, z, w)`` is ∂E/∂o · ∂o/∂z · ∂z/∂w.

    Examples
    --------
    >>> import sympy as sp
    >>> from backprop_lib.symbolic import chain
    >>> E, o, w = sp.symbols("E o w")
    >>> chain(E, o, w)
    Derivative(E, o)*Derivative(o, w)
    """
    if len(quantities) < 2:
        raise ValueError(f"chain needs at least two quantities, got {len(quantities)}.")
    quantities = tuple(map(_formula, quantities))
    if not all(x._diff_wrt for x in quantities[1:]):
        raise TypeError(f"chain needs symbols after the first quantity, got {quantities[1:]}.")
    slopes = [sp.Derivative(y, x, evaluate=False) for y, x in pairwise(quantities)]
    return times(*slopes) if len(slopes) > 1 else slopes[0]


def _formula(value: Any) -> Any:
    if not isinstance(value, (sp.Expr, int, float, complex)) or isinstance(value, bool):
        kind = type(value).__name__
        raise TypeError(
            f"times, plus and chain take SymPy expressions, got {kind} {value!r}; name a quantity "
            f"with sp.Symbol."
        )
    return sp.sympify(value)
