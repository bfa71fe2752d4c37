import dataclasses

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import backprop_lib as bp
from backprop_lib import gradcheck

SMOOTH = ("linear", "sigmoid", "tanh", "softplus")
KINKED = ("relu", "leaky_relu", "piecewise_linear")
LOSSES = ("half_squared_error", "mean_squared_error", "binary_cross_entropy", "cross_entropy",
          "softmax_cross_entropy")  # fmt: skip
OUTPUTS = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax",
           "softmax_cross_entropy": "linear"}  # fmt: skip


def problem(hidden, loss, n=5, seed=0, sizes=None):
    """Return the objective and θ of a random network whose layer sizes all differ."""
    rng = np.random.default_rng(seed)
    sizes = sizes or (4, *(3 + k for k in range(2, 2 + len(hidden))), 3)
    names = [*hidden, OUTPUTS.get(loss, "tanh")]
    net = bp.Network(sizes=sizes, activations=[bp.ACTIVATIONS[name] for name in names])
    Y = rng.dirichlet(np.ones(sizes[-1]), size=n)  # rows that sum to 1 suit every loss
    return net.objective(bp.LOSSES[loss], rng.normal(size=(n, sizes[0])), Y), bp.glorot(net, rng)


problems = st.builds(
    problem,
    hidden=st.lists(st.sampled_from(SMOOTH), max_size=3),
    loss=st.sampled_from(LOSSES),
    n=st.integers(1, 64),
    seed=st.integers(0, 2**32 - 1),
)

FUNCTIONS = {
    "linear": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": anp.tanh,
    "softplus": lambda z: anp.log(1 + anp.exp(z)),
    "softmax": lambda z: anp.exp(z) / anp.sum(anp.exp(z), axis=1, keepdims=True),
}
TERMS = {
    "half_squared_error": lambda a, y: (a - y) ** 2 / 2,
    "mean_squared_error": lambda a, y: (a - y) ** 2,
    "binary_cross_entropy": lambda a, y: -y * anp.log(a) - (1 - y) * anp.log(1 - a),
    "cross_entropy": lambda a, y: -y * anp.log(a),
    "softmax_cross_entropy": lambda a, y: -y * anp.log(FUNCTIONS["softmax"](a)),
}


def independent(objective):
    """Return θ → J written anew for HIPS autograd."""
    net, (X, Y) = objective.net, (objective.X, objective.Y)

    def loss(theta):
        a, start = X, 0
        for m, n, phi in zip(net.sizes, net.sizes[1:], net.activations, strict=False):
            W = anp.reshape(theta[start : start + m * n], (m, n))
            a = FUNCTIONS[phi.name](anp.dot(a, W) + theta[start + m * n : start + (m + 1) * n])
            start += (m + 1) * n
        return anp.sum(TERMS[objective.loss.name](a, Y)) / len(X)

    return loss


@settings(deadline=None, max_examples=200)
@given(problems)
def test_right_gradients_pass_both_methods(given_problem):
    objective, theta = given_problem
    assert bp.check_gradient(objective, theta).relative_error < 1e-7
    assert bp.check_gradient(objective, theta, method="complex").relative_error < 1e-9


@settings(deadline=None, max_examples=200)
@given(problems)
def test_gradient_equals_that_of_an_independent_library(given_problem):
    objective, theta = given_problem
    expected = autograd.grad(independent(objective))(theta)
    # Where outputs meet their targets, gradients of size 1 cancel: hence the floor of a few ε.
    floor = max(1e-13 * abs(expected).max(), 1e-15)
    np.testing.assert_allclose(objective(theta)[1], expected, rtol=1e-12, atol=floor)


@settings(deadline=None, max_examples=50)
@given(problems)
def test_hessian_equals_that_of_an_independent_library_and_differences_of_gradients(given_problem):
    objective, theta = given_problem
    H = bp.hessian(objective, theta)
    size = abs(H).max()
    expected = autograd.hessian(independent(objective))(theta)
    np.testing.assert_allclose(H, expected, rtol=1e-9, atol=1e-12 * size)
    h = 1e-5
    steps = h * np.eye(len(theta))
    differences = (objective(theta + steps)[1] - objective(theta - steps)[1]) / (2 * h)
    np.testing.assert_allclose(H, differences, rtol=1e-6, atol=1e-7 * size)


@settings(deadline=None, max_examples=50)
@given(problems)
def test_hessian_is_symmetric_to_rounding(given_problem):
    H = bp.hessian(*given_problem)
    np.testing.assert_allclose(H, H.T, rtol=0, atol=1e-14 * abs(H).max())


