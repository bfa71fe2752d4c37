"""The computational graph: values, the two sweeps, and three oracles that share no code with it."""

import dataclasses
import subprocess
import sys
from types import SimpleNamespace

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import backprop_lib as bp
from backprop_lib import graph
from backprop_lib.gates import RULES

# The same formula runs in four worlds: each offers the functions, and + - * / ** of its numbers.
AUTOGRAD = SimpleNamespace(
    exp=anp.exp,
    log=anp.log,
    tanh=anp.tanh,
    sigmoid=lambda x: 1 / (1 + anp.exp(-x)),
    relu=lambda x: anp.maximum(x, 0),
    maximum=anp.maximum,
)
FIFTY_DIGITS = SimpleNamespace(
    exp=mpmath.exp,
    log=mpmath.log,
    tanh=mpmath.tanh,
    sigmoid=lambda x: 1 / (1 + mpmath.exp(-x)),
    relu=lambda x: max(x, mpmath.mpf(0)),
    maximum=max,
)
SYMPY = SimpleNamespace(
    exp=sp.exp,
    log=sp.log,
    tanh=sp.tanh,
    sigmoid=lambda x: 1 / (1 + sp.exp(-x)),
    relu=lambda x: sp.Piecewise((x, x > 0), (0, True)),
    maximum=lambda x, y: sp.Piecewise((x, x >= y), (y, True)),
)


def central_differences(formula, values):
    """The gradient by central differences, in numbers so long that nothing is lost."""
    gradient = []
    with mpmath.workdps(50):
        h = mpmath.mpf(10) ** -16
        values = [mpmath.mpf(value) for value in values]
        for k in range(len(values)):
            up, down = list(values), list(values)
            up[k] += h
            down[k] -= h
            difference = formula(FIFTY_DIGITS, *up) - formula(FIFTY_DIGITS, *down)
            gradient.append(float(difference / (2 * h)))
    return gradient


def independent_autodiff(formula, values):
    """The gradient by the library autograd."""
    slope = autograd.grad(lambda v: formula(AUTOGRAD, *(v[k] for k in range(len(values)))))
    return list(slope(np.array(values)))


def symbolic_derivative(formula, values):
    """The gradient that SymPy derives, evaluated at the values."""
    symbols = sp.symbols(f"v:{len(values)}", real=True)
    expression = formula(SYMPY, *symbols)
    at = {s: sp.Rational(v) for s, v in zip(symbols, values, strict=True)}
    return [float(sp.N(sp.diff(expression, s).subs(at), 25)) for s in symbols]


def made_of(formula, values):
    """The formula as a graph: its inputs and its last node."""
    inputs = bp.variables(**{f"v{k}": value for k, value in enumerate(values)})
    return inputs, formula(graph, *inputs)


def path_sizes(grads):
    """For every node the sum over paths of the product of |local|, each taken as at least 1.

    Rounding errors of the gradient are in proportion to this, not to the gradient itself.
    """
    sizes = {grads.start: 1.0}
    for message in grads.messages:
        size = sizes[message.node] * max(1.0, abs(message.local))
        sizes[message.parent] = sizes.get(message.parent, 0.0) + size
    return sizes


def assert_agrees(formula, values, *oracles):
    """Both sweeps of the graph give the gradient that every oracle gives, to 1e-12."""
    inputs, f = made_of(formula, values)
    grads = bp.backpropagate(f)
    sizes = path_sizes(grads)
    for oracle in oracles:
        for x, expected in zip(inputs, oracle(formula, values), strict=True):
            tolerance = 1e-12 * abs(expected) + 2e-15 * sizes.get(x, 0.0)
            assert abs(grads[x] - expected) <= tolerance, (oracle.__name__, x, grads[x], expected)
            forward = graph.tangent(f, x)[f]
            assert abs(forward - expected) <= tolerance, ("tangent", x, forward, expected)


