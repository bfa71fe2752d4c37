"""Chapter 8's explorers: gradients by layer in networks of any depth, the variance that holds a
signal level, and how far a step moves each layer in the course of training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .. import plots
from ..activations import ACTIVATIONS, linear
from ..arrays import Array
from ..losses import softmax_cross_entropy
from ..network import Network
from ..plots import style
from .controls import Choice, Slider
from .explorer import Explorer


def gradients_by_layer(
    X: ArrayLike,
    Y: ArrayLike,
    starts: Mapping[str, Callable[..., Array]],
    *,
    width: int = 32,
    networks: int = 5,
    name: str = "gradients-by-layer",
) -> Explorer:
    """Return an explorer of ‖∂J/∂Wˡ‖ over the layers, before training, for several starts.

    J is the cross entropy of a softmax; the hidden layers are all of one width.

    Parameters
    ----------
    X : array_like, shape (n, d_0)
    Y : array_like, shape (n, d_L)
        One-hot.
    starts : mapping of str to callable
        Name to an initialiser such as ``bp.glorot``: (net, rng, size=...) to θ.
    width : int
        Units of a hidden layer.
    networks : int
        How many are drawn at random; the median is shown.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    inputs, targets = np.asarray(X, dtype=float), np.asarray(Y, dtype=float)
    names = {"sigmoid": "sigmoid", "tanh": "tanh", "ReLU": "relu"}

    def draw(figure: Figure, units: str, depth: float) -> str:
        L = int(depth)
        sizes = (inputs.shape[1], *[width] * (L - 1), targets.shape[1])
        net = Network(sizes, (*[ACTIVATIONS[names[units]]] * (L - 1), linear))
        norms = {}
        for start, initialise in starts.items():
            theta = initialise(net, np.random.default_rng(0), size=networks)
            gradient = net.objective(softmax_cross_entropy, inputs, targets)(theta)[1]
            each = [np.linalg.norm(dW, axis=(-2, -1)) for dW in net.unpack(gradient)[0][1:]]
            norms[start] = np.median(each, axis=1)
        label = "size of the gradient ∂J/∂W"
        ax = figure.subplots()
        plots.by_layer(norms, ylabel=label, powers=(-36, 36), depth=50, ax=ax)
        ax.legend(loc="lower right")
        first = ", ".join(f"{style.number(g[0], 2)} ({start})" for start, g in norms.items())
        return f"{L} layers, {units} units: the gradient of layer 1 has the size {first}."

    return Explorer(
        draw,
        Slider("depth", (2, 5, 10, 20, 35, 50), label="Layers", start=10, live=range(2, 51)),
        Choice("units", list(names), label="Hidden units"),
        name=name,
        title="Make the network deeper",
        question="For which units and which start does a line stay level, whatever the depth?",
    )


def hold_the_level(
    *, depth: int = 50, width: int = 50, networks: int = 4, name: str = "hold-the-level"
) -> Explorer:
    """Return an explorer of the variance of weights at which z and δ keep their size.

    All layers have one width d, and weights N(0, v/d). Shown are the roots of the mean squares,
    over samples, units and networks.

    Parameters
    ----------
    depth, width : int
    networks : int
        How many are drawn at random.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    names = {"linear": "linear", "ReLU": "relu", "tanh": "tanh", "sigmoid": "sigmoid"}

    @cache
    def drawn() -> tuple[Array, Array, Array]:  # the same for all frames: only the scale changes
        rng = np.random.default_rng(0)
        count = Network((width,) * (depth + 1), (linear,) * depth).parameter_count
        shape = (networks, 4, width)
        theta = rng.standard_normal((networks, count))
        return theta, rng.standard_normal(shape[1:]), rng.standard_normal(shape)

    def draw(figure: Figure, units: str, v: float) -> str:
        theta, X, above = drawn()
        net = Network((width,) * (depth + 1), (ACTIVATIONS[names[units]],) * depth)
        theta = theta * np.sqrt(v / width)
        for b in net.unpack(theta)[1][1:]:
            b[...] = 0
        trace = net.forward(theta, X)
        back = net.backward(theta, trace, above)
        z, delta = ([np.sqrt(np.mean(x**2)) for x in s[1:]] for s in (trace.z, back.delta))
        plots.signal_levels(z, delta, ax=figure.subplots())
        through = [style.number(r, 2) for r in (z[-1] / z[0], delta[0] / delta[-1])]
        return (
            f"With {units} units and d · Var w = {v:g}, over {depth} layers z becomes {through[0]} "
            f"times as large on its way forward, and δ {through[1]} times on its way back."
        )

    return Explorer(
        draw,
        Slider(
            "v",
            (0.5, 0.75, 1, 1.25, 1.5, 2, 3, 8, 32, 128),
            label="d · Var w",
            live=2.0 ** np.arange(-1, 7.01, 0.25),
        ),
        Choice("units", list(names), label="Units"),
        name=name,
        title="Find the variance that holds the level",
        question="At which value do both lines stay level: for linear units, for ReLU, for tanh? "
        "And for the sigmoid?",
    )


def update_ratios(
    runs: Mapping[str, tuple[ArrayLike, ArrayLike]],
    epochs: Sequence[int],
    *,
    name: str = "update-ratios",
) -> Explorer:
    """Return an explorer of the size of a step over the size of the weights, in each layer.

    Parameters
    ----------
    runs : mapping of str to (array_like, array_like)
        Name of a training to its ratios, shape (m, L), and its losses, shape (m,).
    epochs : sequence of int, length m
        When they were taken.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    known = {run: (np.asarray(r), np.asarray(J)) for run, (r, J) in runs.items()}
    times = list(epochs)

    def draw(figure: Figure, epoch: int) -> str:
        k = times.index(epoch)
        above, below = figure.subplots(2, 1, height_ratios=(5, 2))
        now = {run: ratios[k] for run, (ratios, _) in known.items()}
        plots.by_layer(now, ylabel="step / weights", powers=(-9, 0), ax=above)
        above.axhspan(-4, -2, color=style.PALE, alpha=0.5, lw=0)
        above.legend(loc="lower right")
        with style.context():
            for (_, J), like in zip(known.values(), above.lines, strict=True):
                below.plot(times, J, color=style.LOSS, linestyle=like.get_linestyle())
            below.axvline(epoch, color=style.QUIET, lw=1.2)
            below.set(xlabel="epoch", ylabel="loss J", ylim=(-0.1, 2.6))
        moved = ", ".join(f"{style.number(ratio[0], 1)} ({run})" for run, ratio in now.items())
        return f"Epoch {epoch}: the next step moves layer 1 by a part of {moved}."

    return Explorer(
        draw,
        Slider("epoch", times, label="Epoch"),
        name=name,
        title="Watch what moves",
        question="Which network moves its last layer only? In which do all layers learn at "
        "about the same pace?",
        size=(7.0, 6.0),
    )
