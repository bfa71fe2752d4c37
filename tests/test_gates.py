"""The table of gates: every row is proved, and a wrong row is caught."""

import inspect
import math
from dataclasses import FrozenInstanceError, replace

import mpmath
import numpy as np
import pytest
import sympy as sp

import backprop_lib as bp
from backprop_lib.gates import RULES, alike, evaluate, is_finite, number

X, Y = sp.symbols("x y", real=True)

# Arguments at which every gate of one or two arguments is smooth; extremes where it must not break.
POINTS = [(0.7, 1.9), (1.3, -0.4), (2.5, 3.0), (0.04, 11.0), (6.0, -2.5)]


def arity(operation: str) -> int:
    return len(RULES[operation].local)


def arguments(operation: str) -> tuple[sp.Symbol, ...]:
    return (X, Y)[: arity(operation)]


def unproved(operation: str) -> list[int]:
    """The arguments k for which ``local[k]`` is not the SymPy derivative of the formula."""
    rule, symbols = RULES[operation], arguments(operation)
    v = rule.formula(sp, *symbols)
    wrong = []
    for k, symbol in enumerate(symbols):
        difference = sp.diff(v, symbol) - rule.local[k](v, *symbols)
        if sp.simplify(sp.piecewise_fold(difference)) != 0:
            wrong.append(k)
    return wrong


def inexact(operation: str) -> list[tuple[float, ...]]:
    """The points where value or derivatives in floats differ from 30 digits of the formula."""
    rule, symbols = RULES[operation], arguments(operation)
    formula = rule.formula(sp, *symbols)
    wrong = []
    for point in POINTS:
        at = dict(zip(symbols, map(sp.Rational, point), strict=False))
        exact = [sp.N(formula.subs(at), 30)]
        exact += [sp.N(sp.diff(formula, symbol).subs(at), 30) for symbol in symbols]
        value, local = evaluate(operation, point[: len(symbols)], [False] * len(symbols))
        # v(1 − v) and 1 − v² inherit the rounding of v: an absolute error of one unit, no more.
        if any(
            abs(have - want) > 4e-16 * max(1, abs(want))
            for have, want in zip((value, *local), map(float, exact), strict=True)
        ):
            wrong.append(point)
    return wrong


@pytest.mark.parametrize("operation", RULES)
def test_local_derivatives_are_proved_against_the_formula(operation):
    assert unproved(operation) == []


@pytest.mark.parametrize("operation", RULES)
def test_floats_agree_with_thirty_digits_of_the_formula(operation):
    assert inexact(operation) == []


@pytest.mark.parametrize(
    ("operation", "k"), [(operation, k) for operation in RULES for k in range(arity(operation))]
)
def test_a_planted_wrong_derivative_is_caught_by_proof_and_by_numbers(monkeypatch, operation, k):
    rule = RULES[operation]
    local = list(rule.local)
    right = local[k]
    local[k] = lambda v, *values: right(v, *values) + sp.Rational(1, 1000)
    monkeypatch.setitem(RULES, operation, replace(rule, local=tuple(local)))
    assert unproved(operation) == [k]
    assert inexact(operation) == POINTS


@pytest.mark.parametrize("operation", RULES)
def test_a_planted_wrong_value_is_caught(monkeypatch, operation):
    rule = RULES[operation]
    wrong = replace(rule, value=lambda *values: rule.value(*values) + 1e-14)
    monkeypatch.setitem(RULES, operation, wrong)
    assert inexact(operation)


@pytest.mark.parametrize("operation", RULES)
def test_every_row_takes_as_many_arguments_as_it_has_derivatives(operation):
    rule = RULES[operation]
    assert len(inspect.signature(rule.formula).parameters) == 1 + arity(operation)
    for derivative in rule.local:
        assert len(inspect.signature(derivative).parameters) == 1 + arity(operation)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "relu"])
