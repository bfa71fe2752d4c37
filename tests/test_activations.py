import pickle
import re

import mpmath
import numpy as np
import pytest
import sympy as sp

import backprop_lib as bp

ALL = list(bp.ACTIVATIONS)
SCALAR = [name for name in ALL if name != "softmax"]  # those that treat every unit alone
KINKED = ["step", "sign", "piecewise_linear", "relu", "leaky_relu"]
DTYPES = [np.float64, np.float32]


def points(dtype):
    """Both signs, from 0 to the largest numbers, dense where the functions bend."""
    top = np.finfo(dtype).maxexp * np.log10(2) - 8  # 1e300 and 1e30
    sizes = [np.linspace(0, 3, 61), np.geomspace(3, 800, 60), 10.0 ** np.linspace(-top, top, 40)]
    z = np.concatenate([[0.0], *sizes])
    return np.unique(np.concatenate([z, -z]).astype(dtype))


def exact(expression, z):
    """The formula at every z, in arithmetic that loses nothing next to e^(-800)."""
    formula = sp.lambdify(sp.Symbol("z", real=True), expression, "mpmath")
    with mpmath.workdps(400):
        return [mpmath.mpf(formula(mpmath.mpf(float(x)))) for x in z]


def largest_error(have, want, finest=None):
    """In units of rounding: relative, but no finer than the smallest number there is."""
    info = np.finfo(have.dtype)
    finest = finest or 4 * float(info.smallest_subnormal)
    with mpmath.workdps(400):
        return max(
            float(abs(mpmath.mpf(float(h)) - w)) / float(max(abs(w) * float(info.eps), finest))
            for h, w in zip(have, want, strict=True)
        )


def finest(name, dtype):
    """What σ may miss: below the smallest normal number, where e^(−z) overflows, it is 0."""
    return float(np.finfo(dtype).tiny) / 4 if name == "sigmoid" else None


def test_activations_are_registered_under_their_names():
    assert ALL == [
        "linear", "step", "sign", "piecewise_linear", "sigmoid",
        "tanh", "relu", "leaky_relu", "softplus", "softmax",
    ]  # fmt: skip
    for name, phi in bp.ACTIVATIONS.items():
        assert phi is getattr(bp, name)
        assert repr(phi) == f"<activation {name}>"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SCALAR)
def test_value_is_the_formula_to_a_few_roundings(name, dtype):
    phi, z = bp.ACTIVATIONS[name], points(dtype)
    a = phi(z)
    assert a.dtype == dtype
    assert largest_error(a, exact(phi.expr, z), finest(name, dtype)) < 4


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SCALAR)
def test_derivative_is_that_of_the_formula_to_a_few_roundings(name, dtype):
    phi, z = bp.ACTIVATIONS[name], points(dtype)
    slope = phi.derivative(z)
    assert slope.dtype == dtype
    rule = "sigmoid" if name == "softplus" else ""  # its derivative
    assert largest_error(slope, exact(phi.expr.diff(), z), finest(rule, dtype)) < 8


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SCALAR)
def test_slope_taken_from_the_answer_is_off_by_a_few_roundings_of_the_answer(name, dtype):
    phi, z = bp.ACTIVATIONS[name], points(dtype)
    a, want = phi(z), phi.derivative(z)
    slope, eps = phi.slope(z, a), np.finfo(dtype).eps
    assert slope.dtype == dtype
    if phi.smooth:
        a = np.minimum(abs(a), 1)  # no slope of these changes faster than a, nor beyond a = 1
        assert np.all(abs(slope - want) <= 2 * eps * a + eps * want + np.finfo(dtype).tiny)
    else:
        assert np.array_equal(slope, want)


@pytest.mark.parametrize(
    ("name", "z", "value", "slope"),
    [
        ("step", 0.0, 0.5, 0),
        ("sign", 0.0, 0, 0),
        ("piecewise_linear", -0.5, 0, 0),
        ("piecewise_linear", 0.5, 1, 0),
        ("relu", 0.0, 0, 0),
        ("leaky_relu", 0.0, 0, 0.01),
    ],
)
def test_conventions_at_kinks(name, z, value, slope):
    phi = bp.ACTIVATIONS[name]
    for at in (z, -z) if z == 0 else (z,):
        array = np.array([at])
        assert phi(array) == value
        assert phi.derivative(array) == slope
        assert phi.slope(array, phi(array)) == slope
    symbol = sp.Symbol("z", real=True)
    there = {symbol: sp.Rational(z)}
    assert phi.expr.subs(there) == sp.Rational(value)
    assert phi.expr.diff().subs(there) == sp.Rational(str(slope))


