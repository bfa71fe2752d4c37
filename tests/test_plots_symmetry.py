"""The pictures of twins: arrows end where the weights are, the ridge is the loss on its plane."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import backprop_lib as bp
from backprop_lib import plots


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


@pytest.fixture
def net():
    return bp.Network(sizes=(2, 2, 1), activations=(bp.tanh, bp.linear))


@pytest.fixture
def objective(net):
    X = np.random.default_rng(7).uniform(-2, 2, (12, 2))
    Y = np.tanh(X[:, :1]) - np.tanh(2 * X[:, 1:])
    return net.objective(bp.half_squared_error, X, Y)


def tips(ax):
    """The ends of all lines that begin at the origin."""
    return [line.get_xydata()[1] for line in arrow_lines(ax)]


def arrow_lines(ax):
    drawn = [line for line in ax.lines if line.get_transform() == ax.transData]  # not the axes
    return [line for line in drawn if len(line.get_xdata()) == 2 and not line.get_xydata()[0].any()]


def test_each_unit_is_an_arrow_from_the_origin_to_its_weights(net):
    theta = net.pack(W=[[[1.5, -0.5], [0.25, 2.0]], [[1], [1]]], b=[[3, 4], [5]])
    np.testing.assert_array_equal(tips(plots.arrows(net, theta)), [[1.5, 0.25], [-0.5, 2.0]])


def test_arrowheads_point_the_way_of_their_arrows(net):
    theta = net.pack(W=[[[1.0, -2.0], [0.0, 0.0]], [[1], [1]]], b=[[0, 0], [0]])
    heads = [
        line.get_marker() for line in plots.arrows(net, theta).lines if len(line.get_xdata()) == 1
    ]
    assert [angle % 360 for _, _, angle in heads] == [270, 90]  # a triangle points up at 0


def test_teacher_lies_below_and_is_pale(net):
    student, teacher = bp.constant(net, 0.5), bp.constant(net, 1.5)
    ax = plots.arrows(net, student, teacher)
    np.testing.assert_array_equal(tips(ax), [[1.5, 1.5], [1.5, 1.5], [0.5, 0.5], [0.5, 0.5]])
    colours = [line.get_color() for line in arrow_lines(ax)]
    pale = plots.style.PALE
    assert colours[:2] == [pale, pale]
    assert pale not in colours[2:]


def test_units_that_coincide_share_a_name(net):
    texts = [text.get_text() for text in plots.arrows(net, bp.constant(net, 0.5)).texts]
    assert texts == ["1 and 2"]
    apart = net.pack(W=[[[1, 0], [0, 1]], [[1], [1]]], b=[[0, 0], [0]])
    assert [text.get_text() for text in plots.arrows(net, apart).texts] == ["1", "2"]


def test_arrows_of_other_shapes_are_refused():
    net = bp.Network(sizes=(3, 2, 1), activations=(bp.tanh, bp.linear))
    with pytest.raises(ValueError, match=r"\(3, 2, 1\)"):
        plots.arrows(net, bp.zeros(net))


def test_every_weight_of_both_units_is_a_line_over_the_steps():
    W = np.arange(12.0).reshape(3, 2, 2)
    ax = plots.unit_weights([0, 10, 20], W)
    drawn = np.stack([line.get_ydata() for line in ax.lines])
    np.testing.assert_array_equal(drawn, [[0, 4, 8], [2, 6, 10], [1, 5, 9], [3, 7, 11]])
    assert ax.get_legend_handles_labels()[1] == ["unit 1", "unit 2"]
    assert ax.lines[0].get_linestyle() != ax.lines[2].get_linestyle()


def mirror_pair(net):
    right = net.pack(W=[[[2.0, 0.3], [0.1, -1.5]], [[1.0], [-1.2]]], b=[[0.2, -0.4], [0.1]])
    W, b = net.unpack(right)
    return right, net.pack(W=[W[1][:, ::-1], W[2][::-1]], b=[b[1][::-1], b[2]])


def test_ridge_is_the_same_on_both_sides(net, objective):
    right, left = mirror_pair(net)
    ax = plots.ridge(objective, bp.constant(net, 0.5), (right, left), {})
    vertices = [path.vertices for path in ax.collections[0].get_paths() if len(path.vertices)]
    points = np.concatenate(vertices)
    for point in points[::97]:
        mirrored = np.abs(points - point * [-1, 1]).max(axis=1).min()
        assert mirrored < 0.02


def test_level_lines_are_where_the_loss_has_their_value(net, objective):
    right, left = mirror_pair(net)
    twins = bp.constant(net, 0.5)
    ax = plots.ridge(objective, twins, (right, left), {})
    contours = ax.collections[0]
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        for across, up in path.vertices[:: max(len(path.vertices) // 5, 1)]:
            theta = twins + across * (right - left) / 2 + up * ((right + left) / 2 - twins)
            assert objective(theta)[0] == pytest.approx(level, rel=0.05)


def test_shadows_of_paths_keep_what_lies_in_the_plane(net, objective):
    right, left = mirror_pair(net)
    twins = bp.constant(net, 0.5)
    path = np.stack([twins, (right + left) / 2, right, left])
    ax = plots.ridge(objective, twins, (right, left), {"walk": path})
    (line,) = [line for line in ax.lines if line.get_label() == "walk"]
    expected = [[0, 0], [0, 1], [1, 1], [-1, 1]]
    np.testing.assert_allclose(line.get_xydata(), expected, atol=1e-12)


def test_shadow_is_cast_at_a_right_angle(net, objective):
    right, left = mirror_pair(net)
    twins = bp.constant(net, 0.5)
    plane = np.stack([(right - left) / 2, (right + left) / 2 - twins])
    off = np.random.default_rng(0).standard_normal(len(twins))
    off -= plane.T @ np.linalg.lstsq(plane.T, off, rcond=None)[0]
    assert np.linalg.norm(off) > 1
    ax = plots.ridge(objective, twins, (right, left), {"walk": (right + off)[None]})
    (line,) = [line for line in ax.lines if line.get_label() == "walk"]
    np.testing.assert_allclose(line.get_xydata(), [[1, 1]], atol=1e-12)
