"""Pictures of activations: lines, shade and dots say what the records compute."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import backprop_lib as bp
from backprop_lib import plots
from backprop_lib.plots import style

ALONE = [phi for phi in bp.ACTIVATIONS.values() if phi is not bp.softmax]


@pytest.fixture
def ax():
    figure = Figure(figsize=style.SIZE)
    FigureCanvasAgg(figure)
    return figure.subplots()


def labelled(ax, name):
    return next(line for line in ax.lines if line.get_label() == name)


def dots(ax, colour):
    return {
        (float(x), float(y))
        for line in ax.lines
        if line.get_marker() == "o" and line.get_color() == colour
        for x, y in line.get_xydata()
    }


def shaded(ax, z):
    (band,) = ax.collections
    return any(
        path.vertices[:, 0].min() < z < path.vertices[:, 0].max() for path in band.get_paths()
    )


@pytest.mark.parametrize("phi", ALONE, ids=lambda phi: phi.name)
def test_lines_hold_value_and_slope(phi, ax):
    plots.activation(phi, ax=ax)
    for name, f in (("φ(z)", phi), ("slope φ′(z)", phi.derivative)):
        z, drawn = labelled(ax, name).get_xydata().T
        known = ~np.isnan(drawn)
        assert known.sum() > 500
        np.testing.assert_array_equal(drawn[known], f(z[known]))


@pytest.mark.parametrize("phi", ALONE, ids=lambda phi: phi.name)
def test_shade_lies_where_a_twentieth_or_less_comes_back(phi, ax):
    plots.activation(phi, ax=ax)
    for z in (-5.55, -3.01, -2.5, -1.23, 0.27, 1.9, 2.5, 4.4):
        assert shaded(ax, z) == bool(abs(phi.derivative(z)) < 0.05), f"at {z}"


@pytest.mark.parametrize(
    ("phi", "values", "slopes"),
    [
        (bp.step, {(0, 0.5)}, set()),
        (bp.sign, {(0, 0)}, set()),
        (bp.piecewise_linear, set(), {(-0.5, 0), (0.5, 0)}),
        (bp.relu, set(), {(0, 0)}),
        (bp.leaky_relu.with_epsilon(0.25), set(), {(0, 0.25)}),
        (bp.tanh, set(), set()),
    ],
    ids=lambda case: getattr(case, "name", None),
)
def test_dots_stand_at_jumps_with_the_value_of_the_convention(phi, values, slopes, ax):
    plots.activation(phi, ax=ax)
    assert dots(ax, style.FORWARD) == values
    assert dots(ax, style.GRADIENT) == slopes


def test_line_breaks_at_a_jump_instead_of_joining_its_ends(ax):
    plots.activation(bp.sign, ax=ax)
    z, drawn = labelled(ax, "φ(z)").get_xydata().T
    steps = abs(np.diff(drawn))
    assert np.nanmax(steps) < 0.1
    assert np.isnan(drawn[z == 0]).all()


@pytest.mark.parametrize("at", [-3.7, 0.0, 1.3])
def test_mark_shows_value_slope_and_a_tangent_of_that_slope(at, ax):
    plots.activation(bp.softplus, at=at, ax=ax)
    value, slope = float(bp.softplus(at)), float(bp.softplus.derivative(at))
    assert (at, value) in dots(ax, style.FORWARD)
    (diamond,) = [line for line in ax.lines if line.get_marker() == "D"]
    assert diamond.get_xydata().tolist() == [[at, slope]]
    (x0, y0), (x1, y1) = ax.lines[-3].get_xydata()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(slope, rel=1e-12)
    assert (y0 + y1) / 2 == pytest.approx(value, rel=1e-12)


def test_softmax_is_refused_with_the_remedy(ax):
    with pytest.raises(ValueError, match="alone, got softmax; use softmax_bars"):
        plots.activation(bp.softmax, ax=ax)


def tent():
    """Two units that bend at 0.25 and 0.75, the second with weight −3; a third has not joined."""
    net = bp.Network(sizes=(1, 3, 1), activations=(bp.relu, bp.linear))
    W = [[[2.0, 1.0, 1.0]], [[1.5], [-3.0], [0.0]]]
    return net, net.pack(W=W, b=[[-0.5, -0.75, -0.1], [0.4]])


def test_hinges_draw_the_network_and_a_dot_at_each_bend(ax):
    net, theta = tent()
    plots.hinges(net, theta, np.cos, interval=(0, 1), limits=(-1, 2), ax=ax)
    x, drawn = labelled(ax, "sum of the units").get_xydata().T
    by_hand = 0.4 + 3 * np.maximum(x - 0.25, 0) - 3 * np.maximum(x - 0.75, 0)
    np.testing.assert_allclose(drawn, by_hand, rtol=0, atol=1e-12)
    (bends,) = [line.get_xydata() for line in ax.lines if line.get_marker() == "o"]
    np.testing.assert_allclose(bends, [[0.25, 0.4], [0.75, 1.9]], rtol=0, atol=1e-12)
    x, target = labelled(ax, "f").get_xydata().T
    np.testing.assert_array_equal(target, np.cos(x))


@pytest.mark.parametrize(("unit", "bend"), [(0, 3.0), (1, -3.0)])
def test_hinges_show_one_unit_alone_in_the_colour_of_its_sign(unit, bend, ax):
    net, theta = tent()
    plots.hinges(net, theta, np.cos, interval=(0, 1), limits=(-1, 2), unit=unit, ax=ax)
    line = labelled(ax, f"unit {unit + 1} alone")
    x, drawn = line.get_xydata().T
    corner = (0.25, 0.75)[unit]
    np.testing.assert_allclose(drawn, bend * np.maximum(x - corner, 0), rtol=0, atol=1e-12)
    assert line.get_color() == style.sign_colour(bend)
    assert line.get_linestyle() == style.sign_line(bend)


def test_bars_are_the_softmax_at_the_temperature(ax):
    plots.softmax_bars([2.0, -1.0, 0.5], 4.0, names=["a", "b", "c"], ax=ax)
    e = np.exp([0.5, -0.25, 0.125])
    heights = [bar.get_height() for bar in ax.patches]
    np.testing.assert_allclose(heights, e / e.sum(), rtol=1e-14)
    assert [text.get_text() for text in ax.texts] == [f"{a:.3f}" for a in e / e.sum()]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "c"]
    assert {to_hex(bar.get_facecolor()) for bar in ax.patches} == {style.FORWARD}


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_bars_need_a_temperature_above_0(temperature, ax):
    with pytest.raises(ValueError, match="temperature must be above 0"):
        plots.softmax_bars([1.0, 2.0], temperature, ax=ax)
