"""The drawing of a graph: what is written where, and that nothing covers anything else."""

from itertools import combinations, pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import sympy as sp
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

import backprop_lib as bp
from backprop_lib import graph, plots
from backprop_lib.plots import style
from backprop_lib.plots.wiring import arrange, route


@pytest.fixture(autouse=True)
def _no_window():
    backend = mpl.get_backend()
    plt.switch_backend("agg")
    yield
    plt.close("all")
    plt.switch_backend(backend)


def example():
    x, y, z = bp.variables(x=-2.0, y=5.0, z=-4.0)
    return (x + y) * z


def fork():
    (a,) = bp.variables(a=3.0)
    b = (a + a).named("b")
    return b + b


def neuron_in_gates():
    w0, x0, w1, x1, w2 = bp.variables(w0=2.0, x0=-1.0, w1=-3.0, x1=-2.0, w2=-3.0)
    return 1 / (1 + graph.exp(-(w0 * x0 + w1 * x1 + w2)))


def long_wires():
    """Every variable is used early and late; the gates differ in width."""
    a, b, c = bp.variables(a=0.123456, b=-12345.678, c=2.5e-7)
    p = graph.maximum(a - b, c)
    q = (p / 7.77) ** 2 * a
    r = graph.sigmoid(q) + graph.tanh(b) * c + 2**a
    return graph.log(r * r + a) - graph.relu(c) * b


def random_graph(seed):
    rng = np.random.default_rng(seed)
    results = list(bp.variables(**{f"v{k}": v for k, v in enumerate(rng.normal(size=4).round(3))}))
    binary = [graph.maximum, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: a / (b * b + 1)]
    unary = [graph.tanh, graph.sigmoid, lambda a: 3.25 - a, lambda a: a**2, lambda a: -a]
    for _ in range(10):
        i, j = rng.integers(len(results), size=2)
        if rng.random() < 0.6:
            results.append(binary[rng.integers(len(binary))](results[-1], results[j]))
        else:
            results.append(unary[rng.integers(len(unary))](results[i]))
    return results[-1] + results[-2] * results[-3]


FORMULAS = [example, fork, neuron_in_gates, long_wires, *range(6)]


def build(formula):
    return random_graph(formula) if isinstance(formula, int) else formula()


def drawn_texts(ax):
    """Every text with the rectangle that it covers, in pixels."""
    ax.figure.canvas.draw()
    return [(text, text.get_window_extent()) for text in ax.texts]


def written(ax, colour=None):
    return [t.get_text() for t in ax.texts if colour in (None, to_hex(t.get_color()))]


def wires(ax):
    return [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]


def gates(ax):
    return [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]


def traced(wire):
    """Points all along a wire, close to each other, in pixels."""
    pieces = wire.get_path().transformed(wire.get_transform()).to_polygons(closed_only=False)
    steps = [np.linspace(a, b, 30) for piece in pieces for a, b in pairwise(piece)]
    return np.concatenate(steps)


def collisions(ax):
    """All pairs that cover each other: text and text, text and wire, text and edge of a gate."""
    texts = drawn_texts(ax)
    signs = [gate.get_window_extent() for gate in gates(ax)]
    ways = [traced(wire) for wire in wires(ax)]
    frame = ax.figure.bbox
    found = [(a, b) for (a, this), (b, that) in combinations(texts, 2) if this.overlaps(that)]
    for text, box in texts:
        for way in ways:
            if ((way > np.array(box.min) + 0.5) & (way < np.array(box.max) - 0.5)).all(1).any():
                found.append((text, "wire"))
        for gate in signs:
            within = gate.x0 < box.x0 and box.x1 < gate.x1 and gate.y0 < box.y0 and box.y1 < gate.y1
            if gate.overlaps(box) and not within:
                found.append((text, "gate"))
        if box.x0 < 0 or box.y0 < 0 or box.x1 > frame.x1 or box.y1 > frame.y1:
            found.append((text, "edge of the figure"))
    return found


@pytest.mark.parametrize("formula", FORMULAS)
def test_nothing_covers_a_text(formula):
    f = build(formula)
    grads = bp.backpropagate(f)
    for ax in (plots.graph(f), plots.graph(f, grads), plots.graph(f, grads, messages=2)):
        assert collisions(ax) == []


