"""The pictures: nothing touches, colours stay apart for every eye, numbers are the network's."""

import subprocess
import sys
from itertools import combinations
from threading import Event, Thread

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch
from matplotlib.transforms import Bbox

import backprop_lib as bp
from backprop_lib import plots
from backprop_lib.plots import style
from backprop_lib.plots.layout import place

MEANINGS = {
    "forward": style.FORWARD,
    "gradient": style.GRADIENT,
    "loss": style.LOSS,
    "positive": style.POSITIVE,
    "negative": style.NEGATIVE,
}

# What the cones of a colour-blind eye make of linear RGB: Machado, Oliveira and Fernandes,
# "A physiologically-based model for simulation of color vision deficiency" (2009), severity 1.
EYES = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def light_mode(rgb):
    return np.asarray(rgb)


def dark_mode(rgb):
    """What ``invert(.9) hue-rotate(180deg)`` makes of a colour."""
    rotate = np.array([[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]])
    return np.clip(rotate @ (0.9 - 0.8 * np.asarray(rgb)), 0, 1)


def linear(rgb):
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(rgb, background):
    """WCAG 2 contrast ratio."""
    low, high = sorted(linear(c) @ [0.2126, 0.7152, 0.0722] for c in (rgb, background))
    return (high + 0.05) / (low + 0.05)


def lab(linear_rgb):
    xyz = (
        np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
        @ linear_rgb
        / [0.9505, 1, 1.089]
    )
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize(("mode", "least"), [(light_mode, 20), (dark_mode, 10)])
def test_meanings_differ_in_colour_for_every_eye(eye, mode, least):
    seen = {
        name: lab(np.clip(EYES[eye] @ linear(mode(to_rgb(colour))), 0, 1))
        for name, colour in MEANINGS.items()
    }
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > least, (one, other)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize(("mode", "least"), [(light_mode, 25), (dark_mode, 12)])
def test_lines_that_differ_in_name_only_differ_for_every_eye(eye, mode, least):
    seen = [lab(np.clip(EYES[eye] @ linear(mode(to_rgb(c))), 0, 1)) for c in style.NAMED]
    for one, other in combinations(seen, 2):
        assert np.linalg.norm(one - other) > least


def test_lines_that_differ_in_name_only_have_no_colour_of_gradient_sign_or_loss():
    with style.context():
        cycle = list(mpl.rcParams["axes.prop_cycle"])
    taken = [lab(linear(np.array(to_rgb(MEANINGS[m])))) for m in MEANINGS if m != "forward"]
    for look in cycle:
        seen = lab(linear(np.array(to_rgb(look["color"]))))
        assert min(np.linalg.norm(seen - colour) for colour in taken) > 30, look
    assert len({str(look["linestyle"]) for look in cycle}) == len(cycle)


@pytest.mark.parametrize("mode", [light_mode, dark_mode])
@pytest.mark.parametrize("name", ["FORWARD", "GRADIENT", "LOSS", "INK", "QUIET"])
def test_colours_of_text_can_be_read_on_the_page(mode, name):
    white = mode(np.ones(3))
    assert contrast(mode(to_rgb(getattr(style, name))), white) >= 4.5


def test_sign_shows_without_colour():
    assert style.sign_line(-0.1) != style.sign_line(0.1)
    lightness = [lab(linear(np.array(to_rgb(c))))[0] for c in (style.POSITIVE, style.NEGATIVE)]
    assert abs(lightness[0] - lightness[1]) > 10


def network(*sizes, seed=0):
    net = bp.Network(sizes=sizes, activations=(bp.sigmoid,) * (len(sizes) - 1))
    rng = np.random.default_rng(seed)
    theta, X = rng.normal(size=net.parameter_count), rng.normal(size=(1, sizes[0]))
    trace = net.forward(theta, X)
    gradient = bp.half_squared_error.gradient(trace.a[-1], np.ones((1, sizes[-1])))
    return net, theta, trace, net.backward(theta, trace, gradient)