# A formula of several variables for every gate, used at points where it is smooth.
FORMULAS = {
    "+": lambda m, x, y: (x + y) * (3 + x) * (y + 0.5),
    "-": lambda m, x, y: (x - y) * (3 - x) * (y - 0.5),
    "*": lambda m, x, y: 2 * x * y * x * 0.3,
    "/": lambda m, x, y: x / y / 3 + 2 / x / y,
    "**": lambda m, x, y: x**y + 2**x * y**-3 + y**2,
    "negative": lambda m, x, y: -x * (-(x - y)),
    "exp": lambda m, x, y: m.exp(x * y) * m.exp(-x),
    "log": lambda m, x, y: m.log(x * y + 1) * m.log(y),
    "tanh": lambda m, x, y: m.tanh(x - y) * m.tanh(y),
    "sigmoid": lambda m, x, y: m.sigmoid(x * y) * m.sigmoid(-x),
    "relu": lambda m, x, y: m.relu(x - y) * y + m.relu(y - x) * x,
    "maximum": lambda m, x, y: m.maximum(x * x, y) * m.maximum(x, y * y),
}
ORACLES = (central_differences, independent_autodiff, symbolic_derivative)


# --- by hand


@pytest.mark.parametrize(
    ("x_value", "q_value", "f_value", "gradient"),
    [(2.0, 7.0, -28.0, (-4.0, -4.0, 7.0)), (-2.0, 3.0, -12.0, (-4.0, -4.0, 3.0))],
)
def test_the_example_of_the_sources(x_value, q_value, f_value, gradient):
    x, y, z = bp.variables(x=x_value, y=5.0, z=-4.0)
    q = (x + y).named("q")
    f = q * z
    assert (q.value, f.value) == (q_value, f_value)
    assert (q.local, f.local) == ((1.0, 1.0), (-4.0, q_value))
    grads = bp.backpropagate(f)
    assert (grads[x], grads[y], grads[z]) == gradient
    assert (grads[f], grads[q]) == (1.0, -4.0)
    assert grads.messages == (
        (f, q, 1.0, -4.0, -4.0),
        (f, z, 1.0, q_value, q_value),
        (q, x, -4.0, 1.0, -4.0),
        (q, y, -4.0, 1.0, -4.0),
    )
    assert grads.operations == 4


def test_gradients_add_where_a_node_is_used_twice():
    (a,) = bp.variables(a=3.0)
    b = a + a
    c = b + b
    grads = bp.backpropagate(c)
    assert (grads[c], grads[b], grads[a]) == (1.0, 2.0, 4.0)
    assert [message.product for message in grads.messages] == [1.0, 1.0, 2.0, 2.0]
    assert grads.operations == 6  # four multiplications; an addition at b and one at a
    assert graph.tangent(c, a).operations == 6


def test_one_sigmoid_neuron_split_into_gates():
    w0, x0, w1, x1, w2 = bp.variables(w0=2.0, x0=-1.0, w1=-3.0, x1=-2.0, w2=-3.0)
    z = w0 * x0 + w1 * x1 + w2
    whole, gates = graph.sigmoid(z), 1 / (1 + graph.exp(-z))
    slope = 0.19661193324148185  # σ(1)(1 − σ(1))
    expected = [-1 * slope, 2 * slope, -2 * slope, -3 * slope, slope]
    assert z.value == 1.0
    for f in (whole, gates):
        assert f.value == pytest.approx(0.7310585786300049, rel=1e-15)
        grads = bp.backpropagate(f)
        assert [grads[v] for v in (w0, x0, w1, x1, w2)] == pytest.approx(expected, rel=1e-14)


def test_every_gate_node_keeps_value_operation_parents_and_name():
    x, y = bp.variables(x=2, y=5.0)
    assert (x.value, x.operation, x.parents, x.local, x.name) == (2.0, "input", (), (), "x")
    assert type(x.value) is float
    f = x / y
    assert (f.value, f.operation, f.parents, f.name) == (0.4, "/", (x, y), "")
    assert f.local == pytest.approx((0.2, -0.08), rel=1e-15)
    g = f.named("ratio")
    assert g.name == "ratio"
    assert (g.value, g.operation, g.parents, g.local) == (f.value, "/", (x, y), f.local)


