"""The pictures of digits: every pixel, count and weight is drawn where it belongs."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from backprop_lib import plots
from backprop_lib.plots import style


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def test_images_stand_in_rows_with_their_captions_below():
    images = np.random.default_rng(0).random((5, 64))
    ax = plots.digit_images(images, list("abcde"), columns=3)
    for image, drawn in zip(images, ax.images, strict=True):
        np.testing.assert_array_equal(drawn.get_array(), image.reshape(8, 8))
    boxes = np.array([drawn.get_extent() for drawn in ax.images])
    left, right, low, high = boxes.T
    np.testing.assert_array_equal(left[:2], left[3:])
    assert left[0] < left[1] < left[2]
    assert len(set(high[:3])) == 1
    assert high[3] < low[0]
    for text, box in zip(ax.texts, boxes, strict=True):
        x, y = text.get_position()
        assert x == (box[0] + box[1]) / 2
        assert y < box[2]
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    assert x0 < left.min() < right.max() < x1
    assert y0 < low.min() < high.max() < y1


def test_ink_is_dark_and_paper_is_white():
    ax = plots.digit_images([np.repeat([0.0, 1.0], 32)])
    drawn = ax.images[0]
    paper, ink = drawn.cmap(drawn.norm(np.array([0.0, 1.0])))
    np.testing.assert_array_equal(paper, [1, 1, 1, 1])
    assert ink[:3].max() < 0.2


def test_signed_images_are_white_at_zero_and_reach_their_colours():
    field = np.zeros(64)
    field[3], field[5], field[7] = 2.0, -1.0, -2.0
    drawn = plots.digit_images([field, np.zeros(64)], signed=True).images
    first = drawn[0].get_array().ravel()
    assert first[3] == 1.0
    assert first[5] == 0.25
    assert first[7] == 0.0
    assert set(np.delete(first, [3, 5, 7])) == {0.5}
    assert set(drawn[1].get_array().ravel()) == {0.5}


def test_confusion_names_every_count_but_zero():
    counts = np.array([[7, 0, 2], [0, 9, 0], [1, 0, 5]])
    ax = plots.confusion(counts)
    shown = {
        (round(y), round(x)): int(text.get_text())
        for text in ax.texts
        for x, y in [text.get_position()]
    }
    assert shown == {(i, j): counts[i, j] for i in range(3) for j in range(3) if counts[i, j]}
    np.testing.assert_array_equal(
        ax.images[0].get_array(), [[0, 0.5, 1], [0.5, 0, 0.5], [1, 0.5, 0]]
    )
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first row is at the top


def test_answer_fills_the_bar_of_the_right_digit_only():
    p = np.array([0.1, 0.7, 0.2])
    ax = plots.answer_bars(p, label=2)
    np.testing.assert_allclose([bar.get_height() for bar in ax.patches], p)
    filled = [bar.get_facecolor()[:3] != (1, 1, 1) for bar in ax.patches]
    assert filled == [False, False, True]


def test_signed_bars_go_up_and_down_in_the_colours_of_the_signs():
    ax = plots.signed_bars([0.5, -2.0])
    np.testing.assert_allclose([bar.get_height() for bar in ax.patches], [0.5, -2.0])
    colours = [plt.matplotlib.colors.to_hex(bar.get_facecolor()) for bar in ax.patches]
    assert colours == [style.POSITIVE, style.NEGATIVE]
