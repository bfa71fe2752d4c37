"""Chapter 11's board, a training on one picture: the network, its answer, the loss and the size of
the gradient layer by layer. And an explorer that walks through a few trainings side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from functools import cache
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from .. import plots
from ..arrays import Array
from ..plots import style
from .controls import Choice, Slider
from .explorer import Explorer
from .setting import Setting
from .training import Training

SIZE: Final = (style.SIZE[0], 6.6)
NETWORK: Final = {
    "units": "Each small picture is one unit's answer a = φ(z) over the whole input plane, white "
    "where it is low and blue where it is high. An edge is a weight: its width is |w|, its colour "
    "and dash the sign.",
    "forward": "Above a unit z<sup>l</sup> = a<sup>l−1</sup>W<sup>l</sup> + b<sup>l</sup>, inside "
    "it a<sup>l</sup> = φ(z<sup>l</sup>), for the ringed sample, the first of the next batch.",
    "backward": "Under a unit its δ for the ringed sample: δ<sup>l</sup> = "
    "(δ<sup>l+1</sup>W<sup>l+1 T</sup>) ⊙ φ′(z<sup>l</sup>). Under a weight ∂J/∂W<sup>l</sup> = "
    "a<sup>l−1 T</sup>δ<sup>l</sup>, summed over the next batch: with gradient descent the next "
    "step takes η times that number away.",
}
"""What is drawn of the network in each view."""

OTHERS: Final = {
    "classes": (
        "a<sup>L</sup> = σ(a<sup>L−1</sup>W<sup>L</sup> + b<sup>L</sup>) at every point x; the "
        "line is where it is ½.",
        "J = −1/n Σ<sub>i</sub> (y<sub>i</sub> ln a<sub>i</sub> + "
        "(1 − y<sub>i</sub>) ln(1 − a<sub>i</sub>)) over all n samples.",
    ),
    "regression": (
        "a<sup>L</sup> = a<sup>L−1</sup>W<sup>L</sup> + b<sup>L</sup> at every x.",
        "J = 1/(2n) Σ<sub>i</sub> (a<sub>i</sub> − y<sub>i</sub>)<sup>2</sup> over all n samples.",
    ),
}
"""What is drawn of the answer and of the loss."""


def board(
    figure: Figure,
    training: Training,
    *,
    view: str = "units",
    end: float | None = None,
    powers: tuple[int, int] = (-3, 1),
    norms: tuple[int, int] = (-8, 2),
    before: Array | None = None,
    now: float | None = None,
) -> None:
    """Draw a training on an empty figure.

    Parameters
    ----------
    figure : Figure
    training : Training
    view : {"units", "forward", "backward"}
        What the network shows: what each unit answers everywhere; z and a of the ringed sample; or
        also its δ, and the slopes of the next batch.
    end : float, optional
        The last epoch on the axis of the loss.
    powers, norms : (int, int)
        Powers of ten that the axes of loss and gradient show.
    before : ndarray, shape (k, 2), optional
        Epochs and losses of an earlier training, to be drawn pale.
    now : float, optional
        The epoch to be marked, where training does not stand there.
    """
    net, theta, X, Y = training.net, training.theta, training.X, training.Y
    above = style.axes(figure.add_axes((0, 0.5, 1, 0.49)), bare=True)
    if view == "units":
        plots.unit_maps(net, theta, X, ax=above)
    else:
        trace, back = training.passes()
        plots.network(net, theta, trace, back if view == "backward" else None, ax=above)
    left = (0.03, 0.03, 0.42, 0.445) if not training.setting.regression else (0.1, 0.08, 0.36, 0.4)
    ring = None if view == "units" else int(training.batch[0])
    plots.answer_map(net, theta, X, Y, ring=ring, ax=figure.add_axes(left))
    steps = training.steps_per_epoch
    plots.history(
        training.losses,
        unit=steps,
        end=end or _round(max(10, len(training.losses) / steps)),
        powers=powers,
        before=before,
        now=now,
        ax=figure.add_axes((0.62, 0.36, 0.35, 0.12)),
    )
    below = figure.add_axes((0.62, 0.09, 0.35, 0.14))
    plots.gradient_sizes(training.norms(), powers=norms, ax=below)


def formulas(setting: Setting, view: str) -> str:
    """Return what each part of a board draws, as HTML: a paragraph a part.

    Parameters
    ----------
    setting : Setting
    view : {"units", "forward", "backward"}

    Returns
    -------
    str
    """
    answer, loss = OTHERS["regression" if setting.regression else "classes"]
    parts = {
        "Network": NETWORK[view],
        "Answer": answer,
        "Loss": loss,
        "Gradient": "‖∂J/∂W<sup>l</sup>‖ = √(Σ<sub>ij</sub> (∂J/∂w<sup>l</sup><sub>ij</sub>)"
        "<sup>2</sup>) for each layer l, over all n samples.",
    }
    return "".join(f"<p><b>{part}.</b> {text}</p>" for part, text in parts.items())


def _round(epochs: float) -> float:
    """The next round number of epochs: 10, 20, 50, 100, …"""
    power = 10.0 ** np.floor(np.log10(epochs))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= epochs))


@cache
def course(setting: Setting, epochs: int) -> list[Training]:
    """Return a training after 0, 1, …, ``epochs`` epochs."""
    training = Training(setting)
    stages = [copy(training)]
    for _ in range(epochs):
        training.epoch()
        stages.append(copy(training))
    for stage in stages:
        stage.losses = training.losses[: stage.steps + 1]
    return stages


def trainings(
    settings: Mapping[str, Setting],
    epochs: Sequence[int],
    *,
    name: str,
    title: str,
    question: str,
    label: str = "Network",
    powers: tuple[int, int] = (-3, 1),
    norms: tuple[int, int] = (-8, 2),
) -> Explorer:
    """Return an explorer of a few trainings: which of them, and after how many epochs.

    Parameters
    ----------
    settings : mapping of str to Setting
        What the reader chooses from.
    epochs : sequence of int
        What the slider shows, ascending.
    name, title, question : str
        As for ``Explorer``.
    label : str
        What the choice is about.
    powers, norms : (int, int)
        Powers of ten that the axes of loss and gradient show.

    Returns
    -------
    Explorer

    Examples
    --------
    >>> from backprop_lib.explorers import Setting, trainings
    >>> two = {"none": Setting("XOR", hidden=()), "two": Setting("XOR", hidden=(2,))}
    >>> explorer = trainings(two, (0, 50), name="x", title="t", question="q", label="Hidden units")
    >>> explorer.frame(epoch=50, which="none").sentence
    'Hidden units: none. Epoch 50, step 50: J = 0.696; 2 of 4 right.'
    """
    last = epochs[-1]

    def draw(figure: Figure, epoch: int, which: str) -> str:
        stage = course(settings[which], last)[int(epoch)]
        board(figure, stage, end=last, powers=powers, norms=norms, now=epoch)
        asked = f" Asked for epoch {epoch}." if stage.lost else ""
        return f"{label}: {which}.{asked} {stage.sentence()}"

    return Explorer(
        draw,
        Slider(
            "epoch",
            list(epochs),
            label="Epoch",
            start=epochs[len(epochs) // 2],
            live=range(last + 1),
        ),
        Choice("which", list(settings), label=label),
        name=name,
        title=title,
        question=question,
        size=SIZE,
    )
