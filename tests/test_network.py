import copy
import inspect
import pickle
import textwrap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import backprop_lib as bp
from backprop_lib import network as network_module
from backprop_lib import passes
from backprop_lib.activation import Activation
from backprop_lib.network import Network


def by_pickle(thing):
    return pickle.loads(pickle.dumps(thing))


# Oracle 1: everything written once more, in the plainest words, for HIPS autograd.

ACTIVATIONS = {
    "linear": lambda z: z,
    "step": lambda z: (anp.sign(z) + 1) / 2,
    "sign": anp.sign,
    "piecewise_linear": lambda z: anp.minimum(anp.maximum(z + 0.5, 0), 1),
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": anp.tanh,
    "relu": lambda z: anp.maximum(z, 0),
    "leaky_relu": lambda z: anp.maximum(z, 0.01 * z),
    "softplus": lambda z: anp.log(1 + anp.exp(z)),
    "softmax": lambda z: anp.exp(z) / anp.sum(anp.exp(z), axis=1, keepdims=True),
}
LOSSES = {
    "half_squared_error": lambda a, y: (a - y) ** 2 / 2,
    "mean_squared_error": lambda a, y: (a - y) ** 2,
    "cross_entropy": lambda a, y: -y * anp.log(a),
    "binary_cross_entropy": lambda a, y: -y * anp.log(a) - (1 - y) * anp.log(1 - a),
    "softmax_cross_entropy": lambda a, y: -y * anp.log(ACTIVATIONS["softmax"](a)),
}
KINKS = {
    "relu": (0,),
    "leaky_relu": (0,),
    "piecewise_linear": (-0.5, 0.5),
    "step": (0,),
    "sign": (0,),
}


def plain(objective):
    """Return θ → J of an objective, written anew."""
    net, X, Y = objective.net, objective.X, objective.Y

    def J(theta):
        a, start = X, 0
        for d_in, d_out, phi in zip(net.sizes, net.sizes[1:], net.activations, strict=False):
            W = theta[start : start + d_in * d_out].reshape(d_in, d_out)
            b = theta[start + d_in * d_out : start + (d_in + 1) * d_out]
            a, start = ACTIVATIONS[phi.name](a @ W + b), start + (d_in + 1) * d_out
        return anp.sum(LOSSES[objective.loss.name](a, Y)) / len(X)

    return J


def agrees_with_autograd(objective, theta):
    value, gradient = autograd.value_and_grad(plain(objective))(theta)
    J, have = objective(theta)
    floor = 1e-13 * abs(gradient).max() + 1e-15  # where terms cancel
    return np.allclose(J, value, rtol=1e-13, atol=1e-15) and np.allclose(
        have, gradient, rtol=1e-12, atol=floor
    )


# Oracle 2: differences of the loss, which know nothing of the chain rule.


def agrees_with_differences(objective, theta):
    return bp.check_gradient(objective, theta).relative_error < 1e-7


# Oracle 3: SymPy, which knows nothing of numbers.


def agrees_with_symbols(objective, theta):
    try:
        bp.symbolic.prove(objective.net, objective.loss, samples=2)
    except bp.symbolic.FalseStepError:
        return False
    return True


ORACLES = (agrees_with_autograd, agrees_with_differences, agrees_with_symbols)


def problem(sizes, names, loss, n=5, seed=0):
    """Return the objective and a θ of a random network with the activations of these names."""
    rng = np.random.default_rng(seed)
    net = Network(sizes, [bp.ACTIVATIONS[name] for name in names])
    Y = rng.dirichlet(np.ones(sizes[-1]), size=n)  # rows that sum to 1 suit every loss
    if sizes[-1] == 1:
        Y = np.ones((n, 1)) if "cross" in loss and "binary" not in loss else rng.random((n, 1))
    theta = rng.normal(scale=0.7, size=net.parameter_count)
    return net.objective(bp.LOSSES[loss], rng.normal(size=(n, sizes[0])), Y), theta


