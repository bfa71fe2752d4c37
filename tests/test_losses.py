import pickle

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import sympy as sp

import backprop_lib as bp

ALL = list(bp.LOSSES)
PLAIN = [name for name in ALL if name != "softmax_cross_entropy"]  # a sum of terms ℓ(a, y)
DTYPES = [np.float64, np.float32]

REWRITTEN = {  # the losses once more, in the simplest words
    "half_squared_error": lambda a, y: anp.sum((a - y) ** 2) / 2 / len(a),
    "mean_squared_error": lambda a, y: anp.sum((a - y) ** 2) / len(a),
    "cross_entropy": lambda a, y: -anp.sum(y * anp.log(a)) / len(a),
    "binary_cross_entropy": lambda a, y: (
        -anp.sum(y * anp.log(a) + (1 - y) * anp.log(1 - a)) / len(a)
    ),
    "softmax_cross_entropy": lambda a, y: (
        -anp.sum(y * anp.log(anp.exp(a) / anp.sum(anp.exp(a), axis=1, keepdims=True))) / len(a)
    ),
}


def data(n=5, d=3, seed=0, dtype=np.float64):
    """Outputs and targets that suit every loss: rows between 0 and 1 that sum to 1."""
    rng = np.random.default_rng(seed)
    a, y = rng.dirichlet(np.ones(d), size=(2, n))
    return a.astype(dtype), y.astype(dtype)


def test_losses_are_registered_under_their_names():
    assert set(ALL) == set(REWRITTEN)
    for name, loss in bp.LOSSES.items():
        assert loss is getattr(bp, name)
        assert repr(loss) == f"<loss {name}>"


def test_formulas_of_the_sources():
    a, y = sp.symbols("a y", real=True)
    assert bp.half_squared_error.expr == (a - y) ** 2 / 2
    assert bp.mean_squared_error.expr == (a - y) ** 2
    assert bp.cross_entropy.expr == -y * sp.log(a)
    assert sp.expand(bp.binary_cross_entropy.expr + y * sp.log(a) + (1 - y) * sp.log(1 - a)) == 0


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", PLAIN)
def test_value_and_gradient_are_those_of_the_formula(name, dtype):
    loss, (a, y) = bp.LOSSES[name], data(dtype=dtype)
    symbols = sp.symbols("a y", real=True)
    at = [
        [
            dict(zip(symbols, map(sp.Rational, map(float, pair)), strict=True))
            for pair in zip(*rows, strict=True)
        ]
        for rows in zip(a, y, strict=True)
    ]
    J = sum(sp.N(loss.expr.subs(values), 30) for row in at for values in row) / len(a)
    eps = np.finfo(dtype).eps
    assert loss(a, y).dtype == dtype
    assert abs(float(loss(a, y) / J) - 1) < 8 * eps
    slope = loss.expr.diff(symbols[0])
    want = [[float(sp.N(slope.subs(values), 30)) / len(a) for values in row] for row in at]
    assert loss.gradient(a, y).dtype == dtype
    np.testing.assert_allclose(loss.gradient(a, y), want, rtol=8 * eps)


def test_fused_formula_is_that_of_its_numbers():
    a, y = data()
    expr = bp.softmax_cross_entropy.expr
    (n,) = {s for s in expr.free_symbols if str(s) == "n"}
    (k,) = {s for s in expr.free_symbols if str(s) == "k"}
    J = sp.S.Zero
    for row, targets in zip(a, y, strict=True):
        for j in range(3):
            term = expr.subs({n: 3, k: j}).doit()
            given = {"a": row, "y": targets}
            J += term.subs(
                {
                    x: sp.Rational(float(given[str(x.base)][x.indices[0]]))
                    for x in term.atoms(sp.Indexed)
                }
            )
    assert abs(float(bp.softmax_cross_entropy(a, y) / sp.N(J / 5, 30)) - 1) < 1e-15


@pytest.mark.parametrize("n", [1, 7])
@pytest.mark.parametrize("name", ALL)
def test_value_and_gradient_agree_with_autograd(name, n):
    loss, (a, y) = bp.LOSSES[name], data(n=n, d=4, seed=n)
    value, gradient = autograd.value_and_grad(lambda a: REWRITTEN[name](a, y))(a)
    np.testing.assert_allclose(loss(a, y), value, rtol=1e-14)
    np.testing.assert_allclose(loss.gradient(a, y), gradient, rtol=1e-12)


@pytest.mark.parametrize("name", ALL)
def test_gradient_agrees_with_the_complex_step(name):
    loss, (a, y) = bp.LOSSES[name], data(n=2)
    for i, k in np.ndindex(a.shape):
        moved = a.astype(complex)
        moved[i, k] += 1e-200j
        slope = loss.value(moved, y).imag / 1e-200
        np.testing.assert_allclose(slope, loss.gradient(a, y)[i, k], rtol=1e-13)


