"""The pictures of the playground show what the network computes: every answer, weight and loss."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import backprop_lib as bp
from backprop_lib import plots
from backprop_lib.plots import style


def axes(width=7.0, height=3.2):
    figure = Figure(figsize=(width, height), dpi=100)
    FigureCanvasAgg(figure)
    return figure.add_axes((0, 0, 1, 1))


def plane(*sizes, last=bp.sigmoid, hidden=bp.tanh):
    net = bp.Network(sizes, (hidden,) * (len(sizes) - 2) + (last,))
    return net, bp.normal(net, np.random.default_rng(3))


SQUARE = np.array([[-1.0, -2.0], [1.0, -2.0], [-1.0, 2.0], [1.0, 2.0], [0.0, 0.5]])
CLASSES = np.array([[0.0], [1.0], [1.0], [0.0], [1.0]])


def test_answer_map_holds_the_answer_at_the_place_where_it_is_drawn():
    net, theta = plane(2, 3, 1)
    ax = plots.answer_map(net, theta, SQUARE, CLASSES, cells=31, ax=axes())
    (image,) = ax.images
    left, right, bottom, top = image.get_extent()
    for row, column in [(0, 0), (4, 25), (30, 11)]:
        point = [
            left + (right - left) * column / 30,
            bottom + (top - bottom) * row / 30,
        ]
        answer = net.forward(theta, [point]).a[-1][0, 0]
        assert image.get_array()[row, column] == pytest.approx(answer, abs=0.051)


def test_answer_map_fills_class_1_and_rings_one_sample():
    net, theta = plane(2, 1)
    ax = plots.answer_map(net, theta, SQUARE, CLASSES, ring=3, ax=axes())
    open_, filled, ring = [line for line in ax.lines if line.get_marker() == "o"]
    assert filled.get_xydata().tolist() == SQUARE[[1, 2, 4]].tolist()
    assert open_.get_xydata().tolist() == SQUARE[[0, 3]].tolist()
    assert filled.get_markerfacecolor() != open_.get_markerfacecolor()
    assert ring.get_xydata().tolist() == [SQUARE[3].tolist()]


def test_line_of_the_answer_map_is_where_the_answer_is_a_half():
    net = bp.Network((2, 1), (bp.sigmoid,))
    theta = [2.0, 0.0, -0.5]  # ½ at x₁ = 0.25
    ax = plots.answer_map(net, theta, SQUARE, CLASSES, ax=axes())
    (path,) = ax.collections[0].get_paths()
    assert path.vertices[:, 0] == pytest.approx(0.25, abs=0.02)


def test_an_answer_of_a_half_everywhere_draws_no_line():
    net = bp.Network((2, 1), (bp.sigmoid,))
    ax = plots.answer_map(net, [1e-9, -1e-9, 0.0], SQUARE, CLASSES, ax=axes())
    assert not ax.collections


def test_with_one_input_the_answer_is_a_curve_through_the_plane():
    net, theta = plane(1, 4, 1, last=bp.linear)
    X, Y = bp.datasets.noisy_sine(9, np.random.default_rng(0))
    ax = plots.answer_map(net, theta, X, Y, ax=axes())
    samples, curve = ax.lines[:2]
    assert samples.get_xydata().tolist() == np.hstack([X, Y]).tolist()
    x, y = curve.get_xydata()[7]
    assert y == pytest.approx(net.forward(theta, [[x]]).a[-1][0, 0])


def colours(canvas, ax, x, y):
    """The colour of the picture of all units at a place in inches."""
    column = int(x / ax.get_xlim()[1] * canvas.shape[1])
    row = int(y / ax.get_ylim()[1] * canvas.shape[0])
    return canvas[row, column]


def test_unit_maps_show_each_input_rising_along_its_own_axis():
    net, theta = plane(2, 3, 1)
    ax = plots.unit_maps(net, theta, SQUARE, cells=16, ax=axes())
    canvas = ax.images[0].get_array()
    frames = ax.collections[-1].get_segments()
    assert len(frames) == 2 + 3 + 1
    blue = [1 - canvas[..., 0], canvas[..., 3]]  # how blue, and whether anything is drawn
    for square, axis in zip(frames[:2], (1, 0), strict=True):
        cells = inside(blue[0], square, ax)
        assert (np.diff(cells, axis=axis) >= 0).all()
        assert np.diff(cells, axis=1 - axis).max() == 0
        assert cells.max() > cells.min()


def inside(values, square, ax):
    """The cells of the canvas that lie well inside a square."""
    (left, bottom), (right, top) = np.min(square, axis=0), np.max(square, axis=0)
    wide, high = values.shape[1] / ax.images[0].get_extent()[1], values.shape[0]
    high /= ax.images[0].get_extent()[3]
    rows = slice(int(bottom * high) + 2, int(top * high) - 1)
    return values[rows, int(left * wide) + 2 : int(right * wide) - 1]


def test_unit_maps_show_where_a_unit_answers_high():
    net = bp.Network((2, 1, 1), (bp.tanh, bp.sigmoid))
    theta = net.pack(W=[[[0.0], [9.0]], [[1.0]]], b=[[0.0], [0.0]])  # high where x₂ > 0
    ax = plots.unit_maps(net, theta, SQUARE, ax=axes())
    cells = inside(1 - ax.images[0].get_array()[..., 0], ax.collections[-1].get_segments()[2], ax)
    half = len(cells) // 2
    assert cells[half + 2 :].min() > cells[: half - 2].max() + 0.3


def test_edges_tell_sign_and_size_of_their_weights():
    net = bp.Network((2, 1, 1), (bp.tanh, bp.sigmoid))
    theta = net.pack(W=[[[0.5], [-2.0]], [[0.0]]], b=[[7.0], [0.0]])
    edges = plots.unit_maps(net, theta, SQUARE, ax=axes()).collections[0]
    assert [to_hex(c) for c in edges.get_color()] == [style.POSITIVE, style.NEGATIVE, style.PALE]
    widths = edges.get_linewidth()
    assert widths[1] > widths[0] > widths[2]
    assert edges.get_linestyle()[0][1] is None
    assert edges.get_linestyle()[1][1] is not None


def test_unit_maps_of_one_input_are_curves():
    net, theta = plane(1, 2, 1, last=bp.linear)
    ax = plots.unit_maps(net, theta, [[-1.0], [2.0]], ax=axes())
    assert not ax.images
    curves = ax.collections[1].get_segments()
    assert len(curves) == 4
    W, _ = net.unpack(theta)
    for j in (0, 1):
        assert np.sign(np.diff(curves[1 + j][:, 1])).sum() * W[1][0, j] > 0


@pytest.mark.parametrize("theta", [[1e200] * 13, [1e308] * 13])
def test_a_network_near_the_largest_numbers_can_be_drawn(theta):
    net = bp.Network((2, 3, 1), (bp.relu, bp.linear))
    plots.unit_maps(net, theta, SQUARE, ax=axes())
    plots.answer_map(net, theta, SQUARE, CLASSES, ax=axes())


@pytest.mark.parametrize("draw", [plots.unit_maps, plots.answer_map])
def test_three_inputs_are_refused(draw):
    net, theta = plane(3, 2, 1)
    more = () if draw is plots.unit_maps else (CLASSES,)
    with pytest.raises(ValueError, match="one or two columns"):
        draw(net, theta, np.ones((5, 3)), *more, ax=axes())


def test_two_outputs_are_refused():
    net, theta = plane(2, 2)
    with pytest.raises(ValueError, match="net must have one output, got 2"):
        plots.answer_map(net, theta, SQUARE, CLASSES, ax=axes())


def test_history_draws_powers_of_ten_over_epochs_and_keeps_to_its_axis():
    ax = plots.history([10.0, 0.1, 1e-9, np.inf], unit=2, end=5, powers=(-4, 1), ax=axes())
    line, dot = ax.lines
    assert line.get_xdata().tolist() == [0, 0.5, 1, 1.5]
    assert line.get_ydata().tolist() == pytest.approx([1, -1, -4, 1])
    assert dot.get_xydata().tolist() == [[1.5, 1]]
    written = [text.get_text() for text in ax.texts]
    assert {"0", "2.5", "5", "10", "epoch", "loss J"} <= set(written)


def test_history_thins_a_long_training_and_keeps_its_ends():
    ax = plots.history(np.geomspace(1, 1e-3, 5001), unit=10, end=500, ax=axes())
    x, y = ax.lines[0].get_data()
    assert len(x) <= 240
    assert (x[0], x[-1]) == (0, 500)
    assert y[[0, -1]] == pytest.approx([0, -3])


def test_history_draws_the_training_before_pale_and_marks_an_epoch():
    ax = plots.history([1.0, 0.1], end=9, before=[[0, 1.0], [3, 0.01]], now=7, ax=axes())
    _, dot, before = ax.lines
    assert dot.get_xydata().tolist() == [[7, -1]]
    assert before.get_color() == style.PALE
    assert before.get_xydata().tolist() == pytest.approx(np.array([[0, 0], [3, -2]]))


def test_gradient_sizes_leave_a_gradient_of_zero_open_at_the_edge():
    ax = plots.gradient_sizes([0.0, 1e-3, 10.0, 1e9], powers=(-8, 2), ax=axes())
    line, filled, open_ = ax.lines
    assert line.get_ydata().tolist() == pytest.approx([-8, -3, 1, 2])
    assert filled.get_xdata().tolist() == [2, 3, 4]
    assert open_.get_xdata().tolist() == [1]
    assert open_.get_markerfacecolor() == "white"


def test_panels_leave_no_text_on_another():
    figure = Figure(figsize=(7.0, 6.6), dpi=100)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0.62, 0.36, 0.35, 0.12))
    plots.history([1.0, 0.5], end=500, powers=(-3, 1), ax=ax)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k])
    assert min(box.x0 for box in boxes) > 0.46 * 700  # right of the map
