"""Are two formulas the same? Here the question is answered: first numbers try to refute it, then
exact algebra tries to prove it; only what neither settles is reported as checked, not proved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import permutations
from typing import Any

import sympy as sp

from .expansion import Ranges, evaluate
from .refutation import DIGITS, refute

PROVED, CHECKED = "proved", f"checked to {DIGITS} digits"


def compare(left: Any, right: Any, where: Mapping[Any, Any] | None = None) -> str:
    """Return how we know that left equals right: ``"proved"`` or ``"checked to 50 digits"``.

    All symbols stand for real numbers. Two formulas are the same if they have the same value
    wherever both have one, except that a gap in one of them may only be a single point.

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
    TypeError, ValueError
        If one of them is no formula, they differ in shape, or neither has a value anywhere.
    """
    ranges: Ranges = {}
    left, right = (evaluate(side, where or {}, ranges) for side in (left, right))
    pairs = _entries(left, right)
    for a, b in pairs:
        refute(a, b, ranges)
    # Without doit first: on sums of sums it may recurse without end, at the whim of the hash seed.
    proved = all(a == b or is_zero(a - b) or is_zero(a.doit() - b.doit()) for a, b in pairs)
    return PROVED if proved else CHECKED


def _entries(left: Any, right: Any) -> list[tuple[Any, Any]]:
    shapes = [e.shape if isinstance(e, sp.MatrixBase) else () for e in (left, right)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"both sides of a step must have one shape, got {shapes[0]}, {shapes[1]}.")
    if isinstance(left, sp.MatrixBase):
        return list(zip(list(left), list(right), strict=True))
    return [(left, right)]


def is_zero(difference: Any) -> bool:
    """Say whether exact algebra shows that an expression is 0 (False if it cannot tell)."""
    tidy = _tidy_sums(difference)
    rewrites: tuple[Callable[[Any], Any], ...] = (
        lambda e: e,
        lambda e: _tidy_sums(sp.expand_log(e)),
        lambda e: sp.simplify(e.rewrite(sp.exp)),
        _branches,
        _exponential,
    )
    return any(e == 0 or _rational_zero(e) for e in (rewrite(tidy) for rewrite in rewrites))


def _branches(e: Any) -> Any:
    """Zero if every branch of a piecewise expression is, and the branches leave no gap."""
    folded = sp.piecewise_fold(e.rewrite(sp.Piecewise))
    if not isinstance(folded, sp.Piecewise):
        return folded
    conditions = [condition for _, condition in folded.args]
    symbol = min(set().union(*(c.free_symbols for c in conditions)), key=str)
    try:
        branches = folded.as_expr_set_pairs(sp.S.Reals)
        complete = sp.Union(*(domain for _, domain in branches)) == sp.S.Reals
    except (NotImplementedError, ValueError):  # conditions on more than one symbol
        branches = [(branch, sp.S.Reals) for branch, _ in folded.args]
        complete = conditions[-1] == sp.true
    zero = complete and all(_zero_on(branch, domain, symbol) for branch, domain in branches)
    return sp.S.Zero if zero else e


def _zero_on(e: Any, domain: Any, symbol: Any) -> bool:
    """Say whether e is 0 on a set; at a single point it may also be undefined."""
    if not isinstance(domain, sp.FiniteSet):
        return bool(sp.simplify(e) == 0)
    values = [e.subs(symbol, point) for point in domain]
    return all(value.has(sp.nan, sp.zoo) or sp.simplify(value) == 0 for value in values)


def _exponential(e: Any) -> Any:
    """Zero if e is real and exp(e) is 1: this gathers logarithms, with their factors as powers."""
    if not e.is_real or not e.has(sp.log):
        return e
    return sp.S.Zero if _rational_zero(sp.exp(sp.expand(e)) - 1) else e


# Sums: one normal form for all that are equal by distributivity, exchange and renaming.


def _tidy_sums(e: Any) -> Any:
    """Write all finite sums alike: split at +, nested sums and products of sums as one sum."""
    if not e.has(sp.Sum, sp.Product):
        return e
    if isinstance(e, sp.Product):
        return _named(sp.Product, _tidy_sums(e.function), e.limits)
    if isinstance(e, sp.Sum):
        limit = e.limits[-1]
        inside = _tidy_sums(sp.Sum(e.function, *e.limits[:-1]) if e.limits[:-1] else e.function)
        if limit[1].is_infinite or limit[2].is_infinite:  # its parts may diverge
            return sp.Sum(inside, limit)
        inside, limit, rest = _from_zero(inside, *limit)
        return rest + sp.Add(*(_one_sum(t, [limit]) for t in _terms(inside)))
    e = e.func(*map(_tidy_sums, e.args))
    if e.is_Mul or e.is_Pow:
        return sp.Add(*(_one_sum(term, []) for term in _terms(e)))
    return e


def _terms(e: Any) -> tuple[Any, ...]:
    """Multiply out, also x^(u + v), so that what does not depend on an index can leave its sum."""
    split = e.replace(
        lambda x: isinstance(x, (sp.exp, sp.Pow)) and x.exp.is_Add,
        lambda x: sp.Mul(*(sp.Pow(x.base, term) for term in x.exp.args)),
    )
    return tuple(sp.Add.make_args(sp.expand_multinomial(sp.expand_mul(split), deep=False)))


def _from_zero(inside: Any, index: Any, low: Any, high: Any) -> tuple[Any, Any, Any]:
    """Let an index run from 0 to … − 1: Σ_1^n x_i is Σ_0^(n−1) x_(i+1), Σ_0^n x_i has x_n apart."""
    name = sp.Dummy(integer=True)
    inside = inside.subs(index, name + low)
    constant, end = (high - low + 1).expand().as_coeff_Add()
    if not constant.is_Integer or abs(constant) > 5:
        constant, end = 0, constant + end
    extra = [inside.subs(name, end + k) for k in range(constant)]
    missing = [inside.subs(name, end + k) for k in range(constant, 0)]
    return inside, sp.Tuple(name, 0, end - 1), _tidy_sums(sp.Add(*extra) - sp.Add(*missing))


def _one_sum(term: Any, limits: list[Any]) -> Any:
    """Turn a product of sums, with sums around it, into one sum with its constants outside."""
    body = sp.S.One
    for factor in sp.Mul.make_args(term):
        base, power = factor.as_base_exp()
        if isinstance(base, sp.Sum) and power.is_Integer and power > 0:
            for _ in range(power):
                names = {index: sp.Dummy(integer=True) for index, *_ in base.limits}
                body *= base.function.xreplace(names)
                limits = [*(limit.xreplace(names) for limit in base.limits), *limits]
        else:
            body *= factor
    for limit in limits:  # nothing depends on this index: count its values
        if not body.has(limit[0]) and not any(t.has(limit[0]) for l in limits for t in l[1:]):
            limits = [l for l in limits if l is not limit]
            body *= limit[2] - limit[1] + 1
    if not limits:
        return body
    indices = [limit[0] for limit in limits]
    constant, body = body.as_independent(*indices, as_Add=False)
    nested = any(t.has(*indices) for limit in limits for t in limit[1:])
    orders = [tuple(limits)] if nested or len(limits) > 4 else permutations(limits)
    return constant * min((_named(sp.Sum, body, order) for order in orders), key=str)


def _named(kind: Any, body: Any, limits: tuple[Any, ...]) -> Any:
    """Name the indices by their place, after the names that are taken inside the body."""
    taken = [int(index.name[1:]) for index in body.atoms(sp.Dummy) if index.name[0] == "#"]
    start = 1 + max(taken, default=0)
    names = {
        limit[0]: sp.Dummy(f"#{k}", integer=True, dummy_index=k)
        for k, limit in enumerate(limits, start)
    }
    return kind(body.xreplace(names), *(limit.xreplace(names) for limit in limits))


# Everything else: fractions of exponentials and whatever is left as it is.


def _rational_zero(e: Any) -> bool:
    """Decide e = 0 in a field of fractions whose generators are the symbols and exponentials.

    e^u and e^(−u) become one generator and its inverse; where that does not settle it, e^(u + v)
    becomes two. Whatever else is no rational function is a generator of its own. The generators
    are treated as independent, so a zero there is a zero of the functions, never the reverse.
    """
    for split in (False, True):
        generators: dict[Any, Any] = {}
        rational = _with_generators(e, generators, split)
        symbols = sorted(rational.free_symbols, key=str)
        try:
            if symbols and sp.QQ.frac_field(*symbols).from_sympy(rational) == 0:
                return True
        except ZeroDivisionError:  # a denominator is 0, written as something else
            return False
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
        logs = [x for x in sp.Mul.make_args(e.exp) if isinstance(x, sp.log)]
        if e.base == sp.E and logs:  # e^(w log u) is u^w
            e = sp.Pow(logs[0].args[0], e.exp / logs[0])
            if not isinstance(e, sp.Pow):
                return _with_generators(e, generators, split)
        content, exponent = e.exp.as_content_primitive()
        if exponent.could_extract_minus_sign():
            content, exponent = -content, -exponent
        if content.is_Integer:  # e^(2u) is the square of e^u, and e^(−u) its inverse
            e, power = sp.Pow(e.base, exponent), content
    return generators.setdefault(e, sp.Dummy(f"g{len(generators)}")) ** power
