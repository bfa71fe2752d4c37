import dataclasses
import itertools

import numpy as np
import pytest
import sympy as sp

import backprop_lib as bp
from backprop_lib.schedules import ExponentialDecay, InverseTimeDecay, StepDecay
from backprop_lib.steps import State

START = np.array([1.0, -2.0])

# Two steps from START worked by hand: the optimizer, g_1, g_2, θ_1, θ_2.
BY_HAND = {
    # 1 − ½·2, −2 + ½·1; then − ½·1, − ½·4
    "descent": (bp.GradientDescent(0.5), (2, -1), (1, 4), (0, -1.5), (-0.5, -3.5)),
    # m = (2, −1), then (½·2 + 1, −½ + 4) = (2, 3½)
    "momentum": (bp.Momentum(0.5, momentum=0.5), (2, -1), (1, 4), (0, -1.5), (-1, -3.25)),
    # moves along g + ½m: (3, −1½), then (1 + 1, 4 + 1¾)
    "nesterov": (
        bp.Momentum(0.5, momentum=0.5, nesterov=True),
        (2, -1), (1, 4), (-0.5, -1.25), (-1.5, -4.125),
    ),
    # H = diag(2, 4): g/H = (1, −¼), then (½, 1)
    "newton": (
        bp.Newton(lambda theta: np.diag([2.0, 4.0])),
        (2, -1), (1, 4), (0, -1.75), (-0.5, -2.75),
    ),
    # H + 2I = diag(4, 6), at half the rate
    "damped newton": (
        bp.Newton(lambda theta: np.diag([2.0, 4.0]), learning_rate=0.5, damping=2.0),
        (8, -12), (4, 24), (0, -1), (-0.5, -3),
    ),
    # √v = (3, 4), then (√(9 + 16), √(16 + 9)) = (5, 5); with ε = 1 the divisors are 4, 5 and 6, 6
    "adagrad": (bp.AdaGrad(12.0, epsilon=1.0), (3, -4), (4, 3), (-8, 7.6), (-16, 1.6)),
    # v = ¼·4 = 1, then ¾ + ¼/16 = ⅞² and ¾ + ¼·2.75² = 1.625²; ε = ⅛
    "rmsprop": (
        bp.RMSProp(9.0, rho=0.75, epsilon=0.125),
        (2, -2), (0.25, 2.75), (-15, 14), (-17.25, -1 / 7),
    ),
    # v̂ = 81, then (3·81 + 4·25)/7 = 49; m̂ = ±9, then (¼·9 + ½·5)/¾ = 19/3 and (−¼·9 + ½·5)/¾ = 1/3
    "adam": (
        bp.Adam(12.0, beta1=0.5, beta2=0.75, epsilon=1.0),
        (9, -9), (5, 5), (-9.8, 8.8), (-19.3, 8.3),
    ),
    # β₂ = 9/16: v = 7/16·25 stays the largest; corrected it is 25, then 25/(1 + 9/16) = 16;
    # m̂ = ±5, then (¼·5 + ½)/¾ = 7/3 and (−¼·5 + ½)/¾ = −1
    "amsgrad": (
        bp.AMSGrad(30.0, beta1=0.5, beta2=9 / 16, epsilon=1.0),
        (5, -5), (1, 1), (-24, 23), (-38, 29),
    ),
}  # fmt: skip

ALL = {name: entry[0] for name, entry in BY_HAND.items()}


def walk(optimizer, theta, gradients):
    """Return θ after each of the gradients."""
    state, path = optimizer.init(theta), []
    for gradient in gradients:
        theta, state = optimizer.step(theta, gradient, state)
        path.append(theta)
    return np.array(path)


@pytest.mark.parametrize("name", [name for name in ALL if "newton" not in name])
def test_optimizers_that_treat_every_entry_alone_say_so(name):
    optimizer, *gradients = BY_HAND[name][:3]
    whole = np.array(walk(optimizer, START, np.array(gradients, float)))
    for k in (0, 1):
        alone = walk(optimizer, START[k : k + 1], np.array(gradients, float)[:, k : k + 1])
        np.testing.assert_array_equal(alone, whole[:, k : k + 1])
    assert optimizer.entrywise


def test_newton_does_not_treat_every_entry_alone():
    assert not hasattr(ALL["newton"], "entrywise")


