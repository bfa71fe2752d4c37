"""What a formula says once its abbreviations are written out: definitions put in, derivatives
carried out, Kronecker deltas summed away. Two formulas are compared in this form only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import sympy as sp

Definitions: TypeAlias = Mapping[Any, Any]
Ranges: TypeAlias = dict[Any, tuple[Any, Any]]


def formula(value: Any) -> Any:
    """Return ``value`` as a SymPy expression or explicit matrix, or say why it is no formula.

    A decimal number stands for what was typed, so 0.1 is 1/10 and not the nearest binary fraction.
    """
    remedy = "give a SymPy expression or a sympy.Matrix"
    if not isinstance(value, (sp.Basic, sp.MatrixBase, int, float, complex)):
        kind = type(value).__name__
        raise TypeError(f"a line must be a formula, got {kind} {value!r}; {remedy}.")
    e = sp.sympify(value)
    if not isinstance(e, (sp.Expr, sp.MatrixBase)) or e.has(sp.Order):
        raise TypeError(f"a line must be a formula, got {type(e).__name__} {e}; {remedy}.")
    unordered = [s for s in e.atoms(sp.Symbol) if not s.is_commutative]
    if unordered:
        raise TypeError(
            f"symbols must commute, got {unordered[0]}; {remedy}, which multiplies in order."
        )
    e = e.xreplace({x: sp.Rational(str(x)) for x in e.atoms(sp.Float)})
    return _explicit(e)


def _explicit(e: Any) -> Any:
    """Write out matrix symbols, entry by entry."""
    entries = {}
    for M in e.atoms(sp.MatrixSymbol):
        if not all(length.is_Integer for length in M.shape):
            raise TypeError(
                f"matrices must have shapes of whole numbers, got {M} of shape {M.shape}; for any "
                f"width write sums over an IndexedBase."
            )
        name = f"{M.name}_{{%d%d}}"
        entries[M] = sp.ImmutableMatrix(
            *M.shape, lambda i, j, name=name: sp.Symbol(name % (i + 1, j + 1), real=True)
        )
    return e.xreplace(entries).doit() if entries else e


def check_definitions(where: Definitions) -> None:
    """Raise unless ``where`` maps symbols to formulas, none of which needs itself."""
    if not isinstance(where, Mapping) or not all(isinstance(key, sp.Expr) for key in where):
        raise TypeError(f"where must map symbols to formulas, got {where!r}; write {{a: w * x}}.")

    def visit(key: Any, path: tuple[Any, ...]) -> None:
        if key in path:
            circle = " -> ".join(map(str, (*path, key)))
            raise ValueError(f"where must not define a symbol by itself, got {circle}.")
        value = formula(where[key])
        for other in where:
            if value.has(other) or any(_defines(other, x) for x in value.atoms(sp.Indexed)):
                visit(other, (*path, key))

    for key in where:
        visit(key, ())


def evaluate(expression: Any, where: Definitions, ranges: Ranges | None = None) -> Any:
    """Put in every definition and carry out every derivative and limit, down to free symbols.

    A derivative ∂f/∂x of a defined quantity f follows every path from x to f: f is expanded until
    x shows, x itself is held fixed as a symbol, and what remains is expanded after differentiating.
    A definition of a[j], with a symbol for j, holds for every index.

    A free index is taken to lie inside the sum that it meets: Σ_i δ_ik x_i over i = 0 … n−1 is x_k.
    The range that was assumed for k is entered in ``ranges``; no index is given two of them.
    Other sums are left as they stand, so that they can be tried term by term.
    """
    ranges = {} if ranges is None else ranges
    return _carry_out(_expand(formula(expression), where, {}, ranges), {}, ranges)


def _expand(e: Any, where: Definitions, bound: Ranges, ranges: Ranges) -> Any:
    """Put in definitions and carry out derivatives; ``bound`` holds the indices of sums around."""
    if isinstance(e, sp.MatrixBase):
        return e.applyfunc(lambda entry: _expand(entry, where, bound, ranges))
    definition = _definition(e, where)
    if definition is not None:
        return _expand(definition, where, bound, ranges)
    if isinstance(e, sp.Derivative):
        if len({*e.variables}) > 1 and any(_definition(x, where) is not None for x in e.variables):
            raise ValueError(
                f"a mixed derivative must be in symbols without definitions, got {e}; take one "
                f"derivative at a time, each in its own step."
            )
        held = {k: v for k, v in where.items() if not any(_defines(k, x) for x in e.variables)}
        inner = _carry_out(_expand(e.expr, held, bound, ranges), bound, ranges)
        slope = _carry_out(inner.diff(*e.variable_count), bound, ranges)
        if any(isinstance(d.expr, (sp.Sum, sp.Product)) for d in slope.atoms(sp.Derivative)):
            raise ValueError(f"a sum has no derivative in its own limits, got {e}.")
        symbols = [x for x in slope.free_symbols if x in where and not isinstance(x, sp.Indexed)]
        values = [(x, _expand(x, where, bound, ranges)) for x in symbols]
        return slope.subs(values, simultaneous=True).replace(
            lambda x: isinstance(x, sp.Indexed) and _definition(x, where) is not None,
            lambda x: _expand(x, where, bound, ranges),
        )
    known = getattr(e.func, "definition", None)
    if known is not None:
        return known(_expand(e.args[0], where, bound, ranges))
    if isinstance(e, (sp.Sum, sp.Product)):
        for index, low, high in e.limits:
            if _definition(index, where) is not None:
                raise ValueError(
                    f"where must not define {index}, the index of a sum; rename one of them."
                )
            bound = {**bound, index: (low, high)}
    return e.func(*(_expand(part, where, bound, ranges) for part in e.args)) if e.args else e


def _defines(key: Any, x: Any) -> bool:
    """Say whether a definition of ``key`` is one of ``x``: the same, or an a[j] for every j."""
    if not isinstance(key, sp.Indexed) or not isinstance(x, sp.Indexed):
        return bool(key == x)
    general = key.base == x.base and all(index.is_Symbol for index in key.indices)
    return bool(key == x or (general and len(key.indices) == len(x.indices)))


def _definition(e: Any, where: Definitions) -> Any:
    if e in where:
        return formula(where[e])
    for key, value in where.items():
        if isinstance(e, sp.Indexed) and _defines(key, e):
            pairs = list(zip(key.indices, e.indices, strict=True))
            return fresh(formula(value)).subs(pairs, simultaneous=True)
    return None


def _carry_out(e: Any, bound: Ranges, ranges: Ranges) -> Any:
    if isinstance(e, sp.MatrixBase):
        return e.applyfunc(lambda entry: _carry_out(entry, bound, ranges))
    settled = fresh(e).replace(
        lambda x: isinstance(x, (sp.Limit, sp.Integral, sp.Subs)), lambda x: x.doit()
    )
    return _collapse(settled, bound, ranges)


def fresh(e: Any) -> Any:
    """Give the index of every sum a name of its own.

    SymPy substitutes and differentiates under a sum as if its index were not bound: it takes the
    derivative of Σ_k a[k] in a[k] to be n.
    """
    if not e.has(sp.Sum, sp.Product):
        return e
    e = e.func(*map(fresh, e.args)) if e.args else e
    if not isinstance(e, (sp.Sum, sp.Product)):
        return e
    names = {i: sp.Dummy(i.name, integer=True) for i, *_ in e.limits}
    limits = [(names[i], low.xreplace(names), high.xreplace(names)) for i, low, high in e.limits]
    return e.func(e.function.xreplace(names), *limits)


def _collapse(e: Any, bound: Ranges, ranges: Ranges) -> Any:
    """Sum away Kronecker deltas: Σ_i δ_ik f(i) is f(k)."""
    if not e.has(sp.KroneckerDelta) or not e.has(sp.Sum):
        return e
    if isinstance(e, sp.Product):
        bound = bound | {index: (low, high) for index, low, high in e.limits}
    if not isinstance(e, sp.Sum):
        return e.func(*(_collapse(part, bound, ranges) for part in e.args))
    index, low, high = e.limits[-1]
    inside = sp.Sum(e.function, *e.limits[:-1]) if e.limits[:-1] else e.function
    inside = _collapse(inside, {**bound, index: (low, high)}, ranges)
    total = sp.S.Zero
    for term in sp.Add.make_args(sp.expand_mul(inside)):
        constant, rest = term.as_independent(index, as_Add=False)
        total += constant * _sum_over(rest, (index, low, high), bound, ranges)
    return total


def _sum_over(term: Any, limit: tuple[Any, Any, Any], bound: Ranges, ranges: Ranges) -> Any:
    index, low, high = limit
    for delta in sp.Mul.make_args(term):
        if isinstance(delta, sp.KroneckerDelta) and index in delta.args:
            (other,) = {*delta.args} - {index}
            if not other.has(index) and _inside(other, low, high, bound, ranges):
                return term.subs(index, other)
    return sp.Sum(term, limit)


def _inside(e: Any, low: Any, high: Any, bound: Ranges, ranges: Ranges) -> bool:
    """Say whether low ≤ e ≤ high: by what is known, or for a free index by convention."""
    if (e - low).is_nonnegative and (high - e).is_nonnegative:
        return True
    if (high - low).is_negative:
        return False
    if e in bound:
        return bound[e] == (low, high)
    if not e.is_Symbol or e.is_Dummy or bound.keys() & (low.free_symbols | high.free_symbols):
        return False
    return ranges.setdefault(e, (low, high)) == (low, high)
