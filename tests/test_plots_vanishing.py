"""The pictures of vanishing gradients: powers of ten where they belong, factors that multiply."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import backprop_lib as bp
from backprop_lib import plots
from backprop_lib.plots import style


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def line(ax, index):
    return np.asarray(ax.lines[index].get_xydata())


def test_lines_by_layer_are_powers_of_ten_from_layer_1():
    ax = plots.by_layer({"falling": [1e-6, 1e-3, 2.0]}, ylabel="size", powers=(-9, 3))
    np.testing.assert_allclose(line(ax, 0), [[1, -6], [2, -3], [3, np.log10(2)]])
    assert ax.get_ylim() == (-9, 3)
    assert ax.lines[0].get_color() == style.GRADIENT


def test_ticks_by_layer_name_the_power_that_they_stand_at():
    ax = plots.by_layer({"x": [1.0] * 50}, ylabel="size", powers=(-36, 36))
    named = dict(
        zip(ax.get_yticks().tolist(), [t.get_text() for t in ax.get_yticklabels()], strict=True)
    )
    assert named == {
        -36: "10⁻³⁶",
        -24: "10⁻²⁴",
        -12: "10⁻¹²",
        0: "1",
        12: "10¹²",
        24: "10²⁴",
        36: "10³⁶",
    }
    assert ax.get_xticks()[0] == 1
    assert ax.get_xticks()[-1] == 50


def test_ten_to_the_first_is_ten():
    ax = plots.by_layer({"x": [1.0, 1.0]}, ylabel="size", powers=(-1, 1))
    assert [t.get_text() for t in ax.get_yticklabels()] == ["10⁻¹", "1", "10"]


def test_zero_is_left_out_and_the_rest_is_drawn():
    drawn = line(plots.by_layer({"dead": [0.0, 1.0]}, ylabel="size", powers=(-2, 2)), 0)
    assert np.isnan(drawn[0, 1])
    assert drawn[1, 1] == 0


def test_lines_by_layer_differ_without_colour_and_are_named():
    ax = plots.by_layer(
        {name: [1.0, 1.0] for name in "abcde"}, ylabel="size", powers=(-1, 1), depth=4
    )
    assert len({str(drawn._unscaled_dash_pattern) for drawn in ax.lines}) == 5
    assert len({drawn.get_marker() for drawn in ax.lines}) == 5
    assert [t.get_text() for t in ax.get_legend().get_texts()] == list("abcde")
    assert ax.get_xlim()[1] > 4


def test_no_line_is_an_error():
    with pytest.raises(ValueError, match="series"):
        plots.by_layer({}, ylabel="size", powers=(-1, 1))


def test_levels_start_at_opposite_ends():
    ax = plots.signal_levels([2.0, 20.0, 200.0], [50.0, 5.0, 0.5])
    forward, backward = line(ax, 1), line(ax, 2)
    np.testing.assert_allclose(forward, [[1, 0], [2, 1], [3, 2]], atol=1e-12)
    np.testing.assert_allclose(backward, [[1, 2], [2, 1], [3, 0]], atol=1e-12)
    assert ax.lines[1].get_color() == style.FORWARD
    assert ax.lines[2].get_color() == style.GRADIENT
    assert ax.get_ylim() == (-15, 15)


@pytest.mark.parametrize("w", [2.0, 7.0, 20.0])
def test_window_is_the_slope_of_the_unit(w):
    ax = plots.slope_window([w])
    a, slope = line(ax, 1).T
    h = 1e-6
    difference = (bp.sigmoid(w * (a + h) - w / 2) - bp.sigmoid(w * (a - h) - w / 2)) / (2 * h)
    np.testing.assert_allclose(slope, difference, rtol=1e-6, atol=1e-8)
    assert slope.max() == pytest.approx(w / 4)


def test_row_shows_answers_deltas_and_the_factors_between():
    ax = plots.unit_row([0.5, 0.6, 0.7], [0.001, 0.02, 0.5])
    texts = [text.get_text() for text in ax.texts]
    for shown in ("layer 3", "0.5", "0.6", "0.7", "δ 0.001", "δ 0.02", "× 0.05", "× 0.04"):
        assert shown in texts
    arrows = [text for text in ax.texts if text.get_text() == ""]
    assert len(arrows) == 2
    for arrow in arrows:  # it points to the left
        assert arrow.xy[0] < arrow.xyann[0]
