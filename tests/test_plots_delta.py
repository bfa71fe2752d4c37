"""The pictures of the delta recursion: bars that add up, matrices to scale, blocks in place."""

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest

from backprop_lib import plots
from backprop_lib.plots import style
from backprop_lib.plots.delta import CELLS


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def spans(ax):
    return [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]


@pytest.mark.parametrize("walked", [1, 2, 4])
def test_each_bar_begins_where_the_one_before_ended(walked):
    products = [0.5, -0.75, 1.25, -0.25]
    ax = plots.path_sum(products, list("abcd"), walked)
    *bars, total = spans(ax)
    assert len(bars) == walked
    assert bars[0][0] == 0
    assert [start for start, _ in bars[1:]] == [end for _, end in bars[:-1]]
    np.testing.assert_allclose([end - start for start, end in bars], products[:walked])
    np.testing.assert_allclose(total, (0, sum(products[:walked])))


def test_axis_of_the_sum_has_room_for_all_paths_from_the_first():
    products = [0.5, -0.75, 1.25, -0.25]
    limits = {plots.path_sum(products, list("abcd"), walked).get_xlim() for walked in (1, 2, 3, 4)}
    assert len(limits) == 1
    low, high = limits.pop()
    assert low < -0.25
    assert high > 1.0
    labels = [text.get_text() for text in plots.path_sum(products, "abcd", 1).get_yticklabels()]
    assert labels == ["a", "b", "c", "d", "sum"]


def test_paths_that_bring_nothing_are_drawn_too():
    assert spans(plots.path_sum([0.0, 0.0], list("ab"), 2))[-1] == (0, 0)


def meshes(ax):
    return [(np.asarray(mesh.get_coordinates()), mesh.get_array()) for mesh in ax.collections]


def test_matrices_are_drawn_to_scale_with_their_entries_from_the_top():
    a, b = np.arange(6.0).reshape(2, 3) - 2, np.ones((3, 4))
    ax = plots.matrices([("a", a, style.FORWARD), "@", ("b", b, style.GRADIENT)])
    for (corners, entries), matrix in zip(meshes(ax), (a, b), strict=True):
        assert np.ptp(corners[..., 0]) == pytest.approx(matrix.shape[1])
        assert np.ptp(corners[..., 1]) == pytest.approx(matrix.shape[0])
        np.testing.assert_array_equal(entries, matrix[::-1])  # cells are counted from below
    assert ax.get_aspect() == 1
    colours = {text.get_text(): text.get_color() for text in ax.texts}
    assert colours["a"] == style.FORWARD
    assert colours["(3, 4)"] == style.GRADIENT


def test_matrices_of_a_line_do_not_overlap_and_stay_in_the_figure():
    rng = np.random.default_rng(0)
    shapes = [(6, 5), (6, 4), (4, 5), (6, 5)]
    line = [("m", rng.normal(size=shape), "black") for shape in shapes]
    ax = plots.matrices([line[0], "=", line[1], "@", line[2], "⊙", line[3]])
    edges = [(c[..., 0].min(), c[..., 0].max()) for c, _ in meshes(ax)]
    assert all(right < left for (_, right), (left, _) in pairwise(edges))
    assert edges[0][0] > 0
    assert edges[-1][1] < CELLS[0]
    assert sum(edges[0] + edges[-1]) / 2 == pytest.approx(CELLS[0])  # in the middle


def test_sign_of_an_entry_is_its_colour_and_0_is_white():
    ax = plots.matrices([("m", np.array([[-2.0, 0.0, 2.0]]), "black")])
    mesh = ax.collections[0]
    amber, white, green = mesh.to_rgba(np.array([-2.0, 0.0, 2.0]))
    np.testing.assert_allclose(white, 1)
    np.testing.assert_allclose(amber[:3], plt.matplotlib.colors.to_rgb(style.NEGATIVE))
    np.testing.assert_allclose(green[:3], plt.matplotlib.colors.to_rgb(style.POSITIVE))


def test_vector_is_a_row_that_keeps_its_shape_and_zeros_can_be_drawn():
    ax = plots.matrices([("b", np.zeros(4), "black")])
    _, entries = meshes(ax)[0]
    assert entries.shape == (1, 4)
    assert ax.texts[1].get_text() == "(4,)"


def test_triangle_shows_the_matrix_and_frames_the_blocks_that_are_used():
    system = np.eye(6)
    system[:3, 3:5], system[3:5, 5:] = 0.5, -2.0
    ax = plots.triangle(system, (3, 2, 1))
    np.testing.assert_array_equal(ax.images[0].get_array(), system)
    frames = [(p.get_x() + 0.5, p.get_y() + 0.5, p.get_width(), p.get_height()) for p in ax.patches]
    assert frames == [(0, 0, 3, 3), (3, 3, 2, 2), (5, 5, 1, 1), (3, 0, 2, 3), (5, 3, 1, 2)]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["layer 1", "layer 2", "layer 3"]
    np.testing.assert_allclose(ax.get_yticks(), [1, 3.5, 5])


def test_triangle_of_another_side_is_refused():
    with pytest.raises(ValueError, match=r"one row and one column a unit \(5 for sizes=\(3, 2\)\)"):
        plots.triangle(np.eye(6), (3, 2))


def test_slopes_are_drawn_over_differences_in_units_of_the_largest_of_their_block():
    numeric, analytic = np.array([1.0, -4.0, 0.5]), np.array([1.0, -8.0, 40.0])
    blocks = {"W¹": slice(0, 2), "b¹": slice(2, 3)}
    ax = plots.beside_differences(numeric, analytic, blocks)
    diagonal, weights, bias = (np.asarray(line.get_xydata()) for line in ax.lines)
    np.testing.assert_array_equal(diagonal[:, 0], diagonal[:, 1])
    np.testing.assert_allclose(weights, [[0.25, 0.25], [-1, -2]])
    np.testing.assert_allclose(bias, [[1, ax.get_ylim()[1]]])  # 80 is beyond the frame
    assert ax.get_legend_handles_labels()[1] == ["W¹", "b¹"]


def test_differences_of_0_can_be_drawn():
    ax = plots.beside_differences(np.zeros(2), np.zeros(2), {"W¹": slice(0, 2)})
    np.testing.assert_array_equal(ax.lines[1].get_xydata(), 0)
