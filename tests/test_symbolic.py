import re
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

import backprop_lib as bp
from backprop_lib.symbolic import Derivation, FalseStepError, chain, function, prove, sigma

x, y, z, u, v, h, E = sp.symbols("x y z u v h E", real=True)
p, q = sp.Symbol("p", positive=True), sp.Symbol("q", negative=True)
n, m, t = sp.symbols("n m t", integer=True, positive=True)
i, j, k, l = sp.symbols("i j k l", integer=True, nonnegative=True)
a, b, w = (sp.IndexedBase(name, real=True) for name in "abw")
f = sp.Function("f")
Sum, D, If, delta, half = sp.Sum, sp.Derivative, sp.Piecewise, sp.KroneckerDelta, sp.S.Half
A, B = sp.MatrixSymbol("A", 2, 2), sp.MatrixSymbol("B", 2, 2)


def status(left, right, where=None):
    return Derivation(left, where).step(right, "claimed").lines[-1].status


def total(term, index=i, last=n - 1):
    return Sum(term, (index, 0, last))


# Steps that are true, and proved.

TRUE = {
    "algebra": ((x + y) ** 2, x**2 + 2 * x * y + y**2),
    "a typed decimal is a fraction": (0.1 * x, x / 10),
    "a removable gap": ((x**2 - 1) / (x - 1), x + 1),
    "root of a square, real": (sp.sqrt(x**2), abs(x)),
    "root of a square, positive": (sp.sqrt(p**2), p),
    "root of a square, negative": (sp.sqrt(q**2), -q),
    "logarithm of a power": (sp.log(p**2), 2 * sp.log(p)),
    "an even power of -1": ((-1) ** (2 * k), sp.S(1)),
    "trigonometry": (sp.sin(x) ** 2, 1 - sp.cos(x) ** 2),
    "tanh in exponentials": (sp.tanh(x), 2 / (1 + sp.exp(-2 * x)) - 1),
    "the sigmoid's slope": (D(sigma(x), x), sigma(x) * (1 - sigma(x))),
    "the sigmoid's slope, inside": (D(sigma(2 * x), x), 2 * sigma(2 * x) * (1 - sigma(2 * x))),
    "the sigmoid's symmetry": (sigma(-x), 1 - sigma(x)),
    "tanh is a sigmoid": (sp.tanh(x), 2 * sigma(2 * x) - 1),
    "softplus": (sp.log(1 + sp.exp(x)) - x, sp.log(1 + sp.exp(-x))),
    "log of a sum of exponentials": (
        sp.log(sp.exp(x) + sp.exp(y)),
        x + sp.log(1 + sp.exp(y - x)),
    ),
    "slope of the rectifier": (D(If((x, x > 0), (0, True)), x), If((1, x > 0), (0, True))),
    "maximum": (sp.Max(x, 0), If((x, x > 0), (0, True))),
    "half of x + |x|": (If((x, x > 0), (0, True)), (x + abs(x)) / 2),
    "two pieces make one line": (If((x, x > 0), (0, True)) - If((-x, x < 0), (0, True)), x),
    "the unit step": (sp.Heaviside(x), If((0, x < 0), (half, sp.Eq(x, 0)), (1, True))),
    "a limit": (sp.Limit(sp.sin(x) / x, x, 0), sp.S(1)),
    "an infinite limit": (sp.Limit(1 / x**2, x, 0), sp.oo),
    "the slope as a limit": (sp.Limit((sp.exp(x + h) - sp.exp(x)) / h, h, 0), sp.exp(x)),
    "an integral": (sp.Integral(2 * x, (x, 0, y)), y**2),
    "chain rule of any function": (D(f(x) ** 2, x), 2 * f(x) * D(f(x), x)),
    "entries of a matrix": (D(sp.Matrix([x**2, x]), x), sp.Matrix([2 * x, 1])),
    "transpose of a product": ((A * B).T, B.T * A.T),
    "trace of a product": (sp.Trace(A * B), sp.Trace(B * A)),
    "another index": (total(a[i]), total(a[j], j)),
    "a shifted index": (total(a[i]), Sum(a[i + 1], (i, -1, n - 2))),
    "last term split off": (total(a[i], last=n), total(a[i]) + a[n]),
    "sums exchanged": (
        total(Sum(a[i] * w[i, j], (j, 0, m - 1))),
        Sum(total(a[i] * w[i, j]), (j, 0, m - 1)),
    ),
    "a product of sums": (total(a[i]) ** 2, total(total(a[i] * a[j]), j)),
    "a triangle, renamed": (
        total(Sum(w[i, j], (i, 0, j)), j),
        total(Sum(w[j, i], (j, 0, i)), i),
    ),
    "sums inside functions": (
        total(sp.exp(Sum(w[i, j], (j, 0, m - 1)))),
        total(sp.exp(Sum(w[l, k], (k, 0, m - 1))), l),
    ),
    "the largest logit taken out": (
        sp.log(total(sp.exp(a[i] - x))) + x,
        sp.log(total(sp.exp(a[i]))),
    ),
    "a sum of whole numbers": (total(i, last=n), n * (n + 1) / 2),
    "a factorial": (sp.Product(i + 1, (i, 0, n - 1)), sp.factorial(n)),
    "a product, renamed": (sp.Product(a[i], (i, 0, n)), sp.Product(a[j], (j, 0, n))),
    "a delta picks a term": (total(delta(i, k) * a[i]), a[k]),
    "two deltas": (total(Sum(delta(i, k) * delta(j, l) * w[i, j], (j, 0, m - 1))), w[k, l]),
    "a delta between equal sums": (
        total(total(delta(i, j) * a[i] * b[j]), j),
        total(a[j] * b[j], j),
    ),
    "slope in one entry": (D(total(a[i] ** 2), a[k]), 2 * a[k]),
    "slope under the same name of index": (D(total(a[k], k), a[k]), sp.S(1)),
    "why Adam divides by 1 - beta^t": ((1 - p) * Sum(p ** (t - i), (i, 1, t)), 1 - p**t),
    "momentum unrolled by one step": (
        p * Sum(p ** (t - 1 - i) * a[i], (i, 1, t - 1)) + a[t],
        Sum(p ** (t - i) * a[i], (i, 1, t)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
def test_true_steps_are_proved(name):
    assert status(*TRUE[name]) == "proved"


# Steps that are false: each would pass if one thing were overlooked.

FALSE = {
    # signs and branches
    "root of a square": (sp.sqrt(x**2), x),
    "root of a square, negative": (sp.sqrt(q**2), q),
    "root of a product": (sp.sqrt(x * y), sp.sqrt(x) * sp.sqrt(y)),
    "root of an inverse": (sp.sqrt(1 / x), 1 / sp.sqrt(x)),
    "root without assumptions": (sp.sqrt(sp.Symbol("c") ** 2), sp.Symbol("c")),
    "logarithm of a square": (sp.log(x**2), 2 * sp.log(x)),
    "logarithm of a product": (sp.log(x * y), sp.log(x) + sp.log(y)),
    "power of a power": ((x**y) ** z, x ** (y * z)),
    "arc sine of sine": (sp.asin(sp.sin(x)), x),
    "arc tangents that jump": (sp.atan(x) + sp.atan(1 / x), sp.pi / 2),
    "absolute value": (abs(x), x),
    "a symbol that cancels": (x + y, x + 2),
    # whole numbers
    "parity": ((-1) ** k, sp.S(1)),
    "parity as a cosine": (sp.cos(sp.pi * n), sp.S(-1)),
    "zero at 0, 1 and 2": (k * (k - 1) * (k - 2), sp.S(0)),
    "halves of whole numbers": (2 * sp.floor(k / 2), k),
    "one is its square": (n**2, n),
    "a power of zero": (sp.S(0) ** k, sp.S(0)),
    "one large index": (delta(k, 1000), sp.S(0)),
    # pieces
    "beyond the points": (If((x, x < 50), (7, True)), x),
    "a single point": (If((1, sp.Eq(x, sp.Rational(1, 3))), (0, True)), sp.S(0)),
    "a narrow piece": (If((1, x**2 < 2), (0, True)), If((1, x**2 < 2.1), (0, True))),
    "a gap": (If((x, x > 0)), x),
    "value at the kink": (D(If((x, x > 0), (0, True)), x), If((1, x >= 0), (0, True))),
    "slope of |x| at 0": (D(abs(x), x), If((1, x >= 0), (-1, True))),
    "order of the pieces": (
        If((1, x > 0), (2, x > -1), (3, True)),
        If((2, x > -1), (1, x > 0), (3, True)),
    ),
    "pieces of two symbols": (If((1, x > y), (0, True)), If((1, x >= y), (0, True))),
    "pieces of a size": (If((1, n >= 7), (0, True)), sp.S(0)),
    "a condition typed about an index": (If((a[k], k < n), (0, True)), a[k]),
    "maximum": (sp.Max(x, y), x),
    # sums
    "one term too many": (total(a[i], last=n), total(a[i])),
    "first term missing": (Sum(a[i], (i, 1, n - 1)), total(a[i])),
    "shifted by one": (total(a[i]), total(a[i + 1])),
    "product of sums, sum of products": (total(a[i]) * total(b[i]), total(a[i] * b[i])),
    "indices exchanged": (total(w[i, j] * b[j], j), total(w[j, i] * b[j], j)),
    "exchanged with the wrong index": (
        Sum(total(w[i, j] * a[i]), (j, 0, m - 1)),
        Sum(total(w[i, j] * a[j]), (j, 0, m - 1)),
    ),
    "a triangle is no square": (total(Sum(a[i] * b[j], (j, 0, i))), total(total(a[i] * b[j]), j)),
    "a triangle, reflected": (total(Sum(w[i, j], (i, 0, j)), j), total(Sum(w[i, j], (j, 0, i)), i)),
    "beta starts at 1": (Sum(p ** (t - i), (i, 0, t - 1)), (1 - p**t) / (1 - p)),
    "telescope": (
        Sum(1 / (k + 1) - 1 / (k + 2), (k, 0, sp.oo)),
        Sum(1 / (k + 1), (k, 0, sp.oo)),
    ),
    "harmonic numbers": (Sum(1 / i, (i, 1, n)), sp.log(n)),
    "slope in all entries": (D(total(a[k], k), a[k]), n),
    "slope in one entry": (D(total(a[i] ** 2), a[k]), a[k]),
    "slopes of unlike entries": (D(a[i], a[j]), sp.S(0)),
    "slopes of like entries": (D(a[i], a[j]), sp.S(1)),
    "softmax without its diagonal": (
        D(sp.exp(a[j]) / total(sp.exp(a[i])), a[k]),
        -sp.exp(a[j] + a[k]) / total(sp.exp(a[i])) ** 2,
    ),
    # an index is in one range only
    "two ranges": (D(total(a[i]) + total(a[i], last=m - 1), a[k]), sp.S(2)),
    "a range and its shift": (D(total(a[i]) - total(a[i + 1]), a[k]), sp.S(0)),
    "deltas between unlike sums": (
        Sum(total(delta(i, j) * a[i] * b[j]), (j, 0, m - 1)),
        Sum(a[j] * b[j], (j, 0, m - 1)),
    ),
    "slopes in a longer sum": (Sum(D(total(a[i]), a[k]), (k, 0, m - 1)), m),
    "deltas in a triangle": (total(Sum(delta(i, k) * a[i], (i, 0, j)), j), n * a[k]),
    "deltas in a product": (
        sp.Product(total(delta(i, j) * a[i]), (j, 0, m - 1)),
        sp.Product(a[j], (j, 0, m - 1)),
    ),
    "a delta outside of its sum": (D(Sum(a[i], (i, 0, 3)), a[7]), sp.S(1)),
    "a number as index of any width": (D(total(a[i]), a[2]), sp.S(1)),
    "a delta in an empty sum": (Sum(delta(i, k) * a[i], (i, 5, 4)), a[k]),
    # limits, functions, matrices
    "limit": (sp.Limit(sp.sin(x) / x, x, 0), sp.S(0)),
    "limit from the left": (sp.Limit(1 / x, x, 0, "-"), sp.oo),
    "forgotten derivative": (D(f(x) ** 2, x), 2 * f(x)),
    "any function of another": (f(x), f(y)),
    "one function for another": (function(bp.relu, "r")(x), function(bp.tanh, "r")(x)),
    "order of a matrix product": (A * B, B * A),
    "transpose of a product": ((A * B).T, A.T * B.T),
    "one entry of a matrix": (sp.Matrix([[x, y], [z, 1]]), sp.Matrix([[x, y], [z, 2]])),
    # numbers
    "the 40th digit": (x, x + sp.Rational(1, 10**40)),
    "a small number": (sp.S(0), sp.Rational(1, 10**45)),
    "almost a whole number": (sp.exp(sp.pi * sp.sqrt(163)), 640320**3 + sp.S(744)),
    "no value": (sp.nan, sp.S(3)),
    "infinities": (sp.oo, -sp.oo),
}


@pytest.mark.parametrize("name", FALSE)
def test_false_steps_are_refused_with_a_counter_example(name):
    left, right = FALSE[name]
    d = Derivation(left)
    with pytest.raises(FalseStepError) as refusal:
        d.step(right, "claimed")
    message = r'"claimed": this step is false: at .+ the line before is .+ and this line is .+\.'
    assert re.fullmatch(message, str(refusal.value), re.DOTALL)
    assert len(d.lines) == 1


def test_a_counter_example_can_be_checked_by_hand():
    with pytest.raises(FalseStepError) as refusal:
        Derivation(x * y + a[0]).step(x + y + a[0], "wrong")
    found = re.search(r"at a\[0\] = (.+), x = (.+), y = (.+) the line before is (.+) and this line "
                      r"is (.+)\.$", str(refusal.value))  # fmt: skip
    a0, x0, y0, left, right = map(float, found.groups())
    assert left == pytest.approx(x0 * y0 + a0)
    assert right == pytest.approx(x0 + y0 + a0)


def test_the_same_counter_example_every_time():
    def refusal():
        with pytest.raises(FalseStepError) as error:
            Derivation(x).step(y, "wrong")
        return str(error.value)

    assert refusal() == refusal()


# What cannot be proved, and what cannot be tried.


def test_a_step_that_nobody_can_prove_is_marked():
    # cos π/7 − cos 2π/7 + cos 3π/7 is ½.
    d = Derivation(x * x ** sp.cos(2 * sp.pi / 7)).step(
        x ** (half + sp.cos(sp.pi / 7) + sp.cos(3 * sp.pi / 7)), "an identity of angles"
    )
    assert d.lines[-1].status == "checked to 50 digits"
    assert "[checked to 50 digits: an identity of angles]" in repr(d)
    assert r"\text{an identity of angles [checked to 50 digits]}" in d._repr_latex_()
    assert "proved" not in repr(d)


@pytest.mark.parametrize(
    ("left", "right", "kind", "message"),
    [
        ("x", x, TypeError, r"a line must be a formula, got str 'x'"),
        (None, x, TypeError, r"a line must be a formula, got NoneType"),
        (np.ones(2), x, TypeError, r"a line must be a formula, got ndarray"),
        (sp.Eq(x, 1), sp.Eq(x, 1), TypeError, r"got Equality Eq\(x, 1\)"),
        (sp.Array([x, y]), sp.Array([y, x]), TypeError, r"got ImmutableDenseNDimArray"),
        (sp.true, sp.true, TypeError, r"got BooleanTrue"),
        (*sp.symbols("U V", commutative=False), TypeError, r"symbols must commute, got U"),
        (sp.MatrixSymbol("M", n, n), x, TypeError, r"whole numbers, got M of shape \(n, n\)"),
        (sp.Matrix([x, y]), sp.Matrix([[x, y]]), ValueError, r"one shape, got \(2, 1\), \(1, 2\)"),
        (x, sp.Matrix([[x]]), ValueError, r"one shape, got \(\), \(1, 1\)"),
        (sp.nan, sp.nan, ValueError, r"no value at any point"),
        (sp.zoo, sp.zoo, ValueError, r"no value at any point"),
        (1 / ((x + 1) ** 2 - x**2 - 2 * x - 1), x, FalseStepError, "before is undefined"),
        (x, sp.Symbol("x"), ValueError, r"two different things are called x"),
        (sp.Symbol("a", real=True) + a[k], x, ValueError, r"two different things are called a"),
        (sp.IndexedBase("a", shape=(n,))[k], a[k], ValueError, r"two .* are called a"),
        (sp.Function("f", real=True)(x), f(x), ValueError, r"two .* are called f"),
        (sp.Symbol("s", imaginary=True), x, ValueError, r"no real number .* assumptions of s"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(left, right, kind, message):
    with pytest.raises(kind, match=message):
        status(left, right)


@pytest.mark.parametrize(
    "symbol",
    [
        sp.Symbol("s", even=True),
        sp.Symbol("s", odd=True),
        sp.Symbol("s", prime=True),
        sp.Symbol("s", negative=True),
        sp.Symbol("s", nonpositive=True, integer=True),
        sp.Symbol("s", nonzero=True, real=True),
    ],
)
def test_assumptions_hold_at_every_point(symbol):
    # each is 0 exactly because of the assumption
    facts = {
        "even": sp.sin(sp.pi * symbol / 2),
        "odd": sp.cos(sp.pi * symbol / 2),
        "prime": If((1, symbol < 2), (0, True)),
        "negative": If((1, symbol >= 0), (0, True)),
        "nonpositive": If((1, symbol > 0), (0, True)),
        "zero": If((1, sp.Eq(symbol, 0)), (0, True)),
    }
    for fact, zero in facts.items():
        expected = symbol.assumptions0.get(fact) is (fact != "zero")
        if expected and not (fact == "nonpositive" and symbol.is_negative):
            assert status(zero + x, x) in ("proved", "checked to 50 digits")


# Definitions.


def test_a_derivative_follows_every_path():
    where = {E: u * h + v, v: h**2}
    assert status(D(E, h), u + 2 * h, where) == "proved"
    with pytest.raises(FalseStepError):
        status(D(E, h), u, where)


def test_a_derivative_holds_what_it_is_taken_in():
    where = {E: h**2, h: 3 * x}
    assert status(D(E, h), 2 * h, where) == "proved"
    assert status(D(E, h), 6 * x, where) == "proved"
    assert status(D(E, x), 18 * x, where) == "proved"
    assert status(D(E, x), chain(E, h, x), where) == "proved"
    assert status(D(E, (x, 2)), sp.S(18), where) == "proved"
    with pytest.raises(FalseStepError):
        status(D(E, x), sp.S(0), where)
    with pytest.raises(ValueError, match="a mixed derivative must be in symbols without definitio"):
        status(D(E, h, x), sp.S(0), where)  # SymPy keeps no order: 6 or 0?


def test_chain_rule_of_any_function_of_a_defined_quantity():
    where = {h: x**2}
    assert status(D(f(h), x), chain(f(h), h, x), where) == "proved"
    assert status(D(f(h), x), D(f(h), h) * 2 * x, where) == "proved"


def test_a_definition_with_an_index_holds_for_every_index():
    where = {a[j]: sp.tanh(b[j])}
    error = total(w[i, 0] * a[i] ** 2)
    assert status(D(a[k], b[k]), 1 - a[k] ** 2, where) == "proved"
    assert status(D(error, a[k]), 2 * w[k, 0] * a[k], where) == "proved"
    assert status(D(error, b[k]), 2 * w[k, 0] * a[k] * (1 - a[k] ** 2), where) == "proved"
    assert status(D(error, b[k]), D(error, a[k]) * D(a[k], b[k]), where) == "proved"
    with pytest.raises(FalseStepError):
        status(D(a[k], b[k]), sp.S(0), where)


@pytest.mark.parametrize(
    ("where", "kind", "message"),
    [
        ({u: v, v: u + 1}, ValueError, r"by itself, got u -> v -> u"),
        ({u: u + 1}, ValueError, r"by itself, got u -> u"),
        ({a[t]: p * a[t - 1]}, ValueError, r"by itself, got a\[t\] -> a\[t\]"),
        ({"u": v}, TypeError, r"where must map symbols to formulas"),
        ([u, v], TypeError, r"where must map symbols to formulas"),
        ({u: "v"}, TypeError, r"a line must be a formula, got str"),
    ],
)
def test_definitions_that_define_nothing_are_refused(where, kind, message):
    with pytest.raises(kind, match=message):
        Derivation(u, where)


def test_the_index_of_a_sum_has_no_definition():
    with pytest.raises(ValueError, match="where must not define i, the index of a sum"):
        status(total(i), total(i), {i: x})


# Any width: the formulas of back-propagation with symbols for all sizes.

W, bias, X, Y, P = (sp.IndexedBase(name, real=True) for name in ("W", "beta", "X", "Y", "P"))
dJ = sp.IndexedBase("delta", real=True)
phi = sp.Function("varphi", real=True)


def layer(q):
    """z_q of the next layer, for activities φ(z_i) of this one."""
    return total(phi(a[i]) * W[i, q]) + bias[q]


def test_delta_recursion_of_any_width():
    # The error feels z_k of this layer through every unit q of the next one, with slope δ_q.
    d = Derivation(D(Sum(dJ[j] * layer(j), (j, 0, m - 1)), a[k]))
    d.step(Sum(dJ[j] * W[k, j] * D(phi(a[k]), a[k]), (j, 0, m - 1)), "only $z_k$ moves")
    d.step(Sum(dJ[j] * W[k, j], (j, 0, m - 1)) * D(phi(a[k]), a[k]), "the same slope everywhere")
    assert [line.status for line in d.lines] == ["proved"] * 3
    with pytest.raises(FalseStepError):
        d.step(Sum(dJ[j] * W[j, k], (j, 0, m - 1)) * D(phi(a[k]), a[k]), "transposed")
    with pytest.raises(FalseStepError):
        d.step(dJ[l] * W[k, l] * D(phi(a[k]), a[k]), "one path")


def test_weight_and_bias_gradients_of_any_width_and_number_of_samples():
    error = Sum(
        Sum(dJ[t, j] * (total(X[t, i] * W[i, j]) + bias[j]), (j, 0, m - 1)), (t, 0, l - 1)
    )  # δ is held: the error to first order
    assert status(D(error, W[k, u_]), Sum(X[t, k] * dJ[t, u_], (t, 0, l - 1))) == "proved"
    assert status(D(error, bias[u_]), Sum(dJ[t, u_], (t, 0, l - 1))) == "proved"
    with pytest.raises(FalseStepError):
        status(D(error, bias[u_]), Sum(dJ[t, u_], (t, 0, l - 1)) / l)
    with pytest.raises(FalseStepError):
        status(D(error, W[k, u_]), Sum(X[t, u_] * dJ[t, k], (t, 0, l - 1)))


u_, s_ = sp.symbols("r s", integer=True, nonnegative=True)


def test_the_mean_over_a_batch_puts_its_1_over_n_into_delta():
    J = total(Sum((P[i, j] - Y[i, j]) ** 2 / 2, (j, 0, m - 1))) / n
    assert status(D(J, P[k, l]), (P[k, l] - Y[k, l]) / n) == "proved"
    with pytest.raises(FalseStepError):
        status(D(J, P[k, l]), P[k, l] - Y[k, l])


def test_the_whole_gradient_of_a_linear_layer_of_any_size():
    J = total(Sum((Sum(X[i, s_] * W[s_, j], (s_, 0, t - 1)) - Y[i, j]) ** 2, (j, 0, m - 1))) / (
        2 * n
    )
    error = Sum(X[i, s_] * W[s_, l], (s_, 0, t - 1)) - Y[i, l]
    assert status(D(J, W[k, l]), total(X[i, k] * error) / n) == "proved"


def test_softmax_jacobian_of_any_width():
    partition = total(sp.exp(a[i]))
    P_j, P_k = sp.exp(a[j]) / partition, sp.exp(a[k]) / partition
    assert status(D(P_j, a[k]), P_j * (delta(j, k) - P_k)) == "proved"
    with pytest.raises(FalseStepError):
        status(D(P_j, a[k]), P_j * (1 - P_k))


def test_delta_of_softmax_and_cross_entropy_of_any_width():
    partition = total(sp.exp(a[i]))
    cost = -total(b[j] * sp.log(sp.exp(a[j]) / partition), j)
    d = Derivation(D(cost, a[k]))
    d.step(sp.exp(a[k]) / partition * total(b[j], j) - b[k], "every $y_j$ feels the sum")
    assert d.lines[-1].status == "proved"
    distribution = {b[j]: w[j, 0] / total(w[i, 0])}  # the targets sum to 1
    assert status(D(cost, a[k]), sp.exp(a[k]) / partition - b[k], distribution) == "proved"
    with pytest.raises(FalseStepError):
        d.step(b[k] - sp.exp(a[k]) / partition, "wrong sign")


# Numbers beside symbols.


def test_numbers_shows_the_factors_and_the_value():
    d = Derivation(chain(E, h, x), where={E: h**2 / 2, h: u * x})
    d.numbers({u: 0.4, x: 3}, digits=5)
    shown, value = d.lines[1:]
    assert str(shown.expression) == "1.2*0.4"
    assert str(value.expression) == "0.48000"
    assert shown.status == value.status == "computed"
    assert d.value({u: 0.4, x: 3}) == 0.48


def test_numbers_are_shown_as_they_were_typed():
    shown = Derivation(u * x * v).numbers({u: 0.1, x: -3, v: 2.50}).lines[1].expression
    assert sorted(map(str, shown.args)) == ["-3", "0.1", "2.5"]


def test_numbers_are_exact_decimals():
    assert str(Derivation(u + v).numbers({u: 0.1, v: 0.2}, digits=30).lines[-1].expression) == (
        "0.300000000000000000000000000000"
    )


def test_numbers_of_a_matrix():
    d = Derivation(sp.Matrix([u * x, u])).numbers({u: 0.5, x: 3}, digits=3)
    assert d.lines[-1].expression == sp.Matrix([sp.Float(1.5, 3), sp.Float(0.5, 3)])


def test_numbers_of_a_sum():
    d = Derivation(total(u * i)).numbers({u: 0.5, n: 4}, digits=3)
    assert d.lines[-1].expression == sp.Float(3, 3)


def test_a_further_step_follows_from_the_last_formula_not_from_its_numbers():
    d = Derivation(u * x).numbers({u: 2, x: 3}).step(x * u, "the other order")
    assert d.lines[-1].status == "proved"
    assert d.result == x * u


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        ({u: 1}, ValueError, r"must give every free symbol a number; missing: x"),
        ({u: np.nan, x: 1}, TypeError, r"values must give finite numbers"),
        ({u: True, x: 1}, TypeError, r"values must give finite numbers"),
        ({u: "one", x: 1}, TypeError, r"values must give finite numbers"),
        (3, TypeError, r"values must give finite numbers"),
    ],
)
def test_numbers_that_are_none_are_refused(values, kind, message):
    d = Derivation(u * x)
    with pytest.raises(kind, match=message):
        d.numbers(values)
    assert len(d.lines) == 1


@pytest.mark.parametrize(
    "name", ["sigmoid", "tanh", "relu", "leaky_relu", "softplus", "piecewise_linear"]
)
def test_the_library_agrees_with_the_derivative_of_its_formula(name):
    phi = bp.ACTIVATIONS[name]
    (symbol,) = phi.expr.free_symbols
    agreement = Derivation(D(phi.expr, symbol)).check(phi.derivative)
    assert agreement.points == 401
    assert repr(agreement) == "the library agrees at 401 points: relative error below 1e-14"


def test_check_of_one_number():
    agreement = Derivation(u**2).check(0.25, at={u: 0.5})
    assert repr(agreement) == "the library agrees: relative error below 1e-14"
    with pytest.raises(ValueError, match=r"differ by 1e-11, relative"):
        Derivation(u**2).check(0.25 * (1 + 1e-11), at={u: 0.5})
    assert repr(Derivation(u).check(1 + 1e-13, at={u: 1})).endswith("below 1e-12")


def nan_in_the_middle(z):
    return np.where(z == 0, np.nan, z)


@pytest.mark.parametrize(
    ("line", "target", "message"),
    [
        (u, lambda z: z + 1e-9, r"the library and the derivation differ"),
        (u, nan_in_the_middle, r"target must be finite, got nan at index 200"),
        (u, lambda z: z[:5], r"target must have shape \(401,\), got \(5,\)"),
        (u * x, lambda z: z, r"a function; free are: u, x"),
        (sp.S(3), lambda z: 3 + 0 * z, r"a function; free are: none"),
        (u, np.nan, r"target must be finite"),
        (u, 0.25, r"missing: u"),
    ],
)
def test_check_refuses_what_does_not_agree(line, target, message):
    with pytest.raises(ValueError, match=message):
        Derivation(line).check(target)


# How it looks.


def snapshot(d):
    return d._repr_latex_().splitlines()


def test_latex_of_a_derivation():
    d = Derivation(chain(E, h), where={E: h**2}).step(2 * h, "power rule of $h^2$")
    assert snapshot(d) == [
        r"$$\begin{aligned}",
        r"\frac{\partial E}{\partial h} &= 2 h \\",
        r"&\quad\small\text{power rule of $h^2$}",
        r"\end{aligned}$$",
    ]
    assert repr(d) == "Derivative(E, h)\n  = 2*h    [proved: power rule of $h^2$]"


def test_latex_keeps_the_order_of_factors():
    d = Derivation(chain(E, u, v, h))
    slopes = [
        rf"\frac{{\partial {above}}}{{\partial {below}}}" for above, below in ("Eu", "uv", "vh")
    ]
    assert " ".join(slopes) in d._repr_latex_()


def test_latex_of_slopes():
    to_latex = bp.symbolic.typesetting.to_latex
    assert to_latex(D(E, x, x)) == r"\frac{\partial^{2} E}{\partial x^{2}}"
    assert to_latex(D(E, x, y)) == r"\frac{\partial^{2} E}{\partial x\,\partial y}"
    assert to_latex(D(u + v, x)) == r"\frac{\partial}{\partial x}\left[u + v\right]"
    assert to_latex(D(sigma(x), x)) == r"\frac{\partial \sigma{\left(x \right)}}{\partial x}"


def test_latex_puts_an_index_under_a_superscript():
    z_l, plain = sp.IndexedBase("z^l", real=True), sp.IndexedBase("y", real=True)
    shown = Derivation(z_l[k, l] ** 2 + plain[k])._repr_latex_()
    assert "{z^{l}_{k,l}}^{2}" in shown
    assert "{y}_{k}" in shown


def test_latex_breaks_a_sum_that_is_too_wide():
    terms = [(-1) ** r * sp.Symbol(f"a_{r}", real=True) ** (r + 2) * sp.exp(u) for r in range(12)]
    wide = sp.Add(*terms)
    lines = snapshot(Derivation(u - u + wide).step(wide, "as it was"))
    rows = [line for line in lines if line.startswith("&") and "text" not in line]
    assert len(rows) == 12 - 1
    assert all(row.startswith((r"&\quad + ", r"&\quad -")) for row in rows)
    narrow = snapshot(Derivation(u + v).step(v + u, "as it was"))
    assert len(narrow) == 4


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("50% of a_1 & #2", r"\text{50$\%$ of a$\_$1 $\&$ $\#$2}"),
        ("the slope of $z^2 & y_1$", r"\text{the slope of $z^2 & y_1$}"),
        ("ends in $x$", r"\text{ends in $x$}"),
    ],
)
def test_reasons_are_set_as_text(reason, shown):
    assert snapshot(Derivation(x).step(x, reason))[2] == rf"&\quad\small{shown}"


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("costs 5$", ValueError), ("a^2", ValueError), (r"\alpha", ValueError), ("{", ValueError),
     ("~", ValueError), ("", TypeError), (" ", TypeError), (None, TypeError)],
)  # fmt: skip
def test_reasons_that_cannot_be_set_are_refused(reason, kind):
    d = Derivation(x)
    with pytest.raises(kind, match="reason must"):
        d.step(x, reason)
    assert len(d.lines) == 1


