"""The first questions of problem set 4: δ at the output, δ of hidden units, one layer of a batch.
Each is a program in parts; a mistake is the same program with one of its parts exchanged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..activations import ACTIVATIONS, softmax
from ..arrays import Array
from .ps3_slips import exchanged

CURVED = ("sigmoid", "tanh")  # on a straight one, half of the mistakes would not show


def slope(name: str, z: Array) -> Array:
    """φ′(z)."""
    return ACTIVATIONS[name].derivative(z)


def slope_at_a(name: str, z: Array) -> Array:
    """φ′ where it does not belong."""
    return ACTIVATIONS[name].derivative(ACTIVATIONS[name](z))


def no_slope(name: str, z: Array) -> Array:
    """What is left if φ′ is forgotten."""
    return np.ones_like(z)


# -- q1: δ at the output ---------------------------------------------------------------------------


def output_delta(
    z: Array,
    y: Array,
    activation: list[str],
    *,
    missed: Callable[..., Any] = lambda a, y, z: a - y,
    slope: Callable[..., Any] = slope,
) -> Array:
    """(a − y) φ′(z) for units that do not all have the same φ."""

    def of_unit(z: Any, y: Any, name: str) -> Any:
        return missed(ACTIVATIONS[name](z), y, z) * slope(name, z)

    units = zip(z, y, activation, strict=True)
    return np.array([float(of_unit(np.array(z), y, name)) for z, y, name in units])


def draw_output(rng: np.random.Generator) -> tuple[Any, ...]:
    """One output layer, with every kind of unit."""
    names = ["linear", "sigmoid", "tanh"]
    names = [*names, *rng.choice(names, int(rng.integers(1, 4)))]
    activation = [str(name) for name in rng.permutation(names)]
    return rng.normal(size=len(names)), rng.uniform(-1, 1, len(names)), activation


OUTPUT = exchanged(
    output_delta,
    (
        "the sign of a − y is turned",
        "If the answer is too high, does the error grow or shrink when it grows?",
        {"missed": lambda a, y, z: y - a},
    ),
    (
        "φ′ is forgotten",
        "The chain from z to the error has two links, and the first is the unit's own.",
        {"slope": no_slope},
    ),
    (
        "φ′ is taken at a in place of z",
        "If the slope is written with the answer, as in a(1 − a), put the answer in once.",
        {"slope": slope_at_a},
    ),
    (
        "the ½ is forgotten in the error",
        "What does the 2 of the power rule meet?",
        {"missed": lambda a, y, z: 2 * (a - y)},
    ),
    (
        "the error in place of its slope",
        "Differentiate the half square before you multiply.",
        {"missed": lambda a, y, z: (a - y) ** 2 / 2},
    ),
    (
        "z − y in place of a − y",
        "What is compared with the target is the answer of the unit.",
        {"missed": lambda a, y, z: z - y},
    ),
    (
        "every unit has the slope of a sigmoid",
        "Which of your units have the slope a(1 − a), and what do the others have?",
        {"slope": lambda name, z: (a := ACTIVATIONS[name](z)) * (1 - a)},
    ),
    (
        "the slope of tanh is 1 − a",
        "The slope of tanh is the same at z and at −z.",
        {"slope": lambda name, z: 1 - np.tanh(z) if name == "tanh" else slope(name, z)},
    ),
)

# -- q2: softmax and cross entropy -----------------------------------------------------------------


def softmax_delta(
    z: Array,
    y: Array,
    *,
    share: Callable[[Array], Array] = softmax,
    missed: Callable[..., Array] = lambda p, y: p - y,
    count: Callable[[Array], float] = len,
) -> Array:
    """(p − y)/n, one sample a row."""
    return np.asarray(missed(share(z), y) / count(z))


def draw_logits(rng: np.random.Generator) -> tuple[Any, ...]:
    """Logits, and targets that are shares."""
    n, classes = (int(size) for size in rng.choice([2, 3, 4, 5, 6], 2, replace=False))
    return rng.normal(size=(n, classes)) * 2, rng.dirichlet(np.ones(classes), n)


SOFTMAX = exchanged(
    softmax_delta,
    (
        "the sign of p − y is turned",
        "If a share is too large, does the error grow or shrink with its logit?",
        {"missed": lambda p, y: y - p},
    ),
    (
        "1/n is forgotten",
        "The error of a batch is a mean.",
        {"count": lambda z: 1},
    ),
    (
        "the mean is taken over the classes too",
        "The cross entropy adds up the classes; only over the samples is there a mean.",
        {"count": np.size},
    ),
    (
        "the shares add up over the batch",
        "Which sums of your shares are 1: those of the rows, or those of the columns?",
        {"share": lambda z: softmax(z.T).T},
    ),
    (
        "only the path through the own share is followed",
        "A logit moves all shares of its row, not just its own.",
        {"missed": lambda p, y: -y * (1 - p)},
    ),
    (
        "the slope p(1 − p) is put behind a difference that contains it",
        "Chapter 6 proves that all paths together give a difference. What is left to multiply?",
        {"missed": lambda p, y: (p - y) * p * (1 - p)},
    ),
    (
        "the logits in place of the shares",
        "What is compared with a target that is a share?",
        {"share": lambda z: z},
    ),
)

# -- q3: δ of hidden units, one sample -------------------------------------------------------------


def hidden_deltas(
    W: list[Any],
    z: list[Any],
    delta: Array,
    activation: str,
    *,
    carry: Callable[..., Array] = lambda W, l, delta, last, s: (W[l + 1] @ delta) * s[l],
    slope: Callable[..., Array] = slope,
) -> list[Any]:
    """[None, δ¹, …, δᴸ], from the last to the first, where δᴸ is given."""
    found, s = [delta], [None, *(slope(activation, sums) for sums in z[1:])]
    for l in range(len(W) - 2, 0, -1):
        found.insert(0, carry(W, l, found[0], delta, s))
    return [None, *found]


def draw_stack(rng: np.random.Generator) -> tuple[Any, ...]:
    """Layers of equal width: a transpose, or the matrix next door, would fit."""
    depth, d = (int(size) for size in rng.choice([3, 4, 5], 2, replace=False))
    W, z = rng.normal(size=(depth, d, d)), rng.normal(size=(depth, d))
    return [None, *W], [None, *z], rng.normal(size=d), str(rng.choice(CURVED))


HIDDEN = exchanged(
    hidden_deltas,
    (
        "the weights of layer l in place of l + 1",
        "By which weights does the answer of layer l leave?",
        {"carry": lambda W, l, delta, last, s: (W[l] @ delta) * s[l]},
    ),
    (
        "the slope of layer l + 1 in place of l",
        "The slope is that of the unit whose δ you want.",
        {"carry": lambda W, l, delta, last, s: (W[l + 1] @ delta) * s[l + 1]},
    ),
    (
        "the weights are transposed",
        "Row k holds the weights that leave unit k. Over which index do you add?",
        {"carry": lambda W, l, delta, last, s: (W[l + 1].T @ delta) * s[l]},
    ),
    (
        "only one path is followed",
        "How many units does a hidden unit feed?",
        {"carry": lambda W, l, delta, last, s: W[l + 1][:, 0] * delta[0] * s[l]},
    ),
    (
        "the mean over the paths in place of the sum",
        "A small change goes along all paths, and all of it arrives.",
        {"carry": lambda W, l, delta, last, s: (W[l + 1] @ delta) / len(delta) * s[l]},
    ),
    (
        "δ is carried back without the weights",
        "How fast does z of the next layer grow with this unit's answer?",
        {"carry": lambda W, l, delta, last, s: delta.sum() * s[l]},
    ),
    (
        "every layer starts from δ of the output",
        "The recursion takes the δ of the next layer, which you have just found.",
        {"carry": lambda W, l, delta, last, s: (W[l + 1] @ last) * s[l]},
    ),
    (
        "the own slope is put in before the weights",
        "Carry δ to the unit first; then multiply by the slope of this unit.",
        {"carry": lambda W, l, delta, last, s: W[l + 1] @ (delta * s[l])},
    ),
    (
        "φ′ is forgotten",
        "The answer of the unit lies between its z and the next layer.",
        {"slope": no_slope},
    ),
    (
        "φ′ is taken at a in place of z",
        "The lists hold z. Where does the slope of the activation want to be taken?",
        {"slope": slope_at_a},
    ),
)