def symbolic_hessian(theta, x, y):
    """Return the Hessian of a 2-2-2 sigmoid network on one sample: SymPy's, to 30 digits."""
    symbols = sp.symbols("theta:12", real=True)

    def sigma(z):
        return 1 / (1 + sp.exp(-z))

    inputs, targets = sp.Matrix([x]).applyfunc(sp.Rational), sp.Matrix(y).applyfunc(sp.Rational)
    hidden = inputs * sp.Matrix(2, 2, symbols[:4]) + sp.Matrix([symbols[4:6]])
    output = hidden.applyfunc(sigma) * sp.Matrix(2, 2, symbols[6:10]) + sp.Matrix([symbols[10:]])
    J = sum((sigma(z) - t) ** 2 for z, t in zip(output, targets, strict=True)) / 2
    upper = np.triu_indices(12)
    second = [sp.diff(sp.diff(J, symbols[k]), symbols[l]) for k, l in zip(*upper, strict=True)]
    H = np.zeros((12, 12))
    with mpmath.workdps(30):
        H[upper] = sp.lambdify(symbols, second, "mpmath")(*map(mpmath.mpf, theta))
    return H + np.triu(H, 1).T


def test_hessian_of_the_worked_example_equals_that_of_sympy_to_rounding():
    net = bp.Network(sizes=(2, 2, 2), activations=(bp.sigmoid, bp.sigmoid))
    x, y = [0.05, 0.1], [0.01, 0.99]
    theta = [0.15, 0.25, 0.2, 0.3, 0.35, 0.35, 0.4, 0.5, 0.45, 0.55, 0.6, 0.6]
    H = bp.hessian(net.objective(bp.half_squared_error, [x], [y]), theta)
    expected = symbolic_hessian(theta, x, y)
    np.testing.assert_allclose(H, expected, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("name", KINKED)
def test_kinked_activations_are_right_away_from_their_kinks(name):
    objective, theta = problem([name, name], "half_squared_error", seed=4)
    assert bp.check_gradient(objective, theta).relative_error < 1e-7
    assert bp.check_gradient(objective, theta, method="complex").relative_error < 1e-12
    H, h = bp.hessian(objective, theta), 1e-6
    steps = h * np.eye(len(theta))
    differences = (objective(theta + steps)[1] - objective(theta - steps)[1]) / (2 * h)
    np.testing.assert_allclose(H, differences, rtol=1e-6, atol=1e-8 * abs(H).max())
    assert abs(H).max() > 1e-3


def test_hessian_of_a_stack_is_the_stack_of_hessians():
    objective, theta = problem(["tanh"], "half_squared_error")
    stack = np.random.default_rng(5).normal(size=(2, 3, len(theta)))
    H = bp.hessian(objective, stack)
    assert H.shape == (2, 3, len(theta), len(theta))
    for k in np.ndindex(2, 3):
        np.testing.assert_allclose(H[k], bp.hessian(objective, stack[k]), rtol=1e-13, atol=1e-15)


def test_hessian_of_a_wrong_gradient_is_not_symmetric():
    def objective(theta):  # J = a²b, whose gradient is (2ab, a²)
        a, b = theta[..., 0], theta[..., 1]
        return a**2 * b, np.stack([2 * a * b, a], axis=-1)

    H = bp.hessian(objective, [3.0, 5.0])
    np.testing.assert_allclose(H, [[10, 1], [6, 0]], rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_step_and_outcome_fit_the_dtype(dtype):
    objective, theta = problem(["tanh", "sigmoid"], "half_squared_error")
    objective = objective.net.objective(
        objective.loss, objective.X.astype(dtype), objective.Y.astype(dtype)
    )
    theta, eps = theta.astype(dtype), np.finfo(dtype).eps
    check = bp.check_gradient(objective, theta)
    assert check.step == pytest.approx(eps ** (1 / 3))
    assert check.relative_error < 4 * eps**0.5
    assert check.numeric.dtype == check.analytic.dtype == dtype
    check = bp.check_gradient(objective, theta, method="complex")
    assert check.step == pytest.approx(eps**2)
    assert check.relative_error < 4 * eps**0.5
    H = bp.hessian(objective, theta)
    assert H.dtype == dtype
    np.testing.assert_allclose(H, H.T, rtol=0, atol=20 * eps * abs(H).max())


def test_step_fits_the_coarser_of_theta_and_loss():
    def objective(theta):  # in single precision whatever comes in
        theta = theta.astype(np.float32)
        return (theta**2).sum(axis=-1), 2 * theta

    check = bp.check_gradient(objective, np.array([1.0, 2.0]))
    assert check.step == pytest.approx(np.finfo(np.float32).eps ** (1 / 3))
    assert check.relative_error < 1e-3


def test_step_can_be_chosen_and_grows_with_large_parameters():
    moved = []

    def objective(theta):
        moved.append(theta)
        return (theta**3).sum(axis=-1), 3 * theta**2

    check = bp.check_gradient(objective, [0.5, 8.0], step=0.01)
    assert check.step == 0.01
    np.testing.assert_allclose(moved[1][:2] - [0.5, 8.0], [[0.01, 0], [0, 0.08]], atol=1e-12)
    # (a + h)³ − (a − h)³ = 6a²h + 2h³: the error of the difference is h² exactly
    np.testing.assert_allclose(check.numeric - check.analytic, [0.01**2, 0.08**2], rtol=1e-6)


@pytest.mark.parametrize("p", [1, 15, 16, 17, 33])
def test_perturbed_vectors_go_through_in_small_stacks_and_all_are_used(p):
    heights = []

    def objective(theta):
        heights.append(1 if theta.ndim == 1 else len(theta))
        return (theta**2).sum(axis=-1), 2 * theta

    theta = np.linspace(1, 2, p)
    check = bp.check_gradient(objective, theta)
    np.testing.assert_allclose(check.numeric, 2 * theta, rtol=1e-9)
    assert sum(heights) == 1 + 2 * p
    assert max(heights) <= gradcheck.CHUNK
    assert len(heights) == 1 + -(-2 * p // gradcheck.CHUNK)
    heights.clear()
    np.testing.assert_allclose(bp.hessian(objective, theta), 2 * np.eye(p), rtol=1e-14)
    assert sum(heights) == p
    assert len(heights) == -(-p // gradcheck.CHUNK)


# Planted faults: each is a plausible mistake in the backward pass.


def planted(fault, sizes=(4, 5, 3), n=6):
    """Return an objective whose gradient has the fault, and θ."""
    good, theta = problem(["tanh"] * (len(sizes) - 2), "half_squared_error", n=n, sizes=sizes)
    net = good.net

    def objective(theta):
        J, gradient = good(theta)
        gradient = gradient.copy()
        W, b = net.unpack(gradient)
        trace = net.forward(theta, good.X)
        delta = net.backward(theta, trace, good.loss.gradient(trace.a[-1], good.Y)).delta
        fault(net, theta, trace, delta, W, b)
        return J, gradient

    return objective, theta


def mean_over_the_bias(net, theta, trace, delta, W, b):
    b[1] /= trace.a[0].shape[0]


def bias_forgotten(net, theta, trace, delta, W, b):
    b[2][...] = 0


def mean_taken_twice(net, theta, trace, delta, W, b):
    W[2] /= trace.a[0].shape[0]


def slope_forgotten(net, theta, trace, delta, W, b):
    back = delta[2] @ net.unpack(theta)[0][2].mT
    W[1][...] = trace.a[0].T @ back


def slope_of_the_activation(net, theta, trace, delta, W, b):
    back = delta[2] @ net.unpack(theta)[0][2].mT
    W[1][...] = trace.a[0].T @ (back * (1 - trace.z[1] ** 2))


def one_path_forgotten(net, theta, trace, delta, W, b):
    back = delta[2][..., :1] @ net.unpack(theta)[0][2][..., :1].mT
    W[1][...] = trace.a[0].T @ (back * (1 - trace.a[1] ** 2))


def weights_not_transposed(net, theta, trace, delta, W, b):
    back = delta[2] @ net.unpack(theta)[0][2]
    W[1][...] = trace.a[0].T @ (back * (1 - trace.a[1] ** 2))


def sign_flipped(net, theta, trace, delta, W, b):
    W[1][..., 2, 1] *= -1


@pytest.mark.parametrize(
    ("fault", "sizes"),
    [
        (mean_over_the_bias, (4, 5, 3)),
        (bias_forgotten, (4, 5, 3)),
        (mean_taken_twice, (4, 5, 3)),
        (slope_forgotten, (4, 5, 3)),
        (slope_of_the_activation, (4, 5, 3)),
        (one_path_forgotten, (4, 5, 3)),
        (weights_not_transposed, (3, 3, 3)),  # with these sizes no shape complains
        (sign_flipped, (4, 5, 3)),
    ],
)
def test_planted_fault_is_caught(fault, sizes):
    objective, theta = planted(fault, sizes)
    objective = np.vectorize(objective, signature="(p)->(),(p)")
    check = bp.check_gradient(objective, theta)
    assert check.relative_error > 1e-3
    assert check.analytic[check.index] != pytest.approx(check.numeric[check.index], rel=1e-3)


def test_no_fault_planted_passes():
    objective, theta = planted(lambda *_: None)
    objective = np.vectorize(objective, signature="(p)->(),(p)")
    assert bp.check_gradient(objective, theta).relative_error < 1e-7


def quadratic(slopes, wrong=None):
    """Return J = Σ s_k θ_k + ½ Σ θ_k², with the gradient ``wrong`` in place of s + θ."""
    slopes = np.asarray(slopes)

    def objective(theta):
        gradient = slopes + theta if wrong is None else wrong + theta
        return (slopes * theta + theta**2 / 2).sum(axis=-1), gradient

    return objective


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ([3.0, 1.0], [3.0, 1.001]),
        ([3.0, 1.0], [3.0, 1 + 1e-6]),
        ([-3e-7], [1e-7]),  # both small: an absolute tolerance would let this pass
        ([1.0, -3e-7], [1.0, 1e-7]),
        ([1.0, 0.0], [1.0, 1e-5]),
        ([0.0], [1e-9]),
        ([1e-12], [2e-12]),
        ([1e8, 1.0], [1e8, 2.0]),
    ],
)
def test_wrong_entry_is_caught_and_located(right, wrong):
    theta = np.zeros(len(right))
    check = bp.check_gradient(quadratic(right, np.array(wrong)), theta)
    assert check.relative_error > 1e-7
    assert check.index == len(right) - 1
    assert bp.check_gradient(quadratic(right), theta).relative_error < 1e-7


def test_error_of_two_equal_and_opposite_entries_is_2():
    check = bp.check_gradient(quadratic([1.0], np.array([-1.0])), [0.0])
    assert check.relative_error == pytest.approx(2, rel=1e-9)


def test_floor_is_the_noise_over_the_root_of_the_precision():
    eps = np.finfo(float).eps
    wrong = quadratic([1e10, 0.0], np.array([1e10, 1.0]))
    check = bp.check_gradient(wrong, np.zeros(2), method="complex")
    assert check.relative_error == pytest.approx(1 / (eps**0.5 * 1e10))

    def objective(theta):  # J = 3 + 2θ_0, with a slope of 0.01 in θ_1 that is wrong
        return 3 + 2 * theta[..., 0], np.broadcast_to([2.0, 0.01], theta.shape)

    check = bp.check_gradient(objective, np.zeros(2), step=1e-7)
    assert check.index == 1
    assert check.relative_error == pytest.approx(0.01 / (eps**0.5 * (3 + 2) / 1e-7))


def test_complex_step_is_too_small_for_any_curvature_to_matter():
    k = 1e12

    def objective(theta):
        return np.sin(k * theta).sum(axis=-1), k * np.cos(k * theta)

    theta = np.array([0.7e-12, 2e-12])
    assert bp.check_gradient(objective, theta, method="complex").relative_error < 1e-14
    expected = np.diag(-(k**2) * np.sin(k * theta))
    np.testing.assert_allclose(bp.hessian(objective, theta), expected, rtol=1e-14)


def test_outcome_cannot_be_changed_later():
    check = bp.check_gradient(bowl, [1.0])
    with pytest.raises(dataclasses.FrozenInstanceError):
        check.relative_error = 0.0


def test_rounding_of_a_large_loss_does_not_count_as_an_error():
    def objective(theta):  # J is about 1, its slope about 1e-10: lost in the rounding of J
        return 1 + 1e-10 * np.sin(theta).sum(axis=-1), 1e-10 * np.cos(theta)

    assert bp.check_gradient(objective, np.linspace(0, 1, 9)).relative_error < 1e-7


def test_flat_objective_has_no_error():
    check = bp.check_gradient(lambda t: (0.0 * t.sum(axis=-1), 0.0 * t), np.ones(3))
    assert check.relative_error == 0.0


def test_vectorize_as_the_message_advises():
    def single(theta):
        assert theta.ndim == 1
        return theta @ theta, 2 * theta

    wrapped = np.vectorize(single, signature="(p)->(),(p)")
    assert bp.check_gradient(wrapped, [1.0, -3.0]).relative_error < 1e-7


def test_repr_names_the_worst_parameter():
    check = bp.check_gradient(quadratic([3.0, 1.0], np.array([3.0, 2.0])), np.zeros(2))
    assert repr(check) == (
        "<gradient check of 2 parameters: largest relative error 5.0e-01 at theta[1] "
        "(analytic 2, numeric 1)>"
    )


def bowl(theta):
    return (theta**2).sum(axis=-1), 2 * theta


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: bp.check_gradient(bowl, []), ValueError, r"theta must have shape \(p,\)"),
        (lambda: bp.check_gradient(bowl, np.ones((2, 3))), ValueError, r"got \(2, 3\); check one"),
        (lambda: bp.check_gradient(bowl, [np.nan]), ValueError, "theta must be finite, got nan"),
        (lambda: bp.check_gradient(bowl, [1j]), TypeError, "theta must hold real numbers"),
        (lambda: bp.check_gradient(bowl, ["a"]), TypeError, "theta must be an array of numbers"),
        (lambda: bp.check_gradient(bowl, [1.0], step=0), ValueError, "step must be a positive"),
        (lambda: bp.check_gradient(bowl, [1.0], step=1e-300), ValueError, "step must be large en"),
        (
            lambda: bp.check_gradient(bowl, np.ones(1, "f"), step=1e-300, method="complex"),
            ValueError,
            "step must be a positive number, got 1e-300",
        ),
        (lambda: bp.check_gradient(bowl, [1.0], step=-1), ValueError, "step must be a positive"),
        (lambda: bp.check_gradient(bowl, [1.0], step=np.inf), ValueError, "step must be a"),
        (lambda: bp.check_gradient(bowl, [1.0], method="exact"), ValueError, "got 'exact'"),
        (
            lambda: bp.check_gradient(lambda t: (t**2).sum(), [1.0]),
            TypeError,
            r"objective must return the pair \(J, gradient\), got float64",
        ),
        (
            lambda: bp.check_gradient(lambda t: (1, 2, 3), [1.0]),
            TypeError,
            r"the pair \(J, gradient\), got tuple",
        ),
        (
            lambda: bp.check_gradient(lambda t: ((t**2).sum(), 2 * t), [1.0, 2.0]),
            ValueError,
            r"J from the objective must have shape \(4,\) .* np\.vectorize",
        ),
        (
            lambda: bp.check_gradient(lambda t: ((t**2).sum(-1), 2 * t[..., :1]), [1.0, 2.0]),
            ValueError,
            r"gradient from the objective must have shape \(2,\) .* got \(1,\)",
        ),
        (
            lambda: bp.check_gradient(lambda t: (t.sum(-1), np.full_like(t, np.nan)), [1.0]),
            ValueError,
            "gradient from the objective must be finite, got nan at index 0",
        ),
        (
            lambda: bp.check_gradient(lambda t: (t.sum(-1) + np.inf, t), [1.0]),
            ValueError,
            "J from the objective must be finite, got inf",
        ),
        (
            lambda: bp.check_gradient(
                lambda t: (t.real.sum(-1), np.ones(t.shape)), [1.0], method="complex"
            ),
            TypeError,
            "objective must return complex values for a complex theta",
        ),
        (lambda: bp.hessian(bowl, []), ValueError, r"theta must have shape \(\.\.\., p\)"),
        (lambda: bp.hessian(bowl, 1.0), ValueError, r"theta must have shape \(\.\.\., p\)"),
        (lambda: bp.hessian(bowl, [1j]), TypeError, "theta must hold real numbers"),
        (
            lambda: bp.hessian(lambda t: ((t**2).sum(-1), 2 * t.real), [1.0]),
            TypeError,
            "objective must return complex values",
        ),
        (
            lambda: bp.hessian(lambda t: (t.sum(-1), t * np.inf), [1.0]),
            ValueError,
            "gradient from the objective must be finite",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with np.errstate(invalid="ignore"), pytest.raises(error, match=message):
        call()


def test_error_inside_the_objective_tells_what_it_was_called_with():
    def objective(theta):
        raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom") as caught:
        bp.check_gradient(objective, [1.0, 2.0])
    assert "called with theta of shape (2,)" in caught.value.__notes__[0]
    assert "np.vectorize" in caught.value.__notes__[0]


def test_the_complex_step_is_purely_imaginary_and_as_small_as_documented():
    def cube(theta):
        return (theta**3).sum(axis=-1), 3 * theta**2

    theta = np.array([0.7, -1.3])
    coarse = bp.check_gradient(cube, theta, step=0.1, method="complex")
    np.testing.assert_allclose(coarse.numeric, 3 * theta**2 - 0.1**2, rtol=1e-13)
    assert bp.check_gradient(cube, theta, method="complex").step == np.finfo(float).eps ** 2
