"""The mistakes that problem set 3 knows by name: what is done, where to look, the part exchanged.
A part is an argument of :func:`~backprop_lib.check.ps3.work`, which is right without any."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from ..activations import sigmoid
from .question import Mistake

Slip: TypeAlias = tuple[str, str, dict[str, Any]]  # name, advice, the parts exchanged


def exchanged(answer: Callable[..., Any], *slips: Slip) -> tuple[Mistake, ...]:
    """Return each mistake as the answer's own program with its parts exchanged."""
    return tuple(Mistake(name, advice, partial(answer, **parts)) for name, advice, parts in slips)


CROSSWISE: Slip = (
    "the weights are read crosswise",
    "In h₁ end w₁ and w₂; which two leave i₁?",
    {"arrives": lambda a, W, b: a @ W.T + b},
)
NO_BIAS: Slip = (
    "the biases are forgotten",
    "What arrives at a unit if both values before it are 0?",
    {"arrives": lambda a, W, b: a @ W},
)
NO_SIGMOID_H: Slip = (
    "the hidden units answer without the sigmoid",
    "A hidden value is never below 0 or above 1.",
    {"at_h": lambda z: z},
)
NO_SIGMOID_O: Slip = (
    "the outputs answer without the sigmoid",
    "An output is never below 0 or above 1.",
    {"at_o": lambda z: z},
)
WRONG_LAYER: Slip = (
    "the outputs read the inputs",
    "Which values stand at the beginning of w₅?",
    {"seen": lambda i, h: i},
)
ERROR: tuple[Slip, ...] = (
    (
        "the ½ is forgotten",
        "Chapter 4 halves the squares.",
        {"error": lambda o, t: ((o - t) ** 2).sum()},
    ),
    (
        "the mean over the outputs in place of the sum",
        "The squares of the two outputs are added up.",
        {"error": lambda o, t: ((o - t) ** 2).mean() / 2},
    ),
    (
        "the differences are not squared",
        "One output too high and one too low: may their errors cancel?",
        {"error": lambda o, t: (o - t).sum() / 2},
    ),
    (
        "only the first output counts",
        "Both outputs have a target.",
        {"error": lambda o, t: (o - t)[0] ** 2 / 2},
    ),
)
ROUGH: Slip = (
    "numbers are rounded to two decimals on the way",
    "Keep five decimals until the end.",
    {"near": lambda x: np.round(x, 2)},
)

