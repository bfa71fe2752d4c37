"""Chapter 10's explorers: the workshop's network while it fits a curve, from starts near and far;
digits pushed about before a trained network; and its hidden units, one by one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .. import plots
from ..activations import softmax
from ..arrays import Array
from ..network import Network
from ..plots import style
from .controls import Choice, Slider
from .explorer import Explorer

_ROOM = 2.2  # half the height of the axes on which a fit is drawn
_SIDE = 8  # pixels along an edge of a digit


def workshop_fit(
    X: ArrayLike,
    Y: ArrayLike,
    x: ArrayLike,
    runs: Mapping[str, Mapping[int, tuple[float, Array]]],
    *,
    name: str = "workshop-fit",
) -> Explorer:
    """Return an explorer of networks on their way to a curve, and of the cost on that way.

    Parameters
    ----------
    X, Y : array_like, shape (n, 1)
        The samples.
    x : array_like, shape (m, 1)
        Where the answers of the networks are known, in ascending order.
    runs : mapping of str to mapping
        Name of a run to what it had at some iterations: number → (J, answers (m, 1)). The numbers
        are the same for all runs.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    moments = list(next(iter(runs.values())))
    costs = {run: [J for J, _ in found.values()] for run, found in runs.items()}
    every = [J for series in costs.values() for J in series]
    low, high = min(every) / 3, max(every) * 3

    def draw(figure: Figure, run: str, iteration: int) -> str:
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        J, answers = runs[run][iteration]
        # Far outside of the axes a coordinate would only be too large for an SVG.
        shown = np.clip(answers, -10 * _ROOM, 10 * _ROOM)
        plots.regression(X, Y, {"network": shown}, x=x, ax=left)
        left.set(ylim=(-_ROOM, _ROOM))
        left.legend(loc="upper left")
        for other, series in costs.items():
            if other != run:
                right.plot(moments, series, color=style.PALE, lw=1.5, ls="-")
        right.plot(moments, costs[run], color=style.LOSS, ls="-")
        right.plot([iteration], [J], "o", color=style.LOSS)
        right.set(xscale="log", yscale="log", ylim=(low, high), xlabel="iteration", ylabel="cost J")
        right.grid(visible=True)
        return (
            f"Start: {run}. After {iteration:,} iteration{'s' * (iteration > 1)} "
            f"the cost is {style.number(J, 3)}, and the answers go from "
            f"{style.number(answers.min(), 3)} to {style.number(answers.max(), 3)}."
        )

    return Explorer(
        draw,
        Choice("run", list(runs), label="Start and rate"),
        Slider("iteration", moments, label="Iteration", text="{:,}", start=moments[-1]),
        name=name,
        title="Watch the fit come about, or not",
        question="Which runs go up before they go down? One of them ends as a flat line: "
        "when was its fate sealed?",
        size=(7.0, 4.0),
    )


def moved_digit(
    net: Network, theta: ArrayLike, images: Mapping[str, ArrayLike], *, name: str = "moved-digit"
) -> Explorer:
    """Return an explorer of what a network answers to a digit that is pushed out of its place.

    Parameters
    ----------
    net : Network
        Of 64 inputs, with a logit for each of ten digits.
    theta : array_like, shape (p,)
    images : mapping of str to array_like, shape (64,)
        A name that begins with the right digit, and the pixels.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """

    def draw(figure: Figure, image: str, right: int, down: int) -> str:
        seen, answer = figure.subplots(1, 2, width_ratios=(1, 1.8))
        pixels = pushed(images[image], int(right), int(down))
        p = softmax(net.forward(theta, pixels[None]).a[-1])[0]
        label, said = int(image[0]), int(p.argmax())
        plots.digit_images(pixels[None], ax=seen)
        plots.answer_bars(p, label, ax=answer)
        moves = [f"{abs(right):g} to the {'right' if right > 0 else 'left'}"] * bool(right)
        moves += [f"{abs(down):g} {'down' if down > 0 else 'up'}"] * bool(down)
        where = ", moved " + " and ".join(moves) if moves else " in its place"
        verdict = "right" if said == label else "wrong"
        return f"A {image}{where}: the network says {said}, with {p[said]:.4f}. It is {verdict}."

    return Explorer(
        draw,
        Choice("image", list(images), label="Image"),
        Slider("right", (-2, -1, 0, 1, 2), label="Pixels to the right", start=0),
        Slider("down", (-1, 0, 1), label="Pixels down", start=0),
        name=name,
        title="Push a digit out of its place",
        question="How far until the answer is wrong? Is the network less sure when it is wrong?",
        size=(7.0, 3.2),
    )