def random_gradients(*shape, steps=7, seed=0):
    return np.random.default_rng(seed).normal(size=(steps, *shape))


@pytest.mark.parametrize("name", BY_HAND)
def test_two_steps_are_as_worked_by_hand(name):
    optimizer, g1, g2, theta1, theta2 = BY_HAND[name]
    path = walk(optimizer, START, np.array([g1, g2], dtype=float))
    np.testing.assert_allclose(path, [theta1, theta2], rtol=1e-14)


@pytest.mark.parametrize("optimizer", ALL.values(), ids=ALL)
def test_step_is_pure(optimizer):
    theta, gradient = START.copy(), np.array([3.0, 4.0])
    state = optimizer.init(theta)
    kept = [None if a is None else np.copy(a) for a in state]
    first = optimizer.step(theta, gradient, state)
    again = optimizer.step(theta, gradient, state)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(theta, START)
    np.testing.assert_array_equal(gradient, [3.0, 4.0])
    for before, after in zip(kept, state, strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("optimizer", ALL.values(), ids=ALL)
def test_step_in_place_gives_the_same_bits_in_the_same_arrays(optimizer):
    gradients = random_gradients(2)
    theta = START.copy()
    state = optimizer.init(theta)
    arrays = [a for a in state[1:] if a is not None]
    for gradient in gradients:
        moved, state = optimizer.step(theta, gradient, state, out=(theta, state))
        assert moved is theta
    np.testing.assert_array_equal(theta, walk(optimizer, START, gradients)[-1])
    assert state.t == len(gradients)
    assert all(a is b for a, b in zip(arrays, [a for a in state[1:] if a is not None], strict=True))


@pytest.mark.parametrize("optimizer", ALL.values(), ids=ALL)
def test_stack_gives_what_single_vectors_give(optimizer):
    theta = np.random.default_rng(1).normal(size=(3, 4, 2))
    gradients = random_gradients(3, 4, 2)
    if isinstance(optimizer, bp.Newton):
        optimizer = bp.Newton(lambda theta: np.broadcast_to(np.diag([2.0, 4.0]), (*theta.shape, 2)))
    together = walk(optimizer, theta, gradients)
    if isinstance(optimizer, bp.Newton):
        optimizer = bp.Newton(lambda theta: np.diag([2.0, 4.0]))
    for k in itertools.product(range(3), range(4)):
        single = walk(optimizer, theta[k], gradients[:, *k])
        np.testing.assert_allclose(together[:, *k], single, rtol=1e-14)


@pytest.mark.parametrize("optimizer", ALL.values(), ids=ALL)
def test_float32_stays_float32(optimizer):
    theta = START.astype(np.float32)
    if isinstance(optimizer, bp.Newton):
        optimizer = bp.Newton(lambda theta: np.diag(np.float32([2, 4])))
    path = walk(optimizer, theta, random_gradients(2).astype(np.float32))
    assert path.dtype == np.float32


def test_numpy_settings_do_not_widen_float32():
    optimizer = bp.Adam(np.float64(0.1), beta1=np.float64(0.9), epsilon=np.float64(1e-8))
    path = walk(optimizer, START.astype(np.float32), random_gradients(2).astype(np.float32))
    assert path.dtype == np.float32


@pytest.mark.parametrize("optimizer", ALL.values(), ids=ALL)
@pytest.mark.parametrize(("kind", "other"), [("f4", "f8"), ("f8", "f4"), ("f8", "i8")])
def test_gradient_of_another_precision_is_refused(optimizer, kind, other):
    theta = START.astype(kind)
    with pytest.raises(TypeError, match=r"gradient must have the dtype of theta, .*\.astype\("):
        optimizer.step(theta, START.astype(other), optimizer.init(theta))


@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adam", "amsgrad"])
def test_epsilon_that_is_0_in_the_precision_of_theta_is_refused_with_one_that_is_not(name):
    kind = type(ALL[name])
    for dtype, epsilon, enough in (("f2", 1e-8, 8e-3), ("f4", 1e-50, 1e-19)):
        theta = START.astype(dtype)
        with pytest.raises(ValueError, match=r"epsilon must .* dtype of theta") as caught:
            kind(0.1, epsilon=epsilon).init(theta)
        remedy = float(str(caught.value).rsplit(" ", 1)[1].rstrip("."))
        assert remedy == enough  # the square of a gradient of this size is not 0 either
        moved = walk(kind(0.1, epsilon=remedy), theta, np.zeros((1, 2), dtype))
        np.testing.assert_array_equal(moved, [theta])


@pytest.mark.parametrize("kind", [bp.Adam, bp.AMSGrad])
def test_epsilon_has_to_last_through_the_first_step_of_adam(kind):
    theta = START.astype("f2")
    bp.RMSProp(0.1, epsilon=9e-7).init(theta)
    with pytest.raises(ValueError, match=r"the 2\.8e-08 of the first step is 0 in float16"):
        kind(0.1, epsilon=9e-7).init(theta)


def test_momentum_of_0_is_gradient_descent():
    gradients = random_gradients(2)
    expected = walk(bp.GradientDescent(0.1), START, gradients)
    for nesterov in (False, True):
        path = walk(bp.Momentum(0.1, momentum=0, nesterov=nesterov), START, gradients)
        np.testing.assert_array_equal(path, expected)


def test_momentum_is_the_two_term_recurrence_of_polyak():
    gradients = random_gradients(2)
    path = np.array([START, *walk(bp.Momentum(0.1, momentum=0.7), START, gradients)])
    ball = path[1:-1] - 0.1 * gradients[1:] + 0.7 * (path[1:-1] - path[:-2])
    np.testing.assert_allclose(path[2:], ball, rtol=1e-13)


def test_nesterov_is_its_look_ahead_form():
    def slope(theta):
        return theta**3

    optimizer, theta = bp.Momentum(0.05, momentum=0.8, nesterov=True), START
    state = optimizer.init(theta)
    plain, velocity = START, np.zeros(2)  # Sutskever's form, whose θ is not the look-ahead point
    for _ in range(9):
        theta, state = optimizer.step(theta, slope(theta), state)
        velocity = 0.8 * velocity - 0.05 * slope(plain + 0.8 * velocity)
        plain = plain + velocity
        np.testing.assert_allclose(theta, plain + 0.8 * velocity, rtol=1e-12)


def test_newton_solves_a_quadratic_in_one_step():
    rng = np.random.default_rng(3)
    A = rng.normal(size=(5, 5))
    H, bottom, start = A @ A.T + np.eye(5), rng.normal(size=5), rng.normal(size=5)
    optimizer = bp.Newton(lambda theta: H)
    theta, _ = optimizer.step(start, H @ (start - bottom), optimizer.init(start))
    np.testing.assert_allclose(theta, bottom, rtol=1e-12)


def test_newton_with_much_damping_is_gradient_descent():
    H = np.array([[2.0, 1.0], [1.0, -4.0]])
    newton = bp.Newton(lambda theta: H, learning_rate=0.1 * 1e9, damping=1e9)
    gradients = random_gradients(2)
    np.testing.assert_allclose(
        walk(newton, START, gradients), walk(bp.GradientDescent(0.1), START, gradients), rtol=1e-7
    )


def test_newton_refuses_a_saddle_and_names_the_damping_that_helps():
    H, gradient = np.diag([2.0, -0.5]), np.array([1.0, 1.0])
    with pytest.raises(ArithmeticError, match=r"step 1: .* is -0\.5, .* damping above 0\.5\."):
        bp.Newton(lambda theta: H).step(START, gradient, State())
    with pytest.raises(ArithmeticError, match=r"damping 0\.4 is not positive definite"):
        bp.Newton(lambda theta: H, damping=0.4).step(START, gradient, State())
    theta, _ = bp.Newton(lambda theta: H, damping=1.0).step(START, gradient, State())
    np.testing.assert_allclose(theta, [1 - 1 / 3, -2 - 1 / 0.5], rtol=1e-14)


@pytest.mark.parametrize("kind", ["f4", "f8"])
@pytest.mark.parametrize("H", [[[2, 1], [1, 0.5]], [[9, 3], [3, 1]], [[1, 1], [1, 1]]], ids=str)
def test_newton_names_a_damping_that_suffices_for_a_singular_hessian(H, kind):
    theta = START.astype(kind)
    with pytest.raises(ArithmeticError, match="damping above") as caught:
        bp.Newton(lambda theta: np.array(H, kind)).step(theta, theta, State())
    damping = float(str(caught.value).rsplit(" ", 1)[1].rstrip("."))
    assert 0 < damping < 1e-5
    moved, _ = bp.Newton(lambda theta: H, damping=damping).step(theta, theta, State())
    assert np.isfinite(moved).all()


def test_newton_goes_on_without_a_lost_member():
    def bowl(theta):
        return (theta**2).sum(axis=-1), 2 * theta

    def saddle_at_0(theta):
        seen.append(theta)
        return np.where(theta == 0, -1.0, 2.0)[..., None] * np.eye(2)

    seen, start = [], np.array([[[1e10, 1e10], [1.0, 3.0]]])
    for hessian in (lambda theta: bp.hessian(bowl, theta), saddle_at_0):
        newton = bp.Newton(hessian, learning_rate=np.array([[[1e300], [0.5]]]))
        *_, last = bp.minimize(bowl, start, newton, steps=3)
        np.testing.assert_array_equal(last.theta[0, 1], start[0, 1] * 0.5**3)
        assert not np.isfinite(last.theta[0, 0]).any()
    np.testing.assert_array_equal(seen[-1], [[[0, 0], start[0, 1] * 0.5**2]])


def test_newton_keeps_float32_whatever_the_hessian_is():
    theta = START.astype(np.float32)
    for hessian in ([[2, 0], [0, 4]], np.diag([2.0, 4.0])):
        newton = bp.Newton(lambda theta, H=hessian: H, damping=np.float64(0.1))
        assert walk(newton, theta, random_gradients(2).astype("f4")).dtype == np.float32


def test_newton_reaches_the_minimum_of_a_network_from_nearby():
    net = bp.Network(sizes=(1, 1, 1), activations=(bp.tanh, bp.linear))
    X = np.linspace(-2, 2, 9)[:, None]
    Y = 0.8 * np.tanh(1.5 * X - 0.4) + 0.1 * np.cos(7 * X)
    objective = net.objective(bp.half_squared_error, X, Y)
    *_, near = bp.minimize(objective, np.ones(4), bp.GradientDescent(0.5), steps=200)
    newton = bp.Newton(lambda theta: bp.hessian(objective, theta))
    sizes = [abs(s.gradient).max() for s in bp.minimize(objective, near.theta, newton, steps=5)]
    assert sizes[-1] < 1e-14
    assert sizes[1] < 100 * sizes[0] ** 2  # the error is squared at every step
    assert abs(near.gradient).max() > 1e-5


@pytest.mark.parametrize(
    "optimizer",
    [
        bp.AdaGrad(0.1, epsilon=1e-300),
        bp.RMSProp(0.1, rho=0, epsilon=1e-300),
        bp.Adam(0.1, epsilon=1e-300),
        bp.AMSGrad(0.1, epsilon=1e-300),
    ],
    ids=lambda optimizer: type(optimizer).__name__,
)
def test_first_step_of_an_adaptive_rate_has_the_length_of_the_rate(optimizer):
    path = walk(optimizer, np.zeros(3), np.array([[1e-6, -3.0, 1e6]]))
    np.testing.assert_allclose(path[0], [-0.1, 0.1, -0.1], rtol=1e-12)


@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adam", "amsgrad"])
def test_adaptive_rate_does_not_depend_on_the_scale_of_the_loss(name):
    settings = {"learning_rate": 0.1, "epsilon": 1e-300}
    optimizer = type(ALL[name])(**settings)
    gradients = random_gradients(2)
    np.testing.assert_allclose(
        walk(optimizer, START, gradients), walk(optimizer, START, 1e5 * gradients), rtol=1e-12
    )


@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adam", "amsgrad"])
def test_zero_gradients_move_nothing(name):
    np.testing.assert_array_equal(walk(ALL[name], START, np.zeros((3, 2))), [START] * 3)


def test_adagrad_rates_only_fall():
    optimizer = bp.AdaGrad(0.1)
    lengths = -np.diff(walk(optimizer, np.zeros(1), np.ones((9, 1))).ravel(), prepend=0.0)
    np.testing.assert_allclose(lengths, 0.1 / np.sqrt(np.arange(1, 10)), rtol=1e-7)


def test_adam_average_of_a_constant_gradient_is_that_gradient_from_the_first_step():
    optimizer, gradient = bp.Adam(0.1), np.array([2.0, -7.0])
    theta, state = START, optimizer.init(START)
    for t in range(1, 6):
        theta, state = optimizer.step(theta, gradient, state)
        np.testing.assert_allclose(state.m / (1 - 0.9**t), gradient, rtol=1e-13)
        np.testing.assert_allclose(state.v / (1 - 0.999**t), gradient**2, rtol=1e-11)


def test_amsgrad_is_adam_until_the_mean_square_falls():
    gradients = np.array([[1.0], [2.0], [3.0], [0.0]])
    adam = walk(bp.Adam(0.1, beta2=0.9), np.zeros(1), gradients)
    amsgrad = walk(bp.AMSGrad(0.1, beta2=0.9), np.zeros(1), gradients)
    np.testing.assert_array_equal(adam[:3], amsgrad[:3])
    assert abs(amsgrad[3] - amsgrad[2]) < abs(adam[3] - adam[2])


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        (StepDecay(0.8, factor=0.5, every=2), [0.8, 0.8, 0.4, 0.4, 0.2]),
        (InverseTimeDecay(0.6, decay=0.5), [0.6, 0.4, 0.3, 0.24, 0.2]),
        (ExponentialDecay(0.8, factor=0.5), [0.8, 0.4, 0.2, 0.1, 0.05]),
        (lambda t: 1 / t, [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5]),
    ],
    ids=["step", "inverse time", "exponential", "any function"],
)
def test_schedule_sets_the_rate_of_step_t(schedule, rates):
    path = walk(bp.GradientDescent(schedule), np.zeros(1), np.ones((5, 1)))
    np.testing.assert_allclose(-np.diff(path.ravel(), prepend=0.0), rates, rtol=1e-12)


