"""The pictures of walks down a loss: the map is the loss, the walks are the walks."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from backprop_lib import plots
from backprop_lib.plots import style


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def bowl(theta):
    theta = np.asarray(theta)
    return theta[..., 0] ** 2 + 4 * theta[..., 1] ** 2, theta * [2, 8]


WALK = np.array([[1.5, 1.0], [0.5, -0.5], [0.1, 0.2]])
BOX = {"limits": (-2, 2, -1.5, 1.5), "levels": [0.25, 1.0, 4.0]}


def test_lines_of_the_map_have_the_losses_they_are_drawn_for():
    contours = plots.descent(bowl, {"": WALK}, **BOX).collections[0]
    np.testing.assert_array_equal(contours.levels, BOX["levels"])
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        assert len(path.vertices) > 10
        np.testing.assert_allclose(bowl(path.vertices)[0], level, atol=0.03)


def test_walk_is_drawn_point_by_point_and_starts_at_the_mark():
    ax = plots.descent(bowl, {"": WALK}, minima=[(0, 0)], **BOX)
    walk, start, minimum = (line.get_xydata() for line in ax.lines)
    np.testing.assert_array_equal(walk, WALK)
    np.testing.assert_array_equal(start, WALK[:1])
    np.testing.assert_array_equal(minimum, [[0, 0]])
    assert ax.lines[0].get_color() == style.GRADIENT
    assert ax.get_legend() is None


def test_walk_is_cut_where_it_is_lost():
    lost = np.vstack([WALK, [[50.0, 0.0]], [[np.nan, 0.0]], WALK])
    np.testing.assert_array_equal(
        plots.descent(bowl, {"": lost}, **BOX).lines[0].get_xydata(), WALK
    )


def test_several_walks_differ_in_colour_and_dash_and_show_their_ends():
    ax = plots.descent(bowl, {"a": WALK, "b": WALK[:2]}, **BOX)
    a, end_a, b, end_b, _ = ax.lines
    assert a.get_color() != b.get_color()
    assert a.get_linestyle() != b.get_linestyle()
    np.testing.assert_array_equal(end_a.get_xydata(), WALK[-1:])
    np.testing.assert_array_equal(end_b.get_xydata(), WALK[1:2])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


def test_map_without_walks_is_a_map():
    assert not plots.descent(bowl, {}, **BOX).lines


def test_slide_draws_the_loss_and_the_walks_on_it():
    def hollow(w):
        return np.cos(w[..., 0]), -np.sin(w)

    walk = np.array([[1.0], [2.0], [3.0]])
    ax = plots.slide(hollow, {"from 1": walk, "from 0": 0 * walk}, limits=(-4, 4))
    curve, points, start = (line.get_xydata() for line in ax.lines[:3])
    np.testing.assert_allclose(curve[:, 1], np.cos(curve[:, 0]))
    assert (curve[0, 0], curve[-1, 0]) == (-4, 4)
    np.testing.assert_allclose(points, np.column_stack([walk, np.cos(walk)]))
    np.testing.assert_allclose(start, points[:1])
    assert len({line.get_marker() for line in (ax.lines[1], ax.lines[3])}) == 2


def test_losses_are_drawn_over_steps_or_epochs():
    J = np.array([1.0, 0.1, 0.001])
    ax = plots.losses(J, unit=2)
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[0, 1], [0.5, 0.1], [1, 0.001]])
    assert ax.get_yscale() == "log"
    assert ax.get_xlim() == (0, 1)
    assert ax.lines[0].get_color() == style.LOSS


def test_losses_beyond_the_limits_are_drawn_at_the_edge():
    ax = plots.losses({"a": np.array([1e9, 1.0]), "b": np.array([1e-9, 1, 1])}, limits=(1e-3, 10))
    a, b = (line.get_ydata() for line in ax.lines)
    assert (a[0], b[0]) == (10, 1e-3)
    assert ax.get_xlim() == (0, 2)


@pytest.mark.parametrize(
    ("power", "text"), [(1.0, "1"), (10.0, "10"), (1e3, "10³"), (1e-12, "10⁻¹²")]
)
def test_powers_of_ten_are_written_raised(power, text):
    ax = plots.losses(np.array([1.0, 2.0]))
    assert ax.yaxis.get_major_formatter()(power, 0) == text
