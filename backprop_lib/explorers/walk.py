"""One whole pass of a small network, told an edge at a time: forward, error, backward, update.
The numbers are those of the library's trace and gradients; only order and words are here."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..losses import Loss, half_squared_error
from ..network import Network
from ..plots import style
from ..plots.names import Part, default_names, subscript


@dataclass(frozen=True)
class Step:
    """One moment of a pass: what it computes, and what is known from then on.

    Parameters
    ----------
    phase : str
        "Given", "Forward", "Error", "Backward" or "Update".
    formula, numbers : str
        The rule, and the rule with the numbers of this network.
    strong : frozenset of Part, optional
        What the step is about; None for the whole network.
    found : Part, optional
        What is known from now on: ("z", l, j), ("a", l, j), ("E", k), ("delta", l, j), or the
        weight ("W", l, i, j) or bias ("b", l, j) whose gradient it is.
    """

    phase: str
    formula: str
    numbers: str
    strong: frozenset[Part] | None = None
    found: Part | None = None

    @property
    def sentence(self) -> str:
        """The step in one line of text."""
        return f"{self.phase}: {self.formula} {self.numbers}."


class Walk:
    """The pass of one sample through a network and back, as numbers and as ``steps``.

    Parameters
    ----------
    net : Network
        With activations that act on each unit alone.
    theta : array_like, shape (p,)
    X : array_like, shape (1, d_0)
    Y : array_like, shape (1, d_L)
    loss : Loss
        A sum over the outputs.
    learning_rate : float

    Raises
    ------
    ValueError
        If X holds more than one sample, a layer is a softmax, or the loss is no sum over outputs.
    """

    def __init__(
        self,
        net: Network,
        theta: ArrayLike,
        X: ArrayLike,
        Y: ArrayLike,
        loss: Loss,
        learning_rate: float,
    ) -> None:
        self.net, self.loss, self.rate = net, loss, learning_rate
        X, self.Y = np.asarray(X, dtype=float), np.asarray(Y, dtype=float)
        if len(X) != 1:
            raise ValueError(f"X must hold one sample to walk through, got {len(X)}.")
        for activation in net.activations:
            if activation.coupled_pullback is not None:
                raise ValueError(
                    f"activations must act on each unit alone, got {activation.name}; "
                    f"use for example bp.sigmoid."
                )
        self.theta = np.asarray(theta, dtype=float)
        self.W, self.b = net.unpack(self.theta)
        self.trace = net.forward(self.theta, X)
        output = self.trace.a[-1]
        self.slope = loss.gradient(output, self.Y)
        self.back = net.backward(self.theta, self.trace, self.slope)
        self.E = [loss.value(output[:, [k]], self.Y[:, [k]]) for k in range(net.sizes[-1])]
        self.total = loss(output, self.Y)
        if not np.isclose(sum(self.E), self.total, rtol=1e-12):
            raise ValueError(
                f"loss must be a sum over the outputs, got {loss.name}; use half_squared_error."
            )
        self.updated = self.theta - learning_rate * self.back.gradient
        self.total_after = loss(net.forward(self.updated, X).a[-1], self.Y)
        self.names = default_names(net.sizes)
        self.steps = [self._given(), *self._forward(), *self._error(), *self._backward()]
        self.steps.append(self._update())

    def _forward(self) -> Iterator[Step]:
        for l in range(1, self.net.depth + 1):
            for j in range(self.net.sizes[l]):
                h, a = self.names["unit", l, j], self.trace.a[l - 1][0]
                rule, z = f"z({h}) = {self.names['b', l, j]}", self.b[l][j]
                strong = {("unit", l, j), ("b", l, j)}
                for i, w in enumerate(self.W[l][:, j]):
                    rule += f" + {self.names['W', l, i, j]} · {self.names['unit', l - 1, i]}"
                    before, last = z, i == len(a) - 1
                    z = self.trace.z[l][0, j] if last else z + w * a[i]
                    yield Step(
                        "Forward",
                        rule + ("" if last else " + …"),
                        f"= {say(before)} + {say(w, True)} × {say(a[i], True)} = {say(z)}"
                        + ("" if last else " so far"),
                        frozenset(strong | {("W", l, i, j), ("unit", l - 1, i)}),
                        ("z", l, j) if last else None,
                    )
                    strong = {("unit", l, j)}
                phi, out = self._phi(l), self.trace.a[l][0, j]
                yield Step(
                    "Forward",
                    f"{h} = {phi}(z({h}))",
                    f"= {phi}({say(z)}) = {say(out)}",
                    frozenset({("unit", l, j)}),
                    ("a", l, j),
                )

    def _error(self) -> Iterator[Step]:
        L = self.net.depth
        for k, E in enumerate(self.E):
            name, t, a = f"E{subscript(k + 1)}", self.Y[0, k], self.trace.a[L][0, k]
            if self.loss is half_squared_error:
                rule = f"{name} = ½ (t{subscript(k + 1)} − {self.names['unit', L, k]})²"
                numbers = f"= ½ ({say(t)} − {say(a, True)})² = {say(E)}"
            else:
                rule, numbers = name, f"= {say(E)}"
            yield Step("Error", rule, numbers, frozenset({("unit", L, k)}), ("E", k))
        if len(self.E) > 1:
            yield Step(
                "Error",
                "E = " + " + ".join(f"E{subscript(k + 1)}" for k in range(len(self.E))),
                f"= {' + '.join(say(E) for E in self.E)} = {say(self.total)}",
                frozenset(("unit", L, k) for k in range(len(self.E))),
                ("E", None),
            )

    def _backward(self) -> Iterator[Step]:
        for l in range(self.net.depth, 0, -1):
            for j in range(self.net.sizes[l]):
                h, unit = self.names["unit", l, j], ("unit", l, j)
                delta, z = self.back.delta[l][0, j], self.trace.z[l][0, j]
                slope = yield from self._into(l, j)
                local = self.net.activations[l - 1].derivative(z)
                yield Step(
                    "Backward",
                    f"δ({h}) = ∂E/∂{h} · {self._phi(l)}′(z({h}))",
                    f"= {say(slope)} × {say(local, True)} = {say(delta)}",
                    frozenset({unit}),
                    ("delta", l, j),
                )
                for i, a in enumerate(self.trace.a[l - 1][0]):
                    yield Step(
                        "Backward",
                        f"∂E/∂{self.names['W', l, i, j]} = δ({h}) · {self.names['unit', l - 1, i]}",
                        f"= {say(delta)} × {say(a, True)} = {say(self.back.W[l][i, j])}",
                        frozenset({unit, ("W", l, i, j), ("unit", l - 1, i)}),
                        ("W", l, i, j),
                    )
                yield Step(
                    "Backward",
                    f"∂E/∂{self.names['b', l, j]} through {h} = δ({h})",
                    f"= {say(self.back.b[l][j])}",
                    frozenset({unit, ("b", l, j)}),
                    ("b", l, j),
                )

    def _into(self, l: int, j: int) -> Generator[Step, None, Any]:
        """Tell how the slope in what a unit answers comes about, path by path; return it."""
        h, L = self.names["unit", l, j], self.net.depth
        if l == L:
            slope, a, t = self.slope[0, j], self.trace.a[L][0, j], self.Y[0, j]
            half = self.loss is half_squared_error
            yield Step(
                "Backward",
                f"∂E/∂{h}" + (f" = {h} − t{subscript(j + 1)}" if half else ""),
                (f"= {say(a)} − {say(t, True)} " if half else "") + f"= {say(slope)}",
                frozenset({("unit", l, j)}),
            )
            return slope
        rule, slope = f"∂E/∂{h} =", 0.0
        for k, w in enumerate(self.W[l + 1][j]):
            o, delta = self.names["unit", l + 1, k], self.back.delta[l + 1][0, k]
            rule += f"{' +' * (k > 0)} δ({o}) · {self.names['W', l + 1, j, k]}"
            last = k == self.net.sizes[l + 1] - 1
            before, slope = slope, slope + delta * w
            start = f"{say(before)} + {say(delta, True)}" if k else say(delta)
            yield Step(
                "Backward",
                rule + ("" if last else " + …"),
                f"= {start} × {say(w, True)} = {say(slope)}" + ("" if last else " so far"),
                frozenset({("unit", l, j), ("W", l + 1, j, k), ("unit", l + 1, k)}),
            )
        return slope

    def _given(self) -> Step:
        inputs = [
            f"{self.names['unit', 0, i]} = {say(x)}" for i, x in enumerate(self.trace.a[0][0])
        ]
        targets = [f"t{subscript(k + 1)} = {say(t)}" for k, t in enumerate(self.Y[0])]
        return Step("Given", ", ".join(inputs), f"and wanted {', '.join(targets)}")

    def _update(self) -> Step:
        return Step(
            "Update",
            "w ← w − η · ∂E/∂w, biases likewise,",
            f"with η = {say(self.rate)}, takes E from {say(self.total)} to {say(self.total_after)}",
        )

    def _phi(self, l: int) -> str:
        name = self.net.activations[l - 1].name
        return "σ" if name == "sigmoid" else name


def say(value: Any, factor: bool = False) -> str:
    """Write a number with nine decimals at most; a negative ``factor`` gets brackets.

    Examples
    --------
    >>> say(0.15), say(1 / 3), say(-0.25, factor=True), say(1e-5 / 3)
    ('0.15', '0.333333333', '(−0.25)', '3.33333·10⁻⁶')
    """
    value = float(value)
    if 0 < abs(value) < 1e-4:
        mantissa, power = f"{value:.5e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}·{style.power_of_ten(int(power))}"
    else:
        text = f"{value:.9f}".rstrip("0").rstrip(".")
    text = text.replace("-", "−")
    return f"({text})" if factor and value < 0 else text