@pytest.mark.parametrize("name", [name for name in TRUE if "transpose" not in name])
def test_latex_is_balanced(name):
    latex = Derivation(TRUE[name][0]).step(TRUE[name][1], "so $x$")._repr_latex_()
    assert latex.startswith("$$\\begin{aligned}\n")
    assert latex.endswith("\n\\end{aligned}$$")
    assert latex.count("{") == latex.count("}")
    assert len(re.findall(r"\\left(?![a-z])", latex)) == len(re.findall(r"\\right(?![a-z])", latex))
    assert sorted(re.findall(r"\\begin\{(\w+)", latex)) == sorted(
        re.findall(r"\\end\{(\w+)", latex)
    )


def test_numbers_are_set_with_dots():
    latex = Derivation(u * x).numbers({u: 0.5, x: -3})._repr_latex_()
    assert r"&= 0.5 \cdot \left(-3\right) \\" in latex
    assert r"\text{with the numbers put in}" in latex


def test_a_function_of_the_book_knows_its_formula():
    r = function(bp.leaky_relu, "r")
    assert str(r(x)) == "r(x)"
    assert status(r(x), If((x, x > 0), (x / 100, True))) == "proved"
    with pytest.raises(ValueError, match="activation must treat every unit alone, got softmax"):
        function(bp.softmax, "s")