@pytest.mark.parametrize("size", [(7.0, 3.0), (4.0, 4.0), (12.0, 2.5)])
def test_nothing_covers_a_text_in_axes_of_another_size(size):
    f = neuron_in_gates()
    _, (upper, lower) = plt.subplots(2, 1, figsize=size, layout="constrained")
    lower.plot([0, 1], [0, 1])
    lower.set_title("another picture")
    assert plots.graph(f, bp.backpropagate(f), ax=upper) is upper
    assert collisions(upper) == []
    assert len(lower.lines) == 1


def test_the_test_for_collisions_finds_planted_ones():
    f = example()
    ax = plots.graph(f, bp.backpropagate(f))
    label = next(text for text in ax.texts if text.get_text() == "−12")
    right = label.get_position()
    x, y = ax.texts[1].get_position()
    for place in [(x + 0.02, y + 0.02), (x, y + 0.12), (x + 40, y)]:  # on text, on wire, outside
        label.set_position(place)
        assert collisions(ax)
    label.set_position(right)
    assert collisions(ax) == []


def test_values_stand_above_their_wires_and_gradients_below():
    f = example()
    ax = plots.graph(f, bp.backpropagate(f))
    assert written(ax, style.FORWARD) == ["−2", "5", "−4", "3", "−12"]
    assert written(ax, style.GRADIENT) == ["−4", "−4", "3", "−4", "1"]
    assert written(ax, style.INK) == ["x", "y", "z", "+", "×"]
    boxes = {id(text): box for text, box in drawn_texts(ax)}
    values = [t for t in ax.texts if to_hex(t.get_color()) == style.FORWARD]
    gradients = [t for t in ax.texts if to_hex(t.get_color()) == style.GRADIENT]
    names = [t for t in ax.texts if to_hex(t.get_color()) == style.INK]
    for name, value, gradient in zip(names, values, gradients, strict=True):
        wire = ax.transData.transform((0, name.get_position()[1]))[1]
        assert boxes[id(gradient)].y1 < wire < boxes[id(value)].y0
        assert boxes[id(name)].x1 < boxes[id(value)].x0


def test_the_graph_runs_from_left_to_right():
    for formula in FORMULAS:
        f = build(formula)
        nodes = [node for node in graph.topological_order(f) if node.operation != "constant"]
        columns, row = arrange(nodes)
        at = {stop: c for c, column in enumerate(columns) for stop in column}
        assert sorted(map(id, (s for s in at if isinstance(s, graph.Node)))) == sorted(
            map(id, nodes)
        )
        for node in nodes:
            parents = [at[parent] for parent in node.parents if parent in at]
            assert at[node] == (max(parents) + 1 if parents else 0)
        for column in columns:
            places = [row[stop] for stop in column]
            assert all(b - a > 1 - 1e-9 for a, b in pairwise(places))
        assert min(row.values()) == 0


def test_wires_lead_from_gate_to_parent_through_their_own_places():
    f = long_wires()
    nodes = [node for node in graph.topological_order(f) if node.operation != "constant"]
    columns, row = arrange(nodes)
    edges = [(10.0 * c, 10.0 * c + 2, 10.0 * c + 5) for c in range(len(columns))]
    ways = route(columns, row, edges, port=0.2)
    at = {stop: c for c, column in enumerate(columns) for stop in column}
    for node in nodes:
        parents = [parent for parent in node.parents if parent in at]
        assert sum(key[0] is node for key in ways) == len(parents)
        for k, parent in enumerate(parents):
            start, *_, end = ways[node, k].vertices
            assert tuple(end) == (edges[at[parent]][1], row[parent])
            assert start[0] == edges[at[node]][0]
            assert abs(start[1] - row[node]) == pytest.approx(0.1 * (len(parents) - 1))
            heights = {row[parent], *(row[parent, c] for c in range(at[parent] + 1, at[node]))}
            assert heights <= set(ways[node, k].vertices[:, 1])


@pytest.mark.parametrize("operation", ["-", "/", "**"])
def test_the_first_argument_comes_in_on_top_where_that_matters(operation):
    x, y = bp.variables(x=2.0, y=3.0)
    first = graph.exp(y)  # stands below x
    f = {"-": first - x, "/": first / x, "**": first**x}[operation]
    columns, row = arrange([x, y, first, f])
    ways = route(columns, row, [(0, 1, 2), (3, 4, 5), (6, 7, 8)], port=0.2)
    assert ways[f, 0].vertices[0, 1] == row[f] - 0.1  # rows count downwards
    assert ways[f, 1].vertices[0, 1] == row[f] + 0.1


