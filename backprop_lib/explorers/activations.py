"""Chapter 2's explorers: an activation and its slope at one z, a function built bend by bend out of
rectifiers, the error that is left with N of them, and the softmax at a temperature."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TypeAlias

import numpy as np
from matplotlib.figure import Figure

from .. import plots
from ..activations import ACTIVATIONS, softmax
from ..arrays import Array
from ..network import Network
from ..plots import style
from ..plots.names import spoken
from .controls import Choice, Slider
from .explorer import Explorer

Function: TypeAlias = Callable[[Array], Array]
Build: TypeAlias = Callable[[Function, Array], tuple[Network, Array]]
"""``build(f, knots)`` returns a network of sizes (1, N, 1) and its θ; there are N + 1 knots."""


def activation_slopes(*, name: str = "activation-slopes") -> Explorer:
    """Return an explorer of the nine activations that act on each unit alone.

    Parameters
    ----------
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer

    Examples
    --------
    >>> from backprop_lib import explorers
    >>> explorer = explorers.activation_slopes()
    >>> explorer.frame(activation="relu", z=-4).sentence
    'At z = −4 a ReLU unit answers 0, with the slope 0: of a gradient of 1, 0 gets through.'
    """
    alone = {name: phi for name, phi in ACTIVATIONS.items() if phi.coupled_pullback is None}
    first = ("sigmoid", "tanh", "relu", "leaky_relu", "softplus")

    def draw(figure: Figure, activation: str, z: float) -> str:
        phi = alone[activation]
        plots.activation(phi, at=float(z), ax=figure.subplots())
        at, value, slope = (
            style.number(float(x), 3) for x in (z, phi(float(z)), phi.derivative(float(z)))
        )
        return (
            f"At z = {at} a {spoken(activation)} unit answers {value}, with the slope {slope}: "
            f"of a gradient of 1, {slope} gets through."
        )

    return Explorer(
        draw,
        Choice("activation", {spoken(name): name for name in dict.fromkeys((*first, *alone))}),
        Slider("z", (-4, -1, 0, 2), label="z", start=2, live=np.arange(-60, 61) / 10),
        name=name,
        title="Move z, and see the slope that a gradient meets",
        question="Which of the nine are not saturated at z = −4? And at z = 2?",
        size=(style.SIZE[0], 4.0),
    )


def one_unit_at_a_time(
    build: Build, f: Function, knots: Array, *, limits: tuple[float, float], name: str = "one-unit"
) -> Explorer:
    """Return an explorer that adds the units of a one-layer network from left to right.

    Parameters
    ----------
    build : callable
        ``build(f, knots)`` returns the network and its θ.
    f : callable
        What is imitated, an array to an array.
    knots : ndarray, shape (N + 1,)
        Rising; unit k begins at ``knots[k]``.
    limits : (float, float)
        Range of the vertical axis.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    net, theta = build(f, knots)
    last = len(knots) - 1

    def draw(figure: Figure, units: int) -> str:
        so_far = np.array(theta)
        bend = net.unpack(so_far)[0][2][:, 0]
        bend[units:] = 0
        unit = units - 1 if units else None
        ends = (float(knots[0]), float(knots[-1]))
        plots.hinges(net, so_far, f, interval=ends, limits=limits, unit=unit, ax=figure.subplots())
        if unit is None:
            return f"No unit yet: the sum is f({style.number(ends[0])}) everywhere."
        reached = np.linspace(knots[0], knots[units], 2001)
        error = abs(net.forward(so_far, reached[:, None]).a[2][:, 0] - f(reached)).max()
        at, by, slope, end, most = (
            style.number(float(x), 3)
            for x in (knots[unit], bend[unit], bend.sum(), knots[units], error)
        )
        bends = f"bends the sum at x = {at} by {by}, to a slope of {slope}"
        if abs(bend[unit]) < 1e-12:
            bends = f"does not bend the sum at x = {at}; its slope stays {slope}"
        return f"Unit {units} {bends}. Up to x = {end} the error is at most {most}."

    return Explorer(
        draw,
        Slider("units", range(last + 1), label="Units", text=f"{{}} of {last}"),
        name=name,
        title="Add one unit at a time",
        question="Before each step: must the next unit bend the sum up or down, or not at all?",
        size=(style.SIZE[0], 4.2),
    )