@pytest.mark.parametrize("name", [name for name in ALL if "newton" not in name])
def test_every_optimizer_asks_its_schedule_for_t_from_1(name):
    asked = []

    def schedule(t):
        asked.append(t)
        return np.float64(0.1)

    optimizer = type(ALL[name])(learning_rate=schedule)
    path = walk(optimizer, START.astype(np.float32), random_gradients(2, steps=3).astype("f4"))
    assert asked[-3:] == [1, 2, 3]
    assert path.dtype == np.float32


@pytest.mark.parametrize("name", [name for name in ALL if "newton" not in name])
def test_sweep_of_rates_gives_what_single_rates_give(name):
    rates = np.array([0.01, 0.1, 1.0])
    theta, gradients = np.tile(START, (3, 1)), random_gradients(3, 2)
    together = walk(type(ALL[name])(learning_rate=rates[:, None]), theta, gradients)
    for k, rate in enumerate(rates):
        single = walk(type(ALL[name])(learning_rate=rate), START, gradients[:, k])
        np.testing.assert_array_equal(together[:, k], single)


def test_schedule_takes_a_sweep_of_rates():
    rate = InverseTimeDecay(np.array([[1.0], [2.0]]), decay=1.0)
    np.testing.assert_array_equal(rate(2), [[0.5], [1.0]])
    path = walk(bp.GradientDescent(rate), np.zeros((2, 3)), np.ones((2, 2, 3)))
    np.testing.assert_array_equal(path[-1], [[-1.5] * 3, [-3.0] * 3])