def test_a_record_has_a_convention_exactly_if_it_has_a_kink():
    assert [name for name in ALL if bp.ACTIVATIONS[name].kinks] == KINKED
    assert [name for name in ALL if not bp.ACTIVATIONS[name].smooth] == KINKED


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("name", SCALAR)
def test_complex_step_gives_the_derivative_even_on_a_kink(name, sign):
    phi, h = bp.ACTIVATIONS[name], sign * 1e-200
    z = np.concatenate([[-0.0, 0.0, 0.5, -0.5], points(np.float64)])
    z = z[abs(z) < 100]  # beyond, h φ'(z) is no longer representable
    a = phi(z + 1j * h)
    assert a.dtype == complex
    np.testing.assert_allclose(a.real, phi(z), rtol=1e-15, atol=0)
    np.testing.assert_allclose(a.imag / h, phi.derivative(z), rtol=2e-14, atol=0)
    np.testing.assert_allclose(phi.derivative(z + 1j * h).real, phi.derivative(z), rtol=1e-15)


def test_complex_steps_in_single_precision_reach_as_far_as_their_exponential():
    z = np.linspace(-800, 800, 321, dtype=np.float32)
    moved = z + np.complex64(1e-14j)
    assert moved.dtype == np.complex64
    for phi in (bp.sigmoid, bp.tanh, bp.softplus):
        np.testing.assert_allclose(phi(moved).real, phi(z), rtol=1e-6, atol=1e-37)
        np.testing.assert_allclose(phi.derivative(moved).real, phi.derivative(z), 1e-6, 1e-37)
    net = bp.Network((1, 1), (bp.sigmoid,))
    objective = net.objective(bp.half_squared_error, np.ones((1, 1), "f"), np.ones((1, 1), "f"))
    theta = np.array([-130, 0], np.float32)
    assert not bp.hessian(objective, theta).any()
    assert bp.check_gradient(objective, theta, method="complex").relative_error == 0


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("step", 0, 1),
        ("sign", -1, 1),
        ("piecewise_linear", 0, 1),
        ("sigmoid", 0, 1),
        ("tanh", -1, 1),
        ("relu", 0, np.inf),
        ("softplus", 0, np.inf),
    ],
)
def test_limits_at_infinity(name, low, high):
    phi = bp.ACTIVATIONS[name]
    assert phi([-np.inf, np.inf]).tolist() == [low, high]
    assert phi.derivative([-np.inf, np.inf]).tolist() == [0, float(np.isinf(high))]
    assert np.isnan(phi(np.nan))


@pytest.mark.parametrize("name", ALL)
def test_out_takes_the_result(name):
    phi = bp.ACTIVATIONS[name]
    z = np.random.default_rng(1).normal(size=(4, 3))
    out = np.empty_like(z)
    assert phi(z, out=out) is out
    assert np.array_equal(out, phi(z))


@pytest.mark.parametrize("name", ALL)
def test_value_is_never_an_alias_of_its_argument(name):
    z = np.array([[1.0, 2.0, 3.0]])
    assert not np.shares_memory(bp.ACTIVATIONS[name](z), z)


@pytest.mark.parametrize("name", ALL)
def test_integers_count_as_double_precision(name):
    phi = bp.ACTIVATIONS[name]
    assert phi([1, 2, 3]).dtype == phi.derivative([1, 2, 3]).dtype == np.float64
    assert np.array_equal(phi([1, 2, 3]), phi([1.0, 2.0, 3.0]))


@pytest.mark.parametrize("name", ALL)
def test_pullback_multiplies_by_the_jacobian(name):
    phi, rng = bp.ACTIVATIONS[name], np.random.default_rng(2)
    z, gradient = rng.normal(size=(2, 2, 5, 3))
    jacobian = phi.derivative(z)
    if name == "softmax":
        want = np.einsum("...k,...ki->...i", gradient, jacobian)
    else:
        want = gradient * jacobian
    out = gradient.copy()
    assert phi.pullback(out, z, phi(z), out=out) is out
    np.testing.assert_allclose(out, want, rtol=1e-14, atol=1e-16)
    np.testing.assert_array_equal(phi.pullback(gradient, z, phi(z)), out)


# Symbols.


@pytest.mark.parametrize("name", SCALAR)
def test_symbols_give_the_formula_and_its_derivative(name):
    phi, x = bp.ACTIVATIONS[name], sp.Symbol("x", real=True)
    (z,) = phi.expr.free_symbols
    assert phi([[x, 2 * x]]).tolist() == [[phi.expr.subs(z, x), phi.expr.subs(z, 2 * x)]]
    assert phi.derivative([x]).tolist() == [phi.expr.diff().subs(z, x)]
    out = np.empty(1, dtype=object)
    assert phi([x], out=out) is out
    assert out.tolist() == [phi.expr.subs(z, x)]