@pytest.mark.parametrize(
    ("formula", "value", "operation", "slope", "constant"),
    [
        (lambda x: x + 2, 5.0, "+", 1.0, 2.0),
        (lambda x: 2 + x, 5.0, "+", 1.0, 2.0),
        (lambda x: x - 2, 1.0, "-", 1.0, 2.0),
        (lambda x: 2 - x, -1.0, "-", -1.0, 2.0),
        (lambda x: x * 2, 6.0, "*", 2.0, 2.0),
        (lambda x: 2 * x, 6.0, "*", 2.0, 2.0),
        (lambda x: x / 2, 1.5, "/", 0.5, 2.0),
        (lambda x: 6 / x, 2.0, "/", -2 / 3, 6.0),
        (lambda x: x**2, 9.0, "**", 6.0, 2.0),
        (lambda x: 2**x, 8.0, "**", 8 * np.log(2), 2.0),
        (lambda x: graph.maximum(x, 2), 3.0, "maximum", 1.0, 2.0),
        (lambda x: np.float64(2) * x, 6.0, "*", 2.0, 2.0),
        (lambda x: np.int64(6) - x, 3.0, "-", -1.0, 6.0),
        (lambda x: np.float32(6) / x, 2.0, "/", -2 / 3, 6.0),
    ],
)
def test_a_number_on_either_side_is_a_constant(formula, value, operation, slope, constant):
    (x,) = bp.variables(x=3.0)
    f = formula(x)
    assert (f.value, f.operation) == (value, operation)
    (other,) = [parent for parent in f.parents if parent is not x]
    assert (other.value, other.operation) == (constant, "constant")
    local = dict(zip(f.parents, f.local, strict=True))
    assert local[other] is None
    assert local[x] == pytest.approx(slope, rel=1e-15)
    grads = bp.backpropagate(f)
    assert grads[x] == local[x]
    assert [message.parent for message in grads.messages] == [x]
    assert graph.tangent(f, x)[f] == local[x]


def test_unary_minus_and_sum():
    x, y = bp.variables(x=3.0, y=4.0)
    f = -x
    assert (f.value, f.operation, f.parents, f.local) == (-3.0, "negative", (x,), (-1.0,))
    assert sum([x, y]).value == 7.0


# --- three oracles


@pytest.mark.parametrize("operation", RULES)
@pytest.mark.parametrize("values", [(0.7, 1.9), (1.6, 0.3)])
def test_gradient_agrees_with_three_oracles(operation, values):
    assert_agrees(FORMULAS[operation], values, *ORACLES)


@pytest.mark.parametrize("operation", RULES)
@pytest.mark.parametrize("oracle", ORACLES)
def test_a_planted_wrong_derivative_is_caught_by_every_oracle(monkeypatch, operation, oracle):
    rule = RULES[operation]
    for k, right in enumerate(rule.local):
        local = list(rule.local)
        local[k] = lambda v, *values, right=right: right(v, *values) * 1.0005 + 1e-6
        monkeypatch.setitem(RULES, operation, dataclasses.replace(rule, local=tuple(local)))
        with pytest.raises(AssertionError, match=oracle.__name__):
            assert_agrees(FORMULAS[operation], (0.7, 1.9), oracle)


def test_a_sweep_that_overwrites_instead_of_adding_is_caught(monkeypatch):
    def overwrite(message, table, receiver):
        table[receiver] = message.product

    monkeypatch.setattr(graph, "_add", overwrite)
    with pytest.raises(AssertionError):
        assert_agrees(FORMULAS["*"], (0.7, 1.9), independent_autodiff)


def test_a_breadth_first_order_is_caught(monkeypatch):
    def breadth_first(f):
        order = [f]
        for node in order:
            order += [parent for parent in node.parents if parent not in order]
        return order[::-1]

    def formula(m, x, y):  # x * y is used by a node one step away and by one two steps away
        q = x * y
        return q * (q + 1)

    assert_agrees(formula, (0.7, 1.9), independent_autodiff)
    monkeypatch.setattr(graph, "topological_order", breadth_first)
    with pytest.raises(AssertionError):
        assert_agrees(formula, (0.7, 1.9), independent_autodiff)


# --- random graphs

STEPS = [
    lambda m, a, b: a + b,
    lambda m, a, b: a - b,
    lambda m, a, b: a * b,
    lambda m, a, b: a / (b * b + 1),
    lambda m, a, b: (a * a + 1) ** m.tanh(b),
    lambda m, a, b: a**2,
    lambda m, a, b: a**3 - 0.5,
    lambda m, a, b: (b * b + 0.25) ** -1.5,
    lambda m, a, b: 2 ** m.tanh(a),
    lambda m, a, b: 1.5 - a,
    lambda m, a, b: -a,
    lambda m, a, b: m.exp(m.tanh(a)),
    lambda m, a, b: m.log(a * a + 0.1),
    lambda m, a, b: m.tanh(a),
    lambda m, a, b: m.sigmoid(a),
    lambda m, a, b: m.relu(a),
    lambda m, a, b: m.maximum(a, b),
]
INPUTS = st.lists(st.integers(-200, 200).map(lambda k: k / 100), min_size=1, max_size=4)
INDEX = st.integers(0, 10**6)