def crossings(columns, nodes):
    """Count crossings between neighbouring columns, from the formula itself."""
    at = {stop: c for c, column in enumerate(columns) for stop in column}
    place = {stop: k for column in columns for k, stop in enumerate(column)}
    pieces = set()
    for node in nodes:
        for parent in node.parents:
            if parent in at:
                way = [parent, *((parent, c) for c in range(at[parent] + 1, at[node])), node]
                pieces |= set(pairwise(way))
    return sum(
        at[a] == at[c] and (place[a] - place[c]) * (place[b] - place[d]) < 0
        for (a, b), (c, d) in combinations(pieces, 2)
    )


def test_wires_that_need_not_cross_do_not_cross():
    x, y, z, w = bp.variables(x=1.0, y=2.0, z=3.0, w=4.0)
    for f in (
        example(),
        fork(),
        neuron_in_gates(),
        x * w + y * z,
        graph.exp(x * w) * (y * (z + w)),
        (x * z) * graph.exp(y) + (y + w) * graph.exp(w),
    ):
        nodes = [node for node in graph.topological_order(f) if node.operation != "constant"]
        assert crossings(arrange(nodes)[0], nodes) == 0


def test_columns_are_untangled_whatever_the_order_at_the_start():
    x, y, z, w = bp.variables(x=1.0, y=2.0, z=3.0, w=4.0)
    left, right = x * y, z * w
    f = graph.exp(left) + right
    tangled = [x, z, y, w, right, left, f.parents[0], f]
    assert crossings([[x, z, y, w], [right, left], [f.parents[0], (right, 2)], [f]], tangled) > 0
    assert crossings(arrange(tangled)[0], tangled) == 0


def test_sums_at_forks_are_spelt_out():
    f = fork()
    assert written(plots.graph(f, bp.backpropagate(f)), style.GRADIENT) == [
        "2 + 2 = 4",
        "1 + 1 = 2",
        "1",
    ]
    (x,) = bp.variables(x=3.0)
    f = x * 2 - x * 5
    ax = plots.graph(f, bp.backpropagate(f))
    assert written(ax, style.GRADIENT)[0] in ("2 − 5 = −3", "−5 + 2 = −3")
    f = x + x + x + x
    assert written(plots.graph(f, bp.backpropagate(f)), style.GRADIENT)[0] == "4"


def test_constants_stand_in_their_gates():
    x, y = bp.variables(x=1.5, y=2.0)
    for f, sign in [
        (x + 1, "+ 1"),
        (1 + x, "1 +"),
        (x - 0.5, "− 0.5"),
        (2 * x, "2 ×"),
        (1 / x, "1 ÷"),
        (x**3, "^ 3"),
        (2**x, "2 ^"),
        (-x, "−"),
        (graph.maximum(x, 4), "max 4"),
        (graph.sigmoid(x), "σ"),
        (graph.log(x), "log"),
        (graph.exp(2) * x, "exp 2"),
        (x / y, "÷"),
    ]:
        ax = plots.graph(f)
        assert sign in written(ax, style.INK)
        assert len(gates(ax)) == (2 if sign == "exp 2" else 1)
        plt.close(ax.figure)


def test_names_of_gates_and_symbols_are_written():
    x, y, z = bp.variables(x=sp.Symbol("x"), y=sp.Symbol("y"), z=sp.Symbol("z"))
    f = ((x + y).named("q") ** 2 * z).named("f")
    ax = plots.graph(f, bp.backpropagate(f))
    values = written(ax, style.FORWARD)
    assert values == ["x", "y", "z", "q = x + y", "(x + y)^2", "f = z*(x + y)^2"]
    assert collisions(ax) == []


# --- the sweep, message by message


def test_each_step_shows_the_messages_so_far_and_marks_the_last():
    f = example()
    grads = bp.backpropagate(f)
    expected = [
        (["1"], "the sweep begins with 1", 0),
        (["−4", "1"], "upstream × local = 1 × (−4) = −4", 1),
        (["3", "−4", "1"], "upstream × local = 1 × 3 = 3", 2),
        (["−4", "3", "−4", "1"], "upstream × local = −4 × 1 = −4", 3),
        (["−4", "−4", "3", "−4", "1"], "upstream × local = −4 × 1 = −4", 4),
    ]
    for k, (gradients, note, told) in enumerate(expected):
        ax = plots.graph(f, grads, messages=k)
        assert written(ax, style.GRADIENT) == [*gradients, note]
        coloured = [w for w in wires(ax) if to_hex(w.get_edgecolor()) == style.GRADIENT]
        assert len(coloured) == told
        strong = [w for w in wires(ax) if w.get_linewidth() > 2]
        assert len(strong) == min(told, 1)
        if strong:
            parent = grads.messages[k - 1].parent
            (sign,) = [t for t in ax.texts if t.get_text() == (parent.name or "+")]
            tip = min(traced(strong[0]), key=lambda point: point[0])
            x, y = ax.transData.inverted().transform(tip)
            assert y == pytest.approx(sign.get_position()[1], abs=0.01)
            assert x > sign.get_position()[0]
    complete = plots.graph(f, grads)
    assert {to_hex(wire.get_edgecolor()) for wire in wires(complete)} == {style.QUIET}


