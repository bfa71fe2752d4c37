"""Problem set 1, neurons and activations: weighted sums, thresholds, slopes.
Each question is the library's own answer beside the mistakes that others made before you."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..activations import sigmoid
from ..arrays import Array
from .question import Mistake, ProblemSet, Question, ReadByHand


def neuron(x: Array, w: Array, b: float) -> Any:
    """A sigmoid neuron: one number for each row of x."""
    return sigmoid(x @ w + b)


def _draw_neuron(rng: np.random.Generator) -> tuple[Any, ...]:
    n, d = rng.choice([2, 3, 4, 5], 2, replace=False)
    return rng.normal(size=(n, d)), rng.normal(size=d), float(rng.normal())


SET = ProblemSet(
    "ps1",
    "Neurons and activations",
    (
        Question(
            "ps1.q1",
            80,
            neuron,
            _draw_neuron,
            (
                Mistake(
                    "the bias is forgotten",
                    "Set x to zero: what should the neuron answer?",
                    lambda x, w, b: sigmoid(x @ w),
                ),
                Mistake(
                    "the bias has the wrong sign",
                    "In this course the bias is added.",
                    lambda x, w, b: sigmoid(x @ w - b),
                ),
            ),
        ),
    ),
    ReadByHand("ps1.q2", 20, ((10, "one reason"), (10, "an example"))),
)