@pytest.mark.parametrize("name", SCALAR)
def test_pullback_of_symbols_is_exact(name):
    phi, (x, g) = bp.ACTIVATIONS[name], sp.symbols("x g", real=True)
    z, gradient = np.array([x]), np.array([g])
    (delta,) = phi.pullback(gradient, z, phi(z))
    (want,) = g * phi.derivative(z)
    assert sp.simplify((delta - want).rewrite(sp.exp)) == 0


def test_formulas_of_the_sources():
    z = sp.Symbol("z", real=True)
    assert bp.sigmoid.expr == 1 / (1 + sp.exp(-z))
    assert bp.tanh.expr == sp.tanh(z)
    assert bp.softplus.expr == sp.log(1 + sp.exp(z))
    epsilon = sp.Rational(1, 100)
    leaky = epsilon * z + (1 - epsilon) * sp.Max(0, z)
    for x in (-3, 0, sp.Rational(1, 7), 5):
        assert bp.leaky_relu.expr.subs(z, x) == leaky.subs(z, x)
        assert bp.relu.expr.subs(z, x) == max(0, x)
        assert bp.piecewise_linear.expr.subs(z, x) == min(max(0, x + sp.Rational(1, 2)), 1)


def test_leaky_relu_with_another_epsilon():
    phi = bp.leaky_relu.with_epsilon(0.2)
    z = np.array([-10.0, 0.0, 10.0])
    assert phi(z).tolist() == [-2, 0, 10]
    assert phi.derivative(z).tolist() == [0.2, 0.2, 1]
    assert phi.slope(z.astype(np.float32), z).dtype == np.float32
    assert phi.name == "leaky_relu"
    assert "0.2" in phi.kinks
    assert phi.expr.subs(sp.Symbol("z", real=True), -1) == sp.Rational(-1, 5)
    assert phi.with_epsilon(0.3)([-1.0]) == -0.3
    assert bp.leaky_relu([-1.0]) == -0.01
    assert phi.with_epsilon(np.float64(0.1))(z.astype(np.float32)).dtype == np.float32


def test_leaky_relu_with_no_slope_is_the_relu():
    z = np.array([-np.inf, -5.0, -0.0, 0.0, 3.0, np.inf])
    phi = bp.leaky_relu.with_epsilon(0)
    for have in (phi, pickle.loads(pickle.dumps(phi))):
        assert str(have(z)) == str(bp.relu(z))  # no −0 for −5
        assert str(have.derivative(z)) == str(bp.relu.derivative(z))


# The softmax.


@pytest.mark.parametrize("dtype", DTYPES)
def test_softmax_is_the_formula_to_a_few_roundings(dtype):
    z = np.random.default_rng(3).normal(scale=20, size=(50, 4)).astype(dtype)
    a = bp.softmax(z)
    assert a.dtype == dtype
    n, k = sp.symbols("n k", integer=True, nonnegative=True)
    for row, result in zip(z[:5], a, strict=False):
        for j in range(4):
            formula = bp.softmax.expr.subs({n: 4, k: j}).doit()
            want = formula.subs(
                {x: sp.Rational(float(row[x.indices[0]])) for x in formula.atoms(sp.Indexed)}
            )
            assert abs(result[j] / sp.N(want, 30) - 1) < 40 * np.finfo(dtype).eps
    assert abs(a.sum(axis=-1) - 1).max() < 4 * np.finfo(dtype).eps


@pytest.mark.parametrize(
    ("z", "a"),
    [
        ([1e300, -1e300, 0], [1, 0, 0]),
        ([-1e300, -1e300, -1e300], [1 / 3, 1 / 3, 1 / 3]),
        ([1000, 1000, 0], [0.5, 0.5, 0]),
        ([-np.inf, 0, 0], [0, 0.5, 0.5]),
        ([-700, -1400, -1e5], [1, np.exp(-700), 0]),
        ([5], [1]),
    ],
)
def test_softmax_of_extreme_inputs(z, a):
    np.testing.assert_allclose(bp.softmax(z), a, rtol=1e-15)


def test_softmax_does_not_feel_a_shift():
    z = np.random.default_rng(4).integers(-8, 8, size=(3, 5, 4)).astype(float)
    assert np.array_equal(bp.softmax(z + 1024), bp.softmax(z))


def test_softmax_jacobian_is_that_of_its_symbols():
    z = np.array(sp.symbols("z1:4", real=True))
    a, jacobian = bp.softmax(z), bp.softmax.derivative(z)
    for k in range(3):
        for i in range(3):
            assert sp.simplify(jacobian[k, i] - sp.diff(a[k], z[i])) == 0