@pytest.mark.parametrize("name", ALL)
def test_loss_is_a_mean_over_samples_and_a_sum_over_outputs(name):
    loss, (a, y) = bp.LOSSES[name], data(n=4)
    each = [loss(a[i : i + 1], y[i : i + 1]) for i in range(4)]
    np.testing.assert_allclose(loss(a, y), np.mean(each), rtol=1e-15)
    slopes = [loss.gradient(a[i : i + 1], y[i : i + 1]) / 4 for i in range(4)]
    np.testing.assert_allclose(loss.gradient(a, y), np.concatenate(slopes), rtol=1e-15)
    if name in PLAIN and name != "cross_entropy":  # its targets sum to 1 over all outputs
        columns = [loss(a[:, k : k + 1], y[:, k : k + 1]) for k in range(3)]
        np.testing.assert_allclose(loss(a, y), np.sum(columns), rtol=1e-15)


@pytest.mark.parametrize("name", ALL)
def test_a_stack_of_outputs_gives_a_stack_of_losses(name):
    loss, (_, y) = bp.LOSSES[name], data()
    a = np.random.default_rng(8).dirichlet(np.ones(3), size=(2, 4, 5))
    J, gradient = loss(a, y), loss.gradient(a, y)
    assert J.shape == (2, 4)
    assert gradient.shape == a.shape
    for k in np.ndindex(2, 4):
        np.testing.assert_allclose(J[k], loss(a[k], y), rtol=1e-15)
        np.testing.assert_array_equal(gradient[k], loss.gradient(a[k], y))


@pytest.mark.parametrize("name", ALL)
def test_gradient_is_written_where_it_is_asked_for(name):
    loss, (a, y) = bp.LOSSES[name], data()
    out = np.empty_like(a)
    assert loss.gradient_value(a, y, out) is out
    np.testing.assert_array_equal(out, loss.gradient(a, y))


@pytest.mark.parametrize("name", ALL)
def test_gradient_may_overwrite_the_outputs(name):
    loss, (a, y) = bp.LOSSES[name], data()
    want = loss.gradient(a, y)
    np.testing.assert_array_equal(loss.gradient_value(a, y, a), want)


@pytest.mark.parametrize("name", ["half_squared_error", "mean_squared_error", "cross_entropy",
                                  "binary_cross_entropy"])  # fmt: skip
def test_no_loss_at_the_target_and_no_sign_before_the_zero(name):
    y = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert str(bp.LOSSES[name](y, y)) == "0.0"


def test_the_factor_between_the_squared_errors_is_two():
    a, y = data()
    np.testing.assert_allclose(bp.mean_squared_error(a, y), 2 * bp.half_squared_error(a, y))
    np.testing.assert_array_equal(
        bp.mean_squared_error.gradient(a, y), 2 * bp.half_squared_error.gradient(a, y)
    )


# Probabilities that are 0 or 1.


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["cross_entropy", "binary_cross_entropy"])
def test_certainty_that_is_wrong_costs_much_and_finitely(name, dtype):
    loss, tiny = bp.LOSSES[name], np.finfo(dtype).tiny
    y, a = np.array([[1, 0]], dtype), np.array([[0, 1]], dtype)
    wrong = 2 if name == "binary_cross_entropy" else 1
    assert loss(a, y) == pytest.approx(-wrong * np.log(float(tiny)), rel=1e-6)
    gradient = loss.gradient(a, y)
    assert np.isfinite(gradient).all()
    assert gradient[0, 0] == -1 / tiny
    assert gradient[0, 1] == (1 / tiny if wrong == 2 else 0)


def test_a_probability_that_does_not_count_costs_nothing():
    assert bp.cross_entropy([[0.0, 1.0]], [[0.0, 1.0]]) == 0
    assert bp.cross_entropy.gradient([[0.0, 1.0]], [[0.0, 1.0]]).tolist() == [[0, -1]]


# The fused loss.


def test_fused_equals_unfused_on_numbers():
    rng = np.random.default_rng(9)
    z, y = rng.normal(scale=5, size=(6, 4)), rng.dirichlet(np.ones(4), size=6)
    p = bp.softmax(z)
    np.testing.assert_allclose(bp.softmax_cross_entropy(z, y), bp.cross_entropy(p, y), rtol=1e-14)
    unfused = bp.softmax.pullback(bp.cross_entropy.gradient(p, y), z, p)
    np.testing.assert_allclose(
        bp.softmax_cross_entropy.gradient(z, y), unfused, rtol=1e-13, atol=1e-16
    )


def test_fused_equals_unfused_on_symbols():
    z = np.array([sp.symbols("z1:4", real=True)])
    u, v = sp.symbols("u v", real=True)
    y = np.array([[u, v, 1 - u - v]])
    p = bp.softmax(z)
    value = bp.softmax_cross_entropy(z, y) - bp.cross_entropy(p, y)
    assert sp.simplify(sp.expand_log(value)) == 0
    unfused = bp.softmax.pullback(bp.cross_entropy.gradient(p, y), z, p)
    for fused, long, prediction, target in zip(
        *map(np.ravel, (bp.softmax_cross_entropy.gradient(z, y), unfused, p, y)), strict=True
    ):
        assert sp.simplify(fused - long) == 0
        assert sp.simplify(fused - (prediction - target)) == 0