def recipes(longest):
    step = st.tuples(st.integers(0, len(STEPS) - 1), INDEX, INDEX)
    return st.lists(step, min_size=1, max_size=longest)


def formula_of(recipe):
    """The formula that a recipe describes: each step takes any two of the earlier results."""

    def formula(m, *inputs):
        results = list(inputs)
        for step, i, j in recipe:
            # Half of the steps work on the newest result, so that graphs grow deep as well as wide.
            a = results[-1 if i % 2 else i // 2 % len(results)]
            results.append(STEPS[step](m, a, results[j % len(results)]))
        return results[-1]

    return formula


def moderate_graph(formula, values):
    """The graph, unless it overflows, grows out of proportion, or stands at a kink."""
    try:
        inputs, f = made_of(formula, values)
    except ValueError as error:
        assume("stay below 1.8e308" not in str(error))
        raise
    for node in graph.topological_order(f):
        assume(abs(node.value) < 1e6)
        if node.operation in ("relu", "maximum"):
            first, *second = node.parents
            gap = first.value - sum(node.value for node in second)
            assume(first in second or abs(gap) > 1e-6)
    return inputs, f


@given(recipe=recipes(longest=12), values=INPUTS)
@settings(deadline=None, max_examples=150, derandomize=True)
def test_random_graphs_agree_with_central_differences_and_autodiff(recipe, values):
    formula = formula_of(recipe)
    moderate_graph(formula, values)
    assert_agrees(formula, values, central_differences, independent_autodiff)


@given(recipe=recipes(longest=4), values=INPUTS)
@settings(deadline=None, max_examples=25, derandomize=True)
def test_random_graphs_on_symbols_agree_with_sympy(recipe, values):
    formula = formula_of(recipe)
    moderate_graph(formula, values)
    symbols = sp.symbols(f"v:{len(values)}", real=True)
    inputs, f = made_of(formula, symbols)
    at = {s: sp.Rational(str(v)) for s, v in zip(symbols, values, strict=True)}
    expression = sp.nsimplify(formula(SYMPY, *symbols), rational=True)
    grads = bp.backpropagate(f)
    for x, s in zip(inputs, symbols, strict=True):
        expected = sp.diff(expression, s).evalf(40, subs=at)
        assert abs(grads[x].evalf(40, subs=at) - expected) <= 1e-30 * (1 + abs(expected))


@given(recipe=recipes(longest=12), values=INPUTS, upstream=st.sampled_from([-3.0, 0.0, 0.5]))
@settings(deadline=None, max_examples=100, derandomize=True)
def test_sweeps_of_random_graphs_keep_their_promises(recipe, values, upstream):
    inputs, f = moderate_graph(formula_of(recipe), values)
    order = graph.topological_order(f)
    place = {node: k for k, node in enumerate(order)}
    assert order[-1] is f
    assert all(place[parent] < place[node] for node in order for parent in node.parents)

    grads = bp.backpropagate(f)
    sent = set()
    for message in grads.messages:
        assert message.parent not in sent  # it has not spoken before it was told everything
        sent.add(message.node)
        assert message.product == message.upstream * message.local
        assert message.upstream == grads[message.node]
    again = bp.backpropagate(f)
    assert again.table == grads.table
    assert again.messages == grads.messages
    seeded = bp.backpropagate(f, upstream=upstream)
    wires = [p for node in order for p in node.parents if p.operation != "constant"]
    assert len(grads.messages) == len(wires)
    assert grads.operations == len(wires) + len(wires) - len(set(wires))
    for x in inputs:
        tolerance = 1e-13 * path_sizes(grads).get(x, 0.0)
        assert seeded[x] == pytest.approx(upstream * grads[x], rel=1e-12, abs=tolerance)
        assert graph.tangent(f, x).operations <= 2 * len(wires)


# --- proofs on symbols


@pytest.mark.parametrize(
    "formula",
    [
        lambda m, x, y, z: (x + y) * z,
        lambda m, x, y, z: (x * x) ** 2 + x * y / z,
        lambda m, x, y, z: 1 / (1 + m.exp(-(x * y + z))),
        lambda m, x, y, z: m.sigmoid(x * y + z),
        lambda m, x, y, z: m.tanh(x * y) * m.log(z) - m.exp(x - z),
        lambda m, x, y, z: x**y + 2**z + z**3,
        lambda m, x, y, z: m.relu(x * y) + m.maximum(x, z),
        lambda m, x, y, z: sum([x * y] * 3) * (x * y - 0.5 * z),
    ],
)
def test_both_sweeps_are_proved_equal_to_the_derivative(formula):
    symbols = sp.symbols("v:3", positive=True)
    inputs, f = made_of(formula, symbols)
    expression = formula(SYMPY, *symbols)
    assert sp.simplify((f.value - sp.nsimplify(expression)).rewrite(sp.exp)) == 0
    grads = bp.backpropagate(f)
    for x, symbol in zip(inputs, symbols, strict=True):
        expected = sp.nsimplify(sp.diff(expression, symbol))
        for found in (grads[x], graph.tangent(f, x)[f]):
            difference = sp.piecewise_fold((found - expected).rewrite(sp.exp))
            assert sp.simplify(difference) == 0


def test_symbols_and_numbers_mix_and_stay_exact():
    u, s = sp.symbols("u s")
    x, y = bp.variables(x=s, y=0.25)
    f = x * y + 0.1
    assert f.value == s / 4 + sp.Rational(1, 10)
    grads = bp.backpropagate(f, upstream=u)
    assert (grads[x], grads[y], grads[f]) == (u / 4, u * s, u)
    assert bp.backpropagate(f, upstream=0.5)[y] == s / 2
    (other,) = bp.variables(other=1.0)
    assert grads[other] == sp.Integer(0)


# --- kinks, as stated


def test_relu_sends_nothing_back_at_zero_and_maximum_all_to_the_first():
    a, b = bp.variables(a=0.0, b=0.0)
    assert bp.backpropagate(graph.relu(a))[a] == 0.0
    grads = bp.backpropagate(graph.maximum(a, b))
    assert (grads[a], grads[b]) == (1.0, 0.0)
    assert bp.backpropagate(graph.maximum(a, a))[a] == 1.0


# --- size and cost


def test_a_chain_of_100_000_nodes_needs_no_recursion():
    (x,) = bp.variables(x=1.0)
    f = x
    for _ in range(50_000):
        f = -f * 1.00001
    assert len(graph.topological_order(f)) == 1 + 3 * 50_000
    expected = np.exp(50_000 * np.log1p(1e-5))
    assert bp.backpropagate(f)[x] == pytest.approx(expected, rel=1e-9)
    assert graph.tangent(f, x)[f] == pytest.approx(expected, rel=1e-9)


def test_a_thousand_forks_cost_a_thousand_steps_not_two_to_the_thousand():
    (x,) = bp.variables(x=1e-5)
    f = x
    for _ in range(1000):
        f = f + f
    grads = bp.backpropagate(f)
    assert grads[x] == 2.0**1000
    assert grads.operations == 3000


@pytest.mark.parametrize(("n", "m"), [(2, 3), (5, 4), (9, 2)])
def test_reverse_costs_one_sweep_and_forward_one_for_every_input(n, m):
    """An n–m–1 network of tanh units: n·m + m weights, and one output."""
    names = [f"w{i}_{j}" for i in range(n) for j in range(m)] + [f"v{j}" for j in range(m)]
    nodes = dict(zip(names, bp.variables(**dict.fromkeys(names, 0.5)), strict=True))
    hidden = [
        graph.tanh(sum((nodes[f"w{i}_{j}"] * (i + 1.0) for i in range(1, n)), nodes[f"w0_{j}"]))
        for j in range(m)
    ]
    products = [nodes[f"v{j}"] * hidden[j] for j in range(m)]
    f = products[0]
    for product in products[1:]:
        f = f + product
    reverse = bp.backpropagate(f).operations
    # wires: each hidden unit has (n − 1) products and n − 1 sums, one tanh, one product with v
    wires = m * ((n - 1) + 2 * (n - 1) + 1 + 2) + 2 * (m - 1)
    assert reverse == wires  # a tree: nothing to add
    forward = [graph.tangent(f, node) for node in nodes.values()]
    for sweep, node in zip(forward, nodes.values(), strict=True):
        assert sweep[f] == pytest.approx(bp.backpropagate(f)[node], rel=1e-14)
        assert {message.node for message in sweep.messages} == set(sweep.table) - {node}
    paths = sum(sweep.operations for sweep in forward)
    # From each leaf one path: its length is the cost of its sweep.
    assert paths == sum(len(sweep.messages) for sweep in forward)
    assert paths > reverse


def test_the_forward_sweep_uses_the_local_derivatives_of_the_reverse_sweep():
    x, y = bp.variables(x=3.0, y=5.0)
    q = x * y
    f = q * q + y
    forward, reverse = graph.tangent(f, y), bp.backpropagate(f)
    square = f.parents[0]
    assert [(m.node, m.parent, m.local) for m in forward.messages] == [
        (q, y, 3.0),
        (square, q, 15.0),
        (square, q, 15.0),
        (f, square, 1.0),
        (f, y, 1.0),
    ]
    assert [message.product for message in forward.messages] == [3.0, 45.0, 45.0, 90.0, 1.0]
    assert forward[f] == reverse[y] == 91.0
    assert (forward[q], forward[y], forward[x]) == (3.0, 1.0, 0.0)
    assert forward.operations == 5 + 2
    assert reverse.operations == 6 + 2


def test_the_forward_sweep_can_start_at_an_inner_node():
    x, y = bp.variables(x=3.0, y=5.0)
    q = x * y
    sweep = graph.tangent(q * q, q)
    assert (sweep[q], sweep[x]) == (1.0, 0.0)
    assert [message.product for message in sweep.messages] == [15.0, 15.0]


# --- nothing changes, nothing hides


def test_nodes_and_sweeps_cannot_be_changed():
    x, y = bp.variables(x=1.0, y=2.0)
    f = x * y
    grads = bp.backpropagate(f)
    for record, field in [(x, "value"), (f, "parents"), (grads, "table")]:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, field, None)
    with pytest.raises(AttributeError):
        grads.messages[0].product = 0.0
    with pytest.raises(AttributeError):
        x.grad = 0.0