def test_gates_are_the_activations_of_the_same_name(name):
    activation = bp.ACTIVATIONS[name]
    z = next(iter(activation.expr.free_symbols))
    formula = RULES[name].formula(sp, z)
    assert sp.simplify((formula - activation.expr).rewrite(sp.exp)) == 0
    for point in (-30.0, -1.5, 0.0, 0.2, 3.0, 750.0):
        value, (local,) = evaluate(name, [point], [False])
        assert value == pytest.approx(float(activation(point)), rel=4e-16, abs=0)
        assert local == pytest.approx(float(activation.derivative(point)), rel=1e-12, abs=3e-16)


@pytest.mark.parametrize(
    ("operation", "values", "expected"),
    [
        ("relu", [0.0], (0.0, (0.0,))),
        ("relu", [-0.5], (0.0, (0.0,))),
        ("relu", [0.5], (0.5, (1.0,))),
        ("maximum", [3.0, 3.0], (3.0, (1.0, 0.0))),
        ("maximum", [3.0, 2.0], (3.0, (1.0, 0.0))),
        ("maximum", [2.0, 3.0], (3.0, (0.0, 1.0))),
        ("**", [0.0, 0.0], (1.0, (0.0, None))),
        ("**", [0.0, 1.0], (0.0, (1.0, None))),
        ("**", [-2.0, 3.0], (-8.0, (12.0, None))),
        ("**", [-2.0, -1.0], (-0.5, (-0.25, None))),
        ("sigmoid", [-1000.0], (0.0, (0.0,))),
        ("sigmoid", [1000.0], (1.0, (0.0,))),
        ("tanh", [-1e300], (-1.0, (0.0,))),
        ("/", [1.0, 1e-200], (1e200, (1e200, None))),
    ],
)
def test_kinks_ties_and_extremes(operation, values, expected):
    constant = [local is None for local in expected[1]]
    assert evaluate(operation, values, constant) == expected


@pytest.mark.parametrize("point", [(-1.5, 2.0), (2.0, -1.5), (0.0, 0.0), (0.0, 1.0), (1.0, 0.0)])
@pytest.mark.parametrize("operation", ["relu", "maximum"])
def test_symbols_follow_the_same_convention_at_a_kink_and_on_both_sides_of_it(operation, point):
    symbols = arguments(operation)
    value, local = evaluate(operation, symbols, [False] * len(symbols))
    at = dict(zip(symbols, map(sp.Rational, point), strict=False))
    numbers = evaluate(operation, point[: len(symbols)], [False] * len(symbols))
    assert float(value.subs(at)) == numbers[0]
    assert tuple(float(slope.subs(at)) for slope in local) == numbers[1]


def test_a_row_of_the_table_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        RULES["+"].value = max


def test_sigmoid_keeps_its_digits_far_from_zero():
    with mpmath.workdps(30):
        expected = float(1 / (1 + mpmath.exp(700)))
    assert evaluate("sigmoid", [-700.0], [False])[0] == pytest.approx(expected, rel=1e-15, abs=0)