@pytest.mark.parametrize("scale", [1e3, 1e300])
def test_fused_loss_of_extreme_logits(scale):
    z = scale * np.array([[1.0, -1.0, 0.0], [0.0, 0.0, -1.0]])
    y = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    assert bp.softmax_cross_entropy(z, y) == pytest.approx((2 * scale + np.log(2)) / 2, rel=1e-15)
    np.testing.assert_array_equal(
        bp.softmax_cross_entropy.gradient(z, y), [[0.5, -0.5, 0], [-0.25, 0.25, 0]]
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_logit_that_no_number_separates_from_another_costs_nothing_if_it_does_not_count(dtype):
    most = np.finfo(dtype).max
    z, y = np.array([[most, -most]]), np.array([[1, 0]], dtype)
    assert bp.softmax_cross_entropy(z, y) == 0
    assert bp.softmax_cross_entropy(-z, y) == most  # as near to 2·most as there is a number
    assert bp.softmax_cross_entropy(z + 0j, y) == 0
    net = bp.Network((1, 2), (bp.linear,))
    objective = net.objective(bp.softmax_cross_entropy, np.ones((1, 1), dtype), y)
    J, gradient = objective(np.append(z, np.zeros_like(z)))
    assert J == 0
    assert not gradient.any()


def test_fused_loss_keeps_its_digits_when_a_shift_hides_them():
    z, y = np.array([[0.25, -0.5, 0.125]]), np.array([[0.0, 0.5, 0.5]])
    assert bp.softmax_cross_entropy(z + 2.0**40, y) == bp.softmax_cross_entropy(z, y)


def test_fused_loss_in_single_precision():
    z, y = (x.astype(np.float32) for x in data())
    J, gradient = bp.softmax_cross_entropy(z, y), bp.softmax_cross_entropy.gradient(z, y)
    assert J.dtype == gradient.dtype == np.float32
    np.testing.assert_allclose(J, bp.softmax_cross_entropy(*map(np.float64, (z, y))), rtol=1e-6)


# What fits what.


def test_which_outputs_a_loss_fits():
    fits = {name: loss.fits and set(loss.fits) for name, loss in bp.LOSSES.items()}
    assert fits == {
        "half_squared_error": None,
        "mean_squared_error": None,
        "cross_entropy": {"softmax", "sigmoid"},
        "binary_cross_entropy": {"sigmoid"},
        "softmax_cross_entropy": {"linear"},
    }


@pytest.mark.parametrize("name", ["cross_entropy", "softmax_cross_entropy"])
def test_rows_of_targets_may_miss_one_by_rounding(name):
    y = np.array([[1 / 3 + 3e-7, 1 / 3, 1 / 3]])
    assert np.isfinite(bp.LOSSES[name](np.full((1, 3), 1 / 3), y))
    with pytest.raises(ValueError, match=r"rows that sum to 1, got 1\.00001 in row 0"):
        bp.LOSSES[name](np.full((1, 3), 1 / 3), y + 3e-6)


@pytest.mark.parametrize("name", ALL)
def test_loss_of_exact_fractions_is_that_of_their_decimals(name):
    loss, (a, y) = bp.LOSSES[name], data(n=2, d=3)
    exact = [np.array([[sp.Rational(float(v)) for v in row] for row in rows]) for rows in (a, y)]
    assert float(loss(*exact)) == pytest.approx(loss(a, y), rel=1e-14)
    np.testing.assert_allclose(loss.gradient(*exact).astype(float), loss.gradient(a, y), rtol=1e-13)


def test_the_first_impossible_value_is_named():
    y = np.array([[0.5, 0.5]])
    with pytest.raises(ValueError, match=r"got -0\.5"):
        bp.cross_entropy(np.array([[-0.5, 1.5]]), y)
    with pytest.raises(ValueError, match=r"got 1\.1 in row 1"):
        bp.cross_entropy(np.full((3, 2), 0.5), np.array([[0.5, 0.5], [0.6, 0.5], [0.9, 0.5]]))


@pytest.mark.parametrize("name", ALL)
def test_loss_travels_by_its_name(name):
    assert pickle.loads(pickle.dumps(bp.LOSSES[name])) is bp.LOSSES[name]


def test_loss_of_your_own_travels_with_its_functions_whatever_its_name():
    mine = bp.losses.Loss("half_squared_error", np.add, np.subtract, np.multiply, None, abs, abs)
    there = pickle.loads(pickle.dumps(mine))
    assert (there.formula, there.value, there.gradient_value) == (np.add, np.subtract, np.multiply)