def test_backpropagation_twice_gives_the_same_and_leaves_no_trace():
    (x,) = bp.variables(x=2.0)
    f = (x * x) ** 2
    before = [(n.value, n.local) for n in graph.topological_order(f)]
    assert [bp.backpropagate(f)[x] for _ in range(3)] == [32.0, 32.0, 32.0]
    assert [(n.value, n.local) for n in graph.topological_order(f)] == before


def test_what_is_not_reached_has_gradient_zero():
    x, y, unused = bp.variables(x=1.0, y=2.0, unused=3.0)
    grads = bp.backpropagate(x * y)
    assert grads[unused] == 0.0
    assert grads[unused * x] == 0.0
    assert graph.tangent(x * y, unused)[x * y] == 0.0
    assert graph.tangent(x * y, unused).messages == ()


def test_nodes_are_equal_only_to_themselves_and_nameless_ones_never_clash():
    (x,) = bp.variables(x=1.0)
    assert x != bp.variables(x=1.0)[0]
    f = (x + 1) * (x + 1)
    assert len(graph.topological_order(f)) == 6
    assert bp.backpropagate(f)[x] == 4.0


def test_a_formula_may_be_a_single_variable():
    x, y = bp.variables(x=1.0, y=2.0)
    grads = bp.backpropagate(x)
    assert (grads[x], grads[y], grads.messages, grads.operations) == (1.0, 0.0, (), 0)


