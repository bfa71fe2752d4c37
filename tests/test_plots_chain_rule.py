"""Pictures of differences and costs show the numbers that they were given."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from backprop_lib import plots
from backprop_lib.plots import style


def empty_axes():
    figure = Figure(figsize=style.SIZE)
    FigureCanvasAgg(figure)
    return figure.add_axes((0.1, 0.1, 0.8, 0.8))


def test_difference_errors_show_every_error_and_put_zero_on_the_floor():
    h = np.array([1.0, 0.1, 0.01])
    ax = plots.difference_errors(h, {"forward": [0.5, 0.05, 0.0]}, ax=empty_axes())
    (line,) = ax.lines
    np.testing.assert_allclose(line.get_ydata(), [0.5, 0.05, 1e-17])
    np.testing.assert_array_equal(line.get_xdata(), h)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ax.get_ylim()[0] < 1e-17


def test_difference_errors_draw_a_prediction_in_the_colour_of_its_method():
    errors = {"forward": [0.5, 0.05], "central": [0.2, 0.002]}
    predicted = {"central": [0.25, 0.0025]}
    ax = plots.difference_errors([1, 0.1], errors, predicted=predicted, mark=0.3, ax=empty_axes())
    _, central, dashed, mark = ax.lines
    assert dashed.get_linestyle() == "--"
    assert dashed.get_color() == central.get_color()
    np.testing.assert_array_equal(dashed.get_ydata(), predicted["central"])
    assert set(mark.get_xdata()) == {0.3}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [*errors]


def test_difference_errors_refuse_more_methods_than_looks():
    with pytest.raises(ValueError, match="at most 3 methods, got 4"):
        plots.difference_errors([1], {name: [1] for name in "abcd"}, ax=empty_axes())


def test_magnified_scales_both_ways_by_the_step():
    x, h = 1.0, 0.25
    ax = plots.magnified(np.square, 2.0, x, h, (-1, 1), ax=empty_axes())
    slope, curve, secant = ax.lines
    t = curve.get_xdata()
    np.testing.assert_allclose(curve.get_ydata(), ((x + t * h) ** 2 - x**2) / h, atol=1e-12)
    np.testing.assert_allclose(slope.get_ydata(), 2.0 * t)
    (left, right), (low, high) = secant.get_xdata(), secant.get_ydata()
    assert (left, right) == (-1, 1)
    assert (high - low) / 2 == pytest.approx(2.0)  # the central difference of a square is exact


def test_magnified_shows_that_tiny_steps_leave_a_staircase():
    levels = [
        len(
            set(plots.magnified(np.exp, np.e, 1.0, h, (0, 1), ax=empty_axes()).lines[1].get_ydata())
        )
        for h in (2.0**-20, 2.0**-52)
    ]
    assert levels[0] > 250
    assert levels[1] < 20


def test_sweep_costs_draw_one_bar_a_count_with_the_value_first():
    ax = plots.sweep_costs(["value", "forward", "reverse"], [72, 1316, 127], ax=empty_axes())
    assert [patch.get_width() for patch in ax.patches] == [72, 1316, 127]
    assert [text.get_text() for text in ax.texts] == ["72", "1,316", "127"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["value", "forward", "reverse"]
    colours = [to_hex(patch.get_facecolor()) for patch in ax.patches]
    assert colours == [style.FORWARD, style.GRADIENT, style.GRADIENT]
    assert ax.yaxis_inverted()