@st.composite
def problems(draw, hidden=tuple(ACTIVATIONS)):
    loss = draw(st.sampled_from(sorted(LOSSES)))
    fitting = sorted(bp.LOSSES[loss].fits or hidden)
    sizes = draw(st.lists(st.integers(1, 9), min_size=2, max_size=5, unique=True))
    names = [draw(st.sampled_from(hidden)) for _ in sizes[2:]] + [draw(st.sampled_from(fitting))]
    n, seed = draw(st.integers(1, 64)), draw(st.integers(0, 2**32 - 1))
    objective, theta = problem(tuple(sizes), names, loss, n, seed)
    # Answers close to 0 or 1 bend a cross entropy faster than differences see, and 1 − a loses
    # digits that another order of the same sums would keep: smaller weights avoid both.
    return objective, theta / 3


def away_from_kinks(objective, theta, margin=1e-3):
    trace = objective.net.forward(theta, objective.X)
    return all(
        abs(z - kink).min() > margin
        for z, phi in zip(trace.z[1:], objective.net.activations, strict=True)
        for kink in KINKS.get(phi.name, ())
    )


@pytest.mark.filterwarnings("ignore:Output seems independent of input")  # a step at the end
@settings(deadline=None, max_examples=150)
@given(problems())
def test_gradient_agrees_with_autograd(drawn):
    assert agrees_with_autograd(*drawn)


@settings(deadline=None, max_examples=60)
@given(problems())
def test_gradient_agrees_with_central_differences(drawn):
    assume(away_from_kinks(*drawn))
    assert agrees_with_differences(*drawn)


@settings(deadline=None, max_examples=60)
@given(problems())
def test_gradient_agrees_with_the_complex_step(drawn):
    objective, theta = drawn
    assert bp.check_gradient(objective, theta, method="complex").relative_error < 1e-7


def test_gradient_agrees_exactly_with_symbols():
    objective, _ = problem((3, 1, 2), ("tanh", "sigmoid"), "half_squared_error")
    assert agrees_with_symbols(objective, None)


def test_hidden_gradient_by_hand():
    # E = ½(o − y)² with o = σ(v σ(w x)): ∂E/∂w = (o − y) o(1 − o) v h(1 − h) x.
    net = Network((1, 1, 1), (bp.sigmoid, bp.sigmoid))
    x, y, w, v = 0.3, 0.9, -0.4, 0.8
    h = 1 / (1 + np.exp(-w * x))
    o = 1 / (1 + np.exp(-v * h))
    delta = (o - y) * o * (1 - o)
    J, gradient = net.objective(bp.half_squared_error, [[x]], [[y]])([w, 0, v, 0])
    back = delta * v * h * (1 - h)
    np.testing.assert_allclose(J, (o - y) ** 2 / 2, rtol=1e-15)
    np.testing.assert_allclose(gradient, [back * x, back, delta * h, delta], rtol=1e-14)


def test_backward_sums_over_fan_out():
    net = Network((1, 1, 2), (bp.linear, bp.linear))
    theta = net.pack(W=[[[2.0]], [[3.0, 5.0]]], b=[[0.0], [0.0, 0.0]])
    trace = net.forward(theta, [[1.0]])
    back = net.backward(theta, trace, [[1.0, 100.0]])
    assert back.delta[1].tolist() == [[1 * 3 + 100 * 5]]