def test_a_function_of_numbers_only_is_a_node_without_gradient():
    (x,) = bp.variables(x=2.0)
    e = graph.exp(1)
    grads = bp.backpropagate(e * x)
    assert (grads[x], grads[e]) == (np.exp(1.0), 2.0)
    assert graph.tangent(e * x, x)[e] == 0.0


def test_reprs_are_short_and_name_what_has_a_name():
    x, y = bp.variables(x=-2.0, y=5.0)
    q = (x + y).named("q")
    assert [repr(x), repr(x * y), repr(q)] == ["<x input: -2.0>", "<*: -10.0>", "<q +: 3.0>"]
    assert repr(bp.backpropagate(q * y)) == "<sweep from <*: 15.0> {q: 5.0, x: 5.0, y: 8.0}>"


# --- what goes wrong, and what is said about it


def test_values_must_be_numbers_and_names_given():
    with pytest.raises(ValueError, match=r"^variables needs at least one; write x, y = variables"):
        bp.variables()
    with pytest.raises(TypeError, match=r"^speed must be one real number .*got str 'fast'"):
        bp.variables(x=1.0, speed="fast")
    with pytest.raises(ValueError, match=r"^speed must be finite .*got nan"):
        bp.variables(x=1.0, speed=np.nan)
    with pytest.raises(
        TypeError, match=r"^speed must be one real .*got ndarray array\(\[1., 2.\]\)"
    ):
        bp.variables(speed=np.array([1.0, 2.0]))


