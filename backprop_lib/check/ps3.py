"""Problem set 3, the worked example: a network of 2-2-2 units by hand, then in code.
One program works it out; a mistake is the same program with one of its parts exchanged."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from ..activations import sigmoid
from ..arrays import Array
from . import ps3_slips as slips
from .ps3_slips import exchanged
from .question import Mistake, ProblemSet, Question, ReadByHand, told_apart

TOLERANCE = 1e-3  # what is left of a number that was worked with five digits
RATES = (1.5, 2.5, 3.0, 4.0)  # neither 1 nor 2: a factor that is forgotten has to show

Numbers: TypeAlias = dict[str, float]


def work(
    i: Array,
    t: Array,
    W1: Array,
    b1: Array,
    W2: Array,
    b2: Array,
    rate: float = 0.0,
    *,
    near: Callable[[Any], Any] = lambda x: x,
    arrives: Callable[..., Array] = lambda a, W, b: a @ W + b,
    seen: Callable[..., Array] = lambda i, h: h,
    at_h: Callable[[Array], Array] = sigmoid,
    at_o: Callable[[Array], Array] = sigmoid,
    error: Callable[..., Any] = lambda o, t: ((o - t) ** 2).sum() / 2,
    missed: Callable[..., Array] = lambda o, t: o - t,
    slope_o: Callable[[Array], Array] = lambda o: o * (1 - o),
    slope_h: Callable[[Array], Array] = lambda h: h * (1 - h),
    carry: Callable[..., Array] = lambda W2, moved, delta: W2 @ delta,
    in_W1: Callable[..., Array] = lambda i, h, delta: np.outer(i, delta),
    in_W2: Callable[..., Array] = lambda i, h, delta: np.outer(h, delta),
    in_b: Callable[[Array], Array] = lambda delta: delta,
    step: Callable[..., Array] = lambda old, slope, rate: old - rate * slope,
) -> dict[str, Any]:
    """Run the network forward, backward and one step down; return every number by its name.

    Parameters
    ----------
    i, t : ndarray, shape (2,)
        Inputs and targets.
    W1, W2 : ndarray, shape (2, 2)
        ``W[j, k]`` runs from unit j to unit k.
    b1, b2 : ndarray, shape (2,)
    rate : float
        η.
    near : callable
        What is done to every intermediate number: nothing, or rounding.
    arrives, seen, at_h, at_o, error, missed, slope_o, slope_h, carry, in_W1, in_W2, in_b, step
        The parts. ``seen`` is what the output units receive, ``carry`` brings δ of the outputs
        back to the hidden units, ``moved`` are the output weights after the step.
    """
    h = near(at_h(near(arrives(i, W1, b1))))
    o = near(at_o(near(arrives(seen(i, h), W2, b2))))
    delta_o = near(missed(o, t) * near(slope_o(o)))
    dW2, db2 = near(in_W2(i, h, delta_o)), near(in_b(delta_o))
    new_W2 = near(step(W2, dW2, rate))
    delta_h = near(near(carry(W2, new_W2, delta_o)) * near(slope_h(h)))
    dW1, db1 = near(in_W1(i, h, delta_h)), near(in_b(delta_h))
    found = {"h": h, "o": o, "E": float(near(error(o, t))), "delta_o": delta_o}
    found |= {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
    new = step(W1, dW1, rate), step(b1, db1, rate), new_W2, step(b2, db2, rate)
    return found | {"new": new}


def arrays(n: Numbers) -> tuple[Any, ...]:
    """Return i, t, W1, b1, W2, b2 and the rate, from the names of chapter 4."""
    return (
        *(np.array([n["i1"], n["i2"]]), np.array([n["t1"], n["t2"]])),
        *(np.array([[n["w1"], n["w3"]], [n["w2"], n["w4"]]]), np.array([n["b_h1"], n["b_h2"]])),
        *(np.array([[n["w5"], n["w7"]], [n["w6"], n["w8"]]]), np.array([n["b_o1"], n["b_o2"]])),
        n["rate"],
    )


def forward_values(n: Numbers, **parts: Any) -> Numbers:
    """The values of the units and the error."""
    found = work(*arrays(n), **parts)
    (h1, h2), (o1, o2) = found["h"], found["o"]
    return {"h1": h1, "h2": h2, "o1": o1, "o2": o2, "E": found["E"]}


def output_slopes(n: Numbers, **parts: Any) -> Numbers:
    """δ of the two outputs, and the slopes of the error in w₆ and w₇."""
    found = work(*arrays(n), **parts)
    delta_o1, delta_o2 = found["delta_o"]
    w6, w7 = found["W2"][1, 0], found["W2"][0, 1]
    return {"delta_o1": delta_o1, "delta_o2": delta_o2, "w6": w6, "w7": w7}


def hidden_slopes(n: Numbers, **parts: Any) -> Numbers:
    """The slopes of the error in w₁, w₄ and the bias of h₂."""
    found = work(*arrays(n), **parts)
    return {"w1": found["W1"][0, 0], "w4": found["W1"][1, 1], "b_h2": found["b1"][1]}


def after_step(n: Numbers, **parts: Any) -> Numbers:
    """Two weights and two biases after one step."""
    W1, b1, W2, b2 = work(*arrays(n), **parts)["new"]
    return {"w1": W1[0, 0], "w8": W2[1, 1], "b_h1": b1[0], "b_o2": b2[1]}


def forward(i: Array, W1: Array, b1: Array, W2: Array, b2: Array, **parts: Any) -> Any:
    """The hidden values and the outputs."""
    found = work(i, np.zeros(2), W1, b1, W2, b2, **parts)
    return found["h"], found["o"]


def slopes(i: Array, t: Array, W1: Array, b1: Array, W2: Array, b2: Array, **parts: Any) -> Any:
    """The slopes of the error in W1, b1, W2 and b2."""
    found = work(i, t, W1, b1, W2, b2, **parts)
    return found["W1"], found["b1"], found["W2"], found["b2"]


def error_after(
    i: Array,
    t: Array,
    W1: Array,
    b1: Array,
    W2: Array,
    b2: Array,
    rate: float,
    steps: int,
    *,
    off: int = 0,
    again: bool = True,
    **parts: Any,
) -> float:
    """The error after so many steps."""
    now = W1, b1, W2, b2
    if again:
        for _ in range(steps + off):
            now = work(i, t, *now, rate, **parts)["new"]
    else:
        now = work(i, t, *now, rate * steps, **parts)["new"]
    return float(work(i, t, *now, rate, **parts)["E"])


# -- the numbers -----------------------------------------------------------------------------------


def _draw_hand(rng: np.random.Generator) -> tuple[Numbers]:
    """Numbers of two digits for a pocket calculator."""
    return (dict(_numbers(int(rng.integers(2**62)))),)


@lru_cache(maxsize=8)
def _numbers(seed: int) -> Numbers:
    """Draw until every mistake shows; four questions go on with the same numbers."""
    rng = np.random.default_rng(seed)
    names = [f"w{k}" for k in range(1, 9)] + ["b_h1", "b_h2", "b_o1", "b_o2"]
    while True:
        i1, i2 = rng.choice(np.arange(30, 100), 2, replace=False) / 100
        sizes = rng.choice(np.arange(10, 100), 12, replace=False) / 100
        n = {"i1": i1, "i2": i2, "t1": rng.integers(1, 20) / 100, "t2": rng.integers(80, 99) / 100}
        n |= dict(zip(names, sizes * rng.choice([1, 1, 1, -1], 12), strict=True))
        n = {name: float(value) for name, value in n.items()} | {"rate": float(rng.choice(RATES))}
        if all(_show(n, answer, mistakes) for answer, mistakes, _ in BY_HAND):
            return n


def _show(n: Numbers, answer: Callable[..., Numbers], mistakes: tuple[Mistake, ...]) -> bool:
    """Say whether five digits are enough, and too many to take one answer for another."""
    answers = [answer(n), *(slip.answer(n) for slip in mistakes)]
    values = np.array([list(one.values()) for one in answers])
    rounded = np.array(list(answer(n, near=_five_digits).values()))
    apart = (np.abs(values[:, None] - values) > 3 * TOLERANCE * np.abs(values)).any(axis=-1)
    enough = np.allclose(rounded, values[0], rtol=TOLERANCE / 5, atol=0)
    return bool(enough and (apart | np.eye(len(values), dtype=bool)).all())


def _five_digits(x: Any) -> Any:
    scale = 10.0 ** (4 - np.floor(np.log10(np.abs(x))))
    return np.round(x * scale) / scale


BY_HAND = (
    (forward_values, exchanged(forward_values, *slips.VALUES), 10),
    (output_slopes, exchanged(output_slopes, *slips.OUTPUT), 12),
    (hidden_slopes, exchanged(hidden_slopes, *slips.HIDDEN), 14),
    (after_step, exchanged(after_step, *slips.STEP), 10),
)


# -- the same in code ------------------------------------------------------------------------------


def _draw_forward(rng: np.random.Generator) -> tuple[Any, ...]:
    """Inputs, then weights and biases of both layers."""
    W1, b1, W2, b2 = (rng.normal(size=shape) for shape in ((2, 2), 2, (2, 2), 2))
    return rng.uniform(0.2, 1.5, 2), W1, b1, W2, b2


def _draw_slopes(rng: np.random.Generator) -> tuple[Any, ...]:
    i, *rest = _draw_forward(rng)
    return i, rng.uniform(size=2), *rest


def _draw_steps(rng: np.random.Generator) -> tuple[Any, ...]:
    return *_draw_slopes(rng), float(rng.choice(RATES)), int(rng.integers(2, 9))


RUN = exchanged(error_after, *slips.RUN)

SET = ProblemSet(
    "ps3",
    "The worked example",
    (
        *(
            Question(
                *(f"ps3.q{number}", points, answer, _draw_hand, mistakes),
                by_hand=True,
                cases=1,
                tolerance=TOLERANCE,
                numbers_of="ps3.q1",
            )
            for number, (answer, mistakes, points) in enumerate(BY_HAND, start=1)
        ),
        Question("ps3.q5", 10, forward, _draw_forward, exchanged(forward, *slips.FORWARD)),
        Question("ps3.q6", 16, slopes, _draw_slopes, exchanged(slopes, *slips.SLOPES)),
        Question(
            "ps3.q7", 14, error_after, told_apart(_draw_steps, error_after, RUN), RUN, cases=3
        ),
    ),
    ReadByHand(
        "ps3.q8",
        14,
        (
            (4, "why the slope of w₁ is a sum over two paths, and why the paths add"),
            (
                4,
                "which path is the stronger one in your numbers, which way each pulls, and why",
            ),
            (3, "why an error that falls does not show that the slopes are right"),
            (3, "a test that finds the lost path without deriving anything again"),
        ),
    ),
)