def canvas(width=7.0, height=4.5):
    figure = Figure(figsize=(width, height), dpi=100)
    FigureCanvasAgg(figure)
    return figure.add_axes((0, 0, 1, 1))


def text_boxes(ax):
    """Every text and the box that it covers, in pixels; the name over a value is one text."""
    ax.figure.canvas.draw()
    return [(text.get_text(), text.get_window_extent()) for text in ax.texts if text.get_text()]


def overlaps(boxes):
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if (both := Bbox.intersection(a, b)) is not None and min(both.width, both.height) > 0.5
    ]


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("sizes", [(2, 2, 2), (3, 4, 2), (1, 1), (2, 3, 3, 1), (2, 8, 1)])
def test_no_two_texts_touch(sizes, backward):
    net, theta, trace, back = network(*sizes)
    height = max(4.5, 0.75 * max(sizes) + 0.6)
    ax = plots.network(net, theta, trace, back if backward else None, ax=canvas(height=height))
    boxes = text_boxes(ax)
    assert len(boxes) > net.parameter_count
    assert overlaps(boxes) == []


def test_no_text_leaves_the_figure_or_covers_a_unit_of_another():
    net, theta, trace, back = network(2, 2, 2)
    ax = plots.network(net, theta, trace, back, notes=["t₁ 0.01\nE₁ 0.2748", "t₂"], ax=canvas())
    circles = [p.get_window_extent() for p in ax.patches if isinstance(p, Circle)]
    for text, box in text_boxes(ax):
        assert ax.figure.bbox.x0 <= box.x0 < box.x1 <= ax.figure.bbox.x1, text
        assert ax.figure.bbox.y0 <= box.y0 < box.y1 <= ax.figure.bbox.y1, text
        centre = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
        if text[:1] in "w∂zδt" or text.startswith("b"):
            assert not any(circle.contains(*centre) for circle in circles), text


def test_every_number_of_both_passes_is_written():
    net, theta, trace, back = network(2, 2, 2)
    ax = plots.network(net, theta, trace, back, ax=canvas())
    written = [text.get_text() for text in ax.texts]
    W, b = net.unpack(theta)
    for l in (1, 2):
        for parameter, name in [(W[l], "w"), (b[l], "b")]:
            for value in parameter.ravel():
                number = style.number(value)
                assert any(t.startswith(name) and t.endswith(f" {number}") for t in written)
        for value in [*back.W[l].ravel(), *back.b[l]]:
            assert f"∂ {style.number(value)}" in written
        for j in range(2):
            assert f"z {style.number(trace.z[l][0, j])}" in written
            assert style.number(trace.a[l][0, j]) in written
            assert f"δ {style.number(back.delta[l][0, j])}" in written


@pytest.mark.parametrize("sizes", [(2, 8, 1), (8, 8, 8), (3, 4, 2)])
def test_units_keep_name_and_value_up_to_eight_in_a_column(sizes):
    net, theta, trace, back = network(*sizes)
    ax = plots.network(net, theta, trace, back, ax=canvas(height=max(4.5, 0.75 * max(sizes) + 0.6)))
    written = [text.get_text() for text in ax.texts]
    names = plots.default_names(sizes)
    assert {name for part, name in names.items() if part[0] == "unit"} <= set(written)
    for starts in ("z ", "δ "):
        assert sum(text.startswith(starts) for text in written) == sum(sizes[1:])
    values = [text for text in written if text[0] in "−0123456789"]
    assert len(values) == sum(sizes) + len(sizes) - 1  # the bias units show their 1


def test_each_number_stands_on_its_own_edge():
    net, theta, trace, back = network(2, 3, 2)
    ax = plots.network(net, theta, trace, back, ax=canvas())
    names, layout = plots.default_names(net.sizes), place(net.sizes, 7.0, 4.5)
    at = {text.get_text().split()[0]: np.array(text.get_position()) for text in ax.texts}
    for part, (start, end) in layout.ends.items():
        if part[0] != "W":
            continue
        along = (end - start) / np.hypot(*(end - start))
        off = at[names[part]] - start
        distance = abs(along[0] * off[1] - along[1] * off[0])
        assert distance < 0.12, names[part]  # half a line: the gradient stands under the weight