@pytest.mark.parametrize("wrong", ["text", None, (1.0, 2.0), np.array([1.0, 2.0]), 1j])
def test_operands_must_be_nodes_or_numbers(wrong):
    (x,) = bp.variables(x=1.0)
    for operation, use in [
        (r"\*", lambda: x * wrong),
        (r"\*", lambda: wrong * x),
        (r"\+", lambda: x + wrong),
        ("maximum", lambda: graph.maximum(wrong, x)),
        ("exp", lambda: graph.exp(wrong)),
    ]:
        with pytest.raises(TypeError, match=f"^The operand of {operation} must be one real number"):
            use()


def test_gates_outside_their_domain_say_so():
    (x,) = bp.variables(x=0.0)
    with pytest.raises(
        ValueError, match=r"^1.0 / 0.0 has no finite value: the denominator must not"
    ):
        1 / x
    with pytest.raises(
        ValueError, match=r"^log 0.0 has no finite value: the argument must be above"
    ):
        graph.log(x)


def test_what_is_differentiated_must_be_a_node():
    x, y = bp.variables(x=1.0, y=2.0)
    for use in (bp.backpropagate, graph.topological_order, lambda f: graph.tangent(f, x)):
        with pytest.raises(TypeError, match=r"^f must be a node, got tuple .*\(x,\) = variables"):
            use((x, y))
    with pytest.raises(TypeError, match=r"^x must be a node, got float 1.0"):
        graph.tangent(x * y, 1.0)
    with pytest.raises(TypeError, match=r"^The index must be a node, got str 'x'"):
        bp.backpropagate(x * y)["x"]
    with pytest.raises(TypeError, match=r"^upstream must be one real number .*got str 'one'"):
        bp.backpropagate(x * y, upstream="one")
    with pytest.raises(ValueError, match=r"^upstream must be finite .*got inf"):
        bp.backpropagate(x * y, upstream=np.inf)


def test_two_nodes_of_one_name_are_refused():
    (x,) = bp.variables(x=1.0)
    (again,) = bp.variables(x=1.0)
    with pytest.raises(
        ValueError, match=r"^Two nodes of the formula have the name x; rename one, or"
    ):
        bp.backpropagate(x * again)
    with pytest.raises(ValueError, match=r"^Two nodes of the formula have the name x"):
        bp.backpropagate((x * 2).named("x"))


def test_a_namesake_from_an_earlier_cell_is_refused():
    x, y = bp.variables(x=1.0, y=2.0)
    f = x * y
    (x,) = bp.variables(x=1.0)
    message = "^This x is not the x of the formula but a new node of that name; build the formula"
    with pytest.raises(ValueError, match=message):
        bp.backpropagate(f)[x]
    with pytest.raises(ValueError, match=message):
        graph.tangent(f, x)


def test_an_overflowing_gradient_is_reported_where_it_happens():
    (x,) = bp.variables(x=1e-200)
    f = x * 1e200 * 1e200
    message = r"^The derivative at <x input: 1e-200> overflows: it receives 1e\+200 × 1e\+200; make"
    with pytest.raises(ValueError, match=message):
        bp.backpropagate(f)
    with pytest.raises(ValueError, match=r"^The derivative at <\*: 1e\+200> overflows"):
        graph.tangent(f, x)
    (y,) = bp.variables(y=1e300)
    with pytest.raises(ValueError, match=r"^The derivative at <y input: 1e\+300> overflows"):
        bp.backpropagate(y * 0.9 + y * 0.9, upstream=1.5e308)


def test_numpy_functions_refuse_nodes_rather_than_lose_the_graph():
    (x,) = bp.variables(x=1.0)
    with pytest.raises(TypeError, match="ufunc"):
        np.exp(x)


def test_import_needs_no_sympy_until_a_symbol_comes():
    code = (
        "import sys; from backprop_lib import graph; x, y = graph.variables(x=1.0, y=2.0); "
        "graph.backpropagate(graph.relu(x * y ** 2) / 3)[x]; assert 'sympy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
