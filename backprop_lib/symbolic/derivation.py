"""Derivations that cannot be wrong: a line enters a Derivation only when it has been proved, or,
where SymPy cannot decide, checked to 50 digits and marked so. No page of the book has that mark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from ..activation import Activation
from ..activations import sigmoid
from ..arrays import as_array, require_count, require_kind, require_shape
from . import typesetting
from .algebra import CHECKED, PROVED, compare
from .expansion import check_definitions, evaluate, formula
from .refutation import DIGITS, FalseStepError


def function(activation: Activation, name: str) -> Any:
    """Return an activation as a SymPy function that prints as ``name`` and knows its formula.

    Examples
    --------
    >>> from backprop_lib import relu, symbolic
    >>> r = symbolic.function(relu, "r")
    >>> r(3)
    r(3)
    """
    require_kind("activation", activation, Activation, "take one of bp.ACTIVATIONS.")
    require_kind("name", name, str, "it is how the function prints.")
    if activation.coupled_pullback is not None:
        raise ValueError(f"activation must treat every unit alone, got {activation.name}.")
    (z,) = activation.expr.free_symbols
    definition = staticmethod(lambda argument: activation.expr.subs(z, argument))
    return type(name, (sp.Function,), {"definition": definition, "is_real": True})


sigma = function(sigmoid, "sigma")


COMPUTED = "computed"


@dataclass(frozen=True)
class Line:
    """One line of a derivation: the expression, why it follows, and how we know."""

    expression: Any
    reason: str = ""
    status: str = PROVED


class Derivation:
    """A chain of equalities in which every line has been proved equal to the one before.

    Parameters
    ----------
    start : SymPy expression or matrix
        The left-hand side, for example ``sp.Derivative(f, x)``; it is shown as it stands.
    where : mapping, optional
        Definitions ``{symbol: expression}`` that the proofs may use; they are expanded as far as
        they go, so ∂E/∂w follows every path from w to E.

    Examples
    --------
    >>> import sympy as sp
    >>> from backprop_lib.symbolic import Derivation, sigma
    >>> z = sp.Symbol("z", real=True)
    >>> d = Derivation(sp.Derivative(sigma(z), z))
    >>> d.step(sp.exp(-z) / (1 + sp.exp(-z)) ** 2, "chain rule")
    Derivative(sigma(z), z)
      = exp(-z)/(1 + exp(-z))**2    [proved: chain rule]
    >>> d.step(sigma(z) ** 2, "wishful thinking")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    backprop_lib.symbolic.refutation.FalseStepError: "wishful thinking": this step is false: at ...
    """

    def __init__(self, start: Any, where: Mapping[Any, Any] | None = None) -> None:
        where = {} if where is None else where
        check_definitions(where)
        self.where = dict(where)
        formula(start)
        self.lines = [Line(sp.sympify(start))]

    @property
    def result(self) -> Any:
        """The formula on the last line (the numbers below it, if any, are not formulas)."""
        return next(line for line in reversed(self.lines) if line.status != COMPUTED).expression

    def step(self, expression: Any, reason: str) -> Derivation:
        """Add a line, or raise if it is not equal to the line before.

        Parameters
        ----------
        expression : SymPy expression or matrix
            Shown as it stands; build it unevaluated where SymPy would tidy it up.
        reason : str
            Why the line follows, in a few words; text between dollar signs is set as mathematics.

        Returns
        -------
        Derivation
            Itself.

        Raises
        ------
        FalseStepError
            With a counter-example, if the step is false. The derivation is then left as it was.
        TypeError, ValueError
            If the line is no formula of the same shape, or the reason no text that can be set.
        """
        typesetting.text(reason)
        try:
            status = compare(self.result, expression, self.where)
        except FalseStepError as error:
            raise FalseStepError(f'"{reason}": {error}') from None
        self.lines.append(Line(sp.sympify(expression), reason, status))
        return self

    def numbers(self, values: Mapping[Any, float], digits: int = 9) -> Derivation:
        """Add two lines: the result with a number in place of every factor, and its value.

        Parameters
        ----------
        values : mapping
            ``{symbol: number}`` for every symbol that has no definition.
        digits : int
            Significant digits shown.

        Returns
        -------
        Derivation
            Itself.

        Raises
        ------
        TypeError, ValueError
            If a symbol has no value, or one that is no finite number.
        """
        exact, digits = _exact(values), require_count("digits", digits)

        def number(e: Any) -> Any:
            given = evaluate(e, self.where)
            return (
                typesetting.as_typed(values[given])
                if given in values
                else self._value(e, exact, digits)
            )

        shown = typesetting.with_numbers(self.result, number)
        value = self._value(self.result, exact, digits)
        if shown != value:
            self.lines.append(Line(shown, "with the numbers put in", COMPUTED))
        self.lines.append(Line(value, f"to {digits} digits", COMPUTED))
        return self

    def value(self, values: Mapping[Any, float]) -> float:
        """Return the result as a number; ``values`` as for ``numbers``."""
        return float(self._value(self.result, _exact(values), 30))

    def check(
        self,
        target: Any,
        at: Mapping[Any, float] | None = None,
        over: tuple[float, float] = (-8, 8),
    ) -> Agreement:
        """Compare the result with what the library computes.

        Parameters
        ----------
        target : callable or float
            A function of one array, compared on 401 points of ``over``; or one number, compared
            with the value at ``at``.
        at : mapping, optional
            ``{symbol: number}`` for a number.
        over : (float, float)
            The interval for a function.

        Returns
        -------
        Agreement
            The largest relative error.

        Raises
        ------
        TypeError, ValueError
            If they differ by more than 1e-12, relative, or cannot be compared.
        """
        if callable(target) and at is not None:
            raise ValueError(f"at must be left away for a function, got {at!r}; say over=.")
        if not callable(target):
            have = as_array("target", target)
            want = np.array(self._value(self.result, _exact(at or {}), 30), dtype=object)
        else:
            expression = evaluate(self.result, self.where).doit()
            if len(expression.free_symbols) != 1:
                free = ", ".join(sorted(map(str, expression.free_symbols))) or "none"
                raise ValueError(
                    f"target must be a number for a result with other than one free symbol, got a "
                    f"function; free are: {free}. Give their values as at=."
                )
            (symbol,) = expression.free_symbols
            ends = as_array("over", over)
            require_shape("over", ends, (2,), "write (low, high).")
            points = np.linspace(ends[0], ends[1], 401)
            have = as_array("target", target(points))
            want = np.array([sp.N(expression.subs(symbol, sp.Rational(x)), 30) for x in points])
        require_shape("target", have, want.shape, "it gives one number for each point.")
        have, want = have.ravel(), want.ravel()
        pairs = zip(want, have, strict=True)
        error = max(float(abs(w - sp.Rational(h)) / max(abs(w), 1e-300)) for w, h in pairs)
        if error > 1e-12:
            raise ValueError(
                f"the library and the derivation differ by {error:.2g}, relative; one is wrong."
            )
        return Agreement(error, len(have))

    def _value(self, expression: Any, values: Mapping[Any, Any], digits: int) -> Any:
        exact = evaluate(expression, self.where).subs(values).doit()
        if exact.free_symbols:
            missing = ", ".join(sorted(map(str, exact.free_symbols)))
            raise ValueError(f"values must give every free symbol a number; missing: {missing}.")
        if isinstance(exact, sp.MatrixBase):
            return exact.applyfunc(lambda entry: sp.Float(sp.N(entry, DIGITS), digits))
        return sp.Float(sp.N(exact, DIGITS), digits)

    def __repr__(self) -> str:
        return "\n  = ".join(
            str(line.expression) + (f"    [{line.status}: {line.reason}]" if line.reason else "")
            for line in self.lines
        )

    def _repr_latex_(self) -> str:
        rows = [typesetting.to_latex(self.lines[0].expression)]
        for line in self.lines[1:]:
            unproved = rf" [{line.status}]" if line.status == CHECKED else ""
            rows += [f"&{relation} {term}" for relation, term in typesetting.rows(line.expression)]
            rows.append(rf"&\quad\small{typesetting.text(line.reason + unproved)}")
        body = rows[0] + " " + " \\\\\n".join(rows[1:])
        return f"$$\\begin{{aligned}}\n{body}\n\\end{{aligned}}$$"


def _exact(values: Mapping[Any, Any]) -> dict[Any, Any]:
    """The numbers as they were typed: 0.1 is 1/10."""
    try:
        return {symbol: sp.Rational(str(value)) for symbol, value in values.items()}
    except (AttributeError, TypeError, ValueError):
        raise TypeError(
            f"values must give finite numbers, got {values!r}; write {{w: 0.4, x: 2}}."
        ) from None


@dataclass(frozen=True)
class Agreement:
    """How far the library is from a derivation: largest relative error over some points."""

    error: float
    points: int

    def __repr__(self) -> str:
        # A bound, not the error itself: the last bits differ between processors.
        bound = "1e-14" if self.error < 1e-14 else "1e-12"
        where = f"at {self.points} points" if self.points > 1 else ""
        return f"the library agrees {where}".rstrip() + f": relative error below {bound}"