@pytest.mark.parametrize("dtype", DTYPES)
def test_softmax_jacobian_of_a_sure_answer_keeps_its_digits(dtype):
    jacobian = bp.softmax.derivative(np.array([0, -38], dtype))
    assert jacobian.dtype == dtype
    want = np.exp(-38.0) * np.array([[1, -1], [-1, 1]])
    np.testing.assert_allclose(jacobian, want, rtol=4 * np.finfo(dtype).eps)


def test_softmax_jacobian_of_a_stack_by_complex_steps():
    z = np.random.default_rng(5).normal(size=(2, 5, 3))
    jacobian = bp.softmax.derivative(z)
    assert jacobian.shape == (2, 5, 3, 3)
    for i, step in enumerate(1e-200j * np.eye(3)):
        want = bp.softmax(z + step).imag / 1e-200
        np.testing.assert_allclose(jacobian[..., i], want, rtol=1e-13, atol=1e-16)


def test_softmax_jacobian_sums_to_zero_along_either_axis():
    jacobian = bp.softmax.derivative(np.random.default_rng(6).normal(size=(7, 4)))
    for axis in (-1, -2):
        assert abs(jacobian.sum(axis=axis)).max() < 1e-16 * 4


def test_softplus_far_from_the_real_axis():
    z = np.array([0.3 + 0.5j, -1.2 + 0.8j, 2.0 - 1.1j])
    np.testing.assert_allclose(bp.softplus(z), np.log(1 + np.exp(z)), rtol=1e-14)


@pytest.mark.parametrize("name", ["linear", "sigmoid", "tanh", "softplus"])
def test_slope_of_an_exact_fraction_is_that_of_its_decimal(name):
    phi, z, one = bp.ACTIVATIONS[name], 0.375, np.ones(1)
    exact = np.array([sp.Rational(z)])
    slope = phi.pullback(np.array([sp.S(1)]), exact, phi(exact))
    number = phi.pullback(one, z * one, phi(z * one))
    np.testing.assert_allclose(slope.astype(float), number, rtol=1e-13)


def test_no_slope_below_zero_for_the_leaky_relu():
    with pytest.raises(ValueError, match=r"epsilon"):
        bp.leaky_relu.with_epsilon(-0.5)


def test_a_kinked_unit_of_unknown_sign_sends_back_its_formula():
    z = sp.Symbol("z", real=True)
    exact = np.array([z], dtype=object)
    (slope,) = bp.relu.pullback(np.array([sp.S(3)]), exact, bp.relu(exact))
    assert (slope.subs(z, 2), slope.subs(z, -2), slope.subs(z, 0)) == (3, 0, 0)


def test_expressions_are_written_where_they_are_asked_for():
    z = np.array([sp.Rational(1, 3), sp.S(0)], dtype=object)
    out = np.empty(2, dtype=object)
    assert bp.sigmoid(z, out=out) is out
    assert out[1] == sp.Rational(1, 2)
    assert bp.sigmoid(z)[1] == sp.Rational(1, 2)


@pytest.mark.parametrize("name", bp.ACTIVATIONS)
def test_activation_travels_by_its_name(name):
    assert pickle.loads(pickle.dumps(bp.ACTIVATIONS[name])) is bp.ACTIVATIONS[name]


def test_leaky_relu_keeps_its_slope_on_the_way():
    there = pickle.loads(pickle.dumps(bp.leaky_relu.with_epsilon(0.2)))
    assert there([-1.0, 1.0]).tolist() == [-0.2, 1.0]


ONES = np.ones(3)


@pytest.mark.parametrize(
    ("phi", "changed", "says"),
    [
        (bp.relu, {"z": "text"}, "z must be an array of numbers"),  # it has no dtype
        (bp.relu, {"z": [1.0, 2.0]}, "z must have shape (3,), got (2,)"),
        (bp.sigmoid, {"a": "text"}, "a must be an array of numbers"),  # 1 - "text"
        (bp.softmax, {"a": [1.0, 2.0]}, "a must have shape (3,), got (2,)"),
        (bp.softmax, {"a": np.array([np.inf, 0, 0])}, "a must be finite"),  # inf times 0
        (bp.tanh, {"out": np.ones(2)}, "out must have shape (3,)"),
        (bp.tanh, {"out": [1, 2, 3]}, "out must be an array to be reused"),
    ],
)
def test_what_breaks_a_pullback_is_named(phi, changed, says):
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(says)}"):
        phi.pullback(**({"gradient": ONES, "z": ONES, "a": ONES} | changed))


def test_a_pullback_that_overflows_with_sound_arguments_says_so():
    with pytest.raises(FloatingPointError, match="overflow"):
        bp.sigmoid.pullback(1e308 * ONES, ONES, 1e308 * ONES, out=np.empty(3))