def test_names_number_the_weights_as_the_worked_example_does():
    names = plots.default_names((2, 2, 2))
    edges = {
        names[part]: (names["unit", part[1] - 1, part[2]], names["unit", part[1], part[3]])
        for part in names
        if part[0] == "W"
    }
    assert edges == {
        "w₁": ("i₁", "h₁"),
        "w₂": ("i₂", "h₁"),
        "w₃": ("i₁", "h₂"),
        "w₄": ("i₂", "h₂"),
        "w₅": ("h₁", "o₁"),
        "w₆": ("h₂", "o₁"),
        "w₇": ("h₁", "o₂"),
        "w₈": ("h₂", "o₂"),
    }


def test_unknown_values_are_not_written():
    net, theta, trace, back = network(2, 2, 2)
    trace.z[2][0, 1] = trace.a[2][0, 1] = back.W[1][0, 1] = np.nan
    ax = plots.network(net, theta, trace, back, ax=canvas())
    written = [text.get_text() for text in ax.texts]
    assert not any("nan" in text for text in written)
    assert sum(text.startswith("z ") for text in written) == 3
    assert sum(text.startswith("∂ ") for text in written) == net.parameter_count - 1


def test_numbers_stay_where_they_are_when_gradients_appear():
    net, theta, trace, back = network(2, 2, 2)
    before = plots.network(net, theta, trace, ax=canvas())
    after = plots.network(net, theta, trace, back, ax=canvas())
    x = [
        {text.get_text(): text.get_position()[0] for text in ax.texts if text.get_text()[0] == "w"}
        for ax in (before, after)
    ]
    assert len(x[0]) == 8
    assert x[0] == x[1]


def arrows(ax):
    return [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]


def test_highlighted_edge_points_forward_then_back():
    net, theta, trace, back = network(2, 2, 2)
    edge = ("W", 2, 0, 1)
    tips = []
    for given in (None, back):
        ax = plots.network(net, theta, trace, given, highlight={edge}, ax=canvas())
        (arrow,) = arrows(ax)
        start, tip = np.array(arrow._posA_posB)
        tips.append(tip[0] - start[0])
        expected = style.GRADIENT if given else style.FORWARD
        assert arrow.get_edgecolor()[:3] == to_rgb(expected)
    assert tips[0] > 0 > tips[1]


def test_highlight_leaves_the_rest_pale():
    net, theta, trace, _ = network(2, 2, 2)
    ax = plots.network(net, theta, trace, highlight={("unit", 1, 0)}, ax=canvas())
    (edges,) = ax.collections
    assert {tuple(colour[:3]) for colour in edges.get_edgecolor()} == {to_rgb(style.PALE)}
    colours = {text.get_text(): text.get_color() for text in ax.texts}
    assert colours["h₁"] == style.INK
    assert colours["h₂"] == style.QUIET


def test_edges_show_sign_and_size_of_weights():
    net = bp.Network(sizes=(1, 2), activations=(bp.linear,))
    ax = plots.network(net, net.pack(W=[[[2.0, -1.0]]], b=[[0.5, 0.0]]), ax=canvas())
    (edges,) = ax.collections
    colours = [tuple(colour[:3]) for colour in edges.get_edgecolor()]
    assert colours == [
        to_rgb(style.POSITIVE),  # w₁, then b of unit 1
        to_rgb(style.POSITIVE),
        to_rgb(style.NEGATIVE),
        to_rgb(style.PALE),
    ]
    widths = edges.get_linewidths()
    assert widths[0] > widths[2] > widths[1] > widths[3]
    assert [dashes is None for _, dashes in edges.get_linestyles()] == [True, True, False, True]