def test_sweep_has_as_many_leading_axes_as_the_stack():
    rates = np.linspace(0.1, 0.6, 6).reshape(2, 3, 1)
    path = walk(bp.GradientDescent(rates), np.zeros((2, 3, 4)), np.ones((1, 2, 3, 4)))
    np.testing.assert_array_equal(path[0], np.broadcast_to(-rates, (2, 3, 4)))
    with pytest.raises(
        ValueError, match=r"theta must have shape \(\.\.\., 2, 3, p\), got \(3, 3, 4\)"
    ):
        bp.GradientDescent(rates).init(np.zeros((3, 3, 4)))


@pytest.mark.parametrize("rate", [0.1, np.full((2, 1), 0.1, np.float32)], ids=["one", "sweep"])
def test_settings_of_a_schedule_compute_as_python_numbers(rate):
    for narrow, wide in (
        (InverseTimeDecay(rate, np.int8(100)), InverseTimeDecay(rate, 100.0)),
        (InverseTimeDecay(rate, np.int8(1)), InverseTimeDecay(rate, 1.0)),
        (ExponentialDecay(rate, np.float64(0.5)), ExponentialDecay(rate, 0.5)),
        (StepDecay(rate, np.float64(0.5), np.int8(2)), StepDecay(rate, 0.5, 2)),
    ):
        for t in (3, 100, 1000):
            np.testing.assert_array_equal(narrow(t), wide(t))
            assert np.asarray(narrow(t)).dtype == np.asarray(rate).dtype
    assert ExponentialDecay(0.1, np.float32(0.9))(1000) == pytest.approx(1.9e-47, rel=0.05)


