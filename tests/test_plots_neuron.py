"""Pictures of units and photocells show what they were given: every cell, wire, point and side."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import backprop_lib as bp
from backprop_lib import plots
from backprop_lib.plots import style


def empty_axes(width=7.0, height=4.5):
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure.add_axes((0.1, 0.1, 0.8, 0.8))


def words(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def shown_colours(image):
    return image.to_rgba(image.get_array())[..., :3]


def test_nerve_cell_names_its_parts_and_stays_inside_the_figure():
    ax = plots.nerve_cell(Figure(figsize=(7.0, 4.8)).add_axes((0, 0, 1, 1)))
    FigureCanvasAgg(ax.figure).draw()
    said = " ".join(words(ax))
    for part in ("dendrites", "cell body", "axon", "synapses", "$x_3$", "$w_3$", "$a$"):
        assert part in said
    frame = ax.figure.bbox
    for artist in (*ax.texts, *ax.lines):
        box = artist.get_window_extent()
        assert frame.x0 <= box.x0 <= box.x1 <= frame.x1
        assert frame.y0 <= box.y0 <= box.y1 <= frame.y1


def test_labels_of_the_nerve_cell_do_not_touch():
    ax = plots.nerve_cell(Figure(figsize=(7.0, 4.8)).add_axes((0, 0, 1, 1)))
    FigureCanvasAgg(ax.figure).draw()
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:k])


def test_photocells_show_each_cell_in_its_place():
    cells = np.zeros(400)
    cells[20 * 3 + 17] = 1  # row 3 from above, column 17
    (image,) = plots.photocells({"one": cells}, ax=empty_axes()).images
    colours = shown_colours(image)
    dark = np.argwhere((colours == to_rgb(style.INK)).all(axis=-1))
    assert dark.tolist() == [[3, 17]]
    assert (colours.reshape(-1, 3).max(axis=-1) > 0.99).sum() == 399


def test_signed_cells_are_green_above_zero_and_amber_below_on_one_scale():
    strong, weak = np.zeros(400), np.zeros(400)
    strong[0], strong[1], weak[0] = 4.0, -4.0, 1.0
    ax = plots.photocells({"strong": strong, "weak": weak}, signed=True, ax=empty_axes())
    first, second = map(shown_colours, ax.images)
    assert np.allclose(first[0, 0], to_rgb(style.POSITIVE), atol=0.01)
    assert np.allclose(first[0, 1], to_rgb(style.NEGATIVE), atol=0.01)
    assert first[0, 2].min() > 0.98
    assert first[0, 0].mean() < second[0, 0].mean() < 1
    assert words(ax) == ["strong", "weak"]


def test_wiring_draws_every_wire_of_the_first_unit_and_counts_the_answers():
    units = bp.photocells.wire(np.random.default_rng(3), units=48, excitatory=7, inhibitory=5)
    field = bp.photocells.letter("L").ravel()
    answers = units(field[None])[0]
    ax = plots.wiring(field, units.wiring, answers, ax=empty_axes())
    wires = [line for line in ax.lines if len(line.get_xdata()) == 2]
    assert len(wires) == 12
    assert sum(line.get_linestyle() == "--" for line in wires) == 5
    lit = next(line for line in ax.lines if line.get_marker() == "s")
    assert len(lit.get_xdata()) == 36
    assert f"{int(answers.sum())} of 48 units fire" in words(ax)
    assert f"{answers[0]:g}" in words(ax)
    assert ax.images[0].get_array().sum() == answers.sum()


def test_wires_end_at_the_cells_that_they_belong_to():
    wires = np.zeros((400, 1))
    wires[20 * 2 + 5], wires[20 * 2 + 6] = 1, -1
    field = np.zeros(400)
    field[20 * 2 + 5] = 1
    ax = plots.wiring(field, wires, [1], ax=empty_axes())
    (lit,) = next(line for line in ax.lines if line.get_marker() == "s").get_xydata()
    solid = next(line for line in ax.lines if line.get_marker() == "None")
    assert solid.get_linestyle() == "-"
    assert solid.get_xydata()[0].tolist() == lit.tolist()


@pytest.mark.parametrize(("w", "b"), [((1, 1), -1.5), ((-1, 0.5), 0.2), ((0, -2), 1)])
def test_half_plane_tints_the_side_on_which_the_unit_fires(w, b):
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    ax = plots.half_plane(w, b, X, [1, 0, 0, 1], ax=empty_axes())
    (tinted,) = ax.collections[0].get_paths()
    inside = [tinted.contains_point(point) for point in X]
    assert inside == (X @ np.array(w) + b > 0).tolist()


def test_half_plane_fills_the_points_that_should_fire():
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    ax = plots.half_plane([0, 0], 0, X, [0, 1, 1, 0], ax=empty_axes())
    filled, open_ = ax.lines
    assert filled.get_markerfacecolor() == style.INK
    assert filled.get_xydata().tolist() == [[0, 1], [1, 0]]
    assert open_.get_markerfacecolor() == "white"
    assert open_.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert not ax.collections  # no weights, no line


def test_regression_draws_samples_and_lines_that_differ_in_colour_and_dash():
    X, Y = np.linspace(0, 1, 5)[:, None], np.arange(5.0)[:, None]
    ax = plots.regression(X, Y, {"f": 2 * Y, "g": -Y}, ax=empty_axes())
    samples, f, g = ax.lines
    assert samples.get_linestyle() == "None"
    assert samples.get_ydata().tolist() == Y.ravel().tolist()
    assert f.get_ydata().tolist() == (2 * Y).ravel().tolist()
    assert f.get_color() != g.get_color()
    assert f.get_linestyle() != g.get_linestyle()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["samples", "f", "g"]
    fine = plots.regression(X, Y, {"f": [[7.0], [8.0]]}, x=[[0.2], [0.4]], ax=empty_axes()).lines[1]
    np.testing.assert_array_equal(fine.get_xydata(), [[0.2, 7.0], [0.4, 8.0]])


def test_pictures_leave_the_settings_of_matplotlib_alone():
    before = dict(mpl.rcParams)
    plots.regression([[0.0], [1.0]], [[0.0], [1.0]], {}, ax=empty_axes())
    plots.half_plane([1, 2], 0.5, [[0, 0], [1, 1]], [0, 1], ax=empty_axes())
    plots.photocells({"T": bp.photocells.letter("T").ravel()}, ax=empty_axes())
    assert dict(mpl.rcParams) == before