def test_both_messages_of_a_doubled_wire_are_told_apart():
    f = fork()
    grads = bp.backpropagate(f)
    counts, sums = [], []
    for k in range(5):
        ax = plots.graph(f, grads, messages=k)
        counts.append(sum(to_hex(w.get_edgecolor()) == style.GRADIENT for w in wires(ax)))
        sums.append(written(ax, style.GRADIENT)[:-1])
    assert counts == [0, 1, 2, 3, 4]
    assert sums == [
        ["1"],
        ["1", "1"],
        ["1 + 1 = 2", "1"],
        ["2", "1 + 1 = 2", "1"],
        ["2 + 2 = 4", "1 + 1 = 2", "1"],
    ]


@pytest.mark.parametrize("formula", [fork, neuron_in_gates, 3])
def test_nothing_moves_from_step_to_step(formula):
    f = build(formula)
    grads = bp.backpropagate(f)
    frames = []
    for k in range(len(grads.messages) + 1):
        ax = plots.graph(f, grads, messages=k)
        values = [t for t in ax.texts if to_hex(t.get_color()) == style.FORWARD]
        shape = (*ax.figure.get_size_inches(), *ax.get_xlim(), *ax.get_ylim())
        frames.append((shape, [(t.get_text(), t.get_position(), t.get_size()) for t in values]))
        plt.close(ax.figure)
    assert all(frame == frames[0] for frame in frames)


def test_an_upstream_other_than_one_is_shown():
    f = example()
    ax = plots.graph(f, bp.backpropagate(f, upstream=0.5), messages=0)
    assert written(ax, style.GRADIENT) == ["0.5", "the sweep begins with 0.5"]


def test_without_gradients_no_gradient_colour_is_used():
    ax = plots.graph(example())
    assert written(ax, style.GRADIENT) == []
    assert {to_hex(w.get_edgecolor()) for w in wires(ax)} == {style.QUIET}


def test_a_single_variable_and_wide_formulas_can_be_drawn():
    (x,) = bp.variables(x=2.0)
    assert written(plots.graph(x, bp.backpropagate(x))) == ["x", "2", "1"]
    f = x
    for _ in range(30):
        f = graph.tanh(f)
    ax = plots.graph(f)
    assert ax.figure.get_size_inches()[0] > style.SIZE[0]
    assert min(text.get_size() for text in ax.texts) >= 7.0 - 1e-9
    assert plots.graph(example()).figure.get_size_inches()[0] == style.SIZE[0]
    assert {text.get_size() for text in plots.graph(example()).texts} == {style.TEXT}


def test_rc_settings_stay_as_they_were():
    before = dict(mpl.rcParams)
    plots.graph(example())
    assert dict(mpl.rcParams) == before


def test_bad_arguments_are_refused_with_a_remedy():
    f = example()
    grads = bp.backpropagate(f)
    with pytest.raises(TypeError, match=r"^f must be a node, got float 3.0"):
        plots.graph(3.0)
    with pytest.raises(
        ValueError, match=r"^grads must come from backpropagate\(f\) with this very f, "
    ):
        plots.graph(f, bp.backpropagate(example()))
    with pytest.raises(ValueError, match=r"^grads must come from .* <\*: -12.0>, got 3"):
        plots.graph(f, 3)
    with pytest.raises(ValueError, match=r"^messages needs grads; pass grads=backpropagate"):
        plots.graph(f, messages=1)
    for wrong in (-1, 5, 1.5, "2"):
        with pytest.raises(
            ValueError, match=f"^messages must be a whole number from 0 to 4, got {wrong!r}"
        ):
            plots.graph(f, grads, messages=wrong)
    (x,) = bp.variables(x=1.0)
    for _ in range(60):
        x = -x
    with pytest.raises(
        ValueError, match=r"^f must have at most 60 nodes to be drawn, got 61; draw"
    ):
        plots.graph(x)
