"""A computation as a list of gates, each after those that it uses: ``["*", 2, 0]`` multiplies the
values of places 2 and 0. The library sweeps back over it, and so do the ways that go wrong."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from .. import graph
from ..arrays import Array
from ..gates import evaluate
from .question import Mistake

Gates: TypeAlias = list[list[Any]]
OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "tanh": graph.tanh,
}


def input_slopes(gates: Gates, values: Array) -> Array:
    """The slopes of the last value in the two inputs."""
    return sweep(gates, values)[:2]


def sweep(gates: Gates, values: Array) -> Array:
    """The slopes of the last value in all values."""
    nodes = _wired(gates, values[: sum(len(gate) == 1 for gate in gates)])
    slopes = graph.backpropagate(nodes[-1])
    return np.array([slopes[node] for node in nodes])


def _wired(gates: Gates, start: Array) -> list[graph.Node]:
    given = iter(graph.variables(**{f"x{k}": float(value) for k, value in enumerate(start)}))
    nodes: list[graph.Node] = []
    for name, *parents in gates:
        arguments = [nodes[place] for place in parents]
        nodes.append(OPERATIONS[name](*arguments) if parents else next(given))
    return nodes


# -- sweeps that go wrong --------------------------------------------------------------------------

Local: TypeAlias = Callable[[str, list[float]], Any]


def _local(name: str, arguments: list[float]) -> Any:
    return evaluate(name, arguments, [False] * len(arguments))[1] if arguments else ()


def in_order(gates: Gates, values: Array, local: Local = _local, keep: bool = True) -> Array:
    """Walk back over the list; ``keep=False`` lets each message replace the one before."""
    slopes = _seed(gates)
    for place in reversed(range(len(gates))):
        for parent, product in _messages(gates, values, slopes, place, local):
            slopes[parent] = product + (slopes[parent] if keep else 0.0)
    return slopes


def all_at_once(gates: Gates, values: Array) -> Array:
    """Add the messages of a gate in one line: NumPy writes once to a place that stands twice."""
    slopes = _seed(gates)
    for place in reversed(range(len(gates))):
        messages = _messages(gates, values, slopes, place, _local)
        slopes[[parent for parent, _ in messages]] += [product for _, product in messages]
    return slopes


def in_a_hurry(gates: Gates, values: Array) -> Array:
    """Let every receiver send at once all that it holds."""
    slopes = _seed(gates)

    def send(place: int) -> None:
        messages = _messages(gates, values, slopes, place, _local)
        for parent, product in messages:
            slopes[parent] += product
        for parent, _ in messages:
            send(parent)

    send(len(gates) - 1)
    return slopes


def from_the_start(gates: Gates, values: Array) -> Array:
    """Walk forwards over the list."""
    slopes = _seed(gates)
    for place in range(len(gates)):
        for parent, product in _messages(gates, values, slopes, place, _local):
            slopes[parent] += product
    return slopes


def with_local(**others: Callable[..., Any]) -> Callable[[Gates, Array], Array]:
    """Walk in order with other local slopes for the gates times, minus or tanh."""
    symbols = {"times": "*", "minus": "-", "tanh": "tanh"}
    changed = {symbols[word]: slope for word, slope in others.items()}

    def local(name: str, arguments: list[float]) -> Any:
        return changed[name](*arguments) if name in changed else _local(name, arguments)

    return lambda gates, values: in_order(gates, values, local)


def _seed(gates: Gates) -> Array:
    return np.array([0.0] * (len(gates) - 1) + [1.0])


def _messages(
    gates: Gates, values: Array, slopes: Array, place: int, local: Local
) -> list[tuple[int, float]]:
    name, *parents = gates[place]
    own = local(name, [float(values[parent]) for parent in parents])
    return [(parent, slopes[place] * slope) for parent, slope in zip(parents, own, strict=True)]


FORKS = (
    Mistake(
        "a second message replaces the first",
        "A value that is used twice is sent two messages; what becomes of the first?",
        lambda gates, values: in_order(gates, values, keep=False)[:2],
    ),
    Mistake(
        "a node sends again what it has sent before",
        "Each wire carries one message, sent when the node has heard from all who use it.",
        lambda gates, values: in_a_hurry(gates, values)[:2],
    ),
    Mistake(
        "a times hands over its own side",
        "If x grows by a little, x·y grows by y times as much.",
        lambda gates, values: with_local(times=lambda u, v: (u, v))(gates, values)[:2],
    ),
)
SWEEPS = (
    replace(FORKS[0], answer=lambda gates, values: in_order(gates, values, keep=False)),
    replace(FORKS[1], answer=in_a_hurry),
    replace(FORKS[2], answer=with_local(times=lambda u, v: (u, v))),
    Mistake(
        "the sweep runs from the start to the end",
        "Which node is the first to know its slope?",
        from_the_start,
    ),
    Mistake(
        "both sides of a minus get the same message",
        "If the second side grows, the difference falls.",
        with_local(minus=lambda u, v: (1.0, 1.0)),
    ),
    Mistake(
        "the slope of tanh is taken at its answer",
        "With v for the value of the gate the slope is a formula in v, without another tanh.",
        with_local(tanh=lambda u: (1 - np.tanh(np.tanh(u)) ** 2,)),
    ),
    Mistake(
        "the argument of tanh squared in its slope, not the answer",
        "If its slope is written with a square, of which of the two values is it?",
        with_local(tanh=lambda u: (1 - u**2,)),
    ),
    Mistake(
        "a value on both sides of a gate gets one message",
        "With NumPy, what does slopes[[k, k]] += [1, 1] add to slopes[k]?",
        all_at_once,
    ),
)

# -- drawing ---------------------------------------------------------------------------------------


def draw_small(rng: np.random.Generator) -> tuple[Any, ...]:
    """Draw four gates over two whole numbers, for a head."""
    start = rng.choice([2.0, 3.0, 4.0], 2, replace=False) * rng.choice([-1.0, 1.0], 2)
    return _drawn(rng, start, "++**")


def draw_large(rng: np.random.Generator) -> tuple[Any, ...]:
    """Draw gates of every kind over three numbers, for a program."""
    start = rng.permutation([-1.0, 1.0, rng.choice([-1.0, 1.0])]) * rng.uniform(0.5, 2.0, 3)
    gates = ["*", "*", "-", "tanh", *rng.choice(["+", "-", "*", "tanh"], rng.integers(2, 5))]
    return _drawn(rng, start.round(2), gates)


def _drawn(rng: np.random.Generator, start: Array, names: Sequence[str]) -> tuple[Gates, Array]:
    """Wire the gates in a random order, and pluses behind them, until every value is used."""
    gates: Gates = [["input"] for _ in start]
    waiting, unused = [*map(str, rng.permutation([*names]))], list(range(len(start)))
    while waiting or len(unused) > 1:
        name, first = waiting.pop() if waiting else "+", unused.pop(0)
        recent = len(gates) - 1 - int(rng.integers(3)) % len(gates)
        second = unused[0] if unused and rng.integers(3) else recent  # a fork, now and then
        parents = [first] if name == "tanh" else [first, second]
        gates.append([name, *parents])
        unused = [place for place in unused if place not in parents] + [len(gates) - 1]
    return gates, np.array([node.value for node in _wired(gates, start)])