SIGN: Slip = (
    "the sign of o − t is turned",
    "If an output is too high, does the error grow or shrink when it grows?",
    {"missed": lambda o, t: t - o},
)
HALF: Slip = (
    "the ½ is forgotten in the error",
    "What does the 2 of the power rule meet?",
    {"missed": lambda o, t: 2 * (o - t)},
)
MEAN: Slip = (
    "the error is averaged over the outputs",
    "The squares of the two outputs are added up.",
    {"missed": lambda o, t: (o - t) / 2},
)
NO_SLOPE_O: Slip = (
    "the slope of the sigmoid is forgotten at the outputs",
    "Write down the path from a weight to the error; every arrow has a slope.",
    {"slope_o": np.ones_like},
)
NO_SLOPE_H: Slip = (
    "the slope of the sigmoid is forgotten at the hidden units",
    "Write down the path from w₁ to the error; every arrow has a slope.",
    {"slope_h": np.ones_like},
)
SLOPE_AT_A: Slip = (
    "the slope of the sigmoid is taken at its answer in place of z",
    "The product o(1 − o) is σ′(z) already; is it also σ′(o)?",
    {"slope_o": sigmoid.derivative, "slope_h": sigmoid.derivative},
)
FIRST_PATH: Slip = (
    "only the path through o₁ is followed",
    "How many units does a hidden unit feed?",
    {"carry": lambda W2, moved, delta: W2[:, 0] * delta[0]},
)
SECOND_PATH: Slip = (
    "only the path through o₂ is followed",
    "How many units does a hidden unit feed?",
    {"carry": lambda W2, moved, delta: W2[:, 1] * delta[1]},
)
MOVED: Slip = (
    "the output weights had moved already when the hidden slopes were taken",
    "Take all slopes before you move anything.",
    {"carry": lambda W2, moved, delta: moved @ delta},
)
CROSS_BACK: Slip = (
    "the output weights are read crosswise on the way back",
    "By which two weights does h₁ leave?",
    {"carry": lambda W2, moved, delta: W2.T @ delta},
)
PATHS_SUBTRACTED: Slip = (
    "the two paths are subtracted",
    "The slopes bring their signs along; what do paths do?",
    {"carry": lambda W2, moved, delta: W2 @ (delta * [1, -1])},
)
PATHS_AVERAGED: Slip = (
    "the mean of the two paths in place of their sum",
    "A small change of h₁ goes both ways, and both changes reach the error.",
    {"carry": lambda W2, moved, delta: W2 @ delta / 2},
)
NO_WEIGHT_BACK: Slip = (
    "δ is carried back without the weights",
    "How fast does z of an output grow with h₁?",
    {"carry": lambda W2, moved, delta: np.full(2, delta.sum())},
)
NO_INPUT: Slip = (
    "the value that enters the weight is forgotten",
    "How fast does z of the unit grow with the weight?",
    {
        "in_W1": lambda i, h, delta: np.outer([1, 1], delta),
        "in_W2": lambda i, h, delta: np.outer([1, 1], delta),
    },
)
TURNED: Slip = (
    "the slopes stand in the matrix the wrong way round",
    "Row j belongs to the unit where the weight begins.",
    {
        "in_W1": lambda i, h, delta: np.outer(delta, i),
        "in_W2": lambda i, h, delta: np.outer(delta, h),
    },
)
WRONG_VALUE: Slip = (
    "the input in place of the hidden value",
    "Which value stands at the beginning of w₆?",
    {"in_W2": lambda i, h, delta: np.outer(i, delta)},
)
WRONG_END: Slip = (
    "the δ of the other output",
    "In which output does w₆ end?",
    {"in_W2": lambda i, h, delta: np.outer(h, delta[::-1])},
)
OTHER_VALUE: Slip = (
    "the value of the other hidden unit",
    "From which hidden unit does w₆ come?",
    {"in_W2": lambda i, h, delta: np.outer(h[::-1], delta)},
)
SWAPPED: Slip = (
    "w₆ and w₇ are exchanged",
    "Where does w₆ begin, and where does it end?",
    {"in_W2": lambda i, h, delta: np.outer(delta, h)},
)
FROZEN: Slip = (
    "the biases stay where they are",
    "A bias has a slope like any parameter.",
    {"in_b": np.zeros_like},
)
SHARED: Slip = (
    "one slope for the biases of a layer",
    "Here every unit has a bias of its own.",
    {"in_b": lambda delta: np.full(2, delta.sum())},
)
UPHILL: Slip = (
    "the step goes up the slope",
    "A positive slope says that the error grows with the weight.",
    {"step": lambda old, slope, rate: old + rate * slope},
)
NO_RATE: Slip = (
    "the learning rate is forgotten",
    "How long is the step?",
    {"step": lambda old, slope, rate: old - slope},
)
CHANGE: Slip = (
    "the change in place of the new value",
    "The step starts from the old weight.",
    {"step": lambda old, slope, rate: -rate * slope},
)
SHARE: Slip = (
    "the step is a share of the weight",
    "Does the step depend on how large the weight is?",
    {"step": lambda old, slope, rate: old * (1 - rate * slope)},
)
ONCE: Slip = (
    "the slopes are taken once, for all steps",
    "After a step the network is another one; are its slopes the old ones?",
    {"again": False},
)
SHORT: Slip = (
    "one step is missing",
    "The error before any step belongs to 0 steps.",
    {"off": -1},
)
LONG: Slip = (
    "one step too many",
    "The error before any step belongs to 0 steps.",
    {"off": 1},
)
DOUBLED: Slip = (
    "the ½ is forgotten in the error that is returned",
    "The slopes are right; look at the last line.",
    {"error": lambda o, t: ((o - t) ** 2).sum()},
)

FORWARD = (NO_BIAS, CROSSWISE, NO_SIGMOID_H, NO_SIGMOID_O, WRONG_LAYER)
VALUES = (*FORWARD, *ERROR, ROUGH)
START = (SIGN, HALF, NO_SLOPE_O, SLOPE_AT_A)
BACK = (FIRST_PATH, SECOND_PATH, CROSS_BACK, PATHS_SUBTRACTED, PATHS_AVERAGED, NO_WEIGHT_BACK)
OUTPUT = (*START, MEAN, WRONG_VALUE, OTHER_VALUE, WRONG_END, SWAPPED, NO_INPUT)
HIDDEN = (*START, *BACK, NO_SLOPE_H, MOVED, NO_INPUT)
STEP = (UPHILL, NO_RATE, CHANGE, SHARE, FROZEN, SHARED, MOVED, FIRST_PATH, HALF, NO_SLOPE_O)
SLOPES = (*START, MEAN, *BACK, NO_SLOPE_H, TURNED, WRONG_VALUE, FROZEN, SHARED)
RUN = (MOVED, SHORT, LONG, ONCE, DOUBLED, HALF, UPHILL, FROZEN, SHARED, FIRST_PATH, NO_SLOPE_O)
