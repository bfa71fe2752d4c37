"""Are two formulas the same? Here the question is answered: first by trying to refute it with
numbers, then by exact algebra; only what neither settles is reported as checked, not proved."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

DIGITS = 50
PROVED, CHECKED = "proved", f"checked to {DIGITS} digits"


class FalseStepError(ValueError):
    """Two formulas that were claimed to be equal differ at a point that the message names."""


def compare(left: Any, right: Any, where: Mapping[Any, Any] | None = None) -> str:
    """Return how we know that ``left`` equals ``right``: ``"proved"`` or ``"checked to 50 digits"``.

    Parameters
    ----------
    left, right : SymPy expression or matrix
        Derivatives, sums and defined symbols may stand in them unevaluated.
    where : mapping, optional
        Definitions of symbols: ``{a: expression}``.

    Returns
    -------
    str

    Raises
    ------
    FalseStepError
        If they differ at some point; the message names it, and both values there.
    ValueError
        If they differ in shape.
    """
    definitions = dict(where or {})
    left, right = evaluate(left, definitions), evaluate(right, definitions)
    pairs = _entries(left, right)
    for a, b in pairs:
        _refute(a, b)
    return PROVED if all(is_zero(a - b) for a, b in pairs) else CHECKED


def evaluate(expression: Any, where: Mapping[Any, Any]) -> Any:
    """Carry out every derivative and sum, and put in every definition, down to free symbols.

    A derivative ∂f/∂x of a defined quantity f follows every path from x to f: f is expanded until
    x shows, x itself is held fixed as a symbol, and what remains is expanded after differentiating.
    """
    return _in_range(_expand(sp.sympify(expression), where, frozenset()).doit())


def _in_range(e: Any) -> Any:
    """Take free indices to lie inside their sums: ``k <= n - 1`` holds, so that branch is meant."""
    if not isinstance(e, sp.Basic) or not e.has(sp.Piecewise):
        return e
    return e.replace(
        lambda x: isinstance(x, sp.Piecewise) and _about_indices(x.args[0].cond),
        lambda x: x.args[0].expr,
    ).doit()


def _about_indices(condition: Any) -> bool:
    inequalities = condition.atoms(sp.Le, sp.Ge, sp.Lt, sp.Gt)
    symbols = condition.free_symbols
    return bool(inequalities) and all(s.is_integer for s in symbols) and not condition.atoms(sp.Ne)


def _expand(e: Any, where: Mapping[Any, Any], held: frozenset[Any]) -> Any:
    if e in where and e not in held:
        return _expand(sp.sympify(where[e]), where, held)
    if isinstance(e, sp.Derivative):
        inner = _expand(e.expr, where, held | set(e.variables)).doit()
        slope = _in_range(inner.diff(*e.variable_count).doit())
        return slope if isinstance(slope, sp.Derivative) else _expand(slope, where, held)
    if isinstance(e, sp.MatrixBase):
        return e.applyfunc(lambda entry: _expand(entry, where, held))
    definition = getattr(e.func, "definition", None)
    if definition is not None:
        return definition(_expand(e.args[0], where, held))
    if not e.args:
        return e
    return e.func(*(_expand(argument, where, held) for argument in e.args))


def _entries(left: Any, right: Any) -> list[tuple[Any, Any]]:
    shapes = getattr(left, "shape", ()), getattr(right, "shape", ())
    if shapes[0] != shapes[1]:
        raise ValueError(f"both sides of a step must have one shape, got {shapes[0]}, {shapes[1]}.")
    if isinstance(left, sp.MatrixBase):
        return list(zip(list(left), list(right), strict=True))
    return [(left, right)]


# Refuting: numbers in place of symbols.


def _refute(left: Any, right: Any, points: int = 4) -> None:
    rng = random.Random(1986)  # fixed, so that a page and its counter-examples never change
    for _ in range(points):
        values = sample(left - right, rng)
        a, b = (_number(side, values) for side in (left, right))
        if a is None or b is None:
            continue
        if abs(a - b) > sp.Float(10, DIGITS) ** (12 - DIGITS) * (1 + abs(a) + abs(b)):
            point = ", ".join(f"{s} = {sp.N(v, 4)}" for s, v in values.items())
            raise FalseStepError(
                f"this step is false: at {point or 'every point'} the line before is "
                f"{sp.N(a, 10)} and this line is {sp.N(b, 10)}."
            )


def sample(expression: Any, rng: random.Random) -> dict[Any, Any]:
    """Return a random value for everything free in the expression: symbols, a[k], f(x), sizes."""
    sizes = {s for total in expression.atoms(sp.Sum, sp.Product) for s in _limits(total)}
    bases = {b.label for b in expression.atoms(sp.IndexedBase)}
    values: dict[Any, Any] = {}
    for symbol in sorted(expression.free_symbols - bases, key=str):
        if isinstance(symbol, sp.Indexed):
            continue
        if symbol.is_integer:
            values[symbol] = sp.Integer(rng.randint(3, 4) if symbol in sizes else rng.randint(0, 2))
        else:
            value = sp.Rational(rng.randint(1, 2000), 1000)
            values[symbol] = value if symbol.is_positive or rng.random() < 0.5 else -value
    return values


def _limits(total: Any) -> set[Any]:
    return {s for limit in total.limits for s in limit[2].free_symbols}


def _number(expression: Any, values: Mapping[Any, Any]) -> Any:
    e = expression.subs(values).doit()
    for kind in (AppliedUndef, sp.Indexed):  # functions first: they may be differentiated by a[k]
        e = e.replace(lambda x, kind=kind: isinstance(x, kind), _stand_in).doit()
    number = sp.N(e, DIGITS)
    return number if number.is_number and number.is_finite else None


def _stand_in(term: Any) -> Any:
    """A number for a[2, 1], a wavy function for f(x): the same each time for the same name."""
    seed = random.Random(str(term.func) if isinstance(term, AppliedUndef) else str(term))
    c, d = (sp.Rational(seed.randint(200, 1500), 1000) for _ in range(2))
    if isinstance(term, AppliedUndef):
        return sp.sin(d + sum(c * (k + 1) * arg for k, arg in enumerate(term.args))) + 2
    return c * seed.choice((-1, 1))


# Proving: exact algebra.


def is_zero(difference: Any) -> bool:
    """Say whether exact algebra shows that an expression is 0 (False if it cannot tell)."""
    tidy = _tidy_sums(difference) if difference.has(sp.Sum) else difference
    if tidy == 0 or _rational_zero(tidy):
        return True
    rewrites = (
        lambda e: sp.simplify(e.rewrite(sp.exp)),
        lambda e: sp.simplify(sp.piecewise_fold(e)),
        sp.expand_log,
        _branches,
    )
    return any(rewrite(tidy) == 0 for rewrite in rewrites)


def _branches(e: Any) -> Any:
    """Zero if every branch of a piecewise expression is."""
    folded = sp.piecewise_fold(e)
    if not isinstance(folded, sp.Piecewise):
        return e
    return sp.S.Zero if all(sp.simplify(branch) == 0 for branch, _ in folded.args) else e


def _tidy_sums(e: Any) -> Any:
    """Write every sum over one index alike: split at +, constants outside, one name an index."""
    if not isinstance(e, sp.Sum):
        rebuilt = e.func(*map(_tidy_sums, e.args)) if e.args else e
        return sp.expand(rebuilt, deep=False) if rebuilt.is_Mul else rebuilt
    index, low, high = e.limits[-1]
    inside = _tidy_sums(sp.Sum(e.function, *e.limits[:-1]) if e.limits[:-1] else e.function)
    total = sp.S.Zero
    for term in sp.Add.make_args(sp.expand(inside)):
        constant, inner = term.as_independent(index, as_Add=False)
        # Named by how deep the sums inside it go, so that equal sums get equal names.
        name = sp.Symbol(f"_k{_depth(inner)}", integer=True, nonnegative=True)
        total += constant * sp.Sum(inner.subs(index, name), (name, low, high))
    return total


def _depth(e: Any) -> int:
    return isinstance(e, sp.Sum) + max(map(_depth, e.args), default=0)


def _rational_zero(e: Any) -> bool:
    """Decide e = 0 in a field of fractions whose generators are the symbols and exponentials.

    e^u and e^(−u) become one generator and its inverse; where that does not settle it, e^(u + v)
    becomes two. Whatever else is no rational function is a generator of its own. The generators
    are treated as independent, so a zero there is a zero of the functions, never the reverse.
    """
    if e.has(sp.Piecewise, sp.Derivative, sp.Integral):
        return False
    for split in (False, True):
        generators: dict[Any, Any] = {}
        rational = _with_generators(e, generators, split)
        symbols = sorted(rational.free_symbols, key=str)
        if symbols and sp.QQ.frac_field(*symbols).from_sympy(rational) == 0:
            return True
    return False


def _with_generators(e: Any, generators: dict[Any, Any], split: bool) -> Any:
    if e.is_Symbol or e.is_Rational:
        return e
    if e.is_Add or e.is_Mul or (e.is_Pow and e.exp.is_Integer):
        return e.func(*(_with_generators(part, generators, split) for part in e.args))
    power = 1
    if isinstance(e, (sp.exp, sp.Pow)):
        if split and e.exp.is_Add:
            factors = (sp.Pow(e.base, term) for term in e.exp.args)
            return sp.Mul(*(_with_generators(factor, generators, split) for factor in factors))
        content, exponent = e.exp.as_content_primitive()
        if exponent.could_extract_minus_sign():
            content, exponent = -content, -exponent
        if content.is_Integer:  # e^(2u) is the square of e^u, and e^(−u) its inverse
            e, power = sp.Pow(e.base, exponent), content
    return generators.setdefault(e, sp.Dummy(f"g{len(generators)}")) ** power
