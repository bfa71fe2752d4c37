"""A false formula is caught by numbers: both sides are computed to 50 digits at points chosen to be
awkward. One point where they differ is a counter-example that a reader can check by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.function import AppliedUndef

from .expansion import Ranges

DIGITS = 50
POINTS = 8  # away from kinks; those come on top

Point: TypeAlias = dict[Any, Any]


class FalseStepError(ValueError):
    """Two formulas that were claimed to be equal differ at a point that the message names."""


def refute(left: Any, right: Any, ranges: Ranges) -> None:
    """Raise ``FalseStepError`` at the first point where two scalars differ.

    Every symbol stands for a real number that fits its assumptions. Real ones take both signs,
    integers are alike and different, small and large; a[k] and f(x) get values too. Either side of
    every kink is tried, and the kink itself if both formulas have a value there.

    Raises
    ------
    FalseStepError
        If they differ, or if only one has a value; the message names the point.
    ValueError
        If neither has a value at any point, or two different symbols are printed alike.
    """
    _check_names(left, right)
    sides = [_without_names(side) for side in (left, right)]
    points = list(_points(sides, ranges))
    decided = 0
    for k, point in enumerate([*points, *_near_kinks(sides, points[-1], ranges)]):
        a, b = (_number(_at(side, point)) for side in sides)
        if a is None or b is None:
            if a is b or k >= len(points):  # a hole in one of them at a kink proves nothing
                continue
        elif not _differ(a, b):
            if sides[0] == sides[1]:  # written alike: that there is a value is all to be seen
                return
            decided += 1
            continue
        raise FalseStepError(
            f"this step is false: at {_show(point, sides)} the line before is {_write(a)} and this "
            f"line is {_write(b)}."
        )
    if not decided:
        raise ValueError("this step cannot be tried: its lines have no value at any point.")


def suspicious(difference: Any) -> bool:
    """Say whether an expression in symbols alone is not 0 at one point: a fast first look."""
    rng = random.Random(1986)
    symbols = sorted(difference.free_symbols, key=str)
    value = difference.xreplace({s: sp.Float(str(rng.uniform(0.1, 2)), 40) for s in symbols})
    return bool(abs(value) > 1e-20)


def _differ(a: Any, b: Any) -> bool:
    if a.is_infinite or b.is_infinite:
        return bool(a != b)
    slack = sp.Float(10) ** -(DIGITS + 10) * (abs(a) + abs(b)) + sp.Float(10) ** (-2 * DIGITS)
    return bool(abs(a - b) > slack)


def _number(value: Any) -> Any:
    """The value to more digits than are compared, or ±∞; None if there is none."""
    number = sp.N(value, DIGITS + 30, maxn=3 * DIGITS)
    return number if number in (sp.oo, -sp.oo) or (number.is_number and number.is_finite) else None


def _write(number: Any) -> str:
    return "undefined" if number is None else str(sp.N(number, 10))


def _show(point: Point, sides: list[Any]) -> str:
    values = {str(s): v for s, v in point.items()}
    for entry in {x for side in sides for x in _entries(_spelled_out(side.xreplace(point)))}:
        values[f"{entry.func}{list(entry.args)}"] = _entry(entry)
    shown = [f"{name} = {sp.N(values[name], 4)}" for name in sorted(values)]
    return ", ".join(shown[:8]) or "every point"


def _check_names(*sides: Any) -> None:
    named: dict[str, Any] = {}
    for side in sides:
        symbols = _without_names(side).free_symbols
        for x in symbols | side.atoms(sp.IndexedBase) | {f.func for f in side.atoms(AppliedUndef)}:
            if named.setdefault(str(x), x) != x:
                raise ValueError(
                    f"two different things are called {x}; make the symbol once, with one set of "
                    f"assumptions, or rename one of them."
                )


# Where to look.


def _points(sides: list[Any], ranges: Ranges) -> Iterator[Point]:
    rng = random.Random(1986)  # fixed, so that a page and its counter-examples never change
    free = set().union(*(side.free_symbols for side in sides))
    limits = [(low, high) for index, (low, high) in ranges.items() if index in free]
    free |= {s for low, high in limits for s in low.free_symbols | high.free_symbols}
    for side in sides:
        totals = side.atoms(sp.Sum, sp.Product)
        limits += [(low, high) for total in totals for _, low, high in total.limits]
    sizes = {s for low, high in limits for s in low.free_symbols | high.free_symbols}
    symbols = sorted(free, key=str)
    for k in range(POINTS if symbols else 1):
        point = {
            s: _draw(s, k, rank, rng, s in sizes, s in sizes or s in ranges or s.is_integer)
            for rank, s in enumerate(symbols)
        }
        for index in ranges.keys() & free:
            low, high = (limit.xreplace(point) for limit in ranges[index])
            point[index] = low + point[index] % (high - low + 1)
        yield point


def _draw(symbol: Any, k: int, rank: int, rng: random.Random, size: bool, whole: bool) -> Any:
    """Return a number that fits the assumptions of the symbol, for point k."""
    for attempt in range(1000):
        if whole:  # at first all alike, then all different in one order and the other
            first = (3, rank % 5 + 1, 5 - rank % 5) if size else (2, rank, 0)
            wide = 8 if size else rng.choice((4, 40))
            later = rng.randint(1 if size else -wide, wide)
            number = sp.Integer(later if k > 2 or attempt else first[k])
        else:
            odd = rng.randrange(1, 2000 if k < 4 else 12000, 2)  # so that no round number is hit
            number = sp.Rational(odd, 1000)
            positive = k == 0 if k < 2 and not attempt else rng.random() < 0.5  # all +, then all −
            number = number if positive else -number
        if _fits(symbol, number) and not (size and number < 1):
            return number
    raise ValueError(f"no real number was found that fits the assumptions of {symbol}.")


def _fits(symbol: Any, number: Any) -> bool:
    facts = symbol.assumptions0.items()
    return all(getattr(number, f"is_{fact}") in (truth, None) for fact, truth in facts)


def _near_kinks(sides: list[Any], point: Point, ranges: Ranges) -> Iterator[Point]:
    """Move one symbol to where a condition or a modulus changes, and a little to either side."""
    for e in sorted({kink for side in sides for kink in _kinks(side)}, key=str)[:12]:
        for s in sorted(e.free_symbols & point.keys() - ranges.keys(), key=str):
            along = e.xreplace({x: v for x, v in point.items() if x != s})
            try:
                roots = sp.real_roots(along, s) if along.free_symbols == {s} else []
            except (NotImplementedError, sp.PolynomialError):
                continue
            step = 1 if s.is_integer else sp.Rational(1, 8)
            for root in (sp.floor(root) if s.is_integer else root for root in roots[:4]):
                for near in (root, root + step, root - step):
                    if abs(near) < 10**4 and _fits(s, near):
                        yield {**point, s: near}


def _kinks(e: Any) -> Iterator[Any]:
    for condition in e.atoms(sp.Rel):
        yield condition.lhs - condition.rhs
    for x in e.atoms(sp.Abs, sp.sign, sp.Heaviside):
        yield x.args[0]
    for x in e.atoms(sp.Max, sp.Min, sp.KroneckerDelta):
        yield from (x.args[0] - other for other in x.args[1:])


# What the formulas are there.


def _without_names(e: Any) -> Any:
    """Put a wavy function in place of every f, and a function of i and j in place of a[i, j]."""
    e = e.replace(lambda x: isinstance(x, AppliedUndef), _wavy)
    e = e.replace(lambda x: isinstance(x, (sp.Derivative, sp.Subs)), lambda x: x.doit())
    return e.replace(
        lambda x: isinstance(x, sp.Indexed), lambda x: _function_of(x.base)(*x.indices)
    )


def _wavy(f: Any) -> Any:
    seed = random.Random(str(f.func))
    c, d = (sp.Rational(seed.randint(200, 1500), 1000) for _ in range(2))
    return sp.sin(d + sum(c * (k + 1) * x for k, x in enumerate(f.args))) + 2


@lru_cache
def _function_of(base: Any) -> Any:
    return type(str(base.label), (sp.Function,), {"label": base.label})


def _entries(e: Any) -> set[Any]:
    return {x for x in e.atoms(sp.Function) if hasattr(x, "label")}


def _entry(x: Any) -> Any:
    """The number that stands for a[2, 1]: the same each time."""
    return _draw(x.label, POINTS, 0, random.Random(str(x)), False, x.label.is_integer)


def _at(e: Any, point: Point) -> Any:
    e = _spelled_out(e.xreplace(point))
    return e.replace(lambda x: hasattr(x, "label") and not x.free_symbols, _entry).doit()


def _spelled_out(e: Any) -> Any:
    """Write finite sums and products term by term, from the outside in."""
    if not e.has(sp.Sum, sp.Product):
        return e
    if not isinstance(e, (sp.Sum, sp.Product)):
        return e.func(*map(_spelled_out, e.args))
    index, low, high = e.limits[-1]
    if not (low.is_Integer and high.is_Integer and low <= high):
        return e.doit()
    inside = e.func(e.function, *e.limits[:-1]) if e.limits[:-1] else e.function
    terms = [
        _spelled_out(inside.xreplace({index: k})) for k in map(sp.Integer, range(low, high + 1))
    ]
    return (sp.Add if isinstance(e, sp.Sum) else sp.Mul)(*terms)