def test_rates_cannot_be_changed_from_outside():
    rates = np.full((2, 1), 0.1)
    optimizer = bp.GradientDescent(rates)
    rates[:] = -5
    np.testing.assert_array_equal(optimizer.learning_rate, [[0.1], [0.1]])


def test_schedule_may_return_any_number():
    for rate in (sp.Rational(1, 10), np.array(0.1), np.float64(0.1)):
        path = walk(
            bp.GradientDescent(lambda t, r=rate: r), START.astype("f4"), np.ones((1, 2), "f4")
        )
        np.testing.assert_array_equal(path, [START.astype("f4") - np.float32(0.1)])


def test_exponential_decay_bounds_the_way_by_the_longest_gradient():
    optimizer = bp.GradientDescent(ExponentialDecay(1.0, 0.5))
    path = walk(optimizer, np.zeros(1), np.full((60, 1), 100.0))  # J = −100 θ
    np.testing.assert_allclose(path[-1], -100 * 1 / (1 - 0.5))


def test_edges_of_the_ranges_are_allowed():
    assert [StepDecay(0.5, factor=1, every=1)(t) for t in (1, 2)] == [0.5, 0.5]
    assert ExponentialDecay(0.5, factor=1)(9) == 0.5
    assert StepDecay(0.8, factor=0.5, every=1)(2) == 0.4