def test_the_bias_gradient_is_a_sum_over_samples():
    net = Network((1, 2), (bp.linear,))
    trace = net.forward(np.zeros(4), np.ones((3, 1)))
    back = net.backward(np.zeros(4), trace, [[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
    assert back.b[1].tolist() == [7, 70]


def test_trace_holds_every_layer():
    objective, theta = problem((3, 4, 2), ("tanh", "softplus"), "mean_squared_error")
    net, X = objective.net, objective.X
    trace = net.forward(theta, X)
    W, b = net.unpack(theta)
    assert trace.z[0] is None
    assert trace.a[0] is X
    for l, phi in enumerate(net.activations, start=1):
        np.testing.assert_allclose(trace.z[l], trace.a[l - 1] @ W[l] + b[l], rtol=1e-14)
        np.testing.assert_array_equal(trace.a[l], phi(trace.z[l]))


def test_parts_of_the_backward_pass_are_views_of_its_gradient():
    objective, theta = problem((3, 4, 2), ("tanh", "softplus"), "mean_squared_error")
    net = objective.net
    trace = net.forward(theta, objective.X)
    back = net.backward(theta, trace, objective.loss.gradient(trace.a[-1], objective.Y))
    W, b = net.unpack(back.gradient)
    assert back.delta[0] is None
    for l in (1, 2):
        assert np.shares_memory(back.W[l], back.gradient)
        assert np.array_equal(back.W[l], W[l])
        assert np.array_equal(back.b[l], b[l])
        assert back.delta[l].shape == trace.z[l].shape
        np.testing.assert_allclose(back.W[l], trace.a[l - 1].T @ back.delta[l], rtol=1e-14)
    assert np.array_equal(objective(theta)[1], back.gradient)


def test_inputs_are_left_alone():
    objective, theta = problem((3, 4, 2), ("relu", "linear"), "half_squared_error")
    net, before = objective.net, [theta.copy(), objective.X.copy(), objective.Y.copy()]
    trace = net.forward(theta, objective.X)
    kept = [layer.copy() for layer in (*trace.z[1:], *trace.a)]
    gradient = objective.loss.gradient(trace.a[-1], objective.Y)
    slope = gradient.copy()
    net.backward(theta, trace, gradient)
    for have, want in zip(
        (theta, objective.X, objective.Y, *trace.z[1:], *trace.a, gradient),
        (*before, *kept, slope),
        strict=True,
    ):
        assert np.array_equal(have, want)


# Stacks, memory, precision, symbols.


@settings(deadline=None, max_examples=40)
@given(problems(), st.sampled_from([(1,), (3,), (2, 4)]), st.integers(0, 2**32 - 1))
def test_a_stack_of_networks_gives_what_single_calls_give(drawn, stack, seed):
    objective, theta = drawn
    thetas = np.random.default_rng(seed).normal(size=(*stack, theta.size))
    J, gradient = objective(thetas)
    assert J.shape == stack
    assert gradient.shape == thetas.shape
    for k in np.ndindex(stack):
        value, slope = objective(thetas[k])
        np.testing.assert_allclose(J[k], value, rtol=1e-14)
        floor = 1e-14 * abs(slope).max()
        np.testing.assert_allclose(gradient[k], slope, rtol=1e-14, atol=floor)


@pytest.mark.parametrize("sizes", [(2, 3, 1), (2, 1, 2), (1, 1), (40, 3, 2)])
@pytest.mark.parametrize("n", [1, 4])
def test_a_large_stack_of_small_networks_gives_what_single_calls_give(sizes, n):
    objective, _ = problem(sizes, ("sigmoid", "tanh")[: len(sizes) - 1], "half_squared_error", n=n)
    net = objective.net
    thetas = np.random.default_rng(3).normal(size=(60, net.parameter_count))
    J, gradient = objective(thetas)
    trace = net.forward(thetas, objective.X)
    back = net.backward(thetas, trace, objective.loss.gradient(trace.a[-1], objective.Y))
    np.testing.assert_array_equal(back.gradient, gradient)
    for theta, value, slope in zip(thetas, J, gradient, strict=True):
        want, slopes = objective(theta)
        np.testing.assert_allclose(value, want, rtol=1e-13)
        np.testing.assert_allclose(slope, slopes, rtol=1e-13, atol=1e-14 * abs(slopes).max())


def test_value_of_an_objective_is_its_loss_without_a_backward_pass(monkeypatch):
    objective, theta = problem((3, 4, 2), ("tanh", "linear"), "half_squared_error")
    stack = np.stack([theta, 2 * theta])
    want = objective(theta)[0], objective(stack)[0]
    monkeypatch.setattr(Network, "_backward", None)
    assert objective.value(theta) == want[0]
    assert np.array_equal(objective.value(stack), want[1])
    with pytest.raises(ValueError, match="theta must be finite"):
        objective.value(np.nan * theta)


def test_results_of_an_objective_stay_when_it_is_called_again():
    objective, theta = problem((3, 4, 2), ("tanh", "linear"), "half_squared_error")
    J, gradient = objective(theta)
    kept = gradient.copy()
    objective(2 * theta)
    assert np.array_equal(gradient, kept)
    assert objective(theta)[0] == J


def test_arrays_that_an_objective_keeps_are_no_argument():
    objective, _ = problem((3, 4, 2), ("tanh", "linear"), "half_squared_error")
    with pytest.raises(TypeError, match="positional"):
        type(objective)(objective.net, objective.loss, objective.X, objective.Y, {})


def test_objective_can_be_called_from_many_threads():
    objective, theta = problem((3, 40, 2), ("tanh", "linear"), "half_squared_error", n=50)
    thetas = [theta * (1 + 0.1 * k) for k in range(40)]
    want = [objective(one)[1] for one in thetas]
    with ThreadPoolExecutor(4) as pool:
        for have, gradient in zip(pool.map(objective, thetas), want, strict=True):
            assert np.array_equal(have[1], gradient)


@pytest.mark.parametrize("stack", [(), (3,), (60,)])
@pytest.mark.parametrize("names", [("tanh", "softmax"), ("relu", "linear"), ("step", "softplus")])
def test_out_reuses_the_memory_and_gives_the_same(names, stack):
    objective, _ = problem((3, 4, 2), names, "half_squared_error")
    net, rng = objective.net, np.random.default_rng(1)
    first, second = rng.normal(size=(2, *stack, net.parameter_count))
    trace = net.forward(first, objective.X)
    back = net.backward(first, trace, objective.loss.gradient(trace.a[-1], objective.Y))
    arrays = [*trace.z[1:], *trace.a[1:], *back.delta[1:], back.gradient]

    X = rng.normal(size=(5, 3))
    again = net.forward(second, X, out=trace)
    slope = objective.loss.gradient(again.a[-1], objective.Y)
    result = net.backward(second, again, slope, out=back)
    now = [*again.z[1:], *again.a[1:], *result.delta[1:], result.gradient]
    assert all(new is old for new, old in zip(now, arrays, strict=True))

    fresh = net.forward(second, X)
    want = net.backward(second, fresh, slope)
    for have, wanted in (
        *zip(again.z[1:], fresh.z[1:], strict=True),
        *zip(again.a, fresh.a, strict=True),
        *zip(result.delta[1:], want.delta[1:], strict=True),
        (result.gradient, want.gradient),
    ):
        assert np.array_equal(have, wanted)


@pytest.mark.parametrize("travel", [copy.copy, copy.deepcopy, by_pickle])
@pytest.mark.parametrize("stack", [(), (3,)])
def test_an_objective_that_travels_computes_the_same(travel, stack):
    objective, _ = problem((3, 4, 4, 2), ("tanh", "tanh", "linear"), "half_squared_error")
    first, second = np.random.default_rng(1).normal(size=(2, *stack, 46))
    J, gradient = objective(second)
    objective(first)  # leaves its numbers in the arrays to work in
    elsewhere = travel(objective)
    assert np.array_equal(elsewhere.value(second), J)
    assert np.array_equal(elsewhere(second)[1], gradient)


@pytest.mark.parametrize("travel", [copy.deepcopy, by_pickle])
def test_a_copy_of_a_result_is_no_place_for_the_next(travel):
    objective, theta = problem((3, 4, 2), ("tanh", "linear"), "half_squared_error")
    net, X = objective.net, objective.X
    trace = net.forward(theta, X)
    slope = np.ones_like(trace.a[-1])
    back = net.backward(theta, trace, slope)
    with pytest.raises(ValueError, match=r"out\.a are no views any more; leave out away"):
        net.forward(theta, X, out=travel(trace))
    with pytest.raises(ValueError, match=r"out\.blocks are no views any more; leave out away"):
        net.backward(theta, trace, slope, out=travel(back))
    assert np.array_equal(net.backward(theta, travel(trace), slope).gradient, back.gradient)


def test_an_objective_keeps_arrays_for_the_last_few_shapes_only():
    objective, theta = problem((3, 4, 2), ("tanh", "linear"), "half_squared_error")
    for networks in range(1, 30):
        objective(np.tile(theta, (networks, 1)))
    assert [shape[0] for shape, _ in objective._spare] == [22, 23, 24, 25, 26, 27, 28, 29]


def test_targets_in_double_leave_inputs_in_single_precision():
    net = bp.Network(sizes=(1, 1), activations=(bp.linear,))
    X, theta = np.float32([[1.0]]), np.float32([2.0, 0.5])
    objective = net.objective(bp.half_squared_error, X, np.array([[1.0]]))
    assert objective(theta)[1].dtype == np.float32


def test_symbols_among_the_targets_alone_are_enough():
    y, net = sp.Symbol("y"), bp.Network(sizes=(1, 1), activations=(bp.linear,))
    J, gradient = net.objective(bp.half_squared_error, [[1.0]], [[y]])([2.0, 0.5])
    assert sp.expand(J - (2.5 - y) ** 2 / 2) == 0
    assert [sp.expand(g - (2.5 - y)) for g in gradient] == [0, 0]


def test_an_empty_stack_is_refused():
    net = bp.Network(sizes=(1, 1), activations=(bp.linear,))
    with pytest.raises(ValueError, match=r"theta must hold a network, got shape \(0, 2\)"):
        net.forward(np.zeros((0, 2)), [[1.0]])


# Where arrays lie and how they are multiplied changes no result, only the time.


@pytest.mark.parametrize(
    ("sizes", "n", "networks", "tiny"),
    [
        ((9, 5), 2, 50, True),  # 2 · 10 · 5 numbers a network are 100, the most
        ((9, 5), 2, 49, False),
        ((9, 5), 3, 50, False),
        ((100, 1), 1, 50, False),  # 101
        ((10, 10), 1, 50, False),
        ((2, 9, 5, 1), 2, 50, True),  # the largest layer counts
        ((2, 2, 2), 1, 1000, True),
    ],
)
def test_large_stacks_of_tiny_networks_lie_side_by_side(sizes, n, networks, tiny):
    net = Network(sizes, [bp.tanh] * (len(sizes) - 1))
    theta = np.zeros((networks, net.parameter_count))
    for order in "CF":
        laid = passes.laid_out(sizes, n, theta.copy(order))
        assert laid.flags.f_contiguous == tiny
        assert laid.flags.c_contiguous == (not tiny)
    trace = net.forward(theta, np.zeros((n, sizes[0])))
    for z in trace.z[1:]:
        if z[0].size > 1:  # else both orders are the same
            assert (z.strides[0] == z.itemsize) == tiny


@pytest.mark.parametrize("stack", [(), (3,)])
def test_columns_of_a_layer_lie_in_one_piece(stack):
    net = Network((3, 4, 2), (bp.tanh, bp.linear))
    trace = net.forward(np.zeros((*stack, net.parameter_count)), np.zeros((5, 3)))
    for layer in (*trace.z[1:], *trace.inputs[2:]):
        assert layer.mT.flags.c_contiguous


@pytest.mark.parametrize(
    ("stack", "n", "product"),
    [
        ((), 1, np.ndarray.dot),
        ((), 2, passes._dot_by_columns),
        ((3,), 2, np.matmul),
        ((60,), 2, passes._sum_of_products),
    ],
)
def test_product_suits_the_arrays(stack, n, product):
    net = Network((2, 2, 2), (bp.tanh, bp.tanh))
    theta = np.zeros((*stack, net.parameter_count))
    trace = net.forward(theta, np.zeros((n, 2)))
    back = net.backward(theta, trace, trace.a[-1])
    assert trace.product is product
    assert back.product is (product if stack else np.ndarray.dot)


def test_trace_and_slopes_show_what_the_formulas_name():
    net = Network((1, 1), (bp.linear,))
    trace = net.forward([2.0, 1.0], [[3.0]])
    back = net.backward([2.0, 1.0], trace, [[1.0]])
    assert repr(trace) == "Trace(z=[None, array([[7.]])], a=[array([[3.]]), array([[7.]])])"
    parts = "W=[None, array([[3.]])], b=[None, array([1.])]"
    assert repr(back) == (
        f"Backward(gradient=array([3., 1.]), delta=[None, array([[1.]])], {parts})"
    )


@pytest.mark.parametrize("name", list(ACTIVATIONS))
def test_single_precision_stays_single(name):
    net = Network((3, 4, 2), (bp.ACTIVATIONS[name], bp.linear))
    rng = np.random.default_rng(2)
    theta, X, Y = (
        rng.normal(size=shape).astype(np.float32) for shape in (net.parameter_count, (5, 3), (5, 2))
    )
    trace = net.forward(theta, X)
    back = net.backward(theta, trace, bp.half_squared_error.gradient(trace.a[-1], Y))
    for array in (*trace.z[1:], *trace.a, *back.delta[1:], back.gradient):
        assert array.dtype == np.float32
    J, gradient = net.objective(bp.half_squared_error, X, Y)(theta)
    assert J.dtype == gradient.dtype == np.float32
    want = net.objective(bp.half_squared_error, *map(np.float64, (X, Y)))(np.float64(theta))[1]
    np.testing.assert_allclose(gradient, want, rtol=1e-4, atol=1e-6)


def test_symbols_go_through_the_same_code():
    net = Network((1, 1), (bp.relu,))
    w, b, x, y = sp.symbols("w b x y", real=True)
    J, gradient = net.objective(bp.half_squared_error, [[x]], [[y]])([w, b])
    at = {w: 2, b: 1, x: 3, y: 4}
    assert J.subs(at) == sp.Rational(9, 2)
    assert [entry.subs(at) for entry in gradient] == [9, 3]
    assert [entry.subs(at | {w: -2}) for entry in gradient] == [0, 0]


def test_exact_numbers_stay_exact():
    net = Network((2, 1), (bp.linear,))
    third = sp.Rational(1, 3)
    J, gradient = net.objective(bp.mean_squared_error, [[third, 1]], [[sp.S(0)]])([third] * 3)
    assert sp.Rational(49, 81) == J
    assert gradient.tolist() == [sp.Rational(14, 27), sp.Rational(14, 9), sp.Rational(14, 9)]


def test_describe_counts_the_parameters():
    table = str(Network((4, 5, 3), (bp.relu, bp.softmax)).describe())
    assert [line.split() for line in table.splitlines()] == [
        ["layer", "units", "activation", "W", "b", "parameters"],
        ["0", "4", "(inputs)"],
        ["1", "5", "relu", "(4,", "5)", "(5,)", "25"],
        ["2", "3", "softmax", "(5,", "3)", "(3,)", "18"],
        ["total", "43"],
    ]


def test_networks_of_one_shape_are_equal():
    net = Network([2, 3], [bp.tanh])
    assert net == Network((2, 3), (bp.tanh,))
    assert net != Network((2, 3), (bp.relu,))
    assert net.depth == 1


def test_objective_shows_what_it_is():
    objective, _ = problem((3, 4, 2), ("tanh", "linear"), "mean_squared_error", n=7)
    assert repr(objective) == "<objective: mean_squared_error of a 3-4-2 network on 7 samples>"


# Planted faults: what the oracles above are worth. Each is one edit of the library's own code; the
# layers are square, because a wrong transpose of unlike sizes would not even run.

WRONG_BACKWARD = {
    "sign of the slopes": ("trace.inputs[l].mT, delta[l]", "trace.inputs[l].mT, -delta[l]"),
    "transpose of W missing": ("W[l].mT", "W[l]"),
    "mean instead of sum for the bias": (
        "back.blocks[l])", "back.blocks[l]); back.b[l][...] = back.b[l] / delta[l].shape[-2]"),
    "first sample only for the bias": (
        "back.blocks[l])", "back.blocks[l]); back.b[l][...] = delta[l][..., 0, :]"),
    "derivative at a": ("trace.z[l], trace.a[l]", "trace.a[l], self.activations[l-1](trace.a[l])"),
    "weights already updated": ("W[l].mT", "(W[l] - 0.5 * back.W[l]).mT"),
    "one path dropped": ("delta[l], W[l].mT", "delta[l][..., 1:], W[l][..., 1:].mT"),
    "slope forgotten": ("self.activations[l - 1].pullback", "(lambda g, z, a, out: +g)"),
    "activation of another layer": ("self.activations[l - 1]", "self.activations[0]"),
    "output of the layer instead of its input": (
        "trace.inputs[l].mT",
        "np.append(trace.a[l], np.ones_like(trace.a[l][..., :1]), axis=-1).mT"),
    "gradients added up twice": ("product(delta[l], W", "product(2 * delta[l], W"),
}  # fmt: skip

WRONG_LOSS = {
    "1/n missing": lambda a, y, out: a - y,
    "half forgotten": lambda a, y, out: 2 * (a - y) / len(a),
    "sign of the error": lambda a, y, out: (y - a) / len(a),
    "mean over the outputs too": lambda a, y, out: (a - y) / a.size,
}


def fault(monkeypatch, owner, method, right, wrong, module):
    source = textwrap.dedent(inspect.getsource(getattr(owner, method)))
    assert right in source, f"{method} has changed: plant {right!r} anew"
    namespace = dict(vars(module))
    exec(source.replace(right, wrong), namespace)
    monkeypatch.setattr(owner, method, namespace[method])


def square(loss=bp.half_squared_error, names=("tanh", "sigmoid")):
    """A problem with square layers that all oracles can judge."""
    objective, theta = problem((2, 2, 2), names, "half_squared_error", n=2)
    return replace(objective, loss=loss), theta


@pytest.mark.parametrize("oracle", ORACLES)
def test_no_oracle_cries_wolf(oracle):
    assert oracle(*square())


@pytest.mark.parametrize("oracle", ORACLES)
@pytest.mark.parametrize("name", WRONG_BACKWARD)
def test_every_oracle_catches_a_wrong_backward_pass(monkeypatch, name, oracle):
    fault(monkeypatch, Network, "_backward", *WRONG_BACKWARD[name], network_module)
    assert not oracle(*square())


@pytest.mark.parametrize("oracle", ORACLES)
@pytest.mark.parametrize("name", WRONG_LOSS)
def test_every_oracle_catches_a_wrong_loss_gradient(name, oracle):
    wrong = replace(bp.half_squared_error, gradient_value=WRONG_LOSS[name])
    assert not oracle(*square(loss=wrong))


@pytest.mark.parametrize("oracle", ORACLES)
def test_every_oracle_catches_a_softmax_without_its_coupling(oracle):
    wrong = replace(bp.softmax, coupled_pullback=lambda gradient, a: a * (1 - a) * gradient)
    objective, theta = square(names=("tanh", "softmax"))
    net = Network(objective.net.sizes, (bp.tanh, wrong))
    assert not oracle(replace(objective, net=net), theta)


@pytest.mark.parametrize("oracle", ORACLES)
def test_every_oracle_catches_a_slope_of_the_wrong_function(oracle):
    wrong = replace(bp.sigmoid, slope=lambda z, a: 1 - a * a)
    objective, theta = square()
    net = Network(objective.net.sizes, (bp.tanh, wrong))
    assert isinstance(wrong, Activation)
    assert not oracle(replace(objective, net=net), theta)


@pytest.mark.parametrize("record", ["net", "trace", "back", "objective", "loss", "activation"])
def test_records_do_not_change(record):
    objective, theta = problem((3, 4, 2), ("tanh", "linear"), "half_squared_error")
    net, loss = objective.net, objective.loss
    trace = net.forward(theta, objective.X)
    back = net.backward(theta, trace, loss.gradient(trace.a[-1], objective.Y))
    things = {"net": net, "trace": trace, "back": back, "objective": objective, "loss": loss,
              "activation": net.activations[0]}  # fmt: skip
    with pytest.raises(FrozenInstanceError):
        things[record].anything = 1


def test_the_inputs_get_no_delta():
    net = bp.Network(sizes=(3, 2, 1), activations=(bp.tanh, bp.linear))
    theta = np.linspace(-1, 1, net.parameter_count)
    trace = net.forward(theta, np.ones((4, 3)))
    assert net.backward(theta, trace, np.ones((4, 1))).delta[0] is None


def test_backward_keeps_the_precision_of_the_parameters():
    net = bp.Network(sizes=(3, 2), activations=(bp.tanh,))
    theta, single = np.linspace(-1, 1, 8), np.ones((4, 3), dtype=np.float32)
    trace = net.forward(theta, single)
    back = net.backward(theta, trace, np.ones((4, 2), dtype=np.float32))
    assert back.gradient.dtype == back.delta[1].dtype == np.float64