@pytest.mark.parametrize(
    ("operation", "values", "message"),
    [
        ("/", [1.0, 0.0], "1.0 / 0.0 has no finite value: the denominator must not be 0"),
        ("/", [1e300, -1e-10], r"1e\+300 / \(-1e-10\) has no finite value: the denominator"),
        ("/", [1.0, 1e-320], "1.0 / 1e-320 has no finite value: the denominator"),
        ("/", [1e-320, 1e-320], "1e-320 / 1e-320 has no finite derivative: the denom"),
        ("**", [-8.0, 1 / 3], r"\(-8.0\) \*\* 0.333\d+ has no finite value: the base must be"),
        ("**", [0.0, -1.0], r"0.0 \*\* \(-1.0\) has no finite value: the base must be above 0"),
        ("**", [0.0, 0.5], r"0.0 \*\* 0.5 has no finite derivative: the base must be above 0"),
        ("**", [-2.0, 2.0], r"\(-2.0\) \*\* 2.0 has no finite derivative: .* that is no node"),
        ("**", [1e200, 2.0], r"1e\+200 \*\* 2.0 has no finite value: .* below 1.8e308; change"),
        ("exp", [710.0], "exp 710.0 has no finite value: the argument must stay below 709.78; "),
        ("log", [0.0], "log 0.0 has no finite value: the argument must be above 0; change it"),
        ("log", [-1.0], r"log \(-1.0\) has no finite value: the argument must be above 0"),
        ("log", [1e-320], "log 1e-320 has no finite derivative: the argument must be above 0"),
        ("+", [1.7e308, 1e308], r"1.7e\+308 \+ 1e\+308 has no finite value: .*make the inputs"),
        (
            "-",
            [-1.7e308, 1e308],
            r"\(-1.7e\+308\) - 1e\+308 has no finite value: the result must stay below",
        ),
        ("*", [1e200, 1e200], r"1e\+200 \* 1e\+200 has no finite value: the result must"),
        ("/", [X, sp.Integer(0)], "x / 0 has no finite value: the denominator must not be 0"),
        ("log", [sp.Integer(0)], "log 0 has no finite value: the argument must be above 0"),
    ],
)
def test_a_gate_without_a_finite_result_says_what_came_and_what_to_do(operation, values, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        evaluate(operation, values, [False] * len(values))


def test_a_constant_argument_has_no_derivative_and_needs_none():
    assert evaluate("**", [-3.0, 2.0], [False, True]) == (9.0, (-6.0, None))
    assert evaluate("**", [2.0, -3.0], [True, False])[1] == (None, 0.125 * math.log(2))


def test_symbols_stay_exact_beside_floats():
    assert evaluate("*", [X, 0.1], [False, True]) == (X / 10, (sp.Rational(1, 10), None))
    assert evaluate("+", [1.0, X], [True, False]) == (X + 1, (None, sp.Integer(1)))
    assert alike(-2.5e-7, X) == [sp.Rational(-1, 4000000), X]
    assert alike(2.0, 3.0) == [2.0, 3.0]


def test_whole_numbers_become_floats():
    for value in (2, True, np.int64(2), np.float32(2)):
        assert type(number("x", value)) is float


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        ("3", TypeError, "x must be one real number or SymPy expression, got str '3'; convert it"),
        (None, TypeError, "x must be one real number .*got NoneType None"),
        (1j, TypeError, "x must be one real number .*got complex 1j"),
        ([1.0], TypeError, r"x must be one real number .*got list \[1.0\]; .*take one entry of it"),
        (sp.Matrix([X]), TypeError, "x must be one real number .*got MutableDenseMatrix"),
        (sp.MatrixSymbol("A", 2, 2), TypeError, "x must be one real number .*got MatrixSymbol A"),
        (X > 0, TypeError, "x must be one real number .*got StrictGreaterThan"),
        (math.nan, ValueError, "x must be finite and below 1.8e308, got nan; replace it"),
        (-math.inf, ValueError, "x must be finite .*got -inf"),
        (10**400, ValueError, "x must be finite and below 1.8e308, got 10{59}; replace it"),
        (sp.zoo, ValueError, "x must be finite .*got zoo"),
        (X + sp.oo, ValueError, "x must be finite .*got oo"),
    ],
)
def test_what_is_no_finite_number_is_refused_by_name(value, kind, message):
    with pytest.raises(kind, match=f"^{message}"):
        number("x", value)


def test_is_finite_on_floats_and_expressions():
    assert is_finite(-1.5)
    assert is_finite(X + 1)
    for value in (math.inf, -math.inf, math.nan, sp.oo, -sp.oo, sp.zoo, sp.nan):
        assert not is_finite(value)


def test_the_slope_of_a_kinked_gate_has_both_sides():
    s = sp.Symbol("s", real=True)
    (x,) = bp.variables(x=s)
    slope = bp.backpropagate(bp.graph.relu(x))[x]
    assert [slope.subs(s, at) for at in (2, 0, -2)] == [1, 0, 0]
