"""Five hundred damaged notebooks: each gives cells or a reason, and the graded ones a verdict."""

import classroom
import numpy as np
import pytest

from backprop_lib.check import PROBLEM_SETS
from backprop_lib.grade.marking import Task, mark
from backprop_lib.grade.submission import Unreadable, code_cells

SETS = sorted(PROBLEM_SETS)
SEEDS = range(500)


def damaged(seed):
    rng = np.random.default_rng(seed)
    return SETS[seed % len(SETS)], classroom.submission("damaged", SETS[seed % len(SETS)], rng)


def test_each_gives_cells_or_a_reason():
    cells, reasons = [], []
    for seed in SEEDS:
        try:
            cells.append(code_cells(damaged(seed)[1]))
        except Unreadable as error:
            reasons.append(str(error))
    assert all(isinstance(cell, str) for found in cells for cell in found)
    assert all(reason.startswith("the file is no notebook: ") for reason in reasons)
    assert min(len(cells), len(reasons)) > 100  # the accidents are neither too mild nor too harsh


@pytest.mark.parametrize("seed", SEEDS[::42])
def test_the_jail_gives_each_a_score(limits, seed):
    name, data = damaged(seed)
    record = mark(Task("anne", name, data, "", (), b"secret", limits))
    assert record["status"] in ("graded", "unreadable")
    assert 0 <= record["points"] <= record["out_of"]
    assert len(record["questions"]) == len(PROBLEM_SETS[name].questions)