def pushed(image: ArrayLike, right: int, down: int) -> Array:
    """Move images of 8 × 8 pixels; what comes in is white, what goes out is lost.

    Parameters
    ----------
    image : array_like, shape (..., 64)
    right, down : int
        Pixels.

    Returns
    -------
    ndarray, shape (..., 64)

    Examples
    --------
    >>> import numpy as np
    >>> pushed(np.eye(8).ravel(), right=1, down=0).reshape(8, 8)[0]
    array([0., 1., 0., 0., 0., 0., 0., 0.])
    """
    room = _SIDE  # of white on every side: further out, all is white
    margins = [(0, 0)] * (np.ndim(image) - 1) + [(room, room)] * 2
    grid = np.pad(np.reshape(image, (*np.shape(image)[:-1], _SIDE, _SIDE)), margins)
    top, left = (room - min(max(move, -room), room) for move in (down, right))
    moved: Array = grid[..., top : top + _SIDE, left : left + _SIDE]
    return moved.reshape(np.shape(image))


def hidden_unit(
    net: Network,
    theta: ArrayLike,
    start: ArrayLike,
    X: ArrayLike,
    labels: ArrayLike,
    *,
    name: str = "hidden-unit",
) -> Explorer:
    """Return an explorer of the units of the first hidden layer: what each sees, and says of it.

    Parameters
    ----------
    net : Network
        Of 64 inputs, one hidden layer and ten outputs.
    theta, start : array_like, shape (p,)
        The parameters after training and before.
    X : array_like, shape (n, 64)
        Held-out images; those that excite a unit most are shown.
    labels : array_like of int, shape (n,)
        The digits in them.
    name : str
        Name of the explorer, unique on its page.

    Returns
    -------
    Explorer
    """
    W, before = net.unpack(theta)[0], net.unpack(start)[0][1].T
    fields = np.stack([before, W[1].T - before], axis=1)
    X, labels = np.asarray(X), np.asarray(labels)
    answers = net.forward(theta, X).a[1]
    reach = 1.05 * float(abs(W[2]).max())

    def draw(figure: Figure, unit: int) -> str:
        k = int(unit) - 1
        grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.3), height_ratios=(1.5, 1))
        weights, best = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0])
        plots.digit_images(fields[k], ["start", "learned"], columns=2, signed=True, ax=weights)
        bars = plots.signed_bars(W[2][k], ax=figure.add_subplot(grid[:, 1]))
        bars.set_ylim(-reach, reach)
        high, low = int(W[2][k].argmax()), int(W[2][k].argmin())
        says = (
            f"speaks for {high} with {style.number(W[2][k, high], 3)} and against {low} with "
            f"{style.number(W[2][k, low], 3)}."
        )
        order = np.argsort(-answers[:, k], kind="stable")[:3]
        top = order[answers[order, k] > 0]
        if not len(top):
            best.set_axis_off()
            return (
                f"Unit {unit:g} is silent for all {len(X)} held-out images: nobody hears there "
                f"that it {says}"
            )
        plots.digit_images(X[top], columns=3, ax=best)
        silent = int((answers[:, k] == 0).sum())
        seen = " and ".join([", ".join(str(t) for t in labels[top[:-1]]), str(labels[top[-1]])])
        by = ("only by an image", "only by images", "most by images")[len(top) - 1]
        return (
            f"Unit {unit:g} is excited {by} of {seen.removeprefix(' and ')} (below its weights) "
            f"and silent for {silent} of the {len(X)} held-out images. It {says}"
        )

    return Explorer(
        draw,
        Slider("unit", range(1, net.sizes[1] + 1), label="Hidden unit"),
        name=name,
        title="Look through a hidden unit",
        question="Find a unit whose picture you can name. Does any unit stand for one digit alone?",
        size=(7.0, 3.5),
    )
