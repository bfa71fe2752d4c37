"""The pictures of the sigmoid: what is drawn is what is true, by differences and by formulas."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import backprop_lib as bp
from backprop_lib import plots


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def line(ax, index):
    return np.asarray(ax.lines[index].get_xydata())


@pytest.mark.parametrize("z", [-4.0, -0.3, 0.0, 2.0, 5.5])
def test_tangent_touches_the_curve_with_its_slope(z):
    ax = plots.sigmoid_tangent(z)
    curve, tangent, point = line(ax, 0), line(ax, 1), line(ax, 2)[0]
    np.testing.assert_allclose(curve[:, 1], 1 / (1 + np.exp(-curve[:, 0])), rtol=1e-14)
    rise = (tangent[1, 1] - tangent[0, 1]) / (tangent[1, 0] - tangent[0, 0])
    h = 1e-5
    difference = (bp.sigmoid(z + h) - bp.sigmoid(z - h)) / (2 * h)
    np.testing.assert_allclose(rise, difference, rtol=1e-8)
    np.testing.assert_allclose(np.interp(z, *tangent.T), point[1], rtol=1e-14)
    np.testing.assert_allclose(point[1], 1 / (1 + np.exp(-z)), rtol=1e-14)


def test_shade_begins_where_nine_tenths_of_the_slope_are_lost():
    ax = plots.sigmoid_tangent(0.0)
    left, right = (patch.get_extents().transformed(ax.transData.inverted()) for patch in ax.patches)
    np.testing.assert_allclose(bp.sigmoid.derivative([left.x1, right.x0]), 1 / 40, rtol=1e-9)
    np.testing.assert_allclose([left.x0, right.x1], ax.get_xlim(), rtol=1e-9)


def test_slope_lies_on_the_parabola_beside_its_answer():
    ax = plots.answer_slope(1.3)
    parabola, point = line(ax, 0), line(ax, 2)[0]
    np.testing.assert_allclose(parabola[:, 0], parabola[:, 1] * (1 - parabola[:, 1]))
    np.testing.assert_allclose(point, [bp.sigmoid.derivative(1.3), bp.sigmoid(1.3)], rtol=1e-14)
    assert parabola[:, 0].max() == 0.25


def test_strokes_of_the_field_have_the_slope_that_the_equation_asks_for():
    ax = plots.slope_field()
    strokes = np.array(ax.collections[0].get_segments())
    middle, (run, rise) = strokes.mean(axis=1), (strokes[:, 1] - strokes[:, 0]).T
    y = middle[:, 1]
    np.testing.assert_allclose(rise / run, y * (1 - y), atol=1e-14)
    assert len(np.unique(y.round(9))) > 5


def test_curves_of_the_field_obey_the_equation():
    for curve in plots.slope_field().lines[:-1]:
        z, y = curve.get_data()
        slope = np.gradient(y, z, edge_order=2)
        np.testing.assert_allclose(slope, y * (1 - y), atol=5e-4)


def test_walk_is_drawn_beside_the_curve_through_its_start():
    z, y = np.array([-1.0, 0.0, 1.0]), np.array([0.1, 0.2, 0.4])
    ax = plots.slope_walk(z, y)
    curve, walk = line(ax, 0), line(ax, 1)
    np.testing.assert_array_equal(walk, np.column_stack([z, y]))
    np.testing.assert_allclose(np.interp(0.0, *curve.T), 0.2, rtol=1e-9)
    odds = curve[:, 1] / (1 - curve[:, 1])
    np.testing.assert_allclose(np.log(odds) - curve[:, 0], np.log(0.2 / 0.8), rtol=1e-9)


def test_deltas_are_those_of_the_library():
    ax = plots.saturation_deltas(0.9)
    unit = bp.Network(sizes=(1, 1), activations=(bp.sigmoid,))
    zero = np.zeros((1, 1))
    for drawn, loss in (
        (line(ax, 0), bp.half_squared_error),
        (line(ax, 1), bp.binary_cross_entropy),
    ):
        a = drawn[1:-1, 0]
        theta = unit.pack(W=[np.zeros((len(a), 1, 1))], b=[np.log(a / (1 - a))[:, None]])
        trace = unit.forward(theta, zero)
        delta = unit.backward(theta, trace, loss.gradient(trace.a[1], zero)).delta[1]
        np.testing.assert_allclose(drawn[1:-1, 1], delta[:, 0, 0], rtol=1e-10)
    marks = line(ax, 2)
    np.testing.assert_allclose(marks, [[0.9, 0.081], [0.9, 0.9]])


def test_deltas_without_a_start_have_no_marks():
    assert len(plots.saturation_deltas().lines) == 2


def test_answers_are_drawn_over_steps():
    steps = np.array([1, 10, 100])
    ax = plots.saturation_answers(steps, np.array([0.9, 0.8, 0.7]), np.array([0.9, 0.3, 0.1]))
    assert ax.get_xscale() == "log"
    np.testing.assert_array_equal(line(ax, 1)[:, 1], [0.9, 0.3, 0.1])
    assert ax.get_legend_handles_labels()[1] == ["squared error", "cross entropy"]