SCHEDULES = [StepDecay(0.1, 0.5, 2), InverseTimeDecay(0.1, 0.5), ExponentialDecay(0.1, 0.5)]


@pytest.mark.parametrize(
    "record", [*ALL.values(), *SCHEDULES], ids=lambda record: type(record).__name__
)
def test_settings_cannot_be_changed_later(record):
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.learning_rate = 1.0


SGD, SGD_LISTS = bp.GradientDescent(0.1), bp.GradientDescent(lambda t: [0.1])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: bp.GradientDescent(-0.1), ValueError, "learning_rate must be positive, got -0.1"),
        (lambda: bp.GradientDescent(0), ValueError, "learning_rate must be positive, got 0"),
        (lambda: bp.GradientDescent(np.nan), ValueError, "learning_rate must be finite, got nan"),
        (lambda: bp.GradientDescent("fast"), TypeError, "learning_rate must be an array of num"),
        (lambda: bp.GradientDescent([0.1, 0.2]), ValueError, r"shape \(\.\.\., 1\), got \(2,\)"),
        (lambda: bp.Momentum(0.1, momentum=1.0), ValueError, "momentum must be .* below 1, got 1"),
        (lambda: bp.Momentum(0.1, momentum=-0.1), ValueError, "momentum must be at least 0"),
        (lambda: bp.RMSProp(0.1, rho=1), ValueError, "rho must be at least 0 and below 1, got 1"),
        (lambda: bp.Adam(0.1, beta1=1), ValueError, "beta1 must be"),
        (lambda: bp.Adam(0.1, beta2=-1), ValueError, "beta2 must be"),
        (lambda: bp.AMSGrad(0.1, beta1=2), ValueError, "beta1 must be"),
        (lambda: bp.AMSGrad(0.1, beta2=2), ValueError, "beta2 must be"),
        (lambda: bp.Adam(0.1, epsilon=0), ValueError, "epsilon must be a positive number, got 0"),
        (lambda: bp.AdaGrad(0.1, epsilon=np.inf), ValueError, "epsilon must be a"),
        (lambda: bp.RMSProp(0.1, epsilon=-1), ValueError, "epsilon must be a positive number"),
        (lambda: bp.Newton(np.eye(2)), TypeError, "hessian must be a function of theta, got nda"),
        (lambda: bp.Newton(len, damping=-1), ValueError, "damping must be a number of at least 0"),
        (lambda: bp.Newton(len, damping=np.inf), ValueError, "damping must be a"),
        (lambda: bp.Newton(len, learning_rate=-1), ValueError, "learning_rate must be positive"),
        (lambda: SGD.init(1.0), TypeError, r"theta .* of shape \(\.\.\., p\), got shape \(\)"),
        (lambda: SGD.init(np.array([1j])), TypeError, "theta must be .* real .* dtype complex128"),
        (lambda: SGD.init([np.inf]), ValueError, "theta must be finite, got inf"),
        (
            lambda: SGD.step(START, np.ones(3), State()),
            ValueError,
            r"gradient must have the shape of theta, \(2,\), got \(3,\)",
        ),
        (lambda: SGD.step([1.0], [1.0], State()), TypeError, "theta must be a ndarray, got list"),
        (lambda: SGD.step(START, [1.0, 2], State()), TypeError, "gradient must be a ndarray"),
        (lambda: SGD.step(START, START, None), TypeError, "state must be a State, got NoneType"),
        (lambda: SGD.step(START, START, State(), 3), TypeError, "out must be .* got 3"),
        (lambda: SGD.step(START, START, State(), (1, 2, 3)), TypeError, "out must be .* got .1, 2"),
        (
            lambda: bp.Adam(np.ones((3, 1))).init(np.ones((2, 5))),
            ValueError,
            r"theta must have shape \(\.\.\., 3, p\), got \(2, 5\)",
        ),
        (
            lambda: bp.Adam(np.ones((2, 1))).init(np.ones((2, 5), np.float32)),
            TypeError,
            "learning_rate must have the dtype of theta, float32, got float64",
        ),
        (
            lambda: bp.Adam(lambda t: -1.0).init(START),
            ValueError,
            "learning_rate must be positive, got -1",
        ),
        (
            lambda: bp.Adam(sp.Rational(1, 10)),
            TypeError,
            "learning_rate must be a real number, got Rational 1/10",
        ),
        (lambda: bp.Adam(0.1j), TypeError, "learning_rate must be a real number, got complex"),
        (
            lambda: bp.Adam(lambda t: None).init(START),
            TypeError,
            r"learning_rate\(1\) must be a number .* got NoneType None",
        ),
        (
            lambda: SGD_LISTS.step(START, START, State(t=1)),
            TypeError,
            r"learning_rate\(2\) must be a number .* got list \[0.1\]",
        ),
        (
            lambda: bp.Newton(lambda theta: np.eye(3)).step(START, START, State()),
            ValueError,
            r"hessian\(theta\) must have shape \(2, 2\), got \(3, 3\)",
        ),
        (lambda: StepDecay(0.1, factor=0, every=1), ValueError, "factor must be above 0 and at"),
        (lambda: StepDecay(0.1, factor=0.5, every=0), ValueError, "every must be a positive"),
        (lambda: StepDecay(0.1, factor=0.5, every=1.5), ValueError, "every must be a positive"),
        (lambda: ExponentialDecay(0.1, factor=1.1), ValueError, "at most 1, got 1.1"),
        (lambda: ExponentialDecay(-0.1, factor=1), ValueError, "learning_rate must be positive"),
        (lambda: InverseTimeDecay(0.1, decay=0), ValueError, "decay must be above 0"),
        (lambda: InverseTimeDecay(0.1, decay=np.inf), ValueError, "decay must be a finite number"),
        (lambda: InverseTimeDecay(0, decay=1), ValueError, "learning_rate must be positive"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_defaults_are_those_of_the_papers():
    adam, amsgrad = bp.Adam(0.1), bp.AMSGrad(0.1)
    assert (adam.beta1, adam.beta2, adam.epsilon) == (0.9, 0.999, 1e-8)
    assert (amsgrad.beta1, amsgrad.beta2, amsgrad.epsilon) == (0.9, 0.999, 1e-8)
    assert (bp.RMSProp(0.1).rho, bp.Momentum(0.1).momentum) == (0.9, 0.9)
    assert (bp.AdaGrad(0.1).epsilon, bp.RMSProp(0.1).epsilon) == (1e-8, 1e-8)
    assert (bp.Newton(len).learning_rate, bp.Newton(len).damping) == (1.0, 0.0)


@pytest.mark.parametrize("factor", [-0.5, 1.5])
def test_a_decay_outside_of_0_and_1_is_refused(factor):
    with pytest.raises(ValueError, match="factor"):
        StepDecay(0.1, factor, 2)
    with pytest.raises(ValueError, match="factor"):
        ExponentialDecay(0.1, factor)
