"""Problem set 1, neurons and activations: what a unit can say, and how steeply it says it.
Each question is the library's own answer beside the mistakes that others made before you."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..activations import ACTIVATIONS
from ..activations import sigmoid as library_sigmoid
from ..activations import softmax as library_softmax
from ..arrays import Array
from .question import Mistake, ProblemSet, Question, ReadByHand, told_apart
from .truth_tables import are_layers, draw_layers, draw_unit, is_unit, layers, unit

NAMES = ("sigmoid", "tanh", "relu", "leaky_relu", "softplus")

# -- q1: a unit on a batch -------------------------------------------------------------------------


def neuron(x: Array, w: Array, b: float) -> Any:
    """What a sigmoid unit answers to each row of x."""
    return library_sigmoid(x @ w + b)


def _draw_neuron(rng: np.random.Generator) -> tuple[Any, ...]:
    n, d = rng.choice([2, 3, 4, 5], 2, replace=False)
    return rng.normal(size=(n, d)), rng.normal(size=d), float(rng.normal())


NEURON = (
    Mistake(
        "the bias is forgotten",
        "Set x to 0: what should the unit answer?",
        lambda x, w, b: library_sigmoid(x @ w),
    ),
    Mistake(
        "the bias is subtracted",
        "In this course the bias is added to the weighted sum.",
        lambda x, w, b: library_sigmoid(x @ w - b),
    ),
    Mistake(
        "the activation is forgotten",
        "You return z, which can be any number; the answer lies between 0 and 1.",
        lambda x, w, b: x @ w + b,
    ),
    Mistake(
        "the sigmoid falls instead of rising",
        "Look at the sign in the exponent: a large z should be answered by nearly 1.",
        lambda x, w, b: library_sigmoid(-(x @ w + b)),
    ),
)

# -- q4: the sigmoid, anywhere ---------------------------------------------------------------------


def sigmoid(z: Array) -> Any:
    """1/(1 + e^(−z)), entry by entry."""
    return library_sigmoid(z)


def _draw_sums(rng: np.random.Generator) -> tuple[Any, ...]:
    rows, columns = rng.choice([2, 3, 4], 2, replace=False)
    z = np.concatenate([[800.0, -800.0], rng.normal(scale=3, size=rows * columns - 2)])
    return (rng.permutation(z).reshape(rows, columns),)


def _both_halves(z: Array) -> Array:
    return np.asarray(np.exp(z) / (1 + np.exp(z)))


SIGMOID = (
    Mistake(
        "two exponentials that are too large, one divided by the other",
        "Look at z = 800: which of the two ways to write the sigmoid has no infinity above?",
        _both_halves,
    ),
    Mistake(
        "the exponent has the wrong sign",
        "A large z should be answered by nearly 1.",
        lambda z: library_sigmoid(-z),
    ),
    Mistake(
        "a step instead of an S",
        "Near 0 the sigmoid takes every value between 0 and 1.",
        lambda z: (z > 0).astype(float),
    ),
)

# -- q5: slopes ------------------------------------------------------------------------------------


def slopes(names: list[str], z: Array) -> Array:
    """Row i holds the derivative of the activation names[i] at row i of z."""
    return _by_name({name: ACTIVATIONS[name].derivative for name in NAMES}, names, z)


def _by_name(formulas: dict[str, Any], names: list[str], z: Array) -> Array:
    return np.stack([formulas[name](row) for name, row in zip(names, z, strict=True)])


def _with(**others: Any) -> Any:
    rows = {name: ACTIVATIONS[name].derivative for name in NAMES} | others
    return lambda names, z: _by_name(rows, names, z)


def _draw_slopes(rng: np.random.Generator) -> tuple[Any, ...]:
    z = rng.normal(size=(5, int(rng.choice([4, 6, 7])))) * 2
    z[:, :3] = [0.0, -1.5, 1.5] * rng.uniform(0.5, 1.0, size=(5, 3))
    return [str(name) for name in rng.permutation(NAMES)], rng.permuted(z, axis=1)


SLOPES = (
    Mistake(
        "the derivative taken at a instead of z",
        "The slope belongs to what arrives at the unit, not to what leaves it.",
        _with(**{n: lambda z, f=ACTIVATIONS[n]: f.derivative(f(z)) for n in NAMES}),
    ),
    Mistake(
        "the value in the place of the slope",
        "Compare with the tables of chapter 2: these are answers, not slopes.",
        _with(**{name: ACTIVATIONS[name] for name in NAMES}),
    ),
    Mistake(
        "1 − tanh instead of 1 − tanh²",
        "The slope of tanh is the same at z and at −z.",
        _with(tanh=lambda z: 1 - np.tanh(z)),
    ),
    Mistake(
        "the slope from the right at the kinks",
        "At 0 this course takes the slope of the left side.",
        _with(
            relu=lambda z: np.where(z >= 0, 1.0, 0.0),
            leaky_relu=lambda z: np.where(z >= 0, 1.0, 0.01),
        ),
    ),
    Mistake(
        "the slope of relu at its kink is ½",
        "At 0 this course takes the slope of the left side.",
        _with(relu=lambda z: np.heaviside(z, 0.5)),
    ),
    Mistake(
        "the mean of both slopes at the kinks",
        "At 0 this course takes the slope of the left side.",
        _with(
            relu=lambda z: np.heaviside(z, 0.5),
            leaky_relu=lambda z: 0.01 + 0.99 * np.heaviside(z, 0.5),
        ),
    ),
    Mistake(
        "the leak is forgotten",
        "Left of 0 the leaky rectifier falls slowly, so its slope there is not 0.",
        _with(leaky_relu=ACTIVATIONS["relu"].derivative),
    ),
)

# -- q6: softmax -----------------------------------------------------------------------------------


def softmax(z: Array) -> Any:
    """Each row of z turned into shares that add up to 1."""
    return library_softmax(z)


def _draw_logits(rng: np.random.Generator) -> tuple[Any, ...]:
    n, c = rng.choice([3, 4, 5], 2, replace=False)
    heights = rng.permutation(np.concatenate([[900.0, -900.0], rng.normal(size=n - 2)]))
    return (rng.normal(size=(n, c)) + heights[:, None],)


def _shares(z: Array, shift: Any, axis: int | None) -> Array:
    e = np.exp(z - shift)
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


SOFTMAX = (
    Mistake(
        "the exponentials overflow",
        "What is subtracted from all logits of a row is lost in the end; choose it well.",
        lambda z: _shares(z, 0.0, 1),
    ),
    Mistake(
        "one number is subtracted from all rows",
        "Each row has a largest logit of its own; see what becomes of the lowest row.",
        lambda z: _shares(z, z.max(), 1),
    ),
    Mistake(
        "the sum runs over the batch",
        "Add up your answers along a row, then along a column: which should be 1?",
        lambda z: _shares(z, z.max(axis=0), 0),
    ),
    Mistake(
        "one sum for all rows",
        "Add up your answers along each row: each sample has shares of its own.",
        lambda z: _shares(z, z.max(), None),
    ),
)

# -- q7: straight pieces ---------------------------------------------------------------------------


def bends(x: Array, f: Array) -> Array:
    """The weights c of f(x₀) + Σ c_k relu(x − x_k) that meet f at all knots."""
    return np.diff(np.diff(f) / np.diff(x), prepend=0)


def _draw_knots(rng: np.random.Generator) -> tuple[Any, ...]:
    n = int(rng.integers(4, 8))
    return np.cumsum(rng.uniform(0.2, 1.5, size=n)) - 2, rng.normal(size=n)


BENDS = (
    Mistake(
        "slopes instead of bends",
        "All units to the left are awake already; a unit adds to their slope.",
        lambda x, f: np.diff(f) / np.diff(x),
    ),
    Mistake(
        "rises that are not divided by the widths",
        "The knots are not 1 apart, and not equally far.",
        lambda x, f: np.diff(np.diff(f), prepend=0),
    ),
    Mistake(
        "old slope minus new slope",
        "If the curve bends upwards, the unit that wakes up there has a positive weight.",
        lambda x, f: bends(x, f) * np.where(np.arange(len(x) - 1) > 0, -1, 1),
    ),
)

SET = ProblemSet(
    "ps1",
    "Neurons and activations",
    (
        Question("ps1.q1", 10, neuron, told_apart(_draw_neuron, neuron, NEURON), NEURON),
        Question("ps1.q2", 10, unit, draw_unit, by_hand=True, verify=is_unit),
        Question("ps1.q3", 15, layers, draw_layers, by_hand=True, verify=are_layers),
        Question("ps1.q4", 10, sigmoid, told_apart(_draw_sums, sigmoid, SIGMOID), SIGMOID),
        Question("ps1.q5", 15, slopes, told_apart(_draw_slopes, slopes, SLOPES), SLOPES),
        Question("ps1.q6", 15, softmax, told_apart(_draw_logits, softmax, SOFTMAX), SOFTMAX),
        Question("ps1.q7", 15, bends, told_apart(_draw_knots, bends, BENDS), BENDS),
    ),
    ReadByHand(
        "ps1.q8",
        10,
        (
            (3, "two corners with answer 1 and two with answer 0, with the same sum"),
            (4, "why no single unit can answer so, from the four z"),
            (3, "what the hidden layer changes, with the four corners as example"),
        ),
    ),
)
