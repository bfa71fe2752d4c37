"""The table of gates: what each one computes, and its derivative in each argument. A row knows
numbers only, floats or SymPy expressions; graph.py wires the gates into a formula."""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final


@dataclass(frozen=True, eq=False)
class Rule:
    """One kind of gate: its value v, and its derivative in each argument.

    Parameters
    ----------
    formula : callable
        ``formula(sp, *arguments)``: v in SymPy.
    value : callable
        ``value(*arguments)``: v in floats.
    local : tuple of callable
        ``local[k](v, *arguments)``: ∂v/∂(argument k), in floats and in SymPy alike.
    domain : str
        Where all of these are finite; the error message of the gate.
    """

    formula: Callable[..., Any]
    value: Callable[..., float]
    local: tuple[Callable[..., Any], ...]
    domain: str = "the result must stay below 1.8e308; make the inputs smaller"


def _choose(condition: Any, yes: int, no: int) -> Any:
    if isinstance(condition, bool):
        return yes if condition else no
    import sympy as sp

    return sp.Piecewise((yes, condition), (no, True))


def _log(x: Any) -> Any:
    if isinstance(x, float):
        return math.log(x)
    import sympy as sp

    return sp.log(x)


def _sigmoid(x: float) -> float:
    e = math.exp(-abs(x))  # cannot overflow
    return (1 if x >= 0 else e) / (1 + e)


RULES: Final[dict[str, Rule]] = {
    "+": Rule(
        formula=lambda sp, x, y: x + y,
        value=operator.add,
        local=(lambda v, x, y: 1, lambda v, x, y: 1),
    ),
    "-": Rule(
        formula=lambda sp, x, y: x - y,
        value=operator.sub,
        local=(lambda v, x, y: 1, lambda v, x, y: -1),
    ),
    "*": Rule(
        formula=lambda sp, x, y: x * y,
        value=operator.mul,
        local=(lambda v, x, y: y, lambda v, x, y: x),
    ),
    "/": Rule(
        formula=lambda sp, x, y: x / y,
        value=operator.truediv,
        local=(lambda v, x, y: 1 / y, lambda v, x, y: -v / y),
        domain="the denominator must not be 0 or very near it; change it",
    ),
    "**": Rule(
        formula=lambda sp, x, y: x**y,
        value=math.pow,
        local=(
            lambda v, x, y: 0 if y == 0 else y * x ** (y - 1),
            lambda v, x, y: v * _log(x),
        ),
        domain="the base must be above 0, or the exponent a whole number that is no node, and the "
        "result must stay below 1.8e308; change base or exponent",
    ),
    "negative": Rule(
        formula=lambda sp, x: -x,
        value=operator.neg,
        local=(lambda v, x: -1,),
    ),
    "exp": Rule(
        formula=lambda sp, x: sp.exp(x),
        value=math.exp,
        local=(lambda v, x: v,),
        domain="the argument must stay below 709.78; make it smaller",
    ),
    "log": Rule(
        formula=lambda sp, x: sp.log(x),
        value=math.log,
        local=(lambda v, x: 1 / x,),
        domain="the argument must be above 0; change it",
    ),
    "tanh": Rule(
        formula=lambda sp, x: sp.tanh(x),
        value=math.tanh,
        local=(lambda v, x: 1 - v * v,),
    ),
    "sigmoid": Rule(
        formula=lambda sp, x: 1 / (1 + sp.exp(-x)),
        value=_sigmoid,
        local=(lambda v, x: v * (1 - v),),
    ),
    "relu": Rule(  # at 0 the slope of the flat side, as in activations.py
        formula=lambda sp, x: sp.Piecewise((x, x > 0), (0, True)),
        value=lambda x: max(x, 0.0),
        local=(lambda v, x: _choose(x > 0, 1, 0),),
    ),
    "maximum": Rule(  # at a tie the first argument counts as the larger one
        formula=lambda sp, x, y: sp.Piecewise((x, x >= y), (y, True)),
        value=max,
        local=(lambda v, x, y: _choose(x >= y, 1, 0), lambda v, x, y: _choose(x >= y, 0, 1)),
    ),
}


def evaluate(
    operation: str, values: Sequence[Any], constant: Sequence[bool]
) -> tuple[Any, tuple[Any, ...]]:
    """Return the value v of a gate and its local derivatives.

    Parameters
    ----------
    operation : str
        A key of ``RULES``.
    values : sequence of float or SymPy expression
        The arguments.
    constant : sequence of bool
        Which of them do not vary; their derivative is None and need not exist.

    Returns
    -------
    v : float or SymPy expression
    local : tuple
        ∂v/∂(argument k) for every k.

    Raises
    ------
    ValueError
        If v or a derivative that is asked for is not finite.

    Examples
    --------
    >>> evaluate("*", [3.0, -4.0], constant=[False, False])
    (-12.0, (-4.0, 3.0))
    >>> evaluate("**", [-3.0, 2.0], constant=[False, True])
    (9.0, (-6.0, None))
    """
    rule, values = RULES[operation], alike(*values)
    compute, as_number = rule.value, float
    if not isinstance(values[0], float):
        import sympy as sp

        compute, as_number = partial(rule.formula, sp), sp.sympify

    def checked(function: Callable[..., Any], *arguments: Any) -> Any:
        result = as_number(function(*arguments))
        if not is_finite(result):
            raise OverflowError
        return result

    wanted = "value"
    try:
        v = checked(compute, *values)
        wanted = "derivative"
        local = tuple(
            None if fixed else checked(derivative, v, *values)
            for fixed, derivative in zip(constant, rule.local, strict=True)
        )
    except (ArithmeticError, ValueError):  # what Python and math raise, and the one above
        shown = [f"({value})" if str(value).startswith("-") else str(value) for value in values]
        call = f" {operation} ".join(shown) if len(shown) == 2 else f"{operation} {shown[0]}"
        raise ValueError(f"{call} has no finite {wanted}: {rule.domain}.") from None
    return v, local


def number(name: str, value: Any) -> Any:
    """Return ``value`` as a float, or as it is if it is a SymPy expression.

    Raises
    ------
    TypeError, ValueError
        If it is neither, or not finite; the message opens with ``name``.
    """
    symbolic = getattr(value, "is_commutative", False)  # SymPy's mark of a scalar
    if not symbolic and not isinstance(value, numbers.Real):
        raise TypeError(
            f"{name} must be one real number or SymPy expression, got {type(value).__name__} "
            f"{value!r:.60}; convert it with float(...), or take one entry of it."
        )
    try:
        result = value if symbolic else float(value)
    except OverflowError:  # a large integer
        result = math.inf
    if not is_finite(result):
        raise ValueError(f"{name} must be finite and below 1.8e308, got {value!r:.60}; replace it.")
    return result


def is_finite(value: Any) -> bool:
    """Tell whether a float or SymPy expression holds neither nan nor infinity."""
    if isinstance(value, float):
        return math.isfinite(value)
    import sympy as sp

    return not value.has(sp.nan, sp.zoo, sp.oo, -sp.oo)


def alike(*values: Any) -> list[Any]:
    """Return floats as they are; beside a SymPy expression, as the exact decimals they print as.

    Examples
    --------
    >>> import sympy as sp
    >>> alike(0.1, 2.0), alike(0.1, sp.Symbol("x"))
    ([0.1, 2.0], [1/10, x])
    """
    if all(isinstance(value, float) for value in values):
        return list(values)
    import sympy as sp

    return [sp.Rational(str(value)) if isinstance(value, float) else value for value in values]
