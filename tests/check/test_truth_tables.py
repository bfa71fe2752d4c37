"""Weights by hand: any that answer like the table pass, and who errs is told at which corner."""

import numpy as np
import pytest

from backprop_lib.check import truth_tables
from backprop_lib.check.truth_tables import CORNERS, are_layers, crossed_pairs, is_unit

MAJORITY = (CORNERS.sum(axis=1) > 1).astype(int)
PARITY = CORNERS.sum(axis=1) % 2


@pytest.mark.parametrize("weights", [[1, 1, 1, -1.5], [2.0, 3.0, 2.0, -3.5], (10, 10, 10, -19)])
def test_any_right_weights_pass(weights):
    assert is_unit(weights, CORNERS, MAJORITY) == ""


@pytest.mark.parametrize(
    ("weights", "complaint"),
    [
        ([1, 1, 1, -0.5], "at the corner [0, 0, 1] its z is 0.5, so it answers 1 instead of 0."),
        ([1, 1, 1, -2], "at the corner [0, 1, 1] its z is 0: neither 0 nor 1."),
        ([1, 1, -1.5], "expected four numbers"),
        ([1, 1, 1, "-1.5 or so"], "expected four numbers"),
        ([1, 1, 1, float("nan")], "expected four numbers"),
        ([1e300, 1e300, 1e300, 1e300], "expected four numbers"),
        ([10**400, 1, 1, 1], "expected four numbers"),
        ({"w": 1}, "expected four numbers"),
    ],
)
def test_wrong_weights_are_told_where(weights, complaint):
    assert complaint in is_unit(weights, CORNERS, MAJORITY)


COUNTERS = [np.ones((3, 3)), [-0.5, -1.5, -2.5], [[1], [-1], [1]], [-0.5]]  # one, two, three ones


def test_layers_of_any_width_pass():
    assert are_layers(COUNTERS, CORNERS, PARITY) == ""
    assert are_layers(truth_tables.layers(CORNERS, PARITY), CORNERS, PARITY) == ""


@pytest.mark.parametrize(
    ("layers", "complaint"),
    [
        ([*COUNTERS[:2], [[1], [1], [1]], [-0.5]], "[0, 1, 1] its z is 1.5, so it answers 1"),
        ([np.ones((3, 3)), [-1, -1.5, -2.5], *COUNTERS[2:]], "hidden unit 1 is 0 at [0, 0, 1]"),
        ([np.ones((2, 3)), *COUNTERS[1:]], "shapes are (3, m), (m,), (m, 1) and (1,), got (2, 3)"),
        (COUNTERS[:3], "a list of four arrays"),
        ([None, *COUNTERS[1:]], "a list of four arrays"),
        (5.0, "a list of four arrays"),
        ([np.ones((3, 0)), np.ones(0), np.ones((0, 1)), [-1.0]], "its z is -1, so it answers 0"),
    ],
)
def test_wrong_layers_are_told_why(layers, complaint):
    assert complaint in are_layers(layers, CORNERS, PARITY)


def test_drawn_tables_are_for_one_unit_or_for_two_layers():
    rng = np.random.default_rng(0)
    for _ in range(100):
        assert not crossed_pairs(*truth_tables.draw_unit(rng))
        assert crossed_pairs(*truth_tables.draw_layers(rng))


def test_a_table_without_crossed_pairs_is_a_table_for_one_unit():
    # So the two words mean the same: 104 of the 256 tables, which is the known number.
    single = 0
    for number in range(256):
        table = np.array([number >> corner & 1 for corner in range(8)])
        if not crossed_pairs(CORNERS, table):
            assert is_unit(truth_tables.unit(CORNERS, table), CORNERS, table) == ""
            single += 1
    assert single == 104


def test_neighbours_have_other_tables():
    drawn = {
        tuple(draw(np.random.default_rng(seed))[1])
        for seed in range(200)
        for draw in (truth_tables.draw_unit, truth_tables.draw_layers)
    }
    assert len(drawn) > 100