def test_wide_networks_drop_texts_rather_than_pile_them_up():
    net, theta, trace, back = network(12, 20, 10)
    ax = plots.network(net, theta, trace, back, ax=canvas())
    assert text_boxes(ax) == []
    assert sum(isinstance(patch, Circle) for patch in ax.patches) == 12 + 20 + 10 + 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"highlight": {("W", 3, 0, 0)}}, "highlight must hold parts of this network"),
        ({"names": {("unit", 0, 2): "x"}}, "names must hold parts of this network"),
        ({"notes": ["one"]}, r"notes must have one entry an output \(2\), got 1"),
    ],
)
def test_impossible_parts_are_named(given, message):
    net, theta, trace, _ = network(2, 2, 2)
    with pytest.raises(ValueError, match=message):
        plots.network(net, theta, trace, ax=canvas(), **given)


def test_one_network_is_drawn_and_a_stack_is_named():
    net, theta, trace, back = network(2, 2, 2)
    stack = np.stack([theta, theta])
    traces = net.forward(stack, trace.a[0])
    backs = net.backward(stack, traces, np.ones((2, 1, 2)))
    for name, given in (
        ("theta", (stack, trace, back)),
        (r"trace\.a\[-1\]", (theta, traces, back)),
        (r"back\.delta\[-1\]", (theta, trace, backs)),
    ):
        with pytest.raises(ValueError, match=f"{name} must have shape .*; of a stack, draw one"):
            plots.network(net, *given, ax=canvas())


@pytest.mark.parametrize("theta", [[1, 2], np.array([1, 2]), np.array([1.0, 2.0])])
def test_tangent_draws_the_whole_curve_whatever_theta_is_made_of(theta):
    net = bp.Network(sizes=(1, 1), activations=(bp.sigmoid,))
    objective = net.objective(bp.half_squared_error, [[1.0]], [[0.0]])
    x, y = plots.tangent(objective, theta, 1, ax=canvas()).lines[0].get_data()
    np.testing.assert_allclose(y, 0.5 / (1 + np.exp(-1 - x)) ** 2, rtol=1e-12)
    assert (x[0], x[-1], len(set(x))) == (-2, 6, 201)
    with pytest.raises(ValueError, match=r"theta must have shape \(2,\).* draw one"):
        plots.tangent(objective, [theta, theta], 1)


def test_only_one_thread_at_a_time_draws_in_the_style():
    entered = Event()

    def enter():
        with style.context():
            entered.set()

    other = Thread(target=enter)
    with style.context():
        other.start()
        assert not entered.wait(0.1)
    other.join()
    assert entered.is_set()


def test_drawing_changes_no_setting_of_matplotlib():
    before = dict(mpl.rcParams)
    net, theta, trace, back = network(2, 2, 2)
    plots.network(net, theta, trace, back, ax=canvas())
    assert dict(mpl.rcParams) == before


def test_style_of_the_figure_does_not_depend_on_settings_of_the_reader():
    net, theta, trace, back = network(2, 2, 2)

    def pixels():
        ax = plots.network(net, theta, trace, back, ax=canvas())
        ax.figure.canvas.draw()
        return np.asarray(ax.figure.canvas.buffer_rgba()).copy()

    plain = pixels()
    with mpl.rc_context({"font.size": 30, "font.family": "serif", "lines.linewidth": 9}):
        assert (pixels() == plain).all()


def test_importing_the_library_does_not_import_matplotlib():
    code = (
        "import sys, backprop_lib;"
        "print([name for name in ('matplotlib', 'ipywidgets') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_importing_plots_changes_no_setting_and_opens_no_window():
    code = (
        "import sys, matplotlib; before = matplotlib.rcParams.copy(); import backprop_lib.plots;"
        "import backprop_lib.explorers; print(matplotlib.rcParams.copy() == before,"
        "'matplotlib.pyplot' in sys.modules, 'ipywidgets' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "True False False"
