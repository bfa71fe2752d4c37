"""Notebooks for the tests, and a problem set with one question of each kind."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from backprop_lib import check
from backprop_lib.check.question import Mistake, ProblemSet, Question, ReadByHand


def slope(w: float) -> float:
    """Worked by hand."""
    return 2 * w


def double(x):
    return 2 * x


def shift(x, by):
    return x + by


SET = ProblemSet(
    "ps0",
    "Tests",
    (
        Question(
            "ps0.q1",
            30,
            double,
            lambda rng: (rng.normal(size=3),),
            (Mistake("squared", "Twice is not squared.", lambda x: x**2),),
        ),
        Question("ps0.q2", 30, shift, lambda rng: (rng.normal(size=(2, 3)), float(rng.normal()))),
        Question("ps0.q3", 20, slope, lambda rng: (float(rng.normal()),), by_hand=True),
    ),
    ReadByHand("ps0.q4", 20, ((20, "a reason"),)),
)

RIGHT = [
    'import numpy as np\nfrom backprop_lib.check import check, inputs\nSTUDENT = "anne"',
    "def double(x):\n    return 2 * x",
    'check("ps0.q1")',
    "def shift(x, by):\n    return x + by",
    'slope = 2 * inputs("ps0.q3")',
]


@pytest.fixture
def right() -> list[str]:
    """Return the cells of a right solution of ps0."""
    return list(RIGHT)


@pytest.fixture
def problem_set(monkeypatch) -> ProblemSet:
    """Return the set ps0, known to the checks while the test runs."""
    monkeypatch.setitem(check.PROBLEM_SETS, "ps0", SET)
    return SET


@pytest.fixture
def notebook() -> Callable[..., bytes]:
    """Return the function that makes a notebook file of cells."""

    def make(*cells: str) -> bytes:
        return json.dumps(
            {
                "cells": [{"cell_type": "code", "source": cell, "metadata": {}} for cell in cells],
                "metadata": {"kernelspec": {"name": "python3"}},
                "nbformat": 4,
                "nbformat_minor": 5,
            }
        ).encode()

    return make


@pytest.fixture
def points(problem_set, limits) -> Callable[..., dict[str, int]]:
    """Return the function that grades cells and returns the points of each question."""
    from backprop_lib.grade.marking import judged

    def points(*cells: str, name: str = "anne") -> dict[str, int]:
        verdicts, points.facts = judged(problem_set, list(cells), name, b"secret", limits)
        points.verdicts = {verdict.question: verdict for verdict in verdicts}
        return {question: verdict.points for question, verdict in points.verdicts.items()}

    assert np.geterr()["over"] == "raise"
    return points
