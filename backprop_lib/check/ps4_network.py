"""The backward pass of problem set 4: one layer of a batch, all layers, and a search for a bug.
The right answers come from the library; a mistake is a pass of our own with one part exchanged."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from ..activations import ACTIVATIONS
from ..arrays import Array
from ..losses import half_squared_error
from ..network import Network
from .ps3_slips import Slip, exchanged
from .ps4_steps import CURVED, no_slope, slope, slope_at_a
from .question import Mistake

# -- q4: one layer ---------------------------------------------------------------------------------


def layer_back(
    delta: Array,
    W: Array,
    z: Array,
    activation: str,
    *,
    slope: Callable[..., Array] = slope,
    carry: Callable[..., Array] = lambda delta, W: delta @ W.T,
    weights: Callable[..., Array] = lambda a, delta, z: a.T @ delta,
    biases: Callable[[Array], Array] = lambda delta: delta.sum(axis=0),
) -> tuple[Array, Array, Array]:
    """The slopes in W and b, and δ of the layer before, whose sums are z."""
    a = ACTIVATIONS[activation](z)
    below = carry(delta, W) * slope(activation, z)
    return weights(a, delta, z), biases(delta), below


def draw_layer(rng: np.random.Generator) -> tuple[Any, ...]:
    """δ, weights and sums of a batch; all sizes differ."""
    n, d_in, d_out = (int(size) for size in rng.permutation([2, 3, 4, 5, 6])[:3])
    z = rng.normal(size=(n, d_in))
    return rng.normal(size=(n, d_out)), rng.normal(size=(d_in, d_out)), z, str(rng.choice(CURVED))


NO_SLOPE: Slip = (
    "φ′ is forgotten",
    "The answer of a unit lies between its z and the next layer.",
    {"slope": no_slope},
)
AT_A: Slip = (
    "φ′ is taken at a in place of z",
    "If the slope is written with the answer, as in a(1 − a), put the answer in once.",
    {"slope": slope_at_a},
)
ONE_PATH: Slip = (
    "only one path is followed",
    "How many units does a unit feed?",
    {"carry": lambda delta, W: delta[:, :1] @ W[:, :1].T},
)
RESHAPED: Slip = (
    "the weights are reshaped in place of transposed",
    "A reshape keeps the order of the numbers; print a small matrix both ways.",
    {"carry": lambda delta, W: delta @ W.reshape(W.shape[::-1])},
)
BIAS_MEAN: Slip = (
    "the bias slope is the mean over the batch in place of the sum",
    "Where does the 1/n of the mean stand already?",
    {"biases": lambda delta: delta.mean(axis=0)},
)
BIAS_ROWS: Slip = (
    "the bias slope is not summed over the batch",
    "A slope has the shape of what it is a slope in.",
    {"biases": lambda delta: delta},
)
BIAS_FIRST: Slip = (
    "the bias slope is that of the first sample",
    "Every sample uses the bias.",
    {"biases": lambda delta: delta[0]},
)
TWICE: Slip = (
    "1/n is put in a second time, with the slopes",
    "Where does the 1/n of the mean stand already?",
    {
        "weights": lambda a, delta, z: a.T @ delta / len(a),
        "biases": lambda delta: delta.mean(axis=0),
    },
)
EVERY_DELTA: Slip = (
    "1/n is put in again with every layer",
    "Where does the 1/n of the mean stand already?",
    {"carry": lambda delta, W: delta @ W.T / len(delta)},
)
SUMS: Slip = (
    "the sums z in place of the answers a",
    "Which value enters the weight?",
    {"weights": lambda a, delta, z: z.T @ delta},
)
TURNED: Slip = (
    "the slopes of the weights are transposed",
    "A slope has the shape of what it is a slope in.",
    {"weights": lambda a, delta, z: delta.T @ a},
)
SUM_OF_UNITS: Slip = (
    "the bias slope is summed over the units",
    "Every unit has a bias of its own. What do all samples share?",
    {"biases": lambda delta: delta.sum(axis=1)},
)
LAYER = exchanged(
    layer_back,
    *(NO_SLOPE, AT_A, ONE_PATH, RESHAPED, EVERY_DELTA, BIAS_MEAN, BIAS_ROWS, BIAS_FIRST),
    *(SUM_OF_UNITS, TWICE, SUMS, TURNED),
)

# -- q5: all layers --------------------------------------------------------------------------------


def backward(X: Array, Y: Array, W: list[Any], b: list[Any], activation: list[Any]) -> Any:
    """The slopes in all W and b, at the place of their layer."""
    sizes = len(X[0]), *(len(biases) for biases in b[1:])
    net = Network(sizes, tuple(ACTIVATIONS[name] for name in activation[1:]))
    theta = net.pack(W=W[1:], b=b[1:])
    trace = net.forward(theta, X)
    back = net.backward(theta, trace, half_squared_error.gradient(trace.a[-1], Y))
    return list(back.W), list(back.b)


def own_backward(
    X: Array,
    Y: Array,
    W: list[Any],
    b: list[Any],
    activation: list[Any],
    *,
    missed: Callable[..., Array] = lambda a, y: (a - y) / len(y),
    arrives: Callable[..., Array] = lambda a, W, b: a @ W + b,
    at_output: Callable[..., Array] = slope,
    only: int = 0,
    **parts: Any,
) -> Any:
    """The same, layer by layer; exchanged are the parts of all hidden layers, or of one only."""
    z: list[Any] = [None]
    a: list[Any] = [X]
    for name, weights, biases in zip(activation[1:], W[1:], b[1:], strict=True):
        z.append(arrives(a[-1], weights, biases))
        a.append(ACTIVATIONS[name](z[-1]))
    dW: list[Any] = [None] * len(W)
    db: list[Any] = [None] * len(W)
    delta = missed(a[-1], Y) * at_output(activation[-1], z[-1])
    for l in range(len(W) - 1, 0, -1):
        below = (z[l - 1], activation[l - 1]) if l > 1 else (X, "linear")
        changed = parts if only in (0, l - 1) else {}
        dW[l], db[l], delta = layer_back(delta, W[l], *below, **changed)
    return dW, db


def draw_network(rng: np.random.Generator) -> tuple[Any, ...]:
    """A batch and a network of two to four layers; all sizes differ."""
    return _draw_deep(rng, int(rng.integers(2, 5)))


def _draw_deep(rng: np.random.Generator, depth: int) -> tuple[Any, ...]:
    sizes = [int(size) for size in rng.permutation([2, 3, 4, 5, 6, 7, 8])[: depth + 2]]
    n, *sizes = sorted(sizes[:2], reverse=True) + sizes[2:]  # never a batch of 2: a mean is no ½
    W = [rng.normal(size=shape) for shape in pairwise(sizes)]
    b = [rng.normal(size=size) for size in sizes[1:]]
    names = [str(name) for name in rng.choice(CURVED, depth)]
    X, Y = rng.normal(size=(n, sizes[0])), rng.uniform(0, 1, (n, sizes[-1]))
    return X, Y, [None, *W], [None, *b], [None, *names]


NETWORK = exchanged(
    own_backward,
    (
        "the sign of a − y is turned",
        "If an output is too high, does the error grow or shrink when it grows?",
        {"missed": lambda a, y: (y - a) / len(y)},
    ),
    (
        "1/n is forgotten",
        "The error of a batch is a mean.",
        {"missed": lambda a, y: a - y},
    ),
    (
        "the ½ is forgotten in the error",
        "What does the 2 of the power rule meet?",
        {"missed": lambda a, y: 2 * (a - y) / len(y)},
    ),
    (
        "the mean is taken over the outputs too",
        "The squares of the outputs are added up; only over the samples is there a mean.",
        {"missed": lambda a, y: (a - y) / y.size},
    ),
    (
        "the biases are forgotten on the way forward",
        "What arrives at a unit if all answers before it are 0?",
        {"arrives": lambda a, W, b: a @ W},
    ),
    (
        "φ′ is forgotten at the output",
        "Outputs have an activation too.",
        {"at_output": no_slope},
    ),
    (
        "φ′ is forgotten in the hidden layers",
        "The answer of a unit lies between its z and the next layer.",
        {"slope": no_slope},
    ),
    (AT_A[0], AT_A[1], {"slope": slope_at_a, "at_output": slope_at_a}),
    *(ONE_PATH, RESHAPED, EVERY_DELTA, BIAS_MEAN, BIAS_ROWS, BIAS_FIRST, TWICE),
)

# -- q7: a friend's slopes -------------------------------------------------------------------------


def wrong_layer(
    X: Array, Y: Array, W: list[Any], b: list[Any], activation: list[Any], dW: list[Any]
) -> Any:
    """The layer in which a mistake was made, and the right slopes of its weights."""
    right, _ = backward(X, Y, W, b, activation)
    apart = [l for l in range(1, len(W)) if not np.allclose(dW[l], right[l])]
    return apart[-1], right[apart[-1]]


def draw_friend(rng: np.random.Generator) -> tuple[Any, ...]:
    """A network, and slopes that are wrong from some inner layer down."""
    given = _draw_deep(rng, int(rng.integers(3, 6)))
    layer = int(rng.integers(2, len(given[2]) - 1))
    _, _, bug = (NO_SLOPE, AT_A, ONE_PATH, RESHAPED, EVERY_DELTA)[int(rng.integers(5))]
    return *given, own_backward(*given, only=layer, **bug)[0]


def _mistaken(change: Callable[..., Any]) -> Callable[..., Any]:
    """Make a wrong answer from the layer, its right slopes, all right ones and the friend's."""

    def answer(*given: Any) -> Any:
        *network, friend = given
        right, _ = backward(*network)
        return change(*wrong_layer(*given), right, friend)

    return answer


FRIEND = (
    Mistake(
        "the lowest wrong layer in place of the first on the way back",
        "What does a wrong δ do to the layers below, on its way down?",
        _mistaken(lambda l, dW, right, friend: (1, right[1])),
    ),
    Mistake(
        "the last layer that is right",
        "Which line used that layer's δ, and what did it make?",
        _mistaken(lambda l, dW, right, friend: (l + 1, right[l + 1])),
    ),
    Mistake(
        "the layers are counted from 0",
        "In this book layer 0 is the inputs, and the lists begin with None.",
        _mistaken(lambda l, dW, right, friend: (l - 1, dW)),
    ),
    Mistake(
        "the friend's slopes in place of the right ones",
        "You found the layer; what should stand there?",
        _mistaken(lambda l, dW, right, friend: (l, friend[l])),
    ),
)