def test_chain_needs_two_quantities():
    assert chain(E, x) == D(E, x)
    with pytest.raises(ValueError, match="chain needs at least two quantities, got 1"):
        chain(E)


# The library's own backward pass.

SMOOTH = [name for name, phi in bp.ACTIVATIONS.items() if phi.smooth]
FITTING = [
    (loss, name)
    for loss, record in bp.LOSSES.items()
    for name in SMOOTH
    if record.fits is None or name in record.fits
]


@pytest.mark.parametrize(("loss", "name"), FITTING)
def test_backward_pass_is_proved_for_every_smooth_activation_and_fitting_loss(loss, name):
    hidden = "tanh" if name == "softmax" else name
    net = bp.Network((3, 1, 2), (bp.ACTIVATIONS[hidden], bp.ACTIVATIONS[name]))
    proof = prove(net, bp.LOSSES[loss])
    assert len(proof.theta) == len(proof.gradient) == 8
    assert proof.J.free_symbols >= set(proof.theta)
    assert str(proof) == (
        f"3-1-2 ({hidden}, {name}), {loss}, n = 1:\n"
        f"backward - diff(J, theta) = 0 for all 8 parameters"
    )


@pytest.mark.parametrize("name", ["softmax", "softplus", "linear"])
def test_backward_pass_is_proved_with_a_hidden_layer_of(name):
    net = bp.Network((1, 2, 1), (bp.ACTIVATIONS[name], bp.sigmoid))
    prove(net, bp.half_squared_error)