def number_of_units(
    build: Build,
    functions: Mapping[str, Function],
    *,
    interval: tuple[float, float],
    limits: tuple[float, float],
    counts: Sequence[int] = (1, 2, 4, 8, 16, 32, 64),
    name: str = "number-of-units",
) -> Explorer:
    """Return an explorer of the largest error that N evenly spaced units leave.

    Parameters
    ----------
    build : callable
        ``build(f, knots)`` returns the network and its θ.
    functions : mapping of str to callable
        What is imitated; names to choose from.
    interval, limits : (float, float)
        Ranges of x and of the values.
    counts : sequence of int
        Numbers of units, rising.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    fine = np.linspace(*interval, 20_001)

    @cache
    def error(function: str, units: int) -> float:
        net, theta = build(functions[function], np.linspace(*interval, units + 1))
        p = net.forward(theta, fine[:, None]).a[2][:, 0]
        return float(abs(p - functions[function](fine)).max())

    def draw(figure: Figure, function: str, units: int) -> str:
        units = int(units)
        above, below = figure.subplots(2, 1, height_ratios=(3, 2))
        net, theta = build(functions[function], np.linspace(*interval, units + 1))
        plots.hinges(net, theta, functions[function], interval=interval, limits=limits, ax=above)
        errors = [error(function, count) for count in counts]
        plots.curves(
            counts, {function: errors}, xlabel="units", ylabel="largest error", log="xy", ax=below
        )
        below.plot([units], [error(function, units)], "o", color=style.LOSS, ms=10)
        below.lines[0].set(color=style.LOSS)
        below.set(ylim=(5e-5, 5), xlim=(counts[0] / 1.3, counts[-1] * 1.3))
        below.set_xticks(list(counts), [str(count) for count in counts], minor=False)
        below.set_xticks([], minor=True)
        now, half = error(function, units), error(function, max(1, units // 2))
        text = f"With {units} unit{'s' * (units > 1)} the largest error of the {function} is "
        text += style.number(now, 3)
        if units in counts[1:]:
            text += f", {style.number(now / half, 3)} times what half as many leave"
        return f"{text}."

    return Explorer(
        draw,
        Choice("function", list(functions), label="Function"),
        Slider(
            "units",
            counts,
            label="Units",
            start=counts[len(counts) // 3],
            live=range(1, 101),
        ),
        name=name,
        title="Double the units, and read the error",
        question="By what factor does the error fall when you double the units? For each function?",
        size=(style.SIZE[0], 6.4),
    )


def temperature(z: Sequence[float], *, name: str = "temperature") -> Explorer:
    """Return an explorer of softmax((z + c)/T).

    Parameters
    ----------
    z : sequence of float
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer

    Examples
    --------
    >>> from backprop_lib import explorers
    >>> explorers.temperature([0.0, 0.0]).frame(T=1, c=0).sentence
    'T = 1, c = 0: the softmax is 0.5, 0.5; its entropy is 0.693 of at most 0.693.'
    """

    def draw(figure: Figure, T: float, c: float) -> str:
        shifted = np.add(z, c)
        plots.softmax_bars(shifted, T, ax=figure.subplots())
        a = softmax(shifted / T)
        entropy = -sum(p * np.log(p) for p in a if p > 0)
        values = ", ".join(style.number(float(p), 3) for p in a)
        most = style.number(float(np.log(len(a))), 3)
        return (
            f"T = {style.number(T)}, c = {style.number(c)}: the softmax is {values}; "
            f"its entropy is {style.number(float(entropy), 3)} of at most {most}."
        )

    return Explorer(
        draw,
        Slider(
            "T",
            (0.1, 0.2, 0.5, 1, 2, 5, 10, 50),
            label="Temperature T",
            start=1,
            live=np.arange(1, 101) / 10,
        ),
        Slider(
            "c", (-3, 0, 1000), label="Added to every z", text="{:,g}", start=0, live=range(-10, 11)
        ),
        name=name,
        title="Heat and cool the softmax, and shift it",
        question="Which of the two sliders changes the bars? Towards what, at its two ends?",
        size=(style.SIZE[0], 3.6),
    )
