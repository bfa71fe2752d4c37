"""How a formula of the book looks: SymPy's LaTeX with slopes written ∂E/∂w, factors in the order
in which they were typed, and sums that are too wide for a page broken at the plus signs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter


class _Latex(LatexPrinter):  # type: ignore[misc]  # SymPy ships no types
    """SymPy's printer, but a slope is written ∂E/∂w, and the order of factors is kept."""

    def _print_Derivative(self, e: Any) -> str:
        below = r"\,".join(
            rf"\partial {self._print(v)}" + (f"^{{{n}}}" if n != 1 else "")
            for v, n in e.variable_count
        )
        order = sum(n for _, n in e.variable_count)
        d = r"\partial" + (f"^{{{order}}}" if order != 1 else "")
        if e.expr.is_symbol or (e.expr.is_Function and len(e.expr.args) == 1):
            return rf"\frac{{{d} {self._print(e.expr)}}}{{{below}}}"
        return rf"\frac{{{d}}}{{{below}}}\left[{self._print(e.expr)}\right]"

    def _print_Indexed(self, e: Any) -> str:
        base, indices = self._print(e.base), ",".join(map(self._print, e.indices))
        # The index of z^l_k stands under the l, not behind it; outer braces, so that it has powers.
        return f"{{{base}_{{{indices}}}}}" if "^" in base else f"{{{base}}}_{{{indices}}}"


def to_latex(expression: Any) -> str:
    """Return LaTeX in the notation of the book."""
    dot = "dot" if expression.has(sp.Float) else None
    return str(_Latex({"order": "none", "mul_symbol": dot, "full_prec": True}).doprint(expression))


def rows(expression: Any, wide: int = 130) -> list[tuple[str, str]]:
    """Split a sum that is too wide for a page into one row a term: (sign, LaTeX)."""
    whole = to_latex(expression)
    if not expression.is_Add or len(whole) < wide:
        return [("=", whole)]
    terms = [to_latex(term) for term in expression.args]
    signs = ["=", *(r"\quad" if row.startswith("-") else r"\quad +" for row in terms[1:])]
    return list(zip(signs, terms, strict=True))


def text(reason: str) -> str:
    """Set a reason as text; what stands between dollar signs stays mathematics.

    Raises
    ------
    TypeError, ValueError
        If it is no text, a dollar sign is alone, or mathematics stands outside of them.
    """
    if not isinstance(reason, str) or not reason.strip():
        raise TypeError(f"reason must be a few words, got {reason!r}; say why the line follows.")
    pieces = reason.split("$")
    if len(pieces) % 2 == 0 or any(set(piece) & set("\\^~{}") for piece in pieces[::2]):
        raise ValueError(
            f"reason must have its mathematics between dollar signs, got {reason!r}; write for "
            f"example 'the slope of $z^2$'."
        )
    for k in range(0, len(pieces), 2):  # the odd ones are mathematics
        for special in "&%#_":  # in MathJax a backslash before them would show in text
            pieces[k] = pieces[k].replace(special, rf"$\{special}$")
    return rf"\text{{{'$'.join(pieces)}}}"


def with_numbers(e: Any, value: Callable[[Any], Any]) -> Any:
    """Keep the sums and products of an expression, and put ``value(part)`` for every part."""
    if isinstance(e, sp.MatrixBase):
        return e.applyfunc(lambda entry: with_numbers(entry, value))
    if e.is_Rational:
        return e
    if e.is_Add or e.is_Mul:
        return e.func(*(with_numbers(part, value) for part in e.args), evaluate=False)
    if e.is_Pow and e.exp.is_Integer:
        return sp.Pow(with_numbers(e.base, value), e.exp, evaluate=False)
    return value(e)


def as_typed(number: Any) -> Any:
    """A number that was given, with the digits that were given: 0.4, not 0.400000000."""
    exact = sp.Rational(str(number))
    if exact.is_Integer or isinstance(number, sp.Rational):
        return exact
    return sp.Float(str(number), len(Decimal(str(number)).as_tuple().digits))