def test_backward_pass_is_proved_for_more_samples_and_layers():
    assert "n = 3" in prove(bp.Network((2, 1), (bp.tanh,)), bp.mean_squared_error, 3).statement
    deep = bp.Network((1, 1, 1, 1), (bp.sigmoid, bp.tanh, bp.softplus))
    assert "all 6 parameters" in prove(deep, bp.half_squared_error).statement


def test_a_wrong_gradient_is_refuted_with_the_parameter_named():
    wrong = replace(bp.mean_squared_error, gradient_value=bp.half_squared_error.gradient_value)
    with pytest.raises(FalseStepError, match=r"the gradient in w\^1_11 is wrong: .* at .*x_11 = "):
        prove(bp.Network((1, 2), (bp.tanh,)), wrong)


@pytest.mark.parametrize(
    ("net", "samples", "kind", "message"),
    [
        (bp.Network((1, 2), (bp.relu,)), 1, ValueError, "smooth activations .* got relu"),
        (bp.half_squared_error, 1, TypeError, "net must be a Network, got Loss"),
        (
            bp.Network((1, 2), (bp.tanh,)),
            0,
            ValueError,
            "samples must be a positive integer, got 0",
        ),
    ],
)
def test_what_cannot_be_proved_is_refused(net, samples, kind, message):
    with pytest.raises(kind, match=message):
        prove(net, bp.half_squared_error, samples)
